use wechat_invoice::callback::{
    CallbackCipher, CipherSetupError, Event, IssueResult, PushFormat, PushMode, RefusalReason,
    SenderCheck, SubmittedTitleKind,
};
use wechat_invoice::platform::ReimburseStatus;

use crate::harness::{APP_ID, S_PAPPID};

pub(crate) const TOKEN: &str = "tk_demo_2031";
pub(crate) const KEY: &str = "Zm9yLXRlc3Qtb25seS1hZXMta2V5LTMyLWJ5dGVzISE";
const OTHER_KEY: &str = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";
pub(crate) const TIME: &str = "1767225600";
pub(crate) const NONCE: &str = "778899001";

pub(crate) fn cipher() -> CallbackCipher {
    CallbackCipher::new(TOKEN.into(), &KEY.into(), APP_ID).unwrap()
}

fn xml(event: &str, members: &str) -> String {
    format!(
        "<xml><ToUserName><![CDATA[gh_demo00000001]]></ToUserName><FromUserName><![CDATA[oDEMO_openid_0001]]></FromUserName><CreateTime>1767225660</CreateTime><MsgType><![CDATA[event]]></MsgType><Event><![CDATA[{event}]]></Event>{members}</xml>"
    )
}

fn authorisation(order: &str) -> String {
    let members = format!(
        "<SuccOrderId><![CDATA[{order}]]></SuccOrderId><FailOrderId><![CDATA[]]></FailOrderId><AuthorizeAppId><![CDATA[{APP_ID}]]></AuthorizeAppId><Source><![CDATA[web]]></Source><SPAppId><![CDATA[{S_PAPPID}]]></SPAppId><BatchInsert>1</BatchInsert>"
    );
    xml("user_authorize_invoice", &members)
}

#[test]
fn the_published_long_push_opens() {
    let encrypt = include_str!("../vectors/long_encrypt.txt").trim();
    let body = format!(
        "<xml><ToUserName><![CDATA[gh_demo00000001]]></ToUserName><Encrypt><![CDATA[{encrypt}]]></Encrypt></xml>"
    );
    let query = "signature=26d384b413701ee801243d52e45e1c01db7b5607&timestamp=1767225600&nonce=778899001&openid=oDEMO_openid_0001&encrypt_type=aes&msg_signature=792bbd9a5f14dac8bfd65b483e9fadb1cd9542d2";
    let opened = cipher().open(query, body.as_bytes()).unwrap();
    assert_eq!(
        opened.plain,
        include_str!("../vectors/long_plain.xml").trim()
    );
    let Event::Authorisation(event) = opened.event().unwrap() else {
        panic!("another event")
    };
    assert_eq!(event.succ_order_id.as_deref(), Some("INV20260101000001"));
    assert_eq!(event.fail_order_id, None, "empty counts as absent");
}

#[test]
fn an_authorisation_reads_alike_in_xml_and_json() {
    let json = format!(
        r#"{{"ToUserName":"gh_demo00000001","FromUserName":"oDEMO_openid_0001","CreateTime":"1767225660","MsgType":"event","Event":"user_authorize_invoice","SuccOrderId":"INV1","FailOrderId":"","AppId":"{APP_ID}","Source":" web ","SPAppId":"{S_PAPPID}","BatchInsert":"1"}}"#
    );
    let read = |text: &str| match Event::read(text).unwrap() {
        Event::Authorisation(event) => event,
        other => panic!("{other:?}"),
    };
    let (from_xml, from_json) = (read(&authorisation("INV1")), read(&json));
    assert_eq!(from_xml, from_json);
    assert_eq!(from_xml.head.create_time, 1_767_225_660);
    assert_eq!(
        from_xml.authorize_app_id.as_deref(),
        Some(APP_ID),
        "also under its older name"
    );
    assert_eq!(from_xml.source.as_deref(), Some("web"));
    assert_eq!(from_xml.s_pappid.as_deref(), Some(S_PAPPID));
    assert_eq!(from_xml.other["BatchInsert"], "1");
}

#[test]
fn a_failed_authorisation_names_the_order() {
    let text = xml(
        "user_authorize_invoice",
        "<SuccOrderId></SuccOrderId><FailOrderId>INV9</FailOrderId>",
    );
    let Event::Authorisation(event) = Event::read(&text).unwrap() else {
        panic!("another event")
    };
    assert_eq!(
        (event.succ_order_id, event.fail_order_id.as_deref()),
        (None, Some("INV9"))
    );
}

