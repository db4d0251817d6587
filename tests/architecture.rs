//! The arrows between the packages, read from manifests and sources: what no lint can say.
#![allow(
    clippy::unwrap_used,
    reason = "a tree that can't be read fails the test"
)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Which packages of ours a package may use.
const MAY_USE: &[(&str, &[&str])] = &[
    ("fapiao-domain", &[]),
    ("fapiao-usecases", &["fapiao-domain"]),
    ("fapiao-migrations", &[]),
    (
        "fapiao-store",
        &["fapiao-domain", "fapiao-usecases", "fapiao-migrations"],
    ),
    ("fapiao-pdf", &["fapiao-domain"]),
    ("fapiao-archive", &["fapiao-domain", "fapiao-usecases"]),
    (
        "fapiao-web",
        &["fapiao-domain", "fapiao-usecases", "fapiao-archive"],
    ),
    (
        "fapiao-server",
        &[
            "fapiao-domain",
            "fapiao-usecases",
            "fapiao-store",
            "fapiao-pdf",
            "fapiao-archive",
            "fapiao-web",
            "fapiao-migrations",
            "wechat-invoice",
            // Optional: only the feature `demo` links these.
            "wechat-sandbox",
            "tax-sandbox",
            "demo-shop",
        ],
    ),
    ("wechat-invoice", &[]),
    ("wechat-sandbox", &[]),
    ("tax-sandbox", &[]),
    ("demo-shop", &[]),
    ("xtask", &[]),
];

/// What the domain may use from outside: computing, and nothing that reaches out of the process.
const PURE: [&str; 5] = [
    "chrono",
    "encoding_rs",
    "rust_decimal",
    "thiserror",
    "unicode-normalization",
];

#[test]
fn every_arrow_between_packages_points_the_allowed_way() {
    for package in packages() {
        let rule = MAY_USE.iter().find(|(name, _)| *name == package.name);
        let (_, allowed) = rule.unwrap_or_else(|| panic!("{} is not in the table", package.name));
        for used in package.dependencies(&["dependencies", "build-dependencies"]) {
            let ours = MAY_USE.iter().any(|(name, _)| *name == used);
            assert!(
                !ours || allowed.contains(&used.as_str()),
                "{} must not use {used}",
                package.name
            );
        }
    }
}

#[test]
fn every_package_keeps_the_lints_of_the_workspace() {
    for package in packages() {
        let inherits = package
            .manifest
            .get("lints")
            .and_then(|it| it.get("workspace"));
        assert_eq!(
            inherits.and_then(toml::Value::as_bool),
            Some(true),
            "{} lacks `[lints] workspace = true`",
            package.name
        );
    }
}

#[test]
fn the_domain_does_no_input_or_output() {
    let domain = package("fapiao-domain");
    let allowed = BTreeSet::from(PURE.map(str::to_owned));
    let extra: Vec<String> = domain
        .dependencies(&["dependencies"])
        .difference(&allowed)
        .cloned()
        .collect();
    assert!(extra.is_empty(), "fapiao-domain must not use {extra:?}");

    let forbidden = [
        "Utc::now",
        "Local::now",
        "Local::today",
        "SystemTime",
        "Instant",
        "std::env",
        "std::fs",
        "std::io",
        "std::net",
        "std::process",
        "std::thread",
        "env!",
        "f32",
        "f64",
    ];
    domain.never_names(&forbidden);
}

#[test]
fn the_web_side_knows_no_database_and_no_client_and_the_store_no_web() {
    let every = ["dependencies", "dev-dependencies", "build-dependencies"];
    let rules: [(&str, &[&str], &[&str]); 3] = [
        (
            "fapiao-web",
            &["sea-orm", "sqlx", "reqwest"],
            &["sea_orm", "sqlx", "reqwest"],
        ),
        (
            "fapiao-usecases",
            &["sea-orm", "reqwest", "actix-web"],
            &["sea_orm", "reqwest", "actix_web"],
        ),
        (
            "fapiao-store",
            &["actix-web", "actix-multipart"],
            &["actix_web", "actix_multipart", "actix"],
        ),
    ];
    for (name, crates, words) in rules {
        let package = package(name);
        let declared = package.dependencies(&every);
        for forbidden in crates {
            assert!(
                !declared.contains(*forbidden),
                "{name} must not use {forbidden}"
            );
        }
        package.never_names(words);
    }
}

