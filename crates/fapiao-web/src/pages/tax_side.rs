//! A seller's way to the tax side, months, received files, and the mails about windows.

use super::{
    field::Errors,
    parts::{Badge, Choice, Empty, Link, When},
    shell::Shell,
};
use crate::i18n::{Lang, Texts};
use askama::Template;
use serde::Deserialize;

/// `/admin/sellers/{id}/tax`.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/tax_connection.html")]
pub struct TaxConnectionPage {
    /// The frame.
    pub shell: Shell,
    /// The seller's page.
    pub seller_href: String,
    /// The seller's legal name.
    pub seller: String,
    /// Ways.
    pub routes: Vec<Choice>,
    /// Forms of invoice.
    pub profiles: Vec<Choice>,
    /// What was typed or stands.
    pub form: TaxConnectionForm,
    /// What is wrong with it.
    pub errors: Errors,
    /// Whether it is a first one: the form says "create".
    pub is_new: bool,
    /// Whether a secret is stored.
    pub secret_kept: bool,
    /// What the last test found.
    pub verdict: Option<Badge>,
    /// Why it does not work, or empty.
    pub why: String,
    /// When it was tested last.
    pub checked: Option<When>,
}

/// A way to the tax side as typed. Holds a secret: no `Debug` of it leaves the form.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct TaxConnectionForm {
    /// Which way.
    pub route: String,
    /// Which form.
    pub profile: String,
    /// Where the gateway's `/v1/…` begins.
    pub base_url: String,
    /// Names our key there.
    pub key_id: String,
    /// Our key; empty keeps the stored one.
    pub secret: String,
    /// The version that was read; `0` before the first.
    pub version: String,
}

impl TaxConnectionPage {
    fn secret_words(&self) -> [&'static str; 3] {
        let t = &self.shell.t.form;
        [t.secret_set, t.secret_missing, t.secret_keep]
    }
}

/// `/admin/months`.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/months.html")]
pub struct MonthsPage {
    /// The frame.
    pub shell: Shell,
    /// Sellers to switch between (value is the address).
    pub sellers: Vec<Choice>,
    /// The shown seller's address.
    pub seller: String,
    /// Its id, for the forms.
    pub seller_id: String,
    /// Newest first.
    pub months: Vec<MonthView>,
    /// Whether this person may confirm.
    pub can_decide: bool,
}

impl MonthsPage {
    fn empty(&self) -> Empty {
        let t = &self.shell.t.month;
        Empty::new(t.nothing, t.nothing_why, None)
    }
}

/// One month.
#[derive(Clone, Debug)]
pub struct MonthView {
    /// `2026-11`.
    pub month: String,
    /// Where it stands.
    pub state: Badge,
    /// When it closes, in words; empty for a settled one.
    pub closes: String,
    /// When it was compared.
    pub checked: Option<When>,
    /// Who confirmed it, or empty.
    pub by: String,
    /// When.
    pub confirmed: Option<When>,
    /// Why it could not be compared: in our words, and as the tax side said it.
    pub trouble: Option<(&'static str, String)>,
    /// Blue and red, each with three figures.
    pub rows: Vec<FigureRow>,
    /// Each difference.
    pub differences: Vec<DifferenceRow>,
    /// How many more there are than are listed, in words; empty when all are.
    pub more: String,
    /// Whether it can be compared.
    pub can_compare: bool,
    /// Whether it can be confirmed.
    pub can_confirm: bool,
    /// Whether its confirmation can be taken back.
    pub can_withdraw: bool,
}

/// One figure of both sides.
#[derive(Clone, Debug)]
pub struct FigureRow {
    /// Of what: "蓝字发票 · 金额".
    pub label: String,
    /// Here.
    pub here: String,
    /// There; a dash before it was asked.
    pub there: String,
    /// There less here, or that both agree; empty when not known.
    pub difference: String,
    /// Whether both sides differ.
    pub differs: bool,
}

/// One difference.
#[derive(Clone, Debug)]
pub struct DifferenceRow {
    /// What kind.
    pub what: String,
    /// What to do.
    pub todo: &'static str,
    /// The invoice, where it is one of ours.
    pub link: Option<Link>,
    /// Its number.
    pub number: String,
    /// Its day.
    pub day: String,
    /// Net and tax here.
    pub here: String,
    /// Net and tax there.
    pub there: String,
}

/// `/admin/invoices/{id}/attachment`.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/attachment.html")]
pub struct AttachmentPage {
    /// The frame.
    pub shell: Shell,
    /// The invoice's page.
    pub back: String,
    /// Number, or the id.
    pub name: String,
    /// Whether the invoice is not known to be issued.
    pub settles: bool,
    /// Whether it has no number yet.
    pub asks_number: bool,
    /// Whether it is of the older form.
    pub is_classic: bool,
    /// What was typed.
    pub form: NumberForm,
    /// What is wrong with it.
    pub errors: Errors,
    /// Why the file was not taken, or empty.
    pub wrong: String,
    /// Both values of each fact, when the file says something else.
    pub facts: Vec<FactRow>,
}

/// Number and day as typed.
#[derive(Clone, Debug, Default)]
pub struct NumberForm {
    /// Code.
    pub code: String,
    /// Number.
    pub number: String,
    /// Check code.
    pub check_code: String,
    /// Machine.
    pub machine: String,
    /// Day.
    pub date: String,
}

/// One fact, in the ledger and in the file.
#[derive(Clone, Debug)]
pub struct FactRow {
    /// Which.
    pub label: &'static str,
    /// In the ledger.
    pub ledger: String,
    /// In the file; empty when not found.
    pub file: String,
    /// Whether both agree.
    pub same: bool,
    /// The same as a badge.
    pub state: Badge,
}

/// A mail about a window; both forms print the same.
#[derive(Clone, Debug)]
pub struct NoticeMail {
    /// The reader's language.
    pub lang: Lang,
    /// Its words.
    pub t: &'static Texts,
    /// The subject.
    pub subject: String,
    /// What it means and what to do.
    pub body: String,
    /// Number and page of each invoice.
    pub invoices: Vec<(String, String)>,
    /// How many more there are.
    pub more: u64,
    /// Where to act.
    pub page_url: String,
}

/// The plain part.
#[derive(Clone, Debug, Template)]
#[template(path = "mail/notice.txt")]
pub struct NoticeMailText<'a> {
    /// What it tells.
    pub mail: &'a NoticeMail,
}

/// The HTML part.
#[derive(Clone, Debug, Template)]
#[template(path = "mail/notice.html")]
pub struct NoticeMailHtml<'a> {
    /// What it tells.
    pub mail: &'a NoticeMail,
}
