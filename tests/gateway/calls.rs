//! What a partner may call, and what nobody may: forged, replayed and late calls, and other merchants' requests.

use crate::harness::{TestApp, company, eventually, spawn_pair, spawn_pair_with, until};
use fapiao_usecases::{
    actor::Actor,
    backoffice::partners::make_partner_key,
    gateway::{Signed, WINDOW_SECS, key_purpose, sign},
    ids::fresh,
    records::{Partner, PartnerKey},
};
use futures_util::future::join_all;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

/// A signed call, made by hand.
pub struct Caller<'a> {
    pub key_id: &'a str,
    pub secret: &'a str,
    /// Seconds the caller's clock is ahead.
    pub ahead: i64,
    pub nonce: String,
}

impl<'a> Caller<'a> {
    pub fn of(key_id: &'a str, secret: &'a str) -> Caller<'a> {
        Caller {
            key_id,
            secret,
            ahead: 0,
            nonce: ulid::Ulid::generate().to_string(),
        }
    }

    pub async fn call(
        &self,
        app: &TestApp,
        method: Method,
        base: &str,
        path: &str,
        body: &str,
    ) -> (StatusCode, Value) {
        let timestamp = chrono::Utc::now().timestamp() + self.ahead;
        let signature = sign(
            self.secret,
            &Signed {
                method: method.as_str(),
                path,
                timestamp,
                nonce: &self.nonce,
                body: body.as_bytes(),
            },
        );
        let answer = app
            .http
            .request(method, format!("{base}{path}"))
            .header("x-gateway-key", self.key_id)
            .header("x-gateway-timestamp", timestamp.to_string())
            .header("x-gateway-nonce", &self.nonce)
            .header("x-gateway-signature", signature)
            .header("content-type", "application/json")
            .body(body.to_owned())
            .send()
            .await
            .unwrap();
        let status = answer.status();
        let text = answer.text().await.unwrap();
        (status, serde_json::from_str(&text).unwrap_or_default())
    }
}

/// Registers another merchant with the key `gk_second`; gives its secret.
pub async fn second_merchant(app: &TestApp) -> String {
    let secret = "secret of the second".to_owned();
    let platform = app.platform();
    let store = &platform.ports.store;
    let first = store.partners().await.unwrap().remove(0);
    let now = platform.ports.clock.now();
    let second = Partner {
        id: fresh(now),
        name: "另一家商户".to_owned(),
        callback_url: String::new(),
        version: 1,
        ..first
    };
    let by = Actor::CommandLine;
    store.save_partner(&second, &by).await.unwrap();
    let key = PartnerKey {
        id: "gk_second".to_owned(),
        partner: second.id.clone(),
        secret: platform
            .ports
            .sealer
            .seal(&key_purpose("gk_second"), &secret),
        created_at: now,
        last_used_at: None,
        revoked_at: None,
    };
    store.add_partner_key(&key, &by).await.unwrap();
    secret
}

