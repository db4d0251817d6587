//! What WeChat would refuse is said before it is asked, and each error page leads to one safe step on this order.

use crate::{
    admin::{
        sign_in::signed_in,
        work::{location, page, send},
    },
    harness::{TestApp, company, eventually, spawn_app, until},
    taxes::ports_at,
};
use chrono::TimeDelta;
use fapiao_domain::{
    card::CardState,
    ids::{DeliveryId, Id, OrderId},
};
use fapiao_usecases::{
    platform::{
        card::deliver_card,
        card_life::cancel_card,
        preflight::{SafeStep, step_after},
    },
    ports::Scope,
    records::JobRow,
};
use reqwest::{Client, Method};
use serde_json::{Value, json};
use wechat_invoice::{Advice, CodeInfo, codes::all_codes};

const INSERT: &str = "/card/invoice/insert";
const PAGE: &str = "/card/invoice/getauthurl";
const UPLOAD: &str = "/card/invoice/platform/setpdf";

fn id_of(order: &Value) -> DeliveryId {
    DeliveryId::parse(order["delivery"]["id"].as_str().unwrap()).unwrap()
}

async fn stopped(app: &TestApp, order: &Value) -> JobRow {
    let id = id_of(order);
    eventually("a stopped card", async || {
        let jobs = app.ports().store.jobs(Some("parked"), None, 100).await;
        let mut rows = jobs.unwrap().rows.into_iter();
        rows.find(|it| it.subject == id.as_str())
    })
    .await
}

/// Presses the button of this label, with what its form holds: where it leads.
async fn pressed(app: &TestApp, who: &Client, text: &str, label: &str) -> String {
    let form = text
        .split("<form ")
        .find(|it| {
            it.split("</form>")
                .next()
                .is_some_and(|it| it.contains(label))
        })
        .unwrap();
    let form = form.split("</form>").next().unwrap();
    let value = |text: &str, name: &str| {
        let rest = text.split(&format!("{name}=\"")).nth(1).unwrap();
        rest.split('"').next().unwrap().to_owned()
    };
    let members: Vec<(String, String)> = form
        .split("<input ")
        .skip(1)
        .map(|it| (value(it, "name"), value(it, "value")))
        .filter(|(name, _)| name != "csrf")
        .collect();
    let members: Vec<(&str, &str)> = members
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    location(&send(app, who, &value(form, "action"), &members).await)
}

/// The delivery of an order that was made last.
async fn newest(app: &TestApp, order: &Value) -> Value {
    let path = format!("/orders/{}", order["id"].as_str().unwrap());
    let shown = app.get(&path).await.body;
    shown["deliveries"]
        .as_array()
        .unwrap()
        .last()
        .unwrap()
        .clone()
}

/// How often a call came in whose body names the text.
async fn calls(app: &TestApp, path: &str, naming: &str) -> usize {
    let seen = app
        .control(
            &app.sandbox(),
            Method::GET,
            "/sandbox/calls?limit=1000",
            None,
        )
        .await;
    let list = seen["calls"].as_array().or(seen.as_array()).unwrap();
    let named = |it: &&Value| it["path"] == path && it.to_string().contains(naming);
    list.iter().filter(named).count()
}

