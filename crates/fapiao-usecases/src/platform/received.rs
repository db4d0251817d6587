//! An official file that staff hand in: read, compared, attached; for an invoice whose outcome is not known it is the proof
//! that it was issued.

use crate::{
    actor::Actor,
    backoffice::titles::release_stopped_kind,
    calendar,
    errors::{Advice, OutsideError, StoreError},
    fields::FieldError,
    idempotency::fingerprint,
    jobs::{Job, QueuedJob},
    keeping::keep,
    ports::{Assigned, AttachedFile, PaperRead, PaperTrouble, PaperWanted, Ports, Scope},
    records::{Document, GatewayAnswerRecord, Invoice, IssuingMode, Papers},
};
use bytes::Bytes;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use fapiao_domain::{
    ids::{Id, InvoiceId},
    invoice::{Identity, InvoiceKind, InvoiceState},
    money::Fen,
    number::{DigitalNumber, check_classic},
};
use thiserror::Error;

/// Whether a PDF that a neighbour gave carries an invoice's number and gross amount; within, what is wrong with it.
///
/// # Errors
/// [`OutsideError`] of that neighbour when the reading took too long: it is tried again with back-off.
pub(crate) async fn carries(
    ports: &Ports,
    system: &'static str,
    pdf: &Bytes,
    number: &str,
    total: Fen,
) -> Result<Result<(), String>, OutsideError> {
    match ports.papers.check(pdf.clone(), number, total).await {
        Ok(()) => Ok(Ok(())),
        Err(trouble) if trouble.code == "too_slow" => Err(OutsideError::new(
            system,
            "too_slow",
            trouble.message,
            Advice::Retry { after: None },
        )),
        Err(trouble) => Ok(Err(trouble.message)),
    }
}

/// What staff say of an invoice that has no number yet: the file must say the same.
#[derive(Clone, Debug, Default)]
pub struct NumberDraft {
    /// Code, 12 digits; empty for digital invoices.
    pub code: String,
    /// Number.
    pub number: String,
    /// Check code of the older form.
    pub check_code: String,
    /// Machine of the older form.
    pub machine: String,
    /// Day of issue, `yyyy-mm-dd`.
    pub date: String,
}

