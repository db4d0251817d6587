//! Who may be in the tree: by cargo-deny where it is installed, else by the same file ourselves.

use crate::{Failure, spdx, tools, workspace};
use serde_json::Value;

/// Checks licences, bans and sources against `deny.toml`.
pub(crate) fn check() -> Result<(), Failure> {
    if tools::find("cargo-deny").is_some() {
        let what = [
            "deny",
            "--locked",
            "--all-features",
            "check",
            "licenses",
            "bans",
            "sources",
        ];
        return workspace::run(workspace::cargo().args(what));
    }
    let path = workspace::root().join("deny.toml");
    let text = std::fs::read_to_string(&path).map_err(|error| format!("deny.toml: {error}"))?;
    let rules = Rules::parse(&text)?;
    let packages = packages()?;
    let mut faults: Vec<String> = packages.iter().flat_map(|it| rules.faults_of(it)).collect();
    faults.extend(rules.doubled(&packages));
    if !faults.is_empty() {
        return Err(format!("deny.toml is not kept:\n  {}", faults.join("\n  ")));
    }
    println!(
        "{} packages are within deny.toml. Advisories need the network and are left out: \
         install cargo-deny and run `cargo deny check advisories`",
        packages.len()
    );
    Ok(())
}

/// A package of the tree, ours or foreign.
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) licence: Option<String>,
    /// Where its `Cargo.toml` lies.
    pub(crate) manifest: std::path::PathBuf,
    source: Option<String>,
}

/// All packages of the lock file, with every feature and for every platform.
pub(crate) fn packages() -> Result<Vec<Package>, Failure> {
    let what = [
        "metadata",
        "--locked",
        "--all-features",
        "--format-version",
        "1",
    ];
    let text = workspace::output(workspace::cargo().args(what))?;
    let metadata: Value =
        serde_json::from_str(&text).map_err(|error| format!("cargo metadata: {error}"))?;
    let list = metadata["packages"]
        .as_array()
        .ok_or("cargo metadata names no packages")?;
    Ok(list.iter().map(Package::read).collect())
}

impl Package {
    fn read(value: &Value) -> Package {
        let text = |key: &str| value[key].as_str().map(str::to_owned);
        Package {
            name: text("name").unwrap_or_default(),
            version: text("version").unwrap_or_default(),
            licence: text("license"),
            manifest: text("manifest_path").unwrap_or_default().into(),
            source: text("source"),
        }
    }
}

/// What `deny.toml` says, as far as it can be checked without the network.
struct Rules {
    allowed: Vec<String>,
    exceptions: Vec<(String, Vec<String>)>,
    banned: Vec<(String, String)>,
    single: Vec<(String, String)>,
    registries: Vec<String>,
}

impl Rules {
    fn parse(text: &str) -> Result<Rules, Failure> {
        let file: toml::Table = text
            .parse()
            .map_err(|error| format!("deny.toml: {error}"))?;
        let list = |section: &str, key: &str| {
            let found = file.get(section).and_then(|it| it.get(key));
            found
                .and_then(toml::Value::as_array)
                .cloned()
                .unwrap_or_default()
        };
        let word = |value: &toml::Value, key: &str| {
            value
                .get(key)
                .and_then(toml::Value::as_str)
                .unwrap_or_default()
                .to_owned()
        };
        let entries = list("bans", "deny");
        let (single, banned): (Vec<_>, Vec<_>) = entries.iter().partition(|entry| {
            entry
                .get("deny-multiple-versions")
                .and_then(toml::Value::as_bool)
                == Some(true)
        });
        let named = |entries: Vec<&toml::Value>| {
            entries
                .into_iter()
                .map(|it| (word(it, "crate"), word(it, "reason")))
                .collect()
        };
        Ok(Rules {
            allowed: words(&list("licenses", "allow")),
            exceptions: list("licenses", "exceptions")
                .iter()
                .map(|entry| {
                    let allow = entry.get("allow").and_then(toml::Value::as_array);
                    (
                        word(entry, "crate"),
                        words(allow.map_or(&[], Vec::as_slice)),
                    )
                })
                .collect(),
            banned: named(banned),
            single: named(single),
            registries: words(&list("sources", "allow-registry")),
        })
    }

