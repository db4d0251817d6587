//! Callbacks of the external platform: verified, stored and answered at once, worked on later.

use super::{
    OffsetResult, RequestResult, Signed,
    apply::apply,
    ask::gateway_of,
    key_purpose,
    offset_ask::apply_offset,
    signature::{WINDOW_SECS, verify},
};
use crate::{
    errors::StoreError,
    idempotency::fingerprint,
    ids::fresh,
    ports::{NewNotice, Ports, Recorded},
    records::PlatformNotice,
    step::StepError,
};
use chrono::TimeDelta;
use fapiao_domain::ids::{DeliveryId, Id, NoticeId, SellerId};
use serde::Deserialize;
use thiserror::Error;

/// Why a callback is not answered with success.
#[derive(Debug, Error)]
pub enum NoticeError {
    /// It is not the platform's, or it came before. Callers answer with one uniform refusal.
    #[error("the callback was refused: {0}")]
    Refused(String),
    /// It could not be stored: no answer, so that the platform repeats it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Verifies and stores a callback. Returns only after the commit.
///
/// # Errors
/// [`NoticeError`].
pub async fn receive_notice(
    ports: &Ports,
    seller: &str,
    key_id: &str,
    call: &Signed<'_>,
    signature: &str,
) -> Result<Recorded, NoticeError> {
    let gateway = match SellerId::parse(seller) {
        Ok(seller) => ports.store.gateway(&seller).await?,
        Err(_) => None,
    };
    let Some(gateway) = gateway else {
        return Err(NoticeError::Refused(
            "no seller has this address".to_owned(),
        ));
    };
    let refused = |why: String| async {
        let body = String::from_utf8_lossy(call.body).into_owned();
        ports
            .store
            .refuse_notice(&gateway.seller, &why, &body)
            .await?;
        Err(NoticeError::Refused(why))
    };
    if key_id != gateway.key_id {
        return refused(
            "签名所用的密钥编号与设置的不同 / it names another key than the seller's".to_owned(),
        )
        .await;
    }
    let purpose = key_purpose(&gateway.key_id);
    let Some(secret) = ports.sealer.open(&purpose, &gateway.secret) else {
        return refused(
            "保存的密钥无法解封：服务器的主密钥与保存时不同 / the seller's stored key cannot be opened"
                .to_owned(),
        )
        .await;
    };
    let now = ports.clock.now();
    if let Err(error) = verify(&secret, call, signature, now.timestamp()) {
        return refused(format!("{} / {error}", error.in_chinese())).await;
    }
    let until = now + TimeDelta::seconds(2 * WINDOW_SECS);
    // Callbacks and requests are two directions of one key.
    let owner = format!("callback:{key_id}");
    if !ports.store.use_nonce(&owner, call.nonce, until).await? {
        return refused("随机串重复，是重放的推送 / its nonce was used before".to_owned()).await;
    }
    let body = match std::str::from_utf8(call.body) {
        Ok(body) => body.to_owned(),
        Err(_) => {
            return refused("内容不是 UTF-8 文本 / the body is not UTF-8 text".to_owned()).await;
        }
    };
    let notice = NewNotice {
        id: fresh(now),
        dedup_key: fingerprint(format!("{}\n{body}", gateway.seller).as_bytes()),
        seller: gateway.seller,
        body,
    };
    Ok(ports.store.record_notice(notice).await?)
}

/// Does what a stored callback says.
///
/// # Errors
/// [`StepError`].
pub async fn handle_notice(ports: &Ports, id: &NoticeId) -> Result<(), StepError> {
    let Some(notice) = ports.store.notice(id).await? else {
        return Ok(());
    };
    if notice.state != "stored" {
        return Ok(());
    }
    let about: About = serde_json::from_str(&notice.body).unwrap_or_default();
    let read = |error: serde_json::Error| {
        (
            "parked",
            format!("内容无法识别 / it cannot be read: {error}"),
        )
    };
    let (state, outcome) = if about.offset_no.is_empty() {
        match serde_json::from_str::<RequestResult>(&notice.body) {
            Err(error) => read(error),
            Ok(result) => of_request(ports, &notice, result).await?,
        }
    } else {
        match serde_json::from_str::<OffsetResult>(&notice.body) {
            Err(error) => read(error),
            Ok(result) => of_offset(ports, &notice, result).await?,
        }
    };
    ports
        .store
        .record_notice_outcome(id, state, &outcome)
        .await?;
    Ok(())
}

/// What tells a callback about an offset from one about a request.
#[derive(Default, Deserialize)]
struct About {
    #[serde(default)]
    offset_no: String,
}

type Outcome = (&'static str, String);

async fn of_request(
    ports: &Ports,
    notice: &PlatformNotice,
    result: RequestResult,
) -> Result<Outcome, StepError> {
    let request = match DeliveryId::parse(&result.order_id) {
        Ok(delivery) => ports.store.platform_request(&delivery).await?,
        // After a payment the order id is WeChat's own.
        Err(_) => match ports
            .store
            .delivery_known_as(&notice.seller, &result.order_id)
            .await?
        {
            Some(delivery) => ports.store.platform_request(&delivery.id).await?,
            None => None,
        },
    };
    let Some(request) = request.filter(|it| it.seller == notice.seller) else {
        let what = format!(
            "单号 {0} 不是该开票主体的 / order id {0} is not one of this seller's",
            result.order_id
        );
        return Ok(("ignored", what));
    };
    let gateway = gateway_of(ports, &notice.seller).await?;
    let word = result.state.as_str().to_owned();
    apply(ports, &gateway, &request, result).await?;
    Ok(("handled", word))
}

async fn of_offset(
    ports: &Ports,
    notice: &PlatformNotice,
    result: OffsetResult,
) -> Result<Outcome, StepError> {
    let known = ports
        .store
        .platform_offset_by_no(&result.offset_no)
        .await?
        .filter(|it| it.seller == notice.seller);
    let Some(offset) = known else {
        let what = format!(
            "红冲 {0} 不是该开票主体的 / offset {0} is not one of this seller's",
            result.offset_no
        );
        return Ok(("ignored", what));
    };
    let gateway = gateway_of(ports, &notice.seller).await?;
    let word = format!("{}, card: {}", result.state.as_str(), result.card.as_str());
    apply_offset(ports, &gateway, &offset, result).await?;
    Ok(("handled", word))
}
