//! Cuts a font program down to the glyphs of one document.
//!
//! The fonts hold no composites, so a glyph is copied as it is: no parsing, no renumbering inside outlines.

use crate::fonts::FontFile;

/// A TrueType program with an empty glyph 0 and then `glyphs` in the given order, as PDF wants it: outlines and
/// metrics only, no character map, because the page addresses glyphs by number.
pub(crate) fn cut(font: &FontFile, glyphs: &[u16]) -> Vec<u8> {
    sfnt(&outlines(font, glyphs))
}

/// A table of a font and its tag.
pub(crate) type Table = ([u8; 4], Vec<u8>);

/// Outlines and metrics of some glyphs, sorted by tag.
pub(crate) fn outlines(font: &FontFile, glyphs: &[u16]) -> Vec<Table> {
    let count = glyphs.len() + 1;
    let mut glyf = Vec::with_capacity(glyphs.len() * 320);
    let mut loca = Vec::with_capacity((count + 1) * 4);
    let mut hmtx = Vec::with_capacity(count * 4);
    loca.extend(0_u32.to_be_bytes());
    loca.extend(0_u32.to_be_bytes());
    hmtx.extend(font.units().to_be_bytes());
    hmtx.extend(0_i16.to_be_bytes());
    for &glyph in glyphs {
        let outline = font.outline_bytes(glyph);
        // The left bearing equals the box of the outline (bytes 2 and 3), else the glyph would move.
        let bearing = match *outline {
            [_, _, high, low, ..] => [high, low],
            _ => [0, 0],
        };
        hmtx.extend(font.advance(glyph).to_be_bytes());
        hmtx.extend(bearing);
        glyf.extend_from_slice(outline);
        glyf.resize(glyf.len().next_multiple_of(4), 0);
        loca.extend((glyf.len() as u32).to_be_bytes());
    }
    let mut head = font.head.to_vec();
    head[8..12].fill(0);
    head[50..52].copy_from_slice(&1_u16.to_be_bytes());
    let mut hhea = font.hhea.to_vec();
    hhea[34..36].copy_from_slice(&(count as u16).to_be_bytes());
    let mut maxp = font.maxp.to_vec();
    maxp[4..6].copy_from_slice(&(count as u16).to_be_bytes());
    vec![
        (*b"glyf", glyf),
        (*b"head", head),
        (*b"hhea", hhea),
        (*b"hmtx", hmtx),
        (*b"loca", loca),
        (*b"maxp", maxp),
    ]
}

/// Puts tables, sorted by tag, into one file with its directory and check sums.
pub(crate) fn sfnt(tables: &[Table]) -> Vec<u8> {
    let count = tables.len() as u16;
    let power = count.ilog2() as u16;
    let range = (1 << power) * 16_u16;
    let directory = 12 + tables.len() * 16;
    let total: usize = tables
        .iter()
        .map(|(_, data)| data.len().next_multiple_of(4))
        .sum();
    let mut file = Vec::with_capacity(directory + total);
    file.extend(0x0001_0000_u32.to_be_bytes());
    for value in [count, range, power, count * 16 - range] {
        file.extend(value.to_be_bytes());
    }
    let mut offset = directory;
    let mut head_at = 0;
    for (tag, data) in tables {
        file.extend(tag);
        file.extend(check_sum(data).to_be_bytes());
        file.extend((offset as u32).to_be_bytes());
        file.extend((data.len() as u32).to_be_bytes());
        if tag == b"head" {
            head_at = offset;
        }
        offset += data.len().next_multiple_of(4);
    }
    for (_, data) in tables {
        file.extend_from_slice(data);
        file.resize(file.len().next_multiple_of(4), 0);
    }
    let adjustment = 0xB1B0_AFBA_u32.wrapping_sub(check_sum(&file));
    file[head_at + 8..head_at + 12].copy_from_slice(&adjustment.to_be_bytes());
    file
}

fn check_sum(data: &[u8]) -> u32 {
    let words = data.chunks_exact(4);
    let mut last = [0; 4];
    last[..words.remainder().len()].copy_from_slice(words.remainder());
    words
        .map(|word| u32::from_be_bytes([word[0], word[1], word[2], word[3]]))
        .fold(u32::from_be_bytes(last), u32::wrapping_add)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fonts::{Face, Fonts};

    #[test]
    fn a_cut_font_parses_and_keeps_outlines_and_widths() {
        let fonts = Fonts::embedded();
        for (face, text) in [
            (Face::Song, "中龘1é 㙍"),
            (Face::Mono, "A1¥"),
            (Face::Names, "𠮷"),
        ] {
            let font = fonts.file(face);
            let glyphs: Vec<u16> = text.chars().filter_map(|c| font.glyph(c)).collect();
            assert_eq!(glyphs.len(), text.chars().count(), "{face:?}");
            let bytes = cut(font, &glyphs);
            assert_eq!(check_sum(&bytes), 0xB1B0_AFBA, "the file's check sum");
            let parsed = ttf_parser::RawFace::parse(&bytes, 0).unwrap();
            let maxp = parsed.table(ttf_parser::Tag::from_bytes(b"maxp")).unwrap();
            assert_eq!(maxp[4..6], (glyphs.len() as u16 + 1).to_be_bytes());
            let glyf = parsed.table(ttf_parser::Tag::from_bytes(b"glyf")).unwrap();
            let loca = parsed.table(ttf_parser::Tag::from_bytes(b"loca")).unwrap();
            let at =
                |i: usize| u32::from_be_bytes(loca[i * 4..i * 4 + 4].try_into().unwrap()) as usize;
            for (index, &glyph) in glyphs.iter().enumerate() {
                let outline = font.outline_bytes(glyph);
                assert!(glyf[at(index + 1)..at(index + 2)].starts_with(outline));
            }
        }
    }
}
