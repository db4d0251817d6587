//! The buyer's short link: where the invoice stands, the way into WeChat, and the plain download.
//!
//! The code in the address is the permission: whoever has the receipt may see it. So nothing here is kept by caches
//! or found by search engines, and wrong codes are counted.

mod bill_state;
pub(crate) mod bills;
mod reds;
mod state;

use crate::{
    api::{
        files::{self, Shown},
        stopped::StoppedJobs,
    },
    app::App,
    edge::{Context, bare, page},
    pages::{
        buyer::{BuyerPage, BuyerState, FileSums, PartLink, RedSlip, Sale},
        parts::{Link, When},
        shell::Bare,
    },
    problem::{Kind, Problem, Said},
    reasons::in_language,
    security::limiter::Allowance,
};
use actix_web::{
    HttpRequest, HttpResponse,
    http::{
        StatusCode,
        header::{self, HeaderName, HeaderValue},
    },
    web,
};
use fapiao_domain::{
    delivery::{Channel, DeliveryState, PageType},
    money::Fen,
};
use fapiao_usecases::{
    books::left_to_invoice,
    calendar,
    errors::StoreError,
    merchant::{
        confirm::REJECTED,
        pages::{PageError, amount_of, open_wechat_page},
        refusal::REFUNDED,
    },
    parts::part_sums,
    ports::Scope,
    records::{Delivery, Invoice, IssuingMode},
};
pub(crate) use reds::download as download_red;
use serde::Deserialize;
use std::{
    collections::{BTreeMap, HashMap},
    net::{IpAddr, Ipv6Addr},
    time::Instant,
};

/// While WeChat's page is open the push may be on its way: a returning buyer sees it arrive.
const LOOK_AGAIN_SECS: &str = "5";

/// `GET /o/{code}`.
pub(crate) async fn show(
    app: web::Data<App>,
    request: HttpRequest,
    code: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let Some(delivery) = find(&app, &request, &code).await? else {
        return Ok(unknown(&app, &request));
    };
    let mut seen = Seen::load(&app, delivery).await?;
    let bare = bare(&app, &request);
    seen.load_reds(&app, bare.t).await?;
    seen.load_successor(&app).await?;
    let now = app.ports.clock.now();
    let state = state::of(
        &seen.delivery,
        seen.invoice.as_ref(),
        seen.promise_secs,
        now,
    );
    let stopped = if state.waits_for_us() {
        let about = std::slice::from_ref(&seen.delivery);
        StoppedJobs::of(&app, about, bare.lang).await?
    } else {
        StoppedJobs::NONE
    };
    let next = seen.next.clone();
    let mut state = state.shown(&seen.delivery, seen.invoice.as_ref(), next, |at| When {
        at,
        now,
        lang: bare.lang,
    });
    let is_over = match &state {
        BuyerState::Expired => !seen.may_be_invoiced(&app).await?,
        _ => {
            let is_nothing = seen.sale.as_ref().is_some_and(|it| it.total == Fen::ZERO);
            seen.delivery.state.awaits_buyer() && is_nothing
        }
    };
    if is_over {
        state = BuyerState::NothingLeft {
            reason: bare.t.buyer.nothing_left.to_owned(),
        };
    }
    // Our own words; a shop's reason is shown as it was written.
    if let BuyerState::Refused { reason, .. } = &mut state {
        if reason == REFUNDED {
            state = BuyerState::NothingLeft {
                reason: in_language(bare.lang, REFUNDED),
            };
        } else if reason == REJECTED {
            *reason = in_language(bare.lang, reason);
        }
    }
    if let BuyerState::Failed { reason, .. } = &mut state {
        let why = &seen.delivery.reason;
        if seen.delivery.invoice.is_none() {
            // Our own words: the buyer came another way, or has to ask anew.
            *reason = Some(in_language(bare.lang, why));
        } else if seen.is_from_elsewhere {
            *reason = Some(why.clone());
        }
    }
    if let Some(code) = stopped.code_about(&seen.delivery) {
        let needs_company = code == "title_special";
        state = BuyerState::WithStaff { needs_company };
    }
    let is_again = request.query_string() == "again=1";
    let may_change = seen.may_change(&state);
    let mut answer = seen.page(bare, state, is_again, StatusCode::OK);
    if may_change {
        let value = HeaderValue::from_static(LOOK_AGAIN_SECS);
        answer
            .headers_mut()
            .insert(HeaderName::from_static("refresh"), value);
    }
    Ok(answer)
}

