//! The embedded fonts: which characters they have, how wide these are, how they are drawn.
//!
//! `fonts/build.py` makes the files; all of them are TrueType outlines without composites and hints.

use printpdf::{LinePoint, Point, Pt};
use ttf_parser::{GlyphId, OutlineBuilder, RawFace, Tag};

static SONG: &[u8] = include_bytes!("../fonts/song.ttf");
static KAI: &[u8] = include_bytes!("../fonts/kai.ttf");
static MONO: &[u8] = include_bytes!("../fonts/mono.ttf");
static NAMES: &[u8] = include_bytes!("../fonts/names.ttf");

/// The part a font plays on the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Face {
    /// Values (in the place of 宋体).
    Song,
    /// Labels and the title (in the place of 楷体).
    Kai,
    /// Tax numbers and the yen sign (in the place of Courier New).
    Mono,
    /// Rare Han characters that the first one lacks.
    Names,
}

impl Face {
    /// The name of the font in the resources of a page.
    pub(crate) const fn resource(self) -> &'static str {
        match self {
            Face::Song => "S",
            Face::Kai => "K",
            Face::Mono => "M",
            Face::Names => "N",
        }
    }

    /// The PostScript name of the cut font.
    pub(crate) const fn postscript(self) -> &'static str {
        match self {
            Face::Song => "FapiaoSong-Regular",
            Face::Kai => "FapiaoKai-Regular",
            Face::Mono => "FapiaoMono-Regular",
            Face::Names => "FapiaoNames-Regular",
        }
    }
}

/// One font file, read once.
pub(crate) struct FontFile {
    #[cfg(test)]
    bytes: &'static [u8],
    face: ttf_parser::Face<'static>,
    pub(crate) head: &'static [u8],
    pub(crate) hhea: &'static [u8],
    pub(crate) maxp: &'static [u8],
    glyf: &'static [u8],
    loca: &'static [u8],
    long_loca: bool,
    /// Glyphs of the characters below U+10000; 0 where there is none. One look instead of a search per character.
    plane0: Box<[u16]>,
}

impl FontFile {
    fn read(bytes: &'static [u8]) -> FontFile {
        let face = ttf_parser::Face::parse(bytes, 0).expect("an embedded font is sound");
        let raw = RawFace::parse(bytes, 0).expect("an embedded font is sound");
        let table = |tag: &[u8; 4]| {
            raw.table(Tag::from_bytes(tag))
                .expect("an embedded font has all outline tables")
        };
        let head = table(b"head");
        let plane0 = (0..=0xFFFF_u32)
            .map(|code| {
                char::from_u32(code)
                    .and_then(|c| face.glyph_index(c))
                    .map_or(0, |glyph| glyph.0)
            })
            .collect();
        FontFile {
            #[cfg(test)]
            bytes,
            head,
            hhea: table(b"hhea"),
            maxp: table(b"maxp"),
            glyf: table(b"glyf"),
            loca: table(b"loca"),
            long_loca: head[51] == 1,
            plane0,
            face,
        }
    }

    /// The whole file.
    #[cfg(test)]
    pub(crate) fn bytes(&self) -> &'static [u8] {
        self.bytes
    }

    /// The glyph of a character.
    pub(crate) fn glyph(&self, character: char) -> Option<u16> {
        let code = character as u32;
        let glyph = match self.plane0.get(code as usize) {
            Some(&glyph) => glyph,
            None => self.face.glyph_index(character)?.0,
        };
        (glyph != 0).then_some(glyph)
    }

    /// How far the pen moves for a glyph, in font units.
    pub(crate) fn advance(&self, glyph: u16) -> u16 {
        self.face.glyph_hor_advance(GlyphId(glyph)).unwrap_or(0)
    }

    /// Font units in one em.
    pub(crate) fn units(&self) -> u16 {
        self.face.units_per_em()
    }

    /// Height above and depth below the baseline, in font units.
    pub(crate) fn extent(&self) -> (i16, i16) {
        (self.face.ascender(), self.face.descender())
    }

    /// The box around all glyphs: x and y of its lower left, then of its upper right corner, in font units.
    pub(crate) fn bounds(&self) -> (i16, i16, i16, i16) {
        let bounds = self.face.global_bounding_box();
        (bounds.x_min, bounds.y_min, bounds.x_max, bounds.y_max)
    }

    /// The outline of a glyph as the font stores it; empty for blanks.
    pub(crate) fn outline_bytes(&self, glyph: u16) -> &'static [u8] {
        let offset = |index: usize| {
            let (at, size) = if self.long_loca {
                (index * 4, 4)
            } else {
                (index * 2, 2)
            };
            let bytes = self.loca.get(at..at + size)?;
            Some(match *bytes {
                [a, b, c, d] => u32::from_be_bytes([a, b, c, d]) as usize,
                [a, b] => usize::from(u16::from_be_bytes([a, b])) * 2,
                _ => return None,
            })
        };
        let index = usize::from(glyph);
        offset(index)
            .zip(offset(index + 1))
            .and_then(|(from, to)| self.glyf.get(from..to))
            .unwrap_or(&[])
    }

    /// The outline of a character as closed rings, in font units; used where a mark must not be text.
    pub(crate) fn rings(&self, character: char) -> Vec<Vec<LinePoint>> {
        let mut pen = Rings::default();
        if let Some(glyph) = self.glyph(character) {
            self.face.outline_glyph(GlyphId(glyph), &mut pen);
        }
        pen.rings
    }
}

