//! The reimburser's side (reference: D1–D4, D6).

use serde_json::{Value, json};

use super::{Input, done, pdf_link};
use crate::app::{App, Event};
use crate::fields::Fields;
use crate::model::{Card, CardStatus};
use crate::refusal::Refusal;
use crate::world::World;

/// WeChat documents no limit of its own.
const BATCH_MAX: usize = 100;
/// Cards end decades ahead.
const END_TIME: i64 = 2_082_758_400;

/// These calls tell a member that is not there apart from one that is wrong.
fn text<'a>(fields: &Fields<'a>, name: &str) -> Result<&'a str, Refusal> {
    if !fields.has(name) {
        return Err(Refusal::hint(40101, name));
    }
    fields.text(name)
}

fn find<'w>(world: &'w World, fields: &Fields<'_>) -> Result<&'w Card, Refusal> {
    let (card_id, encrypt_code) = (text(fields, "card_id")?, text(fields, "encrypt_code")?);
    if world.templates.get(card_id).is_none() {
        return Err(Refusal::new(40073));
    }
    let card = world
        .decrypt_code(encrypt_code)
        .ok_or_else(|| Refusal::new(40075))?;
    if card.card_id != card_id {
        return Err(Refusal::hint(40073, "the card is of another template"));
    }
    Ok(card)
}

pub(super) fn get_info(app: &App, input: &Input<'_>) -> Result<Value, Refusal> {
    let world = app.world();
    let card = find(&world, &input.fields())?;
    let mut answer = describe(app, &world, card, input.now);
    answer["errcode"] = json!(0);
    answer["errmsg"] = json!("ok");
    Ok(answer)
}

pub(super) fn get_batch(app: &App, input: &Input<'_>) -> Result<Value, Refusal> {
    let items = input.fields().list("item_list")?;
    if items.is_empty() {
        return Err(Refusal::param("item_list is empty"));
    }
    if BATCH_MAX < items.len() {
        return Err(Refusal::new(72052));
    }
    let world = app.world();
    let mut list = Vec::new();
    for item in &items {
        list.push(describe(app, &world, find(&world, item)?, input.now));
    }
    Ok(json!({"errcode": 0, "errmsg": "ok", "item_list": list}))
}

fn describe(app: &App, world: &World, card: &Card, now: i64) -> Value {
    let template = world.templates.get(&card.card_id);
    let data = &card.data;
    let info: Vec<Value> = data
        .info
        .iter()
        .map(|line| {
            let mut item = json!({"name": line.name, "price": line.price});
            if let Some(num) = line.num {
                item["num"] = json!(num);
            }
            if let Some(unit) = &line.unit {
                item["unit"] = json!(unit);
            }
            item
        })
        .collect();
    let first = data
        .info
        .first()
        .map(|line| line.name.clone())
        .unwrap_or_default();
    let mut user_info = json!({
        "fee": data.fee,
        "fee_without_tax": data.fee_without_tax,
        "tax": data.tax,
        "title": data.title,
        "billing_time": data.billing_time,
        "billing_no": data.billing_no,
        "billing_code": data.billing_code,
        "check_code": data.check_code,
        "info": info,
        "detail": first,
        "pdf_url": pdf_link(app, world, &data.pdf, now),
        "reimburse_status": card.status.wire(),
    });
    if let Some(trip) = &data.trip_pdf {
        user_info["trip_pdf_url"] = json!(pdf_link(app, world, trip, now));
    }
    for (name, text) in &data.texts {
        user_info[name] = json!(text);
    }
    json!({
        "card_id": card.card_id,
        "begin_time": card.inserted_at,
        "end_time": END_TIME,
        "openid": card.openid,
        "type": template.map(|template| template.kind.clone()).unwrap_or_default(),
        "payee": template.map(|template| template.payee.clone()).unwrap_or_default(),
        "detail": first,
        "user_info": user_info,
    })
}

