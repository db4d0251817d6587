//! `setbizattr` with its six actions (reference: B5, B6).

use serde_json::{Map, Value, json};

use super::{Input, done};
use crate::app::App;
use crate::fields::Fields;
use crate::model::{Account, Contact, PayMch};
use crate::refusal::Refusal;

const USER_SHOW: &[&str] = &["show_title", "show_phone", "show_email"];
const USER_REQUIRE: &[&str] = &["require_phone", "require_email"];
const BIZ_SHOW: &[&str] = &[
    "show_title",
    "show_tax_no",
    "show_addr",
    "show_phone",
    "show_bank_type",
    "show_bank_no",
];
const BIZ_REQUIRE: &[&str] = &[
    "require_tax_no",
    "require_addr",
    "require_phone",
    "require_bank_type",
    "require_bank_no",
];

pub(super) fn set_biz_attr(app: &App, input: &Input<'_>) -> Result<Value, Refusal> {
    let mut world = app.world();
    let account = world
        .accounts
        .get(&input.appid)
        .cloned()
        .ok_or_else(|| Refusal::new(40001))?;
    let fields = input.fields();
    match input.query("action").unwrap_or_default() {
        "set_auth_field" => {
            let auth_field = Some(read_auth_field(&fields)?);
            world.save_account(Account {
                auth_field,
                ..account
            });
            Ok(done())
        }
        "get_auth_field" => {
            let stored = account.auth_field.ok_or_else(|| Refusal::new(72029))?;
            Ok(json!({"errcode": 0, "errmsg": "ok", "auth_field": stored}))
        }
        "set_pay_mch" => {
            let info = fields.object_required("paymch_info")?;
            let (mchid, s_pappid) = (info.text("mchid")?, info.text("s_pappid")?);
            let well_formed =
                (8..=10).contains(&mchid.len()) && mchid.bytes().all(|b| b.is_ascii_digit());
            let bound = &account.config.mch_ids;
            if !well_formed || (!bound.is_empty() && !bound.iter().any(|id| id == mchid)) {
                return Err(Refusal::new(72030));
            }
            if world.platform(s_pappid).is_none() {
                return Err(Refusal::param("paymch_info.s_pappid is unknown"));
            }
            let pay_mch = Some(PayMch {
                mchid: mchid.to_owned(),
                s_pappid: s_pappid.to_owned(),
            });
            world.save_account(Account { pay_mch, ..account });
            Ok(done())
        }
        "get_pay_mch" => {
            let link = account.pay_mch.ok_or_else(|| Refusal::new(72028))?;
            Ok(json!({"errcode": 0, "errmsg": "ok", "paymch_info": link}))
        }
        "set_contact" => {
            let contact = fields.object_required("contact")?;
            let (phone, time_out) = (contact.text("phone")?.to_owned(), contact.int("time_out")?);
            if time_out <= 0 {
                return Err(Refusal::param("contact.time_out must be positive"));
            }
            world.save_account(Account {
                contact: Some(Contact { phone, time_out }),
                ..account
            });
            Ok(done())
        }
        "get_contact" => {
            let contact = account.contact.ok_or_else(|| Refusal::new(72063))?;
            Ok(json!({"errcode": 0, "errmsg": "ok", "contact": contact}))
        }
        _ => Err(Refusal::new(72027)),
    }
}

/// Checks every member and gives the object as the get answer shows it.
fn read_auth_field(fields: &Fields<'_>) -> Result<Value, Refusal> {
    let auth_field = fields.object_required("auth_field")?;
    let user = auth_field.object_required("user_field")?;
    let biz = auth_field.object_required("biz_field")?;
    Ok(json!({
        "user_field": read_page(&user, USER_SHOW, USER_REQUIRE)?,
        "biz_field": read_page(&biz, BIZ_SHOW, BIZ_REQUIRE)?,
    }))
}

fn read_page(fields: &Fields<'_>, show: &[&str], require: &[&str]) -> Result<Value, Refusal> {
    let mut page = Map::new();
    for name in show {
        let shown = fields.switch_opt(name)?.unwrap_or(false);
        page.insert((*name).to_owned(), json!(i32::from(shown)));
    }
    for name in require {
        if let Some(required) = fields.switch_opt(name)? {
            page.insert((*name).to_owned(), json!(i32::from(required)));
        }
    }
    let mut customs = Vec::new();
    for custom in fields.list("custom_field")? {
        let key = custom.text("key")?;
        if 5 < key.chars().count() {
            return Err(Refusal::hint(
                45021,
                format!("custom_field key {key} is too long"),
            ));
        }
        // One of the pages writes the name with a capital letter.
        let required = match custom.switch_opt("is_require")? {
            Some(required) => required,
            None => custom.switch_opt("Is_require")?.unwrap_or(false),
        };
        let notice = custom.text_opt("notice")?.unwrap_or_default();
        customs.push(json!({"key": key, "is_require": i32::from(required), "notice": notice}));
    }
    page.insert("custom_field".to_owned(), Value::Array(customs));
    Ok(Value::Object(page))
}
