//! The merchant's end: a request goes to the external platform, once for certain, and is followed until its end.

use super::{
    InvoiceRequest, RequestResult, WireState, WireTitle, WireTotals,
    apply::{Stands, apply},
    key_purpose,
    wire_lines::lines_for,
};
use crate::{
    errors::{Advice, OutsideError, StoreError},
    jobs::{Job, QueuedJob},
    ports::{GatewayAnswer, GatewayCall, Ports, RequestSent},
    records::{Delivery, Gateway, Invoice, Order, PlatformRequest},
    step::StepError,
};
use chrono::TimeDelta;
use fapiao_domain::ids::{DeliveryId, SellerId};
use serde_json::Value;

/// Seconds until the first question about a request that was taken on: as a rule the callback is quicker.
const FIRST_QUESTION_SECS: u32 = 5;
/// Days after which a request without an end is for a person.
const PATIENCE_DAYS: i64 = 30;

/// The body of the request for an invoice, as it is sent however often.
///
/// # Errors
/// [`StepError`].
pub async fn request_body(
    ports: &Ports,
    delivery: &Delivery,
    order: &Order,
    invoice: &Invoice,
) -> Result<String, StepError> {
    let account = ports.store.account(&delivery.account).await?;
    let account = account.ok_or_else(|| {
        StepError::parked(
            "account_missing",
            "所用的微信账号已不存在，请恢复后重试 / the WeChat account of this delivery is gone; restore it and retry",
        )
    })?;
    let request = InvoiceRequest {
        order_id: delivery.order_id_at_wechat().to_owned(),
        app_id: account.app_id,
        seller_tax_number: invoice.seller_party.tax_number.clone(),
        order_no: order.order_no.clone(),
        title: WireTitle::of(&invoice.title),
        lines: lines_for(order, invoice)?,
        totals: WireTotals::of(&invoice.totals),
        remark: order.remark.clone(),
        contact: invoice.seller_party.phone.clone(),
    };
    serde_json::to_string(&request).map_err(|error| StoreError::Corrupt(error.to_string()).into())
}

/// Sends a request. Once it may have been sent, the platform is asked whether it has it before it is sent again.
///
/// # Errors
/// [`StepError`].
pub async fn send_request(ports: &Ports, id: &DeliveryId) -> Result<(), StepError> {
    let Some(request) = ports.store.platform_request(id).await? else {
        return Ok(());
    };
    let may_be_there = match request.state.as_str() {
        "ready" => false,
        "asked" | "unknown" => true,
        _ => return Ok(()),
    };
    let gateway = gateway_of(ports, &request.seller).await?;
    if may_be_there && let Some(result) = look_up(ports, &gateway, &request).await? {
        return taken(ports, &request, result).await;
    }
    ports
        .store
        .record_request(id, RequestSent::Asked, Vec::new())
        .await?;
    let sent = call(ports, &gateway, "POST", "/v1/requests", &request.body).await;
    let answer = match sent {
        Ok(answer) => answer,
        Err(error) => {
            if error.advice == Advice::OutcomeUnknown {
                ports
                    .store
                    .record_request(id, RequestSent::Unknown, Vec::new())
                    .await?;
            }
            return Err(error.into());
        }
    };
    match answer.status {
        200..=202 => taken(ports, &request, read_as(&answer)?).await,
        422 => {
            let reason = told(&answer);
            let reject = Job::RejectAuthorisation(id.clone());
            let then = vec![QueuedJob::now(reject, Some(request.seller.clone()))];
            ports
                .store
                .record_request_refused(id, &reason, then)
                .await?;
            Ok(())
        }
        _ => Err(unexpected(&answer)),
    }
}

/// The platform has it: follow it, at once where it is beyond the beginning.
async fn taken(
    ports: &Ports,
    request: &PlatformRequest,
    result: RequestResult,
) -> Result<(), StepError> {
    let follow = Job::FollowRequest(request.delivery.clone());
    let after = match result.state {
        WireState::Accepted => FIRST_QUESTION_SECS,
        _ => 0,
    };
    let then = QueuedJob::after(follow, Some(request.seller.clone()), after);
    let sent = RequestSent::Taken {
        remote_id: result.id,
    };
    ports
        .store
        .record_request(&request.delivery, sent, vec![then])
        .await?;
    Ok(())
}

/// Asks where a request stands and acts on it, until its end.
///
/// # Errors
/// [`StepError`]; `NotYet` carries the next moment.
pub async fn follow_request(ports: &Ports, id: &DeliveryId) -> Result<(), StepError> {
    let Some(request) = ports.store.platform_request(id).await? else {
        return Ok(());
    };
    if matches!(request.state.as_str(), "delivered" | "refused") {
        return Ok(());
    }
    let gateway = gateway_of(ports, &request.seller).await?;
    let Some(result) = look_up(ports, &gateway, &request).await? else {
        return Err(StepError::parked(
            "platform_lost_request",
            "第三方平台查不到已受理的请求，请与平台核对后重试 / the platform took this request on and does not know it any more; clear it up with the platform, then retry",
        ));
    };
    let state = result.state;
    match apply(ports, &gateway, &request, result).await? {
        Stands::Ended => Ok(()),
        Stands::Open => {
            let age = ports.clock.now() - request.created_at;
            if age > TimeDelta::days(PATIENCE_DAYS) {
                return Err(StepError::parked(
                    "platform_silent",
                    format!(
                        "第三方平台长时间没有给出结果：{PATIENCE_DAYS} 天来状态一直是 {0}，请与平台联系后重试 / the platform has \
                         reported `{0}` for {PATIENCE_DAYS} days; ask it, then retry",
                        state.as_str()
                    ),
                ));
            }
            Err(StepError::not_yet(
                next_question(age),
                format!(
                    "第三方平台的状态为 {0} / the platform reports `{0}`",
                    state.as_str()
                ),
            ))
        }
    }
}

