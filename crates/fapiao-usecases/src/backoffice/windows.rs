//! The windows of the tax side, watched: 48 hours from issue to upload, 12 hours for an upload's result, and the 13th for
//! the month. Each step of the escalation tells staff once.

use super::{
    months::{self, DUE_ON, LAST_ON},
    outlook::{UPLOAD_HOURS, UPLOAD_STOP_HOURS, UPLOAD_WARN_HOURS},
};
use crate::{
    calendar,
    errors::StoreError,
    ports::{Mail, NoticeMailFacts, Ports, UndecidedInvoice, WindowMark},
    records::{Role, Seller, Staff},
    step::StepError,
};
use chrono::{DateTime, Datelike, TimeDelta, Utc};
use fapiao_domain::{
    ids::{Id, InvoiceId, SellerId, StaffId},
    invoice::InvoiceState,
};
use std::collections::HashMap;

/// The result of an upload can be asked for this long.
pub const RESULT_HOURS: i64 = 12;
/// Invoices one mail names; the rest is a number.
const NAMED: usize = 50;

/// Who is told: who may decide, can sign in, and left an address.
fn is_told(staff: &Staff) -> bool {
    let role = matches!(staff.role, Role::Owner | Role::Admin | Role::Finance);
    role && !staff.disabled && !staff.email.is_empty() && staff.store.is_none()
}

/// The stage an invoice's 48 hours have reached; `None` while there is time.
pub fn upload_stage(since: DateTime<Utc>, now: DateTime<Utc>) -> Option<&'static str> {
    let age = now - since;
    if age >= TimeDelta::hours(UPLOAD_HOURS) {
        Some("over")
    } else if age >= TimeDelta::hours(UPLOAD_STOP_HOURS) {
        Some("stopped")
    } else if age >= TimeDelta::hours(UPLOAD_WARN_HOURS) {
        Some("late")
    } else {
        None
    }
}

/// Looks at every window, marks what is new, and queues the mails about it.
///
/// # Errors
/// [`StoreError`].
pub async fn watch_windows(ports: &Ports) -> Result<(), StoreError> {
    let now = ports.clock.now();
    let mut marks = Vec::new();
    let before = now - TimeDelta::hours(UPLOAD_WARN_HOURS);
    for invoice in ports.store.undecided_invoices(before).await? {
        marks.extend(marks_of(&invoice, now));
    }
    let month = months::month_before(now);
    let day = calendar::in_shanghai(now).day();
    let stage = match day {
        DUE_ON..LAST_ON => Some("due"),
        LAST_ON => Some("last"),
        _ => None,
    };
    if let Some(stage) = stage {
        for seller in ports.store.sellers().await? {
            if months::is_open(ports, &seller, &month).await? {
                marks.push(mark(
                    "month",
                    &format!("{}:{month}", seller.id),
                    stage,
                    &seller.id,
                    now,
                ));
            }
        }
    }
    if marks.is_empty() {
        return Ok(());
    }
    let staff = if ports.mailer.is_enabled() {
        ports.store.staff().await?
    } else {
        Vec::new()
    };
    let told: Vec<Staff> = staff.into_iter().filter(is_told).collect();
    ports.store.mark_windows(marks, &told).await?;
    Ok(())
}

/// One batch, and so one mail, for each seller, kind and stage of a look.
fn mark(
    kind: &str,
    subject: &str,
    stage: &str,
    seller: &SellerId,
    now: DateTime<Utc>,
) -> WindowMark {
    WindowMark {
        kind: kind.to_owned(),
        subject: subject.to_owned(),
        stage: stage.to_owned(),
        seller: seller.clone(),
        batch: format!(
            "{kind}-{stage}-{}-{}",
            seller.as_str(),
            now.timestamp_millis()
        ),
        at: now,
    }
}

fn marks_of(invoice: &UndecidedInvoice, now: DateTime<Utc>) -> Vec<WindowMark> {
    let id = invoice.id.to_string();
    let mut marks = Vec::new();
    if let Some(stage) = upload_stage(invoice.since, now) {
        marks.push(mark("upload", &id, stage, &invoice.seller, now));
    }
    let waits = invoice.state == InvoiceState::Uploading;
    let unanswered = invoice
        .uploaded_at
        .is_some_and(|at| now - at >= TimeDelta::hours(RESULT_HOURS));
    if waits && unanswered {
        marks.push(mark("result", &id, "over", &invoice.seller, now));
    }
    marks
}

