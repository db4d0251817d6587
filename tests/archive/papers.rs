//! Papers that come back.

use super::get;
use crate::{
    admin::sign_in::{hidden, signed_in},
    harness::{TestApp, company, person, spawn_app, tea},
    red::{at_stage, refund},
    taxes::behind_gateway,
};
use reqwest::StatusCode;
use serde_json::{Value, json};

async fn check(app: &TestApp, body: Vec<u8>) -> (StatusCode, Value) {
    let answer = app
        .http
        .post(format!("{}/api/v1/papers", app.web()))
        .bearer_auth(&app.demo().secrets.api_key)
        .body(body)
        .send()
        .await
        .unwrap();
    let status = answer.status();
    let text = answer.text().await.unwrap();
    (status, serde_json::from_str(&text).unwrap_or_default())
}

fn differing(checked: &Value) -> Vec<&str> {
    let fields = checked["fields"].as_array().unwrap();
    fields
        .iter()
        .filter(|it| it["same"] == false)
        .map(|it| it["field"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn a_paper_is_compared_with_the_ledger_field_by_field() {
    let app = spawn_app().await;
    let order = app.authorised_order("P-1", &company()).await;
    let delivery = app.await_state(&order, "carded").await;
    let id = delivery["invoice"]["id"].as_str().unwrap();
    let number = delivery["invoice"]["number"].as_str().unwrap();
    let finance = signed_in(&app, "finance").await;
    let file = |ending: &str| format!("/admin/invoices/{id}/file.{ending}");
    let (_, pdf) = get(&app, &finance, &file("pdf")).await;
    let (_, xml) = get(&app, &finance, &file("xml")).await;

    // The very file.
    let (status, same) = check(&app, pdf.clone()).await;
    assert_eq!(status, StatusCode::OK, "{same}");
    assert_eq!(
        (&same["verdict"], &same["number"]),
        (&json!("identical"), &json!(number))
    );
    assert!(differing(&same).is_empty(), "{same}");

    // Saved anew by another program: other bytes, the same words.
    let mut again = pdf.clone();
    again.extend_from_slice(b"\n% saved anew\n");
    let (_, agrees) = check(&app, again).await;
    assert_eq!(agrees["verdict"], "agrees", "{agrees}");
    // Its code is read off the page as a telephone would.
    let code = agrees["fields"].as_array().unwrap();
    let code = code.iter().find(|it| it["field"] == "code").unwrap();
    assert!(
        code["paper"].as_str().unwrap().starts_with(number) && code["same"] == true,
        "{code}"
    );

    // A changed amount and buyer in the structured file.
    let text = String::from_utf8(xml).unwrap();
    let forged = text
        .replace("113.00", "913.00")
        .replace("北京喆堃龘贸易有限公司", "北京某某有限公司");
    let (_, differs) = check(&app, forged.into_bytes()).await;
    assert_eq!(differs["verdict"], "differs", "{differs}");
    let wrong = differing(&differs);
    assert!(
        wrong.contains(&"total") && wrong.contains(&"buyer_name"),
        "{differs}"
    );
    assert!(!wrong.contains(&"tax"), "{differs}");

    // Sums and names may agree while the lines do not, or while something was put in.
    let quantity = text.split_once("<Quantity>").unwrap().1;
    let quantity = quantity.split_once('<').unwrap().0;
    let row = text.split_once("<IssuItemInformation>").unwrap().1;
    let row = row.split_once("</IssuItemInformation>").unwrap().0;
    let row = format!("<IssuItemInformation>{row}</IssuItemInformation>");
    for (what, forged) in [
        (
            "another quantity",
            text.replace(
                &format!("<Quantity>{quantity}<"),
                &format!("<Quantity>{quantity}0<"),
            ),
        ),
        (
            "another rate",
            text.replace("<TaxRate>0.130000<", "<TaxRate>0.010000<"),
        ),
        (
            "a line more",
            text.replacen(&row, &format!("{row}{row}"), 1),
        ),
    ] {
        assert_ne!(forged, text, "{what}");
        let (_, differs) = check(&app, forged.into_bytes()).await;
        assert_eq!(differing(&differs), ["lines"], "{what}: {differs}");
    }

    // The QR code: right, then with another amount, then of an invoice we do not know.
    let day = fapiao_usecases::calendar::day(app.ports().clock.now()).replace('-', "");
    let qr = |number: &str, amount: &str| {
        json!({ "qr": format!("01,32,,{number},{amount},{day},,") })
            .to_string()
            .into_bytes()
    };
    assert_eq!(
        check(&app, qr(number, "113.00")).await.1["verdict"],
        "agrees"
    );
    let (_, other) = check(&app, qr(number, "13.00")).await;
    assert_eq!(
        (&other["verdict"], differing(&other)),
        (&json!("differs"), vec!["total"])
    );
    // A checksum that does not fit is a warning beside it.
    let odd = json!({ "qr": format!("01,32,,{number},113.00,{day},,0000") });
    let (_, odd) = check(&app, odd.to_string().into_bytes()).await;
    assert_eq!(
        (&odd["verdict"], differing(&odd)),
        (&json!("agrees"), vec!["checksum"]),
        "{odd}"
    );
    assert_eq!(
        check(&app, qr("26999999999999999999", "1.00")).await.1["verdict"],
        "unknown"
    );

    // A photograph of the code: what it proves, and what it does not.
    let (_, shot) = check(&app, photograph(&format!("01,32,,{number},113.00,{day},,"))).await;
    assert_eq!(
        (&shot["verdict"], &shot["format"], &shot["number"]),
        (&json!("agrees"), &json!("png"), &json!(number)),
        "{shot}"
    );
    let unproven = shot["unproven"].as_array().unwrap();
    assert!(
        unproven
            .iter()
            .any(|it| it["field"] == "buyer_name" && it["ledger"] != ""),
        "{shot}"
    );
    assert!(!unproven.iter().any(|it| it["field"] == "total"), "{shot}");
    assert_eq!(same["unproven"], json!([]));

    // Strangers' files are refused in words, never with a fault of ours.
    let bombs: [&[u8]; 7] = [
        b"\x89PNG\r\n\x1a\n nonsense",
        b"\xff\xd8\xff\xe0 nonsense",
        b"%PDF-1.7 nonsense",
        b"PK\x03\x04 nonsense",
        b"<a><!DOCTYPE x [<!ENTITY a 'b'>]></a>",
        b"GIF89a",
        b"{\"qr\":\"https://example.com\"}",
    ];
    for bomb in bombs {
        assert_eq!(check(&app, bomb.to_vec()).await.0, StatusCode::BAD_REQUEST);
    }

    // The page shows the same.
    let (_, page) = get(&app, &finance, "/admin/papers").await;
    let token = hidden(&String::from_utf8(page).unwrap(), "csrf");
    let form = reqwest::multipart::Form::new()
        .text("csrf", token)
        .text("qr", format!("01,32,,{number},13.00,{day},,"));
    let answer = finance
        .post(format!("{}/admin/papers", app.web()))
        .header("Origin", app.web())
        .multipart(form)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    let page = answer.text().await.unwrap();
    assert!(
        page.contains("与账上不一致") && page.contains("113.00"),
        "{page}"
    );
    // As a hand scanner types it while a Chinese input method is on; the field is empty for the next one.
    let form = reqwest::multipart::Form::new()
        .text("csrf", hidden(&page, "csrf"))
        .text("qr", format!("01，32，，{number}，113。00，{day}，，"));
    let answer = finance
        .post(format!("{}/admin/papers", app.web()))
        .header("Origin", app.web())
        .multipart(form)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    let page = answer.text().await.unwrap();
    assert!(
        page.contains("二维码与账上一致") && page.contains("请对照票面"),
        "{page}"
    );
    assert!(!page.contains("113。00"), "{page}");
    app.stop().await;
}

/// A code as a telephone would save it: grey, with a shadow over it.
fn photograph(text: &str) -> Vec<u8> {
    let code = qrcode::QrCode::new(text).unwrap();
    let (modules, scale, edge) = (code.width(), 8, 60);
    let dark = code.to_colors();
    let size = modules * scale + 2 * edge;
    let mut dots = Vec::with_capacity(size * size);
    for (x, y) in (0..size).flat_map(|y| (0..size).map(move |x| (x, y))) {
        let module = |at: usize| at.checked_sub(edge).map(|it| it / scale);
        let is_dark = match (module(x), module(y)) {
            (Some(x), Some(y)) if x < modules && y < modules => {
                dark[y * modules + x] == qrcode::Color::Dark
            }
            _ => false,
        };
        let light = 90 + 160 * x / size;
        let dot = if is_dark { light / 4 } else { light };
        dots.push(u8::try_from(dot).unwrap());
    }
    let mut bytes = Vec::new();
    let width = u32::try_from(size).unwrap();
    let mut encoder = png::Encoder::new(&mut bytes, width, width);
    encoder.set_color(png::ColorType::Grayscale);
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(&dots).unwrap();
    writer.finish().unwrap();
    bytes
}

#[tokio::test]
async fn a_true_paper_of_an_invoice_that_was_taken_back_is_no_good_paper() {
    let app = spawn_app().await;
    let order = app.authorised_order("P-2", &company()).await;
    let delivery = app.await_state(&order, "carded").await;
    let finance = signed_in(&app, "finance").await;
    let id = delivery["invoice"]["id"].as_str().unwrap();
    let (_, pdf) = get(&app, &finance, &format!("/admin/invoices/{id}/file.pdf")).await;
    let told = async || {
        let (_, page) = get(&app, &finance, "/admin/papers").await;
        let token = hidden(&String::from_utf8(page).unwrap(), "csrf");
        let file = reqwest::multipart::Part::bytes(pdf.clone()).file_name("a.pdf");
        let form = reqwest::multipart::Form::new()
            .text("csrf", token)
            .part("file", file);
        let answer = finance
            .post(format!("{}/admin/papers", app.web()))
            .header("Origin", app.web())
            .multipart(form)
            .send()
            .await;
        answer.unwrap().text().await.unwrap()
    };
    let page = told().await;
    assert!(
        page.contains("与存档文件完全相同") && !page.contains("不再有效"),
        "{page}"
    );
    let sold = json!({ "order": order["id"], "invoice": id });
    let all = json!({ "mode": "confirm", "reason": "02", "everything": true });
    refund(&app, &sold, "P-2-r", &all).await;
    at_stage(&app, &sold, 0, "done").await;
    let page = told().await;
    assert!(
        page.contains("standing warn") && page.contains("已全额红冲，不再有效"),
        "{page}"
    );
    app.stop().await;
}

/// Issues an invoice to a person, with one line as told.
async fn issued(app: &TestApp, order_no: &str, rate: &str, tax_code: &str) -> Value {
    let mut wanted = tea(order_no);
    wanted["lines"][0]["rate"] = json!(rate);
    wanted["lines"][0]["tax_code"] = json!(tax_code);
    let made = app.post("/orders", order_no, &wanted).await;
    assert_eq!(made.status, StatusCode::CREATED, "{made:?}");
    app.open_page(&made.body).await;
    app.authorise(&made.body, &person("王小明")).await;
    let delivery = app.await_state(&made.body, "carded").await;
    delivery["invoice"].clone()
}

async fn document(app: &TestApp, invoice: &Value, format: &str) -> Option<Vec<u8>> {
    let id = invoice["id"].as_str().unwrap();
    let answer = app
        .http
        .get(format!("{}/api/v1/invoices/{id}/file.{format}", app.web()))
        .bearer_auth(&app.demo().secrets.api_key)
        .send()
        .await
        .unwrap();
    match answer.status() {
        StatusCode::OK => Some(answer.bytes().await.unwrap().to_vec()),
        StatusCode::NOT_FOUND => None,
        other => panic!("{format}: {other}"),
    }
}

/// The file inside a PDF.
fn attached(pdf: &[u8]) -> Vec<u8> {
    let document = lopdf::Document::load_mem(pdf).unwrap();
    let is_file = |it: &&lopdf::Stream| {
        let kind = it.dict.get(b"Type").and_then(lopdf::Object::as_name);
        kind.is_ok_and(|it| it == b"EmbeddedFile")
    };
    let mut streams = document
        .objects
        .values()
        .filter_map(|it| it.as_stream().ok());
    let file = streams.find(is_file).unwrap();
    file.decompressed_content().unwrap()
}

/// A file that another program saved: other bytes, the same content.
async fn agrees(app: &TestApp, invoice: &Value, what: &str, copy: Vec<u8>) {
    let (_, checked) = check(app, copy).await;
    assert_eq!(checked["verdict"], "agrees", "{what}: {checked}");
    assert_eq!(checked["invoice"], invoice["id"], "{what}: {checked}");
}

#[tokio::test]
async fn a_true_copy_agrees_whatever_the_rate_the_format_and_the_form() {
    const GOODS: &str = "1080121010000000000";
    let app = spawn_app().await;
    for (order_no, rate, tax_code) in [
        ("C-1", "0.13", GOODS),
        ("C-2", "exempt", GOODS),
        ("C-3", "not_taxed", "6110000000000000000"),
    ] {
        let invoice = issued(&app, order_no, rate, tax_code).await;
        for (format, before, after) in [
            ("pdf", "", "\n% saved anew\n"),
            ("ofd", "", "\n"),
            ("xml", "\u{feff}", ""),
        ] {
            let made = document(&app, &invoice, format).await.unwrap();
            let copy = [before.as_bytes(), &made, after.as_bytes()].concat();
            agrees(&app, &invoice, &format!("{rate} {format}"), copy).await;
        }
    }
    // The older form: no structured file of its own, but one inside its paper that names code and number.
    behind_gateway(&app, "classic").await;
    let invoice = issued(&app, "C-4", "0.13", GOODS).await;
    assert_eq!(document(&app, &invoice, "xml").await, None);
    let own = attached(&document(&app, &invoice, "pdf").await.unwrap());
    agrees(&app, &invoice, "inside", own.clone()).await;
    // A tax that stands where none can be is a difference.
    let forged = String::from_utf8(own)
        .unwrap()
        .replace("<fp:TaxTotalAmount>13.00<", "<fp:TaxTotalAmount>***<");
    let (_, checked) = check(&app, forged.into_bytes()).await;
    assert_eq!(
        (&checked["verdict"], differing(&checked)),
        (&json!("differs"), vec!["tax"])
    );
    app.stop().await;
}
