//! The red confirmation form (红字发票信息确认单) and its states.

use std::fmt;
use thiserror::Error;

/// Where a red confirmation stands: before it was applied for, the tax side's thirteen states, and after we gave it up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FormState {
    /// Decided by us, not applied for yet: another form holds the blue invoice, or the worker has not come to it.
    Planned,
    /// Applied for; saved before the call, so that a lost answer is recognised.
    Asked,
    /// The older form needs no confirmation: its red invoice is issued directly.
    Direct,
    /// `01` 无需确认: nobody has to agree.
    NotNeeded,
    /// `02` 销方录入待购方确认: the buyer has to agree within 72 hours.
    AwaitsBuyer,
    /// `03` 购方录入待销方确认: we have to agree within 72 hours.
    AwaitsSeller,
    /// `04` 购销双方已确认: both sides agree.
    Confirmed,
    /// `05` the buyer refused.
    RefusedByBuyer,
    /// `06` the seller refused.
    RefusedBySeller,
    /// `07` 72 hours passed without an answer.
    Expired,
    /// `08` withdrawn by whoever began it.
    Withdrawn,
    /// `09` withdrawn after both sides had agreed.
    WithdrawnAfter,
    /// `10` void: the blue invoice is an abnormal voucher.
    VoidAbnormal,
    /// `11` void: the taxpayer's state does not allow it.
    VoidTaxpayer,
    /// `12` void: a natural person refused the blue invoice.
    VoidRefused,
    /// `13` void: a tax refund was filed with the blue invoice.
    VoidRefund,
    /// The tax side did not take the application.
    Rejected,
    /// A person gave it up after it failed.
    GivenUp,
}

/// A change of state that the rules do not know.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("a red confirmation cannot go from {from} to {to}")]
pub struct IllegalFormChange {
    /// Where it stands.
    pub from: FormState,
    /// Where it should have gone.
    pub to: FormState,
}

/// Who has to do something next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FormWaits {
    /// The product itself.
    Us,
    /// A person of the seller.
    Staff,
    /// The buyer, in the tax side's own system.
    Buyer,
    /// Nobody: it is over.
    Nobody,
}

/// A form without an answer lapses after so many hours.
pub const ANSWER_HOURS: i64 = 72;

impl FormState {
    /// All states, in the order of life.
    pub const ALL: [FormState; 18] = [
        Self::Planned,
        Self::Asked,
        Self::Direct,
        Self::NotNeeded,
        Self::AwaitsBuyer,
        Self::AwaitsSeller,
        Self::Confirmed,
        Self::RefusedByBuyer,
        Self::RefusedBySeller,
        Self::Expired,
        Self::Withdrawn,
        Self::WithdrawnAfter,
        Self::VoidAbnormal,
        Self::VoidTaxpayer,
        Self::VoidRefused,
        Self::VoidRefund,
        Self::Rejected,
        Self::GivenUp,
    ];

