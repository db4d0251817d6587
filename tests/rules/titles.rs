//! Titles: what is wrong is explained, what is odd is accepted with a reason.

use crate::{
    admin::sign_in::{hidden, signed_in},
    harness::{spawn_app, tea},
};
use reqwest::StatusCode;
use serde_json::json;

#[tokio::test]
async fn a_slip_is_shown_and_an_odd_title_is_taken_with_a_reason_that_stays() {
    let app = spawn_app().await;
    let title =
        json!({ "company": { "title": "示例科技有限公司", "tax_no": "91110105MA000000L7" } });
    let order = app.authorised_order("TI-1", &title).await;
    app.await_state(&order, "authorised").await;
    let finance = signed_in(&app, "finance").await;
    let delivery = order["delivery"]["id"].as_str().unwrap();
    let here = format!("{}/admin/deliveries/{delivery}", app.web());
    let token = {
        let shown = finance
            .get(&here)
            .send()
            .await
            .unwrap()
            .text()
            .await
            .unwrap();
        hidden(&shown, "csrf")
    };
    let save = |members: &[(&str, &str)]| {
        let mut form = vec![("csrf".to_owned(), token.clone())];
        form.extend(
            members
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
        );
        finance
            .post(format!("{here}/title"))
            .header("Origin", app.web())
            .form(&form)
            .send()
    };
    let slip = [
        ("organisation", "yes"),
        ("name", "示例科技有限公司"),
        ("tax_number", "91110105MA000000L7"),
    ];
    let wrong = save(&slip).await.unwrap();
    assert_eq!(wrong.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let text = wrong.text().await.unwrap();
    assert!(
        text.contains("91110105MA0000007L") && text.contains("17 L→7"),
        "{text}"
    );
    // A school has no number: chosen, not guessed. Its short name is asked about.
    let mut school = vec![
        ("organisation", "no_number"),
        ("name", "一中"),
        ("tax_number", ""),
    ];
    let odd = save(&school).await.unwrap();
    assert_eq!(odd.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(odd.text().await.unwrap().contains("确实是单位吗"));
    school.push(("override_reason", "学校公函已核对"));
    assert_eq!(save(&school).await.unwrap().status(), StatusCode::SEE_OTHER);
    let done = app.await_state(&order, "carded").await;
    let invoice = app
        .get(&format!(
            "/invoices/{}",
            done["invoice"]["id"].as_str().unwrap()
        ))
        .await
        .body;
    assert_eq!(invoice["buyer"]["kind"], "organisation_without_number");
    assert_eq!(invoice["buyer"]["name"], "一中");
    let page = format!(
        "{}/admin/orders/{}",
        app.web(),
        order["id"].as_str().unwrap()
    );
    let text = finance
        .get(page)
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert!(
        text.contains("学校公函已核对")
            && text.contains("名称很短")
            && !text.contains("this short"),
        "{text}"
    );
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn a_shop_may_insist_on_a_number_with_a_reason_that_stays() {
    let app = spawn_app().await;
    let mut wanted = tea("TI-2");
    wanted["delivery"] = json!({ "channel": "web", "page": "confirm", "title": {
        "kind": "organisation", "name": "示例科技有限公司", "tax_number": "91110105MA000000L7"
    }});
    let refused = app.post("/orders", "TI-2", &wanted).await;
    assert_eq!(refused.wrong_fields(), ["/delivery/title/tax_number"]);
    // Copied from a sheet: full-width, a blank, small letters. What is vouched for is still cleaned.
    wanted["delivery"]["title"]["tax_number"] = json!("９1110105 ma000000l7");
    wanted["delivery"]["title"]["override_reason"] = json!("登记证已核对");
    let mut short = wanted.clone();
    short["delivery"]["title"]["tax_number"] = json!("9111");
    let refused = app.post("/orders", "TI-2a", &short).await;
    assert_eq!(
        refused.wrong_fields(),
        ["/delivery/title/tax_number"],
        "no reason makes a number of four digits"
    );
    wanted["delivery"]["title"]["email"] = json!("nowhere");
    let refused = app.post("/orders", "TI-2b", &wanted).await;
    assert_eq!(
        refused.wrong_fields(),
        ["/delivery/title/email"],
        "a reason is for the number only"
    );
    wanted["delivery"]["title"]["email"] = json!("");
    let made = app.post("/orders", "TI-2c", &wanted).await;
    assert_eq!(made.status, StatusCode::CREATED, "{made:?}");
    let order = made.body;
    app.open_page(&order).await;
    app.authorise(&order, &json!({})).await;
    let done = app.await_state(&order, "carded").await;
    let path = format!("/invoices/{}", done["invoice"]["id"].as_str().unwrap());
    let invoice = app.get(&path).await.body;
    assert_eq!(invoice["buyer"]["tax_number"], "91110105MA000000L7");
    let finance = signed_in(&app, "finance").await;
    let page = format!(
        "{}/admin/orders/{}",
        app.web(),
        order["id"].as_str().unwrap()
    );
    let text = finance
        .get(page)
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert!(text.contains("登记证已核对"), "{text}");
    app.assert_ledger_holds().await;
    app.stop().await;
}
