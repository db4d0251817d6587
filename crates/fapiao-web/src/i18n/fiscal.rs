//! Words of fiscal e-bills: the list, the form, the page of one, collecting units, acts.

use super::texts;

texts! {
    /// Fiscal bills.
    FiscalWords {
        title: "财政票据", "Fiscal bills";
        one: "财政票据", "Fiscal bill";
        new: "录入票据", "Enter a bill";
        new_means: "票据由财政局的系统开具，这里只录入已有的票据：交款人在微信同意后，放入其卡包。", "Bills are issued by the finance bureau's own system. Enter one that exists: once its payer agrees in WeChat, it goes into the wallet.";
        none: "还没有财政票据", "No fiscal bills yet";
        none_why: "执收单位的系统通过接口提交的票据会出现在这里；也可以手工录入。", "Bills that your systems hand in through the API appear here. You can also enter one by hand.";
        none_found: "没有找到票据", "No bills found";
        no_units: "先设置执收单位", "Set up a collecting unit first";
        no_units_why: "票据属于一个执收单位：它决定由谁征得交款人同意、由谁放入卡包。", "A bill belongs to a collecting unit, which says who asks the payer and who puts the card into the wallet.";
        find_hint: "交款人、票据号码", "Payer, bill number";
        unit: "执收单位", "Collecting unit";
        code: "票据代码", "Bill code";
        code_help: "8 位数字。", "8 digits.";
        number: "票据号码", "Bill number";
        number_help: "10 位数字。", "10 digits.";
        check_code: "校验码", "Check code";
        check_code_help: "6 位字母或数字；票面没有时留空。", "6 letters or digits; empty where the bill has none.";
        payer: "交款人", "Payer";
        payer_help: "与票面一致的单位或个人名称，卡包里会显示。", "The organisation or person as printed; shown on the card.";
        amount: "金额合计", "Amount";
        amount_help: "填写了收费项目时，等于各项金额之和。", "With items, the sum of them.";
        items: "收费项目", "Items";
        item: "项目名称", "Item";
        quantity: "数量", "Quantity";
        item_unit: "单位", "Unit";
        standard: "标准", "Standard";
        item_amount: "金额", "Amount";
        remark: "备注", "Remark";
        remark_help: "与票面一致。", "As printed.";
        issued: "开具时间", "Issued";
        issued_help: "票面的开具时间（北京时间），例如 2026-11-22 10:30。", "When the bureau issued it, Chinese time, such as 2026-11-22 10:30.";
        delivery: "送达", "Delivery";
        source: "交款人入口", "Where the payer is asked";
        source_help: "微信内打开链接，或从单位自己的 App 打开；由财政局放票的单位不用选择。", "A link opened in WeChat, or the unit's own app; unused where the unit elsewhere asked already.";
        source_web: "微信网页", "Page in WeChat";
        source_app: "自有 App", "Our own app";
        source_elsewhere: "执收单位（别处）", "At the unit, elsewhere";
        foreign_help: "只用于本系统充当财政局的单位：交款人已在执收单位同意，由对方告知以下两项。", "Only for units that we are the bureau of: the payer agreed over there, and the unit tells these two.";
        order_id: "授权单号（order_id）", "Order id (order_id)";
        app_id: "授权所用 AppID", "App id it was asked with";
        file: "票据 PDF", "The bill's PDF";
        file_help: "财政局系统出具的 PDF 原件，其中须有票据号码和金额；可以稍后上传。", "The bureau's own PDF, which must carry number and amount; it may follow later.";
        add_item: "加一行", "Add a line";
        blank_items: "空行会被忽略；没有明细可全部留空。", "Empty lines are ignored; leave all empty where the bill has none.";
        accept: "保存票据", "Save the bill";
        accepted: "票据 {0} 已保存", "Bill {0} is saved";
        known: "票据 {0} 已存在，内容相同", "Bill {0} was there already with the same content";
        taken: "这个代码和号码已用于内容不同的票据", "Code and number are those of a bill with other content";
        taken_open: "打开已有的票据", "Open that bill";
        file_refused: "票据 {0} 已保存，但文件没有被接受：{1}", "Bill {0} is saved; its file was not taken: {1}";
        upload: "上传 PDF", "Upload the PDF";
        upload_means: "上传后不能更换。同一文件再次上传没有影响。", "It cannot be exchanged afterwards. The same file again changes nothing.";
        uploaded: "PDF 已存入", "The PDF is stored";
        no_file: "请选择一个文件", "Choose a file";
        no_file_yet: "还没有 PDF。", "No PDF yet.";
        open_pdf: "打开 PDF", "Open the PDF";
        void: "作废", "Void";
        void_mark: "已作废", "Void";
        void_only: "只看已作废", "Void ones only";
        void_none: "不含已作废", "Without void ones";
        void_all: "含已作废", "With void ones";
        void_at: "作废时间", "Declared void";
        page_for_payer: "给交款人的链接", "The payer's link";
        open_page: "打开", "Open";
        scan: "交款人扫码领取", "For the payer to scan";
        expires: "截止", "Expires";
        authorised_at: "同意时间", "Agreed";
        card: "微信卡包", "WeChat wallet";
        no_card: "票据尚未放入卡包。", "The bill is not in a wallet yet.";
        card_elsewhere: "卡券由财政局放入，这里看不到它的状态。", "The bureau puts the card into the wallet; its state is not seen here.";
        state_inserting: "放入中", "Inserting";
        code_unknown: "未知：微信的应答丢失", "unknown: WeChat's answer was lost";
        hand_over: "交给财政局", "Hand over to the bureau";
        hand_over_means: "财政局凭这两项把票据放入交款人的卡包。", "With these two the bureau puts the bill into the payer's wallet.";
        outcome: "财政局的结果", "What the bureau did";
        outcome_means: "财政局放入卡包或未能放入后，在这里记下结果。", "Note it here once the bureau put the bill into the wallet, or could not.";
        outcome_carded: "已放入卡包", "It is in the wallet";
        outcome_failed: "未能放入", "It did not work";
        outcome_reason: "未能放入的原因", "Why it did not work";
        outcome_told: "已记下结果", "The outcome is noted";
        refuse: "拒绝发放", "Refuse";
        refuse_reason: "原因", "Reason";
        refuse_reason_help: "交款人会在微信里看到这句话。", "The payer reads this sentence in WeChat.";
        refuse_means: "此次领取随即结束；需要时可以重新生成链接。", "This ends the present attempt; a new link can be made if needed.";
        refuse_ask: "交款人会在微信看到原因，此次领取随即结束。确定拒绝发放？", "The payer will read the reason in WeChat, and this attempt ends. Refuse?";
        refused: "已拒绝，交款人会看到：{0}", "Refused; the payer reads: {0}";
        again: "重新生成链接", "Make a new link";
        again_made: "已生成新的链接，请交给交款人", "The new link is made; hand it to the payer";
        void_do: "作废票据", "Declare void";
        void_reason: "作废原因", "Why it is void";
        void_reason_help: "交款人打开链接时会看到。", "The payer reads it at the link.";
        void_means: "只在财政局已作废这张票据后使用，不能撤销。", "Only after the bureau declared the bill void; it cannot be undone.";
        void_no_card: "还没有卡券：链接随即失效，不会再放入卡包。", "There is no card yet: the link ends, and none will be put into a wallet.";
        void_card: "卡包里的票据会被标为作废。", "The card in the wallet is marked as cancelled.";
        void_locked: "交款人正在用它报销（已锁定）：先通知其财务，再作废。", "The payer is being reimbursed for it (locked): tell their bookkeeper first.";
        void_reimbursed: "票据已报销并离开卡包，微信不再接受作废：必须通知交款人的财务。", "It was reimbursed and has left the wallet, and WeChat takes no cancellation any more: the payer's bookkeeper has to be told.";
        void_elsewhere: "卡券由财政局放入，须由财政局作废。", "The bureau put the card into the wallet and has to cancel it there.";
        void_ask: "作废不能撤销。确定财政局已作废这张票据？", "This cannot be undone. Did the bureau declare this bill void?";
        voided: "票据已标为作废", "The bill is declared void";
        id: "编号", "Id";
        created: "录入时间", "Came in";
        moved_on: "票据已进入下一步，未执行；请按当前状态处理。", "The bill has moved on, nothing was done: look at where it stands now.";
    }
}

