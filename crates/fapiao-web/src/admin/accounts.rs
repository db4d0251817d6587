//! WeChat accounts: credentials, push settings, contact.

use super::{
    Answer,
    desk::{Configurer, Configures, Overseer},
    failure::Failure,
    forms::{Sent, setting_errors},
    frame::Frame,
    onboarding::check_rows,
};
use crate::{
    i18n::{Texts, fill1},
    pages::{
        accounts::{AccountEditPage, AccountForm, AccountListPage, AccountRow, KeptSecrets},
        field::Errors,
        onboarding::CheckRow,
        parts::{Badge, Choice, Tone},
        shell::Section,
    },
};
use actix_web::{HttpRequest, web};
use fapiao_domain::ids::{AccountId, Id};
use fapiao_usecases::{
    backoffice::{
        accounts::{AccountDraft, AccountRules, save_account},
        onboarding::{Depth, check_account, push_address},
    },
    errors::StoreError,
    records::{Account, AccountKind, PushMode},
};

const KINDS: [AccountKind; 3] = [
    AccountKind::ServiceAccount,
    AccountKind::OpenPlatformApp,
    AccountKind::MiniProgram,
];
const PUSH_MODES: [PushMode; 3] = [PushMode::Safe, PushMode::Compatible, PushMode::Plain];
/// What an account promises when nothing else is said: three days.
const PROMISE_SECS: &str = "259200";

