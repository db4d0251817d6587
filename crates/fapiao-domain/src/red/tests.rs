use super::*;
use crate::{line::OrderLine, rate::Rate, totals::compute};

fn order_line(tax_code: &str, quantity: i64, price: i64, discount: i64) -> OrderLine {
    OrderLine {
        preference: None,
        name: "某物".to_owned(),
        tax_code: tax_code.to_owned(),
        spec: "大".to_owned(),
        unit: "个".to_owned(),
        quantity: Decimal::from(quantity),
        unit_price: Decimal::new(price, 2),
        tax_included: true,
        rate: Rate::Percent(Decimal::new(13, 2)),
        discount: Fen::raw(discount),
    }
}

const GOODS: &str = "1090511030000000000";
const SERVICE: &str = "3070401000000000000";

fn blue(order: &[OrderLine]) -> Vec<InvoiceLine> {
    compute(order, &|_| Some("简称".to_owned())).unwrap().lines
}

fn quantity(blue_no: u32, quantity: i64) -> RedItem {
    RedItem {
        blue_no,
        extent: RedExtent::Quantity(Decimal::from(quantity)),
    }
}

fn gross(blue_no: u32, fen: i64) -> RedItem {
    RedItem {
        blue_no,
        extent: RedExtent::Gross(Fen::raw(fen)),
    }
}

#[test]
fn discounts_are_folded_and_gifts_left_out() {
    let blue = blue(&[
        order_line(GOODS, 4, 2500, 1000),
        order_line(GOODS, 1, 500, 500),
        order_line(GOODS, 1, 700, 0),
    ]);
    let folded = fold(&blue).unwrap();
    let numbers: Vec<u32> = folded.iter().map(|line| line.no).collect();
    assert_eq!(numbers, [1, 5]);
    assert_eq!(
        (folded[0].amount.get(), folded[0].gross.get()),
        (7965, 9000)
    );
    assert_eq!(folded[0].unit_price, Some("19.9125".parse().unwrap()));
    assert_eq!(fold(&blue[1..2]), Err(RedError::Unpaired(2)));
}

#[test]
fn reasons_keep_their_rules() {
    let goods = blue(&[order_line(GOODS, 2, 1000, 0)]);
    let service = blue(&[order_line(SERVICE, 2, 1000, 0)]);
    let both = blue(&[
        order_line(GOODS, 2, 1000, 0),
        order_line(SERVICE, 2, 1000, 0),
    ]);
    let refused =
        |result: Result<RedPlan, RedError>| matches!(result, Err(RedError::Reason { .. }));
    let part = |lines: &[InvoiceLine], reason| plan_part(lines, &[], reason, &[quantity(1, 1)]);
    assert!(refused(part(&goods, RedReason::Mistake)));
    assert!(refused(part(&service, RedReason::Returned)));
    assert!(refused(part(&goods, RedReason::Ended)));
    assert!(part(&goods, RedReason::Returned).is_ok());
    assert!(part(&service, RedReason::Ended).is_ok());
    assert!(part(&both, RedReason::Returned).is_ok());
    assert!(part(&both, RedReason::Ended).is_ok());
    assert_eq!(
        part(&goods, RedReason::Allowance),
        Err(RedError::NeedsAmount(1))
    );
    let by_amount = plan_part(&goods, &[], RedReason::Returned, &[gross(1, 100)]);
    assert_eq!(by_amount, Err(RedError::NeedsQuantity(1)));
    let taken = part(&goods, RedReason::Returned).unwrap().lines;
    assert!(refused(plan_full(&goods, &taken, RedReason::Mistake)));
    for code in ["01", "02", "03", "04"] {
        assert_eq!(RedReason::from_code(code).map(RedReason::code), Some(code));
    }
}

#[test]
fn a_correction_takes_an_invoice_whole_or_the_rest_of_it_to_the_fen() {
    for (code, fits) in [(GOODS, RedReason::Returned), (SERVICE, RedReason::Ended)] {
        let blue = blue(&[order_line(code, 3, 3333, 0), order_line(code, 1, 1001, 0)]);
        let (reason, whole) = plan_correction(&blue, &[]).unwrap();
        assert_eq!(reason, RedReason::Mistake);
        assert_eq!(whole.totals.total, -sum(&blue).total);
        let part = plan_part(&blue, &[], fits, &[quantity(1, 1)]).unwrap();
        let (reason, rest) = plan_correction(&blue, &part.lines).unwrap();
        assert_eq!(reason, fits, "01 takes an invoice whole only");
        assert!(rest.completes);
        assert_eq!(rest.totals.tax + part.totals.tax, -sum(&blue).tax);
        assert_eq!(rest.totals.total + part.totals.total, -sum(&blue).total);
        let mut all = part.lines;
        all.extend(rest.lines);
        assert_eq!(plan_correction(&blue, &all), Err(RedError::NothingLeft));
    }
}

