//! The port of reports: pages by key, never by offset, so that a million rows cost a million rows.

use crate::{
    Store,
    invoice::state,
    order::within,
    read,
    sql::{self, Cells, Sql, without_index},
    uninvoiced,
};
use async_trait::async_trait;
use fapiao_domain::{
    card::CardState,
    ids::{Id, InvoiceId, SellerId},
    invoice::InvoiceKind,
    money::Fen,
    party::TaxpayerKind,
    preference::Preference,
    red::RedReason,
};
use fapiao_usecases::{
    calendar,
    errors::StoreError,
    ports::{
        After, Bucket, InvoicedSums, Issued, LedgerLine, LedgerRow, Match, MatchRow, Moved, Period,
        Reports, SaleBalance, Scope, SegmentMatch, Setup, Summed, VatRow,
    },
    records::UsableRate,
};
use sea_orm::QueryResult;
use std::collections::HashMap;

pub(crate) const ISSUED: &str = "('issued', 'partly_red', 'fully_red')";
/// Whether a line `l` is a service: its class code says so.
pub(crate) const SERVICE: &str =
    "CASE WHEN substr(l.tax_code, 1, 1) IN ('3', '4', '5') THEN 1 ELSE 0 END";

/// `AND` conditions of a period on invoices `i`.
pub(crate) fn issued_in(store: &Store, scope: &Scope, period: &Period) -> Sql {
    let plain = without_index(store.backend());
    let mut sql = Sql::new(format!(
        " AND {plain}i.state IN {ISSUED} AND i.issued_at >= "
    ))
    .bind(period.from.timestamp_millis())
    .add(" AND i.issued_at < ")
    .bind(period.until.timestamp_millis())
    .join(within(scope, &format!("{plain}i.store_id")));
    if let Some(seller) = &period.seller {
        sql = sql
            .add(" AND i.seller_id = ")
            .bind(seller.as_str().to_owned());
    }
    sql
}

/// `AND` conditions of a period on orders `o`.
pub(crate) fn sold_in(store: &Store, scope: &Scope, period: &Period) -> Sql {
    let plain = without_index(store.backend());
    let mut sql = Sql::new(format!(
        " AND {plain}o.state <> 'cancelled' AND o.sold_at >= "
    ))
    .bind(period.from.timestamp_millis())
    .add(" AND o.sold_at < ")
    .bind(period.until.timestamp_millis())
    .join(within(scope, &format!("{plain}o.store_id")));
    if let Some(seller) = &period.seller {
        sql = sql
            .add(" AND o.seller_id = ")
            .bind(seller.as_str().to_owned());
    }
    sql
}

/// What comes after a row, in the order of two columns.
pub(crate) fn beyond(after: Option<&After>, columns: &str) -> Sql {
    match after {
        None => Sql::default(),
        Some((at, id)) => Sql::new(format!(" AND ({columns}) > ("))
            .bind(*at)
            .add(", ")
            .bind(id.as_str())
            .add(")"),
    }
}

fn card(text: Option<String>) -> Result<Option<CardState>, StoreError> {
    text.map(|it| read::word(CardState::parse, &it, "state of a card"))
        .transpose()
}

fn place(code: Option<String>, name: Option<String>) -> String {
    [code, name]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(" ")
}

