//! A form that is sent after its session ended is not lost.

use super::{
    sign_in::{hidden, signed_in},
    work::page,
};
use crate::harness::{TestApp, spawn_app};
use fapiao_domain::ids::Id;
use reqwest::{Client, Response, StatusCode};

const TYPED: [(&str, &str); 2] = [("code", "S777"), ("name", "城西分店")];

/// Every session ends, as after a night.
async fn sessions_end(app: &TestApp) {
    app.tamper("DELETE FROM sessions").await;
}

async fn post(app: &TestApp, who: &Client, path: &str, members: &[(&str, &str)]) -> Response {
    who.post(format!("{}{path}", app.web()))
        .header("Origin", app.web())
        .header("Referer", format!("{}/admin/stores/new", app.web()))
        .form(members)
        .send()
        .await
        .unwrap()
}

/// Sends a form without a session; the page that asks to sign in again.
async fn too_late(app: &TestApp, who: &Client, path: &str, members: &[(&str, &str)]) -> String {
    let token = hidden(&page(app, who, "/admin").await, "csrf");
    sessions_end(app).await;
    let mut form = vec![("csrf", token.as_str())];
    form.extend_from_slice(members);
    let answer = post(app, who, path, &form).await;
    assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
    answer.text().await.unwrap()
}

/// Signs in at a door that keeps a form.
async fn sign_in(app: &TestApp, who: &Client, door: &str, login: &str, password: &str) -> Response {
    let (csrf, kept) = (hidden(door, "csrf"), hidden(door, "kept"));
    let next = hidden(door, "next");
    let members = [
        ("csrf", csrf.as_str()),
        ("kept", kept.as_str()),
        ("next", next.as_str()),
        ("login", login),
        ("password", password),
    ];
    post(app, who, "/admin/sign-in", &members).await
}

async fn has_store(app: &TestApp) -> bool {
    let stores = app.ports().store.stores().await.unwrap();
    stores.iter().any(|it| it.code == "S777")
}

#[tokio::test]
async fn what_was_typed_is_offered_again_to_the_same_person_and_never_sent_by_itself() {
    let app = spawn_app().await;
    let owner = signed_in(&app, "admin").await;
    let seller = app.ports().store.sellers().await.unwrap().remove(0);
    let mut typed = TYPED.to_vec();
    typed.push(("seller", seller.id.as_str()));
    let door = too_late(&app, &owner, "/admin/stores", &typed).await;
    assert!(door.contains("登录后可以核对并提交"), "{door}");
    assert!(!door.contains("城西分店"), "sealed: {door}");
    // A slip at the door loses nothing.
    let password = app.demo().secrets.admin_password.clone();
    let again = sign_in(&app, &owner, &door, "admin", "wrong").await;
    assert_eq!(again.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let door = again.text().await.unwrap();
    let offered = sign_in(&app, &owner, &door, "admin", &password).await;
    assert_eq!(offered.status(), StatusCode::OK);
    let offered = offered.text().await.unwrap();
    assert!(
        offered.contains("action=\"/admin/stores\"")
            && offered.contains("城西分店")
            && offered.contains("href=\"/admin/stores/new\""),
        "{offered}"
    );
    assert!(!has_store(&app).await, "nothing is sent by itself");
    // The button sends what was typed, under the new session.
    let csrf = hidden(&offered, "csrf");
    typed.push(("csrf", &csrf));
    for (name, value) in &typed[..3] {
        assert_eq!(hidden(&offered, name), *value, "{name}");
    }
    let sent = post(&app, &owner, "/admin/stores", &typed).await;
    let status = sent.status();
    assert!(status.is_redirection(), "{status} {:?}", sent.text().await);
    assert!(has_store(&app).await);
    app.stop().await;
}

#[tokio::test]
async fn what_one_person_typed_is_not_shown_to_another() {
    let app = spawn_app().await;
    let owner = signed_in(&app, "admin").await;
    let door = too_late(&app, &owner, "/admin/stores", &TYPED).await;
    let password = app.demo().secrets.admin_password.clone();
    let other = sign_in(&app, &owner, &door, "finance", &password).await;
    assert_eq!(other.status(), StatusCode::SEE_OTHER);
    let text = page(&app, &owner, "/admin").await;
    assert!(
        text.contains("属于另一位用户") && !text.contains("城西分店"),
        "{text}"
    );
    app.stop().await;
}

#[tokio::test]
async fn secrets_are_typed_again_and_files_are_told_to_be_lost() {
    let app = spawn_app().await;
    let owner = signed_in(&app, "admin").await;
    let typed = [("name", "示例公众号"), ("secret", "n0t-to-be-kept")];
    let door = too_late(&app, &owner, "/admin/accounts", &typed).await;
    let password = app.demo().secrets.admin_password.clone();
    let offered = sign_in(&app, &owner, &door, "admin", &password).await;
    let offered = offered.text().await.unwrap();
    assert!(
        !offered.contains("n0t-to-be-kept")
            && offered.contains("name=\"secret\" type=\"password\""),
        "{offered}"
    );
    // Nobody knows whose a form is in a browser that never signed in; a file is too much to keep.
    let stranger = Client::new();
    let nobody = post(&app, &stranger, "/admin/stores", &TYPED).await;
    assert_eq!(nobody.status(), StatusCode::UNAUTHORIZED);
    let text = nobody.text().await.unwrap();
    assert!(
        text.contains("没有保留") && !text.contains("name=\"kept\""),
        "{text}"
    );
    sessions_end(&app).await;
    let long = "长".repeat(40_000);
    let much = post(&app, &owner, "/admin/stores", &[("name", &long)]).await;
    assert!(much.text().await.unwrap().contains("没有保留"));
    app.stop().await;
}
