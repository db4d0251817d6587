//! One test per call: the request to the byte, and every answer that the pages and the traffic know.

mod fiscal;
mod fixture;
mod merchant;
mod platform;
mod quota;
mod reimburser;
mod settings;
mod table;
mod title;
mod token;
mod unified;
