//! Where each fen of an order's or an invoice's totals went.

use crate::{
    calendar,
    errors::StoreError,
    ports::{Ports, Scope},
    records::{Invoice, Order, OrderPart},
};
use fapiao_domain::{
    difference::compute_sale,
    ids::{InvoiceId, OrderId},
    line::OrderLine,
    rounding::{Rounding, explain_sale},
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
    Ok(Some((order, told)))
}

/// The invoices an order becomes, by number: what each states. None for an order that fits one.
///
/// # Errors
/// [`StoreError`].
pub async fn parts_of(ports: &Ports, id: &OrderId) -> Result<Vec<OrderPart>, StoreError> {
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
    let order: Vec<OrderLine> = ports
        .store
        .order(scope, &invoice.order)
        .await?
        .map_or_else(Vec::new, |it| it.lines);
    let told = explain_sale(&invoice.lines, &order, invoice.difference.as_ref());
    Ok(Some((invoice, told)))
}
