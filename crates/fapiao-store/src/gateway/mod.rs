//! The platform gateway, both ends: what a seller asks its external platform, and what partners ask us.

mod asking;
mod notices;
mod offsets;
mod partners;
mod port;
mod requests;

pub(crate) use asking::{Refusal, change_invoice, fail_elsewhere, hold_invoice};
pub(crate) use requests::tell_partners;
