//! What is sent: members and words of the contract. Amounts are decimal strings.

use fapiao_domain::{
    invoice::Identity,
    line::{InvoiceLine, LineKind},
    money::Fen,
    party::TitleKind,
    payment::channel_of,
    preference::DeviceFlags,
    totals::Totals,
};
use fapiao_usecases::{
    ports::{GatewayIssue, MonthFigures, RedApplication},
    records::Seller,
};
use serde_json::{Value, json};

/// The body of `POST /v1/invoices`.
pub(super) fn issue(it: &GatewayIssue<'_>) -> Value {
    let invoice = it.invoice;
    let title = &invoice.title;
    let [drawer, payee, reviewer] = &invoice.clerks;
    let mut body = json!({
        "serial": invoice.id.to_string(),
        "seller": invoice.seller_party.tax_number,
        "kind": invoice.kind.as_str(),
        "buyer": {
            "kind": match title.kind {
                TitleKind::Person => "person",
                TitleKind::Organisation => "organisation",
                TitleKind::NoNumber => "no_number",
            },
            "name": title.printed_name(),
            "tax_number": title.tax_number,
            "address": title.address,
            "phone": title.phone,
            "bank": title.bank,
            "bank_account": title.bank_account,
        },
        "lines": invoice
            .lines
            .iter()
            .map(|line| row(line, it.levy_lines.contains(&line.no)))
            .collect::<Vec<_>>(),
        "totals": totals(&invoice.totals),
        "remark": invoice.remark,
        "drawer": drawer,
        "payee": payee,
        "reviewer": reviewer,
    });
    if let Some(document) = it.document {
        body["buyer"]["document"] = json!({
            "type": document.kind.code(),
            "nationality": document.nationality,
            "document_number": document.number,
        });
    }
    if let Some(difference) = &invoice.difference {
        body["difference_tax"] = json!({
            "mode": difference.kind.as_str(),
            "deduction": difference.deduction.to_string(),
        });
    }
    if let Some((channel, number)) = invoice.payments.first() {
        body["payment"] = json!({ "channel": channel_of(channel).code, "number": number });
    }
    if let Some(red) = &invoice.red {
        body["red"] = json!({
            "blue": identity(&red.blue_identity),
            "form_key": red.form_key,
            "form_number": red.form_number,
            "blue_lines": red.blue_lines,
            "reason": red.reason.code(),
        });
    }
    body
}

fn identity(it: &Identity) -> Value {
    json!({ "code": it.code(), "number": it.number() })
}

fn totals(it: &Totals) -> Value {
    json!({
        "amount": it.amount.to_string(),
        "tax": it.tax.to_string(),
        "total": it.total.to_string(),
    })
}

fn row(line: &InvoiceLine, levy: bool) -> Value {
    let mut row = json!({
        "no": line.no,
        "kind": match line.kind {
            LineKind::Normal => "normal",
            LineKind::Discount => "discount",
            LineKind::Discounted => "discounted",
        },
        "name": line.name,
        "short_name": line.short_name,
        "tax_code": line.tax_code,
        "spec": line.spec,
        "unit": line.unit,
        "amount": line.amount.to_string(),
        "rate": line.rate.to_string(),
        "levy": levy,
        "tax": line.tax.to_string(),
        "total": line.gross.to_string(),
    });
    if let Some(policy) = line.preference {
        row["preference"] = json!(policy.code());
    }
    // What a tax device is told in words of its own.
    let flags = DeviceFlags::of(line.rate, line.preference);
    for (name, text) in [("policy", flags.policy), ("zero_rate", flags.zero_rate)] {
        if !text.is_empty() {
            row[name] = json!(text);
        }
    }
    if let (Some(quantity), Some(price)) = (line.quantity, line.unit_price) {
        row["quantity"] = json!(quantity.normalize().to_string());
        row["unit_price"] = json!(price.normalize().to_string());
    }
    row
}

/// The body of `POST /v1/red-letters`; `None` for a blue invoice without a number.
pub(super) fn red_letter(seller: &Seller, it: &RedApplication) -> Option<Value> {
    let blue = &it.blue;
    Some(json!({
        "serial": it.serial,
        "seller": seller.party.tax_number,
        "blue": identity(blue.identity.as_ref()?),
        "blue_serial": blue.id.to_string(),
        "reason": it.reason.code(),
        "lines": it.lines.iter().map(|red| {
            let mut row = row(&red.line, false);
            row["blue_line"] = json!(red.blue_no);
            row
        }).collect::<Vec<_>>(),
        "totals": totals(&it.totals),
    }))
}

fn yuan(fen: i64) -> String {
    Fen::of_sum(fen).to_string()
}

/// The body of a month's confirmation and of its withdrawal.
pub(super) fn figures(seller: &Seller, it: &MonthFigures) -> Value {
    json!({
        "seller": seller.party.tax_number,
        "blue": { "count": it.blue_count, "amount": yuan(it.blue_amount), "tax": yuan(it.blue_tax) },
        "red": { "count": it.red_count, "amount": yuan(it.red_amount), "tax": yuan(it.red_tax) },
    })
}
