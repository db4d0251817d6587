use super::*;
use crate::{
    line::OrderLine,
    rate::Rate,
    totals::{compute, sum},
};

fn sold(quantity: i64, price: i64, discount: i64) -> OrderLine {
    OrderLine {
        preference: None,
        name: "某物".to_owned(),
        tax_code: "1090511030000000000".to_owned(),
        spec: String::new(),
        unit: "个".to_owned(),
        quantity: Decimal::from(quantity),
        unit_price: Decimal::new(price, 2),
        tax_included: true,
        rate: Rate::Percent(Decimal::new(13, 2)),
        discount: Fen::raw(discount),
    }
}

fn computed(lines: &[OrderLine]) -> Vec<InvoiceLine> {
    compute(lines, &|_| Some("简称".to_owned())).unwrap().lines
}

fn quantity(no: u32, quantity: i64) -> RedItem {
    RedItem {
        blue_no: no,
        extent: RedExtent::Quantity(Decimal::from(quantity)),
    }
}

/// A paper over some lines of an order.
fn paper(order: &[InvoiceLine], numbers: &[u32]) -> Paper {
    let mut lines: Vec<InvoiceLine> = Vec::new();
    let mut sources = Vec::new();
    for line in order.iter().filter(|it| numbers.contains(&it.no)) {
        sources.push(if line.kind == LineKind::Discount {
            line.no - 1
        } else {
            line.no
        });
        lines.push(InvoiceLine {
            no: lines.len() as u32 + 1,
            ..line.clone()
        });
    }
    Paper {
        lines,
        sources,
        earlier: Vec::new(),
    }
}

fn manner(reason: RedReason, replace: bool) -> Manner {
    Manner {
        reason,
        only: None,
        replace,
    }
}

fn plan(
    order: &[InvoiceLine],
    papers: &[Paper],
    items: &[RedItem],
) -> Result<RefundPlan, RefundError> {
    let wish = Wish::Lines(items.to_vec());
    plan_refund(
        order,
        &[],
        papers,
        manner(RedReason::Returned, false),
        &wish,
    )
}

#[test]
fn before_an_invoice_exists_a_refund_only_lessens_what_is_invoiced() {
    let order = computed(&[sold(4, 2_500, 1_000), sold(1, 700, 0)]);
    let plan = plan(&order, &[], &[quantity(1, 1)]).unwrap();
    assert!(plan.letters.is_empty() && !plan.reissue);
    assert_eq!(plan.totals.total, Fen::raw(2_250));
    let taken: Vec<RedLine> = plan.taken.into_iter().map(|it| it.line).collect();
    let (lines, sources) = to_invoice(&order, &taken, &[]).unwrap();
    assert_eq!(sources, [1, 3]);
    assert_eq!(sum(&lines).total, Fen::raw(6_750 + 700));
    assert_eq!(lines[0].quantity, Some(Decimal::from(3)));
    crate::checks::check_blue(&lines, &sum(&lines)).unwrap();
}

#[test]
fn an_untouched_order_is_invoiced_as_it_was_sold() {
    let order = computed(&[sold(4, 2_500, 1_000), sold(1, 700, 0)]);
    let (lines, sources) = to_invoice(&order, &[], &[]).unwrap();
    assert_eq!(lines, order);
    assert_eq!(sources, [1, 1, 3]);
    let whole = paper(&order, &[1, 2, 3]);
    assert!(to_invoice(&order, &[], &[whole]).unwrap().0.is_empty());
}

