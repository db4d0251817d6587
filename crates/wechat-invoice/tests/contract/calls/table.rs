//! The README's table has every call, each call has its test and its fixture, and each is documented whole.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::fixture::folder;

/// A public call: `MerchantClient::insert`, and what its documentation says.
struct Found {
    name: String,
    doc: String,
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|it| it == "rs") {
            found.push(path);
        }
    }
}

/// Every `pub async fn` of the sources, under the type it belongs to.
fn public_calls() -> Vec<Found> {
    let mut files = Vec::new();
    sources(&root().join("src"), &mut files);
    let mut calls = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let (mut owner, mut doc) = (String::new(), String::new());
        for line in text.lines() {
            let code = line.trim();
            if let Some(rest) = line.strip_prefix("impl ") {
                owner = rest.trim_end_matches(" {").to_owned();
            }
            if let Some(rest) = code.strip_prefix("pub async fn ") {
                let name = rest.split(['(', '<']).next().unwrap();
                let name = format!("{owner}::{name}");
                calls.push(Found {
                    name,
                    doc: std::mem::take(&mut doc),
                });
            }
            match code.strip_prefix("///") {
                Some(text) => doc.push_str(text),
                None if !code.starts_with("#[") => doc.clear(),
                None => {}
            }
        }
    }
    calls
}

/// The table's rows: call → (what is sent, test).
fn table() -> BTreeMap<String, (String, String)> {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let mut rows = BTreeMap::new();
    for line in readme.lines() {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let ["", request, function, test, ""] = cells.as_slice() else {
            continue;
        };
        let (Some(function), Some(test)) = (quoted(function), quoted(test)) else {
            continue;
        };
        if test.starts_with("calls::") {
            let before = rows.insert(
                function.to_owned(),
                ((*request).to_owned(), test.to_owned()),
            );
            assert!(before.is_none(), "{function} is in the table twice");
        }
    }
    rows
}

fn quoted(cell: &str) -> Option<&str> {
    cell.strip_prefix('`')?.strip_suffix('`')
}

#[test]
fn every_public_call_is_in_the_table_and_every_row_is_a_call() {
    let calls: BTreeSet<String> = public_calls().into_iter().map(|it| it.name).collect();
    let rows: BTreeSet<String> = table().into_keys().collect();
    assert!(40 < calls.len(), "the sources were read: {calls:?}");
    let missing: Vec<_> = calls.difference(&rows).collect();
    let stale: Vec<_> = rows.difference(&calls).collect();
    assert!(
        missing.is_empty() && stale.is_empty(),
        "missing {missing:?}, stale {stale:?}"
    );
}

#[test]
fn every_row_names_a_test_that_exists_and_checks_the_request_it_tells() {
    let mut fixtures: BTreeSet<String> = std::fs::read_dir(folder())
        .unwrap()
        .map(|entry| {
            entry
                .unwrap()
                .path()
                .file_stem()
                .unwrap()
                .to_str()
                .unwrap()
                .to_owned()
        })
        .collect();
    for (function, (request, test)) in table() {
        let [_, module, name] = test.split("::").collect::<Vec<_>>()[..] else {
            panic!("{test} is no test")
        };
        let file = root().join(format!("tests/contract/calls/{module}.rs"));
        let text = std::fs::read_to_string(&file).unwrap();
        let start = text.find(&format!("#[tokio::test]\nasync fn {name}()"));
        let body = &text[start.unwrap_or_else(|| panic!("{test} does not exist"))..];
        let body = &body[..body.find("\n}\n").unwrap()];
        assert!(
            body.contains("call.took_place()"),
            "{test} checks no request"
        );
        let (_, after) = body.split_once("call(\"").unwrap();
        let fixture = after.split('"').next().unwrap();
        assert!(fixtures.remove(fixture), "{test} has no fixture of its own");
        let text = std::fs::read_to_string(folder().join(format!("{fixture}.txt"))).unwrap();
        // `POST /path?action=x` of the table is what the fixture sends.
        let told = request.replace(['`', '<'], "");
        for word in told.split([' ', '?', '&']) {
            assert!(text.contains(word), "{function}: the table says {word}");
        }
    }
    assert!(fixtures.is_empty(), "fixtures without a test: {fixtures:?}");
}

#[test]
fn every_call_says_what_it_does_who_calls_it_how_it_fails_and_where_that_stands() {
    for Found { name, doc } in public_calls() {
        for part in ["Caller: ", "# Errors", "Source: "] {
            assert!(doc.contains(part), "{name} does not say `{part}`: {doc}");
        }
    }
}

#[test]
fn the_crate_stands_by_itself() {
    let manifest = std::fs::read_to_string(root().join("Cargo.toml")).unwrap();
    for neighbour in ["fapiao-", "sandbox", "demo-shop", "path = \"..", "git = "] {
        assert!(
            !manifest.contains(neighbour),
            "the manifest names `{neighbour}`"
        );
    }
    for member in [
        "description",
        "license",
        "readme",
        "keywords",
        "categories",
        "rust-version",
    ] {
        let given = manifest.lines().any(|line| line.starts_with(member));
        assert!(given, "the manifest has no {member}");
    }
    for file in ["LICENSE", "CHANGELOG.md", "README.md"] {
        assert!(root().join(file).is_file(), "{file} is not packaged");
    }
}
