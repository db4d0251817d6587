//! The inbox: a push that was answered is durable, and stored once.

use crate::{
    Store,
    audit::Line,
    cursor,
    entity::{exchange_subject, push},
    error::missing,
    read,
    sql::{self, Cells, Sql, select},
    throttle::Warning,
    tx::Tx,
    writer::Run,
};
use async_trait::async_trait;
use fapiao_domain::ids::{AccountId, DeliveryId, Id, PushId};
use fapiao_usecases::{
    actor::Actor,
    errors::StoreError,
    ids::fresh,
    jobs::{Job, QueuedJob},
    ports::{Inbox, NewPush, Page, PushEnd, Recorded},
    records::Push,
};
use std::collections::{HashMap, HashSet};

/// Most bytes kept of a refused push.
const REFUSED_BYTES: usize = 4096;
/// Most refused pushes kept: whoever sends nonsense does not fill the disk.
const REFUSED_ROWS: i64 = 1000;
/// How often the time of an account's last push is written.
const SEEN_EVERY_MILLIS: i64 = 5000;

/// Stores a set of pushes; an answer per item, in order.
pub(crate) fn record<'t>(tx: &'t Tx, pushes: &'t [NewPush]) -> Run<'t, Vec<Recorded>> {
    Box::pin(async move {
        let mut models: HashMap<&str, push::Model> = HashMap::new();
        for push in pushes {
            models
                .entry(&push.dedup_key)
                .and_modify(|model| model.seen += 1)
                .or_insert_with(|| new_model(push, tx.now_millis()));
        }
        let mut models: Vec<_> = models.into_values().collect();
        models.sort_by(|a, b| a.dedup_key.cmp(&b.dedup_key));
        let rows = tx
            .insert::<push::Entity>(
                &models,
                "ON CONFLICT (dedup_key) DO UPDATE SET seen = pushes.seen + excluded.seen RETURNING id",
            )
            .await?;
        let stored: HashSet<String> = rows
            .iter()
            .map(|row| row.cell(0))
            .collect::<Result<_, _>>()?;
        let mut accounts = HashSet::new();
        let about: Vec<_> = pushes
            .iter()
            .filter(|push| stored.contains(push.id.as_str()))
            .filter_map(|push| {
                Some(exchange_subject::Model {
                    subject: delivery_named_in(&push.plain)?.to_owned(),
                    exchange_id: push.id.to_string(),
                })
            })
            .collect();
        if !about.is_empty() {
            tx.insert::<exchange_subject::Entity>(&about, "ON CONFLICT DO NOTHING")
                .await?;
        }
        let mut answers = Vec::with_capacity(pushes.len());
        for push in pushes {
            if !stored.contains(push.id.as_str()) {
                answers.push(Recorded::AlreadyKnown);
                continue;
            }
            tx.enqueue(QueuedJob::now(Job::HandlePush(push.id.clone()), None));
            tx.audit(
                Line::new(&Actor::WeChat, "push.received", push.id.as_str())
                    .with("event", push.event.as_str()),
            );
            accounts.insert(push.account.as_str());
            answers.push(Recorded::New);
        }
        if !accounts.is_empty() {
            let sql = Sql::new("UPDATE accounts SET last_push_at = ")
                .bind(tx.now_millis())
                .add(" WHERE id IN ")
                .list(accounts)
                .add(" AND (last_push_at IS NULL OR last_push_at < ")
                .bind(tx.now_millis() - SEEN_EVERY_MILLIS)
                .add(")");
            tx.exec(sql).await?;
        }
        Ok(answers)
    })
}

/// The first id of a delivery in a text.
fn delivery_named_in(text: &str) -> Option<&str> {
    const LENGTH: usize = 30;
    let (at, _) = text.match_indices("dlv_").find(|(at, _)| {
        text.get(*at..at + LENGTH)
            .is_some_and(|id| DeliveryId::parse(id).is_ok())
    })?;
    text.get(at..at + LENGTH)
}

fn new_model(push: &NewPush, at: i64) -> push::Model {
    push::Model {
        id: push.id.to_string(),
        account_id: Some(push.account.to_string()),
        dedup_key: Some(push.dedup_key.clone()),
        event: push.event.clone(),
        plain: push.plain.clone(),
        received_at: at,
        verdict: "accepted".to_owned(),
        state: "stored".to_owned(),
        outcome: String::new(),
        seen: 1,
        raw_query: storable(&push.raw_query),
        raw_body: storable(&push.raw_body),
    }
}

/// PostgreSQL has no NUL in texts.
fn storable(text: &str) -> String {
    text.replace('\0', "\u{FFFD}")
}

fn push_record(model: push::Model) -> Result<Push, StoreError> {
    let full = |text: &str| text.len() + 4 > REFUSED_BYTES;
    let raw_cut = model.state == "refused" && (full(&model.raw_query) || full(&model.raw_body));
    Ok(Push {
        id: read::id(&model.id)?,
        account: read::id_opt(model.account_id.as_deref())?,
        event: model.event,
        plain: model.plain,
        received_at: read::time(model.received_at)?,
        verdict: model.verdict,
        state: model.state,
        outcome: model.outcome,
        seen: model.seen,
        raw_cut,
        raw_query: model.raw_query,
        raw_body: model.raw_body,
    })
}

