//! The first thing a stranger does: `cargo demo`, as the release build does it.

use crate::http::Connection;
use crate::process::Running;
use crate::{Failure, workspace};
use serde_json::{Value, json};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

const READY_WITHIN: Duration = Duration::from_secs(30);
const STOPS_WITHIN: Duration = Duration::from_secs(15);

/// Starts it on an empty folder, places an order, stops it, starts it again and finds the order.
pub(crate) fn check() -> Result<(), Failure> {
    let binary = workspace::release_binary()?;
    let folder = tempfile::tempdir().map_err(|error| format!("temporary folder: {error}"))?;
    let data = folder.path().join("data");

    let first = Demo::start(&binary, &data, folder.path())?;
    for path in ["/healthz", "/readyz", "/metrics", "/api/v1/openapi.json"] {
        first.expect_ok(path)?;
    }
    let placed = first.place_order()?;
    let again = first.place_order()?;
    if placed["id"] != again["id"] {
        return Err(format!(
            "the same key made two orders: {} and {}",
            placed["id"], again["id"]
        ));
    }
    first.stop()?;

    let second = Demo::start(&binary, &data, folder.path())?;
    let found = second.place_order()?;
    if placed["id"] != found["id"] {
        return Err(format!(
            "after a restart order {} is {}",
            placed["id"], found["id"]
        ));
    }
    second.stop()?;
    no_secret_in(&folder.path().join("demo.log"), &data.join("demo.toml"))
}

/// What the demo keeps secret, and what names rather than keys are in the same file.
const NAMES: [&str; 4] = ["admin_user", "app_id", "tax_party", "tax_user"];

/// The log was written at its most talkative; not one key, password or token of the demo may be in it.
fn no_secret_in(log: &Path, secrets: &Path) -> Result<(), Failure> {
    let read = |path: &Path| {
        std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
    };
    let (log, secrets) = (read(log)?, read(secrets)?);
    let secrets: toml::Table = secrets
        .parse()
        .map_err(|error| format!("demo.toml: {error}"))?;
    let mut looked_for = 0;
    for (name, value) in keys(&secrets) {
        if NAMES.contains(&name) {
            continue;
        }
        if value.is_empty() || log.contains(value) {
            return Err(format!(
                "the log tells the demo's {name}, or that has no value"
            ));
        }
        looked_for += 1;
    }
    println!(
        "{} lines of log without one of {looked_for} secrets",
        log.lines().count()
    );
    Ok(())
}

/// Every text of a table and of the tables in it.
fn keys(table: &toml::Table) -> Vec<(&str, &str)> {
    table
        .iter()
        .flat_map(|(name, value)| match value {
            toml::Value::Table(inner) => keys(inner),
            other => vec![(name.as_str(), other.as_str().unwrap_or_default())],
        })
        .collect()
}

struct Demo {
    running: Running,
    web: String,
    api_key: String,
}

impl Demo {
    fn start(binary: &Path, data: &Path, logs: &Path) -> Result<Demo, Failure> {
        let any = "127.0.0.1:0";
        let mut command = Command::new(binary);
        command.args([
            "demo",
            "--print-json",
            "--listen",
            any,
            "--sandbox",
            any,
            "--tax",
            any,
        ]);
        command.arg("--data").arg(data).current_dir(logs);
        command.env(
            "FAPIAO_LOG__FILTER",
            "debug,fapiao_server=trace,fapiao_usecases=trace,fapiao_store=trace,fapiao_web=trace,wechat_invoice=trace",
        );
        let log = logs.join("demo.log");
        let (running, told, time) = Running::spawn_until_ready(&mut command, &log, READY_WITHIN)?;
        let memory = running.peak_memory_kib().unwrap_or_default() / 1024;
        println!("ready after {:.2} s with {memory} MiB", time.as_secs_f64());
        let text = |key: &str| {
            let word = told[key].as_str().map(str::to_owned);
            word.ok_or_else(|| format!("the ready line has no text `{key}`"))
        };
        Ok(Demo {
            running,
            web: text("web")?,
            api_key: text("api_key")?,
        })
    }

    fn expect_ok(&self, path: &str) -> Result<(), Failure> {
        let answer = Connection::open(&self.web)?.get(path, &[])?;
        if answer.status == 200 {
            return Ok(());
        }
        Err(format!(
            "GET {path} answered {}: {}",
            answer.status,
            answer.text()
        ))
    }

    fn place_order(&self) -> Result<Value, Failure> {
        let order = json!({
            "order_no": "XTASK-1",
            "lines": [{
                "name": "乌龙茶", "tax_code": "1010116010000000000", "quantity": "2", "unit": "盒",
                "unit_price": "56.50", "tax_included": true, "rate": "0.09"
            }],
            "delivery": { "channel": "web", "page": "title" }
        });
        let bearer = format!("Bearer {}", self.api_key);
        let headers = [
            ("Authorization", bearer.as_str()),
            ("Idempotency-Key", "xtask-1"),
        ];
        let answer = Connection::open(&self.web)?.post("/api/v1/orders", &headers, &order)?;
        if !matches!(answer.status, 200..=202) {
            return Err(format!(
                "POST /api/v1/orders answered {}: {}",
                answer.status,
                answer.text()
            ));
        }
        let told = answer.json()?;
        if told["totals"]["total"] != "113.00" {
            return Err(format!(
                "two at 56.50 should be 113.00 together: {}",
                told["totals"]
            ));
        }
        Ok(told)
    }

    fn stop(mut self) -> Result<(), Failure> {
        let status = self.running.stop("INT", STOPS_WITHIN)?;
        if status.success() {
            return Ok(());
        }
        Err(format!(
            "after Ctrl-C it ended with {status}\n{}",
            self.running.tail()
        ))
    }
}
