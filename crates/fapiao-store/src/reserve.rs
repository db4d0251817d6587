//! Taking numbers and quota: both or neither, in one transaction, a block at a time.

use crate::{
    audit::Line,
    entity::{invoice, quota_line, segment},
    error::{missing, stale, unavailable},
    invoice::{identity, state},
    numbering::{number_at, period},
    read,
    sql::{Cells, Sql, for_update, select},
    stock::USABLE,
    tx::Tx,
    writer::Run,
};
use chrono::{DateTime, Utc};
use fapiao_domain::{
    ids::Id,
    ids::{InvoiceId, SellerId},
    invoice::{Identity, InvoiceKind, InvoiceState},
};
use fapiao_usecases::{
    actor::Actor,
    calendar,
    errors::StoreError,
    jobs::{Job, QueuedJob},
    ports::Reservation,
};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// One invoice to reserve for, with its issue time.
pub(crate) type Wanted = (InvoiceId, DateTime<Utc>);

/// Reserves for a set; an answer per item, in order.
pub(crate) fn reserve<'t>(tx: &'t Tx, items: &'t [Wanted]) -> Run<'t, Vec<Reservation>> {
    Box::pin(async move {
        let rows = hold_invoices(tx, items).await?;
        let mut desk = Desk::open(tx, items, &rows).await?;
        let mut decided: HashMap<&str, Reservation> = HashMap::new();
        for (id, at) in items {
            let row = rows
                .get(id.as_str())
                .ok_or_else(|| missing(format!("invoice {id}")))?;
            if !decided.contains_key(id.as_str()) {
                decided.insert(id.as_str(), desk.serve(row, *at)?);
            }
        }
        desk.write(tx).await?;
        items
            .iter()
            .map(|(id, _)| {
                let answer = decided.get(id.as_str()).cloned();
                answer.ok_or_else(|| missing(format!("invoice {id}")))
            })
            .collect()
    })
}

async fn hold_invoices(
    tx: &Tx,
    items: &[Wanted],
) -> Result<HashMap<String, invoice::Model>, StoreError> {
    let ids: BTreeSet<&str> = items.iter().map(|(id, _)| id.as_str()).collect();
    let sql = select::<invoice::Entity>("WHERE id IN ")
        .list(ids)
        .add(" ORDER BY id")
        .add(for_update(tx.backend));
    let rows = tx.all::<invoice::Model>(sql).await?;
    Ok(rows.into_iter().map(|row| (row.id.clone(), row)).collect())
}

/// Whether a row still waits for a number.
fn waits(row: &invoice::Model) -> bool {
    row.number.is_none() && (row.state == "ready" || row.state == "blocked")
}

/// The stock that this set takes from, held until the commit, and what was decided so far.
struct Desk {
    /// By seller and year, oldest first.
    segments: BTreeMap<(String, i64), Vec<Shelf>>,
    /// By seller and month: what is left, and what was left at first.
    quota: BTreeMap<(String, String), (i64, i64)>,
    /// The last day of quota that may not be used any more, by the same.
    lapsed: BTreeMap<(String, String), String>,
    /// Sellers: refill below so many numbers and so much quota.
    low: HashMap<String, (i64, i64)>,
    granted: Vec<Grant>,
    blocked: Vec<(invoice::Model, &'static str)>,
    unblocked: Vec<invoice::Model>,
    short: BTreeSet<String>,
}

struct Shelf {
    segment: segment::Model,
    taken: i64,
}

struct Grant {
    row: invoice::Model,
    number: String,
    segment: String,
    /// Whose authority's number it is: the seller may have moved since the draft.
    province: String,
    month: String,
    at: DateTime<Utc>,
}

impl Desk {
    async fn open(
        tx: &Tx,
        items: &[Wanted],
        rows: &HashMap<String, invoice::Model>,
    ) -> Result<Desk, StoreError> {
        let mut years = BTreeSet::new();
        let mut months = BTreeSet::new();
        let mut sellers = BTreeSet::new();
        for (id, at) in items {
            if let Some(row) = rows.get(id.as_str()).filter(|row| waits(row)) {
                let (year, month) = period(*at);
                years.insert((row.seller_id.clone(), year));
                months.insert((row.seller_id.clone(), month));
                sellers.insert(row.seller_id.clone());
            }
        }
        let newest_day = items
            .iter()
            .map(|(_, at)| calendar::day(*at))
            .max()
            .unwrap_or_default();
        let mut desk = Desk {
            segments: BTreeMap::new(),
            quota: BTreeMap::new(),
            lapsed: BTreeMap::new(),
            low: HashMap::new(),
            granted: Vec::new(),
            blocked: Vec::new(),
            unblocked: Vec::new(),
            short: BTreeSet::new(),
        };
        if sellers.is_empty() {
            return Ok(desk);
        }
        // Always quota before segments, each in key order: no two transactions wait for each other.
        for (seller, month) in months {
            let sql =
                Sql::new("SELECT balance, valid_until FROM quota_balances WHERE seller_id = ")
                    .bind(seller.as_str())
                    .add(" AND month = ")
                    .bind(month.as_str())
                    .add(for_update(tx.backend));
            let (left, until): (i64, String) = match tx.rows(sql).await?.first() {
                Some(row) => (row.cell(0)?, row.cell(1)?),
                None => (0, String::new()),
            };
            if !until.is_empty() && until < newest_day {
                desk.lapsed.insert((seller.clone(), month.clone()), until);
            }
            desk.quota.insert((seller, month), (left, left));
        }
        for (seller, year) in years {
            let sql = select::<segment::Entity>("WHERE taken < size AND seller_id = ")
                .bind(seller.as_str())
                .add(" AND issue_year = ")
                .bind(year)
                .add(USABLE)
                .add(" ORDER BY fetched_at, id")
                .add(for_update(tx.backend));
            let shelves = tx.all::<segment::Model>(sql).await?;
            let shelves = shelves
                .into_iter()
                .map(|segment| Shelf {
                    taken: segment.taken,
                    segment,
                })
                .collect();
            desk.segments.insert((seller, year), shelves);
        }
        let sql =
            Sql::new("SELECT id, numbers_low, quota_low FROM sellers WHERE id IN ").list(sellers);
        for row in tx.rows(sql).await? {
            desk.low.insert(row.cell(0)?, (row.cell(1)?, row.cell(2)?));
        }
        Ok(desk)
    }

