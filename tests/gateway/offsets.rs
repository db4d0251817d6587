//! Invoices of another platform are taken back by that platform: in full, in part, with lost answers, refused.

use super::calls::Caller;
use crate::{
    harness::{
        TestApp, company, eventually, eventually_or, spawn_pair, spawn_pair_with_relay, until,
    },
    red::{
        act, at_stage, at_state, await_card, card_status, carded, hurried_to, invoice_state,
        posted, refund,
    },
};
use fapiao_domain::{
    confirmation::FormState,
    ids::{Id, RedFormId},
    red::RedReason,
};
use fapiao_usecases::{
    actor::Actor,
    jobs::Job,
    merchant::{
        orders::Caller as StaffCaller,
        refunds::{Asked, Extent, RefundDraft, decide},
    },
    platform::confirmations::{FormAct, FormProblem, act_on_form},
    ports::{Ports, Scope},
    records::RedForm,
};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

fn everything() -> Value {
    json!({ "mode": "confirm", "reason": "02", "everything": true })
}

/// The red invoice of the order's refund at a place.
async fn red_of(app: &TestApp, refund: &Value) -> Value {
    let id = refund["red_letters"][0]["red_invoice_id"]
        .as_str()
        .unwrap_or_else(|| panic!("no red invoice: {refund}"));
    app.get(&format!("/invoices/{id}")).await.body
}

