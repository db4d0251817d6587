//! Documents of natural persons: told with a title, checked, uploaded, shown masked, erased.

use crate::{
    admin::{
        console::parked,
        sign_in::signed_in,
        work::{location, page, send},
    },
    harness::{TestApp, eventually, person, spawn_app, tea},
    red::{at_stage, refund},
    taxes::behind_gateway,
};
use fapiao_domain::ids::{DeliveryId, Id};
use fapiao_usecases::{actor::Actor, ports::Scope, records::SealedDocument};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

/// The sample of GB 11643.
pub(crate) const NUMBER: &str = "11010519491231002X";
const MASKED: &str = "**************002X";

/// An order whose page only asks the buyer to confirm: the title comes with the request.
pub(crate) fn told(order_no: &str, document: &Value) -> Value {
    let mut order = tea(order_no);
    order["delivery"] = json!({
        "channel": "web",
        "page": "confirm",
        "title": { "kind": "person", "name": "王小明", "document": document },
    });
    order
}

async fn document_of(app: &TestApp, order: &Value) -> Option<SealedDocument> {
    let id = DeliveryId::parse(order["delivery"]["id"].as_str().unwrap()).unwrap();
    let store = &app.ports().store;
    let delivery = store.delivery(&Scope::All, &id).await.unwrap().unwrap();
    delivery.raw_title.unwrap().document
}

pub(crate) async fn held(app: &TestApp, carded: &Value) -> Value {
    let path = format!("/invoices/{}", carded["invoice"]["id"].as_str().unwrap());
    let invoice = app.get(&path).await.body;
    let path = format!("/sandbox/invoices/{}", invoice["number"].as_str().unwrap());
    app.control(&app.tax(), Method::GET, &path, None).await["content"].clone()
}

/// Nowhere but in the upload itself: neither in answers nor on pages, in the timeline or in the kept exchanges.
async fn is_nowhere_in_clear(app: &TestApp, order: &Value, carded: &Value) {
    let subjects = [
        order["id"].as_str().unwrap().to_owned(),
        carded["id"].as_str().unwrap().to_owned(),
        carded["invoice"]["id"].as_str().unwrap().to_owned(),
    ];
    let kept = app.ports().store.exchanges_about(&subjects).await.unwrap();
    assert!(!kept.is_empty());
    assert!(!format!("{kept:?}").contains(NUMBER), "{kept:?}");
    let finance = signed_in(app, "finance").await;
    for path in [
        format!("/admin/deliveries/{}", subjects[1]),
        format!("/admin/orders/{}", subjects[0]),
        format!("/admin/invoices/{}", subjects[2]),
        "/admin/deliveries".to_owned(),
        "/admin/invoices".to_owned(),
        "/admin/audit".to_owned(),
    ] {
        let text = page(app, &finance, &path).await;
        assert!(!text.contains(NUMBER), "{path}");
    }
    let link = order["delivery"]["page_url"].as_str().unwrap();
    let text = app.http.get(link).send().await.unwrap().text().await;
    let text = text.unwrap();
    assert!(
        !text.contains(NUMBER) && !text.contains("002X"),
        "the link shows nothing of it"
    );
}

#[tokio::test]
async fn an_identity_card_reaches_the_tax_side_and_is_erased() {
    for gateway in [false, true] {
        let app = spawn_app().await;
        if gateway {
            behind_gateway(&app, "digital").await;
        }
        let card = json!({ "type": "201", "number": "11010519491231002x" });
        let made = app.post("/orders", "PD-1", &told("PD-1", &card)).await;
        assert_eq!(made.status, StatusCode::CREATED, "{made:?}");
        assert_eq!(
            made.body["delivery"]["title"]["document"],
            json!({ "type": "201", "nationality": "156", "number": MASKED })
        );
        assert!(!document_of(&app, &made.body).await.unwrap().is_erased());
        // Again under the same key: the same answer, still masked.
        let again = app.post("/orders", "PD-1", &told("PD-1", &card)).await;
        assert_eq!(again.body, made.body);
        app.open_page(&made.body).await;
        app.authorise(&made.body, &person("王小明")).await;
        let carded = app.await_state(&made.body, "carded").await;
        let upload = held(&app, &carded).await;
        assert_eq!(
            [
                &upload["zrrzjlxDm"],
                &upload["zrrzjhm"],
                &upload["zrrgjDm"],
                &upload["gmfnsrsbh"],
                &upload["gmfzrrbz"],
            ],
            ["201", NUMBER, "156", NUMBER, "Y"],
            "{upload}"
        );
        is_nowhere_in_clear(&app, &made.body, &carded).await;
        let left = document_of(&app, &made.body).await.unwrap();
        assert!(left.is_erased() && left.masked == MASKED, "{left:?}");
        let finance = signed_in(&app, "finance").await;
        let path = format!("/admin/deliveries/{}", carded["id"].as_str().unwrap());
        let text = page(&app, &finance, &path).await;
        assert!(
            text.contains("居民身份证") && text.contains(MASKED) && text.contains("号码已删除"),
            "{text}"
        );
        // A red letter does not need the number any more.
        let sold = json!({ "order": made.body["id"], "invoice": carded["invoice"]["id"] });
        let whole = json!({ "mode": "confirm", "reason": "02", "everything": true });
        let asked = refund(&app, &sold, "PD-1-r", &whole).await;
        assert_eq!(asked.status, StatusCode::CREATED, "{asked:?}");
        at_stage(&app, &sold, 0, "done").await;
        app.assert_ledger_holds().await;
        app.stop().await;
    }
}

