//! Papers that come back: is this file, or this QR code, an invoice of ours, and does it say what the ledger says?
//!
//! A file is a stranger's: its size, its pages, what it unpacks to and the time for reading it are bounded.

mod beside;
mod ofd;
mod pdf;
mod symbol;
mod text;
mod xml;

pub use beside::{beside, carries};

use chrono::NaiveDate;
use fapiao_domain::{
    ids::InvoiceId,
    invoice::Identity,
    line::{NO_TAX, printed_tax_sum},
    money::Fen,
    qr::{CrcVerdict, QrPayload, parse_payload},
};
use fapiao_usecases::{
    calendar::in_shanghai,
    errors::StoreError,
    idempotency::fingerprint,
    ports::{Ports, Scope},
    records::Invoice,
};
use std::time::Duration;
use thiserror::Error;
use tokio::sync::Semaphore;

/// Largest file that is read.
pub const BYTES_MAX: usize = 5 * 1024 * 1024;
/// Longest reading.
const TIME_MAX: Duration = Duration::from_secs(5);
/// Files read side by side in a process; a reader that does not end keeps its place.
static TURNS: Semaphore = Semaphore::const_new(2);

/// What is checked.
#[derive(Clone, Debug)]
pub enum Paper {
    /// A file's bytes.
    File(bytes::Bytes),
    /// The text of a QR code.
    Qr(String),
}

/// Why a paper cannot be read.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum Unreadable {
    /// Beyond [`BYTES_MAX`].
    #[error("the file is larger than 5 MiB; an invoice is far smaller")]
    TooLarge,
    /// Neither PDF, nor OFD, nor XML.
    #[error("the file is neither PDF, nor OFD, nor XML")]
    Format,
    /// It breaks the rules of its format, or a bound.
    #[error("the file cannot be read: {0}")]
    Damaged(String),
    /// More pages than an invoice with its list has.
    #[error("it has {0} pages; at most {pages} are read", pages = pdf::PAGES_MAX)]
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
    /// Whether both say the same.
    pub same: bool,
}

/// What a paper turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Byte for byte the file we made or received.
    Identical,
    /// Another file (printed anew, a QR code), but every compared field agrees.
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
    /// `pdf`, `ofd`, `xml` or `qr`.
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
}

/// What a paper says, as far as it can be told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Said {
    /// Codes and numbers that may be the invoice's, the likeliest first.
    numbers: Vec<(String, String)>,
    /// The date.
    date: Option<NaiveDate>,
    /// Named values: what structured files have.
    values: Vec<(Field, String)>,
    /// The whole text without white space: what papers have.
    text: String,
    /// Amounts in the text.
    amounts: Vec<Fen>,
    /// Its QR code, where one was found.
    code: Option<QrPayload>,
    /// Whether `values` is all there is.
    structured: bool,
}

/// Checks a paper against the ledger, as far as the scope reaches.
///
/// # Errors
/// The database; and, within, why the paper cannot be read.
pub async fn check(
    ports: &Ports,
    scope: &Scope,
    paper: Paper,
) -> Result<Result<Checked, Unreadable>, StoreError> {
    match paper {
        Paper::Qr(text) => match parse_payload(&text) {
            Ok(payload) => qr(ports, scope, &payload).await.map(Ok),
            Err(error) => Ok(Err(Unreadable::Qr(error.to_string()))),
        },
        Paper::File(bytes) => file(ports, scope, bytes).await,
    }
}

async fn file(
    ports: &Ports,
    scope: &Scope,
    bytes: bytes::Bytes,
) -> Result<Result<Checked, Unreadable>, StoreError> {
    if bytes.len() > BYTES_MAX {
        return Ok(Err(Unreadable::TooLarge));
    }
    let sha256 = fingerprint(&bytes);
    let Some(format) = format_of(&bytes) else {
        return Ok(Err(Unreadable::Format));
    };
    if let Some((id, _)) = ports.store.invoice_by_hash(scope, &sha256).await?
        && let Some(invoice) = ports.store.invoice(scope, &id).await?
    {
        let said = Said::of_invoice(&invoice);
        return Ok(Ok(Checked {
            verdict: Verdict::Identical,
            format,
            sha256,
            number: full_number(&invoice),
            state: invoice.state.as_str().to_owned(),
            fields: compare(&invoice, &said),
            invoice: Some(id),
        }));
    }
    let said = match read(format, bytes).await {
        Ok(said) => said,
        Err(error) => return Ok(Err(error)),
    };
    let Some(first) = said.numbers.first().cloned() else {
        return Ok(Err(Unreadable::NoNumber));
    };
    for (code, number) in &said.numbers {
        let found = ports.store.invoice_by_number(scope, code, number).await?;
        if let Some(invoice) = found {
            let fields = compare(&invoice, &said);
            return Ok(Ok(Checked {
                verdict: verdict(&fields),
                format,
                sha256,
                number: full_number(&invoice),
                state: invoice.state.as_str().to_owned(),
                invoice: Some(invoice.id.clone()),
                fields,
            }));
        }
    }
    Ok(Ok(Checked {
        verdict: Verdict::Unknown,
        format,
        sha256,
        number: format!("{}{}", first.0, first.1),
        invoice: None,
        state: String::new(),
        fields: Vec::new(),
    }))
}

