use serde_json::json;
use wechat_invoice::merchant::{ClearOutInvoice, MakeOutInvoice, MakeOutLine};
use wechat_invoice::{Advice, Error};

use crate::harness::{Reply, Server};

const MAKE_OUT: &str = "/card/invoice/makeoutinvoice";
const QUERY: &str = "/card/invoice/queryinvoceinfo";

fn invoice() -> MakeOutInvoice {
    MakeOutInvoice {
        wxopenid: "oDEMO_openid_0001".into(),
        ddh: "INV20260101000001".into(),
        fpqqlsh: "DEMO01202601010001".into(),
        nsrsbh: "91440300MADEMO0001".into(),
        nsrmc: "Demo Seller Ltd".into(),
        ghfmc: "Demo Buyer".into(),
        kpr: "A".into(),
        jshj: "113.00".into(),
        hjje: "100.00".into(),
        hjse: "13.00".into(),
        hylx: "0".into(),
        invoicedetail_list: vec![MakeOutLine {
            fphxz: "0".into(),
            spbm: "1090000000000000000".into(),
            xmmc: "Demo item".into(),
            xmsl: "1".into(),
            xmdj: "100.00".into(),
            xmje: "100.00".into(),
            sl: "0.13".into(),
            se: "13.00".into(),
            ..MakeOutLine::default()
        }],
        ..MakeOutInvoice::default()
    }
}

#[tokio::test]
async fn a_blue_invoice_is_wrapped_and_success_may_be_misspelt() {
    let server = Server::start().await;
    server.json(MAKE_OUT, r#"{"errcode":0,"errmsg":"sucesss"}"#);
    server
        .merchant()
        .make_out_invoice(&invoice())
        .await
        .unwrap();
    let body = server.only(MAKE_OUT).json();
    let info = &body["invoiceinfo"];
    assert_eq!(
        (&info["hjje"], &info["hjse"], &info["jshj"]),
        (&json!("100.00"), &json!("13.00"), &json!("113.00"))
    );
    assert_eq!(info["invoicedetail_list"][0]["xmmc"], "Demo item");
    assert!(info["invoicedetail_list"][0].get("dw").is_none() && info.get("bz").is_none());
}

#[tokio::test]
async fn a_lost_answer_asks_for_a_query_and_no_lines_are_no_invoice() {
    let server = Server::start().await;
    server.reply(MAKE_OUT, Reply::Silence);
    let error = server
        .merchant()
        .make_out_invoice(&invoice())
        .await
        .unwrap_err();
    assert_eq!(error.advice(), Advice::AskFirst);
    let empty = MakeOutInvoice {
        invoicedetail_list: Vec::new(),
        ..invoice()
    };
    let error = server
        .merchant()
        .make_out_invoice(&empty)
        .await
        .unwrap_err();
    assert!(matches!(error, Error::Invalid { .. }), "{error:?}");
}

#[tokio::test]
async fn an_offset_is_wrapped() {
    let server = Server::start().await;
    let path = "/card/invoice/clearoutinvoice";
    server.json(path, r#"{"errcode":0,"errmsg":"sucesss"}"#);
    let offset = ClearOutInvoice {
        wxopenid: "oDEMO_openid_0001".into(),
        fpqqlsh: "DEMO01202601010002".into(),
        nsrsbh: "91440300MADEMO0001".into(),
        nsrmc: "Demo Seller Ltd".into(),
        yfpdm: "044000000001".into(),
        yfphm: "10000001".into(),
    };
    server.merchant().clear_out_invoice(&offset).await.unwrap();
    let expected = json!({"invoiceinfo": {
        "wxopenid": "oDEMO_openid_0001", "fpqqlsh": "DEMO01202601010002",
        "nsrsbh": "91440300MADEMO0001", "nsrmc": "Demo Seller Ltd",
        "yfpdm": "044000000001", "yfphm": "10000001"
    }});
    assert_eq!(server.only(path).json(), expected);
}

#[tokio::test]
async fn a_query_is_flat_and_its_answer_nested_or_flat() {
    let detail = r#""fpqqlsh":"DEMO01202601010001","fpdm":"044000000001","fphm":10000001,"jym":"00000000000000000001","kprq":"20260101080000","pdfurl":"https://invoice.example.com/p.pdf""#;
    let nested =
        format!(r#"{{"errcode":0,"errmsg":"获取发票数据成功","invoicedetail":{{{detail}}}}}"#);
    let flat = format!(r#"{{"errcode":0,"errmsg":"demo",{detail}}}"#);
    let mut answers = Vec::new();
    for body in [nested, flat] {
        let server = Server::start().await;
        server.json(QUERY, &body);
        let merchant = server.merchant();
        answers.push(
            merchant
                .query_invoice("DEMO01202601010001", "91440300MADEMO0001")
                .await
                .unwrap(),
        );
        let expected = json!({"fpqqlsh": "DEMO01202601010001", "nsrsbh": "91440300MADEMO0001"});
        assert_eq!(server.only(QUERY).json(), expected);
    }
    assert!(answers[0] == answers[1]);
    assert_eq!(answers[0].fphm.as_deref(), Some("10000001"));
    assert_eq!(answers[0].kprq.as_deref(), Some("20260101080000"));
}
