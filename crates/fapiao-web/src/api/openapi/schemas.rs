//! The shapes of bodies and answers.

use crate::api::order_body::{DELIVERY, DIFFERENCE, DOCUMENT, LINE, ORDER, PAYMENT, TITLE};
use fapiao_domain::{
    card::CardState,
    delivery::DeliveryState,
    invoice::{InvoiceKind, InvoiceState},
    preference::Preference,
};
use serde_json::{Map, Value, json};

/// All of them, by name.
pub(super) fn schemas() -> Map<String, Value> {
    let mut all = Map::new();
    for (name, schema) in requests()
        .into_iter()
        .chain(answers())
        .chain(lists())
        .chain(super::red_schemas::all())
        .chain(super::bill_schemas::all())
    {
        all.insert(name.to_owned(), schema);
    }
    all
}

pub(super) fn text(about: &str) -> Value {
    json!({ "type": "string", "description": about })
}

pub(super) fn text_or_null(about: &str) -> Value {
    json!({ "type": ["string", "null"], "description": about })
}

pub(super) fn time(about: &str) -> Value {
    json!({ "type": "string", "format": "date-time", "description": about })
}

pub(super) fn decimal(about: &str, example: &str) -> Value {
    json!({
        "type": "string",
        "pattern": "^-?[0-9]+(\\.[0-9]+)?$",
        "description": about,
        "examples": [example],
    })
}

/// A decimal of a request, where nothing below zero is taken.
pub(super) fn unsigned(about: &str, example: &str) -> Value {
    let mut schema = decimal(about, example);
    schema["pattern"] = json!("^[0-9]+(\\.[0-9]+)?$");
    schema
}

pub(super) fn whole(about: &str) -> Value {
    json!({ "type": "integer", "description": about })
}

pub(super) fn flag(about: &str) -> Value {
    json!({ "type": "boolean", "description": about })
}

pub(super) fn of(schema: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{schema}") })
}

pub(super) fn list_of(schema: &str) -> Value {
    json!({ "type": "array", "items": of(schema) })
}

pub(super) fn time_or_null(about: &str) -> Value {
    json!({ "type": ["string", "null"], "format": "date-time", "description": about })
}

pub(super) fn maybe(schema: &str) -> Value {
    json!({ "oneOf": [of(schema), { "type": "null" }] })
}

/// An object whose members are all there, in an answer.
pub(super) fn object(members: Vec<(&str, Value)>) -> Value {
    let required: Vec<&str> = members.iter().map(|(name, _)| *name).collect();
    let properties: Map<String, Value> = members
        .iter()
        .map(|(name, schema)| ((*name).to_owned(), schema.clone()))
        .collect();
    json!({ "type": "object", "required": required, "properties": properties })
}

/// An object of a request: nothing else is accepted.
pub(super) fn closed(required: &[&str], members: Vec<(&str, Value)>) -> Value {
    let mut schema = object(members);
    schema["required"] = json!(required);
    schema["additionalProperties"] = Value::Bool(false);
    schema
}

/// The code of a preferential policy.
fn preference(description: &str) -> Value {
    let codes: Vec<_> = Preference::ALL.iter().map(|it| it.code()).collect();
    json!({ "enum": codes, "description": description })
}

/// The same in an answer, where it may be missing.
fn preference_told() -> Value {
    let mut codes: Vec<_> = Preference::ALL.iter().map(|it| json!(it.code())).collect();
    codes.push(Value::Null);
    json!({ "enum": codes, "description": "The preferential policy that was told." })
}

/// What a line of an invoice is (发票行性质).
fn line_kind() -> Value {
    told(
        vec!["normal", "discount", "discounted"],
        "`normal`: a line by itself. `discounted`: one whose discount is the line after it. `discount`: that line, with amounts below zero and neither quantity nor price.",
    )
}

