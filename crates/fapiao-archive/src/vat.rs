//! The VAT of a month (§ summary for the return): what was invoiced, and what was sold without an invoice.

use crate::{ArchiveError, moved::MovedSales};
use chrono::{DateTime, Utc};
use fapiao_domain::{by_rate::by_rate, difference::compute_sale, money::Fen, rate::Rate};
use fapiao_usecases::ports::{Issued, Moved, Period, Ports, SaleBalance, Scope, VatRow};
use std::collections::BTreeMap;

/// Fen that sums of an order and its invoices may differ by rounding alone (as [`fapiao_usecases::ports::Match`]).
const ROUNDING: i64 = 5;

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
/// What was sold without an invoice is the difference between two states of each sale, at the period's end and at its
/// beginning: sold and not given back, less what invoices state. So an invoice, blue or red, that comes in a later month
/// than its sale counts once, whichever month it is, and so do parts and refunds. A sale of a month whose books were closed
/// before it came counts when it came: the closed month's return did not have it.
///
/// # Errors
/// The database; [`ArchiveError::Sale`].
pub async fn of_period(
    ports: &Ports,
    scope: &Scope,
    period: &Period,
) -> Result<Vec<VatRow>, ArchiveError> {
    let mut rows: BTreeMap<Key, VatRow> = BTreeMap::new();
    for row in ports.store.vat_rows(scope, period).await? {
        add(&mut rows, row);
    }
    for row in ports.store.untouched_sales(scope, period).await? {
        add(&mut rows, row);
    }
    let mut moved = MovedSales::of(scope, period, &Moved::ONE_BY_ONE);
    while let Some(sales) = moved.next(ports).await? {
        for sale in sales {
            for row in changed(&sale, period)? {
                add(&mut rows, row);
            }
        }
    }
    Ok(rows.into_values().collect())
}

/// Net and tax by rate, goods or services.
type Parts = BTreeMap<(String, bool), (Fen, Fen)>;

/// How a sale's part without an invoice changed in a period.
fn changed(sale: &SaleBalance, period: &Period) -> Result<Vec<VatRow>, ArchiveError> {
    let order = &sale.order;
    // Names are not asked for, only sums.
    let computed = compute_sale(&order.lines, order.difference.as_ref(), &|_| {
        Some(String::new())
    })
    .map_err(|errors| {
        let why: Vec<String> = errors.iter().map(ToString::to_string).collect();
        ArchiveError::Sale(order.order_no.clone(), why.join("; "))
    })?;
    let mut sold = Parts::new();
    for sum in by_rate(&computed.lines) {
        put(
            &mut sold,
            (sum.rate.to_string(), sum.service),
            sum.net,
            sum.tax,
        );
    }
    let mut change = uninvoiced(sale, &sold, period.until);
    for (key, (net, tax)) in uninvoiced(sale, &sold, period.from) {
        put(&mut change, key, -net, -tax);
    }
    let more = |(net, tax): &(Fen, Fen)| *net + *tax > Fen::ZERO;
    Ok(change
        .into_iter()
        .filter(|(_, sums)| *sums != (Fen::ZERO, Fen::ZERO))
        .map(|((rate, service), sums)| {
            let (blue, red) = match more(&sums) {
                true => (sums, (Fen::ZERO, Fen::ZERO)),
                false => ((Fen::ZERO, Fen::ZERO), sums),
            };
            VatRow {
                rate,
                service,
                issued: Issued::None,
                blue_count: i64::from(more(&sums)),
                blue_net: blue.0,
                blue_tax: blue.1,
                red_count: i64::from(!more(&sums)),
                red_net: red.0,
                red_tax: red.1,
            }
        })
        .collect())
}

/// What of a sale had no invoice just before a moment.
fn uninvoiced(sale: &SaleBalance, sold: &Parts, before: DateTime<Utc>) -> Parts {
    if sale.counts_at >= before {
        return Parts::new();
    }
    let mut left = sold.clone();
    let mut invoiced = false;
    for moved in sale.moves.iter().filter(|it| it.at < before) {
        invoiced |= moved.invoiced;
        let key = (moved.rate.clone(), moved.service);
        put(&mut left, key, moved.net, moved.tax);
    }
    let gross: Fen = left.values().map(|(net, tax)| *net + *tax).sum();
    // All of it is invoiced, or more: a refund whose red letter is still to come. Fen that only rounding left over were
    // never a sale.
    let least = if invoiced {
        Fen::of_sum(ROUNDING)
    } else {
        Fen::ZERO
    };
    if gross <= least { Parts::new() } else { left }
}

