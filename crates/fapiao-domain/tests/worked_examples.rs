//! Worked examples of invoice arithmetic, 1 to 49, as tables: input as a shop would state it, amounts as an
//! accountant would expect them.
#![expect(
    clippy::unwrap_used,
    reason = "what prepares a test stops at the first surprise"
)]

use fapiao_domain::{
    checks::{CheckError, check_blue, check_red},
    difference::{DifferenceMode, compute_difference},
    discount::allocate,
    exact::{quotient, within_one_fen},
    line::{InvoiceLine, LineKind, OrderLine},
    money::Fen,
    rate::Rate,
    red::{RedExtent, RedItem, RedPlan, RedReason, plan_full, plan_part},
    split::{SplitLimits, split},
    totals::{Computed, LineError, Totals, compute, sum},
};
use rust_decimal::Decimal;

const GOODS: &str = "1090511030000000000";
const SERVICE: &str = "3070401000000000000";
const PREPAID_CARD: &str = "6010000000000000000";

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn yuan(text: &str) -> Fen {
    Fen::parse_yuan(text).unwrap()
}

fn line(quantity: &str, price: &str, tax_included: bool, rate: &str) -> OrderLine {
    OrderLine {
        preference: None,
        name: "商品".to_owned(),
        tax_code: GOODS.to_owned(),
        spec: "A4".to_owned(),
        unit: "件".to_owned(),
        quantity: decimal(quantity),
        unit_price: decimal(price),
        tax_included,
        rate: Rate::parse(rate).unwrap(),
        discount: Fen::ZERO,
    }
}

fn gross(price: &str, rate: &str) -> OrderLine {
    line("1", price, true, rate)
}

fn net(price: &str, rate: &str) -> OrderLine {
    line("1", price, false, rate)
}

fn discounted(line: OrderLine, discount: &str) -> OrderLine {
    OrderLine {
        discount: yuan(discount),
        ..line
    }
}

fn run(lines: &[OrderLine]) -> Result<Computed, Vec<LineError>> {
    compute(lines, &|_| Some("简称".to_owned()))
}

fn amounts(lines: &[InvoiceLine]) -> Vec<String> {
    lines
        .iter()
        .map(|line| format!("{}/{}", line.amount, line.tax))
        .collect()
}

fn totals(totals: &Totals) -> String {
    format!("{} / {} / {}", totals.amount, totals.tax, totals.total)
}

/// Lines as `je/se`, totals as `hjje / hjse / jshj`.
fn expect(example: u32, lines: &[OrderLine], want_lines: &[&str], want_totals: &str) {
    let computed = run(lines).unwrap_or_else(|errors| panic!("example {example}: {errors:?}"));
    assert_eq!(amounts(&computed.lines), want_lines, "example {example}");
    assert_eq!(totals(&computed.totals), want_totals, "example {example}");
    assert_eq!(
        check_blue(&computed.lines, &computed.totals),
        Ok(()),
        "example {example}"
    );
    for line in &computed.lines {
        assert_eq!(line.amount + line.tax, line.gross, "example {example}");
    }
}

