//! What comes back, read strictly: a number of the wrong shape, or an amount that is none, is no answer.

use chrono::{DateTime, Utc};
use fapiao_domain::{
    confirmation::FormState,
    invoice::Identity,
    money::Fen,
    number::{DigitalNumber, check_classic},
    rate::Rate,
    red::RedReason,
    totals::Totals,
};
use fapiao_usecases::{
    ports::{
        FormStatus, GatewayVerdict, IssuedThere, MonthFigures, MonthStands, MonthTold, QuotaTold,
        StandsThere,
    },
    records::{AnnouncedFile, Papers, StockTold, TaxCode, UsableRate, Volume},
};
use serde_json::Value;

/// A text member; empty when absent.
pub(super) fn text<'a>(data: &'a Value, member: &str) -> &'a str {
    data.get(member).and_then(Value::as_str).unwrap_or_default()
}

fn amount(data: &Value, member: &str) -> Option<Fen> {
    Fen::parse_yuan(data.get(member)?.as_str()?).ok()
}

/// What was added up: it may be larger than one amount.
fn sum(data: &Value, member: &str) -> Option<Fen> {
    Fen::parse_sum(data.get(member)?.as_str()?).ok()
}

fn moment(data: &Value, member: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(text(data, member))
        .ok()
        .map(|it| it.to_utc())
}

fn texts(data: &Value, member: &str) -> Vec<String> {
    let list = data.get(member).and_then(Value::as_array);
    list.into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect()
}

/// Where a serial stands.
pub(super) fn verdict(data: &Value) -> Option<GatewayVerdict> {
    Some(match text(data, "state") {
        "accepted" => GatewayVerdict::Accepted,
        "refused" => GatewayVerdict::Refused(match text(data, "reason") {
            "" => "the gateway gave no reason".to_owned(),
            reason => reason.to_owned(),
        }),
        "issued" => GatewayVerdict::Issued(Box::new(issued(data)?)),
        _ => return None,
    })
}

/// An issued invoice, in the answer about a serial and in the list of a month.
pub(super) fn issued(data: &Value) -> Option<IssuedThere> {
    let invoice = data.get("invoice")?;
    Some(IssuedThere {
        serial: text(data, "serial").to_owned(),
        identity: identity(invoice)?,
        issued_at: moment(invoice, "issued_at")?,
        totals: Some(totals(invoice.get("totals")?)?),
        cipher: texts(invoice, "cipher"),
        papers: papers(data),
        stands: match text(data, "stands") {
            "normal" => Some(StandsThere::Normal),
            "void" => Some(StandsThere::Void),
            "partly_red" => Some(StandsThere::PartlyRed),
            "fully_red" => Some(StandsThere::FullyRed),
            _ => None,
        },
    })
}

fn identity(invoice: &Value) -> Option<Identity> {
    let (code, number) = (text(invoice, "code"), text(invoice, "number"));
    if code.is_empty() {
        DigitalNumber::parse(number).ok()?;
        return Some(Identity::Digital {
            number: number.to_owned(),
        });
    }
    let (check_code, machine) = (text(invoice, "check_code"), text(invoice, "machine"));
    check_classic(code, number, check_code).ok()?;
    let is_machine = machine.len() == 12 && machine.bytes().all(|it| it.is_ascii_digit());
    is_machine.then(|| Identity::Classic {
        code: code.to_owned(),
        number: number.to_owned(),
        check_code: check_code.to_owned(),
        machine: machine.to_owned(),
    })
}

fn totals(data: &Value) -> Option<Totals> {
    let totals = Totals {
        amount: amount(data, "amount")?,
        tax: amount(data, "tax")?,
        total: amount(data, "total")?,
    };
    (totals.amount.get() + totals.tax.get() == totals.total.get()).then_some(totals)
}

fn papers(data: &Value) -> Papers {
    match text(data, "papers") {
        "pending" => Papers::Pending,
        "made" => {
            let files = data.get("documents").and_then(Value::as_array);
            let files = files
                .into_iter()
                .flatten()
                .map(|it| AnnouncedFile {
                    format: text(it, "format").to_owned(),
                    sha256: text(it, "sha256").to_owned(),
                })
                .filter(|it| ["pdf", "ofd", "xml"].contains(&it.format.as_str()))
                .collect();
            Papers::Made(files)
        }
        _ => Papers::Ours,
    }
}

/// The running month's quota; one without limits has none.
pub(super) fn quota(data: &Value) -> Option<QuotaTold> {
    let Some(quota) = data.get("quota").filter(|it| !it.is_null()) else {
        return Some(QuotaTold {
            month: String::new(),
            limit: None,
            granted: None,
            spent: None,
        });
    };
    let left = sum(quota, "left")?;
    // Some vendors write "no limit" in words of their own: then what was spent cannot be told from what is left.
    let limit = sum(quota, "limit");
    Some(QuotaTold {
        month: text(quota, "month").to_owned(),
        limit,
        granted: None,
        spent: limit.map(|it| Fen::of_sum(it.get() - left.get())),
    })
}

