//! A bucket on an S3-compatible server of its own: moto (Apache-2.0), which `cargo xtask test` installs.

use super::{port::free_port, until};
use fapiao_server::config::{Config, Storage};
use std::{
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

const NAME: &str = "fapiao-test";

/// A running server with one bucket; it ends with this.
pub struct Bucket {
    server: Child,
    pub endpoint: String,
}

impl Drop for Bucket {
    fn drop(&mut self) {
        // Gone already is as good.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// Python with the server: told by `cargo xtask test`, else where that put it.
fn python() -> Option<PathBuf> {
    if let Ok(path) = std::env::var("FAPIAO_TEST_READERS") {
        return Some(PathBuf::from(path));
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let path = root.join("target/readers/venv/bin/python");
    path.is_file().then_some(path)
}

/// Starts one; `None`, and said so, where `cargo xtask test` never ran.
#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
pub async fn bucket() -> Option<Bucket> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let Some(python) = python() else {
        eprintln!("skipped: no S3 server here; `cargo xtask test` installs it");
        return None;
    };
    let port = free_port();
    let server = Command::new(&python)
        .args([
            "-m",
            "moto.server",
            "-H",
            "127.0.0.1",
            "-p",
            &port.to_string(),
        ])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap_or_else(|error| panic!("{}: {error}", python.display()));
    let mut bucket = Bucket {
        server,
        endpoint: format!("http://127.0.0.1:{port}"),
    };
    let address = format!("{}/{NAME}", bucket.endpoint);
    until("moto.server answers", async || {
        if let Some(ended) = bucket.server.try_wait().unwrap() {
            panic!("moto.server ended with {ended}: is it in the list of readers?");
        }
        let made = reqwest::Client::new().put(&address).send().await;
        made.is_ok_and(|answer| answer.status().is_success())
    })
    .await;
    Some(bucket)
}

/// The settings as shipped.
pub fn defaults() -> Storage {
    let key = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, [1; 32]);
    let needed = ["FAPIAO_SECRETS__MASTER_KEY", "FAPIAO_SECRETS__AUDIT_KEY"];
    let environment: Vec<_> = needed
        .iter()
        .map(|name| ((*name).to_owned(), key.clone()))
        .collect();
    Config::load(None, &environment).unwrap().storage
}

impl Bucket {
    /// Settings for a folder of the bucket.
    pub fn settings(&self, prefix: &str) -> Storage {
        let mut storage = defaults();
        storage.url = format!("s3://{NAME}/{prefix}");
        storage.endpoint.clone_from(&self.endpoint);
        storage.access_key = "AKIATEST".to_owned().into();
        storage.secret_key = "secret".to_owned().into();
        storage.path_style = true;
        storage.allow_http = true;
        storage
    }
}
