//! Invoices: the list, the page of one with its paper in place, its files.

use super::{
    Answer, checks,
    desk::{Desk, Right, Signed},
    failure::Failure,
    frame::Frame,
    listing::{INVOICES, Listing, counted},
    orders::Whole,
    pieces::{
        invoice_lines, kind, kind_short, number_of, seller_choices, seller_link, stopped_jobs,
        title_facts,
    },
    standing,
    timeline::{Names, event, is_about},
};
use crate::{
    api::files::{self, Shown},
    i18n::states,
    pages::{
        invoices::{
            CardFacts, DocumentRow, InvoiceFacts, InvoiceListPage, InvoiceRow, InvoiceShowPage,
        },
        parts::{Act, Action, Choice, Link},
        shell::{Section, Shell},
    },
};
use actix_web::{HttpRequest, web};
use fapiao_domain::{
    ids::{Id, InvoiceId},
    invoice::{Identity, InvoiceKind, InvoiceState},
};
use fapiao_usecases::{
    backoffice::standing::{Place, standing as stands},
    errors::StoreError,
    platform::received::takes_file,
    records::{Document, Invoice},
};

/// `GET /admin/invoices`.
pub(super) async fn index(desk: Signed, request: HttpRequest) -> Answer {
    let listing = Listing::of(&request, INVOICES, "seller");
    let filter = listing.invoices();
    let found = desk.ports().store.invoices(&desk.view(), &filter).await?;
    let t = desk.t();
    let states: Vec<Choice> = std::iter::once(Choice::new("", t.common.all))
        .chain(
            InvoiceState::ALL
                .into_iter()
                .map(|it| Choice::new(it.as_str(), states::invoice(t, it).word)),
        )
        .collect();
    let kinds = std::iter::once(Choice::new("", t.common.all))
        .chain(
            InvoiceKind::ALL
                .into_iter()
                .map(|it| Choice::new(it.as_str(), kind_short(t, it))),
        )
        .collect();
    let sellers = desk.ports().store.sellers().await?;
    let sellers = seller_choices(&sellers, Some(t.common.all));
    let shell = desk.shell(Section::Invoices).await?;
    let rows: Vec<InvoiceRow> = found
        .rows
        .into_iter()
        .map(|it| InvoiceRow {
            href: format!("/admin/invoices/{}", it.id),
            number: it.number,
            kind: kind_short(t, it.kind),
            buyer: it.buyer,
            order_no: it.order_no,
            amount: it.totals.amount,
            tax: it.totals.tax,
            total: it.totals.total,
            state: shell.invoice(it.state),
            card: it.card_state.map(|it| shell.card(it)),
            at: shell.when(it.issued_at.unwrap_or(it.created_at)),
        })
        .collect();
    let page = InvoiceListPage {
        chips: listing.chips(t, &states, &sellers),
        pager: listing.pager(found.next, rows.len()),
        filter: listing.filter,
        states,
        kinds,
        sellers,
        rows,
        count: counted(found.count),
        total: found.sum,
        shell,
    };
    Ok(desk.page(&page))
}

async fn load(frame: &Frame, id: &str) -> Result<Invoice, Failure> {
    let id = InvoiceId::parse(id)?;
    let found = frame.ports().store.invoice(&frame.scope(), &id).await?;
    found.ok_or(Failure::NotFound)
}

/// Whether its title may be corrected; also while that is under way and afterwards, because the page shows the steps.
async fn is_correctable<R: Right>(desk: &Desk<R>, invoice: &Invoice) -> Result<bool, Failure> {
    if invoice.red.is_some() || !invoice.state.is_issued() {
        return Ok(false);
    }
    if invoice.state != InvoiceState::FullyRed {
        return Ok(true);
    }
    let refunds = desk.ports().store.refunds_of(&invoice.order).await?;
    Ok(refunds.iter().any(|it| it.corrects(&invoice.id)))
}

