//! Comparing with WeChat: authorised there but unknown here, and the reverse; one safe fix for each difference.

use crate::{
    actor::Actor,
    backoffice::months,
    errors::StoreError,
    ids::fresh,
    jobs::{Job, QueuedJob},
    merchant::{
        late::{Late, is_news, late},
        pages::platform_id_for,
    },
    ports::{AuthStatus, DeliveryChange, Ports, Scope},
    records::{Delivery, Difference, DifferenceKind, ReconciliationRun},
    step::StepError,
};
use chrono::{DateTime, TimeDelta, Utc};
use fapiao_domain::{
    delivery::DeliveryState,
    ids::{BillDeliveryId, ClaimId, DeliveryId, Id, OrderId, PushId, ReconciliationId},
};
use serde_json::json;

mod bills;
mod claims;
mod payments;

/// Older deliveries are not asked about: WeChat's authorisations do not live for ever.
const LOOK_BACK_DAYS: i64 = 30;
/// What was agreed to so lately is asked about also when its card is in the wallet: WeChat has no call that tells of a card
/// by its code, and years of delivered ones need not be asked about each night. So are orders that were paid so lately.
const LATELY_DAYS: i64 = 2;
/// Asked about between two saves.
const PAGE: u32 = 20;
/// A step ends after this time, so that it fits into a job's lease; the next one continues.
const STEP_SECS: u64 = 20;
/// Why a delivery ends whose agreement WeChat does not have.
const GONE_THERE: &str =
    "开票申请在微信已失效（核对时发现） / WeChat no longer has this authorisation";
/// An issued invoice without a card is a difference after this time.
const CARD_DUE_MINUTES: i64 = 60;

/// Begins a run, or gives the one under way. The work is a job.
///
/// # Errors
/// [`StoreError`].
pub async fn begin(
    ports: &Ports,
    cause: &str,
    actor: &Actor,
) -> Result<ReconciliationId, StoreError> {
    let id = fresh(ports.clock.now());
    ports.store.begin_reconciliation(&id, cause, actor).await
}

/// Goes on with a run.
///
/// # Errors
/// [`StepError::NotYet`] while there is more to compare.
pub async fn compare(ports: &Ports, id: &ReconciliationId) -> Result<(), StepError> {
    let began = tokio::time::Instant::now();
    loop {
        let Some(mut run) = ports.store.reconciliation(id).await? else {
            return Ok(());
        };
        if run.done {
            return Ok(());
        }
        let now = ports.clock.now();
        let since = Since {
            all: now - TimeDelta::days(LOOK_BACK_DAYS),
            lately: now - TimeDelta::days(LATELY_DAYS),
        };
        let (phase, place) = Phase::of(&run.place);
        let place = place.to_owned();
        let run_ = &mut run;
        let more = match phase {
            Phase::Deliveries => compare_deliveries(ports, run_, &place, since).await?,
            Phase::Claims => claims::compare(ports, run_, &place, since.all).await?,
            Phase::Payments => payments::compare(ports, run_, &place, since.lately).await?,
            Phase::Bills => bills::compare(ports, run_, &place, since).await?,
        };
        if !more {
            let Some(next) = phase.next() else {
                let before = now - TimeDelta::minutes(CARD_DUE_MINUTES);
                let own = ports.store.own_differences(before, since.all).await?;
                ports.store.record_compared(&run, own, true).await?;
                return Ok(());
            };
            run.place = next.at("");
            ports.store.record_compared(&run, Vec::new(), false).await?;
        }
        pause(began)?;
    }
}

/// From when on things are compared.
#[derive(Clone, Copy)]
struct Since {
    all: DateTime<Utc>,
    /// What ended well, and what nobody asked for as far as we know.
    lately: DateTime<Utc>,
}

/// What a run compares, one after the other. Its place is the phase's name, a colon, and the id that came last; that of a
/// delivery stands alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Deliveries,
    /// Requests from payment receipts.
    Claims,
    /// Orders that may have been asked for on a payment receipt without that we heard of it.
    Payments,
    /// Deliveries of fiscal bills.
    Bills,
}

