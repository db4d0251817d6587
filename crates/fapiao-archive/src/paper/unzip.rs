//! The files of a ZIP, by its list: an OFD is one, and electronic tax bureaus hand out bundles of files in one.

use super::Unreadable;
use flate2::read::DeflateDecoder;
use std::io::Read;

/// Files in the ZIP.
const FILES_MAX: usize = 500;
/// What all of them may unpack to.
const UNPACKED_MAX: u64 = 20 * 1024 * 1024;
/// Stored as it is, and deflated: all that is in use.
const STORED: usize = 0;
const DEFLATED: usize = 8;

/// Name and content of the files whose names are wanted, in the order of the list.
pub(super) fn files(
    bytes: &[u8],
    wanted: fn(&str) -> bool,
) -> Result<Vec<(String, Vec<u8>)>, Unreadable> {
    let damaged = || Unreadable::Damaged("it is not a whole ZIP file".to_owned());
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
        let (flags, method, packed) = (entry(8, 2)?, entry(10, 2)?, entry(20, 4)?);
        let (name, extra, note) = (entry(28, 2)?, entry(30, 2)?, entry(32, 2)?);
        let head = entry(42, 4)?;
        let path = bytes.get(at + 46..at + 46 + name).ok_or_else(damaged)?;
        at += 46 + name + extra + note;
        // Names in other encodings than UTF-8 only lose what nobody asks for: their endings are ASCII.
        let path = String::from_utf8_lossy(path).into_owned();
        if !wanted(&path) {
            continue;
        }
        if flags & 1 == 1 {
            return Err(Unreadable::Encrypted);
        }
        let skip = |offset| number(head + offset, 2).ok_or_else(damaged);
        let from = head + 30 + skip(26)? + skip(28)?;
        let body = bytes.get(from..from + packed).ok_or_else(damaged)?;
        let mut content = Vec::new();
        let read = match method {
            STORED => body.take(left + 1).read_to_end(&mut content),
            DEFLATED => DeflateDecoder::new(body)
                .take(left + 1)
                .read_to_end(&mut content),
            _ => return Err(damaged()),
        };
        read.map_err(|_| damaged())?;
        left = left
            .checked_sub(content.len() as u64)
            .ok_or_else(|| Unreadable::Damaged("it unpacks to more than 20 MiB".to_owned()))?;
        files.push((path, content));
    }
    Ok(files)
}
