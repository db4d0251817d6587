//! Months as they were compared with the tax side, and windows staff were told of.

use crate::{
    Store,
    audit::Line,
    entity::{month_check, watch_mark},
    invoice, read,
    sql::{self, Cells, Sql, select, without_index},
    tx::Tx,
    writer::Run,
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use fapiao_domain::ids::{Id, SellerId};
use fapiao_usecases::{
    actor::Actor,
    errors::StoreError,
    jobs::{Job, QueuedJob},
    ports::{
        MonthBooks, MonthCheck, MonthFigures, MonthRow, MonthState, UndecidedInvoice, WindowMark,
    },
    records::Staff,
};
use sea_orm::DbBackend;
use serde::{Serialize, de::DeserializeOwned};
use std::collections::BTreeSet;

/// What counts as issued.
const ISSUED: &str = "state IN ('issued', 'partly_red', 'fully_red')";

#[async_trait]
impl MonthBooks for Store {
    async fn month_figures(
        &self,
        seller: &SellerId,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<MonthFigures, StoreError> {
        let sql = figures(self.backend(), seller, from, until);
        let mut sums = MonthFigures::default();
        for row in sql::rows(self.reader(), sql).await? {
            let red: i32 = row.cell(0)?;
            let (count, amount, tax): (i64, i64, i64) = (row.cell(1)?, row.cell(2)?, row.cell(3)?);
            if red == 0 {
                (sums.blue_count, sums.blue_amount, sums.blue_tax) = (count, amount, tax);
            } else {
                (sums.red_count, sums.red_amount, sums.red_tax) = (count, amount, tax);
            }
        }
        Ok(sums)
    }

    async fn month_rows(
        &self,
        seller: &SellerId,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<MonthRow>, StoreError> {
        let sql = Sql::new(
            "SELECT id, code, number, state, amount, tax, blue_id, issued_at FROM invoices \
             WHERE number IS NOT NULL AND seller_id = ",
        )
        .bind(seller.as_str())
        .add(" AND issued_at >= ")
        .bind(from.timestamp_millis())
        .add(" AND issued_at < ")
        .bind(until.timestamp_millis())
        .add(" ORDER BY CASE WHEN ")
        .add(ISSUED)
        .add(" THEN 1 ELSE 0 END, issued_at DESC, id DESC LIMIT ")
        .bind(i64::from(limit));
        let rows = sql::rows(self.reader(), sql).await?;
        rows.iter()
            .map(|row| {
                Ok(MonthRow {
                    id: read::id(&row.cell::<String>(0)?)?,
                    code: row.cell(1)?,
                    number: row.cell(2)?,
                    state: invoice::state(&row.cell::<String>(3)?)?,
                    amount: read::fen(row.cell(4)?)?,
                    tax: read::fen(row.cell(5)?)?,
                    red: row.cell::<Option<String>>(6)?.is_some(),
                    issued_at: read::time(row.cell(7)?)?,
                })
            })
            .collect()
    }

    async fn save_month(&self, check: &MonthCheck) -> Result<(), StoreError> {
        self.write(check.clone(), save).await
    }

    async fn note_confirmation(
        &self,
        seller: &SellerId,
        month: &str,
        confirmed: bool,
        actor: &Actor,
    ) -> Result<(), StoreError> {
        let input = (seller.clone(), month.to_owned(), confirmed, actor.clone());
        self.write(input, confirm).await
    }

    async fn months(&self, seller: &SellerId) -> Result<Vec<MonthCheck>, StoreError> {
        let sql = select::<month_check::Entity>("WHERE seller_id = ")
            .bind(seller.as_str())
            .add(" ORDER BY month DESC");
        sql::all::<month_check::Model>(self.reader(), sql)
            .await?
            .into_iter()
            .map(record)
            .collect()
    }

    async fn month(
        &self,
        seller: &SellerId,
        month: &str,
    ) -> Result<Option<MonthCheck>, StoreError> {
        let sql = of(select::<month_check::Entity>(""), seller, month);
        let found = sql::one::<month_check::Model>(self.reader(), sql).await?;
        found.map(record).transpose()
    }

    async fn month_standing(
        &self,
        seller: &SellerId,
        month: &str,
    ) -> Result<Option<(MonthState, Option<DateTime<Utc>>)>, StoreError> {
        let columns = Sql::new("SELECT state, checked_at FROM month_checks");
        let Some(row) = sql::row(self.reader(), of(columns, seller, month)).await? else {
            return Ok(None);
        };
        let state: String = row.cell(0)?;
        let state = read::word(MonthState::parse, &state, "state of a month")?;
        Ok(Some((state, read::time_opt(row.cell(1)?)?)))
    }

    async fn undecided_invoices(
        &self,
        before: DateTime<Utc>,
    ) -> Result<Vec<UndecidedInvoice>, StoreError> {
        // An external platform's windows are its own.
        let sql = Sql::new(
            "SELECT i.id, i.seller_id, COALESCE(i.issued_at, i.uploaded_at), i.uploaded_at, i.state FROM invoices i \
             JOIN sellers s ON s.id = i.seller_id AND s.mode = 'self_built' \
             WHERE i.state IN ('reserved', 'uploading', 'outcome_unknown') \
             AND COALESCE(i.issued_at, i.uploaded_at) <= ",
        )
        .bind(before.timestamp_millis())
        .add(" ORDER BY 3, 1");
        let rows = sql::rows(self.reader(), sql).await?;
        rows.iter()
            .map(|row| {
                Ok(UndecidedInvoice {
                    id: read::id(&row.cell::<String>(0)?)?,
                    seller: read::id(&row.cell::<String>(1)?)?,
                    since: read::time(row.cell(2)?)?,
                    uploaded_at: read::time_opt(row.cell(3)?)?,
                    state: invoice::state(&row.cell::<String>(4)?)?,
                })
            })
            .collect()
    }

    async fn mark_windows(&self, marks: Vec<WindowMark>, to: &[Staff]) -> Result<u64, StoreError> {
        self.write((marks, to.to_vec()), mark).await
    }

    async fn marks_of(&self, batch: &str) -> Result<Vec<WindowMark>, StoreError> {
        let sql = select::<watch_mark::Entity>("WHERE batch = ")
            .bind(batch)
            .add(" ORDER BY subject");
        sql::all::<watch_mark::Model>(self.reader(), sql)
            .await?
            .into_iter()
            .map(|model| {
                Ok(WindowMark {
                    kind: model.kind,
                    subject: model.subject,
                    stage: model.stage,
                    seller: read::id(&model.seller_id)?,
                    batch: model.batch,
                    at: read::time(model.at)?,
                })
            })
            .collect()
    }

    async fn first_issue(&self, seller: &SellerId) -> Result<Option<DateTime<Utc>>, StoreError> {
        match sql::row(self.reader(), first(self.backend(), seller)).await? {
            Some(row) => read::time_opt(row.cell(0)?),
            None => Ok(None),
        }
    }
}

impl Store {
    /// What was found of a month, of one seller or of all.
    pub(crate) async fn checks_of_month(
        &self,
        seller: Option<&SellerId>,
        month: &str,
    ) -> Result<Vec<MonthCheck>, StoreError> {
        if let Some(seller) = seller {
            return Ok(self.month(seller, month).await?.into_iter().collect());
        }
        let sql = select::<month_check::Entity>("WHERE month = ")
            .bind(month)
            .add(" ORDER BY seller_id");
        sql::all::<month_check::Model>(self.reader(), sql)
            .await?
            .into_iter()
            .map(record)
            .collect()
    }
}

/// `WHERE` of one month.
fn of(sql: Sql, seller: &SellerId, month: &str) -> Sql {
    sql.add(" WHERE seller_id = ")
        .bind(seller.as_str())
        .add(" AND month = ")
        .bind(month)
}

/// What a seller issued between two moments, blue and red: along the seller's invoices by date, not through all that were
/// ever issued.
fn figures(
    backend: DbBackend,
    seller: &SellerId,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Sql {
    let plain = without_index(backend);
    let red = "CASE WHEN blue_id IS NULL THEN 0 ELSE 1 END";
    Sql::new(format!(
        "SELECT {red}, count(*), CAST(sum(amount) AS BIGINT), CAST(sum(tax) AS BIGINT) FROM invoices \
         WHERE {plain}{ISSUED} AND seller_id = "
    ))
    .bind(seller.as_str())
    .add(" AND issued_at >= ")
    .bind(from.timestamp_millis())
    .add(" AND issued_at < ")
    .bind(until.timestamp_millis())
    .add(" GROUP BY 1")
}

/// When a seller issued the first one.
fn first(backend: DbBackend, seller: &SellerId) -> Sql {
    let plain = without_index(backend);
    Sql::new(format!(
        "SELECT issued_at FROM invoices WHERE {plain}{ISSUED} AND seller_id = "
    ))
    .bind(seller.as_str())
    .add(" AND issued_at IS NOT NULL ORDER BY issued_at, id LIMIT 1")
}

fn json<T: Serialize>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::Corrupt(error.to_string()))
}

fn parsed<T: DeserializeOwned>(text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text)
        .map_err(|error| StoreError::Corrupt(format!("a month's comparison: {error}")))
}

fn record(model: month_check::Model) -> Result<MonthCheck, StoreError> {
    Ok(MonthCheck {
        seller: read::id(&model.seller_id)?,
        month: model.month,
        state: read::word(MonthState::parse, &model.state, "state of a month")?,
        ours: parsed(&model.ours)?,
        theirs: parsed(&model.theirs)?,
        differences: parsed(&model.differences)?,
        trouble: model.trouble,
        checked_at: read::time_opt(model.checked_at)?,
        confirmed_at: read::time_opt(model.confirmed_at)?,
        confirmed_by: model.confirmed_by,
        more: model.more,
        more_of: parsed(&model.more_of)?,
        version: model.version,
    })
}

fn save<'t>(tx: &'t Tx, it: &'t MonthCheck) -> Run<'t, ()> {
    Box::pin(async move {
        let model = month_check::Model {
            seller_id: it.seller.to_string(),
            month: it.month.clone(),
            state: it.state.as_str().to_owned(),
            ours: json(&it.ours)?,
            theirs: json(&it.theirs)?,
            differences: json(&it.differences)?,
            trouble: it.trouble.clone(),
            checked_at: it.checked_at.map(|at| at.timestamp_millis()),
            confirmed_at: None,
            confirmed_by: String::new(),
            version: 1,
            more: it.more,
            more_of: json(&it.more_of)?,
        };
        let tail = format!(
            "ON CONFLICT (seller_id, month) DO UPDATE SET state = excluded.state, ours = excluded.ours, \
             theirs = excluded.theirs, differences = excluded.differences, more = excluded.more, \
             more_of = excluded.more_of, trouble = excluded.trouble, checked_at = excluded.checked_at, version = month_checks.version + 1 \
             WHERE month_checks.version = {}",
            it.version
        );
        tx.insert::<month_check::Entity>(&[model], &tail).await?;
        Ok(())
    })
}

type Confirmed = (SellerId, String, bool, Actor);

fn confirm<'t>(tx: &'t Tx, (seller, month, confirmed, actor): &'t Confirmed) -> Run<'t, ()> {
    Box::pin(async move {
        let sql = if *confirmed {
            Sql::new(
                "UPDATE month_checks SET version = version + 1, state = 'confirmed', confirmed_at = ",
            )
            .bind(tx.now_millis())
            .add(", confirmed_by = ")
            .bind(actor.to_string())
        } else {
            Sql::new(
                "UPDATE month_checks SET version = version + 1, confirmed_at = NULL, confirmed_by = '', \
                 state = CASE WHEN state = 'confirmed' THEN 'unasked' ELSE state END",
            )
        };
        let sql = sql
            .add(" WHERE seller_id = ")
            .bind(seller.as_str())
            .add(" AND month = ")
            .bind(month.as_str());
        tx.exec(sql).await?;
        let action = if *confirmed {
            "month.confirmed"
        } else {
            "month.withdrawn"
        };
        tx.audit(Line::new(actor, action, seller.as_str()).with("month", month.as_str()));
        Ok(())
    })
}

/// New marks only; for each batch with one, a mail to each person.
fn mark<'t>(tx: &'t Tx, (marks, to): &'t (Vec<WindowMark>, Vec<Staff>)) -> Run<'t, u64> {
    Box::pin(async move {
        let models: Vec<_> = marks
            .iter()
            .map(|it| watch_mark::Model {
                kind: it.kind.clone(),
                subject: it.subject.clone(),
                stage: it.stage.clone(),
                seller_id: it.seller.to_string(),
                batch: it.batch.clone(),
                at: it.at.timestamp_millis(),
                mailed_at: None,
            })
            .collect();
        let tail = "ON CONFLICT (kind, subject, stage) DO NOTHING RETURNING batch";
        let added = tx.insert::<watch_mark::Entity>(&models, tail).await?;
        let mut batches = BTreeSet::new();
        for row in &added {
            batches.insert(row.cell::<String>(0)?);
        }
        for batch in &batches {
            let mark = marks.iter().find(|it| it.batch == *batch);
            let seller = mark.map(|it| it.seller.clone());
            for person in to {
                let job = Job::MailWindow {
                    batch: batch.clone(),
                    staff: person.id.clone(),
                };
                tx.enqueue(QueuedJob::now(job, seller.clone()));
            }
            if let Some(mark) = mark {
                let count = added
                    .iter()
                    .filter(|row| row.cell::<String>(0).is_ok_and(|it| it == *batch))
                    .count();
                tx.audit(
                    Line::new(&Actor::System, "window.noticed", mark.seller.as_str())
                        .with("kind", mark.kind.as_str())
                        .with("stage", mark.stage.as_str())
                        .with("count", count as u64),
                );
            }
        }
        Ok(added.len() as u64)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plans::{assert_walks, ledger, plan};

    #[tokio::test]
    async fn a_month_is_summed_without_reading_the_others() {
        let (store, _folder) = ledger().await;
        let seller: SellerId = fapiao_usecases::ids::fresh(DateTime::UNIX_EPOCH);
        let (from, until) = (DateTime::UNIX_EPOCH, DateTime::UNIX_EPOCH);
        let along = "ix_invoices_seller (seller_id=? AND issued_at>";
        let sql = first(store.backend(), &seller);
        assert_walks(&store, sql, along).await;
        // Two groups are gathered; no row is sorted before it is looked at.
        let sql = figures(store.backend(), &seller, from, until);
        assert!(plan(&store, sql).await[0].contains(along));
    }
}
