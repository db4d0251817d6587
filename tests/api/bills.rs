//! Fiscal bills over the REST API: known by code and number, with their bureau's file, and the payer's page.

use crate::harness::{
    bills::{Bills, id_of, sample_bill, sample_bill_file},
    spawn_app_with_bills, until,
};
use fapiao_domain::ids::Id;
use fapiao_usecases::{
    actor::Actor,
    fiscal::{UnitDraft, save_unit},
};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

/// A bill whose file nobody has.
fn bill(number: &str) -> Value {
    json!({
        "unit": "U001", "code": "44060126", "number": number, "check_code": "a1B2c3", "payer": "韩梅梅",
        "amount": "50.00", "items": [{ "name": "考试费", "amount": "30.00" }, { "name": "工本费", "amount": "20.00" }],
        "issued_at": "2026-11-20T10:30:00+08:00",
    })
}

#[tokio::test]
async fn a_bill_is_known_by_code_and_number() {
    let app = spawn_app_with_bills().await;
    let bills = Bills::of(&app).await;
    let made = bills.post("/bills", &bill("0000000101")).await;
    assert_eq!(made.status, StatusCode::CREATED, "{made:?}");
    let id = id_of(&made.body).to_owned();
    assert_eq!(made.headers["location"], format!("/api/v1/bills/{id}"));
    for (pointer, value) in [
        ("/unit", json!("U001")),
        ("/check_code", json!("a1B2c3")),
        ("/amount", json!("50.00")),
        ("/items/1/amount", json!("20.00")),
        ("/issued_at", json!("2026-11-20T02:30:00Z")),
        ("/file", Value::Null),
        ("/void", Value::Null),
        ("/delivery/source", json!("web")),
        ("/delivery/state", json!("created")),
        ("/delivery/final", json!(false)),
        ("/delivery/waits_for", json!("payer")),
        ("/delivery/card", Value::Null),
        ("/delivery/wechat/app_id", json!(app.demo().secrets.app_id)),
    ] {
        assert_eq!(made.body.pointer(pointer), Some(&value), "{pointer}");
    }
    // The same facts again, written otherwise, are the same bill; other facts are not.
    let mut again = bill("0000000101");
    again["amount"] = json!("50");
    again["issued_at"] = json!("2026-11-20 10:30");
    let same = bills.post("/bills", &again).await;
    assert_eq!(same.status, StatusCode::OK, "{same:?}");
    assert_eq!(same.body, made.body);
    for (member, value) in [
        ("payer", json!("李雷")),
        ("issued_at", json!("2026-11-20T10:31:00+08:00")),
        ("check_code", json!("")),
        ("items", json!([])),
    ] {
        let mut other = bill("0000000101");
        other[member] = value;
        let taken = bills.post("/bills", &other).await;
        assert_eq!(taken.status, StatusCode::CONFLICT, "{member}: {taken:?}");
        assert_eq!(taken.body["code"], "bill_taken");
        assert!(taken.body["detail"].as_str().unwrap().contains(&id));
    }
    // A key that callers send by habit is not looked at: here two bills under one.
    for number in ["0000000102", "0000000103"] {
        let request = app.http.post(format!("{}/api/v1/bills", app.web()));
        let request = request
            .bearer_auth(&bills.key)
            .header("Idempotency-Key", "one");
        let status = request.json(&bill(number)).send().await.unwrap().status();
        assert_eq!(status, StatusCode::CREATED);
    }
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn a_closed_unit_takes_no_new_bill_and_still_knows_its_old_ones() {
    let app = spawn_app_with_bills().await;
    let bills = Bills::of(&app).await;
    let first = bills.accept(&bill("0000000111")).await;
    let store = &app.ports().store;
    let unit = store.fiscal_unit_by_code("U001").await.unwrap().unwrap();
    let accounts = |id: &Option<fapiao_domain::ids::AccountId>| {
        id.as_ref().map(ToString::to_string).unwrap_or_default()
    };
    let draft = UnitDraft {
        name: unit.name.clone(),
        web_account: accounts(&unit.web_account),
        app_account: accounts(&unit.app_account),
        bureau_account: accounts(&unit.bureau_account),
        closed: true,
        ..UnitDraft::default()
    };
    let saved = save_unit(app.ports(), &Actor::System, Some(&unit), &draft).await;
    assert!(saved.unwrap().closed);
    let again = bills.post("/bills", &bill("0000000111")).await;
    assert_eq!(
        (again.status, &again.body["id"]),
        (StatusCode::OK, &first["id"])
    );
    let refused = bills.post("/bills", &bill("0000000112")).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(refused.wrong_fields(), ["/unit"]);
    app.stop().await;
}

#[tokio::test]
async fn forty_eight_clients_with_one_bill_make_one_bill() {
    let app = spawn_app_with_bills().await;
    let bills = Bills::of(&app).await;
    let body = bill("0000000201");
    let calls = (0..48).map(|_| bills.post("/bills", &body));
    let answers = futures_util::future::join_all(calls).await;
    let new = answers.iter().filter(|it| it.status == StatusCode::CREATED);
    assert_eq!(new.count(), 1);
    for answer in &answers {
        assert!(answer.status.is_success(), "{answer:?}");
        assert_eq!(answer.body["id"], answers[0].body["id"]);
    }
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn everything_wrong_with_a_bill_is_named_at_once() {
    let app = spawn_app_with_bills().await;
    let bills = Bills::of(&app).await;
    let mut wrong = bill("101");
    wrong["unit"] = json!("U999");
    wrong["check_code"] = json!("a1b2c");
    wrong["amount"] = json!(50.0);
    wrong["items"][0]["amount"] = json!("thirty");
    wrong["items"][1]["tax"] = json!("0.00");
    wrong["issued_at"] = json!("20.11.2026");
    wrong["payer"] = json!("韩\u{200b}梅梅");
    wrong["colour"] = json!("blue");
    let refused = bills.post("/bills", &wrong).await;
    assert_eq!(
        refused.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "{refused:?}"
    );
    let mut fields = refused.wrong_fields();
    fields.sort();
    let expected = [
        "/amount",
        "/check_code",
        "/colour",
        "/issued_at",
        "/items/0/amount",
        "/items/1/tax",
        "/number",
        "/payer",
        "/unit",
    ];
    assert_eq!(fields, expected);
    // The sum is a rule of its own, and the future is none of a bill's times.
    let mut wrong = bill("0000000301");
    wrong["items"][1]["amount"] = json!("20.01");
    wrong["issued_at"] = json!("2199-01-01T00:00:00Z");
    let refused = bills.post("/bills", &wrong).await;
    let mut fields = refused.wrong_fields();
    fields.sort();
    assert_eq!(fields, ["/amount", "/issued_at"]);
    // An agreement from elsewhere is for a bureau alone.
    let mut wrong = bill("0000000301");
    wrong["authorisation"] = json!({ "order_id": "FIN1", "app_id": "wx1234567890abcdef" });
    wrong["source"] = json!("wap");
    let refused = bills.post("/bills", &wrong).await;
    assert_eq!(refused.wrong_fields(), ["/authorisation", "/source"]);
    assert_eq!(
        bills.get("/bills?text=0000000301").await.body["data"],
        json!([])
    );
    app.stop().await;
}

#[tokio::test]
async fn a_file_is_kept_once_when_it_is_the_bills_own() {
    let app = spawn_app_with_bills().await;
    let bills = Bills::of(&app).await;
    let accepted = bills.accept(&sample_bill(3)).await;
    let id = id_of(&accepted);
    let path = format!("/bills/{id}/file.pdf");
    let none = bills.get(&path).await;
    assert_eq!(none.status, StatusCode::NOT_FOUND);
    assert_eq!(none.body["code"], "bill_file_not_found");

    let other = bills.put_pdf(id, sample_bill_file(1)).await;
    assert_eq!(other.status, StatusCode::UNPROCESSABLE_ENTITY, "{other:?}");
    assert_eq!(other.body["code"], "bill_file_refused");
    let text = bills.put(id, "application/pdf", "no PDF at all").await;
    assert_eq!(text.status, StatusCode::UNPROCESSABLE_ENTITY, "{text:?}");
    let declared = bills.put(id, "image/png", sample_bill_file(3)).await;
    assert_eq!(declared.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let flood = vec![b'x'; 11 * 1024 * 1024];
    let flood = bills.put(id, "application/pdf", flood).await;
    assert_eq!(flood.status, StatusCode::PAYLOAD_TOO_LARGE, "{flood:?}");
    let unknown = "bil_00000000000000000000000000";
    let nobody = bills.put_pdf(unknown, sample_bill_file(3)).await;
    assert_eq!(nobody.body["code"], "bill_not_found");
    assert_eq!(
        bills.get(&format!("/bills/{id}")).await.body["file"],
        Value::Null
    );

    for _ in 0..2 {
        let kept = bills.put_pdf(id, sample_bill_file(3)).await;
        assert_eq!(kept.status, StatusCode::OK, "{kept:?}");
        assert_eq!(kept.body["file"]["size"], sample_bill_file(3).len());
    }
    let mut another = sample_bill_file(3).to_vec();
    another.extend_from_slice(b"\n% another one\n");
    let second = bills.put(id, "application/pdf", another).await;
    assert_eq!(second.status, StatusCode::CONFLICT, "{second:?}");
    assert_eq!(second.body["code"], "bill_not_now");

    let url = format!("{}/api/v1{path}", app.web());
    let got = app.http.get(&url).bearer_auth(&bills.key).send().await;
    let got = got.unwrap();
    assert_eq!(got.headers()["content-type"], "application/pdf");
    let name = got.headers()["content-disposition"].to_str().unwrap();
    assert!(name.contains("31060125_0000000003.pdf"), "{name}");
    let tag = got.headers()["etag"].clone();
    assert_eq!(got.bytes().await.unwrap(), sample_bill_file(3));
    let known = app.http.get(&url).bearer_auth(&bills.key);
    let known = known.header("If-None-Match", tag).send().await.unwrap();
    assert_eq!(known.status(), StatusCode::NOT_MODIFIED);
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn keys_do_what_they_may_and_no_more() {
    let app = spawn_app_with_bills().await;
    let bills = Bills::of(&app).await;
    let accepted = bills.accept(&bill("0000000401")).await;
    let id = id_of(&accepted);
    let store = app.ports().store.stores().await.unwrap()[0].id.clone();
    let of_a_store = Bills {
        app: &app,
        key: app.new_key(Some(store), true).await,
    };
    let reader = Bills {
        app: &app,
        key: app.new_key(None, false).await,
    };
    let nobody = Bills {
        app: &app,
        key: "fp_nobody".to_owned(),
    };
    let nothing = json!({});
    let reason = json!({ "reason": "测试" });
    let writes = [
        ("/bills".to_owned(), bill("0000000402")),
        (format!("/bills/{id}/page"), nothing.clone()),
        (format!("/bills/{id}/deliveries"), nothing),
        (format!("/bills/{id}/refusal"), reason.clone()),
        (format!("/bills/{id}/void"), reason.clone()),
        (format!("/bills/{id}/outcome"), json!({ "carded": true })),
    ];
    for (path, body) in &writes {
        for (who, code) in [
            (&of_a_store, "store_key"),
            (&reader, "read_only_key"),
            (&nobody, "unauthorized"),
        ] {
            let answer = who.post(path, body).await;
            assert_eq!(answer.body["code"], code, "{path}");
        }
    }
    for (who, code) in [(&of_a_store, "store_key"), (&reader, "read_only_key")] {
        let answer = who.put_pdf(id, sample_bill_file(3)).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
        assert_eq!(answer.body["code"], code);
    }
    for path in [
        "/bills".to_owned(),
        format!("/bills/{id}"),
        "/fiscal-units".to_owned(),
    ] {
        assert_eq!(of_a_store.get(&path).await.status, StatusCode::FORBIDDEN);
        assert_eq!(reader.get(&path).await.status, StatusCode::OK, "{path}");
        assert_eq!(nobody.get(&path).await.status, StatusCode::UNAUTHORIZED);
    }
    let file = format!("/bills/{id}/file.pdf");
    assert_eq!(of_a_store.get(&file).await.body["code"], "store_key");
    assert_eq!(
        bills.get(&format!("/bills/{id}")).await.body,
        accepted,
        "nobody changed it"
    );
    app.stop().await;
}

#[tokio::test]
async fn a_bill_goes_into_the_wallet_and_is_struck_out() {
    let app = spawn_app_with_bills().await;
    let bills = Bills::of(&app).await;
    let accepted = bills.accept_sample().await;
    let id = id_of(&accepted);
    let page = bills.post(&format!("/bills/{id}/page"), &json!({})).await;
    assert_eq!(page.status, StatusCode::OK, "{page:?}");
    assert_eq!(page.body["open_with"], "redirect");
    let url = page.body["url"].as_str().unwrap();
    assert!(url.starts_with(&app.sandbox()), "{url}");
    let opened = bills.get(&format!("/bills/{id}")).await.body;
    assert_eq!(opened["delivery"]["state"], "page_opened");

    bills.agree(&accepted).await;
    let carded = bills.await_state(&accepted, "carded").await;
    assert_eq!(carded["delivery"]["card"]["state"], "inserted");
    assert_eq!(carded["delivery"]["waits_for"], "nobody");
    let code = carded["delivery"]["card"]["code"].as_str().unwrap();
    let card = format!("{}/phone/cards/{code}", app.sandbox());
    let card = app.http.get(&card).send().await.unwrap();
    let card = card.text().await.unwrap();
    for (word, value) in [
        ("交款人", "李雷"),
        ("票据代码", "31060125"),
        ("票据号码", "0000000003"),
    ] {
        let said = format!("<dt>{word}</dt><dd>{value}</dd>");
        assert!(card.contains(&said), "{said}: {card}");
    }
    let ledger = app.wechat_ledger().await;
    assert_eq!(
        ledger["inserts"].as_array().unwrap().len(),
        1,
        "{}",
        ledger["inserts"]
    );
    for (path, body) in [
        ("page", json!({})),
        ("deliveries", json!({})),
        ("refusal", json!({ "reason": "太晚" })),
        ("outcome", json!({ "carded": true })),
    ] {
        let late = bills.post(&format!("/bills/{id}/{path}"), &body).await;
        assert_eq!(late.status, StatusCode::CONFLICT, "{path}: {late:?}");
        assert_eq!(late.body["code"], "bill_not_now", "{path}");
    }
    // Void is said once; saying it again changes nothing.
    for reason in ["金额有误", "another word"] {
        let reason = json!({ "reason": reason });
        let void = bills.post(&format!("/bills/{id}/void"), &reason).await;
        assert_eq!(void.status, StatusCode::OK, "{void:?}");
        assert_eq!(void.body["void"]["reason"], "金额有误");
    }
    until("the card is struck out", async || {
        let now = bills.get(&format!("/bills/{id}")).await.body;
        now["delivery"]["card"]["state"] == "cancelled"
    })
    .await;
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn a_refused_payer_is_asked_anew_under_another_link() {
    let app = spawn_app_with_bills().await;
    let bills = Bills::of(&app).await;
    let accepted = bills.accept(&bill("0000000501")).await;
    let id = id_of(&accepted);
    let reason = |text: &str| json!({ "reason": text });
    let refusal = format!("/bills/{id}/refusal");
    let none = bills.post(&refusal, &reason(" ")).await;
    assert_eq!(none.wrong_fields(), ["/reason"], "{none:?}");
    let early = bills
        .post(&format!("/bills/{id}/deliveries"), &json!({}))
        .await;
    assert_eq!(early.body["code"], "bill_not_now", "{early:?}");
    let refused = bills.post(&refusal, &reason("请核对姓名")).await;
    assert_eq!(refused.body["delivery"]["state"], "refused", "{refused:?}");
    assert_eq!(refused.body["delivery"]["reason"], "请核对姓名");

    let wanted = json!({ "source": "app" });
    let again = bills
        .post(&format!("/bills/{id}/deliveries"), &wanted)
        .await;
    assert_eq!(again.status, StatusCode::CREATED, "{again:?}");
    let (old, new) = (&accepted["delivery"], &again.body["delivery"]);
    assert_eq!(new["source"], "app");
    assert_eq!(new["wechat"]["app_id"], app.demo().secrets.app.app_id);
    for member in ["id", "page_url"] {
        assert_ne!(old[member], new[member], "{member}");
    }
    // The old link says why it ended, and leads on.
    let page = old["page_url"].as_str().unwrap();
    let shown = app.http.get(page).send().await.unwrap();
    let shown = shown.text().await.unwrap();
    let link = new["page_url"].as_str().unwrap();
    let link = link.strip_prefix(&app.web()).unwrap();
    assert!(
        shown.contains("请核对姓名") && shown.contains(link),
        "{shown}"
    );
    app.stop().await;
}

#[tokio::test]
async fn bills_are_found_by_what_is_asked_for() {
    let app = spawn_app_with_bills().await;
    let bills = Bills::of(&app).await;
    let seeded = bills.get("/bills").await.body["data"]
        .as_array()
        .unwrap()
        .len();
    assert_eq!(seeded, 2, "the demo's own");
    for number in 1..=3 {
        bills.accept(&bill(&format!("000000060{number}"))).await;
    }
    let found = async |query: &str| -> Vec<String> {
        let answer = bills.get(&format!("/bills{query}")).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        let rows = answer.body["data"].as_array().unwrap();
        rows.iter()
            .map(|it| it["number"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(
        found("?text=韩梅").await,
        ["0000000603", "0000000602", "0000000601"]
    );
    assert_eq!(found("?text=0000000602").await, ["0000000602"]);
    assert_eq!(found("?text=440601260000000602").await, ["0000000602"]);
    assert_eq!(found("?unit=U001&state=created").await.len(), 5);
    assert_eq!(found("?state=carded").await, [""; 0]);
    let of = bills.get("/bills?text=0000000602").await.body;
    let id = id_of(&of["data"][0]);
    bills
        .post(&format!("/bills/{id}/void"), &json!({ "reason": "重复" }))
        .await;
    assert_eq!(found("?void=true").await, ["0000000602"]);
    assert_eq!(found("?void=false").await.len(), 4);

    // Turned page by page, each bill comes once.
    let (mut query, mut seen) = ("?limit=2".to_owned(), Vec::new());
    loop {
        let page = bills.get(&format!("/bills{query}")).await;
        assert_eq!(
            page.headers.contains_key("link"),
            page.body["has_more"] == true
        );
        for row in page.body["data"].as_array().unwrap() {
            seen.push(row["number"].as_str().unwrap().to_owned());
        }
        match page.body["next_cursor"].as_str() {
            Some(cursor) => query = format!("?limit=2&cursor={cursor}"),
            None => break,
        }
    }
    assert_eq!(seen, found("").await);
    assert_eq!(seen.len(), 5);
    for wrong in [
        "unit=U999",
        "state=lost",
        "void=perhaps",
        "limit=0",
        "cursor=x",
        "payer=x",
    ] {
        let refused = bills.get(&format!("/bills?{wrong}")).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{wrong}");
        assert_eq!(refused.body["code"], "invalid_query", "{wrong}");
    }
    let units = bills.get("/fiscal-units").await.body;
    let unit = &units["data"][0];
    assert_eq!(unit["code"], "U001");
    assert_eq!(unit["sources"], json!(["web", "app"]));
    assert_eq!(unit["missing"], json!([]), "{unit}");
    assert_eq!(unit["ready"], true);
    app.stop().await;
}

#[tokio::test]
async fn the_payers_page_says_where_the_bill_stands_and_is_kept_by_nobody() {
    let app = spawn_app_with_bills().await;
    let bills = Bills::of(&app).await;
    let accepted = bills.accept_sample().await;
    let page = accepted["delivery"]["page_url"].as_str().unwrap();
    let show = async |address: &str, language: &str| {
        let request = app.http.get(address).header("Accept-Language", language);
        request.send().await.unwrap()
    };
    let shown = show(page, "zh-CN").await;
    for (name, value) in [
        ("cache-control", "no-store"),
        ("x-robots-tag", "noindex, nofollow"),
        ("referrer-policy", "no-referrer"),
        ("x-content-type-options", "nosniff"),
    ] {
        assert_eq!(shown.headers()[name], value, "{name}");
    }
    let policy = shown.headers()["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("default-src"), "{policy}");
    let text = shown.text().await.unwrap();
    for words in [
        "领取财政电子票据",
        "0000000003",
        "80.00",
        "职业技能鉴定考试费（理论）",
        "/wechat",
    ] {
        assert!(text.contains(words), "{words}");
    }
    // Whoever has the link sees no more of the payer than the bill's own file.
    assert!(!text.contains("李雷") && !text.contains("0718a2"), "{text}");
    let english = show(page, "en").await.text().await.unwrap();
    assert!(english.contains("Take your fiscal e-bill"));
    let file = show(&format!("{page}/file.pdf"), "en").await;
    assert_eq!(file.headers()["cache-control"], "no-store");
    assert_eq!(file.bytes().await.unwrap(), sample_bill_file(3));

    bills.open(&accepted).await;
    bills.agree(&accepted).await;
    bills.await_state(&accepted, "carded").await;
    let text = show(page, "zh-CN").await.text().await.unwrap();
    assert!(text.contains("票据已放入你的微信卡包"), "{text}");
    let again = show(&format!("{page}/wechat"), "zh-CN").await;
    assert_eq!(again.status(), StatusCode::SEE_OTHER);
    let id = id_of(&accepted);
    let reason = json!({ "reason": "金额有误" });
    bills.post(&format!("/bills/{id}/void"), &reason).await;
    let text = show(page, "zh-CN").await.text().await.unwrap();
    assert!(text.contains("票据已作废") && text.contains("金额有误"));
    assert!(!text.contains("file.pdf"), "{text}");
    let gone = show(&format!("{page}/file.pdf"), "en").await;
    assert_eq!(gone.status(), StatusCode::NOT_FOUND);

    // A wrong code is not repeated, and who guesses has to wait: here and at the links of orders.
    let wrong = format!("{}/b/WRONGCODE1", app.web());
    let none = show(&wrong, "zh-CN").await;
    assert_eq!(none.status(), StatusCode::NOT_FOUND);
    assert!(!none.text().await.unwrap().contains("WRONGCODE1"));
    until("guessing is stopped", async || {
        show(&wrong, "en").await.status() == StatusCode::TOO_MANY_REQUESTS
    })
    .await;
    let order = show(&format!("{}/o/WRONGCODE1", app.web()), "en").await;
    assert_eq!(order.status(), StatusCode::TOO_MANY_REQUESTS);
    app.stop().await;
}

#[tokio::test]
async fn where_the_bureau_is_elsewhere_its_outcome_is_told() {
    let app = spawn_app_with_bills().await;
    let bills = Bills::of(&app).await;
    let accounts = app.ports().store.accounts().await.unwrap();
    let ours = |it: &&fapiao_usecases::records::Account| it.app_id == app.demo().secrets.app_id;
    let service = accounts.iter().find(ours).unwrap();
    let unit = UnitDraft {
        name: "示例市车辆管理所".to_owned(),
        code: "U002".to_owned(),
        role: "unit".to_owned(),
        web_account: service.id.as_str().to_owned(),
        bureau_platform_id: service.platform_id.clone().unwrap(),
        ..UnitDraft::default()
    };
    let saved = save_unit(app.ports(), &Actor::System, None, &unit).await;
    saved.unwrap();
    let mut handed_in = bill("0000000701");
    handed_in["unit"] = json!("U002");
    let accepted = bills.accept(&handed_in).await;
    let outcome = format!("/bills/{}/outcome", id_of(&accepted));
    let early = bills.post(&outcome, &json!({ "carded": true })).await;
    assert_eq!(early.body["code"], "bill_not_now", "{early:?}");
    bills.open(&accepted).await;
    bills.agree(&accepted).await;
    let agreed = bills.await_state(&accepted, "authorised").await;
    assert_eq!(agreed["delivery"]["waits_for"], "bureau");
    let page = agreed["delivery"]["page_url"].as_str().unwrap();
    let shown = app.http.get(page).send().await.unwrap();
    let shown = shown.text().await.unwrap();
    assert!(shown.contains("等待财政部门"), "{shown}");

    let silent = bills.post(&outcome, &json!({ "carded": false })).await;
    assert_eq!(silent.wrong_fields(), ["/reason"], "{silent:?}");
    for _ in 0..2 {
        let told = bills.post(&outcome, &json!({ "carded": true })).await;
        assert_eq!(told.status, StatusCode::OK, "{told:?}");
        assert_eq!(told.body["delivery"]["state"], "carded");
    }
    let other = json!({ "carded": false, "reason": "交款人已注销" });
    let other = bills.post(&outcome, &other).await;
    assert_eq!(other.status, StatusCode::CONFLICT, "{other:?}");
    assert_eq!(app.wechat_ledger().await["inserts"], json!([]));
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn where_the_unit_is_elsewhere_its_payer_has_no_page_here() {
    let app = spawn_app_with_bills().await;
    let bills = Bills::of(&app).await;
    let accounts = app.ports().store.accounts().await.unwrap();
    let ours = |it: &&fapiao_usecases::records::Account| it.app_id == app.demo().secrets.app_id;
    let service = accounts.iter().find(ours).unwrap();
    let unit = UnitDraft {
        name: "示例市第一医院".to_owned(),
        code: "U003".to_owned(),
        role: "bureau".to_owned(),
        bureau_account: service.id.as_str().to_owned(),
        ..UnitDraft::default()
    };
    let saved = save_unit(app.ports(), &Actor::System, None, &unit).await;
    saved.unwrap();
    let mut handed_in = bill("0000000801");
    handed_in["unit"] = json!("U003");
    let without = bills.post("/bills", &handed_in).await;
    assert_eq!(without.wrong_fields(), ["/authorisation"], "{without:?}");
    let authorisation = json!({ "order_id": "FIN20261120000001", "app_id": "wx1234567890abcdef" });
    handed_in["authorisation"] = authorisation.clone();
    let accepted = bills.accept(&handed_in).await;
    let delivery = &accepted["delivery"];
    assert_eq!(delivery["source"], "elsewhere");
    assert_eq!(delivery["wechat"], authorisation);
    let id = id_of(&accepted);
    let page = bills.post(&format!("/bills/{id}/page"), &json!({})).await;
    assert_eq!(page.status, StatusCode::CONFLICT, "{page:?}");
    assert_eq!(page.body["code"], "bill_not_now");
    // Its link tells where it stands, and leads to no page of WeChat's.
    let link = delivery["page_url"].as_str().unwrap();
    let shown = app.http.get(link).send().await.unwrap();
    let shown = shown.text().await.unwrap();
    assert!(!shown.contains("/wechat"), "{shown}");
    let sent_back = app.http.get(format!("{link}/wechat")).send().await;
    assert_eq!(sent_back.unwrap().status(), StatusCode::SEE_OTHER);
    let units = bills.get("/fiscal-units").await.body;
    let all = units["data"].as_array().unwrap();
    let unit = all.iter().find(|it| it["code"] == "U003").unwrap();
    assert_eq!(unit["sources"], json!(["elsewhere"]));
    app.stop().await;
}

#[tokio::test]
async fn other_methods_are_named() {
    let app = spawn_app_with_bills().await;
    let bills = Bills::of(&app).await;
    let path = "/bills/bil_00000000000000000000000000/file";
    let refused = bills.call(Method::POST, path, Some(&json!({}))).await;
    assert_eq!(refused.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(refused.headers["allow"], "PUT");
    app.stop().await;
}
