//! The payer's page of a fiscal bill behind its short link: a phone, one thing to do.

use super::{parts::When, shell::Bare};
use askama::Template;
use fapiao_domain::money::Fen;

/// `/b/{code}`.
#[derive(Clone, Debug, Template)]
#[template(path = "buyer/bill.html")]
pub struct BillPayerPage {
    /// The frame; its `here` is the page's own path.
    pub bare: Bare,
    /// The bill; `None` when the link is not known.
    pub bill: Option<BillSlip>,
    /// What the payer sees.
    pub state: BillPayerState,
    /// Whether the payer came to agree once more.
    pub is_again: bool,
    /// Whether WeChat's page was opened, whose word may be on its way: this page looks again by itself.
    pub was_opened: bool,
    /// The PDF, when it is there and counts.
    pub download: Option<String>,
    /// The code to quote when asking; may be empty.
    pub reference: String,
}

/// What was paid, as far as the payer needs it.
#[derive(Clone, Debug)]
pub struct BillSlip {
    /// The collecting unit.
    pub unit: String,
    /// What was paid.
    pub amount: Fen,
    /// 票据代码.
    pub code: String,
    /// 票据号码.
    pub number: String,
    /// Day of issue, `2026-11-22`.
    pub date: String,
    /// Name and amount of each item; may be empty.
    pub items: Vec<(String, Fen)>,
    /// May be empty.
    pub remark: String,
    /// Whether it was declared void.
    pub is_void: bool,
}

impl BillSlip {
    fn seal(&self) -> String {
        self.unit.chars().take(1).collect()
    }
}

/// What the payer sees.
#[derive(Clone, Debug)]
pub enum BillPayerState {
    /// One button leads to WeChat.
    Ready {
        /// Our address that asks WeChat for a fresh page and sends the payer on.
        go: String,
        /// Until when.
        expires: When,
    },
    /// WeChat's page cannot be made at the moment; the page looks again by itself.
    Preparing,
    /// The payer agreed; the card is being inserted here.
    OnItsWay,
    /// The payer agreed; the bureau elsewhere inserts the card.
    AtBureau,
    /// The payer agreed; the PDF has not come yet.
    NoFile,
    /// It stopped until staff do something.
    WithStaff,
    /// In the wallet.
    Carded,
    /// It ended without a card: refused, declined, or WeChat would not take it.
    Ended {
        /// Why; may be empty.
        reason: String,
        /// The bill's later link.
        next: Option<String>,
    },
    /// Nobody agreed in time.
    Expired {
        /// The bill's later link.
        next: Option<String>,
    },
    /// The bureau declared the bill void.
    Void {
        /// Why.
        reason: String,
    },
    /// No such link.
    NotFound,
}

impl BillPayerPage {
    fn tone(&self) -> &'static str {
        match self.state {
            BillPayerState::Ready { .. } => "ready",
            BillPayerState::Preparing
            | BillPayerState::OnItsWay
            | BillPayerState::AtBureau
            | BillPayerState::NoFile
            | BillPayerState::WithStaff => "wait",
            BillPayerState::Carded => "ok",
            BillPayerState::Expired { .. } | BillPayerState::NotFound => "warn",
            BillPayerState::Ended { .. } | BillPayerState::Void { .. } => "bad",
        }
    }

    /// Seconds until the page looks again.
    fn refresh(&self) -> Option<u32> {
        match self.state {
            BillPayerState::Preparing | BillPayerState::OnItsWay => Some(3),
            BillPayerState::AtBureau | BillPayerState::NoFile | BillPayerState::WithStaff => {
                Some(30)
            }
            _ => None,
        }
    }

    fn heading(&self) -> &'static str {
        self.words().0
    }

    fn means(&self) -> &'static str {
        self.words().1
    }

    fn words(&self) -> (&'static str, &'static str) {
        let t = &self.bare.t.bill_payer;
        match self.state {
            BillPayerState::Ready { .. } => (t.ready, t.ready_means),
            BillPayerState::Preparing => (t.preparing, t.preparing_means),
            BillPayerState::OnItsWay => (t.on_its_way, t.on_its_way_means),
            BillPayerState::AtBureau => (t.at_bureau, t.at_bureau_means),
            BillPayerState::NoFile => (t.no_file, t.no_file_means),
            BillPayerState::WithStaff => (t.with_staff, t.with_staff_means),
            BillPayerState::Carded => (t.carded, t.carded_means),
            BillPayerState::Ended { .. } => (t.ended, t.ended_means),
            BillPayerState::Expired { .. } => (t.expired, t.expired_means),
            BillPayerState::Void { .. } => (t.void, t.void_means),
            BillPayerState::NotFound => (t.not_found, t.not_found_means),
        }
    }

    /// Why it ended, where somebody said so.
    fn reason(&self) -> Option<&str> {
        match &self.state {
            BillPayerState::Ended { reason, .. } | BillPayerState::Void { reason } => {
                Some(reason.as_str()).filter(|it| !it.is_empty())
            }
            _ => None,
        }
    }

    /// Where the payer goes on, when this link is an older one.
    fn next(&self) -> Option<&str> {
        match &self.state {
            BillPayerState::Ended { next, .. } | BillPayerState::Expired { next } => {
                next.as_deref()
            }
            _ => None,
        }
    }

    /// WeChat, and until when.
    fn way(&self) -> Option<(&str, &When)> {
        match &self.state {
            BillPayerState::Ready { go, expires } => Some((go, expires)),
            _ => None,
        }
    }

    /// Told to who comes to agree a second time.
    fn again(&self) -> Option<&'static str> {
        let agreed = matches!(
            self.state,
            BillPayerState::OnItsWay
                | BillPayerState::AtBureau
                | BillPayerState::NoFile
                | BillPayerState::WithStaff
                | BillPayerState::Carded
        );
        (self.is_again && agreed).then_some(self.bare.t.bill_payer.again)
    }

    fn is_preparing(&self) -> bool {
        matches!(self.state, BillPayerState::Preparing)
    }
}
