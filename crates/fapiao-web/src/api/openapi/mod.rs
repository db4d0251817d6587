//! The description of the REST API (OpenAPI 3.1). The readers are written by hand, so this is too: one table of
//! operations gives the document, the page `/api/docs`, and the test that compares it with the routes.

mod bill_operations;
mod bill_schemas;
mod operations;
mod red_schemas;
mod schemas;

pub(crate) use operations::{Operation, Parameter, Place};

use crate::{
    app::App,
    problem::{ERRORS_PAGE, Kind},
    routes::API,
};
use actix_web::{HttpResponse, http::header, web};
use operations::{Content, Repeat};
use serde_json::{Map, Value, json};
use std::{collections::BTreeMap, sync::LazyLock};

/// All operations, in the order of the documentation.
pub(crate) fn operations() -> impl Iterator<Item = &'static Operation> {
    operations::OPERATIONS
        .iter()
        .chain(bill_operations::OPERATIONS)
}

/// The document as JSON, the same for every installation: `fapiao openapi` prints it.
pub fn openapi() -> Value {
    let mut paths: BTreeMap<String, Map<String, Value>> = BTreeMap::new();
    for operation in operations() {
        let path = format!("{API}{}", operation.path);
        let method = operation.method.to_ascii_lowercase();
        paths
            .entry(path)
            .or_default()
            .insert(method, described(operation));
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "fapiao",
            "version": "1",
            "summary": "Orders become Chinese e-invoices in the buyer's WeChat wallet.",
            "description": INTRODUCTION,
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "servers": [{ "url": "/" }],
        "security": [{ "key": [] }],
        "tags": [
            { "name": "orders", "description": "What was sold." },
            { "name": "deliveries", "description": "Bringing one invoice to one buyer." },
            { "name": "invoices", "description": "The legal documents." },
            { "name": "refunds", "description": "Giving money back, and taking invoices back by red letters." },
            { "name": "bills", "description": "Fiscal e-bills (财政电子票据) into the payer's WeChat wallet." },
            { "name": "books", "description": "Reports, evidence and papers, for finance and auditors." },
            { "name": "company", "description": "Sellers, catalogue, numbers and quota." },
            { "name": "service", "description": "The API itself." },
        ],
        "paths": paths,
        "components": {
            "schemas": schemas::schemas(),
            "securitySchemes": {
                "key": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "An API key from the back-office: `Authorization: Bearer fp_…`",
                }
            },
        },
    })
}

const INTRODUCTION: &str = "Amounts, quantities, prices and rates are decimal strings: \"113.00\". A JSON number in \
their place is refused. Tax is computed per line and rounded half up to the fen, once; totals are the sums of their \
lines.\n\nEvery POST takes an `Idempotency-Key`. Repeating a request with its key is safe at any time: it is done at \
most once, and the first answer comes again with `Idempotent-Replayed: true`. The same key with another body is refused; \
`POST /papers` only reads and needs none, and those of fiscal bills are recognised by the bill. Order numbers are unique within a seller for ever.\n\nEach key may call so many \
times a second; `RateLimit` says what is left, and a 429 or 503 carries `Retry-After` in seconds. Nothing is sent to you: \
ask for the delivery with `wait`.\n\nTimes are RFC 3339; answers are in UTC. Lists are turned with `cursor`; `Link: rel=\"next\"` says the same. \
Failures are RFC 9457 documents with a stable `code`; texts follow `Accept-Language` (`zh` or `en`).";

fn described(operation: &Operation) -> Value {
    let mut of = json!({
        "operationId": operation.id,
        "tags": [operation.tag],
        "summary": operation.summary.0,
        "description": operation.about.0,
        "responses": responses(operation),
    });
    let mut parameters: Vec<Value> = operation.parameters.iter().map(parameter).collect();
    if operation.needs_key() {
        parameters.push(json!({
            "name": "Idempotency-Key",
            "in": "header",
            "required": true,
            "description": "1 to 255 printable ASCII characters, new for each new act: a UUID, for example.",
            "schema": { "type": "string", "minLength": 1, "maxLength": 255 },
        }));
    }
    if !parameters.is_empty() {
        of["parameters"] = Value::Array(parameters);
    }
    if let Some(body) = operation.body {
        let mut content = Map::new();
        if !body.schema.is_empty() {
            let example = serde_json::from_str::<Value>(body.example).unwrap_or_default();
            content.insert(
                "application/json".to_owned(),
                json!({ "schema": reference(body.schema), "example": example }),
            );
        }
        for media in body.files {
            content.insert((*media).to_owned(), json!({ "schema": binary() }));
        }
        of["requestBody"] = json!({ "required": true, "content": content });
    }
    if operation.is_open {
        of["security"] = json!([]);
    }
    of
}

