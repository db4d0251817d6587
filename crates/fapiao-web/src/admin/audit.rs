//! Who did what, in an unbroken chain.

use super::{
    Answer,
    desk::Overseer,
    listing::{Listing, counted},
    timeline::{Names, page_of, raw, said},
};
use crate::pages::{
    audit::{AuditPage, AuditRow},
    parts::Link,
    shell::Section,
};
use actix_web::HttpRequest;

const ROWS: u32 = 100;

/// `GET /admin/audit`.
pub(super) async fn index(desk: Overseer, request: HttpRequest) -> Answer {
    let listing = Listing::of(&request, "/admin/audit", "");
    let found = desk
        .ports()
        .store
        .audit(listing.after.as_deref(), ROWS)
        .await?;
    let names = Names::load(&desk).await?;
    let shell = desk.shell(Section::Audit).await?;
    let t = shell.t;
    let rows: Vec<AuditRow> = found
        .rows
        .iter()
        .map(|entry| {
            let subject = entry.subject.as_str();
            // What belongs to an order is read on its page.
            let href = match &entry.order {
                Some(order) => Some(format!("/admin/orders/{order}")),
                None => page_of(subject),
            };
            AuditRow {
                no: u64::try_from(entry.seq).unwrap_or(0),
                at: shell.when(entry.at),
                who: names.who(t, &entry.actor),
                what: said(shell.lang, entry).what,
                link: Some(Link::new(subject, href.unwrap_or_default()))
                    .filter(|it| !it.label.is_empty()),
                raw: raw(t, entry),
                hash: entry.hash.clone(),
            }
        })
        .collect();
    let page = AuditPage {
        count: counted(found.count),
        pager: listing.pager(found.next, rows.len()),
        rows,
        shell,
    };
    Ok(desk.page(&page))
}
