//! Official files that staff hand in.

use super::{
    Answer,
    desk::{Decider, Decides},
    failure::Failure,
    forms::{Uploaded, errors_of, same_name},
    frame::Frame,
};
use crate::{
    i18n::Texts,
    pages::{
        field::Errors,
        parts::{Badge, Tone},
        shell::Section,
        tax_side::{AttachmentPage, FactRow, NumberForm},
    },
};
use actix_web::web;
use fapiao_domain::{
    ids::{Id, InvoiceId},
    invoice::InvoiceKind,
};
use fapiao_usecases::{
    errors::StoreError,
    platform::received::{AttachError, NumberDraft, attach_file, takes_file},
    ports::{PaperFact, PaperRead, PaperTrouble},
    records::Invoice,
};

/// What stands on the page beside the form.
#[derive(Default)]
struct Outcome {
    form: NumberForm,
    errors: Errors,
    wrong: String,
    facts: Vec<FactRow>,
}

async fn load(frame: &Frame, id: &str) -> Result<Invoice, Failure> {
    let id = InvoiceId::parse(id)?;
    let found = frame.ports().store.invoice(&frame.scope(), &id).await?;
    found.ok_or(Failure::NotFound)
}

/// `GET /admin/invoices/{id}/attachment`.
pub(super) async fn show(desk: Decider, id: web::Path<String>) -> Answer {
    let invoice = load(&desk, &id).await?;
    let page = page(&desk, &invoice, Outcome::default()).await?;
    Ok(desk.page(&page))
}

/// `POST /admin/invoices/{id}/attachment`.
pub(super) async fn save(sent: Uploaded<Decides>, id: web::Path<String>) -> Answer {
    let (desk, form) = (sent.desk, sent.form);
    let invoice = load(&desk, &id).await?;
    let t = desk.t();
    let typed = NumberForm {
        code: form.get("code").to_owned(),
        number: form.get("number").to_owned(),
        check_code: form.get("check_code").to_owned(),
        machine: form.get("machine").to_owned(),
        date: form.get("date").to_owned(),
    };
    let mut outcome = Outcome {
        form: typed.clone(),
        ..Outcome::default()
    };
    let Some((_, bytes)) = sent.file.filter(|(_, bytes)| !bytes.is_empty()) else {
        outcome.wrong = t.attach.no_file.to_owned();
        let page = page(&desk, &invoice, outcome).await?;
        return Ok(desk.wrong(&page));
    };
    let draft = NumberDraft {
        code: typed.code,
        number: typed.number,
        check_code: typed.check_code,
        machine: typed.machine,
        date: typed.date,
    };
    let (actor, scope) = (desk.actor(), desk.scope());
    match attach_file(desk.ports(), &actor, &scope, &invoice.id, &draft, bytes).await {
        Ok(_) => {
            let to = format!("/admin/invoices/{}", invoice.id);
            return Ok(desk.done(&to, t.attach.attached));
        }
        Err(AttachError::Invalid(errors)) => {
            outcome.errors = errors_of(errors, desk.lang(), same_name);
        }
        Err(AttachError::Unreadable(trouble)) => outcome.wrong = unreadable(t, &trouble),
        Err(AttachError::Differs(read)) => {
            outcome.wrong = t.paper.differs_means.to_owned();
            outcome.facts = facts(t, &read);
        }
        Err(AttachError::Taken(_)) => outcome.wrong = t.attach.taken.to_owned(),
        Err(AttachError::NotNow(_)) => outcome.wrong = t.attach.not_now.to_owned(),
        Err(AttachError::Files(error)) => {
            let source = error.to_string().into();
            return Err(StoreError::Unavailable(source).into());
        }
        Err(AttachError::Store(error)) => return Err(error.into()),
    }
    let page = page(&desk, &invoice, outcome).await?;
    Ok(desk.wrong(&page))
}

fn unreadable(t: &Texts, trouble: &PaperTrouble) -> String {
    match trouble.code {
        "too_large" => t.paper.too_large,
        "format" => t.paper.format,
        "encrypted" => t.attach.encrypted,
        "several" => t.attach.several,
        "picture" => t.attach.picture,
        "too_slow" => t.paper.too_slow,
        "no_number" => t.paper.no_number,
        _ => t.paper.damaged,
    }
    .to_owned()
}

fn facts(t: &Texts, read: &PaperRead) -> Vec<FactRow> {
    read.facts
        .iter()
        .map(|it| FactRow {
            label: match it.fact {
                PaperFact::Number => t.attach.number,
                PaperFact::Date => t.attach.date,
                PaperFact::Total => t.attach.total,
            },
            ledger: it.ledger.clone(),
            file: it.file.clone().unwrap_or_default(),
            same: it.same,
            state: if it.same {
                Badge::new(Tone::Ok, t.paper.same)
            } else {
                Badge::new(Tone::Bad, t.paper.other)
            },
        })
        .collect()
}

async fn page(
    frame: &Frame,
    invoice: &Invoice,
    outcome: Outcome,
) -> Result<AttachmentPage, StoreError> {
    let number = invoice
        .identity
        .as_ref()
        .map(|it| format!("{}{}", it.code(), it.number()));
    Ok(AttachmentPage {
        shell: frame.shell(Section::Invoices).await?,
        back: format!("/admin/invoices/{}", invoice.id),
        name: number.clone().unwrap_or_else(|| invoice.id.to_string()),
        settles: takes_file(invoice.state) && !invoice.state.is_issued(),
        asks_number: number.is_none(),
        is_classic: invoice.kind == InvoiceKind::ClassicOrdinary,
        form: outcome.form,
        errors: outcome.errors,
        wrong: outcome.wrong,
        facts: outcome.facts,
    })
}
