//! The card: uploaded, asked for, inserted at most once.

use crate::{
    actor::Actor,
    asked::seller_as_asked,
    cancellation::wake_cancellation,
    errors::{Advice, StoreError},
    inserting::{
        IN_A_WALLET, fresh_media, is_young, lost_media, says_no, until_usable, young_template,
    },
    jobs::{Job, QueuedJob},
    platform::{
        preflight::{self, Papers},
        template::{platform_account, template_for},
    },
    ports::{CardRequest, DeliveryChange, Ports, Scope},
    records::{Delivery, Invoice},
    rejecting::TAKEN_BACK,
    step::StepError,
};
use fapiao_domain::{
    card::CardState,
    delivery::DeliveryState,
    ids::{DeliveryId, InvoiceId},
    invoice::InvoiceState,
};
use serde_json::json;

/// Why a delivery ends whose invoice another one brings.
const ELSEWHERE: &str =
    "发票已通过另一个开票链接放入卡包 / the invoice came into the wallet by another link";
/// Until the invoice of a page `collect` is looked for again.
const COLLECT_RETRY_SECS: u32 = 30;
/// Brings the card of a delivery into the wallet. Each step is saved before the next, and `insert` is announced before
/// it is called, so that a lost answer is recognised.
///
/// # Errors
/// [`StepError`].
pub async fn deliver_card(ports: &Ports, id: &DeliveryId) -> Result<(), StepError> {
    let Some(delivery) = ports.store.delivery(&Scope::All, id).await? else {
        return Err(StoreError::NotFound {
            what: format!("delivery {id}"),
        }
        .into());
    };
    if delivery.state == DeliveryState::Carded {
        return Ok(());
    }
    if delivery.issues_first() && !delivery.has_agreed() {
        // The invoice waits for its buyer.
        return Ok(());
    }
    if delivery.issues_first() && delivery.invoice.is_none() {
        return Err(StepError::not_yet(
            COLLECT_RETRY_SECS,
            "买家要领取的发票还没有拟好 / the invoice that the buyer collects is not drafted yet",
        ));
    }
    let invoice_id = delivery
        .invoice
        .clone()
        .ok_or_else(|| StoreError::Corrupt(format!("delivery {id} has no invoice")))?;
    let invoice = ports
        .store
        .invoices_by_id(std::slice::from_ref(&invoice_id))
        .await?
        .pop()
        .ok_or_else(|| StoreError::NotFound {
            what: format!("invoice {invoice_id}"),
        })?;
    if delivery.issues_first() && !invoice.state.is_issued() {
        return Err(StepError::not_yet(
            COLLECT_RETRY_SECS,
            "买家要领取的发票还没有开具 / the invoice that the buyer collects is not issued yet",
        ));
    }
    if !invoice.state.is_issued() {
        return Err(StepError::parked(
            "invoice_not_issued",
            format!(
                "发票尚未开具，不能放入卡包：{invoice_id} / invoice {invoice_id} is {}; a card is made only from an issued invoice",
                invoice.state
            ),
        ));
    }
    if invoice.state == InvoiceState::FullyRed && !was_asked_for(ports, id).await? {
        // Offset before it came: a card now would hand out a dead invoice. One whose insert had no answer may be in the
        // wallet: asking again finds it out, and the cancellation that waits for it strikes it out.
        return mark_offset(ports, id).await;
    }
    let delivery = being_issued(ports, delivery).await?;
    let was_under_way = delivery.state == DeliveryState::Issuing;
    let result = insert(ports, &delivery, invoice).await;
    let Err(error) = result else {
        return Ok(());
    };
    if was_under_way && ended_meanwhile(ports, id).await? {
        // Somebody ended the delivery while this ran, and nothing was asked for: there is nothing to try again, and
        // nothing for a person to decide.
        tracing::info!(delivery = %id, "The delivery was ended meanwhile; its card is not tried again");
        return Ok(());
    }
    if let StepError::Outside(error) = &error
        && matches!(error.advice, Advice::NeedsPerson | Advice::Never)
    {
        mark_failed(ports, id, &error.message).await?;
    }
    Err(error)
}

/// Whether a delivery was ended by somebody else, and no card of it can be in the wallet.
async fn ended_meanwhile(ports: &Ports, id: &DeliveryId) -> Result<bool, StoreError> {
    let delivery = ports.store.delivery(&Scope::All, id).await?;
    let has_ended = delivery.is_some_and(|it| it.state == DeliveryState::Failed);
    Ok(has_ended && !was_asked_for(ports, id).await?)
}

/// Whether an insert was asked for without an answer that says no: the card may be in the wallet.
async fn was_asked_for(ports: &Ports, id: &DeliveryId) -> Result<bool, StoreError> {
    let card = ports.store.card(id).await?;
    Ok(card.is_some_and(|it| it.asked_at.is_some()))
}

