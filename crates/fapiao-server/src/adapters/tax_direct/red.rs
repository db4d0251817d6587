//! Red confirmations over the direct connection: applied for, read, answered.

use super::{
    answers::{scalar, text},
    errors::{self, TAX},
};
use chrono::{DateTime, FixedOffset, NaiveDateTime, TimeZone, Utc};
use fapiao_domain::{
    confirmation::FormState,
    invoice::InvoiceKind,
    money::Fen,
    party::TitleKind,
    red::{RedLine, RedReason},
};
use fapiao_usecases::{
    calendar,
    errors::{Advice, OutsideError},
    ports::{BuyerForm, FormAnswer, FormRow, FormStatus, RedApplication},
};
use rust_decimal::{Decimal, prelude::ToPrimitive};
use serde_json::{Value, json};

/// Begun by the seller (`lrfsf`).
const BY_SELLER: &str = "0";
/// Most confirmations asked for about one blue invoice.
pub(super) const MOST_FORMS: u32 = 1000;

/// The application's object.
///
/// # Errors
/// For a blue invoice without number or issue time.
pub(super) fn application(it: &RedApplication) -> Result<Value, OutsideError> {
    let blue = &it.blue;
    let kind = match blue.kind {
        // Ordinary too, whichever form it has.
        InvoiceKind::DigitalOrdinary | InvoiceKind::ClassicOrdinary => "02",
        InvoiceKind::DigitalSpecial => "01",
    };
    let (Some(identity), Some(issued_at)) = (&blue.identity, blue.issued_at) else {
        return Err(unfit("the blue invoice has no number"));
    };
    let person = blue.title.kind == TitleKind::Person;
    let is_older = !identity.code().is_empty();
    let rows: Vec<Value> = it.lines.iter().map(|red| row(red, is_older)).collect();
    let mut form = json!({
        "lrfsf": BY_SELLER,
        "xsfnsrsbh": blue.seller_party.tax_number,
        "xsfmc": blue.seller_party.name,
        "gmfnsrsbh": if person { "" } else { blue.title.tax_number.as_str() },
        "gmfmc": blue.title.printed_name(),
        // Of the older form its code too; it is electronic as well.
        "lzfpdm": identity.code(),
        "lzfphm": identity.number(),
        "sfzzfpbz": "N",
        "lzkprq": calendar::in_shanghai(issued_at).format("%Y-%m-%d %H:%M:%S").to_string(),
        "lzhjje": blue.totals.amount.to_string(),
        "lzhjse": blue.totals.tax.to_string(),
        "lzfppzDm": kind,
        "hzcxje": it.totals.amount.to_string(),
        "hzcxse": it.totals.tax.to_string(),
        "chyyDm": it.reason.code(),
        "hzqrdmxList": rows,
    });
    drop_empty(&mut form);
    Ok(form)
}

/// Devices know names without the short name of their class.
fn row(red: &RedLine, is_older: bool) -> Value {
    let line = &red.line;
    let name = if is_older {
        line.name.clone()
    } else {
        line.printed_name()
    };
    let mut row = json!({
        "lzmxxh": red.blue_no,
        "xh": line.no,
        "sphfwssflhbbm": line.tax_code,
        "hwhyslwfwmc": name,
        "spfwjc": line.short_name,
        "xmmc": line.name,
        "ggxh": line.spec,
        "dw": line.unit,
        "je": line.amount.to_string(),
        "sl1": line.rate.fraction().to_string(),
        "se": line.tax.to_string(),
    });
    if let (Some(quantity), Some(price)) = (line.quantity, line.unit_price) {
        row["fpspsl"] = json!(quantity.normalize().to_string());
        row["fpspdj"] = json!(price.normalize().to_string());
    }
    drop_empty(&mut row);
    row
}

fn drop_empty(value: &mut Value) {
    if let Some(members) = value.as_object_mut() {
        members.retain(|_, value| value.as_str() != Some(""));
    }
}

fn unfit(why: &str) -> OutsideError {
    let message = format!("no red confirmation can be applied for: {why}");
    OutsideError::new(TAX, "unfit", message, Advice::Never)
}

