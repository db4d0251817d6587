//! The structured file inside the paper.

use crate::{ofd::data::original_invoice, xml::render_xml};
use fapiao_domain::{face::InvoiceFace, qr};

/// A file that PDF and OFD carry: what programs read instead of the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    /// The name under which it is found.
    pub name: String,
    /// XML, UTF-8.
    pub content: Vec<u8>,
}

/// What the papers of an invoice carry: the structured file of a digital invoice, named by its number; of the older form
/// the file that its OFD has by the published layout, with code and number in elements of their own.
pub fn attachment(face: &InvoiceFace) -> Attachment {
    match render_xml(face) {
        Some(content) => Attachment {
            name: format!("{}.xml", face.identity.number()),
            content,
        },
        None => Attachment {
            name: "original_invoice.xml".to_owned(),
            content: original_invoice(face, &qr::payload(face)),
        },
    }
}
