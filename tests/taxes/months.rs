//! Month totals: compared, explained, confirmed in time; and the stock of the new year.

use super::{authority_at, behind_gateway, first_seller, invoice_of, ports_at, unanswered};
use crate::{
    admin::{
        sign_in::signed_in,
        work::{location, page, send},
    },
    harness::{TestApp, company, spawn_app},
};
use chrono::{DateTime, TimeDelta, Utc};
use fapiao_usecases::{
    actor::Actor,
    backoffice::months::{
        ConfirmError, bounds, check_month, closes_at, confirm_month, is_open, withdraw_month,
    },
    calendar,
    ids::fresh,
    platform::stock::refill_stock,
    ports::{DifferenceKind, GatewayIssue, MonthCheck, MonthState},
    records::{Seller, TaxConnection, TaxProfile, TaxRoute},
};
use reqwest::Method;
use serde_json::json;

/// The month of now, and a moment of its day in the month after.
fn next_month(now: DateTime<Utc>, day: i64) -> (String, DateTime<Utc>) {
    let month = calendar::month(now);
    let (_, until) = bounds(&month).unwrap();
    (
        month,
        until + TimeDelta::days(day - 1) + TimeDelta::hours(10),
    )
}

async fn known(app: &TestApp, seller: &Seller, month: &str) -> MonthCheck {
    let months = app.ports().store.months(&seller.id).await.unwrap();
    months.into_iter().find(|it| it.month == month).unwrap()
}

