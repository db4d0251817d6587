//! The access wizard's looks, each with the right state and wrong ones: what is told is what WeChat and the tax side say
//! at that moment.

use crate::harness::{TestApp, spawn_app, spawn_pair};
use fapiao_domain::{ids::AccountId, invoice::InvoiceKind};
use fapiao_usecases::{
    actor::Actor,
    backoffice::{
        access::{Answers, Task, Way, check_tasks},
        buyer_forms::store_form,
        onboarding::{Found, Outcome},
    },
    ids::fresh,
    jobs::{Job, QueuedJob},
    ports::Ports,
    records::{Account, AccountKind, Ask, BuyerForm, Seller},
};
use reqwest::Method;
use serde_json::json;
use std::collections::BTreeSet;

async fn seller(app: &TestApp) -> Seller {
    app.ports().store.sellers().await.unwrap().remove(0)
}

async fn account(app: &TestApp) -> Account {
    let app_id = &app.demo().secrets.app_id;
    let found = app.ports().store.account_by_app_id(app_id).await;
    found.unwrap().unwrap()
}

/// How the tasks stand now, for a seller whose buyers come all five ways.
async fn look<const N: usize>(
    ports: &Ports,
    seller: &Seller,
    tasks: [Task; N],
) -> [(Outcome, Found); N] {
    let answers = Answers {
        ways: BTreeSet::from(Way::ALL),
        ..Answers::default()
    };
    let all = check_tasks(ports, Some(seller), &answers).await.unwrap();
    tasks.map(|task| {
        let found = all.iter().find(|it| it.task == task).unwrap();
        (found.outcome, found.found.clone())
    })
}

async fn outcomes<const N: usize>(
    ports: &Ports,
    seller: &Seller,
    tasks: [Task; N],
) -> [Outcome; N] {
    look(ports, seller, tasks).await.map(|it| it.0)
}

/// The words of something wrong.
fn said((outcome, found): &(Outcome, Found)) -> &str {
    assert_eq!(*outcome, Outcome::Wrong, "{found:?}");
    match found {
        Found::Said(text) => text,
        other => panic!("{other:?}"),
    }
}

async fn clear(app: &TestApp) {
    app.control(&app.sandbox(), Method::DELETE, "/sandbox/faults", None)
        .await;
}

#[tokio::test]
async fn secret_address_list_and_both_permissions_are_told_apart() {
    use Outcome::{Done, Waiting, Wrong};
    let app = spawn_app().await;
    let (ports, it) = (app.ports(), seller(&app).await);
    let four = [
        Task::Credentials,
        Task::AddressList,
        Task::MerchantPermission,
        Task::PlatformPermission,
    ];
    let apps = [Task::OpenPlatformApp, Task::MiniProgram];
    assert_eq!(outcomes(ports, &it, four).await, [Done; 4]);
    assert_eq!(outcomes(ports, &it, apps).await, [Done; 2]);

    let fault = async |path: &str, code: i64| {
        app.wechat_fault(&json!({ "path": path, "kind": "errcode", "value": code }))
            .await;
    };
    fault("/card/invoice/setbizattr", 48001).await;
    assert_eq!(outcomes(ports, &it, four).await, [Done, Done, Wrong, Done]);
    clear(&app).await;
    fault("/card/invoice/seturl", 48001).await;
    assert_eq!(outcomes(ports, &it, four).await, [Done, Done, Done, Wrong]);
    clear(&app).await;
    // A token is at hand, so that the permissions still answer.
    fault("/cgi-bin/stable_token", 40164).await;
    assert_eq!(outcomes(ports, &it, four).await, [Wrong, Wrong, Done, Done]);
    clear(&app).await;
    fault("/cgi-bin/stable_token", 40125).await;
    assert_eq!(
        outcomes(ports, &it, four).await,
        [Wrong, Waiting, Done, Done]
    );
    assert_eq!(outcomes(ports, &it, apps).await, [Wrong; 2]);
    clear(&app).await;
    assert_eq!(outcomes(ports, &it, four).await, [Done; 4]);
    app.stop().await;
}

