//! What the authority's refusal, silence or nonsense means for a job.

use fapiao_usecases::{
    errors::{Advice, OutsideError},
    records::Seller,
};
use std::time::Duration;

/// The name of this neighbour in errors.
pub(super) const TAX: &str = "tax";
/// `returncode`: the month's quota does not suffice.
pub(super) const QUOTA: &str = "21";
/// `returncode`: not possible as things stand, such as before a return is filed.
pub(super) const STATE: &str = "31";
/// `returncode`: no such taxpayer, receipt or invoice.
pub(super) const UNKNOWN: &str = "11";
/// A closed gate is asked again after this long.
const GATE_AGAIN: Duration = Duration::from_secs(600);

/// What a call does, and so what its silence means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Effect {
    /// Nothing, or the same again under the same serial: repeat at will.
    Repeatable,
    /// Brings invoices: what was not answered may have been accepted.
    Upload,
    /// Asks for results; the authority forgets them after 12 hours.
    Results,
}

/// One call: which service, for whom.
#[derive(Clone, Copy, Debug)]
pub(super) struct Call<'a> {
    pub(super) service: &'static str,
    seller: &'a Seller,
    effect: Effect,
}

impl<'a> Call<'a> {
    /// A question without effect.
    pub(super) fn query(service: &'static str, seller: &'a Seller) -> Self {
        Self {
            service,
            seller,
            effect: Effect::Repeatable,
        }
    }

    /// A change that carries a serial.
    pub(super) fn repeatable(service: &'static str, seller: &'a Seller) -> Self {
        Self {
            service,
            seller,
            effect: Effect::Repeatable,
        }
    }

    /// Invoices.
    pub(super) fn upload(service: &'static str, seller: &'a Seller) -> Self {
        Self {
            service,
            seller,
            effect: Effect::Upload,
        }
    }

    /// Results of an upload.
    pub(super) fn results(service: &'static str, seller: &'a Seller) -> Self {
        Self {
            service,
            seller,
            effect: Effect::Results,
        }
    }

    /// When no usable answer came.
    fn silence(&self) -> Advice {
        match self.effect {
            Effect::Upload => Advice::OutcomeUnknown,
            Effect::Repeatable | Effect::Results => Advice::Retry { after: None },
        }
    }

    /// No connection, or none that carried an answer back.
    pub(super) fn unanswered(&self, error: reqwest::Error) -> OutsideError {
        let error = error.without_url();
        // Refused or unresolved: nothing was sent.
        let advice = if error.is_connect() {
            Advice::Retry { after: None }
        } else {
            self.silence()
        };
        let what = if error.is_connect() {
            "cannot be reached"
        } else if error.is_timeout() {
            "did not answer in time"
        } else {
            "broke the connection"
        };
        let message = format!(
            "the tax authority {what} ({}); the call will be repeated",
            self.service
        );
        OutsideError {
            system: TAX,
            code: String::new(),
            message,
            advice,
            source: Some(Box::new(error)),
        }
    }

    /// An HTTP status without an envelope.
    pub(super) fn status(&self, status: u16) -> OutsideError {
        let advice = match status {
            400..=407 | 409..=428 | 430..=499 => Advice::NeedsPerson,
            _ => self.silence(),
        };
        let message = format!(
            "the tax authority's gateway answered {} with HTTP {status}",
            self.service
        );
        OutsideError::new(TAX, format!("http_{status}"), message, advice)
    }

    /// An answer that cannot be read.
    pub(super) fn garbage(&self) -> OutsideError {
        unreadable(self.service, self.silence())
    }

    /// `Response.Error`: the access layer refused.
    pub(super) fn access(&self, code: &str, message: &str) -> OutsideError {
        let advice = match code {
            "PartyUnknown" | "UsingPartyUnknown" | "SignatureInvalid" | "TimestampInvalid"
            | "TimestampExpired" | "SandboxFlag" | "CapabilityUnknown" | "ServiceNotFound"
            | "BodyUnreadable" => Advice::NeedsPerson,
            "InternalError" => self.silence(),
            // Not known to us: throttling, maintenance. Every call may be repeated.
            _ => Advice::Retry { after: None },
        };
        let hint = match code {
            "TimestampExpired" => "; set this machine's clock",
            _ if advice == Advice::NeedsPerson => "; check the settings under [tax]",
            _ => "",
        };
        self.refused(
            code,
            format!("{} refused: {message}{hint}", self.service),
            advice,
        )
    }

    /// A `returncode` other than `00`.
    pub(super) fn service(&self, code: &str, message: &str) -> OutsideError {
        let advice = match (code, self.effect) {
            // Receipt not known, or asked after 12 hours: the same numbers are uploaded again.
            ("11" | "30", Effect::Results) => Advice::OutcomeUnknown,
            ("20", _) => Advice::Retry {
                after: Some(GATE_AGAIN),
            },
            ("10" | "11" | "12" | "13" | QUOTA | "30" | "31" | "40", _) => Advice::NeedsPerson,
            _ => Advice::Retry { after: None },
        };
        self.refused(
            code,
            format!("{} refused ({code}): {message}", self.service),
            advice,
        )
    }

    /// Messages are for staff and logs: without the tax number.
    fn refused(&self, code: &str, message: String, advice: Advice) -> OutsideError {
        let number = self.seller.party.tax_number.as_str();
        let message = if number.is_empty() {
            message
        } else {
            message.replace(number, "(seller)")
        };
        OutsideError::new(TAX, code, message, advice)
    }
}

/// An answer that lacks what it should hold.
pub(super) fn unreadable(service: &str, advice: Advice) -> OutsideError {
    OutsideError::new(
        TAX,
        "unreadable",
        format!("the tax authority's answer to {service} cannot be read"),
        advice,
    )
}
