//! The product as its users meet it: real servers on free ports, over HTTP, on SQLite or PostgreSQL.
#![allow(
    clippy::disallowed_methods,
    reason = "tests read the environment and the clock"
)]
#![allow(
    clippy::unwrap_used,
    reason = "the helpers of the tests may fail a test, too"
)]
#![allow(
    unreachable_pub,
    reason = "one binary: what the modules share is public among them"
)]

mod admin;
mod api;
mod architecture;
mod archive;
mod browser;
mod fiscal;
mod gateway;
mod harness;
mod import;
mod merchant;
mod platform;
mod red;
mod rules;
mod sdk;
mod taxes;
