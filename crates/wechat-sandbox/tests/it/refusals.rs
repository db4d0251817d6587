//! Every refusal of every call, provoked: what `openapi.json` promises as `x-errcodes` is compared with the sandbox's own
//! log of calls, in both directions.

use std::collections::{BTreeMap, BTreeSet};

use reqwest::Method;
use serde_json::{Value, json};
use wechat_sandbox::{AccountConfig, CommercialConfig, SandboxConfig};

use crate::pdf_samples;
use crate::scene::{APPID, Merchant, NUMBER, SECRET, Stage, accounts, stage_with};

type Refusals = BTreeMap<String, BTreeSet<i64>>;

/// Answered over HTTP only after ten thousand calls in a minute; the counter has a test of its own.
const COUNTED_ELSEWHERE: (&str, i64) = ("/cgi-bin/stable_token", 45011);

const MAKE: &str = "/card/invoice/makeoutinvoice";
const CLEAR: &str = "/card/invoice/clearoutinvoice";
const QUERY: &str = "/card/invoice/queryinvoceinfo";
const INSERT: &str = "/card/invoice/insert";
const BILL: &str = "/nontax/insertbill";
const AUTH: &str = "/card/invoice/getauthurl";
const BILL_AUTH: &str = "/nontax/getbillauthurl";
const REJECT: &str = "/card/invoice/rejectinsert";
const STATUS: &str = "/card/invoice/platform/updatestatus";

/// What the description promises, by path, and the method of each.
fn promised() -> (Refusals, BTreeMap<String, Method>) {
    let document: Value = serde_json::from_str(include_str!("../../openapi.json")).unwrap();
    let (mut codes, mut methods) = (Refusals::new(), BTreeMap::new());
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let Some(list) = operation["x-errcodes"].as_array() else {
                continue;
            };
            let list = list.iter().map(|code| code.as_i64().unwrap()).collect();
            codes.insert(path.clone(), list);
            let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
            methods.insert(path.clone(), method);
        }
    }
    (codes, methods)
}

fn uploads(path: &str) -> bool {
    path.ends_with("/setpdf") || path.ends_with("/uploadimg") || path.ends_with("/add_material")
}

/// Adds what the sandbox wrote down, then forgets nothing: the log keeps two thousand calls.
async fn note(merchant: &Merchant, seen: &mut Refusals) {
    let log = merchant.control("/sandbox/calls?limit=2000").await;
    for call in log["calls"].as_array().unwrap() {
        let code = call["errcode"].as_i64().unwrap();
        if code != 0 && call["fault"].is_null() {
            let path = call["path"].as_str().unwrap();
            seen.entry(path.to_owned()).or_default().insert(code);
        }
    }
}

/// A request whose answer the log tells.
async fn raw(merchant: &Merchant, method: Method, path: &str, token: &str, body: &str) {
    let url = format!("{}{path}?access_token={token}", merchant.base);
    let body = body.to_owned();
    let sent = merchant.http.request(method, url).body(body).send();
    assert_eq!(sent.await.unwrap().status(), 200, "{path}");
}

/// What holds for every call: method, token, body, quotas.
async fn common(merchant: &Merchant, methods: &BTreeMap<String, Method>) {
    let good = merchant.token.as_str();
    for (path, method) in methods {
        let other = if method == Method::GET {
            Method::POST
        } else {
            Method::GET
        };
        raw(merchant, other, path, good, "").await;
        for token in ["", "short", &format!("{good}x")] {
            raw(merchant, method.clone(), path, token, "{}").await;
        }
        if method == Method::POST && !uploads(path) {
            for body in ["", "{,", "{\"a\":\"\\u53d1\"}"] {
                raw(merchant, method.clone(), path, good, body).await;
            }
        }
    }
    for limit in [json!({"minute_limit": 1}), json!({"daily_limit": 0})] {
        merchant.settings(limit).await;
        for (path, method) in methods {
            for _ in 0..2 {
                raw(merchant, method.clone(), path, good, "").await;
            }
        }
        let back = json!({"minute_limit": 0, "daily_limit": 1_000_000});
        merchant.settings(back).await;
    }
}

