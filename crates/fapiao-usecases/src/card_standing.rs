//! How far the card of an invoice stands in the way of a red letter: one rule for the refund, its warning and the end of
//! the card.

use crate::{errors::StoreError, ports::Ports, records::Card};
use fapiao_domain::{card::CardState, ids::InvoiceId};

/// How far a card stands in the way of a red letter (红字发票).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CardStanding {
    /// No card was ever asked for.
    None,
    /// It is on its way into the wallet: wait until that is decided.
    OnItsWay(Card),
    /// In the wallet and free: it will be struck out.
    Free(Card),
    /// In the wallet, but its code is not known: it cannot be struck out until the code is found.
    CodeUnknown(Card),
    /// The holder handed it to an employer, who checks it at the moment: WeChat refuses to strike it out (72023).
    Locked(Card),
    /// Reimbursed: WeChat never strikes it out (72061). The offset is a matter between the two bookkeepers.
    Reimbursed(Card),
    /// Struck out.
    Cancelled(Card),
}

impl CardStanding {
    pub(crate) fn of(card: Option<Card>) -> CardStanding {
        let Some(card) = card else {
            return CardStanding::None;
        };
        match card.state {
            CardState::Uploading | CardState::Inserting => CardStanding::OnItsWay(card),
            CardState::Inserted => CardStanding::Free(card),
            CardState::CodeUnknown => CardStanding::CodeUnknown(card),
            CardState::Locked => CardStanding::Locked(card),
            CardState::Reimbursed => CardStanding::Reimbursed(card),
            CardState::Cancelled => CardStanding::Cancelled(card),
        }
    }

    /// Whether WeChat would strike the card out now, or there is nothing to strike out.
    pub const fn may_cancel(&self) -> bool {
        matches!(self, Self::None | Self::Free(_) | Self::Cancelled(_))
    }

    /// Whether a person should read a warning before a red letter is made: the buyer's employer has booked, or is about
    /// to book, the blue invoice, or the card cannot be struck out.
    pub const fn warns(&self) -> bool {
        matches!(
            self,
            Self::Locked(_) | Self::Reimbursed(_) | Self::CodeUnknown(_) | Self::OnItsWay(_)
        )
    }

    /// Whether an employer has it: its release, or the bookkeeper's word, comes before a red letter that would strike
    /// it out.
    pub const fn is_held(&self) -> bool {
        matches!(self, Self::Locked(_) | Self::Reimbursed(_))
    }

    /// The card's own state, if there is a card.
    pub fn state(&self) -> Option<CardState> {
        match self {
            Self::None => None,
            Self::OnItsWay(card)
            | Self::Free(card)
            | Self::CodeUnknown(card)
            | Self::Locked(card)
            | Self::Reimbursed(card)
            | Self::Cancelled(card) => Some(card.state),
        }
    }

    /// A stable word, for answers and texts.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::None => "none",
            Self::OnItsWay(_) => "on_its_way",
            Self::Free(_) => "free",
            Self::CodeUnknown(_) => "code_unknown",
            Self::Locked(_) => "locked",
            Self::Reimbursed(_) => "reimbursed",
            Self::Cancelled(_) => "cancelled",
        }
    }
}

/// Where the card of an invoice stands: to be asked before a red letter is made and before the card is struck out. Of
/// several cards (a delivery that failed and was made anew) the one that is most in the way counts.
///
/// # Errors
/// [`StoreError`].
pub async fn card_standing(ports: &Ports, invoice: &InvoiceId) -> Result<CardStanding, StoreError> {
    let cards = ports.store.cards_of(invoice).await?;
    let weight = |card: &Card| match card.state {
        CardState::Cancelled => 0,
        CardState::Uploading => 1,
        CardState::Inserted => 2,
        CardState::Inserting => 3,
        CardState::CodeUnknown => 4,
        CardState::Locked => 5,
        CardState::Reimbursed => 6,
    };
    Ok(CardStanding::of(cards.into_iter().max_by_key(weight)))
}
