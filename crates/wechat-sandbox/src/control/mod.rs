//! The control API under `/sandbox/`: what a test or a demo does in place of people and of
//! chance. `openapi.json` beside this crate describes it.

mod accounts;
mod orders;
mod pushes;
mod views;

pub(crate) use orders::new_transaction_id;

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{StatusCode, header};
use actix_web::middleware::{Next, from_fn};
use actix_web::web::{Bytes, Data, Path, Query, ServiceConfig, delete, get, patch, post, scope};
use actix_web::{Error, HttpResponse};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use crate::app::App;
use crate::config::Settings;
use crate::faults::{Fault, FaultOrder};
use crate::model::CardStatus;
use crate::pages::phone::PRETEND_REIMBURSER;

/// The description of every address, also of WeChat's own.
pub(crate) const OPENAPI: &str = include_str!("../../openapi.json");

/// Declares the routes once: for the server and for the test against `openapi.json`.
macro_rules! routes {
    ($($method:ident $path:literal => $handler:path;)*) => {
        /// Method and path of every route, as OpenAPI writes them.
        #[cfg(test)]
        pub(crate) const ROUTES: &[(&str, &str)] = &[$((stringify!($method), concat!("/sandbox", $path))),*];

        pub(crate) fn configure(config: &mut ServiceConfig) {
            config.service(
                scope("/sandbox")
                    .wrap(from_fn(same_origin))
                    $(.route($path, $method().to($handler)))*,
            );
        }
    };
}

routes! {
    get "/openapi.json" => openapi;
    get "/state" => views::state;
    get "/ledger" => views::ledger;
    get "/calls" => views::calls;
    get "/accounts" => accounts::list;
    post "/accounts" => accounts::save;
    get "/accounts/{appid}" => accounts::show;
    post "/accounts/{appid}/verify-url" => accounts::verify;
    post "/accounts/{appid}/platform" => accounts::grant;
    get "/orders/{order_id}" => orders::show;
    post "/orders/{order_id}/authorise" => orders::authorise;
    post "/orders/{order_id}/refuse" => orders::refuse;
    post "/orders/{order_id}/reject" => orders::reject;
    post "/orders/{order_id}/withdraw" => orders::withdraw;
    post "/payments" => orders::pay;
    get "/cards" => views::cards;
    get "/cards/{code}" => views::card;
    post "/cards/{code}/status" => set_card_status;
    get "/pushes" => pushes::list;
    post "/pushes" => pushes::send;
    get "/pushes/{id}" => pushes::show;
    post "/pushes/{id}/repeat" => pushes::repeat;
    get "/faults" => faults;
    post "/faults" => order_faults;
    delete "/faults" => clear_faults;
    get "/clock" => clock;
    post "/clock" => advance_clock;
    get "/settings" => settings;
    patch "/settings" => change_settings;
    post "/reset" => reset;
}

/// An error of the control API: RFC 9457.
pub(super) struct Problem {
    status: StatusCode,
    detail: String,
}

type Answer = Result<Value, Problem>;

impl Problem {
    pub(super) fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self {
            status,
            detail: detail.into(),
        }
    }

    pub(super) fn not_found(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, detail)
    }

    pub(super) fn conflict(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, detail)
    }

    pub(super) fn unprocessable(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, detail)
    }
}

pub(super) fn send(answer: Answer) -> HttpResponse {
    match answer {
        Ok(value) => HttpResponse::Ok().json(value),
        Err(problem) => HttpResponse::build(problem.status)
            .content_type("application/problem+json")
            .body(
                json!({
                    "title": problem.status.canonical_reason(),
                    "status": problem.status.as_u16(),
                    "detail": problem.detail,
                })
                .to_string(),
            ),
    }
}

/// Reads a JSON body; an empty one reads as `{}`. Unknown members are errors.
pub(super) fn read<T: DeserializeOwned>(body: &Bytes) -> Result<T, Problem> {
    let text: &[u8] = if body.iter().all(u8::is_ascii_whitespace) {
        b"{}"
    } else {
        body
    };
    serde_json::from_slice(text)
        .map_err(|why| Problem::unprocessable(format!("the body is not understood: {why}")))
}

/// A page of another site must not steer the sandbox of whoever looks at it.
async fn same_origin<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    let foreign = request
        .headers()
        .get(header::ORIGIN)
        .and_then(|origin| origin.to_str().ok())
        .is_some_and(|origin| {
            let host = request.connection_info().host().to_owned();
            origin.split_once("://").map(|(_, rest)| rest) != Some(host.as_str())
        });
    if foreign {
        let refused = Problem::new(StatusCode::FORBIDDEN, "the Origin is another site");
        return Ok(request
            .into_response(send(Err(refused)))
            .map_into_right_body());
    }
    Ok(next.call(request).await?.map_into_left_body())
}