fn responses(operation: &Operation) -> Value {
    let mut responses = Map::new();
    for answer in operation.answers {
        let mut response = json!({ "description": answer.about });
        match answer.content {
            Content::Nothing => {}
            Content::Json("") => {
                let any = json!({ "type": "object" });
                response["content"] = json!({ "application/json": { "schema": any } });
            }
            Content::Json(schema) => {
                response["content"] =
                    json!({ "application/json": { "schema": reference(schema) } });
            }
            Content::File(kinds) => {
                let kinds = kinds
                    .iter()
                    .map(|media| ((*media).to_owned(), json!({ "schema": binary() })));
                response["content"] = Value::Object(kinds.collect());
            }
        }
        let headers = headers(operation, answer.status);
        if !headers.is_empty() {
            response["headers"] = Value::Object(headers);
        }
        responses.insert(answer.status.to_string(), response);
    }
    let mut problems: BTreeMap<u16, Vec<&str>> = BTreeMap::new();
    for kind in operation.problems() {
        problems
            .entry(kind.status().as_u16())
            .or_default()
            .push(kind.code());
    }
    for (status, codes) in problems {
        let mut response = json!({
            "description": format!("`{}`, see {ERRORS_PAGE}", codes.join("`, `")),
            "content": { "application/problem+json": { "schema": reference("Problem") } },
        });
        if matches!(status, 429 | 503) {
            response["headers"] = json!({
                "Retry-After": header("Seconds to wait before the same call is made again."),
            });
        }
        responses.insert(status.to_string(), response);
    }
    Value::Object(responses)
}

fn parameter(of: &Parameter) -> Value {
    let place = match of.place {
        Place::Path => "path",
        Place::Query => "query",
    };
    json!({
        "name": of.name,
        "in": place,
        "required": of.needed,
        "description": of.about.0,
        "schema": serde_json::from_str::<Value>(of.schema).unwrap_or_default(),
    })
}

fn binary() -> Value {
    json!({ "type": "string", "contentEncoding": "binary" })
}

fn header(about: &str) -> Value {
    json!({ "description": about, "schema": { "type": "string" } })
}

/// What a good answer says in its headers, besides `X-Request-Id` and `RateLimit`, which every answer has.
fn headers(operation: &Operation, status: u16) -> Map<String, Value> {
    let mut headers = Map::new();
    let mut say = |name: &str, about: &str| headers.insert(name.to_owned(), header(about));
    if operation.needs_key() {
        say(
            "Idempotent-Replayed",
            "`true` where this is the stored answer of an earlier call with the same key.",
        );
    }
    if status == 201 {
        say("Location", "The path of what was made.");
    }
    if operation.parameters.iter().any(|it| it.name == "cursor") {
        say(
            "Link",
            "`<address>; rel=\"next\"` where there is a next page.",
        );
    }
    match operation.id {
        "receiptQr" => {
            say(
                "Short-Code",
                "The code to print beside the picture; typed at `/o`.",
            );
        }
        "downloadInvoice" | "downloadBill" => {
            say(
                "ETag",
                "The file's SHA-256 in quotes; send it back in `If-None-Match`.",
            );
            if status == 200 {
                say("Content-Disposition", "With a name for the file.");
            }
        }
        _ => {}
    }
    headers
}

fn reference(schema: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{schema}") })
}

impl Operation {
    /// Whether it changes something.
    pub(crate) fn acts(&self) -> bool {
        self.body.is_some_and(|body| body.repeat != Repeat::Reads)
    }

    /// Whether it is made safe to repeat by a key.
    pub(crate) fn needs_key(&self) -> bool {
        self.body.is_some_and(|body| body.repeat == Repeat::Key)
    }

    /// The kinds of problems it may answer with: its own, and those of every call.
    pub(crate) fn problems(&self) -> Vec<Kind> {
        let mut kinds = self.own_problems.to_vec();
        if !self.is_open {
            kinds.extend([
                Kind::Unauthorized,
                Kind::KeyRevoked,
                Kind::RateLimited,
                Kind::TryAgain,
            ]);
            kinds.push(Kind::Internal);
        }
        if self.body.is_some() {
            kinds.extend([Kind::BodyTooSlow, Kind::BodyTooLarge]);
        }
        if self.needs_key() {
            kinds.extend([Kind::IdempotencyKeyMissing, Kind::IdempotencyKeyInvalid]);
        }
        if self.acts() {
            kinds.extend([Kind::ReadOnlyKey, Kind::UnsupportedMediaType]);
            if self.body.is_some_and(|body| !body.schema.is_empty()) {
                kinds.extend([Kind::InvalidJson, Kind::InvalidFields]);
            }
        }
        if self.needs_key() {
            kinds.push(Kind::KeyReused);
        }
        if self.parameters.iter().any(|it| it.place == Place::Query) {
            kinds.push(Kind::InvalidQuery);
        }
        kinds
    }
}