async fn credentials(merchant: &Merchant) {
    let stable = async |body: Value| {
        merchant.control_post("/cgi-bin/stable_token", body).await;
    };
    let cases = [
        ("x", APPID, SECRET),
        ("client_credential", "", SECRET),
        ("client_credential", APPID, ""),
        ("client_credential", "wxnobody", SECRET),
        ("client_credential", APPID, "wrong"),
        ("client_credential", "wxlisted", "s"),
        ("client_credential", "wxunconfirmed", "s"),
        ("client_credential", "wxfrozen", "s"),
    ];
    for (grant, appid, secret) in cases {
        let query = format!("grant_type={grant}&appid={appid}&secret={secret}");
        merchant.get(&format!("/cgi-bin/token?{query}")).await;
        stable(json!({"grant_type": grant, "appid": appid, "secret": secret})).await;
        let body = json!({"appid": appid, "appsecret": secret});
        merchant.control_post("/cgi-bin/clear_quota/v2", body).await;
    }
    let right = json!({"grant_type": "client_credential", "appid": APPID, "secret": SECRET});
    let with = |name: &str, value: Value| {
        let mut body = right.clone();
        body[name] = value;
        body
    };
    stable(with("appid", json!(7))).await;
    stable(with("force_refresh", json!("yes"))).await;
    merchant.settings(json!({"token_daily_limit": 0})).await;
    let query = format!("grant_type=client_credential&appid={APPID}&secret={SECRET}");
    merchant.get(&format!("/cgi-bin/token?{query}")).await;
    let number = json!({"appid": 7, "appsecret": SECRET});
    merchant
        .control_post("/cgi-bin/clear_quota/v2", number)
        .await;
    merchant.get("/cgi-bin/ticket/getticket?type=x").await;
}

async fn quotas(merchant: &Merchant, mini: &Merchant) {
    for path in ["/cgi-bin/openapi/quota/get", "/cgi-bin/openapi/quota/clear"] {
        merchant.post(path, json!({"cgi_path": "/nothing"})).await;
        mini.post(path, json!({"cgi_path": INSERT})).await;
    }
    let clear = "/cgi-bin/clear_quota";
    merchant.post(clear, json!({"appid": "wxother"})).await;
    merchant.post(clear, json!({})).await;
    for _ in 0..11 {
        merchant.post(clear, json!({"appid": APPID})).await;
    }
    let body = json!({"appid": APPID, "appsecret": SECRET});
    merchant.control_post("/cgi-bin/clear_quota/v2", body).await;
    let rid = "/cgi-bin/openapi/rid/get";
    merchant.post(rid, json!({})).await;
    merchant.post(rid, json!({"rid": "1-2-3"})).await;
}

async fn files(merchant: &Merchant, plain: &Merchant, mini: &Merchant) {
    let png = |size: usize| {
        let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
        bytes.resize(size, 0);
        bytes
    };
    let material = "/cgi-bin/material/add_material";
    for (path, longest) in [
        ("/cgi-bin/media/uploadimg", 1024 * 1024),
        (
            "/cgi-bin/material/add_material?type=image",
            10 * 1024 * 1024,
        ),
    ] {
        let gif = b"GIF89a".to_vec();
        merchant.upload(path, "media", Some("a.gif"), gif).await;
        merchant
            .upload(path, "media", Some("a.png"), png(longest + 1))
            .await;
        merchant.upload(path, "file", Some("a.png"), png(20)).await;
        merchant.post(path, json!({})).await;
    }
    merchant
        .upload(material, "media", Some("a.png"), png(20))
        .await;

    let pdf = "/card/invoice/platform/setpdf";
    merchant.upload(pdf, "media", Some("a.pdf"), vec![1]).await;
    merchant.upload(pdf, "pdf", Some("a.txt"), vec![1]).await;
    merchant.upload(pdf, "pdf", Some("a.pdf"), vec![]).await;
    merchant.settings(json!({"max_pdf_bytes": 3})).await;
    merchant.upload(pdf, "pdf", Some("a.pdf"), vec![0; 4]).await;
    merchant.settings(json!({"max_pdf_bytes": 1_000_000})).await;
    let get = "/card/invoice/platform/getpdf";
    merchant.post(get, json!({})).await;
    for (action, media) in [("get_url", ""), ("get_url", "42")] {
        let body = json!({"action": action, "s_media_id": media});
        merchant.post(get, body).await;
    }
    for account in [plain, mini] {
        account.upload(pdf, "pdf", Some("a.pdf"), vec![1]).await;
        let body = json!({"action": "get_url", "s_media_id": "42"});
        account.post(get, body).await;
    }
}

