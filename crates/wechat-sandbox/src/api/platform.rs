//! The platform's own calls but for files and insert (reference: C1, C3, C6).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::{Input, done};
use crate::app::App;
use crate::fields::Fields;
use crate::model::{Account, Card, CardStatus, Template, TemplateLink};
use crate::refusal::Refusal;
use crate::world::World;

/// The calling account, if it is an approved invoicing platform.
pub(super) fn platform_account(world: &World, appid: &str) -> Result<Account, Refusal> {
    let account = world
        .accounts
        .get(appid)
        .ok_or_else(|| Refusal::new(40001))?;
    if account.s_pappid.is_none() {
        return Err(Refusal::new(72015));
    }
    Ok(account.clone())
}

/// `seturl`: the caller's own `s_pappid`, inside a link.
pub(super) fn set_url(app: &App, input: &Input<'_>) -> Result<Value, Refusal> {
    let world = app.world();
    let account = platform_account(&world, &input.appid)?;
    let s_pappid = account.s_pappid.unwrap_or_default();
    let url = format!(
        "{}/bizmall/authinvoice?action=list&s_pappid={s_pappid}",
        app.base
    );
    Ok(json!({"errcode": 0, "errmsg": "ok", "invoice_url": url}))
}

/// Widths are counted in halves of a Chinese character.
fn check_length(what: &str, text: &str, chinese_characters: usize) -> Result<(), Refusal> {
    let halves: usize = text.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum();
    if chinese_characters * 2 < halves {
        return Err(Refusal::hint(
            45021,
            format!("{what} is longer than {chinese_characters} Chinese characters"),
        ));
    }
    Ok(())
}

/// A logo has to lie on WeChat's own servers: one uploaded here, or an address of the real ones.
pub(super) fn check_logo(world: &World, url: &str) -> Result<(), Refusal> {
    let real = [
        "https://mmbiz.qpic.cn/",
        "http://mmbiz.qpic.cn/",
        "https://mmbiz.qlogo.cn/",
    ];
    if world.logo_path(url).is_some() || real.iter().any(|start| url.starts_with(start)) {
        return Ok(());
    }
    Err(Refusal::hint(
        40141,
        "logo_url must come from media/uploadimg or material/add_material",
    ))
}

/// `createcard`: each call makes a further template.
pub(super) fn create_card(app: &App, input: &Input<'_>) -> Result<Value, Refusal> {
    let info = input.fields().object_required("invoice_info")?;
    let base = info.object_required("base_info")?;
    let logo_url = base.text("logo_url")?;
    let title = base.text("title")?;
    check_length("base_info.title", title, 9)?;
    let links = [
        read_link(&base, "custom_url")?,
        read_link(&base, "promotion_url")?,
    ];
    let (payee, kind) = (info.text("payee")?, info.text("type")?);
    let links: Vec<TemplateLink> = links.into_iter().flatten().collect();
    let mut world = app.world();
    check_logo(&world, logo_url)?;
    if !links.is_empty() && !world.settings.web_links {
        return Err(Refusal::new(73211));
    }
    platform_account(&world, &input.appid)?;
    let template = Template {
        card_id: new_card_id(),
        appid: input.appid.clone(),
        title: title.to_owned(),
        payee: payee.to_owned(),
        kind: kind.to_owned(),
        logo_url: logo_url.to_owned(),
        links,
        created_at: input.now,
        fiscal: false,
    };
    let card_id = template.card_id.clone();
    world.save_template(template);
    Ok(json!({"errcode": 0, "errmsg": "ok", "card_id": card_id}))
}

pub(super) fn new_card_id() -> String {
    format!(
        "p{}",
        &URL_SAFE_NO_PAD.encode(rand::random::<[u8; 24]>())[..27]
    )
}

fn read_link(base: &Fields<'_>, url_member: &str) -> Result<Option<TemplateLink>, Refusal> {
    let member = |suffix: &str| -> Result<String, Refusal> {
        Ok(base
            .text_opt(&format!("{url_member}{suffix}"))?
            .unwrap_or_default()
            .to_owned())
    };
    let (url, name, sub_title) = (member("")?, member("_name")?, member("_sub_title")?);
    check_length(&format!("base_info.{url_member}_name"), &name, 5)?;
    check_length(&format!("base_info.{url_member}_sub_title"), &sub_title, 6)?;
    if url.is_empty() {
        return Ok(None);
    }
    if !url.starts_with("http://") && !url.starts_with("https://") {
        return Err(Refusal::param(format!(
            "base_info.{url_member} must be http or https"
        )));
    }
    Ok(Some(TemplateLink {
        name,
        url,
        sub_title,
    }))
}

/// A template the caller may use, else 40073.
pub(super) fn own_template(world: &World, appid: &str, card_id: &str) -> Result<Template, Refusal> {
    match world.templates.get(card_id) {
        Some(template) if template.appid == appid => Ok(template.clone()),
        Some(_) => Err(Refusal::hint(
            40073,
            "the template belongs to another account",
        )),
        None => Err(Refusal::hint(40073, "the template is unknown")),
    }
}

/// `updatestatus`: the platform may cancel a card (after a red letter) or set it back to INIT.
pub(super) fn update_status(app: &App, input: &Input<'_>) -> Result<Value, Refusal> {
    let fields = input.fields();
    let (card_id, code) = (fields.text("card_id")?, fields.text("code")?);
    let Some(wanted) = CardStatus::parse(fields.text("reimburse_status")?) else {
        return Err(Refusal::param("reimburse_status is unknown"));
    };
    let mut world = app.world();
    platform_account(&world, &input.appid)?;
    own_template(&world, &input.appid, card_id)?;
    let card = world
        .cards
        .get(code)
        .filter(|card| card.card_id == card_id)
        .cloned()
        .ok_or_else(|| Refusal::hint(72038, "no such card code"))?;
    match (card.status, wanted) {
        (_, CardStatus::Lock | CardStatus::Closure) => {
            return Err(Refusal::hint(
                72024,
                "only a reimburser may set this status",
            ));
        }
        (CardStatus::Cancel, _) => return Err(Refusal::new(72060)),
        (CardStatus::Closure, _) => return Err(Refusal::new(72061)),
        (CardStatus::Lock, _) => return Err(Refusal::new(72023)),
        (CardStatus::Init, CardStatus::Init) => return Err(Refusal::new(72024)),
        (CardStatus::Init, CardStatus::Cancel) => {}
    }
    world.save_card(Card {
        status: CardStatus::Cancel,
        ..card
    });
    Ok(done())
}

/// `testwhitelist/set`: each call replaces the list.
pub(super) fn test_white_list(app: &App, input: &Input<'_>) -> Result<Value, Refusal> {
    let fields = input.fields();
    let (openids, names) = (fields.texts("openid")?, fields.texts("username")?);
    if 10 < openids.len() + names.len() {
        return Err(Refusal::param("at most 10 entries"));
    }
    let mut world = app.world();
    let account = world
        .accounts
        .get(&input.appid)
        .cloned()
        .ok_or_else(|| Refusal::new(40001))?;
    let answer = json!({
        "errcode": 0, "errmsg": "ok",
        "success_openid": openids, "fail_openid": [],
        "success_username": names, "fail_username": [],
    });
    world.save_account(Account {
        test_openids: openids,
        test_usernames: names,
        ..account
    });
    Ok(answer)
}
