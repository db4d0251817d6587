//! Reads the one part of an upload.

pub(crate) struct Part {
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

/// The only part of a multipart body.
pub(crate) fn multipart(content_type: &str, body: &[u8]) -> Part {
    let boundary = content_type
        .strip_prefix("multipart/form-data; boundary=")
        .unwrap();
    let open = format!("--{boundary}\r\n");
    let close = format!("\r\n--{boundary}--\r\n");
    let inner = body.strip_prefix(open.as_bytes()).unwrap();
    let inner = inner.strip_suffix(close.as_bytes()).unwrap();
    let at = inner
        .windows(4)
        .position(|window| window == b"\r\n\r\n")
        .unwrap();
    let head = String::from_utf8(inner[..at].to_vec()).unwrap();
    Part {
        head,
        body: inner[at + 4..].to_vec(),
    }
}