fn format_of(bytes: &[u8]) -> Option<&'static str> {
    let start = bytes.get(..1024.min(bytes.len())).unwrap_or_default();
    if start.windows(5).any(|it| it == b"%PDF-") {
        return Some("pdf");
    }
    if start.starts_with(b"PK\x03\x04") {
        return Some("ofd");
    }
    let begins = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start);
    begins.trim_ascii_start().starts_with(b"<").then_some("xml")
}

/// Reads a file of a known format, within bounds.
async fn read(format: &'static str, bytes: bytes::Bytes) -> Result<Said, Unreadable> {
    apart(bytes, move |bytes| match format {
        "pdf" => pdf::read(bytes),
        "ofd" => ofd::read(bytes),
        _ => xml::read(bytes),
    })
    .await
}

/// Reads on a thread of its own, within time.
async fn apart<T: Send + 'static>(
    bytes: bytes::Bytes,
    reader: impl FnOnce(&[u8]) -> Result<T, Unreadable> + Send + 'static,
) -> Result<T, Unreadable> {
    let turn = tokio::time::timeout(TIME_MAX, TURNS.acquire())
        .await
        .map_err(|_| Unreadable::TooSlow)?
        .map_err(|_| Unreadable::TooSlow)?;
    let (told, said) = tokio::sync::oneshot::channel();
    std::thread::Builder::new()
        .name("paper".to_owned())
        // Deeply nested files end in an error of the reader, not at the end of the stack.
        .stack_size(16 * 1024 * 1024)
        .spawn(move || {
            let _turn = turn;
            // Whoever asked may have given up.
            let _ = told.send(reader(&bytes));
        })
        .map_err(|error| Unreadable::Damaged(error.to_string()))?;
    tokio::time::timeout(TIME_MAX, said)
        .await
        .map_err(|_| Unreadable::TooSlow)?
        .map_err(|_| Unreadable::Damaged("its reader stopped".to_owned()))?
}

async fn qr(ports: &Ports, scope: &Scope, payload: &QrPayload) -> Result<Checked, StoreError> {
    let number = format!("{}{}", payload.code, payload.number);
    let found = ports
        .store
        .invoice_by_number(scope, &payload.code, &payload.number)
        .await?;
    let Some(invoice) = found else {
        return Ok(Checked {
            verdict: Verdict::Unknown,
            format: "qr",
            sha256: String::new(),
            number,
            invoice: None,
            state: String::new(),
            fields: Vec::new(),
        });
    };
    let mut fields = vec![same(Field::Number, full_number(&invoice), number.clone())];
    fields.push(same(
        Field::Date,
        day_of(&invoice),
        payload.date.to_string(),
    ));
    let (field, amount) = amount_in_code(&invoice);
    fields.push(same(field, amount.to_string(), payload.amount.to_string()));
    if payload.crc == CrcVerdict::Differs {
        fields.push(Compared {
            field: Field::Checksum,
            ledger: String::new(),
            paper: None,
            same: false,
        });
    }
    Ok(Checked {
        verdict: verdict(&fields),
        format: "qr",
        sha256: String::new(),
        number,
        state: invoice.state.as_str().to_owned(),
        invoice: Some(invoice.id),
        fields,
    })
}

fn day_of(invoice: &Invoice) -> String {
    let date = invoice.issued_at.map(|it| in_shanghai(it).date());
    date.map(|it| it.to_string()).unwrap_or_default()
}

/// The amount in a code: digital invoices carry the gross, the older forms the net one.
fn amount_in_code(invoice: &Invoice) -> (Field, Fen) {
    if matches!(invoice.identity, Some(Identity::Classic { .. })) {
        (Field::Amount, invoice.totals.amount)
    } else {
        (Field::Total, invoice.totals.total)
    }
}

/// The code on a file beside the ledger. A checksum that does not fit is no difference by itself: real papers have such.
fn code_on_file(invoice: &Invoice, code: &QrPayload) -> Compared {
    let words = |number: String, date: String, amount: Fen| format!("{number} {date} {amount}");
    let (_, amount) = amount_in_code(invoice);
    same(
        Field::Code,
        words(full_number(invoice), day_of(invoice), amount),
        words(
            format!("{}{}", code.code, code.number),
            code.date.to_string(),
            code.amount,
        ),
    )
}

fn verdict(fields: &[Compared]) -> Verdict {
    if fields.iter().all(|it| it.same) {
        Verdict::Agrees
    } else {
        Verdict::Differs
    }
}

fn full_number(invoice: &Invoice) -> String {
    let identity = invoice.identity.as_ref();
    identity.map(Identity::full).unwrap_or_default()
}

fn same(field: Field, ledger: String, paper: String) -> Compared {
    Compared {
        same: squeezed(&ledger) == squeezed(&paper),
        field,
        ledger,
        paper: Some(paper),
    }
}

