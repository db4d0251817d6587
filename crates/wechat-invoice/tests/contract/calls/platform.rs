use bytes::Bytes;
use wechat_invoice::TestWhiteList;
use wechat_invoice::platform::{
    CardLink, CardTemplate, InsertInvoice, InvoiceIdentity, InvoiceLine, InvoiceUserData,
    LogoFormat, ReimburseStatus,
};

use super::fixture::call;
use crate::harness::{APP_ID, S_PAPPID};

const CARD: &str = "pDEMOcardid0000000000000001";

#[tokio::test]
async fn own_s_pappid() {
    let call = call("own_s_pappid").await;
    let platform = call.server.platform();
    assert_eq!(platform.own_s_pappid().await.unwrap(), S_PAPPID);
    assert_eq!(
        platform.own_s_pappid().await.unwrap(),
        "d3JCEfhGLW+q0iGP+o9"
    );
    call.took_place();
}

#[tokio::test]
async fn upload_logo() {
    let call = call("upload_logo").await;
    let png = Bytes::from_static(b"\x89PNG\r\n\x1a\nrest");
    let url = call
        .server
        .platform()
        .upload_logo(png, LogoFormat::Png)
        .await;
    assert_eq!(url.unwrap(), "https://mmbiz.qpic.cn/demo/logo.png");
    call.took_place();
}

#[tokio::test]
async fn upload_material() {
    let call = call("upload_material").await;
    let jpeg = Bytes::from_static(b"\xff\xd8\xffrest");
    let platform = call.server.platform();
    let picture = platform
        .upload_material(jpeg, LogoFormat::Jpeg)
        .await
        .unwrap();
    assert_eq!(picture.media_id, "MEDIA0001");
    assert_eq!(picture.url, "https://mmbiz.qpic.cn/demo/material.jpg");
    call.took_place();
}

#[tokio::test]
async fn create_card() {
    let call = call("create_card").await;
    let link = |name: &str, url: &str, sub_title: &str| CardLink {
        name: name.into(),
        url: url.into(),
        sub_title: Some(sub_title.into()),
    };
    let mut template = CardTemplate {
        logo_url: "https://mmbiz.qpic.cn/demo/logo.png".into(),
        title: "示例商店".into(),
        payee: "示例商贸有限公司".into(),
        kind: "电子发票(普通发票)".into(),
        custom: Some(link(
            "订单",
            "https://shop.example.com/invoice/card",
            "查看",
        )),
        promotion: Some(link("优惠", "https://shop.example.com/offers", "更多")),
    };
    let platform = call.server.platform();
    assert_eq!(platform.create_card(&template).await.unwrap(), CARD);
    (template.custom, template.promotion) = (None, None);
    let second = platform.create_card(&template).await.unwrap();
    assert_eq!(
        second, "pDEMOcardid0000000000000002",
        "each call makes another"
    );
    call.took_place();
}

#[tokio::test]
async fn upload_pdf() {
    let call = call("upload_pdf").await;
    let platform = call.server.platform();
    let pdf = Bytes::from_static(b"%PDF-1.7 rest");
    let named = platform
        .upload_pdf(pdf.clone(), "26442000000000000001")
        .await;
    assert_eq!(named.unwrap(), "9000000000000001");
    let unnamed = platform.upload_pdf(pdf, "发票").await;
    assert_eq!(
        unnamed.unwrap(),
        "9007199254740993",
        "beyond what a double can hold"
    );
    call.took_place();
}

#[tokio::test]
async fn pdf_url() {
    let call = call("pdf_url").await;
    let url = call
        .server
        .platform()
        .pdf_url("9000000000000001")
        .await
        .unwrap();
    assert_eq!(
        (url.url.as_str(), url.valid_secs),
        ("https://invoice.qq.example/pdf?demo=1", Some(7200))
    );
    call.took_place();
}

