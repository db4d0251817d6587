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
