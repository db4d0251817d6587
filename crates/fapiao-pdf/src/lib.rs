//! An invoice becomes PDF, OFD and XML bytes: fonts embedded, no network, no clock.
//!
//! ```text
//! InvoiceFace → digital, classic  what is put where, in millimetres (the draw list, `ink`)
//!             → content           the draw list as content streams
//!             → assemble          PDF: printpdf writes the fonts and pages; shared parts are spliced in; libdeflate; /ID
//!             → ofd               OFD: the same draw list as a ZIP of XML
//!             → xml, attachment   the structured file: by itself, and inside both papers
//! ```
//!
//! [`Renderer`] is made once and shared. [`Renderer::check`] answers before a number is taken whether a face can be
//! printed; a character that no embedded font has is an error, never an empty box.

mod assemble;
mod attachment;
#[cfg(test)]
mod cells;
mod classic;
mod content;
mod digital;
#[cfg(feature = "draw-list")]
mod draw_list;
mod error;
mod fonts;
mod ink;
mod label;
mod ofd;
mod paint;
mod renderer;
mod rows;
mod shared;
mod sign;
mod subset;
mod symbol;
#[cfg(test)]
mod testing;
mod text;
pub mod xml;

pub use attachment::{Attachment, attachment};
pub use error::RenderError;
pub use renderer::{RenderOfd, RenderPdf, Renderer};
pub use sign::{Signer, SignerError, pem_from_pkcs12};

/// Lines one invoice may carry on paper.
pub const MAX_LINES: usize = 2000;