impl Phase {
    const LATER: [(Phase, &'static str); 3] = [
        (Phase::Claims, "claims:"),
        (Phase::Payments, "payments:"),
        (Phase::Bills, "bills:"),
    ];

    fn of(place: &str) -> (Phase, &str) {
        Self::LATER
            .iter()
            .find_map(|(phase, name)| Some((*phase, place.strip_prefix(name)?)))
            .unwrap_or((Phase::Deliveries, place))
    }

    fn at(self, id: &str) -> String {
        let named = Self::LATER.iter().find(|(phase, _)| *phase == self);
        format!("{}{id}", named.map_or("", |(_, name)| name))
    }

    fn next(self) -> Option<Phase> {
        let place = Self::LATER.iter().position(|(phase, _)| *phase == self);
        let next = place.map_or(0, |place| place + 1);
        Self::LATER.get(next).map(|(phase, _)| *phase)
    }
}

/// Notes one answer: what differs, or that there was none.
fn took<T>(
    run: &mut ReconciliationRun,
    answer: Result<T, StepError>,
) -> Result<Option<T>, StepError> {
    run.asked += 1;
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(StepError::Store(error)) => Err(error.into()),
        Err(error) => {
            run.unanswered += 1;
            run.trouble = words(&error);
            Ok(None)
        }
    }
}

/// Compares one page of deliveries; `false` when there is none left.
async fn compare_deliveries(
    ports: &Ports,
    run: &mut ReconciliationRun,
    place: &str,
    since: Since,
) -> Result<bool, StepError> {
    let page = ports
        .store
        .deliveries_to_compare(place, since.all, since.lately, PAGE)
        .await?;
    let Some(last) = page.last() else {
        return Ok(false);
    };
    run.place = Phase::Deliveries.at(last.id.as_str());
    let mut found = Vec::new();
    for delivery in &page {
        let answer = late(ports, delivery).await?;
        if delivery.state.is_final()
            && !matches!(
                delivery.state,
                DeliveryState::Expired | DeliveryState::Carded
            )
            && !answer.matters()
        {
            continue;
        }
        if let Some(status) = took(run, ask(ports, delivery).await)? {
            found.extend(difference(delivery, &status, answer));
        }
    }
    ports.store.record_compared(run, found, false).await?;
    Ok(true)
}

/// Lets a run go on in a job of its own when this one has been long.
fn pause(began: tokio::time::Instant) -> Result<(), StepError> {
    if began.elapsed().as_secs() >= STEP_SECS {
        return Err(StepError::not_yet(
            1,
            "核对尚未完成，稍后继续 / there is more to compare",
        ));
    }
    Ok(())
}

fn words(error: &StepError) -> String {
    match error {
        StepError::Outside(error) => error.message.clone(),
        StepError::Parked { reason, .. } | StepError::NotYet { reason, .. } => reason.clone(),
        StepError::Store(error) => error.to_string(),
    }
}

async fn ask(ports: &Ports, delivery: &Delivery) -> Result<AuthStatus, StepError> {
    let account = ports.store.account(&delivery.account).await?;
    let account = account.ok_or_else(|| {
        StepError::parked(
            "account_missing",
            "所用的微信账号已不存在：某个投递 / the WeChat account of a delivery is gone",
        )
    })?;
    let platform_id = platform_id_for(ports, delivery)
        .await
        .map_err(|error| StepError::parked("account_not_ready", error.to_string()))?;
    // A partner's buyer agreed to the merchant's own order id.
    let of_partner = ports.store.partner_request_of(&delivery.id).await?;
    let order_id = of_partner
        .as_ref()
        .map_or(delivery.order_id_at_wechat(), |request| {
            request.outside_order.as_str()
        });
    Ok(ports
        .merchant
        .auth_status(&account, &platform_id, order_id)
        .await?)
}

