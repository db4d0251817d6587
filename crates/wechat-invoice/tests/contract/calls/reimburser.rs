use wechat_invoice::ReimburserClient;
use wechat_invoice::platform::ReimburseStatus;
use wechat_invoice::reimburser::CardRef;

use super::fixture::{Call, call};
use crate::harness::account;

fn client(call: &Call) -> ReimburserClient {
    ReimburserClient::new(&call.server.keeper(), account())
}

fn card() -> CardRef {
    CardRef {
        card_id: "pDEMOcardid0000000000000001".into(),
        encrypt_code: "DEMOencrypt+code/==".into(),
    }
}

#[tokio::test]
async fn invoice() {
    let call = call("invoice").await;
    let client = client(&call);
    let digital = client.invoice(&card()).await.unwrap();
    assert_eq!(digital.kind.as_deref(), Some("电子发票(普通发票)"));
    assert_eq!(digital.payee.as_deref(), Some("示例商贸有限公司"));
    assert_eq!(
        (digital.begin_time, digital.end_time),
        (Some(1_767_225_900), Some(2_082_758_400))
    );
    assert_eq!(
        digital.other["user_card_status"], "EXPIRE",
        "kept, and not to be trusted"
    );
    let data = digital.user_info.unwrap();
    assert_eq!(
        (data.fee, data.fee_without_tax, data.tax),
        (Some(11_300), Some(10_000), Some(1_300))
    );
    assert_eq!(
        data.identity().number.as_deref(),
        Some("26442000000000000001")
    );
    assert_eq!(
        (data.identity().code, data.check_code.clone()),
        (None, None)
    );
    assert_eq!(data.info[0].price, Some(10_000));
    assert_eq!(data.status(), Some(ReimburseStatus::Init));
    let trip = "https://invoice.qq.example/trip?demo=1";
    assert_eq!(data.trip_pdf_url.as_deref(), Some(trip), "trip_pdf_url");
    let rest = [
        &data.buyer_number,
        &data.buyer_address_and_phone,
        &data.buyer_bank_account,
        &data.seller_number,
        &data.seller_address_and_phone,
        &data.seller_bank_account,
        &data.remarks,
        &data.cashier,
        &data.maker,
    ];
    let rest: Vec<&str> = rest.into_iter().map(|it| it.as_deref().unwrap()).collect();
    assert_eq!(
        rest,
        [
            "91440300MADEMO0001",
            "a",
            "b",
            "91440300MADEMO0002",
            "c",
            "d",
            "e",
            "f",
            "g"
        ]
    );
    assert!(data.other.is_empty());

    let data = client.invoice(&card()).await.unwrap().user_info.unwrap();
    assert_eq!(
        (data.fee, data.billing_time),
        (Some(11_300), Some(1_767_225_900))
    );
    assert_eq!(data.identity().code.as_deref(), Some("044000000001"));
    assert_eq!(data.identity().number.as_deref(), Some("10000001"));
    assert_eq!(
        (data.info[0].num.as_deref(), data.info[0].fee),
        (Some("1.5"), Some(10_000))
    );
    assert_eq!(data.trip_pdf_url.as_deref(), Some(trip), "trip_pdf_ur");
    assert_eq!(data.status(), Some(ReimburseStatus::Lock));

    let data = client.invoice(&card()).await.unwrap().user_info.unwrap();
    assert_eq!(
        data.identity().code.as_deref(),
        Some("044000000001"),
        "whichever way round"
    );
    assert_eq!(data.trip_pdf_url.as_deref(), Some(trip), "tri_pdf_url");
    assert_eq!(
        data.status(),
        Some(ReimburseStatus::Other("INVOICE_REIMBURSE_NEW".into()))
    );
    call.took_place();
}

#[tokio::test]
async fn invoices() {
    let call = call("invoices").await;
    let read = client(&call).invoices(&[card()]).await.unwrap();
    assert_eq!(read.len(), 1);
    assert_eq!(read[0].openid.as_deref(), Some("oDEMO_openid_0001"));
    let data = read[0].user_info.as_ref().unwrap();
    assert_eq!(data.other["order_id"], "INV20260101000001");
    assert_eq!(data.other["accept"], true);
    call.took_place();
}

#[tokio::test]
async fn update_status() {
    let call = call("reimburser_update_status").await;
    let client = client(&call);
    client
        .update_status(&card(), &ReimburseStatus::Lock)
        .await
        .unwrap();
    let refused = client
        .update_status(&card(), &ReimburseStatus::Init)
        .await
        .unwrap_err();
    assert_eq!(refused.errcode(), Some(72023));
    call.took_place();
}

#[tokio::test]
async fn update_statuses() {
    let call = call("update_statuses").await;
    let closed = client(&call)
        .update_statuses("oDEMO_openid_0001", &[card()], &ReimburseStatus::Closure)
        .await;
    closed.unwrap();
    call.took_place();
}