/// The answer to an application; the rest of the status is what was asked.
pub(super) fn applied(data: &Value, it: &RedApplication) -> Option<FormStatus> {
    let (key, number) = (text(data, "uuid"), text(data, "hzfpxxqrdbh"));
    if key.is_empty() || number.is_empty() {
        return None;
    }
    Some(FormStatus {
        key: key.to_owned(),
        number: number.to_owned(),
        state: FormState::from_code(text(data, "hzqrxxztDm"))?,
        ours: true,
        reason: Some(it.reason),
        amount: it.totals.amount,
        tax: it.totals.tax,
        entered_at: None,
        red_number: String::new(),
    })
}

/// A confirmation of a list or a detail.
pub(super) fn status(data: &Value) -> Option<FormStatus> {
    Some(FormStatus {
        key: text(data, "uuid").to_owned(),
        number: text(data, "hzfpxxqrdbh").to_owned(),
        state: FormState::from_code(text(data, "hzqrxxztDm"))?,
        ours: text(data, "lrfsf") == BY_SELLER,
        reason: RedReason::from_code(text(data, "chyyDm")),
        amount: Fen::parse_yuan(&scalar(data, "hzcxje")).ok()?,
        tax: Fen::parse_yuan(&scalar(data, "hzcxse")).ok()?,
        entered_at: moment(text(data, "lrrq")),
        red_number: text(data, "hzfphm").to_owned(),
    })
}

/// All confirmations of a list.
pub(super) fn statuses(data: &Value) -> Option<Vec<FormStatus>> {
    data.get("hzqrdList")?
        .as_array()?
        .iter()
        .map(status)
        .collect()
}

/// Confirmations that buyers began, with the number of their blue invoice.
pub(super) fn begun_by_buyers(data: &Value) -> Option<Vec<BuyerForm>> {
    let told = data.get("hzqrdList")?.as_array()?.iter();
    told.map(|it| {
        Some(BuyerForm {
            status: status(it)?,
            blue: text(it, "lzfphm").to_owned(),
        })
    })
    .collect()
}

/// The rows of a detail.
pub(super) fn rows(data: &Value) -> Option<Vec<FormRow>> {
    let row = |it: &Value| {
        let number = |name: &str| scalar(it, name).parse::<Decimal>().ok();
        let both = number("fpspsl").zip(number("fpspdj"));
        Some(FormRow {
            blue_no: number("lzmxxh")?.to_u32()?,
            quantity: both,
            amount: Fen::parse_yuan(&scalar(it, "je")).ok()?,
            tax: Fen::parse_yuan(&scalar(it, "se")).ok()?,
        })
    };
    data.get("hzqrdmxList")?
        .as_array()?
        .iter()
        .map(row)
        .collect()
}

/// The state an answer led to.
pub(super) fn answered(data: &Value) -> Result<FormState, OutsideError> {
    FormState::from_code(text(data, "hzqrxxztDm"))
        .ok_or_else(|| errors::unreadable("QDHZQRDQR", Advice::OutcomeUnknown))
}

/// The letter of an answer (`qrlx`).
pub(super) const fn letter(answer: FormAnswer) -> &'static str {
    match answer {
        FormAnswer::Agree => "Y",
        FormAnswer::Refuse => "N",
        FormAnswer::Withdraw => "C",
    }
}

/// `yyyy-MM-dd HH:mm:ss` in Asia/Shanghai.
fn moment(text: &str) -> Option<DateTime<Utc>> {
    const SHANGHAI: i32 = 8 * 3600;
    let local = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").ok()?;
    let zone = FixedOffset::east_opt(SHANGHAI)?;
    zone.from_local_datetime(&local)
        .single()
        .map(|it| it.to_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_read_in_the_time_of_shanghai() {
        let read = moment("2026-03-05 08:00:00").unwrap();
        assert_eq!(read.to_rfc3339(), "2026-03-05T00:00:00+00:00");
        assert_eq!(moment(""), None);
    }

    #[test]
    fn a_listed_confirmation_is_read_whole() {
        let told = json!({
            "uuid": "u", "hzfpxxqrdbh": "26999", "hzqrxxztDm": "04", "lrfsf": "0", "chyyDm": "02",
            "hzcxje": "-100.00", "hzcxse": "-13.00", "lrrq": "2026-03-05 08:00:00", "hzfphm": ""
        });
        let status = status(&told).unwrap();
        assert_eq!(status.state, FormState::Confirmed);
        assert_eq!((status.amount.get(), status.tax.get()), (-10_000, -1_300));
        assert!(status.ours);
        assert_eq!(status.reason, Some(RedReason::Returned));
    }
}
