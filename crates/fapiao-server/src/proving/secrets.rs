//! I12: no secret of the installation stands in what it keeps as text. Found places are named, never the secret.

use super::NAMED;
use crate::config::Config;
use aho_corasick::AhoCorasick;
use fapiao_usecases::{
    errors::StoreError,
    idempotency::fingerprint,
    ports::{CheckResult, SealedPlace, Sealer, Storage},
};
use secrecy::{ExposeSecret, SecretString};
use std::collections::{BTreeSet, HashMap};
use zeroize::Zeroizing;

/// Shorter ones are words that stand anywhere.
const SHORTEST: usize = 10;
/// Rows read at once.
const PAGE: u32 = 200;
/// What keys of the API begin with; their hashes alone are kept.
const KEY_MARK: &str = "fp_";
/// Fewer characters behind it are no key.
const KEY_SHORTEST: usize = 16;

/// A secret, and what it is. Not `Debug`.
pub(super) struct Known {
    what: String,
    text: Zeroizing<String>,
}

impl Known {
    fn new(what: impl Into<String>, text: &str) -> Known {
        Known {
            what: what.into(),
            text: Zeroizing::new(text.to_owned()),
        }
    }

    /// As it may stand in a text: as it is, in an address, in JSON. The padding of base64 may be missing.
    fn spellings(&self) -> Vec<Zeroizing<String>> {
        let text = self.text.trim_end_matches('=');
        if text.len() < SHORTEST {
            return Vec::new();
        }
        let in_address: String = url::form_urlencoded::byte_serialize(text.as_bytes()).collect();
        let in_json = serde_json::Value::from(text).to_string();
        let in_json = in_json.trim_matches('"').to_owned();
        let mut spellings = [text.to_owned(), in_address, in_json]
            .map(Zeroizing::new)
            .to_vec();
        spellings.dedup();
        spellings
    }
}

/// Those that stand in the settings.
pub(super) fn of_settings(config: &Config) -> Vec<Known> {
    let mut known = Vec::new();
    let mut add =
        |what: &str, text: &SecretString| known.push(Known::new(what, text.expose_secret()));
    add("storage.secret_key", &config.storage.secret_key);
    add("tax.sm4_key", &config.tax.sm4_key);
    add("tax.secret", &config.tax.secret);
    add("secrets.master_key", &config.secrets.master_key);
    add("secrets.audit_key", &config.secrets.audit_key);
    for key in &config.secrets.master_keys_before {
        add("secrets.master_keys_before", key);
    }
    for key in &config.secrets.audit_keys_before {
        let key = key.expose_secret();
        let (_, key) = key.split_once(':').unwrap_or(("", key));
        known.push(Known::new("secrets.audit_keys_before", key));
    }
    for (what, address) in [
        ("the password of database.url", &config.database.url),
        ("the password of mail.smtp_url", &config.mail.smtp_url),
    ] {
        let address = url::Url::parse(address.expose_secret());
        if let Some(password) = address.as_ref().ok().and_then(url::Url::password) {
            known.push(Known::new(what, password));
        }
    }
    known
}

/// Those that stand in the database: sealed ones that can be opened, and the tokens WeChat gave. Numbers of buyers'
/// documents are no secrets of the installation, and forgotten by themselves.
async fn of_database(store: &dyn Storage, sealer: &dyn Sealer) -> Result<Vec<Known>, StoreError> {
    let mut known = Vec::new();
    for secret in store.sealed_secrets().await? {
        if secret.place == SealedPlace::BuyerDocument {
            continue;
        }
        if let Some(text) = sealer.open(&secret.purpose, &secret.sealed) {
            let what = format!("{} {}", secret.place.words(), secret.of);
            known.push(Known::new(what, &Zeroizing::new(text)));
        }
    }
    for (what, token) in store.held_tokens().await? {
        known.push(Known::new(what, &Zeroizing::new(token)));
    }
    Ok(known)
}

/// Finds secrets in texts.
struct Finder {
    machine: AhoCorasick,
    /// What each pattern of the machine is.
    what: Vec<String>,
    /// Names of keys of the API, by hash.
    keys: HashMap<String, String>,
}

