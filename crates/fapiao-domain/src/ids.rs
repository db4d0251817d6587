//! One id type per thing: a prefix and a time-sortable ULID (`ord_01J…`).

use thiserror::Error;

/// A text is not an id of the wanted kind.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("`{text}` is not an id of the form `{prefix}…` followed by 26 letters and digits")]
pub struct IdError {
    /// What was given.
    pub text: String,
    /// The prefix that was expected, such as `ord_`.
    pub prefix: &'static str,
}

/// What all id types share.
pub trait Id: Sized + Clone {
    /// The prefix with its underscore.
    const PREFIX: &'static str;
    /// Makes an id from the 26 characters of a ULID.
    fn from_ulid(ulid: &str) -> Self;
    /// Reads an id; the prefix and the length must fit.
    fn parse(text: &str) -> Result<Self, IdError>;
    /// The whole id as text.
    fn as_str(&self) -> &str;
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(String);

        impl Id for $name {
            const PREFIX: &'static str = $prefix;
            fn from_ulid(ulid: &str) -> Self {
                Self(format!("{}{}", $prefix, ulid))
            }
            fn parse(text: &str) -> Result<Self, IdError> {
                let body = text.strip_prefix($prefix);
                let fits = body.is_some_and(|body| {
                    body.len() == 26 && body.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
                });
                if fits {
                    Ok(Self(text.to_owned()))
                } else {
                    Err(IdError { text: text.chars().take(64).collect(), prefix: $prefix })
                }
            }
            fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}

ids! {
    /// A legal entity that issues.
    SellerId = "sel_";
    /// A shop or till group of a seller.
    StoreId = "sto_";
    /// A WeChat app with its credentials.
    AccountId = "acc_";
    /// What was sold.
    OrderId = "ord_";
    /// One attempt to bring one invoice to one buyer; WeChat knows it as `order_id`.
    DeliveryId = "dlv_";
    /// A legal document.
    InvoiceId = "inv_";
    /// A catalogue entry.
    ProductId = "prd_";
    /// A person of the back-office.
    StaffId = "usr_";
    /// A key of the REST API.
    ApiKeyId = "key_";
    /// A queued job.
    JobId = "job_";
    /// A received push.
    PushId = "psh_";
    /// A request for an invoice from a payment receipt.
    ClaimId = "pay_";
    /// A comparison with WeChat.
    ReconciliationId = "rec_";
    /// A stock of invoice numbers.
    SegmentId = "seg_";
    /// A merchant that we are the platform of.
    PartnerId = "ptn_";
    /// A partner's request for an invoice.
    RequestId = "prq_";
    /// A partner's request to take an invoice back, or part of it.
    OffsetId = "pof_";
    /// What an external platform told us.
    NoticeId = "ntc_";
    /// A red confirmation form.
    RedFormId = "rdf_";
    /// Money given back for an order, and what it does to its invoices.
    RefundId = "rfd_";
    /// A collecting unit of fiscal bills.
    FiscalUnitId = "fun_";
    /// A fiscal bill.
    BillId = "bil_";
    /// One attempt to bring one fiscal bill to its payer; WeChat knows it as `order_id`.
    BillDeliveryId = "bdl_";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_keeps_its_prefix_and_refuses_another() {
        let id = OrderId::from_ulid("01J8ZC3N6T9Q4W2E5R7Y8U1P0A");
        assert_eq!(OrderId::parse(id.as_str()), Ok(id.clone()));
        assert!(DeliveryId::parse(id.as_str()).is_err());
        assert!(OrderId::parse("ord_short").is_err());
        // WeChat accepts up to 32 characters as order id.
        assert!(
            DeliveryId::from_ulid("01J8ZC3N6T9Q4W2E5R7Y8U1P0A")
                .as_str()
                .len()
                <= 32
        );
    }
}
