//! People of the back-office: the owner's page.

use super::{
    Answer,
    desk::{Owner, Owns},
    failure::Failure,
    forms::{Sent, setting_errors},
    frame::{Frame, go},
    pieces,
};
use crate::{
    i18n::fill1,
    pages::{
        field::Errors,
        parts::{Badge, Choice, Tone},
        shell::Section,
        staff::{StaffEditPage, StaffForm, StaffListPage, StaffRow},
    },
};
use actix_web::web;
use fapiao_domain::ids::{Id, StaffId};
use fapiao_usecases::{
    backoffice::staff::{StaffDraft, save_staff},
    errors::StoreError,
    records::{Role, Staff},
};

/// `GET /admin/staff`.
pub(super) async fn index(desk: Owner) -> Answer {
    let t = desk.t();
    let stores = desk.ports().store.stores().await?;
    let shell = desk.shell(Section::Staff).await?;
    let everybody = desk.ports().store.staff().await?;
    let rows = everybody.into_iter().map(|it| {
        let store = it.store.as_ref().map(|id| {
            let store = stores.iter().find(|store| store.id == *id);
            store.map_or_else(|| id.to_string(), |it| it.name.clone())
        });
        StaffRow {
            href: format!("/admin/staff/{}", it.id),
            role: pieces::role(t, it.role),
            store: store.unwrap_or_else(|| t.nav.all_stores.to_owned()),
            state: if it.disabled {
                Badge::new(Tone::Plain, t.state.inactive)
            } else {
                Badge::new(Tone::Ok, t.state.active)
            },
            seen: it.last_sign_in_at.map(|at| shell.when(at)),
            name: it.name,
            login: it.login,
        }
    });
    let page = StaffListPage {
        rows: rows.collect(),
        shell,
    };
    Ok(desk.page(&page))
}

/// `GET /admin/staff/new`.
pub(super) async fn blank(desk: Owner) -> Answer {
    let form = StaffForm {
        role: Role::Finance.as_str().to_owned(),
        active: true,
        ..StaffForm::default()
    };
    let page = page(&desk, None, form, Errors::default()).await?;
    Ok(desk.page(&page))
}

async fn load(frame: &Frame, id: &str) -> Result<Staff, Failure> {
    let id = StaffId::parse(id)?;
    let found = frame.ports().store.staff_by_id(&id).await?;
    found.ok_or(Failure::NotFound)
}

/// `GET /admin/staff/{id}`.
pub(super) async fn edit(desk: Owner, id: web::Path<String>) -> Answer {
    let staff = load(&desk, &id).await?;
    let form = StaffForm {
        name: staff.name.clone(),
        login: staff.login.clone(),
        email: staff.email.clone(),
        role: staff.role.as_str().to_owned(),
        store: staff
            .store
            .as_ref()
            .map_or_else(String::new, ToString::to_string),
        password: String::new(),
        active: !staff.disabled,
        version: staff.version.to_string(),
    };
    let page = page(&desk, Some(&staff.id), form, Errors::default()).await?;
    Ok(desk.page(&page))
}

/// `POST /admin/staff`.
pub(super) async fn create(sent: Sent<Owns>) -> Answer {
    save(sent, None).await
}

/// `POST /admin/staff/{id}`.
pub(super) async fn update(sent: Sent<Owns>, id: web::Path<String>) -> Answer {
    let before = load(&sent.desk, &id).await?;
    save(sent, Some(before.id)).await
}

async fn save(sent: Sent<Owns>, id: Option<StaffId>) -> Answer {
    let (desk, sent) = (sent.desk, sent.form);
    let mut form = StaffForm::from_pairs(sent.pairs());
    let draft = StaffDraft {
        name: form.name.clone(),
        login: form.login.clone(),
        email: form.email.clone(),
        role: form.role.clone(),
        store: form.store.clone(),
        password: std::mem::take(&mut form.password),
        active: form.active,
        version: form.version.parse().ok(),
    };
    let errors = match save_staff(desk.ports(), &desk.actor(), id.as_ref(), &draft).await {
        // Whoever changed their own password or role has ended their own session.
        Ok(staff) if staff.id == desk.staff.id && staff != desk.staff => {
            let is_open = desk
                .ports()
                .store
                .session(&desk.session.id_hash)
                .await?
                .is_some();
            let text = fill1(desk.t().told.staff_saved, &staff.name);
            return Ok(if is_open {
                desk.done("/admin/staff", &text)
            } else {
                go("/admin/sign-in?next=/admin/staff")
            });
        }
        Ok(staff) => {
            let text = fill1(desk.t().told.staff_saved, &staff.name);
            return Ok(desk.done("/admin/staff", &text));
        }
        Err(error) => setting_errors(error, desk.lang(), "name")?,
    };
    let page = page(&desk, id.as_ref(), form, errors).await?;
    Ok(desk.wrong(&page))
}

async fn page(
    frame: &Frame,
    id: Option<&StaffId>,
    form: StaffForm,
    errors: Errors,
) -> Result<StaffEditPage, StoreError> {
    let t = frame.t();
    let stores = frame.ports().store.stores().await?;
    let notes = [
        (Role::Owner, t.staff.role_owner_may),
        (Role::Admin, t.staff.role_admin_may),
        (Role::Finance, t.staff.role_finance_may),
        (Role::Clerk, t.staff.role_clerk_may),
        (Role::Auditor, t.staff.role_auditor_may),
    ];
    Ok(StaffEditPage {
        shell: frame.shell(Section::Staff).await?,
        action: id.map_or_else(
            || "/admin/staff".to_owned(),
            |id| format!("/admin/staff/{id}"),
        ),
        is_new: id.is_none(),
        form,
        errors,
        roles: Role::ALL
            .into_iter()
            .map(|it| Choice::new(it.as_str(), pieces::role(t, it)))
            .collect(),
        stores: std::iter::once(Choice::new("", t.nav.all_stores))
            .chain(
                stores
                    .into_iter()
                    .map(|it| Choice::new(it.id.as_str(), it.name)),
            )
            .collect(),
        role_notes: notes
            .into_iter()
            .map(|(role, may)| (pieces::role(t, role).to_owned(), may.to_owned()))
            .collect(),
    })
}
