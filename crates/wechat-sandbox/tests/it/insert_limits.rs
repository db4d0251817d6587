//! What ends an insert: the age of files and authorisations, parallel tries, the trial's white-list; and fiscal bills.

use serde_json::json;
use wechat_sandbox::SandboxConfig;

use crate::insert::{data, ready};
use crate::pdf_samples;
use crate::scene::{Merchant, NUMBER, accounts, refused, stage};

#[tokio::test]
async fn a_file_dies_after_three_days_unless_a_card_uses_it() {
    let (stage, body) = ready().await;
    let merchant = &stage.merchant;
    merchant.advance(3 * 86_400).await;
    let merchant = Merchant::sign_in(
        stage.running.base_url(),
        &merchant.appid,
        crate::scene::SECRET,
    )
    .await;
    refused(&merchant.insert(body.clone()).await, 72046, "three days");
    let mut fresh = body;
    let media = merchant.pdf_with(NUMBER).await;
    data(&mut fresh)["s_pdf_media_id"] = json!(media);
    assert_eq!(merchant.insert(fresh).await["errcode"], 0);
    merchant.advance(4 * 86_400).await;
    let merchant = Merchant::sign_in(
        stage.running.base_url(),
        &merchant.appid,
        crate::scene::SECRET,
    )
    .await;
    let link = merchant
        .post(
            "/card/invoice/platform/getpdf",
            json!({"action": "get_url", "s_media_id": media}),
        )
        .await;
    assert_eq!(link["pdf_url_expire_time"], 7200, "{link}");
}

#[tokio::test]
async fn files_that_are_no_invoice_are_refused() {
    let (stage, body) = ready().await;
    let merchant = &stage.merchant;
    for (bytes, errcode, hint) in [
        (b"not a pdf".to_vec(), 72040, "%PDF-"),
        (b"%PDF-1.7\nbroken".to_vec(), 72040, "cannot be read"),
        (
            pdf_samples::simple("(No number at all) Tj"),
            72047,
            "billing_no",
        ),
        (
            pdf_samples::type0("发票号码：26999000000000000002"),
            72047,
            NUMBER,
        ),
    ] {
        let mut wrong = body.clone();
        data(&mut wrong)["s_pdf_media_id"] = json!(merchant.media(bytes).await);
        refused(&merchant.insert(wrong).await, errcode, hint);
    }
    let mut unknown = body.clone();
    data(&mut unknown)["s_pdf_media_id"] = json!("42");
    refused(&merchant.insert(unknown).await, 72046, "42");
    let mut trip = body.clone();
    data(&mut trip)["s_trip_pdf_media_id"] = json!(merchant.media(b"no pdf".to_vec()).await);
    refused(&merchant.insert(trip).await, 72040, "s_trip_pdf_media_id");
    assert_eq!(merchant.insert(body).await["errcode"], 0);
}

#[tokio::test]
async fn parallel_inserts_of_one_order_meet_each_other() {
    let (stage, body) = ready().await;
    let merchant = &stage.merchant;
    merchant.settings(json!({"insert_takes_ms": 300})).await;
    let (first, second) = tokio::join!(merchant.insert(body.clone()), async {
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        merchant.insert(body.clone()).await
    });
    assert_eq!(first["errcode"], 0, "{first}");
    refused(&second, 72054, "");
}

#[tokio::test]
async fn an_expired_authorisation_is_refused_when_set_so() {
    let (stage, body) = ready().await;
    stage
        .merchant
        .settings(json!({"authorisation_lifetime_secs": 3600}))
        .await;
    stage.merchant.advance(3600).await;
    refused(&stage.merchant.insert(body).await, 72050, "");
}

