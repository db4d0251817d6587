//! What people do with a fiscal bill: its file, a new link, a refusal, the outcome elsewhere, its end.

use super::{
    Answer,
    bills::{load, page_of},
    bills_new::file_trouble,
    bills_show::{Typed, page, row},
    desk::{Directs, Owns, WorksOnBills},
    failure::Failure,
    forms::{Form, Sent, Uploaded, errors_of},
    frame::Frame,
};
use crate::{
    i18n::fill1,
    pages::{bills::BillTyped, parts::Tone},
    problem::Problem,
};
use actix_web::{HttpResponse, web};
use fapiao_domain::ids::{BillId, Id};
use fapiao_usecases::{
    errors::StoreError,
    fiscal::{self, BillError, attach_bill_file},
};

/// What a form comes to: done, told on the bill's page, or back with what is wrong beside `field`.
async fn answer(
    frame: &Frame,
    id: &BillId,
    outcome: Result<String, BillError>,
    field: &'static str,
    reasons: BillTyped,
) -> Answer {
    let here = page_of(id);
    match outcome {
        Ok(text) => Ok(frame.done(&here, &text)),
        Err(BillError::Invalid(errors)) => {
            // The code's own words speak of refusals only.
            let told = errors.into_iter().map(|error| match error.code.as_str() {
                "E_REASON" => error.in_chinese("须为一行，1 至 60 个字"),
                _ => error,
            });
            let errors = errors_of(told.collect(), frame.lang(), |pointer| match pointer {
                "reason" => field.to_owned(),
                other => other.to_owned(),
            });
            wrong(frame, id, Typed { reasons, errors }).await
        }
        Err(BillError::NotNow { chinese, english }) => {
            let why = Problem::from(BillError::NotNow { chinese, english });
            Ok(frame.told(&here, Tone::Warn, why.detail().of(frame.lang())))
        }
        Err(BillError::Store(StoreError::Stale { .. })) => {
            Ok(frame.told(&here, Tone::Warn, frame.t().fiscal.moved_on))
        }
        Err(BillError::Unknown(_)) => Err(Failure::NotFound),
        Err(other) => Err(Problem::from(other).into()),
    }
}

async fn wrong(frame: &Frame, id: &BillId, typed: Typed) -> Result<HttpResponse, Failure> {
    let page = page(frame, id, typed).await?;
    Ok(frame.wrong(&page))
}

/// `POST /admin/bills/{id}/file`.
pub(super) async fn attach(sent: Uploaded<WorksOnBills>, id: web::Path<String>) -> Answer {
    let desk = sent.desk;
    let bill = load(&desk, &id).await?;
    let mut typed = Typed::default();
    let Some((_, bytes)) = sent.file.filter(|(_, bytes)| !bytes.is_empty()) else {
        typed.errors.add("upload", desk.t().fiscal.no_file);
        return wrong(&desk, &bill.id, typed).await;
    };
    match attach_bill_file(desk.ports(), &desk.actor(), &bill.id, bytes).await {
        Ok(_) => Ok(desk.done(&page_of(&bill.id), desk.t().fiscal.uploaded)),
        // Whoever finds a file there has no form any more to be told beside.
        Err(error @ BillError::NotNow { .. }) => {
            answer(&desk, &bill.id, Err(error), "upload", BillTyped::default()).await
        }
        Err(error) => {
            typed.errors.add("upload", file_trouble(&desk, error)?);
            wrong(&desk, &bill.id, typed).await
        }
    }
}

/// `POST /admin/bills/{id}/deliveries`.
pub(super) async fn ask_again(sent: Sent<WorksOnBills>, id: web::Path<String>) -> Answer {
    let (desk, form): (_, Form) = (sent.desk, sent.form);
    let id = load(&desk, &id).await?.id;
    let source = form.get("source");
    let asked = fiscal::ask_again(desk.ports(), &desk.actor(), &id, source, "").await;
    let outcome = asked.map(|_| desk.t().fiscal.again_made.to_owned());
    answer(&desk, &id, outcome, "source", BillTyped::default()).await
}

