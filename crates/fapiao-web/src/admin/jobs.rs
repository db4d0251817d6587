//! Jobs: what the machine could not finish alone.

use super::{
    Answer, checks,
    desk::{Directs, Overseer},
    failure::Failure,
    forms::Sent,
    job_words,
    listing::Listing,
    timeline::page_of,
};
use crate::{
    i18n::{
        fill1,
        states::{self, JobStanding},
    },
    pages::{
        jobs::{JobListPage, JobRow},
        parts::{Link, Raw, Tab, Tone},
        shell::{Section, Shell},
    },
};
use actix_web::{HttpRequest, web};
use chrono::TimeDelta;
use fapiao_domain::ids::{Id, JobId};
use fapiao_usecases::records;

const ROWS: u32 = 50;
/// "Retry all" goes through at most so many.
const RETRY_MAX: u32 = 200;

/// `GET /admin/jobs`.
pub(super) async fn index(desk: Overseer, request: HttpRequest) -> Answer {
    let listing = Listing::of(&request, "/admin/jobs", "");
    let query = request.query_string();
    let tab = url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "tab");
    let tab = match tab.as_ref().map(|(_, value)| value.as_ref()) {
        Some("waiting") => "waiting",
        Some("running") => "running",
        _ => "parked",
    };
    let store = &desk.ports().store;
    let stats = store.queue_stats().await?;
    let found = store
        .jobs(Some(tab), listing.after.as_deref(), ROWS)
        .await?;
    let t = desk.t();
    let tabs = [
        ("parked", t.job.needs_person, stats.parked),
        ("waiting", t.job.waiting, stats.waiting),
        ("running", t.job.running, stats.running),
    ];
    let directs = desk.may_decide();
    let shell = desk.shell(Section::Jobs).await?;
    let mut rows: Vec<JobRow> = found
        .rows
        .iter()
        .map(|it| row(&shell, it, directs))
        .collect();
    if tab == "parked" {
        for (row, job) in rows.iter_mut().zip(&found.rows) {
            if let Some((words, link)) = checks::of_job(&desk, job).await {
                row.next = words;
                row.mend = link;
            }
        }
    }
    let mut pager = listing.pager(found.next, rows.len());
    // The tab is part of the address, too.
    for href in [&mut pager.previous, &mut pager.next].into_iter().flatten() {
        let joint = if href.contains('?') { '&' } else { '?' };
        href.push_str(&format!("{joint}tab={tab}"));
    }
    let page = JobListPage {
        tabs: tabs
            .into_iter()
            .map(|(name, label, count)| Tab {
                label: label.to_owned(),
                href: format!("/admin/jobs?tab={name}"),
                count: u64::try_from(count).unwrap_or(0),
                current: name == tab,
            })
            .collect(),
        can_retry_all: tab == "parked" && rows.len() > 1 && directs,
        rows,
        pager,
        shell,
    };
    Ok(desk.page(&page))
}

fn row(shell: &Shell, job: &records::JobRow, directs: bool) -> JobRow {
    let t = shell.t;
    let standing = match job.state.as_str() {
        "parked" => JobStanding::NeedsPerson,
        "running" => JobStanding::Running,
        _ => JobStanding::Waiting,
    };
    let is_parked = standing == JobStanding::NeedsPerson;
    let is_waiting = standing == JobStanding::Waiting;
    let which = Link::new(
        job_words::named(t, &job.subject),
        match (&job.order, page_of(&job.subject)) {
            (_, Some(own)) => own,
            (Some(order), None) => format!("/admin/orders/{order}"),
            (None, None) => String::new(),
        },
    );
    let raw = [
        (!job.reason.is_empty()).then(|| job.reason.clone()),
        (!job.code.is_empty()).then(|| format!("code: {}", job.code)),
        Some(format!("job: {}", job.id)),
    ];
    JobRow {
        id: job.id.to_string(),
        what: job_words::kind(t, &job.kind),
        which,
        state: states::job(t, standing),
        why: job_words::why_of(shell.lang, job),
        next: if is_parked {
            job_words::next_of(t, job).to_owned()
        } else {
            String::new()
        },
        mend: is_parked.then(|| job_words::mend(t, job)).flatten(),
        attempts: u32::try_from(job.attempts).unwrap_or(0),
        since: shell.when(job.queued_at),
        // What is due is tried as soon as a worker is free: that is to come, too.
        next_try: is_waiting.then(|| shell.when(job.run_at.max(shell.now + TimeDelta::seconds(1)))),
        raw: vec![Raw {
            label: t.act.facts.to_owned(),
            body: raw.into_iter().flatten().collect::<Vec<_>>().join("\n"),
        }],
        can_retry: (is_waiting || is_parked && job_words::retry_may_help(&job.code)) && directs,
        can_give_up: is_parked && directs,
    }
}

/// `POST /admin/jobs/{id}/retry`.
pub(super) async fn retry(sent: Sent<Directs>, id: web::Path<String>) -> Answer {
    let (desk, id) = (sent.desk, JobId::parse(&id)?);
    let t = desk.t();
    let went = desk.ports().store.retry_job(&id, &desk.actor()).await?;
    Ok(if went {
        desk.done("/admin/jobs", t.told.job_retried)
    } else {
        desk.told("/admin/jobs", Tone::Warn, t.told.job_gone)
    })
}

/// `POST /admin/jobs/retry-all`.
pub(super) async fn retry_all(sent: Sent<Directs>) -> Answer {
    let desk = sent.desk;
    let store = &desk.ports().store;
    let parked = store.jobs(Some("parked"), None, RETRY_MAX).await?;
    let mut went = 0;
    for job in parked.rows {
        if !job_words::retry_may_help(&job.code) {
            continue;
        }
        if store.retry_job(&job.id, &desk.actor()).await? {
            went += 1;
        }
    }
    Ok(desk.done("/admin/jobs", &fill1(desk.t().told.jobs_retried, went)))
}

/// `POST /admin/jobs/{id}/giving-up`.
pub(super) async fn give_up(sent: Sent<Directs>, id: web::Path<String>) -> Answer {
    let (desk, form, id) = (sent.desk, sent.form, JobId::parse(&id)?);
    let reason: String = form
        .get("reason")
        .trim()
        .chars()
        .filter(|it| !it.is_control())
        .take(200)
        .collect();
    if reason.is_empty() {
        return Err(Failure::unreadable("giving up needs a reason".to_owned()));
    }
    let t = desk.t();
    let gone = desk
        .ports()
        .store
        .abandon_job(&id, &reason, &desk.actor())
        .await?;
    Ok(if gone {
        desk.done("/admin/jobs", t.told.job_given_up)
    } else {
        desk.told("/admin/jobs", Tone::Warn, t.told.job_gone)
    })
}
