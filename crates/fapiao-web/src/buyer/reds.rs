//! Red invoices on the buyer's page: listed beside the blue one, each with its files.

use super::{Seen, find, private, unknown};
use crate::{
    api::files::{self, Shown},
    app::App,
    i18n::Texts,
    pages::{
        buyer::{RedSlip, red_reason},
        parts::Link,
    },
    problem::{Kind, Problem, Said},
};
use actix_web::{HttpRequest, HttpResponse, web};
use fapiao_domain::invoice::InvoiceState;
use fapiao_usecases::{
    calendar,
    errors::StoreError,
    ports::Scope,
    records::{Delivery, Invoice},
};

/// The issued red invoices against a delivery's invoice, oldest first.
async fn reds_of(app: &App, delivery: &Delivery) -> Result<Vec<Invoice>, StoreError> {
    let Some(blue) = &delivery.invoice else {
        return Ok(Vec::new());
    };
    let mut all = app.ports.store.invoices_of(&delivery.order).await?;
    all.retain(|it| it.state.is_issued() && it.red.as_ref().is_some_and(|red| red.blue == *blue));
    Ok(all)
}

fn number_of(invoice: &Invoice) -> &str {
    invoice.identity.as_ref().map_or("", |it| it.number())
}

impl Seen {
    /// Adds what was taken back, and where it goes on.
    pub(super) async fn load_reds(&mut self, app: &App, t: &'static Texts) -> Result<(), Problem> {
        let Some(invoice) = &self.invoice else {
            return Ok(());
        };
        if !matches!(
            invoice.state,
            InvoiceState::PartlyRed | InvoiceState::FullyRed
        ) {
            return Ok(());
        }
        let store = &app.ports.store;
        let mut left = invoice.totals.total;
        for red in reds_of(app, &self.delivery).await? {
            left += red.totals.total;
            let number = number_of(&red).to_owned();
            let files = store.documents(&red.id).await?;
            let files = files.into_iter().map(|it| {
                let code = &self.delivery.short_code;
                let href = format!("/o/{code}/red/{number}/file.{}", it.format);
                Link::new(it.format.to_ascii_uppercase(), href)
            });
            self.reds.push(RedSlip {
                files: files.collect(),
                number,
                date: red.issued_at.map(calendar::day).unwrap_or_default(),
                total: red.totals.total,
                reason: red.red.as_ref().map_or("", |it| red_reason(t, it.reason)),
            });
        }
        self.left = (invoice.state == InvoiceState::PartlyRed).then_some(left);
        let refunds = store.refunds_of(&self.delivery.order).await?;
        let anew = refunds.iter().rev().find_map(|it| {
            let ours = it.forms.iter().any(|form| form.blue == invoice.id);
            it.delivery.as_ref().filter(|_| ours)
        });
        if let Some(id) = anew {
            self.next = store
                .delivery(&Scope::All, id)
                .await?
                .map(|it| (format!("/o/{}", it.short_code), it.state.awaits_buyer()));
        }
        Ok(())
    }
}

/// `GET /o/{code}/red/{number}/file.{format}`: a file of a red invoice against the one behind the code.
pub(crate) async fn download(
    app: web::Data<App>,
    request: HttpRequest,
    path: web::Path<(String, String, String)>,
) -> Result<HttpResponse, Problem> {
    let (code, number, format) = path.into_inner();
    let Some(delivery) = find(&app, &request, &code).await? else {
        return Ok(unknown(&app, &request));
    };
    let reds = reds_of(&app, &delivery).await?;
    let found = match reds.iter().find(|it| number_of(it) == number) {
        Some(red) => files::of_invoice(&app, red, &format).await?,
        None => None,
    };
    let found = found.ok_or_else(|| {
        let said = Said::new(
            "there is no such red invoice here, or its file is still being made",
            "没有该红字发票，或文件仍在生成",
        );
        Problem::new(Kind::DocumentNotFound, said)
    })?;
    let shown = if format == "pdf" {
        Shown::Inline
    } else {
        Shown::Attached
    };
    let mut answer = found.answer(&request, shown);
    private(&mut answer);
    Ok(answer)
}
