//! What somebody hands in for one invoice: a file, or the ZIP in which electronic tax bureaus give its files.

use super::{BYTES_MAX, Unreadable, apart, beside::trouble, format_of, ofd, unzip};
use bytes::Bytes;
use fapiao_usecases::ports::PaperTrouble;

/// Most documents of one invoice: PDF, OFD and XML.
const DOCUMENTS_MAX: usize = 3;

/// The documents within: the file itself, or those of a ZIP that is no OFD.
///
/// # Errors
/// [`PaperTrouble`]: nothing in it that could be an invoice, or more than one of a format.
pub async fn documents(file: Bytes) -> Result<Vec<Bytes>, PaperTrouble> {
    if file.len() > BYTES_MAX {
        return Err(trouble(&Unreadable::TooLarge));
    }
    if !file.starts_with(b"PK\x03\x04") {
        return Ok(vec![file]);
    }
    let whole = file.clone();
    let found = apart(file, |bytes| {
        if ofd::is_ofd(bytes) {
            return Ok(None);
        }
        unzip::files(bytes, is_document).map(Some)
    });
    let Some(found) = found.await.map_err(|error| trouble(&error))? else {
        return Ok(vec![whole]);
    };
    let documents: Vec<Bytes> = found.into_iter().map(|(_, it)| Bytes::from(it)).collect();
    let mut formats: Vec<&str> = documents.iter().filter_map(|it| format_of(it)).collect();
    if formats.len() < documents.len() || formats.is_empty() {
        return Err(trouble(&Unreadable::Format));
    }
    formats.sort_unstable();
    formats.dedup();
    if formats.len() < documents.len() || documents.len() > DOCUMENTS_MAX {
        return Err(trouble(&Unreadable::Several));
    }
    Ok(documents)
}

fn is_document(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    // What archivers of one system add for themselves is no document.
    let is_hidden = name.starts_with("__macosx/")
        || name
            .rsplit('/')
            .next()
            .is_some_and(|it| it.starts_with('.'));
    !is_hidden && [".pdf", ".ofd", ".xml"].iter().any(|it| name.ends_with(it))
}
