//! How a credential is renewed: under the lease, by compare-and-swap, by force only if it must be.

use secrecy::SecretString;

use super::fetch::Mode;
use super::keeper::{Gate, Slot, TokenKeeper, alive, same};
use super::{CredentialKind, NewToken, RenewalCause, StoredToken};
use crate::account::Account;
use crate::error::Error;

const FORCE_AT_MOST_EVERY_SECS: i64 = 60;
const BACK_OFF_SECS_MAX: i64 = 300;

impl TokenKeeper {
    pub(super) async fn renew_under_lease(
        &self,
        account: &Account,
        kind: CredentialKind,
        slot: &Slot,
        gate: &mut Gate,
        failed: Option<&SecretString>,
    ) -> Result<SecretString, Error> {
        let store = self.store();
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
        let (new, forced) = match self.fetch_another(account, kind, gate, failed).await {
            Ok(fetched) => fetched,
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
        let cause = match (failed, &stored) {
            _ if forced => RenewalCause::Forced,
            (_, None) => RenewalCause::First,
            (Some(_), Some(_)) => RenewalCause::Refused,
            (None, Some(_)) => RenewalCause::Ending,
        };
        let swapped = store
            .compare_and_swap(app_id, kind, generation, &new, cause)
            .await;
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

    /// A fetch that gives something else than `failed`, by force if it must and may be; whether it was forced.
    async fn fetch_another(
        &self,
        account: &Account,
        kind: CredentialKind,
        gate: &mut Gate,
        failed: Option<&SecretString>,
    ) -> Result<(NewToken, bool), Error> {
        let new = self.fetch(account, kind, Mode::Normal).await?;
        let Some(failed) = failed.filter(|failed| same(failed, &new.value)) else {
            return Ok((new, false));
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
        Ok((forced, true))
    }

    /// No renewal now: the stored credential while it lives, else the reason why there is none.
    pub(super) fn make_do(
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
