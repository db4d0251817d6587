//! The draw list as operations of printpdf.

use crate::{
    fonts::Face,
    ink::{Colour, Mark, PT_PER_MM},
};
use printpdf::{
    Color, CurTransMat, DictItem, FontId, Line, LinePoint, Op, PaintMode, PdfFontHandle, Point,
    Polygon, PolygonRing, Pt, Rgb, TextItem, WindingOrder,
};

/// How far the control points of a quarter ellipse lie along its tangents.
const QUARTER: f64 = 0.552_284_749_8;

/// The name of the seal's picture in the resources of a page: there is one at most.
pub(crate) const SEAL: &str = "Seal";

/// Draws marks on a page of `height` millimetres.
pub(crate) fn paint(marks: &[Mark], height: f64) -> Vec<Op> {
    let mut painter = Painter {
        ops: Vec::with_capacity(marks.len() * 4),
        height,
        fill: None,
        stroke: None,
        thickness: None,
        type_of: None,
        stretch: 1.0,
        cursor: None,
    };
    painter.ops.push(Op::SaveGraphicsState);
    for mark in marks {
        painter.mark(mark);
    }
    painter.end_text();
    painter.ops.push(Op::RestoreGraphicsState);
    painter.ops
}

/// Remembers what is set, so that nothing is set twice.
struct Painter {
    ops: Vec<Op>,
    height: f64,
    fill: Option<Colour>,
    stroke: Option<Colour>,
    thickness: Option<f64>,
    type_of: Option<(Face, f64)>,
    stretch: f64,
    /// Inside a text section: where the line of text starts, in thousandths of a point.
    cursor: Option<(i64, i64)>,
}