/// Callbacks bring the news; questions find what they lost.
pub(super) fn next_question(age: TimeDelta) -> u32 {
    match age.num_seconds() {
        ..60 => 5,
        60..600 => 30,
        600..7200 => 300,
        _ => 3600,
    }
}

/// What the platform knows of a request; `None` when it never got it.
async fn look_up(
    ports: &Ports,
    gateway: &Gateway,
    request: &PlatformRequest,
) -> Result<Option<RequestResult>, StepError> {
    let path = format!("/v1/requests/{}", name_of(request)?);
    let answer = question(ports, gateway, &path).await?;
    match answer.status {
        200 => Ok(Some(read_as(&answer)?)),
        404 => Ok(None),
        _ => Err(unexpected(&answer)),
    }
}

/// What the platform knows a request by: its own id of it, or the order id in the body, which after a payment is
/// WeChat's and not ours.
fn name_of(request: &PlatformRequest) -> Result<String, StepError> {
    if !request.remote_id.is_empty() {
        return Ok(in_path(&request.remote_id));
    }
    let body: InvoiceRequest = serde_json::from_str(&request.body)
        .map_err(|error| StoreError::Corrupt(format!("request {}: {error}", request.delivery)))?;
    Ok(in_path(&body.order_id))
}

/// A text as one segment of a path: trade numbers may carry what a path may not.
pub(super) fn in_path(text: &str) -> String {
    let mut made = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            made.push(char::from(byte));
        } else {
            made.push_str(&format!("%{byte:02X}"));
        }
    }
    made
}

/// A question: it changes nothing, so a lost answer is simply asked for again.
pub(super) async fn question(
    ports: &Ports,
    gateway: &Gateway,
    path: &str,
) -> Result<GatewayAnswer, OutsideError> {
    call(ports, gateway, "GET", path, "")
        .await
        .map_err(|mut error| {
            if error.advice == Advice::OutcomeUnknown {
                error.advice = Advice::Retry { after: None };
            }
            error
        })
}

/// The gateway of a seller.
pub(super) async fn gateway_of(ports: &Ports, seller: &SellerId) -> Result<Gateway, StepError> {
    ports.store.gateway(seller).await?.ok_or_else(|| {
        StepError::parked(
            "no_gateway",
            "开票主体没有设置第三方开票平台，请在开票主体设置中填写地址和密钥后重试 / the seller has no external platform; enter its address and key in the seller's settings, then retry",
        )
    })
}

/// A signed call below the gateway's address.
pub(super) async fn call(
    ports: &Ports,
    gateway: &Gateway,
    method: &'static str,
    path: &str,
    body: &str,
) -> Result<GatewayAnswer, OutsideError> {
    let secret = ports
        .sealer
        .open(&key_purpose(&gateway.key_id), &gateway.secret);
    let secret = secret.ok_or_else(|| {
        OutsideError::new(
            "platform",
            "key",
            "the stored key of the external platform cannot be opened; enter it again in the seller's settings",
            Advice::NeedsPerson,
        )
    })?;
    let call = GatewayCall {
        method,
        url: format!("{}{path}", gateway.base_url),
        body: body.to_owned(),
        key_id: gateway.key_id.clone(),
        secret,
    };
    ports.gateways.call(call).await
}

/// The body of an answer.
pub(super) fn read_as<T: serde::de::DeserializeOwned>(
    answer: &GatewayAnswer,
) -> Result<T, StepError> {
    serde_json::from_slice(&answer.body).map_err(|error| {
        OutsideError::new(
            "platform",
            "unreadable",
            format!("the platform's answer cannot be read: {error}"),
            Advice::Retry { after: None },
        )
        .into()
    })
}

/// The platform's own words.
pub(super) fn told(answer: &GatewayAnswer) -> String {
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let text = body["message"].as_str().unwrap_or_default().trim();
    if text.is_empty() {
        return format!("HTTP {}", answer.status);
    }
    text.chars()
        .filter(|it| !it.is_control())
        .take(300)
        .collect()
}

/// Any other status.
pub(super) fn unexpected(answer: &GatewayAnswer) -> StepError {
    let advice = match answer.status {
        408 | 425 | 429 | 500.. => Advice::Retry { after: None },
        _ => Advice::NeedsPerson,
    };
    OutsideError::new(
        "platform",
        answer.status.to_string(),
        format!(
            "the external platform answered HTTP {}: {}",
            answer.status,
            told(answer)
        ),
        advice,
    )
    .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_id_is_one_segment_of_the_path() {
        assert_eq!(
            in_path("4200001234202601019876543210"),
            "4200001234202601019876543210"
        );
        assert_eq!(in_path("a|b*c/d?e"), "a%7Cb%2Ac%2Fd%3Fe");
    }

    #[test]
    fn questions_become_rarer() {
        let after = |secs| next_question(TimeDelta::seconds(secs));
        assert_eq!(
            [after(0), after(60), after(3600), after(86_400)],
            [5, 30, 300, 3600]
        );
    }

    #[test]
    fn the_platforms_words_are_told_without_control_characters() {
        let answer = |body: &'static str| GatewayAnswer {
            status: 422,
            body: bytes::Bytes::from_static(body.as_bytes()),
        };
        assert_eq!(told(&answer("{\"message\":\"no\\nway\"}")), "noway");
        assert_eq!(told(&answer("<html>")), "HTTP 422");
    }
}
