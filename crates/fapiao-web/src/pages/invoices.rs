//! Invoices: the list and the page of one with its paper in place.

use super::{
    deliveries::TitleFacts,
    lines::{LineTable, grouped},
    orders::ListFilter,
    parts::{Badge, Chip, Choice, Empty, Event, Link, Pager, Standing, When},
    shell::Shell,
};
use askama::Template;
use fapiao_domain::money::Fen;

/// `/admin/invoices`.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/invoice_list.html")]
pub struct InvoiceListPage {
    /// The frame.
    pub shell: Shell,
    /// The filter as the address has it; `store` holds the seller.
    pub filter: ListFilter,
    /// States to choose from, the first with an empty value for all.
    pub states: Vec<Choice>,
    /// Kinds to choose from, the first with an empty value for all.
    pub kinds: Vec<Choice>,
    /// Sellers to choose from, the first with an empty value for all.
    pub sellers: Vec<Choice>,
    /// The set filters.
    pub chips: Vec<Chip>,
    /// This page's rows.
    pub rows: Vec<InvoiceRow>,
    /// How many the filter finds, in words.
    pub count: String,
    /// Their gross amount; unknown when there are too many to add up.
    pub total: Option<Fen>,
    /// Pages.
    pub pager: Pager,
}

/// One invoice of the list.
#[derive(Clone, Debug)]
pub struct InvoiceRow {
    /// Its page.
    pub href: String,
    /// The number; empty until it has one.
    pub number: String,
    /// Its kind in a word or two.
    pub kind: &'static str,
    /// The printed buyer's name.
    pub buyer: String,
    /// The shop's number of its order.
    pub order_no: String,
    /// Net.
    pub amount: Fen,
    /// Tax.
    pub tax: Fen,
    /// Gross.
    pub total: Fen,
    /// Its state.
    pub state: Badge,
    /// The state of its card.
    pub card: Option<Badge>,
    /// When it was issued, else made.
    pub at: When,
}

impl InvoiceRow {
    fn grouped(&self) -> String {
        grouped(&self.number)
    }
}

impl InvoiceListPage {
    fn empty(&self) -> Empty {
        let (t, common) = (&self.shell.t.invoice, &self.shell.t.common);
        if self.chips.is_empty() {
            let orders = Link::new(self.shell.t.nav.orders, "/admin/orders");
            Empty::new(t.none, t.none_why, Some(orders))
        } else {
            let clear = Link::new(common.clear_filters, "/admin/invoices");
            Empty::new(t.none_found, common.none_found_why, Some(clear))
        }
    }
}

/// `/admin/invoices/{id}`.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/invoice_show.html")]
pub struct InvoiceShowPage {
    /// The frame.
    pub shell: Shell,
    /// The invoice.
    pub invoice: InvoiceFacts,
    /// Where it stands and what to do.
    pub standing: Standing,
    /// Its lines and sums.
    pub lines: LineTable,
    /// Its files.
    pub documents: Vec<DocumentRow>,
    /// The PDF shown in place, once there is one.
    pub pdf: Option<String>,
    /// Its card in a wallet.
    pub card: Option<CardFacts>,
    /// Whether it is a red invoice, which never comes into a wallet.
    pub is_red: bool,
    /// Newest first.
    pub timeline: Vec<Event>,
    /// Seconds until the page looks again, while something is under way.
    pub refresh: Option<u32>,
}

/// What stands on the paper and beside it.
#[derive(Clone, Debug)]
pub struct InvoiceFacts {
    /// Its id.
    pub id: String,
    /// The number; empty until it has one.
    pub number: String,
    /// The code; empty for digital invoices.
    pub code: String,
    /// The check code; empty for digital invoices.
    pub check_code: String,
    /// The printed kind.
    pub kind: &'static str,
    /// Its state.
    pub state: Badge,
    /// When the tax authority took it.
    pub issued: Option<When>,
    /// The seller's name.
    pub seller: Link,
    /// The seller's tax number.
    pub seller_tax_number: String,
    /// The buyer.
    pub buyer: TitleFacts,
    /// Its order.
    pub order: Link,
    /// Its delivery.
    pub delivery: Option<Link>,
    /// The clerk printed as issuer.
    pub drawer: String,
    /// Our serial at the tax authority, the same at every attempt.
    pub serial: String,
    /// Gross.
    pub total: Fen,
}

impl InvoiceShowPage {
    fn heading(&self) -> String {
        match self.invoice.number.as_str() {
            "" => self.shell.t.invoice.no_number_yet.to_owned(),
            number => grouped(number),
        }
    }
}

/// A file of an invoice.
#[derive(Clone, Debug)]
pub struct DocumentRow {
    /// `PDF`, `OFD`, `XML`.
    pub kind: &'static str,
    /// Made by us or received; in words.
    pub origin: &'static str,
    /// "48.2 KB".
    pub size: String,
    /// SHA-256 in hex.
    pub sha256: String,
    /// SM3 in hex; empty for files from before it was computed.
    pub sm3: String,
    /// The download.
    pub href: String,
    /// When it was stored.
    pub at: When,
}

impl DocumentRow {
    fn short_hash(&self) -> &str {
        self.sha256.get(..12).unwrap_or(&self.sha256)
    }

    fn short_sm3(&self) -> &str {
        self.sm3.get(..12).unwrap_or(&self.sm3)
    }
}

/// The invoice in a wallet.
#[derive(Clone, Debug)]
pub struct CardFacts {
    /// Its state.
    pub state: Badge,
    /// WeChat's card template.
    pub card_id: String,
    /// WeChat's code of this card; empty when lost with an answer.
    pub code: String,
    /// Whose wallet, masked.
    pub open_id: String,
    /// Which account.
    pub account: String,
}
