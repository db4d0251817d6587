//! The content of the ledger in a few digits: equal for equal content, whichever database holds it and in which order.
//!
//! Each row is hashed by itself, every column as text behind its length; a table's digest is the sum of its rows' hashes
//! modulo 2^256, so that no order needs to be agreed upon. Whoever rewrites history is found by the audit chain; this
//! tells two copies apart, and says that they are none too different.

use super::{next, snapshot};
use crate::{
    Store,
    entity::{
        audit_entry, card, delivery, document, fiscal_bill, fiscal_bill_delivery, invoice,
        invoice_line, order, order_line, quota_line, red_form, red_form_line, refund, refund_line,
        segment,
    },
    error::{self, unavailable},
    sql::{self, Cells, Sql},
};
use fapiao_usecases::{
    errors::StoreError,
    ports::{LedgerDigest, TableDigest},
};
use sea_orm::{
    ColumnTrait, ColumnType, DatabaseTransaction, EntityTrait, IdenStatic, Iterable,
    PrimaryKeyToColumn,
};
use sha2::{Digest as _, Sha256};
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};
use tokio::task::JoinSet;

/// Rows read at once.
const PACK: i64 = 1000;

/// Most arguments of a function.
const ARGUMENTS: usize = 100;

/// A table of the ledger.
struct Table {
    name: &'static str,
    /// The columns of its key.
    key: Vec<&'static str>,
    /// Every column as a text: `=` and its value, empty for nothing.
    columns: Vec<String>,
}

impl Table {
    fn of<E: EntityTrait>() -> Table {
        Table {
            name: E::default().table_name(),
            key: E::PrimaryKey::iter()
                .map(|it| it.into_column().as_str())
                .collect(),
            columns: E::Column::iter()
                .map(|column| {
                    let name = column.as_str();
                    match column.def().get_column_type() {
                        ColumnType::Boolean => {
                            format!("CASE WHEN {name} THEN '=1' ELSE '=0' END")
                        }
                        _ => format!("COALESCE('=' || CAST({name} AS TEXT), '')"),
                    }
                })
                .collect(),
        }
    }

    /// A row as one value: the lengths of its columns, then the columns.
    fn packed(&self) -> String {
        let lengths = self
            .columns
            .iter()
            .map(|it| format!("octet_length({it}), ' '"));
        let parts: Vec<String> = lengths.chain(self.columns.iter().cloned()).collect();
        // PostgreSQL takes no more than a hundred arguments.
        let together = parts
            .chunks(ARGUMENTS / 2)
            .map(|some| format!("concat({})", some.join(", ")));
        together.collect::<Vec<_>>().join(" || ")
    }

    /// Everything that is invoiced, and how it came about.
    fn all() -> VecDeque<Table> {
        // The longest first.
        VecDeque::from([
            Table::of::<audit_entry::Entity>(),
            Table::of::<invoice_line::Entity>(),
            Table::of::<order_line::Entity>(),
            Table::of::<invoice::Entity>(),
            Table::of::<order::Entity>(),
            Table::of::<delivery::Entity>(),
            Table::of::<document::Entity>(),
            Table::of::<card::Entity>(),
            Table::of::<quota_line::Entity>(),
            Table::of::<segment::Entity>(),
            Table::of::<refund::Entity>(),
            Table::of::<refund_line::Entity>(),
            Table::of::<red_form::Entity>(),
            Table::of::<red_form_line::Entity>(),
            Table::of::<fiscal_bill::Entity>(),
            Table::of::<fiscal_bill_delivery::Entity>(),
        ])
    }
}

/// The digest of the whole ledger, from one snapshot.
pub(crate) async fn digest(store: &Store) -> Result<LedgerDigest, StoreError> {
    let readers = snapshot::readers(store).await?;
    let waiting = Arc::new(Mutex::new(Table::all()));
    let mut workers = JoinSet::new();
    for reader in readers.each {
        workers.spawn(work_off(reader, waiting.clone()));
    }
    let mut tables = Vec::new();
    while let Some(ended) = workers.join_next().await {
        tables.extend(ended.map_err(|_| unavailable("a part of the digest stopped", false))??);
    }
    drop(readers.turn);
    tables.sort_by_key(|it| it.table);
    let mut whole = Sha256::new();
    for it in &tables {
        whole.update(format!("{} {} {}\n", it.table, it.rows, it.digest));
    }
    Ok(LedgerDigest {
        tables,
        digest: hex::encode(whole.finalize()),
    })
}

async fn work_off(
    db: DatabaseTransaction,
    waiting: Arc<Mutex<VecDeque<Table>>>,
) -> Result<Vec<TableDigest>, StoreError> {
    let mut done = Vec::new();
    while let Some(table) = next(&waiting) {
        done.push(table_digest(&db, &table).await?);
    }
    db.rollback().await.map_err(error::db)?;
    Ok(done)
}

