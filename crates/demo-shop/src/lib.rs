#![doc = include_str!("../README.md")]

mod api;
mod basket;
mod goods;
mod pages;
mod pay;
mod routes;
mod sales;
mod words;

pub use pay::PayConfig;

use actix_web::dev::ServerHandle;
use actix_web::{App, HttpServer, web};
use std::io;
use std::net::SocketAddr;
use tokio::task::JoinHandle;

/// A basket is a few hundred bytes.
const FORM_MAX_BYTES: usize = 16 * 1024;

/// The shop.
#[derive(Debug)]
pub struct DemoShop;

/// Where the shop listens and whom it asks.
#[derive(Clone)]
pub struct DemoShopConfig {
    /// Address to listen on; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Where fapiao answers, such as `http://127.0.0.1:8080`, without `/api/v1`.
    pub api_base: String,
    /// A key of fapiao that may place orders and read invoices.
    pub api_key: String,
    /// The pretend phone of a WeChat sandbox, such as `http://127.0.0.1:8090`: offers to scan and to open pages there.
    pub phone: Option<String>,
    /// For purchases paid with WeChat Pay; without it they are not offered.
    pub pay: Option<PayConfig>,
}

impl std::fmt::Debug for DemoShopConfig {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The key stays out of logs.
        let mut shown = out.debug_struct("DemoShopConfig");
        shown
            .field("listen", &self.listen)
            .field("api_base", &self.api_base);
        shown.finish_non_exhaustive()
    }
}

/// A shop that is open.
#[derive(Debug)]
pub struct Running {
    address: SocketAddr,
    handle: ServerHandle,
    serving: JoinHandle<io::Result<()>>,
}

impl DemoShop {
    /// Opens the shop on the current tokio runtime.
    ///
    /// # Errors
    /// The address can't be listened on, or `api_base` or `api_key` can't be what they should be.
    pub async fn start(config: DemoShopConfig) -> io::Result<Running> {
        let api = api::Api::new(&config.api_base, &config.api_key).map_err(io::Error::other)?;
        let shop = web::Data::new(routes::Shop {
            api,
            sales: sales::Sales::default(),
            phone: config.phone.map(|it| it.trim_end_matches('/').to_owned()),
            pay: config.pay,
        });
        let server = HttpServer::new(move || {
            App::new()
                .app_data(shop.clone())
                .app_data(web::FormConfig::default().limit(FORM_MAX_BYTES))
                .wrap(pages::headers())
                .configure(routes::all)
        })
        .workers(1)
        .disable_signals()
        .shutdown_timeout(5)
        .bind(config.listen)?;
        let address = server.addrs().first().copied();
        let address = address.ok_or_else(|| io::Error::other("the shop listens nowhere"))?;
        let server = server.run();
        let handle = server.handle();
        Ok(Running {
            address,
            handle,
            serving: tokio::spawn(server),
        })
    }
}

impl Running {
    /// The address it listens on, with the real port.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where a browser finds it.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Waits until the shop ends by itself, which it only does when it fails.
    ///
    /// # Errors
    /// What ended it.
    pub async fn wait(self) -> io::Result<()> {
        self.serving.await.map_err(io::Error::other)?
    }

    /// Closes the shop after answering what is under way.
    pub async fn stop(self) {
        self.handle.stop(true).await;
    }
}
