use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reqwest::Method;
use secrecy::{ExposeSecret, SecretString};

use super::{CredentialKind, StoredToken, SystemClock, TokenStore, UnixClock};
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
pub(super) struct Slot {
    cached: Mutex<Option<StoredToken>>,
    gate: tokio::sync::Mutex<Gate>,
}

/// What the one renewing task knows.
#[derive(Default)]
pub(super) struct Gate {
    pub(super) failures: u32,
    pub(super) next_try_at: i64,
    pub(super) last_error: Option<Error>,
    pub(super) forced_at: Option<i64>,
    pub(super) changed_at: Option<i64>,
}

impl Slot {
    fn cached(&self) -> Option<StoredToken> {
        self.cached
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Remembers what the store holds, and when it changed.
    pub(super) fn remember(&self, gate: &mut Gate, token: &StoredToken, now: i64) {
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
    /// Caller: the keeper itself, for every client.
    ///
    /// # Errors
    /// What the token call or the store answered; [`Error::CredentialPending`] while backing off.
    ///
    /// Source: <https://developers.weixin.qq.com/doc/service/api/base/api_getstableaccesstoken.html>
    pub async fn access_token(&self, account: &Account) -> Result<SecretString, Error> {
        self.current(account, CredentialKind::AccessToken).await
    }

    /// The account's `wx_card` ticket, fetched or renewed if needed.
    ///
    /// Caller: the keeper itself, for every client; pages that let users pick invoices need it too.
    ///
    /// # Errors
    /// As [`TokenKeeper::access_token`].
    ///
    /// Source: <https://developers.weixin.qq.com/doc/service/api/invoice/auth/api_getticket.html>
    pub async fn card_ticket(&self, account: &Account) -> Result<SecretString, Error> {
        self.current(account, CredentialKind::CardTicket).await
    }

    /// Another credential than `failed`, which WeChat has just refused.
    ///
    /// If the store already holds another one, that is the answer. Otherwise WeChat is asked; only
    /// when it still gives out the refused token is a new one forced, once a minute at most.
    ///
    /// Caller: the keeper itself, and hosts that saw a credential refused elsewhere.
    ///
    /// # Errors
    /// As [`TokenKeeper::access_token`].
    ///
    /// Source: <https://developers.weixin.qq.com/doc/service/api/base/api_getstableaccesstoken.html>
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

    pub(super) fn store(&self) -> &Arc<dyn TokenStore> {
        &self.inner.store
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
                .send(Some(account.app_id()), spec, method.clone(), &pairs, body)
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

    pub(super) fn fresh(&self, token: &StoredToken, now: i64) -> bool {
        now < token.expires_at - self.inner.margin_secs
    }

    pub(super) fn usable(
        &self,
        token: &StoredToken,
        failed: Option<&SecretString>,
        now: i64,
    ) -> bool {
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

pub(super) fn alive(expires_at: i64, now: i64) -> bool {
    now + ALIVE_SECS < expires_at
}

pub(super) fn same(a: &SecretString, b: &SecretString) -> bool {
    a.expose_secret() == b.expose_secret()
}
