//! Refunds, the red confirmations they need, and what a red invoice takes back.

use chrono::{DateTime, TimeDelta, Utc};
use fapiao_domain::{
    confirmation::{ANSWER_HOURS, FormState, FormWaits},
    ids::{DeliveryId, InvoiceId, OrderId, RedFormId, RefundId, SellerId, StoreId},
    invoice::{Identity, InvoiceState},
    red::{RedLine, RedReason},
    totals::Totals,
};

/// What a red invoice takes back (红字发票).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RedOf {
    /// The blue invoice.
    pub blue: InvoiceId,
    /// Its number.
    pub blue_identity: Identity,
    /// The confirmation it carries out.
    pub form: RedFormId,
    /// The confirmation's number at the tax side; empty for the older form.
    pub form_number: String,
    /// The confirmation's key at the tax side; empty for the older form.
    pub form_key: String,
    /// Why.
    pub reason: RedReason,
    /// The blue line of each of its lines, by place.
    pub blue_lines: Vec<u32>,
}

/// A red confirmation (红字发票信息确认单).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RedForm {
    /// Its id.
    pub id: RedFormId,
    /// Which refund it belongs to.
    pub refund: RefundId,
    /// Of which order.
    pub order: OrderId,
    /// Who issues.
    pub seller: SellerId,
    /// The invoice it takes back, or part of it.
    pub blue: InvoiceId,
    /// Why.
    pub reason: RedReason,
    /// Its lines, below zero.
    pub lines: Vec<RedLine>,
    /// Their sums, below zero.
    pub totals: Totals,
    /// Whether nothing of the blue invoice is left afterwards.
    pub completes: bool,
    /// Where it stands.
    pub state: FormState,
    /// Its number at the tax side (确认单编号); empty until it has one.
    pub number: String,
    /// Its key at the tax side; empty until it has one.
    pub key: String,
    /// The tax side's words, when it did not take it.
    pub message: String,
    /// Its red invoice, and where that stands.
    pub red: Option<(InvoiceId, InvoiceState)>,
    /// When it was applied for last.
    pub asked_at: Option<DateTime<Utc>>,
    /// When the tax side took it.
    pub entered_at: Option<DateTime<Utc>>,
    /// When its red invoice was issued.
    pub carried_out_at: Option<DateTime<Utc>>,
    /// When it was decided.
    pub created_at: DateTime<Utc>,
    /// Row version.
    pub version: i64,
    /// Whether the buyer began it at the tax side, and we answer.
    pub by_buyer: bool,
}

impl RedForm {
    /// Who has to act next.
    pub fn waits_for(&self) -> FormWaits {
        if self.red_is_refused() && !matches!(self.state, FormState::GivenUp) {
            return FormWaits::Staff;
        }
        self.state.waits_for(self.carried_out_at.is_some())
    }

    /// Whether its red invoice was refused by the tax side.
    pub fn red_is_refused(&self) -> bool {
        let refused = matches!(self.red, Some((_, InvoiceState::Refused)));
        refused && self.carried_out_at.is_none()
    }

    /// Whether the seller may still withdraw it at the tax side, as far as its state goes: whoever acted last, before it
    /// is carried out.
    pub fn may_be_withdrawn(&self) -> bool {
        self.state.may_be_withdrawn() || self.by_buyer && self.state == FormState::Confirmed
    }

    /// When it lapses, while somebody's answer is awaited.
    pub fn lapses_at(&self) -> Option<DateTime<Utc>> {
        let waiting = matches!(self.state, FormState::AwaitsBuyer | FormState::AwaitsSeller);
        let entered = self.entered_at.filter(|_| waiting)?;
        Some(entered + TimeDelta::hours(ANSWER_HOURS))
    }
}

/// What a refund is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RefundKind {
    /// Money goes back to the buyer.
    Refund,
    /// The invoice was wrong (a wrong title): it is taken back and issued anew, no money moves.
    Correction,
}

