use wechat_invoice::TitleClient;
use wechat_invoice::title::{GivenTitle, ScannedTitleKind, UserTitle};

use super::fixture::{Call, call};
use crate::harness::account;

fn client(call: &Call) -> TitleClient {
    TitleClient::new(&call.server.keeper(), account())
}

#[tokio::test]
async fn user_title_url() {
    let call = call("user_title_url").await;
    let client = client(&call);
    let given = |text: &str| Some(text.to_owned());
    let title = UserTitle::Given(GivenTitle {
        title: "示例贸易有限公司".into(),
        phone: given("0755-00000000"),
        tax_no: given("91440300MADEMO0001"),
        addr: given("示例路1号"),
        bank_type: given("示例银行"),
        bank_no: given("6222000000000001"),
        out_title_id: given("T1"),
    });
    let url = client.user_title_url(&title).await.unwrap();
    assert_eq!(url, "https://mp.weixin.qq.com/bizmall/demo?key=1");
    let url = client.user_title_url(&UserTitle::FilledByUser).await;
    assert_eq!(url.unwrap(), "https://mp.weixin.qq.com/bizmall/demo?key=2");
    call.took_place();
}

#[tokio::test]
async fn select_title_url() {
    let call = call("select_title_url").await;
    let client = client(&call);
    let url = client
        .select_title_url(Some("counter-07:order-7"), Some("示例商店"))
        .await;
    assert_eq!(url.unwrap(), "https://mp.weixin.qq.com/bizmall/demo?key=2");
    client.select_title_url(None, None).await.unwrap();
    call.took_place();
}

#[tokio::test]
async fn scan_title() {
    let call = call("scan_title").await;
    let client = client(&call);
    let scan = async || client.scan_title("demoScanText001").await.unwrap();
    let organisation = scan().await;
    assert_eq!(organisation.kind, Some(ScannedTitleKind::Organisation));
    assert_eq!(organisation.tax_no.as_deref(), Some("91440300MADEMO0001"));
    assert_eq!(organisation.phone, None, "empty counts as absent");
    let person = scan().await;
    assert_eq!(person.kind, Some(ScannedTitleKind::Person));
    assert_eq!(person.phone.as_deref(), Some("13800000000"));
    let sample = scan().await;
    assert_eq!((sample.kind, sample.bank_no), (None, None));
    call.took_place();
}
