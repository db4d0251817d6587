//! A month that is closed: what was exported stays the same, what changes later is told.

use super::get;
use crate::{
    admin::{
        sign_in::signed_in,
        work::{location, page, send},
    },
    harness::{TestApp, company, spawn_app, tea},
    red::{at_stage, refund},
    taxes::{first_seller, ports_at},
};
use chrono::TimeDelta;
use fapiao_archive::{
    closing::{self, Change, Outcome},
    vat,
};
use fapiao_domain::ids::Id;
use fapiao_usecases::{
    actor::Actor,
    calendar,
    ports::{Issued, Period, Scope},
};
use reqwest::{Client, StatusCode};
use serde_json::json;

const FILES: [&str; 10] = [
    "ledger.csv",
    "ledger.xlsx",
    "vat.csv",
    "vat.xlsx",
    "reconciliation.csv",
    "reconciliation.xlsx",
    "vouchers.csv",
    "vouchers.xlsx",
    "sales.csv",
    "sales.xlsx",
];

/// The files of `month=…&seller=…`.
async fn files(app: &TestApp, who: &Client, asked: &str) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    for name in FILES {
        let path = format!("/admin/reports/{name}?{asked}");
        let (status, bytes) = get(app, who, &path).await;
        assert_eq!(status, StatusCode::OK, "{path}");
        found.push(bytes);
    }
    found
}