texts! {
    /// One sentence on where a fiscal bill stands, and what to do.
    FiscalStand {
        awaits: "等待交款人在微信同意，尚余 {0}", "Waiting for the payer to agree in WeChat; {0} left";
        awaits_opened: "交款人已打开页面，等待同意，尚余 {0}", "The payer opened the page; waiting for the consent, {0} left";
        awaits_more: "把二维码或链接交给交款人。", "Hand the code or the link to the payer.";
        awaits_app: "由 App 打开微信的同意页。", "The app opens WeChat's page.";
        confirming: "正在向微信确认交款人的同意", "WeChat is being asked whether the payer agreed";
        overdue: "交款人没有在期限内同意", "The payer did not agree in time";
        overdue_more: "稍后自动结束，然后可以重新生成链接。", "It ends by itself shortly; then a new link can be made.";
        file_missing: "交款人已同意，缺少票据 PDF", "The payer agreed; the bill's PDF is missing";
        file_missing_more: "上传 PDF 后自动放入卡包。", "It goes into the wallet by itself once the PDF is here.";
        template_missing: "交款人已同意，执收单位的卡券模板还没有就绪", "The payer agreed; the unit's card template is not ready";
        template_missing_more: "模板就绪后自动继续。", "It goes on by itself once the template is there.";
        inserting: "交款人已同意，正在放入微信卡包", "The payer agreed; the bill is on its way to the wallet";
        hand_over: "交款人已同意，等待财政局放入卡包", "The payer agreed; the bureau is to put the bill into the wallet";
        hand_over_more: "把下面的授权单号和 AppID 告知财政局，然后记下结果。", "Tell the bureau the order id and app id below, then note what came of it.";
        in_wallet: "票据已在交款人的微信卡包", "The bill is in the payer's WeChat wallet";
        in_wallet_elsewhere: "财政局已把票据放入交款人的微信卡包", "The bureau put the bill into the payer's WeChat wallet";
        locked: "交款人正在用它报销", "The payer is being reimbursed for it";
        reimbursed: "票据已报销", "The bill was reimbursed";
        cancelled: "卡包里的票据已作废", "The card in the wallet was cancelled";
        code_unknown: "票据已在交款人的微信卡包，卡券编号随应答丢失", "The bill is in the payer's wallet; the card's code was lost with the answer";
        code_unknown_more: "收到微信的下一次卡券通知后自动补上；在此之前不能作废卡券。", "It is learnt from WeChat's next message about the card; until then the card cannot be cancelled.";
        refused: "已拒绝", "Refused";
        expired: "链接已过期", "The link expired";
        failed: "未能放入卡包", "It did not get into the wallet";
        again_more: "需要时重新生成链接。", "Make a new link if it is still wanted.";
        void_no_card: "票据已作废", "The bill is void";
        void_done: "票据已作废，卡包里的也已标为作废", "The bill is void, and so is the card in the wallet";
        void_running: "票据已作废，正在作废卡包里的票据", "The bill is void; its card is being cancelled";
        void_locked: "票据已作废，但交款人正在用它报销", "The bill is void, but the payer is being reimbursed for it";
        void_locked_more: "请通知交款人的财务。", "Tell the payer's bookkeeper.";
        void_reimbursed: "票据已作废，但已被报销", "The bill is void, but it was reimbursed";
        void_reimbursed_more: "微信不再接受作废；请通知交款人的财务。", "WeChat takes no cancellation any more; tell the payer's bookkeeper.";
        void_elsewhere: "票据已作废；卡券须由财政局作废", "The bill is void; the bureau has to cancel its card";
        to_unit: "打开执收单位", "Open the unit";
        to_upload: "上传 PDF", "Upload the PDF";
        to_outcome: "记下结果", "Note the outcome";
        to_file: "打开 PDF", "Open the PDF";
    }
}

