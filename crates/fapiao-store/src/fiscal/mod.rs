//! The port of fiscal bills.
//!
//! A bill is written once and keeps what it says; its file and its declaration as void are set once. The row of a bill
//! carries id and state of its latest delivery, so that lists and filters go along an index. Whoever writes to a bill
//! holds its row: two changes of one bill follow each other.

mod list;
mod rows;
mod write;

pub(crate) use rows::{facts_digest, items};

use crate::{
    Store, audit,
    entity::{audit_entry, fiscal_bill, fiscal_bill_delivery, fiscal_unit},
    read,
    sql::{self, Cells, Sql, select, without_index},
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use fapiao_domain::ids::{BillDeliveryId, BillId, FiscalUnitId, Id};
use fapiao_usecases::{
    actor::Actor,
    errors::StoreError,
    ids::first_at,
    jobs::QueuedJob,
    ports::{BillFilter, BillRow, BillWrite, FiscalBills, Page},
    records::{AuditEntry, Bill, BillDelivery, FiscalUnit},
};
use sea_orm::DbBackend;
use serde_json::Value;
use write::UnitWrite;

/// The member of a line's data that holds the SHA-256 of what a bill says.
pub(crate) const FACTS: &str = "facts_sha256";
/// The member of a line's data that holds the SHA-256 of a bill's file.
pub(crate) const FILE: &str = "file_sha256";
/// The member of a line's data that tells which deliveries it left in which states.
pub(crate) const DELIVERIES: &str = "deliveries";

impl Store {
    async fn unit_by(&self, sql: Sql) -> Result<Option<FiscalUnit>, StoreError> {
        let found = sql::one::<fiscal_unit::Model>(self.reader(), sql).await?;
        found.map(rows::unit).transpose()
    }

    async fn bill_by(&self, sql: Sql) -> Result<Option<Bill>, StoreError> {
        let found = sql::one::<fiscal_bill::Model>(self.reader(), sql).await?;
        found.map(rows::bill).transpose()
    }

    async fn deliveries_by(&self, sql: Sql) -> Result<Vec<BillDelivery>, StoreError> {
        sql::all::<fiscal_bill_delivery::Model>(self.reader(), sql)
            .await?
            .into_iter()
            .map(rows::delivery)
            .collect()
    }

    async fn delivery_by(&self, sql: Sql) -> Result<Option<BillDelivery>, StoreError> {
        Ok(self.deliveries_by(sql).await?.pop())
    }
}

#[async_trait]
impl FiscalBills for Store {
    async fn fiscal_units(&self) -> Result<Vec<FiscalUnit>, StoreError> {
        let sql = select::<fiscal_unit::Entity>("ORDER BY name, code");
        sql::all::<fiscal_unit::Model>(self.reader(), sql)
            .await?
            .into_iter()
            .map(rows::unit)
            .collect()
    }

    async fn fiscal_unit(&self, id: &FiscalUnitId) -> Result<Option<FiscalUnit>, StoreError> {
        self.unit_by(select::<fiscal_unit::Entity>("WHERE id = ").bind(id.as_str()))
            .await
    }

    async fn fiscal_unit_by_code(&self, code: &str) -> Result<Option<FiscalUnit>, StoreError> {
        self.unit_by(select::<fiscal_unit::Entity>("WHERE code = ").bind(code))
            .await
    }

    async fn open_bill_deliveries(&self, unit: &FiscalUnitId) -> Result<u32, StoreError> {
        let open = sql::number(self.reader(), under_way(unit)).await?;
        Ok(u32::try_from(open).unwrap_or(u32::MAX))
    }

    async fn cards_to_ask_for(
        &self,
        unit: &FiscalUnitId,
    ) -> Result<Vec<BillDeliveryId>, StoreError> {
        sql::rows(self.reader(), to_ask_for(unit))
            .await?
            .iter()
            .map(|row| read::id(&row.cell::<String>(0)?))
            .collect()
    }

    async fn save_fiscal_unit(
        &self,
        unit: &FiscalUnit,
        then: Vec<QueuedJob>,
        actor: &Actor,
        action: &'static str,
        note: Value,
    ) -> Result<(), StoreError> {
        let it = UnitWrite {
            unit: unit.clone(),
            then,
            actor: actor.clone(),
            action,
            note,
        };
        self.write(it, write::unit).await
    }

    async fn write_bill(&self, write: BillWrite) -> Result<(), StoreError> {
        self.write(write, write::bill).await
    }

    async fn bill(&self, id: &BillId) -> Result<Option<Bill>, StoreError> {
        self.bill_by(select::<fiscal_bill::Entity>("WHERE id = ").bind(id.as_str()))
            .await
    }

    async fn bill_by_number(&self, code: &str, number: &str) -> Result<Option<Bill>, StoreError> {
        let sql = select::<fiscal_bill::Entity>("WHERE code = ")
            .bind(code)
            .add(" AND number = ")
            .bind(number);
        self.bill_by(sql).await
    }

    async fn bills(
        &self,
        filter: &BillFilter,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Page<BillRow>, StoreError> {
        list::page(self, filter, after, limit).await
    }

    async fn bill_deliveries(&self, bill: &BillId) -> Result<Vec<BillDelivery>, StoreError> {
        let sql = select::<fiscal_bill_delivery::Entity>("WHERE bill_id = ")
            .bind(bill.as_str())
            .add(" ORDER BY created_at DESC, id DESC");
        self.deliveries_by(sql).await
    }

    async fn bill_delivery(&self, id: &BillDeliveryId) -> Result<Option<BillDelivery>, StoreError> {
        self.delivery_by(select::<fiscal_bill_delivery::Entity>("WHERE id = ").bind(id.as_str()))
            .await
    }

    async fn bill_delivery_by_code(&self, code: &str) -> Result<Option<BillDelivery>, StoreError> {
        self.delivery_by(by_code(code)).await
    }

    async fn bill_delivery_by_card(
        &self,
        template: &str,
        code: &str,
    ) -> Result<Option<BillDelivery>, StoreError> {
        self.delivery_by(by_card(template, code)).await
    }

    async fn bill_cards_without_code(
        &self,
        template: &str,
    ) -> Result<Vec<BillDelivery>, StoreError> {
        let mut found = self.deliveries_by(without_code(template)).await?;
        found.sort_by(|one, other| (one.created_at, &one.id).cmp(&(other.created_at, &other.id)));
        Ok(found)
    }

    async fn bill_changed(&self, id: &BillId, millis: u64) {
        self.signals().delivery(id.as_str(), millis).await;
    }

    async fn bill_timeline(&self, bill: &BillId) -> Result<Vec<AuditEntry>, StoreError> {
        let sql = select::<audit_entry::Entity>("WHERE subject = ")
            .bind(bill.as_str())
            .add(" ORDER BY seq");
        sql::all::<audit_entry::Model>(self.reader(), sql)
            .await?
            .into_iter()
            .map(audit::entry)
            .collect()
    }

    async fn overdue_bill_deliveries(
        &self,
        before: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<BillDelivery>, StoreError> {
        self.deliveries_by(overdue(before, limit)).await
    }

    async fn bill_deliveries_to_compare(
        &self,
        place: &str,
        since: DateTime<Utc>,
        carded_since: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<BillDelivery>, StoreError> {
        let sql = to_compare(self.backend(), place, since, carded_since, limit);
        self.deliveries_by(sql).await
    }
}

// Each repeats the condition of its index word by word: SQLite recognises it in no other form.

fn by_code(code: &str) -> Sql {
    select::<fiscal_bill_delivery::Entity>("WHERE short_code <> '' AND short_code = ").bind(code)
}

fn by_card(template: &str, code: &str) -> Sql {
    select::<fiscal_bill_delivery::Entity>("WHERE card_code <> '' AND card_template = ")
        .bind(template)
        .add(" AND card_code = ")
        .bind(code)
}

fn without_code(template: &str) -> Sql {
    select::<fiscal_bill_delivery::Entity>(
        "WHERE card_state IN ('inserting', 'code_unknown') AND card_template = ",
    )
    .bind(template)
}

fn overdue(before: DateTime<Utc>, limit: u32) -> Sql {
    select::<fiscal_bill_delivery::Entity>(
        "WHERE state IN ('created', 'page_opened') AND expires_at <= ",
    )
    .bind(before.timestamp_millis())
    .add(" ORDER BY expires_at LIMIT ")
    .bind(i64::from(limit))
}

/// Along the ids, which begin with the moment they were made.
fn to_compare(
    backend: DbBackend,
    place: &str,
    since: DateTime<Utc>,
    carded_since: DateTime<Utc>,
    limit: u32,
) -> Sql {
    let first: BillDeliveryId = first_at(since);
    let plain = without_index(backend);
    select::<fiscal_bill_delivery::Entity>(&format!(
        "WHERE ({plain}state IN ('page_opened', 'authorised', 'issuing', 'expired', 'refused', 'failed') \
         OR ({plain}state = 'carded' AND authorised_at >= "
    ))
    .bind(carded_since.timestamp_millis())
    .add(")) AND id > ")
    .bind(place.max(first.as_str()))
    .add(" ORDER BY id LIMIT ")
    .bind(i64::from(limit))
}

/// Counts deliveries of a unit that were begun with its bureau: a page that was asked for, an agreement, a card that
/// WeChat refused and somebody mends. Only the latest of a bill can be one.
pub(super) fn under_way(unit: &FiscalUnitId) -> Sql {
    Sql::new(
        "SELECT count(*) FROM fiscal_bills b JOIN fiscal_bill_deliveries d ON d.id = b.delivery_id \
         WHERE b.delivery_state IN ('created', 'page_opened', 'authorised', 'issuing', 'failed') \
         AND (d.state IN ('page_opened', 'authorised', 'issuing') \
         OR (d.state = 'created' AND d.source = 'elsewhere') \
         OR (d.state = 'failed' AND d.card_template IS NOT NULL)) AND b.unit_id = ",
    )
    .bind(unit.as_str())
}

fn to_ask_for(unit: &FiscalUnitId) -> Sql {
    Sql::new(
        "SELECT d.id FROM fiscal_bills b JOIN fiscal_bill_deliveries d ON d.id = b.delivery_id \
         WHERE b.delivery_state IN ('authorised', 'issuing') AND d.card_asked_at IS NULL \
         AND EXISTS (SELECT 1 FROM jobs j WHERE j.subject = d.id AND j.kind = 'insert_bill' AND j.state <> 'parked') \
         AND b.unit_id = ",
    )
    .bind(unit.as_str())
    .add(" ORDER BY b.created_at LIMIT 1000")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plans::{assert_walks, ledger};

    #[tokio::test]
    async fn bills_are_found_along_their_indexes() {
        let (store, _folder) = ledger().await;
        for (sql, index) in [
            (by_code("abc"), "ux_bill_deliveries_code"),
            (by_card("p1", "c1"), "ux_bill_deliveries_card"),
            (without_code("p1"), "ix_bill_deliveries_codeless"),
            (
                overdue(DateTime::UNIX_EPOCH, 10),
                "ix_bill_deliveries_awaited",
            ),
        ] {
            assert_walks(&store, sql, index).await;
        }
        let at = DateTime::UNIX_EPOCH;
        let sql = to_compare(store.backend(), "", at, at, 20);
        assert_walks(&store, sql, "(id>").await;
    }
}
