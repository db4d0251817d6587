use serde::{Deserialize, Serialize};

use super::MerchantClient;
use crate::answer::{Members, known_out, required};
use crate::debug::debug_only;
use crate::error::Error;
use crate::flex;
use crate::http::Spec;
use crate::session::json;

const GET_AUTH_URL: Spec = Spec::read("/card/invoice/getauthurl");

/// Where the buyer meets the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// A native app that opens WeChat (`app`).
    App,
    /// A page inside WeChat (`web`).
    Web,
    /// A mini program (`wxa`).
    MiniProgram,
    /// An ordinary mobile page (`wap`).
    Wap,
}

impl Source {
    /// WeChat's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Source::App => "app",
            Source::Web => "web",
            Source::MiniProgram => "wxa",
            Source::Wap => "wap",
        }
    }
}

/// What the page asks of the buyer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageKind {
    /// 0: the title is known already, the buyer only confirms.
    Confirm,
    /// 1: the buyer fills in the title, then confirms.
    Title,
    /// 2: the invoice exists, the buyer collects it.
    Collect,
}

impl PageKind {
    /// WeChat's number.
    pub fn as_number(self) -> u8 {
        match self {
            PageKind::Confirm => 0,
            PageKind::Title => 1,
            PageKind::Collect => 2,
        }
    }
}

/// What [`MerchantClient::get_auth_url`] wants to know.
#[derive(Clone, Debug)]
pub struct AuthPageRequest {
    /// The invoicing platform that will insert the card.
    pub s_pappid: String,
    /// Your id of this delivery, used once and never again. Keep to 32 of `[0-9A-Za-z_-]`.
    pub order_id: String,
    /// Amount shown to the buyer, in fen (分).
    pub money_fen: i64,
    /// The channel.
    pub source: Source,
    /// Where the page goes afterwards; sent for [`Source::Web`] and [`Source::Wap`] only. A visit
    /// there proves nothing.
    pub redirect_url: Option<String>,
    /// The page's kind.
    pub kind: PageKind,
}

/// A page to open.
#[derive(Clone, PartialEq, Eq)]
pub struct AuthPage {
    /// A URL; for [`Source::MiniProgram`] the *path* for `wx.navigateToMiniProgram`. How long it
    /// lives is not documented: ask anew at each visit, never print it.
    pub auth_url: String,
    /// For [`Source::MiniProgram`]: the app id of WeChat's own mini program to navigate to.
    pub mini_program_app_id: Option<String>,
    /// Members this version does not know.
    pub other: Members,
}

// The address opens this buyer's page for whoever holds it.
debug_only!(AuthPage {
    mini_program_app_id
});

#[derive(Serialize)]
struct Request<'a> {
    s_pappid: &'a str,
    order_id: &'a str,
    money: i64,
    timestamp: i64,
    source: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    redirect_url: Option<&'a str>,
    ticket: &'a str,
    r#type: u8,
}

#[derive(Deserialize)]
struct Answer {
    #[serde(default, deserialize_with = "flex::trimmed")]
    auth_url: Option<String>,
    #[serde(default, deserialize_with = "flex::trimmed")]
    appid: Option<String>,
    #[serde(flatten)]
    other: Members,
}

impl MerchantClient {
    /// Asks for the page on which a buyer authorises an invoice (`POST /card/invoice/getauthurl`).
    ///
    /// Ticket and time stamp are filled in. Repeating the call for the same `order_id` gives a page
    /// again, as long as the order is neither refused nor carded.
    ///
    /// Caller: the merchant, with the account of the channel (service account, mini program or app).
    ///
    /// # Errors
    /// [`Error::Refused`] with 72063 until [`set_contact`](MerchantClient::set_contact) was called
    /// for *this* account, 72056 for a used order id, 72031 for a wrong member.
    ///
    /// Source: <https://developers.weixin.qq.com/doc/service/api/invoice/auth/api_invoicebizgetauthurl.html>
    pub async fn get_auth_url(&self, page: &AuthPageRequest) -> Result<AuthPage, Error> {
        let call = GET_AUTH_URL.name();
        if page.money_fen < 0 {
            return Err(Error::invalid(call, "money", "must not be negative"));
        }
        for (field, text) in [("s_pappid", &page.s_pappid), ("order_id", &page.order_id)] {
            if text.trim().is_empty() {
                return Err(Error::invalid(call, field, "must not be empty"));
            }
        }
        let on_a_page = matches!(page.source, Source::Web | Source::Wap);
        let body_with = |ticket: &str| {
            let request = Request {
                s_pappid: &page.s_pappid,
                order_id: &page.order_id,
                money: page.money_fen,
                timestamp: self.session.now(),
                source: page.source.as_str(),
                redirect_url: page.redirect_url.as_deref().filter(|_| on_a_page),
                ticket,
                r#type: page.kind.as_number(),
            };
            json(&GET_AUTH_URL, &request)
        };
        let answer: Answer = self
            .session
            .post_with_ticket(&GET_AUTH_URL, body_with)
            .await?;
        Ok(AuthPage {
            auth_url: required(&GET_AUTH_URL, "auth_url", answer.auth_url)?,
            mini_program_app_id: answer.appid,
            other: known_out(answer.other),
        })
    }
}
