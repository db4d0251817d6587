//! What has to happen by itself: stock, tax data, deadlines, idle sessions, queue metrics.

use crate::telemetry;
use chrono::{DateTime, TimeDelta, Utc};
use fapiao_domain::ids::AccountId;
use fapiao_usecases::{
    backoffice::{months, reconciliation, windows},
    calendar,
    errors::StoreError,
    fiscal,
    jobs::{Job, QueuedJob},
    platform::template::kinds_of,
    ports::Ports,
    records::{IssuingMode, Seller},
};
use metrics::gauge;
use std::time::Duration;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

const TICK: Duration = Duration::from_secs(15);
/// Ticks between two looks at stock and set-up.
const SETUP_EVERY: u64 = 20;
const EXPIRE_AT_ONCE: u32 = 500;
/// The answers of repeated requests are kept so long: far beyond any retry of a till.
pub const REQUESTS_KEPT_DAYS: i64 = 30;
const FORGET_AT_ONCE: u32 = 1000;

/// What of the settings housekeeping goes by.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Hours without use after which a session ends.
    pub session_idle_hours: i64,
    /// Whether one node compares the ledger with WeChat and the tax side every night.
    pub nightly_comparison: bool,
}

/// Runs until told to stop.
pub async fn run(ports: Ports, node: String, settings: Settings, stop: CancellationToken) {
    let mut ticks = interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut count = 0_u64;
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            () = stop.cancelled() => return,
        }
        if let Err(error) = tick(&ports, &node, settings, count).await {
            tracing::warn!("Housekeeping failed and will be tried again: {error}");
        }
        count += 1;
    }
}

async fn tick(ports: &Ports, node: &str, settings: Settings, count: u64) -> Result<(), StoreError> {
    // Folds samples together; without it they pile up on a node that nobody scrapes.
    telemetry::start_metrics().run_upkeep();
    let now = ports.clock.now();
    let stats = ports.store.queue_stats().await?;
    for (state, jobs) in [
        ("waiting", stats.waiting),
        ("running", stats.running),
        ("parked", stats.parked),
    ] {
        gauge!("fapiao_queue_jobs", "state" => state).set(as_gauge(jobs));
    }
    gauge!("fapiao_queue_oldest_due_seconds").set(as_gauge(stats.oldest_due_secs));
    while ports.store.expire_deliveries(now, EXPIRE_AT_ONCE).await? == EXPIRE_AT_ONCE {}
    while fiscal::expire_bills(ports).await? > 0 {}
    while ports.store.note_overdue(now, EXPIRE_AT_ONCE).await? == EXPIRE_AT_ONCE {}
    // With a month its quota ends, with a year its numbers: the new ones are fetched within seconds.
    let tick = TimeDelta::seconds(TICK.as_secs().cast_signed());
    let month_turned = calendar::month(now) != calendar::month(now - tick);
    if month_turned || count.is_multiple_of(SETUP_EVERY) {
        ports
            .store
            .close_idle_sessions(now - TimeDelta::hours(settings.session_idle_hours))
            .await?;
        // An hour later, so that no node whose clock is behind still draws on it.
        let month = calendar::month(now - TimeDelta::hours(1));
        ports.store.end_quota(&month).await?;
        queue_set_up(ports).await?;
        months::queue_checks(ports).await?;
        windows::watch_windows(ports).await?;
        forget(ports, now).await?;
        if settings.nightly_comparison {
            compare(ports, node, now).await?;
        }
    }
    Ok(())
}

/// Longest that the number of a natural person's document is kept, in days.
pub const DOCUMENTS_KEPT_DAYS: i64 = 30;

/// Throws away what has had its time.
async fn forget(ports: &Ports, now: DateTime<Utc>) -> Result<(), StoreError> {
    let before = now - TimeDelta::days(REQUESTS_KEPT_DAYS);
    ports
        .store
        .erase_documents(now - TimeDelta::days(DOCUMENTS_KEPT_DAYS))
        .await?;
    while ports.store.forget_requests(before, FORGET_AT_ONCE).await? == u64::from(FORGET_AT_ONCE) {}
    ports.store.forget_nonces(now).await?;
    // Sessions went before: what is over its age by now and still there is what the check of the ledger looks for.
    ports.store.note_swept(now).await
}

/// What is done once a night by one node.
async fn compare(ports: &Ports, node: &str, now: DateTime<Utc>) -> Result<(), StoreError> {
    if reconciliation::begin_nightly(ports, node, now).await? {
        tracing::info!("The nightly comparison with WeChat begins");
    }
    Ok(())
}

/// Templates of the present payee that are not there: a change of name, or a try that was refused.
async fn missing_templates(
    ports: &Ports,
    seller: &Seller,
    account: &AccountId,
) -> Result<Vec<QueuedJob>, StoreError> {
    let mut jobs = Vec::new();
    for kind in kinds_of(ports, &seller.id).await? {
        let payee = &seller.party.name;
        let known = ports.store.template(account, &seller.id, kind, payee);
        if known.await?.is_none() {
            let job = Job::EnsureTemplate {
                seller: seller.id.clone(),
                kind,
            };
            jobs.push(QueuedJob::now(job, Some(seller.id.clone())));
        }
    }
    Ok(jobs)
}

fn as_gauge(count: i64) -> f64 {
    f64::from(i32::try_from(count).unwrap_or(i32::MAX))
}

/// Queues what sellers and accounts still lack, and the daily renewal of tax data.
///
/// # Errors
/// [`StoreError`].
pub async fn queue_set_up(ports: &Ports) -> Result<(), StoreError> {
    let now = ports.clock.now();
    let mut jobs = Vec::new();
    let mut platforms = Vec::new();
    let accounts = ports.store.accounts().await?;
    for seller in ports.store.sellers().await? {
        let of_seller = |job| QueuedJob::now(job, Some(seller.id.clone()));
        let synced = ports.store.tax_data_at(&seller.id).await?;
        if synced.is_none_or(|at| now - at > TimeDelta::hours(24)) {
            jobs.push(of_seller(Job::SyncTaxData(seller.id.clone())));
        }
        jobs.push(of_seller(Job::RefillStock(seller.id.clone())));
        jobs.push(of_seller(Job::FindRedForms(seller.id.clone())));
        if let Some(account) = &seller.platform_account {
            platforms.push(account.clone());
            if seller.mode == IssuingMode::SelfBuilt {
                jobs.extend(missing_templates(ports, &seller, account).await?);
            }
        }
    }
    for account in &accounts {
        // Apps and mini programs too: each calling account has a contact of its own.
        let plays_platform = platforms.contains(&account.id);
        let lacks_id = plays_platform && account.platform_id.is_none();
        let lacks_link = !account.pay_merchant.is_empty() && account.pay_linked_at.is_none();
        let lacks = account.contact_set_at.is_none() || lacks_id || lacks_link;
        if !account.secret.is_empty() && lacks {
            jobs.push(QueuedJob::now(
                Job::PrepareAccount(account.id.clone()),
                None,
            ));
        }
    }
    if jobs.is_empty() {
        Ok(())
    } else {
        ports.store.enqueue(jobs).await
    }
}
