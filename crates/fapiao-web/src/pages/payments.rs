//! Invoices asked for on payment receipts: the link to the merchant number, and requests whose order is not known.

use super::{
    deliveries::TitleFacts,
    parts::{Badge, Choice, Empty, Pager, When},
    shell::Shell,
};
use askama::Template;

/// `/admin/payments`.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/payments.html")]
pub struct PaymentsPage {
    /// The frame.
    pub shell: Shell,
    /// Why what was typed was not taken; empty otherwise.
    pub wrong: String,
    /// Accounts that can be linked.
    pub links: Vec<PayLink>,
    /// States to choose from, with the chosen one.
    pub states: Vec<Choice>,
    /// The chosen state.
    pub state: String,
    /// This page's requests, newest first.
    pub rows: Vec<ClaimRow>,
    /// Pages.
    pub pager: Pager,
    /// Whether this person may change the links.
    pub can_link: bool,
    /// Whether this person may decide about requests.
    pub can_decide: bool,
}

/// An account and its merchant number.
#[derive(Clone, Debug)]
pub struct PayLink {
    /// The account's id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The merchant number as we have it, may be empty.
    pub merchant: String,
    /// Sellers to choose from: those that use the account.
    pub sellers: Vec<Choice>,
    /// The chosen one, or empty.
    pub seller: String,
    /// When WeChat linked it.
    pub linked: Option<When>,
    /// What WeChat says, once asked: the number it has linked, or why it did not answer.
    pub said: Option<String>,
}

/// One request.
#[derive(Clone, Debug)]
pub struct ClaimRow {
    /// Its id.
    pub id: String,
    /// When it came.
    pub at: When,
    /// WeChat's order id.
    pub number: String,
    /// Where it stands.
    pub state: Badge,
    /// Why it is open or was closed.
    pub note: String,
    /// The title the buyer gave.
    pub title: Option<TitleFacts>,
    /// The order it was attached to.
    pub order: Option<String>,
    /// Whether it waits for a person.
    pub is_open: bool,
    /// Until when the buyer was promised the invoice, and whether that is over; only while it waits.
    pub due: Option<(When, bool)>,
    /// The order number that was typed and not taken.
    pub typed_order: String,
    /// The reason that was typed and not taken.
    pub typed_note: String,
    /// The address that was typed and not taken.
    pub typed_url: String,
}

impl PaymentsPage {
    fn empty(&self) -> Empty {
        let t = &self.shell.t.payment;
        Empty::new(t.none, t.none_why, None)
    }
}

/// `/admin/orders/{id}/receipt`: printed at the till, 58 or 80 mm wide.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/receipt.html")]
pub struct ReceiptPage {
    /// The buyer's language and its words.
    pub lang: crate::i18n::Lang,
    /// The words.
    pub t: &'static crate::i18n::Texts,
    /// Millimetres: 58 or 80.
    pub width: u32,
    /// Whether this is a sandbox: then the receipt says so.
    pub sandbox: bool,
    /// The store.
    pub store: String,
    /// The seller.
    pub seller: String,
    /// The shop's number.
    pub order_no: String,
    /// When it was sold.
    pub sold: String,
    /// Name, quantity with unit and price, amount with tax; a discount follows its line. The amounts add up to the total.
    pub lines: Vec<(String, String, String)>,
    /// Gross amount.
    pub total: String,
    /// The code, its picture and where it is typed; `None` when there is no link to hand out.
    pub code: Option<ReceiptCode>,
}

/// What leads the buyer to the invoice.
#[derive(Clone, Debug)]
pub struct ReceiptCode {
    /// The picture.
    pub qr: super::deliveries::QrSvg,
    /// In two halves, as people type it.
    pub code: String,
    /// Where it is typed.
    pub page: String,
    /// Until when.
    pub until: String,
}
