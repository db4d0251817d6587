//! printpdf as its manual shows it: whole fonts given to it, default options; the library cuts and compresses.

use printpdf::*;
use route::{Mark, Step};

fn main() {
    route::serve(|folder| {
        let fonts: Vec<ParsedFont> = route::fonts(folder)
            .iter()
            .map(|bytes| ParsedFont::from_bytes(bytes, 0, &mut Vec::new()).unwrap())
            .collect();
        Box::new(move |pages| document(&fonts, pages))
    });
}

fn document(fonts: &[ParsedFont], pages: &[route::Page]) -> Vec<u8> {
    let mut document = PdfDocument::new("invoice");
    let mut ids: Vec<Option<FontId>> = vec![None; fonts.len()];
    for mark in pages.iter().flat_map(|page| &page.marks) {
        if let Mark::Text { font, .. } = mark {
            ids[*font].get_or_insert_with(|| document.add_font(&fonts[*font]));
        }
    }
    for page in pages {
        let mut ops = Vec::new();
        for mark in &page.marks {
            match mark {
                Mark::Text { font, size, stretch, x, y, colour, text } => {
                    ops.push(Op::StartTextSection);
                    ops.push(Op::SetFillColor { col: rgb(*colour) });
                    ops.push(Op::SetFont {
                        font: PdfFontHandle::External(ids[*font].clone().unwrap()),
                        size: Pt(*size),
                    });
                    ops.push(Op::SetHorizontalScaling { percent: stretch * 100.0 });
                    ops.push(Op::SetTextCursor { pos: point(*x, *y) });
                    ops.push(Op::ShowText { items: vec![TextItem::Text(text.clone())] });
                    ops.push(Op::EndTextSection);
                }
                Mark::Path { width, colour, steps } => match width {
                    Some(width) => {
                        ops.push(Op::SetOutlineColor { col: rgb(*colour) });
                        ops.push(Op::SetOutlineThickness { pt: Pt(*width) });
                        let closed = steps.iter().any(|step| matches!(step, Step::Close));
                        for points in rings(steps) {
                            ops.push(Op::DrawLine { line: Line { points, is_closed: closed } });
                        }
                    }
                    None => {
                        ops.push(Op::SetFillColor { col: rgb(*colour) });
                        let rings = rings(steps).into_iter().map(|points| PolygonRing { points }).collect();
                        ops.push(Op::DrawPolygon {
                            polygon: Polygon {
                                rings,
                                mode: PaintMode::Fill,
                                winding_order: WindingOrder::NonZero,
                            },
                        });
                    }
                },
            }
        }
        let millimetres = |points: f32| Mm(points * 25.4 / 72.0);
        document.pages.push(PdfPage::new(millimetres(page.width), millimetres(page.height), ops));
    }
    document.save(&PdfSaveOptions::default(), &mut Vec::new())
}

fn rings(steps: &[Step]) -> Vec<Vec<LinePoint>> {
    let mut rings: Vec<Vec<LinePoint>> = Vec::new();
    let at = |x, y, bezier| LinePoint { p: point(x, y), bezier };
    for step in steps {
        match *step {
            Step::Move(x, y) => rings.push(vec![at(x, y, false)]),
            Step::Line(x, y) => rings.last_mut().unwrap().push(at(x, y, false)),
            Step::Curve(a, b, c, d, x, y) => {
                rings.last_mut().unwrap().extend([at(a, b, true), at(c, d, true), at(x, y, false)]);
            }
            Step::Close => {}
        }
    }
    rings
}

fn point(x: f32, y: f32) -> Point {
    Point { x: Pt(x), y: Pt(y) }
}

fn rgb([r, g, b]: [u8; 3]) -> Color {
    let part = |value: u8| f32::from(value) / 255.0;
    Color::Rgb(Rgb { r: part(r), g: part(g), b: part(b), icc_profile: None })
}
