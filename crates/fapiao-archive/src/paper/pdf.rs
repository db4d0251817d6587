//! PDF files: the text of their first pages.

use super::{Said, Unreadable, squeezed, symbol, text};
use lopdf::{Document, LoadOptions};

/// Pages that are read; an invoice with its list has a few.
pub(super) const PAGES_MAX: usize = 20;
/// What one stream may unpack to while the file is loaded.
const LOADED_MAX: usize = 2 * 1024 * 1024;
/// What a page's content, and each of its fonts' tables, may unpack to.
const PAGE_MAX: usize = 4 * 1024 * 1024;
/// Streams of objects, each of which is unpacked at once.
const OBJECT_STREAMS_MAX: usize = 64;

/// Reads a file.
pub(super) fn read(bytes: &[u8]) -> Result<Said, Unreadable> {
    let document = load(bytes)?;
    let pages: Vec<u32> = document.get_pages().into_keys().collect();
    if pages.len() > PAGES_MAX {
        return Err(Unreadable::TooManyPages(pages.len()));
    }
    let mut said = text::read(&text_of(&document, &pages)?);
    if let Some(code) = symbol::of_pdf(document) {
        said.take_code(code);
    }
    Ok(said)
}

/// The text of the first pages and the last, without white space: a long list stands between them.
pub(super) fn text(bytes: &[u8]) -> Result<String, Unreadable> {
    let document = load(bytes)?;
    let mut pages: Vec<u32> = document.get_pages().into_keys().collect();
    if pages.is_empty() {
        return Err(Unreadable::Damaged("it has no page".to_owned()));
    }
    if pages.len() > PAGES_MAX {
        pages.drain(PAGES_MAX - 1..pages.len() - 1);
    }
    Ok(squeezed(&text_of(&document, &pages)?))
}

fn load(bytes: &[u8]) -> Result<Document, Unreadable> {
    let streams = bytes.windows(7).filter(|it| it == b"/ObjStm").count();
    if streams > OBJECT_STREAMS_MAX {
        return Err(Unreadable::Damaged("it has too many parts".to_owned()));
    }
    let options = LoadOptions {
        max_decompressed_size: Some(LOADED_MAX),
        ..LoadOptions::default()
    };
    let document = Document::load_mem_with_options(bytes, options).map_err(damaged)?;
    if document.is_encrypted() {
        return Err(Unreadable::Encrypted);
    }
    Ok(document)
}

fn text_of(document: &Document, pages: &[u32]) -> Result<String, Unreadable> {
    document
        .extract_text_with_limit(pages, PAGE_MAX)
        .map_err(damaged)
}

fn damaged(error: lopdf::Error) -> Unreadable {
    let message = error.to_string();
    // The reader has several words for a password it does not know.
    if message.to_ascii_lowercase().contains("crypt") {
        return Unreadable::Encrypted;
    }
    Unreadable::Damaged(message)
}
