//! Ways to the tax side: connections, and what gateways told of their stock.

mod assigned;
mod attached;

use crate::{
    Store,
    audit::Line,
    entity::{gateway_answer, stock_told, tax_connection},
    error::stale,
    read,
    sql::{self, Cells, Sql, select},
    tx::Tx,
    writer::Run,
};
use async_trait::async_trait;
use fapiao_domain::ids::{Id, InvoiceId, SellerId};
use fapiao_usecases::{
    actor::Actor,
    errors::StoreError,
    jobs::QueuedJob,
    ports::{Asked, Assigned, AttachedFile, TaxRoutes},
    records::{
        AnnouncedFile, GatewayAnswerRecord, Papers, SealedText, StockTold, TaxConnection,
        TaxProfile, TaxRoute, Volume,
    },
};
use serde_json::{Value, json};

#[async_trait]
impl TaxRoutes for Store {
    async fn tax_connection(&self, seller: &SellerId) -> Result<Option<TaxConnection>, StoreError> {
        let sql = select::<tax_connection::Entity>("WHERE seller_id = ").bind(seller.as_str());
        sql::one::<tax_connection::Model>(self.reader(), sql)
            .await?
            .map(record)
            .transpose()
    }

    async fn save_tax_connection(
        &self,
        connection: &TaxConnection,
        then: Vec<QueuedJob>,
        actor: &Actor,
    ) -> Result<(), StoreError> {
        let input = (connection.clone(), then, actor.clone());
        self.write(input, save).await
    }

    async fn note_tax_test(
        &self,
        seller: &SellerId,
        version: i64,
        verdict: &str,
        actor: &Actor,
    ) -> Result<(), StoreError> {
        let input = (seller.clone(), version, verdict.to_owned(), actor.clone());
        self.write(input, note_test).await
    }

    async fn open_at_gateway(&self, seller: &SellerId) -> Result<i64, StoreError> {
        let sql = Sql::new(
            "SELECT count(*) FROM invoices WHERE state IN ('uploading', 'outcome_unknown') \
             AND number IS NULL AND seller_id = ",
        )
        .bind(seller.as_str());
        sql::number(self.reader(), sql).await
    }

    async fn at_gateway(&self, invoices: &[InvoiceId]) -> Result<Vec<InvoiceId>, StoreError> {
        let mut found = Vec::new();
        for chunk in invoices.chunks(1000) {
            let sql = Sql::new(
                "SELECT i.id FROM invoices i JOIN tax_connections c ON c.seller_id = i.seller_id \
                 AND c.route = 'gateway' WHERE i.segment_id IS NULL AND i.id IN ",
            )
            .list(chunk.iter().map(Id::as_str));
            for row in sql::rows(self.reader(), sql).await? {
                found.push(read::id(&row.cell::<String>(0)?)?);
            }
        }
        Ok(found)
    }

    async fn record_asked(&self, invoice: &InvoiceId) -> Result<Asked, StoreError> {
        self.write(invoice.clone(), assigned::ask).await
    }

    async fn record_assigned(&self, it: Assigned, actor: &Actor) -> Result<(), StoreError> {
        self.write((it, actor.clone()), assigned::assign).await
    }

    async fn record_attached(&self, file: AttachedFile, actor: &Actor) -> Result<(), StoreError> {
        self.write((file, actor.clone()), attached::attach).await
    }

    async fn gateway_answer(
        &self,
        invoice: &InvoiceId,
    ) -> Result<Option<GatewayAnswerRecord>, StoreError> {
        let sql = select::<gateway_answer::Entity>("WHERE invoice_id = ").bind(invoice.as_str());
        sql::one::<gateway_answer::Model>(self.reader(), sql)
            .await?
            .map(answer)
            .transpose()
    }

    async fn note_papers(&self, invoice: &InvoiceId, papers: &Papers) -> Result<(), StoreError> {
        self.write((invoice.clone(), papers.clone()), assigned::note_papers)
            .await
    }

    async fn note_stock(&self, seller: &SellerId, told: &StockTold) -> Result<(), StoreError> {
        self.write((seller.clone(), told.clone()), note_stock).await
    }

