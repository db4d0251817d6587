//! Access tokens of both families and tickets (reference: A1–A3).

use serde_json::{Value, json};

use super::Input;
use crate::app::App;
use crate::fields::Fields;
use crate::model::{Account, Credential, CredentialKind};
use crate::refusal::Refusal;
use crate::world::World;

/// Old and new are both good for this long when one replaces the other.
const OVERLAP_SECS: i64 = 300;
const STABLE_A_DAY: u64 = 500_000;
const STABLE_A_MINUTE: u64 = 10_000;

/// The account a token belongs to, or why it is refused.
pub(super) fn check(world: &World, token: &str, now: i64) -> Result<String, Refusal> {
    if token.is_empty() {
        return Err(Refusal::new(41001));
    }
    let known = world.credentials.get(token).filter(|it| {
        matches!(
            it.kind,
            CredentialKind::ClassicToken | CredentialKind::StableToken
        )
    });
    match known {
        None if token.len() < 32 || !token.bytes().all(is_token_byte) => Err(Refusal::new(40014)),
        None => Err(Refusal::new(40001)),
        Some(it) if now < it.dead_at => Ok(it.appid.clone()),
        Some(it) if it.superseded => Err(Refusal::new(40001)),
        Some(_) => Err(Refusal::new(42001)),
    }
}

fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-'
}

/// `GET /cgi-bin/token`: every call mints a token; the one before dies five minutes later.
pub(super) fn token(app: &App, input: &Input<'_>) -> Result<Value, Refusal> {
    let query = |name| input.query(name).unwrap_or_default();
    if query("grant_type") != "client_credential" {
        return Err(Refusal::new(40002));
    }
    let mut world = app.world();
    let appid = sign_in(&world, query("appid"), query("secret"), &input.client_ip)?;
    let limit = world.settings.token_daily_limit;
    if !world
        .quota
        .count(&input.day(), &appid, "/cgi-bin/token", limit)
    {
        return Err(Refusal::new(45009));
    }
    supersede(
        &mut world,
        &appid,
        CredentialKind::ClassicToken,
        input.now + OVERLAP_SECS,
    );
    let minted = mint(&mut world, &appid, CredentialKind::ClassicToken, input.now);
    Ok(json!({"access_token": minted.value, "expires_in": minted.expires_at - input.now}))
}

/// `POST /cgi-bin/stable_token`: the same token until five minutes before its end.
pub(super) fn stable_token(app: &App, input: &Input<'_>) -> Result<Value, Refusal> {
    let fields = input.fields();
    if fields.text_opt("grant_type")? != Some("client_credential") {
        return Err(Refusal::new(40002));
    }
    let (appid, secret) = (
        text_or_empty(&fields, "appid")?,
        text_or_empty(&fields, "secret")?,
    );
    let forced = match input.json.get("force_refresh") {
        None => false,
        Some(Value::Bool(forced)) => *forced,
        Some(_) => return Err(Refusal::hint(47001, "force_refresh must be a boolean")),
    };
    let mut world = app.world();
    let appid = sign_in(&world, appid, secret, &input.client_ip)?;
    let path = "/cgi-bin/stable_token";
    if !world
        .quota
        .count_minute(input.now, &appid, path, STABLE_A_MINUTE)
    {
        return Err(Refusal::new(45011));
    }
    if !world.quota.count(&input.day(), &appid, path, STABLE_A_DAY) {
        return Err(Refusal::new(45009));
    }
    let current = newest(&world, &appid, CredentialKind::StableToken, input.now);
    let refresh = forced
        && world
            .quota
            .force(&input.day(), &appid, input.now)
            .map_err(|()| Refusal::hint(45009, "20 forced refreshes a day"))?;
    let token = match current {
        Some(it) if !refresh && input.now + OVERLAP_SECS <= it.expires_at => it,
        _ => {
            if refresh {
                supersede(&mut world, &appid, CredentialKind::StableToken, input.now);
            }
            mint(&mut world, &appid, CredentialKind::StableToken, input.now)
        }
    };
    Ok(json!({"access_token": token.value, "expires_in": token.expires_at - input.now}))
}

fn text_or_empty<'a>(fields: &Fields<'a>, key: &str) -> Result<&'a str, Refusal> {
    Ok(fields.text_opt(key)?.unwrap_or_default())
}

