//! Orders: the list, and the page of one.

use super::{
    Answer, checks,
    desk::{Decides, Signed},
    failure::Failure,
    forms::Sent,
    frame::{Frame, go},
    listing::{Listing, ROWS, counted},
    pieces::{
        delivery_card, invoice_brief, order_lines, seller_link, stopped_jobs, store_link, stores,
    },
    red_forms, standing,
    timeline::{Names, event},
};
use crate::{
    i18n::states,
    pages::{
        orders::{OrderFacts, OrderListPage, OrderRow, OrderShowPage},
        parts::{Action, Choice, Standing, Tone},
        shell::Section,
    },
};
use actix_web::{HttpRequest, web};
use fapiao_domain::{
    confirmation::FormWaits,
    face::DifferenceKind,
    ids::{Id, OrderId, StoreId},
    order::OrderState,
    special::is_not_deductible,
};
use fapiao_usecases::{
    backoffice::standing::{Next, Place, standing as stands},
    errors::StoreError,
    merchant::orders::{foremost, uncarded},
    parts::part_sums,
    ports::OrderFilter,
    records::{Delivery, Invoice, Order},
};

const STATES: [OrderState; 4] = [
    OrderState::Open,
    OrderState::Delivering,
    OrderState::Invoiced,
    OrderState::Cancelled,
];

/// `GET /admin/orders`.
pub(super) async fn index(desk: Signed, request: HttpRequest) -> Answer {
    let listing = Listing::of(&request, "/admin/orders", "store");
    let filter = OrderFilter {
        text: listing.filter.q.clone(),
        state: OrderState::parse(&listing.filter.state),
        delivery_state: None,
        store: StoreId::parse(&listing.filter.store).ok(),
        from: listing.from(),
        until: listing.until(),
        after: listing.after.clone(),
        limit: ROWS,
    };
    let found = desk.ports().store.orders(&desk.view(), &filter).await?;
    // A whole order or invoice number leads straight to its order.
    if let [only] = found.rows.as_slice()
        && !listing.filter.q.is_empty()
        && [&only.order_no, &only.invoice_number].contains(&&listing.filter.q)
    {
        return Ok(go(&format!("/admin/orders/{}", only.id)));
    }
    let t = desk.t();
    let states: Vec<Choice> = std::iter::once(Choice::new("", t.common.all))
        .chain(
            STATES
                .into_iter()
                .map(|it| Choice::new(it.as_str(), states::order(t, it).word)),
        )
        .collect();
    let own = stores(&desk).await?;
    let stores: Vec<Choice> = std::iter::once(Choice::new("", t.common.all))
        .chain(
            own.iter()
                .map(|it| Choice::new(it.id.as_str(), it.name.as_str())),
        )
        .collect();
    let frame = desk.into_frame().searching(&listing.filter.q);
    let shell = frame.shell(Section::Orders).await?;
    let rows: Vec<OrderRow> = found
        .rows
        .into_iter()
        .map(|it| OrderRow {
            href: format!("/admin/orders/{}", it.id),
            order_no: it.order_no,
            store: it.store_name,
            invoice_number: it.invoice_number,
            buyer: it.buyer,
            kind: if it.asked.is_special() {
                t.special.short
            } else {
                t.special.short_ordinary
            },
            total: it.totals.total,
            refunded: it.refunded,
            state: shell.order(it.state),
            delivery: it.delivery_state.map(|it| shell.delivery(it)),
            created: shell.when(it.created_at),
        })
        .collect();
    let page = OrderListPage {
        chips: listing.chips(t, &states, &stores),
        pager: listing.pager(found.next, rows.len()),
        filter: listing.filter,
        states,
        stores,
        rows,
        count: counted(found.count),
        total: found.sum,
        can_create: frame.may_work(),
        shell,
    };
    Ok(frame.page(&page))
}

/// An order with everything about it.
pub(super) struct Whole {
    pub(super) order: Order,
    pub(super) deliveries: Vec<Delivery>,
    pub(super) invoices: Vec<Invoice>,
}

impl Whole {
    /// Loads it, if this person may see it.
    pub(super) async fn load(frame: &Frame, id: &OrderId) -> Result<Whole, Failure> {
        let store = &frame.ports().store;
        let order = store.order(&frame.scope(), id).await?;
        let order = order.ok_or(Failure::NotFound)?;
        Ok(Whole {
            deliveries: store.deliveries_of(id).await?,
            invoices: store.invoices_of(id).await?,
            order,
        })
    }

    /// The invoice of a delivery.
    pub(super) fn invoice_of(&self, delivery: &Delivery) -> Option<&Invoice> {
        self.invoices
            .iter()
            .rev()
            .find(|it| it.delivery == delivery.id && it.red.is_none())
    }
}