    async fn stock_told(
        &self,
        seller: &SellerId,
        limit: u32,
    ) -> Result<Vec<StockTold>, StoreError> {
        let sql = select::<stock_told::Entity>("WHERE seller_id = ")
            .bind(seller.as_str())
            .add(" ORDER BY no DESC LIMIT ")
            .bind(i64::from(limit));
        sql::all::<stock_told::Model>(self.reader(), sql)
            .await?
            .into_iter()
            .map(told)
            .collect()
    }
}

fn record(model: tax_connection::Model) -> Result<TaxConnection, StoreError> {
    Ok(TaxConnection {
        seller: read::id(&model.seller_id)?,
        route: read::word(TaxRoute::parse, &model.route, "way to the tax side")?,
        profile: read::word(TaxProfile::parse, &model.profile, "profile of a seller")?,
        base_url: model.base_url,
        key_id: model.key_id,
        secret: SealedText(model.secret),
        verdict: model.verdict,
        checked_at: read::time_opt(model.checked_at)?,
        version: model.version,
    })
}

type Saved = (TaxConnection, Vec<QueuedJob>, Actor);

/// Saves a connection. Its key is sealed by whoever calls; the chain does not name it.
fn save<'t>(tx: &'t Tx, (it, then, actor): &'t Saved) -> Run<'t, ()> {
    Box::pin(async move {
        let sql = Sql::new("UPDATE tax_connections SET route = ")
            .bind(it.route.as_str())
            .add(", profile = ")
            .bind(it.profile.as_str())
            .add(", base_url = ")
            .bind(it.base_url.as_str())
            .add(", key_id = ")
            .bind(it.key_id.as_str())
            .add(", secret = ")
            .bind(it.secret.0.as_str())
            .add(", verdict = '', checked_at = NULL, version = version + 1 WHERE seller_id = ")
            .bind(it.seller.as_str())
            .add(" AND version = ")
            .bind(it.version);
        if tx.exec(sql).await? == 0 {
            let model = tax_connection::Model {
                seller_id: it.seller.to_string(),
                route: it.route.as_str().to_owned(),
                profile: it.profile.as_str().to_owned(),
                base_url: it.base_url.clone(),
                key_id: it.key_id.clone(),
                secret: it.secret.0.clone(),
                verdict: String::new(),
                checked_at: None,
                version: 1,
            };
            let tail = "ON CONFLICT (seller_id) DO NOTHING RETURNING seller_id";
            let made = tx.insert::<tax_connection::Entity>(&[model], tail).await?;
            if made.is_empty() {
                return Err(stale(format!("the tax connection of seller {}", it.seller)));
            }
        }
        tx.audit(
            Line::new(actor, "tax_connection.saved", it.seller.as_str())
                .with("route", it.route.as_str())
                .with("profile", it.profile.as_str())
                .with("base_url", it.base_url.as_str())
                .with("key_id", it.key_id.as_str()),
        );
        tx.enqueue_all(then);
        Ok(())
    })
}

type Tested = (SellerId, i64, String, Actor);

fn note_test<'t>(tx: &'t Tx, (seller, version, verdict, actor): &'t Tested) -> Run<'t, ()> {
    Box::pin(async move {
        let sql = Sql::new("UPDATE tax_connections SET verdict = ")
            .bind(verdict.as_str())
            .add(", checked_at = ")
            .bind(tx.now_millis())
            .add(" WHERE seller_id = ")
            .bind(seller.as_str())
            .add(" AND version = ")
            .bind(*version);
        // A seller that never chose a way goes the direct one, and that is what was tested. Its first save finds version 0.
        if tx.exec(sql).await? == 0 && *version == 0 {
            let model = tax_connection::Model {
                seller_id: seller.to_string(),
                route: TaxRoute::Direct.as_str().to_owned(),
                profile: TaxProfile::Digital.as_str().to_owned(),
                base_url: String::new(),
                key_id: String::new(),
                secret: String::new(),
                verdict: verdict.clone(),
                checked_at: Some(tx.now_millis()),
                version: 0,
            };
            let tail = "ON CONFLICT (seller_id) DO NOTHING";
            tx.insert::<tax_connection::Entity>(&[model], tail).await?;
        }
        let line = Line::new(actor, "tax_connection.tested", seller.as_str())
            .with("answers", verdict.is_empty());
        tx.audit(if verdict.is_empty() {
            line
        } else {
            line.with("verdict", verdict.as_str())
        });
        Ok(())
    })
}