#[test]
fn the_fewest_papers_are_touched() {
    // Line 1 is on papers 0 and 1 (2 and 3 pieces), line 2 only on paper 1.
    let order = computed(&[sold(5, 1_000, 0), sold(2, 300, 0)]);
    let parts = |pieces: i64| computed(&[sold(pieces, 1_000, 0)]);
    let first = Paper {
        lines: parts(2),
        sources: vec![1],
        earlier: Vec::new(),
    };
    let second = Paper {
        lines: computed(&[sold(3, 1_000, 0), sold(2, 300, 0)]),
        sources: vec![1, 2],
        earlier: Vec::new(),
    };
    let papers = [first, second];
    let one = plan(&order, &papers, &[quantity(1, 2), quantity(2, 1)]).unwrap();
    assert_eq!(one.letters.len(), 1);
    assert_eq!(one.letters[0].paper, 1);
    assert_eq!(one.totals.total, Fen::raw(2_300));
    let both = plan(&order, &papers, &[quantity(1, 4)]).unwrap();
    let papers_of: Vec<usize> = both.letters.iter().map(|it| it.paper).collect();
    assert_eq!(papers_of, [0, 1]);
    assert_eq!(both.totals.total, Fen::raw(4_000));
    assert_eq!(
        plan(&order, &papers, &[quantity(1, 6)]),
        Err(RefundError::Red(RedError::TooMuch {
            blue_no: 1,
            asked: Decimal::from(6),
            left: Decimal::from(5)
        }))
    );
}

#[test]
fn an_allowance_is_shared_out_to_the_fen_over_one_paper_if_one_suffices() {
    let order = computed(&[sold(1, 10_000, 0), sold(1, 3_333, 0), sold(3, 999, 0)]);
    let papers = [paper(&order, &[1]), paper(&order, &[2, 3])];
    let allow = |amount: i64| {
        let wish = Wish::Amount(Fen::raw(amount));
        plan_refund(
            &order,
            &[],
            &papers,
            manner(RedReason::Allowance, false),
            &wish,
        )
    };
    let small = allow(1_001).unwrap();
    assert_eq!((small.letters.len(), small.letters[0].paper), (1, 1));
    assert_eq!(small.totals.total, Fen::raw(1_001));
    assert!(
        small.letters[0]
            .plan
            .lines
            .iter()
            .all(|it| it.line.quantity.is_none())
    );
    let middle = allow(9_000).unwrap();
    assert_eq!((middle.letters.len(), middle.letters[0].paper), (1, 0));
    let large = allow(12_000).unwrap();
    assert_eq!(large.letters.len(), 2);
    assert_eq!(large.totals.total, Fen::raw(12_000));
    assert_eq!(
        allow(1_000_000),
        Err(RefundError::TooMuch {
            asked: Fen::raw(1_000_000),
            left: Fen::raw(16_330)
        })
    );
    let wish = Wish::Amount(Fen::raw(1));
    assert_eq!(
        plan_refund(
            &order,
            &[],
            &papers,
            manner(RedReason::Returned, false),
            &wish
        ),
        Err(RefundError::AmountNeedsAllowance)
    );
}

#[test]
fn a_replaced_paper_is_taken_back_whole_and_the_rest_invoiced_anew() {
    let order = computed(&[sold(4, 2_500, 1_000), sold(1, 700, 0)]);
    let papers = [paper(&order, &[1, 2, 3])];
    let wish = Wish::Lines(vec![quantity(1, 1)]);
    let plan = plan_refund(
        &order,
        &[],
        &papers,
        manner(RedReason::Returned, true),
        &wish,
    )
    .unwrap();
    assert!(plan.reissue);
    assert!(plan.letters[0].plan.completes);
    assert_eq!(plan.letters[0].plan.totals.total, Fen::raw(-9_700));
    assert_eq!(plan.totals.total, Fen::raw(2_250));
    let taken: Vec<RedLine> = plan.taken.iter().map(|it| it.line.clone()).collect();
    let mut gone = papers[0].clone();
    gone.earlier = plan.letters[0].plan.lines.clone();
    let (lines, _) = to_invoice(&order, &taken, &[gone]).unwrap();
    assert_eq!(sum(&lines).total, Fen::raw(9_700 - 2_250));
    // Net, tax and gross of paper, refund and new paper agree.
    let all = sum(&order);
    let new = sum(&lines);
    assert_eq!(all.tax, new.tax + plan.totals.tax);
}

