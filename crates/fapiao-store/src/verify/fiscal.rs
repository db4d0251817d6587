//! Fiscal bills: what they say, their files, and their way into wallets.

use super::{Check, PAGE, Rule, rule};
use crate::{
    entity::fiscal_bill,
    fiscal::{DELIVERIES, FACTS, FILE, facts_digest, items},
    sql::{self, Cells, Sql, select},
};
use fapiao_domain::fiscal::sum_of;
use fapiao_usecases::{errors::StoreError, ports::CheckResult};
use sea_orm::DatabaseTransaction;
use serde_json::Value;
use std::collections::HashMap;

/// The rules, those that take longest first.
pub(super) const RULES: [Rule; 4] = [
    |db| Box::pin(kept(db)),
    |db| Box::pin(cards(db)),
    |db| Box::pin(one_wallet(db)),
    |db| Box::pin(waiting(db)),
];

/// A delivery's state and that of its card; empty where there is none.
type States = (String, String);

/// What the audit chain says of one bill.
#[derive(Default)]
struct Told {
    facts: Option<String>,
    file: Option<String>,
    deliveries: HashMap<String, States>,
    /// Lines that do not go on where the one before ended.
    found: Vec<String>,
}

impl Told {
    fn read(&mut self, seq: i64, data: &str) {
        let data: Value = serde_json::from_str(data).unwrap_or_default();
        let text = |value: &Value, name: &str| {
            let found = value.get(name).and_then(Value::as_str);
            found.map(str::to_owned)
        };
        self.facts = text(&data, FACTS).or(self.facts.take());
        self.file = text(&data, FILE).or(self.file.take());
        let edges = data.get(DELIVERIES).and_then(Value::as_array);
        for edge in edges.into_iter().flatten() {
            let Some(id) = text(edge, "id") else {
                continue;
            };
            let (state, card) = self.deliveries.entry(id.clone()).or_default();
            for (what, stood, from, to) in [
                ("delivery", state, "from", "to"),
                ("card of delivery", card, "card_from", "card_to"),
            ] {
                let Some(to) = text(edge, to) else {
                    continue;
                };
                let from = text(edge, from).unwrap_or_default();
                if from != *stood {
                    self.found.push(format!(
                        "line {seq}: {what} {id} stood at `{stood}`, not at `{from}`"
                    ));
                }
                *stood = to;
            }
        }
    }
}

/// Bills as they were when they came, and their deliveries as the chain left them.
async fn kept(db: &DatabaseTransaction) -> Result<CheckResult, StoreError> {
    let mut check = Check::new(
        "B1",
        "Every fiscal bill says what it said when it came, its items add up to its amount, and its file and its \
         deliveries are those the audit chain recorded",
        "每张财政票据与收到时一致，项目合计等于金额，文件与投递状态和审计链一致",
        "for each fiscal bill: the audit line of it whose facts_sha256 is that of its row; sum of items = amount; \
         file_sha256 of a line = that of the row; deliveries of its lines by seq, the last ones against \
         fiscal_bill_deliveries; and for each line bill.accepted: its bill is there",
    );
    let mut after = String::new();
    while !check.full() {
        let sql = select::<fiscal_bill::Entity>("WHERE id > ")
            .bind(after.as_str())
            .add(" ORDER BY id LIMIT ")
            .bind(PAGE);
        let page = sql::all::<fiscal_bill::Model>(db, sql).await?;
        let Some(last) = page.last() else {
            break;
        };
        let range = (after.clone(), last.id.clone());
        after.clone_from(&last.id);
        let mut told = told(db, &range).await?;
        let mut stored = stored(db, &range).await?;
        for bill in &page {
            check.0.looked_at += 1;
            let told = told.remove(&bill.id).unwrap_or_default();
            let stored = stored.remove(&bill.id).unwrap_or_default();
            for found in compare(bill, told, &stored) {
                check.found(found);
            }
        }
    }
    // Ids are plain letters and digits behind `bil_`: between these two in every order of texts.
    let gone = "SELECT a.subject FROM audit_entries a WHERE a.subject >= 'bil' AND a.subject < 'bim' \
                AND a.action = 'bill.accepted' AND NOT EXISTS (SELECT 1 FROM fiscal_bills b WHERE b.id = a.subject) \
                ORDER BY a.seq LIMIT 20";
    for row in sql::rows(db, Sql::new(gone)).await? {
        check.found(format!("fiscal bill {} is gone", row.cell::<String>(0)?));
    }
    Ok(check.0)
}

