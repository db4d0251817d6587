//! What must hold for every order, not only for the examples. The six properties of invoice arithmetic are named by
//! their letters:
//!
//! | | property | tests |
//! |---|---|---|
//! | (a) | a gross price splits into net and tax exactly, 1 to 10^6 fen at every rate | `a_gross_price_…`, `a_parts_add_up_…` |
//! | (b) | totals are sums of lines | `b_and_c_totals_…`, `b_an_order_of_many_tiny_lines_…` |
//! | (c) | what is accepted passes the checks, 0.07 of wrong tax never does | `b_and_c_totals_…`, `c_seven_fen_…` |
//! | (d) | a discount is shared out exactly and never exceeds a line | `d_shares_…` |
//! | (e) | any sequence of partial reds ends at zero | `e_partial_reds_…` |
//! | (f) | an amount in capitals reads back as the number | `f_capitals_…` |
#![expect(
    clippy::unwrap_used,
    reason = "what prepares a test stops at the first surprise"
)]

use fapiao_domain::{
    capital::{capital, parse_capital},
    checks::{check_blue, check_red},
    discount::allocate,
    line::{InvoiceLine, LineKind, OrderLine},
    money::Fen,
    rate::Rate,
    red::{
        RedError, RedExtent, RedItem, RedLine, RedReason, Rest, plan_full, plan_part, remaining,
    },
    split::{SplitError, SplitLimits, split, split_parts},
    totals::{compute, compute_order, sum},
};
use proptest::{prelude::*, sample::select};
use rust_decimal::Decimal;

fn fen(fen: i64) -> Fen {
    Fen::new(fen).unwrap()
}

/// (a) The tax by integers only, net first: `net = round(gross × 100 ÷ (100 + k))`.
#[test]
fn a_gross_price_gives_the_same_parts_tax_first_or_net_first() {
    for percent in [1, 3, 5, 6, 9, 10, 11, 13, 16, 17] {
        let rate = Rate::Percent(Decimal::new(percent, 2));
        for gross in 1..=1_000_000_i64 {
            let tax = rate.tax_in_gross(fen(gross)).get();
            let net = (2 * gross * 100 + 100 + percent) / (2 * (100 + percent));
            assert_eq!(tax + net, gross, "{gross} fen at {percent}%");
            // The tax lies within 0.005 × (1 + r) of net × r; in hundredths of a fen, times 100.
            assert!(
                (net * percent - tax * 100).abs() * 2 <= 100 + percent,
                "{gross} at {percent}%"
            );
        }
    }
    for rate in [Rate::Zero, Rate::Exempt, Rate::NotTaxed] {
        for gross in [1, 99, 1_000_000] {
            assert_eq!(rate.tax_in_gross(fen(gross)), Fen::ZERO);
        }
    }
}

/// (f) Every amount up to 10,000.00, every power of ten with its neighbours, and their negatives.
#[test]
fn f_capitals_read_back_one_by_one() {
    let near = (0..=11).flat_map(|power| {
        let ten = 10_i64.pow(power);
        [ten - 1, ten, ten + 1, 2 * ten + ten / 10, 5 * ten + 5]
    });
    for amount in (0..=1_000_000).chain(near.filter(|it| *it <= Fen::MAX.get())) {
        for amount in [fen(amount), fen(-amount)] {
            let text = capital(amount);
            assert_eq!(parse_capital(&text), Ok(amount), "{text}");
            // Never two zeros in a row, none before a large unit, and an end with 整 or 分.
            assert!(
                !text.contains("零零") && !text.contains("零万") && !text.contains("零亿"),
                "{text}"
            );
            assert!(text.ends_with('整') || text.ends_with('分'), "{text}");
        }
    }
}

#[test]
fn the_relief_is_a_seventieth_of_the_gross_amount() {
    let rate = Rate::parse("0.015").unwrap();
    for gross in 1..=100_000_i64 {
        let tax = rate.tax_in_gross(fen(gross)).get();
        assert_eq!(tax, (gross + 35) / 70, "{gross}");
        // A price without tax leads to the same tax; a tie is rounded up from the gross side only.
        let is_tie = gross % 70 == 35;
        let from_net = rate.tax_on_net(fen(gross - tax)).get();
        assert_eq!(from_net, tax - i64::from(is_tie), "{gross}");
    }
}

