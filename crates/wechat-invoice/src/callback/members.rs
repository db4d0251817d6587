use serde::de::{MapAccess, Visitor};
use serde_json::{Map, Value};

use super::xml;

/// The members of a push: texts trimmed, numbers as sent, nested ones as objects.
pub type Members = Map<String, Value>;

pub(super) const MEMBERS_MAX: usize = 64;
pub(super) const DEPTH_MAX: usize = 8;

/// Why the content of a push cannot be read. It may still be genuine: store it, answer WeChat, and
/// let the next poll find what it meant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EventError {
    /// Not well-formed, or neither XML nor JSON.
    #[error("the push cannot be read: {0}")]
    Malformed(String),
    /// Well-formed, but of a kind that is refused on principle.
    #[error("the push is refused: {0}")]
    Forbidden(&'static str),
}

/// A member as text; absent and of another type read as empty.
pub(super) fn text(members: &Members, name: &str) -> String {
    members
        .get(name)
        .and_then(crate::flex::to_text)
        .unwrap_or_default()
}

/// Reads XML (`<`) or JSON (`{`) by the first character that is no blank.
pub(super) fn read(text: &str) -> Result<Members, EventError> {
    match text.trim_start().bytes().next() {
        Some(b'<') => xml::read(text),
        Some(b'{') => read_json(text),
        _ => Err(EventError::Malformed(
            "it is neither XML nor JSON".to_owned(),
        )),
    }
}

fn read_json(text: &str) -> Result<Members, EventError> {
    let Unique(members) = serde_json::from_str(text).map_err(|error| {
        let place = format!(
            "JSON fails at line {} column {}",
            error.line(),
            error.column()
        );
        EventError::Malformed(place)
    })?;
    let mut count = 0;
    for value in members.values() {
        measure(value, 2, &mut count)?;
    }
    Ok(members
        .into_iter()
        .map(|(name, value)| (name, trimmed(value)))
        .collect())
}

fn measure(value: &Value, depth: usize, count: &mut usize) -> Result<(), EventError> {
    *count += 1;
    if MEMBERS_MAX < *count {
        return Err(EventError::Forbidden("it has more than 64 members"));
    }
    if DEPTH_MAX < depth {
        return Err(EventError::Forbidden("it is nested deeper than 8"));
    }
    match value {
        Value::Array(inner) => inner
            .iter()
            .try_for_each(|it| measure(it, depth + 1, count)),
        Value::Object(inner) => inner
            .values()
            .try_for_each(|it| measure(it, depth + 1, count)),
        _ => Ok(()),
    }
}

fn trimmed(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(text.trim().to_owned()),
        other => other,
    }
}

/// An object whose members come once each: two readers must not see two different values.
struct Unique(Members);

impl<'de> serde::Deserialize<'de> for Unique {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Unique, D::Error> {
        from.deserialize_map(UniqueVisitor)
    }
}

struct UniqueVisitor;

impl<'de> Visitor<'de> for UniqueVisitor {
    type Value = Unique;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Unique, A::Error> {
        let mut members = Members::new();
        while let Some((name, value)) = map.next_entry::<String, Value>()? {
            if members.insert(name, value).is_some() {
                return Err(serde::de::Error::custom("a member comes twice"));
            }
        }
        Ok(Unique(members))
    }
}
