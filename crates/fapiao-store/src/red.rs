//! The port of refunds and red confirmations.

mod book;
mod form;
mod outcome;
pub(crate) mod read;
mod received;
mod upload;

pub(crate) use book::{Booking, book, hold_order, left_to_invoice};
pub(crate) use outcome::{Settled, settle};
pub(crate) use received::{ReceivedRow, receive};

use crate::{Store, order::within, sql::Sql};
use async_trait::async_trait;
use fapiao_domain::ids::{Id, InvoiceId, OrderId, RedFormId, RefundId};
use fapiao_usecases::{
    actor::Actor,
    errors::StoreError,
    idempotency::{Effect, Idempotency},
    ports::{
        NewDelivery, NewRefund, Page, RedFormChange, RedFormFilter, RedFormRow, RedLetters, Scope,
    },
    records::{Invoice, RedForm, Refund},
};

#[async_trait]
impl RedLetters for Store {
    async fn book_refund(
        &self,
        new: NewRefund,
        idempotency: Option<Idempotency>,
        actor: &Actor,
    ) -> Result<Effect<()>, StoreError> {
        let booking = Booking {
            new,
            idempotency,
            actor: actor.clone(),
        };
        self.write(booking, book).await
    }

    async fn refund(&self, scope: &Scope, id: &RefundId) -> Result<Option<Refund>, StoreError> {
        let condition = Sql::new("id = ")
            .bind(id.as_str())
            .join(within(scope, "store_id"));
        Ok(read::refunds(self.reader(), condition).await?.pop())
    }

    async fn refunds_of(&self, order: &OrderId) -> Result<Vec<Refund>, StoreError> {
        read::refunds(self.reader(), Sql::new("order_id = ").bind(order.as_str())).await
    }

    async fn red_form(&self, scope: &Scope, id: &RedFormId) -> Result<Option<RedForm>, StoreError> {
        let condition = Sql::new("id = ")
            .bind(id.as_str())
            .join(within(scope, "store_id"));
        Ok(read::forms(self.reader(), condition).await?.pop())
    }

    async fn knows_red_form(&self, key: &str) -> Result<bool, StoreError> {
        let sql = Sql::new("SELECT id FROM red_forms WHERE form_key = ").bind(key);
        Ok(!crate::sql::rows(self.reader(), sql).await?.is_empty())
    }

    async fn red_forms(
        &self,
        scope: &Scope,
        filter: &RedFormFilter,
    ) -> Result<Page<RedFormRow>, StoreError> {
        read::page(self.reader(), scope, filter).await
    }

    async fn change_red_form(&self, change: RedFormChange) -> Result<(), StoreError> {
        self.write(change, form::change).await
    }

    async fn draft_red(&self, red: Invoice, actor: &Actor) -> Result<(), StoreError> {
        self.write((red, actor.clone()), form::draft).await
    }

    async fn reissue(
        &self,
        refund: &RefundId,
        deliveries: Vec<NewDelivery>,
        actor: &Actor,
    ) -> Result<(), StoreError> {
        self.write((refund.clone(), deliveries, actor.clone()), book::reissue)
            .await
    }

    async fn upload_again(&self, invoice: &InvoiceId, actor: &Actor) -> Result<(), StoreError> {
        self.write((invoice.clone(), actor.clone()), upload::again)
            .await
    }
}
