//! What the external platform says about a request, checked and written down: the same for answers and callbacks.

use super::{
    RequestResult, WireInvoice, WireState,
    ask::{question, unexpected},
    offset_ask::follow_late_card,
};
use crate::{
    actor::Actor,
    errors::{Advice, OutsideError, StoreError},
    idempotency::fingerprint,
    jobs::{Job, QueuedJob},
    keeping::keep,
    platform::received::carries,
    ports::{DeliveryChange, Ports, Received, Scope},
    records::{Gateway, Invoice, PlatformRequest},
    step::StepError,
};
use chrono::{DateTime, Utc};
use fapiao_domain::{delivery::DeliveryState, ids::Id};
use serde_json::json;

/// Whether more is to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stands {
    /// More is to come.
    Open,
    /// Nothing more is awaited.
    Ended,
}

/// Whether WeChat knows the delivery under this id: after a payment it is WeChat's own.
async fn is_known_as(
    ports: &Ports,
    id: &fapiao_domain::ids::DeliveryId,
    order_id: &str,
) -> Result<bool, StoreError> {
    let delivery = ports.store.delivery(&Scope::All, id).await?;
    Ok(delivery.is_some_and(|it| it.order_id_at_wechat() == order_id))
}

/// Acts on what the platform says. Safe to repeat, and in any order: what is older than what was seen changes nothing.
pub(super) async fn apply(
    ports: &Ports,
    gateway: &Gateway,
    request: &PlatformRequest,
    result: RequestResult,
) -> Result<Stands, StepError> {
    let id = &request.delivery;
    if result.order_id != id.as_str() && !is_known_as(ports, id, &result.order_id).await? {
        return Err(differs(format!(
            "the platform speaks of order id {} in the answer about {id}",
            result.order_id
        )));
    }
    if result.version < request.answer_version {
        return Ok(
            if matches!(request.state.as_str(), "delivered" | "refused") {
                Stands::Ended
            } else {
                Stands::Open
            },
        );
    }
    let stands = match (result.state, &result.invoice) {
        (WireState::Accepted | WireState::Issuing, _) => Stands::Open,
        (WireState::Refused, _) | (WireState::Failed, None) => {
            let reject = Job::RejectAuthorisation(id.clone());
            let then = vec![QueuedJob::now(reject, Some(request.seller.clone()))];
            ports
                .store
                .record_request_refused(id, &result.reason, then)
                .await?;
            // The store noted the end with its reason.
            return Ok(Stands::Ended);
        }
        (WireState::Issued | WireState::Delivered, None) => {
            return Err(differs(format!(
                "the platform reports `{}` without an invoice",
                result.state.as_str()
            )));
        }
        (_, Some(issued)) => {
            take_invoice(ports, gateway, request, &result.id, issued).await?;
            match result.state {
                // A wallet without our own copy of the paper is not the end: its PDF is asked for like any other news.
                WireState::Delivered if issued.pdf.is_none() => Stands::Open,
                WireState::Delivered => {
                    take_card(ports, request, &result).await?;
                    Stands::Ended
                }
                WireState::Failed => {
                    fail(ports, request, &result.reason).await?;
                    Stands::Ended
                }
                _ => Stands::Open,
            }
        }
    };
    let state = match (result.state, stands) {
        (WireState::Delivered, Stands::Open) => WireState::Issued,
        (state, _) => state,
    };
    ports
        .store
        .note_answer(id, state.as_str(), &result.reason, result.version)
        .await?;
    Ok(stands)
}

/// The invoice takes the platform's number, and its PDF is fetched.
async fn take_invoice(
    ports: &Ports,
    gateway: &Gateway,
    request: &PlatformRequest,
    remote_id: &str,
    issued: &WireInvoice,
) -> Result<(), StepError> {
    let invoice = ports
        .store
        .invoices_by_id(std::slice::from_ref(&request.invoice))
        .await?
        .pop()
        .ok_or_else(|| StoreError::NotFound {
            what: format!("invoice {}", request.invoice),
        })?;
    if !issued.totals.same_as(&invoice.totals) {
        return Err(differs(format!(
            "the platform issued {} over {}, but {} was asked for",
            issued.number, issued.totals.total, invoice.totals.total
        )));
    }
    let received = Received {
        invoice: invoice.id.clone(),
        number: whole_number(&issued.number)?.to_owned(),
        issued_at: moment(&issued.issued_at)?,
    };
    let note = json!({ "platform": gateway.platform_name, "request": remote_id });
    match ports.store.record_received(received, note).await {
        Ok(()) => {}
        Err(StoreError::Exists { what }) => return Err(differs(what)),
        Err(error) => return Err(error.into()),
    }
    fetch_paper(ports, gateway, &invoice, issued).await
}