    /// Decides for one invoice.
    fn serve(
        &mut self,
        row: &invoice::Model,
        at: DateTime<Utc>,
    ) -> Result<Reservation, StoreError> {
        let standing = state(&row.state)?;
        if let Some(identity) = identity(row)? {
            let Some(issued_at) = read::time_opt(row.issued_at)? else {
                return Err(StoreError::Corrupt(format!(
                    "invoice {} has a number but no issue time",
                    row.id
                )));
            };
            return Ok(match standing {
                InvoiceState::Reserved | InvoiceState::OutcomeUnknown => Reservation::Reserved {
                    identity,
                    issued_at,
                },
                other => Reservation::NotReady(other),
            });
        }
        if !waits(row) {
            return Ok(Reservation::NotReady(standing));
        }
        let (year, month) = period(at);
        let digital = row.kind != InvoiceKind::ClassicOrdinary.as_str();
        let shelf = self
            .segments
            .get_mut(&(row.seller_id.clone(), year))
            .and_then(|shelves| {
                shelves
                    .iter_mut()
                    .find(|shelf| shelf.taken < shelf.segment.size)
            });
        let Some(shelf) = shelf.filter(|_| digital) else {
            return Ok(self.block(row, "no_number", Reservation::NoNumber));
        };
        let of_month = (row.seller_id.clone(), month.clone());
        if let Some(until) = self.lapsed.get(&of_month).filter(|_| row.amount > 0) {
            let until = until.clone();
            return Ok(self.block(row, "quota_lapsed", Reservation::QuotaLapsed { until }));
        }
        let (left, _) = self.quota.entry(of_month).or_default();
        if row.amount > *left {
            let left = read::sum(*left);
            return Ok(self.block(row, "no_quota", Reservation::NoQuota { left }));
        }
        let number = number_at(&shelf.segment.first_number, shelf.taken).ok_or_else(|| {
            StoreError::Corrupt(format!(
                "segment {} has no readable number",
                shelf.segment.id
            ))
        })?;
        // All of it counts: lines that would not (不征税 with a class code that does not begin with 6) are refused when
        // an invoice is computed (`E_RATE_CLASS`).
        *left -= row.amount.max(0);
        shelf.taken += 1;
        self.granted.push(Grant {
            row: row.clone(),
            number: number.clone(),
            segment: shelf.segment.id.clone(),
            province: shelf.segment.province.clone(),
            month,
            at,
        });
        if row.state == "blocked" {
            self.unblocked.push(row.clone());
        }
        Ok(Reservation::Reserved {
            identity: Identity::Digital { number },
            // As stored: whole milliseconds.
            issued_at: read::time(at.timestamp_millis())?,
        })
    }

    fn block(
        &mut self,
        row: &invoice::Model,
        reason: &'static str,
        answer: Reservation,
    ) -> Reservation {
        self.short.insert(row.seller_id.clone());
        self.blocked.push((row.clone(), reason));
        answer
    }

    /// Writes what was decided.
    async fn write(self, tx: &Tx) -> Result<(), StoreError> {
        self.write_stock(tx).await?;
        self.write_grants(tx).await?;
        for (row, reason) in &self.blocked {
            if row.state == "blocked" && row.reason == *reason {
                continue;
            }
            let sql =
                Sql::new("UPDATE invoices SET state = 'blocked', version = version + 1, reason = ")
                    .bind(*reason)
                    .add(" WHERE id = ")
                    .bind(row.id.as_str())
                    .add(" AND state = ")
                    .bind(row.state.as_str());
            tx.exec(sql).await?;
            if row.state == "ready" {
                tx.audit(
                    Line::new(&Actor::System, "invoice.blocked", &row.id)
                        .order(&row.order_id)
                        .edge("ready", "blocked")
                        .with("reason", *reason),
                );
                tx.changed_id(&row.delivery_id);
            }
        }
        for seller in &self.low_sellers() {
            let seller: SellerId = read::id(seller)?;
            tx.enqueue(QueuedJob::now(
                Job::RefillStock(seller.clone()),
                Some(seller),
            ));
        }
        Ok(())
    }