fn whole() -> InsertInvoice {
    let given = |text: &str| Some(text.to_owned());
    InsertInvoice {
        order_id: "INV20260101000001".into(),
        card_id: CARD.into(),
        app_id: APP_ID.into(),
        invoice: InvoiceUserData {
            fee_fen: 11_300,
            fee_without_tax_fen: 10_000,
            tax_fen: 1_300,
            title: "深圳市示例贸易有限公司".into(),
            billing_time: 1_767_225_900,
            identity: InvoiceIdentity::Digital {
                number: "26442000000000000001".into(),
            },
            lines: vec![InvoiceLine {
                name: "*餐饮服务*餐费".into(),
                quantity: Some(1),
                unit: given("份"),
                price_fen: 10_000,
            }],
            s_pdf_media_id: "9000000000000001".into(),
            s_trip_pdf_media_id: given("9000000000000002"),
            buyer_number: given("91440300MADEMO0001"),
            buyer_address_and_phone: given("购方路2号 075511111111"),
            buyer_bank_account: given("购方银行 6222000000000002"),
            seller_number: given("91440300MADEMO0002"),
            seller_address_and_phone: given("示例路1号 075500000000"),
            seller_bank_account: given("示例银行 6222000000000001"),
            remarks: given("order 7"),
            cashier: given("乙"),
            maker: given("甲"),
        },
    }
}

#[tokio::test]
async fn insert() {
    let call = call("insert").await;
    let platform = call.server.platform();
    let card = platform.insert(&whole()).await.unwrap();
    assert_eq!(card.code, "700100200300");
    assert_eq!(card.openid.as_deref(), Some("oDEMO_openid_0001"));
    assert_eq!(card.unionid.as_deref(), Some("uDEMO_unionid_0001"));

    let mut least = whole();
    least.invoice = InvoiceUserData {
        title: "张三".into(),
        identity: InvoiceIdentity::Classic {
            code: "044000000001".into(),
            number: "10000001".into(),
            check_code: "00000000000000000001".into(),
        },
        lines: Vec::new(),
        s_trip_pdf_media_id: None,
        buyer_number: Some(String::new()),
        buyer_address_and_phone: None,
        buyer_bank_account: None,
        seller_number: None,
        seller_address_and_phone: None,
        seller_bank_account: None,
        remarks: Some("  ".into()),
        cashier: None,
        maker: None,
        ..least.invoice
    };
    let card = platform.insert(&least).await.unwrap();
    assert_eq!((card.code.as_str(), card.unionid), ("700100200301", None));
    assert_eq!(card.other["tomorrow"], true);
    call.took_place();
}

#[tokio::test]
async fn update_status() {
    let call = call("platform_update_status").await;
    let platform = call.server.platform();
    let cancelled = platform
        .update_status(CARD, "700100200300", &ReimburseStatus::Cancel)
        .await;
    cancelled.unwrap();
    let back = platform
        .update_status(CARD, "700100200300", &ReimburseStatus::Init)
        .await;
    assert_eq!(back.unwrap_err().errcode(), Some(72060));
    call.took_place();
}

#[tokio::test]
async fn decrypt_code() {
    let call = call("decrypt_code").await;
    let code = call
        .server
        .platform()
        .decrypt_code("DEMOencrypt+code/==")
        .await;
    assert_eq!(code.unwrap(), "700100200300");
    call.took_place();
}

#[tokio::test]
async fn set_test_white_list() {
    let call = call("set_test_white_list").await;
    let platform = call.server.platform();
    let mut list = TestWhiteList {
        openid: vec!["oDEMO_openid_0001".into()],
        username: vec!["demo_wx_name".into()],
    };
    let answer = platform.set_test_white_list(&list).await.unwrap();
    assert!(answer.success_openid.is_empty() && answer.fail_username.is_empty());
    list.username.clear();
    let answer = platform.set_test_white_list(&list).await.unwrap();
    assert_eq!(answer.success_openid, ["oDEMO_openid_0001"]);
    assert_eq!(answer.fail_username, ["nobody"]);
    call.took_place();
}
