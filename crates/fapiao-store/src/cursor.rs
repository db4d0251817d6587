//! Keyset pages: a cursor is the last row's place, opaque to callers.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use fapiao_usecases::errors::StoreError;

/// Most rows of a page.
const PAGE: u32 = 200;
/// Rows are counted up to here.
pub(crate) const COUNTED: i64 = 10_000;

/// The place of a row in a list sorted by moment and id.
pub(crate) fn write(at: i64, id: &str) -> String {
    URL_SAFE_NO_PAD.encode(format!("{at}:{id}"))
}

/// Reads a cursor; none, or an empty one, means the beginning.
///
/// # Errors
/// [`StoreError::Cursor`] for a text that is not ours: a list that silently began anew would show rows twice.
pub(crate) fn read(cursor: Option<&str>) -> Result<Option<(i64, String)>, StoreError> {
    match cursor {
        None | Some("") => Ok(None),
        Some(text) => place(text).map(Some).ok_or(StoreError::Cursor),
    }
}

/// The place that a text names, when it is one of ours.
pub(crate) fn place(text: &str) -> Option<(i64, String)> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
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
    fn a_cursor_reads_back_and_nonsense_is_refused() {
        let cursor = write(1_700_000_000_000, "ord_X:Y");
        assert_eq!(
            read(Some(&cursor)).unwrap(),
            Some((1_700_000_000_000, "ord_X:Y".to_owned()))
        );
        for beginning in [None, Some("")] {
            assert_eq!(read(beginning).unwrap(), None);
        }
        for nonsense in ["%%%", "bm9jb2xvbg", "eDp5"] {
            assert!(
                matches!(read(Some(nonsense)), Err(StoreError::Cursor)),
                "{nonsense}"
            );
        }
    }
}
