//! The same pages as an OFD (GB/T 33190): a ZIP of XML with the fonts in it, from the draw list that the PDF is made of.
//!
//! No library that is kept up writes it; the part that an invoice needs is small.

pub(crate) mod data;
mod font;
mod page;
mod xml;
mod zip;

use crate::{
    attachment::attachment,
    fonts::{Face, Fonts},
    ink::{Field, Mark, Page},
};
use fapiao_domain::face::InvoiceFace;
use page::{Ids, SEAL_ID, content, font_id};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use xml::Element;
use zip::{Archive, Packed};

/// Numbers below this one are those of fonts and pictures.
const FIRST_ID: u32 = 10;

/// A font for labels, cut and compressed once.
pub(crate) struct LabelFont {
    characters: BTreeSet<char>,
    packed: Packed,
}

impl LabelFont {
    /// Cuts the font to the characters of all labels.
    pub(crate) fn new(fonts: &Fonts, characters: BTreeSet<char>) -> LabelFont {
        LabelFont {
            packed: Packed::best(&font::file(fonts, Face::Kai, &characters)),
            characters,
        }
    }
}

/// A page with the marks that all invoices of its shape share.
pub(crate) struct Sheet<'a> {
    pub(crate) page: &'a Page<()>,
    /// What lies below: pages with the same key share it.
    pub(crate) layer: &'a [Mark],
    pub(crate) key: usize,
}