async fn table_digest(db: &DatabaseTransaction, table: &Table) -> Result<TableDigest, StoreError> {
    let key = table.key.join(", ");
    let (mut sum, mut rows) = (Sum::default(), 0);
    let mut after: Option<Vec<sea_orm::Value>> = None;
    loop {
        let behind = |last: &Option<Vec<sea_orm::Value>>| match last {
            Some(last) => Sql::new(format!(" WHERE ({key}) > ")).list(last.iter().cloned()),
            None => Sql::default(),
        };
        let order = format!(" ORDER BY {key} LIMIT ");
        let page = Sql::new(format!("SELECT * FROM {}", table.name))
            .join(behind(&after))
            .add(&order)
            .bind(PACK);
        let packed = Sql::new(format!("SELECT string_agg({}, '') FROM (", table.packed()))
            .join(page)
            .add(") AS page");
        let packed = super::packed::read(db, packed).await?;
        let read = add_rows(&mut sum, &packed, table)?;
        rows += read;
        if read < PACK {
            return Ok(TableDigest {
                table: table.name,
                rows,
                digest: sum.hex(),
            });
        }
        let last = Sql::new(format!("SELECT {key} FROM {}", table.name))
            .join(behind(&after))
            .add(&order)
            .add("1 OFFSET ")
            .bind(PACK - 1);
        let Some(last) = sql::row(db, last).await? else {
            return Err(unavailable("a page of the ledger ended early", true));
        };
        let mut key = Vec::with_capacity(table.key.len());
        for place in 0..table.key.len() {
            key.push(match last.cell::<i64>(place) {
                Ok(number) => number.into(),
                Err(_) => last.cell::<String>(place)?.into(),
            });
        }
        after = Some(key);
    }
}

/// Adds the hash of each packed row; how many there were.
fn add_rows(sum: &mut Sum, packed: &str, table: &Table) -> Result<i64, StoreError> {
    let mut left = packed;
    let mut rows = 0;
    while !left.is_empty() {
        let Some(length) = row_length(left, table.columns.len()) else {
            return Err(StoreError::Corrupt(format!(
                "a row of {} cannot be told from the next",
                table.name
            )));
        };
        let Some((row, behind)) = left.split_at_checked(length) else {
            return Err(StoreError::Corrupt(format!(
                "a row of {} is cut",
                table.name
            )));
        };
        sum.add(&Sha256::digest(row).into());
        rows += 1;
        left = behind;
    }
    Ok(rows)
}

/// How long the first row is: the lengths of its columns, and the columns.
fn row_length(packed: &str, columns: usize) -> Option<usize> {
    let mut left = packed;
    let mut texts = 0_usize;
    for _ in 0..columns {
        let (length, behind) = left.split_once(' ')?;
        texts = texts.checked_add(length.parse().ok()?)?;
        left = behind;
    }
    packed.len().checked_sub(left.len())?.checked_add(texts)
}

/// A number of 256 bits, the lowest part first.
#[derive(Clone, Copy, Default)]
struct Sum([u64; 4]);

impl Sum {
    fn add(&mut self, hash: &[u8; 32]) {
        let mut carry = false;
        for (part, bytes) in self.0.iter_mut().zip(hash.as_chunks::<8>().0) {
            let (with, over) = part.overflowing_add(u64::from_le_bytes(*bytes));
            let (with, again) = with.overflowing_add(u64::from(carry));
            *part = with;
            carry = over || again;
        }
    }

    fn hex(self) -> String {
        let parts = self.0.iter().rev().map(|it| format!("{it:016x}"));
        parts.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sum_does_not_depend_on_the_order_and_carries_over() {
        let (one, other): ([u8; 32], [u8; 32]) =
            (Sha256::digest("one").into(), Sha256::digest("other").into());
        let (mut forth, mut back) = (Sum::default(), Sum::default());
        for hash in [&one, &other] {
            forth.add(hash);
        }
        for hash in [&other, &one] {
            back.add(hash);
        }
        assert_eq!(forth.hex(), back.hex());
        let mut sum = Sum([u64::MAX, u64::MAX, 0, u64::MAX]);
        let mut small = [0; 32];
        small[0] = 1;
        sum.add(&small);
        assert_eq!(sum.0, [0, 0, 1, u64::MAX]);
        assert_eq!(sum.hex().len(), 64);
    }

    #[test]
    fn rows_are_told_apart_by_their_lengths() {
        assert_eq!(row_length("2 0 =a2 0 =b", 2), Some(6));
        assert_eq!(row_length("7 4 =二二=1 2", 2), Some(4 + 11));
        assert_eq!(row_length("x 4 ", 2), None);
    }
}
