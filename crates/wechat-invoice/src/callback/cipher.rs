use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use sha1::{Digest, Sha1};
use subtle::ConstantTimeEq;

use super::key::{AesKey, CipherSetupError, decode_cipher_text};
use super::members::{self, Members};
use super::push::{Opened, PushFormat, PushRefused, RefusalReason};
use super::query::{Parameter, PushQuery};

const BODY_BYTES_MAX: usize = 64 * 1024;

/// How pushes are protected: a setting, never taken from the request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PushMode {
    /// 安全模式: encrypted. What production should use.
    #[default]
    Safe,
    /// 兼容模式: encrypted with a clear copy beside it. The clear copy is not signed and not read.
    Compatible,
    /// 明文模式: nothing covers the body. For development.
    Plain,
}

/// What to make of the `openid` in the query, which no signature covers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SenderCheck {
    /// It must be there and equal the message's `FromUserName`.
    #[default]
    Required,
    /// It may be missing; if it is there, it must equal `FromUserName`.
    IfPresent,
}

/// Opens pushes to one account's URL.
pub struct CallbackCipher {
    token: SecretString,
    keys: Vec<AesKey>,
    app_id: String,
    mode: PushMode,
    sender_check: SenderCheck,
    original_id: Option<String>,
}

/// A push as WeChat would send it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedPush {
    /// The query, without `?`.
    pub query: String,
    /// The body.
    pub body: String,
}

impl CallbackCipher {
    /// A cipher in [`PushMode::Safe`] with the token and EncodingAESKey of the console.
    ///
    /// # Errors
    /// [`CipherSetupError`] if one of them cannot be right. Keys whose last character has unused
    /// bits set are taken, as WeChat takes them.
    pub fn new(
        token: SecretString,
        encoding_aes_key: &SecretString,
        app_id: impl Into<String>,
    ) -> Result<CallbackCipher, CipherSetupError> {
        let app_id = app_id.into();
        if token.expose_secret().trim().is_empty() {
            return Err(CipherSetupError::Token);
        }
        if app_id.trim().is_empty() {
            return Err(CipherSetupError::AppId);
        }
        let keys = vec![AesKey::parse(encoding_aes_key)?];
        Ok(CallbackCipher {
            token,
            keys,
            app_id,
            mode: PushMode::default(),
            sender_check: SenderCheck::default(),
            original_id: None,
        })
    }

    /// Also opens what is encrypted with the key of before: WeChat needs a while to change over.
    ///
    /// # Errors
    /// [`CipherSetupError::Key`]
    pub fn with_previous_key(
        mut self,
        key: &SecretString,
    ) -> Result<CallbackCipher, CipherSetupError> {
        self.keys.push(AesKey::parse(key)?);
        Ok(self)
    }

    /// In another mode.
    #[must_use]
    pub fn with_mode(mut self, mode: PushMode) -> CallbackCipher {
        self.mode = mode;
        self
    }

    /// With another check of the query's `openid`.
    #[must_use]
    pub fn with_sender_check(mut self, check: SenderCheck) -> CallbackCipher {
        self.sender_check = check;
        self
    }

    /// Takes messages to this original id (`gh_…`, `ToUserName`) only.
    #[must_use]
    pub fn with_original_id(mut self, original_id: impl Into<String>) -> CallbackCipher {
        self.original_id = Some(original_id.into());
        self
    }

    /// The configured mode.
    pub fn mode(&self) -> PushMode {
        self.mode
    }

    /// The account's app id.
    pub fn app_id(&self) -> &str {
        &self.app_id
    }

