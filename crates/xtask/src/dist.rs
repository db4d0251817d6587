//! What is handed out: one archive with the binary, its settings, and everybody's licences.

use crate::licences::{Package, packages};
use crate::{Failure, workspace};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Builds with the profile `dist` and packs; prints where and the SHA-256.
pub(crate) fn build() -> Result<(), Failure> {
    let what = ["--package", "fapiao-server", "--bin", "fapiao"];
    workspace::run(
        workspace::cargo()
            .args(["build", "--locked", "--profile", "dist"])
            .args(what),
    )?;

    let root = workspace::root();
    let all = packages()?;
    let version = all.iter().find(|package| package.name == "fapiao-server");
    let version = version
        .ok_or("the workspace has no fapiao-server")?
        .version
        .clone();
    let name = format!("fapiao-{version}-{}", host()?);
    let work = tempfile::tempdir().map_err(|error| format!("temporary folder: {error}"))?;
    let inside = work.path().join(&name);

    copy(
        &workspace::target().join("dist").join("fapiao"),
        &inside.join("bin").join("fapiao"),
    )?;
    let committed = workspace::output(Command::new("git").args(["ls-files"]).current_dir(&root))?;
    for file in committed.lines().filter(|path| is_handed_out(path)) {
        copy(&root.join(file), &inside.join(file))?;
    }
    let third_party = third_party_texts(&all, &linked()?);
    let file = inside.join("THIRD-PARTY-LICENSES.txt");
    std::fs::write(&file, third_party).map_err(|error| format!("{}: {error}", file.display()))?;

    let archive = workspace::target()
        .join("dist")
        .join(format!("{name}.tar.gz"));
    pack(work.path(), &name, &archive)?;
    let bytes =
        std::fs::read(&archive).map_err(|error| format!("{}: {error}", archive.display()))?;
    let digest = Sha256::digest(&bytes)
        .iter()
        .fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        });
    let line = format!("{digest}  {name}.tar.gz\n");
    let sum = archive.with_extension("gz.sha256");
    std::fs::write(&sum, &line).map_err(|error| format!("{}: {error}", sum.display()))?;
    println!("{}\n{line}{} KiB", archive.display(), bytes.len() / 1024);
    Ok(())
}

/// Settings, units, contracts, documents, and the licences of vendored files such as fonts.
fn is_handed_out(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let is_licence = ["LICENSE", "LICENCE", "OFL", "COPYING", "NOTICE"]
        .iter()
        .any(|word| name.starts_with(word));
    let is_document = !path.contains('/') && name.ends_with(".md");
    is_licence || is_document || (path.starts_with("deploy/") && !name.starts_with('.'))
}

/// `name version` of all packages that end up in the binary.
fn linked() -> Result<BTreeSet<String>, Failure> {
    let what = [
        "tree",
        "--locked",
        "-p",
        "fapiao-server",
        "-e",
        "normal",
        "--prefix",
        "none",
    ];
    let tree = workspace::output(workspace::cargo().args(what).args(["--format", "{p}"]))?;
    let named = tree.lines().filter_map(|line| {
        let mut words = line.split_whitespace();
        Some(format!(
            "{} {}",
            words.next()?,
            words.next()?.trim_start_matches('v')
        ))
    });
    Ok(named.collect())
}

/// Each text once, under the names of all who use it.
fn third_party_texts(all: &[Package], linked: &BTreeSet<String>) -> String {
    let mut users: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for package in all {
        let who = format!("{} {}", package.name, package.version);
        let folder = package.manifest.parent().unwrap_or(Path::new("."));
        if !linked.contains(&who) || folder.starts_with(workspace::root()) {
            continue;
        }
        let licence = package.licence.as_deref().unwrap_or("see text");
        for text in licence_texts(folder, licence) {
            users
                .entry(text)
                .or_default()
                .insert(format!("{who} ({licence})"));
        }
    }
    let mut file = String::from("Licences of the packages that are linked into fapiao.\n");
    for (text, users) in users {
        let users: Vec<String> = users.into_iter().collect();
        let _ = write!(
            file,
            "\n{}\n{}\n\n{text}\n",
            "=".repeat(78),
            users.join("\n")
        );
    }
    file
}

