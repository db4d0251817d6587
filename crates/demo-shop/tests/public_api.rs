//! The shop uses nothing but the published REST API: each path, header and member it names is in fapiao's description, and
//! nothing else in its sources reaches out of the process.
#![allow(clippy::unwrap_used, reason = "a test that can't go on fails")]

use serde_json::Value;
use std::collections::BTreeSet;
use std::path::PathBuf;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn source(name: &str) -> String {
    std::fs::read_to_string(root().join("src").join(name)).unwrap()
}

fn description() -> Value {
    let file = root().join("../../deploy/openapi.json");
    serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap()
}

/// A path with its placeholders made alike: `/orders/{id}/receipt-qr.svg` is `/orders/{}/receipt-qr.{}`.
fn alike(path: &str) -> String {
    let mut out = String::new();
    let mut depth = 0;
    for letter in path.chars() {
        match letter {
            '{' => {
                depth += 1;
                out.push_str("{}");
            }
            '}' => depth -= 1,
            _ if depth == 0 => out.push(letter),
            _ => {}
        }
    }
    out
}

/// Method and path of every call of `src/api.rs`.
fn calls() -> BTreeSet<(String, String)> {
    let text = source("api.rs");
    let mut calls = BTreeSet::new();
    for method in ["get", "post", "put", "patch", "delete"] {
        for (at, found) in text.match_indices(&format!(".{method}(")) {
            let rest = &text[at + found.len()..];
            let (_, rest) = rest.split_once("{}/api/v1").unwrap();
            let path = rest.split('"').next().unwrap();
            calls.insert((method.to_owned(), format!("/api/v1{path}")));
        }
    }
    calls
}

/// Whether a described path takes a called one: `{format}` stands for `svg` and `pdf`, too.
fn takes(described: &str, called: &str) -> bool {
    let (described, called) = (alike(described), alike(called));
    if described == called {
        return true;
    }
    let open = |path: &str| {
        let (start, _) = path.rsplit_once('.')?;
        Some(start.to_owned())
    };
    described.ends_with(".{}") && open(&described) == open(&called)
}

#[test]
fn every_call_is_in_the_published_description() {
    let description = description();
    let calls = calls();
    assert!(5 <= calls.len(), "{calls:?}");
    for (method, path) in calls {
        let paths = description["paths"].as_object().unwrap();
        let described = paths
            .iter()
            .any(|(known, methods)| takes(known, &path) && methods.get(&method).is_some());
        assert!(described, "{method} {path} is not public");
    }
}

/// The property names of a schema and of all schemas below it.
fn members(description: &Value, schema: &Value, found: &mut BTreeSet<String>) {
    if let Some(reference) = schema["$ref"].as_str() {
        let named = description.pointer(reference.trim_start_matches('#'));
        return members(description, named.unwrap(), found);
    }
    if let Some(properties) = schema["properties"].as_object() {
        for (name, inner) in properties {
            if found.insert(name.clone()) || inner.get("$ref").is_some() {
                members(description, inner, found);
            }
        }
    }
    for part in ["items", "additionalProperties"] {
        if schema[part].is_object() {
            members(description, &schema[part], found);
        }
    }
    for part in ["allOf", "oneOf", "anyOf"] {
        for inner in schema[part].as_array().into_iter().flatten() {
            members(description, inner, found);
        }
    }
}

/// Members of the structs of `src/api.rs` that are sent (`Serialize`) or read (`Deserialize`).
fn structs(derive: &str) -> BTreeSet<String> {
    let text = source("api.rs");
    let mut names = BTreeSet::new();
    for block in text.split("#[derive(").skip(1) {
        let (derives, rest) = block.split_once(")]").unwrap();
        if !derives.split(", ").any(|it| it == derive) || !rest.trim_start().contains("struct ") {
            continue;
        }
        let body = rest.split("\n}").next().unwrap();
        for line in body.lines() {
            if let Some(field) = line.trim().strip_prefix("pub(crate) ")
                && let Some((name, _)) = field.split_once(": ")
            {
                names.insert(name.to_owned());
            }
        }
    }
    names
}

#[test]
fn every_member_that_is_sent_or_read_is_in_the_published_description() {
    let description = description();
    let schemas = &description["components"]["schemas"];
    let (mut sendable, mut readable) = (BTreeSet::new(), BTreeSet::new());
    members(&description, &schemas["NewOrder"], &mut sendable);
    for name in ["Order", "Delivery", "Invoice", "WechatPage", "Problem"] {
        members(&description, &schemas[name], &mut readable);
    }
    let (sent, read) = (structs("Serialize"), structs("Deserialize"));
    assert!(10 < sent.len() && 10 < read.len(), "{sent:?} {read:?}");
    let unknown: Vec<_> = sent.difference(&sendable).collect();
    assert!(unknown.is_empty(), "{unknown:?} cannot be sent");
    let unknown: Vec<_> = read.difference(&readable).collect();
    assert!(unknown.is_empty(), "{unknown:?} are never answered");
}

#[test]
fn the_headers_it_uses_are_described() {
    let text = description().to_string();
    let api = source("api.rs");
    for header in ["Idempotency-Key", "short-code"] {
        assert!(api.contains(header), "{header} is used");
        assert!(
            text.to_lowercase().contains(&header.to_lowercase()),
            "{header} is not public"
        );
    }
}

#[test]
fn only_two_files_reach_out_and_each_to_one_place() {
    for entry in std::fs::read_dir(root().join("src")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if path.extension().is_none_or(|it| it != "rs") {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let reaches = text.contains("reqwest");
        let may = ["api.rs", "pay.rs"].contains(&name.as_str());
        assert!(may || !reaches, "{name} sends requests");
        for word in [
            "rusqlite",
            "sqlx",
            "sea_orm",
            "std::process",
            "TcpStream",
            "/admin",
            "/wechat/callback",
        ] {
            assert!(!text.contains(word), "{name} names {word}");
        }
    }
    let pay = source("pay.rs");
    assert!(pay.contains("/pay/unifiedorder") && !pay.contains("/api/v1"));
}
