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
    let example = example(build, Profile::Release)?;
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

/// What every command wants to know before it begins, though an export seals nothing and asks nobody.
const SETTINGS: [(&str, &str); 7] = [
    ("FAPIAO_SECRETS__MASTER_KEY", NO_KEY),
    ("FAPIAO_SECRETS__AUDIT_KEY", NO_KEY),
    ("FAPIAO_TAX__BASE_URL", "http://127.0.0.1:9"),
    ("FAPIAO_TAX__PARTY_ID", "bench"),
    ("FAPIAO_TAX__USER_ID", "bench"),
    ("FAPIAO_TAX__SM4_KEY", "00000000000000000000000000000000"),
    ("FAPIAO_TAX__SECRET", "bench"),
];
const NO_KEY: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

/// Writes the ledger of all invoices as CSV and as XLSX, and says how much memory that took at most, when a tenth was
/// written and at the end: were rows kept, the second would be ten times the first.
pub(super) fn export(invoices: u64, build: bool, profile: Profile) -> Result<(), Failure> {
    let database = file(invoices);
    if !database.is_file() {
        let example = example(build, profile)?;
        let place = made_folder(&database)?;
        let mut fill = Command::new(example);
        workspace::run(fill.arg(place).arg(invoices.to_string()))?;
    }
    let binary = workspace::target().join(profile.folder()).join("fapiao");
    if build {
        workspace::run(
            workspace::cargo()
                .args(["build", "--locked", "--package", "fapiao-server"])
                .args(profile.flags()),
        )?;
    }
    println!(
        "| file | rows | bytes | seconds | peak memory at 10 %, MiB | at 100 %, MiB |\n|---|---|---|---|---|---|"
    );
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
            )
            .envs(SETTINGS);
        // The export writes beside the wanted name and renames at the end.
        let samples = samples_of(
            &mut export,
            &folder.path().join(format!("ledger.{ending}.part")),
        )?;
        let size = std::fs::metadata(&out)
            .map_err(|error| format!("{}: {error}", out.display()))?
            .len();
        let mib = |peak: u64| peak as f64 / 1024.0;
        println!(
            "| ledger.{ending} | {invoices} invoices, {invoices} lines | {size} | {:.1} | {:.0} | {:.0} |",
            began.elapsed().as_secs_f64(),
            mib(peak_at(&samples, size / 10)),
            mib(peak_at(&samples, u64::MAX))
        );
    }
    Ok(())
}

/// What a program had written and the most memory it had had at once (KiB), again and again until its end.
fn samples_of(command: &mut Command, written: &Path) -> Result<Vec<(u64, u64)>, Failure> {
    let mut child = command
        .spawn()
        .map_err(|error| format!("{}: {error}", command.get_program().display()))?;
    let status = format!("/proc/{}/status", child.id());
    let mut samples = Vec::new();
    loop {
        if let Some(ended) = child.try_wait().map_err(|error| error.to_string())? {
            return if ended.success() {
                Ok(samples)
            } else {
                Err(format!("the export ended with {ended}"))
            };
        }
        let peak = high_water(&std::fs::read_to_string(&status).unwrap_or_default());
        let size = std::fs::metadata(written).map_or(0, |it| it.len());
        if peak > 0 {
            samples.push((size, peak));
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
}

/// The most memory until so many bytes were written.
fn peak_at(samples: &[(u64, u64)], bytes: u64) -> u64 {
    let last = samples.iter().position(|(size, _)| *size >= bytes);
    let upto = last.map_or(samples.len(), |it| it + 1);
    samples[..upto]
        .iter()
        .map(|(_, peak)| *peak)
        .max()
        .unwrap_or(0)
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

/// Which build is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Profile {
    /// What customers run.
    Release,
    /// Quick to build: its seconds say nothing, its memory does.
    Debug,
}

impl Profile {
    const fn folder(self) -> &'static str {
        match self {
            Profile::Release => "release",
            Profile::Debug => "debug",
        }
    }

    const fn flags(self) -> &'static [&'static str] {
        match self {
            Profile::Release => &["--release"],
            Profile::Debug => &[],
        }
    }
}

/// The example, built when asked for.
fn example(build: bool, profile: Profile) -> Result<PathBuf, Failure> {
    if build {
        let wanted = ["--package", "fapiao-store", "--example", "verify_bench"];
        workspace::run(
            workspace::cargo()
                .args(["build", "--locked"])
                .args(profile.flags())
                .args(wanted),
        )?;
    }
    let path = workspace::target()
        .join(profile.folder())
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
        let nowhere = Path::new("nothing-is-written");
        assert!(samples_of(&mut Command::new("false"), nowhere).is_err());
        let samples = samples_of(Command::new("sleep").arg("0.2"), nowhere).unwrap();
        assert!(peak_at(&samples, u64::MAX) > 0);
    }

    #[test]
    fn the_peak_of_a_tenth_is_what_was_seen_until_then() {
        let samples = [(0, 10), (90, 30), (120, 31), (900, 32), (1000, 33)];
        assert_eq!(peak_at(&samples, 100), 31);
        assert_eq!(peak_at(&samples, u64::MAX), 33);
        assert_eq!(peak_at(&[], 1), 0);
    }
}
