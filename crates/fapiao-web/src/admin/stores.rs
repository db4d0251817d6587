//! Stores: shops and till groups of a seller.

use super::{
    Answer,
    desk::{Configurer, Configures, Overseer},
    failure::Failure,
    forms::{Sent, setting_errors},
    frame::Frame,
    pieces::seller_choices,
};
use crate::{
    i18n::fill1,
    pages::{
        field::Errors,
        shell::Section,
        stores::{StoreEditPage, StoreForm, StoreListPage, StoreRow},
    },
};
use actix_web::web;
use fapiao_domain::ids::{Id, StoreId};
use fapiao_usecases::{
    backoffice::stores::{StoreDraft, save_store},
    errors::StoreError,
    records::Store,
};

/// `GET /admin/stores`.
pub(super) async fn index(desk: Overseer) -> Answer {
    let sellers = desk.ports().store.sellers().await?;
    let rows = desk.ports().store.stores().await?.into_iter().map(|it| {
        let seller = sellers.iter().find(|seller| seller.id == it.seller);
        let orders = format!("/admin/orders?store={}", it.id);
        StoreRow {
            href: if desk.may_configure() {
                format!("/admin/stores/{}", it.id)
            } else {
                orders.clone()
            },
            orders,
            code: it.code,
            name: it.name,
            seller: seller.map_or_else(String::new, |it| it.party.name.clone()),
        }
    });
    let rows = rows.collect();
    let page = StoreListPage {
        shell: desk.shell(Section::Stores).await?,
        rows,
        can_edit: desk.may_configure(),
    };
    Ok(desk.page(&page))
}

/// `GET /admin/stores/new`.
pub(super) async fn blank(desk: Configurer) -> Answer {
    let page = page(&desk, None, StoreForm::default(), Errors::default()).await?;
    Ok(desk.page(&page))
}

async fn load(frame: &Frame, id: &str) -> Result<Store, Failure> {
    let id = StoreId::parse(id)?;
    let all = frame.ports().store.stores().await?;
    all.into_iter()
        .find(|it| it.id == id)
        .ok_or(Failure::NotFound)
}

/// `GET /admin/stores/{id}`.
pub(super) async fn edit(desk: Configurer, id: web::Path<String>) -> Answer {
    let store = load(&desk, &id).await?;
    let form = StoreForm {
        code: store.code.clone(),
        name: store.name.clone(),
        seller: store.seller.to_string(),
        version: store.version.to_string(),
    };
    let page = page(&desk, Some(&store), form, Errors::default()).await?;
    Ok(desk.page(&page))
}

/// `POST /admin/stores`.
pub(super) async fn create(sent: Sent<Configures>) -> Answer {
    save(sent, None).await
}

/// `POST /admin/stores/{id}`.
pub(super) async fn update(sent: Sent<Configures>, id: web::Path<String>) -> Answer {
    let before = load(&sent.desk, &id).await?;
    save(sent, Some(before)).await
}

async fn save(sent: Sent<Configures>, before: Option<Store>) -> Answer {
    let (desk, sent) = (sent.desk, sent.form);
    let form: StoreForm = sent.typed()?;
    let draft = StoreDraft {
        code: form.code.clone(),
        name: form.name.clone(),
        seller: form.seller.clone(),
    };
    // Saved over what the form was filled from, or not at all: of two people the later one is told.
    let before = before.map(|it| Store {
        version: form.version.parse().unwrap_or_default(),
        ..it
    });
    let errors = match save_store(desk.ports(), &desk.actor(), before.as_ref(), &draft).await {
        Ok(store) => {
            let text = fill1(desk.t().told.store_saved, &store.name);
            return Ok(desk.done("/admin/stores", &text));
        }
        Err(error) => setting_errors(error, desk.lang(), "name")?,
    };
    let page = page(&desk, before.as_ref(), form, errors).await?;
    Ok(desk.wrong(&page))
}

async fn page(
    frame: &Frame,
    before: Option<&Store>,
    form: StoreForm,
    errors: Errors,
) -> Result<StoreEditPage, StoreError> {
    let sellers = frame.ports().store.sellers().await?;
    Ok(StoreEditPage {
        shell: frame.shell(Section::Stores).await?,
        action: before.map_or_else(
            || "/admin/stores".to_owned(),
            |it| format!("/admin/stores/{}", it.id),
        ),
        is_new: before.is_none(),
        form,
        errors,
        sellers: seller_choices(&sellers, None),
    })
}
