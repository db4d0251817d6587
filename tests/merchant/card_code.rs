//! The code of a card, as a person reads it off a wallet.

use crate::harness::{company, spawn_app};
use fapiao_domain::{
    card::CardState,
    ids::{DeliveryId, Id},
};
use fapiao_usecases::{
    actor::Actor,
    platform::card_life::{CodeError, enter_code, is_usual_code},
    ports::Scope,
};
use serde_json::json;

#[tokio::test]
async fn a_card_code_may_have_letters_but_not_be_anything() {
    let app = spawn_app().await;
    let fault = json!({ "path": "/card/invoice/insert", "kind": "work_then_drop", "count": 1 });
    app.wechat_fault(&fault).await;
    let order = app.authorised_order("CH-8", &company()).await;
    app.await_state(&order, "carded").await;
    let id = DeliveryId::parse(order["delivery"]["id"].as_str().unwrap()).unwrap();
    let by = Actor::CommandLine;
    let enter = async |code: &str| enter_code(app.ports(), &Scope::All, &id, code, &by).await;
    for wrong in [
        "12345",
        "1234-5678-9012",
        "十二位数字的编号",
        &"1".repeat(33),
    ] {
        let refused = enter(wrong).await;
        assert!(
            matches!(refused, Err(CodeError::Form)),
            "{wrong}: {refused:?}"
        );
    }
    assert!(is_usual_code(" 1234 5678 9012 ") && !is_usual_code("AB12CD34EF56GH78"));
    enter("AB12 CD34 EF56 GH78").await.unwrap();
    let card = app.ports().store.card(&id).await.unwrap().unwrap();
    assert_eq!(card.code, "AB12CD34EF56GH78");
    assert_ne!(card.state, CardState::CodeUnknown);
    app.stop().await;
}
