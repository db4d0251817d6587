//! Red confirmations: in whatever order they are decided, fail, are begun again or given up, they never take more from a
//! line than it has. The sums are added up here, past the domain's own arithmetic.

use crate::harness::{Bench, on_both};
use fapiao_domain::{
    confirmation::FormState,
    ids::{Id, OrderId, RefundId},
    invoice::InvoiceState,
    line::{InvoiceLine, LineKind, OrderLine},
    money::Fen,
    red::{RedExtent, RedItem, RedLine, RedPlan, RedReason, plan_full, plan_part},
    totals::{Totals, compute},
};
use fapiao_usecases::{
    actor::Actor,
    errors::StoreError,
    ids::fresh,
    ports::{
        Issuing, NewInvoice, NewRefund, RedFormChange, RedLetters, RefundBasis, Sales,
        UploadOutcome,
    },
    records::{Invoice, RedForm, RedOf, Refund, RefundKind, TakenLine},
};
use rust_decimal::Decimal;
use serde_json::json;
use std::collections::HashMap;

/// The same numbers for the same seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }

    fn one_of<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len() as u64) as usize]
    }
}

/// How often something was taken, and how often the caps stood against it.
#[derive(Default)]
struct Seen {
    decided: u32,
    over: u32,
    again: u32,
    again_over: u32,
}

/// An issued invoice of three lines whose parts do not come out even, one of them with a discount.
async fn sold(bench: &Bench, number: &str) -> (OrderId, Invoice) {
    let line = |quantity: &str, price: &str, discount: i64| OrderLine {
        preference: None,
        name: "茶叶".to_owned(),
        tax_code: "1010101010000000000".to_owned(),
        spec: String::new(),
        unit: "盒".to_owned(),
        quantity: quantity.parse().unwrap(),
        unit_price: price.parse().unwrap(),
        tax_included: true,
        rate: fapiao_domain::rate::Rate::parse("0.13").unwrap(),
        discount: Fen::new(discount).unwrap(),
    };
    let lines = vec![
        line("3", "33.33", 0),
        line("4", "25", 1_000),
        line("7", "9.99", 0),
    ];
    let computed = compute(&lines, &|_| Some("茶".to_owned())).unwrap();
    let (mut new, delivery) = bench.order_to_deliver(number);
    new.order.lines = lines;
    new.order.totals = computed.totals;
    let order = bench.accept(new).await;
    let row = bench.delivery(&delivery).await;
    let agreed = bench.authorisation(&row);
    bench.store.change_delivery(agreed, None).await.unwrap();
    let row = bench.delivery(&delivery).await;
    let mut invoice = bench.invoice_of(&row);
    invoice.lines = computed.lines;
    invoice.totals = computed.totals;
    let id = invoice.id.clone();
    let new = NewInvoice {
        invoice,
        delivery_version: row.version,
        warnings: Vec::new(),
    };
    bench
        .store
        .draft_invoice(new, &Actor::System)
        .await
        .unwrap();
    let ids = std::slice::from_ref(&id);
    bench.store.reserve(ids, bench.now()).await.unwrap();
    let receipt = format!("receipt-{number}");
    bench
        .store
        .record_upload(&bench.seller, &receipt, ids, 0)
        .await
        .unwrap();
    let issued = [(id.clone(), UploadOutcome::Issued)];
    bench
        .store
        .record_outcomes(&issued, json!({}))
        .await
        .unwrap();
    (order, bench.invoice(&id).await)
}

/// A refund over one invoice as the planner hands it over.
fn refund(
    bench: &Bench,
    order: &OrderId,
    blue: &Invoice,
    reason: RedReason,
    plan: RedPlan,
) -> Refund {
    let now = bench.now();
    let id: RefundId = fresh(now);
    let correction = reason == RedReason::Mistake;
    let form = RedForm {
        id: fresh(now),
        refund: id.clone(),
        order: order.clone(),
        seller: bench.seller.clone(),
        blue: blue.id.clone(),
        reason,
        lines: plan.lines.clone(),
        totals: plan.totals,
        completes: plan.completes,
        state: FormState::Planned,
        number: String::new(),
        key: String::new(),
        message: String::new(),
        red: None,
        asked_at: None,
        entered_at: None,
        carried_out_at: None,
        created_at: now,
        version: 1,
        by_buyer: false,
    };
    let taken = plan.lines.into_iter().filter(|_| !correction);
    Refund {
        order: order.clone(),
        seller: bench.seller.clone(),
        store: bench.shop.clone(),
        kind: if correction {
            RefundKind::Correction
        } else {
            RefundKind::Refund
        },
        reason,
        refund_no: String::new(),
        note: String::new(),
        totals: if correction {
            Totals::default()
        } else {
            Totals {
                amount: -plan.totals.amount,
                tax: -plan.totals.tax,
                total: -plan.totals.total,
            }
        },
        taken: taken
            .map(|line| TakenLine {
                form: Some(form.id.clone()),
                line,
            })
            .collect(),
        forms: vec![form],
        reissue: false,
        delivery: None,
        decided_by: "system".to_owned(),
        created_at: now,
        id,
    }
}

