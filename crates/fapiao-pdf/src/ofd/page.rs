//! Marks as the objects of an OFD page: millimetres from the upper left corner, as the draw list counts.

use super::xml::Element;
use crate::{
    fonts::{Face, Fonts},
    ink::{Colour, Field, Mark, PT_PER_MM},
};
use fapiao_domain::face::SealPicture;
use printpdf::LinePoint;
use std::fmt::Write;

/// How far the control points of a quarter ellipse lie along its tangents.
const QUARTER: f64 = 0.552_284_749_8;

/// Numbers of the objects of a document.
pub(super) struct Ids(pub(super) u32);

impl Ids {
    pub(super) fn next(&mut self) -> u32 {
        self.0 += 1;
        self.0
    }
}

/// The number of the font of a face in the document's resources.
pub(super) const fn font_id(face: Face) -> u32 {
    match face {
        Face::Song => 1,
        Face::Kai => 2,
        Face::Mono => 3,
        Face::Names => 4,
    }
}

/// The number of the picture of the seal.
pub(super) const SEAL_ID: u32 = 5;

/// Writes a page or a template; tells the number of every text's object.
pub(super) fn content(
    fonts: &Fonts,
    marks: &[Mark],
    height: f64,
    template: Option<u32>,
    ids: &mut Ids,
) -> (String, Vec<(Field, u32)>) {
    let mut texts = Vec::new();
    let mut page = Element::root("Page");
    page.open("Area")
        .leaf("PhysicalBox", &format!("0 0 210 {}", number(height)))
        .close();
    if let Some(template) = template {
        page.open("Template")
            .attribute("TemplateID", template)
            .attribute("ZOrder", "Background")
            .close();
    }
    page.open("Content")
        .open("Layer")
        .attribute("ID", ids.next())
        .attribute(
            "Type",
            if template.is_some() {
                "Body"
            } else {
                "Background"
            },
        );
    for mark in marks {
        let id = ids.next();
        if let Mark::Text { field, .. } = mark {
            texts.push((*field, id));
        }
        object(&mut page, fonts, mark, height, id);
    }
    page.close().close();
    (page.finish(), texts)
}

fn object(page: &mut Element, fonts: &Fonts, mark: &Mark, height: f64, id: u32) {
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
            let file = fonts.file(*face);
            let size = size / PT_PER_MM;
            let advances: Vec<f64> = text
                .chars()
                .map(|c| {
                    let units = file.glyph(c).map_or(0, |glyph| file.advance(glyph));
                    f64::from(units) / f64::from(file.units()) * size * stretch
                })
                .collect();
            let (ascent, descent) = (size, size * 0.3);
            let box_of = [*x, y - ascent, advances.iter().sum(), ascent + descent];
            page.open("TextObject")
                .attribute("ID", id)
                .attribute("Boundary", numbers(&box_of))
                .attribute("Font", font_id(*face))
                .attribute("Size", number(size));
            if *stretch != 1.0 {
                page.attribute("HScale", number(*stretch));
            }
            fill(page, *colour);
            page.open("TextCode")
                .attribute("X", "0")
                .attribute("Y", number(ascent));
            if advances.len() > 1 {
                page.attribute("DeltaX", numbers(&advances[..advances.len() - 1]));
            }
            page.text(text).close().close();
        }
        Mark::Line {
            from,
            to,
            width,
            colour,
        } => {
            let data = format!("M {} L {}", pair(*from), pair(*to));
            stroke(page, id, height, *width, *colour, &data);
        }
        Mark::Oval {
            centre,
            radii,
            width,
            colour,
        } => stroke(page, id, height, *width, *colour, &oval(*centre, *radii)),
        Mark::Block {
            x,
            y,
            width,
            height: high,
            colour,
        } => {
            let data = rectangle(*x, *y, *width, *high);
            filled(page, id, height, *colour, &data);
        }
        Mark::Shape {
            rings,
            matrix,
            colour,
        } => filled(page, id, height, *colour, &shape(rings, matrix, height)),
        Mark::Modules {
            x,
            y,
            size,
            count,
            dark,
        } => {
            let step = size / *count as f64;
            let mut data = String::new();
            for (row, modules) in dark.chunks(*count).enumerate() {
                let mut column = 0;
                for run in modules.chunk_by(|one, next| one == next) {
                    if run[0] {
                        let at = (x + step * column as f64, y + step * row as f64);
                        data += &rectangle(at.0, at.1, step * run.len() as f64, step);
                        data.push(' ');
                    }
                    column += run.len();
                }
            }
            filled(page, id, height, Colour::BLACK, data.trim_end());
        }
        Mark::Picture {
            x,
            y,
            width,
            height,
        } => {
            page.open("ImageObject")
                .attribute("ID", id)
                .attribute("Boundary", numbers(&[*x, *y, *width, *height]))
                .attribute("CTM", numbers(&[*width, 0.0, 0.0, *height, 0.0, 0.0]))
                .attribute("ResourceID", SEAL_ID)
                .close();
        }
    }
}

fn path(page: &mut Element, id: u32, height: f64) -> &mut Element {
    page.open("PathObject")
        .attribute("ID", id)
        .attribute("Boundary", numbers(&[0.0, 0.0, 210.0, height]))
}

