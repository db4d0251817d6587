use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reqwest::Method;
use secrecy::{ExposeSecret, SecretString};

use super::fetch::Mode;
use super::{CredentialKind, NewToken, StoredToken, SystemClock, TokenStore, UnixClock};
use crate::account::Account;
use crate::answer::{self, Members};
use crate::error::Error;
use crate::http::{Body, Spec, Transport};

/// WeChat swaps stable tokens five minutes before their end; asking earlier gives the old one back.
const RENEW_BEFORE_SECS: i64 = 300;
/// Nodes renew at different moments within this minute.
const RENEW_JITTER_SECS: i64 = 60;
/// A credential with less life left than this is not worth sending.
const ALIVE_SECS: i64 = 10;
/// Longer than a fetch can take; a crashed holder blocks the others for no more than this.
const LEASE_SECS: u32 = 30;
const FORCE_AT_MOST_EVERY_SECS: i64 = 60;
const BACK_OFF_SECS_MAX: i64 = 300;
const POLLS_MAX: u32 = 25;
const POLL_EVERY: Duration = Duration::from_millis(200);

/// Gives out access tokens and tickets, and renews them. Cheap to clone; share one per process.
///
/// See the [module](super) for how it does so.
#[derive(Clone)]
pub struct TokenKeeper {
    inner: Arc<Inner>,
}

struct Inner {
    transport: Transport,
    store: Arc<dyn TokenStore>,
    clock: Arc<dyn UnixClock>,
    holder: String,
    margin_secs: i64,
    slots: Mutex<HashMap<(String, CredentialKind), Arc<Slot>>>,
}

/// One credential of one account in this process.
#[derive(Default)]
struct Slot {
    cached: Mutex<Option<StoredToken>>,
    gate: tokio::sync::Mutex<Gate>,
}

/// What the one renewing task knows.
#[derive(Default)]
struct Gate {
    failures: u32,
    next_try_at: i64,
    last_error: Option<Error>,
    forced_at: Option<i64>,
    changed_at: Option<i64>,
}

impl Slot {
    fn cached(&self) -> Option<StoredToken> {
        self.cached
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Remembers what the store holds, and when it changed.
    fn remember(&self, gate: &mut Gate, token: &StoredToken, now: i64) {
        let mut cached = self.cached.lock().unwrap_or_else(PoisonError::into_inner);
        if cached
            .as_ref()
            .is_some_and(|before| !same(&before.value, &token.value))
        {
            gate.changed_at = Some(now);
        }
        *cached = Some(token.clone());
    }
}

impl TokenKeeper {
    /// A keeper over `store`, on the machine's clock.
    pub fn new(transport: Transport, store: Arc<dyn TokenStore>) -> TokenKeeper {
        TokenKeeper::with_clock(transport, store, Arc::new(SystemClock))
    }

    /// A keeper that tells the time by `clock`.
    pub fn with_clock(
        transport: Transport,
        store: Arc<dyn TokenStore>,
        clock: Arc<dyn UnixClock>,
    ) -> TokenKeeper {
        let holder = hex::encode(rand::random::<[u8; 16]>());
        let margin_secs = RENEW_BEFORE_SECS - rand::random_range(0..RENEW_JITTER_SECS);
        let slots = Mutex::default();
        let inner = Inner {
            transport,
            store,
            clock,
            holder,
            margin_secs,
            slots,
        };
        TokenKeeper {
            inner: Arc::new(inner),
        }
    }

    /// The account's access token, fetched or renewed if needed.
    ///
    /// # Errors
    /// What the token call or the store answered; [`Error::CredentialPending`] while backing off.
    pub async fn access_token(&self, account: &Account) -> Result<SecretString, Error> {
        self.current(account, CredentialKind::AccessToken).await
    }

    /// The account's `wx_card` ticket, fetched or renewed if needed.
    ///
    /// # Errors
    /// As [`TokenKeeper::access_token`].
    pub async fn card_ticket(&self, account: &Account) -> Result<SecretString, Error> {
        self.current(account, CredentialKind::CardTicket).await
    }

    /// Another credential than `failed`, which WeChat has just refused.
    ///
    /// If the store already holds another one, that is the answer. Otherwise WeChat is asked; only
    /// when it still gives out the refused token is a new one forced, once a minute at most.
    ///
    /// # Errors
    /// As [`TokenKeeper::access_token`].
    pub async fn renew(
        &self,
        account: &Account,
        kind: CredentialKind,
        failed: &SecretString,
    ) -> Result<SecretString, Error> {
        let slot = self.slot(account.app_id(), kind);
        let mut gate = slot.gate.lock().await;
        self.obtain(account, kind, &slot, &mut gate, Some(failed))
            .await
    }

    /// The transport that this keeper and its clients use.
    pub fn transport(&self) -> &Transport {
        &self.inner.transport
    }

