//! The invoice in a WeChat wallet (发票卡券), and its states.

use std::fmt;
use thiserror::Error;

/// Where a card stands (design §3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CardState {
    /// The PDF is being handed to WeChat.
    Uploading,
    /// Insert was asked for; saved before the call, so that a lost answer is recognised.
    Inserting,
    /// In the wallet.
    Inserted,
    /// An employer reimburses it at the moment.
    Locked,
    /// Reimbursed; it left the wallet's list.
    Reimbursed,
    /// Struck out after a red letter.
    Cancelled,
    /// In the wallet, but its code was lost with the answer.
    CodeUnknown,
}

/// A change of state that the rules do not know.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("a card cannot go from {from} to {to}")]
pub struct IllegalCardChange {
    /// Where it stands.
    pub from: CardState,
    /// Where it should have gone.
    pub to: CardState,
}

impl CardState {
    /// All states in the order of life.
    pub const ALL: [CardState; 7] = [
        Self::Uploading,
        Self::Inserting,
        Self::Inserted,
        Self::Locked,
        Self::Reimbursed,
        Self::Cancelled,
        Self::CodeUnknown,
    ];

    /// The stored name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Uploading => "uploading",
            Self::Inserting => "inserting",
            Self::Inserted => "inserted",
            Self::Locked => "locked",
            Self::Reimbursed => "reimbursed",
            Self::Cancelled => "cancelled",
            Self::CodeUnknown => "code_unknown",
        }
    }

    /// Reads the stored name.
    pub fn parse(text: &str) -> Option<CardState> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }

    /// Whether the buyer has it.
    pub const fn is_delivered(self) -> bool {
        !matches!(self, Self::Uploading | Self::Inserting)
    }

    /// Decides a change of state.
    ///
    /// # Errors
    /// [`IllegalCardChange`] naming both states.
    pub fn change(self, to: CardState) -> Result<CardState, IllegalCardChange> {
        use CardState as S;
        let allowed = matches!(
            (self, to),
            (S::Uploading, S::Inserting)
                | (S::Inserting, S::Uploading | S::Inserted | S::CodeUnknown)
                | (
                    S::CodeUnknown,
                    S::Inserted | S::Locked | S::Reimbursed | S::Cancelled
                )
                | (S::Inserted, S::Locked | S::Reimbursed | S::Cancelled)
                | (S::Locked, S::Inserted | S::Reimbursed)
        );
        if allowed {
            Ok(to)
        } else {
            Err(IllegalCardChange { from: self, to })
        }
    }
}

impl fmt::Display for CardState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delivered_card_is_never_inserted_again() {
        for from in CardState::ALL
            .into_iter()
            .filter(|state| state.is_delivered())
        {
            assert!(from.change(CardState::Inserting).is_err(), "{from}");
        }
        for state in CardState::ALL {
            assert_eq!(CardState::parse(state.as_str()), Some(state));
        }
    }
}
