//! The queue: each job once, by turns, under a lease.

use crate::harness::{Bench, on_both};
use fapiao_domain::{
    ids::{Id, SellerId},
    invoice::InvoiceKind,
};
use fapiao_usecases::{
    actor::Actor,
    ids::fresh,
    jobs::{ClaimedJob, FinishedJob, Job, JobEnd, QueuedJob},
    ports::JobQueue,
};
use std::{collections::HashSet, time::Duration};

fn job(bench: &Bench) -> QueuedJob {
    QueuedJob::now(Job::HandlePush(fresh(bench.now())), None)
}

fn of(seller: &SellerId, bench: &Bench) -> QueuedJob {
    QueuedJob::now(Job::IssueInvoice(fresh(bench.now())), Some(seller.clone()))
}

fn end(claimed: &ClaimedJob, end: JobEnd) -> FinishedJob {
    FinishedJob {
        id: claimed.id.clone(),
        fence: claimed.fence,
        end,
    }
}

fn retry(delay_secs: u32, counts: bool) -> JobEnd {
    JobEnd::Retry {
        delay_secs,
        reason: "not yet".to_owned(),
        counts,
    }
}

fn parked() -> JobEnd {
    JobEnd::Parked {
        code: "wechat_72040".to_owned(),
        reason: "the number is wrong".to_owned(),
    }
}

async fn stats(bench: &Bench) -> (i64, i64, i64) {
    let stats = bench.store.queue_stats().await.unwrap();
    (stats.waiting, stats.running, stats.parked)
}

