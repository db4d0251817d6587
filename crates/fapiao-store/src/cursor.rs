//! Keyset pages: a cursor is the last row's place, opaque to callers.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

/// Most rows of a page.
const PAGE: u32 = 200;
/// Rows are counted up to here.
pub(crate) const COUNTED: i64 = 10_000;

/// The place of a row in a list sorted by moment and id.
pub(crate) fn write(at: i64, id: &str) -> String {
    URL_SAFE_NO_PAD.encode(format!("{at}:{id}"))
}

/// Reads a cursor. One that is not ours means the beginning.
pub(crate) fn read(cursor: Option<&str>) -> Option<(i64, String)> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor?).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    let (at, id) = text.split_once(':')?;
    Some((at.parse().ok()?, id.to_owned()))
}

/// How many rows to give.
pub(crate) fn limit(wanted: u32) -> usize {
    if wanted == 0 {
        50
    } else {
        wanted.min(PAGE) as usize
    }
}

/// Cuts what was read (one row more than wanted) to the page, and tells where the next one begins.
pub(crate) fn cut<T>(
    mut rows: Vec<T>,
    limit: usize,
    place: impl Fn(&T) -> (i64, String),
) -> (Vec<T>, Option<String>) {
    if rows.len() <= limit {
        return (rows, None);
    }
    rows.truncate(limit);
    let next = rows.last().map(|row| {
        let (at, id) = place(row);
        write(at, &id)
    });
    (rows, next)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_and_nonsense_means_the_beginning() {
        let cursor = write(1_700_000_000_000, "ord_X:Y");
        assert_eq!(
            read(Some(&cursor)),
            Some((1_700_000_000_000, "ord_X:Y".to_owned()))
        );
        for nonsense in [None, Some(""), Some("%%%"), Some("bm9jb2xvbg")] {
            assert_eq!(read(nonsense), None);
        }
    }
}
