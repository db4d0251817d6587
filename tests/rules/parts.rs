//! Orders that become several invoices: issued, delivered, given back.

use crate::{
    admin::{
        sign_in::signed_in,
        work::{page, send},
    },
    harness::{Answer, TestApp, company, spawn_app, tea},
    red::{at_stage, refund},
};
use fapiao_domain::money::Fen;
use fapiao_usecases::actor::Actor;
use reqwest::StatusCode;
use serde_json::{Value, json};

/// Sets what one invoice of the demo's sellers may hold.
async fn limit(app: &TestApp, net: Option<&str>, lines: u32) {
    let store = &app.ports().store;
    for mut seller in store.sellers().await.unwrap() {
        seller.rules.limit = net.map(|it| Fen::parse_yuan(it).unwrap());
        seller.rules.lines = lines;
        store.save_seller(&seller, &Actor::System).await.unwrap();
    }
}

/// Fifty sets of 56.50: 2500.00 + 325.00 = 2825.00.
fn fifty(order_no: &str) -> Value {
    let mut order = tea(order_no);
    order["lines"][0]["quantity"] = json!("50");
    order
}

/// A delivery as the helpers of one-delivery orders see it.
fn alone(order: &Value, at: usize) -> Value {
    json!({ "id": order["id"], "delivery": order["deliveries"][at] })
}

async fn carded(app: &TestApp, order: &Value, at: usize) -> Value {
    let one = alone(order, at);
    app.open_page(&one).await;
    app.authorise(&one, &company()).await;
    app.await_state(&one, "carded").await
}

async fn invoice(app: &TestApp, delivery: &Value) -> Value {
    let path = format!("/invoices/{}", delivery["invoice"]["id"].as_str().unwrap());
    app.get(&path).await.body
}

async fn shown(app: &TestApp, order: &Value) -> Value {
    let path = format!("/orders/{}", order["id"].as_str().unwrap());
    app.get(&path).await.body
}

fn fen(value: &Value) -> i64 {
    Fen::parse_yuan(value.as_str().unwrap()).unwrap().get()
}

fn created(answer: Answer) -> Value {
    assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
    answer.body
}

