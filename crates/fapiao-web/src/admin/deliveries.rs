//! A delivery: where it stands, its title, its refusal.

use super::{
    Answer, checks,
    desk::{Decides, Signed},
    failure::Failure,
    forms::{Form, Sent, errors_of, same_name},
    frame::Frame,
    orders::Whole,
    pieces::{delivery_card, invoice_brief, stopped_jobs},
    standing,
    timeline::{Names, event, is_about},
};
use crate::{
    i18n::{fill1, states},
    pages::{
        deliveries::{DeliveryShowPage, TitleForm},
        field::Errors,
        parts::{Action, Link, Tone},
        shell::Section,
    },
    problem::Problem,
};
use actix_web::web;
use fapiao_domain::{
    card::CardState,
    ids::{DeliveryId, Id},
    money::Fen,
};
use fapiao_usecases::{
    backoffice::{
        standing::standing as stands,
        titles::{TitleChangeError, correct_title, may_correct, release_stopped},
    },
    errors::StoreError,
    merchant::drafts::DocumentDraft,
    merchant::refusal::{RefusalError, TooLate, refuse_delivery},
    parts::part_sums,
    records::{Delivery, Invoice, Order, RawTitleRecord, SealedDocument},
};
use std::collections::HashMap;

/// `GET /admin/deliveries/{id}`.
pub(super) async fn show(desk: Signed, id: web::Path<String>) -> Answer {
    let delivery = load(&desk, &id).await?;
    let page = page(&desk, delivery, Typed::default()).await?;
    Ok(desk.page(&page))
}

/// What was typed into the forms of the page, and what is wrong with it.
#[derive(Default)]
struct Typed {
    reason: String,
    title: Option<TitleForm>,
    errors: Errors,
}

async fn load(frame: &Frame, id: &str) -> Result<Delivery, Failure> {
    let id = DeliveryId::parse(id)?;
    let found = frame.ports().store.delivery(&frame.scope(), &id).await?;
    found.ok_or(Failure::NotFound)
}

async fn page(
    frame: &Frame,
    delivery: Delivery,
    typed: Typed,
) -> Result<DeliveryShowPage, Failure> {
    let whole = Whole::load(frame, &delivery.order).await?;
    let order = &whole.order;
    let invoice = whole.invoice_of(&delivery);
    let stopped = stopped_jobs(frame, order).await?;
    let stopped = stopped.iter().find(|it| {
        it.subject == delivery.id.as_str()
            || invoice.is_some_and(|invoice| it.subject == invoice.id.as_str())
    });
    let stands = stands(order.state, Some(&delivery), invoice, stopped, frame.now());
    let mut standing = standing::plain(frame, Some(&delivery), &stands);
    standing.primary = Some(Action::open(
        frame.t().stand.to_order,
        format!("/admin/orders/{}", order.id),
    ));
    let card = frame.ports().store.card(&delivery.id).await?;
    let code_lost = frame.may_decide() && card.is_some_and(|it| it.state == CardState::CodeUnknown);
    checks::add(frame, &mut standing, &stands.place, Some(&delivery)).await?;
    let shell = frame.shell(Section::Deliveries).await?;
    let names = Names::load(frame).await?;
    let sums = part_sums(frame.ports(), order, &whole.deliveries).await?;
    let own = [
        delivery.id.as_str(),
        invoice.map_or(delivery.id.as_str(), |it| it.id.as_str()),
    ];
    let timeline = frame.ports().store.timeline(&order.id).await?;
    let title = (may_correct(&delivery) && frame.may_decide())
        .then(|| typed.title.unwrap_or_else(|| stored_title(&delivery)));
    Ok(DeliveryShowPage {
        total: total_of(&delivery, order, invoice, &sums),
        delivery: delivery_card(frame, &shell, &delivery, &sums),
        order: Link::new(&order.order_no, format!("/admin/orders/{}", order.id)),
        standing,
        code_lost,
        reason: typed.reason,
        title,
        errors: typed.errors,
        invoices: invoice
            .map(|it| invoice_brief(&shell, it))
            .into_iter()
            .collect(),
        timeline: timeline
            .iter()
            .filter(|it| is_about(it, &own))
            .map(|entry| event(frame, &names, entry, false))
            .collect(),
        refresh: stands.place.looks_again_secs(),
        shell,
    })
}

/// What this delivery brings: of a divided order its own part.
fn total_of(
    delivery: &Delivery,
    order: &Order,
    invoice: Option<&Invoice>,
    sums: &HashMap<DeliveryId, Fen>,
) -> Fen {
    match (invoice, sums.get(&delivery.id)) {
        (Some(invoice), _) => invoice.totals.total,
        (None, Some(part)) => *part,
        (None, None) => order.totals.total,
    }
}

