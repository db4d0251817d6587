//! Staff, sessions and API keys.

use chrono::{DateTime, Utc};
use fapiao_domain::ids::{ApiKeyId, StaffId, StoreId};

/// What a person of the back-office may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Everything, including staff and secrets.
    Owner,
    /// Settings, accounts, keys; not staff.
    Admin,
    /// Orders, invoices, refusals, retries.
    Finance,
    /// Orders of one's own store.
    Clerk,
    /// Reads everything, changes nothing.
    Auditor,
}

impl Role {
    /// All roles.
    pub const ALL: [Role; 5] = [
        Role::Owner,
        Role::Admin,
        Role::Finance,
        Role::Clerk,
        Role::Auditor,
    ];

    /// The stored name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Admin => "admin",
            Self::Finance => "finance",
            Self::Clerk => "clerk",
            Self::Auditor => "auditor",
        }
    }

    /// Reads the stored name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == text)
    }

    /// May change orders, deliveries and jobs.
    pub const fn may_work(self) -> bool {
        matches!(
            self,
            Self::Owner | Self::Admin | Self::Finance | Self::Clerk
        )
    }

    /// May refuse, retry and override: acts with legal weight.
    pub const fn may_decide(self) -> bool {
        matches!(self, Self::Owner | Self::Admin | Self::Finance)
    }

    /// May read reports and take evidence away.
    pub const fn may_read_books(self) -> bool {
        matches!(self, Self::Owner | Self::Finance | Self::Auditor)
    }

    /// May change settings and see keys.
    pub const fn may_configure(self) -> bool {
        matches!(self, Self::Owner | Self::Admin)
    }
}

/// A person of the back-office.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Staff {
    /// Their id.
    pub id: StaffId,
    /// Sign-in name; unique.
    pub login: String,
    /// Name as shown.
    pub name: String,
    /// argon2id in PHC form.
    pub password_hash: String,
    /// What they may do.
    pub role: Role,
    /// Where they are told of windows that close; may be empty.
    pub email: String,
    /// Only this store, or all.
    pub store: Option<StoreId>,
    /// `zh` or `en`.
    pub language: String,
    /// Cannot sign in any more.
    pub disabled: bool,
    /// When they signed in last.
    pub last_sign_in_at: Option<DateTime<Utc>>,
    /// Counts what was saved about them; a form says which it was filled from.
    pub version: i64,
}

/// A signed-in browser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// SHA-256 of the cookie's value.
    pub id_hash: String,
    /// Whose.
    pub staff: StaffId,
    /// The token forms carry.
    pub csrf: String,
    /// When it began.
    pub created_at: DateTime<Utc>,
    /// When it was used last (minute precision).
    pub seen_at: DateTime<Utc>,
}

/// A key of the REST API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKey {
    /// Its id.
    pub id: ApiKeyId,
    /// For people.
    pub name: String,
    /// First characters, to recognise it.
    pub prefix: String,
    /// SHA-256 of the whole key.
    pub hash: String,
    /// Only this store, or all.
    pub store: Option<StoreId>,
    /// May write, or only read.
    pub may_write: bool,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was used last (minute precision).
    pub last_used_at: Option<DateTime<Utc>>,
    /// When it was revoked.
    pub revoked_at: Option<DateTime<Utc>>,
}
