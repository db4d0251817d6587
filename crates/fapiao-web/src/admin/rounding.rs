//! Where each fen of a total went.

use super::{Answer, desk::Signed, failure::Failure, pieces::number_of};
use crate::i18n::fill;
use crate::pages::{
    lines::grouped,
    parts::Link,
    rounding::{PartStep, RoundingPage, line_step, part_step, rate_step},
    shell::Section,
};
use actix_web::web;
use fapiao_domain::{
    ids::{Id, InvoiceId, OrderId},
    rounding::{Rounding, millionths},
};
use fapiao_usecases::rounding::{PartRounding, of_invoice, of_order, parts_of};

/// `GET /admin/orders/{id}/rounding`.
pub(super) async fn order(desk: Signed, id: web::Path<String>) -> Answer {
    let id = OrderId::parse(&id)?;
    let found = of_order(desk.ports(), &desk.scope(), &id).await?;
    let (order, told) = found.ok_or(Failure::NotFound)?;
    let back = Link::new(order.order_no, format!("/admin/orders/{id}"));
    let t = desk.t();
    let parts = parts_of(desk.ports(), &id, &told).await?;
    let part = |it: &PartRounding| {
        let title = fill(t.parts.part, &[&it.part.no, &it.part.of]);
        part_step(&t.rounding, title, it)
    };
    let parts = parts.iter().map(part).collect();
    page(&desk, Section::Orders, back, &told, parts).await
}

/// `GET /admin/invoices/{id}/rounding`.
pub(super) async fn invoice(desk: Signed, id: web::Path<String>) -> Answer {
    let id = InvoiceId::parse(&id)?;
    let found = of_invoice(desk.ports(), &desk.scope(), &id).await?;
    let (invoice, told) = found.ok_or(Failure::NotFound)?;
    let label = match number_of(&invoice) {
        "" => desk.t().invoice.no_number_yet.to_owned(),
        number => grouped(number),
    };
    let back = Link::new(label, format!("/admin/invoices/{id}"));
    page(&desk, Section::Invoices, back, &told, Vec::new()).await
}

async fn page(
    desk: &Signed,
    section: Section,
    back: Link,
    told: &Rounding,
    parts: Vec<PartStep>,
) -> Answer {
    let shell = desk.shell(section).await?;
    let page = RoundingPage {
        lines: told
            .lines
            .iter()
            .map(|it| line_step(&shell.t.rounding, it))
            .collect(),
        rates: told.rates.iter().map(rate_step).collect(),
        parts,
        totals: told.totals,
        gap: millionths(told.gap()),
        back,
        shell,
    };
    Ok(desk.page(&page))
}
