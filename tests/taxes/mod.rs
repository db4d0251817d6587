//! The tax side beside the direct connection: gateways, the older form, months, received files, windows.

mod attach;
mod gateway;
mod months;
mod quota;
mod windows;

use crate::harness::{TestApp, eventually};
use chrono::{DateTime, Utc};
use fapiao_domain::ids::Id;
use fapiao_usecases::ports::{Clock, Ports};
use fapiao_usecases::{
    actor::Actor,
    backoffice::tax_connections::{TaxConnectionDraft, save_tax_connection},
    platform::stock::sync_tax_data,
    records::{Seller, TaxConnection},
};
use reqwest::Method;
use serde_json::{Value, json};
use std::sync::Arc;

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
        version: None,
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

/// A clock that stands.
struct Stopped(DateTime<Utc>);

impl Clock for Stopped {
    fn now(&self) -> DateTime<Utc> {
        self.0
    }
}

/// The product's ports at another moment.
pub(crate) fn ports_at(app: &TestApp, now: DateTime<Utc>) -> Ports {
    Ports {
        clock: Arc::new(Stopped(now)),
        ..app.ports().clone()
    }
}

/// An order whose upload the authority takes, but whose every answer is lost: what became of it stays unknown.
pub(crate) async fn unanswered(app: &TestApp, order_no: &str) -> fapiao_usecases::records::Invoice {
    let fault = json!({ "service": "QDFPSC", "kind": "work_then_drop" });
    app.tax_fault(&fault).await;
    let order = app
        .authorised_order(order_no, &crate::harness::company())
        .await;
    let id = app.delivery_id(&order);
    let store = &app.ports().store;
    eventually("the outcome is unknown", async || {
        let scope = fapiao_usecases::ports::Scope::All;
        let delivery = store.delivery(&scope, &id).await.unwrap().unwrap();
        let found = store.invoices_by_id(&[delivery.invoice?]).await.unwrap();
        let unknown = fapiao_domain::invoice::InvoiceState::OutcomeUnknown;
        found.into_iter().find(|it| it.state == unknown)
    })
    .await
}

/// Moves the authority's clock to a moment.
pub(crate) async fn authority_at(app: &TestApp, now: DateTime<Utc>) {
    let seconds = (now - app.ports().clock.now()).num_seconds();
    app.control(
        &app.tax(),
        Method::POST,
        "/sandbox/clock/advance",
        Some(&json!({ "seconds": seconds })),
    )
    .await;
}
