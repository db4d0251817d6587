//! What waits for staff, for callers that cannot see the back-office: a delivery whose job stopped says so and why.

use crate::{admin::job_words, app::App, i18n::Lang};
use fapiao_domain::{delivery::DeliveryState, ids::Id, invoice::InvoiceState};
use fapiao_usecases::{
    errors::StoreError,
    records::{Delivery, Invoice, JobRow},
};
use serde::Serialize;

/// Stopped jobs, and the language they are told in.
pub(crate) struct StoppedJobs {
    jobs: Vec<JobRow>,
    lang: Lang,
}

/// Why a delivery waits for staff.
#[derive(Debug, Serialize)]
pub(crate) struct StoppedOut {
    code: String,
    message: String,
}

impl StoppedJobs {
    /// Nothing stops what was made just now.
    pub(crate) const NONE: StoppedJobs = StoppedJobs {
        jobs: Vec::new(),
        lang: Lang::En,
    };

    /// What stopped about these deliveries; the queue is only asked where something is under way.
    pub(crate) async fn of(
        app: &App,
        deliveries: &[Delivery],
        lang: Lang,
    ) -> Result<StoppedJobs, StoreError> {
        let mut subjects: Vec<&str> = Vec::new();
        for delivery in deliveries.iter().filter(|it| is_under_way(it)) {
            subjects.push(delivery.id.as_str());
            subjects.extend(delivery.invoice.as_ref().map(Id::as_str));
        }
        StoppedJobs::on_subjects(app, &subjects, lang).await
    }

    /// What stopped about anything of these names; nothing is asked for none.
    pub(crate) async fn on_subjects(
        app: &App,
        subjects: &[&str],
        lang: Lang,
    ) -> Result<StoppedJobs, StoreError> {
        let jobs = if subjects.is_empty() {
            Vec::new()
        } else {
            app.ports.store.stopped_jobs(subjects).await?
        };
        Ok(StoppedJobs { jobs, lang })
    }

    /// The language of whoever asked.
    pub(super) const fn lang(&self) -> Lang {
        self.lang
    }

    /// Whether something of these names stopped.
    pub(crate) fn is_on(&self, subjects: &[&str]) -> bool {
        self.job_on(subjects).is_some()
    }

    /// What stopped about something of these names.
    pub(super) fn on(&self, subjects: &[&str]) -> Option<StoppedOut> {
        self.job_on(subjects).map(|job| StoppedOut {
            code: job.code.clone(),
            message: job_words::why(self.lang, &job.code, &job.reason),
        })
    }

    fn job_on(&self, subjects: &[&str]) -> Option<&JobRow> {
        let mut jobs = self.jobs.iter();
        jobs.find(|job| subjects.contains(&job.subject.as_str()))
    }

    /// Why something about a delivery that is under way stopped: the code of its job.
    pub(crate) fn code_about(&self, delivery: &Delivery) -> Option<&str> {
        let job = self.jobs.iter().find(|job| is_about(job, delivery))?;
        is_under_way(delivery).then_some(job.code.as_str())
    }

    /// What stopped about one delivery.
    pub(super) fn about(&self, delivery: &Delivery) -> Option<StoppedOut> {
        let job = self.jobs.iter().find(|job| is_about(job, delivery))?;
        is_under_way(delivery).then(|| StoppedOut {
            code: job.code.clone(),
            message: job_words::why(self.lang, &job.code, &job.reason),
        })
    }
}

/// Who has to do something next: `nobody`, `buyer`, `us`, `staff`. The invoice, where it is at hand, tells whether one that
/// is issued first can be collected yet.
pub(super) fn waits_for(
    delivery: &Delivery,
    invoice: Option<&Invoice>,
    stopped: bool,
) -> &'static str {
    let goes_first = delivery.issues_first() && delivery.state.awaits_buyer();
    let state = invoice.map(|it| it.state);
    if delivery.state.is_final() {
        "nobody"
    } else if stopped || goes_first && state == Some(InvoiceState::Refused) {
        "staff"
    } else if goes_first && (delivery.invoice.is_none() || state.is_some_and(|it| !it.is_issued()))
    {
        "us"
    } else if delivery.state.awaits_buyer() {
        "buyer"
    } else {
        "us"
    }
}

fn is_under_way(delivery: &Delivery) -> bool {
    matches!(
        delivery.state,
        DeliveryState::Authorised | DeliveryState::Issuing
    ) || (delivery.state.awaits_buyer() && delivery.issues_first())
}

fn is_about(job: &JobRow, delivery: &Delivery) -> bool {
    job.subject == delivery.id.as_str()
        || delivery
            .invoice
            .as_ref()
            .is_some_and(|it| job.subject == it.as_str())
}
