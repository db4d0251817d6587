//! The tax gateway over HTTP, with a client written from its contract.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};

use hmac::{Hmac, KeyInit as _, Mac as _};
use reqwest::Method;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tax_sandbox::{GatewayKey, Party, TaxSandboxConfig};

use crate::client::{Bench, NAME, PARTY, SELLER, config};

const CONTRACT: &str = include_str!("../../../../deploy/contracts/tax-gateway.openapi.json");
const KEY: &str = "gateway-1";
const SECRET: &str = "a secret of the gateway";
static NONCE: AtomicU64 = AtomicU64::new(1);

fn setup(party: &Party) -> TaxSandboxConfig {
    TaxSandboxConfig {
        gateway_keys: vec![GatewayKey {
            id: KEY.into(),
            secret: SECRET.into(),
            party: PARTY.into(),
            makes_files: true,
        }],
        ..config(party)
    }
}

async fn bench() -> Bench {
    Bench::with(setup(&Party::generate(PARTY))).await
}

fn sign(secret: &str, method: &str, path: &str, stamp: i64, nonce: &str, body: &str) -> String {
    let hash = hex::encode(Sha256::digest(body.as_bytes()));
    let text = format!("{method}\n{path}\n{stamp}\n{nonce}\n{hash}");
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(text.as_bytes());
    hex::encode(mac.finalize().into_bytes())
}

fn now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    i64::try_from(since.unwrap().as_secs()).unwrap()
}

/// One signed call.
async fn send(bench: &Bench, method: Method, path: &str, body: &str) -> (u16, Vec<u8>) {
    let nonce = format!("{:032}", NONCE.fetch_add(1, Ordering::Relaxed));
    let signature = sign(
        SECRET,
        method.as_str(),
        &format!("/gateway{path}"),
        now(),
        &nonce,
        body,
    );
    let answer = signed(bench, method, path, body, now(), &nonce, &signature).await;
    let status = answer.status().as_u16();
    (status, answer.bytes().await.unwrap_or_default().to_vec())
}

async fn signed(
    bench: &Bench,
    method: Method,
    path: &str,
    body: &str,
    stamp: i64,
    nonce: &str,
    signature: &str,
) -> reqwest::Response {
    bench
        .http
        .request(method, format!("{}/gateway{path}", bench.running.url()))
        .header("x-gateway-key", KEY)
        .header("x-gateway-timestamp", stamp.to_string())
        .header("x-gateway-nonce", nonce)
        .header("x-gateway-signature", signature)
        .body(body.to_owned())
        .send()
        .await
        .unwrap()
}

async fn call(bench: &Bench, method: Method, path: &str, body: &Value) -> (u16, Value) {
    let text = if body.is_null() {
        String::new()
    } else {
        body.to_string()
    };
    let (status, bytes) = send(bench, method, path, &text).await;
    (status, serde_json::from_slice(&bytes).unwrap_or_default())
}

fn issue(serial: &str, kind: &str) -> Value {
    json!({
        "serial": serial, "seller": SELLER, "kind": kind,
        "buyer": {"kind": "organisation", "name": "买方科技有限公司", "tax_number": "91110105MA0000007L"},
        "lines": [{
            "no": 1, "kind": "normal", "name": "日用陶瓷餐具", "short_name": "日用杂品",
            "tax_code": "1080121010000000000", "spec": "16头", "unit": "套", "quantity": "2", "unit_price": "50",
            "amount": "100.00", "rate": "0.13", "levy": false, "tax": "13.00", "total": "113.00"
        }],
        "totals": {"amount": "100.00", "tax": "13.00", "total": "113.00"},
        "remark": "", "drawer": "王会计", "payee": "", "reviewer": ""
    })
}

/// The short name that the authority lists, so that the content is one it accepts.
async fn acceptable(bench: &Bench, serial: &str, kind: &str) -> Value {
    let path = format!("/v1/tax-data?seller={SELLER}");
    let (status, data) = call(bench, Method::GET, &path, &Value::Null).await;
    assert_eq!(status, 200, "{data}");
    let codes = data["class_codes"].as_array().unwrap();
    let code = codes
        .iter()
        .find(|it| it["code"] == "1080121010000000000")
        .unwrap();
    let mut body = issue(serial, kind);
    body["lines"][0]["short_name"] = code["short_name"].clone();
    body
}

