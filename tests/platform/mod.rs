pub mod mail;
mod preflight;
mod tax;
mod templates;
