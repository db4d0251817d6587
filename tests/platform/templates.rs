//! Card templates: a new payee, every kind, young ones, and a lost answer that is settled in the last moment.

use crate::{
    admin::{
        console::{at_wechat, parked, send_card},
        sign_in::signed_in,
        work::{location, page, send},
    },
    harness::{TestApp, company, eventually, spawn_app},
    taxes::{behind_gateway, first_seller, ports_at},
};
use chrono::{DateTime, TimeDelta, Utc};
use fapiao_domain::{
    ids::{DeliveryId, Id},
    invoice::InvoiceKind,
};
use fapiao_usecases::{
    actor::Actor,
    jobs::{Job, QueuedJob},
    platform::card::deliver_card,
    ports::{CardTemplate, TryState},
    records::Seller,
    step::StepError,
};
use reqwest::Method;
use serde_json::{Value, json};

const CREATE: &str = "/card/invoice/platform/createcard";

async fn template_of(app: &TestApp, seller: &Seller, kind: InvoiceKind) -> Option<CardTemplate> {
    let account = seller.platform_account.clone().unwrap();
    let store = &app.ports().store;
    store
        .template(&account, &seller.id, kind, &seller.party.name)
        .await
        .unwrap()
}

/// What staff would send from the page of a seller to give it another name.
fn renaming(seller: &Seller, name: &str) -> Vec<(&'static str, String)> {
    let id = |it: &Option<fapiao_domain::ids::AccountId>| {
        it.as_ref().map_or_else(String::new, ToString::to_string)
    };
    vec![
        ("version", seller.version.to_string()),
        ("name", name.to_owned()),
        ("short_name", seller.short_name.clone()),
        ("tax_number", seller.party.tax_number.clone()),
        ("province", seller.province.clone()),
        ("address", seller.party.address.clone()),
        ("phone", seller.party.phone.clone()),
        ("bank", seller.party.bank.clone()),
        ("bank_account", seller.party.bank_account.clone()),
        ("drawer", seller.drawer.clone()),
        ("payee", seller.payee.clone()),
        ("reviewer", seller.reviewer.clone()),
        ("mode", seller.mode.as_str().to_owned()),
        ("platform_account", id(&seller.platform_account)),
        ("channel_account", id(&seller.channel_account)),
        ("numbers_low", seller.numbers_low.to_string()),
        ("numbers_fetch", seller.numbers_fetch.to_string()),
        ("quota_low", "1000.00".to_owned()),
        ("quota_fetch", "100000.00".to_owned()),
    ]
}

