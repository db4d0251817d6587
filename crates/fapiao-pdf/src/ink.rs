//! The draw list: what is put where on a page, before any PDF is thought of.
//!
//! Lengths are millimetres from the upper left corner, y downwards, text at its baseline; sizes of type are points.
//! Every way of writing the PDF starts from this list, so that they can be compared with each other.

use crate::fonts::Face;
use printpdf::LinePoint;

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
