use bytes::Bytes;
use serde_json::{Value, json};
use wechat_invoice::platform::{
    CardLink, CardTemplate, ClassicMapping, DigitalMapping, IdentityMapping, InsertInvoice,
    InvoiceIdentity, InvoiceLine, InvoiceUserData, LogoFormat, ReimburseStatus,
};
use wechat_invoice::{Advice, Error, TestWhiteList};

use crate::harness::{APP_ID, Reply, Server};

const CREATE: &str = "/card/invoice/platform/createcard";
const SET_PDF: &str = "/card/invoice/platform/setpdf";
const INSERT: &str = "/card/invoice/insert";
const STATUS: &str = "/card/invoice/platform/updatestatus";

pub(crate) fn invoice() -> InsertInvoice {
    InsertInvoice {
        order_id: "INV20260101000001".into(),
        card_id: "pDEMOcardid0000000000000001".into(),
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
                unit: Some("份".into()),
                price_fen: 10_000,
            }],
            s_pdf_media_id: "9000000000000001".into(),
            s_trip_pdf_media_id: None,
            buyer_number: Some("91440300MADEMO0001".into()),
            buyer_address_and_phone: None,
            buyer_bank_account: Some("  ".into()),
            seller_number: Some("91440300MADEMO0002".into()),
            seller_address_and_phone: None,
            seller_bank_account: None,
            remarks: Some("order 7".into()),
            cashier: None,
            maker: Some("A".into()),
        },
    }
}

#[tokio::test]
async fn an_account_that_is_no_platform_needs_a_person() {
    let server = Server::start().await;
    server.json(
        "/card/invoice/seturl",
        r#"{"errcode":"72015","errmsg":"unauthorized create invoice"}"#,
    );
    let error = server.platform().own_s_pappid().await.unwrap_err();
    assert_eq!(
        (error.errcode(), error.advice()),
        (Some(72015), Advice::NeedsPerson)
    );
}

fn template() -> CardTemplate {
    CardTemplate {
        logo_url: "https://mmbiz.qpic.cn/demo/logo.png".into(),
        title: "示例商店".into(),
        payee: "示例商贸有限公司".into(),
        kind: "电子发票(普通发票)".into(),
        custom: Some(CardLink {
            name: "订单".into(),
            url: "https://shop.example.com/invoice/card".into(),
            sub_title: Some("查看".into()),
        }),
        promotion: None,
    }
}

#[tokio::test]
async fn texts_that_do_not_fit_a_template_are_not_sent() {
    let server = Server::start().await;
    let long = CardTemplate {
        title: "十个中文字符的标题啊".into(),
        ..template()
    };
    let nameless = CardTemplate {
        payee: String::new(),
        ..template()
    };
    for template in [long, nameless] {
        let error = server.platform().create_card(&template).await.unwrap_err();
        assert!(matches!(error, Error::Invalid { .. }), "{error:?}");
    }
    assert!(server.recorded(CREATE).is_empty());
}

#[tokio::test]
async fn a_pdf_is_uploaded_with_its_length_and_the_part_named_pdf() {
    let server = Server::start().await;
    // WeChat's table says a 64-bit integer, its traffic a string: the id is opaque.
    server.json(
        SET_PDF,
        r#"{"errcode":0,"errmsg":"ok","s_media_id":9000000000000001}"#,
    );
    let mut pdf = b"%PDF-1.7\n".to_vec();
    pdf.extend((0..100_000_u32).map(|n| n as u8));
    let media = server
        .platform()
        .upload_pdf(pdf.clone().into(), "26442000000000000001")
        .await
        .unwrap();
    assert_eq!(media, "9000000000000001");
    let request = server.only(SET_PDF);
    assert_eq!(request.param("access_token"), Some("token-1"));
    assert_eq!(
        request.headers["content-length"],
        request.body.len().to_string()
    );
    assert!(!request.headers.contains_key("transfer-encoding"));
    let part = crate::multipart::multipart(&request.headers["content-type"], &request.body);
    assert!(
        part.head
            .contains("name=\"pdf\"; filename=\"26442000000000000001.pdf\""),
        "{}",
        part.head
    );
    assert!(part.head.contains("Content-Type: application/pdf"));
    assert_eq!(part.body, pdf);
}

#[tokio::test]
async fn what_is_no_pdf_or_too_large_is_not_uploaded() {
    let server = Server::start().await;
    let small = server.platform().with_pdf_bytes_max(10);
    let large = Bytes::from_static(b"%PDF-1.7 and more");
    for pdf in [Bytes::from_static(b"<html>"), large] {
        let error = small.upload_pdf(pdf, "a").await.unwrap_err();
        assert!(
            matches!(error, Error::Invalid { field: "pdf", .. }),
            "{error:?}"
        );
    }
    assert!(server.recorded(SET_PDF).is_empty());
}

