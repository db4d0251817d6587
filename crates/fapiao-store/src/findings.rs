//! The port of the reconciliation's findings: one query for each kind, all with the same columns.

use crate::{
    Store,
    matching::{REPEATED, WITHOUT_NUMBER, numbered_in},
    numbering::number_at,
    read,
    reports::{beyond, issued_in, sold_in},
    sql::{self, Cells, Sql, without_index},
};
use async_trait::async_trait;
use fapiao_domain::{ids::Id, money::Fen};
use fapiao_usecases::{
    calendar,
    errors::StoreError,
    ports::{
        After, Area, DifferenceKind, Finding, FindingCount, FindingRow, Findings, MonthCheck,
        MonthDifference, MonthState, Period, Scope, Statements,
    },
};
use sea_orm::DbBackend;

/// Numbers of a segment read at once.
const NUMBERS: u32 = 1000;
/// Most holes of one segment that are named: more than that is one fault.
const MOST_GAPS: usize = 200;

/// The columns of orders `o`, of which `there` is the other side's amount.
fn of_order(here: &str, there: &str) -> String {
    format!(
        "SELECT o.sold_at AS at, o.id AS id, o.id AS order_id, o.order_no AS order_no, '' AS invoice_id, \
         CASE WHEN o.pay_transaction_no <> '' THEN o.pay_transaction_no ELSE o.pay_trade_no END AS number, \
         {here} AS here, CAST({there} AS BIGINT) AS there, o.pay_channel AS said FROM orders o"
    )
}

/// The columns of invoices `i`.
fn of_invoice(there: &str, said: &str) -> String {
    format!(
        "SELECT i.issued_at AS at, i.id AS id, i.order_id AS order_id, i.order_no AS order_no, i.id AS invoice_id, \
         i.code || i.number AS number, i.total AS here, CAST({there} AS BIGINT) AS there, {said} AS said FROM invoices i"
    )
}

/// The columns of lines `l` of statements.
fn of_line(here: &str, there: &str) -> String {
    format!(
        "SELECT l.at AS at, l.channel || ' ' || l.number || ' ' || l.refund_no AS id, '' AS order_id, \
         l.trade_no AS order_no, '' AS invoice_id, l.number AS number, CAST({here} AS BIGINT) AS here, \
         CAST({there} AS BIGINT) AS there, l.channel AS said FROM payment_lines l"
    )
}

/// What is told of the statement's lines `l` of the payment of order `o`: looked up by the service's number, or by the
/// shop's where there is no other. Not by the one *or* the other, for which all lines of the channel would be read.
fn of_its_lines(plain: &str, exists: &str, told: &str, condition: &str) -> String {
    format!(
        "CASE WHEN o.pay_transaction_no <> '' \
         THEN {exists}(SELECT {told} FROM payment_lines l WHERE l.seller_id = o.seller_id \
           AND l.channel = o.pay_channel AND l.number = o.pay_transaction_no AND {condition}) \
         ELSE {exists}(SELECT {told} FROM payment_lines l WHERE l.trade_no = o.pay_trade_no AND l.trade_no <> '' \
           AND {plain}l.seller_id = o.seller_id AND {plain}l.channel = o.pay_channel AND {condition}) END"
    )
}

/// A statement covers the order's day.
const COVERED: &str = "EXISTS (SELECT 1 FROM payment_files f WHERE f.seller_id = o.seller_id \
     AND f.channel = o.pay_channel AND f.from_at <= o.sold_at AND f.until_at > o.sold_at)";

/// What the orders of a payment came to.
const SOLD_BY_IT: &str = "CASE WHEN o.pay_transaction_no = '' THEN o.total ELSE (SELECT sum(p.total) FROM orders p \
     WHERE p.seller_id = o.seller_id AND p.pay_transaction_no = o.pay_transaction_no AND p.pay_transaction_no <> '') END";

/// What the shop says was given back of a payment.
const RETURNED_BY_US: &str = "CASE WHEN o.pay_transaction_no = '' THEN o.refunded ELSE (SELECT sum(p.refunded) \
     FROM orders p WHERE p.seller_id = o.seller_id AND p.pay_transaction_no = o.pay_transaction_no \
     AND p.pay_transaction_no <> '') END";

