//! Where a partner's request stands, and telling the partner.

use super::{RequestResult, WireCard, WireInvoice, WirePdf, WireState, WireTotals, key_purpose};
use crate::{
    errors::{Advice, OutsideError, StoreError},
    ports::{GatewayCall, Ports, Scope},
    records::{Card, Delivery, Invoice, Partner, PartnerKey, PartnerRequest},
    step::StepError,
};
use chrono::SecondsFormat;
use fapiao_domain::{delivery::DeliveryState, ids::RequestId};

/// Where a request stands, from its delivery, invoice, documents and card.
///
/// # Errors
/// [`StoreError`].
pub async fn result_of(
    ports: &Ports,
    request: &PartnerRequest,
) -> Result<RequestResult, StoreError> {
    let delivery = ports
        .store
        .delivery(&Scope::All, &request.delivery)
        .await?
        .ok_or_else(|| StoreError::NotFound {
            what: format!("delivery {}", request.delivery),
        })?;
    let invoice = match &delivery.invoice {
        Some(id) => ports
            .store
            .invoices_by_id(std::slice::from_ref(id))
            .await?
            .pop(),
        None => None,
    };
    let card = ports.store.card(&request.delivery).await?;
    // Each of them only rises.
    let mut version = delivery.version
        + invoice.as_ref().map_or(0, |it| it.version)
        + card.as_ref().map_or(0, |it| it.version);
    let issued = match &invoice {
        Some(invoice) if invoice.state.is_issued() => {
            let documents = ports.store.documents(&invoice.id).await?;
            version += i64::try_from(documents.len()).unwrap_or(0);
            let pdf = documents
                .into_iter()
                .find(|it| it.format == "pdf")
                .map(|it| WirePdf {
                    url: format!("/v1/requests/{}/file.pdf", request.id),
                    sha256: it.sha256,
                    size: it.size,
                });
            wire_invoice(invoice, pdf)
        }
        _ => None,
    };
    let state = state_of(&delivery, issued.is_some());
    Ok(RequestResult {
        id: request.id.to_string(),
        order_id: request.outside_order.clone(),
        reason: reason_of(&delivery, state),
        state,
        version,
        card: card
            .filter(|_| state == WireState::Delivered)
            .map(wire_card),
        invoice: issued,
    })
}

fn state_of(delivery: &Delivery, is_issued: bool) -> WireState {
    match delivery.state {
        DeliveryState::Created | DeliveryState::PageOpened | DeliveryState::Authorised => {
            WireState::Accepted
        }
        DeliveryState::Issuing if is_issued => WireState::Issued,
        DeliveryState::Issuing => WireState::Issuing,
        DeliveryState::Carded => WireState::Delivered,
        DeliveryState::Refused => WireState::Refused,
        DeliveryState::Expired | DeliveryState::Failed => WireState::Failed,
    }
}

fn reason_of(delivery: &Delivery, state: WireState) -> String {
    match (state, delivery.reason.as_str()) {
        (WireState::Failed, "") if delivery.state == DeliveryState::Expired => {
            "WeChat did not confirm the buyer's agreement in time".to_owned()
        }
        (WireState::Refused | WireState::Failed, reason) => reason.to_owned(),
        _ => String::new(),
    }
}

fn wire_invoice(invoice: &Invoice, pdf: Option<WirePdf>) -> Option<WireInvoice> {
    Some(WireInvoice {
        number: invoice.identity.as_ref()?.number().to_owned(),
        issued_at: invoice
            .issued_at?
            .to_rfc3339_opts(SecondsFormat::Secs, true),
        totals: WireTotals::of(&invoice.totals),
        pdf,
    })
}

fn wire_card(card: Card) -> WireCard {
    WireCard {
        card_id: card.template,
        code: card.code,
        openid: card.openid,
    }
}

/// Tells a partner where its request stands, unless it knows.
///
/// # Errors
/// [`StepError`]; what could not be told is tried again with back-off, and the partner's own questions find it anyway.
pub async fn report_result(ports: &Ports, id: &RequestId) -> Result<(), StepError> {
    let Some(request) = ports.store.partner_request(id).await? else {
        return Ok(());
    };
    let Some(partner) = ports.store.partner(&request.partner).await? else {
        return Ok(());
    };
    if partner.callback_url.is_empty() {
        return Ok(());
    }
    let result = result_of(ports, &request).await?;
    let news = format!("{} {}", result.state.as_str(), result.version);
    if request.reported == news {
        return Ok(());
    }
    let body =
        serde_json::to_string(&result).map_err(|error| StoreError::Corrupt(error.to_string()))?;
    match tell(ports, &partner, body).await? {
        Ok(()) => Ok(ports.store.record_report(id, &news, "").await?),
        Err(failure) => {
            ports.store.record_report(id, "", &failure.message).await?;
            Err(outside_of(failure))
        }
    }
}

/// The same news again is harmless, and a merchant that is down comes back.
pub(super) fn outside_of(failure: OutsideError) -> StepError {
    let advice = Advice::Retry { after: None };
    OutsideError { advice, ..failure }.into()
}

/// The key that the partner knows: of the live ones that it called with last, or the newest before its first call. While
/// keys are changed over there are two, and the new one may not have arrived yet.
fn in_use(keys: Vec<PartnerKey>) -> Option<PartnerKey> {
    let live = keys.into_iter().filter(|it| it.revoked_at.is_none());
    live.max_by_key(|it| (it.last_used_at, it.created_at))
}

/// Calls a partner's callback address, signed with the partner's own key. The inner error is that of the call.
pub(super) async fn tell(
    ports: &Ports,
    partner: &Partner,
    body: String,
) -> Result<Result<(), OutsideError>, StepError> {
    let live = in_use(ports.store.partner_keys(&partner.id).await?);
    let opened = live.and_then(|key| {
        let secret = ports.sealer.open(&key_purpose(&key.id), &key.secret)?;
        Some((key.id, secret))
    });
    let Some((key_id, secret)) = opened else {
        return Err(StepError::parked(
            "no_partner_key",
            format!(
                "合作商户没有可用的密钥，结果无法签名发出：请为 {0} 新建密钥后重试 / merchant {0} has no live key to sign \
                 the result with; make one, then retry",
                partner.id
            ),
        ));
    };
    let call = GatewayCall {
        method: "POST",
        url: partner.callback_url.clone(),
        body,
        key_id,
        secret,
    };
    Ok(match ports.gateways.call(call).await {
        Ok(answer) if (200..300).contains(&answer.status) => Ok(()),
        Ok(answer) => Err(OutsideError::new(
            "merchant",
            answer.status.to_string(),
            format!("the merchant's callback answered HTTP {}", answer.status),
            Advice::Retry { after: None },
        )),
        Err(error) => Err(error),
    })
}