impl RefundKind {
    /// The stored name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Refund => "refund",
            Self::Correction => "correction",
        }
    }

    /// Reads the stored name.
    pub fn parse(text: &str) -> Option<RefundKind> {
        [Self::Refund, Self::Correction]
            .into_iter()
            .find(|it| it.as_str() == text)
    }
}

/// What a refund takes from one line of its order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakenLine {
    /// By which confirmation; `None` when the line was not invoiced yet.
    pub form: Option<RedFormId>,
    /// The order's computed line and the amounts, below zero.
    pub line: RedLine,
}

/// A refund (退款), or the correction of a wrong invoice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refund {
    /// Its id.
    pub id: RefundId,
    /// Of which order.
    pub order: OrderId,
    /// Whose.
    pub seller: SellerId,
    /// Where.
    pub store: StoreId,
    /// What for.
    pub kind: RefundKind,
    /// Why, as the tax side asks.
    pub reason: RedReason,
    /// The shop's own number of it, may be empty.
    pub refund_no: String,
    /// A remark for staff, may be empty.
    pub note: String,
    /// What is given back, above zero; zero for a correction.
    pub totals: Totals,
    /// What it takes from the order's lines.
    pub taken: Vec<TakenLine>,
    /// Its red confirmations, in the order they are carried out.
    pub forms: Vec<RedForm>,
    /// Whether what is left is invoiced anew.
    pub reissue: bool,
    /// The new delivery, once made.
    pub delivery: Option<DeliveryId>,
    /// Who decided it, as the audit chain writes it.
    pub decided_by: String,
    /// When.
    pub created_at: DateTime<Utc>,
}

/// Where a refund stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RefundStage {
    /// Steps are being carried out.
    Running,
    /// A step failed: somebody has to decide.
    Stopped,
    /// Everything is carried out.
    Done,
    /// Given up before anything was issued.
    GivenUp,
}

impl RefundStage {
    /// Its name in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Stopped => "stopped",
            Self::Done => "done",
            Self::GivenUp => "given_up",
        }
    }
}

impl Refund {
    /// Whether it is the correction of this invoice.
    pub fn corrects(&self, invoice: &InvoiceId) -> bool {
        self.kind == RefundKind::Correction && self.forms.iter().any(|it| it.blue == *invoice)
    }

    /// Where it stands, told by its steps.
    pub fn stage(&self) -> RefundStage {
        let failed = |it: &RedForm| {
            it.state.has_failed()
                || (it.carried_out_at.is_none() && it.waits_for() == FormWaits::Staff)
        };
        if self.forms.iter().any(failed) {
            return RefundStage::Stopped;
        }
        let alive: Vec<&RedForm> = self.forms.iter().filter(|it| it.state.holds()).collect();
        let from_open = self.taken.iter().any(|it| it.form.is_none());
        if !self.forms.is_empty() && alive.is_empty() && !from_open {
            return RefundStage::GivenUp;
        }
        let reds_left = alive.iter().any(|it| it.carried_out_at.is_none());
        let delivery_left = self.reissue && self.delivery.is_none() && !alive.is_empty();
        if reds_left || delivery_left {
            RefundStage::Running
        } else {
            RefundStage::Done
        }
    }

    /// Whether what is left is to be invoiced anew now: every red letter is carried out or given up, and one of them at
    /// least took something back. One that failed may yet be begun again, so it is waited for.
    pub fn may_reissue(&self) -> bool {
        let settled = |it: &RedForm| it.carried_out_at.is_some() || it.state == FormState::GivenUp;
        let taken_back = |it: &RedForm| it.carried_out_at.is_some();
        self.reissue
            && self.delivery.is_none()
            && self.forms.iter().all(settled)
            && (self.forms.is_empty() || self.forms.iter().any(taken_back))
    }

    /// What it takes from the order's lines now: without what was given up.
    pub fn standing_lines(&self) -> impl Iterator<Item = &RedLine> {
        self.taken
            .iter()
            .filter(|it| match &it.form {
                None => true,
                Some(id) => self
                    .forms
                    .iter()
                    .any(|form| form.id == *id && form.state != FormState::GivenUp),
            })
            .map(|it| &it.line)
    }
}
