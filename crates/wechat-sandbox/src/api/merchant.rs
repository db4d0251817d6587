//! The merchant's three calls about one authorisation (reference: B1, B3, B4).

use serde_json::{Value, json};
use url::Url;

use super::{Input, credentials, done};
use crate::app::App;
use crate::model::{Order, OrderState, Title};
use crate::pages::links;
use crate::refusal::Refusal;
use crate::world::World;

/// The appid of WeChat's own invoicing mini program, as `getauthurl` hands it out for `wxa`.
pub(crate) const INVOICE_MINI_PROGRAM: &str = "wx9db2c16d0633c2e7";

/// What the two calls that ask for a page have in common.
pub(super) struct PageRequest<'a> {
    pub(super) s_pappid: &'a str,
    pub(super) order_id: &'a str,
    pub(super) money: i64,
    pub(super) source: &'a str,
    pub(super) redirect_url: Option<&'a str>,
    pub(super) page_type: i64,
    pub(super) fiscal: bool,
}

impl<'a> PageRequest<'a> {
    /// Reads and checks the members; `sources` are the words allowed, `with_type` whether the
    /// page type is asked for.
    pub(super) fn read(
        input: &'a Input<'_>,
        sources: &[&str],
        fiscal: bool,
    ) -> Result<Self, Refusal> {
        let fields = input.fields();
        let s_pappid = fields.text("s_pappid")?;
        let order_id = fields.text("order_id")?;
        let money = fields.fen("money")?;
        fields.seconds("timestamp")?;
        let source = fields.text("source")?;
        if !sources.contains(&source) {
            return Err(Refusal::param(format!(
                "source must be one of {}",
                sources.join(", ")
            )));
        }
        let redirect_url = fields
            .text_opt("redirect_url")?
            .filter(|url| !url.is_empty());
        if redirect_url.is_some_and(|url| !is_web_address(url)) {
            return Err(Refusal::param(
                "redirect_url must be an http or https address",
            ));
        }
        fields.text("ticket")?;
        let page_type = if fiscal { 2 } else { fields.int("type")? };
        if !(0..=2).contains(&page_type) {
            return Err(Refusal::param("type must be 0, 1 or 2"));
        }
        Ok(Self {
            s_pappid,
            order_id,
            money,
            source,
            redirect_url,
            page_type,
            fiscal,
        })
    }

    /// Checks the account and the ticket and keeps the order.
    pub(super) fn accept(&self, app: &App, input: &Input<'_>) -> Result<Order, Refusal> {
        let mut world = app.world();
        let account = world
            .accounts
            .get(&input.appid)
            .ok_or_else(|| Refusal::new(40001))?;
        if world.platform(self.s_pappid).is_none() {
            return Err(Refusal::param("s_pappid is unknown"));
        }
        if account.contact.is_none() {
            return Err(Refusal::new(72063));
        }
        let ticket = input.fields().text("ticket")?;
        credentials::check_ticket(&world, ticket, &input.appid, input.now)?;
        let key = Order::key_of(&input.appid, self.order_id);
        let order = match world.orders.get(&key) {
            Some(known) => self.again(known, world.settings.page_after_authorisation)?,
            None => self.first(input),
        };
        world.save_order(order.clone());
        Ok(order)
    }

    fn first(&self, input: &Input<'_>) -> Order {
        Order {
            appid: input.appid.clone(),
            order_id: self.order_id.to_owned(),
            s_pappid: self.s_pappid.to_owned(),
            money: self.money,
            source: self.source.to_owned(),
            page_type: self.page_type,
            redirect_url: self.redirect_url.map(str::to_owned),
            created_at: input.now,
            state: OrderState::Waiting,
            buyer: None,
            title: None,
            auth_time: None,
            code: None,
            reject_reason: None,
            reject_url: None,
            fiscal: self.fiscal,
            after_payment: false,
            inserting: false,
        }
    }

    /// The same order id once more: a page again unless the id is burnt. What an authorised
    /// order was authorised for stays; the sources disagree on whether its page is shown again.
    fn again(&self, known: &Order, page_after_authorisation: bool) -> Result<Order, Refusal> {
        match known.state {
            OrderState::Inserted => return Err(Refusal::new(72056)),
            OrderState::Rejected => return Err(Refusal::new(72035)),
            OrderState::Authorised if known.s_pappid != self.s_pappid => {
                return Err(Refusal::param(
                    "order_id is authorised for another s_pappid",
                ));
            }
            OrderState::Authorised if !page_after_authorisation => return Err(Refusal::new(72074)),
            OrderState::Authorised => {
                return Ok(Order {
                    redirect_url: self.redirect_url.map(str::to_owned),
                    ..known.clone()
                });
            }
            OrderState::Waiting | OrderState::RefusedByUser => {}
        }
        Ok(Order {
            s_pappid: self.s_pappid.to_owned(),
            money: self.money,
            source: self.source.to_owned(),
            page_type: self.page_type,
            redirect_url: self.redirect_url.map(str::to_owned),
            state: OrderState::Waiting,
            fiscal: self.fiscal,
            ..known.clone()
        })
    }
}

