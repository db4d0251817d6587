//! Number, upload, result: the legal act, in batches.

use crate::{
    backoffice::outlook::upload_is_late,
    calendar,
    errors::{Advice, OutsideError, StoreError},
    jobs::{Job, QueuedJob},
    platform::{
        at_gateway::issue_at_gateway,
        face::{face_of, levy_lines},
        names::look_again,
    },
    ports::{IssueFace, Ports, RedUpload, Reservation, TaxResult, TaxVerdict, UploadOutcome},
    records::{Invoice, Seller, document_purpose},
    step::StepError,
};
use chrono::TimeDelta;
use fapiao_domain::{
    document::{PersonDocument, without_identity_numbers},
    ids::{InvoiceId, SellerId},
    payment::channel_of,
    rate::Rate,
};
use futures_util::{FutureExt as _, StreamExt as _, future::BoxFuture, stream};
use serde_json::json;
use std::{
    collections::{BTreeMap, HashMap, HashSet},
    time::Duration,
};
use tokio::time::sleep;

/// The authority takes at most so many per call.
pub const UPLOAD_MAX: usize = 100;
/// The result can be asked for this long after the upload.
const RESULT_WINDOW_HOURS: i64 = 12;

/// Until quota is looked at again that may not be used any more; its extension wakes what waits for it.
const LAPSED_SECS: u32 = 600;

/// An upload younger than this is asked about several times in one go.
const FRESH_SECS: i64 = 2;
/// Calls of one batch that wait for a gateway side by side.
const GATEWAY_AT_ONCE: usize = 8;
/// Pauses between those questions.
const SOON_MILLIS: [u64; 3] = [60, 120, 240];

/// The result of one invoice's step.
type StepOf = (InvoiceId, Result<(), StepError>);

/// Brings several invoices to the tax side; an answer per invoice. Those of sellers behind a gateway go there one by
/// one, the others are reserved and uploaded together.
pub async fn issue_invoices(ports: &Ports, ids: &[InvoiceId]) -> Vec<StepOf> {
    let stopped = match look_again(ports, ids).await {
        Ok(stopped) => stopped,
        Err(error) => return all(ids, || StepError::Store(copy_store(&error))),
    };
    if stopped.is_empty() {
        return issue_looked_at(ports, ids).await;
    }
    let rest: Vec<InvoiceId> = ids
        .iter()
        .filter(|id| !stopped.contains_key(id))
        .cloned()
        .collect();
    let mut results = issue_looked_at(ports, &rest).await;
    results.extend(stopped.into_iter().map(|(id, error)| (id, Err(error))));
    results
}

async fn issue_looked_at(ports: &Ports, ids: &[InvoiceId]) -> Vec<StepOf> {
    let elsewhere = match ports.store.at_gateway(ids).await {
        Ok(elsewhere) => elsewhere,
        Err(error) => return all(ids, || StepError::Store(copy_store(&error))),
    };
    if elsewhere.is_empty() {
        return reserve_and_upload(ports, ids).await;
    }
    let ours: Vec<InvoiceId> = ids
        .iter()
        .filter(|id| !elsewhere.contains(id))
        .cloned()
        .collect();
    let (mut results, through) = tokio::join!(
        reserve_and_upload(ports, &ours),
        through_gateways(ports, &elsewhere)
    );
    results.extend(through);
    results
}

/// A few at a time: a gateway that is slow holds up no more than these.
async fn through_gateways(ports: &Ports, ids: &[InvoiceId]) -> Vec<StepOf> {
    let invoices = match ports.store.invoices_by_id(ids).await {
        Ok(invoices) => invoices,
        Err(error) => return all(ids, || StepError::Store(copy_store(&error))),
    };
    let calls: Vec<BoxFuture<'_, StepOf>> = invoices
        .iter()
        .map(|invoice| one_through(ports, invoice).boxed())
        .collect();
    stream::iter(calls)
        .buffer_unordered(GATEWAY_AT_ONCE)
        .collect()
        .await
}