    /// Whether a URL check (`GET`) is WeChat's. If so, answer `echostr` byte for byte.
    ///
    /// # Errors
    /// [`PushRefused`]
    pub fn verify_url<'a>(
        &self,
        signature: &str,
        timestamp: &str,
        nonce: &str,
        echostr: &'a str,
    ) -> Result<&'a str, PushRefused> {
        if [signature, timestamp, nonce, echostr]
            .iter()
            .any(|text| text.is_empty())
        {
            return Err(PushRefused::because(RefusalReason::Query));
        }
        if !self.signed(&[timestamp, nonce], signature) {
            return Err(PushRefused::because(RefusalReason::Signature));
        }
        Ok(echostr)
    }

    /// As [`verify_url`](CallbackCipher::verify_url), from the raw query of the URL: a parameter
    /// that comes twice is refused. Gives the text to answer with.
    ///
    /// # Errors
    /// [`PushRefused`]
    pub fn verify_url_query(&self, query: &str) -> Result<String, PushRefused> {
        let refused = || PushRefused::because(RefusalReason::Query);
        let query = PushQuery::read(query).ok_or_else(refused)?;
        let given = |value: Option<String>| value.ok_or_else(refused);
        let (signature, echostr) = (given(query.signature)?, given(query.echostr)?);
        let (timestamp, nonce) = (given(query.timestamp)?, given(query.nonce)?);
        self.verify_url(&signature, &timestamp, &nonce, &echostr)
            .map(str::to_owned)
    }

    /// Opens a push (`POST`): `query` is the raw query of the URL, `body` the raw bytes.
    ///
    /// Size, query, signatures, decryption, account and parties are checked in this order, in the
    /// configured mode; missing counts as wrong, and so does twice. The time stamp is not checked
    /// for freshness, since WeChat repeats pushes: remember
    /// [`dedup_key`](super::Event::dedup_key) instead.
    ///
    /// # Errors
    /// [`PushRefused`], which reads the same whatever is wrong.
    pub fn open(&self, query: &str, body: &[u8]) -> Result<Opened, PushRefused> {
        self.opened(query, body).map_err(PushRefused::because)
    }

    /// Makes a push as WeChat does in the configured mode: for tests and sandboxes.
    ///
    /// The sender of the query is the message's `FromUserName`.
    ///
    /// # Errors
    /// [`EventError`](super::EventError) if `plain` is no readable message.
    pub fn seal(
        &self,
        plain: &str,
        format: PushFormat,
        timestamp: &str,
        nonce: &str,
    ) -> Result<SealedPush, super::EventError> {
        self.seal_with(rand::random(), plain, format, timestamp, nonce)
    }

    fn seal_with(
        &self,
        random: [u8; 16],
        plain: &str,
        format: PushFormat,
        timestamp: &str,
        nonce: &str,
    ) -> Result<SealedPush, super::EventError> {
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

    fn opened(&self, query: &str, body: &[u8]) -> Result<Opened, RefusalReason> {
        if BODY_BYTES_MAX < body.len() {
            return Err(RefusalReason::TooLarge);
        }
        let query = PushQuery::read(query).ok_or(RefusalReason::Query)?;
        let given = |value: &Option<String>| value.clone().ok_or(RefusalReason::Query);
        let (signature, nonce) = (given(&query.signature)?, given(&query.nonce)?);
        let timestamp = given(&query.timestamp)?;
        let seconds: i64 = timestamp.parse().map_err(|_| RefusalReason::Query)?;
        let message_signature = self.message_signature(&query)?;
        if self.sender_check == SenderCheck::Required && query.openid.is_none() {
            return Err(RefusalReason::Query);
        }
        if !self.signed(&[&timestamp, &nonce], &signature) {
            return Err(RefusalReason::Signature);
        }
        let body = std::str::from_utf8(body).map_err(|_| RefusalReason::Envelope)?;
        let (plain, outer_to) = match message_signature {
            Some(signature) => self.decrypted(body, &timestamp, &nonce, signature)?,
            None => (body.to_owned(), None),
        };
        let members = members::read(&plain);
        match &members {
            Ok(members) => {
                self.check_parties(members, outer_to.as_deref(), query.openid.as_deref())?;
            }
            // Under the seal, WeChat's own slips of the pen are worth keeping.
            Err(_) if self.mode == PushMode::Plain => return Err(RefusalReason::Envelope),
            Err(_) => {}
        }
        let json = plain.trim_start().starts_with('{');
        let format = if json {
            PushFormat::Json
        } else {
            PushFormat::Xml
        };
        Ok(Opened {
            plain,
            format,
            timestamp: seconds,
            members,
        })
    }

    /// The signature over the cipher text; `None` where the mode has none.
    fn message_signature<'a>(
        &self,
        query: &'a PushQuery,
    ) -> Result<Option<&'a str>, RefusalReason> {
        let kind = query.encrypt_type.given();
        match self.mode {
            PushMode::Safe | PushMode::Compatible => {
                let signature = query.msg_signature.given().filter(|_| kind == Some("aes"));
                Ok(Some(signature.ok_or(RefusalReason::Query)?))
            }
            PushMode::Plain => {
                let raw = matches!(query.encrypt_type, Parameter::Absent) || kind == Some("raw");
                let unsigned = matches!(query.msg_signature, Parameter::Absent);
                if raw && unsigned {
                    Ok(None)
                } else {
                    Err(RefusalReason::Query)
                }
            }
        }
    }

    fn decrypted(
        &self,
        body: &str,
        timestamp: &str,
        nonce: &str,
        signature: &str,
    ) -> Result<(String, Option<String>), RefusalReason> {
        let envelope = members::read(body).map_err(|_| RefusalReason::Envelope)?;
        let encrypt = match envelope.get("Encrypt") {
            Some(serde_json::Value::String(text)) if !text.is_empty() => text,
            _ => return Err(RefusalReason::Envelope),
        };
        if !self.signed(&[timestamp, nonce, encrypt], signature) {
            return Err(RefusalReason::MessageSignature);
        }
        let bytes = decode_cipher_text(encrypt).ok_or(RefusalReason::Decryption)?;
        let mut verdict = RefusalReason::Decryption;
        for key in &self.keys {
            let Some((plain, app_id)) = key.decrypt(&bytes) else {
                continue;
            };
            if bool::from(app_id.as_bytes().ct_eq(self.app_id.as_bytes())) {
                let to = Some(text(&envelope, "ToUserName")).filter(|to| !to.is_empty());
                return Ok((plain, to));
            }
            verdict = RefusalReason::AppId;
        }
        Err(verdict)
    }

    fn check_parties(
        &self,
        members: &Members,
        outer_to: Option<&str>,
        openid: Option<&str>,
    ) -> Result<(), RefusalReason> {
        let (to, from) = (text(members, "ToUserName"), text(members, "FromUserName"));
        let ours = self.original_id.as_deref().is_none_or(|ours| ours == to);
        let same_to = outer_to.is_none_or(|outer| outer == to);
        let same_from = openid.is_none_or(|openid| openid == from);
        if ours && same_to && same_from {
            Ok(())
        } else {
            Err(RefusalReason::Parties)
        }
    }

    /// SHA-1 over the token and `parts`, sorted byte-wise and joined, in lower-case hex.
    fn sign(&self, parts: &[&str]) -> String {
        let mut parts = parts.to_vec();
        parts.push(self.token.expose_secret());
        parts.sort_unstable();
        let mut hash = Sha1::new();
        for part in parts {
            hash.update(part.as_bytes());
        }
        hex::encode(hash.finalize())
    }

    fn signed(&self, parts: &[&str], signature: &str) -> bool {
        self.sign(parts)
            .as_bytes()
            .ct_eq(signature.as_bytes())
            .into()
    }
}

