//! Requests and answers as evidence: taken down where they leave the process, without secrets, and written in batches.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use fapiao_domain::{document::without_identity_numbers, ids::PushId};
use fapiao_usecases::{
    errors::{Advice, OutsideError},
    idempotency::fingerprint,
    ids::fresh,
    ports::{Clock, Exchange, Mail, Mailer, Storage},
};
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};
use tokio::sync::mpsc;
use wechat_invoice::Observed;

/// Exchanges written together.
const BATCH: usize = 200;
/// How long a batch gathers.
const GATHER: Duration = Duration::from_millis(25);
/// Largest text that is kept of a request or an answer.
const TEXT_MAX: usize = 64 * 1024;
/// Pauses before a batch is given up.
const PAUSES: [u64; 5] = [0, 200, 1000, 5000, 20_000];
/// Characters of an identity card's number.
const IDENTITY_NUMBER: usize = 18;
/// Members whose values are secrets.
const SECRET: [&str; 18] = [
    "access_token",
    "refresh_token",
    "component_access_token",
    "token",
    "ticket",
    "secret",
    "appsecret",
    "app_secret",
    "password",
    "key",
    "api_key",
    "aes_key",
    "sm4_key",
    "sign",
    "signature",
    "authorization",
    // Numbers of natural persons' documents.
    "zrrzjhm",
    "document_number",
];

tokio::task_local! {
    /// What the running job is about.
    static ABOUT: Vec<String>;
}

/// Runs a job so that what it says to the outside is kept under these subjects.
pub async fn about<F: Future>(subjects: Vec<String>, work: F) -> F::Output {
    ABOUT.scope(subjects, work).await
}

/// What is known of an exchange when it is over.
pub struct Said {
    /// `tax`, `wechat` or `mail`.
    pub system: &'static str,
    /// The service or path.
    pub operation: String,
    /// What was sent.
    pub request: Value,
    /// What came back, or why nothing did.
    pub answer: Value,
    /// `answered`, `refused` or `unanswered`.
    pub outcome: &'static str,
    /// How long it took.
    pub took: Duration,
    /// What it was about, beside the running job.
    pub subjects: Vec<String>,
}

/// Takes exchanges down. Clones share the queue; its writer ends when the last one is dropped.
#[derive(Clone)]
pub struct Recorder {
    queue: mpsc::UnboundedSender<Exchange>,
    clock: Arc<dyn Clock>,
}

impl Recorder {
    /// Starts the writer in the current runtime.
    pub fn start(store: Arc<dyn Storage>, clock: Arc<dyn Clock>) -> Recorder {
        let (queue, taken) = mpsc::unbounded_channel();
        tokio::spawn(write(store, taken));
        Recorder { queue, clock }
    }

    /// Takes an exchange down.
    pub fn note(&self, said: Said) {
        let (request, answer) = (text_of(said.request), text_of(said.answer));
        let mut subjects = ABOUT.try_with(Clone::clone).unwrap_or_default();
        subjects.extend(said.subjects);
        subjects.extend(ids_in(&request));
        subjects.extend(ids_in(&answer));
        subjects.sort();
        subjects.dedup();
        subjects.retain(|it| !it.is_empty());
        if subjects.is_empty() {
            // About no invoice: rates, balances, health.
            return;
        }
        let now = self.clock.now();
        // The writer is gone only when the process ends.
        let _ = self.queue.send(Exchange {
            id: id(now),
            at: now,
            system: said.system.to_owned(),
            operation: said.operation,
            request,
            answer,
            outcome: said.outcome.to_owned(),
            took_millis: i64::try_from(said.took.as_millis()).unwrap_or(i64::MAX),
            subjects,
        });
    }

    /// What the SDK tells of a call to WeChat.
    pub fn wechat(&self, call: &Observed<'_>) {
        let request = match call.file {
            Some((name, bytes)) => json!({
                "file": name, "size": bytes.len(), "sha256": fingerprint(bytes),
            }),
            None => readable(call.body.unwrap_or_default()),
        };
        let (answer, outcome) = match call.outcome {
            Ok((status, body)) => (
                readable(body),
                if status == 200 { "answered" } else { "refused" },
            ),
            Err(reason) => (json!({ "error": reason }), "unanswered"),
        };
        self.note(Said {
            system: "wechat",
            operation: call.call.to_owned(),
            request,
            answer,
            outcome,
            took: call.took,
            subjects: Vec::new(),
        });
    }
}

fn id(now: DateTime<Utc>) -> String {
    let id: PushId = fresh(now);
    let prefix = <PushId as fapiao_domain::ids::Id>::PREFIX;
    id.to_string().replacen(prefix, "exc_", 1)
}

fn readable(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes)
        .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(bytes).into_owned()))
}

fn text_of(value: Value) -> String {
    let mut text = match without_secrets(value) {
        Value::Null => String::new(),
        value => value.to_string(),
    };
    if text.len() > TEXT_MAX {
        let whole = fingerprint(text.as_bytes());
        let mut end = TEXT_MAX;
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        text.truncate(end);
        text = json!({ "cut": text, "sha256_of_whole": whole }).to_string();
    }
    text
}

