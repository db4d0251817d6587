//! Bureau: the card template of a collecting unit, made once.

use crate::{
    actor::Actor,
    errors::{Advice, StoreError},
    jobs::{Job, QueuedJob},
    platform::template::DEFAULT_LOGO,
    ports::Ports,
    records::{Account, FiscalUnit, TemplateStand},
    step::StepError,
};
use bytes::Bytes;
use chrono::TimeDelta;
use fapiao_domain::ids::FiscalUnitId;
use serde_json::json;

/// A template that was asked for so long ago without a stored answer: whoever asked is gone.
const ASKED_SECS: i64 = 120;
/// What a job is stopped with whose answer to createbillcard was lost.
const TEMPLATE_UNKNOWN: &str = "template_unknown";

/// The job that makes a unit's template; does nothing when it is there.
pub(crate) fn template_job(unit: &FiscalUnitId) -> QueuedJob {
    QueuedJob::now(Job::EnsureBillTemplate(unit.clone()), None)
}

/// The cards of a unit that wait to be asked for: once the template is there they go on at once, and not at their next look.
pub(crate) async fn cards_waiting(
    ports: &Ports,
    unit: &FiscalUnitId,
) -> Result<Vec<QueuedJob>, StoreError> {
    let waiting = ports.store.cards_to_ask_for(unit).await?;
    let jobs = waiting.into_iter().map(Job::InsertBill);
    Ok(jobs.map(|job| QueuedJob::now(job, None)).collect())
}

/// Makes the template of a unit, unless it is there. Making one is not repeatable at WeChat, so the try is saved before
/// the call; one whose answer was lost waits for a person.
///
/// # Errors
/// [`StepError`].
pub(crate) async fn ensure_bill_template(
    ports: &Ports,
    id: &FiscalUnitId,
) -> Result<(), StepError> {
    let Some(mut unit) = ports.store.fiscal_unit(id).await? else {
        return Ok(());
    };
    if !unit.role.inserts() {
        return Ok(());
    }
    match unit.template.stand {
        TemplateStand::Ready => return Ok(()),
        TemplateStand::Unknown => return Err(unknown(&unit)),
        TemplateStand::Asked => {
            let asked = unit.template.at.unwrap_or_else(|| ports.clock.now());
            if ports.clock.now() - asked < TimeDelta::seconds(ASKED_SECS) {
                return Err(StepError::not_yet(
                    5,
                    "另一个节点正在创建卡券模板 / another node is making the template",
                ));
            }
            mark(
                ports,
                &mut unit,
                TemplateStand::Unknown,
                "",
                "fiscal_unit.template_unknown",
            )
            .await?;
            return Err(unknown(&unit));
        }
        TemplateStand::Absent | TemplateStand::Refused => {}
    }
    let account = super::bureau_of(ports, &unit).await?;
    // Before the try is saved: uploading a picture twice does no harm.
    let logo_url = upload_logo(ports, &account, &unit).await?;
    unit.template.payee.clone_from(&unit.name);
    unit.template.at = Some(ports.clock.now());
    mark(
        ports,
        &mut unit,
        TemplateStand::Asked,
        "",
        "fiscal_unit.template_asked",
    )
    .await?;
    let answer = ports
        .fiscal
        .create_bill_template(&account, &logo_url, &unit.name)
        .await;
    match answer {
        Ok(card_id) => {
            unit.template.card_id = card_id;
            mark(
                ports,
                &mut unit,
                TemplateStand::Ready,
                "",
                "fiscal_unit.template_made",
            )
            .await?;
            let then = cards_waiting(ports, id).await?;
            Ok(ports.store.enqueue(then).await?)
        }
        Err(error) if error.advice == Advice::OutcomeUnknown => {
            let (stand, action) = (TemplateStand::Unknown, "fiscal_unit.template_unknown");
            mark(ports, &mut unit, stand, &error.message, action).await?;
            Err(unknown(&unit))
        }
        Err(error) => {
            // WeChat said no: nothing was made.
            let (stand, action) = (TemplateStand::Refused, "fiscal_unit.template_refused");
            mark(ports, &mut unit, stand, &error.message, action).await?;
            Err(error.into())
        }
    }
}

async fn upload_logo(
    ports: &Ports,
    account: &Account,
    unit: &FiscalUnit,
) -> Result<String, StepError> {
    let (logo, png) = match &unit.logo {
        None => (Bytes::from_static(DEFAULT_LOGO), true),
        Some(logo) => {
            let bytes = ports.files.get(&logo.sha256).await?.ok_or_else(|| {
                StepError::parked(
                    "document_missing",
                    format!(
                        "文件库中没有标志图片 {sha}，请在执收单位页面重新上传 / the file store has no logo {sha}; upload it again \
                         on the page of the collecting unit",
                        sha = logo.sha256
                    ),
                )
            })?;
            (bytes, logo.png)
        }
    };
    Ok(ports.platform.upload_logo(account, logo, png).await?)
}

/// Saves where the template stands. Whoever changed the unit in the meantime does not make the answer be forgotten: only
/// the template's part of the row is written anew.
async fn mark(
    ports: &Ports,
    unit: &mut FiscalUnit,
    stand: TemplateStand,
    reason: &str,
    action: &'static str,
) -> Result<(), StoreError> {
    unit.template.stand = stand;
    reason.clone_into(&mut unit.template.reason);
    loop {
        let note = json!({ "card_id": unit.template.card_id, "reason": reason });
        let saving = ports
            .store
            .save_fiscal_unit(unit, Vec::new(), &Actor::System, action, note);
        match saving.await {
            Ok(()) => {
                unit.version += 1;
                return Ok(());
            }
            // The announcement itself is not forced: somebody else may be announcing too.
            Err(StoreError::Stale { .. }) if stand != TemplateStand::Asked => {
                let Some(now) = ports.store.fiscal_unit(&unit.id).await? else {
                    return Ok(());
                };
                if now.template.stand == TemplateStand::Ready {
                    return Ok(());
                }
                *unit = FiscalUnit {
                    template: unit.template.clone(),
                    ..now
                };
            }
            Err(error) => return Err(error),
        }
    }
}

fn unknown(unit: &FiscalUnit) -> StepError {
    StepError::parked(
        TEMPLATE_UNKNOWN,
        format!(
            "不知道执收单位 {code} 的卡券模板是否已创建：请在微信后台核对，然后在执收单位页面确认，不会自动重复创建 / it is not known \
             whether the card template of collecting unit {code} was made; look in WeChat's console, then say so on the \
             unit's page: it is never asked for twice by itself",
            code = unit.code
        ),
    )
}
