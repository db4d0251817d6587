//! The legal document: kinds, identities and the states it passes through.

use std::fmt;
use thiserror::Error;

/// What kind of invoice (发票种类).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum InvoiceKind {
    /// 电子发票（普通发票）: digital ordinary invoice, the main profile.
    DigitalOrdinary,
    /// 电子发票（增值税专用发票）: digital special invoice.
    DigitalSpecial,
    /// 增值税电子普通发票: the older form made with tax devices.
    ClassicOrdinary,
}

impl InvoiceKind {
    /// All of them.
    pub const ALL: [InvoiceKind; 3] = [
        Self::DigitalOrdinary,
        Self::DigitalSpecial,
        Self::ClassicOrdinary,
    ];

    /// The name that is stored and shown in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            InvoiceKind::DigitalOrdinary => "digital_ordinary",
            InvoiceKind::DigitalSpecial => "digital_special",
            InvoiceKind::ClassicOrdinary => "classic_ordinary",
        }
    }

    /// Reads the stored name.
    pub fn parse(text: &str) -> Option<InvoiceKind> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// The title printed on the paper.
    pub const fn printed(self) -> &'static str {
        match self {
            InvoiceKind::DigitalOrdinary => "电子发票（普通发票）",
            InvoiceKind::DigitalSpecial => "电子发票（增值税专用发票）",
            InvoiceKind::ClassicOrdinary => "增值税电子普通发票",
        }
    }
}

/// What names an invoice. Only the tax authority makes these.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Identity {
    /// One 20-digit number (数电票号码).
    Digital {
        /// 20 digits; the first two are the year.
        number: String,
    },
    /// Code, number and check code of the older form.
    Classic {
        /// 12 digits (发票代码).
        code: String,
        /// 8 digits (发票号码).
        number: String,
        /// 20 digits (校验码).
        check_code: String,
        /// 12 digits (机器编号).
        machine: String,
    },
}

impl Identity {
    /// The number alone.
    pub fn number(&self) -> &str {
        match self {
            Identity::Digital { number } | Identity::Classic { number, .. } => number,
        }
    }

    /// Code and number in one, as people file it; for digital invoices the number.
    pub fn full(&self) -> String {
        format!("{}{}", self.code(), self.number())
    }

    /// The code; empty for digital invoices.
    pub fn code(&self) -> &str {
        match self {
            Identity::Digital { .. } => "",
            Identity::Classic { code, .. } => code,
        }
    }
}

/// Where an invoice stands (design §3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum InvoiceState {
    /// Computed, not yet checked.
    Drafted,
    /// All checks passed; waits for a number.
    Ready,
    /// The gate, the quota or the number stock stops it.
    Blocked,
    /// Number and quota taken, in one transaction.
    Reserved,
    /// Sent to the tax authority or to an external platform; the receipt is kept.
    Uploading,
    /// Asked, no answer: query before anything else, never a second number.
    OutcomeUnknown,
    /// The tax authority, or the external platform, said no.
    Refused,
    /// The tax authority has it: it is an invoice now, for ever.
    Issued,
    /// Some of it was taken back by red letters.
    PartlyRed,
    /// All of it was taken back.
    FullyRed,
}

/// A change of state that the rules do not know.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("an invoice cannot go from {from} to {to}")]
pub struct IllegalInvoiceChange {
    /// Where it stands.
    pub from: InvoiceState,
    /// Where it should have gone.
    pub to: InvoiceState,
}

impl InvoiceState {
    /// All states in the order of life.
    pub const ALL: [InvoiceState; 10] = [
        Self::Drafted,
        Self::Ready,
        Self::Blocked,
        Self::Reserved,
        Self::Uploading,
        Self::OutcomeUnknown,
        Self::Refused,
        Self::Issued,
        Self::PartlyRed,
        Self::FullyRed,
    ];

    /// The stored name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Drafted => "drafted",
            Self::Ready => "ready",
            Self::Blocked => "blocked",
            Self::Reserved => "reserved",
            Self::Uploading => "uploading",
            Self::OutcomeUnknown => "outcome_unknown",
            Self::Refused => "refused",
            Self::Issued => "issued",
            Self::PartlyRed => "partly_red",
            Self::FullyRed => "fully_red",
        }
    }

    /// Reads the stored name.
    pub fn parse(text: &str) -> Option<InvoiceState> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }

    /// Whether the document exists legally: only then is it rendered and delivered.
    pub const fn is_issued(self) -> bool {
        matches!(self, Self::Issued | Self::PartlyRed | Self::FullyRed)
    }

    /// Whether a number is bound to it for good.
    pub const fn holds_number(self) -> bool {
        !matches!(self, Self::Drafted | Self::Ready | Self::Blocked)
    }

    /// Decides a change of state.
    ///
    /// # Errors
    /// [`IllegalInvoiceChange`] naming both states.
    pub fn change(self, to: InvoiceState) -> Result<InvoiceState, IllegalInvoiceChange> {
        use InvoiceState as S;
        let allowed = matches!(
            (self, to),
            (S::Drafted, S::Ready | S::Blocked)
                // An external platform assigns the number itself: its request goes out without one.
                | (S::Ready, S::Reserved | S::Blocked | S::Uploading)
                | (S::Blocked, S::Ready)
                | (S::Reserved, S::Uploading | S::OutcomeUnknown | S::Refused)
                | (S::Uploading, S::Issued | S::Refused | S::OutcomeUnknown)
                | (S::OutcomeUnknown, S::Uploading | S::Issued | S::Refused)
                | (S::Refused, S::Uploading | S::OutcomeUnknown)
                | (S::Issued, S::PartlyRed | S::FullyRed)
                | (S::PartlyRed, S::FullyRed)
        );
        if allowed {
            Ok(to)
        } else {
            Err(IllegalInvoiceChange { from: self, to })
        }
    }
}

impl fmt::Display for InvoiceState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_have_names_that_read_back() {
        for state in InvoiceState::ALL {
            assert_eq!(InvoiceState::parse(state.as_str()), Some(state));
        }
    }

    #[test]
    fn an_issued_invoice_is_never_taken_back_but_by_red_letters() {
        for to in InvoiceState::ALL {
            let allowed = InvoiceState::Issued.change(to).is_ok();
            assert_eq!(
                allowed,
                matches!(to, InvoiceState::PartlyRed | InvoiceState::FullyRed),
                "{to}"
            );
        }
        let error = InvoiceState::FullyRed
            .change(InvoiceState::Issued)
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            "an invoice cannot go from fully_red to issued"
        );
    }
}
