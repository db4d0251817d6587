//! Deliveries: made, changed, expired.

use crate::{
    audit::Line,
    entity::{delivery, order},
    error::{exists, missing, stale},
    gateway::tell_partners,
    idempotent, read,
    red::left_to_invoice,
    sql::{self, Cells, Sql, for_update, select},
    tx::Tx,
    writer::Run,
};
use chrono::{DateTime, Utc};
use fapiao_domain::{
    delivery::{Channel, DeliveryState, PageType},
    ids::{DeliveryId, Id, InvoiceId, OrderId, SellerId},
    order::OrderState,
};
use fapiao_usecases::{
    actor::Actor,
    errors::StoreError,
    idempotency::{Effect, Idempotency},
    jobs::{Job, QueuedJob},
    ports::{DeliveryChange, NewDelivery},
    records::{Delivery, RawTitleRecord},
};
use sea_orm::{ConnectionTrait, DbBackend};

/// Deliveries in these states are under way; the same words as in the index that allows one of them per order.
const UNDER_WAY: &str = "('created', 'page_opened', 'authorised', 'issuing')";

/// A new row.
pub(crate) fn new_model(
    wanted: &NewDelivery,
    order: &str,
    seller: &str,
    store: &str,
    at: i64,
) -> delivery::Model {
    delivery::Model {
        id: wanted.id.to_string(),
        order_id: order.to_owned(),
        seller_id: seller.to_owned(),
        store_id: store.to_owned(),
        account_id: wanted.account.to_string(),
        channel: wanted.channel.as_str().to_owned(),
        page: wanted.page.as_str().to_owned(),
        short_code: wanted.short_code.clone(),
        state: DeliveryState::Created.as_str().to_owned(),
        reason: String::new(),
        return_url: wanted.return_url.clone(),
        expires_at: wanted.expires_at.timestamp_millis(),
        authorised_at: None,
        raw_title: wanted.raw_title.as_ref().map(read::raw_title_text),
        invoice_id: wanted.invoice.as_ref().map(ToString::to_string),
        created_at: at,
        version: 1,
        wechat_order_id: None,
        due_at: None,
        overdue_at: None,
        refusal_url: String::new(),
        part_no: wanted.part.as_ref().map_or(0, |it| i64::from(it.no)),
        part_total: wanted.part.as_ref().map_or(0, |it| it.totals.total.get()),
        part: wanted
            .part
            .as_ref()
            .map(read::part_text)
            .unwrap_or_default(),
        has_document: has_document(wanted.raw_title.as_ref()),
    }
}

/// Whether a title keeps the number of a natural person's document, as its column says it.
fn has_document(title: Option<&RawTitleRecord>) -> i64 {
    let document = title.and_then(|it| it.document.as_ref());
    i64::from(document.is_some_and(|it| !it.is_erased()))
}

/// The line of a new delivery.
pub(crate) fn created_line(actor: &Actor, wanted: &NewDelivery, order: &str) -> Line {
    let line = Line::new(actor, "delivery.created", wanted.id.as_str())
        .order(order)
        .with("channel", wanted.channel.as_str())
        .with("page", wanted.page.as_str())
        .with("to", DeliveryState::Created.as_str());
    let reason = wanted
        .raw_title
        .as_ref()
        .map_or("", |it| it.override_reason.as_str());
    let line = if reason.is_empty() {
        line
    } else {
        line.with("override_reason", reason)
    };
    match &wanted.part {
        Some(part) => line
            .with("part", format!("{}/{}", part.no, part.of))
            .with("total", part.totals.total.to_string()),
        None => line,
    }
}

/// What a new delivery starts by itself: the invoice of a page that only hands it over.
pub(crate) fn begins_with(wanted: &NewDelivery, seller: &SellerId) -> Vec<QueuedJob> {
    if wanted.page == PageType::Collect && wanted.invoice.is_none() {
        vec![QueuedJob::now(
            Job::DraftInvoice(wanted.id.clone()),
            Some(seller.clone()),
        )]
    } else {
        Vec::new()
    }
}

