//! The product in a process of its own, so that it can be killed; the sandboxes stay here.

use super::{ALWAYS, PATIENCE, TestApp, database::TestDatabase, port::free_port, until};
use fapiao_server::demo::{Demo, DemoOptions, Side};
use reqwest::{Client, redirect::Policy};
use std::{net::SocketAddr, process::Stdio};
use tokio::process::{Child, Command};

/// A product that lives and dies on its own. Everything but [`TestApp::ports`] works while it lives.
pub struct Apart {
    pub app: TestApp,
    settings: Vec<(String, String)>,
    product: Option<Child>,
}

/// Starts the sandboxes; the product comes with [`Apart::start`].
pub async fn spawn_apart(settings: &[(&str, &str)]) -> Apart {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let folder = tempfile::tempdir().unwrap();
    let mut options = DemoOptions::on_free_ports(folder.path().to_owned());
    options.only = Some(Side::Sandboxes);
    options.listen = SocketAddr::from(([127, 0, 0, 1], free_port()));
    let demo = Box::pin(Demo::start(options)).await.unwrap();
    let http = Client::builder()
        .redirect(Policy::none())
        .timeout(PATIENCE)
        // Pauses are long here: a connection that the other side is about to close is not used again.
        .pool_max_idle_per_host(0)
        .build()
        .unwrap();
    Apart {
        app: TestApp {
            demo: Some(demo),
            folder,
            database: TestDatabase::make().await,
            platform_database: None,
            http,
        },
        settings: ALWAYS
            .iter()
            .chain(settings)
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
        product: None,
    }
}

/// Another node of a running product: a process of its own on the same database.
pub struct SecondNode {
    process: Child,
    web: SocketAddr,
}

impl SecondNode {
    /// Starts it and waits until it is ready.
    pub async fn beside(app: &TestApp) -> SecondNode {
        let web = SocketAddr::from(([127, 0, 0, 1], free_port()));
        let mut command = Command::new(env!("CARGO_BIN_EXE_fapiao"));
        command
            .arg("--config")
            .arg(app.settings_file())
            .arg("serve")
            .env_remove("FAPIAO_DATABASE__URL")
            .env("FAPIAO_SERVER__LISTEN", web.to_string())
            .env("FAPIAO_LOG__FILTER", "error")
            .envs(ALWAYS)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .kill_on_drop(true);
        let mut process = command.spawn().unwrap();
        let ready = format!("http://{web}/readyz");
        until("the second node is ready", async || {
            let ended = process.try_wait().unwrap();
            assert!(ended.is_none(), "it ended before it was ready: {ended:?}");
            let answer = app.http.get(&ready).send().await;
            answer.is_ok_and(|it| it.status().is_success())
        })
        .await;
        SecondNode { process, web }
    }

    /// Where it is reached.
    pub fn web(&self) -> String {
        format!("http://{}", self.web)
    }

    /// Ends it.
    pub async fn stop(mut self) {
        self.process.kill().await.unwrap();
    }
}

impl Apart {
    /// Starts the product and waits until it is ready.
    pub async fn start(&mut self) {
        self.start_doomed("");
        let ready = format!("{}/readyz", self.app.web());
        until("the product is ready", async || {
            assert!(!self.is_dead(), "the product ended before it was ready");
            let answer = self.app.http.get(&ready).send().await;
            answer.is_ok_and(|it| it.status().is_success())
        })
        .await;
    }

    /// Starts the product, which ends itself with SIGKILL at a step, such as `claimed:issue_invoice`.
    pub fn start_doomed(&mut self, step: &str) {
        let demo = self.app.demo();
        let mut command = Command::new(env!("CARGO_BIN_EXE_fapiao"));
        command
            .args(["demo", "--print-json", "--only", "product"])
            .arg("--data")
            .arg(self.app.folder.path())
            .args(["--listen", &demo.web.to_string()])
            .args(["--sandbox", &demo.sandbox.to_string()])
            .args(["--tax", &demo.tax.to_string()])
            .env_remove("FAPIAO_DATABASE__URL")
            .env("FAPIAO_TEST_KILL_AT", step)
            .env("FAPIAO_LOG__FILTER", "error")
            .envs(self.settings.iter().cloned())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .kill_on_drop(true);
        if let Some(url) = self.app.database.url() {
            command.args(["--database", &url]);
        }
        self.product = Some(command.spawn().unwrap());
    }

    /// Whether the product ended.
    pub fn is_dead(&mut self) -> bool {
        let product = self.product.as_mut().unwrap();
        product.try_wait().unwrap().is_some()
    }

    /// SIGKILL, from outside.
    pub async fn kill(&mut self) {
        self.product.take().unwrap().kill().await.unwrap();
    }

    /// Ends it and proves what it left behind, by the binary's own `verify`.
    pub async fn stop(mut self) {
        self.kill().await;
        let verified = Command::new(env!("CARGO_BIN_EXE_fapiao"))
            .arg("--config")
            .arg(self.app.settings_file())
            .arg("verify")
            .env_remove("FAPIAO_DATABASE__URL")
            .output()
            .await
            .unwrap();
        assert!(
            verified.status.success(),
            "{}{}",
            String::from_utf8_lossy(&verified.stdout),
            String::from_utf8_lossy(&verified.stderr)
        );
        self.app.stop().await;
    }
}
