//! The port of invoices and numbers.

use crate::{
    Store, document,
    entity::segment,
    invoice, invoice_list,
    order::within,
    outcome::Upload,
    read, sql,
    sql::Sql,
    stock::{self, NewQuota, NewSegment, Request},
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use fapiao_domain::{
    ids::{Id, InvoiceId, OrderId, SellerId},
    money::Fen,
};
use fapiao_usecases::{
    actor::Actor,
    errors::StoreError,
    jobs::QueuedJob,
    ports::{
        InvoiceFilter, InvoiceRow, Issuing, NewInvoice, Page, QuotaGrant, Reservation, Scope,
        UploadOutcome,
    },
    records::{Document, Invoice, Segment},
};
use serde_json::Value;

#[async_trait]
impl Issuing for Store {
    async fn draft_invoice(&self, new: NewInvoice, actor: &Actor) -> Result<(), StoreError> {
        self.write((new, actor.clone()), invoice::draft).await
    }

    async fn reserve(
        &self,
        invoices: &[InvoiceId],
        now: DateTime<Utc>,
    ) -> Result<Vec<Reservation>, StoreError> {
        let items = invoices.iter().map(|id| (id.clone(), now)).collect();
        self.lanes().reserve.call(self.writer(), items).await
    }

    async fn record_upload(
        &self,
        seller: &SellerId,
        receipt: &str,
        invoices: &[InvoiceId],
        poll_after_secs: u32,
    ) -> Result<(), StoreError> {
        let upload = Upload {
            seller: seller.clone(),
            receipt: receipt.to_owned(),
            invoices: invoices.to_vec(),
            poll_after_secs,
        };
        let lane = &self.lanes().upload;
        lane.call(self.writer(), vec![upload]).await.map(drop)
    }

    async fn record_outcomes(
        &self,
        outcomes: &[(InvoiceId, UploadOutcome)],
        note: Value,
    ) -> Result<(), StoreError> {
        let said = outcomes
            .iter()
            .map(|(id, outcome)| (id.clone(), outcome.clone(), note.clone()))
            .collect();
        self.lanes()
            .outcome
            .call(self.writer(), said)
            .await
            .map(drop)
    }

    async fn awaiting_receipt(&self, receipt: &str) -> Result<Vec<Invoice>, StoreError> {
        let condition =
            Sql::new("receipt <> '' AND state = 'uploading' AND receipt = ").bind(receipt);
        invoice::find(self.reader(), condition).await
    }

    async fn forgotten_of_receipt(&self, receipt: &str) -> Result<Vec<Invoice>, StoreError> {
        let condition =
            Sql::new("receipt <> '' AND state = 'outcome_unknown' AND receipt = ").bind(receipt);
        invoice::find(self.reader(), condition).await
    }

    async fn invoice(&self, scope: &Scope, id: &InvoiceId) -> Result<Option<Invoice>, StoreError> {
        let condition = Sql::new("id = ")
            .bind(id.as_str())
            .join(within(scope, "store_id"));
        Ok(invoice::find(self.reader(), condition).await?.pop())
    }

    async fn invoices_by_id(&self, ids: &[InvoiceId]) -> Result<Vec<Invoice>, StoreError> {
        let mut found = Vec::with_capacity(ids.len());
        for chunk in ids.chunks(1000) {
            let condition = Sql::new("id IN ").list(chunk.iter().map(Id::as_str));
            found.extend(invoice::find(self.reader(), condition).await?);
        }
        Ok(found)
    }

    async fn invoices_of(&self, order: &OrderId) -> Result<Vec<Invoice>, StoreError> {
        invoice::find(self.reader(), Sql::new("order_id = ").bind(order.as_str())).await
    }

    async fn invoices(
        &self,
        scope: &Scope,
        filter: &InvoiceFilter,
    ) -> Result<Page<InvoiceRow>, StoreError> {
        invoice_list::page(self.reader(), scope, filter).await
    }

    async fn record_documents(
        &self,
        invoice: &InvoiceId,
        documents: Vec<Document>,
        then: Vec<QueuedJob>,
    ) -> Result<(), StoreError> {
        let recorded = document::Recorded {
            invoice: invoice.clone(),
            documents,
            then,
        };
        self.write(recorded, document::add).await
    }

    async fn documents(&self, invoice: &InvoiceId) -> Result<Vec<Document>, StoreError> {
        document::find(self.reader(), invoice.as_str()).await
    }

    async fn replaced_documents(&self, invoice: &InvoiceId) -> Result<Vec<Document>, StoreError> {
        document::replaced(self.reader(), invoice.as_str()).await
    }

    async fn record_mail(&self, invoice: &InvoiceId, to_masked: &str) -> Result<bool, StoreError> {
        self.write((invoice.clone(), to_masked.to_owned()), document::note_mail)
            .await
    }

    async fn was_mailed(&self, invoice: &InvoiceId) -> Result<bool, StoreError> {
        let sql = Sql::new("SELECT 1 FROM invoices WHERE mailed_at IS NOT NULL AND id = ")
            .bind(invoice.as_str());
        Ok(!sql::rows(self.reader(), sql).await?.is_empty())
    }

    async fn segments(&self, seller: &SellerId) -> Result<Vec<Segment>, StoreError> {
        sql::all::<segment::Model>(self.reader(), stock::segments_of(seller))
            .await?
            .into_iter()
            .map(stock::record)
            .collect()
    }

    async fn numbers_left(&self, seller: &SellerId, year: i32) -> Result<i64, StoreError> {
        sql::number(self.reader(), stock::numbers_left(seller, year)).await
    }

    async fn wait_for_numbers(&self, seller: &SellerId) -> Result<i64, StoreError> {
        let sql = Sql::new(
            "SELECT count(*) FROM invoices i WHERE i.state IN ('ready', 'blocked') AND i.number IS NULL \
             AND NOT EXISTS (SELECT 1 FROM platform_requests r WHERE r.invoice_id = i.id) \
             AND NOT EXISTS (SELECT 1 FROM unified_requests u WHERE u.invoice_id = i.id) AND i.seller_id = ",
        )
        .bind(seller.as_str());
        sql::number(self.reader(), sql).await
    }

    async fn quota_left(&self, seller: &SellerId, month: &str) -> Result<Fen, StoreError> {
        let left = sql::number(self.reader(), stock::quota_left(seller, month)).await?;
        // Sellers without a limit are granted more than any amount of ours.
        Ok(read::sum(left.min(Fen::MAX.get())))
    }

    async fn quota_waited_for(&self, seller: &SellerId) -> Result<Fen, StoreError> {
        let sql = Sql::new(
            "SELECT CAST(COALESCE(sum(amount), 0) AS BIGINT) FROM invoices WHERE state = 'blocked' \
             AND reason = 'no_quota' AND amount > 0 AND seller_id = ",
        )
        .bind(seller.as_str());
        let waits = sql::number(self.reader(), sql).await?;
        Ok(read::sum(waits.min(Fen::MAX.get())))
    }

    async fn stock_request(
        &self,
        seller: &SellerId,
        kind: &str,
        period: &str,
        amount: i64,
    ) -> Result<(String, i64), StoreError> {
        let request = Request {
            seller: seller.clone(),
            kind: kind.to_owned(),
            period: period.to_owned(),
            amount,
        };
        self.write(request, stock::request).await
    }

    async fn add_segment(
        &self,
        request: &str,
        seller: &SellerId,
        year: i32,
        first: &str,
        last: &str,
        size: i64,
    ) -> Result<(), StoreError> {
        let new = NewSegment {
            request: request.to_owned(),
            seller: seller.clone(),
            year: year % 100,
            first: first.to_owned(),
            last: last.to_owned(),
            size,
        };
        self.write(new, stock::add_segment).await
    }

    async fn add_quota(
        &self,
        request: &str,
        seller: &SellerId,
        month: &str,
        grant: &QuotaGrant,
    ) -> Result<(), StoreError> {
        let new = NewQuota {
            request: request.to_owned(),
            seller: seller.clone(),
            month: month.to_owned(),
            grant: grant.clone(),
        };
        self.write(new, stock::add_quota).await
    }
}
