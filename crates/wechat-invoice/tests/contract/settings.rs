use serde_json::json;
use wechat_invoice::Error;
use wechat_invoice::merchant::{
    AuthFields, Contact, CustomField, OrganisationFields, PayMerchant, PersonFields,
};

use crate::harness::{S_PAPPID, Server};

const PATH: &str = "/card/invoice/setbizattr";
const OK: &str = r#"{"errcode":0,"errmsg":"ok"}"#;

#[tokio::test]
async fn page_fields_go_out_as_switches() {
    let server = Server::start().await;
    server.json(PATH, OK);
    let fields = AuthFields {
        person: PersonFields {
            show_title: true,
            show_phone: true,
            show_email: true,
            require_email: true,
            ..PersonFields::default()
        },
        organisation: OrganisationFields {
            show_title: true,
            show_tax_no: true,
            require_tax_no: true,
            custom_field: vec![CustomField {
                key: "部门".into(),
                is_require: false,
                notice: Some("your department".into()),
                ..CustomField::default()
            }],
            ..OrganisationFields::default()
        },
        ..AuthFields::default()
    };
    server.merchant().set_auth_fields(&fields).await.unwrap();
    let request = server.only(PATH);
    assert_eq!(request.param("action"), Some("set_auth_field"));
    let expected = json!({"auth_field": {
        "user_field": {
            "show_title": 1, "show_phone": 1, "show_email": 1, "require_phone": 0, "require_email": 1
        },
        "biz_field": {
            "show_title": 1, "show_tax_no": 1, "show_addr": 0, "show_phone": 0, "show_bank_type": 0,
            "show_bank_no": 0, "require_tax_no": 1, "require_addr": 0, "require_phone": 0,
            "require_bank_type": 0, "require_bank_no": 0,
            "custom_field": [{"key": "部门", "is_require": 0, "notice": "your department"}]
        }
    }});
    assert_eq!(request.json(), expected);
}

#[tokio::test]
async fn custom_names_have_five_characters_at_most() {
    let server = Server::start().await;
    let field = CustomField {
        key: "六个字的名称".into(),
        is_require: true,
        notice: None,
        ..CustomField::default()
    };
    let person = PersonFields {
        custom_field: vec![field],
        ..PersonFields::default()
    };
    let fields = AuthFields {
        person,
        ..AuthFields::default()
    };
    let error = server
        .merchant()
        .set_auth_fields(&fields)
        .await
        .unwrap_err();
    assert!(
        matches!(
            error,
            Error::Invalid {
                field: "custom_field.key",
                ..
            }
        ),
        "{error:?}"
    );
}

#[tokio::test]
async fn page_fields_are_read_with_every_quirk_of_the_answer() {
    let server = Server::start().await;
    // Left-out `require_…`, a capital in `Is_require`, a single object for a list, text for a number.
    server.json(
        PATH,
        r#"{"errcode":0,"errmsg":"ok","auth_field":{"user_field":{"show_title":1,"show_phone":"1","show_email":1,"custom_field":[{"key":"field1","Is_require":1}]},"biz_field":{"show_title":1,"show_tax_no":1,"custom_field":{"key":"field2"}}}}"#,
    );
    let fields = server.merchant().get_auth_fields().await.unwrap().unwrap();
    assert!(fields.person.show_title && fields.person.show_phone && !fields.person.require_phone);
    assert!(fields.person.custom_field[0].is_require);
    assert_eq!(fields.organisation.custom_field[0].key, "field2");
    assert!(!fields.organisation.custom_field[0].is_require);
    assert!(fields.organisation.show_tax_no && !fields.organisation.require_tax_no);
    let request = server.only(PATH);
    assert_eq!(
        (request.param("action"), request.text().as_str()),
        (Some("get_auth_field"), "{}")
    );
}

#[tokio::test]
async fn never_set_is_none() {
    let cases = [
        (72029, "get_auth_field"),
        (72028, "get_pay_mch"),
        (72063, "get_contact"),
    ];
    for (errcode, action) in cases {
        let server = Server::start().await;
        server.json(
            PATH,
            &json!({"errcode": errcode, "errmsg": "never set"}).to_string(),
        );
        let merchant = server.merchant();
        let none = match action {
            "get_auth_field" => merchant.get_auth_fields().await.unwrap().is_none(),
            "get_pay_mch" => merchant.get_pay_merchant().await.unwrap().is_none(),
            _ => merchant.get_contact().await.unwrap().is_none(),
        };
        assert!(none);
        let request = server.only(PATH);
        assert_eq!(
            (request.param("action"), request.text().as_str()),
            (Some(action), "{}")
        );
    }
}

