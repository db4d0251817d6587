//! From pages of marks to the bytes of a PDF.
//!
//! printpdf writes the objects. What is the same in every document (labels, lines, the fonts for labels and tax
//! numbers) is written and compressed once and spliced in; the fonts for values are cut for each document.

use crate::{
    RenderError, Signer,
    attachment::{Attachment, attachment},
    content,
    fonts::{Face, Fonts},
    ink::{Colour, Mark, Page},
    paint::{SEAL, paint},
    shared::{Layer, Statics, compress, references},
    sign, subset,
};
use fapiao_domain::face::{InvoiceFace, SealPicture};
use libdeflater::{CompressionLvl, Compressor};
use lopdf::{Document, Object, ObjectId, Stream, StringFormat, dictionary};
use printpdf::{
    FontId, FontMetrics, Mm, ParsedFont, PdfDocument, PdfFont, PdfPage, PdfSaveOptions,
};
use sha2::{Digest, Sha256};
use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// Width of all forms in millimetres.
const WIDTH: f64 = 210.0;

/// Writes the document.
///
/// # Errors
/// [`RenderError::Writing`] when the PDF library fails.
pub(crate) fn assemble(
    fonts: &Fonts,
    statics: &Statics,
    pages: &[Page<Arc<Layer>>],
    face: &InvoiceFace,
    signer: Option<&Signer>,
) -> Result<Vec<u8>, RenderError> {
    // A static font serves as long as it has all characters; else the document gets a cut of its own.
    let mut used: BTreeMap<Face, BTreeSet<char>> = BTreeMap::new();
    for mark in pages.iter().flat_map(|page| &page.marks) {
        if let Mark::Text { face, text, .. } = mark {
            used.entry(*face).or_default().extend(text.chars());
        }
    }
    let mut spliced: BTreeSet<Face> = BTreeSet::from([Face::Kai]);
    let mut programs = BTreeMap::new();
    for (&face, characters) in &used {
        match statics.get(&face) {
            Some(font)
                if characters
                    .iter()
                    .all(|c| font.covers(c.encode_utf8(&mut [0; 4]))) =>
            {
                spliced.insert(face);
                programs.insert(face, font.codes.clone());
            }
            // Labels are spliced in any case and must keep their numbers, so they are never cut anew.
            _ => {
                programs.insert(face, cut(fonts, face, characters));
            }
        }
    }
    let codes = programs.iter().map(|(&face, font)| (face, font)).collect();
    let contents: Vec<Vec<u8>> = pages
        .iter()
        .map(|page| content::write(&page.marks, page.height, &codes))
        .collect();
    // The library writes the fonts for what it sees used: a line of every character stands for the pages.
    let specimens: Vec<Mark> = used
        .iter()
        .map(|(&face, characters)| specimen(face, characters))
        .collect();
    let blanks: Vec<(&[Mark], f64)> = (0..)
        .zip(pages)
        .map(|(place, page)| (if place == 0 { &specimens[..] } else { &[] }, page.height))
        .collect();
    let mut document = write(&blanks, programs);
    "1.7".clone_into(&mut document.version);

    let broken = |what: lopdf::Error| RenderError::Writing(what.to_string());
    let page_ids: Vec<ObjectId> = document.get_pages().into_values().collect();
    let resources = page_fonts(&document).map_err(broken)?;
    for face in spliced {
        if let Some(unfinished) = font_object(&document, face) {
            forget(&mut document, unfinished);
        }
        let Some(font) = statics.get(&face) else {
            continue;
        };
        let id = font.shared.splice(&mut document);
        document
            .get_object_mut(resources)
            .and_then(Object::as_dict_mut)
            .map_err(broken)?
            .set(face.resource(), id);
    }
    if let Some(picture) = &face.extras.seal {
        splice_picture(&mut document, picture).map_err(broken)?;
    }
    let mut digest = Sha256::new();
    let mut layers: Vec<(*const Layer, ObjectId)> = Vec::new();
    for ((page, content), id) in pages.iter().zip(contents).zip(page_ids) {
        let known = layers
            .iter()
            .find(|(layer, _)| std::ptr::eq(*layer, &*page.layer));
        let layer = match known {
            Some(&(_, id)) => id,
            None => {
                let id = document.add_object(page.layer.stream.clone());
                layers.push((&*page.layer, id));
                id
            }
        };
        digest.update(&content);
        let dictionary = document
            .get_object_mut(id)
            .and_then(Object::as_dict_mut)
            .map_err(broken)?;
        let own = dictionary.get(b"Contents").map_err(broken)?;
        let own = own.as_reference().map_err(broken)?;
        dictionary.set("Contents", vec![layer.into(), own.into()]);
        dictionary.remove(b"Annots");
        let stream = Stream::new(lopdf::Dictionary::new(), content);
        document.objects.insert(own, stream.into());
    }
    attach(&mut document, face).map_err(broken)?;
    describe(&mut document, face, digest);
    if let Some(signer) = signer {
        sign::prepare(&mut document, signer, face.issued_at).map_err(broken)?;
    }
    COMPRESSOR.with_borrow_mut(|compressor| {
        for object in document.objects.values_mut() {
            if let Object::Stream(stream) = object {
                compress(compressor, stream);
            }
        }
    });
    let mut bytes = Vec::with_capacity(64 * 1024);
    document
        .save_to(&mut bytes)
        .map_err(|error| RenderError::Writing(error.to_string()))?;
    if let Some(signer) = signer {
        sign::fill(&mut bytes, signer).map_err(RenderError::Writing)?;
    }
    Ok(bytes)
}

