//! The things a sandbox remembers. Each is a row: serialised as one journal line, last one wins.

mod card;

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub(crate) use card::{Card, CardLine, CardStatus, InvoiceData};

use crate::config::AccountConfig;

/// Something kept in a table and in the journal under its own key.
pub(crate) trait Row: Clone + Serialize + DeserializeOwned {
    const KIND: &'static str;
    fn key(&self) -> String;
}

/// An account with what was set through the API.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Account {
    pub(crate) config: AccountConfig,
    pub(crate) s_pappid: Option<String>,
    pub(crate) contact: Option<Contact>,
    pub(crate) auth_field: Option<Value>,
    pub(crate) pay_mch: Option<PayMch>,
    #[serde(default)]
    pub(crate) test_openids: Vec<String>,
    #[serde(default)]
    pub(crate) test_usernames: Vec<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Contact {
    pub(crate) phone: String,
    pub(crate) time_out: i64,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct PayMch {
    pub(crate) mchid: String,
    pub(crate) s_pappid: String,
}

impl Account {
    pub(crate) fn appid(&self) -> &str {
        &self.config.appid
    }

    /// The name people see, else the appid.
    pub(crate) fn name(&self) -> &str {
        if self.config.name.is_empty() {
            &self.config.appid
        } else {
            &self.config.name
        }
    }
}

impl Row for Account {
    const KIND: &'static str = "account";
    fn key(&self) -> String {
        self.config.appid.clone()
    }
}

/// Which of the independent families a credential belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum CredentialKind {
    ClassicToken,
    StableToken,
    CardTicket,
    JsTicket,
}

/// A token or ticket. `superseded` tells 40001 from 42001 once `dead_at` has passed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Credential {
    pub(crate) value: String,
    pub(crate) appid: String,
    pub(crate) kind: CredentialKind,
    pub(crate) minted_at: i64,
    pub(crate) expires_at: i64,
    pub(crate) dead_at: i64,
    pub(crate) superseded: bool,
}

impl Row for Credential {
    const KIND: &'static str = "credential";
    fn key(&self) -> String {
        self.value.clone()
    }
}

/// Where an order (one authorisation) stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum OrderState {
    Waiting,
    Authorised,
    RefusedByUser,
    Rejected,
    Inserted,
}

/// What the buyer filled in on a type 1 page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Title {
    /// An organisation's title, else a person's.
    pub(crate) company: bool,
    /// Member name to value, as `getauthdata` returns them.
    pub(crate) fields: BTreeMap<String, String>,
    #[serde(default)]
    pub(crate) custom: Vec<(String, String)>,
}

/// One order id of one merchant account.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Order {
    pub(crate) appid: String,
    pub(crate) order_id: String,
    pub(crate) s_pappid: String,
    pub(crate) money: i64,
    pub(crate) source: String,
    pub(crate) page_type: i64,
    pub(crate) redirect_url: Option<String>,
    pub(crate) created_at: i64,
    pub(crate) state: OrderState,
    pub(crate) buyer: Option<String>,
    pub(crate) title: Option<Title>,
    pub(crate) auth_time: Option<i64>,
    pub(crate) code: Option<String>,
    pub(crate) reject_reason: Option<String>,
    pub(crate) reject_url: Option<String>,
    /// A fiscal bill (财政电子票据), not an invoice.
    #[serde(default)]
    pub(crate) fiscal: bool,
    /// Began on a payment receipt.
    #[serde(default)]
    pub(crate) after_payment: bool,
    /// An insert for it is running; never written down.
    #[serde(skip)]
    pub(crate) inserting: bool,
}

impl Order {
    pub(crate) fn key_of(appid: &str, order_id: &str) -> String {
        format!("{appid}/{order_id}")
    }
}

impl Row for Order {
    const KIND: &'static str = "order";
    fn key(&self) -> String {
        Self::key_of(&self.appid, &self.order_id)
    }
}

/// A card template; one per payee and kind.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Template {
    pub(crate) card_id: String,
    pub(crate) appid: String,
    pub(crate) title: String,
    pub(crate) payee: String,
    pub(crate) kind: String,
    pub(crate) logo_url: String,
    #[serde(default)]
    pub(crate) links: Vec<TemplateLink>,
    pub(crate) created_at: i64,
    #[serde(default)]
    pub(crate) fiscal: bool,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct TemplateLink {
    pub(crate) name: String,
    pub(crate) url: String,
    pub(crate) sub_title: String,
}

