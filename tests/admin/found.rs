//! What staff look for by what the product prints, what a red invoice's page says, and small things of every page.

use super::{
    sign_in::{hidden, signed_in},
    work::{page, send, urlencode},
};
use crate::{
    harness::spawn_app,
    red::{at_stage, carded, refund},
};
use fapiao_domain::ids::{Id, OrderId};
use fapiao_usecases::ports::{OrderFilter, Scope};
use reqwest::{Client, Method, StatusCode, redirect::Policy};
use serde_json::json;

#[tokio::test]
async fn an_order_is_found_by_everything_that_is_printed() {
    let app = spawn_app().await;
    let sold = carded(&app, "FD-1").await;
    app.order("FD-2").await;
    let all = json!({ "mode": "confirm", "reason": "02", "everything": true });
    refund(&app, &sold, "FD-1-r", &all).await;
    at_stage(&app, &sold, 0, "done").await;
    let owner = signed_in(&app, "admin").await;
    let number = sold["number"].as_str().unwrap();
    let mut gaps = String::new();
    for (place, digit) in number.chars().enumerate() {
        if place > 0 && place % 4 == 0 {
            gaps.push('\u{2009}');
        }
        gaps.push(digit);
    }
    let order = OrderId::parse(sold["order"].as_str().unwrap()).unwrap();
    let invoices = app.ports().store.invoices_of(&order).await.unwrap();
    let red = invoices.iter().find(|it| it.red.is_some()).unwrap();
    let red_number = red.identity.as_ref().unwrap().number().to_owned();
    let refunds = app.ports().store.refunds_of(&order).await.unwrap();
    let form = refunds[0].forms[0].number.clone();
    let delivery = sold["delivery"].as_str().unwrap();
    let told = app.get(&format!("/deliveries/{delivery}")).await.body;
    let link = told["page_url"].as_str().unwrap();
    let code = link.rsplit('/').next().unwrap().to_owned();
    let typed = [
        gaps.clone(),
        red_number.clone(),
        form,
        delivery.to_owned(),
        red.id.to_string(),
        format!("{} {}", &code[..5], code[5..].to_lowercase()),
    ];
    let asked = |list: &str, text: &str| format!("/admin/{list}?q={}", urlencode(text));
    for text in &typed {
        let address = format!("{}{}", app.web(), asked("orders", text));
        let answer = owner.get(address).send().await.unwrap();
        if answer.status().is_redirection() {
            // A whole number of its newest invoice leads straight there.
            let to = answer.headers()["location"].to_str().unwrap();
            assert_eq!(to, format!("/admin/orders/{order}"), "{text:?}");
            continue;
        }
        let shown = answer.text().await.unwrap();
        let finds_it_alone = shown.contains("FD-1") && !shown.contains("FD-2");
        assert!(finds_it_alone, "{text:?}");
    }
    for text in [&gaps, &red_number, &red.id.to_string()] {
        let shown = page(&app, &owner, &asked("invoices", text)).await;
        assert!(shown.contains("FD-1"), "{text:?}");
    }

    // The red invoice's page does not speak of the blue one's card.
    let shown = page(&app, &owner, &format!("/admin/invoices/{}", red.id)).await;
    assert!(shown.contains("红字发票不放入卡包"), "{shown}");
    assert!(
        !shown.contains("尚未放入买家卡包") && !shown.contains("发票已放入买家微信卡包"),
        "{shown}"
    );
    app.stop().await;
}