/// One merchant that hammers is told when to come back, counts over all its keys, and slows down nobody else.
#[tokio::test]
async fn each_merchant_has_its_own_pace() {
    let settings = [("FAPIAO_LIMITS__GATEWAY_CALLS_PER_SECOND", "2")];
    let app = spawn_pair_with(&settings).await;
    let base = format!("http://{}", app.platform().web);
    let outside = app.platform().outside.clone();
    let secret = second_merchant(&app).await;
    let path = "/platform/v1/registration";
    let ask = async |key_id: &str, secret: &str| {
        let caller = Caller::of(key_id, secret);
        caller.call(&app, Method::GET, &base, path, "").await
    };
    // All at once: one after the other, a busy machine would not come to two a second.
    let told = eventually("too often", async || {
        let many = (0..30).map(|_| ask(&outside.key_id, &outside.key));
        let answers = join_all(many).await;
        let refused = StatusCode::TOO_MANY_REQUESTS;
        for (status, told) in &answers {
            assert!([StatusCode::OK, refused].contains(status), "{told}");
        }
        let mut refusals = answers.into_iter().filter(|it| it.0 == refused);
        Some(refusals.next()?.1)
    })
    .await;
    assert_eq!(told["code"], "rate_limited", "{told}");
    assert!(told["message"].as_str().unwrap().contains("Retry-After"));
    // What is forged in its name is refused as such and costs it nothing; the other merchant has its own pace.
    for _ in 0..20 {
        let (status, _) = ask("gk_second", "another secret").await;
        assert_eq!(status, StatusCode::UNAUTHORIZED);
    }
    let (status, told) = ask("gk_second", &secret).await;
    assert_eq!(status, StatusCode::OK, "{told}");

    // After the seconds it was told, the same goes through.
    let once_more = async || {
        let timestamp = chrono::Utc::now().timestamp();
        let nonce = ulid::Ulid::generate().to_string();
        let (method, body) = ("GET", b"".as_slice());
        let call = Signed {
            method,
            path,
            timestamp,
            nonce: &nonce,
            body,
        };
        let answer = app
            .http
            .get(format!("{base}{path}"))
            .header("x-gateway-key", &outside.key_id)
            .header("x-gateway-timestamp", timestamp.to_string())
            .header("x-gateway-nonce", &nonce)
            .header("x-gateway-signature", sign(&outside.key, &call))
            .send()
            .await
            .unwrap();
        let told = answer.headers().get("retry-after")?;
        assert_eq!(answer.status(), StatusCode::TOO_MANY_REQUESTS);
        Some(told.to_str().unwrap().parse::<u64>().unwrap())
    };
    let wait = eventually("how long to wait", async || {
        let answers = join_all((0..30).map(|_| once_more())).await;
        answers.into_iter().flatten().next()
    })
    .await;
    assert_eq!(wait, 1);
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn forged_replayed_late_and_unsigned_calls_are_refused_alike() {
    let app = spawn_pair().await;
    let base = format!("http://{}", app.platform().web);
    let path = "/platform/v1/registration";
    let outside = app.platform().outside.clone();
    let right = Caller::of(&outside.key_id, &outside.key);
    let (status, told) = right.call(&app, Method::GET, &base, path, "").await;
    assert_eq!(status, StatusCode::OK, "{told}");
    assert_eq!(told["seller_tax_number"], "91330106MA2K00041P");
    assert!(!told["platform_id"].as_str().unwrap().is_empty());
    assert!(!told["rates"].as_array().unwrap().is_empty());

    // The same call once more: its nonce is used up.
    let (replayed, refusal) = right.call(&app, Method::GET, &base, path, "").await;
    let forged = Caller::of(&outside.key_id, "another secret");
    let (forged, same) = forged.call(&app, Method::GET, &base, path, "").await;
    let unknown = Caller::of("gk_unknown", &outside.key);
    let (unknown, _) = unknown.call(&app, Method::GET, &base, path, "").await;
    let mut refused = vec![replayed, forged, unknown];
    for ahead in [-WINDOW_SECS - 5, WINDOW_SECS + 5] {
        let late = Caller {
            ahead,
            ..Caller::of(&outside.key_id, &outside.key)
        };
        refused.push(late.call(&app, Method::GET, &base, path, "").await.0);
    }
    let unsigned = app.http.get(format!("{base}{path}")).send().await.unwrap();
    refused.push(unsigned.status());
    assert_eq!(refused, [StatusCode::UNAUTHORIZED; 6]);
    assert_eq!(refusal, same, "the caller learns nothing about why");
    app.stop().await;
}

#[tokio::test]
async fn a_merchant_sees_only_its_own_requests_and_a_revoked_key_nothing() {
    let app = spawn_pair().await;
    let order = app.authorised_order("E-2001", &company()).await;
    app.await_state(&order, "carded").await;
    let order_id = order["delivery"]["id"].as_str().unwrap().to_owned();
    let platform = app.platform();
    let (base, outside) = (format!("http://{}", platform.web), platform.outside.clone());
    let path = format!("/platform/v1/requests/{order_id}");
    let own = Caller::of(&outside.key_id, &outside.key);
    let (status, seen) = own.call(&app, Method::GET, &base, &path, "").await;
    assert_eq!(status, StatusCode::OK, "{seen}");
    assert_eq!(seen["state"], "delivered");
    let own_id = seen["id"].as_str().unwrap();

    // A second merchant of the same platform.
    let secret = second_merchant(&app).await;
    let (store, now, by) = (
        &platform.ports.store,
        platform.ports.clock.now(),
        Actor::CommandLine,
    );
    for id in [order_id.as_str(), own_id] {
        for tail in ["", "/file.pdf"] {
            let path = format!("/platform/v1/requests/{id}{tail}");
            let other = Caller::of("gk_second", &secret);
            let (status, body) = other.call(&app, Method::GET, &base, &path, "").await;
            assert_eq!(status, StatusCode::NOT_FOUND, "{path}: {body}");
        }
    }
    let revoked = store
        .revoke_partner_key("gk_second", now, &by)
        .await
        .unwrap();
    assert!(revoked);
    let other = Caller::of("gk_second", &secret);
    let (status, _) = other.call(&app, Method::GET, &base, &path, "").await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    app.stop().await;
}

fn request(order_id: &str, app_id: &str) -> Value {
    json!({
        "order_id": order_id, "app_id": app_id, "seller_tax_number": "91330106MA2K00041P", "order_no": "W-1",
        "title": { "kind": "person", "name": "张三" },
        "lines": [{
            "name": "日用陶瓷餐具", "tax_code": "1080121010000000000", "spec": "16头", "unit": "套",
            "quantity": "2", "unit_price": "56.50", "tax_included": true, "rate": "0.13"
        }],
        "totals": { "amount": "100.00", "tax": "13.00", "total": "113.00" }
    })
}

#[tokio::test]
async fn a_request_is_taken_once_and_wrong_ones_are_refused_with_every_fault() {
    let app = spawn_pair().await;
    let platform = app.platform();
    let (base, outside) = (format!("http://{}", platform.web), platform.outside.clone());
    let post = async |body: &Value| {
        let caller = Caller::of(&outside.key_id, &outside.key);
        let path = "/platform/v1/requests";
        caller
            .call(&app, Method::POST, &base, path, &body.to_string())
            .await
    };
    let app_id = app.demo().secrets.app_id.clone();
    let wanted = request("merchant-1", &app_id);
    let (status, first) = post(&wanted).await;
    assert_eq!(status, StatusCode::ACCEPTED, "{first}");
    assert_eq!(first["state"], "accepted");
    let (status, again) = post(&wanted).await;
    assert_eq!((status, &again["id"]), (StatusCode::OK, &first["id"]));
    let mut other = wanted.clone();
    other["title"]["name"] = json!("李四");
    assert_eq!(post(&other).await.0, StatusCode::CONFLICT);

    let mut not_ours = request("merchant-2", &app_id);
    not_ours["seller_tax_number"] = json!("91310000MA1FL0007C");
    assert_eq!(post(&not_ours).await.0, StatusCode::FORBIDDEN);
    let foreign = request("merchant-3", "wx0000000000000000");
    assert_eq!(post(&foreign).await.0, StatusCode::FORBIDDEN);

    let mut wrong = request("merchant-4", &app_id);
    wrong["totals"]["total"] = json!("113.01");
    let (status, told) = post(&wrong).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{told}");
    assert_eq!(told["errors"][0]["pointer"], "/totals");
    let why = told["errors"][0]["message"].as_str().unwrap();
    assert!(why.contains("gross (total) is 113.00, not 113.01"), "{why}");
    assert!(!why.contains("net") && !why.contains("tax is"), "{why}");
    let mut wrong = request("merchant-4", &app_id);
    wrong["totals"] = json!({ "amount": "99.99", "tax": "13.01", "total": "113.00" });
    let (_, told) = post(&wrong).await;
    let why = told["errors"][0]["message"].as_str().unwrap();
    assert!(
        why.contains("net (amount) is 100.00, not 99.99; tax is 13.00, not 13.01"),
        "{why}"
    );
    let mut wrong = request("merchant-5", &app_id);
    wrong["title"] =
        json!({ "kind": "organisation", "name": "示例公司", "tax_number": "91110105MA000000L7" });
    let (status, told) = post(&wrong).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{told}");
    assert_eq!(told["errors"][0]["pointer"], "/title/tax_number");
    let mut wrong = request("merchant-6", &app_id);
    wrong["lines"][0]["quantity"] = json!("many");
    wrong["lines"][0]["rate"] = json!("13%");
    let (_, told) = post(&wrong).await;
    assert_eq!(told["errors"].as_array().unwrap().len(), 2, "{told}");

    // Nobody authorised it at WeChat: nothing is issued.
    let ledger = app.tax_ledger().await;
    assert!(ledger["numbers"].as_array().unwrap().is_empty());
    let taken = platform.ports.store.partner_requests(None, None, 10).await;
    assert_eq!(taken.unwrap().rows.len(), 1);
    app.assert_ledger_holds().await;
    app.stop().await;
}

/// Makes another key for the first merchant; gives its secret.
async fn another_key(app: &TestApp, key_id: &str) -> String {
    let platform = app.platform();
    let secret = format!("secret of {key_id}");
    let partner = platform.ports.store.partners().await.unwrap().remove(0);
    let by = Actor::CommandLine;
    make_partner_key(&platform.ports, &by, &partner, key_id, &secret)
        .await
        .unwrap();
    secret
}

#[tokio::test]
async fn a_key_is_changed_over_without_a_call_or_a_callback_refused() {
    let app = spawn_pair().await;
    let by = Actor::CommandLine;
    let seller = app.outside_seller();
    let refused = async || {
        let notices = app.ports().store.notices(&seller, 50).await.unwrap();
        notices.iter().filter(|it| it.state == "refused").count()
    };
    let before = app.authorised_order("K-1", &company()).await;
    app.await_state(&before, "carded").await;

    // Two live keys: the merchant goes on with the one it knows, and its callbacks too.
    let (old, new) = (app.platform().outside.key_id.clone(), "gk_new");
    let secret = another_key(&app, new).await;
    let between = app.authorised_order("K-2", &company()).await;
    app.await_state(&between, "carded").await;
    at_rest(&app).await;
    assert_eq!(refused().await, 0);

    // Entered at the merchant, revoked at the platform.
    let sealed = app.ports().sealer.seal(&key_purpose(new), &secret);
    app.change_gateway(|it| {
        it.key_id = new.to_owned();
        it.secret = sealed.clone();
    })
    .await;
    let store = &app.platform().ports.store;
    let now = app.platform().ports.clock.now();
    assert!(store.revoke_partner_key(&old, now, &by).await.unwrap());
    let after = app.authorised_order("K-3", &company()).await;
    app.await_state(&after, "carded").await;
    at_rest(&app).await;
    assert_eq!(refused().await, 0);
    // What was asked for with the old key belongs to the merchant, and is seen with the new one.
    let base = format!("http://{}", app.platform().web);
    let order_id = before["delivery"]["id"].as_str().unwrap();
    let path = format!("/platform/v1/requests/{order_id}");
    let caller = Caller::of(new, &secret);
    let (status, seen) = caller.call(&app, Method::GET, &base, &path, "").await;
    assert_eq!(
        (status, &seen["state"]),
        (StatusCode::OK, &json!("delivered"))
    );
    app.assert_ledger_holds().await;
    app.stop().await;
}

/// Until the platform has told everything it had to tell.
async fn at_rest(app: &TestApp) {
    let store = &app.platform().ports.store;
    until("the platform told the end of every request", async || {
        let told = store.partner_requests(None, None, 50).await.unwrap().rows;
        told.iter().all(|it| it.reported.starts_with("delivered "))
    })
    .await;
}

#[tokio::test]
async fn beyond_a_limit_nothing_is_taken_and_the_member_is_named() {
    let app = spawn_pair().await;
    let platform = app.platform();
    let (base, outside) = (format!("http://{}", platform.web), platform.outside.clone());
    let app_id = app.demo().secrets.app_id.clone();
    let post = async |body: String| {
        let caller = Caller::of(&outside.key_id, &outside.key);
        let path = "/platform/v1/requests";
        caller.call(&app, Method::POST, &base, path, &body).await
    };
    let mut lines = request("limit-1", &app_id);
    let line = lines["lines"][0].clone();
    lines["lines"] = Value::Array(vec![line; 2001]);
    let mut remark = request("limit-2", &app_id);
    remark["remark"] = json!("长".repeat(201));
    let id = request(&"x".repeat(33), &app_id);
    let none = request("", &app_id);
    for (wanted, pointer) in [
        (lines, "/lines"),
        (remark, "/remark"),
        (id, "/order_id"),
        (none, "/order_id"),
    ] {
        let (status, told) = post(wanted.to_string()).await;
        assert_eq!(
            status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{pointer}: {told}"
        );
        assert_eq!(told["errors"][0]["pointer"], pointer, "{told}");
    }
    let mut large = request("limit-3", &app_id);
    large["contact"] = json!("0".repeat(1024 * 1024));
    let (status, _) = post(large.to_string()).await;
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
    // A nonce that is too short or not of letters and digits.
    for nonce in ["short", "with-a-dash-0123456789"] {
        let caller = Caller {
            nonce: nonce.to_owned(),
            ..Caller::of(&outside.key_id, &outside.key)
        };
        let path = "/platform/v1/registration";
        let (status, _) = caller.call(&app, Method::GET, &base, path, "").await;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{nonce}");
    }
    let taken = platform.ports.store.partner_requests(None, None, 10).await;
    assert!(taken.unwrap().rows.is_empty());
    app.stop().await;
}
