//! Invoice titles: links that store or ask for one, and the code a user shows (reference: E1–E3).

use serde_json::{Value, json};

use super::Input;
use crate::app::App;
use crate::pages::links;
use crate::refusal::Refusal;

/// Titles supplied by the business are checked; those the user fills in are not.
pub(super) fn user_title_url(app: &App, input: &Input<'_>) -> Result<Value, Refusal> {
    let fields = input.fields();
    let mut given = Vec::new();
    for name in [
        "phone",
        "tax_no",
        "addr",
        "bank_type",
        "bank_no",
        "out_title_id",
    ] {
        if let Some(text) = fields.text_opt(name)? {
            given.push((name, text));
        }
    }
    if fields.int_opt("user_fill")?.unwrap_or(0) == 0 {
        given.insert(0, ("title", fields.text("title")?));
        let tax_no = fields.text_opt("tax_no")?.unwrap_or_default();
        let well_formed = (15..=20).contains(&tax_no.len())
            && tax_no.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if !tax_no.is_empty() && !well_formed {
            return Err(Refusal::param("tax_no must be 15 to 20 letters or digits"));
        }
        let phone = fields.text_opt("phone")?.unwrap_or_default();
        if !phone
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'-')
        {
            return Err(Refusal::param("phone may hold digits and '-' only"));
        }
    }
    let link = links::title_page(&app.world(), "store", &input.appid, &given, input.now);
    Ok(json!({"errcode": 0, "errmsg": "ok", "url": format!("{}/usertitle?{link}", app.base)}))
}

/// The answer comes as `submit_invoice_title`.
pub(super) fn select_title_url(app: &App, input: &Input<'_>) -> Result<Value, Refusal> {
    let fields = input.fields();
    let mut given = Vec::new();
    for name in ["attach", "biz_name"] {
        if let Some(text) = fields.text_opt(name)? {
            given.push((name, text));
        }
    }
    let link = links::title_page(&app.world(), "select", &input.appid, &given, input.now);
    Ok(json!({"errcode": 0, "errmsg": "ok", "url": format!("{}/usertitle?{link}", app.base)}))
}

/// `scantitle`: reads the code that the phone shows under "my titles".
pub(super) fn scan(app: &App, input: &Input<'_>) -> Result<Value, Refusal> {
    let text = input.fields().text("scan_text")?.to_owned();
    let world = app.world();
    let title = links::read_title_code(&world, &text, input.now)?;
    let buyer = world
        .buyers
        .get(&title.buyer)
        .ok_or_else(|| Refusal::new(72031))?;
    let (title_type, name, tax_no) = if title.company {
        (0, &buyer.company_title, buyer.company_tax_no.as_str())
    } else {
        (1, &buyer.person_title, "")
    };
    Ok(json!({
        "errcode": 0, "errmsg": "ok",
        "title_type": title_type, "title": name, "phone": "", "tax_no": tax_no,
        "addr": "", "bank_type": "", "bank_no": "",
    }))
}