fn put(parts: &mut Parts, key: (String, bool), net: Fen, tax: Fen) {
    let into = parts.entry(key).or_insert((Fen::ZERO, Fen::ZERO));
    into.0 += net;
    into.1 += tax;
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

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeZone;
    use fapiao_domain::{
        face::{DifferenceKind, DifferenceTax},
        ids::Id,
        line::OrderLine,
        order::OrderState,
        special::AskedKind,
        totals::{Totals, sum},
    };
    use fapiao_usecases::{ports::SaleMove, records::Order};
    use rust_decimal::Decimal;

    /// The first moment of a month of 2026, or of its middle.
    fn at(month: u32, day: u32) -> DateTime<Utc> {
        Utc.with_ymd_and_hms(2026, month, day, 0, 0, 0).unwrap()
    }

    fn month(no: u32) -> Period {
        Period {
            seller: None,
            from: at(no, 1),
            until: at(no + 1, 1),
        }
    }

    fn line(code: &str, rate: &str, price: &str) -> OrderLine {
        OrderLine {
            name: "茶".to_owned(),
            tax_code: code.to_owned(),
            spec: String::new(),
            unit: "套".to_owned(),
            quantity: Decimal::ONE,
            unit_price: price.parse().unwrap(),
            tax_included: true,
            rate: Rate::parse(rate).unwrap(),
            preference: None,
            discount: Fen::ZERO,
        }
    }

    const CUPS: &str = "1080121010000000000";
    const SERVICE: &str = "3040203000000000000";

    /// A sale of October.
    fn sold(lines: Vec<OrderLine>, difference: Option<DifferenceTax>) -> SaleBalance {
        let names = |_: &str| Some(String::new());
        let computed = compute_sale(&lines, difference.as_ref(), &names).unwrap();
        let totals: Totals = sum(&computed.lines);
        let id = "01KAHV00000000000000000000";
        let order = Order {
            id: Id::parse(&format!("ord_{id}")).unwrap(),
            seller: Id::parse(&format!("sel_{id}")).unwrap(),
            store: Id::parse(&format!("sto_{id}")).unwrap(),
            order_no: "A-1".to_owned(),
            sold_at: at(10, 5),
            created_at: at(10, 5),
            source: "api".to_owned(),
            state: OrderState::Open,
            lines,
            totals,
            refunded: Fen::ZERO,
            fingerprint: String::new(),
            remark: String::new(),
            payment: None,
            difference,
            asked: AskedKind::Ordinary,
        };
        SaleBalance {
            counts_at: order.sold_at,
            order,
            moves: Vec::new(),
        }
    }

    fn fen(value: i64) -> Fen {
        Fen::new(value).unwrap()
    }

    /// Something of a rate, in fen: an invoice takes it off what has none.
    fn moved(at: DateTime<Utc>, invoiced: bool, rate: &str, net: i64, tax: i64) -> SaleMove {
        SaleMove {
            at,
            invoiced,
            rate: rate.to_owned(),
            service: false,
            net: fen(net),
            tax: fen(tax),
        }
    }

    /// Net and tax of all rates that a month tells as without an invoice.
    fn told(sale: &SaleBalance, no: u32) -> (i64, i64) {
        let mut seen = sale.clone();
        // As the database gives it: nothing after the period.
        seen.moves.retain(|it| it.at < month(no).until);
        let rows = changed(&seen, &month(no)).unwrap();
        let net: Fen = rows.iter().map(|it| it.blue_net + it.red_net).sum();
        let tax: Fen = rows.iter().map(|it| it.blue_tax + it.red_tax).sum();
        for row in &rows {
            assert_eq!(row.blue_count + row.red_count, 1, "{row:?}");
            assert!(
                row.issued == Issued::None && row.red_net <= Fen::ZERO,
                "{row:?}"
            );
        }
        (net.get(), tax.get())
    }

    /// What October and November tell as without an invoice, and the tax of each month with its invoices.
    #[track_caller]
    fn tells(sale: &SaleBalance, none: [(i64, i64); 2], taxed: [i64; 2]) {
        for (no, none, taxed) in [(10, none[0], taxed[0]), (11, none[1], taxed[1])] {
            let period = month(no);
            assert_eq!(told(sale, no), none, "month {no}");
            let invoiced: Fen = sale
                .moves
                .iter()
                .filter(|it| it.invoiced && period.from <= it.at && it.at < period.until)
                .map(|it| -it.tax)
                .sum();
            assert_eq!(invoiced.get() + none.1, taxed, "tax of month {no}");
        }
    }

    fn cups(moves: Vec<SaleMove>) -> SaleBalance {
        let mut sale = sold(vec![line(CUPS, "0.13", "113.00")], None);
        sale.moves = moves;
        sale
    }

    #[test]
    fn a_sale_is_taxed_once_whenever_its_invoice_comes() {
        // Never invoiced; invoiced at once; invoiced a month later.
        tells(&cups(vec![]), [(10000, 1300), (0, 0)], [1300, 0]);
        let now = moved(at(10, 6), true, "0.13", -10000, -1300);
        tells(&cups(vec![now.clone()]), [(0, 0), (0, 0)], [1300, 0]);
        let later = moved(at(11, 6), true, "0.13", -10000, -1300);
        tells(
            &cups(vec![later]),
            [(10000, 1300), (-10000, -1300)],
            [1300, 0],
        );
        // A fen that rounding left over is no sale.
        let near = moved(at(10, 6), true, "0.13", -10000, -1299);
        tells(&cups(vec![near]), [(0, 0), (0, 0)], [1299, 0]);
    }

    #[test]
    fn what_is_given_back_lowers_the_tax_once() {
        let blue = moved(at(10, 6), true, "0.13", -10000, -1300);
        let back = moved(at(11, 7), false, "0.13", -10000, -1300);
        let red = moved(at(11, 7), true, "0.13", 10000, 1300);
        // Refunded in the next month, with its red letter.
        tells(
            &cups(vec![blue.clone(), back.clone(), red.clone()]),
            [(0, 0); 2],
            [1300, -1300],
        );
        // The red letter takes until the month after.
        tells(
            &cups(vec![blue.clone(), back.clone()]),
            [(0, 0); 2],
            [1300, 0],
        );
        // Part of what never had an invoice is given back; a month later, or at once.
        let part = |at| moved(at, false, "0.13", -5000, -650);
        tells(
            &cups(vec![part(at(11, 2))]),
            [(10000, 1300), (-5000, -650)],
            [1300, -650],
        );
        tells(
            &cups(vec![part(at(10, 8))]),
            [(5000, 650), (0, 0)],
            [650, 0],
        );
        // Invoiced for what was left of it.
        let rest = moved(at(11, 9), true, "0.13", -5000, -650);
        tells(
            &cups(vec![part(at(10, 8)), rest]),
            [(5000, 650), (-5000, -650)],
            [650, 0],
        );
    }

    #[test]
    fn a_wrong_title_and_parts_leave_the_tax_where_the_sale_was() {
        let blue = moved(at(10, 6), true, "0.13", -10000, -1300);
        let red = |at| moved(at, true, "0.13", 10000, 1300);
        let again = moved(at(11, 9), true, "0.13", -10000, -1300);
        // Blue and red in October, anew in November.
        let all = vec![blue.clone(), red(at(10, 9)), again.clone()];
        tells(&cups(all), [(10000, 1300), (-10000, -1300)], [1300, 0]);
        // Red in November: what it takes off is a sale without an invoice until it is issued anew.
        let open = vec![blue.clone(), red(at(11, 3))];
        tells(&cups(open), [(0, 0), (10000, 1300)], [1300, 0]);
        tells(
            &cups(vec![blue, red(at(11, 3)), again]),
            [(0, 0); 2],
            [1300, 0],
        );
        // The first of two parts in October, the second in November.
        let part = |at| moved(at, true, "0.13", -5000, -650);
        let parts = vec![part(at(10, 6)), part(at(11, 6))];
        tells(&cups(parts), [(5000, 650), (-5000, -650)], [1300, 0]);
    }

    #[test]
    fn rates_and_services_are_told_apart_and_difference_tax_is_of_the_difference() {
        let mut sale = sold(
            vec![
                line(CUPS, "0.13", "113.00"),
                line(SERVICE, "0.06", "106.00"),
            ],
            None,
        );
        sale.moves = vec![moved(at(10, 6), true, "0.13", -10000, -1300)];
        let rows = changed(&sale, &month(10)).unwrap();
        assert_eq!(rows.len(), 1, "{rows:?}");
        assert!(rows[0].service && rows[0].blue_tax == fen(600), "{rows:?}");
        let difference = DifferenceTax {
            kind: DifferenceKind::Difference,
            deduction: fen(53000),
        };
        let sale = sold(vec![line(SERVICE, "0.06", "1060.00")], Some(difference));
        tells(&sale, [(103000, 3000), (0, 0)], [3000, 0]);
        // More lines than one invoice takes are a sale all the same.
        let many = vec![line(CUPS, "0.13", "1.13"); 2500];
        tells(&sold(many, None), [(250000, 32500), (0, 0)], [32500, 0]);
    }
}
