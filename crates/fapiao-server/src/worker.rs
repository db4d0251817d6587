//! The worker: claims due jobs, carries them out, reports how they ended.

use crate::{adapters::exchanges, config};
use fapiao_usecases::{
    jobs::{ClaimedJob, FinishedJob, Job, JobEnd},
    ports::Ports,
    run::{run_issue_jobs, run_job},
};
use metrics::{counter, histogram};
use std::{sync::Arc, time::Duration};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Instant, sleep, timeout, timeout_at},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// How long an idle worker sleeps when nothing in this process wakes it: another node may have queued something.
const IDLE_MILLIS: u64 = 400;
/// How long running jobs may take after a stop; what is not done then is continued by the next worker.
const STOP_PATIENCE: Duration = Duration::from_secs(10);

/// One worker of one node.
pub struct Worker {
    ports: Ports,
    name: String,
    batch: u32,
    lease_secs: u32,
    turns: Arc<Semaphore>,
}

impl Worker {
    /// `name` is the same after a restart of the node and differs between nodes.
    pub fn new(ports: Ports, settings: &config::Worker, name: String) -> Worker {
        Worker {
            ports,
            name,
            batch: settings.batch,
            lease_secs: settings.lease_secs,
            turns: Arc::new(Semaphore::new(settings.concurrency)),
        }
    }

    /// Works until told to stop, then lets running jobs finish.
    pub async fn run(self, stop: CancellationToken) {
        match self.ports.store.free_leases(&self.name).await {
            Ok(0) => {}
            Ok(freed) => tracing::info!("Took up {freed} job(s) that the last run left behind"),
            Err(error) => tracing::warn!("The leases of the last run could not be freed: {error}"),
        }
        let tasks = TaskTracker::new();
        while !stop.is_cancelled() {
            let Ok(turn) = Arc::clone(&self.turns).acquire_owned().await else {
                break;
            };
            let free = u32::try_from(self.turns.available_permits() + 1).unwrap_or(1);
            // Counted from before the claim: the lease begins in the database, and jobs wait for their turn in it.
            let end = Instant::now() + self.patience();
            let claimed = self
                .ports
                .store
                .claim(&self.name, self.batch.min(free * 2), self.lease_secs)
                .await;
            match claimed {
                Ok(jobs) if jobs.is_empty() => {
                    drop(turn);
                    tokio::select! {
                        () = self.ports.store.wait_for_work(IDLE_MILLIS) => {}
                        () = stop.cancelled() => {}
                    }
                }
                Ok(jobs) => self.start(jobs, turn, end, &tasks).await,
                Err(error) => {
                    drop(turn);
                    tracing::warn!("No jobs could be claimed: {error}");
                    sleep(Duration::from_secs(1)).await;
                }
            }
        }
        tasks.close();
        if timeout(STOP_PATIENCE, tasks.wait()).await.is_err() {
            tracing::warn!(
                "{} job(s) were still running at the stop; the next worker continues them",
                tasks.len()
            );
        }
    }

    /// How long claimed jobs may take: beyond the lease another worker takes them, so they stop before its end.
    fn patience(&self) -> Duration {
        Duration::from_secs(u64::from(self.lease_secs.saturating_sub(5).max(5)))
    }

    async fn start(
        &self,
        jobs: Vec<ClaimedJob>,
        turn: OwnedSemaphorePermit,
        end: Instant,
        tasks: &TaskTracker,
    ) {
        let (issue, single): (Vec<_>, Vec<_>) = jobs
            .into_iter()
            .partition(|claimed| matches!(claimed.job, Job::IssueInvoice(_)));
        let mut turn = Some(turn);
        if !issue.is_empty() {
            self.spawn(issue, turn.take(), end, tasks).await;
        }
        for claimed in single {
            self.spawn(vec![claimed], turn.take(), end, tasks).await;
        }
    }