texts! {
    /// Collecting units.
    FiscalUnitWords {
        title: "执收单位", "Collecting units";
        one: "执收单位", "Collecting unit";
        new: "新增执收单位", "New collecting unit";
        none: "还没有执收单位", "No collecting units yet";
        none_why: "出具财政电子票据的单位，如医院、学校、交警。先向 wxfapiao@tencent.com 申请权限，再在这里设置。", "Whoever gives out fiscal bills: hospitals, schools, traffic police. Apply to wxfapiao@tencent.com for the permission, then set the unit up here.";
        name: "单位全称", "Full name";
        name_help: "显示在卡包里的收款方；改名后会创建新的卡券模板。", "The payee on the card; a new name takes a new card template.";
        code: "单位编码", "Code";
        code_help: "自定的短编码，接口用它指定单位；保存后不能更改。", "A short code of your own; the API names the unit by it. It cannot be changed once saved.";
        role: "本系统的角色", "Our role";
        role_help: "保存后不能更改。", "It cannot be changed once saved.";
        role_both: "自建平台", "Both roles";
        role_both_means: "本系统征得交款人同意，并把票据放入卡包。", "We ask the payer, and put the bill into the wallet.";
        role_unit: "执收单位", "The collecting unit";
        role_unit_means: "本系统征得交款人同意，财政局在别处放入卡包；需要财政局的开票平台识别码。", "We ask the payer; the bureau elsewhere puts the bill into the wallet. Takes the bureau's platform id.";
        role_bureau: "财政局", "The finance bureau";
        role_bureau_means: "执收单位在别处征得交款人同意，本系统放入卡包。", "The unit elsewhere asked the payer; we put the bill into the wallet.";
        accounts: "微信账号", "WeChat accounts";
        web_account: "执收单位的服务号", "The unit's service account";
        web_account_help: "交款人看到的页面属于它，推送也发给它；角色为财政局时不用选。", "The payer's pages are its own, and it gets the pushes; unused where we are the bureau.";
        app_account: "开放平台应用", "Open-platform app";
        app_account_help: "交款人从自己的 App 领取时选择。", "Where payers come from an app of yours.";
        bureau_account: "财政局的服务号", "The bureau's service account";
        bureau_account_help: "创建模板、上传 PDF、放入卡包用它；角色为执收单位时不用选。", "It makes the template, uploads the PDF and inserts the card; unused where we are the unit only.";
        bureau_platform_id: "财政局的开票平台识别码", "The bureau's platform id";
        bureau_platform_id_help: "由财政局告知；只用于角色“执收单位”。", "Told by the bureau; only where we are the collecting unit.";
        no_account: "不使用", "None";
        closed: "停止接收新票据", "Takes no new bills";
        closed_help: "已有的票据照常进行。", "Bills that are here go on.";
        is_closed: "已停用", "Closed";
        open: "启用", "Active";
        saved: "执收单位“{0}”已保存", "Unit “{0}” is saved";
        logo: "卡券图标", "Picture on the cards";
        logo_help: "PNG 或 JPEG，正方形，建议 300 × 300；不上传则用素色图标。只用于以后创建的模板。", "PNG or JPEG, a square, 300 × 300 is best; a plain one without it. Used for templates made from now on.";
        logo_save: "上传图标", "Upload the picture";
        logo_saved: "图标已保存", "The picture is saved";
        template: "卡券模板", "Card template";
        template_unused: "财政局在别处创建", "Made by the bureau";
        template_absent: "尚未创建", "Not made";
        template_asked: "正在创建", "Being made";
        template_unknown: "结果不明", "Outcome unknown";
        template_refused: "微信拒绝", "Refused";
        template_ready: "已就绪", "Ready";
        absent: "卡券模板尚未创建", "There is no card template yet";
        absent_more: "选好财政局的服务号并保存后，由后台任务创建。", "A job makes it once the bureau's service account is chosen and saved.";
        asked: "正在请求微信创建卡券模板", "WeChat is being asked for the card template";
        asked_more: "请求时间 {0}。", "Asked at {0}.";
        unknown: "不知道微信是否已创建卡券模板", "Nobody knows whether WeChat made the card template";
        unknown_more: "{0} 请求后没有收到应答，再次请求会多出一个模板。到微信后台查看后选择。", "The answer to the request of {0} was lost, and asking again would make another one. Look in WeChat's console, then choose.";
        refused: "微信拒绝创建卡券模板", "WeChat refused to make the card template";
        refused_more: "按微信的说明处理，然后重新请求。", "Mend what WeChat names, then ask again.";
        ready: "卡券模板已就绪", "The card template is ready";
        ready_more: "card_id {0}，收款方 {1}。", "card_id {0}, payee {1}.";
        unit_only: "卡券由财政局放入", "The bureau inserts the cards";
        unit_only_more: "本系统不需要卡券模板。", "No card template is needed here.";
        found_it: "微信后台里有这个模板", "It is in WeChat's console";
        card_id: "card_id", "card_id";
        card_id_help: "微信后台里看到的 card_id。", "The card_id that the console shows.";
        adopt: "使用这个模板", "Use it";
        not_there: "微信后台里没有", "It is not there";
        not_there_more: "确认没有后重新请求创建。", "Sure of that, ask for it again.";
        ask_again: "重新请求创建", "Ask again";
        ask_again_sure: "已确认微信后台里没有这个模板？重复创建的模板不能合并。", "Is it certain that it is not in the console? Templates made twice cannot be merged.";
        settled: "已记下，由后台任务继续", "Noted; a job goes on from here";
        open_units: "打开执收单位", "Open the units";
    }
}

