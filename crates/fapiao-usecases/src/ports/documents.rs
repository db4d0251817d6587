//! Documents of natural persons, between their entry and the upload.

use crate::{errors::StoreError, records::SealedDocument};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use fapiao_domain::ids::InvoiceId;

/// Documents beside the typed titles of deliveries.
#[async_trait]
pub trait BuyerDocuments: Send + Sync {
    /// Those of blue invoices that are not erased yet; most have none. Hot.
    async fn documents_of(
        &self,
        invoices: &[InvoiceId],
    ) -> Result<Vec<(InvoiceId, SealedDocument)>, StoreError>;

    /// Erases the numbers of deliveries that ended, and of those older than a moment for which nothing is being issued.
    /// Again is harmless.
    async fn erase_documents(&self, before: DateTime<Utc>) -> Result<(), StoreError>;
}