#[tokio::test]
async fn each_refusal_leads_to_its_own_safe_step_on_this_order() {
    let app = spawn_app().await;
    let owner = signed_in(&app, "admin").await;
    // WeChat's code, and the label of the one step that its page puts in front.
    let table = [
        (72013, "重新生成开票链接"),
        (72031, "打开发票"),
        (72035, "重新生成开票链接"),
        (72038, "重试"),
        (72040, "上传官方文件"),
        (72042, "打开发票"),
        (72043, "打开发票"),
        (72047, "上传官方文件"),
        (72050, "重新生成开票链接"),
        (72056, "打开发票"),
    ];
    for (code, step) in table {
        let fault = json!({ "path": INSERT, "kind": "errcode", "value": code, "count": 1 });
        app.wechat_fault(&fault).await;
        let order = app.authorised_order(&format!("P-{code}"), &company()).await;
        let job = stopped(&app, &order).await;
        let id = id_of(&order);
        let text = page(&app, &owner, &format!("/admin/deliveries/{id}")).await;
        let acts = text
            .split("class=\"acts\"")
            .find(|it| it.contains("button primary"));
        assert!(
            acts.is_some_and(|it| it.contains(step)),
            "{code} {job:?}: {text}"
        );
        // The checks ran on this very order, and find nothing certain that our own data could tell.
        assert!(
            !text.contains("微信会以") && !text.contains("还可能在进行"),
            "{code}: {text}"
        );
        assert!(text.contains("没有放入卡包"), "{code}: {text}");
        // WeChat has said no: nothing of it is in a wallet, and nothing has to be struck out.
        let card = app.ports().store.card(&id).await.unwrap().unwrap();
        assert_eq!((card.state, card.asked_at), (CardState::Uploading, None));
        cancel_card(app.ports(), &id).await.unwrap();
        let order_page = format!("/admin/orders/{}", order["id"].as_str().unwrap());
        let text = page(&app, &owner, &order_page).await;
        assert!(text.contains(step), "{code}");
        if step == "重新生成开票链接" {
            // The invoice is there: the new link hands it over, and no second one is made.
            let link = pressed(&app, &owner, &text, step).await;
            let anew = newest(&app, &order).await;
            assert_eq!(link, order_page);
            assert_eq!(
                (&anew["page"], &anew["state"]),
                (&json!("collect"), &json!("created"))
            );
            let again = json!({ "id": order["id"], "delivery": anew });
            app.open_page(&again).await;
            app.authorise(&again, &company()).await;
            app.await_state(&again, "carded").await;
            let text = page(&app, &owner, &format!("/admin/deliveries/{id}")).await;
            assert!(!text.contains(step), "{code}: {text}");
        }
    }
    // An order id that somebody else used is not taken for ours, however often a person tries again.
    let again = app.authorised_order("P-again", &company()).await;
    app.await_state(&again, "carded").await;
    let used = app.order("P-used").await;
    app.open_page(&used).await;
    let fault = json!({ "path": INSERT, "kind": "errcode", "value": 72056, "count": 2 });
    app.wechat_fault(&fault).await;
    app.authorise(&used, &company()).await;
    for _ in 0..2 {
        let job = stopped(&app, &used).await;
        assert_eq!(job.code, "order_id_used");
        let by = fapiao_usecases::actor::Actor::CommandLine;
        app.ports().store.retry_job(&job.id, &by).await.unwrap();
    }
    app.await_state(&used, "carded").await;
    let card = app
        .ports()
        .store
        .card(&id_of(&used))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(card.state, CardState::Inserted);
    // The list of stopped work says the same step for each of them, and never a reason of another one.
    let text = page(&app, &owner, "/admin/jobs").await;
    assert!(
        text.contains("发票仍然有效，可以下载后直接交给买家"),
        "{text}"
    );
    assert!(!text.contains("还可能在进行"), "{text}");
    app.assert_ledger_holds().await;
    app.stop().await;
}

/// The steps agree with the texts of the codes: what can never succeed is not tried again, what is over by itself is.
#[test]
fn every_code_of_an_invoice_has_a_step_that_agrees_with_its_text() {
    let of_invoices = |it: &&CodeInfo| (72_000..73_000).contains(&it.code) || it.code == 40_107;
    for info in all_codes().filter(of_invoices) {
        let step = step_after(&info.code.to_string());
        let step = step.unwrap_or_else(|| panic!("{info:?} has no step"));
        let anew = ["新的订单号", "生成新的链接"];
        if anew.iter().any(|it| info.next_step.zh.contains(it)) {
            assert_eq!(step, SafeStep::NewLink, "{info:?}");
        }
        match info.advice {
            Advice::Retryable { .. } => assert_eq!(step, SafeStep::Retry, "{info:?}"),
            Advice::Never => assert_eq!(step, SafeStep::OpenInvoice, "{info:?}"),
            Advice::NeedsPerson | Advice::Done | Advice::AskFirst => {}
        }
    }
}

