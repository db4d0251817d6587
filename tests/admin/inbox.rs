//! The inbox: raw and decrypted, tried again, and the self-test.

use super::{
    sign_in::signed_in,
    work::{location, page, send},
};
use crate::harness::{company, eventually, spawn_app, until};
use fapiao_domain::ids::Id;
use fapiao_usecases::{
    backoffice::replay::{Verdict, replay_push},
    backoffice::self_test::self_test,
};
use reqwest::StatusCode;

#[tokio::test]
async fn a_push_is_shown_raw_and_tried_without_any_effect() {
    let app = spawn_app().await;
    let order = app.authorised_order("I-1", &company()).await;
    app.await_state(&order, "carded").await;
    app.settled().await;
    let store = &app.ports().store;
    let pushes = store.pushes(Some("handled"), None, 10).await.unwrap().rows;
    let push = &pushes[0];
    assert!(!push.raw_query.is_empty() && push.raw_body.contains("Encrypt"));
    let owner = signed_in(&app, "admin").await;
    let address = format!("/admin/inbox/{}", push.id);
    let text = page(&app, &owner, &address).await;
    assert!(
        text.contains("msg_signature=") && text.contains("SuccOrderId"),
        "{text}"
    );
    let openid = push.raw_query.split("openid=").nth(1).unwrap();
    let openid = openid.split('&').next().unwrap();
    assert!(!text.contains(openid), "the sender is masked");
    let before = store.audit(None, 1).await.unwrap().rows[0].seq;
    let text = page(&app, &owner, &format!("{address}?replay=1")).await;
    assert!(text.contains("现在会被接受"), "{text}");
    assert_eq!(store.audit(None, 1).await.unwrap().rows[0].seq, before);
    let auditor = signed_in(&app, "clerk").await;
    let refused = auditor
        .get(format!("{}{address}", app.web()))
        .send()
        .await
        .unwrap();
    assert_eq!(refused.status(), StatusCode::FORBIDDEN);
    app.stop().await;
}

#[tokio::test]
async fn a_trial_shows_what_would_change() {
    let app = spawn_app().await;
    // The push arrives and its job is held back, so that everything is still to be done.
    let order = app.order("I-2").await;
    app.open_page(&order).await;
    app.wechat_fault(&serde_json::json!({ "path": "/card/invoice/getauthdata", "kind": "errcode", "value": 45011, "count": 1 }))
        .await;
    app.authorise(&order, &company()).await;
    let store = &app.ports().store;
    let push = eventually("the push", async || {
        let stored = store.pushes(None, None, 5).await.unwrap().rows;
        stored.into_iter().next()
    })
    .await;
    until("its first try", async || {
        let jobs = store.jobs(Some("waiting"), None, 50).await.unwrap().rows;
        let mut tried = jobs.iter().filter(|it| it.attempts > 0);
        tried.any(|it| it.kind == "handle_push")
    })
    .await;
    app.put_off("handle_push").await;
    app.put_off("confirm_authorisation").await;
    let replay = replay_push(app.ports(), &push.id).await.unwrap();
    assert_eq!(replay.verdict, Verdict::Accepted);
    assert_eq!(replay.end.as_ref().map(|it| it.0.as_str()), Some("handled"));
    let actions: Vec<_> = replay
        .would
        .changes
        .iter()
        .map(|it| it.action.as_str())
        .collect();
    assert_eq!(actions, ["delivery.authorised"]);
    let delivery = order["delivery"]["id"].as_str().unwrap();
    assert_eq!(
        replay.would.jobs,
        [("draft_invoice".to_owned(), delivery.to_owned())]
    );
    let of_delivery = |column: &str| {
        let mut values = replay.would.values.iter();
        let found = values.find(|it| it.table == "deliveries" && it.column == column);
        found.map(|it| (it.before.clone(), it.after.clone()))
    };
    let text = |it: &str| Some(it.to_owned());
    assert_eq!(
        of_delivery("state"),
        Some((text("page_opened"), text("authorised"))),
        "{:?}",
        replay.would.values
    );
    assert!(
        of_delivery("raw_title").is_some_and(|(before, after)| before.is_none() && after.is_some())
    );
    assert_eq!(of_delivery("order_id"), None, "it stays");
    // Staff read it value by value, in their words.
    let owner = signed_in(&app, "admin").await;
    let shown = page(&app, &owner, &format!("/admin/inbox/{}?replay=1", push.id)).await;
    let (_, block) = shown.split_once("id=\"replay\"").unwrap();
    for words in [
        "逐项对比",
        "状态",
        "已打开",
        "已授权",
        "授权时间",
        "买家填写的抬头",
    ] {
        assert!(block.contains(words), "{words}: {block}");
    }
    assert!(!block.contains("page_opened"), "{block}");
    let still = app.get(&format!("/deliveries/{delivery}")).await.body;
    assert_eq!(still["state"], "page_opened", "nothing was done");
    app.stop().await;
}

