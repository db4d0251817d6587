//! Why a refund cannot be planned, in the reader's words.

use super::forms::{errors_of, same_name};
use crate::i18n::{Lang, Texts, fill, fill1};
use fapiao_domain::{
    red::{RedError, RedReason},
    refund::RefundError,
};
use fapiao_usecases::merchant::refunds::RefundProblem;

/// What stands in the way, and what to do about it.
pub(crate) fn problem(lang: Lang, problem: &RefundProblem) -> String {
    let t = Texts::of(lang);
    let r = &t.refund_words;
    match problem {
        RefundProblem::InFlight { .. } => r.in_flight.to_owned(),
        RefundProblem::NotIssued { .. } => r.not_issued.to_owned(),
        RefundProblem::Unsettled { state, .. } => {
            fill1(r.unsettled, super::red_forms::word(t, *state))
        }
        RefundProblem::PlanChanged => r.plan_changed.to_owned(),
        RefundProblem::RefundNoTaken(number) => fill1(r.number_taken, number),
        RefundProblem::KeyReused => r.plan_changed.to_owned(),
        RefundProblem::Lines(why) => fill1(r.lines, why),
        RefundProblem::Rule(error) => rule(t, error),
        RefundProblem::Invalid(errors) => {
            let errors = errors_of(errors.clone(), lang, same_name);
            let said: Vec<String> = errors.0.into_iter().map(|it| it.message).collect();
            said.join(" ")
        }
        RefundProblem::DifferenceWhole(_) => t.parts.whole_only.to_owned(),
        RefundProblem::CardHeld { .. } => t.red.card_held.to_owned(),
        other @ (RefundProblem::UnknownOrder(_)
        | RefundProblem::UnknownInvoice(_)
        | RefundProblem::Store(_)) => other.to_string(),
    }
}

fn rule(t: &Texts, error: &RefundError) -> String {
    let r = &t.refund_words;
    match error {
        RefundError::Red(error) => red(t, error),
        RefundError::TooMuch { asked, left } => {
            fill(r.too_much, &[&asked.display_yuan(), &left.display_yuan()])
        }
        RefundError::AmountNeedsAllowance => r.needs_allowance.to_owned(),
        RefundError::MistakeIsNoRefund => r.mistake.to_owned(),
        RefundError::Inconsistent(line) => fill1(r.inconsistent, line),
    }
}

fn red(t: &Texts, error: &RedError) -> String {
    let r = &t.refund_words;
    match error {
        RedError::Unpaired(line) => fill1(r.unpaired, line),
        RedError::Gift(line) => fill1(r.gift_line, line),
        RedError::UnknownLine(line) => fill1(r.unknown_line, line),
        RedError::Repeated(line) => fill1(r.repeated, line),
        RedError::NothingLeft => r.nothing_left.to_owned(),
        RedError::Overdrawn(line) => fill1(r.inconsistent, line),
        RedError::TooMuch {
            blue_no,
            asked,
            left,
        } => fill(r.line_too_much, &[blue_no, asked, left]),
        RedError::NotPositive(line) => fill1(r.not_positive, line),
        RedError::Reason { reason, .. } => match reason {
            RedReason::Mistake => r.mistake_partly.to_owned(),
            RedReason::Returned => r.returned.to_owned(),
            RedReason::Ended => r.ended.to_owned(),
            RedReason::Allowance => r.allowance.to_owned(),
        },
        RedError::NeedsQuantity(line) => fill1(r.needs_quantity, line),
        RedError::NeedsAmount(line) => fill1(r.needs_amount, line),
        RedError::TooSmall(line) => fill1(r.too_small, line),
        RedError::Checks(errors) => {
            let first = errors.first().map_or("", |it| it.message.as_str());
            fill(r.checks, &[&errors.len(), &first])
        }
    }
}
