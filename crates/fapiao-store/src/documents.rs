//! Documents of natural persons beside typed titles: given to the upload, then erased.

use crate::{
    Store, read,
    sql::{self, Cells, Sql, for_update},
    tx::Tx,
    writer::Run,
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use fapiao_domain::ids::{Id, InvoiceId, SellerId};
use fapiao_usecases::{
    errors::StoreError,
    ports::{BuyerDocuments, SealedPlace, SealedSecret},
    records::{SealedDocument, SealedText, document_purpose},
};

/// Titles that are cleared in one go.
const AT_ONCE: u32 = 500;

/// The numbers of these deliveries' documents are erased: what is left shows that there was one. A form that was opened
/// before is told that the row changed, so that it does not put the number back.
pub(crate) async fn erase<'a>(
    tx: &Tx,
    deliveries: impl IntoIterator<Item = &'a str>,
) -> Result<(), StoreError> {
    let ids: Vec<&str> = deliveries.into_iter().collect();
    if ids.is_empty() {
        return Ok(());
    }
    let sql = Sql::new("SELECT id, raw_title FROM deliveries WHERE id IN ")
        .list(ids)
        .add(" AND has_document = 1 ORDER BY id")
        .add(for_update(tx.backend));
    for row in tx.rows(sql).await? {
        let (id, text): (String, String) = (row.cell(0)?, row.cell(1)?);
        let mut title = read::raw_title(&text)?;
        if let Some(document) = &mut title.document {
            document.sealed = SealedText::default();
        }
        let sql =
            Sql::new("UPDATE deliveries SET version = version + 1, has_document = 0, raw_title = ")
                .bind(read::raw_title_text(&title))
                .add(" WHERE id = ")
                .bind(id.as_str());
        tx.exec(sql).await?;
    }
    Ok(())
}

fn erase_all<'t>(tx: &'t Tx, (ids,): &'t (Vec<String>,)) -> Run<'t, ()> {
    Box::pin(async move { erase(tx, ids.iter().map(String::as_str)).await })
}

/// Deliveries that keep a number although they ended, or are older than a moment and nothing of theirs is being issued.
fn done_with(before: DateTime<Utc>) -> Sql {
    Sql::new(
        "SELECT id FROM deliveries WHERE has_document = 1 AND (state IN ('carded', 'refused', 'failed', 'expired') \
         OR (state NOT IN ('authorised', 'issuing') AND created_at < ",
    )
    .bind(before.timestamp_millis())
    .add(")) ORDER BY created_at LIMIT ")
    .bind(i64::from(AT_ONCE))
}

/// Every number that is kept, with what it was sealed for.
pub(crate) async fn sealed(store: &Store) -> Result<Vec<SealedSecret>, StoreError> {
    let sql = Sql::new(
        "SELECT id, seller_id, raw_title FROM deliveries WHERE has_document = 1 ORDER BY created_at, id",
    );
    let mut found = Vec::new();
    for row in sql::rows(store.reader(), sql).await? {
        let (of, seller, text): (String, String, String) =
            (row.cell(0)?, row.cell(1)?, row.cell(2)?);
        let seller: SellerId = read::id(&seller)?;
        if let Some(document) = read::raw_title(&text)?.document {
            found.push(SealedSecret {
                place: SealedPlace::BuyerDocument,
                of,
                purpose: document_purpose(&seller),
                sealed: document.sealed,
            });
        }
    }
    Ok(found)
}

/// Puts another text in the place of one, while it is that one still.
pub(crate) async fn replace(
    tx: &Tx,
    secret: &SealedSecret,
    sealed: &SealedText,
) -> Result<u32, StoreError> {
    let sql = Sql::new("SELECT raw_title FROM deliveries WHERE has_document = 1 AND id = ")
        .bind(secret.of.as_str())
        .add(for_update(tx.backend));
    let Some(row) = tx.rows(sql).await?.pop() else {
        return Ok(0);
    };
    let mut title = read::raw_title(&row.cell::<String>(0)?)?;
    match &mut title.document {
        Some(document) if document.sealed == secret.sealed => document.sealed = sealed.clone(),
        _ => return Ok(0),
    }
    let sql = Sql::new("UPDATE deliveries SET version = version + 1, raw_title = ")
        .bind(read::raw_title_text(&title))
        .add(" WHERE id = ")
        .bind(secret.of.as_str());
    tx.exec(sql).await?;
    Ok(1)
}

#[async_trait]
impl BuyerDocuments for Store {
    async fn documents_of(
        &self,
        invoices: &[InvoiceId],
    ) -> Result<Vec<(InvoiceId, SealedDocument)>, StoreError> {
        if invoices.is_empty() {
            return Ok(Vec::new());
        }
        let sql = Sql::new(
            "SELECT i.id, d.raw_title FROM invoices i JOIN deliveries d ON d.id = i.delivery_id \
             WHERE d.has_document = 1 AND i.blue_id IS NULL AND i.id IN ",
        )
        .list(invoices.iter().map(Id::as_str));
        let mut found = Vec::new();
        for row in sql::rows(self.reader(), sql).await? {
            let (id, text): (String, String) = (row.cell(0)?, row.cell(1)?);
            let document = read::raw_title(&text)?.document;
            if let Some(document) = document.filter(|it| !it.is_erased()) {
                found.push((read::id(&id)?, document));
            }
        }
        Ok(found)
    }

    async fn erase_documents(&self, before: DateTime<Utc>) -> Result<(), StoreError> {
        loop {
            let found = sql::rows(self.reader(), done_with(before)).await?;
            let ids: Vec<String> = found
                .iter()
                .map(|row| row.cell(0))
                .collect::<Result<_, StoreError>>()?;
            let is_last = ids.len() < AT_ONCE as usize;
            if !ids.is_empty() {
                self.write((ids,), erase_all).await?;
            }
            if is_last {
                return Ok(());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plans::{ledger, plan};

    #[tokio::test]
    async fn kept_numbers_are_found_along_their_own_index() {
        let (store, _folder) = ledger().await;
        let steps = plan(&store, done_with(DateTime::UNIX_EPOCH)).await;
        assert!(steps[0].contains("ix_deliveries_document"), "{steps:#?}");
    }
}