fn requests() -> Vec<(&'static str, Value)> {
    let rate = json!({
        "type": "string",
        "description": "A fraction, or `exempt` (免税), `not_taxed` (不征税), `0` (zero rate).",
        "examples": ["0.13", "exempt"],
    });
    let mut lines = list_of("NewLine");
    lines["minItems"] = json!(1);
    lines["maxItems"] = json!(10_000);
    let order = [
        text(
            "The store's code (`GET /sellers`); may be left out where the key sees one store only.",
        ),
        json!({ "type": "string", "minLength": 1, "maxLength": 64, "description": "Your own number, unique within the seller for ever." }),
        time("When it was sold; now when left out."),
        unsigned(
            "A discount on the whole order in yuan, positive; shared out over the lines to the fen. With tax where the prices are.",
            "20.00",
        ),
        json!({ "type": "string", "maxLength": 200, "description": "A remark for the invoice." }),
        lines,
        of("NewDelivery"),
        of("NewPayment"),
        of("NewDifferenceTax"),
        json!({ "enum": ["ordinary", "special"], "default": "ordinary", "description": "`special` (增值税专用发票): only a seller that issues digital invoices on its own platform; the title is an organisation's with its tax number, and no line is exempt, zero-rated or not taxed." }),
    ];
    let difference = [
        json!({ "enum": ["whole", "reduced"], "description": "`whole` (全额开票): taxed as if nothing were deducted, the deduction is only recorded. `reduced` (差额开票): the deduction leaves the tax base." }),
        unsigned(
            "The deduction (扣除额) in yuan with tax, above zero and at most the line.",
            "84000.00",
        ),
    ];
    let line = [
        json!({ "type": "string", "minLength": 1, "maxLength": 600, "description": "What was sold, without the short name of its class; printed as `*short name*name`, which has at most 300 characters. Every character must be one that the invoice's fonts have: no emoji." }),
        json!({ "type": "string", "pattern": "^[0-9]{19}$", "description": "Class code (税收分类编码): 19 digits, one that may be used on a line, not a heading." }),
        json!({ "type": "string", "maxLength": 150, "description": "Specification." }),
        json!({ "type": "string", "maxLength": 300, "description": "Unit." }),
        unsigned(
            "How many, at most 13 decimals. Exactly two of `quantity`, `unit_price` and `amount` are stated; the third follows.",
            "2",
        ),
        unsigned(
            "Yuan for one, at most 13 decimals; left out where `quantity` and `amount` are stated.",
            "54.50",
        ),
        unsigned(
            "What the whole line comes to in yuan, before its discount: it then drives the line to the fen, and price or \
             quantity is computed, with at most 13 decimals. Only beside one of the two.",
            "109.00",
        ),
        flag(
            "Whether price and discount include the tax. Always stated: it decides what is computed from what.",
        ),
        rate,
        unsigned("Discount of the whole line in yuan, positive.", "1.00"),
        preference(
            "The preferential policy (优惠政策) of what was sold: its code, `01` to `18`; left out for none, or for what follows from the rate. A refund such as `12` (即征即退50%) goes with an ordinary rate, `01` with 0.03 or 0.05, `03` with exempt, `04` with not_taxed, `08` with 0.03, `09` with 0.05, `10` with 0.015; the class code has to permit it.",
        ),
    ];
    let delivery = [
        json!({ "enum": ["web", "wap", "app", "mini_program"], "description": "Where the buyer meets us." }),
        json!({ "enum": ["title", "confirm", "collect"], "default": "title", "description": "`title`: the buyer fills in a title, then confirms. `confirm`: the title comes with the request, the buyer only confirms. `collect`: the invoice is issued first, the buyer only takes it; without `title` the invoice that the order has already." }),
        json!({ "type": "string", "format": "uri", "maxLength": 512, "description": "Where the buyer goes afterwards." }),
        of("NewTitle"),
    ];
    let title = [
        json!({ "enum": ["person", "organisation", "organisation_without_number"], "description": "Whose title." }),
        text("Name on the invoice."),
        text("Tax number; needed for `organisation`, its check character is examined."),
        text("Address."),
        text("Telephone."),
        text("Bank."),
        text("Account at the bank."),
        text("Where the invoice is mailed to."),
        json!({ "type": "string", "maxLength": 200, "description": "Why a number that fails its check is right all the same; kept on the order's timeline with what failed." }),
        of("NewDocument"),
    ];
    let document = [
        json!({ "enum": ["201", "208", "210", "213", "227", "233", "237", "238"], "description": "Type of document (证件类型): `201` identity card, `208` foreign passport, `210` Hong Kong and Macao travel permit, `213` Taiwan travel permit, `227` PRC passport, `233` foreign permanent residence, `237` Hong Kong and Macao residence permit, `238` Taiwan residence permit." }),
        json!({ "type": "string", "pattern": "^[0-9]{3}$", "description": "Nationality, three digits. May be left out where it follows from the type: 201 and 227 (156), 213 and 238 (158), 210 (H… 344, M… 446)." }),
        json!({ "type": "string", "maxLength": 30, "description": "Its number; that of an identity card is held against its check character. Kept encrypted until the tax authority has it, never shown again but for its last characters." }),
    ];
    let payment = [
        json!({ "type": "string", "pattern": "^[a-z0-9_]{1,32}$", "description": "`wechat`, `alipay`, `cash` …", "examples": ["wechat"] }),
        json!({ "type": "string", "maxLength": 40, "description": "The payment service's number (微信支付订单号)." }),
        json!({ "type": "string", "maxLength": 64, "description": "Your number towards the payment service (商户订单号)." }),
    ];
    vec![
        (
            "NewOrder",
            closed(
                &["order_no", "lines"],
                ORDER.into_iter().zip(order).collect(),
            ),
        ),
        (
            "NewLine",
            closed(
                &["name", "tax_code", "tax_included", "rate"],
                LINE.into_iter().zip(line).collect(),
            ),
        ),
        (
            "NewDelivery",
            closed(&["channel"], DELIVERY.into_iter().zip(delivery).collect()),
        ),
        (
            "NewTitle",
            closed(&["kind", "name"], TITLE.into_iter().zip(title).collect()),
        ),
        (
            "NewDocument",
            closed(
                &["type", "number"],
                DOCUMENT.into_iter().zip(document).collect(),
            ),
        ),
        (
            "NewPayment",
            closed(&["channel"], PAYMENT.into_iter().zip(payment).collect()),
        ),
        (
            "NewDifferenceTax",
            closed(
                &["mode", "deduction"],
                DIFFERENCE.into_iter().zip(difference).collect(),
            ),
        ),
        (
            "Refusal",
            closed(
                &["reason"],
                vec![
                    (
                        "reason",
                        json!({ "type": "string", "minLength": 1, "maxLength": 60, "description": "What the buyer reads, on one line." }),
                    ),
                    (
                        "url",
                        json!({ "type": "string", "format": "uri", "maxLength": 512, "description": "Where the buyer reads on or asks again; our own page when left out." }),
                    ),
                ],
            ),
        ),
        ("Nothing", closed(&[], Vec::new())),
    ]
}

