//! General card calls that invoices need: codes, the trial white-list, signatures for pages.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use sha1::{Digest, Sha1};

use crate::answer::{Members, known_out, required};
use crate::debug::debug_only;
use crate::error::Error;
use crate::flex;
use crate::http::Spec;
use crate::platform::PlatformClient;

const DECRYPT: Spec = Spec::read("/card/code/decrypt");
const WHITE_LIST: Spec = Spec::read("/card/testwhitelist/set");

/// Who may receive cards while the account is not approved yet. Each call replaces the list.
#[derive(Clone, Default, Serialize)]
pub struct TestWhiteList {
    /// Openids.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub openid: Vec<String>,
    /// WeChat names.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub username: Vec<String>,
}

/// Who was taken, where WeChat says so.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
pub struct WhiteListAnswer {
    /// Taken openids.
    #[serde(default, deserialize_with = "flex::list")]
    pub success_openid: Vec<String>,
    /// Taken names.
    #[serde(default, deserialize_with = "flex::list")]
    pub success_username: Vec<String>,
    /// Refused openids.
    #[serde(default, deserialize_with = "flex::list")]
    pub fail_openid: Vec<String>,
    /// Refused names.
    #[serde(default, deserialize_with = "flex::list")]
    pub fail_username: Vec<String>,
    /// Members this version does not know.
    #[serde(flatten)]
    pub other: Members,
}

debug_only!(TestWhiteList {});
debug_only!(WhiteListAnswer {});

#[derive(Serialize)]
struct EncryptedCode<'a> {
    encrypt_code: &'a str,
}

#[derive(Deserialize)]
struct CodeAnswer {
    #[serde(default, deserialize_with = "flex::trimmed")]
    code: Option<String>,
}

impl PlatformClient {
    /// The code behind an `encrypt_code` (`POST /card/code/decrypt`). In links it is
    /// percent-encoded: decode exactly once.
    ///
    /// Caller: the account that created the card.
    ///
    /// # Errors
    /// [`Error::Refused`] with 40056 or 40075 for a code that was decoded too often or not at all.
    ///
    /// Source: the card family's page “Code解码接口”
    pub async fn decrypt_code(&self, encrypt_code: &str) -> Result<String, Error> {
        let body = EncryptedCode { encrypt_code };
        let answer: CodeAnswer = self.session().post(&DECRYPT, &[], &body).await?;
        required(&DECRYPT, "code", answer.code)
    }

    /// Replaces the trial white-list (`POST /card/testwhitelist/set`), 10 entries at most.
    ///
    /// Caller: an account that is not approved yet.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a list that is empty or too long.
    ///
    /// Source: the card family's page “设置测试白名单”
    pub async fn set_test_white_list(
        &self,
        list: &TestWhiteList,
    ) -> Result<WhiteListAnswer, Error> {
        if !(1..=10).contains(&(list.openid.len() + list.username.len())) {
            return Err(Error::invalid(
                WHITE_LIST.name(),
                "openid",
                "and username: 1 to 10 in all",
            ));
        }
        let mut answer: WhiteListAnswer = self.session().post(&WHITE_LIST, &[], list).await?;
        answer.other = known_out(answer.other);
        Ok(answer)
    }
}

/// What a page in WeChat needs to call `chooseInvoice`.
#[derive(Clone, PartialEq, Eq)]
pub struct ChooseInvoiceSignature {
    /// Unix seconds.
    pub timestamp: String,
    /// Random text.
    pub nonce_str: String,
    /// Always `SHA1`.
    pub sign_type: &'static str,
    /// 40 hex digits.
    pub card_sign: String,
}

impl fmt::Debug for ChooseInvoiceSignature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChooseInvoiceSignature")
            .field("timestamp", &self.timestamp)
            .finish_non_exhaustive()
    }
}

/// Signs a `chooseInvoice` call: SHA-1 over ticket, app id, time, nonce and `INVOICE`, sorted
/// byte-wise. `card_ticket` is from [`TokenKeeper::card_ticket`](crate::TokenKeeper::card_ticket).
pub fn choose_invoice_signature(
    card_ticket: &SecretString,
    app_id: &str,
    timestamp: i64,
    nonce_str: &str,
) -> ChooseInvoiceSignature {
    let timestamp = timestamp.to_string();
    let mut parts = [
        card_ticket.expose_secret(),
        app_id,
        &timestamp,
        nonce_str,
        "INVOICE",
    ];
    parts.sort_unstable();
    let mut hash = Sha1::new();
    for part in parts {
        hash.update(part.as_bytes());
    }
    let card_sign = hex::encode(hash.finalize());
    let nonce_str = nonce_str.to_owned();
    ChooseInvoiceSignature {
        timestamp,
        nonce_str,
        sign_type: "SHA1",
        card_sign,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_signature_matches_the_vector() {
        let ticket = SecretString::from("ticket_demo_AbC123");
        let app_id = "wx1234567890abcdef";
        let signed = choose_invoice_signature(&ticket, app_id, 1_767_225_600, "nonceDemo01");
        assert_eq!(signed.card_sign, "bf478f1b353554c2a60164003d9c7e29b79a49c4");
        assert_eq!(
            (signed.timestamp.as_str(), signed.sign_type),
            ("1767225600", "SHA1")
        );
    }
}