/// `GET /cgi-bin/ticket/getticket`.
pub(super) fn get_ticket(app: &App, input: &Input<'_>) -> Result<Value, Refusal> {
    let kind = match input.query("type") {
        Some("wx_card") => CredentialKind::CardTicket,
        Some("jsapi") => CredentialKind::JsTicket,
        _ => return Err(Refusal::hint(40097, "type must be wx_card or jsapi")),
    };
    let mut world = app.world();
    let ticket = match newest(&world, &input.appid, kind, input.now) {
        Some(it) if input.now + OVERLAP_SECS < it.expires_at => it,
        _ => mint(&mut world, &input.appid, kind, input.now),
    };
    Ok(json!({
        "errcode": 0,
        "errmsg": "ok",
        "ticket": ticket.value,
        "expires_in": ticket.expires_at - input.now,
    }))
}

/// Whether a ticket may open authorisation pages for this account.
pub(super) fn check_ticket(
    world: &World,
    ticket: &str,
    appid: &str,
    now: i64,
) -> Result<(), Refusal> {
    let wrong = |why: &str| Err(Refusal::param(format!("ticket {why}")));
    match world.credentials.get(ticket) {
        None => wrong("is unknown"),
        Some(it) if it.kind == CredentialKind::JsTicket => wrong("is of type jsapi, not wx_card"),
        Some(it) if it.kind != CredentialKind::CardTicket => wrong("is an access_token"),
        Some(it) if it.appid != appid => wrong("belongs to another appid"),
        Some(it) if it.dead_at <= now => wrong("has expired"),
        Some(_) => Ok(()),
    }
}

/// Appid and secret, and the caller's address.
pub(super) fn sign_in(
    world: &World,
    appid: &str,
    secret: &str,
    client_ip: &str,
) -> Result<String, Refusal> {
    if appid.is_empty() {
        return Err(Refusal::new(41002));
    }
    if secret.is_empty() {
        return Err(Refusal::new(41004));
    }
    let account: &Account = world
        .accounts
        .get(appid)
        .ok_or_else(|| Refusal::new(40013))?;
    if account.config.secret != secret {
        return Err(Refusal::new(40125));
    }
    if account.config.frozen {
        return Err(Refusal::new(40243));
    }
    let listed = &account.config.ip_whitelist;
    if !listed.is_empty() && !listed.iter().any(|ip| ip == client_ip) {
        return Err(Refusal::hint(40164, format!("{client_ip} is not listed")));
    }
    if account
        .config
        .ip_unconfirmed
        .iter()
        .any(|ip| ip == client_ip)
    {
        return Err(Refusal::hint(89503, format!("{client_ip} is new")));
    }
    Ok(appid.to_owned())
}

fn newest(world: &World, appid: &str, kind: CredentialKind, now: i64) -> Option<Credential> {
    world
        .credentials
        .iter()
        .filter(|it| it.appid == appid && it.kind == kind && now < it.dead_at && !it.superseded)
        .max_by_key(|it| it.expires_at)
        .cloned()
}

fn supersede(world: &mut World, appid: &str, kind: CredentialKind, dead_at: i64) {
    let old: Vec<Credential> = world
        .credentials
        .iter()
        .filter(|it| it.appid == appid && it.kind == kind && dead_at < it.dead_at)
        .cloned()
        .collect();
    for it in old {
        world.save_credential(Credential {
            dead_at,
            superseded: true,
            ..it
        });
    }
}

fn mint(world: &mut World, appid: &str, kind: CredentialKind, now: i64) -> Credential {
    let random = hex::encode(rand::random::<[u8; 48]>());
    let value = match kind {
        CredentialKind::ClassicToken => format!("88_{random}"),
        CredentialKind::StableToken => format!("91_{random}"),
        CredentialKind::CardTicket | CredentialKind::JsTicket => format!("IpK_{}", &random[..80]),
    };
    let expires_at = now + world.settings.token_lifetime_secs;
    let credential = Credential {
        value,
        appid: appid.to_owned(),
        kind,
        minted_at: now,
        expires_at,
        dead_at: expires_at,
        superseded: false,
    };
    world.forget_dead_credentials(now);
    world.save_credential(credential.clone());
    credential
}
