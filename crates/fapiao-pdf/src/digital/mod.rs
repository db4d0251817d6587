//! The digital form 电子发票 (ordinary and special): 210 mm wide, growing with its rows.

mod geometry;
mod labels;
mod sample;
mod sharing;
mod values;

pub(crate) use geometry::Shape;
pub(crate) use labels::layer;
pub(crate) use values::pages;