fn template(title: &str, logo: &str) -> Value {
    json!({"invoice_info": {"payee": "示例单位", "type": "电子发票(普通发票)", "base_info": {
        "logo_url": logo, "title": title, "custom_url_name": "订单", "custom_url": "https://shop.example.com/"}}})
}

async fn templates(merchant: &Merchant, plain: &Merchant, mini: &Merchant) {
    let logo = "https://mmbiz.qpic.cn/demo/unit.png";
    let path = "/card/invoice/platform/createcard";
    for body in [
        template("", logo),
        template("一二三四五六七八九十", logo),
        template("店", "https://elsewhere.example.com/l.png"),
    ] {
        merchant.post(path, body.clone()).await;
        merchant.post("/nontax/createbillcard", body).await;
    }
    merchant.post("/nontax/createbillcard", json!({})).await;
    merchant.settings(json!({"web_links": false})).await;
    merchant.post(path, template("店", logo)).await;
    merchant.settings(json!({"web_links": true})).await;
    for account in [plain, mini] {
        account.post(path, template("店", logo)).await;
        let body = template("店", logo);
        account.post("/nontax/createbillcard", body).await;
        account.post("/card/invoice/seturl", json!({})).await;
    }
    let many: Vec<String> = (0..11).map(|n| n.to_string()).collect();
    let list = "/card/testwhitelist/set";
    merchant.post(list, json!({"openid": many})).await;
    mini.post(list, json!({"openid": []})).await;
}

async fn settings(merchant: &Merchant) {
    let path = |action: &str| format!("/card/invoice/setbizattr?action={action}");
    for action in [
        "get_auth_field",
        "get_pay_mch",
        "get_contact",
        "set_contact",
        "x",
    ] {
        merchant.post(&path(action), json!({})).await;
    }
    let long = json!({"auth_field": {"user_field": {"custom_field": [{"key": "太长的键名字"}]}, "biz_field": {}}});
    merchant.post(&path("set_auth_field"), long).await;
    let link = json!({"paymch_info": {"mchid": "12", "s_pappid": "x"}});
    merchant.post(&path("set_pay_mch"), link).await;
}

/// Pages and answers of orders: of invoices and of bills.
async fn orders(merchant: &Merchant, fresh: &Merchant, mini: &Merchant, path: &str) {
    let order = format!("{}-ORDER", path.rsplit('/').next().unwrap());
    let ask = async |whose: &Merchant, order: &str| {
        let mut body = merchant.page_request(order);
        body["ticket"] = json!(whose.ticket);
        whose.post(path, body).await;
    };
    ask(fresh, &order).await;
    ask(mini, &order).await;
    merchant.post(path, json!({})).await;
    ask(merchant, &order).await;
    let body =
        |order: &str| json!({"s_pappid": merchant.s_pappid, "order_id": order, "reason": "退款"});
    merchant.post(REJECT, json!({})).await;
    merchant.post(REJECT, body(&order)).await;
    merchant.authorise(&order).await;
    let setting = |again: bool| json!({"page_after_authorisation": again});
    merchant.settings(setting(false)).await;
    ask(merchant, &order).await;
    merchant.settings(setting(true)).await;
    merchant.post(REJECT, body(&order)).await;
    merchant.post(REJECT, body(&order)).await;
    ask(merchant, &order).await;
    let data = "/card/invoice/getauthdata";
    merchant.post(data, json!({})).await;
    merchant.post(data, body("NOBODY")).await;
}

/// What an insert is tried with: everything but the order id is right.
struct Try<'a> {
    merchant: &'a Merchant,
    path: &'static str,
    body: Value,
}

