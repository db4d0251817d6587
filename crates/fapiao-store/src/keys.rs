//! The keys of the audit chain: the one that new lines are made with, and those before it.

use std::sync::Arc;

/// The id a chain without any change of key was made with.
pub(crate) const FIRST_KEY: &str = "1";

/// A key of the audit chain and the name it goes by. Shows neither.
#[derive(Clone)]
pub struct AuditKey {
    /// Short, without secrets: `1`, `2026`, …
    pub id: String,
    /// 32 random bytes that are not in the database.
    pub bytes: [u8; 32],
}

/// The keys of the audit chain (审计密钥). A chain says itself where the next key begins, by a line made with that key; so
/// a new one can be put in at any start, as long as the old ones stay known to whoever verifies.
#[derive(Clone)]
pub struct AuditKeys {
    keys: Arc<[AuditKey]>,
}

impl AuditKeys {
    /// The present key, and those it replaced.
    pub fn new(present: AuditKey, before: impl IntoIterator<Item = AuditKey>) -> AuditKeys {
        AuditKeys {
            keys: std::iter::once(present).chain(before).collect(),
        }
    }

    /// One key that was never changed.
    pub fn only(bytes: [u8; 32]) -> AuditKeys {
        let id = FIRST_KEY.to_owned();
        AuditKeys::new(AuditKey { id, bytes }, [])
    }

    /// The one for new lines.
    pub(crate) fn present(&self) -> &AuditKey {
        &self.keys[0]
    }

    /// The present one and all before it.
    pub(crate) fn all(&self) -> &[AuditKey] {
        &self.keys
    }

    /// A key by its name.
    pub(crate) fn find(&self, id: &str) -> Option<&AuditKey> {
        self.keys.iter().find(|key| key.id == id)
    }
}
