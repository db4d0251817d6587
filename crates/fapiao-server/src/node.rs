//! A running node: web, worker and housekeeping together, stopped together.

use crate::{
    adapters::files::Documents,
    config::{Config, Mode},
    housekeeping,
    in_use::InUse,
    keeping::Keeper,
    telemetry, wiring,
    worker::Worker,
};
use actix_web::{HttpServer, dev::ServerHandle, web};
use fapiao_usecases::ports::Ports;
use std::{
    net::{SocketAddr, TcpListener},
    sync::Arc,
    time::Duration,
};
use tokio::{task::JoinHandle, time::timeout};
use tokio_util::sync::CancellationToken;

/// Which parts a process runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parts {
    /// Web and worker.
    All,
    /// Web alone.
    WebOnly,
    /// Worker alone.
    WorkerOnly,
}

/// A running node.
pub struct Node {
    address: Option<SocketAddr>,
    web: Option<(ServerHandle, JoinHandle<std::io::Result<()>>)>,
    background: Vec<JoinHandle<()>>,
    stop: CancellationToken,
    /// No backup is put back meanwhile.
    _in_use: InUse,
}

impl Node {
    /// Starts the parts. The listener is bound by the caller, so that a port of 0 is known beforehand.
    ///
    /// # Errors
    /// When the web server cannot use the listener, or a backup is being put back.
    pub fn start(
        config: &Config,
        ports: Ports,
        parts: Parts,
        listener: Option<TcpListener>,
    ) -> std::io::Result<Node> {
        let in_use = InUse::together(config)?;
        let metrics = telemetry::start_metrics();
        let stop = CancellationToken::new();
        let mut background = Vec::new();
        if parts != Parts::WebOnly {
            let worker = Worker::new(ports.clone(), &config.worker, wiring::node_name(config));
            background.push(tokio::spawn(worker.run(stop.clone())));
            let files = Documents::open(&config.storage).map_err(std::io::Error::other)?;
            let keeper = Keeper::new(
                ports.clone(),
                Arc::new(files),
                config,
                wiring::node_name(config),
            );
            background.push(tokio::spawn(keeper.run(stop.clone())));
            let settings = housekeeping::Settings {
                session_idle_hours: config.limits.session_idle_hours,
                nightly_comparison: config.worker.nightly_comparison,
            };
            background.push(tokio::spawn(housekeeping::run(
                ports.clone(),
                wiring::node_name(config),
                settings,
                stop.clone(),
            )));
        }
        let mut address = None;
        let web = match listener {
            Some(listener) if parts != Parts::WorkerOnly => {
                address = Some(listener.local_addr()?);
                let app =
                    web::Data::new(fapiao_web::App::new(ports, web_settings(config, metrics)));
                let server = HttpServer::new(move || fapiao_web::application(app.clone()))
                    .listen(listener)?
                    .shutdown_timeout(10)
                    .disable_signals()
                    .run();
                let handle = server.handle();
                Some((handle, tokio::spawn(server)))
            }
            _ => None,
        };
        Ok(Node {
            address,
            web,
            background,
            stop,
            _in_use: in_use,
        })
    }

    /// Where the web part listens.
    pub fn address(&self) -> Option<SocketAddr> {
        self.address
    }

    /// Stops claiming and listening, lets running requests and jobs finish for up to ten seconds.
    pub async fn stop(self) {
        self.stop.cancel();
        if let Some((handle, task)) = self.web {
            handle.stop(true).await;
            let _ = timeout(Duration::from_secs(12), task).await;
        }
        for task in self.background {
            let _ = timeout(Duration::from_secs(12), task).await;
        }
    }
}

fn web_settings(
    config: &Config,
    metrics: metrics_exporter_prometheus::PrometheusHandle,
) -> fapiao_web::WebSettings {
    fapiao_web::WebSettings {
        production: config.mode == Mode::Production,
        api_body_bytes: config.limits.api_body_bytes,
        upload_bytes: config.limits.upload_bytes,
        push_max_body_bytes: config.wechat.push_max_body_bytes,
        api_calls_per_second: config.limits.api_calls_per_second,
        gateway_calls_per_second: config.limits.gateway_calls_per_second,
        session_idle_hours: config.limits.session_idle_hours,
        trusted_proxies: config.server.trusted_proxies.clone(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        metrics: Some(Arc::new(move || metrics.render())),
    }
}

/// Waits for Ctrl-C or a terminate signal.
pub async fn stop_signal() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = interrupt => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    let _ = interrupt.await;
}
