//! A strict reader for request bodies: a member of the wrong type is refused by name, as WeChat
//! does, and never coerced.

use serde_json::{Map, Value};

use crate::refusal::Refusal;

/// One JSON object and where it sits in the body, for the hints.
#[derive(Clone)]
pub(crate) struct Fields<'a> {
    map: Option<&'a Map<String, Value>>,
    path: String,
}

/// Reads a request body as a JSON object.
pub(crate) fn parse_object(body: &[u8]) -> Result<Value, Refusal> {
    if body.iter().all(u8::is_ascii_whitespace) {
        return Err(Refusal::new(44002));
    }
    let Ok(text) = std::str::from_utf8(body) else {
        return Err(Refusal::hint(47001, "the body is not UTF-8"));
    };
    let value: Value =
        serde_json::from_str(text).map_err(|why| Refusal::hint(47001, why.to_string()))?;
    if !value.is_object() {
        return Err(Refusal::hint(47001, "the body is not a JSON object"));
    }
    if has_wide_escape(text) {
        return Err(Refusal::new(40033));
    }
    Ok(value)
}

/// Whether a character beyond ASCII was written as `\uXXXX`.
fn has_wide_escape(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at + 1 < bytes.len() {
        if bytes[at] != b'\\' {
            at += 1;
            continue;
        }
        if bytes[at + 1] == b'u' && !bytes[at + 2..].starts_with(b"00") {
            return true;
        }
        at += 2;
    }
    false
}

impl<'a> Fields<'a> {
    /// The body itself.
    pub(crate) fn of(value: &'a Value) -> Self {
        Self {
            map: value.as_object(),
            path: String::new(),
        }
    }

    fn name(&self, key: &str) -> String {
        if self.path.is_empty() {
            key.to_owned()
        } else {
            format!("{}.{key}", self.path)
        }
    }

