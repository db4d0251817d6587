//! Words for watching over WeChat: pushes one by one, the self-test, the comparison, the checks, all deliveries.

use super::texts;

texts! {
    /// One push.
    Push {
        title: "推送", "Push";
        all: "全部", "All";
        raw_query: "原始地址参数", "Query as it came";
        raw_body: "原始报文", "Body as it came";
        raw_cut: "报文过长，只保留了开头部分。", "It was long; only its beginning was kept.";
        not_kept: "旧版本收到的推送没有保留原始报文。", "An older version received it and did not keep its raw form.";
        received: "收到时间", "Received";
        seen: "收到次数", "Times received";
        verdict_was: "收到时的结论", "Verdict when it came";
        reason: "原因", "Reason";
        outcome: "处理结果", "What came of it";
        replay: "试运行", "Try it again";
        replay_means: "用当前版本重新验证并处理一遍，只显示会改变什么，不写入任何内容。", "Verifies and handles it once more with the running version and shows what would change. Nothing is written.";
        handle_again: "重新处理", "Handle it again";
        handle_again_ask: "重新处理这条推送？", "Handle this push again?";
        handled_again: "已重新加入处理。", "It is being handled again.";
        not_handled_again: "这条推送不需要重新处理。", "This push need not be handled again.";
        now_accepted: "现在会被接受", "It would be let in now";
        now_refused: "现在会被拒绝", "It would be refused now";
        now_not_kept: "没有原始报文，只试处理正文", "Without its raw form only the text is tried";
        now_cut: "原始报文不完整，无法验证", "Its raw form is not complete and proves nothing";
        ends: "处理后", "It would end";
        waits: "稍后再试", "to be tried again later";
        would_change: "会改变", "Would change";
        would_follow: "会接着做", "Would follow";
        would_be: "逐项对比", "Value by value";
        value: "内容", "Value";
        value_card: "卡券", "Card";
        value_now: "现在", "Now";
        value_then: "会变为", "Would be";
        changes_nothing: "不会改变任何内容。", "It would change nothing.";
        self_tests: "推送自检", "Self-test of the push address";
        self_test_means: "本系统通过公网地址，按三种加密方式各给自己发一条测试推送，并核对结果。", "The product sends itself a test push in each of the three modes through its public address and looks at what comes of it.";
        self_test_go: "自检 {0}", "Test {0}";
        forged_hint: "仅供核对；个人信息和签名已遮盖。", "For comparing only; personal data and signatures are masked.";
    }
}

texts! {
    /// The self-test.
    SelfTest {
        title: "推送自检", "Self-test of pushes";
        passed: "自检通过：推送可以到达，伪造的推送会被拒绝。", "Passed: pushes arrive, and forged ones are refused.";
        failed: "自检未通过：{0} 项不对。", "Not passed: {0} of the trials went wrong.";
        again: "再测一次", "Test again";
        address_check: "微信后台的地址验证（GET）", "The address check of WeChat's console (GET)";
        push_safe: "安全模式的推送", "A push in safe mode";
        push_compatible: "兼容模式的推送", "A push in compatible mode";
        push_plain: "明文模式的推送", "A push in plain mode";
        forged: "签名被改动的推送", "A push with an altered signature";
        stored: "收件箱中可以查到测试推送", "The test push is in the inbox";
        let_in: "已接受，符合账号设置", "let in, as the account's settings want it";
        kept_out: "已拒绝，应当如此", "refused, as it should be";
        found: "已找到", "found";
        mend_reach: "检查公网地址、域名解析、证书和反向代理：微信也从这个地址进来。", "Look at the public address, DNS, certificate and proxy: WeChat comes in the same way.";
        mend_settings: "检查账号中的 Token、EncodingAESKey 与加密方式是否与微信后台一致。", "Compare Token, EncodingAESKey and mode of the account with WeChat's console.";
        mend_open: "不该接受的推送被接受了：请停用该地址并检查前面的代理。", "What should be refused was let in: stop using the address and examine what stands before it.";
    }
}

