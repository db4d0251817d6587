//! The HTTP server.

use std::net::SocketAddr;
use std::sync::Arc;

use actix_web::dev::ServerHandle;
use actix_web::middleware::DefaultHeaders;
use actix_web::{App, HttpResponse, HttpServer, web};

use crate::world::Authority;
use crate::{StartError, TaxSandboxConfig, access, control, gateway, page};

/// Larger bodies are refused: 100 invoices of many lines, encrypted and in base64.
const BODY_LIMIT: usize = 64 * 1024 * 1024;
const POLICY: &str = "default-src 'none'; style-src 'self'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'";

/// A tax authority.
#[derive(Debug)]
pub struct TaxSandbox;

/// A running authority. Dropping it leaves the server running; [`Running::stop`] ends it.
#[derive(Debug)]
pub struct Running {
    addr: SocketAddr,
    handle: ServerHandle,
    authority: Arc<Authority>,
    served: tokio::task::JoinHandle<std::io::Result<()>>,
}

impl TaxSandbox {
    /// Starts inside the caller's tokio runtime.
    ///
    /// # Errors
    /// [`StartError`], when the address, the state file or a key cannot be used.
    pub async fn start(config: TaxSandboxConfig) -> Result<Running, StartError> {
        if let Some(party) = config.parties.iter().find(|party| party.key().is_none()) {
            return Err(StartError::Key(party.id.clone()));
        }
        let authority = Arc::new(Authority::open(&config).map_err(StartError::State)?);
        let shared = web::Data::new(Arc::clone(&authority));
        let failed = |source| StartError::Listen {
            addr: config.listen,
            source,
        };
        let server = HttpServer::new(move || {
            App::new()
                .app_data(shared.clone())
                .app_data(web::PayloadConfig::new(BODY_LIMIT))
                .app_data(
                    web::JsonConfig::default()
                        .limit(1024 * 1024)
                        .error_handler(malformed),
                )
                .wrap(
                    DefaultHeaders::new()
                        .add(("Content-Security-Policy", POLICY))
                        .add(("X-Content-Type-Options", "nosniff")),
                )
                .route(
                    "/access/v2/invoke/{capability}/{service}",
                    web::post().to(access::invoke),
                )
                .route(
                    "/access/v2/invoke/{capability}/{service}/",
                    web::post().to(access::invoke),
                )
                .service(web::scope("/sandbox").configure(control::routes))
                .service(web::scope("/gateway").configure(gateway::routes))
                .configure(page::routes)
        })
        .workers(config.workers.max(1))
        .disable_signals()
        .shutdown_timeout(5)
        .bind(config.listen)
        .map_err(failed)?;
        let addr = server.addrs().first().copied().unwrap_or(config.listen);
        let server = server.run();
        let handle = server.handle();
        let served = tokio::spawn(server);
        tracing::info!(%addr, "The tax sandbox listens");
        Ok(Running {
            addr,
            handle,
            authority,
            served,
        })
    }
}

impl Running {
    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// `http://address`, without a slash at the end: the base address of the direct connection.
    pub fn url(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// Answers what it has begun, stops, and puts the state file on disk.
    ///
    /// # Errors
    /// When the state file cannot be written to disk.
    pub async fn stop(self) -> std::io::Result<()> {
        self.handle.stop(true).await;
        let served = self.served.await.map_err(std::io::Error::other)?;
        self.authority.sync()?;
        served
    }

    /// Waits until the server ends by itself, which it does not do without an error.
    ///
    /// # Errors
    /// What ended it.
    pub async fn wait(&mut self) -> std::io::Result<()> {
        (&mut self.served).await.map_err(std::io::Error::other)?
    }
}

fn malformed(
    why: actix_web::error::JsonPayloadError,
    _: &actix_web::HttpRequest,
) -> actix_web::Error {
    let body = serde_json::json!({"status": 422, "code": "body", "title": "Unprocessable Content", "detail": why.to_string()});
    let response = HttpResponse::UnprocessableEntity()
        .content_type("application/problem+json")
        .body(body.to_string());
    actix_web::error::InternalError::from_response(why, response).into()
}
