//! Where a signature stands in a PDF file: an invisible field, a hole of fixed size, and the hole's filling.

use super::Signer;
use chrono::NaiveDateTime;
use lopdf::{Document, Object, StringFormat, dictionary};

/// A number wide enough for any offset; the real ones take its place.
const WIDE: i64 = 9_999_999_999;

/// Adds the field and the dictionary with the hole to the first page.
///
/// # Errors
/// When the document has no page.
pub(crate) fn prepare(
    document: &mut Document,
    signer: &Signer,
    issued_at: NaiveDateTime,
) -> Result<(), lopdf::Error> {
    let page = *document
        .get_pages()
        .values()
        .next()
        .ok_or(lopdf::Error::PageNumberNotFound(1))?;
    let made = issued_at.format("D:%Y%m%d%H%M%S+08'00'").to_string();
    let mut name = vec![0xFE, 0xFF];
    name.extend(signer.subject().encode_utf16().flat_map(u16::to_be_bytes));
    let signature = document.add_object(dictionary! {
        "Type" => "Sig",
        "Filter" => "Adobe.PPKLite",
        "SubFilter" => "ETSI.CAdES.detached",
        "Name" => Object::String(name, StringFormat::Hexadecimal),
        "M" => Object::String(made.into_bytes(), StringFormat::Literal),
        "ByteRange" => vec![0.into(), WIDE.into(), WIDE.into(), WIDE.into()],
        "Contents" => Object::String(vec![0; signer.room()], StringFormat::Hexadecimal),
    });
    let field = document.add_object(dictionary! {
        "Type" => "Annot",
        "Subtype" => "Widget",
        "FT" => "Sig",
        "T" => Object::String(b"Signature1".to_vec(), StringFormat::Literal),
        "V" => signature,
        "Rect" => vec![0.into(), 0.into(), 0.into(), 0.into()],
        // Printed and locked.
        "F" => 132,
        "P" => page,
    });
    document
        .get_object_mut(page)?
        .as_dict_mut()?
        .set("Annots", vec![field.into()]);
    document.catalog_mut()?.set(
        "AcroForm",
        // Signatures exist; the file may only be added to.
        dictionary! { "SigFlags" => 3, "Fields" => vec![field.into()] },
    );
    Ok(())
}

/// Signs the finished file.
///
/// # Errors
/// When the hole is not found or the key refuses.
pub(crate) fn fill(file: &mut [u8], signer: &Signer) -> Result<(), String> {
    let lost = || "the place of the signature is not in the file".to_owned();
    let wide = format!("[0 {WIDE} {WIDE} {WIDE}]");
    let hole = vec![b'0'; signer.room() * 2];
    let range_at = last(file, wide.as_bytes()).ok_or_else(lost)?;
    let hole_at = last(file, &hole).ok_or_else(lost)?;
    // The brackets of the hole belong to it.
    let (from, to) = (hole_at - 1, hole_at + hole.len() + 1);
    if file.get(from) != Some(&b'<') || file.get(to - 1) != Some(&b'>') {
        return Err(lost());
    }
    let range = format!("[0 {from} {to} {}]", file.len() - to);
    let padded = format!("{range:<width$}", width = wide.len());
    file[range_at..range_at + padded.len()].copy_from_slice(padded.as_bytes());
    let signature = signer.sign([&file[..from], &file[to..]])?;
    if signature.len() > signer.room() {
        return Err("the signature is larger than its place".to_owned());
    }
    for (place, byte) in signature.iter().enumerate() {
        for (half, digit) in [byte >> 4, byte & 15].into_iter().enumerate() {
            file[hole_at + place * 2 + half] = b"0123456789ABCDEF"[usize::from(digit)];
        }
    }
    Ok(())
}

fn last(file: &[u8], wanted: &[u8]) -> Option<usize> {
    file.windows(wanted.len())
        .rposition(|window| window == wanted)
}