/// `GET /openapi.json`, with this installation's address.
pub(crate) async fn show(app: web::Data<App>) -> HttpResponse {
    static DOCUMENT: LazyLock<Value> = LazyLock::new(openapi);
    let mut document = DOCUMENT.clone();
    document["servers"] = json!([{ "url": &*app.ports.public_base }]);
    HttpResponse::Ok()
        .content_type("application/json")
        .insert_header((header::CACHE_CONTROL, "no-cache"))
        .body(document.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::routes::CALLS;
    use std::collections::BTreeSet;

    #[test]
    fn every_call_is_described_and_every_description_is_a_call() {
        let calls: BTreeSet<_> = CALLS
            .iter()
            .map(|(path, method)| format!("{method} {path}"))
            .collect();
        let described: BTreeSet<_> = operations()
            .map(|it| format!("{} {API}{}", it.method, it.path))
            .collect();
        assert_eq!(calls, described);
        assert_eq!(described.len(), operations().count());
    }

    #[test]
    fn every_reference_leads_somewhere_and_every_json_text_is_json() {
        let document = openapi();
        let schemas = document["components"]["schemas"].as_object().unwrap();
        let mut used = BTreeSet::new();
        references(&document, &mut used);
        for name in &used {
            assert!(schemas.contains_key(name), "{name}");
        }
        let known: BTreeSet<String> = schemas.keys().cloned().collect();
        assert_eq!(used, known, "a schema that nothing uses");
        for operation in operations() {
            if let Some(body) = operation.body.filter(|it| !it.schema.is_empty()) {
                serde_json::from_str::<Value>(body.example).unwrap();
            }
            for parameter in operation.parameters {
                serde_json::from_str::<Value>(parameter.schema).unwrap();
            }
        }
    }

    #[test]
    fn words_of_answers_are_explained_one_by_one() {
        let document = openapi();
        let schemas = &document["components"]["schemas"];
        for (schema, member) in [
            ("RedLetter", "state"),
            ("RedLetter", "waits_for"),
            ("Refund", "stage"),
            ("Refund", "kind"),
            ("RefundPlan", "kind"),
            ("PaperCheck", "verdict"),
            ("InvoiceLine", "kind"),
            ("RoundedLine", "kind"),
            ("Document", "origin"),
        ] {
            let told = &schemas[schema]["properties"][member];
            let about = told["description"].as_str().unwrap_or_default();
            for word in told["enum"].as_array().unwrap() {
                let word = format!("`{}`:", word.as_str().unwrap());
                assert!(about.contains(&word), "{schema}.{member}: {word}");
            }
        }
        let whole = schemas["OrderState"]["description"].as_str().unwrap();
        assert!(whole.contains("taken back"), "{whole}");
    }

    #[test]
    fn requests_allow_nothing_below_zero() {
        let document = openapi();
        for schema in [
            "NewOrder",
            "NewLine",
            "NewDifferenceTax",
            "NewRefund",
            "NewRefundLine",
            "NewBill",
            "NewBillItem",
        ] {
            let members = &document["components"]["schemas"][schema]["properties"];
            for (name, member) in members.as_object().unwrap() {
                let pattern = member["pattern"].as_str().unwrap_or_default();
                assert!(!pattern.starts_with("^-"), "{schema}.{name}: {pattern}");
            }
        }
    }

    #[test]
    fn path_parameters_are_described_and_ids_are_unique() {
        let ids: BTreeSet<_> = operations().map(|it| it.id).collect();
        assert_eq!(ids.len(), operations().count());
        for operation in operations() {
            let in_path = operation.path.matches('{').count();
            let described = operation
                .parameters
                .iter()
                .filter(|it| it.place == Place::Path);
            assert_eq!(described.clone().count(), in_path, "{}", operation.path);
            for parameter in described {
                assert!(operation.path.contains(&format!("{{{}}}", parameter.name)));
            }
        }
    }

    fn references(value: &Value, into: &mut BTreeSet<String>) {
        match value {
            Value::Object(members) => {
                if let Some(Value::String(target)) = members.get("$ref") {
                    into.insert(target.rsplit('/').next().unwrap().to_owned());
                }
                members.values().for_each(|it| references(it, into));
            }
            Value::Array(items) => items.iter().for_each(|it| references(it, into)),
            _ => {}
        }
    }
}
