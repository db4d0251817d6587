//! The comparison with WeChat asks for the payers of bills, too; each difference has its one fix.

use super::{
    agree, counter, delivery_id, file, id, job_that, open, payer_does, payers_page, rejected_there,
};
use crate::{
    admin::{
        sign_in::signed_in,
        work::{page, send},
    },
    harness::{TestApp, eventually},
};
use fapiao_usecases::{
    actor::Actor,
    backoffice::reconciliation::begin,
    records::{Difference, DifferenceKind},
};
use reqwest::Client;
use serde_json::{Value, json};

/// What a comparison finds now.
async fn differences(app: &TestApp) -> Vec<Difference> {
    let store = &app.ports().store;
    let by = Actor::CommandLine;
    let run = begin(app.ports(), "cli", &by).await.unwrap();
    eventually("the end of the comparison", async || {
        let run = store.reconciliation(&run).await.unwrap().unwrap();
        assert_eq!((run.unanswered, run.trouble.as_str()), (0, ""));
        run.done.then_some(())
    })
    .await;
    store.differences(&run, 50).await.unwrap()
}

async fn only(app: &TestApp, bill: &Value, kind: DifferenceKind) -> Difference {
    let found = differences(app).await;
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(
        (found[0].kind, found[0].subject.as_str()),
        (kind, delivery_id(bill))
    );
    found.into_iter().next().unwrap()
}

async fn mend(app: &TestApp, who: &Client, it: &Difference) {
    let store = &app.ports().store;
    let run = store.reconciliations(None, 1).await.unwrap().rows;
    let path = format!("/admin/reconciliation/{}/fix", run[0].id);
    let members = [("subject", it.subject.as_str()), ("kind", it.kind.as_str())];
    send(app, who, &path, &members).await;
}

/// Nothing that is queued for a delivery happens any more.
async fn forget_jobs(app: &TestApp, bill: &Value) {
    app.settled().await;
    let subject = delivery_id(bill);
    app.tamper(&format!("DELETE FROM jobs WHERE subject = '{subject}'"))
        .await;
}

#[tokio::test]
async fn a_payer_who_agreed_unheard_gets_the_bill_by_one_button() {
    let (app, counter) = counter().await;
    let owner = signed_in(&app, "admin").await;
    let bill = counter.seeded(1).await;
    open(&app, &bill).await;
    assert_eq!(differences(&app).await, []);
    forget_jobs(&app, &bill).await;
    let lost = json!({ "event": "user_authorize_invoice", "kind": "lost", "count": 1 });
    app.wechat_fault(&lost).await;
    payer_does(&app, &bill, "authorise").await;
    let found = only(&app, &bill, DifferenceKind::AuthorisedThere).await;
    let shown = page(&app, &owner, "/admin/reconciliation").await;
    let link = format!("/admin/bill-deliveries/{}", found.subject);
    assert!(shown.contains(&link), "{shown}");
    let to = owner.get(format!("{}{link}", app.web())).send().await;
    let to = to.unwrap().headers()["location"]
        .to_str()
        .unwrap()
        .to_owned();
    assert!(page(&app, &owner, &to).await.contains("0000000001"));
    mend(&app, &owner, &found).await;
    counter.await_state(id(&bill), "carded").await;
    assert_eq!(differences(&app).await, []);
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn what_ended_on_one_side_ends_on_the_other() {
    let (app, counter) = counter().await;
    let owner = signed_in(&app, "admin").await;
    // WeChat was told by somebody else while the card waits for its file.
    let bill = counter.create(&super::sample(3)).await;
    agree(&app, &bill).await;
    counter.await_state(id(&bill), "authorised").await;
    payer_does(&app, &bill, "reject").await;
    let found = only(&app, &bill, DifferenceKind::RejectedThere).await;
    mend(&app, &owner, &found).await;
    counter.await_state(id(&bill), "refused").await;
    assert!(payers_page(&app, &bill).await.contains("已失效"));
    assert_eq!(differences(&app).await, []);
    let (status, _) = counter.put_file(id(&bill), file(3)).await;
    assert!(status.is_success());
    app.settled().await;
    counter.await_state(id(&bill), "refused").await;

    // Refused here, and WeChat was not told.
    let bill = counter.seeded(1).await;
    open(&app, &bill).await;
    let path = format!("/bills/{}/refusal", id(&bill));
    let silent = json!({ "path": "/card/invoice/rejectinsert", "kind": "errcode", "value": 45009 });
    app.wechat_fault(&silent).await;
    let lost = json!({ "event": "user_authorize_invoice", "kind": "lost", "count": 1 });
    app.wechat_fault(&lost).await;
    payer_does(&app, &bill, "authorise").await;
    let (status, _) = counter.post(&path, &json!({ "reason": "票据有误" })).await;
    assert!(status.is_success());
    job_that(&app, "reject_bill", delivery_id(&bill), "45009").await;
    forget_jobs(&app, &bill).await;
    app.control(
        &app.sandbox(),
        reqwest::Method::DELETE,
        "/sandbox/faults",
        None,
    )
    .await;
    let found = only(&app, &bill, DifferenceKind::RefusedHere).await;
    mend(&app, &owner, &found).await;
    rejected_there(&app, delivery_id(&bill)).await;
    assert_eq!(differences(&app).await, []);
    app.assert_ledger_holds().await;
    app.stop().await;
}
