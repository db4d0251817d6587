//! `insert` and its fiscal twin: the checks, the look into the PDF, the card (reference: C5, F3).

use std::collections::BTreeMap;
use std::time::Duration;

use actix_web::web::{self, Data};
use serde_json::{Value, json};

use super::media::live_media;
use super::platform::{own_template, platform_account};
use super::{INSERT, Input};
use crate::app::App;
use crate::config::{ClassicMapping, DigitalBillingCode, Settings};
use crate::fields::Fields;
use crate::model::{Card, CardLine, CardStatus, InvoiceData, Media, Order, OrderState};
use crate::pdf;
use crate::refusal::Refusal;
use crate::world::World;

/// What is inserted.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Product {
    Invoice,
    Bill,
}

const TEXTS: &[&str] = &[
    "buyer_number",
    "buyer_address_and_phone",
    "buyer_bank_account",
    "seller_number",
    "seller_address_and_phone",
    "seller_bank_account",
    "remarks",
    "cashier",
    "maker",
];

/// The table of calls wants a synchronous handler; these two paths are taken before it is asked.
pub(super) fn never(_: &App, _: &Input<'_>) -> Result<Value, Refusal> {
    Err(Refusal::new(-1))
}

/// An insert that has passed all checks but those on the files.
struct Begun {
    order_key: String,
    card_id: String,
    data: InvoiceData,
    pdf: Media,
    trip_pdf: Option<Media>,
    takes: Duration,
    look_inside: bool,
}

pub(super) async fn insert(
    app: &Data<App>,
    input: &Input<'_>,
    product: Product,
) -> Result<Value, Refusal> {
    let outcome = insert_now(app, input, product).await;
    if !app.world().settings.older_codes {
        return outcome;
    }
    outcome.map_err(|refusal| Refusal {
        code: match refusal.code {
            72056 => 72018,
            72050 => 72013,
            72040 => 72082,
            other => other,
        },
        ..refusal
    })
}

async fn insert_now(
    app: &Data<App>,
    input: &Input<'_>,
    product: Product,
) -> Result<Value, Refusal> {
    let begun = begin(app, input, product)?;
    // From here on the order is marked as busy; whatever happens, the mark goes away, also when
    // the caller hangs up and this future is dropped.
    let _mark = Mark {
        app: app.clone(),
        order_key: begun.order_key.clone(),
    };
    if !begun.takes.is_zero() {
        tokio::time::sleep(begun.takes).await;
    }
    check_files(app, &begun).await?;
    finish(app, input, &begun, product)
}

struct Mark {
    app: Data<App>,
    order_key: String,
}

impl Drop for Mark {
    fn drop(&mut self) {
        self.app.world().set_inserting(&self.order_key, false);
    }
}

fn begin(app: &App, input: &Input<'_>, product: Product) -> Result<Begun, Refusal> {
    let fields = input.fields();
    let order_id = fields.text("order_id")?;
    let card_id = fields.text("card_id")?;
    let appid = fields.text("appid")?;
    let card_ext = fields.object_required("card_ext")?;
    if product == Product::Invoice {
        card_ext.text("nonce_str")?;
    }
    let user_data = card_ext.object("user_card")?.object("invoice_user_data")?;
    let mut world = app.world();
    let data = read_data(&user_data, &world.settings, product)?;
    let refused = &world.settings.refused_titles;
    if refused.iter().any(|it| data.title.contains(it.as_str())) {
        return Err(Refusal::new(72017));
    }
    platform_account(&world, &input.appid)?;
    let template = own_template(&world, &input.appid, card_id)?;
    if template.fiscal != (product == Product::Bill) {
        return Err(Refusal::hint(40073, "a template of the other product"));
    }
    if input.now < template.created_at + world.settings.template_ready_after_secs {
        return Err(Refusal::hint(40078, "the template is too fresh"));
    }
    let order = authorised_order(&world, input, appid, order_id, product)?;
    let pdf = live_media(&world, &input.appid, &data.pdf, input.now)?;
    let trip_pdf = match &data.trip_pdf {
        Some(id) => Some(live_media(&world, &input.appid, id, input.now)?),
        None => None,
    };
    world.set_inserting(&order, true);
    Ok(Begun {
        order_key: order,
        card_id: card_id.to_owned(),
        data,
        pdf,
        trip_pdf,
        takes: Duration::from_millis(world.settings.insert_takes_ms),
        look_inside: world.settings.check_pdf,
    })
}

