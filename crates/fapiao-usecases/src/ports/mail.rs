//! Outgoing mail.

use crate::errors::OutsideError;
use async_trait::async_trait;
use bytes::Bytes;
use fapiao_domain::{invoice::InvoiceKind, money::Fen, red::RedReason};

/// A file that goes with a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailAttachment {
    /// ASCII file name.
    pub name: String,
    /// Media type.
    pub media_type: String,
    /// The bytes.
    pub bytes: Bytes,
}

/// A mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// One address.
    pub to: String,
    /// Subject.
    pub subject: String,
    /// Plain text.
    pub text: String,
    /// HTML.
    pub html: String,
    /// Files.
    pub attachments: Vec<MailAttachment>,
    /// Makes a repetition recognisable (`Message-ID`): the invoice id.
    pub serial: String,
}

/// Sends mail.
#[async_trait]
pub trait Mailer: Send + Sync {
    /// Hands a mail to the server.
    async fn send(&self, mail: Mail) -> Result<(), OutsideError>;
    /// Whether mail is set up at all; without it the mail step is skipped.
    fn is_enabled(&self) -> bool;
    /// Whether the server answers: for the doctor.
    async fn probe(&self) -> Result<(), OutsideError>;
}

/// What the mail with an invoice tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvoiceMailFacts {
    /// The seller's legal name.
    pub seller: String,
    /// The shop's name as the buyer knows it.
    pub store: String,
    /// The buyer as printed.
    pub buyer: String,
    /// Number.
    pub number: String,
    /// Kind.
    pub kind: InvoiceKind,
    /// Issue day in Shanghai, `yyyy-mm-dd`.
    pub date: String,
    /// Gross amount.
    pub total: Fen,
    /// The shop's order number.
    pub order_no: String,
    /// Our page with the download.
    pub page_url: String,
    /// The seller's telephone, may be empty.
    pub phone: String,
    /// Whether it is a sample without legal effect.
    pub sample: bool,
    /// What it takes back, when it is a red invoice.
    pub red: Option<RedMailFacts>,
}

/// What the mail with a red invoice tells beside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RedMailFacts {
    /// The blue invoice's number.
    pub blue: String,
    /// Why.
    pub reason: RedReason,
    /// What still counts of the blue invoice, gross; zero when it was taken back in full.
    pub left: Fen,
    /// Whether the order is invoiced anew: the buyer is asked again on the page.
    pub again: bool,
}

/// What a mail to staff about a closing window tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoticeMailFacts {
    /// The person's language, `zh` or `en`.
    pub language: String,
    /// `upload`, `result` or `month`.
    pub kind: String,
    /// `late`, `stopped`, `over`, `due` or `last`.
    pub stage: String,
    /// The seller's legal name.
    pub seller: String,
    /// The month, or empty.
    pub month: String,
    /// How many invoices.
    pub count: u64,
    /// Number and page of the first of them.
    pub invoices: Vec<(String, String)>,
    /// Where to act.
    pub page_url: String,
}

/// A mail's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailText {
    /// Subject.
    pub subject: String,
    /// Plain text.
    pub text: String,
    /// HTML.
    pub html: String,
}

/// Finds the words for mails.
pub trait MailTexts: Send + Sync {
    /// The mail that brings an invoice.
    ///
    /// # Errors
    /// What is wrong with the template.
    fn invoice(&self, facts: &InvoiceMailFacts) -> Result<MailText, String>;

    /// The mail that tells staff of a window.
    ///
    /// # Errors
    /// What is wrong with the template.
    fn notice(&self, facts: &NoticeMailFacts) -> Result<MailText, String>;
}
