//! Orders beside their lines of the audit chain: in ranges of order ids, side by side.
//!
//! A range is about five thousand lines of the chain and whatever has a state and belongs to these orders. Five rules are
//! answered by it: every number and every issued invoice has its line, and states what the line holds of it (I3); documents
//! are those that were recorded (I10b); states moved along allowed edges and stand where the chain left them (I14); and
//! what is in wallets is what deliveries and documents say (I5b and I10, `wallet`): the rows are here already, and a query
//! of its own would look each of them up once more.

use super::{
    Check, NAMED, PAGE, RANGES, millis, packed,
    states::{self, States, Thing},
    wallet::{self, Card, Wallet},
};
use crate::{
    content,
    sql::{self, Cells, Sql},
};
use fapiao_usecases::{errors::StoreError, ports::CheckResult};
use sea_orm::DatabaseTransaction;
use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};
use tokio::sync::Mutex;

/// Orders after one id, up to and including another.
pub(super) struct Range {
    no: usize,
    after: String,
    /// `None`: all that follow.
    to: Option<String>,
}

impl Range {
    /// The condition that a column is in it.
    fn on(&self, column: &str) -> Sql {
        let sql = Sql::new(format!("{column} > ")).bind(self.after.as_str());
        match &self.to {
            Some(to) => sql.add(&format!(" AND {column} <= ")).bind(to.as_str()),
            None => sql,
        }
    }
}

/// Where the next range begins.
pub(super) struct Cursor {
    /// Lines of a range.
    lines: i64,
    next: Mutex<Option<(usize, String)>>,
    found: AtomicUsize,
}

impl Cursor {
    pub(super) fn new(lines: i64) -> Cursor {
        Cursor {
            lines: (lines / RANGES).clamp(1, PAGE),
            next: Mutex::new(Some((0, String::new()))),
            found: AtomicUsize::new(0),
        }
    }

    /// So much was found: when it is enough, no further range is given out.
    pub(super) fn note(&self, followed: &Followed) {
        let each = [
            &followed.edges,
            &followed.numbers,
            &followed.papers,
            &followed.wallet.mismatched,
            &followed.wallet.without_pdf,
        ];
        let found = each.map(Vec::len).into_iter().min().unwrap_or(0);
        self.found.fetch_add(found, Ordering::Relaxed);
    }

    pub(super) async fn next(&self, db: &DatabaseTransaction) -> Result<Option<Range>, StoreError> {
        let mut next = self.next.lock().await;
        if self.found.load(Ordering::Relaxed) >= NAMED {
            return Ok(None);
        }
        let Some((no, after)) = next.take() else {
            return Ok(None);
        };
        // The index has all that is read here.
        let sql = Sql::new("SELECT order_id FROM audit_entries WHERE order_id > ")
            .bind(after.as_str())
            .add(" ORDER BY order_id, seq LIMIT 1 OFFSET ")
            .bind(self.lines - 1);
        let to: Option<String> = match sql::row(db, sql).await? {
            Some(row) => Some(row.cell(0)?),
            None => None,
        };
        *next = to.clone().map(|to| (no + 1, to));
        Ok(Some(Range { no, after, to }))
    }
}

/// What came out of a range.
pub(super) struct Followed {
    no: usize,
    lines: i64,
    held: i64,
    edges: Vec<String>,
    numbers: Vec<String>,
    documents: i64,
    papers: Vec<String>,
    wallet: Wallet,
}

/// What is read of everything that has a state.
const THING: [&str; 3] = ["order_id", "id", "state"];

/// An invoice as its row has it.
struct Held<'a> {
    order: &'a str,
    id: &'a str,
    state: &'a str,
    number: &'a str,
    segment: &'a str,
}

