//! The short names on drafted lines.

use crate::{
    Store,
    audit::Line,
    sql::{self, Cells, Sql},
    tx::Tx,
    writer::Run,
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use fapiao_domain::ids::{Id, InvoiceId};
use fapiao_usecases::{actor::Actor, errors::StoreError, ports::Naming};
use serde_json::Value;

#[async_trait]
impl Naming for Store {
    async fn drafted_before(
        &self,
        invoices: &[InvoiceId],
        before: DateTime<Utc>,
    ) -> Result<Vec<InvoiceId>, StoreError> {
        let sql = Sql::new("SELECT id FROM invoices WHERE number IS NULL AND created_at < ")
            .bind(before.timestamp_millis())
            .add(" AND id IN ")
            .list(invoices.iter().map(Id::as_str));
        sql::rows(self.reader(), sql)
            .await?
            .iter()
            .map(|row| crate::read::id(&row.cell::<String>(0)?))
            .collect()
    }

    async fn rename_lines(
        &self,
        invoice: &InvoiceId,
        names: Vec<(u32, String)>,
    ) -> Result<(), StoreError> {
        self.write((invoice.clone(), names), rename).await
    }
}

fn rename<'t>(tx: &'t Tx, (invoice, names): &'t (InvoiceId, Vec<(u32, String)>)) -> Run<'t, ()> {
    Box::pin(async move {
        let sql =
            Sql::new("UPDATE invoices SET version = version + 1 WHERE number IS NULL AND id = ")
                .bind(invoice.as_str())
                .add(" RETURNING order_id");
        // It took its number meanwhile: then its names stand.
        let Some(row) = tx.rows(sql).await?.into_iter().next() else {
            return Ok(());
        };
        for (no, name) in names {
            let sql = Sql::new("UPDATE invoice_lines SET short_name = ")
                .bind(name.as_str())
                .add(" WHERE invoice_id = ")
                .bind(invoice.as_str())
                .add(" AND no = ")
                .bind(i64::from(*no));
            tx.exec(sql).await?;
        }
        let told: serde_json::Map<String, Value> = names
            .iter()
            .map(|(no, name)| (no.to_string(), Value::from(name.as_str())))
            .collect();
        tx.audit(
            Line::new(&Actor::System, "invoice.renamed", invoice.as_str())
                .order(&row.cell::<String>(0)?)
                .with("short_names", told),
        );
        Ok(())
    })
}
