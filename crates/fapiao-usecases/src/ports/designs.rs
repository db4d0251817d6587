//! What staff draw, tries to make a card template, and who renewed which token.

use crate::{actor::Actor, errors::StoreError, jobs::QueuedJob, ports::CardTemplate};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use fapiao_domain::{
    ids::{AccountId, SellerId},
    invoice::InvoiceKind,
};
use serde_json::Value;

/// The pages that an account's buyers fill in; subject: the account.
pub const BUYER_FORM: &str = "buyer_form";
/// What WeChat said that page is; subject: the account.
pub const BUYER_FORM_READ: &str = "buyer_form_read";
/// A seller's cards; subject: [`card_subject`].
pub const CARD: &str = "card";
/// How a company means to issue; subject: the seller, or empty before there is one.
pub const ACCESS: &str = "access";

/// The subject of a seller's cards of one kind.
pub fn card_subject(seller: &SellerId, kind: InvoiceKind) -> String {
    format!("{seller}:{}", kind.as_str())
}

/// A stored drawing.
#[derive(Clone, Debug, PartialEq)]
pub struct Design {
    /// What was drawn.
    pub value: Value,
    /// Rises with every change; 1 for the first.
    pub version: i64,
    /// When it was saved last.
    pub saved_at: DateTime<Utc>,
}

/// A drawing to be saved with the jobs that carry it out.
#[derive(Clone, Debug, PartialEq)]
pub struct NewDesign {
    /// What kind of drawing: [`BUYER_FORM`], [`CARD`], [`ACCESS`] …
    pub kind: &'static str,
    /// Whose.
    pub subject: String,
    /// The version that was read; 0 when there was none. `None` overwrites whatever stands there.
    pub expected_version: Option<i64>,
    /// What was drawn.
    pub value: Value,
    /// What is to be done with it.
    pub then: Vec<QueuedJob>,
}

/// Where a try to make a template stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TryState {
    /// Saved just before the call.
    Asked,
    /// The answer was lost: a person has to look.
    Unknown,
    /// Made.
    Made,
    /// WeChat refused.
    Refused,
    /// A person found that nothing had been made.
    GivenUp,
}

impl TryState {
    /// The stored name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Unknown => "unknown",
            Self::Made => "made",
            Self::Refused => "refused",
            Self::GivenUp => "given_up",
        }
    }

    /// Reads the stored name.
    pub fn parse(text: &str) -> Option<TryState> {
        [
            Self::Asked,
            Self::Unknown,
            Self::Made,
            Self::Refused,
            Self::GivenUp,
        ]
        .into_iter()
        .find(|it| it.as_str() == text)
    }

    /// Whether it blocks the next try.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Asked | Self::Unknown)
    }
}

/// One try to make a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateTry {
    /// Its id; any text that is unique.
    pub id: String,
    /// The account that asks.
    pub account: AccountId,
    /// For which seller.
    pub seller: SellerId,
    /// For which kind.
    pub kind: InvoiceKind,
    /// The payee on the cards.
    pub payee: String,
    /// The design it is made of; 0 without one.
    pub design_version: i64,
    /// Where it stands.
    pub state: TryState,
    /// Why, in words for staff.
    pub reason: String,
    /// The template, once made.
    pub card_id: Option<String>,
    /// When it was asked for.
    pub asked_at: DateTime<Utc>,
}

/// One renewal of a credential, or a failure of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenNote {
    /// `access_token` or `ticket`.
    pub kind: String,
    /// The node that did it.
    pub node: String,
    /// When.
    pub at: DateTime<Utc>,
    /// The generation it made; 0 for a failure.
    pub generation: i64,
    /// Why it was renewed: `first`, `ending`, `refused`, `forced`; empty for a failure, and where it was not noted.
    pub cause: String,
    /// Until when the new credential lives.
    pub expires_at: Option<DateTime<Utc>>,
    /// The far side's code; empty without one.
    pub code: String,
    /// What went wrong; empty for a renewal.
    pub trouble: String,
}

/// A failure to renew a credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenTrouble {
    /// The app.
    pub app_id: String,
    /// `access_token` or `ticket`.
    pub kind: String,
    /// The node that tried.
    pub node: String,
    /// The far side's code; empty without one.
    pub code: String,
    /// What went wrong, for staff; without secrets.
    pub trouble: String,
}

/// Drawings, tries and notes.
#[async_trait]
pub trait Designs: Send + Sync {
    /// One drawing.
    async fn design(&self, kind: &str, subject: &str) -> Result<Option<Design>, StoreError>;
    /// Saves a drawing and queues what follows; gives its version. `Stale` when it was changed meanwhile.
    async fn save_design(&self, new: NewDesign, actor: &Actor) -> Result<i64, StoreError>;

    /// The try that blocks the next one.
    async fn open_try(
        &self,
        account: &AccountId,
        seller: &SellerId,
        kind: InvoiceKind,
    ) -> Result<Option<TemplateTry>, StoreError>;
    /// Saves that a template is about to be asked for. `false` when another try is open.
    async fn begin_try(&self, new: &TemplateTry) -> Result<bool, StoreError>;
    /// Ends an open try, or says that its outcome is unknown; gives the right to make one back when it ended.
    /// `false` when it is not open.
    async fn end_try(
        &self,
        id: &str,
        state: TryState,
        reason: &str,
        actor: &Actor,
    ) -> Result<bool, StoreError>;
    /// Stores what an open try made, by itself or as a person found it in WeChat's console.
    async fn finish_try(
        &self,
        id: &str,
        made: &CardTemplate,
        actor: &Actor,
    ) -> Result<(), StoreError>;
    /// The last tries of a seller, newest first.
    async fn tries_of(&self, seller: &SellerId, limit: u32)
    -> Result<Vec<TemplateTry>, StoreError>;
    /// All templates of a seller, newest first.
    async fn templates_of(&self, seller: &SellerId) -> Result<Vec<CardTemplate>, StoreError>;

    /// Notes that a credential could not be renewed.
    async fn note_token_trouble(&self, trouble: &TokenTrouble) -> Result<(), StoreError>;
    /// The last renewals and failures of an app, newest first.
    async fn token_notes(&self, app_id: &str, limit: u32) -> Result<Vec<TokenNote>, StoreError>;
}
