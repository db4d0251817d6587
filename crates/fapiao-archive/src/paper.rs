//! Papers that come back: is this file, or this QR code, an invoice of ours, and does it say what the ledger says?
//!
//! A file is a stranger's: its size, its pages, what it unpacks to and the time for reading it are bounded.

mod beside;
mod bundle;
mod compare;
mod ofd;
mod pdf;
mod symbol;
mod text;
mod told;
mod unzip;
mod xml;

pub use beside::{beside, carries};
pub use bundle::documents;
pub use told::{Checked, Compared, Field, Unreadable, Verdict};

use chrono::NaiveDate;
use compare::{code_alone, compare, full_number, squeezed, verdict};
use fapiao_domain::{
    money::Fen,
    qr::{QrPayload, parse_payload},
};
use fapiao_usecases::{
    errors::StoreError,
    idempotency::fingerprint,
    ports::{Ports, Scope},
};
use std::time::Duration;
use tokio::sync::Semaphore;

/// Largest file that is read.
pub const BYTES_MAX: usize = 5 * 1024 * 1024;
/// Largest photograph that is read.
pub const PICTURE_BYTES_MAX: usize = 10 * 1024 * 1024;
/// Longest wait for a place.
const WAIT_MAX: Duration = Duration::from_secs(5);
/// Longest reading, with the wait for the turn of its code.
const TIME_MAX: Duration = Duration::from_secs(10);
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
    /// Its lines, where the file names their members.
    rows: Vec<Row>,
}

/// A line of a structured file: what its members say; empty where the file has none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Row {
    name: String,
    quantity: String,
    unit_price: String,
    amount: String,
    rate: String,
    tax: String,
    tax_code: String,
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
        Paper::Qr(text) => match parse_payload(&typed(&text)) {
            Ok(payload) => by_code(ports, scope, "qr", String::new(), &payload)
                .await
                .map(Ok),
            Err(error) => Ok(Err(Unreadable::Qr(error.to_string()))),
        },
        Paper::File(bytes) => file(ports, scope, bytes).await,
    }
}

/// What a hand scanner typed: under a Chinese input method the same keys give full-width signs.
fn typed(text: &str) -> String {
    let narrow = |it: char| match it {
        '。' => '.',
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(it) - 0xfee0).unwrap_or(it),
        other => other,
    };
    text.chars()
        .map(narrow)
        .filter(|it| !it.is_whitespace() && !it.is_control())
        .collect()
}

async fn file(
    ports: &Ports,
    scope: &Scope,
    bytes: bytes::Bytes,
) -> Result<Result<Checked, Unreadable>, StoreError> {
    let Some(format) = format_of(&bytes) else {
        return Ok(Err(Unreadable::Format));
    };
    if bytes.len() > bytes_max(format) {
        return Ok(Err(Unreadable::TooLarge));
    }
    let sha256 = fingerprint(&bytes);
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
            unproven: Vec::new(),
            invoice: Some(id),
        }));
    }
    let said = match read(format, bytes).await {
        Ok(said) => said,
        Err(error) => return Ok(Err(error)),
    };
    if let Some(code) = said.only_code() {
        return by_code(ports, scope, format, sha256, code).await.map(Ok);
    }
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
                unproven: Vec::new(),
            }));
        }
    }
    let number = format!("{}{}", first.0, first.1);
    Ok(Ok(unknown(format, sha256, number)))
}

const fn unknown(format: &'static str, sha256: String, number: String) -> Checked {
    Checked {
        verdict: Verdict::Unknown,
        format,
        sha256,
        number,
        invoice: None,
        state: String::new(),
        fields: Vec::new(),
        unproven: Vec::new(),
    }
}

/// Told by the first bytes.
fn format_of(bytes: &[u8]) -> Option<&'static str> {
    let start = bytes.get(..1024.min(bytes.len())).unwrap_or_default();
    if start.windows(5).any(|it| it == b"%PDF-") {
        return Some("pdf");
    }
    if start.starts_with(b"PK\x03\x04") {
        return Some("ofd");
    }
    match symbol::Kind::of(start) {
        Some(symbol::Kind::Png) => return Some("png"),
        Some(symbol::Kind::Jpeg) => return Some("jpeg"),
        None => {}
    }
    xml::is_xml(start).then_some("xml")
}

fn bytes_max(format: &str) -> usize {
    if is_picture(format) {
        PICTURE_BYTES_MAX
    } else {
        BYTES_MAX
    }
}

fn is_picture(format: &str) -> bool {
    matches!(format, "png" | "jpeg")
}

/// Reads a file of a known format, within bounds.
async fn read(format: &'static str, bytes: bytes::Bytes) -> Result<Said, Unreadable> {
    apart(bytes, move |bytes| match format {
        "pdf" => pdf::read(bytes),
        "ofd" => ofd::read(bytes),
        "xml" => xml::read(bytes),
        _ => picture(bytes),
    })
    .await
}

/// Reads on a thread of its own, within time.
async fn apart<T: Send + 'static>(
    bytes: bytes::Bytes,
    reader: impl FnOnce(&[u8]) -> Result<T, Unreadable> + Send + 'static,
) -> Result<T, Unreadable> {
    let turn = tokio::time::timeout(WAIT_MAX, TURNS.acquire())
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

/// A photograph or a screenshot: its code, and nothing else.
fn picture(bytes: &[u8]) -> Result<Said, Unreadable> {
    let picture = symbol::picture(bytes)?;
    let code = symbol::of_picture(picture)?;
    let mut said = Said::default();
    said.take_code(code);
    Ok(said)
}

/// What a code proves by itself.
async fn by_code(
    ports: &Ports,
    scope: &Scope,
    format: &'static str,
    sha256: String,
    code: &QrPayload,
) -> Result<Checked, StoreError> {
    let number = format!("{}{}", code.code, code.number);
    let found = ports
        .store
        .invoice_by_number(scope, &code.code, &code.number)
        .await?;
    let Some(invoice) = found else {
        return Ok(unknown(format, sha256, number));
    };
    let (fields, unproven) = code_alone(&invoice, code);
    Ok(Checked {
        verdict: verdict(&fields),
        format,
        sha256,
        number,
        state: invoice.state.as_str().to_owned(),
        invoice: Some(invoice.id),
        fields,
        unproven,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_scanner_types_under_a_chinese_input_method_is_the_same_code() {
        let plain = "01,32,,26999000000000000001,113.00,20260305,,7A7E";
        for text in [
            plain.to_owned(),
            format!(" {plain}\r\n"),
            plain.replace(',', "，"),
            plain.replace(',', "，").replace('.', "。"),
            plain.replace("113.00", "１１３．００"),
        ] {
            assert_eq!(parse_payload(&typed(&text)), parse_payload(plain), "{text}");
        }
        assert!(parse_payload(plain).is_ok());
    }
}
