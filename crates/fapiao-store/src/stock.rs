//! The stock of numbers and quota: asked for, fetched, counted.

use crate::{
    audit::Line,
    entity::{quota_line, segment, stock_request},
    error::{missing, unavailable},
    numbering::number_at,
    read,
    sql::{Cells, Sql, for_update, select},
    tx::Tx,
    writer::Run,
};
use fapiao_domain::ids::{Id, InvoiceId, SegmentId, SellerId};
use fapiao_usecases::{
    actor::Actor,
    errors::StoreError,
    idempotency::fingerprint,
    ids::fresh,
    jobs::{Job, QueuedJob},
    ports::QuotaGrant,
    records::Segment,
};

/// A stored segment as use-cases see it.
pub(crate) fn record(model: segment::Model) -> Result<Segment, StoreError> {
    Ok(Segment {
        id: read::id(&model.id)?,
        seller: read::id(&model.seller_id)?,
        year: i32::try_from(model.issue_year).unwrap_or_default(),
        first: model.first_number,
        last: model.last_number,
        size: model.size,
        taken: model.taken,
        fetched_at: read::time(model.fetched_at)?,
        province: model.province,
        closed_at: read::time_opt(model.closed_at)?,
    })
}

/// A fetch to be made, or the unfinished one of the same kind and period.
pub(crate) struct Request {
    pub(crate) seller: SellerId,
    pub(crate) kind: String,
    pub(crate) period: String,
    pub(crate) amount: i64,
}

/// The request number (32 hex digits, as the tax side wants them) and amount to fetch with.
pub(crate) fn request<'t>(tx: &'t Tx, it: &'t Request) -> Run<'t, (String, i64)> {
    Box::pin(async move {
        let seed: SegmentId = fresh(tx.now);
        let model = stock_request::Model {
            id: fingerprint(seed.as_str().as_bytes())[..32].to_owned(),
            seller_id: it.seller.to_string(),
            kind: it.kind.clone(),
            period: it.period.clone(),
            amount: it.amount,
            created_at: tx.now_millis(),
            closed_at: None,
        };
        tx.insert::<stock_request::Entity>(&[model], "ON CONFLICT DO NOTHING")
            .await?;
        let sql = Sql::new(
            "SELECT id, amount FROM stock_requests WHERE closed_at IS NULL AND seller_id = ",
        )
        .bind(it.seller.as_str())
        .add(" AND kind = ")
        .bind(it.kind.as_str())
        .add(" AND period = ")
        .bind(it.period.as_str());
        match tx.rows(sql).await?.first() {
            Some(row) => Ok((row.cell(0)?, row.cell(1)?)),
            None => Err(unavailable("an open stock request vanished", true)),
        }
    })
}

/// A fetched segment.
pub(crate) struct NewSegment {
    pub(crate) request: String,
    pub(crate) seller: SellerId,
    pub(crate) year: i32,
    pub(crate) first: String,
    pub(crate) last: String,
    pub(crate) size: i64,
}

/// Stores a fetched segment.
pub(crate) fn add_segment<'t>(tx: &'t Tx, new: &'t NewSegment) -> Run<'t, ()> {
    Box::pin(async move {
        let fits = new.size > 0
            && new.first.len() == 20
            && number_at(&new.first, new.size - 1).as_deref() == Some(&new.last);
        if !fits {
            return Err(StoreError::Corrupt(format!(
                "the segment {} to {} does not hold {} numbers of 20 digits",
                new.first, new.last, new.size
            )));
        }
        // A fetch that was ended before its answer came was asked for in another province.
        let sql =
            Sql::new("SELECT s.province, (SELECT r.closed_at FROM stock_requests r WHERE r.id = ")
                .bind(new.request.as_str())
                .add(") FROM sellers s WHERE s.id = ")
                .bind(new.seller.as_str());
        let (province, closed_at): (String, Option<i64>) = match tx.rows(sql).await?.first() {
            Some(row) => (row.cell(0)?, row.cell(1)?),
            None => return Err(missing(format!("seller {}", new.seller))),
        };
        let closed_at = closed_at.map(|_| tx.now_millis());
        let id: SegmentId = fresh(tx.now);
        let model = segment::Model {
            id: id.to_string(),
            seller_id: new.seller.to_string(),
            issue_year: i64::from(new.year),
            first_number: new.first.clone(),
            last_number: new.last.clone(),
            size: new.size,
            taken: 0,
            request: new.request.clone(),
            fetched_at: tx.now_millis(),
            province,
            closed_at,
        };
        let added = tx
            .insert::<segment::Entity>(&[model], "ON CONFLICT (request) DO NOTHING RETURNING id")
            .await?;
        if added.is_empty() {
            return Ok(());
        }
        close(tx, &new.request).await?;
        tx.audit(
            Line::new(&Actor::TaxAuthority, "stock.segment", id.as_str())
                .with("seller", new.seller.as_str())
                .with("first", new.first.as_str())
                .with("last", new.last.as_str())
                .with("size", new.size),
        );
        if closed_at.is_some() {
            tx.audit(closing(
                &Actor::System,
                id.as_str(),
                new.seller.as_str(),
                new.size,
            ));
            return Ok(());
        }
        unblock(tx, &new.seller).await
    })
}