/// Whether a reimburser may move a card so.
pub(crate) fn check_move(card: &Card, wanted: CardStatus, who: &str) -> Result<(), Refusal> {
    let by_another = card
        .locked_by
        .as_deref()
        .is_some_and(|locker| locker != who);
    match (card.status, wanted) {
        (_, CardStatus::Cancel) => Err(Refusal::hint(72024, "only the platform may cancel")),
        (CardStatus::Cancel, _) => Err(Refusal::new(72060)),
        (CardStatus::Closure, _) => Err(Refusal::new(72061)),
        (CardStatus::Lock, _) if by_another => Err(Refusal::new(72023)),
        (CardStatus::Init, CardStatus::Closure) => Err(Refusal::new(72039)),
        (CardStatus::Init, CardStatus::Init) | (CardStatus::Lock, CardStatus::Lock) => {
            Err(Refusal::new(72024))
        }
        _ => Ok(()),
    }
}

/// Moves a card and tells platform and merchant, each with a push of its own.
pub(crate) fn move_card(
    app: &App,
    world: &mut World,
    code: &str,
    wanted: CardStatus,
    who: &str,
) -> Result<(), Refusal> {
    let card = world
        .cards
        .get(code)
        .cloned()
        .ok_or_else(|| Refusal::new(40056))?;
    check_move(&card, wanted, who)?;
    let locked_by = (wanted != CardStatus::Init).then(|| who.to_owned());
    let card = Card {
        status: wanted,
        locked_by,
        ..card
    };
    world.save_card(card.clone());
    tell_status(app, world, &card);
    Ok(())
}

/// `update_invoice_status`: one copy for the platform and one for the merchant, also when both
/// are the same account.
fn tell_status(app: &App, world: &mut World, card: &Card) {
    let event = Event::new("update_invoice_status", &card.buyer)
        .with("Status", card.status.wire())
        .with("CardId", &card.card_id)
        .with("Code", &card.code);
    app.emit(world, &card.platform_appid, None, &event);
    let s_pappid = world
        .accounts
        .get(&card.platform_appid)
        .and_then(|account| account.s_pappid.clone());
    app.emit(world, &card.appid, s_pappid.as_deref(), &event);
}

fn read_status(fields: &Fields<'_>) -> Result<CardStatus, Refusal> {
    CardStatus::parse(text(fields, "reimburse_status")?)
        .ok_or_else(|| Refusal::param("reimburse_status is unknown"))
}

pub(super) fn update(app: &App, input: &Input<'_>) -> Result<Value, Refusal> {
    let fields = input.fields();
    let wanted = read_status(&fields)?;
    let mut world = app.world();
    let code = find(&world, &fields)?.code.clone();
    move_card(app, &mut world, &code, wanted, &input.appid)?;
    Ok(done())
}

/// All or nothing.
pub(super) fn update_batch(app: &App, input: &Input<'_>) -> Result<Value, Refusal> {
    let fields = input.fields();
    let openid = text(&fields, "openid")?;
    let wanted = read_status(&fields)?;
    let items = fields.list("invoice_list")?;
    if items.is_empty() {
        return Err(Refusal::param("invoice_list is empty"));
    }
    if BATCH_MAX < items.len() {
        return Err(Refusal::new(72055));
    }
    let mut world = app.world();
    let mut codes = Vec::new();
    for item in &items {
        let card = find(&world, item)?;
        let own_openid = world.openid(&card.buyer, &input.appid);
        if card.openid != openid && own_openid != openid {
            return Err(Refusal::new(72037));
        }
        check_move(card, wanted, &input.appid)?;
        if codes.contains(&card.code) {
            return Err(Refusal::param("invoice_list names a card twice"));
        }
        codes.push(card.code.clone());
    }
    for code in codes {
        move_card(app, &mut world, &code, wanted, &input.appid)?;
    }
    Ok(done())
}

/// `code/decrypt`.
pub(super) fn decrypt(app: &App, input: &Input<'_>) -> Result<Value, Refusal> {
    let encrypt_code = input.fields().text("encrypt_code")?.to_owned();
    let world = app.world();
    let card = world
        .decrypt_code(&encrypt_code)
        .ok_or_else(|| Refusal::new(40056))?;
    Ok(json!({"errcode": 0, "errmsg": "ok", "code": card.code}))
}