/// The SDK, our adapters, the load generator, which plays WeChat, and sample data that quotes its answers.
fn speaks_wechat(source: &Source) -> bool {
    let server = root().join("crates/fapiao-server");
    source.package == "wechat-invoice"
        || source.path.starts_with(server.join("src/adapters"))
        || source.path.starts_with(server.join("examples/load"))
        || source
            .path
            .starts_with(root().join("crates/fapiao-web/examples/preview/samples"))
}

#[test]
fn only_adapters_name_the_wechat_sdk() {
    for source in product_sources() {
        assert!(
            speaks_wechat(&source) || !source.names("wechat_invoice"),
            "{source} names wechat_invoice"
        );
    }
}

#[test]
fn merchant_and_platform_meet_only_in_delivery_and_jobs() {
    for source in product_sources() {
        for (role, other) in [("merchant", "platform"), ("platform", "merchant")] {
            if source.belongs_to(role) {
                let module = source
                    .code_paths()
                    .any(|path| path.iter().any(|it| it == other));
                assert!(
                    !module,
                    "{source} belongs to {role} and reaches into {other}"
                );
                let adapter = format!("wechat_{other}");
                assert!(!source.names(&adapter), "{source} names {adapter}");
            }
        }
    }
}

#[test]
fn wechats_field_names_stay_at_the_edge() {
    for source in product_sources() {
        if speaks_wechat(&source) {
            continue;
        }
        for field in [
            "s_pappid",
            "s_media_id",
            "errcode",
            "errmsg",
            "SuccOrderId",
            "FailOrderId",
        ] {
            assert!(
                !source.names(field),
                "{source} names WeChat's `{field}`: say it in our words"
            );
        }
    }
}

/// What stands between the brackets of every call of a function, with the code before the first test only.
fn calls<'a>(text: &'a str, name: &str) -> Vec<&'a str> {
    let code = text.split("#[cfg(test)]").next().unwrap();
    let mut found = Vec::new();
    for (at, _) in code.match_indices(name) {
        let from = at + name.len();
        let mut depth = 1;
        let end = code[from..].find(|letter| {
            match letter {
                '(' => depth += 1,
                ')' => depth -= 1,
                _ => {}
            }
            depth == 0
        });
        found.push(&code[from..from + end.unwrap()]);
    }
    found
}

/// Pages in Chinese show why a job waits, and why it stopped: the reason has a Chinese half, or its code has Chinese words.
#[test]
fn every_reason_of_a_waiting_or_stopped_job_can_be_told_in_chinese() {
    let is_chinese = |it: char| ('\u{4e00}'..='\u{9fff}').contains(&it);
    let words = root().join("crates/fapiao-web/src/admin/job_words.rs");
    let words = std::fs::read_to_string(words).unwrap();
    let mut files = Vec::new();
    collect(
        &root().join("crates/fapiao-usecases/src"),
        &["rs"],
        &mut files,
    );
    let (mut waits, mut stops) = (0, 0);
    for path in files {
        let text = std::fs::read_to_string(&path).unwrap();
        for call in calls(&text, "StepError::not_yet(") {
            waits += 1;
            let told = call.contains(is_chinese) || !call.contains('"');
            assert!(told, "{}: not_yet({call})", path.display());
        }
        for call in calls(&text, "StepError::parked(") {
            stops += 1;
            let (code, reason) = call.split_once(',').unwrap();
            let code = code.trim();
            let told = reason.contains(is_chinese)
                || !code.starts_with('"')
                || words.contains(&format!("(Lang::Zh, {code})"));
            assert!(told, "{}: parked({call})", path.display());
        }
    }
    assert!(waits > 30 && stops > 60, "{waits} {stops}");
}