async fn one_through(ports: &Ports, invoice: &Invoice) -> StepOf {
    let result = issue_at_gateway(ports, invoice).await;
    (invoice.id.clone(), result)
}

async fn reserve_and_upload(ports: &Ports, ids: &[InvoiceId]) -> Vec<StepOf> {
    if ids.is_empty() {
        return Vec::new();
    }
    let reserved = match ports.store.reserve(ids, ports.clock.now()).await {
        Ok(reserved) => reserved,
        Err(error) => return all(ids, || StepError::Store(copy_store(&error))),
    };
    let mut results: Vec<StepOf> = Vec::with_capacity(ids.len());
    let mut to_upload = HashSet::new();
    for (id, reservation) in ids.iter().zip(reserved) {
        match reservation {
            Reservation::Reserved { .. } => {
                to_upload.insert(id.clone());
            }
            Reservation::NoNumber => {
                results.push((
                    id.clone(),
                    Err(StepError::not_yet(
                        5,
                        "发票号码已用完，正在领取 / no invoice number is left; more are on their way",
                    )),
                ));
            }
            Reservation::NoQuota { left } => results.push((
                id.clone(),
                Err(StepError::not_yet(
                    5,
                    format!(
                        "剩余额度 {left} 少于本张金额，正在申请 / the quota left, {left}, is less than the net amount; more is on its way"
                    ),
                )),
            )),
            Reservation::QuotaLapsed { until } => results.push((
                id.clone(),
                Err(StepError::not_yet(
                    LAPSED_SECS,
                    format!(
                        "本月额度只能用到 {until}，系统已申请延长：请确认上月增值税已申报 / the quota of this month could be \
                         used until {until}; its extension is asked for: see that last month's VAT return is filed"
                    ),
                )),
            )),
            // Uploaded, issued or refused before: other jobs follow it.
            Reservation::NotReady(_) => results.push((id.clone(), Ok(()))),
        }
    }
    if to_upload.is_empty() {
        return results;
    }
    let wanted: Vec<InvoiceId> = to_upload.iter().cloned().collect();
    let invoices = match ports.store.invoices_by_id(&wanted).await {
        Ok(invoices) => invoices,
        Err(error) => {
            results.extend(all(&wanted, || StepError::Store(copy_store(&error))));
            return results;
        }
    };
    let mut by_seller: BTreeMap<SellerId, Vec<Invoice>> = BTreeMap::new();
    for invoice in invoices {
        by_seller
            .entry(invoice.seller.clone())
            .or_default()
            .push(invoice);
    }
    for (seller, invoices) in by_seller {
        for set in invoices.chunks(UPLOAD_MAX) {
            let ids: Vec<InvoiceId> = set.iter().map(|invoice| invoice.id.clone()).collect();
            match upload(ports, &seller, set).await {
                Ok(mut stopped) => results.extend(ids.into_iter().map(|id| {
                    let end = stopped.remove(&id).map_or(Ok(()), Err);
                    (id, end)
                })),
                Err(error) => results.extend(
                    set.iter()
                        .map(|it| (it.id.clone(), Err(late_or(ports, it, copy_step(&error))))),
                ),
            }
        }
    }
    results
}

/// An upload that failed again: near the end of its 48 hours it stops for a person.
pub(super) fn late_or(ports: &Ports, invoice: &Invoice, error: StepError) -> StepError {
    // A gateway fixes the issue time itself: there the clock runs from the first question.
    let since = invoice.issued_at.or(invoice.uploaded_at);
    let late = since.and_then(|at| upload_is_late(at, ports.clock.now()));
    match late {
        Some(reason) => match error {
            StepError::Outside(error) => {
                StepError::parked("upload_window", format!("{reason} ({})", error.message))
            }
            _ => StepError::parked("upload_window", reason),
        },
        None => error,
    }
}

