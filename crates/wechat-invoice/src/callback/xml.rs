//! XML as WeChat sends it, and nothing more: no DTD, no entities of its own, no instructions.

use roxmltree::{Document, Node, ParsingOptions};
use serde_json::Value;

use super::members::{DEPTH_MAX, EventError, MEMBERS_MAX, Members};

/// Elements, their texts, and the blanks between them.
const NODES_MAX: u32 = 400;
const TAG_BYTES_MAX: usize = 256;

pub(super) fn read(text: &str) -> Result<Members, EventError> {
    refuse_by_sight(text)?;
    let options = ParsingOptions {
        allow_dtd: false,
        nodes_limit: NODES_MAX,
        ..ParsingOptions::default()
    };
    let document = Document::parse_with_options(text.trim(), options)
        .map_err(|error| EventError::Malformed(format!("XML fails at {}", error.pos())))?;
    if document.descendants().any(|node| node.is_pi()) {
        return Err(EventError::Forbidden("it has a processing instruction"));
    }
    if MEMBERS_MAX < document.descendants().filter(Node::is_element).count() {
        return Err(EventError::Forbidden("it has more than 64 elements"));
    }
    let mut members = Members::new();
    for node in document.root_element().children().filter(Node::is_element) {
        let name = node.tag_name().name().to_owned();
        if members.insert(name, value(node, 2)?).is_some() {
            return Err(EventError::Malformed("a member comes twice".to_owned()));
        }
    }
    Ok(members)
}

/// What a parser should not even see: declarations, and tags so long that they carry a payload.
fn refuse_by_sight(text: &str) -> Result<(), EventError> {
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        rest = &rest[at..];
        let end = if rest.starts_with("<![CDATA[") {
            rest.find("]]>").map(|end| end + 3)
        } else if rest.starts_with("<!--") {
            rest.find("-->").map(|end| end + 3)
        } else if rest.starts_with("<!") {
            return Err(EventError::Forbidden("it has a document type"));
        } else {
            rest.bytes()
                .take(TAG_BYTES_MAX)
                .position(|byte| byte == b'>')
                .map(|end| end + 1)
        };
        let Some(end) = end else {
            return Err(EventError::Malformed(
                "a tag is too long or never ends".to_owned(),
            ));
        };
        rest = &rest[end..];
    }
    Ok(())
}

fn value(node: Node<'_, '_>, depth: usize) -> Result<Value, EventError> {
    if DEPTH_MAX < depth {
        return Err(EventError::Forbidden("it is nested deeper than 8"));
    }
    let mut inner = Members::new();
    for child in node.children().filter(Node::is_element) {
        let name = child.tag_name().name().to_owned();
        let child = value(child, depth + 1)?;
        // Lists inside unknown events repeat their element.
        match inner.get_mut(&name) {
            Some(Value::Array(list)) => list.push(child),
            Some(first) => *first = Value::Array(vec![first.take(), child]),
            None => {
                inner.insert(name, child);
            }
        }
    }
    if !inner.is_empty() {
        return Ok(Value::Object(inner));
    }
    let text: String = node.children().filter_map(|child| child.text()).collect();
    Ok(Value::String(text.trim().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cdata_blanks_and_plain_texts_read_alike() {
        let text = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<xml>\n <A> <![CDATA[ a<b ]]> </A><B>1</B>\
            <C></C><D/><E><F>1</F><F>2</F></E></xml>";
        let members = read(text).unwrap();
        assert_eq!(members["A"], "a<b");
        assert_eq!(
            (&members["B"], &members["C"], &members["D"]),
            (&"1".into(), &"".into(), &"".into())
        );
        assert_eq!(members["E"]["F"], serde_json::json!(["1", "2"]));
    }

    #[test]
    fn bombs_and_oddities_are_refused() {
        let bomb = "<!DOCTYPE x [<!ENTITY a \"b\">]><xml><A>&a;</A></xml>";
        assert_eq!(
            read(bomb),
            Err(EventError::Forbidden("it has a document type"))
        );
        let external = "<!DOCTYPE x SYSTEM \"file:///etc/passwd\"><xml/>";
        assert!(matches!(read(external), Err(EventError::Forbidden(_))));
        assert!(read("<xml><A>&a;</A></xml>").is_err());
        let instruction = "<xml><?php echo 1 ?><A>1</A></xml>";
        assert!(matches!(read(instruction), Err(EventError::Forbidden(_))));
        let deep = format!("<xml>{}{}</xml>", "<a>".repeat(9), "</a>".repeat(9));
        assert!(matches!(read(&deep), Err(EventError::Forbidden(_))));
        let abyss = format!("<xml>{}{}</xml>", "<a>".repeat(9000), "</a>".repeat(9000));
        assert!(read(&abyss).is_err());
        let wide = format!("<xml>{}</xml>", "<a></a>".repeat(65));
        assert!(read(&wide).is_err());
        let attributes: String = (0..4000).map(|n| format!(" a{n}=\"\"")).collect();
        assert!(read(&format!("<xml{attributes}/>")).is_err());
        assert!(read("<xml><A>1</A><A>2</A></xml>").is_err());
        assert!(read("<xml>< AuthorizeAppId >x</ AuthorizeAppId ></xml>").is_err());
        assert!(read("<xml><MsgType><![CDATA[]></MsgType></xml>").is_err());
    }
}
