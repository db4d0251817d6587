//! Arithmetic, titles and dated data, end to end.

mod rounding;
