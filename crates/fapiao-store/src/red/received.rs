//! Red invoices that somebody else issued: an external platform, or WeChat's unified calls.

use super::{
    form::hold,
    outcome::{Settled, settle},
    read::form_state,
};
use crate::{
    audit::Line,
    entity::{invoice, invoice_line},
    error::{exists, stale},
    invoice::{line_model, new_model},
    read,
    sql::select,
    tx::Tx,
    writer::Run,
};
use fapiao_domain::{
    ids::{Id, InvoiceId},
    invoice::InvoiceState,
};
use fapiao_usecases::{actor::Actor, errors::StoreError, ports::ReceivedRed};

/// A received red invoice, to be written.
#[derive(Clone)]
pub(crate) struct ReceivedRow(pub(crate) ReceivedRed);

/// Writes it as issued, and settles what follows from it.
pub(crate) fn receive<'t>(tx: &'t Tx, ReceivedRow(it): &'t ReceivedRow) -> Run<'t, InvoiceId> {
    Box::pin(async move {
        let Some(of) = &it.red.red else {
            return Err(StoreError::Corrupt(format!(
                "invoice {} is not red",
                it.red.id
            )));
        };
        let held = hold(tx, of.form.as_str()).await?;
        let sql = select::<invoice::Entity>("WHERE red_form_id = ").bind(of.form.as_str());
        if let Some(known) = tx.one::<invoice::Model>(sql).await? {
            return if known.number.as_deref() == Some(it.number.as_str()) && known.code == it.code {
                read::id(&known.id)
            } else {
                Err(exists(format!(
                    "the red invoice of confirmation {} as {}; now it is said to be {}, which",
                    of.form,
                    known.number.unwrap_or_default(),
                    it.number
                )))
            };
        }
        if !form_state(&held.state)?.allows_issue() || held.carried_out_at.is_some() {
            return Err(stale(format!("red confirmation {}", of.form)));
        }
        let mut model = new_model(&it.red, &held.store_id, held.order_no.clone());
        model.state = InvoiceState::Issued.as_str().to_owned();
        model.code.clone_from(&it.code);
        model.number = Some(it.number.clone());
        model.check_code.clone_from(&it.check_code);
        model.issued_at = Some(it.issued_at.timestamp_millis());
        model.uploaded_at = Some(tx.now_millis());
        tx.insert::<invoice::Entity>(std::slice::from_ref(&model), "")
            .await?;
        let lines: Vec<_> = it
            .red
            .lines
            .iter()
            .map(|line| line_model(it.red.id.as_str(), line))
            .collect();
        tx.insert::<invoice_line::Entity>(&lines, "").await?;
        tx.audit(
            Line::new(&Actor::System, "invoice.red_drafted", &model.id)
                .order(&held.order_id)
                .with("to", InvoiceState::Ready.as_str())
                .with("total", it.red.totals.total.to_string())
                .with("blue", held.blue_number.as_str())
                .with("form", held.number.as_str()),
        );
        tx.audit(
            Line::new(&Actor::System, "offset.carried_out", &model.id)
                .order(&held.order_id)
                .edge(
                    InvoiceState::Ready.as_str(),
                    InvoiceState::Uploading.as_str(),
                ),
        );
        tx.audit(
            Line::new(&it.actor, "invoice.issued", &model.id)
                .order(&held.order_id)
                .edge(
                    InvoiceState::Uploading.as_str(),
                    InvoiceState::Issued.as_str(),
                )
                .with("number", it.number.as_str())
                .note(&it.note),
        );
        let settled = Settled {
            red: &model,
            blue: of.blue.as_str(),
            form: of.form.as_str(),
        };
        settle(tx, settled).await?;
        tx.changed_id(&model.delivery_id);
        Ok(it.red.id.clone())
    })
}