/// Lines of the bills of a range, by bill.
async fn told(
    db: &DatabaseTransaction,
    (after, to): &(String, String),
) -> Result<HashMap<String, Told>, StoreError> {
    let sql = Sql::new(
        "SELECT b.id, a.seq, a.data FROM fiscal_bills b JOIN audit_entries a ON a.subject = b.id WHERE b.id > ",
    )
    .bind(after.as_str())
    .add(" AND b.id <= ")
    .bind(to.as_str())
    .add(" ORDER BY a.seq");
    let mut told: HashMap<String, Told> = HashMap::new();
    for row in sql::rows(db, sql).await? {
        let (id, seq, data): (String, i64, String) = (row.cell(0)?, row.cell(1)?, row.cell(2)?);
        told.entry(id).or_default().read(seq, &data);
    }
    Ok(told)
}

/// Deliveries of the bills of a range, by bill.
async fn stored(
    db: &DatabaseTransaction,
    (after, to): &(String, String),
) -> Result<HashMap<String, HashMap<String, States>>, StoreError> {
    let sql = Sql::new(
        "SELECT bill_id, id, state, card_state FROM fiscal_bill_deliveries WHERE bill_id > ",
    )
    .bind(after.as_str())
    .add(" AND bill_id <= ")
    .bind(to.as_str());
    let mut stored: HashMap<String, HashMap<String, States>> = HashMap::new();
    for row in sql::rows(db, sql).await? {
        let (bill, id): (String, String) = (row.cell(0)?, row.cell(1)?);
        let states = (row.cell(2)?, row.cell(3)?);
        stored.entry(bill).or_default().insert(id, states);
    }
    Ok(stored)
}

/// What is wrong with one bill.
fn compare(bill: &fiscal_bill::Model, told: Told, stored: &HashMap<String, States>) -> Vec<String> {
    let id = &bill.id;
    let mut found = told.found;
    match told.facts {
        None => found.push(format!("fiscal bill {id} has no line that says it came")),
        Some(said) if said != facts_digest(bill) => found.push(format!(
            "fiscal bill {id} does not say any more what it said when it came"
        )),
        Some(_) => {}
    }
    match items(bill) {
        Err(error) => found.push(error.to_string()),
        Ok(items) if items.is_empty() => {}
        Ok(items) => {
            let sum = sum_of(items.iter().map(|it| it.amount)).map(|sum| sum.get());
            if sum != Some(bill.amount) {
                found.push(format!(
                    "the items of fiscal bill {id} do not add up to its amount of {} fen",
                    bill.amount
                ));
            }
        }
    }
    if told.file != bill.file_sha256 {
        found.push(format!(
            "the file of fiscal bill {id} is not the one the chain recorded"
        ));
    }
    let mut apart: Vec<_> = told
        .deliveries
        .iter()
        .filter(|(delivery, left)| stored.get(*delivery) != Some(left))
        .map(|(delivery, (state, card))| {
            format!(
                "delivery {delivery} of fiscal bill {id} does not stand where the chain left it: {state} {card}"
            )
        })
        .chain(
            stored
                .keys()
                .filter(|delivery| !told.deliveries.contains_key(*delivery))
                .map(|delivery| format!("delivery {delivery} of fiscal bill {id} has no line")),
        )
        .collect();
    apart.sort();
    found.extend(apart);
    found
}

async fn one_wallet(db: &DatabaseTransaction) -> Result<CheckResult, StoreError> {
    let title = (
        "B2",
        "A fiscal bill comes into one wallet at most, and its row shows its latest delivery",
        "每张财政票据最多进入一个卡包，且其记录指向最新的投递",
    );
    let query = "SELECT 'fiscal bill ' || bill_id || ' has ' || CAST(count(*) AS TEXT) || ' deliveries that are agreed to \
                 or in a wallet' AS found FROM fiscal_bill_deliveries WHERE state IN ('authorised', 'issuing', 'carded') \
                 GROUP BY bill_id HAVING count(*) > 1 \
                 UNION ALL SELECT 'fiscal bill ' || b.id || ' does not show its latest delivery' AS found \
                 FROM fiscal_bills b LEFT JOIN fiscal_bill_deliveries d ON d.id = b.delivery_id \
                 WHERE d.id IS NULL OR d.bill_id <> b.id OR b.delivery_state IS DISTINCT FROM d.state \
                 OR EXISTS (SELECT 1 FROM fiscal_bill_deliveries n WHERE n.bill_id = b.id AND n.created_at > d.created_at)";
    rule(db, title, "SELECT count(*) FROM fiscal_bills", query).await
}

