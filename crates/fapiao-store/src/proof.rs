//! The port of lasting proof: runs of the check, anchors, and what an evidence pack is made of.

use crate::{
    Store, audit, content,
    entity::{anchor, audit_entry, proof_run},
    error::{db, stale, unavailable},
    invoice,
    keys::AuditKeys,
    order::within,
    read,
    sql::{self, Cells, Sql, columns, now_millis, select},
    tx::Tx,
    verify,
    writer::Run,
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use fapiao_domain::ids::{Id, InvoiceId, OrderId};
use fapiao_usecases::{
    actor::Actor,
    errors::StoreError,
    jobs::QueuedJob,
    ports::{Anchor, AnchorPlace, ChainLine, CheckResult, ProofRun, Proofs, Scope, StatedContent},
    records::Invoice,
};
use hmac::{Hmac, KeyInit, Mac};
use sea_orm::TransactionTrait;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::collections::{HashMap, HashSet};

const PAGE: i64 = 5000;

fn run_record(model: proof_run::Model) -> Result<ProofRun, StoreError> {
    let results: Vec<Value> = serde_json::from_str(&model.results).unwrap_or_default();
    let text = |value: &Value, name: &str| value[name].as_str().unwrap_or_default().to_owned();
    Ok(ProofRun {
        asked_at: read::time(model.asked_at)?,
        ended_at: read::time_opt(model.ended_at)?,
        told_at: read::time_opt(model.told_at)?,
        id: model.id,
        cause: model.cause,
        state: model.state,
        took_millis: model.took_millis,
        holds: model.holds,
        results: results
            .iter()
            .map(|it| CheckResult {
                id: text(it, "id"),
                title_en: text(it, "title_en"),
                title_zh: text(it, "title_zh"),
                looked_at: it["looked_at"].as_i64().unwrap_or(0),
                found: it["found"]
                    .as_array()
                    .map(|found| {
                        found
                            .iter()
                            .filter_map(|line| line.as_str().map(str::to_owned))
                            .collect()
                    })
                    .unwrap_or_default(),
                query: text(it, "query"),
                took_millis: it["took_millis"].as_i64().unwrap_or(0),
            })
            .collect(),
    })
}

fn results_text(results: &[CheckResult]) -> String {
    let list: Vec<Value> = results
        .iter()
        .map(|it| {
            json!({
                "id": it.id, "title_en": it.title_en, "title_zh": it.title_zh,
                "looked_at": it.looked_at, "found": it.found, "query": it.query,
                "took_millis": it.took_millis,
            })
        })
        .collect();
    Value::Array(list).to_string()
}

fn ask<'t>(tx: &'t Tx, (id, cause): &'t (String, String)) -> Run<'t, bool> {
    Box::pin(async move {
        let model = proof_run::Model {
            id: id.clone(),
            cause: cause.clone(),
            state: "asked".to_owned(),
            worker: String::new(),
            leased_until: None,
            asked_at: tx.now_millis(),
            ended_at: None,
            took_millis: 0,
            holds: false,
            results: "[]".to_owned(),
            told_at: None,
        };
        let made = tx
            .insert::<proof_run::Entity>(&[model], "ON CONFLICT DO NOTHING RETURNING id")
            .await?;
        Ok(!made.is_empty())
    })
}

fn claim<'t>(tx: &'t Tx, (worker, lease): &'t (String, u32)) -> Run<'t, Option<proof_run::Model>> {
    Box::pin(async move {
        let now = now_millis(tx.backend);
        let free = format!("(state = 'asked' OR (state = 'running' AND leased_until < {now}))");
        let sql = Sql::new("UPDATE proof_runs SET state = 'running', worker = ")
            .bind(worker.as_str())
            .add(&format!(", leased_until = {now} + "))
            .bind(i64::from(*lease) * 1000)
            .add(&format!(
                " WHERE {free} AND id = (SELECT id FROM proof_runs WHERE {free} ORDER BY asked_at, id LIMIT 1) RETURNING {}",
                columns::<proof_run::Entity>("")
            ));
        tx.one(sql).await
    })
}

fn hold<'t>(tx: &'t Tx, (id, worker, lease): &'t (String, String, u32)) -> Run<'t, bool> {
    Box::pin(async move {
        let sql = Sql::new(format!(
            "UPDATE proof_runs SET leased_until = {} + ",
            now_millis(tx.backend)
        ))
        .bind(i64::from(*lease) * 1000)
        .add(" WHERE state = 'running' AND worker = ")
        .bind(worker.as_str())
        .add(" AND id = ")
        .bind(id.as_str());
        Ok(tx.exec(sql).await? == 1)
    })
}

struct Finished {
    id: String,
    worker: String,
    holds: bool,
    results: String,
    took: i64,
}

fn finish<'t>(tx: &'t Tx, it: &'t Finished) -> Run<'t, ()> {
    Box::pin(async move {
        let sql =
            Sql::new("UPDATE proof_runs SET state = 'done', leased_until = NULL, ended_at = ")
                .bind(tx.now_millis())
                .add(", took_millis = ")
                .bind(it.took)
                .add(", holds = ")
                .bind(it.holds)
                .add(", results = ")
                .bind(it.results.as_str())
                .add(" WHERE state = 'running' AND worker = ")
                .bind(it.worker.as_str())
                .add(" AND id = ")
                .bind(it.id.as_str());
        if tx.exec(sql).await? == 0 {
            return Err(stale(format!("run {}", it.id)));
        }
        let action = if it.holds {
            "proof.holds"
        } else {
            "proof.broken"
        };
        tx.audit(audit::Line::new(&Actor::System, action, &it.id));
        Ok(())
    })
}

fn told<'t>(tx: &'t Tx, (id, mails): &'t (String, Vec<QueuedJob>)) -> Run<'t, ()> {
    Box::pin(async move {
        let sql = Sql::new("UPDATE proof_runs SET told_at = ")
            .bind(tx.now_millis())
            .add(" WHERE told_at IS NULL AND id = ")
            .bind(id.as_str());
        if tx.exec(sql).await? == 1 {
            tx.enqueue_all(mails);
        }
        Ok(())
    })
}

fn column(place: AnchorPlace) -> &'static str {
    match place {
        AnchorPlace::File => "file_at",
        AnchorPlace::Mail => "mail_at",
        AnchorPlace::Storage => "storage_at",
    }
}

