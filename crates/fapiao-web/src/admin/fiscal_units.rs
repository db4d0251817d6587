//! Collecting units of fiscal bills: roles, accounts, the picture and the template of their cards.

use super::{
    Answer,
    desk::{Configurer, Configures, Overseer},
    failure::Failure,
    forms::{Sent, Uploaded, setting_errors},
    frame::Frame,
    job_words::in_language,
    pieces::account_choices,
};
use crate::{
    i18n::{Texts, fill1, fill2},
    pages::{
        field::Errors,
        fiscal_units::{
            FiscalUnitForm, FiscalUnitListPage, FiscalUnitPage, FiscalUnitRow, TemplateBlock,
        },
        parts::{Badge, Choice, Tone, local_minute},
        shell::Section,
    },
};
use actix_web::{HttpResponse, http::header, web};
use bytes::Bytes;
use fapiao_domain::ids::{AccountId, FiscalUnitId, Id};
use fapiao_usecases::{
    backoffice::{SettingError, card_designs::picture},
    errors::StoreError,
    fiscal::{UnitDraft, save_unit, save_unit_logo, settle_template},
    platform::template::DEFAULT_LOGO,
    records::{Account, AccountKind, FiscalRole, FiscalUnit, TemplateStand},
};

const LIST: &str = "/admin/fiscal-units";

const fn role(t: &'static Texts, role: FiscalRole) -> (&'static str, &'static str) {
    let u = &t.fiscal_unit;
    match role {
        FiscalRole::Both => (u.role_both, u.role_both_means),
        FiscalRole::Unit => (u.role_unit, u.role_unit_means),
        FiscalRole::Bureau => (u.role_bureau, u.role_bureau_means),
    }
}

fn template_badge(t: &'static Texts, unit: &FiscalUnit) -> Badge {
    let u = &t.fiscal_unit;
    if !unit.role.inserts() {
        return Badge::new(Tone::Plain, u.template_unused);
    }
    match unit.template.stand {
        TemplateStand::Absent => Badge::new(Tone::Warn, u.template_absent),
        TemplateStand::Asked => Badge::new(Tone::Wait, u.template_asked),
        TemplateStand::Unknown => Badge::new(Tone::Bad, u.template_unknown),
        TemplateStand::Refused => Badge::new(Tone::Bad, u.template_refused),
        TemplateStand::Ready => Badge::new(Tone::Ok, u.template_ready),
    }
}

fn page_of(unit: &FiscalUnit) -> String {
    format!("{LIST}/{}", unit.id)
}

/// `GET /admin/fiscal-units`.
pub(super) async fn index(desk: Overseer) -> Answer {
    let t = desk.t();
    let all = desk.ports().store.fiscal_units().await?;
    let rows = all.into_iter().map(|it| FiscalUnitRow {
        href: page_of(&it),
        role: role(t, it.role).0,
        template: template_badge(t, &it),
        state: if it.closed {
            Badge::new(Tone::Plain, t.fiscal_unit.is_closed)
        } else {
            Badge::new(Tone::Ok, t.fiscal_unit.open)
        },
        name: it.name,
        code: it.code,
    });
    let page = FiscalUnitListPage {
        rows: rows.collect(),
        shell: desk.shell(Section::FiscalUnits).await?,
        can_edit: desk.may_configure(),
    };
    Ok(desk.page(&page))
}

/// `GET /admin/fiscal-units/new`.
pub(super) async fn blank(desk: Configurer) -> Answer {
    let form = FiscalUnitForm {
        role: FiscalRole::Both.as_str().to_owned(),
        ..FiscalUnitForm::default()
    };
    let page = page(&desk, None, form, "", Errors::default()).await?;
    Ok(desk.page(&page))
}

async fn load(frame: &Frame, id: &str) -> Result<FiscalUnit, Failure> {
    let id = FiscalUnitId::parse(id)?;
    let unit = frame.ports().store.fiscal_unit(&id).await?;
    unit.ok_or(Failure::NotFound)
}

/// `GET /admin/fiscal-units/{id}`.
pub(super) async fn edit(desk: Overseer, id: web::Path<String>) -> Answer {
    let unit = load(&desk, &id).await?;
    let form = form_of(&unit);
    let page = page(&desk, Some(&unit), form, "", Errors::default()).await?;
    Ok(desk.page(&page))
}

