//! The mail with the documents.

use crate::{
    calendar,
    ports::{Mail, MailAttachment, Ports},
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
        let media_type = if document.format == "pdf" {
            "application/pdf"
        } else {
            "application/xml"
        };
        let bytes = ports.files.get(&document.sha256).await?.ok_or_else(|| {
            StepError::parked(
                "document_missing",
                format!(
                    "the file store has no file {}; restore it from a backup and retry",
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
        return Err(StepError::not_yet(2, "the documents are not rendered yet"));
    }
    let issued_on = invoice.issued_at.map(calendar::day).unwrap_or_default();
    let total = invoice.totals.total.display_yuan();
    let seller = &invoice.seller_party.name;
    let buyer = invoice.title.printed_name();
    let text = format!(
        "您好：\n\n{seller}为您开具的电子发票已随信附上。\n\n发票号码：{number}\n开票日期：{issued_on}\n\
         价税合计：{total}\n抬头：{buyer}\n\n\
         Your electronic invoice {number} of {issued_on} from {seller}, {total}, is attached as PDF and XML. \
         Please keep the XML for your books.\n"
    );
    let html = format!(
        "<p>您好：</p><p>{}为您开具的电子发票已随信附上。</p>\
         <table><tr><td>发票号码</td><td>{number}</td></tr><tr><td>开票日期</td><td>{issued_on}</td></tr>\
         <tr><td>价税合计</td><td>{total}</td></tr><tr><td>抬头</td><td>{}</td></tr></table>\
         <p lang=\"en\">Your electronic invoice is attached as PDF and XML. Please keep the XML for your books.</p>",
        escape(seller),
        escape(&buyer)
    );
    let subject = format!("电子发票 {number}（{seller}）");
    let mail = Mail {
        to: invoice.title.email.clone(),
        subject,
        text,
        html,
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

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
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
    fn names_cannot_become_markup() {
        assert_eq!(escape("<b>&\""), "&lt;b&gt;&amp;&quot;");
        assert_eq!(masked("finance@example.com"), "f…@example.com");
    }
}
