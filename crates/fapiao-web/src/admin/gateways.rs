//! The external platform of a seller.

use super::{
    Answer,
    desk::{Configurer, Configures},
    failure::Failure,
    forms::{Sent, setting_errors},
    frame::Frame,
    job_words::in_language,
};
use crate::{
    i18n::fill1,
    pages::{
        field::Errors,
        gateways::{GatewayEditPage, GatewayForm, NoticeRow},
        parts::{Badge, Tone},
        shell::Section,
    },
};
use actix_web::web;
use fapiao_domain::ids::{Id, SellerId};
use fapiao_usecases::{
    backoffice::gateways::{GatewayDraft, save_gateway},
    errors::StoreError,
    records::{Gateway, PlatformNotice, Seller},
};

/// Callbacks shown.
const NOTICES: u32 = 20;

async fn load(frame: &Frame, id: &str) -> Result<Seller, Failure> {
    let id = SellerId::parse(id)?;
    let seller = frame.ports().store.seller(&id).await?;
    seller.ok_or(Failure::NotFound)
}

/// `GET /admin/sellers/{id}/platform`.
pub(super) async fn show(desk: Configurer, id: web::Path<String>) -> Answer {
    let seller = load(&desk, &id).await?;
    let gateway = desk.ports().store.gateway(&seller.id).await?;
    let form = gateway.as_ref().map(form_of).unwrap_or_default();
    let page = page(&desk, &seller, gateway, form, Errors::default()).await?;
    Ok(desk.page(&page))
}

/// `POST /admin/sellers/{id}/platform`.
pub(super) async fn save(sent: Sent<Configures>, id: web::Path<String>) -> Answer {
    let (desk, sent) = (sent.desk, sent.form);
    let seller = load(&desk, &id).await?;
    let form: GatewayForm = sent.typed()?;
    let draft = GatewayDraft {
        base_url: form.base_url.clone(),
        key_id: form.key_id.clone(),
        secret: form.secret.clone(),
        platform_id: form.platform_id.clone(),
    };
    let errors = match save_gateway(desk.ports(), &desk.actor(), &seller, &draft).await {
        Ok(_) => {
            let text = fill1(desk.t().gateway.saved, &seller.party.name);
            let to = format!("/admin/sellers/{}/platform", seller.id);
            return Ok(desk.done(&to, &text));
        }
        Err(error) => setting_errors(error, desk.lang(), "base_url")?,
    };
    let gateway = desk.ports().store.gateway(&seller.id).await?;
    // A typed secret is never sent back.
    let form = GatewayForm {
        secret: String::new(),
        ..form
    };
    let page = page(&desk, &seller, gateway, form, errors).await?;
    Ok(desk.wrong(&page))
}

fn form_of(gateway: &Gateway) -> GatewayForm {
    GatewayForm {
        base_url: gateway.base_url.clone(),
        key_id: gateway.key_id.clone(),
        secret: String::new(),
        platform_id: gateway.platform_id.clone(),
    }
}

async fn page(
    frame: &Frame,
    seller: &Seller,
    gateway: Option<Gateway>,
    form: GatewayForm,
    errors: Errors,
) -> Result<GatewayEditPage, StoreError> {
    let ports = frame.ports();
    let notices = ports.store.notices(&seller.id, NOTICES).await?;
    let shell = frame.shell(Section::Sellers).await?;
    Ok(GatewayEditPage {
        seller_href: format!("/admin/sellers/{}", seller.id),
        seller: seller.party.name.clone(),
        is_new: gateway.is_none(),
        form,
        errors,
        secret_kept: gateway.as_ref().is_some_and(|it| !it.secret.is_empty()),
        callback_url: format!("{}/platform/callback/{}", ports.public_base, seller.id),
        platform: gateway
            .as_ref()
            .map_or_else(String::new, |it| it.platform_name.clone()),
        checked: gateway
            .as_ref()
            .and_then(|it| it.checked_at)
            .map(|at| shell.when(at)),
        notices: notices.into_iter().map(|it| row(frame, it)).collect(),
        shell,
    })
}

fn row(frame: &Frame, notice: PlatformNotice) -> NoticeRow {
    let t = frame.t();
    let (state, why) = match notice.state.as_str() {
        "refused" => (
            Badge::new(Tone::Bad, t.gateway.callback_refused),
            notice.verdict,
        ),
        "handled" => (Badge::new(Tone::Ok, t.state.handled), String::new()),
        "ignored" => (Badge::new(Tone::Plain, t.state.ignored), notice.outcome),
        "parked" => (Badge::new(Tone::Bad, t.state.needs_person), notice.outcome),
        _ => (Badge::new(Tone::Wait, t.state.pending), String::new()),
    };
    NoticeRow {
        at: frame.when(notice.received_at),
        state,
        why: in_language(frame.lang(), &why),
        seen: notice.seen,
    }
}
