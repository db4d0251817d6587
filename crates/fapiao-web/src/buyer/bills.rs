//! The payer's short link of a fiscal bill: where it stands, the way into WeChat, and the plain download.
//!
//! As with an order's link the code is the permission: nothing is kept by caches, and wrong codes are counted.

use super::{LOOK_AGAIN_SECS, bill_state, guarded, private, send_to};
use crate::{
    api::{
        bill_answers::stopped_about,
        files::{self, Shown},
    },
    app::App,
    edge::{Context, bare, page},
    pages::{
        bill_payer::{BillPayerPage, BillPayerState, BillSlip},
        parts::When,
        shell::Bare,
    },
    problem::{Kind, Problem, Said},
    reasons::in_language,
};
use actix_web::{
    HttpRequest, HttpResponse,
    http::{
        StatusCode,
        header::{HeaderName, HeaderValue},
    },
    web,
};
use fapiao_domain::{delivery::DeliveryState, ids::Id};
use fapiao_usecases::{
    calendar,
    errors::StoreError,
    fiscal::{BillPageError, open_bill_page},
    ports::BillRow,
    records::{Bill, BillDelivery, FiscalUnit},
};

/// `GET /b/{code}`.
pub(crate) async fn show(
    app: web::Data<App>,
    request: HttpRequest,
    code: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let Some(delivery) = find(&app, &request, &code).await? else {
        return Ok(unknown(&app, &request));
    };
    let seen = Seen::load(&app, delivery).await?;
    let bare = bare(&app, &request);
    let now = app.ports.clock.now();
    let standing = bill_state::of(&seen.row.bill, &seen.row.delivery, seen.unit.role, now);
    let reason = bill_state::told_reason(&seen.row.delivery, seen.unit.role);
    let mut state = standing.shown(
        &seen.row.bill,
        &seen.row.delivery,
        in_language(bare.lang, reason),
        seen.next.clone(),
        |at| When {
            at,
            now,
            lang: bare.lang,
        },
    );
    if standing.waits_for_us() && seen.is_stopped(&app).await? {
        state = BillPayerState::WithStaff;
    }
    let may_change = seen.may_change(&state);
    let is_again = request.query_string() == "again=1";
    let mut answer = seen.page(bare, state, is_again, StatusCode::OK);
    if may_change {
        let value = HeaderValue::from_static(LOOK_AGAIN_SECS);
        answer
            .headers_mut()
            .insert(HeaderName::from_static("refresh"), value);
    }
    Ok(answer)
}

/// `GET /b/{code}/wechat`: asks WeChat for a fresh page and sends the payer there.
pub(crate) async fn open(
    app: web::Data<App>,
    request: HttpRequest,
    code: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let Some(delivery) = find(&app, &request, &code).await? else {
        return Ok(unknown(&app, &request));
    };
    match open_bill_page(&app.ports, &delivery.short_code).await {
        Ok(address) => Ok(send_to(StatusCode::FOUND, &address)),
        // The page says where it stands instead.
        Err(
            BillPageError::Unknown
            | BillPageError::NotAwaiting(_)
            | BillPageError::Expired
            | BillPageError::Void,
        ) => {
            let here = format!("/b/{}?again=1", delivery.short_code);
            Ok(send_to(StatusCode::SEE_OTHER, &here))
        }
        Err(BillPageError::Store(error)) => Err(error.into()),
        Err(error @ (BillPageError::NotReady(_) | BillPageError::WeChat(_))) => {
            let id = Context::of(&request).id;
            tracing::warn!(
                request.id = %id, bill.delivery = %delivery.id, error = %error,
                "No page from WeChat for the bill's delivery {}", delivery.id
            );
            let seen = Seen::load(&app, delivery).await?;
            let status = StatusCode::SERVICE_UNAVAILABLE;
            Ok(seen.page(
                bare(&app, &request),
                BillPayerState::Preparing,
                false,
                status,
            ))
        }
    }
}

/// `GET /b/{code}/file.pdf`: the bureau's own PDF, shown in place; not that of a void bill, nor at a link that was refused:
/// nothing is handed out there, as with an order's link.
pub(crate) async fn download(
    app: web::Data<App>,
    request: HttpRequest,
    code: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let Some(delivery) = find(&app, &request, &code).await? else {
        return Ok(unknown(&app, &request));
    };
    let seen = Seen::load(&app, delivery).await?;
    let found = if hands_out(&seen.row) {
        files::of_bill(&app, &seen.row.bill).await?
    } else {
        None
    };
    let found = found.ok_or_else(|| {
        let said = Said::new(
            "the bill's file was not handed in yet, the bill is void, or this link was refused",
            "票据文件尚未提交、票据已作废，或这个链接已被拒绝",
        );
        Problem::new(Kind::BillFileNotFound, said)
    })?;
    let mut answer = found.answer(&request, Shown::Inline);
    private(&mut answer);
    Ok(answer)
}

