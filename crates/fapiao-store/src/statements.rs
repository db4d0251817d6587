//! Statements of payment services, and quota as both sides have it.

use crate::{
    Store,
    audit::Line,
    entity::{payment_file, payment_line, quota_check},
    read,
    sql::{self, Cells, Sql, select, without_index},
    tx::Tx,
    writer::Run,
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use fapiao_domain::{
    ids::{Id, SellerId},
    money::Fen,
};
use fapiao_usecases::{
    actor::Actor,
    backoffice::months::bounds,
    errors::StoreError,
    ports::{FeeOfDay, Period, QuotaCheck, StatementFile, StatementLine, Statements},
};
use sea_orm::DbBackend;
use std::collections::BTreeMap;

/// Milliseconds from the Unix epoch to midnight in Shanghai, and of a day.
const EAST: i64 = 8 * 3600 * 1000;
const DAY: i64 = 24 * 3600 * 1000;

type Taken = (StatementFile, Vec<StatementLine>, Actor);

fn take<'t>(tx: &'t Tx, (file, lines, actor): &'t Taken) -> Run<'t, bool> {
    Box::pin(async move {
        let model = payment_file::Model {
            id: file.id.clone(),
            seller_id: file.seller.to_string(),
            channel: file.channel.clone(),
            name: file.name.clone(),
            sha256: file.sha256.clone(),
            from_at: file.from.timestamp_millis(),
            until_at: file.until.timestamp_millis(),
            payments: file.payments,
            refunds: file.refunds,
            taken_by: actor.to_string(),
            taken_at: tx.now_millis(),
        };
        let added = tx
            .insert::<payment_file::Entity>(&[model], "ON CONFLICT DO NOTHING RETURNING id")
            .await?;
        if added.is_empty() {
            return Ok(false);
        }
        // A service that corrects a statement hands out a new file: what was told last holds. One row each.
        let last: BTreeMap<_, _> = lines
            .iter()
            .map(|it| ((&it.number, &it.refund_no), it))
            .collect();
        let models: Vec<_> = last
            .into_values()
            .map(|it| payment_line::Model {
                seller_id: file.seller.to_string(),
                channel: file.channel.clone(),
                number: it.number.clone(),
                refund_no: it.refund_no.clone(),
                trade_no: it.trade_no.clone(),
                at: it.at.timestamp_millis(),
                amount: it.amount.get(),
                fee: it.fee.get(),
                fee_due: it.fee_due.map(Fen::get),
                file_id: file.id.clone(),
            })
            .collect();
        tx.insert::<payment_line::Entity>(
            &models,
            "ON CONFLICT (seller_id, channel, number, refund_no) DO UPDATE SET trade_no = excluded.trade_no, \
             at = excluded.at, amount = excluded.amount, fee = excluded.fee, fee_due = excluded.fee_due, \
             file_id = excluded.file_id",
        )
        .await?;
        tx.audit(
            Line::new(actor, "statement.taken", file.seller.as_str())
                .with("channel", file.channel.as_str())
                .with("sha256", file.sha256.as_str())
                .with("payments", file.payments)
                .with("refunds", file.refunds),
        );
        Ok(true)
    })
}

fn of_file(model: payment_file::Model) -> Result<StatementFile, StoreError> {
    Ok(StatementFile {
        seller: read::id(&model.seller_id)?,
        from: read::time(model.from_at)?,
        until: read::time(model.until_at)?,
        taken_at: read::time(model.taken_at)?,
        id: model.id,
        channel: model.channel,
        name: model.name,
        sha256: model.sha256,
        payments: model.payments,
        refunds: model.refunds,
        taken_by: model.taken_by,
    })
}

fn save<'t>(tx: &'t Tx, it: &'t QuotaCheck) -> Run<'t, ()> {
    Box::pin(async move {
        let model = quota_check::Model {
            seller_id: it.seller.to_string(),
            month: it.month.clone(),
            asked_at: it.asked_at.timestamp_millis(),
            limit_there: it.limit_there.map(Fen::get),
            granted_there: it.granted_there.map(Fen::get),
            spent_there: it.spent_there.map(Fen::get),
            granted_here: it.granted_here.get(),
            spent_here: it.spent_here.get(),
            open_here: it.open_here.get(),
        };
        tx.insert::<quota_check::Entity>(
            &[model],
            "ON CONFLICT (seller_id, month) DO UPDATE SET asked_at = excluded.asked_at, \
             limit_there = excluded.limit_there, granted_there = excluded.granted_there, \
             spent_there = excluded.spent_there, granted_here = excluded.granted_here, \
             spent_here = excluded.spent_here, open_here = excluded.open_here",
        )
        .await?;
        Ok(())
    })
}

fn of_check(model: quota_check::Model) -> Result<QuotaCheck, StoreError> {
    let maybe = |it: Option<i64>| it.map(read::sum);
    Ok(QuotaCheck {
        seller: read::id(&model.seller_id)?,
        month: model.month,
        asked_at: read::time(model.asked_at)?,
        limit_there: maybe(model.limit_there),
        granted_there: maybe(model.granted_there),
        spent_there: maybe(model.spent_there),
        granted_here: read::sum(model.granted_here),
        spent_here: read::sum(model.spent_here),
        open_here: read::sum(model.open_here),
    })
}

/// What was downloaded, spent and is open of a month's quota, by the ledger: along the lines of the seller's month.
fn drawn_here(backend: DbBackend, seller: &SellerId, month: &str) -> Sql {
    let plain = without_index(backend);
    Sql::new(format!(
        "SELECT CAST(COALESCE(sum(CASE WHEN l.kind IN ('download', 'sent_back', 'kept') THEN l.amount ELSE 0 END), 0) \
         AS BIGINT), CAST(COALESCE(sum(CASE WHEN l.kind = 'return' OR (l.kind = 'spend' AND i.state IN ('issued', 'partly_red', \
         'fully_red')) THEN -l.amount ELSE 0 END), 0) AS BIGINT), \
         CAST(COALESCE(sum(CASE WHEN l.kind = 'spend' AND i.state IN ('blocked', 'reserved', 'uploading', \
         'outcome_unknown') THEN -l.amount ELSE 0 END), 0) AS BIGINT) \
         FROM quota_ledger l LEFT JOIN invoices i ON {plain}l.kind = 'spend' AND i.id = l.reference WHERE l.seller_id = "
    ))
    .bind(seller.as_str())
    .add(" AND l.month = ")
    .bind(month)
}

/// The same by the seller's invoices, where a gateway keeps the quota. A red invoice gives back what its blue one spent in
/// the same month, an allowance (04) never.
fn issued_here(seller: &SellerId, from: DateTime<Utc>, until: DateTime<Utc>) -> Sql {
    let mut both = Sql::new(
        "SELECT CAST(0 AS BIGINT), CAST(COALESCE(sum(CASE WHEN i.state IN ('issued', 'partly_red', 'fully_red') \
         AND (i.blue_id IS NULL OR (b.issued_at >= ",
    )
    .bind(from.timestamp_millis())
    .add(
        " AND COALESCE(f.reason, '') <> '04')) THEN i.amount ELSE 0 END), 0) AS BIGINT), \
         CAST(COALESCE(sum(CASE WHEN i.state IN ('uploading', 'outcome_unknown') AND i.amount > 0 \
         THEN i.amount ELSE 0 END), 0) AS BIGINT) FROM (",
    );
    // Two walks along the seller's invoices: those with a date, and those that wait for one.
    for (place, moment) in ["issued_at", "issued_at IS NULL AND uploaded_at"]
        .into_iter()
        .enumerate()
    {
        let column = moment.rsplit(' ').next().unwrap_or(moment);
        both = both
            .add(if place == 0 { "" } else { " UNION ALL " })
            .add("SELECT state, amount, blue_id, red_form_id FROM invoices WHERE seller_id = ")
            .bind(seller.as_str())
            .add(&format!(" AND {moment} >= "))
            .bind(from.timestamp_millis())
            .add(&format!(" AND {column} < "))
            .bind(until.timestamp_millis());
    }
    both.add(") i LEFT JOIN invoices b ON b.id = i.blue_id LEFT JOIN red_forms f ON f.id = i.red_form_id")
}

#[async_trait]
impl Statements for Store {
    async fn take_statement(
        &self,
        file: &StatementFile,
        lines: Vec<StatementLine>,
        actor: &Actor,
    ) -> Result<bool, StoreError> {
        self.write((file.clone(), lines, actor.clone()), take).await
    }

    async fn statements(&self, period: &Period) -> Result<Vec<StatementFile>, StoreError> {
        let mut sql = select::<payment_file::Entity>("WHERE from_at < ")
            .bind(period.until.timestamp_millis())
            .add(" AND until_at > ")
            .bind(period.from.timestamp_millis());
        if let Some(seller) = &period.seller {
            sql = sql.add(" AND seller_id = ").bind(seller.as_str());
        }
        sql::all::<payment_file::Model>(
            self.reader(),
            sql.add(" ORDER BY from_at DESC, id LIMIT 200"),
        )
        .await?
        .into_iter()
        .map(of_file)
        .collect()
    }

    async fn fees(&self, period: &Period) -> Result<Vec<FeeOfDay>, StoreError> {
        let mut sql = Sql::new(format!(
            "SELECT x.seller_id, s.tax_number, x.channel, x.day, x.lines, x.fee FROM (\
             SELECT l.seller_id AS seller_id, l.channel AS channel, (l.at + {EAST}) / {DAY} AS day, \
             CAST(count(*) AS BIGINT) AS lines, CAST(sum(l.fee) AS BIGINT) AS fee FROM payment_lines l WHERE l.at >= "
        ))
        .bind(period.from.timestamp_millis())
        .add(" AND l.at < ")
        .bind(period.until.timestamp_millis());
        if let Some(seller) = &period.seller {
            sql = sql.add(" AND l.seller_id = ").bind(seller.as_str());
        }
        let sql = sql.add(
            " GROUP BY 1, 2, 3) x JOIN sellers s ON s.id = x.seller_id WHERE x.fee <> 0 \
             ORDER BY x.day, x.seller_id, x.channel",
        );
        sql::rows(self.reader(), sql)
            .await?
            .iter()
            .map(|row| {
                Ok(FeeOfDay {
                    seller: read::id(&row.cell::<String>(0)?)?,
                    tax_number: row.cell(1)?,
                    channel: row.cell(2)?,
                    day: read::time(row.cell::<i64>(3)? * DAY - EAST)?,
                    lines: row.cell(4)?,
                    fee: row.cell(5)?,
                })
            })
            .collect()
    }

    async fn quota_here(
        &self,
        seller: &SellerId,
        month: &str,
        drawn: bool,
    ) -> Result<[Fen; 3], StoreError> {
        let sql = if drawn {
            drawn_here(self.backend(), seller, month)
        } else {
            match bounds(month) {
                Some((from, until)) => issued_here(seller, from, until),
                None => return Ok([Fen::ZERO; 3]),
            }
        };
        match sql::row(self.reader(), sql).await? {
            Some(row) => Ok([
                read::sum(row.cell(0)?),
                read::sum(row.cell(1)?),
                read::sum(row.cell(2)?),
            ]),
            None => Ok([Fen::ZERO; 3]),
        }
    }

    async fn save_quota_check(&self, check: &QuotaCheck) -> Result<(), StoreError> {
        self.write(check.clone(), save).await
    }

    async fn quota_checks(
        &self,
        seller: Option<&SellerId>,
        month: &str,
    ) -> Result<Vec<QuotaCheck>, StoreError> {
        let mut sql = select::<quota_check::Entity>("WHERE month = ").bind(month);
        if let Some(seller) = seller {
            sql = sql.add(" AND seller_id = ").bind(seller.as_str());
        }
        sql::all::<quota_check::Model>(self.reader(), sql.add(" ORDER BY seller_id"))
            .await?
            .into_iter()
            .map(of_check)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plans::{ledger, plan};

    #[tokio::test]
    async fn quota_is_summed_along_its_month() {
        let (store, _folder) = ledger().await;
        let seller: SellerId = fapiao_usecases::ids::fresh(DateTime::UNIX_EPOCH);
        let steps = plan(&store, drawn_here(store.backend(), &seller, "2026-11")).await;
        let along = "ix_quota_ledger_month (seller_id=? AND month=?)";
        assert!(steps[0].contains(along), "{steps:#?}");
        let now = DateTime::UNIX_EPOCH;
        let steps = plan(&store, issued_here(&seller, now, now)).await;
        let walks = steps.iter().filter(|it| it.contains("ix_invoices_seller"));
        let scans = steps.iter().any(|it| it.contains("SCAN invoices"));
        assert!(walks.count() == 2 && !scans, "{steps:#?}");
    }
}
