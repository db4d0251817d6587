//! Signed, expiring links and codes: nothing about them has to be remembered.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use url::form_urlencoded::Serializer;

use crate::model::Order;
use crate::refusal::Refusal;
use crate::world::World;

/// A title code on the phone is good for five minutes.
const TITLE_CODE_SECS: i64 = 300;

/// The query of an authorisation page for one order.
pub(crate) fn auth_page(world: &World, order: &Order, now: i64) -> String {
    let expires = (now + world.settings.auth_url_lifetime_secs).to_string();
    let sign = &world.digest(&["auth", &order.appid, &order.order_id, &expires])[..32];
    Serializer::new(String::new())
        .append_pair("action", "auth")
        .append_pair("appid", &order.appid)
        .append_pair("orderid", &order.order_id)
        .append_pair("expires", &expires)
        .append_pair("sign", sign)
        .finish()
}

/// Why a link opens nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LinkProblem {
    Forged,
    Expired,
}

/// The members of an authorisation link.
#[derive(Deserialize)]
pub(crate) struct AuthLink {
    #[serde(default)]
    pub(crate) appid: String,
    #[serde(default)]
    pub(crate) orderid: String,
    #[serde(default)]
    pub(crate) expires: String,
    #[serde(default)]
    pub(crate) sign: String,
}

impl AuthLink {
    /// The order the link was made for.
    pub(crate) fn order<'w>(&self, world: &'w World, now: i64) -> Result<&'w Order, LinkProblem> {
        let sign = world.digest(&["auth", &self.appid, &self.orderid, &self.expires]);
        if sign[..32] != self.sign {
            return Err(LinkProblem::Forged);
        }
        if self.expires.parse::<i64>().unwrap_or(0) <= now {
            return Err(LinkProblem::Expired);
        }
        world
            .orders
            .get(&Order::key_of(&self.appid, &self.orderid))
            .ok_or(LinkProblem::Forged)
    }
}

/// What a title link carries.
#[derive(Serialize, Deserialize)]
pub(crate) struct TitleLink {
    pub(crate) kind: String,
    pub(crate) appid: String,
    pub(crate) members: Vec<(String, String)>,
    pub(crate) expires: i64,
}

impl TitleLink {
    pub(crate) fn member(&self, name: &str) -> &str {
        self.members
            .iter()
            .find(|(key, _)| key == name)
            .map_or("", |(_, value)| value)
    }
}

/// The query of a page that stores a title (`store`) or hands one over (`select`).
pub(crate) fn title_page(
    world: &World,
    kind: &str,
    appid: &str,
    members: &[(&str, &str)],
    now: i64,
) -> String {
    let link = TitleLink {
        kind: kind.to_owned(),
        appid: appid.to_owned(),
        members: members
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect(),
        expires: now + world.settings.auth_url_lifetime_secs,
    };
    let (data, sign) = seal(world, &link);
    format!("data={data}&sign={sign}")
}

pub(crate) fn read_title_link(
    world: &World,
    data: &str,
    sign: &str,
    now: i64,
) -> Result<TitleLink, LinkProblem> {
    let link: TitleLink = open(world, data, sign).ok_or(LinkProblem::Forged)?;
    if link.expires <= now {
        Err(LinkProblem::Expired)
    } else {
        Ok(link)
    }
}

/// What a title code on the phone stands for.
#[derive(Serialize, Deserialize)]
pub(crate) struct TitleCode {
    pub(crate) buyer: String,
    pub(crate) company: bool,
    pub(crate) expires: i64,
}

/// The text of the code that a phone shows to a scanner.
pub(crate) fn title_code(world: &World, buyer: &str, company: bool, now: i64) -> String {
    let code = TitleCode {
        buyer: buyer.to_owned(),
        company,
        expires: now + TITLE_CODE_SECS,
    };
    let (data, sign) = seal(world, &code);
    format!("https://w.url.cn/s/{data}.{sign}")
}

pub(crate) fn read_title_code(world: &World, text: &str, now: i64) -> Result<TitleCode, Refusal> {
    let (data, sign) = text
        .rsplit('/')
        .next()
        .and_then(|tail| tail.split_once('.'))
        .ok_or_else(|| Refusal::param("scan_text is no title code"))?;
    let code: TitleCode =
        open(world, data, sign).ok_or_else(|| Refusal::param("scan_text is no title code"))?;
    if code.expires <= now {
        Err(Refusal::new(72044))
    } else {
        Ok(code)
    }
}

fn seal<T: Serialize>(world: &World, value: &T) -> (String, String) {
    let json = serde_json::to_vec(value).expect("plain members");
    let data = URL_SAFE_NO_PAD.encode(json);
    let sign = world.digest(&["title", &data])[..32].to_owned();
    (data, sign)
}

fn open<T: for<'de> Deserialize<'de>>(world: &World, data: &str, sign: &str) -> Option<T> {
    if world.digest(&["title", data])[..32] != *sign {
        return None;
    }
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(data).ok()?).ok()
}