impl Store {
    /// The query of a kind that the database can tell by itself.
    fn finding_query(&self, scope: &Scope, period: &Period, finding: Finding) -> Option<Sql> {
        let none = "NULL";
        let plain = without_index(self.backend());
        let paid = "l.refund_no = ''";
        let order = |here: &str, there: &str, condition: &str| {
            Sql::new(format!("{} WHERE {condition}", of_order(here, there)))
                .join(sold_in(self, scope, period))
        };
        let invoice = |there: &str, said: &str, more: &str, condition: &str| {
            Sql::new(format!(
                "{} {more} WHERE {condition}",
                of_invoice(there, said)
            ))
            .join(issued_in(self, scope, period))
        };
        let card = "LEFT JOIN cards c ON c.delivery_id = i.delivery_id AND c.invoice_id = i.id";
        Some(match finding {
            Finding::InvoiceWithoutOrder => invoice(
                "COALESCE(o.total - o.refunded, 0)",
                "i.state",
                "LEFT JOIN orders o ON o.id = i.order_id",
                "i.blue_id IS NULL AND i.state <> 'fully_red' \
                 AND (o.id IS NULL OR o.state = 'cancelled' OR (o.total > 0 AND o.refunded >= o.total))",
            ),
            Finding::PaymentUnnamed => order("o.total", none, WITHOUT_NUMBER),
            Finding::PaymentRepeated => order("o.total", none, REPEATED),
            Finding::PaymentMissing => order(
                "o.total",
                none,
                &format!(
                    "(o.pay_transaction_no <> '' OR o.pay_trade_no <> '') AND {COVERED} AND {}",
                    of_its_lines(plain, "NOT EXISTS ", "1", paid)
                ),
            ),
            Finding::PaymentAmount => {
                let wrong = format!("{paid} AND l.amount <> {SOLD_BY_IT}");
                order(
                    "o.total",
                    &of_its_lines(plain, "", "max(l.amount)", paid),
                    &of_its_lines(plain, "EXISTS ", "1", &wrong),
                )
            }
            Finding::PaymentRefund => {
                let there = of_its_lines(plain, "", "sum(l.amount)", "l.refund_no <> ''");
                order(
                    "o.refunded",
                    &there,
                    &format!("{there} > {RETURNED_BY_US}"),
                )
            }
            Finding::PaymentWithoutOrder => Sql::new(of_line(none, "l.amount"))
                .join(paid_in(period))
                .add(
                    " AND l.refund_no = '' AND NOT EXISTS (SELECT 1 FROM orders o WHERE o.seller_id = l.seller_id \
                     AND o.pay_transaction_no = l.number AND o.pay_transaction_no <> '') \
                     AND NOT EXISTS (SELECT 1 FROM orders o WHERE o.seller_id = l.seller_id \
                     AND o.pay_trade_no = l.trade_no AND o.pay_trade_no <> '')",
                ),
            Finding::PaymentFee => Sql::new(of_line("l.fee_due", "l.fee"))
                .join(paid_in(period))
                .add(" AND l.fee_due IS NOT NULL AND l.fee - l.fee_due NOT BETWEEN -1 AND 1"),
            Finding::OursOnly => Sql::new(format!(
                "{} WHERE i.state IN ('blocked', 'reserved', 'uploading', 'outcome_unknown', 'refused') \
                 AND NOT (i.state = 'refused' AND EXISTS (SELECT 1 FROM invoices j WHERE j.delivery_id = i.delivery_id \
                 AND j.state IN ('issued', 'partly_red', 'fully_red') \
                 AND COALESCE(j.red_form_id, '') = COALESCE(i.red_form_id, '')))",
                of_invoice(none, "i.state")
            ))
            .join(numbered_in(scope, period)),
            Finding::NotDelivered => invoice(
                none,
                "d.state",
                &format!("JOIN deliveries d ON d.id = i.delivery_id {card}"),
                "i.blue_id IS NULL AND i.state <> 'fully_red' AND d.state <> 'carded' \
                 AND (c.delivery_id IS NULL OR c.asked_at IS NULL)",
            ),
            Finding::NotTaken => invoice(
                none,
                "c.state",
                card,
                "c.asked_at IS NOT NULL AND c.state IN ('uploading', 'inserting', 'code_unknown')",
            ),
            Finding::CardLocked => invoice(none, "c.state", card, "c.state = 'locked'"),
            Finding::CardClosed => invoice(none, "c.state", card, "c.state = 'reimbursed'"),
            Finding::RedCardAlive => invoice(
                "0",
                "c.state",
                card,
                "i.state = 'fully_red' AND c.asked_at IS NOT NULL AND c.state <> 'cancelled'",
            ),
            Finding::NumberReused => Sql::new(format!(
                "{} WHERE length(i.number) = 20 AND (EXISTS (SELECT 1 FROM invoices j WHERE j.number = i.number \
                 AND j.id <> i.id) OR (i.segment_id IS NULL AND EXISTS (SELECT 1 FROM segments s \
                 WHERE s.first_number <= i.number AND s.last_number >= i.number)))",
                of_invoice(none, "i.state")
            ))
            .join(numbered_in(scope, period)),
            Finding::MissingThere
            | Finding::TheirsOnly
            | Finding::TaxAmount
            | Finding::TaxState
            | Finding::NumberGap
            | Finding::QuotaDrift
            | Finding::MonthDiffers => return None,
        })
    }

