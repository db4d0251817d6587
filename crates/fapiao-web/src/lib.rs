//! The web side: admin pages, REST API, buyer pages, WeChat's callbacks.
//!
//! [`App::new`] takes the ports and the settings, [`application`] makes the actix application of one server thread:
//!
//! ```no_run
//! # fn start(ports: fapiao_usecases::ports::Ports, settings: fapiao_web::WebSettings) -> std::io::Result<()> {
//! let app = actix_web::web::Data::new(fapiao_web::App::new(ports, settings));
//! let server = actix_web::HttpServer::new(move || fapiao_web::application(app.clone()));
//! # drop(server.bind("127.0.0.1:0")?);
//! # Ok(())
//! # }
//! ```

mod admin;
mod api;
mod app;
pub mod assets;
mod buyer;
mod callback;
mod edge;
mod gateway;
mod health;
pub mod i18n;
mod metrics;
pub mod pages;
mod preferences;
mod problem;
mod reasons;
mod routes;
mod security;
mod statics;
mod streams;

pub use api::openapi::openapi;
pub use app::{App, MetricsRender, WebSettings};
pub use routes::application;
