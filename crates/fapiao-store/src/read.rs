//! From stored values to the values of the domain, and back where the form is ours.

use chrono::{DateTime, Utc};
use fapiao_domain::{
    ids::Id,
    money::Fen,
    party::{SellerParty, Title, TitleKind},
    rate::Rate,
    totals::Totals,
};
use fapiao_usecases::{errors::StoreError, records::RawTitleRecord};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

fn corrupt(what: &str, text: impl std::fmt::Display) -> StoreError {
    StoreError::Corrupt(format!("`{text}` is no {what}"))
}

/// An id.
pub(crate) fn id<I: Id>(text: &str) -> Result<I, StoreError> {
    I::parse(text).map_err(|error| StoreError::Corrupt(error.to_string()))
}

/// An id that may be missing.
pub(crate) fn id_opt<I: Id>(text: Option<&str>) -> Result<Option<I>, StoreError> {
    text.map(id).transpose()
}

/// An amount.
pub(crate) fn fen(value: i64) -> Result<Fen, StoreError> {
    Fen::new(value).map_err(|_| corrupt("amount in fen", value))
}

/// Three sums.
pub(crate) fn totals(amount: i64, tax: i64, total: i64) -> Result<Totals, StoreError> {
    Ok(Totals {
        amount: fen(amount)?,
        tax: fen(tax)?,
        total: fen(total)?,
    })
}

/// A moment.
pub(crate) fn time(millis: i64) -> Result<DateTime<Utc>, StoreError> {
    DateTime::from_timestamp_millis(millis).ok_or_else(|| corrupt("moment", millis))
}

/// A moment that may be missing.
pub(crate) fn time_opt(millis: Option<i64>) -> Result<Option<DateTime<Utc>>, StoreError> {
    millis.map(time).transpose()
}

/// A decimal, from text: never through a float.
pub(crate) fn decimal(text: &str) -> Result<Decimal, StoreError> {
    text.parse().map_err(|_| corrupt("decimal number", text))
}

/// A rate.
pub(crate) fn rate(text: &str) -> Result<Rate, StoreError> {
    Rate::parse(text).map_err(|_| corrupt("rate", text))
}

/// A word of a fixed list, such as a state.
pub(crate) fn word<T>(
    parse: impl Fn(&str) -> Option<T>,
    text: &str,
    what: &str,
) -> Result<T, StoreError> {
    parse(text).ok_or_else(|| corrupt(what, text))
}

/// A count that cannot be negative.
pub(crate) fn count(value: i64) -> u32 {
    u32::try_from(value).unwrap_or(if value < 0 { 0 } else { u32::MAX })
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "SellerParty")]
struct PartyForm {
    name: String,
    tax_number: String,
    address: String,
    phone: String,
    bank: String,
    bank_account: String,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "TitleKind", rename_all = "snake_case")]
enum TitleKindForm {
    Person,
    Organisation,
    NoNumber,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Title")]
struct TitleForm {
    #[serde(with = "TitleKindForm")]
    kind: TitleKind,
    name: String,
    tax_number: String,
    address: String,
    phone: String,
    bank: String,
    bank_account: String,
    email: String,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "RawTitleRecord")]
struct RawTitleForm {
    organisation: bool,
    #[serde(default)]
    no_number: bool,
    name: String,
    tax_number: String,
    address: String,
    phone: String,
    bank: String,
    bank_account: String,
    email: String,
    #[serde(default)]
    own: Vec<(String, String)>,
    override_reason: String,
}

/// Writes JSON text through a `serialize` function; texts and flags always succeed.
macro_rules! to_text {
    ($form:ident, $value:expr) => {{
        let mut text = Vec::with_capacity(256);
        $form::serialize($value, &mut serde_json::Serializer::new(&mut text))
            .ok()
            .and_then(|()| String::from_utf8(text).ok())
            .unwrap_or_default()
    }};
}

/// Reads JSON text through a `deserialize` function.
macro_rules! from_text {
    ($form:ident, $text:expr, $what:literal) => {
        $form::deserialize(&mut serde_json::Deserializer::from_str($text))
            .map_err(|error| StoreError::Corrupt(format!("a stored {} is damaged: {error}", $what)))
    };
}

/// A seller's party as stored.
pub(crate) fn party_text(party: &SellerParty) -> String {
    to_text!(PartyForm, party)
}

/// A stored party.
pub(crate) fn party(text: &str) -> Result<SellerParty, StoreError> {
    from_text!(PartyForm, text, "party")
}

/// A checked title as stored.
pub(crate) fn title_text(title: &Title) -> String {
    to_text!(TitleForm, title)
}

/// A stored title.
pub(crate) fn title(text: &str) -> Result<Title, StoreError> {
    from_text!(TitleForm, text, "title")
}

/// A typed title as stored.
pub(crate) fn raw_title_text(title: &RawTitleRecord) -> String {
    to_text!(RawTitleForm, title)
}

/// A stored typed title.
pub(crate) fn raw_title(text: &str) -> Result<RawTitleRecord, StoreError> {
    from_text!(RawTitleForm, text, "typed title")
}
