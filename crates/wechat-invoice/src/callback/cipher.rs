use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use sha1::{Digest, Sha1};
use subtle::ConstantTimeEq;

use super::key::{AesKey, CipherSetupError};
use super::push::{PushRefused, RefusalReason};
use super::query::PushQuery;

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
    /// The current key first.
    pub(super) keys: Vec<AesKey>,
    pub(super) app_id: String,
    pub(super) mode: PushMode,
    pub(super) sender_check: SenderCheck,
    pub(super) original_id: Option<String>,
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

    /// SHA-1 over the token and `parts`, sorted byte-wise and joined, in lower-case hex.
    pub(super) fn sign(&self, parts: &[&str]) -> String {
        let mut parts = parts.to_vec();
        parts.push(self.token.expose_secret());
        parts.sort_unstable();
        let mut hash = Sha1::new();
        for part in parts {
            hash.update(part.as_bytes());
        }
        hex::encode(hash.finalize())
    }

    pub(super) fn signed(&self, parts: &[&str], signature: &str) -> bool {
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
