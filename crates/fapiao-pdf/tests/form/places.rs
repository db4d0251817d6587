//! What is where on a finished paper, read back by a program that knows nothing of us.

use crate::{
    programs::read,
    tools::{paper, renderer},
};
use fapiao_domain::face::InvoiceFace;
use fapiao_pdf::RenderOfd;
use serde_json::Value;
use std::{fmt::Write, fs};

/// Left, top, right and bottom in millimetres from the upper left corner of the page.
pub(crate) type Frame = [f64; 4];

/// A page as it was read.
#[derive(Debug)]
pub(crate) struct Sheet {
    pub(crate) width: f64,
    pub(crate) height: f64,
    pub(crate) runs: Vec<Run>,
    /// Straight lines.
    pub(crate) lines: Vec<Stroke>,
    pub(crate) ovals: Vec<Stroke>,
    pub(crate) areas: Vec<Area>,
    pub(crate) pictures: Vec<Frame>,
}

/// Text that touches, in one font, size and colour.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) text: String,
    pub(crate) x: f64,
    /// The baseline.
    pub(crate) y: f64,
    pub(crate) right: f64,
    /// Points.
    pub(crate) size: f64,
    pub(crate) face: String,
    pub(crate) colour: String,
}

/// A line or the outline of an oval.
#[derive(Debug)]
pub(crate) struct Stroke {
    pub(crate) frame: Frame,
    pub(crate) width: f64,
    pub(crate) colour: String,
}

/// Filled pieces of one colour that lie together.
#[derive(Debug)]
pub(crate) struct Area {
    pub(crate) frame: Frame,
    pub(crate) pieces: u64,
    pub(crate) colour: String,
    /// Of the places of its pieces.
    pub(crate) sum: String,
}

/// The pages of the PDF of a face; `None`, and said so, without the readers.
pub(crate) fn pdf_sheets(face: &InvoiceFace) -> Option<Vec<Sheet>> {
    let paper = paper(face);
    read("pdf-places", &paper.path("paper.pdf")).map(|found| sheets(&found))
}

/// The pages of the OFD of a face; `None`, and said so, without the readers.
pub(crate) fn ofd_sheets(face: &InvoiceFace) -> Option<Vec<Sheet>> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("paper.ofd");
    fs::write(&path, renderer().render_ofd(face).unwrap()).unwrap();
    read("ofd-places", &path).map(|found| sheets(&found))
}

fn sheets(found: &Value) -> Vec<Sheet> {
    each(&found["pages"], |page| Sheet {
        width: number(&page["width"]),
        height: number(&page["height"]),
        runs: each(&page["runs"], |run| {
            assert_eq!(run["upright"], true, "{run}");
            Run {
                text: text(&run["text"]),
                x: number(&run["x"]),
                y: number(&run["y"]),
                right: number(&run["right"]),
                size: number(&run["size"]),
                face: text(&run["face"]),
                colour: text(&run["colour"]),
            }
        }),
        lines: each(&page["lines"], stroke),
        ovals: each(&page["ovals"], stroke),
        areas: each(&page["areas"], |area| Area {
            frame: frame(&area["box"]),
            pieces: area["pieces"].as_u64().unwrap(),
            colour: text(&area["colour"]),
            sum: text(&area["sum"]),
        }),
        pictures: each(&page["pictures"], frame),
    })
}

fn each<T>(list: &Value, of: impl Fn(&Value) -> T) -> Vec<T> {
    list.as_array().unwrap().iter().map(of).collect()
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

fn frame(value: &Value) -> Frame {
    each(value, number).try_into().unwrap()
}

fn stroke(value: &Value) -> Stroke {
    Stroke {
        frame: frame(&value["box"]),
        width: number(&value["width"]),
        colour: text(&value["colour"]),
    }
}

impl Sheet {
    /// Everything on the page, a line each: what a golden file holds.
    pub(crate) fn written(&self) -> String {
        let edges = |[left, top, right, bottom]: Frame| {
            format!("{left:.2} {top:.2} {right:.2} {bottom:.2}")
        };
        let mut out = format!("page {:.2} {:.2}\n", self.width, self.height);
        for run in &self.runs {
            let Run {
                text,
                x,
                y,
                right,
                size,
                face,
                colour,
            } = run;
            let _ = writeln!(
                out,
                "text {x:.2} {y:.2} to {right:.2} {face} {size} {colour} {text}"
            );
        }
        for (what, strokes) in [("line", &self.lines), ("oval", &self.ovals)] {
            for it in strokes {
                let place = edges(it.frame);
                let _ = writeln!(out, "{what} {place} {:.2} {}", it.width, it.colour);
            }
        }
        for it in &self.areas {
            let place = edges(it.frame);
            let _ = writeln!(out, "area {place} {} {} {}", it.colour, it.pieces, it.sum);
        }
        for it in &self.pictures {
            let _ = writeln!(out, "picture {}", edges(*it));
        }
        out
    }
}