/// Goods on one invoice, a service on the other: "returned" fits the one, "ended" the other, and one act does both.
#[tokio::test]
async fn goods_and_services_on_invoices_of_their_own_are_given_back_in_one_act() {
    let app = spawn_app().await;
    limit(&app, Some("1000.00"), 2000).await;
    let mut wanted = tea("S-M");
    wanted["lines"] = json!([
        { "name": "茶具", "tax_code": "1080121010000000000", "unit": "套", "quantity": "1",
          "unit_price": "999.00", "tax_included": false, "rate": "0.13" },
        { "name": "劳务派遣", "tax_code": "3040803010000000000", "unit": "人", "quantity": "1",
          "unit_price": "999.00", "tax_included": false, "rate": "0.06" },
    ]);
    let order = created(app.post("/orders", "S-M", &wanted).await);
    assert_eq!(order["deliveries"].as_array().unwrap().len(), 2, "{order}");
    for at in [0, 1] {
        carded(&app, &order, at).await;
    }
    let sold = json!({ "order": order["id"] });
    let all = json!({ "mode": "confirm", "reason": "02", "everything": true });
    refund(&app, &sold, "S-M-r", &all).await;
    let first = at_stage(&app, &sold, 0, "done").await;
    let mut reasons: Vec<&str> = first["red_letters"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["reason"].as_str().unwrap())
        .collect();
    reasons.sort_unstable();
    assert_eq!(reasons, ["02", "03"], "{first}");
    // No new link is made of nothing; loading again would not help.
    let path = format!("/orders/{}/deliveries", order["id"].as_str().unwrap());
    let refused = app.post(&path, "S-M-d", &json!({ "channel": "web" })).await;
    assert_eq!(refused.status, StatusCode::CONFLICT, "{refused:?}");
    let told = refused.body["detail"].as_str().unwrap();
    assert!(told.contains("is left to invoice"), "{refused:?}");
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn an_order_beyond_the_limit_becomes_three_invoices_that_add_up() {
    let app = spawn_app().await;
    limit(&app, Some("1000.00"), 2000).await;
    let order = created(app.post("/orders", "S-1", &fifty("S-1")).await);
    let deliveries = order["deliveries"].as_array().unwrap();
    let totals: Vec<&str> = deliveries
        .iter()
        .map(|it| it["part"]["totals"]["total"].as_str().unwrap())
        .collect();
    assert_eq!(totals, ["1130.00", "1130.00", "565.00"]);
    assert_eq!(deliveries[1]["part"]["no"], 2);
    assert_eq!(deliveries[1]["part"]["of"], 3);
    assert_eq!(order["delivery"]["id"], deliveries[0]["id"]);
    // One page shows all three; each leads to an order id of its own at WeChat.
    let page = deliveries[0]["page_url"].as_str().unwrap();
    let text = app
        .http
        .get(page)
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    for it in deliveries {
        let path = it["page_url"].as_str().unwrap().rsplit('/').next().unwrap();
        assert!(
            it["part"]["no"] == 1 || text.contains(&format!("/o/{path}\"")),
            "{text}"
        );
    }
    assert!(
        text.contains("1,130.00") && text.contains("565.00"),
        "{text}"
    );
    // The last first: parts do not wait for each other.
    let mut sums = [0, 0, 0];
    let mut quantities = Vec::new();
    for at in [2, 0, 1] {
        let delivery = carded(&app, &order, at).await;
        let invoice = invoice(&app, &delivery).await;
        assert_eq!(invoice["totals"], deliveries[at]["part"]["totals"]);
        assert!(fen(&invoice["totals"]["amount"]) <= 100_000);
        quantities.push(invoice["lines"][0]["quantity"].as_str().unwrap().to_owned());
        for (sum, name) in sums.iter_mut().zip(["amount", "tax", "total"]) {
            *sum += fen(&invoice["totals"][name]);
        }
        let now = shown(&app, &order).await;
        let expected = if at == 1 { "invoiced" } else { "delivering" };
        assert_eq!(now["state"], expected, "after part {}", at + 1);
    }
    assert_eq!(quantities, ["10", "20", "20"]);
    assert_eq!(sums, [250_000, 32_500, 282_500]);
    let ledger = app.wechat_ledger().await;
    let fees: Vec<i64> = ledger["inserts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["fee"].as_i64().unwrap())
        .collect();
    assert_eq!(fees.iter().sum::<i64>(), 282_500);
    assert_eq!(fees.len(), 3);
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn a_refund_of_a_divided_order_touches_the_fewest_invoices() {
    let app = spawn_app().await;
    limit(&app, Some("1000.00"), 2000).await;
    let order = created(app.post("/orders", "S-2", &fifty("S-2")).await);
    for at in 0..3 {
        carded(&app, &order, at).await;
    }
    let sold = json!({ "order": order["id"] });
    let mut body =
        json!({ "mode": "plan", "reason": "02", "lines": [{ "line": "1", "quantity": "10" }] });
    let plan = refund(&app, &sold, "S-2-p", &body).await.body;
    let letters = plan["red_letters"].as_array().unwrap();
    assert_eq!(letters.len(), 1, "{plan}");
    assert_eq!(plan["totals"]["total"], "565.00");
    body["mode"] = json!("confirm");
    created(refund(&app, &sold, "S-2-c", &body).await);
    at_stage(&app, &sold, 0, "done").await;
    assert_eq!(shown(&app, &order).await["state"], "invoiced");
    // A buyer's page names the other parts by what became of their invoices.
    let link = order["deliveries"][1]["page_url"].as_str().unwrap();
    let second = async || {
        app.http
            .get(link)
            .send()
            .await
            .unwrap()
            .text()
            .await
            .unwrap()
    };
    let (before, after) = ("已入卡包</a>", "部分红冲</a>");
    let text = second().await;
    assert_eq!(
        (text.matches(before).count(), text.matches(after).count()),
        (1, 1),
        "{text}"
    );
    // All the rest: one red letter for each invoice that has something left.
    let rest = json!({ "mode": "confirm", "reason": "02", "everything": true });
    let done = created(refund(&app, &sold, "S-2-r", &rest).await);
    assert_eq!(done["totals"]["total"], "2260.00");
    let done = at_stage(&app, &sold, 1, "done").await;
    assert_eq!(shown(&app, &order).await["state"], "cancelled");
    // Of the invoice that was taken back in part before, the letter takes what was left.
    let owner = signed_in(&app, "admin").await;
    let (mut whole, mut rest) = (0, 0);
    for letter in done["red_letters"].as_array().unwrap() {
        let path = format!("/admin/red-letters/{}", letter["id"].as_str().unwrap());
        let text = page(&app, &owner, &path).await;
        whole += text.matches("<dd>全额红冲</dd>").count();
        rest += text.matches("<dd>红冲剩余部分</dd>").count();
    }
    assert_eq!((whole, rest), (2, 1));
    let text = second().await;
    assert_eq!(text.matches("已红冲</a>").count(), 2, "{text}");
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn what_is_given_back_before_the_invoices_leaves_the_last_part_first() {
    let app = spawn_app().await;
    limit(&app, Some("1000.00"), 2000).await;
    let order = created(app.post("/orders", "S-3", &fifty("S-3")).await);
    let sold = json!({ "order": order["id"] });
    let body =
        json!({ "mode": "confirm", "reason": "02", "lines": [{ "line": "1", "quantity": "5" }] });
    created(refund(&app, &sold, "S-3-c", &body).await);
    // The last part has 5 of its 10 left: so say the buyer's page, staff's, and the sum that goes to WeChat.
    let last = order["deliveries"][2].clone();
    let text = app
        .http
        .get(last["page_url"].as_str().unwrap())
        .send()
        .await
        .unwrap();
    let text = text.text().await.unwrap();
    assert!(
        text.contains("282.50") && !text.contains("565.00"),
        "{text}"
    );
    let owner = signed_in(&app, "admin").await;
    for path in [
        format!("/admin/orders/{}", order["id"].as_str().unwrap()),
        format!("/admin/deliveries/{}", last["id"].as_str().unwrap()),
    ] {
        let text = page(&app, &owner, &path).await;
        assert!(
            text.contains("282.50") && !text.contains("565.00"),
            "{path}: {text}"
        );
    }
    let mut total = 0;
    for (at, quantity) in [(1, "20"), (2, "5"), (0, "20")] {
        let delivery = carded(&app, &order, at).await;
        let invoice = invoice(&app, &delivery).await;
        assert_eq!(invoice["lines"][0]["quantity"], quantity, "part {}", at + 1);
        total += fen(&invoice["totals"]["total"]);
    }
    assert_eq!(total, 45 * 5650);
    assert_eq!(shown(&app, &order).await["state"], "invoiced");
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn a_refused_part_is_asked_for_again_under_its_own_number() {
    let app = spawn_app().await;
    limit(&app, None, 2).await;
    let mut wanted = tea("S-4");
    let line = wanted["lines"][0].clone();
    wanted["lines"] = json!([line, line, line]);
    let order = created(app.post("/orders", "S-4", &wanted).await);
    assert_eq!(order["deliveries"].as_array().unwrap().len(), 2);
    carded(&app, &order, 0).await;
    let second = order["deliveries"][1]["id"].as_str().unwrap();
    // While it is under way nothing else is made.
    let path = format!("/orders/{}/deliveries", order["id"].as_str().unwrap());
    let channel = json!({ "channel": "web" });
    let refused = app.post(&path, "S-4-x", &channel).await;
    assert_eq!(refused.status, StatusCode::CONFLICT, "{refused:?}");
    let one = alone(&order, 1);
    app.open_page(&one).await;
    let reason = json!({ "reason": "订单有误" });
    let answer = app
        .post(&format!("/deliveries/{second}/refusal"), "S-4-r", &reason)
        .await;
    assert!(answer.status.is_success(), "{answer:?}");
    app.await_state(&one, "refused").await;
    assert_eq!(shown(&app, &order).await["state"], "open");
    let again = created(app.post(&path, "S-4-a", &channel).await);
    assert_eq!(
        (&again["part"]["no"], &again["part"]["totals"]["total"]),
        (&json!(2), &json!("113.00"))
    );
    let anew = json!({ "id": order["id"], "deliveries": [again] });
    carded(&app, &anew, 0).await;
    assert_eq!(shown(&app, &order).await["state"], "invoiced");
    app.assert_ledger_holds().await;
    app.stop().await;
}

/// The card of one part is refused while the others go on: staff see it, and the invoice is handed over anew as that part.
#[tokio::test]
async fn a_part_whose_card_was_refused_is_handed_over_by_a_new_link() {
    let app = spawn_app().await;
    limit(&app, Some("1000.00"), 2000).await;
    let order = created(app.post("/orders", "S-U", &fifty("S-U")).await);
    let here = format!("/admin/orders/{}", order["id"].as_str().unwrap());
    carded(&app, &order, 0).await;
    let refused = alone(&order, 1);
    app.open_page(&refused).await;
    let fault =
        json!({ "path": "/card/invoice/insert", "kind": "errcode", "value": 72050, "count": 1 });
    app.wechat_fault(&fault).await;
    app.authorise(&refused, &company()).await;
    app.await_state(&refused, "failed").await;
    // The last part still waits for its buyer: neither is in the way of the other.
    let owner = signed_in(&app, "admin").await;
    let text = page(&app, &owner, &here).await;
    assert!(text.contains("重新生成开票链接"), "{text}");
    let path = format!("/orders/{}/deliveries", order["id"].as_str().unwrap());
    let collect = json!({ "channel": "web", "page": "collect" });
    let again = created(app.post(&path, "S-U-c", &collect).await);
    assert_eq!(again["part"]["no"], 2, "{again}");
    // A second one of the same invoice is not made.
    let twice = app.post(&path, "S-U-d", &collect).await;
    assert_ne!(twice.status, StatusCode::CREATED, "{twice:?}");
    let anew = json!({ "id": order["id"], "deliveries": [again] });
    carded(&app, &anew, 0).await;
    carded(&app, &order, 2).await;
    assert_eq!(shown(&app, &order).await["state"], "invoiced");
    let text = page(&app, &owner, &here).await;
    assert!(!text.contains("重新生成开票链接"), "{text}");
    // Four deliveries, three invoices: the new link brought the one that was there.
    let all = shown(&app, &order).await["deliveries"].clone();
    let mut invoices: Vec<String> = all
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["invoice"]["id"].to_string())
        .collect();
    invoices.sort();
    invoices.dedup();
    assert_eq!(invoices.len(), 3, "{all}");
    app.assert_ledger_holds().await;
    app.stop().await;
}

/// All parts are carded but one in the middle: the order does not stand well.
#[tokio::test]
async fn an_order_stands_as_badly_as_its_worst_part() {
    let app = spawn_app().await;
    limit(&app, Some("1000.00"), 2000).await;
    let order = created(app.post("/orders", "S-W", &fifty("S-W")).await);
    let here = format!("/admin/orders/{}", order["id"].as_str().unwrap());
    carded(&app, &order, 0).await;
    carded(&app, &order, 2).await;
    let refused = alone(&order, 1);
    app.open_page(&refused).await;
    let fault =
        json!({ "path": "/card/invoice/insert", "kind": "errcode", "value": 72050, "count": 1 });
    app.wechat_fault(&fault).await;
    app.authorise(&refused, &company()).await;
    app.await_state(&refused, "failed").await;
    let owner = signed_in(&app, "admin").await;
    let text = page(&app, &owner, &here).await;
    assert!(
        !text.contains("class=\"standing ok\"") && text.contains("重新生成开票链接"),
        "{text}"
    );
    let invoice = shown(&app, &order).await["deliveries"][1]["invoice"]["id"].clone();
    let form = [("channel", "web"), ("invoice", invoice.as_str().unwrap())];
    let path = format!("{here}/deliveries");
    let made = send(&app, &owner, &path, &form).await;
    assert_eq!(made.status(), StatusCode::SEE_OTHER);
    let all = shown(&app, &order).await["deliveries"].clone();
    let anew = all.as_array().unwrap().iter();
    let anew: Vec<&Value> = anew.filter(|it| it["state"] == "created").collect();
    assert_eq!(anew.len(), 1, "{all}");
    let anew = json!({ "id": order["id"], "deliveries": [anew[0]] });
    carded(&app, &anew, 0).await;
    assert!(
        page(&app, &owner, &here)
            .await
            .contains("class=\"standing ok\"")
    );
    app.assert_ledger_holds().await;
    app.stop().await;
}

/// Whether an order is asked for whole or in parts may change with the limit: what was begun anew the other way is begun.
#[tokio::test]
async fn a_refused_order_that_is_begun_anew_in_parts_or_whole_is_no_longer_asked_for() {
    let app = spawn_app().await;
    let store = &app.ports().store;
    let fault = |times: u32| {
        json!({
            "service": "QDFPSC", "kind": "refuse_invoices", "times": times, "message": "购买方信息有误"
        })
    };
    let failed = async |order: &Value, at: usize| {
        let one = alone(order, at);
        app.open_page(&one).await;
        app.authorise(&one, &company()).await;
        app.await_state(&one, "failed").await;
    };
    app.tax_fault(&fault(1)).await;
    let order = created(app.post("/orders", "S-A", &fifty("S-A")).await);
    failed(&order, 0).await;
    assert_eq!(store.stranded_deliveries().await.unwrap().0, 1);

    limit(&app, Some("1000.00"), 2000).await;
    let path = format!("/orders/{}/deliveries", order["id"].as_str().unwrap());
    let anew = json!({ "channel": "web" });
    created(app.post(&path, "S-A-2", &anew).await);
    let divided = shown(&app, &order).await;
    assert_eq!(
        divided["deliveries"].as_array().unwrap().len(),
        4,
        "{divided}"
    );
    assert_eq!(store.stranded_deliveries().await.unwrap().0, 0);

    for at in 1..4 {
        app.tax_fault(&fault(1)).await;
        failed(&divided, at).await;
        assert_eq!(store.stranded_deliveries().await.unwrap().0, at as i64);
    }
    limit(&app, None, 2000).await;
    created(app.post(&path, "S-A-3", &anew).await);
    let whole = shown(&app, &order).await;
    assert_eq!(whole["deliveries"].as_array().unwrap().len(), 5, "{whole}");
    assert_eq!(store.stranded_deliveries().await.unwrap().0, 0);
    app.stop().await;
}

#[tokio::test]
async fn staff_set_the_limit_and_see_the_parts() {
    let app = spawn_app().await;
    let owner = signed_in(&app, "admin").await;
    let sellers = app.ports().store.sellers().await.unwrap();
    let seller = sellers
        .iter()
        .find(|it| it.mode.as_str() == "self_built")
        .unwrap();
    let path = format!("/admin/sellers/{}", seller.id);
    let page = async |path: String| {
        let answer = owner
            .get(format!("{}{path}", app.web()))
            .send()
            .await
            .unwrap();
        answer.text().await.unwrap()
    };
    let text = page(path).await;
    assert!(text.contains("name=\"invoice_limit\""), "{text}");
    limit(&app, Some("1000.00"), 2000).await;
    let listed = app.get("/sellers").await.body;
    assert_eq!(listed["data"][0]["invoice_limit"], "1000.00");
    let order = created(app.post("/orders", "S-5", &fifty("S-5")).await);
    let text = page(format!("/admin/orders/{}", order["id"].as_str().unwrap())).await;
    assert!(text.contains("第 1 张，共 3 张 · ¥1,130.00"), "{text}");
    assert!(text.contains("第 3 张，共 3 张 · ¥565.00"));
    // Where each fen went is told of every invoice, line by line, with the line it is a part of.
    let id = order["id"].as_str().unwrap();
    let told = app.get(&format!("/orders/{id}/rounding")).await.body;
    let parts = told["parts"].as_array().unwrap();
    assert_eq!(parts.len(), 3, "{told}");
    let whole = &told["lines"][0];
    let sum = |member: &str| -> i64 { parts.iter().map(|it| fen(&it["lines"][0][member])).sum() };
    assert_eq!(
        (sum("gross"), sum("tax")),
        (fen(&whole["gross"]), fen(&whole["tax"]))
    );
    let of = json!({ "line": 1, "gross": "2825.00", "tax": "325.00" });
    assert!(
        parts.iter().all(|it| it["lines"][0]["part_of"] == of),
        "{told}"
    );
    assert_eq!(parts[2]["lines"][0]["formula"], "565.00 × 13 ÷ 113");
    let text = page(format!("/admin/orders/{id}/rounding")).await;
    assert!(
        text.contains("原单第 1 行的一部分，整行价税合计 2825.00，税额 325.00"),
        "{text}"
    );
    // A single thing beyond the limit is divided by amount; what no limit can divide is told.
    let mut dear = tea("S-6");
    dear["lines"][0]["quantity"] = json!("1");
    dear["lines"][0]["unit_price"] = json!("2825.00");
    let order = created(app.post("/orders", "S-6", &dear).await);
    let totals: i64 = order["deliveries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| fen(&it["part"]["totals"]["total"]))
        .sum();
    assert_eq!(totals, 282_500);
    dear["order_no"] = json!("S-7");
    dear["lines"][0]["unit_price"] = json!("2825000.00");
    let refused = app.post("/orders", "S-7", &dear).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(refused.body["errors"][0]["code"], "E_TOO_MANY_INVOICES");
    app.stop().await;
}

#[tokio::test]
async fn the_form_of_a_seller_keeps_limits_and_thresholds() {
    let app = spawn_app().await;
    let admin = signed_in(&app, "admin").await;
    let mut sellers = app.ports().store.sellers().await.unwrap();
    sellers.retain(|it| it.mode.as_str() == "self_built");
    let seller = sellers.remove(0);
    let path = format!("/admin/sellers/{}", seller.id);
    let account = |id: &Option<fapiao_domain::ids::AccountId>| {
        id.as_ref().map_or_else(String::new, ToString::to_string)
    };
    let (platform, channel) = (
        account(&seller.platform_account),
        account(&seller.channel_account),
    );
    let version = std::cell::Cell::new(seller.version);
    let form = |limit: &'static str, lines: &'static str, low: &'static str| {
        vec![
            ("version", version.get().to_string()),
            ("name", seller.party.name.clone()),
            ("short_name", seller.short_name.clone()),
            ("tax_number", seller.party.tax_number.clone()),
            ("province", seller.province.clone()),
            ("drawer", seller.drawer.clone()),
            ("mode", "self_built".to_owned()),
            ("platform_account", platform.clone()),
            ("channel_account", channel.clone()),
            ("invoice_limit", limit.to_owned()),
            ("invoice_lines", lines.to_owned()),
            ("numbers_low", low.to_owned()),
            ("numbers_fetch", "5000".to_owned()),
            ("quota_low", "1,000,000".to_owned()),
            ("quota_fetch", "5000000".to_owned()),
        ]
    };
    let post = async |members: Vec<(&'static str, String)>| {
        let members: Vec<_> = members.iter().map(|it| (it.0, it.1.as_str())).collect();
        send(&app, &admin, &path, &members).await
    };
    for (limit, lines, low, field) in [
        ("99.99", "100", "1000", "invoice_limit"),
        ("99,999.99", "1", "1000", "invoice_lines"),
        ("99,999.99", "2001", "1000", "invoice_lines"),
        ("99,999.99", "100", "0", "numbers_low"),
    ] {
        let wrong = post(form(limit, lines, low)).await;
        assert_eq!(wrong.status(), StatusCode::UNPROCESSABLE_ENTITY, "{field}");
        let text = wrong.text().await.unwrap();
        assert!(
            text.contains(&format!("href=\"#{field}\"")),
            "{field}: {text}"
        );
    }
    let saved = post(form("99,999.99", "100", "800")).await;
    assert_eq!(saved.status(), StatusCode::SEE_OTHER);
    let now = app.ports().store.seller(&seller.id).await.unwrap().unwrap();
    assert_eq!(now.rules.limit.map(|it| it.get()), Some(9_999_999));
    assert_eq!((now.rules.lines, now.numbers_low), (100, 800));
    assert_eq!(now.quota_low.get(), 100_000_000);
    // Somebody else whose form is older saves nothing, and is told.
    let late = post(form("88,888.88", "100", "800")).await;
    assert_eq!(late.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let text = late.text().await.unwrap();
    assert!(text.contains("内容已被他人更改"), "{text}");
    let still = app.ports().store.seller(&seller.id).await.unwrap().unwrap();
    assert_eq!(still, now);
    // Without a limit again, after a look at it as it is.
    let address = format!("{}{path}", app.web());
    let text = admin
        .get(address)
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    let shown = format!("name=\"version\" value=\"{}\"", now.version);
    assert!(text.contains(&shown), "{text}");
    version.set(now.version);
    post(form("", "2000", "800")).await;
    let now = app.ports().store.seller(&seller.id).await.unwrap().unwrap();
    assert_eq!((now.rules.limit, now.rules.lines), (None, 2000));
    app.stop().await;
}