/// `GET /o`: where the short code of a receipt is typed; `?code=` goes on to its page.
pub(crate) async fn ask(
    app: web::Data<App>,
    request: HttpRequest,
    query: web::Query<Typed>,
) -> HttpResponse {
    let plain: String = query
        .code
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .take(32)
        .collect();
    if plain.is_empty() {
        let state = BuyerState::Asked;
        return buyer_page(without_sale(bare(&app, &request), state), StatusCode::OK);
    }
    let to = format!("/o/{}", plain.to_ascii_uppercase());
    send_to(StatusCode::SEE_OTHER, &to)
}

/// A short code as typed, with blanks and dashes as people type them.
#[derive(Deserialize)]
pub(crate) struct Typed {
    #[serde(default)]
    code: String,
}

/// `GET /o/{code}/wechat`: asks WeChat for a fresh page and sends the buyer there.
pub(crate) async fn open(
    app: web::Data<App>,
    request: HttpRequest,
    code: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let Some(delivery) = find(&app, &request, &code).await? else {
        return Ok(unknown(&app, &request));
    };
    let here = format!("/o/{}", delivery.short_code);
    match open_wechat_page(&app.ports, &delivery.short_code).await {
        // A path inside a mini program is no address: the page says where to go on.
        Ok(answer) if answer.mini_program.is_some() => Ok(send_to(StatusCode::SEE_OTHER, &here)),
        // Nor is what WeChat's SDK in an app is handed.
        Ok(_) if delivery.channel == Channel::App => Ok(send_to(StatusCode::SEE_OTHER, &here)),
        Ok(answer) => Ok(send_to(StatusCode::FOUND, &answer.url)),
        Err(PageError::Unknown) => Ok(unknown(&app, &request)),
        // The page says where it stands instead.
        Err(PageError::NotAwaiting(_) | PageError::Expired | PageError::NothingLeft) => {
            Ok(send_to(StatusCode::SEE_OTHER, &format!("{here}?again=1")))
        }
        Err(PageError::Store(error)) => Err(error.into()),
        Err(
            error @ (PageError::NotReady(_) | PageError::Refused { .. } | PageError::WeChat(_)),
        ) => {
            let id = Context::of(&request).id;
            tracing::warn!(
                request.id = %id, delivery.id = %delivery.id, error = %error,
                "No page from WeChat for delivery {}", delivery.id
            );
            let seen = Seen::load(&app, delivery).await?;
            let status = StatusCode::SERVICE_UNAVAILABLE;
            Ok(seen.page(bare(&app, &request), BuyerState::Preparing, false, status))
        }
    }
}

