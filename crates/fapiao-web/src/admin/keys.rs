//! Keys of the REST API.

use super::{
    Answer,
    cookies::random_text,
    desk::{Configurer, Configures},
    failure::Failure,
    forms::{Sent, errors_of, same_name},
    frame::Frame,
};
use crate::{
    i18n::fill1,
    pages::{
        field::Errors,
        keys::{KeyForm, KeyListPage, KeyMadePage, KeyNewPage, KeyRow},
        parts::{Badge, Choice, Tone},
        shell::Section,
    },
};
use actix_web::web;
use fapiao_domain::ids::{ApiKeyId, Id};
use fapiao_usecases::{
    backoffice::{
        SettingError,
        keys::{KeyDraft, make_key, revoke_key},
    },
    errors::StoreError,
};

/// `GET /admin/keys`.
pub(super) async fn index(desk: Configurer) -> Answer {
    let t = desk.t();
    let stores = desk.ports().store.stores().await?;
    let shell = desk.shell(Section::ApiKeys).await?;
    let mut keys = desk.ports().store.api_keys().await?;
    keys.sort_by_key(|it| (it.revoked_at.is_some(), std::cmp::Reverse(it.created_at)));
    let rows = keys.into_iter().map(|it| {
        let store = it.store.as_ref().map(|id| {
            let store = stores.iter().find(|store| store.id == *id);
            store.map_or_else(|| id.to_string(), |it| it.name.clone())
        });
        let is_live = it.revoked_at.is_none();
        KeyRow {
            id: it.id.to_string(),
            store: store.unwrap_or_else(|| t.nav.all_stores.to_owned()),
            right: if it.may_write {
                t.key.right_write
            } else {
                t.key.right_read
            },
            created: shell.when(it.created_at),
            used: it.last_used_at.map(|at| shell.when(at)),
            state: if is_live {
                Badge::new(Tone::Ok, t.state.active)
            } else {
                Badge::new(Tone::Plain, t.state.revoked)
            },
            can_revoke: is_live,
            name: it.name,
            prefix: it.prefix,
        }
    });
    let page = KeyListPage {
        rows: rows.collect(),
        shell,
    };
    Ok(desk.page(&page))
}

/// `GET /admin/keys/new`.
pub(super) async fn blank(desk: Configurer) -> Answer {
    let form = KeyForm {
        right: "write".to_owned(),
        ..KeyForm::default()
    };
    let page = page(&desk, form, Errors::default()).await?;
    Ok(desk.page(&page))
}

/// `POST /admin/keys`: the key is shown in the answer, and never again.
pub(super) async fn create(sent: Sent<Configures>) -> Answer {
    let (desk, sent) = (sent.desk, sent.form);
    let form = KeyForm::from_pairs(sent.pairs());
    let draft = KeyDraft {
        name: form.name.clone(),
        store: form.store.clone(),
        may_write: form.right == "write",
    };
    let secret = format!("fp_{}", random_text());
    match make_key(desk.ports(), &desk.actor(), &draft, &secret).await {
        Ok(key) => {
            let base = &desk.ports().public_base;
            let page = KeyMadePage {
                shell: desk.shell(Section::ApiKeys).await?,
                name: key.name,
                curl: format!("curl -H 'Authorization: Bearer {secret}' {base}/api/v1/ping"),
                secret,
            };
            Ok(desk.page(&page))
        }
        Err(SettingError::Invalid(errors)) => {
            let errors = errors_of(errors, desk.lang(), same_name);
            let page = page(&desk, form, errors).await?;
            Ok(desk.wrong(&page))
        }
        Err(SettingError::Store(error)) => Err(error.into()),
    }
}

/// `POST /admin/keys/{id}/revocation`.
pub(super) async fn revoke(sent: Sent<Configures>, id: web::Path<String>) -> Answer {
    let (desk, form, id) = (sent.desk, sent.form, ApiKeyId::parse(&id)?);
    let keys = desk.ports().store.api_keys().await?;
    let key = keys
        .into_iter()
        .find(|it| it.id == id)
        .ok_or(Failure::NotFound)?;
    let t = desk.t();
    match revoke_key(desk.ports(), &desk.actor(), &key, form.get("word")).await {
        Ok(_) => Ok(desk.done("/admin/keys", &fill1(t.told.key_revoked, &key.name))),
        Err(SettingError::Invalid(errors)) => {
            let errors = errors_of(errors, desk.lang(), same_name);
            let said = errors
                .0
                .into_iter()
                .map(|it| it.message)
                .collect::<Vec<_>>();
            Ok(desk.told("/admin/keys", Tone::Bad, &said.join(" ")))
        }
        Err(SettingError::Store(error)) => Err(error.into()),
    }
}

async fn page(frame: &Frame, form: KeyForm, errors: Errors) -> Result<KeyNewPage, StoreError> {
    let t = frame.t();
    let stores = frame.ports().store.stores().await?;
    Ok(KeyNewPage {
        shell: frame.shell(Section::ApiKeys).await?,
        form,
        errors,
        stores: std::iter::once(Choice::new("", t.nav.all_stores))
            .chain(
                stores
                    .into_iter()
                    .map(|it| Choice::new(it.id.as_str(), it.name)),
            )
            .collect(),
        rights: vec![
            Choice::new("write", t.key.right_write),
            Choice::new("read", t.key.right_read),
        ],
    })
}