/// `GET /admin/invoices/{id}`.
pub(super) async fn show(desk: Signed, id: web::Path<String>) -> Answer {
    let invoice = load(&desk, &id).await?;
    let whole = Whole::load(&desk, &invoice.order).await?;
    let delivery = whole.deliveries.iter().find(|it| it.id == invoice.delivery);
    let stopped = stopped_jobs(&desk, &whole.order).await?;
    let stopped = stopped
        .iter()
        .find(|it| it.subject == invoice.id.as_str() || it.subject == invoice.delivery.as_str());
    let stands = stands(
        whole.order.state,
        delivery,
        Some(&invoice),
        stopped,
        desk.now(),
    );
    let documents = desk.ports().store.documents(&invoice.id).await?;
    let pdf = documents
        .iter()
        .any(|it| it.format == "pdf")
        .then(|| format!("/admin/invoices/{}/file.pdf", invoice.id));
    let mut standing = standing::of_order(&desk, &whole.order, delivery, &stands);
    let t = desk.t();
    // This is the invoice's own page: its next step is the paper.
    if matches!(
        stands.place,
        Place::InWallet { .. }
            | Place::TakenBack { .. }
            | Place::RedLetter { .. }
            | Place::IssuedOnly { .. }
            | Place::OnTheWayToWallet { .. }
    ) {
        standing.primary = pdf.clone().map(|pdf| Action::open(t.stand.open_pdf, pdf));
    }
    if invoice.state == InvoiceState::Refused && desk.may_decide() {
        let again = format!("/admin/invoices/{}/upload", invoice.id);
        standing
            .others
            .push(Action::send(t.red.upload_again, again));
    }
    if desk.may_decide() && is_correctable(&desk, &invoice).await? {
        standing.others.push(Action::open(
            t.red_form.wrong_title,
            format!("/admin/invoices/{}/correct", invoice.id),
        ));
    }
    standing.others.push(Action::open(
        t.red.link,
        format!("/admin/orders/{}/refund", invoice.order),
    ));
    checks::add(&desk, &mut standing, &stands.place, delivery).await?;
    let own = format!("/admin/invoices/{}", invoice.id);
    if standing
        .primary
        .as_ref()
        .is_some_and(|it| matches!(&it.act, Act::Open(to) if *to == own))
    {
        standing.primary = pdf.clone().map(|pdf| Action::open(t.stand.open_pdf, pdf));
    }
    if desk.may_decide() && takes_file(invoice.state) {
        let path = format!("/admin/invoices/{}/attachment", invoice.id);
        standing.others.push(Action::open(t.attach.title, path));
    }
    if let Some(red) = &invoice.red {
        standing.others.push(Action::open(
            t.red_form.blue,
            format!("/admin/invoices/{}", red.blue),
        ));
    }
    standing.others.push(Action::open(
        t.stand.to_order,
        format!("/admin/orders/{}", invoice.order),
    ));
    if desk.may_read_books() && invoice.state.is_issued() {
        standing.others.push(Action::open(
            t.proof.evidence,
            format!("/admin/evidence/invoice/{}.zip", invoice.id),
        ));
    }
    let shell = desk.shell(Section::Invoices).await?;
    let names = Names::load(&desk).await?;
    let timeline = desk.ports().store.timeline(&invoice.order).await?;
    // The delivery's card is the blue invoice's; a red one has none.
    let own = match &invoice.red {
        Some(_) => vec![invoice.id.as_str()],
        None => vec![invoice.id.as_str(), invoice.delivery.as_str()],
    };
    let page = InvoiceShowPage {
        invoice: facts(&desk, &shell, &invoice, &whole).await?,
        standing,
        lines: invoice_lines(&invoice),
        documents: documents
            .iter()
            .map(|it| document_row(&shell, &invoice, it))
            .collect(),
        pdf,
        is_red: invoice.red.is_some(),
        card: card(&desk, &shell, &invoice).await?,
        timeline: timeline
            .iter()
            .filter(|it| is_about(it, &own))
            .map(|entry| event(&desk, &names, entry, false))
            .collect(),
        refresh: stands.place.looks_again_secs(),
        shell,
    };
    Ok(desk.page(&page))
}

