use wechat_invoice::merchant::{
    AuthPageRequest, AuthStatus, BuyerTitle, PageKind, Refusal, Source,
};

use super::fixture::call;
use crate::harness::S_PAPPID;

const ORDER: &str = "INV20260101000001";

#[tokio::test]
async fn get_auth_url() {
    let call = call("get_auth_url").await;
    let merchant = call.server.merchant();
    let page = |source, kind| AuthPageRequest {
        s_pappid: S_PAPPID.into(),
        order_id: ORDER.into(),
        money_fen: 11_300,
        source,
        redirect_url: Some("https://shop.example.com/orders/7".into()),
        kind,
    };
    let web = merchant
        .get_auth_url(&page(Source::Web, PageKind::Title))
        .await
        .unwrap();
    assert!(
        web.auth_url
            .ends_with("action=demo&order=INV20260101000001")
    );
    assert!(web.mini_program_app_id.is_none() && web.other.is_empty());
    let wap = merchant
        .get_auth_url(&page(Source::Wap, PageKind::Confirm))
        .await
        .unwrap();
    assert_eq!(wap, web, "an errcode as text is an errcode");
    let app = merchant
        .get_auth_url(&page(Source::App, PageKind::Collect))
        .await
        .unwrap();
    assert!(app.auth_url.ends_with("action=app"));
    let mini = merchant
        .get_auth_url(&page(Source::MiniProgram, PageKind::Title))
        .await
        .unwrap();
    assert_eq!(mini.auth_url, "pages/index/index?orderid=INV20260101000001");
    assert_eq!(
        mini.mini_program_app_id.as_deref(),
        Some("wxdemo0000invoice0")
    );
    assert_eq!(mini.other["tomorrow"], 1);
    call.took_place();
}

#[tokio::test]
async fn get_auth_data() {
    let call = call("get_auth_data").await;
    let merchant = call.server.merchant();
    let ask = async || merchant.get_auth_data(S_PAPPID, ORDER).await.unwrap();

    let data = ask().await;
    assert_eq!(
        (data.status, data.auth_time),
        (AuthStatus::Authorised, Some(1_767_225_660))
    );
    let Some(BuyerTitle::Organisation(title)) = data.title else {
        panic!("no organisation")
    };
    assert_eq!(title.title.as_deref(), Some("Demo Trading Co Ltd"));
    assert_eq!(title.tax_no.as_deref(), Some("91440300MADEMO0001"));
    assert_eq!(title.addr.as_deref(), Some("Demo Road 1"));
    assert_eq!(title.phone.as_deref(), Some("075500000000"));
    assert_eq!(title.bank_type.as_deref(), Some("Demo Bank"));
    assert_eq!(title.bank_no.as_deref(), Some("6222000000000001"));
    assert_eq!(title.custom[0].value.as_deref(), Some("R&D"));

    let data = ask().await;
    assert_eq!(data.auth_time, Some(1_767_225_660));
    let Some(BuyerTitle::Person(title)) = data.title else {
        panic!("no person")
    };
    assert_eq!(title.title.as_deref(), Some("张三"));
    assert_eq!(title.phone.as_deref(), Some("13800000000"));
    assert_eq!(title.email.as_deref(), Some("zhang@example.com"));
    assert_eq!(title.custom[0].key.as_deref(), Some("门店"));

    let data = ask().await;
    assert_eq!(
        (data.status, data.auth_time, data.title),
        (AuthStatus::NotYet, None, None)
    );
    assert_eq!(ask().await.status, AuthStatus::Rejected);
    let data = ask().await;
    assert_eq!(data.status, AuthStatus::Other("insert success".into()));
    assert_eq!(data.other["tomorrow"]["a"], 1);
    call.took_place();
}

#[tokio::test]
async fn reject_insert() {
    let call = call("reject_insert").await;
    let merchant = call.server.merchant();
    let refusal = |reason: &str, url: Option<&str>| Refusal {
        s_pappid: S_PAPPID.into(),
        order_id: ORDER.into(),
        reason: reason.into(),
        url: url.map(str::to_owned),
    };
    let linked = refusal(
        "税号有误，请更正后重新申请",
        Some("https://shop.example.com/invoice/retry/7"),
    );
    merchant.reject_insert(&linked).await.unwrap();
    merchant
        .reject_insert(&refusal("已退款", None))
        .await
        .unwrap();
    call.took_place();
}