#[test]
fn every_act_that_is_written_down_has_words_in_the_timeline() {
    let timeline = root().join("crates/fapiao-web/src/admin/timeline.rs");
    let told = std::fs::read_to_string(timeline).unwrap();
    let mut seen = 0;
    let writes = |it: &Source| it.path.components().any(|part| part.as_os_str() == "src");
    for source in product_sources().into_iter().filter(writes) {
        for place in ["Line::new(", ".append_audit("] {
            for (at, _) in source.code.match_indices(place) {
                // The action is the first text among the arguments; where it is a variable there is none.
                let call = source.code[at..].split(')').next().unwrap_or_default();
                let Some(action) = call.split('"').nth(1).filter(|it| it.contains('.')) else {
                    continue;
                };
                seen += 1;
                let quoted = format!("\"{action}\"");
                assert!(
                    told.contains(&quoted),
                    "{source} writes {action}: tell it in words"
                );
            }
        }
    }
    assert!(seen > 60, "only {seen} acts were found");
}

#[test]
fn the_sandboxes_and_the_shop_share_nothing_with_the_product() {
    let every = ["dependencies", "dev-dependencies", "build-dependencies"];
    for name in ["wechat-sandbox", "tax-sandbox", "demo-shop"] {
        let package = package(name);
        let declared = package.dependencies(&every);
        for (ours, _) in MAY_USE {
            assert!(!declared.contains(*ours), "{name} must not use {ours}");
        }
        let words: Vec<String> = MAY_USE
            .iter()
            .map(|(ours, _)| ours.replace('-', "_"))
            .filter(|ours| *ours != name.replace('-', "_"))
            .collect();
        package.never_names(&words.iter().map(String::as_str).collect::<Vec<_>>());
    }
}

#[test]
fn the_product_as_shipped_does_not_link_the_sandboxes() {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
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
    let output = Command::new(cargo)
        .args(what)
        .current_dir(root())
        .output()
        .unwrap();
    let tree = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(tree.contains("fapiao-web"), "an odd tree:\n{tree}");
    for name in ["wechat-sandbox", "tax-sandbox", "demo-shop"] {
        assert!(
            !tree.contains(name),
            "{name} is linked without the feature `demo`"
        );
    }
}

#[test]
fn templates_and_styles_load_nothing_from_elsewhere() {
    let mut files = Vec::new();
    for folder in ["templates", "static", "crates"] {
        collect(&root().join(folder), &["html", "css"], &mut files);
    }
    assert!(!files.is_empty());
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        for form in [
            "src=\"http",
            "src=\"//",
            "url(http",
            "url(\"http",
            "url(//",
            "@import",
        ] {
            assert!(!text.contains(form), "{}: `{form}`", file.display());
        }
        // The content security policy would drop these in silence. Mail and the verifier of an evidence pack, which is
        // opened from a disk, have none, and need styles.
        let is_page = file.extension().is_some_and(|kind| kind == "html")
            && !["mail", "wechat-sandbox", "tax-sandbox", "fapiao-archive"]
                .iter()
                .any(|other| file.components().any(|part| part.as_os_str() == *other));
        for form in [
            " style=\"",
            "<style",
            " onclick=",
            " onchange=",
            " onsubmit=",
            "javascript:",
        ] {
            assert!(
                !is_page || !text.contains(form),
                "{}: `{form}`",
                file.display()
            );
        }
    }
}

struct Package {
    name: String,
    folder: PathBuf,
    manifest: toml::Table,
}

impl Package {
    fn read(folder: PathBuf) -> Package {
        let path = folder.join("Cargo.toml");
        let text = std::fs::read_to_string(&path)
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let manifest: toml::Table = text.parse().unwrap();
        let name = manifest["package"]["name"].as_str().unwrap().to_owned();
        Package {
            name,
            folder,
            manifest,
        }
    }

    fn dependencies(&self, sections: &[&str]) -> BTreeSet<String> {
        let tables = sections
            .iter()
            .filter_map(|section| self.manifest.get(*section)?.as_table());
        tables.flat_map(|table| table.keys().cloned()).collect()
    }

