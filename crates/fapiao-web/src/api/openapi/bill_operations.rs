//! The operations of fiscal bills. English first, then Chinese.

use super::operations::{
    Answer, Body, CURSOR, Content, LIMIT, Operation, PDF, Parameter, Repeat, WAIT, ok, path, query,
    states,
};
use crate::problem::Kind;

const BILL_ID: Parameter = path(
    "id",
    ("The bill's id.", "票据的 id。"),
    r#"{"type":"string","pattern":"^bil_[0-9A-Z]{26}$"}"#,
);

const BILL_EXAMPLE: &str = r#"{
  "unit": "U001",
  "code": "44060126", "number": "0000000001", "check_code": "a1b2c3",
  "payer": "张三",
  "amount": "50.00",
  "items": [{ "name": "考试费", "quantity": "1", "unit": "人次", "standard": "50.00", "amount": "50.00" }],
  "issued_at": "2026-11-20T10:30:00+08:00"
}"#;

const DONE: Answer = Answer {
    status: 200,
    about: "Done, or done before; this is how the bill stands.",
    content: Content::Json("Bill"),
};

/// All of them, in the order of the documentation.
pub(super) const OPERATIONS: &[Operation] = &[
    Operation {
        method: "POST",
        path: "/bills",
        id: "createBill",
        tag: "bills",
        summary: ("Hand in a fiscal bill", "提交财政电子票据"),
        about: (
            "A bill that the finance bureau's own system made. The answer carries the page for its payer. Code and number recognise a repetition: the same facts again are answered with the bill as it stands, other facts with 409. No `Idempotency-Key` is needed.",
            "提交财政部门系统已开具的票据，应答中含有供交款人打开的页面。代码和号码用于识别重复提交：内容相同时返回现有票据，内容不同时返回 409。无需 `Idempotency-Key`。",
        ),
        parameters: &[WAIT],
        body: states("NewBill", BILL_EXAMPLE),
        answers: &[
            Answer {
                status: 201,
                about: "Taken in now; show `delivery.page_url` to the payer and send the PDF.",
                content: Content::Json("Bill"),
            },
            Answer {
                status: 200,
                about: "The same bill came before; this is how it stands.",
                content: Content::Json("Bill"),
            },
        ],
        own_problems: &[Kind::StoreKey, Kind::BillTaken, Kind::BillNotNow],
        is_open: false,
    },
    Operation {
        method: "GET",
        path: "/bills",
        id: "listBills",
        tag: "bills",
        summary: ("List fiscal bills", "查询票据列表"),
        about: ("Newest first.", "按时间倒序排列。"),
        parameters: &[
            query(
                "unit",
                (
                    "Only this collecting unit, by its code.",
                    "只列出该编码的执收单位。",
                ),
                r#"{"type":"string"}"#,
            ),
            query(
                "state",
                (
                    "Only bills whose latest delivery is in this state.",
                    "只列出最近一次投递处于该状态的票据。",
                ),
                r##"{"$ref":"#/components/schemas/DeliveryState"}"##,
            ),
            query(
                "void",
                (
                    "Only void bills, or none of them.",
                    "只列出或不列出已作废的票据。",
                ),
                r#"{"type":"boolean"}"#,
            ),
            query(
                "text",
                (
                    "A piece of the payer's name, the number from its beginning, or code and number in one.",
                    "交款人名称的一部分、票据号码（从头匹配），或连写的代码与号码。",
                ),
                r#"{"type":"string"}"#,
            ),
            LIMIT,
            CURSOR,
        ],
        body: None,
        answers: &[ok("BillList")],
        own_problems: &[Kind::StoreKey],
        is_open: false,
    },
    Operation {
        method: "GET",
        path: "/bills/{id}",
        id: "showBill",
        tag: "bills",
        summary: ("Show a fiscal bill", "查询票据"),
        about: (
            "With its latest delivery: ask again while `final` is false, or let `wait` hold the answer until it changes; `waits_for` says who has to act.",
            "包含最近一次投递：`final` 为 false 时请继续查询，也可用 `wait` 等到状态变化再应答；`waits_for` 说明正在等待谁。",
        ),
        parameters: &[BILL_ID, WAIT],
        body: None,
        answers: &[ok("Bill")],
        own_problems: &[Kind::StoreKey, Kind::BillNotFound],
        is_open: false,
    },
    Operation {
        method: "PUT",
        path: "/bills/{id}/file",
        id: "attachBillFile",
        tag: "bills",
        summary: ("Hand in the PDF of a bill", "提交票据的 PDF 文件"),
        about: (
            "The body is the file as the bureau made it; its text has to carry the bill's number and amount. Kept once for ever: the same bytes again are harmless, another file is refused. A card that waited for it goes on.",
            "请求体即财政部门生成的文件，其文字须含有票据号码和金额。文件只保存一次：相同文件可重复提交，不同的文件会被拒绝。等待文件的卡券随即继续放入。",
        ),
        parameters: &[BILL_ID],
        body: Some(Body {
            schema: "",
            example: "bill.pdf",
            files: &[PDF],
            repeat: Repeat::Subject,
        }),
        answers: &[DONE],
        own_problems: &[
            Kind::StoreKey,
            Kind::BillNotFound,
            Kind::BillNotNow,
            Kind::BillFileRefused,
            Kind::ChangedMeanwhile,
            Kind::FarSideRefused,
            Kind::FarSideUnavailable,
        ],
        is_open: false,
    },
    Operation {
        method: "GET",
        path: "/bills/{id}/file.pdf",
        id: "downloadBill",
        tag: "bills",
        summary: ("Download the PDF of a bill", "下载票据的 PDF 文件"),
        about: (
            "The same bytes that were handed in. The `ETag` is the file's SHA-256.",
            "与提交的文件逐字节相同。`ETag` 为文件的 SHA-256。",
        ),
        parameters: &[BILL_ID],
        body: None,
        answers: &[
            Answer {
                status: 200,
                about: "The file.",
                content: Content::File(&[PDF]),
            },
            Answer {
                status: 304,
                about: "You have it: `If-None-Match` named its tag.",
                content: Content::Nothing,
            },
        ],
        own_problems: &[
            Kind::StoreKey,
            Kind::BillNotFound,
            Kind::BillFileNotFound,
            Kind::FarSideRefused,
            Kind::FarSideUnavailable,
        ],
        is_open: false,
    },
    Operation {
        method: "POST",
        path: "/bills/{id}/page",
        id: "openBillPage",
        tag: "bills",
        summary: (
            "Open WeChat's page from an app or a page of your own",
            "为 App 或自有页面打开微信领取页",
        ),
        about: (
            "Asks WeChat for a fresh page each time. `app`: hand `url` to the native SDK; `web`: send the browser there. The payer may never come back: look at the bill afterwards.",
            "每次都向微信申请新的页面。`app`：把 `url` 交给原生 SDK；`web`：让浏览器前往该地址。交款人可能不再返回，之后请查询票据。",
        ),
        parameters: &[BILL_ID],
        body: states("Nothing", "{}"),
        answers: &[ok("BillPage")],
        own_problems: &[
            Kind::StoreKey,
            Kind::BillNotFound,
            Kind::BillNotNow,
            Kind::NotSetUp,
            Kind::FarSideUnavailable,
            Kind::FarSideRefused,
        ],
        is_open: false,
    },
    Operation {
        method: "POST",
        path: "/bills/{id}/deliveries",
        id: "deliverBillAgain",
        tag: "bills",
        summary: ("Ask the payer once more", "重新请交款人领取"),
        about: (
            "For a bill whose last delivery was refused, expired or failed without a card. The link is a new one; the old one leads to it.",
            "用于最近一次投递被拒绝、过期或失败且没有卡券的票据。链接是新的，旧链接会指向它。",
        ),
        parameters: &[BILL_ID],
        body: states("NewBillDelivery", r#"{ "source": "web" }"#),
        answers: &[Answer {
            status: 201,
            about: "Made; show `delivery.page_url` to the payer.",
            content: Content::Json("Bill"),
        }],
        own_problems: &[
            Kind::StoreKey,
            Kind::BillNotFound,
            Kind::BillNotNow,
            Kind::ChangedMeanwhile,
        ],
        is_open: false,
    },
    Operation {
        method: "POST",
        path: "/bills/{id}/refusal",
        id: "refuseBill",
        tag: "bills",
        summary: ("Refuse to bring a bill", "拒绝放入卡包"),
        about: (
            "Before its card is on its way. The payer reads the reason; the bill itself stays valid and may be brought anew.",
            "仅限卡券尚未放入时。交款人会看到原因；票据本身仍然有效，可重新请其领取。",
        ),
        parameters: &[BILL_ID],
        body: states("BillReason", r#"{ "reason": "请到窗口核对交款人姓名" }"#),
        answers: &[DONE],
        own_problems: &[
            Kind::StoreKey,
            Kind::BillNotFound,
            Kind::BillNotNow,
            Kind::ChangedMeanwhile,
        ],
        is_open: false,
    },
    Operation {
        method: "POST",
        path: "/bills/{id}/void",
        id: "voidBill",
        tag: "bills",
        summary: ("Tell that a bill is void", "登记票据作废"),
        about: (
            "The bureau declared the bill void (作废). An open delivery ends; a card that is in the wallet is struck out, as soon as no employer holds it.",
            "财政部门已将票据作废。未完成的投递随即结束；已放入卡包的卡券会被作废，若正被报销方锁定则在解锁后作废。",
        ),
        parameters: &[BILL_ID],
        body: states("BillReason", r#"{ "reason": "金额有误，已重新开具" }"#),
        answers: &[DONE],
        own_problems: &[
            Kind::StoreKey,
            Kind::BillNotFound,
            Kind::BillNotNow,
            Kind::ChangedMeanwhile,
        ],
        is_open: false,
    },
    Operation {
        method: "POST",
        path: "/bills/{id}/outcome",
        id: "reportBillOutcome",
        tag: "bills",
        summary: (
            "Tell what the bureau elsewhere did",
            "登记外部财政部门的处理结果",
        ),
        about: (
            "Only for units of the role `unit`, whose cards the bureau inserts with the order id and app id of `delivery.wechat`. With `carded` false the reason is required.",
            "仅用于角色为 `unit` 的执收单位：其卡券由财政部门凭 `delivery.wechat` 的 order_id 和 app_id 放入。`carded` 为 false 时须填写原因。",
        ),
        parameters: &[BILL_ID],
        body: states("BillOutcome", r#"{ "carded": true }"#),
        answers: &[DONE],
        own_problems: &[
            Kind::StoreKey,
            Kind::BillNotFound,
            Kind::BillNotNow,
            Kind::ChangedMeanwhile,
        ],
        is_open: false,
    },
    Operation {
        method: "GET",
        path: "/fiscal-units",
        id: "listFiscalUnits",
        tag: "bills",
        summary: ("List the collecting units", "查询执收单位"),
        about: (
            "Always all of them, each with what it lacks before its first bill can reach a payer.",
            "一次列出全部，并说明在票据能送达交款人之前还缺什么。",
        ),
        parameters: &[],
        body: None,
        answers: &[ok("FiscalUnitList")],
        own_problems: &[Kind::InvalidQuery, Kind::StoreKey],
        is_open: false,
    },
];