    /// What the database cannot tell by itself: a few rows, by moment and key.
    async fn findings_told(
        &self,
        period: &Period,
        finding: Finding,
        checks: &[MonthCheck],
    ) -> Result<Vec<FindingRow>, StoreError> {
        let mut rows = match finding {
            Finding::NumberGap => self.number_gaps(period).await?,
            Finding::QuotaDrift => self.quota_drift(period).await?,
            _ => {
                let mut rows = Vec::new();
                for check in checks {
                    if finding == Finding::MonthDiffers {
                        rows.extend(month_row(check)?);
                        continue;
                    }
                    for it in &check.differences {
                        if kind_of(it.kind) == Some(finding) {
                            rows.push(tax_row(check, it)?);
                        }
                    }
                }
                rows
            }
        };
        rows.sort_by(|a, b| (a.at, &a.key).cmp(&(b.at, &b.key)));
        Ok(rows)
    }

    /// The month's comparisons with the tax side.
    async fn checks_of(&self, period: &Period) -> Result<Vec<MonthCheck>, StoreError> {
        self.checks_of_month(period.seller.as_ref(), &calendar::month(period.from))
            .await
    }

    async fn quota_drift(&self, period: &Period) -> Result<Vec<FindingRow>, StoreError> {
        let month = calendar::month(period.from);
        let checks = self.quota_checks(period.seller.as_ref(), &month).await?;
        let mut rows = Vec::new();
        for it in checks {
            let row = |said: &str, here: Fen, there: Option<Fen>| FindingRow {
                at: it.asked_at,
                key: format!("{} {said}", it.seller),
                order: String::new(),
                order_no: String::new(),
                invoice: String::new(),
                number: it.month.clone(),
                here: Some(here),
                there,
                said: said.to_owned(),
            };
            if it.granted_apart() != 0 {
                rows.push(row("granted", it.granted_here, it.granted_there));
            }
            if it.spent_apart() != 0 {
                rows.push(row("spent", it.spent_here, it.spent_there));
            }
        }
        Ok(rows)
    }

    /// Holes among the numbers that were taken, as ranges.
    async fn number_gaps(&self, period: &Period) -> Result<Vec<FindingRow>, StoreError> {
        let mut rows = Vec::new();
        for row in sql::rows(self.reader(), with_gaps(self.backend(), period)).await? {
            let (id, first): (String, String) = (row.cell(0)?, row.cell(1)?);
            let (taken, at): (i64, i64) = (row.cell(2)?, row.cell(3)?);
            for (from, count) in self.holes(&id, &first, taken).await? {
                let name = |place: i64| number_at(&first, place).unwrap_or_default();
                let number = if count == 1 {
                    name(from)
                } else {
                    format!("{}–{}", name(from), name(from + count - 1))
                };
                rows.push(FindingRow {
                    at: read::time(at)?,
                    key: number.clone(),
                    order: String::new(),
                    order_no: String::new(),
                    invoice: String::new(),
                    number,
                    here: None,
                    there: None,
                    said: count.to_string(),
                });
            }
        }
        Ok(rows)
    }

