//! The operations, each once: summary, parameters, bodies, answers, problems, an example. English first, then Chinese.

use crate::problem::Kind;

/// English and Chinese.
pub(crate) type Both = (&'static str, &'static str);

/// Where a parameter stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Path,
    Query,
}

/// A parameter.
#[derive(Debug)]
pub(crate) struct Parameter {
    pub(crate) name: &'static str,
    pub(crate) place: Place,
    /// Whether a call without it is refused.
    pub(crate) needed: bool,
    pub(crate) about: Both,
    /// Its JSON Schema.
    pub(crate) schema: &'static str,
}

/// A good answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) about: &'static str,
    pub(crate) content: Content,
}

/// What an answer carries.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Content {
    Nothing,
    /// JSON of this schema; without a name any object.
    Json(&'static str),
    /// A file of one of these media types.
    File(&'static [&'static str]),
}

/// What a call sends.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Body {
    /// Of its JSON; empty where only a file is taken.
    pub(crate) schema: &'static str,
    pub(crate) example: &'static str,
    /// Media types of a file that may be sent instead of the JSON.
    pub(crate) files: &'static [&'static str],
    /// Why it may be sent twice.
    pub(crate) repeat: Repeat,
}

/// What makes a call safe to repeat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Repeat {
    /// Its `Idempotency-Key`.
    Key,
    /// What it is about: done once, it is not done again. An `Idempotency-Key` is not looked at.
    Subject,
    /// It changes nothing; a key that may only read may call it.
    Reads,
}

/// The body of a call that acts.
const fn acts(schema: &'static str, example: &'static str) -> Option<Body> {
    Some(Body {
        schema,
        example,
        files: &[],
        repeat: Repeat::Key,
    })
}

/// The body of a call that acts, and is recognised by what it is about.
pub(super) const fn states(schema: &'static str, example: &'static str) -> Option<Body> {
    Some(Body {
        schema,
        example,
        files: &[],
        repeat: Repeat::Subject,
    })
}

/// One operation.
#[derive(Debug)]
pub(crate) struct Operation {
    pub(crate) method: &'static str,
    /// Below `/api/v1`.
    pub(crate) path: &'static str,
    pub(crate) id: &'static str,
    pub(crate) tag: &'static str,
    pub(crate) summary: Both,
    pub(crate) about: Both,
    pub(crate) parameters: &'static [Parameter],
    pub(crate) body: Option<Body>,
    pub(crate) answers: &'static [Answer],
    pub(crate) own_problems: &'static [Kind],
    /// Needs no key.
    pub(crate) is_open: bool,
}

pub(super) const PDF: &str = "application/pdf";
const OFD: &str = "application/ofd";
const XML: &str = "application/xml";
const ZIP: &str = "application/zip";
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

pub(super) const fn path(name: &'static str, about: Both, schema: &'static str) -> Parameter {
    Parameter {
        name,
        place: Place::Path,
        needed: true,
        about,
        schema,
    }
}

pub(super) const fn query(name: &'static str, about: Both, schema: &'static str) -> Parameter {
    Parameter {
        name,
        place: Place::Query,
        needed: false,
        about,
        schema,
    }
}

pub(super) const fn ok(schema: &'static str) -> Answer {
    Answer {
        status: 200,
        about: "Here it is.",
        content: Content::Json(schema),
    }
}

const ORDER_ID: Parameter = path(
    "id",
    ("The order's id.", "订单的 id。"),
    r#"{"type":"string","pattern":"^ord_[0-9A-Z]{26}$"}"#,
);
const DELIVERY_ID: Parameter = path(
    "id",
    ("The delivery's id.", "投递的 id。"),
    r#"{"type":"string","pattern":"^dlv_[0-9A-Z]{26}$"}"#,
);
const INVOICE_ID: Parameter = path(
    "id",
    ("The invoice's id.", "发票的 id。"),
    r#"{"type":"string","pattern":"^inv_[0-9A-Z]{26}$"}"#,
);
const REFUND_ID: Parameter = path(
    "id",
    ("The refund's id.", "退款的 id。"),
    r#"{"type":"string","pattern":"^rfd_[0-9A-Z]{26}$"}"#,
);
const STORE: Parameter = query(
    "store",
    ("Only this store, by its code.", "只列出该编码的门店。"),
    r#"{"type":"string"}"#,
);
const FROM: Parameter = query(
    "from",
    ("Made at or after this moment.", "创建时间不早于。"),
    r#"{"type":"string","format":"date-time"}"#,
);
const UNTIL: Parameter = query(
    "until",
    ("Made before this moment.", "创建时间早于。"),
    r#"{"type":"string","format":"date-time"}"#,
);
pub(super) const WAIT: Parameter = query(
    "wait",
    ("Seconds to wait for a change.", "等待变化的秒数。"),
    r#"{"type":"integer","minimum":0,"maximum":30,"default":0}"#,
);

