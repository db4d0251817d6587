//! Logo uploads (reference: C2).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::Input;
use super::multipart::file;
use crate::app::App;
use crate::model::Logo;
use crate::refusal::Refusal;

const LOGO_MAX: usize = 1024 * 1024;
const MATERIAL_MAX: usize = 10 * 1024 * 1024;

/// `media/uploadimg`: JPG or PNG up to 1 MB. Success carries no errcode.
pub(super) fn upload(app: &App, input: &Input<'_>) -> Result<Value, Refusal> {
    let url = keep(app, input, &["media", "buffer"], LOGO_MAX)?.1;
    Ok(json!({"url": url}))
}

/// `material/add_material?type=image`.
pub(super) fn add_material(app: &App, input: &Input<'_>) -> Result<Value, Refusal> {
    if input.query("type") != Some("image") {
        return Err(Refusal::hint(40004, "only type=image is kept here"));
    }
    let (media_id, url) = keep(app, input, &["media"], MATERIAL_MAX)?;
    Ok(json!({"media_id": media_id, "url": url}))
}

fn keep(
    app: &App,
    input: &Input<'_>,
    names: &[&str],
    longest: usize,
) -> Result<(String, String), Refusal> {
    let part = file(input, names)?;
    let png = part.bytes.starts_with(b"\x89PNG\r\n\x1a\n");
    if !png && !part.bytes.starts_with(&[0xff, 0xd8, 0xff]) {
        return Err(Refusal::hint(40005, "only JPG and PNG"));
    }
    if longest < part.bytes.len() {
        return Err(Refusal::hint(40009, format!("at most {longest} bytes")));
    }
    let id = hex::encode(rand::random::<[u8; 16]>());
    let url = format!(
        "{}/mmbiz/{id}/0?wx_fmt={}",
        app.base,
        if png { "png" } else { "jpeg" }
    );
    let base64 = STANDARD.encode(&part.bytes);
    app.world().save_logo(Logo {
        id: id.clone(),
        png,
        base64,
    });
    Ok((id, url))
}
