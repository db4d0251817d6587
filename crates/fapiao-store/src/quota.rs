//! Quota that goes back to the tax authority, its last day, and what a refused invoice gives back.

use crate::{
    Store,
    audit::Line,
    entity::{invoice, quota_line, stock_request},
    error::{stale, unavailable},
    numbering::period,
    read,
    sql::{self, Cells, Sql, for_update, select},
    stock,
    tx::Tx,
    writer::Run,
};
use async_trait::async_trait;
use chrono::DateTime;
use fapiao_domain::{
    ids::{Id, SegmentId, SellerId},
    money::Fen,
};
use fapiao_usecases::{
    actor::Actor,
    errors::StoreError,
    idempotency::fingerprint,
    ids::fresh,
    jobs::{Job, QueuedJob},
    ports::{OpenReturn, QuotaReturned, QuotaTerms},
};

/// The kind of a request that sends quota back.
const RETURN: &str = "quota_return";

/// Writes a line of the ledger and moves the balance by it, which is there.
async fn book(tx: &Tx, line: quota_line::Model) -> Result<(), StoreError> {
    let sql = Sql::new("UPDATE quota_balances SET balance = balance + ")
        .bind(line.amount)
        .add(" WHERE seller_id = ")
        .bind(line.seller_id.as_str())
        .add(" AND month = ")
        .bind(line.month.as_str());
    tx.insert::<quota_line::Entity>(&[line], "").await?;
    if tx.exec(sql).await? != 1 {
        return Err(unavailable("a quota balance vanished", true));
    }
    Ok(())
}

/// Whose quota of which month, how much, and who decided.
type Beginning = (SellerId, String, Fen, Actor);

fn open_of(seller: &SellerId) -> Sql {
    select::<stock_request::Entity>("WHERE closed_at IS NULL AND kind = ")
        .bind(RETURN)
        .add(" AND seller_id = ")
        .bind(seller.as_str())
        .add(" ORDER BY created_at, id")
}

fn begin<'t>(tx: &'t Tx, (seller, month, amount, actor): &'t Beginning) -> Run<'t, ()> {
    Box::pin(async move {
        // The balance is held first: of two who decide at once the second sees the first one's request.
        let sql = Sql::new("SELECT balance FROM quota_balances WHERE seller_id = ")
            .bind(seller.as_str())
            .add(" AND month = ")
            .bind(month.as_str())
            .add(for_update(tx.backend));
        let left: i64 = match tx.rows(sql).await?.first() {
            Some(row) => row.cell(0)?,
            None => 0,
        };
        if !tx
            .all::<stock_request::Model>(open_of(seller))
            .await?
            .is_empty()
        {
            return Err(StoreError::Exists {
                what: format!("a return of quota of {seller}"),
            });
        }
        if left < amount.get() {
            return Err(stale(format!("the quota of {seller}")));
        }
        let seed: SegmentId = fresh(tx.now);
        let request = fingerprint(seed.as_str().as_bytes())[..32].to_owned();
        let open = stock_request::Model {
            id: request.clone(),
            seller_id: seller.to_string(),
            kind: RETURN.to_owned(),
            period: month.clone(),
            amount: amount.get(),
            created_at: tx.now_millis(),
            closed_at: None,
        };
        tx.insert::<stock_request::Entity>(&[open], "").await?;
        let line = quota_line::Model {
            seller_id: seller.to_string(),
            month: month.clone(),
            kind: "sent_back".to_owned(),
            reference: request,
            amount: -amount.get(),
            at: tx.now_millis(),
        };
        book(tx, line).await?;
        tx.audit(
            Line::new(actor, "stock.quota_return_asked", seller.as_str())
                .with("month", month.as_str())
                .with("amount", amount.to_string()),
        );
        tx.enqueue(QueuedJob::now(
            Job::ReturnQuota(seller.clone()),
            Some(seller.clone()),
        ));
        Ok(())
    })
}

/// Which request, and what became of it.
type Ending = (String, QuotaReturned);

fn close<'t>(tx: &'t Tx, (request, outcome): &'t Ending) -> Run<'t, ()> {
    Box::pin(async move {
        let sql = select::<stock_request::Entity>("WHERE closed_at IS NULL AND id = ")
            .bind(request.as_str())
            .add(for_update(tx.backend));
        let Some(open) = tx.all::<stock_request::Model>(sql).await?.pop() else {
            return Ok(());
        };
        stock::close(tx, request).await?;
        let amount = read::fen(open.amount)?;
        let told = |action: &'static str| {
            Line::new(&Actor::TaxAuthority, action, &open.seller_id)
                .with("month", open.period.as_str())
                .with("amount", amount.to_string())
        };
        let QuotaReturned::Refused(why) = outcome else {
            tx.audit(told("stock.quota_returned"));
            return Ok(());
        };
        let line = quota_line::Model {
            seller_id: open.seller_id.clone(),
            month: open.period.clone(),
            kind: "kept".to_owned(),
            reference: request.clone(),
            amount: open.amount,
            at: tx.now_millis(),
        };
        book(tx, line).await?;
        tx.audit(told("stock.quota_return_refused").with("reason", why.as_str()));
        stock::unblock(tx, &read::id(&open.seller_id)?).await
    })
}

/// Whose quota of which month, and its new last day.
type Extension = (SellerId, String, String);

