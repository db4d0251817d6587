//! Taking an invoice back by WeChat's unified call: in full only, and only where it has a code.

use super::{Found, account_of, awaited, kind_of, look_up, make::fetch_paper, serial};
use crate::{
    actor::Actor,
    errors::{Advice, StoreError},
    platform::red::red_invoice,
    ports::{Ports, ReceivedRed, RedFormChange, Scope, UnifiedClear, UnifiedIssued, UnifiedSent},
    records::{Invoice, RedForm, UnifiedCall},
    step::StepError,
};
use fapiao_domain::{
    confirmation::FormState,
    ids::{Id, RedFormId},
    invoice::Identity,
    money::Fen,
};
use serde_json::json;

/// Seconds until a confirmation that waits for its turn looks again.
const TURN_SECS: u32 = 15;

/// Brings the confirmation of an invoice that was made out by WeChat as far as it goes now.
///
/// # Errors
/// [`StepError`].
pub async fn follow_clear(
    ports: &Ports,
    form: &RedForm,
    blue: &Invoice,
    made: &UnifiedCall,
) -> Result<(), StepError> {
    if form.state == FormState::Planned {
        return begin(ports, form, blue, made).await;
    }
    let call = ports.store.clear_out_call(&form.id).await?;
    if call.as_ref().is_some_and(|it| it.state == "issued") {
        return Ok(());
    }
    let Some(call) = call else {
        if form.state == FormState::Asked {
            // The run that began it ended before its refusal, or before it wrote the call down: nothing was sent.
            return asked(ports, form, blue, made).await;
        }
        let what = format!("confirmation {} has no unified call", form.id);
        return Err(StoreError::Corrupt(what).into());
    };
    if call.state == "failed" {
        return reject(ports, form, &call.reason).await;
    }
    let account = account_of(ports, &call).await?;
    if call.state != "ready" {
        let tax_number = &blue.seller_party.tax_number;
        match look_up(ports, &account, &call, tax_number).await? {
            Found::Issued(issued) => return take(ports, &call, &issued).await,
            Found::Processing => return Err(awaited(ports, &call)),
            Found::Nothing if call.state == "taken" => return Err(awaited(ports, &call)),
            Found::Nothing => {}
        }
    }
    let Some(identity) = &blue.identity else {
        return Err(StoreError::Corrupt(format!("invoice {} has no number", blue.id)).into());
    };
    let openid = ports.store.unified_buyer(&call.delivery).await?;
    let clear = UnifiedClear {
        openid: openid.unwrap_or_default(),
        serial: call.serial.clone(),
        tax_number: blue.seller_party.tax_number.clone(),
        name: blue.seller_party.name.clone(),
        code: identity.code().to_owned(),
        number: identity.number().to_owned(),
    };
    ports
        .store
        .record_unified(&call.subject, UnifiedSent::Asked)
        .await?;
    match ports.unified.clear_out(&account, &clear).await {
        Ok(()) => {}
        Err(error) if super::PROCESSING.contains(&error.code.as_str()) => {}
        Err(error) => {
            if error.advice == Advice::OutcomeUnknown {
                ports
                    .store
                    .record_unified(&call.subject, UnifiedSent::Unknown)
                    .await?;
            }
            return Err(error.into());
        }
    }
    ports
        .store
        .record_unified(&call.subject, UnifiedSent::Taken)
        .await?;
    Err(StepError::not_yet(
        2,
        "微信已受理红冲 / WeChat took the offset on",
    ))
}

/// Its turn: the call is written down first, so that a confirmation that is asked for has one. What can only be refused
/// is asked for and refused.
async fn begin(
    ports: &Ports,
    form: &RedForm,
    blue: &Invoice,
    made: &UnifiedCall,
) -> Result<(), StepError> {
    if unfit(form, blue).is_none() {
        draft(ports, form, made).await?;
    }
    match change(ports, form, FormState::Asked, "", Actor::System).await {
        Err(StepError::Store(StoreError::Exists { .. })) => {
            return Err(StepError::not_yet(
                TURN_SECS,
                "另一张红字确认单正占用这张蓝字发票，轮到时自动继续 / another red confirmation holds the blue invoice; this one \
                 comes after it",
            ));
        }
        outcome => outcome?,
    }
    let form = form_now(ports, &form.id).await?;
    asked(ports, &form, blue, made).await
}