#[tokio::test]
async fn equal_totals_are_confirmed_before_the_thirteenth_and_can_be_taken_back() {
    let app = spawn_app().await;
    for number in ["MO-1", "MO-2"] {
        let order = app.authorised_order(number, &company()).await;
        app.await_state(&order, "carded").await;
    }
    let seller = first_seller(&app).await;
    let by = Actor::CommandLine;
    let (month, later) = next_month(app.ports().clock.now(), 5);
    let early = confirm_month(app.ports(), &by, &seller, &month).await;
    assert!(matches!(early, Err(ConfirmError::NotNow(_))), "{early:?}");
    authority_at(&app, later).await;
    let ports = ports_at(&app, later);
    check_month(&ports, &seller.id, &month).await.unwrap();
    let check = known(&app, &seller, &month).await;
    assert_eq!(check.state, MonthState::Matches, "{check:?}");
    assert_eq!((check.ours.blue_count, check.ours.blue_amount), (2, 20_000));
    confirm_month(&ports, &by, &seller, &month).await.unwrap();
    let check = known(&app, &seller, &month).await;
    assert_eq!(check.state, MonthState::Confirmed);
    assert_eq!(check.confirmed_by, "cli");
    let ledger = app.tax_ledger().await;
    assert_eq!(
        ledger["months"][0]["confirmed"], true,
        "{}",
        ledger["months"]
    );
    // What is confirmed stays so when the tax side cannot be asked: nobody is reminded of it.
    let silent = json!({ "service": "CXFPHZQRXX", "kind": "http", "status": 503 });
    app.tax_fault(&silent).await;
    let asked = check_month(&ports, &seller.id, &month).await;
    assert!(asked.is_err(), "{asked:?}");
    let check = known(&app, &seller, &month).await;
    assert_eq!(check.state, MonthState::Confirmed, "{check:?}");
    assert!(!check.trouble.is_empty() && check.theirs.is_some());
    assert!(!is_open(&ports, &seller, &month).await.unwrap());
    app.control(&app.tax(), Method::DELETE, "/sandbox/faults", None)
        .await;
    // Again is harmless; taken back it can be confirmed anew.
    confirm_month(&ports, &by, &seller, &month).await.unwrap();
    withdraw_month(&ports, &by, &seller, &month).await.unwrap();
    assert_eq!(
        known(&app, &seller, &month).await.state,
        MonthState::Matches
    );
    confirm_month(&ports, &by, &seller, &month).await.unwrap();
    let closed = ports_at(&app, closes_at(&month).unwrap());
    let late = withdraw_month(&closed, &by, &seller, &month).await;
    assert!(matches!(late, Err(ConfirmError::NotNow(_))), "{late:?}");
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn a_month_without_invoices_that_was_compared_by_night_is_not_to_be_confirmed() {
    let app = spawn_app().await;
    let seller = first_seller(&app).await;
    let (month, later) = next_month(app.ports().clock.now(), 5);
    check_month(app.ports(), &seller.id, &month).await.unwrap();
    assert_eq!(
        known(&app, &seller, &month).await.state,
        MonthState::Matches
    );
    let ports = ports_at(&app, later);
    assert!(!is_open(&ports, &seller, &month).await.unwrap());
    // What is issued after that night is to be confirmed.
    let order = app.authorised_order("MO-30", &company()).await;
    app.await_state(&order, "carded").await;
    assert!(is_open(&ports, &seller, &month).await.unwrap());
    app.stop().await;
}

#[tokio::test]
async fn a_lost_answer_is_the_difference_and_is_named() {
    let app = spawn_app().await;
    let invoice = unanswered(&app, "MO-3").await;
    let seller = first_seller(&app).await;
    let (month, later) = next_month(app.ports().clock.now(), 3);
    authority_at(&app, later).await;
    let ports = ports_at(&app, later);
    let refused = confirm_month(&ports, &Actor::CommandLine, &seller, &month).await;
    assert!(matches!(refused, Err(ConfirmError::Differs)), "{refused:?}");
    let check = known(&app, &seller, &month).await;
    assert_eq!(check.differences.len(), 1, "{check:?}");
    assert_eq!(check.differences[0].kind, DifferenceKind::UnsettledHere);
    assert_eq!(check.differences[0].invoice, invoice.id.to_string());
    app.stop().await;
}

/// The seller leaves its gateway.
async fn over_the_direct_connection(
    app: &TestApp,
    seller: &Seller,
    connection: &mut TaxConnection,
) {
    let store = &app.ports().store;
    connection.route = TaxRoute::Direct;
    let stored = store.tax_connection(&seller.id).await.unwrap();
    connection.version = stored.unwrap().version;
    let by = Actor::CommandLine;
    store
        .save_tax_connection(connection, Vec::new(), &by)
        .await
        .unwrap();
}

#[tokio::test]
async fn the_older_form_of_a_route_before_is_no_difference_while_the_sums_agree() {
    let app = spawn_app().await;
    let mut connection = behind_gateway(&app, "classic").await;
    let order = app.authorised_order("MO-5", &company()).await;
    app.await_state(&order, "carded").await;
    let seller = first_seller(&app).await;
    connection.profile = TaxProfile::Digital;
    over_the_direct_connection(&app, &seller, &mut connection).await;
    // A number is taken and never arrives there: what both sides sum is equal all the same.
    let fault = json!({ "service": "QDFPSC", "kind": "http", "status": 503 });
    app.tax_fault(&fault).await;
    app.authorised_order("MO-6", &company()).await;
    let (month, later) = next_month(app.ports().clock.now(), 2);
    let (from, until) = bounds(&month).unwrap();
    let store = &app.ports().store;
    crate::harness::until("both have a number", async || {
        let rows = store.month_rows(&seller.id, from, until, 10).await.unwrap();
        rows.len() == 2
    })
    .await;
    authority_at(&app, later).await;
    let ports = ports_at(&app, later);
    check_month(&ports, &seller.id, &month).await.unwrap();
    let check = known(&app, &seller, &month).await;
    assert_eq!(check.state, MonthState::Matches, "{check:?}");
    let kinds: Vec<_> = check.differences.iter().map(|it| it.kind).collect();
    assert_eq!(kinds, [DifferenceKind::OpenHere], "{check:?}");
    app.stop().await;
}

#[tokio::test]
async fn what_a_gateway_has_and_we_do_not_is_listed_and_over_the_direct_connection_a_remainder() {
    let app = spawn_app().await;
    let mut connection = behind_gateway(&app, "digital").await;
    let order = app.authorised_order("MO-4", &company()).await;
    let delivery = app.await_state(&order, "carded").await;
    let seller = first_seller(&app).await;
    // Issued past this ledger, under a serial it never made.
    let mut stranger = invoice_of(&app, &delivery).await;
    stranger.id = fresh(app.ports().clock.now());
    let issue = GatewayIssue {
        invoice: &stranger,
        levy_lines: &[],
        document: None,
    };
    app.ports().tax.issue_there(&seller, &issue).await.unwrap();
    let (month, later) = next_month(app.ports().clock.now(), 2);
    authority_at(&app, later).await;
    let ports = ports_at(&app, later);
    check_month(&ports, &seller.id, &month).await.unwrap();
    let check = known(&app, &seller, &month).await;
    assert_eq!(check.state, MonthState::Differs);
    let kinds: Vec<_> = check.differences.iter().map(|it| it.kind).collect();
    assert_eq!(kinds, [DifferenceKind::MissingHere], "{check:?}");
    assert_eq!(check.differences[0].there, Some((10_000, 1_300)));

    over_the_direct_connection(&app, &seller, &mut connection).await;
    check_month(&ports, &seller.id, &month).await.unwrap();
    let check = known(&app, &seller, &month).await;
    let kinds: Vec<_> = check.differences.iter().map(|it| it.kind).collect();
    assert_eq!(kinds, [DifferenceKind::Remainder], "{check:?}");

    // The page names the month and the kind of difference; a clerk does not see it.
    let finance = signed_in(&app, "finance").await;
    let shown = page(&app, &finance, "/admin/months").await;
    assert!(shown.contains(&month), "{shown}");
    let path = format!("/admin/months/{month}/confirmation");
    let id = seller.id.to_string();
    let sent = send(&app, &finance, &path, &[("seller", &id)]).await;
    assert_eq!(location(&sent), format!("/admin/months?seller={id}"));
    let clerk = signed_in(&app, "clerk").await;
    let refused = send(&app, &clerk, &path, &[("seller", &id)]).await;
    assert_eq!(refused.status(), reqwest::StatusCode::FORBIDDEN);
    app.stop().await;
}

#[tokio::test]
async fn with_the_year_the_stock_turns() {
    let app = spawn_app().await;
    let seller = first_seller(&app).await;
    let now = app.ports().clock.now();
    let year = calendar::year2(now);
    let before = app.ports().store.numbers_left(&seller.id, year).await;
    assert!(before.unwrap() > 0);
    assert_eq!(
        app.ports()
            .store
            .numbers_left(&seller.id, year + 1)
            .await
            .unwrap(),
        0
    );
    let first = chrono::NaiveDate::from_ymd_opt(2000 + year + 1, 1, 1).unwrap();
    let new_year = calendar::midnight(first);
    authority_at(&app, new_year + TimeDelta::minutes(5)).await;
    let ports = ports_at(&app, new_year + TimeDelta::minutes(5));
    refill_stock(&ports, &seller.id).await.unwrap();
    let left = app.ports().store.numbers_left(&seller.id, year + 1).await;
    assert!(left.unwrap() >= i64::from(seller.numbers_low));
    let segments = app.ports().store.segments(&seller.id).await.unwrap();
    let fresh = segments.iter().find(|it| it.year == year + 1).unwrap();
    assert!(fresh.first.starts_with(&format!("{:02}", year + 1)));
    let month = calendar::month(new_year);
    let quota = app.ports().store.quota_left(&seller.id, &month).await;
    assert!(quota.unwrap() >= seller.quota_low);
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn who_decides_confirms_and_others_read_or_stay_out() {
    let app = spawn_app().await;
    let order = app.authorised_order("MO-9", &company()).await;
    app.await_state(&order, "carded").await;
    let seller = first_seller(&app).await;
    let month = calendar::month(app.ports().clock.now());
    let id = seller.id.to_string();
    let compare = format!("/admin/months/{month}/comparison");
    for (login, reads, decides) in [
        ("manager", true, true),
        ("admin", true, true),
        ("finance", true, true),
        ("auditor", true, false),
        ("clerk", false, false),
    ] {
        let who = signed_in(&app, login).await;
        let shown = who
            .get(format!("{}/admin/months", app.web()))
            .send()
            .await
            .unwrap();
        let expected = if reads { 200 } else { 403 };
        assert_eq!(shown.status(), expected, "{login}");
        let text = shown.text().await.unwrap();
        assert_eq!(text.contains(&compare), decides, "{login}: {text}");
        assert_eq!(text.contains("¥100.00"), reads, "{login}");
        for act in ["comparison", "confirmation", "withdrawal"] {
            let path = format!("/admin/months/{month}/{act}");
            let sent = send(&app, &who, &path, &[("seller", &id)]).await;
            let allowed = sent.status() != reqwest::StatusCode::FORBIDDEN;
            assert_eq!(allowed, decides, "{login} {act}: {}", sent.status());
        }
    }
    // Another's seller does not exist.
    let finance = signed_in(&app, "finance").await;
    let other = [("seller", "sel_01J8ZC3N6T9Q4W2E5R7Y8U1P0A")];
    let sent = send(&app, &finance, &compare, &other).await;
    assert_eq!(sent.status(), reqwest::StatusCode::NOT_FOUND);
    app.stop().await;
}