/// That the numbers which are left of a segment cannot be used any more.
fn closing(actor: &Actor, segment: &str, seller: &str, left: i64) -> Line {
    Line::new(actor, "stock.segment_closed", segment)
        .with("seller", seller)
        .with("left", left)
}

/// A seller moved to another province: numbers of the former one are not used any more, those that are still being fetched
/// neither, and others are asked for.
pub(crate) async fn leave_province(
    tx: &Tx,
    seller: &SellerId,
    actor: &Actor,
) -> Result<(), StoreError> {
    let sql = Sql::new("UPDATE segments SET closed_at = ")
        .bind(tx.now_millis())
        .add(" WHERE closed_at IS NULL AND taken < size AND seller_id = ")
        .bind(seller.as_str())
        .add(" RETURNING id, size - taken");
    let mut closed: Vec<(String, i64)> = Vec::new();
    for row in tx.rows(sql).await? {
        closed.push((row.cell(0)?, row.cell(1)?));
    }
    closed.sort();
    for (id, left) in &closed {
        tx.audit(closing(actor, id, seller.as_str(), *left));
    }
    let sql = Sql::new("UPDATE stock_requests SET closed_at = ")
        .bind(tx.now_millis())
        .add(" WHERE closed_at IS NULL AND kind = 'segment' AND seller_id = ")
        .bind(seller.as_str());
    tx.exec(sql).await?;
    tx.enqueue(QueuedJob::now(
        Job::RefillStock(seller.clone()),
        Some(seller.clone()),
    ));
    Ok(())
}

/// Fetched quota.
pub(crate) struct NewQuota {
    pub(crate) request: String,
    pub(crate) seller: SellerId,
    pub(crate) month: String,
    pub(crate) grant: QuotaGrant,
}

/// Stores fetched quota.
pub(crate) fn add_quota<'t>(tx: &'t Tx, new: &'t NewQuota) -> Run<'t, ()> {
    Box::pin(async move {
        let line = quota_line::Model {
            seller_id: new.seller.to_string(),
            month: new.month.clone(),
            kind: "download".to_owned(),
            reference: new.request.clone(),
            amount: new.grant.amount.get(),
            at: tx.now_millis(),
        };
        let added = tx
            .insert::<quota_line::Entity>(&[line], "ON CONFLICT DO NOTHING RETURNING reference")
            .await?;
        if added.is_empty() {
            return Ok(());
        }
        let sql = Sql::new(
            "INSERT INTO quota_balances (seller_id, month, balance, valid_until) VALUES (",
        )
        .bind(new.seller.as_str())
        .add(", ")
        .bind(new.month.as_str())
        .add(", ")
        .bind(new.grant.amount.get())
        .add(", ")
        .bind(new.grant.until.as_str())
        .add(
            ") ON CONFLICT (seller_id, month) DO UPDATE \
                 SET balance = quota_balances.balance + excluded.balance, valid_until = CASE \
                 WHEN quota_balances.valid_until < excluded.valid_until THEN excluded.valid_until \
                 ELSE quota_balances.valid_until END",
        );
        tx.exec(sql).await?;
        close(tx, &new.request).await?;
        tx.audit(
            Line::new(&Actor::TaxAuthority, "stock.quota", new.seller.as_str())
                .with("month", new.month.as_str())
                .with("amount", new.grant.amount.to_string()),
        );
        if new.grant.amount.is_positive() {
            unblock(tx, &new.seller).await?;
        }
        Ok(())
    })
}