pub(super) const LIMIT: Parameter = query(
    "limit",
    ("Rows of a page.", "每页行数。"),
    r#"{"type":"integer","minimum":1,"maximum":200,"default":50}"#,
);
pub(super) const CURSOR: Parameter = query(
    "cursor",
    (
        "Where the page before ended: its `next_cursor`.",
        "上一页返回的 `next_cursor`。",
    ),
    r#"{"type":"string"}"#,
);

const MONTH: Parameter = Parameter {
    needed: true,
    ..query(
        "month",
        (
            "Month in Shanghai, such as 2026-11. Required.",
            "月份（北京时间），如 2026-11。必填。",
        ),
        r#"{"type":"string","pattern":"^[0-9]{4}-[0-9]{2}$"}"#,
    )
};
const SELLER: Parameter = query(
    "seller",
    ("Only this seller.", "只列出该开票主体。"),
    r#"{"type":"string","pattern":"^sel_[0-9A-Z]{26}$"}"#,
);

const ORDER_EXAMPLE: &str = r#"{
  "store": "S001",
  "order_no": "20261121-0001",
  "lines": [{
    "name": "龙井茶", "tax_code": "1010116010000000000",
    "spec": "明前 100g", "unit": "盒", "quantity": "2",
    "unit_price": "54.50", "tax_included": true, "rate": "0.09"
  }],
  "delivery": { "channel": "web", "page": "title" }
}"#;

