//! Programs that tests need and cargo does not bring: found, installed, or asked for.

use crate::{Failure, workspace};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A program from outside, and where Debian keeps it.
pub(crate) struct Tool {
    program: &'static str,
    debian: &'static str,
    for_what: &'static str,
}

pub(crate) const COMPILER: Tool = Tool {
    program: "cc",
    debian: "gcc libc6-dev",
    for_what: "SQLite and ring are C",
};
pub(crate) const INITDB: Tool = Tool {
    program: "initdb",
    debian: "postgresql",
    for_what: "the tests run on PostgreSQL as well",
};
pub(crate) const PDFTOTEXT: Tool = Tool {
    program: "pdftotext",
    debian: "poppler-utils",
    for_what: "tests read the text of a PDF back",
};
pub(crate) const QPDF: Tool = Tool {
    program: "qpdf",
    debian: "qpdf",
    for_what: "tests check that a PDF is well formed",
};
pub(crate) const PYTHON: Tool = Tool {
    program: "python3",
    debian: "python3 python3-venv",
    for_what: "totals are computed a second time, and independent programs read our documents",
};
pub(crate) const CHROMIUM: Tool = Tool {
    program: "chromium",
    debian: "chromium",
    for_what: "the browser test",
};
pub(crate) const CHROMEDRIVER: Tool = Tool {
    program: "chromedriver",
    debian: "chromium-driver",
    for_what: "the browser test steers Chromium with it",
};

/// Makes sure that the tools are here: installs the missing ones where that needs no password,
/// and otherwise fails with the command to type.
pub(crate) fn provide<'t>(wanted: impl IntoIterator<Item = &'t Tool>) -> Result<(), Failure> {
    provide_components()?;
    let mut missing: Vec<&Tool> = Vec::new();
    for tool in wanted {
        let seen = missing.iter().any(|other| other.program == tool.program);
        if !seen && find(tool.program).is_none() {
            missing.push(tool);
        }
    }
    if missing.is_empty() {
        return Ok(());
    }
    for tool in &missing {
        println!("missing: {} ({})", tool.program, tool.for_what);
    }
    let packages: Vec<&str> = missing
        .iter()
        .flat_map(|tool| tool.debian.split_whitespace())
        .collect();
    install(&packages)?;
    match missing.iter().find(|tool| find(tool.program).is_none()) {
        None => Ok(()),
        Some(tool) => Err(format!(
            "`{}` is still missing after installing {}: put it on the PATH",
            tool.program, tool.debian
        )),
    }
}

/// The program on the PATH, or where Debian hides the servers of PostgreSQL (newest first).
pub(crate) fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let on_path = std::env::split_paths(&path).map(|folder| folder.join(program));
    on_path
        .chain(
            postgres_folders()
                .into_iter()
                .map(|folder| folder.join(program)),
        )
        .find(is_file)
}

fn is_file(path: &PathBuf) -> bool {
    Path::new(path).is_file()
}

fn postgres_folders() -> Vec<PathBuf> {
    let Ok(versions) = std::fs::read_dir("/usr/lib/postgresql") else {
        return Vec::new();
    };
    let mut numbered: Vec<(u32, PathBuf)> = versions
        .flatten()
        .filter_map(|entry| {
            let number = entry.file_name().to_str()?.parse().ok()?;
            Some((number, entry.path().join("bin")))
        })
        .collect();
    numbered.sort_by_key(|(number, _)| std::cmp::Reverse(*number));
    numbered.into_iter().map(|(_, folder)| folder).collect()
}

/// rustfmt and clippy come with the toolchain, except in its minimal profile.
fn provide_components() -> Result<(), Failure> {
    for (subcommand, component) in [("fmt", "rustfmt"), ("clippy", "clippy")] {
        if quietly(workspace::cargo().args([subcommand, "--version"])) {
            continue;
        }
        let add = ["component", "add", component];
        if !quietly(Command::new("rustup").args(add)) {
            return Err(format!(
                "`cargo {subcommand}` is missing: `rustup component add {component}`"
            ));
        }
    }
    Ok(())
}

fn install(packages: &[&str]) -> Result<(), Failure> {
    let by_hand = format!(
        "install by hand: sudo apt-get install {}",
        packages.join(" ")
    );
    if find("apt-get").is_none() {
        return Err(format!(
            "no apt-get here. On Debian: {by_hand}; elsewhere the like of it"
        ));
    }
    let prefix: &[&str] = if is_root() {
        &[]
    } else if quietly(Command::new("sudo").args(["-n", "true"])) {
        &["sudo", "-n"]
    } else {
        return Err(format!(
            "neither root nor sudo without a password: {by_hand}"
        ));
    };
    let apt = |arguments: &[&str]| {
        let words = [
            prefix,
            &["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"],
            arguments,
        ];
        let words: Vec<&str> = words.concat();
        workspace::run(Command::new(words[0]).args(&words[1..]))
    };
    let add = [
        &["install", "-y", "-q", "--no-install-recommends"],
        packages,
    ]
    .concat();
    // The lists of a fresh machine are empty or stale; a full one needs no update.
    if apt(&add).is_ok() {
        return Ok(());
    }
    apt(&["update", "-q"])?;
    apt(&add).map_err(|failure| format!("{failure}\n{by_hand}"))
}

/// Whether this process may do everything.
pub(crate) fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata("/proc/self").is_ok_and(|me| me.uid() == 0)
}

fn quietly(command: &mut Command) -> bool {
    let silent = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    silent.status().is_ok_and(|status| status.success())
}