/// Follows the orders of a range.
pub(super) async fn follow(
    db: &DatabaseTransaction,
    range: &Range,
) -> Result<Followed, StoreError> {
    let inner = Sql::new("SELECT seq, order_id, subject, action, data FROM audit_entries WHERE ")
        .join(range.on("order_id"))
        .add(" ORDER BY order_id, seq");
    let texts = ["order_id", "subject", "action", "data"];
    let lines = packed::read(db, packed::query(&["seq"], &texts, inner)).await?;
    let deliveries = of_orders(
        db,
        "SELECT order_id, id, state FROM deliveries WHERE ",
        range,
    )
    .await?;
    let forms = of_orders(
        db,
        "SELECT order_id, id, state FROM red_forms WHERE ",
        range,
    )
    .await?;
    let inner = Sql::new(
        "SELECT d.order_id, c.delivery_id AS id, c.state, c.invoice_id FROM deliveries d JOIN cards c ON c.delivery_id = d.id WHERE ",
    )
    .join(range.on("d.order_id"));
    let texts = ["order_id", "id", "state", "invoice_id"];
    let cards = packed::read(db, packed::query(&[], &texts, inner)).await?;
    let inner = Sql::new("SELECT order_id, id, state, number, segment_id FROM invoices WHERE ")
        .join(range.on("order_id"));
    let texts = ["order_id", "id", "state", "number", "segment_id"];
    let invoices = packed::read(db, packed::query(&[], &texts, inner)).await?;

    let inner = Sql::new(
        "SELECT d.invoice_id, d.format, d.sha256 FROM invoices i JOIN documents d ON d.invoice_id = i.id WHERE ",
    )
    .join(range.on("i.order_id"));
    let texts = ["invoice_id", "format", "sha256"];
    let documents = packed::read(db, packed::query(&[], &texts, inner)).await?;

    let mut invoice_rows = Vec::new();
    for row in packed::Rows::<0, 5>::of(&invoices, "the invoices") {
        let (_, [order, id, state, number, segment]) = row?;
        invoice_rows.push(Held {
            order,
            id,
            state,
            number,
            segment,
        });
    }
    let mut stored = Stored::new();
    let mut card_rows = Vec::new();
    for row in packed::Rows::<0, 4>::of(&cards, "the cards") {
        let (_, [order, delivery, state, invoice]) = row?;
        stored.insert((Thing::Card, Cow::Borrowed(delivery)), (order, state));
        card_rows.push(Card {
            delivery,
            state,
            invoice,
        });
    }
    for (thing, rows, what) in [
        (Thing::Delivery, &deliveries, "the deliveries"),
        (Thing::Form, &forms, "the red confirmations"),
    ] {
        for row in packed::Rows::<0, 3>::of(rows, what) {
            let (_, [order, id, state]) = row?;
            stored.insert((thing, Cow::Borrowed(id)), (order, state));
        }
    }
    for row in &invoice_rows {
        stored.insert(
            (Thing::Invoice, Cow::Borrowed(row.id)),
            (row.order, row.state),
        );
    }
    let mut told = told(&lines)?;
    compare(&mut told, &stored);
    let mut numbers = numbers(&told, &invoice_rows);
    // Nothing is read for lines that are older than the hash.
    if told
        .issued
        .values()
        .any(|data| content::told(data).is_some())
    {
        let digests = content::digests(db, || range.on("i.order_id")).await?;
        numbers.extend(contents(&told, &invoice_rows, &digests));
    }
    let mut document_rows = Vec::new();
    for row in packed::Rows::<0, 3>::of(&documents, "the documents") {
        document_rows.push(row?.1);
    }
    let state = |thing: Thing, id: &str| {
        let found = stored.get(&(thing, Cow::Borrowed(id)));
        found.map(|(_, state)| *state)
    };
    let carded = stored
        .iter()
        .filter(|((thing, _), (_, state))| *thing == Thing::Delivery && *state == "carded")
        .map(|((_, id), _)| id.as_ref());
    let wallet = wallet::compare(carded, &card_rows, &document_rows, state);
    let papers = papers(&told, &document_rows);
    Ok(Followed {
        no: range.no,
        lines: told.lines,
        held: invoice_rows
            .iter()
            .filter(|it| !it.number.is_empty())
            .count() as i64,
        edges: told.found,
        numbers,
        documents: document_rows.len() as i64,
        papers,
        wallet,
    })
}

async fn of_orders(
    db: &DatabaseTransaction,
    select: &str,
    range: &Range,
) -> Result<String, StoreError> {
    let inner = Sql::new(select).join(range.on("order_id"));
    packed::read(db, packed::query(&[], &THING, inner)).await
}

/// A thing by kind and id, and the state it was left in.
type Left<'a> = ((Thing, Cow<'a, str>), Cow<'a, str>);

