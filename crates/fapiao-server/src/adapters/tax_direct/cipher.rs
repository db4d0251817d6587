//! SM4 in ECB mode with PKCS#7 padding, as base64 text, and the signature of a request.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use ecb::cipher::{
    BlockModeDecrypt as _, BlockModeEncrypt as _, KeyInit as _, block_padding::Pkcs7,
};
use hmac::{Hmac, Mac as _};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::Sha256;
use sm4::Sm4;
use zeroize::Zeroizing;

const BLOCK: usize = 16;

/// The keys of a party; never printed.
pub(super) struct Keys {
    body: Zeroizing<[u8; 16]>,
    signature: SecretString,
}

impl Keys {
    /// `None` when the body key is not 32 hexadecimal digits.
    pub(super) fn new(body: &SecretString, signature: SecretString) -> Option<Keys> {
        let mut key = Zeroizing::new([0_u8; 16]);
        hex::decode_to_slice(body.expose_secret(), key.as_mut()).ok()?;
        Some(Keys {
            body: key,
            signature,
        })
    }

    pub(super) fn seal(&self, plain: &[u8]) -> String {
        let mut buffer = vec![0_u8; (plain.len() / BLOCK + 1) * BLOCK];
        buffer[..plain.len()].copy_from_slice(plain);
        // The buffer always has room for the padding; an empty text would be refused by the authority.
        let sealed = ecb::Encryptor::<Sm4>::new(&(*self.body).into())
            .encrypt_padded::<Pkcs7>(&mut buffer, plain.len())
            .unwrap_or_default();
        STANDARD.encode(sealed)
    }

    pub(super) fn open(&self, text: &str) -> Option<Vec<u8>> {
        let mut buffer = STANDARD.decode(text.trim()).ok()?;
        let length = ecb::Decryptor::<Sm4>::new(&(*self.body).into())
            .decrypt_padded::<Pkcs7>(&mut buffer)
            .ok()?
            .len();
        buffer.truncate(length);
        Some(buffer)
    }

    /// Hexadecimal HMAC-SHA256 over service, timestamp and the body as sent. The real scheme is not published; this
    /// is the one of `tax-sandbox`, and the one place to change.
    pub(super) fn sign(&self, service: &str, timestamp: &str, body: &str) -> String {
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(self.signature.expose_secret().as_bytes())
        else {
            return String::new(); // HMAC takes a key of any length.
        };
        for part in [service, "\n", timestamp, "\n", body] {
            mac.update(part.as_bytes());
        }
        hex::encode(mac.finalize().into_bytes())
    }
}
