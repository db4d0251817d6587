//! The chain of everything that was done (design decision 11).
//!
//! `hash = HMAC-SHA256(key, hash of the line before ‖ seq ‖ at ‖ actor ‖ action ‖ subject ‖ order ‖ data)`, each part
//! preceded by its length, so that no two lines can be read as one another. The key is not in the database: whoever can
//! write rows cannot make a chain that verifies.

use crate::{
    entity::audit_entry,
    error::unavailable,
    keys::AuditKeys,
    read,
    sql::{Cells, Sql, for_update},
    tx::Tx,
};
use fapiao_domain::ids::Id;
use fapiao_usecases::{actor::Actor, errors::StoreError, records::AuditEntry};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

/// The line that begins a new key; its subject is the key's name.
pub(crate) const NEW_KEY: &str = "audit.key";

/// A line to be appended.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    actor: String,
    action: String,
    subject: String,
    order: Option<String>,
    data: Map<String, Value>,
}

impl Line {
    /// Who did what to what.
    pub(crate) fn new(actor: &Actor, action: &str, subject: &str) -> Line {
        Line {
            actor: actor.to_string(),
            action: action.to_owned(),
            subject: subject.to_owned(),
            order: None,
            data: Map::new(),
        }
    }

    /// What was done.
    pub(crate) fn action(&self) -> &str {
        &self.action
    }

    /// To what.
    pub(crate) fn subject(&self) -> &str {
        &self.subject
    }

    /// Ids of what it is about: its subject, and its order.
    pub(crate) fn things(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.subject.as_str()).chain(self.order.as_deref())
    }

    /// The facts.
    pub(crate) fn data(&self) -> Value {
        Value::Object(self.data.clone())
    }

    /// Puts it into an order's timeline.
    pub(crate) fn order(mut self, order: &str) -> Line {
        self.order = Some(order.to_owned());
        self
    }

    /// Adds a fact.
    pub(crate) fn with(mut self, name: &str, value: impl Into<Value>) -> Line {
        self.data.insert(name.to_owned(), value.into());
        self
    }

    /// Adds a fact to a line that waits to be written.
    pub(crate) fn add(&mut self, name: &str, value: impl Into<Value>) {
        self.data.insert(name.to_owned(), value.into());
    }

    /// Says that the subject went from one state to another: what `verify` follows.
    pub(crate) fn edge(self, from: &str, to: &str) -> Line {
        self.with("from", from).with("to", to)
    }

    /// Adds the caller's facts; an empty note adds nothing.
    pub(crate) fn note(self, note: &Value) -> Line {
        match note {
            Value::Null => self,
            Value::Object(map) if map.is_empty() => self,
            other => self.with("note", other.clone()),
        }
    }
}

/// Appends lines to the chain, in order. Holds its end until the commit.
///
/// When the chain was left with another key, the first new line says so: it is made with the present key, and everything
/// after it too.
pub(crate) async fn append(
    tx: &Tx,
    mut lines: Vec<Line>,
    keys: &AuditKeys,
) -> Result<(), StoreError> {
    if lines.is_empty() {
        return Ok(());
    }
    let query = format!(
        "SELECT seq, hash, key_id FROM audit_head WHERE id = 1{}",
        for_update(tx.backend)
    );
    let head = tx.rows(Sql::new(query)).await?;
    let head = head
        .first()
        .ok_or_else(|| StoreError::Corrupt("the end of the audit chain is missing".to_owned()))?;
    let (mut seq, mut hash): (i64, String) = (head.cell(0)?, head.cell(1)?);
    let (key, left_with) = (keys.present(), head.cell::<String>(2)?);
    if left_with != key.id {
        let line = Line::new(&Actor::System, NEW_KEY, &key.id).with("before", left_with);
        lines.insert(0, line);
    }
    let mut linker = Linker::new(&key.bytes)?;
    let mut entries = Vec::with_capacity(lines.len());
    for line in lines {
        seq += 1;
        let mut entry = audit_entry::Model {
            seq,
            at: tx.now_millis(),
            actor: line.actor,
            action: line.action,
            subject: line.subject,
            order_id: line.order,
            data: Value::Object(line.data).to_string(),
            hash: String::new(),
        };
        hash = link(&mut linker, &hash, &entry);
        entry.hash.clone_from(&hash);
        entries.push(entry);
    }
    tx.insert::<audit_entry::Entity>(&entries, "").await?;
    let sql = Sql::new("UPDATE audit_head SET seq = ")
        .bind(seq)
        .add(", hash = ")
        .bind(hash)
        .add(", key_id = ")
        .bind(key.id.as_str())
        .add(" WHERE id = 1");
    tx.exec(sql).await?;
    Ok(())
}

