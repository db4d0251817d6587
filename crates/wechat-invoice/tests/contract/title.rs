use serde_json::json;
use wechat_invoice::title::{GivenTitle, ScannedTitleKind, UserTitle};
use wechat_invoice::{Error, TitleClient};

use crate::harness::{Server, account};

fn client(server: &Server) -> TitleClient {
    TitleClient::new(&server.keeper(), account())
}

#[tokio::test]
async fn a_link_stores_a_title() {
    let server = Server::start().await;
    let path = "/card/invoice/biz/getusertitleurl";
    // The page's own sample has `errcode` twice, the second time as the text.
    server.json(
        path,
        r#"{"errcode":0,"errmsg":"ok","url":"https://mp.weixin.qq.com/bizmall/demo?key=1"}"#,
    );
    let given = GivenTitle {
        title: "示例贸易有限公司".into(),
        tax_no: Some("91440300MADEMO0001".into()),
        phone: Some("0755-00000000".into()),
        out_title_id: Some("T1".into()),
        ..GivenTitle::default()
    };
    let url = client(&server)
        .user_title_url(&UserTitle::Given(given.clone()))
        .await
        .unwrap();
    assert_eq!(url, "https://mp.weixin.qq.com/bizmall/demo?key=1");
    client(&server)
        .user_title_url(&UserTitle::FilledByUser)
        .await
        .unwrap();
    let requests = server.recorded(path);
    let expected = json!({
        "user_fill": 0, "title": "示例贸易有限公司", "tax_no": "91440300MADEMO0001",
        "phone": "0755-00000000", "out_title_id": "T1"
    });
    assert_eq!(requests[0].json(), expected);
    assert_eq!(requests[1].json(), json!({"user_fill": 1}));
    let wrong = [
        GivenTitle {
            title: " ".into(),
            ..given.clone()
        },
        GivenTitle {
            tax_no: Some("1234567890".into()),
            ..given.clone()
        },
        GivenTitle {
            phone: Some("+86".into()),
            ..given
        },
    ];
    for given in wrong {
        let error = client(&server)
            .user_title_url(&UserTitle::Given(given))
            .await
            .unwrap_err();
        assert!(matches!(error, Error::Invalid { .. }), "{error:?}");
    }
}

#[tokio::test]
async fn a_counter_gets_a_link() {
    let server = Server::start().await;
    let path = "/card/invoice/biz/getselecttitleurl";
    server.json(
        path,
        r#"{"errcode":0,"errmsg":"ok","url":"https://mp.weixin.qq.com/bizmall/demo?key=2"}"#,
    );
    let client = client(&server);
    client
        .select_title_url(Some("counter-07:order-7"), Some("Demo Shop"))
        .await
        .unwrap();
    client.select_title_url(None, None).await.unwrap();
    let requests = server.recorded(path);
    assert_eq!(
        requests[0].json(),
        json!({"attach": "counter-07:order-7", "biz_name": "Demo Shop"})
    );
    assert_eq!(requests[1].text(), "{}");
}

#[tokio::test]
async fn a_scanned_code_becomes_a_title() {
    let server = Server::start().await;
    let path = "/card/invoice/scantitle";
    server.json(
        path,
        r#"{"errcode":0,"errmsg":"ok","title_type":"0","title":"Demo Trading Co Ltd","phone":"","tax_no":"91440300MADEMO0001","addr":"","bank_type":""}"#,
    );
    server.json(path, r#"{"errcode":0,"errmsg":"ok","title":"张三"}"#);
    server.json(
        path,
        r#"{"errcode":72044,"errmsg":"scan text out of time"}"#,
    );
    let client = client(&server);
    let title = client.scan_title("demoScanText001").await.unwrap();
    assert_eq!(title.kind, Some(ScannedTitleKind::Organisation));
    assert_eq!(
        (title.tax_no.as_deref(), title.phone),
        (Some("91440300MADEMO0001"), None)
    );
    assert_eq!(
        client.scan_title("x").await.unwrap().kind,
        None,
        "the page's sample leaves it out"
    );
    assert_eq!(
        client.scan_title("x").await.unwrap_err().errcode(),
        Some(72044)
    );
    assert_eq!(
        server.recorded(path)[0].json(),
        json!({"scan_text": "demoScanText001"})
    );
}
