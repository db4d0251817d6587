//! The collecting units of fiscal bills, as far as whoever sends bills needs to know them.

use super::{Reading, answers::ListOut, json, query::Query};
use crate::problem::Problem;
use actix_web::{HttpRequest, HttpResponse, http::StatusCode};
use fapiao_usecases::{
    fiscal::what_is_missing,
    records::{BillSource, FiscalUnit},
};
use serde::Serialize;

/// A collecting unit.
#[derive(Debug, Serialize)]
struct FiscalUnitOut {
    code: String,
    name: String,
    role: &'static str,
    sources: Vec<&'static str>,
    ready: bool,
    missing: Vec<&'static str>,
    closed: bool,
}

impl FiscalUnitOut {
    fn new(unit: FiscalUnit, missing: Vec<&'static str>) -> FiscalUnitOut {
        FiscalUnitOut {
            role: unit.role.as_str(),
            sources: sources(&unit).into_iter().map(BillSource::as_str).collect(),
            ready: missing.is_empty(),
            missing,
            closed: unit.closed,
            code: unit.code,
            name: unit.name,
        }
    }
}

/// Where payers of a unit can be met.
fn sources(unit: &FiscalUnit) -> Vec<BillSource> {
    if !unit.role.asks() {
        return vec![BillSource::Elsewhere];
    }
    let web = unit.web_account.as_ref().map(|_| BillSource::Web);
    let app = unit.app_account.as_ref().map(|_| BillSource::App);
    web.into_iter().chain(app).collect()
}

/// `GET /fiscal-units`.
pub(crate) async fn index(call: Reading, request: HttpRequest) -> Result<HttpResponse, Problem> {
    call.holder.of_the_company()?;
    Query::read(request.query_string(), &[]).finish()?;
    let ports = &call.app.ports;
    let mut data = Vec::new();
    for unit in ports.store.fiscal_units().await? {
        let missing = what_is_missing(ports, &unit).await?;
        data.push(FiscalUnitOut::new(unit, missing));
    }
    let list = ListOut {
        data,
        has_more: false,
        next_cursor: None,
    };
    json(StatusCode::OK, &list)
}