#[tokio::test]
async fn what_does_not_fit_is_refused_at_its_place() {
    let app = spawn_app().await;
    for (n, (document, wrong)) in [
        (
            json!({ "type": "201", "number": "110105194912310021" }),
            "number",
        ),
        (
            json!({ "type": "201", "nationality": "840", "number": NUMBER }),
            "nationality",
        ),
        (
            json!({ "type": "208", "number": "C01234567" }),
            "nationality",
        ),
        (json!({ "type": "210", "number": "X01234567" }), "number"),
        (
            json!({ "type": "237", "nationality": "344", "number": "830000199001010011" }),
            "number",
        ),
        (json!({ "type": "299", "number": "1" }), "type"),
        (json!({ "type": "227" }), "number"),
        (
            json!({ "type": "227", "number": "E1", "country": "CN" }),
            "country",
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let no = format!("PD-2-{n}");
        let answer = app.post("/orders", &no, &told(&no, &document)).await;
        assert_eq!(
            answer.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{document}"
        );
        let pointer = format!("/delivery/title/document/{wrong}");
        assert!(
            answer.wrong_fields().contains(&pointer),
            "{document}: {answer:?}"
        );
        assert!(!answer.body.to_string().contains(NUMBER), "{answer:?}");
    }
    // Of persons only.
    let card = json!({ "type": "201", "number": NUMBER });
    let mut order = told("PD-3", &card);
    order["delivery"]["title"]["kind"] = json!("organisation");
    order["delivery"]["title"]["tax_number"] = json!("91110105MA0000007L");
    let answer = app.post("/orders", "PD-3", &order).await;
    assert_eq!(answer.body["errors"][0]["code"], "E_DOCUMENT_PERSON");
    // And not where the form has no place for it.
    behind_gateway(&app, "classic").await;
    let answer = app.post("/orders", "PD-4", &told("PD-4", &card)).await;
    assert_eq!(answer.body["errors"][0]["code"], "E_DOCUMENT_MODE");
    app.stop().await;
}

#[tokio::test]
async fn staff_may_add_one_to_a_title_that_stopped() {
    let app = spawn_app().await;
    let order = app.order("PD-5").await;
    app.open_page(&order).await;
    let unfit = json!({ "company": { "title": "王小明", "tax_no": "91110105MA000000L7" } });
    app.authorise(&order, &unfit).await;
    parked(&app, "draft_invoice").await;
    let finance = signed_in(&app, "finance").await;
    let id = order["delivery"]["id"].as_str().unwrap();
    let here = format!("/admin/deliveries/{id}");
    let shown = page(&app, &finance, &here).await;
    assert!(
        shown.contains("name=\"document_type\"") && shown.contains("237 港澳居民居住证"),
        "{shown}"
    );
    let mut form = vec![
        ("organisation", "no"),
        ("name", "王小明"),
        ("tax_number", ""),
        ("override_reason", "买家来电说明是个人"),
        ("document_type", "208"),
        ("document_nationality", ""),
        ("document_number", "C01234567"),
    ];
    let wrong = send(&app, &finance, &format!("{here}/title"), &form).await;
    assert_eq!(wrong.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let text = wrong.text().await.unwrap();
    assert!(
        text.contains("href=\"#document_nationality\"")
            && text.contains("国籍（地区）代码为三位数字"),
        "{text}"
    );
    // A name that cannot be printed stops again, and the document is kept by then.
    form[1].1 = "王𪚥";
    form[5].1 = "840";
    location(&send(&app, &finance, &format!("{here}/title"), &form).await);
    let store = &app.ports().store;
    eventually("the name that cannot be printed", async || {
        let jobs = store.jobs(Some("parked"), None, 50).await.unwrap().rows;
        jobs.into_iter().find(|it| it.code == "not_printable")
    })
    .await;
    let shown = page(&app, &finance, &here).await;
    assert!(
        shown.contains("已保存 *******67") && !shown.contains("C01234567"),
        "{shown}"
    );
    // Its number need not be typed again, also where its nationality was wrong.
    form[1].1 = "王小明";
    form[5].1 = "276";
    form[6].1 = "";
    location(&send(&app, &finance, &format!("{here}/title"), &form).await);
    let carded = app.await_state(&order, "carded").await;
    let upload = held(&app, &carded).await;
    assert_eq!(
        [
            &upload["zrrzjlxDm"],
            &upload["zrrzjhm"],
            &upload["zrrgjDm"],
            &upload["gmfnsrsbh"],
        ],
        [
            &json!("208"),
            &json!("C01234567"),
            &json!("276"),
            &Value::Null
        ],
        "{upload}"
    );
    let left = document_of(&app, &order).await.unwrap();
    assert_eq!(
        (left.masked.as_str(), left.is_erased()),
        ("*******67", true)
    );
    app.assert_ledger_holds().await;
    app.stop().await;
}

/// The number of one buyer cannot be opened: that invoice waits, with the reason, and holds up no other.
#[tokio::test]
async fn a_number_that_no_key_opens_stops_its_own_invoice_only() {
    let app = spawn_app().await;
    let card = json!({ "type": "201", "number": NUMBER });
    let damage = |from: &str, to: &str, id: &str| {
        format!(
            "UPDATE deliveries SET raw_title = replace(raw_title, '\"sealed\":\"{from}', '\"sealed\":\"{to}') \
             WHERE id = '{id}'"
        )
    };
    let mut made = Vec::new();
    for no in ["PD-6", "PD-7"] {
        made.push(app.post("/orders", no, &told(no, &card)).await.body);
    }
    let id = made[0]["delivery"]["id"].as_str().unwrap();
    assert_eq!(app.tamper(&damage("", "x", id)).await, 1);
    for order in &made {
        app.open_page(order).await;
        app.authorise(order, &person("王小明")).await;
    }
    app.await_state(&made[1], "carded").await;
    let job = parked(&app, "issue_invoice").await;
    assert_eq!(job.code, "document_sealed");
    let finance = signed_in(&app, "finance").await;
    let text = page(&app, &finance, &format!("/admin/deliveries/{id}")).await;
    assert!(text.contains("买家证件号码无法用本机主密钥解开"), "{text}");
    assert_eq!(app.tamper(&damage("x", "", id)).await, 1);
    let store = &app.ports().store;
    store.retry_job(&job.id, &Actor::System).await.unwrap();
    let carded = app.await_state(&made[0], "carded").await;
    assert_eq!(held(&app, &carded).await["zrrzjhm"], NUMBER);
    app.assert_ledger_holds().await;
    app.stop().await;
}

/// What the tax side says of the number it repeats; what ended without an invoice is erased, too.
#[tokio::test]
async fn a_refusal_that_repeats_the_number_is_kept_without_it() {
    let app = spawn_app().await;
    let passport = json!({ "type": "227", "number": "E12345678" });
    let made = app.post("/orders", "PD-8", &told("PD-8", &passport)).await;
    let said = "E_BUYER: zrrzjhm E12345678 belongs to 11010519491231002X";
    app.tax_fault(&json!({ "kind": "refuse_invoices", "message": said, "times": 1 }))
        .await;
    app.open_page(&made.body).await;
    app.authorise(&made.body, &person("王小明")).await;
    let failed = app.await_state(&made.body, "failed").await;
    let text = failed.to_string();
    assert!(
        text.contains("zrrzjhm *******78 belongs to **************002X"),
        "{text}"
    );
    assert!(document_of(&app, &made.body).await.unwrap().is_erased());
    // A page that nobody opened keeps its number until its time is over, and no longer.
    let waits = app.post("/orders", "PD-9", &told("PD-9", &passport)).await;
    let now = app.ports().clock.now();
    let store = &app.ports().store;
    for (before, erased) in [(now - chrono::TimeDelta::hours(1), false), (now, true)] {
        store.erase_documents(before).await.unwrap();
        let document = document_of(&app, &waits.body).await.unwrap();
        assert_eq!(document.is_erased(), erased);
    }
    eventually("the line of the audit", async || {
        let text = format!("{:?}", store.audit(None, 200).await.unwrap().rows);
        assert!(!text.contains("E12345678") && !text.contains(NUMBER));
        text.contains("invoice.refused").then_some(())
    })
    .await;
    app.assert_ledger_holds().await;
    app.stop().await;
}
