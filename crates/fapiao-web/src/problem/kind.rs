//! Every kind of problem: status, stable code, title, meaning and next step. `/api/docs/errors` is made of these.

use super::Said;
use actix_web::http::StatusCode;

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $status:ident $code:literal
        $en:literal $zh:literal
        means $means_en:literal $means_zh:literal
        next $next_en:literal $next_zh:literal;)*) => {
        /// A kind of problem.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub(crate) enum Kind { $($(#[$doc])* $name,)* }

        impl Kind {
            /// All of them, by status.
            pub(crate) const ALL: &[Kind] = &[$(Kind::$name,)*];

            /// The HTTP status.
            pub(crate) const fn status(self) -> StatusCode {
                match self { $(Kind::$name => StatusCode::$status,)* }
            }

            /// The stable code; also the anchor in the documentation.
            pub(crate) const fn code(self) -> &'static str {
                match self { $(Kind::$name => $code,)* }
            }

            /// What it is, in a few words.
            pub(crate) fn title(self) -> Said {
                match self { $(Kind::$name => Said::new($en, $zh),)* }
            }

            /// What it means.
            pub(crate) fn meaning(self) -> Said {
                match self { $(Kind::$name => Said::new($means_en, $means_zh),)* }
            }

            /// What to do now.
            pub(crate) fn next(self) -> Said {
                match self { $(Kind::$name => Said::new($next_en, $next_zh),)* }
            }
        }
    };
}

