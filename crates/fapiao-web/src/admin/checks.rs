//! What WeChat would refuse of this very delivery, under the sentence of an error page; and the code of a card.

use super::{Answer, desk::Decides, failure::Failure, forms::Sent, frame::Frame};
use crate::{
    i18n::{Lang, fill1},
    pages::{
        onboarding::CheckRow,
        parts::{Action, Link, Standing, Tone},
    },
};
use actix_web::web;
use fapiao_domain::{
    card::CardState,
    delivery::DeliveryState,
    ids::{DeliveryId, Id},
};
use fapiao_usecases::{
    backoffice::standing::Place,
    platform::{
        card_life::{CodeError, enter_code},
        preflight::{Finding, SafeStep, Weight, foresee_delivery},
    },
    records::Delivery,
};

/// Runs the checks where something went wrong, and puts the one safe step in front.
pub(super) async fn add(
    frame: &Frame,
    standing: &mut Standing,
    place: &Place,
    delivery: Option<&Delivery>,
) -> Result<(), Failure> {
    let Some(delivery) = delivery else {
        return Ok(());
    };
    let card = frame.ports().store.card(&delivery.id).await?;
    let lost = card.is_some_and(|it| it.state == CardState::CodeUnknown);
    let wrong = matches!(
        place,
        Place::Stuck { .. } | Place::IssuedOnly { .. } | Place::Failed { .. }
    );
    let t = &frame.t().checks;
    if lost {
        standing.tone = Tone::Warn;
        standing.detail = t.code_lost.to_owned();
    }
    if !wrong || lost {
        return Ok(());
    }
    let findings = match foresee_delivery(frame.ports(), &frame.scope(), &delivery.id).await {
        Ok(findings) => findings,
        // The page itself says what is missing; the checks add to it.
        Err(_) => return Ok(()),
    };
    if let Some(step) = findings.first().and_then(|it| step(frame, delivery, it)) {
        standing.primary = Some(step);
    }
    standing.checks = if findings.is_empty() && delivery.invoice.is_some() {
        vec![CheckRow {
            tone: Tone::Ok,
            title: t.nothing.to_owned(),
            found: t.nothing_means.to_owned(),
            mend: String::new(),
            link: None,
        }]
    } else {
        findings.iter().map(|it| row(frame, it)).collect()
    };
    Ok(())
}

fn row(frame: &Frame, finding: &Finding) -> CheckRow {
    let t = &frame.t().checks;
    CheckRow {
        tone: match finding.weight {
            Weight::Certain => Tone::Bad,
            Weight::Likely => Tone::Warn,
        },
        title: match frame.lang() {
            Lang::Zh => finding.zh.clone(),
            Lang::En => finding.en.clone(),
        },
        found: fill1(
            match finding.weight {
                Weight::Certain => t.would_refuse,
                Weight::Likely => t.may_refuse,
            },
            finding.code,
        ),
        mend: String::new(),
        link: None::<Link>,
    }
}

/// The one safe step as a button, for who may.
fn step(frame: &Frame, delivery: &Delivery, finding: &Finding) -> Option<Action> {
    let t = &frame.t().checks;
    let order = &delivery.order;
    Some(match finding.step {
        SafeStep::Retry | SafeStep::AskWeChat if frame.may_decide() => {
            Action::send(t.retry, format!("/admin/orders/{order}/retry"))
        }
        SafeStep::NewLink if frame.may_work() && delivery.state == DeliveryState::Refused => {
            Action::send(t.new_link, format!("/admin/orders/{order}/deliveries"))
                .with("channel", delivery.channel.as_str())
        }
        SafeStep::Settings if frame.may_configure() => {
            Action::open(t.settings, format!("/admin/sellers/{}", delivery.seller))
        }
        SafeStep::EnterCode => Action::open(
            t.enter_code,
            format!("/admin/deliveries/{}#card", delivery.id),
        ),
        SafeStep::OpenInvoice => Action::open(
            t.open_invoice,
            format!("/admin/invoices/{}", delivery.invoice.as_ref()?),
        ),
        _ => return None,
    })
}

/// `POST /admin/deliveries/{id}/card-code`.
pub(super) async fn code(sent: Sent<Decides>, id: web::Path<String>) -> Answer {
    let (desk, form, id) = (sent.desk, sent.form, DeliveryId::parse(&id)?);
    let t = &desk.t().checks;
    let to = format!("/admin/deliveries/{id}");
    let entered = enter_code(
        desk.ports(),
        &desk.scope(),
        &id,
        form.get("code"),
        &desk.actor(),
    )
    .await;
    Ok(match entered {
        Ok(()) => desk.done(&to, t.code_entered),
        Err(CodeError::Form) => desk.told(&to, Tone::Bad, t.code_form),
        Err(CodeError::Taken) => desk.told(&to, Tone::Bad, t.code_taken),
        Err(CodeError::HasCode(_)) => desk.told(&to, Tone::Warn, t.code_known),
        Err(CodeError::Unknown(_)) => return Err(Failure::NotFound),
        Err(CodeError::Store(error)) => return Err(error.into()),
    })
}
