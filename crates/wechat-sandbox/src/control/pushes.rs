//! Pushes: what was sent, anything else to be sent, and repeats by hand.

use actix_web::HttpResponse;
use actix_web::web::{Bytes, Data, Path, Query};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Answer, Problem, read, send as answer};
use crate::app::{App, Event};
use crate::model::{Push, PushOutcome, Sender};
use crate::pages::DEFAULT_BUYER;

#[derive(Deserialize)]
pub(super) struct Filter {
    outcome: Option<PushOutcome>,
    limit: Option<usize>,
}

/// Newest first.
pub(super) async fn list(app: Data<App>, filter: Query<Filter>) -> HttpResponse {
    let world = app.world();
    let pushes: Vec<&Push> = world
        .pushes
        .iter()
        .rev()
        .filter(|push| filter.outcome.is_none_or(|outcome| push.outcome == outcome))
        .take(filter.limit.unwrap_or(200))
        .collect();
    answer(Ok(json!({"pushes": pushes})))
}

fn find(app: &App, id: u64) -> Result<Push, Problem> {
    let world = app.world();
    world
        .pushes
        .get(&format!("{id:012}"))
        .cloned()
        .ok_or_else(|| Problem::not_found(format!("no push has the number {id}")))
}

pub(super) async fn show(app: Data<App>, id: Path<u64>) -> HttpResponse {
    answer(find(&app, *id).map(|push| json!(push)))
}

/// Any event, also one that WeChat never sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    appid: String,
    event: String,
    #[serde(default)]
    members: Map<String, Value>,
    #[serde(default)]
    buyer: Option<String>,
    #[serde(default)]
    openid: Option<String>,
}

pub(super) async fn send(app: Data<App>, body: Bytes) -> HttpResponse {
    let send = || -> Answer {
        let wanted: Wanted = read(&body)?;
        let mut world = app.world();
        if world.accounts.get(&wanted.appid).is_none() {
            return Err(Problem::not_found(format!(
                "no account has the appid {}",
                wanted.appid
            )));
        }
        let well_formed = |name: &String| {
            name.starts_with(|c: char| c.is_ascii_alphabetic())
                && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        };
        if let Some(name) = wanted.members.keys().find(|name| !well_formed(name)) {
            return Err(Problem::unprocessable(format!(
                "{name} cannot be an XML element"
            )));
        }
        let from = match wanted.openid {
            Some(openid) => Sender::Openid(openid),
            None => Sender::Buyer(wanted.buyer.unwrap_or_else(|| DEFAULT_BUYER.to_owned())),
        };
        let event = Event {
            name: wanted.event,
            buyer: from,
            members: wanted.members.into_iter().collect(),
        };
        let ids = app.emit(&mut world, &wanted.appid, None, &event);
        Ok(json!({"pushes": ids}))
    };
    answer(send())
}

/// Sends a push once more under a new number.
pub(super) async fn repeat(app: Data<App>, id: Path<u64>) -> HttpResponse {
    let repeat = || -> Answer {
        let push = find(&app, *id)?;
        let mut world = app.world();
        let copy = Push {
            id: world.take_push_id(),
            outcome: PushOutcome::Pending,
            attempts: Vec::new(),
            copy_of: Some(push.copy_of.unwrap_or(push.id)),
            wait_ms: 0,
            ..push
        };
        let id = copy.id;
        world.save_push(copy);
        let _ = app.to_pusher.send(id);
        Ok(json!({"pushes": [id]}))
    };
    answer(repeat())
}
