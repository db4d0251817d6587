//! Every route of the product, on one screen.

use crate::api::refunds;
use crate::{
    admin,
    api::{
        bill_files, bills, books, company, deliveries, docs, fiscal_units, invoices, openapi,
        orders, ping, receipt, reports, rounding,
    },
    app::App,
    buyer, callback, edge, gateway, health, metrics, preferences,
    problem::{Kind, Problem, Said},
    statics,
};
use actix_web::{
    Error, Route,
    body::BoxBody,
    dev::{ServiceFactory, ServiceRequest, ServiceResponse},
    guard,
    http::header,
    middleware::from_fn,
    web::{self, ServiceConfig},
};

/// Where the REST API lives.
pub(crate) const API: &str = "/api/v1";

/// Lists the routes of the API once: for the server, and as a table for the test of its description.
macro_rules! api {
    ($($path:literal { $($method:ident $handler:path),+ })*) => {
        /// Path and method (upper case) of every call.
        #[cfg(test)]
        pub(crate) const CALLS: &[(&str, &str)] = &[$($((concat!("/api/v1", $path), stringify!($method)),)+)*];

        fn api(cfg: &mut ServiceConfig) {
            $(cfg.service(
                web::resource(concat!("/api/v1", $path))
                    $(.route(web::route().guard(api!(@guard $method)).to($handler)))+
                    .default_service(web::to(|| async {
                        other_method(concat!($(stringify!($method), ", "),+, "HEAD"))
                    })),
            );)*
        }
    };
    (@guard GET) => { guard::Any(guard::Get()).or(guard::Head()) };
    (@guard POST) => { guard::Post() };
    (@guard PUT) => { guard::Put() };
}

api! {
    "/ping"                          { GET ping::show }
    "/orders"                        { GET orders::index, POST orders::create }
    "/orders/{id}"                   { GET orders::show }
    "/orders/{id}/rounding"          { GET rounding::order }
    "/orders/{id}/deliveries"        { POST orders::create_delivery }
    "/orders/{id}/receipt-qr.{format}" { GET receipt::qr }
    "/deliveries/{id}"               { GET deliveries::show }
    "/deliveries/{id}/refusal"       { POST deliveries::refuse }
    "/deliveries/{id}/wechat-page"   { POST deliveries::wechat_page }
    "/invoices"                      { GET invoices::index }
    "/invoices/{id}"                 { GET invoices::show }
    "/invoices/{id}/red-letters"     { GET refunds::letters, POST refunds::create_letter }
    "/orders/{id}/refunds"           { GET refunds::index, POST refunds::create }
    "/refunds/{id}"                  { GET refunds::show }
    "/invoices/{id}/rounding"        { GET rounding::invoice }
    "/invoices/{id}/file.{format}"   { GET invoices::file }
    "/invoices/{id}/evidence.zip"    { GET books::of_invoice }
    "/reports/evidence.zip"          { GET books::of_month }
    "/papers"                        { POST books::check }
    "/reports/{report}.{format}"     { GET reports::file }
    "/sellers"                       { GET company::sellers }
    "/products"                      { GET company::products }
    "/stock"                         { GET company::stock }
    "/bills"                         { GET bills::index, POST bills::create }
    "/bills/{id}"                    { GET bills::show }
    "/bills/{id}/file"               { PUT bill_files::attach }
    "/bills/{id}/file.pdf"           { GET bill_files::show }
    "/bills/{id}/page"               { POST bills::page }
    "/bills/{id}/deliveries"         { POST bills::deliver }
    "/bills/{id}/refusal"            { POST bills::refuse }
    "/bills/{id}/void"               { POST bills::declare_void }
    "/bills/{id}/outcome"            { POST bills::outcome }
    "/fiscal-units"                  { GET fiscal_units::index }
    "/openapi.json"                  { GET openapi::show }
}

/// A page or file to read: HEAD is answered as GET is, without the body. Addresses whose GET does something stay `web::get`.
pub(crate) fn get() -> Route {
    web::route().guard(guard::Any(guard::Get()).or(guard::Head()))
}

/// Adds every route to an application that has the middleware and the shared state already: see [`application`].
fn configure(cfg: &mut ServiceConfig) {
    api(cfg);
    cfg.route("/api/docs", get().to(docs::show))
        .route("/api/docs/errors", get().to(docs::errors))
        .route("/api/docs/style.css", get().to(docs::style))
        .service(
            web::resource("/wechat/callback/{app_id}")
                .route(web::get().to(callback::verify))
                .route(web::post().to(callback::receive)),
        )
        .route("/o", get().to(buyer::ask))
        .route("/o/{code}", get().to(buyer::show))
        .route("/o/{code}/wechat", web::get().to(buyer::open))
        .route("/o/{code}/file.{format}", get().to(buyer::download))
        .route(
            "/o/{code}/red/{number}/file.{format}",
            get().to(buyer::download_red),
        )
        .route("/b/{code}", get().to(buyer::bills::show))
        .route("/b/{code}/wechat", web::get().to(buyer::bills::open))
        .route("/b/{code}/file.pdf", get().to(buyer::bills::download))
        .route("/preferences", web::get().to(preferences::choose))
        .route("/static/{hash}/{path:.*}", get().to(statics::show))
        .route("/healthz", get().to(health::live))
        .route("/readyz", get().to(health::ready))
        .route("/metrics", get().to(metrics::show))
        .route("/", get().to(home))
        .configure(gateway::configure)
        .configure(admin::configure);
}

/// The whole web side as an actix application: `HttpServer::new(move || fapiao_web::application(app.clone()))`.
pub fn application(
    app: web::Data<App>,
) -> actix_web::App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<BoxBody>,
        Error = Error,
        InitError = (),
    >,
> {
    let around = app.clone();
    actix_web::App::new()
        .app_data(app)
        .configure(configure)
        .default_service(web::to(nowhere))
        .wrap(from_fn(move |request, next| {
            edge::surround(around.clone(), request, next)
        }))
}

/// Staff are the ones who type a bare host name.
async fn home() -> actix_web::HttpResponse {
    actix_web::HttpResponse::SeeOther()
        .insert_header((header::LOCATION, "/admin"))
        .finish()
}

async fn nowhere() -> Result<actix_web::HttpResponse, Problem> {
    let said = Said::new("there is no such address", "没有这个地址");
    Err(Problem::new(Kind::NotFound, said))
}

fn other_method(allowed: &'static str) -> Result<actix_web::HttpResponse, Problem> {
    let allowed = allowed
        .strip_suffix(", HEAD")
        .filter(|it| !it.contains("GET"))
        .unwrap_or(allowed);
    let said = Said::new(
        format!("this address knows {allowed}"),
        format!("该地址支持的方法：{allowed}"),
    );
    Err(Problem::new(Kind::MethodNotAllowed, said).allowing(allowed))
}