/// A stored delivery as use-cases see it.
pub(crate) fn record(model: delivery::Model) -> Result<Delivery, StoreError> {
    Ok(Delivery {
        id: read::id(&model.id)?,
        order: read::id(&model.order_id)?,
        seller: read::id(&model.seller_id)?,
        account: read::id(&model.account_id)?,
        channel: read::word(Channel::parse, &model.channel, "channel")?,
        page: read::word(PageType::parse, &model.page, "page type")?,
        short_code: model.short_code,
        state: read::word(DeliveryState::parse, &model.state, "state of a delivery")?,
        reason: model.reason,
        return_url: model.return_url,
        expires_at: read::time(model.expires_at)?,
        authorised_at: read::time_opt(model.authorised_at)?,
        due_at: read::time_opt(model.due_at)?,
        overdue_at: read::time_opt(model.overdue_at)?,
        refusal_url: model.refusal_url,
        wechat_order_id: model.wechat_order_id,
        raw_title: model
            .raw_title
            .as_deref()
            .map(read::raw_title)
            .transpose()?,
        part: read::part(model.part_no, &model.part)?,
        invoice: read::id_opt(model.invoice_id.as_deref())?,
        created_at: read::time(model.created_at)?,
        version: model.version,
    })
}

/// Deliveries by a condition on their rows, oldest first.
pub(crate) async fn find(
    db: &impl ConnectionTrait,
    condition: Sql,
) -> Result<Vec<Delivery>, StoreError> {
    let sql = select::<delivery::Entity>("WHERE ")
        .join(condition)
        .add(" ORDER BY created_at, part_no, id");
    sql::all::<delivery::Model>(db, sql)
        .await?
        .into_iter()
        .map(record)
        .collect()
}

/// A row, held until the commit.
pub(crate) async fn hold(tx: &Tx, id: &str) -> Result<delivery::Model, StoreError> {
    let sql = select::<delivery::Entity>("WHERE id = ")
        .bind(id)
        .add(for_update(tx.backend));
    tx.one(sql)
        .await?
        .ok_or_else(|| missing(format!("delivery {id}")))
}

/// Deliveries for an order that has none under way, or for its parts that have none.
pub(crate) struct Addition {
    pub(crate) order: OrderId,
    pub(crate) wanted: Vec<NewDelivery>,
    pub(crate) idempotency: Option<Idempotency>,
    pub(crate) actor: Actor,
}

/// Adds a delivery. An order that is invoiced, or about to be, gets no second one.
pub(crate) fn add<'t>(tx: &'t Tx, new: &'t Addition) -> Run<'t, Effect<()>> {
    Box::pin(async move {
        if let Some(known) = idempotent::take(tx, new.idempotency.as_ref()).await? {
            return Ok(known);
        }
        let id = new.order.as_str();
        let sql = select::<order::Entity>("WHERE id = ")
            .bind(id)
            .add(for_update(tx.backend));
        let order: order::Model = tx
            .one(sql)
            .await?
            .ok_or_else(|| missing(format!("order {id}")))?;
        insert_deliveries(tx, &order, &new.wanted, &new.actor).await?;
        Ok(Effect::Done(()))
    })
}

/// Nothing of the order is left to be invoiced: it is invoiced, or about to be.
pub(crate) async fn refuse_invoiced(tx: &Tx, order: &order::Model) -> Result<(), StoreError> {
    let carded = Sql::new(
        "SELECT 1 FROM deliveries WHERE state = 'carded' AND invoice_id IS NULL AND order_id = ",
    )
    .bind(order.id.as_str());
    if left_to_invoice(tx, &order.id).await? <= 0 || !tx.rows(carded).await?.is_empty() {
        return Err(exists(format!("an invoice of order {}", order.order_no)));
    }
    Ok(())
}

/// An invoice whose card was asked for may be in a wallet: it is not handed over twice.
async fn refuse_carded(
    tx: &Tx,
    invoice: &InvoiceId,
    order: &order::Model,
) -> Result<(), StoreError> {
    let carded = Sql::new(
        "SELECT 1 FROM cards WHERE state NOT IN ('uploading', 'cancelled') AND invoice_id = ",
    )
    .bind(invoice.as_str());
    if !tx.rows(carded).await?.is_empty() {
        return Err(exists(format!(
            "a card of invoice {invoice} of order {}",
            order.order_no
        )));
    }
    Ok(())
}

