//! The port of orders and deliveries.

use crate::{
    Store, audit,
    delivery::{self, Addition, Correction},
    entity::{audit_entry, idempotency},
    idempotent,
    order::{self, within},
    sql::{self, Sql, select},
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use fapiao_domain::ids::{DeliveryId, Id, OrderId, SellerId};
use fapiao_usecases::{
    actor::Actor,
    errors::StoreError,
    idempotency::{Effect, Idempotency},
    jobs::QueuedJob,
    ports::{
        Accepted, DeliveryChange, NewDelivery, NewOrder, OrderFilter, OrderRow, Page, Sales, Scope,
    },
    records::{AuditEntry, Delivery, Order, RawTitleRecord},
};

#[async_trait]
impl Sales for Store {
    async fn accept_orders(&self, orders: Vec<NewOrder>) -> Result<Vec<Accepted>, StoreError> {
        self.lanes().accept.call(self.writer(), orders).await
    }

    async fn order(&self, scope: &Scope, id: &OrderId) -> Result<Option<Order>, StoreError> {
        let condition = Sql::new("id = ")
            .bind(id.as_str())
            .join(within(scope, "store_id"));
        order::find(self.reader(), condition).await
    }

    async fn order_by_no(
        &self,
        scope: &Scope,
        seller: &SellerId,
        order_no: &str,
    ) -> Result<Option<Order>, StoreError> {
        let condition = Sql::new("order_no = ")
            .bind(order_no)
            .add(" AND seller_id = ")
            .bind(seller.as_str())
            .join(within(scope, "store_id"));
        order::find(self.reader(), condition).await
    }

    async fn orders(
        &self,
        scope: &Scope,
        filter: &OrderFilter,
    ) -> Result<Page<OrderRow>, StoreError> {
        order::page(self.reader(), scope, filter).await
    }

    async fn deliveries_of(&self, order: &OrderId) -> Result<Vec<Delivery>, StoreError> {
        delivery::find(self.reader(), Sql::new("order_id = ").bind(order.as_str())).await
    }

    async fn delivery(
        &self,
        scope: &Scope,
        id: &DeliveryId,
    ) -> Result<Option<Delivery>, StoreError> {
        let condition = Sql::new("id = ")
            .bind(id.as_str())
            .join(within(scope, "store_id"));
        Ok(delivery::find(self.reader(), condition).await?.pop())
    }

    async fn delivery_by_code(&self, code: &str) -> Result<Option<Delivery>, StoreError> {
        Ok(
            delivery::find(self.reader(), Sql::new("short_code = ").bind(code))
                .await?
                .pop(),
        )
    }

    async fn delivery_known_as(
        &self,
        seller: &SellerId,
        wechat_order_id: &str,
    ) -> Result<Option<Delivery>, StoreError> {
        let condition = Sql::new("wechat_order_id = ")
            .bind(wechat_order_id)
            .add(" AND seller_id = ")
            .bind(seller.as_str());
        Ok(delivery::find(self.reader(), condition).await?.pop())
    }

    async fn add_deliveries(
        &self,
        order: &OrderId,
        deliveries: Vec<NewDelivery>,
        idempotency: Option<Idempotency>,
        actor: &Actor,
    ) -> Result<Effect<()>, StoreError> {
        let new = Addition {
            order: order.clone(),
            wanted: deliveries,
            idempotency,
            actor: actor.clone(),
        };
        self.write(new, delivery::add).await
    }

    async fn change_delivery(
        &self,
        change: DeliveryChange,
        idempotency: Option<Idempotency>,
    ) -> Result<Effect<()>, StoreError> {
        self.write((change, idempotency), delivery::change).await
    }

    async fn correct_title(
        &self,
        id: &DeliveryId,
        expected_version: i64,
        title: RawTitleRecord,
        then: Vec<QueuedJob>,
        actor: &Actor,
    ) -> Result<(), StoreError> {
        let correction = Correction {
            id: id.clone(),
            expected_version,
            title,
            then,
            actor: actor.clone(),
        };
        self.write(correction, delivery::correct).await
    }

    async fn expire_deliveries(&self, now: DateTime<Utc>, limit: u32) -> Result<u32, StoreError> {
        self.write((now, limit), delivery::expire).await
    }

    async fn note_overdue(&self, now: DateTime<Utc>, limit: u32) -> Result<u32, StoreError> {
        self.write((now, limit), delivery::overdue).await
    }

    async fn answered(&self, scope: &str, key: &str) -> Result<Option<Idempotency>, StoreError> {
        let stored =
            sql::all::<idempotency::Model>(self.reader(), idempotent::of_key(scope, key)).await?;
        Ok(stored.into_iter().next().map(idempotent::record))
    }

    async fn timeline(&self, order: &OrderId) -> Result<Vec<AuditEntry>, StoreError> {
        let sql = select::<audit_entry::Entity>("WHERE order_id = ")
            .bind(order.as_str())
            .add(" ORDER BY seq DESC");
        sql::all::<audit_entry::Model>(self.reader(), sql)
            .await?
            .into_iter()
            .map(audit::entry)
            .collect()
    }

    async fn delivery_changed(&self, id: &DeliveryId, millis: u64) {
        self.signals().delivery(id.as_str(), millis).await;
    }
}
