//! What an issued invoice states, header and lines, as one SHA-256. The line of the audit chain that says it was issued
//! carries it, and `verify` compares: whoever owns the database may switch its guards off, but cannot rewrite the chain.
//!
//! Hashed are the stored texts, each preceded by its length: the header's in the order of [`NUMBERS`] and [`TEXTS`], then
//! those of each line by its number. Guarded columns only: state, receipt and notes move on.

use crate::{audit::Line, sql::Sql, tx::Tx, verify::packed};
use fapiao_domain::ids::{Id, InvoiceId};
use fapiao_usecases::{
    errors::StoreError,
    ports::{Stated, StatedContent},
};
use sea_orm::DatabaseTransaction;
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;

/// The member of the line's data, in hexadecimal digits.
pub(crate) const MEMBER: &str = "content_sha256";

/// The line that carries it.
pub(crate) const ISSUED: &str = "invoice.issued";

/// Numbers of the header.
const NUMBERS: [&str; 5] = [
    "amount",
    "tax",
    "total",
    "COALESCE(issued_at, 0)",
    "deduction",
];

/// The same without what guards against nothing.
const NUMBER_NAMES: [&str; 5] = ["amount", "tax", "total", "issued_at", "deduction"];

/// Texts of the header, the invoice's id first.
const TEXTS: [&str; 23] = [
    "id",
    "order_id",
    "delivery_id",
    "seller_id",
    "store_id",
    "order_no",
    "kind",
    "code",
    "number",
    "check_code",
    "machine",
    "seller_party",
    "province",
    "drawer",
    "payee",
    "reviewer",
    "title",
    "buyer",
    "buyer_tax_number",
    "remark",
    "blue_id",
    "difference",
    "payments",
];

/// Numbers of a line, its own first.
const LINE_NUMBERS: [&str; 4] = ["no", "amount", "tax", "gross"];

/// Texts of a line, the invoice's id first.
const LINE_TEXTS: [&str; 11] = [
    "invoice_id",
    "kind",
    "name",
    "tax_code",
    "short_name",
    "spec",
    "unit",
    "quantity",
    "unit_price",
    "rate",
    "preference",
];

/// A header as it is read.
type HeaderRow<'a> = ([i64; NUMBERS.len()], [&'a str; TEXTS.len()]);
/// A line as it is read.
type LineRow<'a> = ([i64; LINE_NUMBERS.len()], [&'a str; LINE_TEXTS.len()]);

/// Headers and lines of the invoices for which a condition on `i` holds, packed.
async fn read(
    db: &DatabaseTransaction,
    chosen: impl Fn() -> Sql,
) -> Result<(String, String), StoreError> {
    let columns = TEXTS.map(|it| format!("i.{it}")).join(", ");
    let inner = Sql::new(format!(
        "SELECT i.amount, i.tax, i.total, i.issued_at, i.deduction, {columns} FROM invoices i WHERE "
    ))
    .join(chosen());
    let headers = packed::read(db, packed::query(&NUMBERS, &TEXTS, inner)).await?;
    let columns = [&LINE_NUMBERS[..], &LINE_TEXTS[..]]
        .concat()
        .iter()
        .map(|it| format!("l.{it}"))
        .collect::<Vec<_>>()
        .join(", ");
    let inner = Sql::new(format!(
        "SELECT {columns} FROM invoices i JOIN invoice_lines l ON l.invoice_id = i.id WHERE "
    ))
    .join(chosen());
    let lines = packed::read(db, packed::query(&LINE_NUMBERS, &LINE_TEXTS, inner)).await?;
    Ok((headers, lines))
}

/// Takes headers and lines apart: `each` gets every header with the lines that are its own, by their number.
fn apart<'a>(
    (headers, lines): &'a (String, String),
    mut each: impl FnMut(&HeaderRow<'a>, &[LineRow<'a>]),
) -> Result<(), StoreError> {
    let mut lines: Vec<LineRow<'_>> =
        packed::Rows::<{ LINE_NUMBERS.len() }, { LINE_TEXTS.len() }>::of(
            lines,
            "the lines of invoices",
        )
        .collect::<Result<_, _>>()?;
    lines.sort_unstable_by(|(one, of), (other, than)| (of[0], one[0]).cmp(&(than[0], other[0])));
    for row in packed::Rows::<{ NUMBERS.len() }, { TEXTS.len() }>::of(headers, "the invoices") {
        let header = row?;
        let id = header.1[0];
        let from = lines.partition_point(|(_, texts)| texts[0] < id);
        let own = lines[from..].partition_point(|(_, texts)| texts[0] == id);
        each(&header, &lines[from..from + own]);
    }
    Ok(())
}

