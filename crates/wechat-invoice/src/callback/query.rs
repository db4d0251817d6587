//! The query of a push, read so that nothing can be smuggled in twice.

use percent_encoding::percent_decode_str;

/// The parameters that matter. Absent and empty are both `None`; doubled is an error.
#[derive(Default)]
pub(super) struct PushQuery {
    pub(super) signature: Option<String>,
    pub(super) timestamp: Option<String>,
    pub(super) nonce: Option<String>,
    pub(super) openid: Option<String>,
    pub(super) echostr: Option<String>,
    pub(super) encrypt_type: Parameter,
    pub(super) msg_signature: Parameter,
}

/// A parameter whose presence itself says something.
#[derive(Default)]
pub(super) enum Parameter {
    #[default]
    Absent,
    Empty,
    Given(String),
}

impl Parameter {
    pub(super) fn given(&self) -> Option<&str> {
        match self {
            Parameter::Given(text) => Some(text),
            _ => None,
        }
    }
}

const VALUE_BYTES_MAX: usize = 256;

impl PushQuery {
    /// `None` if a known parameter comes twice, or is no UTF-8, or is absurdly long.
    pub(super) fn read(query: &str) -> Option<PushQuery> {
        let mut read = PushQuery::default();
        let mut seen = Vec::new();
        for pair in query
            .trim_start_matches('?')
            .split('&')
            .filter(|pair| !pair.is_empty())
        {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let name = decoded(name)?;
            let known = match name.as_str() {
                "signature" => 0,
                "timestamp" => 1,
                "nonce" => 2,
                "openid" => 3,
                "encrypt_type" => 4,
                "msg_signature" => 5,
                "echostr" => 6,
                _ => continue,
            };
            if seen.contains(&known) || VALUE_BYTES_MAX < value.len() {
                return None;
            }
            seen.push(known);
            let value = decoded(value)?;
            let filled = (!value.is_empty()).then(|| value.clone());
            let parameter = if value.is_empty() {
                Parameter::Empty
            } else {
                Parameter::Given(value)
            };
            match known {
                0 => read.signature = filled,
                1 => read.timestamp = filled,
                2 => read.nonce = filled,
                3 => read.openid = filled,
                4 => read.encrypt_type = parameter,
                5 => read.msg_signature = parameter,
                _ => read.echostr = filled,
            }
        }
        Some(read)
    }
}

/// Percent-decoding that leaves `+` alone.
fn decoded(text: &str) -> Option<String> {
    percent_decode_str(text)
        .decode_utf8()
        .ok()
        .map(std::borrow::Cow::into_owned)
}