/// Which rates are levies (征收率) for a seller today.
pub(super) async fn levies(
    ports: &Ports,
    seller: &SellerId,
) -> Result<impl Fn(Rate) -> bool + use<>, StoreError> {
    let rates = ports.store.usable_rates(seller).await?;
    let today = calendar::day(ports.clock.now());
    Ok(move |rate: Rate| {
        rates
            .iter()
            .any(|it| it.levy && it.rate == rate && it.runs_on(&today))
    })
}

/// The documents of buyers who are natural persons, opened; `None` for one that no key opens.
pub(super) async fn documents(
    ports: &Ports,
    invoices: &[InvoiceId],
    seller: &SellerId,
) -> Result<HashMap<InvoiceId, Option<PersonDocument>>, StoreError> {
    let purpose = document_purpose(seller);
    let kept = ports.store.documents_of(invoices).await?;
    let opened = kept.into_iter().map(|(id, document)| {
        let document = document.opened(|sealed| ports.sealer.open(&purpose, sealed));
        (id, document)
    });
    Ok(opened.collect())
}

/// An invoice whose buyer's document cannot be opened waits for a person: the number that the buyer gave is never left out
/// without a word.
pub(super) fn document_lost() -> StepError {
    StepError::parked(
        "document_sealed",
        "买家证件号码无法用本机主密钥解开：请恢复主密钥后重试 / the number of the buyer's document cannot be opened with this server's master key; restore the key, then retry",
    )
}

/// Hands a set over. What had no answer is uploaded again by itself; those for which that has gone on for too long are
/// returned, for a person.
async fn upload(
    ports: &Ports,
    seller_id: &SellerId,
    invoices: &[Invoice],
) -> Result<HashMap<InvoiceId, StepError>, StepError> {
    let seller = ports
        .store
        .seller(seller_id)
        .await?
        .ok_or_else(|| StoreError::NotFound {
            what: format!("seller {seller_id}"),
        })?;
    let is_levy = levies(ports, seller_id).await?;
    let ids: Vec<InvoiceId> = invoices.iter().map(|invoice| invoice.id.clone()).collect();
    let mut documents = documents(ports, &ids, seller_id).await?;
    let is_lost = |id: &InvoiceId| matches!(documents.get(id), Some(None));
    let lost: HashMap<InvoiceId, StepError> = ids
        .iter()
        .filter(|id| is_lost(id))
        .map(|id| (id.clone(), document_lost()))
        .collect();
    let invoices: Vec<&Invoice> = invoices
        .iter()
        .filter(|it| !lost.contains_key(&it.id))
        .collect();
    if invoices.is_empty() {
        return Ok(lost);
    }
    let ids: Vec<InvoiceId> = invoices.iter().map(|invoice| invoice.id.clone()).collect();
    let faces: Vec<IssueFace> = invoices
        .iter()
        .filter_map(|invoice| {
            Some(IssueFace {
                face: face_of(invoice, ports.tax.is_sandbox())?,
                levy_lines: levy_lines(invoice, &is_levy),
                payment: invoice
                    .payments
                    .first()
                    .map(|(channel, number)| (channel_of(channel).code.to_owned(), number.clone())),
                red: invoice.red.as_ref().map(|it| RedUpload {
                    form_key: it.form_key.clone(),
                    blue_lines: it.blue_lines.clone(),
                }),
                document: documents.remove(&invoice.id).flatten(),
            })
        })
        .collect();
    let told = ports.tax.upload(&seller, &faces).await.map_err(|error| {
        let told = faces.iter().filter_map(|it| it.document.as_ref());
        told.fold(error, without_number)
    });
    match told {
        Ok(receipt) => {
            ports
                .store
                .record_upload(seller_id, &receipt, &ids, 0)
                .await?;
            Ok(lost)
        }
        Err(error) if error.advice == Advice::OutcomeUnknown => {
            let note = json!({ "upload": error.message.clone() });
            let error = StepError::Outside(error);
            let stopped: HashMap<InvoiceId, StepError> = invoices
                .iter()
                .map(|it| (it.id.clone(), late_or(ports, it, copy_step(&error))))
                .filter(|(_, end)| matches!(end, StepError::Parked { .. }))
                .collect();
            // The store queues the others again, under the same numbers.
            let unknown: Vec<_> = ids
                .into_iter()
                .map(|id| {
                    let again = !stopped.contains_key(&id);
                    (id, UploadOutcome::Unknown { again })
                })
                .collect();
            ports.store.record_outcomes(&unknown, note).await?;
            Ok(stopped.into_iter().chain(lost).collect())
        }
        Err(error) => Err(error.into()),
    }
}