/// `GET /admin/orders/{id}`.
pub(super) async fn show(desk: Signed, id: web::Path<String>) -> Answer {
    let id = OrderId::parse(&id)?;
    let whole = Whole::load(&desk, &id).await?;
    let order = &whole.order;
    let t = desk.t();
    let stopped = stopped_jobs(&desk, order).await?;
    let newest = foremost(order.state, &whole.deliveries, &whole.invoices, &stopped);
    let stopped = stopped.iter().find(|it| {
        let subject = it.subject.as_str();
        newest.is_some_and(|newest| {
            newest.id.as_str() == subject
                || newest
                    .invoice
                    .as_ref()
                    .is_some_and(|id| id.as_str() == subject)
        })
    });
    let invoice = newest.and_then(|newest| whole.invoice_of(newest));
    let stands = stands(order.state, newest, invoice, stopped, desk.now());
    let mut standing = standing::of_order(&desk, order, newest, &stands);
    checks::add(&desk, &mut standing, &stands.place, newest).await?;
    if stopped.is_none() {
        tell_stopped_refund(&desk, &id, &mut standing).await?;
    }
    let shell = desk.shell(Section::Orders).await?;
    let sums = part_sums(desk.ports(), order, &whole.deliveries).await?;
    if let Some(newest) = newest {
        let card = delivery_card(&desk, &shell, newest, &sums);
        if card.can_refuse {
            let mut refuse = Action::open(t.stand.refuse, format!("{}#refusal", card.href));
            refuse.danger = true;
            standing.others.push(refuse);
        }
    }
    if let Place::IssuedOnly { .. } = stands.place
        && let Some(newest) = newest.filter(|_| desk.may_work())
        && let Some(invoice) = &newest.invoice
        && uncarded(desk.ports(), order)
            .await?
            .iter()
            .any(|it| it.invoice == *invoice)
    {
        let to = format!("/admin/orders/{id}/deliveries");
        let again = Action::send(t.checks.new_link, to)
            .with("channel", newest.channel.as_str())
            .with("invoice", invoice.as_str());
        standing.others.push(again);
    }
    if stands.next == Next::MakeDelivery && desk.may_work() {
        let to = format!("/admin/orders/{id}/deliveries/new");
        standing
            .others
            .push(Action::open(t.delivery.other_ways, to));
    }
    standing.others.push(Action::open(
        t.red.link,
        format!("/admin/orders/{id}/refund"),
    ));
    let names = Names::load(&desk).await?;
    let timeline = desk.ports().store.timeline(&id).await?;
    let page = OrderShowPage {
        order: OrderFacts {
            id: order.id.to_string(),
            order_no: order.order_no.clone(),
            state: shell.order(order.state),
            store: store_link(&desk, &order.store).await?,
            seller: seller_link(&desk, &order.seller).await?,
            source: match order.source.as_str() {
                "api" => t.order.source_api.to_owned(),
                "csv" => t.order.source_csv.to_owned(),
                "admin" => t.order.source_admin.to_owned(),
                other => other.to_owned(),
            },
            sold: shell.when(order.sold_at),
            created: shell.when(order.created_at),
            total: order.totals.total,
            is_special: order.asked.is_special(),
            is_not_deductible: order.lines.iter().any(|it| is_not_deductible(&it.tax_code)),
            difference: order.difference.map_or_else(String::new, |it| {
                let mode = match it.kind {
                    DifferenceKind::Full => t.parts.difference_whole,
                    DifferenceKind::Difference => t.parts.difference_reduced,
                };
                format!(
                    "{mode} · {} {}",
                    t.parts.deduction_short,
                    it.deduction.display_yuan()
                )
            }),
        },
        is_divided: whole.deliveries.iter().any(|it| it.part.is_some()),
        refresh: stands.place.looks_again_secs(),
        standing,
        lines: order_lines(&desk, order).await?,
        deliveries: in_order(&whole.deliveries)
            .into_iter()
            .map(|it| delivery_card(&desk, &shell, it, &sums))
            .collect(),
        invoices: whole
            .invoices
            .iter()
            .rev()
            .map(|it| invoice_brief(&shell, it))
            .collect(),
        timeline: timeline
            .iter()
            .map(|entry| event(&desk, &names, entry, false))
            .collect(),
        shell,
    };
    Ok(desk.page(&page))
}

/// An order whose refund stopped does not stand well, wherever its invoice is.
async fn tell_stopped_refund(
    frame: &Frame,
    order: &OrderId,
    standing: &mut Standing,
) -> Result<(), StoreError> {
    let t = frame.t();
    let refunds = frame.ports().store.refunds_of(order).await?;
    let mut forms = refunds.iter().flat_map(|it| &it.forms);
    let Some(form) = forms.find(|it| it.waits_for() == FormWaits::Staff) else {
        return Ok(());
    };
    standing.tone = Tone::Warn;
    standing.detail = format!(
        "{}{}{}",
        t.red_form.attention,
        t.common.colon,
        red_forms::word(t, form.state)
    );
    let open = Action::open(t.red_form.open, format!("/admin/red-letters/{}", form.id));
    if let Some(former) = standing.primary.replace(open) {
        standing.others.insert(0, former);
    }
    Ok(())
}

/// As the page shows them: newest first; the parts of a divided order by their number, the newest attempt first.
fn in_order(deliveries: &[Delivery]) -> Vec<&Delivery> {
    let mut shown: Vec<&Delivery> = deliveries.iter().rev().collect();
    shown.sort_by_key(|it| it.part.as_ref().map_or(0, |part| part.no));
    shown
}

/// `POST /admin/orders/{id}/retry`: what stopped about this order runs again.
pub(super) async fn retry(sent: Sent<Decides>, id: web::Path<String>) -> Answer {
    let (desk, id) = (sent.desk, OrderId::parse(&id)?);
    let order = desk.ports().store.order(&desk.scope(), &id).await?;
    let order = order.ok_or(Failure::NotFound)?;
    let mut retried = 0;
    for job in stopped_jobs(&desk, &order).await? {
        if desk.ports().store.retry_job(&job.id, &desk.actor()).await? {
            retried += 1;
        }
    }
    let here = format!("/admin/orders/{id}");
    let t = desk.t();
    Ok(if retried > 0 {
        desk.done(&here, t.told.job_retried)
    } else {
        desk.told(&here, Tone::Warn, t.told.job_gone)
    })
}
