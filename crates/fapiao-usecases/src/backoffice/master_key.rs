//! Changing the master key: every secret in the database is sealed again with the present one.

use crate::{
    actor::Actor,
    errors::StoreError,
    ports::{SealedPlace, SealedSecret, Sealer, Storage},
};

/// How often what was typed meanwhile is looked for.
const ROUNDS: u32 = 5;

/// What became of the secrets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resealed {
    /// Sealed again now.
    pub done: u32,
    /// Sealed with the present key before.
    pub were: u32,
    /// Opened by no key: where they lie, and whose they are.
    pub lost: Vec<(SealedPlace, String)>,
    /// Nodes that run with the old settings still seal with the old key.
    pub unfinished: bool,
}

/// Opens every secret with whichever key it was sealed with, and seals it with the present one. All of a round change
/// together or none; what is done stays done, so that a run that broke off is simply begun again.
///
/// # Errors
/// [`StoreError`].
pub async fn reseal(
    store: &dyn Storage,
    sealer: &dyn Sealer,
    actor: &Actor,
) -> Result<Resealed, StoreError> {
    let mut told = Resealed::default();
    for round in 0..ROUNDS {
        let all = store.sealed_secrets().await?;
        let (current, old): (Vec<SealedSecret>, Vec<SealedSecret>) = all
            .into_iter()
            .partition(|it| sealer.is_current(&it.purpose, &it.sealed));
        if round == 0 {
            told.were = u32::try_from(current.len()).unwrap_or(u32::MAX);
        }
        told.lost.clear();
        let mut changes = Vec::with_capacity(old.len());
        for secret in old {
            match sealer.open(&secret.purpose, &secret.sealed) {
                Some(text) => {
                    let sealed = sealer.seal(&secret.purpose, &text);
                    changes.push((secret, sealed));
                }
                None => told.lost.push((secret.place, secret.of)),
            }
        }
        if changes.is_empty() {
            return Ok(told);
        }
        told.done += store.replace_sealed(changes, actor).await?;
    }
    told.unfinished = true;
    Ok(told)
}
