//! Requests from payment receipts beside WeChat: those that wait for a person, and those that were closed.

use super::{PAGE, Phase, differs, took};
use crate::{
    actor::Actor,
    errors::StoreError,
    jobs::{Job, QueuedJob},
    merchant::{after_payment::AttachError, claims::end},
    ports::{AuthStatus, Ports},
    records::{ClaimState, Difference, DifferenceKind, PaymentClaim, ReconciliationRun},
    step::StepError,
};
use chrono::{DateTime, Utc};
use fapiao_domain::ids::{ClaimId, Id};

/// Why a request is closed that WeChat does not hold open any more.
const GONE_THERE: &str = "微信侧的开票申请已不存在";

/// Compares one page of requests; `false` when there is none left.
pub(super) async fn compare(
    ports: &Ports,
    run: &mut ReconciliationRun,
    place: &str,
    since: DateTime<Utc>,
) -> Result<bool, StepError> {
    let page = ports.store.claims_to_compare(place, since, PAGE).await?;
    let Some(last) = page.last() else {
        return Ok(false);
    };
    run.place = Phase::Claims.at(last.id.as_str());
    let mut found = Vec::new();
    for claim in &page {
        if let Some(status) = took(run, ask(ports, claim).await)? {
            found.extend(difference(claim, &status));
        }
    }
    ports.store.record_compared(run, found, false).await?;
    Ok(true)
}

async fn ask(ports: &Ports, claim: &PaymentClaim) -> Result<AuthStatus, StepError> {
    let account = ports.store.account(&claim.account).await?;
    let account = account.ok_or_else(|| {
        StepError::parked(
            "account_missing",
            "所用的微信账号已不存在：某个支付后开票请求 / the WeChat account of a request is gone",
        )
    })?;
    Ok(ports
        .merchant
        .auth_status(&account, &claim.platform_id, &claim.wechat_order_id)
        .await?)
}

/// An open request that WeChat holds open is no difference: it waits on the page of the payments.
fn difference(claim: &PaymentClaim, status: &AuthStatus) -> Option<Difference> {
    let kind = match (claim.state, status) {
        (ClaimState::Open, AuthStatus::Rejected) => DifferenceKind::RejectedThere,
        (ClaimState::Open, AuthStatus::NotYet) => DifferenceKind::NotAuthorisedThere,
        (ClaimState::Dismissed, AuthStatus::Authorised { .. }) => DifferenceKind::RefusedHere,
        _ => return None,
    };
    Some(differs(
        claim.id.as_str(),
        kind,
        claim.state.as_str(),
        status,
    ))
}

/// The one safe thing: WeChat is told of what was closed here, and what WeChat closed is closed here.
pub(super) async fn mend(
    ports: &Ports,
    id: &ClaimId,
    kind: DifferenceKind,
    actor: &Actor,
) -> Result<Option<QueuedJob>, StoreError> {
    if kind == DifferenceKind::RefusedHere {
        let reject = Job::RejectClaim {
            claim: id.clone(),
            url: String::new(),
        };
        return Ok(Some(QueuedJob::now(reject, None)));
    }
    match end(ports, id, GONE_THERE, Vec::new(), actor).await {
        Err(AttachError::Store(error)) => Err(error),
        // Settled meanwhile.
        Ok(()) | Err(_) => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::fresh;

    #[test]
    fn a_request_that_waits_on_both_sides_is_no_difference() {
        let at = DateTime::UNIX_EPOCH;
        let agreed = AuthStatus::Authorised { at, title: None };
        let table = [
            (ClaimState::Open, &agreed, None),
            (
                ClaimState::Dismissed,
                &agreed,
                Some(DifferenceKind::RefusedHere),
            ),
            (
                ClaimState::Open,
                &AuthStatus::Rejected,
                Some(DifferenceKind::RejectedThere),
            ),
            (
                ClaimState::Open,
                &AuthStatus::NotYet,
                Some(DifferenceKind::NotAuthorisedThere),
            ),
            (ClaimState::Dismissed, &AuthStatus::Rejected, None),
            (ClaimState::Matched, &AuthStatus::Rejected, None),
        ];
        for (state, status, wanted) in table {
            let claim = PaymentClaim {
                id: fresh(at),
                account: fresh(at),
                platform_id: "p".to_owned(),
                wechat_order_id: "42".to_owned(),
                raw_title: None,
                authorised_at: at,
                state,
                note: String::new(),
                order: None,
                delivery: None,
                created_at: at,
                version: 1,
            };
            let found = difference(&claim, status).map(|it| it.kind);
            assert_eq!(found, wanted, "{state:?} {status:?}");
        }
    }
}