/// `GET /o/{code}/file.{format}`: the plain download, once there is an invoice. A PDF is shown in place.
pub(crate) async fn download(
    app: web::Data<App>,
    request: HttpRequest,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    let (code, format) = path.into_inner();
    let Some(delivery) = find(&app, &request, &code).await? else {
        return Ok(unknown(&app, &request));
    };
    let seen = Seen::load(&app, delivery).await?;
    let found = match &seen.invoice {
        Some(invoice) => files::of_invoice(&app, invoice, &format).await?,
        None => None,
    };
    let found = found.ok_or_else(|| {
        let said = Said::new(
            "the invoice is not issued yet or its file is still being made",
            "发票尚未开出，或文件仍在生成",
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

/// The delivery behind a code.
async fn find(app: &App, request: &HttpRequest, code: &str) -> Result<Option<Delivery>, Problem> {
    let find = async |code: String| app.ports.store.delivery_by_code(&code).await;
    guarded(app, request, code, find).await
}

/// What is behind a code. Who tries many wrong ones has to wait.
async fn guarded<T>(
    app: &App,
    request: &HttpRequest,
    code: &str,
    find: impl AsyncFn(String) -> Result<Option<T>, StoreError>,
) -> Result<Option<T>, Problem> {
    let client = neighbourhood(Context::of(request).client);
    if app.guesses.is_used_up(&client, Instant::now()) {
        let said = Said::new(
            "too many wrong links came from your address",
            "来自该地址的错误链接过多",
        );
        return Err(Problem::new(Kind::RateLimited, said).retry_after(60));
    }
    let code = code.trim().to_ascii_uppercase();
    let may_be_one =
        (4..=32).contains(&code.len()) && code.bytes().all(|it| it.is_ascii_alphanumeric());
    let found = if may_be_one { find(code).await? } else { None };
    if found.is_none() {
        let _: Allowance = app.guesses.take(&client, Instant::now());
    }
    Ok(found)
}

/// An address, or the network that an IPv6 customer gets as a whole.
fn neighbourhood(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(it) => Ipv6Addr::from_bits(it.to_bits() & (u128::MAX << 64)).into(),
        v4 @ IpAddr::V4(_) => v4,
    }
}

/// What the page of one delivery is made of.
struct Seen {
    delivery: Delivery,
    invoice: Option<Invoice>,
    /// Whether another than our own platform makes the invoice.
    is_from_elsewhere: bool,
    sale: Option<Sale>,
    /// The invoices of the order, when it needs several.
    parts: Vec<PartLink>,
    /// Within how many seconds after the agreement the invoice is promised.
    promise_secs: i64,
    /// The invoice's files beside the PDF.
    files: Vec<Link>,
    /// The sums of all its files.
    sums: Vec<FileSums>,
    /// Red invoices against its invoice.
    reds: Vec<RedSlip>,
    /// What still counts of the invoice, when a part was taken back.
    left: Option<Fen>,
    /// The link of the order's later delivery, and whether the buyer has to agree there.
    next: Option<(String, bool)>,
}

impl Seen {
    async fn load(app: &App, delivery: Delivery) -> Result<Seen, Problem> {
        let store = &app.ports.store;
        let invoice = match &delivery.invoice {
            Some(id) => store.invoice(&Scope::All, id).await?,
            None => None,
        };
        let parts = match &delivery.part {
            Some(_) => parts_beside(app, &delivery).await?,
            None => Vec::new(),
        };
        let account = store.account(&delivery.account).await?;
        let seller = store.seller(&delivery.seller).await?;
        let is_from_elsewhere = seller
            .as_ref()
            .is_some_and(|it| it.mode != IssuingMode::SelfBuilt);
        let sale = match store.order(&Scope::All, &delivery.order).await? {
            Some(order) => {
                let total = match (&invoice, &delivery.part) {
                    (Some(invoice), _) => invoice.totals.total,
                    (None, part) if part.is_some() || delivery.state.awaits_buyer() => {
                        amount_of(&app.ports, &delivery, &order).await?
                    }
                    (None, _) => order.totals.total,
                };
                let shop = store.store(&order.store).await?;
                let seller = seller.map_or_else(String::new, |seller| seller.party.name);
                Some(Sale {
                    store: shop.map_or_else(|| seller.clone(), |shop| shop.name),
                    seller,
                    logo: None,
                    total,
                    date: calendar::day(order.sold_at),
                    order_no: order.order_no,
                    is_special: order.asked.is_special(),
                    phone: account
                        .as_ref()
                        .map_or_else(String::new, |account| account.contact_phone.clone()),
                })
            }
            None => None,
        };
        let files = match &invoice {
            Some(invoice) if invoice.state.is_issued() => store.documents(&invoice.id).await?,
            Some(_) | None => Vec::new(),
        };
        let sums = files.iter().map(|it| FileSums {
            kind: it.format.to_ascii_uppercase(),
            sha256: it.sha256.clone(),
            sm3: it.sm3.clone(),
        });
        let sums = sums.collect();
        let files = files.into_iter().filter(|it| it.format != "pdf");
        let files = files.map(|it| {
            let href = format!("/o/{}/file.{}", delivery.short_code, it.format);
            Link::new(it.format.to_ascii_uppercase(), href)
        });
        Ok(Seen {
            files: files.collect(),
            sums,
            delivery,
            invoice,
            is_from_elsewhere,
            sale,
            parts,
            promise_secs: account.map_or(0, |account| account.contact_timeout_secs),
            reds: Vec::new(),
            left: None,
            next: None,
        })
    }

    /// Adds where the order goes on, for a link that ended before an invoice was drawn up: the buyer came another way.
    async fn load_successor(&mut self, app: &App) -> Result<(), StoreError> {
        let ended = &self.delivery;
        if ended.state != DeliveryState::Failed || ended.invoice.is_some() {
            return Ok(());
        }
        let part = |it: &Delivery| it.part.as_ref().map(|part| part.no);
        let all = app.ports.store.deliveries_of(&ended.order).await?;
        let goes_on = |it: &&Delivery| {
            it.created_at >= ended.created_at
                && it.id != ended.id
                && (ended.part.is_none() || part(it) == part(ended))
                && (!it.state.is_final() || it.state == DeliveryState::Carded)
        };
        self.next = all
            .iter()
            .filter(goes_on)
            .max_by_key(|it| it.created_at)
            .map(|it| (format!("/o/{}", it.short_code), it.state.awaits_buyer()));
        Ok(())
    }

    /// Whether a new link would lead to an invoice.
    async fn may_be_invoiced(&self, app: &App) -> Result<bool, StoreError> {
        let order = app
            .ports
            .store
            .order(&Scope::All, &self.delivery.order)
            .await?;
        match order {
            Some(order) => Ok(left_to_invoice(&app.ports, &order).await? > Fen::ZERO),
            None => Ok(false),
        }
    }

    /// While WeChat's page is open the push may be on its way: a returning buyer sees it arrive.
    fn may_change(&self, state: &BuyerState) -> bool {
        self.delivery.state == DeliveryState::PageOpened
            && matches!(state, BuyerState::Ready { .. })
    }

    fn page(
        self,
        bare: Bare,
        state: BuyerState,
        is_again: bool,
        status: StatusCode,
    ) -> HttpResponse {
        let has_number = matches!(
            state,
            BuyerState::Carded { .. }
                | BuyerState::IssuedOnly { .. }
                | BuyerState::TakenBack { .. }
        );
        let was_opened = self.may_change(&state);
        let page = BuyerPage {
            files: if has_number { self.files } else { Vec::new() },
            sums: if has_number { self.sums } else { Vec::new() },
            due: self.delivery.due_at,
            page: self.delivery.page,
            is_again,
            was_opened,
            sale: self.sale,
            parts: self.parts,
            reds: self.reds,
            left: self.left,
            state,
            reference: self.delivery.short_code,
            bare,
        };
        buyer_page(page, status)
    }
}

/// One link for each invoice of an order that needs several: the newest delivery of each part.
async fn parts_beside(app: &App, shown: &Delivery) -> Result<Vec<PartLink>, Problem> {
    let mut newest: BTreeMap<u32, Delivery> = BTreeMap::new();
    let deliveries = app.ports.store.deliveries_of(&shown.order).await?;
    let sums = match app.ports.store.order(&Scope::All, &shown.order).await? {
        Some(order) => part_sums(&app.ports, &order, &deliveries).await?,
        None => HashMap::new(),
    };
    for delivery in deliveries {
        if let Some(part) = &delivery.part {
            newest.insert(part.no, delivery);
        }
    }
    let ids: Vec<_> = newest
        .values()
        .filter_map(|it| it.invoice.clone())
        .collect();
    let invoices = app.ports.store.invoices_by_id(&ids).await?;
    let became = |it: &Delivery| {
        let id = it.invoice.as_ref()?;
        let own = invoices.iter().find(|invoice| invoice.id == *id);
        own.map(|invoice| invoice.state)
    };
    let link = |it: &Delivery| PartLink {
        invoice: became(it),
        no: it.part.as_ref().map_or(0, |part| part.no),
        href: format!("/o/{}", it.short_code),
        total: sums.get(&it.id).copied().unwrap_or(Fen::ZERO),
        state: it.state,
        is_this: it.id == shown.id,
    };
    Ok(newest.values().map(link).collect())
}

fn unknown(app: &App, request: &HttpRequest) -> HttpResponse {
    let mut bare = bare(app, request);
    // A wrong code is not repeated.
    bare.here = "/o".to_owned();
    buyer_page(
        without_sale(bare, BuyerState::NotFound),
        StatusCode::NOT_FOUND,
    )
}

fn without_sale(bare: Bare, state: BuyerState) -> BuyerPage {
    BuyerPage {
        bare,
        sale: None,
        parts: Vec::new(),
        state,
        reference: String::new(),
        due: None,
        page: PageType::Title,
        is_again: false,
        was_opened: false,
        files: Vec::new(),
        sums: Vec::new(),
        reds: Vec::new(),
        left: None,
    }
}

fn buyer_page(shown: BuyerPage, status: StatusCode) -> HttpResponse {
    let mut answer = page(status, &shown);
    private(&mut answer);
    answer
}

fn send_to(status: StatusCode, address: &str) -> HttpResponse {
    let mut answer = HttpResponse::build(status)
        .insert_header((header::LOCATION, address))
        .finish();
    private(&mut answer);
    answer
}

fn private(answer: &mut HttpResponse) {
    let headers = answer.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(
        HeaderName::from_static("x-robots-tag"),
        HeaderValue::from_static("noindex, nofollow"),
    );
    headers.insert(
        header::REFERRER_POLICY,
        HeaderValue::from_static("no-referrer"),
    );
}