fn anchored<'t>(
    tx: &'t Tx,
    (seq, place, mails): &'t (i64, AnchorPlace, Vec<QueuedJob>),
) -> Run<'t, ()> {
    Box::pin(async move {
        let column = column(*place);
        let sql = Sql::new(format!("UPDATE audit_anchors SET {column} = "))
            .bind(tx.now_millis())
            .add(&format!(" WHERE {column} IS NULL AND seq = "))
            .bind(*seq);
        if tx.exec(sql).await? == 1 {
            tx.enqueue_all(mails);
        }
        Ok(())
    })
}

#[expect(
    clippy::ptr_arg,
    reason = "the writer keeps what it writes and lends it as it is"
)]
fn again<'t>(tx: &'t Tx, seqs: &'t Vec<i64>) -> Run<'t, ()> {
    Box::pin(async move {
        for chunk in seqs.chunks(1000) {
            let sql = Sql::new(
                "UPDATE audit_anchors SET file_at = NULL, storage_at = NULL WHERE seq IN ",
            )
            .list(chunk.iter().copied());
            tx.exec(sql).await?;
        }
        tx.audit(
            audit::Line::new(&Actor::CommandLine, "proof.anchors_again", "anchors")
                .with("count", seqs.len() as u64)
                .with("first", seqs.iter().min().copied().unwrap_or_default())
                .with("last", seqs.iter().max().copied().unwrap_or_default()),
        );
        Ok(())
    })
}

fn insert_anchor<'t>(tx: &'t Tx, model: &'t anchor::Model) -> Run<'t, bool> {
    Box::pin(async move {
        let made = tx
            .insert::<anchor::Entity>(
                std::slice::from_ref(model),
                "ON CONFLICT DO NOTHING RETURNING seq",
            )
            .await?;
        Ok(!made.is_empty())
    })
}

