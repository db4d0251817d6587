//! People of the back-office as they are typed.

use super::{
    SettingError,
    sign_in::normal_login,
    texts::{Reading, one},
};
use crate::{
    actor::Actor,
    ids::fresh,
    ports::{Ports, StaffSaved},
    records::{Role, Staff},
};
use fapiao_domain::ids::{Id, StaffId, StoreId};

/// Shortest password.
pub const PASSWORD_MIN: usize = 12;
/// Longest password: hashing is work.
pub(super) const PASSWORD_MAX: usize = 200;

/// A person as typed. Holds a password: no `Debug`.
#[derive(Clone, Default)]
pub struct StaffDraft {
    /// Name as shown.
    pub name: String,
    /// Sign-in name.
    pub login: String,
    /// Where they are told of windows that close; may be empty.
    pub email: String,
    /// A role's stored name.
    pub role: String,
    /// A store id, or empty for all.
    pub store: String,
    /// A new password, or empty to keep the old one.
    pub password: String,
    /// Whether they may sign in.
    pub active: bool,
    /// The version the form was filled from; `None` takes what stands.
    pub version: Option<i64>,
}

/// Saves a person; `id` is `None` for a new one. A changed password, role, store or lock ends their sessions.
///
/// # Errors
/// [`SettingError`]; the company always keeps one owner who can sign in.
pub async fn save_staff(
    ports: &Ports,
    actor: &Actor,
    id: Option<&StaffId>,
    draft: &StaffDraft,
) -> Result<Staff, SettingError> {
    let everybody = ports.store.staff().await?;
    let before = id.and_then(|id| everybody.iter().find(|it| it.id == *id));
    let mut staff = read(draft, before.is_none())?;
    if let Some(before) = before {
        staff.id = before.id.clone();
        staff.password_hash.clone_from(&before.password_hash);
        staff.language.clone_from(&before.language);
        staff.last_sign_in_at = before.last_sign_in_at;
        staff.version = draft.version.unwrap_or(before.version);
    } else {
        staff.id = fresh(ports.clock.now());
    }
    if everybody
        .iter()
        .any(|it| it.login == staff.login && it.id != staff.id)
    {
        return Err(one("login", "E_LOGIN_TAKEN", "this sign-in name is taken"));
    }
    let last_owner = || {
        let why = "this is the last owner who can sign in; make another one first";
        one("role", "E_LAST_OWNER", why)
    };
    if !keeps_an_owner(&everybody, &staff) {
        return Err(last_owner());
    }
    if let Some(store) = &staff.store
        && ports.store.store(store).await?.is_none()
    {
        return Err(one("store", "E_CHOICE", "choose one from the list"));
    }
    if !draft.password.is_empty() {
        staff.password_hash = ports.passwords.hash(&draft.password).await;
    }
    match ports.store.save_staff(&staff, actor).await? {
        StaffSaved::Done => Ok(staff),
        // Another owner was locked out meanwhile.
        StaffSaved::LastOwner => Err(last_owner()),
    }
}

