//! Reports as files.

use super::{Reading, query::Query};
use crate::{
    problem::{Kind, Problem, Said, Wrong},
    streams,
};
use actix_web::{HttpRequest, HttpResponse, web};
use fapiao_archive::{
    reports::{self, Report},
    tables::Format,
    vouchers,
};
use fapiao_domain::ids::{Id, SellerId};
use fapiao_usecases::ports::Period;
use serde_json::json;

/// `month` and `seller` of a query.
pub(crate) fn period_of(request: &HttpRequest) -> Result<(String, Period), Problem> {
    let mut query = Query::read(request.query_string(), &["month", "seller"]);
    let month = query.text("month").unwrap_or_default().to_owned();
    let said = Said::new(
        "a month in Shanghai, like 2026-11",
        "月份（北京时间），如 2026-11",
    );
    let bounds = query.parsed("month", reports::month, said.clone());
    let seller = query.parsed(
        "seller",
        |id| SellerId::parse(id).ok(),
        Said::new("the id of a seller", "开票主体的 id"),
    );
    query.finish()?;
    let Some((from, until)) = bounds else {
        let wrong = Wrong::parameter("month", "E_REQUIRED", said);
        return Err(Problem::wrong(Kind::InvalidQuery, vec![wrong]));
    };
    let period = Period {
        seller,
        from,
        until,
    };
    Ok((month, period))
}

/// Notes which key took what away, as the back-office does for people.
pub(crate) async fn note_export(
    call: &Reading,
    action: &str,
    subject: &str,
) -> Result<(), Problem> {
    let store = &call.app.ports.store;
    let actor = call.holder.caller().actor;
    store
        .append_audit(&actor, action, subject, json!({}))
        .await?;
    Ok(())
}

/// Vouchers without a seller, where there are several.
pub(crate) fn no_seller() -> Problem {
    let said = Said::new(
        "the seller whose vouchers are wanted: each seller keeps books of its own",
        "请指定开票主体：每个主体一套账，凭证须分开导入",
    );
    let wrong = Wrong::parameter("seller", "E_REQUIRED", said);
    Problem::wrong(Kind::InvalidQuery, vec![wrong])
}

/// `GET /reports/{report}.{format}`.
pub(crate) async fn file(
    call: Reading,
    request: HttpRequest,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    let (report, format) = path.into_inner();
    let (Some(report), Some(format)) = (Report::parse(&report), Format::parse(&format)) else {
        let said = Said::new("there is no such report", "没有这个报表");
        return Err(Problem::new(Kind::NotFound, said));
    };
    let (month, period) = period_of(&request)?;
    let name = format!("{}_{month}.{}", report.as_str(), format.ending());
    let (ports, scope) = (call.app.ports.clone(), call.holder.scope());
    let by = call.holder.key.name.clone();
    if report.is_of_books() && vouchers::mixes_sellers(&ports, &scope, &period).await? {
        return Err(no_seller());
    }
    let subject = format!("{} {month} {}", report.as_str(), format.ending());
    note_export(&call, "report.exported", &subject).await?;
    Ok(streams::file(
        &name,
        format.media_type(),
        move |out| async move {
            reports::write(&ports, &scope, &period, (report, format), &by, &out).await
        },
    ))
}