/// Writes the document.
pub(crate) fn assemble(
    fonts: &Fonts,
    labels: &LabelFont,
    sheets: &[Sheet<'_>],
    face: &InvoiceFace,
) -> Vec<u8> {
    let mut archive = Archive::new(face.issued_at);
    let mut ids = Ids(FIRST_ID);
    let mut templates: BTreeMap<usize, u32> = BTreeMap::new();
    let mut pages = Vec::new();
    let mut tagged = Vec::new();
    for sheet in sheets {
        let template = *templates.entry(sheet.key).or_insert_with(|| ids.next());
        let page = ids.next();
        let (text, texts) = content(
            fonts,
            &sheet.page.marks,
            sheet.page.height,
            Some(template),
            &mut ids,
        );
        tagged.extend(texts.into_iter().map(|(field, id)| (field, page, id)));
        pages.push((page, text));
    }
    // Templates are numbered in the order of pages and written once each.
    let mut layers: Vec<(u32, String)> = Vec::new();
    for sheet in sheets {
        let id = templates[&sheet.key];
        if layers.iter().all(|(known, _)| *known != id) {
            let (text, _) = content(fonts, sheet.layer, sheet.page.height, None, &mut ids);
            layers.push((id, text));
        }
    }
    let used = used(sheets);
    let tags = data::tags(&tagged);
    archive.add("OFD.xml", data::root(face, &doc_id(face)).as_bytes());
    let height = sheets.first().map_or(140.0, |sheet| sheet.page.height);
    let document = document(height, &pages, &layers, face.extras.seal.is_some(), ids.0);
    archive.add("Doc_0/Document.xml", document.as_bytes());
    archive.add("Doc_0/PublicRes.xml", resources(&used).as_bytes());
    for (&face, characters) in &used {
        let name = format!("Doc_0/Res/{}", font_name(face));
        if face == Face::Kai && characters.is_subset(&labels.characters) {
            archive.add_packed(&name, &labels.packed);
        } else {
            archive.add(&name, &font::file(fonts, face, characters));
        }
    }
    if let Some(picture) = &face.extras.seal {
        archive.add("Doc_0/DocumentRes.xml", pictures().as_bytes());
        archive.add("Doc_0/Res/seal.png", &page::png(picture));
    }
    for (place, (_, text)) in layers.iter().enumerate() {
        archive.add(
            &format!("Doc_0/Tpls/Tpl_{place}/Content.xml"),
            text.as_bytes(),
        );
    }
    for (place, (_, text)) in pages.iter().enumerate() {
        archive.add(
            &format!("Doc_0/Pages/Page_{place}/Content.xml"),
            text.as_bytes(),
        );
    }
    archive.add("Doc_0/Tags/CustomTags.xml", data::tag_list().as_bytes());
    archive.add("Doc_0/Tags/CustomTag.xml", tags.as_bytes());
    let attachment = attachment(face);
    let list = data::attachments(face, &attachment);
    archive.add("Doc_0/Attachs/Attachments.xml", list.as_bytes());
    archive.add(
        &format!("Doc_0/Attachs/{}", attachment.name),
        &attachment.content,
    );
    archive.finish()
}

/// Faces and the characters that they draw.
fn used(sheets: &[Sheet<'_>]) -> BTreeMap<Face, BTreeSet<char>> {
    let mut used: BTreeMap<Face, BTreeSet<char>> = BTreeMap::new();
    for mark in sheets
        .iter()
        .flat_map(|sheet| sheet.page.marks.iter().chain(sheet.layer))
    {
        if let Mark::Text { face, text, .. } = mark {
            used.entry(*face).or_default().extend(text.chars());
        }
    }
    used
}

/// The document's own number: 32 hexadecimal digits from what it is about.
fn doc_id(face: &InvoiceFace) -> String {
    let mut digest = Sha256::new();
    digest.update(face.identity.code());
    digest.update(face.identity.number());
    digest.update(face.issued_at.to_string());
    let bytes = digest.finalize();
    bytes[..16]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn font_name(face: Face) -> String {
    format!("font_{}.ttf", font_id(face))
}

fn document(
    height: f64,
    pages: &[(u32, String)],
    layers: &[(u32, String)],
    seal: bool,
    last: u32,
) -> String {
    let mut document = Element::root("Document");
    document
        .open("CommonData")
        .leaf("MaxUnitID", &last.to_string())
        .open("PageArea")
        .leaf("PhysicalBox", &format!("0 0 210 {}", page::number(height)))
        .close()
        .leaf("PublicRes", "PublicRes.xml");
    if seal {
        document.leaf("DocumentRes", "DocumentRes.xml");
    }
    for (place, (id, _)) in layers.iter().enumerate() {
        document
            .open("TemplatePage")
            .attribute("ID", id)
            .attribute("BaseLoc", format!("Tpls/Tpl_{place}/Content.xml"))
            .close();
    }
    document.close().open("Pages");
    for (place, (id, _)) in pages.iter().enumerate() {
        document
            .open("Page")
            .attribute("ID", id)
            .attribute("BaseLoc", format!("Pages/Page_{place}/Content.xml"))
            .close();
    }
    document
        .close()
        .leaf("Attachments", "Attachs/Attachments.xml")
        .leaf("CustomTags", "Tags/CustomTags.xml");
    document.finish()
}

fn resources(used: &BTreeMap<Face, BTreeSet<char>>) -> String {
    let mut resources = Element::root("Res");
    resources.attribute("BaseLoc", "Res").open("Fonts");
    for &face in used.keys() {
        resources
            .open("Font")
            .attribute("ID", font_id(face))
            .attribute("FontName", font::family(face))
            .attribute("FamilyName", font::family(face));
        if face == Face::Mono {
            resources.attribute("FixedWidth", "true");
        }
        resources.leaf("FontFile", &font_name(face)).close();
    }
    resources.finish()
}

fn pictures() -> String {
    let mut resources = Element::root("Res");
    resources
        .attribute("BaseLoc", "Res")
        .open("MultiMedias")
        .open("MultiMedia")
        .attribute("ID", SEAL_ID)
        .attribute("Type", "Image")
        .attribute("Format", "PNG")
        .leaf("MediaFile", "seal.png");
    resources.finish()
}

/// A text on a page: what it is, the page's number, its own.
type Tagged = (Field, u32, u32);
