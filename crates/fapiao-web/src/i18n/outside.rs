//! Words for those who are not signed in: the door, failures, buyers, mails.

use super::texts;

texts! {
    /// The door.
    SignIn {
        title: "登录", "Sign in";
        login: "登录名", "Sign-in name";
        password: "密码", "Password";
        go: "登录", "Sign in";
        wrong: "登录名或密码不对。", "The name or the password is wrong.";
        too_many: "尝试次数过多，请 {0} 分钟后再试。", "Too many attempts; please try again in {0} minutes.";
        ended: "登录已过期，请重新登录。", "Your session has ended; please sign in again.";
        first: "请先登录，登录后回到刚才的页面。", "Please sign in first; you then come back to the page you were at.";
        forgot: "忘记密码请联系负责人重置。", "Forgotten it? The owner can set a new one.";
    }
}

texts! {
    /// A form that was sent after its session ended.
    KeptWords {
        title: "尚未提交的内容", "Not sent yet";
        say: "会话在提交前已结束，刚才填写的内容还没有提交", "Your session ended before this was sent: nothing was done yet";
        more: "核对后提交；或者回到原来的页面，不提交。", "Look at it, then send it; or go back to the page without sending it.";
        secret: "密钥和密码不保留，请重新输入", "Secrets are not kept, type it again:";
        send: "提交", "Send";
        leave: "不提交，返回原页面", "Do not send, go back";
        at_the_door: "会话已结束，刚才的内容还没有提交。登录后可以核对并提交。", "Your session has ended, and what you sent was not taken. Sign in to look at it and send it.";
        lost: "会话已结束，刚才的内容没有提交，也没有保留。登录后请重新填写。", "Your session has ended. What you sent was not taken and is not kept. Sign in and enter it again.";
        gone: "之前未提交的内容属于另一位用户，或已超过一小时，没有保留。", "What was not sent belongs to another person or is more than an hour old: it was not kept.";
    }
}

texts! {
    /// Failures, as they are told to people.
    Fault {
        which: "对象", "Which";
        reference: "参考号", "Reference";
        home: "回到首页", "Back to the start";
        forbidden: "无权执行此操作", "Not allowed";
        forbidden_why: "你的角色没有这项权限，或对象不在你的门店范围内。", "Your role does not include this, or the thing belongs to another store.";
        forbidden_next: "如果工作需要，请负责人在“人员”中调整角色。", "If your work needs it, ask the owner to change your role under Staff.";
        stale: "页面已过期", "This page is out of date";
        stale_why: "登录状态在页面打开期间已改变，为安全起见没有提交。", "The session changed while the page was open, so nothing was sent.";
        stale_next: "返回上一页刷新后再提交。", "Go back, reload the page and send it again.";
        not_found: "没有找到", "Not found";
        not_found_why: "编号不存在，或不在你的门店范围内。", "There is no such thing, or it belongs to a store you cannot see.";
        not_found_next: "请核对编号，或用订单号、发票号码搜索。", "Check the number, or search by order or invoice number.";
        conflict: "内容已被更改", "It was changed meanwhile";
        conflict_next: "刷新后查看最新内容，再决定是否继续。", "Reload to see what it is now, then decide.";
        too_large: "内容过大", "Too large";
        too_large_next: "请缩小或拆分后再提交。", "Make it smaller or split it, and send it again.";
        unprocessable: "无法处理", "This cannot be done";
        unprocessable_next: "请按说明修改后再提交。", "Change what is said above and send it again.";
        too_many: "操作过于频繁", "Too many attempts";
        too_many_why: "为防止误用，暂时停止接受。", "To keep misuse out, nothing more is taken for the moment.";
        too_many_next: "请稍等几分钟再试。", "Please wait a few minutes.";
        internal: "系统出错", "Something broke on our side";
        internal_why: "这不是你的操作造成的。已提交的内容要么全部生效，要么全部没有生效。", "It was nothing you did. What you sent was either done in full or not at all.";
        internal_next: "请刷新核对结果；仍有问题时，把参考号交给管理员。", "Reload to see which; if it goes on, give the reference to your administrator.";
        unavailable: "暂时不可用", "Not available for the moment";
        unavailable_why: "数据库或存储暂时没有应答。", "The database or the storage does not answer.";
        unavailable_next: "请稍后重试；内容没有丢失。", "Please try again shortly; nothing is lost.";
    }
}

