//! Files that staff hand in.

use super::assigned::issue;
use crate::{
    audit::Line,
    document,
    entity::invoice,
    error::missing,
    sql::{Sql, for_update, select},
    tx::Tx,
    writer::Run,
};
use fapiao_domain::ids::Id;
use fapiao_usecases::{actor::Actor, errors::StoreError, ports::AttachedFile};

/// The origin of what we made.
const RENDERED: &str = "rendered";

/// WeChat has the paper that was replaced: cards that are still to be inserted get another upload.
async fn forget_upload(tx: &Tx, invoice: &str) -> Result<(), StoreError> {
    let sql = Sql::new(
        "UPDATE cards SET media = '', version = version + 1 WHERE state IN ('uploading', 'inserting') AND invoice_id = ",
    )
    .bind(invoice);
    tx.exec(sql).await?;
    Ok(())
}

/// Records a file and what it proves. In the place of one that we made it leads from then on.
pub(super) fn attach<'t>(tx: &'t Tx, (it, actor): &'t (AttachedFile, Actor)) -> Run<'t, ()> {
    Box::pin(async move {
        if let Some(assigned) = &it.settles {
            issue(tx, assigned, actor).await?;
        }
        let id = it.document.invoice.as_str();
        let sql: Sql = select::<invoice::Entity>("WHERE id = ")
            .bind(id)
            .add(for_update(tx.backend));
        let held: Option<invoice::Model> = tx.one(sql).await?;
        let held = held.ok_or_else(|| missing(format!("invoice {id}")))?;
        let known = document::all(&tx.db, id).await?;
        let mut own = known.iter().filter(|of| of.format == it.document.format);
        let made = own.clone().find(|of| of.origin == RENDERED);
        // What we made, handed back to us, is nothing new.
        let documents = match own.any(|of| of.sha256 == it.document.sha256) {
            true => Vec::new(),
            false => vec![it.document.clone()],
        };
        let replaced = made.filter(|_| !documents.is_empty());
        let recorded = document::Recorded {
            invoice: it.document.invoice.clone(),
            documents,
            then: it.then.clone(),
        };
        document::add(tx, &recorded).await?;
        let mut line = Line::new(actor, "invoice.file_attached", id)
            .order(&held.order_id)
            .with("format", it.document.format.as_str())
            .with("sha256", it.document.sha256.as_str());
        if let Some(made) = replaced {
            line = line.with("instead_of", made.sha256.as_str());
            if made.format == "pdf" {
                forget_upload(tx, id).await?;
            }
        }
        tx.audit(line);
        Ok(())
    })
}
