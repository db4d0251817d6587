//! From a push to its content, or to a refusal.

use subtle::ConstantTimeEq;

use super::cipher::{CallbackCipher, PushMode, SenderCheck};
use super::key::decode_cipher_text;
use super::members::{self, Members, text};
use super::push::{Opened, PushFormat, PushRefused, RefusalReason};
use super::query::{Parameter, PushQuery};

const BODY_BYTES_MAX: usize = 64 * 1024;

impl CallbackCipher {
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
}
