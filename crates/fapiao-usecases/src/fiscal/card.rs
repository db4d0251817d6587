//! Bureau: the card of a bill, uploaded, announced, inserted at most once.

use super::{
    Found, Told, absent::was_said_absent, found, goes_to, refusal::rejection, save, template_job,
};
use crate::{
    actor::Actor,
    errors::{Advice, StoreError},
    inserting::{
        IN_A_WALLET, fresh_media, is_young, lost_media, says_no, until_usable, young_template,
    },
    jobs::{Job, QueuedJob},
    ports::{BillInsert, InsertedCard, Ports},
    records::{Account, BillCard, TemplateStand},
    step::StepError,
};
use fapiao_domain::{
    card::CardState,
    delivery::DeliveryState,
    ids::{BillDeliveryId, Id},
};
use serde_json::json;

/// Until a file that was not handed in yet is looked for again; handing it in brings the job forward.
const FILE_RETRY_SECS: u32 = 3600;
/// While the template is made, which is begun when its unit is saved.
const TEMPLATE_WAIT_SECS: u32 = 10;
/// While a person says whether the template is there.
const TEMPLATE_RETRY_SECS: u32 = 60;
/// How often an answer is written down anew because the row changed meanwhile.
const WRITE_TRIES: u32 = 8;
/// Why a delivery of a void bill ends.
const VOID: &str = "票据已作废 / the bill is void";

/// Brings the card of a bill into the wallet. Each step is saved before the next, and the insert is announced before it is
/// called, so that a lost answer is recognised.
///
/// # Errors
/// [`StepError`].
pub(crate) async fn insert_bill(ports: &Ports, id: &BillDeliveryId) -> Result<(), StepError> {
    let Some(mut it) = found(ports, id).await? else {
        return Ok(());
    };
    let on_its_way = match it.delivery.state {
        DeliveryState::Authorised | DeliveryState::Issuing => true,
        // WeChat refused the card, and a person mended what was wrong; one that a person ended has no card any more.
        DeliveryState::Failed => it.delivery.card.is_some(),
        _ => false,
    };
    if !it.unit.role.inserts() || !on_its_way {
        return Ok(());
    }
    let was_asked = is_asked(&it);
    if it.bill.void.is_some() && !was_asked {
        return end_void(ports, &mut it).await;
    }
    let Some(file) = it.bill.file.clone() else {
        return Err(StepError::not_yet(
            FILE_RETRY_SECS,
            "等待上传票据的 PDF 文件 / the bill's PDF was not handed in yet",
        ));
    };
    let account = super::bureau_of(ports, &it.unit).await?;
    let template = ready_template(ports, &it).await?;
    if it.delivery.state != DeliveryState::Issuing {
        goes_to(&mut it.delivery, DeliveryState::Issuing, "")?;
    }
    let mut card = it.delivery.card.clone().unwrap_or_else(|| BillCard {
        template: template.clone(),
        account: Some(account.id.clone()),
        state: CardState::Uploading,
        media: None,
        asked_at: None,
        code: String::new(),
        reported_at: None,
    });
    if card.asked_at.is_none() {
        card.template = template;
        card.account = Some(account.id.clone());
    }
    let media = match fresh_media(card.media.as_ref(), ports.clock.now()) {
        Some(media) => media,
        None => {
            let bytes = ports.files.get(&file.sha256).await?.ok_or_else(|| {
                StepError::parked(
                    "document_missing",
                    format!(
                        "文件库中没有文件 {sha}，请从备份恢复后重试 / the file store has no file {sha}; restore it from a backup \
                         and retry",
                        sha = file.sha256
                    ),
                )
            })?;
            let media = ports.platform.upload_pdf(&account, bytes).await?;
            // The published order of work: what was uploaded is looked at before a card names it. A handle that leads
            // nowhere is not kept, so that the next try uploads anew.
            ports.platform.check_upload(&account, &media).await?;
            card.media = Some((media.clone(), ports.clock.now()));
            it.delivery.card = Some(card.clone());
            save(
                ports,
                &mut it.delivery,
                told(id, "bill.media_uploaded"),
                Vec::new(),
            )
            .await?;
            media
        }
    };
    card.state = CardState::Inserting;
    card.asked_at = Some(ports.clock.now());
    it.delivery.card = Some(card);
    save(
        ports,
        &mut it.delivery,
        told(id, "bill.insert_asked"),
        Vec::new(),
    )
    .await?;
    if !was_asked && is_void(ports, &it).await? {
        // Declared void since the first look: whoever voids sees the announcement from here on.
        it.delivery.card = None;
        return end_void(ports, &mut it).await;
    }
    ask(ports, &account, it, media, was_asked).await
}

