//! Collecting units of fiscal bills, as they are typed.

use super::{SettingError, card_designs::picture, texts::Reading};
use crate::{
    actor::Actor,
    errors::StoreError,
    fields::FieldError,
    fiscal::{cards_waiting, template_job},
    ids::fresh,
    jobs::{Job, QueuedJob},
    ports::Ports,
    records::{AccountKind, FiscalRole, FiscalUnit, Logo, TemplateStand, UnitTemplate},
};
use bytes::Bytes;
use fapiao_domain::ids::{AccountId, FiscalUnitId, Id};
use serde_json::json;

/// Longest name; it is the payee on the card.
const NAME_MAX: usize = 60;
/// Longest code.
const CODE_MAX: usize = 20;

/// A unit as typed. Accounts are ids, or empty.
#[derive(Clone, Debug, Default)]
pub struct UnitDraft {
    /// Full name.
    pub name: String,
    /// Short code; fixed once saved.
    pub code: String,
    /// `both`, `unit` or `bureau`; fixed once saved.
    pub role: String,
    /// Service account whose pages payers see.
    pub web_account: String,
    /// Open-platform app.
    pub app_account: String,
    /// The bureau's service account.
    pub bureau_account: String,
    /// The bureau's platform id, where the bureau is elsewhere.
    pub bureau_platform_id: String,
    /// Takes no new bills.
    pub closed: bool,
}

/// Saves a unit; `before` is `None` for a new one. What it needs at WeChat is prepared by jobs.
///
/// # Errors
/// [`SettingError`].
pub async fn save_unit(
    ports: &Ports,
    actor: &Actor,
    before: Option<&FiscalUnit>,
    draft: &UnitDraft,
) -> Result<FiscalUnit, SettingError> {
    let mut reading = Reading::default();
    let name = reading.required("name", &draft.name, NAME_MAX);
    let code = match before {
        Some(before) => before.code.clone(),
        None => read_code(&mut reading, &draft.code),
    };
    let role = match before {
        Some(before) => Some(before.role),
        None => FiscalRole::parse(draft.role.trim()),
    };
    if role.is_none() {
        reading.wrong("role", "E_CHOICE", "choose one from the list");
    }
    let asks = role.is_some_and(FiscalRole::asks);
    let inserts = role.is_some_and(FiscalRole::inserts);
    let service = AccountKind::ServiceAccount;
    let mut accounts = Accounts::load(ports).await?;
    let web_account = accounts.read(
        &mut reading,
        "web_account",
        &draft.web_account,
        service,
        asks,
    );
    let app_kind = AccountKind::OpenPlatformApp;
    let app_account = accounts
        .read(
            &mut reading,
            "app_account",
            &draft.app_account,
            app_kind,
            false,
        )
        .filter(|_| asks);
    let bureau_account = accounts.read(
        &mut reading,
        "bureau_account",
        &draft.bureau_account,
        service,
        inserts,
    );
    let bureau_platform_id = if inserts {
        String::new()
    } else {
        reading.required("bureau_platform_id", &draft.bureau_platform_id, 128)
    };
    let unit = FiscalUnit {
        id: before.map_or_else(|| fresh(ports.clock.now()), |it| it.id.clone()),
        code,
        name,
        role: role.unwrap_or(FiscalRole::Both),
        web_account: web_account.filter(|_| asks),
        app_account,
        bureau_account: bureau_account.filter(|_| inserts),
        bureau_platform_id,
        logo: before.and_then(|it| it.logo.clone()),
        template: before.map_or_else(no_template, |it| it.template.clone()),
        closed: draft.closed,
        version: before.map_or(0, |it| it.version),
    };
    if let Some(before) = before {
        may_change(ports, before, &unit, &mut reading).await?;
    }
    let unit = renewed(before, reading.end(Some(unit))?);
    write(ports, actor, unit, "fiscal_unit.saved", "code").await
}

fn no_template() -> UnitTemplate {
    UnitTemplate {
        stand: TemplateStand::Absent,
        card_id: String::new(),
        reason: String::new(),
        payee: String::new(),
        at: None,
    }
}

