//! The shapes of fiscal bills.

use super::schemas::{
    closed, decimal, flag, list_of, maybe, object, of, text, text_or_null, time, time_or_null,
    told, unsigned, whole,
};
use crate::api::bill_body::{AUTHORISATION, BILL, BILL_DELIVERY, BILL_ITEM, BILL_OUTCOME};
use fapiao_usecases::records::{BillSource, FiscalRole};
use serde_json::{Value, json};

/// All of them, by name.
pub(super) fn all() -> Vec<(&'static str, Value)> {
    requests().into_iter().chain(answers()).collect()
}

/// A text of a limited length.
fn short(most: usize, about: &str) -> Value {
    json!({ "type": "string", "maxLength": most, "description": about })
}

/// A list that is always given whole.
fn list(schema: &str) -> Value {
    object(vec![
        ("data", list_of(schema)),
        ("has_more", flag("Whether there is a next page.")),
        (
            "next_cursor",
            text_or_null("Give it as `cursor` to get the next page."),
        ),
    ])
}

fn requests() -> Vec<(&'static str, Value)> {
    let source = json!({ "enum": ["web", "app"], "default": "web", "description": "Where the payer meets us: on a page in WeChat, or in your native app. Not given where the unit elsewhere asks." });
    let return_url = json!({ "type": "string", "format": "uri", "maxLength": 512, "description": "Where the payer goes afterwards; our own page when left out. Unused for `app`." });
    let mut items = list_of("NewBillItem");
    items["maxItems"] = json!(100);
    let bill = [
        text("The collecting unit's code (`GET /fiscal-units`)."),
        json!({ "type": "string", "pattern": "^[0-9]{8}$", "description": "票据代码: 8 digits." }),
        json!({ "type": "string", "pattern": "^[0-9]{10}$", "description": "票据号码: 10 digits. Code and number are unique for ever." }),
        json!({ "type": "string", "pattern": "^([0-9A-Za-z]{6})?$", "description": "校验码: 6 letters and digits, where the bill has one." }),
        short(100, "Who paid (交款人), as on the bill."),
        unsigned("What was paid, in yuan.", "50.00"),
        items,
        short(230, "Remark (备注), as on the bill."),
        json!({ "type": "string", "description": "When the bureau issued it: RFC 3339, or `2026-11-20 10:30` on China's clock.", "examples": ["2026-11-20T10:30:00+08:00"] }),
        source.clone(),
        return_url.clone(),
        of("NewBillAuthorisation"),
    ];
    let item = [
        short(100, "What was charged (项目名称)."),
        short(30, "How many, as printed."),
        short(30, "Unit, as printed."),
        short(30, "Price of one (标准), as printed."),
        unsigned("In yuan; the items add up to the bill's amount.", "50.00"),
    ];
    let authorisation = [
        json!({ "type": "string", "pattern": "^[A-Za-z0-9_.-]{1,64}$", "description": "The order id under which the unit asked its payer." }),
        json!({ "type": "string", "pattern": "^[A-Za-z0-9_.-]{1,64}$", "description": "App id of the account it asked with." }),
    ];
    let reason = json!({ "type": "string", "minLength": 1, "maxLength": 60, "description": "What the payer reads, on one line." });
    let outcome = [
        flag("Whether the card is in the wallet."),
        json!({ "type": "string", "maxLength": 60, "description": "Why not; what the payer reads. Required where `carded` is false." }),
    ];
    vec![
        (
            "NewBill",
            closed(
                &["unit", "code", "number", "payer", "amount", "issued_at"],
                BILL.into_iter().zip(bill).collect(),
            ),
        ),
        (
            "NewBillItem",
            closed(
                &["name", "amount"],
                BILL_ITEM.into_iter().zip(item).collect(),
            ),
        ),
        (
            "NewBillAuthorisation",
            described(
                closed(
                    &AUTHORISATION,
                    AUTHORISATION.into_iter().zip(authorisation).collect(),
                ),
                "Only for units of the role `bureau`, and required there: the agreement that the unit elsewhere got.",
            ),
        ),
        (
            "NewBillDelivery",
            closed(
                &[],
                BILL_DELIVERY
                    .into_iter()
                    .zip([source, return_url])
                    .collect(),
            ),
        ),
        ("BillReason", closed(&["reason"], vec![("reason", reason)])),
        (
            "BillOutcome",
            closed(&["carded"], BILL_OUTCOME.into_iter().zip(outcome).collect()),
        ),
    ]
}

fn described(mut schema: Value, about: &str) -> Value {
    schema["description"] = json!(about);
    schema
}

