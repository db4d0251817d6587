//! What a clerk may mistype, and what is made of it.

use super::{
    sign_in::{hidden, signed_in},
    work::{location, page, send},
};
use crate::harness::{TestApp, company, person, spawn_app};
use fapiao_domain::ids::Id;
use reqwest::{Client, Method, StatusCode};
use serde_json::json;

/// The order form's members for one line, which `more` comes after; the last of two values counts.
async fn typed(
    app: &TestApp,
    who: &Client,
    order_no: &str,
    more: &[(&str, &str)],
) -> (StatusCode, String) {
    let mut members = vec![
        ("order_no", order_no),
        ("store", "S001"),
        ("tax_included", "yes"),
        ("lines-0-name", "日用陶瓷餐具"),
        ("lines-0-tax_code", "1080121010000000000"),
        ("lines-0-unit", "套"),
        ("lines-0-quantity", "２"),
        ("lines-0-unit_price", "￥５６．５０"),
        ("lines-0-rate", "0.13"),
    ];
    members.extend_from_slice(more);
    let answer = send(app, who, "/admin/orders", &members).await;
    if answer.status() == StatusCode::SEE_OTHER {
        return (StatusCode::SEE_OTHER, location(&answer));
    }
    (answer.status(), answer.text().await.unwrap())
}

#[tokio::test]
async fn a_deduction_without_a_mode_is_asked_about_and_never_dropped() {
    let app = spawn_app().await;
    let clerk = signed_in(&app, "clerk").await;
    let (status, text) = typed(&app, &clerk, "F-1", &[("deduction", "100.00")]).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{text}");
    assert!(
        text.contains("请选择差额征税的方式") && text.contains("value=\"100.00\""),
        "{text}"
    );
    let orders = app.get("/orders?order_no=F-1").await;
    assert_eq!(orders.body["data"], json!([]), "nothing was made of it");
    // With its mode, the class code of the line does not take it.
    let chosen = [("deduction", "100.00"), ("difference", "whole")];
    let (status, text) = typed(&app, &clerk, "F-1", &chosen).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{text}");
    assert!(
        text.contains("第 1 行：税收分类编码 1080121010000000000")
            && text.contains("不适用差额征税")
            && text.contains("href=\"#lines-0-tax_code\""),
        "{text}"
    );
    app.stop().await;
}

#[tokio::test]
async fn a_comma_that_sets_no_thousands_apart_is_refused_and_never_guessed_at() {
    let app = spawn_app().await;
    let clerk = signed_in(&app, "clerk").await;
    for (member, value) in [("lines-0-unit_price", "1,13"), ("lines-0-quantity", "1，5")] {
        let (status, text) = typed(&app, &clerk, "F-6", &[(member, value)]).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{member}: {text}");
        assert!(text.contains(&format!("href=\"#{member}\"")), "{text}");
        assert!(text.contains(&format!("value=\"{value}\"")), "{text}");
    }
    app.stop().await;
}

#[tokio::test]
async fn a_character_that_nobody_sees_is_named_beside_its_field() {
    let app = spawn_app().await;
    let clerk = signed_in(&app, "clerk").await;
    for member in ["order_no", "lines-0-name", "lines-0-unit"] {
        let (status, text) = typed(&app, &clerk, "F-9", &[(member, "甲\u{202e}乙")]).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{member}: {text}");
        assert!(
            text.contains(&format!("href=\"#{member}\"")) && text.contains("U+202E"),
            "{member}: {text}"
        );
    }
    let owner = signed_in(&app, "admin").await;
    let seller = app.ports().store.sellers().await.unwrap().remove(0);
    let store = [
        ("code", "S901"),
        ("name", "新\u{200b}店"),
        ("seller", seller.id.as_str()),
    ];
    let answer = send(&app, &owner, "/admin/stores", &store).await;
    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let text = answer.text().await.unwrap();
    assert!(text.contains("第 2 个字符看不见（U+200B）"), "{text}");
    app.stop().await;
}