#[test]
fn examples_1_to_18_20_and_49_single_lines() {
    for (example, order, want, want_totals) in [
        (
            1,
            gross("113.00", "0.13"),
            "100.00/13.00",
            "100.00 / 13.00 / 113.00",
        ),
        (
            2,
            gross("100.00", "0.13"),
            "88.50/11.50",
            "88.50 / 11.50 / 100.00",
        ),
        (
            3,
            gross("99.00", "0.06"),
            "93.40/5.60",
            "93.40 / 5.60 / 99.00",
        ),
        (4, gross("1.00", "0.13"), "0.88/0.12", "0.88 / 0.12 / 1.00"),
        (5, gross("0.01", "0.13"), "0.01/0.00", "0.01 / 0.00 / 0.01"),
        (6, gross("0.04", "0.13"), "0.04/0.00", "0.04 / 0.00 / 0.04"),
        (
            7,
            gross("526.00", "0.03"),
            "510.68/15.32",
            "510.68 / 15.32 / 526.00",
        ),
        (
            8,
            gross("159.00", "0.17"),
            "135.90/23.10",
            "135.90 / 23.10 / 159.00",
        ),
        (
            9,
            gross("116.00", "0.16"),
            "100.00/16.00",
            "100.00 / 16.00 / 116.00",
        ),
        (
            10,
            gross("88.80", "0.11"),
            "80.00/8.80",
            "80.00 / 8.80 / 88.80",
        ),
        (
            11,
            gross("66.00", "0.10"),
            "60.00/6.00",
            "60.00 / 6.00 / 66.00",
        ),
        (
            12,
            gross("1010.00", "0.01"),
            "1000.00/10.00",
            "1000.00 / 10.00 / 1010.00",
        ),
        (
            13,
            gross("114.68", "0.01"),
            "113.54/1.14",
            "113.54 / 1.14 / 114.68",
        ),
        (
            14,
            gross("218.00", "0.09"),
            "200.00/18.00",
            "200.00 / 18.00 / 218.00",
        ),
        (
            15,
            gross("105.00", "0.05"),
            "100.00/5.00",
            "100.00 / 5.00 / 105.00",
        ),
        (
            16,
            net("200.00", "0.01"),
            "200.00/2.00",
            "200.00 / 2.00 / 202.00",
        ),
        (17, net("0.50", "0.01"), "0.50/0.01", "0.50 / 0.01 / 0.51"),
        (
            18,
            net("12.50", "0.09"),
            "12.50/1.13",
            "12.50 / 1.13 / 13.63",
        ),
        (
            20,
            net("99999999.99", "0.13"),
            "99999999.99/13000000.00",
            "99999999.99 / 13000000.00 / 112999999.99",
        ),
        (
            49,
            net("1234.56", "0.13"),
            "1234.56/160.49",
            "1234.56 / 160.49 / 1395.05",
        ),
    ] {
        expect(example, &[order], &[want], want_totals);
    }
}

#[test]
fn example_19_a_tie_below_zero_rounds_away_from_zero() {
    let rate = Rate::parse("0.09").unwrap();
    assert_eq!(rate.tax_on_net(yuan("-12.50")), yuan("-1.13"));
    let blue = run(&[net("12.50", "0.09")]).unwrap();
    let red = plan_full(&blue.lines, &[], RedReason::Mistake).unwrap();
    assert_eq!(totals(&red.totals), "-12.50 / -1.13 / -13.63");
}

#[test]
fn examples_21_to_24_quantities_and_derived_prices() {
    let computed = run(&[line("3", "33.33", true, "0.13")]).unwrap();
    assert_eq!(amounts(&computed.lines), ["88.49/11.50"]);
    assert_eq!(computed.lines[0].gross, yuan("99.99"));
    assert_eq!(
        quotient(computed.lines[0].amount, decimal("3"), 8),
        Some(decimal("29.49666667"))
    );
    assert_eq!(
        decimal("29.49666667") * decimal("3"),
        decimal("88.49000001")
    );

    // The total drives: a price of 8 decimals still comes to it.
    let computed = run(&[line("7", "142.85714286", true, "0.01")]).unwrap();
    assert_eq!(amounts(&computed.lines), ["990.10/9.90"]);
    assert_eq!(
        computed.lines[0].unit_price,
        Some(decimal("141.4428571428571"))
    );
    assert_eq!(
        quotient(yuan("1000.00"), decimal("7"), 13),
        Some(decimal("142.8571428571429"))
    );

    let quantity = quotient(yuan("1000.00"), decimal("16.80"), 13).unwrap();
    assert_eq!(quantity, decimal("59.5238095238095"));
    let rate = Rate::parse("0.09").unwrap();
    let amount = yuan("1000.00") - rate.tax_in_gross(yuan("1000.00"));
    assert_eq!(
        (amount, rate.tax_in_gross(yuan("1000.00"))),
        (yuan("917.43"), yuan("82.57"))
    );
    assert_eq!(quotient(amount, quantity, 8), Some(decimal("15.41282400")));

    let (quantity, amount) = (decimal("7000000"), yuan("1000000.00"));
    let (short, long) = (
        quotient(amount, quantity, 8).unwrap(),
        quotient(amount, quantity, 13).unwrap(),
    );
    assert_eq!(
        (short, long),
        (decimal("0.14285714"), decimal("0.1428571428571"))
    );
    assert!(!within_one_fen(quantity, short, amount));
    assert!(within_one_fen(quantity, long, amount));
}

