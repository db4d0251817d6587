//! Signatures and message encryption of pushes: SHA-1 over sorted parts, AES-256-CBC with a
//! 32-byte padding block and the appid behind the message.

use aes::Aes256;
use aes::cipher::{BlockModeDecrypt, BlockModeEncrypt, KeyIvInit};
use base64::Engine;
use base64::alphabet;
use base64::engine::general_purpose::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use sha1::{Digest, Sha1};

const BLOCK: usize = 16;
const PADDING_BLOCK: usize = 32;
const RANDOM: usize = 16;
const HEAD: usize = RANDOM + 4;

/// The console hands out keys whose last character may carry unused bits.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Sorts the parts byte-wise, joins them and returns the SHA-1 in lower-case hexadecimal.
pub(crate) fn signature(parts: &[&str]) -> String {
    let mut sorted = parts.to_vec();
    sorted.sort_unstable();
    hex::encode(Sha1::digest(sorted.concat().as_bytes()))
}

/// The 32 bytes behind an EncodingAESKey.
#[derive(Clone)]
pub(crate) struct MessageKey([u8; 32]);

impl MessageKey {
    /// Reads the 43 characters of the console; `None` if they are something else.
    pub(crate) fn parse(encoding_aes_key: &str) -> Option<Self> {
        if encoding_aes_key.len() != 43 {
            return None;
        }
        let bytes = LENIENT.decode(encoding_aes_key).ok()?;
        Some(Self(bytes.try_into().ok()?))
    }

    /// Encrypts for `appid` with fresh randomness; the answer is base64.
    pub(crate) fn encrypt(&self, message: &str, appid: &str) -> String {
        self.encrypt_with(rand::random::<[u8; RANDOM]>(), message, appid)
    }

    fn encrypt_with(&self, random: [u8; RANDOM], message: &str, appid: &str) -> String {
        let mut plain = Vec::with_capacity(HEAD + message.len() + appid.len() + PADDING_BLOCK);
        plain.extend_from_slice(&random);
        let length = u32::try_from(message.len()).expect("a push is shorter than 4 GiB");
        plain.extend_from_slice(&length.to_be_bytes());
        plain.extend_from_slice(message.as_bytes());
        plain.extend_from_slice(appid.as_bytes());
        let padding = PADDING_BLOCK - plain.len() % PADDING_BLOCK;
        let pad = u8::try_from(padding).expect("1 to 32");
        plain.resize(plain.len() + padding, pad);
        let mut cipher = cbc::Encryptor::<Aes256>::new_from_slices(&self.0, &self.0[..BLOCK])
            .expect("32 and 16 bytes");
        for chunk in plain.chunks_exact_mut(BLOCK) {
            let mut block = [0_u8; BLOCK];
            block.copy_from_slice(chunk);
            let mut block = block.into();
            cipher.encrypt_block(&mut block);
            chunk.copy_from_slice(&block);
        }
        STANDARD.encode(plain)
    }