#[tokio::test]
async fn of_two_people_who_change_a_store_the_later_one_is_told() {
    let app = spawn_app().await;
    let owner = signed_in(&app, "admin").await;
    let store = app.ports().store.store_by_code("S001").await;
    let store = store.unwrap().unwrap();
    let path = format!("/admin/stores/{}", store.id);
    let text = page(&app, &owner, &path).await;
    let version = hidden(&text, "version");
    let typed = async |name: &str| {
        let seller = store.seller.to_string();
        let members = [
            ("code", "S001"),
            ("name", name),
            ("seller", &seller),
            ("version", &version),
        ];
        send(&app, &owner, &path, &members).await
    };
    let first = typed("南京东路店").await;
    assert_eq!(first.status(), StatusCode::SEE_OTHER);
    let second = typed("南京西路二店").await;
    assert_eq!(second.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let text = second.text().await.unwrap();
    assert!(
        text.contains("南京西路二店"),
        "what was typed stays: {text}"
    );
    let known = app.ports().store.store_by_code("S001").await;
    assert_eq!(known.unwrap().unwrap().name, "南京东路店");
    app.stop().await;
}

#[tokio::test]
async fn a_month_that_is_none_is_told_in_words() {
    let app = spawn_app().await;
    let finance = signed_in(&app, "finance").await;
    for path in [
        "/admin/reports/ledger?month=2026-13",
        "/admin/reports/reconciliation?month=soon",
        "/admin/evidence/month.zip?month=2026-1",
    ] {
        let answer = finance
            .get(format!("{}{path}", app.web()))
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{path}");
        let text = answer.text().await.unwrap();
        assert!(text.contains("不是月份，月份写成"), "{path}: {text}");
    }
    app.stop().await;
}

#[tokio::test]
async fn a_gateway_that_would_not_be_used_is_asked_about() {
    let app = spawn_app().await;
    let owner = signed_in(&app, "admin").await;
    let seller = app.ports().store.sellers().await.unwrap().remove(0);
    let path = format!("/admin/sellers/{}/tax", seller.id);
    let members = [
        ("route", "direct"),
        ("profile", "digital"),
        ("base_url", "https://tax.example.com/gateway"),
    ];
    let answer = send(&app, &owner, &path, &members).await;
    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let text = answer.text().await.unwrap();
    assert!(text.contains("已填写网关资料"), "{text}");
    let answer = send(&app, &owner, &path, &members[..2]).await;
    assert_eq!(location(&answer), path);
    app.stop().await;
}

#[tokio::test]
async fn one_piece_typed_beside_everything_is_no_refund_of_it_all() {
    let app = spawn_app().await;
    let owner = signed_in(&app, "admin").await;
    let order = app.authorised_order("F-7", &company()).await;
    app.await_state(&order, "carded").await;
    let here = format!("/admin/orders/{}/refund", order["id"].as_str().unwrap());
    for (member, value, said) in [
        ("line1", "1", "已填写退回数量"),
        ("amount", "10.00", "已填写金额"),
    ] {
        let members = [
            ("reason", "02"),
            ("what", "everything"),
            ("act", "plan"),
            (member, value),
        ];
        let answer = send(&app, &owner, &here, &members).await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let text = answer.text().await.unwrap();
        assert!(text.contains(said), "{text}");
        assert!(text.contains(&format!("value=\"{value}\"")), "it stays");
    }
    app.stop().await;
}

#[tokio::test]
async fn the_list_of_errors_names_each_field_and_line() {
    let app = spawn_app().await;
    let clerk = signed_in(&app, "clerk").await;
    let more = [
        ("lines-2-name", "日用陶瓷餐具"),
        ("lines-2-quantity", "many"),
        ("lines-2-unit_price", "56.50"),
    ];
    let (status, text) = typed(&app, &clerk, "F-2", &more).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        text.contains("<a href=\"#lines-2-quantity\">第 3 行数量："),
        "{text}"
    );
    let owner = signed_in(&app, "admin").await;
    let answer = send(&app, &owner, "/admin/staff", &[("login", "new.one")]).await;
    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let text = answer.text().await.unwrap();
    assert!(text.contains("<a href=\"#name\">姓名："), "{text}");
    assert!(
        !text.contains("留空则保持不变"),
        "somebody new has no old password to keep"
    );
    app.stop().await;
}

