//! What is kept of orders so that the month's VAT is one sum.

use super::{Check, Rule, rule};
use crate::{
    entity::{order, order_line, order_sum},
    order::record,
    sql::{self, Cells, Sql, select},
};
use fapiao_domain::{by_rate::by_rate, difference::compute_sale};
use fapiao_usecases::{errors::StoreError, ports::CheckResult};
use sea_orm::DatabaseTransaction;
use std::collections::HashMap;

/// The rules.
pub(super) const RULES: [Rule; 1] = [|db| Box::pin(sums(db))];

/// Orders of several rates whose lines are computed once more: the newest, which VAT is yet to be declared of.
const NEWEST: i64 = 20_000;
/// Orders read at once.
const AT_ONCE: usize = 500;

async fn sums(db: &DatabaseTransaction) -> Result<CheckResult, StoreError> {
    let title = (
        "I26",
        "What is kept of an order by rate adds up to the order, and of the newest orders of several rates to their lines",
        "订单按税率保存的金额和税额之和与订单一致，最近的多税率订单逐税率与其明细一致",
    );
    let query = "SELECT 'order ' || o.order_no || ' (' || o.id || ') comes to ' || CAST(o.amount AS TEXT) || ' and ' || \
                 CAST(o.tax AS TEXT) || ' fen, by rate to ' || CAST(s.net AS TEXT) || ' and ' || CAST(s.tax AS TEXT) \
                 AS found FROM (SELECT order_id, CAST(sum(net) AS BIGINT) AS net, CAST(sum(tax) AS BIGINT) AS tax \
                 FROM order_sums GROUP BY order_id) s JOIN orders o ON o.id = s.order_id \
                 WHERE s.net <> o.amount OR s.tax <> o.tax";
    let mut check = Check(rule(db, title, "SELECT count(*) FROM order_sums", query).await?);
    let several = "SELECT order_id FROM order_sums GROUP BY order_id HAVING count(*) > 1 ORDER BY order_id DESC LIMIT ";
    let mut ids: Vec<String> = Vec::new();
    for row in sql::rows(db, Sql::new(several).bind(NEWEST)).await? {
        ids.push(row.cell(0)?);
    }
    for chunk in ids.chunks(AT_ONCE) {
        if check.full() {
            break;
        }
        rate_by_rate(db, chunk, &mut check).await?;
    }
    Ok(check.0)
}

/// Fen that were moved from one rate to another leave the sum as it is: the lines say what is whose.
async fn rate_by_rate(
    db: &DatabaseTransaction,
    ids: &[String],
    check: &mut Check,
) -> Result<(), StoreError> {
    let of = |name: &str, tail: &str| {
        Sql::new(format!("WHERE {name} IN "))
            .list(ids.iter().map(String::as_str))
            .add(tail)
    };
    let sql = select::<order_line::Entity>("").join(of("order_id", " ORDER BY order_id, no"));
    let mut lines: HashMap<String, Vec<order_line::Model>> = HashMap::new();
    for line in sql::all::<order_line::Model>(db, sql).await? {
        lines.entry(line.order_id.clone()).or_default().push(line);
    }
    let sql = select::<order_sum::Entity>("").join(of("order_id", ""));
    let mut kept: HashMap<String, Vec<(String, i64, i64, i64)>> = HashMap::new();
    for sum in sql::all::<order_sum::Model>(db, sql).await? {
        let own = kept.entry(sum.order_id).or_default();
        own.push((sum.rate, sum.service, sum.net, sum.tax));
    }
    let sql = select::<order::Entity>("").join(of("id", ""));
    for model in sql::all::<order::Model>(db, sql).await? {
        let mut own = kept.remove(&model.id).unwrap_or_default();
        let sold = record(model.clone(), lines.remove(&model.id).unwrap_or_default())?;
        // The name of the class does not change an amount.
        let Ok(computed) = compute_sale(&sold.lines, sold.difference.as_ref(), &|_| {
            Some(String::new())
        }) else {
            check.found(format!(
                "order {} ({}) is kept by rate as {}, its lines come to —",
                model.order_no,
                model.id,
                told(&own)
            ));
            continue;
        };
        let mut due: Vec<(String, i64, i64, i64)> = by_rate(&computed.lines)
            .into_iter()
            .map(|it| {
                let service = i64::from(it.service);
                (it.rate.to_string(), service, it.net.get(), it.tax.get())
            })
            .collect();
        own.sort();
        due.sort();
        if own != due {
            check.found(format!(
                "order {} ({}) is kept by rate as {}, its lines come to {}",
                model.order_no,
                model.id,
                told(&own),
                told(&due)
            ));
        }
    }
    Ok(())
}

/// `0.06 100 + 6, 0.13 200 + 26`, in fen.
fn told(sums: &[(String, i64, i64, i64)]) -> String {
    let each: Vec<String> = sums
        .iter()
        .map(|(rate, _, net, tax)| format!("{rate} {net} + {tax}"))
        .collect();
    each.join(", ")
}
