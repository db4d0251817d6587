//! What is the same in every document: the fonts for labels and tax numbers, and the layers of the forms. Written and
//! compressed once, spliced into each document.

use crate::{
    assemble::{cut, font_object, specimen, write},
    content,
    fonts::{Face, Fonts},
    ink::Mark,
};
use libdeflater::{CompressionLvl, Compressor};
use lopdf::{Dictionary, Document, Object, ObjectId, Stream};
use printpdf::ParsedFont;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// What a compressed stream must save before it is worth its dictionary entry.
const WORTH_COMPRESSING: usize = 64;

/// Objects that go into every document unchanged; references inside count from 0.
pub(crate) struct Shared {
    objects: Vec<Object>,
    root: u32,
}

/// A font whose program never changes.
pub(crate) struct StaticFont {
    /// Knows the glyph numbers and widths, but not the program: that is in `shared`.
    pub(crate) codes: ParsedFont,
    pub(crate) shared: Shared,
}

/// The static fonts of a form.
pub(crate) type Statics = BTreeMap<Face, Arc<StaticFont>>;

impl StaticFont {
    /// Cuts a font to `characters` and writes it once.
    pub(crate) fn new(fonts: &Fonts, face: Face, characters: &BTreeSet<char>) -> StaticFont {
        let font = cut(fonts, face, characters);
        let mut codes = font.clone();
        codes.original_bytes = Vec::new();
        let document = write(
            &[(&[specimen(face, characters)], 10.0)],
            BTreeMap::from([(face, font)]),
        );
        let root = font_object(&document, face).expect("the specimen uses the font");
        StaticFont {
            codes,
            shared: Shared::gather(&document, root),
        }
    }

    /// Whether every character of a text is in the cut.
    pub(crate) fn covers(&self, text: &str) -> bool {
        text.chars()
            .all(|c| self.codes.codepoint_to_glyph.contains_key(&(c as u32)))
    }
}

impl Shared {
    /// Takes an object and everything it refers to out of a document, compressed as far as can be.
    fn gather(document: &Document, root: ObjectId) -> Shared {
        let mut order = vec![root];
        let mut at = 0;
        while at < order.len() {
            if let Ok(object) = document.get_object(order[at]) {
                references(object, &mut |id| {
                    if !order.contains(&id) {
                        order.push(id);
                    }
                });
            }
            at += 1;
        }
        let place = |id: ObjectId| order.iter().position(|&known| known == id).unwrap_or(0) as u32;
        let mut compressor = Compressor::new(CompressionLvl::best());
        let objects = order
            .iter()
            .filter_map(|&id| document.get_object(id).ok().cloned())
            .map(|mut object| {
                renumber(&mut object, &|id| (place(id), 0));
                if let Object::Stream(stream) = &mut object {
                    compress(&mut compressor, stream);
                }
                object
            })
            .collect();
        Shared { objects, root: 0 }
    }

    /// Puts the objects into another document and tells where the first one is.
    pub(crate) fn splice(&self, document: &mut Document) -> ObjectId {
        let base = document.max_id + 1;
        for (number, object) in (base..).zip(&self.objects) {
            let mut object = object.clone();
            renumber(&mut object, &|id| (id.0 + base, 0));
            document.objects.insert((number, 0), object);
        }
        document.max_id = base + self.objects.len() as u32 - 1;
        (base + self.root, 0)
    }
}

/// The part of a page that all invoices of one shape share: a finished content stream.
pub(crate) struct Layer {
    pub(crate) stream: Stream,
    /// What it was written from.
    pub(crate) marks: Vec<Mark>,
}

impl Layer {
    /// Writes marks whose text is all in `font`.
    pub(crate) fn new(marks: Vec<Mark>, height: f64, font: &StaticFont) -> Layer {
        let codes = BTreeMap::from([(Face::Kai, &font.codes)]);
        let content = content::write(&marks, height, &codes);
        let mut stream = Stream::new(Dictionary::new(), content);
        compress(&mut Compressor::new(CompressionLvl::best()), &mut stream);
        Layer { stream, marks }
    }
}

/// Tells every object that an object refers to.
pub(crate) fn references(object: &Object, found: &mut impl FnMut(ObjectId)) {
    match object {
        Object::Reference(id) => found(*id),
        Object::Array(items) => items.iter().for_each(|item| references(item, found)),
        Object::Dictionary(items) => items.iter().for_each(|(_, item)| references(item, found)),
        Object::Stream(stream) => stream
            .dict
            .iter()
            .for_each(|(_, item)| references(item, found)),
        _ => {}
    }
}

fn renumber(object: &mut Object, to: &impl Fn(ObjectId) -> ObjectId) {
    match object {
        Object::Reference(id) => *id = to(*id),
        Object::Array(items) => items.iter_mut().for_each(|item| renumber(item, to)),
        Object::Dictionary(items) => items.iter_mut().for_each(|(_, item)| renumber(item, to)),
        Object::Stream(stream) => stream
            .dict
            .iter_mut()
            .for_each(|(_, item)| renumber(item, to)),
        _ => {}
    }
}

/// Compresses a stream, unless it is already or gains nothing.
pub(crate) fn compress(compressor: &mut Compressor, stream: &mut Stream) {
    if stream.dict.has(b"Filter") || stream.content.len() < WORTH_COMPRESSING {
        return;
    }
    let mut packed = vec![0; compressor.zlib_compress_bound(stream.content.len())];
    let Ok(length) = compressor.zlib_compress(&stream.content, &mut packed) else {
        return; // Cannot happen with a buffer of the bound; uncompressed is as right.
    };
    if length + WORTH_COMPRESSING < stream.content.len() {
        packed.truncate(length);
        stream.set_content(packed);
        stream.dict.set("Filter", "FlateDecode");
    }
}