#[tokio::test]
async fn every_path_of_the_contract_is_served_and_nothing_without_a_signature() {
    let bench = bench().await;
    let contract: Value = serde_json::from_str(CONTRACT).unwrap();
    let paths = contract["paths"].as_object().unwrap();
    assert_eq!(paths.len(), 13);
    for (path, operations) in paths {
        let path = path
            .replace("{serial}", "s")
            .replace("{format}", "pdf")
            .replace("{key}", "k")
            .replace("{month}", "2026-01");
        for method in operations.as_object().unwrap().keys() {
            let method: Method = method.to_uppercase().parse().unwrap();
            let answer = bench
                .http
                .request(
                    method.clone(),
                    format!("{}/gateway{path}", bench.running.url()),
                )
                .send()
                .await
                .unwrap();
            assert_eq!(answer.status().as_u16(), 401, "{method} {path}");
            let problem: Value = answer.json().await.unwrap();
            assert_eq!(problem["code"], "signature", "{method} {path}");
        }
    }
}

#[tokio::test]
async fn the_published_signature_holds_and_a_changed_or_repeated_call_is_refused() {
    let text = contract_description();
    let published = sign(
        "secret",
        "POST",
        "/gateway/v1/invoices",
        1_767_225_600,
        "0123456789abcdef",
        "{}",
    );
    assert!(text.contains(&published), "{published}");
    let bench = bench().await;
    let path = format!("/v1/taxpayer?seller={SELLER}");
    let whole = format!("/gateway{path}");
    let nonce = "00000000000000000000000000abcdef";
    let stamp = now();
    let good = sign(SECRET, "GET", &whole, stamp, nonce, "");
    let first = signed(&bench, Method::GET, &path, "", stamp, nonce, &good).await;
    assert_eq!(first.status().as_u16(), 200);
    let told: Value = first.json().await.unwrap();
    assert_eq!((&told["name"], &told["open"]), (&json!(NAME), &json!(true)));
    // The same nonce again; another body; another path; another secret; an old stamp.
    let again = signed(&bench, Method::GET, &path, "", stamp, nonce, &good).await;
    assert_eq!(again.status().as_u16(), 401);
    let fresh = "00000000000000000000000000abcd00";
    let cases = [
        // No time of any clock, and no number that overflows on the way.
        (
            i64::MIN,
            "",
            sign(SECRET, "GET", &whole, i64::MIN, fresh, ""),
        ),
        (stamp, "x", sign(SECRET, "GET", &whole, stamp, fresh, "")),
        (
            stamp,
            "",
            sign(SECRET, "GET", "/gateway/v1/stock", stamp, fresh, ""),
        ),
        (stamp, "", sign("other", "GET", &whole, stamp, fresh, "")),
        (
            stamp - 301,
            "",
            sign(SECRET, "GET", &whole, stamp - 301, fresh, ""),
        ),
    ];
    for (stamp, body, signature) in cases {
        let answer = signed(&bench, Method::GET, &path, body, stamp, fresh, &signature).await;
        assert_eq!(answer.status().as_u16(), 401, "{body} {stamp}");
    }
}

