//! JSON whose bytes depend on nothing but its content: members sorted, two spaces of indent, one line feed at the end.

use serde_json::Value;
use std::fmt::Write as _;

/// The canonical text of a value.
pub(crate) fn text(value: &Value) -> String {
    let mut out = String::new();
    write(&mut out, value, 0);
    out.push('\n');
    out
}

fn write(out: &mut String, value: &Value, depth: usize) {
    let indent = |out: &mut String, depth: usize| {
        out.push('\n');
        for _ in 0..depth {
            out.push_str("  ");
        }
    };
    match value {
        Value::Object(members) if !members.is_empty() => {
            let mut names: Vec<&String> = members.keys().collect();
            names.sort();
            out.push('{');
            for (place, name) in names.into_iter().enumerate() {
                if place > 0 {
                    out.push(',');
                }
                indent(out, depth + 1);
                let _ = write!(out, "{}: ", Value::String(name.clone()));
                write(out, &members[name], depth + 1);
            }
            indent(out, depth);
            out.push('}');
        }
        Value::Array(items) if !items.is_empty() => {
            out.push('[');
            for (place, item) in items.iter().enumerate() {
                if place > 0 {
                    out.push(',');
                }
                indent(out, depth + 1);
                write(out, item, depth + 1);
            }
            indent(out, depth);
            out.push(']');
        }
        other => {
            let _ = write!(out, "{other}");
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    #[test]
    fn the_same_content_gives_the_same_bytes() {
        let one = json!({ "b": [1, { "z": null, "a": "票" }], "a": {} });
        assert_eq!(
            super::text(&one),
            "{\n  \"a\": {},\n  \"b\": [\n    1,\n    {\n      \"a\": \"票\",\n      \"z\": null\n    }\n  ]\n}\n"
        );
    }
}
