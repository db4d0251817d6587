//! The client examples of `deploy/clients` against the published API: every path, member, state and channel they use.
//! Scripts are run, Java, Kotlin and Objective-C compiled against outlines of the platforms' classes where Node, `javac`,
//! `kotlinc` and `clang` are at hand; Swift is parsed by its grammar. What is not at hand is told and passed over.
#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test that can't go on fails, and one that skips says so"
)]

use serde_json::Value;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const CLIENTS: [&str; 6] = [
    "h5/invoice.js",
    "mini-program/invoice.js",
    "ios/InvoiceFlow.swift",
    "ios/InvoiceFlow.m",
    "android/InvoiceFlow.kt",
    "android/InvoiceFlow.java",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn client(name: &str) -> String {
    std::fs::read_to_string(root().join("deploy/clients").join(name)).unwrap()
}

fn description() -> Value {
    let file = root().join("deploy/openapi.json");
    serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap()
}

fn names(value: &Value) -> BTreeSet<String> {
    match value {
        Value::Array(items) => items
            .iter()
            .map(|it| it.as_str().unwrap().to_owned())
            .collect(),
        Value::Object(members) => members.keys().cloned().collect(),
        other => panic!("{other} has no names"),
    }
}

fn set(items: &[&str]) -> BTreeSet<String> {
    items.iter().map(|it| (*it).to_owned()).collect()
}

/// Every text between `before` and the first character of `ends`.
fn between<'a>(text: &'a str, before: &str, ends: &[char]) -> Vec<&'a str> {
    text.match_indices(before)
        .filter_map(|(at, found)| text[at + found.len()..].split(ends).next())
        .collect()
}

/// `/my/…` paths with whatever each language puts in made into `{}`, the query left out.
fn routes(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for line in text
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
    {
        let Some((_, rest)) = line.split_once("/my/") else {
            continue;
        };
        let (things, rest) = rest.split_once('/').unwrap();
        // What follows the id, if anything does.
        let end = ["/invoice", "/page"].into_iter().find(|end| {
            let mut places = rest.match_indices(end);
            places.any(|(at, _)| rest[at + end.len()..].starts_with(['"', '?', '`']))
        });
        found.insert(format!("/my/{things}/{{}}{}", end.unwrap_or_default()));
    }
    found
}

#[test]
fn the_backend_calls_only_the_published_api_with_its_members() {
    let (description, backend) = (description(), client("backend/invoices.js"));
    let schemas = &description["components"]["schemas"];
    assert!(backend.contains("`${base}/api/v1${path}`"));
    let mut calls = 0;
    for rest in between(&backend, "call(", &['{']) {
        // `"POST", "/orders", ` or `"GET", `/deliveries/$`.
        let mut words = rest
            .split(['"', '`'])
            .filter(|it| it.starts_with(['/', 'P', 'G']));
        let (Some(method), Some(path)) = (words.next(), words.next()) else {
            continue;
        };
        let path = path.trim_end_matches('$');
        let known = description["paths"]
            .as_object()
            .unwrap()
            .iter()
            .any(|(known, methods)| {
                let start = known.trim_start_matches("/api/v1");
                let fits = if path.ends_with('/') {
                    start.starts_with(path)
                } else {
                    start == path
                };
                fits && methods.get(method.to_lowercase()).is_some()
            });
        assert!(known, "{method} {path} is not public");
        calls += 1;
    }
    assert_eq!(calls, 3, "orders, wechat-page, deliveries");
    assert!(
        backend.contains("/wechat-page`")
            && description["paths"]["/api/v1/deliveries/{id}/wechat-page"]["post"].is_object()
    );

    let given = between(&backend, " it.", &[',', ' ', '?', ')', '}', ';']);
    let given: BTreeSet<String> = given.into_iter().map(str::to_owned).collect();
    let delivery = names(&schemas["Delivery"]["properties"]);
    assert!(given.is_subset(&delivery), "{given:?} of {delivery:?}");
    let page = names(&schemas["WechatPage"]["properties"]);
    assert!(set(&["auth_url", "appid"]).is_subset(&page));
    assert!(schemas["InvoiceRef"]["properties"]["number"].is_object());
    let sent = names(&schemas["NewDelivery"]["properties"]);
    assert!(set(&["channel", "page", "return_url"]).is_subset(&sent));
    let line = names(&schemas["NewLine"]["properties"]);
    let sample = between(&backend, "lines: [{", &['}']);
    for word in sample[0].split(", ") {
        let name = word.trim().split(':').next().unwrap();
        assert!(line.contains(name), "a line has no `{name}`");
    }
}

