//! Access tokens and tickets: one per account for all processes, fetched by one of them at a time.
//!
//! [`TokenKeeper`] gives out what the [`TokenStore`] holds and renews it about five minutes before
//! it ends. Within a process one task renews (single flight); between processes a lease in the
//! store decides who, and the others wait for the result. A token that WeChat refuses is renewed by
//! compare-and-swap: if the store already holds another one, that is the answer.

mod clock;
mod fetch;
mod keeper;
mod memory;
mod renewal;
mod store;

pub use clock::{SystemClock, UnixClock};
pub use keeper::TokenKeeper;
pub use memory::MemoryTokenStore;
pub use store::{CredentialKind, NewToken, RenewalCause, StoredToken, TokenStore};
