//! The legacy unified calls (reference: B8–B10): issue, offset, query. Amounts are yuan in
//! strings, success is spelt `sucesss`, and the query path is misspelt.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use lopdf::{Document, Object, Stream, dictionary};
use serde_json::{Value, json};

use super::Input;
use crate::app::{App, Event};
use crate::config::AccountKind;
use crate::fields::Fields;
use crate::model::{Card, CardStatus, InvoiceData, Order, OrderState, UnifiedRequest};
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
    registered(&world, input, info.text("nsrsbh")?, serial)?;
    if let Some(known) = world.unified.get(serial) {
        return match known.ddh == ddh {
            true if known.pending => Err(Refusal::new(73105)),
            true => Ok(success()),
            false => Err(Refusal::new(73106)),
        };
    }
    let order = world
        .orders
        .get(&Order::key_of(&input.appid, ddh))
        .filter(|order| !order.fiscal)
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
    // One order id brings one card, whichever call brought it.
    if order.state == OrderState::Inserted {
        return Err(Refusal::hint(73108, "the order has its card"));
    }
    let mut request = new_request(input, serial, info.text("nsrsbh")?, ddh, None);
    info.text("jshj")?.clone_into(&mut request.total);
    let fen = |name: &str| -> Result<i64, Refusal> { Ok(fen_of(info.text(name)?)) };
    request.data = Some(InvoiceData {
        fee: fen("jshj")?,
        fee_without_tax: fen("hjje")?,
        tax: fen("hjse")?,
        title: info.text("ghfmc")?.to_owned(),
        billing_time: request.made_at,
        billing_no: request.fphm.clone(),
        billing_code: request.fpdm.clone(),
        check_code: request.jym.clone(),
        ..InvoiceData::default()
    });
    take_up(app, &mut world, request);
    Ok(success())
}

/// Keeps a request; it is done at once, or later by whoever waits for the platform's time to pass.
fn take_up(app: &App, world: &mut World, mut request: UnifiedRequest) {
    request.pending = 0 < world.settings.unified_takes_ms;
    let (serial, pending) = (request.fpqqlsh.clone(), request.pending);
    world.save_unified(request);
    if !pending {
        complete(app, world, &serial);
    }
}

/// What was under way when the last run ended: its time has passed meanwhile.
pub(crate) fn resume(app: &App) {
    let mut world = app.world();
    let pending = world.unified.iter().filter(|it| it.pending);
    let serials: Vec<String> = pending.map(|it| it.fpqqlsh.clone()).collect();
    for serial in serials {
        complete(app, &mut world, &serial);
    }
}

/// The platform behind the call has done its part: the card comes or goes, and the result is told.
pub(super) fn complete(app: &App, world: &mut World, serial: &str) {
    let Some(mut request) = world.unified.get(serial).cloned() else {
        return;
    };
    let order = world
        .orders
        .get(&Order::key_of(&request.appid, &request.ddh))
        .cloned();
    request.pending = false;
    request.failed = failure(world).or_else(|| {
        // Another call was quicker.
        let has_card = |order: &Order| order.state == OrderState::Inserted;
        (request.clears.is_none() && order.as_ref().is_some_and(has_card))
            .then(|| "the order has its card".to_owned())
    });
    if let Some(order) = order.as_ref().filter(|_| request.failed.is_none()) {
        if request.clears.is_some() {
            strike_out(world, order);
        } else {
            deliver(world, order, &request);
        }
    }
    let buyer = order.and_then(|order| order.buyer).unwrap_or_default();
    tell_result(app, world, &request, &buyer);
    world.save_unified(request);
}

/// 73005, 73101 and 73110: what the platform knows of the merchant.
fn registered(world: &World, input: &Input<'_>, nsrsbh: &str, serial: &str) -> Result<(), Refusal> {
    let account = world.accounts.get(&input.appid);
    let Some(account) = account.filter(|it| it.config.kind == AccountKind::Service) else {
        return Err(Refusal::new(73005));
    };
    let Some(known) = &account.config.commercial else {
        return Ok(());
    };
    if known.nsrsbh != nsrsbh {
        return Err(Refusal::new(73101));
    }
    if !serial.starts_with(&known.serial_prefix) {
        return Err(Refusal::new(73110));
    }
    Ok(())
}

/// What the platform behind the call says to every request while the setting asks for it.
fn failure(world: &World) -> Option<String> {
    let why = world.settings.unified_fails.trim();
    (!why.is_empty()).then(|| why.to_owned())
}

/// The platform behind the call issues and brings the card; the merchant never learns its code.
fn deliver(world: &mut World, order: &Order, request: &UnifiedRequest) {
    let buyer = order.buyer.clone().unwrap_or_default();
    let code = super::insert::new_code(world);
    let data = request.data.clone().unwrap_or_default();
    let card = Card {
        code: code.clone(),
        card_id: "unified".to_owned(),
        platform_appid: String::new(),
        appid: order.appid.clone(),
        order_id: order.order_id.clone(),
        openid: world.openid(&buyer, &order.appid),
        unionid: Some(world.unionid(&buyer)),
        buyer,
        status: CardStatus::Init,
        locked_by: None,
        inserted_at: request.made_at,
        pdf_sha256: String::new(),
        data,
        fiscal: false,
    };
    world.save_card(card);
    world.save_order(Order {
        state: OrderState::Inserted,
        code: Some(code),
        ..order.clone()
    });
}

