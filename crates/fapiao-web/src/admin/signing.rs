//! The key with which a seller's papers are signed: put in, replaced, removed, never shown.

use super::{
    Answer,
    desk::{Configurer, Configures},
    failure::Failure,
    forms::{Sent, Uploaded, errors_of, same_name},
    frame::Frame,
};
use crate::pages::{
    field::Errors,
    shell::Section,
    signing::{KeyFacts, SigningForm, SigningPage},
};
use actix_web::web;
use fapiao_domain::ids::{Id, SellerId};
use fapiao_usecases::{
    backoffice::{
        SettingError,
        signing::{remove_signing_key, save_signing_key, save_signing_store},
    },
    calendar,
    records::Seller,
};

async fn load(frame: &Frame, id: &str) -> Result<Seller, Failure> {
    let id = SellerId::parse(id)?;
    let found = frame.ports().store.seller(&id).await?;
    found.ok_or(Failure::NotFound)
}

/// `GET /admin/sellers/{id}/signing`.
pub(super) async fn show(desk: Configurer, id: web::Path<String>) -> Answer {
    let seller = load(&desk, &id).await?;
    let page = page(&desk, &seller, Errors::default()).await?;
    Ok(desk.page(&page))
}

/// `POST /admin/sellers/{id}/signing`.
pub(super) async fn save(sent: Sent<Configures>, id: web::Path<String>) -> Answer {
    let (desk, form) = (sent.desk, sent.form);
    let seller = load(&desk, &id).await?;
    let form: SigningForm = form.typed()?;
    let errors = match save_signing_key(desk.ports(), &desk.actor(), &seller.id, &form.pem).await {
        Ok(_) => {
            let path = format!("/admin/sellers/{}/signing", seller.id);
            return Ok(desk.done(&path, desk.t().signing.saved));
        }
        Err(SettingError::Invalid(errors)) => errors_of(errors, desk.lang(), same_name),
        Err(SettingError::Store(error)) => return Err(error.into()),
    };
    let page = page(&desk, &seller, errors).await?;
    Ok(desk.wrong(&page))
}

/// `POST /admin/sellers/{id}/signing/store`: a key store instead of text.
pub(super) async fn save_store(sent: Uploaded<Configures>, id: web::Path<String>) -> Answer {
    let Uploaded { desk, form, file } = sent;
    let seller = load(&desk, &id).await?;
    let (_, bytes) = file.unwrap_or_default();
    let (ports, actor) = (desk.ports(), desk.actor());
    let password = form.get("password");
    let errors = match save_signing_store(ports, &actor, &seller.id, &bytes, password).await {
        Ok(_) => {
            let path = format!("/admin/sellers/{}/signing", seller.id);
            return Ok(desk.done(&path, desk.t().signing.saved));
        }
        Err(SettingError::Invalid(errors)) => errors_of(errors, desk.lang(), same_name),
        Err(SettingError::Store(error)) => return Err(error.into()),
    };
    let page = page(&desk, &seller, errors).await?;
    Ok(desk.wrong(&page))
}

/// `POST /admin/sellers/{id}/signing/removal`.
pub(super) async fn remove(sent: Sent<Configures>, id: web::Path<String>) -> Answer {
    let desk = sent.desk;
    let seller = load(&desk, &id).await?;
    remove_signing_key(desk.ports(), &desk.actor(), &seller.id).await?;
    let path = format!("/admin/sellers/{}/signing", seller.id);
    Ok(desk.done(&path, desk.t().signing.removed))
}

async fn page(frame: &Frame, seller: &Seller, errors: Errors) -> Result<SigningPage, Failure> {
    let key = frame.ports().store.signing_key(&seller.id).await?;
    let shell = frame.shell(Section::Sellers).await?;
    let key = key.map(|key| KeyFacts {
        validity: format!(
            "{} – {}",
            calendar::day(key.facts.not_before),
            calendar::day(key.facts.not_after)
        ),
        added: shell.when(key.added_at),
        subject: key.facts.subject,
        algorithm: key.facts.algorithm,
    });
    Ok(SigningPage {
        seller: seller.party.name.clone(),
        back: format!("/admin/sellers/{}", seller.id),
        action: format!("/admin/sellers/{}/signing", seller.id),
        shell,
        key,
        errors,
    })
}
