//! Where each fen of a total went.

use super::{
    Reading,
    answers::{PartOut, TotalsOut},
    json,
};
use crate::problem::Problem;
use actix_web::{HttpResponse, http::StatusCode, web};
use fapiao_domain::{
    ids::{Id, InvoiceId, OrderId},
    line::LineKind,
    rounding::{LineRounding, RateRounding, Rounding, millionths},
};
use fapiao_usecases::rounding::{PartRounding, of_invoice, of_order, parts_of};
use serde::Serialize;

/// `GET /orders/{id}/rounding`.
pub(crate) async fn order(call: Reading, id: web::Path<String>) -> Result<HttpResponse, Problem> {
    let parsed = OrderId::parse(&id).map_err(|error| Problem::no_order(&error.text))?;
    match of_order(&call.app.ports, &call.holder.scope(), &parsed).await? {
        Some((_, told)) => {
            let parts = parts_of(&call.app.ports, &parsed, &told).await?;
            let mut out = RoundingOut::from(&told);
            out.parts = parts.iter().map(RoundedPartOut::from).collect();
            json(StatusCode::OK, &out)
        }
        None => Err(Problem::no_order(&id)),
    }
}

/// `GET /invoices/{id}/rounding`.
pub(crate) async fn invoice(call: Reading, id: web::Path<String>) -> Result<HttpResponse, Problem> {
    let parsed = InvoiceId::parse(&id).map_err(|error| Problem::no_invoice(&error.text))?;
    match of_invoice(&call.app.ports, &call.holder.scope(), &parsed).await? {
        Some((_, told)) => json(StatusCode::OK, &RoundingOut::from(&told)),
        None => Err(Problem::no_invoice(&id)),
    }
}

#[derive(Debug, Serialize)]
struct RoundingOut {
    totals: TotalsOut,
    rounded_by: String,
    lines: Vec<LineOut>,
    rates: Vec<RateOut>,
    parts: Vec<RoundedPartOut>,
}

#[derive(Debug, Serialize)]
struct RoundedPartOut {
    #[serde(flatten)]
    part: PartOut,
    lines: Vec<LineOut>,
}

#[derive(Debug, Serialize)]
struct ShareOut {
    discount: String,
    formula: String,
    exact: String,
    share: String,
    got_left_over: bool,
    own_discount: String,
}

#[derive(Debug, Serialize)]
struct WholeOut {
    line: u32,
    gross: String,
    tax: String,
}

#[derive(Debug, Serialize)]
struct LineOut {
    no: u32,
    order_line: Option<usize>,
    kind: &'static str,
    name: String,
    rate: String,
    drives: &'static str,
    product: Option<String>,
    driving: String,
    formula: Option<String>,
    exact_tax: String,
    tax: String,
    rounded_by: String,
    carried: String,
    amount: String,
    gross: String,
    discount_share: Option<ShareOut>,
    part_of: Option<WholeOut>,
}

#[derive(Debug, Serialize)]
struct RateOut {
    rate: String,
    lines: usize,
    totals: TotalsOut,
    tax_at_once: Option<String>,
    tail: Option<String>,
}

impl From<&Rounding> for RoundingOut {
    fn from(told: &Rounding) -> RoundingOut {
        RoundingOut {
            totals: told.totals.into(),
            rounded_by: millionths(told.gap()),
            lines: told.lines.iter().map(LineOut::from).collect(),
            rates: told.rates.iter().map(RateOut::from).collect(),
            parts: Vec::new(),
        }
    }
}

impl From<&LineRounding> for LineOut {
    fn from(it: &LineRounding) -> LineOut {
        LineOut {
            no: it.line.no,
            order_line: it.order_line,
            kind: match it.line.kind {
                LineKind::Normal => "normal",
                LineKind::Discount => "discount",
                LineKind::Discounted => "discounted",
            },
            name: it.line.name.clone(),
            rate: it.line.rate.to_string(),
            drives: it.drive.as_str(),
            product: it.product.clone(),
            driving: it.driving.to_string(),
            formula: (!it.formula.is_empty()).then(|| it.formula.clone()),
            exact_tax: millionths(it.exact_tax),
            tax: it.line.tax.to_string(),
            rounded_by: millionths(it.gap),
            carried: it.carried.to_string(),
            amount: it.line.amount.to_string(),
            gross: it.line.gross.to_string(),
            discount_share: it.share.as_ref().map(|share| ShareOut {
                discount: share.discount.to_string(),
                formula: share.formula.clone(),
                exact: millionths(share.exact),
                share: share.share.to_string(),
                got_left_over: share.got_left_over,
                own_discount: share.own.to_string(),
            }),
            part_of: None,
        }
    }
}

impl From<&PartRounding> for RoundedPartOut {
    fn from(it: &PartRounding) -> RoundedPartOut {
        let mut lines: Vec<LineOut> = it.told.lines.iter().map(LineOut::from).collect();
        for (line, whole) in lines.iter_mut().zip(&it.whole) {
            line.part_of = Some(WholeOut {
                line: whole.no,
                gross: whole.gross.to_string(),
                tax: whole.tax.to_string(),
            });
        }
        RoundedPartOut {
            part: PartOut::from(&it.part),
            lines,
        }
    }
}

impl From<&RateRounding> for RateOut {
    fn from(it: &RateRounding) -> RateOut {
        RateOut {
            rate: it.rate.to_string(),
            lines: it.lines,
            totals: it.totals.into(),
            tax_at_once: it.tax_at_once.map(|it| it.to_string()),
            tail: it.tail().map(|it| it.to_string()),
        }
    }
}
