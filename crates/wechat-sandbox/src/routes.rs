//! Every address the sandbox answers.

use actix_web::web::{ServiceConfig, get, post, resource, scope, to};

use crate::{api, control, pages, pay};

pub(crate) fn configure(config: &mut ServiceConfig) {
    config
        .service(resource("/").route(get().to(pages::console::show)))
        .service(resource("/healthz").route(get().to(control::health)))
        .service(resource("/assets/phone.css").route(get().to(pages::phone_css)))
        .service(resource("/assets/console.css").route(get().to(pages::console_css)))
        .service(scope("/cgi-bin").default_service(to(api::handle)))
        .service(scope("/card").default_service(to(api::handle)))
        .service(scope("/nontax").default_service(to(api::handle)))
        .service(
            resource(["/authinvoice", "/pages/authinvoice/index"])
                .route(get().to(pages::auth::show))
                .route(post().to(pages::auth::decide)),
        )
        .service(
            resource("/usertitle")
                .route(get().to(pages::titles::show))
                .route(post().to(pages::titles::submit)),
        )
        .service(resource("/invoicepdf").route(get().to(pages::console::pdf_download)))
        .service(resource("/mmbiz/{id}/0").route(get().to(pages::console::logo)))
        .service(resource("/bizmall/authinvoice").route(get().to(pages::console::platform_page)))
        .service(resource("/phone").route(get().to(pages::phone::wallet)))
        .service(resource("/pay/unifiedorder").route(post().to(pay::unified_order)))
        .service(
            resource("/phone/pay/{prepay_id}")
                .route(get().to(pay::show))
                .route(post().to(pay::pay)),
        )
        .service(resource("/phone/scan").route(get().to(pages::phone::scan)))
        .service(resource("/phone/title").route(get().to(pages::phone::title_code)))
        .service(resource("/phone/cards/{code}").route(get().to(pages::phone::card)))
        .service(resource("/phone/cards/{code}/status").route(post().to(pages::phone::set_status)))
        .service(resource("/phone/cards/{code}/{file}").route(get().to(pages::phone::file)))
        .configure(control::configure);
}
