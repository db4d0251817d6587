//! A title that a person corrects, or accepts as it is.

use crate::{
    actor::Actor,
    errors::StoreError,
    fields::FieldError,
    jobs::{Job, QueuedJob},
    merchant::{
        documents::{fits, sealed},
        drafts::DocumentDraft,
    },
    platform::draft::raw_title,
    ports::{Ports, Scope},
    records::{Delivery, JobRow, RawTitleRecord, SealedDocument, document_purpose},
};
use fapiao_domain::{
    delivery::DeliveryState,
    ids::Id,
    special::check_special_title,
    title::{check_title, check_vouched_title},
};
use thiserror::Error;

/// Longest reason for accepting a title as it is.
const REASON_MAX: usize = 200;

/// Why a title is not changed.
#[derive(Debug, Error)]
pub enum TitleChangeError {
    /// Wrong fields.
    #[error("{} field(s) of the title are wrong", .0.len())]
    Invalid(Vec<FieldError>),
    /// The invoice is drafted already, or the buyer has not agreed yet.
    #[error("the delivery is {0}; its title cannot be changed now")]
    NotNow(DeliveryState),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Whether a delivery's title may be changed: the buyer agreed and nothing is drafted.
pub fn may_correct(delivery: &Delivery) -> bool {
    delivery.state == DeliveryState::Authorised && delivery.invoice.is_none()
}

/// Stores a corrected title and queues the draft. With a reason its tax number is not held
/// against the check character, and what is odd about it is taken as it is.
///
/// # Errors
/// [`TitleChangeError`].
pub async fn correct_title(
    ports: &Ports,
    actor: &Actor,
    delivery: &Delivery,
    title: RawTitleRecord,
    document: &DocumentDraft,
) -> Result<(), TitleChangeError> {
    if !may_correct(delivery) {
        return Err(TitleChangeError::NotNow(delivery.state));
    }
    check(&title).map_err(TitleChangeError::Invalid)?;
    let mut title = title;
    title.document = kept_or_new(ports, delivery, &title, document).await?;
    let order = ports.store.order(&Scope::All, &delivery.order).await?;
    if order.is_some_and(|it| it.asked.is_special()) {
        fits_special(&title).map_err(TitleChangeError::Invalid)?;
    }
    let then = QueuedJob::now(
        Job::DraftInvoice(delivery.id.clone()),
        Some(delivery.seller.clone()),
    );
    ports
        .store
        .correct_title(&delivery.id, delivery.version, title, vec![then], actor)
        .await?;
    release_stopped(ports, actor, delivery.id.as_str()).await?;
    Ok(())
}

/// The document that goes with a corrected title. One that stands stays when its type is left and no number is typed.
async fn kept_or_new(
    ports: &Ports,
    delivery: &Delivery,
    title: &RawTitleRecord,
    typed: &DocumentDraft,
) -> Result<Option<SealedDocument>, TitleChangeError> {
    if typed.kind.trim().is_empty() && typed.number.trim().is_empty() {
        return Ok(None);
    }
    let named = |errors: Vec<FieldError>| {
        let errors = errors.into_iter().map(|mut it| {
            it.pointer = it.pointer.replace("/document/", "/document_");
            it
        });
        TitleChangeError::Invalid(errors.collect())
    };
    let Some(seller) = ports.store.seller(&delivery.seller).await? else {
        return Ok(None);
    };
    fits(ports, &seller, Some(title), "/document_type")
        .await?
        .map_err(TitleChangeError::Invalid)?;
    let before = delivery
        .raw_title
        .as_ref()
        .and_then(|it| it.document.as_ref())
        .filter(|it| it.kind.code() == typed.kind.trim() && !it.is_erased());
    let nationality = typed.nationality.trim();
    let document = match before {
        Some(it) if typed.number.trim().is_empty() => {
            if nationality.is_empty() || nationality == it.nationality {
                return Ok(Some(it.clone()));
            }
            // Another nationality of the same number; one that no key opens has to be typed again.
            let purpose = document_purpose(&seller.id);
            let opened = it.opened(|text| ports.sealer.open(&purpose, text));
            DocumentDraft {
                number: opened.map_or_else(String::new, |it| it.number),
                ..typed.clone()
            }
        }
        _ => typed.clone(),
    };
    sealed(ports, &seller, &document, "/document")
        .map(Some)
        .map_err(named)
}

/// Runs the stopped jobs about a thing again: what stopped them was just dealt with.
///
/// # Errors
/// [`StoreError`].
pub async fn release_stopped(
    ports: &Ports,
    actor: &Actor,
    subject: &str,
) -> Result<(), StoreError> {
    release(ports, actor, subject, |_| true).await
}

/// Runs the jobs of one kind again that stopped for a person about something.
///
/// # Errors
/// [`StoreError`].
pub async fn release_stopped_kind(
    ports: &Ports,
    actor: &Actor,
    subject: &str,
    kind: &str,
) -> Result<(), StoreError> {
    release(ports, actor, subject, |job| job.kind == kind).await
}

async fn release(
    ports: &Ports,
    actor: &Actor,
    subject: &str,
    is_it: impl Fn(&JobRow) -> bool,
) -> Result<(), StoreError> {
    let stopped = ports.store.stopped_jobs(&[subject]).await?;
    for job in stopped.iter().filter(|it| is_it(it)) {
        ports.store.retry_job(&job.id, actor).await?;
    }
    Ok(())
}

/// Whether a special invoice may go to it; no reason changes that.
fn fits_special(title: &RawTitleRecord) -> Result<(), Vec<FieldError>> {
    let Ok(checked) = check_vouched_title(&raw_title(title)) else {
        return Ok(());
    };
    check_special_title(&checked.title).map_err(|error| {
        let field = match error.field {
            "kind" => "organisation",
            field => field,
        };
        vec![FieldError::new(
            format!("/{field}"),
            error.code,
            error.message,
        )]
    })
}

fn check(title: &RawTitleRecord) -> Result<(), Vec<FieldError>> {
    let reason = title.override_reason.trim();
    if reason.chars().count() > REASON_MAX || reason.chars().any(char::is_control) {
        let message = format!("at most {REASON_MAX} characters on one line");
        return Err(vec![FieldError::new(
            "/override_reason",
            "E_SETTING_TEXT",
            message,
        )]);
    }
    if let Some(error) = FieldError::of_unseen("/override_reason", reason) {
        return Err(vec![error]);
    }
    let checked = if reason.is_empty() {
        check_title(&raw_title(title))
    } else {
        check_vouched_title(&raw_title(title))
    };
    match checked {
        // A reason answers for what is odd, and for the number.
        Ok(_) if !reason.is_empty() => Ok(()),
        // Odd things do not stop a buyer's own title; a person who types one is asked.
        Ok(checked) if checked.warnings.is_empty() => Ok(()),
        Ok(checked) => Err(checked
            .warnings
            .into_iter()
            .map(|it| FieldError::new(format!("/{}", it.field), it.code, it.message))
            .collect()),
        Err(errors) => Err(errors
            .into_iter()
            .map(|error| FieldError::of_title("", error, &title.tax_number))
            .collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_number_needs_a_correction_or_a_reason() {
        let mut title = RawTitleRecord {
            organisation: true,
            name: "上海示例商贸有限公司".to_owned(),
            tax_number: "91310000MA1FL0007D".to_owned(),
            ..RawTitleRecord::default()
        };
        let errors = check(&title).unwrap_err();
        assert_eq!(errors[0].pointer, "/tax_number");
        title.tax_number = "91310000MA1FL000C7".to_owned();
        let meant = check(&title).unwrap_err()[0].meant.as_deref().cloned();
        assert_eq!(
            meant,
            Some(("91310000MA1FL0007C".to_owned(), "17 C→7, 18 7→C".to_owned()))
        );
        title.override_reason = "buyer showed the licence".to_owned();
        assert!(check(&title).is_ok());
        title.name = " ".to_owned();
        assert_eq!(check(&title).unwrap_err()[0].pointer, "/name");
        title.override_reason.clear();
        title.name = "上海示例商贸有限公司".to_owned();
        title.tax_number = "91310000MA1FL0007C".to_owned();
        assert!(check(&title).is_ok());
        // What is only odd is asked about, and goes through with a reason.
        title.name = "王记".to_owned();
        assert_eq!(check(&title).unwrap_err()[0].code, "W_SHORT_NAME");
        title.override_reason = "a shop of that name".to_owned();
        assert!(check(&title).is_ok());
        // A reason is for the number and the odd; what no paper takes stays wrong.
        title.tax_number = "9131".to_owned();
        title.phone = "call me".to_owned();
        let pointers: Vec<String> = check(&title)
            .unwrap_err()
            .into_iter()
            .map(|it| it.pointer)
            .collect();
        assert_eq!(pointers, ["/tax_number", "/phone"]);
        // No number, by explicit choice.
        let mut school = RawTitleRecord {
            organisation: true,
            name: "示例市第一中学".to_owned(),
            ..RawTitleRecord::default()
        };
        assert_eq!(check(&school).unwrap_err()[0].code, "E_TAX_NUMBER_EMPTY");
        school.no_number = true;
        assert!(check(&school).is_ok());
    }
}
