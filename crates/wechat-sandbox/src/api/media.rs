//! PDF files: upload, link, download (reference: C4).

use bytes::Bytes;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::Input;
use super::multipart::file;
use super::platform::platform_account;
use crate::app::App;
use crate::model::Media;
use crate::refusal::Refusal;
use crate::world::World;

const LINK_SECS: i64 = 7200;

/// `setpdf`: keeps the file for three days. What is in it is looked at by insert, not here.
pub(super) fn set_pdf(app: &App, input: &Input<'_>) -> Result<Value, Refusal> {
    platform_account(&app.world(), &input.appid)?;
    let part = file(input, &["pdf"])?;
    let named = part.filename.as_deref().unwrap_or_default();
    if !named.to_ascii_lowercase().ends_with(".pdf") {
        return Err(Refusal::hint(
            40005,
            "the part needs a filename that ends in .pdf",
        ));
    }
    if part.bytes.is_empty() {
        return Err(Refusal::hint(41005, "the file is empty"));
    }
    let longest = app.world().settings.max_pdf_bytes;
    if longest < part.bytes.len() {
        return Err(Refusal::hint(40009, format!("at most {longest} bytes")));
    }
    // A copy of its own: a slice would keep the whole request alive.
    let bytes = Bytes::copy_from_slice(&part.bytes);
    let sha256 = hex::encode(Sha256::digest(&bytes));
    let id = (rand::random::<u64>() % 9_000_000_000_000_000 + 1_000_000_000_000_000).to_string();
    let (budget, journal) = {
        let world = app.world();
        (world.settings.media_memory_bytes, world.journal.clone())
    };
    let size = bytes.len();
    app.media.put(&id, bytes, budget, &journal);
    app.world().save_media(Media {
        id: id.clone(),
        appid: input.appid.clone(),
        sha256,
        size,
        filename: named.to_owned(),
        uploaded_at: input.now,
        used_by: None,
    });
    Ok(json!({"errcode": 0, "errmsg": "ok", "s_media_id": id}))
}

/// A file that is still there: uploaded by this account, and bound to a card or young enough.
pub(super) fn live_media(world: &World, appid: &str, id: &str, now: i64) -> Result<Media, Refusal> {
    let Some(media) = world.media.get(id).filter(|media| media.appid == appid) else {
        return Err(Refusal::hint(
            72046,
            format!("s_media_id {id} is unknown to this account"),
        ));
    };
    if media.used_by.is_none() && media.uploaded_at + world.settings.media_lifetime_secs <= now {
        return Err(Refusal::hint(
            72046,
            format!("s_media_id {id} was deleted after three days"),
        ));
    }
    Ok(media.clone())
}

/// `getpdf`: a download address for two hours.
pub(super) fn get_pdf(app: &App, input: &Input<'_>) -> Result<Value, Refusal> {
    let fields = input.fields();
    let action = fields.text_opt("action")?.or_else(|| input.query("action"));
    if action != Some("get_url") {
        return Err(Refusal::new(72027));
    }
    let id = fields.text("s_media_id")?;
    let world = app.world();
    platform_account(&world, &input.appid)?;
    let media = live_media(&world, &input.appid, id, input.now)?;
    Ok(json!({
        "errcode": 0,
        "errmsg": "ok",
        "pdf_url": link(app, &world, &media.id, input.now),
        "pdf_url_expire_time": LINK_SECS,
    }))
}

/// A signed download address.
pub(crate) fn link(app: &App, world: &World, id: &str, now: i64) -> String {
    let expires = (now + LINK_SECS).to_string();
    let sign = &world.digest(&["pdf", id, &expires])[..32];
    format!(
        "{}/invoicepdf?id={id}&expires={expires}&sign={sign}",
        app.base
    )
}

/// The file behind a download address; `Err` is WeChat's small JSON for a dead one.
pub(crate) fn content(app: &App, id: &str, expires: &str, sign: &str) -> Result<Bytes, Value> {
    let expected = app.world().digest(&["pdf", id, expires])[..32].to_owned();
    if expected != sign {
        return Err(json!({"ret": 2, "msg": "invalid sign"}));
    }
    if expires.parse::<i64>().unwrap_or(0) <= app.now() {
        return Err(json!({"ret": 7, "msg": "url expired"}));
    }
    app.media
        .get(id)
        .ok_or_else(|| json!({"ret": 2, "msg": "no such file"}))
}
