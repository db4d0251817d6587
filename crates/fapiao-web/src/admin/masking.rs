//! Wire texts for people's eyes: what names a person, opens a card or signs is cut short.

/// Members of a push whose values are cut.
const PERSONAL: [&str; 11] = [
    "FromUserName",
    "ToUserName",
    "Code",
    "title",
    "phone",
    "tax_no",
    "addr",
    "bank_type",
    "bank_no",
    "attach",
    "UnionId",
];

/// Parameters of the query whose values are cut: the sender and what signs.
const SIGNING: [&str; 3] = ["openid", "signature", "msg_signature"];

/// Enough to compare, not to use.
pub(super) fn short(text: &str) -> String {
    let count = text.chars().count();
    let kept: String = text.chars().take((count / 2).min(6)).collect();
    format!("{kept}…")
}

/// A push's text, XML or JSON.
pub(super) fn message(text: &str) -> String {
    let mut out = text.to_owned();
    for name in PERSONAL {
        out = between(&out, &format!("<{name}>"), &format!("</{name}>"), |inner| {
            let bare = inner.trim();
            let bare = bare
                .strip_prefix("<![CDATA[")
                .and_then(|it| it.strip_suffix("]]>"))
                .unwrap_or(bare);
            short(bare)
        });
        out = between(&out, &format!("\"{name}\":\""), "\"", short);
        out = between(&out, &format!("\"{name}\": \""), "\"", short);
    }
    out
}

/// Replaces every non-empty text between two marks.
fn between(text: &str, open: &str, close: &str, with: impl Fn(&str) -> String) -> String {
    let (mut out, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(at) = rest.find(open) {
        let (before, after) = rest.split_at(at + open.len());
        out.push_str(before);
        let Some(end) = after.find(close) else {
            // Cut off in the middle of the value.
            if !after.is_empty() {
                out.push_str(&with(after));
            }
            return out;
        };
        if end > 0 {
            out.push_str(&with(&after[..end]));
        }
        rest = &after[end..];
    }
    out.push_str(rest);
    out
}

/// A query, one parameter a line.
pub(super) fn query(raw: &str) -> String {
    let lines: Vec<String> = raw
        .split('&')
        .filter(|it| !it.is_empty())
        .map(|pair| match pair.split_once('=') {
            Some((name, value)) if SIGNING.contains(&name) && !value.is_empty() => {
                format!("{name}={}", short(value))
            }
            _ => pair.to_owned(),
        })
        .collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn personal_values_are_cut_in_both_formats() {
        let text = "<xml><FromUserName><![CDATA[oGlVo5sVwNbRoZl8]]></FromUserName><Event>e</Event><Code>700100200300</Code></xml>";
        assert_eq!(
            message(text),
            "<xml><FromUserName>oGlVo5…</FromUserName><Event>e</Event><Code>700100…</Code></xml>"
        );
        let json = r#"{"FromUserName":"oGlVo5sVwNbRoZl8","phone": "13800000000","Event":"e"}"#;
        assert_eq!(
            message(json),
            r#"{"FromUserName":"oGlVo5…","phone": "13800…","Event":"e"}"#
        );
        assert_eq!(message("no xml"), "no xml");
        assert_eq!(
            message("<xml><phone></phone><phone>138001"),
            "<xml><phone></phone><phone>138…"
        );
    }

    #[test]
    fn a_query_keeps_its_shape() {
        assert_eq!(
            query("signature=0123456789abcdef&timestamp=1&nonce=2&openid=oAbCdEfGh&openid="),
            "signature=012345…\ntimestamp=1\nnonce=2\nopenid=oAbC…\nopenid="
        );
    }
}
