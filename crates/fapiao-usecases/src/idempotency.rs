//! Repeating a request is harmless: its answer is stored with its effect.

use sha2::{Digest, Sha256};

/// What makes a request recognisable, and the answer it gets when it succeeds. Written in the same transaction as the
/// effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Idempotency {
    /// Key owner and route: `key_…:POST /api/v1/orders`.
    pub scope: String,
    /// The client's `Idempotency-Key`, 1 to 255 characters.
    pub key: String,
    /// SHA-256 of the body, hex.
    pub fingerprint: String,
    /// Status of the answer.
    pub status: u16,
    /// Body of the answer.
    pub body: String,
}

/// What became of an effect that may be a repetition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect<T> {
    /// It happened now.
    Done(T),
    /// The same request was answered before; this is that answer.
    Replayed {
        /// Status of the first answer.
        status: u16,
        /// Body of the first answer.
        body: String,
    },
    /// The key was used for another body.
    KeyReused,
}

/// Hex SHA-256 of some bytes: request fingerprints, document names.
pub fn fingerprint(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}