/// Writes deliveries for a held order: one, or one a part. The first is the one the order's row shows.
pub(crate) async fn insert_deliveries(
    tx: &Tx,
    order: &order::Model,
    wanted: &[NewDelivery],
    actor: &Actor,
) -> Result<(), StoreError> {
    reject_refused(tx, order).await?;
    for it in wanted.iter().rev() {
        insert_delivery(tx, order, it, actor).await?;
    }
    if wanted.iter().any(|it| it.part.is_some()) {
        refuse_overlap(tx, order).await?;
    }
    Ok(())
}

/// Begun anew after the tax side refused the invoice: the buyer's agreement of before leads nowhere any more, and WeChat is
/// told so. The job looks whether it does.
async fn reject_refused(tx: &Tx, order: &order::Model) -> Result<(), StoreError> {
    let sql = Sql::new(
        "SELECT d.id FROM deliveries d JOIN invoices i ON i.id = d.invoice_id WHERE d.state = 'failed' \
         AND i.state = 'refused' AND d.authorised_at IS NOT NULL AND d.order_id = ",
    )
    .bind(order.id.as_str());
    for row in tx.rows(sql).await? {
        let id: String = row.cell(0)?;
        let job = Job::RejectAuthorisation(read::id(&id)?);
        tx.enqueue(QueuedJob::now(job, Some(read::id(&order.seller_id)?)));
    }
    Ok(())
}

/// Writes the deliveries of other parts beside one that goes on already; the order's row keeps showing that one.
pub(crate) async fn insert_beside(
    tx: &Tx,
    order: &order::Model,
    others: &[NewDelivery],
    actor: &Actor,
) -> Result<(), StoreError> {
    if others.is_empty() {
        return Ok(());
    }
    let models: Vec<_> = others
        .iter()
        .map(|it| {
            new_model(
                it,
                &order.id,
                &order.seller_id,
                &order.store_id,
                tx.now_millis(),
            )
        })
        .collect();
    tx.insert::<delivery::Entity>(&models, "").await?;
    for it in others {
        tx.audit(created_line(actor, it, &order.id));
        tx.changed(&it.id);
    }
    refuse_overlap(tx, order).await
}

/// Parts under way never state more than what is left, nor stand beside a delivery of the whole.
async fn refuse_overlap(tx: &Tx, order: &order::Model) -> Result<(), StoreError> {
    let sql = Sql::new(format!(
        "SELECT CAST(COALESCE(sum(CASE WHEN invoice_id IS NULL THEN part_total ELSE 0 END), 0) AS BIGINT), min(part_no) \
         FROM deliveries WHERE state IN {UNDER_WAY} AND order_id = "
    ))
    .bind(order.id.as_str());
    for row in tx.rows(sql).await? {
        let (stated, least): (i64, Option<i64>) = (row.cell(0)?, row.cell(1)?);
        if least == Some(0) || left_to_invoice(tx, &order.id).await? < stated {
            return Err(what_is_in_the_way(tx, order).await?);
        }
    }
    Ok(())
}

/// Writes a delivery for a held order of which something is left to be invoiced, or for one of its invoices.
pub(crate) async fn insert_delivery(
    tx: &Tx,
    order: &order::Model,
    wanted: &NewDelivery,
    actor: &Actor,
) -> Result<(), StoreError> {
    let id = order.id.as_str();
    if order.state == OrderState::Cancelled.as_str() {
        return Err(stale(format!("order {}", order.order_no)));
    }
    if wanted.part.is_none() {
        // The whole never goes beside parts of it.
        let parts = Sql::new(format!(
            "SELECT id FROM deliveries WHERE part_no > 0 AND state IN {UNDER_WAY} AND order_id = "
        ))
        .bind(id);
        if !tx.rows(parts).await?.is_empty() {
            return Err(what_is_in_the_way(tx, order).await?);
        }
    }
    match &wanted.invoice {
        None => refuse_invoiced(tx, order).await?,
        Some(invoice) => refuse_carded(tx, invoice, order).await?,
    }
    let model = new_model(
        wanted,
        id,
        &order.seller_id,
        &order.store_id,
        tx.now_millis(),
    );
    let made = tx
        .insert::<delivery::Entity>(&[model], "ON CONFLICT DO NOTHING RETURNING id")
        .await?;
    if made.is_empty() {
        return Err(what_is_in_the_way(tx, order).await?);
    }
    let sql = Sql::new("UPDATE orders SET delivery_id = ")
        .bind(wanted.id.as_str())
        .add(" WHERE id = ")
        .bind(id);
    tx.exec(sql).await?;
    orders_follow(tx, &[id.to_owned()]).await?;
    tx.audit(created_line(actor, wanted, id));
    tx.enqueue_all(&begins_with(wanted, &read::id(&order.seller_id)?));
    tx.changed(&wanted.id);
    Ok(())
}