#[tokio::test]
async fn the_contact_is_set_and_read() {
    let server = Server::start().await;
    server.json(PATH, OK);
    server.json(
        PATH,
        r#"{"errcode":0,"errmsg":"ok","contact":{"phone":88888888,"time_out":"259200"}}"#,
    );
    let merchant = server.merchant();
    let contact = Contact {
        phone: "075500000000".into(),
        time_out_secs: 259_200,
        ..Contact::default()
    };
    merchant.set_contact(&contact).await.unwrap();
    let read = merchant.get_contact().await.unwrap().unwrap();
    assert_eq!(
        read,
        Contact {
            phone: "88888888".into(),
            time_out_secs: 259_200,
            ..Contact::default()
        }
    );
    let requests = server.recorded(PATH);
    assert_eq!(requests[0].param("action"), Some("set_contact"));
    let expected = json!({"contact": {"phone": "075500000000", "time_out": 259200}});
    assert_eq!(requests[0].json(), expected);
    let never = Contact {
        phone: "1".into(),
        time_out_secs: 0,
        ..Contact::default()
    };
    assert!(matches!(
        merchant.set_contact(&never).await,
        Err(Error::Invalid { .. })
    ));
}

#[tokio::test]
async fn the_payment_merchant_is_linked_and_read() {
    let server = Server::start().await;
    server.json(PATH, OK);
    server.json(
        PATH,
        &json!({"errcode":0,"errmsg":"ok","paymch_info":{"mchid":1900000001,"s_pappid":S_PAPPID}})
            .to_string(),
    );
    let merchant = server.merchant();
    let link = PayMerchant {
        mchid: "1900000001".into(),
        s_pappid: S_PAPPID.into(),
        ..PayMerchant::default()
    };
    merchant.set_pay_merchant(&link).await.unwrap();
    assert_eq!(merchant.get_pay_merchant().await.unwrap(), Some(link));
    let requests = server.recorded(PATH);
    assert_eq!(requests[0].param("action"), Some("set_pay_mch"));
    let expected = json!({"paymch_info": {"mchid": "1900000001", "s_pappid": S_PAPPID}});
    assert_eq!(requests[0].json(), expected);
}

#[tokio::test]
async fn settings_keep_members_that_are_new_and_never_send_them() {
    let server = Server::start().await;
    let merchant = server.merchant();
    server.json(
        PATH,
        &json!({"errcode": 0, "errmsg": "ok", "auth_field": {
            "user_field": {"show_title": 1, "show_wallet": 1, "custom_field": [{"key": "部门", "max": 3}]},
            "biz_field": {"show_title": 1, "show_seal": 1},
            "page": "wide"
        }})
        .to_string(),
    );
    server.json(
        PATH,
        r#"{"errcode":0,"contact":{"phone":"88888888","time_out":60,"hours":"9-18"}}"#,
    );
    server.json(
        PATH,
        r#"{"errcode":0,"paymch_info":{"mchid":"1","s_pappid":"p","since":7}}"#,
    );
    server.json(PATH, OK);
    let fields = merchant.get_auth_fields().await.unwrap().unwrap();
    assert_eq!(fields.other["page"], "wide");
    assert_eq!(fields.person.other["show_wallet"], 1);
    assert_eq!(fields.person.custom_field[0].other["max"], 3);
    assert_eq!(fields.organisation.other["show_seal"], 1);
    let contact = merchant.get_contact().await.unwrap().unwrap();
    assert_eq!(contact.other["hours"], "9-18");
    let link = merchant.get_pay_merchant().await.unwrap().unwrap();
    assert_eq!(link.other["since"], 7);
    // What was read may be written back: of each only what this version knows.
    merchant.set_auth_fields(&fields).await.unwrap();
    merchant.set_contact(&contact).await.unwrap();
    merchant.set_pay_merchant(&link).await.unwrap();
    for request in &server.recorded(PATH)[3..] {
        let sent = request.text();
        for new in ["page", "show_wallet", "max", "show_seal", "hours", "since"] {
            assert!(!sent.contains(&format!("\"{new}\"")), "{sent}");
        }
    }
}
