//! Rates and class codes held against the tax authority's lists: when an order comes in, when its invoice is drafted, and
//! before a number is taken.

use super::{imported, mistakes};
use crate::{
    admin::sign_in::{hidden, signed_in},
    harness::{TestApp, company, eventually, spawn_app, tea},
    taxes::{first_seller, ports_at},
};
use chrono::TimeDelta;
use fapiao_domain::{ids::InvoiceId, invoice::InvoiceState, rate::Rate};
use fapiao_usecases::{
    calendar,
    platform::issue::issue_invoices,
    ports::{Ports, Scope},
    records::{Invoice, TaxCode, UsableRate},
    step::StepError,
};
use reqwest::StatusCode;
use serde_json::{Value, json};

const APPLES: &str = "1010115010100000000";
const CHINA: &str = "1080121010000000000";

fn apples(order_no: &str, rate: &str) -> Value {
    let mut order = tea(order_no);
    let good = json!({
        "name": "红富士", "tax_code": APPLES, "unit": "千克", "quantity": "2", "unit_price": "10.90",
        "tax_included": true, "rate": rate
    });
    order["lines"].as_array_mut().unwrap().push(good);
    order
}

#[tokio::test]
async fn a_rate_that_the_class_code_does_not_permit_is_refused_on_every_way_in() {
    let app = spawn_app().await;
    let wrong = app.post("/orders", "CR-1", &apples("CR-1", "0.13")).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong:?}");
    assert_eq!(wrong.wrong_fields(), ["/lines/1/rate"]);
    let error = &wrong.body["errors"][0];
    assert_eq!(error["code"], "E_RATE_CLASS");
    let told = error["message"].as_str().unwrap();
    assert!(
        told.contains(APPLES) && told.contains("permits 9%, 1%, 3%, 5%, not 13%"),
        "{told}"
    );
    // What the lists allow goes through, levies among it.
    for (number, rate) in [("CR-2", "0.09"), ("CR-3", "0.03"), ("CR-4", "exempt")] {
        let made = app.post("/orders", number, &apples(number, rate)).await;
        assert_eq!(made.status, StatusCode::CREATED, "{rate}: {made:?}");
    }

    let file = format!(
        "order_no,name,store,tax_code,unit,quantity,unit_price,tax_included,rate\n\
         CR-5,红富士,S001,{APPLES},千克,1,10.90,yes,0.09\n\
         CR-6,红富士,S001,{APPLES},千克,1,10.90,yes,0.13\n"
    );
    let report = imported(&app, &file).await;
    assert_eq!(report.created, 1);
    assert_eq!(mistakes(&report), [(3, "rate")]);

    let clerk = signed_in(&app, "admin").await;
    let address = format!("{}/admin/orders", app.web());
    let page = clerk.get(format!("{address}/new")).send().await.unwrap();
    let token = hidden(&page.text().await.unwrap(), "csrf");
    let form = [
        ("csrf", token.as_str()),
        ("order_no", "CR-7"),
        ("store", "S001"),
        ("tax_included", "yes"),
        ("lines-0-name", "红富士"),
        ("lines-0-tax_code", APPLES),
        ("lines-0-unit", "千克"),
        ("lines-0-quantity", "1"),
        ("lines-0-unit_price", "10.90"),
        ("lines-0-rate", "0.13"),
    ];
    let request = clerk.post(&address).header("Origin", app.web());
    let answer = request.form(&form).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let text = answer.text().await.unwrap();
    assert!(text.contains("允许 9%、1%、3%、5%，不允许 13%"), "{text}");

    // The table shows what each code permits.
    let table = clerk
        .get(format!("{}/admin/tax-codes?q={APPLES}", app.web()))
        .send()
        .await
        .unwrap();
    let text = table.text().await.unwrap();
    assert!(text.contains("允许 9% 1% 3% 5%"), "{text}");
    app.stop().await;
}

/// Ends 13% for the seller after a day, or lets it run on.
async fn thirteen_until(app: &TestApp, until: &str, codes: &[TaxCode]) {
    let (seller, store) = (first_seller(app).await.id, &app.ports().store);
    let mut rates: Vec<UsableRate> = store.usable_rates(&seller).await.unwrap();
    let thirteen = Rate::parse("0.13").unwrap();
    for it in &mut rates {
        if it.rate == thirteen {
            until.clone_into(&mut it.until);
        }
    }
    let now = app.ports().clock.now();
    store
        .save_tax_data(&seller, codes, &rates, now)
        .await
        .unwrap();
}

/// Drafted, and without quota for its number.
async fn waiting(app: &TestApp, order_no: &str) -> InvoiceId {
    // Nor does the authority give any more.
    app.tax_fault(&json!({ "service": "XZTHSXED", "kind": "http", "status": 503 }))
        .await;
    app.tamper("UPDATE quota_balances SET balance = 0").await;
    let order = app.authorised_order(order_no, &company()).await;
    let (store, delivery) = (&app.ports().store, app.delivery_id(&order));
    eventually("the invoice is drafted", async || {
        let found = store.delivery(&Scope::All, &delivery).await.unwrap();
        found?.invoice
    })
    .await
}