#[tokio::test]
async fn a_renamed_seller_gets_new_templates_of_every_kind_it_had() {
    let app = spawn_app().await;
    let owner = signed_in(&app, "admin").await;
    let seller = first_seller(&app).await;
    // A card for special invoices is drawn: its template carries that name, and it is made once.
    let special = [("kind", "digital_special"), ("title", "专票")];
    let sent = send_card(&app, &owner, &seller.id, &special, None).await;
    assert!(location(&sent).contains("kind=digital_special"));
    let made = eventually("the special template", async || {
        template_of(&app, &seller, InvoiceKind::DigitalSpecial).await
    })
    .await;
    let before = at_wechat(&app, &seller.party.name).await;
    let kinds: Vec<&str> = before.iter().filter_map(|it| it["kind"].as_str()).collect();
    assert_eq!(before.len(), 2, "{before:?}");
    assert!(
        kinds.contains(&"电子发票（普通发票）") && kinds.contains(&"电子发票（增值税专用发票）"),
        "{kinds:?}"
    );
    let it = before.iter().find(|it| it["card_id"] == made.card_id);
    assert_eq!(it.unwrap()["title"], "专票");
    let path = format!("/admin/cards?seller={}&kind=digital_special", seller.id);
    assert!(page(&app, &owner, &path).await.contains("模板就绪"));

    // The company changes its name: WeChat prints the payee on cards, so both kinds are made anew, once each.
    let address = format!("/admin/sellers/{}", seller.id);
    let name = "上海示例优选商贸有限公司";
    let members = renaming(&seller, name);
    let members: Vec<(&str, &str)> = members.iter().map(|it| (it.0, it.1.as_str())).collect();
    location(&send(&app, &owner, &address, &members).await);
    eventually("both templates of the new payee", async || {
        (at_wechat(&app, name).await.len() == 2).then_some(())
    })
    .await;
    assert_eq!(at_wechat(&app, &seller.party.name).await.len(), 2);
    // The tax authority registers the new name, too: it takes invoices under no other one.
    let tax = app.tax();
    let registered = app
        .control(&tax, Method::GET, "/sandbox/taxpayers", None)
        .await;
    let mut taxpayer = registered
        .as_array()
        .unwrap()
        .iter()
        .find(|it| it["tax_number"] == seller.party.tax_number.as_str())
        .unwrap()
        .clone();
    taxpayer["name"] = json!(name);
    app.control(&tax, Method::POST, "/sandbox/taxpayers", Some(&taxpayer))
        .await;
    // Cards of new orders carry the new payee; cards in wallets keep theirs.
    let order = app.authorised_order("TP-1", &company()).await;
    app.await_state(&order, "carded").await;
    let renamed = first_seller(&app).await;
    let new = template_of(&app, &renamed, InvoiceKind::DigitalOrdinary).await;
    let ledger = app.wechat_ledger().await;
    assert_eq!(
        ledger["inserts"][0]["card_id"],
        json!(new.unwrap().card_id),
        "{ledger}"
    );
    let shown = page(&app, &owner, &path).await;
    assert!(
        shown.contains(name) && shown.contains("旧卡券使用"),
        "{shown}"
    );
    // Saving once more asks for nothing.
    let members = renaming(&renamed, name);
    let members: Vec<(&str, &str)> = members.iter().map(|it| (it.0, it.1.as_str())).collect();
    location(&send(&app, &owner, &address, &members).await);
    let order = app.authorised_order("TP-2", &company()).await;
    app.await_state(&order, "carded").await;
    assert_eq!(at_wechat(&app, name).await.len(), 2);
    app.stop().await;
}

#[tokio::test]
async fn a_seller_of_the_older_form_draws_the_card_of_its_own_kind() {
    let app = spawn_app().await;
    let owner = signed_in(&app, "admin").await;
    behind_gateway(&app, "classic").await;
    let seller = first_seller(&app).await;
    eventually("the template of the older form", async || {
        template_of(&app, &seller, InvoiceKind::ClassicOrdinary).await
    })
    .await;
    let text = page(&app, &owner, &format!("/admin/cards?seller={}", seller.id)).await;
    assert!(
        text.contains("kind=classic_ordinary\" aria-current=\"page\"")
            || text.contains("kind=classic_ordinary&#38;"),
        "{text}"
    );
    assert!(text.contains("增值税电子普通发票") && text.contains("模板就绪"));
    assert!(!text.contains("增值税专用发票"), "nothing it cannot issue");
    app.stop().await;
}

/// Tries the card of a delivery so many seconds after its template was made, by WeChat's clock and ours.
async fn tried(
    app: &TestApp,
    id: &DeliveryId,
    made: DateTime<Utc>,
    secs: i64,
) -> Result<(), StepError> {
    deliver_card(&ports_at(app, made + TimeDelta::seconds(secs)), id).await
}

