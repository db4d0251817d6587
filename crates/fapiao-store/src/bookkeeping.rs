//! Mappings for bookkeeping programs, and closed months.

use crate::{
    Store,
    audit::Line,
    entity::{book_closing, book_mapping, book_piece},
    error::stale,
    read,
    reports::{beyond, issued_in},
    sql::{self, Cells, Sql, select},
    tx::Tx,
    writer::Run,
};
use async_trait::async_trait;
use fapiao_domain::ids::{Id, SellerId};
use fapiao_usecases::{
    actor::Actor,
    errors::StoreError,
    ports::{After, Bookkeeping, ClosedInvoice, Closing, KeptPiece, Period, Scope, StoredMapping},
};

/// Pieces written at once: each takes a handful of values, and a statement may have only so many.
const PIECES: usize = 500;

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

type Closed = (Closing, Vec<KeptPiece>, Actor);

fn close<'t>(tx: &'t Tx, (it, kept, actor): &'t Closed) -> Run<'t, bool> {
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
        let pieces: Vec<_> = kept
            .iter()
            .map(|piece| book_piece::Model {
                seller_id: it.seller.to_string(),
                month: it.month.clone(),
                name: piece.name.clone(),
                no: piece.no,
                sha256: piece.sha256.clone(),
                size: piece.size,
            })
            .collect();
        for pieces in pieces.chunks(PIECES) {
            tx.insert::<book_piece::Entity>(pieces, "").await?;
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
        let sql = Sql::new("DELETE FROM book_pieces WHERE seller_id = ")
            .bind(seller.as_str())
            .add(" AND month = ")
            .bind(month.as_str());
        tx.exec(sql).await?;
        tx.audit(Line::new(actor, "books.opened", seller.as_str()).with("month", month.as_str()));
        Ok(true)
    })
}

#[async_trait]
impl Bookkeeping for Store {
    async fn sales_of(&self, period: &Period) -> Result<i64, StoreError> {
        let mut sql = Sql::new("SELECT count(*) FROM orders WHERE sold_at >= ")
            .bind(period.from.timestamp_millis())
            .add(" AND sold_at < ")
            .bind(period.until.timestamp_millis());
        if let Some(seller) = &period.seller {
            sql = sql.add(" AND seller_id = ").bind(seller.as_str());
        }
        sql::number(self.reader(), sql).await
    }

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

    async fn closing_rows(
        &self,
        period: &Period,
        after: Option<&After>,
        limit: u32,
    ) -> Result<Vec<ClosedInvoice>, StoreError> {
        let sql = Sql::new(
            "SELECT i.issued_at, i.id, i.code, i.number, i.kind, i.state, i.amount, i.tax, i.total FROM invoices i WHERE 1 = 1",
        )
        .join(issued_in(self, &Scope::All, period))
        .join(beyond(after, "i.issued_at, i.id"))
        .add(" ORDER BY i.issued_at, i.id LIMIT ")
        .bind(i64::from(limit));
        let rows = sql::rows(self.reader(), sql).await?;
        rows.iter()
            .map(|row| {
                let (code, number): (String, String) = (row.cell(2)?, row.cell(3)?);
                Ok(ClosedInvoice {
                    at: row.cell(0)?,
                    id: row.cell(1)?,
                    number: format!("{code}{number}"),
                    kind: row.cell(4)?,
                    state: row.cell(5)?,
                    amount: read::sum(row.cell(6)?),
                    tax: read::sum(row.cell(7)?),
                    total: read::sum(row.cell(8)?),
                })
            })
            .collect()
    }

    async fn close_month(
        &self,
        closing: &Closing,
        kept: Vec<KeptPiece>,
        actor: &Actor,
    ) -> Result<bool, StoreError> {
        let input = (closing.clone(), kept, actor.clone());
        self.write(input, close).await
    }

    async fn kept_pieces(
        &self,
        seller: &SellerId,
        month: &str,
    ) -> Result<Vec<KeptPiece>, StoreError> {
        let sql = select::<book_piece::Entity>("WHERE seller_id = ")
            .bind(seller.as_str())
            .add(" AND month = ")
            .bind(month)
            .add(" ORDER BY name, no");
        let found = sql::all::<book_piece::Model>(self.reader(), sql).await?;
        Ok(found
            .into_iter()
            .map(|it| KeptPiece {
                name: it.name,
                no: it.no,
                sha256: it.sha256,
                size: it.size,
            })
            .collect())
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
