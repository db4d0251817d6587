//! What does not match is found, listed with its next step, and part of the files: one difference of each kind, made for
//! real.

use super::get;
use crate::{
    admin::{
        sign_in::{hidden, signed_in},
        work::{location, page, send},
    },
    harness::{TestApp, company, eventually, spawn_app, tea, until},
    red::{at_stage, refund},
    taxes::{behind_gateway, first_seller, invoice_of},
};
use fapiao_domain::{
    ids::{DeliveryId, Id},
    money::Fen,
};
use fapiao_usecases::{
    calendar,
    ids::fresh,
    ports::{Finding, FindingRow, GatewayIssue, Period, Scope},
};
use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};

fn this_month(app: &TestApp) -> (String, Period) {
    let month = calendar::month(app.ports().clock.now());
    let (from, until) = fapiao_archive::reports::month(&month).unwrap();
    let period = Period {
        seller: None,
        from,
        until,
    };
    (month, period)
}

/// As it is at this moment: jobs may be at work.
async fn seen(app: &TestApp, finding: Finding) -> Vec<FindingRow> {
    let (_, period) = this_month(app);
    let store = &app.ports().store;
    let (rows, next) = store
        .findings(&Scope::All, &period, finding, None, 100)
        .await
        .unwrap();
    assert!(next.is_none());
    rows
}

/// When nothing moves any more: the overview counts what the list shows.
async fn found(app: &TestApp, finding: Finding) -> Vec<FindingRow> {
    let (_, period) = this_month(app);
    let store = &app.ports().store;
    let rows = seen(app, finding).await;
    let counts = store.finding_counts(&Scope::All, &period).await.unwrap();
    let count = counts.iter().find(|it| it.finding == finding).unwrap();
    assert_eq!(count.count, rows.len() as i64, "{finding:?}: {rows:?}");
    rows
}

async fn await_found(app: &TestApp, finding: Finding) -> FindingRow {
    eventually(&format!("{finding:?} is found"), async || {
        seen(app, finding).await.pop()
    })
    .await
}

/// Hands a statement in; the sentence that the next page tells.
async fn hand_in(app: &TestApp, who: &Client, bill: &str) -> String {
    let (month, _) = this_month(app);
    let seller = first_seller(app).await;
    let token = hidden(&page(app, who, "/admin").await, "csrf");
    let part = reqwest::multipart::Part::bytes(bill.as_bytes().to_vec()).file_name("bill.csv");
    let form = reqwest::multipart::Form::new()
        .text("csrf", token)
        .text("month", month)
        .text("seller", seller.id.to_string())
        .text("channel", "wechat")
        .part("file", part);
    let sent = who
        .post(format!(
            "{}/admin/reports/reconciliation/statement",
            app.web()
        ))
        .header("Origin", app.web())
        .multipart(form)
        .send()
        .await
        .unwrap();
    if sent.status() == StatusCode::FORBIDDEN {
        return "forbidden".to_owned();
    }
    page(app, who, &location(&sent)).await
}

