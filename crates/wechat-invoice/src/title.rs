//! Invoice titles outside the authorisation flow (发票抬头): links, counters, QR codes.

use serde::{Deserialize, Serialize};

use crate::account::Account;
use crate::answer::{Members, known_out, required};
use crate::debug::debug_only;
use crate::error::Error;
use crate::flex;
use crate::http::Spec;
use crate::session::Session;
use crate::token::TokenKeeper;

const USER_TITLE_URL: Spec = Spec::read("/card/invoice/biz/getusertitleurl");
const SELECT_TITLE_URL: Spec = Spec::read("/card/invoice/biz/getselecttitleurl");
const SCAN_TITLE: Spec = Spec::read("/card/invoice/scantitle");

/// Calls about titles for one account. Cheap to clone.
#[derive(Clone, Debug)]
pub struct TitleClient {
    session: Session,
}

/// A link by which a user stores a title in WeChat.
#[derive(Clone, PartialEq, Eq)]
pub enum UserTitle {
    /// The user fills everything in.
    FilledByUser,
    /// The merchant fills in what it knows.
    Given(GivenTitle),
}

impl std::fmt::Debug for UserTitle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            UserTitle::FilledByUser => "FilledByUser",
            UserTitle::Given(_) => "Given(..)",
        })
    }
}

/// What the merchant fills in.
#[derive(Clone, Default, PartialEq, Eq, Serialize)]
pub struct GivenTitle {
    /// Name on the invoice.
    pub title: String,
    /// Telephone: digits and `-`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// Tax number: 15 to 20 letters and digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tax_no: Option<String>,
    /// Address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub addr: Option<String>,
    /// Bank.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bank_type: Option<String>,
    /// Bank account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bank_no: Option<String>,
    /// An id of your own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub out_title_id: Option<String>,
}

debug_only!(GivenTitle { out_title_id });

/// A title read from a user's QR code.
#[derive(Clone, PartialEq, Eq)]
pub struct ScannedTitle {
    /// Person or organisation; `None` where WeChat leaves it out.
    pub kind: Option<ScannedTitleKind>,
    /// Name on the invoice.
    pub title: Option<String>,
    /// Telephone.
    pub phone: Option<String>,
    /// Tax number.
    pub tax_no: Option<String>,
    /// Address.
    pub addr: Option<String>,
    /// Bank.
    pub bank_type: Option<String>,
    /// Bank account.
    pub bank_no: Option<String>,
    /// Members this version does not know.
    pub other: Members,
}

debug_only!(ScannedTitle { kind });

/// Whose title was scanned. Other interfaces of WeChat number it the other way round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScannedTitleKind {
    /// 0
    Organisation,
    /// 1
    Person,
    /// Another number.
    Other(i64),
}

#[derive(Serialize)]
struct UserTitleRequest<'a> {
    user_fill: u8,
    #[serde(flatten)]
    given: Option<&'a GivenTitle>,
}

#[derive(Serialize)]
struct SelectTitleRequest<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    attach: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    biz_name: Option<&'a str>,
}

#[derive(Serialize)]
struct ScanRequest<'a> {
    scan_text: &'a str,
}

#[derive(Deserialize)]
struct UrlAnswer {
    #[serde(default, deserialize_with = "flex::trimmed")]
    url: Option<String>,
}

#[derive(Deserialize)]
struct ScanAnswer {
    #[serde(default, deserialize_with = "flex::int")]
    title_type: Option<i64>,
    #[serde(default, deserialize_with = "flex::trimmed")]
    title: Option<String>,
    #[serde(default, deserialize_with = "flex::trimmed")]
    phone: Option<String>,
    #[serde(default, deserialize_with = "flex::trimmed")]
    tax_no: Option<String>,
    #[serde(default, deserialize_with = "flex::trimmed")]
    addr: Option<String>,
    #[serde(default, deserialize_with = "flex::trimmed")]
    bank_type: Option<String>,
    #[serde(default, deserialize_with = "flex::trimmed")]
    bank_no: Option<String>,
    #[serde(flatten)]
    other: Members,
}

