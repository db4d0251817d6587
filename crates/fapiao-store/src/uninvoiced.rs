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
use fapiao_domain::{ids::Id, money::Fen};
use fapiao_usecases::{
    calendar::month_bounds,
    errors::StoreError,
    ports::{After, Issued, Moved, Period, SaleBalance, SaleMove, Scope, VatRow},
    records::Order,
};
use std::collections::HashMap;

/// Lines of refunds `r` that stand: what was given up again is not given back.
const STANDING: &str =
    "refund_lines l ON l.refund_id = r.id LEFT JOIN red_forms f ON f.id = l.form_id";
const STANDS: &str = "(f.id IS NULL OR f.state <> 'given_up')";

/// A month whose books were closed.
struct Closed {
    seller: String,
    /// The month, in Unix milliseconds.
    from: i64,
    until: i64,
    /// When.
    at: i64,
}

impl Closed {
    /// Those of months that began before the period's end.
    async fn all(store: &Store, period: &Period) -> Result<Vec<Closed>, StoreError> {
        let mut sql = Sql::new("SELECT seller_id, month, closed_at FROM book_closings WHERE 1 = 1");
        if let Some(seller) = &period.seller {
            sql = sql.add(" AND seller_id = ").bind(seller.as_str());
        }
        let mut all = Vec::new();
        for row in sql::rows(store.reader(), sql).await? {
            let month: String = row.cell(1)?;
            let (from, until) = month_bounds(&month)
                .ok_or_else(|| StoreError::Corrupt(format!("a closing of the month `{month}`")))?;
            if from < period.until {
                all.push(Closed {
                    seller: row.cell(0)?,
                    from: from.timestamp_millis(),
                    until: until.timestamp_millis(),
                    at: row.cell(2)?,
                });
            }
        }
        Ok(all)
    }

    /// Whether a sale of this month came when its books were closed.
    fn missed(&self, order: &Order) -> bool {
        order.seller.as_str() == self.seller
            && (self.from..self.until).contains(&order.sold_at.timestamp_millis())
            && order.created_at.timestamp_millis() >= self.at
    }

    /// The condition that an order `o` missed one of these.
    fn missed_any(closed: &[Closed]) -> Sql {
        let mut sql = Sql::new("(1 = 0");
        for it in closed {
            sql = sql
                .add(" OR (o.seller_id = ")
                .bind(it.seller.as_str())
                .add(" AND o.sold_at >= ")
                .bind(it.from)
                .add(" AND o.sold_at < ")
                .bind(it.until)
                .add(" AND o.created_at >= ")
                .bind(it.at)
                .add(")");
        }
        sql.add(")")
    }
}

/// A page of them.
pub(crate) async fn page(
    store: &Store,
    scope: &Scope,
    period: &Period,
    why: Moved,
    after: Option<&After>,
    limit: u32,
) -> Result<(Vec<SaleBalance>, Option<After>), StoreError> {
    let closed = Closed::all(store, period).await?;
    let keys = match why {
        Moved::Sold | Moved::Touched => sold(store, scope, period, &closed, after, why),
        // Nothing comes late to a month that is open.
        Moved::Late if closed.is_empty() => return Ok((Vec::new(), None)),
        Moved::Late => sold(store, scope, period, &closed, after, why),
        Moved::Invoiced => invoiced(store, scope, period, &closed, after),
        Moved::GivenBack => given_back(scope, period, &closed, after),
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
        let order = record(model, own)?;
        sales.push(SaleBalance {
            counts_at: if closed.iter().any(|it| it.missed(&order)) {
                order.created_at
            } else {
                order.sold_at
            },
            order,
            moves: moves.remove(&id).unwrap_or_default(),
        });
    }
    Ok((sales, next))
}