thread_local! {
    /// Level 4: for text.
    static CLOSER: RefCell<Compressor> =
        RefCell::new(Compressor::new(CompressionLvl::new(4).unwrap_or_default()));
    /// Level 1: the outlines of Chinese glyphs hardly become smaller at higher levels, only slower.
    static COMPRESSOR: RefCell<Compressor> =
        RefCell::new(Compressor::new(CompressionLvl::new(1).unwrap_or_default()));
}

/// Title, subject, dates and /ID: all from the invoice, so that the same invoice gives the same bytes.
fn describe(document: &mut Document, face: &InvoiceFace, content: Sha256) {
    let sample = if face.sample { "SAMPLE 样张 " } else { "" };
    let title = format!("{sample}{} {}", face.kind.printed(), face.identity.number());
    let subject = if face.sample {
        "SAMPLE 样张，仅供测试，不是发票".to_owned()
    } else {
        format!("{} {}", face.seller.name, face.totals.total)
    };
    let made = face.issued_at.format("D:%Y%m%d%H%M%S+08'00'").to_string();
    let date = Object::String(made.into_bytes(), StringFormat::Literal);
    let info = dictionary! {
        "Title" => utf16(&title),
        "Subject" => utf16(&subject),
        "Author" => utf16(&face.seller.name),
        "Producer" => utf16(concat!("fapiao ", env!("CARGO_PKG_VERSION"))),
        "CreationDate" => date.clone(),
        "ModDate" => date,
    };
    let mut content = content;
    content.update(title.as_bytes());
    content.update(face.issued_at.to_string().as_bytes());
    let id = Object::String(content.finalize()[..16].to_vec(), StringFormat::Hexadecimal);
    match document.trailer.get(b"Info").and_then(Object::as_reference) {
        Ok(at) => {
            document.objects.insert(at, info.into());
        }
        Err(_) => {
            let at = document.add_object(info);
            document.trailer.set("Info", at);
        }
    }
    document.trailer.set("ID", vec![id.clone(), id]);
}

/// The structured file inside the document: found by name and, as data of the document, by /AF.
fn attach(document: &mut Document, face: &InvoiceFace) -> Result<(), lopdf::Error> {
    let Attachment { name, content } = attachment(face);
    let made = face.issued_at.format("D:%Y%m%d%H%M%S+08'00'").to_string();
    let date = Object::String(made.into_bytes(), StringFormat::Literal);
    let parameters = dictionary! {
        "Size" => content.len() as i64,
        "ModDate" => date,
    };
    let mut stream = Stream::new(
        dictionary! {
            "Type" => "EmbeddedFile",
            "Subtype" => Object::Name(b"application/xml".to_vec()),
            "Params" => parameters,
        },
        content,
    );
    // Text gains from looking closer, unlike outlines.
    CLOSER.with_borrow_mut(|compressor| compress(compressor, &mut stream));
    let file = document.add_object(stream);
    let literal = Object::String(name.clone().into_bytes(), StringFormat::Literal);
    let specification = document.add_object(dictionary! {
        "Type" => "Filespec",
        "F" => literal.clone(),
        "UF" => literal.clone(),
        "AFRelationship" => "Data",
        "EF" => dictionary! { "F" => file, "UF" => file },
    });
    let names = dictionary! { "Names" => vec![literal, specification.into()] };
    let catalog = document.catalog_mut()?;
    catalog.set("Names", dictionary! { "EmbeddedFiles" => names });
    catalog.set("AF", vec![specification.into()]);
    Ok(())
}

