pub mod mail;
mod mapping;
mod preflight;
mod rights;
mod tax;
mod templates;