/// The parts of a line that are hashed.
pub(crate) struct Parts<'a> {
    pub(crate) seq: i64,
    pub(crate) at: i64,
    pub(crate) actor: &'a str,
    pub(crate) action: &'a str,
    pub(crate) subject: &'a str,
    /// Empty when the line is of no order.
    pub(crate) order: &'a str,
    pub(crate) data: &'a str,
}

/// Makes the hashes of lines with one key, whose schedule is computed once.
#[derive(Clone)]
pub(crate) struct Linker {
    mac: Hmac<Sha256>,
    said: Vec<u8>,
}

impl Linker {
    pub(crate) fn new(key: &[u8]) -> Result<Linker, StoreError> {
        let mac = Hmac::<Sha256>::new_from_slice(key)
            .map_err(|_| unavailable("the audit key cannot be used", false))?;
        Ok(Linker {
            mac,
            said: Vec::new(),
        })
    }

    /// The hash of a line in hexadecimal digits, given the hash of the line before (empty for the first).
    pub(crate) fn hash(&mut self, before: &str, line: &Parts<'_>) -> [u8; 64] {
        let (seq, at) = (line.seq.to_string(), line.at.to_string());
        let parts = [
            before,
            &seq,
            &at,
            line.actor,
            line.action,
            line.subject,
            line.order,
            line.data,
        ];
        self.said.clear();
        for part in parts {
            self.said
                .extend_from_slice(&(part.len() as u64).to_be_bytes());
            self.said.extend_from_slice(part.as_bytes());
        }
        let mut mac = self.mac.clone();
        mac.update(&self.said);
        let mut digits = [0; 64];
        // Thirty-two bytes always fit.
        let _ = hex::encode_to_slice(mac.finalize().into_bytes(), &mut digits);
        digits
    }
}

/// The hash of a line, given the hash of the line before (empty for the first).
fn link(linker: &mut Linker, before: &str, entry: &audit_entry::Model) -> String {
    let digits = linker.hash(
        before,
        &Parts {
            seq: entry.seq,
            at: entry.at,
            actor: &entry.actor,
            action: &entry.action,
            subject: &entry.subject,
            order: entry.order_id.as_deref().unwrap_or_default(),
            data: &entry.data,
        },
    );
    digits.iter().copied().map(char::from).collect()
}

/// The fingerprint of a line: SHA-256 over its parts and its hash, each preceded by its length. Needs no key, so that an
/// outsider can make it from an exported line.
pub(crate) fn print(entry: &audit_entry::Model) -> [u8; 32] {
    let mut digest = Sha256::new();
    let order = entry.order_id.as_deref().unwrap_or_default();
    let (seq, at) = (entry.seq.to_string(), entry.at.to_string());
    for part in [
        &seq,
        &at,
        &entry.actor,
        &entry.action,
        &entry.subject,
        order,
        &entry.data,
        &entry.hash,
    ] {
        digest.update((part.len() as u64).to_be_bytes());
        digest.update(part.as_bytes());
    }
    digest.finalize().into()
}

/// A stored line as use-cases see it.
pub(crate) fn entry(model: audit_entry::Model) -> Result<AuditEntry, StoreError> {
    Ok(AuditEntry {
        seq: model.seq,
        at: read::time(model.at)?,
        actor: read::word(Actor::parse, &model.actor, "actor")?,
        order: model.order_id.as_deref().map(read::id).transpose()?,
        data: serde_json::from_str(&model.data).unwrap_or_else(|_| json!({ "text": model.data })),
        action: model.action,
        subject: model.subject,
        hash: model.hash,
    })
}

/// The text of an optional id.
pub(crate) fn id_text<I: Id>(id: Option<&I>) -> Option<String> {
    id.map(|id| id.as_str().to_owned())
}