fn anchor_record(model: anchor::Model) -> Result<Anchor, StoreError> {
    Ok(Anchor {
        seq: model.seq,
        first_seq: model.first_seq,
        hash: model.hash,
        digest: model.digest,
        key_id: model.key_id,
        at: read::time(model.at)?,
        seal: model.seal,
    })
}

/// The seal of an anchor; `None` when its key is not known here.
fn seal(keys: &AuditKeys, anchor: &Anchor) -> Result<Option<String>, StoreError> {
    let Some(key) = keys.find(&anchor.key_id) else {
        return Ok(None);
    };
    let mut mac = Hmac::<Sha256>::new_from_slice(&key.bytes)
        .map_err(|_| unavailable("the audit key cannot be used", false))?;
    let said = format!(
        "anchor|{}|{}|{}|{}|{}|{}",
        anchor.first_seq,
        anchor.seq,
        anchor.hash,
        anchor.digest,
        anchor.key_id,
        anchor.at.timestamp_millis()
    );
    mac.update(said.as_bytes());
    Ok(Some(hex::encode(mac.finalize().into_bytes())))
}

impl Store {
    async fn anchor_list(&self, tail: Sql) -> Result<Vec<Anchor>, StoreError> {
        sql::all::<anchor::Model>(self.reader(), select::<anchor::Entity>("").join(tail))
            .await?
            .into_iter()
            .map(anchor_record)
            .collect()
    }
}

#[async_trait]
impl Proofs for Store {
    async fn ask_proof(&self, id: &str, cause: &str) -> Result<bool, StoreError> {
        self.write((id.to_owned(), cause.to_owned()), ask).await
    }

    async fn claim_proof(
        &self,
        worker: &str,
        lease_secs: u32,
    ) -> Result<Option<ProofRun>, StoreError> {
        let waiting = Sql::new("SELECT count(*) FROM proof_runs WHERE state <> 'done'");
        if sql::number(self.reader(), waiting).await? == 0 {
            return Ok(None);
        }
        let claimed = self.write((worker.to_owned(), lease_secs), claim).await?;
        claimed.map(run_record).transpose()
    }

    async fn hold_proof(
        &self,
        id: &str,
        worker: &str,
        lease_secs: u32,
    ) -> Result<bool, StoreError> {
        self.write((id.to_owned(), worker.to_owned(), lease_secs), hold)
            .await
    }

    async fn finish_proof(
        &self,
        id: &str,
        worker: &str,
        results: &[CheckResult],
        took_millis: i64,
    ) -> Result<(), StoreError> {
        let input = Finished {
            id: id.to_owned(),
            worker: worker.to_owned(),
            holds: results.iter().all(|it| it.found.is_empty()),
            results: results_text(results),
            took: took_millis,
        };
        self.write(input, finish).await
    }

    async fn note_told(&self, id: &str, mails: Vec<QueuedJob>) -> Result<(), StoreError> {
        self.write((id.to_owned(), mails), told).await
    }

    async fn proof_run(&self, id: &str) -> Result<Option<ProofRun>, StoreError> {
        let sql = select::<proof_run::Entity>("WHERE id = ").bind(id);
        let mut found = sql::all::<proof_run::Model>(self.reader(), sql).await?;
        found.pop().map(run_record).transpose()
    }

    async fn proof_runs(&self, limit: u32) -> Result<Vec<ProofRun>, StoreError> {
        let sql = select::<proof_run::Entity>("ORDER BY asked_at DESC, id DESC LIMIT ")
            .bind(i64::from(limit));
        sql::all::<proof_run::Model>(self.reader(), sql)
            .await?
            .into_iter()
            .map(run_record)
            .collect()
    }