#[test]
fn every_client_asks_the_backends_three_routes_and_nothing_else() {
    let three = set(&[
        "/my/orders/{}/invoice",
        "/my/invoices/{}/page",
        "/my/invoices/{}",
    ]);
    for name in CLIENTS {
        let text = client(name);
        let used = routes(&text);
        // A page links to page_url: it needs no address of WeChat's.
        let wanted = if name.starts_with("h5/") {
            set(&["/my/orders/{}/invoice", "/my/invoices/{}"])
        } else {
            three.clone()
        };
        assert_eq!(used, wanted, "{name}");
        assert!(
            !text.contains("/api/v1") && !text.contains("fp_"),
            "{name} must not reach fapiao itself"
        );
    }
}

/// What a client reads from the backend's answers, by how its language writes that.
fn read_members(name: &str, text: &str) -> BTreeSet<String> {
    let code: Vec<&str> = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect();
    let code = code.join("\n");
    let (marks, body): (&[&str], &str) = match name.rsplit('.').next().unwrap() {
        "js" => (&["it.", "page."], &code),
        "m" => (&["it[@\"", "page[@\""], &code),
        // The two structs; `auth_url` has a name of Swift's own.
        "swift" => (
            &["let ", "= \""],
            code.split("enum Trouble").next().unwrap(),
        ),
        _ => (&["getString(\"", "getBoolean(\"", "isNull(\""], &code),
    };
    let mut found = BTreeSet::new();
    for mark in marks {
        for (at, mark) in body.match_indices(mark) {
            // `await.x` is not `it.x`.
            let inside = body[..at].ends_with(|it: char| it.is_alphanumeric());
            let rest = &body[at + mark.len()..];
            let end = rest.find(|it: char| !it.is_alphanumeric() && it != '_');
            let word = &rest[..end.unwrap_or(rest.len())];
            if !inside && !word.is_empty() && word != "authUrl" {
                found.insert(word.to_owned());
            }
        }
    }
    found
}

#[test]
fn every_client_reads_only_what_the_backend_answers() {
    let answered = set(&[
        "id", "state", "final", "reason", "page_url", "invoice", "auth_url", "appid",
    ]);
    for name in CLIENTS {
        let read = read_members(name, &client(name));
        assert!(read.is_subset(&answered), "{name} reads {read:?}");
        assert!(
            set(&["id", "state", "final", "reason"]).is_subset(&read),
            "{name} reads {read:?}"
        );
        let opens = read.contains("auth_url") || read.contains("page_url");
        assert!(opens, "{name} opens nothing: {read:?}");
    }
}

#[test]
fn states_and_channels_are_the_published_ones() {
    let description = description();
    let schemas = &description["components"]["schemas"];
    let states = names(&schemas["DeliveryState"]["enum"]);
    let readme = client("README.md");
    for name in ["h5/invoice.js", "mini-program/invoice.js"] {
        let text = client(name);
        let table = between(&text, "const words = {", &['}'])[0];
        let told: BTreeSet<String> = table
            .split(", ")
            .flat_map(|it| it.split(",\n"))
            .filter_map(|it| Some(it.split_once(": \"")?.0.trim().to_owned()))
            .collect();
        assert_eq!(told, states, "{name}");
    }
    for state in &states {
        assert!(
            readme.contains(&format!("`{state}`")),
            "the README does not tell {state}"
        );
    }
    let channels = names(&schemas["NewDelivery"]["properties"]["channel"]["enum"]);
    for name in CLIENTS {
        for channel in between(&client(name), "channel=", &['"', '`', '&', '$']) {
            assert!(
                channel.is_empty() || channels.contains(channel),
                "{name}: {channel}"
            );
        }
    }
    let listed = between(&client("backend/invoices.js"), "new Set([", &[']'])[0].to_owned();
    let listed: BTreeSet<String> = listed
        .split(", ")
        .map(|it| it.trim_matches('"').to_owned())
        .collect();
    assert_eq!(listed, channels);
}

