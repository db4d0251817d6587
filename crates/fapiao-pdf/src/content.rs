//! The draw list as the bytes of a content stream.
//!
//! Written directly: going through the library's operations costs more than everything else on a page of a hundred
//! lines. `paint` writes the same list through the library, and a test compares the pictures.

use crate::{
    fonts::Face,
    ink::{Colour, Mark, PT_PER_MM},
    paint::SEAL,
};
use printpdf::{LinePoint, ParsedFont};
use std::collections::BTreeMap;

/// How far the control points of a quarter ellipse lie along its tangents.
const QUARTER: f64 = 0.552_284_749_8;

/// Fonts that texts are set in: they know the number of each character's glyph.
pub(crate) type Codes<'a> = BTreeMap<Face, &'a ParsedFont>;

/// Draws marks on a page of `height` millimetres.
pub(crate) fn write(marks: &[Mark], height: f64, codes: &Codes<'_>) -> Vec<u8> {
    let mut content = Content {
        out: Vec::with_capacity(marks.len() * 48 + 256),
        height,
        codes,
        fill: None,
        stroke: None,
        thickness: None,
        type_of: None,
        stretch: 1.0,
        cursor: None,
    };
    content.word("q");
    for mark in marks {
        content.mark(mark);
    }
    content.end_text();
    content.word("Q");
    content.out
}

/// Remembers what is set, so that nothing is set twice.
struct Content<'a> {
    out: Vec<u8>,
    height: f64,
    codes: &'a Codes<'a>,
    fill: Option<Colour>,
    stroke: Option<Colour>,
    thickness: Option<f64>,
    type_of: Option<(Face, f64)>,
    stretch: f64,
    /// Inside a text section: where the line of text starts, in thousandths of a point.
    cursor: Option<(i64, i64)>,
}