/// What went wrong, without a number that the far side repeats.
pub(super) fn without_number(error: OutsideError, document: &PersonDocument) -> OutsideError {
    OutsideError {
        message: document.hidden_in(&error.message),
        ..error
    }
}

/// Asks what became of an upload and stores the answers.
///
/// # Errors
/// [`StepError`]; `NotYet` while some are still in progress.
pub async fn poll_receipt(
    ports: &Ports,
    seller_id: &SellerId,
    receipt: &str,
) -> Result<(), StepError> {
    let waiting = ports.store.awaiting_receipt(receipt).await?;
    if waiting.is_empty() {
        return upload_once_more(ports, receipt).await;
    }
    let Some(seller) = ports.store.seller(seller_id).await? else {
        return Ok(());
    };
    let oldest = waiting
        .iter()
        .filter_map(|invoice| invoice.uploaded_at)
        .min();
    let expired =
        oldest.is_some_and(|at| ports.clock.now() - at > TimeDelta::hours(RESULT_WINDOW_HOURS));
    let answers = if expired {
        Vec::new()
    } else {
        let is_fresh =
            oldest.is_some_and(|at| ports.clock.now() - at < TimeDelta::seconds(FRESH_SECS));
        match ask(ports, &seller, receipt, is_fresh).await {
            Ok(answers) => answers,
            Err(error) if error.advice == Advice::OutcomeUnknown => Vec::new(),
            Err(error) => return Err(error.into()),
        }
    };
    let verdicts: HashMap<&str, &TaxVerdict> = answers
        .iter()
        .map(|answer| (answer.number.as_str(), &answer.verdict))
        .collect();
    let refused: Vec<InvoiceId> = waiting
        .iter()
        .filter(|it| {
            let number = it.identity.as_ref().map_or("", |its| its.number());
            matches!(verdicts.get(number), Some(TaxVerdict::Refused(_)))
        })
        .map(|it| it.id.clone())
        .collect();
    let documents = documents(ports, &refused, seller_id).await?;
    let mut outcomes = Vec::with_capacity(waiting.len());
    let mut in_progress = 0_usize;
    let mut stopped = None;
    for invoice in &waiting {
        let number = invoice
            .identity
            .as_ref()
            .map_or("", |identity| identity.number());
        match verdicts.get(number) {
            Some(TaxVerdict::Accepted) => {
                outcomes.push((invoice.id.clone(), UploadOutcome::Issued))
            }
            Some(TaxVerdict::Refused(reason)) => {
                outcomes.push((
                    invoice.id.clone(),
                    UploadOutcome::Refused {
                        reason: match documents.get(&invoice.id) {
                            Some(Some(document)) => document.hidden_in(reason),
                            _ => without_identity_numbers(reason),
                        },
                    },
                ));
            }
            Some(TaxVerdict::InProgress) => in_progress += 1,
            // The authority does not know this number under the receipt, or the window for asking is over.
            None => {
                let since = invoice.issued_at.or(invoice.uploaded_at);
                let late = since.and_then(|at| upload_is_late(at, ports.clock.now()));
                let unknown = UploadOutcome::Unknown {
                    again: late.is_none(),
                };
                outcomes.push((invoice.id.clone(), unknown));
                stopped = stopped.or(late);
            }
        }
    }
    if !outcomes.is_empty() {
        ports
            .store
            .record_outcomes(&outcomes, json!({ "receipt": receipt }))
            .await?;
    }
    // Uploads that are taken and then forgotten, over and over: that, too, ends before the 48 hours do.
    if let Some(reason) = stopped {
        return Err(StepError::parked("upload_window", reason));
    }
    if in_progress == 0 {
        return Ok(());
    }
    // Still in progress at the end of its 48 hours: a person has to ask.
    let since = waiting.iter().filter_map(|it| it.issued_at).min();
    if let Some(reason) = since.and_then(|at| upload_is_late(at, ports.clock.now())) {
        return Err(StepError::parked("upload_window", reason));
    }
    let age = oldest.map_or(0, |at| (ports.clock.now() - at).num_seconds());
    let after = u32::try_from(age.clamp(1, 600)).unwrap_or(600);
    Err(StepError::not_yet(
        after,
        format!(
            "税局正在处理 {in_progress} 张发票 / {in_progress} invoice(s) are in progress at the tax authority"
        ),
    ))
}

