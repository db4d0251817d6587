//! Sales whose part without an invoice (未开具发票) may have changed in a period, with all that moved it: what the month's
//! VAT is made from beside the invoices themselves.

use crate::{
    Store,
    entity::{order, order_line},
    order::{record, within},
    read,
    reports::{ISSUED, SERVICE, beyond, issued_in, number},
    sql::{self, Cells, Sql, select, without_index},
};
use fapiao_domain::ids::Id;
use fapiao_usecases::{
    errors::StoreError,
    ports::{After, Moved, Period, SaleBalance, SaleMove, Scope},
};
use std::collections::HashMap;

/// Lines of refunds `r` that stand: what was given up again is not given back.
const STANDING: &str =
    "refund_lines l ON l.refund_id = r.id LEFT JOIN red_forms f ON f.id = l.form_id";
const STANDS: &str = "(f.id IS NULL OR f.state <> 'given_up')";

/// A page of them.
pub(crate) async fn page(
    store: &Store,
    scope: &Scope,
    period: &Period,
    why: Moved,
    after: Option<&After>,
    limit: u32,
) -> Result<(Vec<SaleBalance>, Option<After>), StoreError> {
    let keys = match why {
        Moved::Sold => sold(store, scope, period, after),
        Moved::Invoiced => invoiced(store, scope, period, after),
        Moved::GivenBack => given_back(scope, period, after),
    };
    let keys = keys.add(" LIMIT ").bind(i64::from(limit));
    let mut found: Vec<(After, String)> = Vec::new();
    for row in sql::rows(store.reader(), keys).await? {
        found.push(((row.cell(0)?, row.cell(1)?), row.cell(2)?));
    }
    let next = found
        .last()
        .filter(|_| found.len() == limit as usize)
        .map(|(at, _)| at.clone());
    let ids: Vec<&str> = found.iter().map(|(_, order)| order.as_str()).collect();
    let mut moves = moves(store, period, &ids).await?;
    let mut lines: HashMap<String, Vec<order_line::Model>> = HashMap::new();
    let of = select::<order_line::Entity>("WHERE order_id IN ")
        .list(ids.iter().copied())
        .add(" ORDER BY order_id, no");
    for line in sql::all::<order_line::Model>(store.reader(), of).await? {
        lines.entry(line.order_id.clone()).or_default().push(line);
    }
    let of = select::<order::Entity>("WHERE id IN ").list(ids.iter().copied());
    let mut orders = HashMap::new();
    for model in sql::all::<order::Model>(store.reader(), of).await? {
        orders.insert(model.id.clone(), model);
    }
    let mut sales = Vec::with_capacity(found.len());
    for (_, id) in found {
        let Some(model) = orders.remove(&id) else {
            continue;
        };
        let own = lines.remove(&id).unwrap_or_default();
        sales.push(SaleBalance {
            order: record(model, own)?,
            moves: moves.remove(&id).unwrap_or_default(),
        });
    }
    Ok((sales, next))
}

/// Sold in the period, by sale time. An order is cancelled by giving everything back, which is one of its moves.
fn sold(store: &Store, scope: &Scope, period: &Period, after: Option<&After>) -> Sql {
    let until = period.until.timestamp_millis();
    let plain = without_index(store.backend());
    let mut sql = Sql::new("SELECT o.sold_at, o.id, o.id FROM orders o WHERE o.sold_at >= ")
        .bind(period.from.timestamp_millis())
        .add(" AND o.sold_at < ")
        .bind(until)
        .join(within(scope, &format!("{plain}o.store_id")));
    if let Some(seller) = &period.seller {
        sql = sql.add(" AND o.seller_id = ").bind(seller.as_str());
    }
    sql.add(&format!(
            " AND o.total <> COALESCE((SELECT sum(i.total) FROM invoices i WHERE i.order_id = o.id \
             AND i.state IN {ISSUED} AND i.issued_at < "
        ))
        .bind(until)
        .add(&format!(
            "), 0) - COALESCE((SELECT sum(l.gross) FROM refunds r JOIN {STANDING} WHERE r.order_id = o.id \
             AND {STANDS} AND r.created_at < "
        ))
        .bind(until)
        .add("), 0)")
        .join(beyond(after, "o.sold_at, o.id"))
        .add(" ORDER BY o.sold_at, o.id")
}

