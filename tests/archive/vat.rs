//! The VAT of periods that follow each other: each sale is taxed once, whenever its invoice or its refund comes.

use crate::{
    harness::{TestApp, company, spawn_app},
    red::{at_stage, refund},
    taxes::first_seller,
};
use chrono::{DateTime, Utc};
use fapiao_archive::vat;
use fapiao_usecases::ports::{Issued, Period, Scope};
use serde_json::json;
use std::time::Duration;

/// A moment between two acts.
async fn moment(app: &TestApp) -> DateTime<Utc> {
    tokio::time::sleep(Duration::from_millis(5)).await;
    let now = app.ports().clock.now();
    tokio::time::sleep(Duration::from_millis(5)).await;
    now
}

/// Counts and tax of what was invoiced, blue and red, and of what has no invoice, more and less.
async fn told(app: &TestApp, from: DateTime<Utc>, until: DateTime<Utc>) -> [(i64, i64); 4] {
    let period = Period {
        seller: None,
        from,
        until,
    };
    let rows = vat::of_period(app.ports(), &Scope::All, &period)
        .await
        .unwrap();
    let mut sums = [(0, 0); 4];
    for row in rows {
        let at = if row.issued == Issued::None { 2 } else { 0 };
        sums[at].0 += row.blue_count;
        sums[at].1 += row.blue_tax.get();
        sums[at + 1].0 += row.red_count;
        sums[at + 1].1 += row.red_tax.get();
        assert_eq!((row.rate.as_str(), row.service), ("0.13", false));
    }
    sums
}

#[tokio::test]
async fn a_sale_is_taxed_in_the_period_it_was_made_in_and_a_refund_in_its_own() {
    let app = spawn_app().await;
    let sold_from = moment(&app).await;
    let invoiced = app.order("V-1").await;
    let never = app.order("V-2").await;
    let invoiced_from = moment(&app).await;
    app.open_page(&invoiced).await;
    app.authorise(&invoiced, &company()).await;
    let delivery = app.await_state(&invoiced, "carded").await;
    let refunded_from = moment(&app).await;
    let whole = json!({ "mode": "confirm", "reason": "02", "everything": true });
    let of = json!({ "order": invoiced["id"], "invoice": delivery["invoice"]["id"] });
    let taken = refund(&app, &of, "V-1-r", &whole).await;
    assert!(taken.status.is_success(), "{taken:?}");
    at_stage(&app, &of, 0, "done").await;
    let of = json!({ "order": never["id"] });
    let taken = refund(&app, &of, "V-2-r", &whole).await;
    assert!(taken.status.is_success(), "{taken:?}");
    let end = moment(&app).await;

    let none = (0, 0);
    assert_eq!(
        told(&app, sold_from, invoiced_from).await,
        [none, none, (2, 2600), none],
        "both were sold"
    );
    assert_eq!(
        told(&app, invoiced_from, refunded_from).await,
        [(1, 1300), none, none, (1, -1300)],
        "one is invoiced now, and was taxed before"
    );
    assert_eq!(
        told(&app, refunded_from, end).await,
        [none, (1, -1300), none, (1, -1300)],
        "one by its red letter, the other as a sale that was undone"
    );
    assert_eq!(
        told(&app, sold_from, end).await,
        [(1, 1300), (1, -1300), none, none],
        "in one period nothing is left"
    );
    // What the month confirmation compares is the same money.
    let seller = first_seller(&app).await;
    let store = &app.ports().store;
    let figures = store
        .month_figures(&seller.id, sold_from, end)
        .await
        .unwrap();
    assert_eq!(
        [
            (figures.blue_count, figures.blue_tax),
            (figures.red_count, figures.red_tax)
        ],
        [(1, 1300), (1, -1300)]
    );
    app.assert_ledger_holds().await;
    app.stop().await;
}
