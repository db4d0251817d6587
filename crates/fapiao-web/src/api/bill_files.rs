//! The PDF of a fiscal bill: handed in, and handed out.

use super::{
    Reading,
    bills::{answer, bill_id},
    body::{check_media_type, discard, read_body, shared},
    files::{self, Shown},
};
use crate::{
    problem::{Kind, Problem, Said},
    security::{key::KeyHolder, language::of_api},
};
use actix_web::{HttpRequest, HttpResponse, dev::Payload, http::StatusCode, web};
use bytes::Bytes;
use fapiao_domain::ids::Id;
use fapiao_usecases::fiscal::{BillError, attach_bill_file, bill_row};

const PDF: &str = "application/pdf";

/// `PUT /bills/{id}/file`: the body is the PDF. The same bytes again are harmless.
pub(crate) async fn attach(
    request: HttpRequest,
    payload: web::Payload,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let mut payload = payload.into_inner();
    let read = read_pdf(&request, &mut payload).await;
    if read.is_err() {
        discard(&mut payload).await;
    }
    let (holder, file) = read?;
    let app = shared(&request)?;
    let id = bill_id(&id)?;
    let actor = holder.caller().actor;
    attach_bill_file(&app.ports, &actor, &id, file).await?;
    let row = bill_row(&app.ports, &id).await?;
    let row = row.ok_or_else(|| BillError::Unknown(id.to_string()))?;
    answer(&app, StatusCode::OK, &row, of_api(request.headers())).await
}

async fn read_pdf(
    request: &HttpRequest,
    payload: &mut Payload,
) -> Result<(KeyHolder, Bytes), Problem> {
    let app = shared(request)?;
    let holder = KeyHolder::writing(&app, request).await?;
    holder.of_the_company()?;
    check_media_type(request.headers(), PDF)?;
    let limit = app.settings.upload_bytes;
    let file = read_body(request.headers(), payload, limit).await?;
    Ok((holder, file))
}

/// `GET /bills/{id}/file.pdf`.
pub(crate) async fn show(
    call: Reading,
    request: HttpRequest,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    call.holder.of_the_company()?;
    let id = bill_id(&id)?;
    let bill = call.app.ports.store.bill(&id).await?;
    let bill = bill.ok_or_else(|| Problem::no_bill(id.as_str()))?;
    let found = files::of_bill(&call.app, &bill).await?;
    let found = found.ok_or_else(|| {
        let said = Said::new(
            format!("the file of bill {id} was not handed in yet"),
            format!("票据 {id} 的文件尚未提交"),
        );
        Problem::new(Kind::BillFileNotFound, said)
    })?;
    Ok(found.answer(&request, Shown::Attached))
}