texts! {
    /// The buyer's page.
    Buyer {
        sums: "文件摘要（归档核对用）", "Checksums of the files";
        sums_mean: "归档时可用任一摘要核对：与所存文件算出的一致，即文件完整、未被改动。", "Whoever archives the files can compute either sum anew: when it is the same, the file is whole and unchanged.";
        amount: "开票金额", "Invoice amount";
        date: "日期", "Date";
        ready: "领取电子发票", "Get your e-invoice";
        ready_means: "在微信填写发票抬头，确认后自动开具，并放入你的微信卡包。", "Fill in the title in WeChat. The invoice is then issued by itself and put into your WeChat wallet.";
        confirm_means: "抬头已登记。在微信确认后自动开具，并放入你的微信卡包。", "The title is known already. Confirm in WeChat; the invoice is then issued by itself and put into your WeChat wallet.";
        go_confirm: "去微信确认开票", "Confirm in WeChat";
        collect_means: "发票已经开好。在微信确认后放入你的微信卡包。", "The invoice is issued already. Confirm in WeChat to put it into your wallet.";
        go_collect: "去微信领取发票", "Take it in WeChat";
        in_mini_program: "请在小程序中开票", "Go on in the mini program";
        in_mini_program_means: "这张发票须从商家的小程序领取，请在小程序的订单页点“开发票”。", "This invoice is asked for in the shop's mini program: open your order there.";
        in_app: "请在 App 中开票", "Go on in the app";
        in_app_means: "这张发票须从商家的 App 领取，请在 App 的订单页点“开发票”。", "This invoice is asked for in the shop's app: open your order there.";
        ask_code: "输入短码", "Short code on your receipt";
        ask_code_means: "输入小票二维码旁的 10 位短码。", "Type the ten characters beside the QR code of your receipt.";
        ask_code_go: "查找", "Look it up";
        again: "你已授权过，无需重复操作。", "You have agreed already; there is nothing more to do.";
        due: "商家承诺在 {0} 前开出", "The shop promised it by {0}";
        was_opened: "已在微信确认？正在等待微信通知，页面会自动刷新。", "Confirmed in WeChat? We are waiting for its word; this page refreshes by itself.";
        until: "请在此之前开票：", "Please do so before";
        until_collect: "请在此之前领取：", "Collect it before";
        go: "去微信填写抬头并开票", "Fill in the title in WeChat";
        go_means: "无需关注公众号", "No need to follow an account";
        preparing: "正在打开微信开票页", "Opening WeChat's page";
        preparing_means: "微信暂时没有应答，请稍候。", "WeChat does not answer for the moment. Please wait.";
        issuing: "正在开票", "Your invoice is being issued";
        issuing_means: "通常一分钟内完成，可以离开此页。", "This usually takes less than a minute. You may leave this page.";
        delayed: "开票比平时慢", "This takes longer than usual";
        delayed_means: "我们已在处理，你不需要做任何事。完成后发票会自动放入微信卡包。", "We are looking after it and you need not do anything. The invoice will appear in your WeChat wallet.";
        with_staff: "等待商家工作人员处理", "Waiting for the shop's staff";
        with_staff_means: "这张发票要由商家工作人员核对后才能继续开具，开好后会自动放入你的微信卡包。", "The shop's staff have to look at this invoice before it goes on. Once issued it comes into your WeChat wallet by itself.";
        with_staff_ask: "着急时请联系商家，并告知下方的参考号。", "If it is urgent, ask the shop and quote the reference below.";
        step_agreed: "已收到抬头", "Title received";
        step_tax: "税局开具", "Issued by the tax authority";
        step_wallet: "放入微信卡包", "Put into your WeChat wallet";
        done: "完成", "done";
        doing: "进行中", "under way";
        to_do: "等待", "to come";
        looks_again: "页面会自动刷新", "This page refreshes by itself";
        look_now: "立即刷新", "Refresh now";
        carded: "发票已放入你的微信卡包", "The invoice is in your WeChat wallet";
        carded_means: "打开微信 → 我 → 订单与卡包 → 卡包，即可查看和用于报销。", "In WeChat open Me, Orders and Cards, Cards to see it or hand it in.";
        issued_only: "发票已开具", "Your invoice is issued";
        issued_only_means: "微信卡包暂时未能收下这张发票，它同样有效，请直接下载保存。", "WeChat's wallet could not take it. It is just as valid; please download and keep it.";
        download: "下载发票 PDF", "Download the PDF";
        originals: "其他格式", "Other formats";
        refused: "商家未能开票", "The shop did not issue it";
        declined: "你在微信页面上取消了开票", "You cancelled on WeChat's page";
        declined_means: "没有开具发票。改变主意时，请商家重新生成开票链接。", "No invoice was made. Should you want one after all, the shop can make a new link.";
        refused_means: "如有疑问，请联系商家；需要时可请商家重新生成开票链接。", "Please ask the shop if this is unclear; it can make a new link.";
        nothing_left: "订单已全部退款，或已开具发票，没有可开票的金额。", "The order was refunded or invoiced already: nothing is left to be invoiced.";
        nothing_to_invoice: "没有可开票的金额", "Nothing is left to be invoiced";
        read_on: "查看说明", "Read more";
        expired: "开票链接已过期", "This link has expired";
        expired_means: "请联系商家重新生成开票链接，订单仍然可以开票。", "Please ask the shop for a new one; the order can still be invoiced.";
        failed: "未能开票", "The invoice could not be issued";
        successor: "查看这笔订单的发票", "See the invoice of this order";
        failed_means: "请联系商家处理，并告知下方的参考号。", "Please ask the shop and quote the reference below.";
        not_found: "没有找到这个开票链接", "No such invoice link";
        not_found_means: "请核对链接或重新扫描小票上的二维码。", "Please check the address or scan the code on your receipt again.";
        ask: "联系商家", "Ask the shop:";
    }
}

texts! {
    /// The mail that brings an invoice.
    Mail {
        subject: "{0} 的电子发票，{1}", "E-invoice from {0}, {1}";
        hello: "{0}：您好，", "Dear {0},";
        attached: "您在“{0}”购物的电子发票已开具，见附件。", "the e-invoice for your purchase at {0} is attached.";
        sample: "这是沙箱环境开出的样票，不具法律效力。", "This is a sample from a sandbox, without legal effect.";
        seller: "销售方", "Seller";
        buyer: "购买方", "Buyer";
        kind: "票种", "Kind";
        number: "发票号码", "Invoice no.";
        date: "开票日期", "Issued on";
        total: "价税合计", "Total";
        order_no: "订单号", "Order no.";
        download: "下载发票", "Download the invoice";
        keep: "附件中的文件即为发票原件，请妥善保存。", "The attached file is the original; please keep it.";
        ask: "如有疑问，请致电 {0}。", "For questions please call {0}.";
    }
}