    fn sources(&self) -> Vec<Source> {
        let mut files = Vec::new();
        collect(&self.folder, &["rs"], &mut files);
        assert!(!files.is_empty(), "{} has no sources", self.name);
        files
            .into_iter()
            .map(|path| Source::read(&self.name, path))
            .collect()
    }

    fn never_names(&self, forbidden: &[&str]) {
        for source in self.sources() {
            for word in forbidden {
                assert!(!source.names(word), "{source} names {word}");
            }
        }
    }
}

/// A file without its comments.
struct Source {
    package: String,
    path: PathBuf,
    code: String,
}

impl Source {
    fn read(package: &str, path: PathBuf) -> Source {
        let code = without_comments(&std::fs::read_to_string(&path).unwrap());
        Source {
            package: package.to_owned(),
            path,
            code,
        }
    }

    /// Whether `word` stands in the code (strings included), not as part of a longer word.
    fn names(&self, word: &str) -> bool {
        let is_part = |letter: char| letter.is_alphanumeric() || letter == '_';
        self.code.match_indices(word).any(|(at, _)| {
            let after = &self.code[at + word.len()..];
            !self.code[..at].ends_with(is_part) && !after.starts_with(is_part)
        })
    }

    /// Whether the file is, or lies in, a module of this role.
    fn belongs_to(&self, role: &str) -> bool {
        let file = format!("{role}.rs");
        let adapter = format!("wechat_{role}.rs");
        let inside = self.path.strip_prefix(root()).unwrap();
        inside
            .iter()
            .any(|part| part == role || part == &*file || part == &*adapter)
    }

    /// Every `a::b::{c, d::e}` of the code as its segments; groups are flattened into one.
    fn code_paths(&self) -> impl Iterator<Item = Vec<String>> {
        let is_path = |letter: char| {
            letter.is_alphanumeric() || matches!(letter, '_' | ':' | '{' | '}' | ',' | '\n' | ' ')
        };
        let mut paths = Vec::new();
        for statement in self.code.split(';') {
            if let Some((_, path)) = statement.rsplit_once("use ")
                && path.chars().all(|letter| is_path(letter) || letter == '*')
            {
                paths.push(segments(path));
            }
        }
        let words = self
            .code
            .split(|it: char| !(it.is_alphanumeric() || matches!(it, '_' | ':')));
        paths.extend(words.filter(|word| word.contains("::")).map(segments));
        paths.into_iter()
    }
}

impl std::fmt::Display for Source {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            out,
            "{}",
            self.path
                .strip_prefix(root())
                .unwrap_or(&self.path)
                .display()
        )
    }
}

fn segments(path: &str) -> Vec<String> {
    let parts = path.split(|letter: char| !(letter.is_alphanumeric() || letter == '_'));
    parts
        .filter(|part| !part.is_empty())
        .map(str::to_owned)
        .collect()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()
        .unwrap()
}

fn packages() -> Vec<Package> {
    let mut folders: Vec<PathBuf> = std::fs::read_dir(root().join("crates"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.join("Cargo.toml").is_file())
        .collect();
    folders.push(root().join("migrations"));
    folders.sort();
    folders.into_iter().map(Package::read).collect()
}

fn package(name: &str) -> Package {
    packages()
        .into_iter()
        .find(|package| package.name == name)
        .unwrap()
}

/// The sources of what is shipped: neither the sandboxes and the shop, nor our own tools.
fn product_sources() -> Vec<Source> {
    let product =
        |package: &Package| package.name.starts_with("fapiao-") || package.name == "wechat-invoice";
    let all: Vec<Source> = packages()
        .iter()
        .filter(|it| product(it))
        .flat_map(Package::sources)
        .collect();
    assert!(all.iter().any(|source| source.package == "fapiao-server"));
    all
}

fn collect(folder: &Path, kinds: &[&str], into: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    for path in entries.map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            collect(&path, kinds, into);
        } else if path
            .extension()
            .is_some_and(|kind| kinds.iter().any(|known| kind == *known))
        {
            into.push(path);
        }
    }
}