impl Try<'_> {
    async fn order(&self, id: &str) {
        let ask = if self.path == BILL { BILL_AUTH } else { AUTH };
        let page = self.merchant.page_request(id);
        self.merchant.post(ask, page).await;
        self.merchant.authorise(id).await;
    }

    async fn go(&self, order: &str, pointer: &str, value: Value) {
        let mut body = self.body.clone();
        body["order_id"] = json!(order);
        *body.pointer_mut(pointer).unwrap() = value;
        self.merchant.post(self.path, body).await;
    }

    async fn plain(&self, order: &str) {
        self.go(order, "/order_id", json!(order)).await;
    }
}

const DATA: &str = "/card_ext/user_card/invoice_user_data";

async fn inserts(stage: &Stage, path: &'static str) {
    let merchant = &stage.merchant;
    let (no, code) = if path == BILL {
        ("44060126", "0000000001")
    } else {
        (NUMBER, "")
    };
    let text = pdf_samples::simple(&format!("({no} {code}) Tj"));
    let media = merchant.media(text).await;
    let card = if path == BILL {
        let body = template("店", "https://mmbiz.qpic.cn/demo/unit.png");
        let made = merchant.post("/nontax/createbillcard", body).await;
        made["card_id"].as_str().unwrap().to_owned()
    } else {
        merchant.template().await
    };
    let mut body = merchant.insert_body("", &card, &media, no);
    body.pointer_mut(DATA).unwrap()["billing_code"] = json!(code);
    let it = Try {
        merchant,
        path,
        body,
    };
    let name = |what: &str| format!("{}-{what}", if path == BILL { "B" } else { "I" });
    let order = name("1");
    it.order(&order).await;
    let data = |member: &str| format!("{DATA}/{member}");
    it.plain(&name("UNKNOWN")).await;
    it.go(&order, "/card_id", json!("pUNKNOWN")).await;
    it.go(&order, &data("fee"), json!("1")).await;
    it.go(&order, &data("s_pdf_media_id"), json!("42")).await;
    let broken = merchant.media(b"no pdf".to_vec()).await;
    it.go(&order, &data("s_pdf_media_id"), json!(broken)).await;
    let other = merchant.pdf_with("26999000000000000777").await;
    it.go(&order, &data("s_pdf_media_id"), json!(other)).await;
    for (no, code) in [
        ("2699900000000000000X", ""),
        ("123", ""),
        ("044000000001", "10000001"),
    ] {
        let mut wrong = it.body.clone();
        wrong["order_id"] = json!(order);
        wrong.pointer_mut(DATA).unwrap()["billing_no"] = json!(no);
        wrong.pointer_mut(DATA).unwrap()["billing_code"] = json!(code);
        if path == INSERT {
            merchant.post(path, wrong).await;
        }
    }
    merchant.settings(json!({"refused_titles": ["Demo"]})).await;
    it.plain(&order).await;
    merchant
        .settings(json!({"refused_titles": [], "template_ready_after_secs": 300}))
        .await;
    it.plain(&order).await;
    merchant
        .settings(json!({"template_ready_after_secs": 0, "older_codes": true}))
        .await;
    it.go(&order, &data("s_pdf_media_id"), json!(broken)).await;
    merchant
        .settings(json!({"older_codes": false, "insert_takes_ms": 200}))
        .await;
    // Two at once, and a refusal in between; then once more.
    tokio::join!(it.plain(&order), async {
        tokio::time::sleep(std::time::Duration::from_millis(60)).await;
        it.plain(&order).await;
        let reject = json!({"s_pappid": merchant.s_pappid, "order_id": order, "reason": "退款"});
        merchant.post(REJECT, reject).await;
    });
    merchant
        .settings(json!({"insert_takes_ms": 0, "daily_inserts": 1}))
        .await;
    it.plain(&order).await;
    let page = merchant.page_request(&order);
    merchant
        .post(if path == BILL { BILL_AUTH } else { AUTH }, page)
        .await;
    let reject =
        |order: &str| json!({"s_pappid": merchant.s_pappid, "order_id": order, "reason": "退款"});
    merchant.post(REJECT, reject(&order)).await;
    let (second, third) = (name("2"), name("3"));
    it.order(&second).await;
    it.plain(&second).await; // The same invoice.
    let of_number = async |whose: &Merchant, order: &str, no: &str| {
        let media = whose
            .media(pdf_samples::simple(&format!("({no} {code}) Tj")))
            .await;
        let mut body = it.body.clone();
        body["order_id"] = json!(order);
        body["appid"] = json!(whose.appid);
        body.pointer_mut(DATA).unwrap()["s_pdf_media_id"] = json!(media);
        body.pointer_mut(DATA).unwrap()["billing_no"] = json!(no);
        body
    };
    let (no, other) = if path == BILL {
        ("44060127", "44060128")
    } else {
        ("26999000000000000888", "26999000000000000889")
    };
    // The first of the day, where the day has one, and one too many.
    let next = of_number(merchant, &second, no).await;
    merchant.post(path, next.clone()).await;
    let fifth = name("5");
    it.order(&fifth).await;
    let body = of_number(merchant, &fifth, other).await;
    merchant.post(path, body).await;
    merchant
        .settings(json!({"daily_inserts": 0, "older_codes": true}))
        .await;
    it.plain(&order).await;
    merchant.settings(json!({"older_codes": false})).await;
    it.order(&third).await;
    merchant.post(REJECT, reject(&third)).await;
    it.plain(&third).await;
    if path == INSERT {
        // Somebody else brings the card while the insert is under way.
        merchant.settings(json!({"insert_takes_ms": 200})).await;
        let fourth = name("4");
        it.order(&fourth).await;
        tokio::join!(it.plain(&fourth), async {
            tokio::time::sleep(std::time::Duration::from_millis(60)).await;
            merchant
                .post(MAKE, make(merchant, &fourth, "DEMO01-4").await)
                .await;
        });
        merchant.settings(json!({"insert_takes_ms": 0})).await;
    }
    let base = stage.running.base_url();
    for (appid, secret) in [
        ("wx000000merchant00", "merchant-secret"),
        ("wx0000000000mini00", "mini-secret"),
    ] {
        let account = Merchant::sign_in(base, appid, secret).await;
        account.post(path, next.clone()).await;
    }
    // An account that is still on trial.
    let trial = Merchant::sign_in(base, "wxtrial", "s").await;
    trial.set_contact().await;
    let mut body = of_number(&trial, "", other).await;
    let logo = template("店", "https://mmbiz.qpic.cn/demo/unit.png");
    let make = if path == BILL {
        "/nontax/createbillcard"
    } else {
        "/card/invoice/platform/createcard"
    };
    body["card_id"] = trial.post(make, logo).await["card_id"].clone();
    let tries = Try {
        merchant: &trial,
        path,
        body,
    };
    let order = name("TRIAL");
    tries.order(&order).await;
    tries.plain(&order).await;
    // An authorisation grows old.
    let late = name("LATE");
    it.order(&late).await;
    merchant
        .settings(json!({"authorisation_lifetime_secs": 60}))
        .await;
    merchant.advance(61).await;
    it.plain(&late).await;
    merchant.settings(json!({"older_codes": true})).await;
    it.plain(&late).await;
    merchant
        .settings(json!({"older_codes": false, "authorisation_lifetime_secs": 0}))
        .await;
}

