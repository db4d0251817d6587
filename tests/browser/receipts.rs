//! The printed receipt on both widths of paper, as a browser draws it: the code is read off the picture, and the short
//! code stands beside it for whoever cannot scan.

use super::{browser, click, text_of, type_into, wait_for_url, with_element};
use crate::harness::{Picture, eventually, spawn_app};
use demo_shop::{DemoShop, DemoShopConfig};
use fantoccini::Client;

/// Millimetres as a browser counts them, 96 dots an inch.
const DOTS_PER_MM: f64 = 96.0 / 25.4;

/// What the code says on the screen, and the width of the paper around it.
async fn on_screen(browser: &Client, page: &str, picture: &str) -> (String, f64) {
    browser.goto(page).await.unwrap();
    with_element(browser, picture, |it| async move { it.text().await }).await;
    // An image comes a moment after its page. Nothing lies over the code, and it is the only one.
    let codes = eventually("a code on the screen", async || {
        let picture = Picture::of_screenshot(&browser.screenshot().await.unwrap());
        Some(picture.codes()).filter(|it| !it.is_empty())
    })
    .await;
    let [told] = codes.as_slice() else {
        panic!("{page}: {codes:?}");
    };
    let told = told.clone();
    let width = with_element(browser, "body", |it| async move {
        it.rectangle().await.map(|(_, _, width, _)| width)
    })
    .await;
    (told, width)
}

#[tokio::test]
async fn the_code_of_a_receipt_is_read_off_the_screen_at_both_widths() {
    let Some(browser) = browser().await else {
        eprintln!("no FAPIAO_TEST_WEBDRIVER: run `cargo xtask test --only browser`");
        return;
    };
    let app = spawn_app().await;
    let web = app.web();
    let order = app.order("RCPT-1").await;
    let id = order["id"].as_str().unwrap();
    let link = order["delivery"]["page_url"].as_str().unwrap();
    let code = link.rsplit('/').next().unwrap();
    assert_eq!(link, format!("{web}/o/{code}"));

    // Staff print it from the order's page.
    let page = format!("{web}/admin/orders/{id}/receipt");
    browser.goto(&page).await.unwrap();
    type_into(&browser, "input[name=login]", "clerk").await;
    let password = &app.demo().secrets.admin_password;
    type_into(&browser, "input[name=password]", password).await;
    click(&browser, "form button[type=submit]").await;
    wait_for_url(&browser, &page).await;
    for width in [58, 80] {
        let at = format!("{page}?width={width}");
        let (told, paper) = on_screen(&browser, &at, ".qr svg").await;
        assert_eq!(told, link, "{width} mm");
        assert!(
            (paper - f64::from(width) * DOTS_PER_MM).abs() < 1.0,
            "{width} mm is {paper} dots"
        );
        let typed = text_of(&browser, "p.code").await;
        assert_eq!(typed.replace(' ', ""), code, "{width} mm");
        let said = text_of(&browser, "body").await;
        assert!(said.contains("RCPT-1") && said.contains("113.00"), "{said}");
    }

    // So does the shop's own till, with the picture that the API gives.
    let settings = DemoShopConfig {
        api_key: app.till().1.to_owned(),
        ..app.demo().shop_settings()
    };
    let shop = DemoShop::start(settings).await.unwrap();
    let shelf = format!("{}/?lang=zh-CN", shop.url());
    browser.goto(&shelf).await.unwrap();
    click(&browser, "input[name=scene][value=receipt]").await;
    click(&browser, "main form button").await;
    wait_for_url(&browser, &format!("{}/orders/", shop.url())).await;
    let bought = browser.current_url().await.unwrap();
    for width in [58, 80] {
        browser.goto(bought.as_str()).await.unwrap();
        let css = format!("a[href*='receipt?width={width}']");
        let href = with_element(&browser, &css, |it| async move { it.attr("href").await }).await;
        let at = format!("{}{}", shop.url(), href.unwrap());
        let (told, _) = on_screen(&browser, &at, "img[alt=QR]").await;
        let typed = text_of(&browser, "p.code").await.replace(' ', "");
        assert_eq!(told, format!("{web}/o/{typed}"), "{width} mm");
    }
    browser.close().await.unwrap();
    shop.stop().await;
    app.stop().await;
}
