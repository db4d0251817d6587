//! New ids.

use chrono::{DateTime, Utc};
use fapiao_domain::ids::Id;
use ulid::Ulid;

/// A new id: the moment in milliseconds, then 80 random bits.
pub fn fresh<I: Id>(now: DateTime<Utc>) -> I {
    let millis = u64::try_from(now.timestamp_millis()).unwrap_or(0);
    I::from_ulid(&Ulid::from_parts(millis, random_bits()).to_string())
}

/// A short code for links and receipts: 10 characters without look-alikes (about 50 bits). Unique in the database;
/// callers try again on a clash.
pub fn short_code() -> String {
    const ALPHABET: &[u8] = b"23456789ABCDEFGHJKMNPQRSTUVWXYZ";
    let mut bits = random_bits();
    let base = ALPHABET.len() as u128;
    (0..10)
        .map(|_| {
            let letter = ALPHABET[(bits % base) as usize];
            bits /= base;
            char::from(letter)
        })
        .collect()
}

fn random_bits() -> u128 {
    Ulid::generate().random()
}
