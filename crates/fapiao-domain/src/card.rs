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
                // Cancelled while we hold it for locked: the report that it was unlocked is still on its way.
                | (S::Locked, S::Inserted | S::Reimbursed | S::Cancelled)
        );
        if allowed {
            Ok(to)
        } else {
            Err(IllegalCardChange { from: self, to })
        }
    }
}

/// What WeChat's report of a card's state means, given what is known already.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Report {
    /// The card goes there.
    Change(CardState),
    /// It stands there already.
    Same,
    /// It tells of an earlier moment, or of something that cannot follow any more.
    Outdated,
    /// The card is not in the wallet as far as we know: the report overtook the answer to the insert.
    Early,
}

impl CardState {
    /// Merges a report. Reports come repeated and in any order; the result is that of the sorted ones: what is final
    /// stays, and of locked and unlocked the later one counts. Moments are those of WeChat, in seconds.
    pub fn merge(self, known_at: Option<i64>, to: CardState, at: i64) -> Report {
        use CardState as S;
        match (self, to) {
            (S::Uploading | S::Inserting, _) => Report::Early,
            (from, to) if from == to => Report::Same,
            (S::Reimbursed | S::Cancelled, _) => Report::Outdated,
            (_, S::Reimbursed | S::Cancelled) => Report::Change(to),
            (_, S::Inserted | S::Locked) if known_at.is_none_or(|known| known <= at) => {
                Report::Change(to)
            }
            _ => Report::Outdated,
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

    /// The final state after these reports in this order, as the store keeps it.
    fn after(reports: &[(CardState, i64)]) -> CardState {
        let (mut state, mut known) = (CardState::Inserted, None);
        for (to, at) in reports {
            match state.merge(known, *to, *at) {
                Report::Change(next) => {
                    assert!(state.change(next).is_ok(), "{state} to {next}");
                    state = next;
                    known = Some(*at);
                }
                Report::Same => known = known.max(Some(*at)),
                Report::Outdated | Report::Early => {}
            }
        }
        state
    }

    fn permutations<T: Clone>(items: &[T]) -> Vec<Vec<T>> {
        if items.len() <= 1 {
            return vec![items.to_vec()];
        }
        let mut all = Vec::new();
        for place in 0..items.len() {
            let mut rest = items.to_vec();
            let first = rest.remove(place);
            for mut order in permutations(&rest) {
                order.insert(0, first.clone());
                all.push(order);
            }
        }
        all
    }

    #[test]
    fn reports_in_any_order_end_where_the_sorted_ones_do() {
        use CardState as S;
        let histories = [
            [
                (S::Locked, 1),
                (S::Inserted, 2),
                (S::Locked, 3),
                (S::Inserted, 4),
                (S::Locked, 5),
            ],
            [
                (S::Locked, 1),
                (S::Inserted, 2),
                (S::Locked, 3),
                (S::Inserted, 4),
                (S::Cancelled, 5),
            ],
            [
                (S::Locked, 1),
                (S::Inserted, 2),
                (S::Locked, 3),
                (S::Locked, 4),
                (S::Reimbursed, 5),
            ],
            [
                (S::Locked, 1),
                (S::Locked, 1),
                (S::Inserted, 2),
                (S::Locked, 7),
                (S::Inserted, 9),
            ],
        ];
        for history in histories {
            let sorted = after(&history);
            let orders = permutations(&history);
            assert_eq!(orders.len(), 120);
            for order in orders {
                assert_eq!(after(&order), sorted, "{order:?}");
            }
        }
    }

    #[test]
    fn a_report_before_the_insert_is_known_waits() {
        assert_eq!(
            CardState::Inserting.merge(None, CardState::Locked, 1),
            Report::Early
        );
    }

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
