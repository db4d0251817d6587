//! Starting and stopping.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener};
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::web::{Data, FormConfig, PayloadConfig};
use actix_web::{App as ActixApp, HttpServer};
use tokio::sync::mpsc::unbounded_channel;
use tokio::task::JoinHandle;

use crate::app::App;
use crate::config::SandboxConfig;
use crate::journal::{Writer, media_folder};
use crate::media::MediaStore;
use crate::model::PushOutcome;
use crate::routes;
use crate::world::World;

/// Longest request: an upload of the largest PDF and its envelope.
const LONGEST_REQUEST: usize = 32 * 1024 * 1024;

/// A WeChat that runs on your machine.
#[derive(Debug)]
pub struct Sandbox;

/// Why a sandbox did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// An account of the configuration cannot be as it is written.
    #[error("{0}")]
    Account(String),
    /// The state file could not be read or written.
    #[error("the state file {path} could not be opened")]
    State {
        /// The file.
        path: std::path::PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The address could not be listened on.
    #[error("the sandbox could not listen on {addr}; is another one running there?")]
    Listen {
        /// The address asked for.
        addr: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// The client that sends pushes could not be built.
    #[error("the HTTP client for pushes could not be built")]
    Client(#[from] reqwest::Error),
}

impl Sandbox {
    /// Starts a sandbox inside the caller's tokio runtime and returns once it listens.
    ///
    /// # Errors
    /// [`StartError`] names the account, the state file or the address at fault.
    pub async fn start(config: SandboxConfig) -> Result<Running, StartError> {
        if let Some(problem) = config.accounts.iter().find_map(|account| account.problem()) {
            return Err(StartError::Account(problem));
        }
        // Somebody else in the process may have chosen a provider already: fine.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let (world, writer) = World::open(&config).map_err(|source| StartError::State {
            path: config.state_file.clone().unwrap_or_default(),
            source,
        })?;
        let listen = |source| StartError::Listen {
            addr: config.listen,
            source,
        };
        let listener = TcpListener::bind(config.listen).map_err(listen)?;
        let addr = listener.local_addr().map_err(listen)?;
        let base = config
            .public_base
            .clone()
            .unwrap_or_else(|| format!("http://{}", seen(addr)));
        let http = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .pool_idle_timeout(Duration::from_secs(2))
            .build()?;
        let (to_pusher, announced) = unbounded_channel();
        let journal = world.journal.clone();
        let media = MediaStore::new(config.state_file.as_deref().map(media_folder));
        let base = base.trim_end_matches('/').to_owned();
        let app = Data::new(App::new(
            world,
            media,
            base.clone(),
            to_pusher,
            http,
            config.short_links.clone(),
        ));
        let pusher = tokio::spawn(crate::push::run(app.clone(), announced));
        resume_pushes(&app);
        crate::api::resume_unified(&app);
        let shared = app.clone();
        let server = HttpServer::new(move || {
            ActixApp::new()
                .app_data(shared.clone())
                .app_data(PayloadConfig::new(LONGEST_REQUEST))
                .app_data(FormConfig::default().limit(256 * 1024))
                .configure(routes::configure)
        })
        .workers(config.workers.max(1))
        .keep_alive(Duration::from_secs(75))
        .shutdown_timeout(2)
        .disable_signals()
        .listen(listener)
        .map_err(listen)?
        .run();
        let handle = server.handle();
        let task = tokio::spawn(server);
        tracing::info!("WeChat sandbox listens on {addr}, seen as {base}");
        Ok(Running {
            addr,
            base,
            handle,
            task,
            pusher,
            journal,
            writer,
        })
    }
}

/// The address as others may call it: an unspecified one is this machine.
fn seen(addr: SocketAddr) -> SocketAddr {
    if addr.ip().is_unspecified() {
        return SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), addr.port());
    }
    addr
}

/// Pushes that were on their way when the last run ended.
fn resume_pushes(app: &App) {
    let world = app.world();
    for push in world
        .pushes
        .iter()
        .filter(|push| push.outcome == PushOutcome::Pending)
    {
        let _ = app.to_pusher.send(push.id);
    }
}

/// A sandbox that runs. Dropping it leaves the server running until the runtime ends.
pub struct Running {
    addr: SocketAddr,
    base: String,
    handle: ServerHandle,
    task: JoinHandle<std::io::Result<()>>,
    pusher: JoinHandle<()>,
    journal: crate::journal::Journal,
    writer: Option<Writer>,
}

impl std::fmt::Debug for Running {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Running")
            .field("addr", &self.addr)
            .finish_non_exhaustive()
    }
}

impl Running {
    /// Where it listens, with the real port.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// What every handed-out URL begins with, e.g. `http://127.0.0.1:8090`.
    pub fn base_url(&self) -> &str {
        &self.base
    }

    /// Finishes the requests under way, writes the state and ends. Pushes not yet answered go out
    /// again at the next start.
    pub async fn stop(self) {
        self.handle.stop(true).await;
        let _ = self.task.await;
        self.pusher.abort();
        // Aborting is done when the task has let go of the state.
        let _ = self.pusher.await;
        let (journal, writer) = (self.journal, self.writer);
        let written = tokio::task::spawn_blocking(move || {
            journal.flush();
            if let Some(writer) = writer {
                writer.stop();
            }
        })
        .await;
        if written.is_err() {
            tracing::error!("The sandbox ended without writing its state");
        }
    }

    /// Waits until the server ends by itself, which it does on a fault of the machine only.
    ///
    /// # Errors
    /// What ended it.
    pub async fn wait(&mut self) -> std::io::Result<()> {
        (&mut self.task).await.map_err(std::io::Error::other)?
    }
}