/// All operations but those of fiscal bills, in the order of the documentation.
pub(crate) const OPERATIONS: &[Operation] = &[
    Operation {
        method: "GET",
        path: "/ping",
        id: "ping",
        tag: "service",
        summary: ("Test a key", "测试密钥"),
        about: (
            "Tells whose key this is, whether the installation is a sandbox, and with a `Date` header how far your clock is off.",
            "返回密钥的归属、环境是否为沙箱；带上 `Date` 请求头时，还会返回与服务器的时钟偏差。",
        ),
        parameters: &[],
        body: None,
        answers: &[ok("Ping")],
        own_problems: &[],
        is_open: false,
    },
    Operation {
        method: "POST",
        path: "/orders",
        id: "createOrder",
        tag: "orders",
        summary: ("Place an order", "提交订单"),
        about: (
            "Says what was sold. With `delivery` the answer also carries the page to show to the buyer. All mistakes of a body are named at once, and then nothing is stored.",
            "提交所售商品。带有 `delivery` 时，应答中含有供买家打开的页面。请求体中的所有错误会一次列出，此时不保存任何内容。",
        ),
        parameters: &[],
        body: acts("NewOrder", ORDER_EXAMPLE),
        answers: &[
            Answer {
                status: 201,
                about: "Accepted now. A repetition with the same key gets the same answer with `Idempotent-Replayed: true`.",
                content: Content::Json("Order"),
            },
            Answer {
                status: 200,
                about: "The same order was accepted before under another key; this is how it stands.",
                content: Content::Json("Order"),
            },
        ],
        own_problems: &[Kind::OrderNoTaken],
        is_open: false,
    },
    Operation {
        method: "GET",
        path: "/orders",
        id: "listOrders",
        tag: "orders",
        summary: ("List orders", "查询订单列表"),
        about: ("Newest first.", "按时间倒序排列。"),
        parameters: &[
            query(
                "order_no",
                ("Exactly this order number.", "订单号，精确匹配。"),
                r#"{"type":"string"}"#,
            ),
            query(
                "text",
                (
                    "Order number, invoice number, buyer, tax number or amount, from its start.",
                    "订单号、发票号码、买方名称、税号或金额，从头匹配。",
                ),
                r#"{"type":"string"}"#,
            ),
            query(
                "state",
                ("Only orders in this state.", "只列出该状态的订单。"),
                r#"{"enum":["open","delivering","invoiced","cancelled"]}"#,
            ),
            STORE,
            FROM,
            UNTIL,
            LIMIT,
            CURSOR,
        ],
        body: None,
        answers: &[ok("OrderList")],
        own_problems: &[],
        is_open: false,
    },
    Operation {
        method: "GET",
        path: "/orders/{id}",
        id: "showOrder",
        tag: "orders",
        summary: ("Show an order", "查询订单"),
        about: (
            "With all its deliveries; `delivery` is the one that matters now: the newest, or of an order that becomes several invoices the first whose buyer is still awaited.",
            "包含全部投递；`delivery` 为当前有效的一次：一般为最近一次，拆成多张发票的订单则为首个仍在等待买家的投递。",
        ),
        parameters: &[ORDER_ID],
        body: None,
        answers: &[ok("Order")],
        own_problems: &[Kind::OrderNotFound],
        is_open: false,
    },
    Operation {
        method: "GET",
        path: "/orders/{id}/rounding",
        id: "explainOrder",
        tag: "orders",
        summary: ("Explain the totals of an order", "说明订单合计的每一分钱"),
        about: (
            "Line by line: the exact tax before rounding and what rounding made of it; rate by rate: how far that is from rounding the sum once.",
            "逐行列出取整前的税额与取整结果；按税率列出与合并取整之间的尾差。",
        ),
        parameters: &[ORDER_ID],
        body: None,
        answers: &[ok("Rounding")],
        own_problems: &[Kind::OrderNotFound],
        is_open: false,
    },
    Operation {
        method: "POST",
        path: "/orders/{id}/deliveries",
        id: "createDelivery",
        tag: "deliveries",
        summary: ("Ask for a delivery", "新建投递"),
        about: (
            "For an order without one, or whose last one was refused, expired or failed. A delivery is never used twice.",
            "用于尚无投递，或上一次投递被拒绝、过期、失败的订单。投递不会重复使用。",
        ),
        parameters: &[ORDER_ID],
        body: acts("NewDelivery", r#"{ "channel": "web", "page": "title" }"#),
        answers: &[Answer {
            status: 201,
            about: "Made; show `page_url` to the buyer.",
            content: Content::Json("Delivery"),
        }],
        own_problems: &[Kind::OrderNotFound, Kind::DeliveryUnderWay],
        is_open: false,
    },
    Operation {
        method: "GET",
        path: "/orders/{id}/refunds",
        id: "listRefunds",
        tag: "refunds",
        summary: ("List the refunds of an order", "列出订单的退款"),
        about: (
            "Each with its red letters and where they stand.",
            "每笔退款及其红字确认单、红字发票的进度。",
        ),
        parameters: &[ORDER_ID],
        body: None,
        answers: &[ok("RefundList")],
        own_problems: &[Kind::OrderNotFound, Kind::RefundNotPossible],
        is_open: false,
    },
    Operation {
        method: "POST",
        path: "/orders/{id}/refunds",
        id: "refundOrder",
        tag: "refunds",
        summary: ("Plan or decide a refund", "试算或执行退款"),
        about: (
            "`mode: plan` shows the fewest red letters and re-issues, tax to the fen, and changes nothing; `mode: confirm` decides it and it is carried out step by step. Before an invoice exists a refund only lessens what will be invoiced.",
            "`mode: plan` 只试算所需的最少红字发票与重开，税额精确到分；`mode: confirm` 执行并逐步完成。尚未开票时，退款只减少将来的开票金额。",
        ),
        parameters: &[ORDER_ID],
        body: acts(
            "NewRefund",
            r#"{ "mode": "plan", "reason": "02", "lines": [{ "line": "1", "quantity": "1" }] }"#,
        ),
        answers: &[
            ok("RefundPlan"),
            Answer {
                status: 201,
                about: "Decided; the steps follow.",
                content: Content::Json("Refund"),
            },
        ],
        own_problems: &[
            Kind::OrderNotFound,
            Kind::InvoiceInFlight,
            Kind::RefundNotPossible,
            Kind::CardHeld,
            Kind::ChangedMeanwhile,
            Kind::ExistsAlready,
        ],
        is_open: false,
    },
    Operation {
        method: "GET",
        path: "/refunds/{id}",
        id: "showRefund",
        tag: "refunds",
        summary: ("Show a refund", "查询退款"),
        about: (
            "Where each of its red letters stands and who has to act.",
            "每张红字确认单的状态以及等待谁处理。",
        ),
        parameters: &[REFUND_ID],
        body: None,
        answers: &[ok("Refund")],
        own_problems: &[Kind::NotFound, Kind::RefundNotPossible],
        is_open: false,
    },
    Operation {
        method: "GET",
        path: "/invoices/{id}/red-letters",
        id: "listRedLetters",
        tag: "refunds",
        summary: ("List the red letters of an invoice", "列出发票的红字确认单"),
        about: (
            "Confirmation forms with their state, 72 hour clock and red invoice.",
            "红字确认单的状态、72 小时期限及红字发票。",
        ),
        parameters: &[INVOICE_ID],
        body: None,
        answers: &[ok("RedLetterList")],
        own_problems: &[Kind::InvoiceNotFound],
        is_open: false,
    },
    Operation {
        method: "POST",
        path: "/invoices/{id}/red-letters",
        id: "takeInvoiceBack",
        tag: "refunds",
        summary: ("Take an invoice back, or part of it", "红冲发票"),
        about: (
            "As a refund, but from this invoice only. Reason 01 with `everything` corrects a wrong invoice; with `reissue` the buyer is asked anew under a new delivery. Of an invoice that was taken back in part before, `reissue` takes back the rest, as 02 or 03, and issues that anew.",
            "与退款相同，但只针对这张发票。原因 01 配合 `everything` 用于更正错票；加上 `reissue` 则以新的投递请买家重新授权；已部分红冲的发票，`reissue` 以 02 或 03 红冲余下部分并重开。",
        ),
        parameters: &[INVOICE_ID],
        body: acts(
            "NewRefund",
            r#"{ "mode": "confirm", "reason": "01", "everything": true, "reissue": true }"#,
        ),
        answers: &[
            ok("RefundPlan"),
            Answer {
                status: 201,
                about: "Decided; the steps follow.",
                content: Content::Json("Refund"),
            },
        ],
        own_problems: &[
            Kind::InvoiceNotFound,
            Kind::InvoiceInFlight,
            Kind::RefundNotPossible,
            Kind::CardHeld,
            Kind::ChangedMeanwhile,
            Kind::ExistsAlready,
        ],
        is_open: false,
    },
    Operation {
        method: "GET",
        path: "/deliveries/{id}",
        id: "showDelivery",
        tag: "deliveries",
        summary: ("Show a delivery, or wait for it", "查询投递，可等待变化"),
        about: (
            "With `wait` the answer comes as soon as the state changes, an invoice to be collected is issued, it stops for staff, or nothing more can happen; at the latest after so many seconds, and after two where it waits for staff already, or its issued invoice for the buyer. Ask again while `final` is false; `waits_for` says who has to act, and `stopped` why staff has to.",
            "带上 `wait` 时，状态一有变化、待领取的发票已开具、需要商户人员处理或已到终态即返回，最迟在给定秒数后返回；已在等待商户人员、或发票已开具只等买家领取时，最迟两秒后返回。`final` 为 false 时请继续查询；`waits_for` 说明正在等待谁，需要商户人员处理时 `stopped` 说明原因。",
        ),
        parameters: &[DELIVERY_ID, WAIT],
        body: None,
        answers: &[ok("Delivery")],
        own_problems: &[Kind::DeliveryNotFound],
        is_open: false,
    },
    Operation {
        method: "POST",
        path: "/deliveries/{id}/refusal",
        id: "refuseDelivery",
        tag: "deliveries",
        summary: ("Refuse a delivery", "拒绝投递"),
        about: (
            "Before an invoice is issued. The buyer reads the reason; the order may get a new delivery.",
            "仅限尚未开票时。买家会看到拒绝原因；该订单可再新建投递。",
        ),
        parameters: &[DELIVERY_ID],
        body: acts("Refusal", r#"{ "reason": "抬头有误，请重新申请" }"#),
        answers: &[Answer {
            status: 200,
            about: "Refused.",
            content: Content::Json("Delivery"),
        }],
        own_problems: &[Kind::DeliveryNotFound, Kind::DeliveryNotRefusable],
        is_open: false,
    },
    Operation {
        method: "POST",
        path: "/deliveries/{id}/wechat-page",
        id: "openWechatPage",
        tag: "deliveries",
        summary: (
            "Open WeChat's page from an app or a mini program",
            "为 App 或小程序打开微信授权页",
        ),
        about: (
            "Asks WeChat for a fresh page. `app`: hand `auth_url` to the native SDK (`WXInvoiceAuthInsert`). `mini_program`: `wx.navigateToMiniProgram({appId: appid, path: auth_url})` on a tap. The user may never come back: look at the delivery when the app resumes.",
            "向微信申请新的授权页。`app`：把 `auth_url` 交给原生 SDK（`WXInvoiceAuthInsert`）。`mini_program`：在点击时调用 `wx.navigateToMiniProgram({appId: appid, path: auth_url})`。用户可能不再返回，应用恢复时请查询投递。",
        ),
        parameters: &[DELIVERY_ID],
        body: acts("Nothing", "{}"),
        answers: &[ok("WechatPage")],
        own_problems: &[
            Kind::DeliveryNotFound,
            Kind::DeliveryNotOpen,
            Kind::NotSetUp,
            Kind::FarSideUnavailable,
            Kind::FarSideRefused,
        ],
        is_open: false,
    },
    Operation {
        method: "GET",
        path: "/orders/{id}/receipt-qr.{format}",
        id: "receiptQr",
        tag: "orders",
        summary: ("The QR code for a receipt", "小票上的开票二维码"),
        about: (
            "The short link of the order's delivery as a picture for the printed receipt. The header `Short-Code` carries the code to print beside it; it can be typed at `/o`.",
            "订单投递的短链接二维码，用于打印小票。响应头 `Short-Code` 是可一并打印的短码，可在 `/o` 页面输入。",
        ),
        parameters: &[
            ORDER_ID,
            path(
                "format",
                ("`svg` or `png`.", "`svg` 或 `png`。"),
                r#"{"enum":["svg","png"]}"#,
            ),
        ],
        body: None,
        answers: &[Answer {
            status: 200,
            about: "The picture.",
            content: Content::File(&["image/svg+xml", "image/png"]),
        }],
        own_problems: &[Kind::OrderNotFound, Kind::DeliveryNotFound, Kind::NotFound],
        is_open: false,
    },
    Operation {
        method: "GET",
        path: "/invoices",
        id: "listInvoices",
        tag: "invoices",
        summary: ("List invoices", "查询发票列表"),
        about: ("Newest first.", "按时间倒序排列。"),
        parameters: &[
            query(
                "text",
                (
                    "Invoice number, order number, buyer or tax number, from its start.",
                    "发票号码、订单号、买方名称或税号，从头匹配。",
                ),
                r#"{"type":"string"}"#,
            ),
            query(
                "state",
                ("Only invoices in this state.", "只列出该状态的发票。"),
                r##"{"$ref":"#/components/schemas/InvoiceState"}"##,
            ),
            query(
                "kind",
                ("Only invoices of this kind.", "只列出该票种的发票。"),
                r##"{"$ref":"#/components/schemas/InvoiceKind"}"##,
            ),
            STORE,
            FROM,
            UNTIL,
            LIMIT,
            CURSOR,
        ],
        body: None,
        answers: &[ok("InvoiceList")],
        own_problems: &[],
        is_open: false,
    },
    Operation {
        method: "GET",
        path: "/invoices/{id}",
        id: "showInvoice",
        tag: "invoices",
        summary: ("Show an invoice", "查询发票"),
        about: (
            "With its lines, its files and where its card stands.",
            "包含明细、文件和卡券状态。",
        ),
        parameters: &[INVOICE_ID],
        body: None,
        answers: &[ok("Invoice")],
        own_problems: &[Kind::InvoiceNotFound],
        is_open: false,
    },
    Operation {
        method: "GET",
        path: "/invoices/{id}/rounding",
        id: "explainInvoice",
        tag: "invoices",
        summary: ("Explain the totals of an invoice", "说明发票合计的每一分钱"),
        about: (
            "As for an order; a line that carries what was left over (the last partial red letter, a part of a cut line) says so.",
            "与订单相同；承接余额的行（最后一次部分红冲、拆分后的行）会注明。",
        ),
        parameters: &[INVOICE_ID],
        body: None,
        answers: &[ok("Rounding")],
        own_problems: &[Kind::InvoiceNotFound],
        is_open: false,
    },
    Operation {
        method: "GET",
        path: "/invoices/{id}/file.{format}",
        id: "downloadInvoice",
        tag: "invoices",
        summary: ("Download a file of an invoice", "下载发票文件"),
        about: (
            "The `ETag` is the file's SHA-256. Names of sandbox files begin with `SAMPLE_`.",
            "`ETag` 为文件的 SHA-256。沙箱环境的文件名以 `SAMPLE_` 开头。",
        ),
        parameters: &[
            INVOICE_ID,
            path(
                "format",
                ("The format.", "文件格式。"),
                r#"{"enum":["pdf","xml","ofd"]}"#,
            ),
        ],
        body: None,
        answers: &[
            Answer {
                status: 200,
                about: "The file.",
                content: Content::File(&[PDF, OFD, XML]),
            },
            Answer {
                status: 304,
                about: "You have it: `If-None-Match` named its tag.",
                content: Content::Nothing,
            },
        ],
        own_problems: &[
            Kind::InvoiceNotFound,
            Kind::DocumentNotFound,
            Kind::FarSideRefused,
            Kind::FarSideUnavailable,
        ],
        is_open: false,
    },
    Operation {
        method: "GET",
        path: "/invoices/{id}/evidence.zip",
        id: "downloadEvidence",
        tag: "books",
        summary: ("Download the evidence of an invoice", "下载发票证据包"),
        about: (
            "One ZIP: documents, canonical JSON, requests and answers, mails, its lines of the audit chain with their anchors, and a verifier that works offline.",
            "一个 ZIP：版式文件、规范 JSON、请求与应答、邮件、审计链记录及锚点，以及可离线使用的核验页。",
        ),
        parameters: &[INVOICE_ID],
        body: None,
        answers: &[Answer {
            status: 200,
            about: "The pack.",
            content: Content::File(&[ZIP]),
        }],
        own_problems: &[Kind::InvoiceNotFound],
        is_open: false,
    },
    Operation {
        method: "GET",
        path: "/reports/evidence.zip",
        id: "downloadEvidenceOfMonth",
        tag: "books",
        summary: ("Download the evidence of a month", "下载某月证据包"),
        about: (
            "As for one invoice, for all invoices of a month. Sent while it is made.",
            "内容同单张发票，包含该月全部发票。边生成边发送。",
        ),
        parameters: &[MONTH, SELLER],
        body: None,
        answers: &[Answer {
            status: 200,
            about: "The pack.",
            content: Content::File(&[ZIP]),
        }],
        own_problems: &[],
        is_open: false,
    },
    Operation {
        method: "POST",
        path: "/papers",
        id: "checkPaper",
        tag: "books",
        summary: ("Check a paper", "核验票面"),
        about: (
            "Compares a PDF, OFD or XML file (the body itself, at most 5 MiB), a photograph of a paper or of its QR code (PNG or JPEG, at most 10 MiB), or the text of a QR code, with the ledger, field by field. A QR code holds number, date and amount only: what it does not prove is in `unproven`. Nothing is kept and nothing changes: no `Idempotency-Key` is needed.",
            "将 PDF、OFD、XML 文件（即请求体，最大 5 MiB）、票面或其二维码的照片（PNG、JPEG，最大 10 MiB）或二维码文字与账上逐项比对。二维码只含号码、日期和金额，不能证明的各项见 `unproven`。不保存、不改动任何内容，无需 `Idempotency-Key`。",
        ),
        parameters: &[],
        body: Some(Body {
            schema: "PaperQr",
            example: r#"{ "qr": "01,32,,26999000000000000001,113.00,20260305,,7A7E" }"#,
            files: &[PDF, OFD, XML, "image/png", "image/jpeg"],
            repeat: Repeat::Reads,
        }),
        answers: &[ok("PaperCheck")],
        own_problems: &[Kind::BadRequest],
        is_open: false,
    },
    Operation {
        method: "GET",
        path: "/reports/{report}.{format}",
        id: "downloadReport",
        tag: "books",
        summary: ("Download a report", "下载报表"),
        about: (
            "The invoice ledger, the VAT, the reconciliation, the vouchers or the sales invoices line by line (both for bookkeeping programs) of a month, within the stores of the key. Sent while it is made: a download that breaks off is not a whole file. CSV is UTF-8 with a byte order mark; texts that a spreadsheet would compute are preceded by an apostrophe. Vouchers and sales invoices are one seller's: where the key sees several, `seller` is required. A key of the whole company gets a closed month of a seller as it was when it was closed, byte for byte.",
            "某月的发票台账、增值税汇总、对账表、记账凭证或销售发票明细（后两种供财务软件导入），限于密钥可见的门店。边生成边发送：中断的下载不是完整文件。CSV 为带 BOM 的 UTF-8；可能被表格软件当作公式的文本前加撇号。记账凭证和销售发票明细按开票主体分开：密钥可见多个主体时须指定 `seller`。某主体的月份锁账后，不限门店的密钥得到的是锁账时的文件，逐字节相同。",
        ),
        parameters: &[
            path(
                "report",
                ("Which report.", "报表。"),
                r#"{"enum":["ledger","vat","reconciliation","vouchers","sales"]}"#,
            ),
            path(
                "format",
                ("The format.", "文件格式。"),
                r#"{"enum":["csv","xlsx"]}"#,
            ),
            MONTH,
            SELLER,
        ],
        body: None,
        answers: &[Answer {
            status: 200,
            about: "The file.",
            content: Content::File(&["text/csv", XLSX]),
        }],
        own_problems: &[Kind::NotFound],
        is_open: false,
    },
    Operation {
        method: "GET",
        path: "/sellers",
        id: "listSellers",
        tag: "company",
        summary: ("List sellers and their stores", "查询销方及门店"),
        about: (
            "Those that the key may see, always all of them.",
            "仅限该密钥可见的部分，一次列出全部。",
        ),
        parameters: &[],
        body: None,
        answers: &[ok("SellerList")],
        own_problems: &[Kind::InvalidQuery],
        is_open: false,
    },
    Operation {
        method: "GET",
        path: "/products",
        id: "listProducts",
        tag: "company",
        summary: ("List the catalogue", "查询商品目录"),
        about: (
            "Class codes, usual prices and rates, ready for order lines. Always all of them: there are no pages.",
            "税收分类编码、常用价格与税率，可直接用于订单明细。一次列出全部，不分页。",
        ),
        parameters: &[],
        body: None,
        answers: &[ok("ProductList")],
        own_problems: &[Kind::InvalidQuery],
        is_open: false,
    },
    Operation {
        method: "GET",
        path: "/stock",
        id: "showStock",
        tag: "company",
        summary: ("Show numbers and quota left", "查询剩余号码与额度"),
        about: (
            "Per seller: invoice numbers of this year, net quota of this month (Asia/Shanghai).",
            "按销方列出：本年剩余发票号码、本月剩余不含税额度（北京时间）。",
        ),
        parameters: &[],
        body: None,
        answers: &[ok("StockList")],
        own_problems: &[Kind::InvalidQuery],
        is_open: false,
    },
    Operation {
        method: "GET",
        path: "/openapi.json",
        id: "openapi",
        tag: "service",
        summary: ("This description", "本接口描述"),
        about: ("OpenAPI 3.1.", "OpenAPI 3.1 格式。"),
        parameters: &[],
        body: None,
        answers: &[ok("")],
        own_problems: &[],
        is_open: true,
    },
];
