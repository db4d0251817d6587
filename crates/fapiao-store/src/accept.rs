//! Accepting orders: one statement per table for the whole set.

use crate::{
    audit::Line,
    delivery,
    entity::{self, idempotency, order, order_line, order_sum},
    error::unavailable,
    idempotent, read,
    sql::{Cells, Sql, select},
    tx::Tx,
    writer::Run,
};
use fapiao_domain::{
    delivery::DeliveryState,
    ids::{Id, OrderId},
    order::OrderState,
};
use fapiao_usecases::{
    errors::StoreError,
    idempotency::Effect,
    jobs::{Job, QueuedJob},
    ports::{Accepted, NewOrder},
};
use sea_orm::Value;
use std::collections::{HashMap, HashSet};

/// Writes a set of orders; an answer per item, in order.
pub(crate) fn accept<'t>(tx: &'t Tx, items: &'t [NewOrder]) -> Run<'t, Vec<Accepted>> {
    Box::pin(async move {
        let mut answers: Vec<Option<Accepted>> = vec![None; items.len()];
        loop {
            let round = next_round(items, &answers);
            if round.is_empty() {
                return Ok(answers.into_iter().flatten().collect());
            }
            accept_round(tx, items, &round, &mut answers).await?;
        }
    })
}

/// Open items with different idempotency keys: a repetition within the set waits for the round after its first one.
fn next_round(items: &[NewOrder], answers: &[Option<Accepted>]) -> Vec<usize> {
    let mut keys = HashSet::new();
    (0..items.len())
        .filter(|&at| answers[at].is_none())
        .filter(|&at| match &items[at].idempotency {
            Some(key) => keys.insert((&key.scope, &key.key)),
            None => true,
        })
        .collect()
}

async fn accept_round(
    tx: &Tx,
    items: &[NewOrder],
    round: &[usize],
    answers: &mut [Option<Accepted>],
) -> Result<(), StoreError> {
    take_keys(tx, items, round, answers).await?;
    let mut open: Vec<usize> = round
        .iter()
        .copied()
        .filter(|&at| answers[at].is_none())
        .collect();
    // In one order of locks, so that two nodes with the same orders do not wait for each other.
    open.sort_by_key(|&at| (&items[at].order.order_no, items[at].order.seller.as_str()));
    let models: Vec<_> = open.iter().map(|&at| order_model(&items[at])).collect();
    let mut written: HashSet<String> = tx
        .insert::<order::Entity>(&models, "ON CONFLICT DO NOTHING RETURNING id")
        .await?
        .iter()
        .map(|row| row.cell(0))
        .collect::<Result<_, _>>()?;
    let (mut won, mut lost) = (Vec::new(), Vec::new());
    for at in open {
        if written.remove(items[at].order.id.as_str()) {
            answers[at] = Some(Accepted::New);
            won.push(&items[at]);
        } else {
            lost.push(at);
        }
    }
    if !lost.is_empty() {
        name_the_taken(tx, items, &lost, answers).await?;
    }
    write_details(tx, &won).await
}

/// Takes the idempotency keys of a round; items whose key was taken before are answered.
async fn take_keys(
    tx: &Tx,
    items: &[NewOrder],
    round: &[usize],
    answers: &mut [Option<Accepted>],
) -> Result<(), StoreError> {
    let mut keyed: Vec<_> = round
        .iter()
        .filter_map(|&at| Some((at, items[at].idempotency.as_ref()?)))
        .collect();
    keyed.sort_by_key(|(_, key)| (&key.scope, &key.key));
    let models: Vec<_> = keyed
        .iter()
        .map(|(_, key)| idempotent::model(key, tx.now_millis()))
        .collect();
    let taken: HashSet<(String, String)> = tx
        .insert::<idempotency::Entity>(&models, "ON CONFLICT DO NOTHING RETURNING scope, key")
        .await?
        .iter()
        .map(|row| Ok((row.cell(0)?, row.cell(1)?)))
        .collect::<Result<_, StoreError>>()?;
    keyed.retain(|(_, key)| !taken.contains(&(key.scope.clone(), key.key.clone())));
    if keyed.is_empty() {
        return Ok(());
    }
    let sql = select::<idempotency::Entity>("WHERE (scope, key) IN (")
        .rows(
            keyed
                .iter()
                .map(|(_, key)| vec![key.scope.as_str().into(), key.key.as_str().into()]),
        )
        .add(")");
    let mut stored: HashMap<_, _> = tx
        .all::<idempotency::Model>(sql)
        .await?
        .into_iter()
        .map(|model| ((model.scope.clone(), model.key.clone()), model))
        .collect();
    for (at, key) in keyed {
        let Some(model) = stored.remove(&(key.scope.clone(), key.key.clone())) else {
            return Err(unavailable("an idempotency key vanished", true));
        };
        answers[at] = Some(match idempotent::answer::<()>(model, &key.fingerprint) {
            Effect::Replayed { status, body } => Accepted::Replayed { status, body },
            Effect::KeyReused | Effect::Done(()) => Accepted::KeyReused,
        });
    }
    Ok(())
}

