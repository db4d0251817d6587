//! The product as its users meet it: real servers on free ports, over HTTP, on SQLite or PostgreSQL.
#![allow(
    clippy::disallowed_methods,
    reason = "tests read the environment and the clock"
)]

mod admin;
mod api;
mod architecture;
mod browser;
mod harness;
mod import;
mod merchant;
mod platform;
