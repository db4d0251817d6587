//! A fiscal bill into the pretend wallet: from the back-office's form by its link, and from an app by the REST API.

use super::{
    browser, choose, click, text_of, type_into, until_page_says, wait_for_url, with_element,
};
use crate::harness::{
    TestApp,
    bills::{Bills, id_of, sample_bill, sample_bill_file},
    spawn_app_with_bills,
};
use fantoccini::Client;
use serde_json::{Value, json};

/// The wallet shows the bill's card: what was paid, who paid, code and number, each in its place, and the bureau's file.
async fn wallet_has(browser: &Client, app: &TestApp, bill: &Value) {
    browser
        .goto(&format!("{}/phone", app.sandbox()))
        .await
        .unwrap();
    until_page_says(browser, bill["amount"].as_str().unwrap()).await;
    click(browser, "a[href*='/phone/cards/']").await;
    for (word, member) in [
        ("交款人", "payer"),
        ("票据代码", "code"),
        ("票据号码", "number"),
    ] {
        let said = format!("{word}\n{}", bill[member].as_str().unwrap());
        until_page_says(browser, &said).await;
    }
    let card = text_of(browser, "body").await;
    assert!(card.contains("示例市职业技能鉴定中心"), "{card}");
    let file = with_element(browser, "a[href$='/file.pdf']", |link| async move {
        link.attr("href").await
    });
    let file = format!("{}{}", app.sandbox(), file.await.unwrap());
    let file = app.http.get(file).send().await.unwrap();
    assert_eq!(file.bytes().await.unwrap(), sample_bill_file(3));
    let ledger = app.wechat_ledger().await;
    let inserts = ledger["inserts"].as_array().unwrap();
    assert_eq!(inserts.len(), 1, "{inserts:?}");
    app.assert_ledger_holds().await;
}

#[tokio::test]
async fn a_bill_from_the_form_goes_into_the_wallet_by_its_link() {
    let Some(browser) = browser().await else {
        eprintln!("no FAPIAO_TEST_WEBDRIVER: run `cargo xtask test --only browser`");
        return;
    };
    let app = spawn_app_with_bills().await;
    let web = app.web();
    let bill = sample_bill(3);
    let folder = tempfile::tempdir().unwrap();
    let pdf = folder.path().join("bill.pdf");
    std::fs::write(&pdf, sample_bill_file(3)).unwrap();

    // Staff sign in and enter the bill with the bureau's PDF.
    browser
        .goto(&format!("{web}/admin/bills/new"))
        .await
        .unwrap();
    type_into(&browser, "input[name=login]", "admin").await;
    let password = &app.demo().secrets.admin_password;
    type_into(&browser, "input[name=password]", password).await;
    click(&browser, "form button[type=submit]").await;
    wait_for_url(&browser, &format!("{web}/admin/bills/new")).await;
    choose(&browser, "select[name=unit]", "U001").await;
    for name in [
        "code",
        "number",
        "check_code",
        "payer",
        "amount",
        "issued_at",
    ] {
        let css = format!("input[name={name}]");
        type_into(&browser, &css, bill[name].as_str().unwrap()).await;
    }
    for member in ["name", "amount"] {
        let css = format!("[name='lines-0-{member}']");
        type_into(&browser, &css, bill["items"][0][member].as_str().unwrap()).await;
    }
    let path = pdf.to_str().unwrap().to_owned();
    with_element(&browser, "input[name=file]", |field| {
        let path = path.clone();
        async move { field.send_keys(&path).await }
    })
    .await;
    click(&browser, "main form .acts-row button.primary[type=submit]").await;
    wait_for_url(&browser, &format!("{web}/admin/bills/bil_")).await;
    let bill_page = browser.current_url().await.unwrap();

    // The payer opens the link, sees what it is about, and agrees in WeChat.
    let link = with_element(&browser, "a[href*='/b/']", |link| async move {
        link.attr("href").await
    })
    .await
    .unwrap();
    let link = if link.starts_with("http") {
        link
    } else {
        format!("{web}{link}")
    };
    browser.goto(&link).await.unwrap();
    until_page_says(&browser, "示例市职业技能鉴定中心").await;
    click(&browser, "a[href$='/wechat']").await;
    wait_for_url(&browser, &app.sandbox()).await;
    until_page_says(&browser, "财政电子票据").await;
    click(&browser, "button[name=act][value=authorise]").await;
    // WeChat brings the payer back; the browser prefers English, and our page follows it unless staff chose otherwise.
    wait_for_url(&browser, &link).await;
    let done = with_element(&browser, "main.ok h1", |it| async move { it.text().await });
    assert!(!done.await.is_empty());

    // Staff see it, too.
    browser.goto(bill_page.as_str()).await.unwrap();
    until_page_says(&browser, "0000000003").await;
    wallet_has(&browser, &app, &bill).await;
    browser.close().await.unwrap();
    app.stop().await;
}

#[tokio::test]
async fn a_bill_from_an_app_goes_into_the_wallet() {
    let Some(browser) = browser().await else {
        eprintln!("no FAPIAO_TEST_WEBDRIVER: run `cargo xtask test --only browser`");
        return;
    };
    let app = spawn_app_with_bills().await;
    let bills = Bills::of(&app).await;
    let mut bill = sample_bill(3);
    bill["source"] = json!("app");
    let accepted = bills.accept(&bill).await;
    let id = id_of(&accepted);
    let page = bills.post(&format!("/bills/{id}/page"), &json!({})).await;
    assert_eq!(page.body["open_with"], "wechat_sdk", "{page:?}");
    assert_eq!(
        page.body["wechat"]["app_id"],
        app.demo().secrets.app.app_id.as_str()
    );

    // The app hands the address to WeChat; nobody comes back, and the app asks when it is resumed.
    let url = page.body["url"].as_str().unwrap();
    browser.goto(url).await.unwrap();
    until_page_says(&browser, "财政电子票据").await;
    click(&browser, "button[name=act][value=authorise]").await;
    text_of(&browser, ".result").await;
    // The event of the app arrives at the service account; the card waits for the file, and goes when it comes.
    let waits = bills.await_state(&accepted, "authorised").await;
    assert_eq!(waits["delivery"]["waits_for"], "file");
    let put = bills.put_pdf(id, sample_bill_file(3)).await;
    assert!(put.status.is_success(), "{put:?}");
    bills.await_state(&accepted, "carded").await;
    wallet_has(&browser, &app, &bill).await;
    browser.close().await.unwrap();
    app.stop().await;
}