/// The same value with every secret replaced.
fn without_secrets(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            // The number of an identity card stands in the place of the buyer's tax number, too.
            let of_person = members.contains_key("zrrzjhm");
            members
                .into_iter()
                .map(|(name, value)| {
                    let secret = SECRET.contains(&name.to_ascii_lowercase().as_str())
                        || (of_person && name == "gmfnsrsbh");
                    let value = if secret {
                        Value::String("(removed)".to_owned())
                    } else {
                        without_secrets(value)
                    };
                    (name, value)
                })
                .collect()
        }
        Value::Array(items) => items.into_iter().map(without_secrets).collect(),
        // Addresses may carry a ticket: what stands behind the question mark goes.
        Value::String(text) if text.starts_with("http") && text.contains('?') => {
            let front = text.split('?').next().unwrap_or_default();
            Value::String(format!("{front}?(removed)"))
        }
        // What the far side says of a number repeats it.
        Value::String(text) if text.len() > IDENTITY_NUMBER => {
            Value::String(without_identity_numbers(&text))
        }
        other => other,
    }
}

/// Ids of ours in a text.
fn ids_in(text: &str) -> Vec<String> {
    const LENGTH: usize = 30;
    let mut found = Vec::new();
    for prefix in ["dlv_", "inv_", "rdf_"] {
        for (at, _) in text.match_indices(prefix) {
            if let Some(id) = text.get(at..at + LENGTH)
                && id[4..]
                    .bytes()
                    .all(|it| it.is_ascii_uppercase() || it.is_ascii_digit())
            {
                found.push(id.to_owned());
            }
        }
    }
    found
}

async fn write(store: Arc<dyn Storage>, mut taken: mpsc::UnboundedReceiver<Exchange>) {
    let mut batch = Vec::with_capacity(BATCH);
    while taken.recv_many(&mut batch, BATCH).await > 0 {
        if batch.len() < BATCH {
            tokio::time::sleep(GATHER).await;
            while batch.len() < BATCH
                && let Ok(more) = taken.try_recv()
            {
                batch.push(more);
            }
        }
        for (place, pause) in PAUSES.into_iter().enumerate() {
            tokio::time::sleep(Duration::from_millis(pause)).await;
            match store.keep_exchanges(batch.clone()).await {
                Ok(()) => break,
                Err(error) if place + 1 == PAUSES.len() => tracing::error!(
                    "{} exchange(s) with the outside could not be kept as evidence: {error}",
                    batch.len()
                ),
                Err(_) => {}
            }
        }
        batch.clear();
    }
}

/// A mailer whose mails are kept.
pub struct RecordedMailer<M> {
    /// The one that sends.
    pub inner: M,
    /// Takes them down.
    pub recorder: Recorder,
}

#[async_trait]
impl<M: Mailer> Mailer for RecordedMailer<M> {
    async fn send(&self, mail: Mail) -> Result<(), OutsideError> {
        let request = json!({
            "to": mail.to, "subject": mail.subject, "text": mail.text,
            "attachments": mail.attachments.iter().map(|it| json!({
                "name": it.name, "size": it.bytes.len(), "sha256": fingerprint(&it.bytes),
            })).collect::<Vec<_>>(),
        });
        let subjects = vec![mail.serial.clone()];
        let began = std::time::Instant::now();
        let sent = self.inner.send(mail).await;
        let (answer, outcome) = match &sent {
            Ok(()) => (json!("taken by the mail server"), "answered"),
            Err(error) => (
                json!({ "error": error.message, "code": error.code }),
                match error.advice {
                    Advice::Retry { .. } | Advice::OutcomeUnknown => "unanswered",
                    Advice::AlreadyDone => "answered",
                    Advice::NeedsPerson | Advice::Never => "refused",
                },
            ),
        };
        self.recorder.note(Said {
            system: "mail",
            operation: "send".to_owned(),
            request,
            answer,
            outcome,
            took: began.elapsed(),
            subjects,
        });
        sent
    }

    fn is_enabled(&self) -> bool {
        self.inner.is_enabled()
    }

    async fn probe(&self) -> Result<(), OutsideError> {
        self.inner.probe().await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_do_not_get_into_the_evidence() {
        let said = json!({
            "access_token": "t0p", "nested": [{ "Ticket": "t1cket", "order_id": "dlv_01J00000000000000000000000" }],
            "fpList": [{ "zrrzjhm": "11010519491231002X", "gmfnsrsbh": "11010519491231002X" }],
            "buyer": { "document": { "type": "201", "document_number": "11010519491231002X" } },
            "message": "E_BUYER: zrrzjhm 11010519491231002X is unknown",
            "url": "https://mp.weixin.qq.com/x?ticket=s3cret&a=1", "name": "上海示例",
        });
        let text = text_of(said);
        for secret in ["t0p", "t1cket", "s3cret", "11010519491231002X"] {
            assert!(!text.contains(secret), "{text}");
        }
        assert!(text.contains("上海示例"));
        assert_eq!(ids_in(&text), ["dlv_01J00000000000000000000000"]);
        assert!(text_of(json!("x".repeat(TEXT_MAX * 2))).len() < TEXT_MAX + 200);
    }
}