/// What was sold in the period and has neither an invoice nor a refund before its end, by rate.
pub(crate) async fn untouched_sums(
    store: &Store,
    scope: &Scope,
    period: &Period,
) -> Result<Vec<VatRow>, StoreError> {
    let closed = Closed::all(store, period).await?;
    let sql = Sql::new(
        "SELECT s.rate, s.service, CASE WHEN s.net + s.tax > 0 THEN 1 ELSE 0 END, count(*), \
         CAST(sum(s.net) AS BIGINT), CAST(sum(s.tax) AS BIGINT) \
         FROM orders o JOIN order_sums s ON s.order_id = o.id WHERE o.total > 0 AND o.sold_at >= ",
    )
    .bind(period.from.timestamp_millis())
    .add(" AND o.sold_at < ")
    .bind(period.until.timestamp_millis())
    .join(of_whom(store, scope, period))
    .add(" AND NOT ")
    .join(Closed::missed_any(&closed))
    .add(" AND NOT ")
    .join(touched(period))
    .add(" GROUP BY 1, 2, 3");
    let mut rows = Vec::new();
    for row in sql::rows(store.reader(), sql).await? {
        let more = number(&row, 2)? == 1;
        let count: i64 = row.cell(3)?;
        let (net, tax) = (read::sum(row.cell(4)?), read::sum(row.cell(5)?));
        let none = (0, Fen::ZERO, Fen::ZERO);
        let (blue, red) = match more {
            true => ((count, net, tax), none),
            false => (none, (count, net, tax)),
        };
        rows.push(VatRow {
            rate: row.cell(0)?,
            service: number(&row, 1)? == 1,
            issued: Issued::None,
            blue_count: blue.0,
            blue_net: blue.1,
            blue_tax: blue.2,
            red_count: red.0,
            red_net: red.1,
            red_tax: red.2,
        });
    }
    Ok(rows)
}

/// The condition that an order `o` has an invoice or a refund before the period's end.
fn touched(period: &Period) -> Sql {
    let until = period.until.timestamp_millis();
    Sql::new(format!(
        "(EXISTS (SELECT 1 FROM invoices i WHERE i.order_id = o.id AND i.state IN {ISSUED} AND i.issued_at < "
    ))
    .bind(until)
    .add(") OR EXISTS (SELECT 1 FROM refunds r WHERE r.order_id = o.id AND r.created_at < ")
    .bind(until)
    .add("))")
}

/// Sold in the period, by sale time; or late, sold in a month that was closed when they came, by the time they came. An
/// order is cancelled by giving everything back, which is one of its moves.
fn sold(
    store: &Store,
    scope: &Scope,
    period: &Period,
    closed: &[Closed],
    after: Option<&After>,
    why: Moved,
) -> Sql {
    let (at, missed) = match why {
        Moved::Late => ("o.created_at", " AND "),
        _ => ("o.sold_at", " AND NOT "),
    };
    let mut sql = Sql::new(format!(
        "SELECT {at}, o.id, o.id FROM orders o WHERE {at} >= "
    ))
    .bind(period.from.timestamp_millis())
    .add(&format!(" AND {at} < "))
    .bind(period.until.timestamp_millis())
    .add(missed)
    .join(Closed::missed_any(closed))
    .join(of_whom(store, scope, period));
    if why == Moved::Touched {
        sql = sql
            .add(" AND (")
            .join(touched(period))
            .add(" OR NOT EXISTS (SELECT 1 FROM order_sums s WHERE s.order_id = o.id))");
    }
    balance(sql, period)
        .join(beyond(after, &format!("{at}, o.id")))
        .add(&format!(" ORDER BY {at}, o.id"))
}

/// Orders `o` of a scope and a seller.
fn of_whom(store: &Store, scope: &Scope, period: &Period) -> Sql {
    let plain = without_index(store.backend());
    let mut sql = within(scope, &format!("{plain}o.store_id"));
    if let Some(seller) = &period.seller {
        sql = sql.add(" AND o.seller_id = ").bind(seller.as_str());
    }
    sql
}

/// Narrows orders to those of which not all is invoiced or given back at the period's end.
fn balance(sql: Sql, period: &Period) -> Sql {
    let until = period.until.timestamp_millis();
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
}

/// The condition that an order `o` counted before the period.
fn counted_before(period: &Period, closed: &[Closed]) -> Sql {
    let from = period.from.timestamp_millis();
    Sql::new("o.sold_at < ")
        .bind(from)
        .add(" AND NOT (o.created_at >= ")
        .bind(from)
        .add(" AND ")
        .join(Closed::missed_any(closed))
        .add(")")
}

/// Sold before the period: by their first invoice in it.
fn invoiced(
    store: &Store,
    scope: &Scope,
    period: &Period,
    closed: &[Closed],
    after: Option<&After>,
) -> Sql {
    let from = period.from.timestamp_millis();
    Sql::new(
        "SELECT i.issued_at, i.id, i.order_id FROM invoices i JOIN orders o ON o.id = i.order_id WHERE ",
    )
    .join(counted_before(period, closed))
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
fn given_back(scope: &Scope, period: &Period, closed: &[Closed], after: Option<&After>) -> Sql {
    let from = period.from.timestamp_millis();
    let until = period.until.timestamp_millis();
    let mut sql = Sql::new(
        "SELECT r.created_at, r.id, r.order_id FROM refunds r JOIN orders o ON o.id = r.order_id WHERE ",
    )
    .join(counted_before(period, closed))
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
