//! Answers that are made while they are sent.

use actix_web::{
    HttpResponse,
    http::{StatusCode, header},
};
use fapiao_archive::{ArchiveError, Pieces};
use futures_util::stream;
use std::future::Future;
use tokio::sync::mpsc;

/// Pieces that wait to be sent: a slow reader slows the making, and memory stays small.
const WAITING: usize = 4;

/// A file of a known name whose content `make` sends. When making fails half-way the connection is cut, so that no half
/// file looks whole.
pub(crate) fn file<F, R>(name: &str, media_type: &'static str, make: F) -> HttpResponse
where
    F: FnOnce(Pieces) -> R,
    R: Future<Output = Result<(), ArchiveError>> + Send + 'static,
{
    let (out, pieces) = mpsc::channel(WAITING);
    let made = make(out.clone());
    tokio::spawn(async move {
        match made.await {
            Ok(()) | Err(ArchiveError::Gone) => {}
            Err(error) => {
                tracing::warn!("A download could not be made to its end: {error}");
                // The reader may be gone already.
                let _ = out.send(Err(error)).await;
            }
        }
    });
    let body = stream::unfold(pieces, |mut pieces| async move {
        pieces.recv().await.map(|piece| (piece, pieces))
    });
    HttpResponse::build(StatusCode::OK)
        .content_type(media_type)
        .insert_header((
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}\""),
        ))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        // Packed already, or to be read as it comes.
        .insert_header(header::ContentEncoding::Identity)
        .streaming(body)
}
