//! Evidence packs: everything about an invoice, or about all of a month, in one ZIP that proves itself offline.
//!
//! | file | has |
//! |---|---|
//! | `verify.html` | the verifier: open it in a browser, without a network, and give it the pack |
//! | `invoices/{number}/invoice.json` | the invoice, its order, delivery and card, canonical JSON; its documents with SHA-256 and SM3 |
//! | `invoices/{number}/content.json` | what it states, in the order of the hash that the audit chain has of it |
//! | `invoices/{number}/{number}.pdf` … | its documents, byte for byte |
//! | `invoices/{number}/replaced/{number}.pdf` … | those that we made and in whose place a received one leads |
//! | `invoices/{number}/confirmation.json` | of a red invoice: the red confirmation form it carries out |
//! | `invoices/{number}/exchanges.json` | every request and answer about it, and the mails, without secrets |
//! | `invoices/{number}/timeline.json` | its order's lines of the audit chain, exactly as they were hashed |
//! | `chain/anchors.json` | the anchors that cover these lines |
//! | `chain/prints-{first}-{last}.bin` | fingerprints of all lines of an anchor, 32 bytes each: its digest is their SHA-256 |
//! | `manifest.json` | every file with size and SHA-256 |
//!
//! The same ledger gives the same bytes: nothing in a pack says when or by whom it was made.

use crate::{ArchiveError, Pieces, canonical, send, zip::Zip};
use bytes::Bytes;
use fapiao_domain::{
    ids::{Id, InvoiceId, OrderId},
    invoice::Identity,
};
use fapiao_usecases::{
    keeping::sm3,
    ports::{Anchor, ChainLine, Period, Ports, Scope, Stated, StatedContent},
    records::{Card, Delivery, Document, Invoice, Order, RedForm},
};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::{
    collections::{BTreeMap, HashMap},
    io::{Read, Seek, SeekFrom, Write},
};
use tempfile::SpooledTempFile;

/// The offline verifier.
pub const VERIFIER: &str = include_str!("../assets/verify.html");
/// Invoices whose rows are read together.
const PAGE: u32 = 100;
/// Lines whose fingerprints are read together.
const PRINTS: u32 = 5000;
/// Beyond so many lines only the range they lie in is remembered.
const LINES_REMEMBERED: usize = 10_000;
/// The list of files is kept in memory up to here.
const LIST_IN_MEMORY: usize = 1 << 20;

/// A pack in the making.
struct Pack<'a> {
    zip: Zip,
    list: SpooledTempFile,
    files: u64,
    out: &'a Pieces,
    lines: Vec<i64>,
    range: Option<(i64, i64)>,
}