fn form_of(unit: &FiscalUnit) -> FiscalUnitForm {
    let id = |it: &Option<AccountId>| it.as_ref().map_or_else(String::new, ToString::to_string);
    FiscalUnitForm {
        version: unit.version.to_string(),
        name: unit.name.clone(),
        code: unit.code.clone(),
        role: unit.role.as_str().to_owned(),
        web_account: id(&unit.web_account),
        app_account: id(&unit.app_account),
        bureau_account: id(&unit.bureau_account),
        bureau_platform_id: unit.bureau_platform_id.clone(),
        closed: if unit.closed { "yes" } else { "" }.to_owned(),
    }
}

/// `POST /admin/fiscal-units`.
pub(super) async fn create(sent: Sent<Configures>) -> Answer {
    save(sent, None).await
}

/// `POST /admin/fiscal-units/{id}`.
pub(super) async fn update(sent: Sent<Configures>, id: web::Path<String>) -> Answer {
    let before = load(&sent.desk, &id).await?;
    save(sent, Some(before)).await
}

async fn save(sent: Sent<Configures>, before: Option<FiscalUnit>) -> Answer {
    let (desk, sent) = (sent.desk, sent.form);
    let mut form: FiscalUnitForm = sent.typed()?;
    // Saved over what the form was filled from, or not at all: of two people the later one is told.
    let before = before.map(|it| FiscalUnit {
        version: form.version.parse().unwrap_or_default(),
        ..it
    });
    if let Some(before) = &before {
        // Fixed once saved, and not sent.
        form.code.clone_from(&before.code);
        before.role.as_str().clone_into(&mut form.role);
    }
    let draft = UnitDraft {
        name: form.name.clone(),
        code: form.code.clone(),
        role: form.role.clone(),
        web_account: form.web_account.clone(),
        app_account: form.app_account.clone(),
        bureau_account: form.bureau_account.clone(),
        bureau_platform_id: form.bureau_platform_id.clone(),
        closed: form.closed == "yes",
    };
    let errors = match save_unit(desk.ports(), &desk.actor(), before.as_ref(), &draft).await {
        Ok(unit) => {
            let text = fill1(desk.t().fiscal_unit.saved, &unit.name);
            return Ok(desk.done(&page_of(&unit), &text));
        }
        Err(error) => setting_errors(error, desk.lang(), "name")?,
    };
    let page = page(&desk, before.as_ref(), form, "", errors).await?;
    Ok(desk.wrong(&page))
}

/// `POST /admin/fiscal-units/{id}/logo`.
pub(super) async fn save_logo(sent: Uploaded<Configures>, id: web::Path<String>) -> Answer {
    let desk = sent.desk;
    let unit = load(&desk, &id).await?;
    let t = desk.t();
    let errors = match sent.file.filter(|(_, bytes)| !bytes.is_empty()) {
        None => {
            let mut errors = Errors::default();
            errors.add("logo", t.told.file_missing);
            errors
        }
        Some((_, bytes)) => match save_unit_logo(desk.ports(), &desk.actor(), &unit, bytes).await {
            Ok(unit) => return Ok(desk.done(&page_of(&unit), t.fiscal_unit.logo_saved)),
            Err(error) => setting_errors(error, desk.lang(), "logo")?,
        },
    };
    let page = page(&desk, Some(&unit), form_of(&unit), "", errors).await?;
    Ok(desk.wrong(&page))
}

/// `GET /admin/fiscal-units/{id}/logo`: the picture on the unit's cards.
pub(super) async fn logo(desk: Overseer, id: web::Path<String>) -> Answer {
    let unit = load(&desk, &id).await?;
    let (bytes, png) = match &unit.logo {
        None => (Bytes::from_static(DEFAULT_LOGO), true),
        Some(logo) => {
            let stored = desk.ports().files.get(&logo.sha256).await;
            let bytes = stored.ok().flatten().ok_or(Failure::NotFound)?;
            let png = picture(&bytes).is_ok_and(|it| it.png);
            (bytes, png)
        }
    };
    Ok(HttpResponse::Ok()
        .content_type(if png { "image/png" } else { "image/jpeg" })
        .insert_header((header::CACHE_CONTROL, "private, no-cache"))
        .body(bytes))
}

