//! Invoices whose number a tax gateway gives: asked for once with certainty, their files fetched or made.

use crate::{
    actor::Actor,
    errors::{Advice, StoreError},
    keeping::keep,
    platform::{
        face::levy_lines,
        issue::{document_lost, documents, late_or, levies, without_number},
    },
    ports::{
        Asked, Assigned, GatewayIssue, GatewayVerdict, IssuedThere, PaperWanted, Ports,
        UploadOutcome,
    },
    records::{AnnouncedFile, Document, GatewayAnswerRecord, Invoice, Papers, Seller},
    step::StepError,
};
use bytes::Bytes;
use fapiao_domain::{
    document::without_identity_numbers,
    ids::{Id, InvoiceId},
    invoice::{Identity, InvoiceKind},
};
use serde_json::json;

/// Seconds until a gateway that took an invoice on is asked again.
const AGAIN_SECS: u32 = 3;
/// The longest pause between two such questions.
const AGAIN_MOST: u32 = 600;

/// Brings one invoice to the gateway, or asks what became of it. Once a call may have gone out, the gateway is asked
/// what it has under our serial before anything is sent again.
///
/// # Errors
/// [`StepError`]; `NotYet` while the gateway is at it.
pub(super) async fn issue_at_gateway(ports: &Ports, invoice: &Invoice) -> Result<(), StepError> {
    let seller =
        ports
            .store
            .seller(&invoice.seller)
            .await?
            .ok_or_else(|| StoreError::NotFound {
                what: format!("seller {}", invoice.seller),
            })?;
    let before = match ports.store.record_asked(&invoice.id).await? {
        Asked::Elsewhere => return Ok(()),
        Asked::Before => true,
        Asked::First => false,
    };
    let asked = ask(ports, &seller, invoice, before).await;
    match asked {
        Ok(verdict) => decided(ports, invoice, verdict).await,
        Err(StepError::Outside(error)) if error.advice == Advice::OutcomeUnknown => {
            let note = json!({ "gateway": error.message });
            let end = late_or(ports, invoice, error.into());
            let stops = matches!(end, StepError::Parked { .. });
            // The store queues the question again, until a person is told.
            let outcome = UploadOutcome::Unknown { again: !stops };
            let unknown = vec![(invoice.id.clone(), outcome)];
            ports.store.record_outcomes(&unknown, note).await?;
            if stops { Err(end) } else { Ok(()) }
        }
        Err(error) => Err(late_or(ports, invoice, error)),
    }
}

async fn ask(
    ports: &Ports,
    seller: &Seller,
    invoice: &Invoice,
    before: bool,
) -> Result<GatewayVerdict, StepError> {
    if before {
        let found = ports.tax.issued_there(seller, invoice.id.as_str()).await?;
        // A refusal is not the end of a serial: a mended content may be sent under it.
        match found {
            Some(GatewayVerdict::Refused(_)) | None => {}
            Some(verdict) => return Ok(verdict),
        }
    }
    let is_levy = levies(ports, &invoice.seller).await?;
    let levies = levy_lines(invoice, &is_levy);
    let document = documents(ports, std::slice::from_ref(&invoice.id), &invoice.seller)
        .await?
        .remove(&invoice.id);
    if document == Some(None) {
        return Err(document_lost());
    }
    let document = document.flatten();
    let issue = GatewayIssue {
        invoice,
        levy_lines: &levies,
        document: document.as_ref(),
    };
    let told = ports.tax.issue_there(seller, &issue).await;
    Ok(match (told, &document) {
        (Ok(GatewayVerdict::Refused(reason)), Some(document)) => {
            GatewayVerdict::Refused(document.hidden_in(&reason))
        }
        (Err(error), Some(document)) => return Err(without_number(error, document).into()),
        (told, _) => told?,
    })
}

async fn decided(
    ports: &Ports,
    invoice: &Invoice,
    verdict: GatewayVerdict,
) -> Result<(), StepError> {
    match verdict {
        GatewayVerdict::Issued(there) => take(ports, invoice, *there).await,
        GatewayVerdict::Refused(reason) => {
            let reason = without_identity_numbers(&reason);
            let refused = vec![(invoice.id.clone(), UploadOutcome::Refused { reason })];
            Ok(ports.store.record_outcomes(&refused, json!({})).await?)
        }
        GatewayVerdict::Accepted => {
            let age = invoice
                .uploaded_at
                .map_or(0, |at| (ports.clock.now() - at).num_seconds());
            let after = u32::try_from(age).unwrap_or(AGAIN_MOST);
            Err(late_or(
                ports,
                invoice,
                StepError::not_yet(
                    after.clamp(AGAIN_SECS, AGAIN_MOST),
                    "税务网关已受理，正在开具 / the tax gateway has taken the invoice on and is still issuing it",
                ),
            ))
        }
    }
}

