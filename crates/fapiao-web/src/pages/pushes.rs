//! One push, and the self-test of an account's push address.

use super::{
    onboarding::CheckRow,
    parts::{Badge, Event, Link, Raw, Standing, When},
    shell::Shell,
};
use askama::Template;

/// `/admin/inbox/{id}`.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/push_show.html")]
pub struct PushShowPage {
    /// The frame.
    pub shell: Shell,
    /// Where it stands and what to do.
    pub standing: Standing,
    /// Never: the page stands still.
    pub refresh: Option<u32>,
    /// Its id.
    pub id: String,
    /// The event's name; empty when it could not be read.
    pub event: String,
    /// How it stands.
    pub verdict: Badge,
    /// When it arrived.
    pub at: When,
    /// The account's name.
    pub account: String,
    /// How often it came.
    pub seen: i64,
    /// The verdict of when it came, in words.
    pub why: String,
    /// What came of it.
    pub outcome: String,
    /// What it is about.
    pub about: Option<Link>,
    /// Query, body and text, masked.
    pub wire: Vec<Raw>,
    /// A word on the wire texts, may be empty.
    pub wire_note: &'static str,
    /// The result of a trial.
    pub replay: Option<ReplayBlock>,
}

/// What the running version would make of a push.
#[derive(Clone, Debug)]
pub struct ReplayBlock {
    /// Let in or refused.
    pub verdict: Badge,
    /// Why.
    pub why: String,
    /// How it would end, in words; empty when it would not be handled.
    pub ends: String,
    /// What would change.
    pub changes: Vec<Event>,
    /// What would follow.
    pub jobs: Vec<String>,
    /// The values that would be others.
    pub values: Vec<ValueRow>,
}

/// One value of a row that would be another.
#[derive(Clone, Debug)]
pub struct ValueRow {
    /// Of what: an order, a delivery, an invoice, a card.
    pub what: &'static str,
    /// Its id.
    pub thing: Link,
    /// Which value.
    pub name: String,
    /// As it is; empty where there is none.
    pub before: String,
    /// As it would be.
    pub after: String,
}

/// `/admin/accounts/{id}/self-test`.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/self_test.html")]
pub struct SelfTestPage {
    /// The frame.
    pub shell: Shell,
    /// The account's name.
    pub account: String,
    /// Passed or not, and the way to try again.
    pub standing: Standing,
    /// Never: the page stands still.
    pub refresh: Option<u32>,
    /// Where the test was sent.
    pub address: String,
    /// Each trial.
    pub rows: Vec<CheckRow>,
}