texts! {
    /// Lines of a bill's and a unit's timeline, and the jobs.
    FiscalActs {
        accepted: "票据已录入，金额 {0}", "Bill entered, {0}";
        file_attached: "票据 PDF 已存入", "The bill's PDF was stored";
        page_opened: "交款人打开同意页", "The payer opened the page";
        authorised: "交款人已同意，微信确认", "The payer agreed; WeChat confirms it";
        declined: "交款人在微信页面上取消", "The payer cancelled on WeChat's page";
        refused: "拒绝发放", "Refused";
        expired: "链接过期", "The link expired";
        rejected_at_wechat: "已通知微信不再发放", "WeChat was told that the bill does not come";
        asked_again: "重新生成链接", "A new link was made";
        media_uploaded: "PDF 已上传微信", "The PDF was uploaded to WeChat";
        insert_asked: "请求微信插入卡券", "Asked WeChat to insert the card";
        insert_refused: "没有放入卡包", "The card was not inserted";
        inserted: "票据已放入交款人的微信卡包", "The bill is in the payer's WeChat wallet";
        card_changed: "卡券状态变为“{0}”", "The card became “{0}”";
        card_changed_some: "卡券状态变化", "The card changed";
        failed: "未能放入卡包", "It did not get into the wallet";
        voided: "票据作废", "The bill was declared void";
        card_cancelled: "卡包里的票据已作废", "The card in the wallet was cancelled";
        outcome_carded: "财政局已放入卡包", "The bureau put it into the wallet";
        outcome_failed: "财政局未能放入卡包", "The bureau could not put it into the wallet";
        unit_saved: "保存执收单位 {0}", "Collecting unit {0} saved";
        template_asked: "请求微信创建执收单位的卡券模板", "Asked WeChat for the unit's card template";
        template_made: "创建执收单位的卡券模板", "The unit's card template was made";
        template_refused: "微信拒绝创建执收单位的卡券模板", "WeChat refused the unit's card template";
        template_unknown: "创建卡券模板的应答丢失", "The answer about the card template was lost";
        template_settled: "人工确认了卡券模板的结果", "A person settled the card template's outcome";
        job_template: "创建执收单位的卡券模板", "Make the unit's card template";
        job_confirm: "向微信确认交款人的同意", "Confirm the payer's consent with WeChat";
        job_insert: "把财政票据放入微信卡包", "Bring the fiscal bill into the wallet";
        job_reject: "通知微信拒绝发放财政票据", "Tell WeChat that the fiscal bill does not come";
        next_unit: "到执收单位页面处理，然后重试。", "See to it on the unit's page, then retry.";
        next_code: "请交款人不要使用这张卡券；微信报告其状态后自动作废。", "Ask the payer not to use the card; it is struck out once WeChat reports it.";
        next_reimbursed: "请通知交款人的财务，然后放弃此任务。", "Tell the payer's bookkeeper, then give this job up.";
        next_retry: "查明原因后重试；重试不会重复放入卡包。", "Find the cause, then retry; no card is inserted twice.";
        job_cancel: "作废卡包中的财政票据", "Strike the fiscal bill's card out";
    }
}