#[tokio::test]
async fn the_self_test_goes_through_the_public_address() {
    let app = spawn_app().await;
    let account = app.ports().store.accounts().await.unwrap().remove(0);
    let result = self_test(app.ports(), &account.id).await.unwrap();
    assert!(result.passed(), "{:?}", result.tried);
    assert_eq!(result.tried.len(), 6);
    let owner = signed_in(&app, "admin").await;
    let shown = send(
        &app,
        &owner,
        &format!("/admin/accounts/{}/self-test", account.id.as_str()),
        &[],
    )
    .await;
    assert_eq!(shown.status(), StatusCode::OK);
    assert!(shown.text().await.unwrap().contains("自检通过"));
    // What is set differently here and in WeChat's console shows.
    let parked = page(&app, &owner, "/admin/inbox?tab=ignored").await;
    assert!(parked.contains("fapiao_self_test"), "{parked}");
    let ignored = app
        .ports()
        .store
        .pushes(Some("ignored"), None, 1)
        .await
        .unwrap()
        .rows
        .remove(0);
    let again = send(
        &app,
        &owner,
        &format!("/admin/inbox/{}/handling", ignored.id),
        &[],
    )
    .await;
    assert_eq!(location(&again), format!("/admin/inbox/{}", ignored.id));
    app.stop().await;
}

#[tokio::test]
async fn a_refused_push_is_kept_raw_and_tried_again_when_its_cause_was_mended() {
    let app = spawn_app().await;
    let owner = signed_in(&app, "admin").await;
    let mut account = app.ports().store.accounts().await.unwrap().remove(0);
    let by = fapiao_usecases::actor::Actor::CommandLine;
    // Staff set another mode than WeChat's console has.
    account.push_mode = fapiao_usecases::records::PushMode::Compatible;
    app.ports().store.save_account(&account, &by).await.unwrap();
    let order = app.order("I-3").await;
    app.open_page(&order).await;
    app.authorise(&order, &company()).await;
    let refused = eventually("the refused push", async || {
        let found = app.ports().store.pushes(Some("refused"), None, 5).await;
        found.unwrap().rows.into_iter().next()
    })
    .await;
    assert!(refused.raw_body.contains("Encrypt") && refused.raw_query.contains("msg_signature"));
    let list = page(&app, &owner, "/admin/inbox?tab=refused").await;
    assert!(
        list.contains("账号设为兼容方式，微信发来的是安全模式报文")
            && !list.contains("the push comes"),
        "{list}"
    );
    let address = format!("/admin/inbox/{}", refused.id);
    let text = page(&app, &owner, &format!("{address}?replay=1")).await;
    assert!(
        text.contains("现在会被拒绝") && text.contains("不会改变任何内容"),
        "{text}"
    );
    // Mended: the same bytes would be let in now, and what they would do is told; nothing is done.
    let mut account = app.ports().store.accounts().await.unwrap().remove(0);
    account.push_mode = fapiao_usecases::records::PushMode::Safe;
    app.ports().store.save_account(&account, &by).await.unwrap();
    let replay = replay_push(app.ports(), &refused.id).await.unwrap();
    assert_eq!(replay.verdict, Verdict::Accepted);
    assert!(replay.meaning.is_some() && replay.end.is_some());
    let text = page(&app, &owner, &format!("{address}?replay=1")).await;
    assert!(text.contains("现在会被接受"), "{text}");
    let still = app.ports().store.push(&refused.id).await.unwrap().unwrap();
    assert_eq!(still.state, "refused");
    app.stop().await;
}