/// A text string of PDF: UTF-16 with its mark.
fn utf16(text: &str) -> Object {
    let mut bytes = vec![0xFE, 0xFF];
    bytes.extend(text.encode_utf16().flat_map(u16::to_be_bytes));
    Object::String(bytes, StringFormat::Hexadecimal)
}

/// A text of all characters in one font.
pub(crate) fn specimen(face: Face, characters: &BTreeSet<char>) -> Mark {
    Mark::Text {
        field: "specimen".into(),
        face,
        size: 9.0,
        stretch: 1.0,
        x: 0.0,
        y: 0.0,
        colour: Colour::BLACK,
        text: characters.iter().collect(),
    }
}

/// Lets printpdf write pages, uncompressed.
pub(crate) fn write(pages: &[(&[Mark], f64)], fonts: BTreeMap<Face, ParsedFont>) -> Document {
    let mut document = PdfDocument::new("");
    for (face, font) in fonts {
        document
            .resources
            .fonts
            .map
            .insert(FontId(face.resource().to_owned()), PdfFont::new(font));
    }
    for &(marks, height) in pages {
        let (width, high) = (Mm(WIDTH as f32), Mm(height as f32));
        document
            .pages
            .push(PdfPage::new(width, high, paint(marks, height)));
    }
    let options = PdfSaveOptions {
        optimize: false,
        subset_fonts: false,
        // Operators the library has no name for are ours: see `paint`.
        secure: false,
        image_optimization: None,
    };
    // The only warning that can come is that a static font has no program: it is spliced in later.
    printpdf::serialize::to_lopdf_doc(&document, &options, &mut Vec::new())
}

/// Cuts a font to some characters, glyphs in the order of code points.
pub(crate) fn cut(fonts: &Fonts, face: Face, characters: &BTreeSet<char>) -> ParsedFont {
    let file = fonts.file(face);
    let mut glyphs = Vec::with_capacity(characters.len());
    let mut codes = BTreeMap::new();
    let mut widths = BTreeMap::new();
    for &character in characters {
        let Some(glyph) = file.glyph(character) else {
            continue;
        };
        glyphs.push(glyph);
        let own = glyphs.len() as u16;
        codes.insert(character as u32, own);
        widths.insert(own, file.advance(glyph));
    }
    let (ascent, descent) = file.extent();
    let mut font = ParsedFont::with_glyph_data(
        subset::cut(file, &glyphs),
        0,
        Some(format!("{}+{}", tag(characters), face.postscript())),
        codes,
        widths,
        file.units(),
        FontMetrics { ascent, descent },
    );
    let (x_min, y_min, x_max, y_max) = file.bounds();
    font.pdf_font_metrics.x_min = x_min;
    font.pdf_font_metrics.y_min = y_min;
    font.pdf_font_metrics.x_max = x_max;
    font.pdf_font_metrics.y_max = y_max;
    font
}

/// The six letters that tell one cut of a font from another.
fn tag(characters: &BTreeSet<char>) -> String {
    let mut hash = 0xCBF2_9CE4_8422_2325_u64;
    for &character in characters {
        hash = (hash ^ u64::from(character as u32)).wrapping_mul(0x0100_0000_01B3);
    }
    (0..6)
        .map(|place| char::from(b'A' + (hash >> (place * 8) & 0xFF) as u8 % 26))
        .collect()
}

/// Puts the picture of the seal into the resources that the pages share.
fn splice_picture(document: &mut Document, picture: &SealPicture) -> Result<(), lopdf::Error> {
    let part = |from: usize, to: usize| -> Vec<u8> {
        let dots = picture.rgba.chunks_exact(4);
        dots.flat_map(|dot| &dot[from..to]).copied().collect()
    };
    let image = |colours: &str| {
        dictionary! {
            "Type" => "XObject",
            "Subtype" => "Image",
            "Width" => i64::from(picture.width),
            "Height" => i64::from(picture.height),
            "ColorSpace" => Object::Name(colours.into()),
            "BitsPerComponent" => 8,
        }
    };
    let opacity = document.add_object(Stream::new(image("DeviceGray"), part(3, 4)));
    let mut colours = image("DeviceRGB");
    colours.set("SMask", opacity);
    let seal = document.add_object(Stream::new(colours, part(0, 3)));
    let mut all = Vec::new();
    for page in document.get_pages().into_values() {
        all.push(
            document
                .get_dictionary(page)?
                .get(b"Resources")?
                .as_reference()?,
        );
    }
    for resources in all {
        document
            .get_object_mut(resources)?
            .as_dict_mut()?
            .set("XObject", dictionary! { SEAL => seal });
    }
    Ok(())
}

