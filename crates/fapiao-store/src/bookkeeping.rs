//! Mappings for bookkeeping programs, and closed months.

use crate::{
    Store,
    audit::Line,
    entity::{book_closing, book_mapping},
    error::stale,
    read,
    reports::{beyond, issued_in},
    sql::{self, Cells, Sql, select},
    tx::Tx,
    writer::Run,
};
use async_trait::async_trait;
use fapiao_domain::{
    ids::{Id, SellerId},
    money::Fen,
};
use fapiao_usecases::{
    actor::Actor,
    errors::StoreError,
    ports::{After, Bookkeeping, Closing, Period, Scope, StoredMapping},
};
use sha2::{Digest as _, Sha256};

/// Invoices read at once.
const PAGE: i64 = 5000;

type Mapped = (SellerId, Option<String>, i64, Actor);

fn save<'t>(tx: &'t Tx, (seller, content, version, actor): &'t Mapped) -> Run<'t, ()> {
    Box::pin(async move {
        let changed = match (content, version) {
            (Some(content), 0) => {
                let model = book_mapping::Model {
                    seller_id: seller.to_string(),
                    content: content.clone(),
                    changed_by: actor.to_string(),
                    changed_at: tx.now_millis(),
                    version: 1,
                };
                let added = tx
                    .insert::<book_mapping::Entity>(
                        &[model],
                        "ON CONFLICT DO NOTHING RETURNING version",
                    )
                    .await?;
                added.len() as u64
            }
            (Some(content), version) => {
                let sql = Sql::new("UPDATE book_mappings SET version = version + 1, content = ")
                    .bind(content.as_str())
                    .add(", changed_by = ")
                    .bind(actor.to_string())
                    .add(", changed_at = ")
                    .bind(tx.now_millis())
                    .add(" WHERE seller_id = ")
                    .bind(seller.as_str())
                    .add(" AND version = ")
                    .bind(*version);
                tx.exec(sql).await?
            }
            (None, version) => {
                let sql = Sql::new("DELETE FROM book_mappings WHERE seller_id = ")
                    .bind(seller.as_str())
                    .add(" AND version = ")
                    .bind(*version);
                tx.exec(sql).await?
            }
        };
        if changed != 1 {
            return Err(stale(format!("the mapping of seller {seller}")));
        }
        tx.audit(
            Line::new(actor, "mapping.changed", seller.as_str())
                .with("defaults", content.is_none()),
        );
        Ok(())
    })
}

fn close<'t>(tx: &'t Tx, (it, actor): &'t (Closing, Actor)) -> Run<'t, bool> {
    Box::pin(async move {
        let model = book_closing::Model {
            seller_id: it.seller.to_string(),
            month: it.month.clone(),
            snapshot: it.snapshot.clone(),
            invoices: it.invoices,
            amount: it.amount.get(),
            tax: it.tax.get(),
            total: it.total.get(),
            closed_by: actor.to_string(),
            closed_at: tx.now_millis(),
        };
        let added = tx
            .insert::<book_closing::Entity>(&[model], "ON CONFLICT DO NOTHING RETURNING month")
            .await?;
        if added.is_empty() {
            return Ok(false);
        }
        tx.audit(
            Line::new(actor, "books.closed", it.seller.as_str())
                .with("month", it.month.as_str())
                .with("snapshot", it.snapshot.as_str())
                .with("invoices", it.invoices),
        );
        Ok(true)
    })
}

type Opened = (SellerId, String, Actor);

fn open<'t>(tx: &'t Tx, (seller, month, actor): &'t Opened) -> Run<'t, bool> {
    Box::pin(async move {
        let sql = Sql::new("DELETE FROM book_closings WHERE seller_id = ")
            .bind(seller.as_str())
            .add(" AND month = ")
            .bind(month.as_str());
        if tx.exec(sql).await? == 0 {
            return Ok(false);
        }
        tx.audit(Line::new(actor, "books.opened", seller.as_str()).with("month", month.as_str()));
        Ok(true)
    })
}

