//! Fiscal bills: the list, their files, and where a delivery leads.

use super::{
    Answer,
    desk::BillReader,
    failure::Failure,
    frame::{Frame, go},
    listing::{BILLS, Listing, ROWS, counted},
};
use crate::{
    api::files::{self, Shown},
    i18n::Texts,
    pages::{
        bills::{BillListPage, BillListRow, delivery_badge, void_badge},
        parts::Choice,
        shell::{Section, Shell},
    },
};
use actix_web::{HttpRequest, web};
use fapiao_domain::{
    delivery::DeliveryState,
    ids::{BillDeliveryId, BillId, FiscalUnitId, Id},
};
use fapiao_usecases::{
    ports::{BillFilter, BillRow},
    records::{Bill, FiscalUnit},
};

/// `GET /admin/bills`.
pub(super) async fn index(desk: BillReader, request: HttpRequest) -> Answer {
    let listing = Listing::of(&request, BILLS, "unit");
    let filter = BillFilter {
        unit: FiscalUnitId::parse(&listing.filter.store).ok(),
        state: DeliveryState::parse(&listing.filter.state),
        void: match listing.filter.void.as_str() {
            "yes" => Some(true),
            "no" => Some(false),
            _ => None,
        },
        text: listing.filter.q.clone(),
    };
    let store = &desk.ports().store;
    let found = store.bills(&filter, listing.after.as_deref(), ROWS).await?;
    let all = store.fiscal_units().await?;
    let shell = desk.shell(Section::Bills).await?;
    let t = shell.t;
    let units = std::iter::once(Choice::new("", t.common.all))
        .chain(all.iter().map(unit_choice))
        .collect::<Vec<_>>();
    let states = states(t);
    let rows: Vec<BillListRow> = found.rows.iter().map(|it| row(&shell, &all, it)).collect();
    let page = BillListPage {
        chips: listing.chips(t, &states, &units),
        pager: listing.pager(found.next, rows.len()),
        filter: listing.filter,
        units,
        states,
        voids: vec![
            Choice::new("", t.fiscal.void_all),
            Choice::new("no", t.fiscal.void_none),
            Choice::new("yes", t.fiscal.void_only),
        ],
        count: counted(found.count),
        can_create: desk.may_work(),
        rows,
        shell,
    };
    Ok(desk.page(&page))
}

fn unit_choice(unit: &FiscalUnit) -> Choice {
    Choice::new(unit.id.as_str(), unit.name.as_str())
}

/// States of a delivery as a filter's choices.
fn states(t: &'static Texts) -> Vec<Choice> {
    let words = DeliveryState::ALL
        .into_iter()
        .map(|it| Choice::new(it.as_str(), delivery_badge(t, it).word));
    std::iter::once(Choice::new("", t.common.all))
        .chain(words)
        .collect()
}

fn row(shell: &Shell, units: &[FiscalUnit], it: &BillRow) -> BillListRow {
    let bill = &it.bill;
    let unit = units.iter().find(|unit| unit.id == bill.unit);
    BillListRow {
        href: page_of(&bill.id),
        code: bill.identity.code.clone(),
        number: bill.identity.number.clone(),
        payer: bill.payer.clone(),
        unit: unit.map_or_else(String::new, |unit| unit.name.clone()),
        amount: bill.amount,
        state: delivery_badge(shell.t, it.delivery.state),
        void: bill.void.as_ref().map(|_| void_badge(shell.t)),
        issued: shell.when(bill.issued_at),
    }
}

/// A bill's page.
pub(super) fn page_of(id: &BillId) -> String {
    format!("{BILLS}/{id}")
}

/// A bill as people name it.
pub(super) fn named(bill: &Bill) -> String {
    format!("{} {}", bill.identity.code, bill.identity.number)
}

pub(super) async fn load(frame: &Frame, id: &str) -> Result<Bill, Failure> {
    let id = BillId::parse(id)?;
    let bill = frame.ports().store.bill(&id).await?;
    bill.ok_or(Failure::NotFound)
}

/// `GET /admin/bills/{id}/file.pdf`: shown in place.
pub(super) async fn file(desk: BillReader, request: HttpRequest, id: web::Path<String>) -> Answer {
    let bill = load(&desk, &id).await?;
    let file = files::of_bill(&desk.app, &bill).await?;
    Ok(file
        .ok_or(Failure::NotFound)?
        .answer(&request, Shown::Inline))
}

/// `GET /admin/bill-deliveries/{id}`: jobs and logs name deliveries, which are read on the page of their bill.
pub(super) async fn of_delivery(desk: BillReader, id: web::Path<String>) -> Answer {
    let id = BillDeliveryId::parse(&id)?;
    let delivery = desk.ports().store.bill_delivery(&id).await?;
    let delivery = delivery.ok_or(Failure::NotFound)?;
    Ok(go(&page_of(&delivery.bill)))
}
