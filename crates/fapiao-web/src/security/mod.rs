//! Who calls, from where, and how often.

pub(crate) mod client;
pub(crate) mod key;
pub(crate) mod language;
pub(crate) mod limiter;
pub(crate) mod networks;
