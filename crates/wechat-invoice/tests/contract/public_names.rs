//! The crate's public names, held against the list of the last release.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

const LIST: &str = "tests/public_names.txt";

fn sources(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|it| it == "rs") {
            into.push(path);
        }
    }
}

/// The identifier that a text begins with.
fn word(text: &str) -> &str {
    let end = text.find(|c: char| !(c.is_alphanumeric() || c == '_'));
    &text[..end.unwrap_or(text.len())]
}

/// What follows one of these beginnings.
fn after<'a>(line: &'a str, beginnings: &[&str]) -> Option<&'a str> {
    beginnings.iter().find_map(|it| line.strip_prefix(it))
}

const FUNCTIONS: [&str; 3] = ["pub fn ", "pub async fn ", "pub const fn "];

/// What `rustfmt` writes of one file: items at the margin, their members four spaces in.
fn names(text: &str, found: &mut BTreeSet<String>) {
    let (mut owner, mut kind) = (String::new(), "");
    let mut used: Option<String> = None;
    for line in text.lines() {
        if line == "#[cfg(test)]" {
            // Tests stand at the end of a file, or in files of their own.
            break;
        }
        if let Some(part) = used.as_mut() {
            part.push_str(line.trim());
        } else if let Some(rest) = line.strip_prefix("pub use ") {
            used = Some(rest.to_owned());
        }
        if let Some(whole) = used.take_if(|it| it.ends_with(';')) {
            let inner = whole.trim_end_matches(';');
            let listed = inner.split_once('{').map_or_else(
                || inner.rsplit("::").next().unwrap(),
                |(_, names)| names.trim_end_matches('}'),
            );
            for name in listed.split(',').map(str::trim).filter(|it| !it.is_empty()) {
                found.insert(format!("use {name}"));
            }
            continue;
        }
        for what in ["struct", "enum", "trait"] {
            if let Some(rest) = line.strip_prefix(&format!("pub {what} ")) {
                (owner, kind) = (word(rest).to_owned(), what);
                found.insert(format!("{what} {owner}"));
            }
        }
        for what in ["mod", "type", "const", "static"] {
            let rest = line.strip_prefix(&format!("pub {what} "));
            if let Some(rest) = rest.filter(|it| !it.starts_with("fn ")) {
                found.insert(format!("{what} {}", word(rest)));
            }
        }
        if let Some(rest) = after(line, &FUNCTIONS) {
            found.insert(format!("fn {}", word(rest)));
        }
        if let Some(rest) = line.strip_prefix("impl").filter(|it| it.ends_with('{')) {
            let of = rest.trim_end_matches('{').trim();
            let of = of
                .strip_prefix('<')
                .map_or(of, |it| it.split_once("> ").map_or(it, |(_, after)| after));
            (owner, kind) = match of.contains(" for ") {
                true => (String::new(), ""),
                false => (word(of).to_owned(), "impl"),
            };
        }
        if line == "}" {
            (owner, kind) = (String::new(), "");
        }
        let Some(member) = line.strip_prefix("    ").filter(|it| !it.starts_with(' ')) else {
            continue;
        };
        match kind {
            "impl" => {
                if let Some(rest) = after(member, &FUNCTIONS) {
                    found.insert(format!("fn {owner}::{}", word(rest)));
                }
            }
            "trait" => {
                if let Some(rest) = after(member, &["fn ", "async fn "]) {
                    found.insert(format!("fn {owner}::{}", word(rest)));
                }
            }
            "struct" => {
                if let Some(rest) = member.strip_prefix("pub ") {
                    found.insert(format!("field {owner}.{}", word(rest)));
                }
            }
            "enum" if member.starts_with(|c: char| c.is_ascii_uppercase()) => {
                found.insert(format!("variant {owner}::{}", word(member)));
            }
            _ => {}
        }
    }
}

#[test]
fn no_public_name_goes_without_a_word() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    sources(&here.join("src"), &mut files);
    let mut found = BTreeSet::new();
    for file in files {
        names(&fs::read_to_string(file).unwrap(), &mut found);
    }
    assert!(200 < found.len(), "{}", found.len());
    let mut fresh = format!("# Public names of {}\n", env!("CARGO_PKG_VERSION"));
    for name in &found {
        fresh.push_str(name);
        fresh.push('\n');
    }
    let stored = fs::read_to_string(here.join(LIST)).unwrap_or_default();
    if stored == fresh {
        return;
    }
    let made = Path::new(env!("CARGO_TARGET_TMPDIR")).join("public_names.txt");
    fs::write(&made, &fresh).unwrap();
    let known: BTreeSet<&str> = stored.lines().skip(1).collect();
    let now: BTreeSet<&str> = found.iter().map(String::as_str).collect();
    panic!(
        "public names changed. Gone, which wants a new minor version before 1.0 and a major one after it: {:?}. Added: \
         {:?}. Say so in CHANGELOG.md and copy {} over {LIST}",
        known.difference(&now).collect::<Vec<_>>(),
        now.difference(&known).collect::<Vec<_>>(),
        made.display()
    );
}
