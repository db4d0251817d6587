//! Special invoices: asked for, issued, brought into the wallet, taken back; refused where they cannot be.

use super::{imported, mistakes};
use crate::{
    admin::{
        console::{at_wechat, parked},
        sign_in::{hidden, signed_in},
        work::send,
    },
    archive::get as download,
    harness::{Answer, TestApp, company, eventually, person, spawn_app, tea},
    red::at_stage,
    taxes::{behind_gateway, first_seller},
};
use fapiao_usecases::{actor::Actor, calendar, records::IssuingMode};
use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};

fn special(order_no: &str) -> Value {
    let mut order = tea(order_no);
    order["invoice_kind"] = json!("special");
    order
}

async fn accepted(app: &TestApp, wanted: &Value) -> Value {
    let made = app
        .post("/orders", wanted["order_no"].as_str().unwrap(), wanted)
        .await;
    assert_eq!(made.status, StatusCode::CREATED, "{made:?}");
    made.body
}

async fn refused(app: &TestApp, key: &str, wanted: &Value) -> Answer {
    let answer = app.post("/orders", key, wanted).await;
    assert_eq!(
        answer.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "{answer:?}"
    );
    answer
}

/// An order for a special invoice whose card is in the wallet, and that invoice.
async fn carded(app: &TestApp, wanted: &Value) -> (Value, Value) {
    let order = accepted(app, wanted).await;
    app.open_page(&order).await;
    app.authorise(&order, &company()).await;
    let delivery = app.await_state(&order, "carded").await;
    let path = format!("/invoices/{}", delivery["invoice"]["id"].as_str().unwrap());
    (order, app.get(&path).await.body)
}

/// What the tax side holds of an invoice.
async fn held(app: &TestApp, number: &str) -> Value {
    let path = format!("/sandbox/invoices/{number}");
    app.control(&app.tax(), Method::GET, &path, None).await["content"].clone()
}

async fn file(app: &TestApp, invoice: &Value, format: &str) -> Vec<u8> {
    let id = invoice["id"].as_str().unwrap();
    let answer = app
        .http
        .get(format!("{}/api/v1/invoices/{id}/file.{format}", app.web()))
        .bearer_auth(app.till().1)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::OK, "{format}");
    answer.bytes().await.unwrap().to_vec()
}

async fn shown(app: &TestApp, who: &Client, path: &str) -> String {
    let answer = who
        .get(format!("{}{path}", app.web()))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::OK, "{path}");
    answer.text().await.unwrap()
}