async fn what_is_in_the_way(tx: &Tx, order: &order::Model) -> Result<StoreError, StoreError> {
    let sql = Sql::new(format!(
        "SELECT id FROM deliveries WHERE state IN {UNDER_WAY} AND order_id = "
    ))
    .bind(order.id.as_str());
    Ok(match tx.rows(sql).await?.first() {
        Some(row) => exists(format!(
            "delivery {} of order {}, which is under way,",
            row.cell::<String>(0)?,
            order.order_no
        )),
        None => exists("this id or short code of a delivery"),
    })
}

/// Some parts of an order are on no live invoice: it is not invoiced yet, whatever happened to the others.
const PART_MISSING: &str = "(EXISTS (SELECT 1 FROM deliveries p WHERE p.order_id = orders.id AND p.part_no > 0) \
     AND orders.total - orders.refunded > COALESCE((SELECT sum(li.total) FROM invoices li WHERE li.order_id = orders.id \
       AND ((li.blue_id IS NULL AND li.state <> 'refused') OR (li.blue_id IS NOT NULL AND li.state = 'issued'))), 0))";

/// Brings orders in line with their deliveries and invoices: `delivering` while one is under way, `invoiced` when one is
/// carded or an invoice exists that no delivery is under way with, `cancelled` when all of it was given back, else
/// `open`: an invoice that was wholly taken back counts no more.
pub(crate) async fn orders_follow(tx: &Tx, orders: &[String]) -> Result<(), StoreError> {
    if orders.is_empty() {
        return Ok(());
    }
    // Held first, in a statement of its own: two parts of an order may end at the same moment, and the one that waited
    // for the row has to look at the other's outcome, not at what stood when its own statement began.
    let held = Sql::new("SELECT id FROM orders WHERE id IN ")
        .list(orders.iter().map(String::as_str))
        .add(" ORDER BY id")
        .add(for_update(tx.backend));
    if tx.backend == DbBackend::Postgres {
        tx.rows(held).await?;
    }
    let sql = Sql::new(format!(
        "UPDATE orders SET state = CASE \
           WHEN state = 'cancelled' THEN state \
           WHEN EXISTS (SELECT 1 FROM deliveries d WHERE d.order_id = orders.id AND d.state IN {UNDER_WAY}) \
             THEN 'delivering' \
           WHEN {PART_MISSING} THEN 'open' \
           WHEN EXISTS (SELECT 1 FROM deliveries d WHERE d.order_id = orders.id AND d.state = 'carded' \
                        AND NOT EXISTS (SELECT 1 FROM invoices r WHERE r.id = d.invoice_id AND r.state = 'fully_red')) \
             OR EXISTS (SELECT 1 FROM invoices i WHERE i.order_id = orders.id AND i.blue_id IS NULL \
                        AND i.state IN ('issued', 'partly_red')) THEN 'invoiced' \
           WHEN orders.refunded >= orders.total AND orders.total > 0 THEN 'cancelled' \
           ELSE 'open' END, \
         delivery_state = (SELECT d.state FROM deliveries d WHERE d.id = orders.delivery_id) \
         WHERE id IN "
    ))
    .list(orders.iter().map(String::as_str));
    tx.exec(sql).await?;
    Ok(())
}

