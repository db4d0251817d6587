//! The short names on drafted lines: the one valid on the issue date is printed.

use crate::errors::StoreError;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use fapiao_domain::ids::InvoiceId;

/// Drafted lines and their short names.
#[async_trait]
pub trait Naming: Send + Sync {
    /// Which of these have no number yet and were drafted before a moment.
    async fn drafted_before(
        &self,
        invoices: &[InvoiceId],
        before: DateTime<Utc>,
    ) -> Result<Vec<InvoiceId>, StoreError>;

    /// Gives lines (by number, from 1) of an invoice without a number other short names, and notes it on the timeline.
    async fn rename_lines(
        &self,
        invoice: &InvoiceId,
        names: Vec<(u32, String)>,
    ) -> Result<(), StoreError>;
}
