//! The buyer's page behind the short link: a phone, one thing to do.

use super::{
    parts::{Link, When},
    shell::Bare,
};
use crate::i18n::{Texts, fill1, states};
use askama::Template;
use chrono::{DateTime, Utc};
use fapiao_domain::{
    delivery::{DeliveryState, PageType},
    invoice::InvoiceState,
    money::Fen,
    red::RedReason,
};
use fapiao_usecases::calendar;

/// `/o/{code}`.
#[derive(Clone, Debug, Template)]
#[template(path = "buyer/page.html")]
pub struct BuyerPage {
    /// The frame; its `here` is the page's own path.
    pub bare: Bare,
    /// Whose invoice; `None` when the link is not known.
    pub sale: Option<Sale>,
    /// The invoices of the order, when it needs several.
    pub parts: Vec<PartLink>,
    /// What the buyer sees.
    pub state: BuyerState,
    /// The code to quote when asking; may be empty.
    pub reference: String,
    /// Until when the invoice is promised, once the buyer agreed.
    pub due: Option<DateTime<Utc>>,
    /// What WeChat's page will ask for.
    pub page: PageType,
    /// Whether the buyer came to agree once more.
    pub is_again: bool,
    /// Whether WeChat's page was opened, whose word may be on its way: this page looks again by itself.
    pub was_opened: bool,
    /// The invoice's files beside the PDF, which a buyer's accounting may want.
    pub files: Vec<Link>,
    /// The sums by which whoever keeps the files can tell that they are whole.
    pub sums: Vec<FileSums>,
    /// Red invoices against this one, oldest first.
    pub reds: Vec<RedSlip>,
    /// What still counts of an invoice that was taken back in part, gross.
    pub left: Option<Fen>,
}

/// The sums of a file.
#[derive(Clone, Debug)]
pub struct FileSums {
    /// `PDF`, `OFD`, `XML`.
    pub kind: String,
    /// SHA-256, hex.
    pub sha256: String,
    /// SM3, hex; empty for files from before it was computed.
    pub sm3: String,
}

/// A red invoice against the buyer's.
#[derive(Clone, Debug)]
pub struct RedSlip {
    /// The number.
    pub number: String,
    /// Day of issue, `2026-03-05`.
    pub date: String,
    /// Gross, below zero.
    pub total: Fen,
    /// Why, in words.
    pub reason: &'static str,
    /// Its files; empty while they are being made.
    pub files: Vec<Link>,
}

