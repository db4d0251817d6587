//! Merchants that we are the platform of: their registration, keys and requests.

use super::{
    Answer,
    cookies::random_text,
    desk::{Configurer, Configures, Overseer},
    failure::Failure,
    forms::{Sent, setting_errors},
    frame::Frame,
};
use crate::{
    i18n::{Texts, fill1},
    pages::{
        field::Errors,
        gateways::{
            PartnerEditPage, PartnerForm, PartnerKeyMadePage, PartnerKeyRow, PartnerListPage,
            PartnerOffsetRow, PartnerRequestRow, PartnerRow,
        },
        parts::{Badge, Choice, Link, Pager, Tone},
        shell::{Section, encode},
    },
};
use actix_web::{HttpRequest, web};
use fapiao_domain::{
    ids::{Id, PartnerId},
    money::Fen,
};
use fapiao_usecases::{
    backoffice::partners::{PartnerDraft, make_partner_key, save_partner},
    errors::StoreError,
    gateway::{OffsetCard, OffsetState, WireState, offset_result_of, result_of},
    ports::Scope,
    records::{IssuingMode, Partner, PartnerKey, PartnerOffset, PartnerRequest},
};
use futures_util::{StreamExt, TryStreamExt, stream};

/// Requests on a page.
const ROWS: u32 = 20;
/// Offsets on a page.
const OFFSETS: u32 = 20;
/// Rows that are put together at the same time: each is told from several tables.
const SIDE_BY_SIDE: usize = 6;

fn standing(t: &Texts, partner: &Partner) -> Badge {
    if partner.active {
        Badge::new(Tone::Ok, t.state.active)
    } else {
        Badge::new(Tone::Warn, t.gateway.suspended)
    }
}

fn state(t: &Texts, state: WireState) -> Badge {
    let g = &t.gateway;
    match state {
        WireState::Accepted => Badge::new(Tone::Wait, g.state_accepted),
        WireState::Issuing => Badge::new(Tone::Wait, g.state_issuing),
        WireState::Issued => Badge::new(Tone::Wait, g.state_issued),
        WireState::Delivered => Badge::new(Tone::Ok, g.state_delivered),
        WireState::Refused => Badge::new(Tone::Warn, g.state_refused),
        WireState::Failed => Badge::new(Tone::Bad, g.state_failed),
    }
}

/// `GET /admin/partners`.
pub(super) async fn index(desk: Overseer) -> Answer {
    let (t, store) = (desk.t(), &desk.ports().store);
    let mut rows = Vec::new();
    for partner in store.partners().await? {
        let keys = store.partner_keys(&partner.id).await?;
        let seller = store.seller(&partner.seller).await?;
        let requests = store.partner_requests(Some(&partner.id), None, 1).await?;
        rows.push(PartnerRow {
            href: format!("/admin/partners/{}", partner.id),
            state: standing(t, &partner),
            seller: seller.map_or_else(String::new, |it| it.party.name),
            apps: partner.app_ids.len(),
            keys: keys.iter().filter(|it| it.revoked_at.is_none()).count(),
            requests: requests.count,
            name: partner.name,
        });
    }
    let page = PartnerListPage {
        shell: desk.shell(Section::Partners).await?,
        rows,
        can_edit: desk.may_configure(),
    };
    Ok(desk.page(&page))
}

/// `GET /admin/partners/new`.
pub(super) async fn blank(desk: Configurer, request: HttpRequest) -> Answer {
    let form = PartnerForm {
        active: "yes".to_owned(),
        ..PartnerForm::default()
    };
    let page = page(&desk, &request, None, form, Errors::default()).await?;
    Ok(desk.page(&page))
}

async fn load(frame: &Frame, id: &str) -> Result<Partner, Failure> {
    let id = PartnerId::parse(id)?;
    let partner = frame.ports().store.partner(&id).await?;
    partner.ok_or(Failure::NotFound)
}

/// `GET /admin/partners/{id}`.
pub(super) async fn edit(desk: Overseer, request: HttpRequest, id: web::Path<String>) -> Answer {
    let partner = load(&desk, &id).await?;
    let form = PartnerForm {
        name: partner.name.clone(),
        seller: partner.seller.to_string(),
        app_ids: partner.app_ids.join("\n"),
        callback_url: partner.callback_url.clone(),
        active: if partner.active { "yes" } else { "" }.to_owned(),
    };
    let page = page(&desk, &request, Some(&partner), form, Errors::default()).await?;
    Ok(desk.page(&page))
}

