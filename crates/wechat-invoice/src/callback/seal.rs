//! Pushes as WeChat would send them, and sealed answers: for tests, sandboxes and echo accounts.

use super::cipher::{CallbackCipher, PushMode};
use super::members::{self, EventError, Members, text};
use super::push::PushFormat;

/// A push as WeChat would send it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedPush {
    /// The query, without `?`.
    pub query: String,
    /// The body.
    pub body: String,
}

impl CallbackCipher {
    /// Makes a push as WeChat does in the configured mode: for tests and sandboxes.
    ///
    /// The sender of the query is the message's `FromUserName`.
    ///
    /// # Errors
    /// [`EventError`] if `plain` is no readable message.
    pub fn seal(
        &self,
        plain: &str,
        format: PushFormat,
        timestamp: &str,
        nonce: &str,
    ) -> Result<SealedPush, EventError> {
        self.seal_with(rand::random(), plain, format, timestamp, nonce)
    }

    pub(super) fn seal_with(
        &self,
        random: [u8; 16],
        plain: &str,
        format: PushFormat,
        timestamp: &str,
        nonce: &str,
    ) -> Result<SealedPush, EventError> {
        let members = members::read(plain)?;
        let signature = self.sign(&[timestamp, nonce]);
        let openid = text(&members, "FromUserName");
        let mut query =
            format!("signature={signature}&timestamp={timestamp}&nonce={nonce}&openid={openid}");
        if self.mode == PushMode::Plain {
            return Ok(SealedPush {
                query,
                body: plain.to_owned(),
            });
        }
        let encrypt = self.keys[0].encrypt(random, plain, &self.app_id);
        let msg_signature = self.sign(&[timestamp, nonce, &encrypt]);
        query.push_str(&format!("&encrypt_type=aes&msg_signature={msg_signature}"));
        let to = text(&members, "ToUserName");
        let body = match (format, self.mode) {
            (PushFormat::Xml, PushMode::Compatible) => plain.replacen(
                "</xml>",
                &format!("<Encrypt><![CDATA[{encrypt}]]></Encrypt></xml>"),
                1,
            ),
            (PushFormat::Xml, _) => format!(
                "<xml><ToUserName><![CDATA[{to}]]></ToUserName><Encrypt><![CDATA[{encrypt}]]></Encrypt></xml>"
            ),
            (PushFormat::Json, mode) => {
                let mut outer = if mode == PushMode::Compatible {
                    members
                } else {
                    Members::new()
                };
                outer.insert("ToUserName".to_owned(), to.into());
                outer.insert("Encrypt".to_owned(), encrypt.into());
                serde_json::Value::Object(outer).to_string()
            }
        };
        Ok(SealedPush { query, body })
    }

    /// An encrypted answer to a push, as compatible and safe mode take it. None of the invoice events wants one: `success`
    /// in clear, or nothing at all, ends WeChat's repeats. Accounts that also answer messages need it.
    ///
    /// ```
    /// # use wechat_invoice::callback::CallbackCipher;
    /// # let key = "Zm9yLXRlc3Qtb25seS1hZXMta2V5LTMyLWJ5dGVzISE";
    /// let cipher = CallbackCipher::new("tk_demo_2031".into(), &key.into(), "wx1234567890abcdef")?;
    /// let answer = cipher.seal_answer("success", "1767225600", "778899001");
    /// assert!(answer.starts_with("<xml><Encrypt><![CDATA[") && answer.contains("<TimeStamp>1767225600</TimeStamp>"));
    /// # Ok::<(), wechat_invoice::callback::CipherSetupError>(())
    /// ```
    pub fn seal_answer(&self, plain: &str, timestamp: &str, nonce: &str) -> String {
        self.seal_answer_with(rand::random(), plain, timestamp, nonce)
    }

    pub(super) fn seal_answer_with(
        &self,
        random: [u8; 16],
        plain: &str,
        timestamp: &str,
        nonce: &str,
    ) -> String {
        let encrypt = self.keys[0].encrypt(random, plain, &self.app_id);
        let signature = self.sign(&[timestamp, nonce, &encrypt]);
        format!(
            "<xml><Encrypt><![CDATA[{encrypt}]]></Encrypt><MsgSignature><![CDATA[{signature}]]></MsgSignature>\
             <TimeStamp>{timestamp}</TimeStamp><Nonce><![CDATA[{nonce}]]></Nonce></xml>"
        )
    }
}