/// A row, and whose it is where its paper does not say what kind of taxpayer the seller was.
fn ledger_row(row: &QueryResult) -> Result<(LedgerRow, Option<SellerId>), StoreError> {
    let kind: String = row.cell(3)?;
    let party = read::party(&row.cell::<String>(5)?)?;
    let reason: Option<String> = row.cell(23)?;
    let (blue_code, blue_number): (Option<String>, Option<String>) = (row.cell(25)?, row.cell(26)?);
    let seller = match party.taxpayer {
        None => Some(read::id(&row.cell::<String>(29)?)?),
        Some(_) => None,
    };
    let row = LedgerRow {
        id: read::id(&row.cell::<String>(0)?)?,
        code: row.cell(1)?,
        number: row.cell::<Option<String>>(2)?.unwrap_or_default(),
        kind: read::word(InvoiceKind::parse, &kind, "kind of invoice")?,
        state: state(&row.cell::<String>(4)?)?,
        general_taxpayer: party.taxpayer.is_some_and(TaxpayerKind::is_general),
        seller_tax_number: party.tax_number,
        seller_name: party.name,
        buyer_tax_number: row.cell(6)?,
        buyer_name: row.cell(7)?,
        issued_at: read::time(row.cell(8)?)?,
        amount: read::fen(row.cell(9)?)?,
        tax: read::fen(row.cell(10)?)?,
        total: read::fen(row.cell(11)?)?,
        drawer: row.cell(12)?,
        remark: row.cell(13)?,
        order_no: row.cell(14)?,
        store: place(row.cell(15)?, row.cell(16)?),
        card: card(row.cell(17)?)?,
        delivered_at: read::time_opt(row.cell(18)?)?,
        uploaded_at: read::time_opt(row.cell(19)?)?,
        pdf_hash: row.cell::<Option<String>>(20)?.unwrap_or_default(),
        payment_channel: row.cell::<Option<String>>(21)?.unwrap_or_default(),
        payment_number: row.cell::<Option<String>>(22)?.unwrap_or_default(),
        red_reason: reason
            .map(|code| {
                RedReason::from_code(&code)
                    .ok_or_else(|| StoreError::Corrupt(format!("reason of a red letter: {code}")))
            })
            .transpose()?,
        confirmation: row.cell::<Option<String>>(24)?.unwrap_or_default(),
        blue_number: place(blue_code.filter(|it| !it.is_empty()), blue_number),
        paid_before: match (
            read::time_opt(row.cell(27)?)?,
            read::time_opt(row.cell(28)?)?,
        ) {
            (Some(sold), Some(issued)) => calendar::month(sold) < calendar::month(issued),
            _ => false,
        },
    };
    Ok((row, seller))
}

/// Orders `m`: what was paid and not given back, what was invoiced of them and by how many invoices, as a table.
fn compared(store: &Store, scope: &Scope, period: &Period) -> Sql {
    Sql::new(format!(
        "(SELECT o.id, o.order_no, o.store_id, o.sold_at, o.total - o.refunded AS total, \
         CAST(COALESCE((SELECT sum(i.total) FROM invoices i WHERE i.order_id = o.id AND i.state IN {ISSUED}), 0) AS BIGINT) \
         AS invoiced, (SELECT count(*) FROM invoices i WHERE i.order_id = o.id AND i.state IN {ISSUED}) AS held \
         FROM orders o WHERE 1 = 1"
    ))
    .join(sold_in(store, scope, period))
    .add(") m")
}

/// [`Match::of`] in SQL.
const RESULT: &str = "CASE WHEN m.held = 0 AND m.total <> 0 THEN 'missing' WHEN m.invoiced = m.total THEN 'equal' \
                      WHEN m.invoiced - m.total BETWEEN -5 AND 5 THEN 'rounding' \
                      WHEN m.invoiced < m.total THEN 'under' ELSE 'over' END";

/// What is known of an order's invoices: their numbers, and the newest card.
#[derive(Default)]
struct Held {
    numbers: Vec<String>,
    card: Option<CardState>,
}

impl Store {
    async fn held_by(&self, orders: &[String]) -> Result<HashMap<String, Held>, StoreError> {
        let mut held: HashMap<String, Held> = HashMap::new();
        for chunk in orders.chunks(500) {
            let sql = Sql::new(
                "SELECT i.order_id, i.number, c.state FROM invoices i LEFT JOIN cards c \
                 ON c.delivery_id = i.delivery_id AND c.invoice_id = i.id WHERE i.order_id IN ",
            )
            .list(chunk.iter().map(String::as_str))
            .add(&format!(
                " AND i.state IN {ISSUED} ORDER BY i.created_at, i.id"
            ));
            for row in sql::rows(self.reader(), sql).await? {
                let one = held.entry(row.cell(0)?).or_default();
                one.numbers.extend(row.cell::<Option<String>>(1)?);
                if let Some(state) = card(row.cell(2)?)? {
                    one.card = Some(state);
                }
            }
        }
        Ok(held)
    }
}

