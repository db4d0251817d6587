//! Month totals over the direct connection, and how single invoices stand there.

use super::answers::{scalar, text};
use fapiao_domain::{invoice::InvoiceKind, money::Fen};
use fapiao_usecases::{
    calendar,
    ports::{MonthFigures, MonthStands, MonthTold},
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
