//! Statements of payment services (支付账单), and quota as the tax side tells it.

use crate::{actor::Actor, errors::StoreError, ports::Period};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use fapiao_domain::{ids::SellerId, money::Fen};

/// One payment or refund of a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementLine {
    /// The service's number of the payment.
    pub number: String,
    /// Its number of the refund; empty for a payment.
    pub refund_no: String,
    /// The shop's number towards the service.
    pub trade_no: String,
    /// When.
    pub at: DateTime<Utc>,
    /// What was paid or given back, above zero.
    pub amount: Fen,
    /// What the service kept; below zero where it gave some back.
    pub fee: Fen,
    /// What its own rate comes to; `None` where it states none.
    pub fee_due: Option<Fen>,
}

/// A statement as it was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementFile {
    /// Names it.
    pub id: String,
    /// Whose account.
    pub seller: SellerId,
    /// `wechat`, `alipay` …, as orders name it.
    pub channel: String,
    /// The file's name, for people.
    pub name: String,
    /// SHA-256 of its bytes: the same file is taken once.
    pub sha256: String,
    /// The first day's midnight in Shanghai.
    pub from: DateTime<Utc>,
    /// The midnight after the last day.
    pub until: DateTime<Utc>,
    /// Payments in it.
    pub payments: i64,
    /// Refunds in it.
    pub refunds: i64,
    /// Who took it, as the audit chain names them.
    pub taken_by: String,
    /// When.
    pub taken_at: DateTime<Utc>,
}

/// What a payment service kept on one day (北京时间).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeeOfDay {
    /// Whose.
    pub seller: SellerId,
    /// The seller's tax number.
    pub tax_number: String,
    /// The service.
    pub channel: String,
    /// Midnight of the day.
    pub day: DateTime<Utc>,
    /// Payments and refunds it was kept of.
    pub lines: i64,
    /// What was kept, fen.
    pub fee: i64,
}

/// Quota of a month as both sides have it; amounts are net.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuotaCheck {
    /// Whose.
    pub seller: SellerId,
    /// `yyyy-mm`.
    pub month: String,
    /// When the tax side was asked.
    pub asked_at: DateTime<Utc>,
    /// The month's limit there; `None` where it is not told or has none.
    pub limit_there: Option<Fen>,
    /// What was downloaded there; `None` through a gateway, which keeps it.
    pub granted_there: Option<Fen>,
    /// What was spent there; `None` where it is not told.
    pub spent_there: Option<Fen>,
    /// What our ledger downloaded.
    pub granted_here: Fen,
    /// What our ledger spent on invoices the tax side confirmed, less what red ones gave back.
    pub spent_here: Fen,
    /// What invoices hold whose outcome is open: spent there or not.
    pub open_here: Fen,
}

impl QuotaCheck {
    /// Downloaded there beyond what we downloaded.
    pub fn granted_apart(&self) -> i64 {
        self.granted_there
            .map_or(0, |it| it.get() - self.granted_here.get())
    }

    /// Spent there beyond what our invoices explain; below zero when the tax side counts less than it confirmed.
    pub fn spent_apart(&self) -> i64 {
        let Some(there) = self.spent_there else {
            return 0;
        };
        let apart = there.get() - self.spent_here.get();
        if apart > 0 {
            (apart - self.open_here.get()).max(0)
        } else {
            apart
        }
    }

    /// Whether both sides agree.
    pub fn agrees(&self) -> bool {
        self.granted_apart() == 0 && self.spent_apart() == 0
    }
}

/// Statements and quota in storage.
#[async_trait]
pub trait Statements: Send + Sync {
    /// Stores a statement; of lines that are known what was told last holds. `false` when the same file was taken before.
    async fn take_statement(
        &self,
        file: &StatementFile,
        lines: Vec<StatementLine>,
        actor: &Actor,
    ) -> Result<bool, StoreError>;

    /// Statements that cover days of a period, newest first.
    async fn statements(&self, period: &Period) -> Result<Vec<StatementFile>, StoreError>;

    /// What payment services kept in a period, by seller, service and day.
    async fn fees(&self, period: &Period) -> Result<Vec<FeeOfDay>, StoreError>;

    /// What our ledger downloaded and spent of a month's quota, and what is open. `drawn` for a seller who draws quota;
    /// for the others it is what their invoices of the month come to.
    async fn quota_here(
        &self,
        seller: &SellerId,
        month: &str,
        drawn: bool,
    ) -> Result<[Fen; 3], StoreError>;

    /// Stores a comparison in the place of the one before.
    async fn save_quota_check(&self, check: &QuotaCheck) -> Result<(), StoreError>;

    /// The comparisons of a month, of one seller or of all.
    async fn quota_checks(
        &self,
        seller: Option<&SellerId>,
        month: &str,
    ) -> Result<Vec<QuotaCheck>, StoreError>;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::fresh;

    #[test]
    fn what_is_open_explains_up_to_its_amount_and_never_the_reverse() {
        let fen = |it| Fen::new(it).unwrap();
        let check = |there: i64, here: i64, open: i64| QuotaCheck {
            seller: fresh(DateTime::UNIX_EPOCH),
            month: "2026-11".to_owned(),
            asked_at: DateTime::UNIX_EPOCH,
            limit_there: None,
            granted_there: Some(fen(1000)),
            spent_there: Some(fen(there)),
            granted_here: fen(1000),
            spent_here: fen(here),
            open_here: fen(open),
        };
        assert!(check(500, 500, 0).agrees());
        assert!(check(600, 500, 200).agrees());
        assert_eq!(check(800, 500, 200).spent_apart(), 100);
        assert_eq!(check(400, 500, 200).spent_apart(), -100);
        let mut more = check(500, 500, 0);
        more.granted_there = Some(fen(1300));
        assert_eq!((more.granted_apart(), more.agrees()), (300, false));
    }
}