#[test]
fn everything_is_given_back_from_all_papers_and_what_is_open() {
    let order = computed(&[sold(1, 10_000, 0), sold(1, 3_333, 0), sold(3, 999, 0)]);
    let papers = [paper(&order, &[1]), paper(&order, &[3])];
    let all = plan_refund(
        &order,
        &[],
        &papers,
        manner(RedReason::Returned, false),
        &Wish::Everything,
    )
    .unwrap();
    assert_eq!(all.letters.len(), 2);
    assert!(all.letters.iter().all(|it| it.plan.completes));
    assert_eq!(all.totals, sum(&order));
    let open: Vec<_> = all.taken.iter().filter(|it| it.letter.is_none()).collect();
    assert_eq!((open.len(), open[0].line.blue_no), (1, 2));
    let taken: Vec<RedLine> = all.taken.iter().map(|it| it.line.clone()).collect();
    let again = plan_refund(
        &order,
        &taken,
        &[],
        manner(RedReason::Returned, false),
        &Wish::Everything,
    );
    assert_eq!(again, Err(RefundError::Red(RedError::NothingLeft)));
}

#[test]
fn a_red_letter_of_one_invoice_leaves_the_others_alone() {
    let order = computed(&[sold(5, 1_000, 0), sold(2, 300, 0)]);
    let part = |pieces: i64| Paper {
        lines: computed(&[sold(pieces, 1_000, 0)]),
        sources: vec![1],
        earlier: Vec::new(),
    };
    let papers = [part(2), part(3)];
    let second = Manner {
        only: Some(1),
        ..manner(RedReason::Returned, false)
    };
    let wish = Wish::Lines(vec![quantity(1, 2)]);
    let plan = plan_refund(&order, &[], &papers, second, &wish).unwrap();
    assert_eq!((plan.letters.len(), plan.letters[0].paper), (1, 1));
    let wish = Wish::Lines(vec![quantity(1, 4)]);
    assert!(plan_refund(&order, &[], &papers, second, &wish).is_err());
    let whole = plan_refund(&order, &[], &papers, second, &Wish::Everything).unwrap();
    assert_eq!(whole.totals.total, Fen::raw(3_000));
    assert!(whole.letters[0].plan.completes);
}

/// Capacity of each paper per line of the order: what brute force needs to know, without the planner's help.
fn pieces_on(papers: &[Paper]) -> Vec<Vec<(u32, i64)>> {
    let of = |paper: &Paper| {
        let lines = paper.lines.iter();
        lines
            .map(|line| {
                let quantity = line.quantity.unwrap_or_default();
                (
                    paper.source(line.no),
                    i64::try_from(quantity.trunc().mantissa()).unwrap(),
                )
            })
            .collect()
    };
    papers.iter().map(of).collect()
}

/// The least number of papers that together hold what is asked for: every subset is looked at.
fn least(on: &[Vec<(u32, i64)>], asked: &[(u32, i64)]) -> u32 {
    let covers = |mask: u32| {
        asked.iter().all(|(no, pieces)| {
            let held: i64 = on
                .iter()
                .enumerate()
                .filter(|(place, _)| mask & (1 << place) != 0)
                .flat_map(|(_, lines)| lines)
                .filter(|(of, _)| of == no)
                .map(|(_, held)| held)
                .sum();
            held >= *pieces
        })
    };
    (0..1_u32 << on.len())
        .filter(|mask| covers(*mask))
        .map(u32::count_ones)
        .min()
        .unwrap()
}

/// One line of the order as the generator makes it: price in fen, and pieces on each of the papers.
fn some_line() -> impl proptest::strategy::Strategy<Value = (i64, Vec<i64>)> {
    (1_i64..20_000, proptest::collection::vec(0_i64..5, 5))
}