fn contract_description() -> String {
    let contract: Value = serde_json::from_str(CONTRACT).unwrap();
    contract["info"]["description"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_serial_is_issued_once_whatever_is_sent_again() {
    let bench = bench().await;
    let body = acceptable(&bench, "s-1", "digital_ordinary").await;
    let (status, none) = call(&bench, Method::GET, "/v1/invoices/s-1", &Value::Null).await;
    assert_eq!((status, &none["code"]), (404, &json!("unknown")));
    let (status, made) = call(&bench, Method::POST, "/v1/invoices", &body).await;
    assert_eq!((status, &made["state"]), (200, &json!("issued")), "{made}");
    let number = made["invoice"]["number"].as_str().unwrap().to_owned();
    assert_eq!(number.len(), 20);
    let (_, again) = call(&bench, Method::POST, "/v1/invoices", &body).await;
    let (_, asked) = call(&bench, Method::GET, "/v1/invoices/s-1", &Value::Null).await;
    assert_eq!((&again, &asked), (&made, &made));
    let mut other = body.clone();
    other["remark"] = json!("another");
    let (status, refused) = call(&bench, Method::POST, "/v1/invoices", &other).await;
    assert_eq!((status, &refused["code"]), (409, &json!("serial")));
    let ledger = bench.look("/ledger").await;
    assert_eq!(ledger["numbers"].as_array().unwrap().len(), 1);
    // Its files have the announced hashes, and carry the number.
    for document in made["documents"].as_array().unwrap() {
        let format = document["format"].as_str().unwrap();
        let path = format!("/v1/invoices/s-1/files/{format}");
        let (status, bytes) = send(&bench, Method::GET, &path, "").await;
        assert_eq!(status, 200);
        assert_eq!(
            hex::encode(Sha256::digest(&bytes)),
            document["sha256"],
            "{format}"
        );
    }
    let month = &ledger["months"][0]["month"].as_str().unwrap();
    let path = format!("/v1/months/{month}/invoices?seller={SELLER}");
    let (_, listed) = call(&bench, Method::GET, &path, &Value::Null).await;
    assert_eq!(listed["data"][0]["serial"], "s-1");
    assert_eq!(listed["data"][0]["invoice"]["number"], number);
}

/// A client that gave up waiting and repeats itself while the first call still runs.
#[tokio::test]
async fn a_serial_sent_many_times_at_once_makes_one_invoice() {
    const AT_ONCE: usize = 6;
    const SERIALS: usize = 12;
    let bench = Bench::with(TaxSandboxConfig {
        workers: 4,
        ..setup(&Party::generate(PARTY))
    })
    .await;
    for kind in ["classic_ordinary", "digital_ordinary"] {
        let template = acceptable(&bench, "", kind).await;
        for place in 0..SERIALS {
            let mut body = template.clone();
            body["serial"] = json!(format!("{kind}-{place}"));
            let calls = (0..AT_ONCE).map(|_| call(&bench, Method::POST, "/v1/invoices", &body));
            let told = futures_util::future::join_all(calls).await;
            let numbers: BTreeSet<String> = told
                .iter()
                .map(|(status, made)| {
                    assert_eq!((*status, &made["state"]), (200, &json!("issued")), "{made}");
                    made["invoice"]["number"].to_string()
                })
                .collect();
            assert_eq!(numbers.len(), 1, "{kind}: {numbers:?}");
        }
    }
    let ledger = bench.look("/ledger").await;
    assert_eq!(ledger["numbers"].as_array().unwrap().len(), SERIALS);
    let path = format!("/v1/stock?seller={SELLER}");
    let (_, stock) = call(&bench, Method::GET, &path, &Value::Null).await;
    assert_eq!(stock["volumes"][0]["left"], 1000 - SERIALS, "{stock}");
}

#[tokio::test]
async fn a_red_letter_sent_many_times_at_once_is_one_form() {
    let bench = bench().await;
    for place in 0..6 {
        let body = acceptable(&bench, &format!("b-{place}"), "digital_ordinary").await;
        let (_, made) = call(&bench, Method::POST, "/v1/invoices", &body).await;
        let mut line = body["lines"][0].clone();
        for (member, value) in [
            ("quantity", "-2"),
            ("amount", "-100.00"),
            ("tax", "-13.00"),
            ("total", "-113.00"),
        ] {
            line[member] = json!(value);
        }
        line["blue_line"] = json!(1);
        let letter = json!({
            "serial": format!("l-{place}"), "seller": SELLER,
            "blue": {"code": "", "number": made["invoice"]["number"]},
            "reason": "01", "lines": [line],
            "totals": {"amount": "-100.00", "tax": "-13.00", "total": "-113.00"},
        });
        let calls = (0..6).map(|_| call(&bench, Method::POST, "/v1/red-letters", &letter));
        let told = futures_util::future::join_all(calls).await;
        let keys: BTreeSet<String> = told
            .iter()
            .map(|(status, form)| {
                assert!(matches!(status, 200 | 201), "{status} {form}");
                form["key"].to_string()
            })
            .collect();
        assert_eq!(keys.len(), 1, "{told:?}");
    }
}

#[tokio::test]
async fn a_held_serial_is_accepted_first_and_issued_after_some_questions() {
    let bench = bench().await;
    let body = acceptable(&bench, "h-1", "digital_ordinary").await;
    bench
        .fault(json!({"service": "gateway.issue", "kind": "hold", "polls": 2, "times": 1}))
        .await;
    let (status, told) = call(&bench, Method::POST, "/v1/invoices", &body).await;
    assert_eq!((status, &told["state"]), (202, &json!("accepted")));
    let mut states = Vec::new();
    for _ in 0..3 {
        let (_, told) = call(&bench, Method::GET, "/v1/invoices/h-1", &Value::Null).await;
        states.push(told["state"].as_str().unwrap().to_owned());
    }
    assert_eq!(states, ["accepted", "accepted", "issued"]);
}

#[tokio::test]
async fn a_refused_content_says_why_and_its_serial_takes_a_mended_one() {
    let bench = bench().await;
    let good = acceptable(&bench, "s-2", "digital_ordinary").await;
    let mut wrong = good.clone();
    wrong["lines"][0]["tax"] = json!("14.00");
    wrong["lines"][0]["total"] = json!("114.00");
    wrong["totals"] = json!({"amount": "100.00", "tax": "14.00", "total": "114.00"});
    let (status, refused) = call(&bench, Method::POST, "/v1/invoices", &wrong).await;
    assert_eq!((status, &refused["state"]), (200, &json!("refused")));
    assert!(
        refused["reason"].as_str().unwrap().contains("E_LINE_TAX"),
        "{refused}"
    );
    let (_, made) = call(&bench, Method::POST, "/v1/invoices", &good).await;
    assert_eq!(made["state"], "issued", "{made}");
    bench
        .control(
            &format!("/taxpayers/{SELLER}/gate"),
            &json!({"risk_class": "01"}),
        )
        .await;
    let later = acceptable(&bench, "s-3", "digital_ordinary").await;
    let (status, closed) = call(&bench, Method::POST, "/v1/invoices", &later).await;
    assert_eq!((status, &closed["code"]), (503, &json!("gate")), "{closed}");
}

#[tokio::test]
async fn the_older_form_has_code_number_and_check_code_and_is_taken_back_directly() {
    let bench = bench().await;
    let body = acceptable(&bench, "c-1", "classic_ordinary").await;
    let (_, made) = call(&bench, Method::POST, "/v1/invoices", &body).await;
    let invoice = &made["invoice"];
    let long = |member: &str| invoice[member].as_str().unwrap().len();
    assert_eq!(
        (
            long("code"),
            long("number"),
            long("check_code"),
            long("machine")
        ),
        (12, 8, 20, 12),
        "{made}"
    );
    assert_eq!(made["papers"], "yours");
    assert_eq!(invoice["cipher"].as_array().unwrap().len(), 4);
    let red = |serial: &str| {
        let mut red = body.clone();
        red["serial"] = json!(serial);
        red["lines"][0]["quantity"] = json!("-2");
        for (member, value) in [
            ("amount", "-100.00"),
            ("tax", "-13.00"),
            ("total", "-113.00"),
        ] {
            red["lines"][0][member] = json!(value);
            red["totals"][member] = json!(value);
        }
        red["red"] = json!({
            "blue": {"code": invoice["code"], "number": invoice["number"]}, "blue_lines": [1]
        });
        red
    };
    let (_, taken) = call(&bench, Method::POST, "/v1/invoices", &red("c-2")).await;
    assert_eq!(taken["state"], "issued", "{taken}");
    let (_, twice) = call(&bench, Method::POST, "/v1/invoices", &red("c-3")).await;
    assert_eq!(twice["state"], "refused", "{twice}");
    assert!(
        twice["reason"].as_str().unwrap().contains("余额"),
        "{twice}"
    );
    let path = format!("/v1/stock?seller={SELLER}");
    let (_, stock) = call(&bench, Method::GET, &path, &Value::Null).await;
    assert_eq!(stock["volumes"][0]["left"], 998, "{stock}");
    let ledger = bench.look("/ledger").await;
    let month = &ledger["months"][0];
    assert_eq!(
        (&month["blue"]["count"], &month["red"]["count"]),
        (&json!(1), &json!(1))
    );
}

#[tokio::test]
async fn a_restart_keeps_serials_and_volumes() {
    let folder = tempfile::tempdir().unwrap();
    let party = Party::generate(PARTY);
    let config = || TaxSandboxConfig {
        state_file: Some(folder.path().join("tax.journal")),
        ..setup(&party)
    };
    let bench = Bench::with(config()).await;
    let body = acceptable(&bench, "r-1", "classic_ordinary").await;
    let (_, before) = call(&bench, Method::POST, "/v1/invoices", &body).await;
    bench.running.stop().await.unwrap();
    let bench = Bench::with(config()).await;
    let (_, after) = call(&bench, Method::POST, "/v1/invoices", &body).await;
    assert_eq!(before, after);
    let next = acceptable(&bench, "r-2", "classic_ordinary").await;
    let (_, next) = call(&bench, Method::POST, "/v1/invoices", &next).await;
    assert_ne!(next["invoice"]["number"], before["invoice"]["number"]);
    let months = bench.look("/ledger").await["months"].clone();
    assert_eq!(months[0]["blue"]["count"], 2, "{months}");
}
