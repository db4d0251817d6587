//! The words of mails, from the web side's templates.

use askama::Template;
use fapiao_usecases::ports::{InvoiceMailFacts, MailText, MailTexts};
use fapiao_web::{
    i18n::{Lang, Texts},
    pages::mail::{InvoiceMail, InvoiceMailHtml, InvoiceMailText, RedMail},
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
}
