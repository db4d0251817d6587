//! A natural person's document as it is kept: sealed, shown only by its last characters, and erased when it served.

use super::SealedText;
use fapiao_domain::{
    document::{DocumentKind, PersonDocument},
    ids::{Id, SellerId},
};

/// A document beside a typed title.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedDocument {
    /// Its type.
    pub kind: DocumentKind,
    /// Three digits, such as `156`.
    pub nationality: String,
    /// The number's last characters, the others as `*`.
    pub masked: String,
    /// The number; empty once it was erased.
    pub sealed: SealedText,
}

/// What a document's number is sealed for.
pub fn document_purpose(seller: &SellerId) -> String {
    format!("buyer.document:{}", seller.as_str())
}

impl SealedDocument {
    /// The document, opened; `None` when the key differs. `open` is the sealer's.
    pub fn opened(&self, open: impl Fn(&SealedText) -> Option<String>) -> Option<PersonDocument> {
        Some(PersonDocument {
            kind: self.kind,
            nationality: self.nationality.clone(),
            number: open(&self.sealed)?,
        })
    }

    /// Whether its number is gone.
    pub fn is_erased(&self) -> bool {
        self.sealed.is_empty()
    }
}