#[test]
fn examples_25_26_34_35_and_48_sums_and_untaxed_lines() {
    let one = || gross("1.00", "0.13");
    expect(
        25,
        &[one(), one(), one()],
        &["0.88/0.12"; 3],
        "2.64 / 0.36 / 3.00",
    );
    expect(
        25,
        &[gross("3.00", "0.13")],
        &["2.65/0.35"],
        "2.65 / 0.35 / 3.00",
    );
    expect(
        26,
        &[
            gross("113.00", "0.13"),
            gross("106.00", "0.06"),
            gross("50.00", "exempt"),
        ],
        &["100.00/13.00", "100.00/6.00", "50.00/0.00"],
        "250.00 / 19.00 / 269.00",
    );
    expect(
        34,
        &[gross("32263.98", "exempt")],
        &["32263.98/0.00"],
        "32263.98 / 0.00 / 32263.98",
    );
    let card = OrderLine {
        tax_code: PREPAID_CARD.to_owned(),
        ..gross("500.00", "not_taxed")
    };
    expect(35, &[card], &["500.00/0.00"], "500.00 / 0.00 / 500.00");
    let four = ["1.01", "2.02", "3.03", "4.04"].map(|price| gross(price, "0.13"));
    expect(
        48,
        &four,
        &["0.89/0.12", "1.79/0.23", "2.68/0.35", "3.58/0.46"],
        "8.94 / 1.16 / 10.10",
    );
}

#[test]
fn examples_27_and_28_discount_lines() {
    let order = discounted(gross("100.00", "0.13"), "10.00");
    expect(
        27,
        std::slice::from_ref(&order),
        &["88.50/11.50", "-8.85/-1.15"],
        "79.65 / 10.35 / 90.00",
    );
    let lines = run(&[order]).unwrap().lines;
    assert_eq!(lines[0].kind, LineKind::Discounted);
    assert_eq!(lines[1].kind, LineKind::Discount);
    assert_eq!((lines[1].quantity, lines[1].unit_price), (None, None));
    assert_eq!((lines[1].spec.as_str(), lines[1].unit.as_str()), ("", ""));

    let errors = run(&[discounted(gross("100.00", "0.13"), "100.00")]).unwrap_err();
    assert_eq!((errors[0].line, errors[0].code), (None, "E_NONPOSITIVE"));
    // As a gift beside a paid line it is allowed.
    let gift = [
        gross("1.00", "0.13"),
        discounted(gross("100.00", "0.13"), "100.00"),
    ];
    expect(
        28,
        &gift,
        &["0.88/0.12", "88.50/11.50", "-88.50/-11.50"],
        "0.88 / 0.12 / 1.00",
    );
}

#[test]
fn examples_29_and_30_order_of_discount_lines() {
    let pair = run(&[discounted(gross("100.00", "0.13"), "10.00")])
        .unwrap()
        .lines;
    let plain = run(&[gross("1.00", "0.13")]).unwrap().lines;
    let judge = |mut lines: Vec<InvoiceLine>| {
        for (index, line) in lines.iter_mut().enumerate() {
            line.no = index as u32 + 1;
        }
        codes(check_blue(&lines, &sum(&lines)))
    };
    let swapped = vec![pair[1].clone(), pair[0].clone()];
    assert_eq!(judge(swapped), ["E_DISC_ORDER@1", "E_DISC_MISSING@2"]);
    let torn = vec![pair[0].clone(), plain[0].clone(), pair[1].clone()];
    assert_eq!(judge(torn), ["E_DISC_MISSING@1", "E_DISC_ORDER@3"]);
}

