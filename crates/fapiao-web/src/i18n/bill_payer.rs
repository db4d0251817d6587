//! The payer's page of a fiscal bill.

use super::texts;

texts! {
    /// A fiscal bill, for who paid.
    BillPayer {
        amount: "票据金额", "Amount";
        number: "票据号码", "Bill no.";
        code: "票据代码", "Bill code";
        date: "开票日期", "Issued on";
        items: "收费项目", "What was paid for";
        remark: "备注", "Remark";
        ready: "领取财政电子票据", "Take your fiscal e-bill";
        ready_means: "票据已由执收单位开具。在微信确认后放入你的微信卡包。", "The bill is made out. Confirm in WeChat to put it into your wallet.";
        until: "请在此之前领取：", "Please do so before";
        go: "去微信领取票据", "Take it in WeChat";
        go_means: "无需关注公众号", "No need to follow an account";
        preparing: "正在打开微信领取页", "Opening WeChat's page";
        preparing_means: "微信暂时没有应答，请稍候。", "WeChat does not answer for the moment. Please wait.";
        on_its_way: "已同意领取，正在放入微信卡包", "On its way to your WeChat wallet";
        on_its_way_means: "通常一分钟内完成，可以离开此页。", "This usually takes less than a minute. You may leave this page.";
        at_bureau: "已同意领取，等待财政部门放入微信卡包", "Waiting for the finance bureau";
        at_bureau_means: "财政部门放入后，微信会通知你。你不需要再做任何事。", "The finance bureau puts it into your wallet, and WeChat tells you. There is nothing more to do.";
        no_file: "已同意领取，等待票据文件", "Waiting for the bill's file";
        no_file_means: "执收单位提交票据文件后，会自动放入你的微信卡包。你不需要再做任何事。", "Once the file is handed in, the bill comes into your WeChat wallet by itself. There is nothing more to do.";
        with_staff: "等待工作人员处理", "Waiting for staff";
        with_staff_means: "我们已在处理，你不需要做任何事。完成后票据会自动放入微信卡包。", "We are looking after it and you need not do anything. The bill will appear in your WeChat wallet.";
        carded: "票据已放入你的微信卡包", "The bill is in your WeChat wallet";
        carded_means: "打开微信 → 我 → 订单与卡包 → 卡包，即可查看。", "In WeChat open Me, Orders and Cards, Cards to see it.";
        ended: "票据未放入微信卡包", "The bill was not put into your wallet";
        ended_means: "如有疑问，请联系执收单位；需要时可请其重新发出领取链接。", "Please ask the collecting unit if this is unclear; it can make a new link.";
        expired: "领取链接已过期", "This link has expired";
        expired_means: "票据仍然有效。请联系执收单位重新发出领取链接。", "The bill is still valid. Please ask the collecting unit for a new link.";
        void: "票据已作废", "The bill was declared void";
        void_means: "这张票据不能再用于报销。如有疑问，请联系执收单位。", "It cannot be handed in any more. Please ask the collecting unit if this is unclear.";
        reason: "原因：{0}", "Reason: {0}";
        successor: "使用新的领取链接", "Go on with the new link";
        again: "你已同意领取，无需重复操作。", "You have agreed already; there is nothing more to do.";
        download: "下载票据 PDF", "Download the PDF";
        looks_again: "页面会自动刷新", "This page refreshes by itself";
        look_now: "立即刷新", "Refresh now";
        not_found: "没有找到这个领取链接", "No such link";
        not_found_means: "请核对链接，或重新扫描执收单位给出的二维码。", "Please check the address or scan the code you were given again.";
    }
}