/// What the lines of a range say.
#[derive(Default)]
struct Told<'a> {
    lines: i64,
    found: Vec<String>,
    /// Where each thing was left, order by order.
    left: Vec<Left<'a>>,
    /// Who has a line of which order.
    subjects: HashSet<(&'a str, &'a str)>,
    /// Orders' invoices and what was said when they got their number.
    reserved: HashMap<(&'a str, &'a str), Vec<&'a str>>,
    /// What was said when they were issued.
    issued: HashMap<(&'a str, &'a str), &'a str>,
    /// What was said of invoices' documents.
    documents: HashMap<&'a str, Vec<&'a str>>,
}

fn told(lines: &str) -> Result<Told<'_>, StoreError> {
    let mut rows =
        packed::Rows::<1, 4>::of(lines, "the audit chain").collect::<Result<Vec<_>, _>>()?;
    rows.sort_by(|(one, of), (other, than)| (of[0], one[0]).cmp(&(than[0], other[0])));
    let mut told = Told::default();
    let mut states = States::new();
    let mut present = "";
    for ([seq], [order, subject, action, data]) in rows {
        if order != present {
            told.left.extend(states.drain());
            present = order;
        }
        told.lines += 1;
        told.subjects.insert((order, subject));
        match action {
            "invoice.reserved" => {
                let said = told.reserved.entry((order, subject)).or_default();
                said.push(data);
            }
            content::ISSUED => {
                told.issued.insert((order, subject), data);
            }
            "invoice.documents" => {
                told.documents.entry(subject).or_default().push(data);
            }
            _ => {}
        }
        states::follow(&mut states, seq, subject, data, &mut told.found);
    }
    told.left.extend(states);
    Ok(told)
}

/// Things with their orders and states.
type Stored<'a> = HashMap<(Thing, Cow<'a, str>), (&'a str, &'a str)>;

/// Compares where the chain left things with their rows, both ways.
fn compare<'a>(told: &mut Told<'a>, stored: &Stored<'a>) {
    let mut found = Vec::new();
    for (key, left) in &told.left {
        let stands = stored.get(key).map(|(_, state)| *state);
        if stands != Some(left.as_ref()) {
            found.push(format!(
                "{} {} is {}, the chain left it at {left}",
                key.0.name(),
                key.1,
                stands.unwrap_or("gone")
            ));
        }
    }
    for ((thing, id), (order, _)) in stored {
        if !told.subjects.contains(&(*order, id.as_ref())) {
            found.push(format!("{} {id} has no line in the chain", thing.name()));
        }
    }
    found.sort();
    told.found.extend(found);
}

/// Each number has a line that says so, and each issued invoice one that says it was issued.
fn numbers(told: &Told<'_>, invoices: &[Held<'_>]) -> Vec<String> {
    let mut found = Vec::new();
    for Held {
        order,
        id,
        state,
        number,
        segment,
    } in invoices
    {
        let said = told
            .reserved
            .get(&(*order, *id))
            .map_or(&[][..], Vec::as_slice);
        let wanted = format!("\"number\":\"{number}\"");
        if !segment.is_empty() && !said.iter().any(|data| data.contains(&wanted)) {
            found.push(format!(
                "invoice {id} holds {number} without a line of that number"
            ));
        }
        if matches!(*state, "issued" | "partly_red" | "fully_red")
            && !told.issued.contains_key(&(*order, *id))
        {
            found.push(format!(
                "invoice {id} is {state} without a line that it was issued"
            ));
        }
    }
    found
}

