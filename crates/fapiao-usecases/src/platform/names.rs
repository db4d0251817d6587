//! What is looked at again right before an invoice that waited takes its number: its rates and class codes, and the short
//! names, of which those valid on the issue date are printed.

use crate::{
    calendar, errors::StoreError, ports::Ports, rates::outdated, records::CodeBook, step::StepError,
};
use chrono::TimeDelta;
use fapiao_domain::{ids::InvoiceId, invoice::InvoiceState, line::InvoiceLine};
use std::collections::HashMap;

/// What was drafted within so many seconds of the same day was just looked at.
const FRESH_SECS: i64 = 60;

/// Looks at drafts that waited, over midnight or for a number or quota. Those that cannot be issued any more as they are
/// come back with why: a rate or a class code that ended meanwhile is for a person.
///
/// # Errors
/// [`StoreError`].
pub async fn look_again(
    ports: &Ports,
    ids: &[InvoiceId],
) -> Result<HashMap<InvoiceId, StepError>, StoreError> {
    let now = ports.clock.now();
    let fresh = now - TimeDelta::seconds(FRESH_SECS);
    let before = fresh.max(calendar::start_of_day(now));
    let old = ports.store.drafted_before(ids, before).await?;
    let mut stopped = HashMap::new();
    if old.is_empty() {
        return Ok(stopped);
    }
    let (book, today) = (ports.store.tax_codes().await?, calendar::day(now));
    for invoice in ports.store.invoices_by_id(&old).await? {
        // A gateway that was asked already may have issued it as it stands; a red letter repeats its form.
        let asked = matches!(
            invoice.state,
            InvoiceState::Uploading | InvoiceState::OutcomeUnknown
        );
        if asked || invoice.red.is_some() {
            continue;
        }
        if let Some(error) = outdated(ports, &invoice).await? {
            stopped.insert(invoice.id, error);
            continue;
        }
        let names = renamed(&invoice.lines, &book, &today);
        if !names.is_empty() {
            ports.store.rename_lines(&invoice.id, names).await?;
        }
    }
    Ok(stopped)
}

/// The lines whose class has another short name today.
fn renamed(lines: &[InvoiceLine], book: &CodeBook, today: &str) -> Vec<(u32, String)> {
    lines
        .iter()
        .filter_map(|line| {
            let name = &book.on(&line.tax_code, today)?.short_name;
            (*name != line.short_name).then(|| (line.no, name.clone()))
        })
        .collect()
}
