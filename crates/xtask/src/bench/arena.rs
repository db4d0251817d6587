//! Product, sandboxes and load generator, each a process of its own.

use super::{Database, table::Row};
use crate::{
    Failure,
    postgres::Cluster,
    probe,
    process::{Running, free_port},
    workspace,
};
use serde_json::Value;
use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::Duration,
};
use tempfile::TempDir;

const READY_WITHIN: Duration = Duration::from_secs(30);
const STOPS_WITHIN: Duration = Duration::from_secs(30);
/// What follows a start has settled by then.
const QUIET: Duration = Duration::from_secs(3);
const PROBED: Duration = Duration::from_secs(1);

/// The release builds.
pub(super) struct Binaries {
    product: PathBuf,
    load: PathBuf,
}

impl Binaries {
    /// Builds both; the product is the one that `cargo demo` runs.
    pub(super) fn build() -> Result<Binaries, Failure> {
        workspace::release_binary()?;
        let load = [
            "--package",
            "fapiao-server",
            "--features",
            "demo",
            "--example",
            "load",
        ];
        let mut cargo = workspace::cargo();
        workspace::run(cargo.args(["build", "--locked", "--release"]).args(load))?;
        Binaries::found()
    }

    /// What was built before.
    pub(super) fn found() -> Result<Binaries, Failure> {
        let release = workspace::target().join("release");
        let there = |path: PathBuf| {
            if path.is_file() {
                Ok(path)
            } else {
                Err(format!(
                    "{} is missing: run without --no-build",
                    path.display()
                ))
            }
        };
        Ok(Binaries {
            product: there(release.join("fapiao"))?,
            load: there(release.join("examples").join("load"))?,
        })
    }
}

/// A running product with an empty database, beside its sandboxes. Fields end in this order when it is dropped.
pub(super) struct Arena {
    product: Running,
    sandboxes: Running,
    _cluster: Option<Cluster>,
    binaries: [PathBuf; 2],
    ports: [u16; 3],
    pids: [u32; 2],
    data: PathBuf,
    folder: TempDir,
    probed: PathBuf,
}

impl Arena {
    pub(super) fn open(binaries: &Binaries, database: Database) -> Result<Arena, Failure> {
        let failed = |error| format!("folder of the benchmark: {error}");
        // Beside the builds and not in /tmp, which may be no disk at all.
        let folder = tempfile::tempdir_in(workspace::target()).map_err(failed)?;
        let data = folder.path().join("data");
        let cluster = match database {
            Database::Sqlite => None,
            Database::Postgres => Some(Cluster::start()?),
        };
        let probed = match &cluster {
            None => folder.path().to_owned(),
            Some(_) => std::env::temp_dir(), // Where the cluster is.
        };
        let ports = [free_port()?, free_port()?, free_port()?];
        let start = |side: &str| {
            let mut command = demo(&binaries.product, &data, ports, side);
            if let Some(cluster) = &cluster {
                command.args(["--database", cluster.url()]);
            }
            let log = folder.path().join(format!("{side}.log"));
            let (running, _, _) = Running::spawn_until_ready(&mut command, &log, READY_WITHIN)?;
            Ok::<_, Failure>((running, process_id(&data, side)?))
        };
        let (sandboxes, sandboxes_pid) = start("sandboxes")?;
        let (product, product_pid) = start("product")?;
        Ok(Arena {
            product,
            sandboxes,
            _cluster: cluster,
            binaries: [binaries.product.clone(), binaries.load.clone()],
            ports,
            pids: [product_pid, sandboxes_pid],
            data,
            folder,
            probed,
        })
    }

    /// The product before any load.
    pub(super) fn idle(&self) -> Result<Row, Failure> {
        thread::sleep(QUIET);
        let syncs = probe::syncs_per_second(&self.probed, PROBED)?;
        Ok(Row::idle(self.peak_memory_mib(), syncs))
    }

