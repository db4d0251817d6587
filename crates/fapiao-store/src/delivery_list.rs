//! The list of deliveries, and those that are compared with WeChat: both go along an index, whatever was sold so far.

use crate::{
    Store, cursor,
    delivery::record,
    entity::delivery,
    error::db,
    order::within,
    read,
    sql::{self, Sql, columns, select, without_index},
};
use chrono::{DateTime, TimeDelta, Utc};
use fapiao_domain::ids::{DeliveryId, Id};
use fapiao_usecases::{
    errors::StoreError,
    ids::first_at,
    ports::{DeliveryFilter, DeliveryRow, Page, Scope},
};
use sea_orm::{DbBackend, FromQueryResult};

/// What a filter asks of a delivery `d`.
fn fixed(scope: &Scope, filter: &DeliveryFilter) -> Sql {
    let mut fixed = within(scope, "d.store_id");
    if let Some(state) = filter.state {
        fixed = fixed.add(" AND d.state = ").bind(state.as_str());
    }
    if let Some(channel) = filter.channel {
        fixed = fixed.add(" AND d.channel = ").bind(channel.as_str());
    }
    if let Some(end) = filter.ends_before {
        fixed = fixed
            .add(" AND d.state IN ('created', 'page_opened') AND d.expires_at < ")
            .bind(end.timestamp_millis());
    }
    fixed
}

fn counted(scope: &Scope, filter: &DeliveryFilter) -> Sql {
    Sql::new("SELECT count(*) FROM (SELECT 1 FROM deliveries d WHERE 1 = 1")
        .join(fixed(scope, filter))
        .add(" LIMIT ")
        .bind(cursor::COUNTED)
        .add(") AS counted")
}

/// One row more than `limit`, newest first.
fn listed(scope: &Scope, filter: &DeliveryFilter, limit: usize) -> Result<Sql, StoreError> {
    let mut sql = Sql::new(format!(
        "SELECT {}, o.order_no AS its_no, o.total AS its_total FROM deliveries d \
         JOIN orders o ON o.id = d.order_id WHERE 1 = 1",
        columns::<delivery::Entity>("d.")
    ))
    .join(fixed(scope, filter));
    if let Some((at, id)) = cursor::read(filter.after.as_deref())? {
        sql = sql
            .add(" AND (d.created_at, d.id) < (")
            .bind(at)
            .add(", ")
            .bind(id)
            .add(")");
    }
    Ok(sql
        .add(" ORDER BY d.created_at DESC, d.id DESC LIMIT ")
        .bind(limit as i64 + 1))
}

/// A page of deliveries.
pub(crate) async fn page(
    store: &Store,
    scope: &Scope,
    filter: &DeliveryFilter,
) -> Result<Page<DeliveryRow>, StoreError> {
    let limit = cursor::limit(filter.limit);
    let mut found = Vec::new();
    for row in sql::rows(store.reader(), listed(scope, filter, limit)?).await? {
        let model = delivery::Model::from_query_result(&row, "").map_err(db)?;
        let order_no: String = row.try_get("", "its_no").map_err(db)?;
        let total: i64 = row.try_get("", "its_total").map_err(db)?;
        found.push(DeliveryRow {
            delivery: record(model)?,
            order_no,
            total: read::fen(total)?,
        });
    }
    let (rows, next) = cursor::cut(found, limit, |row| {
        let it = &row.delivery;
        (it.created_at.timestamp_millis(), it.id.to_string())
    });
    let count = sql::number(store.reader(), counted(scope, filter)).await?;
    Ok(Page {
        rows,
        next,
        count: read::count(count),
        sum: None,
    })
}

/// Deliveries whose buyers WeChat may know more of than we do, by id after `place`. Ids begin with the moment they were
/// made, so that the walk begins at `since` and not at the first delivery ever.
pub(crate) fn to_compare(
    backend: DbBackend,
    place: &str,
    since: DateTime<Utc>,
    carded_since: DateTime<Utc>,
    limit: u32,
) -> Sql {
    // An id is made a little before its row is written.
    let first: DeliveryId = first_at(since - TimeDelta::days(1));
    let plain = without_index(backend);
    select::<delivery::Entity>(&format!(
        "WHERE ({plain}state IN ('page_opened', 'authorised', 'issuing', 'expired', 'refused', 'failed') \
         OR ({plain}state = 'carded' AND authorised_at >= "
    ))
    .bind(carded_since.timestamp_millis())
    .add(")) AND id > ")
    .bind(place.max(first.as_str()))
    .add(&format!(" AND {plain}created_at >= "))
    .bind(since.timestamp_millis())
    .add(" ORDER BY id LIMIT ")
    .bind(i64::from(limit))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plans::{assert_walks, ledger};
    use fapiao_domain::delivery::DeliveryState;

    #[tokio::test]
    async fn neither_the_list_nor_the_comparison_reads_every_delivery() {
        let (store, _folder) = ledger().await;
        let all = DeliveryFilter::default();
        let refused = DeliveryFilter {
            state: Some(DeliveryState::Refused),
            ..DeliveryFilter::default()
        };
        let shop = Scope::Store(fapiao_usecases::ids::fresh(DateTime::UNIX_EPOCH));
        for (scope, filter, index) in [
            (&Scope::All, &all, "ix_deliveries_created"),
            (&Scope::All, &refused, "ix_deliveries_list"),
            (&shop, &all, "ix_deliveries_store"),
        ] {
            assert_walks(&store, listed(scope, filter, 50).unwrap(), index).await;
        }
        let sql = to_compare(
            store.backend(),
            "",
            DateTime::UNIX_EPOCH + TimeDelta::days(9),
            DateTime::UNIX_EPOCH + TimeDelta::days(37),
            20,
        );
        assert_walks(&store, sql, "(id>").await;
    }

    #[test]
    fn the_comparison_begins_at_its_first_day_and_goes_on_from_its_place() {
        let at: DateTime<Utc> = "2026-11-21T00:00:00Z".parse().unwrap();
        let before: DeliveryId = fapiao_usecases::ids::fresh(at - TimeDelta::days(2));
        let after: DeliveryId = fapiao_usecases::ids::fresh(at - TimeDelta::hours(1));
        let first: DeliveryId = first_at(at - TimeDelta::days(1));
        assert!(before.as_str() < first.as_str() && first.as_str() < after.as_str());
        assert_eq!("".max(first.as_str()), first.as_str());
        assert_eq!(after.as_str().max(first.as_str()), after.as_str());
    }
}
