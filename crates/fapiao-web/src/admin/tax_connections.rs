//! A seller's way to the tax side: the direct connection, or a tax gateway.

use super::{
    Answer,
    desk::{Configurer, Configures},
    failure::Failure,
    forms::{Sent, setting_errors},
    frame::Frame,
    job_words::in_language,
    months::trouble,
};
use crate::{
    i18n::{fill1, fill2},
    pages::{
        field::Errors,
        parts::{Badge, Choice, Tone},
        shell::Section,
        tax_side::{TaxConnectionForm, TaxConnectionPage},
    },
};
use actix_web::web;
use fapiao_domain::ids::{Id, SellerId};
use fapiao_usecases::{
    backoffice::tax_connections::{TaxConnectionDraft, save_tax_connection, test_tax_connection},
    errors::StoreError,
    records::{Seller, TaxConnection, TaxProfile, TaxRoute},
};

async fn load(frame: &Frame, id: &str) -> Result<Seller, Failure> {
    let id = SellerId::parse(id)?;
    let seller = frame.ports().store.seller(&id).await?;
    seller.ok_or(Failure::NotFound)
}

/// `GET /admin/sellers/{id}/tax`.
pub(super) async fn show(desk: Configurer, id: web::Path<String>) -> Answer {
    let seller = load(&desk, &id).await?;
    let known = desk.ports().store.tax_connection(&seller.id).await?;
    let form = form_of(known.as_ref());
    let page = page(&desk, &seller, known, form, Errors::default()).await?;
    Ok(desk.page(&page))
}

/// `POST /admin/sellers/{id}/tax`.
pub(super) async fn save(sent: Sent<Configures>, id: web::Path<String>) -> Answer {
    let (desk, sent) = (sent.desk, sent.form);
    let seller = load(&desk, &id).await?;
    let form: TaxConnectionForm = sent.typed()?;
    let known = desk.ports().store.tax_connection(&seller.id).await?;
    if is_gateway_unused(&form, known.as_ref()) {
        let mut errors = Errors::default();
        errors.add("route", desk.t().tax_side.gateway_unused);
        let page = page(&desk, &seller, known, unsecret(form), errors).await?;
        return Ok(desk.wrong(&page));
    }
    let draft = TaxConnectionDraft {
        route: form.route.clone(),
        profile: form.profile.clone(),
        base_url: form.base_url.clone(),
        key_id: form.key_id.clone(),
        secret: form.secret.clone(),
        version: form.version.parse().ok(),
    };
    let errors = match save_tax_connection(desk.ports(), &desk.actor(), &seller, &draft).await {
        Ok(_) => {
            let text = fill1(desk.t().tax_side.saved, &seller.party.name);
            let to = format!("/admin/sellers/{}/tax", seller.id);
            return Ok(desk.done(&to, &text));
        }
        Err(error) => setting_errors(error, desk.lang(), "route")?,
    };
    let known = desk.ports().store.tax_connection(&seller.id).await?;
    let page = page(&desk, &seller, known, unsecret(form), errors).await?;
    Ok(desk.wrong(&page))
}

/// A typed secret is never sent back.
fn unsecret(form: TaxConnectionForm) -> TaxConnectionForm {
    TaxConnectionForm {
        secret: String::new(),
        ..form
    }
}

/// Whether somebody filled in a gateway and left the way to the tax side at the direct connection: saving that would drop
/// the gateway without a word. What stands there from before is no such thing.
fn is_gateway_unused(form: &TaxConnectionForm, known: Option<&TaxConnection>) -> bool {
    let before = form_of(known);
    let is_new = |typed: &str, before: &str| !typed.trim().is_empty() && typed.trim() != before;
    form.route == TaxRoute::Direct.as_str()
        && (is_new(&form.base_url, &before.base_url)
            || is_new(&form.key_id, &before.key_id)
            || !form.secret.is_empty())
}

/// `POST /admin/sellers/{id}/tax/test`.
pub(super) async fn test(sent: Sent<Configures>, id: web::Path<String>) -> Answer {
    let desk = sent.desk;
    let seller = load(&desk, &id).await?;
    let here = format!("/admin/sellers/{}/tax", seller.id);
    let t = &desk.t().tax_side;
    Ok(
        match test_tax_connection(desk.ports(), &desk.actor(), &seller).await? {
            None => desk.done(&here, t.tested),
            Some(why) => desk.told(&here, Tone::Bad, &fill1(t.test_failed, told(&desk, &why))),
        },
    )
}

/// What the tax side said to the test: in the reader's words, and as it said it.
fn told(frame: &Frame, kept: &str) -> String {
    let t = frame.t();
    let (words, raw) = trouble(t, kept);
    let raw = in_language(frame.lang(), &raw);
    if raw.is_empty() {
        words.to_owned()
    } else {
        fill2(t.tax_side.test_said, words, raw)
    }
}

fn form_of(known: Option<&TaxConnection>) -> TaxConnectionForm {
    match known {
        Some(known) => TaxConnectionForm {
            route: known.route.as_str().to_owned(),
            profile: known.profile.as_str().to_owned(),
            base_url: known.base_url.clone(),
            key_id: known.key_id.clone(),
            secret: String::new(),
            version: known.version.to_string(),
        },
        None => TaxConnectionForm {
            version: "0".to_owned(),
            route: TaxRoute::Direct.as_str().to_owned(),
            profile: TaxProfile::Digital.as_str().to_owned(),
            ..TaxConnectionForm::default()
        },
    }
}

async fn page(
    frame: &Frame,
    seller: &Seller,
    known: Option<TaxConnection>,
    form: TaxConnectionForm,
    errors: Errors,
) -> Result<TaxConnectionPage, StoreError> {
    let shell = frame.shell(Section::Sellers).await?;
    let t = &frame.t().tax_side;
    let route = |it: TaxRoute| match it {
        TaxRoute::Direct => t.direct,
        TaxRoute::Gateway => t.gateway,
    };
    let profile = |it: TaxProfile| match it {
        TaxProfile::Digital => t.digital,
        TaxProfile::Classic => t.classic,
    };
    let tested = known.as_ref().filter(|it| it.checked_at.is_some());
    Ok(TaxConnectionPage {
        seller_href: format!("/admin/sellers/{}", seller.id),
        seller: seller.party.name.clone(),
        routes: TaxRoute::ALL
            .into_iter()
            .map(|it| Choice::new(it.as_str(), route(it)))
            .collect(),
        profiles: TaxProfile::ALL
            .into_iter()
            .map(|it| Choice::new(it.as_str(), profile(it)))
            .collect(),
        form,
        errors,
        is_new: false,
        secret_kept: known.as_ref().is_some_and(|it| !it.secret.is_empty()),
        verdict: tested.map(|it| {
            if it.verdict.is_empty() {
                Badge::new(Tone::Ok, t.answers)
            } else {
                Badge::new(Tone::Bad, t.no_answer)
            }
        }),
        why: tested
            .filter(|it| !it.verdict.is_empty())
            .map_or_else(String::new, |it| told(frame, &it.verdict)),
        checked: tested.and_then(|it| it.checked_at).map(|at| shell.when(at)),
        shell,
    })
}