#[tokio::test]
async fn an_invoice_of_the_platform_is_taken_back_in_full_and_its_card_struck_out() {
    let app = spawn_pair().await;
    let sold = carded(&app, "O-1").await;
    let done = refund(&app, &sold, "O-1-c", &everything()).await;
    assert_eq!(done.status, StatusCode::CREATED, "{done:?}");
    let finished = at_stage(&app, &sold, 0, "done").await;
    assert_eq!(invoice_state(&app, &sold).await, "fully_red");
    await_card(&app, &sold, "INVOICE_REIMBURSE_CANCEL").await;

    // The merchant's red invoice is the platform's: number, amounts, paper.
    let red = red_of(&app, &finished).await;
    assert_eq!(red["totals"]["total"], "-113.00");
    let number = red["number"].as_str().unwrap();
    let numbers = app.tax_ledger().await["numbers"].as_array().unwrap().len();
    assert_eq!(numbers, 2);
    let platform = app.platform();
    let offsets = platform.ports.store.partner_offsets(None, 9).await.unwrap();
    let form = platform.ports.store.red_form(&Scope::All, &offsets[0].form);
    let (theirs, _) = form.await.unwrap().unwrap().red.unwrap();
    let theirs = platform.ports.store.invoice(&Scope::All, &theirs).await;
    let theirs = theirs.unwrap().unwrap();
    assert_eq!(theirs.identity.unwrap().number(), number);
    let path = format!("/invoices/{}", red["id"].as_str().unwrap());
    let papers = eventually("the paper", async || {
        let papers = app.get(&path).await.body["documents"].clone();
        let papers = papers.as_array().filter(|it| !it.is_empty());
        papers.cloned()
    })
    .await;
    assert_eq!(papers.len(), 1, "{papers:?}");

    // Our own record of the card follows the platform's word.
    let id = app.delivery_id(&json!({ "delivery": { "id": sold["delivery"] } }));
    until("the card is struck out here", async || {
        let card = app.ports().store.card(&id).await.unwrap().unwrap();
        card.state.as_str() == "cancelled"
    })
    .await;
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn parts_are_taken_back_one_after_the_other_and_never_more_than_there_is() {
    let app = spawn_pair().await;
    let sold = carded(&app, "O-2").await;
    let part =
        json!({ "mode": "confirm", "reason": "02", "lines": [{ "line": "1", "quantity": "1" }] });
    let done = refund(&app, &sold, "O-2-a", &part).await;
    assert_eq!(done.status, StatusCode::CREATED, "{done:?}");
    let first = at_stage(&app, &sold, 0, "done").await;
    assert_eq!(red_of(&app, &first).await["totals"]["total"], "-56.50");
    assert_eq!(invoice_state(&app, &sold).await, "partly_red");
    assert_eq!(card_status(&app, &sold).await, "INVOICE_REIMBURSE_INIT");
    let done = refund(&app, &sold, "O-2-c", &everything()).await;
    assert_eq!(done.status, StatusCode::CREATED, "{done:?}");
    let last = at_stage(&app, &sold, 1, "done").await;
    assert_eq!(red_of(&app, &last).await["totals"]["total"], "-56.50");
    assert_eq!(invoice_state(&app, &sold).await, "fully_red");
    await_card(&app, &sold, "INVOICE_REIMBURSE_CANCEL").await;
    let more = refund(&app, &sold, "O-2-d", &everything()).await;
    assert_eq!(more.status, StatusCode::CONFLICT, "{more:?}");

    // An allowance has an amount and no quantity.
    let sold = carded(&app, "O-2b").await;
    let allowance =
        json!({ "mode": "confirm", "reason": "04", "lines": [{ "line": "1", "amount": "6.50" }] });
    let done = refund(&app, &sold, "O-2-b", &allowance).await;
    assert_eq!(done.status, StatusCode::CREATED, "{done:?}");
    let given = at_stage(&app, &sold, 0, "done").await;
    assert_eq!(red_of(&app, &given).await["totals"]["total"], "-6.50");
    assert_eq!(card_status(&app, &sold).await, "INVOICE_REIMBURSE_INIT");
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn a_wrong_title_is_corrected_and_the_rest_of_a_replaced_invoice_is_asked_for_anew() {
    let app = spawn_pair().await;
    let sold = carded(&app, "O-3").await;
    let body = json!({ "mode": "confirm", "reason": "02", "replace": true,
        "lines": [{ "line": "1", "quantity": "1" }] });
    let done = refund(&app, &sold, "O-3-a", &body).await;
    assert_eq!(done.status, StatusCode::CREATED, "{done:?}");
    let second = agree_anew(&app, &sold, 0).await;
    let path = format!("/invoices/{}", second["invoice"]["id"].as_str().unwrap());
    let invoice = app.get(&path).await.body;
    assert_eq!(invoice["totals"]["total"], "56.50", "{invoice}");

    let sold = json!({ "order": sold["order"], "invoice": second["invoice"]["id"], "delivery": second["id"] });
    let path = format!("{path}/red-letters");
    let body = json!({ "mode": "confirm", "reason": "01", "everything": true, "reissue": true });
    let done = app.post(&path, "O-3-b", &body).await;
    assert_eq!(done.status, StatusCode::CREATED, "{done:?}");
    let third = agree_anew(&app, &sold, 1).await;
    let path = format!("/invoices/{}", third["invoice"]["id"].as_str().unwrap());
    assert_eq!(app.get(&path).await.body["totals"]["total"], "56.50");
    app.assert_ledger_holds().await;
    app.stop().await;
}

/// The buyer agrees once more, after the refund at a place.
async fn agree_anew(app: &TestApp, sold: &Value, place: usize) -> Value {
    let finished = at_stage(app, sold, place, "done").await;
    let delivery = finished["delivery_id"].as_str().unwrap();
    let shown = app.get(&format!("/deliveries/{delivery}")).await.body;
    let order = json!({ "id": sold["order"], "delivery": shown });
    app.open_page(&order).await;
    app.authorise(&order, &company()).await;
    app.await_state(&order, "carded").await
}

#[tokio::test]
async fn an_offset_whose_answer_is_lost_is_asked_about_and_not_sent_twice() {
    let (app, relay) = spawn_pair_with_relay().await;
    let sold = carded(&app, "O-4").await;
    // Without callbacks, so that the merchant has to ask.
    app.move_callbacks("").await;
    relay.lose_answers(1);
    refund(&app, &sold, "O-4-c", &everything()).await;
    at_state(&app, &sold, "not_needed").await;
    hurried_to(&app, &sold, 0, "done").await;
    assert_eq!(relay.seen("POST /platform/v1/offsets"), 1);
    let order = json!({ "id": sold["order"] });
    let lines = app.timeline(&order).await;
    assert!(lines.contains(&"offset.unknown".to_owned()), "{lines:?}");
    assert_eq!(
        app.tax_ledger().await["numbers"].as_array().unwrap().len(),
        2
    );
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn an_offset_that_never_arrived_is_sent_again() {
    let (app, relay) = spawn_pair_with_relay().await;
    let sold = carded(&app, "O-5").await;
    relay.lose_requests(1);
    refund(&app, &sold, "O-5-c", &everything()).await;
    hurried_to(&app, &sold, 0, "done").await;
    assert_eq!(relay.seen("POST /platform/v1/offsets"), 2);
    let offsets = app.platform().ports.store.partner_offsets(None, 9).await;
    assert_eq!(offsets.unwrap().len(), 1);
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn the_platforms_refusal_is_told_and_given_up_or_begun_again() {
    let app = spawn_pair().await;
    let sold = carded(&app, "O-6").await;
    // The platform's own staff take half of it back first.
    let platform = app.platform();
    let caller = StaffCaller {
        actor: Actor::CommandLine,
        scope: Scope::All,
        source: "admin",
    };
    let request = platform.ports.store.partner_requests(None, None, 1).await;
    let request = request.unwrap().rows.remove(0);
    let half = RefundDraft {
        reason: RedReason::Returned,
        asked: Asked::Lines(vec![(1, Extent::Quantity(1.into()))]),
        invoice: None,
        replace: false,
        reissue: false,
        despite_lock: false,
        refund_no: String::new(),
        note: String::new(),
        plan: String::new(),
    };
    decide(
        &platform.ports,
        &caller,
        &request.order,
        &half,
        None,
        &|_, _| String::new(),
    )
    .await
    .unwrap();
    refund(&app, &sold, "O-6-c", &everything()).await;
    let letter = at_state(&app, &sold, "rejected").await;
    let why = letter["message"].as_str().unwrap();
    assert!(why.contains("-56.50"), "{letter}");
    at_stage(&app, &sold, 0, "stopped").await;
    // Given up, the merchant takes back what the platform still has.
    let id = letter["id"].as_str().unwrap();
    let id = Id::parse(id).unwrap();
    act(app.ports(), &id, FormAct::GiveUp).await;
    let part =
        json!({ "mode": "confirm", "reason": "02", "lines": [{ "line": "1", "quantity": "1" }] });
    let done = refund(&app, &sold, "O-6-d", &part).await;
    assert_eq!(done.status, StatusCode::CREATED, "{done:?}");
    at_stage(&app, &sold, 1, "done").await;
    assert_eq!(invoice_state(&app, &sold).await, "partly_red");
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn a_buyer_who_has_to_agree_is_waited_for_and_a_refusal_ends_it() {
    let app = spawn_pair().await;
    let sold = carded(&app, "O-7").await;
    posted(&app, &sold).await;
    refund(&app, &sold, "O-7-c", &everything()).await;
    let letter = at_state(&app, &sold, "awaits_buyer").await;
    let number = letter["number"].as_str().unwrap();
    assert!(!number.is_empty(), "{letter}");
    // The confirmation is the platform's to withdraw.
    let id = Id::parse(letter["id"].as_str().unwrap()).unwrap();
    let by = Actor::CommandLine;
    let refused = act_on_form(app.ports(), &Scope::All, &by, &id, FormAct::Withdraw).await;
    assert!(
        matches!(refused, Err(FormProblem::Elsewhere)),
        "{refused:?}"
    );
    app.assert_ledger_holds().await;
    app.stop().await;
}

fn offset(no: &str, order_id: &str, total: [&str; 3]) -> Value {
    json!({ "offset_no": no, "order_id": order_id, "seller_tax_number": "91330106MA2K00041P", "reason": "02",
        "totals": { "amount": total[0], "tax": total[1], "total": total[2] } })
}

#[tokio::test]
async fn offsets_are_taken_once_within_what_is_left_and_seen_only_by_their_merchant() {
    let app = spawn_pair().await;
    let sold = carded(&app, "O-8").await;
    app.move_callbacks("").await;
    let platform = app.platform();
    let (base, outside) = (format!("http://{}", platform.web), platform.outside.clone());
    let call = async |method: Method, path: &str, body: &Value| {
        let caller = Caller::of(&outside.key_id, &outside.key);
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        caller.call(&app, method, &base, path, &body).await
    };
    let path = "/platform/v1/offsets";
    let order_id = sold["delivery"].as_str().unwrap();
    let whole = ["-100.00", "-13.00", "-113.00"];

    for (body, status, pointer) in [
        (
            offset("n-1", order_id, ["-100.00", "-13.01", "-113.01"]),
            422,
            "/totals",
        ),
        (offset("n 2", order_id, whole), 422, "/offset_no"),
    ] {
        let (told, seen) = call(Method::POST, path, &body).await;
        assert_eq!(told.as_u16(), status, "{seen}");
        assert_eq!(seen["errors"][0]["pointer"], pointer);
    }
    let mut wrong = offset("n-3", order_id, whole);
    wrong["reason"] = json!("09");
    wrong["lines"] = json!([{ "line": 1, "quantity": "1", "amount": "1.00" }, { "line": 1, "quantity": "many" }]);
    let (_, seen) = call(Method::POST, path, &wrong).await;
    assert_eq!(seen["errors"].as_array().unwrap().len(), 3, "{seen}");
    let mut wrong = offset("n-4", order_id, whole);
    wrong["lines"] = json!([{ "line": 1, "quantity": "3" }]);
    let (told, _) = call(Method::POST, path, &wrong).await;
    assert_eq!(told, StatusCode::UNPROCESSABLE_ENTITY);
    let (told, _) = call(Method::POST, path, &offset("n-5", "no-such", whole)).await;
    assert_eq!(told, StatusCode::NOT_FOUND);
    let mut wrong = offset("n-6", order_id, whole);
    wrong["seller_tax_number"] = json!("91310000MA1FL0007C");
    assert_eq!(
        call(Method::POST, path, &wrong).await.0,
        StatusCode::FORBIDDEN
    );

    let (told, first) = call(Method::POST, path, &offset("n-7", order_id, whole)).await;
    assert_eq!(told, StatusCode::ACCEPTED, "{first}");
    let (told, again) = call(Method::POST, path, &offset("n-7", order_id, whole)).await;
    assert_eq!((told, &again["id"]), (StatusCode::OK, &first["id"]));
    let mut other = offset("n-7", order_id, whole);
    other["note"] = json!("another");
    assert_eq!(
        call(Method::POST, path, &other).await.0,
        StatusCode::CONFLICT
    );
    let (told, _) = call(Method::POST, path, &offset("n-8", order_id, whole)).await;
    assert_eq!(told, StatusCode::UNPROCESSABLE_ENTITY, "nothing is left");

    let own = format!("{path}/{}", first["id"].as_str().unwrap());
    eventually_or("its end", async || {
        let (_, seen) = call(Method::GET, &own, &Value::Null).await;
        let is_issued = seen["state"] == "issued" && !seen["invoice"]["pdf"].is_null();
        if is_issued && seen["card"] == "cancelled" {
            Ok(())
        } else {
            Err(seen)
        }
    })
    .await;
    // A second merchant of the same platform.
    let stranger = super::calls::second_merchant(&app).await;
    for id in ["n-7", first["id"].as_str().unwrap()] {
        for tail in ["", "/file.pdf"] {
            let path = format!("{path}/{id}{tail}");
            let caller = Caller::of("gk_second", &stranger);
            let (told, body) = caller.call(&app, Method::GET, &base, &path, "").await;
            assert_eq!(told, StatusCode::NOT_FOUND, "{path}: {body}");
        }
    }
    let caller = Caller::of("gk_second", &stranger);
    let body = offset("x", order_id, whole).to_string();
    let (told, _) = caller.call(&app, Method::POST, &base, path, &body).await;
    assert_eq!(told, StatusCode::NOT_FOUND);
    app.assert_ledger_holds().await;
    app.stop().await;
}

/// The platform's confirmation, once it stands at a state.
async fn form_at(ports: &Ports, id: &RedFormId, state: FormState) -> RedForm {
    eventually_or(&format!("{id} is {state}"), async || {
        let form = ports.store.red_form(&Scope::All, id).await.unwrap();
        let form = form.unwrap();
        if form.state == state {
            Ok(form)
        } else {
            Err(form.state)
        }
    })
    .await
}

#[tokio::test]
async fn an_offset_that_is_refused_gives_nothing_up_and_what_staff_began_is_left_to_them() {
    let app = spawn_pair().await;
    let sold = carded(&app, "O-10").await;
    posted(&app, &sold).await;
    app.move_callbacks("").await;
    let platform = app.platform();
    let (base, outside) = (format!("http://{}", platform.web), platform.outside.clone());
    let ports = &platform.ports;
    let post = async |body: Value| {
        let caller = Caller::of(&outside.key_id, &outside.key);
        let path = "/platform/v1/offsets";
        caller
            .call(&app, Method::POST, &base, path, &body.to_string())
            .await
    };
    let order_id = sold["delivery"].as_str().unwrap();
    let whole = ["-100.00", "-13.00", "-113.00"];
    let withdrawn = async |id: &RedFormId| {
        form_at(ports, id, FormState::AwaitsBuyer).await;
        act(ports, id, FormAct::Withdraw).await;
        form_at(ports, id, FormState::Withdrawn).await;
    };
    let (told, seen) = post(offset("f-1", order_id, whole)).await;
    assert_eq!(told, StatusCode::ACCEPTED, "{seen}");
    let offsets = ports.store.partner_offsets(None, 9).await.unwrap();
    let first = offsets[0].form.clone();
    withdrawn(&first).await;

    // Wrong sums: refused, and the failed one can still be begun again.
    let (told, seen) = post(offset("f-2", order_id, ["-100.00", "-13.01", "-113.01"])).await;
    assert_eq!(told, StatusCode::UNPROCESSABLE_ENTITY, "{seen}");
    form_at(ports, &first, FormState::Withdrawn).await;
    // Right ones: it makes way.
    let (told, seen) = post(offset("f-3", order_id, whole)).await;
    assert_eq!(told, StatusCode::ACCEPTED, "{seen}");
    form_at(ports, &first, FormState::GivenUp).await;
    let offsets = ports.store.partner_offsets(None, 9).await.unwrap();
    let second = offsets.iter().find(|it| it.offset_no == "f-3").unwrap();
    withdrawn(&second.form).await;
    act(ports, &second.form, FormAct::GiveUp).await;

    // What the platform's own staff began and mean to begin again is not the merchant's to give up.
    let caller = StaffCaller {
        actor: Actor::CommandLine,
        scope: Scope::All,
        source: "admin",
    };
    let half = RefundDraft {
        reason: RedReason::Returned,
        asked: Asked::Lines(vec![(1, Extent::Quantity(1.into()))]),
        invoice: None,
        replace: false,
        reissue: false,
        despite_lock: false,
        refund_no: String::new(),
        note: String::new(),
        plan: String::new(),
    };
    let request = ports.store.partner_requests(None, None, 1).await;
    let request = request.unwrap().rows.remove(0);
    decide(ports, &caller, &request.order, &half, None, &|_, _| {
        String::new()
    })
    .await
    .unwrap();
    let refunds = ports.store.refunds_of(&request.order).await.unwrap();
    let staffs = refunds.last().unwrap().forms[0].id.clone();
    withdrawn(&staffs).await;
    let (told, seen) = post(offset("f-4", order_id, whole)).await;
    assert_eq!(told, StatusCode::SERVICE_UNAVAILABLE, "{seen}");
    form_at(ports, &staffs, FormState::Withdrawn).await;
    app.assert_ledger_holds().await;
    app.stop().await;
}

/// What a crash between two steps leaves behind, at every step: the job runs again.
#[tokio::test]
async fn repeating_every_step_of_an_offset_changes_nothing() {
    let app = spawn_pair().await;
    let sold = carded(&app, "O-9").await;
    refund(&app, &sold, "O-9-c", &everything()).await;
    at_stage(&app, &sold, 0, "done").await;
    await_card(&app, &sold, "INVOICE_REIMBURSE_CANCEL").await;
    let platform = app.platform();
    let offsets = platform.ports.store.partner_offsets(None, 9).await.unwrap();
    let letter = at_state(&app, &sold, "not_needed").await;
    let form = Id::parse(letter["id"].as_str().unwrap()).unwrap();
    app.run(&Job::FollowRedForm(form)).await;
    app.settled().await;
    let order = json!({ "id": sold["order"] });
    let before = (app.timeline(&order).await, app.wechat_ledger().await);
    let form = Id::parse(letter["id"].as_str().unwrap()).unwrap();
    app.run(&Job::FollowRedForm(form)).await;
    app.run_at_platform(&Job::FollowRedForm(offsets[0].form.clone()))
        .await;
    app.run_at_platform(&Job::ReportOffset(offsets[0].id.clone()))
        .await;
    let after = (app.timeline(&order).await, app.wechat_ledger().await);
    assert_eq!(before, after);
    app.assert_ledger_holds().await;
    app.stop().await;
}