/// A collected invoice was issued before its buyer agreed: only now its delivery is on the way.
async fn being_issued(ports: &Ports, delivery: Delivery) -> Result<Delivery, StepError> {
    if delivery.state != DeliveryState::Authorised {
        return Ok(delivery);
    }
    let change = DeliveryChange {
        id: delivery.id.clone(),
        expected_version: delivery.version,
        from: delivery.state,
        to: DeliveryState::Issuing,
        reason: String::new(),
        refusal_url: None,
        authorisation: None,
        then: Vec::new(),
        actor: Actor::System,
        note: json!({}),
    };
    ports.store.change_delivery(change, None).await?;
    Ok(Delivery {
        state: DeliveryState::Issuing,
        version: delivery.version + 1,
        ..delivery
    })
}

async fn insert(ports: &Ports, delivery: &Delivery, invoice: Invoice) -> Result<(), StepError> {
    let id = &delivery.id;
    let seller =
        ports
            .store
            .seller(&delivery.seller)
            .await?
            .ok_or_else(|| StoreError::NotFound {
                what: format!("seller {}", delivery.seller),
            })?;
    let seller = seller_as_asked(ports, delivery, seller).await?;
    let account = platform_account(ports, &seller).await?;
    // What WeChat would refuse is not asked for. An insert that was asked for before is: only WeChat can tell.
    let known = ports.store.card(id).await?;
    if known.is_none_or(|card| card.asked_at.is_none())
        && let Some(findings) = preflight::foresee(ports, delivery, Papers::Received).await?
        && let Some(stop) = preflight::stops(&findings)
    {
        return Err(stop);
    }
    let (order_id, requesting_app_id) = known_to_wechat_as(ports, delivery).await?;
    let template = template_for(ports, &seller, &account, invoice.kind).await?;
    let card = ports
        .store
        .begin_card(id, &invoice.id, &template.card_id)
        .await?;
    if card.state.is_delivered() {
        return Ok(());
    }
    let media = match fresh_media(card.media.as_ref(), ports.clock.now()) {
        Some(media) => media,
        None => upload_pdf(ports, &account, &invoice, id).await?,
    };
    let announced = match ports.store.record_insert_asked(id, ports.clock.now()).await {
        Ok(announced) => announced,
        Err(StoreError::Exists { what }) => {
            // Whoever tries again has nothing left to do either: the page of the delivery tells why.
            mark_failed(ports, id, ELSEWHERE).await?;
            tracing::warn!(delivery = %id, "Not inserted: there is {what}");
            return Ok(());
        }
        Err(error) => return Err(error.into()),
    };
    let asked_before = announced.before;
    if !asked_before && is_offset(ports, &invoice.id).await? {
        // Between the first look and the announcement: whoever strikes cards out saw none yet, and sees one from here on.
        ports
            .store
            .record_insert_refused(id, announced.at, "")
            .await?;
        return mark_offset(ports, id).await;
    }
    let invoice_id = invoice.id.clone();
    let request = CardRequest {
        order_id,
        card_id: card.template,
        requesting_app_id,
        invoice,
        media,
    };
    let answer = ports.platform.insert(&account, &request).await;
    if let Err(error) = &answer
        && !asked_before
        && says_no(error)
    {
        // Nothing is in the wallet, and an order id used later will not be taken for ours.
        let alone = ports
            .store
            .record_insert_refused(id, announced.at, &error.code)
            .await?;
        if !alone && error.advice == Advice::AlreadyDone {
            return Err(StepError::not_yet(
                2,
                "这张卡券的另一次放入刚刚发出，稍后查看结果 / another insert of this card was sent meanwhile; its result is \
                 looked at in a moment",
            ));
        }
    }
    let is_ours = match &answer {
        Err(error) if error.code == IN_A_WALLET => {
            !is_brought_elsewhere(ports, id, &invoice_id).await?
        }
        _ => false,
    };
    match answer {
        Ok(inserted) => {
            ports
                .store
                .record_inserted(id, Some(&inserted.code), &inserted.openid, json!({}))
                .await?;
            Ok(wake_cancellation(ports, id).await?)
        }
        // Our own earlier call went through and its answer was lost: the card is there, its code is not. WeChat may also
        // tell it by the invoice that is in a wallet already, which is ours unless another delivery brought it.
        Err(error) if asked_before && (error.advice == Advice::AlreadyDone || is_ours) => {
            ports
                .store
                .record_inserted(id, None, "", json!({ "reconciled": error.code }))
                .await?;
            Ok(wake_cancellation(ports, id).await?)
        }
        Err(error) if error.advice == Advice::AlreadyDone => Err(StepError::parked(
            "order_id_used",
            format!(
                "微信称该授权单号已被使用，但不是本系统所为，请核对：{id}（{0}） / WeChat says the order id {id} was used before \
                 ({0}), but not by us; compare the ledgers",
                error.code
            ),
        )),
        Err(mut error) if is_young(&error.code) => {
            match until_usable(template.created_at, ports.clock.now()) {
                Some(after) => Err(StepError::not_yet(
                    after,
                    young_template(&error.code, template.created_at),
                )),
                // No longer young: something else is wrong with it, or the buyer is not on the white list of an
                // account under test.
                None => {
                    error.advice = Advice::NeedsPerson;
                    Err(error.into())
                }
            }
        }
        Err(error) if lost_media(&error.code) => {
            // Forget the upload; the next try makes another.
            ports.store.record_media(id, "", ports.clock.now()).await?;
            Err(StepError::not_yet(
                2,
                format!(
                    "微信已没有上传的 PDF（{code}），正在重新上传 / WeChat lost the uploaded PDF, {code}; uploading it again",
                    code = error.code
                ),
            ))
        }
        Err(error) => Err(error.into()),
    }
}

