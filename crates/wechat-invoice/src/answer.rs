//! From the bytes of an answer to its typed members, or to the right kind of error.

use std::fmt;

use serde::de::{Deserialize, DeserializeOwned, Deserializer, MapAccess, Visitor};
use serde_json::{Map, Value};

use crate::error::Error;
use crate::flex;
use crate::http::{Effect, Spec};

/// The members of an answer beyond `errcode` and `errmsg`.
pub(crate) type Members = Map<String, Value>;

/// An HTTP answer, read whole.
pub(crate) struct RawAnswer {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

/// An answer's object. One of WeChat's pages (`getusertitleurl`) prints `errcode` twice, the second time with the text that
/// belongs to `errmsg`: the number counts, wherever it stands.
struct Envelope(Members);

impl<'de> Deserialize<'de> for Envelope {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Envelope, D::Error> {
        from.deserialize_map(EnvelopeVisitor)
    }
}

struct EnvelopeVisitor;

impl<'de> Visitor<'de> for EnvelopeVisitor {
    type Value = Envelope;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Envelope, A::Error> {
        let mut members = Members::new();
        while let Some((name, value)) = map.next_entry::<String, Value>()? {
            let is_number = |value: &Value| flex::to_int(value).is_some();
            match members.get(&name) {
                Some(before) if name == "errcode" && is_number(before) && !is_number(&value) => {
                    members.entry("errmsg").or_insert(value);
                }
                _ => {
                    members.insert(name, value);
                }
            }
        }
        Ok(Envelope(members))
    }
}

/// Splits success from refusal. `blot` are credentials that must not survive in an `errmsg`.
pub(crate) fn members(spec: &Spec, raw: &RawAnswer, blot: &[&str]) -> Result<Members, Error> {
    if raw.status != 200 {
        // Business refusals come as 200; anything else is a proxy or a fault on the way.
        return Err(unusable(
            spec,
            raw.status,
            format!("HTTP status {}", raw.status),
        ));
    }
    let Envelope(members) = serde_json::from_slice(&raw.body).map_err(|error| {
        // The parser's own text may quote the answer; the place is enough.
        let place = format!("line {} column {}", error.line(), error.column());
        let size = raw.body.len();
        let reason = if error.is_data() {
            "the JSON is not an object".to_owned()
        } else {
            format!("{size} bytes that are no JSON ({place})")
        };
        unusable(spec, raw.status, reason)
    })?;
    match members.get("errcode").map(flex::to_int) {
        Some(Some(0)) => Ok(members),
        Some(Some(errcode)) => Err(refused(spec, errcode, &members, blot)),
        Some(None) => Err(unusable(
            spec,
            raw.status,
            "`errcode` is not a number".into(),
        )),
        None if spec.proof.iter().any(|name| members.contains_key(*name)) => Ok(members),
        None => Err(unusable(spec, raw.status, "`errcode` is missing".into())),
    }
}

/// Reads the members into `T`, whose members are all optional or flexible.
pub(crate) fn typed<T: DeserializeOwned>(spec: &Spec, members: Members) -> Result<T, Error> {
    serde_json::from_value(Value::Object(members))
        .map_err(|_| unusable(spec, 200, "a member has an unexpected type".into()))
}

/// A member the caller cannot do without.
pub(crate) fn required<T>(spec: &Spec, name: &str, value: Option<T>) -> Result<T, Error> {
    value.ok_or_else(|| unusable(spec, 200, format!("answered success without `{name}`")))
}

/// No usable answer: what that means depends on what the call does.
pub(crate) fn unusable(spec: &Spec, status: u16, reason: String) -> Error {
    match spec.effect {
        Effect::Once => Error::OutcomeUnknown {
            call: spec.name(),
            reason,
        },
        Effect::Repeatable => Error::Undecodable {
            call: spec.name(),
            status,
            reason,
        },
    }
}

fn refused(spec: &Spec, errcode: i64, members: &Members, blot: &[&str]) -> Error {
    let mut errmsg = members
        .get("errmsg")
        .and_then(flex::to_text)
        .unwrap_or_default();
    for secret in blot.iter().filter(|secret| !secret.is_empty()) {
        errmsg = errmsg.replace(secret, "***");
    }
    let rid = rid(&errmsg);
    Error::Refused {
        call: spec.name(),
        errcode,
        errmsg,
        rid,
    }
}

/// The request id at the end of an `errmsg`: `…, rid: 5f3e-1a2b-3c4d`.
fn rid(errmsg: &str) -> Option<String> {
    let (_, after) = errmsg.rsplit_once("rid:")?;
    let rid: String = after
        .trim_start()
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || *c == '-')
        .collect();
    (!rid.is_empty()).then_some(rid)
}

/// Leaves the envelope out of the members kept for later.
pub(crate) fn known_out(mut other: Members) -> Members {
    other.remove("errcode");
    other.remove("errmsg");
    other
}

/// Blots out a secret that the refusal quotes.
pub(crate) fn without(error: Error, secret: &str) -> Error {
    match error {
        Error::Refused {
            call,
            errcode,
            errmsg,
            rid,
        } if !secret.is_empty() => Error::Refused {
            call,
            errcode,
            errmsg: errmsg.replace(secret, "***"),
            rid,
        },
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_errcode_that_comes_twice_is_its_number() {
        let read = |text: &str| serde_json::from_str::<Envelope>(text).unwrap().0;
        for text in [
            r#"{"errcode":0,"errcode":"ok","url":"u"}"#,
            r#"{"errcode":"ok","errcode":0,"url":"u"}"#,
        ] {
            assert_eq!(flex::to_int(&read(text)["errcode"]), Some(0), "{text}");
        }
        assert_eq!(
            read(r#"{"errcode":72031,"errcode":"bad"}"#)["errmsg"],
            "bad"
        );
        // Two different numbers: the last one, as every reader has it, so that a refusal is not read as success here.
        assert_eq!(read(r#"{"errcode":0,"errcode":72031}"#)["errcode"], 72031);
    }

    #[test]
    fn the_request_id_is_found_in_both_spellings() {
        let text = "invalid ip 203.0.113.9, not in whitelist rid: 11111111-22222222-33333333";
        assert_eq!(rid(text).as_deref(), Some("11111111-22222222-33333333"));
        assert_eq!(
            rid("invalid params, rid: 5f-6a-7b hint: [x]").as_deref(),
            Some("5f-6a-7b")
        );
        assert_eq!(rid("ok"), None);
    }
}