#[test]
fn the_other_events_are_typed() {
    let result = xml(
        "cloud_invoice_invoiceresult_event",
        "<fpqqlsh><![CDATA[DEMO01202601010001]]></fpqqlsh><nsrsbh><![CDATA[91440300MADEMO0001]]></nsrsbh><status>100</status>",
    );
    let Event::IssueResult(event) = Event::read(&result).unwrap() else {
        panic!("another event")
    };
    assert_eq!(
        (event.fpqqlsh.as_str(), event.result),
        ("DEMO01202601010001", IssueResult::Issued)
    );
    let failed = result.replace("100", "2");
    let Event::IssueResult(event) = Event::read(&failed).unwrap() else {
        panic!("another event")
    };
    assert_eq!(event.result, IssueResult::Failed);

    let status = xml(
        "update_invoice_status",
        "<Status><![CDATA[INVOICE_REIMBURSE_LOCK]]></Status><CardId><![CDATA[pDEMO]]></CardId><Code><![CDATA[700100200300]]></Code>",
    );
    let Event::CardStatus(event) = Event::read(&status).unwrap() else {
        panic!("another event")
    };
    assert_eq!(event.status, ReimburseStatus::Lock);
    assert_eq!(
        (event.card_id.as_str(), event.code.as_str()),
        ("pDEMO", "700100200300")
    );

    let title = xml(
        "submit_invoice_title",
        "<title><![CDATA[Demo Trading Co Ltd]]></title><phone></phone><tax_no>91440300MADEMO0001</tax_no><attach>counter-07:order-7</attach><title_type>InvoiceUserTitleBusinessType</title_type>",
    );
    let Event::Title(event) = Event::read(&title).unwrap() else {
        panic!("another event")
    };
    assert_eq!(event.kind, SubmittedTitleKind::Organisation);
    assert_eq!(
        (event.title.as_deref(), event.phone),
        (Some("Demo Trading Co Ltd"), None)
    );
    assert_eq!(event.attach.as_deref(), Some("counter-07:order-7"));
}

#[test]
fn unknown_events_and_ordinary_messages_are_kept_whole() {
    let text = xml("brand_new_event", "<What><Inner>1</Inner></What>");
    let Event::Unknown(event) = Event::read(&text).unwrap() else {
        panic!("another event")
    };
    assert_eq!(
        (event.head.event.as_str(), &event.members["What"]["Inner"]),
        ("brand_new_event", &"1".into())
    );
    let message = r#"{"ToUserName":"gh","FromUserName":"o","CreateTime":1,"MsgType":"text","Content":"hi","MsgId":77}"#;
    let Event::Unknown(event) = Event::read(message).unwrap() else {
        panic!("another event")
    };
    assert_eq!(
        (event.head.msg_type.as_str(), &event.members["Content"]),
        ("text", &"hi".into())
    );
}

#[test]
fn keys_are_equal_for_repeats_and_differ_for_everything_else() {
    let key = |text: &str| Event::read(text).unwrap().dedup_key(APP_ID);
    let first = authorisation("INV1");
    assert_eq!(key(&first), key(&first));
    // The same push in the other format.
    let json = r#"{"ToUserName":"gh_demo00000001","FromUserName":"oDEMO_openid_0001","CreateTime":1767225660,"MsgType":"event","Event":"user_authorize_invoice","SuccOrderId":"INV1","FailOrderId":""}"#;
    assert_eq!(key(&first), key(json));
    let failed = first
        .replace(
            "<SuccOrderId><![CDATA[INV1]]></SuccOrderId>",
            "<SuccOrderId></SuccOrderId>",
        )
        .replace(
            "<FailOrderId><![CDATA[]]></FailOrderId>",
            "<FailOrderId>INV1</FailOrderId>",
        );
    let status = "<CardId>p</CardId><Code>1</Code><Status>INVOICE_REIMBURSE_LOCK</Status>";
    let others = [
        authorisation("INV2"), // Another order of the same buyer in the same second.
        failed,
        first.replace("1767225660", "1767225661"),
        first.replace("oDEMO_openid_0001", "oDEMO_openid_0002"),
        xml("update_invoice_status", status),
        xml("update_invoice_status", &status.replace("LOCK", "CLOSURE")),
        xml("brand_new_event", "<A>1</A>"),
        xml("brand_new_event", "<A>2</A>"),
    ];
    let mut keys: Vec<String> = others.iter().map(|text| key(text)).collect();
    keys.push(key(&first));
    keys.push(Event::read(&first).unwrap().dedup_key("wxother"));
    let count = keys.len();
    keys.sort();
    keys.dedup();
    assert_eq!(keys.len(), count);
    assert!(keys.iter().all(|key| key.len() == 64));
    // Rows are stored under it: it must never change.
    assert_eq!(
        key(&first),
        "3a018211eb870f0b171e9bc9ec4b41e2d3610745d171f3457e51b1f3fba2101f"
    );
}

