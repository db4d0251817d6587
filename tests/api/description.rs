//! The description of the REST API held against what really comes: every example is taken, every answer has a described
//! status, media type, headers and shape, every failure a described code.

use crate::harness::{
    TestApp,
    bills::{sample_bill, sample_bill_file},
    person, spawn_app, spawn_app_with_bills, tea,
};
use reqwest::{Method, RequestBuilder, StatusCode, header::HeaderMap};
use serde_json::{Value, json};
use std::{
    cell::{Cell, RefCell},
    collections::BTreeSet,
};

/// The published description beside an installation.
struct Described<'a> {
    app: &'a TestApp,
    /// A key of the whole company, for what belongs to no store.
    company_key: String,
    document: Value,
    called: RefCell<BTreeSet<String>>,
    count: Cell<u32>,
}

/// What came of a call.
struct Came {
    status: StatusCode,
    headers: HeaderMap,
    body: Value,
    bytes: Vec<u8>,
}

impl<'a> Described<'a> {
    async fn new(app: &'a TestApp) -> Described<'a> {
        Described {
            app,
            company_key: app.new_key(None, true).await,
            document: fapiao_web::openapi(),
            called: RefCell::default(),
            count: Cell::new(0),
        }
    }

    /// Path, method and description of an operation.
    fn operation(&self, id: &str) -> (String, Method, &Value) {
        for (path, methods) in self.document["paths"].as_object().unwrap() {
            for (method, operation) in methods.as_object().unwrap() {
                if operation["operationId"] == id {
                    let method = method.to_uppercase().parse().unwrap();
                    return (path.clone(), method, operation);
                }
            }
        }
        panic!("{id} is not described");
    }

    /// The example of an operation's body.
    fn example(&self, id: &str) -> Value {
        let (_, _, operation) = self.operation(id);
        operation["requestBody"]["content"]["application/json"]["example"].clone()
    }

    /// Calls it, and holds the answer against its description.
    async fn call(
        &self,
        id: &str,
        filled: &[(&str, &str)],
        query: &str,
        body: Option<&Value>,
    ) -> Came {
        self.send(id, filled, query, |request| match body {
            Some(body) => request.json(body),
            None => request,
        })
        .await
    }

    async fn send(
        &self,
        id: &str,
        filled: &[(&str, &str)],
        query: &str,
        with: impl FnOnce(RequestBuilder) -> RequestBuilder,
    ) -> Came {
        let (mut path, method, operation) = self.operation(id);
        for (name, value) in filled {
            path = path.replace(&format!("{{{name}}}"), value);
        }
        let mut request = self
            .app
            .http
            .request(method, format!("{}{path}{query}", self.app.web()))
            .bearer_auth(if operation["tags"][0] == "bills" {
                &self.company_key
            } else {
                self.app.till().1
            })
            .header("Accept-Language", "en");
        let parameters = operation["parameters"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        if parameters.iter().any(|it| it["name"] == "Idempotency-Key") {
            self.count.set(self.count.get() + 1);
            request = request.header("Idempotency-Key", format!("d-{}", self.count.get()));
        }
        let answer = with(request).send().await.unwrap();
        let (status, headers) = (answer.status(), answer.headers().clone());
        let bytes = answer.bytes().await.unwrap().to_vec();
        let came = Came {
            status,
            headers,
            body: serde_json::from_slice(&bytes).unwrap_or(Value::Null),
            bytes,
        };
        self.called.borrow_mut().insert(id.to_owned());
        self.hold(id, operation, &came);
        came
    }

    fn hold(&self, id: &str, operation: &Value, came: &Came) {
        let described = &operation["responses"][came.status.as_str()];
        assert!(
            described.is_object(),
            "{id}: {} is not described: {}",
            came.status,
            came.body
        );
        let media = came.headers["content-type"].to_str().unwrap();
        let media = media.split(';').next().unwrap();
        let content = &described["content"][media];
        assert!(content.is_object(), "{id}: {media} is not described");
        let mut wrong = Vec::new();
        if media.ends_with("json") {
            self.fits(&content["schema"], &came.body, id, &mut wrong);
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
        for (name, _) in described["headers"].as_object().into_iter().flatten() {
            let only_sometimes = ["Idempotent-Replayed", "Link"].contains(&name.as_str());
            assert!(
                only_sometimes || came.headers.contains_key(name.as_str()),
                "{id}: {name} is missing"
            );
        }
        if came.status.is_client_error() {
            let code = came.body["code"].as_str().unwrap();
            let told = described["description"].as_str().unwrap();
            assert!(told.contains(&format!("`{code}`")), "{id}: {code}");
        }
    }

    /// As much of JSON Schema as the description uses.
    fn fits(&self, schema: &Value, value: &Value, at: &str, wrong: &mut Vec<String>) {
        if let Some(target) = schema["$ref"].as_str() {
            let name = target.rsplit('/').next().unwrap();
            let schema = &self.document["components"]["schemas"][name];
            return self.fits(schema, value, at, wrong);
        }
        if let Some(choices) = schema["oneOf"].as_array() {
            let fitting = choices.iter().filter(|choice| {
                let mut inner = Vec::new();
                self.fits(choice, value, at, &mut inner);
                inner.is_empty()
            });
            if fitting.count() != 1 {
                wrong.push(format!("{at}: {value} is none of the choices"));
            }
            return;
        }
        let kind = match value {
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Number(_) => "integer",
            Value::String(_) => "string",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
        };
        let kinds = match &schema["type"] {
            Value::String(one) => vec![one.as_str()],
            Value::Array(several) => several.iter().filter_map(Value::as_str).collect(),
            _ => vec![kind],
        };
        if !kinds.contains(&kind) {
            wrong.push(format!("{at}: {value} is no {kinds:?}"));
        }
        if let Some(names) = schema["enum"].as_array()
            && !names.contains(value)
        {
            wrong.push(format!("{at}: {value} is not one of {names:?}"));
        }
        if schema["const"] != Value::Null && schema["const"] != *value {
            wrong.push(format!("{at}: {value} instead of {}", schema["const"]));
        }
        for (index, item) in value.as_array().into_iter().flatten().enumerate() {
            self.fits(&schema["items"], item, &format!("{at}/{index}"), wrong);
        }
        let (Some(members), Some(known)) = (value.as_object(), schema["properties"].as_object())
        else {
            return;
        };
        for name in schema["required"].as_array().into_iter().flatten() {
            if !members.contains_key(name.as_str().unwrap()) {
                wrong.push(format!("{at}: {name} is missing"));
            }
        }
        for (name, member) in members {
            match known.get(name) {
                Some(schema) => self.fits(schema, member, &format!("{at}/{name}"), wrong),
                None => wrong.push(format!("{at}: {name} is not described")),
            }
        }
    }
}

fn id(of: &Value) -> &str {
    of["id"].as_str().unwrap()
}

#[tokio::test]
async fn every_example_is_taken_and_every_answer_is_as_described() {
    let app = spawn_app_with_bills().await;
    let api = Described::new(&app).await;
    let created = api
        .call("createOrder", &[], "", Some(&api.example("createOrder")))
        .await;
    assert_eq!(created.status, StatusCode::CREATED);
    let order = created.body;
    let of_order = [("id", id(&order))];
    for format in ["svg", "png"] {
        let of_qr = [of_order[0], ("format", format)];
        assert_eq!(api.call("receiptQr", &of_qr, "", None).await.status, 200);
    }
    let odd = [of_order[0], ("format", "gif")];
    assert_eq!(api.call("receiptQr", &odd, "", None).await.status, 404);
    app.open_page(&order).await;
    app.authorise(&order, &person("李华")).await;
    let delivery = app.await_state(&order, "carded").await;
    let invoice = delivery["invoice"]["id"].as_str().unwrap();
    let of_invoice = [("id", invoice)];
    let of_delivery = [("id", id(&delivery))];

    for name in ["showOrder", "explainOrder", "listRefunds"] {
        assert_eq!(
            api.call(name, &of_order, "", None).await.status,
            200,
            "{name}"
        );
    }
    for name in [
        "showInvoice",
        "explainInvoice",
        "listRedLetters",
        "downloadEvidence",
    ] {
        assert_eq!(
            api.call(name, &of_invoice, "", None).await.status,
            200,
            "{name}"
        );
    }
    assert_eq!(
        api.call("showDelivery", &of_delivery, "?wait=0", None)
            .await
            .body["waits_for"],
        "nobody"
    );
    let mut pdf = Vec::new();
    for format in ["ofd", "xml", "pdf"] {
        let file = [of_invoice[0], ("format", format)];
        let came = api.call("downloadInvoice", &file, "", None).await;
        assert_eq!(came.status, 200, "{format}");
        pdf = came.bytes;
    }
    // A paper changes nothing and needs no key; a file may be sent in place of the JSON.
    let qr = api.example("checkPaper");
    assert_eq!(api.call("checkPaper", &[], "", Some(&qr)).await.status, 200);
    let (path, _, operation) = api.operation("checkPaper");
    assert!(operation["requestBody"]["content"]["application/pdf"].is_object());
    let sent = app
        .http
        .post(format!("{}{path}", app.web()))
        .bearer_auth(app.till().1)
        .header("Content-Type", "application/pdf")
        .body(pdf);
    let checked: Value = sent.send().await.unwrap().json().await.unwrap();
    assert_eq!(checked["verdict"], "identical", "{checked}");

    for report in ["ledger", "vat", "reconciliation", "vouchers"] {
        for format in ["csv", "xlsx"] {
            let which = [("report", report), ("format", format)];
            let came = api
                .call("downloadReport", &which, "?month=2026-11", None)
                .await;
            assert_eq!(came.status, 200, "{report}.{format}");
            let without = api.call("downloadReport", &which, "", None).await;
            assert_eq!(without.status, 400, "the month is described as required");
        }
    }
    let month = api
        .call("downloadEvidenceOfMonth", &[], "?month=2026-11", None)
        .await;
    assert_eq!(month.status, 200);
    for name in [
        "ping",
        "listSellers",
        "listProducts",
        "showStock",
        "openapi",
    ] {
        assert_eq!(api.call(name, &[], "", None).await.status, 200, "{name}");
    }
    for name in ["listOrders", "listInvoices"] {
        assert_eq!(api.call(name, &[], "?limit=1", None).await.status, 200);
    }
    for name in [
        "listSellers",
        "listProducts",
        "showStock",
        "listOrders",
        "listInvoices",
    ] {
        assert_eq!(
            api.call(name, &[], "?colour=blue", None).await.status,
            400,
            "{name}"
        );
    }
    refunds(&api, &of_order, &of_invoice).await;
    closed_and_open(&api, &of_delivery).await;
    fiscal_bills(&api).await;

    let called = api.called.borrow().len();
    let described: usize = api.document["paths"]
        .as_object()
        .unwrap()
        .values()
        .map(|it| it.as_object().unwrap().len())
        .sum();
    assert_eq!(called, described, "an operation that this test leaves out");
    app.stop().await;
}

/// The plan of the example, then the invoice taken back as its example says.
async fn refunds(api: &Described<'_>, of_order: &[(&str, &str)], of_invoice: &[(&str, &str)]) {
    let plan = api
        .call(
            "refundOrder",
            of_order,
            "",
            Some(&api.example("refundOrder")),
        )
        .await;
    assert_eq!(plan.status, StatusCode::OK);
    let wanted = api.example("takeInvoiceBack");
    let taken = api
        .call("takeInvoiceBack", of_invoice, "", Some(&wanted))
        .await;
    assert_eq!(taken.status, StatusCode::CREATED);
    let refund = [("id", id(&taken.body))];
    assert_eq!(api.call("showRefund", &refund, "", None).await.status, 200);
    assert_eq!(
        api.call("listRefunds", of_order, "", None).await.status,
        200
    );
    assert_eq!(
        api.call("listRedLetters", of_invoice, "", None)
            .await
            .status,
        200
    );
    let unknown = [("id", "rfd_00000000000000000000000000")];
    assert_eq!(api.call("showRefund", &unknown, "", None).await.status, 404);
}

/// The bill of the example, which is refused, asked anew and declared void; and one that has its bureau's file.
async fn fiscal_bills(api: &Described<'_>) {
    let example = api.example("createBill");
    let made = api.call("createBill", &[], "", Some(&example)).await;
    assert_eq!(made.status, StatusCode::CREATED);
    let again = api.call("createBill", &[], "", Some(&example)).await;
    assert_eq!(again.status, StatusCode::OK);
    let mut other = example.clone();
    other["payer"] = json!("李四");
    let taken = api.call("createBill", &[], "", Some(&other)).await;
    assert_eq!(taken.status, StatusCode::CONFLICT);
    other["amount"] = json!(50);
    let wrong = api.call("createBill", &[], "", Some(&other)).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let of_bill = [("id", id(&made.body))];
    for (name, status) in [
        ("openBillPage", 200),
        ("deliverBillAgain", 409),
        ("reportBillOutcome", 409),
        ("refuseBill", 200),
        ("openBillPage", 409),
        ("deliverBillAgain", 201),
        ("voidBill", 200),
    ] {
        let came = api.call(name, &of_bill, "", Some(&api.example(name))).await;
        assert_eq!(came.status, status, "{name}: {}", came.body);
    }
    assert_eq!(api.call("showBill", &of_bill, "", None).await.status, 200);
    let without = api.call("downloadBill", &of_bill, "", None).await;
    assert_eq!(without.status, StatusCode::NOT_FOUND);

    let third = sample_bill(3);
    let made = api.call("createBill", &[], "", Some(&third)).await;
    let of_bill = [("id", id(&made.body))];
    for (file, status) in [(1, 422), (3, 200)] {
        let pdf = |request: RequestBuilder| {
            let request = request.header("Content-Type", "application/pdf");
            request.body(sample_bill_file(file))
        };
        let came = api.send("attachBillFile", &of_bill, "", pdf).await;
        assert_eq!(came.status, status, "{}", came.body);
    }
    let came = api.call("downloadBill", &of_bill, "", None).await;
    assert_eq!(came.bytes, sample_bill_file(3));
    let unknown = [("id", "bil_00000000000000000000000000")];
    assert_eq!(api.call("showBill", &unknown, "", None).await.status, 404);
    let list = api.call("listBills", &[], "?limit=1", None).await;
    assert_eq!(list.body["has_more"], true);
    for name in ["listBills", "listFiscalUnits"] {
        assert_eq!(api.call(name, &[], "", None).await.status, 200, "{name}");
        let odd = api.call(name, &[], "?colour=blue", None).await;
        assert_eq!(odd.status, 400, "{name}");
    }
}

/// What an open delivery allows and a finished one does not.
async fn closed_and_open(api: &Described<'_>, carded: &[(&str, &str)]) {
    for name in ["refuseDelivery", "openWechatPage"] {
        let refused = api.call(name, carded, "", Some(&api.example(name))).await;
        assert_eq!(refused.status, StatusCode::CONFLICT, "{name}");
    }
    let mut wanted = tea("D-2");
    wanted["delivery"] = json!({ "channel": "app" });
    let open = api.call("createOrder", &[], "", Some(&wanted)).await.body;
    let of_open = [("id", id(&open["delivery"]))];
    for name in ["openWechatPage", "refuseDelivery"] {
        let done = api.call(name, &of_open, "", Some(&api.example(name))).await;
        assert_eq!(done.status, StatusCode::OK, "{name}: {}", done.body);
    }
    let of_order = [("id", id(&open))];
    let example = api.example("createDelivery");
    let again = api
        .call("createDelivery", &of_order, "", Some(&example))
        .await;
    assert_eq!(again.status, StatusCode::CREATED);
    let twice = api
        .call("createDelivery", &of_order, "", Some(&example))
        .await;
    assert_eq!(twice.status, StatusCode::CONFLICT);
}

#[tokio::test]
async fn what_no_paper_can_show_is_refused_at_the_till() {
    let app = spawn_app().await;
    let mut order = tea("D-3");
    order["lines"][0]["name"] = json!("快乐😀套餐");
    order["remark"] = json!("谢谢🙏");
    let answer = app.post("/orders", "d-3", &order).await;
    assert_eq!(answer.wrong_fields(), ["/lines/0/name", "/remark"]);
    let message = answer.body["errors"][0]["message"].as_str().unwrap();
    assert!(message.contains("U+1F600"), "{message}");
    let chinese = app
        .http
        .post(format!("{}/api/v1/orders", app.web()))
        .bearer_auth(app.till().1)
        .header("Idempotency-Key", "d-4")
        .header("Accept-Language", "zh-CN")
        .json(&order);
    let chinese: Value = chinese.send().await.unwrap().json().await.unwrap();
    let message = chinese["errors"][0]["message"].as_str().unwrap();
    assert!(
        message.contains("😀") && message.contains("无法印"),
        "{message}"
    );
    // `*日用陶瓷制品*` or whatever the class is called stands before it on the paper: 300 characters together.
    let mut long = tea("D-5");
    long["lines"][0]["name"] = json!("长".repeat(299));
    let answer = app.post("/orders", "d-5", &long).await;
    assert_eq!(answer.wrong_fields(), ["/lines/0/name"]);
    assert_eq!(answer.body["errors"][0]["code"], "E_NAME_LONG");
    app.stop().await;
}

#[tokio::test]
async fn a_delivery_tells_who_has_to_act() {
    let app = spawn_app().await;
    let order = app.order("D-6").await;
    assert_eq!(order["delivery"]["waits_for"], "buyer");
    assert_eq!(order["delivery"]["stopped"], Value::Null);
    app.open_page(&order).await;
    let typo = json!({ "company": { "title": "演示有限公司", "tax_no": "91110105MA0000007X" } });
    app.authorise(&order, &typo).await;
    crate::admin::console::parked(&app, "draft_invoice").await;
    let path = format!("/deliveries/{}", id(&order["delivery"]));
    let delivery = app.get(&path).await.body;
    assert_eq!(delivery["waits_for"], "staff", "{delivery}");
    assert_eq!(delivery["final"], false);
    assert_eq!(delivery["stopped"]["code"], "title_invalid");
    let shown = app.get(&format!("/orders/{}", id(&order))).await.body;
    assert_eq!(shown["delivery"]["stopped"], delivery["stopped"]);
    app.stop().await;
}