/// An order of such lines, wholly on papers; papers without a line are left out.
fn split_order(made: &[(i64, Vec<i64>)]) -> (Vec<InvoiceLine>, Vec<Paper>) {
    let sold_lines: Vec<OrderLine> = made
        .iter()
        .map(|(price, pieces)| sold(pieces.iter().sum(), *price, 0))
        .collect();
    let papers = (0..made[0].1.len())
        .filter_map(|place| {
            let on: Vec<(u32, &(i64, Vec<i64>))> = (1_u32..)
                .zip(made)
                .filter(|(_, it)| it.1[place] > 0)
                .collect();
            let lines: Vec<OrderLine> = on
                .iter()
                .map(|(_, it)| sold(it.1[place], it.0, 0))
                .collect();
            (!on.is_empty()).then(|| Paper {
                lines: computed(&lines),
                sources: on.iter().map(|(no, _)| *no).collect(),
                earlier: Vec::new(),
            })
        })
        .collect();
    (computed(&sold_lines), papers)
}

proptest::proptest! {
    #[test]
    fn a_plan_has_the_fewest_letters_and_its_sums_are_exact(
        made in proptest::collection::vec(some_line(), 1..5),
        parts in proptest::collection::vec(0_i64..101, 4),
    ) {
        let made: Vec<_> = made.into_iter().filter(|it| it.1.iter().sum::<i64>() > 0).collect();
        proptest::prop_assume!(!made.is_empty());
        let (order, papers) = split_order(&made);
        let asked: Vec<(u32, i64)> = (1_u32..)
            .zip(&made)
            .zip(&parts)
            .map(|((no, it), part)| (no, it.1.iter().sum::<i64>() * part / 100))
            .filter(|(_, pieces)| *pieces > 0)
            .collect();
        proptest::prop_assume!(!asked.is_empty());
        let items: Vec<RedItem> = asked.iter().map(|(no, pieces)| quantity(*no, *pieces)).collect();
        let on = pieces_on(&papers);
        let plan = match plan(&order, &papers, &items) {
            Ok(plan) => plan,
            // Papers computed one by one may round away from the order's own sum; such an order is never booked.
            Err(RefundError::Inconsistent(_) | RefundError::Red(RedError::TooSmall(_))) => return Ok(()),
            Err(other) => panic!("{other}"),
        };
        let from_paper = plan.taken.iter().filter(|it| it.letter.is_some());
        let by_letters: Fen = plan.letters.iter().map(|it| it.plan.totals.total).sum();
        let by_taken: Fen = from_paper.map(|it| it.line.line.gross).sum();
        proptest::prop_assert_eq!(by_letters, by_taken);
        let all_taken: Fen = plan.taken.iter().map(|it| it.line.line.gross).sum();
        proptest::prop_assert_eq!(plan.totals.total, -all_taken);
        proptest::prop_assert_eq!(plan.totals.amount + plan.totals.tax, plan.totals.total);
        // Rounding may leave a fen of the order on no paper; then a part of the demand needs no letter at all.
        let open = plan.taken.iter().any(|it| it.letter.is_none());
        let letters = u32::try_from(plan.letters.len()).unwrap();
        if open {
            proptest::prop_assert!(letters <= least(&on, &asked));
        } else {
            proptest::prop_assert_eq!(letters, least(&on, &asked));
        }
        for (no, pieces) in &asked {
            let taken: Decimal = plan
                .taken
                .iter()
                .filter(|it| it.line.blue_no == *no)
                .filter_map(|it| it.line.line.quantity)
                .sum();
            proptest::prop_assert!(open || taken == -Decimal::from(*pieces));
        }
        for letter in &plan.letters {
            let mut after = papers[letter.paper].clone();
            after.earlier.extend(letter.plan.lines.iter().cloned());
            proptest::prop_assert!(remaining(&after.lines, &after.earlier).is_ok());
        }
    }

    #[test]
    fn an_allowance_over_several_papers_is_exact_and_touches_the_fewest(
        made in proptest::collection::vec(some_line(), 1..5),
        part in 1_i64..100,
    ) {
        let made: Vec<_> = made.into_iter().filter(|it| it.1.iter().sum::<i64>() > 0).collect();
        proptest::prop_assume!(!made.is_empty());
        let (order, papers) = split_order(&made);
        let on_paper: i64 = papers.iter().map(|it| sum(&it.lines).total.get()).sum();
        proptest::prop_assume!(on_paper == sum(&order).total.get());
        let asked = (on_paper * part / 100).max(1);
        let wish = Wish::Amount(Fen::raw(asked));
        let plan = match plan_refund(&order, &[], &papers, manner(RedReason::Allowance, false), &wish) {
            Ok(plan) => plan,
            Err(RefundError::Inconsistent(_) | RefundError::Red(RedError::TooSmall(_))) => return Ok(()),
            Err(other) => panic!("{other}"),
        };
        proptest::prop_assert_eq!(plan.totals.total.get(), asked);
        let mut sizes: Vec<i64> = papers.iter().map(|it| sum(&it.lines).total.get()).collect();
        sizes.sort_unstable();
        let (mut held, mut fewest) = (0, 0);
        while held < asked {
            held += sizes.pop().unwrap();
            fewest += 1;
        }
        proptest::prop_assert_eq!(plan.letters.len(), fewest);
    }
}

