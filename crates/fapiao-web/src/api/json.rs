//! JSON as it was written: members in order, doubled ones seen, numbers told apart from text.

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use std::fmt;

/// One JSON value. The value of a number isn't kept: the API takes none.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Node {
    /// `null`.
    Null,
    /// `true`, `false`.
    Flag(bool),
    /// Any number.
    Number,
    /// A text.
    Text(String),
    /// An array.
    List(Vec<Node>),
    /// An object, doubled members included.
    Object(Vec<(String, Node)>),
}

impl Node {
    /// Its sort, for messages: English and Chinese.
    pub(crate) const fn sort(&self) -> (&'static str, &'static str) {
        match self {
            Node::Null => ("null", "null"),
            Node::Flag(_) => ("a boolean", "布尔值"),
            Node::Number => ("a number", "数字"),
            Node::Text(_) => ("a string", "字符串"),
            Node::List(_) => ("an array", "数组"),
            Node::Object(_) => ("an object", "对象"),
        }
    }

    /// Reads a document. A byte order mark in front is skipped.
    ///
    /// # Errors
    /// Where the text stops being JSON.
    pub(crate) fn read(bytes: &[u8]) -> Result<Node, serde_json::Error> {
        serde_json::from_slice(bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes))
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Node, D::Error> {
        deserializer.deserialize_any(NodeVisitor)
    }
}

struct NodeVisitor;

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Node, E> {
        Ok(Node::Flag(value))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Node, E> {
        Ok(Node::Number)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Node, E> {
        Ok(Node::Number)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Node, E> {
        Ok(Node::Number)
    }

    fn visit_str<E>(self, value: &str) -> Result<Node, E> {
        Ok(Node::Text(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Node, E> {
        Ok(Node::Text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Node, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Node::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Node, A::Error> {
        let mut members = Vec::new();
        while let Some(entry) = entries.next_entry()? {
            members.push(entry);
        }
        Ok(Node::Object(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_doubled_members_stay_visible() {
        let node = Node::read(br#"{"a":1.50,"a":"1","b":[null,true]}"#).unwrap();
        let members = vec![
            ("a".to_owned(), Node::Number),
            ("a".to_owned(), Node::Text("1".to_owned())),
            (
                "b".to_owned(),
                Node::List(vec![Node::Null, Node::Flag(true)]),
            ),
        ];
        assert_eq!(node, Node::Object(members));
        let marked = "\u{feff}{\"a\":-1}".as_bytes();
        let members = vec![("a".to_owned(), Node::Number)];
        assert_eq!(Node::read(marked).unwrap(), Node::Object(members));
    }

    #[test]
    fn what_is_no_json_says_where() {
        let error = Node::read(b"{\n \"a\": }").unwrap_err();
        assert_eq!((error.line(), error.column()), (2, 7));
        assert!(Node::read(b"{} x").is_err());
        assert!(Node::read(b"\"\xFF\"").is_err());
        assert!(Node::read("[".repeat(5000).as_bytes()).is_err());
    }
}
