//! The log of API calls: what came, what was answered. Tokens and secrets are not kept.

use serde::Serialize;

/// One call as WeChat received it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct CallRecord {
    pub(crate) rid: String,
    pub(crate) at_ms: i64,
    pub(crate) cost_ms: u64,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) appid: String,
    pub(crate) client_ip: String,
    pub(crate) errcode: i64,
    pub(crate) fault: Option<&'static str>,
    pub(crate) request: String,
    pub(crate) answer: String,
}

const LONGEST: usize = 4096;
const SECRETS: &[&str] = &["secret", "appsecret", "access_token", "ticket"];

/// A JSON body for the log: secrets blanked, cut at 4 KiB.
pub(crate) fn loggable(body: &[u8]) -> String {
    let Ok(mut value) = serde_json::from_slice::<serde_json::Value>(body) else {
        return match std::str::from_utf8(body) {
            Ok(text) if text.len() <= LONGEST && !text.contains("secret") => text.to_owned(),
            _ => format!("({} bytes)", body.len()),
        };
    };
    if let Some(members) = value.as_object_mut() {
        for key in SECRETS {
            if let Some(member) = members.get_mut(*key) {
                *member = "***".into();
            }
        }
    }
    cut(value.to_string())
}

/// Cuts a text for the log, at a character boundary.
pub(crate) fn cut(mut text: String) -> String {
    if LONGEST < text.len() {
        let end = (0..=LONGEST)
            .rev()
            .find(|at| text.is_char_boundary(*at))
            .unwrap_or(0);
        text.truncate(end);
        text.push('…');
    }
    text
}