/// The dictionary of all fonts, shared by the pages.
fn page_fonts(document: &Document) -> Result<ObjectId, lopdf::Error> {
    let page = *document
        .get_pages()
        .values()
        .next()
        .ok_or(lopdf::Error::PageNumberNotFound(1))?;
    let resources = document
        .get_dictionary(page)?
        .get(b"Resources")?
        .as_reference()?;
    document
        .get_dictionary(resources)?
        .get(b"Font")?
        .as_reference()
}

pub(crate) fn font_object(document: &Document, face: Face) -> Option<ObjectId> {
    let fonts = document.get_dictionary(page_fonts(document).ok()?).ok()?;
    fonts
        .get(face.resource().as_bytes())
        .ok()?
        .as_reference()
        .ok()
}

/// Removes a font and what only it refers to.
fn forget(document: &mut Document, font: ObjectId) {
    let mut open = vec![font];
    while let Some(id) = open.pop() {
        if let Some(object) = document.objects.remove(&id) {
            references(&object, &mut |id| open.push(id));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{RenderPdf, Renderer, testing::face_of};
    use std::{fs, path::Path, process::Command};

    /// The whole font with its own numbers: nothing cut, nothing shared.
    fn whole(fonts: &Fonts, face: Face, characters: &BTreeSet<char>) -> ParsedFont {
        let file = fonts.file(face);
        let glyphs = characters
            .iter()
            .filter_map(|&c| Some((c as u32, file.glyph(c)?)));
        let codes: BTreeMap<u32, u16> = glyphs.collect();
        let widths = codes.values().map(|&glyph| (glyph, file.advance(glyph)));
        let (ascent, descent) = file.extent();
        ParsedFont::with_glyph_data(
            file.bytes().to_vec(),
            0,
            Some(face.postscript().to_owned()),
            codes.clone(),
            widths.collect(),
            file.units(),
            FontMetrics { ascent, descent },
        )
    }

    fn picture(folder: &Path, name: &str, bytes: &[u8]) -> Option<Vec<u8>> {
        let (file, root) = (folder.join(format!("{name}.pdf")), folder.join(name));
        fs::write(&file, bytes).unwrap();
        let mut command = Command::new("pdftoppm");
        command.args(["-r", "96", "-gray"]).args([&file, &root]);
        let Ok(output) = command.output() else {
            eprintln!("skipped: no pdftoppm here; `cargo xtask test` installs it");
            return None;
        };
        assert!(output.status.success(), "{output:?}");
        let mut pages: Vec<_> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| {
                let own = path.file_name().unwrap().to_string_lossy().into_owned();
                own.starts_with(&format!("{name}-")) && own.ends_with(".pgm")
            })
            .collect();
        pages.sort();
        Some(
            pages
                .iter()
                .flat_map(|page| fs::read(page).unwrap())
                .collect(),
        )
    }

    /// The quick way and the library's own give the same picture.
    #[test]
    fn papers_look_as_the_library_draws_them() {
        let renderer = Renderer::new();
        for (lines, sample) in [(1, false), (5, true), (60, false)] {
            let mut face = face_of(lines);
            face.sample = sample;
            face.buyer.name = "𠮷野龘堃".to_owned();
            let (fonts, pages) = renderer.naive_pages(&face).unwrap();
            let mut used: BTreeMap<Face, BTreeSet<char>> = BTreeMap::new();
            for (marks, _) in &pages {
                for mark in marks {
                    if let Mark::Text { face, text, .. } = mark {
                        used.entry(*face).or_default().extend(text.chars());
                    }
                }
            }
            let programs = used
                .iter()
                .map(|(&face, characters)| (face, whole(fonts, face, characters)))
                .collect();
            let all: Vec<(&[Mark], f64)> = pages
                .iter()
                .map(|(marks, height)| (marks.as_slice(), *height))
                .collect();
            let mut naive = Vec::new();
            write(&all, programs).save_to(&mut naive).unwrap();
            let folder = tempfile::tempdir().unwrap();
            let Some(ours) = picture(folder.path(), "ours", &renderer.render(&face).unwrap())
            else {
                return;
            };
            let naive = picture(folder.path(), "naive", &naive).unwrap();
            assert_eq!(ours.len(), naive.len());
            let differing = ours
                .iter()
                .zip(&naive)
                .filter(|(a, b)| a.abs_diff(**b) > 32);
            let share = differing.count() as f64 / ours.len() as f64;
            assert!(share <= 0.0005, "{lines} lines: {share} of the dots differ");
        }
    }
}