fn answer(model: gateway_answer::Model) -> Result<GatewayAnswerRecord, StoreError> {
    let damaged = |error: serde_json::Error| {
        StoreError::Corrupt(format!(
            "the gateway's answer for {}: {error}",
            model.invoice_id
        ))
    };
    let files: Vec<(String, String)> = serde_json::from_str(&model.documents).map_err(damaged)?;
    Ok(GatewayAnswerRecord {
        cipher: serde_json::from_str(&model.cipher).map_err(damaged)?,
        papers: match model.papers.as_str() {
            "ours" => Papers::Ours,
            "made" => Papers::Made(
                files
                    .into_iter()
                    .map(|(format, sha256)| AnnouncedFile { format, sha256 })
                    .collect(),
            ),
            _ => Papers::Pending,
        },
    })
}

/// The word and the list of files.
fn papers_columns(papers: &Papers) -> (&'static str, String) {
    match papers {
        Papers::Ours => ("ours", "[]".to_owned()),
        Papers::Pending => ("pending", "[]".to_owned()),
        Papers::Made(files) => {
            let files: Vec<Value> = files
                .iter()
                .map(|it| json!([it.format, it.sha256]))
                .collect();
            ("made", Value::Array(files).to_string())
        }
    }
}

fn volumes_text(volumes: &[Volume]) -> String {
    let rows: Vec<Value> = volumes
        .iter()
        .map(|it| json!([it.code, it.first, it.last, it.left]))
        .collect();
    Value::Array(rows).to_string()
}

fn told(model: stock_told::Model) -> Result<StockTold, StoreError> {
    let rows: Vec<(String, String, String, i64)> =
        serde_json::from_str(&model.volumes).map_err(|error| {
            StoreError::Corrupt(format!("volumes of seller {}: {error}", model.seller_id))
        })?;
    Ok(StockTold {
        at: read::time(model.at)?,
        numbers_left: model.numbers_left,
        quota_left: model.quota_left.map(read::sum),
        month: model.month,
        volumes: rows
            .into_iter()
            .map(|(code, first, last, left)| Volume {
                code,
                first,
                last,
                left,
            })
            .collect(),
    })
}

/// A new row when a figure changed; otherwise only the time of the last one moves.
fn note_stock<'t>(tx: &'t Tx, (seller, it): &'t (SellerId, StockTold)) -> Run<'t, ()> {
    Box::pin(async move {
        let sql = select::<stock_told::Entity>("WHERE seller_id = ")
            .bind(seller.as_str())
            .add(" ORDER BY no DESC LIMIT 1");
        let last: Option<stock_told::Model> = tx.one(sql).await?;
        let model = stock_told::Model {
            seller_id: seller.to_string(),
            no: last.as_ref().map_or(1, |last| last.no + 1),
            at: it.at.timestamp_millis(),
            numbers_left: it.numbers_left,
            quota_left: it.quota_left.map(|left| left.get()),
            month: it.month.clone(),
            volumes: volumes_text(&it.volumes),
        };
        let same = last.as_ref().filter(|last| {
            (last.numbers_left, last.quota_left) == (model.numbers_left, model.quota_left)
                && (&last.month, &last.volumes) == (&model.month, &model.volumes)
        });
        match same {
            Some(last) => {
                let sql = Sql::new("UPDATE stock_told SET at = ")
                    .bind(model.at)
                    .add(" WHERE seller_id = ")
                    .bind(seller.as_str())
                    .add(" AND no = ")
                    .bind(last.no);
                tx.exec(sql).await?;
            }
            None => {
                // Two refills at once tell the same: the second is not needed.
                tx.insert::<stock_told::Entity>(&[model], "ON CONFLICT DO NOTHING")
                    .await?;
            }
        }
        Ok(())
    })
}