    async fn spawn(
        &self,
        jobs: Vec<ClaimedJob>,
        turn: Option<OwnedSemaphorePermit>,
        end: Instant,
        tasks: &TaskTracker,
    ) {
        let turn = match turn {
            Some(turn) => Some(turn),
            None => {
                let next = timeout_at(end, Arc::clone(&self.turns).acquire_owned()).await;
                next.ok().and_then(Result::ok)
            }
        };
        let Some(turn) = turn else {
            let reason = "every turn was taken until its lease ended";
            let back = jobs.iter().map(|job| again(job, 0, reason, false));
            return report(&self.ports, back.collect()).await;
        };
        let ports = self.ports.clone();
        tasks.spawn(async move {
            let _turn = turn;
            let kind = jobs.first().map_or("", |claimed| claimed.job.kind());
            let started = Instant::now();
            #[cfg(feature = "demo")]
            crate::demo::crash::point("claimed", kind);
            let work = async {
                match jobs.as_slice() {
                    [one] if !matches!(one.job, Job::IssueInvoice(_)) => {
                        vec![run_job(&ports, one).await]
                    }
                    several => run_issue_jobs(&ports, several).await,
                }
            };
            // A batch is about many: each invoice's part is told by its number.
            let subjects = match jobs.as_slice() {
                [one] => vec![one.job.subject()],
                _ => Vec::new(),
            };
            // Boxed: the work of every kind of job is in it.
            let work = Box::pin(exchanges::about(subjects, work));
            let finished = match timeout_at(end, work).await {
                Ok(finished) => finished,
                Err(_) => {
                    let late = |job| again(job, 5, "it took longer than its lease", true);
                    jobs.iter().map(late).collect()
                }
            };
            #[cfg(feature = "demo")]
            crate::demo::crash::point("done", kind);
            histogram!("fapiao_job_seconds", "kind" => kind)
                .record(started.elapsed().as_secs_f64());
            for job in &finished {
                let end = match &job.end {
                    JobEnd::Done => "done",
                    JobEnd::Retry { counts: true, .. } => "failed",
                    JobEnd::Retry { counts: false, .. } => "waiting",
                    JobEnd::Parked { .. } => "parked",
                };
                counter!("fapiao_jobs_total", "kind" => kind, "end" => end).increment(1);
            }
            report(&ports, finished).await;
        });
    }
}

/// A job that is taken up once more; every step of each is safe to repeat.
fn again(claimed: &ClaimedJob, delay_secs: u32, reason: &str, counts: bool) -> FinishedJob {
    FinishedJob {
        id: claimed.id.clone(),
        fence: claimed.fence,
        end: JobEnd::Retry {
            delay_secs,
            reason: reason.to_owned(),
            counts,
        },
    }
}

/// Reports until the database takes it; the lease ends by itself otherwise.
async fn report(ports: &Ports, finished: Vec<FinishedJob>) {
    for pause_millis in [0_u64, 100, 500, 2000] {
        sleep(Duration::from_millis(pause_millis)).await;
        match ports.store.finish(finished.clone()).await {
            Ok(()) => return,
            Err(error) => tracing::warn!(
                "The end of {} job(s) could not be stored: {error}",
                finished.len()
            ),
        }
    }
}

/// Runs due jobs on this task until none is due: for tests and the command line. Returns how many were run.
pub async fn drain(ports: &Ports, name: &str) -> usize {
    let mut done = 0;
    loop {
        let Ok(jobs) = ports.store.claim(name, 64, 60).await else {
            return done;
        };
        if jobs.is_empty() {
            return done;
        }
        done += jobs.len();
        let (issue, single): (Vec<_>, Vec<_>) = jobs
            .into_iter()
            .partition(|claimed| matches!(claimed.job, Job::IssueInvoice(_)));
        if !issue.is_empty() {
            report(ports, run_issue_jobs(ports, &issue).await).await;
        }
        for claimed in single {
            report(ports, vec![run_job(ports, &claimed).await]).await;
        }
    }
}
