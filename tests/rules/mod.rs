//! Arithmetic, titles and dated data, end to end.

mod code_rates;
mod difference;
mod parts;
mod policies;
mod rounding;
mod special;
mod tax_data;
mod titles;
