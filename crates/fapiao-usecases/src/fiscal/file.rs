//! The official file of a bill.

use super::{BillError, bill_row};
use crate::{
    actor::Actor,
    errors::StoreError,
    idempotency::fingerprint,
    jobs::{Job, QueuedJob},
    ports::{BillRow, BillWrite, Ports},
    records::{Bill, BillFile},
};
use bytes::Bytes;
use fapiao_domain::{delivery::DeliveryState, ids::BillId};
use serde_json::json;

/// Keeps the PDF of a bill: its text must carry the bill's number and amount. A card that waits for it goes on. The same
/// file again changes nothing; another one is refused, for a card may carry the first.
///
/// # Errors
/// [`BillError`].
pub async fn attach_bill_file(
    ports: &Ports,
    actor: &Actor,
    id: &BillId,
    file: Bytes,
) -> Result<Bill, BillError> {
    let row = bill_row(ports, id).await?;
    let BillRow { mut bill, delivery } = row.ok_or_else(|| BillError::Unknown(id.to_string()))?;
    ports
        .papers
        .check(file.clone(), &bill.identity.number, bill.amount)
        .await
        .map_err(BillError::Unreadable)?;
    let size = i64::try_from(file.len()).unwrap_or(i64::MAX);
    let sha256 = fingerprint(&file);
    match &bill.file {
        Some(known) if known.sha256 == sha256 => return Ok(bill),
        Some(_) => {
            return Err(BillError::not_now(
                "这张票据已经有文件，官方文件不会改变；票据有误请作废后使用新的票据",
                "the bill has its file, and an official file never changes; a wrong bill is declared void",
            ));
        }
        None => {
            ports.files.put(file).await?;
        }
    }
    let note = json!({ "sha256": sha256, "size": size });
    bill.file = Some(BillFile { sha256, size });
    // Queued also while the payer is awaited: the agreement may have come since the delivery was read, and the card's job
    // have looked for the file in vain. It does nothing where nobody agreed.
    let ended = matches!(
        delivery.state,
        DeliveryState::Carded | DeliveryState::Refused | DeliveryState::Failed
    );
    let then = if ended {
        Vec::new()
    } else {
        vec![QueuedJob::now(Job::InsertBill(delivery.id), None)]
    };
    let write = BillWrite {
        id: id.clone(),
        bill: Some(bill.clone()),
        deliveries: Vec::new(),
        then,
        actor: actor.clone(),
        action: "bill.file_attached",
        note,
    };
    match ports.store.write_bill(write).await {
        Ok(()) => {}
        Err(StoreError::Stale { .. }) => {
            // Two handed it in at once: the same file is as good.
            let now = ports.store.bill(id).await?;
            let same = now.as_ref().is_some_and(|it| it.file == bill.file);
            if let (Some(now), true) = (now, same) {
                return Ok(now);
            }
            return Err(StoreError::Stale {
                what: format!("bill {id}"),
            }
            .into());
        }
        Err(error) => return Err(error.into()),
    }
    bill.version += 1;
    Ok(bill)
}
