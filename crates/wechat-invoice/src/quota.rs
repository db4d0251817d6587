//! Quotas and diagnosis (额度与诊断): what is left, what WeChat received, where it calls from.

use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};

use crate::account::Account;
use crate::answer::{Members, required};
use crate::debug::debug_only;
use crate::error::Error;
use crate::flex;
use crate::http::Spec;
use crate::session::Session;
use crate::token::TokenKeeper;

const QUOTA: Spec = Spec::read("/cgi-bin/openapi/quota/get");
// A reset costs one of ten a month; repeating it blindly costs another.
const CLEAR_ALL: Spec = Spec::once("/cgi-bin/clear_quota");
const CLEAR_ALL_BY_SECRET: Spec = Spec::once("/cgi-bin/clear_quota/v2");
const CLEAR_ONE: Spec = Spec::once("/cgi-bin/openapi/quota/clear");
const RID: Spec = Spec::read("/cgi-bin/openapi/rid/get");
const CALLBACK_IPS: Spec = Spec {
    proof: &["ip_list"],
    ..Spec::read("/cgi-bin/getcallbackip")
};
const API_IPS: Spec = Spec {
    proof: &["ip_list"],
    ..Spec::read("/cgi-bin/get_api_domain_ip")
};

/// Calls about quotas and diagnosis for one account. Cheap to clone.
#[derive(Clone, Debug)]
pub struct QuotaClient {
    session: Session,
}

/// Calls of one interface today; WeChat's counters may be off by a percent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Quota {
    /// Allowed a day.
    #[serde(default, deserialize_with = "flex::int")]
    pub daily_limit: Option<i64>,
    /// Made today.
    #[serde(default, deserialize_with = "flex::int")]
    pub used: Option<i64>,
    /// Left today.
    #[serde(default, deserialize_with = "flex::int")]
    pub remain: Option<i64>,
    /// The limit within a short time, where WeChat tells one.
    #[serde(skip)]
    pub rate: Option<RateLimit>,
}

/// So many calls within so many seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct RateLimit {
    /// Calls allowed within the time.
    #[serde(default, deserialize_with = "flex::int")]
    pub call_count: Option<i64>,
    /// The time, in seconds.
    #[serde(default, deserialize_with = "flex::int")]
    pub refresh_second: Option<i64>,
}

/// What WeChat received under a request id. Holds a URL with its token: `Debug` shows neither.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
pub struct RequestDetails {
    /// When, Unix seconds.
    #[serde(default, deserialize_with = "flex::int")]
    pub invoke_time: Option<i64>,
    /// How long WeChat took.
    #[serde(default, deserialize_with = "flex::int")]
    pub cost_in_ms: Option<i64>,
    /// The URL, with its query.
    #[serde(default, deserialize_with = "flex::text")]
    pub request_url: Option<String>,
    /// The body.
    #[serde(default, deserialize_with = "flex::text")]
    pub request_body: Option<String>,
    /// The answer.
    #[serde(default, deserialize_with = "flex::text")]
    pub response_body: Option<String>,
    /// The caller's address.
    #[serde(default, deserialize_with = "flex::text")]
    pub client_ip: Option<String>,
    /// Members this version does not know.
    #[serde(flatten)]
    pub other: Members,
}

debug_only!(RequestDetails {
    invoke_time,
    cost_in_ms,
    client_ip
});

#[derive(Serialize)]
struct CgiPath<'a> {
    cgi_path: &'a str,
}

#[derive(Serialize)]
struct AppId<'a> {
    appid: &'a str,
}

#[derive(Serialize)]
struct AppIdAndSecret<'a> {
    appid: &'a str,
    appsecret: &'a str,
}

#[derive(Serialize)]
struct Rid<'a> {
    rid: &'a str,
}

#[derive(Deserialize)]
struct QuotaAnswer {
    #[serde(default, deserialize_with = "flex::object")]
    quota: Option<Quota>,
    #[serde(default, deserialize_with = "flex::object")]
    rate_limit: Option<RateLimit>,
}

#[derive(Deserialize)]
struct RidAnswer {
    #[serde(default, deserialize_with = "flex::object")]
    request: Option<RequestDetails>,
}

#[derive(Deserialize)]
struct IpAnswer {
    #[serde(default, deserialize_with = "flex::list")]
    ip_list: Vec<String>,
}

impl QuotaClient {
    /// A client for one account.
    pub fn new(keeper: &TokenKeeper, account: Account) -> QuotaClient {
        QuotaClient {
            session: Session::new(keeper, account),
        }
    }

