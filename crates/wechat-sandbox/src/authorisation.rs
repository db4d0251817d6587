//! The moment a buyer says yes or no, from the page or from the control API.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::app::{App, Event};
use crate::model::{Account, Order, OrderState, Title};
use crate::world::World;

/// One input of a type 1 page.
#[derive(Clone, Debug)]
pub(crate) struct PageField {
    /// Member name, or the key of a custom field.
    pub(crate) key: String,
    pub(crate) label: String,
    pub(crate) required: bool,
    pub(crate) notice: String,
    pub(crate) custom: bool,
}

/// The inputs an account's page shows for a person or an organisation.
pub(crate) fn page_fields(account: &Account, company: bool) -> Vec<PageField> {
    let names: &[(&str, &str)] = if company {
        &[
            ("title", "发票抬头"),
            ("tax_no", "税号"),
            ("addr", "单位地址"),
            ("phone", "电话号码"),
            ("bank_type", "开户银行"),
            ("bank_no", "银行账号"),
        ]
    } else {
        &[
            ("title", "发票抬头"),
            ("phone", "手机号码"),
            ("email", "电子邮箱"),
        ]
    };
    let member = if company { "biz_field" } else { "user_field" };
    let set = account
        .auth_field
        .as_ref()
        .and_then(|field| field.get(member));
    let on = |name: String| set.and_then(|set| set.get(name)).and_then(Value::as_i64) == Some(1);
    let mut fields = Vec::new();
    for (name, label) in names {
        // Without set_auth_field the page asks for what no invoice can do without.
        let shown = match set {
            None => matches!(*name, "title" | "tax_no"),
            Some(_) => on(format!("show_{name}")) || *name == "title",
        };
        if shown {
            let required = *name == "title" || on(format!("require_{name}"));
            fields.push(PageField {
                key: (*name).to_owned(),
                label: (*label).to_owned(),
                required,
                notice: if required {
                    "必填".to_owned()
                } else {
                    "选填".to_owned()
                },
                custom: false,
            });
        }
    }
    let customs = set
        .and_then(|set| set.get("custom_field"))
        .and_then(Value::as_array);
    for custom in customs.into_iter().flatten() {
        let text = |name: &str| custom.get(name).and_then(Value::as_str).unwrap_or_default();
        fields.push(PageField {
            key: text("key").to_owned(),
            label: text("key").to_owned(),
            required: custom.get("is_require").and_then(Value::as_i64) == Some(1),
            notice: text("notice").to_owned(),
            custom: true,
        });
    }
    fields
}

/// Puts together what was typed; the error names the labels that are missing.
pub(crate) fn read_title(
    fields: &[PageField],
    company: bool,
    value_of: impl Fn(usize, &PageField) -> String,
) -> Result<Title, Vec<String>> {
    let mut title = Title {
        company,
        fields: BTreeMap::new(),
        custom: Vec::new(),
    };
    let mut missing = Vec::new();
    for (index, field) in fields.iter().enumerate() {
        let value = value_of(index, field);
        if field.required && value.trim().is_empty() {
            missing.push(field.label.clone());
        }
        if field.custom {
            title.custom.push((field.key.clone(), value));
        } else {
            title.fields.insert(field.key.clone(), value);
        }
    }
    if missing.is_empty() {
        Ok(title)
    } else {
        Err(missing)
    }
}

/// Why a decision cannot be taken any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TooLate {
    AlreadyAuthorised,
    AlreadyRefused,
    Rejected,
    Inserted,
}

impl TooLate {
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::AlreadyAuthorised => "the order is authorised already",
            Self::AlreadyRefused => "the order is refused already; ask for a new page first",
            Self::Rejected => "the merchant has rejected the order",
            Self::Inserted => "the card is in the wallet already",
        }
    }
}

fn check_open(order: &Order) -> Result<(), TooLate> {
    match order.state {
        OrderState::Waiting => Ok(()),
        OrderState::Authorised => Err(TooLate::AlreadyAuthorised),
        OrderState::RefusedByUser => Err(TooLate::AlreadyRefused),
        OrderState::Rejected => Err(TooLate::Rejected),
        OrderState::Inserted => Err(TooLate::Inserted),
    }
}

/// The buyer confirms; gives the numbers of the pushes.
pub(crate) fn authorise(
    app: &App,
    world: &mut World,
    order: &Order,
    buyer: &str,
    title: Option<Title>,
) -> Result<Vec<u64>, TooLate> {
    check_open(order)?;
    let order = Order {
        state: OrderState::Authorised,
        buyer: Some(buyer.to_owned()),
        title,
        auth_time: Some(app.now()),
        ..order.clone()
    };
    world.save_order(order.clone());
    Ok(tell(app, world, &order, buyer, &order.order_id, ""))
}

/// The buyer declines; gives the numbers of the pushes.
pub(crate) fn refuse(
    app: &App,
    world: &mut World,
    order: &Order,
    buyer: &str,
) -> Result<Vec<u64>, TooLate> {
    check_open(order)?;
    let order = Order {
        state: OrderState::RefusedByUser,
        buyer: Some(buyer.to_owned()),
        ..order.clone()
    };
    world.save_order(order.clone());
    Ok(tell(app, world, &order, buyer, "", &order.order_id))
}

fn tell(
    app: &App,
    world: &mut World,
    order: &Order,
    buyer: &str,
    succeeded: &str,
    failed: &str,
) -> Vec<u64> {
    let event = Event::new("user_authorize_invoice", buyer)
        .with("SuccOrderId", succeeded)
        .with("FailOrderId", failed)
        .with("AuthorizeAppId", &order.appid)
        .with("Source", &order.source)
        .with("SPAppId", &order.s_pappid);
    app.emit(world, &order.appid, Some(&order.s_pappid), &event)
}
