pub mod mail;
mod preflight;
mod rights;
mod tax;
mod templates;
