//! What every handler may use: the ports, the settings, and a few small memories of this process.

use crate::{
    api::stores::StoreCodes,
    callback::PushTimes,
    security::{key::KeyNotes, limiter::Limiter, networks::Networks},
};
use fapiao_domain::ids::{ApiKeyId, PartnerId};
use fapiao_usecases::ports::Ports;
use std::{fmt, net::IpAddr, sync::Arc, time::Duration};

/// Renders the metrics of this process in Prometheus' text format.
pub type MetricsRender = Arc<dyn Fn() -> String + Send + Sync>;

/// Settings of the web side.
#[derive(Clone)]
pub struct WebSettings {
    /// Production: no sandbox strip, links over https only.
    pub production: bool,
    /// Largest body of the REST API, in bytes.
    pub api_body_bytes: usize,
    /// Largest uploaded file, in bytes.
    pub upload_bytes: usize,
    /// Largest body of a push, in bytes.
    pub push_max_body_bytes: usize,
    /// Calls a second of one API key; as many may come at once.
    pub api_calls_per_second: u32,
    /// Calls a second of one merchant over the platform gateway; as many may come at once.
    pub gateway_calls_per_second: u32,
    /// Hours after which an unused session ends.
    pub session_idle_hours: i64,
    /// Proxies whose `X-Forwarded-For` is believed: addresses or networks (`10.0.0.0/8`).
    pub trusted_proxies: Vec<String>,
    /// The version of the binary.
    pub version: String,
    /// Where `/metrics` comes from; `None` answers 404.
    pub metrics: Option<MetricsRender>,
}

impl fmt::Debug for WebSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebSettings")
            .field("production", &self.production)
            .field("version", &self.version)
            .field("trusted_proxies", &self.trusted_proxies)
            .finish_non_exhaustive()
    }
}

/// The web side of one node: made once, shared by all its threads.
pub struct App {
    /// What the use-cases need.
    pub ports: Ports,
    /// The settings.
    pub settings: WebSettings,
    pub(crate) proxies: Networks,
    pub(crate) calls: Limiter<ApiKeyId>,
    pub(crate) partner_calls: Limiter<PartnerId>,
    pub(crate) guesses: Limiter<IpAddr>,
    pub(crate) key_notes: KeyNotes,
    pub(crate) store_codes: StoreCodes,
    pub(crate) push_times: PushTimes,
}

impl App {
    /// The web side over these ports.
    pub fn new(ports: Ports, settings: WebSettings) -> App {
        crate::metrics::describe();
        let rate = settings.api_calls_per_second.max(1);
        let partner_rate = settings.gateway_calls_per_second.max(1);
        App {
            proxies: Networks::parse(&settings.trusted_proxies),
            calls: Limiter::new(Duration::from_secs(1) / rate, rate),
            partner_calls: Limiter::new(Duration::from_secs(1) / partner_rate, partner_rate),
            // A buyer mistypes, a robot guesses; behind one address there may be a whole shopping mall.
            guesses: Limiter::new(Duration::from_secs(1), 120),
            key_notes: KeyNotes::default(),
            store_codes: StoreCodes::default(),
            push_times: PushTimes::default(),
            ports,
            settings,
        }
    }

    /// `sandbox` or `production`, as the API says it.
    pub(crate) fn mode(&self) -> &'static str {
        if self.settings.production {
            "production"
        } else {
            "sandbox"
        }
    }
}