/// An order whose invoice was issued and taken back in full by an issued red letter.
pub(crate) async fn taken_back(bench: &Bench, number: &str) {
    let (order, blue) = sold(bench, number).await;
    let plan = plan_full(&blue.lines, &[], RedReason::Returned).unwrap();
    let new = NewRefund {
        refund: refund(bench, &order, &blue, RedReason::Returned, plan),
        ends_waiting: false,
        basis: RefundBasis {
            refunds: 0,
            holding: 0,
            invoices: 1,
        },
    };
    bench
        .store
        .book_refund(new, None, &Actor::System)
        .await
        .unwrap();
    for to in [FormState::Asked, FormState::NotNeeded] {
        let form = forms(bench, &order).await.1.remove(0);
        let change = RedFormChange {
            id: form.id.clone(),
            expected_version: form.version,
            from: form.state,
            to,
            identity: to
                .code()
                .map(|_| ("33000000000001".to_owned(), format!("K{}", form.id))),
            entered_at: None,
            message: String::new(),
            then: Vec::new(),
            actor: Actor::System,
            note: json!({}),
        };
        bench.store.change_red_form(change).await.unwrap();
    }
    let form = forms(bench, &order).await.1.remove(0);
    let red = Invoice {
        id: fresh(bench.now()),
        identity: None,
        state: InvoiceState::Ready,
        lines: form.lines.iter().map(|it| it.line.clone()).collect(),
        red: Some(RedOf {
            blue: blue.id.clone(),
            blue_identity: blue.identity.clone().unwrap(),
            form: form.id.clone(),
            form_number: form.number.clone(),
            form_key: form.key.clone(),
            reason: form.reason,
            blue_lines: form.lines.iter().map(|it| it.blue_no).collect(),
        }),
        totals: form.totals,
        issued_at: None,
        receipt: String::new(),
        uploaded_at: None,
        version: 1,
        ..blue
    };
    let ids = std::slice::from_ref(&red.id);
    bench
        .store
        .draft_red(red.clone(), &Actor::System)
        .await
        .unwrap();
    bench.store.reserve(ids, bench.now()).await.unwrap();
    let receipt = format!("red-{number}");
    bench
        .store
        .record_upload(&bench.seller, &receipt, ids, 0)
        .await
        .unwrap();
    let issued = [(red.id.clone(), UploadOutcome::Issued)];
    bench
        .store
        .record_outcomes(&issued, json!({}))
        .await
        .unwrap();
}

async fn forms(bench: &Bench, order: &OrderId) -> (usize, Vec<RedForm>) {
    let refunds = bench.store.refunds_of(order).await.unwrap();
    let count = refunds.len();
    (count, refunds.into_iter().flat_map(|it| it.forms).collect())
}

/// Decides a part, or all of it for a wrong title, by somebody who may have overlooked some of the others.
async fn decide(
    bench: &Bench,
    dice: &mut Dice,
    (order, blue): (&OrderId, &Invoice),
    seen: &mut Seen,
) {
    let (refunds, all) = forms(bench, order).await;
    let wrong_title = dice.below(3) == 0;
    if !wrong_title && all.iter().any(|it| it.state.has_failed()) {
        // The planner waits until somebody decided about it.
        return;
    }
    let holding: Vec<&RedForm> = all.iter().filter(|it| it.state.holds()).collect();
    let mut known: Vec<RedLine> = Vec::new();
    for form in &holding {
        if dice.below(4) > 0 {
            known.extend(form.lines.iter().cloned());
        }
    }
    let (reason, plan) = if wrong_title {
        let reason = RedReason::Mistake;
        (reason, plan_full(&blue.lines, &[], reason))
    } else {
        let reason = RedReason::Returned;
        let quantity = Decimal::from(1 + dice.below(4));
        let extent = dice.one_of(&[RedExtent::Rest, RedExtent::Quantity(quantity)]);
        let blue_no = dice.one_of(&[1, 2, 4]);
        let items = [RedItem { blue_no, extent }];
        (reason, plan_part(&blue.lines, &known, reason, &items))
    };
    let Ok(plan) = plan else { return };
    let new = NewRefund {
        refund: refund(bench, order, blue, reason, plan),
        ends_waiting: false,
        basis: RefundBasis {
            refunds,
            holding: holding.len(),
            invoices: 1,
        },
    };
    match bench.store.book_refund(new, None, &Actor::System).await {
        Ok(_) => seen.decided += 1,
        Err(StoreError::Stale { .. }) => seen.over += 1,
        Err(error) => panic!("{error}"),
    }
}

