//! The documents of an issued invoice.

use crate::{
    errors::StoreError,
    jobs::{Job, QueuedJob},
    platform::face::face_of,
    ports::Ports,
    records::Document,
    step::StepError,
};
use fapiao_domain::ids::InvoiceId;
use std::sync::LazyLock;
use tokio::sync::Semaphore;

/// As many papers at once as there are cores: more would only hold more memory.
static TURNS: LazyLock<Semaphore> =
    LazyLock::new(|| Semaphore::new(std::thread::available_parallelism().map_or(1, usize::from)));

/// Renders, stores and records PDF, XML and OFD, and queues card and mail. Rendering again gives the same bytes.
///
/// # Errors
/// [`StepError`].
pub async fn render_invoice(ports: &Ports, id: &InvoiceId) -> Result<(), StepError> {
    let Some(invoice) = ports
        .store
        .invoices_by_id(std::slice::from_ref(id))
        .await?
        .pop()
    else {
        return Err(StoreError::NotFound {
            what: format!("invoice {id}"),
        }
        .into());
    };
    if !invoice.state.is_issued() {
        return Ok(());
    }
    let mut face = face_of(&invoice, ports.tax.is_sandbox())
        .ok_or_else(|| StoreError::Corrupt(format!("invoice {id} is issued without a number")))?;
    face.extras.seal = ports.tax.seal(&invoice.province);
    let renderer = ports.renderer.clone();
    let _turn = TURNS.acquire().await;
    let rendered = tokio::task::spawn_blocking(move || renderer.render(&face))
        .await
        .map_err(|_| {
            StepError::parked(
                "render_crashed",
                "the renderer stopped unexpectedly; see the log",
            )
        })?
        .map_err(|what| StepError::parked("not_printable", what))?;
    let now = ports.clock.now();
    let mut documents = Vec::with_capacity(3);
    for (format, bytes) in [
        ("pdf", rendered.pdf),
        ("xml", rendered.xml),
        ("ofd", rendered.ofd),
    ] {
        let size = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
        let sha256 = ports.files.put(bytes).await?;
        documents.push(Document {
            invoice: id.clone(),
            format: format.to_owned(),
            sha256,
            size,
            origin: "rendered".to_owned(),
            created_at: now,
        });
    }
    let mut then = vec![QueuedJob::now(
        Job::DeliverCard(invoice.delivery.clone()),
        Some(invoice.seller.clone()),
    )];
    if ports.mailer.is_enabled() && !invoice.title.email.is_empty() {
        then.push(QueuedJob::now(
            Job::MailInvoice(id.clone()),
            Some(invoice.seller.clone()),
        ));
    }
    ports.store.record_documents(id, documents, then).await?;
    Ok(())
}