    fn get(&self, key: &str) -> Option<&'a Value> {
        self.map.and_then(|map| map.get(key))
    }

    pub(crate) fn has(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    fn wrong(&self, key: &str, wanted: &str, got: &Value) -> Refusal {
        Refusal::param(format!(
            "{} must be {wanted}, not {}",
            self.name(key),
            kind_of(got)
        ))
    }

    /// An optional string; absent and present are told apart.
    pub(crate) fn text_opt(&self, key: &str) -> Result<Option<&'a str>, Refusal> {
        match self.get(key) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(other) => Err(self.wrong(key, "a string", other)),
        }
    }

    /// A string that must be there and not blank.
    pub(crate) fn text(&self, key: &str) -> Result<&'a str, Refusal> {
        match self.text_opt(key)? {
            Some(text) if !text.trim().is_empty() => Ok(text),
            _ => Err(Refusal::param(format!("{} is empty", self.name(key)))),
        }
    }

    pub(crate) fn int_opt(&self, key: &str) -> Result<Option<i64>, Refusal> {
        match self.get(key) {
            None => Ok(None),
            Some(value) => match value.as_i64() {
                Some(number) => Ok(Some(number)),
                None => Err(self.wrong(key, "an integer", value)),
            },
        }
    }

    /// An integer that must be there.
    pub(crate) fn int(&self, key: &str) -> Result<i64, Refusal> {
        self.int_opt(key)?
            .ok_or_else(|| Refusal::param(format!("{} is empty", self.name(key))))
    }

    /// An amount in fen: an integer from 0.
    pub(crate) fn fen(&self, key: &str) -> Result<i64, Refusal> {
        let amount = self.int(key)?;
        if amount < 0 {
            return Err(Refusal::param(format!(
                "{} must not be negative",
                self.name(key)
            )));
        }
        Ok(amount)
    }

    /// Unix seconds: ten digits.
    pub(crate) fn seconds(&self, key: &str) -> Result<i64, Refusal> {
        let at = self.int(key)?;
        if !(1_000_000_000..10_000_000_000).contains(&at) {
            return Err(Refusal::param(format!(
                "{} must be Unix seconds",
                self.name(key)
            )));
        }
        Ok(at)
    }

    /// An optional switch, 0 or 1.
    pub(crate) fn switch_opt(&self, key: &str) -> Result<Option<bool>, Refusal> {
        match self.int_opt(key)? {
            None => Ok(None),
            Some(0) => Ok(Some(false)),
            Some(1) => Ok(Some(true)),
            Some(_) => Err(Refusal::param(format!("{} must be 0 or 1", self.name(key)))),
        }
    }

    /// An inner object. An absent one reads as empty, so that the refusal names the first member
    /// missed (WeChat's own "fee is empty").
    pub(crate) fn object(&self, key: &str) -> Result<Fields<'a>, Refusal> {
        match self.get(key) {
            None => Ok(Fields {
                map: None,
                path: self.name(key),
            }),
            Some(Value::Object(map)) => Ok(Fields {
                map: Some(map),
                path: self.name(key),
            }),
            Some(other) => Err(self.wrong(key, "an object", other)),
        }
    }

    /// An inner object that must be there.
    pub(crate) fn object_required(&self, key: &str) -> Result<Fields<'a>, Refusal> {
        if !self.has(key) {
            return Err(Refusal::param(format!("{} is empty", self.name(key))));
        }
        self.object(key)
    }

    /// An optional list of objects.
    pub(crate) fn list(&self, key: &str) -> Result<Vec<Fields<'a>>, Refusal> {
        match self.get(key) {
            None => Ok(Vec::new()),
            Some(Value::Array(items)) => items
                .iter()
                .enumerate()
                .map(|(index, item)| match item {
                    Value::Object(map) => {
                        let path = format!("{}[{index}]", self.name(key));
                        Ok(Fields {
                            map: Some(map),
                            path,
                        })
                    }
                    other => Err(self.wrong(&format!("{key}[{index}]"), "an object", other)),
                })
                .collect(),
            Some(other) => Err(self.wrong(key, "a list", other)),
        }
    }

    /// An optional list of strings.
    pub(crate) fn texts(&self, key: &str) -> Result<Vec<String>, Refusal> {
        match self.get(key) {
            None => Ok(Vec::new()),
            Some(Value::Array(items)) => items
                .iter()
                .map(|item| match item {
                    Value::String(text) => Ok(text.clone()),
                    other => Err(self.wrong(key, "a list of strings", other)),
                })
                .collect(),
            Some(other) => Err(self.wrong(key, "a list of strings", other)),
        }
    }
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(number) if number.is_f64() => "a decimal number",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_type_is_named_with_its_path() {
        let body = parse_object(br#"{"card_ext":{"user_card":{"fee":"1"}}}"#).unwrap();
        let inner = Fields::of(&body)
            .object("card_ext")
            .unwrap()
            .object("user_card")
            .unwrap();
        let refusal = inner.int("fee").unwrap_err();
        assert_eq!(refusal.code, 72031);
        assert_eq!(
            refusal.hint.as_deref(),
            Some("card_ext.user_card.fee must be an integer, not a string")
        );
    }

    #[test]
    fn an_absent_layer_reads_as_its_first_missing_member() {
        let body = parse_object(br#"{"card_ext":{}}"#).unwrap();
        let inner = Fields::of(&body)
            .object("card_ext")
            .unwrap()
            .object("user_card")
            .unwrap();
        assert_eq!(
            inner.fen("fee").unwrap_err().hint.unwrap(),
            "card_ext.user_card.fee is empty"
        );
    }

    #[test]
    fn escapes_beyond_ascii_are_refused_and_others_are_not() {
        assert_eq!(parse_object(br#"{"a":"\u53d1"}"#).unwrap_err().code, 40033);
        assert!(parse_object(br#"{"a":"\u001f \\u53d1 \n"}"#).is_ok());
        assert_eq!(parse_object(b" ").unwrap_err().code, 44002);
        assert_eq!(parse_object(b"[1]").unwrap_err().code, 47001);
        assert_eq!(parse_object(br#"{"a":1,}"#).unwrap_err().code, 47001);
    }
}
