//! Who did what, in an unbroken chain.

use super::{
    Answer,
    desk::Overseer,
    frame::Frame,
    listing::{Listing, counted},
    timeline::{Names, page_of, raw, said},
};
use crate::pages::{
    audit::{AuditPage, AuditRow},
    parts::{Choice, Link},
    shell::Section,
};
use actix_web::HttpRequest;
use fapiao_usecases::{actor::Actor, ports::AuditFilter};

const ROWS: u32 = 100;
const HERE: &str = "/admin/audit";

/// The filter's address.
pub(super) fn listing(request: &HttpRequest) -> Listing {
    Listing::of(request, HERE, "who")
}

/// What it asks the ledger for.
pub(super) fn filter(listing: &Listing) -> AuditFilter {
    AuditFilter {
        text: listing.filter.q.clone(),
        actor: Actor::parse(&listing.filter.store),
        from: listing.from(),
        until: listing.until(),
    }
}

/// Whether this person may open the page of such a thing.
fn may_open(frame: &Frame, id: &str) -> bool {
    match id.split_once('_').map(|(prefix, _)| prefix) {
        Some("usr") => frame.owns(),
        Some("sel" | "sto" | "acc" | "prd" | "key") => frame.may_configure(),
        Some("bil" | "bdl") => frame.may_read_bills(),
        _ => true,
    }
}

/// `GET /admin/audit`.
pub(super) async fn index(desk: Overseer, request: HttpRequest) -> Answer {
    let listing = listing(&request);
    let wanted = filter(&listing);
    let found = (desk.ports().store)
        .audit_found(&wanted, listing.after.as_deref(), ROWS)
        .await?;
    let names = Names::load(&desk).await?;
    let t = desk.t();
    let everybody = std::iter::once(Choice::new("", t.common.all))
        .chain(
            names
                .actors(t)
                .into_iter()
                .map(|(actor, name)| Choice::new(actor, name)),
        )
        .collect::<Vec<_>>();
    let shell = desk.shell(Section::Audit).await?;
    let rows: Vec<AuditRow> = found
        .rows
        .iter()
        .map(|entry| {
            let subject = entry.subject.as_str();
            // What belongs to an order is read on its page.
            let href = match &entry.order {
                Some(order) => Some(format!("/admin/orders/{order}")),
                None => page_of(subject).filter(|_| may_open(&desk, subject)),
            };
            AuditRow {
                no: u64::try_from(entry.seq).unwrap_or(0),
                at: shell.when(entry.at),
                who: names.who(t, &entry.actor),
                what: said(shell.lang, entry).what,
                link: Some(Link::new(names.of(subject), href.unwrap_or_default()))
                    .filter(|it| !it.label.is_empty()),
                raw: raw(t, entry),
                hash: entry.hash.clone(),
            }
        })
        .collect();
    let page = AuditPage {
        // What a filter finds is not counted to its end.
        count: wanted.is_empty().then(|| counted(found.count)),
        chips: listing.chips(t, &[], &everybody),
        pager: listing.pager(found.next, rows.len()),
        filter: listing.filter,
        everybody,
        rows,
        shell,
    };
    Ok(desk.page(&page))
}