    /// Places of a segment that no invoice holds, and how many follow each other.
    async fn holes(
        &self,
        segment: &str,
        first: &str,
        taken: i64,
    ) -> Result<Vec<(i64, i64)>, StoreError> {
        let start: u128 = first
            .parse()
            .map_err(|_| StoreError::Corrupt(format!("`{first}` is no number")))?;
        let mut holes: Vec<(i64, i64)> = Vec::new();
        let (mut next, mut after) = (0_i64, String::new());
        loop {
            let sql = Sql::new("SELECT i.number FROM invoices i WHERE i.segment_id = ")
                .bind(segment)
                .add(" AND i.number > ")
                .bind(after.as_str())
                .add(" ORDER BY i.number LIMIT ")
                .bind(i64::from(NUMBERS));
            let page = sql::rows(self.reader(), sql).await?;
            for row in &page {
                after = row.cell(0)?;
                let number: u128 = after
                    .parse()
                    .map_err(|_| StoreError::Corrupt(format!("`{after}` is no number")))?;
                let place = i64::try_from(number.saturating_sub(start)).unwrap_or(i64::MAX);
                if place > next && place < taken {
                    holes.push((next, place - next));
                }
                next = place.saturating_add(1);
            }
            if holes.len() >= MOST_GAPS {
                holes.truncate(MOST_GAPS);
                return Ok(holes);
            }
            if page.len() < NUMBERS as usize {
                break;
            }
        }
        if next < taken {
            holes.push((next, taken - next));
        }
        Ok(holes)
    }
}

/// Segments that a period fetched or drew on, and that have fewer invoices than numbers taken: what other months drew on is
/// not counted anew with each look.
fn with_gaps(backend: DbBackend, period: &Period) -> Sql {
    let plain = without_index(backend);
    let [from, until] = [period.from, period.until].map(|at| at.timestamp_millis());
    let mut drawn = Sql::new("SELECT id FROM segments WHERE fetched_at >= ")
        .bind(from)
        .add(" AND fetched_at < ")
        .bind(until)
        .add(&format!(
            " UNION SELECT {plain}d.segment_id FROM invoices d WHERE d.issued_at >= "
        ))
        .bind(from)
        .add(" AND d.issued_at < ")
        .bind(until)
        .add(&format!(" AND {plain}d.segment_id IS NOT NULL"));
    if let Some(seller) = &period.seller {
        drawn = drawn.add(" AND d.seller_id = ").bind(seller.as_str());
    }
    let mut sql = Sql::new("SELECT s.id, s.first_number, s.taken, s.fetched_at FROM (")
        .join(drawn)
        .add(
            ") t JOIN segments s ON s.id = t.id WHERE s.taken > \
             (SELECT count(*) FROM invoices i WHERE i.segment_id = s.id AND i.number IS NOT NULL)",
        );
    if let Some(seller) = &period.seller {
        sql = sql.add(" AND s.seller_id = ").bind(seller.as_str());
    }
    sql.add(" ORDER BY s.fetched_at, s.id")
}

/// ` WHERE` conditions of a period on lines `l` of statements.
fn paid_in(period: &Period) -> Sql {
    let mut sql = Sql::new(" WHERE l.at >= ")
        .bind(period.from.timestamp_millis())
        .add(" AND l.at < ")
        .bind(period.until.timestamp_millis());
    if let Some(seller) = &period.seller {
        sql = sql.add(" AND l.seller_id = ").bind(seller.as_str());
    }
    sql
}

/// How many of a kind the month's comparisons found beyond those that they list.
fn beyond_listed(checks: &[MonthCheck], finding: Finding) -> i64 {
    if finding.area() != Area::TaxSide {
        return 0;
    }
    let beyond = checks.iter().flat_map(|it| &it.more_of);
    beyond
        .filter(|(kind, _)| kind_of(*kind) == Some(finding))
        .map(|(_, count)| count)
        .sum()
}

/// Which finding a month's difference is. What is open here stands under our own numbers already.
fn kind_of(kind: DifferenceKind) -> Option<Finding> {
    match kind {
        DifferenceKind::MissingThere => Some(Finding::MissingThere),
        DifferenceKind::MissingHere | DifferenceKind::Remainder => Some(Finding::TheirsOnly),
        DifferenceKind::AmountDiffers => Some(Finding::TaxAmount),
        DifferenceKind::StateDiffers | DifferenceKind::UnsettledHere => Some(Finding::TaxState),
        DifferenceKind::OpenHere => None,
    }
}

