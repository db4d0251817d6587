//! Arithmetic, titles and dated data, end to end.

mod rounding;
mod tax_data;
mod titles;
