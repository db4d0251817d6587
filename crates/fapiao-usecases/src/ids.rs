//! New ids.

use chrono::{DateTime, Utc};
use fapiao_domain::ids::Id;
use std::sync::{Mutex, PoisonError};
use ulid::Ulid;

/// The last id of this process: milliseconds and random part.
static LAST: Mutex<(u64, u128)> = Mutex::new((0, 0));

/// A new id: the moment in milliseconds, then 80 random bits. Ids of one process and one millisecond rise, so that what
/// was made first sorts first.
pub fn fresh<I: Id>(now: DateTime<Utc>) -> I {
    let millis = u64::try_from(now.timestamp_millis()).unwrap_or(0);
    let mut last = LAST.lock().unwrap_or_else(PoisonError::into_inner);
    let random = if last.0 == millis {
        // A step of up to 2^40 keeps ids hard to guess; 80 bits hold more of them than a millisecond can need.
        last.1 + 1 + (random_bits() & 0xFF_FFFF_FFFF)
    } else {
        // Room to rise.
        random_bits() >> 1
    };
    *last = (millis, random);
    I::from_ulid(&Ulid::from_parts(millis, random).to_string())
}

/// The lowest id of a moment: everything made at or after it sorts at or after this one.
pub fn first_at<I: Id>(at: DateTime<Utc>) -> I {
    let millis = u64::try_from(at.timestamp_millis()).unwrap_or(0);
    I::from_ulid(&Ulid::from_parts(millis, 0).to_string())
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

#[cfg(test)]
mod tests {
    use super::*;
    use fapiao_domain::ids::OrderId;

    #[test]
    fn ids_of_one_millisecond_rise() {
        // Another test may make ids in between, in a millisecond of its own.
        let now = "2026-03-05T01:02:03.456Z".parse().unwrap();
        let rising = (0..20).any(|_| {
            let ids: Vec<OrderId> = (0..50).map(|_| fresh(now)).collect();
            ids.is_sorted() && ids.windows(2).all(|pair| pair[0] != pair[1])
        });
        assert!(rising);
        assert_ne!(short_code(), short_code());
    }
}
