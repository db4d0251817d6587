//! Paid orders beside WeChat: a buyer may have asked on the receipt, and the push that tells of it be lost. No delivery of
//! ours is polled for such a request, so that only this question finds it.

use super::{PAGE, Phase, differs, took};
use crate::{
    merchant::after_payment::{Receipts, asked_on_receipt},
    ports::Ports,
    records::{DifferenceKind, ReconciliationRun},
    step::StepError,
};
use chrono::{DateTime, Utc};
use fapiao_domain::ids::Id;

/// WeChat's codes for too many calls.
const USED_UP: [&str; 2] = ["45009", "45011"];

/// Compares one page of paid orders that nobody asked an invoice of as far as we know; `false` when there is none left.
pub(super) async fn compare(
    ports: &Ports,
    run: &mut ReconciliationRun,
    place: &str,
    since: DateTime<Utc>,
) -> Result<bool, StepError> {
    let receipts = Receipts::load(ports).await?;
    let (sellers, accounts) = receipts.parties();
    let page = ports
        .store
        .payments_to_compare(&sellers, &accounts, place, since, PAGE)
        .await?;
    let Some(last) = page.last() else {
        return Ok(false);
    };
    run.place = Phase::Payments.at(last.id.as_str());
    let mut found = Vec::new();
    for order in &page {
        let asked = asked_on_receipt(ports, &receipts, order).await;
        let is_enough = matches!(&asked, Err(StepError::Outside(error)) if USED_UP.contains(&error.code.as_str()));
        let asked = took(run, asked)?;
        if is_enough {
            // What is left of the day's calls is for buyers; the rest is compared another night.
            ports.store.record_compared(run, found, false).await?;
            return Ok(false);
        }
        if let Some(request) = asked.flatten() {
            let mut it = differs(
                order.id.as_str(),
                DifferenceKind::AuthorisedThere,
                order.state.as_str(),
                &request.status,
            );
            it.order = Some(order.id.clone());
            found.push(it);
        }
    }
    ports.store.record_compared(run, found, false).await?;
    Ok(true)
}