/// Mails one person about a batch of marks.
///
/// # Errors
/// [`StepError`].
pub async fn mail_windows(ports: &Ports, batch: &str, staff: &StaffId) -> Result<(), StepError> {
    let marks = ports.store.marks_of(batch).await?;
    let person = ports.store.staff_by_id(staff).await?;
    let (Some(first), Some(person)) = (marks.first(), person.filter(is_told)) else {
        return Ok(());
    };
    if !ports.mailer.is_enabled() {
        return Ok(());
    }
    let Some(seller) = ports.store.seller(&first.seller).await? else {
        return Ok(());
    };
    let facts = facts(ports, &seller, &person, &marks).await?;
    let words = ports
        .mail_texts
        .notice(&facts)
        .map_err(|error| StepError::parked("mail_template", error))?;
    let mail = Mail {
        to: person.email.clone(),
        subject: words.subject,
        text: words.text,
        html: words.html,
        attachments: Vec::new(),
        serial: format!("{batch}-{}", staff.as_str()),
    };
    Ok(ports.mailer.send(mail).await?)
}

async fn facts(
    ports: &Ports,
    seller: &Seller,
    person: &Staff,
    marks: &[WindowMark],
) -> Result<NoticeMailFacts, StepError> {
    let (kind, stage) = marks
        .first()
        .map(|it| (it.kind.clone(), it.stage.clone()))
        .unwrap_or_default();
    let month = match kind.as_str() {
        "month" => marks
            .first()
            .and_then(|it| it.subject.split_once(':'))
            .map(|(_, month)| month.to_owned()),
        _ => None,
    };
    let ids: Vec<InvoiceId> = marks
        .iter()
        .take(NAMED)
        .filter_map(|it| InvoiceId::parse(&it.subject).ok())
        .collect();
    let numbers: HashMap<String, String> = ports
        .store
        .invoices_by_id(&ids)
        .await?
        .into_iter()
        .map(|it| {
            let number = it.identity.as_ref().map_or_else(
                || it.id.to_string(),
                |known| format!("{}{}", known.code(), known.number()),
            );
            (it.id.to_string(), number)
        })
        .collect();
    let base = &ports.public_base;
    let invoices = ids
        .iter()
        .map(|id| {
            let number = numbers.get(id.as_str()).cloned();
            (
                number.unwrap_or_else(|| id.to_string()),
                format!("{base}/admin/invoices/{id}"),
            )
        })
        .collect();
    let page_url = match &month {
        Some(_) => format!("{base}/admin/months?seller={}", seller.id),
        None => format!("{base}/admin/jobs"),
    };
    Ok(NoticeMailFacts {
        language: person.language.clone(),
        kind,
        stage,
        seller: seller.party.name.clone(),
        month: month.unwrap_or_default(),
        count: marks.len() as u64,
        invoices,
        page_url,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::fresh;

    #[test]
    fn the_stages_begin_to_the_minute() {
        let since: DateTime<Utc> = "2026-11-20T01:00:00Z".parse().unwrap();
        let at = |hours: i64, minutes: i64| {
            upload_stage(
                since,
                since + TimeDelta::hours(hours) + TimeDelta::minutes(minutes),
            )
        };
        assert_eq!(at(11, 59), None);
        assert_eq!(at(12, 0), Some("late"));
        assert_eq!(at(35, 59), Some("late"));
        assert_eq!(at(36, 0), Some("stopped"));
        assert_eq!(at(47, 59), Some("stopped"));
        assert_eq!(at(48, 0), Some("over"));
    }

    #[test]
    fn an_upload_without_a_result_is_told_apart_from_one_that_never_went_out() {
        let now: DateTime<Utc> = "2026-11-21T12:00:00Z".parse().unwrap();
        let waiting = |state, uploaded: Option<i64>| UndecidedInvoice {
            id: fresh(now),
            seller: fresh(now),
            since: now - TimeDelta::hours(13),
            uploaded_at: uploaded.map(|hours| now - TimeDelta::hours(hours)),
            state,
        };
        let kinds = |it: &UndecidedInvoice| -> Vec<String> {
            marks_of(it, now).into_iter().map(|it| it.kind).collect()
        };
        assert_eq!(kinds(&waiting(InvoiceState::Reserved, None)), ["upload"]);
        assert_eq!(
            kinds(&waiting(InvoiceState::Uploading, Some(12))),
            ["upload", "result"]
        );
        assert_eq!(
            kinds(&waiting(InvoiceState::Uploading, Some(11))),
            ["upload"]
        );
    }
}
