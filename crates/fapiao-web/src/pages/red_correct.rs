//! The guided correction of an invoice with a wrong title.

use super::{
    deliveries::TitleFacts,
    icon::Icon,
    lines::grouped,
    parts::{Link, Tone, mark},
    shell::Shell,
};
use askama::Template;
use fapiao_domain::money::Fen;

/// `/admin/invoices/{id}/correct`.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/red_correct.html")]
pub struct CorrectPage {
    /// The frame.
    pub shell: Shell,
    /// The invoice's number and page.
    pub invoice: Link,
    /// Its order.
    pub order: Link,
    /// Where refunds of the order are planned.
    pub refunds: Link,
    /// Gross.
    pub total: Fen,
    /// The title as issued.
    pub title: TitleFacts,
    /// What is taken back and issued anew, in words.
    pub means: String,
    /// What happens, or where each step stands.
    pub steps: Vec<CorrectStep>,
    /// Whether it is under way or done: nothing more is asked.
    pub begun: bool,
    /// The last one was given up.
    pub given_up: bool,
    /// A step stopped: its words and the page where a person decides.
    pub stopped: Option<Link>,
    /// The buyer's new link, while it waits for the buyer.
    pub page_url: Option<String>,
    /// What was typed.
    pub note: String,
    /// Whether an employer holds the card.
    pub card_held: bool,
    /// Whether it goes on although the card is held.
    pub despite: bool,
    /// Why it cannot be done, in words.
    pub wrong: String,
    /// Whether it can be decided now: nothing forbids it for good.
    pub can_go_on: bool,
    /// Recognises the plan that was looked at.
    pub digest: String,
    /// Whether the reader may decide.
    pub may_decide: bool,
    /// Seconds until the page looks again.
    pub refresh: Option<u32>,
}

impl CorrectPage {
    fn heading(&self) -> String {
        grouped(&self.invoice.label)
    }
}

/// A step of the correction.
#[derive(Clone, Debug)]
pub struct CorrectStep {
    /// Done, under way, stopped, to come.
    pub tone: Tone,
    /// What it is.
    pub title: &'static str,
    /// Where it stands.
    pub said: String,
    /// What it made.
    pub link: Option<Link>,
}

impl CorrectStep {
    pub(crate) fn mark(&self) -> Option<Icon> {
        mark(self.tone)
    }
}