kinds! {
    /// Not a request we can read.
    BadRequest = BAD_REQUEST "bad_request"
        "The request cannot be read" "无法读取该请求"
        means "The request breaks the rules of HTTP, or its path holds something that cannot be there."
            "请求不符合 HTTP 规则，或路径中含有不该出现的内容。"
        next "Compare the request with the example of the operation." "请对照该接口的示例检查请求。";
    /// The body is no JSON.
    InvalidJson = BAD_REQUEST "invalid_json"
        "The body is not JSON" "请求体不是合法的 JSON"
        means "The body cannot be read as one JSON document in UTF-8."
            "请求体不是一个 UTF-8 编码的 JSON 文档。"
        next "Correct the place that `detail` names." "请修正 `detail` 指出的位置。";
    /// The query is wrong.
    InvalidQuery = BAD_REQUEST "invalid_query"
        "The query is wrong" "查询参数有误"
        means "A parameter of the address is unknown, repeated or has no such value."
            "网址中的参数不存在、重复，或取值不正确。"
        next "Correct each parameter listed in `errors`." "请逐个修正 `errors` 列出的参数。";
    /// No idempotency key.
    IdempotencyKeyMissing = BAD_REQUEST "idempotency_key_missing"
        "Idempotency-Key is missing" "缺少 Idempotency-Key"
        means "Every call that makes something needs a key of the caller, so that a repetition after a lost answer does it only once."
            "凡是新建或执行操作的请求都要带上调用方生成的键，这样应答丢失后重发也只会执行一次。"
        next "Send a header such as `Idempotency-Key: 5f1c…`, a new one for each new act and the same one for a repetition."
            "请加上请求头 `Idempotency-Key: 5f1c…`：新操作用新键，重发用原键。";
    /// The idempotency key is malformed.
    IdempotencyKeyInvalid = BAD_REQUEST "idempotency_key_invalid"
        "Idempotency-Key is malformed" "Idempotency-Key 格式不正确"
        means "A key has 1 to 255 printable ASCII characters and is sent once."
            "该键须为 1 至 255 个可打印的 ASCII 字符，且只出现一次。"
        next "Use a UUID." "建议使用 UUID。";
    /// Who calls is not known.
    Unauthorized = UNAUTHORIZED "unauthorized"
        "No valid API key" "没有有效的 API 密钥"
        means "The request carries no API key, or one that does not exist."
            "请求没有携带 API 密钥，或该密钥不存在。"
        next "Send `Authorization: Bearer fp_…` with a key from the back-office (Build › API keys)."
            "请携带 `Authorization: Bearer fp_…`，密钥在后台「开发 › API 密钥」中创建。";
    /// The key was revoked.
    KeyRevoked = UNAUTHORIZED "key_revoked"
        "The API key was revoked" "API 密钥已吊销"
        means "Somebody revoked this key in the back-office; it never works again."
            "该密钥已在后台吊销，不再有效。"
        next "Ask for a new key." "请申请新的密钥。";
    /// A key that may only read.
    ReadOnlyKey = FORBIDDEN "read_only_key"
        "The API key may only read" "该 API 密钥只能读取"
        means "The key was made for reading; the call would change something."
            "该密钥只有读取权限，而本次调用会做出更改。"
        next "Use a key that may write." "请改用有写入权限的密钥。";
    /// A key of one store, where the whole company is asked about.
    StoreKey = FORBIDDEN "store_key"
        "The API key belongs to one store" "该 API 密钥限定于一家门店"
        means "Fiscal bills belong to no store, so a key that is restricted to one may neither see nor send them."
            "财政电子票据不属于任何门店，限定门店的密钥既不能查看也不能提交。"
        next "Use a key of the whole company (Build › API keys)." "请改用面向全公司的密钥（「开发 › API 密钥」）。";
    /// No such address.
    NotFound = NOT_FOUND "not_found"
        "There is no such address" "没有这个地址"
        means "The path is not part of the API, or the thing it names does not exist."
            "该路径不属于本 API，或所指的对象不存在。"
        next "Look the path up in /api/docs." "请在 /api/docs 中核对路径。";
    /// No such order for this caller.
    OrderNotFound = NOT_FOUND "order_not_found"
        "There is no such order" "没有这个订单"
        means "No order has this id, or it belongs to a store that this key may not see."
            "没有该编号的订单，或订单所属门店不在该密钥的权限之内。"
        next "Use the `id` that POST /api/v1/orders answered, or search with GET /api/v1/orders?order_no=…"
            "请使用 POST /api/v1/orders 返回的 `id`，或用 GET /api/v1/orders?order_no=… 查找。";
    /// No such delivery for this caller.
    DeliveryNotFound = NOT_FOUND "delivery_not_found"
        "There is no such delivery" "没有这个投递"
        means "No delivery has this id, or its order belongs to a store that this key may not see."
            "没有该编号的投递，或订单所属门店不在该密钥的权限之内。"
        next "Use the `delivery.id` of the order." "请使用订单中的 `delivery.id`。";
    /// No such invoice for this caller.
    InvoiceNotFound = NOT_FOUND "invoice_not_found"
        "There is no such invoice" "没有这张发票"
        means "No invoice has this id, or it belongs to a store that this key may not see."
            "没有该编号的发票，或其所属门店不在该密钥的权限之内。"
        next "Use the `invoice.id` of the delivery." "请使用投递中的 `invoice.id`。";
    /// The invoice has no such file (yet).
    DocumentNotFound = NOT_FOUND "document_not_found"
        "The invoice has no such file" "该发票没有此文件"
        means "The invoice is not issued yet, its files are still being made, or it has none of this format."
            "发票尚未开出、文件仍在生成，或没有这种格式的文件。"
        next "Look at `documents` of the invoice; ask again in a few seconds while it is being issued."
            "请查看发票的 `documents`；开票过程中可几秒后再试。";
    /// No such fiscal bill.
    BillNotFound = NOT_FOUND "bill_not_found"
        "There is no such bill" "没有这张票据"
        means "No fiscal bill has this id." "没有该编号的财政电子票据。"
        next "Use the `id` that POST /api/v1/bills answered, or search with GET /api/v1/bills?text=…"
            "请使用 POST /api/v1/bills 返回的 `id`，或用 GET /api/v1/bills?text=… 查找。";
    /// The bill's file is not there (yet).
    BillFileNotFound = NOT_FOUND "bill_file_not_found"
        "The bill has no file yet" "该票据还没有文件"
        means "The bureau's PDF was not handed in yet." "尚未提交财政部门的 PDF。"
        next "Send it with PUT /api/v1/bills/{id}/file." "请用 PUT /api/v1/bills/{id}/file 提交。";
    /// The address knows other methods.
    MethodNotAllowed = METHOD_NOT_ALLOWED "method_not_allowed"
        "The address does not know this method" "该地址不支持此方法"
        means "The path exists, with other methods than this one." "路径存在，但不支持这一方法。"
        next "Use a method of the header `Allow`." "请使用响应头 `Allow` 中列出的方法。";
    /// The body came too slowly.
    BodyTooSlow = REQUEST_TIMEOUT "body_too_slow"
        "The body came too slowly" "请求体传输过慢"
        means "The whole body has to arrive within 30 seconds." "请求体须在 30 秒内传完。"
        next "Send it again with the same Idempotency-Key." "请用同一个 Idempotency-Key 重发。";
    /// Another order has the number.
    OrderNoTaken = CONFLICT "order_no_taken"
        "The order number is taken" "订单号已被使用"
        means "This seller has a different order under the same number. Order numbers are unique for ever."
            "该销方已有内容不同而号码相同的订单。订单号永久唯一。"
        next "Look at the order that `detail` names; give a new order a new number."
            "请查看 `detail` 指出的订单；新订单请使用新号码。";
    /// A delivery is under way or done.
    DeliveryUnderWay = CONFLICT "delivery_under_way"
        "A delivery is under way" "已有投递在进行"
        means "The order has a delivery that awaits its buyer, or it is invoiced already."
            "该订单已有等待买家的投递，或已经开票。"
        next "Show the buyer the page of that delivery (GET /api/v1/orders/{id}); refuse it first to make another."
            "请让买家使用现有投递的页面（GET /api/v1/orders/{id}）；如需新建，请先拒绝现有投递。";
    /// Too late to refuse.
    DeliveryNotRefusable = CONFLICT "delivery_not_refusable"
        "The delivery cannot be refused any more" "该投递已不能拒绝"
        means "Only a delivery without an invoice can be refused, and only once."
            "只有尚未开票的投递可以拒绝，且只能拒绝一次。"
        next "Look at its state with GET /api/v1/deliveries/{id}." "请用 GET /api/v1/deliveries/{id} 查看其状态。";
    /// The delivery awaits no buyer.
    DeliveryNotOpen = CONFLICT "delivery_not_open"
        "The delivery awaits no buyer any more" "该投递已不再等待买家"
        means "Its buyer agreed already, or it was refused, expired or failed."
            "买家已授权，或该投递已被拒绝、过期、失败。"
        next "Look at its state with GET /api/v1/deliveries/{id}; ask for a new delivery where it ended without an invoice."
            "请用 GET /api/v1/deliveries/{id} 查看其状态；未开票而结束的，请新建投递。";
    /// Another bill has the code and number.
    BillTaken = CONFLICT "bill_taken"
        "The bill is known with other facts" "该票据已存在且内容不同"
        means "A bill of this code and number came before with another payer, amount, time or other items. Code and number are unique for ever."
            "此前已提交代码和号码相同、但交款人、金额、时间或项目不同的票据。代码与号码永久唯一。"
        next "Look at the bill that `detail` names; a bill that was wrong is declared void, and the bureau issues another one."
            "请查看 `detail` 指出的票据；票据有误时请作废，由财政部门另开。";
    /// The bill does not stand where this can be done.
    BillNotNow = CONFLICT "bill_not_now"
        "This cannot be done with the bill now" "该票据目前不能这样操作"
        means "The bill or its delivery stands elsewhere: it is void, under way, ended, or has another file already."
            "票据或其投递处于其他状态：已作废、正在进行、已结束，或已有另一份文件。"
        next "`detail` says why; look at the bill with GET /api/v1/bills/{id}."
            "`detail` 说明了原因；请用 GET /api/v1/bills/{id} 查看票据。";
    /// Settings are missing.
    NotSetUp = CONFLICT "not_set_up"
        "Invoicing is not set up completely" "开票设置尚未完成"
        means "An account or the platform id that WeChat's pages need is missing."
            "缺少微信授权页所需的账号或开票平台标识。"
        next "Staff see what is missing in the back-office under Set-up." "请在后台“开通检查”中查看缺少的设置。";
    /// The tax authority has not answered about an invoice of the order.
    InvoiceInFlight = CONFLICT "invoice_in_flight"
        "An invoice of the order is on its way" "该订单有发票正在开具"
        means "An invoice was sent to the tax authority and its answer is not known yet, so nothing can be taken back."
            "发票已提交税局但尚无结果，此时不能退款或红冲。"
        next "Wait until GET /api/v1/invoices/{id} shows `issued` or `refused`, then repeat the request."
            "请等到 GET /api/v1/invoices/{id} 显示 `issued` 或 `refused` 后重试。";
    /// The rules of red letters stand against it.
    RefundNotPossible = CONFLICT "refund_not_possible"
        "This cannot be given back so" "不能这样退款或红冲"
        means "A rule of red letters stands against it: the reason, the line, the quantity or what is left does not allow it."
            "红冲规则不允许：原因、明细、数量或剩余金额不符。"
        next "`detail` says which rule; ask with `mode: plan` until it fits." "`detail` 说明了规则；可先用 `mode: plan` 试算。";
    /// An employer holds the card.
    CardHeld = CONFLICT "card_held"
        "An employer holds the card" "卡券正被报销方锁定或已报销"
        means "The invoice would be taken back whole, but its card is locked or reimbursed and cannot be struck out."
            "发票将被全额红冲，但其卡券已被锁定或报销，无法作废。"
        next "Have it unlocked at the reimburser, or repeat with `despite_card_lock: true`: the card then stays in the wallet."
            "请让报销方解锁，或加上 `despite_card_lock: true` 重试：卡券将留在卡包。";
    /// Somebody else was quicker.
    ChangedMeanwhile = CONFLICT "changed_meanwhile"
        "It was changed in the meantime" "内容已被其他操作更改"
        means "Something else changed the same thing while this request was being worked on."
            "处理期间，同一对象被其他操作更改。"
        next "Read it again and repeat the request." "请重新读取后再提交。";
    /// It exists.
    ExistsAlready = CONFLICT "exists_already"
        "It exists already" "已经存在"
        means "A value that has to be unique is taken." "要求唯一的值已被占用。"
        next "Use the one there is, or another value." "请使用已有的对象，或换一个值。";
    /// Too large.
    BodyTooLarge = PAYLOAD_TOO_LARGE "body_too_large"
        "The body is too large" "请求体过大"
        means "A body has a limit, which `detail` names." "请求体有大小上限，见 `detail`。"
        next "Send less at once." "请减少单次发送的内容。";
    /// Not JSON by its own word.
    UnsupportedMediaType = UNSUPPORTED_MEDIA_TYPE "unsupported_media_type"
        "The body is of another media type" "请求体的媒体类型不符"
        means "The header `Content-Type` says that the body is something else than this call takes: JSON, or a PDF where a file is sent."
            "请求头 `Content-Type` 与该接口不符：应为 JSON，提交文件时应为 PDF。"
        next "Send the `Content-Type` that `detail` names." "请使用 `detail` 指出的 `Content-Type`。";
    /// Wrong members.
    InvalidFields = UNPROCESSABLE_ENTITY "invalid_fields"
        "Some values are wrong" "部分内容填写有误"
        means "The body is JSON, but some members are missing, unknown or against a rule. All of them are listed at once."
            "请求体是 JSON，但有字段缺失、不存在或不符合规则；所有问题一次列出。"
        next "Correct each member listed in `errors`; `pointer` says where it stands."
            "请逐个修正 `errors` 中的字段，`pointer` 指出位置。";
    /// The file is not the bill's.
    BillFileRefused = UNPROCESSABLE_ENTITY "bill_file_refused"
        "The file is not taken" "不接受该文件"
        means "The file is no PDF that can be read, or its text does not carry the bill's number and amount."
            "文件不是可读取的 PDF，或其文字中没有该票据的号码和金额。"
        next "Send the PDF as the bureau made it, not a scan or a printout of it." "请提交财政部门生成的原始 PDF，不要扫描件或另存件。";
    /// A key for two bodies.
    KeyReused = UNPROCESSABLE_ENTITY "idempotency_key_reused"
        "The Idempotency-Key was used for something else" "Idempotency-Key 已用于其他请求"
        means "The same key came with another body before." "同一个键此前用于内容不同的请求。"
        next "Use a new key for a new act." "新操作请使用新键。";
    /// Too often.
    RateLimited = TOO_MANY_REQUESTS "rate_limited"
        "Too many calls" "调用过于频繁"
        means "The key made more calls than it may in a second, or an address tried too many wrong links."
            "该密钥每秒调用次数超限，或某地址尝试了过多错误链接。"
        next "Wait for the seconds in `Retry-After`, then go on more slowly." "请等待 `Retry-After` 指定的秒数后放慢速度重试。";
    /// Our mistake.
    Internal = INTERNAL_SERVER_ERROR "internal_error"
        "Something is wrong on our side" "服务器内部错误"
        means "A fault of the server. It may or may not have done what was asked."
            "服务器出现故障，所请求的操作可能已执行，也可能未执行。"
        next "Repeat it with the same Idempotency-Key, which is safe; quote `request_id` when it stays."
            "请用同一个 Idempotency-Key 重试（不会重复执行）；若仍失败，请提供 `request_id`。";
    /// A neighbour said no.
    FarSideRefused = BAD_GATEWAY "far_side_refused"
        "A connected service refused" "对接的服务拒绝了请求"
        means "WeChat, the tax authority or the file store answered with an error."
            "微信、税务机关或文件存储返回了错误。"
        next "Staff see the trouble in the back-office; it needs a change there." "工作人员可在后台看到该问题，需在后台处理。";
    /// A neighbour does not answer.
    FarSideUnavailable = SERVICE_UNAVAILABLE "far_side_unavailable"
        "A connected service does not answer" "对接的服务暂无应答"
        means "WeChat, the tax authority or the file store did not answer in time."
            "微信、税务机关或文件存储未能及时应答。"
        next "Try again in a few seconds." "请几秒后再试。";
    /// For the moment.
    TryAgain = SERVICE_UNAVAILABLE "try_again"
        "Temporarily unavailable" "暂时不可用"
        means "The database is busy or out of reach. Whether the request was done is not known."
            "数据库繁忙或无法连接，请求是否已执行尚不确定。"
        next "Repeat it with the same Idempotency-Key after the seconds in `Retry-After`: it is done at most once."
            "请在 `Retry-After` 指定的秒数后用同一个 Idempotency-Key 重试，最多只会执行一次。";
}