#[test]
fn no_more_is_taken_than_there_was() {
    let blue = blue(&[order_line(GOODS, 2, 1000, 0)]);
    let part =
        |taken: &[RedLine], items: &[RedItem]| plan_part(&blue, taken, RedReason::Returned, items);
    assert_eq!(
        part(&[], &[quantity(1, 3)]),
        Err(RedError::TooMuch {
            blue_no: 1,
            asked: Decimal::from(3),
            left: Decimal::from(2)
        })
    );
    assert_eq!(part(&[], &[quantity(2, 1)]), Err(RedError::UnknownLine(2)));
    assert_eq!(part(&[], &[quantity(1, 0)]), Err(RedError::NotPositive(1)));
    assert_eq!(
        part(&[], &[quantity(1, 1), quantity(1, 1)]),
        Err(RedError::Repeated(1))
    );
    assert_eq!(part(&[], &[]), Err(RedError::NothingLeft));
    let all = plan_full(&blue, &[], RedReason::Mistake).unwrap().lines;
    assert_eq!(part(&all, &[quantity(1, 1)]), Err(RedError::NothingLeft));
    assert_eq!(
        plan_full(&blue, &all, RedReason::Returned),
        Err(RedError::NothingLeft)
    );
    let twice = [all.clone(), all].concat();
    assert_eq!(remaining(&blue, &twice), Err(RedError::Overdrawn(1)));
}

#[test]
fn after_an_allowance_the_rest_has_a_price_of_its_own() {
    let blue = blue(&[order_line(GOODS, 2, 11_300, 0)]);
    let allowance = plan_part(&blue, &[], RedReason::Allowance, &[gross(1, 2_260)]).unwrap();
    assert_eq!(allowance.totals.total, Fen::raw(-2_260));
    assert!(!allowance.completes);
    let rest = remaining(&blue, &allowance.lines).unwrap().remove(0);
    assert_eq!(rest.quantity, Some(Decimal::from(2)));
    assert_eq!(rest.unit_price, Some(Decimal::from(90)));
    let returned = plan_part(
        &blue,
        &allowance.lines,
        RedReason::Returned,
        &[quantity(1, 1)],
    )
    .unwrap();
    assert_eq!(
        (returned.totals.amount.get(), returned.totals.tax.get()),
        (-9_000, -1_170)
    );
    // An allowance over everything leaves nothing, whatever quantity remains on paper.
    let everything = plan_full(&blue, &[], RedReason::Allowance).unwrap();
    assert_eq!(everything.lines[0].line.quantity, None);
    assert!(everything.completes);
    assert_eq!(
        plan_full(&blue, &everything.lines, RedReason::Returned),
        Err(RedError::NothingLeft)
    );
}

#[test]
fn many_small_returns_do_not_drift() {
    // 0.14 with tax is 0.1239 net: every piece rounded alone would use up the tax before the end.
    let blue = blue(&[order_line(GOODS, 100, 14, 0)]);
    let mut taken = Vec::new();
    for place in 1..=100 {
        let plan = plan_part(&blue, &taken, RedReason::Returned, &[quantity(1, 1)]).unwrap();
        assert_eq!(plan.totals.total, Fen::raw(-14), "piece {place}");
        taken.extend(plan.lines);
    }
    let rest = remaining(&blue, &taken).unwrap().remove(0);
    assert_eq!(
        (rest.amount, rest.tax, rest.quantity),
        (Fen::ZERO, Fen::ZERO, Some(Decimal::ZERO))
    );
}

#[test]
fn the_quota_comes_back_in_the_same_month_only() {
    let day = |text: &str| text.parse::<NaiveDate>().unwrap();
    assert!(RedReason::Returned.returns_quota(day("2026-03-01"), day("2026-03-31")));
    assert!(!RedReason::Returned.returns_quota(day("2026-03-31"), day("2026-04-01")));
    assert!(!RedReason::Mistake.returns_quota(day("2026-03-01"), day("2027-03-01")));
    assert!(!RedReason::Allowance.returns_quota(day("2026-03-01"), day("2026-03-01")));
}