texts! {
    /// The comparison with WeChat, and the list of deliveries.
    Reconciliation {
        title: "与微信核对", "Compare with WeChat";
        means: "每晚自动核对：微信已授权而这里没有的，以及相反的情况。", "Every night: authorised there but unknown here, and the reverse.";
        none: "还没有核对过", "Nothing has been compared yet";
        running: "正在核对，已查询 {0} 笔", "Comparing; {0} asked about so far";
        differ: "有 {0} 处不一致待处理", "{0} differences are open";
        agree: "与微信一致", "Both sides agree";
        asked: "共查询 {0} 笔", "{0} asked about";
        more: "另有 {0} 项未列出，处理以上各项后显示。", "{0} more are not listed; they appear as those above are taken care of.";
        asked_unanswered: "共查询 {0} 笔，其中 {1} 笔没有得到应答", "{0} asked about, {1} without an answer";
        start: "立即核对", "Compare now";
        started: "核对已开始。", "The comparison has begun.";
        runs: "历次核对", "Past runs";
        cause: "发起", "Begun by";
        nightly: "每晚自动", "nightly";
        by_staff: "人工", "staff";
        by_cli: "命令行", "command line";
        asked_about: "查询", "Asked";
        found: "不一致", "Found";
        open: "待处理", "Open";
        what: "不一致", "Difference";
        here: "这里", "Here";
        there: "微信", "WeChat";
        there_authorised: "已授权", "authorised";
        there_rejected: "已拒绝", "refused";
        there_not_yet: "未授权", "not authorised";
        authorised_there: "买家已授权，这里还不知道", "The buyer agreed; it is not known here";
        refused_here: "这里已拒绝或已结束，微信还不知道", "Refused or over here; WeChat was not told";
        rejected_there: "微信已拒绝这次授权，这里还在开票", "WeChat has it refused; it is under way here";
        not_authorised_there: "这里已授权，微信没有这次授权", "Authorised here; WeChat does not know of it";
        unknown_here: "买家授权了一个这里没有的单号", "A buyer agreed to an order id that is not here";
        no_card: "发票已开具，但没有在放入卡包", "Issued, and nobody brings it to the wallet";
        code_unknown: "卡券在卡包中，编号丢失", "In the wallet, its code was lost";
        card_only_here: "这里已入卡包，微信没有这次授权", "In the wallet here; WeChat does not know of the agreement";
        fix_card_only_here: "查看卡券，请买家核对卡包", "See the card; ask the buyer to look into the wallet";
        fix_authorised_there: "确认授权并开票", "Confirm and issue";
        fix_refused_here: "通知微信已拒绝", "Tell WeChat and the buyer";
        fix_close: "结束这次授权", "End this delivery";
        fix_unknown_here: "重新处理推送", "Handle the push again";
        fix_no_card: "放入卡包", "Bring it to the wallet";
        fix_code_unknown: "补录卡券编号", "Enter the code";
        fixed: "已处理。", "Taken care of.";
        fixed_before: "之前已处理过。", "It was taken care of before.";
        deliveries: "全部投递", "All deliveries";
        nav_deliveries: "投递", "Deliveries";
        no_deliveries: "没有符合条件的投递。", "No deliveries like that.";
        ends_day: "一天内到期", "ends within a day";
        ends_three_days: "三天内到期", "ends within three days";
    }
}

texts! {
    /// The checks under an error, and the code of a card.
    Checks {
        would_refuse: "微信会以 {0} 拒绝", "WeChat would refuse it with {0}";
        may_refuse: "微信可能以 {0} 拒绝", "WeChat may refuse it with {0}";
        nothing: "按现有数据没有发现问题", "Our own data show nothing wrong";
        nothing_means: "已核对授权、号码、金额、版式文件、模板和卡券。", "Authorisation, numbers, amounts, document, template and cards were looked at.";
        retry: "重试", "Try again";
        new_link: "重新生成开票链接", "Make a new link";
        settings: "检查开票主体设置", "Look at the seller's settings";
        enter_code: "补录卡券编号", "Enter the card's code";
        open_invoice: "打开发票", "Open the invoice";
        code_lost: "卡券已在买家卡包中，但编号随微信的应答丢失。买家报销时会自动找回；在此之前不能作废这张卡券。", "The card is in the buyer's wallet, but its code was lost with WeChat's answer. It is found when the buyer hands the card in; until then it cannot be struck out.";
        code: "卡券编号", "Card code";
        code_help: "6 至 32 位字母或数字（通常为 12 位数字），可在买家卡包或报销方的清单中看到。", "6 to 32 letters and digits, usually 12 digits, as shown in the buyer's wallet or a reimburser's list.";
        code_save: "保存编号", "Save the code";
        code_entered: "已记录卡券编号。", "The code is saved.";
        code_unusual: "已记录卡券编号，但它不是通常的 12 位数字：请再核对一次，填错时微信不会作废这张卡券。", "The code is saved, but it is not the usual 12 digits: look once more; with a wrong one WeChat refuses to strike the card out.";
        code_form: "卡券编号为 6 至 32 位字母或数字。", "A card code has 6 to 32 letters and digits.";
        code_taken: "这个编号属于另一张卡券。", "This code belongs to another card.";
        red_locked: "卡券正由报销方查验锁定：请先与买家财务沟通，再开红字发票。", "An employer is checking the card: speak with the buyer's bookkeeper before the red letter.";
        red_reimbursed: "卡券已报销：请通知买家财务冲减，再开红字发票。", "The card was reimbursed: tell the buyer's bookkeeper before the red letter.";
        red_code_unknown: "卡券编号丢失，红冲后无法自动作废卡券：请先在投递页补录编号。", "The card's code was lost, so the card cannot be struck out afterwards: enter the code on the delivery's page first.";
        red_on_its_way: "卡券正在放入卡包，放入后才会作废。", "The card is on its way to the wallet; it is struck out after it arrived.";
        step_retry: "再试一次不会重复放入卡包。", "Trying again cannot insert the card twice.";
        step_ask: "再向微信查询一次买家是否已授权。", "Ask WeChat once more whether the buyer agreed.";
        step_new_link: "单号已作废：重新生成开票链接。", "The order id is burnt: make a new link.";
        step_settings: "检查开票主体与微信账号的设置。", "Look at the settings of the seller and its account.";
        step_attach: "微信不认可这份 PDF：上传税务机关的官方文件，卡券会用它重新放入。", "WeChat does not take this PDF: attach the tax authority's own file, and the card is made of it.";
        step_invoice: "发票仍然有效，可以下载后直接交给买家。", "The invoice stays valid: download it and hand it to the buyer.";
        code_known: "这张卡券已有编号。", "This card has its code already.";
    }
}
