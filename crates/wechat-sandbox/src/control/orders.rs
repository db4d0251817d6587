//! Orders: the buyer's decisions without a browser, and payments with an invoice entry.

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use actix_web::web::{Bytes, Data, Path, Query};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Answer, Problem, read, send};
use crate::app::App;
use crate::authorisation::{self, TooLate};
use crate::model::{Order, OrderState, Title};
use crate::pages::{DEFAULT_BUYER, links};
use crate::world::World;

#[derive(Deserialize)]
pub(super) struct Whose {
    appid: Option<String>,
}

/// The order of that id; two accounts may use the same id, then the appid decides.
fn find(world: &World, order_id: &str, appid: Option<&str>) -> Result<Order, Problem> {
    let mut named = world.orders_named(order_id);
    named.retain(|order| appid.is_none_or(|appid| order.appid == appid));
    match named.as_slice() {
        [one] => Ok((*one).clone()),
        [] => Err(Problem::not_found(format!(
            "no order has the id {order_id}"
        ))),
        _ => Err(Problem::conflict(format!(
            "several accounts have an order {order_id}; add ?appid= to say which"
        ))),
    }
}

pub(super) fn order_json(app: &App, world: &World, order: &Order) -> Value {
    let mut value = json!(order);
    value["page_url"] = json!(format!(
        "{}/authinvoice?{}",
        app.base,
        links::auth_page(world, order, app.now())
    ));
    value
}

pub(super) async fn show(
    app: Data<App>,
    order_id: Path<String>,
    whose: Query<Whose>,
) -> HttpResponse {
    let world = app.world();
    let order = find(&world, &order_id, whose.appid.as_deref());
    send(order.map(|order| order_json(&app, &world, &order)))
}

/// Who authorises, and what a type 1 page would have been filled with.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Decision {
    buyer: Option<String>,
    person: Option<BTreeMap<String, Value>>,
    company: Option<BTreeMap<String, Value>>,
}

impl Decision {
    fn buyer(&self, world: &World) -> Result<String, Problem> {
        let buyer = self.buyer.as_deref().unwrap_or(DEFAULT_BUYER);
        if world.buyers.get(buyer).is_none() {
            return Err(Problem::unprocessable(format!("there is no buyer {buyer}")));
        }
        Ok(buyer.to_owned())
    }

    fn title(&self) -> Result<Option<Title>, Problem> {
        let (company, members) = match (&self.person, &self.company) {
            (None, None) => return Ok(None),
            (Some(_), Some(_)) => {
                return Err(Problem::unprocessable("send person or company, not both"));
            }
            (Some(person), None) => (false, person),
            (None, Some(company)) => (true, company),
        };
        let names: &[&str] = if company {
            &["title", "tax_no", "addr", "phone", "bank_type", "bank_no"]
        } else {
            &["title", "phone", "email"]
        };
        let mut title = Title {
            company,
            ..Title::default()
        };
        for (name, value) in members {
            match value {
                Value::String(text) if names.contains(&name.as_str()) => {
                    title.fields.insert(name.clone(), text.clone());
                }
                Value::Object(custom) if name == "custom" => {
                    for (key, value) in custom {
                        let text = value.as_str().ok_or_else(|| {
                            Problem::unprocessable(format!("custom.{key} must be a string"))
                        })?;
                        title.custom.push((key.clone(), text.to_owned()));
                    }
                }
                _ => {
                    return Err(Problem::unprocessable(format!(
                        "{name} must be a string and one of {}, or the object custom",
                        names.join(", ")
                    )));
                }
            }
        }
        if title
            .fields
            .get("title")
            .is_none_or(|title| title.trim().is_empty())
        {
            return Err(Problem::unprocessable("title is empty"));
        }
        Ok(Some(title))
    }
}

fn too_late(why: TooLate) -> Problem {
    Problem::conflict(why.words())
}

/// The buyer confirms. A type 1 page needs a `person` or a `company`; on the others a title is
/// not asked for and not kept.
pub(super) async fn authorise(
    app: Data<App>,
    order_id: Path<String>,
    whose: Query<Whose>,
    body: Bytes,
) -> HttpResponse {
    let authorise = || -> Answer {
        let decision: Decision = read(&body)?;
        let mut world = app.world();
        let order = find(&world, &order_id, whose.appid.as_deref())?;
        let buyer = decision.buyer(&world)?;
        let title = decision.title()?.filter(|_| order.page_type == 1);
        if order.page_type == 1 && title.is_none() {
            return Err(Problem::unprocessable(
                "a page of type 1 needs a person or a company",
            ));
        }
        let pushes =
            authorisation::authorise(&app, &mut world, &order, &buyer, title).map_err(too_late)?;
        let order = find(&world, &order_id, Some(&order.appid))?;
        Ok(json!({"order": order_json(&app, &world, &order), "pushes": pushes}))
    };
    send(authorise())
}

