//! Somebody changes their own password.

use super::{
    SettingError,
    sign_in::{LOGIN_FAILURES_MAX, normal_login},
    staff::{PASSWORD_MAX, PASSWORD_MIN},
    texts::one,
};
use crate::{
    actor::Actor,
    ports::{Ports, StaffSaved},
    records::{Session, Staff},
};
use serde_json::json;

/// What was typed. Holds passwords: no `Debug`.
#[derive(Clone, Default)]
pub struct PasswordDraft {
    /// The password so far.
    pub old: String,
    /// The new one.
    pub new: String,
    /// The new one again.
    pub again: String,
}

/// Changes the password of who is signed in. Their other sessions end, this one goes on. Whoever guesses the old one in a
/// session that was left open is slowed down as at the door.
///
/// # Errors
/// [`SettingError`].
pub async fn change_own_password(
    ports: &Ports,
    staff: &Staff,
    session: &Session,
    draft: &PasswordDraft,
) -> Result<(), SettingError> {
    let now = ports.clock.now();
    let counted = format!("login:{}", normal_login(&staff.login));
    if ports.store.sign_in_failures(&counted, now).await? >= LOGIN_FAILURES_MAX {
        let why = "too many wrong attempts; try again in 15 minutes";
        return Err(one("old", "E_PASSWORD_TRIES", why));
    }
    let fits = ports
        .passwords
        .verify(&draft.old, Some(&staff.password_hash))
        .await;
    match fits {
        Some(true) => {}
        Some(false) => {
            let failures = ports.store.record_sign_in_failure(&counted, now).await?;
            if failures == LOGIN_FAILURES_MAX {
                let data = json!({ "login": staff.login, "at": "own_password" });
                ports
                    .store
                    .append_audit(&Actor::System, "sign_in.locked", &staff.login, data)
                    .await?;
            }
            return Err(one("old", "E_PASSWORD_OLD", "this is not your password"));
        }
        None => {
            let why = "too many people are signing in right now; try again in a moment";
            return Err(one("old", "E_PASSWORD_BUSY", why));
        }
    }
    let length = draft.new.chars().count();
    if !(PASSWORD_MIN..=PASSWORD_MAX).contains(&length) {
        let why = format!("{PASSWORD_MIN} to {PASSWORD_MAX} characters");
        return Err(one("new", "E_PASSWORD", &why));
    }
    if normal_login(&draft.new) == normal_login(&staff.login) {
        let why = "the password must not be the sign-in name";
        return Err(one("new", "E_PASSWORD_IS_LOGIN", why));
    }
    if draft.new != draft.again {
        let why = "both new passwords must be the same";
        return Err(one("again", "E_PASSWORD_REPEAT", why));
    }
    let changed = Staff {
        password_hash: ports.passwords.hash(&draft.new).await,
        ..staff.clone()
    };
    let actor = Actor::Staff(staff.id.clone());
    // Ends all sessions of the person; a role that stays leaves an owner.
    match ports.store.save_staff(&changed, &actor).await? {
        StaffSaved::Done => {}
        StaffSaved::LastOwner => {
            let why = "this is the last owner who can sign in; make another one first";
            return Err(one("new", "E_LAST_OWNER", why));
        }
    }
    ports.store.open_session(session).await?;
    Ok(())
}