async fn facts(
    frame: &Frame,
    shell: &Shell,
    invoice: &Invoice,
    whole: &Whole,
) -> Result<InvoiceFacts, StoreError> {
    let identity = invoice.identity.as_ref();
    let check_code = match identity {
        Some(Identity::Classic { check_code, .. }) => check_code.clone(),
        Some(Identity::Digital { .. }) | None => String::new(),
    };
    let mut seller = seller_link(frame, &invoice.seller).await?;
    seller.label.clone_from(&invoice.seller_party.name);
    let order = Link::new(
        &whole.order.order_no,
        format!("/admin/orders/{}", invoice.order),
    );
    let delivery = Link::new(
        invoice.delivery.to_string(),
        format!("/admin/deliveries/{}", invoice.delivery),
    );
    Ok(InvoiceFacts {
        id: invoice.id.to_string(),
        number: number_of(invoice).to_owned(),
        code: identity.map_or_else(String::new, |it| it.code().to_owned()),
        check_code,
        kind: kind(frame.t(), frame.lang(), invoice.kind),
        state: shell.invoice(invoice.state),
        issued: invoice
            .issued_at
            .filter(|_| invoice.state.is_issued())
            .map(|at| shell.when(at)),
        seller,
        seller_tax_number: invoice.seller_party.tax_number.clone(),
        buyer: title_facts(frame, &invoice.title),
        order,
        delivery: Some(delivery),
        drawer: invoice.clerks[0].clone(),
        serial: invoice.id.to_string(),
        total: invoice.totals.total,
    })
}

fn document_row(shell: &Shell, invoice: &Invoice, document: &Document) -> DocumentRow {
    let t = shell.t;
    DocumentRow {
        kind: match document.format.as_str() {
            "pdf" => "PDF",
            "xml" => "XML",
            "ofd" => "OFD",
            _ => "?",
        },
        origin: if document.origin == "rendered" {
            t.invoice.rendered
        } else {
            t.invoice.received
        },
        size: size(document.size),
        sha256: document.sha256.clone(),
        sm3: document.sm3.clone(),
        href: format!("/admin/invoices/{}/file.{}", invoice.id, document.format),
        at: shell.when(document.created_at),
    }
}

/// Bytes as people read them: one decimal of KB.
fn size(bytes: i64) -> String {
    let tenths = bytes.max(0) * 10 / 1024;
    format!("{}.{} KB", tenths / 10, tenths % 10)
}

async fn card(
    frame: &Frame,
    shell: &Shell,
    invoice: &Invoice,
) -> Result<Option<CardFacts>, StoreError> {
    let store = &frame.ports().store;
    // The card of that delivery holds the blue invoice.
    if invoice.red.is_some() {
        return Ok(None);
    }
    let Some(card) = store.card(&invoice.delivery).await? else {
        return Ok(None);
    };
    let seller = store.seller(&invoice.seller).await?;
    let account = match seller.and_then(|it| it.platform_account) {
        Some(id) => store.account(&id).await?,
        None => None,
    };
    Ok(Some(CardFacts {
        state: shell.card(card.state),
        card_id: card.template,
        code: card.code,
        open_id: masked(&card.openid),
        account: account.map_or_else(String::new, |it| it.name),
    }))
}

/// Enough of an openid to compare it, not to use it.
fn masked(openid: &str) -> String {
    match (
        openid.get(..4),
        openid.get(openid.len().saturating_sub(4)..),
    ) {
        (Some(start), Some(end)) if openid.len() > 10 => format!("{start}…{end}"),
        _ if openid.is_empty() => "—".to_owned(),
        _ => "…".to_owned(),
    }
}

/// `GET /admin/invoices/{id}/file.{format}`: a PDF is shown in place, everything else is a download.
pub(super) async fn file(
    desk: Signed,
    request: HttpRequest,
    path: web::Path<(String, String)>,
) -> Answer {
    let (id, format) = path.into_inner();
    let invoice = load(&desk, &id).await?;
    let file = files::of_invoice(&desk.app, &invoice, &format).await?;
    let shown = if format == "pdf" {
        Shown::Inline
    } else {
        Shown::Attached
    };
    Ok(file.ok_or(Failure::NotFound)?.answer(&request, shown))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_holders_are_shown_shortly() {
        assert_eq!(size(49_357), "48.2 KB");
        assert_eq!(size(0), "0.0 KB");
        assert_eq!(masked("oGlVo5sVwNbRoZl8oQ3"), "oGlV…8oQ3");
        assert_eq!((masked("short").as_str(), masked("").as_str()), ("…", "—"));
    }
}
