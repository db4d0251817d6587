//! A client written from the README, with its own cipher and signature.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use ecb::cipher::{
    BlockModeDecrypt as _, BlockModeEncrypt as _, KeyInit as _, block_padding::Pkcs7,
};
use hmac::{Hmac, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;
use tax_sandbox::{Party, Running, TaxSandbox, TaxSandboxConfig, Taxpayer};

pub(crate) const SELLER: &str = "91330100MA00000072";
pub(crate) const NAME: &str = "样例零售有限公司";
pub(crate) const SMALL: &str = "92330106MA9XX0003C";
pub(crate) const BUYER: &str = "91110105MA0000007L";
pub(crate) const PARTY: &str = "LQ0000000001";
pub(crate) const USING: &str = "SY0000000001";

pub(crate) struct Bench {
    pub(crate) running: Running,
    pub(crate) party: Party,
    pub(crate) http: reqwest::Client,
}

/// What a call came to.
#[derive(Debug)]
pub(crate) enum Answer {
    Data(Value),
    Error(String, String),
}

static SERIAL: AtomicU64 = AtomicU64::new(1);

pub(crate) fn config(party: &Party) -> TaxSandboxConfig {
    TaxSandboxConfig {
        parties: vec![party.clone()],
        taxpayers: vec![
            Taxpayer::general(SELLER, NAME, PARTY, USING),
            Taxpayer::general(BUYER, "买方科技有限公司", PARTY, "SY0000000009"),
            Taxpayer::general(SMALL, "样例小吃店", PARTY, "SY0000000002").small_scale(),
        ],
        latency: Duration::ZERO,
        ..TaxSandboxConfig::default()
    }
}

impl Bench {
    pub(crate) async fn new() -> Bench {
        let party = Party::generate(PARTY);
        let config = config(&party);
        Bench::with(config).await
    }

    pub(crate) async fn with(config: TaxSandboxConfig) -> Bench {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let party = config.parties[0].clone();
        let running = TaxSandbox::start(config).await.unwrap();
        Bench {
            running,
            party,
            http: reqwest::Client::new(),
        }
    }

    /// A whole call: encrypt, sign, send, decrypt.
    pub(crate) async fn call(&self, service: &str, body: &Value) -> Answer {
        self.call_as(USING, service, body).await
    }

    pub(crate) async fn call_as(&self, using: &str, service: &str, body: &Value) -> Answer {
        self.try_call(using, service, body).await.unwrap()
    }

    pub(crate) async fn try_call(
        &self,
        using: &str,
        service: &str,
        body: &Value,
    ) -> Result<Answer, reqwest::Error> {
        let text = seal(&self.party, body.to_string().as_bytes());
        let stamp = now_seconds().to_string();
        let answer = self
            .send(
                using,
                service,
                &stamp,
                &sign(&self.party, service, &stamp, &text),
                "Y",
                text,
            )
            .await?;
        Ok(self.read(&answer.text().await?))
    }

    pub(crate) async fn send(
        &self,
        using: &str,
        service: &str,
        stamp: &str,
        signature: &str,
        flag: &str,
        text: String,
    ) -> Result<reqwest::Response, reqwest::Error> {
        self.http
            .post(format!(
                "{}/access/v2/invoke/202007/{service}/",
                self.running.url()
            ))
            .header("fwbm", service)
            .header("nlbm", "202007")
            .header("jrdwptbh", &self.party.id)
            .header("sydwptbh", using)
            .header("sxcsbz", flag)
            .header("access_timestamp", stamp)
            .header("access_signature", signature)
            .body(text)
            .send()
            .await
    }

    pub(crate) fn read(&self, text: &str) -> Answer {
        let answer: Value =
            serde_json::from_str(text).unwrap_or_else(|_| panic!("no envelope: {text}"));
        let response = &answer["Response"];
        assert!(response["RequestId"].is_string(), "{text}");
        if let Some(error) = response.get("Error") {
            let member = |name: &str| error[name].as_str().unwrap().to_owned();
            return Answer::Error(member("Code"), member("Message"));
        }
        let mut sealed = STANDARD.decode(response["Data"].as_str().unwrap()).unwrap();
        let plain = ecb::Decryptor::<sm4::Sm4>::new(&key(&self.party).into())
            .decrypt_padded::<Pkcs7>(&mut sealed)
            .unwrap();
        Answer::Data(serde_json::from_slice(plain).unwrap())
    }

    /// A call that must succeed.
    pub(crate) async fn ok(&self, service: &str, body: &Value) -> Value {
        let data = self.call(service, body).await.data();
        assert_eq!(data["returncode"], "00", "{service}: {data}");
        data
    }

    /// A call that must be refused by the service: code and message.
    pub(crate) async fn refused(&self, service: &str, body: &Value) -> (String, String) {
        let data = self.call(service, body).await.data();
        assert_ne!(
            data["returncode"], "00",
            "{service} should be refused: {data}"
        );
        (text(&data["returncode"]), text(&data["returnmsg"]))
    }

    pub(crate) async fn control(&self, path: &str, body: &Value) -> reqwest::Response {
        self.http
            .post(format!("{}/sandbox{path}", self.running.url()))
            .json(body)
            .send()
            .await
            .unwrap()
    }

    pub(crate) async fn look(&self, path: &str) -> Value {
        self.http
            .get(format!("{}/sandbox{path}", self.running.url()))
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap()
    }

    pub(crate) async fn fault(&self, fault: Value) {
        assert_eq!(
            self.control("/faults", &fault).await.status(),
            204,
            "{fault}"
        );
    }

    pub(crate) async fn advance(&self, hours: i64) {
        assert_eq!(
            self.control("/clock/advance", &json!({"hours": hours}))
                .await
                .status(),
            200
        );
    }

    /// The authority's time, `yyyy-MM-dd HH:mm:ss`.
    pub(crate) async fn now(&self) -> String {
        text(&self.look("/clock").await["now"])
    }

    pub(crate) async fn segment(&self, size: u32) -> Vec<String> {
        let data = self
            .ok(
                "QDFPPLFM",
                &json!({"nsrsbh": SELLER, "lysl": size, "ywlsh": request_key(USING)}),
            )
            .await;
        run(&text(&data["fpqshm"]), size)
    }

    pub(crate) async fn quota(&self, amount: &str) {
        let body = json!({"nsrsbh": SELLER, "ptbh": PARTY, "sqlx": "0", "sqed": amount, "ywlsh": request_key(USING)});
        self.ok("XZTHSXED", &body).await;
    }

    /// Numbers and plenty of quota.
    pub(crate) async fn stocked(&self, size: u32) -> Vec<String> {
        self.quota("1000000.00").await;
        self.segment(size).await
    }

    pub(crate) async fn upload(&self, invoices: &[Value]) -> String {
        text(&self.ok("QDFPSC", &json!(invoices)).await["sllsh"])
    }

    /// Uploads one invoice and waits for its status and message.
    pub(crate) async fn verdict(&self, invoice: &Value) -> (String, String) {
        let receipt = self.upload(std::slice::from_ref(invoice)).await;
        let row = self.results(&receipt).await[0].clone();
        (text(&row["status"]), text(&row["message"]))
    }

    pub(crate) async fn results(&self, receipt: &str) -> Vec<Value> {
        self.ok("CXQDFPSCJG", &json!({"sllsh": receipt})).await["resultList"]
            .as_array()
            .unwrap()
            .clone()
    }
}

impl Answer {
    pub(crate) fn data(self) -> Value {
        match self {
            Answer::Data(data) => data,
            Answer::Error(code, message) => panic!("{code}: {message}"),
        }
    }

    pub(crate) fn error(self) -> String {
        match self {
            Answer::Error(code, _) => code,
            Answer::Data(data) => panic!("no error: {data}"),
        }
    }
}

pub(crate) fn text(value: &Value) -> String {
    value
        .as_str()
        .unwrap_or_else(|| panic!("{value} is no text"))
        .to_owned()
}

pub(crate) fn key(party: &Party) -> [u8; 16] {
    hex::decode(&party.sm4_key).unwrap().try_into().unwrap()
}

pub(crate) fn seal(party: &Party, plain: &[u8]) -> String {
    let mut buffer = plain.to_vec();
    buffer.resize((plain.len() / 16 + 1) * 16, 0);
    let sealed = ecb::Encryptor::<sm4::Sm4>::new(&key(party).into())
        .encrypt_padded::<Pkcs7>(&mut buffer, plain.len())
        .unwrap();
    STANDARD.encode(sealed)
}

pub(crate) fn sign(party: &Party, service: &str, stamp: &str, body: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(party.secret.as_bytes()).unwrap();
    mac.update(format!("{service}\n{stamp}\n{body}").as_bytes());
    hex::encode(mac.finalize().into_bytes())
}

pub(crate) fn now_seconds() -> u64 {
    std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap()
        .as_secs()
}

pub(crate) fn request_key(using: &str) -> String {
    format!(
        "{using}{PARTY}{:032}",
        SERIAL.fetch_add(1, Ordering::Relaxed)
    )
}

pub(crate) fn run(first: &str, size: u32) -> Vec<String> {
    let first: u128 = first.parse().unwrap();
    (0..u128::from(size))
        .map(|n| format!("{:020}", first + n))
        .collect()
}

/// One correct line: `qty` at the net price `dj`, amounts given.
pub(crate) fn line(number: usize, net: &str, tax: &str, gross: &str) -> Value {
    json!({
        "mxxh": number, "fphxz": "00", "xmmc": "绿茶", "spfwjc": "茶及饮料原料",
        "hwhyslwfwmc": "*茶及饮料原料*绿茶", "sphfwssflhbbm": "1010116010000000000",
        "ggxh": "250g", "dw": "盒", "sl": "1", "dj": net, "je": net, "slv": "0.09", "se": tax, "hsje": gross,
    })
}

/// A correct invoice of one line: 100.00 + 9.00.
pub(crate) fn invoice(number: &str, issued: &str) -> Value {
    with_lines(
        number,
        issued,
        vec![line(1, "100.00", "9.00", "109.00")],
        ("100.00", "9.00", "109.00"),
    )
}

pub(crate) fn with_lines(
    number: &str,
    issued: &str,
    lines: Vec<Value>,
    totals: (&str, &str, &str),
) -> Value {
    json!({
        "fphm": number, "lzfpbz": "0", "ptbh": PARTY, "fppz": "02", "gmfzrrbz": "N", "qyDm": "13300",
        "xsfnsrsbh": SELLER, "xsfmc": NAME, "gmfnsrsbh": BUYER, "gmfmc": "买方科技有限公司",
        "hjje": totals.0, "hjse": totals.1, "jshj": totals.2, "kpr": "王芳", "kprq": issued,
        "ip": "192.0.2.1", "macdz": "02-00-00-00-00-01", "fpkjfsDm": "5", "fpmxList": lines,
    })
}