#[tokio::test]
async fn what_was_exported_stays_the_same_and_later_changes_are_told_invoice_by_invoice() {
    let app = spawn_app().await;
    let now = app.ports().clock.now();
    let month = calendar::month(now);
    let seller = first_seller(&app).await;
    let order = app.authorised_order("C-1", &company()).await;
    let delivery = app.await_state(&order, "carded").await;
    let number = delivery["invoice"]["number"].as_str().unwrap().to_owned();
    let other = app.authorised_order("C-2", &company()).await;
    app.await_state(&other, "carded").await;

    let (_, over) = fapiao_archive::reports::month(&month).unwrap();
    let later = ports_at(&app, over);
    let by = Actor::CommandLine;
    let outcome = closing::close(&later, (&seller.id, &month), &by, "小李").await;
    assert_eq!(outcome.unwrap(), Outcome::Done);
    let again = closing::close(&later, (&seller.id, &month), &by, "小李").await;
    assert_eq!(again.unwrap(), Outcome::Known);
    let found = closing::compare(app.ports(), &seller.id, &month).await;
    let found = found.unwrap();
    assert_eq!((found.invoices, found.count), (2, 0), "{found:?}");

    // Every form of every report is kept, and part of what a backup copies and the nightly check reads.
    let store = &app.ports().store;
    let kept = store.kept_pieces(&seller.id, &month).await.unwrap();
    let known = store.document_hashes(None, 1000).await.unwrap();
    for name in FILES.into_iter().chain(["rows"]) {
        let piece = kept.iter().find(|it| it.name == name).unwrap();
        assert!(
            known.contains(&(piece.sha256.clone(), piece.size)),
            "{name}"
        );
    }
    let mut one_by_one = Vec::new();
    while let Some(next) = {
        let after = one_by_one
            .last()
            .map(|(hash, _): &(String, i64)| hash.as_str());
        store.document_hashes(after, 1).await.unwrap().pop()
    } {
        one_by_one.push(next);
    }
    assert_eq!(one_by_one, known);

    let finance = signed_in(&app, "finance").await;
    let asked = format!("month={month}&seller={}", seller.id);
    let before = files(&app, &finance, &asked).await;
    let text = String::from_utf8(before[2].clone()).unwrap();
    assert!(
        text.contains("项目,内容\r\n单位名称,")
            && text.contains("编制人,小李\r\n复核人,\r\n打印时间,"),
        "{text}"
    );

    // Taken back after the closing: a red invoice comes, and the blue one's state is another.
    let sold = json!({ "order": order["id"], "invoice": delivery["invoice"]["id"] });
    let all = json!({ "mode": "confirm", "reason": "02", "everything": true });
    refund(&app, &sold, "C-1-r", &all).await;
    at_stage(&app, &sold, 0, "done").await;
    assert!(
        files(&app, &finance, &asked).await == before,
        "downloads are as they were when the month was closed"
    );
    let path = format!("/reports/ledger.csv?month={month}&seller={}", seller.id);
    let api = app.get(&path).await;
    assert!(
        api.body.as_str().unwrap().contains("-113.00"),
        "the books are the company's: a key of one store sees its ledger as it is"
    );

    let found = closing::compare(app.ports(), &seller.id, &month).await;
    let found = found.unwrap();
    let changes: Vec<Change> = found.listed.iter().map(|it| it.change).collect();
    assert_eq!(changes, [Change::State, Change::Added], "{found:?}");
    assert_eq!(
        (found.invoices, found.sums[2].to_string().as_str()),
        (3, "113.00")
    );
    let here = format!("/admin/sellers/{}/closings/{month}", seller.id);
    let shown = page(&app, &finance, &here).await;
    for wanted in [
        &number,
        "状态变化",
        "新增",
        "¥226.00",
        "−¥113.00",
        "ledger.xlsx",
        "解除锁定",
    ] {
        assert!(shown.contains(wanted), "{wanted}: {shown}");
    }
    let report = page(&app, &finance, &format!("/admin/reports/vat?{asked}")).await;
    assert!(
        report.contains("已锁账") && report.contains("锁账后有变化") && report.contains(&here),
        "{report}"
    );

    // Opened again, reports are of the ledger as it is.
    let open = format!("/admin/sellers/{}/openings", seller.id);
    let opened = send(&app, &finance, &open, &[("month", &month)]).await;
    assert!(
        page(&app, &finance, &location(&opened))
            .await
            .contains("已解除锁定")
    );
    assert!(
        store
            .kept_pieces(&seller.id, &month)
            .await
            .unwrap()
            .is_empty()
    );
    let fresh = files(&app, &finance, &asked).await;
    let ledger = String::from_utf8(fresh[0].clone()).unwrap();
    assert!(
        ledger.contains("-113.00") && ledger.contains("已红冲-全额"),
        "{ledger}"
    );
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn a_month_is_closed_by_who_may_and_only_when_it_is_over() {
    let app = spawn_app().await;
    let month = calendar::month(app.ports().clock.now());
    let seller = first_seller(&app).await;
    let finance = signed_in(&app, "finance").await;
    let close = format!("/admin/sellers/{}/closings", seller.id);
    let of_all = |month: &str| format!("/admin/reports/ledger?month={month}");
    let ledger = |month: &str| format!("{}&seller={}", of_all(month), seller.id);
    assert!(
        !page(&app, &finance, &ledger(&month))
            .await
            .contains("锁定本月")
    );
    let early = send(&app, &finance, &close, &[("month", &month)]).await;
    let shown = page(&app, &finance, &location(&early)).await;
    assert!(shown.contains("本月尚未结束"), "{shown}");

    let clerk = signed_in(&app, "clerk").await;
    let past = [("month", "2020-01")];
    let refused = send(&app, &clerk, &close, &past).await;
    assert_eq!(refused.status(), StatusCode::FORBIDDEN);
    let here = format!("{close}/2020-01");
    assert_eq!(get(&app, &clerk, &here).await.0, StatusCode::FORBIDDEN);

    let shown = page(&app, &finance, &ledger("2020-01")).await;
    assert!(shown.contains("锁定本月"), "{shown}");
    // Each seller's month is closed by itself.
    let shown = page(&app, &finance, &of_all("2020-01")).await;
    assert!(
        shown.contains("选择开票主体后可锁定本月") && !shown.contains("/closings"),
        "{shown}"
    );
    let closed = location(&send(&app, &finance, &close, &past).await);
    assert_eq!(closed, here);
    let shown = page(&app, &finance, &closed).await;
    assert!(
        shown.contains("2020-01 已锁账") && shown.contains("与锁账时完全一致"),
        "{shown}"
    );
    let twice = location(&send(&app, &finance, &close, &past).await);
    assert!(page(&app, &finance, &twice).await.contains("此前已锁账"));
    let shown = page(&app, &finance, &ledger("2020-01")).await;
    for wanted in [
        "已锁账",
        "张数与金额未变",
        "单位名称：",
        "税号：",
        "期间：2020-01",
        "编制人：",
        "复核人：",
        "打印时间：",
    ] {
        assert!(shown.contains(wanted), "{wanted}: {shown}");
    }
    let chain = app.ports().store.audit(None, 50).await.unwrap();
    let lines: Vec<_> = chain
        .rows
        .iter()
        .filter(|it| it.action == "books.closed")
        .collect();
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0].data["month"], "2020-01");
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn a_sale_that_comes_after_its_month_was_closed_counts_once_and_when_it_came() {
    let app = spawn_app().await;
    let seller = first_seller(&app).await;
    let now = app.ports().clock.now();
    let present = calendar::month(now);
    let (begins, _) = calendar::month_bounds(&present).unwrap();
    let sold_at = begins - TimeDelta::hours(1);
    let past = calendar::month(sold_at);
    let sale = async |number: &str| {
        let mut wanted = tea(number);
        wanted["sold_at"] = sold_at.to_rfc3339().into();
        let made = app.post("/orders", number, &wanted).await;
        assert_eq!(made.status, StatusCode::CREATED, "{made:?}");
        made.body
    };
    // Net of what had no invoice, and of what had one.
    let net = async |month: &str| {
        let (from, until) = calendar::month_bounds(month).unwrap();
        let period = Period {
            seller: Some(seller.id.clone()),
            from,
            until,
        };
        let rows = vat::of_period(app.ports(), &Scope::All, &period).await;
        let rows = rows.unwrap();
        let of = |without: bool| -> i64 {
            rows.iter()
                .filter(|it| (it.issued == Issued::None) == without)
                .map(|it| it.blue_net.get() + it.red_net.get())
                .sum()
        };
        (of(true), of(false))
    };
    sale("LATE-1").await;
    assert_eq!(
        (net(&past).await, net(&present).await),
        ((10_000, 0), (0, 0))
    );
    let by = Actor::CommandLine;
    let outcome = closing::close(app.ports(), (&seller.id, &past), &by, "小李").await;
    assert_eq!(outcome.unwrap(), Outcome::Done);

    let late = sale("LATE-2").await;
    assert_eq!(net(&past).await, (10_000, 0), "the return is made");
    assert_eq!(net(&present).await, (10_000, 0));

    // Invoiced, it moves from the one row to the other; nothing is taken off what the closed month told.
    app.open_page(&late).await;
    app.authorise(&late, &company()).await;
    app.await_state(&late, "carded").await;
    assert_eq!(net(&past).await, (10_000, 0));
    assert_eq!(net(&present).await, (0, 10_000));
    // Given back, it is as if it had not been.
    let all = json!({ "mode": "confirm", "reason": "02", "everything": true });
    let found = app
        .ports()
        .store
        .delivery(&Scope::All, &app.delivery_id(&late))
        .await;
    let invoice = found.unwrap().unwrap().invoice.unwrap();
    let sold = json!({ "order": late["id"], "invoice": invoice.as_str() });
    refund(&app, &sold, "LATE-2-r", &all).await;
    at_stage(&app, &sold, 0, "done").await;
    assert_eq!(net(&present).await, (0, 0));
    app.stop().await;
}
