//! States move along allowed edges only: the chain is followed per order, and its end compared with the rows.

use super::{Check, PAGE};
use crate::sql::{self, Cells, Sql};
use fapiao_domain::{
    card::CardState, confirmation::FormState, delivery::DeliveryState, invoice::InvoiceState,
};
use fapiao_usecases::{errors::StoreError, ports::CheckResult};
use sea_orm::DatabaseTransaction;
use serde_json::Value;
use std::collections::BTreeMap;

/// What has a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Thing {
    Delivery,
    Invoice,
    Card,
    Form,
}

impl Thing {
    const ALL: [Thing; 4] = [Thing::Delivery, Thing::Invoice, Thing::Card, Thing::Form];

    fn of_subject(subject: &str) -> Option<Thing> {
        match subject.get(..4)? {
            "dlv_" => Some(Thing::Delivery),
            "inv_" => Some(Thing::Invoice),
            "rdf_" => Some(Thing::Form),
            _ => None,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Thing::Delivery => "delivery",
            Thing::Invoice => "invoice",
            Thing::Card => "card of delivery",
            Thing::Form => "red confirmation",
        }
    }

    /// Table and key.
    const fn table(self) -> (&'static str, &'static str) {
        match self {
            Thing::Delivery => ("deliveries", "id"),
            Thing::Invoice => ("invoices", "id"),
            Thing::Card => ("cards", "delivery_id"),
            Thing::Form => ("red_forms", "id"),
        }
    }

    fn may_begin(self, to: &str) -> bool {
        match self {
            Thing::Delivery => to == "created",
            Thing::Invoice => to == "drafted" || to == "ready",
            // An external platform's card is in the wallet when we hear of it.
            Thing::Card => matches!(to, "uploading" | "inserted" | "code_unknown"),
            Thing::Form => to == "planned",
        }
    }

    fn may_go(self, from: &str, to: &str) -> bool {
        let allowed = match self {
            Thing::Delivery => DeliveryState::parse(from)
                .zip(DeliveryState::parse(to))
                .map(|(from, to)| from.change(to).is_ok()),
            Thing::Invoice => InvoiceState::parse(from)
                .zip(InvoiceState::parse(to))
                .map(|(from, to)| from.change(to).is_ok()),
            Thing::Card => CardState::parse(from)
                .zip(CardState::parse(to))
                .map(|(from, to)| from.change(to).is_ok()),
            Thing::Form => FormState::parse(from)
                .zip(FormState::parse(to))
                .map(|(from, to)| from.change(to).is_ok()),
        };
        allowed.unwrap_or(false)
    }
}

type States = BTreeMap<(Thing, String), String>;

/// Follows every order's lines.
pub(super) async fn along_edges(db: &DatabaseTransaction) -> Result<CheckResult, StoreError> {
    let mut check = Check::new(
        "I14",
        "States moved along allowed edges only, and stand where the audit chain left them",
        "状态只沿允许的方向变化，且与审计链一致",
        "for each order: audit lines by seq, their from and to against the state machine, the last one against the row",
    );
    let (mut order, mut seq) = (String::new(), 0_i64);
    let mut followed = States::new();
    let mut finished = Vec::new();
    loop {
        let sql = Sql::new(
            "SELECT order_id, seq, subject, data FROM audit_entries WHERE order_id IS NOT NULL AND (order_id, seq) > (",
        )
        .bind(order.as_str())
        .add(", ")
        .bind(seq)
        .add(") ORDER BY order_id, seq LIMIT ")
        .bind(PAGE);
        let page = sql::rows(db, sql).await?;
        for row in &page {
            let of: String = row.cell(0)?;
            if of != order {
                finished.extend(std::mem::take(&mut followed));
                order = of;
            }
            seq = row.cell(1)?;
            let (subject, data): (String, String) = (row.cell(2)?, row.cell(3)?);
            let data: Value = serde_json::from_str(&data).unwrap_or_default();
            check.0.looked_at += 1;
            follow(&mut check, &mut followed, seq, &subject, &data);
        }
        let last = (page.len() as i64) < PAGE;
        if last {
            finished.extend(std::mem::take(&mut followed));
        }
        if last || finished.len() as i64 >= PAGE {
            let left = finished.drain(..).collect();
            compare(db, &mut check, left).await?;
        }
        if last || check.full() {
            break;
        }
    }
    untold(db, &mut check).await?;
    Ok(check.0)
}