/// The month (`yyyy-mm`) before which quota has ended.
pub(crate) struct QuotaEnd(pub(crate) String);

/// What is left of the quota of past months lapses: it is of its month only.
pub(crate) fn end_quota<'t>(tx: &'t Tx, end: &'t QuotaEnd) -> Run<'t, u32> {
    Box::pin(async move {
        let sql = Sql::new(
            "SELECT seller_id, month, balance FROM quota_balances WHERE balance > 0 AND month < ",
        )
        .bind(end.0.as_str())
        .add(" ORDER BY seller_id, month")
        .add(for_update(tx.backend));
        let mut lines = Vec::new();
        for row in tx.rows(sql).await? {
            let (seller, month, left): (String, String, i64) =
                (row.cell(0)?, row.cell(1)?, row.cell(2)?);
            let sql = Sql::new("UPDATE quota_balances SET balance = balance - ")
                .bind(left)
                .add(" WHERE seller_id = ")
                .bind(seller.as_str())
                .add(" AND month = ")
                .bind(month.as_str());
            tx.exec(sql).await?;
            tx.audit(
                Line::new(&Actor::System, "stock.quota_ended", &seller)
                    .with("month", month.as_str())
                    .with("amount", read::sum(left).to_string()),
            );
            lines.push(quota_line::Model {
                // A red invoice of that month may still give something back: each end has a line of its own.
                reference: format!("end:{month}:{seller}:{}", tx.now_millis()),
                seller_id: seller,
                month,
                kind: "end".to_owned(),
                amount: -left,
                at: tx.now_millis(),
            });
        }
        tx.insert::<quota_line::Entity>(&lines, "").await?;
        Ok(u32::try_from(lines.len()).unwrap_or(u32::MAX))
    })
}

pub(crate) async fn close(tx: &Tx, request: &str) -> Result<(), StoreError> {
    let sql = Sql::new("UPDATE stock_requests SET closed_at = ")
        .bind(tx.now_millis())
        .add(" WHERE closed_at IS NULL AND id = ")
        .bind(request);
    tx.exec(sql).await?;
    Ok(())
}

/// Blocked invoices of a seller become ready, and their jobs run again.
pub(crate) async fn unblock(tx: &Tx, seller: &SellerId) -> Result<(), StoreError> {
    let sql = Sql::new(
        "UPDATE invoices SET state = 'ready', reason = '', version = version + 1 \
         WHERE state = 'blocked' AND seller_id = ",
    )
    .bind(seller.as_str())
    .add(" RETURNING id, order_id, delivery_id");
    for row in tx.rows(sql).await? {
        let (id, order, delivery): (String, String, String) =
            (row.cell(0)?, row.cell(1)?, row.cell(2)?);
        tx.audit(
            Line::new(&Actor::System, "invoice.unblocked", &id)
                .order(&order)
                .edge("blocked", "ready"),
        );
        let invoice: InvoiceId = read::id(&id)?;
        tx.enqueue(QueuedJob::now(
            Job::IssueInvoice(invoice),
            Some(seller.clone()),
        ));
        tx.changed_id(&delivery);
    }
    Ok(())
}

/// All segments of a seller, newest first.
pub(crate) fn segments_of(seller: &SellerId) -> Sql {
    select::<segment::Entity>("WHERE seller_id = ")
        .bind(seller.as_str())
        .add(" ORDER BY fetched_at DESC, id DESC")
}

/// What may still be taken from: fetched where the seller is today, and not closed since.
pub(crate) const USABLE: &str = " AND closed_at IS NULL AND province = (SELECT p.province FROM sellers p WHERE p.id = segments.seller_id)";

/// How many numbers are left in a year.
pub(crate) fn numbers_left(seller: &SellerId, year: i32) -> Sql {
    Sql::new("SELECT CAST(sum(size - taken) AS BIGINT) FROM segments WHERE seller_id = ")
        .bind(seller.as_str())
        .add(" AND issue_year = ")
        .bind(i64::from(year % 100))
        .add(USABLE)
}

/// How much quota is left in a month.
pub(crate) fn quota_left(seller: &SellerId, month: &str) -> Sql {
    Sql::new("SELECT balance FROM quota_balances WHERE seller_id = ")
        .bind(seller.as_str())
        .add(" AND month = ")
        .bind(month)
}
