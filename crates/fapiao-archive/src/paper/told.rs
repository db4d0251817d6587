//! What is told of a paper that was checked.

use super::pdf::PAGES_MAX;
use fapiao_domain::ids::InvoiceId;
use thiserror::Error;

/// Why a paper cannot be read.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum Unreadable {
    /// Beyond [`BYTES_MAX`](super::BYTES_MAX), or [`PICTURE_BYTES_MAX`](super::PICTURE_BYTES_MAX) for a picture.
    #[error("the file is larger than 5 MiB (a picture: 10 MiB); an invoice is far smaller")]
    TooLarge,
    /// No format that is read.
    #[error(
        "the file is neither PDF, nor OFD, nor XML, nor a PNG or JPEG picture; save a HEIC photograph as JPEG first"
    )]
    Format,
    /// It opens with a password only.
    #[error("the file is encrypted with a password; get one that is not, from whoever issued it")]
    Encrypted,
    /// More than one invoice within.
    #[error("there are several invoices in the file; hand in one invoice at a time")]
    Several,
    /// A picture of more dots than are looked at.
    #[error(
        "the picture has more than 25 million dots; take it with a lower resolution, or photograph the code alone"
    )]
    TooManyDots,
    /// A picture in which no invoice's code was found.
    #[error(
        "no invoice's QR code could be read in the picture; photograph it from straight above, near and sharp, or send its text"
    )]
    NoCode,
    /// It breaks the rules of its format, or a bound.
    #[error("the file cannot be read: {0}")]
    Damaged(String),
    /// More pages than an invoice with its list has.
    #[error("it has {0} pages; at most {pages} are read", pages = PAGES_MAX)]
    TooManyPages(usize),
    /// Reading takes too long, or too many are being read.
    #[error("reading the file takes too long")]
    TooSlow,
    /// A QR code of something else.
    #[error("{0}")]
    Qr(String),
    /// Readable, but without the number of an invoice.
    #[error("no invoice number was found in it")]
    NoNumber,
}

/// A field that is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// Number, with the code of the older form.
    Number,
    /// Date of issue.
    Date,
    /// Seller's name.
    SellerName,
    /// Seller's tax number.
    SellerTaxNumber,
    /// Buyer's name.
    BuyerName,
    /// Buyer's tax number.
    BuyerTaxNumber,
    /// Net.
    Amount,
    /// Tax.
    Tax,
    /// Gross.
    Total,
    /// Names of the lines.
    Lines,
    /// The checksum of a QR code.
    Checksum,
    /// Number, date and amount of the QR code on a file.
    Code,
    /// The check code of the older form.
    CheckCode,
}

impl Field {
    /// The name in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Field::Number => "number",
            Field::Date => "date",
            Field::SellerName => "seller_name",
            Field::SellerTaxNumber => "seller_tax_number",
            Field::BuyerName => "buyer_name",
            Field::BuyerTaxNumber => "buyer_tax_number",
            Field::Amount => "amount",
            Field::Tax => "tax",
            Field::Total => "total",
            Field::Lines => "lines",
            Field::Checksum => "checksum",
            Field::Code => "code",
            Field::CheckCode => "check_code",
        }
    }
}

/// One field, in the ledger and on the paper.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compared {
    /// Which.
    pub field: Field,
    /// What the ledger says.
    pub ledger: String,
    /// What the paper says; `None` when it is not found there.
    pub paper: Option<String>,
    /// Whether both say the same. Of [`Field::Checksum`], which is there only where it does not fit, a warning: the verdict
    /// does not depend on it.
    pub same: bool,
}

/// What a paper turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Byte for byte the file we made or received.
    Identical,
    /// Another file (printed anew, a QR code), but every compared field agrees; a checksum that does not fit may be beside.
    Agrees,
    /// An invoice of ours, but something differs.
    Differs,
    /// No invoice of this number is in the ledger.
    Unknown,
}

impl Verdict {
    /// The name in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Verdict::Identical => "identical",
            Verdict::Agrees => "agrees",
            Verdict::Differs => "differs",
            Verdict::Unknown => "unknown",
        }
    }
}

/// The result of a check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// What it is.
    pub verdict: Verdict,
    /// `pdf`, `ofd`, `xml`, `png`, `jpeg` or `qr`.
    pub format: &'static str,
    /// SHA-256 of the file; empty for a QR code.
    pub sha256: String,
    /// The number that was looked up.
    pub number: String,
    /// The invoice in the ledger.
    pub invoice: Option<InvoiceId>,
    /// Its state.
    pub state: String,
    /// Field by field.
    pub fields: Vec<Compared>,
    /// What the paper could not prove, with what the ledger says: all that stands in no QR code, where there was nothing
    /// else to read. A code is easily copied onto another paper.
    pub unproven: Vec<(Field, String)>,
}
