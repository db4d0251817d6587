//! Coming in and going out. Who guesses is slowed down, and learns nothing about which names exist.

use crate::{
    actor::Actor,
    errors::StoreError,
    idempotency::fingerprint,
    ports::Ports,
    records::{Session, Staff},
};
use chrono::TimeDelta;
use serde_json::json;
use thiserror::Error;

/// Failures of one name within [`LOCK_MINUTES`] after which it is not tried any more.
pub const LOGIN_FAILURES_MAX: u32 = 8;
/// Failures from one address within [`LOCK_MINUTES`].
pub const ADDRESS_FAILURES_MAX: u32 = 30;
/// How long failures count.
pub const LOCK_MINUTES: u32 = 15;
/// However busy, a session ends after so many days.
pub const SESSION_DAYS_MAX: i64 = 7;
/// Longer names are nobody's.
const LOGIN_MAX: usize = 64;
/// A session's last use is written at most so often, in seconds.
const TOUCH_SECS: i64 = 60;

/// What somebody typed, and from where.
#[derive(Clone)]
pub struct Attempt<'a> {
    /// The name as typed.
    pub login: &'a str,
    /// The password.
    pub password: &'a str,
    /// The client's address.
    pub address: &'a str,
}

/// Fresh random texts for a session, made by the caller.
#[derive(Clone)]
pub struct SessionSecrets {
    /// The cookie's value; only its hash is stored.
    pub token: String,
    /// What forms carry.
    pub csrf: String,
}

/// Why somebody stays outside.
#[derive(Debug, Error)]
pub enum SignInError {
    /// Unknown name, wrong password, or not allowed any more: the same for all three.
    #[error("the name or the password is wrong")]
    Wrong,
    /// Too many failures; it opens again by itself.
    #[error("too many attempts; try again in {LOCK_MINUTES} minutes")]
    Locked,
    /// Too many are signing in at this moment.
    #[error("too many people are signing in right now; try again in a moment")]
    Busy,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A name as it is stored and counted.
pub fn normal_login(login: &str) -> String {
    login
        .trim()
        .to_lowercase()
        .chars()
        .take(LOGIN_MAX)
        .collect()
}

/// Checks a password and opens a session under fresh secrets.
///
/// # Errors
/// [`SignInError`].
pub async fn sign_in(
    ports: &Ports,
    attempt: &Attempt<'_>,
    secrets: &SessionSecrets,
) -> Result<Staff, SignInError> {
    let now = ports.clock.now();
    let login = normal_login(attempt.login);
    let by_login = format!("login:{login}");
    let by_address = format!("address:{}", attempt.address);
    for (key, most) in [
        (&by_login, LOGIN_FAILURES_MAX),
        (&by_address, ADDRESS_FAILURES_MAX),
    ] {
        if ports.store.sign_in_failures(key, now).await? >= most {
            return Err(SignInError::Locked);
        }
    }
    let staff = ports.store.staff_by_login(&login).await?;
    let hash = staff
        .as_ref()
        .filter(|it| !it.disabled)
        .map(|it| it.password_hash.as_str());
    let fits = ports
        .passwords
        .verify(attempt.password, hash)
        .await
        .ok_or(SignInError::Busy)?;
    let Some(staff) = staff.filter(|it| fits && !it.disabled) else {
        let failures = ports.store.record_sign_in_failure(&by_login, now).await?;
        ports.store.record_sign_in_failure(&by_address, now).await?;
        if failures == LOGIN_FAILURES_MAX {
            let data = json!({ "login": login, "address": attempt.address });
            ports
                .store
                .append_audit(&Actor::System, "sign_in.locked", &login, data)
                .await?;
        }
        return Err(SignInError::Wrong);
    };
    let session = Session {
        id_hash: fingerprint(secrets.token.as_bytes()),
        staff: staff.id.clone(),
        csrf: secrets.csrf.clone(),
        created_at: now,
        seen_at: now,
    };
    ports.store.open_session(&session).await?;
    ports.store.record_sign_in(&staff.id, now).await?;
    let actor = Actor::Staff(staff.id.clone());
    let data = json!({ "address": attempt.address });
    ports
        .store
        .append_audit(&actor, "session.opened", &staff.id.to_string(), data)
        .await?;
    Ok(staff)
}

/// The session behind a cookie and whose it is. One that is idle or old is closed; its use is noted.
///
/// # Errors
/// [`StoreError`].
pub async fn session_of(
    ports: &Ports,
    token: &str,
    idle_hours: i64,
) -> Result<Option<(Session, Staff)>, StoreError> {
    let hash = fingerprint(token.as_bytes());
    let Some(session) = ports.store.session(&hash).await? else {
        return Ok(None);
    };
    let now = ports.clock.now();
    let is_over = now - session.seen_at > TimeDelta::hours(idle_hours)
        || now - session.created_at > TimeDelta::days(SESSION_DAYS_MAX);
    if is_over {
        ports.store.close_session(&hash).await?;
        return Ok(None);
    }
    let staff = ports.store.staff_by_id(&session.staff).await?;
    let Some(staff) = staff.filter(|it| !it.disabled) else {
        return Ok(None);
    };
    if (now - session.seen_at).num_seconds() >= TOUCH_SECS {
        ports.store.touch_session(&hash, now).await?;
    }
    Ok(Some((session, staff)))
}

/// Ends a session.
///
/// # Errors
/// [`StoreError`].
pub async fn sign_out(ports: &Ports, session: &Session) -> Result<(), StoreError> {
    ports.store.close_session(&session.id_hash).await?;
    let actor = Actor::Staff(session.staff.clone());
    let subject = session.staff.to_string();
    ports
        .store
        .append_audit(&actor, "session.closed", &subject, json!({}))
        .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_counts_the_same_however_it_is_typed() {
        assert_eq!(normal_login("  Admin "), "admin");
        assert_eq!(normal_login(&"x".repeat(5000)).len(), LOGIN_MAX);
    }
}
