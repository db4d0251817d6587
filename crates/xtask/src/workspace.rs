//! Where things are, and how a command is run.

use crate::Failure;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The folder with the workspace's `Cargo.toml`.
pub(crate) fn root() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest
        .ancestors()
        .nth(2)
        .unwrap_or(manifest)
        .to_path_buf()
}

/// Where cargo builds.
pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// The cargo that runs us, at the root, without what it told us about ourselves: build scripts
/// that watch those variables would run again.
pub(crate) fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    for (name, _) in std::env::vars_os() {
        let ours = name.to_string_lossy();
        if ours.starts_with("CARGO_PKG_") || ours.starts_with("CARGO_MANIFEST_") {
            command.env_remove(&name);
        }
    }
    command.current_dir(root());
    command
}

/// Runs a command whose output the person should see.
pub(crate) fn run(command: &mut Command) -> Result<(), Failure> {
    let line = line_of(command);
    println!("$ {line}");
    let status = command
        .stdin(Stdio::null())
        .status()
        .map_err(|error| format!("`{line}` could not be started: {error}"))?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("`{line}` ended with {status}"))
    }
}

/// Runs a command and gives what it printed; its complaints go into the failure.
pub(crate) fn output(command: &mut Command) -> Result<String, Failure> {
    let line = line_of(command);
    let output = command
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("`{line}` could not be started: {error}"))?;
    if !output.status.success() {
        let complaint = String::from_utf8_lossy(&output.stderr);
        return Err(format!(
            "`{line}` ended with {}\n{}",
            output.status,
            complaint.trim_end()
        ));
    }
    String::from_utf8(output.stdout).map_err(|_| format!("`{line}` printed something not UTF-8"))
}

/// Builds every target with every feature, as the tests do, and gives the path of the product.
///
/// The same selection as the tests on purpose: another one would resolve other features and
/// compile half the tree again.
pub(crate) fn debug_binary() -> Result<PathBuf, Failure> {
    run(cargo().args([
        "build",
        "--locked",
        "--workspace",
        "--all-features",
        "--all-targets",
    ]))?;
    Ok(target().join("debug").join("fapiao"))
}

/// Builds what `cargo demo` runs and gives its path.
pub(crate) fn release_binary() -> Result<PathBuf, Failure> {
    let what = [
        "--package",
        "fapiao-server",
        "--features",
        "demo",
        "--bin",
        "fapiao",
    ];
    run(cargo().args(["build", "--locked", "--release"]).args(what))?;
    Ok(target().join("release").join("fapiao"))
}

fn line_of(command: &Command) -> String {
    let program = Path::new(command.get_program())
        .file_name()
        .unwrap_or(command.get_program());
    let words = std::iter::once(program).chain(command.get_args());
    words
        .map(|word| word.to_string_lossy())
        .collect::<Vec<_>>()
        .join(" ")
}
