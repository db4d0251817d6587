//! Reads a body member by member and collects everything that is wrong, each with its JSON Pointer.

use super::json::Node;
use crate::problem::{Kind, Place, Problem, Said, Wrong};
use fapiao_usecases::fields::FieldError;

/// Collects what is wrong.
#[derive(Debug, Default)]
pub(crate) struct Reader {
    wrong: Vec<Wrong>,
}

/// An object whose members may be asked for.
#[derive(Clone, Debug)]
pub(crate) struct Members<'a> {
    pointer: String,
    members: &'a [(String, Node)],
}

impl<'a> Members<'a> {
    /// The pointer of a member.
    pub(crate) fn pointer(&self, name: &str) -> String {
        format!("{}/{}", self.pointer, escape(name))
    }

    /// Whether a member is there and isn't `null`.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// A member that is there and isn't `null`.
    fn get(&self, name: &str) -> Option<&'a Node> {
        let found = self.members.iter().find(|(known, _)| known == name);
        found
            .map(|(_, node)| node)
            .filter(|node| **node != Node::Null)
    }
}

impl Reader {
    /// What is wrong, or nothing.
    pub(crate) fn into_wrong(self) -> Vec<Wrong> {
        self.wrong
    }

    /// Whether everything was right so far.
    pub(crate) fn is_content(&self) -> bool {
        self.wrong.is_empty()
    }

    /// Everything that is wrong: with the body, and by the rules. Where the body is wrong already, a rule says nothing
    /// new about the same member or what is inside it.
    pub(crate) fn refused(self, mut rules: Vec<FieldError>) -> Problem {
        let mut wrong = self.wrong;
        let known: Vec<String> = wrong
            .iter()
            .map(|it| match &it.place {
                Place::Pointer(place) | Place::Parameter(place) => place.clone(),
            })
            .collect();
        rules.retain(|rule| {
            let inside = |place: &String| {
                let rest = rule.pointer.strip_prefix(place.as_str());
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            };
            !known.iter().any(inside)
        });
        wrong.extend(rules.into_iter().map(Wrong::from));
        Problem::wrong(Kind::InvalidFields, wrong)
    }

    /// Notes a wrong value.
    pub(crate) fn refuse(&mut self, pointer: String, code: &str, said: Said) {
        self.wrong.push(Wrong {
            place: Place::Pointer(pointer),
            code: code.to_owned(),
            said,
        });
    }

