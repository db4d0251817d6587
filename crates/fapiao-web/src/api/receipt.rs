//! What a till prints: the short link of an order as a QR code.

use super::Reading;
use crate::{
    pages::qr,
    problem::{Kind, Problem, Said},
};
use actix_web::{
    HttpResponse,
    http::{StatusCode, header},
    web,
};
use fapiao_domain::ids::{Id, OrderId};
use fapiao_usecases::merchant::orders::order_with_delivery;

/// `GET /orders/{id}/receipt-qr.{svg,png}`.
pub(crate) async fn qr(
    call: Reading,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    let (id, format) = path.into_inner();
    let id = OrderId::parse(&id).map_err(|error| Problem::no_order(&error.text))?;
    let order = order_with_delivery(&call.app.ports, &call.holder.scope(), &id).await?;
    let Some(delivery) = order.delivery() else {
        let said = Said::new(
            "the order has no delivery yet: ask for one with POST /orders/{id}/deliveries",
            "该订单还没有投递，请先用 POST /orders/{id}/deliveries 新建",
        );
        return Err(Problem::new(Kind::DeliveryNotFound, said));
    };
    let link = format!("{}/o/{}", call.app.ports.public_base, delivery.short_code);
    let (media_type, bytes) = match format.as_str() {
        "svg" => ("image/svg+xml", qr::svg_file(&link).map(String::into_bytes)),
        "png" => ("image/png", qr::png(&link)),
        _ => (
            "",
            Err(Problem::new(
                Kind::NotFound,
                Said::new("a picture is svg or png", "图片格式只能是 svg 或 png"),
            )),
        ),
    };
    Ok(HttpResponse::build(StatusCode::OK)
        .content_type(media_type)
        .insert_header((header::CACHE_CONTROL, "private, no-cache"))
        .insert_header(("short-code", delivery.short_code.clone()))
        .body(bytes?))
}
