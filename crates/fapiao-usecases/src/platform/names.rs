//! The short name that is printed is the one valid on the issue date, also when an invoice waited over midnight.

use crate::{calendar, ports::Ports, step::StepError};
use fapiao_domain::ids::InvoiceId;

/// Looks at the drafts of earlier days again, right before they take their numbers.
///
/// # Errors
/// [`StepError`]; a class code that ended while the invoice waited is for a person.
pub async fn renew_names(ports: &Ports, ids: &[InvoiceId]) -> Result<(), StepError> {
    let now = ports.clock.now();
    let old = ports
        .store
        .drafted_before(ids, calendar::start_of_day(now))
        .await?;
    if old.is_empty() {
        return Ok(());
    }
    let (book, today) = (ports.store.tax_codes().await?, calendar::day(now));
    for invoice in ports.store.invoices_by_id(&old).await? {
        let mut names = Vec::new();
        for line in &invoice.lines {
            // A code that ended is refused by the authority with its own words; the name of its last day stays.
            if let Some(code) = book.on(&line.tax_code, &today)
                && code.short_name != line.short_name
            {
                names.push((line.no, code.short_name.clone()));
            }
        }
        if !names.is_empty() {
            ports.store.rename_lines(&invoice.id, names).await?;
        }
    }
    Ok(())
}