    /// The stored name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Asked => "asked",
            Self::Direct => "direct",
            Self::NotNeeded => "not_needed",
            Self::AwaitsBuyer => "awaits_buyer",
            Self::AwaitsSeller => "awaits_seller",
            Self::Confirmed => "confirmed",
            Self::RefusedByBuyer => "refused_by_buyer",
            Self::RefusedBySeller => "refused_by_seller",
            Self::Expired => "expired",
            Self::Withdrawn => "withdrawn",
            Self::WithdrawnAfter => "withdrawn_after",
            Self::VoidAbnormal => "void_abnormal",
            Self::VoidTaxpayer => "void_taxpayer",
            Self::VoidRefused => "void_refused",
            Self::VoidRefund => "void_refund",
            Self::Rejected => "rejected",
            Self::GivenUp => "given_up",
        }
    }

    /// Reads the stored name.
    pub fn parse(text: &str) -> Option<FormState> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }

    /// The two digits of the tax interface; `None` for states of our own.
    pub const fn code(self) -> Option<&'static str> {
        Some(match self {
            Self::NotNeeded => "01",
            Self::AwaitsBuyer => "02",
            Self::AwaitsSeller => "03",
            Self::Confirmed => "04",
            Self::RefusedByBuyer => "05",
            Self::RefusedBySeller => "06",
            Self::Expired => "07",
            Self::Withdrawn => "08",
            Self::WithdrawnAfter => "09",
            Self::VoidAbnormal => "10",
            Self::VoidTaxpayer => "11",
            Self::VoidRefused => "12",
            Self::VoidRefund => "13",
            Self::Planned | Self::Asked | Self::Direct | Self::Rejected | Self::GivenUp => {
                return None;
            }
        })
    }

    /// Reads the two digits.
    pub fn from_code(code: &str) -> Option<FormState> {
        Self::ALL
            .into_iter()
            .find(|state| state.code() == Some(code))
    }

    /// Whether a red invoice may be issued for it.
    pub const fn allows_issue(self) -> bool {
        matches!(self, Self::NotNeeded | Self::Confirmed | Self::Direct)
    }

    /// Whether it failed: no red invoice will come of it unless it is begun again.
    pub const fn has_failed(self) -> bool {
        matches!(
            self,
            Self::RefusedByBuyer
                | Self::RefusedBySeller
                | Self::Expired
                | Self::Withdrawn
                | Self::WithdrawnAfter
                | Self::VoidAbnormal
                | Self::VoidTaxpayer
                | Self::VoidRefused
                | Self::VoidRefund
                | Self::Rejected
        )
    }

    /// Whether what it takes back counts against the blue invoice.
    pub const fn holds(self) -> bool {
        !self.has_failed() && !matches!(self, Self::GivenUp)
    }

    /// Whether the tax side has it and keeps the blue invoice locked for it, or may have it.
    pub const fn is_open(self) -> bool {
        self.holds() && !matches!(self, Self::Planned)
    }

    /// Whether the seller may still withdraw it: the one who began, before it is carried out.
    pub const fn may_be_withdrawn(self) -> bool {
        matches!(self, Self::NotNeeded | Self::AwaitsBuyer)
    }

    /// Who has to act; `carried_out` when its red invoice is issued.
    pub const fn waits_for(self, carried_out: bool) -> FormWaits {
        match self {
            _ if carried_out => FormWaits::Nobody,
            Self::Planned | Self::Asked | Self::Direct | Self::NotNeeded | Self::Confirmed => {
                FormWaits::Us
            }
            Self::AwaitsBuyer => FormWaits::Buyer,
            Self::GivenUp => FormWaits::Nobody,
            _ => FormWaits::Staff,
        }
    }

    /// Decides a change of state.
    ///
    /// # Errors
    /// [`IllegalFormChange`] naming both states.
    pub fn change(self, to: FormState) -> Result<FormState, IllegalFormChange> {
        use FormState as S;
        let told_by_authority = to.code().is_some();
        let allowed = match self {
            S::Planned => matches!(to, S::Asked | S::Direct | S::GivenUp),
            // Never back to planned: what may be at the tax side is looked for, not applied for again.
            S::Asked => told_by_authority || to == S::Rejected,
            S::NotNeeded | S::AwaitsBuyer | S::AwaitsSeller | S::Confirmed => {
                told_by_authority && to != S::NotNeeded
            }
            // The device refused its red invoice; nobody but us knows of it.
            S::Direct => matches!(to, S::GivenUp),
            S::GivenUp => false,
            // Begun again under a new form, or given up.
            _ => matches!(to, S::Planned | S::GivenUp),
        };
        if allowed && self != to {
            Ok(to)
        } else {
            Err(IllegalFormChange { from: self, to })
        }
    }
}

impl fmt::Display for FormState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_thirteen_codes_are_read_and_only_two_of_them_allow_a_red_invoice() {
        let mut issuing = Vec::new();
        for number in 1..=13 {
            let code = format!("{number:02}");
            let state = FormState::from_code(&code).unwrap();
            assert_eq!(state.code(), Some(code.as_str()));
            if state.allows_issue() {
                issuing.push(number);
            }
        }
        assert_eq!(issuing, [1, 4]);
        assert_eq!(FormState::from_code("14"), None);
        for state in FormState::ALL {
            assert_eq!(FormState::parse(state.as_str()), Some(state));
        }
    }

    #[test]
    fn a_form_that_failed_is_begun_again_or_given_up_and_nothing_else() {
        for state in FormState::ALL.into_iter().filter(|it| it.has_failed()) {
            assert!(!state.holds() && !state.is_open());
            for to in FormState::ALL {
                let allowed = matches!(to, FormState::Planned | FormState::GivenUp);
                assert_eq!(state.change(to).is_ok(), allowed, "{state} to {to}");
            }
        }
        assert!(FormState::GivenUp.change(FormState::Planned).is_err());
    }

    #[test]
    fn only_a_form_that_failed_is_begun_again() {
        for state in FormState::ALL {
            let again = state.change(FormState::Planned).is_ok();
            assert_eq!(again, state.has_failed(), "{state}");
        }
    }

    #[test]
    fn it_is_plain_who_waits_for_whom() {
        assert_eq!(FormState::AwaitsBuyer.waits_for(false), FormWaits::Buyer);
        assert_eq!(FormState::AwaitsSeller.waits_for(false), FormWaits::Staff);
        assert_eq!(FormState::Expired.waits_for(false), FormWaits::Staff);
        assert_eq!(FormState::Confirmed.waits_for(false), FormWaits::Us);
        assert_eq!(FormState::Confirmed.waits_for(true), FormWaits::Nobody);
    }
}