    /// The members of an object; every member that isn't `known`, and every doubled one, is wrong.
    pub(crate) fn object<'a>(
        &mut self,
        node: &'a Node,
        pointer: String,
        known: &[&str],
    ) -> Option<Members<'a>> {
        let Node::Object(members) = node else {
            self.wrong_sort(pointer, node, ("an object", "对象"));
            return None;
        };
        let object = Members { pointer, members };
        for (at, (name, _)) in members.iter().enumerate() {
            if !known.contains(&name.as_str()) {
                let said = Said::new(
                    format!(
                        "there is no such member here; known are {}",
                        known.join(", ")
                    ),
                    format!("此处没有这个字段；可用字段：{}", known.join("、")),
                );
                self.refuse(object.pointer(name), "E_UNKNOWN_MEMBER", said);
            } else if members[..at].iter().any(|(before, _)| before == name) {
                let said = Said::new("the member stands here twice", "同一字段出现了两次");
                self.refuse(object.pointer(name), "E_DUPLICATE", said);
            }
        }
        Some(object)
    }

    /// A text that has to be there.
    pub(crate) fn text(&mut self, of: &Members<'_>, name: &str) -> String {
        if self.requires(of, name) {
            self.optional_text(of, name)
        } else {
            String::new()
        }
    }

    /// A text, or an empty one.
    pub(crate) fn optional_text(&mut self, of: &Members<'_>, name: &str) -> String {
        match of.get(name) {
            None => String::new(),
            Some(Node::Text(text)) => text.clone(),
            Some(other) => {
                self.wrong_sort(of.pointer(name), other, ("a string", "字符串"));
                String::new()
            }
        }
    }

    /// A decimal written as text, which has to be there; `example` shows how.
    pub(crate) fn decimal(&mut self, of: &Members<'_>, name: &str, example: &str) -> String {
        if self.requires(of, name) {
            self.optional_decimal(of, name, example)
        } else {
            String::new()
        }
    }

    /// A decimal written as text, or an empty text.
    pub(crate) fn optional_decimal(
        &mut self,
        of: &Members<'_>,
        name: &str,
        example: &str,
    ) -> String {
        if !matches!(of.get(name), Some(Node::Number)) {
            return self.optional_text(of, name);
        }
        let said = Said::new(
            format!(
                "write it as a decimal string such as \"{example}\": a JSON number may lose digits on its way"
            ),
            format!(
                "须写成字符串形式的小数，例如 \"{example}\"；JSON 数字在传输中可能丢失精度，故不接受"
            ),
        );
        self.refuse(of.pointer(name), "E_DECIMAL_STRING", said);
        String::new()
    }

    /// `true` or `false`; `false` when it is not there.
    pub(crate) fn optional_flag(&mut self, of: &Members<'_>, name: &str) -> bool {
        of.has(name) && self.flag(of, name)
    }

    /// `true` or `false`, which has to be there.
    pub(crate) fn flag(&mut self, of: &Members<'_>, name: &str) -> bool {
        match of.get(name) {
            Some(Node::Flag(flag)) => *flag,
            Some(other) => {
                self.wrong_sort(of.pointer(name), other, ("true or false", "true 或 false"));
                false
            }
            None => {
                self.requires(of, name);
                false
            }
        }
    }

    /// The items of a list that has to be there, each with its pointer.
    pub(crate) fn list<'a>(&mut self, of: &Members<'a>, name: &str) -> Vec<(String, &'a Node)> {
        if !self.requires(of, name) {
            return Vec::new();
        }
        match of.get(name) {
            Some(Node::List(items)) => {
                let pointer = of.pointer(name);
                let with_pointer = |(at, item)| (format!("{pointer}/{at}"), item);
                items.iter().enumerate().map(with_pointer).collect()
            }
            Some(other) => {
                self.wrong_sort(of.pointer(name), other, ("an array", "数组"));
                Vec::new()
            }
            None => Vec::new(),
        }
    }

    /// An object inside, if it is there.
    pub(crate) fn optional_object<'a>(
        &mut self,
        of: &Members<'a>,
        name: &str,
        known: &[&str],
    ) -> Option<Members<'a>> {
        let node = of.get(name)?;
        self.object(node, of.pointer(name), known)
    }

    fn requires(&mut self, of: &Members<'_>, name: &str) -> bool {
        let is_there = of.get(name).is_some();
        if !is_there {
            let said = Said::new("this member is required", "必填字段缺失");
            self.refuse(of.pointer(name), "E_REQUIRED", said);
        }
        is_there
    }

    fn wrong_sort(&mut self, pointer: String, found: &Node, wanted: (&str, &str)) {
        let (found_en, found_zh) = found.sort();
        let said = Said::new(
            format!("{} is wanted here, not {found_en}", wanted.0),
            format!("此处应为{}，而不是{found_zh}", wanted.1),
        );
        self.refuse(pointer, "E_TYPE", said);
    }
}

/// A member's name inside a JSON Pointer (RFC 6901).
fn escape(name: &str) -> String {
    let cut: String = name.chars().take(64).collect();
    cut.replace('~', "~0").replace('/', "~1")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(reader: Reader) -> Vec<(String, String)> {
        let place = |wrong: Wrong| match wrong.place {
            Place::Pointer(place) | Place::Parameter(place) => (place, wrong.code),
        };
        reader.into_wrong().into_iter().map(place).collect()
    }

    #[test]
    fn everything_wrong_is_named_at_once() {
        let node = Node::read(
            br#"{"order_no":5,"lines":{},"price":12.5,"flag":"yes","a/b~c":1,"order_no":"x"}"#,
        )
        .unwrap();
        let mut reader = Reader::default();
        let known = ["order_no", "lines", "price", "flag", "absent"];
        let body = reader.object(&node, String::new(), &known).unwrap();
        reader.text(&body, "order_no");
        reader.list(&body, "lines");
        reader.decimal(&body, "price", "12.50");
        reader.flag(&body, "flag");
        reader.text(&body, "absent");
        let expected = [
            ("/a~1b~0c", "E_UNKNOWN_MEMBER"),
            ("/order_no", "E_DUPLICATE"),
            ("/order_no", "E_TYPE"),
            ("/lines", "E_TYPE"),
            ("/price", "E_DECIMAL_STRING"),
            ("/flag", "E_TYPE"),
            ("/absent", "E_REQUIRED"),
        ]
        .map(|(place, code)| (place.to_owned(), code.to_owned()));
        assert_eq!(places(reader), expected);
    }

    #[test]
    fn null_is_as_good_as_absent_and_a_body_is_an_object() {
        let node = Node::read(br#"{"remark":null,"spec":"A"}"#).unwrap();
        let mut reader = Reader::default();
        let body = reader
            .object(&node, String::new(), &["remark", "spec"])
            .unwrap();
        assert_eq!(reader.optional_text(&body, "remark"), "");
        assert_eq!(reader.optional_text(&body, "spec"), "A");
        assert!(reader.is_content());
        assert!(
            reader
                .object(&Node::List(Vec::new()), String::new(), &[])
                .is_none()
        );
        assert_eq!(places(reader), [(String::new(), "E_TYPE".to_owned())]);
    }
}
