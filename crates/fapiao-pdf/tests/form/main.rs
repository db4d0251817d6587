//! The finished documents, read back by independent programs: poppler (`pdftotext`, `pdffonts`, `pdftoppm`), qpdf and
//! a QR reader. Needs poppler-utils and qpdf; `cargo xtask test` installs them.
#![expect(clippy::unwrap_used, reason = "what the tests share fails as tests do")]
#![expect(clippy::print_stderr, reason = "a test that is skipped says so")]

#[path = "../faces/mod.rs"]
mod faces;

mod classic_form;
mod digital_form;
mod drawings;
mod errors;
mod measures;
mod picture;
mod places;
mod programs;
mod readers;
mod rules;
mod sameness;
mod signatures;
mod soundness;
mod tools;
