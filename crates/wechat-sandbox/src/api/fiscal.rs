//! Fiscal e-bills (财政电子票据): page and template; the insert is shared (reference: F1, F2).

use serde_json::{Value, json};

use super::Input;
use super::merchant::PageRequest;
use super::platform::{check_logo, new_card_id, platform_account};
use crate::app::App;
use crate::model::Template;
use crate::pages::links;
use crate::refusal::Refusal;

pub(super) fn get_bill_auth_url(app: &App, input: &Input<'_>) -> Result<Value, Refusal> {
    let request = PageRequest::read(input, &["web", "app"], true)?;
    let order = request.accept(app, input)?;
    let world = app.world();
    let link = links::auth_page(&world, &order, input.now);
    Ok(json!({
        "errcode": 0,
        "errmsg": "ok",
        "auth_url": format!("{}/authinvoice?{link}", app.base),
        "expire_time": world.settings.auth_url_lifetime_secs,
    }))
}

pub(super) fn create_bill_card(app: &App, input: &Input<'_>) -> Result<Value, Refusal> {
    let info = input.fields().object_required("invoice_info")?;
    let logo_url = info.object_required("base_info")?.text("logo_url")?;
    let payee = info.text("payee")?;
    let mut world = app.world();
    check_logo(&world, logo_url)?;
    platform_account(&world, &input.appid)?;
    let card_id = new_card_id();
    world.save_template(Template {
        card_id: card_id.clone(),
        appid: input.appid.clone(),
        title: payee.to_owned(),
        payee: payee.to_owned(),
        kind: "财政电子票据".to_owned(),
        logo_url: logo_url.to_owned(),
        links: Vec::new(),
        created_at: input.now,
        fiscal: true,
    });
    Ok(json!({"errcode": 0, "errmsg": "ok", "card_id": card_id}))
}