impl<'a> Pack<'a> {
    fn new(out: &'a Pieces) -> Pack<'a> {
        Pack {
            zip: Zip::new(),
            list: SpooledTempFile::new(LIST_IN_MEMORY),
            files: 0,
            out,
            lines: Vec::new(),
            range: None,
        }
    }

    fn listed(&mut self, name: &str, size: u64, sha256: &str) -> Result<(), ArchiveError> {
        let comma = if self.files == 0 { "" } else { "," };
        let entry = format!(
            "{comma}\n    {{ \"name\": {}, \"sha256\": \"{sha256}\", \"size\": {size} }}",
            Value::String(name.to_owned())
        );
        self.list.write_all(entry.as_bytes())?;
        self.files += 1;
        Ok(())
    }

    async fn file(&mut self, name: &str, content: &[u8]) -> Result<(), ArchiveError> {
        self.zip.file(name, content)?;
        self.listed(
            name,
            content.len() as u64,
            &hex::encode(Sha256::digest(content)),
        )?;
        send(self.out, self.zip.take()).await
    }

    fn remember(&mut self, seq: i64) {
        self.range = Some(match self.range {
            None => (seq, seq),
            Some((first, last)) => (first.min(seq), last.max(seq)),
        });
        if self.lines.len() <= LINES_REMEMBERED {
            self.lines.push(seq);
        }
    }

    /// Whether one of the remembered lines lies within.
    fn touches(&self, first: i64, last: i64) -> bool {
        self.lines.len() > LINES_REMEMBERED
            || self.lines.iter().any(|seq| (first..=last).contains(seq))
    }

    async fn chain(&mut self, ports: &Ports) -> Result<(), ArchiveError> {
        let Some((first, last)) = self.range else {
            return Ok(());
        };
        let anchors: Vec<Anchor> = ports
            .store
            .anchors_over(first, last)
            .await?
            .into_iter()
            .filter(|it| self.touches(it.first_seq, it.seq))
            .collect();
        let list = Value::Array(anchors.iter().map(Anchor::json).collect());
        self.file("chain/anchors.json", canonical::text(&list).as_bytes())
            .await?;
        let mut ranges: Vec<(i64, i64)> = anchors.iter().map(|it| (it.first_seq, it.seq)).collect();
        let covered = ranges.iter().map(|it| it.1).max().unwrap_or(first - 1);
        if covered < last {
            // Newer than the newest anchor: the fingerprints are there, the anchor will come.
            ranges.push((covered + 1, last));
        }
        for (first, last) in ranges {
            self.prints(ports, first, last).await?;
        }
        Ok(())
    }

    async fn prints(&mut self, ports: &Ports, first: i64, last: i64) -> Result<(), ArchiveError> {
        let name = format!("chain/prints-{first}-{last}.bin");
        self.zip.begin(&name)?;
        let (mut digest, mut from) = (Sha256::new(), first);
        while from <= last {
            let prints = ports.store.line_prints(from, last, PRINTS).await?;
            if prints.is_empty() {
                break;
            }
            from += i64::try_from(prints.len()).unwrap_or(i64::from(PRINTS));
            let bytes = prints.concat();
            digest.update(&bytes);
            self.zip.write(&bytes)?;
            send(self.out, self.zip.take()).await?;
        }
        self.zip.end()?;
        let size = u64::try_from((from - first) * 32).unwrap_or(0);
        self.listed(&name, size, &hex::encode(digest.finalize()))
    }

    async fn finish(mut self, title: Value) -> Result<(), ArchiveError> {
        self.zip.begin("manifest.json")?;
        let head = format!("{{\n  \"format\": 1,\n  \"about\": {title},\n  \"files\": [");
        self.zip.write(head.as_bytes())?;
        self.list.seek(SeekFrom::Start(0))?;
        let mut piece = vec![0; 64 * 1024];
        loop {
            let read = self.list.read(&mut piece)?;
            if read == 0 {
                break;
            }
            self.zip.write(&piece[..read])?;
            send(self.out, self.zip.take()).await?;
        }
        self.zip.write(b"\n  ]\n}\n")?;
        let mut tail = self.zip.finish()?;
        while let Some(piece) = tail.next_piece()? {
            send(self.out, piece).await?;
        }
        Ok(())
    }
}

/// Reads an anchor that was kept outside; `None` for anything else.
pub fn read_anchor(text: &str) -> Option<Anchor> {
    let value: Value = serde_json::from_str(text.trim()).ok()?;
    let word = |name: &str| value.get(name)?.as_str().map(str::to_owned);
    Some(Anchor {
        seq: value.get("seq")?.as_i64()?,
        first_seq: value.get("first_seq")?.as_i64()?,
        hash: word("hash")?,
        digest: word("digest")?,
        key_id: word("key_id")?,
        at: chrono::DateTime::from_timestamp_millis(value.get("at")?.as_i64()?)?,
        seal: word("seal")?,
    })
}

/// Writes the pack of one invoice.
///
/// # Errors
/// [`ArchiveError`]; what was sent before is then not a whole pack.
pub async fn of_invoice(
    ports: &Ports,
    scope: &Scope,
    id: &InvoiceId,
    out: &Pieces,
) -> Result<(), ArchiveError> {
    let found = ports.store.invoice(scope, id).await?;
    let invoice = found.ok_or_else(|| ArchiveError::NotFound(format!("invoice {id}")))?;
    let about = json!({ "invoice": number_of(&invoice) });
    let mut pack = Pack::new(out);
    pack.file("verify.html", VERIFIER.as_bytes()).await?;
    let lines = ports
        .store
        .lines_of_orders(std::slice::from_ref(&invoice.order))
        .await?;
    let contents = ports
        .store
        .stated_contents(std::slice::from_ref(&invoice.id))
        .await?;
    let content = contents.get(&invoice.id);
    add(&mut pack, ports, &invoice, content, &lines).await?;
    pack.chain(ports).await?;
    pack.finish(about).await
}

/// Writes the pack of all issued invoices of a period, oldest first.
///
/// # Errors
/// As [`of_invoice`].
pub async fn of_period(
    ports: &Ports,
    scope: &Scope,
    period: &Period,
    out: &Pieces,
) -> Result<(), ArchiveError> {
    let mut pack = Pack::new(out);
    pack.file("verify.html", VERIFIER.as_bytes()).await?;
    let mut after = None;
    loop {
        let (rows, next) = ports
            .store
            .ledger_rows(scope, period, after.as_ref(), PAGE)
            .await?;
        let ids: Vec<InvoiceId> = rows.into_iter().map(|it| it.id).collect();
        let mut invoices: HashMap<InvoiceId, Invoice> = ports
            .store
            .invoices_by_id(&ids)
            .await?
            .into_iter()
            .map(|it| (it.id.clone(), it))
            .collect();
        let orders: Vec<OrderId> = invoices.values().map(|it| it.order.clone()).collect();
        let mut lines: BTreeMap<String, Vec<ChainLine>> = BTreeMap::new();
        for line in ports.store.lines_of_orders(&orders).await? {
            lines.entry(line.order.clone()).or_default().push(line);
        }
        let contents = ports.store.stated_contents(&ids).await?;
        for id in &ids {
            if let Some(invoice) = invoices.remove(id) {
                let own = lines.get(invoice.order.as_str());
                let own = own.map_or(&[][..], Vec::as_slice);
                add(&mut pack, ports, &invoice, contents.get(id), own).await?;
            }
        }
        after = next;
        if after.is_none() {
            break;
        }
    }
    pack.chain(ports).await?;
    let about = json!({
        "from": period.from.to_rfc3339(),
        "until": period.until.to_rfc3339(),
        "seller": period.seller.as_ref().map(Id::as_str),
    });
    pack.finish(about).await
}

fn number_of(invoice: &Invoice) -> String {
    let identity = invoice.identity.as_ref();
    identity.map_or_else(|| invoice.id.to_string(), Identity::full)
}

async fn add(
    pack: &mut Pack<'_>,
    ports: &Ports,
    invoice: &Invoice,
    content: Option<&StatedContent>,
    lines: &[ChainLine],
) -> Result<(), ArchiveError> {
    let store = &ports.store;
    let number = number_of(invoice);
    let folder = format!("invoices/{number}");
    let (documents, files) = opened(ports, &number, store.documents(&invoice.id).await?).await?;
    let replaced = store.replaced_documents(&invoice.id).await?;
    let (replaced, replaced_files) = opened(ports, &number, replaced).await?;
    let card = store.card(&invoice.delivery).await?;
    let order = store.order(&Scope::All, &invoice.order).await?;
    let delivery = store.delivery(&Scope::All, &invoice.delivery).await?;
    let whole = invoice_json(
        invoice,
        (&documents, &replaced),
        card.as_ref(),
        order.as_ref(),
        delivery.as_ref(),
    );
    pack.file(
        &format!("{folder}/invoice.json"),
        canonical::text(&whole).as_bytes(),
    )
    .await?;
    let content = content.map_or_else(|| json!({}), content_json);
    pack.file(
        &format!("{folder}/content.json"),
        canonical::text(&content).as_bytes(),
    )
    .await?;
    for (document, bytes) in documents.iter().zip(&files) {
        pack.file(&format!("{folder}/{number}.{}", document.format), bytes)
            .await?;
    }
    for (document, bytes) in replaced.iter().zip(&replaced_files) {
        let name = format!("{folder}/replaced/{number}.{}", document.format);
        pack.file(&name, bytes).await?;
    }
    let mut about = vec![
        invoice.id.to_string(),
        invoice.delivery.to_string(),
        number.clone(),
    ];
    if let Some(red) = &invoice.red
        && let Some(form) = store.red_form(&Scope::All, &red.form).await?
    {
        let said = form_json(&form, red.blue_identity.number());
        pack.file(
            &format!("{folder}/confirmation.json"),
            canonical::text(&said).as_bytes(),
        )
        .await?;
        about.extend([form.id.to_string(), form.number, form.key]);
        about.retain(|it| !it.is_empty());
    }
    let exchanges: Vec<Value> = store
        .exchanges_about(&about)
        .await?
        .into_iter()
        .map(|it| {
            json!({
                "id": it.id,
                "at": it.at.to_rfc3339(),
                "system": it.system,
                "operation": it.operation,
                "request": readable(&it.request),
                "answer": readable(&it.answer),
                "outcome": it.outcome,
                "took_millis": it.took_millis,
            })
        })
        .collect();
    pack.file(
        &format!("{folder}/exchanges.json"),
        canonical::text(&Value::Array(exchanges)).as_bytes(),
    )
    .await?;
    let timeline: Vec<Value> = lines
        .iter()
        .map(|line| {
            pack.remember(line.seq);
            json!({
                "seq": line.seq, "at": line.at, "actor": line.actor, "action": line.action,
                "subject": line.subject, "order": line.order, "data": line.data, "hash": line.hash,
            })
        })
        .collect();
    pack.file(
        &format!("{folder}/timeline.json"),
        canonical::text(&Value::Array(timeline)).as_bytes(),
    )
    .await
}

/// Documents with their bytes; sums that were not stored with them are computed.
async fn opened(
    ports: &Ports,
    number: &str,
    mut documents: Vec<Document>,
) -> Result<(Vec<Document>, Vec<Bytes>), ArchiveError> {
    let mut files = Vec::with_capacity(documents.len());
    for document in &mut documents {
        let bytes = ports.files.get(&document.sha256).await?;
        let bytes = bytes.ok_or_else(|| {
            ArchiveError::NotFound(format!(
                "file {} of invoice {number} in the document store",
                document.sha256
            ))
        })?;
        if document.sm3.is_empty() {
            document.sm3 = sm3(&bytes);
        }
        files.push(bytes);
    }
    Ok((documents, files))
}

fn documents_json(documents: &[Document]) -> Value {
    let one = |it: &Document| {
        json!({
            "format": it.format, "sha256": it.sha256, "sm3": it.sm3, "size": it.size, "origin": it.origin,
            "stored_at": it.created_at.to_rfc3339(),
        })
    };
    documents.iter().map(one).collect()
}

/// Names and values as pairs: their order is that of the hash.
fn content_json(content: &StatedContent) -> Value {
    let pairs = |values: &[(&str, Stated)]| -> Value {
        let pair = |(name, value): &(&str, Stated)| match value {
            Stated::Number(it) => json!([name, it]),
            Stated::Text(it) => json!([name, it]),
        };
        values.iter().map(pair).collect()
    };
    let lines: Value = content.lines.iter().map(|it| pairs(it)).collect();
    json!({ "header": pairs(&content.header), "lines": lines })
}

/// The red confirmation (红字信息确认单) a red invoice carries out.
fn form_json(form: &RedForm, blue_number: &str) -> Value {
    let lines: Vec<Value> = form
        .lines
        .iter()
        .map(|it| {
            let line = &it.line;
            json!({
                "blue_no": it.blue_no, "no": line.no, "name": line.printed_name(), "tax_code": line.tax_code,
                "unit": line.unit, "quantity": line.quantity.map(|it| it.normalize().to_string()),
                "unit_price": line.unit_price.map(|it| it.normalize().to_string()),
                "amount": line.amount.to_string(), "rate": line.rate.to_string(), "tax": line.tax.to_string(),
                "gross": line.gross.to_string(),
            })
        })
        .collect();
    json!({
        "id": form.id.as_str(),
        "number": form.number,
        "key": form.key,
        "blue_invoice": form.blue.as_str(),
        "blue_number": blue_number,
        "reason": form.reason.code(),
        "state": form.state.as_str(),
        "code": form.state.code(),
        "message": form.message,
        "lines": lines,
        "amount": form.totals.amount.to_string(),
        "tax": form.totals.tax.to_string(),
        "total": form.totals.total.to_string(),
        "completes": form.completes,
        "decided_at": form.created_at.to_rfc3339(),
        "asked_at": form.asked_at.map(|it| it.to_rfc3339()),
        "entered_at": form.entered_at.map(|it| it.to_rfc3339()),
        "carried_out_at": form.carried_out_at.map(|it| it.to_rfc3339()),
    })
}

/// JSON as JSON, anything else as text.
fn readable(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned()))
}

