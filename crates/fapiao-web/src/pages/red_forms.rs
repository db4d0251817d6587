//! Red confirmations: the list and the page of one.

use super::{
    orders::ListFilter,
    parts::{Choice, Empty, Event, Link, Pager, Standing, When},
    red::FormView,
    shell::Shell,
};
use askama::Template;
use fapiao_domain::money::Fen;

/// `/admin/red-letters`.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/red_list.html")]
pub struct RedListPage {
    /// The frame.
    pub shell: Shell,
    /// What the address asks for.
    pub filter: ListFilter,
    /// By whose turn it is: value and words.
    pub heaps: Vec<Choice>,
    /// Sellers, the first for all.
    pub sellers: Vec<Choice>,
    /// Rows, newest first.
    pub rows: Vec<FormView>,
    /// Pages.
    pub pager: Pager,
}

impl RedListPage {
    fn empty(&self) -> Empty {
        let t = self.shell.t;
        Empty::new(t.red.none, t.red_form.none_why, None)
    }
}

/// `/admin/red-letters/{id}`.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/red_form.html")]
pub struct RedFormPage {
    /// The frame.
    pub shell: Shell,
    /// Where it stands and what may be done.
    pub standing: Standing,
    /// Seconds after which the page looks again.
    pub refresh: Option<u32>,
    /// What the list shows of it.
    pub form: FormView,
    /// Its order.
    pub order: Link,
    /// The refunds of its order.
    pub refunds: Link,
    /// Whose.
    pub seller: Link,
    /// Reason in words.
    pub reason: &'static str,
    /// The red invoice, once drawn up.
    pub red: Option<Link>,
    /// When it was applied for last.
    pub asked: Option<When>,
    /// When the tax side took it.
    pub entered: Option<When>,
    /// When its red invoice was issued.
    pub carried_out: Option<When>,
    /// Its lines: number of the blue line, name and quantity; net, tax and gross below zero.
    pub lines: Vec<((u32, String, String), [Fen; 3])>,
    /// Net, tax and gross, below zero.
    pub totals: [Fen; 3],
    /// How much of the blue invoice it takes back: all, a part, or what was left of it.
    pub extent: &'static str,
    /// What happened to it, newest first.
    pub timeline: Vec<Event>,
}
