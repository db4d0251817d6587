//! The shapes of refunds and red letters.

use super::schemas::{
    closed, decimal, flag, list_of, maybe, object, of, text, text_or_null, time, whole,
};
use crate::api::refunds::{REFUND, REFUND_LINE};
use fapiao_domain::confirmation::FormState;
use serde_json::{Value, json};

/// All of them, by name.
pub(super) fn all() -> Vec<(&'static str, Value)> {
    let reason = json!({
        "enum": ["01", "02", "03", "04"],
        "description": "01 wrong invoice (开票有误), 02 goods returned (销货退回), 03 service ended (服务中止), 04 allowance (销售折让).",
    });
    let states: Vec<&str> = FormState::ALL.iter().map(|it| it.as_str()).collect();
    let body = [
        json!({ "enum": ["plan", "confirm"], "description": "`plan` shows what would happen, `confirm` does it." }),
        reason.clone(),
        flag("All that is left. Exactly one of `everything`, `lines` and `amount` is said."),
        list_of("NewRefundLine"),
        decimal(
            "An allowance over everything, with tax (reason 04).",
            "20.00",
        ),
        flag("Take each invoice it touches back whole and issue the rest anew."),
        flag(
            "For reason 01 only: ask the buyer anew at once. Refused with another reason: `replace` does it for a refund.",
        ),
        flag("Go on although an employer holds the card of an invoice that is taken back whole."),
        text("Your own number of the refund; unique within the order."),
        text("A remark for staff."),
        text("The `plan` that was looked at: refused when the order changed since."),
    ];
    let line = [
        json!({ "type": "string", "pattern": "^[1-9][0-9]*$", "description": "The order's line, counted from 1 (`order_line` of a rounding counts from 0)." }),
        decimal("How many; all that is left when neither is said.", "1"),
        decimal("How much with tax (reason 04).", "20.00"),
    ];
    vec![
        (
            "NewRefund",
            closed(&["mode", "reason"], REFUND.into_iter().zip(body).collect()),
        ),
        (
            "NewRefundLine",
            closed(&["line"], REFUND_LINE.into_iter().zip(line).collect()),
        ),
        (
            "RefundPlan",
            object(vec![
                (
                    "plan",
                    text("Recognises the plan; send it along to confirm exactly this."),
                ),
                ("kind", json!({ "enum": ["refund", "correction"] })),
                ("reason", reason.clone()),
                ("totals", of("Totals")),
                (
                    "left",
                    decimal("What is left of the order afterwards.", "56.50"),
                ),
                ("reissued", decimal("What is invoiced anew.", "0.00")),
                (
                    "new_authorisations",
                    whole("How often the buyer has to agree anew."),
                ),
                ("red_letters", list_of("PlannedRedLetter")),
                ("not_invoiced", list_of("RefundedLine")),
            ]),
        ),
        (
            "PlannedRedLetter",
            object(vec![
                ("invoice_id", text("`inv_…`")),
                ("number", text("The invoice's number.")),
                ("reason", reason.clone()),
                ("totals", of("Totals")),
                ("completes", flag("Whether nothing of the invoice is left.")),
                ("card", text_or_null("Where its card stands.")),
                (
                    "card_is_held",
                    flag("Whether an employer holds a card that would be struck out."),
                ),
                (
                    "returns_quota",
                    flag("Whether the net amount goes back to the month's quota."),
                ),
                (
                    "buyers_use",
                    text_or_null(
                        "What the buyer did with the invoice at the tax authority: `unused` (nobody has to agree), `used` \
                         (ticked or posted: the buyer has 72 hours to agree), `refunded`, `abnormal` and `void` (no red \
                         letter is taken), `locked` (another one is open). `null` where it is not told.",
                    ),
                ),
                ("lines", list_of("RedLine")),
            ]),
        ),
        (
            "RedLine",
            object(vec![
                ("blue_line", whole("The invoice's line.")),
                ("name", text("What was sold.")),
                (
                    "quantity",
                    text_or_null("Below zero; none for an allowance."),
                ),
                ("amount", decimal("Without tax.", "-50.00")),
                ("rate", text("As on the invoice.")),
                ("tax", decimal("The tax.", "-6.50")),
                ("gross", decimal("With tax.", "-56.50")),
            ]),
        ),
        (
            "RefundedLine",
            object(vec![
                ("line", whole("The order's line, counted from 1.")),
                ("quantity", text_or_null("How many.")),
                ("gross", decimal("With tax.", "56.50")),
            ]),
        ),
        (
            "Refund",
            object(vec![
                ("id", text("`rfd_…`")),
                ("order_id", text("`ord_…`")),
                ("kind", json!({ "enum": ["refund", "correction"] })),
                ("reason", reason.clone()),
                ("refund_no", text("Your own number.")),
                ("note", text("For staff.")),
                (
                    "stage",
                    json!({ "enum": ["running", "stopped", "done", "given_up"] }),
                ),
                ("stopped", maybe("Stopped")),
                ("totals", of("Totals")),
                ("lines", list_of("RefundedLine")),
                ("red_letters", list_of("RedLetter")),
                ("reissue", flag("Whether the rest is invoiced anew.")),
                ("delivery_id", text_or_null("The new delivery.")),
                ("created_at", time("When it was decided.")),
            ]),
        ),
        (
            "RedLetter",
            object(vec![
                ("id", text("`rdf_…`")),
                ("refund_id", text("`rfd_…`")),
                ("invoice_id", text("The invoice it takes back.")),
                ("reason", reason),
                ("state", json!({ "enum": states })),
                ("code", text_or_null("The tax authority's two digits.")),
                (
                    "waits_for",
                    json!({ "enum": ["us", "staff", "buyer", "nobody"] }),
                ),
                (
                    "lapses_at",
                    json!({ "type": ["string", "null"], "format": "date-time", "description": "When an unanswered form lapses." }),
                ),
                ("number", text("Of the confirmation form.")),
                (
                    "message",
                    text("The tax authority's words, when it did not take it."),
                ),
                ("totals", of("Totals")),
                ("completes", flag("Whether nothing of the invoice is left.")),
                ("red_invoice_id", text_or_null("The red invoice.")),
                ("red_invoice_state", text_or_null("Where it stands.")),
                (
                    "issued_at",
                    json!({ "type": ["string", "null"], "format": "date-time", "description": "When the red invoice was issued." }),
                ),
                ("lines", list_of("RedLine")),
            ]),
        ),
        ("RefundList", object(vec![("data", list_of("Refund"))])),
        (
            "RedLetterList",
            object(vec![("data", list_of("RedLetter"))]),
        ),
    ]
}
