//! Every event in XML and in JSON: typed alike, and nothing of what is unknown is lost.

use serde_json::{Map, Value, json};
use wechat_invoice::callback::{Event, IssueResult, SubmittedTitleKind};
use wechat_invoice::platform::ReimburseStatus;

use crate::harness::{APP_ID, S_PAPPID};

fn head(event: &str) -> Map<String, Value> {
    let head = json!({
        "ToUserName": "gh_demo00000001", "FromUserName": "oDEMO_openid_0001", "CreateTime": 1_767_225_660,
        "MsgType": "event", "Event": event
    });
    head.as_object().unwrap().clone()
}

/// The same push in both notations. JSON as consoles send it: numbers as numbers.
fn both(event: &str, members: &Value) -> [Event; 2] {
    let mut json = head(event);
    json.extend(members.as_object().unwrap().clone());
    let mut xml = "<xml>\n".to_owned();
    for (name, value) in &json {
        match value {
            Value::String(text) => {
                xml.push_str(&format!("<{name}> <![CDATA[{text}]]> </{name}>\n"))
            }
            other => xml.push_str(&format!("<{name}>{other}</{name}>\n")),
        }
    }
    xml.push_str("</xml>");
    let text = Value::Object(json).to_string();
    [Event::read(&xml).unwrap(), Event::read(&text).unwrap()]
}

#[test]
fn an_authorisation() {
    for order in ["INV20260101000001", "FIN20260101000001"] {
        // A fiscal bill's event is the same one; only your own order id tells which product it is.
        let members = json!({
            "SuccOrderId": order, "FailOrderId": "", "AuthorizeAppId": APP_ID, "Source": "web",
            "SPAppId": S_PAPPID, "BatchInsert": "1", "Tomorrow": "kept"
        });
        for event in both("user_authorize_invoice", &members) {
            assert_eq!(event.head().create_time, 1_767_225_660);
            let Event::Authorisation(event) = event else {
                panic!("another event")
            };
            assert_eq!(
                (event.succ_order_id.as_deref(), event.fail_order_id),
                (Some(order), None)
            );
            assert_eq!(event.authorize_app_id.as_deref(), Some(APP_ID));
            assert_eq!(event.source.as_deref(), Some("web"));
            assert_eq!(event.s_pappid.as_deref(), Some(S_PAPPID));
            assert_eq!(
                (&event.other["BatchInsert"], &event.other["Tomorrow"]),
                (&"1".into(), &"kept".into())
            );
        }
    }
}

#[test]
fn a_failed_authorisation() {
    let members =
        json!({"SuccOrderId": "", "FailOrderId": "INV9", "AppId": APP_ID, "Source": "app"});
    for event in both("user_authorize_invoice", &members) {
        let Event::Authorisation(event) = event else {
            panic!("another event")
        };
        assert_eq!(
            (event.succ_order_id, event.fail_order_id.as_deref()),
            (None, Some("INV9"))
        );
        assert_eq!(
            event.authorize_app_id.as_deref(),
            Some(APP_ID),
            "by its older name"
        );
    }
}

#[test]
fn a_unified_result() {
    let results = [
        (100, IssueResult::Issued),
        (2, IssueResult::Failed),
        (7, IssueResult::Other(Some(7))),
    ];
    for (status, result) in results {
        let members = json!({
            "fpqqlsh": "DEMO01202601010001", "nsrsbh": "91440300MADEMO0001", "status": status, "tomorrow": "kept"
        });
        for event in both("cloud_invoice_invoiceresult_event", &members) {
            let Event::IssueResult(event) = event else {
                panic!("another event")
            };
            assert_eq!(
                (event.fpqqlsh.as_str(), event.result),
                ("DEMO01202601010001", result)
            );
            assert_eq!(event.nsrsbh, "91440300MADEMO0001");
            assert_eq!(event.other["tomorrow"], "kept");
        }
    }
}

#[test]
fn a_status_update() {
    let states = [
        ("INVOICE_REIMBURSE_INIT", ReimburseStatus::Init),
        ("INVOICE_REIMBURSE_LOCK", ReimburseStatus::Lock),
        ("INVOICE_REIMBURSE_CLOSURE", ReimburseStatus::Closure),
        ("INVOICE_REIMBURSE_CANCEL", ReimburseStatus::Cancel),
        (
            "INVOICE_REIMBURSE_NEW",
            ReimburseStatus::Other("INVOICE_REIMBURSE_NEW".into()),
        ),
    ];
    for (word, state) in states {
        let members =
            json!({"Status": word, "CardId": "pDEMO", "Code": "700100200300", "Tomorrow": "kept"});
        for event in both("update_invoice_status", &members) {
            let Event::CardStatus(event) = event else {
                panic!("another event")
            };
            assert_eq!((&event.status, event.status.as_str()), (&state, word));
            assert_eq!(
                (event.card_id.as_str(), event.code.as_str()),
                ("pDEMO", "700100200300")
            );
            assert_eq!(event.other["Tomorrow"], "kept");
        }
    }
}

#[test]
fn a_submitted_title() {
    let kinds = [
        ("InvoiceUserTitlePersonType", SubmittedTitleKind::Person),
        (
            "InvoiceUserTitleBusinessType",
            SubmittedTitleKind::Organisation,
        ),
        (
            "InvoiceUserTitleOtherType",
            SubmittedTitleKind::Other("InvoiceUserTitleOtherType".into()),
        ),
    ];
    for (word, kind) in kinds {
        let members = json!({
            "title": "示例贸易有限公司", "phone": "", "tax_no": "91440300MADEMO0001", "addr": "示例路1号",
            "bank_type": "示例银行", "bank_no": 6222_0000_0000_0001_i64, "attach": "counter-07:order-7",
            "title_type": word, "tomorrow": "kept"
        });
        for event in both("submit_invoice_title", &members) {
            let Event::Title(event) = event else {
                panic!("another event")
            };
            assert_eq!(event.kind, kind);
            assert_eq!(
                (event.title.as_deref(), event.phone),
                (Some("示例贸易有限公司"), None)
            );
            assert_eq!(event.tax_no.as_deref(), Some("91440300MADEMO0001"));
            assert_eq!(event.addr.as_deref(), Some("示例路1号"));
            assert_eq!(event.bank_type.as_deref(), Some("示例银行"));
            assert_eq!(event.bank_no.as_deref(), Some("6222000000000001"));
            assert_eq!(event.attach.as_deref(), Some("counter-07:order-7"));
            assert_eq!(event.other["tomorrow"], "kept");
        }
    }
}

#[test]
fn an_event_of_tomorrow() {
    let members = json!({"Anything": "kept", "Number": 7});
    for event in both("brand_new_event", &members) {
        let Event::Unknown(event) = event else {
            panic!("another event")
        };
        assert_eq!(event.head.event, "brand_new_event");
        assert_eq!(event.members["Anything"], "kept");
        let number = &event.members["Number"];
        assert!(*number == 7 || *number == "7");
    }
}
