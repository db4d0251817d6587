use serde_json::json;
use wechat_invoice::merchant::{
    AuthPageRequest, AuthStatus, BuyerTitle, PageKind, Refusal, Source,
};
use wechat_invoice::{Advice, Error};

use crate::harness::{NOW, Reply, S_PAPPID, Server};

const GET_AUTH_URL: &str = "/card/invoice/getauthurl";
const GET_AUTH_DATA: &str = "/card/invoice/getauthdata";
const REJECT: &str = "/card/invoice/rejectinsert";

fn page(source: Source) -> AuthPageRequest {
    AuthPageRequest {
        s_pappid: S_PAPPID.into(),
        order_id: "INV20260101000001".into(),
        money_fen: 11_300,
        source,
        redirect_url: Some("https://shop.example.com/orders/7".into()),
        kind: PageKind::Title,
    }
}

#[tokio::test]
async fn a_page_is_asked_for_with_ticket_and_time() {
    let server = Server::start().await;
    let url = "https://mp.weixin.qq.com/bizmall/authinvoice?action=demo&order=INV20260101000001";
    server.json(
        GET_AUTH_URL,
        &json!({"errcode":0,"errmsg":"ok","auth_url":url}).to_string(),
    );
    let answer = server
        .merchant()
        .get_auth_url(&page(Source::Web))
        .await
        .unwrap();
    assert_eq!(answer.auth_url, url);
    assert_eq!(answer.mini_program_app_id, None);
    assert!(answer.other.is_empty());

    let request = server.only(GET_AUTH_URL);
    assert_eq!(
        (request.method.as_str(), request.param("access_token")),
        ("POST", Some("token-1"))
    );
    assert!(request.headers["content-type"].starts_with("application/json"));
    let expected = json!({
        "s_pappid": S_PAPPID, "order_id": "INV20260101000001", "money": 11300, "timestamp": NOW,
        "source": "web", "redirect_url": "https://shop.example.com/orders/7",
        "ticket": "ticket-1", "type": 1
    });
    assert_eq!(request.json(), expected);
    let ticket = server.only("/cgi-bin/ticket/getticket");
    assert_eq!(ticket.method, "GET");
    assert_eq!(
        (ticket.param("type"), ticket.param("access_token")),
        (Some("wx_card"), Some("token-1"))
    );
}

#[tokio::test]
async fn a_mini_program_gets_a_path_and_whose_program_it_is() {
    let server = Server::start().await;
    server.json(
        GET_AUTH_URL,
        r#"{"errcode":"0","errmsg":"ok","auth_url":"pages/index/index?orderid=1","appid":"wxdemo0000invoice0","new":1}"#,
    );
    let answer = server
        .merchant()
        .get_auth_url(&page(Source::MiniProgram))
        .await
        .unwrap();
    assert_eq!(answer.auth_url, "pages/index/index?orderid=1");
    assert_eq!(
        answer.mini_program_app_id.as_deref(),
        Some("wxdemo0000invoice0")
    );
    assert_eq!(answer.other["new"], 1);
    let body = server.only(GET_AUTH_URL).json();
    assert_eq!(body["source"], "wxa");
    assert!(
        body.get("redirect_url").is_none(),
        "only pages are redirected: {body}"
    );
}

#[tokio::test]
async fn sources_and_kinds_have_wechats_words() {
    let words: Vec<_> = [Source::App, Source::Web, Source::MiniProgram, Source::Wap]
        .map(Source::as_str)
        .into();
    assert_eq!(words, ["app", "web", "wxa", "wap"]);
    let kinds = [PageKind::Confirm, PageKind::Title, PageKind::Collect].map(PageKind::as_number);
    assert_eq!(kinds, [0, 1, 2]);
}