#[async_trait]
impl Bookkeeping for Store {
    async fn book_mapping(&self, seller: &SellerId) -> Result<Option<StoredMapping>, StoreError> {
        let sql = select::<book_mapping::Entity>("WHERE seller_id = ").bind(seller.as_str());
        let found = sql::one::<book_mapping::Model>(self.reader(), sql).await?;
        found
            .map(|it| {
                Ok(StoredMapping {
                    changed_at: read::time(it.changed_at)?,
                    content: it.content,
                    changed_by: it.changed_by,
                    version: it.version,
                })
            })
            .transpose()
    }

    async fn save_book_mapping(
        &self,
        seller: &SellerId,
        content: Option<&str>,
        version: i64,
        actor: &Actor,
    ) -> Result<(), StoreError> {
        let input = (
            seller.clone(),
            content.map(str::to_owned),
            version,
            actor.clone(),
        );
        self.write(input, save).await
    }

    async fn ledger_snapshot(
        &self,
        period: &Period,
    ) -> Result<(String, i64, [Fen; 3]), StoreError> {
        let mut hash = Sha256::new();
        let (mut count, mut sums) = (0_i64, [0_i64; 3]);
        let mut after: Option<After> = None;
        loop {
            let sql = Sql::new(
                "SELECT i.issued_at, i.id, i.code, i.number, i.kind, i.amount, i.tax, i.total FROM invoices i WHERE 1 = 1",
            )
            .join(issued_in(self, &Scope::All, period))
            .join(beyond(after.as_ref(), "i.issued_at, i.id"))
            .add(" ORDER BY i.issued_at, i.id LIMIT ")
            .bind(PAGE);
            let page = sql::rows(self.reader(), sql).await?;
            for row in &page {
                let (at, id): (i64, String) = (row.cell(0)?, row.cell(1)?);
                let (code, number, kind): (String, String, String) =
                    (row.cell(2)?, row.cell(3)?, row.cell(4)?);
                let amounts: [i64; 3] = [row.cell(5)?, row.cell(6)?, row.cell(7)?];
                for (sum, more) in sums.iter_mut().zip(amounts) {
                    *sum += more;
                }
                let [net, tax, total] = amounts;
                hash.update(format!("{at},{code},{number},{kind},{net},{tax},{total}\n"));
                count += 1;
                after = Some((at, id));
            }
            if page.len() < PAGE as usize {
                break;
            }
        }
        let snapshot = hash
            .finalize()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let [net, tax, total] = sums;
        Ok((
            snapshot,
            count,
            [read::sum(net), read::sum(tax), read::sum(total)],
        ))
    }

    async fn close_month(&self, closing: &Closing, actor: &Actor) -> Result<bool, StoreError> {
        self.write((closing.clone(), actor.clone()), close).await
    }

    async fn open_month(
        &self,
        seller: &SellerId,
        month: &str,
        actor: &Actor,
    ) -> Result<bool, StoreError> {
        let input = (seller.clone(), month.to_owned(), actor.clone());
        self.write(input, open).await
    }

    async fn closing(&self, seller: &SellerId, month: &str) -> Result<Option<Closing>, StoreError> {
        let sql = select::<book_closing::Entity>("WHERE seller_id = ")
            .bind(seller.as_str())
            .add(" AND month = ")
            .bind(month);
        let found = sql::one::<book_closing::Model>(self.reader(), sql).await?;
        found
            .map(|it| {
                Ok(Closing {
                    seller: read::id(&it.seller_id)?,
                    month: it.month,
                    snapshot: it.snapshot,
                    invoices: it.invoices,
                    amount: read::sum(it.amount),
                    tax: read::sum(it.tax),
                    total: read::sum(it.total),
                    closed_by: it.closed_by,
                    closed_at: read::time(it.closed_at)?,
                })
            })
            .transpose()
    }
}