/// What an answer of WeChat means beside our own state. A delivery that nobody opened is unknown there and not asked
/// about: it is `page_opened` before WeChat hears of it.
fn difference(delivery: &Delivery, status: &AuthStatus, answer: Late) -> Option<Difference> {
    use DeliveryState as S;
    use DifferenceKind as D;
    let kind = match (delivery.state, status) {
        (S::PageOpened | S::Expired, AuthStatus::Authorised { .. }) => D::AuthorisedThere,
        (S::Refused | S::Failed, AuthStatus::Authorised { at, .. }) => match answer {
            Late::Reject => D::RefusedHere,
            Late::Bring if is_news(delivery, *at) => D::NoCard,
            Late::Bring | Late::Nothing => return None,
        },
        (S::PageOpened | S::Authorised | S::Issuing, AuthStatus::Rejected) => D::RejectedThere,
        (S::Authorised | S::Issuing, AuthStatus::NotYet) => D::NotAuthorisedThere,
        (S::Carded, AuthStatus::NotYet | AuthStatus::Rejected) => D::CardOnlyHere,
        _ => return None,
    };
    Some(Difference {
        order: Some(delivery.order.clone()),
        ..differs(delivery.id.as_str(), kind, delivery.state.as_str(), status)
    })
}

fn differs(subject: &str, kind: DifferenceKind, here: &str, status: &AuthStatus) -> Difference {
    let there = match status {
        AuthStatus::Authorised { .. } => "authorised",
        AuthStatus::NotYet => "not_yet",
        AuthStatus::Rejected => "rejected",
        AuthStatus::Other(word) => word,
    };
    Difference {
        subject: subject.to_owned(),
        kind,
        order: None,
        here: here.to_owned(),
        there: there.to_owned(),
        fixed_at: None,
        fixed_by: String::new(),
    }
}

/// Does the one safe thing about a difference. `false` when it was taken care of before, or when only a person can
/// (the code of a card, a card that WeChat does not have).
///
/// # Errors
/// [`StoreError`].
pub async fn fix(
    ports: &Ports,
    run: &ReconciliationId,
    subject: &str,
    kind: DifferenceKind,
    actor: &Actor,
) -> Result<bool, StoreError> {
    use DifferenceKind as D;
    if matches!(kind, D::CodeUnknown | D::CardOnlyHere) {
        return Ok(false);
    }
    let known = ports.store.differences(run, u32::MAX).await?;
    if !known
        .iter()
        .any(|it| it.subject == subject && it.kind == kind && it.fixed_at.is_none())
    {
        return Ok(false);
    }
    let mut then = Vec::new();
    if kind == D::UnknownHere {
        let push = PushId::parse(subject).map_err(|_| missing(subject))?;
        ports.store.handle_again(&push, actor).await?;
    } else if let Ok(claim) = ClaimId::parse(subject) {
        then.extend(claims::mend(ports, &claim, kind, actor).await?);
    } else if let Ok(order) = OrderId::parse(subject) {
        then.push(QueuedJob::now(Job::AskPayment(order), None));
    } else if let Ok(delivery) = BillDeliveryId::parse(subject) {
        then.extend(bills::mend(ports, &delivery, kind, actor).await?);
    } else {
        let id = DeliveryId::parse(subject).map_err(|_| missing(subject))?;
        let delivery = ports.store.delivery(&Scope::All, &id).await?;
        let delivery = delivery.ok_or_else(|| missing(subject))?;
        let job = match kind {
            D::AuthorisedThere => Some(Job::ConfirmAuthorisation(id)),
            D::RefusedHere => Some(Job::RejectAuthorisation(id)),
            D::NoCard => Some(Job::DeliverCard(id)),
            D::RejectedThere if delivery.state == DeliveryState::PageOpened => {
                Some(Job::ConfirmAuthorisation(id))
            }
            _ => {
                close(ports, &delivery, actor).await?;
                None
            }
        };
        then.extend(job.map(|it| QueuedJob::now(it, Some(delivery.seller.clone()))));
    }
    ports
        .store
        .fix_difference(run, subject, kind, then, actor)
        .await
}

fn missing(subject: &str) -> StoreError {
    StoreError::NotFound {
        what: subject.to_owned(),
    }
}

