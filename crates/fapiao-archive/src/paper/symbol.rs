//! The QR code of a paper, drawn in rectangles, set in as a picture, or photographed: what a telephone would read off it.
//!
//! Text and code of a paper are two statements. Whoever alters the one often forgets the other.

mod corners;
mod drawn;
mod embedded;
mod files;
#[cfg(test)]
mod photographs;
mod picture;
#[cfg(test)]
mod tests;

pub(super) use drawn::Rectangle;
pub(super) use files::{Kind, Picture, picture};

use super::Unreadable;
use drawn::Runs;
use fapiao_domain::qr::{QrPayload, parse_payload};
use lopdf::{Document, ObjectId, content::Content};
use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
        mpsc::{self, RecvTimeoutError},
    },
    time::Duration,
};

/// What a page's content, and a picture, may unpack to.
const UNPACKED_MAX: usize = 4 * 1024 * 1024;
/// Pictures that are looked at.
const PICTURES_MAX: usize = 4;
/// Longest reading, and longest wait for its turn. What takes longer goes on alone, and the next codes are not read until
/// it ends.
const TIME_MAX: Duration = Duration::from_secs(4);
/// One code is read at a time.
static TURN: Mutex<()> = Mutex::new(());

/// The first code on the first page of a PDF that reads like an invoice's.
pub(super) fn of_pdf(document: Document) -> Option<QrPayload> {
    beside_text(within_time(move || {
        let page = document.get_pages().into_values().next()?;
        drawn_in(&document, page)
            .into_iter()
            .chain(pictures_in(&document, page))
            .find_map(|text| parse_payload(&text).ok())
    }))
}

/// The code among rectangles of an OFD's pages, or among its pictures.
pub(super) fn of_parts(pages: Vec<Vec<Rectangle>>, pictures: Vec<Vec<u8>>) -> Option<QrPayload> {
    beside_text(within_time(move || {
        let drawn = pages.iter().flat_map(|runs| drawn::codes(runs));
        let shown = pictures
            .iter()
            .take(PICTURES_MAX)
            .filter_map(|bytes| picture(bytes).ok())
            .flat_map(|it| it.codes());
        drawn
            .chain(shown)
            .find_map(|text| parse_payload(&text).ok())
    }))
}

/// The code of a photograph or a screenshot, which has nothing else to read.
///
/// # Errors
/// [`Unreadable::NoCode`] when there is none, [`Unreadable::TooSlow`] when it could not be looked for in time.
pub(super) fn of_picture(picture: Picture) -> Result<QrPayload, Unreadable> {
    let found = within_time(move || {
        let texts = picture.codes();
        texts.iter().find_map(|text| parse_payload(text).ok())
    });
    found?.ok_or(Unreadable::NoCode)
}

/// A paper with a text is read without its code where that takes too long.
fn beside_text(found: Result<Option<QrPayload>, Unreadable>) -> Option<QrPayload> {
    found.ok().flatten()
}

fn within_time<T: Send + 'static>(
    look: impl FnOnce() -> Option<T> + Send + 'static,
) -> Result<Option<T>, Unreadable> {
    in_turn(&TURN, TIME_MAX, look)
}

enum Step<T> {
    Begun,
    Done(Option<T>),
}

/// Looks on a thread of its own: a picture made to be hard to read, or to break the reader, costs its code and nothing
/// else. The time counts from its turn, so that a code is not lost to the one before it.
fn in_turn<T: Send + 'static>(
    turn: &'static Mutex<()>,
    most: Duration,
    look: impl FnOnce() -> Option<T> + Send + 'static,
) -> Result<Option<T>, Unreadable> {
    let (tell, told) = mpsc::channel();
    let given_up = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&given_up);
    std::thread::Builder::new()
        .name("paper-code".to_owned())
        .spawn(move || {
            let _turn = turn.lock().unwrap_or_else(PoisonError::into_inner);
            if !seen.load(Ordering::Relaxed) {
                // Whoever asked may have given up.
                let _ = tell.send(Step::Begun);
                let _ = tell.send(Step::Done(look()));
            }
        })
        .map_err(|error| Unreadable::Damaged(error.to_string()))?;
    loop {
        match told.recv_timeout(most) {
            Ok(Step::Begun) => {}
            Ok(Step::Done(found)) => return Ok(found),
            Err(RecvTimeoutError::Timeout) => {
                given_up.store(true, Ordering::Relaxed);
                return Err(Unreadable::TooSlow);
            }
            // The reader broke.
            Err(RecvTimeoutError::Disconnected) => return Ok(None),
        }
    }
}

/// Codes that are drawn in filled rectangles.
fn drawn_in(document: &Document, page: ObjectId) -> Vec<String> {
    let content = document.get_page_content_with_limit(page, UNPACKED_MAX);
    let Ok(content) = content.and_then(|it| Content::decode(&it)) else {
        return Vec::new();
    };
    drawn::codes(&Runs::of(&content))
}

/// Codes that are pictures of their own, or lie within the picture of a whole page.
fn pictures_in(document: &Document, page: ObjectId) -> Vec<String> {
    let Ok(images) = document.get_page_images(page) else {
        return Vec::new();
    };
    images
        .into_iter()
        .take(PICTURES_MAX)
        .filter_map(|image| {
            let stream = document.get_object(image.id).ok()?.as_stream().ok()?;
            Some(embedded::picture(document, stream)?.codes())
        })
        .flatten()
        .collect()
}
