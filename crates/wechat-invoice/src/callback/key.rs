//! AES keys and the cipher itself: AES-256-CBC, padded to blocks of 32.

use aes::Aes256;
use aes::cipher::block_padding::NoPadding;
use aes::cipher::{BlockModeDecrypt, BlockModeEncrypt, KeyIvInit};
use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::general_purpose::{self, GeneralPurpose, GeneralPurposeConfig};
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

/// The console allows keys whose last character has unused bits set; strict decoders refuse them.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true),
);

const PAD_TO: usize = 32;
const HEAD_BYTES: usize = 16 + 4;

/// Why a [`CallbackCipher`](super::CallbackCipher) cannot be made. Never quotes what was given.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CipherSetupError {
    /// The EncodingAESKey is not the console's 43 letters and digits.
    #[error("the EncodingAESKey must be the 43 letters and digits of WeChat's console")]
    Key,
    /// The token is not the console's 3 to 32 letters and digits.
    #[error("the push token must not be empty")]
    Token,
    /// The app id is empty.
    #[error("the app id must not be empty")]
    AppId,
}

/// An EncodingAESKey (消息加解密密钥).
pub(super) struct AesKey(Zeroizing<[u8; 32]>);

impl AesKey {
    pub(super) fn parse(encoding_aes_key: &SecretString) -> Result<AesKey, CipherSetupError> {
        let text = encoding_aes_key.expose_secret().trim();
        if text.len() != 43 {
            return Err(CipherSetupError::Key);
        }
        let padded = Zeroizing::new(format!("{text}="));
        let bytes = LENIENT
            .decode(padded.as_bytes())
            .map_err(|_| CipherSetupError::Key)?;
        let bytes = Zeroizing::new(bytes);
        let key: [u8; 32] = bytes
            .as_slice()
            .try_into()
            .map_err(|_| CipherSetupError::Key)?;
        Ok(AesKey(Zeroizing::new(key)))
    }

    /// Random ‖ length ‖ message ‖ app id, padded, encrypted, base64.
    pub(super) fn encrypt(&self, random: [u8; 16], message: &str, app_id: &str) -> String {
        let length = u32::try_from(message.len()).expect("messages are capped far below 4 GiB");
        let mut buffer = Vec::with_capacity(HEAD_BYTES + message.len() + app_id.len() + PAD_TO);
        buffer.extend_from_slice(&random);
        buffer.extend_from_slice(&length.to_be_bytes());
        buffer.extend_from_slice(message.as_bytes());
        buffer.extend_from_slice(app_id.as_bytes());
        let padding = PAD_TO - buffer.len() % PAD_TO;
        buffer.extend(std::iter::repeat_n(padding as u8, padding));
        let length = buffer.len();
        let cipher = cbc::Encryptor::<Aes256>::new(&(*self.0).into(), &self.iv().into());
        cipher
            .encrypt_padded::<NoPadding>(&mut buffer, length)
            .expect("a multiple of 32 is a multiple of the block");
        general_purpose::STANDARD.encode(&buffer)
    }

    /// The message and the app id behind it, or `None` for whatever is wrong.
    pub(super) fn decrypt(&self, cipher_text: &[u8]) -> Option<(String, String)> {
        if cipher_text.is_empty() || !cipher_text.len().is_multiple_of(PAD_TO) {
            return None;
        }
        let mut buffer = cipher_text.to_vec();
        let cipher = cbc::Decryptor::<Aes256>::new(&(*self.0).into(), &self.iv().into());
        let plain = cipher.decrypt_padded::<NoPadding>(&mut buffer).ok()?;
        let padding = usize::from(*plain.last()?);
        if !(1..=PAD_TO).contains(&padding) {
            return None;
        }
        let (content, filler) = plain.split_at_checked(plain.len().checked_sub(padding)?)?;
        if filler.iter().any(|byte| usize::from(*byte) != padding) {
            return None;
        }
        let (head, rest) = content.split_at_checked(HEAD_BYTES)?;
        let length = u32::from_be_bytes(head.get(16..)?.try_into().ok()?);
        let (message, app_id) = rest.split_at_checked(usize::try_from(length).ok()?)?;
        let message = String::from_utf8(message.to_vec()).ok()?;
        Some((message, String::from_utf8(app_id.to_vec()).ok()?))
    }

    fn iv(&self) -> [u8; 16] {
        let mut iv = [0; 16];
        iv.copy_from_slice(&self.0[..16]);
        iv
    }
}

/// `Encrypt` is standard, padded base64.
pub(super) fn decode_cipher_text(encrypt: &str) -> Option<Vec<u8>> {
    general_purpose::STANDARD.decode(encrypt.trim()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "Zm9yLXRlc3Qtb25seS1hZXMta2V5LTMyLWJ5dGVzISE";
    const SHORT: &str =
        "QzACgB0yC7HqUN53krBPwKKGQhoop6Mn6Xn8PNQHAfdL5CtX8DyANhW5D6OZwlXa1kzmEQVoU7LpbS+fJgIFiA==";

    fn key(text: &str) -> AesKey {
        AesKey::parse(&text.into()).unwrap()
    }

    #[test]
    fn the_key_is_the_documented_one_whatever_its_trailing_bits() {
        let hex_key = "666f722d746573742d6f6e6c792d6165732d6b65792d33322d62797465732121";
        assert_eq!(hex::encode(*key(KEY).0), hex_key);
        let trailing = "Zm9yLXRlc3Qtb25seS1hZXMta2V5LTMyLWJ5dGVzISF";
        assert_eq!(hex::encode(*key(trailing).0), hex_key);
        // The trap: the strict decoder refuses the second form.
        assert!(
            general_purpose::STANDARD
                .decode(format!("{trailing}="))
                .is_err()
        );
    }

    #[test]
    fn the_short_vector_encrypts_and_decrypts() {
        let sealed = key(KEY).encrypt(*b"fedcba9876543210", "success", "wx1234567890abcdef");
        assert_eq!(sealed, SHORT);
        let opened = key(KEY)
            .decrypt(&decode_cipher_text(SHORT).unwrap())
            .unwrap();
        assert_eq!(
            opened,
            ("success".to_owned(), "wx1234567890abcdef".to_owned())
        );
    }

    #[test]
    fn every_padding_length_goes_there_and_back() {
        for length in 0..70 {
            let message = "x".repeat(length);
            let sealed = key(KEY).encrypt([7; 16], &message, "wx");
            let bytes = decode_cipher_text(&sealed).unwrap();
            assert_eq!(
                key(KEY).decrypt(&bytes),
                Some((message, "wx".to_owned())),
                "{length}"
            );
        }
    }

    #[test]
    fn damaged_cipher_texts_open_to_nothing() {
        let good = decode_cipher_text(SHORT).unwrap();
        assert!(key(KEY).decrypt(&[]).is_none());
        assert!(key(KEY).decrypt(&good[..48]).is_none());
        // A length field beyond the message: flip it through the first block of the chain.
        let mut long = good.clone();
        long[0] ^= 0x80;
        let flipped = key(KEY).decrypt(&long);
        assert_ne!(
            flipped,
            Some(("success".to_owned(), "wx1234567890abcdef".to_owned()))
        );
    }

    #[test]
    fn keys_of_another_shape_are_refused_without_being_quoted() {
        for bad in ["", "short", &"!".repeat(43), &"é".repeat(43)] {
            let error = AesKey::parse(&bad.into()).err().unwrap();
            assert_eq!(error, CipherSetupError::Key);
        }
    }
}