impl fmt::Debug for CallbackCipher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallbackCipher")
            .field("app_id", &self.app_id)
            .field("mode", &self.mode)
            .field("keys", &self.keys.len())
            .finish_non_exhaustive()
    }
}

fn text(members: &Members, name: &str) -> String {
    members
        .get(name)
        .and_then(crate::flex::to_text)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "Zm9yLXRlc3Qtb25seS1hZXMta2V5LTMyLWJ5dGVzISE";
    const PLAIN: &str = include_str!("../../tests/vectors/long_plain.xml");
    const ENCRYPT: &str = include_str!("../../tests/vectors/long_encrypt.txt");

    fn cipher(token: &str) -> CallbackCipher {
        CallbackCipher::new(token.into(), &KEY.into(), "wx1234567890abcdef").unwrap()
    }

    #[test]
    fn url_checks_match_the_published_vectors() {
        let vectors = [
            (
                "AAAAA",
                "1714036504",
                "1514711492",
                "f464b24fc39322e44b38aa78f5edd27bd1441696",
            ),
            (
                "AAAAA",
                "1714037059",
                "486452656",
                "899cf89e464efb63f54ddac96b0a0a235f53aa78",
            ),
            (
                "tk_demo_2031",
                "1767225600",
                "778899001",
                "26d384b413701ee801243d52e45e1c01db7b5607",
            ),
        ];
        for (token, timestamp, nonce, signature) in vectors {
            let cipher = cipher(token);
            assert_eq!(
                cipher.verify_url(signature, timestamp, nonce, "4711"),
                Ok("4711")
            );
            assert!(
                cipher
                    .verify_url(signature, timestamp, "1", "4711")
                    .is_err()
            );
            assert!(cipher.verify_url("", timestamp, nonce, "4711").is_err());
            assert!(
                cipher
                    .verify_url(&signature.to_uppercase(), timestamp, nonce, "4711")
                    .is_err()
            );
        }
    }

    #[test]
    fn message_signatures_match_the_vectors() {
        let cipher = cipher("tk_demo_2031");
        let short = "QzACgB0yC7HqUN53krBPwKKGQhoop6Mn6Xn8PNQHAfdL5CtX8DyANhW5D6OZwlXa1kzmEQVoU7LpbS+fJgIFiA==";
        let signed = |encrypt| cipher.sign(&["1767225600", "778899001", encrypt]);
        assert_eq!(signed(short), "68bf08f44d0be61d94ff6bbb24dc253c182ae376");
        assert_eq!(
            signed(ENCRYPT.trim()),
            "792bbd9a5f14dac8bfd65b483e9fadb1cd9542d2"
        );
    }

    #[test]
    fn the_long_vector_is_sealed_to_the_byte_and_opens_again() {
        let cipher = cipher("tk_demo_2031");
        let plain = PLAIN.trim();
        assert_eq!(plain.len(), 431);
        let sealed = cipher
            .seal_with(
                *b"0123456789abcdef",
                plain,
                PushFormat::Xml,
                "1767225600",
                "778899001",
            )
            .unwrap();
        assert!(sealed.body.contains(ENCRYPT.trim()));
        assert!(
            sealed
                .query
                .ends_with("msg_signature=792bbd9a5f14dac8bfd65b483e9fadb1cd9542d2")
        );
        let opened = cipher.open(&sealed.query, sealed.body.as_bytes()).unwrap();
        assert_eq!(opened.plain, plain);
        assert_eq!(
            (opened.format, opened.timestamp),
            (PushFormat::Xml, 1_767_225_600)
        );
    }

    #[test]
    fn wechats_own_slips_are_kept_under_the_seal() {
        let cipher = cipher("tk_demo_2031");
        // As an official sample prints it: blanks inside the tags.
        let slip = "<xml><ToUserName>gh</ToUserName>< AuthorizeAppId >x</ AuthorizeAppId ></xml>";
        let encrypt = cipher.keys[0].encrypt([1; 16], slip, "wx1234567890abcdef");
        let (time, nonce) = ("1767225600", "778899001");
        let query = format!(
            "signature={}&timestamp={time}&nonce={nonce}&openid=o&encrypt_type=aes&msg_signature={}",
            cipher.sign(&[time, nonce]),
            cipher.sign(&[time, nonce, &encrypt]),
        );
        let body = format!("<xml><ToUserName>gh</ToUserName><Encrypt>{encrypt}</Encrypt></xml>");
        let opened = cipher.open(&query, body.as_bytes()).unwrap();
        assert_eq!(opened.plain, slip);
        assert!(matches!(
            opened.event(),
            Err(super::super::EventError::Malformed(_))
        ));
    }
}
