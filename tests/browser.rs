//! The whole flow, clicked in a headless Chromium. Runs where `FAPIAO_TEST_WEBDRIVER` names a driver, as
//! `cargo xtask test` does.

use crate::harness::spawn_app;
use fantoccini::{Client, ClientBuilder, Locator, elements::Element, error::CmdError};
use serde_json::json;
use std::time::{Duration, Instant};

async fn browser() -> Option<Client> {
    let driver = std::env::var("FAPIAO_TEST_WEBDRIVER").ok()?;
    let options = json!({
        "goog:chromeOptions": {
            "args": [
                "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                "--disable-background-networking", "--disable-component-update", "--disable-sync",
                "--window-size=1280,900"
            ]
        }
    });
    let capabilities = options.as_object().unwrap().clone();
    Some(
        ClientBuilder::new(hyper_util::client::legacy::connect::HttpConnector::new())
            .capabilities(capabilities)
            .connect(&driver)
            .await
            .unwrap(),
    )
}

/// Does something to the element that `css` names, again while the page is being replaced under it: between finding an
/// element and touching it, a page that loads makes it stale, covered or gone.
async fn with_element<T, F>(browser: &Client, css: &str, act: impl Fn(Element) -> F) -> T
where
    F: Future<Output = Result<T, CmdError>>,
{
    let deadline = Instant::now() + Duration::from_secs(10);
    loop {
        let found = browser
            .wait()
            .at_most(Duration::from_secs(10))
            .for_element(Locator::Css(css))
            .await;
        let done = match found {
            Ok(element) => act(element).await,
            Err(error) => Err(error),
        };
        match done {
            Ok(value) => return value,
            Err(error) if Instant::now() >= deadline => panic!("{css}: {error}"),
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
}

async fn type_into(browser: &Client, css: &str, text: &str) {
    with_element(browser, css, |field| async move {
        field.clear().await?;
        field.send_keys(text).await
    })
    .await;
}

async fn click(browser: &Client, css: &str) {
    with_element(browser, css, |button| async move { button.click().await }).await;
}

async fn choose(browser: &Client, css: &str, value: &str) {
    with_element(browser, css, |list| async move {
        list.select_by_value(value).await
    })
    .await;
}

async fn text_of(browser: &Client, css: &str) -> String {
    with_element(browser, css, |element| async move { element.text().await }).await
}

/// Until the browser has gone to an address that starts so.
async fn wait_for_url(browser: &Client, start: &str) {
    for _ in 0..100 {
        if browser
            .current_url()
            .await
            .unwrap()
            .as_str()
            .starts_with(start)
        {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!(
        "never came to {start}: {}",
        browser.current_url().await.unwrap()
    );
}

/// Loads a page again until it says something.
async fn until_page_says(browser: &Client, words: &str) {
    let mut said = String::new();
    for _ in 0..60 {
        said = text_of(browser, "body").await;
        if said.contains(words) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(400)).await;
        browser.refresh().await.unwrap();
    }
    panic!("the page never said {words}: {said}");
}

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