impl Finder {
    fn new<'a>(
        known: impl Iterator<Item = &'a Known>,
        keys: HashMap<String, String>,
    ) -> Result<Finder, StoreError> {
        let (mut patterns, mut what) = (Vec::new(), Vec::new());
        for secret in known {
            for spelling in secret.spellings() {
                patterns.push(spelling);
                what.push(secret.what.clone());
            }
        }
        let machine = AhoCorasick::new(patterns.iter().map(|it| it.as_bytes()))
            .map_err(|_| StoreError::Corrupt("there are too many secrets to look for".into()))?;
        Ok(Finder {
            machine,
            what,
            keys,
        })
    }

    /// What secrets a text holds.
    fn find(&self, text: &str) -> BTreeSet<String> {
        let mut found: BTreeSet<String> = self
            .machine
            .find_iter(text.as_bytes())
            .filter_map(|it| self.what.get(it.pattern().as_usize()).cloned())
            .collect();
        for (at, _) in text.match_indices(KEY_MARK) {
            let rest = &text[at + KEY_MARK.len()..];
            let length = rest
                .bytes()
                .take_while(|it| it.is_ascii_alphanumeric() || matches!(it, b'-' | b'_'))
                .count();
            if length < KEY_SHORTEST {
                continue;
            }
            let key = &text[at..at + KEY_MARK.len() + length];
            if let Some(name) = self.keys.get(&fingerprint(key.as_bytes())) {
                found.insert(format!("API key {name}"));
            }
        }
        found
    }
}

/// Looks for every secret in the newest `most` texts of each table.
///
/// # Errors
/// [`StoreError`].
pub(super) async fn search(
    store: &dyn Storage,
    sealer: &dyn Sealer,
    own: &[Known],
    most: u32,
) -> Result<CheckResult, StoreError> {
    let places = store.text_places();
    let newest = match most {
        u32::MAX => String::new(),
        most => format!("the newest {most} rows of "),
    };
    let mut result = CheckResult {
        id: "I12".to_owned(),
        title_en: "No secret of this installation stands in what it keeps as text".to_owned(),
        title_zh: "留存的文本中没有本系统的密钥、令牌或密码".to_owned(),
        looked_at: 0,
        found: Vec::new(),
        query: format!(
            "the texts of {newest}each of {}: none has a secret of the settings, an opened secret of the database or a token \
             of WeChat, as it is, as in an address or as in JSON, nor anything whose SHA-256 is that of a key of the API; \
             secrets of fewer than {SHORTEST} characters are not looked for",
            places.join(", ")
        ),
        took_millis: 0,
    };
    let sealed = of_database(store, sealer).await?;
    let keys = store.api_keys().await?;
    let keys = keys
        .into_iter()
        .map(|it| (it.hash, it.id.to_string()))
        .collect();
    let finder = Finder::new(own.iter().chain(&sealed), keys)?;
    for place in places {
        let mut skip = 0;
        while skip < most && result.found.len() < NAMED {
            let limit = PAGE.min(most - skip);
            let page = store.kept_texts(place, skip, limit).await?;
            for row in &page {
                result.looked_at += 1;
                for what in finder.find(&row.text) {
                    result
                        .found
                        .push(format!("row {} of {place} holds {what}", row.id));
                }
            }
            if (page.len() as u64) < u64::from(limit) {
                break;
            }
            skip += limit;
        }
    }
    result.found.truncate(NAMED);
    Ok(result)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finder() -> Finder {
        let known = [
            Known::new("a password", "p@ss/word+\"x\""),
            Known::new("a key", "c2VjcmV0IHNlY3JldCBzZWNyZXQ="),
            Known::new("a word", "secret"),
        ];
        let key = format!("fp_{}", "a1".repeat(32));
        let keys = HashMap::from([(fingerprint(key.as_bytes()), "key_1".to_owned())]);
        Finder::new(known.iter(), keys).unwrap()
    }

    fn found(text: &str) -> Vec<String> {
        finder().find(text).into_iter().collect()
    }

    #[test]
    fn a_secret_is_found_however_it_is_written() {
        for text in [
            "it says p@ss/word+\"x\" here",
            "https://x/?p=p%40ss%2Fword%2B%22x%22&q=1",
            r#"{"p":"p@ss/word+\"x\""}"#,
        ] {
            assert_eq!(found(text), ["a password"], "{text}");
        }
        assert_eq!(found("key=c2VjcmV0IHNlY3JldCBzZWNyZXQ&x"), ["a key"]);
        assert_eq!(found("Bearer fp_a1a1"), [""; 0]);
        let key = format!("Bearer fp_{}, and more", "a1".repeat(32));
        assert_eq!(found(&key), ["API key key_1"]);
    }

    #[test]
    fn words_and_other_keys_are_not() {
        assert!(found("the secret of it").is_empty());
        assert!(found(&format!("fp_{}", "b2".repeat(32))).is_empty());
        assert!(found("").is_empty());
    }
}
