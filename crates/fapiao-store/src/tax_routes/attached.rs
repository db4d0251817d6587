//! Files that staff hand in.

use super::assigned::issue;
use crate::{
    audit::Line,
    document,
    entity::invoice,
    error::missing,
    sql::{Sql, select},
    tx::Tx,
    writer::Run,
};
use fapiao_domain::ids::Id;
use fapiao_usecases::{actor::Actor, ports::AttachedFile};

/// Records a file and what it proves.
pub(super) fn attach<'t>(tx: &'t Tx, (it, actor): &'t (AttachedFile, Actor)) -> Run<'t, ()> {
    Box::pin(async move {
        if let Some(assigned) = &it.settles {
            issue(tx, assigned, actor).await?;
        }
        let id = it.document.invoice.as_str();
        let sql: Sql = select::<invoice::Entity>("WHERE id = ").bind(id);
        let held: Option<invoice::Model> = tx.one(sql).await?;
        let held = held.ok_or_else(|| missing(format!("invoice {id}")))?;
        let recorded = document::Recorded {
            invoice: it.document.invoice.clone(),
            documents: vec![it.document.clone()],
            then: it.then.clone(),
        };
        document::add(tx, &recorded).await?;
        tx.audit(
            Line::new(actor, "invoice.file_attached", id)
                .order(&held.order_id)
                .with("format", it.document.format.as_str())
                .with("sha256", it.document.sha256.as_str()),
        );
        Ok(())
    })
}
