//! One invoice is taken back: wholly, in parts, and never more than it has.

use crate::harness::{company, spawn_app};
use fapiao_domain::{
    ids::{Id, OrderId},
    red::RedReason,
};
use fapiao_usecases::{
    actor::Actor,
    merchant::{
        orders::Caller,
        refunds::{self, Asked, RefundDraft},
    },
    ports::Scope,
    records::RefundStage,
};
use std::time::Duration;

#[tokio::test]
async fn a_full_red_letter_strikes_the_card_out() {
    let app = spawn_app().await;
    let order = app.authorised_order("R-1", &company()).await;
    app.await_state(&order, "carded").await;
    let id = OrderId::parse(order["id"].as_str().unwrap()).unwrap();
    let caller = Caller {
        actor: Actor::System,
        scope: Scope::All,
        source: "api",
    };
    let draft = RefundDraft {
        reason: RedReason::Returned,
        asked: Asked::Everything,
        invoice: None,
        replace: false,
        reissue: false,
        despite_lock: false,
        refund_no: String::new(),
        note: String::new(),
        plan: String::new(),
    };
    refunds::decide(app.ports(), &caller, &id, &draft, None, &|_, _| {
        String::new()
    })
    .await
    .unwrap();
    let done = async {
        loop {
            let refunds = app.ports().store.refunds_of(&id).await.unwrap();
            let ledger = app.wechat_ledger().await;
            let status = ledger["inserts"][0]["status"].as_str().unwrap();
            if refunds[0].stage() == RefundStage::Done && status == "INVOICE_REIMBURSE_CANCEL" {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), done)
        .await
        .unwrap();
    app.assert_ledger_holds().await;
    app.stop().await;
}
