//! What people click, in a headless Chromium. Runs where `FAPIAO_TEST_WEBDRIVER` names a driver, as
//! `cargo xtask test` does.

mod fiscal;
mod menus;
mod receipts;
mod scenarios;
mod verifier;
mod whole_flow;

use crate::harness::eventually_or;
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
    eventually_or(start, async || {
        let url = browser.current_url().await.unwrap();
        if url.as_str().starts_with(start) {
            Ok(())
        } else {
            Err(url)
        }
    })
    .await;
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
