//! What leaves the ledger for finance and auditors: tables as CSV and XLSX, evidence packs, and papers that come back to
//! be checked.
//!
//! Everything is made while it is sent: a table of a million rows and a pack of a whole month need the memory of a page.

pub mod agreement;
mod canonical;
pub mod closing;
pub mod evidence;
pub mod findings;
pub mod mapping;
mod moved;
pub mod paper;
pub mod reports;
pub mod tables;
pub mod vat;
pub mod vouchers;
mod zip;

pub use zip::{Zip, ZipError};

use bytes::Bytes;
use fapiao_usecases::errors::{OutsideError, StoreError};
use thiserror::Error;

/// Why something could not be made to its end.
#[derive(Debug, Error)]
pub enum ArchiveError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The document store.
    #[error("{0}")]
    Files(#[from] OutsideError),
    /// The temporary folder.
    #[error("the temporary folder cannot be used: {0}")]
    Io(#[from] std::io::Error),
    /// Nobody reads any more.
    #[error("the reader went away")]
    Gone,
    /// There is nothing of that name.
    #[error("there is no {0}")]
    NotFound(String),
    /// An order was accepted, but its lines can no longer be computed: its number, and why.
    #[error("order {0} can no longer be computed, so no sum with it would be right: {1}")]
    Sale(String, String),
}

/// Where pieces go as they are made.
pub type Pieces = tokio::sync::mpsc::Sender<Result<Bytes, ArchiveError>>;

/// Sends what has gathered.
pub(crate) async fn send(out: &Pieces, bytes: Vec<u8>) -> Result<(), ArchiveError> {
    if bytes.is_empty() {
        return Ok(());
    }
    out.send(Ok(Bytes::from(bytes)))
        .await
        .map_err(|_| ArchiveError::Gone)
}
