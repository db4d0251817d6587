//! Refunds: the plan before anything happens, and every red letter with who has to act.

use super::{
    parts::{Badge, Choice, Link, When},
    red_correct::CorrectStep,
    shell::Shell,
};
use askama::Template;
use fapiao_domain::money::Fen;

/// `/admin/orders/{id}/refund`.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/refund.html")]
pub struct RefundPage {
    /// The frame.
    pub shell: Shell,
    /// The order.
    pub order: Link,
    /// Where the form is sent.
    pub action: String,
    /// The order's lines.
    pub lines: Vec<RefundLineRow>,
    /// What was typed.
    pub form: RefundTyped,
    /// Reasons.
    pub reasons: Vec<Choice>,
    /// Invoices, the first for the whole order.
    pub invoices: Vec<Choice>,
    /// Why it cannot be done, in words.
    pub wrong: String,
    /// What would happen.
    pub plan: Option<PlanView>,
    /// Refunds so far, newest first.
    pub refunds: Vec<RefundView>,
    /// Whether everything was given back already: there is nothing to fill in then.
    pub nothing_left: bool,
    /// Whether an employer holds a card that would be struck out.
    pub card_held: bool,
    /// Whether the reader may decide.
    pub may_decide: bool,
}

/// What was typed.
#[derive(Clone, Debug, Default)]
pub struct RefundTyped {
    /// Two digits.
    pub reason: String,
    /// `everything`, `lines` or `amount`.
    pub what: String,
    /// With tax.
    pub amount: String,
    /// Only this invoice.
    pub invoice: String,
    /// Take back whole and issue the rest anew.
    pub replace: bool,
    /// Go on although the card is held.
    pub despite: bool,
    /// A remark.
    pub note: String,
}

/// A line of the order.
#[derive(Clone, Debug)]
pub struct RefundLineRow {
    /// 1, 2, 3, …
    pub place: u32,
    /// What was sold.
    pub name: String,
    /// How many were sold.
    pub quantity: String,
    /// With tax, discount taken off.
    pub gross: Fen,
    /// How many are left to give back.
    pub quantity_left: String,
    /// What is left to give back, with tax.
    pub left: Fen,
    /// What was typed.
    pub typed: String,
}

/// A plan.
#[derive(Clone, Debug)]
pub struct PlanView {
    /// Recognises it.
    pub digest: String,
    /// Given back: net, tax, gross.
    pub amounts: [Fen; 3],
    /// Left of the order.
    pub left: Fen,
    /// Issued anew.
    pub reissued: Fen,
    /// New agreements.
    pub authorisations: u32,
    /// Red letters.
    pub letters: Vec<LetterView>,
    /// What happens, in order.
    pub steps: Vec<CorrectStep>,
}

/// A planned red letter.
#[derive(Clone, Debug)]
pub struct LetterView {
    /// "Red letter on invoice …".
    pub heading: String,
    /// Net, tax, gross.
    pub amounts: [Fen; 3],
    /// What a person should know about its card first; empty when nothing.
    pub card_warning: &'static str,
    /// What holds where a digital invoice takes back one of a tax device; empty otherwise.
    pub replaces_device: &'static str,
    /// What the buyer did with the invoice, and what that means; empty where nobody has to agree.
    pub buyers_use: &'static str,
    /// Whether the tax side takes no confirmation because of it.
    pub use_forbids: bool,
    /// Quota, in words.
    pub quota: &'static str,
    /// Lines: name, quantity, net, tax, gross.
    pub rows: Vec<(String, String, Fen, Fen, Fen)>,
}

/// A refund that was decided.
#[derive(Clone, Debug)]
pub struct RefundView {
    /// Where it stands.
    pub stage: Badge,
    /// Gross.
    pub total: Fen,
    /// Reason in words.
    pub reason: &'static str,
    /// A remark.
    pub note: String,
    /// When.
    pub at: When,
    /// Its red letters.
    pub forms: Vec<FormView>,
    /// The new delivery.
    pub delivery: Option<Link>,
}

/// A red confirmation.
#[derive(Clone, Debug)]
pub struct FormView {
    /// Its id.
    pub id: String,
    /// Its page.
    pub href: String,
    /// The order's number.
    pub order_no: String,
    /// The blue invoice.
    pub blue: Link,
    /// The red invoice.
    pub red: Option<Link>,
    /// The form's number.
    pub number: String,
    /// Buyer.
    pub buyer: String,
    /// Where it stands.
    pub state: Badge,
    /// Who has to act.
    pub waits: &'static str,
    /// When it lapses.
    pub lapses: Option<When>,
    /// The tax authority's words.
    pub message: String,
    /// Gross.
    pub total: Fen,
    /// When it was decided.
    pub at: When,
    /// What may be done: value and words.
    pub acts: Vec<(&'static str, &'static str)>,
}
