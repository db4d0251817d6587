//! The platform's end: who asks, and what becomes of a request. Each partner sees only its own.

use super::{
    InvoiceRequest, RequestResult, Signed, key_purpose,
    report::result_of,
    signature::{WINDOW_SECS, verify},
};
use crate::{
    actor::Actor,
    errors::{OutsideError, StoreError},
    fields::FieldError,
    idempotency::fingerprint,
    ids::{fresh, short_code},
    merchant::{
        drafts::OrderDraft,
        intake::IntakeDesk,
        orders::{Caller, OrderError, PAGE_LIFE_HOURS},
    },
    ports::{AcceptedRequest, NewDelivery, NewPartnerRequest, Ports, Scope},
    records::{Partner, PartnerRequest, RawTitleRecord},
};
use bytes::Bytes;
use chrono::TimeDelta;
use fapiao_domain::{
    delivery::{Channel, PageType},
    ids::{Id, RequestId},
    party::TitleKind,
    title::{RawTitle, check_title},
};
use thiserror::Error;

/// Most lines of a request.
const LINES_MAX: usize = 2000;

/// Why a call is not answered.
#[derive(Debug, Error)]
pub enum Denied {
    /// It is not signed by a live key: one uniform refusal.
    #[error("the call was refused: {0}")]
    Refused(String),
    /// The partner may not ask at the moment.
    #[error("partner {0} is suspended")]
    Suspended(String),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why a request is not taken on.
#[derive(Debug, Error)]
pub enum Refusal {
    /// Wrong members, or an invoice that cannot be issued like this.
    #[error("the request has {} fault(s)", .0.len())]
    Invalid(Vec<FieldError>),
    /// Not with this key.
    #[error("{0}")]
    NotPermitted(String),
    /// No such request of this partner.
    #[error("there is no request with the order id {0}")]
    UnknownOrder(String),
    /// The offset's number was used for another content.
    #[error("offset {0} was sent before with another content")]
    OffsetNoTaken(String),
    /// The order id was used for another content.
    #[error("order id {0} was sent before with another content")]
    OrderIdTaken(String),
    /// The platform is not set up completely.
    #[error("the platform is not ready: {0}")]
    NotReady(String),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Finds out who calls. The nonce is used up.
///
/// # Errors
/// [`Denied`].
pub async fn authenticate(
    ports: &Ports,
    key_id: &str,
    call: &Signed<'_>,
    signature: &str,
) -> Result<Partner, Denied> {
    let refused = |why: &str| Denied::Refused(why.to_owned());
    let key = ports.store.partner_key(key_id).await?;
    let key = key.ok_or_else(|| refused("no partner has this key"))?;
    if key.revoked_at.is_some() {
        return Err(refused("the key was revoked"));
    }
    let secret = ports
        .sealer
        .open(&key_purpose(&key.id), &key.secret)
        .ok_or_else(|| refused("the stored key cannot be opened"))?;
    let now = ports.clock.now();
    verify(&secret, call, signature, now.timestamp())
        .map_err(|error| Denied::Refused(error.to_string()))?;
    let until = now + TimeDelta::seconds(2 * WINDOW_SECS);
    if !ports.store.use_nonce(&key.id, call.nonce, until).await? {
        return Err(refused("the nonce was used before"));
    }
    let partner = ports.store.partner(&key.partner).await?;
    let partner = partner.ok_or_else(|| refused("the key's partner is gone"))?;
    ports.store.touch_partner_key(&key.id, now).await?;
    if !partner.active {
        return Err(Denied::Suspended(partner.name));
    }
    Ok(partner)
}

/// Takes a request on. `true` when it is new; the same again gets where it stands.
///
/// # Errors
/// [`Refusal`]; nothing is written then.
pub async fn take_request(
    ports: &Ports,
    partner: &Partner,
    body: &[u8],
) -> Result<(bool, RequestResult), Refusal> {
    let wanted: InvoiceRequest = serde_json::from_slice(body)
        .map_err(|error| invalid("", "E_JSON", format!("the body is not a request: {error}")))?;
    let fingerprint = fingerprint(&serde_json::to_vec(&wanted).unwrap_or_default());
    let order_id = wanted.order_id.as_str();
    let known = ports
        .store
        .partner_request_by_order(&partner.id, order_id)
        .await?;
    if let Some(known) = known {
        return again(ports, &known, &fingerprint).await;
    }
    let new = decide(ports, partner, &wanted, fingerprint.clone()).await?;
    let request = new.request.clone();
    match ports.store.accept_partner_request(new).await? {
        AcceptedRequest::New => Ok((true, result_of(ports, &request).await?)),
        AcceptedRequest::Known(known) => again(ports, &known, &fingerprint).await,
    }
}

async fn again(
    ports: &Ports,
    known: &PartnerRequest,
    fingerprint: &str,
) -> Result<(bool, RequestResult), Refusal> {
    if known.fingerprint != fingerprint {
        return Err(Refusal::OrderIdTaken(known.outside_order.clone()));
    }
    Ok((false, result_of(ports, known).await?))
}

/// Checks everything that can be checked before the buyer waits for it.
async fn decide(
    ports: &Ports,
    partner: &Partner,
    wanted: &InvoiceRequest,
    fingerprint: String,
) -> Result<NewPartnerRequest, Refusal> {
    let seller = ports.store.seller(&partner.seller).await?;
    let seller = seller.ok_or_else(|| Refusal::NotReady("the seller is gone".to_owned()))?;
    let store = ports.store.store(&partner.store).await?;
    let store = store.ok_or_else(|| Refusal::NotReady("the partner's store is gone".to_owned()))?;
    let account = seller.platform_account.clone();
    let account = account
        .ok_or_else(|| Refusal::NotReady("the seller has no platform account".to_owned()))?;
    if wanted.seller_tax_number != seller.party.tax_number {
        return Err(Refusal::NotPermitted(
            "this key issues in the name of another tax number".to_owned(),
        ));
    }
    if !partner.app_ids.contains(&wanted.app_id) {
        return Err(Refusal::NotPermitted(format!(
            "app id {} is not registered for this merchant",
            wanted.app_id
        )));
    }
    let fits = |byte: u8| byte.is_ascii_graphic();
    if !(1..=32).contains(&wanted.order_id.len()) || !wanted.order_id.bytes().all(fits) {
        let what = "WeChat's order id has 1 to 32 visible ASCII characters";
        return Err(invalid("/order_id", "E_ORDER_ID", what));
    }
    if wanted.lines.len() > LINES_MAX {
        let what = format!("at most {LINES_MAX} lines");
        return Err(invalid("/lines", "E_LINES", what));
    }
    let title = title_of(wanted)?;
    let draft = OrderDraft {
        store: store.code.clone(),
        order_no: wanted.order_id.clone(),
        lines: wanted.lines.iter().map(super::WireLine::draft).collect(),
        remark: wanted.remark.clone(),
        ..OrderDraft::default()
    };
    let caller = Caller {
        actor: Actor::Gateway,
        scope: Scope::Store(store.id),
        source: "partner",
    };
    let mut desk = IntakeDesk::open(ports).await?;
    let mut order = match desk.read(ports, &caller, &draft).await {
        Ok(order) => order,
        Err(OrderError::Invalid(errors)) => return Err(Refusal::Invalid(errors)),
        Err(OrderError::Store(error)) => return Err(error.into()),
        Err(other) => return Err(Refusal::NotReady(other.to_string())),
    };
    if let Some(what) = wanted.totals.unlike(&order.order.totals) {
        return Err(invalid("/totals", "E_TOTALS", what));
    }
    let now = ports.clock.now();
    let delivery = NewDelivery {
        id: fresh(now),
        account,
        channel: Channel::Web,
        page: PageType::Confirm,
        short_code: short_code(),
        return_url: String::new(),
        expires_at: now + TimeDelta::hours(PAGE_LIFE_HOURS),
        raw_title: Some(title),
        invoice: None,
        part: None,
    };
    let request = PartnerRequest {
        id: fresh::<RequestId>(now),
        partner: partner.id.clone(),
        outside_order: wanted.order_id.clone(),
        app_id: wanted.app_id.clone(),
        fingerprint,
        order: order.order.id.clone(),
        delivery: delivery.id.clone(),
        reported: String::new(),
        reported_at: None,
        trouble: String::new(),
        created_at: now,
    };
    order.order.state = fapiao_domain::order::OrderState::Delivering;
    order.deliveries = vec![delivery];
    let body = serde_json::json!({
        "order_no": wanted.order_no,
        "contact": wanted.contact,
        "totals": { "total": wanted.totals.total },
    });
    Ok(NewPartnerRequest {
        request,
        body: body.to_string(),
        order,
    })
}

/// The title, refused here and now where it cannot be printed.
fn title_of(wanted: &InvoiceRequest) -> Result<RawTitleRecord, Refusal> {
    let kind = match wanted.title.kind.as_str() {
        "person" => TitleKind::Person,
        "organisation" => TitleKind::Organisation,
        "no_number" => TitleKind::NoNumber,
        _ => {
            let what = "person, organisation or no_number";
            return Err(invalid("/title/kind", "E_CHOICE", what));
        }
    };
    let mut record = wanted.title.record();
    let raw = RawTitle {
        kind: Some(kind),
        name: record.name.clone(),
        tax_number: record.tax_number.clone(),
        address: record.address.clone(),
        phone: record.phone.clone(),
        bank: record.bank.clone(),
        bank_account: record.bank_account.clone(),
        email: String::new(),
    };
    check_title(&raw).map_err(|errors| {
        let errors = errors
            .into_iter()
            .map(|it| FieldError::of_title("/title", it, &raw.tax_number));
        Refusal::Invalid(errors.collect())
    })?;
    if kind == TitleKind::NoNumber {
        // The pipeline reads a title without a number only where somebody vouches for it.
        record.override_reason = "the merchant's request says so".to_owned();
    }
    Ok(record)
}

pub(super) fn invalid(pointer: &str, code: &str, message: impl Into<String>) -> Refusal {
    Refusal::Invalid(vec![FieldError::new(pointer, code, message.into())])
}

/// A partner's own request, by its order id or by our id.
///
/// # Errors
/// [`StoreError`]; `None` also when it is another partner's.
pub async fn request_of(
    ports: &Ports,
    partner: &Partner,
    id: &str,
) -> Result<Option<PartnerRequest>, StoreError> {
    if let Ok(id) = RequestId::parse(id) {
        let found = ports.store.partner_request(&id).await?;
        if let Some(found) = found.filter(|it| it.partner == partner.id) {
            return Ok(Some(found));
        }
    }
    ports.store.partner_request_by_order(&partner.id, id).await
}

/// The PDF of a partner's request; `None` while there is none.
///
/// # Errors
/// The database, or the file store as an unavailable database.
pub async fn pdf_of(ports: &Ports, request: &PartnerRequest) -> Result<Option<Bytes>, StoreError> {
    let delivery = ports.store.delivery(&Scope::All, &request.delivery).await?;
    let Some(invoice) = delivery.and_then(|it| it.invoice) else {
        return Ok(None);
    };
    let documents = ports.store.documents(&invoice).await?;
    let Some(pdf) = documents.into_iter().find(|it| it.format == "pdf") else {
        return Ok(None);
    };
    let outside = |error: OutsideError| StoreError::Unavailable(Box::new(error));
    ports.files.get(&pdf.sha256).await.map_err(outside)
}
