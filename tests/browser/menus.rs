//! What a row's menu holds can be reached: nothing cuts it off.

use super::{browser, click, type_into, wait_for_url, with_element};
use crate::harness::spawn_app;

#[tokio::test]
async fn a_key_is_revoked_through_the_menu_of_its_row() {
    let Some(browser) = browser().await else {
        eprintln!("no FAPIAO_TEST_WEBDRIVER: run `cargo xtask test --only browser`");
        return;
    };
    let app = spawn_app().await;
    let page = format!("{}/admin/keys", app.web());
    browser.goto(&page).await.unwrap();
    type_into(&browser, "input[name=login]", "admin").await;
    let password = &app.demo().secrets.admin_password;
    type_into(&browser, "input[name=password]", password).await;
    click(&browser, "form button[type=submit]").await;
    wait_for_url(&browser, &page).await;
    // The last row: its menu hangs lowest.
    let row = "tbody tr:nth-last-child(1 of :has(details.menu))";
    let name = with_element(&browser, &format!("{row} td strong"), |it| async move {
        it.text().await
    })
    .await;
    click(&browser, &format!("{row} details.menu > summary")).await;
    type_into(&browser, &format!("{row} input[name=word]"), &name).await;
    click(&browser, &format!("{row} button.danger")).await;
    with_element(&browser, "tr.quiet", |it| async move { it.text().await }).await;
    let keys = app.ports().store.api_keys().await.unwrap();
    let gone = keys.iter().find(|it| it.name == name).unwrap();
    assert!(gone.revoked_at.is_some(), "{name}");
    browser.close().await.unwrap();
    app.stop().await;
}
