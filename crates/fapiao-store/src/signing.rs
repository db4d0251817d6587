//! Signing keys of sellers.

use crate::{
    Store,
    audit::Line,
    entity::signing_key,
    read,
    sql::{self, Sql, select},
    tx::Tx,
    writer::Run,
};
use async_trait::async_trait;
use fapiao_domain::ids::{Id, SellerId};
use fapiao_usecases::{
    actor::Actor,
    errors::StoreError,
    ports::{SigningFacts, SigningKey, SigningKeys},
    records::SealedText,
};

#[async_trait]
impl SigningKeys for Store {
    async fn signing_key(&self, seller: &SellerId) -> Result<Option<SigningKey>, StoreError> {
        let sql = select::<signing_key::Entity>("WHERE seller_id = ").bind(seller.as_str());
        sql::one::<signing_key::Model>(self.reader(), sql)
            .await?
            .map(record)
            .transpose()
    }

    async fn save_signing_key(&self, key: &SigningKey, actor: &Actor) -> Result<(), StoreError> {
        self.write((key.clone(), actor.clone()), save).await
    }

    async fn remove_signing_key(
        &self,
        seller: &SellerId,
        actor: &Actor,
    ) -> Result<bool, StoreError> {
        self.write((seller.clone(), actor.clone()), remove).await
    }
}

fn record(model: signing_key::Model) -> Result<SigningKey, StoreError> {
    Ok(SigningKey {
        seller: read::id(&model.seller_id)?,
        sealed: SealedText(model.sealed),
        facts: SigningFacts {
            subject: model.subject,
            algorithm: model.algorithm,
            not_before: read::time(model.not_before)?,
            not_after: read::time(model.not_after)?,
        },
        added_at: read::time(model.added_at)?,
    })
}

/// Saves a key; the chain tells whom it names, never the key.
fn save<'t>(tx: &'t Tx, (key, actor): &'t (SigningKey, Actor)) -> Run<'t, ()> {
    Box::pin(async move {
        let facts = &key.facts;
        let model = signing_key::Model {
            seller_id: key.seller.to_string(),
            sealed: key.sealed.0.clone(),
            subject: facts.subject.clone(),
            algorithm: facts.algorithm.clone(),
            not_before: facts.not_before.timestamp_millis(),
            not_after: facts.not_after.timestamp_millis(),
            added_at: key.added_at.timestamp_millis(),
        };
        tx.insert::<signing_key::Entity>(
            &[model],
            "ON CONFLICT (seller_id) DO UPDATE SET sealed = excluded.sealed, \
             subject = excluded.subject, algorithm = excluded.algorithm, \
             not_before = excluded.not_before, not_after = excluded.not_after, \
             added_at = excluded.added_at",
        )
        .await?;
        tx.audit(
            Line::new(actor, "seller.signing_key_saved", key.seller.as_str())
                .with("subject", facts.subject.as_str())
                .with("algorithm", facts.algorithm.as_str()),
        );
        Ok(())
    })
}

fn remove<'t>(tx: &'t Tx, (seller, actor): &'t (SellerId, Actor)) -> Run<'t, bool> {
    Box::pin(async move {
        let sql = Sql::new("DELETE FROM signing_keys WHERE seller_id = ").bind(seller.as_str());
        let gone = tx.exec(sql).await? > 0;
        if gone {
            tx.audit(Line::new(
                actor,
                "seller.signing_key_removed",
                seller.as_str(),
            ));
        }
        Ok(gone)
    })
}
