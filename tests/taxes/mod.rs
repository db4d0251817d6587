//! The tax side beside the direct connection: gateways, the older form, months, received files, windows.

mod gateway;

use crate::harness::TestApp;
use fapiao_domain::ids::Id;
use fapiao_usecases::{
    actor::Actor,
    backoffice::tax_connections::{TaxConnectionDraft, save_tax_connection},
    platform::stock::sync_tax_data,
    records::{Seller, TaxConnection},
};
use serde_json::Value;

/// The seller of store S001.
pub(crate) async fn first_seller(app: &TestApp) -> Seller {
    let store = &app.ports().store;
    let shop = store.store_by_code("S001").await.unwrap().unwrap();
    store.seller(&shop.seller).await.unwrap().unwrap()
}

/// What staff would type for the tax sandbox's gateway.
pub(crate) fn draft(app: &TestApp, profile: &str) -> TaxConnectionDraft {
    TaxConnectionDraft {
        route: "gateway".to_owned(),
        profile: profile.to_owned(),
        base_url: format!("{}/gateway", app.tax()),
        key_id: fapiao_server::demo::GATEWAY_KEY.to_owned(),
        secret: app.demo().secrets.tax_secret.clone(),
    }
}

/// Sets the first seller behind the gateway.
pub(crate) async fn behind_gateway(app: &TestApp, profile: &str) -> TaxConnection {
    let seller = first_seller(app).await;
    let draft = draft(app, profile);
    let saved = save_tax_connection(app.ports(), &Actor::CommandLine, &seller, &draft)
        .await
        .unwrap();
    sync_tax_data(app.ports(), &seller.id).await.unwrap();
    saved
}

/// The serials at the gateway.
pub(crate) async fn serials(app: &TestApp) -> Vec<Value> {
    let ledger = app.tax_ledger().await;
    ledger["gateway"].as_array().unwrap().clone()
}

/// The invoice of a delivery, from the ledger.
pub(crate) async fn invoice_of(
    app: &TestApp,
    delivery: &Value,
) -> fapiao_usecases::records::Invoice {
    let id = delivery["invoice"]["id"].as_str().unwrap();
    let id = fapiao_domain::ids::InvoiceId::parse(id).unwrap();
    let found = app.ports().store.invoices_by_id(&[id]).await.unwrap();
    found.into_iter().next().unwrap()
}