fn rates() -> impl Strategy<Value = Rate> {
    select(vec![
        "0.13", "0.09", "0.06", "0.05", "0.03", "0.015", "0.01", "0", "exempt", "0.17", "0.16",
        "0.11", "0.1",
    ])
    .prop_map(|text| Rate::parse(text).unwrap())
}

prop_compose! {
    fn order_line()(
        rate in rates(),
        quantity in prop_oneof![
            (1_i64..=500).prop_map(Decimal::from),
            (1_i64..=5_000_000).prop_map(|it| Decimal::new(it, 4)),
            (1_i64..=100_000_000_000).prop_map(|it| Decimal::new(it, 8)),
        ],
        unit_price in prop_oneof![
            (1_i64..=1_000_000).prop_map(|it| Decimal::new(it, 2)),
            (1_i64..=100_000_000_000).prop_map(|it| Decimal::new(it, 8)),
        ],
        tax_included in any::<bool>(),
        discount in prop_oneof![3 => Just(0), 1 => 1_i64..=1000, 1 => Just(1000)],
    ) -> OrderLine {
        let line = OrderLine {
            name: "商品".to_owned(),
            tax_code: "1090511030000000000".to_owned(),
            spec: String::new(),
            unit: "件".to_owned(),
            quantity,
            unit_price,
            tax_included,
            rate,
            discount: Fen::ZERO,
        };
        // In thousandths of the line.
        let price = Fen::round_half_up((quantity * unit_price).round_dp(10)).unwrap();
        OrderLine { discount: fen(price.get() * discount / 1000), ..line }
    }
}

fn lines_of(order: &[OrderLine]) -> Option<Vec<InvoiceLine>> {
    compute(order, &|_| Some("简称".to_owned()))
        .ok()
        .map(|computed| computed.lines)
}