async fn is_void(ports: &Ports, it: &Found) -> Result<bool, StoreError> {
    let bill = ports.store.bill(&it.bill.id).await?;
    Ok(bill.is_some_and(|bill| bill.void.is_some()))
}

fn is_asked(it: &Found) -> bool {
    let card = it.delivery.card.as_ref();
    card.is_some_and(|card| card.asked_at.is_some())
}

fn told(id: &BillDeliveryId, action: &'static str) -> Told {
    Told::new(Actor::System, action, json!({ "delivery": id.as_str() }))
}

/// A void bill's card is not inserted; the payer, who agreed, is told.
async fn end_void(ports: &Ports, it: &mut Found) -> Result<(), StepError> {
    let from = it.delivery.state;
    if from != DeliveryState::Failed {
        goes_to(&mut it.delivery, DeliveryState::Failed, VOID)?;
        it.delivery.card = None;
        let then = rejection(&it.delivery, from);
        let id = it.delivery.id.clone();
        save(ports, &mut it.delivery, told(&id, "bill.failed"), then).await?;
    }
    Ok(())
}

/// The unit's template, or a wait while it is made.
async fn ready_template(ports: &Ports, it: &Found) -> Result<String, StepError> {
    let template = &it.unit.template;
    match template.stand {
        TemplateStand::Ready => Ok(template.card_id.clone()),
        TemplateStand::Unknown => Err(StepError::not_yet(
            TEMPLATE_RETRY_SECS,
            "不知道卡券模板是否已创建，请在执收单位页面确认 / it is not known whether the card template was made; a person has to \
             say so on the page of the collecting unit",
        )),
        TemplateStand::Refused => Err(StepError::not_yet(
            TEMPLATE_RETRY_SECS,
            "微信拒绝创建卡券模板，请在执收单位页面查看原因 / WeChat refused to make the card template; the reason is on the \
             page of the collecting unit",
        )),
        TemplateStand::Absent | TemplateStand::Asked => {
            ports.store.enqueue(vec![template_job(&it.unit.id)]).await?;
            Err(StepError::not_yet(
                TEMPLATE_WAIT_SECS,
                "卡券模板正在创建 / the card template is being made",
            ))
        }
    }
}