/// Why a file is not attached.
#[derive(Debug, Error)]
pub enum AttachError {
    /// Wrong fields.
    #[error("{} field(s) are wrong", .0.len())]
    Invalid(Vec<FieldError>),
    /// The file cannot be read.
    #[error("{0}")]
    Unreadable(PaperTrouble),
    /// It says something else than the ledger.
    #[error("the file does not fit the invoice")]
    Differs(PaperRead),
    /// The invoice has another file of this format, or its number is another invoice's.
    #[error("{0}")]
    Taken(String),
    /// An invoice in this state takes no file.
    #[error("an invoice that is {0} takes no official file")]
    NotNow(InvoiceState),
    /// The file store.
    #[error(transparent)]
    Files(#[from] OutsideError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Where such a file comes from, as documents tell it.
const RECEIVED: &str = "received";

/// Whether an invoice takes a file: it is issued, or the tax side was asked and what it said is not known here.
pub const fn takes_file(state: InvoiceState) -> bool {
    state.is_issued()
        || matches!(
            state,
            InvoiceState::Uploading | InvoiceState::OutcomeUnknown | InvoiceState::Reserved
        )
}

/// Reads a file, compares number, day and amount, stores it once by its hash, and records it; of a ZIP as electronic tax
/// bureaus give it, each of the files within. The same file again is harmless.
///
/// # Errors
/// [`AttachError`]; when a file says something else, both values are in it and nothing of any is stored.
pub async fn attach_file(
    ports: &Ports,
    actor: &Actor,
    scope: &Scope,
    id: &InvoiceId,
    draft: &NumberDraft,
    file: Bytes,
) -> Result<Vec<Document>, AttachError> {
    let invoice = ports
        .store
        .invoice(scope, id)
        .await?
        .ok_or_else(|| StoreError::NotFound {
            what: format!("invoice {id}"),
        })?;
    if !takes_file(invoice.state) {
        return Err(AttachError::NotNow(invoice.state));
    }
    let (wanted, issued_at) = match PaperWanted::of(&invoice) {
        Some(wanted) => {
            let issued_at = invoice.issued_at.unwrap_or(invoice.created_at);
            (wanted, issued_at)
        }
        None => claimed(&invoice, draft, ports.clock.now()).map_err(AttachError::Invalid)?,
    };
    let files = ports.papers.documents(file).await;
    let mut fitting = Vec::new();
    for file in files.map_err(AttachError::Unreadable)? {
        let read = ports.papers.read(file.clone(), &wanted).await;
        let read = read.map_err(AttachError::Unreadable)?;
        if !read.fits() {
            return Err(AttachError::Differs(read));
        }
        fitting.push((read.format, file));
    }
    // Nothing of a ZIP is stored when one of its files is refused.
    let known = ports.store.documents(id).await?;
    for (format, file) in &fitting {
        let sha256 = fingerprint(file);
        let is_other =
            |it: &&Document| it.format == *format && it.origin == RECEIVED && it.sha256 != sha256;
        if let Some(other) = known.iter().find(is_other) {
            return Err(AttachError::Taken(format!(
                "another received {format} of invoice {id}, SHA-256 {}",
                other.sha256
            )));
        }
    }
    // The PDF first: with it the card is made.
    fitting.sort_by_key(|(format, _)| format != "pdf");
    let mut documents = Vec::with_capacity(fitting.len());
    for (format, file) in fitting {
        let document = keep(ports, id, &format, RECEIVED, file).await?;
        // The first one settles what became of the invoice.
        let settles = (documents.is_empty() && !invoice.state.is_issued()).then(|| Assigned {
            invoice: id.clone(),
            identity: wanted.identity.clone(),
            issued_at,
            answer: GatewayAnswerRecord {
                cipher: Vec::new(),
                // Its files are the received ones; none is made here.
                papers: Papers::Made(Vec::new()),
            },
        });
        let attached = AttachedFile {
            then: what_follows(ports, &invoice, &document).await?,
            document: document.clone(),
            settles,
        };
        match ports.store.record_attached(attached, actor).await {
            Ok(()) => documents.push(document),
            Err(StoreError::Exists { what }) => return Err(AttachError::Taken(what)),
            Err(error) => return Err(error.into()),
        }
    }
    if documents.iter().any(|it| it.format == "pdf") {
        // A card that stopped because of the paper before goes on with this one.
        let card = Job::DeliverCard(invoice.delivery.clone()).kind();
        release_stopped_kind(ports, actor, invoice.delivery.as_str(), card).await?;
    }
    Ok(documents)
}

/// A PDF lets the card be made and the mail go out, where that is ours to do.
async fn what_follows(
    ports: &Ports,
    invoice: &Invoice,
    document: &Document,
) -> Result<Vec<QueuedJob>, StoreError> {
    let mut then = Vec::new();
    if document.format != "pdf" {
        return Ok(then);
    }
    let of = Some(invoice.seller.clone());
    let seller = ports.store.seller(&invoice.seller).await?;
    let is_ours = seller.is_some_and(|it| it.mode == IssuingMode::SelfBuilt);
    if is_ours && invoice.red.is_none() {
        let card = Job::DeliverCard(invoice.delivery.clone());
        then.push(QueuedJob::now(card, of.clone()));
    }
    if ports.mailer.is_enabled() && !invoice.title.email.is_empty() {
        then.push(QueuedJob::now(Job::MailInvoice(invoice.id.clone()), of));
    }
    Ok(then)
}

/// What staff read off the paper, checked for its shape. The time of day is not on paper: noon of the day, or now on the
/// day itself.
fn claimed(
    invoice: &Invoice,
    draft: &NumberDraft,
    now: DateTime<Utc>,
) -> Result<(PaperWanted, DateTime<Utc>), Vec<FieldError>> {
    let mut wrong = Vec::new();
    let squeezed = |text: &str| text.split_whitespace().collect::<String>();
    let (code, number) = (squeezed(&draft.code), squeezed(&draft.number));
    let is_classic = invoice.kind == InvoiceKind::ClassicOrdinary;
    let identity = if is_classic {
        let check_code = squeezed(&draft.check_code);
        let machine = squeezed(&draft.machine);
        if let Err(error) = check_classic(&code, &number, &check_code) {
            wrong.push(FieldError::new(
                "/number",
                "E_INVOICE_NUMBER",
                error.to_string(),
            ));
        }
        if machine.len() != 12 || !machine.bytes().all(|it| it.is_ascii_digit()) {
            let text = "the machine number has 12 digits";
            wrong.push(FieldError::new("/machine", "E_INVOICE_NUMBER", text));
        }
        Identity::Classic {
            code,
            number,
            check_code,
            machine,
        }
    } else {
        if let Err(error) = DigitalNumber::parse(&number) {
            wrong.push(FieldError::new(
                "/number",
                "E_INVOICE_NUMBER",
                error.to_string(),
            ));
        }
        Identity::Digital { number }
    };
    let today = calendar::in_shanghai(now).date();
    let date = NaiveDate::parse_from_str(draft.date.trim(), "%Y-%m-%d")
        .ok()
        .filter(|it| *it <= today);
    let Some(date) = date else {
        let text = "a day like 2026-11-21, not in the future";
        wrong.push(FieldError::new("/date", "E_DATE", text));
        return Err(wrong);
    };
    if !wrong.is_empty() {
        return Err(wrong);
    }
    let noon = calendar::midnight(date) + TimeDelta::hours(12);
    let wanted = PaperWanted {
        identity,
        date,
        total: invoice.totals.total,
    };
    Ok((wanted, noon.min(now)))
}
