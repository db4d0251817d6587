//! Evidence packs, taken away while they are made.

use super::{
    Answer,
    desk::BookReader,
    failure::Failure,
    reports::{Asked, record},
};
use crate::streams;
use actix_web::{HttpRequest, web};
use fapiao_archive::evidence;
use fapiao_domain::ids::{Id, InvoiceId};

const ZIP: &str = "application/zip";

/// `GET /admin/evidence/invoice/{id}.zip`.
pub(super) async fn of_invoice(desk: BookReader, id: web::Path<String>) -> Answer {
    let id = InvoiceId::parse(&id)?;
    let (ports, scope) = (desk.ports().clone(), desk.scope());
    if ports.store.invoice(&scope, &id).await?.is_none() {
        return Err(Failure::NotFound);
    }
    record(&desk, "evidence.exported", id.as_str()).await?;
    let name = format!("evidence_{id}.zip");
    Ok(streams::file(&name, ZIP, move |out| async move {
        evidence::of_invoice(&ports, &scope, &id, &out).await
    }))
}

/// `GET /admin/evidence/month.zip?month=&seller=`.
pub(super) async fn of_month(desk: BookReader, request: HttpRequest) -> Answer {
    let asked = Asked::of(&desk, &request)?;
    record(&desk, "evidence.exported", &asked.month).await?;
    let (ports, scope) = (desk.ports().clone(), desk.view());
    let name = format!("evidence_{}.zip", asked.month);
    Ok(streams::file(&name, ZIP, move |out| async move {
        evidence::of_period(&ports, &scope, &asked.period, &out).await
    }))
}