/// Answers the items whose order number was taken, and gives their keys back.
async fn name_the_taken(
    tx: &Tx,
    items: &[NewOrder],
    lost: &[usize],
    answers: &mut [Option<Accepted>],
) -> Result<(), StoreError> {
    let numbers = lost.iter().map(|&at| {
        let order = &items[at].order;
        vec![order.order_no.as_str().into(), order.seller.as_str().into()]
    });
    let sql = Sql::new(
        "SELECT order_no, seller_id, id, fingerprint FROM orders WHERE (order_no, seller_id) IN (",
    )
    .rows(numbers)
    .add(")");
    let mut existing = HashMap::new();
    for row in tx.rows(sql).await? {
        let number: (String, String) = (row.cell(0)?, row.cell(1)?);
        existing.insert(number, (row.cell::<String>(2)?, row.cell::<String>(3)?));
    }
    let mut given_back: Vec<Vec<Value>> = Vec::new();
    for &at in lost {
        let order = &items[at].order;
        let number = (order.order_no.clone(), order.seller.as_str().to_owned());
        let Some((id, fingerprint)) = existing.get(&number) else {
            return Err(crate::error::exists(format!("order {}", order.id)));
        };
        answers[at] = Some(Accepted::OrderNoTaken {
            existing: read::id::<OrderId>(id)?,
            same: *fingerprint == order.fingerprint,
        });
        if let Some(key) = &items[at].idempotency {
            given_back.push(vec![key.scope.as_str().into(), key.key.as_str().into()]);
        }
    }
    if !given_back.is_empty() {
        let sql = Sql::new("DELETE FROM idempotency WHERE (scope, key) IN (")
            .rows(given_back)
            .add(")");
        tx.exec(sql).await?;
    }
    Ok(())
}

/// Lines, deliveries and audit lines of the orders that were written.
async fn write_details(tx: &Tx, won: &[&NewOrder]) -> Result<(), StoreError> {
    let lines: Vec<_> = won.iter().flat_map(|new| line_models(new)).collect();
    tx.insert::<order_line::Entity>(&lines, "").await?;
    let sums: Vec<_> = won.iter().flat_map(|new| sum_models(new)).collect();
    tx.insert::<order_sum::Entity>(&sums, "").await?;
    let deliveries: Vec<_> = won
        .iter()
        .flat_map(|new| new.deliveries.iter().map(move |wanted| (new, wanted)))
        .map(|(new, wanted)| {
            delivery::new_model(
                wanted,
                new.order.id.as_str(),
                new.order.seller.as_str(),
                new.order.store.as_str(),
                tx.now_millis(),
            )
        })
        .collect();
    tx.insert::<entity::delivery::Entity>(&deliveries, "")
        .await?;
    for new in won {
        let order = &new.order;
        let mut line = Line::new(&new.actor, "order.accepted", order.id.as_str())
            .order(order.id.as_str())
            .with("order_no", order.order_no.as_str())
            .with("source", order.source.as_str())
            .with("total", order.totals.total.to_string());
        if !new.shares.is_empty() {
            let shares: Vec<String> = new.shares.iter().map(ToString::to_string).collect();
            line = line.with("discount_shares", shares);
        }
        tx.audit(line);
        if order.payment.is_some() {
            tx.enqueue(QueuedJob::now(
                Job::MatchPayment(order.id.clone()),
                Some(order.seller.clone()),
            ));
        }
        for wanted in &new.deliveries {
            tx.enqueue_all(&delivery::begins_with(wanted, &order.seller));
            tx.audit(delivery::created_line(
                &new.actor,
                wanted,
                order.id.as_str(),
            ));
        }
    }
    Ok(())
}

fn order_model(new: &NewOrder) -> order::Model {
    let order = &new.order;
    let first = new.deliveries.first();
    let state = match (first, order.state) {
        (Some(_), OrderState::Open) => OrderState::Delivering,
        (_, state) => state,
    };
    let (difference, deduction) = read::difference_columns(order.difference.as_ref());
    let payment = order.payment.clone().unwrap_or_default();
    order::Model {
        id: order.id.to_string(),
        seller_id: order.seller.to_string(),
        store_id: order.store.to_string(),
        order_no: order.order_no.clone(),
        sold_at: order.sold_at.timestamp_millis(),
        created_at: order.created_at.timestamp_millis(),
        source: order.source.clone(),
        state: state.as_str().to_owned(),
        amount: order.totals.amount.get(),
        tax: order.totals.tax.get(),
        total: order.totals.total.get(),
        refunded: order.refunded.get(),
        fingerprint: order.fingerprint.clone(),
        remark: order.remark.clone(),
        delivery_id: first.map(|wanted| wanted.id.to_string()),
        delivery_state: first.map(|_| DeliveryState::Created.as_str().to_owned()),
        invoice_number: String::new(),
        buyer: String::new(),
        buyer_tax_number: String::new(),
        pay_channel: payment.channel,
        pay_transaction_no: payment.transaction_no,
        pay_trade_no: payment.trade_no,
        difference,
        deduction,
        invoice_kind: order.asked.as_str().to_owned(),
    }
}

fn line_models(new: &NewOrder) -> impl Iterator<Item = order_line::Model> + '_ {
    (1..)
        .zip(&new.order.lines)
        .map(|(no, line)| order_line::Model {
            order_id: new.order.id.to_string(),
            no,
            name: line.name.clone(),
            tax_code: line.tax_code.clone(),
            spec: line.spec.clone(),
            unit: line.unit.clone(),
            quantity: line.quantity.to_string(),
            unit_price: line.unit_price.to_string(),
            tax_included: line.tax_included,
            rate: line.rate.to_string(),
            discount: line.discount.get(),
            preference: read::preference_code(line.preference),
        })
}

fn sum_models(new: &NewOrder) -> impl Iterator<Item = order_sum::Model> + '_ {
    new.sums.iter().map(|sum| order_sum::Model {
        order_id: new.order.id.to_string(),
        rate: sum.rate.to_string(),
        service: i64::from(sum.service),
        net: sum.net.get(),
        tax: sum.tax.get(),
    })
}
