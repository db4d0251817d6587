use wechat_invoice::merchant::{ClearOutInvoice, MakeOutInvoice, MakeOutLine};

use super::fixture::call;

#[tokio::test]
async fn make_out_invoice() {
    let call = call("make_out_invoice").await;
    let given = |text: &str| Some(text.to_owned());
    let line = MakeOutLine {
        yhzcbs: None,
        lslbs: None,
        zzstsgl: None,
        fphxz: "0".into(),
        spbm: "1090000000000000000".into(),
        xmmc: "示例商品".into(),
        dw: given("件"),
        ggxh: given("A4"),
        xmsl: "1".into(),
        xmdj: "100.00".into(),
        xmje: "100.00".into(),
        sl: "0.13".into(),
        se: "13.00".into(),
    };
    let invoice = MakeOutInvoice {
        wxopenid: "oDEMO_openid_0001".into(),
        ddh: "INV20260101000001".into(),
        fpqqlsh: "DEMO01202601010001".into(),
        nsrsbh: "91440300MADEMO0001".into(),
        nsrmc: "示例商贸有限公司".into(),
        nsrdz: "示例路1号".into(),
        nsrdh: "075500000000".into(),
        nsrbank: "示例银行".into(),
        nsrbankid: "6222000000000001".into(),
        ghfmc: "示例购方".into(),
        ghfnsrsbh: given("91440300MADEMO0002"),
        ghfdz: given("购方路2号"),
        ghfdh: given("075511111111"),
        ghfbank: given("购方银行"),
        ghfbankid: given("6222000000000002"),
        kpr: "甲".into(),
        skr: given("乙"),
        fhr: given("丙"),
        jshj: "113.00".into(),
        hjje: "100.00".into(),
        hjse: "13.00".into(),
        bz: given("备注"),
        hylx: "0".into(),
        invoicedetail_list: vec![line],
    };
    call.server
        .merchant()
        .make_out_invoice(&invoice)
        .await
        .unwrap();
    call.took_place();
}

#[tokio::test]
async fn clear_out_invoice() {
    let call = call("clear_out_invoice").await;
    let offset = ClearOutInvoice {
        wxopenid: "oDEMO_openid_0001".into(),
        fpqqlsh: "DEMO01202601010002".into(),
        nsrsbh: "91440300MADEMO0001".into(),
        nsrmc: "示例商贸有限公司".into(),
        yfpdm: "044000000001".into(),
        yfphm: "10000001".into(),
    };
    call.server
        .merchant()
        .clear_out_invoice(&offset)
        .await
        .unwrap();
    call.took_place();
}

#[tokio::test]
async fn query_invoice() {
    let call = call("query_invoice").await;
    let merchant = call.server.merchant();
    let ask = async || {
        merchant
            .query_invoice("DEMO01202601010001", "91440300MADEMO0001")
            .await
    };
    let (nested, flat) = (ask().await.unwrap(), ask().await.unwrap());
    assert!(nested == flat, "nested and flat answers say the same");
    assert_eq!(nested.fpdm.as_deref(), Some("044000000001"));
    assert_eq!(nested.fphm.as_deref(), Some("10000001"));
    assert_eq!(nested.jym.as_deref(), Some("00000000000000000001"));
    assert_eq!(nested.kprq.as_deref(), Some("20260101080000"));
    assert_eq!(
        nested.pdfurl.as_deref(),
        Some("https://invoice.example.com/p.pdf")
    );
    call.took_place();
}