/// What is left.
pub(super) fn stock(data: &Value, now: DateTime<Utc>) -> Option<StockTold> {
    let volumes = data.get("volumes").and_then(Value::as_array);
    let volumes = volumes
        .into_iter()
        .flatten()
        .map(|it| {
            Some(Volume {
                code: text(it, "code").to_owned(),
                first: text(it, "first").to_owned(),
                last: text(it, "last").to_owned(),
                left: it.get("left")?.as_i64()?,
            })
        })
        .collect::<Option<Vec<_>>>()?;
    let quota = data.get("quota").filter(|it| !it.is_null());
    Some(StockTold {
        at: now,
        numbers_left: data.get("numbers_left").and_then(Value::as_i64),
        quota_left: match quota {
            Some(quota) => Some(sum(quota, "left")?),
            None => None,
        },
        month: quota.map_or_else(String::new, |it| text(it, "month").to_owned()),
        volumes,
    })
}

/// A month.
pub(super) fn month(data: &Value) -> Option<MonthTold> {
    let side = |member: &str| {
        let side = data.get(member)?;
        let count = side.get("count")?.as_i64()?;
        Some((count, sum(side, "amount")?.get(), sum(side, "tax")?.get()))
    };
    let (blue_count, blue_amount, blue_tax) = side("blue")?;
    let (red_count, red_amount, red_tax) = side("red")?;
    Some(MonthTold {
        figures: MonthFigures {
            blue_count,
            blue_amount,
            blue_tax,
            red_count,
            red_amount,
            red_tax,
        },
        stands: match text(data, "state") {
            "open" => MonthStands::Open,
            "confirmed" => MonthStands::Confirmed,
            "closed" => MonthStands::Closed,
            _ => return None,
        },
    })
}

/// A red letter.
pub(super) fn form(data: &Value) -> Option<FormStatus> {
    Some(FormStatus {
        key: Some(text(data, "key"))
            .filter(|it| !it.is_empty())?
            .to_owned(),
        number: text(data, "number").to_owned(),
        state: FormState::from_code(text(data, "state"))?,
        ours: text(data, "begun_by") == "seller",
        reason: RedReason::from_code(text(data, "reason")),
        amount: amount(data, "amount")?,
        tax: amount(data, "tax")?,
        entered_at: moment(data, "entered_at"),
        red_number: text(data, "red_number").to_owned(),
    })
}

/// Rates and class codes.
pub(super) fn rates_and_codes(data: &Value) -> Option<(Vec<UsableRate>, Vec<TaxCode>)> {
    let rates = data.get("rates")?.as_array()?;
    let rates = rates
        .iter()
        .map(|row| {
            Some(UsableRate {
                rate: Rate::parse(text(row, "rate")).ok()?,
                levy: row.get("levy")?.as_bool()?,
                from: text(row, "from").to_owned(),
                until: text(row, "until").to_owned(),
            })
        })
        .collect::<Option<Vec<_>>>()?;
    let codes = data.get("class_codes")?.as_array()?;
    let codes = codes.iter().map(code).collect::<Option<Vec<_>>>()?;
    Some((rates, codes))
}

fn code(row: &Value) -> Option<TaxCode> {
    let code = text(row, "code");
    if code.len() != 19 || !code.bytes().all(|it| it.is_ascii_digit()) {
        return None;
    }
    Some(TaxCode {
        code: code.to_owned(),
        name: text(row, "name").to_owned(),
        short_name: text(row, "short_name").to_owned(),
        usual_rate: text(row, "usual_rate").to_owned(),
        summary: row.get("summary").and_then(Value::as_bool).unwrap_or(false),
        policies: text(row, "policies").to_owned(),
        tax_rates: text(row, "tax_rates").to_owned(),
        levy_rates: text(row, "levy_rates").to_owned(),
        difference: row.get("difference_tax").and_then(Value::as_bool),
        from: text(row, "from").to_owned(),
        until: text(row, "until").to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn quota_above_what_one_amount_may_be_is_read() {
        let answer = |limit: &str| json!({ "quota": { "month": "2026-11", "limit": limit, "left": "2000000000.01" } });
        let told = quota(&answer("5000000000.01")).unwrap();
        let fen = |it: Option<Fen>| it.map(Fen::get);
        assert_eq!(fen(told.limit), Some(500_000_000_001));
        assert_eq!(fen(told.spent), Some(300_000_000_000));
        let without = quota(&answer("none")).unwrap();
        assert_eq!((without.limit, without.spent), (None, None));
        let left = stock(&answer("none"), DateTime::UNIX_EPOCH)
            .unwrap()
            .quota_left;
        assert_eq!(fen(left), Some(200_000_000_001));
    }
}
