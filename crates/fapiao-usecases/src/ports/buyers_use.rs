//! What a buyer did with an invoice at the tax authority: it decides who has to agree to a red letter.

/// The buyer's use of a blue invoice (用途与入账状态), as far as a red letter is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BuyersUse {
    /// Neither ticked for deduction nor posted: the seller's confirmation needs nobody's answer.
    Unused,
    /// Ticked for deduction or posted: the buyer has to agree within 72 hours.
    Used,
    /// Used for a refund of tax: no confirmation is taken.
    Refunded,
    /// Another open confirmation holds it.
    Locked,
    /// An abnormal voucher (异常凭证): no confirmation is taken.
    Abnormal,
    /// Void at the tax authority.
    Void,
}

impl BuyersUse {
    /// The word of the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unused => "unused",
            Self::Used => "used",
            Self::Refunded => "refunded",
            Self::Locked => "locked",
            Self::Abnormal => "abnormal",
            Self::Void => "void",
        }
    }

    /// Whether the tax side takes no confirmation while it is so.
    pub const fn forbids(self) -> bool {
        matches!(self, Self::Refunded | Self::Abnormal | Self::Void)
    }
}

/// What is known of it while a red letter is planned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UseTold {
    /// Nobody asked, or nobody has to agree to red letters on this kind of invoice.
    #[default]
    NotAsked,
    /// Asked in vain: the connection does not tell it, or did not answer in time.
    Untold,
    /// Told.
    Told(BuyersUse),
}
