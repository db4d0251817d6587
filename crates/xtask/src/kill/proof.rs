//! What must hold afterwards: our books against the sandboxes'.

use super::load::{Done, Target};
use crate::{Failure, http::Connection};
use serde_json::Value;
use std::{
    collections::{HashMap, HashSet},
    path::Path,
    process::Command,
    thread,
    time::{Duration, Instant},
};

/// Waits until every agreed delivery is in its wallet.
pub(crate) fn settle(target: &Target, done: &Done, patience: Duration) -> Result<(), Failure> {
    let began = Instant::now();
    let mut open: Vec<&str> = done
        .orders
        .iter()
        .filter(|placed| placed.authorised)
        .map(|placed| placed.delivery.as_str())
        .collect();
    while !open.is_empty() {
        let mut still = Vec::new();
        for delivery in open {
            // Well below what one key may ask in a second.
            thread::sleep(Duration::from_millis(1));
            if target.read(&format!("/api/v1/deliveries/{delivery}"))?["state"] != "carded" {
                still.push(delivery);
            }
        }
        open = still;
        if began.elapsed() > patience {
            let states: Vec<String> = open
                .iter()
                .take(10)
                .map(|id| {
                    target
                        .read(&format!("/api/v1/deliveries/{id}"))
                        .map_or_else(|error| error, |it| it.to_string())
                })
                .collect();
            return Err(format!(
                "{} agreed deliveries never got their card, such as {}",
                open.len(),
                states.join("\n")
            ));
        }
        thread::sleep(Duration::from_millis(300));
    }
    println!(
        "everything settled within {:.1} s",
        began.elapsed().as_secs_f64()
    );
    Ok(())
}

/// Compares the three ledgers.
pub(crate) fn compare(target: &Target, done: &Done, data: &Path) -> Result<(), Failure> {
    let wechat = ledger(&target.wechat)?;
    let tax = ledger(&target.tax)?;
    let mut cards: HashMap<&str, &str> = HashMap::new();
    let mut numbers_on_cards = HashSet::new();
    for insert in list(&wechat, "inserts") {
        let (order, number) = (text(insert, "order_id"), text(insert, "billing_no"));
        if cards.insert(order, number).is_some() {
            return Err(format!("delivery {order} has two cards"));
        }
        if !numbers_on_cards.insert(number) {
            return Err(format!("number {number} is on two cards"));
        }
    }
    let accepted: HashSet<&str> = list(&tax, "numbers")
        .iter()
        .filter(|it| it["state"] == "accepted")
        .map(|it| text(it, "number"))
        .collect();
    for number in &numbers_on_cards {
        if !accepted.contains(number) {
            return Err(format!(
                "number {number} is on a card but the tax authority has not accepted it"
            ));
        }
    }
    for placed in done.orders.iter().filter(|placed| placed.authorised) {
        if !cards.contains_key(placed.delivery.as_str()) {
            return Err(format!(
                "delivery {} of order {} has no card",
                placed.delivery, placed.order_no
            ));
        }
    }
    if accepted.len() != cards.len() {
        return Err(format!(
            "{} invoices at the tax authority, {} cards",
            accepted.len(),
            cards.len()
        ));
    }
    let orders: HashSet<&str> = done
        .orders
        .iter()
        .map(|placed| placed.order.as_str())
        .collect();
    if orders.len() != done.orders.len() {
        return Err("two order numbers were answered with one order".to_owned());
    }
    let answered = list(&wechat, "pushes")
        .iter()
        .filter(|push| push["outcome"] == "answered")
        .count();
    println!(
        "{} cards, {} accepted numbers, {answered} answered pushes; data in {}",
        cards.len(),
        accepted.len(),
        data.file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default()
    );
    Ok(())
}

/// `fapiao verify` on what is left.
pub(crate) fn verify(binary: &Path, data: &Path) -> Result<(), Failure> {
    let output = Command::new(binary)
        .arg("--config")
        .arg(data.join("fapiao.toml"))
        .arg("verify")
        .output()
        .map_err(|error| format!("fapiao verify: {error}"))?;
    let told = String::from_utf8_lossy(&output.stdout);
    print!("{told}");
    if output.status.success() {
        Ok(())
    } else {
        Err(format!(
            "fapiao verify found faults\n{told}{}",
            String::from_utf8_lossy(&output.stderr)
        ))
    }
}

fn ledger(base: &str) -> Result<Value, Failure> {
    Connection::open(base)?.get("/sandbox/ledger", &[])?.json()
}

fn list<'a>(ledger: &'a Value, name: &str) -> &'a [Value] {
    ledger[name]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default()
}

fn text<'a>(row: &'a Value, name: &str) -> &'a str {
    row[name].as_str().unwrap_or_default()
}
