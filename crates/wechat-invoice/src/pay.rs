//! The invoice entry on payment receipts (支付后开票): `receipt=Y` on the order of WeChat Pay's V2 interface.
//!
//! WeChat Pay is another product with keys of its own; this module has just what puts the entry there: a signed order
//! body to post to `/pay/unifiedorder`, and the check of the notification that follows.
//!
//! ```
//! use wechat_invoice::pay::{SignType, UnifiedOrder, checked};
//!
//! let order = UnifiedOrder {
//!     app_id: "wx1234567890abcdef".into(),
//!     merchant: "1900000001".into(),
//!     body: "Tea".into(),
//!     trade_no: "T20260101000001".into(),
//!     total_fen: 11_300,
//!     client_ip: "203.0.113.9".into(),
//!     notify_url: "https://shop.example.com/pay/notify".into(),
//!     trade_type: "JSAPI".into(),
//!     openid: Some("oDEMO_openid_0001".into()),
//!     offers_invoice: true,
//! };
//! let xml = order.to_xml("192006250b4c09247ec02edce69f6a2d", SignType::HmacSha256, "nonce0001");
//! let fields = checked(&xml, "192006250b4c09247ec02edce69f6a2d").unwrap();
//! assert_eq!(fields["receipt"], "Y");
//! ```

use std::collections::BTreeMap;
use std::fmt::Write;

use hmac::{Hmac, KeyInit, Mac};
use md5::{Digest, Md5};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use thiserror::Error;

/// How a V2 body is signed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SignType {
    /// `MD5`, the interface's default.
    #[default]
    Md5,
    /// `HMAC-SHA256`.
    HmacSha256,
}

impl SignType {
    /// WeChat's word.
    pub fn as_str(self) -> &'static str {
        match self {
            SignType::Md5 => "MD5",
            SignType::HmacSha256 => "HMAC-SHA256",
        }
    }
}

/// An order at WeChat Pay (统一下单), as far as the invoice entry needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnifiedOrder {
    /// The account that is bound to the merchant number.
    pub app_id: String,
    /// The merchant number (商户号).
    pub merchant: String,
    /// What the buyer reads.
    pub body: String,
    /// Your number, used once: `out_trade_no`.
    pub trade_no: String,
    /// Amount in fen (分).
    pub total_fen: i64,
    /// The buyer's address.
    pub client_ip: String,
    /// Where the payment is notified.
    pub notify_url: String,
    /// `JSAPI`, `APP`, `NATIVE`, `MWEB`.
    pub trade_type: String,
    /// The payer, for `JSAPI`.
    pub openid: Option<String>,
    /// `receipt=Y`: the receipt offers an invoice. Works once the merchant number is linked
    /// ([`set_pay_merchant`](crate::MerchantClient::set_pay_merchant)) and invoices are switched on in the console.
    pub offers_invoice: bool,
}

impl UnifiedOrder {
    /// The signed body for `POST /pay/unifiedorder`. `key` is the merchant number's V2 key, `nonce` any text of up to 32
    /// letters and digits that is not used again.
    pub fn to_xml(&self, key: &str, sign_type: SignType, nonce: &str) -> String {
        let total = self.total_fen.to_string();
        let mut fields = BTreeMap::from([
            ("appid", self.app_id.as_str()),
            ("mch_id", &self.merchant),
            ("nonce_str", nonce),
            ("sign_type", sign_type.as_str()),
            ("body", &self.body),
            ("out_trade_no", &self.trade_no),
            ("total_fee", &total),
            ("spbill_create_ip", &self.client_ip),
            ("notify_url", &self.notify_url),
            ("trade_type", &self.trade_type),
        ]);
        if let Some(openid) = &self.openid {
            fields.insert("openid", openid);
        }
        if self.offers_invoice {
            fields.insert("receipt", "Y");
        }
        let sign = sign(
            fields.iter().map(|(name, value)| (*name, *value)),
            key,
            sign_type,
        );
        fields.insert("sign", &sign);
        let mut xml = "<xml>".to_owned();
        for (name, value) in fields {
            // Nothing in CDATA is escaped; what would end it is taken apart.
            let value = value.replace("]]>", "]]]]><![CDATA[>");
            let _ = write!(xml, "<{name}><![CDATA[{value}]]></{name}>");
        }
        xml + "</xml>"
    }
}

/// The signature over fields in the order of their names; empty ones and `sign` itself do not count.
pub fn sign<'a>(
    fields: impl IntoIterator<Item = (&'a str, &'a str)>,
    key: &str,
    sign_type: SignType,
) -> String {
    let sorted: BTreeMap<&str, &str> = fields.into_iter().collect();
    let mut text = String::new();
    for (name, value) in sorted {
        if !value.is_empty() && name != "sign" {
            let _ = write!(text, "{name}={value}&");
        }
    }
    let _ = write!(text, "key={key}");
    match sign_type {
        SignType::Md5 => hex::encode_upper(Md5::digest(text.as_bytes())),
        SignType::HmacSha256 => hex::encode_upper(hmac_sha256(key.as_bytes(), text.as_bytes())),
    }
}

fn hmac_sha256(key: &[u8], text: &[u8]) -> [u8; 32] {
    let mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of every length");
    mac.chain_update(text).finalize().into_bytes().into()
}

/// Why a V2 body is not believed.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum PayError {
    /// It is no flat XML of fields, or a field comes twice.
    #[error("the body is no list of fields")]
    Unreadable,
    /// The signature is missing or wrong.
    #[error("the signature does not fit")]
    Signature,
}

