use serde_json::json;
use wechat_invoice::platform::ReimburseStatus;
use wechat_invoice::reimburser::CardRef;
use wechat_invoice::{Error, ReimburserClient};

use crate::harness::{Server, account};

const GET: &str = "/card/invoice/reimburse/getinvoiceinfo";
const BATCH: &str = "/card/invoice/reimburse/getinvoicebatch";

fn client(server: &Server) -> ReimburserClient {
    ReimburserClient::new(&server.keeper(), account())
}

fn card() -> CardRef {
    CardRef {
        card_id: "pDEMOcardid0000000000000001".into(),
        encrypt_code: "DEMOencrypt+code/==".into(),
    }
}

#[tokio::test]
async fn one_invoice_is_read() {
    let server = Server::start().await;
    server.json(
        GET,
        r#"{"errcode":0,"errmsg":"ok","card_id":"pDEMOcardid0000000000000001","begin_time":1767225900,"end_time":2082758400,"openid":"oDEMO_openid_0001","type":"电子发票(普通发票)","payee":"Demo Seller Ltd","detail":"demo","user_info":{"fee":"11300","title":"Demo Trading Co Ltd","billing_time":"1767225900","billing_no":"26442000000000000001","billing_code":"","info":[{"name":"Demo item","num":1,"unit":"pc","price":10000}],"fee_without_tax":10000,"tax":1300,"detail":"Demo item","pdf_url":"https://invoice.qq.example/pdf?demo=1","trip_pdf_ur":"https://invoice.qq.example/trip","reimburse_status":"INVOICE_REIMBURSE_INIT","check_code":"","order_id":"x"}}"#,
    );
    let invoice = client(&server).invoice(&card()).await.unwrap();
    assert_eq!(invoice.kind.as_deref(), Some("电子发票(普通发票)"));
    assert!(invoice.other.is_empty());
    let data = invoice.user_info.unwrap();
    assert_eq!(
        (data.fee, data.fee_without_tax, data.tax),
        (Some(11_300), Some(10_000), Some(1_300))
    );
    assert_eq!(data.billing_time, Some(1_767_225_900));
    assert_eq!(data.status(), Some(ReimburseStatus::Init));
    assert_eq!(
        data.identity().number.as_deref(),
        Some("26442000000000000001")
    );
    assert_eq!(
        (data.identity().code, data.check_code.as_deref()),
        (None, None)
    );
    assert_eq!(
        data.trip_pdf_url.as_deref(),
        Some("https://invoice.qq.example/trip")
    );
    assert_eq!(data.info[0].num.as_deref(), Some("1"));
    assert_eq!(data.other["order_id"], "x");
    let expected =
        json!({"card_id": "pDEMOcardid0000000000000001", "encrypt_code": "DEMOencrypt+code/=="});
    assert_eq!(server.only(GET).json(), expected);
}

#[tokio::test]
async fn code_and_number_are_told_apart_by_length_and_trip_files_by_any_name() {
    let bodies = [
        (r#""billing_no":"044000000001","billing_code":"10000001","trip_pdf_url":"t""#),
        (r#""billing_no":"10000001","billing_code":"044000000001","tri_pdf_url":"t""#),
    ];
    for body in bodies {
        let server = Server::start().await;
        server.json(
            GET,
            &format!(r#"{{"errcode":0,"errmsg":"ok","user_info":{{{body}}}}}"#),
        );
        let data = client(&server)
            .invoice(&card())
            .await
            .unwrap()
            .user_info
            .unwrap();
        let identity = data.identity();
        assert_eq!(identity.code.as_deref(), Some("044000000001"));
        assert_eq!(identity.number.as_deref(), Some("10000001"));
        assert_eq!(data.trip_pdf_url.as_deref(), Some("t"));
    }
}

#[tokio::test]
async fn many_invoices_are_read_at_once() {
    let server = Server::start().await;
    server.json(
        BATCH,
        r#"{"errcode":0,"errmsg":"ok","item_list":[{"card_id":"pDEMOcardid0000000000000001","openid":"oDEMO_openid_0001","user_info":{"fee":11300,"reimburse_status":"INVOICE_REIMBURSE_LOCK","accept":1}}]}"#,
    );
    let invoices = client(&server).invoices(&[card()]).await.unwrap();
    assert_eq!(invoices.len(), 1);
    let status = invoices[0].user_info.as_ref().unwrap().status();
    assert_eq!(status, Some(ReimburseStatus::Lock));
    let expected = json!({"item_list": [
        {"card_id": "pDEMOcardid0000000000000001", "encrypt_code": "DEMOencrypt+code/=="}
    ]});
    assert_eq!(server.only(BATCH).json(), expected);
    for cards in [Vec::new(), vec![card(); 21]] {
        let error = client(&server).invoices(&cards).await.unwrap_err();
        assert!(
            matches!(
                error,
                Error::Invalid {
                    field: "item_list",
                    ..
                }
            ),
            "{error:?}"
        );
    }
}

#[tokio::test]
async fn one_card_is_locked() {
    let server = Server::start().await;
    let path = "/card/invoice/reimburse/updateinvoicestatus";
    server.json(path, r#"{"errcode":0,"errmsg":"ok"}"#);
    client(&server)
        .update_status(&card(), &ReimburseStatus::Lock)
        .await
        .unwrap();
    let expected = json!({
        "card_id": "pDEMOcardid0000000000000001", "encrypt_code": "DEMOencrypt+code/==",
        "reimburse_status": "INVOICE_REIMBURSE_LOCK"
    });
    assert_eq!(server.only(path).json(), expected);
    let error = client(&server)
        .update_status(&card(), &ReimburseStatus::Cancel)
        .await
        .unwrap_err();
    assert!(matches!(error, Error::Invalid { .. }), "{error:?}");
}

#[tokio::test]
async fn many_cards_are_closed_together() {
    let server = Server::start().await;
    let path = "/card/invoice/reimburse/updatestatusbatch";
    server.json(
        path,
        r#"{"errcode":72039,"errmsg":"invoice must be lock first"}"#,
    );
    let closure = ReimburseStatus::Closure;
    let error = client(&server)
        .update_statuses("oDEMO", &[card()], &closure)
        .await
        .unwrap_err();
    assert_eq!(error.errcode(), Some(72039));
    let expected = json!({
        "openid": "oDEMO", "reimburse_status": "INVOICE_REIMBURSE_CLOSURE",
        "invoice_list": [
            {"card_id": "pDEMOcardid0000000000000001", "encrypt_code": "DEMOencrypt+code/=="}
        ]
    });
    assert_eq!(server.only(path).json(), expected);
}
