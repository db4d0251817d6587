//! Why an invoice cannot be put on paper.

use thiserror::Error;

/// Why no document was made. All of these can be found with [`crate::Renderer::check`] before a number is taken.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum RenderError {
    /// A character that none of the embedded fonts can draw.
    #[error(
        "{field} holds `{character}` (U+{code:04X}), which the invoice fonts cannot print: write it with another character",
        code = *character as u32
    )]
    MissingGlyph {
        /// Which text, in words: `buyer name`, `name of line 3`.
        field: String,
        /// The character.
        character: char,
    },
    /// A text that does not fit its place in the smallest size the form allows.
    #[error("{field} is too long for the form: {rows} rows, where {most} fit; shorten it")]
    TooLong {
        /// Which text, in words.
        field: String,
        /// Rows it would take in the smallest size.
        rows: usize,
        /// Rows there are.
        most: usize,
    },
    /// More lines than one invoice may carry.
    #[error("the invoice has {lines} lines, where at most {most} are allowed: split it")]
    TooManyLines {
        /// How many it has.
        lines: usize,
        /// How many one invoice may have.
        most: usize,
    },
    /// An invoice without any line.
    #[error("the invoice has no lines: there is nothing to print")]
    NoLines,
    /// The QR symbol of fixed size cannot hold the payload.
    #[error("the QR payload of {bytes} bytes does not fit the symbol of the form (84 bytes)")]
    QrTooLong {
        /// Bytes of the payload.
        bytes: usize,
    },
    /// The identity does not belong to the kind, such as a code and check code on a digital invoice.
    #[error("an invoice of kind {kind} cannot carry this kind of number")]
    IdentityMismatch {
        /// The stored name of the kind.
        kind: &'static str,
    },
    /// A seal on a paper that is no invoice.
    #[error(
        "a sample must not carry the tax authority's seal: only the real authority's adapter supplies one"
    )]
    SealOnSample,
    /// The picture of the seal does not have the bytes that its size asks for.
    #[error("the picture of the seal is broken: {width} by {height} dots need {} bytes, it has {bytes}", u64::from(*width) * u64::from(*height) * 4)]
    SealBroken {
        /// Dots in a row.
        width: u32,
        /// Rows.
        height: u32,
        /// Bytes there are.
        bytes: usize,
    },
    /// The PDF could not be written; a defect of the renderer, not of the invoice.
    #[error("the PDF could not be written: {0}")]
    Writing(String),
}