#[tokio::test]
async fn an_uploads_lost_answer_is_harmless() {
    let server = Server::start().await;
    server.reply(SET_PDF, Reply::Close);
    let pdf = Bytes::from_static(b"%PDF-1.7");
    let error = server.platform().upload_pdf(pdf, "a").await.unwrap_err();
    assert!(matches!(error, Error::Transport { .. }), "{error:?}");
}

#[tokio::test]
async fn each_insert_has_another_nonce() {
    let server = Server::start().await;
    server.json(INSERT, r#"{"errcode":0,"errmsg":"ok","code":"1"}"#);
    let platform = server.platform();
    platform.insert(&invoice()).await.unwrap();
    platform.insert(&invoice()).await.unwrap();
    let nonces: Vec<Value> = server
        .recorded(INSERT)
        .iter()
        .map(|request| request.json()["card_ext"]["nonce_str"].clone())
        .collect();
    assert_ne!(nonces[0], nonces[1]);
}

#[tokio::test]
async fn code_and_number_follow_the_mapping() {
    let classic = InvoiceIdentity::Classic {
        code: "044000000001".into(),
        number: "10000001".into(),
        check_code: "00000000000000000001".into(),
    };
    let digital = invoice().invoice.identity;
    let cases = [
        (
            classic.clone(),
            IdentityMapping::default(),
            json!(["044000000001", "10000001", "00000000000000000001"]),
        ),
        (
            classic,
            IdentityMapping {
                classic: ClassicMapping::NumberInBillingNo,
                ..Default::default()
            },
            json!(["10000001", "044000000001", "00000000000000000001"]),
        ),
        (
            digital,
            IdentityMapping {
                digital: DigitalMapping::LeftOut,
                ..Default::default()
            },
            json!(["26442000000000000001", null, null]),
        ),
    ];
    for (identity, mapping, expected) in cases {
        let server = Server::start().await;
        server.json(INSERT, r#"{"errcode":0,"errmsg":"ok","code":"1"}"#);
        let mut request = invoice();
        request.invoice.identity = identity;
        server
            .platform()
            .with_identity_mapping(mapping)
            .insert(&request)
            .await
            .unwrap();
        let body = server.only(INSERT).json();
        let data = &body["card_ext"]["user_card"]["invoice_user_data"];
        let sent = json!([data["billing_no"], data["billing_code"], data["check_code"]]);
        assert_eq!(sent, expected);
        assert!(!server.only(INSERT).text().contains("null"));
    }
}

#[tokio::test]
async fn amounts_that_do_not_add_up_are_not_sent() {
    let server = Server::start().await;
    let mut wrong = invoice();
    wrong.invoice.fee_fen = 11_301;
    let mut overflow = invoice();
    overflow.invoice.tax_fen = i64::MAX;
    let mut negative = invoice();
    (
        negative.invoice.fee_fen,
        negative.invoice.fee_without_tax_fen,
    ) = (-11_300, -12_600);
    for request in [wrong, overflow, negative] {
        let error = server.platform().insert(&request).await.unwrap_err();
        assert!(
            matches!(error, Error::Invalid { field: "fee", .. }),
            "{error:?}"
        );
    }
    let mut late = invoice();
    late.invoice.billing_time = 1_767_225_900_000;
    let error = server.platform().insert(&late).await.unwrap_err();
    assert!(
        matches!(
            error,
            Error::Invalid {
                field: "billing_time",
                ..
            }
        ),
        "{error:?}"
    );
    assert!(server.recorded(INSERT).is_empty());
}

#[tokio::test]
async fn an_insert_without_a_usable_answer_has_an_unknown_outcome() {
    let replies = [
        Reply::Close,
        Reply::BreakOff,
        Reply::Silence,
        Reply::Status(502, "Bad gateway".into()),
        Reply::Bytes(b"<html>garbage</html>".to_vec()),
        Reply::Json(r#"{"ret":7}"#.into()),
        Reply::Json(r#"{"errcode":0,"errmsg":"ok"}"#.into()),
        Reply::Json("[]".into()),
        Reply::Bytes(vec![b' '; 1024 * 1024 + 1]),
    ];
    for reply in replies {
        let server = Server::start().await;
        server.reply(INSERT, reply.clone());
        let error = server.platform().insert(&invoice()).await.unwrap_err();
        let label = format!("{reply:.40?}: {error:?}");
        assert!(matches!(error, Error::OutcomeUnknown { .. }), "{label}");
        assert_eq!(error.advice(), Advice::AskFirst);
        assert_eq!(
            server.recorded(INSERT).len(),
            1,
            "never repeated blindly: {label}"
        );
    }
}

#[tokio::test]
async fn a_used_order_id_means_done() {
    for errcode in [72056, 72018, 72075] {
        let server = Server::start().await;
        server.json(
            INSERT,
            &json!({"errcode": errcode, "errmsg": "repeated"}).to_string(),
        );
        let error = server.platform().insert(&invoice()).await.unwrap_err();
        assert_eq!(
            (error.errcode(), error.advice()),
            (Some(errcode), Advice::Done)
        );
    }
}

#[tokio::test]
async fn a_card_is_cancelled() {
    let server = Server::start().await;
    server.json(STATUS, r#"{"errcode":0,"errmsg":"ok"}"#);
    let platform = server.platform();
    let card_id = "pDEMOcardid0000000000000001";
    platform
        .update_status(card_id, "700100200300", &ReimburseStatus::Cancel)
        .await
        .unwrap();
    let expected = json!({
        "card_id": card_id, "code": "700100200300", "reimburse_status": "INVOICE_REIMBURSE_CANCEL"
    });
    assert_eq!(server.only(STATUS).json(), expected);
    let error = platform
        .update_status(card_id, "1", &ReimburseStatus::Closure)
        .await
        .unwrap_err();
    assert!(matches!(error, Error::Invalid { .. }), "{error:?}");
}

#[tokio::test]
async fn a_locked_card_is_tried_again_later_and_a_cancelled_one_is_done() {
    let server = Server::start().await;
    server.json(
        STATUS,
        r#"{"errcode":72023,"errmsg":"invoice has been lock by others"}"#,
    );
    server.json(
        STATUS,
        r#"{"errcode":72060,"errmsg":"this invoice has been cancelled"}"#,
    );
    let platform = server.platform();
    let locked = platform
        .update_status("p", "1", &ReimburseStatus::Cancel)
        .await
        .unwrap_err();
    assert!(matches!(locked.advice(), Advice::Retryable { .. }));
    let gone = platform
        .update_status("p", "1", &ReimburseStatus::Cancel)
        .await
        .unwrap_err();
    assert_eq!(gone.advice(), Advice::Done);
}

#[tokio::test]
async fn an_encrypted_code_is_decrypted() {
    let server = Server::start().await;
    server.json(
        "/card/code/decrypt",
        r#"{"errcode":0,"errmsg":"ok","code":"700100200300"}"#,
    );
    let code = server
        .platform()
        .decrypt_code("DEMOencrypt+code/==")
        .await
        .unwrap();
    assert_eq!(code, "700100200300");
    assert_eq!(
        server.only("/card/code/decrypt").json(),
        json!({"encrypt_code": "DEMOencrypt+code/=="})
    );
}

#[tokio::test]
async fn the_trial_white_list_is_set() {
    let server = Server::start().await;
    let path = "/card/testwhitelist/set";
    server.json(
        path,
        r#"{"errcode":0,"errmsg":"ok","success_openid":["oDEMO"],"fail_username":["x"],"left":8}"#,
    );
    let list = TestWhiteList {
        openid: vec!["oDEMO".into()],
        username: vec!["x".into()],
    };
    let answer = server.platform().set_test_white_list(&list).await.unwrap();
    assert_eq!(answer.other["left"], 8);
    assert_eq!(answer.other.len(), 1, "without the envelope");
    assert_eq!(
        (answer.success_openid, answer.fail_username),
        (vec!["oDEMO".into()], vec!["x".into()])
    );
    assert_eq!(
        server.only(path).json(),
        json!({"openid": ["oDEMO"], "username": ["x"]})
    );
    let empty = TestWhiteList::default();
    assert!(server.platform().set_test_white_list(&empty).await.is_err());
}

#[tokio::test]
async fn addresses_of_files_keep_members_that_are_new() {
    let server = Server::start().await;
    let platform = server.platform();
    server.json(
        "/card/invoice/platform/getpdf",
        r#"{"errcode":0,"errmsg":"ok","pdf_url":"u","pdf_url_expire_time":7200,"digest":"d"}"#,
    );
    let url = platform.pdf_url("9000000000000001").await.unwrap();
    assert_eq!((url.other.len(), &url.other["digest"]), (1, &json!("d")));
    server.json(
        "/cgi-bin/material/add_material",
        r#"{"media_id":"m","url":"u","item":[]}"#,
    );
    let png = Bytes::from_static(b"\x89PNG rest");
    let picture = platform.upload_material(png, LogoFormat::Png).await;
    assert_eq!(picture.unwrap().other["item"], json!([]));
}