/// The authorisation is worth nothing at WeChat: the delivery ends, the order is open for a new link, an issued invoice
/// stays valid and downloadable.
async fn close(ports: &Ports, delivery: &Delivery, actor: &Actor) -> Result<(), StoreError> {
    if !matches!(
        delivery.state,
        DeliveryState::Authorised | DeliveryState::Issuing
    ) {
        return Ok(());
    }
    let change = DeliveryChange {
        id: delivery.id.clone(),
        expected_version: delivery.version,
        from: delivery.state,
        to: DeliveryState::Failed,
        reason: GONE_THERE.to_owned(),
        refusal_url: None,
        authorisation: None,
        then: Vec::new(),
        actor: actor.clone(),
        note: json!({}),
    };
    ports.store.change_delivery(change, None).await.map(|_| ())
}

/// Begins the nightly run on one node only: between three and six in the morning in China, once a night.
///
/// # Errors
/// [`StoreError`].
pub async fn begin_nightly(
    ports: &Ports,
    node: &str,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    const LEASE_SECS: i64 = 20 * 3600;
    let hour = (now + TimeDelta::hours(8)).format("%H").to_string();
    if !("03".."06").contains(&hour.as_str())
        || !ports
            .store
            .take_lease("nightly_reconciliation", node, LEASE_SECS)
            .await?
    {
        return Ok(false);
    }
    begin(ports, "nightly", &Actor::System).await?;
    months::queue_nightly(ports).await?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_goes_through_its_phases_and_finds_its_place_again() {
        let mut at = Phase::Deliveries;
        let mut seen = vec![at];
        while let Some(next) = at.next() {
            seen.push(next);
            at = next;
        }
        assert_eq!(
            seen,
            [
                Phase::Deliveries,
                Phase::Claims,
                Phase::Payments,
                Phase::Bills
            ]
        );
        for phase in seen {
            for id in ["", "dlv_01"] {
                assert_eq!(Phase::of(&phase.at(id)), (phase, id));
            }
        }
    }

    #[test]
    fn only_contradictions_are_differences() {
        use DeliveryState as S;
        let agreed = AuthStatus::Authorised {
            at: DateTime::UNIX_EPOCH,
            title: None,
        };
        let table = [
            (
                S::PageOpened,
                &agreed,
                Some(DifferenceKind::AuthorisedThere),
            ),
            (S::Expired, &agreed, Some(DifferenceKind::AuthorisedThere)),
            (S::Refused, &agreed, Some(DifferenceKind::RefusedHere)),
            (S::Failed, &agreed, Some(DifferenceKind::RefusedHere)),
            (S::Failed, &AuthStatus::NotYet, None),
            (S::Failed, &AuthStatus::Rejected, None),
            (S::Carded, &agreed, None),
            (
                S::Carded,
                &AuthStatus::NotYet,
                Some(DifferenceKind::CardOnlyHere),
            ),
            (
                S::Carded,
                &AuthStatus::Rejected,
                Some(DifferenceKind::CardOnlyHere),
            ),
            (S::Issuing, &agreed, None),
            (S::PageOpened, &AuthStatus::NotYet, None),
            (
                S::Authorised,
                &AuthStatus::NotYet,
                Some(DifferenceKind::NotAuthorisedThere),
            ),
            (
                S::Issuing,
                &AuthStatus::Rejected,
                Some(DifferenceKind::RejectedThere),
            ),
            (S::Refused, &AuthStatus::Rejected, None),
        ];
        for (state, status, wanted) in table {
            let mut delivery = crate::backoffice::standing::tests::delivery(state);
            delivery.state = state;
            assert_eq!(
                difference(&delivery, status, Late::Reject).map(|it| it.kind),
                wanted,
                "{state} {status:?}"
            );
        }
        // Failed with an invoice: brought only for an agreement that is news; what others may bring is left alone.
        let failed = crate::backoffice::standing::tests::delivery(S::Failed);
        let kind =
            |status: &AuthStatus, answer| difference(&failed, status, answer).map(|it| it.kind);
        let anew = AuthStatus::Authorised {
            at: failed.authorised_at.unwrap() + TimeDelta::minutes(1),
            title: None,
        };
        assert_eq!(kind(&anew, Late::Bring), Some(DifferenceKind::NoCard));
        assert_eq!(kind(&agreed, Late::Bring), None);
        assert_eq!(kind(&anew, Late::Nothing), None);
        for kind in DifferenceKind::ALL {
            assert_eq!(DifferenceKind::parse(kind.as_str()), Some(kind));
        }
    }
}