/// The invoice takes the gateway's number: when it is the one that was asked for.
async fn take(ports: &Ports, invoice: &Invoice, there: IssuedThere) -> Result<(), StepError> {
    if there.totals != Some(invoice.totals) {
        let said = there
            .totals
            .map_or_else(|| "no amount".to_owned(), |it| it.total.to_string());
        return Err(differs(format!(
            "the gateway issued {} over {said}, but {} was asked for",
            there.identity.number(),
            invoice.totals.total
        )));
    }
    let is_classic = matches!(there.identity, Identity::Classic { .. });
    if is_classic != (invoice.kind == InvoiceKind::ClassicOrdinary) {
        return Err(differs(format!(
            "the gateway issued another form than was asked for: number {}",
            there.identity.number()
        )));
    }
    let assigned = Assigned {
        invoice: invoice.id.clone(),
        identity: there.identity,
        issued_at: there.issued_at,
        answer: GatewayAnswerRecord {
            cipher: there.cipher,
            papers: there.papers,
        },
    };
    match ports
        .store
        .record_assigned(assigned, &Actor::TaxAuthority)
        .await
    {
        Ok(()) => Ok(()),
        Err(StoreError::Exists { what }) => Err(differs(what)),
        Err(error) => Err(error.into()),
    }
}

/// Two parties disagree about a legal document: a person has to look.
fn differs(what: String) -> StepError {
    StepError::parked(
        "tax_differs",
        format!("{what}; clear it up with the gateway's operator, then retry"),
    )
}

/// The files of an invoice that a gateway issued; `None` when they are ours to make.
///
/// # Errors
/// [`StepError`]; `NotYet` while the gateway makes them.
pub(super) async fn papers_of(
    ports: &Ports,
    invoice: &Invoice,
    answer: &GatewayAnswerRecord,
) -> Result<Option<Vec<Document>>, StepError> {
    let seller = ports.store.seller(&invoice.seller).await?;
    let seller = seller.ok_or_else(|| StoreError::NotFound {
        what: format!("seller {}", invoice.seller),
    })?;
    let files = match &answer.papers {
        Papers::Ours => return Ok(None),
        Papers::Made(files) => files.clone(),
        Papers::Pending => match announced(ports, &seller, &invoice.id).await? {
            Papers::Ours => return Ok(None),
            Papers::Made(files) => files,
            Papers::Pending => {
                return Err(StepError::not_yet(
                    AGAIN_SECS,
                    "税务网关正在生成文件 / the tax gateway is still making the files",
                ));
            }
        },
    };
    let mut documents = Vec::with_capacity(files.len());
    for file in &files {
        documents.push(fetch(ports, &seller, invoice, file).await?);
    }
    Ok(Some(documents))
}

/// What the gateway says of the files now; noted when it changed.
async fn announced(
    ports: &Ports,
    seller: &Seller,
    invoice: &InvoiceId,
) -> Result<Papers, StepError> {
    let verdict = ports.tax.issued_there(seller, invoice.as_str()).await?;
    let Some(GatewayVerdict::Issued(there)) = verdict else {
        return Err(differs(format!(
            "the gateway no longer knows the invoice it issued under {invoice}"
        )));
    };
    if there.papers != Papers::Pending {
        ports.store.note_papers(invoice, &there.papers).await?;
    }
    Ok(there.papers)
}

/// Fetches a file once, and believes it only when it has the announced hash and carries number, date and amount.
async fn fetch(
    ports: &Ports,
    seller: &Seller,
    invoice: &Invoice,
    file: &AnnouncedFile,
) -> Result<Document, StepError> {
    let got = ports
        .tax
        .document(seller, invoice.id.as_str(), &file.format)
        .await?;
    if got.announced.sha256 != file.sha256 {
        return Err(differs(format!(
            "the fetched {} is not the announced one",
            file.format
        )));
    }
    check(ports, invoice, &file.format, got.bytes.clone()).await?;
    Ok(keep(ports, &invoice.id, &file.format, "received", got.bytes).await?)
}

async fn check(
    ports: &Ports,
    invoice: &Invoice,
    format: &str,
    bytes: Bytes,
) -> Result<(), StepError> {
    let Some(wanted) = PaperWanted::of(invoice) else {
        return Ok(());
    };
    let read = ports.papers.read(bytes, &wanted).await;
    let read = read.map_err(|why| differs(format!("the gateway's {format}: {why}")))?;
    let wrong: Vec<String> = read
        .facts
        .iter()
        .filter(|it| !it.same)
        .map(|it| {
            format!(
                "{} is {}, the ledger says {}",
                it.fact.as_str(),
                it.file.as_deref().unwrap_or("not found"),
                it.ledger
            )
        })
        .collect();
    if read.format != format {
        return Err(differs(format!(
            "the gateway's {format} is a file of another kind: {}",
            read.format
        )));
    }
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(differs(format!(
            "the gateway's {format} does not fit the invoice: {}",
            wrong.join("; ")
        )))
    }
}
