//! Settings that change while something hangs on them, and settings that tell the one from the other.

use crate::{
    harness::{TestApp, company, spawn_app, tea},
    taxes::first_seller,
};
use fapiao_domain::ids::{AccountId, DeliveryId, Id};
use fapiao_usecases::{
    actor::Actor,
    backoffice::{
        SettingError,
        accounts::{AccountDraft, AccountRules, save_account},
    },
    ids::fresh,
    ports::Scope,
    records::{Account, AccountKind, Seller},
};
use reqwest::StatusCode;
use serde_json::json;

const RULES: AccountRules = AccountRules {
    allow_plain_pushes: true,
};

async fn account_of(app: &TestApp, app_id: &str) -> Account {
    let found = app.ports().store.account_by_app_id(app_id).await.unwrap();
    found.unwrap()
}

/// The account as staff would send its form, with every secret typed anew.
fn draft_of(account: &Account) -> AccountDraft {
    AccountDraft {
        name: account.name.clone(),
        kind: account.kind.as_str().to_owned(),
        app_id: account.app_id.clone(),
        original_id: account.original_id.clone(),
        secret: "typed anew".to_owned(),
        push_token: "token".to_owned(),
        push_key: "k".repeat(43),
        push_mode: account.push_mode.as_str().to_owned(),
        platform_id: account.platform_id.clone().unwrap_or_default(),
        contact_phone: account.contact_phone.clone(),
        contact_timeout: account.contact_timeout_secs.to_string(),
    }
}

async fn save(
    app: &TestApp,
    before: &Account,
    draft: &AccountDraft,
) -> Result<Account, Vec<String>> {
    let saved = save_account(app.ports(), &Actor::CommandLine, Some(before), draft, RULES).await;
    saved.map_err(|error| match error {
        SettingError::Invalid(errors) => errors
            .iter()
            .map(|it| format!("{} {}", it.pointer, it.code))
            .collect(),
        SettingError::Store(error) => panic!("{error}"),
    })
}

#[tokio::test]
async fn an_account_that_cards_hang_on_stays_the_same_at_wechat() {
    let app = spawn_app().await;
    let order = app.authorised_order("CH-1", &company()).await;
    app.await_state(&order, "carded").await;
    let account = account_of(&app, &app.demo().secrets.app_id).await;
    let mut draft = draft_of(&account);
    draft.app_id = "wx00000000000000c1".to_owned();
    draft.kind = AccountKind::MiniProgram.as_str().to_owned();
    let refused = save(&app, &account, &draft).await.unwrap_err();
    assert_eq!(
        refused,
        ["/app_id E_ACCOUNT_IN_USE", "/kind E_ACCOUNT_IN_USE"]
    );
    // What WeChat does not know it by may change; and an account that nothing hangs on may become any other.
    let unused = account_of(&app, &app.demo().secrets.mini_program.app_id).await;
    let mut draft = draft_of(&unused);
    draft.app_id = "wx00000000000000c2".to_owned();
    assert!(save(&app, &unused, &draft).await.is_ok());
    app.stop().await;
}

#[tokio::test]
async fn a_seller_names_its_app_where_the_company_has_several() {
    let app = spawn_app().await;
    let ports = app.ports();
    let first = account_of(&app, &app.demo().secrets.app.app_id).await;
    let second = Account {
        id: fresh::<AccountId>(ports.clock.now()),
        app_id: "wx00000000000000c3".to_owned(),
        version: 1,
        ..first.clone()
    };
    let by = Actor::CommandLine;
    ports.store.save_account(&second, &by).await.unwrap();
    let place = async |order_no: &str| {
        let mut order = tea(order_no);
        order["delivery"] = json!({ "channel": "app" });
        app.post("/orders", order_no, &order).await
    };
    let answer = place("CH-2").await;
    assert_eq!(
        answer.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "{answer:?}"
    );
    assert!(
        answer.body.to_string().contains("E_ACCOUNT_OPEN"),
        "{answer:?}"
    );
    let seller = Seller {
        app_account: Some(second.id.clone()),
        ..first_seller(&app).await
    };
    ports.store.save_seller(&seller, &by).await.unwrap();
    let answer = place("CH-3").await;
    assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
    let id = DeliveryId::parse(answer.body["delivery"]["id"].as_str().unwrap()).unwrap();
    let delivery = ports
        .store
        .delivery(&Scope::All, &id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(delivery.account, second.id);
    app.stop().await;
}