#[test]
fn an_unknown_events_key_does_not_depend_on_the_order_of_its_members() {
    let a = xml("brand_new_event", "<A>1</A><B><C>1</C><D>2</D></B>");
    let b = xml("brand_new_event", "<B><D>2</D><C>1</C></B><A>1</A>");
    let key = |text: &str| Event::read(text).unwrap().dedup_key(APP_ID);
    assert_eq!(key(&a), key(&b));
}

#[test]
fn what_is_sealed_opens_in_every_mode_and_format() {
    let json = r#"{"ToUserName":"gh_demo00000001","FromUserName":"oDEMO_openid_0001","CreateTime":1,"MsgType":"event","Event":"x"}"#;
    let long = xml("x", &format!("<A><![CDATA[{}]]></A>", "长".repeat(5000)));
    for mode in [PushMode::Safe, PushMode::Compatible, PushMode::Plain] {
        let cipher = cipher().with_mode(mode);
        for (plain, format) in [
            (json, PushFormat::Json),
            (&authorisation("1"), PushFormat::Xml),
            (&long, PushFormat::Xml),
        ] {
            let push = cipher.seal(plain, format, TIME, NONCE).unwrap();
            let opened = cipher.open(&push.query, push.body.as_bytes()).unwrap();
            assert_eq!(
                (opened.plain.as_str(), opened.format),
                (plain, format),
                "{mode:?}"
            );
        }
    }
}

#[test]
fn compatible_mode_reads_the_sealed_copy_only() {
    let cipher = cipher().with_mode(PushMode::Compatible);
    let push = cipher
        .seal(&authorisation("GENUINE"), PushFormat::Xml, TIME, NONCE)
        .unwrap();
    assert!(push.body.contains("GENUINE"));
    let forged = push.body.replace("GENUINE", "FORGED");
    let opened = cipher.open(&push.query, forged.as_bytes()).unwrap();
    assert!(opened.plain.contains("GENUINE") && !opened.plain.contains("FORGED"));
}

#[test]
fn the_previous_key_still_opens() {
    let old = cipher();
    let push = old
        .seal(&authorisation("1"), PushFormat::Xml, TIME, NONCE)
        .unwrap();
    let new = CallbackCipher::new(TOKEN.into(), &OTHER_KEY.into(), APP_ID).unwrap();
    let refused = new.open(&push.query, push.body.as_bytes()).unwrap_err();
    assert_eq!(refused.reason(), RefusalReason::Decryption);
    let both = new.with_previous_key(&KEY.into()).unwrap();
    assert!(both.open(&push.query, push.body.as_bytes()).is_ok());
}

#[test]
fn a_push_for_another_account_is_refused() {
    let other = CallbackCipher::new(TOKEN.into(), &KEY.into(), "wxother").unwrap();
    let push = other
        .seal(&authorisation("1"), PushFormat::Xml, TIME, NONCE)
        .unwrap();
    let refused = cipher()
        .open(&push.query, push.body.as_bytes())
        .unwrap_err();
    assert_eq!(refused.reason(), RefusalReason::AppId);
    let elsewhere = cipher().with_original_id("gh_other");
    let push = cipher()
        .seal(&authorisation("1"), PushFormat::Xml, TIME, NONCE)
        .unwrap();
    let refused = elsewhere
        .open(&push.query, push.body.as_bytes())
        .unwrap_err();
    assert_eq!(refused.reason(), RefusalReason::Parties);
}

