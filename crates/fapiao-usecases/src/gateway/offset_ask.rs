//! The merchant's end of offsets: an invoice that the external platform issued is taken back by that platform.

use super::{
    OffsetCard, OffsetLine, OffsetRequest, OffsetResult, OffsetState, WireTotals,
    apply::{Stands, differs, fetch_paper, moment, whole_number},
    ask::{call, gateway_of, in_path, next_question, question, read_as, told, unexpected},
};
use crate::{
    actor::Actor,
    errors::{Advice, StoreError},
    platform::red::red_invoice,
    ports::{OffsetSaid, OffsetSent, Ports, ReceivedRed, RedFormChange, Scope},
    records::{Gateway, Invoice, PlatformOffset, PlatformRequest, RedForm},
    step::StepError,
};
use chrono::TimeDelta;
use fapiao_domain::{card::CardState, confirmation::FormState};
use serde_json::json;

/// Seconds until a confirmation that waits for its turn looks again.
const TURN_SECS: u32 = 15;
/// Days after which an offset without an end is for a person.
const PATIENCE_DAYS: i64 = 30;

/// Brings the confirmation of an invoice that the platform issued as far as it goes now.
///
/// # Errors
/// [`StepError`]; `NotYet` while the platform's answer is awaited.
pub async fn follow_offset(ports: &Ports, form: &RedForm) -> Result<(), StepError> {
    let blue = blue_of(ports, form).await?;
    if form.state == FormState::Planned {
        return begin(ports, form, &blue).await;
    }
    let offset = ports.store.platform_offset(&form.id).await?;
    let Some(offset) = offset else {
        return Err(StoreError::Corrupt(format!("confirmation {} has no offset", form.id)).into());
    };
    let gateway = gateway_of(ports, &form.seller).await?;
    // Once it may have been sent, the platform is asked whether it has it before it is sent again.
    let known = match offset.state.as_str() {
        "ready" => None,
        _ => look_up(ports, &gateway, &offset).await?,
    };
    let result = match known {
        Some(result) => result,
        None if !offset.remote_id.is_empty() => {
            return Err(StepError::parked(
                "platform_lost_request",
                "第三方平台查不到已受理的请求（红冲），请与平台核对后重试 / the platform took this offset on and does not know it any more; clear it up with the platform, then \
                 retry",
            ));
        }
        None => match send(ports, &gateway, form, &offset).await? {
            Some(result) => result,
            None => return Ok(()),
        },
    };
    let (state, card) = (result.state, result.card);
    match apply_offset(ports, &gateway, &offset, result).await? {
        Stands::Ended => Ok(()),
        Stands::Open => {
            let age = ports.clock.now() - offset.created_at;
            if age > TimeDelta::days(PATIENCE_DAYS) {
                return Err(StepError::parked(
                    "platform_silent",
                    format!(
                        "第三方平台长时间没有给出结果：{PATIENCE_DAYS} 天来红冲状态一直是 {0}，卡券为 {1}，请与平台联系后重试 / the \
                         platform has reported `{0}`, the card {1}, for {PATIENCE_DAYS} days; ask it, then retry",
                        state.as_str(),
                        card.as_str()
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

/// Its turn: the offset is written down, then asked for. Another open confirmation of the same invoice comes first.
async fn begin(ports: &Ports, form: &RedForm, blue: &Invoice) -> Result<(), StepError> {
    let before = ports.store.platform_offset(&form.id).await?;
    if before.as_ref().is_none_or(|it| it.state != "ready") {
        let attempt = before.map_or(1, |it| it.attempt + 1);
        let offset = draw_up(ports, form, blue, attempt).await?;
        ports.store.draft_offset(offset).await?;
    }
    let asked = change(form, FormState::Asked, Actor::System);
    match ports.store.change_red_form(asked).await {
        Ok(()) => Err(StepError::not_yet(
            0,
            "正在向第三方平台提交红冲 / the offset goes to the platform",
        )),
        Err(StoreError::Exists { .. }) => Err(StepError::not_yet(
            TURN_SECS,
            "另一张红字确认单正占用这张蓝字发票，轮到时自动继续 / another red confirmation holds the blue invoice; this one comes after it",
        )),
        Err(error) => Err(error.into()),
    }
}

async fn draw_up(
    ports: &Ports,
    form: &RedForm,
    blue: &Invoice,
    attempt: i64,
) -> Result<PlatformOffset, StepError> {
    let delivery = ports
        .store
        .delivery(&Scope::All, &blue.delivery)
        .await?
        .ok_or_else(|| StoreError::NotFound {
            what: format!("delivery {}", blue.delivery),
        })?;
    let offset_no = match attempt {
        1 => form.id.to_string(),
        again => format!("{}-{again}", form.id),
    };
    let lines = match form.completes {
        true => Vec::new(),
        false => form
            .lines
            .iter()
            .map(|it| OffsetLine::of(it, &blue.lines))
            .collect(),
    };
    let wanted = OffsetRequest {
        offset_no: offset_no.clone(),
        order_id: delivery.order_id_at_wechat().to_owned(),
        seller_tax_number: blue.seller_party.tax_number.clone(),
        reason: form.reason.code().to_owned(),
        lines,
        totals: WireTotals::of(&form.totals),
        note: String::new(),
    };
    let body =
        serde_json::to_string(&wanted).map_err(|error| StoreError::Corrupt(error.to_string()))?;
    let now = ports.clock.now();
    Ok(PlatformOffset {
        form: form.id.clone(),
        offset_no,
        attempt,
        seller: form.seller.clone(),
        delivery: blue.delivery.clone(),
        body,
        remote_id: String::new(),
        state: "ready".to_owned(),
        reason: String::new(),
        card: String::new(),
        answer_version: 0,
        asked_at: None,
        created_at: now,
        changed_at: now,
    })
}

/// What the platform knows of an offset; `None` when it never got it.
async fn look_up(
    ports: &Ports,
    gateway: &Gateway,
    offset: &PlatformOffset,
) -> Result<Option<OffsetResult>, StepError> {
    let path = format!("/v1/offsets/{}", in_path(&offset.offset_no));
    let answer = question(ports, gateway, &path).await?;
    match answer.status {
        200 => Ok(Some(read_as(&answer)?)),
        404 => Ok(None),
        _ => Err(unexpected(&answer)),
    }
}

/// Sends it; `None` when the platform refused and the confirmation says so.
async fn send(
    ports: &Ports,
    gateway: &Gateway,
    form: &RedForm,
    offset: &PlatformOffset,
) -> Result<Option<OffsetResult>, StepError> {
    ports
        .store
        .record_offset(&form.id, OffsetSent::Asked)
        .await?;
    let answer = match call(ports, gateway, "POST", "/v1/offsets", &offset.body).await {
        Ok(answer) => answer,
        Err(error) => {
            if error.advice == Advice::OutcomeUnknown {
                ports
                    .store
                    .record_offset(&form.id, OffsetSent::Unknown)
                    .await?;
            }
            return Err(error.into());
        }
    };
    match answer.status {
        200..=202 => Ok(Some(read_as(&answer)?)),
        422 => {
            let mut rejected = change(form, FormState::Rejected, Actor::Gateway);
            rejected.message = told(&answer);
            ports.store.change_red_form(rejected).await?;
            Ok(None)
        }
        404 => Err(StepError::parked(
            "platform_lost_request",
            "第三方平台查不到已受理的请求：没有要红冲的发票，请与平台核对后重试 / the platform does not know the invoice that is to be taken back; clear it up with the platform, then retry",
        )),
        _ => Err(unexpected(&answer)),
    }
}

/// Acts on what the platform says. Safe to repeat, and in any order: what is older than what was seen changes nothing.
pub(super) async fn apply_offset(
    ports: &Ports,
    gateway: &Gateway,
    offset: &PlatformOffset,
    result: OffsetResult,
) -> Result<Stands, StepError> {
    if result.offset_no != offset.offset_no {
        return Err(differs(format!(
            "the platform speaks of offset {} in the answer about {}",
            result.offset_no, offset.offset_no
        )));
    }
    if result.version < offset.answer_version {
        return Ok(Stands::Open);
    }
    match (result.state, &result.invoice) {
        (OffsetState::Issued, None) => {
            return Err(differs(
                "the platform reports a red invoice and does not name it".to_owned(),
            ));
        }
        (OffsetState::Issued, Some(issued)) => {
            follow_form(ports, offset, &result).await?;
            take_red(ports, gateway, offset, &result, issued).await?;
        }
        (OffsetState::Failed, _) => fail(ports, offset, &result).await?,
        _ => follow_form(ports, offset, &result).await?,
    }
    let (state, card) = (result.state, result.card);
    let said = OffsetSaid {
        form: offset.form.clone(),
        remote_id: result.id,
        state: result.state.as_str().to_owned(),
        reason: result.reason,
        card: result.card.as_str().to_owned(),
        version: result.version,
        then: Vec::new(),
    };
    ports.store.note_offset(said).await?;
    // Noted first: whoever writes a card down at the same time looks at the note afterwards, so that one of the two sees
    // the other's.
    match state {
        OffsetState::Issued => follow_card(ports, offset, card).await,
        OffsetState::Failed => Ok(Stands::Ended),
        _ => Ok(Stands::Open),
    }
}

async fn form_now(ports: &Ports, offset: &PlatformOffset) -> Result<RedForm, StepError> {
    let found = ports.store.red_form(&Scope::All, &offset.form).await?;
    found.ok_or_else(|| {
        let what = format!("red confirmation {}", offset.form);
        StoreError::NotFound { what }.into()
    })
}

/// Our confirmation stands where the platform's does. A red invoice is the proof that nobody's answer is awaited.
async fn follow_form(
    ports: &Ports,
    offset: &PlatformOffset,
    result: &OffsetResult,
) -> Result<(), StepError> {
    let form = form_now(ports, offset).await?;
    let told = result.confirmation.as_ref().and_then(|it| it.known_state());
    let to = match (told, result.state) {
        (Some(state), _) => state,
        (None, OffsetState::Issued) => FormState::NotNeeded,
        (None, _) => return Ok(()),
    };
    if form.carried_out_at.is_some() || form.state == to {
        return Ok(());
    }
    // The platform went two steps at once.
    let to = match form.state.change(to) {
        Ok(to) => to,
        Err(_) if to == FormState::NotNeeded && form.state.change(FormState::Confirmed).is_ok() => {
            FormState::Confirmed
        }
        Err(error) => return Err(differs(error.to_string())),
    };
    let mut moved = change(&form, to, Actor::Gateway);
    let number = result.confirmation.as_ref().map(|it| it.number.clone());
    moved.identity = Some((number.unwrap_or_default(), result.id.clone()));
    if form.entered_at.is_none() {
        moved.entered_at = Some(ports.clock.now());
    }
    Ok(ports.store.change_red_form(moved).await?)
}

/// It came to nothing: the confirmation says so, and staff begin again or give up.
async fn fail(
    ports: &Ports,
    offset: &PlatformOffset,
    result: &OffsetResult,
) -> Result<(), StepError> {
    let form = form_now(ports, offset).await?;
    if !form.state.holds() || form.carried_out_at.is_some() {
        return Ok(());
    }
    let told = result
        .confirmation
        .as_ref()
        .and_then(|it| it.known_state())
        .filter(|it| it.has_failed());
    let wishes = [told, Some(FormState::Rejected), Some(FormState::Withdrawn)];
    let to = wishes
        .into_iter()
        .flatten()
        .find_map(|to| form.state.change(to).ok());
    let Some(to) = to else {
        return Err(differs(format!(
            "the platform reports that the offset failed; here it is {}",
            form.state.as_str()
        )));
    };
    let mut failed = change(&form, to, Actor::Gateway);
    failed.message.clone_from(&result.reason);
    Ok(ports.store.change_red_form(failed).await?)
}

/// The red invoice is written as issued, and its PDF is fetched.
async fn take_red(
    ports: &Ports,
    gateway: &Gateway,
    offset: &PlatformOffset,
    result: &OffsetResult,
    issued: &super::WireInvoice,
) -> Result<(), StepError> {
    let form = form_now(ports, offset).await?;
    if !issued.totals.same_as(&form.totals) {
        return Err(differs(format!(
            "the platform issued {} over {}, but {} was asked for",
            issued.number, issued.totals.total, form.totals.total
        )));
    }
    let number = whole_number(&issued.number)?;
    let issued_at = moment(&issued.issued_at)?;
    let id = match &form.red {
        Some((id, _)) => {
            let known = ports.store.invoices_by_id(std::slice::from_ref(id)).await?;
            let known = known.first().and_then(|it| it.identity.as_ref());
            if known.is_some_and(|it| it.number() != number) {
                return Err(differs(format!(
                    "the platform names another red invoice than before: {number}"
                )));
            }
            id.clone()
        }
        None => {
            let blue = blue_of(ports, &form).await?;
            let received = ReceivedRed {
                red: red_invoice(ports, &form, blue).await?,
                code: String::new(),
                number: number.to_owned(),
                check_code: String::new(),
                issued_at,
                actor: Actor::Gateway,
                note: json!({ "platform": gateway.platform_name, "offset": result.id }),
            };
            match ports.store.receive_red(received).await {
                Ok(id) => id,
                Err(StoreError::Exists { what }) => return Err(differs(what)),
                Err(error) => return Err(error.into()),
            }
        }
    };
    let red = ports
        .store
        .invoices_by_id(std::slice::from_ref(&id))
        .await?;
    match red.first() {
        Some(red) => fetch_paper(ports, gateway, red, issued).await,
        None => Ok(()),
    }
}

/// The card of our buyer is the platform's to strike out.
async fn follow_card(
    ports: &Ports,
    offset: &PlatformOffset,
    told: OffsetCard,
) -> Result<Stands, StepError> {
    if told == OffsetCard::Cancelled {
        strike_out(ports, offset).await?;
    }
    Ok(match told {
        OffsetCard::Pending | OffsetCard::Held => Stands::Open,
        OffsetCard::None | OffsetCard::Kept | OffsetCard::Cancelled => Stands::Ended,
    })
}

/// The platform struck the card out: ours, if its insert was told before.
async fn strike_out(ports: &Ports, offset: &PlatformOffset) -> Result<(), StoreError> {
    let Some(card) = ports.store.card(&offset.delivery).await? else {
        return Ok(());
    };
    if card.state == CardState::Cancelled || card.state.change(CardState::Cancelled).is_err() {
        return Ok(());
    }
    let note = json!({ "offset": offset.offset_no });
    let to = CardState::Cancelled;
    ports
        .store
        .change_card(&offset.delivery, card.state, to, &Actor::Gateway, note)
        .await
}

/// The news of a card may come after the news that the platform struck it out: then it is struck out here, too.
///
/// # Errors
/// [`StoreError`].
pub(super) async fn follow_late_card(
    ports: &Ports,
    request: &PlatformRequest,
) -> Result<(), StoreError> {
    let delivery = ports.store.delivery(&Scope::All, &request.delivery).await?;
    let Some(delivery) = delivery else {
        return Ok(());
    };
    let refunds = ports.store.refunds_of(&delivery.order).await?;
    let forms = refunds.iter().flat_map(|it| &it.forms);
    for form in forms.filter(|it| it.blue == request.invoice) {
        let offset = ports.store.platform_offset(&form.id).await?;
        if let Some(offset) = offset.filter(|it| it.card == OffsetCard::Cancelled.as_str()) {
            strike_out(ports, &offset).await?;
        }
    }
    Ok(())
}

fn change(form: &RedForm, to: FormState, actor: Actor) -> RedFormChange {
    RedFormChange {
        id: form.id.clone(),
        expected_version: form.version,
        from: form.state,
        to,
        identity: None,
        entered_at: None,
        message: String::new(),
        then: Vec::new(),
        actor,
        note: json!({}),
    }
}

async fn blue_of(ports: &Ports, form: &RedForm) -> Result<Invoice, StepError> {
    let found = ports
        .store
        .invoices_by_id(std::slice::from_ref(&form.blue))
        .await?;
    found.into_iter().next().ok_or_else(|| {
        let what = format!("invoice {}", form.blue);
        StoreError::NotFound { what }.into()
    })
}