fn stroke(page: &mut Element, id: u32, height: f64, width: f64, colour: Colour, data: &str) {
    path(page, id, height)
        .attribute("LineWidth", number(width))
        .open("StrokeColor")
        .attribute("Value", rgb(colour))
        .close()
        .leaf("AbbreviatedData", data)
        .close();
}

fn filled(page: &mut Element, id: u32, height: f64, colour: Colour, data: &str) {
    path(page, id, height)
        .attribute("Stroke", "false")
        .attribute("Fill", "true");
    fill(page, colour);
    page.leaf("AbbreviatedData", data).close();
}

fn fill(page: &mut Element, colour: Colour) {
    page.open("FillColor")
        .attribute("Value", rgb(colour))
        .close();
}

fn rgb(Colour(r, g, b): Colour) -> String {
    format!("{r} {g} {b}")
}

fn rectangle(x: f64, y: f64, width: f64, height: f64) -> String {
    let (right, bottom) = (x + width, y + height);
    format!(
        "M {} L {} L {} L {} C",
        pair((x, y)),
        pair((right, y)),
        pair((right, bottom)),
        pair((x, bottom))
    )
}

fn oval((x, y): (f64, f64), (a, b): (f64, f64)) -> String {
    let (c, d) = (a * QUARTER, b * QUARTER);
    let mut data = format!("M {}", pair((x + a, y)));
    for [first, second, end] in [
        [(x + a, y + d), (x + c, y + b), (x, y + b)],
        [(x - c, y + b), (x - a, y + d), (x - a, y)],
        [(x - a, y - d), (x - c, y - b), (x, y - b)],
        [(x + c, y - b), (x + a, y - d), (x + a, y)],
    ] {
        let _ = write!(data, " B {} {} {}", pair(first), pair(second), pair(end));
    }
    data + " C"
}

/// Rings placed by their PDF matrix, in millimetres downwards.
fn shape(rings: &[Vec<LinePoint>], matrix: &[f64; 6], height: f64) -> String {
    let [a, b, c, d, e, f] = *matrix;
    let place = |point: &LinePoint| {
        let (x, y) = (
            f64::from(point.p.x.0.round()),
            f64::from(point.p.y.0.round()),
        );
        let (x, y) = (a * x + c * y + e, b * x + d * y + f);
        pair((x / PT_PER_MM, height - y / PT_PER_MM))
    };
    let mut data = String::new();
    for ring in rings {
        let mut points = ring.iter();
        let Some(first) = points.next() else {
            continue;
        };
        let _ = write!(data, "M {} ", place(first));
        while let Some(point) = points.next() {
            if point.bezier {
                let (Some(second), Some(end)) = (points.next(), points.next()) else {
                    break;
                };
                let _ = write!(data, "B {} {} {} ", place(point), place(second), place(end));
            } else {
                let _ = write!(data, "L {} ", place(point));
            }
        }
        data += "C ";
    }
    data.trim_end().to_owned()
}

fn pair((x, y): (f64, f64)) -> String {
    format!("{} {}", number(x), number(y))
}

fn numbers(values: &[f64]) -> String {
    let texts: Vec<String> = values.iter().map(|&value| number(value)).collect();
    texts.join(" ")
}

/// Thousandths of a millimetre, without needless digits.
pub(super) fn number(value: f64) -> String {
    let thousandths = (value * 1000.0).round() as i64;
    let (whole, part) = (thousandths.abs() / 1000, thousandths.abs() % 1000);
    let sign = if thousandths < 0 { "-" } else { "" };
    match part {
        0 => format!("{sign}{whole}"),
        _ => {
            let digits = format!("{part:03}");
            format!("{sign}{whole}.{}", digits.trim_end_matches('0'))
        }
    }
}

/// The picture of a seal as PNG: every reader knows that.
pub(super) fn png(picture: &SealPicture) -> Vec<u8> {
    let mut rows = Vec::with_capacity(picture.rgba.len() + picture.height as usize);
    for row in picture.rgba.chunks_exact(picture.width.max(1) as usize * 4) {
        rows.push(0);
        rows.extend(row);
    }
    let mut compressor = libdeflater::Compressor::new(libdeflater::CompressionLvl::best());
    let mut packed = vec![0; compressor.zlib_compress_bound(rows.len())];
    let length = compressor.zlib_compress(&rows, &mut packed).unwrap_or(0);
    packed.truncate(length);
    let mut header = Vec::new();
    header.extend(picture.width.to_be_bytes());
    header.extend(picture.height.to_be_bytes());
    // Eight bits, colours with opacity, the only ways there are, not interlaced.
    header.extend([8, 6, 0, 0, 0]);
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    for (kind, data) in [(b"IHDR", header), (b"IDAT", packed), (b"IEND", Vec::new())] {
        file.extend((data.len() as u32).to_be_bytes());
        let from = file.len();
        file.extend(kind);
        file.extend(data);
        let sum = libdeflater::crc32(&file[from..]);
        file.extend(sum.to_be_bytes());
    }
    file
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_and_exact() {
        for (value, text) in [
            (0.0, "0"),
            (-0.0001, "0"),
            (3.175, "3.175"),
            (-1.5, "-1.5"),
            (205.05, "205.05"),
            (-0.25, "-0.25"),
        ] {
            assert_eq!(number(value), text);
        }
    }
}
