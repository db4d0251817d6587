//! The fonts of an OFD: cut like those of the PDF, but whole font files, because readers look characters up in them.

use crate::{
    fonts::{Face, Fonts},
    subset::{Table, outlines, sfnt},
};
use std::collections::BTreeSet;

/// A TrueType file with the glyphs of some characters, their map and a name.
pub(super) fn file(fonts: &Fonts, face: Face, characters: &BTreeSet<char>) -> Vec<u8> {
    let font = fonts.file(face);
    let known: Vec<(char, u16)> = characters
        .iter()
        .filter_map(|&c| font.glyph(c).map(|glyph| (c, glyph)))
        .collect();
    let glyphs: Vec<u16> = known.iter().map(|&(_, glyph)| glyph).collect();
    // Glyph 0 is the empty one, then they follow in the order of code points.
    let codes: Vec<(u32, u16)> = (1..)
        .zip(&known)
        .map(|(own, &(c, _))| (c as u32, own))
        .collect();
    let mut tables = outlines(font, &glyphs);
    tables.push((*b"OS/2", os2(fonts, face, &codes)));
    tables.push((*b"cmap", cmap(&codes)));
    tables.push((*b"name", name(face)));
    tables.push((*b"post", post(face)));
    tables.sort_by_key(|(tag, _): &Table| *tag);
    sfnt(&tables)
}

/// Characters to glyphs: format 4 for the first plane, format 12 for all.
fn cmap(codes: &[(u32, u16)]) -> Vec<u8> {
    let runs = runs(codes);
    let four = format_four(&runs);
    let mut table = Vec::new();
    words(&mut table, &[0, 2]);
    // Windows, first plane; Windows, all planes.
    words(&mut table, &[3, 1]);
    table.extend(20_u32.to_be_bytes());
    words(&mut table, &[3, 10]);
    table.extend((20 + four.len() as u32).to_be_bytes());
    table.extend(&four);
    words(&mut table, &[12, 0]);
    for value in [16 + runs.len() as u32 * 12, 0, runs.len() as u32] {
        table.extend(value.to_be_bytes());
    }
    for &(from, to, glyph) in &runs {
        for value in [from, to, u32::from(glyph)] {
            table.extend(value.to_be_bytes());
        }
    }
    table
}

/// Consecutive characters: first, last, glyph of the first.
fn runs(codes: &[(u32, u16)]) -> Vec<(u32, u32, u16)> {
    let mut runs: Vec<(u32, u32, u16)> = Vec::new();
    for &(code, glyph) in codes {
        match runs.last_mut() {
            Some((_, to, _)) if *to + 1 == code => *to = code,
            _ => runs.push((code, code, glyph)),
        }
    }
    runs
}

fn format_four(runs: &[(u32, u32, u16)]) -> Vec<u8> {
    let first_plane = runs
        .iter()
        .filter(|&&(from, to, _)| from <= to && to < 0xFFFF);
    let mut segments: Vec<(u16, u16, u16)> = first_plane
        .map(|&(from, to, glyph)| {
            let delta = glyph.wrapping_sub(from as u16);
            (from as u16, to as u16, delta)
        })
        .collect();
    segments.push((0xFFFF, 0xFFFF, 1));
    let count = segments.len() as u16;
    let power = count.ilog2();
    let range = 2 * (1_u16 << power);
    let mut table = Vec::new();
    words(&mut table, &[4, 16 + 8 * count, 0, 2 * count, range]);
    words(&mut table, &[power as u16, 2 * count - range]);
    let column = |of: fn(&(u16, u16, u16)) -> u16| segments.iter().map(of).collect::<Vec<_>>();
    words(&mut table, &column(|it| it.1));
    words(&mut table, &[0]);
    words(&mut table, &column(|it| it.0));
    words(&mut table, &column(|it| it.2));
    words(&mut table, &column(|_| 0));
    table
}

/// Family, style, full name, PostScript name.
fn name(face: Face) -> Vec<u8> {
    let family = family(face);
    let texts = [
        (1, family),
        (2, "Regular"),
        (4, family),
        (6, face.postscript()),
    ];
    let mut table = Vec::new();
    let mut strings = Vec::new();
    words(&mut table, &[0, 4, 6 + 4 * 12]);
    for (id, text) in texts {
        let encoded: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let at = strings.len() as u16;
        words(&mut table, &[3, 1, 0x409, id, encoded.len() as u16, at]);
        strings.extend(encoded);
    }
    table.extend(strings);
    table
}

/// The name of a font in the document.
pub(super) fn family(face: Face) -> &'static str {
    match face {
        Face::Song => "FapiaoSong",
        Face::Kai => "FapiaoKai",
        Face::Mono => "FapiaoMono",
        Face::Names => "FapiaoNames",
    }
}

fn post(face: Face) -> Vec<u8> {
    let mut table = Vec::new();
    // Version 3: no names of glyphs. Then angle, underline, whether of fixed pitch, memory.
    for value in [0x0003_0000, 0, 0, u32::from(face == Face::Mono), 0, 0, 0, 0] {
        table.extend(value.to_be_bytes());
    }
    table
}

fn os2(fonts: &Fonts, face: Face, codes: &[(u32, u16)]) -> Vec<u8> {
    let font = fonts.file(face);
    let (ascent, descent) = font.extent();
    let bound = |code: Option<&(u32, u16)>| code.map_or(0, |&(code, _)| code.min(0xFFFF) as u16);
    let mut table = Vec::new();
    // Version, mean width, weight, width, embedding allowed.
    words(&mut table, &[4, font.units() / 2, 400, 5, 0]);
    // Sub- and superscripts, strike-out, class, PANOSE, Unicode ranges: not told.
    table.extend([0; 11 * 2 + 10 + 16]);
    table.extend(b"FPIO");
    words(
        &mut table,
        &[0x40, bound(codes.first()), bound(codes.last())],
    );
    for value in [ascent, descent, 0, ascent, -descent] {
        table.extend(value.to_be_bytes());
    }
    // Code pages; heights of x and capitals; default and break character; context.
    table.extend([0; 8]);
    words(&mut table, &[0, 0, 0, 32, 1]);
    table
}

fn words(table: &mut Vec<u8>, values: &[u16]) {
    for value in values {
        table.extend(value.to_be_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_font_file_maps_its_characters_to_outlines() {
        let fonts = Fonts::embedded();
        for (face, text) in [(Face::Song, "中丨丩龘1é 㙍"), (Face::Names, "𠮷")] {
            let bytes = file(&fonts, face, &text.chars().collect());
            let parsed = ttf_parser::Face::parse(&bytes, 0).unwrap();
            for character in text.chars() {
                let glyph = parsed.glyph_index(character).unwrap();
                let whole = fonts.file(face);
                let own = whole.glyph(character).unwrap();
                assert_eq!(parsed.glyph_hor_advance(glyph).unwrap(), whole.advance(own));
            }
            assert_eq!(parsed.glyph_index('木'), None);
            assert_eq!(parsed.units_per_em(), fonts.file(face).units());
            let names = parsed.names().into_iter();
            let names: Vec<_> = names.filter_map(|name| name.to_string()).collect();
            assert_eq!(names[0], family(face));
        }
    }
}