/// Refuses what would break off something under way. A payer agrees to the page of one bureau, and WeChat takes the card
/// from no other (72038): finishing under the account before would need its template and its platform id beside the new
/// ones, so that whoever changes the bureau waits until nothing is open. And a template that is being made, or of which
/// nobody knows, has the name and the account it was asked with.
async fn may_change(
    ports: &Ports,
    before: &FiscalUnit,
    unit: &FiscalUnit,
    reading: &mut Reading,
) -> Result<(), StoreError> {
    let bureau = [
        (
            "bureau_account",
            before.bureau_account != unit.bureau_account,
        ),
        (
            "bureau_platform_id",
            before.bureau_platform_id != unit.bureau_platform_id,
        ),
    ];
    let changed = bureau.into_iter().find(|(_, changed)| *changed);
    if let Some((field, _)) = changed {
        let open = ports.store.open_bill_deliveries(&unit.id).await?;
        if open > 0 {
            reading.push(deliveries_open(field, open));
            return Ok(());
        }
    }
    let of_template = [
        ("name", before.name != unit.name),
        (
            "bureau_account",
            before.bureau_account != unit.bureau_account,
        ),
    ];
    for (field, _) in of_template.into_iter().filter(|(_, changed)| *changed) {
        if is_under_way(&before.template) {
            reading.push(template_open(field));
        }
    }
    Ok(())
}

/// Whether a template was asked for and its outcome is open.
const fn is_under_way(template: &UnitTemplate) -> bool {
    matches!(
        template.stand,
        TemplateStand::Asked | TemplateStand::Unknown
    )
}

fn deliveries_open(field: &str, open: u32) -> FieldError {
    FieldError::new(
        format!("/{field}"),
        "E_BILLS_OPEN",
        format!(
            "{open} deliveries were begun with the present bureau, and WeChat takes their cards from no other: wait until \
             they are in the wallet, or refuse them on the pages of their bills; then change the bureau"
        ),
    )
    .in_chinese(format!(
        "还有 {open} 次投递是以现在的财政局发起的，微信不接受由别的账号放入：等它们进入卡包，或在票据页面拒绝发放后，再更换"
    ))
}

fn template_open(field: &str) -> FieldError {
    FieldError::new(
        format!("/{field}"),
        "E_TEMPLATE_OPEN",
        "the card template is being made, or nobody knows whether it was: wait for it, or settle it above; then change this",
    )
}

/// Another name, bureau or logo needs another template; one that is being made, or of which nobody knows, stays.
fn renewed(before: Option<&FiscalUnit>, unit: FiscalUnit) -> FiscalUnit {
    let Some(before) = before else {
        return unit;
    };
    let settled = matches!(
        unit.template.stand,
        TemplateStand::Ready | TemplateStand::Refused
    );
    let looks_else = before.name != unit.name
        || before.logo != unit.logo
        || before.bureau_account != unit.bureau_account;
    // After a refusal every saving is a new try: what was refused is not known here.
    let again = unit.template.stand == TemplateStand::Refused;
    if settled && (looks_else || again) {
        FiscalUnit {
            template: no_template(),
            ..unit
        }
    } else {
        unit
    }
}

async fn write(
    ports: &Ports,
    actor: &Actor,
    mut unit: FiscalUnit,
    action: &'static str,
    field: &str,
) -> Result<FiscalUnit, SettingError> {
    let note = json!({ "code": unit.code, "role": unit.role.as_str(), "closed": unit.closed });
    let then = what_follows(&unit);
    match ports
        .store
        .save_fiscal_unit(&unit, then, actor, action, note)
        .await
    {
        Ok(()) => {}
        Err(StoreError::Exists { .. }) => {
            return Err(super::texts::one(
                field,
                "E_TAKEN",
                "another collecting unit has this code",
            ));
        }
        Err(error) => return Err(error.into()),
    }
    unit.version += 1;
    Ok(unit)
}

/// Accounts are prepared, and the template is made.
fn what_follows(unit: &FiscalUnit) -> Vec<QueuedJob> {
    let accounts = [&unit.web_account, &unit.app_account, &unit.bureau_account];
    let mut then: Vec<QueuedJob> = accounts
        .into_iter()
        .flatten()
        .map(|id| QueuedJob::now(Job::PrepareAccount(id.clone()), None))
        .collect();
    let open = matches!(
        unit.template.stand,
        TemplateStand::Absent | TemplateStand::Refused
    );
    if unit.role.inserts() && open && !unit.closed {
        then.push(template_job(&unit.id));
    }
    then
}

fn read_code(reading: &mut Reading, text: &str) -> String {
    let code = text.trim();
    let fits = (1..=CODE_MAX).contains(&code.len())
        && code
            .bytes()
            .all(|it| it.is_ascii_alphanumeric() || it == b'-' || it == b'_');
    if !fits {
        reading.wrong(
            "code",
            "E_CODE",
            format!("1 to {CODE_MAX} letters, digits, dashes and underscores"),
        );
    }
    code.to_owned()
}

struct Accounts(Vec<crate::records::Account>);

