use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;

use super::{
    CredentialKind, NewToken, RenewalCause, StoredToken, SystemClock, TokenStore, UnixClock,
};
use crate::error::StoreError;

/// A [`TokenStore`] for one process: tests, tools, single-node services.
pub struct MemoryTokenStore {
    clock: Arc<dyn UnixClock>,
    rows: Mutex<HashMap<(String, CredentialKind), Row>>,
}

#[derive(Default)]
struct Row {
    token: Option<StoredToken>,
    lease: Option<(String, i64)>,
}

impl MemoryTokenStore {
    /// An empty store on the machine's clock.
    pub fn new() -> MemoryTokenStore {
        MemoryTokenStore::with_clock(Arc::new(SystemClock))
    }

    /// An empty store whose leases run on `clock`.
    pub fn with_clock(clock: Arc<dyn UnixClock>) -> MemoryTokenStore {
        MemoryTokenStore {
            clock,
            rows: Mutex::default(),
        }
    }

    fn with_row<T>(
        &self,
        app_id: &str,
        kind: CredentialKind,
        act: impl FnOnce(&mut Row) -> T,
    ) -> T {
        let mut rows = self.rows.lock().unwrap_or_else(PoisonError::into_inner);
        act(rows.entry((app_id.to_owned(), kind)).or_default())
    }
}

impl Default for MemoryTokenStore {
    fn default() -> MemoryTokenStore {
        MemoryTokenStore::new()
    }
}

#[async_trait]
impl TokenStore for MemoryTokenStore {
    async fn load(
        &self,
        app_id: &str,
        kind: CredentialKind,
    ) -> Result<Option<StoredToken>, StoreError> {
        Ok(self.with_row(app_id, kind, |row| row.token.clone()))
    }

    async fn try_lease(
        &self,
        app_id: &str,
        kind: CredentialKind,
        holder: &str,
        lease_secs: u32,
    ) -> Result<bool, StoreError> {
        let now = self.clock.now();
        Ok(self.with_row(app_id, kind, |row| {
            let free = match &row.lease {
                Some((by, until)) => by == holder || *until <= now,
                None => true,
            };
            if free {
                row.lease = Some((holder.to_owned(), now + i64::from(lease_secs)));
            }
            free
        }))
    }

    async fn compare_and_swap(
        &self,
        app_id: &str,
        kind: CredentialKind,
        expected_generation: i64,
        new: &NewToken,
        _cause: RenewalCause,
    ) -> Result<bool, StoreError> {
        Ok(self.with_row(app_id, kind, |row| {
            let generation = row.token.as_ref().map_or(0, |token| token.generation);
            let same = generation == expected_generation;
            if same {
                let NewToken { value, expires_at } = new.clone();
                row.token = Some(StoredToken {
                    value,
                    expires_at,
                    generation: generation + 1,
                });
            }
            same
        }))
    }

    async fn release(
        &self,
        app_id: &str,
        kind: CredentialKind,
        holder: &str,
    ) -> Result<(), StoreError> {
        self.with_row(app_id, kind, |row| {
            if row.lease.as_ref().is_some_and(|(by, _)| by == holder) {
                row.lease = None;
            }
        });
        Ok(())
    }
}
