//! Claimed jobs, carried out.

use crate::{
    backoffice::{months, proof_mails, quota, quota_terms, reconciliation, windows},
    fiscal, gateway,
    jobs::{ClaimedJob, FinishedJob, Job},
    merchant::{after_payment, buyer_form, claims, confirm, prepare, pushes, refusal, reissue},
    platform::{buyer_forms, card, card_life, draft, issue, mail, red, render, stock, template},
    ports::Ports,
    step::{StepError, job_end},
    unified,
};
use fapiao_domain::ids::{Id, InvoiceId};
use std::collections::HashMap;

/// Carries out one job.
pub async fn run_job(ports: &Ports, claimed: &ClaimedJob) -> FinishedJob {
    let result = match &claimed.job {
        Job::HandlePush(id) => pushes::handle_push(ports, id).await,
        Job::ConfirmAuthorisation(id) => {
            confirm::poll_authorisation(ports, id, claimed.queued_at).await
        }
        Job::RejectAuthorisation(id) => refusal::reject_at_wechat(ports, id).await,
        Job::PrepareAccount(id) => prepare::prepare_account(ports, id).await,
        Job::DraftInvoice(id) => draft::draft_invoice(ports, id).await,
        Job::IssueInvoice(id) => {
            first(issue::issue_invoices(ports, std::slice::from_ref(id)).await)
        }
        Job::PollReceipt { seller, receipt } => issue::poll_receipt(ports, seller, receipt).await,
        Job::RenderInvoice(id) => render::render_invoice(ports, id).await,
        Job::DeliverCard(id) => card::deliver_card(ports, id).await,
        Job::Reconcile(id) => reconciliation::compare(ports, id).await,
        Job::CancelCard(id) => card_life::cancel_card(ports, id).await,
        Job::MailInvoice(id) => mail::mail_invoice(ports, id).await,
        Job::RefillStock(id) => stock::refill_stock(ports, id).await,
        Job::SyncTaxData(id) => stock::sync_tax_data(ports, id).await,
        Job::ReturnQuota(id) => quota_terms::return_quota(ports, id).await,
        Job::ExtendQuota(id) => quota_terms::extend_quota(ports, id).await,
        Job::SendRequest(id) => gateway::send_request(ports, id).await,
        Job::FollowRequest(id) => gateway::follow_request(ports, id).await,
        Job::MakeOut(id) => unified::make_out(ports, id).await,
        Job::HandleNotice(id) => gateway::handle_notice(ports, id).await,
        Job::ReportResult(id) => gateway::report_result(ports, id).await,
        Job::ReportOffset(id) => gateway::report_offset(ports, id).await,
        Job::MatchPayment(id) => after_payment::match_order(ports, id).await,
        Job::AskPayment(id) => after_payment::ask_payment(ports, id).await,
        Job::RejectClaim { claim, url } => claims::reject_at_wechat(ports, claim, url).await,
        Job::EnsureTemplate { seller, kind } => {
            template::ensure_template(ports, seller, *kind).await
        }
        Job::PushBuyerForm(id) => buyer_form::push_buyer_form(ports, id).await,
        Job::FindRedForms(id) => buyer_forms::find_red_forms(ports, id).await,
        Job::FollowRedForm(id) => red::follow_red_form(ports, id).await,
        Job::ReissueOrder(id) => reissue::reissue_order(ports, id).await,
        Job::CheckQuota(id) => quota::check(ports, id).await,
        Job::CheckMonth { seller, month } => months::check_month(ports, seller, month).await,
        Job::MailWindow { batch, staff } => windows::mail_windows(ports, batch, staff).await,
        Job::MailAnchor { seq, to } => proof_mails::mail_anchor(ports, *seq, to).await,
        Job::MailAlarm { run, to } => proof_mails::mail_alarm(ports, run, to).await,
        Job::EnsureBillTemplate(id) => fiscal::ensure_bill_template(ports, id).await,
        Job::ConfirmBill(id) => fiscal::poll_bill(ports, id, claimed.queued_at).await,
        Job::InsertBill(id) => fiscal::insert_bill(ports, id).await,
        Job::RejectBill(id) => fiscal::reject_bill(ports, id).await,
        Job::CancelBill(id) => fiscal::cancel_bill(ports, id).await,
    };
    finished(claimed, result)
}

/// Carries out several [`Job::IssueInvoice`] together: one reservation, one upload per seller.
pub async fn run_issue_jobs(ports: &Ports, claimed: &[ClaimedJob]) -> Vec<FinishedJob> {
    let ids: Vec<InvoiceId> = claimed
        .iter()
        .filter_map(|it| match &it.job {
            Job::IssueInvoice(id) => Some(id.clone()),
            _ => None,
        })
        .collect();
    let mut results: HashMap<InvoiceId, Result<(), StepError>> = issue::issue_invoices(ports, &ids)
        .await
        .into_iter()
        .collect();
    claimed
        .iter()
        .filter_map(|it| match &it.job {
            Job::IssueInvoice(id) => {
                let nothing = || {
                    Err(StepError::not_yet(
                        1,
                        "答复中没有这张发票 / the invoice was not in the answer",
                    ))
                };
                Some(finished(it, results.remove(id).unwrap_or_else(nothing)))
            }
            _ => None,
        })
        .collect()
}

fn first(results: Vec<(InvoiceId, Result<(), StepError>)>) -> Result<(), StepError> {
    results
        .into_iter()
        .next()
        .map_or(Ok(()), |(_, result)| result)
}

fn finished(claimed: &ClaimedJob, result: Result<(), StepError>) -> FinishedJob {
    if let Err(error) = &result {
        tell(claimed, error);
    }
    let salt = claimed
        .id
        .as_str()
        .bytes()
        .fold(claimed.attempt.into(), |hash: u64, byte| {
            hash.wrapping_mul(31).wrapping_add(byte.into())
        });
    FinishedJob {
        id: claimed.id.clone(),
        fence: claimed.fence,
        end: job_end(result, claimed.attempt, salt),
    }
}

/// One line where the failure is handled; reasons carry no secrets.
fn tell(claimed: &ClaimedJob, error: &StepError) {
    let (kind, subject, attempt) = (claimed.job.kind(), claimed.job.subject(), claimed.attempt);
    match error {
        StepError::NotYet { reason, .. } => {
            tracing::debug!(job.kind = kind, job.subject = %subject, "Waiting with {kind} of {subject}: {reason}");
        }
        StepError::Parked { code, reason } => {
            tracing::warn!(job.kind = kind, job.subject = %subject, job.code = %code,
                "Parked {kind} of {subject} for a person: {reason}");
        }
        StepError::Store(error) => {
            let cause = std::error::Error::source(error)
                .map(ToString::to_string)
                .unwrap_or_default();
            tracing::warn!(job.kind = kind, job.subject = %subject, job.attempt = attempt, cause,
                "{kind} of {subject} failed in the database: {error}");
        }
        StepError::Outside(error) => {
            let cause = std::error::Error::source(error)
                .map(ToString::to_string)
                .unwrap_or_default();
            tracing::warn!(job.kind = kind, job.subject = %subject, job.attempt = attempt, cause,
                "{kind} of {subject} failed outside: {error}");
        }
    }
}
