//! Callbacks of external platforms, stored as they came.

use crate::{
    audit::Line, entity::platform_notice, error::missing, read, sql::Cells, sql::Sql, tx::Tx,
    writer::Run,
};
use fapiao_domain::ids::{Id, NoticeId};
use fapiao_usecases::{
    actor::Actor,
    errors::StoreError,
    jobs::{Job, QueuedJob},
    ports::{NewNotice, Recorded},
    records::PlatformNotice,
};

/// Refused callbacks kept; the oldest go.
const REFUSED_ROWS: i64 = 500;

pub(super) fn notice_record(model: platform_notice::Model) -> Result<PlatformNotice, StoreError> {
    Ok(PlatformNotice {
        id: read::id(&model.id)?,
        seller: read::id(&model.seller_id)?,
        body: model.body,
        received_at: read::time(model.received_at)?,
        verdict: model.verdict,
        state: model.state,
        outcome: model.outcome,
        seen: model.seen,
    })
}

pub(super) fn record<'t>(tx: &'t Tx, it: &'t NewNotice) -> Run<'t, Recorded> {
    Box::pin(async move {
        let model = platform_notice::Model {
            id: it.id.to_string(),
            seller_id: it.seller.to_string(),
            dedup_key: Some(it.dedup_key.clone()),
            body: it.body.clone(),
            received_at: tx.now_millis(),
            verdict: "accepted".to_owned(),
            state: "stored".to_owned(),
            outcome: String::new(),
            seen: 1,
        };
        let tail =
            "ON CONFLICT (dedup_key) DO UPDATE SET seen = platform_notices.seen + 1 RETURNING id";
        let rows = tx.insert::<platform_notice::Entity>(&[model], tail).await?;
        let stored: Option<String> = rows.first().map(|row| row.cell(0)).transpose()?;
        if stored.as_deref() != Some(it.id.as_str()) {
            return Ok(Recorded::AlreadyKnown);
        }
        tx.enqueue(QueuedJob::now(
            Job::HandleNotice(it.id.clone()),
            Some(it.seller.clone()),
        ));
        tx.audit(
            Line::new(&Actor::Gateway, "notice.received", it.id.as_str())
                .with("seller", it.seller.as_str()),
        );
        Ok(Recorded::New)
    })
}

pub(super) fn refuse<'t>(tx: &'t Tx, it: &'t platform_notice::Model) -> Run<'t, ()> {
    Box::pin(async move {
        let mut model = it.clone();
        model.received_at = tx.now_millis();
        tx.insert::<platform_notice::Entity>(&[model], "").await?;
        let sql = Sql::new(
            "DELETE FROM platform_notices WHERE state = 'refused' AND id NOT IN \
             (SELECT id FROM platform_notices WHERE state = 'refused' ORDER BY received_at DESC, id DESC LIMIT ",
        )
        .bind(REFUSED_ROWS)
        .add(")");
        tx.exec(sql).await?;
        Ok(())
    })
}

pub(super) fn note_outcome<'t>(
    tx: &'t Tx,
    (id, state, outcome): &'t (NoticeId, String, String),
) -> Run<'t, ()> {
    Box::pin(async move {
        let sql = Sql::new("UPDATE platform_notices SET state = ")
            .bind(state.as_str())
            .add(", outcome = ")
            .bind(outcome.as_str())
            .add(" WHERE id = ")
            .bind(id.as_str());
        match tx.exec(sql).await? {
            0 => Err(missing(format!("callback {id}"))),
            _ => Ok(()),
        }
    })
}