/// `POST /admin/partners`.
pub(super) async fn create(sent: Sent<Configures>, request: HttpRequest) -> Answer {
    save(sent, &request, None).await
}

/// `POST /admin/partners/{id}`.
pub(super) async fn update(
    sent: Sent<Configures>,
    request: HttpRequest,
    id: web::Path<String>,
) -> Answer {
    let before = load(&sent.desk, &id).await?;
    save(sent, &request, Some(before)).await
}

async fn save(sent: Sent<Configures>, request: &HttpRequest, before: Option<Partner>) -> Answer {
    let (desk, sent) = (sent.desk, sent.form);
    let form: PartnerForm = sent.typed()?;
    let draft = PartnerDraft {
        name: form.name.clone(),
        seller: form.seller.clone(),
        app_ids: form.app_ids.clone(),
        callback_url: form.callback_url.clone(),
        active: form.active == "yes",
    };
    let errors = match save_partner(desk.ports(), &desk.actor(), before.as_ref(), &draft).await {
        Ok(partner) => {
            let text = fill1(desk.t().gateway.partner_told, &partner.name);
            return Ok(desk.done(&format!("/admin/partners/{}", partner.id), &text));
        }
        Err(error) => setting_errors(error, desk.lang(), "name")?,
    };
    let page = page(&desk, request, before.as_ref(), form, errors).await?;
    Ok(desk.wrong(&page))
}

/// `POST /admin/partners/{id}/keys`: the secret is shown in the answer, and never again.
pub(super) async fn make_key(sent: Sent<Configures>, id: web::Path<String>) -> Answer {
    let desk = sent.desk;
    let partner = load(&desk, &id).await?;
    let key_id = format!("gk_{}", random_text().chars().take(16).collect::<String>());
    let secret = random_text();
    make_partner_key(desk.ports(), &desk.actor(), &partner, &key_id, &secret).await?;
    let page = PartnerKeyMadePage {
        shell: desk.shell(Section::Partners).await?,
        href: format!("/admin/partners/{}", partner.id),
        base_url: base_url(&desk),
        name: partner.name,
        key_id,
        secret,
    };
    Ok(desk.page(&page))
}

/// `POST /admin/partners/{id}/keys/{key}/revocation`.
pub(super) async fn revoke_key(
    sent: Sent<Configures>,
    path: web::Path<(String, String)>,
) -> Answer {
    let desk = sent.desk;
    let (id, key) = path.into_inner();
    let partner = load(&desk, &id).await?;
    let store = &desk.ports().store;
    let found = store.partner_key(&key).await?;
    if found.is_none_or(|it| it.partner != partner.id) {
        return Err(Failure::NotFound);
    }
    store
        .revoke_partner_key(&key, desk.now(), &desk.actor())
        .await?;
    let text = fill1(desk.t().told.key_revoked, &key);
    Ok(desk.done(&format!("/admin/partners/{}", partner.id), &text))
}

fn base_url(frame: &Frame) -> String {
    format!("{}/platform", frame.ports().public_base)
}

async fn page(
    frame: &Frame,
    request: &HttpRequest,
    partner: Option<&Partner>,
    form: PartnerForm,
    errors: Errors,
) -> Result<PartnerEditPage, StoreError> {
    let store = &frame.ports().store;
    let shell = frame.shell(Section::Partners).await?;
    let action = partner.map_or_else(
        || "/admin/partners".to_owned(),
        |it| format!("/admin/partners/{}", it.id),
    );
    let after = url::form_urlencoded::parse(request.query_string().as_bytes())
        .find(|(name, _)| name == "after")
        .map(|(_, value)| value.into_owned());
    let sellers = store.sellers().await?;
    let seller = partner.and_then(|partner| sellers.iter().find(|it| it.id == partner.seller));
    let seller = seller.map_or_else(String::new, |it| it.party.name.clone());
    let (mut keys, mut next) = (Vec::new(), None);
    let (mut requests, mut offsets): (Vec<PartnerRequestRow>, Vec<PartnerOffsetRow>) =
        <_>::default();
    if let Some(partner) = partner {
        keys = store.partner_keys(&partner.id).await?;
        let found = store
            .partner_requests(Some(&partner.id), after.as_deref(), ROWS)
            .await?;
        next = found.next;
        let rows = found.rows.into_iter().map(|it| request_row(frame, it));
        requests = stream::iter(rows)
            .buffered(SIDE_BY_SIDE)
            .try_collect()
            .await?;
        let wanted = store.partner_offsets(Some(&partner.id), OFFSETS).await?;
        let rows = wanted.into_iter().map(|it| offset_row(frame, it));
        offsets = stream::iter(rows)
            .buffered(SIDE_BY_SIDE)
            .try_collect()
            .await?;
    }
    keys.sort_by_key(|it| (it.revoked_at.is_some(), std::cmp::Reverse(it.created_at)));
    Ok(PartnerEditPage {
        is_new: partner.is_none(),
        can_edit: frame.may_configure(),
        form,
        errors,
        sellers: sellers
            .into_iter()
            .filter(|it| it.mode == IssuingMode::SelfBuilt)
            .map(|it| Choice::new(it.id.as_str(), it.party.name))
            .collect(),
        seller,
        base_url: base_url(frame),
        keys: keys.into_iter().map(|it| key_row(frame, it)).collect(),
        pager: Pager {
            previous: after.map(|_| action.clone()),
            next: next.map(|it| format!("{action}?after={}", encode(&it))),
            shown: requests.len(),
        },
        requests,
        offsets,
        action,
        shell,
    })
}

