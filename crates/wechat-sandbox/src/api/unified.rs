//! The legacy unified calls (reference: B8–B10): issue, offset, query. Amounts are yuan in
//! strings, success is spelt `sucesss`, and the query path is misspelt.

use serde_json::{Value, json};

use super::Input;
use crate::app::{App, Event};
use crate::fields::Fields;
use crate::model::{Order, OrderState, UnifiedRequest};
use crate::refusal::Refusal;
use crate::world::World;

/// Required members of `invoiceinfo` with the code that misses each.
const REQUIRED: &[(&str, i64)] = &[
    ("wxopenid", 73003),
    ("ddh", 73002),
    ("fpqqlsh", 73004),
    ("nsrsbh", 73016),
    ("nsrmc", 73007),
    ("nsrdz", 73008),
    ("nsrdh", 73009),
    ("nsrbank", 72031),
    ("nsrbankid", 72031),
    ("ghfmc", 73010),
    ("kpr", 73011),
    ("jshj", 73012),
    ("hjje", 73013),
    ("hjse", 73014),
    ("hylx", 73015),
];
const LINE: &[&str] = &["fphxz", "spbm", "xmmc", "xmsl", "xmdj", "xmje", "sl", "se"];

fn enabled(world: &World) -> Result<(), Refusal> {
    if world.settings.unified_calls {
        Ok(())
    } else {
        Err(Refusal::new(48001))
    }
}

fn read<'a>(info: &Fields<'a>, name: &str, code: i64) -> Result<&'a str, Refusal> {
    match info.text_opt(name)? {
        Some(text) if !text.is_empty() => Ok(text),
        _ => Err(Refusal::hint(code, format!("{name} is empty"))),
    }
}

fn success() -> Value {
    json!({"errcode": 0, "errmsg": "sucesss"})
}

pub(super) fn make_out(app: &App, input: &Input<'_>) -> Result<Value, Refusal> {
    let info = input.fields().object_required("invoiceinfo")?;
    for (name, code) in REQUIRED {
        read(&info, name, *code)?;
    }
    let lines = info.list("invoicedetail_list")?;
    if lines.is_empty() {
        return Err(Refusal::param("invoicedetail_list is empty"));
    }
    for line in &lines {
        for name in LINE {
            line.text(name)?;
        }
    }
    let (serial, ddh) = (info.text("fpqqlsh")?, info.text("ddh")?);
    let mut world = app.world();
    enabled(&world)?;
    if let Some(known) = world.unified.get(serial) {
        return if known.ddh == ddh {
            Ok(success())
        } else {
            Err(Refusal::new(73106))
        };
    }
    let order = world
        .orders
        .get(&Order::key_of(&input.appid, ddh))
        .filter(|order| matches!(order.state, OrderState::Authorised | OrderState::Inserted))
        .cloned()
        .ok_or_else(|| Refusal::new(72038))?;
    let openid = world.openid(order.buyer.as_deref().unwrap_or_default(), &input.appid);
    if info.text("wxopenid")? != openid {
        return Err(Refusal::new(73001));
    }
    if world
        .unified
        .iter()
        .any(|it| it.appid == input.appid && it.ddh == ddh && it.clears.is_none())
    {
        return Err(Refusal::new(73108));
    }
    let request = new_request(input, serial, info.text("nsrsbh")?, ddh, None);
    tell_result(app, &mut world, &request, &order.buyer.unwrap_or_default());
    world.save_unified(request);
    Ok(success())
}

pub(super) fn clear_out(app: &App, input: &Input<'_>) -> Result<Value, Refusal> {
    let info = input.fields().object_required("invoiceinfo")?;
    for name in ["wxopenid", "fpqqlsh", "nsrsbh", "nsrmc", "yfpdm", "yfphm"] {
        info.text(name)?;
    }
    let mut world = app.world();
    enabled(&world)?;
    let (code, number) = (info.text("yfpdm")?, info.text("yfphm")?);
    let blue = world
        .unified
        .iter()
        .find(|it| it.appid == input.appid && it.fpdm == code && it.fphm == number)
        .cloned()
        .ok_or_else(|| Refusal::hint(73109, "no invoice has this yfpdm and yfphm"))?;
    let serial = info.text("fpqqlsh")?;
    if let Some(known) = world.unified.get(serial) {
        let same = known.clears.as_deref() == Some(blue.fpqqlsh.as_str());
        return if same {
            Ok(success())
        } else {
            Err(Refusal::new(73106))
        };
    }
    let request = new_request(
        input,
        serial,
        &blue.nsrsbh,
        &blue.ddh,
        Some(blue.fpqqlsh.clone()),
    );
    let buyer = world
        .orders
        .get(&Order::key_of(&input.appid, &blue.ddh))
        .and_then(|order| order.buyer.clone())
        .unwrap_or_default();
    tell_result(app, &mut world, &request, &buyer);
    world.save_unified(request);
    Ok(success())
}

/// The number is impossible: code and number of a kind no authority hands out.
fn new_request(
    input: &Input<'_>,
    serial: &str,
    nsrsbh: &str,
    ddh: &str,
    clears: Option<String>,
) -> UnifiedRequest {
    UnifiedRequest {
        fpqqlsh: serial.to_owned(),
        appid: input.appid.clone(),
        nsrsbh: nsrsbh.to_owned(),
        ddh: ddh.to_owned(),
        clears,
        fpdm: "099992600111".to_owned(),
        fphm: format!("{:08}", rand::random_range(1..99_999_999_u32)),
        jym: format!("{:020}", rand::random::<u64>()),
        made_at: input.now,
    }
}

fn tell_result(app: &App, world: &mut World, request: &UnifiedRequest, buyer: &str) {
    let mut event = Event::new("cloud_invoice_invoiceresult_event", buyer)
        .with("fpqqlsh", &request.fpqqlsh)
        .with("nsrsbh", &request.nsrsbh);
    event.members.push(("status".to_owned(), json!(100)));
    app.emit(world, &request.appid, None, &event);
}

pub(super) fn query(app: &App, input: &Input<'_>) -> Result<Value, Refusal> {
    let fields = input.fields();
    let (serial, nsrsbh) = (fields.text("fpqqlsh")?, fields.text("nsrsbh")?);
    let world = app.world();
    enabled(&world)?;
    let found = world
        .unified
        .get(serial)
        .filter(|it| it.appid == input.appid && it.nsrsbh == nsrsbh)
        .ok_or_else(|| Refusal::new(73109))?;
    let issued = crate::clock::china_time(found.made_at);
    let kprq: String = issued.chars().filter(char::is_ascii_digit).collect();
    Ok(json!({
        "errcode": 0,
        "errmsg": "查询成功",
        "invoicedetail": {
            "fpqqlsh": found.fpqqlsh,
            "fpdm": found.fpdm,
            "fphm": found.fphm,
            "jym": found.jym,
            "kprq": kprq,
            "pdfurl": "",
        },
    }))
}
