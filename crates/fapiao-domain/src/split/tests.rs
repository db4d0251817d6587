use super::*;
use crate::{line::OrderLine, rate::Rate, totals::compute};

fn order_line(quantity: &str, price: i64, discount: i64) -> OrderLine {
    OrderLine {
        name: "某物".to_owned(),
        tax_code: "1090511030000000000".to_owned(),
        spec: String::new(),
        unit: "个".to_owned(),
        quantity: quantity.parse().unwrap(),
        unit_price: Decimal::new(price, 2),
        tax_included: true,
        rate: Rate::Percent(Decimal::new(13, 2)),
        discount: Fen::raw(discount),
    }
}

fn lines(order: &[OrderLine]) -> Vec<InvoiceLine> {
    compute(order, &|_| Some("简称".to_owned())).unwrap().lines
}

fn shown(pieces: &[Computed]) -> Vec<Vec<String>> {
    let line = |line: &InvoiceLine| {
        let quantity = line.quantity.map(|it| it.to_string()).unwrap_or_default();
        format!("{quantity}:{}", line.gross)
    };
    pieces
        .iter()
        .map(|piece| piece.lines.iter().map(line).collect())
        .collect()
}

fn by_net(yuan: i64) -> SplitLimits {
    SplitLimits {
        net: Some(Fen::raw(yuan * 100)),
        ..SplitLimits::default()
    }
}

#[test]
fn an_order_within_the_limits_stays_one_piece() {
    let lines = lines(&[order_line("2", 1000, 100), order_line("1", 500, 0)]);
    let pieces = split(&lines, &by_net(1000)).unwrap();
    assert_eq!(pieces.len(), 1);
    assert_eq!(pieces[0].lines, lines);
}

#[test]
fn counted_things_are_cut_between_things() {
    let lines = lines(&[order_line("7", 11_300, 0), order_line("1", 5_650, 0)]);
    assert_eq!(
        shown(&split(&lines, &by_net(300)).unwrap()),
        [
            vec!["3:339.00"],
            vec!["3:339.00"],
            vec!["1:113.00", "1:56.50"]
        ]
    );
}

#[test]
fn weighed_things_are_cut_by_amount() {
    let lines = lines(&[order_line("2.5", 11_300, 0)]);
    let pieces = split(&lines, &by_net(200)).unwrap();
    assert_eq!(shown(&pieces), [vec!["2:226.00"], vec!["0.5:56.50"]]);
    assert_eq!(pieces[0].totals.amount, Fen::raw(20_000));
}

#[test]
fn one_thing_beyond_the_limit_is_cut_on_an_invoice_of_its_own() {
    let lines = lines(&[order_line("1", 1_130, 0), order_line("1", 22_600, 0)]);
    let pieces = split(&lines, &by_net(150)).unwrap();
    assert_eq!(
        shown(&pieces),
        [vec!["1:11.30"], vec!["0.75:169.50"], vec!["0.25:56.50"]]
    );
}

#[test]
fn a_discount_stays_with_its_line() {
    let order = lines(&[order_line("10", 11_300, 11_300)]);
    let pieces = split(&order, &by_net(500)).unwrap();
    assert_eq!(
        shown(&pieces),
        [vec!["5:565.00", ":-56.50"], vec!["5:565.00", ":-56.50"],]
    );
    let order = lines(&[order_line("1", 100, 0), order_line("1", 100, 10)]);
    let rows = SplitLimits {
        lines: 2,
        ..SplitLimits::default()
    };
    assert_eq!(
        shown(&split(&order, &rows).unwrap()),
        [vec!["1:1.00"], vec!["1:1.00", ":-0.10"]]
    );
}

#[test]
fn gifts_never_make_an_invoice_alone() {
    let paid = order_line("1", 100, 0);
    let gift = order_line("1", 300, 300);
    let order = lines(&[paid.clone(), paid.clone(), gift.clone()]);
    let limits = SplitLimits {
        lines: 3,
        ..SplitLimits::default()
    };
    assert_eq!(
        shown(&split(&order, &limits).unwrap()),
        [vec!["1:1.00"], vec!["1:1.00", "1:3.00", ":-3.00"]]
    );
    let order = lines(&[paid, gift.clone(), gift]);
    assert_eq!(split(&order, &limits), Err(SplitError::GiftsAlone));
}

#[test]
fn limits_without_room_are_refused() {
    let order = lines(&[order_line("1", 100, 0)]);
    assert_eq!(split(&[], &SplitLimits::default()), Err(SplitError::Empty));
    assert_eq!(split(&order, &by_net(0)), Err(SplitError::NoRoom));
    assert_eq!(
        split(
            &order,
            &SplitLimits {
                lines: 1,
                ..SplitLimits::default()
            }
        ),
        Err(SplitError::NoRoom)
    );
}

/// Many cuts through a line with a discount of a few fen, where every fen of tax has to go somewhere.
#[test]
fn a_tiny_discount_survives_many_cuts() {
    for (percent, quantity, price, discount) in [(13, "6", 736, 4), (17, "1", 5_000, 5)] {
        let order = OrderLine {
            rate: Rate::Percent(Decimal::new(percent, 2)),
            tax_included: false,
            ..order_line(quantity, price, discount)
        };
        let whole = lines(&[order]);
        let pieces = split(&whole, &by_net(3)).unwrap();
        let gathered: Vec<InvoiceLine> = pieces
            .iter()
            .flat_map(|piece| piece.lines.clone())
            .collect();
        assert_eq!(sum(&gathered), sum(&whole), "{percent}%");
        assert!(
            pieces
                .iter()
                .all(|piece| piece.totals.amount <= Fen::raw(300))
        );
        let counted: Decimal = gathered.iter().filter_map(|line| line.quantity).sum();
        assert_eq!(Some(counted), whole[0].quantity, "{percent}%");
    }
}

#[test]
fn an_order_of_a_billion_is_not_cut_into_millions_of_pieces_to_be_refused() {
    let lines = lines(&[order_line("1", 99_000_000_000, 0)]);
    let limits = |pieces| SplitLimits {
        pieces,
        ..by_net(100)
    };
    assert_eq!(split(&lines, &limits(100)), Err(SplitError::TooMany(100)));
    let three = self::lines(&[order_line("3", 11_300, 0)]);
    assert_eq!(split(&three, &limits(3)).unwrap().len(), 3);
    assert_eq!(split(&three, &limits(2)), Err(SplitError::TooMany(2)));
}
