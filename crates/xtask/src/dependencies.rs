//! Dependencies that are declared and never named: they cost every build and hide what is used.

use crate::{Failure, workspace};
use std::path::{Path, PathBuf};

/// Fails when a package declares what its sources never name.
pub(crate) fn check() -> Result<(), Failure> {
    let root = workspace::root();
    let mut faults = Vec::new();
    for manifest in manifests(&root)? {
        let folder = manifest.parent().unwrap_or(&root);
        let text = read(&manifest)?;
        let table: toml::Table = text
            .parse()
            .map_err(|error| format!("{}: {error}", manifest.display()))?;
        let mut sources = String::new();
        for file in source_files(folder, &table) {
            sources.push_str(&read(&file)?);
        }
        let shown = manifest.strip_prefix(&root).unwrap_or(&manifest).display();
        let unused = declared(&table)
            .into_iter()
            .filter(|name| !names(&sources, name));
        faults.extend(unused.map(|name| format!("{shown}: `{name}` is never named")));
    }
    if faults.is_empty() {
        Ok(())
    } else {
        Err(format!("unused:\n  {}", faults.join("\n  ")))
    }
}

fn manifests(root: &Path) -> Result<Vec<PathBuf>, Failure> {
    let crates = root.join("crates");
    let failed = |error: std::io::Error| format!("{}: {error}", crates.display());
    let mut found = vec![root.join("migrations").join("Cargo.toml")];
    for entry in std::fs::read_dir(&crates).map_err(failed)? {
        found.push(entry.map_err(failed)?.path().join("Cargo.toml"));
    }
    found.retain(|path| path.is_file());
    found.sort();
    Ok(found)
}

/// Everything under the package's folder, and the targets it declares elsewhere with the files
/// beside them.
fn source_files(folder: &Path, manifest: &toml::Table) -> Vec<PathBuf> {
    let mut found = Vec::new();
    collect(folder, &mut found);
    for kind in ["test", "bench", "example"] {
        let targets = manifest.get(kind).and_then(toml::Value::as_array);
        for target in targets.into_iter().flatten() {
            let path = target
                .get("path")
                .and_then(toml::Value::as_str)
                .unwrap_or_default();
            if let Some(beside) = folder
                .join(path)
                .parent()
                .filter(|_| path.starts_with(".."))
            {
                collect(beside, &mut found);
            }
        }
    }
    found
}

fn collect(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, into);
        } else if path.extension().is_some_and(|kind| kind == "rs") {
            into.push(path);
        }
    }
}

/// The names under which the sources would know the dependencies.
fn declared(manifest: &toml::Table) -> Vec<String> {
    let sections = ["dependencies", "dev-dependencies", "build-dependencies"];
    let tables = sections
        .iter()
        .filter_map(|it| manifest.get(*it)?.as_table());
    tables
        .flat_map(|table| table.keys())
        .map(|name| source_name(name))
        .collect()
}

/// The crate's name in sources, where its package carries another one.
fn source_name(package: &str) -> String {
    match package {
        "md-5" => "md5".to_owned(),
        other => other.replace('-', "_"),
    }
}

/// Whether `name` stands in the text as a whole word.
fn names(text: &str, name: &str) -> bool {
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '_';
    text.match_indices(name).any(|(at, _)| {
        !text[..at].ends_with(is_part) && !text[at + name.len()..].starts_with(is_part)
    })
}

fn read(path: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_counts_only_as_a_whole_word() {
        assert!(names("use serde::Serialize;", "serde"));
        assert!(names("(serde)", "serde"));
        assert!(!names("use serde_json::Value;", "serde"));
        assert!(!names("let my_serde = 1;", "serde"));
    }

    #[test]
    fn declared_names_are_as_sources_write_them() {
        let manifest = "[dependencies]\nactix-web = \"4\"\n[dev-dependencies]\ntempfile = \"3\"";
        assert_eq!(
            declared(&manifest.parse().unwrap()),
            ["actix_web", "tempfile"]
        );
    }
}
