//! What staff and buyers see of red letters, and what staff do there.

use super::{at_stage, at_state, await_card, carded, invoice_state, posted, refund};
use crate::{
    admin::{
        sign_in::{hidden, signed_in},
        work::{location, page, send},
    },
    harness::{TestApp, company, eventually_or, person, spawn_app},
};
use reqwest::StatusCode;
use serde_json::{Value, json};

/// The address of an order's buyer page.
async fn buyer_page(app: &TestApp, delivery: &Value) -> String {
    let path = format!("/deliveries/{}", delivery.as_str().unwrap());
    let shown = app.get(&path).await.body;
    shown["page_url"].as_str().unwrap().to_owned()
}

async fn text(app: &TestApp, url: &str) -> String {
    let answer = app.http.get(url).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK, "{url}");
    answer.text().await.unwrap()
}

/// Looks at a page until it says something.
async fn until_says(app: &TestApp, url: &str, words: &str) -> String {
    eventually_or(words, async || {
        let shown = text(app, url).await;
        if shown.contains(words) {
            Ok(shown)
        } else {
            Err(shown)
        }
    })
    .await
}

/// The addresses of a page that contain something.
fn links(shown: &str, part: &str) -> Vec<String> {
    let all = shown.split("href=\"").skip(1);
    all.filter_map(|it| it.split('"').next())
        .filter(|it| it.contains(part))
        .map(str::to_owned)
        .collect()
}

