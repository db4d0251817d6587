//! The SDK against a server that records every byte: one test per call, with answers as WeChat's
//! pages and traffic have them, quirks included.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on says so by panicking"
)]

mod callback;
mod calls;
mod codes;
mod errors;
mod events;
mod fiscal;
mod harness;
mod merchant;
mod multipart;
mod platform;
mod public_names;
mod push_auth;
mod quota;
mod reimburser;
mod secrets;
mod settings;
mod title;
mod token;
mod token_store;
mod unified;
