//! WeChat Pay's V2 order with `receipt=Y`, so that the payment's receipt offers an invoice; ready to copy.

use crate::api::Line;
use md5::{Digest, Md5};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::Duration;

/// A merchant number of WeChat Pay.
#[derive(Clone)]
pub struct PayConfig {
    /// Where orders are placed: `https://api.mch.weixin.qq.com`, or a sandbox.
    pub base: String,
    /// The account bound to the merchant number.
    pub app_id: String,
    /// The merchant number (商户号).
    pub merchant: String,
    /// Its V2 key.
    pub key: String,
}

impl std::fmt::Debug for PayConfig {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The key stays out of logs.
        let mut shown = out.debug_struct("PayConfig");
        shown
            .field("merchant", &self.merchant)
            .finish_non_exhaustive()
    }
}

type Fields = BTreeMap<String, String>;

impl PayConfig {
    /// Places an order and gives its `prepay_id`; `None` when WeChat Pay refuses or does not answer.
    pub(crate) async fn unified_order(
        &self,
        trade_no: &str,
        fen: u64,
        notify_url: &str,
    ) -> Option<String> {
        let mut fields: Fields = [
            ("appid", self.app_id.as_str()),
            ("mch_id", &self.merchant),
            ("nonce_str", &crate::basket::new_key()),
            ("body", "示例小店"),
            ("out_trade_no", trade_no),
            ("total_fee", &fen.to_string()),
            ("spbill_create_ip", "127.0.0.1"),
            ("notify_url", notify_url),
            ("trade_type", "NATIVE"),
            // This one puts the invoice entry on the receipt.
            ("receipt", "Y"),
        ]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
        let sign = self.sign(&fields);
        fields.insert("sign".to_owned(), sign);
        let client = reqwest::Client::builder()
            .timeout(Duration::from_secs(15))
            .build()
            .ok()?;
        let request = client
            .post(format!("{}/pay/unifiedorder", self.base))
            .body(xml_of(&fields));
        let answer = request.send().await.ok()?.text().await.ok()?;
        self.checked(&answer)?.remove("prepay_id")
    }

    /// The fields of an answer or a notification, if the signature is ours.
    pub(crate) fn checked(&self, xml: &str) -> Option<Fields> {
        let document = roxmltree::Document::parse(xml).ok()?;
        let mut fields = Fields::new();
        for node in document
            .root_element()
            .children()
            .filter(|it| it.is_element())
        {
            let text: String = node.children().filter_map(|it| it.text()).collect();
            fields.insert(node.tag_name().name().to_owned(), text);
        }
        let fits = fields.get("sign") == Some(&self.sign(&fields));
        let succeeded = ["return_code", "result_code"]
            .iter()
            .all(|name| fields.get(*name).is_some_and(|it| it == "SUCCESS"));
        (fits && succeeded).then_some(fields)
    }

    /// Fields by name, empty ones and `sign` left out, then the key; MD5.
    fn sign(&self, fields: &Fields) -> String {
        let mut text = String::new();
        for (name, value) in fields {
            if !value.is_empty() && name != "sign" {
                let _ = write!(text, "{name}={value}&");
            }
        }
        let _ = write!(text, "key={}", self.key);
        hex::encode_upper(Md5::digest(text.as_bytes()))
    }
}

/// The answer that ends the repetitions of a notification.
pub(crate) const TAKEN: &str = "<xml><return_code><![CDATA[SUCCESS]]></return_code><return_msg><![CDATA[OK]]></return_msg></xml>";

fn xml_of(fields: &Fields) -> String {
    let mut xml = "<xml>".to_owned();
    for (name, value) in fields {
        let _ = write!(xml, "<{name}><![CDATA[{value}]]></{name}>");
    }
    xml + "</xml>"
}

/// What the customer pays, in fen. Prices of the shelf include tax and have two decimals.
pub(crate) fn total_fen(lines: &[Line]) -> u64 {
    let fen = |text: &str| text.replace('.', "").parse::<u64>().unwrap_or(0);
    lines
        .iter()
        .map(|line| {
            let quantity: u64 = line.quantity.parse().unwrap_or(0);
            fen(line.unit_price) * quantity - line.discount.map_or(0, fen)
        })
        .sum()
}
