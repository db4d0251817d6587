use wechat_invoice::{
    BillAuthPageRequest, BillSource, BillTemplate, FiscalBill, FiscalClient, InsertBill,
};

use super::fixture::{Call, call};
use crate::harness::{APP_ID, Reply, S_PAPPID, account};

fn client(call: &Call) -> FiscalClient {
    FiscalClient::new(&call.server.keeper(), account())
}

fn page(source: BillSource) -> BillAuthPageRequest {
    BillAuthPageRequest {
        s_pappid: S_PAPPID.into(),
        order_id: "FIN20260101000001".into(),
        money_fen: 5000,
        source,
        redirect_url: Some("https://unit.example.gov/done".into()),
    }
}

#[tokio::test]
async fn bill_auth_url() {
    let call = call("bill_auth_url").await;
    let client = client(&call);
    let web = client.bill_auth_url(&page(BillSource::Web)).await.unwrap();
    assert_eq!(web.auth_url, "https://mp.weixin.qq.com/bizmall/demo?bill=1");
    assert_eq!(web.valid_secs, Some(7200));
    let app = client.bill_auth_url(&page(BillSource::App)).await.unwrap();
    assert_eq!(
        (app.valid_secs, &app.other["tomorrow"]),
        (Some(7200), &1.into())
    );
    call.took_place();
}

#[tokio::test]
async fn a_bills_stale_ticket_is_fetched_again_once() {
    let server = crate::harness::Server::start().await;
    let path = "/nontax/getbillauthurl";
    server.json(
        path,
        r#"{"errcode":72031,"errmsg":"invalid params: ticket"}"#,
    );
    server.reply(
        path,
        Reply::Json(r#"{"errcode":0,"errmsg":"ok","auth_url":"https://a.example"}"#.into()),
    );
    let client = FiscalClient::new(&server.keeper(), account());
    client.bill_auth_url(&page(BillSource::Web)).await.unwrap();
    let requests = server.recorded(path);
    let tickets: Vec<_> = requests
        .iter()
        .map(|it| it.json()["ticket"].clone())
        .collect();
    assert_eq!(tickets, ["ticket-1", "ticket-2"]);
}

#[tokio::test]
async fn create_bill_card() {
    let call = call("create_bill_card").await;
    let template = BillTemplate {
        logo_url: "https://mmbiz.qpic.cn/demo/unit.png".into(),
        payee: "示例执收单位".into(),
    };
    let card_id = client(&call).create_bill_card(&template).await;
    assert_eq!(card_id.unwrap(), "pDEMOfiscalcard00000000000001");
    call.took_place();
}

#[tokio::test]
async fn insert_bill() {
    let call = call("insert_bill").await;
    let insert = InsertBill {
        order_id: "FIN20260101000001".into(),
        card_id: "pDEMOfiscalcard00000000000001".into(),
        app_id: APP_ID.into(),
        bill: FiscalBill {
            fee_fen: 5000,
            title: "示例缴款人".into(),
            billing_time: 1_767_225_900,
            bill_code: "44060126".into(),
            bill_number: "0000000001".into(),
            s_pdf_media_id: "9000000000000002".into(),
        },
    };
    let bill = client(&call).insert_bill(&insert).await.unwrap();
    assert_eq!(bill.code, "700100200301");
    assert_eq!(bill.openid.as_deref(), Some("oDEMO_openid_0001"));
    assert_eq!(bill.other["tomorrow"], 1);
    call.took_place();
}
