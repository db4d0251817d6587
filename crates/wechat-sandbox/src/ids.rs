//! Names that the world gives: openids, platform ids, encrypted card codes, seals on links.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

use crate::model::{Card, InvoiceData};
use crate::world::World;

impl World {
    /// Lower-case hexadecimal SHA-256 over the salt and the parts.
    pub(crate) fn digest(&self, parts: &[&str]) -> String {
        hex::encode(hash(&self.meta.salt, parts))
    }

    /// A buyer's id towards one account.
    pub(crate) fn openid(&self, buyer: &str, appid: &str) -> String {
        // Without the salt: the same person stays the same over a reset.
        format!(
            "o{}",
            &URL_SAFE_NO_PAD.encode(hash("openid", &[buyer, appid]))[..27]
        )
    }

    /// A buyer's id towards the whole open platform.
    pub(crate) fn unionid(&self, buyer: &str) -> String {
        format!(
            "o{}",
            &URL_SAFE_NO_PAD.encode(hash("unionid", &[buyer]))[..27]
        )
    }

    /// The path of a logo uploaded here, whatever address the sandbox had then.
    pub(crate) fn logo_path(&self, url: &str) -> Option<String> {
        let url = url::Url::parse(url).ok()?;
        let id = url.path().strip_prefix("/mmbiz/")?.strip_suffix("/0")?;
        self.logos.get(id).map(|_| url.path().to_owned())
    }

    /// The encrypted form of a card code: base64 with `+`, `/` and `==` in it.
    pub(crate) fn encrypt_code(&self, code: &str) -> String {
        let mac = hash(&self.meta.salt, &["code", code]);
        let mut bytes = mac[..16].to_vec();
        let mask = hash(&self.meta.salt, &["mask", &hex::encode(&mac[..16])]);
        bytes.extend(code.bytes().zip(mask).map(|(byte, mask)| byte ^ mask));
        STANDARD.encode(bytes)
    }

    /// The card behind an encrypted code.
    pub(crate) fn decrypt_code(&self, encrypted: &str) -> Option<&Card> {
        let bytes = STANDARD.decode(encrypted).ok()?;
        let (mac, masked) = bytes.split_at_checked(16)?;
        let mask = hash(&self.meta.salt, &["mask", &hex::encode(mac)]);
        let code: Vec<u8> = masked
            .iter()
            .zip(mask)
            .map(|(byte, mask)| byte ^ mask)
            .collect();
        let code = String::from_utf8(code).ok()?;
        let card = self.cards.get(&code)?;
        (self.encrypt_code(&code) == encrypted).then_some(card)
    }
}

fn hash(salt: &str, parts: &[&str]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    hasher.update(salt.as_bytes());
    for part in parts {
        hasher.update([0x1f]);
        hasher.update(part.as_bytes());
    }
    hasher.finalize().into()
}

/// As seen in the wild: base64url of the appid, `_` and 32 bytes.
pub(crate) fn make_s_pappid(appid: &str) -> String {
    let mut bytes = format!("{appid}_").into_bytes();
    bytes.extend_from_slice(&hash("s_pappid", &[appid]));
    URL_SAFE_NO_PAD.encode(bytes)
}

/// One name for one invoice, whichever member carries the code.
pub(crate) fn invoice_key(data: &InvoiceData, fiscal: bool) -> String {
    let (a, b) = (&data.billing_no, &data.billing_code);
    let (longer, shorter) = if a.len() < b.len() { (b, a) } else { (a, b) };
    format!("{}{longer}/{shorter}", if fiscal { "bill:" } else { "" })
}
