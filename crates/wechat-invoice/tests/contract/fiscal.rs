use serde_json::json;
use wechat_invoice::{
    BillAuthPageRequest, BillSource, BillTemplate, Error, FiscalBill, FiscalClient, InsertBill,
};

use crate::harness::{APP_ID, NOW, Reply, S_PAPPID, Server, account};

fn client(server: &Server) -> FiscalClient {
    FiscalClient::new(&server.keeper(), account())
}

#[tokio::test]
async fn a_bills_page_has_no_kind_and_tells_its_life() {
    let server = Server::start().await;
    let path = "/nontax/getbillauthurl";
    server.json(
        path,
        r#"{"errcode":0,"errmsg":"ok","auth_url":"https://mp.weixin.qq.com/bizmall/demo?bill=1","expire_time":7200}"#,
    );
    let page = BillAuthPageRequest {
        s_pappid: S_PAPPID.into(),
        order_id: "FIN20260101000001".into(),
        money_fen: 5000,
        source: BillSource::Web,
        redirect_url: Some("https://unit.example.gov/done".into()),
    };
    let answer = client(&server).bill_auth_url(&page).await.unwrap();
    assert_eq!(answer.valid_secs, Some(7200));
    let app = BillAuthPageRequest {
        source: BillSource::App,
        ..page
    };
    client(&server).bill_auth_url(&app).await.unwrap();
    let requests = server.recorded(path);
    let expected = json!({
        "s_pappid": S_PAPPID, "order_id": "FIN20260101000001", "money": 5000, "timestamp": NOW,
        "source": "web", "redirect_url": "https://unit.example.gov/done", "ticket": "ticket-1"
    });
    assert_eq!(requests[0].json(), expected);
    assert!(requests[1].json().get("redirect_url").is_none());
}

#[tokio::test]
async fn a_units_template_is_wrapped() {
    let server = Server::start().await;
    let path = "/nontax/createbillcard";
    server.json(
        path,
        r#"{"errcode":0,"errmsg":"ok","card_id":"pDEMOfiscalcard00000000000001"}"#,
    );
    let template = BillTemplate {
        logo_url: "https://mmbiz.qpic.cn/demo/unit.png".into(),
        payee: "示例执收单位".into(),
    };
    let card_id = client(&server).create_bill_card(&template).await.unwrap();
    assert_eq!(card_id, "pDEMOfiscalcard00000000000001");
    let expected = json!({"invoice_info": {
        "base_info": {"logo_url": "https://mmbiz.qpic.cn/demo/unit.png"}, "payee": "示例执收单位"
    }});
    assert_eq!(server.only(path).json(), expected);
}

fn bill() -> InsertBill {
    InsertBill {
        order_id: "FIN20260101000001".into(),
        card_id: "pDEMOfiscalcard00000000000001".into(),
        app_id: APP_ID.into(),
        bill: FiscalBill {
            fee_fen: 5000,
            title: "Demo Payer".into(),
            billing_time: 1_767_225_900,
            bill_code: "44060126".into(),
            bill_number: "0000000001".into(),
            s_pdf_media_id: "9000000000000002".into(),
        },
    }
}

#[tokio::test]
async fn a_bill_is_inserted_with_its_code_in_billing_no() {
    let server = Server::start().await;
    let path = "/nontax/insertbill";
    server.json(
        path,
        r#"{"errcode":0,"errmsg":"ok","code":"700100200301","openid":"oDEMO_openid_0001"}"#,
    );
    let card = client(&server).insert_bill(&bill()).await.unwrap();
    assert_eq!(card.code, "700100200301");
    let mut body = server.only(path).json();
    assert_eq!(
        body["card_ext"]["nonce_str"].take().as_str().unwrap().len(),
        32
    );
    let expected = json!({
        "order_id": "FIN20260101000001", "card_id": "pDEMOfiscalcard00000000000001", "appid": APP_ID,
        "card_ext": {"nonce_str": null, "user_card": {"invoice_user_data": {
            "fee": 5000, "title": "Demo Payer", "billing_time": 1767225900,
            "billing_no": "44060126", "billing_code": "0000000001",
            "s_pdf_media_id": "9000000000000002"
        }}}
    });
    assert_eq!(body, expected);
}

#[tokio::test]
async fn a_bills_lost_answer_is_unknown() {
    let server = Server::start().await;
    server.reply("/nontax/insertbill", Reply::BreakOff);
    let error = client(&server).insert_bill(&bill()).await.unwrap_err();
    assert!(matches!(error, Error::OutcomeUnknown { .. }), "{error:?}");
    let mut empty = bill();
    empty.bill.title = String::new();
    let error = client(&server).insert_bill(&empty).await.unwrap_err();
    assert!(
        matches!(error, Error::Invalid { field: "title", .. }),
        "{error:?}"
    );
}
