//! Documents: made by the renderer, kept by the file store.

use crate::{errors::OutsideError, ports::SigningFacts};
use async_trait::async_trait;
use bytes::Bytes;
use fapiao_domain::face::InvoiceFace;

/// What the renderer makes of a face.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendered {
    /// The paper.
    pub pdf: Bytes,
    /// The structured file; the older form has none of its own.
    pub xml: Option<Bytes>,
    /// The paper as an OFD (GB/T 33190).
    pub ofd: Bytes,
}

/// What is in a PDF.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PdfLook {
    /// Whether it begins and reads like a PDF.
    pub is_pdf: bool,
    /// Whether it needs a password.
    pub encrypted: bool,
    /// Bytes.
    pub size: usize,
    /// The text of its pages; `None` when it cannot be read out.
    pub text: Option<String>,
}

/// Makes documents. The same face gives the same bytes.
pub trait Renderer: Send + Sync {
    /// Whether everything on the face can be printed; called before a number is taken.
    ///
    /// # Errors
    /// Which character of which text no font has.
    fn check(&self, face: &InvoiceFace) -> Result<(), String>;

    /// Makes the documents; the PDF signed when there is a key with its certificates (PEM).
    ///
    /// # Errors
    /// What cannot be printed, or signed.
    fn render(&self, face: &InvoiceFace, signing: Option<&str>) -> Result<Rendered, String>;

    /// Reads a key with its certificates (PEM) without using it.
    ///
    /// # Errors
    /// What is wrong with the text, for people.
    fn inspect_signing(&self, pem: &str) -> Result<SigningFacts, String>;

    /// Opens a key store (PKCS#12): its signing key and certificates as PEM.
    ///
    /// # Errors
    /// What is wrong with the file or its password, for people.
    fn open_key_store(&self, file: &[u8], password: &str) -> Result<String, String>;

    /// Looks into a PDF, ours or a received one, as WeChat does at an insert.
    fn look(&self, pdf: &[u8]) -> PdfLook;
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
