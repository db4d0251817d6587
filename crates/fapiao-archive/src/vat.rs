//! The VAT of a month (§ summary for the return): what was invoiced, and what was sold without an invoice.

use crate::ArchiveError;
use fapiao_domain::{money::Fen, rate::Rate, totals::compute};
use fapiao_usecases::ports::{Issued, Period, Ports, Scope, VatRow};
use std::collections::BTreeMap;

const PAGE: u32 = 500;

/// What rows are gathered by.
type Key = (std::cmp::Reverse<Ordered>, bool, Issued);

/// A rate in the order of the return: the highest first, exempt and not taxed last.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Ordered(Option<rust_decimal::Decimal>, String);

fn key(row: &VatRow) -> Key {
    let order = row.rate.parse().ok();
    (
        std::cmp::Reverse(Ordered(order, row.rate.clone())),
        row.service,
        row.issued,
    )
}

/// The rows of a period, gathered and in the order of the return.
///
/// # Errors
/// The database.
pub async fn of_period(
    ports: &Ports,
    scope: &Scope,
    period: &Period,
) -> Result<Vec<VatRow>, ArchiveError> {
    let mut rows: BTreeMap<Key, VatRow> = BTreeMap::new();
    for row in ports.store.vat_rows(scope, period).await? {
        add(&mut rows, row);
    }
    let codes = ports.store.tax_codes().await?;
    let short_name = |code: &str| codes.versions(code).last().map(|it| it.short_name.clone());
    let mut after = None;
    loop {
        let (orders, next) = ports
            .store
            .uninvoiced_orders(scope, period, after.as_ref(), PAGE)
            .await?;
        for order in orders {
            // What was accepted could be computed; an order that no longer can is told by its own page.
            let Ok(computed) = compute(&order.lines, &short_name) else {
                continue;
            };
            let mut of_order: BTreeMap<Key, VatRow> = BTreeMap::new();
            for line in &computed.lines {
                let row = VatRow {
                    rate: line.rate.to_string(),
                    service: is_service(&line.tax_code),
                    issued: Issued::None,
                    blue_count: 0,
                    blue_net: line.amount,
                    blue_tax: line.tax,
                    red_count: 0,
                    red_net: Fen::ZERO,
                    red_tax: Fen::ZERO,
                };
                add(&mut of_order, row);
            }
            for (_, mut row) in of_order {
                row.blue_count = 1;
                add(&mut rows, row);
            }
        }
        after = next;
        if after.is_none() {
            break;
        }
    }
    Ok(rows.into_values().collect())
}

/// Whether a class code names services, intangibles or real estate rather than goods and repair work.
pub fn is_service(code: &str) -> bool {
    code.starts_with(['3', '4', '5'])
}

fn add(rows: &mut BTreeMap<Key, VatRow>, row: VatRow) {
    match rows.entry(key(&row)) {
        std::collections::btree_map::Entry::Vacant(free) => {
            free.insert(row);
        }
        std::collections::btree_map::Entry::Occupied(mut known) => {
            let into = known.get_mut();
            into.blue_count += row.blue_count;
            into.red_count += row.red_count;
            into.blue_net += row.blue_net;
            into.blue_tax += row.blue_tax;
            into.red_net += row.red_net;
            into.red_tax += row.red_tax;
        }
    }
}

/// A rate as the return writes it: `13%`, `免税`, `不征税`.
pub fn rate_words(rate: &str) -> String {
    Rate::parse(rate).map_or_else(|_| rate.to_owned(), |it| it.printed())
}
