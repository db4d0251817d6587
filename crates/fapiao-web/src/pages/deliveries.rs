//! Deliveries: the list, the page of one, the card on an order.

use super::{
    field::Errors,
    lines::InvoiceBrief,
    parts::{Badge, Choice, Event, Link, Standing, When},
    shell::Shell,
};
use crate::i18n::{Texts, documents};
use askama::Template;
use fapiao_domain::money::Fen;
use serde::Deserialize;

/// A delivery as it stands on its order.
#[derive(Clone, Debug)]
pub struct DeliveryCard {
    /// Its id, also WeChat's `order_id`.
    pub id: String,
    /// Its page.
    pub href: String,
    /// Its state.
    pub state: Badge,
    /// The channel, in words.
    pub channel: &'static str,
    /// The page for the buyer.
    pub page_url: String,
    /// The same as a QR code: finished SVG made by [`qr_svg`]; `None` once it leads nowhere.
    pub qr: Option<QrSvg>,
    /// When it was made.
    pub created: When,
    /// Until when the buyer may agree.
    pub expires: Option<When>,
    /// Until when the invoice is promised, once the buyer agreed.
    pub due: Option<When>,
    /// Whether that promise was broken.
    pub is_overdue: bool,
    /// The receipt to print, while the link leads somewhere.
    pub receipt: Option<String>,
    /// The title the buyer gave.
    pub title: Option<TitleFacts>,
    /// Why it was refused or failed; may be empty.
    pub reason: String,
    /// Which of several invoices it brings, with its amount; empty for the whole.
    pub part: String,
    /// Whether it can be refused now.
    pub can_refuse: bool,
}

impl DeliveryCard {
    /// Tells the fields of several deliveries on one page apart.
    pub(super) fn suffix(&self) -> String {
        format!("-{}", self.id)
    }

    /// A form that was not sent yet has no error.
    pub(super) const fn unasked(&self) -> Option<&str> {
        None
    }
}

/// Who the buyer is on paper.
#[derive(Clone, Debug, Default)]
pub struct TitleFacts {
    /// Person, company, organisation without a number; in words.
    pub kind: &'static str,
    /// The printed name.
    pub name: String,
    /// Empty for persons.
    pub tax_number: String,
    /// Address and telephone, may be empty.
    pub contact: String,
    /// Bank and account, may be empty.
    pub bank: String,
    /// Masked by the handler where the role may not see it; may be empty.
    pub email: String,
    /// A person's document in words, its number masked; empty for none.
    pub document: String,
    /// What was filled into the merchant's own fields.
    pub own: Vec<(String, String)>,
}

/// A QR code as SVG, made by [`qr_svg`] only.
#[derive(Clone, Debug)]
pub struct QrSvg(String);

impl std::fmt::Display for QrSvg {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl askama::filters::HtmlSafe for QrSvg {}

/// An address as a QR code: black on nothing, one path, sized by its box. `None` when it is too long
/// (about 2,300 characters).
pub fn qr_svg(text: &str) -> Option<QrSvg> {
    use qrcode::{Color, EcLevel, QrCode};
    use std::fmt::Write;
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let width = code.width();
    let mut path = String::new();
    for (y, row) in code.to_colors().chunks(width).enumerate() {
        let mut x = 0;
        while x < width {
            let run = row[x..].iter().take_while(|it| **it == Color::Dark).count();
            if run > 0 {
                write!(path, "M{x} {y}h{run}v1h-{run}z").ok()?;
            }
            x += run.max(1);
        }
    }
    Some(QrSvg(format!(
        r#"<svg viewBox="-1 -1 {size} {size}" shape-rendering="crispEdges" role="img" aria-label="QR"><path d="{path}" fill="black"/></svg>"#,
        size = width + 2
    )))
}

/// `/admin/deliveries/{id}`.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/delivery_show.html")]
pub struct DeliveryShowPage {
    /// The frame.
    pub shell: Shell,
    /// The delivery.
    pub delivery: DeliveryCard,
    /// Its order.
    pub order: Link,
    /// Gross amount.
    pub total: Fen,
    /// Where it stands and what to do.
    pub standing: Standing,
    /// What was typed as the reason of a refusal.
    pub reason: String,
    /// Whether the card is there and its code was lost, for who may enter it.
    pub code_lost: bool,
    /// The title as typed or stored, while it can be corrected.
    pub title: Option<TitleForm>,
    /// What is wrong with what was sent.
    pub errors: Errors,
    /// What was issued for it.
    pub invoices: Vec<InvoiceBrief>,
    /// Newest first.
    pub timeline: Vec<Event>,
    /// Seconds until the page looks again, while something is under way.
    pub refresh: Option<u32>,
}

/// A link for the buyer of an order: which channel, which page, and the title where staff know it.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/link_new.html")]
pub struct LinkNewPage {
    /// The frame.
    pub shell: Shell,
    /// The order.
    pub order: Link,
    /// Gross amount of what is still to be invoiced at most: the order's.
    pub total: Fen,
    /// The form is sent there.
    pub action: String,
    /// Channels.
    pub channels: Vec<Choice>,
    /// The chosen one.
    pub channel: String,
    /// Kinds of page.
    pub pages: Vec<Choice>,
    /// The chosen one.
    pub page: String,
    /// The title as typed.
    pub title: TitleForm,
    /// What is wrong with what was sent.
    pub errors: Errors,
}

/// A title as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct TitleForm {
    /// `yes` for an organisation, `no_number` for one that has none, `no` for a person.
    pub organisation: String,
    /// Name.
    pub name: String,
    /// Tax number.
    pub tax_number: String,
    /// Address.
    pub address: String,
    /// Telephone.
    pub phone: String,
    /// Bank.
    pub bank: String,
    /// Account number.
    pub bank_account: String,
    /// Mail address.
    pub email: String,
    /// Why it is accepted unchecked; empty to have it checked.
    pub override_reason: String,
    /// A person's type of document, such as `201`; empty for none.
    pub document_type: String,
    /// Its nationality.
    pub document_nationality: String,
    /// Its number; empty keeps the one that is there.
    pub document_number: String,
    /// The last characters of the one that is there.
    #[serde(skip)]
    pub document_kept: String,
}

impl TitleForm {
    /// The same kind of buyer with nothing told of it.
    pub fn of_nobody(&self) -> TitleForm {
        TitleForm {
            organisation: self.organisation.clone(),
            ..TitleForm::default()
        }
    }

    fn documents(&self, t: &'static Texts) -> Vec<Choice> {
        documents::choices(t)
    }

    /// Whether the fold of the document is open.
    fn tells_document(&self) -> bool {
        !self.document_type.is_empty() || !self.document_number.is_empty()
    }

    fn kinds(&self, t: &'static Texts) -> [Choice; 3] {
        let t = &t.title;
        [
            Choice::new("yes", t.organisation),
            Choice::new("no", t.person),
            Choice::new("no_number", t.no_number),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_address_becomes_one_small_path() {
        let svg = qr_svg("https://fp.example.cn/o/7K3M9Q")
            .unwrap()
            .to_string();
        assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>"));
        assert!(svg.len() < 8_000, "{}", svg.len());
        assert!(qr_svg(&"x".repeat(4_000)).is_none());
    }
}
