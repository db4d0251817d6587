//! The reimburser's calls.

use serde_json::{Value, json};

use crate::scene::{Merchant, NUMBER, Stage, refused, stage};

const UPDATE: &str = "/card/invoice/reimburse/updateinvoicestatus";
const BATCH: &str = "/card/invoice/reimburse/updatestatusbatch";

async fn card(stage: &Stage, order: &str, number: &str) -> Value {
    let (body, answer) = stage.merchant.carded(order, number).await;
    let code = answer["code"].as_str().unwrap();
    let card = stage
        .merchant
        .control(&format!("/sandbox/cards/{code}"))
        .await;
    json!({"card_id": body["card_id"], "encrypt_code": card["encrypt_code"]})
}

fn with_status(card: &Value, status: &str) -> Value {
    let mut body = card.clone();
    body["reimburse_status"] = json!(format!("INVOICE_REIMBURSE_{status}"));
    body
}

#[tokio::test]
async fn an_invoice_is_read_alone_and_in_a_batch() {
    let stage = stage().await;
    let merchant = &stage.merchant;
    let card = card(&stage, "A-1", NUMBER).await;
    let info = merchant
        .post("/card/invoice/reimburse/getinvoiceinfo", card.clone())
        .await;
    assert_eq!(info["payee"], "深圳市示例商贸有限公司", "{info}");
    assert_eq!(info["user_info"]["billing_no"], NUMBER);
    assert_eq!(
        info["user_info"]["reimburse_status"],
        "INVOICE_REIMBURSE_INIT"
    );
    let url = info["user_info"]["pdf_url"].as_str().unwrap();
    let pdf = merchant
        .http
        .get(url)
        .send()
        .await
        .unwrap()
        .bytes()
        .await
        .unwrap();
    assert!(pdf.starts_with(b"%PDF-"));
    let path = "/card/invoice/reimburse/getinvoicebatch";
    let list = merchant.post(path, json!({"item_list": [card]})).await;
    assert_eq!(list["item_list"][0]["user_info"]["fee"], 11_300);
    let decrypted = merchant
        .post(
            "/card/code/decrypt",
            json!({"encrypt_code": card["encrypt_code"]}),
        )
        .await;
    let found = merchant.control("/sandbox/cards?order_id=A-1").await;
    assert_eq!(decrypted["code"], found["cards"][0]["code"]);
    let forged = json!({"encrypt_code": "DEMOencrypt+code/=="});
    refused(
        &merchant.post("/card/code/decrypt", forged).await,
        40056,
        "",
    );
    let mut wrong = card.clone();
    wrong["encrypt_code"] = json!("DEMOencrypt+code/==");
    refused(
        &merchant
            .post("/card/invoice/reimburse/getinvoiceinfo", wrong)
            .await,
        40075,
        "",
    );
    let mut wrong = card;
    wrong["card_id"] = json!(merchant.template().await);
    refused(
        &merchant
            .post("/card/invoice/reimburse/getinvoiceinfo", wrong)
            .await,
        40073,
        "",
    );
}

#[tokio::test]
async fn a_card_is_locked_closed_and_released_by_its_locker_only() {
    let stage = stage().await;
    let merchant = &stage.merchant;
    let card = card(&stage, "A-1", NUMBER).await;
    let other = Merchant::sign_in(
        stage.running.base_url(),
        "wx000000merchant00",
        "merchant-secret",
    )
    .await;
    refused(
        &merchant.post(UPDATE, with_status(&card, "CLOSURE")).await,
        72039,
        "",
    );
    assert_eq!(
        other.post(UPDATE, with_status(&card, "LOCK")).await["errcode"],
        0
    );
    refused(
        &merchant.post(UPDATE, with_status(&card, "LOCK")).await,
        72023,
        "",
    );
    refused(
        &merchant.post(UPDATE, with_status(&card, "INIT")).await,
        72023,
        "",
    );
    assert_eq!(
        other.post(UPDATE, with_status(&card, "INIT")).await["errcode"],
        0
    );
    assert_eq!(
        merchant.post(UPDATE, with_status(&card, "LOCK")).await["errcode"],
        0
    );
    refused(
        &merchant.post(UPDATE, with_status(&card, "CANCEL")).await,
        72024,
        "",
    );
    assert_eq!(
        merchant.post(UPDATE, with_status(&card, "CLOSURE")).await["errcode"],
        0
    );
    refused(
        &merchant.post(UPDATE, with_status(&card, "INIT")).await,
        72061,
        "",
    );
    refused(
        &merchant.post(UPDATE, with_status(&card, "GONE")).await,
        72031,
        "",
    );
}

#[tokio::test]
async fn a_batch_moves_all_or_none() {
    let stage = stage().await;
    let merchant = &stage.merchant;
    let first = card(&stage, "A-1", NUMBER).await;
    let second = card(&stage, "A-2", "26999000000000000002").await;
    let openid =
        merchant.control("/sandbox/cards?order_id=A-1").await["cards"][0]["openid"].clone();
    merchant.post(UPDATE, with_status(&first, "LOCK")).await;
    let batch = |status: &str, openid: &Value| {
        json!({"openid": openid, "reimburse_status": format!("INVOICE_REIMBURSE_{status}"),
            "invoice_list": [first, second]})
    };
    refused(
        &merchant.post(BATCH, batch("CLOSURE", &openid)).await,
        72039,
        "",
    );
    let state = |order: &str| {
        let path = format!("/sandbox/cards?order_id={order}");
        async move { merchant.control(&path).await["cards"][0]["status"].clone() }
    };
    assert_eq!(
        state("A-1").await,
        "INVOICE_REIMBURSE_LOCK",
        "nothing moved"
    );
    refused(
        &merchant
            .post(BATCH, batch("CLOSURE", &json!("oNOBODY")))
            .await,
        72037,
        "",
    );
    merchant.post(UPDATE, with_status(&second, "LOCK")).await;
    assert_eq!(
        merchant.post(BATCH, batch("CLOSURE", &openid)).await["errcode"],
        0
    );
    assert_eq!(state("A-1").await, "INVOICE_REIMBURSE_CLOSURE");
    assert_eq!(state("A-2").await, "INVOICE_REIMBURSE_CLOSURE");
}

#[tokio::test]
async fn a_platform_cancels_only_what_nobody_reimburses() {
    let stage = stage().await;
    let merchant = &stage.merchant;
    let (body, answer) = merchant.carded("A-1", NUMBER).await;
    let path = "/card/invoice/platform/updatestatus";
    let change = |status: &str| {
        json!({"card_id": body["card_id"], "code": answer["code"],
            "reimburse_status": format!("INVOICE_REIMBURSE_{status}")})
    };
    refused(
        &merchant.post(path, change("LOCK")).await,
        72024,
        "reimburser",
    );
    refused(
        &merchant.post(path, change("NOTHING")).await,
        72031,
        "reimburse_status",
    );
    let mut wrong = change("CANCEL");
    wrong["code"] = json!("26999000000000000001");
    refused(&merchant.post(path, wrong).await, 72038, "code");
    let mut wrong = change("CANCEL");
    wrong["card_id"] = json!("pUNKNOWN");
    refused(&merchant.post(path, wrong).await, 40073, "");
    assert_eq!(merchant.post(path, change("CANCEL")).await["errcode"], 0);
}