#[tokio::test]
async fn a_restricted_account_reaches_its_white_list_only() {
    let mut all = accounts();
    all[0].restricted = true;
    let stage = crate::scene::stage_with(SandboxConfig {
        accounts: all,
        ..SandboxConfig::default()
    })
    .await;
    let merchant = &stage.merchant;
    merchant.authorised("A-1").await;
    let (card, media) = (merchant.template().await, merchant.pdf_with(NUMBER).await);
    let body = merchant.insert_body("A-1", &card, &media, NUMBER);
    refused(&merchant.insert(body.clone()).await, 72022, "");
    // The openid is learnt from the push that was written down though nobody took it.
    let ledger = merchant.control("/sandbox/ledger").await;
    let openid = ledger["pushes"][0]["from"].clone();
    let list = json!({"openid": [openid], "username": ["demo"]});
    assert_eq!(
        merchant.post("/card/testwhitelist/set", list).await["errcode"],
        0
    );
    assert_eq!(merchant.insert(body).await["errcode"], 0);
}

#[tokio::test]
async fn a_fiscal_bill_goes_its_own_way() {
    let stage = stage().await;
    let merchant = &stage.merchant;
    let mut page = merchant.page_request("FIN-1");
    page.as_object_mut().unwrap().remove("type");
    page["source"] = json!("wap");
    refused(
        &merchant.post("/nontax/getbillauthurl", page.clone()).await,
        72031,
        "source",
    );
    page["source"] = json!("web");
    let answer = merchant.post("/nontax/getbillauthurl", page).await;
    assert_eq!(answer["expire_time"], 7200, "{answer}");
    merchant
        .control_post("/sandbox/orders/FIN-1/authorise", json!({}))
        .await;
    let card = merchant
        .post(
            "/nontax/createbillcard",
            json!({"invoice_info": {"payee": "示例单位",
                "base_info": {"logo_url": "https://mmbiz.qpic.cn/demo/unit.png"}}}),
        )
        .await;
    let media = merchant
        .media(pdf_samples::simple("(44060126 0000000001) Tj"))
        .await;
    let body = json!({
        "order_id": "FIN-1", "card_id": card["card_id"], "appid": merchant.appid,
        "card_ext": {"user_card": {"invoice_user_data": {
            "fee": 5000, "title": "Demo Payer", "billing_time": 1_767_225_900,
            "billing_no": "44060126", "billing_code": "0000000001", "s_pdf_media_id": media,
        }}},
    });
    let mut as_invoice =
        merchant.insert_body("FIN-1", card["card_id"].as_str().unwrap(), &media, NUMBER);
    as_invoice["card_ext"]["nonce_str"] = json!("n");
    refused(&merchant.insert(as_invoice).await, 40073, "other product");
    let answer = merchant.post("/nontax/insertbill", body.clone()).await;
    assert_eq!(answer["errcode"], 0, "{answer}");
    refused(&merchant.post("/nontax/insertbill", body).await, 72056, "");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn however_many_try_at_once_each_order_gets_one_card() {
    let stage = stage().await;
    let merchant = std::sync::Arc::new(stage.merchant);
    let card = merchant.template().await;
    let mut tries = tokio::task::JoinSet::new();
    for order in 0..50_u64 {
        let number = (26_999_000_000_000_000_000 + u128::from(order)).to_string();
        let order = format!("MANY-{order}");
        merchant.authorised(&order).await;
        let body = merchant.insert_body(&order, &card, &merchant.pdf_with(&number).await, &number);
        for _ in 0..4 {
            let (merchant, body) = (merchant.clone(), body.clone());
            tries.spawn(async move { merchant.insert(body).await["errcode"].as_i64().unwrap() });
        }
    }
    let codes = tries.join_all().await;
    assert_eq!(codes.iter().filter(|code| **code == 0).count(), 50);
    assert!(
        codes.iter().all(|code| matches!(code, 0 | 72054 | 72056)),
        "{codes:?}"
    );
    let ledger = merchant.control("/sandbox/ledger").await;
    assert_eq!(ledger["inserts"].as_array().unwrap().len(), 50);
}
