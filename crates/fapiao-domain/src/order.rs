//! An order: what was sold, as the shop knows it.

/// Where an order stands, told by its deliveries and invoices.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OrderState {
    /// Accepted; no invoice was asked for yet.
    Open,
    /// A delivery is under way.
    Delivering,
    /// Invoiced in full.
    Invoiced,
    /// Cancelled by the shop before anything was issued.
    Cancelled,
}

impl OrderState {
    /// The stored name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Delivering => "delivering",
            Self::Invoiced => "invoiced",
            Self::Cancelled => "cancelled",
        }
    }

    /// Reads the stored name.
    pub fn parse(text: &str) -> Option<OrderState> {
        [
            Self::Open,
            Self::Delivering,
            Self::Invoiced,
            Self::Cancelled,
        ]
        .into_iter()
        .find(|it| it.as_str() == text)
    }
}
