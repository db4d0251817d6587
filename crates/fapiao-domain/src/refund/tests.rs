use super::*;
use crate::{
    line::OrderLine,
    rate::Rate,
    totals::{compute, sum},
};

fn sold(quantity: i64, price: i64, discount: i64) -> OrderLine {
    OrderLine {
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
