//! The platform's end of offsets: what a partner wants taken back becomes a refund of ours.

use super::{
    OffsetCard, OffsetRequest, OffsetResult, OffsetState, Refusal, WireConfirmation, WireInvoice,
    WirePdf, WireTotals,
    report::{outside_of, tell},
    serve::invalid,
};
use crate::{
    actor::Actor,
    errors::{OutsideError, StoreError},
    fields::FieldError,
    idempotency::fingerprint,
    ids::fresh,
    merchant::{
        orders::Caller,
        refunds::{
            Asked, Extent, PlannedRefund, RefundDraft, RefundProblem, plan, plan_without,
            write_down,
        },
    },
    platform::card_life::{CardStanding, card_standing},
    ports::{AcceptedOffset, NewPartnerOffset, NewRefund, Ports, RedFormChange, Scope},
    records::{Card, Invoice, Partner, PartnerOffset, PartnerRequest, RedForm},
    step::StepError,
};
use bytes::Bytes;
use chrono::SecondsFormat;
use fapiao_domain::{
    card::CardState,
    confirmation::FormState,
    delivery::DeliveryState,
    ids::{Id, OffsetId, RedFormId},
    invoice::InvoiceState,
    money::Fen,
    red::RedReason,
    totals::Totals,
};
use rust_decimal::Decimal;
use serde_json::json;

/// How often it is planned anew when the order moved on before it was written.
const TRIES: u32 = 4;
/// Most lines of an offset.
const LINES_MAX: usize = 2000;
/// Longest number of a partner's offset.
const NO_MAX: usize = 64;
/// Longest remark.
const NOTE_MAX: usize = 200;

/// Takes an offset on. `true` when it is new; the same again gets where it stands.
///
/// # Errors
/// [`Refusal`]; nothing is written then.
pub async fn take_offset(
    ports: &Ports,
    partner: &Partner,
    body: &[u8],
) -> Result<(bool, OffsetResult), Refusal> {
    let wanted: OffsetRequest = serde_json::from_slice(body)
        .map_err(|error| invalid("", "E_JSON", format!("the body is not an offset: {error}")))?;
    let fingerprint = fingerprint(&serde_json::to_vec(&wanted).unwrap_or_default());
    let known = ports
        .store
        .partner_offset_by_no(&partner.id, &wanted.offset_no)
        .await?;
    if let Some(known) = known {
        return again(ports, &known, &fingerprint).await;
    }
    match take_new(ports, partner, &wanted, &fingerprint).await {
        Ok(answer) => Ok(answer),
        // The same was taken on while this one was looked at, and what it took is what is missing here.
        Err(refusal) => {
            let known = ports
                .store
                .partner_offset_by_no(&partner.id, &wanted.offset_no)
                .await?;
            match known {
                Some(known) => again(ports, &known, &fingerprint).await,
                None => Err(refusal),
            }
        }
    }
}

