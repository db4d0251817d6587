//! Logs and metrics.

use crate::config::Log;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use std::sync::OnceLock;
use tracing_subscriber::{EnvFilter, fmt};

static METRICS: OnceLock<PrometheusHandle> = OnceLock::new();

/// Starts logging to standard error, once per process.
pub fn start_logging(log: &Log) {
    let filter = EnvFilter::try_new(&log.filter).unwrap_or_else(|_| EnvFilter::new("info"));
    let builder = fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // A second call in one process (tests) keeps the first.
    let _ = if log.format == "json" {
        builder.json().try_init()
    } else {
        builder.try_init()
    };
}

/// Starts collecting metrics, once per process, and gives the handle that prints them.
pub fn start_metrics() -> PrometheusHandle {
    METRICS
        .get_or_init(|| {
            let recorder = PrometheusBuilder::new().build_recorder();
            let handle = recorder.handle();
            let _ = metrics::set_global_recorder(recorder);
            describe();
            handle
        })
        .clone()
}

fn describe() {
    use metrics::{describe_counter, describe_gauge, describe_histogram};
    describe_counter!("fapiao_jobs_total", "Jobs by kind and how they ended");
    describe_histogram!("fapiao_job_seconds", "How long jobs take, by kind");
    describe_gauge!("fapiao_queue_jobs", "Jobs in the queue by state");
    describe_gauge!(
        "fapiao_queue_oldest_due_seconds",
        "Age of the oldest due job"
    );
}
