//! Accounts: the part of WeChat's console that a test needs.

use actix_web::HttpResponse;
use actix_web::web::{Bytes, Data, Path};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Answer, Problem, read, send};
use crate::app::App;
use crate::config::AccountConfig;
use crate::model::Account;

pub(super) async fn list(app: Data<App>) -> HttpResponse {
    let accounts: Vec<Value> = app.world().accounts.iter().map(account_json).collect();
    send(Ok(json!({"accounts": accounts})))
}

pub(super) async fn show(app: Data<App>, appid: Path<String>) -> HttpResponse {
    let world = app.world();
    let account = world.accounts.get(&appid).map(account_json);
    send(account.ok_or_else(|| Problem::not_found(format!("no account has the appid {appid}"))))
}

/// Creates an account, or changes the configuration of one that exists.
pub(super) async fn save(app: Data<App>, body: Bytes) -> HttpResponse {
    let save = || -> Answer {
        let config: AccountConfig = read(&body)?;
        if let Some(problem) = config.problem() {
            return Err(Problem::unprocessable(problem));
        }
        let mut world = app.world();
        let appid = config.appid.clone();
        world.save_account_config(config);
        Ok(world
            .accounts
            .get(&appid)
            .map(account_json)
            .unwrap_or_default())
    };
    send(save())
}

#[derive(Deserialize)]
struct Grant {
    granted: bool,
}

/// Takes the platform permission back, or gives it again. The platform id stays what it was, and so do agreements.
pub(super) async fn grant(app: Data<App>, appid: Path<String>, body: Bytes) -> HttpResponse {
    let grant = || -> Answer {
        let Grant { granted } = read(&body)?;
        let mut world = app.world();
        let found = world.grant_platform(&appid, granted).map(account_json);
        found.ok_or_else(|| Problem::not_found(format!("no platform has the appid {appid}")))
    };
    send(grant())
}

/// Verifies the push address as the console does when it is saved.
pub(super) async fn verify(app: Data<App>, appid: Path<String>) -> HttpResponse {
    let push = app
        .world()
        .accounts
        .get(&appid)
        .map(|account| account.config.push.clone());
    let Some(push) = push else {
        return send(Err(Problem::not_found(format!(
            "no account has the appid {appid}"
        ))));
    };
    let Some(push) = push else {
        return send(Err(Problem::conflict("the account has no push address")));
    };
    send(match crate::push::verify_url(&app, &push).await {
        Ok(()) => Ok(json!({"verified": true})),
        Err(why) => Ok(json!({"verified": false, "reason": why})),
    })
}

/// An account without its secrets.
pub(super) fn account_json(account: &Account) -> Value {
    let config = &account.config;
    json!({
        "appid": config.appid,
        "name": config.name,
        "original_id": config.original_id,
        "kind": config.kind,
        "platform": config.platform,
        "s_pappid": account.s_pappid,
        "push": config.push.as_ref().map(|push| json!({
            "url": push.url,
            "mode": push.mode,
            "format": push.format,
        })),
        "events_to": config.events_to,
        "contact": account.contact,
        "auth_field": account.auth_field,
        "pay_mch": account.pay_mch,
        "restricted": config.restricted,
    })
}
