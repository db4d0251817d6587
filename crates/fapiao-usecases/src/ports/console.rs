//! What staff look at and set on WeChat's side for an account.

use crate::{
    errors::OutsideError,
    records::{Account, BuyerForm},
};
use async_trait::async_trait;

/// Calls of one interface today; WeChat's counters may be off by a percent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CallsLeft {
    /// Allowed a day.
    pub limit: Option<i64>,
    /// Made today.
    pub used: Option<i64>,
    /// Left today.
    pub left: Option<i64>,
}

/// An account's settings and counters on WeChat's side.
#[async_trait]
pub trait WechatConsole: Send + Sync {
    /// Sets what the page asks buyers for; the last write wins.
    async fn set_buyer_form(&self, account: &Account, form: &BuyerForm)
    -> Result<(), OutsideError>;
    /// What the page asks buyers for; `None` when it was never set.
    async fn buyer_form(&self, account: &Account) -> Result<Option<BuyerForm>, OutsideError>;
    /// Telephone and promised seconds; `None` when they were never set.
    async fn contact(&self, account: &Account) -> Result<Option<(String, i64)>, OutsideError>;
    /// The linked payment merchant number and platform id; `None` when none is linked.
    async fn pay_merchant(
        &self,
        account: &Account,
    ) -> Result<Option<(String, String)>, OutsideError>;
    /// Whether WeChat takes id and secret, asked in the way that leaves the running token as it is.
    async fn test_credential(&self, account: &Account) -> Result<(), OutsideError>;
    /// The paths whose counters matter to an account, in order.
    fn counted_calls(&self, plays_platform: bool) -> &'static [&'static str];
    /// What is left of one interface today.
    async fn calls_left(&self, account: &Account, path: &str) -> Result<CallsLeft, OutsideError>;
    /// Resets one interface's counter, or all of the account with the secret (ten times a month).
    async fn reset_calls(&self, account: &Account, path: Option<&str>) -> Result<(), OutsideError>;
}