    /// Decrypts; gives the message and the appid behind it.
    pub(crate) fn decrypt(&self, encrypted: &str) -> Option<(String, String)> {
        let mut bytes = STANDARD.decode(encrypted).ok()?;
        if bytes.is_empty() || !bytes.len().is_multiple_of(BLOCK) {
            return None;
        }
        let mut cipher =
            cbc::Decryptor::<Aes256>::new_from_slices(&self.0, &self.0[..BLOCK]).ok()?;
        for chunk in bytes.chunks_exact_mut(BLOCK) {
            let mut block = [0_u8; BLOCK];
            block.copy_from_slice(chunk);
            let mut block = block.into();
            cipher.decrypt_block(&mut block);
            chunk.copy_from_slice(&block);
        }
        let padding = usize::from(*bytes.last()?);
        if !(1..=PADDING_BLOCK).contains(&padding) || bytes.len() < padding + HEAD {
            return None;
        }
        bytes.truncate(bytes.len() - padding);
        let length = u32::from_be_bytes(bytes[RANDOM..HEAD].try_into().ok()?) as usize;
        let end = HEAD.checked_add(length).filter(|end| *end <= bytes.len())?;
        let message = String::from_utf8(bytes[HEAD..end].to_vec()).ok()?;
        Some((message, String::from_utf8(bytes[end..].to_vec()).ok()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "Zm9yLXRlc3Qtb25seS1hZXMta2V5LTMyLWJ5dGVzISE";
    const APPID: &str = "wx1234567890abcdef";
    const XML: &str = "<xml><ToUserName><![CDATA[gh_demo00000001]]></ToUserName><FromUserName><![CDATA[oDEMO_openid_0001]]></FromUserName><CreateTime>1767225600</CreateTime><MsgType><![CDATA[event]]></MsgType><Event><![CDATA[user_authorize_invoice]]></Event><SuccOrderId><![CDATA[INV20260101000001]]></SuccOrderId><FailOrderId><![CDATA[]]></FailOrderId><AuthorizeAppId><![CDATA[wx1234567890abcdef]]></AuthorizeAppId><Source><![CDATA[web]]></Source></xml>";
    const LONG: &str = "bHbEyro92Jeu4Dc/SLuLtxA3piSa0GmtApuvCu/1vRwApM6cbAh0rE3ngFLNK40+U7P9lzbz/nZL8C5Zudpinx45lsoHkws8gDAcKUDkDtOqFgHehTouJTCQYtE5UqhOCn63bc1ihA5F7IRciWMqtiPJpKXn6+9lGTuN/iVXEvES8WaWy4AlP3FyQt7fsNIfz6qT6SwrEEqsbggjLICWPs5rg+wvqRZfgEhTC/dpfVak1MqV75oaJuoejCQ+EcTkzG3KmeFqfxnnKkEpNT8uL3cnzhqXZUmFwfjKW6W66ZK6loWs/B5/1YY8nIhn/J3c4w14FCOeDNwswv0eYuBnPO8Y8EPG9o94mjFJljnKsRNCGQHOJAh4GDH9c8pOePhgtyNR4GBeuSd4RzW1N1KWqTI4YqIkjMqAWTfxa+23Jh2W/BFKD8BRNsGyLYu0l1lL3H/Ywd3CjEIXCE1nKZeYWJy2hwRUPHdpLFgut0aBShWUKsUGAJJ3z+ugtQebzRhGgHd41AYAgh3EdkEPP6szQNV1MHOZathKB+PJpxLC4fJMdK3W+JINoaYG3ADndQ5tJSKE+s/g5lYVFBVpDWUwRlhD3kfc64yC3noYZ7bBuMdsumKCyrYL9RDddmPelBFQ";

    #[test]
    fn url_verification_vectors_hold() {
        for (token, timestamp, nonce, expected) in [
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
        ] {
            assert_eq!(signature(&[token, timestamp, nonce]), expected);
        }
    }

    #[test]
    fn the_short_vector_holds() {
        let key = MessageKey::parse(KEY).unwrap();
        let encrypted = key.encrypt_with(*b"fedcba9876543210", "success", APPID);
        assert_eq!(
            encrypted,
            "QzACgB0yC7HqUN53krBPwKKGQhoop6Mn6Xn8PNQHAfdL5CtX8DyANhW5D6OZwlXa1kzmEQVoU7LpbS+fJgIFiA=="
        );
        assert_eq!(
            signature(&["tk_demo_2031", "1767225600", "778899001", &encrypted]),
            "68bf08f44d0be61d94ff6bbb24dc253c182ae376"
        );
    }

    #[test]
    fn the_long_vector_holds_both_ways() {
        let key = MessageKey::parse(KEY).unwrap();
        let encrypted = key.encrypt_with(*b"0123456789abcdef", XML, APPID);
        assert_eq!(encrypted, LONG);
        assert_eq!(
            signature(&["tk_demo_2031", "1767225600", "778899001", &encrypted]),
            "792bbd9a5f14dac8bfd65b483e9fadb1cd9542d2"
        );
        assert_eq!(key.decrypt(LONG), Some((XML.to_owned(), APPID.to_owned())));
    }

    #[test]
    fn a_key_with_unused_trailing_bits_is_the_same_key() {
        let odd = MessageKey::parse("Zm9yLXRlc3Qtb25seS1hZXMta2V5LTMyLWJ5dGVzISF").unwrap();
        assert_eq!(odd.decrypt(LONG).unwrap().1, APPID);
    }

    #[test]
    fn every_message_length_survives_the_round_trip() {
        let key = MessageKey::parse(KEY).unwrap();
        for length in 0..70 {
            let message = "x".repeat(length);
            let encrypted = key.encrypt(&message, APPID);
            assert_eq!(key.decrypt(&encrypted), Some((message, APPID.to_owned())));
        }
    }

    #[test]
    fn broken_cipher_text_is_refused() {
        let key = MessageKey::parse(KEY).unwrap();
        for text in ["", "AAAA", "not base64!", &LONG[..64]] {
            assert_eq!(key.decrypt(text), None, "{text}");
        }
        assert!(MessageKey::parse("short").is_none());
    }
}
