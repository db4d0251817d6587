//! The marks of a paper that is no invoice: drawn as outlines, because reader programs take text in the item band for
//! items, and kept out of that band altogether.

use super::geometry::{REMARK_END, Shape, TOTAL_END};
use crate::{
    fonts::{Face, Fonts},
    ink::{Colour, Mark, PT_PER_MM},
    text::Setter,
};

const WORDS: &str = "样张 仅供测试 SAMPLE";
/// Light enough to read through.
const PALE: Colour = Colour(214, 214, 214);
/// Font units that become one unit of the outline: still a tenth of a point, and half the bytes.
const COARSE: f32 = 4.0;
/// The empty seal.
const GREY: Colour = Colour(160, 160, 160);

/// Draws the wording in head, party band and remark, and an empty oval where a seal would be.
pub(super) fn draw(set: &mut Setter<'_>, shape: Shape) {
    let fonts = set.fonts;
    let mut put = |text, middle, size, angle, colour| {
        let height = shape.height();
        set.marks
            .push(outline(fonts, text, middle, size, angle, colour, height));
    };
    put(WORDS, (177.0, 25.6), 9.5, 3.0, PALE);
    put(WORDS, (105.0, 41.0), 24.0, 5.0, PALE);
    if shape.has_total() {
        let middle = (TOTAL_END + REMARK_END) / 2.0 + shape.growth();
        put(WORDS, (108.0, middle), 24.0, 4.0, PALE);
    } else {
        // The remark band is not on this page; the foot below the frame takes the wording instead.
        put(WORDS, (120.0, 132.0 + shape.growth()), 16.0, 2.0, PALE);
    }
    put("样", (105.0, 23.6), 16.0, 0.0, GREY);
    set.marks.push(Mark::Oval {
        centre: (105.0, 18.0),
        radii: (15.0, 10.0),
        width: 0.5,
        colour: GREY,
    });
}

/// A text as outlines around `middle` (millimetres), turned left by `angle` degrees, on a page of `height`.
fn outline(
    fonts: &Fonts,
    text: &str,
    middle: (f64, f64),
    size: f64,
    angle: f64,
    colour: Colour,
    height: f64,
) -> Mark {
    let file = fonts.file(Face::Kai);
    let mut rings = Vec::new();
    let mut pen = 0.0;
    for character in text.chars() {
        for mut ring in file.rings(character) {
            for point in &mut ring {
                point.p.x.0 = (point.p.x.0 + pen) / COARSE;
                point.p.y.0 /= COARSE;
            }
            rings.push(ring);
        }
        let advance = file.glyph(character).map_or(0, |glyph| file.advance(glyph));
        pen += f32::from(advance);
    }
    let scale = size / f64::from(file.units());
    let (sin, cos) = angle.to_radians().sin_cos();
    // The middle of the text lies half its length along and about a third of an em above the baseline.
    let (along, above) = (f64::from(pen) / 2.0, 0.36 * f64::from(file.units()));
    let x = middle.0 * PT_PER_MM - scale * (cos * along - sin * above);
    let y = (height - middle.1) * PT_PER_MM - scale * (sin * along + cos * above);
    let scale = scale * f64::from(COARSE);
    Mark::Shape {
        rings,
        matrix: [scale * cos, scale * sin, -scale * sin, scale * cos, x, y],
        colour,
    }
}
