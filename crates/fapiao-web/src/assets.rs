//! The files under `static/`, inside the binary and named by their content.
//!
//! A page names a file through [`asset_url`]; the address carries the hash of the content, so that
//! a browser may keep it for ever and a new build is seen at once.

use sha2::{Digest, Sha256};
use std::sync::LazyLock;

/// How long a browser may keep a file whose address carries the right hash.
pub const IMMUTABLE: &str = "public, max-age=31536000, immutable";

/// The answer's `Content-Security-Policy` for every page: nothing inline, nothing from elsewhere.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
     img-src 'self' data:; object-src 'self'; frame-src 'self'; form-action 'self' https:; \
     base-uri 'none'; frame-ancestors 'self'";

/// One file.
#[derive(Debug)]
pub struct Asset {
    /// Its path below `static/`, such as `css/base.css`.
    pub path: &'static str,
    /// The whole content.
    pub bytes: &'static [u8],
}

impl Asset {
    /// The media type, told by the ending.
    pub fn content_type(&self) -> &'static str {
        match self.path.rsplit('.').next() {
            Some("css") => "text/css; charset=utf-8",
            Some("js") => "text/javascript; charset=utf-8",
            Some("svg") => "image/svg+xml",
            _ => "application/octet-stream",
        }
    }
}

macro_rules! assets {
    ($($path:literal),* $(,)?) => {
        &[$(Asset { path: $path, bytes: include_bytes!(concat!("../../../static/", $path)) }),*]
    };
}

/// Every file that is served.
pub static ASSETS: &[Asset] = assets![
    "css/tokens.css",
    "css/base.css",
    "css/forms.css",
    "css/tables.css",
    "css/pages.css",
    "css/buyer.css",
    "css/preview.css",
    "css/receipt.css",
    "js/confirm.js",
    "js/copy.js",
    "js/lines.js",
    "js/menus.js",
    "js/preview.js",
    "js/refresh.js",
    "js/rows.js",
    "js/search.js",
    "js/theme.js",
    "js/times.js",
    "icon.svg",
];

static URLS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let url = |it: &Asset| {
        let hash = hex::encode(Sha256::digest(it.bytes));
        format!("/static/{}/{}", &hash[..12], it.path)
    };
    ASSETS.iter().map(url).collect()
});

/// The address of a file, `/static/{hash}/css/base.css`. A name that is not in the table gives an
/// address that answers 404; a test reads all templates for such names.
pub fn asset_url(path: &str) -> &str {
    let found = ASSETS.iter().position(|it| it.path == path);
    found.map_or("/static/unknown", |index| &URLS[index])
}

/// The file behind `/static/{hash}/{path}`, and whether the hash is this build's: then it may be
/// kept for ever ([`IMMUTABLE`]); else, as while nodes of two builds run, it must not be kept.
pub fn find(hash: &str, path: &str) -> Option<(&'static Asset, bool)> {
    let index = ASSETS.iter().position(|it| it.path == path)?;
    let current = URLS[index].split('/').nth(2) == Some(hash);
    Some((&ASSETS[index], current))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_finds_its_file_again() {
        for asset in ASSETS {
            let url = asset_url(asset.path);
            let (hash, path) = url
                .strip_prefix("/static/")
                .unwrap()
                .split_once('/')
                .unwrap();
            let (found, current) = find(hash, path).unwrap();
            assert_eq!(found.path, asset.path);
            assert!(current && !found.bytes.is_empty());
            assert!(!find("000000000000", path).unwrap().1);
        }
        assert!(find("000000000000", "css/none.css").is_none());
    }
}