impl Kind {
    /// The general kind for a status that no handler of ours chose.
    pub(crate) fn of_status(status: StatusCode) -> Kind {
        match status {
            StatusCode::UNAUTHORIZED => Kind::Unauthorized,
            StatusCode::NOT_FOUND => Kind::NotFound,
            StatusCode::METHOD_NOT_ALLOWED => Kind::MethodNotAllowed,
            StatusCode::REQUEST_TIMEOUT => Kind::BodyTooSlow,
            StatusCode::PAYLOAD_TOO_LARGE => Kind::BodyTooLarge,
            StatusCode::UNSUPPORTED_MEDIA_TYPE => Kind::UnsupportedMediaType,
            StatusCode::SERVICE_UNAVAILABLE => Kind::TryAgain,
            other if other.is_client_error() => Kind::BadRequest,
            _ => Kind::Internal,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn codes_are_unique_and_every_text_stands_in_both_languages() {
        let codes: BTreeSet<_> = Kind::ALL.iter().map(|kind| kind.code()).collect();
        assert_eq!(codes.len(), Kind::ALL.len());
        for kind in Kind::ALL {
            assert!(kind.status().as_u16() >= 400);
            for said in [kind.title(), kind.meaning(), kind.next()] {
                assert!(
                    said.en.is_ascii() || said.en.contains(['…', '›']),
                    "{}",
                    said.en
                );
                assert!(!said.zh.is_ascii(), "{}", said.zh);
            }
        }
    }
}
