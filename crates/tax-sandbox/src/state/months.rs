//! Month totals (汇总确认), in fen and by month of issue.

use super::State;
use super::numbers::Accepted;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct MonthTotals {
    pub(crate) blue_count: i64,
    pub(crate) blue_net: i64,
    pub(crate) blue_tax: i64,
    pub(crate) red_count: i64,
    pub(crate) red_net: i64,
    pub(crate) red_tax: i64,
    pub(crate) confirmed: bool,
}

impl State {
    pub(crate) fn month(&self, taxpayer: &str, month: &str) -> MonthTotals {
        self.months
            .get(&(taxpayer.to_owned(), month.to_owned()))
            .cloned()
            .unwrap_or_default()
    }

    pub(super) fn count(&mut self, taxpayer: &str, accepted: &Accepted) {
        let totals = self
            .months
            .entry((taxpayer.to_owned(), accepted.month.clone()))
            .or_default();
        if accepted.red {
            totals.red_count += 1;
            totals.red_net += accepted.net;
            totals.red_tax += accepted.tax;
        } else {
            totals.blue_count += 1;
            totals.blue_net += accepted.net;
            totals.blue_tax += accepted.tax;
        }
    }
}