fn stored_title(delivery: &Delivery) -> TitleForm {
    let raw = delivery.raw_title.clone().unwrap_or_default();
    let document = raw.document.as_ref().filter(|it| !it.is_erased());
    let told = |what: fn(&SealedDocument) -> &str| document.map_or("", what).to_owned();
    TitleForm {
        document_type: told(|it| it.kind.code()),
        document_nationality: told(|it| &it.nationality),
        document_number: String::new(),
        document_kept: told(|it| &it.masked),
        organisation: match (raw.organisation, raw.no_number) {
            (true, true) => "no_number",
            (true, false) => "yes",
            (false, _) => "no",
        }
        .to_owned(),
        name: raw.name,
        tax_number: raw.tax_number,
        address: raw.address,
        phone: raw.phone,
        bank: raw.bank,
        bank_account: raw.bank_account,
        email: raw.email,
        override_reason: raw.override_reason,
    }
}

pub(super) fn title_of(form: &TitleForm) -> RawTitleRecord {
    let text = |it: &str| it.trim().to_owned();
    RawTitleRecord {
        organisation: form.organisation != "no",
        no_number: form.organisation == "no_number",
        name: text(&form.name),
        tax_number: text(&form.tax_number),
        address: text(&form.address),
        phone: text(&form.phone),
        bank: text(&form.bank),
        bank_account: text(&form.bank_account),
        email: text(&form.email),
        own: Vec::new(),
        override_reason: text(&form.override_reason),
        document: None,
    }
}

/// `POST /admin/deliveries/{id}/refusal`.
pub(super) async fn refuse(sent: Sent<Decides>, id: web::Path<String>) -> Answer {
    let (desk, form): (_, Form) = (sent.desk, sent.form);
    let delivery = load(&desk, &id).await?;
    let reason = form.get("reason");
    let nothing = |_: &Delivery| String::new();
    let here = format!("/admin/orders/{}", delivery.order);
    let t = desk.t();
    let caller = desk.caller();
    let url = form.get("url").trim();
    let refusing = refuse_delivery(
        desk.ports(),
        &caller,
        &delivery.id,
        reason,
        url,
        None,
        &nothing,
    );
    match refusing.await {
        Ok(_) => {
            // A title that stopped for a person no longer matters.
            release_stopped(desk.ports(), &desk.actor(), delivery.id.as_str()).await?;
            Ok(desk.done(&here, &fill1(t.told.refused, reason.trim())))
        }
        Err(RefusalError::Invalid(errors)) => {
            let typed = Typed {
                reason: reason.to_owned(),
                errors: errors_of(errors, desk.lang(), same_name),
                ..Typed::default()
            };
            let page = page(&desk, delivery, typed).await?;
            Ok(desk.wrong(&page))
        }
        Err(RefusalError::TooLate(why)) => {
            let why = match why {
                TooLate::Issued => t.told.too_late_issued,
                TooLate::BeingIssued => t.told.too_late_issuing,
                TooLate::Stands(state) => states::delivery(t, state).word,
            };
            Ok(desk.told(&here, Tone::Warn, &fill1(t.told.too_late, why)))
        }
        Err(RefusalError::Unknown(_)) => Err(Failure::NotFound),
        Err(other) => Err(Problem::from(other).into()),
    }
}

/// `POST /admin/deliveries/{id}/title`.
pub(super) async fn title(sent: Sent<Decides>, id: web::Path<String>) -> Answer {
    let (desk, form) = (sent.desk, sent.form);
    let delivery = load(&desk, &id).await?;
    let typed: TitleForm = form.typed()?;
    let here = format!("/admin/orders/{}", delivery.order);
    let t = desk.t();
    let mut title = title_of(&typed);
    // The merchant's own fields are not a part of the title: they stay as the buyer wrote them.
    if let Some(raw) = &delivery.raw_title {
        title.own.clone_from(&raw.own);
    }
    let document = DocumentDraft {
        kind: typed.document_type.clone(),
        nationality: typed.document_nationality.clone(),
        number: typed.document_number.clone(),
    };
    let saved = correct_title(desk.ports(), &desk.actor(), &delivery, title, &document).await;
    match saved {
        Ok(()) => Ok(desk.done(&here, t.told.title_saved)),
        Err(TitleChangeError::Invalid(errors)) => {
            let mut typed = typed;
            typed.document_kept = stored_title(&delivery).document_kept;
            let typed = Typed {
                errors: errors_of(errors, desk.lang(), same_name),
                title: Some(typed),
                ..Typed::default()
            };
            let page = page(&desk, delivery, typed).await?;
            Ok(desk.wrong(&page))
        }
        Err(TitleChangeError::NotNow(_) | TitleChangeError::Store(StoreError::Stale { .. })) => {
            Ok(desk.told(&here, Tone::Warn, t.told.title_not_now))
        }
        Err(TitleChangeError::Store(error)) => Err(error.into()),
    }
}
