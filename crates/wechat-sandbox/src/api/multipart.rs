//! Reads the one file of a `multipart/form-data` upload.

use actix_web::http::header;
use bytes::Bytes;

use super::Input;
use crate::refusal::Refusal;

/// A file part.
pub(super) struct FilePart {
    pub(super) filename: Option<String>,
    pub(super) bytes: Bytes,
}

/// The part called one of `names`. Refuses bodies of unknown length, as WeChat does.
pub(super) fn file(input: &Input<'_>, names: &[&str]) -> Result<FilePart, Refusal> {
    let headers = input.request.headers();
    if !headers.contains_key(header::CONTENT_LENGTH) {
        return Err(Refusal::hint(
            41005,
            "send a Content-Length: chunked uploads are not read",
        ));
    }
    let content_type = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let Some(boundary) = boundary_of(content_type) else {
        return Err(Refusal::hint(41005, "the body is not multipart/form-data"));
    };
    let mut other = None;
    for (head, bytes) in parts(input.body, &boundary) {
        let name = parameter(&head, "name");
        if name.as_deref().is_some_and(|name| names.contains(&name)) {
            return Ok(FilePart {
                filename: parameter(&head, "filename"),
                bytes,
            });
        }
        other = other.or(name);
    }
    match other {
        Some(name) => Err(Refusal::hint(
            47001,
            format!("the part is called {name}, not {}", names[0]),
        )),
        None => Err(Refusal::hint(
            41005,
            format!("no part is called {}", names[0]),
        )),
    }
}

fn boundary_of(content_type: &str) -> Option<String> {
    let rest = content_type.strip_prefix("multipart/form-data")?;
    let value = rest.split("boundary=").nth(1)?.split(';').next()?.trim();
    Some(value.trim_matches('"').to_owned()).filter(|boundary| !boundary.is_empty())
}

/// Head and content of every part.
fn parts(body: &Bytes, boundary: &str) -> Vec<(String, Bytes)> {
    let mark = format!("--{boundary}");
    let between = format!("\r\n--{boundary}");
    let mut found = Vec::new();
    let Some(first) = find(body, mark.as_bytes(), 0) else {
        return found;
    };
    let mut at = first + mark.len();
    while body[at..].starts_with(b"\r\n") {
        let start = at + 2;
        let Some(head_end) = find(body, b"\r\n\r\n", start) else {
            break;
        };
        let Some(end) = find(body, between.as_bytes(), head_end + 2) else {
            break;
        };
        let head = String::from_utf8_lossy(&body[start..head_end]).into_owned();
        let content = body.slice((head_end + 4).min(end)..end);
        found.push((head, content));
        at = end + between.len();
    }
    found
}

fn find(body: &[u8], wanted: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    // Jump from first byte to first byte: a PDF holds few of them.
    while let Some(step) = body.get(at..)?.iter().position(|byte| *byte == wanted[0]) {
        at += step;
        if body[at..].starts_with(wanted) {
            return Some(at);
        }
        at += 1;
    }
    None
}

/// `name="value"` of a Content-Disposition.
fn parameter(head: &str, name: &str) -> Option<String> {
    let line = head.lines().find(|line| {
        line.to_ascii_lowercase()
            .starts_with("content-disposition:")
    })?;
    line.split(';').map(str::trim).find_map(|piece| {
        let value = piece.strip_prefix(name)?.strip_prefix('=')?;
        Some(value.trim_matches('"').to_owned())
    })
}