/// The hashes of the invoices for which a condition on `i` holds, by id.
pub(crate) async fn digests(
    db: &DatabaseTransaction,
    chosen: impl Fn() -> Sql,
) -> Result<HashMap<String, [u8; 32]>, StoreError> {
    let rows = read(db, chosen).await?;
    let (mut found, mut said) = (HashMap::new(), Vec::new());
    apart(&rows, |(numbers, texts), lines| {
        said.clear();
        say(&mut said, numbers, texts);
        for (numbers, texts) in lines {
            say(&mut said, numbers, texts);
        }
        found.insert(texts[0].to_owned(), Sha256::digest(&said).into());
    })?;
    Ok(found)
}

/// What these invoices state, by name.
pub(crate) async fn stated(
    db: &DatabaseTransaction,
    invoices: &[InvoiceId],
) -> Result<HashMap<InvoiceId, StatedContent>, StoreError> {
    let chosen = || Sql::new("i.id IN ").list(invoices.iter().map(Id::as_str));
    let rows = read(db, chosen).await?;
    let mut contents = HashMap::new();
    apart(&rows, |(numbers, texts), lines| {
        let content = StatedContent {
            header: by_name((&NUMBER_NAMES, numbers), (&TEXTS, texts)),
            lines: lines
                .iter()
                .map(|(numbers, texts)| by_name((&LINE_NUMBERS, numbers), (&LINE_TEXTS, texts)))
                .collect(),
        };
        contents.insert(texts[0].to_owned(), content);
    })?;
    let found = invoices.iter().filter_map(|id| {
        let content = contents.remove(id.as_str())?;
        Some((id.clone(), content))
    });
    Ok(found.collect())
}

/// Values with their names, numbers first.
fn by_name(
    (number_names, numbers): (&[&'static str], &[i64]),
    (text_names, texts): (&[&'static str], &[&str]),
) -> Vec<(&'static str, Stated)> {
    let numbers = numbers.iter().map(|it| Stated::Number(*it));
    let texts = texts.iter().map(|it| Stated::Text((*it).to_owned()));
    let names = number_names.iter().chain(text_names).copied();
    names.zip(numbers.chain(texts)).collect()
}

/// Adds parts, each preceded by its length.
fn say(said: &mut Vec<u8>, numbers: &[i64], texts: &[&str]) {
    for number in numbers {
        said.extend_from_slice(&8_u64.to_be_bytes());
        said.extend_from_slice(&number.to_be_bytes());
    }
    for text in texts {
        said.extend_from_slice(&(text.len() as u64).to_be_bytes());
        said.extend_from_slice(text.as_bytes());
    }
}

/// Adds the hash to each line that says an invoice was issued. Everything else of the transaction is written by then.
pub(crate) async fn seal(tx: &Tx, lines: &mut [Line]) -> Result<(), StoreError> {
    let issued: Vec<String> = lines
        .iter()
        .filter(|it| it.action() == ISSUED)
        .map(|it| it.subject().to_owned())
        .collect();
    if issued.is_empty() {
        return Ok(());
    }
    let chosen = || Sql::new("i.id IN ").list(issued.iter().map(String::as_str));
    let digests = digests(&tx.db, chosen).await?;
    for line in lines.iter_mut().filter(|it| it.action() == ISSUED) {
        if let Some(digest) = digests.get(line.subject()) {
            line.add(MEMBER, hex::encode(digest));
        }
    }
    Ok(())
}

/// The hash that a line's data tells; `None` in lines older than the hash.
pub(crate) fn told(data: &str) -> Option<&str> {
    let (_, behind) = data.split_once(&format!("\"{MEMBER}\":\""))?;
    behind.get(..64)
}