fn key_row(frame: &Frame, key: PartnerKey) -> PartnerKeyRow {
    let t = frame.t();
    let is_live = key.revoked_at.is_none();
    PartnerKeyRow {
        id: key.id,
        created: frame.when(key.created_at),
        used: key.last_used_at.map(|at| frame.when(at)),
        state: if is_live {
            Badge::new(Tone::Ok, t.state.active)
        } else {
            Badge::new(Tone::Plain, t.state.revoked)
        },
        can_revoke: is_live,
    }
}

async fn offset_row(frame: &Frame, offset: PartnerOffset) -> Result<PartnerOffsetRow, StoreError> {
    let t = &frame.t().gateway;
    let result = offset_result_of(frame.ports(), &offset).await?;
    let state = match result.state {
        OffsetState::Accepted => Badge::new(Tone::Wait, t.offset_accepted),
        OffsetState::AwaitsBuyer => Badge::new(Tone::Wait, t.offset_awaits_buyer),
        OffsetState::Issuing => Badge::new(Tone::Wait, t.offset_issuing),
        OffsetState::Issued => Badge::new(Tone::Ok, t.offset_issued),
        OffsetState::Failed => Badge::new(Tone::Bad, t.offset_failed),
    };
    let card = match result.card {
        OffsetCard::None => "",
        OffsetCard::Kept => t.card_kept,
        OffsetCard::Pending => t.card_pending,
        OffsetCard::Held => t.card_held,
        OffsetCard::Cancelled => t.card_cancelled,
    };
    let total = result.invoice.as_ref().map(|it| it.totals.total.as_str());
    let total = total.and_then(|it| Fen::parse_yuan(it).ok());
    Ok(PartnerOffsetRow {
        at: frame.when(offset.created_at),
        offset: Link::new(
            offset.offset_no,
            format!("/admin/orders/{}/refund", offset.order),
        ),
        total: total.map_or_else(String::new, Fen::display_yuan),
        number: result.invoice.map_or_else(String::new, |it| it.number),
        state,
        note: if result.reason.is_empty() {
            card.to_owned()
        } else {
            result.reason
        },
    })
}

async fn request_row(
    frame: &Frame,
    request: PartnerRequest,
) -> Result<PartnerRequestRow, StoreError> {
    let t = frame.t();
    let ports = frame.ports();
    let result = result_of(ports, &request).await?;
    let order = ports.store.order(&Scope::All, &request.order).await?;
    let (told, told_at) = match (&request.trouble, request.reported_at) {
        (trouble, _) if !trouble.is_empty() => (fill1(t.gateway.told_trouble, trouble), None),
        (_, Some(at)) => {
            let word = request.reported.split(' ').next().unwrap_or_default();
            let word = WireState::parse(word).map_or(word, |it| state(t, it).word);
            (word.to_owned(), Some(frame.when(at)))
        }
        _ => (String::new(), None),
    };
    Ok(PartnerRequestRow {
        at: frame.when(request.created_at),
        order: Link::new(
            request.outside_order,
            format!("/admin/orders/{}", request.order),
        ),
        number: result.invoice.map_or_else(String::new, |it| it.number),
        total: order.map_or_else(String::new, |it| Fen::display_yuan(it.totals.total)),
        state: state(t, result.state),
        told,
        told_at,
    })
}
