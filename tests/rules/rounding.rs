//! Where each fen went, and discounts on whole orders.

use super::{imported, mistakes};
use crate::{
    admin::sign_in::signed_in,
    harness::{company, spawn_app, tea},
};
use reqwest::StatusCode;
use serde_json::{Value, json};

fn three_lines(order_no: &str) -> Value {
    let mut order = tea(order_no);
    let line = |price: &str| {
        let mut line = tea("x")["lines"][0].clone();
        line["quantity"] = json!("1");
        line["unit_price"] = json!(price);
        line
    };
    order["lines"] = json!([line("59.90"), line("39.90"), line("100.20")]);
    order["discount"] = json!("20.00");
    order
}

#[tokio::test]
async fn a_discount_on_the_order_is_shared_out_and_every_fen_is_explained() {
    let app = spawn_app().await;
    let made = app.post("/orders", "R-1", &three_lines("R-1")).await;
    assert_eq!(made.status, StatusCode::CREATED, "{made:?}");
    let order = made.body;
    let shares: Vec<&str> = order["lines"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["discount"].as_str().unwrap())
        .collect();
    assert_eq!(shares, ["5.99", "3.99", "10.02"]);
    assert_eq!(
        order["totals"],
        json!({ "amount": "159.29", "tax": "20.71", "total": "180.00" })
    );
    let id = order["id"].as_str().unwrap();
    let told = app.get(&format!("/orders/{id}/rounding")).await;
    assert_eq!(told.status, StatusCode::OK);
    assert_eq!(told.body["totals"], order["totals"]);
    let lines = told.body["lines"].as_array().unwrap();
    assert_eq!(lines.len(), 6);
    assert_eq!(
        (
            &lines[0]["formula"],
            &lines[0]["exact_tax"],
            &lines[0]["tax"],
            &lines[0]["rounded_by"]
        ),
        (
            &json!("59.90 × 13 ÷ 113"),
            &json!("6.891150"),
            &json!("6.89"),
            &json!("-0.001150")
        )
    );
    assert_eq!(
        (&lines[1]["kind"], &lines[1]["gross"]),
        (&json!("discount"), &json!("-5.99"))
    );
    assert_eq!(
        lines[1]["discount_share"],
        json!({
            "discount": "20.00", "formula": "20.00 × 59.90 ÷ 200.00", "exact": "5.990000", "share": "5.99",
            "got_left_over": false, "own_discount": "0.00",
        })
    );
    assert_eq!(lines[0]["discount_share"], json!(null));
    assert_eq!(told.body["rates"][0]["tax_at_once"], "20.71");
    // The same for the invoice, and as a page that the totals lead to.
    app.open_page(&order).await;
    app.authorise(&order, &company()).await;
    let done = app.await_state(&order, "carded").await;
    let invoice = done["invoice"]["id"].as_str().unwrap();
    let of_invoice = app.get(&format!("/invoices/{invoice}/rounding")).await;
    assert_eq!(of_invoice.body["lines"], told.body["lines"]);
    let clerk = signed_in(&app, "finance").await;
    for place in [
        format!("/admin/orders/{id}"),
        format!("/admin/invoices/{invoice}"),
    ] {
        let page = |path: String| clerk.get(format!("{}{path}", app.web())).send();
        let text = page(place.clone()).await.unwrap().text().await.unwrap();
        assert!(
            text.contains(&format!("href=\"{place}/rounding\"")),
            "{place}"
        );
        let text = page(format!("{place}/rounding"))
            .await
            .unwrap()
            .text()
            .await
            .unwrap();
        assert!(
            text.contains("59.90 × 13 ÷ 113") && text.contains("6.891150"),
            "{text}"
        );
        assert!(
            text.contains("整单折扣 20.00 的分摊：20.00 × 59.90 ÷ 200.00 = 5.990000，取 5.99"),
            "{text}"
        );
    }
    assert_eq!(
        app.get("/orders/ord_01J8ZC3N6T9Q4W2E5R7Y8U1P0A/rounding")
            .await
            .status,
        StatusCode::NOT_FOUND
    );
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn a_wrong_discount_is_named_and_a_file_may_carry_one() {
    let app = spawn_app().await;
    let mut order = three_lines("R-2");
    order["discount"] = json!("200.01");
    let refused = app.post("/orders", "R-2", &order).await;
    assert_eq!(refused.wrong_fields(), ["/discount"]);
    assert_eq!(refused.body["errors"][0]["code"], "E_ORDER_DISCOUNT");
    // All of it: what is wrong stands at the discount, there being no total in the body.
    order["discount"] = json!("200.00");
    let refused = app.post("/orders", "R-2", &order).await;
    assert_eq!(refused.wrong_fields(), ["/discount"]);
    assert_eq!(refused.body["errors"][0]["code"], "E_NONPOSITIVE");
    order["discount"] = json!("1.00");
    order["lines"][0]["tax_included"] = json!(false);
    let mixed = app.post("/orders", "R-3", &order).await;
    assert_eq!(mixed.body["errors"][0]["code"], "E_ORDER_DISCOUNT_MIXED");
    let file = "order_no,name,store,tax_code,unit,quantity,unit_price,tax_included,rate,order_discount\n\
        D-1,苹果,S001,1010115010100000000,千克,1,10.00,yes,0.09,1.01\n\
        D-1,苹果,S001,1010115010100000000,千克,2,10.00,yes,0.09,1.01\n\
        D-2,苹果,S001,1010115010100000000,千克,1,10.00,yes,0.09,11.00\n";
    let report = imported(&app, file).await;
    assert_eq!(
        (report.created, report.totals.total.to_string().as_str()),
        (1, "28.99")
    );
    assert_eq!(mistakes(&report), [(4, "order_discount")]);
    app.stop().await;
}

#[tokio::test]
async fn the_stock_tells_how_long_it_lasts() {
    let app = spawn_app().await;
    let order = app.authorised_order("F-1", &company()).await;
    app.await_state(&order, "carded").await;
    let stock = app.get("/stock").await.body;
    let told: Vec<&str> = stock["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["numbers_forecast"]["lasts"].as_str().unwrap())
        .collect();
    // Who issued has a pace now; a seller that never did has none.
    assert_eq!(
        told.iter().filter(|it| **it != "unknown").count(),
        1,
        "{stock}"
    );
    let page = signed_in(&app, "finance").await;
    let shown = page
        .get(format!("{}/admin/stock", app.web()))
        .send()
        .await
        .unwrap();
    assert_eq!(shown.status(), StatusCode::OK);
    let home = page
        .get(format!("{}/admin", app.web()))
        .send()
        .await
        .unwrap();
    assert!(
        home.text().await.unwrap().contains("按近期用量"),
        "the first page tells it too"
    );
    app.stop().await;
}

#[tokio::test]
async fn an_amount_drives_its_line_to_the_fen_and_price_or_quantity_follows() {
    let app = spawn_app().await;
    let driven = |order_no: &str, members: &[(&str, &str)]| {
        let mut order = tea(order_no);
        let line = order["lines"][0].as_object_mut().unwrap();
        line.remove("quantity");
        line.remove("unit_price");
        for (name, value) in members {
            line.insert((*name).to_owned(), json!(value));
        }
        order
    };
    // Seven for 1000.00 with tax: no price of two decimals comes to that.
    let by_quantity = driven("A-1", &[("quantity", "7"), ("amount", "1000.00")]);
    let made = app.post("/orders", "A-1", &by_quantity).await;
    assert_eq!(made.status, StatusCode::CREATED, "{made:?}");
    let totals = json!({ "amount": "884.96", "tax": "115.04", "total": "1000.00" });
    assert_eq!(made.body["totals"], totals);
    assert_eq!(made.body["lines"][0]["unit_price"], "142.8571428571429");
    app.open_page(&made.body).await;
    app.authorise(&made.body, &company()).await;
    let delivery = app.await_state(&made.body, "carded").await;
    let path = format!("/invoices/{}", delivery["invoice"]["id"].as_str().unwrap());
    let invoice = app.get(&path).await.body;
    assert_eq!(invoice["totals"], totals);
    assert_eq!(invoice["lines"][0]["unit_price"], "126.4228571428571");
    // 1000.00 worth at 16.80 each; and the same without tax.
    for (no, with_tax, total) in [("A-2", true, "1000.00"), ("A-3", false, "1130.00")] {
        let mut order = driven(no, &[("unit_price", "16.80"), ("amount", "1000.00")]);
        order["lines"][0]["tax_included"] = json!(with_tax);
        let made = app.post("/orders", no, &order).await;
        assert_eq!(made.status, StatusCode::CREATED, "{made:?}");
        assert_eq!(made.body["lines"][0]["quantity"], "59.5238095238095");
        assert_eq!(made.body["totals"]["total"], total);
    }
    // So many pieces need more than eight decimals.
    let many = driven("A-7", &[("quantity", "7000000"), ("amount", "1000000.00")]);
    let made = app.post("/orders", "A-7", &many).await;
    assert_eq!(made.body["lines"][0]["unit_price"], "0.1428571428571");
    assert_eq!(made.body["totals"]["total"], "1000000.00");
    // All three, or too few.
    for (no, members, wrong) in [
        (
            "A-4",
            &[
                ("quantity", "2"),
                ("unit_price", "5.00"),
                ("amount", "10.00"),
            ][..],
            &["/lines/0/amount"][..],
        ),
        ("A-5", &[("amount", "10.00")], &["/lines/0/quantity"]),
        ("A-6", &[], &["/lines/0/quantity", "/lines/0/unit_price"]),
    ] {
        let refused = app.post("/orders", no, &driven(no, members)).await;
        assert_eq!(refused.wrong_fields(), wrong, "{refused:?}");
    }
    app.assert_ledger_holds().await;
    app.stop().await;
}