/// The key of the order, if this account may insert for it now.
fn authorised_order(
    world: &World,
    input: &Input<'_>,
    appid: &str,
    order_id: &str,
    product: Product,
) -> Result<String, Refusal> {
    if world.platform(appid).is_some() {
        return Err(Refusal::param(
            "appid is an s_pappid, send the merchant's appid",
        ));
    }
    let never = |why: &str| Refusal::hint(72038, why);
    let order = world
        .orders
        .get(&Order::key_of(appid, order_id))
        .ok_or_else(|| never("appid and order_id do not belong together"))?;
    let owner = world
        .platform(&order.s_pappid)
        .map(|platform| platform.appid());
    if owner != Some(input.appid.as_str()) {
        return Err(never(
            "the order was authorised for another platform's s_pappid",
        ));
    }
    if order.fiscal != (product == Product::Bill) {
        return Err(never("the order belongs to the other product"));
    }
    match order.state {
        OrderState::Waiting => return Err(never("the user has not confirmed")),
        OrderState::RefusedByUser => return Err(never("the user has refused")),
        OrderState::Rejected => return Err(Refusal::new(72035)),
        OrderState::Inserted => return Err(Refusal::new(72056)),
        OrderState::Authorised if order.inserting => return Err(Refusal::new(72054)),
        OrderState::Authorised => {}
    }
    let lifetime = world.settings.authorisation_lifetime_secs;
    let authorised_at = order.auth_time.unwrap_or(order.created_at);
    if 0 < lifetime && authorised_at + lifetime <= input.now {
        return Err(Refusal::new(72050));
    }
    Ok(Order::key_of(appid, order_id))
}

fn read_data(
    fields: &Fields<'_>,
    settings: &Settings,
    product: Product,
) -> Result<InvoiceData, Refusal> {
    let mut data = InvoiceData {
        fee: fields.fen("fee")?,
        title: fields.text("title")?.to_owned(),
        billing_time: fields.seconds("billing_time")?,
        billing_no: fields
            .text_opt("billing_no")?
            .unwrap_or_default()
            .to_owned(),
        billing_code: fields
            .text_opt("billing_code")?
            .unwrap_or_default()
            .to_owned(),
        check_code: fields
            .text_opt("check_code")?
            .unwrap_or_default()
            .to_owned(),
        ..InvoiceData::default()
    };
    if data.billing_no.is_empty() {
        return Err(Refusal::param("billing_no is empty"));
    }
    if product == Product::Invoice {
        check_identity(&data, fields.has("billing_code"), settings)?;
        data.fee_without_tax = fields.fen("fee_without_tax")?;
        data.tax = fields.fen("tax")?;
        for line in fields.list("info")? {
            data.info.push(CardLine {
                name: line.text("name")?.to_owned(),
                num: line.int_opt("num")?,
                unit: line.text_opt("unit")?.map(str::to_owned),
                price: line.int("price")?,
            });
        }
    } else if data.billing_code.is_empty() {
        return Err(Refusal::param("billing_code is empty"));
    }
    data.pdf = fields.text("s_pdf_media_id")?.to_owned();
    data.trip_pdf = fields.text_opt("s_trip_pdf_media_id")?.map(str::to_owned);
    let mut texts = BTreeMap::new();
    for name in TEXTS {
        if let Some(text) = fields.text_opt(name)? {
            texts.insert((*name).to_owned(), text.to_owned());
        }
    }
    data.texts = texts;
    Ok(data)
}

/// Whether code and number look like those of an invoice, under the mapping this sandbox is set
/// to.
fn check_identity(data: &InvoiceData, has_code: bool, settings: &Settings) -> Result<(), Refusal> {
    let (no, code) = (data.billing_no.as_str(), data.billing_code.as_str());
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(no) || !digits(code) {
        return Err(Refusal::new(72041));
    }
    let is_code = |text: &str| matches!(text.len(), 10 | 12);
    let is_number = |text: &str| text.len() == 8;
    if no.len() == 20 {
        if !code.is_empty() {
            return Err(Refusal::hint(
                72041,
                "a digital invoice has no billing_code",
            ));
        }
        let form = settings.digital_billing_code;
        return match (form, has_code) {
            (DigitalBillingCode::Empty, false) => Err(Refusal::param(
                "billing_code is missing, send an empty string",
            )),
            (DigitalBillingCode::Omitted, true) => Err(Refusal::param(
                "billing_code must be left out for a digital invoice",
            )),
            _ => Ok(()),
        };
    }
    let code_first = is_code(no) && is_number(code);
    let number_first = is_number(no) && is_code(code);
    if !code_first && !number_first {
        return Err(Refusal::hint(
            72043,
            "20 digits alone, or 10/12 and 8 digits",
        ));
    }
    let taken = match settings.classic_mapping {
        ClassicMapping::Either => true,
        ClassicMapping::CodeInBillingNo => code_first,
        ClassicMapping::NumberInBillingNo => number_first,
    };
    if !taken {
        return Err(Refusal::hint(
            72041,
            "billing_no and billing_code are the wrong way round",
        ));
    }
    if data.check_code.is_empty() {
        return Err(Refusal::new(72045));
    }
    Ok(())
}

