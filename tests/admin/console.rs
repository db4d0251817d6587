//! What staff set on WeChat's side: the buyer's page, cards, credentials.

use super::{
    sign_in::{hidden, signed_in},
    work::{location, page, send},
};
use crate::harness::{TestApp, company, eventually, spawn_app};
use fapiao_domain::{ids::SellerId, invoice::InvoiceKind};
use fapiao_usecases::{
    ports::TryState,
    records::{Account, JobRow, Seller},
};
use reqwest::{Client, Method, Response, StatusCode};
use serde_json::{Value, json};

pub(crate) async fn account(app: &TestApp) -> Account {
    app.ports().store.accounts().await.unwrap().remove(0)
}

pub(crate) async fn seller(app: &TestApp) -> Seller {
    app.ports().store.sellers().await.unwrap().remove(0)
}

pub(crate) async fn parked(app: &TestApp, kind: &str) -> JobRow {
    let store = &app.ports().store;
    eventually(kind, async || {
        let jobs = store.jobs(Some("parked"), None, 50).await.unwrap().rows;
        jobs.into_iter().find(|it| it.kind == kind)
    })
    .await
}

/// Sends the form of a card, with a file when there is one.
pub(crate) async fn send_card(
    app: &TestApp,
    who: &Client,
    seller: &SellerId,
    members: &[(&str, &str)],
    logo: Option<Vec<u8>>,
) -> Response {
    let shown = page(app, who, &format!("/admin/cards?seller={seller}")).await;
    let mut form = reqwest::multipart::Form::new()
        .text("csrf", hidden(&shown, "csrf"))
        .text("version", hidden(&shown, "version"))
        .text("seller", seller.to_string())
        .text("kind", "digital_ordinary");
    for (name, value) in members {
        form = form.text((*name).to_owned(), (*value).to_owned());
    }
    if let Some(bytes) = logo {
        let part = reqwest::multipart::Part::bytes(bytes).file_name("logo.png");
        form = form.part("logo", part);
    }
    who.post(format!("{}/admin/cards", app.web()))
        .header("Origin", app.web())
        .multipart(form)
        .send()
        .await
        .unwrap()
}

/// Whole PNG files begin so; WeChat and we look no further.
fn png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR".to_vec();
    bytes.extend_from_slice(&width.to_be_bytes());
    bytes.extend_from_slice(&height.to_be_bytes());
    bytes.extend_from_slice(&[8, 2, 0, 0, 0, 0, 0, 0, 0]);
    bytes
}

/// The templates that WeChat holds for a payee.
pub(crate) async fn at_wechat(app: &TestApp, payee: &str) -> Vec<Value> {
    let state = app
        .control(&app.sandbox(), Method::GET, "/sandbox/state", None)
        .await;
    let templates = state["templates"].as_array().unwrap().clone();
    templates
        .into_iter()
        .filter(|it| it["payee"] == payee)
        .collect()
}