/// Order id and app id under which WeChat knows a delivery: our own, or those of the merchant whose platform we are.
async fn known_to_wechat_as(
    ports: &Ports,
    delivery: &Delivery,
) -> Result<(String, String), StepError> {
    if let Some(request) = ports.store.partner_request_of(&delivery.id).await? {
        return Ok((request.outside_order, request.app_id));
    }
    let account = ports.store.account(&delivery.account).await?;
    let account = account.ok_or_else(|| {
        StepError::parked(
            "account_missing",
            "所用的微信账号已不存在，请恢复后重试 / the WeChat account of this delivery is gone; restore it and retry",
        )
    })?;
    Ok((delivery.order_id_at_wechat().to_owned(), account.app_id))
}

async fn upload_pdf(
    ports: &Ports,
    account: &crate::records::Account,
    invoice: &Invoice,
    delivery: &DeliveryId,
) -> Result<String, StepError> {
    let documents = ports.store.documents(&invoice.id).await?;
    let pdf = documents
        .iter()
        .find(|document| document.format == "pdf")
        .ok_or_else(|| StepError::not_yet(2, "PDF 还没有生成 / the PDF is not rendered yet"))?;
    let bytes = ports.files.get(&pdf.sha256).await?.ok_or_else(|| {
        StepError::parked(
            "document_missing",
            format!(
                "文件存储中缺少该发票的文件，请从备份恢复后重试：{0} / the file store has no file {0}; restore it from a backup and retry",
                pdf.sha256
            ),
        )
    })?;
    let media = ports.platform.upload_pdf(account, bytes).await?;
    ports
        .store
        .record_media(delivery, &media, ports.clock.now())
        .await?;
    // An official file may have taken its place since: whoever attaches it forgets the uploads that are noted.
    let leads = ports.store.documents(&invoice.id).await?;
    if leads
        .iter()
        .any(|it| it.format == "pdf" && it.sha256 != pdf.sha256)
    {
        ports
            .store
            .record_media(delivery, "", ports.clock.now())
            .await?;
        return Err(StepError::not_yet(
            1,
            "官方文件刚刚上传，改用它 / an official file was attached meanwhile; it is used instead",
        ));
    }
    Ok(media)
}

/// Whether another delivery of the same invoice has its card in a wallet.
async fn is_brought_elsewhere(
    ports: &Ports,
    id: &DeliveryId,
    invoice: &InvoiceId,
) -> Result<bool, StoreError> {
    let cards = ports.store.cards_of(invoice).await?;
    Ok(cards.iter().any(|it| {
        it.delivery != *id && it.state.is_delivered() && it.state != CardState::Cancelled
    }))
}

async fn is_offset(ports: &Ports, id: &InvoiceId) -> Result<bool, StoreError> {
    let found = ports.store.invoices_by_id(std::slice::from_ref(id)).await?;
    Ok(found.iter().any(|it| it.state == InvoiceState::FullyRed))
}

async fn mark_offset(ports: &Ports, id: &DeliveryId) -> Result<(), StepError> {
    end(ports, id, TAKEN_BACK, true).await?;
    Ok(())
}

/// The shop and the buyer see that the card did not come; the invoice stays issued and downloadable.
async fn mark_failed(ports: &Ports, id: &DeliveryId, reason: &str) -> Result<(), StoreError> {
    end(ports, id, reason, false).await
}

/// The delivery ends without a card; `told` when the buyer, who agreed, reads so at WeChat.
async fn end(ports: &Ports, id: &DeliveryId, reason: &str, told: bool) -> Result<(), StoreError> {
    let Some(delivery) = ports.store.delivery(&Scope::All, id).await? else {
        return Ok(());
    };
    let to = match delivery.state {
        DeliveryState::Authorised if told => DeliveryState::Refused,
        DeliveryState::Issuing => DeliveryState::Failed,
        _ => return Ok(()),
    };
    let reject = told.then(|| {
        let job = Job::RejectAuthorisation(id.clone());
        QueuedJob::now(job, Some(delivery.seller.clone()))
    });
    let change = DeliveryChange {
        id: id.clone(),
        expected_version: delivery.version,
        from: delivery.state,
        to,
        reason: reason.to_owned(),
        refusal_url: None,
        authorisation: None,
        then: reject.into_iter().collect(),
        actor: Actor::WeChat,
        note: json!({}),
    };
    match ports.store.change_delivery(change, None).await {
        Ok(_) | Err(StoreError::Stale { .. }) => Ok(()),
        Err(error) => Err(error),
    }
}
