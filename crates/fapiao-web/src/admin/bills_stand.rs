//! One sentence on where a fiscal bill stands, the one next step, and what may be done.

use super::{job_words, standing::left};
use crate::{
    i18n::{Lang, Texts, fill1},
    pages::parts::Tone,
};
use chrono::{DateTime, TimeDelta, Utc};
use fapiao_domain::{card::CardState, delivery::DeliveryState};
use fapiao_usecases::{
    fiscal::is_undecided,
    records::{Bill, BillCard, BillDelivery, BillSource, FiscalUnit, JobRow, TemplateStand},
};

/// Seconds after which a page looks again while a machine is at work.
const SOON_SECS: u32 = 3;
/// The same while the payer is awaited.
const LATER_SECS: u32 = 10;

/// All that the sentence depends on.
pub(super) struct About<'a> {
    pub(super) unit: &'a FiscalUnit,
    pub(super) bill: &'a Bill,
    pub(super) delivery: &'a BillDelivery,
    /// The card that is most in the way, over all deliveries of the bill.
    pub(super) held: Option<&'a BillCard>,
    /// The newest of its jobs that stopped.
    pub(super) stopped: Option<&'a JobRow>,
}

/// The next step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Nobody's, or the payer's.
    None,
    /// Hand the PDF in.
    Upload,
    /// See to the unit's template.
    Unit,
    /// Tell the bureau, then note what came of it.
    Outcome,
    /// A person mends what stopped, then retries.
    Retry,
    /// Make a new link.
    Again,
}

/// Where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stand {
    pub(super) tone: Tone,
    pub(super) say: String,
    pub(super) more: String,
    pub(super) step: Step,
    /// Seconds until the page looks again.
    pub(super) refresh: Option<u32>,
}

impl Stand {
    fn new(tone: Tone, say: &str, more: &str, step: Step) -> Stand {
        Stand {
            tone,
            say: say.to_owned(),
            more: more.to_owned(),
            step,
            refresh: None,
        }
    }

    fn looking(mut self, seconds: u32) -> Stand {
        self.refresh = Some(seconds);
        self
    }
}