#[tokio::test]
async fn the_page_asks_exactly_what_was_drawn_and_the_values_come_back() {
    let app = spawn_app().await;
    let owner = signed_in(&app, "admin").await;
    let account = account(&app).await;
    let path = format!("/admin/accounts/{}/fields", account.id);
    let shown = page(&app, &owner, &path).await;
    let version = hidden(&shown, "version");
    let mut members = vec![
        ("version", version.as_str()),
        ("person_phone", "hidden"),
        ("person_email", "required"),
        ("organisation_tax_number", "required"),
        ("organisation_address", "hidden"),
        ("organisation_phone", "hidden"),
        ("organisation_bank", "optional"),
        ("organisation_bank_account", "hidden"),
        ("organisation_own_1_name", "成本中心代码"),
        ("organisation_own_1_hint", "三位数字"),
        ("organisation_own_1_required", "yes"),
    ];
    let wrong = send(&app, &owner, &path, &members).await;
    assert_eq!(wrong.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.text().await.unwrap().contains("1 至 5 个字"));
    members[8].1 = "成本中心";
    let mut preview = members.clone();
    preview.push(("do", "preview"));
    let previewed = send(&app, &owner, &path, &preview).await;
    assert_eq!(previewed.status(), StatusCode::OK);
    assert!(previewed.text().await.unwrap().contains("三位数字"));
    location(&send(&app, &owner, &path, &members).await);
    // Set by a job, then read back.
    eventually("the standing", async || {
        let text = page(&app, &owner, &path).await;
        text.contains("微信已显示这些字段").then_some(())
    })
    .await;
    // Somebody who read the version before does not overwrite it.
    let stale = send(&app, &owner, &path, &members).await;
    assert_eq!(stale.status(), StatusCode::UNPROCESSABLE_ENTITY);

    let order = app.order("F-1").await;
    let auth = app.open_page(&order).await;
    let text = app.http.get(&auth).send().await.unwrap();
    let text = text.text().await.unwrap();
    for there in [
        "person_email",
        "company_tax_no",
        "company_bank_type",
        "成本中心",
        "三位数字",
    ] {
        assert!(text.contains(there), "{there}: {text}");
    }
    for absent in [
        "person_phone",
        "company_addr",
        "company_bank_no",
        "接收发票文件",
    ] {
        assert!(!text.contains(absent), "{absent}: {text}");
    }
    let form = [
        ("act", "authorise"),
        ("kind", "company"),
        ("company_title", "北京喆堃龘贸易有限公司"),
        ("company_tax_no", "91110105MA0000007L"),
        ("company_bank_type", "示例银行"),
        ("company_custom_3", "A07"),
    ];
    let sent = app.http.post(&auth).form(&form).send().await.unwrap();
    assert!(sent.status().is_redirection(), "{:?}", sent.text().await);
    let delivery = app.await_state(&order, "carded").await;
    assert_eq!(
        delivery["title"]["custom_fields"],
        json!([{ "name": "成本中心", "value": "A07" }])
    );
    assert_eq!(delivery["title"]["bank"], "示例银行");
    let id = order["delivery"]["id"].as_str().unwrap();
    let text = page(&app, &owner, &format!("/admin/deliveries/{id}")).await;
    assert!(text.contains("成本中心") && text.contains("A07"));
    app.stop().await;
}

#[tokio::test]
async fn a_lost_push_of_the_fields_is_made_up_for() {
    let app = spawn_app().await;
    app.wechat_fault(
        &json!({ "path": "/card/invoice/setbizattr", "kind": "work_then_drop", "count": 1 }),
    )
    .await;
    let owner = signed_in(&app, "admin").await;
    let path = format!("/admin/accounts/{}/fields", account(&app).await.id);
    let version = hidden(&page(&app, &owner, &path).await, "version");
    let members = [
        ("version", version.as_str()),
        ("person_phone", "required"),
        ("person_email", "hidden"),
        ("organisation_tax_number", "optional"),
        ("organisation_address", "hidden"),
        ("organisation_phone", "hidden"),
        ("organisation_bank", "hidden"),
        ("organisation_bank_account", "hidden"),
    ];
    location(&send(&app, &owner, &path, &members).await);
    eventually("the standing", async || {
        let text = page(&app, &owner, &path).await;
        text.contains("微信已显示这些字段").then_some(())
    })
    .await;
    // A clerk has nothing to set.
    let clerk = signed_in(&app, "clerk").await;
    let answer = clerk
        .get(format!("{}{path}", app.web()))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::FORBIDDEN);
    app.stop().await;
}