#[test]
fn examples_31_to_33_a_discount_over_the_whole_order() {
    let order = |prices: &[(&str, &str)], coupon: &str| -> Vec<OrderLine> {
        let amounts: Vec<Fen> = prices.iter().map(|(price, _)| yuan(price)).collect();
        let shares = allocate(yuan(coupon), &amounts).unwrap();
        prices
            .iter()
            .zip(shares)
            .map(|((price, rate), share)| OrderLine {
                discount: share,
                ..gross(price, rate)
            })
            .collect()
    };
    let shares = |lines: &[OrderLine]| -> Vec<String> {
        lines.iter().map(|line| line.discount.to_string()).collect()
    };
    let lines = order(
        &[("59.90", "0.13"), ("39.90", "0.13"), ("100.20", "0.13")],
        "20.00",
    );
    assert_eq!(shares(&lines), ["5.99", "3.99", "10.02"]);
    expect(
        31,
        &lines,
        &[
            "53.01/6.89",
            "-5.30/-0.69",
            "35.31/4.59",
            "-3.53/-0.46",
            "88.67/11.53",
            "-8.87/-1.15",
        ],
        "159.29 / 20.71 / 180.00",
    );
    let lines = order(&[("113.00", "0.13"), ("106.00", "0.06")], "21.90");
    assert_eq!(shares(&lines), ["11.30", "10.60"]);
    expect(
        32,
        &lines,
        &[
            "100.00/13.00",
            "-10.00/-1.30",
            "100.00/6.00",
            "-10.00/-0.60",
        ],
        "180.00 / 17.10 / 197.10",
    );
    let lines = order(
        &[("33.33", "0.13"), ("33.33", "0.13"), ("33.34", "0.13")],
        "1.00",
    );
    assert_eq!(shares(&lines), ["0.33", "0.33", "0.34"]);
}

#[test]
fn examples_36_to_39_difference_tax_and_relief() {
    for (example, price, deduction, rate, mode, want) in [
        (
            36,
            "105000.00",
            "84000.00",
            "0.05",
            DifferenceMode::Reduced,
            "104000.00 / 1000.00 / 105000.00",
        ),
        (
            37,
            "105000.00",
            "84000.00",
            "0.05",
            DifferenceMode::Whole,
            "100000.00 / 5000.00 / 105000.00",
        ),
        (
            38,
            "1060.00",
            "530.00",
            "0.06",
            DifferenceMode::Reduced,
            "1030.00 / 30.00 / 1060.00",
        ),
    ] {
        let order = OrderLine {
            tax_code: SERVICE.to_owned(),
            ..gross(price, rate)
        };
        let computed =
            compute_difference(&order, yuan(deduction), mode, &|_| Some("简称".to_owned()))
                .unwrap();
        assert_eq!(totals(&computed.totals), want, "example {example}");
    }
    expect(
        39,
        &[gross("10500.00", "0.015")],
        &["10350.00/150.00"],
        "10350.00 / 150.00 / 10500.00",
    );
    // The same lease stated without its tax.
    expect(
        39,
        &[net("10350.00", "0.015")],
        &["10350.00/150.00"],
        "10350.00 / 150.00 / 10500.00",
    );
}

/// Lines of 100.00 at 13% whose tax is off by `surplus` fen.
fn off_by(surplus: i64, count: u32) -> (Vec<InvoiceLine>, Totals) {
    let model = run(&[net("100.00", "0.13")]).unwrap().lines.remove(0);
    let lines: Vec<InvoiceLine> = (1..=count)
        .map(|no| InvoiceLine {
            no,
            tax: model.tax + Fen::new(surplus).unwrap(),
            gross: model.gross + Fen::new(surplus).unwrap(),
            ..model.clone()
        })
        .collect();
    let totals = sum(&lines);
    (lines, totals)
}

fn codes(result: Result<(), Vec<CheckError>>) -> Vec<String> {
    let errors = result.err().unwrap_or_default();
    errors
        .into_iter()
        .map(|error| match error.line {
            Some(no) => format!("{}@{no}", error.code),
            None => error.code.to_owned(),
        })
        .collect()
}

