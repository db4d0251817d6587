//! The draw list: what is put where on a page, before any PDF is thought of.
//!
//! Lengths are millimetres from the upper left corner, y downwards, text at its baseline; sizes of type are points.
//! Every way of writing the PDF starts from this list, so that they can be compared with each other.

use crate::fonts::Face;
use printpdf::LinePoint;
use std::fmt;

/// What a text is: `buyer name`, or `name` of a line. Names the text in errors and in the tags of an OFD.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Field {
    pub(crate) what: &'static str,
    /// Number of the line, 0 for what belongs to no line.
    pub(crate) line: u32,
}

impl Field {
    /// A text of a line.
    pub(crate) const fn of_line(what: &'static str, line: u32) -> Field {
        Field { what, line }
    }
}

impl From<&'static str> for Field {
    fn from(what: &'static str) -> Field {
        Field { what, line: 0 }
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => f.write_str(self.what),
            line => write!(f, "{} of line {line}", self.what),
        }
    }
}

/// Points in a millimetre.
pub(crate) const PT_PER_MM: f64 = 72.0 / 25.4;

/// Red, green and blue, 0 to 255.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Colour(pub(crate) u8, pub(crate) u8, pub(crate) u8);

impl Colour {
    pub(crate) const BLACK: Colour = Colour(0, 0, 0);
}

/// One thing on the page.
#[derive(Clone, Debug)]
pub(crate) enum Mark {
    /// A run of text in one font.
    Text {
        /// What it says.
        field: Field,
        face: Face,
        size: f64,
        /// Horizontal scale, 1 = as designed.
        stretch: f64,
        x: f64,
        y: f64,
        colour: Colour,
        text: String,
    },
    /// A straight stroke.
    Line {
        from: (f64, f64),
        to: (f64, f64),
        width: f64,
        colour: Colour,
    },
    /// The outline of an ellipse.
    Oval {
        centre: (f64, f64),
        radii: (f64, f64),
        width: f64,
        colour: Colour,
    },
    /// A filled rectangle.
    Block {
        x: f64,
        y: f64,
        width: f64,
        height: f64,
        colour: Colour,
    },
    /// Filled rings in their own units (y upwards), placed by a PDF matrix whose last two numbers are points.
    Shape {
        rings: Vec<Vec<LinePoint>>,
        matrix: [f64; 6],
        colour: Colour,
    },
    /// The place of the seal's picture: the face has it.
    Picture {
        x: f64,
        y: f64,
        width: f64,
        height: f64,
    },
    /// A square symbol of dark and light modules, row by row.
    Modules {
        x: f64,
        y: f64,
        size: f64,
        count: usize,
        dark: Vec<bool>,
    },
}

/// A page ready to be written.
#[derive(Clone, Debug)]
pub(crate) struct Page<L> {
    /// Height in millimetres; the width is that of the form.
    pub(crate) height: f64,
    /// What is the same on all invoices of this shape.
    pub(crate) layer: L,
    /// What belongs to this invoice.
    pub(crate) marks: Vec<Mark>,
}
