//! Difference tax, from the order to the paper and back.

use super::{imported, mistakes};
use crate::{
    admin::sign_in::signed_in,
    harness::{TestApp, company, spawn_app, tea, until},
    red::{at_stage, refund},
    taxes::behind_gateway,
};
use fapiao_domain::ids::Id;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

/// Worked example 38: 1060.00 with 530.00 taken off, at 6%.
fn dispatch(order_no: &str, mode: &str) -> Value {
    let mut order = tea(order_no);
    order["lines"] = json!([{
        "name": "劳务派遣", "tax_code": "3040803010000000000", "unit": "人", "quantity": "2",
        "unit_price": "530.00", "tax_included": true, "rate": "0.06"
    }]);
    order["difference_tax"] = json!({ "mode": mode, "deduction": "530.00" });
    order
}

async fn file(app: &TestApp, invoice: &str, format: &str) -> Vec<u8> {
    let answer = app
        .http
        .get(format!(
            "{}/api/v1/invoices/{invoice}/file.{format}",
            app.web()
        ))
        .bearer_auth(app.till().1)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    answer.bytes().await.unwrap().to_vec()
}

/// A file that follows a moment after its invoice.
async fn paper(app: &TestApp, invoice: &str, format: &str) -> Vec<u8> {
    let wanted = fapiao_domain::ids::InvoiceId::parse(invoice).unwrap();
    until("the paper is made", async || {
        let there = app.ports().store.documents(&wanted).await.unwrap();
        there.iter().any(|it| it.format == format)
    })
    .await;
    file(app, invoice, format).await
}

/// The text of a PDF as `pdftotext` reads it.
fn text_of(pdf: &[u8]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.pdf");
    std::fs::write(&path, pdf).unwrap();
    let told = std::process::Command::new("pdftotext")
        .arg("-layout")
        .arg(&path)
        .arg("-")
        .output()
        .unwrap();
    String::from_utf8(told.stdout).unwrap()
}

async fn issued(app: &TestApp, wanted: &Value) -> (Value, Value) {
    let order_no = wanted["order_no"].as_str().unwrap();
    let made = app.post("/orders", order_no, wanted).await;
    assert_eq!(made.status, StatusCode::CREATED, "{made:?}");
    app.open_page(&made.body).await;
    app.authorise(&made.body, &company()).await;
    let delivery = app.await_state(&made.body, "carded").await;
    let path = format!("/invoices/{}", delivery["invoice"]["id"].as_str().unwrap());
    (made.body, app.get(&path).await.body)
}