fn gross(pair: Option<(i64, i64)>) -> Option<Fen> {
    pair.map(|(net, tax)| read::sum(net + tax))
}

fn tax_row(check: &MonthCheck, it: &MonthDifference) -> Result<FindingRow, StoreError> {
    let is_remainder = it.kind == DifferenceKind::Remainder;
    let number = if is_remainder {
        String::new()
    } else {
        format!("{}{}", it.code, it.number)
    };
    let at = if it.issued_at == 0 {
        check.checked_at.map_or(0, |at| at.timestamp_millis())
    } else {
        it.issued_at
    };
    Ok(FindingRow {
        at: read::time(at)?,
        key: format!("{number} {}", check.seller),
        order: String::new(),
        order_no: String::new(),
        invoice: it.invoice.clone(),
        number,
        here: gross(it.here),
        there: gross(it.there),
        said: match it.kind {
            DifferenceKind::Remainder => format!("remainder {}", it.code),
            _ => it.said.clone(),
        },
    })
}

fn month_row(check: &MonthCheck) -> Result<Option<FindingRow>, StoreError> {
    let apart = check.theirs.is_some_and(|it| it != check.ours);
    if !apart && check.state != MonthState::Differs && check.differences.is_empty() {
        return Ok(None);
    }
    let sum = |it: &fapiao_usecases::ports::MonthFigures| {
        read::sum(it.blue_amount + it.blue_tax + it.red_amount + it.red_tax)
    };
    let at = check.checked_at.map_or(0, |at| at.timestamp_millis());
    Ok(Some(FindingRow {
        at: read::time(at)?,
        key: check.seller.to_string(),
        order: String::new(),
        order_no: String::new(),
        invoice: String::new(),
        number: check.month.clone(),
        here: Some(sum(&check.ours)),
        there: check.theirs.as_ref().map(sum),
        said: check.state.as_str().to_owned(),
    }))
}

fn is_shown(scope: &Scope, finding: Finding) -> bool {
    *scope == Scope::All || !finding.is_of_company()
}

#[async_trait]
impl Findings for Store {
    async fn finding_counts(
        &self,
        scope: &Scope,
        period: &Period,
    ) -> Result<Vec<FindingCount>, StoreError> {
        let checks = if *scope == Scope::All {
            self.checks_of(period).await?
        } else {
            Vec::new()
        };
        let mut counts = Vec::new();
        for finding in Finding::ALL {
            if !is_shown(scope, finding) {
                continue;
            }
            let (count, amount) = match self.finding_query(scope, period, finding) {
                Some(query) => {
                    let worth = if finding.is_of_amounts() {
                        "abs(COALESCE(x.there, 0) - COALESCE(x.here, 0))"
                    } else {
                        "COALESCE(x.here, x.there)"
                    };
                    let sql = Sql::new(format!(
                        "SELECT CAST(count(*) AS BIGINT), CAST(COALESCE(sum({worth}), 0) AS BIGINT) FROM ("
                    ))
                    .join(query)
                    .add(") x");
                    match sql::row(self.reader(), sql).await? {
                        Some(row) => (row.cell(0)?, row.cell(1)?),
                        None => (0, 0),
                    }
                }
                None => {
                    let rows = self.findings_told(period, finding, &checks).await?;
                    let fen = |it: Option<Fen>| it.map_or(0, Fen::get);
                    let amount = rows
                        .iter()
                        .map(|it| {
                            if finding.is_of_amounts() {
                                (fen(it.there) - fen(it.here)).abs()
                            } else {
                                fen(it.here.or(it.there))
                            }
                        })
                        .sum();
                    let more = beyond_listed(&checks, finding);
                    (rows.len() as i64 + more, amount)
                }
            };
            counts.push(FindingCount {
                finding,
                count,
                amount,
            });
        }
        Ok(counts)
    }