/// Why an invoice was taken back, for the buyer.
pub const fn red_reason(t: &'static Texts, reason: RedReason) -> &'static str {
    match reason {
        RedReason::Mistake => t.red_buyer.mistake,
        RedReason::Returned => t.red_buyer.returned,
        RedReason::Ended => t.red_buyer.ended,
        RedReason::Allowance => t.red_buyer.allowance,
    }
}

/// What was bought, as far as the buyer needs it.
#[derive(Clone, Debug)]
pub struct Sale {
    /// The shop's name as the buyer knows it.
    pub store: String,
    /// The legal name on the invoice.
    pub seller: String,
    /// A logo's address; a seal with the first character stands in for none.
    pub logo: Option<String>,
    /// Gross amount.
    pub total: Fen,
    /// The shop's number.
    pub order_no: String,
    /// Day of the sale, `2026-03-05`.
    pub date: String,
    /// The shop's telephone, may be empty.
    pub phone: String,
    /// Whether it is a special invoice.
    pub is_special: bool,
}

/// One of several invoices of an order.
#[derive(Clone, Debug)]
pub struct PartLink {
    /// Which, from 1.
    pub no: u32,
    /// Its page.
    pub href: String,
    /// Gross amount.
    pub total: Fen,
    /// Where its delivery stands.
    pub state: DeliveryState,
    /// Where its invoice stands, once there is one.
    pub invoice: Option<InvoiceState>,
    /// Whether this page is its page.
    pub is_this: bool,
}

impl BuyerPage {
    /// Whether to tell that only an organisation with a tax number may agree.
    fn needs_company(&self) -> bool {
        let is_special = self.sale.as_ref().is_some_and(|it| it.is_special);
        is_special
            && matches!(
                self.state,
                BuyerState::Ready { .. } | BuyerState::InMiniProgram | BuyerState::InApp
            )
    }
}

impl Sale {
    fn seal(&self) -> String {
        self.store.chars().take(1).collect()
    }
}

/// What the buyer sees.
#[derive(Clone, Debug)]
pub enum BuyerState {
    /// Nothing was done yet: one button leads to WeChat.
    Ready {
        /// WeChat's page, or our address that asks WeChat for a fresh one and sends the buyer on.
        go: String,
        /// Until when.
        expires: Option<When>,
    },
    /// It goes on in the shop's mini program.
    InMiniProgram,
    /// It goes on in the shop's app.
    InApp,
    /// No link was given: the short code is asked for.
    Asked,
    /// WeChat's page cannot be made at the moment; the page looks again by itself.
    Preparing,
    /// The buyer agreed; the invoice is being made.
    Issuing {
        /// How far: 1 at the tax authority, 2 on the way to the wallet.
        step: u8,
    },
    /// It lasts longer than promised: a person looks after it; nothing is asked of the buyer.
    Delayed,
    /// It stopped until the shop's staff do something.
    WithStaff {
        /// Whether a special invoice met a title that cannot have one.
        needs_company: bool,
    },
    /// In the wallet.
    Carded {
        /// The number.
        number: String,
        /// The PDF.
        download: String,
    },
    /// Issued, but WeChat would not take the card: a download remains.
    IssuedOnly {
        /// The number.
        number: String,
        /// The PDF.
        download: String,
    },
    /// Taken back in full: the red invoices stand beside it.
    TakenBack {
        /// The number of the former invoice.
        number: String,
        /// Its PDF.
        download: String,
        /// The order's new link, and whether the buyer still has to agree there.
        next: Option<(String, bool)>,
    },
    /// The shop said no.
    Refused {
        /// Why.
        reason: String,
        /// Where to read on; `None` for nowhere.
        url: Option<String>,
    },
    /// The buyer cancelled on WeChat's page.
    Declined,
    /// Too late.
    Expired,
    /// It cannot be made.
    Failed {
        /// What another platform answered. What our own tax side says is for staff alone: it names nothing that a
        /// buyer could mend.
        reason: Option<String>,
        /// Where the order goes on, and whether the buyer has to agree there.
        next: Option<(String, bool)>,
    },
    /// All of it was given back, or invoiced by another link.
    NothingLeft {
        /// Which.
        reason: String,
    },
    /// No such link.
    NotFound,
}

impl PartLink {
    /// What became of it: what was taken back is red wherever its card is, and what was issued exists though no card does.
    fn word(&self, t: &'static Texts) -> &'static str {
        match (self.state, self.invoice) {
            (_, Some(state @ (InvoiceState::FullyRed | InvoiceState::PartlyRed))) => {
                states::invoice(t, state).word
            }
            (DeliveryState::Failed | DeliveryState::Expired, Some(state)) if state.is_issued() => {
                states::invoice(t, state).word
            }
            (state, _) => states::delivery(t, state).word,
        }
    }
}

impl BuyerPage {
    /// Where a part stands, in words, and whether the buyer has something to do.
    fn part_words(&self, part: &PartLink) -> (&'static str, bool) {
        let t = self.bare.t;
        let waits = part.state.awaits_buyer() && !part.is_this;
        let word = if part.is_this {
            t.parts.this_one
        } else if waits {
            t.parts.open
        } else {
            part.word(t)
        };
        (word, waits)
    }

    fn tone(&self) -> &'static str {
        match self.state {
            BuyerState::Ready { .. }
            | BuyerState::InMiniProgram
            | BuyerState::InApp
            | BuyerState::Asked => "ready",
            BuyerState::Preparing
            | BuyerState::Issuing { .. }
            | BuyerState::Delayed
            | BuyerState::WithStaff { .. } => "wait",
            BuyerState::Carded { .. } | BuyerState::IssuedOnly { .. } => "ok",
            BuyerState::Declined
            | BuyerState::Expired
            | BuyerState::NotFound
            | BuyerState::NothingLeft { .. }
            | BuyerState::TakenBack { .. } => "warn",
            BuyerState::Refused { .. } | BuyerState::Failed { .. } => "bad",
        }
    }

    /// Seconds until the page looks again.
    fn refresh(&self) -> Option<u32> {
        match self.state {
            BuyerState::Preparing | BuyerState::Issuing { .. } => Some(3),
            BuyerState::Delayed | BuyerState::WithStaff { .. } => Some(30),
            _ => None,
        }
    }

    fn heading(&self) -> &'static str {
        let t = &self.bare.t.buyer;
        match self.state {
            BuyerState::Ready { .. } | BuyerState::Asked => t.ready,
            BuyerState::InMiniProgram => t.in_mini_program,
            BuyerState::InApp => t.in_app,
            BuyerState::Preparing => t.preparing,
            BuyerState::Issuing { .. } => t.issuing,
            BuyerState::Delayed => t.delayed,
            BuyerState::WithStaff { .. } => t.with_staff,
            BuyerState::Carded { .. } => t.carded,
            BuyerState::IssuedOnly { .. } => t.issued_only,
            BuyerState::TakenBack { .. } => self.bare.t.red_buyer.taken_back,
            BuyerState::Refused { .. } => t.refused,
            BuyerState::Declined => t.declined,
            BuyerState::Expired => t.expired,
            BuyerState::Failed { .. } => t.failed,
            BuyerState::NothingLeft { .. } => t.nothing_to_invoice,
            BuyerState::NotFound => t.not_found,
        }
    }

    /// Whether nothing of the sum will be invoiced.
    const fn is_given_back(&self) -> bool {
        matches!(self.state, BuyerState::NothingLeft { .. })
    }

    /// Until when.
    fn until_words(&self) -> &'static str {
        let t = &self.bare.t.buyer;
        match self.page {
            PageType::Collect => t.until_collect,
            _ => t.until,
        }
    }

    /// What the button leads to.
    fn go_words(&self) -> (&'static str, &'static str) {
        let t = &self.bare.t.buyer;
        match self.page {
            PageType::Title => (t.ready_means, t.go),
            PageType::Confirm => (t.confirm_means, t.go_confirm),
            PageType::Collect => (t.collect_means, t.go_collect),
        }
    }

    /// Told to who comes to agree a second time.
    fn again(&self) -> Option<&'static str> {
        let t = &self.bare.t.buyer;
        let agreed = matches!(
            self.state,
            BuyerState::Issuing { .. }
                | BuyerState::Delayed
                | BuyerState::WithStaff { .. }
                | BuyerState::Carded { .. }
                | BuyerState::IssuedOnly { .. }
        );
        (self.is_again && agreed).then_some(t.again)
    }

    /// The promise, while it is awaited.
    fn promise(&self) -> Option<String> {
        let waits = matches!(
            self.state,
            BuyerState::Issuing { .. } | BuyerState::Delayed | BuyerState::WithStaff { .. }
        );
        let due = self.due.filter(|_| waits)?;
        let text = calendar::minute(due);
        Some(fill1(self.bare.t.buyer.due, text))
    }

    /// The three steps with their state's class and word.
    fn way(&self) -> Vec<(&'static str, &'static str, &'static str)> {
        let t = &self.bare.t.buyer;
        let now = match self.state {
            BuyerState::Issuing { step } => usize::from(step),
            _ => return Vec::new(),
        };
        [t.step_agreed, t.step_tax, t.step_wallet]
            .into_iter()
            .enumerate()
            .map(|(index, label)| match index {
                0 => ("done", label, t.done),
                _ if index < now => ("done", label, t.done),
                _ if index == now.max(1) => ("now", label, t.doing),
                _ => ("", label, t.to_do),
            })
            .collect()
    }
}
