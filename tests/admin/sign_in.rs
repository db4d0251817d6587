//! Staff come in, and only staff.

use crate::harness::{TestApp, spawn_app};
use reqwest::{Client, StatusCode, redirect::Policy};

/// The value of a hidden form field.
pub fn hidden(page: &str, name: &str) -> String {
    let at = page
        .find(&format!("name=\"{name}\""))
        .unwrap_or_else(|| panic!("no field {name} in {page}"));
    let tag_start = page[..at].rfind('<').unwrap();
    let tag = &page[tag_start..tag_start + page[tag_start..].find('>').unwrap()];
    let value = tag.split("value=\"").nth(1).unwrap_or_default();
    value.split('"').next().unwrap_or_default().to_owned()
}

/// A browser that is signed in as somebody of the demo company.
pub async fn signed_in(app: &TestApp, login: &str) -> Client {
    let client = Client::builder()
        .redirect(Policy::none())
        .cookie_store(true)
        .build()
        .unwrap();
    let page = client
        .get(format!("{}/admin/sign-in", app.web()))
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    let mut form = vec![
        ("login", login.to_owned()),
        ("password", app.demo().secrets.admin_password.clone()),
    ];
    if page.contains("name=\"csrf\"") {
        form.push(("csrf", hidden(&page, "csrf")));
    }
    let answer = client
        .post(format!("{}/admin/sign-in", app.web()))
        .header("Origin", app.web())
        .form(&form)
        .send()
        .await
        .unwrap();
    assert!(
        answer.status().is_redirection(),
        "{} {}",
        answer.status(),
        answer.text().await.unwrap()
    );
    client
}

#[tokio::test]
async fn the_right_password_opens_every_page_of_the_owner() {
    let app = spawn_app().await;
    let owner = signed_in(&app, "admin").await;
    for page in [
        "",
        "/orders",
        "/orders/new",
        "/invoices",
        "/jobs",
        "/sellers",
        "/stores",
        "/accounts",
        "/onboarding",
        "/staff",
        "/keys",
        "/products",
        "/stock",
        "/ledger",
        "/inbox",
        "/audit",
        "/import",
    ] {
        let answer = owner
            .get(format!("{}/admin{page}", app.web()))
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), StatusCode::OK, "/admin{page}");
        let policy = answer.headers()["content-security-policy"]
            .to_str()
            .unwrap()
            .to_owned();
        assert!(!policy.contains("unsafe"), "{policy}");
    }
    app.stop().await;
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_name_read_the_same() {
    let app = spawn_app().await;
    let mut texts = Vec::new();
    for login in ["admin", "nobody"] {
        let client = Client::builder()
            .redirect(Policy::none())
            .cookie_store(true)
            .build()
            .unwrap();
        let page = client
            .get(format!("{}/admin/sign-in", app.web()))
            .send()
            .await
            .unwrap()
            .text()
            .await
            .unwrap();
        let mut form = vec![
            ("login", login.to_owned()),
            ("password", "wrong password".to_owned()),
        ];
        if page.contains("name=\"csrf\"") {
            form.push(("csrf", hidden(&page, "csrf")));
        }
        let answer = client
            .post(format!("{}/admin/sign-in", app.web()))
            .header("Origin", app.web())
            .form(&form)
            .send()
            .await
            .unwrap();
        assert!(!answer.status().is_redirection());
        texts.push((
            answer.status(),
            answer.text().await.unwrap().replace(login, ""),
        ));
    }
    assert_eq!(texts[0].0, texts[1].0);
    app.stop().await;
}

#[tokio::test]
async fn a_clerk_sees_no_settings_and_no_other_store() {
    let app = spawn_app().await;
    app.order("C-1").await;
    let clerk = signed_in(&app, "clerk").await;
    for page in ["/staff", "/accounts", "/keys"] {
        let answer = clerk
            .get(format!("{}/admin{page}", app.web()))
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), StatusCode::FORBIDDEN, "/admin{page}");
    }
    app.stop().await;
}

#[tokio::test]
async fn a_form_without_the_token_or_from_elsewhere_is_refused() {
    let app = spawn_app().await;
    let owner = signed_in(&app, "admin").await;
    let address = format!("{}/admin/stores", app.web());
    let form = [("code", "S777"), ("name", "x")];
    let bare = owner.post(&address).form(&form).send().await.unwrap();
    assert_eq!(bare.status(), StatusCode::FORBIDDEN);
    let elsewhere = owner
        .post(&address)
        .header("Origin", "https://evil.example")
        .form(&form)
        .send()
        .await
        .unwrap();
    assert_eq!(elsewhere.status(), StatusCode::FORBIDDEN);
    app.stop().await;
}
