//! A sandbox, a merchant that talks to it, and a place that takes pushes.

use std::time::Duration;

use serde_json::{Value, json};
use wechat_sandbox::{
    AccountConfig, AccountKind, PushConfig, PushFormat, PushMode, Running, Sandbox, SandboxConfig,
};

use crate::pdf_samples;

pub(crate) const APPID: &str = "wx1234567890abcdef";
pub(crate) const SECRET: &str = "0123456789abcdef0123456789abcdef";
pub(crate) const AES_KEY: &str = "Zm9yLXRlc3Qtb25seS1hZXMta2V5LTMyLWJ5dGVzISE";
pub(crate) const TOKEN: &str = "tk_demo_2031";
pub(crate) const NUMBER: &str = "26999000000000000001";

/// A client for one account of one sandbox.
pub(crate) struct Merchant {
    pub(crate) http: reqwest::Client,
    pub(crate) base: String,
    pub(crate) appid: String,
    pub(crate) token: String,
    pub(crate) ticket: String,
    pub(crate) s_pappid: String,
}

/// A sandbox with its merchant, ready to issue: contact set, token and ticket fetched.
pub(crate) struct Stage {
    pub(crate) running: Running,
    pub(crate) merchant: Merchant,
}

pub(crate) fn client() -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap()
}

pub(crate) fn accounts() -> Vec<AccountConfig> {
    vec![
        AccountConfig::self_built(APPID, SECRET),
        AccountConfig::self_built("wx0000000000other0", "other-secret"),
        AccountConfig::merchant("wx000000merchant00", "merchant-secret"),
        AccountConfig {
            kind: AccountKind::Open,
            events_to: Some(APPID.to_owned()),
            ..AccountConfig::merchant("wx0000000000open00", "open-secret")
        },
        AccountConfig {
            kind: AccountKind::Mini,
            ..AccountConfig::merchant("wx0000000000mini00", "mini-secret")
        },
    ]
}

pub(crate) async fn stage() -> Stage {
    stage_with(SandboxConfig {
        accounts: accounts(),
        ..SandboxConfig::default()
    })
    .await
}

pub(crate) async fn stage_with(config: SandboxConfig) -> Stage {
    let running = Sandbox::start(config).await.unwrap();
    let merchant = Merchant::sign_in(running.base_url(), APPID, SECRET).await;
    merchant.set_contact().await;
    Stage { running, merchant }
}

/// A stage whose account pushes to `url`.
pub(crate) async fn pushing_stage(url: &str, mode: PushMode, format: PushFormat) -> Stage {
    let push = PushConfig {
        url: url.to_owned(),
        token: TOKEN.to_owned(),
        aes_key: AES_KEY.to_owned(),
        mode,
        format,
    };
    let mut all = accounts();
    all[0].push = Some(push);
    all[0].original_id = "gh_demo00000001".to_owned();
    let mut config = SandboxConfig {
        accounts: all,
        ..SandboxConfig::default()
    };
    config.settings.push_repeat_after_ms = 20;
    config.settings.push_timeout_ms = 400;
    stage_with(config).await
}

impl Merchant {
    pub(crate) async fn sign_in(base: &str, appid: &str, secret: &str) -> Self {
        let http = client();
        let body = json!({"grant_type": "client_credential", "appid": appid, "secret": secret});
        let answer: Value = http
            .post(format!("{base}/cgi-bin/stable_token"))
            .json(&body)
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap();
        let mut merchant = Self {
            http,
            base: base.to_owned(),
            appid: appid.to_owned(),
            token: answer["access_token"].as_str().unwrap().to_owned(),
            ticket: String::new(),
            s_pappid: String::new(),
        };
        let ticket = merchant.get("/cgi-bin/ticket/getticket?type=wx_card").await;
        merchant.ticket = ticket["ticket"].as_str().unwrap().to_owned();
        let link = merchant.post("/card/invoice/seturl", json!({})).await;
        if let Some(url) = link["invoice_url"].as_str() {
            merchant.s_pappid = url.rsplit("s_pappid=").next().unwrap().to_owned();
        }
        merchant
    }

    fn url(&self, path: &str) -> String {
        let joint = if path.contains('?') { '&' } else { '?' };
        format!("{}{path}{joint}access_token={}", self.base, self.token)
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        self.http
            .get(self.url(path))
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap()
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Value {
        let answer = self
            .http
            .post(self.url(path))
            .json(&body)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 200, "business failures come as HTTP 200");
        answer.json().await.unwrap()
    }

    /// A post whose sending may fail.
    pub(crate) async fn try_post(
        &self,
        path: &str,
        body: &Value,
    ) -> Result<reqwest::Response, reqwest::Error> {
        self.http.post(self.url(path)).json(body).send().await
    }

    pub(crate) async fn post_raw(&self, path: &str, body: &str) -> Value {
        let body = body.to_owned();
        self.http
            .post(self.url(path))
            .body(body)
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap()
    }

    /// Uploads one part; gives the whole answer.
    pub(crate) async fn upload(
        &self,
        path: &str,
        name: &'static str,
        filename: Option<&str>,
        bytes: Vec<u8>,
    ) -> Value {
        let mut part = reqwest::multipart::Part::bytes(bytes);
        if let Some(filename) = filename {
            part = part.file_name(filename.to_owned());
        }
        let form = reqwest::multipart::Form::new().part(name, part);
        let request = self.http.post(self.url(path)).multipart(form);
        request.send().await.unwrap().json().await.unwrap()
    }

