//! From stored values to the values of the domain, and back where the form is ours.

use chrono::{DateTime, Utc};
use fapiao_domain::{
    face::{DifferenceKind, DifferenceTax},
    ids::Id,
    line::LineKind,
    money::Fen,
    party::{SellerParty, TaxpayerKind, Title, TitleKind},
    preference::Preference,
    rate::Rate,
    totals::Totals,
};
use fapiao_usecases::{
    errors::StoreError,
    records::{OrderPart, PartLine, RawTitleRecord, SealedDocument},
};
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

/// A sum of amounts: it may be larger than any single one.
pub(crate) const fn sum(value: i64) -> Fen {
    Fen::of_sum(value)
}

/// An invoice's three amounts.
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

/// A preferential policy; empty for none.
pub(crate) fn preference(text: &str) -> Result<Option<Preference>, StoreError> {
    Preference::parse(text).map_err(|_| corrupt("preferential policy", text))
}

/// How a preferential policy is stored.
pub(crate) fn preference_code(preference: Option<Preference>) -> String {
    preference.map_or_else(String::new, |it| it.to_string())
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
    // Left out where nothing is known, so that papers written before read and hash as they did.
    #[serde(
        default,
        with = "taxpayer_code",
        skip_serializing_if = "Option::is_none"
    )]
    taxpayer: Option<TaxpayerKind>,
}

/// A kind of taxpayer as its digit.
mod taxpayer_code {
    use fapiao_domain::party::TaxpayerKind;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    #[expect(clippy::ref_option, reason = "the signature serde calls")]
    pub(super) fn serialize<S: Serializer>(
        kind: &Option<TaxpayerKind>,
        out: S,
    ) -> Result<S::Ok, S::Error> {
        out.serialize_str(kind.map_or("", TaxpayerKind::code))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<TaxpayerKind>, D::Error> {
        let code = String::deserialize(from)?;
        match TaxpayerKind::from_code(&code) {
            Some(kind) => Ok(Some(kind)),
            None => Err(D::Error::custom(format!("`{code}` is no kind of taxpayer"))),
        }
    }
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
    #[serde(
        default,
        with = "document_form",
        skip_serializing_if = "Option::is_none"
    )]
    document: Option<SealedDocument>,
}

/// A natural person's document beside a title: its number sealed.
mod document_form {
    use fapiao_domain::document::DocumentKind;
    use fapiao_usecases::records::{SealedDocument, SealedText};
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

    #[derive(Serialize, Deserialize)]
    struct Stored {
        kind: String,
        nationality: String,
        masked: String,
        sealed: String,
    }

    pub(super) fn serialize<S: Serializer>(
        document: &Option<SealedDocument>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        let stored = document.as_ref().map(|it| Stored {
            kind: it.kind.code().to_owned(),
            nationality: it.nationality.clone(),
            masked: it.masked.clone(),
            sealed: it.sealed.0.clone(),
        });
        stored.serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<SealedDocument>, D::Error> {
        let Some(stored) = Option::<Stored>::deserialize(from)? else {
            return Ok(None);
        };
        let kind = DocumentKind::parse(&stored.kind)
            .ok_or_else(|| D::Error::custom("an unknown type of document"))?;
        Ok(Some(SealedDocument {
            kind,
            nationality: stored.nationality,
            masked: stored.masked,
            sealed: SealedText(stored.sealed),
        }))
    }
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

#[derive(Serialize, Deserialize)]
#[serde(remote = "PartLine")]
struct PartLineForm {
    source: u32,
    #[serde(with = "line_kind")]
    kind: LineKind,
    #[serde(with = "exact_opt")]
    quantity: Option<Decimal>,
    #[serde(with = "exact_opt")]
    unit_price: Option<Decimal>,
    #[serde(with = "amount")]
    amount: Fen,
    #[serde(with = "amount")]
    tax: Fen,
}

/// The two-digit code of the tax interface.
mod line_kind {
    use super::*;
    use serde::{Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(it: &LineKind, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(it.code())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<LineKind, D::Error> {
        let code = String::deserialize(from)?;
        LineKind::from_code(&code).ok_or_else(|| D::Error::custom("an unknown kind of line"))
    }
}

/// A decimal as text.
mod exact_opt {
    use super::*;
    use serde::{Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(it: &Option<Decimal>, to: S) -> Result<S::Ok, S::Error> {
        it.map(|it| it.to_string()).serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<Decimal>, D::Error> {
        Option::<String>::deserialize(from)?
            .map(|text| text.parse().map_err(D::Error::custom))
            .transpose()
    }
}

/// An amount in fen.
mod amount {
    use super::*;
    use serde::{Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(it: &Fen, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_i64(it.get())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Fen, D::Error> {
        fen(i64::deserialize(from)?).map_err(D::Error::custom)
    }
}

#[derive(Serialize, Deserialize)]
struct WrappedLine(#[serde(with = "PartLineForm")] PartLine);

#[derive(Serialize, Deserialize)]
struct StoredPart {
    of: u32,
    amount: i64,
    tax: i64,
    lines: Vec<WrappedLine>,
}

/// A part of an order as stored; its number has a column of its own.
pub(crate) fn part_text(part: &OrderPart) -> String {
    let stored = StoredPart {
        of: part.of,
        amount: part.totals.amount.get(),
        tax: part.totals.tax.get(),
        lines: part.lines.iter().cloned().map(WrappedLine).collect(),
    };
    serde_json::to_string(&stored).unwrap_or_default()
}

/// A stored part; none for the number 0.
pub(crate) fn part(no: i64, text: &str) -> Result<Option<OrderPart>, StoreError> {
    if no == 0 {
        return Ok(None);
    }
    let stored: StoredPart = serde_json::from_str(text)
        .map_err(|error| StoreError::Corrupt(format!("a stored part is damaged: {error}")))?;
    Ok(Some(OrderPart {
        no: count(no),
        of: stored.of,
        totals: totals(stored.amount, stored.tax, stored.amount + stored.tax)?,
        lines: stored.lines.into_iter().map(|it| it.0).collect(),
    }))
}

/// Difference tax as stored: a word, or empty, and the deduction.
pub(crate) fn difference(text: &str, deduction: i64) -> Result<Option<DifferenceTax>, StoreError> {
    if text.is_empty() {
        return Ok(None);
    }
    Ok(Some(DifferenceTax {
        kind: word(DifferenceKind::parse, text, "kind of difference tax")?,
        deduction: fen(deduction)?,
    }))
}

/// Both columns of difference tax.
pub(crate) fn difference_columns(it: Option<&DifferenceTax>) -> (String, i64) {
    it.map_or_else(Default::default, |it| {
        (it.kind.as_str().to_owned(), it.deduction.get())
    })
}

/// Payments as stored: a JSON list of pairs, or nothing.
pub(crate) fn payments(text: &str) -> Result<Vec<(String, String)>, StoreError> {
    if text.is_empty() {
        return Ok(Vec::new());
    }
    serde_json::from_str(text)
        .map_err(|error| StoreError::Corrupt(format!("stored payments are damaged: {error}")))
}

/// A typed title as stored.
pub(crate) fn raw_title_text(title: &RawTitleRecord) -> String {
    to_text!(RawTitleForm, title)
}

/// A stored typed title.
pub(crate) fn raw_title(text: &str) -> Result<RawTitleRecord, StoreError> {
    from_text!(RawTitleForm, text, "typed title")
}
