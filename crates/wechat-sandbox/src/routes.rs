//! Every address the sandbox answers. `openapi.json` beside this crate describes them all; a test compares.

use actix_web::web::{ServiceConfig, get, post, scope, to};

use crate::{api, control, pages, pay};

/// Declares the pages once: for the server and for the test against `openapi.json`.
macro_rules! pages {
    ($($method:ident $path:literal => $handler:path;)*) => {
        /// Method and path of every page, as OpenAPI writes them.
        #[cfg(test)]
        const PAGES: &[(&str, &str)] = &[$((stringify!($method), $path)),*];

        fn configure_pages(config: &mut ServiceConfig) {
            config$(.route($path, $method().to($handler)))*;
        }
    };
}

pages! {
    get "/" => pages::console::show;
    get "/healthz" => control::health;
    get "/assets/phone.css" => pages::phone_css;
    get "/assets/console.css" => pages::console_css;
    get "/authinvoice" => pages::auth::show;
    post "/authinvoice" => pages::auth::decide;
    get "/pages/authinvoice/index" => pages::auth::show;
    post "/pages/authinvoice/index" => pages::auth::decide;
    get "/usertitle" => pages::titles::show;
    post "/usertitle" => pages::titles::submit;
    get "/invoicepdf" => pages::console::pdf_download;
    get "/mmbiz/{id}/0" => pages::console::logo;
    get "/bizmall/authinvoice" => pages::console::platform_page;
    post "/pay/unifiedorder" => pay::unified_order;
    get "/unified/{serial}/file.pdf" => api::unified_file;
    get "/phone" => pages::phone::wallet;
    get "/phone/pay/{prepay_id}" => pay::show;
    post "/phone/pay/{prepay_id}" => pay::pay;
    get "/phone/scan" => pages::scanner::scan;
    get "/phone/title" => pages::scanner::title_code;
    get "/phone/cards/{code}" => pages::phone::card;
    post "/phone/cards/{code}/status" => pages::phone::set_status;
    get "/phone/cards/{code}/{file}" => pages::phone::file;
}

pub(crate) fn configure(config: &mut ServiceConfig) {
    for family in ["/cgi-bin", "/card", "/nontax"] {
        config.service(scope(family).default_service(to(api::handle)));
    }
    config
        .configure(configure_pages)
        .configure(control::configure);
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::PAGES;
    use crate::{api, control};

    fn document() -> Value {
        serde_json::from_str(control::OPENAPI).unwrap()
    }

    #[test]
    fn the_openapi_document_has_exactly_the_routes() {
        let document = document();
        let mut described = BTreeSet::new();
        for (path, methods) in document["paths"].as_object().unwrap() {
            for (method, operation) in methods.as_object().unwrap() {
                described.insert((method.clone(), path.clone()));
                let told = |member: &str| operation[member].as_str().is_some_and(|it| 8 < it.len());
                assert!(told("summary"), "{method} {path} has no summary");
                let tag = operation["tags"][0].as_str().unwrap_or_default();
                let known = document["tags"].as_array().unwrap();
                assert!(
                    known.iter().any(|it| it["name"] == tag),
                    "{method} {path} is in no chapter"
                );
                let parameters = operation["parameters"]
                    .as_array()
                    .cloned()
                    .unwrap_or_default();
                for piece in path.split('/').filter_map(|piece| piece.strip_prefix('{')) {
                    let name = piece.trim_end_matches('}');
                    let found = parameters
                        .iter()
                        .any(|p| p["name"] == name && p["in"] == "path");
                    assert!(found, "{method} {path} does not describe {name}");
                }
            }
        }
        let mut routed = BTreeSet::new();
        for (method, path) in PAGES.iter().chain(control::ROUTES) {
            routed.insert(((*method).to_owned(), (*path).to_owned()));
        }
        for (method, path) in api::routes() {
            routed.insert((method.to_owned(), path.to_owned()));
        }
        let undescribed: Vec<_> = routed.difference(&described).collect();
        let stale: Vec<_> = described.difference(&routed).collect();
        assert!(
            undescribed.is_empty() && stale.is_empty(),
            "missing {undescribed:?}, stale {stale:?}"
        );
    }

    #[test]
    fn every_call_of_wechats_api_tells_its_token_its_body_and_its_refusals() {
        let document = document();
        for (method, path) in api::routes() {
            let operation = &document["paths"][path][method];
            let parameters = operation["parameters"]
                .as_array()
                .cloned()
                .unwrap_or_default();
            let named = |name: &str| parameters.iter().any(|it| it["name"] == name);
            let token = parameters
                .iter()
                .any(|it| it["$ref"] == "#/components/parameters/AccessToken");
            assert_eq!(token, api::wants_token(path), "{path}: access_token");
            if method == "post" {
                assert!(
                    operation["requestBody"]["content"].is_object(),
                    "{path} has no body"
                );
            } else {
                assert!(operation.get("requestBody").is_none(), "{path} has a body");
            }
            let codes = operation["x-errcodes"].as_array().unwrap();
            assert!(!codes.is_empty(), "{path} refuses nothing?");
            for code in codes {
                let phrase = crate::phrases::phrase(code.as_i64().unwrap());
                assert_ne!(phrase, "refused", "{path}: {code} has no words");
            }
            assert!(
                !named("access_token"),
                "{path}: by reference, so that it is told once"
            );
        }
    }

    #[test]
    fn settings_and_accounts_are_described_with_every_member() {
        let schemas = &document()["components"]["schemas"];
        let names = |value: &Value| value.as_object().unwrap().keys().cloned().collect();
        let described = |name: &str| -> BTreeSet<String> { names(&schemas[name]["properties"]) };
        let settings: BTreeSet<String> =
            names(&serde_json::to_value(crate::Settings::default()).unwrap());
        assert_eq!(described("Settings"), settings);
        let full = crate::AccountConfig {
            s_pappid: Some("x".to_owned()),
            events_to: Some("x".to_owned()),
            ip_whitelist: vec!["x".to_owned()],
            ip_unconfirmed: vec!["x".to_owned()],
            mch_ids: vec!["x".to_owned()],
            commercial: Some(crate::CommercialConfig {
                nsrsbh: "x".to_owned(),
                serial_prefix: "x".to_owned(),
            }),
            push: Some(crate::PushConfig {
                url: "x".to_owned(),
                token: "x".to_owned(),
                aes_key: "x".to_owned(),
                mode: crate::PushMode::Safe,
                format: crate::PushFormat::Xml,
            }),
            ..crate::AccountConfig::merchant("wx", "s")
        };
        let account: BTreeSet<String> = names(&serde_json::to_value(full).unwrap());
        assert_eq!(described("AccountConfig"), account);
    }

    #[test]
    fn every_reference_of_the_openapi_document_resolves() {
        let document = document();
        fn walk<'v>(value: &'v Value, found: &mut Vec<&'v str>) {
            match value {
                Value::Object(members) => {
                    found.extend(members.get("$ref").and_then(Value::as_str));
                    members.values().for_each(|value| walk(value, found));
                }
                Value::Array(items) => items.iter().for_each(|value| walk(value, found)),
                _ => {}
            }
        }
        let mut references = Vec::new();
        walk(&document, &mut references);
        assert!(!references.is_empty());
        for reference in references {
            let pointer = reference.strip_prefix('#').unwrap();
            assert!(document.pointer(pointer).is_some(), "{reference}");
        }
    }
}
