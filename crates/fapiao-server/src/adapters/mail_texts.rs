//! The words of mails, from the web side's templates.

use askama::Template;
use fapiao_usecases::ports::{InvoiceMailFacts, MailText, MailTexts, NoticeMailFacts};
use fapiao_web::{
    i18n::{Lang, Texts, fill},
    pages::{
        mail::{InvoiceMail, InvoiceMailHtml, InvoiceMailText, RedMail},
        tax_side::{NoticeMail, NoticeMailHtml, NoticeMailText},
    },
};

/// Templates under `templates/mail/`, in Chinese: the buyer's language is not known.
pub struct TemplateMailTexts;

impl MailTexts for TemplateMailTexts {
    fn invoice(&self, facts: &InvoiceMailFacts) -> Result<MailText, String> {
        let mail = InvoiceMail {
            lang: Lang::Zh,
            t: Texts::of(Lang::Zh),
            seller: facts.seller.clone(),
            store: facts.store.clone(),
            buyer: facts.buyer.clone(),
            number: facts.number.clone(),
            kind: facts.kind.printed(),
            date: facts.date.clone(),
            total: facts.total,
            order_no: facts.order_no.clone(),
            page_url: facts.page_url.clone(),
            phone: facts.phone.clone(),
            sample: facts.sample,
            red: facts.red.as_ref().map(|red| RedMail {
                blue: red.blue.clone(),
                reason: red.reason,
                left: red.left,
                again: red.again,
            }),
        };
        let text = InvoiceMailText { mail: &mail }
            .render()
            .map_err(|error| error.to_string())?;
        let html = InvoiceMailHtml { mail: &mail }
            .render()
            .map_err(|error| error.to_string())?;
        Ok(MailText {
            subject: mail.subject(),
            text,
            html,
        })
    }

    fn notice(&self, facts: &NoticeMailFacts) -> Result<MailText, String> {
        let lang = Lang::parse(&facts.language).unwrap_or_default();
        let t = Texts::of(lang);
        let w = &t.window;
        let (subject, body) = match (facts.kind.as_str(), facts.stage.as_str()) {
            ("upload", "late") => (w.subject_upload_late, w.upload_late),
            ("upload", "stopped") => (w.subject_upload_stopped, w.upload_stopped),
            ("upload", _) => (w.subject_upload_over, w.upload_over),
            ("result", _) => (w.subject_result_over, w.result_over),
            ("month", "due") => (w.subject_month_due, w.month_due),
            _ => (w.subject_month_last, w.month_last),
        };
        let shown = facts.invoices.len() as u64;
        let is_month = facts.kind == "month";
        let mail = NoticeMail {
            lang,
            t,
            subject: fill(subject, &[&facts.seller, &facts.count, &facts.month]),
            body: body.to_owned(),
            invoices: facts.invoices.clone(),
            more: if is_month {
                0
            } else {
                facts.count.saturating_sub(shown)
            },
            page_url: facts.page_url.clone(),
        };
        let text = NoticeMailText { mail: &mail }
            .render()
            .map_err(|error| error.to_string())?;
        let html = NoticeMailHtml { mail: &mail }
            .render()
            .map_err(|error| error.to_string())?;
        Ok(MailText {
            subject: mail.subject,
            text,
            html,
        })
    }
}