fn extend<'t>(tx: &'t Tx, (seller, month, until): &'t Extension) -> Run<'t, ()> {
    Box::pin(async move {
        let sql = Sql::new("UPDATE quota_balances SET valid_until = ")
            .bind(until.as_str())
            .add(" WHERE seller_id = ")
            .bind(seller.as_str())
            .add(" AND month = ")
            .bind(month.as_str())
            .add(" AND valid_until < ")
            .bind(until.as_str());
        if tx.exec(sql).await? == 0 {
            return Ok(());
        }
        tx.audit(
            Line::new(
                &Actor::TaxAuthority,
                "stock.quota_extended",
                seller.as_str(),
            )
            .with("month", month.as_str())
            .with("until", until.as_str()),
        );
        stock::unblock(tx, seller).await
    })
}

/// What an invoice took from the quota and did not get back, as an amount below zero, and the month it took it from.
async fn taken(tx: &Tx, row: &invoice::Model) -> Result<(i64, String), StoreError> {
    let at = row.issued_at.and_then(DateTime::from_timestamp_millis);
    let month = at.map_or_else(String::new, |at| period(at).1);
    // Two walks along the ledger's key: its spending is one line, and what was refused is little.
    let sql = Sql::new(
        "SELECT CAST(COALESCE(sum(amount), 0) AS BIGINT) FROM (SELECT amount FROM quota_ledger WHERE kind = 'spend' \
         AND reference = ",
    )
    .bind(row.id.as_str())
    .add(
        " UNION ALL SELECT amount FROM quota_ledger WHERE kind IN ('refused', 'spend_again') AND reference LIKE ",
    )
    .bind(format!("{}:%", row.id))
    .add(") AS its");
    match tx.rows(sql).await?.first() {
        Some(found) => Ok((found.cell(0)?, month)),
        None => Ok((0, month)),
    }
}

/// An invoice that the tax authority refused was never issued: the quota it took is there again. Its number stays spent.
pub(crate) async fn refused(tx: &Tx, row: &invoice::Model) -> Result<(), StoreError> {
    if row.segment_id.is_none() || row.amount <= 0 {
        return Ok(());
    }
    let (taken, month) = taken(tx, row).await?;
    if taken >= 0 || month.is_empty() {
        return Ok(());
    }
    let line = quota_line::Model {
        seller_id: row.seller_id.clone(),
        month,
        kind: "refused".to_owned(),
        reference: format!("{}:{}", row.id, row.version),
        amount: -taken,
        at: tx.now_millis(),
    };
    book(tx, line).await?;
    stock::unblock(tx, &read::id(&row.seller_id)?).await
}

/// A refused invoice whose upload turns out to be under way once more takes its quota again: as much of it as is left,
/// since the authority has it already.
pub(crate) async fn taken_again(tx: &Tx, row: &invoice::Model) -> Result<(), StoreError> {
    if row.segment_id.is_none() || row.amount <= 0 {
        return Ok(());
    }
    let (taken, month) = taken(tx, row).await?;
    if month.is_empty() {
        return Ok(());
    }
    let sql = Sql::new("SELECT balance FROM quota_balances WHERE seller_id = ")
        .bind(row.seller_id.as_str())
        .add(" AND month = ")
        .bind(month.as_str())
        .add(for_update(tx.backend));
    let left: i64 = match tx.rows(sql).await?.first() {
        Some(found) => found.cell(0)?,
        None => 0,
    };
    let wanted = (row.amount + taken).min(left);
    if wanted <= 0 {
        return Ok(());
    }
    let line = quota_line::Model {
        seller_id: row.seller_id.clone(),
        month,
        kind: "spend_again".to_owned(),
        reference: format!("{}:{}", row.id, row.version),
        amount: -wanted,
        at: tx.now_millis(),
    };
    book(tx, line).await
}

#[async_trait]
impl QuotaTerms for Store {
    async fn begin_quota_return(
        &self,
        seller: &SellerId,
        month: &str,
        amount: Fen,
        actor: &Actor,
    ) -> Result<(), StoreError> {
        let what: Beginning = (seller.clone(), month.to_owned(), amount, actor.clone());
        self.write(what, begin).await
    }

    async fn open_quota_return(&self, seller: &SellerId) -> Result<Option<OpenReturn>, StoreError> {
        let found = sql::all::<stock_request::Model>(self.reader(), open_of(seller)).await?;
        found
            .into_iter()
            .next()
            .map(|it| {
                Ok(OpenReturn {
                    request: it.id,
                    month: it.period,
                    amount: read::fen(it.amount)?,
                    asked_at: read::time(it.created_at)?,
                })
            })
            .transpose()
    }

    async fn close_quota_return(
        &self,
        request: &str,
        outcome: &QuotaReturned,
    ) -> Result<(), StoreError> {
        let what: Ending = (request.to_owned(), outcome.clone());
        self.write(what, close).await
    }

    async fn quota_until(&self, seller: &SellerId, month: &str) -> Result<String, StoreError> {
        let sql = Sql::new("SELECT valid_until FROM quota_balances WHERE seller_id = ")
            .bind(seller.as_str())
            .add(" AND month = ")
            .bind(month);
        match sql::row(self.reader(), sql).await? {
            Some(row) => row.cell(0),
            None => Ok(String::new()),
        }
    }

    async fn extend_quota(
        &self,
        seller: &SellerId,
        month: &str,
        until: &str,
    ) -> Result<(), StoreError> {
        let what: Extension = (seller.clone(), month.to_owned(), until.to_owned());
        self.write(what, extend).await
    }
}