#[tokio::test]
async fn push_addresses_have_to_answer_as_ours_and_the_tax_side_at_all() {
    let app = spawn_app().await;
    let it = seller(&app).await;
    let both = [Task::PushAddress, Task::MiniProgramPush];
    assert_eq!(outcomes(app.ports(), &it, both).await, [Outcome::Done; 2]);
    // The name leads to another server: it answers, and not as ours.
    let elsewhere = Ports {
        public_base: app.sandbox().into(),
        ..app.ports().clone()
    };
    let wrong = (Outcome::Wrong, Found::Status(404));
    assert_eq!(look(&elsewhere, &it, both).await, [wrong.clone(), wrong]);
    let nowhere = Ports {
        public_base: "http://127.0.0.1:9".into(),
        ..app.ports().clone()
    };
    for told in look(&nowhere, &it, both).await {
        said(&told);
    }

    let tax = [Task::TaxConnection];
    assert_eq!(outcomes(app.ports(), &it, tax).await, [Outcome::Done]);
    let unknown = Seller {
        party: fapiao_domain::party::SellerParty {
            tax_number: "91330106MA00000000".to_owned(),
            ..it.party.clone()
        },
        ..it.clone()
    };
    assert_eq!(outcomes(app.ports(), &unknown, tax).await, [Outcome::Wrong]);
    app.stop().await;
}

#[tokio::test]
async fn a_contact_at_wechat_has_to_be_the_one_entered_here() {
    let app = spawn_app().await;
    let (ports, it, own) = (app.ports(), seller(&app).await, account(&app).await);
    let task = [Task::Contact];
    assert_eq!(outcomes(ports, &it, task).await, [Outcome::Done]);
    // Somebody set another telephone in WeChat's name.
    let other = Account {
        contact_phone: "0571-88880000".to_owned(),
        ..own.clone()
    };
    ports.merchant.set_contact(&other).await.unwrap();
    let [told] = look(ports, &it, task).await;
    let words = said(&told);
    assert!(
        words.contains("0571-88880000") && words.contains(&own.contact_phone),
        "{words}"
    );
    app.run(&Job::PrepareAccount(own.id)).await;
    assert_eq!(outcomes(ports, &it, task).await, [Outcome::Done]);
    app.stop().await;
}

#[tokio::test]
async fn app_and_mini_program_need_permission_contact_and_fields_of_their_own() {
    let app = spawn_app().await;
    let (ports, it) = (app.ports(), seller(&app).await);
    let tasks = [Task::AppSettings, Task::MiniProgramSettings];
    let kinds = [AccountKind::OpenPlatformApp, AccountKind::MiniProgram];
    for (place, kind) in kinds.into_iter().enumerate() {
        let accounts = ports.store.accounts().await.unwrap();
        let own = accounts.into_iter().find(|it| it.kind == kind).unwrap();
        app.run(&Job::PrepareAccount(own.id.clone())).await;
        let by = Actor::CommandLine;
        let drawn = BuyerForm::default();
        store_form(ports, &by, &own, &drawn, None).await.unwrap();
        app.run(&Job::PushBuyerForm(own.id.clone())).await;
        let told = look(ports, &it, tasks).await;
        assert_eq!(told[place].0, Outcome::Done, "{told:?}");
        // The service account's stands; this one's is another telephone, or other fields.
        let mut other = drawn.clone();
        other.person.phone = Ask::Required;
        // The product, too, brings over what was drawn.
        app.settled().await;
        ports.console.set_buyer_form(&own, &other).await.unwrap();
        let told = look(ports, &it, tasks).await;
        assert!(said(&told[place]).contains("授权页字段"), "{told:?}");
        let moved = Account {
            contact_phone: "0571-88880001".to_owned(),
            ..own.clone()
        };
        ports.merchant.set_contact(&moved).await.unwrap();
        let told = look(ports, &it, tasks).await;
        assert!(said(&told[place]).contains("0571-88880001"), "{told:?}");
        assert_eq!(outcomes(ports, &it, [Task::Contact]).await, [Outcome::Done]);
    }
    app.wechat_fault(
        &json!({ "path": "/card/invoice/setbizattr", "kind": "errcode", "value": 48001 }),
    )
    .await;
    assert_eq!(outcomes(ports, &it, tasks).await, [Outcome::Wrong; 2]);
    clear(&app).await;
    app.stop().await;
}

#[tokio::test]
async fn the_fields_at_wechat_have_to_be_the_ones_drawn_here() {
    let app = spawn_app().await;
    let (ports, it, own) = (app.ports(), seller(&app).await, account(&app).await);
    let by = Actor::CommandLine;
    let task = [Task::Fields];
    let drawn = BuyerForm::default();
    store_form(ports, &by, &own, &drawn, None).await.unwrap();
    app.run(&Job::PushBuyerForm(own.id.clone())).await;
    let [(outcome, found)] = look(ports, &it, task).await;
    assert_eq!(outcome, Outcome::Done);
    let Found::Count(inputs) = found else {
        panic!("{found:?}")
    };
    let mut other = drawn.clone();
    other.person.phone = Ask::Required;
    app.settled().await;
    ports.console.set_buyer_form(&own, &other).await.unwrap();
    let [told] = look(ports, &it, task).await;
    let words = said(&told);
    assert!(
        words.contains(&format!("{} 项", inputs + 1)) && words.contains(&format!("{inputs} 项")),
        "{words}"
    );
    app.run(&Job::PushBuyerForm(own.id)).await;
    assert_eq!(outcomes(ports, &it, task).await, [Outcome::Done]);
    app.stop().await;
}

