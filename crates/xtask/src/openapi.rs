//! The committed contract of the REST API.

use crate::{Failure, workspace};
use std::path::PathBuf;
use std::process::Command;

/// Writes `deploy/openapi.json` from what the binary says.
pub(crate) fn write() -> Result<(), Failure> {
    let file = file();
    let said = said_by_binary()?;
    std::fs::write(&file, said).map_err(|error| format!("{}: {error}", file.display()))?;
    println!("wrote {}", file.display());
    Ok(())
}

/// Fails when the committed file is not what the binary says.
pub(crate) fn compare() -> Result<(), Failure> {
    let file = file();
    let committed = std::fs::read_to_string(&file).map_err(|error| {
        format!(
            "{}: {error}; `cargo xtask openapi` writes it",
            file.display()
        )
    })?;
    let said = said_by_binary()?;
    match first_difference(&committed, &said) {
        None => Ok(()),
        Some((line, committed, said)) => Err(format!(
            "{} is stale, first at line {line}:\n  committed: {committed}\n  the binary: {said}\n\
             `cargo xtask openapi` writes it anew: read the difference before committing it",
            file.display()
        )),
    }
}

fn file() -> PathBuf {
    workspace::root().join("deploy").join("openapi.json")
}

fn said_by_binary() -> Result<String, Failure> {
    let binary = workspace::debug_binary()?;
    workspace::output(
        Command::new(binary)
            .arg("openapi")
            .current_dir(workspace::root()),
    )
}

fn first_difference<'t>(one: &'t str, other: &'t str) -> Option<(usize, &'t str, &'t str)> {
    const END: &str = "(the end)";
    let (mut ones, mut others) = (one.lines(), other.lines());
    for line in 1.. {
        match (ones.next(), others.next()) {
            (None, None) => break,
            (one, other) if one == other => {}
            (one, other) => return Some((line, one.unwrap_or(END), other.unwrap_or(END))),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_that_differs_is_named() {
        assert_eq!(first_difference("a\nb\n", "a\nb\n"), None);
        assert_eq!(first_difference("a\nb\n", "a\nc\n"), Some((2, "b", "c")));
        assert_eq!(
            first_difference("a\n", "a\nc\n"),
            Some((2, "(the end)", "c"))
        );
    }
}