fn invoice_json(
    invoice: &Invoice,
    (documents, replaced): (&[Document], &[Document]),
    card: Option<&Card>,
    order: Option<&Order>,
    delivery: Option<&Delivery>,
) -> Value {
    let party = &invoice.seller_party;
    let title = &invoice.title;
    let identity = match &invoice.identity {
        Some(Identity::Digital { number }) => json!({ "number": number }),
        Some(Identity::Classic {
            code,
            number,
            check_code,
            machine,
        }) => json!({
            "code": code, "number": number, "check_code": check_code, "machine": machine,
        }),
        None => Value::Null,
    };
    let lines: Vec<Value> = invoice
        .lines
        .iter()
        .map(|it| {
            let mut line = json!({
                "no": it.no, "name": it.printed_name(), "tax_code": it.tax_code, "spec": it.spec, "unit": it.unit,
                "quantity": it.quantity.map(|it| it.normalize().to_string()),
                "unit_price": it.unit_price.map(|it| it.normalize().to_string()),
                "amount": it.amount.to_string(), "rate": it.rate.to_string(), "tax": it.tax.to_string(),
                "gross": it.gross.to_string(),
            });
            if let Some(policy) = it.preference {
                line["preference"] = json!(policy.code());
            }
            line
        })
        .collect();
    json!({
        "id": invoice.id.as_str(),
        "identity": identity,
        "kind": invoice.kind.as_str(),
        "state": invoice.state.as_str(),
        "issued_at": invoice.issued_at.map(|it| it.to_rfc3339()),
        "seller": {
            "name": party.name, "tax_number": party.tax_number, "address": party.address, "phone": party.phone,
            "bank": party.bank, "bank_account": party.bank_account,
        },
        "clerks": { "drawer": invoice.clerks[0], "payee": invoice.clerks[1], "reviewer": invoice.clerks[2] },
        "buyer": {
            "name": title.name, "tax_number": title.tax_number, "address": title.address, "phone": title.phone,
            "bank": title.bank, "bank_account": title.bank_account, "email": title.email,
        },
        "lines": lines,
        "amount": invoice.totals.amount.to_string(),
        "tax": invoice.totals.tax.to_string(),
        "total": invoice.totals.total.to_string(),
        "remark": invoice.remark,
        "receipt": invoice.receipt,
        "documents": documents_json(documents),
        "replaced_documents": documents_json(replaced),
        "order": order.map(|it| json!({
            "id": it.id.as_str(), "order_no": it.order_no, "sold_at": it.sold_at.to_rfc3339(), "source": it.source,
            "total": it.totals.total.to_string(),
        })),
        "delivery": delivery.map(|it| json!({
            "id": it.id.as_str(), "state": it.state.as_str(), "channel": it.channel.as_str(),
            "authorised_at": it.authorised_at.map(|it| it.to_rfc3339()),
        })),
        "card": card.map(|it| json!({ "state": it.state.as_str(), "template": it.template, "code": it.code })),
    })
}