    fn faults_of(&self, package: &Package) -> Vec<String> {
        let who = format!("{} {}", package.name, package.version);
        let mut faults = Vec::new();
        let licence = package.licence.as_deref().unwrap_or_default();
        let allowed = |name: &str| {
            let excepted = self.exceptions.iter().any(|(crate_name, licences)| {
                *crate_name == package.name && licences.iter().any(|known| known == name)
            });
            excepted || self.allowed.iter().any(|known| known == name)
        };
        match spdx::is_satisfied(licence, &allowed) {
            Some(true) => {}
            Some(false) => faults.push(format!("{who}: `{licence}` is not allowed")),
            None => faults.push(format!("{who}: `{licence}` is no licence expression")),
        }
        if let Some((_, reason)) = self.banned.iter().find(|(name, _)| *name == package.name) {
            faults.push(format!("{who}: banned ({reason})"));
        }
        if let Some(source) = &package.source {
            let registry = source.strip_prefix("registry+").unwrap_or(source);
            if !self.registries.iter().any(|known| known == registry) {
                faults.push(format!("{who}: from {source}"));
            }
        }
        faults
    }

    fn doubled(&self, packages: &[Package]) -> Vec<String> {
        let versions = |name: &str| -> Vec<&str> {
            let same = packages.iter().filter(|package| package.name == name);
            same.map(|package| package.version.as_str()).collect()
        };
        let doubled = self
            .single
            .iter()
            .filter(|(name, _)| 1 < versions(name).len());
        let told = |(name, reason): &(String, String)| {
            format!(
                "{name}: in the tree as {} ({reason})",
                versions(name).join(" and ")
            )
        };
        doubled.map(told).collect()
    }
}

fn words(values: &[toml::Value]) -> Vec<String> {
    values
        .iter()
        .filter_map(toml::Value::as_str)
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";

    fn rules() -> Rules {
        let path = workspace::root().join("deny.toml");
        Rules::parse(&std::fs::read_to_string(path).unwrap()).unwrap()
    }

    fn package(name: &str, licence: &str, source: Option<&str>) -> Package {
        Package {
            name: name.to_owned(),
            version: "1.0.0".to_owned(),
            licence: Some(licence.to_owned()),
            manifest: "Cargo.toml".into(),
            source: source.map(str::to_owned),
        }
    }

    #[test]
    fn a_copyleft_licence_a_banned_crate_and_a_foreign_source_are_faults() {
        let rules = rules();
        let faults = |name: &str, licence: &str, source: &str| {
            rules.faults_of(&package(name, licence, Some(source))).len()
        };
        assert_eq!(faults("serde", "MIT OR Apache-2.0", CRATES_IO), 0);
        assert_eq!(faults("actix-governor", "GPL-3.0-or-later", CRATES_IO), 1);
        assert_eq!(faults("openssl-sys", "MIT", CRATES_IO), 1);
        assert_eq!(faults("serde", "MIT", "git+https://example.org/serde"), 1);
        assert_eq!(
            rules.faults_of(&package("ours", "Apache-2.0", None)).len(),
            0
        );
    }

    #[test]
    fn an_exception_holds_for_its_crate_alone() {
        let rules = rules();
        let faults = |name: &str| {
            rules
                .faults_of(&package(name, "MPL-2.0", Some(CRATES_IO)))
                .len()
        };
        assert_eq!((faults("webdriver"), faults("another")), (0, 1));
    }

    #[test]
    fn two_versions_of_a_single_crate_are_a_fault() {
        let twice = [
            package("sqlx-core", "MIT", None),
            package("sqlx-core", "MIT", None),
        ];
        assert_eq!(rules().doubled(&twice).len(), 1);
        let twice = [package("rand", "MIT", None), package("rand", "MIT", None)];
        assert_eq!(rules().doubled(&twice).len(), 0);
    }
}