/// Changes a delivery's state with everything that follows.
pub(crate) fn change<'t>(
    tx: &'t Tx,
    (change, key): &'t (DeliveryChange, Option<Idempotency>),
) -> Run<'t, Effect<()>> {
    Box::pin(async move {
        if let Some(known) = idempotent::take(tx, key.as_ref()).await? {
            return Ok(known);
        }
        let mut sql = Sql::new("UPDATE deliveries SET state = ")
            .bind(change.to.as_str())
            .add(", reason = ")
            .bind(change.reason.as_str())
            .add(", version = version + 1");
        if let Some(url) = &change.refusal_url {
            sql = sql.add(", refusal_url = ").bind(url.as_str());
        }
        if let Some(proof) = &change.authorisation {
            sql = sql
                .add(", authorised_at = ")
                .bind(proof.at.timestamp_millis())
                .add(", due_at = ")
                .bind(proof.due_at.timestamp_millis());
            if let Some(title) = &proof.raw_title {
                sql = sql
                    .add(", raw_title = ")
                    .bind(read::raw_title_text(title))
                    .add(", has_document = ")
                    .bind(has_document(Some(title)));
            }
        }
        let sql = sql
            .add(" WHERE id = ")
            .bind(change.id.as_str())
            .add(" AND version = ")
            .bind(change.expected_version)
            .add(" AND state = ")
            .bind(change.from.as_str())
            .add(" RETURNING order_id");
        let rows = tx.rows(sql).await?;
        let Some(row) = rows.first() else {
            return Err(stale(format!("delivery {}", change.id)));
        };
        let order: String = row.cell(0)?;
        orders_follow(tx, std::slice::from_ref(&order)).await?;
        let action = format!("delivery.{}", change.to.as_str());
        let mut line = Line::new(&change.actor, &action, change.id.as_str())
            .order(&order)
            .edge(change.from.as_str(), change.to.as_str())
            .note(&change.note);
        if !change.reason.is_empty() {
            line = line.with("reason", change.reason.as_str());
        }
        tx.audit(line);
        tx.enqueue_all(&change.then);
        tx.changed(&change.id);
        if change.to.is_final() {
            tell_partners(tx, [change.id.as_str()]).await?;
            if change.to != DeliveryState::Carded && is_decision(&change.actor) {
                drop_work(tx, change.id.as_str(), &change.actor, &order).await?;
            }
        }
        Ok(Effect::Done(()))
    })
}

/// Whether somebody decided this, and no answer from outside.
fn is_decision(actor: &Actor) -> bool {
    matches!(
        actor,
        Actor::Staff(_) | Actor::ApiKey(_) | Actor::CommandLine
    )
}

/// What still waited or had stopped for a delivery that somebody ended has nothing left to do. A card whose insert had no
/// answer may be in the wallet: that is still found out.
pub(crate) async fn drop_work(
    tx: &Tx,
    id: &str,
    actor: &Actor,
    order: &str,
) -> Result<(), StoreError> {
    let sql = Sql::new("DELETE FROM jobs WHERE subject = ")
        .bind(id)
        .add(
            " AND state IN ('waiting', 'parked') AND (kind = 'draft_invoice' OR (kind = 'deliver_card' \
             AND NOT EXISTS (SELECT 1 FROM cards c WHERE c.delivery_id = jobs.subject AND c.asked_at IS NOT NULL))) \
             RETURNING id, kind, code",
        );
    for row in tx.rows(sql).await? {
        let (job, kind, code): (String, String, String) =
            (row.cell(0)?, row.cell(1)?, row.cell(2)?);
        tx.audit(
            Line::new(actor, "job.abandoned", &job)
                .order(order)
                .with("kind", kind)
                .with("about", id)
                .with("code", code)
                .with("reason", "投递已结束 / the delivery was ended"),
        );
    }
    Ok(())
}

/// A title that a person corrected or accepted.
pub(crate) struct Correction {
    pub(crate) id: DeliveryId,
    pub(crate) expected_version: i64,
    pub(crate) title: RawTitleRecord,
    pub(crate) then: Vec<QueuedJob>,
    pub(crate) actor: Actor,
}

