//! The machine in one line: figures without it mean nothing.

use crate::{Failure, workspace};
use std::process::Command;

/// When, on what, which commit.
pub(super) fn describe(on_postgres: bool) -> Result<String, Failure> {
    let date = workspace::output(Command::new("date").arg("+%F %H:%M"))?;
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let model = value(&read("/proc/cpuinfo"), "model name")
        .unwrap_or("unknown")
        .to_owned();
    let memory: u64 = value(&read("/proc/meminfo"), "MemTotal")
        .and_then(|text| text.split_whitespace().next()?.parse().ok())
        .unwrap_or_default();
    let load = read("/proc/loadavg");
    let load = load.split_whitespace().next().unwrap_or("?");
    let commit = Command::new("git")
        .args(["rev-parse", "--short", "HEAD"])
        .current_dir(workspace::root())
        .output()
        .map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned())
        .unwrap_or_default();
    let database = if on_postgres {
        "PostgreSQL"
    } else {
        "SQLite, WAL, synchronous=FULL"
    };
    Ok(format!(
        "Measured {}, commit {commit}, on {cores} cores ({model}), {} GiB; load average {load} at the end. \
         {database}. Product, sandboxes and load generator are three processes on these cores.",
        date.trim(),
        memory / 1024 / 1024
    ))
}

/// The value of the first line `name : value`.
fn value<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    text.lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(key, _)| key.trim() == name)
        .map(|(_, value)| value.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_by_name() {
        let text = "processor\t: 0\nmodel name\t: Some CPU @ 2 GHz\nmodel name\t: other";
        assert_eq!(value(text, "model name"), Some("Some CPU @ 2 GHz"));
        assert_eq!(value(text, "model"), None);
    }
}
