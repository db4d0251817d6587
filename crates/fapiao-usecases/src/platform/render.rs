//! The documents of an issued invoice.

use crate::{
    errors::StoreError,
    jobs::{Job, QueuedJob},
    keeping::keep,
    platform::{at_gateway::papers_of, face::face_of},
    ports::{Ports, Scope, signing_purpose},
    records::{Document, GatewayAnswerRecord, Invoice},
    step::StepError,
};
use fapiao_domain::{delivery::DeliveryState, ids::InvoiceId};
use std::sync::LazyLock;
use tokio::sync::Semaphore;

/// As many papers at once as there are cores: more would only hold more memory.
static TURNS: LazyLock<Semaphore> =
    LazyLock::new(|| Semaphore::new(std::thread::available_parallelism().map_or(1, usize::from)));

/// Renders, or fetches from the gateway that made them, stores and records PDF, XML and OFD, and queues card and mail.
/// Rendering again gives the same bytes.
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
    let known = ports.store.documents(id).await?;
    let answer = ports.store.gateway_answer(id).await?;
    // A paper that staff handed in stands, and nothing of ours comes beside it; an XML or OFD alone is none for a wallet.
    let is_there = known
        .iter()
        .any(|it| it.origin == "received" && it.format == "pdf");
    let received = match &answer {
        Some(answer) if !is_there => papers_of(ports, &invoice, answer).await?,
        _ => None,
    };
    let documents = match received {
        _ if is_there => Vec::new(),
        Some(documents) => documents,
        None => rendered(ports, &invoice, answer).await?,
    };
    let mut then = Vec::with_capacity(2);
    // A red invoice has no card of its own: it goes beside the blue one's, by mail and download.
    if invoice.red.is_none() && !has_failed(ports, &invoice).await? {
        then.push(QueuedJob::now(
            Job::DeliverCard(invoice.delivery.clone()),
            Some(invoice.seller.clone()),
        ));
    }
    if ports.mailer.is_enabled() && !invoice.title.email.is_empty() {
        then.push(QueuedJob::now(
            Job::MailInvoice(id.clone()),
            Some(invoice.seller.clone()),
        ));
    }
    ports.store.record_documents(id, documents, then).await?;
    Ok(())
}

/// Whether the delivery was ended while its invoice was on the way: the paper is made all the same, but no card.
async fn has_failed(ports: &Ports, invoice: &Invoice) -> Result<bool, StoreError> {
    let delivery = ports.store.delivery(&Scope::All, &invoice.delivery).await?;
    Ok(delivery.is_some_and(|it| it.state == DeliveryState::Failed))
}

/// The documents as we make them.
async fn rendered(
    ports: &Ports,
    invoice: &Invoice,
    answer: Option<GatewayAnswerRecord>,
) -> Result<Vec<Document>, StepError> {
    let id = &invoice.id;
    let mut face = face_of(invoice, ports.tax.is_sandbox())
        .ok_or_else(|| StoreError::Corrupt(format!("invoice {id} is issued without a number")))?;
    face.extras.seal = ports.tax.seal(&invoice.province);
    // Whoever issues over the direct connection draws the seal or nothing at all. A tax gateway's paper that we draw has
    // the one we were given, if any.
    if face.extras.seal.is_none() && answer.is_none() && !ports.tax.is_sandbox() {
        return Err(StepError::parked(
            "seal_missing",
            format!(
                "缺少该省税务机关的发票监制章图片：请将 {0}.png 放入 tax.seal_folder，重新启动节点后重试 / the supervisory seal of \
                 province {0} is missing: put the tax bureau's picture as {0}.png into tax.seal_folder, \
                 start the node again, and retry",
                invoice.province
            ),
        ));
    }
    face.extras.cipher = answer.map(|it| it.cipher).unwrap_or_default();
    let signing = signing(ports, invoice).await?;
    let renderer = ports.renderer.clone();
    let _turn = TURNS.acquire().await;
    let rendered = tokio::task::spawn_blocking(move || renderer.render(&face, signing.as_deref()))
        .await
        .map_err(|_| {
            StepError::parked(
                "render_crashed",
                "生成版式文件时意外中断，详见日志 / the renderer stopped unexpectedly; see the log",
            )
        })?
        .map_err(|what| StepError::parked("not_printable", what))?;
    let mut documents = Vec::with_capacity(3);
    for (format, bytes) in [
        ("pdf", Some(rendered.pdf)),
        ("xml", rendered.xml),
        ("ofd", Some(rendered.ofd)),
    ] {
        let Some(bytes) = bytes else {
            continue;
        };
        documents.push(keep(ports, id, format, "rendered", bytes).await?);
    }
    Ok(documents)
}

/// The seller's key with its certificates, when there is one. A certificate that does not hold at the issue time stops
/// the paper for a person: what was promised to be signed does not go out unsigned.
async fn signing(ports: &Ports, invoice: &Invoice) -> Result<Option<String>, StepError> {
    let Some(key) = ports.store.signing_key(&invoice.seller).await? else {
        return Ok(None);
    };
    let issued = invoice.issued_at.unwrap_or(invoice.created_at);
    if issued > key.facts.not_after {
        return Err(StepError::parked(
            "signing_key_expired",
            format!(
                "PDF 电子签名的证书已过期：{0}，有效期至 {1}；请在开票主体更换密钥或移除后重试 / the seller's signing \
                 certificate ended on {1}; put in a new one or remove it on the seller's page, then retry",
                key.facts.subject,
                key.facts.not_after.format("%Y-%m-%d")
            ),
        ));
    }
    let purpose = signing_purpose(&invoice.seller);
    let pem = ports.sealer.open(&purpose, &key.sealed).ok_or_else(|| {
        StepError::parked(
            "signing_key_sealed",
            "PDF 电子签名的密钥无法解封：服务器的主密钥与保存时不同，请在开票主体页面重新放入后重试 / the seller's signing key cannot be opened with this server's master key; put it in again on the seller's page, then retry",
        )
    })?;
    Ok(Some(pem))
}
