//! A seller goes to another platform account, or to another platform, while buyers are on their way.

use crate::harness::{TestApp, company, eventually, eventually_or, spawn_app};
use fapiao_domain::{
    card::CardState,
    ids::{AccountId, DeliveryId, Id},
};
use fapiao_usecases::{
    actor::Actor,
    backoffice::sellers::{SellerDraft, save_seller},
    ids::fresh,
    records::{Account, IssuingMode, Seller},
};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

const NEW_APP_ID: &str = "wx00000000000000f2";
const SECRET: &str = "secret of the new platform account";

async fn account_of(app: &TestApp, app_id: &str) -> Account {
    let found = app.ports().store.account_by_app_id(app_id).await.unwrap();
    found.unwrap()
}

/// Another account of the company that may be a platform.
async fn new_platform_account(app: &TestApp) -> Account {
    let made = json!({ "appid": NEW_APP_ID, "secret": SECRET, "platform": true });
    app.control(
        &app.sandbox(),
        Method::POST,
        "/sandbox/accounts",
        Some(&made),
    )
    .await;
    let ports = app.ports();
    let seal = |what: &str, text: &str| {
        let purpose = format!("account.{what}:{NEW_APP_ID}");
        ports.sealer.seal(&purpose, text)
    };
    let new = Account {
        id: fresh::<AccountId>(ports.clock.now()),
        app_id: NEW_APP_ID.to_owned(),
        original_id: String::new(),
        secret: seal("secret", SECRET),
        push_token: seal("push_token", "token"),
        push_key: seal("push_key", &"k".repeat(43)),
        previous_push_key: None,
        platform_id: None,
        contact_set_at: None,
        pay_merchant: String::new(),
        pay_linked_at: None,
        pay_seller: None,
        last_push_at: None,
        version: 1,
        ..account_of(app, &app.demo().secrets.app_id).await
    };
    let store = &ports.store;
    store.save_account(&new, &Actor::CommandLine).await.unwrap();
    new
}

fn draft_of(seller: &Seller) -> SellerDraft {
    let id = |it: &Option<AccountId>| it.as_ref().map_or_else(String::new, ToString::to_string);
    SellerDraft {
        name: seller.party.name.clone(),
        short_name: seller.short_name.clone(),
        tax_number: seller.party.tax_number.clone(),
        province: seller.province.clone(),
        address: seller.party.address.clone(),
        phone: seller.party.phone.clone(),
        bank: seller.party.bank.clone(),
        bank_account: seller.party.bank_account.clone(),
        drawer: seller.drawer.clone(),
        mode: seller.mode.as_str().to_owned(),
        platform_account: id(&seller.platform_account),
        channel_account: id(&seller.channel_account),
        numbers_low: seller.numbers_low.to_string(),
        numbers_fetch: seller.numbers_fetch.to_string(),
        quota_low: seller.quota_low.to_string(),
        quota_fetch: seller.quota_fetch.to_string(),
        ..SellerDraft::default()
    }
}

/// Staff change where every seller of the company goes.
async fn change_sellers(app: &TestApp, change: impl Fn(&mut SellerDraft)) {
    for seller in app.ports().store.sellers().await.unwrap() {
        let mut draft = draft_of(&seller);
        change(&mut draft);
        save_seller(app.ports(), &Actor::CommandLine, Some(&seller), &draft)
            .await
            .unwrap();
    }
}

async fn insert_of(app: &TestApp, order: &Value) -> Value {
    let ledger = app.wechat_ledger().await;
    let inserts = ledger["inserts"].as_array().unwrap();
    let id = &order["delivery"]["id"];
    inserts
        .iter()
        .find(|it| it["order_id"] == *id)
        .cloned()
        .unwrap()
}

#[tokio::test]
async fn a_buyer_gets_the_card_of_the_platform_that_the_page_was_asked_for_with() {
    let app = spawn_app().await;
    let demo = app.demo().secrets.app_id.clone();
    let opened = app.order("PC-1").await;
    app.open_page(&opened).await;
    let carded = app.authorised_order("PC-2", &company()).await;
    app.await_state(&carded, "carded").await;

    let new = new_platform_account(&app).await;
    change_sellers(&app, |draft| draft.platform_account = new.id.to_string()).await;
    // Opened before, agreed to afterwards, and opened once more in between.
    app.open_page(&opened).await;
    app.authorise(&opened, &company()).await;
    app.await_state(&opened, "carded").await;
    assert_eq!(
        insert_of(&app, &opened).await["platform_appid"],
        demo.as_str()
    );
    // A page of today goes with the platform of today.
    let platform_id = eventually("the new platform id", async || {
        account_of(&app, NEW_APP_ID).await.platform_id
    })
    .await;
    let later = app.authorised_order("PC-3", &company()).await;
    app.await_state(&later, "carded").await;
    assert_eq!(insert_of(&app, &later).await["platform_appid"], NEW_APP_ID);
    // Its receipts lead to the new platform, too.
    let linked = eventually_or("the receipts lead to the new platform", async || {
        let account = account_of(&app, &demo).await;
        let told = app.ports().console.pay_merchant(&account).await;
        let told = told.unwrap().map(|it| it.1);
        match account.pay_linked_at {
            Some(_) if told.as_deref() == Some(platform_id.as_str()) => Ok(account.pay_merchant),
            _ => Err(told),
        }
    })
    .await;
    assert!(!linked.is_empty());

    // The card of before is struck out by the account that inserted it.
    let id = DeliveryId::parse(carded["delivery"]["id"].as_str().unwrap()).unwrap();
    let body = json!({ "mode": "confirm", "reason": "02", "everything": true });
    let path = format!("/orders/{}/refunds", carded["id"].as_str().unwrap());
    let answer = app.post(&path, "back", &body).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
    eventually_or("the card is struck out", async || {
        let card = app.ports().store.card(&id).await.unwrap().unwrap();
        match card.state {
            CardState::Cancelled => Ok(()),
            other => {
                let parked = app.ports().store.jobs(Some("parked"), None, 20).await;
                Err((other, parked.unwrap().rows))
            }
        }
    })
    .await;
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn who_agreed_to_our_own_platform_is_served_by_it_after_the_seller_left_for_another() {
    let app = spawn_app().await;
    let opened = app.order("PC-4").await;
    app.open_page(&opened).await;
    change_sellers(&app, |draft| {
        draft.mode = IssuingMode::ExternalPlatform.as_str().to_owned();
    })
    .await;
    app.authorise(&opened, &company()).await;
    let done = app.await_state(&opened, "carded").await;
    assert!(done["invoice"]["number"].is_string(), "{done}");
    app.assert_ledger_holds().await;
    app.stop().await;
}
