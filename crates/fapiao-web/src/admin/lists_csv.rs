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
use chrono::{DateTime, FixedOffset, Utc};
use fapiao_archive::{
    ArchiveError,
    tables::{Cell, Format, Table},
};
use fapiao_usecases::ports::{InvoiceFilter, OrderFilter};

/// Rows that are read at once.
const AT_ONCE: u32 = 200;
/// Time in files is China's, as on paper.
const EAST_8: FixedOffset = FixedOffset::east_opt(8 * 3600).expect("eight hours are an offset");

fn wrong(error: ArchiveError) -> Failure {
    Problem::internal(error).into()
}

fn moment(at: DateTime<Utc>) -> String {
    at.with_timezone(&EAST_8)
        .format("%Y-%m-%d %H:%M:%S")
        .to_string()
}

/// A file in the making: rows until the list or the file is full.
struct File {
    table: Table,
    rows: usize,
}

impl File {
    fn new(headings: &[&str]) -> Result<File, Failure> {
        let mut table = Table::new(Format::Csv).map_err(wrong)?;
        table.sheet("", headings).map_err(wrong)?;
        Ok(File { table, rows: 0 })
    }

    fn row(&mut self, cells: &[Cell]) -> Result<(), Failure> {
        self.rows += 1;
        self.table.row(cells).map_err(wrong)
    }

    fn is_full(&self) -> bool {
        self.rows >= ROWS_OF_A_FILE
    }

    /// The answer; a list that does not fit is not cut off silently.
    async fn answer<R: Right>(
        mut self,
        desk: &Desk<R>,
        name: &str,
        back: &str,
        more: bool,
    ) -> Answer {
        if more {
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
    let mut filter = OrderFilter {
        limit: AT_ONCE,
        ..listing.orders()
    };
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
    loop {
        let page = desk.ports().store.orders(&desk.view(), &filter).await?;
        for it in page.rows {
            let asked = if it.asked.is_special() {
                t.special.short
            } else {
                t.special.short_ordinary
            };
            let delivery = it
                .delivery_state
                .map_or("", |it| states::delivery(t, it).word);
            file.row(&[
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
            ])?;
        }
        filter.after = page.next;
        if filter.after.is_none() || file.is_full() {
            break;
        }
    }
    file.answer(&desk, "orders", &listing.here(), filter.after.is_some())
        .await
}

/// `GET /admin/invoices.csv`: what the list of invoices shows with the same filter.
pub(super) async fn invoices(desk: Signed, request: HttpRequest) -> Answer {
    let listing = Listing::of(&request, INVOICES, "seller");
    let mut filter = InvoiceFilter {
        limit: AT_ONCE,
        ..listing.invoices()
    };
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
    loop {
        let page = desk.ports().store.invoices(&desk.view(), &filter).await?;
        for it in page.rows {
            file.row(&[
                it.number.into(),
                kind(t, desk.lang(), it.kind).into(),
                states::invoice(t, it.state).word.into(),
                it.card_state
                    .map_or("", |it| states::card(t, it).word)
                    .into(),
                it.buyer.into(),
                it.order_no.into(),
                moment(it.issued_at.unwrap_or(it.created_at)).into(),
                it.totals.amount.into(),
                it.totals.tax.into(),
                it.totals.total.into(),
            ])?;
        }
        filter.after = page.next;
        if filter.after.is_none() || file.is_full() {
            break;
        }
    }
    file.answer(&desk, "invoices", &listing.here(), filter.after.is_some())
        .await
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
    let mut after = None;
    loop {
        let page = (desk.ports().store)
            .audit_found(&filter, after.as_deref(), AT_ONCE)
            .await?;
        for it in &page.rows {
            let order = it
                .order
                .as_ref()
                .map_or_else(String::new, ToString::to_string);
            file.row(&[
                it.seq.into(),
                moment(it.at).into(),
                names.who(t, &it.actor).into(),
                said(lang, it).what.into(),
                it.action.clone().into(),
                it.subject.clone().into(),
                order.into(),
                it.data.to_string().into(),
                it.hash.clone().into(),
            ])?;
        }
        after = page.next;
        if after.is_none() || file.is_full() {
            break;
        }
    }
    file.answer(&desk, "audit", &listing.here(), after.is_some())
        .await
}
