mod mail;
mod tax;