/// The fields of a notification (or of any V2 body) whose signature fits. Both ways of signing are understood.
///
/// # Errors
/// [`PayError`]: answer with a failure and do nothing else.
pub fn checked(xml: &str, key: &str) -> Result<BTreeMap<String, String>, PayError> {
    let document = roxmltree::Document::parse(xml).map_err(|_| PayError::Unreadable)?;
    let mut fields = BTreeMap::new();
    for node in document
        .root_element()
        .children()
        .filter(|it| it.is_element())
    {
        let value: String = node.children().filter_map(|it| it.text()).collect();
        let before = fields.insert(node.tag_name().name().to_owned(), value);
        if before.is_some() || node.children().any(|it| it.is_element()) {
            return Err(PayError::Unreadable);
        }
    }
    let given = fields.get("sign").ok_or(PayError::Signature)?;
    let fits = [SignType::Md5, SignType::HmacSha256]
        .into_iter()
        .any(|kind| {
            let pairs = fields
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_str()));
            sign(pairs, key, kind)
                .as_bytes()
                .ct_eq(given.as_bytes())
                .into()
        });
    if fits {
        Ok(fields)
    } else {
        Err(PayError::Signature)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "192006250b4c09247ec02edce69f6a2d";
    const FIELDS: [(&str, &str); 6] = [
        ("body", "test"),
        ("device_info", "1000"),
        ("appid", "wxd930ea5d5a258f4f"),
        ("nonce_str", "ibuaiVcKdpRxkhJA"),
        ("mch_id", "10000100"),
        ("attach", ""),
    ];

    #[test]
    fn both_signatures_are_those_of_the_published_example() {
        assert_eq!(
            sign(FIELDS, KEY, SignType::Md5),
            "9A0A8659F005D6984697E2CA0A9CF3B7"
        );
        assert_eq!(
            sign(FIELDS, KEY, SignType::HmacSha256),
            "6A9AE1657590FD6257D693A078E1C3E4BB6BA4DC30B23E0EE2496E54170DACD6"
        );
    }

    #[test]
    fn the_mac_is_that_of_the_standard() {
        // RFC 4231, cases 2 and 6: a short key, and one longer than a block.
        let short = hmac_sha256(b"Jefe", b"what do ya want for nothing?");
        assert_eq!(
            hex::encode(short),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
        let long = hmac_sha256(
            &[0xaa; 131],
            b"Test Using Larger Than Block-Size Key - Hash Key First",
        );
        assert_eq!(
            hex::encode(long),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        );
    }

    #[test]
    fn a_notification_is_believed_by_its_signature_alone() {
        // The published example as WeChat Pay would send it, in both ways of signing; sign_type is not always there.
        let body = |sign: &str| {
            format!(
                "<xml><body><![CDATA[test]]></body><device_info>1000</device_info><appid>wxd930ea5d5a258f4f</appid>\
                 <nonce_str>ibuaiVcKdpRxkhJA</nonce_str><mch_id>10000100</mch_id><attach></attach><sign>{sign}</sign></xml>"
            )
        };
        for sign in [
            "9A0A8659F005D6984697E2CA0A9CF3B7",
            "6A9AE1657590FD6257D693A078E1C3E4BB6BA4DC30B23E0EE2496E54170DACD6",
        ] {
            let fields = checked(&body(sign), KEY).unwrap();
            assert_eq!(fields["mch_id"], "10000100");
            let lower = sign.to_lowercase();
            assert_eq!(checked(&body(&lower), KEY), Err(PayError::Signature));
        }
        for wrong in ["", "9A0A8659F005D6984697E2CA0A9CF3B8"] {
            assert_eq!(checked(&body(wrong), KEY), Err(PayError::Signature));
        }
        let bomb = "<!DOCTYPE x [<!ENTITY a \"b\">]><xml><sign>&a;</sign></xml>";
        assert_eq!(checked(bomb, KEY), Err(PayError::Unreadable));
    }

    #[test]
    fn an_order_reads_back_and_any_change_is_seen() {
        let order = UnifiedOrder {
            app_id: "wx1".into(),
            merchant: "1900000001".into(),
            body: "茶 & ]]> 点心".into(),
            trade_no: "T1".into(),
            total_fen: 11_300,
            client_ip: "203.0.113.9".into(),
            notify_url: "https://shop.example.com/pay?a=1&b=2".into(),
            trade_type: "JSAPI".into(),
            openid: None,
            offers_invoice: true,
        };
        for kind in [SignType::Md5, SignType::HmacSha256] {
            let xml = order.to_xml(KEY, kind, "n1");
            let fields = checked(&xml, KEY).unwrap();
            assert_eq!(fields["body"], order.body);
            assert_eq!(
                (fields["receipt"].as_str(), fields["total_fee"].as_str()),
                ("Y", "11300")
            );
            assert!(!fields.contains_key("openid"));
            let forged = xml.replace("11300", "1");
            assert_eq!(checked(&forged, KEY), Err(PayError::Signature));
            assert_eq!(checked(&xml, "other"), Err(PayError::Signature));
        }
        assert_eq!(
            checked("<xml><a>1</a><a>2</a></xml>", KEY),
            Err(PayError::Unreadable)
        );
        assert_eq!(
            checked("<xml><a>1</a></xml>", KEY),
            Err(PayError::Signature)
        );
    }
}