async fn ask(
    ports: &Ports,
    account: &Account,
    it: Found,
    media: String,
    was_asked: bool,
) -> Result<(), StepError> {
    let (made, id, bill) = (
        it.unit.template.at,
        it.delivery.id.clone(),
        it.bill.id.clone(),
    );
    let request = BillInsert {
        order_id: it.delivery.wechat_order_id.clone(),
        card_id: it
            .delivery
            .card
            .as_ref()
            .map(|card| card.template.clone())
            .unwrap_or_default(),
        requesting_app_id: it.delivery.app_id.clone(),
        bill: it.bill,
        media,
    };
    let answer = ports.fiscal.insert_bill(account, &request).await;
    let error = match answer {
        Ok(inserted) => return record_inserted(ports, &id, Some(&inserted)).await,
        Err(error) => error,
    };
    let is_there = error.advice == Advice::AlreadyDone || error.code == IN_A_WALLET;
    if is_there && (was_asked || was_said_absent(ports, &bill, &id).await?) {
        // Our own earlier call went through and its answer was lost: the card is there, its code is not. WeChat, which may
        // also tell it by the bill that is in a wallet already, knows it better than whoever looked and did not find it.
        return record_inserted(ports, &id, None).await;
    }
    if !says_no(&error) || was_asked && error.advice != Advice::NeedsPerson {
        return Err(error.into());
    }
    // An order id that others used may mean a card that we do not know of: nobody is asked anew before a person looked.
    let ends = !matches!(error.advice, Advice::OutcomeUnknown | Advice::AlreadyDone)
        && !is_young(&error.code)
        && !lost_media(&error.code);
    let reason = if ends { error.message.as_str() } else { "" };
    record_refused(ports, &id, &error.code, reason, was_asked).await?;
    if error.advice == Advice::AlreadyDone {
        return Err(StepError::parked(
            "order_id_used",
            format!(
                "微信称授权单号 {id} 已被使用（{code}），但不是本系统放入的，请核对 / WeChat says the order id {id} was used \
                 before ({code}), but not by us; compare the ledgers",
                code = error.code
            ),
        ));
    }
    if is_young(&error.code)
        && let Some(made) = made
        && let Some(after) = until_usable(made, ports.clock.now())
    {
        return Err(StepError::not_yet(after, young_template(&error.code, made)));
    }
    if lost_media(&error.code) {
        return Err(StepError::not_yet(
            2,
            "微信已没有上传的 PDF，正在重新上传 / WeChat lost the uploaded PDF; it is uploaded again",
        ));
    }
    let mut error = error;
    if is_young(&error.code) {
        // No longer young: something else is wrong with it.
        error.advice = Advice::NeedsPerson;
    }
    Err(error.into())
}

/// The card is in the wallet. Its code is written down whatever else happens to the row in this moment.
async fn record_inserted(
    ports: &Ports,
    id: &BillDeliveryId,
    inserted: Option<&InsertedCard>,
) -> Result<(), StepError> {
    let mut tries = 0;
    loop {
        let Some(mut it) = found(ports, id).await? else {
            return Ok(());
        };
        let Some(card) = it.delivery.card.as_mut() else {
            return Ok(());
        };
        if let Some(inserted) = inserted {
            card.code.clone_from(&inserted.code);
        }
        if card.state == CardState::Inserting {
            card.state = match inserted {
                Some(_) => CardState::Inserted,
                None => CardState::CodeUnknown,
            };
        }
        if it.delivery.state == DeliveryState::Issuing {
            goes_to(&mut it.delivery, DeliveryState::Carded, "")?;
        }
        let then = if it.bill.void.is_some() {
            vec![QueuedJob::now(Job::CancelBill(id.clone()), None)]
        } else {
            Vec::new()
        };
        match save(ports, &mut it.delivery, told(id, "bill.inserted"), then).await {
            Ok(()) => return Ok(()),
            Err(StoreError::Stale { .. }) if tries < WRITE_TRIES => tries += 1,
            Err(error) => return Err(error.into()),
        }
    }
}

/// Nothing is in the wallet, and this is known: an order id used later will not be taken for ours.
async fn record_refused(
    ports: &Ports,
    id: &BillDeliveryId,
    code: &str,
    reason: &str,
    was_asked: bool,
) -> Result<(), StepError> {
    let Some(mut it) = found(ports, id).await? else {
        return Ok(());
    };
    if let Some(card) = it.delivery.card.as_mut() {
        if !was_asked {
            card.state = CardState::Uploading;
            card.asked_at = None;
        }
        if lost_media(code) {
            card.media = None;
        }
    }
    if !reason.is_empty() && it.delivery.state == DeliveryState::Issuing {
        goes_to(&mut it.delivery, DeliveryState::Failed, reason)?;
    }
    let note = json!({ "delivery": id.as_str(), "code": code });
    let told = Told::new(Actor::WeChat, "bill.insert_refused", note);
    save(ports, &mut it.delivery, told, Vec::new()).await?;
    Ok(())
}