#[tokio::test]
async fn the_amounts_of_a_receipt_add_up_to_its_total() {
    let app = spawn_app().await;
    let clerk = signed_in(&app, "clerk").await;
    let more = [("lines-0-discount", "13.00")];
    let (status, made) = typed(&app, &clerk, "F-3", &more).await;
    assert_eq!(status, StatusCode::SEE_OTHER, "{made}");
    let text = page(&app, &clerk, &format!("{made}/receipt?width=58")).await;
    for row in [
        "<td>日用陶瓷餐具<br>2 套 × 56.50</td><td>¥113.00</td>",
        "<td>折扣</td><td>\u{2212}¥13.00</td>",
        "<td>¥100.00</td>",
    ] {
        assert!(text.contains(row), "{row}: {text}");
    }
    app.stop().await;
}

#[tokio::test]
async fn a_product_without_a_chosen_rate_gets_its_codes_and_never_the_highest() {
    let app = spawn_app().await;
    let owner = signed_in(&app, "admin").await;
    let blank = page(&app, &owner, "/admin/products/new").await;
    let first = blank.split("<select id=\"rate\"").nth(1).unwrap();
    let first = first.split("<option value=\"").nth(1).unwrap();
    assert!(first.starts_with("\""), "no rate is chosen at first");
    let mut members = vec![
        ("name", "小白菜"),
        ("sku", "SKU-900"),
        ("tax_code", "1010112040000000000"),
        ("unit_price", "1234.5"),
        ("tax_included", "yes"),
        ("rate", ""),
    ];
    let made = send(&app, &owner, "/admin/products", &members).await;
    assert_eq!(location(&made), "/admin/products");
    let listed = page(&app, &owner, "/admin/products?q=SKU-900").await;
    assert!(
        listed.contains("<td class=\"num\">1,234.50</td><td class=\"num\">9%</td>"),
        "{listed}"
    );
    // A code that nobody knows has no usual rate.
    members[1].1 = "SKU-901";
    members[2].1 = "9999999999999999999";
    let wrong = send(&app, &owner, "/admin/products", &members).await;
    assert_eq!(wrong.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let text = wrong.text().await.unwrap();
    assert!(text.contains("税率：请从列表中选择"), "{text}");
    app.stop().await;
}

#[tokio::test]
async fn a_buyer_is_never_shown_the_tax_sides_own_words() {
    let app = spawn_app().await;
    // The class code loses its difference tax at the tax authority after our table was fetched: the invoice is refused
    // when it is uploaded.
    let row = json!({
        "code": "3040803010000000000", "name": "劳务派遣服务", "short_name": "人力资源服务", "tax_rates": "6%",
        "difference_tax": false,
    });
    app.control(&app.tax(), Method::POST, "/sandbox/class-codes", Some(&row))
        .await;
    let order = json!({
        "order_no": "F-5",
        "store": "S001",
        "lines": [{
            "name": "劳务派遣", "tax_code": "3040803010000000000", "quantity": "1", "unit": "人",
            "unit_price": "3000.00", "tax_included": true, "rate": "0.06",
        }],
        "difference_tax": { "mode": "reduced", "deduction": "2000.00" },
        "delivery": { "channel": "web", "page": "title" },
    });
    let made = app.post("/orders", "F-5", &order).await;
    assert_eq!(made.status, StatusCode::CREATED, "{made:?}");
    app.open_page(&made.body).await;
    app.authorise(&made.body, &person("王小明")).await;
    let failed = app.await_state(&made.body, "failed").await;
    let reason = failed["reason"].as_str().unwrap();
    assert!(!reason.is_empty());
    let url = made.body["delivery"]["page_url"].as_str().unwrap();
    let anybody = signed_in(&app, "clerk").await;
    let text = anybody.get(url).send().await.unwrap();
    let text = text.text().await.unwrap();
    assert!(
        text.contains("未能开票") && text.contains("请联系商家处理"),
        "{text}"
    );
    assert!(!text.contains("E_DIFF"), "{text}");
    // Nor is what was refused any turnover of the invoices' list.
    let finance = signed_in(&app, "finance").await;
    let listed = page(&app, &finance, "/admin/invoices").await;
    let sum = listed.split("<tfoot>").nth(1).unwrap();
    assert!(
        sum.contains("¥0.00") && sum.contains("不含税局拒绝的"),
        "{sum}"
    );
    let refused = page(&app, &finance, "/admin/invoices?state=refused").await;
    let sum = refused.split("<tfoot>").nth(1).unwrap();
    assert!(sum.contains("¥3,000.00"), "{sum}");
    app.stop().await;
}