fn is_web_address(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https"))
}

/// `getauthurl`.
pub(super) fn get_auth_url(app: &App, input: &Input<'_>) -> Result<Value, Refusal> {
    let request = PageRequest::read(input, &["app", "web", "wxa", "wap"], false)?;
    let order = request.accept(app, input)?;
    let link = links::auth_page(&app.world(), &order, input.now);
    if order.source == "wxa" {
        return Ok(json!({
            "errcode": 0,
            "errmsg": "ok",
            "auth_url": format!("pages/authinvoice/index?{link}"),
            "appid": INVOICE_MINI_PROGRAM,
        }));
    }
    Ok(json!({
        "errcode": 0,
        "errmsg": "ok",
        "auth_url": format!("{}/authinvoice?{link}", app.base),
    }))
}

/// The order of the caller, or — for the platform that the order went to — of whoever asked.
fn find<'w>(
    world: &'w World,
    input: &Input<'_>,
    s_pappid: &str,
    order_id: &str,
) -> Result<&'w Order, Refusal> {
    let own = world.orders.get(&Order::key_of(&input.appid, order_id));
    let of_platform = || {
        let platform = world.platform(s_pappid)?;
        if platform.appid() != input.appid {
            return None;
        }
        match world.orders_named(order_id).as_slice() {
            [one] => Some(*one),
            _ => None,
        }
    };
    match own.or_else(of_platform) {
        Some(order) if order.s_pappid == s_pappid => Ok(order),
        Some(_) => Err(Refusal::hint(
            72038,
            "the order belongs to another s_pappid",
        )),
        None => Err(Refusal::hint(72038, "the order is unknown to this account")),
    }
}

/// `getauthdata`.
pub(super) fn get_auth_data(app: &App, input: &Input<'_>) -> Result<Value, Refusal> {
    let fields = input.fields();
    let (s_pappid, order_id) = (fields.text("s_pappid")?, fields.text("order_id")?);
    let world = app.world();
    let order = find(&world, input, s_pappid, order_id)?;
    let status = match order.state {
        OrderState::Waiting | OrderState::RefusedByUser => "never auth",
        OrderState::Authorised | OrderState::Inserted => "auth success",
        OrderState::Rejected => "reject insert",
    };
    let mut answer = json!({"errcode": 0, "errmsg": "ok", "invoice_status": status});
    if status == "auth success" {
        answer["auth_time"] = json!(order.auth_time.unwrap_or(order.created_at));
        if let Some(title) = order.title.as_ref().filter(|_| order.page_type == 1) {
            answer["user_auth_info"] = auth_info(title);
        }
    }
    Ok(answer)
}

fn auth_info(title: &Title) -> Value {
    let mut inner = json!(title.fields);
    if !title.custom.is_empty() {
        let custom: Vec<Value> = title
            .custom
            .iter()
            .map(|(key, value)| json!({"key": key, "value": value}))
            .collect();
        inner["custom_field"] = json!(custom);
    }
    let member = if title.company {
        "biz_field"
    } else {
        "user_field"
    };
    json!({ member: inner })
}

/// `rejectinsert`: irreversible.
pub(super) fn reject_insert(app: &App, input: &Input<'_>) -> Result<Value, Refusal> {
    let fields = input.fields();
    let (s_pappid, order_id) = (fields.text("s_pappid")?, fields.text("order_id")?);
    let reason = fields.text("reason")?.to_owned();
    let url = fields
        .text_opt("url")?
        .map(str::to_owned)
        .filter(|url| !url.is_empty());
    let mut world = app.world();
    let order = find(&world, input, s_pappid, order_id)?.clone();
    match order.state {
        OrderState::Authorised if order.inserting => return Err(Refusal::new(72036)),
        OrderState::Authorised => {}
        OrderState::Rejected => return Err(Refusal::new(72035)),
        OrderState::Inserted => return Err(Refusal::new(72056)),
        OrderState::Waiting | OrderState::RefusedByUser => return Err(Refusal::new(72038)),
    }
    world.save_order(Order {
        state: OrderState::Rejected,
        reject_reason: Some(reason),
        reject_url: url,
        ..order
    });
    Ok(done())
}
