//! The cipher of the direct connection: SM4 (GB/T 32907) in ECB mode with PKCS#7 padding, as
//! base64 text.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use ecb::cipher::{
    BlockModeDecrypt as _, BlockModeEncrypt as _, KeyInit as _, block_padding::Pkcs7,
};
use sm4::Sm4;

const BLOCK: usize = 16;

/// Encrypts `plain` and returns base64 text.
pub(crate) fn seal(key: &[u8; 16], plain: &[u8]) -> String {
    let mut buffer = vec![0_u8; (plain.len() / BLOCK + 1) * BLOCK];
    buffer[..plain.len()].copy_from_slice(plain);
    let sealed = ecb::Encryptor::<Sm4>::new(&(*key).into())
        .encrypt_padded::<Pkcs7>(&mut buffer, plain.len())
        .expect("the buffer has room for one whole block of padding");
    STANDARD.encode(sealed)
}

/// Decrypts base64 text; `None` when it is not what [`seal`] makes with this key.
pub(crate) fn open(key: &[u8; 16], text: &[u8]) -> Option<Vec<u8>> {
    let mut buffer = STANDARD.decode(text.trim_ascii()).ok()?;
    let plain = ecb::Decryptor::<Sm4>::new(&(*key).into())
        .decrypt_padded::<Pkcs7>(&mut buffer)
        .ok()?;
    let length = plain.len();
    buffer.truncate(length);
    Some(buffer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_standard_comes_out() {
        let key: [u8; 16] = hex::decode("0123456789abcdeffedcba9876543210")
            .unwrap()
            .try_into()
            .unwrap();
        let sealed = STANDARD.decode(seal(&key, &key)).unwrap();
        assert_eq!(
            hex::encode(&sealed[..16]),
            "681edf34d206965e86b3e94f536e4246"
        );
        assert_eq!(sealed.len(), 32, "a full block of padding follows");
    }

    #[test]
    fn what_was_sealed_opens_and_nothing_else_does() {
        let key = [7_u8; 16];
        for length in [0_usize, 1, 15, 16, 17, 4096] {
            let plain = vec![b'x'; length];
            assert_eq!(open(&key, seal(&key, &plain).as_bytes()), Some(plain));
        }
        assert_eq!(open(&key, b"not base64!"), None);
        assert_eq!(open(&[8; 16], seal(&key, b"{\"a\":1}").as_bytes()), None);
    }
}
