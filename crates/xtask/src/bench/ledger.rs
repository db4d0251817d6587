//! How long `verify` takes over many invoices, and what memory a report of them takes: `fapiao-store`'s own example, and
//! the release binary on the database the example wrote.

use super::Database;
use crate::{Failure, postgres::Cluster, workspace};
use std::{
    path::{Path, PathBuf},
    process::Command,
};

/// The month of the example's invoices, in Shanghai.
const MONTH: &str = "2026-11";

/// Where a database of so many invoices is kept from one run to the next.
fn file(invoices: u64) -> PathBuf {
    workspace::target()
        .join("bench")
        .join(format!("verify-{invoices}.db"))
}

/// Checks every rule; the example prints a table rule by rule, and the total with its CPU seconds.
pub(super) fn verify(database: Database, invoices: u64, build: bool) -> Result<(), Failure> {
    let example = example(build)?;
    let cluster = match database {
        Database::Sqlite => None,
        Database::Postgres => Some(Cluster::start()?),
    };
    let place = match &cluster {
        // Gone with the cluster: filled anew each time.
        Some(cluster) => cluster.url().to_owned(),
        None => made_folder(&file(invoices))?.display().to_string(),
    };
    workspace::run(Command::new(example).arg(place).arg(invoices.to_string()))
}

/// Writes the ledger of all invoices as CSV and as XLSX, and says how much memory that took at most.
pub(super) fn export(invoices: u64, build: bool) -> Result<(), Failure> {
    let database = file(invoices);
    if !database.is_file() {
        let example = example(build)?;
        let place = made_folder(&database)?;
        let mut fill = Command::new(example);
        workspace::run(fill.arg(place).arg(invoices.to_string()))?;
    }
    let binary = workspace::target().join("release").join("fapiao");
    if build {
        workspace::run(
            workspace::cargo()
                .args(["build", "--locked", "--release", "--package"])
                .arg("fapiao-server"),
        )?;
    }
    println!("| file | rows | bytes | seconds | peak memory, MiB |\n|---|---|---|---|---|");
    for ending in ["csv", "xlsx"] {
        let folder = tempfile::tempdir_in(workspace::target())
            .map_err(|error| format!("temporary folder: {error}"))?;
        let out = folder.path().join(format!("ledger.{ending}"));
        let began = std::time::Instant::now();
        let mut export = Command::new(&binary);
        export
            .current_dir(folder.path())
            .args(["export", "ledger", "--month", MONTH, "--out"])
            .arg(&out)
            .env(
                "FAPIAO_DATABASE__URL",
                format!("sqlite://{}", database.display()),
            );
        let peak = peak_of(&mut export)?;
        let size = std::fs::metadata(&out)
            .map_err(|error| format!("{}: {error}", out.display()))?
            .len();
        println!(
            "| ledger.{ending} | {invoices} invoices, {invoices} lines | {size} | {:.1} | {:.0} |",
            began.elapsed().as_secs_f64(),
            peak as f64 / 1024.0
        );
    }
    Ok(())
}

/// Runs a program and gives the most memory it had at once, in KiB.
fn peak_of(command: &mut Command) -> Result<u64, Failure> {
    let mut child = command
        .spawn()
        .map_err(|error| format!("{}: {error}", command.get_program().display()))?;
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    loop {
        if let Some(ended) = child.try_wait().map_err(|error| error.to_string())? {
            return if ended.success() {
                Ok(peak)
            } else {
                Err(format!("the export ended with {ended}"))
            };
        }
        peak = peak.max(high_water(
            &std::fs::read_to_string(&status).unwrap_or_default(),
        ));
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
}

/// `VmHWM` of `/proc/…/status`, in KiB.
fn high_water(status: &str) -> u64 {
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok())
        .unwrap_or(0)
}

fn made_folder(file: &Path) -> Result<&Path, Failure> {
    let folder = file.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    Ok(file)
}

/// The example, built when asked for.
fn example(build: bool) -> Result<PathBuf, Failure> {
    if build {
        let wanted = ["--package", "fapiao-store", "--example", "verify_bench"];
        workspace::run(
            workspace::cargo()
                .args(["build", "--locked", "--release"])
                .args(wanted),
        )?;
    }
    let path = workspace::target()
        .join("release")
        .join("examples")
        .join("verify_bench");
    if path.is_file() {
        Ok(path)
    } else {
        Err(format!(
            "{} is missing: leave --no-build out",
            path.display()
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_memory_is_read_from_the_status() {
        let status = "Name:\tfapiao\nVmPeak:\t  900 kB\nVmHWM:\t   41344 kB\n";
        assert_eq!(high_water(status), 41_344);
        assert_eq!(high_water(""), 0);
    }

    #[test]
    fn a_program_that_fails_is_no_figure() {
        assert!(peak_of(&mut Command::new("false")).is_err());
        assert!(peak_of(Command::new("sleep").arg("0.2")).unwrap() > 0);
    }
}