#[test]
fn of_very_many_papers_only_those_that_are_needed_are_touched() {
    // Twenty papers of one piece each and one of thirty: one letter suffices for thirty pieces.
    let order = computed(&[sold(50, 1_000, 0)]);
    let part = |pieces: i64| Paper {
        lines: computed(&[sold(pieces, 1_000, 0)]),
        sources: vec![1],
        earlier: Vec::new(),
    };
    let papers: Vec<Paper> = (0..20).map(|_| part(1)).chain([part(30)]).collect();
    let one = plan(&order, &papers, &[quantity(1, 30)]).unwrap();
    assert_eq!((one.letters.len(), one.letters[0].paper), (1, 20));
    let more = plan(&order, &papers, &[quantity(1, 33)]).unwrap();
    assert_eq!(more.letters.len(), 4);
    assert_eq!(more.totals.total, Fen::raw(33_000));
}

#[test]
fn a_fault_names_the_line_of_the_order_and_not_of_the_paper() {
    // Order lines 1 and 2 are computed lines 1 (with its discount 2) and 3; the paper states line 3 alone, as its first.
    let order = computed(&[sold(1, 1_000, 100), sold(1, 1, 0)]);
    let papers = [paper(&order, &[3])];
    let small = RedItem {
        blue_no: 3,
        extent: RedExtent::Quantity(Decimal::new(5, 1)),
    };
    assert_eq!(
        plan(&order, &papers, &[small]),
        Err(RefundError::Red(RedError::TooSmall(3)))
    );
    let told = RefundError::Red(RedError::TooSmall(3)).renumbered(|no| no - 1);
    assert_eq!(told, RefundError::Red(RedError::TooSmall(2)));
    let whole = RefundError::Red(RedError::NotPositive(0));
    assert_eq!(whole.clone().renumbered(|no| no + 1), whole);
}

#[test]
fn a_gift_is_told_from_a_line_that_is_not_there() {
    let order = computed(&[sold(1, 1_000, 1_000), sold(1, 500, 0)]);
    let papers = [paper(&order, &[1, 2, 3])];
    let gift = plan(&order, &papers, &[quantity(1, 1)]);
    assert_eq!(gift, Err(RefundError::Red(RedError::Gift(1))));
    let none = plan(&order, &papers, &[quantity(9, 1)]);
    assert_eq!(none, Err(RefundError::Red(RedError::UnknownLine(9))));
}
