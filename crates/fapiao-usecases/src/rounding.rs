//! Where each fen of an order's or an invoice's totals went.

use crate::{
    calendar,
    errors::StoreError,
    parts::lines_of,
    ports::{Ports, Scope},
    records::{Invoice, Order, OrderPart},
};
use fapiao_domain::{
    difference::compute_sale,
    ids::{InvoiceId, OrderId},
    line::{InvoiceLine, LineKind},
    money::Fen,
    rounding::{Rounding, explain, explain_sale},
};

/// Explains an order's totals; `None` when the scope has no such order.
///
/// # Errors
/// [`StoreError`]; `Corrupt` when the stored lines cannot be computed any more.
pub async fn of_order(
    ports: &Ports,
    scope: &Scope,
    id: &OrderId,
) -> Result<Option<(Order, Rounding)>, StoreError> {
    let Some(order) = ports.store.order(scope, id).await? else {
        return Ok(None);
    };
    let codes = ports.store.tax_codes().await?;
    let day = calendar::day(order.created_at);
    // The name of the class does not change an amount: a code that ended meanwhile is explained all the same.
    let short_name = |code: &str| {
        Some(
            codes
                .on(code, &day)
                .map_or_else(String::new, |it| it.short_name.clone()),
        )
    };
    let computed =
        compute_sale(&order.lines, order.difference.as_ref(), &short_name).map_err(|errors| {
            let first = errors.first().map_or_else(String::new, ToString::to_string);
            StoreError::Corrupt(format!("the lines of order {id} do not add up: {first}"))
        })?;
    let told = explain_sale(&computed.lines, &order.lines, order.difference.as_ref());
    let shares = shares_of(ports, &order).await?;
    let told = told.with_shares(&order.lines, &shares);
    Ok(Some((order, told)))
}

/// What of a discount on the whole order fell to each line, as the order's first line in the audit chain says; empty
/// without one, and for orders of versions that did not write it down.
async fn shares_of(ports: &Ports, order: &Order) -> Result<Vec<Fen>, StoreError> {
    if order.lines.iter().all(|it| it.discount == Fen::ZERO) {
        return Ok(Vec::new());
    }
    let timeline = ports.store.timeline(&order.id).await?;
    let accepted = timeline.iter().find(|it| it.action == "order.accepted");
    let shares = accepted.and_then(|it| it.data["discount_shares"].as_array());
    let read = |it: &serde_json::Value| Fen::parse_yuan(it.as_str()?).ok();
    Ok(shares
        .and_then(|all| all.iter().map(read).collect())
        .unwrap_or_default())
}

/// One of several invoices that an order becomes, line by line.
#[derive(Clone, Debug)]
pub struct PartRounding {
    /// What it states.
    pub part: OrderPart,
    /// Its lines, with their sums.
    pub told: Rounding,
    /// By place, the line of the whole order that each is all or some of.
    pub whole: Vec<InvoiceLine>,
}

/// The invoices an order becomes, by number, with where the lines of each come from in the whole that was explained. None
/// for an order that fits one.
///
/// # Errors
/// [`StoreError`].
pub async fn parts_of(
    ports: &Ports,
    id: &OrderId,
    whole: &Rounding,
) -> Result<Vec<PartRounding>, StoreError> {
    let computed: Vec<InvoiceLine> = whole.lines.iter().map(|it| it.line.clone()).collect();
    let stated = stated_parts(ports, id).await?;
    Ok(stated
        .into_iter()
        .map(|part| {
            let mut told = explain(&lines_of(&part, &computed), &[]);
            // The discount of a line says its line's number; it came from that line's own discount.
            let source = |of: u32, kind: LineKind| {
                let from = computed.iter().skip_while(|it| it.no != of);
                let mut from = from.skip(usize::from(kind == LineKind::Discount));
                from.next().cloned()
            };
            let known = part
                .lines
                .iter()
                .filter(|it| computed.iter().any(|own| own.no == it.source));
            let sources: Vec<InvoiceLine> =
                known.filter_map(|it| source(it.source, it.kind)).collect();
            for (line, from) in told.lines.iter_mut().zip(&sources) {
                let origin = whole.lines.iter().find(|it| it.line.no == from.no);
                line.order_line = origin.and_then(|it| it.order_line);
            }
            PartRounding {
                part,
                told,
                whole: sources,
            }
        })
        .collect())
}

async fn stated_parts(ports: &Ports, id: &OrderId) -> Result<Vec<OrderPart>, StoreError> {
    let mut parts: Vec<OrderPart> = Vec::new();
    for delivery in ports.store.deliveries_of(id).await? {
        // A later attempt stands for the earlier ones of its number.
        if let Some(part) = delivery.part {
            parts.retain(|it| it.no != part.no);
            parts.push(part);
        }
    }
    parts.sort_by_key(|it| it.no);
    Ok(parts)
}

/// Explains an invoice's totals, with the help of its order's lines; `None` when the scope has no such invoice.
///
/// # Errors
/// [`StoreError`].
pub async fn of_invoice(
    ports: &Ports,
    scope: &Scope,
    id: &InvoiceId,
) -> Result<Option<(Invoice, Rounding)>, StoreError> {
    let Some(invoice) = ports.store.invoice(scope, id).await? else {
        return Ok(None);
    };
    let order = ports.store.order(scope, &invoice.order).await?;
    let (lines, shares) = match order {
        Some(order) => {
            let shares = shares_of(ports, &order).await?;
            (order.lines, shares)
        }
        None => (Vec::new(), Vec::new()),
    };
    let told = explain_sale(&invoice.lines, &lines, invoice.difference.as_ref());
    let told = told.with_shares(&lines, &shares);
    Ok(Some((invoice, told)))
}