/// Whether the bill's paper is for whoever has this link.
fn hands_out(row: &BillRow) -> bool {
    row.bill.void.is_none() && row.delivery.state != DeliveryState::Refused
}

/// The delivery behind a code. Who tries many wrong ones has to wait.
async fn find(
    app: &App,
    request: &HttpRequest,
    code: &str,
) -> Result<Option<BillDelivery>, Problem> {
    let find = async |code: String| app.ports.store.bill_delivery_by_code(&code).await;
    guarded(app, request, code, find).await
}

/// What the page of one delivery is made of.
struct Seen {
    row: BillRow,
    unit: FiscalUnit,
    /// The bill's later link, where this one ended.
    next: Option<String>,
}

impl Seen {
    async fn load(app: &App, delivery: BillDelivery) -> Result<Seen, Problem> {
        let store = &app.ports.store;
        let missing = |what: String| StoreError::NotFound { what };
        let bill = store.bill(&delivery.bill).await?;
        let bill = bill.ok_or_else(|| missing(format!("bill {}", delivery.bill)))?;
        let unit = store.fiscal_unit(&bill.unit).await?;
        let unit = unit.ok_or_else(|| missing(format!("collecting unit {}", bill.unit)))?;
        let next = if delivery.state.is_final() && delivery.state != DeliveryState::Carded {
            successor(app, &bill, &delivery).await?
        } else {
            None
        };
        let row = BillRow { bill, delivery };
        Ok(Seen { row, unit, next })
    }

    async fn is_stopped(&self, app: &App) -> Result<bool, Problem> {
        let rows = std::slice::from_ref(&self.row);
        let stopped = stopped_about(app, rows, crate::i18n::Lang::Zh).await?;
        let (delivery, unit) = (self.row.delivery.id.as_str(), self.unit.id.as_str());
        Ok(stopped.is_on(&[delivery, unit]))
    }

    /// While WeChat's page is open the push may be on its way: a returning payer sees it arrive.
    fn may_change(&self, state: &BillPayerState) -> bool {
        self.row.delivery.state == DeliveryState::PageOpened
            && matches!(state, BillPayerState::Ready { .. })
    }

    fn page(
        self,
        bare: Bare,
        state: BillPayerState,
        is_again: bool,
        status: StatusCode,
    ) -> HttpResponse {
        let hands_out = hands_out(&self.row);
        let was_opened = self.may_change(&state);
        let BillRow { bill, delivery } = self.row;
        let is_void = bill.void.is_some();
        let download = (bill.file.is_some() && hands_out)
            .then(|| format!("/b/{}/file.pdf", delivery.short_code));
        let slip = BillSlip {
            unit: self.unit.name,
            amount: bill.amount,
            code: bill.identity.code,
            number: bill.identity.number,
            date: calendar::day(bill.issued_at),
            items: bill
                .items
                .into_iter()
                .map(|it| (it.name, it.amount))
                .collect(),
            remark: bill.remark,
            is_void,
        };
        let shown = BillPayerPage {
            bare,
            bill: Some(slip),
            state,
            is_again,
            was_opened,
            download,
            reference: delivery.short_code,
        };
        payer_page(shown, status)
    }
}

/// The link of the bill's latest delivery, when it is another one.
async fn successor(
    app: &App,
    bill: &Bill,
    ended: &BillDelivery,
) -> Result<Option<String>, StoreError> {
    let all = app.ports.store.bill_deliveries(&bill.id).await?;
    let latest = all.into_iter().next().filter(|it| it.id != ended.id);
    Ok(latest.map(|it| format!("/b/{}", it.short_code)))
}

fn unknown(app: &App, request: &HttpRequest) -> HttpResponse {
    let mut bare = bare(app, request);
    // A wrong code is not repeated.
    bare.here = "/b".to_owned();
    let shown = BillPayerPage {
        bare,
        bill: None,
        state: BillPayerState::NotFound,
        is_again: false,
        was_opened: false,
        download: None,
        reference: String::new(),
    };
    payer_page(shown, StatusCode::NOT_FOUND)
}

fn payer_page(shown: BillPayerPage, status: StatusCode) -> HttpResponse {
    let mut answer = page(status, &shown);
    private(&mut answer);
    answer
}