/// What an issued invoice states is what it stated when it was issued.
fn contents(
    told: &Told<'_>,
    invoices: &[Held<'_>],
    digests: &HashMap<String, [u8; 32]>,
) -> Vec<String> {
    let mut found = Vec::new();
    for Held { order, id, .. } in invoices {
        let said = told.issued.get(&(*order, *id));
        let Some(said) = said.and_then(|data| content::told(data)) else {
            continue;
        };
        let stands = digests.get(*id).map(hex::encode);
        if stands.as_deref() != Some(said) {
            found.push(format!(
                "invoice {id} does not state any more what it stated when it was issued: header or lines were changed"
            ));
        }
    }
    found
}

/// Documents are those that were recorded, both ways.
fn papers(told: &Told<'_>, stored: &[[&str; 3]]) -> Vec<String> {
    let mut found = Vec::new();
    // A received file and the one that we made are of one format.
    let mut recorded: HashMap<(&str, &str), Vec<&str>> = HashMap::new();
    for (invoice, said) in &told.documents {
        for data in said {
            let Ok(hashes) = serde_json::from_str::<HashMap<&str, &str>>(data) else {
                found.push(format!(
                    "what the chain says of the documents of invoice {invoice} cannot be read"
                ));
                continue;
            };
            for (format, hash) in hashes {
                recorded.entry((*invoice, format)).or_default().push(hash);
            }
        }
    }
    let mut untold = Vec::new();
    for document @ [invoice, format, hash] in stored {
        let said = recorded.get_mut(&(*invoice, *format));
        let place = said
            .as_ref()
            .and_then(|it| it.iter().position(|it| it == hash));
        match (said, place) {
            (Some(said), Some(place)) => drop(said.swap_remove(place)),
            _ => untold.push(document),
        }
    }
    for [invoice, format, _] in untold {
        let said = recorded.get_mut(&(*invoice, *format));
        found.push(match said.and_then(Vec::pop) {
            Some(_) => format!(
                "the {format} of invoice {invoice} has another SHA-256 than the chain recorded"
            ),
            None => format!("the {format} of invoice {invoice} was never recorded in the chain"),
        });
    }
    let gone = recorded
        .into_iter()
        .flat_map(|((invoice, format), hashes)| {
            hashes.into_iter().map(move |_| {
                format!("the {format} that the chain recorded of invoice {invoice} is gone")
            })
        });
    found.extend(gone);
    found.sort();
    found
}

/// All ranges, put together.
#[derive(Default)]
pub(super) struct Total {
    followed: Vec<Followed>,
    took: Duration,
}

impl Total {
    pub(super) fn add(&mut self, followed: Followed, took: Duration) {
        self.followed.push(followed);
        self.took += took;
    }

    /// I3, I5b, I10, I10b and I14. The time of all stands at I14.
    pub(super) fn results(mut self) -> [CheckResult; 5] {
        let mut numbers = Check::new(
            "I3",
            "Every number and every issued invoice has its line in the audit chain, and states what that line holds of it",
            "每个号码与每张已开具发票均有审计记录，且票面内容与记录一致",
            "for each invoice of a segment: an audit line invoice.reserved of its order whose data has its number; for each issued invoice: an audit line invoice.issued, whose content_sha256 is that of its header and lines",
        );
        let mut wallet = Check::new(
            "I5b",
            "A delivery is carded exactly when its card is in the wallet and its invoice exists",
            "投递为已入卡包，当且仅当卡券已插入且发票已开具",
            "for each carded delivery: a card that is not uploading or inserting, of an issued invoice of the same order; for each such card: its delivery is carded",
        );
        let mut without_pdf = Check::new(
            "I10",
            "Every invoice in a wallet has its recorded PDF",
            "已入卡包的发票均有 PDF 版式文件记录",
            "for each card that is not uploading or inserting: a document of its invoice whose format is pdf",
        );
        let mut papers = Check::new(
            "I10b",
            "Every recorded document is still the one that the audit chain recorded",
            "每个版式文件的记录与审计链一致",
            "for each document: an audit line invoice.documents of its invoice with its format and SHA-256; for each that such a line names: its row",
        );
        let mut edges = Check::new(
            "I14",
            "States moved along allowed edges only, and stand where the audit chain left them",
            "状态只沿允许的方向变化，且与审计链一致",
            "for each order: audit lines by seq, their from and to against the state machine, the last one against the row; every row has a line",
        );
        edges.0.took_millis = millis(self.took);
        self.followed.sort_by_key(|it| it.no);
        for followed in self.followed {
            numbers.0.looked_at += followed.held;
            edges.0.looked_at += followed.lines;
            papers.0.looked_at += followed.documents;
            wallet.0.looked_at += followed.wallet.carded;
            without_pdf.0.looked_at += followed.wallet.delivered;
            for (check, found) in [
                (&mut wallet, followed.wallet.mismatched),
                (&mut without_pdf, followed.wallet.without_pdf),
            ] {
                found.into_iter().for_each(|it| check.found(it));
            }
            followed.papers.into_iter().for_each(|it| papers.found(it));
            followed
                .numbers
                .into_iter()
                .for_each(|it| numbers.found(it));
            followed.edges.into_iter().for_each(|it| edges.found(it));
        }
        [numbers.0, wallet.0, without_pdf.0, papers.0, edges.0]
    }
}