#[tokio::test]
async fn what_is_certain_is_not_asked_and_goes_on_once_it_is_mended() {
    let app = spawn_app().await;
    let owner = signed_in(&app, "admin").await;
    let first = app.authorised_order("P-1", &company()).await;
    app.await_state(&first, "carded").await;
    // The second invoice is issued, and its card stops before the insert.
    let fault = json!({ "path": UPLOAD, "kind": "errcode", "value": 45009 });
    app.wechat_fault(&fault).await;
    let second = app.authorised_order("P-2", &company()).await;
    let issued = app.await_state(&second, "issuing").await;
    let (first_id, second_id) = (id_of(&first), id_of(&second));
    let invoice = eventually("the card row of the second", async || {
        let delivery = app.ports().store.delivery(&Scope::All, &second_id).await;
        let invoice = delivery.unwrap().unwrap().invoice?;
        let card = app.ports().store.card(&second_id).await.unwrap();
        card.map(|_| invoice)
    })
    .await;
    // Both rows say the same invoice, as after a restore of an older database.
    let own = app.ports().store.card(&first_id).await.unwrap().unwrap();
    let moved =
        |to: &str| format!("UPDATE cards SET invoice_id = '{to}' WHERE delivery_id = '{first_id}'");
    assert_eq!(app.tamper(&moved(invoice.as_str())).await, 1);
    app.control(&app.sandbox(), Method::DELETE, "/sandbox/faults", None)
        .await;
    let result = deliver_card(app.ports(), &second_id).await;
    let told = format!("{result:?}");
    assert!(told.contains("foreseen_72042"), "{told} {issued}");
    let job = {
        let again = vec![fapiao_usecases::jobs::QueuedJob::now(
            fapiao_usecases::jobs::Job::DeliverCard(second_id.clone()),
            None,
        )];
        app.ports().store.enqueue(again).await.unwrap();
        stopped(&app, &second).await
    };
    assert_eq!(job.code, "foreseen_72042");
    assert_eq!(calls(&app, INSERT, second_id.as_str()).await, 0);
    let text = page(&app, &owner, &format!("/admin/deliveries/{second_id}")).await;
    assert!(
        text.contains("同一张发票已通过另一次授权") && text.contains("微信会以 72042 拒绝"),
        "{text}"
    );
    assert!(text.contains(&format!("/admin/invoices/{invoice}")));
    // Mended: the same press of the button brings the card.
    assert_eq!(app.tamper(&moved(own.invoice.as_str())).await, 1);
    let retry = format!("/admin/orders/{}/retry", second["id"].as_str().unwrap());
    location(&send(&app, &owner, &retry, &[]).await);
    app.hurry(&["deliver_card"], &second, "carded").await;
    assert_eq!(calls(&app, INSERT, second_id.as_str()).await, 1);
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn an_upload_that_grows_old_is_renewed_before_wechat_deletes_it() {
    let app = spawn_app().await;
    let fault = json!({ "path": INSERT, "kind": "errcode", "value": 45009 });
    app.wechat_fault(&fault).await;
    let order = app.authorised_order("P-3", &company()).await;
    let id = id_of(&order);
    let media = eventually("the upload", async || {
        let card = app.ports().store.card(&id).await.unwrap()?;
        card.asked_at.and(card.media)
    })
    .await;
    // Asked for, and refused: else the worker's own call would bring the card once the fault is gone.
    until("the refusal", async || {
        calls(&app, INSERT, id.as_str()).await > 0
    })
    .await;
    app.put_off("deliver_card").await;
    app.control(&app.sandbox(), Method::DELETE, "/sandbox/faults", None)
        .await;
    let uploads = calls(&app, UPLOAD, "").await;
    // Sixty hours later the buyer still waits: what WeChat deletes after seventy-two is sent anew first.
    let later = media.1 + TimeDelta::hours(61);
    deliver_card(&ports_at(&app, later), &id).await.unwrap();
    assert_eq!(calls(&app, UPLOAD, "").await, uploads + 1);
    app.await_state(&order, "carded").await;
    let card = app.ports().store.card(&id).await.unwrap().unwrap();
    assert_ne!(card.media.unwrap().0, media.0);
    app.stop().await;
}

/// The buyer follows the link, and is told to come back.
async fn knocks(app: &TestApp, order: &Value) -> u16 {
    let go = format!("{}/wechat", order["delivery"]["page_url"].as_str().unwrap());
    app.http.get(go).send().await.unwrap().status().as_u16()
}

async fn times(app: &TestApp, order: &Value, act: &str) -> usize {
    let id = OrderId::parse(order["id"].as_str().unwrap()).unwrap();
    let lines = app.ports().store.timeline(&id).await.unwrap();
    lines.iter().filter(|it| it.action == act).count()
}

#[tokio::test]
async fn a_page_that_wechat_does_not_give_is_shown_to_staff_until_it_is_given() {
    let app = spawn_app().await;
    let owner = signed_in(&app, "admin").await;
    let order = app.order("P-page").await;
    let shown = format!("/admin/orders/{}", order["id"].as_str().unwrap());
    for code in [72063, 72015, 48001, 72031] {
        let fault = json!({ "path": PAGE, "kind": "errcode", "value": code, "count": 2 });
        app.wechat_fault(&fault).await;
        // Trying twice leaves one trace.
        assert_eq!(knocks(&app, &order).await, 503);
        assert_eq!(knocks(&app, &order).await, 503);
        let text = page(&app, &owner, &shown).await;
        let told = format!("买家打不开授权页：微信返回 {code}");
        assert!(text.contains(&told), "{code}: {text}");
        let settings = code != 72031;
        assert_eq!(text.contains("检查微信账号设置"), settings, "{code}");
    }
    assert_eq!(times(&app, &order, "delivery.page_refused").await, 4);
    let id = id_of(&order);
    let text = page(&app, &owner, &format!("/admin/deliveries/{id}")).await;
    assert!(text.contains("微信返回 72031") && text.contains("微信没有给出授权页"));
    // Given at last: the notice is gone, and the buyer goes on.
    assert_eq!(knocks(&app, &order).await, 302);
    let text = page(&app, &owner, &shown).await;
    assert!(!text.contains("买家打不开授权页"), "{text}");
    assert_eq!(times(&app, &order, "delivery.page_given").await, 1);
    app.authorise(&order, &company()).await;
    app.await_state(&order, "carded").await;
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn a_missing_contact_is_foreseen_and_wechat_not_asked() {
    let app = spawn_app().await;
    let owner = signed_in(&app, "admin").await;
    let order = app.order("P-contact").await;
    app.tamper("UPDATE accounts SET contact_phone = ''").await;
    assert_eq!(knocks(&app, &order).await, 503);
    assert_eq!(calls(&app, PAGE, id_of(&order).as_str()).await, 0);
    let shown = format!("/admin/orders/{}", order["id"].as_str().unwrap());
    let text = page(&app, &owner, &shown).await;
    assert!(
        text.contains("微信会以 72063 拒绝") && text.contains("还没有联系电话"),
        "{text}"
    );
    // Knocking again adds nothing, and the order is not opened at WeChat.
    assert_eq!(knocks(&app, &order).await, 503);
    assert_eq!(times(&app, &order, "delivery.page_refused").await, 1);
    assert_eq!(times(&app, &order, "delivery.page_opened").await, 0);
    app.stop().await;
}