/// Names with what they mean.
pub(super) fn told(names: Vec<&str>, about: &str) -> Value {
    json!({ "type": "string", "enum": names, "description": about })
}

fn answers() -> Vec<(&'static str, Value)> {
    let delivery_states = DeliveryState::ALL.iter().map(|it| it.as_str()).collect();
    let invoice_states = InvoiceState::ALL.iter().map(|it| it.as_str()).collect();
    let invoice_kinds = InvoiceKind::ALL.iter().map(|it| it.as_str()).collect();
    let card_states = CardState::ALL.iter().map(|it| it.as_str()).collect();
    vec![
        (
            "Totals",
            object(vec![
                ("amount", decimal("Without tax (合计金额).", "100.00")),
                ("tax", decimal("Tax (合计税额).", "13.00")),
                ("total", decimal("With tax (价税合计).", "113.00")),
            ]),
        ),
        (
            "OrderState",
            told(
                vec!["open", "delivering", "invoiced", "cancelled"],
                "`open`: no delivery is under way. `delivering`: one is, also when its invoice is issued and waits to be collected. `invoiced`: it has its invoices. `cancelled`: all of it was given back before an invoice, or its invoices were all taken back and nothing is left to invoice.",
            ),
        ),
        (
            "DeliveryState",
            told(
                delivery_states,
                "`created`: nobody has opened the page. `page_opened`: the buyer went on to WeChat. `authorised`: the buyer agreed. `issuing`: the invoice is being issued. `carded`: the card is in the wallet. `refused`: by the shop or the buyer. `expired`: nobody agreed in time. `failed`: it cannot be brought, `reason` says why. The last four are final. States may be added: take an unknown one as not final.",
            ),
        ),
        (
            "InvoiceState",
            told(
                invoice_states,
                "`drafted`: computed. `ready`: checked, waits for a number. `blocked`: the gate, quota or number stock stops it, `reason` says which. `reserved`: number and quota are taken. `uploading`: sent to the tax authority. `outcome_unknown`: asked without an answer, is asked about. `refused`: the tax authority said no. `issued`: it is an invoice, for ever. `partly_red`, `fully_red`: some or all of it was taken back.",
            ),
        ),
        (
            "InvoiceKind",
            told(
                invoice_kinds,
                "`digital_ordinary` 数电普票, `digital_special` 数电专票, `classic_ordinary` 税控电子普票 (the older form).",
            ),
        ),
        (
            "CardState",
            told(
                card_states,
                "`uploading`, `inserting`: on its way. `inserted`: in the wallet. `locked`: an employer is reimbursing it. `reimbursed`: it left the wallet's list. `cancelled`: struck out after a red letter. `code_unknown`: in the wallet, its code was lost.",
            ),
        ),
        (
            "Order",
            object(vec![
                ("id", text("`ord_…`")),
                ("order_no", text("Your own number.")),
                ("store", text("The store's code.")),
                ("state", of("OrderState")),
                ("currency", json!({ "const": "CNY" })),
                ("totals", of("Totals")),
                (
                    "refunded",
                    decimal(
                        "What was given back of it, with tax; `totals` stay what was sold.",
                        "0.00",
                    ),
                ),
                (
                    "lines",
                    json!({
                        "type": "array",
                        "items": of("NewLine"),
                        "description": "As accepted. `discount` of a line is its own and its share of the order's `discount`, \
                                        which is not told again: `GET /orders/{id}/rounding` tells them apart.",
                    }),
                ),
                ("remark", text("May be empty.")),
                ("payment", maybe("Payment")),
                ("difference_tax", maybe("DifferenceTax")),
                (
                    "invoice_kind",
                    json!({ "enum": ["ordinary", "special"], "description": "What was asked for; `kind` of its invoice is what was issued." }),
                ),
                ("sold_at", time("When it was sold.")),
                ("created_at", time("When it was accepted.")),
                ("delivery", maybe("Delivery")),
                ("deliveries", list_of("Delivery")),
            ]),
        ),
        (
            "DifferenceTax",
            object(vec![
                ("mode", told(vec!["whole", "reduced"], "As in the order.")),
                ("deduction", decimal("With tax (扣除额).", "84000.00")),
            ]),
        ),
        (
            "OrderPart",
            object(vec![
                ("no", whole("Which invoice of the order, from 1.")),
                ("of", whole("Of how many.")),
                ("totals", of("Totals")),
            ]),
        ),
        (
            "Delivery",
            object(vec![
                ("id", text("`dlv_…`; WeChat knows it as its order id.")),
                ("order", text("Of which order.")),
                ("state", of("DeliveryState")),
                ("final", flag("Whether nothing more will happen by itself.")),
                (
                    "waits_for",
                    told(
                        vec!["buyer", "us", "staff", "nobody"],
                        "Who has to act: the `buyer` on the page, this system (`us`, nothing to do but ask again), the merchant's `staff` in the back-office (see `stopped`), or `nobody` any more.",
                    ),
                ),
                ("stopped", maybe("Stopped")),
                (
                    "reason",
                    text_or_null(
                        "Why it was refused or failed, in the language of `Accept-Language` where the words are ours, with the other side's code and words in brackets.",
                    ),
                ),
                (
                    "refusal_url",
                    text_or_null("Where a refused buyer reads on."),
                ),
                (
                    "channel",
                    told(
                        vec!["web", "wap", "app", "mini_program"],
                        "Where the buyer meets us.",
                    ),
                ),
                (
                    "page",
                    told(vec!["title", "confirm", "collect"], "Which page."),
                ),
                (
                    "page_url",
                    text("The page to show to the buyer, also as a QR code."),
                ),
                ("part", maybe("OrderPart")),
                ("title", maybe("TypedTitle")),
                ("invoice", maybe("InvoiceRef")),
                ("expires_at", time("Until when the buyer may agree.")),
                ("authorised_at", time_or_null("When the buyer agreed.")),
                (
                    "due_at",
                    time_or_null(
                        "Until when the invoice is promised: the agreement and the account's contact time-out.",
                    ),
                ),
                ("overdue", flag("Whether that promise was broken.")),
                ("created_at", time("When it was made.")),
            ]),
        ),
        (
            "Stopped",
            object(vec![
                (
                    "code",
                    text("Stable, such as `title_invalid`; codes may be added."),
                ),
                (
                    "message",
                    text("Why staff has to act, in the language asked for."),
                ),
            ]),
        ),
        (
            "TypedTitle",
            object(vec![
                (
                    "organisation",
                    flag("Whether the buyer filled in the organisation's page."),
                ),
                ("name", text("As typed, before any check.")),
                ("tax_number", text_or_null("Tax number (税号).")),
                ("address", text_or_null("Address.")),
                ("phone", text_or_null("Telephone.")),
                ("bank", text_or_null("Bank (开户行).")),
                ("bank_account", text_or_null("Bank account.")),
                ("email", text_or_null("Mail address.")),
                ("document", maybe("TypedDocument")),
                ("custom_fields", list_of("CustomField")),
            ]),
        ),
        (
            "TypedDocument",
            object(vec![
                ("type", text("Type of document, such as `201`.")),
                ("nationality", text("Three digits, such as `156`.")),
                (
                    "number",
                    text(
                        "Its last characters, the others as `*`: the number itself is never given out.",
                    ),
                ),
            ]),
        ),
        (
            "CustomField",
            object(vec![
                (
                    "name",
                    text("The field's name, as drawn in the back-office."),
                ),
                ("value", text("What the buyer wrote.")),
            ]),
        ),
        (
            "WechatPage",
            object(vec![
                ("delivery", text("`dlv_…`")),
                ("channel", text("Where the buyer meets us.")),
                (
                    "open_with",
                    told(
                        vec!["redirect", "wechat_sdk", "navigate_to_mini_program"],
                        "How `auth_url` is opened.",
                    ),
                ),
                (
                    "auth_url",
                    text(
                        "The page's address; for a mini program the path for `wx.navigateToMiniProgram`. It goes stale: ask anew at each tap.",
                    ),
                ),
                (
                    "appid",
                    text_or_null("The mini program to open, for the channel `mini_program`."),
                ),
                (
                    "wechat_order_id",
                    text("What the native SDK hands back as `wxOrderId`."),
                ),
                ("expires_at", time("Until when the buyer may agree.")),
            ]),
        ),
        (
            "Payment",
            object(vec![
                ("channel", text("How it was paid.")),
                (
                    "transaction_no",
                    text_or_null("The payment service's number."),
                ),
                (
                    "trade_no",
                    text_or_null("Your number towards the payment service."),
                ),
            ]),
        ),
        (
            "InvoiceRef",
            object(vec![
                ("id", text("`inv_…`")),
                ("number", text("The invoice number.")),
            ]),
        ),
        (
            "Invoice",
            object(vec![
                ("id", text("`inv_…`")),
                (
                    "number",
                    text_or_null("20 digits (8 on the older form), once reserved."),
                ),
                ("code", text_or_null("Only on the older form (发票代码).")),
                (
                    "check_code",
                    text_or_null("Only on the older form (校验码)."),
                ),
                ("kind", of("InvoiceKind")),
                ("state", of("InvoiceState")),
                ("reason", text_or_null("Why it is blocked or refused.")),
                ("currency", json!({ "const": "CNY" })),
                ("totals", of("Totals")),
                ("lines", list_of("InvoiceLine")),
                ("buyer", of("Party")),
                ("seller", of("Party")),
                ("difference_tax", maybe("DifferenceTax")),
                ("remark", text("As printed.")),
                ("issued_at", time_or_null("The moment of issue.")),
                (
                    "issue_date",
                    json!({ "type": ["string", "null"], "format": "date", "description": "The date on the paper, in Asia/Shanghai." }),
                ),
                ("documents", list_of("Document")),
                ("order", text("Of which order.")),
                ("delivery", text("For which delivery.")),
                ("card", maybe("Card")),
                ("created_at", time("When it was drafted.")),
            ]),
        ),
        (
            "InvoiceLine",
            object(vec![
                ("no", whole("1, 2, 3, …")),
                ("kind", line_kind()),
                ("name", text("What was sold.")),
                (
                    "printed_name",
                    text("With the short name of its class: `*茶叶*龙井茶`."),
                ),
                ("tax_code", text("Class code.")),
                ("spec", text("May be empty.")),
                ("unit", text("May be empty.")),
                ("quantity", text_or_null("None on discount lines.")),
                (
                    "unit_price",
                    text_or_null("Without tax; none on discount lines."),
                ),
                ("amount", decimal("Without tax (金额).", "100.00")),
                ("rate", text("As in the order.")),
                ("tax", decimal("Tax (税额).", "13.00")),
                ("total", decimal("With tax.", "113.00")),
                ("preference", preference_told()),
            ]),
        ),
        ("Party", {
            let mut party = object(vec![
                ("name", text("As printed.")),
                ("tax_number", text_or_null("Tax number.")),
                ("address", text_or_null("Address.")),
                ("phone", text_or_null("Telephone.")),
                ("bank", text_or_null("Bank.")),
                ("bank_account", text_or_null("Account number.")),
            ]);
            party["properties"]["kind"] = json!({
                "enum": ["person", "organisation", "organisation_without_number"],
                "description": "Buyers only.",
            });
            party
        }),
        (
            "Document",
            object(vec![
                ("format", json!({ "enum": ["pdf", "xml", "ofd"] })),
                ("sha256", text("Its hash, hex.")),
                (
                    "sm3",
                    text_or_null(
                        "Its SM3 (GB/T 32905), hex; null for documents from before it was computed.",
                    ),
                ),
                ("size", whole("Bytes.")),
                (
                    "origin",
                    told(
                        vec!["rendered", "received"],
                        "`rendered`: made here from the ledger. `received`: the tax side's or the issuing platform's own file, kept byte for byte.",
                    ),
                ),
                ("url", text("Where to download it, with the same key.")),
            ]),
        ),
        ("Card", object(vec![("state", of("CardState"))])),
        (
            "PaperQr",
            object(vec![(
                "qr",
                text("The text of the QR code; or send a file as the body."),
            )]),
        ),
        (
            "PaperCheck",
            object(vec![
                (
                    "verdict",
                    json!({
                        "enum": ["identical", "agrees", "differs", "unknown"],
                        "description": "`identical`: byte for byte a file we made or received. `agrees`: another file or a code, but \
                                        everything compared says what the ledger says; `checksum` among `fields` is a warning then: \
                                        the code's checksum does not fit, as on some true papers. `differs`: the number is one of our \
                                        invoices, but something in `fields` is not `same`: the paper may have been altered. `unknown`: \
                                        no invoice of this number is in the ledger, or none that the key may see.",
                    }),
                ),
                (
                    "format",
                    json!({ "enum": ["pdf", "ofd", "xml", "png", "jpeg", "qr"] }),
                ),
                ("sha256", text("Of the file; empty for a QR code.")),
                ("number", text("The number that was looked up.")),
                ("invoice", text_or_null("`inv_…`; null when it is unknown.")),
                ("state", text("Of the invoice; empty when it is unknown.")),
                (
                    "fields",
                    json!({ "type": "array", "items": object(vec![
                        ("field", text("Which.")),
                        ("ledger", text("What the ledger says.")),
                        ("paper", text_or_null("What the paper says; null when it is not found there.")),
                        ("same", flag("Whether both agree. Of `checksum`, which is there only where it does not fit, a warning that leaves `verdict` alone.")),
                    ]) }),
                ),
                (
                    "unproven",
                    json!({
                        "type": "array",
                        "description": "What a QR code does not prove, where there was nothing else to read (`qr`, a photograph, a scan): compare it by eye. Empty otherwise.",
                        "items": object(vec![
                            ("field", text("Which.")),
                            ("ledger", text("What the ledger says.")),
                        ]),
                    }),
                ),
            ]),
        ),
        (
            "Ping",
            object(vec![
                ("ok", json!({ "const": true })),
                ("mode", json!({ "enum": ["sandbox", "production"] })),
                ("version", text("Of the server.")),
                ("time", time("By the server's clock.")),
                (
                    "clock_skew_secs",
                    json!({ "type": ["integer", "null"], "description": "Positive when your clock is ahead; needs a `Date` header." }),
                ),
                (
                    "key",
                    object(vec![
                        ("id", text("`key_…`")),
                        ("name", text("For people.")),
                        ("prefix", text("Its first characters.")),
                        ("store", text_or_null("Only this store, or all.")),
                        ("may_write", flag("Whether it may change something.")),
                    ]),
                ),
            ]),
        ),
        (
            "Rounding",
            object(vec![
                ("totals", of("Totals")),
                (
                    "rounded_by",
                    decimal(
                        "What all roundings together added to the tax, in yuan.",
                        "-0.004425",
                    ),
                ),
                ("lines", list_of("RoundedLine")),
                ("rates", list_of("RoundedRate")),
                ("parts", list_of("RoundedPart")),
            ]),
        ),
        (
            "RoundedPart",
            object(vec![
                ("no", whole("Which invoice of the order, from 1.")),
                ("of", whole("Of how many.")),
                ("totals", of("Totals")),
                ("lines", list_of("RoundedLine")),
            ]),
        ),
        (
            "DiscountShare",
            object(vec![
                (
                    "discount",
                    decimal("The discount on the whole order.", "20.00"),
                ),
                (
                    "formula",
                    text(
                        "Discount × what the line came to after its own discount ÷ what all lines came to so: `20.00 × 59.90 ÷ 200.00`.",
                    ),
                ),
                ("exact", decimal("What that gives.", "5.990000")),
                ("share", decimal("The line's share.", "5.99")),
                (
                    "got_left_over",
                    flag(
                        "Whether it is one fen more than the exact share cut to the fen: the fen that cutting leaves over go to the largest remainders, and of equal ones to the earlier line.",
                    ),
                ),
                (
                    "own_discount",
                    decimal("The line's own discount beside it.", "0.00"),
                ),
            ]),
        ),
        (
            "RoundedWhole",
            object(vec![
                ("line", whole("The `no` of the line in `lines`.")),
                ("gross", decimal("Of that line, with tax.", "113.00")),
                ("tax", decimal("Its tax.", "13.00")),
            ]),
        ),
        (
            "RoundedLine",
            object(vec![
                ("no", whole("Of the invoice line.")),
                (
                    "order_line",
                    json!({ "type": ["integer", "null"], "description": "The place of the order's line in its `lines`, counted from 0; refunds name the same line counted from 1. `null` when that cannot be told." }),
                ),
                ("kind", line_kind()),
                ("name", text("What was sold.")),
                ("rate", text("As in the order.")),
                (
                    "drives",
                    json!({ "enum": ["gross", "net", "remainder"], "description": "Which amount the others follow from." }),
                ),
                (
                    "product",
                    text_or_null("`quantity × unit_price` with all its digits."),
                ),
                ("driving", decimal("What that was rounded to.", "100.00")),
                (
                    "formula",
                    text_or_null("`100.00 × 13 ÷ 113`; none without tax."),
                ),
                (
                    "exact_tax",
                    decimal("The tax before rounding.", "11.504425"),
                ),
                ("tax", decimal("The tax.", "11.50")),
                (
                    "rounded_by",
                    decimal("What rounding added, with what is carried.", "-0.004425"),
                ),
                (
                    "carried",
                    decimal(
                        "Of a `remainder`: its tax less what the formula gives, rounded. The parts of a line share its tax to the fen, so the last one carries what the others left over.",
                        "0.00",
                    ),
                ),
                ("amount", decimal("Without tax.", "88.50")),
                ("gross", decimal("With tax.", "100.00")),
                ("discount_share", maybe("DiscountShare")),
                ("part_of", maybe("RoundedWhole")),
            ]),
        ),
        (
            "RoundedRate",
            object(vec![
                ("rate", text("As in the order.")),
                ("lines", whole("How many lines, discounts included.")),
                ("totals", of("Totals")),
                (
                    "tax_at_once",
                    text_or_null(
                        "The tax of the sum, rounded once; none where prices with and without tax stand together.",
                    ),
                ),
                (
                    "tail",
                    text_or_null(
                        "Tax of the lines less that (尾差); none where there is no `tax_at_once`.",
                    ),
                ),
            ]),
        ),
        (
            "Forecast",
            object(vec![
                (
                    "lasts",
                    json!({ "enum": ["unknown", "until", "beyond_period"], "description": "`unknown` before the first use; `beyond_period` when the year of the numbers or the month of the quota ends first." }),
                ),
                (
                    "until",
                    time_or_null(
                        "When it runs out at the pace of the last four weeks, by hour of the week.",
                    ),
                ),
            ]),
        ),
        ("Problem", problem()),
    ]
}

