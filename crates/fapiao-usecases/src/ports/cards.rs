//! Cards in wallets.

use crate::{actor::Actor, errors::StoreError, records::Card};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use fapiao_domain::{
    card::CardState,
    ids::{DeliveryId, InvoiceId},
};
use serde_json::Value;

/// What WeChat reported about a card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardReport {
    /// Template.
    pub template: String,
    /// Card code.
    pub code: String,
    /// The holder's openid, may be empty.
    pub openid: String,
    /// The new state.
    pub to: CardState,
    /// When, in Unix seconds of WeChat's clock.
    pub at: i64,
}

/// What a report did, or would do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Followed {
    /// The card changed.
    Changed {
        /// Whose card.
        delivery: DeliveryId,
        /// From.
        from: CardState,
        /// To.
        to: CardState,
    },
    /// It stands there already.
    Same(DeliveryId),
    /// The report tells of an earlier moment, or of something that cannot follow any more.
    Outdated(DeliveryId, CardState),
    /// Nobody knew the code; the only card of the template whose code was lost took it.
    Adopted(DeliveryId, CardState),
    /// Nobody knows the code, and several cards of the template have lost theirs: a person decides.
    Ambiguous(Vec<DeliveryId>),
    /// Nobody knows the code, but an insert of this template awaits its answer: ask again in a moment.
    Early,
    /// No card of ours.
    Unknown,
}

/// An insert that is announced: what it is told apart by, and whether one was before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Announced {
    /// When it was announced: later than every announcement of this card before it.
    pub at: DateTime<Utc>,
    /// Whether an insert was asked for before without an answer that says no: only WeChat can tell what became of it.
    pub before: bool,
}

/// Cards in wallets.
#[async_trait]
pub trait CardStore: Send + Sync {
    /// The card of a delivery.
    async fn card(&self, delivery: &DeliveryId) -> Result<Option<Card>, StoreError>;

    /// Makes the card row in state `uploading`, or returns the one there is: with this template as long as no insert
    /// under another one may be on its way.
    async fn begin_card(
        &self,
        delivery: &DeliveryId,
        invoice: &InvoiceId,
        template: &str,
    ) -> Result<Card, StoreError>;

    /// Keeps the handle of an uploaded PDF.
    async fn record_media(
        &self,
        delivery: &DeliveryId,
        media: &str,
        at: DateTime<Utc>,
    ) -> Result<(), StoreError>;

    /// Saves that insert is about to be asked for: `uploading` or `inserting` → `inserting`. Of two who announce at
    /// once exactly one is told that nobody was before it.
    async fn record_insert_asked(
        &self,
        delivery: &DeliveryId,
        at: DateTime<Utc>,
    ) -> Result<Announced, StoreError>;

    /// Saves that the insert announced at this moment has put nothing into the wallet and that this is known: back to
    /// `uploading`, as if it had not been asked for. `false`, and nothing changes, once another insert was announced or
    /// the card is there.
    async fn record_insert_refused(
        &self,
        delivery: &DeliveryId,
        announced: DateTime<Utc>,
        code: &str,
    ) -> Result<bool, StoreError>;

    /// Saves that the card is in the wallet: state `inserted`, or `code_unknown` without a code. The delivery becomes
    /// `carded`, the order `invoiced`. Repeating it changes nothing.
    async fn record_inserted(
        &self,
        delivery: &DeliveryId,
        code: Option<&str>,
        openid: &str,
        note: Value,
    ) -> Result<(), StoreError>;

    /// What a report of WeChat would do, without doing it.
    async fn foresee_report(&self, report: &CardReport) -> Result<Followed, StoreError>;

    /// Follows a change that WeChat reported for a card code. A code nobody knows is adopted by the only card of the
    /// template whose code was lost.
    async fn follow_card(&self, report: &CardReport, note: Value) -> Result<Followed, StoreError>;

    /// Saves the code of a card whose answer was lost, as a person read it. `Stale` when the card has a code, `Exists`
    /// when another card has this one.
    async fn adopt_code(
        &self,
        delivery: &DeliveryId,
        code: &str,
        actor: &Actor,
    ) -> Result<(), StoreError>;

    /// Saves what WeChat answered about a card: `from` is the state that was read. `Stale` when it moved on.
    async fn change_card(
        &self,
        delivery: &DeliveryId,
        from: CardState,
        to: CardState,
        actor: &Actor,
        note: Value,
    ) -> Result<(), StoreError>;

    /// The cards of an invoice, over all its deliveries.
    async fn cards_of(&self, invoice: &InvoiceId) -> Result<Vec<Card>, StoreError>;
}
