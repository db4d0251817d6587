//! Documents: made by the renderer, kept by the file store.

use crate::errors::OutsideError;
use async_trait::async_trait;
use bytes::Bytes;
use fapiao_domain::face::InvoiceFace;

/// What the renderer makes of a face.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendered {
    /// The paper.
    pub pdf: Bytes,
    /// The structured file.
    pub xml: Bytes,
    /// The paper as an OFD (GB/T 33190).
    pub ofd: Bytes,
}

/// Makes documents. The same face gives the same bytes.
pub trait Renderer: Send + Sync {
    /// Whether everything on the face can be printed; called before a number is taken.
    ///
    /// # Errors
    /// Which character of which text no font has.
    fn check(&self, face: &InvoiceFace) -> Result<(), String>;

    /// Makes the documents.
    ///
    /// # Errors
    /// What cannot be printed.
    fn render(&self, face: &InvoiceFace) -> Result<Rendered, String>;
}

/// Keeps bytes under their SHA-256.
#[async_trait]
pub trait FileStore: Send + Sync {
    /// Stores bytes durably and returns their hash (hex). Storing the same again is harmless.
    async fn put(&self, bytes: Bytes) -> Result<String, OutsideError>;
    /// Reads bytes and checks their hash. `None` when there are none.
    async fn get(&self, sha256: &str) -> Result<Option<Bytes>, OutsideError>;
    /// Whether the place can be written to: for the doctor.
    async fn probe(&self) -> Result<(), OutsideError>;
}