fn read(draft: &StaffDraft, is_new: bool) -> Result<Staff, SettingError> {
    let mut reading = Reading::default();
    let name = reading.required("name", &draft.name, 40);
    let login = normal_login(&draft.login);
    let is_name = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit() || "._-@".contains(it);
    if login.len() < 2 || !login.chars().all(is_name) {
        reading.wrong(
            "login",
            "E_LOGIN",
            "2 to 64 small letters, digits, dots, dashes or @",
        );
    }
    let email = reading.optional("email", &draft.email, 120);
    let parts = email.split_once('@');
    let is_address = parts.is_some_and(|(name, host)| {
        !name.is_empty() && host.contains('.') && !email.contains(char::is_whitespace)
    });
    if !email.is_empty() && !is_address {
        reading.wrong("email", "E_EMAIL", "an address like name@example.com");
    }
    let role = Role::parse(&draft.role);
    if role.is_none() {
        reading.wrong("role", "E_CHOICE", "choose one from the list");
    }
    let store = match draft.store.as_str() {
        "" => None,
        text => {
            let store = StoreId::parse(text).ok();
            if store.is_none() {
                reading.wrong("store", "E_CHOICE", "choose one from the list");
            }
            store
        }
    };
    match (role, &store) {
        (Some(Role::Owner | Role::Admin), Some(_)) => reading.wrong(
            "store",
            "E_ROLE_STORE",
            "owners and administrators work for the whole company",
        ),
        (Some(Role::Clerk), None) if draft.store.is_empty() => reading.wrong(
            "store",
            "E_CLERK_STORE",
            "a clerk works in one store; choose it",
        ),
        _ => {}
    }
    let length = draft.password.chars().count();
    if is_new && length == 0 {
        reading.wrong("password", "E_REQUIRED", "this must be filled in");
    } else if length > 0 && !(PASSWORD_MIN..=PASSWORD_MAX).contains(&length) {
        reading.wrong(
            "password",
            "E_PASSWORD",
            format!("{PASSWORD_MIN} to {PASSWORD_MAX} characters"),
        );
    } else if length > 0 && normal_login(&draft.password) == login {
        reading.wrong(
            "password",
            "E_PASSWORD_IS_LOGIN",
            "the password must not be the sign-in name",
        );
    }
    let staff = role.map(|role| Staff {
        id: StaffId::from_ulid("00000000000000000000000000"),
        login,
        name,
        email,
        password_hash: String::new(),
        role,
        store,
        language: "zh".to_owned(),
        disabled: !draft.active,
        last_sign_in_at: None,
        version: 1,
    });
    reading.end(staff)
}

/// Whether somebody who may do everything remains once `changed` is saved.
fn keeps_an_owner(everybody: &[Staff], changed: &Staff) -> bool {
    let is_owner = |it: &Staff| it.role == Role::Owner && !it.disabled;
    let was_one = everybody
        .iter()
        .any(|it| it.id == changed.id && is_owner(it));
    let another = everybody
        .iter()
        .any(|it| it.id != changed.id && is_owner(it));
    !was_one || is_owner(changed) || another
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft() -> StaffDraft {
        StaffDraft {
            name: "李店员".to_owned(),
            login: " Li.Dian ".to_owned(),
            role: "finance".to_owned(),
            password: "a long enough one".to_owned(),
            active: true,
            ..StaffDraft::default()
        }
    }

    fn codes(draft: &StaffDraft, is_new: bool) -> Vec<String> {
        match read(draft, is_new) {
            Ok(_) => Vec::new(),
            Err(SettingError::Invalid(errors)) => errors.into_iter().map(|it| it.code).collect(),
            Err(other) => panic!("{other}"),
        }
    }

    #[test]
    fn a_person_is_read_and_every_wrong_field_is_named() {
        assert_eq!(read(&draft(), true).unwrap().login, "li.dian");
        let mut wrong = draft();
        wrong.login = "李".to_owned();
        wrong.role = "boss".to_owned();
        wrong.password = "short".to_owned();
        assert_eq!(codes(&wrong, true), ["E_LOGIN", "E_CHOICE", "E_PASSWORD"]);
        let mut clerk = draft();
        clerk.role = "clerk".to_owned();
        assert_eq!(codes(&clerk, true), ["E_CLERK_STORE"]);
        let mut keeps = draft();
        keeps.password.clear();
        assert_eq!(codes(&keeps, false), Vec::<String>::new());
        assert_eq!(codes(&keeps, true), ["E_REQUIRED"]);
    }

    #[test]
    fn nobody_locks_the_last_owner_out() {
        let mut owner = read(&draft(), true).unwrap();
        owner.role = Role::Owner;
        let mut locked = owner.clone();
        locked.disabled = true;
        assert!(!keeps_an_owner(std::slice::from_ref(&owner), &locked));
        let mut second = owner.clone();
        second.id = StaffId::from_ulid("00000000000000000000000002");
        assert!(keeps_an_owner(&[owner, second], &locked));
    }
}