#[async_trait]
impl Reports for Store {
    async fn ledger_rows(
        &self,
        scope: &Scope,
        period: &Period,
        after: Option<&After>,
        limit: u32,
    ) -> Result<(Vec<LedgerRow>, Option<After>), StoreError> {
        let sql = Sql::new(
            "SELECT i.id, i.code, i.number, i.kind, i.state, i.seller_party, i.buyer_tax_number, i.buyer, i.issued_at, \
             i.amount, i.tax, i.total, i.drawer, i.remark, i.order_no, s.code, s.name, c.state, c.asked_at, \
             i.uploaded_at, d.sha256, o.pay_channel, \
             CASE WHEN o.pay_transaction_no <> '' THEN o.pay_transaction_no ELSE o.pay_trade_no END, \
             f.reason, f.number, b.code, b.number, o.sold_at, \
             (SELECT min(e.issued_at) FROM invoices e WHERE e.order_id = i.order_id \
              AND e.state IN ('issued', 'partly_red', 'fully_red')), i.seller_id FROM invoices i LEFT JOIN stores s ON s.id = i.store_id \
             LEFT JOIN orders o ON o.id = i.order_id LEFT JOIN red_forms f ON f.id = i.red_form_id \
             LEFT JOIN invoices b ON b.id = i.blue_id \
             LEFT JOIN cards c ON c.delivery_id = i.delivery_id AND c.invoice_id = i.id \
             LEFT JOIN documents d ON d.invoice_id = i.id AND d.format = 'pdf' AND (d.origin = 'received' \
             OR NOT EXISTS (SELECT 1 FROM documents r WHERE r.invoice_id = i.id AND r.format = 'pdf' \
             AND r.origin = 'received')) WHERE 1 = 1",
        )
        .join(issued_in(self, scope, period))
        .join(beyond(after, "i.issued_at, i.id"))
        .add(" ORDER BY i.issued_at, i.id LIMIT ")
        .bind(i64::from(limit));
        let mut rows = Vec::new();
        for found in sql::rows(self.reader(), sql).await? {
            let (mut row, untold) = ledger_row(&found)?;
            if let Some(seller) = untold {
                // Read once: the store keeps them.
                let usable = self.usable_rates(&seller).await?;
                let day = calendar::day(row.issued_at);
                row.general_taxpayer = UsableRate::are_general(&usable, &day);
            }
            rows.push(row);
        }
        let full = rows.len() == limit as usize;
        let next = rows
            .last()
            .filter(|_| full)
            .map(|row| (row.issued_at.timestamp_millis(), row.id.to_string()));
        Ok((rows, next))
    }

    async fn ledger_lines(&self, invoices: &[InvoiceId]) -> Result<Vec<LedgerLine>, StoreError> {
        let mut lines: HashMap<String, Vec<LedgerLine>> = HashMap::new();
        for chunk in invoices.chunks(1000) {
            let sql = Sql::new(
                "SELECT invoice_id, tax_code, short_name, name, spec, unit, quantity, unit_price, amount, rate, tax, gross, \
                 preference FROM invoice_lines WHERE invoice_id IN ",
            )
            .list(chunk.iter().map(Id::as_str))
            .add(" ORDER BY invoice_id, no");
            for row in sql::rows(self.reader(), sql).await? {
                let of: String = row.cell(0)?;
                let (short, name): (String, String) = (row.cell(2)?, row.cell(3)?);
                let line = LedgerLine {
                    invoice: read::id(&of)?,
                    tax_code: row.cell(1)?,
                    name: if short.is_empty() || name.starts_with('*') {
                        name
                    } else {
                        format!("*{short}*{name}")
                    },
                    spec: row.cell(4)?,
                    unit: row.cell(5)?,
                    quantity: row.cell::<Option<String>>(6)?.unwrap_or_default(),
                    unit_price: row.cell::<Option<String>>(7)?.unwrap_or_default(),
                    amount: read::fen(row.cell(8)?)?,
                    rate: row.cell(9)?,
                    tax: read::fen(row.cell(10)?)?,
                    gross: read::fen(row.cell(11)?)?,
                    is_simplified: read::preference(&row.cell::<String>(12)?)?
                        .is_some_and(Preference::is_simplified),
                };
                lines.entry(of).or_default().push(line);
            }
        }
        Ok(invoices
            .iter()
            .flat_map(|id| lines.remove(id.as_str()).unwrap_or_default())
            .collect())
    }

    async fn ledger_sums(
        &self,
        scope: &Scope,
        period: &Period,
    ) -> Result<(i64, [i64; 3]), StoreError> {
        let sql = Sql::new(
            "SELECT count(*), CAST(COALESCE(sum(i.amount), 0) AS BIGINT), CAST(COALESCE(sum(i.tax), 0) AS BIGINT), \
             CAST(COALESCE(sum(i.total), 0) AS BIGINT) FROM invoices i WHERE 1 = 1",
        )
        .join(issued_in(self, scope, period));
        match sql::row(self.reader(), sql).await? {
            Some(row) => Ok((row.cell(0)?, [row.cell(1)?, row.cell(2)?, row.cell(3)?])),
            None => Ok((0, [0; 3])),
        }
    }

