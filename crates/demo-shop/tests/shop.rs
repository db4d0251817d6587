//! The shop as a customer meets it while fapiao is away. With fapiao it is part of the tests of
//! the whole product.
#![allow(clippy::unwrap_used, reason = "a test that can't go on fails")]

use demo_shop::{DemoShop, DemoShopConfig, Running};
use reqwest::{Client, Response, StatusCode};

async fn open_shop() -> (Running, Client) {
    // Nobody listens on a port that was just given back.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let api_base = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let config = DemoShopConfig {
        listen: "127.0.0.1:0".parse().unwrap(),
        api_base,
        api_key: "sample-key".to_owned(),
        phone: None,
        pay: None,
    };
    assert!(!format!("{config:?}").contains("sample-key"));
    (DemoShop::start(config).await.unwrap(), Client::new())
}

async fn get(client: &Client, url: String) -> Response {
    client
        .get(url)
        .header("Accept-Language", "en")
        .send()
        .await
        .unwrap()
}

fn key_in(page: &str) -> String {
    let (_, rest) = page.split_once("name=\"key\" value=\"").unwrap();
    rest.split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn the_storefront_is_a_form_without_script_and_with_a_strict_policy() {
    let (shop, client) = open_shop().await;
    let answer = get(&client, shop.url()).await;
    assert_eq!(answer.status(), StatusCode::OK);
    let policy = answer.headers()["content-security-policy"]
        .to_str()
        .unwrap()
        .to_owned();
    assert!(
        policy.contains("default-src 'none'") && !policy.contains("script"),
        "{policy}"
    );
    let page = answer.text().await.unwrap();
    assert!(page.contains("乌龙茶") && page.contains("Oolong tea") && !page.contains("<script"));
    let again = get(&client, shop.url()).await.text().await.unwrap();
    assert_ne!(
        key_in(&page),
        key_in(&again),
        "each page is a purchase of its own"
    );

    let css = get(&client, format!("{}/shop.css", shop.url())).await;
    assert_eq!(css.headers()["content-type"], "text/css; charset=utf-8");
    shop.stop().await;
}

#[tokio::test]
async fn a_purchase_without_an_answer_says_that_sending_again_is_safe() {
    let (shop, client) = open_shop().await;
    let page = get(&client, shop.url()).await.text().await.unwrap();
    let key = key_in(&page);
    let answer = client
        .post(format!("{}/orders?lang=en", shop.url()))
        .form(&[("key", key.as_str()), ("quantity.tea", "2")])
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::BAD_GATEWAY);
    assert!(
        answer
            .text()
            .await
            .unwrap()
            .contains("Sending again is safe")
    );

    let order = get(&client, format!("{}/orders/{key}", shop.url())).await;
    assert_eq!(
        order.status(),
        StatusCode::NOT_FOUND,
        "what fapiao has not taken is not sold"
    );
    shop.stop().await;
}

#[tokio::test]
async fn an_empty_basket_and_a_foreign_form_are_refused_in_words() {
    let (shop, client) = open_shop().await;
    let page = get(&client, shop.url()).await.text().await.unwrap();
    let key = key_in(&page);
    for (fields, status, word) in [
        (
            vec![("key", key.as_str()), ("quantity.tea", "0")],
            422,
            "Nothing was chosen",
        ),
        (
            vec![("key", key.as_str()), ("quantity.tea", "1.5")],
            422,
            "whole number",
        ),
        (vec![("quantity.tea", "1")], 400, "too old"),
    ] {
        let url = format!("{}/orders?lang=en", shop.url());
        let answer = client.post(url).form(&fields).send().await.unwrap();
        assert_eq!(answer.status(), status);
        assert!(answer.text().await.unwrap().contains(word), "{word}");
    }
    shop.stop().await;
}

#[tokio::test]
async fn a_wrong_address_of_fapiao_is_told_at_the_start() {
    let config = DemoShopConfig {
        listen: "127.0.0.1:0".parse().unwrap(),
        api_base: "not an address".to_owned(),
        api_key: "key".to_owned(),
        phone: None,
        pay: None,
    };
    let error = DemoShop::start(config).await.unwrap_err();
    assert!(error.to_string().contains("not an address"), "{error}");
}
