//! Opens a push as a server does, without a network: `cargo run -p wechat-invoice --example push`.
//!
//! Shows what is accepted, what is refused, and what to remember.

use std::error::Error;
use std::io::Write;

use wechat_invoice::callback::{CallbackCipher, Event, PushFormat};

fn main() -> Result<(), Box<dyn Error>> {
    run(&mut std::io::stdout())
}

/// The example itself; a test of the product runs it, too.
pub fn run(out: &mut impl Write) -> Result<(), Box<dyn Error>> {
    let app_id = "wx1234567890abcdef";
    let key = "Zm9yLXRlc3Qtb25seS1hZXMta2V5LTMyLWJ5dGVzISE";
    let cipher = CallbackCipher::new("tk_demo_2031".into(), &key.into(), app_id)?;

    // What WeChat would post: in a real server, the raw query and the raw body of the request.
    let plain = "<xml><ToUserName>gh_demo</ToUserName><FromUserName>oDEMO</FromUserName>\
        <CreateTime>1767225600</CreateTime><MsgType>event</MsgType>\
        <Event>user_authorize_invoice</Event><SuccOrderId>INV1</SuccOrderId></xml>";
    let pushed = cipher.seal(plain, PushFormat::Xml, "1767225600", "778899001")?;

    let opened = cipher.open(&pushed.query, pushed.body.as_bytes())?;
    match opened.event()? {
        Event::Authorisation(event) => {
            writeln!(
                out,
                "authorised: {}",
                event.succ_order_id.as_deref().unwrap_or("none")
            )?;
        }
        other => writeln!(out, "another event: {}", other.head().event)?,
    }
    // Store opened.plain under this key, with a unique index; then answer `success`; then ask get_auth_data.
    writeln!(out, "remember: {}", opened.event()?.dedup_key(app_id))?;

    // One bit of the signature, and it is nobody's push. The answer to the sender never says why.
    let forged = pushed.query.replace("nonce=7", "nonce=8");
    match cipher.open(&forged, pushed.body.as_bytes()) {
        Ok(_) => return Err("a forged push was opened".into()),
        Err(refused) => writeln!(out, "refused: {}", refused.reason().as_str())?,
    }
    Ok(())
}
