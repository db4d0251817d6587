//! The list of fiscal bills, along an index whatever was accepted so far.

use super::rows;
use crate::{
    Store, cursor,
    entity::{fiscal_bill, fiscal_bill_delivery},
    read,
    sql::{self, Cells, Sql, begins_with, columns, select, without_index},
};
use fapiao_domain::ids::Id;
use fapiao_usecases::{
    errors::StoreError,
    ports::{BillFilter, BillRow, Page},
    records::BillDelivery,
};
use sea_orm::DbBackend;
use std::collections::HashMap;

/// Digits of a bill's code, after which its number follows.
const CODE: usize = 8;
/// So many digits of a number name few bills: they are looked up, and not the list gone through.
const FEW: usize = 6;

/// What a filter asks of a bill `b`.
fn fixed(backend: DbBackend, filter: &BillFilter) -> Sql {
    let mut fixed = Sql::default();
    if let Some(unit) = &filter.unit {
        fixed = fixed.add(" AND b.unit_id = ").bind(unit.as_str());
    }
    if let Some(state) = filter.state {
        fixed = fixed.add(" AND b.delivery_state = ").bind(state.as_str());
    }
    if let Some(void) = filter.void {
        fixed = fixed.add(if void {
            " AND b.void_at IS NOT NULL"
        } else {
            " AND b.void_at IS NULL"
        });
    }
    let digits: String = filter.text.split_whitespace().collect();
    if digits.is_empty() {
        return fixed;
    }
    if digits.bytes().all(|it| it.is_ascii_digit()) {
        return fixed.add(" AND ").join(numbered(backend, &digits));
    }
    let found = match backend {
        DbBackend::Postgres => "strpos(lower(b.payer), lower(",
        _ => "instr(lower(b.payer), lower(",
    };
    fixed
        .add(" AND ")
        .add(found)
        .bind(filter.text.trim())
        .add(")) > 0")
}

/// A number from its beginning, or code and number in one.
fn numbered(backend: DbBackend, digits: &str) -> Sql {
    if digits.len() > CODE {
        let (code, number) = digits.split_at(CODE);
        return Sql::new("(")
            .join(begins_with("b.number", digits))
            .add(" OR (b.code = ")
            .bind(code)
            .add(" AND ")
            .join(begins_with("b.number", number))
            .add("))");
    }
    let plain = if digits.len() < FEW {
        without_index(backend)
    } else {
        ""
    };
    begins_with(&format!("{plain}b.number"), digits)
}

fn counted(backend: DbBackend, filter: &BillFilter) -> Sql {
    Sql::new("SELECT count(*), CAST(sum(amount) AS BIGINT) FROM (SELECT b.amount FROM fiscal_bills b WHERE 1 = 1")
        .join(fixed(backend, filter))
        .add(" LIMIT ")
        .bind(cursor::COUNTED + 1)
        .add(") AS counted")
}

/// One row more than `limit`, newest first.
fn listed(
    backend: DbBackend,
    filter: &BillFilter,
    after: Option<&str>,
    limit: usize,
) -> Result<Sql, StoreError> {
    let mut sql = Sql::new(format!(
        "SELECT {} FROM fiscal_bills b WHERE 1 = 1",
        columns::<fiscal_bill::Entity>("b.")
    ))
    .join(fixed(backend, filter));
    if let Some((at, id)) = cursor::read(after)? {
        sql = sql
            .add(" AND (b.created_at, b.id) < (")
            .bind(at)
            .add(", ")
            .bind(id)
            .add(")");
    }
    Ok(sql
        .add(" ORDER BY b.created_at DESC, b.id DESC LIMIT ")
        .bind(limit as i64 + 1))
}

/// The deliveries that these bills show, by id.
async fn latest(
    store: &Store,
    found: &[fiscal_bill::Model],
) -> Result<HashMap<String, BillDelivery>, StoreError> {
    let ids = found.iter().filter_map(|it| it.delivery_id.as_deref());
    let sql = select::<fiscal_bill_delivery::Entity>("WHERE id IN ").list(ids);
    sql::all::<fiscal_bill_delivery::Model>(store.reader(), sql)
        .await?
        .into_iter()
        .map(|it| Ok((it.id.clone(), rows::delivery(it)?)))
        .collect()
}

/// A page of bills.
pub(super) async fn page(
    store: &Store,
    filter: &BillFilter,
    after: Option<&str>,
    limit: u32,
) -> Result<Page<BillRow>, StoreError> {
    let backend = store.backend();
    let limit = cursor::limit(limit);
    let sql = listed(backend, filter, after, limit)?;
    let found = sql::all::<fiscal_bill::Model>(store.reader(), sql).await?;
    let (found, next) = cursor::cut(found, limit, |it| (it.created_at, it.id.clone()));
    let mut deliveries = latest(store, &found).await?;
    let mut rows = Vec::with_capacity(found.len());
    for model in found {
        let shown = model.delivery_id.as_deref();
        let delivery = shown.and_then(|id| deliveries.remove(id)).ok_or_else(|| {
            StoreError::Corrupt(format!("fiscal bill {} has no delivery", model.id))
        })?;
        rows.push(BillRow {
            bill: rows::bill(model)?,
            delivery,
        });
    }
    let (mut count, mut sum) = (0, None);
    if let Some(row) = sql::row(store.reader(), counted(backend, filter)).await? {
        count = row.cell::<i64>(0)?;
        if count <= cursor::COUNTED {
            sum = Some(read::sum(row.cell::<Option<i64>>(1)?.unwrap_or(0)));
        }
    }
    Ok(Page {
        rows,
        next,
        count: read::count(count.min(cursor::COUNTED)),
        sum,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plans::{assert_walks, ledger, plan};
    use chrono::DateTime;
    use fapiao_domain::delivery::DeliveryState;

    fn texted(text: &str) -> BillFilter {
        BillFilter {
            text: text.to_owned(),
            ..BillFilter::default()
        }
    }

    #[tokio::test]
    async fn the_list_goes_along_an_index_whatever_is_filtered() {
        let (store, _folder) = ledger().await;
        let unit = BillFilter {
            unit: Some(fapiao_usecases::ids::fresh(DateTime::UNIX_EPOCH)),
            ..BillFilter::default()
        };
        let state = BillFilter {
            state: Some(DeliveryState::Refused),
            ..BillFilter::default()
        };
        let void = BillFilter {
            void: Some(true),
            ..BillFilter::default()
        };
        for (filter, index) in [
            (&BillFilter::default(), "ix_fiscal_bills_created"),
            (&unit, "ix_fiscal_bills_unit"),
            (&state, "ix_fiscal_bills_state"),
            (&void, "ix_fiscal_bills_void"),
            (&texted("卫生"), "ix_fiscal_bills_created"),
            (&texted("0000"), "ix_fiscal_bills_created"),
        ] {
            let sql = listed(store.backend(), filter, None, 50).unwrap();
            assert_walks(&store, sql, index).await;
        }
        for text in ["000000", "4406 0126 0000000001"] {
            let sql = listed(store.backend(), &texted(text), None, 50).unwrap();
            let steps = plan(&store, sql).await;
            assert!(steps.iter().all(|it| !it.starts_with("SCAN")), "{steps:#?}");
        }
    }
}
