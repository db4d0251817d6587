//! Requests from payment receipts.

use crate::{
    Store,
    asked_platforms::keep_of_receipt,
    audit::Line,
    cursor, delivery,
    entity::{self, order, payment_claim},
    error::{missing, stale},
    order as orders, read,
    sql::{self, Cells, Sql, for_update, select, without_index},
    tx::Tx,
    writer::Run,
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use fapiao_domain::{
    delivery::DeliveryState,
    ids::{AccountId, ClaimId, Id, OrderId, SellerId},
};
use fapiao_usecases::{
    actor::Actor,
    errors::StoreError,
    ids::first_at,
    jobs::QueuedJob,
    ports::{Attachment, Claims, Page},
    records::{ClaimState, Order, PaymentClaim},
};
use sea_orm::{ConnectionTrait, DbBackend};

const PAGE: u32 = 50;
/// What the buyer reads on the page of a delivery that a request from the receipt went before, and at WeChat.
const SUPERSEDED: &str =
    "买家已在支付凭证上申请开票 / the buyer asked for the invoice on the payment's receipt";

fn model(claim: &PaymentClaim) -> payment_claim::Model {
    payment_claim::Model {
        id: claim.id.to_string(),
        account_id: claim.account.to_string(),
        platform_id: claim.platform_id.clone(),
        wechat_order_id: claim.wechat_order_id.clone(),
        raw_title: claim.raw_title.as_ref().map(read::raw_title_text),
        authorised_at: claim.authorised_at.timestamp_millis(),
        state: claim.state.as_str().to_owned(),
        note: claim.note.clone(),
        order_id: None,
        delivery_id: None,
        created_at: claim.created_at.timestamp_millis(),
        version: 1,
    }
}

fn record(model: payment_claim::Model) -> Result<PaymentClaim, StoreError> {
    Ok(PaymentClaim {
        id: read::id(&model.id)?,
        account: read::id(&model.account_id)?,
        platform_id: model.platform_id,
        wechat_order_id: model.wechat_order_id,
        raw_title: model
            .raw_title
            .as_deref()
            .map(read::raw_title)
            .transpose()?,
        authorised_at: read::time(model.authorised_at)?,
        state: read::word(ClaimState::parse, &model.state, "state of a claim")?,
        note: model.note,
        order: read::id_opt(model.order_id.as_deref())?,
        delivery: read::id_opt(model.delivery_id.as_deref())?,
        created_at: read::time(model.created_at)?,
        version: model.version,
    })
}

async fn find(db: &impl ConnectionTrait, condition: Sql) -> Result<Vec<PaymentClaim>, StoreError> {
    let sql = select::<payment_claim::Entity>("WHERE ").join(condition);
    sql::all::<payment_claim::Model>(db, sql)
        .await?
        .into_iter()
        .map(record)
        .collect()
}

fn add<'t>(tx: &'t Tx, claim: &'t PaymentClaim) -> Run<'t, PaymentClaim> {
    Box::pin(async move {
        let made = tx
            .insert::<payment_claim::Entity>(&[model(claim)], "ON CONFLICT DO NOTHING RETURNING id")
            .await?;
        if !made.is_empty() {
            tx.audit(
                Line::new(&Actor::WeChat, "claim.received", claim.id.as_str())
                    .with("wechat_order_id", claim.wechat_order_id.as_str()),
            );
            return Ok(claim.clone());
        }
        let sql = select::<payment_claim::Entity>("WHERE account_id = ")
            .bind(claim.account.as_str())
            .add(" AND wechat_order_id = ")
            .bind(claim.wechat_order_id.as_str());
        let known: payment_claim::Model = tx
            .one(sql)
            .await?
            .ok_or_else(|| missing(format!("claim {}", claim.wechat_order_id)))?;
        record(known)
    })
}

/// Ends a delivery that still waits for its buyer: the buyer came another way. Held while it is looked at: a buyer who
/// agrees on its page at this moment is not passed over.
async fn supersede(tx: &Tx, order: &OrderId) -> Result<(), StoreError> {
    let sql = Sql::new(
        "SELECT id, state FROM deliveries WHERE state IN ('created', 'page_opened') AND order_id = ",
    )
    .bind(order.as_str())
    .add(for_update(tx.backend));
    for row in tx.rows(sql).await? {
        let (id, from): (String, String) = (row.cell(0)?, row.cell(1)?);
        let sql =
            Sql::new("UPDATE deliveries SET state = 'failed', version = version + 1, reason = ")
                .bind(SUPERSEDED)
                .add(" WHERE id = ")
                .bind(id.as_str());
        tx.exec(sql).await?;
        tx.audit(
            Line::new(&Actor::System, "delivery.failed", &id)
                .order(order.as_str())
                .edge(&from, DeliveryState::Failed.as_str())
                .with("reason", SUPERSEDED),
        );
        tx.changed_id(&id);
    }
    Ok(())
}

fn attach<'t>(tx: &'t Tx, it: &'t Attachment) -> Run<'t, ()> {
    Box::pin(async move {
        let (claim, wanted) = (&it.claim, &it.delivery);
        let taken = Sql::new("UPDATE payment_claims SET state = 'matched', note = '', version = version + 1, order_id = ")
            .bind(it.order.as_str())
            .add(", delivery_id = ")
            .bind(wanted.id.as_str())
            .add(" WHERE state = 'open' AND id = ")
            .bind(claim.id.as_str());
        if tx.exec(taken).await? == 0 {
            return Err(stale(format!("claim {}", claim.id)));
        }
        let sql = select::<order::Entity>("WHERE id = ")
            .bind(it.order.as_str())
            .add(for_update(tx.backend));
        let order: order::Model = tx
            .one(sql)
            .await?
            .ok_or_else(|| missing(format!("order {}", it.order)))?;
        delivery::refuse_invoiced(tx, &order).await?;
        supersede(tx, &it.order).await?;
        let mut model = delivery::new_model(
            wanted,
            &order.id,
            &order.seller_id,
            &order.store_id,
            tx.now_millis(),
        );
        model.state = DeliveryState::Authorised.as_str().to_owned();
        model.authorised_at = Some(claim.authorised_at.timestamp_millis());
        model.due_at = Some(it.due_at.timestamp_millis());
        model.wechat_order_id = Some(claim.wechat_order_id.clone());
        let made = tx
            .insert::<entity::delivery::Entity>(&[model], "ON CONFLICT DO NOTHING RETURNING id")
            .await?;
        if made.is_empty() {
            return Err(crate::error::exists(format!(
                "a delivery of order {}, which is under way,",
                order.order_no
            )));
        }
        keep_of_receipt(tx, wanted.id.as_str(), &claim.platform_id).await?;
        let sql = Sql::new("UPDATE orders SET delivery_id = ")
            .bind(wanted.id.as_str())
            .add(" WHERE id = ")
            .bind(it.order.as_str());
        tx.exec(sql).await?;
        delivery::orders_follow(tx, std::slice::from_ref(&order.id)).await?;
        tx.audit(delivery::created_line(&it.actor, wanted, &order.id));
        tx.audit(
            Line::new(&it.actor, "delivery.authorised", wanted.id.as_str())
                .order(&order.id)
                .edge(
                    DeliveryState::Created.as_str(),
                    DeliveryState::Authorised.as_str(),
                )
                .with("wechat_order_id", claim.wechat_order_id.as_str()),
        );
        tx.audit(
            Line::new(&it.actor, "claim.matched", claim.id.as_str())
                .with("order_no", order.order_no.as_str()),
        );
        tx.enqueue_all(&it.then);
        tx.changed(&wanted.id);
        delivery::insert_beside(tx, &order, &it.others, &it.actor).await?;
        Ok(())
    })
}

type Note = (PaymentClaim, ClaimState, String, Actor, Vec<QueuedJob>);

fn note<'t>(tx: &'t Tx, (claim, state, text, actor, then): &'t Note) -> Run<'t, ()> {
    Box::pin(async move {
        let sql = Sql::new("UPDATE payment_claims SET version = version + 1, state = ")
            .bind(state.as_str())
            .add(", note = ")
            .bind(text.as_str())
            .add(" WHERE state = 'open' AND id = ")
            .bind(claim.id.as_str());
        if tx.exec(sql).await? == 0 {
            return Err(stale(format!("claim {}", claim.id)));
        }
        if *state != claim.state || *text != claim.note {
            let act = match state {
                ClaimState::Dismissed => "claim.dismissed",
                ClaimState::Open | ClaimState::Matched => "claim.parked",
            };
            tx.audit(Line::new(actor, act, claim.id.as_str()).with("reason", text.as_str()));
        }
        tx.enqueue_all(then);
        Ok(())
    })
}

#[async_trait]
impl Claims for Store {
    async fn add_claim(&self, claim: &PaymentClaim) -> Result<PaymentClaim, StoreError> {
        self.write(claim.clone(), add).await
    }

    async fn payment_claim(&self, id: &ClaimId) -> Result<Option<PaymentClaim>, StoreError> {
        let condition = Sql::new("id = ").bind(id.as_str());
        Ok(find(self.reader(), condition).await?.pop())
    }

    async fn claims(
        &self,
        state: Option<ClaimState>,
        after: Option<&str>,
    ) -> Result<Page<PaymentClaim>, StoreError> {
        let mut condition = match state {
            Some(state) => Sql::new("state = ").bind(state.as_str()),
            None => Sql::new("1 = 1"),
        };
        if let Some((at, id)) = cursor::read(after)? {
            condition = condition
                .add(" AND (created_at, id) < (")
                .bind(at)
                .add(", ")
                .bind(id)
                .add(")");
        }
        let condition = condition
            .add(" ORDER BY created_at DESC, id DESC LIMIT ")
            .bind(i64::from(PAGE) + 1);
        let found = find(self.reader(), condition).await?;
        let (rows, next) = cursor::cut(found, PAGE as usize, |claim| {
            (
                claim.created_at.timestamp_millis(),
                claim.id.as_str().to_owned(),
            )
        });
        Ok(Page {
            count: read::count(rows.len() as i64),
            rows,
            next,
            sum: None,
        })
    }

    async fn open_claims(&self) -> Result<u64, StoreError> {
        let sql = Sql::new("SELECT COUNT(*) FROM payment_claims WHERE state = 'open'");
        let rows = sql::rows(self.reader(), sql).await?;
        let count: i64 = rows.first().map_or(Ok(0), |row| row.cell(0))?;
        Ok(u64::try_from(count).unwrap_or(0))
    }

    async fn claims_for(&self, numbers: &[&str]) -> Result<Vec<PaymentClaim>, StoreError> {
        if numbers.is_empty() {
            return Ok(Vec::new());
        }
        let condition =
            Sql::new("state = 'open' AND wechat_order_id IN ").list(numbers.iter().copied());
        find(self.reader(), condition).await
    }

    async fn orders_paid_by(
        &self,
        sellers: &[SellerId],
        number: &str,
    ) -> Result<Vec<Order>, StoreError> {
        if sellers.is_empty() || number.is_empty() {
            return Ok(Vec::new());
        }
        let sellers = || sellers.iter().map(Id::as_str);
        let sql = Sql::new("SELECT id FROM orders WHERE pay_transaction_no = ")
            .bind(number)
            .add(" AND pay_transaction_no <> '' AND seller_id IN ")
            .list(sellers())
            .add(" UNION SELECT id FROM orders WHERE pay_trade_no = ")
            .bind(number)
            .add(" AND pay_trade_no <> '' AND seller_id IN ")
            .list(sellers())
            .add(" LIMIT 2");
        self.orders_of(sql).await
    }

    async fn attach_claim(&self, attachment: &Attachment) -> Result<(), StoreError> {
        self.write(attachment.clone(), attach).await
    }

    async fn note_claim(
        &self,
        claim: &PaymentClaim,
        state: ClaimState,
        note_: &str,
        actor: &Actor,
        then: Vec<QueuedJob>,
    ) -> Result<(), StoreError> {
        let input = (claim.clone(), state, note_.to_owned(), actor.clone(), then);
        self.write(input, note).await
    }

    async fn claims_to_compare(
        &self,
        place: &str,
        since: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<PaymentClaim>, StoreError> {
        let condition = Sql::new("state IN ('open', 'dismissed') AND created_at >= ")
            .bind(since.timestamp_millis())
            .add(" AND id > ")
            .bind(place)
            .add(" ORDER BY id LIMIT ")
            .bind(i64::from(limit));
        find(self.reader(), condition).await
    }

    async fn payments_to_compare(
        &self,
        sellers: &[SellerId],
        accounts: &[AccountId],
        place: &str,
        since: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<Order>, StoreError> {
        if sellers.is_empty() {
            return Ok(Vec::new());
        }
        let sql = unasked(self.backend(), sellers, accounts, place, since, limit);
        self.orders_of(sql).await
    }
}

impl Store {
    /// The orders whose ids a query gives.
    async fn orders_of(&self, ids: Sql) -> Result<Vec<Order>, StoreError> {
        let mut found = Vec::new();
        for row in sql::rows(self.reader(), ids).await? {
            let condition = Sql::new("id = ").bind(row.cell::<String>(0)?);
            found.extend(orders::find(self.reader(), condition).await?);
        }
        Ok(found)
    }
}

/// Along the ids, which begin with the moment they were made.
fn unasked(
    backend: DbBackend,
    sellers: &[SellerId],
    accounts: &[AccountId],
    place: &str,
    since: DateTime<Utc>,
    limit: u32,
) -> Sql {
    let first: OrderId = first_at(since);
    let plain = without_index(backend);
    Sql::new("SELECT o.id FROM orders o WHERE o.id > ")
        .bind(place.max(first.as_str()))
        .add(&format!(
            " AND o.pay_channel = 'wechat' AND ({plain}o.pay_transaction_no <> '' OR {plain}o.pay_trade_no <> '') \
             AND {plain}o.state IN ('open', 'delivering') \
             AND COALESCE(o.delivery_state, '') NOT IN ('authorised', 'issuing', 'carded') AND {plain}o.seller_id IN "
        ))
        .list(sellers.iter().map(Id::as_str))
        .add(" AND NOT EXISTS (SELECT 1 FROM payment_claims c WHERE c.account_id IN ")
        .list(accounts.iter().map(Id::as_str))
        .add(" AND c.wechat_order_id <> '' AND c.wechat_order_id IN (o.pay_transaction_no, o.pay_trade_no)) ORDER BY o.id LIMIT ")
        .bind(i64::from(limit))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plans::{assert_walks, ledger};
    use fapiao_usecases::ids::fresh;

    #[tokio::test]
    async fn the_comparison_walks_the_orders_of_its_days() {
        let (store, _folder) = ledger().await;
        let at = DateTime::UNIX_EPOCH;
        let sql = unasked(store.backend(), &[fresh(at)], &[fresh(at)], "", at, 20);
        assert_walks(&store, sql, "(id>").await;
    }
}