    async fn vat_rows(&self, scope: &Scope, period: &Period) -> Result<Vec<VatRow>, StoreError> {
        let figures = format!(
            "l.rate, {SERVICE} AS service, \
             CASE WHEN i.kind = 'digital_special' THEN 1 ELSE 0 END AS special, \
             CAST(count(DISTINCT CASE WHEN i.total >= 0 THEN i.id END) AS BIGINT), \
             CAST(sum(CASE WHEN i.total >= 0 THEN l.amount ELSE 0 END) AS BIGINT), \
             CAST(sum(CASE WHEN i.total >= 0 THEN l.tax ELSE 0 END) AS BIGINT), \
             CAST(count(DISTINCT CASE WHEN i.total < 0 THEN i.id END) AS BIGINT), \
             CAST(sum(CASE WHEN i.total < 0 THEN l.amount ELSE 0 END) AS BIGINT), \
             CAST(sum(CASE WHEN i.total < 0 THEN l.tax ELSE 0 END) AS BIGINT) \
             FROM invoices i JOIN invoice_lines l ON l.invoice_id = i.id"
        );
        let grouped = " GROUP BY l.rate, service, special ORDER BY l.rate, service, special";
        let issued = Sql::new(format!("SELECT {figures} WHERE 1 = 1"))
            .join(issued_in(self, scope, period))
            .add(grouped);
        let mut rows = Vec::new();
        for row in sql::rows(self.reader(), issued).await? {
            let special = number(&row, 2)? == 1;
            let fen = |column: usize| -> Result<Fen, StoreError> {
                Ok(read::sum(row.cell::<i64>(column)?))
            };
            rows.push(VatRow {
                rate: row.cell(0)?,
                service: number(&row, 1)? == 1,
                issued: if special {
                    Issued::Special
                } else {
                    Issued::Ordinary
                },
                blue_count: row.cell(3)?,
                blue_net: fen(4)?,
                blue_tax: fen(5)?,
                red_count: row.cell(6)?,
                red_net: fen(7)?,
                red_tax: fen(8)?,
            });
        }
        Ok(rows)
    }

    async fn invoiced_sums(
        &self,
        scope: &Scope,
        period: &Period,
    ) -> Result<InvoicedSums, StoreError> {
        let sql =
            Sql::new("SELECT CASE WHEN i.blue_id IS NULL THEN 0 WHEN b.issued_at >= ")
                .bind(period.from.timestamp_millis())
                .add(
                    " THEN 1 ELSE 2 END, count(*), CAST(sum(i.amount) AS BIGINT), CAST(sum(i.tax) AS BIGINT) \
                     FROM invoices i LEFT JOIN invoices b ON b.id = i.blue_id WHERE 1 = 1",
                )
                .join(issued_in(self, scope, period))
                .add(" GROUP BY 1");
        let mut sums = InvoicedSums::default();
        for row in sql::rows(self.reader(), sql).await? {
            let of = match number(&row, 0)? {
                0 => &mut sums.blue,
                1 => &mut sums.red_of_period,
                _ => &mut sums.red_of_earlier,
            };
            *of = Summed {
                count: row.cell(1)?,
                net: row.cell(2)?,
                tax: row.cell(3)?,
            };
        }
        Ok(sums)
    }

    async fn untouched_sales(
        &self,
        scope: &Scope,
        period: &Period,
    ) -> Result<Vec<VatRow>, StoreError> {
        uninvoiced::untouched_sums(self, scope, period).await
    }

    async fn moved_sales(
        &self,
        scope: &Scope,
        period: &Period,
        why: Moved,
        after: Option<&After>,
        limit: u32,
    ) -> Result<(Vec<SaleBalance>, Option<After>), StoreError> {
        uninvoiced::page(self, scope, period, why, after, limit).await
    }

