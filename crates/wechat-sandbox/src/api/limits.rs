//! Quotas, their resets, and diagnosis by request id (reference: A5).

use serde_json::{Value, json};

use super::{Input, credentials, done, is_for, is_known};
use crate::app::App;
use crate::refusal::Refusal;

pub(super) fn quota_get(app: &App, input: &Input<'_>) -> Result<Value, Refusal> {
    let path = known_path(app, input)?;
    let mut world = app.world();
    let daily_limit = if path == "/cgi-bin/token" {
        world.settings.token_daily_limit
    } else {
        world.settings.daily_limit
    };
    let used = world.quota.used(&input.day(), &input.appid, path);
    let remain = daily_limit.saturating_sub(used);
    let mut answer = json!({
        "errcode": 0,
        "errmsg": "ok",
        "quota": {"daily_limit": daily_limit, "used": used, "remain": remain},
    });
    let a_minute = world.settings.minute_limit;
    if 0 < a_minute {
        answer["rate_limit"] = json!({"call_count": a_minute, "refresh_second": 60});
    }
    Ok(answer)
}

fn known_path<'a>(app: &App, input: &'a Input<'_>) -> Result<&'a str, Refusal> {
    let path = input
        .json
        .get("cgi_path")
        .and_then(Value::as_str)
        .unwrap_or_default();
    if !is_known(path) {
        return Err(Refusal::new(76021));
    }
    let world = app.world();
    let kind = world.accounts.get(&input.appid).map(|it| it.config.kind);
    if kind.is_some_and(|kind| !is_for(path, kind)) {
        return Err(Refusal::new(76022));
    }
    Ok(path)
}

pub(super) fn clear_quota(app: &App, input: &Input<'_>) -> Result<Value, Refusal> {
    if input.fields().text("appid")? != input.appid {
        return Err(Refusal::new(40013));
    }
    clear(app, input, &input.appid)
}

/// The variant that works without a token. Newer pages put the two values into the body, older
/// ones into the query.
pub(super) fn clear_quota_by_secret(app: &App, input: &Input<'_>) -> Result<Value, Refusal> {
    let fields = input.fields();
    let pick = |name: &str| -> Result<String, Refusal> {
        let given = fields.text_opt(name)?.or_else(|| input.query(name));
        Ok(given.unwrap_or_default().to_owned())
    };
    let (appid, secret) = (pick("appid")?, pick("appsecret")?);
    let appid = credentials::sign_in(&app.world(), &appid, &secret, &input.client_ip)?;
    clear(app, input, &appid)
}

fn clear(app: &App, input: &Input<'_>, appid: &str) -> Result<Value, Refusal> {
    if app.world().quota.clear(&input.day(), appid) {
        Ok(done())
    } else {
        Err(Refusal::new(48006))
    }
}

pub(super) fn clear_one(app: &App, input: &Input<'_>) -> Result<Value, Refusal> {
    let path = known_path(app, input)?;
    app.world().quota.clear_path(&input.appid, path);
    Ok(done())
}

pub(super) fn rid_get(app: &App, input: &Input<'_>) -> Result<Value, Refusal> {
    let rid = input.fields().text("rid")?;
    let world = app.world();
    let call = world
        .calls
        .iter()
        .rev()
        .find(|call| call.rid == rid && call.appid == input.appid)
        .ok_or_else(|| Refusal::hint(76001, "rid not found"))?;
    Ok(json!({
        "errcode": 0,
        "errmsg": "ok",
        "request": {
            "invoke_time": call.at_ms / 1000,
            "cost_in_ms": call.cost_ms,
            "request_url": call.path,
            "request_body": call.request,
            "response_body": call.answer,
            "client_ip": call.client_ip,
        },
    }))
}

pub(super) fn callback_ips(_: &App, _: &Input<'_>) -> Result<Value, Refusal> {
    Ok(json!({"ip_list": ["127.0.0.1", "::1/128"]}))
}

pub(super) fn api_ips(_: &App, _: &Input<'_>) -> Result<Value, Refusal> {
    Ok(json!({"ip_list": ["127.0.0.1"]}))
}
