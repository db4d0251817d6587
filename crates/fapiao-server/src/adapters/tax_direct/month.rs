//! Month totals over the direct connection, and how single invoices stand there.

use super::{
    answers::{scalar, text},
    errors::{self, TAX},
};
use fapiao_domain::{invoice::InvoiceKind, money::Fen};
use fapiao_usecases::{
    backoffice::months::NOT_SUMMED,
    calendar,
    errors::{Advice, OutsideError},
    ports::{BuyersUse, MonthFigures, MonthStands, MonthTold, QuotaTold, StandsThere},
    records::{Invoice, Seller},
};
use serde_json::{Value, json};

/// Confirm (`ywlx`).
pub(super) const CONFIRM: &str = "0";
/// Take the confirmation back.
pub(super) const WITHDRAW: &str = "1";

/// Uses of an invoice (`fpyt`) that touch a refund of tax: no red confirmation is taken then.
const REFUND_USES: [&str; 6] = ["2", "3", "5", "7", "9", "10"];

fn yuan(fen: i64) -> String {
    Fen::of_sum(fen).to_string()
}

/// The body of `SCFPHZQRXX`.
pub(super) fn sent(
    seller: &Seller,
    party: &str,
    month: &str,
    act: &str,
    figures: &MonthFigures,
) -> Value {
    json!({
        "xsfnsrsbh": seller.party.tax_number,
        "ptbh": party,
        "yf": month,
        "ywlx": act,
        "lzfpsl": figures.blue_count.to_string(),
        "lzfpje": yuan(figures.blue_amount),
        "lzfpse": yuan(figures.blue_tax),
        "hzfpsl": figures.red_count.to_string(),
        "hzfpje": yuan(figures.red_amount),
        "hzfpse": yuan(figures.red_tax),
    })
}

/// The month in the answer of `CXFPHZQRXX`.
pub(super) fn told(data: &Value, month: &str) -> Result<MonthTold, OutsideError> {
    let unreadable = || errors::unreadable("CXFPHZQRXX", Advice::Retry { after: None });
    let rows = data.get("fphzqrxxList").and_then(Value::as_array);
    let rows = rows.ok_or_else(unreadable)?;
    match rows.iter().find(|row| text(row, "yf") == month) {
        Some(row) => read(row).ok_or_else(unreadable),
        None => Err(OutsideError::new(
            TAX,
            NOT_SUMMED,
            "税局尚无该月的汇总数据 / the tax authority has no sums of this month yet",
            Advice::Retry { after: None },
        )),
    }
}

fn read(row: &Value) -> Option<MonthTold> {
    let count = |member: &str| scalar(row, member).parse::<i64>().ok();
    let fen = |member: &str| Fen::parse_sum(&scalar(row, member)).ok().map(|it| it.get());
    Some(MonthTold {
        figures: MonthFigures {
            blue_count: count("lzfpsl")?,
            blue_amount: fen("lzfpje")?,
            blue_tax: fen("lzfpse")?,
            red_count: count("hzfpsl")?,
            red_amount: fen("hzfpje")?,
            red_tax: fen("hzfpse")?,
        },
        stands: match text(row, "qrzt") {
            "Y" => MonthStands::Confirmed,
            "A" => MonthStands::Closed,
            _ => MonthStands::Open,
        },
    })
}

/// What a taxpayer who issues as needed (按需开票) is shown instead of a limit.
const NO_LIMIT: &str = "9999999999999999";

/// The answer of `CXSXED`: the month's limit, what was downloaded, and what of it is unused.
pub(super) fn quota(data: &Value) -> Option<QuotaTold> {
    let fen = |member: &str| Fen::parse_sum(&scalar(data, member)).ok();
    let limit = scalar(data, "bysxed");
    let (granted, unused) = (fen("yxzed")?, fen("yxzwsyed")?);
    let month = scalar(data, "sq");
    Some(QuotaTold {
        // `yyyyMM`.
        month: match (month.get(..4), month.get(4..6)) {
            (Some(year), Some(of)) => format!("{year}-{of}"),
            _ => return None,
        },
        limit: if limit.split('.').next() == Some(NO_LIMIT) {
            None
        } else {
            // Only shown: one that cannot be read is not told.
            Fen::parse_sum(&limit).ok()
        },
        granted: Some(granted),
        spent: Some(Fen::of_sum(granted.get() - unused.get())),
    })
}