/// Nobody waits for the receipt any more. What the authority did not know under it, and for which a person was asked and
/// retried, is uploaded again under its number.
async fn upload_once_more(ports: &Ports, receipt: &str) -> Result<(), StepError> {
    let forgotten = ports.store.forgotten_of_receipt(receipt).await?;
    if forgotten.is_empty() {
        return Ok(());
    }
    let jobs = forgotten
        .into_iter()
        .map(|it| QueuedJob::now(Job::IssueInvoice(it.id), Some(it.seller)))
        .collect();
    ports.store.enqueue(jobs).await.map_err(StepError::from)
}

/// The authority decides within moments as a rule: a fresh upload is asked about a few times in one go, so that the
/// buyer does not wait for the queue's next second.
async fn ask(
    ports: &Ports,
    seller: &Seller,
    receipt: &str,
    is_fresh: bool,
) -> Result<Vec<TaxResult>, OutsideError> {
    let mut pauses = if is_fresh {
        SOON_MILLIS.as_slice()
    } else {
        &[]
    }
    .iter();
    loop {
        let answers = ports.tax.results(seller, receipt).await?;
        let undecided = answers
            .iter()
            .any(|answer| answer.verdict == TaxVerdict::InProgress);
        match pauses.next() {
            Some(pause) if undecided => sleep(Duration::from_millis(*pause)).await,
            _ => return Ok(answers),
        }
    }
}

fn all(ids: &[InvoiceId], error: impl Fn() -> StepError) -> Vec<StepOf> {
    ids.iter().map(|id| (id.clone(), Err(error()))).collect()
}

/// One failure concerns a whole set: each of its jobs gets the same news.
fn copy_step(error: &StepError) -> StepError {
    match error {
        StepError::Store(error) => StepError::Store(copy_store(error)),
        StepError::Outside(error) => StepError::Outside(OutsideError::new(
            error.system,
            error.code.clone(),
            error.message.clone(),
            error.advice,
        )),
        StepError::Parked { code, reason } => StepError::parked(code.clone(), reason.clone()),
        StepError::NotYet { after_secs, reason } => StepError::not_yet(*after_secs, reason.clone()),
    }
}

fn copy_store(error: &StoreError) -> StoreError {
    match error {
        StoreError::Unavailable(source) => StoreError::Unavailable(source.to_string().into()),
        StoreError::Stale { what } => StoreError::Stale { what: what.clone() },
        StoreError::NotFound { what } => StoreError::NotFound { what: what.clone() },
        StoreError::Exists { what } => StoreError::Exists { what: what.clone() },
        StoreError::Corrupt(text) => StoreError::Corrupt(text.clone()),
        StoreError::Cursor => StoreError::Cursor,
    }
}
