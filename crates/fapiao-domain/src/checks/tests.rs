use super::*;
use crate::{line::OrderLine, rate::Rate, totals::compute};
use rust_decimal::Decimal;

/// A plain line and a discounted one.
fn sound() -> Vec<InvoiceLine> {
    let line = OrderLine {
        preference: None,
        name: "打印机".to_owned(),
        tax_code: "1090511030000000000".to_owned(),
        spec: "A4".to_owned(),
        unit: "台".to_owned(),
        quantity: Decimal::from(2),
        unit_price: Decimal::new(11_300, 2),
        tax_included: true,
        rate: Rate::Percent(Decimal::new(13, 2)),
        discount: Fen::ZERO,
    };
    let discounted = OrderLine {
        discount: Fen::raw(1130),
        ..line.clone()
    };
    compute(&[line, discounted], &|_| Some("打印设备".to_owned()))
        .unwrap()
        .lines
}

fn codes(result: Result<(), Vec<CheckError>>) -> Vec<(Option<usize>, &'static str)> {
    result
        .err()
        .unwrap_or_default()
        .into_iter()
        .map(|it| (it.line, it.code))
        .collect()
}

#[test]
fn every_change_to_a_blue_invoice_is_noticed() {
    type Change = fn(&mut Vec<InvoiceLine>);
    type Fault = (Option<usize>, &'static str);
    let changes: [(Change, &[Fault]); 15] = [
        (|_| {}, &[]),
        (|it| it[2].no = 4, &[(Some(3), "E_SEQ")]),
        (|it| it[0].unit_price = None, &[(Some(1), "E_QTY_PAIR")]),
        (|it| it[0].quantity = None, &[(Some(1), "E_QTY_PAIR")]),
        (
            |it| it[0].quantity = Some(Decimal::from(3)),
            &[(Some(1), "E_QTY")],
        ),
        (
            |it| it[0].unit_price = Some("100.0000000000000000000000001".parse().unwrap()),
            &[(Some(1), "E_SIZE")],
        ),
        (|it| it[0].gross = Fen::raw(22_601), &[(Some(1), "E_TOTAL")]),
        (
            |it| {
                (it[0].quantity, it[0].unit_price) =
                    (Some(Decimal::from(-2)), Some(Decimal::from(-100)))
            },
            &[(Some(1), "E_NONPOSITIVE")],
        ),
        (
            |it| it[2].spec = "A4".to_owned(),
            &[(Some(3), "E_DISC_FIELDS")],
        ),
        (
            |it| it[2].name = "墨盒".to_owned(),
            &[(Some(3), "E_DISC_MATCH")],
        ),
        (
            |it| it[2].kind = LineKind::Normal,
            &[(Some(2), "E_DISC_MISSING"), (Some(3), "E_NONPOSITIVE")],
        ),
        (
            |it| it[1].kind = LineKind::Normal,
            &[(Some(3), "E_DISC_ORDER")],
        ),
        (
            |it| {
                (it[2].amount, it[2].tax, it[2].gross) =
                    (Fen::raw(1000), Fen::raw(130), Fen::raw(1130))
            },
            &[(Some(3), "E_DISC_SIGN")],
        ),
        (
            |it| {
                (it[2].amount, it[2].tax, it[2].gross) =
                    (Fen::raw(-20_100), Fen::raw(-2613), Fen::raw(-22_713))
            },
            &[(Some(3), "E_DISC_LARGE")],
        ),
        (Vec::clear, &[(None, "E_NO_LINES"), (None, "E_NONPOSITIVE")]),
    ];
    for (at, (change, want)) in changes.into_iter().enumerate() {
        let mut lines = sound();
        change(&mut lines);
        assert_eq!(codes(check_blue(&lines, &sum(&lines))), want, "change {at}");
    }
}

#[test]
fn totals_are_held_against_the_lines() {
    let lines = sound();
    let with = |change: fn(&mut Totals)| {
        let mut totals = sum(&lines);
        change(&mut totals);
        codes(check_blue(&lines, &totals))
    };
    assert_eq!(
        with(|it| {
            it.amount += Fen::raw(1);
            it.total += Fen::raw(1);
        }),
        [(None, "E_SUM_AMOUNT")]
    );
    assert_eq!(
        with(|it| {
            it.tax += Fen::raw(1);
            it.total += Fen::raw(1);
        }),
        [(None, "E_TOTAL")]
    );
}

#[test]
fn exempt_lines_have_no_tax_at_all() {
    let mut lines = sound();
    lines.truncate(1);
    lines[0].rate = Rate::Exempt;
    (lines[0].amount, lines[0].tax) = (Fen::raw(22_599), Fen::raw(1));
    lines[0].unit_price = Some("112.995".parse().unwrap());
    assert_eq!(
        codes(check_blue(&lines, &sum(&lines))),
        [(Some(1), "E_LINE_TAX")]
    );
}

#[test]
fn a_red_invoice_has_the_other_signs() {
    let negative = |line: InvoiceLine| InvoiceLine {
        quantity: line.quantity.map(|it| -it),
        amount: -line.amount,
        tax: -line.tax,
        gross: -line.gross,
        ..line
    };
    let blue = sound();
    let red = [negative(blue[0].clone())];
    assert_eq!(codes(check_red(&red, &sum(&red))), []);
    assert_eq!(
        codes(check_red(&blue[..1], &sum(&blue[..1]))),
        [(Some(1), "E_RED_SIGN"), (None, "E_RED_SIGN")]
    );
    let unfolded = [InvoiceLine {
        kind: LineKind::Discounted,
        ..red[0].clone()
    }];
    assert_eq!(
        codes(check_red(&unfolded, &sum(&unfolded))),
        [(Some(1), "E_RED_KIND")]
    );
}

#[test]
fn difference_tax_has_its_own_tolerance_and_only_one_line() {
    let line = InvoiceLine {
        rate: Rate::Percent(Decimal::new(5, 2)),
        quantity: None,
        unit_price: None,
        amount: Fen::raw(10_400_000),
        tax: Fen::raw(100_000),
        gross: Fen::raw(10_500_000),
        ..sound().remove(0)
    };
    let deduction = Fen::raw(8_400_000);
    let off = |line: &InvoiceLine, fen: i64| {
        [InvoiceLine {
            tax: line.tax + Fen::raw(fen),
            amount: line.amount - Fen::raw(fen),
            ..line.clone()
        }]
    };
    let blue = |fen| {
        let lines = off(&line, fen);
        codes(check_blue_difference(&lines, &sum(&lines), deduction))
    };
    assert_eq!((blue(0), blue(6)), (vec![], vec![]));
    assert_eq!(blue(7), [(Some(1), "E_LINE_TAX")]);
    let negative = InvoiceLine {
        amount: -line.amount,
        tax: -line.tax,
        gross: -line.gross,
        ..line.clone()
    };
    let red = |fen| {
        let lines = off(&negative, fen);
        codes(check_red_difference(&lines, &sum(&lines), deduction))
    };
    assert_eq!((red(0), red(127)), (vec![], vec![]));
    assert_eq!(red(128), [(Some(1), "E_LINE_TAX")]);
    let two = [
        line.clone(),
        InvoiceLine {
            no: 2,
            ..line.clone()
        },
    ];
    assert_eq!(
        codes(check_blue_difference(&two, &sum(&two), deduction)),
        [(None, "E_DIFFERENCE")]
    );
    // Without the deduction it would not pass.
    assert_eq!(
        codes(check_blue(
            std::slice::from_ref(&line),
            &sum(std::slice::from_ref(&line))
        )),
        [(Some(1), "E_LINE_TAX"), (None, "E_TOTAL_TAX")]
    );
}