fn follow(check: &mut Check, states: &mut States, seq: i64, subject: &str, data: &Value) {
    let text = |value: &Value, name: &str| value.get(name)?.as_str().map(str::to_owned);
    let mut steps = Vec::new();
    if let (Some(thing), Some(to)) = (Thing::of_subject(subject), text(data, "to")) {
        steps.push((thing, subject.to_owned(), text(data, "from"), to));
    }
    if let Some(to) = text(data, "card_to") {
        steps.push((Thing::Card, subject.to_owned(), text(data, "card_from"), to));
    }
    if let Some(nested) = data.get("delivery")
        && let (Some(id), Some(to)) = (text(nested, "id"), text(nested, "to"))
    {
        steps.push((Thing::Delivery, id, text(nested, "from"), to));
    }
    for (thing, id, from, to) in steps {
        let name = thing.name();
        let key = (thing, id);
        let stood = states.get(&key);
        let id = &key.1;
        match (&from, stood) {
            (None, None) if thing.may_begin(&to) => {}
            (None, _) => check.found(format!("line {seq}: {name} {id} cannot begin as {to}")),
            (Some(from), stood) => {
                if stood != Some(from) {
                    let stood = stood.map_or("nowhere", String::as_str);
                    check.found(format!(
                        "line {seq}: {name} {id} stood at {stood}, not at {from}"
                    ));
                } else if !thing.may_go(from, &to) {
                    check.found(format!(
                        "line {seq}: {name} {id} cannot go from {from} to {to}"
                    ));
                }
            }
        }
        states.insert(key, to);
    }
}

/// Compares where the chain left things with their rows.
async fn compare(
    db: &DatabaseTransaction,
    check: &mut Check,
    states: States,
) -> Result<(), StoreError> {
    for thing in Thing::ALL {
        let (table, key) = thing.table();
        let ids: Vec<&str> = states
            .keys()
            .filter(|(of, _)| *of == thing)
            .map(|(_, id)| id.as_str())
            .collect();
        let mut stored = BTreeMap::new();
        for chunk in ids.chunks(1000) {
            let sql = Sql::new(format!("SELECT {key}, state FROM {table} WHERE {key} IN "))
                .list(chunk.iter().copied());
            for row in sql::rows(db, sql).await? {
                stored.insert(row.cell::<String>(0)?, row.cell::<String>(1)?);
            }
        }
        for id in ids {
            let told = states.get(&(thing, id.to_owned()));
            let stands = stored.get(id);
            if told != stands {
                check.found(format!(
                    "{} {id} is {}, the chain left it at {}",
                    thing.name(),
                    stands.map_or("gone", String::as_str),
                    told.map_or("nowhere", String::as_str)
                ));
            }
        }
    }
    Ok(())
}

/// Rows the chain knows nothing of.
async fn untold(db: &DatabaseTransaction, check: &mut Check) -> Result<(), StoreError> {
    for thing in Thing::ALL {
        let (table, key) = thing.table();
        let order = match thing {
            Thing::Card => "(SELECT d.order_id FROM deliveries d WHERE d.id = t.delivery_id)",
            Thing::Delivery | Thing::Invoice | Thing::Form => "t.order_id",
        };
        let sql = Sql::new(format!(
            "SELECT {key} FROM {table} t WHERE NOT EXISTS (SELECT 1 FROM audit_entries a \
             WHERE a.order_id = {order} AND a.subject = t.{key}) LIMIT 20"
        ));
        for row in sql::rows(db, sql).await? {
            let id: String = row.cell(0)?;
            check.found(format!("{} {id} has no line in the chain", thing.name()));
        }
    }
    Ok(())
}
