//! Pushes from WeChat (事件推送): the URL check, signatures, encryption, typed events.
//!
//! A push is a hint, never proof: before anything is issued, ask
//! [`get_auth_data`](crate::MerchantClient::get_auth_data).
//!
//! ```
//! use wechat_invoice::callback::{CallbackCipher, Event, PushFormat, PushMode};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let cipher = CallbackCipher::new(
//!     "tk_demo_2031".into(),
//!     &"Zm9yLXRlc3Qtb25seS1hZXMta2V5LTMyLWJ5dGVzISE".into(),
//!     "wx1234567890abcdef",
//! )?; // Safe mode, unless told otherwise.
//! assert_eq!(cipher.mode(), PushMode::Safe);
//!
//! let plain = "<xml><ToUserName>gh_demo</ToUserName><FromUserName>oDEMO</FromUserName>\
//!     <CreateTime>1767225600</CreateTime><MsgType>event</MsgType>\
//!     <Event>user_authorize_invoice</Event><SuccOrderId>INV1</SuccOrderId></xml>";
//! let pushed = cipher.seal(plain, PushFormat::Xml, "1767225600", "778899001")?; // As WeChat does.
//!
//! let opened = cipher.open(&pushed.query, pushed.body.as_bytes())?;
//! let Event::Authorisation(event) = opened.event()? else { panic!("another event") };
//! assert_eq!(event.succ_order_id.as_deref(), Some("INV1"));
//! # Ok(())
//! # }
//! ```

mod cipher;
mod event;
mod key;
mod members;
mod open;
mod push;
mod query;
mod seal;
#[cfg(test)]
mod vectors;
mod xml;

pub use cipher::{CallbackCipher, PushMode, SenderCheck};
pub use event::{
    AuthorisationEvent, CardStatusEvent, Event, EventHead, IssueResult, IssueResultEvent,
    SubmittedTitleKind, TitleEvent, UnknownEvent,
};
pub use key::CipherSetupError;
pub use members::{EventError, Members};
pub use push::{Opened, PushFormat, PushRefused, RefusalReason};
pub use seal::SealedPush;
