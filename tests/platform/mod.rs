pub mod mail;
mod mapping;
mod preflight;
mod tax;
mod templates;
