//! krilla with glyphs given: its quick way for text whose glyphs are known.

use krilla::{
    Document,
    color::rgb,
    geom::{PathBuilder, Point, Transform},
    num::NormalizedF32,
    page::PageSettings,
    paint::{Fill, Stroke},
    text::{Font, GlyphId, KrillaGlyph},
};
use route::{Mark, Step};

struct Face {
    font: Font,
    face: ttf_parser::Face<'static>,
}

fn main() {
    route::serve(|folder| {
        let faces: Vec<Face> = route::fonts(folder)
            .into_iter()
            .map(|bytes| Face {
                font: Font::new(bytes.clone().into(), 0).unwrap(),
                face: ttf_parser::Face::parse(Box::leak(bytes.into_boxed_slice()), 0).unwrap(),
            })
            .collect();
        Box::new(move |pages| document(&faces, pages))
    });
}

fn document(faces: &[Face], pages: &[route::Page]) -> Vec<u8> {
    let mut document = Document::new();
    for page in pages {
        let height = page.height;
        let mut open = document.start_page_with(PageSettings::from_wh(page.width, height).unwrap());
        let mut surface = open.surface();
        for mark in &page.marks {
            match mark {
                Mark::Text { font, size, stretch, x, y, colour, text } => {
                    let face = &faces[*font];
                    let units = f32::from(face.face.units_per_em());
                    let glyphs: Vec<KrillaGlyph> = text
                        .char_indices()
                        .map(|(at, c)| {
                            let glyph = face.face.glyph_index(c).unwrap_or_default();
                            let advance = face.face.glyph_hor_advance(glyph).unwrap_or(0);
                            KrillaGlyph {
                                glyph_id: GlyphId::new(u32::from(glyph.0)),
                                text_range: at..at + c.len_utf8(),
                                x_advance: f32::from(advance) / units,
                                x_offset: 0.0,
                                y_offset: 0.0,
                                y_advance: 0.0,
                                location: None,
                            }
                        })
                        .collect();
                    surface.set_fill(Some(fill(*colour)));
                    surface.set_stroke(None);
                    let stretched = *stretch != 1.0;
                    let mut start = Point::from_xy(*x, height - y);
                    if stretched {
                        surface.push_transform(&Transform::from_row(*stretch, 0.0, 0.0, 1.0, *x, height - y));
                        start = Point::from_xy(0.0, 0.0);
                    }
                    surface.draw_glyphs(start, &glyphs, face.font.clone(), text, *size, false);
                    if stretched {
                        surface.pop();
                    }
                }
                Mark::Path { width, colour, steps } => {
                    let mut path = PathBuilder::new();
                    for step in steps {
                        match *step {
                            Step::Move(x, y) => path.move_to(x, height - y),
                            Step::Line(x, y) => path.line_to(x, height - y),
                            Step::Curve(a, b, c, d, x, y) => {
                                path.cubic_to(a, height - b, c, height - d, x, height - y);
                            }
                            Step::Close => path.close(),
                        }
                    }
                    surface.set_fill(width.is_none().then(|| fill(*colour)));
                    surface.set_stroke(width.map(|width| Stroke {
                        paint: paint(*colour).into(),
                        width,
                        ..Stroke::default()
                    }));
                    if let Some(path) = path.finish() {
                        surface.draw_path(&path);
                    }
                }
            }
        }
        surface.finish();
        open.finish();
    }
    document.finish().unwrap()
}

fn paint([r, g, b]: [u8; 3]) -> rgb::Color {
    rgb::Color::new(r, g, b)
}

fn fill(colour: [u8; 3]) -> Fill {
    Fill { paint: paint(colour).into(), opacity: NormalizedF32::ONE, rule: Default::default() }
}