/// The first bytes of a text, whole characters only.
fn cut(text: &str) -> &str {
    let mut end = text.len().min(REFUSED_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

struct Refused {
    model: push::Model,
    tell: bool,
}

fn note_refused<'t>(tx: &'t Tx, it: &'t Refused) -> Run<'t, ()> {
    Box::pin(async move {
        let mut model = it.model.clone();
        model.received_at = tx.now_millis();
        let id = model.id.clone();
        let verdict = model.verdict.clone();
        tx.insert::<push::Entity>(&[model], "").await?;
        let sql = Sql::new(
            "DELETE FROM pushes WHERE state = 'refused' AND id NOT IN \
             (SELECT id FROM pushes WHERE state = 'refused' ORDER BY received_at DESC, id DESC LIMIT ",
        )
        .bind(REFUSED_ROWS)
        .add(")");
        tx.exec(sql).await?;
        if it.tell {
            tx.audit(
                Line::new(&Actor::System, "push.refused", &id).with("verdict", verdict.as_str()),
            );
        }
        Ok(())
    })
}

struct Ended {
    id: PushId,
    end: PushEnd,
    warning: Warning,
}

fn note_outcome<'t>(tx: &'t Tx, it: &'t Ended) -> Run<'t, ()> {
    Box::pin(async move {
        let (id, end) = (it.id.as_str(), &it.end);
        let sql = Sql::new("UPDATE pushes SET state = ")
            .bind(end.state)
            .add(", outcome = ")
            .bind(end.outcome.as_str())
            .add(" WHERE id = ")
            .bind(id);
        if tx.exec(sql).await? == 0 {
            return Err(missing(format!("push {id}")));
        }
        let Some(unproved) = &end.unproved else {
            return Ok(());
        };
        match it.warning {
            Warning::Own => {
                let mut line = Line::new(&Actor::System, "push.unproved", id)
                    .with("named", unproved.named.as_str())
                    .with("reason", end.outcome.as_str());
                if let Some(order) = &unproved.order {
                    line = line.order(order.as_str());
                }
                tx.audit(line);
            }
            Warning::Counted(count) => {
                tx.audit(Line::new(&Actor::System, "push.unproved_many", id).with("count", count))
            }
            Warning::Later => {}
        }
        Ok(())
    })
}

fn again<'t>(tx: &'t Tx, (id, actor): &'t (PushId, Actor)) -> Run<'t, bool> {
    Box::pin(async move {
        let sql = Sql::new("UPDATE pushes SET state = 'stored', outcome = '' WHERE state IN ('parked', 'ignored') AND id = ")
            .bind(id.as_str());
        if tx.exec(sql).await? == 0 {
            return Ok(false);
        }
        tx.enqueue(QueuedJob::now(Job::HandlePush(id.clone()), None));
        tx.audit(Line::new(actor, "push.handled_again", id.as_str()));
        Ok(true)
    })
}

#[async_trait]
impl Inbox for Store {
    async fn record_pushes(&self, pushes: Vec<NewPush>) -> Result<Vec<Recorded>, StoreError> {
        self.lanes().push.call(self.writer(), pushes).await
    }

    async fn record_refused(
        &self,
        account: Option<&AccountId>,
        verdict: &str,
        query: &str,
        body: &str,
    ) -> Result<(), StoreError> {
        let Some(tell) = self
            .throttle()
            .allows(account.map_or("", Id::as_str), verdict)
        else {
            return Ok(());
        };
        let id: PushId = fresh(self.now());
        let model = push::Model {
            id: id.to_string(),
            account_id: account.map(ToString::to_string),
            dedup_key: None,
            event: String::new(),
            plain: String::new(),
            received_at: 0,
            verdict: verdict.to_owned(),
            state: "refused".to_owned(),
            outcome: String::new(),
            seen: 1,
            raw_query: storable(cut(query)),
            raw_body: storable(cut(body)),
        };
        self.write(Refused { model, tell }, note_refused).await
    }

    async fn push(&self, id: &PushId) -> Result<Option<Push>, StoreError> {
        let sql = select::<push::Entity>("WHERE id = ").bind(id.as_str());
        sql::one::<push::Model>(self.reader(), sql)
            .await?
            .map(push_record)
            .transpose()
    }

    async fn record_push_outcome(&self, id: &PushId, end: &PushEnd) -> Result<(), StoreError> {
        let warning = match end.unproved {
            Some(_) => self.warnings().one_more(),
            None => Warning::Later,
        };
        let (id, end) = (id.clone(), end.clone());
        self.write(Ended { id, end, warning }, note_outcome).await
    }

    async fn handle_again(&self, id: &PushId, actor: &Actor) -> Result<bool, StoreError> {
        self.write((id.clone(), actor.clone()), again).await
    }

    async fn pushes(
        &self,
        state: Option<&str>,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Page<Push>, StoreError> {
        let limit = cursor::limit(limit);
        let of_state = |sql: Sql| match state {
            Some(state) => sql.add(" AND state = ").bind(state),
            None => sql,
        };
        let mut sql = of_state(select::<push::Entity>("WHERE 1 = 1"));
        if let Some((at, id)) = cursor::read(after)? {
            sql = sql
                .add(" AND (received_at, id) < (")
                .bind(at)
                .add(", ")
                .bind(id)
                .add(")");
        }
        sql = sql
            .add(" ORDER BY received_at DESC, id DESC LIMIT ")
            .bind(limit as i64 + 1);
        let found = sql::all::<push::Model>(self.reader(), sql).await?;
        let (found, next) =
            cursor::cut(found, limit, |model| (model.received_at, model.id.clone()));
        let counted = of_state(Sql::new(
            "SELECT count(*) FROM (SELECT 1 FROM pushes WHERE 1 = 1",
        ))
        .add(" LIMIT ")
        .bind(cursor::COUNTED)
        .add(") AS counted");
        Ok(Page {
            rows: found
                .into_iter()
                .map(push_record)
                .collect::<Result<_, _>>()?,
            next,
            count: read::count(sql::number(self.reader(), counted).await?),
            sum: None,
        })
    }
}