#[test]
fn each_client_opens_wechat_as_the_official_pages_say_and_tells_what_may_never_come() {
    let ways: [(&str, &[&str]); 7] = [
        (
            "h5/invoice.js",
            &["page_url", "visibilitychange", "pageshow"],
        ),
        (
            "mini-program/invoice.js",
            &[
                "wx.navigateToMiniProgram({",
                "appId: page.appid",
                "path: page.auth_url",
                "onShow",
            ],
        ),
        (
            "ios/InvoiceFlow.swift",
            &[
                "WXInvoiceAuthInsertReq()",
                ".urlString = ",
                "WXInvoiceAuthInsertResp",
                "didBecomeActive",
            ],
        ),
        (
            "ios/InvoiceFlow.m",
            &[
                "WXInvoiceAuthInsertReq",
                ".urlString = ",
                "WXInvoiceAuthInsertResp",
                "DidBecomeActive",
            ],
        ),
        (
            "android/InvoiceFlow.kt",
            &["WXInvoiceAuthInsert.Req()", "url = ", "onResume"],
        ),
        (
            "android/InvoiceFlow.java",
            &["new WXInvoiceAuthInsert.Req()", ".url = ", "onResume"],
        ),
        (
            "android/WXEntryActivity.kt",
            &["WXInvoiceAuthInsert.Resp", "refresh()"],
        ),
    ];
    for (name, words) in ways {
        let text = client(name);
        for word in words {
            assert!(text.contains(word), "{name} lacks `{word}`");
        }
        let warned =
            text.contains("What may never come back") || text.contains("if it comes back at all");
        assert!(warned, "{name} does not say what may never come back");
    }
}

/// A program's output, or `None` where it is not installed.
fn ran(program: &str, arguments: &[&str]) -> Option<Output> {
    match Command::new(program).args(arguments).output() {
        Ok(output) => Some(output),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            eprintln!("NOT CHECKED: {program} is not installed");
            None
        }
        Err(error) => panic!("{program}: {error}"),
    }
}

fn assert_success(output: &Output) {
    let said = String::from_utf8_lossy(&output.stdout);
    let wailed = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}{wailed}");
}

#[test]
fn the_scripts_do_what_they_say() {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients/run.mjs");
    let clients = root().join("deploy/clients");
    let arguments = [script.to_str().unwrap(), clients.to_str().unwrap()];
    if let Some(output) = ran("node", &arguments) {
        assert_success(&output);
        assert!(String::from_utf8_lossy(&output.stdout).ends_with("done\n"));
    }
}

#[test]
fn the_java_examples_compile() {
    let outlines = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients/outlines");
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("client-classes");
    std::fs::create_dir_all(&target).unwrap();
    let android = root().join("deploy/clients/android");
    let files = ["InvoiceFlow.java", "WXEntryActivity.java"].map(|name| android.join(name));
    let arguments = [
        "-Xlint:all,-serial",
        "-Werror",
        "--release",
        "11", // What Android's tools take.
        "-sourcepath",
        outlines.to_str().unwrap(),
        "-d",
        target.to_str().unwrap(),
        files[0].to_str().unwrap(),
        files[1].to_str().unwrap(),
    ];
    if let Some(output) = ran("javac", &arguments) {
        assert_success(&output);
    }
}