/// `POST /admin/bills/{id}/refusal`.
pub(super) async fn refuse(sent: Sent<WorksOnBills>, id: web::Path<String>) -> Answer {
    let (desk, form) = (sent.desk, sent.form);
    let id = load(&desk, &id).await?.id;
    let reason = form.get("refusal_reason");
    let refused = fiscal::refuse_bill(desk.ports(), &desk.actor(), &id, reason).await;
    let outcome = refused.map(|_| fill1(desk.t().fiscal.refused, reason.trim()));
    let typed = BillTyped {
        refusal: reason.to_owned(),
        ..BillTyped::default()
    };
    answer(&desk, &id, outcome, "refusal_reason", typed).await
}

/// `POST /admin/bills/{id}/outcome`.
pub(super) async fn outcome(sent: Sent<Directs>, id: web::Path<String>) -> Answer {
    let (desk, form) = (sent.desk, sent.form);
    let id = load(&desk, &id).await?.id;
    let carded = match form.get("carded") {
        "yes" => true,
        "no" => false,
        other => return Err(Failure::unreadable(format!("carded: {other}"))),
    };
    let reason = form.get("outcome_reason");
    let actor = desk.actor();
    let told = fiscal::report_outcome(desk.ports(), &actor, &id, carded, reason).await;
    let outcome = told.map(|_| desk.t().fiscal.outcome_told.to_owned());
    let typed = BillTyped {
        outcome: reason.to_owned(),
        ..BillTyped::default()
    };
    answer(&desk, &id, outcome, "outcome_reason", typed).await
}

/// `POST /admin/bills/{id}/void`.
pub(super) async fn void(sent: Sent<Directs>, id: web::Path<String>) -> Answer {
    let (desk, form) = (sent.desk, sent.form);
    let id = load(&desk, &id).await?.id;
    let reason = form.get("void_reason");
    let voided = fiscal::void_bill(desk.ports(), &desk.actor(), &id, reason).await;
    let outcome = voided.map(|_| desk.t().fiscal.voided.to_owned());
    let typed = BillTyped {
        void: reason.to_owned(),
        ..BillTyped::default()
    };
    answer(&desk, &id, outcome, "void_reason", typed).await
}

/// `POST /admin/bills/{id}/absent-card`: somebody looked, and the card is not in the wallet.
pub(super) async fn no_card(sent: Sent<Owns>, id: web::Path<String>) -> Answer {
    let (desk, form) = (sent.desk, sent.form);
    let id = load(&desk, &id).await?.id;
    let reason = form.get("absent_reason");
    let noted = fiscal::card_is_absent(desk.ports(), &desk.actor(), &id, reason).await;
    let outcome = noted.map(|_| desk.t().fiscal.absent_noted.to_owned());
    let typed = BillTyped {
        absent: reason.to_owned(),
        ..BillTyped::default()
    };
    answer(&desk, &id, outcome, "absent_reason", typed).await
}

/// `POST /admin/bills/{id}/retry`: what stopped about this bill runs again.
pub(super) async fn retry(sent: Sent<Directs>, id: web::Path<String>) -> Answer {
    let desk = sent.desk;
    let id = load(&desk, &id).await?.id;
    let delivery = row(&desk, &id).await?.delivery;
    let store = &desk.ports().store;
    let mut retried = false;
    for job in store.stopped_jobs(&[delivery.id.as_str()]).await? {
        retried |= store.retry_job(&job.id, &desk.actor()).await?;
    }
    let t = desk.t();
    Ok(if retried {
        desk.done(&page_of(&id), t.told.job_retried)
    } else {
        desk.told(&page_of(&id), Tone::Warn, t.told.job_gone)
    })
}