impl Painter {
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
                    self.ops.push(Op::StartTextSection);
                    self.cursor = Some((0, 0));
                }
                self.fill(*colour);
                if self.type_of != Some((*face, *size)) {
                    self.type_of = Some((*face, *size));
                    self.ops.push(Op::SetFont {
                        font: PdfFontHandle::External(FontId(face.resource().to_owned())),
                        size: Pt(round(*size)),
                    });
                }
                if self.stretch != *stretch {
                    self.stretch = *stretch;
                    self.ops.push(Op::SetHorizontalScaling {
                        percent: round(*stretch * 100.0),
                    });
                }
                let at = self.cursor(*x, *y);
                self.ops.push(Op::SetTextCursor { pos: at });
                self.ops.push(Op::ShowText {
                    items: vec![TextItem::Text(text.clone())],
                });
            }
            Mark::Line {
                from,
                to,
                width,
                colour,
            } => {
                self.stroke(*width, *colour);
                let points = [from, to].map(|&(x, y)| self.knot(x, y, false)).to_vec();
                self.ops.push(Op::DrawLine {
                    line: Line {
                        points,
                        is_closed: false,
                    },
                });
            }
            Mark::Oval {
                centre,
                radii,
                width,
                colour,
            } => {
                self.stroke(*width, *colour);
                let points = self.oval(*centre, *radii);
                self.ops.push(Op::DrawLine {
                    line: Line {
                        points,
                        is_closed: true,
                    },
                });
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
                let corners = [
                    (*x, *y),
                    (x + width, *y),
                    (x + width, y + height),
                    (*x, y + height),
                ];
                let points = corners.map(|(x, y)| self.knot(x, y, false)).to_vec();
                self.polygon(vec![PolygonRing { points }]);
            }
            Mark::Shape {
                rings,
                matrix,
                colour,
            } => {
                self.end_text();
                self.fill(*colour);
                let rings = rings
                    .iter()
                    .map(|ring| PolygonRing {
                        points: ring.iter().map(rounded).collect(),
                    })
                    .collect();
                self.place(*matrix);
                self.polygon(rings);
                self.ops.push(Op::RestoreGraphicsState);
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
                self.ops.push(Op::Unknown {
                    key: "Do".to_owned(),
                    value: vec![DictItem::Name(SEAL.into())],
                });
                self.ops.push(Op::RestoreGraphicsState);
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
                self.ops.extend(runs(dark, *count));
                self.ops.push(operator("f", []));
                self.ops.push(Op::RestoreGraphicsState);
            }
        }
    }

    fn end_text(&mut self) {
        if self.cursor.take().is_some() {
            self.ops.push(Op::EndTextSection);
        }
    }

    fn fill(&mut self, colour: Colour) {
        if self.fill != Some(colour) {
            self.fill = Some(colour);
            self.ops.push(Op::SetFillColor { col: color(colour) });
        }
    }

    fn stroke(&mut self, width: f64, colour: Colour) {
        self.end_text();
        if self.stroke != Some(colour) {
            self.stroke = Some(colour);
            self.ops.push(Op::SetOutlineColor { col: color(colour) });
        }
        if self.thickness != Some(width) {
            self.thickness = Some(width);
            self.ops.push(Op::SetOutlineThickness {
                pt: Pt(round(width * PT_PER_MM)),
            });
        }
    }

    fn polygon(&mut self, rings: Vec<PolygonRing>) {
        self.ops.push(Op::DrawPolygon {
            polygon: Polygon {
                rings,
                mode: PaintMode::Fill,
                winding_order: WindingOrder::NonZero,
            },
        });
    }

    /// Saves the state and sets a matrix.
    fn place(&mut self, matrix: [f64; 6]) {
        // Five decimals: these numbers scale whole font units.
        let matrix = matrix.map(|number| ((number * 1e5).round() / 1e5) as f32);
        self.ops.push(Op::SaveGraphicsState);
        self.ops.push(Op::SetTransformationMatrix {
            matrix: CurTransMat::Raw(matrix),
        });
    }

    /// The way from the start of the last text to a point: the operator counts from there. Whole thousandths keep
    /// the sum exact.
    fn cursor(&mut self, x: f64, y: f64) -> Point {
        let thousandths = |value: f64| (value * PT_PER_MM * 1000.0).round() as i64;
        let (x, y) = (thousandths(x), thousandths(self.height - y));
        let (from_x, from_y) = self.cursor.replace((x, y)).unwrap_or_default();
        let points = |distance: i64| Pt((distance as f64 / 1000.0) as f32);
        Point {
            x: points(x - from_x),
            y: points(y - from_y),
        }
    }

    fn point(&self, x: f64, y: f64) -> Point {
        Point {
            x: Pt(round(x * PT_PER_MM)),
            y: Pt(round((self.height - y) * PT_PER_MM)),
        }
    }

    fn knot(&self, x: f64, y: f64, bezier: bool) -> LinePoint {
        LinePoint {
            p: self.point(x, y),
            bezier,
        }
    }

    fn oval(&self, (x, y): (f64, f64), (a, b): (f64, f64)) -> Vec<LinePoint> {
        let (c, d) = (a * QUARTER, b * QUARTER);
        let mut points = vec![self.knot(x + a, y, false)];
        for quarter in [
            [(x + a, y + d), (x + c, y + b), (x, y + b)],
            [(x - c, y + b), (x - a, y + d), (x - a, y)],
            [(x - a, y - d), (x - c, y - b), (x, y - b)],
            [(x + c, y - b), (x + a, y - d), (x + a, y)],
        ] {
            let [first, second, end] = quarter;
            points.push(self.knot(first.0, first.1, true));
            points.push(self.knot(second.0, second.1, true));
            points.push(self.knot(end.0, end.1, false));
        }
        points
    }
}

/// Dark modules as rectangles of a path, one for each run in a row. Written as the plain operator: the library's
/// polygons need four operators and twice the numbers for each, which showed in the speed of whole documents.
fn runs(dark: &[bool], count: usize) -> Vec<Op> {
    let mut rectangles = Vec::with_capacity(count * 10);
    for (row, modules) in dark.chunks(count).enumerate() {
        let mut column = 0;
        for run in modules.chunk_by(|one, next| one == next) {
            if run[0] {
                rectangles.push(operator("re", [column, row, run.len(), 1]));
            }
            column += run.len();
        }
    }
    rectangles
}

fn operator<const N: usize>(key: &str, operands: [usize; N]) -> Op {
    Op::Unknown {
        key: key.to_owned(),
        value: operands.map(|number| DictItem::Int(number as i64)).to_vec(),
    }
}

fn rounded(point: &LinePoint) -> LinePoint {
    LinePoint {
        p: Point {
            x: Pt(point.p.x.0.round()),
            y: Pt(point.p.y.0.round()),
        },
        bezier: point.bezier,
    }
}

fn color(Colour(r, g, b): Colour) -> Color {
    let part = |value: u8| round(f64::from(value) / 255.0);
    Color::Rgb(Rgb {
        r: part(r),
        g: part(g),
        b: part(b),
        icc_profile: None,
    })
}

/// Three decimals of a point are far finer than any printer.
fn round(value: f64) -> f32 {
    ((value * 1000.0).round() / 1000.0) as f32
}