/// Sold before the period: by their first invoice in it.
fn invoiced(store: &Store, scope: &Scope, period: &Period, after: Option<&After>) -> Sql {
    let from = period.from.timestamp_millis();
    Sql::new(
        "SELECT i.issued_at, i.id, i.order_id FROM invoices i JOIN orders o ON o.id = i.order_id \
         WHERE o.sold_at < ",
    )
    .bind(from)
    .join(issued_in(store, scope, period))
    .add(&format!(
        " AND NOT EXISTS (SELECT 1 FROM invoices e WHERE e.order_id = i.order_id AND e.state IN {ISSUED} \
         AND (e.issued_at, e.id) < (i.issued_at, i.id) AND e.issued_at >= "
    ))
    .bind(from)
    .add(")")
    .join(beyond(after, "i.issued_at, i.id"))
    .add(" ORDER BY i.issued_at, i.id")
}

/// Sold before the period and not invoiced in it: by their first refund in it.
fn given_back(scope: &Scope, period: &Period, after: Option<&After>) -> Sql {
    let from = period.from.timestamp_millis();
    let until = period.until.timestamp_millis();
    let mut sql = Sql::new(
        "SELECT r.created_at, r.id, r.order_id FROM refunds r JOIN orders o ON o.id = r.order_id \
         WHERE o.sold_at < ",
    )
    .bind(from)
    .add(" AND r.created_at >= ")
    .bind(from)
    .add(" AND r.created_at < ")
    .bind(until)
    .join(within(scope, "r.store_id"));
    if let Some(seller) = &period.seller {
        sql = sql.add(" AND r.seller_id = ").bind(seller.as_str());
    }
    sql.add(
        " AND NOT EXISTS (SELECT 1 FROM refunds e WHERE e.order_id = r.order_id \
         AND (e.created_at, e.id) < (r.created_at, r.id) AND e.created_at >= ",
    )
    .bind(from)
    .add(&format!(
        ") AND NOT EXISTS (SELECT 1 FROM invoices i WHERE i.order_id = r.order_id AND i.state IN {ISSUED} \
         AND i.issued_at >= "
    ))
    .bind(from)
    .add(" AND i.issued_at < ")
    .bind(until)
    .add(")")
    .join(beyond(after, "r.created_at, r.id"))
    .add(" ORDER BY r.created_at, r.id")
}

/// What moved these sales before the period's end.
async fn moves(
    store: &Store,
    period: &Period,
    orders: &[&str],
) -> Result<HashMap<String, Vec<SaleMove>>, StoreError> {
    let until = period.until.timestamp_millis();
    let sql = Sql::new(format!(
        "SELECT i.order_id, i.issued_at, 1, l.rate, {SERVICE}, CAST(-sum(l.amount) AS BIGINT), \
         CAST(-sum(l.tax) AS BIGINT) FROM invoices i JOIN invoice_lines l ON l.invoice_id = i.id \
         WHERE i.state IN {ISSUED} AND i.order_id IN "
    ))
    .list(orders.iter().copied())
    .add(" AND i.issued_at < ")
    .bind(until)
    .add(&format!(
        " GROUP BY 1, 2, 4, 5 UNION ALL SELECT r.order_id, r.created_at, 0, l.rate, {SERVICE}, \
         CAST(sum(l.amount) AS BIGINT), CAST(sum(l.tax) AS BIGINT) FROM refunds r JOIN {STANDING} \
         WHERE {STANDS} AND r.order_id IN "
    ))
    .list(orders.iter().copied())
    .add(" AND r.created_at < ")
    .bind(until)
    .add(" GROUP BY 1, 2, 4, 5");
    let mut moves: HashMap<String, Vec<SaleMove>> = HashMap::new();
    for row in sql::rows(store.reader(), sql).await? {
        moves.entry(row.cell(0)?).or_default().push(SaleMove {
            at: read::time(row.cell(1)?)?,
            invoiced: number(&row, 2)? == 1,
            rate: row.cell(3)?,
            service: number(&row, 4)? == 1,
            net: read::sum(row.cell(5)?),
            tax: read::sum(row.cell(6)?),
        });
    }
    Ok(moves)
}