#[test]
fn examples_40_to_43_tolerances() {
    let judge = |(lines, totals): (Vec<InvoiceLine>, Totals)| codes(check_blue(&lines, &totals));
    assert_eq!(judge(off_by(6, 1)), [""; 0]);
    assert_eq!(judge(off_by(-6, 1)), [""; 0]);
    assert_eq!(judge(off_by(7, 1)), ["E_LINE_TAX@1"]);
    assert_eq!(judge(off_by(6, 21)), [""; 0]);
    assert_eq!(judge(off_by(6, 22)), ["E_TOTAL_TAX"]);

    let priced = |amount: &str| {
        let mut line = run(&[net(amount, "0.13")]).unwrap().lines.remove(0);
        line.quantity = Some(decimal("3"));
        line.unit_price = Some(decimal("33.33"));
        let totals = sum(std::slice::from_ref(&line));
        codes(check_blue(&[line], &totals))
    };
    assert_eq!(priced("100.00"), [""; 0]);
    assert_eq!(priced("100.01"), ["E_QTY@1"]);

    let (lines, mut totals) = off_by(0, 1);
    totals.total = yuan("113.01");
    assert_eq!(codes(check_blue(&lines, &totals)), ["E_TOTAL"]);
}

fn red_rows(plan: &RedPlan) -> Vec<String> {
    plan.lines
        .iter()
        .map(|it| format!("{}/{}", it.line.amount, it.line.tax))
        .collect()
}

#[test]
fn example_44_a_full_red_folds_the_discount() {
    let blue = run(&[discounted(gross("100.00", "0.13"), "10.00")])
        .unwrap()
        .lines;
    let plan = plan_full(&blue, &[], RedReason::Returned).unwrap();
    assert_eq!(red_rows(&plan), ["-79.65/-10.35"]);
    let line = &plan.lines[0].line;
    assert_eq!(
        (line.quantity, line.unit_price),
        (Some(decimal("-1")), Some(decimal("79.65")))
    );
    assert_eq!(line.kind, LineKind::Normal);
    assert_eq!(totals(&plan.totals), "-79.65 / -10.35 / -90.00");
    assert!(plan.completes);
}

#[test]
fn example_45_returned_piece_by_piece() {
    let blue = run(&[line("3", "33.33", true, "0.13")]).unwrap().lines;
    let mut taken = Vec::new();
    for want in ["-29.50/-3.83", "-29.50/-3.83", "-29.49/-3.84"] {
        let item = RedItem {
            blue_no: 1,
            extent: RedExtent::Quantity(decimal("1")),
        };
        let plan = plan_part(&blue, &taken, RedReason::Returned, &[item]).unwrap();
        assert_eq!(red_rows(&plan), [want]);
        assert_eq!(plan.totals.total, yuan("-33.33"));
        assert_eq!(plan.lines[0].line.unit_price, blue[0].unit_price);
        taken.extend(plan.lines);
        assert_eq!(plan.completes, taken.len() == 3);
    }
    let lines: Vec<InvoiceLine> = taken.into_iter().map(|red| red.line).collect();
    assert_eq!(totals(&sum(&lines)), "-88.49 / -11.50 / -99.99");
}

#[test]
fn example_46_an_allowance_has_no_quantity() {
    let blue = run(&[gross("100.00", "0.13")]).unwrap().lines;
    let item = RedItem {
        blue_no: 1,
        extent: RedExtent::Gross(yuan("20.00")),
    };
    let plan = plan_part(&blue, &[], RedReason::Allowance, &[item]).unwrap();
    assert_eq!(red_rows(&plan), ["-17.70/-2.30"]);
    assert_eq!(
        (plan.lines[0].line.quantity, plan.lines[0].line.unit_price),
        (None, None)
    );
    let lines: Vec<InvoiceLine> = plan.lines.into_iter().map(|red| red.line).collect();
    assert_eq!(check_red(&lines, &plan.totals), Ok(()));
}

#[test]
fn example_47_split_by_the_limit_of_one_invoice() {
    let computed = run(&[net("250000.00", "0.13")]).unwrap();
    let limits = SplitLimits {
        net: Some(yuan("99999.99")),
        ..SplitLimits::default()
    };
    let pieces = split(&computed.lines, &limits).unwrap();
    let got: Vec<String> = pieces.iter().map(|piece| totals(&piece.totals)).collect();
    assert_eq!(
        got,
        [
            "99999.99 / 13000.00 / 112999.99",
            "99999.99 / 13000.00 / 112999.99",
            "50000.02 / 6500.00 / 56500.02"
        ]
    );
}
