//! From the back-office to the wallet.

use super::{browser, choose, click, text_of, type_into, until_page_says, wait_for_url};
use crate::harness::spawn_app;
use fantoccini::Locator;
use serde_json::json;
use std::time::Duration;

#[tokio::test]
async fn the_whole_flow_is_clicked() {
    let Some(browser) = browser().await else {
        eprintln!("no FAPIAO_TEST_WEBDRIVER: run `cargo xtask test --only browser`");
        return;
    };
    let app = spawn_app().await;
    let (web, sandbox) = (app.web(), app.sandbox());

    // Staff sign in and enter an order.
    browser.goto(&format!("{web}/admin")).await.unwrap();
    type_into(&browser, "input[name=login]", "admin").await;
    type_into(
        &browser,
        "input[name=password]",
        &app.demo().secrets.admin_password,
    )
    .await;
    click(
        &browser,
        "main button[type=submit], form button[type=submit]",
    )
    .await;
    text_of(&browser, "nav").await;
    browser
        .goto(&format!("{web}/admin/orders/new"))
        .await
        .unwrap();
    type_into(&browser, "input[name=order_no]", "WEB-1").await;
    choose(&browser, "select[name=store]", "S001").await;
    choose(&browser, "select[name=lines-0-rate]", "0.13").await;
    let filled = json!({
        "name": "日用陶瓷餐具", "tax_code": "1080121010000000000", "unit": "套", "quantity": "2", "unit_price": "56.50"
    });
    for (member, value) in filled.as_object().unwrap() {
        let css = format!("[name='lines-0-{member}']");
        type_into(&browser, &css, value.as_str().unwrap()).await;
    }
    click(&browser, "main button.primary[type=submit]").await;
    until_page_says(&browser, "WEB-1").await;

    // The buyer opens the link, is sent to WeChat and fills in a title.
    let link = browser
        .wait()
        .for_element(Locator::Css("a[href*='/o/']"))
        .await
        .unwrap()
        .attr("href")
        .await
        .unwrap()
        .unwrap();
    let order_page = browser.current_url().await.unwrap();
    let link = if link.starts_with("http") {
        link
    } else {
        format!("{web}{link}")
    };
    browser.goto(&link).await.unwrap();
    click(&browser, "a[href$='/wechat']").await;
    browser
        .wait()
        .at_most(Duration::from_secs(10))
        .for_element(Locator::Css("input[name=person_title]"))
        .await
        .unwrap();
    assert!(
        browser
            .current_url()
            .await
            .unwrap()
            .as_str()
            .starts_with(&sandbox)
    );
    type_into(&browser, "input[name=person_title]", "张三").await;
    click(&browser, "button[name=act][value=authorise]").await;

    // WeChat brings the buyer back to the shop's page; going on before it has would be overtaken by its redirect.
    wait_for_url(&browser, &link).await;
    until_page_says(&browser, "发票已放入你的微信卡包").await;

    // The card is in the pretend wallet, the invoice on the order's page.
    browser.goto(order_page.as_str()).await.unwrap();
    until_page_says(&browser, "张三").await;
    browser.goto(&format!("{sandbox}/phone")).await.unwrap();
    until_page_says(&browser, "113.00").await;
    click(&browser, "a[href*='/phone/cards/']").await;
    until_page_says(&browser, "张三（个人）").await;
    browser
        .goto(&format!("{web}/admin/invoices"))
        .await
        .unwrap();
    click(&browser, "main a[href*='/admin/invoices/inv_']").await;
    until_page_says(&browser, "113.00").await;
    browser.close().await.unwrap();
    app.stop().await;
}