/// `POST /admin/fiscal-units/{id}/template`: what a person found in WeChat's console.
pub(super) async fn settle(sent: Sent<Configures>, id: web::Path<String>) -> Answer {
    let (desk, form) = (sent.desk, sent.form);
    let unit = load(&desk, &id).await?;
    let (t, actor) = (desk.t(), desk.actor());
    let card_id = form.get("card_id").trim();
    let found = match form.get("finding") {
        // An empty card id would ask for another template: only the other form does.
        "made" if card_id.is_empty() => {
            let mut errors = Errors::default();
            errors.add("card_id", t.form.required);
            let page = page(&desk, Some(&unit), form_of(&unit), "", errors).await?;
            return Ok(desk.wrong(&page));
        }
        "made" => card_id,
        "not_made" => "",
        other => return Err(Failure::unreadable(format!("no finding: {other}"))),
    };
    match settle_template(desk.ports(), &actor, &unit.id, found).await {
        Ok(unit) => Ok(desk.told(&page_of(&unit), Tone::Wait, t.fiscal_unit.settled)),
        // Somebody else settled it, or it came by itself.
        Err(SettingError::Store(StoreError::Stale { .. })) => {
            Ok(desk.told(&page_of(&unit), Tone::Warn, t.told.changed_meanwhile))
        }
        Err(error) => {
            let errors = setting_errors(error, desk.lang(), "card_id")?;
            let page = page(&desk, Some(&unit), form_of(&unit), card_id, errors).await?;
            Ok(desk.wrong(&page))
        }
    }
}

fn template_block(frame: &Frame, unit: &FiscalUnit, card_id: &str) -> TemplateBlock {
    let (t, template) = (frame.t(), &unit.template);
    let u = &t.fiscal_unit;
    let at = template.at.map_or_else(String::new, local_minute);
    let plain = |tone, say, more: &str| (tone, say, more.to_owned());
    let inserts = unit.role.inserts();
    let standing = match template.stand {
        _ if !inserts => plain(Tone::Plain, u.unit_only, u.unit_only_more),
        TemplateStand::Absent => plain(Tone::Warn, u.absent, u.absent_more),
        TemplateStand::Asked => (Tone::Wait, u.asked, fill1(u.asked_more, at)),
        TemplateStand::Unknown => (Tone::Bad, u.unknown, fill1(u.unknown_more, at)),
        TemplateStand::Refused => plain(Tone::Bad, u.refused, u.refused_more),
        TemplateStand::Ready => {
            let more = fill2(u.ready_more, &template.card_id, &template.payee);
            (Tone::Ok, u.ready, more)
        }
    };
    let is_open = matches!(
        template.stand,
        TemplateStand::Unknown | TemplateStand::Refused
    );
    TemplateBlock {
        standing,
        reason: if inserts {
            in_language(frame.lang(), &template.reason)
        } else {
            String::new()
        },
        settles: inserts && is_open,
        card_id: card_id.to_owned(),
        logo: inserts.then(|| format!("{}/logo", page_of(unit))),
    }
}

async fn page(
    frame: &Frame,
    unit: Option<&FiscalUnit>,
    form: FiscalUnitForm,
    card_id: &str,
    errors: Errors,
) -> Result<FiscalUnitPage, StoreError> {
    let t = frame.t();
    let accounts = frame.ports().store.accounts().await?;
    let of_kind = |kind: AccountKind| {
        let fitting: Vec<Account> = accounts
            .iter()
            .filter(|it| it.kind == kind)
            .cloned()
            .collect();
        account_choices(&fitting, t.fiscal_unit.no_account)
    };
    let chosen = FiscalRole::parse(&form.role).filter(|_| unit.is_some());
    Ok(FiscalUnitPage {
        action: unit.map_or_else(|| LIST.to_owned(), page_of),
        is_new: unit.is_none(),
        can_edit: frame.may_configure(),
        roles: FiscalRole::ALL
            .into_iter()
            .map(|it| {
                let (word, means) = role(t, it);
                (Choice::new(it.as_str(), word), means)
            })
            .collect(),
        asks: chosen.is_none_or(FiscalRole::asks),
        inserts: chosen.is_none_or(FiscalRole::inserts),
        hands_over: chosen.is_none_or(|it| !it.inserts()),
        service_accounts: of_kind(AccountKind::ServiceAccount),
        apps: of_kind(AccountKind::OpenPlatformApp),
        template: unit.map(|it| template_block(frame, it, card_id)),
        shell: frame.shell(Section::FiscalUnits).await?,
        form,
        errors,
    })
}
