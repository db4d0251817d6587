//! A stored push, once more: verified, read and handled by the running build, without any effect.

use crate::{
    errors::StoreError,
    merchant::pushes::work_on,
    ports::{Ports, PushMeaning, Rehearsed},
    records::{Account, Push},
    step::StepError,
};
use fapiao_domain::ids::PushId;

/// What the running build makes of a stored push.
#[derive(Clone, Debug, PartialEq)]
pub struct Replay {
    /// The push as stored.
    pub push: Push,
    /// Whether it would be let in now.
    pub verdict: Verdict,
    /// What it says, if it can be read.
    pub meaning: Option<PushMeaning>,
    /// How it would end: state and words; `None` when it would not be handled at all.
    pub end: Option<(String, String)>,
    /// What would change, and what would follow. Nothing of it was done.
    pub would: Rehearsed,
}

/// Whether a push would be let in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Signatures, mode and parties are right.
    Accepted,
    /// It would be refused.
    Refused(String),
    /// It was stored without its raw form (by an older version), so only its text can be tried.
    NotKept,
    /// Its raw form was cut when it was stored: what is left proves nothing.
    Cut,
}

/// Tries a stored push. Asks WeChat where the handler would (reading only); writes nothing.
///
/// # Errors
/// [`StoreError::NotFound`] without such a push.
pub async fn replay_push(ports: &Ports, id: &PushId) -> Result<Replay, StoreError> {
    let push = ports
        .store
        .push(id)
        .await?
        .ok_or_else(|| StoreError::NotFound {
            what: format!("push {id}"),
        })?;
    let account = match &push.account {
        Some(account) => ports.store.account(account).await?,
        None => None,
    };
    let (verdict, plain) = verified(ports, account.as_ref(), &push);
    let mut replay = Replay {
        verdict,
        meaning: None,
        end: None,
        would: Rehearsed::default(),
        push,
    };
    let Some(plain) = plain else {
        return Ok(replay);
    };
    replay.meaning = ports.pushes.read(&plain).ok();
    let (store, log) = ports.store.rehearse();
    let trial = Ports {
        store,
        ..ports.clone()
    };
    replay.end = Some(
        match work_on(
            &trial,
            replay.push.account.as_ref(),
            &plain,
            replay.push.received_at,
        )
        .await
        {
            Ok(end) => (end.state.to_owned(), end.outcome),
            Err(StepError::NotYet { reason, .. }) => ("waits".to_owned(), reason),
            Err(StepError::Parked { reason, .. }) => ("parked".to_owned(), reason),
            Err(StepError::Store(error)) => ("waits".to_owned(), error.to_string()),
            Err(StepError::Outside(error)) => ("waits".to_owned(), error.to_string()),
        },
    );
    replay.would = log();
    Ok(replay)
}

fn verified(ports: &Ports, account: Option<&Account>, push: &Push) -> (Verdict, Option<String>) {
    let stored = (!push.plain.is_empty()).then(|| push.plain.clone());
    if push.raw_query.is_empty() && push.raw_body.is_empty() {
        return (Verdict::NotKept, stored);
    }
    let Some(account) = account else {
        return (
            Verdict::Refused("no account has this app id".to_owned()),
            None,
        );
    };
    match ports
        .pushes
        .open(account, &push.raw_query, push.raw_body.as_bytes())
    {
        Ok(opened) => (Verdict::Accepted, Some(opened.plain)),
        Err(_) if push.raw_cut => (Verdict::Cut, stored),
        Err(reason) => (Verdict::Refused(reason), None),
    }
}