#[tokio::test]
async fn a_red_letter_is_not_decided_without_the_order_number() {
    let app = spawn_app().await;
    let sold = carded(&app, "FD-3").await;
    let owner = signed_in(&app, "admin").await;
    let here = format!("/admin/orders/{}/refund", sold["order"].as_str().unwrap());
    let plan = [("reason", "02"), ("what", "everything"), ("act", "plan")];
    let planned = send(&app, &owner, &here, &plan).await.text().await.unwrap();
    let digest = hidden(&planned, "digest");
    let correct = format!(
        "/admin/invoices/{}/correct",
        sold["invoice"].as_str().unwrap()
    );
    let before = page(&app, &owner, &correct).await;
    // Nothing is done yet, so nothing has a tick.
    let steps = before.split("<ol class=\"sheet steps\">").nth(1).unwrap();
    let steps = steps.split("</ol>").next().unwrap();
    assert!(!steps.contains("class=\"ok\""), "{steps}");
    for word in ["", "FD-4"] {
        let members = [
            ("reason", "02"),
            ("what", "everything"),
            ("act", "confirm"),
            ("digest", digest.as_str()),
            ("word", word),
        ];
        let answer = send(&app, &owner, &here, &members).await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let said = answer.text().await.unwrap();
        assert!(
            said.contains("未执行") && said.contains("将会发生"),
            "{said}"
        );
        let answer = send(
            &app,
            &owner,
            &correct,
            &[("digest", &hidden(&before, "digest")), ("word", word)],
        )
        .await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let said = answer.text().await.unwrap();
        assert!(
            said.contains("未执行") && said.contains("name=\"word\""),
            "{said}"
        );
    }
    let members = [
        ("reason", "02"),
        ("what", "everything"),
        ("act", "confirm"),
        ("digest", digest.as_str()),
        ("word", "FD-3"),
    ];
    let answer = send(&app, &owner, &here, &members).await;
    assert!(
        answer.status().is_redirection(),
        "{}",
        answer.text().await.unwrap()
    );
    at_stage(&app, &sold, 0, "done").await;
    app.stop().await;
}

#[tokio::test]
async fn head_is_answered_as_get_is() {
    let app = spawn_app().await;
    let order = app.order("FD-5").await;
    let link = order["delivery"]["page_url"].as_str().unwrap().to_owned();
    let http = Client::builder().redirect(Policy::none()).build().unwrap();
    let mut addresses = vec![link];
    for path in [
        "/healthz",
        "/readyz",
        "/metrics",
        "/api/docs",
        "/admin/sign-in",
    ] {
        addresses.push(format!("{}{path}", app.web()));
    }
    for address in addresses {
        let answer = http.request(Method::HEAD, &address).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK, "{address}");
        assert!(answer.bytes().await.unwrap().is_empty(), "{address}");
    }
    app.stop().await;
}

#[tokio::test]
async fn what_was_never_compared_is_not_said_to_be_in_order() {
    let app = spawn_app().await;
    let owner = signed_in(&app, "admin").await;
    let shown = page(&app, &owner, "/admin/reports/reconciliation").await;
    assert!(shown.contains("尚未核对"), "{shown}");
    let shown = page(&app, &owner, "/admin/reports/reconciliation?month=2020-01").await;
    assert_eq!(shown.matches("尚未核对").count(), 22, "{shown}");
    app.stop().await;
}

#[tokio::test]
async fn opening_the_check_list_is_no_attack() {
    let app = spawn_app().await;
    let owner = signed_in(&app, "admin").await;
    let before = text_of(&app, "/metrics").await;
    page(&app, &owner, "/admin/onboarding").await;
    let after = text_of(&app, "/metrics").await;
    let pushes = |text: &str, outcome: &str| -> u64 {
        let line = format!("fapiao_pushes_total{{outcome=\"{outcome}\"}} ");
        let count = text.lines().find_map(|it| it.strip_prefix(&line));
        count.map_or(0, |it| it.parse().unwrap())
    };
    assert_eq!(pushes(&before, "refused"), pushes(&after, "refused"));
    assert!(
        pushes(&before, "unsigned") < pushes(&after, "unsigned"),
        "{after}"
    );
    app.stop().await;
}

async fn text_of(app: &crate::harness::TestApp, path: &str) -> String {
    let answer = app
        .http
        .get(format!("{}{path}", app.web()))
        .send()
        .await
        .unwrap();
    answer.text().await.unwrap()
}

#[tokio::test]
async fn everybody_changes_their_own_password_and_their_other_sessions_end() {
    let app = spawn_app().await;
    let old = app.demo().secrets.admin_password.clone();
    let (here, elsewhere) = (
        signed_in(&app, "clerk").await,
        signed_in(&app, "clerk").await,
    );
    assert!(
        page(&app, &here, "/admin")
            .await
            .contains("/admin/password")
    );
    let new = "a longer password";
    for (members, said) in [
        (
            [("old", "wrong"), ("new", new), ("again", new)],
            "原密码不对",
        ),
        (
            [("old", old.as_str()), ("new", "short"), ("again", "short")],
            "12 至 200",
        ),
        (
            [
                ("old", old.as_str()),
                ("new", new),
                ("again", "another password"),
            ],
            "须一致",
        ),
    ] {
        let answer = send(&app, &here, "/admin/password", &members).await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let text = answer.text().await.unwrap();
        assert!(text.contains(said), "{said}: {text}");
    }
    let members = [("old", old.as_str()), ("new", new), ("again", new)];
    let answer = send(&app, &here, "/admin/password", &members).await;
    assert!(
        answer.status().is_redirection(),
        "{}",
        answer.text().await.unwrap()
    );
    assert!(page(&app, &here, "/admin").await.contains("密码已修改"));
    let out = elsewhere
        .get(format!("{}/admin", app.web()))
        .send()
        .await
        .unwrap();
    assert!(out.status().is_redirection(), "the other session goes on");
    let clerk = app
        .ports()
        .store
        .staff_by_login("clerk")
        .await
        .unwrap()
        .unwrap();
    let fits = app
        .ports()
        .passwords
        .verify(new, Some(&clerk.password_hash))
        .await;
    assert_eq!(fits, Some(true));
    app.stop().await;
}

