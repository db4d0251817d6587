//! OFD files (GB/T 33190): a ZIP of XML, whose texts stand in `TextCode` elements.

use super::{Said, Unreadable, text};
use flate2::read::DeflateDecoder;
use roxmltree::{Document, ParsingOptions};
use std::io::Read;

/// Files in the ZIP.
const FILES_MAX: usize = 500;
/// What all of them may unpack to.
const UNPACKED_MAX: u64 = 20 * 1024 * 1024;
/// Most elements and texts of one of them.
const NODES_MAX: u32 = 200_000;

/// Reads a file.
pub(super) fn read(bytes: &[u8]) -> Result<Said, Unreadable> {
    let mut found = String::new();
    let mut is_ofd = false;
    for (name, content) in unpacked(bytes)? {
        is_ofd |= name == "OFD.xml";
        let Ok(source) = std::str::from_utf8(&content) else {
            continue;
        };
        let options = ParsingOptions {
            allow_dtd: false,
            nodes_limit: NODES_MAX,
            ..ParsingOptions::default()
        };
        let source = source.trim_start_matches('\u{feff}');
        let Ok(document) = Document::parse_with_options(source, options) else {
            continue;
        };
        for node in document.descendants() {
            if matches!(node.tag_name().name(), "TextCode" | "CustomData") {
                found.push_str(node.text().unwrap_or_default());
                found.push('\n');
            }
        }
    }
    if !is_ofd {
        return Err(Unreadable::Format);
    }
    // Each text for itself: two numbers side by side must not become one.
    let mut said = text::read(&found.replace('\n', "|"));
    // The yuan sign may be a text of its own: a text that is an amount and nothing else counts.
    for amount in found.lines().filter_map(text::whole_amount) {
        if !said.amounts.contains(&amount) {
            said.amounts.push(amount);
        }
    }
    said.text.retain(|it| it != '|');
    Ok(said)
}

/// The XML files of a ZIP, by its list.
fn unpacked(bytes: &[u8]) -> Result<Vec<(String, Vec<u8>)>, Unreadable> {
    let damaged = || Unreadable::Damaged("it is not a whole OFD file".to_owned());
    let number = |at: usize, width: usize| -> Option<usize> {
        let part = bytes.get(at..at.checked_add(width)?)?;
        Some(
            part.iter()
                .rev()
                .fold(0, |sum, it| sum << 8 | usize::from(*it)),
        )
    };
    let end = (0..bytes.len().saturating_sub(21))
        .rev()
        .take(66_000)
        .find(|at| bytes[*at..].starts_with(b"PK\x05\x06"))
        .ok_or_else(damaged)?;
    let count = number(end + 10, 2).ok_or_else(damaged)?;
    let mut at = number(end + 16, 4).ok_or_else(damaged)?;
    if count > FILES_MAX {
        return Err(damaged());
    }
    let (mut files, mut left) = (Vec::new(), UNPACKED_MAX);
    for _ in 0..count {
        let entry = |offset: usize, width: usize| number(at + offset, width).ok_or_else(damaged);
        let (method, packed) = (entry(10, 2)?, entry(20, 4)?);
        let (name, extra, note) = (entry(28, 2)?, entry(30, 2)?, entry(32, 2)?);
        let head = entry(42, 4)?;
        let path = bytes.get(at + 46..at + 46 + name).ok_or_else(damaged)?;
        at += 46 + name + extra + note;
        let path = String::from_utf8_lossy(path).into_owned();
        if !path.ends_with(".xml") {
            continue;
        }
        let skip = |offset| number(head + offset, 2).ok_or_else(damaged);
        let from = head + 30 + skip(26)? + skip(28)?;
        let body = bytes.get(from..from + packed).ok_or_else(damaged)?;
        let mut content = Vec::new();
        let read = if method == 0 {
            body.take(left + 1).read_to_end(&mut content)
        } else {
            DeflateDecoder::new(body)
                .take(left + 1)
                .read_to_end(&mut content)
        };
        read.map_err(|_| damaged())?;
        left = left
            .checked_sub(content.len() as u64)
            .ok_or_else(|| Unreadable::Damaged("it unpacks to more than 20 MiB".to_owned()))?;
        files.push((path, content));
    }
    Ok(files)
}