    /// What is left of an interface today (`POST /cgi-bin/openapi/quota/get`). `cgi_path` is its
    /// path, as `/card/invoice/insert`.
    ///
    /// Caller: any account, about its own interfaces.
    ///
    /// # Errors
    /// [`Error::Refused`] with 76021 or 76022 for a path that is unknown or not this account's.
    ///
    /// Source: <https://developers.weixin.qq.com/doc/service/api/apimanage/api_getapiquota>
    pub async fn quota(&self, cgi_path: &str) -> Result<Quota, Error> {
        let answer: QuotaAnswer = self
            .session
            .post(&QUOTA, &[], &CgiPath { cgi_path })
            .await?;
        let quota = required(&QUOTA, "quota", answer.quota)?;
        Ok(Quota {
            rate: answer.rate_limit,
            ..quota
        })
    }

    /// Resets every daily counter of the account (`POST /cgi-bin/clear_quota`). Ten a month.
    ///
    /// Caller: any account, for itself.
    ///
    /// # Errors
    /// [`Error::Refused`] with 48006 when none is left.
    ///
    /// Source: <https://developers.weixin.qq.com/doc/oplatform/openApi/openapi/api_clearquota.md>
    pub async fn clear_all(&self) -> Result<(), Error> {
        let appid = self.session.account().app_id();
        self.session.act(&CLEAR_ALL, &[], &AppId { appid }).await
    }

    /// As [`clear_all`](QuotaClient::clear_all), by secret instead of token
    /// (`POST /cgi-bin/clear_quota/v2`): works when the quota of the token call is used up too.
    ///
    /// Caller: any account, for itself.
    ///
    /// # Errors
    /// As [`clear_all`](QuotaClient::clear_all).
    ///
    /// Source: <https://developers.weixin.qq.com/doc/store/API/apimgnt/clearQuotaByAppSecret.html>
    pub async fn clear_all_by_secret(&self) -> Result<(), Error> {
        let account = self.session.account();
        let (appid, appsecret) = (account.app_id(), account.secret().expose_secret());
        let body = AppIdAndSecret { appid, appsecret };
        let spec = &CLEAR_ALL_BY_SECRET;
        let in_body = self
            .session
            .post_without_token(spec, &[], &body, &[appsecret])
            .await;
        match in_body {
            // "No app id", "no secret": an installation that follows the older page, which has them in the query. Nothing
            // was done yet.
            Err(Error::Refused {
                errcode: 41002 | 41004,
                ..
            }) => {
                let query = [("appid", appid), ("appsecret", appsecret)];
                self.session
                    .post_without_token(spec, &query, &body, &[appsecret])
                    .await
            }
            answered => answered,
        }?;
        Ok(())
    }

    /// Resets one interface's counter (`POST /cgi-bin/openapi/quota/clear`).
    ///
    /// Caller: any account, for itself.
    ///
    /// # Errors
    /// As [`clear_all`](QuotaClient::clear_all).
    ///
    /// Source: the page “重置指定API调用次数”
    pub async fn clear_one(&self, cgi_path: &str) -> Result<(), Error> {
        self.session
            .act(&CLEAR_ONE, &[], &CgiPath { cgi_path })
            .await
    }

    /// What WeChat received under the request id of a refusal
    /// (`POST /cgi-bin/openapi/rid/get`).
    ///
    /// Caller: the account whose call was refused; WeChat keeps request ids for 7 days.
    ///
    /// # Errors
    /// As every call.
    ///
    /// Source: <https://developers.weixin.qq.com/doc/service/en/api/apimanage/api_getridinfo.html>
    pub async fn request_details(&self, rid: &str) -> Result<RequestDetails, Error> {
        let answer: RidAnswer = self.session.post(&RID, &[], &Rid { rid }).await?;
        required(&RID, "request", answer.request)
    }

    /// Where pushes come from (`GET /cgi-bin/getcallbackip`): addresses and ranges. Refresh daily.
    ///
    /// Caller: any account.
    ///
    /// # Errors
    /// As every call.
    ///
    /// Source: <https://developers.weixin.qq.com/doc/service/api/base/api_getcallbackip.html>
    pub async fn callback_ips(&self) -> Result<Vec<String>, Error> {
        Ok(self
            .session
            .get::<IpAnswer>(&CALLBACK_IPS, &[])
            .await?
            .ip_list)
    }

    /// Where WeChat's interfaces are (`GET /cgi-bin/get_api_domain_ip`).
    ///
    /// Caller: any account.
    ///
    /// # Errors
    /// As every call.
    ///
    /// Source: the page “获取微信API服务器IP”
    pub async fn api_ips(&self) -> Result<Vec<String>, Error> {
        Ok(self.session.get::<IpAnswer>(&API_IPS, &[]).await?.ip_list)
    }

    /// Whether WeChat takes this account's id and secret. Asks for the stable token in normal mode,
    /// which gives the running one back and disturbs nobody.
    ///
    /// Caller: any account, about itself.
    ///
    /// # Errors
    /// What WeChat says: 40013, 40125, 40164, 40243, 89503 …
    ///
    /// Source: <https://developers.weixin.qq.com/doc/service/api/base/api_getstableaccesstoken.html>
    pub async fn check_credential(&self) -> Result<(), Error> {
        self.session
            .keeper()
            .check_credential(self.session.account())
            .await
    }
}