#[test]
fn the_envelope_must_name_the_receiver_of_the_message() {
    let push = cipher()
        .seal(&authorisation("1"), PushFormat::Xml, TIME, NONCE)
        .unwrap();
    let swapped = push.body.replace("gh_demo00000001", "gh_other");
    let refused = cipher().open(&push.query, swapped.as_bytes()).unwrap_err();
    assert_eq!(refused.reason(), RefusalReason::Parties);
}

#[test]
fn bodies_of_the_wrong_kind_are_refused_alike() {
    let push = cipher()
        .seal(&authorisation("1"), PushFormat::Xml, TIME, NONCE)
        .unwrap();
    let doubled = push
        .body
        .replace("<Encrypt>", "<Encrypt>AAAA</Encrypt><Encrypt>");
    let bodies: Vec<Vec<u8>> = vec![
        Vec::new(),
        b"hello".to_vec(),
        vec![0xff, 0xfe],
        authorisation("1").into_bytes(),
        doubled.into_bytes(),
        format!("<!DOCTYPE x [<!ENTITY e \"v\">]>{}", push.body).into_bytes(),
        br#"{"Encrypt":"AAAA","Encrypt":"BBBB"}"#.to_vec(),
        br#"{"Encrypt":5}"#.to_vec(),
        push.body.replace("Encrypt", "encrypt").into_bytes(),
        vec![b' '; 64 * 1024 + 1],
    ];
    for body in bodies {
        let refused = cipher().open(&push.query, &body).unwrap_err();
        assert_eq!(refused.to_string(), "the push was refused");
    }
    let large = cipher()
        .open(&push.query, &vec![b' '; 64 * 1024 + 1])
        .unwrap_err();
    assert_eq!(large.reason(), RefusalReason::TooLarge);
}

#[test]
fn a_broken_message_in_plain_mode_is_refused() {
    // As an official sample prints it: blanks inside the tags.
    let broken = authorisation("1").replace("<AuthorizeAppId>", "< AuthorizeAppId >");
    let plain = cipher().with_mode(PushMode::Plain);
    let whole = plain
        .seal(&authorisation("1"), PushFormat::Xml, TIME, NONCE)
        .unwrap();
    assert!(plain.open(&whole.query, whole.body.as_bytes()).is_ok());
    let refused = plain.open(&whole.query, broken.as_bytes()).unwrap_err();
    assert_eq!(
        refused.reason(),
        RefusalReason::Envelope,
        "nothing vouches for it"
    );
}

#[test]
fn url_checks_come_from_the_raw_query() {
    let good = "signature=26d384b413701ee801243d52e45e1c01db7b5607&timestamp=1767225600&nonce=778899001&echostr=4711%2B1";
    assert_eq!(cipher().verify_url_query(good).unwrap(), "4711+1");
    for bad in [
        good.replace("26d3", "26D3"),
        good.replace("&echostr=4711%2B1", ""),
        format!("{good}&echostr=evil"),
        format!("{good}&signature=x"),
        good.replace("nonce=778899001", "nonce="),
    ] {
        assert!(cipher().verify_url_query(&bad).is_err(), "{bad}");
    }
}

#[test]
fn a_missing_sender_is_a_setting_and_a_wrong_one_never_passes() {
    let push = cipher()
        .seal(&authorisation("1"), PushFormat::Xml, TIME, NONCE)
        .unwrap();
    let without = push.query.replace("&openid=oDEMO_openid_0001", "");
    let wrong = push
        .query
        .replace("openid=oDEMO_openid_0001", "openid=oOTHER");
    let lenient = cipher().with_sender_check(SenderCheck::IfPresent);
    assert!(cipher().open(&without, push.body.as_bytes()).is_err());
    assert!(lenient.open(&without, push.body.as_bytes()).is_ok());
    assert!(lenient.open(&wrong, push.body.as_bytes()).is_err());
}

#[test]
fn ciphers_want_the_consoles_values() {
    let new = |token: &str, key: &str, app_id: &str| {
        CallbackCipher::new(token.into(), &key.into(), app_id)
    };
    assert_eq!(new("", KEY, APP_ID).unwrap_err(), CipherSetupError::Token);
    assert_eq!(
        new(TOKEN, "short", APP_ID).unwrap_err(),
        CipherSetupError::Key
    );
    assert_eq!(new(TOKEN, KEY, "").unwrap_err(), CipherSetupError::AppId);
}