/// Blanks comments, leaves strings: a field name in a string is a field name.
fn without_comments(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let mut code = String::with_capacity(text.len());
    let mut at = 0;
    while at < letters.len() {
        let pair = (letters[at], letters.get(at + 1).copied().unwrap_or(' '));
        let end = match pair {
            ('/', '/') => (at..letters.len()).find(|it| letters[*it] == '\n'),
            ('/', '*') => end_of_block(&letters, at),
            ('r', '"' | '#') => match end_of_raw_string(&letters, at) {
                Some(end) => {
                    code.extend(&letters[at..end]);
                    at = end;
                    continue;
                }
                None => {
                    code.push('r');
                    at += 1;
                    continue;
                }
            },
            ('"', _) => {
                let end = end_of_string(&letters, at);
                code.extend(&letters[at..end]);
                at = end;
                continue;
            }
            // '"' and '\'' are letters, not the beginning of a string.
            ('\'', '"') => Some(at + 3),
            ('\'', '\\') => (at + 3..letters.len())
                .find(|it| letters[*it] == '\'')
                .map(|it| it + 1),
            (letter, _) => {
                code.push(letter);
                at += 1;
                continue;
            }
        };
        code.push(' ');
        at = end.unwrap_or(letters.len());
    }
    code
}

fn end_of_block(letters: &[char], start: usize) -> Option<usize> {
    let mut depth = 0;
    let mut at = start;
    while at + 1 < letters.len() {
        match (letters[at], letters[at + 1]) {
            ('/', '*') => (depth, at) = (depth + 1, at + 2),
            ('*', '/') => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            return Some(at);
        }
    }
    None
}

fn end_of_string(letters: &[char], start: usize) -> usize {
    let mut at = start + 1;
    while at < letters.len() {
        match letters[at] {
            '\\' => at += 2,
            '"' => return at + 1,
            _ => at += 1,
        }
    }
    letters.len()
}

/// `None` when it is no raw string after all (a raw identifier, or a word that ends in r).
fn end_of_raw_string(letters: &[char], start: usize) -> Option<usize> {
    let before = start.checked_sub(1).map(|it| letters[it]);
    if before.is_some_and(|it| (it.is_alphanumeric() && it != 'b') || it == '_') {
        return None;
    }
    let hashes = letters[start + 1..]
        .iter()
        .take_while(|it| **it == '#')
        .count();
    let opening = start + 1 + hashes;
    if letters.get(opening) != Some(&'"') {
        return None;
    }
    let closes = |at: usize| {
        letters[at] == '"'
            && letters
                .get(at + 1..at + 1 + hashes)
                .is_some_and(|it| it.iter().all(|it| *it == '#'))
    };
    (opening + 1..letters.len())
        .find(|at| closes(*at))
        .map(|at| at + 1 + hashes)
}

#[test]
fn comments_are_told_from_code() {
    let text = "a // errcode\nlet b = \"// errcode\"; /* x /* y */ errcode */ c";
    assert_eq!(without_comments(text), "a  \nlet b = \"// errcode\";   c");
    assert_eq!(
        without_comments("r#\"a \" // b\"# + r\"// c\""),
        "r#\"a \" // b\"# + r\"// c\""
    );
    assert_eq!(without_comments("'\"' + '\\'' + d // e"), "  +   + d  ");
    assert_eq!(without_comments("&'a str // x"), "&'a str  ");
}

#[test]
fn a_path_into_the_other_role_is_seen_in_a_group_and_in_an_expression() {
    let source = |code: &str| Source {
        package: "x".to_owned(),
        path: root().join("crates/x/src/merchant/a.rs"),
        code: code.to_owned(),
    };
    let reaches = |code: &str| {
        source(code)
            .code_paths()
            .any(|path| path.iter().any(|part| part == "platform"))
    };
    assert!(reaches(
        "pub fn a() {}\nuse crate::{jobs,\n    platform::Fulfil};"
    ));
    assert!(reaches("let x = super::platform::fulfil(y);"));
    assert!(!reaches(
        "let platform = 1; call(platform); use crate::jobs;"
    ));
    assert!(source("").belongs_to("merchant") && !source("").belongs_to("platform"));
}
