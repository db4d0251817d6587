//! What a shop needs to know about its company: sellers with their stores, the catalogue, numbers and quota.

use super::{
    Reading,
    answers::{ListOut, price},
    json,
};
use crate::{app::App, problem::Problem};
use actix_web::{HttpRequest, HttpResponse, http::StatusCode};
use fapiao_domain::{outlook::Lasts, preference::Preference};
use fapiao_usecases::{backoffice::outlook::outlook, calendar, ports::Scope, records::Seller};
use serde::Serialize;

#[derive(Debug, Serialize)]
struct StoreOut {
    code: String,
    name: String,
}

#[derive(Debug, Serialize)]
struct SellerOut {
    id: String,
    name: String,
    short_name: String,
    tax_number: String,
    issuing_mode: &'static str,
    invoice_limit: Option<String>,
    invoice_lines: u32,
    stores: Vec<StoreOut>,
}

#[derive(Debug, Serialize)]
struct ProductOut {
    sku: String,
    name: String,
    tax_code: String,
    spec: String,
    unit: String,
    unit_price: String,
    tax_included: bool,
    rate: String,
    preference: Option<&'static str>,
}

#[derive(Debug, Serialize)]
struct StockOut {
    seller: String,
    name: String,
    year: String,
    numbers_left: i64,
    numbers_forecast: ForecastOut,
    month: String,
    quota_left: String,
    quota_forecast: ForecastOut,
}

/// How long something lasts at the recent pace.
#[derive(Debug, Serialize)]
struct ForecastOut {
    lasts: &'static str,
    until: Option<String>,
}

impl From<Lasts> for ForecastOut {
    fn from(lasts: Lasts) -> ForecastOut {
        let (lasts, until) = match lasts {
            Lasts::Unknown => ("unknown", None),
            Lasts::Beyond => ("beyond_period", None),
            // The forecast is made on Shanghai's clock.
            Lasts::Until(at) => (
                "until",
                Some(at.format("%Y-%m-%dT%H:%M:%S+08:00").to_string()),
            ),
        };
        ForecastOut { lasts, until }
    }
}

/// `GET /sellers`.
pub(crate) async fn sellers(call: Reading, request: HttpRequest) -> Result<HttpResponse, Problem> {
    nothing_asked(&request)?;
    let visible = visible_sellers(&call.app, &call.holder.scope()).await?;
    let data = visible
        .into_iter()
        .map(|(seller, stores)| SellerOut {
            id: seller.id.to_string(),
            name: seller.party.name,
            short_name: seller.short_name,
            tax_number: seller.party.tax_number,
            issuing_mode: seller.mode.as_str(),
            invoice_limit: seller.rules.limit.map(|it| it.to_string()),
            invoice_lines: seller.rules.lines,
            stores,
        })
        .collect();
    whole(data)
}

/// `GET /products`.
pub(crate) async fn products(call: Reading, request: HttpRequest) -> Result<HttpResponse, Problem> {
    nothing_asked(&request)?;
    let products = call.app.ports.store.products().await?;
    let data = products
        .into_iter()
        .map(|product| ProductOut {
            sku: product.sku,
            name: product.name,
            tax_code: product.tax_code,
            spec: product.spec,
            unit: product.unit,
            unit_price: price(product.unit_price),
            tax_included: product.tax_included,
            rate: product.rate.to_string(),
            preference: product.preference.map(Preference::code),
        })
        .collect();
    whole(data)
}

/// `GET /stock`.
pub(crate) async fn stock(call: Reading, request: HttpRequest) -> Result<HttpResponse, Problem> {
    nothing_asked(&request)?;
    let now = call.app.ports.clock.now();
    let month = calendar::month(now);
    let mut data = Vec::new();
    for (seller, _) in visible_sellers(&call.app, &call.holder.scope()).await? {
        let outlook = outlook(&call.app.ports, &seller).await?;
        data.push(StockOut {
            numbers_left: outlook.numbers_left,
            numbers_forecast: ForecastOut::from(outlook.numbers),
            quota_left: outlook.quota_left.to_string(),
            quota_forecast: ForecastOut::from(outlook.quota),
            seller: seller.id.to_string(),
            name: seller.party.name,
            year: month.chars().take(4).collect(),
            month: month.clone(),
        });
    }
    whole(data)
}

/// Sellers with the stores that the caller may see; a seller without one isn't shown to a store's key.
async fn visible_sellers(
    app: &App,
    scope: &Scope,
) -> Result<Vec<(Seller, Vec<StoreOut>)>, Problem> {
    let stores = app.ports.store.stores().await?;
    let mut visible = Vec::new();
    for seller in app.ports.store.sellers().await? {
        let own: Vec<StoreOut> = stores
            .iter()
            .filter(|store| store.seller == seller.id && scope.covers(&store.id))
            .map(|store| StoreOut {
                code: store.code.clone(),
                name: store.name.clone(),
            })
            .collect();
        if *scope == Scope::All || !own.is_empty() {
            visible.push((seller, own));
        }
    }
    Ok(visible)
}

fn nothing_asked(request: &HttpRequest) -> Result<(), Problem> {
    super::query::Query::read(request.query_string(), &[]).finish()
}

/// A list that is short enough to be whole.
fn whole<T: Serialize>(data: Vec<T>) -> Result<HttpResponse, Problem> {
    let list = ListOut {
        data,
        has_more: false,
        next_cursor: None,
    };
    json(StatusCode::OK, &list)
}
