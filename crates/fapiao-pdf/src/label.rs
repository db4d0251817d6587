//! What the forms have in common: labels, the sign before the amount in capitals, the sample wording.

use crate::{
    RenderError,
    fonts::{Face, Fonts},
    ink::{Colour, Mark, PT_PER_MM},
    text::{Setter, width},
};
use fapiao_domain::face::InvoiceFace;

/// Size of type for labels and values.
pub(crate) const BODY: f64 = 9.0;
/// Width of all lines.
pub(crate) const STROKE: f64 = 0.25;
/// The wording on a paper that is no invoice. It is drawn as outlines, because reader programs take text in the item
/// band for items.
pub(crate) const SAMPLE_WORDS: &str = "样张 仅供测试 SAMPLE";
/// Light enough to read through.
pub(crate) const PALE: Colour = Colour(214, 214, 214);
/// The empty seal.
const GREY: Colour = Colour(160, 160, 160);
/// Font units that become one unit of an outline: still a tenth of a point, and half the bytes.
const COARSE: f32 = 4.0;

/// A line in the colour of the labels.
pub(crate) fn line(set: &mut Setter<'_>, from: (f64, f64), to: (f64, f64)) {
    let colour = set.colour;
    set.marks.push(Mark::Line {
        from,
        to,
        width: STROKE,
        colour,
    });
}

/// A title with its glyphs' starts `advance` millimetres apart, around the middle of the page.
pub(crate) fn title(
    set: &mut Setter<'_>,
    size: f64,
    advance: f64,
    y: f64,
    text: &str,
) -> Result<(), RenderError> {
    let wide = width(set.fonts, Face::Kai, size, text);
    let stretch = advance * text.chars().count() as f64 / wide;
    let at = (105.0 - wide * stretch / 2.0, y);
    set.stretched("title", Face::Kai, size, stretch, at, text)
        .map(|_| ())
}

/// The empty oval where a seal would be.
pub(crate) fn empty_seal(set: &mut Setter<'_>, height: f64) {
    let mark = outline(set.fonts, "样", (105.0, 23.6), 16.0, 0.0, GREY, height);
    set.marks.push(mark);
    set.marks.push(Mark::Oval {
        centre: (105.0, 18.0),
        radii: (15.0, 10.0),
        width: 0.5,
        colour: GREY,
    });
}

/// The seal of the tax authority, where an adapter supplies one.
///
/// # Errors
/// [`RenderError::SealOnSample`], [`RenderError::SealBroken`].
pub(crate) fn seal(set: &mut Setter<'_>, face: &InvoiceFace) -> Result<(), RenderError> {
    let Some(picture) = &face.extras.seal else {
        return Ok(());
    };
    if face.sample {
        return Err(RenderError::SealOnSample);
    }
    let dots = picture.width as usize * picture.height as usize;
    if dots == 0 || picture.rgba.len() != dots * 4 {
        return Err(RenderError::SealBroken {
            width: picture.width,
            height: picture.height,
            bytes: picture.rgba.len(),
        });
    }
    set.marks.push(Mark::Picture {
        x: 90.0,
        y: 8.0,
        width: 30.0,
        height: 20.0,
    });
    Ok(())
}

pub(crate) fn plain(set: &mut Setter<'_>, x: f64, y: f64, text: &str) -> Result<(), RenderError> {
    set.left("label", Face::Kai, BODY, (x, y), text).map(|_| ())
}

pub(crate) fn narrowed(
    set: &mut Setter<'_>,
    from: f64,
    to: f64,
    y: f64,
    text: &str,
) -> Result<(), RenderError> {
    let stretch = ((to - from) / width(set.fonts, Face::Kai, BODY, text)).min(1.0);
    set.stretched("label", Face::Kai, BODY, stretch, (from, y), text)
        .map(|_| ())
}

/// One glyph below the other.
pub(crate) fn column_of(
    set: &mut Setter<'_>,
    x: f64,
    y: f64,
    pitch: f64,
    text: &str,
) -> Result<(), RenderError> {
    for (place, glyph) in text.chars().enumerate() {
        plain(
            set,
            x,
            y + pitch * place as f64,
            glyph.encode_utf8(&mut [0; 4]),
        )?;
    }
    Ok(())
}

/// The sign before the amount in capitals: drawn, because few fonts have it.
pub(crate) fn circled_cross(set: &mut Setter<'_>, (x, y): (f64, f64), radius: f64) {
    let colour = set.colour;
    let reach = radius * std::f64::consts::FRAC_1_SQRT_2;
    set.marks.push(Mark::Oval {
        centre: (x, y),
        radii: (radius, radius),
        width: STROKE,
        colour,
    });
    for side in [1.0, -1.0] {
        set.marks.push(Mark::Line {
            from: (x - reach, y - reach * side),
            to: (x + reach, y + reach * side),
            width: STROKE,
            colour,
        });
    }
}

/// A text as outlines around `middle` (millimetres), turned left by `angle` degrees, on a page of `height`.
pub(crate) fn outline(
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
