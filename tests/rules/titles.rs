//! Titles: what is wrong is explained, what is odd is accepted with a reason.

use crate::{
    admin::{
        console::parked,
        sign_in::{hidden, signed_in},
    },
    harness::{spawn_app, tea},
};
use fapiao_domain::ids::{Id, InvoiceId};
use fapiao_usecases::{actor::Actor, ports::Scope};
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

#[tokio::test]
async fn the_remark_has_the_bank_as_checked_and_what_is_known_of_it_is_held_against_its_limit() {
    let app = spawn_app().await;
    let store = &app.ports().store;
    for mut seller in store.sellers().await.unwrap() {
        seller.rules.shows_banks = true;
        seller.party.bank = "示例银行".repeat(20);
        seller.party.bank_account = "1".repeat(30);
        seller.payee = "收".repeat(70);
        store.save_seller(&seller, &Actor::System).await.unwrap();
    }
    let mut wanted = tea("TI-9");
    wanted["remark"] = json!("货".repeat(200));
    wanted["payment"] = json!({ "channel": "wechat", "transaction_no": "4".repeat(41) });
    let refused = app.post("/orders", "TI-9", &wanted).await;
    assert_eq!(
        refused.wrong_fields(),
        ["/payment/transaction_no", "/remark"],
        "the tax side takes 40 characters of a number; with everything that is known now the remark is too long"
    );
    assert_eq!(refused.body["errors"][1]["code"], "E_REMARK_LONG");
    let message = refused.body["errors"][0]["message"].as_str().unwrap();
    assert!(message.contains("40"), "{message}");
    wanted["payment"]["transaction_no"] = json!("4".repeat(40));
    wanted["remark"] = json!("");
    let made = app.post("/orders", "TI-9b", &wanted).await;
    assert_eq!(made.status, StatusCode::CREATED, "{made:?}");
    let order = made.body;
    // What nobody sees and full-width digits come of copying.
    let title = json!({ "company": {
        "title": "示例科技有限公司", "tax_no": "91110105MA0000007L",
        "bank_type": "工商银行\u{200b}  朝阳支行", "bank_no": "６２２２ 0000-1111",
    } });
    app.open_page(&order).await;
    app.authorise(&order, &title).await;
    let done = app.await_state(&order, "carded").await;
    let id = InvoiceId::parse(done["invoice"]["id"].as_str().unwrap()).unwrap();
    let invoice = store.invoice(&Scope::All, &id).await.unwrap().unwrap();
    let line = "购方开户银行:工商银行 朝阳支行;    银行账号:622200001111;\n";
    assert!(invoice.remark.starts_with(line), "{}", invoice.remark);
    assert!(
        invoice
            .remark
            .ends_with(&format!("交易单号:{};", "4".repeat(40))),
        "{}",
        invoice.remark
    );
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn a_remark_that_a_long_bank_makes_too_long_names_the_ways_out() {
    let app = spawn_app().await;
    let store = &app.ports().store;
    for mut seller in store.sellers().await.unwrap() {
        seller.rules.shows_banks = true;
        seller.party.bank = "示例银行".repeat(20);
        seller.party.bank_account = "1".repeat(30);
        store.save_seller(&seller, &Actor::System).await.unwrap();
    }
    let mut wanted = tea("TI-10");
    wanted["remark"] = json!("货".repeat(200));
    let made = app.post("/orders", "TI-10", &wanted).await;
    assert_eq!(made.status, StatusCode::CREATED, "{made:?}");
    let order = made.body;
    // With a title that is told later it is refused at once.
    let mut other = tea("TI-10b");
    other["remark"] = json!("货".repeat(200));
    other.as_object_mut().unwrap().remove("delivery");
    let other = app.post("/orders", "TI-10b", &other).await.body;
    let told = json!({ "channel": "web", "page": "collect", "title": {
        "kind": "organisation", "name": "示例科技有限公司", "tax_number": "91110105MA0000007L",
        "bank": "工".repeat(80), "bank_account": "6222000011112222",
    } });
    let path = format!("/orders/{}/deliveries", other["id"].as_str().unwrap());
    let refused = app.post(&path, "TI-10c", &told).await;
    assert_eq!(refused.wrong_fields(), ["/title/bank"], "{refused:?}");
    let title = json!({ "company": {
        "title": "示例科技有限公司", "tax_no": "91110105MA0000007L",
        "bank_type": "工".repeat(120), "bank_no": "6222000011112222",
    } });
    app.open_page(&order).await;
    app.authorise(&order, &title).await;
    let delivery = order["delivery"]["id"].as_str().unwrap();
    let stopped = parked(&app, "draft_invoice").await;
    assert_eq!(stopped.code, "remark_too_long");
    assert!(stopped.reason.contains("最多 450 字"), "{}", stopped.reason);
    let finance = signed_in(&app, "finance").await;
    let here = format!("{}/admin/deliveries/{delivery}", app.web());
    let text = finance
        .get(here)
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert!(
        text.contains("关闭显示银行账号") && !text.contains("核对商品编码和税率"),
        "{text}"
    );
    app.stop().await;
}
