use wechat_invoice::merchant::{
    AuthFields, Contact, CustomField, OrganisationFields, PayMerchant, PersonFields,
};

use super::fixture::call;
use crate::harness::S_PAPPID;

#[tokio::test]
async fn set_auth_fields() {
    let call = call("set_auth_fields").await;
    let custom = |key: &str, is_require, notice: Option<&str>| CustomField {
        key: key.into(),
        is_require,
        notice: notice.map(str::to_owned),
        ..CustomField::default()
    };
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
            custom_field: vec![
                custom("部门", true, Some("报销部门")),
                custom("工号", false, None),
            ],
            ..OrganisationFields::default()
        },
        ..AuthFields::default()
    };
    call.server
        .merchant()
        .set_auth_fields(&fields)
        .await
        .unwrap();
    call.took_place();
}

#[tokio::test]
async fn get_auth_fields() {
    let call = call("get_auth_fields").await;
    let merchant = call.server.merchant();
    let fields = merchant.get_auth_fields().await.unwrap().unwrap();
    let person = &fields.person;
    assert!(person.show_title && person.show_phone && !person.show_email);
    assert!(
        !person.require_phone && !person.require_email,
        "left out means no"
    );
    assert!(
        person.custom_field[0].is_require,
        "Is_require is is_require"
    );
    let organisation = &fields.organisation;
    assert!(organisation.show_tax_no && organisation.require_tax_no && !organisation.show_addr);
    assert_eq!(organisation.custom_field[0].key, "部门");
    assert!(!organisation.custom_field[0].is_require);
    assert_eq!(merchant.get_auth_fields().await.unwrap(), None, "never set");
    call.took_place();
}

#[tokio::test]
async fn set_contact() {
    let call = call("set_contact").await;
    let contact = Contact {
        phone: "075500000000".into(),
        time_out_secs: 259_200,
        ..Contact::default()
    };
    call.server.merchant().set_contact(&contact).await.unwrap();
    call.took_place();
}

#[tokio::test]
async fn get_contact() {
    let call = call("get_contact").await;
    let merchant = call.server.merchant();
    let contact = Contact {
        phone: "88888888".into(),
        time_out_secs: 259_200,
        ..Contact::default()
    };
    assert_eq!(merchant.get_contact().await.unwrap(), Some(contact));
    assert_eq!(merchant.get_contact().await.unwrap(), None, "never set");
    call.took_place();
}

fn link() -> PayMerchant {
    PayMerchant {
        mchid: "1900000001".into(),
        s_pappid: S_PAPPID.into(),
        ..PayMerchant::default()
    }
}

#[tokio::test]
async fn set_pay_merchant() {
    let call = call("set_pay_merchant").await;
    call.server
        .merchant()
        .set_pay_merchant(&link())
        .await
        .unwrap();
    call.took_place();
}

#[tokio::test]
async fn get_pay_merchant() {
    let call = call("get_pay_merchant").await;
    let merchant = call.server.merchant();
    assert_eq!(merchant.get_pay_merchant().await.unwrap(), Some(link()));
    assert_eq!(
        merchant.get_pay_merchant().await.unwrap(),
        None,
        "never set"
    );
    call.took_place();
}
