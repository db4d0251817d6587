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
        platform: "第三方开票平台", "External platform";
        base_url: "平台网关地址", "Gateway address";
        base_url_help: "由平台提供，/v1/… 之前的部分，例如 https://platform.example.com/platform。", "Given by the platform: what precedes /v1/…, such as https://platform.example.com/platform.";
        key_id: "密钥编号", "Key id";
        secret: "密钥", "Secret";
        secret_help: "由平台提供，加密保存，不会再显示。", "Given by the platform; kept sealed and never shown again.";
        platform_id: "开票平台识别码", "Platform id";
        platform_id_help: "平台在微信的识别码，用于授权页；留空则向平台查询。", "The platform's id at WeChat, for the authorisation page; left empty, the platform is asked.";
        callback: "回调地址", "Callback address";
        callback_help: "把此地址交给平台，开票结果会发到这里；没有回调时系统也会主动查询。", "Give it to the platform: results arrive here. Without callbacks they are asked for.";
        answers: "平台应答", "The platform answers";
        answered: "{0} 已应答，识别码、税率与编码已同步", "{0} answered; its id, rates and class codes are known";
        not_answered: "尚未应答；保存后自动查询，失败时见“待处理”。", "Not yet; it is asked after saving. If that fails, see what needs a person.";
        callbacks: "最近的回调", "Latest callbacks";
        callback_refused: "已拒绝", "Refused";
        saved: "“{0}”的第三方平台已保存，正在查询平台", "The external platform of “{0}” is saved and being asked";
        open_platform: "设置第三方开票平台", "Set up the external platform";
        partners: "合作商户", "Merchants";
        partner_new: "登记商户", "Register a merchant";
        partners_none: "还没有合作商户", "No merchants yet";
        partners_none_why: "登记后，其他企业的系统可以请本平台开票并放入其买家的微信卡包。", "Once registered, another company's system can have this platform issue its invoices and bring them into WeChat wallets.";
        partner_name: "商户名称", "Merchant";
        partner_seller: "开票主体", "Issued in the name of";
        partner_seller_help: "发票以该主体的名义开具；没有时请先新建。登记后不能更改。", "Its invoices carry this seller; add it first if it is not there. Fixed once registered.";
        app_ids: "允许的 AppID", "Permitted app ids";
        app_ids_help: "商户授权页所用的微信账号，每行一个。", "The WeChat apps whose authorisation pages its buyers see, one a line.";
        partner_callback: "结果回调地址", "Callback address";
        partner_callback_help: "由商户提供；留空则由商户自行查询。", "Given by the merchant; without it the merchant has to ask.";
        active: "接受该商户的请求", "Take this merchant's requests";
        suspended: "已暂停", "Suspended";
        apps: "AppID 数", "Apps";
        keys: "密钥", "Keys";
        key_new: "新建密钥", "New key";
        keys_none: "还没有密钥，商户暂时无法调用。", "No key yet: the merchant cannot call.";
        key_made: "新的合作密钥", "A new merchant key";
        rotation: "更换密钥：先新建并交给商户，商户换用后再吊销旧的；结果始终用最新的密钥签名。", "To change over: make a new key, hand it over, revoke the old one once the merchant uses it. Results are signed with the newest.";
        hand_over: "与密钥编号、密钥一起交给商户。", "Hand it over together with key id and secret.";
        requests: "开票请求", "Requests";
        requests_none: "还没有请求。", "None yet.";
        at: "收到时间", "Received";
        order_id: "授权单号", "Order id";
        number: "发票号码", "Invoice number";
        total: "价税合计", "Total";
        told: "已通知商户", "The merchant was told";
        told_trouble: "通知失败：{0}", "Could not be told: {0}";
        state_accepted: "已受理", "Accepted";
        state_issuing: "开票中", "Issuing";
        state_issued: "已开具", "Issued";
        state_delivered: "已入卡包", "In the wallet";
        state_refused: "已拒绝", "Refused";
        state_failed: "失败", "Failed";
        partner_told: "合作商户“{0}”已保存", "Merchant “{0}” is saved";
        next_platform: "与第三方平台核对后重试；重试不会重复开票。", "Clear it up with the external platform, then retry; nothing is issued twice.";
    }
}