impl Content<'_> {
    fn mark(&mut self, mark: &Mark) {
        match mark {
            Mark::Text {
                field: _,
                face,
                size,
                stretch,
                x,
                y,
                colour,
                text,
            } => {
                if self.cursor.is_none() {
                    self.word("BT");
                    self.cursor = Some((0, 0));
                }
                self.fill(*colour);
                if self.type_of != Some((*face, *size)) {
                    self.type_of = Some((*face, *size));
                    self.out.push(b'/');
                    self.out.extend(face.resource().as_bytes());
                    self.out.push(b' ');
                    self.number(*size);
                    self.word("Tf");
                }
                if self.stretch != *stretch {
                    self.stretch = *stretch;
                    self.number(*stretch * 100.0);
                    self.word("Tz");
                }
                self.move_to_text(*x, *y);
                self.show(*face, text);
            }
            Mark::Line {
                from,
                to,
                width,
                colour,
            } => {
                self.stroke(*width, *colour);
                self.point(from.0, from.1);
                self.word("m");
                self.point(to.0, to.1);
                self.word("l S");
            }
            Mark::Oval {
                centre: (x, y),
                radii: (a, b),
                width,
                colour,
            } => {
                self.stroke(*width, *colour);
                let (c, d) = (a * QUARTER, b * QUARTER);
                self.point(x + a, *y);
                self.word("m");
                for quarter in [
                    [(x + a, y + d), (x + c, y + b), (*x, y + b)],
                    [(x - c, y + b), (x - a, y + d), (x - a, *y)],
                    [(x - a, y - d), (x - c, y - b), (*x, y - b)],
                    [(x + c, y - b), (x + a, y - d), (x + a, *y)],
                ] {
                    for (x, y) in quarter {
                        self.point(x, y);
                    }
                    self.word("c");
                }
                self.word("s");
            }
            Mark::Block {
                x,
                y,
                width,
                height,
                colour,
            } => {
                self.end_text();
                self.fill(*colour);
                self.point(*x, y + height);
                self.number(width * PT_PER_MM);
                self.number(height * PT_PER_MM);
                self.word("re f");
            }
            Mark::Shape {
                rings,
                matrix,
                colour,
            } => {
                self.end_text();
                self.fill(*colour);
                self.place(*matrix);
                for ring in rings {
                    self.ring(ring);
                }
                self.word("f Q");
            }
            Mark::Picture {
                x,
                y,
                width,
                height,
            } => {
                self.end_text();
                let bottom = (self.height - y - height) * PT_PER_MM;
                let (across, up) = (width * PT_PER_MM, height * PT_PER_MM);
                self.place([across, 0.0, 0.0, up, x * PT_PER_MM, bottom]);
                self.out.push(b'/');
                self.out.extend(SEAL.as_bytes());
                self.word(" Do Q");
            }
            Mark::Modules {
                x,
                y,
                size,
                count,
                dark,
            } => {
                self.end_text();
                self.fill(Colour::BLACK);
                let step = size * PT_PER_MM / *count as f64;
                let top = (self.height - y) * PT_PER_MM;
                // Rows run downwards: whole numbers inside, one matrix and one filling for all.
                self.place([step, 0.0, 0.0, -step, x * PT_PER_MM, top]);
                for (row, modules) in dark.chunks(*count).enumerate() {
                    let mut column = 0;
                    for run in modules.chunk_by(|one, next| one == next) {
                        if run[0] {
                            for number in [column, row, run.len(), 1] {
                                self.whole(number as i64);
                            }
                            self.word("re");
                        }
                        column += run.len();
                    }
                }
                self.word("f Q");
            }
        }
    }

    /// Rings in whole units of their own.
    fn ring(&mut self, ring: &[LinePoint]) {
        let mut curve = 0;
        for (place, point) in ring.iter().enumerate() {
            self.whole(point.p.x.0.round() as i64);
            self.whole(point.p.y.0.round() as i64);
            if place == 0 {
                self.word("m");
            } else if point.bezier {
                curve += 1;
            } else {
                self.word(if curve == 2 { "c" } else { "l" });
                curve = 0;
            }
        }
        self.word("h");
    }

    fn end_text(&mut self) {
        if self.cursor.take().is_some() {
            self.word("ET");
        }
    }

    fn fill(&mut self, colour: Colour) {
        if self.fill != Some(colour) {
            self.fill = Some(colour);
            self.colour(colour);
            self.word("rg");
        }
    }

    fn stroke(&mut self, width: f64, colour: Colour) {
        self.end_text();
        if self.stroke != Some(colour) {
            self.stroke = Some(colour);
            self.colour(colour);
            self.word("RG");
        }
        if self.thickness != Some(width) {
            self.thickness = Some(width);
            self.number(width * PT_PER_MM);
            self.word("w");
        }
    }

    fn colour(&mut self, Colour(r, g, b): Colour) {
        for part in [r, g, b] {
            self.number(f64::from(part) / 255.0);
        }
    }

    /// Saves the state and sets a matrix: five decimals, because these numbers scale whole units.
    fn place(&mut self, matrix: [f64; 6]) {
        self.word("q");
        for number in matrix {
            self.decimal((number * 1e5).round() as i64, 5);
        }
        self.word("cm");
    }

    /// The way from the start of the last text: the operator counts from there. Whole thousandths keep the sum exact.
    fn move_to_text(&mut self, x: f64, y: f64) {
        let thousandths = |value: f64| (value * PT_PER_MM * 1000.0).round() as i64;
        let (x, y) = (thousandths(x), thousandths(self.height - y));
        let (from_x, from_y) = self.cursor.replace((x, y)).unwrap_or_default();
        self.decimal(x - from_x, 3);
        self.decimal(y - from_y, 3);
        self.word("Td");
    }

    fn show(&mut self, face: Face, text: &str) {
        const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
        self.out.push(b'<');
        if let Some(font) = self.codes.get(&face) {
            for character in text.chars() {
                let code = font.codepoint_to_glyph.get(&(character as u32));
                let code = usize::from(code.copied().unwrap_or(0));
                for shift in [12, 8, 4, 0] {
                    self.out.push(DIGITS[code >> shift & 15]);
                }
            }
        }
        self.word("> Tj");
    }

    fn point(&mut self, x: f64, y: f64) {
        self.number(x * PT_PER_MM);
        self.number((self.height - y) * PT_PER_MM);
    }

    /// Three decimals of a point are far finer than any printer.
    fn number(&mut self, value: f64) {
        self.decimal((value * 1000.0).round() as i64, 3);
    }

    fn whole(&mut self, value: i64) {
        self.decimal(value, 0);
    }

    /// A number of `places` decimals without needless ones, and a blank.
    fn decimal(&mut self, value: i64, places: usize) {
        let mut digits = [b'0'; 24];
        let mut at = digits.len();
        let mut rest = value.unsigned_abs();
        let mut left = places;
        let mut told = places == 0;
        while rest > 0 || left > 0 {
            let digit = (rest % 10) as u8;
            rest /= 10;
            if left > 0 {
                left -= 1;
                // Nulls at the end say nothing.
                if told || digit != 0 {
                    at -= 1;
                    digits[at] = b'0' + digit;
                    told = true;
                }
                if left == 0 && told {
                    at -= 1;
                    digits[at] = b'.';
                }
            } else {
                at -= 1;
                digits[at] = b'0' + digit;
            }
        }
        if value < 0 {
            at -= 1;
            digits[at] = b'-';
        }
        let bare = at == digits.len();
        self.out.extend(&digits[at..]);
        self.out.extend(if bare { &b"0 "[..] } else { b" " });
    }

    fn word(&mut self, word: &str) {
        self.out.extend(word.as_bytes());
        self.out.push(b'\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_and_exact() {
        let codes = Codes::new();
        let told = |value: i64, places| {
            let mut content = Content {
                out: Vec::new(),
                height: 0.0,
                codes: &codes,
                fill: None,
                stroke: None,
                thickness: None,
                type_of: None,
                stretch: 1.0,
                cursor: None,
            };
            content.decimal(value, places);
            String::from_utf8(content.out).unwrap()
        };
        for (value, places, text) in [
            (0, 0, "0 "),
            (0, 3, "0 "),
            (12, 0, "12 "),
            (1200, 3, "1.2 "),
            (1000, 3, "1 "),
            (-5, 3, "-.005 "),
            (-12_345, 3, "-12.345 "),
            (10_500, 3, "10.5 "),
            (255_118_110, 3, "255118.11 "),
            (40, 5, ".0004 "),
        ] {
            assert_eq!(told(value, places), text, "{value} / {places}");
        }
    }
}
