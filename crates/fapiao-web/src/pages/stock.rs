//! Numbers and quota as ledgers.

use super::{
    field::Errors,
    parts::{Badge, Choice, Empty, Gauge, Link, When},
    shell::Shell,
};
use askama::Template;
use fapiao_domain::money::Fen;

/// `/admin/stock`.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/stock.html")]
pub struct StockPage {
    /// The frame.
    pub shell: Shell,
    /// Sellers to switch between (value is the address).
    pub sellers: Vec<Choice>,
    /// The shown seller's address.
    pub seller: String,
    /// Its id, for the form.
    pub seller_id: String,
    /// Numbers not yet used.
    pub numbers_left: i64,
    /// How long they last, in words.
    pub numbers_until: String,
    /// How long the quota lasts, in words.
    pub quota_until: String,
    /// Numbers in the running segments.
    pub numbers_whole: i64,
    /// Numbers are fetched when fewer are left.
    pub refill_below: i64,
    /// Quota left this month, net.
    pub quota_left: Fen,
    /// Quota is fetched when less is left.
    pub quota_below: Fen,
    /// How much is fetched at once.
    pub quota_fetch: Fen,
    /// Which month, `2026-11`.
    pub month: String,
    /// Newest first.
    pub segments: Vec<SegmentRow>,
    /// Newest first.
    pub entries: Vec<QuotaRow>,
    /// Whether this person may fetch numbers.
    pub can_refill: bool,
    /// The last day of the month's quota, where it ends before the month does, and whether it is over.
    pub quota_ends: Option<(String, bool)>,
    /// What goes back or may; `None` where this person decides nothing, or the quota is kept elsewhere.
    pub give_back: Option<GiveBack>,
    /// What is wrong with the amount to be returned.
    pub errors: Errors,
    /// What the tax gateway told, newest first; `None` where numbers come from segments.
    pub gateway: Option<Vec<ToldRow>>,
}

/// Quota that goes back to the tax authority.
#[derive(Clone, Debug)]
pub struct GiveBack {
    /// At most so much.
    pub most: Fen,
    /// The amount as typed.
    pub amount: String,
    /// What is on its way back.
    pub under_way: Option<Fen>,
}

/// What a gateway had left at a moment.
#[derive(Clone, Debug)]
pub struct ToldRow {
    /// When.
    pub at: When,
    /// Numbers, in words.
    pub numbers: String,
    /// Quota, in words.
    pub quota: String,
    /// Volumes of the older form, in words.
    pub volumes: Vec<String>,
}

/// A segment of numbers.
#[derive(Clone, Debug)]
pub struct SegmentRow {
    /// Its year.
    pub year: i32,
    /// The first number.
    pub first: String,
    /// The last number.
    pub last: String,
    /// How many are used.
    pub used: i64,
    /// How many it has.
    pub whole: i64,
    /// In use, waiting, used up, of a past year.
    pub state: Badge,
    /// When it was fetched.
    pub received: When,
}

impl SegmentRow {
    fn gauge(&self) -> Gauge {
        Gauge::used(self.used, self.whole)
    }
}

/// One entry of the quota ledger.
#[derive(Clone, Debug)]
pub struct QuotaRow {
    /// When.
    pub at: When,
    /// Granted, reserved, given back; in words.
    pub what: String,
    /// The thing it belongs to.
    pub link: Option<Link>,
    /// The change.
    pub change: Fen,
    /// What was left then.
    pub balance: Fen,
}

impl StockPage {
    /// Whether the fold is open: something was typed into it, or is under way.
    fn gives_back(&self, it: &GiveBack) -> bool {
        it.under_way.is_some() || !self.errors.is_empty()
    }

    fn numbers_gauge(&self) -> Gauge {
        Gauge::left(self.numbers_left, self.numbers_whole)
    }

    fn quota_gauge(&self) -> Gauge {
        Gauge::left(self.quota_left.get(), self.quota_fetch.get())
    }

    fn empty(&self) -> Empty {
        let t = &self.shell.t.stock;
        Empty::new(t.no_segments, t.no_segments_why, None)
    }
}