/// The second half of the beginning, also after a run that ended between the two. Safe to repeat.
async fn asked(
    ports: &Ports,
    form: &RedForm,
    blue: &Invoice,
    made: &UnifiedCall,
) -> Result<(), StepError> {
    if let Some(why) = unfit(form, blue) {
        return reject(ports, form, why).await;
    }
    draft(ports, form, made).await?;
    Err(StepError::not_yet(
        0,
        "正在向微信提交红冲 / the offset goes to WeChat",
    ))
}

/// Why WeChat's calls cannot take it back.
fn unfit(form: &RedForm, blue: &Invoice) -> Option<&'static str> {
    if !matches!(blue.identity, Some(Identity::Classic { .. })) {
        return Some(
            "微信统一接口不能冲红数电票 / WeChat's unified calls cannot take a digital invoice back",
        );
    }
    let takes_all = form.completes && blue.totals.total + form.totals.total == Fen::ZERO;
    (!takes_all).then_some(
        "微信统一接口只能全额冲红 / WeChat's unified calls take an invoice back in full only",
    )
}

async fn draft(ports: &Ports, form: &RedForm, made: &UnifiedCall) -> Result<(), StepError> {
    let settings = ports.store.unified_settings(&form.seller).await?;
    let serial = serial(settings.as_ref(), form.id.as_str());
    ports.store.draft_clear_out(&form.id, made, &serial).await?;
    Ok(())
}

/// The red invoice is written as WeChat reports it.
pub(super) async fn take(
    ports: &Ports,
    call: &UnifiedCall,
    issued: &UnifiedIssued,
) -> Result<(), StepError> {
    kind_of(issued)?;
    let id = RedFormId::parse(&call.subject)
        .map_err(|_| StoreError::Corrupt(format!("unified call of {}", call.subject)))?;
    let mut form = form_now(ports, &id).await?;
    if form.state == FormState::Asked {
        change(ports, &form, FormState::NotNeeded, "", Actor::WeChat).await?;
        form = form_now(ports, &id).await?;
    }
    let blue = ports
        .store
        .invoices_by_id(std::slice::from_ref(&form.blue))
        .await?;
    let blue = blue
        .into_iter()
        .next()
        .ok_or_else(|| StoreError::NotFound {
            what: format!("invoice {}", form.blue),
        })?;
    let red = red_invoice(ports, &form, blue).await?;
    let received = ReceivedRed {
        red: red.clone(),
        code: issued.code.clone(),
        number: issued.number.clone(),
        check_code: issued.check_code.clone(),
        issued_at: issued.issued_at.unwrap_or_else(|| ports.clock.now()),
        actor: Actor::WeChat,
        note: json!({ "serial": call.serial }),
    };
    let written = match ports.store.receive_red(received).await {
        Ok(id) => id,
        Err(StoreError::Exists { what }) => {
            return Err(StepError::parked(
                "unified_number",
                format!("{what} differs from what WeChat told before; clear it up, then retry"),
            ));
        }
        Err(error) => return Err(error.into()),
    };
    let red = Invoice { id: written, ..red };
    fetch_paper(ports, &red, issued).await?;
    Ok(ports.store.end_unified(call, "").await?)
}

async fn reject(ports: &Ports, form: &RedForm, why: &str) -> Result<(), StepError> {
    change(ports, form, FormState::Rejected, why, Actor::WeChat).await
}

async fn change(
    ports: &Ports,
    form: &RedForm,
    to: FormState,
    message: &str,
    actor: Actor,
) -> Result<(), StepError> {
    let change = RedFormChange {
        id: form.id.clone(),
        expected_version: form.version,
        from: form.state,
        to,
        identity: None,
        entered_at: None,
        message: message.to_owned(),
        then: Vec::new(),
        actor,
        note: json!({}),
    };
    Ok(ports.store.change_red_form(change).await?)
}

async fn form_now(ports: &Ports, id: &RedFormId) -> Result<RedForm, StepError> {
    let found = ports.store.red_form(&Scope::All, id).await?;
    found.ok_or_else(|| {
        let what = format!("red confirmation {id}");
        StoreError::NotFound { what }.into()
    })
}
