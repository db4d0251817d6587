//! What WeChat would refuse of this very delivery, under the sentence of an error page; and the code of a card.

use super::{
    Answer,
    desk::Decides,
    failure::Failure,
    forms::Sent,
    frame::Frame,
    job_words::{in_language, retry_may_help},
};
use crate::{
    i18n::{Checks, Lang, fill1},
    pages::{
        onboarding::CheckRow,
        parts::{Action, Link, Standing, Tone, local_minute},
    },
};
use actix_web::web;
use fapiao_domain::{
    card::CardState,
    delivery::DeliveryState,
    ids::{DeliveryId, Id, InvoiceId},
};
use fapiao_usecases::{
    backoffice::standing::Place,
    merchant::{orders::uncarded, page_refusals::page_refusal},
    platform::{
        card_life::{CodeError, enter_code, is_usual_code},
        preflight::{
            Finding, Papers, SafeStep, Weight, foresee_delivery, refused_rights, step_after,
        },
    },
    records::{Card, Delivery, JobRow},
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
    if matches!(place, Place::AwaitsBuyer { .. }) {
        add_page_refusal(frame, standing, delivery).await?;
        let refused = refused_rights(frame.ports(), delivery).await?;
        standing.checks = refused.iter().map(|it| row(frame, it)).collect();
        return Ok(());
    }
    let card = frame.ports().store.card(&delivery.id).await?;
    let lost = card
        .as_ref()
        .is_some_and(|it| it.state == CardState::CodeUnknown);
    let wrong = matches!(
        place,
        Place::Stuck { .. } | Place::IssuedOnly { .. } | Place::Failed { .. }
    );
    let t = &frame.t().checks;
    if lost {
        standing.tone = Tone::Warn;
        standing.detail = t.code_lost.to_owned();
        if frame.may_decide() {
            standing.primary = step(frame, delivery, SafeStep::EnterCode);
        }
    }
    let uploaded = |it: &Card| {
        it.media
            .as_ref()
            .is_some_and(|(media, _)| !media.is_empty())
    };
    if matches!(place, Place::OnTheWayToWallet { .. }) && card.as_ref().is_some_and(uploaded) {
        standing.detail = waiting(frame, delivery).await.unwrap_or_default();
    }
    if !wrong || lost {
        return Ok(());
    }
    // What WeChat thinks of it does not matter any more: the act that helps is there.
    if matches!(place, Place::Stuck { code, .. } if !retry_may_help(code)) {
        return Ok(());
    }
    let findings =
        match foresee_delivery(frame.ports(), &frame.scope(), &delivery.id, Papers::All).await {
            Ok(findings) => findings,
            // The page itself says what is missing; the checks add to it.
            Err(_) => return Ok(()),
        };
    let mut safe = safest(place, &findings);
    let is_spent = match safe {
        Some(SafeStep::NewLink) => is_handed_over(frame, delivery).await?,
        Some(SafeStep::AttachPaper) => has_official_paper(frame, delivery).await?,
        _ => false,
    };
    if is_spent {
        safe = Some(SafeStep::OpenInvoice);
    }
    if let Some(safe) = safe.and_then(|it| step(frame, delivery, it)) {
        standing.primary = Some(safe);
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

/// The buyer came, and WeChat gave no page: waiting helps nobody.
async fn add_page_refusal(
    frame: &Frame,
    standing: &mut Standing,
    delivery: &Delivery,
) -> Result<(), Failure> {
    let Some(refusal) = page_refusal(frame.ports(), delivery).await? else {
        return Ok(());
    };
    let p = &frame.t().page_refusal;
    standing.tone = Tone::Bad;
    standing.sentence = match refusal.number() {
        "" => p.blocked.to_owned(),
        code if refusal.code.starts_with("foreseen_") => fill1(p.foreseen, code),
        code => fill1(p.refused, code),
    };
    standing.detail = format!(
        "{} {}",
        in_language(frame.lang(), &refusal.reason),
        fill1(p.since, local_minute(refusal.at))
    );
    // Contact, fields and permission are the account's that calls.
    if step_after(refusal.number()) == Some(SafeStep::Settings) && frame.may_configure() {
        let account = format!("/admin/accounts/{}", delivery.account);
        standing.primary = Some(Action::open(p.account, account));
    }
    Ok(())
}

/// Why a card that was asked for is not there yet, when that can be told.
async fn waiting(frame: &Frame, delivery: &Delivery) -> Option<String> {
    let (ports, scope) = (frame.ports(), frame.scope());
    let findings = foresee_delivery(ports, &scope, &delivery.id, Papers::All).await;
    let findings = findings.ok()?;
    let young = findings.iter().find(|it| it.code == "40078")?;
    Some(row(frame, young).title)
}

/// The one safe step: of what is certain, of what WeChat answered, of what is likely, or to run the card's job again.
fn safest(place: &Place, findings: &[Finding]) -> Option<SafeStep> {
    let first = findings.first();
    let certain = first.filter(|it| it.weight == Weight::Certain);
    let (card, answered) = match place {
        // Somebody else used the order id: the invoice stays what it is.
        Place::Stuck { code, .. } if code == "order_id_used" => return Some(SafeStep::OpenInvoice),
        Place::Stuck { kind, code, .. } => (kind == "deliver_card", code.strip_prefix("wechat_")),
        _ => (false, None),
    };
    // What is known here of the very code says more than the code.
    let known = answered.and_then(|code| findings.iter().find(|it| it.code == code));
    certain
        .or(known)
        .map(|it| it.step)
        .or_else(|| answered.and_then(step_after))
        .or_else(|| first.map(|it| it.step))
        .or(card.then_some(SafeStep::Retry))
}

/// What is known of a stopped card, for the list of jobs: the words and where the safe step is.
pub(super) async fn of_job(frame: &Frame, job: &JobRow) -> Option<(String, Option<Link>)> {
    if job.kind != "deliver_card" {
        return None;
    }
    let id = DeliveryId::parse(&job.subject).ok()?;
    let scope = frame.scope();
    let delivery = frame.ports().store.delivery(&scope, &id).await.ok()??;
    let findings = foresee_delivery(frame.ports(), &scope, &id, Papers::Received);
    let findings = findings.await.ok()?;
    let place = Place::Stuck {
        kind: job.kind.clone(),
        code: job.code.clone(),
        reason: job.reason.clone(),
    };
    let t = &frame.t().checks;
    let mut safe = safest(&place, &findings)?;
    if safe == SafeStep::AttachPaper && has_official_paper(frame, &delivery).await.ok()? {
        safe = SafeStep::OpenInvoice;
    }
    let words = match findings.first() {
        Some(first) => row(frame, first).title,
        // Our own data say nothing against it: what helps is the step itself.
        None => step_words(t, safe).to_owned(),
    };
    let order = format!("/admin/orders/{}", delivery.order);
    let link = match safe {
        // The row has this button itself.
        SafeStep::Retry | SafeStep::AskWeChat => None,
        SafeStep::NewLink => Some(Link::new(t.new_link, order)),
        SafeStep::Settings => Some(Link::new(
            t.settings,
            format!("/admin/sellers/{}", delivery.seller),
        )),
        SafeStep::OpenInvoice => delivery
            .invoice
            .map(|it| Link::new(t.open_invoice, format!("/admin/invoices/{it}"))),
        SafeStep::AttachPaper => delivery
            .invoice
            .map(|it| Link::new(frame.t().attach.title, attachment_of(&it))),
        SafeStep::EnterCode => Some(Link::new(
            t.enter_code,
            format!("/admin/deliveries/{id}#card"),
        )),
    };
    Some((words, link))
}

fn attachment_of(invoice: &InvoiceId) -> String {
    format!("/admin/invoices/{invoice}/attachment")
}

/// A safe step in a sentence.
const fn step_words(t: &Checks, step: SafeStep) -> &'static str {
    match step {
        SafeStep::Retry => t.step_retry,
        SafeStep::AskWeChat => t.step_ask,
        SafeStep::NewLink => t.step_new_link,
        SafeStep::Settings => t.step_settings,
        SafeStep::OpenInvoice => t.step_invoice,
        SafeStep::AttachPaper => t.step_attach,
        SafeStep::EnterCode => t.code_lost,
    }
}

/// A finding under the sentence of a page.
pub(super) fn row(frame: &Frame, finding: &Finding) -> CheckRow {
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

/// Whether the paper that WeChat did not take is the tax side's own: there is no other to attach.
async fn has_official_paper(
    frame: &Frame,
    delivery: &Delivery,
) -> Result<bool, fapiao_usecases::errors::StoreError> {
    let Some(invoice) = &delivery.invoice else {
        return Ok(false);
    };
    let papers = frame.ports().store.documents(invoice).await?;
    Ok(papers
        .iter()
        .any(|it| it.format == "pdf" && it.origin == "received"))
}

/// Whether the invoice of a delivery needs no new link: another one brings it, or has brought it.
async fn is_handed_over(frame: &Frame, delivery: &Delivery) -> Result<bool, Failure> {
    let Some(invoice) = &delivery.invoice else {
        return Ok(false);
    };
    let store = &frame.ports().store;
    let Some(order) = store.order(&frame.scope(), &delivery.order).await? else {
        return Ok(false);
    };
    let waiting = uncarded(frame.ports(), &order).await?;
    // While the delivery itself is not over, its own job says what comes next.
    Ok(!delivery.is_bringing() && waiting.iter().all(|it| it.invoice != *invoice))
}

/// The one safe step as a button, for who may.
fn step(frame: &Frame, delivery: &Delivery, step: SafeStep) -> Option<Action> {
    let t = &frame.t().checks;
    let order = &delivery.order;
    let over = matches!(
        delivery.state,
        DeliveryState::Refused | DeliveryState::Failed | DeliveryState::Expired
    );
    Some(match step {
        SafeStep::Retry | SafeStep::AskWeChat if frame.may_decide() => {
            Action::send(t.retry, format!("/admin/orders/{order}/retry"))
        }
        SafeStep::NewLink if frame.may_work() && over => {
            let again = Action::send(t.new_link, format!("/admin/orders/{order}/deliveries"))
                .with("channel", delivery.channel.as_str());
            match &delivery.invoice {
                Some(invoice) => again.with("invoice", invoice.as_str()),
                None => again,
            }
        }
        SafeStep::Settings if frame.may_configure() => {
            Action::open(t.settings, format!("/admin/sellers/{}", delivery.seller))
        }
        SafeStep::EnterCode => Action::open(
            t.enter_code,
            format!("/admin/deliveries/{}#card", delivery.id),
        ),
        SafeStep::AttachPaper if frame.may_decide() => Action::open(
            frame.t().attach.title,
            attachment_of(delivery.invoice.as_ref()?),
        ),
        SafeStep::OpenInvoice | SafeStep::AttachPaper => Action::open(
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
        Ok(()) if is_usual_code(form.get("code")) => desk.done(&to, t.code_entered),
        Ok(()) => desk.told(&to, Tone::Warn, t.code_unusual),
        Err(CodeError::Form) => desk.told(&to, Tone::Bad, t.code_form),
        Err(CodeError::Taken) => desk.told(&to, Tone::Bad, t.code_taken),
        Err(CodeError::HasCode(_)) => desk.told(&to, Tone::Warn, t.code_known),
        Err(CodeError::Unknown(_)) => return Err(Failure::NotFound),
        Err(CodeError::Store(error)) => return Err(error.into()),
    })
}