async fn cards(db: &DatabaseTransaction) -> Result<CheckResult, StoreError> {
    let title = (
        "B3",
        "A delivery of a fiscal bill is carded exactly when its card is in the wallet, or the bureau elsewhere is said to \
         have inserted it; every such card has its PDF",
        "财政票据投递为已入卡包，当且仅当卡券已插入，或已登记由财政部门插入；已插入的卡券均有 PDF",
    );
    // A card that was announced and not answered may be in the wallet of a delivery that a person ended.
    let query = "SELECT 'delivery ' || d.id || ' is carded, its card is ' || CASE WHEN d.card_template IS NULL THEN 'none' \
                 ELSE d.card_state END AS found FROM fiscal_bill_deliveries d WHERE d.state = 'carded' \
                 AND (d.card_state IN ('uploading', 'inserting') OR (d.card_template IS NULL \
                 AND NOT EXISTS (SELECT 1 FROM audit_entries a WHERE a.subject = d.bill_id AND a.action = 'bill.outcome_told'))) \
                 UNION ALL SELECT 'delivery ' || d.id || ' is ' || d.state || ', its card is ' || d.card_state AS found \
                 FROM fiscal_bill_deliveries d WHERE d.state <> 'carded' AND d.card_template IS NOT NULL \
                 AND d.card_state NOT IN ('uploading', 'inserting') \
                 UNION ALL SELECT 'the card of delivery ' || d.id || ' is ' || d.card_state || ' without a code' AS found \
                 FROM fiscal_bill_deliveries d WHERE d.card_state IN ('inserted', 'locked', 'reimbursed', 'cancelled') \
                 AND d.card_code = '' \
                 UNION ALL SELECT 'fiscal bill ' || b.id || ' is in a wallet without a recorded pdf' AS found \
                 FROM fiscal_bill_deliveries d JOIN fiscal_bills b ON b.id = d.bill_id WHERE d.card_template IS NOT NULL \
                 AND d.card_state <> 'uploading' AND b.file_sha256 IS NULL";
    let count = "SELECT count(*) FROM fiscal_bill_deliveries WHERE card_template IS NOT NULL OR state = 'carded'";
    rule(db, title, count, query).await
}

async fn waiting(db: &DatabaseTransaction) -> Result<CheckResult, StoreError> {
    let title = (
        "B4",
        "Every delivery of a fiscal bill that goes on by itself has a job, and so has the card of a void one",
        "每个进行中的财政票据投递都有待办任务，已作废票据的卡券也有",
    );
    // Where the bureau is elsewhere, an agreement waits for its outcome, which a person tells.
    let query = "SELECT 'delivery ' || d.id || ' is ' || d.state || ' without a job' AS found \
                 FROM fiscal_bill_deliveries d JOIN fiscal_bills b ON b.id = d.bill_id \
                 JOIN fiscal_units u ON u.id = b.unit_id \
                 WHERE (d.state IN ('page_opened', 'issuing') OR (d.state = 'authorised' AND u.role <> 'unit')) \
                 AND NOT EXISTS (SELECT 1 FROM jobs j WHERE j.subject = d.id) \
                 UNION ALL SELECT 'delivery ' || d.id || ' has a card of a void bill and no job that strikes it out' AS found \
                 FROM fiscal_bill_deliveries d JOIN fiscal_bills b ON b.id = d.bill_id \
                 WHERE b.void_at IS NOT NULL AND d.card_state = 'inserted' \
                 AND NOT EXISTS (SELECT 1 FROM jobs j WHERE j.subject = d.id AND j.kind = 'cancel_bill')";
    let count = "SELECT count(*) FROM fiscal_bill_deliveries \
                 WHERE state IN ('page_opened', 'authorised', 'issuing') OR card_state = 'inserted'";
    rule(db, title, count, query).await
}