#[tokio::test]
async fn it_is_issued_printed_and_carried_as_what_was_asked_for() {
    let app = spawn_app().await;
    let (order, invoice) = carded(&app, &special("SP-1")).await;
    assert_eq!(order["invoice_kind"], "special");
    assert_eq!(invoice["kind"], "digital_special");
    let number = invoice["number"].as_str().unwrap();
    let upload = held(&app, number).await;
    assert_eq!(upload["fppz"], "01", "{upload}");
    assert_eq!(upload["gmfnsrsbh"], "91110105MA0000007L");

    let pdf = lopdf::Document::load_mem(&file(&app, &invoice, "pdf").await).unwrap();
    let text: String = pdf.extract_text(&[1]).unwrap().split_whitespace().collect();
    assert!(text.contains("电子发票（增值税专用发票）"), "{text}");
    assert!(!text.contains("普通发票"), "{text}");
    let xml = String::from_utf8(file(&app, &invoice, "xml").await).unwrap();
    let label =
        "<GeneralOrSpecialVAT><LabelCode>01</LabelCode><LabelName>增值税专用发票</LabelName>";
    assert!(xml.contains(label), "{xml}");
    assert!(file(&app, &invoice, "ofd").await.starts_with(b"PK\x03\x04"));

    // The card hangs on a template of its own kind, made because this invoice needed it.
    let seller = first_seller(&app).await;
    let ledger = app.wechat_ledger().await;
    let insert = &ledger["inserts"][0];
    let templates = at_wechat(&app, &seller.party.name).await;
    let its = templates
        .iter()
        .find(|it| it["card_id"] == insert["card_id"])
        .unwrap();
    assert_eq!(its["kind"], "电子发票（增值税专用发票）", "{its}");

    // An ordinary one beside it: lists, filters and books keep them apart.
    let plain = app.authorised_order("SP-1-plain", &person("王小明")).await;
    app.await_state(&plain, "carded").await;
    for (kind, expected) in [
        ("digital_special", "SP-1"),
        ("digital_ordinary", "SP-1-plain"),
    ] {
        let list = app.get(&format!("/invoices?kind={kind}")).await.body;
        let rows = list["data"].as_array().unwrap();
        assert_eq!(rows.len(), 1, "{list}");
        assert_eq!(
            (&rows[0]["order_no"], &rows[0]["kind"]),
            (&json!(expected), &json!(kind))
        );
    }
    let odd = app.get("/invoices?kind=paper").await;
    assert_eq!(odd.status, StatusCode::BAD_REQUEST, "{odd:?}");
    let finance = signed_in(&app, "finance").await;
    let list = shown(&app, &finance, "/admin/invoices?kind=digital_special").await;
    assert!(
        list.contains("SP-1\"") && !list.contains("SP-1-plain"),
        "{list}"
    );
    let path = format!("/admin/orders/{}", order["id"].as_str().unwrap());
    let page = shown(&app, &finance, &path).await;
    assert!(
        page.contains("增值税专用发票") && page.contains("买家须填写单位抬头"),
        "{page}"
    );
    let month = calendar::month(app.ports().clock.now());
    let (_, vat) = download(
        &app,
        &finance,
        &format!("/admin/reports/vat.csv?month={month}"),
    )
    .await;
    let vat = String::from_utf8(vat).unwrap();
    for column in ["开具增值税专用发票", "开具其他发票"] {
        let row = format!("13%,货物,{column},1,100.00,13.00,0,0.00,0.00,100.00,13.00,113.00");
        assert!(vat.contains(&row), "{vat}");
    }
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn a_person_who_agrees_stops_it_until_staff_enter_the_organisation() {
    let app = spawn_app().await;
    let order = accepted(&app, &special("SP-2")).await;
    app.open_page(&order).await;
    app.authorise(&order, &person("王小明")).await;
    app.await_state(&order, "authorised").await;
    let delivery = order["delivery"]["id"].as_str().unwrap();
    let job = parked(&app, "draft_invoice").await;
    assert_eq!(
        (job.subject.as_str(), job.code.as_str()),
        (delivery, "title_special")
    );
    let ledger = app.tax_ledger().await;
    assert_eq!(
        ledger["invoices"].as_array().map_or(0, Vec::len),
        0,
        "no number was taken"
    );
    // The buyer is told whom it waits for, and not that it is being issued.
    let link = order["delivery"]["page_url"].as_str().unwrap();
    for (language, told) in [
        ("zh-CN", "等待商家工作人员处理"),
        ("en", "Waiting for the shop&#39;s staff"),
    ] {
        let page = app.http.get(link).header("Accept-Language", language);
        let page = page.send().await.unwrap().text().await.unwrap();
        assert!(page.contains(told), "{language}: {page}");
        assert!(!page.contains("正在开票") && !page.contains("is being issued"));
    }

    let finance = signed_in(&app, "finance").await;
    let here = format!("/admin/deliveries/{delivery}");
    let page = shown(&app, &finance, &here).await;
    assert!(page.contains("专用发票只开给有税号的单位"), "{page}");
    let language = |lang| [("lang", lang), ("back", "/admin")];
    send(&app, &finance, "/admin/language", &language("en")).await;
    let english = shown(&app, &finance, &here).await;
    assert!(
        english.contains("never to a person") && !english.contains("专用发票只开给"),
        "{english}"
    );
    send(&app, &finance, "/admin/language", &language("zh")).await;
    let token = hidden(&page, "csrf");
    let save = |members: [(&'static str, &'static str); 4]| {
        let mut form = vec![("csrf", token.as_str())];
        form.extend(members);
        finance
            .post(format!("{}{here}/title", app.web()))
            .header("Origin", app.web())
            .form(&form)
            .send()
    };
    // No reason makes a person, or a body without a number, fit.
    for kind in ["no", "no_number"] {
        let answer = save([
            ("organisation", kind),
            ("name", "王小明的茶社"),
            ("tax_number", ""),
            ("override_reason", "买家坚持"),
        ])
        .await
        .unwrap();
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let text = answer.text().await.unwrap();
        assert!(text.contains("专用发票只开给有税号的单位"), "{text}");
    }
    let answer = save([
        ("organisation", "yes"),
        ("name", "北京喆堃龘贸易有限公司"),
        ("tax_number", "91110105MA0000007L"),
        ("override_reason", ""),
    ])
    .await
    .unwrap();
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    let done = app.await_state(&order, "carded").await;
    let path = format!("/invoices/{}", done["invoice"]["id"].as_str().unwrap());
    assert_eq!(app.get(&path).await.body["kind"], "digital_special");
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn what_cannot_be_special_is_refused_at_its_place() {
    let app = spawn_app().await;
    let mut odd = special("SP-3a");
    odd["invoice_kind"] = json!("vat");
    assert_eq!(
        refused(&app, "SP-3a", &odd).await.wrong_fields(),
        ["/invoice_kind"]
    );
    // Every line that was not taxed is named.
    let mut free = special("SP-3b");
    let line = free["lines"][0].clone();
    let mut vegetables = line.clone();
    vegetables["tax_code"] = json!("1010112040000000000");
    vegetables["rate"] = json!("exempt");
    let mut export = line.clone();
    export["rate"] = json!("0");
    free["lines"] = json!([line, vegetables, export]);
    let answer = refused(&app, "SP-3b", &free).await;
    assert_eq!(answer.wrong_fields(), ["/lines/1/rate", "/lines/2/rate"]);
    assert_eq!(answer.body["errors"][0]["code"], "E_SPECIAL_RATE");
    // A title that comes with the request is held against it at once.
    for page in ["confirm", "collect"] {
        let mut told = special("SP-3c");
        for (title, place) in [
            (
                json!({ "kind": "person", "name": "王小明" }),
                "/delivery/title/kind",
            ),
            (
                json!({ "kind": "organisation_without_number", "name": "某市人民政府" }),
                "/delivery/title/tax_number",
            ),
        ] {
            told["delivery"] = json!({ "channel": "web", "page": page, "title": title });
            let answer = refused(&app, &format!("SP-3c-{page}{place}"), &told).await;
            assert_eq!(answer.wrong_fields(), [place]);
            assert_eq!(answer.body["errors"][0]["code"], "E_SPECIAL_TITLE");
        }
    }
    // The same number under another kind is another order.
    let mut wanted = special("SP-3d");
    wanted.as_object_mut().unwrap().remove("delivery");
    let order = accepted(&app, &wanted).await;
    wanted["invoice_kind"] = json!("ordinary");
    let taken = app.post("/orders", "SP-3d-again", &wanted).await;
    assert_eq!(taken.status, StatusCode::CONFLICT, "{taken:?}");
    // A link that is made later is held to it, too.
    let late = json!({ "channel": "web", "page": "collect", "title": { "kind": "person", "name": "王小明" } });
    let path = format!("/orders/{}/deliveries", order["id"].as_str().unwrap());
    let answer = app.post(&path, "SP-3d-late", &late).await;
    assert_eq!(answer.wrong_fields(), ["/title/kind"], "{answer:?}");
    app.stop().await;
}

#[tokio::test]
async fn only_a_digital_seller_of_its_own_issues_it() {
    let app = spawn_app().await;
    let store = &app.ports().store;
    let by = Actor::CommandLine;
    let id = first_seller(&app).await.id;
    // Accepted while it was possible; a person's title keeps it here.
    let order = accepted(&app, &special("SP-4")).await;
    app.open_page(&order).await;
    app.authorise(&order, &person("王小明")).await;
    let job = parked(&app, "draft_invoice").await;
    assert_eq!(job.code, "title_special", "{job:?}");
    for mode in [IssuingMode::WechatUnified, IssuingMode::ExternalPlatform] {
        let mut seller = store.seller(&id).await.unwrap().unwrap();
        seller.mode = mode;
        store.save_seller(&seller, &by).await.unwrap();
        let key = format!("SP-4-{}", mode.as_str());
        let answer = refused(&app, &key, &special("SP-4-x")).await;
        assert_eq!(answer.wrong_fields(), ["/invoice_kind"]);
        assert_eq!(answer.body["errors"][0]["code"], "E_SPECIAL_MODE");
    }
    let mut seller = store.seller(&id).await.unwrap().unwrap();
    seller.mode = IssuingMode::SelfBuilt;
    store.save_seller(&seller, &by).await.unwrap();
    // The older form behind a gateway has none.
    behind_gateway(&app, "classic").await;
    let answer = refused(&app, "SP-4-old", &special("SP-4-old")).await;
    assert_eq!(answer.wrong_fields(), ["/invoice_kind"]);
    // The device would make an ordinary one of what was accepted before: it stops.
    store.retry_job(&job.id, &by).await.unwrap();
    eventually("the stop for the mode", async || {
        let jobs = store.jobs(Some("parked"), None, 50).await.unwrap().rows;
        jobs.into_iter().find(|it| it.code == "special_mode")
    })
    .await;
    app.stop().await;
}

#[tokio::test]
async fn a_gateway_issues_it_when_the_profile_is_digital() {
    let app = spawn_app().await;
    behind_gateway(&app, "digital").await;
    let (_, invoice) = carded(&app, &special("SP-5")).await;
    assert_eq!(invoice["kind"], "digital_special");
    let upload = held(&app, invoice["number"].as_str().unwrap()).await;
    assert_eq!(upload["fppz"], "01", "{upload}");
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn a_red_letter_of_a_special_is_special_and_what_is_issued_anew_too() {
    let app = spawn_app().await;
    let (order, blue) = carded(&app, &special("SP-6")).await;
    let path = format!("/invoices/{}/red-letters", blue["id"].as_str().unwrap());
    let again = json!({ "mode": "confirm", "reason": "01", "everything": true, "reissue": true });
    let done = app.post(&path, "SP-6-red", &again).await;
    assert_eq!(done.status, StatusCode::CREATED, "{done:?}");
    let of = json!({ "order": order["id"] });
    at_stage(&app, &of, 0, "done").await;
    let whole = app
        .get(&format!("/orders/{}", order["id"].as_str().unwrap()))
        .await
        .body;
    let anew = json!({ "id": order["id"], "delivery": whole["delivery"] });
    assert_ne!(anew["delivery"]["id"], order["delivery"]["id"]);
    app.open_page(&anew).await;
    app.authorise(&anew, &company()).await;
    app.await_state(&anew, "carded").await;
    // Blue, red, and blue again; all of one kind, here and at the tax side.
    let list = app.get("/invoices").await.body;
    let rows = list["data"].as_array().unwrap();
    assert_eq!(rows.len(), 3, "{list}");
    for row in rows {
        assert_eq!(row["kind"], "digital_special", "{row}");
        let upload = held(&app, row["number"].as_str().unwrap()).await;
        assert_eq!(upload["fppz"], "01", "{upload}");
    }
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn lists_and_the_buyers_page_tell_the_kind() {
    let app = spawn_app().await;
    let (order, _) = carded(&app, &special("SP-9")).await;
    let plain = accepted(&app, &tea("SP-9-plain")).await;
    let waiting = accepted(&app, &special("SP-9-open")).await;
    let finance = signed_in(&app, "finance").await;
    let list = shown(&app, &finance, "/admin/orders").await;
    assert_eq!(list.matches(">专票</td>").count(), 2, "{list}");
    assert_eq!(list.matches(">普票</td>").count(), 1, "{list}");
    let list = shown(&app, &finance, "/admin/invoices").await;
    assert!(list.contains("数电专票</span>"), "{list}");
    let buyer = Client::new();
    let page = |of: &Value| {
        let link = of["delivery"]["page_url"].as_str().unwrap();
        format!("/o/{}", link.rsplit('/').next().unwrap())
    };
    let open = shown(&app, &buyer, &page(&waiting)).await;
    assert!(
        open.contains("<dd>增值税专用发票</dd>") && open.contains("个人抬头不能开具"),
        "{open}"
    );
    let done = shown(&app, &buyer, &page(&order)).await;
    assert!(
        done.contains("<dd>增值税专用发票</dd>") && !done.contains("个人抬头不能开具"),
        "{done}"
    );
    let ordinary = shown(&app, &buyer, &page(&plain)).await;
    assert!(
        ordinary.contains("<dd>普通发票</dd>") && !ordinary.contains("专用发票"),
        "{ordinary}"
    );
    app.stop().await;
}

#[tokio::test]
async fn where_the_buyer_cannot_deduct_staff_are_told() {
    let app = spawn_app().await;
    let mut wanted = special("SP-7");
    wanted["lines"] = json!([{
        "name": "工作餐", "tax_code": "3070401000000000000", "unit": "份", "quantity": "2",
        "unit_price": "53.00", "tax_included": true, "rate": "0.06"
    }]);
    let (order, invoice) = carded(&app, &wanted).await;
    assert_eq!(invoice["kind"], "digital_special");
    let finance = signed_in(&app, "finance").await;
    let path = format!("/admin/orders/{}", order["id"].as_str().unwrap());
    let page = shown(&app, &finance, &path).await;
    // In what is known of the order, and in its timeline.
    assert!(page.contains("取得专用发票也不能抵扣"), "{page}");
    assert!(page.contains("购买方不能抵扣"), "{page}");
    assert!(!page.contains("cannot deduct"), "{page}");
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn a_file_and_the_form_may_ask_for_it() {
    let app = spawn_app().await;
    let file = "order_no,name,store,tax_code,unit,quantity,unit_price,tax_included,rate,invoice_kind\n\
        F-1,茶具,S001,1080121010000000000,套,1,113.00,yes,0.13,special\n\
        F-2,茶具,S001,1080121010000000000,套,1,113.00,yes,0.13,\n\
        F-3,茶具,S001,1080121010000000000,套,1,113.00,yes,0.13,both\n\
        F-4,白菜,S001,1010112040000000000,袋,1,1.00,yes,exempt,special\n\
        F-5,茶具,S001,1080121010000000000,套,1,113.00,yes,0.13,special\n\
        F-5,茶具,S001,1080121010000000000,套,1,113.00,yes,0.13,ordinary\n";
    let report = imported(&app, file).await;
    assert_eq!(report.created, 2, "{report:?}");
    assert_eq!(
        mistakes(&report),
        [(4, "invoice_kind"), (5, "rate"), (7, "invoice_kind")]
    );
    let orders = app.get("/orders?text=F-").await.body;
    for row in orders["data"].as_array().unwrap() {
        let path = format!("/orders/{}", row["id"].as_str().unwrap());
        let order = app.get(&path).await.body;
        let expected = if order["order_no"] == "F-1" {
            "special"
        } else {
            "ordinary"
        };
        assert_eq!(order["invoice_kind"], expected, "{order}");
    }

    let finance = signed_in(&app, "finance").await;
    let page = shown(&app, &finance, "/admin/orders/new").await;
    assert!(
        page.contains("name=\"invoice_kind\"") && page.contains("增值税专用发票"),
        "{page}"
    );
    let token = hidden(&page, "csrf");
    let make = |rate: &'static str| {
        let form = [
            ("csrf", token.as_str()),
            ("order_no", "W-1"),
            ("store", "S001"),
            ("tax_included", "yes"),
            ("invoice_kind", "special"),
            ("lines-0-name", "茶具"),
            ("lines-0-tax_code", "1080121010000000000"),
            ("lines-0-unit", "套"),
            ("lines-0-quantity", "1"),
            ("lines-0-unit_price", "113.00"),
            ("lines-0-rate", rate),
        ];
        finance
            .post(format!("{}/admin/orders", app.web()))
            .header("Origin", app.web())
            .form(&form)
            .send()
    };
    let wrong = make("exempt").await.unwrap();
    assert_eq!(wrong.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let text = wrong.text().await.unwrap();
    assert!(text.contains("专用发票的明细不能有免税"), "{text}");
    assert_eq!(make("0.13").await.unwrap().status(), StatusCode::SEE_OTHER);
    let made = app.get("/orders?text=W-1").await.body;
    let path = format!("/orders/{}", made["data"][0]["id"].as_str().unwrap());
    assert_eq!(app.get(&path).await.body["invoice_kind"], "special");
    app.stop().await;
}
