//! One attempt to bring one invoice to one buyer, and its states.

use std::fmt;
use thiserror::Error;

/// Where the buyer meets us.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Channel {
    /// A page in WeChat (H5), also behind a QR code.
    Web,
    /// A native app.
    App,
    /// A mini program.
    MiniProgram,
    /// An ordinary mobile web page.
    Wap,
}

impl Channel {
    /// The stored name, also used in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Channel::Web => "web",
            Channel::App => "app",
            Channel::MiniProgram => "mini_program",
            Channel::Wap => "wap",
        }
    }

    /// Reads the stored name.
    pub fn parse(text: &str) -> Option<Channel> {
        [Self::Web, Self::App, Self::MiniProgram, Self::Wap]
            .into_iter()
            .find(|it| it.as_str() == text)
    }
}

/// Which page the buyer sees in WeChat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PageType {
    /// The title is known; the buyer only confirms.
    Confirm,
    /// The buyer fills in a title, then confirms.
    Title,
    /// The invoice exists; the buyer collects it.
    Collect,
}

impl PageType {
    /// The stored name, also used in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            PageType::Confirm => "confirm",
            PageType::Title => "title",
            PageType::Collect => "collect",
        }
    }

    /// Reads the stored name.
    pub fn parse(text: &str) -> Option<PageType> {
        [Self::Confirm, Self::Title, Self::Collect]
            .into_iter()
            .find(|it| it.as_str() == text)
    }
}

/// Where a delivery stands (design §3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DeliveryState {
    /// Made; nobody has opened its page.
    Created,
    /// The buyer opened our page and was sent on to WeChat.
    PageOpened,
    /// WeChat confirmed that the buyer agreed.
    Authorised,
    /// Its invoice is being issued.
    Issuing,
    /// The card is in the buyer's wallet.
    Carded,
    /// Refused by the shop, or by the buyer on WeChat's page; the WeChat order id is burnt.
    Refused,
    /// Nobody agreed in time.
    Expired,
    /// It cannot be brought; the reason says why.
    Failed,
}

/// A change of state that the rules do not know.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("a delivery cannot go from {from} to {to}")]
pub struct IllegalDeliveryChange {
    /// Where it stands.
    pub from: DeliveryState,
    /// Where it should have gone.
    pub to: DeliveryState,
}

impl DeliveryState {
    /// All states in the order of life.
    pub const ALL: [DeliveryState; 8] = [
        Self::Created,
        Self::PageOpened,
        Self::Authorised,
        Self::Issuing,
        Self::Carded,
        Self::Refused,
        Self::Expired,
        Self::Failed,
    ];

    /// The stored name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::PageOpened => "page_opened",
            Self::Authorised => "authorised",
            Self::Issuing => "issuing",
            Self::Carded => "carded",
            Self::Refused => "refused",
            Self::Expired => "expired",
            Self::Failed => "failed",
        }
    }

    /// Reads the stored name.
    pub fn parse(text: &str) -> Option<DeliveryState> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }

    /// Whether nothing will happen any more.
    pub const fn is_final(self) -> bool {
        matches!(
            self,
            Self::Carded | Self::Refused | Self::Expired | Self::Failed
        )
    }

    /// Whether the buyer's agreement is still awaited.
    pub const fn awaits_buyer(self) -> bool {
        matches!(self, Self::Created | Self::PageOpened)
    }

    /// Decides a change of state.
    ///
    /// # Errors
    /// [`IllegalDeliveryChange`] naming both states.
    pub fn change(self, to: DeliveryState) -> Result<DeliveryState, IllegalDeliveryChange> {
        use DeliveryState as S;
        let allowed = matches!(
            (self, to),
            (S::Created, S::PageOpened | S::Authorised | S::Refused | S::Expired | S::Failed)
                | (S::PageOpened, S::Authorised | S::Refused | S::Expired | S::Failed)
                // An authorisation that arrives after our own deadline is still an authorisation.
                | (S::Expired, S::Authorised)
                | (S::Authorised, S::Issuing | S::Refused | S::Failed)
                | (S::Issuing, S::Carded | S::Failed)
                // A person mended what failed.
                | (S::Failed, S::Issuing | S::Carded)
        );
        if allowed {
            Ok(to)
        } else {
            Err(IllegalDeliveryChange { from: self, to })
        }
    }
}

impl fmt::Display for DeliveryState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_have_names_that_read_back() {
        for state in DeliveryState::ALL {
            assert_eq!(DeliveryState::parse(state.as_str()), Some(state));
        }
    }

    #[test]
    fn a_refused_delivery_is_never_used_again() {
        for to in DeliveryState::ALL {
            assert!(DeliveryState::Refused.change(to).is_err(), "{to}");
        }
        let error = DeliveryState::Carded
            .change(DeliveryState::Refused)
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            "a delivery cannot go from carded to refused"
        );
    }
}