/// A body that `makeoutinvoice` accepts for an order.
async fn make(merchant: &Merchant, order: &str, serial: &str) -> Value {
    let ledger = merchant.control("/sandbox/ledger").await;
    let openid = ledger["pushes"][0]["from"].clone();
    json!({"invoiceinfo": {
        "wxopenid": openid, "ddh": order, "fpqqlsh": serial,
        "nsrsbh": "91440300MADEMO0001", "nsrmc": "Demo Seller Ltd", "nsrdz": "Demo Road 1",
        "nsrdh": "075500000000", "nsrbank": "Demo Bank", "nsrbankid": "6222",
        "ghfmc": "Demo Buyer", "kpr": "A", "jshj": "113.00", "hjje": "100.00", "hjse": "13.00",
        "hylx": "0", "invoicedetail_list": [{"fphxz": "0", "spbm": "1090000000000000000",
            "xmmc": "Demo item", "xmsl": "1", "xmdj": "100.00", "xmje": "100.00", "sl": "0.13",
            "se": "13.00"}]}})
}

async fn unified(merchant: &Merchant, mini: &Merchant) {
    for order in ["U-1", "U-2"] {
        merchant.authorised(order).await;
    }
    let right = make(merchant, "U-1", "DEMO01-U1").await;
    let with = |name: &str, value: &str| {
        let mut body = right.clone();
        body["invoiceinfo"][name] = json!(value);
        body
    };
    for name in [
        "wxopenid", "ddh", "fpqqlsh", "nsrsbh", "nsrmc", "nsrdz", "nsrdh", "nsrbank", "ghfmc",
        "kpr", "jshj", "hjje", "hjse", "hylx",
    ] {
        merchant.post(MAKE, with(name, "")).await;
    }
    let clear = |serial: &str, code: &Value, number: &Value| {
        json!({"invoiceinfo": {
            "wxopenid": right["invoiceinfo"]["wxopenid"], "fpqqlsh": serial,
            "nsrsbh": "91440300MADEMO0001", "nsrmc": "Demo Seller Ltd", "yfpdm": code, "yfphm": number}})
    };
    let nothing = json!("1");
    for (path, body) in [
        (MAKE, right.clone()),
        (CLEAR, clear("DEMO01-C", &nothing, &nothing)),
    ] {
        mini.post(path, body.clone()).await;
        let mut wrong = body.clone();
        wrong["invoiceinfo"]["nsrsbh"] = json!("91440300MAOTHER001");
        merchant.post(path, wrong).await;
        let mut wrong = body;
        wrong["invoiceinfo"]["fpqqlsh"] = json!("OTHER1-1");
        merchant.post(path, wrong).await;
    }
    merchant.post(MAKE, with("ddh", "NOBODY")).await;
    merchant.post(MAKE, with("wxopenid", "oNOBODY")).await;
    merchant.settings(json!({"unified_takes_ms": 150})).await;
    let query = |serial: &str| json!({"fpqqlsh": serial, "nsrsbh": "91440300MADEMO0001"});
    merchant.post(MAKE, right.clone()).await;
    merchant.post(MAKE, right.clone()).await; // Under way.
    merchant.post(QUERY, query("DEMO01-U1")).await;
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    let made = merchant.post(QUERY, query("DEMO01-U1")).await;
    assert_eq!(made["errcode"], 0, "its time has passed: {made}");
    let card = merchant.control("/sandbox/cards?order_id=U-1").await;
    assert_eq!(
        card["cards"][0]["status"], "INVOICE_REIMBURSE_INIT",
        "{card}"
    );
    merchant.post(MAKE, with("ddh", "U-2")).await;
    merchant.post(MAKE, with("fpqqlsh", "DEMO01-U9")).await;
    let detail = &made["invoicedetail"];
    let (code, number) = (&detail["fpdm"], &detail["fphm"]);
    merchant.post(CLEAR, json!({})).await;
    merchant
        .post(CLEAR, clear("DEMO01-C", &nothing, &nothing))
        .await;
    merchant.post(CLEAR, clear("DEMO01-U1", code, number)).await; // The blue one's own serial.
    merchant.post(CLEAR, clear("DEMO01-C1", code, number)).await;
    merchant.post(CLEAR, clear("DEMO01-C1", code, number)).await; // Under way.
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    let card = merchant.control("/sandbox/cards?order_id=U-1").await;
    assert_eq!(
        card["cards"][0]["status"], "INVOICE_REIMBURSE_CANCEL",
        "{card}"
    );
    merchant
        .settings(json!({"unified_takes_ms": 0, "unified_fails": "余票不足"}))
        .await;
    let failing = make(merchant, "U-2", "DEMO01-U2").await;
    merchant.post(MAKE, failing).await;
    merchant.post(QUERY, query("DEMO01-U2")).await;
    merchant.post(QUERY, query("NOBODY")).await;
    merchant.post(QUERY, json!({})).await;
    merchant
        .settings(json!({"unified_calls": false, "unified_fails": ""}))
        .await;
    merchant.post(MAKE, right.clone()).await;
    merchant.post(CLEAR, clear("DEMO01-C", code, number)).await;
    merchant.post(QUERY, query("DEMO01-U1")).await;
    merchant.settings(json!({"unified_calls": true})).await;
}

