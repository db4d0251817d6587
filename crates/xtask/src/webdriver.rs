//! Chromedriver for the browser test.

use crate::process::{Running, free_port};
use crate::{Failure, http, tools};
use std::process::Command;
use std::time::Duration;

/// A running chromedriver. Dropping it ends it and its browsers.
pub(crate) struct Driver {
    url: String,
    process: Running,
    _folder: tempfile::TempDir,
}

impl Driver {
    /// Starts one on a free port and waits until it answers.
    pub(crate) fn start() -> Result<Driver, Failure> {
        let program = tools::find("chromedriver").ok_or("chromedriver is not installed")?;
        let folder = tempfile::tempdir().map_err(|error| format!("temporary folder: {error}"))?;
        let port = free_port()?;
        let url = format!("http://127.0.0.1:{port}");
        let mut process = Running::spawn(
            Command::new(program).arg(format!("--port={port}")),
            &folder.path().join("chromedriver.log"),
        )?;
        let is_up =
            || http::Connection::open(&url).is_ok_and(|mut it| it.get("/status", &[]).is_ok());
        process
            .wait_until(Duration::from_secs(30), is_up)
            .map_err(|failure| format!("chromedriver: {failure}"))?;
        println!("chromedriver listens on {url}");
        Ok(Driver {
            url,
            process,
            _folder: folder,
        })
    }

    /// Its address, for `FAPIAO_TEST_WEBDRIVER`.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // Asked to, it closes the browsers that a failed test left open.
        drop(self.process.stop("TERM", Duration::from_secs(5)));
    }
}
