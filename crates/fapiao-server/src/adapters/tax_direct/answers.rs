//! The authority's data as the use-cases know it.

use fapiao_domain::rate::Rate;
use fapiao_usecases::{
    ports::{TaxResult, TaxpayerGate},
    records::{TaxCode, UsableRate},
};
use rust_decimal::Decimal;
use serde_json::Value;

/// A text member; empty when absent.
pub(super) fn text<'a>(data: &'a Value, member: &str) -> &'a str {
    data.get(member).and_then(Value::as_str).unwrap_or_default()
}

/// Text or number, as text.
pub(super) fn scalar(data: &Value, member: &str) -> String {
    match data.get(member) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    }
}

/// First and last number and how many; the count must agree with the numbers.
pub(super) fn segment(data: &Value) -> Option<(String, String, u32)> {
    let (first, last) = (text(data, "fpqshm"), text(data, "fpzzhm"));
    let well_formed = [first, last]
        .iter()
        .all(|n| n.len() == 20 && n.bytes().all(|b| b.is_ascii_digit()));
    let count: u32 = scalar(data, "lysl").parse().ok()?;
    let (from, to): (u128, u128) = (first.parse().ok()?, last.parse().ok()?);
    let agrees = to.checked_sub(from)?.checked_add(1)? == u128::from(count);
    (well_formed && agrees).then(|| (first.to_owned(), last.to_owned(), count))
}

/// A day as `yyyy-mm-dd`, from `yyyyMMdd` or the same with dashes; empty where it is missing.
pub(super) fn day(data: &Value, member: &str) -> String {
    let digits: String = text(data, member)
        .chars()
        .filter(char::is_ascii_digit)
        .collect();
    match (digits.get(..4), digits.get(4..6), digits.get(6..8)) {
        (Some(year), Some(month), Some(day)) => format!("{year}-{month}-{day}"),
        _ => String::new(),
    }
}

/// The gate rules of the direct connection.
pub(super) fn gate(risk: &Value, basics: &Value) -> TaxpayerGate {
    let state = text(basics, "nsrztdm");
    let closed = if text(risk, "fxnsrlx") == "01" {
        "risk class Ⅰ (风险纳税人Ⅰ类)".to_owned()
    } else if text(risk, "nsryjjb") == "01" {
        "red warning (红色预警)".to_owned()
    } else if text(risk, "fxnsrbz") == "Y" {
        "flagged as a risk (风险纳税人)".to_owned()
    } else if state != "03" && state != "09" {
        format!("taxpayer state {state} (纳税人状态), neither 03 nor 09")
    } else {
        return TaxpayerGate::Open;
    };
    TaxpayerGate::Closed(closed)
}

/// Rates in use.
pub(super) fn rates(data: &Value) -> Option<Vec<UsableRate>> {
    let rows = data.get("kyslList")?.as_array()?;
    rows.iter()
        .filter(|row| text(row, "cszt") == "0")
        .map(|row| {
            let value: Decimal = scalar(row, "slzsl").parse().ok()?;
            let rate = Rate::parse(&value.normalize().to_string()).ok()?;
            Some(UsableRate {
                rate,
                levy: text(row, "csxz") == "2",
                from: text(row, "yxqq").to_owned(),
                until: text(row, "yxqz").to_owned(),
            })
        })
        .collect()
}

/// Class codes that the base capability may use, with their dates, headings marked.
pub(super) fn class_codes(data: &Value) -> Option<Vec<TaxCode>> {
    let rows = data.get("ssflbmList")?.as_array()?;
    let is_base = |row: &&Value| text(row, "tdyslxdm").is_empty();
    rows.iter().filter(is_base).map(class_code).collect()
}

fn class_code(row: &Value) -> Option<TaxCode> {
    let code = text(row, "sphfwssflhbbm");
    if code.len() != 19 {
        return None;
    }
    let usual_rate = if text(row, "bzs") == "Y" {
        "not_taxed".to_owned()
    } else {
        [text(row, "zzssl"), text(row, "zsl")]
            .iter()
            .find_map(|list| fraction(list))
            .unwrap_or_default()
    };
    // Summary items may not be used on lines; basic and value-added telecommunication is the exception.
    let summary = text(row, "sfhzx") == "Y" && !code.starts_with("303");
    Some(TaxCode {
        code: code.to_owned(),
        name: text(row, "sphfwmc").to_owned(),
        short_name: text(row, "sphfwfljc").to_owned(),
        usual_rate,
        summary,
        policies: text(row, "zzstsgl").to_owned(),
        tax_rates: text(row, "zzssl").to_owned(),
        levy_rates: text(row, "zsl").to_owned(),
        difference: match text(row, "cezs") {
            "Y" => Some(true),
            "N" => Some(false),
            _ => None,
        },
        from: text(row, "qyrq").to_owned(),
        until: text(row, "tyrq").to_owned(),
    })
}

/// The first of `13%、9%` as `0.13`.
fn fraction(list: &str) -> Option<String> {
    let percent: Decimal = list.split('、').next()?.strip_suffix('%')?.parse().ok()?;
    Some((percent / Decimal::ONE_HUNDRED).normalize().to_string())
}

/// Verdicts by number; `None` when a status is none that is documented.
pub(super) fn results(data: &Value) -> Option<Vec<TaxResult>> {
    let rows = data.get("resultList")?.as_array()?;
    rows.iter()
        .map(|row| {
            let verdict = super::verdict(text(row, "status"), text(row, "message"))?;
            Some(TaxResult {
                number: text(row, "fphm").to_owned(),
                verdict,
            })
        })
        .collect()
}