fn problem() -> Value {
    let mut problem = object(vec![
        ("type", text("Leads to an explanation.")),
        ("title", text("What it is, in a few words.")),
        ("status", whole("The HTTP status.")),
        ("detail", text("About this very request.")),
        ("instance", text("The path that was called.")),
        ("code", text("Stable: decide by it.")),
        ("request_id", text("Quote it when asking for help.")),
    ]);
    problem["properties"]["errors"] = json!({
        "type": "array",
        "description": "Every wrong value.",
        "items": {
            "type": "object",
            "required": ["code", "message"],
            "properties": {
                "pointer": text("JSON Pointer into the body."),
                "parameter": text("Parameter of the query."),
                "code": text("Stable, such as `E_QUANTITY`."),
                "message": text("What is wrong and what is allowed."),
            },
        },
    });
    problem["properties"]["wechat"] = json!({
        "type": "object",
        "description": "What WeChat said, where the trouble came from there.",
        "properties": {
            "code": text("WeChat's own code."),
            "message": text("WeChat's words."),
            "hint": text("What to do next."),
        },
    });
    problem
}

fn lists() -> Vec<(&'static str, Value)> {
    let page = |rows: Value| {
        object(vec![
            ("data", json!({ "type": "array", "items": rows })),
            ("has_more", flag("Whether there is a next page.")),
            ("next_cursor", text_or_null("For `cursor`.")),
        ])
    };
    let order_row = object(vec![
        ("id", text("`ord_…`")),
        ("order_no", text("Your own number.")),
        ("store", text("The store's code.")),
        ("state", of("OrderState")),
        ("delivery_state", maybe("DeliveryState")),
        ("totals", of("Totals")),
        (
            "refunded",
            decimal("What was given back of it, with tax.", "0.00"),
        ),
        (
            "invoice_number",
            text_or_null("The newest invoice's number."),
        ),
        ("sold_at", time("When it was sold.")),
        ("created_at", time("When it was accepted.")),
    ]);
    let invoice_row = object(vec![
        ("id", text("`inv_…`")),
        ("number", text_or_null("Once reserved.")),
        ("kind", of("InvoiceKind")),
        ("state", of("InvoiceState")),
        ("order", text("Of which order.")),
        ("order_no", text("Its own number.")),
        ("buyer", text("As printed.")),
        ("totals", of("Totals")),
        ("issued_at", time_or_null("The moment of issue.")),
        ("card_state", maybe("CardState")),
        ("created_at", time("When it was drafted.")),
    ]);
    let seller = object(vec![
        ("id", text("`sel_…`")),
        ("name", text("Legal name.")),
        ("short_name", text("On the card.")),
        ("tax_number", text("Tax number.")),
        (
            "issuing_mode",
            json!({ "enum": ["self_built", "external_platform", "wechat_unified"], "description": "Who issues: `self_built` this installation, `external_platform` another company's platform, `wechat_unified` WeChat's unified calls (legacy; WeChat's present list of calls no longer carries them)." }),
        ),
        (
            "invoice_limit",
            json!({ "type": ["string", "null"], "description": "Most net amount of one invoice (单张开票限额); orders beyond it become several." }),
        ),
        ("invoice_lines", whole("Most lines of one invoice.")),
        (
            "stores",
            json!({ "type": "array", "items": object(vec![("code", text("For `store`.")), ("name", text("For people."))]) }),
        ),
    ]);
    let product = object(vec![
        ("sku", text("The shop's own number.")),
        ("name", text("Name.")),
        ("tax_code", text("Class code.")),
        ("spec", text("Specification.")),
        ("unit", text("Unit.")),
        ("unit_price", decimal("Usual price in yuan.", "54.50")),
        ("tax_included", flag("Whether the price includes tax.")),
        ("rate", text("Usual rate.")),
        ("preference", preference_told()),
    ]);
    let stock = object(vec![
        ("seller", text("`sel_…`")),
        ("name", text("Legal name.")),
        ("year", text("Of the numbers.")),
        ("numbers_left", whole("Invoice numbers left.")),
        ("numbers_forecast", of("Forecast")),
        ("month", text("Of the quota.")),
        ("quota_left", decimal("Net amount left.", "100000.00")),
        ("quota_forecast", of("Forecast")),
    ]);
    vec![
        ("OrderList", page(order_row)),
        ("InvoiceList", page(invoice_row)),
        ("SellerList", page(seller)),
        ("ProductList", page(product)),
        ("StockList", page(stock)),
    ]
}