#[tokio::test]
async fn lists_and_the_log_are_filtered_and_taken_as_files() {
    let app = spawn_app().await;
    app.order("FL-1").await;
    app.order("FL-2").await;
    let owner = signed_in(&app, "admin").await;
    let shown = page(&app, &owner, "/admin/orders").await;
    assert!(
        shown.contains("formaction=\"/admin/orders.csv\""),
        "{shown}"
    );
    let file = page(&app, &owner, "/admin/orders.csv?q=FL-1").await;
    assert!(
        file.contains("FL-1") && file.contains("113.00") && !file.contains("FL-2"),
        "{file}"
    );
    let file = page(&app, &owner, "/admin/invoices.csv").await;
    assert_eq!(file.lines().count(), 1, "{file}");
    let shown = page(&app, &owner, "/admin/audit?q=FL-1").await;
    assert!(
        shown.contains("接收订单") || shown.contains("113.00"),
        "{shown}"
    );
    let staff = app
        .ports()
        .store
        .staff_by_login("admin")
        .await
        .unwrap()
        .unwrap();
    let by = format!("/admin/audit?who=staff:{}&q=session.", staff.id);
    let shown = page(&app, &owner, &by).await;
    assert!(shown.contains(&staff.name), "{shown}");
    // People by name, and a link only for who may open it.
    assert!(
        shown.contains(&format!("/admin/staff/{}", staff.id)),
        "{shown}"
    );
    let finance = signed_in(&app, "finance").await;
    let shown = page(&app, &finance, &by).await;
    assert!(shown.contains(&staff.name), "{shown}");
    assert!(
        !shown.contains(&format!("/admin/staff/{}", staff.id)),
        "{shown}"
    );
    let file = page(&app, &finance, &by.replace("/audit?", "/audit.csv?")).await;
    assert!(
        file.contains("session.opened") && !file.contains("order.accepted"),
        "{file}"
    );
    let none = page(&app, &owner, "/admin/audit?from=2020-01-01&to=2020-01-02").await;
    assert!(
        !none.contains("session.opened") && none.contains("还没有记录"),
        "{none}"
    );
    app.stop().await;
}

#[tokio::test]
async fn an_import_makes_the_links_when_it_is_told_to() {
    let app = spawn_app().await;
    let clerk = signed_in(&app, "clerk").await;
    let file = "order_no,store,name,tax_code,unit,quantity,unit_price,tax_included,rate\n\
                IL-1,S001,日用陶瓷餐具,1080121010000000000,套,2,56.50,是,0.13\n";
    let content = base64::Engine::encode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, file);
    let members = [
        ("content", content.as_str()),
        ("do", "import"),
        ("links", "yes"),
    ];
    let answer = send(&app, &clerk, "/admin/import/orders", &members).await;
    assert!(
        answer.status().is_redirection(),
        "{}",
        answer.text().await.unwrap()
    );
    let filter = OrderFilter {
        text: "IL-1".to_owned(),
        ..OrderFilter::default()
    };
    let found = app.ports().store.orders(&Scope::All, &filter).await;
    let id = found.unwrap().rows[0].id.clone();
    let whole = app.get(&format!("/orders/{id}")).await.body;
    assert_eq!(whole["state"], "delivering", "{whole}");
    // The same file once more changes nothing.
    let again = send(&app, &clerk, "/admin/import/orders", &members).await;
    assert!(again.status().is_redirection());
    assert!(
        page(&app, &clerk, "/admin/orders")
            .await
            .contains("共 1 条")
    );
    app.stop().await;
}