impl Row for Template {
    const KIND: &'static str = "template";
    fn key(&self) -> String {
        self.card_id.clone()
    }
}

/// An uploaded PDF; the bytes live in the media store.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Media {
    pub(crate) id: String,
    pub(crate) appid: String,
    pub(crate) sha256: String,
    pub(crate) size: usize,
    pub(crate) filename: String,
    pub(crate) uploaded_at: i64,
    pub(crate) used_by: Option<String>,
}

impl Row for Media {
    const KIND: &'static str = "media";
    fn key(&self) -> String {
        self.id.clone()
    }
}

/// An uploaded logo, small enough to be kept in the journal.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Logo {
    pub(crate) id: String,
    pub(crate) png: bool,
    pub(crate) base64: String,
}

impl Row for Logo {
    const KIND: &'static str = "logo";
    fn key(&self) -> String {
        self.id.clone()
    }
}

/// What became of a push.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PushOutcome {
    Pending,
    /// Answered with `success` or an empty body.
    Answered,
    /// All repeats used up.
    GivenUp,
    /// Swallowed by a fault.
    Lost,
    /// The account has no push address.
    Undeliverable,
}

/// One try to deliver a push.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct PushAttempt {
    pub(crate) at_ms: i64,
    pub(crate) latency_ms: i64,
    pub(crate) status: Option<u16>,
    pub(crate) answer: String,
}

/// An event on its way to an account.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Push {
    pub(crate) id: u64,
    pub(crate) appid: String,
    pub(crate) event: String,
    pub(crate) from: String,
    pub(crate) created_at: i64,
    /// Members after the five common ones, in order.
    pub(crate) members: Vec<(String, Value)>,
    pub(crate) outcome: PushOutcome,
    pub(crate) attempts: Vec<PushAttempt>,
    /// A copy made by a `doubled` fault or by hand.
    #[serde(default)]
    pub(crate) copy_of: Option<u64>,
    #[serde(default)]
    pub(crate) wait_ms: u64,
}

impl Row for Push {
    const KIND: &'static str = "push";
    fn key(&self) -> String {
        format!("{:012}", self.id)
    }
}

/// A person with a pretend phone.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Buyer {
    pub(crate) id: String,
    pub(crate) name: String,
    /// Saved title of a person, offered on the page.
    pub(crate) person_title: String,
    /// Saved title and number of an organisation.
    pub(crate) company_title: String,
    pub(crate) company_tax_no: String,
}

impl Row for Buyer {
    const KIND: &'static str = "buyer";
    fn key(&self) -> String {
        self.id.clone()
    }
}

/// A request to the legacy unified calls, under its serial (`fpqqlsh`).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct UnifiedRequest {
    pub(crate) fpqqlsh: String,
    pub(crate) appid: String,
    pub(crate) nsrsbh: String,
    pub(crate) ddh: String,
    /// The serial of the blue invoice that a clearing refers to.
    pub(crate) clears: Option<String>,
    pub(crate) fpdm: String,
    pub(crate) fphm: String,
    pub(crate) jym: String,
    pub(crate) made_at: i64,
    /// Gross amount, yuan as text.
    #[serde(default)]
    pub(crate) total: String,
    /// Why it came to nothing.
    #[serde(default)]
    pub(crate) failed: Option<String>,
    /// What goes onto the card.
    #[serde(default)]
    pub(crate) data: Option<InvoiceData>,
    /// The platform behind the call has not done it yet.
    #[serde(default)]
    pub(crate) pending: bool,
}

impl Row for UnifiedRequest {
    const KIND: &'static str = "unified";
    fn key(&self) -> String {
        self.fpqqlsh.clone()
    }
}

/// Numbers and switches of the sandbox itself.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Meta {
    /// Signs page links, PDF links and encrypted codes.
    pub(crate) salt: String,
    pub(crate) clock_ahead_secs: i64,
    pub(crate) settings: Option<crate::config::Settings>,
}

impl Row for Meta {
    const KIND: &'static str = "meta";
    fn key(&self) -> String {
        "meta".to_owned()
    }
}

/// Who an event comes from: a person with a phone, or an openid said outright.
#[derive(Clone, Debug)]
pub(crate) enum Sender {
    Buyer(String),
    Openid(String),
}