/// Yuan as text; what is no amount counts as nothing, as nobody checks it there.
fn fen_of(text: &str) -> i64 {
    let (yuan, decimals) = text.split_once('.').unwrap_or((text, "0"));
    format!("{yuan}{decimals:0<2.2}").parse().unwrap_or(0)
}

pub(super) fn clear_out(app: &App, input: &Input<'_>) -> Result<Value, Refusal> {
    let info = input.fields().object_required("invoiceinfo")?;
    for name in ["wxopenid", "fpqqlsh", "nsrsbh", "nsrmc", "yfpdm", "yfphm"] {
        info.text(name)?;
    }
    let mut world = app.world();
    enabled(&world)?;
    let serial = info.text("fpqqlsh")?;
    registered(&world, input, info.text("nsrsbh")?, serial)?;
    let (code, number) = (info.text("yfpdm")?, info.text("yfphm")?);
    let blue = world
        .unified
        .iter()
        .find(|it| it.appid == input.appid && it.fpdm == code && it.fphm == number)
        .cloned()
        .ok_or_else(|| Refusal::hint(73109, "no invoice has this yfpdm and yfphm"))?;
    if let Some(known) = world.unified.get(serial) {
        return match known.clears.as_deref() == Some(blue.fpqqlsh.as_str()) {
            true if known.pending => Err(Refusal::new(73105)),
            true => Ok(success()),
            false => Err(Refusal::new(73106)),
        };
    }
    let mut request = new_request(
        input,
        serial,
        &blue.nsrsbh,
        &blue.ddh,
        Some(blue.fpqqlsh.clone()),
    );
    request.total = format!("-{}", blue.total);
    take_up(app, &mut world, request);
    Ok(success())
}

/// The platform behind the call takes its card back.
fn strike_out(world: &mut World, order: &Order) {
    let card = order
        .code
        .as_ref()
        .and_then(|code| world.cards.get(code).cloned());
    if let Some(card) = card {
        world.save_card(Card {
            status: CardStatus::Cancel,
            ..card
        });
    }
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
        total: String::new(),
        failed: None,
        data: None,
        pending: false,
        made_at: input.now,
    }
}

fn tell_result(app: &App, world: &mut World, request: &UnifiedRequest, buyer: &str) {
    let mut event = Event::new("cloud_invoice_invoiceresult_event", buyer)
        .with("fpqqlsh", &request.fpqqlsh)
        .with("nsrsbh", &request.nsrsbh);
    let status = if request.failed.is_some() { 2 } else { 100 };
    event.members.push(("status".to_owned(), json!(status)));
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
    if found.pending {
        return Err(Refusal::new(73107));
    }
    if let Some(why) = &found.failed {
        return Err(Refusal::hint(73000, why.clone()));
    }
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
            "pdfurl": format!("{}/unified/{}/file.pdf", app.base, found.fpqqlsh),
        },
    }))
}

/// `GET /unified/{serial}/file.pdf`: a paper with the code, the number and the amount on it, and no more.
pub(crate) async fn file(app: Data<App>, serial: Path<String>) -> HttpResponse {
    let found = app.world().unified.get(&serial).cloned();
    let made = found
        .filter(|it| it.failed.is_none() && !it.pending)
        .map(|it| paper(&it));
    match made {
        Some(Ok(bytes)) => HttpResponse::Ok()
            .content_type("application/pdf")
            .body(bytes),
        Some(Err(_)) | None => HttpResponse::NotFound().finish(),
    }
}

fn paper(request: &UnifiedRequest) -> Result<Vec<u8>, lopdf::Error> {
    let mut document = Document::with_version("1.5");
    let font = document.add_object(dictionary! {
        "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Helvetica",
    });
    let content = format!(
        "BT /F1 12 Tf 72 340 Td (SAMPLE) Tj 0 -24 Td (code {}) Tj 0 -24 Td (number {}) Tj 0 -24 Td (total {}) Tj ET",
        request.fpdm, request.fphm, request.total
    );
    let content = document.add_object(Stream::new(dictionary! {}, content.into_bytes()));
    let pages = document.new_object_id();
    let page = document.add_object(dictionary! {
        "Type" => "Page", "Parent" => pages, "Contents" => content,
        "MediaBox" => vec![0.into(), 0.into(), 595.into(), 421.into()],
        "Resources" => dictionary! { "Font" => dictionary! { "F1" => font } },
    });
    document.objects.insert(
        pages,
        Object::Dictionary(dictionary! {
            "Type" => "Pages", "Kids" => vec![page.into()], "Count" => 1,
        }),
    );
    let catalog = document.add_object(dictionary! { "Type" => "Catalog", "Pages" => pages });
    document.trailer.set("Root", catalog);
    let mut bytes = Vec::new();
    document.save_to(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yuan_become_fen() {
        assert_eq!(
            ["113.00", "1.5", "7", "x"].map(fen_of),
            [11_300, 150, 700, 0]
        );
    }
}