    /// One load of the generator.
    pub(super) fn measure(&mut self, load: &[String]) -> Result<Row, Failure> {
        let syncs = probe::syncs_per_second(&self.probed, PROBED)?;
        println!("$ load {}", load.join(" "));
        let [product, sandboxes] = self.pids.map(|pid| pid.to_string());
        let [web, wechat, tax] = self.ports.map(|port| format!("http://127.0.0.1:{port}"));
        let mut command = Command::new(&self.binaries[1]);
        command
            .args(["--web", &web, "--wechat", &wechat, "--tax", &tax])
            .args(["--product-pid", &product, "--sandboxes-pid", &sandboxes])
            .arg("--data")
            .arg(&self.data)
            .args(load);
        let output = command
            .stdin(Stdio::null())
            .stderr(Stdio::inherit())
            .output()
            .map_err(|error| format!("the load generator could not be started: {error}"))?;
        let line = String::from_utf8_lossy(&output.stdout);
        let told: Value = serde_json::from_str(line.trim())
            .map_err(|_| format!("the load generator ended with {}: {line}", output.status))?;
        if let Some(failure) = told["failure"].as_str() {
            return Err(format!(
                "{}: {failure}\nthe product's log ends with:\n{}",
                load.join(" "),
                self.product.tail()
            ));
        }
        println!("{told}");
        Ok(Row::measured(&told, self.peak_memory_mib(), syncs))
    }

    /// Stops everything in order, and has the product's own proof look at what is left: fast and wrong is no figure.
    pub(super) fn close(mut self) -> Result<(), Failure> {
        let status = self.product.stop("INT", STOPS_WITHIN)?;
        if !status.success() {
            return Err(format!(
                "the product ended with {status}\n{}",
                self.product.tail()
            ));
        }
        let config = self.data.join("fapiao.toml");
        let verify = Command::new(&self.binaries[0])
            .arg("--config")
            .arg(config)
            .arg("verify")
            .stdin(Stdio::null())
            .output()
            .map_err(|error| format!("fapiao verify: {error}"))?;
        if !verify.status.success() {
            let told = String::from_utf8_lossy(&verify.stdout);
            let complaint = String::from_utf8_lossy(&verify.stderr);
            return Err(format!(
                "after the load `fapiao verify` found faults\n{told}{complaint}"
            ));
        }
        self.sandboxes.stop("INT", STOPS_WITHIN)?;
        self.folder
            .close()
            .map_err(|error| format!("folder of the benchmark: {error}"))
    }

    fn peak_memory_mib(&self) -> f64 {
        self.product.peak_memory_kib().unwrap_or_default() as f64 / 1024.0
    }
}

fn demo(binary: &Path, data: &Path, ports: [u16; 3], side: &str) -> Command {
    let mut command = Command::new(binary);
    command
        .args(["demo", "--print-json", "--only", side])
        .arg("--data")
        .arg(data);
    for (flag, port) in ["--listen", "--sandbox", "--tax"].into_iter().zip(ports) {
        command.arg(flag).arg(format!("127.0.0.1:{port}"));
    }
    // Logs as shipped, so that their cost is in the figures; the limit per key is for shops, not for us.
    command
        .env("FAPIAO_LOG__FILTER", "info,sqlx=warn")
        .env("FAPIAO_LIMITS__API_CALLS_PER_SECOND", "1000000");
    command
}

/// The process of ours that was started with this data folder for this side.
fn process_id(data: &Path, side: &str) -> Result<u32, Failure> {
    let data = data.to_string_lossy();
    let failed = |error| format!("/proc: {error}");
    for entry in std::fs::read_dir("/proc").map_err(failed)?.flatten() {
        let Some(id) = entry
            .file_name()
            .to_str()
            .and_then(|name| name.parse().ok())
        else {
            continue;
        };
        // It may have ended meanwhile.
        let line = std::fs::read(entry.path().join("cmdline")).unwrap_or_default();
        if is_started_with(&line, ["--only", side]) && is_started_with(&line, ["--data", &data]) {
            return Ok(id);
        }
    }
    Err(format!(
        "the process of the {side} is not in /proc: this needs Linux"
    ))
}

fn is_started_with(command_line: &[u8], words: [&str; 2]) -> bool {
    let all: Vec<&[u8]> = command_line.split(|byte| *byte == 0).collect();
    all.windows(2).any(|pair| pair == words.map(str::as_bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_known_by_its_words() {
        let line = b"fapiao\0demo\0--only\0product\0--data\0/d/1\0";
        assert!(is_started_with(line, ["--data", "/d/1"]));
        assert!(!is_started_with(line, ["--data", "/d"]));
        assert!(!is_started_with(line, ["--only", "sandboxes"]));
    }
}