async fn take_new(
    ports: &Ports,
    partner: &Partner,
    wanted: &OffsetRequest,
    fingerprint: &str,
) -> Result<(bool, OffsetResult), Refusal> {
    let (request, draft) = read(ports, partner, wanted).await?;
    let caller = Caller {
        actor: Actor::Gateway,
        scope: Scope::Store(partner.store.clone()),
        source: "partner",
    };
    for attempt in 1..=TRIES {
        // Decided first, as if this partner's earlier offsets that came to nothing were out of the way; what staff began
        // is theirs to decide about.
        let failed = failed_of(ports, &request).await?;
        let forms: Vec<RedFormId> = failed.iter().map(|it| it.id.clone()).collect();
        let foreseen = plan_without(ports, &caller.scope, &request.order, &draft, &forms)
            .await
            .map_err(refused)?;
        compare(&foreseen, wanted)?;
        clear(ports, failed).await?;
        let planned = plan(ports, &caller.scope, &request.order, &draft)
            .await
            .map_err(refused)?;
        let form_totals = compare(&planned, wanted)?;
        let refund = write_down(ports, &caller, &draft, &planned);
        let Some(form) = refund.forms.first().filter(|it| it.totals == form_totals) else {
            return Err(Refusal::NotReady("the plan has no red letter".to_owned()));
        };
        let offset = PartnerOffset {
            id: fresh::<OffsetId>(ports.clock.now()),
            partner: partner.id.clone(),
            request: request.id.clone(),
            offset_no: wanted.offset_no.clone(),
            fingerprint: fingerprint.to_owned(),
            order: request.order.clone(),
            refund: refund.id.clone(),
            form: form.id.clone(),
            reported: String::new(),
            reported_at: None,
            trouble: String::new(),
            created_at: ports.clock.now(),
        };
        let new = NewPartnerOffset {
            offset: offset.clone(),
            refund: NewRefund {
                basis: planned.books.basis(),
                ends_waiting: false,
                refund,
            },
        };
        match ports.store.accept_partner_offset(new, &caller.actor).await {
            Ok(AcceptedOffset::New) => return Ok((true, offset_result_of(ports, &offset).await?)),
            Ok(AcceptedOffset::Known(known)) => return again(ports, &known, fingerprint).await,
            // Somebody else decided in between: what is left is worked out anew.
            Err(StoreError::Stale { .. }) if attempt < TRIES => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(Refusal::NotReady(
        "the order keeps changing; send the offset again in a moment".to_owned(),
    ))
}

async fn again(
    ports: &Ports,
    known: &PartnerOffset,
    fingerprint: &str,
) -> Result<(bool, OffsetResult), Refusal> {
    if known.fingerprint != fingerprint {
        return Err(Refusal::OffsetNoTaken(known.offset_no.clone()));
    }
    Ok((false, offset_result_of(ports, known).await?))
}

/// Reads it as a refund of the invoice behind the request.
async fn read(
    ports: &Ports,
    partner: &Partner,
    wanted: &OffsetRequest,
) -> Result<(PartnerRequest, RefundDraft), Refusal> {
    let mut errors = Vec::new();
    let fits = |byte: u8| byte.is_ascii_graphic();
    if !(1..=NO_MAX).contains(&wanted.offset_no.len()) || !wanted.offset_no.bytes().all(fits) {
        let what = format!("an offset number has 1 to {NO_MAX} visible ASCII characters");
        errors.push(FieldError::new("/offset_no", "E_OFFSET_NO", what));
    }
    let reason = RedReason::from_code(&wanted.reason);
    if reason.is_none() {
        let what = "01 wrongly issued, 02 goods returned, 03 service ended, 04 allowance";
        errors.push(FieldError::new("/reason", "E_CHOICE", what));
    }
    if wanted.lines.len() > LINES_MAX {
        let what = format!("at most {LINES_MAX} lines");
        errors.push(FieldError::new("/lines", "E_LINES", what));
    }
    if wanted.note.chars().count() > NOTE_MAX || wanted.note.chars().any(char::is_control) {
        let what = format!("at most {NOTE_MAX} characters on one line");
        errors.push(FieldError::new("/note", "E_TEXT", what));
    }
    errors.extend(FieldError::of_unseen("/note", &wanted.note));
    let asked = asked(wanted, &mut errors);
    let (Some(reason), true) = (reason, errors.is_empty()) else {
        return Err(Refusal::Invalid(errors));
    };
    let request = ports
        .store
        .partner_request_by_order(&partner.id, &wanted.order_id)
        .await?
        .ok_or_else(|| Refusal::UnknownOrder(wanted.order_id.clone()))?;
    let seller = ports.store.seller(&partner.seller).await?;
    let seller = seller.ok_or_else(|| Refusal::NotReady("the seller is gone".to_owned()))?;
    if wanted.seller_tax_number != seller.party.tax_number {
        return Err(Refusal::NotPermitted(
            "this key takes invoices of another tax number back".to_owned(),
        ));
    }
    let invoice = issued_of(ports, &request).await?.ok_or_else(|| {
        let what = "the request has no issued invoice that could be taken back";
        invalid("/order_id", "E_NOT_ISSUED", what)
    })?;
    let draft = RefundDraft {
        reason,
        asked,
        invoice: Some(invoice.id),
        replace: false,
        // Whether the rest is invoiced anew is the merchant's to decide: it sends another request then.
        reissue: false,
        // The letter is issued although an employer holds the card; the result tells that it stays.
        despite_lock: true,
        refund_no: wanted.offset_no.clone(),
        note: wanted.note.clone(),
        plan: String::new(),
    };
    Ok((request, draft))
}

fn asked(wanted: &OffsetRequest, errors: &mut Vec<FieldError>) -> Asked {
    if wanted.lines.is_empty() {
        return Asked::Everything;
    }
    let mut lines = Vec::with_capacity(wanted.lines.len());
    for (place, line) in wanted.lines.iter().enumerate().take(LINES_MAX) {
        let extent = match (line.quantity.as_str(), line.amount.as_str()) {
            ("", "") => Ok(Extent::Rest),
            (quantity, "") => quantity
                .parse::<Decimal>()
                .map(Extent::Quantity)
                .map_err(|_| ("quantity", "E_QUANTITY", "a decimal number above zero")),
            ("", amount) => Fen::parse_yuan(amount)
                .map(Extent::Amount)
                .map_err(|_| ("amount", "E_AMOUNT", "yuan with at most two decimals")),
            _ => Err(("amount", "E_CHOICE", "a quantity or an amount, not both")),
        };
        match extent {
            Ok(extent) => lines.push((line.line, extent)),
            Err((member, code, what)) => {
                errors.push(FieldError::new(
                    format!("/lines/{place}/{member}"),
                    code,
                    what,
                ));
            }
        }
    }
    Asked::Lines(lines)
}

async fn issued_of(ports: &Ports, request: &PartnerRequest) -> Result<Option<Invoice>, StoreError> {
    let delivery = ports.store.delivery(&Scope::All, &request.delivery).await?;
    let Some(id) = delivery.and_then(|it| it.invoice) else {
        return Ok(None);
    };
    let found = ports
        .store
        .invoices_by_id(std::slice::from_ref(&id))
        .await?;
    Ok(found.into_iter().next().filter(|it| it.state.is_issued()))
}

/// Confirmations of the partner's own offsets of this request that came to nothing.
async fn failed_of(ports: &Ports, request: &PartnerRequest) -> Result<Vec<RedForm>, StoreError> {
    let own = ports.store.partner_offsets_of(&request.id).await?;
    let refunds = ports.store.refunds_of(&request.order).await?;
    let failed = refunds
        .into_iter()
        .flat_map(|it| it.forms)
        .filter(|form| form.state.has_failed() && own.iter().any(|it| it.form == form.id));
    Ok(failed.collect())
}

/// An earlier offset that came to nothing is given up: the merchant begins again under a new number, and what the failed
/// one took is to be had again.
async fn clear(ports: &Ports, failed: Vec<RedForm>) -> Result<(), StoreError> {
    for form in failed {
        let change = RedFormChange {
            id: form.id,
            expected_version: form.version,
            from: form.state,
            to: FormState::GivenUp,
            identity: None,
            entered_at: None,
            message: form.message,
            then: Vec::new(),
            actor: Actor::Gateway,
            note: json!({}),
        };
        match ports.store.change_red_form(change).await {
            Ok(()) | Err(StoreError::Stale { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// One letter, with the sums that the merchant reckoned.
fn compare(planned: &PlannedRefund, wanted: &OffsetRequest) -> Result<Totals, Refusal> {
    let [letter] = planned.letters.as_slice() else {
        let what = "nothing of this invoice is left to be taken back";
        return Err(invalid("/lines", "E_NOTHING_LEFT", what));
    };
    let totals = letter.letter.plan.totals;
    if let Some(what) = wanted.totals.unlike(&totals) {
        return Err(invalid("/totals", "E_TOTALS", what));
    }
    Ok(totals)
}

fn refused(problem: RefundProblem) -> Refusal {
    match problem {
        RefundProblem::Store(error) => Refusal::Store(error),
        RefundProblem::Invalid(errors) => Refusal::Invalid(errors),
        RefundProblem::InFlight { .. } | RefundProblem::Unsettled { .. } => {
            Refusal::NotReady(problem.to_string())
        }
        RefundProblem::Rule(_) => invalid("/lines", "E_RED_RULE", problem.to_string()),
        other => invalid("", "E_RED", other.to_string()),
    }
}

/// A partner's own offset, by its number or by our id.
///
/// # Errors
/// [`StoreError`]; `None` also when it is another partner's.
pub async fn offset_of(
    ports: &Ports,
    partner: &Partner,
    id: &str,
) -> Result<Option<PartnerOffset>, StoreError> {
    if let Ok(id) = OffsetId::parse(id) {
        let found = ports.store.partner_offset(&id).await?;
        if let Some(found) = found.filter(|it| it.partner == partner.id) {
            return Ok(Some(found));
        }
    }
    ports.store.partner_offset_by_no(&partner.id, id).await
}

/// Where an offset stands, from its confirmation, red invoice, documents and card.
///
/// # Errors
/// [`StoreError`].
pub async fn offset_result_of(
    ports: &Ports,
    offset: &PartnerOffset,
) -> Result<OffsetResult, StoreError> {
    let form = form_of(ports, offset).await?;
    let request = ports.store.partner_request(&offset.request).await?;
    let request = request.ok_or_else(|| StoreError::NotFound {
        what: format!("request {}", offset.request),
    })?;
    let red = red_of(ports, &form).await?;
    let card = ports.store.card(&request.delivery).await?;
    let delivery = ports.store.delivery(&Scope::All, &request.delivery).await?;
    // Each of them only rises. A delivery that ends without a card is news, too: nothing is left to be struck out.
    let mut version = form.version
        + delivery.as_ref().map_or(0, |it| it.version)
        + red.as_ref().map_or(0, |it| it.version)
        + card.as_ref().map_or(0, |it| it.version);
    let mut invoice = None;
    if let Some(red) = red.as_ref().filter(|it| it.state == InvoiceState::Issued) {
        let documents = ports.store.documents(&red.id).await?;
        version += i64::try_from(documents.len()).unwrap_or(0);
        let pdf = documents.into_iter().find(|it| it.format == "pdf");
        invoice = wire_red(red, offset, pdf.map(|it| (it.sha256, it.size)));
    }
    let (state, reason) = state_of(&form, red.as_ref());
    Ok(OffsetResult {
        id: offset.id.to_string(),
        offset_no: offset.offset_no.clone(),
        order_id: request.outside_order.clone(),
        state,
        reason,
        version,
        confirmation: form.state.code().map(|code| WireConfirmation {
            number: form.number.clone(),
            state: code.to_owned(),
        }),
        card: match state {
            OffsetState::Issued => card_of(ports, &form).await?,
            _ => OffsetCard::None,
        },
        invoice,
    })
}

async fn form_of(ports: &Ports, offset: &PartnerOffset) -> Result<RedForm, StoreError> {
    let found = ports.store.red_form(&Scope::All, &offset.form).await?;
    found.ok_or_else(|| StoreError::NotFound {
        what: format!("red confirmation {}", offset.form),
    })
}

async fn red_of(ports: &Ports, form: &RedForm) -> Result<Option<Invoice>, StoreError> {
    let Some((id, _)) = &form.red else {
        return Ok(None);
    };
    let found = ports.store.invoices_by_id(std::slice::from_ref(id)).await?;
    Ok(found.into_iter().next())
}

fn wire_red(
    red: &Invoice,
    offset: &PartnerOffset,
    pdf: Option<(String, i64)>,
) -> Option<WireInvoice> {
    Some(WireInvoice {
        number: red.identity.as_ref()?.number().to_owned(),
        issued_at: red.issued_at?.to_rfc3339_opts(SecondsFormat::Secs, true),
        totals: WireTotals::of(&red.totals),
        pdf: pdf.map(|(sha256, size)| WirePdf {
            url: format!("/v1/offsets/{}/file.pdf", offset.id),
            sha256,
            size,
        }),
    })
}

fn state_of(form: &RedForm, red: Option<&Invoice>) -> (OffsetState, String) {
    let state = match (form.state, red.map(|it| it.state)) {
        (_, Some(InvoiceState::Issued)) => OffsetState::Issued,
        (_, Some(InvoiceState::Refused)) => {
            // The platform's staff upload it again, or give it up.
            return (
                OffsetState::Issuing,
                red.map_or_else(String::new, |it| it.reason.clone()),
            );
        }
        (_, Some(_)) => OffsetState::Issuing,
        (state, None) if state.has_failed() || state == FormState::GivenUp => {
            let why = match (form.message.as_str(), state) {
                ("", FormState::GivenUp) => "the platform gave it up".to_owned(),
                ("", state) => format!("the red confirmation is {}", state.as_str()),
                (message, _) => message.to_owned(),
            };
            return (OffsetState::Failed, why);
        }
        (FormState::AwaitsBuyer | FormState::AwaitsSeller, None) => OffsetState::AwaitsBuyer,
        (state, None) if state.allows_issue() => OffsetState::Issuing,
        _ => OffsetState::Accepted,
    };
    (state, String::new())
}

async fn card_of(ports: &Ports, form: &RedForm) -> Result<OffsetCard, StoreError> {
    Ok(match card_standing(ports, &form.blue).await? {
        CardStanding::None => OffsetCard::None,
        CardStanding::Cancelled(_) => OffsetCard::Cancelled,
        _ if !form.completes => OffsetCard::Kept,
        CardStanding::Locked(_) | CardStanding::Reimbursed(_) => OffsetCard::Held,
        // It was never asked for, and nobody asks for it any more.
        CardStanding::OnItsWay(card) if never_came(ports, &card).await? => OffsetCard::None,
        CardStanding::Free(_) | CardStanding::OnItsWay(_) | CardStanding::CodeUnknown(_) => {
            OffsetCard::Pending
        }
    })
}

/// Whether the delivery of a card ended before its insert was asked for.
async fn never_came(ports: &Ports, card: &Card) -> Result<bool, StoreError> {
    if card.state != CardState::Uploading {
        return Ok(false);
    }
    let delivery = ports.store.delivery(&Scope::All, &card.delivery).await?;
    Ok(delivery.is_some_and(|it| it.state == DeliveryState::Failed))
}

/// The PDF of the red invoice; `None` while there is none.
///
/// # Errors
/// The database, or the file store as an unavailable database.
pub async fn offset_pdf_of(
    ports: &Ports,
    offset: &PartnerOffset,
) -> Result<Option<Bytes>, StoreError> {
    let form = form_of(ports, offset).await?;
    let Some((red, _)) = form.red else {
        return Ok(None);
    };
    let documents = ports.store.documents(&red).await?;
    let Some(pdf) = documents.into_iter().find(|it| it.format == "pdf") else {
        return Ok(None);
    };
    let outside = |error: OutsideError| StoreError::Unavailable(Box::new(error));
    ports.files.get(&pdf.sha256).await.map_err(outside)
}

/// Tells a partner where its offset stands, unless it knows.
///
/// # Errors
/// [`StepError`]; what could not be told is tried again with back-off, and the partner's own questions find it anyway.
pub async fn report_offset(ports: &Ports, id: &OffsetId) -> Result<(), StepError> {
    let Some(offset) = ports.store.partner_offset(id).await? else {
        return Ok(());
    };
    let Some(partner) = ports.store.partner(&offset.partner).await? else {
        return Ok(());
    };
    if partner.callback_url.is_empty() {
        return Ok(());
    }
    let result = offset_result_of(ports, &offset).await?;
    let news = format!("{} {}", result.state.as_str(), result.version);
    if offset.reported == news {
        return Ok(());
    }
    let body =
        serde_json::to_string(&result).map_err(|error| StoreError::Corrupt(error.to_string()))?;
    match tell(ports, &partner, body).await? {
        Ok(()) => Ok(ports.store.record_offset_report(id, &news, "").await?),
        Err(failure) => {
            ports
                .store
                .record_offset_report(id, "", &failure.message)
                .await?;
            Err(outside_of(failure))
        }
    }
}