    pub(crate) async fn set_contact(&self) {
        let body = json!({"contact": {"phone": "075500000000", "time_out": 259_200}});
        let answer = self
            .post("/card/invoice/setbizattr?action=set_contact", body)
            .await;
        assert_eq!(answer["errcode"], 0, "{answer}");
    }

    pub(crate) fn page_request(&self, order_id: &str) -> Value {
        json!({
            "s_pappid": self.s_pappid, "order_id": order_id, "money": 11_300,
            "timestamp": 1_767_225_600, "source": "web", "ticket": self.ticket, "type": 1,
        })
    }

    /// Asks for a page and gives its address.
    pub(crate) async fn auth_url(&self, order_id: &str) -> String {
        let answer = self
            .post("/card/invoice/getauthurl", self.page_request(order_id))
            .await;
        assert_eq!(answer["errcode"], 0, "{answer}");
        answer["auth_url"].as_str().unwrap().to_owned()
    }

    /// Lets the default buyer authorise as a company.
    pub(crate) async fn authorise(&self, order_id: &str) {
        let body =
            json!({"company": {"title": "Demo Trading Co Ltd", "tax_no": "91440300MADEMO0001"}});
        let answer = self
            .control_post(
                &format!("/sandbox/orders/{order_id}/authorise?appid={}", self.appid),
                body,
            )
            .await;
        assert_eq!(answer["order"]["state"], "authorised", "{answer}");
    }

    pub(crate) async fn authorised(&self, order_id: &str) {
        self.auth_url(order_id).await;
        self.authorise(order_id).await;
    }

    pub(crate) async fn template(&self) -> String {
        let answer = self
            .post(
                "/card/invoice/platform/createcard",
                json!({"invoice_info": {
                    "base_info": {"logo_url": "https://mmbiz.qpic.cn/demo/logo.png", "title": "示例小店"},
                    "payee": "深圳市示例商贸有限公司",
                    "type": "电子发票(普通发票)",
                }}),
            )
            .await;
        answer["card_id"]
            .as_str()
            .unwrap_or_else(|| panic!("{answer}"))
            .to_owned()
    }

    pub(crate) async fn media(&self, bytes: Vec<u8>) -> String {
        let path = "/card/invoice/platform/setpdf";
        let answer = self.upload(path, "pdf", Some("invoice.pdf"), bytes).await;
        answer["s_media_id"]
            .as_str()
            .unwrap_or_else(|| panic!("{answer}"))
            .to_owned()
    }

    /// A PDF that carries the number in a subset font.
    pub(crate) async fn pdf_with(&self, number: &str) -> String {
        self.media(pdf_samples::type0(&format!("发票号码：{number}")))
            .await
    }

    pub(crate) fn insert_body(
        &self,
        order_id: &str,
        card_id: &str,
        media: &str,
        number: &str,
    ) -> Value {
        json!({
            "order_id": order_id, "card_id": card_id, "appid": self.appid,
            "card_ext": {"nonce_str": "f3a91c07d5e84b62", "user_card": {"invoice_user_data": {
                "fee": 11_300, "title": "Demo Trading Co Ltd", "billing_time": 1_767_225_900,
                "billing_no": number, "billing_code": "", "check_code": "",
                "fee_without_tax": 10_000, "tax": 1_300,
                "info": [{"name": "Demo item", "num": 1, "unit": "pc", "price": 10_000}],
                "s_pdf_media_id": media, "buyer_number": "91440300MADEMO0001",
            }}},
        })
    }

    pub(crate) async fn insert(&self, body: Value) -> Value {
        self.post("/card/invoice/insert", body).await
    }

    /// The whole way: authorised, file, template, card. Gives the body that worked and the answer.
    pub(crate) async fn carded(&self, order_id: &str, number: &str) -> (Value, Value) {
        self.authorised(order_id).await;
        let body = self.insert_body(
            order_id,
            &self.template().await,
            &self.pdf_with(number).await,
            number,
        );
        let answer = self.insert(body.clone()).await;
        assert_eq!(answer["errcode"], 0, "{answer}");
        (body, answer)
    }

    pub(crate) async fn control(&self, path: &str) -> Value {
        let answer = self
            .http
            .get(format!("{}{path}", self.base))
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        answer.json().await.unwrap()
    }

    pub(crate) async fn control_post(&self, path: &str, body: Value) -> Value {
        let request = self.http.post(format!("{}{path}", self.base)).json(&body);
        request.send().await.unwrap().json().await.unwrap()
    }

    pub(crate) async fn settings(&self, body: Value) {
        let request = self
            .http
            .patch(format!("{}/sandbox/settings", self.base))
            .json(&body);
        assert_eq!(request.send().await.unwrap().status(), 200);
    }

    pub(crate) async fn advance(&self, secs: i64) {
        let answer = self
            .control_post("/sandbox/clock", json!({"advance_secs": secs}))
            .await;
        assert!(secs <= answer["ahead_secs"].as_i64().unwrap());
    }

    /// The ledger once no push is pending any more.
    pub(crate) async fn settled_ledger(&self) -> Value {
        for _ in 0..4000 {
            let ledger = self.control("/sandbox/ledger").await;
            let pushes = ledger["pushes"].as_array().unwrap();
            if !pushes.is_empty() && pushes.iter().all(|push| push["outcome"] != "pending") {
                return ledger;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("the pushes did not come to an end");
    }
}

/// Asserts a refusal by its code, HTTP 200 and a hint.
#[track_caller]
pub(crate) fn refused(answer: &Value, code: i64, hint: &str) {
    assert_eq!(answer["errcode"], code, "{answer}");
    let text = answer["errmsg"].as_str().unwrap();
    assert!(text.contains(hint), "{text} does not name {hint}");
    assert!(text.contains("rid: "), "{text}");
}