async fn cards(merchant: &Merchant, plain: &Merchant, mini: &Merchant) {
    let (body, answer) = merchant.carded("CARD-1", "26999000000000000555").await;
    let code = answer["code"].as_str().unwrap();
    let told = merchant.control(&format!("/sandbox/cards/{code}")).await;
    let (card_id, sealed) = (body["card_id"].clone(), told["encrypt_code"].clone());
    let openid = told["openid"].clone();
    let status = |word: &str| json!(format!("INVOICE_REIMBURSE_{word}"));
    let by_platform =
        |word: &str| json!({"card_id": card_id, "code": code, "reimburse_status": status(word)});
    let mut wrong = by_platform("CANCEL");
    wrong["card_id"] = json!("pUNKNOWN");
    merchant.post(STATUS, wrong).await;
    let mut wrong = by_platform("CANCEL");
    wrong["code"] = json!("1");
    merchant.post(STATUS, wrong).await;
    merchant.post(STATUS, by_platform("NOTHING")).await;
    merchant.post(STATUS, by_platform("LOCK")).await;
    plain.post(STATUS, by_platform("CANCEL")).await;
    mini.post(STATUS, by_platform("CANCEL")).await;

    let read = "/card/invoice/reimburse/getinvoiceinfo";
    let many = "/card/invoice/reimburse/getinvoicebatch";
    let one = "/card/invoice/reimburse/updateinvoicestatus";
    let batch = "/card/invoice/reimburse/updatestatusbatch";
    let bare = json!({"card_id": card_id, "encrypt_code": sealed});
    let moved = |mut card: Value, word: &str| {
        card["reimburse_status"] = status(word);
        card
    };
    let list = |cards: Vec<Value>, openid: &Value, word: &str| json!({"openid": openid, "reimburse_status": status(word), "invoice_list": cards});
    let foreign = json!({"card_id": "pUNKNOWN", "encrypt_code": sealed});
    let garbled = json!({"card_id": card_id, "encrypt_code": "x"});
    let lacking = json!({"card_id": card_id});
    let blank = json!({"card_id": card_id, "encrypt_code": ""});
    for card in [foreign, garbled, lacking, blank] {
        merchant.post(read, card.clone()).await;
        merchant.post(many, json!({"item_list": [card]})).await;
        merchant.post(one, moved(card.clone(), "LOCK")).await;
        merchant
            .post(batch, list(vec![card], &openid, "LOCK"))
            .await;
    }
    let crowd = vec![bare.clone(); 101];
    merchant.post(many, json!({"item_list": crowd})).await;
    merchant.post(batch, list(crowd, &openid, "LOCK")).await;
    merchant
        .post(batch, list(vec![bare.clone()], &json!("oNOBODY"), "LOCK"))
        .await;
    // A whole life: not locked, locked by another, closed; and a second card that is struck out.
    let both = async |who: &Merchant, card: &Value, word: &str| {
        who.post(one, moved(card.clone(), word)).await;
        who.post(batch, list(vec![card.clone()], &openid, word))
            .await;
    };
    both(merchant, &bare, "CLOSURE").await;
    both(merchant, &bare, "CANCEL").await;
    plain.post(one, moved(bare.clone(), "LOCK")).await;
    both(merchant, &bare, "LOCK").await;
    merchant.post(STATUS, by_platform("CANCEL")).await;
    plain.post(one, moved(bare.clone(), "CLOSURE")).await;
    both(merchant, &bare, "LOCK").await;
    merchant.post(STATUS, by_platform("CANCEL")).await;

    let (body, answer) = merchant.carded("CARD-2", "26999000000000000556").await;
    let code = answer["code"].as_str().unwrap();
    let told = merchant.control(&format!("/sandbox/cards/{code}")).await;
    let cancel =
        json!({"card_id": body["card_id"], "code": code, "reimburse_status": status("CANCEL")});
    merchant.post(STATUS, cancel.clone()).await;
    merchant.post(STATUS, cancel).await;
    let gone = json!({"card_id": body["card_id"], "encrypt_code": told["encrypt_code"]});
    both(merchant, &gone, "LOCK").await;

    let decrypt = "/card/code/decrypt";
    merchant.post(decrypt, json!({"encrypt_code": "x"})).await;
    merchant.post(decrypt, json!({})).await;
}

