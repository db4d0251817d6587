//! The mail with the documents.

use crate::{
    calendar,
    errors::StoreError,
    ports::{InvoiceMailFacts, Mail, MailAttachment, Ports, RedMailFacts, Scope},
    records::Invoice,
    step::StepError,
};
use fapiao_domain::ids::InvoiceId;

/// Mails the documents of an issued invoice to the address in its title; once.
///
/// # Errors
/// [`StepError`].
pub async fn mail_invoice(ports: &Ports, id: &InvoiceId) -> Result<(), StepError> {
    let Some(invoice) = ports
        .store
        .invoices_by_id(std::slice::from_ref(id))
        .await?
        .pop()
    else {
        return Ok(());
    };
    if !invoice.state.is_issued() || invoice.title.email.is_empty() || !ports.mailer.is_enabled() {
        return Ok(());
    }
    if ports.store.was_mailed(id).await? {
        return Ok(());
    }
    let number = invoice
        .identity
        .as_ref()
        .map_or(String::new(), |identity| identity.number().to_owned());
    let prefix = if ports.tax.is_sandbox() {
        "SAMPLE_"
    } else {
        ""
    };
    let mut attachments = Vec::new();
    for document in ports.store.documents(id).await? {
        let media_type = match document.format.as_str() {
            "pdf" => "application/pdf",
            "ofd" => "application/ofd",
            _ => "application/xml",
        };
        let bytes = ports.files.get(&document.sha256).await?.ok_or_else(|| {
            StepError::parked(
                "document_missing",
                format!(
                    "文件存储中缺少该发票的文件，请从备份恢复后重试：{0} / the file store has no file {0}; restore it from a backup and retry",
                    document.sha256
                ),
            )
        })?;
        attachments.push(MailAttachment {
            name: format!("{prefix}{number}.{}", document.format),
            media_type: media_type.to_owned(),
            bytes,
        });
    }
    if attachments.is_empty() {
        return Err(StepError::not_yet(
            2,
            "文件还没有生成 / the documents are not rendered yet",
        ));
    }
    let facts = facts(ports, &invoice, number).await?;
    let words = ports
        .mail_texts
        .invoice(&facts)
        .map_err(|error| StepError::parked("mail_template", error))?;
    let mail = Mail {
        to: invoice.title.email.clone(),
        subject: words.subject,
        text: words.text,
        html: words.html,
        attachments,
        serial: id.to_string(),
    };
    ports.mailer.send(mail).await?;
    ports
        .store
        .record_mail(id, &masked(&invoice.title.email))
        .await?;
    Ok(())
}

async fn facts(
    ports: &Ports,
    invoice: &Invoice,
    number: String,
) -> Result<InvoiceMailFacts, StepError> {
    let order = ports.store.order(&Scope::All, &invoice.order).await?;
    let delivery = ports.store.delivery(&Scope::All, &invoice.delivery).await?;
    let (Some(order), Some(delivery)) = (order, delivery) else {
        let what = format!("the order or delivery of invoice {}", invoice.id);
        return Err(StoreError::NotFound { what }.into());
    };
    let store = ports.store.store(&order.store).await?;
    Ok(InvoiceMailFacts {
        seller: invoice.seller_party.name.clone(),
        store: store.map_or_else(|| invoice.seller_party.name.clone(), |store| store.name),
        buyer: invoice.title.printed_name(),
        number,
        kind: invoice.kind,
        date: invoice.issued_at.map(calendar::day).unwrap_or_default(),
        total: invoice.totals.total,
        order_no: order.order_no,
        page_url: format!("{}/o/{}", ports.public_base, delivery.short_code),
        phone: invoice.seller_party.phone.clone(),
        sample: ports.tax.is_sandbox(),
        red: red_facts(ports, invoice).await?,
    })
}

/// What a red invoice takes back, as things stand now: a later red one has a mail of its own.
async fn red_facts(ports: &Ports, invoice: &Invoice) -> Result<Option<RedMailFacts>, StoreError> {
    let Some(red) = &invoice.red else {
        return Ok(None);
    };
    let invoices = ports.store.invoices_of(&invoice.order).await?;
    let is_against = |it: &&Invoice| {
        it.id == red.blue
            || (it.state.is_issued() && it.red.as_ref().is_some_and(|its| its.blue == red.blue))
    };
    let left = invoices.iter().filter(is_against).map(|it| it.totals.total);
    let refunds = ports.store.refunds_of(&invoice.order).await?;
    let own = refunds
        .iter()
        .find(|it| it.forms.iter().any(|form| form.id == red.form));
    Ok(Some(RedMailFacts {
        blue: red.blue_identity.number().to_owned(),
        reason: red.reason,
        left: left.sum(),
        again: own.is_some_and(|it| it.reissue),
    }))
}

/// `a…@example.com`: enough to recognise it, not to misuse it.
fn masked(address: &str) -> String {
    match address.split_once('@') {
        Some((name, host)) => format!("{}…@{host}", name.chars().next().unwrap_or('…')),
        None => "…".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_told_without_its_name() {
        assert_eq!(masked("finance@example.com"), "f…@example.com");
    }
}