    pub(crate) fn now(&self) -> i64 {
        self.inner.clock.now()
    }

    /// One authenticated call: token, sending, one repeat with another token if WeChat refuses the
    /// first. A refused token means that nothing was done, so this is safe for every call.
    pub(crate) async fn call(
        &self,
        account: &Account,
        spec: &Spec,
        method: Method,
        query: &[(&str, &str)],
        body: &Body,
    ) -> Result<Members, Error> {
        let mut token = self.access_token(account).await?;
        for last in [false, true] {
            let mut pairs = vec![("access_token", token.expose_secret())];
            pairs.extend_from_slice(query);
            let raw = self
                .transport()
                .send(spec, method.clone(), &pairs, body)
                .await?;
            let blot = [token.expose_secret(), account.secret().expose_secret()];
            match answer::members(spec, &raw, &blot) {
                Err(Error::Refused {
                    errcode: 40001 | 40014 | 42001,
                    ..
                }) if !last => {
                    token = self
                        .renew(account, CredentialKind::AccessToken, &token)
                        .await?;
                }
                outcome => return outcome,
            }
        }
        unreachable!("the second round always returns")
    }

    async fn current(
        &self,
        account: &Account,
        kind: CredentialKind,
    ) -> Result<SecretString, Error> {
        let slot = self.slot(account.app_id(), kind);
        let now = self.now();
        let cached = slot.cached();
        if let Some(token) = cached.as_ref().filter(|token| self.fresh(token, now)) {
            return Ok(token.value.clone());
        }
        let mut gate = match slot.gate.try_lock() {
            Ok(gate) => gate,
            // Somebody renews already: what still lives will do meanwhile.
            Err(_) => match cached.filter(|token| alive(token.expires_at, now)) {
                Some(token) => return Ok(token.value),
                None => slot.gate.lock().await,
            },
        };
        if let Some(token) = slot.cached().filter(|token| self.fresh(token, now)) {
            return Ok(token.value);
        }
        self.obtain(account, kind, &slot, &mut gate, None).await
    }

    /// From the store, or from WeChat under the lease. Holds the slot's gate.
    async fn obtain(
        &self,
        account: &Account,
        kind: CredentialKind,
        slot: &Slot,
        gate: &mut Gate,
        failed: Option<&SecretString>,
    ) -> Result<SecretString, Error> {
        let Inner { store, holder, .. } = &*self.inner;
        let (app_id, call) = (account.app_id(), kind.call());
        let store_error = |source| Error::store(call, source);
        for _ in 0..POLLS_MAX {
            let now = self.now();
            let stored = store.load(app_id, kind).await.map_err(store_error)?;
            if let Some(token) = stored
                .as_ref()
                .filter(|token| self.usable(token, failed, now))
            {
                slot.remember(gate, token, now);
                return Ok(token.value.clone());
            }
            if now < gate.next_try_at {
                return self.make_do(account, kind, gate, stored, failed);
            }
            if store
                .try_lease(app_id, kind, holder, LEASE_SECS)
                .await
                .map_err(store_error)?
            {
                let outcome = self
                    .renew_under_lease(account, kind, slot, gate, failed)
                    .await;
                if let Err(error) = store.release(app_id, kind, holder).await {
                    tracing::warn!(app_id, %error, "A token lease could not be given back");
                }
                return match outcome {
                    Err(error) => match self.make_do(account, kind, gate, stored, failed) {
                        Ok(token) => Ok(token),
                        Err(_) => Err(error),
                    },
                    done => done,
                };
            }
            tokio::time::sleep(POLL_EVERY).await;
        }
        let stored = store.load(app_id, kind).await.map_err(store_error)?;
        self.make_do(account, kind, gate, stored, failed)
    }

