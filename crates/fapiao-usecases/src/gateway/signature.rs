//! HMAC-SHA256 over method, path, timestamp, nonce and body hash: the same for requests and callbacks.

use crate::idempotency::fingerprint;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use thiserror::Error;

/// Names the key.
pub const HEADER_KEY: &str = "x-gateway-key";
/// Unix seconds.
pub const HEADER_TIMESTAMP: &str = "x-gateway-timestamp";
/// 16 to 64 letters and digits, used once.
pub const HEADER_NONCE: &str = "x-gateway-nonce";
/// Hex HMAC.
pub const HEADER_SIGNATURE: &str = "x-gateway-signature";
/// How far the sender's clock may be from ours, in seconds; nonces are remembered for twice as long.
pub const WINDOW_SECS: i64 = 300;

/// A call as its signature covers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signed<'a> {
    /// Upper case: `POST`.
    pub method: &'a str,
    /// Path and query as sent: `/platform/v1/requests`.
    pub path: &'a str,
    /// Unix seconds.
    pub timestamp: i64,
    /// Used once.
    pub nonce: &'a str,
    /// The body's bytes.
    pub body: &'a [u8],
}

/// Why a signed call is not believed. For the log and for staff; the sender gets one uniform refusal.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum SignatureError {
    /// The clocks are too far apart, or an old call came again.
    #[error("the timestamp is more than {WINDOW_SECS} s away from this machine's clock")]
    OutsideWindow,
    /// The nonce is not one.
    #[error("the nonce is not 16 to 64 letters and digits")]
    BadNonce,
    /// Another key, or another call than the signed one.
    #[error("the signature does not fit key and call")]
    Differs,
}

impl SignatureError {
    /// The same for a page in Chinese.
    pub const fn in_chinese(self) -> &'static str {
        match self {
            SignatureError::OutsideWindow => "签名时间与本机时间相差过大，请校准两边的时钟",
            SignatureError::BadNonce => "随机串格式不对",
            SignatureError::Differs => "签名不符：密钥与平台的不一致，请核对后重新填写",
        }
    }
}

impl Signed<'_> {
    fn text(&self) -> String {
        format!(
            "{}\n{}\n{}\n{}\n{}",
            self.method,
            self.path,
            self.timestamp,
            self.nonce,
            fingerprint(self.body)
        )
    }

    fn mac(&self, secret: &str) -> Option<Hmac<Sha256>> {
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).ok()?;
        mac.update(self.text().as_bytes());
        Some(mac)
    }
}

/// The signature of a call, hex.
pub fn sign(secret: &str, call: &Signed<'_>) -> String {
    // HMAC takes keys of any length.
    call.mac(secret)
        .map_or_else(String::new, |mac| hex::encode(mac.finalize().into_bytes()))
}

/// Checks window, nonce form and signature, the latter in constant time. Whether the nonce is new is the store's to say.
///
/// # Errors
/// [`SignatureError`].
pub fn verify(
    secret: &str,
    call: &Signed<'_>,
    signature: &str,
    now_unix: i64,
) -> Result<(), SignatureError> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric();
    if !(16..=64).contains(&call.nonce.len()) || !call.nonce.bytes().all(fits) {
        return Err(SignatureError::BadNonce);
    }
    if (now_unix.saturating_sub(call.timestamp)).abs() > WINDOW_SECS {
        return Err(SignatureError::OutsideWindow);
    }
    let given = hex::decode(signature).map_err(|_| SignatureError::Differs)?;
    let mac = call.mac(secret).ok_or(SignatureError::Differs)?;
    mac.verify_slice(&given)
        .map_err(|_| SignatureError::Differs)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CALL: Signed<'_> = Signed {
        method: "POST",
        path: "/platform/v1/requests",
        timestamp: 1_767_225_600,
        nonce: "0123456789abcdef",
        body: b"{}",
    };

    /// The same numbers stand in the contract's description, computed there by another program (openssl).
    #[test]
    fn the_published_example_holds() {
        assert_eq!(
            sign("secret", &CALL),
            "a6891c1386d72e008d609cf1bd04bf9aa2852e7be667001ca22ae379773da5d7"
        );
    }

    #[test]
    fn a_changed_part_is_noticed() {
        let signature = sign("secret", &CALL);
        let at = CALL.timestamp + 10;
        assert_eq!(verify("secret", &CALL, &signature, at), Ok(()));
        let changed = [
            Signed {
                method: "GET",
                ..CALL
            },
            Signed {
                path: "/platform/v1/offsets",
                ..CALL
            },
            Signed {
                timestamp: CALL.timestamp + 1,
                ..CALL
            },
            Signed {
                nonce: "0123456789abcdeF",
                ..CALL
            },
            Signed {
                body: b"{ }",
                ..CALL
            },
        ];
        for call in changed {
            assert_eq!(
                verify("secret", &call, &signature, at),
                Err(SignatureError::Differs),
                "{call:?}"
            );
        }
        assert_eq!(
            verify("Secret", &CALL, &signature, at),
            Err(SignatureError::Differs)
        );
        assert_eq!(
            verify("secret", &CALL, &signature, at + WINDOW_SECS),
            Err(SignatureError::OutsideWindow)
        );
        let short = Signed {
            nonce: "short",
            ..CALL
        };
        assert_eq!(
            verify("secret", &short, &sign("secret", &short), at),
            Err(SignatureError::BadNonce)
        );
    }
}