fn answers() -> Vec<(&'static str, Value)> {
    let sources: Vec<&str> = BillSource::ALL.iter().map(|it| it.as_str()).collect();
    let roles = FiscalRole::ALL.iter().map(|it| it.as_str()).collect();
    let source = told(
        sources.clone(),
        "Where the payer is met; `elsewhere`: the collecting unit's own system asked.",
    );
    vec![
        (
            "Bill",
            object(vec![
                ("id", text("`bil_…`")),
                ("unit", text("The collecting unit's code.")),
                ("code", text("票据代码.")),
                ("number", text("票据号码.")),
                ("check_code", text_or_null("校验码.")),
                ("payer", text("Who paid.")),
                ("currency", json!({ "const": "CNY" })),
                ("amount", decimal("What was paid.", "50.00")),
                ("items", list_of("BillItem")),
                ("remark", text("May be empty.")),
                ("issued_at", time("When the bureau issued it.")),
                ("file", maybe("BillFile")),
                ("void", maybe("BillVoid")),
                ("delivery", of("BillDelivery")),
                ("created_at", time("When it was handed in.")),
            ]),
        ),
        (
            "BillItem",
            object(vec![
                ("name", text("What was charged.")),
                ("quantity", text("As printed; may be empty.")),
                ("unit", text("As printed; may be empty.")),
                ("standard", text("Price of one, as printed; may be empty.")),
                ("amount", decimal("In yuan.", "50.00")),
            ]),
        ),
        (
            "BillFile",
            object(vec![
                ("sha256", text("SHA-256 of the bytes, hex.")),
                ("size", whole("Bytes.")),
                ("url", text("Where to download it, with a key.")),
            ]),
        ),
        (
            "BillVoid",
            object(vec![
                ("at", time("When we were told.")),
                ("reason", text("Why.")),
            ]),
        ),
        (
            "BillDelivery",
            object(vec![
                ("id", text("`bdl_…`")),
                ("source", source.clone()),
                (
                    "state",
                    described(
                        of("DeliveryState"),
                        "As of an invoice's delivery; a bill is made already, so `issuing` means that its card is being put into the wallet.",
                    ),
                ),
                ("final", flag("Whether nothing will happen any more.")),
                (
                    "waits_for",
                    told(
                        vec!["nobody", "payer", "file", "bureau", "us", "staff"],
                        "Who has to act: `payer` to agree, `file`: the PDF has to be handed in, `bureau`: the bureau elsewhere inserts the card, `staff`: `stopped` says why.",
                    ),
                ),
                ("stopped", maybe("Stopped")),
                ("reason", text_or_null("Why it ended.")),
                ("page_url", text("The page to show to the payer.")),
                ("wechat", of("BillAtWechat")),
                ("authorised_at", time_or_null("When the payer agreed.")),
                ("expires_at", time("Until when the payer is waited for.")),
                ("card", maybe("BillCard")),
                ("created_at", time("When it was made.")),
            ]),
        ),
        (
            "BillAtWechat",
            object(vec![
                ("order_id", text("Under which WeChat knows the delivery.")),
                ("app_id", text("Of the account that asks the payer.")),
            ]),
        ),
        (
            "BillCard",
            object(vec![
                ("state", of("CardState")),
                ("card_id", text("WeChat's id of the unit's card template.")),
                ("code", text_or_null("The card's code, once it is known.")),
            ]),
        ),
        ("BillList", list("Bill")),
        (
            "BillPage",
            object(vec![
                ("bill", text("`bil_…`")),
                ("delivery", text("`bdl_…`")),
                ("source", source),
                (
                    "open_with",
                    told(
                        vec!["redirect", "wechat_sdk"],
                        "`redirect`: send the browser to `url`. `wechat_sdk`: hand `url` to the native SDK.",
                    ),
                ),
                ("url", text("WeChat's page; it goes stale within hours.")),
                ("wechat", of("BillAtWechat")),
                ("expires_at", time("Until when the payer is waited for.")),
            ]),
        ),
        (
            "FiscalUnit",
            object(vec![
                ("code", text("What bills name it by.")),
                ("name", text("Its full name, the payee on the card.")),
                (
                    "role",
                    told(
                        roles,
                        "`both`: payers are asked and cards inserted here. `unit`: payers are asked here, the bureau elsewhere inserts. `bureau`: the unit elsewhere asks, cards are inserted here.",
                    ),
                ),
                (
                    "sources",
                    json!({ "type": "array", "items": { "enum": sources }, "description": "Where its payers can be met." }),
                ),
                ("ready", flag("Whether nothing is missing.")),
                (
                    "missing",
                    json!({ "type": "array", "items": { "type": "string" }, "description": "What is missing before its first bill can reach a payer: `web_account`, `bureau_account`, `platform_id`, `bureau_platform_id`, `template`." }),
                ),
                ("closed", flag("Takes no new bills.")),
            ]),
        ),
        ("FiscalUnitList", list("FiscalUnit")),
    ]
}