#[tokio::test]
async fn a_wrong_title_is_corrected_in_one_guided_action() {
    let app = spawn_app().await;
    let sold = carded(&app, "PG-1").await;
    let former = buyer_page(&app, &sold["delivery"]).await;
    let owner = signed_in(&app, "admin").await;
    let invoice = format!("/admin/invoices/{}", sold["invoice"].as_str().unwrap());
    let here = format!("{invoice}/correct");
    assert!(page(&app, &owner, &invoice).await.contains(&here));
    let before = page(&app, &owner, &here).await;
    assert!(before.contains("北京喆堃龘贸易有限公司"), "{before}");
    let digest = hidden(&before, "digest");
    assert!(!digest.is_empty());
    let members = [
        ("digest", digest.as_str()),
        ("note", "买家要求个人抬头"),
        ("word", "PG-1"),
    ];
    let answer = send(&app, &owner, &here, &members).await;
    assert_eq!(location(&answer), here);
    // Asked once more, it is under way: nothing is taken back twice.
    let again = send(&app, &owner, &here, &members).await;
    assert_eq!(again.status(), StatusCode::UNPROCESSABLE_ENTITY);

    let done = at_stage(&app, &sold, 0, "done").await;
    await_card(&app, &sold, "INVOICE_REIMBURSE_CANCEL").await;
    let link = buyer_page(&app, &done["delivery_id"]).await;
    let shown = page(&app, &owner, &here).await;
    assert!(shown.contains(&link), "{shown}");
    assert!(
        shown.contains("卡券已作废") && shown.contains("红票已开具"),
        "{shown}"
    );

    // The buyer, who comes back to the former link, is led to the new one.
    let path = format!("/o/{}", link.rsplit('/').next().unwrap());
    let told = until_says(&app, &former, ">PDF<").await;
    assert!(
        told.contains("发票已全额红冲") && told.contains("−¥113.00"),
        "{told}"
    );
    assert!(told.contains(&format!("href=\"{path}\"")), "{told}");
    let order = json!({ "id": sold["order"],
        "delivery": { "id": done["delivery_id"], "page_url": link } });
    app.open_page(&order).await;
    app.authorise(&order, &person("欧阳娜娜")).await;
    app.await_state(&order, "carded").await;
    let shown = page(&app, &owner, &here).await;
    assert!(!shown.contains(&link), "the link is used up: {shown}");
    assert!(text(&app, &former).await.contains("查看新发票"));
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn a_wrong_title_of_a_partly_refunded_invoice_is_corrected_for_the_rest() {
    let app = spawn_app().await;
    let sold = carded(&app, "PG-20").await;
    let part =
        json!({ "mode": "confirm", "reason": "02", "lines": [{ "line": "1", "quantity": "1" }] });
    refund(&app, &sold, "PG-20-a", &part).await;
    at_stage(&app, &sold, 0, "done").await;
    let owner = signed_in(&app, "admin").await;
    let invoice = format!("/admin/invoices/{}", sold["invoice"].as_str().unwrap());
    let here = format!("{invoice}/correct");
    assert!(page(&app, &owner, &invoice).await.contains(&here));
    let before = page(&app, &owner, &here).await;
    for words in ["已部分红冲 ¥56.50", "余下的 ¥56.50", "销货退回"] {
        assert!(before.contains(words), "{words}: {before}");
    }
    let digest = hidden(&before, "digest");
    let members = [("digest", digest.as_str()), ("word", "PG-20")];
    let answer = send(&app, &owner, &here, &members).await;
    assert_eq!(location(&answer), here);
    let done = at_stage(&app, &sold, 1, "done").await;
    assert_eq!(
        (&done["kind"], &done["totals"]["total"]),
        (&json!("correction"), &json!("0.00")),
        "no money moves"
    );
    await_card(&app, &sold, "INVOICE_REIMBURSE_CANCEL").await;
    assert_eq!(invoice_state(&app, &sold).await, "fully_red");
    assert!(
        page(&app, &owner, &invoice).await.contains(&here),
        "its steps are still to be read"
    );
    let link = buyer_page(&app, &done["delivery_id"]).await;
    let order = json!({ "id": sold["order"],
        "delivery": { "id": done["delivery_id"], "page_url": link } });
    app.open_page(&order).await;
    app.authorise(&order, &person("欧阳娜娜")).await;
    let second = app.await_state(&order, "carded").await;
    let path = format!("/invoices/{}", second["invoice"]["id"].as_str().unwrap());
    let anew = app.get(&path).await.body;
    assert_eq!(
        (&anew["totals"]["total"], &anew["buyer"]["name"]),
        (&json!("56.50"), &json!("欧阳娜娜（个人）"))
    );
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn an_invoice_that_was_refunded_whole_offers_no_correction() {
    let app = spawn_app().await;
    let sold = carded(&app, "PG-21").await;
    let all = json!({ "mode": "confirm", "reason": "02", "everything": true });
    refund(&app, &sold, "PG-21-a", &all).await;
    at_stage(&app, &sold, 0, "done").await;
    let owner = signed_in(&app, "admin").await;
    let invoice = format!("/admin/invoices/{}", sold["invoice"].as_str().unwrap());
    let here = format!("{invoice}/correct");
    assert!(!page(&app, &owner, &invoice).await.contains(&here));
    let shown = page(&app, &owner, &here).await;
    assert!(
        shown.contains("该发票已全部红冲") && !shown.contains("name=\"word\""),
        "{shown}"
    );
    let members = [("digest", ""), ("word", "PG-21")];
    let answer = send(&app, &owner, &here, &members).await;
    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.text().await.unwrap().contains("该发票已全部红冲"));
    app.stop().await;
}

#[tokio::test]
async fn the_buyer_sees_each_red_invoice_beside_the_blue_one_and_downloads_it() {
    let app = spawn_app().await;
    let sold = carded(&app, "PG-2").await;
    let url = buyer_page(&app, &sold["delivery"]).await;
    assert!(!text(&app, &url).await.contains("红字发票"));
    let part =
        json!({ "mode": "confirm", "reason": "02", "lines": [{ "line": "1", "quantity": "1" }] });
    refund(&app, &sold, "PG-2-a", &part).await;
    at_stage(&app, &sold, 0, "done").await;
    let shown = until_says(&app, &url, ">PDF<").await;
    // The invoice still stands in the wallet, with half of what it said.
    for words in [
        "已放入你的微信卡包",
        "−¥56.50",
        "销货退回",
        "剩余有效金额 ¥56.50",
    ] {
        assert!(shown.contains(words), "{words} in {shown}");
    }
    let files = links(&shown, "/red/");
    assert!(files.len() >= 2, "{files:?}");
    for file in &files {
        let answer = app
            .http
            .get(format!("{}{file}", app.web()))
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), StatusCode::OK, "{file}");
        assert_eq!(answer.headers()["x-robots-tag"], "noindex, nofollow");
        let bytes = answer.bytes().await.unwrap();
        if file.ends_with(".pdf") {
            assert!(bytes.starts_with(b"%PDF-"));
        }
    }
    // The blue number is no red one, and another link's red invoice is not handed out here.
    let blue = sold["number"].as_str().unwrap();
    for number in [blue, "26999000000000099999"] {
        let wrong = format!("{url}/red/{number}/file.pdf");
        let answer = app.http.get(wrong).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::NOT_FOUND);
    }
    let rest = json!({ "mode": "confirm", "reason": "02", "everything": true });
    refund(&app, &sold, "PG-2-b", &rest).await;
    at_stage(&app, &sold, 1, "done").await;
    let shown = text(&app, &url).await;
    assert!(shown.contains("发票已全额红冲"), "{shown}");
    assert_eq!(shown.matches("红字发票号码").count(), 2, "{shown}");
    app.stop().await;
}