#[tokio::test]
async fn a_new_look_and_a_new_payee_make_new_templates_and_old_ones_stay() {
    let app = spawn_app().await;
    let owner = signed_in(&app, "admin").await;
    let it = seller(&app).await;
    assert_eq!(at_wechat(&app, &it.party.name).await.len(), 1);
    let members = [
        ("title", "示例优选"),
        ("first_name", "查看订单"),
        ("first_url", "https://shop.example.com/orders"),
        ("first_hint", "退换货"),
        ("second_name", "会员"),
        ("second_url", "https://shop.example.com/member"),
    ];
    // What WeChat would refuse is refused here, and WeChat is not asked.
    let small = send_card(&app, &owner, &it.id, &members, Some(png(40, 40))).await;
    assert_eq!(small.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let gif = send_card(&app, &owner, &it.id, &members, Some(b"GIF89a".to_vec())).await;
    assert_eq!(gif.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(at_wechat(&app, &it.party.name).await.len(), 1);
    location(&send_card(&app, &owner, &it.id, &members, Some(png(300, 300))).await);
    let path = format!("/admin/cards?seller={}", it.id);
    eventually("the template", async || {
        let text = page(&app, &owner, &path).await;
        (text.contains("模板就绪") && text.contains("旧卡券使用")).then_some(())
    })
    .await;
    let made = at_wechat(&app, &it.party.name).await;
    assert_eq!(made.len(), 2);
    let new = made.iter().find(|it| it["title"] == "示例优选").unwrap();
    assert_eq!(new["links"].as_array().unwrap().len(), 2, "{new}");
    assert_eq!(new["links"][0]["sub_title"], "退换货");
    let logo = page(&app, &owner, &path).await;
    let start = logo.find("/admin/cards/logo/").unwrap();
    let logo = logo[start..].split('"').next().unwrap();
    let picture = owner
        .get(format!("{}{logo}", app.web()))
        .send()
        .await
        .unwrap();
    assert_eq!(picture.headers()["content-type"], "image/png");
    assert_eq!(picture.bytes().await.unwrap(), png(300, 300));

    // The card of an order carries the new look.
    let order = app.authorised_order("T-1", &company()).await;
    app.await_state(&order, "carded").await;
    let ledger = app.wechat_ledger().await;
    assert_eq!(ledger["inserts"][0]["card_id"], new["card_id"]);

    // Another payee needs another template; the others stay for their cards.
    let mut renamed = it.clone();
    renamed.version = app.ports().store.sellers().await.unwrap().remove(0).version;
    renamed.party.name = "上海示例优选商贸有限公司".to_owned();
    let by = fapiao_usecases::actor::Actor::System;
    app.ports().store.save_seller(&renamed, &by).await.unwrap();
    let job = fapiao_usecases::jobs::Job::EnsureTemplate {
        seller: it.id.clone(),
        kind: InvoiceKind::DigitalOrdinary,
    };
    let job = fapiao_usecases::jobs::QueuedJob::now(job, Some(it.id.clone()));
    app.ports().store.enqueue(vec![job.clone()]).await.unwrap();
    eventually("the new payee's template", async || {
        let made = at_wechat(&app, &renamed.party.name).await;
        (made.len() == 1).then_some(())
    })
    .await;
    assert_eq!(at_wechat(&app, &it.party.name).await.len(), 2);
    app.ports().store.enqueue(vec![job]).await.unwrap();
    let all = app.ports().store.templates_of(&it.id).await.unwrap();
    assert_eq!(all.len(), 3);
    app.stop().await;
}

#[tokio::test]
async fn a_lost_answer_to_createcard_waits_for_a_person_and_never_asks_twice() {
    let app = spawn_app().await;
    let owner = signed_in(&app, "admin").await;
    let it = seller(&app).await;
    let create = "/card/invoice/platform/createcard";
    app.wechat_fault(&json!({ "path": create, "kind": "work_then_drop", "count": 1 }))
        .await;
    location(&send_card(&app, &owner, &it.id, &[("title", "新外观")], None).await);
    let job = parked(&app, "ensure_template").await;
    assert_eq!(job.code, "template_unknown");
    assert_eq!(at_wechat(&app, &it.party.name).await.len(), 2);
    let by = fapiao_usecases::actor::Actor::System;
    // Pressing "retry" does not ask WeChat either.
    assert!(app.ports().store.retry_job(&job.id, &by).await.unwrap());
    let job = parked(&app, "ensure_template").await;
    assert_eq!(job.code, "template_unknown");
    assert_eq!(at_wechat(&app, &it.party.name).await.len(), 2);
    let path = format!("/admin/cards?seller={}", it.id);
    let text = page(&app, &owner, &path).await;
    assert!(text.contains("不知道模板是否已创建"), "{text}");
    // The invoices go on with the template there is.
    let order = app.authorised_order("T-2", &company()).await;
    app.await_state(&order, "carded").await;
    // A person finds it in the console.
    let made = at_wechat(&app, &it.party.name).await;
    let new = made.iter().find(|it| it["title"] == "新外观").unwrap();
    let tries = app.ports().store.tries_of(&it.id, 10).await.unwrap();
    let open = tries
        .iter()
        .find(|it| it.state == TryState::Unknown)
        .unwrap();
    let settle = format!("/admin/cards/tries/{}", open.id);
    let wrong = [("finding", "made"), ("card_id", "no id!")];
    let wrong = send(&app, &owner, &settle, &wrong).await;
    assert_eq!(wrong.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let found = [
        ("finding", "made"),
        ("card_id", new["card_id"].as_str().unwrap()),
    ];
    location(&send(&app, &owner, &settle, &found).await);
    let text = page(&app, &owner, &path).await;
    assert!(text.contains("模板就绪"), "{text}");
    assert_eq!(at_wechat(&app, &it.party.name).await.len(), 2);
    let waiting = app.ports().store.queue_stats().await.unwrap().parked;
    assert_eq!(waiting, 0);

    // Lost before WeChat did anything: the person finds nothing, and it is asked for once more.
    app.wechat_fault(&json!({ "path": create, "kind": "drop_before", "count": 1 }))
        .await;
    location(&send_card(&app, &owner, &it.id, &[("title", "更新外观")], None).await);
    // The intent is saved before the call: only the parked job tells that the answer is lost.
    parked(&app, "ensure_template").await;
    let tries = app.ports().store.tries_of(&it.id, 10).await.unwrap();
    let open = tries
        .iter()
        .find(|it| it.state == TryState::Unknown)
        .unwrap();
    let settle = format!("/admin/cards/tries/{}", open.id);
    location(&send(&app, &owner, &settle, &[("finding", "not_made")]).await);
    eventually("the third template", async || {
        (at_wechat(&app, &it.party.name).await.len() == 3).then_some(())
    })
    .await;
    app.stop().await;
}

#[tokio::test]
async fn a_refused_template_is_no_unknown_one_and_is_tried_again() {
    let app = spawn_app().await;
    let owner = signed_in(&app, "admin").await;
    let it = seller(&app).await;
    let create = "/card/invoice/platform/createcard";
    app.wechat_fault(&json!({ "path": create, "kind": "errcode", "value": -1, "count": 1 }))
        .await;
    location(&send_card(&app, &owner, &it.id, &[("title", "新外观")], None).await);
    eventually("the template", async || {
        let tries = app.ports().store.tries_of(&it.id, 10).await.unwrap();
        let refused = tries.iter().any(|it| it.state == TryState::Refused);
        let made = tries.iter().filter(|it| it.state == TryState::Made).count() == 2;
        (refused && made).then_some(())
    })
    .await;
    assert_eq!(at_wechat(&app, &it.party.name).await.len(), 2);
    app.stop().await;
}

#[tokio::test]
async fn a_young_template_is_waited_for_a_minute_first() {
    let app = spawn_app().await;
    app.wechat_fault(
        &json!({ "path": "/card/invoice/insert", "kind": "errcode", "value": 40078, "count": 1 }),
    )
    .await;
    let order = app.authorised_order("T-3", &company()).await;
    let id = order["delivery"]["id"].as_str().unwrap();
    let job = eventually("the waiting card", async || {
        let jobs = app.ports().store.jobs(Some("waiting"), None, 50).await;
        let mut jobs = jobs.unwrap().rows.into_iter();
        jobs.find(|it| it.kind == "deliver_card" && it.subject == id && it.reason.contains("40078"))
    })
    .await;
    let wait = (job.run_at - app.ports().clock.now()).num_seconds();
    // A minute after it was made, and a little for WeChat's clock.
    assert!((50..=65).contains(&wait), "{wait}");
    app.stop().await;
}

#[tokio::test]
async fn the_tokens_page_tells_who_renewed_and_a_test_disturbs_nobody() {
    let app = spawn_app().await;
    let owner = signed_in(&app, "admin").await;
    let account = account(&app).await;
    let token = || async {
        let store = &app.ports().store;
        store
            .token(&account.app_id, "access_token")
            .await
            .unwrap()
            .unwrap()
    };
    let before = token().await;
    let text = page(&app, &owner, "/admin/tokens").await;
    assert!(text.contains("已刷新") && text.contains(&account.app_id));
    let web = app.demo().web.to_string();
    assert!(
        text.contains("首次获取") && text.contains(&web),
        "why, and by which node: {text}"
    );
    assert!(
        !text.contains(&before.value),
        "the token itself is not shown"
    );
    let id = account.id.to_string();
    let test = [("account", id.as_str())];
    let tested = send(&app, &owner, "/admin/tokens/test", &test).await;
    let to = location(&tested);
    let told = page(&app, &owner, to.split('#').next().unwrap()).await;
    assert!(told.contains("凭据有效"), "{told}");
    let after = token().await;
    assert_eq!(
        (before.value, before.generation),
        (after.value, after.generation)
    );

    // Counters by WeChat's own count; a reset wants the app id typed.
    let path = format!("/admin/tokens?quota={id}");
    let quota = page(&app, &owner, &path).await;
    assert!(quota.contains("/card/invoice/insert"), "{quota}");
    let mut reset = vec![
        ("account", id.as_str()),
        ("path", "/card/invoice/insert"),
        ("word", "wx"),
    ];
    location(&send(&app, &owner, "/admin/tokens/reset", &reset).await);
    assert!(page(&app, &owner, &path).await.contains("未清零"));
    reset[2].1 = &account.app_id;
    location(&send(&app, &owner, "/admin/tokens/reset", &reset).await);
    let text = page(&app, &owner, &path).await;
    assert!(text.contains("微信已清零：/card/invoice/insert"), "{text}");
    let mut all = reset.clone();
    all.remove(1);
    location(&send(&app, &owner, "/admin/tokens/reset", &all).await);
    assert!(page(&app, &owner, &path).await.contains("全部接口"));
    let clerk = signed_in(&app, "clerk").await;
    let refused = send(&app, &clerk, "/admin/tokens/test", &test).await;
    assert_eq!(refused.status(), StatusCode::FORBIDDEN);
    app.stop().await;
}

#[tokio::test]
async fn a_failed_renewal_is_told_with_wechats_code() {
    let app = spawn_app().await;
    let owner = signed_in(&app, "admin").await;
    let account = account(&app).await;
    let stable =
        json!({ "path": "/cgi-bin/stable_token", "kind": "errcode", "value": 40164, "count": 3 });
    app.wechat_fault(&stable).await;
    // The running token is refused once, so another one is asked for.
    app.wechat_fault(
        &json!({ "path": "/card/invoice/getauthurl", "kind": "errcode", "value": 40001, "count": 1 }),
    )
    .await;
    let order = app.order("K-1").await;
    let link = order["delivery"]["page_url"].as_str().unwrap();
    let _ = app.http.get(format!("{link}/wechat")).send().await.unwrap();
    let notes = app
        .ports()
        .store
        .token_notes(&account.app_id, 10)
        .await
        .unwrap();
    assert_eq!(notes[0].code, "40164", "{notes:?}");
    assert_eq!(notes.last().unwrap().cause, "first", "{notes:?}");
    let text = page(&app, &owner, "/admin/tokens").await;
    assert!(text.contains("最近的错误 40164"), "{text}");
    app.control(&app.sandbox(), Method::DELETE, "/sandbox/faults", None)
        .await;
    app.stop().await;
}

#[tokio::test]
async fn the_wizard_leads_from_four_answers_to_what_is_needed() {
    let app = spawn_app().await;
    let owner = signed_in(&app, "admin").await;
    let it = seller(&app).await;
    let path = format!("/admin/onboarding?seller={}", it.id);
    let text = page(&app, &owner, &path).await;
    assert!(text.contains("四个问题") && !text.contains("class=\"task"));
    let id = it.id.to_string();
    let own = [
        ("seller", id.as_str()),
        ("issues", "yes"),
        ("own_platform", "yes"),
        ("ways", "official_account"),
        ("ways", "receipt"),
    ];
    assert_eq!(
        location(&send(&app, &owner, "/admin/onboarding", &own).await),
        path
    );
    let text = page(&app, &owner, &path).await;
    assert!(text.contains("自建平台模式"), "{text}");
    assert_eq!(text.matches("class=\"task ").count(), 12, "{text}");
    // Everything but the first push is there in a demo: each was asked for at WeChat just now.
    assert_eq!(text.matches("class=\"task ok\"").count(), 11, "{text}");
    assert_eq!(text.matches("class=\"task wait\"").count(), 1, "{text}");

    // The account loses its right: the task says so.
    let account = account(&app).await;
    let fault = json!({ "path": "/card/invoice/setbizattr", "kind": "errcode", "value": 48001 });
    app.wechat_fault(&fault).await;
    let text = page(&app, &owner, &path).await;
    assert!(text.matches("class=\"task bad\"").count() >= 3, "{text}");
    app.control(&app.sandbox(), Method::DELETE, "/sandbox/faults", None)
        .await;

    let other = [
        ("seller", id.as_str()),
        ("issues", "yes"),
        ("own_platform", "no"),
        ("ways", "app"),
        ("ways", "mini_program"),
        ("ways", "after_payment"),
        ("fiscal", "yes"),
    ];
    location(&send(&app, &owner, "/admin/onboarding", &other).await);
    let text = page(&app, &owner, &path).await;
    for there in [
        "商户 + 开票平台模式",
        "开放平台应用",
        "小程序推送地址应答",
        "关联微信支付商户号",
        "登记第三方开票平台",
        "财政电子票据另行接入",
    ] {
        assert!(text.contains(there), "{there}");
    }
    let nothing = [
        ("seller", id.as_str()),
        ("issues", "no"),
        ("own_platform", "yes"),
    ];
    location(&send(&app, &owner, "/admin/onboarding", &nothing).await);
    assert!(
        page(&app, &owner, &path)
            .await
            .contains("请至少选择一个渠道")
    );
    let first = [
        ("seller", id.as_str()),
        ("issues", "no"),
        ("own_platform", "yes"),
        ("ways", "receipt"),
    ];
    location(&send(&app, &owner, "/admin/onboarding", &first).await);
    let text = page(&app, &owner, &path).await;
    assert!(text.contains("先开通电子发票") && text.contains("向税务局申请电子发票"));
    let auditor = signed_in(&app, "auditor").await;
    let refused = send(&app, &auditor, "/admin/onboarding", &first).await;
    assert_eq!(refused.status(), StatusCode::FORBIDDEN);
    assert!(!account.app_id.is_empty());
    app.stop().await;
}