impl TitleClient {
    /// A client for a verified account.
    pub fn new(keeper: &TokenKeeper, account: Account) -> TitleClient {
        TitleClient {
            session: Session::new(keeper, account),
        }
    }

    /// A link that stores a title in the user's WeChat
    /// (`POST /card/invoice/biz/getusertitleurl`).
    ///
    /// Caller: official account, service account or app.
    ///
    /// # Errors
    /// [`Error::Invalid`] for an empty title, or a telephone or tax number of another shape.
    ///
    /// Source: <https://developers.weixin.qq.com/doc/service/api/invoice/name/api_invoicebizgetusertitleurl>
    pub async fn user_title_url(&self, title: &UserTitle) -> Result<String, Error> {
        let request = match title {
            UserTitle::FilledByUser => UserTitleRequest {
                user_fill: 1,
                given: None,
            },
            UserTitle::Given(given) => {
                given.check(USER_TITLE_URL.name())?;
                UserTitleRequest {
                    user_fill: 0,
                    given: Some(given),
                }
            }
        };
        let answer: UrlAnswer = self.session.post(&USER_TITLE_URL, &[], &request).await?;
        required(&USER_TITLE_URL, "url", answer.url)
    }

    /// A link, made into a QR code for the counter, by which a user hands over a title
    /// (`POST /card/invoice/biz/getselecttitleurl`). `attach` comes back in
    /// [`Event::Title`](crate::callback::Event::Title); `biz_name` is shown to the user.
    ///
    /// Caller: official account, service account or app.
    ///
    /// # Errors
    /// As every call.
    ///
    /// Source: <https://developers.weixin.qq.com/doc/service/api/invoice/name/api_invoicebizgetselecttitleurl>
    pub async fn select_title_url(
        &self,
        attach: Option<&str>,
        biz_name: Option<&str>,
    ) -> Result<String, Error> {
        let request = SelectTitleRequest { attach, biz_name };
        let answer: UrlAnswer = self.session.post(&SELECT_TITLE_URL, &[], &request).await?;
        required(&SELECT_TITLE_URL, "url", answer.url)
    }

    /// Reads the title behind a user's QR code (`POST /card/invoice/scantitle`). `scan_text` is the
    /// scanner's raw text; it lives for a short time only.
    ///
    /// Caller: a verified account; not through a third-party platform.
    ///
    /// # Errors
    /// [`Error::Refused`] with 72044 when the code has expired.
    ///
    /// Source: <https://developers.weixin.qq.com/doc/service/api/invoice/name/api_invoicescantitle>
    pub async fn scan_title(&self, scan_text: &str) -> Result<ScannedTitle, Error> {
        let answer: ScanAnswer = self
            .session
            .post(&SCAN_TITLE, &[], &ScanRequest { scan_text })
            .await?;
        let kind = answer.title_type.map(|number| match number {
            0 => ScannedTitleKind::Organisation,
            1 => ScannedTitleKind::Person,
            other => ScannedTitleKind::Other(other),
        });
        Ok(ScannedTitle {
            kind,
            title: answer.title,
            phone: answer.phone,
            tax_no: answer.tax_no,
            addr: answer.addr,
            bank_type: answer.bank_type,
            bank_no: answer.bank_no,
            other: known_out(answer.other),
        })
    }
}

impl GivenTitle {
    fn check(&self, call: &'static str) -> Result<(), Error> {
        if self.title.trim().is_empty() {
            return Err(Error::invalid(call, "title", "must not be empty"));
        }
        let phone = self.phone.as_deref().unwrap_or_default();
        if !phone
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'-')
        {
            return Err(Error::invalid(call, "phone", "must be digits and `-`"));
        }
        let well_formed = |tax_no: &str| {
            (15..=20).contains(&tax_no.len()) && tax_no.bytes().all(|b| b.is_ascii_alphanumeric())
        };
        if !self.tax_no.as_deref().is_none_or(well_formed) {
            return Err(Error::invalid(
                call,
                "tax_no",
                "must be 15 to 20 letters and digits",
            ));
        }
        Ok(())
    }
}