/// The page of the order's first confirmation.
async fn form_page(app: &TestApp, sold: &Value) -> String {
    let path = format!(
        "/invoices/{}/red-letters",
        sold["invoice"].as_str().unwrap()
    );
    let letters = app.get(&path).await.body;
    format!(
        "/admin/red-letters/{}",
        letters["data"][0]["id"].as_str().unwrap()
    )
}

#[tokio::test]
async fn a_confirmation_is_withdrawn_applied_for_again_and_given_up_on_its_page() {
    let app = spawn_app().await;
    let sold = carded(&app, "PG-3").await;
    posted(&app, &sold).await;
    let all = json!({ "mode": "confirm", "reason": "02", "everything": true });
    refund(&app, &sold, "PG-3-c", &all).await;
    at_state(&app, &sold, "awaits_buyer").await;
    let owner = signed_in(&app, "admin").await;
    let here = form_page(&app, &sold).await;
    let act = format!("{here}/act");
    let shown = page(&app, &owner, &here).await;
    assert!(
        shown.contains("待购方确认") && shown.contains("value=\"withdraw\""),
        "{shown}"
    );
    assert!(!shown.contains("value=\"again\"") && !shown.contains("value=\"agree\""));
    let list = page(&app, &owner, "/admin/red-letters?state=buyer").await;
    assert!(list.contains(&here), "{list}");

    send(&app, &owner, &act, &[("act", "withdraw")]).await;
    at_state(&app, &sold, "withdrawn").await;
    let ledger = app.tax_ledger().await;
    assert_eq!(
        ledger["red_forms"][0]["hzqrxxztDm"], "08",
        "{}",
        ledger["red_forms"]
    );
    at_stage(&app, &sold, 0, "stopped").await;
    let list = page(&app, &owner, "/admin/red-letters?state=staff").await;
    assert!(list.contains(&here), "{list}");
    // What does not fit where it stands is refused and changes nothing.
    send(&app, &owner, &act, &[("act", "agree")]).await;
    at_state(&app, &sold, "withdrawn").await;

    send(&app, &owner, &act, &[("act", "again")]).await;
    at_state(&app, &sold, "awaits_buyer").await;
    let ledger = app.tax_ledger().await;
    assert_eq!(ledger["red_forms"].as_array().unwrap().len(), 2);
    send(&app, &owner, &act, &[("act", "withdraw")]).await;
    at_state(&app, &sold, "withdrawn").await;
    send(&app, &owner, &act, &[("act", "give_up")]).await;
    at_stage(&app, &sold, 0, "given_up").await;
    assert_eq!(invoice_state(&app, &sold).await, "issued");
    let shown = page(&app, &owner, &here).await;
    assert!(
        shown.contains("已放弃") && !shown.contains("/act\""),
        "{shown}"
    );
    // Nothing is held any more: the same refund can be decided anew.
    let plan = json!({ "mode": "plan", "reason": "02", "everything": true });
    let plan = refund(&app, &sold, "PG-3-p", &plan).await;
    assert_eq!(plan.body["totals"]["total"], "113.00", "{plan:?}");
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn a_refused_red_invoice_is_uploaded_again_under_its_number() {
    let app = spawn_app().await;
    let sold = carded(&app, "PG-4").await;
    app.tax_fault(&json!({ "service": "QDFPSC", "kind": "refuse_invoices",
        "message": "系统维护", "times": 1 }))
        .await;
    let all = json!({ "mode": "confirm", "reason": "02", "everything": true });
    refund(&app, &sold, "PG-4-c", &all).await;
    let stopped = at_stage(&app, &sold, 0, "stopped").await;
    let red = stopped["red_letters"][0]["red_invoice_id"]
        .as_str()
        .unwrap();
    let first = app.get(&format!("/invoices/{red}")).await.body;
    assert_eq!(first["state"], "refused", "{first}");
    assert_eq!(invoice_state(&app, &sold).await, "issued");
    let owner = signed_in(&app, "admin").await;
    // It waits for staff and for nobody else, and the home page counts it.
    for (heap, is_there) in [("staff", true), ("running", false), ("buyer", false)] {
        let list = page(&app, &owner, &format!("/admin/red-letters?state={heap}")).await;
        assert_eq!(list.contains("PG-4"), is_there, "{heap}: {list}");
    }
    let home = page(&app, &owner, "/admin").await;
    assert!(home.contains("/admin/red-letters?state=staff"), "{home}");
    let here = format!("/admin/invoices/{red}");
    let shown = page(&app, &owner, &here).await;
    assert!(shown.contains(&format!("{here}/upload")), "{shown}");
    let answer = send(&app, &owner, &format!("{here}/upload"), &[]).await;
    assert!(answer.status().is_redirection(), "{answer:?}");
    at_stage(&app, &sold, 0, "done").await;
    let second = app.get(&format!("/invoices/{red}")).await.body;
    assert_eq!(
        (&second["state"], &second["number"]),
        (&json!("issued"), &first["number"])
    );
    assert_eq!(invoice_state(&app, &sold).await, "fully_red");
    let ledger = app.tax_ledger().await;
    assert_eq!(
        ledger["numbers"].as_array().unwrap().len(),
        2,
        "{}",
        ledger["numbers"]
    );
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn while_an_invoice_is_without_its_answer_nothing_is_given_back() {
    let app = spawn_app().await;
    app.tax_fault(&json!({ "service": "QDFPSC", "kind": "hold", "polls": 200, "times": 1 }))
        .await;
    let order = app.authorised_order("PG-5", &company()).await;
    app.await_state(&order, "issuing").await;
    let sold = json!({ "order": order["id"] });
    let all = json!({ "mode": "confirm", "reason": "02", "everything": true });
    let refused = refund(&app, &sold, "PG-5-c", &all).await;
    assert_eq!(
        (refused.status, &refused.body["code"]),
        (StatusCode::CONFLICT, &json!("invoice_in_flight")),
        "{refused:?}"
    );
    let path = format!("/orders/{}/refunds", order["id"].as_str().unwrap());
    assert_eq!(app.get(&path).await.body["data"], json!([]));
    // Staff read it in their language, and what they typed stays.
    let owner = signed_in(&app, "admin").await;
    let here = format!("/admin/orders/{}/refund", order["id"].as_str().unwrap());
    let members = [
        ("reason", "02"),
        ("what", "everything"),
        ("act", "plan"),
        ("note", "早前的备注"),
    ];
    let answer = send(&app, &owner, &here, &members).await;
    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let shown = answer.text().await.unwrap();
    assert!(
        shown.contains("等税局答复后再退款") && shown.contains("早前的备注"),
        "{shown}"
    );
    app.stop().await;
}

#[tokio::test]
async fn the_preview_says_what_the_buyer_did_with_the_invoice_and_nothing_left_shows_no_form() {
    let app = spawn_app().await;
    let sold = carded(&app, "PG-9").await;
    let owner = signed_in(&app, "admin").await;
    let order = sold["order"].as_str().unwrap();
    let here = format!("/admin/orders/{order}/refund");
    let members = [("reason", "02"), ("what", "everything"), ("act", "plan")];
    let plan = || async {
        send(&app, &owner, &here, &members)
            .await
            .text()
            .await
            .unwrap()
    };
    assert!(plan().await.contains("提交后无需购方确认"));
    let correct = format!(
        "/admin/invoices/{}/correct",
        sold["invoice"].as_str().unwrap()
    );
    assert!(
        page(&app, &owner, &correct)
            .await
            .contains("提交后无需购方确认")
    );
    posted(&app, &sold).await;
    let shown = plan().await;
    assert!(shown.contains("提交后须由购方在 72 小时内确认"), "{shown}");
    let usage = format!(
        "/sandbox/invoices/{}/usage",
        sold["number"].as_str().unwrap()
    );
    for (told, words) in [
        (json!({ "deduction": "5" }), "已将该发票用于退税"),
        (json!({ "deduction": "0", "posting": "01" }), "无需购方确认"),
    ] {
        let method = reqwest::Method::POST;
        app.control(&app.tax(), method, &usage, Some(&told)).await;
        let shown = plan().await;
        assert!(shown.contains(words), "{words}: {shown}");
    }
    // Without an answer the plan stands all the same.
    app.tax_fault(&json!({ "service": "FPZTXXCX", "kind": "http", "status": 503, "times": 1 }))
        .await;
    let shown = plan().await;
    assert!(
        shown.contains("暂时未能从税务侧得知") && shown.contains("确认"),
        "{shown}"
    );

    let all = json!({ "mode": "confirm", "reason": "02", "everything": true });
    refund(&app, &sold, "PG-9-c", &all).await;
    at_stage(&app, &sold, 0, "done").await;
    let shown = page(&app, &owner, &here).await;
    assert!(
        shown.contains("该订单已全部退回") && !shown.contains("name=\"what\""),
        "{shown}"
    );
    app.stop().await;
}

/// A link that ended before its buyer came says that the order can be invoiced only while something of it is left.
#[tokio::test]
async fn an_expired_link_of_an_order_that_was_given_back_promises_no_invoice() {
    let app = spawn_app().await;
    let sold = carded(&app, "W-9").await;
    let path = format!(
        "/invoices/{}/red-letters",
        sold["invoice"].as_str().unwrap()
    );
    let body = json!({ "mode": "confirm", "reason": "01", "everything": true, "reissue": true });
    let done = app.post(&path, "W-9-c", &body).await;
    assert_eq!(done.status, StatusCode::CREATED, "{done:?}");
    let finished = at_stage(&app, &sold, 0, "done").await;
    let link = buyer_page(&app, &finished["delivery_id"]).await;
    let id = finished["delivery_id"].as_str().unwrap();
    app.tamper(&format!(
        "UPDATE deliveries SET expires_at = created_at WHERE id = '{id}'"
    ))
    .await;
    let shown = text(&app, &link).await;
    assert!(shown.contains("订单仍然可以开票"), "{shown}");
    let rest = json!({ "mode": "confirm", "reason": "02", "everything": true });
    let done = refund(&app, &sold, "W-9-r", &rest).await;
    assert_eq!(done.status, StatusCode::CREATED, "{done:?}");
    let shown = text(&app, &link).await;
    assert!(
        shown.contains("订单已退款，无需开票") && !shown.contains("订单仍然可以开票"),
        "{shown}"
    );
    app.stop().await;
}
