//! Secrets at rest: XChaCha20-Poly1305 with the master key; the purpose is bound as associated data. While the master key
//! is changed, the keys before it still open what they sealed.

use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use fapiao_usecases::{ports::Sealer, records::SealedText};

/// First characters of what we seal: a later scheme gets another mark.
const MARK: &str = "s1.";
const NONCE_BYTES: usize = 24;

/// Seals with one master key; opens with it and with those before it.
pub struct MasterKeySealer {
    present: XChaCha20Poly1305,
    before: Vec<XChaCha20Poly1305>,
}

impl MasterKeySealer {
    /// From 32 bytes each.
    pub fn new(present: &[u8; 32], before: &[[u8; 32]]) -> MasterKeySealer {
        let cipher = |key: &[u8; 32]| XChaCha20Poly1305::new(key.into());
        MasterKeySealer {
            present: cipher(present),
            before: before.iter().map(cipher).collect(),
        }
    }
}

/// What one key makes of a sealed text.
fn open_with(key: &XChaCha20Poly1305, purpose: &str, sealed: &SealedText) -> Option<String> {
    let bytes = STANDARD_NO_PAD.decode(sealed.0.strip_prefix(MARK)?).ok()?;
    let (nonce, text) = bytes.split_at_checked(NONCE_BYTES)?;
    let nonce = XNonce::from(<[u8; NONCE_BYTES]>::try_from(nonce).ok()?);
    let payload = Payload {
        msg: text,
        aad: purpose.as_bytes(),
    };
    let plain = key.decrypt(&nonce, payload).ok()?;
    String::from_utf8(plain).ok()
}

impl Sealer for MasterKeySealer {
    fn seal(&self, purpose: &str, text: &str) -> SealedText {
        if text.is_empty() {
            return SealedText::default();
        }
        let nonce_bytes: [u8; NONCE_BYTES] = rand::random();
        let nonce = XNonce::from(nonce_bytes);
        let payload = Payload {
            msg: text.as_bytes(),
            aad: purpose.as_bytes(),
        };
        #[expect(
            clippy::expect_used,
            reason = "sealing fails only for texts of many gigabytes"
        )]
        let sealed = self
            .present
            .encrypt(&nonce, payload)
            .expect("a short text can be sealed");
        let mut bytes = nonce_bytes.to_vec();
        bytes.extend_from_slice(&sealed);
        SealedText(format!("{MARK}{}", STANDARD_NO_PAD.encode(bytes)))
    }

    fn open(&self, purpose: &str, sealed: &SealedText) -> Option<String> {
        if sealed.is_empty() {
            return Some(String::new());
        }
        std::iter::once(&self.present)
            .chain(&self.before)
            .find_map(|key| open_with(key, purpose, sealed))
    }

    fn is_current(&self, purpose: &str, sealed: &SealedText) -> bool {
        sealed.is_empty() || open_with(&self.present, purpose, sealed).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_secret_opens_only_with_its_key_and_purpose() {
        let sealer = MasterKeySealer::new(&[7; 32], &[]);
        let sealed = sealer.seal("account.secret:wx1", "very secret");
        assert!(!sealed.0.contains("secret"));
        assert_eq!(
            sealer.open("account.secret:wx1", &sealed).as_deref(),
            Some("very secret")
        );
        assert_eq!(sealer.open("account.secret:wx2", &sealed), None);
        assert_eq!(
            MasterKeySealer::new(&[8; 32], &[]).open("account.secret:wx1", &sealed),
            None
        );
        let mut changed = sealed.clone();
        changed.0.pop();
        assert_eq!(sealer.open("account.secret:wx1", &changed), None);
        assert_eq!(sealer.open("x", &sealer.seal("x", "")).as_deref(), Some(""));
    }

    #[test]
    fn a_key_before_opens_what_it_sealed_and_seals_nothing_more() {
        let old = MasterKeySealer::new(&[7; 32], &[]);
        let both = MasterKeySealer::new(&[8; 32], &[[6; 32], [7; 32]]);
        let sealed = old.seal("p", "secret");
        assert_eq!(both.open("p", &sealed).as_deref(), Some("secret"));
        assert_eq!(both.open("q", &sealed), None);
        assert!(!both.is_current("p", &sealed));
        let anew = both.seal("p", "secret");
        assert!(both.is_current("p", &anew));
        assert_eq!(old.open("p", &anew), None);
        assert!(both.is_current("p", &SealedText::default()));
    }
}
