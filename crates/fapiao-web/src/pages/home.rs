//! The first page: what needs a person now, then how the day goes.

use super::{
    parts::{Event, Gauge, Tone, When},
    shell::Shell,
};
use askama::Template;
use fapiao_domain::money::Fen;

/// `/admin`.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/home.html")]
pub struct HomePage {
    /// The frame.
    pub shell: Shell,
    /// What needs a person, the worst first; empty is good news.
    pub attention: Vec<Attention>,
    /// Today's figures (Asia/Shanghai).
    pub today: Today,
    /// Numbers and quota of each seller.
    pub stock: Vec<SellerStock>,
    /// The last things that happened, newest first.
    pub recent: Vec<Event>,
    /// Steps of the check-list done and in all, until all are done.
    pub set_up: Option<(u32, u32)>,
}

/// A heap of things that wait for a person.
#[derive(Clone, Debug)]
pub struct Attention {
    /// How bad.
    pub tone: Tone,
    /// How many.
    pub count: u64,
    /// What they are: "发票被税局拒绝".
    pub what: String,
    /// What to do or what happens otherwise.
    pub why: String,
    /// The list of them.
    pub href: String,
    /// The oldest one.
    pub since: Option<When>,
}

/// Today's counts and amounts.
#[derive(Clone, Copy, Debug, Default)]
pub struct Today {
    /// Orders that came in.
    pub orders: u64,
    /// Their gross amount.
    pub orders_total: Fen,
    /// Invoices issued.
    pub issued: u64,
    /// Their gross amount.
    pub issued_total: Fen,
    /// Cards that reached a wallet.
    pub carded: u64,
    /// Deliveries that still wait for their buyer, whenever made.
    pub awaiting: u64,
}

/// How many numbers and how much quota a seller has left.
#[derive(Clone, Debug)]
pub struct SellerStock {
    /// The seller's name.
    pub seller: String,
    /// The stock page of this seller.
    pub href: String,
    /// Numbers not yet used.
    pub numbers_left: i64,
    /// Numbers fetched in the running segments.
    pub numbers_whole: i64,
    /// Net amount that may still be invoiced this month.
    pub quota_left: Fen,
    /// The month's quota.
    pub quota_whole: Fen,
}

impl SellerStock {
    fn numbers_gauge(&self) -> Gauge {
        Gauge::left(self.numbers_left, self.numbers_whole)
    }

    fn quota_gauge(&self) -> Gauge {
        Gauge::left(self.quota_left.get(), self.quota_whole.get())
    }
}
