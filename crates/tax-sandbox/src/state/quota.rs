//! The quota (发票总额度): what may be issued in a month, net, in fen.

use serde::{Deserialize, Serialize};

use super::{State, Used};
use crate::clock::Millis;

/// One download (positive) or return (negative), in fen.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Movement {
    pub(crate) taxpayer: String,
    pub(crate) month: String,
    pub(crate) fen: i64,
    pub(crate) ywlsh: String,
    /// First and last usable day, `yyyyMMdd`.
    pub(crate) valid_from: String,
    pub(crate) valid_to: String,
    pub(crate) at: Millis,
}

/// One taxpayer's month.
#[derive(Clone, Debug, Default)]
pub(crate) struct QuotaAccount {
    /// Downloaded less returned.
    pub(crate) downloaded: i64,
    /// Spent by accepted invoices less what red ones gave back.
    pub(crate) spent: i64,
    /// Last usable day, `yyyyMMdd`.
    pub(crate) valid_to: String,
}

impl QuotaAccount {
    pub(crate) fn unused(&self) -> i64 {
        self.downloaded - self.spent
    }
}

impl State {
    pub(crate) fn quota_of(&self, taxpayer: &str, month: &str) -> QuotaAccount {
        self.quota
            .get(&(taxpayer.to_owned(), month.to_owned()))
            .cloned()
            .unwrap_or_default()
    }

    pub(super) fn move_quota(&mut self, movement: Movement) {
        let account = self
            .quota
            .entry((movement.taxpayer.clone(), movement.month.clone()))
            .or_default();
        account.downloaded += movement.fen;
        if account.valid_to < movement.valid_to {
            account.valid_to.clone_from(&movement.valid_to);
        }
        self.requests.insert(
            (movement.taxpayer.clone(), movement.ywlsh.clone()),
            Used::Quota(movement.clone()),
        );
        self.movements.push(movement);
    }

    pub(super) fn spend(&mut self, taxpayer: &str, month: &str, fen: i64) {
        self.quota
            .entry((taxpayer.to_owned(), month.to_owned()))
            .or_default()
            .spent += fen;
    }
}