/// Where one invoice stands (`fpzt`), in the answer of `FPZTXXCX`.
pub(super) fn stands(data: &Value) -> Option<StandsThere> {
    Some(match scalar(data, "fpzt").as_str() {
        "0" => StandsThere::Normal,
        "2" => StandsThere::Void,
        "7" => StandsThere::PartlyRed,
        "3" | "8" => StandsThere::FullyRed,
        _ => return None,
    })
}

/// What the buyer did with an invoice, in the answer of `FPZTXXCX`; `None` when it does not say.
pub(super) fn buyers_use(data: &Value) -> Option<BuyersUse> {
    let (ticked, posted) = (scalar(data, "fpyt"), scalar(data, "rzzt"));
    if ticked.is_empty() && posted.is_empty() {
        return None;
    }
    Some(if scalar(data, "fpzt") == "2" {
        BuyersUse::Void
    } else if scalar(data, "ycpzzt") == "02" {
        BuyersUse::Abnormal
    } else if REFUND_USES.contains(&ticked.as_str()) {
        BuyersUse::Refunded
    } else if scalar(data, "hzsdbs") == "Y" {
        BuyersUse::Locked
    } else if !matches!(ticked.as_str(), "" | "0") || matches!(posted.as_str(), "02" | "03") {
        BuyersUse::Used
    } else {
        BuyersUse::Unused
    })
}

/// The question how one invoice stands (`FPZTXXCX`); `None` for one without a number.
pub(super) fn standing(invoice: &Invoice) -> Option<Value> {
    let (identity, issued_at) = (invoice.identity.as_ref()?, invoice.issued_at?);
    let kind = match invoice.kind {
        InvoiceKind::DigitalSpecial => "81",
        InvoiceKind::DigitalOrdinary => "82",
        InvoiceKind::ClassicOrdinary => "10",
    };
    Some(json!({
        "fplx": kind,
        "fpdm": identity.code(),
        "fphm": identity.number(),
        "kprq": calendar::in_shanghai(issued_at).format("%Y-%m-%d %H:%M:%S").to_string(),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_buyers_use_is_what_stands_in_the_way_first() {
        for (told, wanted) in [
            (
                json!({ "fpzt": "0", "fpyt": "0", "rzzt": "01" }),
                Some(BuyersUse::Unused),
            ),
            (
                json!({ "fpzt": "0", "fpyt": "1", "rzzt": "01" }),
                Some(BuyersUse::Used),
            ),
            (
                json!({ "fpzt": "0", "fpyt": "0", "rzzt": "02" }),
                Some(BuyersUse::Used),
            ),
            (
                json!({ "fpzt": "0", "fpyt": "5", "hzsdbs": "Y" }),
                Some(BuyersUse::Refunded),
            ),
            (
                json!({ "fpyt": "1", "hzsdbs": "Y" }),
                Some(BuyersUse::Locked),
            ),
            (
                json!({ "fpyt": "1", "ycpzzt": "02" }),
                Some(BuyersUse::Abnormal),
            ),
            (json!({ "fpzt": 2, "fpyt": "0" }), Some(BuyersUse::Void)),
            (json!({ "fpzt": "0" }), None),
        ] {
            assert_eq!(buyers_use(&told), wanted, "{told}");
        }
    }

    #[test]
    fn quota_of_the_largest_sellers_is_read() {
        let answer = |limit: &str| json!({ "sq": "202611", "bysxed": limit, "yxzed": "2500000000.00", "yxzwsyed": "300000000.50" });
        let told = quota(&answer("3000000000.01")).unwrap();
        let fen = |it: Option<Fen>| it.map(Fen::get);
        assert_eq!(fen(told.limit), Some(300_000_000_001));
        assert_eq!(fen(told.granted), Some(250_000_000_000));
        assert_eq!(fen(told.spent), Some(219_999_999_950));
        for none in [
            "9999999999999999",
            "9999999999999999.00",
            "unlimited",
            "99999999999999999999",
        ] {
            assert_eq!(quota(&answer(none)).unwrap().limit, None, "{none}");
        }
    }

    #[test]
    fn a_month_that_is_not_summed_yet_is_no_broken_answer() {
        let none = told(&json!({ "fphzqrxxList": [] }), "2026-11").unwrap_err();
        assert_eq!(none.code, NOT_SUMMED);
        let broken = told(&json!({}), "2026-11").unwrap_err();
        assert_ne!(broken.code, NOT_SUMMED);
    }
}