    async fn match_rows(
        &self,
        scope: &Scope,
        period: &Period,
        only: Option<Match>,
        after: Option<&After>,
        limit: u32,
    ) -> Result<(Vec<MatchRow>, Option<After>), StoreError> {
        let mut sql = Sql::new(
            "SELECT m.id, m.order_no, s.code, s.name, m.sold_at, m.total, m.invoiced, m.held FROM ",
        )
        .join(compared(self, scope, period))
        .add(" LEFT JOIN stores s ON s.id = m.store_id WHERE 1 = 1")
        .join(beyond(after, "m.sold_at, m.id"));
        if let Some(only) = only {
            sql = sql.add(&format!(" AND {RESULT} = ")).bind(only.as_str());
        }
        let sql = sql
            .add(" ORDER BY m.sold_at, m.id LIMIT ")
            .bind(i64::from(limit));
        let found = sql::rows(self.reader(), sql).await?;
        let ids = found
            .iter()
            .map(|row| row.cell(0))
            .collect::<Result<Vec<String>, _>>()?;
        let mut held = self.held_by(&ids).await?;
        let mut rows = Vec::with_capacity(found.len());
        for (row, id) in found.iter().zip(ids) {
            let one = held.remove(&id).unwrap_or_default();
            let (sold, invoiced, count): (i64, i64, i64) =
                (row.cell(5)?, row.cell(6)?, number(row, 7)?);
            rows.push(MatchRow {
                order_no: row.cell(1)?,
                store: place(row.cell(2)?, row.cell(3)?),
                sold_at: read::time(row.cell(4)?)?,
                sold: read::fen(sold)?,
                invoiced: read::sum(invoiced),
                invoices: count,
                numbers: one.numbers.join(" "),
                result: Match::of(sold, invoiced, count),
                card_outlives: invoiced == 0
                    && count > 1
                    && matches!(
                        one.card,
                        Some(CardState::Inserted | CardState::Locked | CardState::Reimbursed)
                    ),
                card: one.card,
                order: id,
            });
        }
        let full = rows.len() == limit as usize;
        let next = rows
            .last()
            .filter(|_| full)
            .map(|row| (row.sold_at.timestamp_millis(), row.order.clone()));
        Ok((rows, next))
    }

    async fn match_buckets(
        &self,
        scope: &Scope,
        period: &Period,
    ) -> Result<Vec<(Match, Bucket)>, StoreError> {
        let sql = Sql::new(format!(
            "SELECT {RESULT} AS result, count(*), CAST(sum(m.total) AS BIGINT), CAST(sum(m.invoiced) AS BIGINT) FROM "
        ))
        .join(compared(self, scope, period))
        .add(" GROUP BY result");
        let mut buckets: HashMap<Match, Bucket> = HashMap::new();
        for row in sql::rows(self.reader(), sql).await? {
            let word: String = row.cell(0)?;
            let bucket = Bucket {
                count: row.cell(1)?,
                sold: row.cell(2)?,
                invoiced: row.cell(3)?,
            };
            buckets.insert(read::word(Match::parse, &word, "result")?, bucket);
        }
        Ok(Match::ALL
            .into_iter()
            .map(|it| (it, buckets.get(&it).copied().unwrap_or_default()))
            .collect())
    }

    async fn segment_matches(&self, period: &Period) -> Result<Vec<SegmentMatch>, StoreError> {
        let mut sql = Sql::new(
            "SELECT COALESCE(e.short_name, ''), s.first_number, s.last_number, s.size, s.taken, \
             (SELECT count(*) FROM invoices i WHERE i.segment_id = s.id AND i.number IS NOT NULL), \
             (SELECT count(*) FROM invoices i WHERE i.segment_id = s.id AND i.number IS NOT NULL \
              AND i.state NOT IN ('issued', 'partly_red', 'fully_red')) \
             FROM segments s LEFT JOIN sellers e ON e.id = s.seller_id WHERE 1 = 1",
        );
        if let Some(seller) = &period.seller {
            sql = sql
                .add(" AND s.seller_id = ")
                .bind(seller.as_str().to_owned());
        }
        sql::rows(
            self.reader(),
            sql.add(" ORDER BY s.first_number DESC LIMIT 200"),
        )
        .await?
        .iter()
        .map(|row| {
            Ok(SegmentMatch {
                seller: row.cell(0)?,
                first: row.cell(1)?,
                last: row.cell(2)?,
                size: row.cell(3)?,
                taken: row.cell(4)?,
                held: number(row, 5)?,
                open: number(row, 6)?,
            })
        })
        .collect()
    }
}

/// A whole number that PostgreSQL may give as four bytes.
pub(crate) fn number(row: &QueryResult, column: usize) -> Result<i64, StoreError> {
    match row.cell::<i64>(column) {
        Ok(value) => Ok(value),
        Err(_) => row.cell::<i32>(column).map(i64::from),
    }
}