pub(super) async fn refuse(
    app: Data<App>,
    order_id: Path<String>,
    whose: Query<Whose>,
    body: Bytes,
) -> HttpResponse {
    let refuse = || -> Answer {
        let decision: Decision = read(&body)?;
        let mut world = app.world();
        let order = find(&world, &order_id, whose.appid.as_deref())?;
        let buyer = decision.buyer(&world)?;
        let pushes = authorisation::refuse(&app, &mut world, &order, &buyer).map_err(too_late)?;
        let order = find(&world, &order_id, Some(&order.appid))?;
        Ok(json!({"order": order_json(&app, &world, &order), "pushes": pushes}))
    };
    send(refuse())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rejection {
    #[serde(default)]
    reason: Option<String>,
    #[serde(default)]
    url: Option<String>,
}

/// Another program of the same account, or a person at it, rejects the authorisation by `rejectinsert`: for good, and
/// nobody is told.
pub(super) async fn reject(
    app: Data<App>,
    order_id: Path<String>,
    whose: Query<Whose>,
    body: Bytes,
) -> HttpResponse {
    let reject = || -> Answer {
        let Rejection { reason, url } = read(&body)?;
        let mut world = app.world();
        let order = find(&world, &order_id, whose.appid.as_deref())?;
        let order = authorised(order)?;
        world.save_order(Order {
            state: OrderState::Rejected,
            reject_reason: Some(reason.unwrap_or_else(|| "在别处拒绝".to_owned())),
            reject_url: url,
            ..order.clone()
        });
        let order = find(&world, &order_id, Some(&order.appid))?;
        Ok(json!({"order": order_json(&app, &world, &order), "pushes": []}))
    };
    send(reject())
}

/// WeChat takes an authorisation out, as its support does on request: the order waits for its buyer again, and nobody is
/// told. Of an order whose card was inserted it loses sight altogether.
pub(super) async fn withdraw(
    app: Data<App>,
    order_id: Path<String>,
    whose: Query<Whose>,
) -> HttpResponse {
    let withdraw = || -> Answer {
        let mut world = app.world();
        let order = find(&world, &order_id, whose.appid.as_deref())?;
        let order = match order.state {
            OrderState::Inserted => order,
            _ => authorised(order)?,
        };
        world.save_order(Order {
            state: OrderState::Waiting,
            buyer: None,
            title: None,
            auth_time: None,
            ..order.clone()
        });
        let order = find(&world, &order_id, Some(&order.appid))?;
        Ok(json!({"order": order_json(&app, &world, &order), "pushes": []}))
    };
    send(withdraw())
}

/// Only what is authorised and has no card yet, nor one on its way.
fn authorised(order: Order) -> Result<Order, Problem> {
    match order.state {
        OrderState::Authorised if order.inserting => {
            Err(Problem::conflict("a card is being inserted"))
        }
        OrderState::Authorised => Ok(order),
        OrderState::Rejected => Err(Problem::conflict("the order is rejected already")),
        OrderState::Inserted => Err(Problem::conflict("the card is in the wallet already")),
        OrderState::Waiting | OrderState::RefusedByUser => {
            Err(Problem::conflict("the order is not authorised"))
        }
    }
}

/// A payment with `receipt=Y`: its receipt shows the invoice entry.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Payment {
    mchid: String,
    money: i64,
    #[serde(default)]
    transaction_id: Option<String>,
}

/// Makes the entry on a payment receipt. WeChat itself supplies the order id then.
pub(super) async fn pay(app: Data<App>, body: Bytes) -> HttpResponse {
    let pay = || -> Answer {
        let payment: Payment = read(&body)?;
        if payment.money < 0 {
            return Err(Problem::unprocessable("money must not be negative"));
        }
        let mut world = app.world();
        let linked = world.accounts.iter().find_map(|account| {
            let link = account
                .pay_mch
                .as_ref()
                .filter(|link| link.mchid == payment.mchid)?;
            Some((account.appid().to_owned(), link.s_pappid.clone()))
        });
        let Some((appid, s_pappid)) = linked else {
            return Err(Problem::conflict(format!(
                "no account has linked the merchant number {} (set_pay_mch)",
                payment.mchid
            )));
        };
        let order_id = payment.transaction_id.unwrap_or_else(new_transaction_id);
        if world
            .orders
            .get(&Order::key_of(&appid, &order_id))
            .is_some()
        {
            return Err(Problem::conflict(format!("{order_id} is paid already")));
        }
        let order = Order {
            appid,
            order_id,
            s_pappid,
            money: payment.money,
            source: "web".to_owned(),
            page_type: 1,
            redirect_url: None,
            created_at: app.now(),
            state: OrderState::Waiting,
            buyer: None,
            title: None,
            auth_time: None,
            code: None,
            reject_reason: None,
            reject_url: None,
            fiscal: false,
            after_payment: true,
            inserting: false,
        };
        world.save_order(order.clone());
        Ok(json!({"order": order_json(&app, &world, &order)}))
    };
    send(pay())
}

/// 28 digits beginning with 42, as WeChat Pay makes them.
pub(crate) fn new_transaction_id() -> String {
    let random = rand::random_range(0..100_000_000_000_000_000_000_000_000_u128);
    format!("42{random:026}")
}
