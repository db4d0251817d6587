//! Lists as files: the orders, invoices and audit lines that a filter finds, as CSV.

use super::{
    Answer, audit,
    desk::{Desk, Overseer, Right, Signed},
    failure::Failure,
    listing::{INVOICES, Listing, ROWS_OF_A_FILE},
    pieces::kind,
    reports,
    timeline::{Names, said},
};
use crate::{i18n::states, pages::parts::Tone, problem::Problem};
use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{CACHE_CONTROL, CONTENT_DISPOSITION},
};
use chrono::{DateTime, Utc};
use fapiao_archive::{
    ArchiveError,
    tables::{Cell, Format, Table},
};
use fapiao_usecases::{
    calendar::in_shanghai,
    errors::StoreError,
    ports::{InvoiceFilter, InvoiceRow, OrderFilter, OrderRow, Page},
    records::AuditEntry,
};

/// Rows that are read at once.
const AT_ONCE: u32 = 200;

fn wrong(error: ArchiveError) -> Failure {
    Problem::internal(error).into()
}

/// Time in files is China's, as on paper.
fn moment(at: DateTime<Utc>) -> String {
    in_shanghai(at).format("%Y-%m-%d %H:%M:%S").to_string()
}

/// A file in the making: rows until the list or the file is full.
struct File {
    table: Table,
    rows: usize,
    /// Whether the list goes on.
    more: bool,
}

impl File {
    fn new(headings: &[&str]) -> Result<File, Failure> {
        let mut table = Table::new(Format::Csv).map_err(wrong)?;
        table.sheet("", headings).map_err(wrong)?;
        Ok(File {
            table,
            rows: 0,
            more: false,
        })
    }

    /// Page after page, until the list or the file is full.
    async fn fill<T>(
        &mut self,
        read: impl AsyncFn(Option<String>) -> Result<Page<T>, StoreError>,
        row: impl Fn(T) -> Vec<Cell>,
    ) -> Result<(), Failure> {
        let mut after = None;
        loop {
            let page = read(after).await?;
            for it in page.rows {
                self.rows += 1;
                self.table.row(&row(it)).map_err(wrong)?;
            }
            after = page.next;
            if after.is_none() || self.rows >= ROWS_OF_A_FILE {
                self.more = after.is_some();
                return Ok(());
            }
        }
    }

    /// The answer; a list that does not fit is not cut off silently.
    async fn answer<R: Right>(mut self, desk: &Desk<R>, name: &str, back: &str) -> Answer {
        if self.more {
            let why = crate::i18n::fill1(desk.t().common.file_too_long, ROWS_OF_A_FILE);
            return Ok(desk.told(back, Tone::Bad, &why));
        }
        let mut body = self.table.take();
        let mut end = self.table.finish().map_err(wrong)?;
        while let Some(piece) = end.next_piece().map_err(wrong)? {
            body.extend(piece);
        }
        reports::record(desk, "list.exported", name).await?;
        Ok(HttpResponse::Ok()
            .content_type(Format::Csv.media_type())
            .insert_header((
                CONTENT_DISPOSITION,
                format!("attachment; filename=\"{name}.csv\""),
            ))
            .insert_header((CACHE_CONTROL, "no-store"))
            .body(body))
    }
}

/// `GET /admin/orders.csv`: what the list of orders shows with the same filter.
pub(super) async fn orders(desk: Signed, request: HttpRequest) -> Answer {
    let listing = Listing::of(&request, "/admin/orders", "store");
    let (view, filter) = (desk.view(), listing.orders());
    let t = desk.t();
    let mut file = File::new(&[
        t.order.order_no,
        t.order.store,
        t.order.created,
        t.order.sold,
        t.common.state,
        t.delivery.title,
        t.title.buyer,
        t.invoice.number,
        t.special.kind,
        t.line.amount,
        t.line.tax,
        t.line.gross,
        t.order.refunded,
    ])?;
    let read = async |after| {
        let filter = OrderFilter {
            limit: AT_ONCE,
            after,
            ..filter.clone()
        };
        desk.ports().store.orders(&view, &filter).await
    };
    let row = |it: OrderRow| {
        let asked = if it.asked.is_special() {
            t.special.short
        } else {
            t.special.short_ordinary
        };
        let delivery = it
            .delivery_state
            .map_or("", |it| states::delivery(t, it).word);
        vec![
            it.order_no.into(),
            it.store_name.into(),
            moment(it.created_at).into(),
            moment(it.sold_at).into(),
            states::order(t, it.state).word.into(),
            delivery.into(),
            it.buyer.into(),
            it.invoice_number.into(),
            asked.into(),
            it.totals.amount.into(),
            it.totals.tax.into(),
            it.totals.total.into(),
            it.refunded.into(),
        ]
    };
    file.fill(read, row).await?;
    file.answer(&desk, "orders", &listing.here()).await
}

/// `GET /admin/invoices.csv`: what the list of invoices shows with the same filter.
pub(super) async fn invoices(desk: Signed, request: HttpRequest) -> Answer {
    let listing = Listing::of(&request, INVOICES, "seller");
    let (view, filter) = (desk.view(), listing.invoices());
    let t = desk.t();
    let mut file = File::new(&[
        t.invoice.number,
        t.special.kind,
        t.common.state,
        t.invoice.card,
        t.title.buyer,
        t.order.order_no,
        t.invoice.issued,
        t.line.amount,
        t.line.tax,
        t.line.gross,
    ])?;
    let read = async |after| {
        let filter = InvoiceFilter {
            limit: AT_ONCE,
            after,
            ..filter.clone()
        };
        desk.ports().store.invoices(&view, &filter).await
    };
    let row = |it: InvoiceRow| {
        vec![
            it.number.into(),
            kind(t, desk.lang(), it.kind).into(),
            states::invoice(t, it.state).word.into(),
            it.card_state
                .map_or("", |it| states::card(t, it).word)
                .into(),
            it.buyer.into(),
            it.order_no.into(),
            it.issued_at.map(moment).unwrap_or_default().into(),
            it.totals.amount.into(),
            it.totals.tax.into(),
            it.totals.total.into(),
        ]
    };
    file.fill(read, row).await?;
    file.answer(&desk, "invoices", &listing.here()).await
}

/// `GET /admin/audit.csv`: what the audit log shows with the same filter.
pub(super) async fn audit_lines(desk: Overseer, request: HttpRequest) -> Answer {
    let listing = audit::listing(&request);
    let filter = audit::filter(&listing);
    let names = Names::load(&desk).await?;
    let (t, lang) = (desk.t(), desk.lang());
    let mut file = File::new(&[
        "#",
        t.audit.at,
        t.audit.who,
        t.audit.what,
        "action",
        "subject",
        "order",
        t.audit.facts,
        t.audit.hash,
    ])?;
    let read = async |after: Option<String>| {
        let store = &desk.ports().store;
        store.audit_found(&filter, after.as_deref(), AT_ONCE).await
    };
    let row = |it: AuditEntry| {
        let what = said(lang, &it).what;
        let order = it
            .order
            .as_ref()
            .map_or_else(String::new, ToString::to_string);
        vec![
            it.seq.into(),
            moment(it.at).into(),
            names.who(t, &it.actor).into(),
            what.into(),
            it.action.into(),
            it.subject.into(),
            order.into(),
            it.data.to_string().into(),
            it.hash.into(),
        ]
    };
    file.fill(read, row).await?;
    file.answer(&desk, "audit", &listing.here()).await
}