impl About<'_> {
    fn card(&self) -> Option<CardState> {
        self.delivery.card.as_ref().map(|it| it.state)
    }

    /// Whether a card can be in a wallet that we put there, with this delivery or an earlier one.
    const fn card_asked(&self) -> bool {
        self.held.is_some()
    }

    /// Whether nobody knows what became of an insert: a person may look into the payer's wallet.
    pub(super) fn is_undecided(&self, now: DateTime<Utc>) -> bool {
        is_undecided(self.delivery, now)
    }

    /// Whether its payer can still be refused.
    pub(super) fn may_refuse(&self) -> bool {
        let open = match self.delivery.state {
            DeliveryState::Created | DeliveryState::PageOpened | DeliveryState::Authorised => true,
            // Stopped on its way: nothing was asked for that could be in the wallet.
            DeliveryState::Issuing => !self.card_asked(),
            _ => false,
        };
        open && self.bill.void.is_none()
    }

    /// Whether a new link can be made.
    pub(super) fn may_ask_again(&self) -> bool {
        let ended = matches!(
            self.delivery.state,
            DeliveryState::Refused | DeliveryState::Expired | DeliveryState::Failed
        );
        ended && !self.card_asked() && self.unit.role.asks() && self.bill.void.is_none()
    }

    /// Whether somebody tells here what the bureau elsewhere did.
    pub(super) fn may_tell_outcome(&self) -> bool {
        self.delivery.state == DeliveryState::Authorised && !self.unit.role.inserts()
    }

    /// Whether the payer's link leads somewhere.
    pub(super) fn link_is_open(&self, now: DateTime<Utc>) -> bool {
        self.delivery.source != BillSource::Elsewhere
            && self.delivery.state.awaits_buyer()
            && self.delivery.expires_at > now
            && self.bill.void.is_none()
    }

    /// What declaring it void does to the card; `None` when it is void already.
    pub(super) fn void_means(&self, t: &'static Texts) -> Option<&'static str> {
        if self.bill.void.is_some() {
            return None;
        }
        let f = &t.fiscal;
        let carded = self.delivery.state == DeliveryState::Carded;
        Some(match self.held.map(|it| it.state) {
            Some(CardState::Locked) => f.void_locked,
            Some(CardState::Reimbursed) => f.void_reimbursed,
            _ if carded && !self.unit.role.inserts() => f.void_elsewhere,
            Some(_) => f.void_card,
            None => f.void_no_card,
        })
    }

    /// Where it stands, in words.
    pub(super) fn stand(&self, lang: Lang, now: DateTime<Utc>) -> Stand {
        let t = Texts::of(lang);
        if let Some(job) = self.stopped {
            let say = fill1(t.stand.stuck, job_words::kind(t, &job.kind));
            let mut why = job_words::why_of(lang, job);
            if self.is_undecided(now) {
                why = format!("{why} · {}", t.fiscal_stand.undecided);
            }
            return Stand::new(Tone::Bad, &say, &why, Step::Retry);
        }
        if let Some(void) = &self.bill.void {
            return self.void(t, &void.reason);
        }
        let (f, state) = (&t.fiscal_stand, self.delivery.state);
        let reason = job_words::in_language(lang, &self.delivery.reason);
        let ended = |say: &str, tone| {
            let again = self.may_ask_again();
            let next = if again {
                f.again_more
            } else if self.is_undecided(now) {
                f.undecided
            } else {
                ""
            };
            let more = [reason.as_str(), next];
            let more: Vec<&str> = more.into_iter().filter(|it| !it.is_empty()).collect();
            let step = if again { Step::Again } else { Step::None };
            Stand::new(tone, say, &more.join(" · "), step)
        };
        match state {
            DeliveryState::Created | DeliveryState::PageOpened => self.awaiting(t, now),
            DeliveryState::Authorised if !self.unit.role.inserts() => {
                Stand::new(Tone::Wait, f.hand_over, f.hand_over_more, Step::Outcome)
            }
            DeliveryState::Authorised | DeliveryState::Issuing => self.inserting(t),
            DeliveryState::Carded => self.carded(t),
            DeliveryState::Refused => ended(f.refused, Tone::Warn),
            DeliveryState::Expired => ended(f.expired, Tone::Warn),
            DeliveryState::Failed => ended(f.failed, Tone::Bad),
        }
    }

    fn awaiting(&self, t: &'static Texts, now: DateTime<Utc>) -> Stand {
        let f = &t.fiscal_stand;
        let span = self.delivery.expires_at - now;
        if span <= TimeDelta::zero() {
            return Stand::new(Tone::Warn, f.overdue, f.overdue_more, Step::None)
                .looking(LATER_SECS);
        }
        let say = if self.delivery.state == DeliveryState::PageOpened {
            f.awaits_opened
        } else {
            f.awaits
        };
        let more = match self.delivery.source {
            BillSource::Web => f.awaits_more,
            BillSource::App => f.awaits_app,
            // WeChat is asked about an agreement that was got elsewhere: nobody is waited for.
            BillSource::Elsewhere => {
                return Stand::new(Tone::Wait, f.confirming, "", Step::None).looking(SOON_SECS);
            }
        };
        Stand::new(Tone::Wait, &fill1(say, left(t, span)), more, Step::None).looking(LATER_SECS)
    }

    fn inserting(&self, t: &'static Texts) -> Stand {
        let f = &t.fiscal_stand;
        if self.bill.file.is_none() {
            return Stand::new(
                Tone::Warn,
                f.file_missing,
                f.file_missing_more,
                Step::Upload,
            );
        }
        if self.unit.template.stand != TemplateStand::Ready {
            return Stand::new(
                Tone::Warn,
                f.template_missing,
                f.template_missing_more,
                Step::Unit,
            )
            .looking(LATER_SECS);
        }
        Stand::new(Tone::Wait, f.inserting, "", Step::None).looking(SOON_SECS)
    }

    fn carded(&self, t: &'static Texts) -> Stand {
        let f = &t.fiscal_stand;
        let (tone, say, more) = match self.card() {
            None => (Tone::Ok, f.in_wallet_elsewhere, ""),
            Some(CardState::Locked) => (Tone::Ok, f.locked, ""),
            Some(CardState::Reimbursed) => (Tone::Ok, f.reimbursed, ""),
            Some(CardState::Cancelled) => (Tone::Warn, f.cancelled, ""),
            Some(CardState::CodeUnknown) => (Tone::Warn, f.code_unknown, f.code_unknown_more),
            Some(CardState::Uploading | CardState::Inserting | CardState::Inserted) => {
                (Tone::Ok, f.in_wallet, "")
            }
        };
        Stand::new(tone, say, more, Step::None)
    }

    fn void(&self, t: &'static Texts, reason: &str) -> Stand {
        let f = &t.fiscal_stand;
        let carded = self.delivery.state == DeliveryState::Carded;
        let elsewhere = carded && !self.unit.role.inserts();
        let with = |more: &str| {
            let both: Vec<&str> = [reason, more]
                .into_iter()
                .filter(|it| !it.is_empty())
                .collect();
            both.join(" · ")
        };
        let told = |tone, say: &str, more: &str| Stand::new(tone, say, &with(more), Step::None);
        if elsewhere {
            return told(Tone::Warn, f.void_elsewhere, "");
        }
        match self.held.map(|it| it.state) {
            None => told(Tone::Plain, f.void_no_card, ""),
            Some(CardState::Cancelled) => told(Tone::Plain, f.void_done, ""),
            Some(CardState::Locked) => told(Tone::Bad, f.void_locked, f.void_locked_more),
            Some(CardState::Reimbursed) => {
                told(Tone::Bad, f.void_reimbursed, f.void_reimbursed_more)
            }
            Some(CardState::CodeUnknown) => told(Tone::Bad, f.code_unknown, f.code_unknown_more),
            Some(CardState::Uploading | CardState::Inserting | CardState::Inserted) => {
                told(Tone::Wait, f.void_running, "").looking(SOON_SECS)
            }
        }
    }
}

#[cfg(test)]
mod tests;