pub(crate) async fn health() -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain").body("ok")
}

async fn openapi() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("application/json")
        .body(OPENAPI)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StatusChange {
    status: CardStatus,
    #[serde(default)]
    by: Option<String>,
}

async fn set_card_status(app: Data<App>, code: Path<String>, body: Bytes) -> HttpResponse {
    let change = || -> Answer {
        let StatusChange { status, by } = read(&body)?;
        let who = by.as_deref().unwrap_or(PRETEND_REIMBURSER);
        let mut world = app.world();
        if world.cards.get(&code).is_none() {
            return Err(Problem::not_found(format!("no card has the code {code}")));
        }
        crate::api::reimburse_move(&app, &mut world, &code, status, who).map_err(|refusal| {
            let phrase = crate::phrases::phrase(refusal.code);
            Problem::conflict(format!("WeChat would answer {}: {phrase}", refusal.code))
        })?;
        Ok(views::card_json(&world, world.cards.get(&code)))
    };
    send(change())
}

async fn faults(app: Data<App>) -> HttpResponse {
    send(Ok(json!({"faults": app.world().faults})))
}

/// One order or a list of them.
#[derive(Deserialize)]
#[serde(untagged)]
enum FaultOrders {
    Many(Vec<Value>),
    One(Value),
}

async fn order_faults(app: Data<App>, body: Bytes) -> HttpResponse {
    let order = || -> Answer {
        let values = match read::<FaultOrders>(&body)? {
            FaultOrders::Many(values) => values,
            FaultOrders::One(value) => vec![value],
        };
        let mut orders = Vec::new();
        for value in values {
            let order: FaultOrder = serde_json::from_value(value)
                .map_err(|why| Problem::unprocessable(format!("no such fault: {why}")))?;
            if let Some(problem) = order.problem() {
                return Err(Problem::unprocessable(problem));
            }
            orders.push(order);
        }
        let mut world = app.world();
        let mut made = Vec::new();
        for order in orders {
            let fault = Fault {
                id: world.next_fault,
                order,
                struck: 0,
            };
            world.next_fault += 1;
            made.push(json!(fault));
            world.faults.push(fault);
        }
        Ok(json!({"faults": made}))
    };
    send(order())
}

#[derive(Deserialize)]
struct WhichFault {
    id: Option<u64>,
}

async fn clear_faults(app: Data<App>, which: Query<WhichFault>) -> HttpResponse {
    let mut world = app.world();
    let before = world.faults.len();
    match which.id {
        Some(id) => world.faults.retain(|fault| fault.id != id),
        None => world.faults.clear(),
    }
    send(Ok(json!({"removed": before - world.faults.len()})))
}

async fn clock(app: Data<App>) -> HttpResponse {
    send(Ok(views::clock_json(&app)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    advance_secs: i64,
}

async fn advance_clock(app: Data<App>, body: Bytes) -> HttpResponse {
    let advance = || -> Answer {
        let Advance { advance_secs } = read(&body)?;
        if !(0..=10 * 366 * 86_400).contains(&advance_secs) {
            return Err(Problem::unprocessable(
                "advance_secs must be 0 to ten years",
            ));
        }
        let ahead = app.clock.advance(advance_secs);
        let mut world = app.world();
        world.meta.clock_ahead_secs = ahead;
        world.save_meta();
        Ok(views::clock_json(&app))
    };
    send(advance())
}

async fn settings(app: Data<App>) -> HttpResponse {
    send(Ok(json!(*app.world().settings)))
}

async fn change_settings(app: Data<App>, body: Bytes) -> HttpResponse {
    let change = || -> Answer {
        let changes: Map<String, Value> = read(&body)?;
        let mut world = app.world();
        let mut value = json!(*world.settings);
        for (name, new) in changes {
            value[name] = new;
        }
        let settings: Settings = serde_json::from_value(value)
            .map_err(|why| Problem::unprocessable(format!("no such setting: {why}")))?;
        world.meta.settings = Some(settings.clone());
        world.settings = settings.into();
        world.save_meta();
        Ok(json!(*world.settings))
    };
    send(change())
}

/// Forgets everything but the accounts; the clock goes back to real time.
async fn reset(app: Data<App>) -> HttpResponse {
    app.world().reset();
    app.clock.set_ahead(0);
    app.media.clear();
    send(Ok(json!({"reset": true})))
}
