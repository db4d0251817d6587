//! The authority over HTTP, as a client in any language sees it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends there")]

mod catalogue;
mod checks;
mod client;
mod control;
mod faults;
mod gateway;
mod numbers;
mod persistence;
mod red;
mod time;
mod uploads;