/// Looks into the files, away from the threads that answer requests.
async fn check_files(app: &Data<App>, begun: &Begun) -> Result<(), Refusal> {
    let (app, data, look_inside) = (app.clone(), begun.data.clone(), begun.look_inside);
    let pdf_id = begun.pdf.id.clone();
    let trip_id = begun.trip_pdf.as_ref().map(|media| media.id.clone());
    let checked = web::block(move || {
        let file = |id: &str| {
            app.media
                .get(id)
                .ok_or_else(|| Refusal::hint(72046, "the file is no longer there"))
        };
        if let Some(id) = trip_id
            && !pdf::begins_like_pdf(&file(&id)?)
        {
            return Err(Refusal::hint(72040, "s_trip_pdf_media_id is no PDF"));
        }
        let bytes = file(&pdf_id)?;
        if look_inside {
            check_inside(&bytes, &data)
        } else {
            check_head(&bytes)
        }
    })
    .await;
    checked.unwrap_or_else(|_| Err(Refusal::new(-1)))
}

fn check_head(bytes: &[u8]) -> Result<(), Refusal> {
    if pdf::begins_like_pdf(bytes) {
        return Ok(());
    }
    Err(Refusal::hint(72040, pdf::PdfProblem::NoPdf.words()))
}

/// The text of the PDF must carry the number, and the code where there is one.
fn check_inside(bytes: &[u8], data: &InvoiceData) -> Result<(), Refusal> {
    let text = pdf::text_of(bytes).map_err(|why| Refusal::hint(72040, why.words()))?;
    for (member, value) in [
        ("billing_no", &data.billing_no),
        ("billing_code", &data.billing_code),
    ] {
        if !value.is_empty() && !text.contains(value.as_str()) {
            let hint = format!("the text of the PDF does not contain {member} {value}");
            return Err(Refusal::hint(72047, hint));
        }
    }
    Ok(())
}

fn finish(app: &App, input: &Input<'_>, begun: &Begun, product: Product) -> Result<Value, Refusal> {
    let mut world = app.world();
    let order = world
        .orders
        .get(&begun.order_key)
        .cloned()
        .ok_or_else(|| Refusal::new(72038))?;
    if order.state != OrderState::Authorised {
        return Err(Refusal::new(72036));
    }
    let fiscal = product == Product::Bill;
    if let Some(card) = world.card_of_invoice(&begun.data, fiscal) {
        let hint = format!("already in the card of order {}", card.order_id);
        return Err(Refusal::hint(72042, hint));
    }
    let buyer = order.buyer.clone().unwrap_or_default();
    let openid = world.openid(&buyer, &order.appid);
    let platform = platform_account(&world, &input.appid)?;
    if platform.config.restricted && !platform.test_openids.contains(&openid) {
        return Err(Refusal::new(72022));
    }
    let limit = world.settings.daily_inserts;
    // A name of its own: the resets of the calls' counters do not touch it.
    let counted = format!("{} cards", input.appid);
    if 0 < limit && !world.quota.count(&input.day(), &counted, INSERT, limit) {
        return Err(Refusal::new(72057));
    }
    let code = new_code(&world);
    let card = Card {
        code: code.clone(),
        card_id: begun.card_id.clone(),
        platform_appid: input.appid.clone(),
        appid: order.appid.clone(),
        order_id: order.order_id.clone(),
        unionid: (!fiscal).then(|| world.unionid(&buyer)),
        buyer,
        openid: openid.clone(),
        status: CardStatus::Init,
        locked_by: None,
        inserted_at: input.now,
        pdf_sha256: begun.pdf.sha256.clone(),
        data: begun.data.clone(),
        fiscal,
    };
    let mut answer = json!({"errcode": 0, "errmsg": "ok", "code": code, "openid": openid});
    if let Some(unionid) = &card.unionid {
        answer["unionid"] = json!(unionid);
    }
    for media in std::iter::once(&begun.pdf).chain(&begun.trip_pdf) {
        world.save_media(Media {
            used_by: Some(code.clone()),
            ..media.clone()
        });
    }
    world.save_card(card);
    world.save_order(Order {
        state: OrderState::Inserted,
        code: Some(code),
        inserting: false,
        ..order
    });
    Ok(answer)
}

/// Twelve digits that no card has yet.
pub(super) fn new_code(world: &World) -> String {
    loop {
        let code = (700_000_000_000 + rand::random_range(0..99_999_999_999_u64)).to_string();
        if world.cards.get(&code).is_none() {
            return code;
        }
    }
}