#[tokio::test]
async fn a_stale_ticket_is_fetched_again_once() {
    let server = Server::start().await;
    server.json(
        GET_AUTH_URL,
        r#"{"errcode":72031,"errmsg":"invalid params: ticket ticket-1, rid: 1-2-3"}"#,
    );
    server.json(
        GET_AUTH_URL,
        r#"{"errcode":0,"errmsg":"ok","auth_url":"https://mp.weixin.qq.com/a"}"#,
    );
    server
        .merchant()
        .get_auth_url(&page(Source::Web))
        .await
        .unwrap();
    let tickets: Vec<_> = server
        .recorded(GET_AUTH_URL)
        .iter()
        .map(|request| request.json()["ticket"].clone())
        .collect();
    assert_eq!(tickets, ["ticket-1", "ticket-2"]);
}

#[tokio::test]
async fn a_refusal_that_quotes_the_ticket_is_blotted() {
    let server = Server::start().await;
    server.json(
        GET_AUTH_URL,
        r#"{"errcode":72031,"errmsg":"bad ticket ticket-2 ticket-1"}"#,
    );
    let error = server
        .merchant()
        .get_auth_url(&page(Source::Web))
        .await
        .unwrap_err();
    assert!(
        !format!("{error} {error:?}").contains("ticket-2"),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_missing_contact_says_what_to_do() {
    let server = Server::start().await;
    server.json(
        GET_AUTH_URL,
        r#"{"errcode":72063,"errmsg":"biz contact is empty hint: [abc]"}"#,
    );
    let error = server
        .merchant()
        .get_auth_url(&page(Source::Wap))
        .await
        .unwrap_err();
    assert_eq!(
        (error.errcode(), error.advice()),
        (Some(72063), Advice::NeedsPerson)
    );
    assert!(
        error
            .code_info()
            .unwrap()
            .next_step
            .zh
            .contains("set_contact")
    );
    assert_eq!(
        server.only(GET_AUTH_URL).json()["redirect_url"],
        "https://shop.example.com/orders/7"
    );
}

#[tokio::test]
async fn impossible_pages_are_not_asked_for() {
    let server = Server::start().await;
    let negative = AuthPageRequest {
        money_fen: -1,
        ..page(Source::Web)
    };
    let nameless = AuthPageRequest {
        order_id: " ".into(),
        ..page(Source::Web)
    };
    for request in [negative, nameless] {
        let error = server.merchant().get_auth_url(&request).await.unwrap_err();
        assert!(matches!(error, Error::Invalid { .. }), "{error:?}");
        assert_eq!(error.advice(), Advice::Never);
    }
    assert!(server.recorded(GET_AUTH_URL).is_empty());
}

#[tokio::test]
async fn an_organisations_title_is_read_and_trimmed() {
    let server = Server::start().await;
    server.json(
        GET_AUTH_DATA,
        r#"{"errcode":0,"errmsg":"ok","invoice_status":"auth success","auth_time":1767225660,"user_auth_info":{"biz_field":{"title":"Demo Trading Co Ltd ","tax_no":"91440300MADEMO0001","addr":"Demo Road 1","phone":"075500000000","bank_type":"Demo Bank","bank_no":6222000000000001,"custom_field":[{"key":"dept","value":"R&D"}]}}}"#,
    );
    let data = server
        .merchant()
        .get_auth_data(S_PAPPID, "INV20260101000001")
        .await
        .unwrap();
    assert_eq!(
        (data.status, data.auth_time),
        (AuthStatus::Authorised, Some(1_767_225_660))
    );
    let Some(BuyerTitle::Organisation(title)) = data.title else {
        panic!("no organisation")
    };
    assert_eq!(title.title.as_deref(), Some("Demo Trading Co Ltd"));
    assert_eq!(title.tax_no.as_deref(), Some("91440300MADEMO0001"));
    assert_eq!(title.bank_no.as_deref(), Some("6222000000000001"));
    assert_eq!(title.custom[0].key.as_deref(), Some("dept"));
    assert_eq!(title.custom[0].value.as_deref(), Some("R&D"));
    let expected = json!({"s_pappid": S_PAPPID, "order_id": "INV20260101000001"});
    assert_eq!(server.only(GET_AUTH_DATA).json(), expected);
}

#[tokio::test]
async fn a_persons_title_is_read_beside_an_empty_organisation() {
    let server = Server::start().await;
    server.json(
        GET_AUTH_DATA,
        r#"{"errcode":0,"errmsg":"ok","invoice_status":"auth success","auth_time":"1480342498","user_auth_info":{"biz_field":{},"user_field":{"title":"张三 ","phone":"5554545","email":"a@example.com","custom_field":{"key":"field1","value":"ABCD"}}}}"#,
    );
    let data = server
        .merchant()
        .get_auth_data(S_PAPPID, "1")
        .await
        .unwrap();
    assert_eq!(data.auth_time, Some(1_480_342_498));
    let Some(BuyerTitle::Person(title)) = data.title else {
        panic!("no person")
    };
    assert_eq!(title.title.as_deref(), Some("张三"));
    assert_eq!(title.email.as_deref(), Some("a@example.com"));
    assert_eq!(title.custom.len(), 1, "a single object is a list of one");
}

#[tokio::test]
async fn states_without_a_title_are_told_apart() {
    let cases = [
        ("never auth", AuthStatus::NotYet),
        ("reject insert", AuthStatus::Rejected),
        ("something new", AuthStatus::Other("something new".into())),
    ];
    for (word, status) in cases {
        let server = Server::start().await;
        let body = json!({"errcode":0,"errmsg":"ok","invoice_status":word});
        server.json(GET_AUTH_DATA, &body.to_string());
        let data = server
            .merchant()
            .get_auth_data(S_PAPPID, "1")
            .await
            .unwrap();
        assert_eq!(
            (data.status, data.auth_time, data.title),
            (status, None, None)
        );
    }
}

fn refusal(reason: &str) -> Refusal {
    Refusal {
        s_pappid: S_PAPPID.into(),
        order_id: "INV20260101000001".into(),
        reason: reason.into(),
        url: None,
    }
}

#[tokio::test]
async fn a_refusal_goes_out_in_raw_utf8_and_without_null() {
    let server = Server::start().await;
    server.json(REJECT, r#"{"errcode":0,"errmsg":"ok"}"#);
    server
        .merchant()
        .reject_insert(&refusal("税号有误"))
        .await
        .unwrap();
    let linked = Refusal {
        url: Some("https://shop.example.com/retry/7".into()),
        ..refusal("x")
    };
    server.merchant().reject_insert(&linked).await.unwrap();
    let requests = server.recorded(REJECT);
    let text = requests[0].text();
    assert!(
        text.contains("税号有误") && !text.contains("\\u") && !text.contains("null"),
        "{text}"
    );
    assert_eq!(
        requests[1].json()["url"],
        "https://shop.example.com/retry/7"
    );
}

#[tokio::test]
async fn refused_before_means_done() {
    let server = Server::start().await;
    server.json(REJECT, r#"{"errcode":72035,"errmsg":"biz reject insert"}"#);
    let error = server
        .merchant()
        .reject_insert(&refusal("again"))
        .await
        .unwrap_err();
    assert_eq!(error.advice(), Advice::Done);
}

#[tokio::test]
async fn a_lost_refusal_is_unknown_and_a_long_reason_is_not_sent() {
    let server = Server::start().await;
    server.reply(REJECT, Reply::Close);
    let error = server
        .merchant()
        .reject_insert(&refusal("x"))
        .await
        .unwrap_err();
    assert!(matches!(error, Error::OutcomeUnknown { .. }), "{error:?}");
    for reason in ["", &"错".repeat(61)] {
        let error = server
            .merchant()
            .reject_insert(&refusal(reason))
            .await
            .unwrap_err();
        assert!(
            matches!(
                error,
                Error::Invalid {
                    field: "reason",
                    ..
                }
            ),
            "{error:?}"
        );
    }
    assert_eq!(server.recorded(REJECT).len(), 1);
}