    async fn write_stock(&self, tx: &Tx) -> Result<(), StoreError> {
        for ((seller, month), (left, before)) in &self.quota {
            if left == before {
                continue;
            }
            let sql = Sql::new("UPDATE quota_balances SET balance = balance - ")
                .bind(before - left)
                .add(" WHERE seller_id = ")
                .bind(seller.as_str())
                .add(" AND month = ")
                .bind(month.as_str())
                .add(" AND balance >= ")
                .bind(before - left);
            if tx.exec(sql).await? != 1 {
                return Err(unavailable("the quota changed while it was held", true));
            }
        }
        for shelf in self.segments.values().flatten() {
            let count = shelf.taken - shelf.segment.taken;
            if count == 0 {
                continue;
            }
            let sql = Sql::new("UPDATE segments SET taken = taken + ")
                .bind(count)
                .add(" WHERE id = ")
                .bind(shelf.segment.id.as_str())
                .add(" AND taken = ")
                .bind(shelf.segment.taken)
                .add(" AND taken + ")
                .bind(count)
                .add(" <= size");
            if tx.exec(sql).await? != 1 {
                return Err(unavailable("a segment changed while it was held", true));
            }
        }
        Ok(())
    }

    async fn write_grants(&self, tx: &Tx) -> Result<(), StoreError> {
        if self.granted.is_empty() {
            return Ok(());
        }
        let rows = self.granted.iter().map(|grant| {
            vec![
                grant.row.id.as_str().into(),
                grant.number.as_str().into(),
                grant.segment.as_str().into(),
                grant.at.timestamp_millis().into(),
                grant.province.as_str().into(),
            ]
        });
        let sql = Sql::new("WITH granted (id, number, segment, at, province) AS (")
            .rows(rows)
            .add(
                ") UPDATE invoices SET state = 'reserved', reason = '', number = granted.number, \
                 segment_id = granted.segment, issued_at = granted.at, province = granted.province, version = version + 1 \
                 FROM granted WHERE invoices.id = granted.id AND invoices.number IS NULL \
                 AND invoices.state IN ('ready', 'blocked')",
            );
        if tx.exec(sql).await? != self.granted.len() as u64 {
            return Err(stale("an invoice to be reserved"));
        }
        // The order shows its blue invoice.
        let numbers: Vec<_> = self
            .granted
            .iter()
            .filter(|grant| grant.row.blue_id.is_none())
            .map(|grant| {
                vec![
                    grant.row.order_id.as_str().into(),
                    grant.number.as_str().into(),
                ]
            })
            .collect();
        if !numbers.is_empty() {
            let sql = Sql::new("WITH granted (id, number) AS (")
                .rows(numbers)
                .add(
                    ") UPDATE orders SET invoice_number = granted.number FROM granted \
                 WHERE orders.id = granted.id",
                );
            tx.exec(sql).await?;
        }
        let spent: Vec<_> = self
            .granted
            .iter()
            .filter(|grant| grant.row.amount > 0)
            .map(|grant| quota_line::Model {
                seller_id: grant.row.seller_id.clone(),
                month: grant.month.clone(),
                kind: "spend".to_owned(),
                reference: grant.row.id.clone(),
                amount: -grant.row.amount,
                at: tx.now_millis(),
            })
            .collect();
        tx.insert::<quota_line::Entity>(&spent, "").await?;
        for row in &self.unblocked {
            tx.audit(
                Line::new(&Actor::System, "invoice.unblocked", &row.id)
                    .order(&row.order_id)
                    .edge("blocked", "ready"),
            );
        }
        for grant in &self.granted {
            tx.audit(
                Line::new(&Actor::System, "invoice.reserved", &grant.row.id)
                    .order(&grant.row.order_id)
                    .edge("ready", "reserved")
                    .with("number", grant.number.as_str()),
            );
            tx.changed_id(&grant.row.delivery_id);
        }
        Ok(())
    }

    /// Sellers whose stock of numbers or quota ran low, or was too small.
    fn low_sellers(&self) -> BTreeSet<String> {
        let mut sellers = self.short.clone();
        if self.granted.is_empty() {
            return sellers;
        }
        for ((seller, _), shelves) in &self.segments {
            let left: i64 = shelves
                .iter()
                .map(|shelf| shelf.segment.size - shelf.taken)
                .sum();
            if self.low.get(seller).is_some_and(|(low, _)| left < *low) {
                sellers.insert(seller.clone());
            }
        }
        for ((seller, _), (left, _)) in &self.quota {
            if self.low.get(seller).is_some_and(|(_, low)| left < low) {
                sellers.insert(seller.clone());
            }
        }
        sellers
    }
}