    async fn findings(
        &self,
        scope: &Scope,
        period: &Period,
        finding: Finding,
        after: Option<&After>,
        limit: u32,
    ) -> Result<(Vec<FindingRow>, Option<After>), StoreError> {
        if !is_shown(scope, finding) {
            return Ok((Vec::new(), None));
        }
        let rows: Vec<FindingRow> = match self.finding_query(scope, period, finding) {
            Some(query) => {
                let sql = Sql::new(
                    "SELECT x.at, x.id, x.order_id, x.order_no, x.invoice_id, x.number, x.here, x.there, x.said FROM (",
                )
                .join(query)
                .add(") x WHERE 1 = 1")
                .join(beyond(after, "x.at, x.id"))
                .add(" ORDER BY x.at, x.id LIMIT ")
                .bind(i64::from(limit));
                sql::rows(self.reader(), sql)
                    .await?
                    .iter()
                    .map(record)
                    .collect::<Result<_, _>>()?
            }
            None => self
                .findings_told(period, finding, &self.checks_of(period).await?)
                .await?
                .into_iter()
                .filter(|it| {
                    let here = (it.at.timestamp_millis(), it.key.as_str());
                    after.is_none_or(|(at, key)| here > (*at, key.as_str()))
                })
                .take(limit as usize)
                .collect(),
        };
        let next = rows
            .last()
            .filter(|_| rows.len() == limit as usize)
            .map(|row| (row.at.timestamp_millis(), row.key.clone()));
        Ok((rows, next))
    }
}

fn record(row: &sea_orm::QueryResult) -> Result<FindingRow, StoreError> {
    let amount = |column: usize| -> Result<Option<Fen>, StoreError> {
        Ok(row.cell::<Option<i64>>(column)?.map(read::sum))
    };
    Ok(FindingRow {
        at: read::time(row.cell::<Option<i64>>(0)?.unwrap_or(0))?,
        key: row.cell(1)?,
        order: row.cell(2)?,
        order_no: row.cell(3)?,
        invoice: row.cell(4)?,
        number: row.cell::<Option<String>>(5)?.unwrap_or_default(),
        here: amount(6)?,
        there: amount(7)?,
        said: row.cell(8)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plans::{ledger, plan};
    use chrono::{DateTime, TimeDelta};

    fn november() -> Period {
        Period {
            seller: None,
            from: DateTime::UNIX_EPOCH,
            until: DateTime::UNIX_EPOCH + TimeDelta::days(30),
        }
    }

    /// Statistics are only made of what a database held when it was migrated: plans must be right without.
    #[tokio::test]
    async fn payments_are_looked_up_by_their_numbers() {
        let (store, _folder) = ledger().await;
        for finding in [
            Finding::PaymentMissing,
            Finding::PaymentAmount,
            Finding::PaymentRefund,
        ] {
            let query = store
                .finding_query(&Scope::All, &november(), finding)
                .unwrap();
            let steps = plan(&store, query).await;
            for step in steps.iter().filter(|it| it.contains(" l ")) {
                let looked_up = step.contains("number=?") || step.contains("trade_no=?");
                assert!(looked_up, "{finding:?}: {steps:#?}");
            }
            assert!(steps.iter().any(|it| it.contains(" l ")), "{steps:#?}");
        }
        for finding in [Finding::PaymentWithoutOrder, Finding::PaymentFee] {
            let query = store
                .finding_query(&Scope::All, &november(), finding)
                .unwrap();
            let steps = plan(&store, query).await;
            assert!(steps[0].contains("ix_payment_lines_day (at>"), "{steps:#?}");
            assert!(
                !steps.iter().any(|it| it.contains("seller_id=?")),
                "{steps:#?}"
            );
        }
    }

    #[tokio::test]
    async fn gaps_are_looked_for_in_what_the_period_drew_on() {
        let (store, _folder) = ledger().await;
        let steps = plan(&store, with_gaps(store.backend(), &november())).await;
        let drawn = steps.iter().find(|it| it.contains(" d ")).unwrap();
        assert!(
            drawn.contains("ix_invoices_issued_id (issued_at>"),
            "{steps:#?}"
        );
        let counted = steps.iter().find(|it| it.contains(" i ")).unwrap();
        assert!(
            counted.contains("ix_invoices_segment (segment_id=?"),
            "{steps:#?}"
        );
    }
}