const fn kind(t: &'static Texts, kind: AccountKind) -> &'static str {
    match kind {
        AccountKind::ServiceAccount => t.account.service_account,
        AccountKind::OpenPlatformApp => t.account.open_app,
        AccountKind::MiniProgram => t.account.mini_program,
    }
}

const fn push_mode(t: &'static Texts, mode: PushMode) -> &'static str {
    match mode {
        PushMode::Safe => t.account.mode_safe,
        PushMode::Compatible => t.account.mode_compatible,
        PushMode::Plain => t.account.mode_plain,
    }
}

/// `GET /admin/accounts`.
pub(super) async fn index(desk: Overseer) -> Answer {
    let t = desk.t();
    let shell = desk.shell(Section::Accounts).await?;
    let rows = desk.ports().store.accounts().await?.into_iter().map(|it| {
        AccountRow {
            href: if desk.may_configure() {
                format!("/admin/accounts/{}", it.id)
            } else {
                "/admin/onboarding".to_owned()
            },
            kind: kind(t, it.kind),
            // Setting the contact took a token: the credentials worked.
            state: if it.contact_set_at.is_some() {
                Badge::new(Tone::Ok, t.state.works)
            } else {
                Badge::new(Tone::Wait, t.state.unchecked)
            },
            last_push: it.last_push_at.map(|at| shell.when(at)),
            name: it.name,
            app_id: it.app_id,
        }
    });
    let page = AccountListPage {
        rows: rows.collect(),
        can_edit: desk.may_configure(),
        shell,
    };
    Ok(desk.page(&page))
}

/// `GET /admin/accounts/new`.
pub(super) async fn blank(desk: Configurer) -> Answer {
    let form = AccountForm {
        kind: AccountKind::ServiceAccount.as_str().to_owned(),
        push_mode: PushMode::Safe.as_str().to_owned(),
        contact_timeout: PROMISE_SECS.to_owned(),
        ..AccountForm::default()
    };
    let page = page(&desk, None, form, Errors::default(), Vec::new()).await?;
    Ok(desk.page(&page))
}

pub(super) async fn load(frame: &Frame, id: &str) -> Result<Account, Failure> {
    let id = AccountId::parse(id)?;
    let all = frame.ports().store.accounts().await?;
    all.into_iter()
        .find(|it| it.id == id)
        .ok_or(Failure::NotFound)
}

/// `GET /admin/accounts/{id}`; `?check=1` tries the credentials.
pub(super) async fn edit(desk: Configurer, id: web::Path<String>, request: HttpRequest) -> Answer {
    let account = load(&desk, &id).await?;
    let checks = if request.query_string().split('&').any(|it| it == "check=1") {
        let sellers = desk.ports().store.sellers().await?;
        let plays_platform = sellers
            .iter()
            .any(|it| it.platform_account.as_ref() == Some(&account.id));
        let steps = check_account(desk.ports(), &account, plays_platform, Depth::Live).await;
        check_rows(&desk, &steps, None)
    } else {
        Vec::new()
    };
    let form = form_of(&account);
    let page = page(&desk, Some(&account), form, Errors::default(), checks).await?;
    Ok(desk.page(&page))
}

/// `POST /admin/accounts`.
pub(super) async fn create(sent: Sent<Configures>) -> Answer {
    save(sent, None).await
}

/// `POST /admin/accounts/{id}`.
pub(super) async fn update(sent: Sent<Configures>, id: web::Path<String>) -> Answer {
    let before = load(&sent.desk, &id).await?;
    save(sent, Some(before)).await
}

async fn save(sent: Sent<Configures>, before: Option<Account>) -> Answer {
    let (desk, sent) = (sent.desk, sent.form);
    let mut form: AccountForm = sent.typed()?;
    let draft = AccountDraft {
        name: form.name.clone(),
        kind: form.kind.clone(),
        app_id: form.app_id.clone(),
        original_id: form.original_id.clone(),
        secret: std::mem::take(&mut form.secret),
        push_token: std::mem::take(&mut form.push_token),
        push_key: std::mem::take(&mut form.push_key),
        push_mode: form.push_mode.clone(),
        platform_id: form.platform_id.clone(),
        contact_phone: form.contact_phone.clone(),
        contact_timeout: form.contact_timeout.clone(),
    };
    let rules = AccountRules {
        allow_plain_pushes: !desk.app.settings.production,
    };
    let (t, actor) = (desk.t(), desk.actor());
    let errors = match save_account(desk.ports(), &actor, before.as_ref(), &draft, rules).await {
        Ok(account) => {
            let to = format!("/admin/accounts/{}", account.id);
            return Ok(desk.done(&to, &fill1(t.told.account_saved, &account.name)));
        }
        Err(error) => setting_errors(error, desk.lang(), "name")?,
    };
    // Secrets that were typed are not sent back: they are typed again.
    let page = page(&desk, before.as_ref(), form, errors, Vec::new()).await?;
    Ok(desk.wrong(&page))
}

fn form_of(account: &Account) -> AccountForm {
    AccountForm {
        name: account.name.clone(),
        kind: account.kind.as_str().to_owned(),
        app_id: account.app_id.clone(),
        original_id: account.original_id.clone(),
        push_mode: account.push_mode.as_str().to_owned(),
        platform_id: account.platform_id.clone().unwrap_or_default(),
        contact_phone: account.contact_phone.clone(),
        contact_timeout: account.contact_timeout_secs.to_string(),
        ..AccountForm::default()
    }
}

async fn page(
    frame: &Frame,
    before: Option<&Account>,
    form: AccountForm,
    errors: Errors,
    checks: Vec<CheckRow>,
) -> Result<AccountEditPage, StoreError> {
    let t = frame.t();
    let allow_plain = !frame.app.settings.production;
    let offered = |it: &PushMode| {
        allow_plain || *it != PushMode::Plain || form.push_mode == PushMode::Plain.as_str()
    };
    let push_modes = PUSH_MODES
        .into_iter()
        .filter(offered)
        .map(|it| Choice::new(it.as_str(), push_mode(t, it)))
        .collect();
    Ok(AccountEditPage {
        shell: frame.shell(Section::Accounts).await?,
        action: before.map_or_else(
            || "/admin/accounts".to_owned(),
            |it| format!("/admin/accounts/{}", it.id),
        ),
        is_new: before.is_none(),
        kept: before.map_or_else(KeptSecrets::default, |it| KeptSecrets {
            secret: !it.secret.is_empty(),
            push_token: !it.push_token.is_empty(),
            push_key: !it.push_key.is_empty(),
        }),
        errors,
        kinds: KINDS
            .into_iter()
            .map(|it| Choice::new(it.as_str(), kind(t, it)))
            .collect(),
        push_modes,
        push_url: before.map_or_else(String::new, |it| push_address(frame.ports(), &it.app_id)),
        check_href: before.map_or_else(String::new, |it| {
            format!("/admin/accounts/{}?check=1", it.id)
        }),
        checks,
        form,
    })
}