fn waits(result: &Result<(), StepError>) -> u32 {
    match result {
        Err(StepError::NotYet { after_secs, reason }) => {
            assert!(reason.contains("40078"), "{reason}");
            *after_secs
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_young_template_is_tried_at_one_five_and_fifteen_minutes_and_then_a_person_looks() {
    let app = spawn_app().await;
    let settings = json!({ "template_ready_after_secs": 4000 });
    let sandbox = app.sandbox();
    app.control(
        &sandbox,
        Method::PATCH,
        "/sandbox/settings",
        Some(&settings),
    )
    .await;
    let order = app.authorised_order("TP-3", &company()).await;
    let id = DeliveryId::parse(order["delivery"]["id"].as_str().unwrap()).unwrap();
    let job = eventually("the waiting card", async || {
        let jobs = app.ports().store.jobs(Some("waiting"), None, 50).await;
        let mut jobs = jobs.unwrap().rows.into_iter();
        jobs.find(|it| it.subject == id.as_str() && it.reason.contains("40078"))
    })
    .await;
    let seller = first_seller(&app).await;
    let made = template_of(&app, &seller, InvoiceKind::DigitalOrdinary).await;
    let made = made.unwrap().created_at;
    let first = (job.run_at - made).num_seconds();
    assert!((60..=66).contains(&first), "{first}");
    // Whoever looks meanwhile reads why, in the reader's language.
    let owner = signed_in(&app, "admin").await;
    let text = page(&app, &owner, "/admin/jobs?tab=waiting").await;
    assert!(text.contains("满 1、5、15 分钟时各再试一次"), "{text}");
    let said = text.split("原始报文").next().unwrap();
    assert!(!said.contains("does not take it yet"), "{said}");
    let shown = format!("/admin/deliveries/{id}");
    let text = page(&app, &owner, &shown).await;
    assert!(text.contains("会在 1、5、15 分钟后自动再试"), "{text}");

    assert_eq!(waits(&tried(&app, &id, made, 65).await), 240);
    assert_eq!(waits(&tried(&app, &id, made, 305).await), 600);
    let last = tried(&app, &id, made, 905).await;
    let Err(StepError::Outside(error)) = &last else {
        panic!("{last:?}");
    };
    assert_eq!(error.code, "40078");
    let failed = app.await_state(&order, "failed").await;
    assert!(failed["invoice"]["number"].is_string(), "{failed}");
    // What is wrong was mended at WeChat: the same delivery goes on, and its card comes once.
    let settings = json!({ "template_ready_after_secs": 0 });
    app.control(
        &sandbox,
        Method::PATCH,
        "/sandbox/settings",
        Some(&settings),
    )
    .await;
    tried(&app, &id, made, 1800).await.unwrap();
    app.await_state(&order, "carded").await;
    let inserts = app.wechat_ledger().await["inserts"].clone();
    assert_eq!(inserts.as_array().unwrap().len(), 1, "{inserts}");
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn a_try_settled_in_the_moment_before_its_job_stops_leaves_nothing_stopped() {
    let app = spawn_app().await;
    let owner = signed_in(&app, "admin").await;
    let seller = first_seller(&app).await;
    app.wechat_fault(&json!({ "path": CREATE, "kind": "work_then_drop", "count": 1 }))
        .await;
    let look = [("title", "新外观")];
    location(&send_card(&app, &owner, &seller.id, &look, None).await);
    parked(&app, "ensure_template").await;
    // Staff found it in the console before the job had stopped: nothing was there to release then.
    let store = &app.ports().store;
    let tries = store.tries_of(&seller.id, 10).await.unwrap();
    let open = tries.into_iter().find(|it| it.state == TryState::Unknown);
    let open = open.unwrap();
    let there: Vec<Value> = at_wechat(&app, &seller.party.name).await;
    let found = there.iter().find(|it| it["title"] == "新外观").unwrap();
    let made = CardTemplate {
        card_id: found["card_id"].as_str().unwrap().to_owned(),
        account: open.account.clone(),
        seller: open.seller.clone(),
        kind: open.kind,
        payee: open.payee.clone(),
        design_version: open.design_version,
        created_at: open.asked_at,
    };
    let by = Actor::CommandLine;
    store.finish_try(&open.id, &made, &by).await.unwrap();
    let job = Job::EnsureTemplate {
        seller: seller.id.clone(),
        kind: InvoiceKind::DigitalOrdinary,
    };
    let queued = QueuedJob::now(job, Some(seller.id.clone()));
    store.enqueue(vec![queued]).await.unwrap();
    eventually("an empty list", async || {
        (store.queue_stats().await.unwrap().parked == 0).then_some(())
    })
    .await;
    assert_eq!(at_wechat(&app, &seller.party.name).await.len(), 2);
    app.stop().await;
}