    async fn make_anchor(&self) -> Result<Option<Anchor>, StoreError> {
        let last = Sql::new("SELECT max(seq) FROM audit_anchors");
        let first = sql::number(self.reader(), last).await? + 1;
        let head = Sql::new("SELECT seq, hash, key_id FROM audit_head WHERE id = 1");
        let Some(head) = sql::row(self.reader(), head).await? else {
            return Ok(None);
        };
        let (seq, hash, key_id): (i64, String, String) =
            (head.cell(0)?, head.cell(1)?, head.cell(2)?);
        if seq < first {
            return Ok(None);
        }
        let mut digest = Sha256::new();
        let mut from = first;
        while from <= seq {
            let prints = self.line_prints(from, seq, 5000).await?;
            if prints.is_empty() {
                break;
            }
            from += prints.len() as i64;
            for print in prints {
                digest.update(print);
            }
        }
        let mut made = Anchor {
            seq,
            first_seq: first,
            hash,
            digest: hex::encode(digest.finalize()),
            key_id,
            at: self.now(),
            seal: String::new(),
        };
        made.seal = seal(self.audit_keys(), &made)?.unwrap_or_default();
        let model = anchor::Model {
            seq: made.seq,
            first_seq: made.first_seq,
            hash: made.hash.clone(),
            digest: made.digest.clone(),
            key_id: made.key_id.clone(),
            at: made.at.timestamp_millis(),
            seal: made.seal.clone(),
            file_at: None,
            mail_at: None,
            storage_at: None,
        };
        let new = self.write(model, insert_anchor).await?;
        Ok(new.then_some(made))
    }

    async fn anchors_due(&self, place: AnchorPlace, limit: u32) -> Result<Vec<Anchor>, StoreError> {
        let tail = Sql::new(format!(
            "WHERE {} IS NULL ORDER BY seq LIMIT ",
            column(place)
        ))
        .bind(i64::from(limit));
        self.anchor_list(tail).await
    }

    async fn note_anchored(
        &self,
        seq: i64,
        place: AnchorPlace,
        mails: Vec<QueuedJob>,
    ) -> Result<(), StoreError> {
        self.write((seq, place, mails), anchored).await
    }

    async fn anchors_brought(
        &self,
        place: AnchorPlace,
    ) -> Result<Vec<(i64, DateTime<Utc>)>, StoreError> {
        let column = column(place);
        let sql = Sql::new(format!(
            "SELECT seq, {column} FROM audit_anchors WHERE {column} IS NOT NULL ORDER BY seq"
        ));
        let rows = sql::rows(self.reader(), sql).await?;
        rows.iter()
            .map(|row| Ok((row.cell(0)?, read::time(row.cell(1)?)?)))
            .collect()
    }

    async fn bring_anchors_again(&self, seqs: &[i64]) -> Result<(), StoreError> {
        if seqs.is_empty() {
            return Ok(());
        }
        self.write(seqs.to_vec(), again).await
    }

    async fn anchors(&self, limit: u32) -> Result<Vec<Anchor>, StoreError> {
        self.anchor_list(Sql::new("ORDER BY seq DESC LIMIT ").bind(i64::from(limit)))
            .await
    }

    async fn anchors_over(&self, first: i64, last: i64) -> Result<Vec<Anchor>, StoreError> {
        let tail = Sql::new("WHERE seq >= ")
            .bind(first)
            .add(" AND first_seq <= ")
            .bind(last)
            .add(" ORDER BY seq");
        self.anchor_list(tail).await
    }

