//! What is sent to the gateway.

use serde::Deserialize;
use serde_json::{Value, json};

use super::Problem;
use crate::amount::Amount;

/// Sums.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Totals {
    pub(super) amount: Amount,
    pub(super) tax: Amount,
    pub(super) total: Amount,
}

/// Who receives.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Buyer {
    pub(super) kind: String,
    pub(super) name: String,
    pub(super) tax_number: String,
    pub(super) address: String,
    pub(super) phone: String,
    pub(super) bank: String,
    pub(super) bank_account: String,
    pub(super) document: Option<Document>,
}

/// A natural person's document.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Document {
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) nationality: String,
    pub(super) document_number: String,
}

/// A line.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Line {
    pub(super) no: u32,
    pub(super) kind: String,
    pub(super) name: String,
    pub(super) short_name: String,
    pub(super) tax_code: String,
    #[serde(default)]
    pub(super) spec: String,
    #[serde(default)]
    pub(super) unit: String,
    #[serde(default)]
    pub(super) quantity: String,
    #[serde(default)]
    pub(super) unit_price: String,
    pub(super) amount: Amount,
    pub(super) rate: String,
    #[serde(default)]
    pub(super) levy: bool,
    /// The flag of preferential treatment, where one is stated.
    #[serde(default)]
    pub(super) preference: String,
    /// The policy in Chinese, as a tax device wants it (`zzstsgl`).
    #[serde(default)]
    pub(super) policy: String,
    /// Why the rate is zero, as a tax device wants it (`lslbs`).
    #[serde(default)]
    pub(super) zero_rate: String,
    pub(super) tax: Amount,
    pub(super) total: Amount,
    /// On red letters: the blue line.
    #[serde(default)]
    pub(super) blue_line: u32,
}

/// Code and number.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Name {
    pub(super) code: String,
    pub(super) number: String,
}

/// What a red invoice takes back.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Red {
    pub(super) blue: Name,
    pub(super) form_key: String,
    pub(super) form_number: String,
    pub(super) blue_lines: Vec<u32>,
}

/// `POST /v1/invoices`.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Issue {
    pub(super) serial: String,
    pub(super) seller: String,
    pub(super) kind: String,
    pub(super) buyer: Buyer,
    pub(super) lines: Vec<Line>,
    pub(super) totals: Totals,
    #[serde(default)]
    pub(super) remark: String,
    pub(super) drawer: String,
    #[serde(default)]
    pub(super) payee: String,
    #[serde(default)]
    pub(super) reviewer: String,
    #[serde(default)]
    pub(super) red: Option<Red>,
    #[serde(default)]
    pub(super) difference_tax: Option<Difference>,
    #[serde(default)]
    pub(super) payment: Option<Payment>,
}

/// Difference tax (差额征税).
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Difference {
    /// `whole` or `reduced`.
    pub(super) mode: String,
    /// Above zero, also on a red invoice.
    pub(super) deduction: Amount,
}

/// How it was paid.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Payment {
    /// Three digits (`zfqdDm`).
    pub(super) channel: String,
    pub(super) number: String,
}

/// `POST /v1/red-letters`.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct RedLetter {
    pub(super) serial: String,
    pub(super) seller: String,
    pub(super) blue: Name,
    pub(super) reason: String,
    pub(super) lines: Vec<Line>,
    pub(super) totals: Totals,
}

/// One side of a month.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Side {
    pub(super) count: i64,
    pub(super) amount: Amount,
    pub(super) tax: Amount,
}

/// A month's confirmation or its withdrawal.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Figures {
    pub(super) seller: String,
    pub(super) blue: Side,
    pub(super) red: Side,
}

pub(super) fn read<T: serde::de::DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    serde_json::from_slice(body).map_err(|why| Problem::new(422, "content", why.to_string()))
}

/// The rate as a fraction; exempt and not taxed lines have none.
pub(super) fn fraction(rate: &str) -> Amount {
    Amount::parse(rate).unwrap_or_default()
}

/// The flag of preferential treatment (`yhzcbs`).
pub(super) fn preference(line: &Line, small_scale: bool) -> &str {
    match line.rate.as_str() {
        _ if !line.preference.is_empty() => &line.preference,
        "exempt" => "03",
        "not_taxed" => "04",
        "0.03" if line.levy && !small_scale => "08",
        "0.05" if line.levy && !small_scale => "09",
        "0.015" => "10",
        _ => "",
    }
}

/// The line as uploads carry it.
pub(super) fn row(line: &Line, blue_line: Option<u32>, small_scale: bool) -> Value {
    let mut row = json!({
        "mxxh": line.no,
        "fphxz": match line.kind.as_str() {
            "discount" => "01",
            "discounted" => "02",
            _ => "00",
        },
        "xmmc": line.name,
        "hwhyslwfwmc": format!("*{}*{}", line.short_name, line.name),
        "spfwjc": line.short_name,
        "ggxh": line.spec,
        "dw": line.unit,
        "je": line.amount,
        "slv": fraction(&line.rate),
        "se": line.tax,
        "hsje": line.total,
        "sphfwssflhbbm": line.tax_code,
        "yhzcbs": preference(line, small_scale),
    });
    if !line.quantity.is_empty() {
        row["sl"] = json!(line.quantity);
        row["dj"] = json!(line.unit_price);
    }
    if let Some(blue) = blue_line {
        row["dylzfpmxxh"] = json!(blue);
    }
    row
}
