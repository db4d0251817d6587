//! The shapes of refunds and red letters.

use super::schemas::{
    closed, decimal, flag, list_of, maybe, object, of, text, text_or_null, time, told, unsigned,
    whole,
};
use crate::api::refunds::{REFUND, REFUND_LINE};
use fapiao_domain::confirmation::FormState;
use serde_json::{Value, json};

/// What a state of a red letter means.
const fn meaning(state: FormState) -> &'static str {
    match state {
        FormState::Planned => "decided here, not applied for yet",
        FormState::Asked => "applied for, its answer is awaited or asked about",
        FormState::Direct => {
            "the older form needs no confirmation: its red invoice is issued directly"
        }
        FormState::NotNeeded => "01 无需确认, nobody has to agree",
        FormState::AwaitsBuyer => "02 the buyer has 72 hours to agree",
        FormState::AwaitsSeller => "03 the buyer began it, the seller has 72 hours to agree",
        FormState::Confirmed => "04 both sides agree, the red invoice follows",
        FormState::RefusedByBuyer => "05 the buyer refused",
        FormState::RefusedBySeller => "06 the seller refused",
        FormState::Expired => "07 nobody answered within 72 hours",
        FormState::Withdrawn => "08 withdrawn by whoever began it",
        FormState::WithdrawnAfter => "09 withdrawn after both sides had agreed",
        FormState::VoidAbnormal => "10 void, the invoice is an abnormal voucher",
        FormState::VoidTaxpayer => "11 void, the taxpayer's state does not allow it",
        FormState::VoidRefused => "12 void, a natural person refused the invoice",
        FormState::VoidRefund => "13 void, a tax refund was filed with the invoice",
        FormState::Rejected => "the tax authority did not take the application, `message` says why",
        FormState::GivenUp => "given up after it failed",
    }
}

/// All of them, by name.
pub(super) fn all() -> Vec<(&'static str, Value)> {
    let reason = json!({
        "enum": ["01", "02", "03", "04"],
        "description": "01 wrong invoice (开票有误), 02 goods returned (销货退回), 03 service ended (服务中止), 04 allowance (销售折让).",
    });
    let kind = told(
        vec!["refund", "correction"],
        "`refund`: money goes back to the buyer. `correction`: the invoice was wrong; it is taken back and issued anew, no money moves.",
    );
    let states = FormState::ALL.iter().map(|it| it.as_str()).collect();
    let meanings: Vec<String> = FormState::ALL
        .into_iter()
        .map(|it| format!("`{}`: {}.", it.as_str(), meaning(it)))
        .collect();
    let body = [
        json!({ "enum": ["plan", "confirm"], "description": "`plan` shows what would happen, `confirm` does it." }),
        reason.clone(),
        flag("All that is left. Exactly one of `everything`, `lines` and `amount` is said."),
        list_of("NewRefundLine"),
        unsigned(
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
        unsigned("How many; all that is left when neither is said.", "1"),
        unsigned("How much with tax (reason 04).", "20.00"),
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
                ("kind", kind.clone()),
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
                ("kind", kind),
                ("reason", reason.clone()),
                ("refund_no", text("Your own number.")),
                ("note", text("For staff.")),
                (
                    "stage",
                    told(
                        vec!["running", "stopped", "done", "given_up"],
                        "`running`: its steps are being carried out, or a buyer is waited for. `stopped`: a step failed or waits for a decision of staff. `done`: everything is carried out. `given_up`: nothing was taken back and nothing will be.",
                    ),
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
                ("state", told(states, &meanings.join(" "))),
                ("code", text_or_null("The tax authority's two digits.")),
                (
                    "waits_for",
                    told(
                        vec!["us", "staff", "buyer", "nobody"],
                        "Who has to act next. `us`: the product goes on by itself. `staff`: a person of the seller decides, in the back-office. `buyer`: the buyer agrees or refuses at the tax authority. `nobody`: it is over.",
                    ),
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