async fn issue(ports: &Ports, id: &InvoiceId) -> StepError {
    let mut results = issue_invoices(ports, std::slice::from_ref(id)).await;
    assert_eq!(results.len(), 1);
    results.remove(0).1.unwrap_err()
}

async fn stored(app: &TestApp, id: &InvoiceId) -> Invoice {
    let ids = std::slice::from_ref(id);
    let mut found = app.ports().store.invoices_by_id(ids).await.unwrap();
    found.remove(0)
}

#[tokio::test]
async fn a_rate_that_ended_while_the_invoice_waited_stops_before_the_number() {
    let app = spawn_app().await;
    let id = waiting(&app, "CR-8").await;
    let now = app.ports().clock.now();
    let today = calendar::day(now);
    let tomorrow = ports_at(&app, now + TimeDelta::days(1));
    // The last day is today: as a year's end ends a relief.
    thirteen_until(&app, &today, &[]).await;
    let StepError::Parked { code, reason } = issue(&tomorrow, &id).await else {
        panic!("it was not stopped");
    };
    assert_eq!(code, "rate_not_usable");
    assert!(
        reason.contains(&format!("第 1 行：13% 只能用到 {today}"))
            && reason.contains(&format!(
                "line 1: the tax authority listed 13% for this seller until {today} only"
            )),
        "{reason}"
    );
    // The code itself ended.
    let book = app.ports().store.tax_codes().await.unwrap();
    let mut china = book.versions(CHINA).last().unwrap().clone();
    china.until.clone_from(&today);
    thirteen_until(&app, "", std::slice::from_ref(&china)).await;
    let StepError::Parked { code, reason } = issue(&tomorrow, &id).await else {
        panic!("it was not stopped");
    };
    assert_eq!(code, "class_code_ended");
    assert!(
        reason.contains(CHINA) && reason.contains(&today),
        "{reason}"
    );
    // Listed again, it waits for its quota as before.
    china.until.clear();
    thirteen_until(&app, "", &[china]).await;
    let waits = issue(&tomorrow, &id).await;
    assert!(matches!(waits, StepError::NotYet { .. }), "{waits:?}");
    assert_eq!(stored(&app, &id).await.identity, None);
    app.stop().await;
}

#[tokio::test]
async fn a_rate_that_ended_before_the_buyer_came_stops_the_draft_with_words() {
    let app = spawn_app().await;
    let order = app.order("CR-9").await;
    let yesterday = calendar::day(app.ports().clock.now() - TimeDelta::days(1));
    thirteen_until(&app, &yesterday, &[]).await;
    app.open_page(&order).await;
    app.authorise(&order, &company()).await;
    let store = &app.ports().store;
    let parked = eventually("the draft stops", async || {
        let parked = store.jobs(Some("parked"), None, 10).await.unwrap().rows;
        (!parked.is_empty()).then_some(parked)
    })
    .await;
    assert_eq!(parked.len(), 1, "{parked:?}");
    let delivery = app.delivery_id(&order);
    let found = store.delivery(&Scope::All, &delivery).await.unwrap();
    assert_eq!(found.unwrap().invoice, None);
    let admin = signed_in(&app, "admin").await;
    let page = admin
        .get(format!("{}/admin/jobs", app.web()))
        .send()
        .await
        .unwrap();
    let text = page.text().await.unwrap();
    assert!(
        text.contains(&format!(
            "<td class=\"why\">第 1 行：13% 只能用到 {yesterday}，"
        )),
        "{text}"
    );
    assert!(text.contains("再按现行税率和编码重新录入订单"), "{text}");
    app.stop().await;
}

#[tokio::test]
async fn what_a_gateway_was_asked_for_is_not_stopped_any_more() {
    let app = spawn_app().await;
    crate::taxes::behind_gateway(&app, "digital").await;
    app.tax_fault(&json!({ "service": "gateway.issue", "kind": "work_then_drop", "times": 1 }))
        .await;
    let order = app.authorised_order("CR-10", &company()).await;
    let (store, delivery) = (&app.ports().store, app.delivery_id(&order));
    let id = eventually("the answer is lost", async || {
        let found = store.delivery(&Scope::All, &delivery).await.unwrap();
        let id = found?.invoice?;
        let state = stored(&app, &id).await.state;
        (state == InvoiceState::OutcomeUnknown).then_some(id)
    })
    .await;
    let yesterday = calendar::day(app.ports().clock.now() - TimeDelta::days(1));
    thirteen_until(&app, &yesterday, &[]).await;
    let later = ports_at(&app, app.ports().clock.now() + TimeDelta::minutes(2));
    let results = issue_invoices(&later, std::slice::from_ref(&id)).await;
    assert!(results[0].1.is_ok(), "{results:?}");
    assert!(stored(&app, &id).await.identity.is_some());
    app.stop().await;
}