/// Stores a corrected title.
pub(crate) fn correct<'t>(tx: &'t Tx, it: &'t Correction) -> Run<'t, ()> {
    Box::pin(async move {
        let sql = Sql::new("UPDATE deliveries SET raw_title = ")
            .bind(read::raw_title_text(&it.title))
            .add(", has_document = ")
            .bind(has_document(Some(&it.title)))
            .add(", version = version + 1 WHERE id = ")
            .bind(it.id.as_str())
            .add(" AND version = ")
            .bind(it.expected_version)
            .add(" RETURNING order_id");
        let rows = tx.rows(sql).await?;
        let Some(row) = rows.first() else {
            return Err(stale(format!("delivery {}", it.id)));
        };
        let order: String = row.cell(0)?;
        tx.audit(
            Line::new(&it.actor, "delivery.title_corrected", it.id.as_str())
                .order(&order)
                .with("override_reason", it.title.override_reason.as_str()),
        );
        tx.enqueue_all(&it.then);
        tx.changed(&it.id);
        Ok(())
    })
}

/// Expires deliveries whose deadline passed.
pub(crate) fn expire<'t>(tx: &'t Tx, (now, limit): &'t (DateTime<Utc>, u32)) -> Run<'t, u32> {
    Box::pin(async move {
        let sql = Sql::new(
            "SELECT id, order_id, state FROM deliveries \
             WHERE state IN ('created', 'page_opened') AND expires_at <= ",
        )
        .bind(now.timestamp_millis())
        .add(" ORDER BY expires_at LIMIT ")
        .bind(i64::from(*limit))
        .add(for_update(tx.backend));
        let due = tx.rows(sql).await?;
        if due.is_empty() {
            return Ok(0);
        }
        let (mut ids, mut orders) = (Vec::new(), Vec::new());
        for row in &due {
            let (id, order, state): (String, String, String) =
                (row.cell(0)?, row.cell(1)?, row.cell(2)?);
            tx.audit(
                Line::new(&Actor::System, "delivery.expired", &id)
                    .order(&order)
                    .edge(&state, DeliveryState::Expired.as_str()),
            );
            tx.changed_id(&id);
            ids.push(id);
            orders.push(order);
        }
        let sql =
            Sql::new("UPDATE deliveries SET state = 'expired', version = version + 1 WHERE id IN ")
                .list(ids.iter().map(String::as_str));
        tx.exec(sql).await?;
        tell_partners(tx, ids.iter().map(String::as_str)).await?;
        orders_follow(tx, &orders).await?;
        Ok(read::count(due.len() as i64))
    })
}

/// Notes promises that were broken.
pub(crate) fn overdue<'t>(tx: &'t Tx, (now, limit): &'t (DateTime<Utc>, u32)) -> Run<'t, u32> {
    Box::pin(async move {
        // Every node looks: the mark is set and told by whoever sets it, once.
        let sql = Sql::new("UPDATE deliveries SET overdue_at = ")
            .bind(now.timestamp_millis())
            .add(
                " WHERE overdue_at IS NULL AND id IN (SELECT d.id FROM deliveries d \
                 WHERE d.state IN ('authorised', 'issuing') AND d.overdue_at IS NULL AND d.due_at <= ",
            )
            .bind(now.timestamp_millis())
            .add(
                " AND NOT EXISTS (SELECT 1 FROM invoices i WHERE i.id = d.invoice_id \
                 AND i.state IN ('issued', 'partly_red', 'fully_red')) ORDER BY d.due_at, d.id LIMIT ",
            )
            .bind(i64::from(*limit))
            .add(") RETURNING due_at, id, order_id");
        let mut due = Vec::new();
        for row in &tx.rows(sql).await? {
            due.push((
                row.cell::<i64>(0)?,
                row.cell::<String>(1)?,
                row.cell::<String>(2)?,
            ));
        }
        due.sort();
        for (due_at, id, order) in &due {
            tx.audit(
                Line::new(&Actor::System, "delivery.overdue", id)
                    .order(order)
                    .with("due_at", read::time(*due_at)?.to_rfc3339()),
            );
            tx.changed_id(id);
        }
        Ok(read::count(due.len() as i64))
    })
}
