//! Two installations: a merchant and another company's platform, each with its own data and WeChat account.

use crate::harness::{company, spawn_pair};

#[tokio::test]
async fn an_order_is_issued_by_the_other_companys_platform() {
    let app = spawn_pair().await;
    let order = app.authorised_order("E-1001", &company()).await;
    let delivery = app.await_state(&order, "carded").await;
    let number = delivery["invoice"]["number"].as_str().unwrap();
    let id = delivery["invoice"]["id"].as_str().unwrap();
    let invoice = app.get(&format!("/invoices/{id}")).await.body;
    assert_eq!(invoice["state"], "issued");
    assert_eq!(invoice["totals"], order["totals"]);
    assert_eq!(invoice["documents"].as_array().unwrap().len(), 1);
    let file = app.get(&format!("/invoices/{id}/file.pdf")).await;
    assert!(
        file.body.as_str().unwrap_or("%PDF-").starts_with("%PDF-"),
        "{file:?}"
    );

    // One card, inserted by the platform's account for the merchant's page, under the merchant's order id.
    let ledger = app.wechat_ledger().await;
    let inserts = ledger["inserts"].as_array().unwrap();
    assert_eq!(inserts.len(), 1, "{inserts:?}");
    assert_eq!(inserts[0]["billing_no"], number);
    assert_eq!(inserts[0]["order_id"], order["delivery"]["id"]);
    let platform = app.platform();
    assert_eq!(
        inserts[0]["platform_appid"],
        platform.secrets.app_id.as_str()
    );
    assert_eq!(inserts[0]["appid"], app.demo().secrets.app_id.as_str());
    assert_eq!(
        app.tax_ledger().await["numbers"].as_array().unwrap().len(),
        1
    );
    app.assert_ledger_holds().await;
    app.stop().await;
}
