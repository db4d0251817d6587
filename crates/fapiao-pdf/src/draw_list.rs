//! The draw list as text, for the peers of the benchmark: what another engine needs to make the same pages.

use crate::{
    fonts::Face,
    ink::{Colour, Mark, PT_PER_MM},
};
use std::fmt::Write;

/// How far the control points of a quarter ellipse lie along its tangents.
const QUARTER: f64 = 0.552_284_749_8;

/// A page as lines: `page`, `text` and `path`, fields separated by tabs, points with y upwards.
pub(crate) fn page(out: &mut String, width: f64, height: f64, marks: &[Mark]) {
    let _ = writeln!(out, "page\t{}\t{}", width * PT_PER_MM, height * PT_PER_MM);
    let at = |x: f64, y: f64| {
        let place = |value: f64| (value * PT_PER_MM * 1000.0).round() / 1000.0;
        format!("{} {}", place(x), place(height - y))
    };
    for mark in marks {
        match mark {
            Mark::Text {
                face,
                size,
                stretch,
                x,
                y,
                colour: Colour(r, g, b),
                text,
                ..
            } => {
                let font = match face {
                    Face::Song => 0,
                    Face::Kai => 1,
                    Face::Mono => 2,
                    Face::Names => 3,
                };
                let place = at(*x, *y).replace(' ', "\t");
                let _ = writeln!(
                    out,
                    "text\t{font}\t{size}\t{stretch}\t{place}\t{r}\t{g}\t{b}\t{text}"
                );
            }
            Mark::Line {
                from,
                to,
                width,
                colour,
            } => {
                let steps = format!("m {} l {}", at(from.0, from.1), at(to.0, to.1));
                path(out, width * PT_PER_MM, *colour, &steps);
            }
            Mark::Oval {
                centre: (x, y),
                radii: (a, b),
                width,
                colour,
            } => {
                let (c, d) = (a * QUARTER, b * QUARTER);
                let mut steps = format!("m {}", at(x + a, *y));
                for [(x1, y1), (x2, y2), (x3, y3)] in [
                    [(x + a, y + d), (x + c, y + b), (*x, y + b)],
                    [(x - c, y + b), (x - a, y + d), (x - a, *y)],
                    [(x - a, y - d), (x - c, y - b), (*x, y - b)],
                    [(x + c, y - b), (x + a, y - d), (x + a, *y)],
                ] {
                    let _ = write!(steps, " c {} {} {}", at(x1, y1), at(x2, y2), at(x3, y3));
                }
                path(out, width * PT_PER_MM, *colour, &(steps + " h"));
            }
            Mark::Block {
                x,
                y,
                width,
                height,
                colour,
            } => {
                let (right, low) = (x + width, y + height);
                let corners = [at(*x, *y), at(right, *y), at(right, low), at(*x, low)];
                let steps = format!("m {} h", corners.join(" l "));
                path(out, 0.0, *colour, &steps);
            }
            Mark::Shape {
                rings,
                matrix: [a, b, c, d, e, f],
                colour,
            } => {
                let mut steps = Vec::new();
                for ring in rings {
                    let mut curve = 0;
                    for (place, point) in ring.iter().enumerate() {
                        let (x, y) = (
                            f64::from(point.p.x.0.round()),
                            f64::from(point.p.y.0.round()),
                        );
                        let (x, y) = (a * x + c * y + e, b * x + d * y + f);
                        let verb = match (place, point.bezier, curve) {
                            (0, ..) => "m ",
                            (_, true, 0) => "c ",
                            (_, false, 0) => "l ",
                            _ => "",
                        };
                        curve = if point.bezier { curve + 1 } else { 0 };
                        let place = |value: f64| (value * 1000.0).round() / 1000.0;
                        steps.push(format!("{verb}{} {}", place(x), place(y)));
                    }
                    steps.push("h".to_owned());
                }
                path(out, 0.0, *colour, &steps.join(" "));
            }
            // The peers draw invoices without a seal.
            Mark::Picture { .. } => {}
            Mark::Modules {
                x,
                y,
                size,
                count,
                dark,
            } => {
                let step = size / *count as f64;
                let mut steps = Vec::new();
                for (row, modules) in dark.chunks(*count).enumerate() {
                    let mut column = 0;
                    for run in modules.chunk_by(|one, next| one == next) {
                        if run[0] {
                            let (left, top) = (x + step * column as f64, y + step * row as f64);
                            let (right, low) = (left + step * run.len() as f64, top + step);
                            let corners =
                                [at(left, top), at(right, top), at(right, low), at(left, low)];
                            steps.push(format!("m {} h", corners.join(" l ")));
                        }
                        column += run.len();
                    }
                }
                path(out, 0.0, Colour::BLACK, &steps.join(" "));
            }
        }
    }
}

/// Width 0 fills.
fn path(out: &mut String, width: f64, Colour(r, g, b): Colour, steps: &str) {
    let width = (width * 1000.0).round() / 1000.0;
    let _ = writeln!(out, "path\t{width}\t{r}\t{g}\t{b}\t{steps}");
}