impl Accounts {
    async fn load(ports: &Ports) -> Result<Accounts, StoreError> {
        Ok(Accounts(ports.store.accounts().await?))
    }

    fn read(
        &mut self,
        reading: &mut Reading,
        field: &str,
        text: &str,
        kind: AccountKind,
        needed: bool,
    ) -> Option<AccountId> {
        let text = text.trim();
        let account = self.0.iter().find(|it| it.id.as_str() == text);
        let fits = account.filter(|it| it.kind == kind);
        if fits.is_none() && (needed || !text.is_empty()) {
            reading.wrong(field, "E_CHOICE", "choose one from the list");
        }
        fits.map(|it| it.id.clone())
    }
}

/// Gives a unit's cards a picture of their own; a new template carries it.
///
/// # Errors
/// [`SettingError`].
pub async fn save_unit_logo(
    ports: &Ports,
    actor: &Actor,
    unit: &FiscalUnit,
    bytes: Bytes,
) -> Result<FiscalUnit, SettingError> {
    if is_under_way(&unit.template) {
        return Err(SettingError::Invalid(vec![template_open("logo")]));
    }
    let looked = picture(&bytes).map_err(|(code, rule)| super::texts::one("logo", code, &rule))?;
    let sha256 = ports
        .files
        .put(bytes)
        .await
        .map_err(|error| StoreError::Unavailable(Box::new(error)))?;
    let with_logo = FiscalUnit {
        logo: Some(Logo {
            sha256,
            png: looked.png,
        }),
        ..unit.clone()
    };
    let with_logo = renewed(Some(unit), with_logo);
    write(ports, actor, with_logo, "fiscal_unit.saved", "logo").await
}

/// What a person found in WeChat's console about a template whose answer was lost, or that WeChat refused: its card id, or
/// nothing: then it is asked for anew.
///
/// # Errors
/// [`SettingError`]; `NotFound` when there is no such unit.
pub async fn settle_template(
    ports: &Ports,
    actor: &Actor,
    id: &FiscalUnitId,
    card_id: &str,
) -> Result<FiscalUnit, SettingError> {
    let unit = ports.store.fiscal_unit(id).await?;
    let mut unit = unit.ok_or_else(|| StoreError::NotFound {
        what: format!("collecting unit {id}"),
    })?;
    let open = matches!(
        unit.template.stand,
        TemplateStand::Unknown | TemplateStand::Refused
    );
    if !open {
        return Err(StoreError::Stale {
            what: format!("the card template of {}", unit.code),
        }
        .into());
    }
    let card_id = card_id.trim();
    if card_id.is_empty() {
        unit.template = no_template();
    } else {
        let is_id = |it: char| it.is_ascii_alphanumeric() || "-_".contains(it);
        if !(10..=64).contains(&card_id.len()) || !card_id.chars().all(is_id) {
            return Err(super::texts::one(
                "card_id",
                "E_CARD_ID",
                "the card id as WeChat's console shows it: letters, digits, dashes",
            ));
        }
        unit.template.stand = TemplateStand::Ready;
        card_id.clone_into(&mut unit.template.card_id);
        unit.template.reason = String::new();
    }
    let unit = write(
        ports,
        actor,
        unit,
        "fiscal_unit.template_settled",
        "card_id",
    )
    .await?;
    if unit.template.stand == TemplateStand::Ready {
        let then = cards_waiting(ports, id).await?;
        ports.store.enqueue(then).await?;
    }
    // The job that stopped because nobody knew has nothing to wait for any more.
    super::titles::release_stopped_kind(
        ports,
        &Actor::System,
        id.as_str(),
        Job::EnsureBillTemplate(id.clone()).kind(),
    )
    .await?;
    Ok(unit)
}

/// What a unit lacks before its first bill can reach a payer: names of fields of [`UnitDraft`], `platform_id` or
/// `template`.
///
/// # Errors
/// [`StoreError`].
pub async fn what_is_missing(
    ports: &Ports,
    unit: &FiscalUnit,
) -> Result<Vec<&'static str>, StoreError> {
    let mut missing = Vec::new();
    if unit.role.asks() && unit.web_account.is_none() {
        missing.push("web_account");
    }
    if unit.role.inserts() {
        match &unit.bureau_account {
            None => missing.push("bureau_account"),
            Some(id) => {
                let account = ports.store.account(id).await?;
                if account.is_none_or(|it| it.platform_id.is_none()) {
                    missing.push("platform_id");
                }
            }
        }
        if unit.template.stand != TemplateStand::Ready {
            missing.push("template");
        }
    } else if unit.bureau_platform_id.is_empty() {
        missing.push("bureau_platform_id");
    }
    Ok(missing)
}