/// Counted things at prices from 0.05, as most shops sell them.
fn shop_order() -> impl Strategy<Value = Vec<OrderLine>> {
    let line = (order_line(), 1_i64..=120, 5_i64..=20_000, 0_i64..=900).prop_map(
        |(line, quantity, price, discount)| OrderLine {
            quantity: Decimal::from(quantity),
            unit_price: Decimal::new(price, 2),
            discount: fen(if discount > 500 {
                quantity * price * (discount - 500) / 1000
            } else {
                0
            }),
            ..line
        },
    );
    prop::collection::vec(line, 1..5)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    /// (a) beyond the sweep above.
    #[test]
    fn a_parts_add_up_for_any_gross_amount(gross in 1_i64..=100_000_000_000, rate in rates()) {
        let tax = rate.tax_in_gross(fen(gross));
        let net = fen(gross) - tax;
        prop_assert!(tax >= Fen::ZERO && tax < fen(gross) && net > Fen::ZERO);
        // Going back from the net amount is off by one fen at most.
        let back = net + rate.tax_on_net(net);
        prop_assert!((back - fen(gross)).abs() <= fen(1));
        prop_assert_eq!(rate.tax_in_gross(fen(-gross)), -tax);
    }

    /// (b) and the first half of (c).
    #[test]
    fn b_and_c_totals_are_sums_and_accepted_orders_pass_the_checks(
        order in prop::collection::vec(order_line(), 1..12),
    ) {
        if let Ok(computed) = compute(&order, &|_| Some("简称".to_owned())) {
            let total = |of: fn(&InvoiceLine) -> Fen| computed.lines.iter().map(of).map(Fen::get).sum::<i64>();
            prop_assert_eq!(computed.totals.amount.get(), total(|line| line.amount));
            prop_assert_eq!(computed.totals.tax.get(), total(|line| line.tax));
            prop_assert_eq!(computed.totals.total.get(), total(|line| line.gross));
            prop_assert_eq!(check_blue(&computed.lines, &computed.totals), Ok(()));
            let pairs = order.iter().filter(|line| line.discount > Fen::ZERO).count();
            prop_assert_eq!(computed.lines.len(), order.len() + pairs);
        }
    }

    /// (c), second half: 0.07 more or less tax is never let through, even where everything else is made to agree.
    #[test]
    fn c_seven_fen_of_wrong_tax_are_noticed(
        order in prop::collection::vec(order_line(), 1..6),
        place in any::<prop::sample::Index>(),
        slip in select(vec![7_i64, -7]),
    ) {
        let Some(lines) = lines_of(&order) else { return Ok(()) };
        let at = place.index(lines.len());
        let mut wrong = lines.clone();
        wrong[at].tax += fen(slip);
        prop_assert!(check_blue(&wrong, &sum(&lines)).is_err());
        wrong[at].gross += fen(slip);
        let errors = check_blue(&wrong, &sum(&wrong)).unwrap_err();
        prop_assert!(errors.iter().any(|it| it.code == "E_LINE_TAX" && it.line == Some(at + 1)));
    }

    /// (d)
    #[test]
    fn d_shares_of_a_discount_add_up_and_stay_within_their_lines(
        lines in prop::collection::vec(0_i64..=10_000_000_000, 1..40),
        part in 0_i64..=1000,
    ) {
        let whole: i64 = lines.iter().sum();
        let discount = (whole / 1000 * part + whole % 1000 * part / 1000).min(Fen::MAX.get());
        let lines: Vec<Fen> = lines.into_iter().map(fen).collect();
        let shares = allocate(fen(discount), &lines).unwrap();
        prop_assert_eq!(shares.iter().map(|it| it.get()).sum::<i64>(), discount);
        for (share, line) in shares.iter().zip(&lines) {
            prop_assert!(*share >= Fen::ZERO && share <= line);
            // Never a fen away from the exact share.
            let exact = i128::from(discount) * i128::from(line.get());
            let gap = i128::from(share.get()) * i128::from(whole.max(1)) - exact;
            prop_assert!(whole == 0 || gap.abs() < i128::from(whole));
        }
    }

    /// (e) Any sequence of partial reds passes the checks one by one and ends at exactly zero.
    #[test]
    fn e_partial_reds_end_at_zero(
        order in shop_order(),
        steps in prop::collection::vec((any::<prop::sample::Index>(), 1_i64..=40, any::<bool>()), 0..60),
    ) {
        let Some(blue) = lines_of(&order) else { return Ok(()) };
        let mut taken: Vec<RedLine> = Vec::new();
        for (place, count, allowance) in steps {
            let rests: Vec<Rest> =
                remaining(&blue, &taken).unwrap().into_iter().filter(|it| it.gross() > Fen::ZERO).collect();
            if rests.is_empty() {
                break;
            }
            let rest = &rests[place.index(rests.len())];
            // Every eighth step is an allowance of a few per cent, which changes the price of the rest.
            let by_amount = allowance && count % 4 == 0 && rest.gross() > fen(2000);
            let (reason, extent) = if by_amount {
                (RedReason::Allowance, RedExtent::Gross(fen(rest.gross().get() * count / 400)))
            } else {
                let left = rest.quantity.unwrap();
                (RedReason::Returned, RedExtent::Quantity(Decimal::from(count).min(left)))
            };
            let item = RedItem { blue_no: rest.line.no, extent };
            match plan_part(&blue, &taken, reason, &[item]) {
                Ok(plan) => {
                    let lines: Vec<InvoiceLine> = plan.lines.iter().map(|it| it.line.clone()).collect();
                    prop_assert_eq!(check_red(&lines, &plan.totals), Ok(()));
                    taken.extend(plan.lines);
                }
                // Discounts of 40% on 0.05 leave prices of 3 fen and less; everything else must be divisible.
                Err(RedError::TooSmall(_)) => {
                    prop_assert!(rest.unit_price.unwrap() < Decimal::new(2, 2), "{item:?} of {rest:?}");
                }
                Err(error) => prop_assert!(false, "{error}: {item:?} of {rest:?}"),
            }
        }
        match plan_full(&blue, &taken, RedReason::Returned) {
            Ok(plan) => taken.extend(plan.lines),
            Err(error) => prop_assert_eq!(error, RedError::NothingLeft),
        }
        for rest in remaining(&blue, &taken).unwrap() {
            prop_assert_eq!((rest.amount, rest.tax), (Fen::ZERO, Fen::ZERO));
            prop_assert!(rest.quantity.is_none_or(|left| left.is_zero()));
        }
        let (red, blue) = (sum(&taken.into_iter().map(|it| it.line).collect::<Vec<_>>()), sum(&blue));
        prop_assert_eq!((red.amount, red.tax), (-blue.amount, -blue.tax));
    }

    /// (f)
    #[test]
    fn f_capitals_read_back(amount in -100_000_000_000_i64..=100_000_000_000) {
        let text = capital(fen(amount));
        prop_assert_eq!(parse_capital(&text), Ok(fen(amount)));
        // As other papers write it: 元 for 圆, without the 整 after 角.
        let other = text.replace('圆', "元");
        prop_assert_eq!(parse_capital(&other), Ok(fen(amount)));
        let bare = other.strip_suffix("角整").map(|it| format!("{it}角"));
        prop_assert!(bare.is_none_or(|it| parse_capital(&it) == Ok(fen(amount))));
    }

    /// (b) Orders of many tiny lines, whose tax rounds the same way again and again, become invoices that each pass.
    #[test]
    fn b_an_order_of_many_tiny_lines_is_divided_by_the_tolerance(
        price in 1_i64..=400, count in 200_usize..=900, rate in rates(),
    ) {
        let line = OrderLine {
            name: "商品".to_owned(),
            tax_code: "1090511030000000000".to_owned(),
            spec: String::new(),
            unit: String::new(),
            quantity: Decimal::ONE,
            unit_price: Decimal::new(price, 2),
            tax_included: true,
            rate,
            discount: Fen::ZERO,
        };
        let order = vec![line; count];
        let computed = compute_order(&order, &|_| Some("简称".to_owned())).unwrap();
        let parts = split_parts(&computed.lines, &SplitLimits::default()).unwrap();
        let mut whole = (Fen::ZERO, Fen::ZERO);
        let mut sources = Vec::new();
        for part in parts {
            prop_assert_eq!(check_blue(&part.computed.lines, &part.computed.totals), Ok(()));
            whole.0 += part.computed.totals.amount;
            whole.1 += part.computed.totals.tax;
            sources.extend(part.sources);
        }
        prop_assert_eq!(whole, (computed.totals.amount, computed.totals.tax));
        prop_assert_eq!(sources, (1..=count as u32).collect::<Vec<_>>());
    }

    /// Pieces respect the limits, pass the checks, and together are the order.
    #[test]
    fn split_pieces_are_the_order(
        order in shop_order(),
        limit in prop_oneof![300_i64..=2_000, 2_000_i64..=2_000_000],
        rows in 2_usize..6,
    ) {
        let Some(lines) = lines_of(&order) else { return Ok(()) };
        // Keeps the number of pieces, and the time, in bounds.
        let limit = limit.max(sum(&lines).amount.get() / 200);
        let limits = SplitLimits { net: Some(fen(limit)), lines: rows, ..SplitLimits::default() };
        match split(&lines, &limits) {
            Ok(pieces) => {
                let whole = sum(&lines);
                let mut gathered: Vec<InvoiceLine> = Vec::new();
                for piece in pieces {
                    prop_assert!(piece.totals.amount <= fen(limit));
                    prop_assert!(piece.lines.len() <= rows);
                    prop_assert_eq!(check_blue(&piece.lines, &piece.totals), Ok(()));
                    gathered.extend(piece.lines);
                }
                prop_assert_eq!(sum(&gathered), whole);
                let counted = |lines: &[InvoiceLine]| -> Decimal {
                    lines.iter().filter_map(|line| line.quantity).sum()
                };
                prop_assert_eq!(counted(&gathered), counted(&lines));
            }
            Err(SplitError::GiftsAlone) => {
                prop_assert!(lines.iter().any(|line| line.kind == LineKind::Discount));
            }
            Err(error) => prop_assert!(false, "{error}"),
        }
    }
}
