//! Logs and metrics.

use crate::config::Log;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use std::{io::IsTerminal, sync::OnceLock};
use tracing_subscriber::{EnvFilter, fmt};

static METRICS: OnceLock<PrometheusHandle> = OnceLock::new();

/// Starts logging to standard error, once per process.
pub fn start_logging(log: &Log) {
    let filter = EnvFilter::try_new(&log.filter).unwrap_or_else(|_| EnvFilter::new("info"));
    let builder = fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        // Colours are for people: a file or a journal gets the text alone.
        .with_ansi(std::io::stderr().is_terminal());
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
            let recorder = recorder();
            let handle = recorder.handle();
            let _ = metrics::set_global_recorder(recorder);
            describe();
            handle
        })
        .clone()
}

/// Bounds of the timings in seconds: answers of the product are milliseconds, those of its neighbours seconds.
const SECONDS: [f64; 12] = [
    0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0,
];

/// Timings are counted in buckets: those of several nodes can be added, and a quiet minute does not make them zero.
fn recorder() -> metrics_exporter_prometheus::PrometheusRecorder {
    let seconds = Matcher::Suffix("_seconds".to_owned());
    match PrometheusBuilder::new().set_buckets_for_metric(seconds, &SECONDS) {
        Ok(builder) => builder.build_recorder(),
        // Only said of an empty list.
        Err(_) => PrometheusBuilder::new().build_recorder(),
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timings_are_counted_in_buckets() {
        let recorder = recorder();
        metrics::with_local_recorder(&recorder, || {
            metrics::histogram!("fapiao_job_seconds", "kind" => "card").record(0.3);
        });
        let told = recorder.handle().render();
        assert!(
            told.contains("fapiao_job_seconds_bucket{kind=\"card\",le=\"0.5\"} 1"),
            "{told}"
        );
        assert!(!told.contains("quantile"), "{told}");
    }
}