#[tokio::test]
async fn the_deduction_leaves_the_tax_base_and_the_paper_says_so() {
    let app = spawn_app().await;
    let (order, invoice) = issued(&app, &dispatch("D-1", "reduced")).await;
    let sums = json!({ "amount": "1030.00", "tax": "30.00", "total": "1060.00" });
    assert_eq!((&order["totals"], &invoice["totals"]), (&sums, &sums));
    assert_eq!(
        invoice["difference_tax"],
        json!({ "mode": "reduced", "deduction": "530.00" })
    );
    assert!(
        invoice["remark"]
            .as_str()
            .unwrap()
            .starts_with("差额征税：530.00。")
    );
    let id = invoice["id"].as_str().unwrap();
    let told = app
        .get(&format!(
            "/orders/{}/rounding",
            order["id"].as_str().unwrap()
        ))
        .await
        .body;
    assert_eq!(told["lines"][0]["formula"], "(1060.00 − 530.00) × 6 ÷ 106");
    assert_eq!(told["lines"][0]["exact_tax"], "30.000000");
    // Staff see the lines as the invoice states them.
    let admin = signed_in(&app, "admin").await;
    let page = format!(
        "{}/admin/orders/{}",
        app.web(),
        order["id"].as_str().unwrap()
    );
    let page = admin.get(page).send().await.unwrap().text().await.unwrap();
    assert!(
        page.contains("1,030.00") && !page.contains("1,000.00"),
        "{page}"
    );
    let text = text_of(&file(&app, id, "pdf").await);
    assert!(text.contains("差额征税-差额开票"), "{text}");
    assert!(text.contains("差额征税：530.00。"), "{text}");
    // Asterisks stand for the rate; the tax is printed.
    let row = text.lines().find(|it| it.contains("*人力资源")).unwrap();
    assert!(
        row.contains("***") && row.contains("30.00") && !row.contains("6%"),
        "{row}"
    );
    let xml = String::from_utf8(file(&app, id, "xml").await).unwrap();
    for part in [
        "<LabelCode>02</LabelCode><LabelName>差额开票</LabelName>",
        "<LabelCode>03</LabelCode><LabelName>差额开票</LabelName>",
        "<TaxpayerType><LabelCode>1</LabelCode><LabelName>一般纳税人</LabelName></TaxpayerType>",
        "<Deduction>530.00</Deduction><SalesIncludingTax>1060.00</SalesIncludingTax>",
    ] {
        assert!(xml.contains(part), "{part} in {xml}");
    }
    let number = invoice["number"].as_str().unwrap();
    let path = format!("/sandbox/invoices/{number}");
    let taken = app.control(&app.tax(), Method::GET, &path, None).await;
    assert_eq!(taken["content"]["cezslxDm"], "02", "{taken}");
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn the_whole_amount_is_taxed_and_the_deduction_only_recorded() {
    let app = spawn_app().await;
    let (_, invoice) = issued(&app, &dispatch("D-2", "whole")).await;
    assert_eq!(
        invoice["totals"],
        json!({ "amount": "1000.00", "tax": "60.00", "total": "1060.00" })
    );
    let text = text_of(&file(&app, invoice["id"].as_str().unwrap(), "pdf").await);
    let row = text.lines().find(|it| it.contains("*人力资源")).unwrap();
    assert!(
        text.contains("差额征税-全额开票") && row.contains("6%"),
        "{text}"
    );
    // 特定征税方式 03 is the other way's: here the whole price is taxed.
    let xml = file(&app, invoice["id"].as_str().unwrap(), "xml").await;
    let xml = String::from_utf8(xml).unwrap();
    let label = "<LabelCode>01</LabelCode><LabelName>全额开票</LabelName>";
    assert!(
        xml.contains(label) && !xml.contains("特定征税方式标签"),
        "{xml}"
    );
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn it_is_given_back_whole_or_not_at_all() {
    let app = spawn_app().await;
    let (order, _) = issued(&app, &dispatch("D-3", "reduced")).await;
    let sold = json!({ "order": order["id"] });
    let part = json!({ "mode": "plan", "reason": "04", "amount": "100.00" });
    let refused = refund(&app, &sold, "D-3-p", &part).await;
    assert_eq!(refused.body["code"], "refund_not_possible", "{refused:?}");
    let whole = json!({ "mode": "confirm", "reason": "03", "everything": true });
    let done = refund(&app, &sold, "D-3-c", &whole).await;
    assert_eq!(done.status, StatusCode::CREATED, "{done:?}");
    assert_eq!(
        done.body["totals"],
        json!({ "amount": "1030.00", "tax": "30.00", "total": "1060.00" })
    );
    let letter = at_stage(&app, &sold, 0, "done").await["red_letters"][0].clone();
    // The red invoice takes the deduction back where the blue one stated it: remark, mark and structured file.
    let id = letter["red_invoice_id"].as_str().unwrap();
    let red = app.get(&format!("/invoices/{id}")).await.body;
    let remark = red["remark"].as_str().unwrap();
    assert!(
        remark.starts_with("被红冲蓝字数电票号码：") && remark.contains(";    差额征税：-530.00。"),
        "{remark}"
    );
    let text = text_of(&paper(&app, id, "pdf").await);
    assert!(
        text.contains("差额征税-差额开票") && text.contains("-530.00。"),
        "{text}"
    );
    let xml = String::from_utf8(paper(&app, id, "xml").await).unwrap();
    let part = "<Deduction>-530.00</Deduction><SalesIncludingTax>-1060.00</SalesIncludingTax>";
    assert!(xml.contains(part), "{xml}");
    let number = red["number"].as_str().unwrap();
    let path = format!("/sandbox/invoices/{number}");
    let taken = app.control(&app.tax(), Method::GET, &path, None).await;
    assert_eq!(taken["content"]["fpmxList"][0]["kce"], "-530", "{taken}");
    app.assert_ledger_holds().await;
    app.stop().await;
}

#[tokio::test]
async fn what_difference_tax_forbids_is_refused_at_its_place() {
    let app = spawn_app().await;
    for (place, value, pointer) in [
        (
            "/difference_tax/mode",
            json!("half"),
            "/difference_tax/mode",
        ),
        (
            "/difference_tax/deduction",
            json!("1060.01"),
            "/difference_tax/deduction",
        ),
        (
            "/difference_tax/deduction",
            json!(530),
            "/difference_tax/deduction",
        ),
        ("/difference_tax/kind", json!("x"), "/difference_tax/kind"),
        ("/lines/0/discount", json!("1.00"), "/lines/0/discount"),
        (
            "/lines/0/tax_included",
            json!(false),
            "/lines/0/tax_included",
        ),
        ("/lines/0/rate", json!("exempt"), "/lines/0/rate"),
    ] {
        let mut wanted = dispatch("D-4", "reduced");
        let (parent, member) = place.rsplit_once('/').unwrap();
        wanted.pointer_mut(parent).unwrap()[member] = value;
        let refused = app.post("/orders", &format!("D-4{place}"), &wanted).await;
        assert_eq!(refused.wrong_fields(), [pointer], "{refused:?}");
    }
    let mut two = dispatch("D-5", "reduced");
    two["lines"] = json!([two["lines"][0], two["lines"][0]]);
    let refused = app.post("/orders", "D-5", &two).await;
    assert_eq!(refused.wrong_fields(), ["/difference_tax"]);
    app.stop().await;
}

/// The tea set's class code takes no difference tax, and says so in the table the tax side hands out.
#[tokio::test]
async fn a_class_code_that_forbids_it_is_refused_with_its_line() {
    for gateway in [false, true] {
        let app = spawn_app().await;
        if gateway {
            behind_gateway(&app, "digital").await;
        }
        let mut wanted = dispatch("D-6", "reduced");
        wanted["lines"][0]["tax_code"] = json!("1080121010000000000");
        wanted["lines"][0]["rate"] = json!("0.13");
        let refused = app.post("/orders", "D-6", &wanted).await;
        assert_eq!(refused.wrong_fields(), ["/lines/0/tax_code"], "{refused:?}");
        let error = &refused.body["errors"][0];
        assert_eq!(error["code"], "E_DIFFERENCE_CLASS");
        let message = error["message"].as_str().unwrap();
        assert!(
            message.starts_with("line 1: ") && message.contains("1080121010000000000"),
            "{message}"
        );
        // The same line without difference tax is an order.
        wanted.as_object_mut().unwrap().remove("difference_tax");
        let made = app.post("/orders", "D-6b", &wanted).await;
        assert_eq!(made.status, StatusCode::CREATED, "{made:?}");
        app.stop().await;
    }
}

#[tokio::test]
async fn a_file_may_carry_it() {
    let app = spawn_app().await;
    let file = "order_no,name,store,tax_code,unit,quantity,unit_price,tax_included,rate,difference_tax,deduction\n\
        F-1,劳务派遣,S001,3040803010000000000,人,1,1060.00,yes,0.06,reduced,530.00\n\
        F-2,劳务派遣,S001,3040803010000000000,人,1,1060.00,yes,0.06,reduced,\n\
        F-3,劳务派遣,S001,3040803010000000000,人,1,1060.00,yes,0.06,half,1.00\n\
        F-4,劳务派遣,S001,3040803010000000000,人,1,1060.00,yes,0.06,,\n\
        F-5,茶具,S001,1080121010000000000,套,1,1060.00,yes,0.13,reduced,530.00\n";
    let report = imported(&app, file).await;
    assert_eq!(
        (report.created, report.totals.tax.to_string().as_str()),
        (2, "90.00")
    );
    assert_eq!(
        mistakes(&report),
        [(3, "deduction"), (4, "difference_tax"), (6, "tax_code")]
    );
    app.stop().await;
}