    async fn renew_under_lease(
        &self,
        account: &Account,
        kind: CredentialKind,
        slot: &Slot,
        gate: &mut Gate,
        failed: Option<&SecretString>,
    ) -> Result<SecretString, Error> {
        let store = &self.inner.store;
        let (app_id, call, now) = (account.app_id(), kind.call(), self.now());
        let store_error = |source| Error::store(call, source);
        // Between our look and our lease another node may have finished.
        let stored = store.load(app_id, kind).await.map_err(store_error)?;
        if let Some(token) = stored
            .as_ref()
            .filter(|token| self.usable(token, failed, now))
        {
            slot.remember(gate, token, now);
            return Ok(token.value.clone());
        }
        let new = match self.fetch_another(account, kind, gate, failed).await {
            Ok(new) => new,
            Err(error) => {
                gate.failures = gate.failures.saturating_add(1);
                gate.next_try_at = now + back_off_secs(gate.failures);
                gate.last_error = Some(error.clone());
                tracing::warn!(app_id, failures = gate.failures, %error, "No {}", kind.in_words());
                store.note_failure(app_id, kind, &error).await;
                return Err(error);
            }
        };
        let generation = stored.as_ref().map_or(0, |token| token.generation);
        let swapped = store.compare_and_swap(app_id, kind, generation, &new).await;
        let token = if swapped.map_err(store_error)? {
            let NewToken { value, expires_at } = new;
            StoredToken {
                value,
                expires_at,
                generation: generation + 1,
            }
        } else {
            // Our lease ran out and another node was first: its token is the one.
            let theirs = store.load(app_id, kind).await.map_err(store_error)?;
            theirs
                .filter(|token| self.usable(token, failed, now))
                .unwrap_or(StoredToken {
                    value: new.value,
                    expires_at: new.expires_at,
                    generation,
                })
        };
        let short_lived = !self.fresh(&token, now);
        gate.failures = 0;
        gate.last_error = None;
        // WeChat still hands out the old one: it is good until its end, ask again in a while.
        gate.next_try_at = if short_lived { now + 30 } else { 0 };
        slot.remember(gate, &token, now);
        let generation = token.generation;
        tracing::info!(
            app_id,
            generation,
            "Renewed the {} of {app_id}",
            kind.in_words()
        );
        Ok(token.value)
    }

    /// A fetch that gives something else than `failed`, by force if it must and may be.
    async fn fetch_another(
        &self,
        account: &Account,
        kind: CredentialKind,
        gate: &mut Gate,
        failed: Option<&SecretString>,
    ) -> Result<NewToken, Error> {
        let new = self.fetch(account, kind, Mode::Normal).await?;
        let Some(failed) = failed.filter(|failed| same(failed, &new.value)) else {
            return Ok(new);
        };
        let now = self.now();
        let last = gate.forced_at.max(gate.changed_at);
        let wait = last.map_or(0, |at| at + FORCE_AT_MOST_EVERY_SECS - now);
        if 0 < wait {
            let reason = "WeChat still gives out the one it refused, and forcing must wait";
            return Err(pending(account, kind, reason, wait));
        }
        gate.forced_at = Some(now);
        let forced = self.fetch(account, kind, Mode::Forced).await?;
        if same(failed, &forced.value) {
            let reason = "WeChat gives out the one it refused, even when forced";
            return Err(pending(account, kind, reason, FORCE_AT_MOST_EVERY_SECS));
        }
        Ok(forced)
    }

    /// No renewal now: the stored credential while it lives, else the reason why there is none.
    fn make_do(
        &self,
        account: &Account,
        kind: CredentialKind,
        gate: &Gate,
        stored: Option<StoredToken>,
        failed: Option<&SecretString>,
    ) -> Result<SecretString, Error> {
        let now = self.now();
        let refused = |token: &StoredToken| failed.is_some_and(|failed| same(failed, &token.value));
        if let Some(token) = stored.filter(|token| alive(token.expires_at, now) && !refused(token))
        {
            return Ok(token.value);
        }
        if let Some(error) = &gate.last_error {
            return Err(error.clone());
        }
        Err(pending(
            account,
            kind,
            "another node is fetching it",
            2.max(gate.next_try_at - now),
        ))
    }

    fn fresh(&self, token: &StoredToken, now: i64) -> bool {
        now < token.expires_at - self.inner.margin_secs
    }

    fn usable(&self, token: &StoredToken, failed: Option<&SecretString>, now: i64) -> bool {
        match failed {
            Some(failed) => !same(failed, &token.value) && alive(token.expires_at, now),
            None => self.fresh(token, now),
        }
    }

    fn slot(&self, app_id: &str, kind: CredentialKind) -> Arc<Slot> {
        let mut slots = self
            .inner
            .slots
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        Arc::clone(slots.entry((app_id.to_owned(), kind)).or_default())
    }
}

impl fmt::Debug for TokenKeeper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let transport = &self.inner.transport;
        f.debug_struct("TokenKeeper")
            .field("transport", transport)
            .finish_non_exhaustive()
    }
}

fn alive(expires_at: i64, now: i64) -> bool {
    now + ALIVE_SECS < expires_at
}

fn same(a: &SecretString, b: &SecretString) -> bool {
    a.expose_secret() == b.expose_secret()
}

/// 2, 4, 8 … 300 seconds, each up to a quarter longer by chance.
fn back_off_secs(failures: u32) -> i64 {
    let secs = 2_i64.saturating_pow(failures.min(9)).min(BACK_OFF_SECS_MAX);
    secs + rand::random_range(0..=secs / 4)
}

fn pending(account: &Account, kind: CredentialKind, reason: &str, after_secs: i64) -> Error {
    Error::CredentialPending {
        call: kind.call(),
        app_id: account.app_id().to_owned(),
        kind: kind.in_words(),
        reason: reason.to_owned(),
        after_secs: u32::try_from(after_secs.max(1)).unwrap_or(u32::MAX),
    }
}
