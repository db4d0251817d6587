//! The port of what staff draw, of tries and of notes.

use crate::{
    Store,
    audit::Line,
    entity::{design, template, template_try},
    error::stale,
    read,
    sql::{self, Cells, Sql, select},
    tax_data, template_tries, token_notes,
    tx::Tx,
    writer::Run,
};
use async_trait::async_trait;
use fapiao_domain::{
    ids::{AccountId, Id, SellerId},
    invoice::InvoiceKind,
};
use fapiao_usecases::{
    actor::Actor,
    errors::StoreError,
    ports::{
        CardTemplate, Design, Designs, NewDesign, TemplateTry, TokenNote, TokenTrouble, TryState,
    },
};

fn save<'t>(tx: &'t Tx, (new, actor): &'t (NewDesign, Actor)) -> Run<'t, i64> {
    Box::pin(async move {
        let mut sql = Sql::new("INSERT INTO designs (kind, subject, value, version, saved_at) VALUES (")
            .bind(new.kind)
            .add(", ")
            .bind(new.subject.as_str())
            .add(", ")
            .bind(new.value.to_string())
            .add(", 1, ")
            .bind(tx.now_millis())
            .add(") ON CONFLICT (kind, subject) DO UPDATE SET value = excluded.value, saved_at = excluded.saved_at, \
                 version = designs.version + 1");
        if let Some(expected) = new.expected_version {
            sql = sql.add(" WHERE designs.version = ").bind(expected);
        }
        let rows = tx.rows(sql.add(" RETURNING version")).await?;
        let Some(row) = rows.first() else {
            return Err(stale(format!("{} of {}", new.kind, new.subject)));
        };
        let version: i64 = row.cell(0)?;
        // Read before, gone since: nothing deletes drawings, so a first version was not what was read.
        if new
            .expected_version
            .is_some_and(|expected| version != expected + 1)
        {
            return Err(stale(format!("{} of {}", new.kind, new.subject)));
        }
        tx.enqueue_all(&new.then);
        tx.audit(
            Line::new(actor, "design.saved", &new.subject)
                .with("kind", new.kind)
                .with("version", version),
        );
        Ok(version)
    })
}

#[async_trait]
impl Designs for Store {
    async fn design(&self, kind: &str, subject: &str) -> Result<Option<Design>, StoreError> {
        let sql = select::<design::Entity>("WHERE kind = ")
            .bind(kind)
            .add(" AND subject = ")
            .bind(subject);
        let found = sql::one::<design::Model>(self.reader(), sql).await?;
        found
            .map(|model| {
                Ok(Design {
                    value: serde_json::from_str(&model.value).map_err(|error| {
                        StoreError::Corrupt(format!("the {kind} of {subject}: {error}"))
                    })?,
                    version: model.version,
                    saved_at: read::time(model.saved_at)?,
                })
            })
            .transpose()
    }

    async fn save_design(&self, new: NewDesign, actor: &Actor) -> Result<i64, StoreError> {
        self.write((new, actor.clone()), save).await
    }

    async fn open_try(
        &self,
        account: &AccountId,
        seller: &SellerId,
        kind: InvoiceKind,
    ) -> Result<Option<TemplateTry>, StoreError> {
        let sql =
            select::<template_try::Entity>("WHERE state IN ('asked', 'unknown') AND account_id = ")
                .bind(account.as_str())
                .add(" AND seller_id = ")
                .bind(seller.as_str())
                .add(" AND kind = ")
                .bind(kind.as_str());
        let found = sql::one::<template_try::Model>(self.reader(), sql).await?;
        found.map(template_tries::record).transpose()
    }

    async fn begin_try(&self, new: &TemplateTry) -> Result<bool, StoreError> {
        self.write((new.clone(),), template_tries::begin).await
    }

    async fn end_try(
        &self,
        id: &str,
        state: TryState,
        reason: &str,
        actor: &Actor,
    ) -> Result<bool, StoreError> {
        let end = template_tries::End {
            id: id.to_owned(),
            state,
            reason: reason.to_owned(),
            actor: actor.clone(),
        };
        self.write(end, template_tries::end).await
    }

    async fn finish_try(
        &self,
        id: &str,
        made: &CardTemplate,
        actor: &Actor,
    ) -> Result<(), StoreError> {
        let input = (id.to_owned(), made.clone(), actor.clone());
        self.write(input, template_tries::finish).await
    }

    async fn tries_of(
        &self,
        seller: &SellerId,
        limit: u32,
    ) -> Result<Vec<TemplateTry>, StoreError> {
        sql::all::<template_try::Model>(self.reader(), template_tries::of_seller(seller, limit))
            .await?
            .into_iter()
            .map(template_tries::record)
            .collect()
    }

    async fn templates_of(&self, seller: &SellerId) -> Result<Vec<CardTemplate>, StoreError> {
        let sql = select::<template::Entity>("WHERE seller_id = ")
            .bind(seller.as_str())
            .add(" ORDER BY created_at DESC, card_id DESC");
        sql::all::<template::Model>(self.reader(), sql)
            .await?
            .into_iter()
            .map(tax_data::template_record)
            .collect()
    }

    async fn note_token_trouble(&self, trouble: &TokenTrouble) -> Result<(), StoreError> {
        self.write((trouble.clone(),), token_notes::trouble).await
    }

    async fn token_notes(&self, app_id: &str, limit: u32) -> Result<Vec<TokenNote>, StoreError> {
        token_notes::of_app(self.reader(), app_id, limit).await
    }
}