    async fn check_anchors(&self, kept: &[Anchor]) -> Result<CheckResult, StoreError> {
        let mut check = verify::Check::new(
            "I19",
            "The audit chain agrees with its anchors, and those that were kept outside the database are still there",
            "审计链与锚点一致，库外留存的锚点无缺失",
            "for each anchor, kept outside or in audit_anchors: its seal by the key of its key id; audit_entries.hash \
             WHERE seq = anchor.seq must be the anchor's; each of audit_anchors with file_at or storage_at is kept there",
        );
        let mut all = kept.to_vec();
        // Of those that are kept outside as well, once.
        let mut held = self.anchor_list(Sql::new("ORDER BY seq")).await?;
        let outside: HashSet<(i64, &str)> = kept.iter().map(|it| (it.seq, &*it.seal)).collect();
        held.retain(|it| !outside.contains(&(it.seq, &*it.seal)));
        all.extend(held);
        for chunk in all.chunks(1000) {
            let sql = Sql::new("SELECT seq, hash FROM audit_entries WHERE seq IN ")
                .list(chunk.iter().map(|it| it.seq));
            let mut stored = HashMap::new();
            for row in sql::rows(self.reader(), sql).await? {
                stored.insert(row.cell::<i64>(0)?, row.cell::<String>(1)?);
            }
            for anchor in chunk {
                check.0.looked_at += 1;
                let seq = anchor.seq;
                match seal(self.audit_keys(), anchor)? {
                    None => check.found(format!(
                        "the anchor of line {seq} was made with key {}, which is not among the settings",
                        anchor.key_id
                    )),
                    Some(seal) if seal != anchor.seal => check.found(format!(
                        "the anchor of line {seq} is not one of ours: its seal is wrong"
                    )),
                    Some(_) => match stored.get(&seq) {
                        None => check.found(format!(
                            "line {seq} was there on {} and is gone: the chain was cut or replaced",
                            anchor.at.format("%Y-%m-%d %H:%M:%S UTC")
                        )),
                        Some(hash) if *hash != anchor.hash => check.found(format!(
                            "line {seq} is another one than on {}: the chain was rewritten",
                            anchor.at.format("%Y-%m-%d %H:%M:%S UTC")
                        )),
                        Some(_) => {}
                    },
                }
            }
        }
        Ok(check.0)
    }

    async fn line_prints(
        &self,
        first: i64,
        last: i64,
        limit: u32,
    ) -> Result<Vec<[u8; 32]>, StoreError> {
        let sql = select::<audit_entry::Entity>("WHERE seq >= ")
            .bind(first)
            .add(" AND seq <= ")
            .bind(last)
            .add(" ORDER BY seq LIMIT ")
            .bind(i64::from(limit).min(PAGE));
        Ok(sql::all::<audit_entry::Model>(self.reader(), sql)
            .await?
            .iter()
            .map(audit::print)
            .collect())
    }

    async fn lines_of_orders(&self, orders: &[OrderId]) -> Result<Vec<ChainLine>, StoreError> {
        let mut found = Vec::new();
        for chunk in orders.chunks(500) {
            let sql = select::<audit_entry::Entity>("WHERE order_id IN ")
                .list(chunk.iter().map(Id::as_str))
                .add(" ORDER BY seq");
            for model in sql::all::<audit_entry::Model>(self.reader(), sql).await? {
                found.push(ChainLine {
                    seq: model.seq,
                    at: model.at,
                    actor: model.actor,
                    action: model.action,
                    subject: model.subject,
                    order: model.order_id.unwrap_or_default(),
                    data: model.data,
                    hash: model.hash,
                });
            }
        }
        found.sort_by_key(|it| it.seq);
        Ok(found)
    }

    async fn stated_contents(
        &self,
        invoices: &[InvoiceId],
    ) -> Result<HashMap<InvoiceId, StatedContent>, StoreError> {
        let snapshot = self.reader().begin().await.map_err(db)?;
        let contents = content::stated(&snapshot, invoices).await?;
        snapshot.rollback().await.map_err(db)?;
        Ok(contents)
    }

    async fn invoice_by_number(
        &self,
        scope: &Scope,
        code: &str,
        number: &str,
    ) -> Result<Option<Invoice>, StoreError> {
        let condition = Sql::new("number = ")
            .bind(number)
            .add(" AND code = ")
            .bind(code)
            .join(within(scope, "store_id"));
        let found = invoice::find(self.reader(), condition).await?;
        Ok(found.into_iter().next())
    }

    async fn invoice_by_hash(
        &self,
        scope: &Scope,
        sha256: &str,
    ) -> Result<Option<(InvoiceId, String)>, StoreError> {
        let sql = Sql::new(
            "SELECT d.invoice_id, d.format FROM documents d JOIN invoices i ON i.id = d.invoice_id WHERE d.sha256 = ",
        )
        .bind(sha256)
        .join(within(scope, "i.store_id"))
        .add(" LIMIT 1");
        match sql::row(self.reader(), sql).await? {
            Some(row) => Ok(Some((read::id(&row.cell::<String>(0)?)?, row.cell(1)?))),
            None => Ok(None),
        }
    }
}