/// 20 digits.
pub(super) fn whole_number(text: &str) -> Result<&str, StepError> {
    if text.len() == 20 && text.bytes().all(|it| it.is_ascii_digit()) {
        return Ok(text);
    }
    Err(differs(format!(
        "`{}` is not a number of 20 digits",
        text.chars().take(40).collect::<String>()
    )))
}

/// A moment of the contract.
pub(super) fn moment(text: &str) -> Result<DateTime<Utc>, StepError> {
    DateTime::parse_from_rfc3339(text)
        .map(|at| at.with_timezone(&Utc))
        .map_err(|_| differs("the issue time cannot be read".to_owned()))
}

/// Fetches the PDF once, and believes it only when its hash is the announced one and it carries number and amount.
pub(super) async fn fetch_paper(
    ports: &Ports,
    gateway: &Gateway,
    invoice: &Invoice,
    issued: &WireInvoice,
) -> Result<(), StepError> {
    let Some(pdf) = &issued.pdf else {
        return Ok(());
    };
    let known = ports.store.documents(&invoice.id).await?;
    if let Some(known) = known.iter().find(|it| it.format == "pdf") {
        return if known.sha256 == pdf.sha256 {
            Ok(())
        } else {
            Err(differs(
                "the platform now announces another PDF than the one it gave before".to_owned(),
            ))
        };
    }
    // A signed call goes to the platform only.
    let path = Some(pdf.url.as_str())
        .filter(|path| path.starts_with("/v1/"))
        .ok_or_else(|| differs("the PDF lies outside the gateway's own address".to_owned()))?;
    let answer = question(ports, gateway, path).await?;
    if answer.status != 200 {
        return Err(unexpected(&answer));
    }
    if fingerprint(&answer.body) != pdf.sha256 {
        return Err(OutsideError::new(
            "platform",
            "hash",
            "the fetched PDF is not the announced one",
            Advice::Retry { after: None },
        )
        .into());
    }
    let total = invoice.totals.total;
    if let Err(why) = carries(ports, "platform", &answer.body, &issued.number, total).await? {
        return Err(differs(format!("the platform's PDF: {why}")));
    }
    let document = keep(ports, &invoice.id, "pdf", "received", answer.body).await?;
    let mut then = Vec::new();
    if ports.mailer.is_enabled() && !invoice.title.email.is_empty() {
        let mail = Job::MailInvoice(invoice.id.clone());
        then.push(QueuedJob::now(mail, Some(invoice.seller.clone())));
    }
    ports
        .store
        .record_documents(&invoice.id, vec![document], then)
        .await?;
    Ok(())
}

async fn take_card(
    ports: &Ports,
    request: &PlatformRequest,
    result: &RequestResult,
) -> Result<(), StepError> {
    let card = result.card.as_ref();
    let code = card.map(|it| it.code.as_str()).filter(|it| !it.is_empty());
    let (template, openid) = card.map_or(("", ""), |it| (it.card_id.as_str(), it.openid.as_str()));
    ports
        .store
        .record_outside_card(
            &request.delivery,
            template,
            code,
            openid,
            json!({ "request": result.id }),
        )
        .await?;
    Ok(follow_late_card(ports, request).await?)
}

/// The card did not come; the invoice stays issued and can be downloaded.
async fn fail(ports: &Ports, request: &PlatformRequest, reason: &str) -> Result<(), StepError> {
    let Some(delivery) = ports.store.delivery(&Scope::All, &request.delivery).await? else {
        return Ok(());
    };
    if delivery.state != DeliveryState::Issuing {
        return Ok(());
    }
    let change = DeliveryChange {
        id: delivery.id.clone(),
        expected_version: delivery.version,
        from: delivery.state,
        to: DeliveryState::Failed,
        reason: reason.to_owned(),
        refusal_url: None,
        authorisation: None,
        then: Vec::new(),
        actor: Actor::Gateway,
        note: json!({}),
    };
    match ports.store.change_delivery(change, None).await {
        Ok(_) | Err(StoreError::Stale { .. }) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Two parties disagree about a legal document: a person has to look.
pub(super) fn differs(what: String) -> StepError {
    StepError::parked(
        "platform_differs",
        format!("{what}; clear it up with the platform, then retry"),
    )
}