#[tokio::test]
async fn a_payment_statement_shows_what_is_missing_wrong_and_too_much() {
    let app = spawn_app().await;
    let (month, _) = this_month(&app);
    for (order_no, number) in [
        ("F-1", "4200000001"),
        ("F-2", "4200000002"),
        ("F-3", "4200000003"),
        ("F-4", "4200000004"),
        ("F-5", "4200000005"),
    ] {
        let mut order = tea(order_no);
        order["payment"] = json!({ "channel": "wechat", "transaction_no": number });
        let placed = app.post("/orders", order_no, &order).await;
        assert_eq!(placed.status, StatusCode::CREATED, "{placed:?}");
    }
    let day = calendar::day(app.ports().clock.now());
    let bill = format!(
        "交易时间,微信订单号,商户订单号,交易状态,订单金额,微信退款单号,申请退款金额,手续费,费率\r\n\
         `{day} 00:10:00,`4200000001,`a,`SUCCESS,`113.00,`0,`0.00,`0.68000,`0.60%\r\n\
         `{day} 00:11:00,`4200000002,`b,`SUCCESS,`100.00,`0,`0.00,`0.60000,`0.60%\r\n\
         `{day} 00:12:00,`4200000004,`d,`SUCCESS,`113.00,`0,`0.00,`1.13000,`0.60%\r\n\
         `{day} 00:13:00,`4200000005,`e,`SUCCESS,`113.00,`0,`0.00,`0.68000,`0.60%\r\n\
         `{day} 00:14:00,`4200000005,`e,`REFUND,`0.00,`5001,`13.00,`-0.08000,`0.60%\r\n\
         `{day} 00:15:00,`4200000009,`z,`SUCCESS,`50.00,`0,`0.00,`0.30000,`0.60%\r\n\
         总交易单数,退款总金额\r\n`6,`13.00\r\n"
    );
    let finance = signed_in(&app, "finance").await;
    let wrong = hand_in(&app, &finance, &bill.replace("113.00", "many")).await;
    assert!(wrong.contains("无法读取"), "the cell is named: {wrong}");
    let told = hand_in(&app, &finance, &bill).await;
    assert!(told.contains("5 笔支付、1 笔退款"), "{told}");
    assert!(
        told.contains("bill.csv") && told.contains("有支付无订单"),
        "{told}"
    );
    let again = hand_in(&app, &finance, &bill).await;
    assert!(again.contains("已经上传过"), "{again}");
    let clerk = signed_in(&app, "clerk").await;
    assert_eq!(hand_in(&app, &clerk, &bill).await, "forbidden");

    let one = |rows: Vec<FindingRow>| {
        assert_eq!(rows.len(), 1, "{rows:?}");
        let it = rows.into_iter().next().unwrap();
        let fen = |it: Option<Fen>| it.map(Fen::get);
        (it.order_no, it.number, fen(it.here), fen(it.there))
    };
    let wanted = |order_no: &str, number: &str, here, there| {
        (order_no.to_owned(), number.to_owned(), here, there)
    };
    for (finding, expected) in [
        (
            Finding::PaymentMissing,
            wanted("F-3", "4200000003", Some(11_300), None),
        ),
        (
            Finding::PaymentAmount,
            wanted("F-2", "4200000002", Some(11_300), Some(10_000)),
        ),
        (
            Finding::PaymentRefund,
            wanted("F-5", "4200000005", Some(0), Some(1_300)),
        ),
        (
            Finding::PaymentFee,
            wanted("d", "4200000004", Some(68), Some(113)),
        ),
        (
            Finding::PaymentWithoutOrder,
            wanted("z", "4200000009", None, Some(5_000)),
        ),
    ] {
        assert_eq!(one(found(&app, finding).await), expected, "{finding:?}");
    }

    // The service corrects itself: what it said last holds.
    let corrected = bill
        .replace("`100.00,", "`113.00,")
        .replace("`0.60000,", "`0.68000,");
    let told = hand_in(&app, &finance, &corrected).await;
    assert!(told.contains("5 笔支付、1 笔退款"), "{told}");
    assert!(found(&app, Finding::PaymentAmount).await.is_empty());
    let back = hand_in(&app, &finance, &format!("{bill}\r\n")).await;
    assert!(back.contains("5 笔支付、1 笔退款"), "{back}");

    // The page of a kind says what to do; the files have every row of every kind.
    let path = format!("/admin/reports/reconciliation?month={month}&find=payment_amount");
    let shown = page(&app, &finance, &path).await;
    for wanted in ["F-2", "¥113.00", "¥100.00", "按实收金额红冲重开"] {
        assert!(shown.contains(wanted), "{wanted}: {shown}");
    }
    let csv = app
        .get(&format!("/reports/reconciliation.csv?month={month}"))
        .await;
    let csv = csv.body.as_str().unwrap_or_default();
    assert!(
        csv.contains(",4200000002,F-2,113.00,100.00,-13.00,微信支付,"),
        "{csv}"
    );
    assert!(
        !csv.contains("手续费不符"),
        "a key of one store sees no fees of the company: {csv}"
    );
    let path = format!("/admin/reports/reconciliation.csv?month={month}");
    let whole = String::from_utf8(get(&app, &finance, &path).await.1).unwrap();
    assert!(
        whole.contains("支付与订单,手续费不符,1,0.45,向支付平台核实费率"),
        "{whole}"
    );
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn what_the_tax_side_has_beyond_us_is_found_by_asking_it() {
    let app = spawn_app().await;
    let (month, _) = this_month(&app);
    let order = app.authorised_order("T-1", &company()).await;
    let delivery = app.await_state(&order, "carded").await;
    let seller = first_seller(&app).await;
    let finance = signed_in(&app, "finance").await;
    let compare = async || {
        let path = "/admin/reports/reconciliation/comparison";
        let sent = send(&app, &finance, path, &[("month", &month)]).await;
        assert!(location(&sent).contains(&month));
    };
    // Both sides agree at first; then somebody else downloads quota of the same taxpayer.
    compare().await;
    let store = &app.ports().store;
    let check = eventually("the check", async || {
        // One made at the node's start may be there before the invoice was.
        let known = store.quota_checks(Some(&seller.id), &month).await.unwrap();
        known.into_iter().find(|it| it.spent_here.get() == 10_000)
    })
    .await;
    assert!(check.agrees() && check.granted_there.is_some(), "{check:?}");
    assert!(found(&app, Finding::QuotaDrift).await.is_empty());
    let elsewhere = Fen::new(50_000).unwrap();
    let tax = &app.ports().tax;
    tax.fetch_quota(&seller, "0123456789abcdef0123456789abcdef", elsewhere)
        .await
        .unwrap();
    compare().await;
    let drift = await_found(&app, Finding::QuotaDrift).await;
    let (here, there) = (drift.here.unwrap(), drift.there.unwrap());
    assert_eq!(
        (drift.said.as_str(), there.get() - here.get()),
        ("granted", 50_000)
    );

    // Behind a gateway there is a list of numbers: one that we never issued stands on it.
    behind_gateway(&app, "digital").await;
    let mut stranger = invoice_of(&app, &delivery).await;
    stranger.id = fresh(app.ports().clock.now());
    let issue = GatewayIssue {
        invoice: &stranger,
        levy_lines: &[],
        document: None,
    };
    tax.issue_there(&seller, &issue).await.unwrap();
    compare().await;
    let theirs = await_found(&app, Finding::TheirsOnly).await;
    assert_eq!(
        (theirs.number.len(), theirs.here, theirs.there.map(Fen::get)),
        (20, None, Some(11_300))
    );
    assert_eq!(found(&app, Finding::MonthDiffers).await.len(), 1);
    until("the gateway's word of the quota", async || {
        let rows = seen(&app, Finding::QuotaDrift).await;
        rows.iter().any(|it| it.said == "spent")
    })
    .await;
    let rows = found(&app, Finding::QuotaDrift).await;
    assert_eq!(
        (rows.len(), rows[0].said.as_str()),
        (1, "spent"),
        "{rows:?}"
    );
    assert_eq!(
        rows[0].there.unwrap().get() - rows[0].here.unwrap().get(),
        10_000
    );

    let path = format!("/admin/reports/reconciliation?month={month}");
    let shown = page(&app, &finance, &path).await;
    for wanted in ["仅税局有", "汇总不一致", "额度不一致", "find=theirs_only"] {
        assert!(shown.contains(wanted), "{wanted}: {shown}");
    }
    let list = page(&app, &finance, &format!("{path}&find=theirs_only")).await;
    assert!(
        list.contains("由其他系统或电子税务局开具") && list.contains("¥113.00"),
        "{list}"
    );
    let csv = get(
        &app,
        &finance,
        &format!("/admin/reports/reconciliation.csv?month={month}"),
    )
    .await
    .1;
    let csv = String::from_utf8(csv).unwrap();
    assert!(
        csv.contains(&format!(",{},,,113.00,,", theirs.number)),
        "{csv}"
    );

    // A segment that holds a number which the gateway gave: it would be used twice.
    assert!(found(&app, Finding::NumberReused).await.is_empty());
    let order = app.authorised_order("T-2", &company()).await;
    let given = app.await_state(&order, "carded").await;
    let number = given["invoice"]["number"].as_str().unwrap();
    app.tamper(&format!(
        "INSERT INTO segments (id, seller_id, issue_year, first_number, last_number, size, taken, request, fetched_at) \
         VALUES ('seg_01J00000000000000000000001', '{}', 26, '{number}', '{number}', 1, 0, 'x', 0)",
        seller.id
    ))
    .await;
    let strange = found(&app, Finding::NumberReused).await;
    assert_eq!((strange.len(), strange[0].order_no.as_str()), (1, "T-2"));

    // Whoever sees one store only sees nothing of the company.
    let store = Scope::Store(store.store_by_code("S001").await.unwrap().unwrap().id);
    let (_, period) = this_month(&app);
    let counts = app.ports().store.finding_counts(&store, &period).await;
    assert!(counts.unwrap().iter().all(|it| !it.finding.is_of_company()));
    app.stop().await;
}

async fn holder_does(app: &TestApp, order: &Value, status: &str) {
    let id = DeliveryId::parse(order["delivery"]["id"].as_str().unwrap()).unwrap();
    let card = app.ports().store.card(&id).await.unwrap().unwrap();
    let path = format!("/sandbox/cards/{}/status", card.code);
    let body = json!({ "status": status });
    app.control(&app.sandbox(), Method::POST, &path, Some(&body))
        .await;
}

#[tokio::test]
async fn cards_and_numbers_that_stand_oddly_are_found() {
    let app = spawn_app().await;
    let (month, _) = this_month(&app);
    let mut carded = Vec::new();
    for order_no in ["C-1", "C-2", "C-3", "C-4"] {
        let order = app.authorised_order(order_no, &company()).await;
        let delivery = app.await_state(&order, "carded").await;
        carded.push((order, delivery));
    }
    holder_does(&app, &carded[0].0, "INVOICE_REIMBURSE_LOCK").await;
    assert_eq!(await_found(&app, Finding::CardLocked).await.order_no, "C-1");
    holder_does(&app, &carded[1].0, "INVOICE_REIMBURSE_LOCK").await;
    holder_does(&app, &carded[1].0, "INVOICE_REIMBURSE_CLOSURE").await;
    assert_eq!(await_found(&app, Finding::CardClosed).await.order_no, "C-2");
    // WeChat does not take the paper: the invoice is issued and lies with us.
    let fault = json!({ "path": "/card/invoice/platform/setpdf", "kind": "errcode", "value": -1, "count": 1000 });
    app.wechat_fault(&fault).await;
    app.authorised_order("C-5", &company()).await;
    let waiting = await_found(&app, Finding::NotDelivered).await;
    assert_eq!(waiting.order_no, "C-5");

    // Taken back, and then alive again: past the product.
    let (order, delivery) = &carded[2];
    let sold = json!({ "order": order["id"], "invoice": delivery["invoice"]["id"] });
    let all = json!({ "mode": "confirm", "reason": "02", "everything": true });
    refund(&app, &sold, "C-3-r", &all).await;
    at_stage(&app, &sold, 0, "done").await;
    // Struck out by a job that follows: until then it is one.
    until("the card is struck out", async || {
        seen(&app, Finding::RedCardAlive).await.is_empty()
    })
    .await;
    assert!(found(&app, Finding::RedCardAlive).await.is_empty());
    app.tamper("UPDATE cards SET state = 'inserted' WHERE state = 'cancelled'")
        .await;
    assert_eq!(found(&app, Finding::RedCardAlive).await[0].order_no, "C-3");
    let id = carded[3].0["delivery"]["id"].as_str().unwrap();
    app.tamper(&format!(
        "UPDATE cards SET state = 'code_unknown', code = '' WHERE delivery_id = '{id}'"
    ))
    .await;
    assert!(
        found(&app, Finding::NotTaken)
            .await
            .iter()
            .any(|it| it.order_no == "C-4")
    );
    app.tamper("UPDATE orders SET refunded = total WHERE order_no = 'C-4'")
        .await;
    let rows = found(&app, Finding::InvoiceWithoutOrder).await;
    assert_eq!((rows.len(), rows[0].order_no.as_str()), (1, "C-4"));

    // Two numbers vanish from a segment.
    assert!(found(&app, Finding::NumberGap).await.is_empty());
    assert!(found(&app, Finding::NumberReused).await.is_empty());
    app.tamper("UPDATE segments SET taken = taken + 2 WHERE taken > 0")
        .await;
    let gap = found(&app, Finding::NumberGap).await;
    assert!(gap[0].number.contains('–') && gap[0].said == "2", "{gap:?}");

    let finance = signed_in(&app, "finance").await;
    let path = format!("/admin/reports/reconciliation?month={month}");
    let chinese = page(&app, &finance, &format!("{path}&find=number_gap")).await;
    assert!(chinese.contains("2 个号码"), "{chinese}");
    send(
        &app,
        &finance,
        "/admin/language",
        &[("lang", "en"), ("back", "/admin")],
    )
    .await;
    let english = page(&app, &finance, &path).await;
    for wanted in [
        "Issued, not delivered",
        "Gaps",
        "Segments of numbers",
        "Quota",
    ] {
        assert!(english.contains(wanted), "{wanted}: {english}");
    }
    let xlsx = get(
        &app,
        &finance,
        &format!("/admin/reports/reconciliation.xlsx?month={month}"),
    )
    .await;
    assert!(xlsx.0 == StatusCode::OK && xlsx.1.starts_with(b"PK"));
    app.stop().await;
}
