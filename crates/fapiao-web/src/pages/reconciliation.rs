//! The comparison with WeChat, and the list of all deliveries.

use super::{
    parts::{Action, Badge, Choice, Link, Pager, Standing, When},
    shell::Shell,
};
use askama::Template;
use fapiao_domain::money::Fen;

/// `/admin/reconciliation`.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/reconciliation.html")]
pub struct ReconciliationPage {
    /// The frame.
    pub shell: Shell,
    /// How the shown run ended.
    pub standing: Standing,
    /// Seconds until the page looks again, while a run is under way.
    pub refresh: Option<u32>,
    /// What differs.
    pub rows: Vec<DifferenceRow>,
    /// How many more there are than are listed, in words; empty when all are.
    pub more: String,
    /// Past runs, newest first.
    pub runs: Vec<RunRow>,
}

/// One difference.
#[derive(Clone, Debug)]
pub struct DifferenceRow {
    /// What differs, in words.
    pub what: &'static str,
    /// What it is about.
    pub about: Link,
    /// How it stands here.
    pub here: &'static str,
    /// How it stands at WeChat.
    pub there: &'static str,
    /// The one safe fix, for who may.
    pub action: Option<Action>,
    /// When and by whom it was taken care of.
    pub fixed: Option<(When, String)>,
}

/// One run.
#[derive(Clone, Debug)]
pub struct RunRow {
    /// Its page.
    pub href: String,
    /// Whether it is the shown one.
    pub current: bool,
    /// When it began.
    pub at: When,
    /// Who began it.
    pub cause: &'static str,
    /// How many were asked about.
    pub asked: i64,
    /// How many differences it found.
    pub found: i64,
    /// How many are open.
    pub open: i64,
}

/// `/admin/deliveries`.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/delivery_list.html")]
pub struct DeliveryListPage {
    /// The frame.
    pub shell: Shell,
    /// States to choose from.
    pub states: Vec<Choice>,
    /// Channels to choose from.
    pub channels: Vec<Choice>,
    /// Deadlines to choose from.
    pub deadlines: Vec<Choice>,
    /// The chosen state.
    pub state: String,
    /// The chosen channel.
    pub channel: String,
    /// The chosen deadline.
    pub ends: String,
    /// How many there are.
    pub count: String,
    /// This page's rows, newest first.
    pub rows: Vec<DeliveryListRow>,
    /// Pages.
    pub pager: Pager,
}

/// One delivery.
#[derive(Clone, Debug)]
pub struct DeliveryListRow {
    /// Its page.
    pub href: String,
    /// Its id.
    pub id: String,
    /// The shop's number of its order.
    pub order_no: String,
    /// Gross amount.
    pub total: Fen,
    /// The channel in words.
    pub channel: &'static str,
    /// Where it stands.
    pub state: Badge,
    /// When it expires, while it awaits a buyer.
    pub expires: Option<When>,
    /// Why it was refused or failed.
    pub reason: String,
    /// When it was made.
    pub created: When,
}
