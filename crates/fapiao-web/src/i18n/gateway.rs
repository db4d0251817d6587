//! Words of the platform gateway, both ends.

use super::texts;

texts! {
    /// The external platform of a seller, and the merchants that we are the platform of.
    Gateway {
        by_gateway: "对方平台", "The other installation";
        request_asked: "向第三方平台发出开票请求", "Asked the external platform for the invoice";
        request_unknown: "第三方平台没有应答，先查询再决定是否重发", "No answer from the platform; it is asked before anything is sent again";
        request_taken: "第三方平台已受理", "The external platform took it on";
        request_refused: "第三方平台拒绝开票", "The external platform refused";
        invoice_issued: "第三方平台已开具 {0}", "The external platform issued {0}";
        notice_received: "收到第三方平台回调", "A callback of the external platform arrived";
        gateway_saved: "保存第三方平台接入", "External platform saved";
        partner_saved: "保存合作商户 {0}", "Merchant {0} saved";
        partner_key_added: "新建合作密钥 {0}", "Merchant key {0} made";
        partner_key_revoked: "吊销合作密钥 {0}", "Merchant key {0} revoked";
        send_request: "向第三方平台请求开票", "Ask the external platform";
        follow_request: "查询第三方平台结果", "Follow the external platform";
        handle_notice: "处理第三方平台回调", "Handle a platform's callback";
        report_result: "通知合作商户开票结果", "Tell a merchant the result";
        next_platform: "与第三方平台核对后重试；重试不会重复开票。", "Clear it up with the external platform, then retry; nothing is issued twice.";
    }
}