/// All fonts of the forms.
pub(crate) struct Fonts {
    song: FontFile,
    kai: FontFile,
    mono: FontFile,
    names: FontFile,
}

impl Fonts {
    pub(crate) fn embedded() -> Fonts {
        Fonts {
            song: FontFile::read(SONG),
            kai: FontFile::read(KAI),
            mono: FontFile::read(MONO),
            names: FontFile::read(NAMES),
        }
    }

    pub(crate) fn file(&self, face: Face) -> &FontFile {
        match face {
            Face::Song => &self.song,
            Face::Kai => &self.kai,
            Face::Mono => &self.mono,
            Face::Names => &self.names,
        }
    }

    /// The font that draws a character where `wanted` is asked for: itself, else the one for values, else the one
    /// for rare names. Labels have no fallback.
    pub(crate) fn face_for(&self, wanted: Face, character: char) -> Option<Face> {
        let order: &[Face] = match wanted {
            Face::Kai => &[Face::Kai],
            Face::Mono => &[Face::Mono, Face::Song, Face::Names],
            Face::Song | Face::Names => &[Face::Song, Face::Names],
        };
        order
            .iter()
            .copied()
            .find(|&face| self.file(face).glyph(character).is_some())
    }
}

/// Collects an outline as cubic rings: PDF has no quadratic curves.
#[derive(Default)]
struct Rings {
    rings: Vec<Vec<LinePoint>>,
    at: (f32, f32),
}

impl Rings {
    fn push(&mut self, x: f32, y: f32, bezier: bool) {
        let p = Point { x: Pt(x), y: Pt(y) };
        if let Some(ring) = self.rings.last_mut() {
            ring.push(LinePoint { p, bezier });
        }
        self.at = (x, y);
    }
}

impl OutlineBuilder for Rings {
    fn move_to(&mut self, x: f32, y: f32) {
        self.rings.push(Vec::new());
        self.push(x, y, false);
    }
    fn line_to(&mut self, x: f32, y: f32) {
        self.push(x, y, false);
    }
    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        let (x0, y0) = self.at;
        let third = |a: f32, b: f32| a + (b - a) * 2.0 / 3.0;
        self.curve_to(
            third(x0, x1),
            third(y0, y1),
            third(x, x1),
            third(y, y1),
            x,
            y,
        );
    }
    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        self.push(x1, y1, true);
        self.push(x2, y2, true);
        self.push(x, y, false);
    }
    fn close(&mut self) {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use sha2::{Digest, Sha256};

    #[test]
    fn the_fonts_are_the_ones_that_the_script_built() {
        let sums = include_str!("../fonts/SHA256SUMS");
        for (name, bytes) in [
            ("kai.ttf", KAI),
            ("mono.ttf", MONO),
            ("names.ttf", NAMES),
            ("song.ttf", SONG),
        ] {
            let line = format!("{}  {name}\n", hex::encode(Sha256::digest(bytes)));
            assert!(sums.contains(&line), "{name}");
        }
    }

    #[test]
    fn values_have_the_whole_common_set_and_half_width_figures() {
        let fonts = Fonts::embedded();
        let common = (0x4E00..=0x9FEF).chain(0x3400..=0x4DB5);
        for character in common.filter_map(char::from_u32) {
            assert!(fonts.song.glyph(character).is_some(), "{character}");
        }
        for figure in '0'..='9' {
            let glyph = fonts.song.glyph(figure).unwrap();
            assert_eq!(fonts.song.advance(glyph) * 2, fonts.song.units());
        }
        assert_eq!(fonts.face_for(Face::Song, '𠮷'), Some(Face::Names));
        assert_eq!(fonts.face_for(Face::Mono, '号'), Some(Face::Song));
        assert_eq!(fonts.face_for(Face::Song, '\u{e000}'), None);
    }
}