/// Something happens to one of the confirmations.
async fn go_on(bench: &Bench, dice: &mut Dice, order: &OrderId, seen: &mut Seen) {
    let (_, all) = forms(bench, order).await;
    if all.is_empty() {
        return;
    }
    let form = &all[dice.below(all.len() as u64) as usize];
    use FormState as S;
    let to = match form.state {
        S::Planned => dice.one_of(&[S::Asked, S::Asked, S::Asked, S::GivenUp]),
        S::Asked => dice.one_of(&[S::NotNeeded, S::AwaitsBuyer, S::Rejected]),
        S::AwaitsBuyer => dice.one_of(&[S::Confirmed, S::RefusedByBuyer, S::Expired, S::Withdrawn]),
        S::NotNeeded | S::Confirmed => dice.one_of(&[
            S::WithdrawnAfter,
            S::VoidAbnormal,
            S::VoidTaxpayer,
            S::VoidRefused,
            S::VoidRefund,
        ]),
        state if state.has_failed() => {
            dice.one_of(&[S::Planned, S::Planned, S::Planned, S::GivenUp])
        }
        _ => return,
    };
    let change = RedFormChange {
        id: form.id.clone(),
        expected_version: form.version,
        from: form.state,
        to,
        identity: to
            .code()
            .map(|_| (format!("N{}", form.id), format!("K{}", form.id))),
        entered_at: None,
        message: String::new(),
        then: Vec::new(),
        actor: Actor::System,
        note: json!({}),
    };
    match (to, bench.store.change_red_form(change).await) {
        (S::Planned, Ok(())) => seen.again += 1,
        (S::Planned, Err(StoreError::Stale { .. })) => seen.again_over += 1,
        // Another one holds the blue invoice.
        (S::Asked, Err(StoreError::Exists { .. })) | (_, Ok(())) => {}
        (to, Err(error)) => panic!("{} to {to}: {error}", form.state),
    }
}

/// Per line of the blue invoice, its discount folded in: quantity, net and tax.
fn has(blue: &[InvoiceLine]) -> HashMap<u32, (Decimal, i64, i64)> {
    let mut lines: HashMap<u32, (Decimal, i64, i64)> = HashMap::new();
    let mut last = 0;
    for line in blue {
        if line.kind != LineKind::Discount {
            last = line.no;
        }
        let entry = lines.entry(last).or_default();
        entry.0 += line.quantity.unwrap_or_default();
        entry.1 += line.amount.get();
        entry.2 += line.tax.get();
    }
    lines
}

async fn assert_within(bench: &Bench, order: &OrderId, blue: &Invoice) {
    let (_, all) = forms(bench, order).await;
    let mut left = has(&blue.lines);
    for red in all
        .iter()
        .filter(|it| it.state.holds())
        .flat_map(|it| &it.lines)
    {
        let entry = left.get_mut(&red.blue_no).unwrap();
        entry.0 += red.line.quantity.unwrap_or_default();
        entry.1 += red.line.amount.get();
        entry.2 += red.line.tax.get();
    }
    for (no, (quantity, net, tax)) in left {
        assert!(
            quantity >= Decimal::ZERO && net >= 0 && tax >= 0,
            "line {no}: {quantity}, {net}, {tax} left"
        );
    }
    let refunded = bench
        .ask(&format!(
            "SELECT refunded FROM orders WHERE id = '{}'",
            order.as_str()
        ))
        .await;
    assert!((0..=blue.totals.total.get()).contains(&refunded));
}

on_both! {
    async fn confirmations_never_take_more_than_a_line_has(bench: &Bench) {
        bench.stock(20, "10000").await;
        let mut seen = Seen::default();
        for seed in 0..8 {
            let (order, blue) = sold(bench, &format!("R-{seed}")).await;
            let mut dice = Dice(seed);
            for _ in 0..60 {
                if dice.below(3) > 0 {
                    go_on(bench, &mut dice, &order, &mut seen).await;
                } else {
                    decide(bench, &mut dice, (&order, &blue), &mut seen).await;
                }
                assert_within(bench, &order, &blue).await;
            }
        }
        // The walk came by everything it is about.
        assert!(seen.decided > 20 && seen.over > 5, "{} {}", seen.decided, seen.over);
        assert!(seen.again > 5 && seen.again_over > 0, "{} {}", seen.again, seen.again_over);
    }
}