#[tokio::test]
async fn a_linked_merchant_number_has_to_be_ours_and_lead_to_the_sellers_platform() {
    let app = spawn_pair().await;
    let (ports, own) = (app.ports(), account(&app).await);
    let task = [Task::PayMerchant];
    let first = seller(&app).await;
    let number = Found::Text(own.pay_merchant.clone());
    assert_eq!(
        look(ports, &first, task).await,
        [(Outcome::Done, number.clone())]
    );
    // Linked, but not for this seller: its platform is another company's.
    let outside = ports.store.seller(&app.outside_seller()).await;
    let outside = outside.unwrap().unwrap();
    let [told] = look(ports, &outside, task).await;
    assert!(said(&told).contains("另一个开票平台"), "{told:?}");
    app.link_payments_outside().await;
    assert_eq!(look(ports, &outside, task).await, [(Outcome::Done, number)]);
    let [told] = look(ports, &first, task).await;
    said(&told);
    // Another number than the one entered here.
    let (_, platform) = ports.console.pay_merchant(&own).await.unwrap().unwrap();
    let linked = ports.merchant.link_payments(&own, "1900000009", &platform);
    linked.await.unwrap();
    let [told] = look(ports, &outside, task).await;
    assert!(said(&told).contains("1900000009"), "{told:?}");
    app.stop().await;
}

#[tokio::test]
async fn what_was_never_set_on_a_new_account_is_missing() {
    use Outcome::{Done, Waiting, Wrong};
    let app = spawn_app().await;
    let ports = app.ports();
    let (app_id, secret) = ("wx00000000000000f1", "secret of the new account");
    let made = json!({ "appid": app_id, "secret": secret, "platform": false });
    app.control(
        &app.sandbox(),
        Method::POST,
        "/sandbox/accounts",
        Some(&made),
    )
    .await;
    let own = account(&app).await;
    let new = Account {
        id: fresh::<AccountId>(ports.clock.now()),
        app_id: app_id.to_owned(),
        original_id: String::new(),
        secret: ports
            .sealer
            .seal(&format!("account.secret:{app_id}"), secret),
        platform_id: None,
        contact_phone: String::new(),
        contact_set_at: None,
        pay_merchant: String::new(),
        pay_linked_at: None,
        pay_seller: None,
        last_push_at: None,
        ..own
    };
    let by = Actor::CommandLine;
    ports.store.save_account(&new, &by).await.unwrap();
    let it = Seller {
        channel_account: Some(new.id.clone()),
        platform_account: Some(new.id.clone()),
        ..seller(&app).await
    };
    let tasks = [
        Task::Credentials,
        Task::MerchantPermission,
        Task::PlatformPermission,
        Task::PushAddress,
        Task::Contact,
        Task::Fields,
        Task::PayMerchant,
        Task::Template,
        Task::PushSeen,
    ];
    assert_eq!(
        outcomes(ports, &it, tasks).await,
        [
            Done, Done, Wrong, Done, Wrong, Wrong, Wrong, Waiting, Waiting
        ]
    );
    app.stop().await;
}

#[tokio::test]
async fn a_template_is_ready_for_its_payee_and_a_lost_answer_is_somebodys_to_settle() {
    let app = spawn_app().await;
    let (ports, it) = (app.ports(), seller(&app).await);
    let task = [Task::Template];
    let [(outcome, found)] = look(ports, &it, task).await;
    assert!(matches!(found, Found::Text(_)), "{found:?}");
    assert_eq!(outcome, Outcome::Done);

    // The cards of another name need another template: it is on its way.
    let by = Actor::CommandLine;
    let mut renamed = it.clone();
    renamed.party.name = "上海示例优选商贸有限公司".to_owned();
    assert_eq!(outcomes(ports, &renamed, task).await, [Outcome::Waiting]);
    let create = "/card/invoice/platform/createcard";
    app.wechat_fault(&json!({ "path": create, "kind": "work_then_drop", "count": 1 }))
        .await;
    ports.store.save_seller(&renamed, &by).await.unwrap();
    let job = Job::EnsureTemplate {
        seller: it.id.clone(),
        kind: InvoiceKind::DigitalOrdinary,
    };
    let job = QueuedJob::now(job, Some(it.id.clone()));
    ports.store.enqueue(vec![job]).await.unwrap();
    app.parked("ensure_template").await;
    let [told] = look(ports, &renamed, task).await;
    assert!(said(&told).contains("不知道模板是否已创建"), "{told:?}");
    app.stop().await;
}
