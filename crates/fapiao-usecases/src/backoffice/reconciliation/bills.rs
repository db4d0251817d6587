//! Deliveries of fiscal bills beside WeChat.

use super::{GONE_THERE, PAGE, Phase, Since, differs, took};
use crate::{
    actor::Actor,
    errors::StoreError,
    fiscal::{BillStanding, ask_wechat, end_without_agreement},
    jobs::{Job, QueuedJob},
    ports::{AuthStatus, Ports},
    records::{DifferenceKind, ReconciliationRun},
    step::StepError,
};
use fapiao_domain::{
    delivery::DeliveryState,
    ids::{BillDeliveryId, Id},
};

/// Compares one page of deliveries; `false` when there is none left.
pub(super) async fn compare(
    ports: &Ports,
    run: &mut ReconciliationRun,
    place: &str,
    since: Since,
) -> Result<bool, StepError> {
    let page = ports
        .store
        .bill_deliveries_to_compare(place, since.all, since.lately, PAGE)
        .await?;
    let Some(last) = page.last() else {
        return Ok(false);
    };
    run.place = Phase::Bills.at(last.id.as_str());
    let mut found = Vec::new();
    for delivery in &page {
        let asked = ask_wechat(ports, &delivery.id).await;
        if let Some((standing, status)) = took(run, asked)?
            && let Some(kind) = kind(&standing, &status)
        {
            let here = delivery.state.as_str();
            found.push(differs(delivery.id.as_str(), kind, here, &status));
        }
    }
    ports.store.record_compared(run, found, false).await?;
    Ok(true)
}

fn kind(here: &BillStanding, status: &AuthStatus) -> Option<DifferenceKind> {
    use DeliveryState as S;
    use DifferenceKind as D;
    Some(match (here.state, status) {
        (S::PageOpened, AuthStatus::Authorised { .. }) => D::AuthorisedThere,
        (S::Expired | S::Refused | S::Failed, AuthStatus::Authorised { .. }) => {
            if here.may_still_come {
                D::AuthorisedThere
            } else if here.ended {
                D::RefusedHere
            } else {
                return None;
            }
        }
        (S::PageOpened | S::Authorised | S::Issuing, AuthStatus::Rejected) => D::RejectedThere,
        (S::Authorised | S::Issuing, AuthStatus::NotYet) => D::NotAuthorisedThere,
        (S::Carded, AuthStatus::NotYet | AuthStatus::Rejected) => D::CardOnlyHere,
        _ => return None,
    })
}

/// The one safe thing: what WeChat knows is taken over, what ended here is told, and what WeChat does not have ends here.
pub(super) async fn mend(
    ports: &Ports,
    id: &BillDeliveryId,
    kind: DifferenceKind,
    actor: &Actor,
) -> Result<Option<QueuedJob>, StoreError> {
    use DifferenceKind as D;
    let delivery = ports.store.bill_delivery(id).await?;
    let opened = delivery.is_some_and(|it| it.state == DeliveryState::PageOpened);
    let job = match kind {
        D::RefusedHere => Job::RejectBill(id.clone()),
        D::AuthorisedThere => Job::ConfirmBill(id.clone()),
        D::RejectedThere if opened => Job::ConfirmBill(id.clone()),
        _ => {
            end_without_agreement(ports, id, GONE_THERE, actor).await?;
            return Ok(None);
        }
    };
    Ok(Some(QueuedJob::now(job, None)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;

    #[test]
    fn only_contradictions_are_differences() {
        use DeliveryState as S;
        use DifferenceKind as D;
        let agreed = AuthStatus::Authorised {
            at: DateTime::UNIX_EPOCH,
            title: None,
        };
        let (not_yet, rejected) = (AuthStatus::NotYet, AuthStatus::Rejected);
        for (state, ended, may_still_come, status, wanted) in [
            (
                S::PageOpened,
                false,
                false,
                &agreed,
                Some(D::AuthorisedThere),
            ),
            (S::PageOpened, false, false, &not_yet, None),
            (
                S::PageOpened,
                false,
                false,
                &rejected,
                Some(D::RejectedThere),
            ),
            (S::Expired, true, true, &agreed, Some(D::AuthorisedThere)),
            (S::Expired, true, false, &agreed, Some(D::RefusedHere)),
            (S::Refused, true, false, &agreed, Some(D::RefusedHere)),
            (S::Refused, true, false, &rejected, None),
            (S::Failed, true, false, &agreed, Some(D::RefusedHere)),
            // A person mends what WeChat refused; the agreement is needed then.
            (S::Failed, false, false, &agreed, None),
            (S::Authorised, false, false, &agreed, None),
            (
                S::Authorised,
                false,
                false,
                &not_yet,
                Some(D::NotAuthorisedThere),
            ),
            (S::Issuing, false, false, &rejected, Some(D::RejectedThere)),
            (S::Carded, false, false, &agreed, None),
            (S::Carded, false, false, &not_yet, Some(D::CardOnlyHere)),
        ] {
            let here = BillStanding {
                state,
                ended,
                may_still_come,
            };
            assert_eq!(kind(&here, status), wanted, "{here:?} {status:?}");
        }
    }
}
