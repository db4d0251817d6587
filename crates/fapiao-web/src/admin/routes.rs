//! Every address of the back-office, on one screen.

use super::{
    access, accounts, audit, buyer_form, cards, checks, credentials, deliveries, evidence, failure,
    home, import, inbox, invoices, jobs, keys, ledger, link_new, lists_csv, onboarding, order_new,
    orders, own_password, papers, payments, products, pushes, reconciliation, reports, rounding,
    sellers, sign_in, signing, staff, stock, stores, switches, tax_codes,
};
use super::{attachments, books, closings, findings, months, tax_connections};
use super::{bills, bills_acts, bills_new, bills_show, fiscal_units};
use super::{gateways, partners, unified};
use super::{red, red_correct, red_forms};
use crate::routes::get;
use actix_web::{
    middleware::from_fn,
    web::{self, ServiceConfig, post},
};

/// Adds them under `/admin`.
pub(crate) fn configure(cfg: &mut ServiceConfig) {
    let scope = web::scope("/admin")
        .wrap(from_fn(failure::present))
        .route("", get().to(home::show))
        .route("/", get().to(home::slash))
        .route("/sign-in", get().to(sign_in::show))
        .route("/sign-in", post().to(sign_in::enter))
        .route("/password", get().to(own_password::show))
        .route("/password", post().to(own_password::save))
        .route("/sign-out", post().to(sign_in::leave))
        .route("/language", post().to(switches::language))
        .route("/store", post().to(switches::store))
        .route("/orders", get().to(orders::index))
        .route("/orders.csv", web::get().to(lists_csv::orders))
        .route("/invoices.csv", web::get().to(lists_csv::invoices))
        .route("/audit.csv", web::get().to(lists_csv::audit_lines))
        .route("/orders", post().to(order_new::create))
        .route("/orders/new", get().to(order_new::blank))
        .route("/orders/{id}", get().to(orders::show))
        .route("/orders/{id}/deliveries", post().to(link_new::create))
        .route("/orders/{id}/deliveries/new", get().to(link_new::blank))
        .route("/orders/{id}/rounding", get().to(rounding::order))
        .route("/orders/{id}/retry", post().to(orders::retry))
        .route("/deliveries", get().to(reconciliation::deliveries))
        .route("/reconciliation", get().to(reconciliation::show))
        .route("/reconciliation", post().to(reconciliation::start))
        .route("/reconciliation/{run}/fix", post().to(reconciliation::mend))
        .route("/deliveries/{id}/card-code", post().to(checks::code))
        .route("/deliveries/{id}", get().to(deliveries::show))
        .route("/deliveries/{id}/refusal", post().to(deliveries::refuse))
        .route("/deliveries/{id}/title", post().to(deliveries::title))
        .route("/orders/{id}/refund", get().to(red::show))
        .route("/orders/{id}/refund", post().to(red::act))
        .route("/red-letters", get().to(red_forms::index))
        .route("/red-letters/{id}", get().to(red_forms::show))
        .route("/red-letters/{id}/act", post().to(red_forms::answer))
        .route("/invoices/{id}/upload", post().to(red::upload_again))
        .route("/invoices/{id}/correct", get().to(red_correct::show))
        .route("/invoices/{id}/correct", post().to(red_correct::act))
        .route("/invoices", get().to(invoices::index))
        .route("/invoices/{id}", get().to(invoices::show))
        .route("/invoices/{id}/rounding", get().to(rounding::invoice))
        .route("/invoices/{id}/file.{format}", get().to(invoices::file))
        .route("/jobs", get().to(jobs::index))
        .route("/jobs/retry-all", post().to(jobs::retry_all))
        .route("/jobs/{id}/retry", post().to(jobs::retry))
        .route("/jobs/{id}/giving-up", post().to(jobs::give_up))
        .route("/import", get().to(import::show))
        .route("/import", post().to(import::look))
        .route("/import/orders", post().to(import::take))
        .route("/stock", get().to(stock::show))
        .route("/stock/refill", post().to(stock::refill))
        .route("/stock/return", post().to(stock::give_back))
        .route("/tax-codes", get().to(tax_codes::show))
        .route("/tax-codes/sync", post().to(tax_codes::sync))
        .route("/onboarding", get().to(onboarding::show))
        .route("/papers", get().to(papers::show))
        .route("/papers", post().to(papers::check))
        .route(
            "/evidence/invoice/{id}.zip",
            web::get().to(evidence::of_invoice),
        )
        .route("/evidence/month.zip", web::get().to(evidence::of_month))
        .route("/reports", get().to(reports::index))
        .route("/reports/{report}.{format}", web::get().to(reports::file))
        .route("/reports/{report}", get().to(reports::show))
        .route(
            "/reports/reconciliation/comparison",
            post().to(findings::compare),
        )
        .route(
            "/reports/reconciliation/statement",
            post().to(findings::statement),
        )
        .route("/onboarding", post().to(access::save))
        .route("/accounts/{id}/fields", get().to(buyer_form::show))
        .route("/accounts/{id}/fields", post().to(buyer_form::save))
        .route("/cards", get().to(cards::show))
        .route("/cards", post().to(cards::save))
        .route("/cards/tries/{id}", post().to(cards::settle))
        .route("/cards/logo/{sha256}", get().to(cards::logo))
        .route("/tokens", get().to(credentials::show))
        .route("/tokens/test", post().to(credentials::test))
        .route("/tokens/reset", post().to(credentials::reset))
        .route("/inbox", get().to(inbox::index))
        .route("/inbox/{id}", get().to(pushes::show))
        .route("/inbox/{id}/handling", post().to(pushes::handle_again))
        .route("/accounts/{id}/self-test", post().to(pushes::test))
        .route("/payments", get().to(payments::index))
        .route("/payments/links", post().to(payments::link))
        .route("/payments/{id}/order", post().to(payments::attach))
        .route("/payments/{id}/dismissal", post().to(payments::close))
        .route("/orders/{id}/receipt", get().to(payments::receipt))
        .route("/audit", get().to(audit::index))
        .route("/sellers/{id}/unified", get().to(unified::show))
        .route("/sellers/{id}/unified", post().to(unified::save))
        .route("/sellers/{id}/platform", get().to(gateways::show))
        .route("/sellers/{id}/platform", post().to(gateways::save))
        .route("/partners/{id}/keys", post().to(partners::make_key))
        .route(
            "/partners/{id}/keys/{key}/revocation",
            post().to(partners::revoke_key),
        )
        .route("/ledger", get().to(ledger::show))
        .route("/ledger/check", post().to(ledger::check))
        .route("/sellers/{id}/signing", get().to(signing::show))
        .route("/sellers/{id}/signing", post().to(signing::save))
        .route(
            "/sellers/{id}/signing/store",
            post().to(signing::save_store),
        )
        .route("/sellers/{id}/signing/removal", post().to(signing::remove))
        .route("/sellers/{id}/books", get().to(books::show))
        .route("/sellers/{id}/books.toml", get().to(books::download))
        .route("/sellers/{id}/books", post().to(books::save))
        .route("/sellers/{id}/books/file", post().to(books::upload))
        .route("/sellers/{id}/books/reset", post().to(books::reset))
        .route("/sellers/{id}/closings", post().to(closings::close))
        .route("/sellers/{id}/closings/{month}", get().to(closings::show))
        .route("/sellers/{id}/openings", post().to(closings::open))
        .route("/sellers/{id}/tax", get().to(tax_connections::show))
        .route("/sellers/{id}/tax", post().to(tax_connections::save))
        .route("/sellers/{id}/tax/test", post().to(tax_connections::test))
        .route("/months", get().to(months::show))
        .route("/months/{month}/comparison", post().to(months::compare))
        .route("/months/{month}/confirmation", post().to(months::confirm))
        .route("/months/{month}/withdrawal", post().to(months::withdraw))
        .route("/invoices/{id}/attachment", get().to(attachments::show))
        .route("/invoices/{id}/attachment", post().to(attachments::save))
        .route("/bills", get().to(bills::index))
        .route("/bills", post().to(bills_new::create))
        .route("/bills/new", get().to(bills_new::blank))
        .route("/bills/{id}", get().to(bills_show::show))
        .route("/bills/{id}/file.pdf", get().to(bills::file))
        .route("/bills/{id}/file", post().to(bills_acts::attach))
        .route("/bills/{id}/deliveries", post().to(bills_acts::ask_again))
        .route("/bills/{id}/refusal", post().to(bills_acts::refuse))
        .route("/bills/{id}/outcome", post().to(bills_acts::outcome))
        .route("/bills/{id}/void", post().to(bills_acts::void))
        .route("/bills/{id}/absent-card", post().to(bills_acts::no_card))
        .route("/bills/{id}/retry", post().to(bills_acts::retry))
        .route("/bill-deliveries/{id}", get().to(bills::of_delivery))
        .route("/fiscal-units/{id}/logo", get().to(fiscal_units::logo))
        .route(
            "/fiscal-units/{id}/logo",
            post().to(fiscal_units::save_logo),
        )
        .route(
            "/fiscal-units/{id}/template",
            post().to(fiscal_units::settle),
        )
        .route("/keys", get().to(keys::index))
        .route("/keys", post().to(keys::create))
        .route("/keys/new", get().to(keys::blank))
        .route("/keys/{id}/revocation", post().to(keys::revoke));
    cfg.service(settings(scope).default_service(web::to(nowhere)));
}

/// Lists whose things are made and changed by one form each.
macro_rules! things {
    ($scope:expr, $($path:literal => $module:ident),+) => {
        $scope
            $(.route($path, get().to($module::index))
              .route($path, post().to($module::create))
              .route(concat!($path, "/new"), get().to($module::blank))
              .route(concat!($path, "/{id}"), get().to($module::edit))
              .route(concat!($path, "/{id}"), post().to($module::update)))+
    };
}

fn settings<T>(scope: actix_web::Scope<T>) -> actix_web::Scope<T>
where
    T: actix_web::dev::ServiceFactory<
            actix_web::dev::ServiceRequest,
            Config = (),
            Error = actix_web::Error,
            InitError = (),
        >,
{
    things!(
        scope,
        "/sellers" => sellers,
        "/stores" => stores,
        "/partners" => partners,
        "/products" => products,
        "/accounts" => accounts,
        "/fiscal-units" => fiscal_units,
        "/staff" => staff
    )
}

/// An address that is not there: told inside the frame to who is signed in, and the door to everybody else.
async fn nowhere(_: super::desk::Signed) -> super::Answer {
    Err(failure::Failure::NotFound)
}
