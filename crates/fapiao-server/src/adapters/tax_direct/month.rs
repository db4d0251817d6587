//! Month totals over the direct connection, and how single invoices stand there.

use super::answers::{scalar, text};
use fapiao_domain::{invoice::InvoiceKind, money::Fen};
use fapiao_usecases::{
    calendar,
    ports::{MonthFigures, MonthStands, MonthTold, QuotaTold, StandsThere},
    records::{Invoice, Seller},
};
use serde_json::{Value, json};

/// Confirm (`ywlx`).
pub(super) const CONFIRM: &str = "0";
/// Take the confirmation back.
pub(super) const WITHDRAW: &str = "1";

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
pub(super) fn told(data: &Value, month: &str) -> Option<MonthTold> {
    let rows = data.get("fphzqrxxList")?.as_array()?;
    let row = rows.iter().find(|row| text(row, "yf") == month)?;
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
    let fen = |member: &str| Fen::parse_yuan(&scalar(data, member)).ok();
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
            Some(Fen::parse_yuan(&limit).ok()?)
        },
        granted: Some(granted),
        spent: Some(Fen::new(granted.get() - unused.get()).ok()?),
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