/// Without white space, brackets of one width: papers break lines where they must.
fn squeezed(text: &str) -> String {
    text.chars()
        .filter(|it| !it.is_whitespace())
        .map(|it| match it {
            '（' => '(',
            '）' => ')',
            '：' => ':',
            '，' => ',',
            '￥' => '¥',
            other => other,
        })
        .collect()
}

impl Said {
    /// What the ledger itself says, for a file that is ours byte for byte.
    fn of_invoice(invoice: &Invoice) -> Said {
        let mut values: Vec<(Field, String)> = Vec::new();
        for (field, value) in wanted(invoice) {
            values.push((field, value));
        }
        Said {
            values,
            structured: true,
            date: invoice.issued_at.map(|it| in_shanghai(it).date()),
            text: squeezed(
                &invoice
                    .lines
                    .iter()
                    .map(|it| it.printed_name())
                    .collect::<String>(),
            ),
            ..Said::default()
        }
    }

    fn value(&self, field: Field) -> Option<&str> {
        let found = self.values.iter().find(|(known, _)| *known == field);
        found.map(|(_, value)| value.as_str())
    }
}

/// What a paper of this invoice says.
fn wanted(invoice: &Invoice) -> Vec<(Field, String)> {
    vec![
        (Field::Number, full_number(invoice)),
        (Field::SellerName, invoice.seller_party.name.clone()),
        (
            Field::SellerTaxNumber,
            invoice.seller_party.tax_number.clone(),
        ),
        (Field::BuyerName, invoice.title.printed_name()),
        (Field::BuyerTaxNumber, invoice.title.tax_number.clone()),
        (Field::Amount, invoice.totals.amount.to_string()),
        (Field::Tax, invoice.totals.tax.to_string()),
        (Field::Total, invoice.totals.total.to_string()),
    ]
}

/// Compares field by field.
fn compare(invoice: &Invoice, said: &Said) -> Vec<Compared> {
    let mut fields = Vec::new();
    for (field, ledger) in wanted(invoice) {
        if ledger.is_empty() {
            continue;
        }
        let compared = match said.value(field) {
            Some(value) => same(field, ledger, value.to_owned()),
            None if said.structured => Compared {
                field,
                ledger,
                paper: None,
                same: false,
            },
            None => match on_paper(field, ledger, said) {
                // Where no line can bear tax, papers name no sum of taxes.
                found
                    if field == Field::Tax
                        && !found.same
                        && printed_tax_sum(&invoice.lines, invoice.totals.tax).is_none()
                        && said.text.contains(NO_TAX) =>
                {
                    Compared {
                        paper: Some(NO_TAX.to_owned()),
                        same: true,
                        ..found
                    }
                }
                found => found,
            },
        };
        fields.push(compared);
        if field == Field::Number
            && let Some(date) = invoice.issued_at.map(|it| in_shanghai(it).date())
        {
            fields.push(Compared {
                field: Field::Date,
                ledger: date.to_string(),
                paper: said.date.map(|it| it.to_string()),
                same: said.date == Some(date),
            });
        }
    }
    if let Some(code) = &said.code {
        fields.push(code_on_file(invoice, code));
    }
    let names: Vec<String> = invoice.lines.iter().map(|it| it.printed_name()).collect();
    let missing: Vec<&str> = names
        .iter()
        .filter(|name| !said.text.contains(&squeezed(name)))
        .map(String::as_str)
        .collect();
    fields.push(Compared {
        field: Field::Lines,
        ledger: names.join("；"),
        same: missing.is_empty(),
        paper: (missing.len() < names.len()).then(|| {
            names
                .iter()
                .filter(|name| !missing.contains(&name.as_str()))
                .map(String::as_str)
                .collect::<Vec<_>>()
                .join("；")
        }),
    });
    fields
}

/// Looks for a value in running text; when it is not there, tells what stands in its place if that can be told.
fn on_paper(field: Field, ledger: String, said: &Said) -> Compared {
    let amount = matches!(field, Field::Amount | Field::Tax | Field::Total);
    let found = if amount {
        Fen::parse_yuan(&ledger).is_ok_and(|it| said.amounts.contains(&it))
            || ledger.starts_with('-') && said.text.contains(&ledger)
    } else {
        said.text.contains(&squeezed(&ledger))
    };
    let paper = if found {
        Some(ledger.clone())
    } else if field == Field::Total {
        text::total(&said.text)
    } else if amount && !said.amounts.is_empty() {
        let all: Vec<String> = said.amounts.iter().map(Fen::to_string).collect();
        Some(all.join(" / "))
    } else {
        None
    };
    // The gross amount has a label of its own: what stands there counts, not what stands anywhere.
    let labelled = (field == Field::Total)
        .then(|| text::total(&said.text))
        .flatten();
    let same = match &labelled {
        Some(total) => *total == ledger,
        None => found,
    };
    Compared {
        field,
        paper: labelled.or(paper),
        ledger,
        same,
    }
}