async fn titles(merchant: &Merchant, mini: &Merchant) {
    for path in [
        "/card/invoice/biz/getusertitleurl",
        "/card/invoice/biz/getselecttitleurl",
    ] {
        merchant.post(path, json!({"attach": 7, "title": 7})).await;
        mini.post(path, json!({"title": "公司"})).await;
    }
    let page = merchant
        .http
        .get(format!("{}/phone/title", merchant.base))
        .send()
        .await
        .unwrap();
    let html = page.text().await.unwrap();
    let code = html.split("<code>").nth(1).unwrap();
    let code = code.split("</code>").next().unwrap();
    let scan = "/card/invoice/scantitle";
    merchant.post(scan, json!({"scan_text": "hello"})).await;
    merchant.advance(301).await;
    merchant.post(scan, json!({"scan_text": code})).await;
}

#[tokio::test]
async fn every_promised_refusal_comes_and_no_other() {
    let mut all = accounts();
    all[0].commercial = Some(CommercialConfig {
        nsrsbh: "91440300MADEMO0001".to_owned(),
        serial_prefix: "DEMO01".to_owned(),
    });
    let trial = |appid: &str| AccountConfig::self_built(appid, "s");
    all.extend([
        AccountConfig {
            ip_whitelist: vec!["203.0.113.9".to_owned()],
            ..trial("wxlisted")
        },
        AccountConfig {
            ip_unconfirmed: vec!["127.0.0.1".to_owned()],
            ..trial("wxunconfirmed")
        },
        AccountConfig {
            frozen: true,
            ..trial("wxfrozen")
        },
        AccountConfig {
            restricted: true,
            ..trial("wxtrial")
        },
    ]);
    let stage = stage_with(SandboxConfig {
        accounts: all,
        ..SandboxConfig::default()
    })
    .await;
    let merchant = &stage.merchant;
    let base = stage.running.base_url();
    let plain = Merchant::sign_in(base, "wx000000merchant00", "merchant-secret").await;
    let mini = Merchant::sign_in(base, "wx0000000000mini00", "mini-secret").await;
    let (promised, methods) = promised();
    let mut seen = Refusals::new();

    common(merchant, &methods).await;
    note(merchant, &mut seen).await;
    settings(&plain).await;
    credentials(merchant).await;
    quotas(merchant, &mini).await;
    files(merchant, &plain, &mini).await;
    templates(merchant, &plain, &mini).await;
    for path in [AUTH, BILL_AUTH] {
        orders(merchant, &plain, &mini, path).await;
    }
    note(merchant, &mut seen).await;
    unified(merchant, &mini).await;
    cards(merchant, &plain, &mini).await;
    titles(merchant, &mini).await;
    note(merchant, &mut seen).await;
    for path in [INSERT, BILL] {
        inserts(&stage, path).await;
    }
    // Twenty forced refreshes a day, half a minute apart.
    for _ in 0..21 {
        merchant.advance(30).await;
        let body = json!({"grant_type": "client_credential", "appid": APPID, "secret": SECRET, "force_refresh": true});
        merchant.control_post("/cgi-bin/stable_token", body).await;
    }
    // Tokens that nobody replaced end by themselves.
    merchant.advance(7200).await;
    for (path, method) in &methods {
        raw(&plain, method.clone(), path, &plain.token, "{}").await;
    }
    note(merchant, &mut seen).await;

    let (path, code) = COUNTED_ELSEWHERE;
    seen.entry(path.to_owned()).or_default().insert(code);
    let mut wrong = Vec::new();
    for path in methods.keys() {
        let (promised, seen) = (&promised[path], seen.get(path).cloned().unwrap_or_default());
        let never: Vec<_> = promised.difference(&seen).collect();
        let silent: Vec<_> = seen.difference(promised).collect();
        if !never.is_empty() || !silent.is_empty() {
            wrong.push(format!("{path}: promised and never answered {never:?}, answered and not promised {silent:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    stage.running.stop().await;
}