fn licence_texts(folder: &Path, licence: &str) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.path())
        .filter(|path| {
            let name = path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .to_uppercase();
            ["LICENSE", "LICENCE", "COPYING", "NOTICE"]
                .iter()
                .any(|word| name.starts_with(word))
        })
        .collect();
    files.sort();
    // Some packages ship a link to the text of their workspace as a file of one line.
    let read = |path: &PathBuf| {
        std::fs::read_to_string(path)
            .ok()
            .filter(|it| 200 < it.len())
    };
    let texts: Vec<String> = files
        .iter()
        .filter_map(read)
        .map(|text| text.replace("\r\n", "\n"))
        .collect();
    if texts.is_empty() {
        return vec![format!("Terms of {licence}; the package carries no text.")];
    }
    texts
}

/// The same bytes for the same commit: sorted, without owners, dated by the commit.
fn pack(folder: &Path, name: &str, archive: &Path) -> Result<(), Failure> {
    let git = ["log", "-1", "--format=%ct"];
    let time = workspace::output(Command::new("git").args(git).current_dir(workspace::root()))?;
    workspace::run(
        Command::new("tar")
            .args(["--sort=name", "--owner=0", "--group=0", "--numeric-owner"])
            .arg(format!("--mtime=@{}", time.trim()))
            .args(["--use-compress-program=gzip -n -9", "--create", "--file"])
            .arg(archive)
            .arg("--directory")
            .arg(folder)
            .arg(name),
    )
}

fn host() -> Result<String, Failure> {
    let told = workspace::output(Command::new("rustc").arg("-vV"))?;
    let host = told.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned)
        .ok_or_else(|| "`rustc -vV` names no host".to_owned())
}

fn copy(from: &Path, to: &Path) -> Result<(), Failure> {
    let failed = |error: std::io::Error| format!("{} to {}: {error}", from.display(), to.display());
    std::fs::create_dir_all(to.parent().unwrap_or(to)).map_err(failed)?;
    std::fs::copy(from, to).map(drop).map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_and_licences_are_handed_out_and_sources_are_not() {
        for path in [
            "LICENSE",
            "README.md",
            "deploy/fapiao.service",
            "crates/x/fonts/OFL.txt",
        ] {
            assert!(is_handed_out(path), "{path}");
        }
        for path in [
            "Cargo.toml",
            "crates/x/src/lib.rs",
            "deploy/.gitignore",
            "crates/x/README.md",
        ] {
            assert!(!is_handed_out(path), "{path}");
        }
    }

    #[test]
    fn the_licences_of_what_is_linked_are_gathered_and_of_nothing_else() {
        let texts = third_party_texts(&packages().unwrap(), &linked().unwrap());
        assert!(
            texts.contains("\nring ") && texts.contains("\nactix-web "),
            "{texts:.2000}"
        );
        for name in [
            "fapiao-domain",
            "wechat-sandbox",
            "webdriver",
            "windows-sys",
        ] {
            assert!(
                !texts.contains(&format!("\n{name} ")),
                "{name} is not linked into the product"
            );
        }
    }

    #[test]
    fn packing_twice_gives_the_same_bytes() {
        let work = tempfile::tempdir().unwrap();
        for file in ["a/bin/fapiao", "a/LICENSE"] {
            copy(&workspace::root().join("LICENSE"), &work.path().join(file)).unwrap();
        }
        let archive = |name: &str| {
            let path = work.path().join(name);
            pack(work.path(), "a", &path).unwrap();
            std::fs::read(path).unwrap()
        };
        let first = archive("1.tar.gz");
        // Another time of writing must not show.
        copy(
            &workspace::root().join("LICENSE"),
            &work.path().join("a/LICENSE"),
        )
        .unwrap();
        assert!(first == archive("2.tar.gz"));
    }
}
