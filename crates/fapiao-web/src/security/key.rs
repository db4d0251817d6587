//! API keys: the extractor is the permission check.

use crate::{
    app::App,
    problem::{Kind, Problem, Said},
    security::limiter::Allowance,
};
use actix_web::{HttpMessage, HttpRequest, web};
use chrono::{DateTime, TimeDelta, Utc};
use fapiao_domain::ids::ApiKeyId;
use fapiao_usecases::{
    actor::Actor, idempotency::fingerprint, merchant::orders::Caller, ports::Scope, records::ApiKey,
};
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Instant,
};

/// A key that was shown and is valid.
#[derive(Clone, Debug)]
pub(crate) struct KeyHolder {
    /// The key's row.
    pub(crate) key: ApiKey,
}

/// What a caller may still do, for the answer's headers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CallsLeft {
    /// Calls a second.
    pub(crate) quota: u32,
    /// Left at once.
    pub(crate) left: u32,
}

impl KeyHolder {
    /// Who calls, for the use-cases.
    pub(crate) fn caller(&self) -> Caller {
        Caller {
            actor: Actor::ApiKey(self.key.id.clone()),
            scope: self.scope(),
            source: "api",
        }
    }

    /// What the key may see.
    pub(crate) fn scope(&self) -> Scope {
        Scope::of(self.key.store.clone())
    }

    /// For what belongs to no store: only a key of the whole company goes on.
    ///
    /// # Errors
    /// 403 for a key of one store.
    pub(crate) fn of_the_company(&self) -> Result<(), Problem> {
        if self.scope() == Scope::All {
            return Ok(());
        }
        let said = Said::new(
            format!("the API key `{}` is limited to one store", self.key.name),
            format!("API 密钥「{}」限定于一家门店", self.key.name),
        );
        Err(Problem::new(Kind::StoreKey, said))
    }

    /// The holder of the key in the request's `Authorization`, counted against its rate.
    ///
    /// # Errors
    /// 401 without a valid key, 429 above the rate.
    pub(crate) async fn of_request(
        app: &web::Data<App>,
        request: &HttpRequest,
    ) -> Result<KeyHolder, Problem> {
        let hash = fingerprint(bearer(request)?.as_bytes());
        let key = app.ports.store.api_key_by_hash(&hash).await?;
        let key = key.ok_or_else(|| {
            let said = Said::new(
                "this API key does not exist; check that it was copied whole",
                "该 API 密钥不存在，请检查是否完整复制",
            );
            Problem::new(Kind::Unauthorized, said)
        })?;
        if key.revoked_at.is_some() {
            let said = Said::new(
                format!("the API key `{}` was revoked", key.name),
                format!("API 密钥「{}」已吊销", key.name),
            );
            return Err(Problem::new(Kind::KeyRevoked, said));
        }
        match app.calls.take(&key.id, Instant::now()) {
            Allowance::Wait(time) => Err(too_often(app, time.as_secs().max(1))),
            Allowance::Left(left) => {
                let quota = app.calls.burst();
                request.extensions_mut().insert(CallsLeft { quota, left });
                note_use(app, &key, app.ports.clock.now());
                Ok(KeyHolder { key })
            }
        }
    }

    /// The same for a call that changes something.
    ///
    /// # Errors
    /// Also 403 for a key that may only read.
    pub(crate) async fn writing(
        app: &web::Data<App>,
        request: &HttpRequest,
    ) -> Result<KeyHolder, Problem> {
        let holder = KeyHolder::of_request(app, request).await?;
        if holder.key.may_write {
            return Ok(holder);
        }
        let said = Said::new(
            format!("the API key `{}` may only read", holder.key.name),
            format!("API 密钥「{}」只能读取", holder.key.name),
        );
        Err(Problem::new(Kind::ReadOnlyKey, said))
    }
}

/// When the use of each key was last noted by this process: the key's own row may be some seconds old.
#[derive(Debug, Default)]
pub(crate) struct KeyNotes(Mutex<HashMap<ApiKeyId, DateTime<Utc>>>);

impl KeyNotes {
    fn is_due(&self, key: &ApiKeyId, now: DateTime<Utc>) -> bool {
        let mut notes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let due = notes
            .get(key)
            .is_none_or(|last| now - last >= TimeDelta::minutes(1));
        if due {
            notes.insert(key.clone(), now);
        }
        due
    }
}

fn bearer(request: &HttpRequest) -> Result<&str, Problem> {
    let header = request
        .headers()
        .get(actix_web::http::header::AUTHORIZATION);
    let text = header
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    match text.split_once(' ') {
        Some((scheme, key)) if scheme.eq_ignore_ascii_case("bearer") && !key.trim().is_empty() => {
            Ok(key.trim())
        }
        _ => Err(Problem::new(
            Kind::Unauthorized,
            Said::new(
                "send the key as `Authorization: Bearer fp_…`",
                "请以 `Authorization: Bearer fp_…` 的形式携带密钥",
            ),
        )),
    }
}

fn too_often(app: &App, secs: u64) -> Problem {
    let most = app.calls.burst();
    let said = Said::new(
        format!("this API key made more than {most} calls in a second"),
        format!("该 API 密钥一秒内的调用超过 {most} 次"),
    );
    Problem::new(Kind::RateLimited, said).retry_after(secs)
}

/// The last use is a hint for people: written beside the request, at most once a minute, and never in its way.
fn note_use(app: &web::Data<App>, key: &ApiKey, now: DateTime<Utc>) {
    let due = key
        .last_used_at
        .is_none_or(|last| now - last >= TimeDelta::minutes(1));
    if !due || !app.key_notes.is_due(&key.id, now) {
        return;
    }
    let (app, id) = (app.clone(), key.id.clone());
    actix_web::rt::spawn(async move {
        if let Err(error) = app.ports.store.touch_api_key(&id, now).await {
            tracing::warn!(key.id = %id, error = %error, "Did not note the use of API key {id}");
        }
    });
}