/// A folder beside this file.
fn beside(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/clients")
        .join(name)
}

#[test]
fn the_kotlin_examples_compile() {
    let android = root().join("deploy/clients/android");
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("client-classes-kotlin");
    let sources = [
        android.join("InvoiceFlow.kt"),
        android.join("WXEntryActivity.kt"),
        beside("outlines-kotlin/coroutines.kt"),
        beside("outlines-kotlin/flow.kt"),
        beside("outlines"), // Java's are read, not compiled.
    ];
    let mut arguments = vec!["-d", target.to_str().unwrap()];
    arguments.extend(sources.iter().map(|it| it.to_str().unwrap()));
    if let Some(output) = ran("kotlinc", &arguments) {
        assert_success(&output);
        assert!(
            target
                .join("com/example/shop/wxapi/WXEntryActivity.class")
                .is_file()
        );
    }
}

#[test]
fn the_objective_c_example_has_the_right_types() {
    let outlines = beside("outlines-objc");
    let file = root().join("deploy/clients/ios/InvoiceFlow.m");
    let arguments = [
        "-fsyntax-only",
        "-x",
        "objective-c",
        "-fobjc-arc",
        "-fblocks",
        "-fobjc-runtime=ios",
        "-Wall",
        "-Wextra",
        "-Wno-unused-parameter",
        "-Werror",
        "-nostdinc",
        "-I",
        outlines.to_str().unwrap(),
        file.to_str().unwrap(),
    ];
    if let Some(output) = ran("clang", &arguments) {
        assert_success(&output);
    }
}

#[test]
fn the_swift_example_has_the_right_types() {
    let outlines = beside("outlines-swift");
    let made = Path::new(env!("CARGO_TARGET_TMPDIR")).join("client-modules");
    std::fs::create_dir_all(&made).unwrap();
    let file = root().join("deploy/clients/ios/InvoiceFlow.swift");
    let place = made.to_str().unwrap();
    let sources = |name: &str| outlines.join(name).to_str().unwrap().to_owned();
    for module in ["ObjectiveC", "UIKit"] {
        let source = sources(&format!("{module}.swift"));
        let output = format!("{place}/{module}.swiftmodule");
        let arguments = [
            "-frontend",
            "-emit-module",
            "-module-name",
            module,
            "-o",
            &output,
            "-I",
            place,
            &source,
        ];
        match ran("swiftc", &arguments) {
            Some(output) => assert_success(&output),
            None => return,
        }
    }
    let wechat = sources("WXApi.swift");
    // The language of today's projects, and the stricter one of tomorrow's.
    for version in ["5", "6"] {
        let arguments = [
            "-frontend",
            "-typecheck",
            "-warnings-as-errors",
            "-swift-version",
            version,
            "-enable-objc-interop",
            "-module-name",
            "Shop",
            "-I",
            place,
            file.to_str().unwrap(),
            &wechat,
        ];
        if let Some(output) = ran("swiftc", &arguments) {
            assert_success(&output);
        }
    }
}

/// The Python that has the grammars: `cargo xtask test` provides it.
fn readers() -> PathBuf {
    #[expect(clippy::disallowed_methods, reason = "how the tests are told")]
    let told = std::env::var("FAPIAO_TEST_READERS");
    told.map_or_else(
        |_| root().join("target/readers/venv/bin/python"),
        PathBuf::from,
    )
}

#[test]
fn swift_and_kotlin_are_well_formed() {
    let python = readers();
    let script = beside("grammar.py");
    let clients = root().join("deploy/clients");
    let arguments = [script.to_str().unwrap(), clients.to_str().unwrap()];
    let Some(output) = ran(python.to_str().unwrap(), &arguments) else {
        return;
    };
    if output.status.code() == Some(3) {
        eprintln!("NOT CHECKED: the readers have no grammars");
        return;
    }
    assert_success(&output);
    assert!(String::from_utf8_lossy(&output.stdout).ends_with("done\n"));
}
