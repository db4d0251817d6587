//! Signed requests: the four headers, their window, and nonces that are used once.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use actix_web::HttpRequest;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};

use super::{Customer, Problem};
use crate::clock::Clock;
use crate::world::Authority;

/// Clocks may differ by so many seconds.
const WINDOW: i64 = 300;

/// Nonces by key, with the second until which they are remembered.
#[derive(Debug, Default)]
pub(crate) struct Nonces(Mutex<HashMap<(String, String), i64>>);

impl Nonces {
    /// Whether it is new.
    fn take(&self, key: &str, nonce: &str, now: i64) -> bool {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|_, until| now <= *until);
        known
            .insert((key.to_owned(), nonce.to_owned()), now + 2 * WINDOW)
            .is_none()
    }
}

/// One answer for every reason: an unsigned caller learns nothing.
fn unsigned() -> Problem {
    Problem::new(
        401,
        "signature",
        "the call is not signed by a live key, outside the window of 300 seconds, or its nonce was used before",
    )
}

pub(super) fn admit(
    authority: &Authority,
    request: &HttpRequest,
    body: &[u8],
) -> Result<Customer, Problem> {
    let header = |name: &str| {
        let value = request.headers().get(name);
        value.and_then(|it| it.to_str().ok()).unwrap_or_default()
    };
    let (id, nonce) = (header("x-gateway-key"), header("x-gateway-nonce"));
    let key = authority.world().state.gateway_keys.get(id).cloned();
    let key = key.ok_or_else(unsigned)?;
    let timestamp: i64 = header("x-gateway-timestamp")
        .parse()
        .map_err(|_| unsigned())?;
    // On the wall clock: advancing the sandbox must not lock its clients out.
    let now = Clock::wall() / 1000;
    let well_formed =
        (16..=64).contains(&nonce.len()) && nonce.bytes().all(|it| it.is_ascii_alphanumeric());
    if WINDOW.unsigned_abs() < now.abs_diff(timestamp) || !well_formed {
        return Err(unsigned());
    }
    let path = request.uri().path_and_query().map_or("/", |it| it.as_str());
    let text = format!(
        "{}\n{path}\n{timestamp}\n{nonce}\n{}",
        request.method(),
        hex::encode(Sha256::digest(body))
    );
    let mut mac = Hmac::<Sha256>::new_from_slice(key.secret.as_bytes()).map_err(|_| unsigned())?;
    mac.update(text.as_bytes());
    let claimed = hex::decode(header("x-gateway-signature")).map_err(|_| unsigned())?;
    mac.verify_slice(&claimed).map_err(|_| unsigned())?;
    if !authority.nonces.take(id, nonce, now) {
        return Err(unsigned());
    }
    Ok(Customer {
        party: key.party,
        makes_files: key.makes_files,
    })
}
