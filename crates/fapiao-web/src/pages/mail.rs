//! The mail that brings an invoice.

use crate::i18n::{Lang, Texts, fill};
use askama::Template;
use fapiao_domain::money::Fen;

/// What the mail tells; both forms print the same.
#[derive(Clone, Debug)]
pub struct InvoiceMail {
    /// The reader's language.
    pub lang: Lang,
    /// Its words.
    pub t: &'static Texts,
    /// The legal name on the invoice.
    pub seller: String,
    /// The shop's name as the buyer knows it.
    pub store: String,
    /// The printed buyer's name.
    pub buyer: String,
    /// The number.
    pub number: String,
    /// The printed kind.
    pub kind: &'static str,
    /// Day of issue, `2026-03-05`.
    pub date: String,
    /// Gross amount.
    pub total: Fen,
    /// The shop's number.
    pub order_no: String,
    /// Our page with the download.
    pub page_url: String,
    /// The shop's telephone, may be empty.
    pub phone: String,
    /// Whether it is a sample without legal effect.
    pub sample: bool,
}

impl InvoiceMail {
    /// The subject: "[¥113.00] 杭州…有限公司 的电子发票".
    pub fn subject(&self) -> String {
        fill(
            self.t.mail.subject,
            &[&self.seller, &self.total.display_yuan()],
        )
    }

    fn rows(&self) -> [(&'static str, String); 7] {
        let t = &self.t.mail;
        [
            (t.seller, self.seller.clone()),
            (t.buyer, self.buyer.clone()),
            (t.kind, self.kind.to_owned()),
            (t.number, self.number.clone()),
            (t.date, self.date.clone()),
            (t.total, self.total.display_yuan()),
            (t.order_no, self.order_no.clone()),
        ]
    }
}

/// The plain part.
#[derive(Clone, Debug, Template)]
#[template(path = "mail/invoice.txt")]
pub struct InvoiceMailText<'a> {
    /// What it tells.
    pub mail: &'a InvoiceMail,
}

/// The HTML part. Mail readers know no style sheets: it carries plain attributes only.
#[derive(Clone, Debug, Template)]
#[template(path = "mail/invoice.html")]
pub struct InvoiceMailHtml<'a> {
    /// What it tells.
    pub mail: &'a InvoiceMail,
}
