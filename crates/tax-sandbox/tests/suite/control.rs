//! The control API and the page.

use serde_json::{Value, json};

use crate::client::{Bench, PARTY, SELLER, invoice};

#[tokio::test]
async fn the_page_tells_how_it_stands_under_a_strict_policy() {
    let bench = Bench::new().await;
    let number = bench.stocked(1).await[0].clone();
    bench.verdict(&invoice(&number, &bench.now().await)).await;
    let taxpayer = json!({"tax_number": "91110105MA0000007L", "name": "<b>引号\"公司", "party": PARTY, "using_party": "SY3"});
    assert_eq!(bench.control("/taxpayers", &taxpayer).await.status(), 204);
    let page = bench
        .http
        .get(format!("{}/", bench.running.url()))
        .send()
        .await
        .unwrap();
    let policy = page.headers()["content-security-policy"]
        .to_str()
        .unwrap()
        .to_owned();
    assert!(
        policy.contains("default-src 'none'") && !policy.contains("unsafe"),
        "{policy}"
    );
    let html = page.text().await.unwrap();
    assert!(html.contains(&number) && html.contains(SELLER) && html.contains("100.00"));
    assert!(
        html.contains("&lt;b&gt;引号") && !html.contains("<b>引号"),
        "names are escaped"
    );
    assert!(
        !html.contains("style=") && !html.contains("<script") && !html.contains("http://"),
        "nothing inline, nothing external"
    );
    let css = bench
        .http
        .get(format!("{}/page.css", bench.running.url()))
        .send()
        .await
        .unwrap();
    assert_eq!(css.headers()["content-type"], "text/css; charset=utf-8");
}

#[tokio::test]
async fn the_openapi_document_names_every_path_that_exists() {
    let bench = Bench::new().await;
    let document = bench.look("/openapi.json").await;
    let paths = document["paths"].as_object().unwrap();
    for (path, operations) in paths {
        for method in operations.as_object().unwrap().keys() {
            let path = path.replace("{number}", "1").replace("{uuid}", "1");
            let method = method.to_uppercase().parse().unwrap();
            let answer = bench
                .http
                .request(method, format!("{}{path}", bench.running.url()))
                .send()
                .await
                .unwrap();
            let empty = answer.content_length() == Some(0);
            assert!(
                answer.status() != 405 && !(answer.status() == 404 && empty),
                "{path}: {}",
                answer.status()
            );
        }
    }
    assert_eq!(paths.len(), 16);
}

#[tokio::test]
async fn bad_control_requests_say_what_is_wrong() {
    let bench = Bench::new().await;
    let cases: [(&str, Value, u16, &str); 8] = [
        (
            "/parties",
            json!({"id": "X", "sm4_key": "12", "secret": "s"}),
            422,
            "32 hexadecimal",
        ),
        (
            "/taxpayers",
            json!({"tax_number": "1", "name": "n", "party": "nobody", "using_party": "u"}),
            422,
            "not connected",
        ),
        ("/taxpayers/unknown/gate", json!({}), 404, "not known"),
        (
            "/class-codes",
            json!({"code": "12", "name": "n", "short_name": "s"}),
            422,
            "19 digits",
        ),
        (
            "/invoices/26999000000000000009/usage",
            json!({}),
            404,
            "no accepted invoice",
        ),
        (
            "/faults",
            json!({"service": "NOPE", "kind": "garbage"}),
            422,
            "does not exist",
        ),
        ("/faults", json!({"kind": "earthquake"}), 422, "earthquake"),
        (
            "/clock/advance",
            json!({"hours": -1}),
            422,
            "never goes back",
        ),
    ];
    for (path, body, status, words) in cases {
        let answer = bench.control(path, &body).await;
        assert_eq!(answer.status().as_u16(), status, "{path}");
        let problem: Value = answer.json().await.unwrap();
        assert!(
            problem["detail"].as_str().unwrap().contains(words),
            "{path}: {problem}"
        );
    }
}
