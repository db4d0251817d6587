//! Readers for members that WeChat types one way on the page and sends another way.
//!
//! Numbers arrive as numbers or strings, ids as strings or numbers, lists as lists or single
//! objects. A member of a useless type reads as absent: an answer is never lost over a side member.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// A whole number, also when it was written as a string.
pub(crate) fn to_int(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.trim().parse().ok(),
        Value::Bool(flag) => Some(i64::from(*flag)),
        _ => None,
    }
}

/// Text, also when it was written as a number. Kept as sent, blanks included.
pub(crate) fn to_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

pub(crate) fn int<'de, D: Deserializer<'de>>(from: D) -> Result<Option<i64>, D::Error> {
    Ok(to_int(&Value::deserialize(from)?))
}

pub(crate) fn text<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    Ok(to_text(&Value::deserialize(from)?))
}

/// Text with the blanks around it removed; empty reads as absent.
pub(crate) fn trimmed<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    let text = to_text(&Value::deserialize(from)?);
    Ok(text
        .map(|text| text.trim().to_owned())
        .filter(|text| !text.is_empty()))
}

/// A 0/1 switch; absent, `null` and anything else mean 0.
pub(crate) fn switch<'de, D: Deserializer<'de>>(from: D) -> Result<bool, D::Error> {
    Ok(to_int(&Value::deserialize(from)?) == Some(1))
}

/// A list; a single object counts as a list of one, members that do not fit are left out.
pub(crate) fn list<'de, D, T>(from: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned,
{
    let values = match Value::deserialize(from)? {
        Value::Array(values) => values,
        single @ (Value::Object(_) | Value::String(_)) => vec![single],
        _ => Vec::new(),
    };
    Ok(values
        .into_iter()
        .filter_map(|value| serde_json::from_value(value).ok())
        .collect())
}

/// An object; anything of another type reads as absent.
pub(crate) fn object<'de, D, T>(from: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned,
{
    Ok(match Value::deserialize(from)? {
        value @ Value::Object(_) => serde_json::from_value(value).ok(),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct Sample {
        #[serde(default, deserialize_with = "int")]
        int: Option<i64>,
        #[serde(default, deserialize_with = "text")]
        text: Option<String>,
        #[serde(default, deserialize_with = "trimmed")]
        trimmed: Option<String>,
        #[serde(default, deserialize_with = "switch")]
        switch: bool,
        #[serde(default, deserialize_with = "list")]
        list: Vec<String>,
    }

    fn read(json: &str) -> Sample {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn numbers_and_strings_are_read_either_way() {
        let sample =
            read(r#"{"int":" 7200 ","text":9000000000000001,"trimmed":" a ","switch":"1"}"#);
        assert_eq!(sample.int, Some(7200));
        assert_eq!(sample.text.as_deref(), Some("9000000000000001"));
        assert_eq!(sample.trimmed.as_deref(), Some("a"));
        assert!(sample.switch);
    }

    #[test]
    fn nonsense_reads_as_absent() {
        let sample = read(r#"{"int":[],"text":null,"trimmed":"  ","switch":{},"list":7}"#);
        assert_eq!(
            (sample.int, sample.text, sample.trimmed),
            (None, None, None)
        );
        assert!(!sample.switch && sample.list.is_empty());
    }

    #[test]
    fn a_single_member_is_a_list_of_one() {
        assert_eq!(read(r#"{"list":"a"}"#).list, ["a"]);
        assert_eq!(read(r#"{"list":["a","b"]}"#).list, ["a", "b"]);
    }
}