on_both! {
    async fn a_job_that_was_queued_again_while_it_ran_is_not_parked_beside_it(bench: &Bench) {
        let wanted = Job::RefillStock(bench.seller.clone());
        let queued = || vec![QueuedJob::now(wanted.clone(), Some(bench.seller.clone()))];
        bench.store.enqueue(queued()).await.unwrap();
        let claimed = bench.store.claim("w", 10, 60).await.unwrap();
        bench.store.enqueue(queued()).await.unwrap();
        bench.store.finish(vec![end(&claimed[0], parked())]).await.unwrap();
        assert_eq!(stats(bench).await, (1, 0, 0));
        // Nothing else comes of it than the job that was queued then.
        let second = bench.store.claim("w", 10, 60).await.unwrap();
        assert_eq!(second.len(), 1);
        bench.store.finish(vec![end(&second[0], JobEnd::Done)]).await.unwrap();
        // Alone it is parked as ever.
        bench.store.enqueue(queued()).await.unwrap();
        let claimed = bench.store.claim("w", 10, 60).await.unwrap();
        bench.store.finish(vec![end(&claimed[0], parked())]).await.unwrap();
        assert_eq!(stats(bench).await, (0, 0, 1));
    }

    async fn what_comes_again_by_the_clock_is_parked_once_and_settled_by_the_run_that_gets_through(bench: &Bench) {
        let wanted = Job::RefillStock(bench.seller.clone());
        let queued = || vec![QueuedJob::now(wanted.clone(), Some(bench.seller.clone()))];
        let stops = |code: &str, reason: &str| JobEnd::Parked { code: code.to_owned(), reason: reason.to_owned() };
        let run = async |ending: JobEnd| {
            bench.store.enqueue(queued()).await.unwrap();
            let claimed = bench.store.claim("w", 10, 60).await.unwrap().remove(0);
            bench.store.finish(vec![end(&claimed, ending)]).await.unwrap();
        };
        let stopped = async || bench.store.stopped_jobs(&["x", bench.seller.as_str()]).await.unwrap();
        for round in 0..3 {
            run(stops("tax_not_set_up", &format!("round {round}"))).await;
        }
        assert_eq!(stats(bench).await, (0, 0, 1));
        let first = stopped().await.remove(0);
        assert_eq!((first.code.as_str(), first.reason.as_str()), ("tax_not_set_up", "round 2"));
        let told = async || bench.ask("SELECT count(*) FROM audit_entries WHERE action = 'job.parked'").await;
        assert_eq!(told().await, 1);
        // Another trouble is told, and stays the same job to whoever looks at it.
        run(stops("tax_13", "no licence")).await;
        let second = stopped().await.remove(0);
        assert_eq!((&second.id, second.code.as_str()), (&first.id, "tax_13"));
        assert_eq!((stats(bench).await, told().await), ((0, 0, 1), 2));
        // About other things nothing stopped.
        assert!(bench.store.stopped_jobs(&["x"]).await.unwrap().is_empty());
        // What was mended in the meantime needs nobody any more.
        run(JobEnd::Done).await;
        assert_eq!(stats(bench).await, (0, 0, 0));
        // The step of one invoice is no such thing: what stopped waits for a person.
        let invoice = of(&bench.seller, bench);
        for ending in [parked(), JobEnd::Done] {
            bench.store.enqueue(vec![invoice.clone()]).await.unwrap();
            let claimed = bench.store.claim("w", 10, 60).await.unwrap().remove(0);
            bench.store.finish(vec![end(&claimed, ending)]).await.unwrap();
        }
        assert_eq!(stats(bench).await, (0, 0, 1));
    }

    async fn two_of_one_key_never_run_at_once(bench: &Bench) {
        let wanted = Job::RefillStock(bench.seller.clone());
        let queued = || vec![QueuedJob::now(wanted.clone(), Some(bench.seller.clone()))];
        bench.store.enqueue(queued()).await.unwrap();
        let first = bench.store.claim("w", 10, 1).await.unwrap().remove(0);
        bench.store.enqueue(queued()).await.unwrap();
        bench.store.enqueue(vec![job(bench)]).await.unwrap();
        // Others are taken, and the one of the same key is not.
        let others = bench.store.claim("other", 10, 60).await.unwrap();
        assert_eq!(others.len(), 1);
        assert_ne!(others[0].job, wanted);
        // Nor when the lease of the first has ended: the first is taken up, alone.
        tokio::time::sleep(Duration::from_millis(1300)).await;
        let again = bench.store.claim("other", 10, 60).await.unwrap();
        assert_eq!(again.iter().map(|it| &it.id).collect::<Vec<_>>(), [&first.id]);
        assert!(bench.store.claim("w", 10, 60).await.unwrap().is_empty());
        bench.store.finish(vec![end(&again[0], JobEnd::Done)]).await.unwrap();
        let second = bench.store.claim("w", 10, 60).await.unwrap();
        assert_eq!((second.len(), &second[0].job), (1, &wanted));
    }

    async fn a_waiting_job_is_queued_once_and_only_moves_forward(bench: &Bench) {
        let wanted = Job::RefillStock(bench.seller.clone());
        let after = |secs| QueuedJob::after(wanted.clone(), Some(bench.seller.clone()), secs);
        bench.store.enqueue(vec![after(3600), after(600)]).await.unwrap();
        bench.store.enqueue(vec![after(7200)]).await.unwrap();
        assert_eq!(stats(bench).await, (1, 0, 0));
        assert!(bench.store.claim("w", 10, 60).await.unwrap().is_empty());
        bench.store.enqueue(vec![after(0)]).await.unwrap();
        let claimed = bench.store.claim("w", 10, 60).await.unwrap();
        assert_eq!((claimed.len(), claimed[0].attempt, &claimed[0].job), (1, 1, &wanted));
        // While it runs, the same may be queued once more: something new may have happened.
        bench.store.enqueue(vec![after(0)]).await.unwrap();
        assert_eq!(stats(bench).await, (1, 1, 0));
        // The running one wants another try: the waiting one is enough.
        bench.store.finish(vec![end(&claimed[0], retry(0, true))]).await.unwrap();
        assert_eq!(stats(bench).await, (1, 0, 0));
    }

    async fn sixteen_workers_take_each_job_once(bench: &Bench) {
        let other = bench.another().await;
        let jobs: Vec<_> = (0..400).map(|_| job(bench)).collect();
        bench.store.enqueue(jobs).await.unwrap();
        let mut workers = Vec::new();
        for at in 0..16 {
            let store = if at % 2 == 0 { bench.store.clone() } else { other.clone() };
            workers.push(tokio::spawn(async move {
                let mut taken = Vec::new();
                loop {
                    let claimed = store.claim(&format!("w{at}"), 7, 60).await.unwrap();
                    if claimed.is_empty() {
                        return taken;
                    }
                    let ends = claimed.iter().map(|it| end(it, JobEnd::Done)).collect();
                    taken.extend(claimed.into_iter().map(|it| it.id));
                    store.finish(ends).await.unwrap();
                }
            }));
        }
        let mut all = Vec::new();
        for worker in workers {
            all.extend(worker.await.unwrap());
        }
        assert_eq!(all.len(), 400);
        assert_eq!(all.into_iter().collect::<HashSet<_>>().len(), 400);
        assert_eq!(stats(bench).await, (0, 0, 0));
    }

    async fn a_long_backlog_does_not_starve_the_others(bench: &Bench) {
        let large: SellerId = fresh(bench.now());
        let small: SellerId = fresh(bench.now());
        bench.store.enqueue((0..2000).map(|_| of(&large, bench)).collect()).await.unwrap();
        tokio::time::sleep(Duration::from_millis(20)).await;
        bench.store.enqueue((0..5).map(|_| of(&small, bench)).collect()).await.unwrap();
        bench.store.enqueue((0..3).map(|_| job(bench)).collect()).await.unwrap();
        let claimed = bench.store.claim("w", 16, 60).await.unwrap();
        assert_eq!(claimed.len(), 16);
        let other = bench.ask(&format!(
            "SELECT count(*) FROM jobs WHERE state = 'running' AND seller_key <> '{large}'"
        )).await;
        assert_eq!(other, 8);
    }

    async fn an_ended_lease_is_taken_over_and_the_old_fence_is_void(bench: &Bench) {
        bench.store.enqueue(vec![job(bench)]).await.unwrap();
        let first = bench.store.claim("frozen", 10, 1).await.unwrap().remove(0);
        assert!(bench.store.claim("w", 10, 60).await.unwrap().is_empty());
        tokio::time::sleep(Duration::from_millis(1300)).await;
        let second = bench.store.claim("w", 10, 60).await.unwrap().remove(0);
        assert_eq!((&second.id, second.fence, second.attempt), (&first.id, first.fence + 1, 2));
        for ending in [JobEnd::Done, retry(0, true), parked()] {
            bench.store.finish(vec![end(&first, ending)]).await.unwrap();
            assert_eq!(stats(bench).await, (0, 1, 0));
        }
        bench.store.finish(vec![end(&second, JobEnd::Done)]).await.unwrap();
        assert_eq!(stats(bench).await, (0, 0, 0));
    }

    async fn a_restarted_worker_frees_its_own_leases(bench: &Bench) {
        bench.store.enqueue((0..3).map(|_| job(bench)).collect()).await.unwrap();
        bench.store.claim("w", 2, 600).await.unwrap();
        bench.store.claim("other", 1, 600).await.unwrap();
        assert_eq!(bench.store.free_leases("w").await.unwrap(), 2);
        assert_eq!(bench.store.claim("w", 10, 60).await.unwrap().len(), 2);
    }

    async fn waiting_does_not_count_as_a_try(bench: &Bench) {
        bench.store.enqueue(vec![job(bench)]).await.unwrap();
        for counts in [false, false, true] {
            let claimed = bench.store.claim("w", 1, 60).await.unwrap();
            assert_eq!(claimed[0].attempt, 1);
            bench.store.finish(vec![end(&claimed[0], retry(0, counts))]).await.unwrap();
        }
        let claimed = bench.store.claim("w", 1, 60).await.unwrap();
        assert_eq!(claimed[0].attempt, 2);
        bench.store.finish(vec![end(&claimed[0], retry(3600, true))]).await.unwrap();
        assert!(bench.store.claim("w", 1, 60).await.unwrap().is_empty());
        let page = bench.store.jobs(Some("waiting"), None, 10).await.unwrap();
        assert_eq!((page.rows[0].attempts, page.rows[0].reason.as_str()), (2, "not yet"));
    }

    async fn parked_jobs_wait_for_a_person(bench: &Bench) {
        let (order, delivery) = bench.authorised("A-1").await;
        let claimed = bench.store.claim("w", 1, 60).await.unwrap().remove(0);
        assert_eq!(claimed.job, Job::DraftInvoice(delivery.clone()));
        bench.store.finish(vec![end(&claimed, parked())]).await.unwrap();
        assert_eq!(stats(bench).await, (0, 0, 1));
        let page = bench.store.jobs(Some("parked"), None, 10).await.unwrap();
        assert_eq!((page.rows[0].code.as_str(), &page.rows[0].order), ("wechat_72040", &Some(order.clone())));
        assert_eq!(page.rows[0].subject, delivery.as_str());
        let staff = Actor::Staff(fresh(bench.now()));
        assert!(bench.store.retry_job(&claimed.id, &staff).await.unwrap());
        let again = bench.store.claim("w", 1, 60).await.unwrap().remove(0);
        assert_eq!((&again.id, again.attempt), (&claimed.id, 1));
        assert!(!bench.store.retry_job(&claimed.id, &staff).await.unwrap());
        assert!(!bench.store.abandon_job(&claimed.id, "no", &staff).await.unwrap());
        bench.store.finish(vec![end(&again, parked())]).await.unwrap();
        // The same job was queued anew in the meantime: retrying the parked one joins them.
        bench.store.enqueue(vec![QueuedJob::after(claimed.job.clone(), Some(bench.seller.clone()), 3600)]).await.unwrap();
        assert!(bench.store.retry_job(&claimed.id, &staff).await.unwrap());
        assert_eq!(stats(bench).await, (1, 0, 0));
        let joined = bench.store.claim("w", 1, 60).await.unwrap().remove(0);
        bench.store.finish(vec![end(&joined, parked())]).await.unwrap();
        assert!(bench.store.abandon_job(&joined.id, "the buyer gave up", &staff).await.unwrap());
        assert_eq!(stats(bench).await, (0, 0, 0));
        let actions = bench.actions(&order).await;
        assert_eq!(actions[3..], ["job.parked", "job.retried", "job.parked", "job.retried", "job.parked", "job.abandoned"]);
        // Given up: verify would miss its job, so the delivery ends as well.
        let row = bench.delivery(&delivery).await;
        let change = crate::harness::change(&row, fapiao_domain::delivery::DeliveryState::Failed);
        fapiao_usecases::ports::Sales::change_delivery(&bench.store, change, None).await.unwrap();
    }

    async fn a_job_of_a_newer_version_is_parked(bench: &Bench) {
        bench.store.enqueue(vec![job(bench)]).await.unwrap();
        bench.tamper("UPDATE jobs SET kind = 'of_tomorrow'").await.unwrap();
        assert!(bench.store.claim("w", 10, 60).await.unwrap().is_empty());
        let page = bench.store.jobs(Some("parked"), None, 10).await.unwrap();
        assert_eq!(page.rows[0].code, "unreadable");
    }

    async fn every_kind_of_job_survives_the_table(bench: &Bench) {
        let now = bench.now();
        let jobs = vec![
            Job::HandlePush(fresh(now)), Job::ConfirmAuthorisation(fresh(now)), Job::DraftInvoice(fresh(now)),
            Job::IssueInvoice(fresh(now)), Job::PollReceipt { seller: fresh(now), receipt: "r'1".to_owned() },
            Job::RenderInvoice(fresh(now)), Job::DeliverCard(fresh(now)), Job::MailInvoice(fresh(now)),
            Job::RejectAuthorisation(fresh(now)), Job::RefillStock(fresh(now)), Job::SyncTaxData(fresh(now)),
            Job::PrepareAccount(fresh(now)), Job::EnsureTemplate { seller: fresh(now), kind: InvoiceKind::DigitalOrdinary },
        ];
        bench.store.enqueue(jobs.iter().map(|job| QueuedJob::now(job.clone(), None)).collect()).await.unwrap();
        let claimed = bench.store.claim("w", 100, 60).await.unwrap();
        assert_eq!(claimed.len(), jobs.len());
        for it in claimed {
            assert!(jobs.contains(&it.job), "{:?}", it.job);
        }
    }
}
