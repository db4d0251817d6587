pub mod mail;
mod tax;
