//! Invoices asked for on payment receipts.

use super::{
    Answer,
    desk::{Configures, Desk, Directs, Overseer, Right, Signed},
    failure::Failure,
    forms::Sent,
    frame::Frame,
    listing::Listing,
    orders::Whole,
    pieces::{order_lines, raw_title_facts},
};
use crate::{
    i18n::{Lang, Texts, fill, fill1},
    pages::{
        deliveries::qr_svg,
        lines::price,
        parts::{Badge, Choice, Tone},
        payments::{ClaimRow, PayLink, PaymentsPage, ReceiptCode, ReceiptPage},
        shell::Section,
    },
};
use actix_web::{HttpRequest, web};
use fapiao_domain::ids::{AccountId, ClaimId, Id, OrderId};
use fapiao_usecases::{
    backoffice::{SettingError, payments::set_pay_merchant},
    calendar,
    errors::StoreError,
    merchant::{
        after_payment::{AttachError, attach_by_number},
        claims::{dismiss, due_at},
    },
    records::{Account, ClaimState, Order, PaymentClaim},
};
use serde::Deserialize;
use std::collections::HashMap;

const HERE: &str = "/admin/payments";

/// What the address asks for.
#[derive(Default, Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    state: Option<String>,
    #[serde(default)]
    check: Option<String>,
}

/// `GET /admin/payments?state=&check=`.
pub(super) async fn index(
    desk: Overseer,
    request: HttpRequest,
    asked: web::Query<Asked>,
) -> Answer {
    let page = page(&desk, &request, &asked, Typed::default()).await?;
    Ok(desk.page(&page))
}

/// What was typed into one of the page's forms, and why it was not taken.
#[derive(Default)]
struct Typed {
    /// Of which account or request.
    of: String,
    first: String,
    second: String,
    wrong: String,
}

impl Typed {
    /// The first member of the form of a row, or what stands there.
    fn first(&self, of: &str, there: &str) -> String {
        let typed = self.of == of;
        if typed {
            self.first.clone()
        } else {
            there.to_owned()
        }
    }

    fn second(&self, of: &str, there: &str) -> String {
        let typed = self.of == of;
        if typed {
            self.second.clone()
        } else {
            there.to_owned()
        }
    }
}

async fn page<R: Right>(
    desk: &Desk<R>,
    request: &HttpRequest,
    asked: &Asked,
    typed: Typed,
) -> Result<PaymentsPage, Failure> {
    let state = asked.state.clone().unwrap_or_else(|| "open".to_owned());
    let listing = Listing::of(request, HERE, "");
    let store = &desk.ports().store;
    let found = store
        .claims(ClaimState::parse(&state), listing.after.as_deref())
        .await?;
    let shell = desk.shell(Section::Payments).await?;
    let t = desk.t();
    let mut links = Vec::new();
    let sellers = store.sellers().await?;
    let accounts = store.accounts().await?;
    let promises: HashMap<AccountId, i64> = accounts
        .iter()
        .map(|it| (it.id.clone(), it.contact_timeout_secs))
        .collect();
    for account in accounts {
        let said = match &asked.check {
            Some(id) if *id == account.id.as_str() => Some(said(desk, &account).await),
            _ => None,
        };
        links.push(PayLink {
            sellers: sellers
                .iter()
                .filter(|it| it.uses(&account.id))
                .map(|it| Choice::new(it.id.as_str(), &it.short_name))
                .collect(),
            seller: typed.second(
                account.id.as_str(),
                account.pay_seller.as_ref().map_or("", |it| it.as_str()),
            ),
            merchant: typed.first(account.id.as_str(), &account.pay_merchant),
            id: account.id.to_string(),
            linked: account.pay_linked_at.map(|at| shell.when(at)),
            name: account.name,
            said,
        });
    }
    // The promise counts while the request waits; a delivery that came of it shows its own.
    let due = |claim: &PaymentClaim| {
        let promise = promises.get(&claim.account).copied().unwrap_or_default();
        due_at(claim, promise).filter(|_| claim.state == ClaimState::Open)
    };
    let rows: Vec<ClaimRow> = found
        .rows
        .iter()
        .map(|claim| ClaimRow {
            id: claim.id.to_string(),
            at: shell.when(claim.created_at),
            number: claim.wechat_order_id.clone(),
            state: badge(t, claim.state),
            note: note(t, claim),
            title: claim
                .raw_title
                .as_ref()
                .map(|raw| raw_title_facts(desk, raw)),
            order: claim.order.as_ref().map(ToString::to_string),
            is_open: claim.state == ClaimState::Open,
            due: due(claim).map(|at| (shell.when(at), at <= desk.now())),
            typed_order: typed.first(&format!("{}/order", claim.id), ""),
            typed_note: typed.first(&format!("{}/dismissal", claim.id), ""),
            typed_url: typed.second(&format!("{}/dismissal", claim.id), ""),
        })
        .collect();
    let states = [
        ("open", t.payment.open),
        ("matched", t.payment.matched),
        ("dismissed", t.payment.dismissed),
        ("all", t.payment.all),
    ];
    Ok(PaymentsPage {
        links,
        wrong: typed.wrong,
        states: states
            .into_iter()
            .map(|(value, label)| Choice::new(value, label))
            .collect(),
        state,
        pager: listing.pager(found.next, rows.len()),
        rows,
        can_link: desk.may_configure(),
        can_decide: desk.may_decide(),
        shell,
    })
}

/// What WeChat has linked, in words.
async fn said(frame: &Frame, account: &Account) -> String {
    let t = &frame.t().payment;
    match frame.ports().merchant.payment_link(account).await {
        Ok(Some((merchant, platform))) => {
            let platform: String = platform.chars().take(12).chain("…".chars()).collect();
            fill(t.said_link, &[&merchant, &platform])
        }
        Ok(None) => t.said_none.to_owned(),
        Err(error) => fill1(t.said_error, error.message),
    }
}

fn badge(t: &'static Texts, state: ClaimState) -> Badge {
    match state {
        ClaimState::Open => Badge::new(Tone::Warn, t.payment.open),
        ClaimState::Matched => Badge::new(Tone::Ok, t.payment.matched),
        ClaimState::Dismissed => Badge::new(Tone::Plain, t.payment.dismissed),
    }
}

/// Notes of the use-case come in English; those of people as they were typed.
fn note(t: &'static Texts, claim: &PaymentClaim) -> String {
    let p = &t.payment;
    if claim.note.starts_with("no order has") {
        p.note_no_order.to_owned()
    } else if claim.note.starts_with("several orders") {
        p.note_several.to_owned()
    } else if claim.note.ends_with("being invoiced already") {
        p.note_under_way.to_owned()
    } else {
        claim.note.clone()
    }
}

/// `POST /admin/payments/links`.
pub(super) async fn link(sent: Sent<Configures>, request: HttpRequest) -> Answer {
    let (desk, form) = (sent.desk, sent.form);
    let id = AccountId::parse(form.get("account"))?;
    let account = desk.ports().store.account(&id).await?;
    let account = account.ok_or(Failure::NotFound)?;
    let merchant = form.get("merchant").trim();
    let t = &desk.t().payment;
    let seller = Some(form.get("seller"));
    match set_pay_merchant(desk.ports(), account, merchant, seller, &desk.actor()).await {
        Ok(_) => Ok(desk.done(HERE, &fill1(t.link_queued, merchant))),
        Err(SettingError::Invalid(_)) => {
            let typed = Typed {
                of: id.to_string(),
                first: merchant.to_owned(),
                second: form.get("seller").to_owned(),
                wrong: t.link_wrong.to_owned(),
            };
            let page = page(&desk, &request, &Asked::default(), typed).await?;
            Ok(desk.wrong(&page))
        }
        Err(SettingError::Store(error)) => Err(error.into()),
    }
}

/// `POST /admin/payments/{id}/order`.
pub(super) async fn attach(
    sent: Sent<Directs>,
    request: HttpRequest,
    id: web::Path<String>,
) -> Answer {
    let (desk, id) = (sent.desk, ClaimId::parse(&id)?);
    let order_no = sent.form.get("order_no").trim();
    let t = &desk.t().payment;
    match attach_by_number(desk.ports(), &id, order_no, &desk.actor()).await {
        Ok(order) => {
            let to = format!("/admin/orders/{}", order.id);
            Ok(desk.done(&to, &fill1(t.attached, order.order_no)))
        }
        Err(error) => {
            let typed = Typed {
                of: format!("{id}/order"),
                first: order_no.to_owned(),
                ..Typed::default()
            };
            refused(&desk, &request, error, typed).await
        }
    }
}

/// `POST /admin/payments/{id}/dismissal`.
pub(super) async fn close(
    sent: Sent<Directs>,
    request: HttpRequest,
    id: web::Path<String>,
) -> Answer {
    let (desk, id) = (sent.desk, ClaimId::parse(&id)?);
    match dismiss(
        desk.ports(),
        &id,
        sent.form.get("note"),
        sent.form.get("url"),
        &desk.actor(),
    )
    .await
    {
        Ok(()) => Ok(desk.done(HERE, desk.t().payment.dismissed_told)),
        Err(error) => {
            let typed = Typed {
                of: format!("{id}/dismissal"),
                first: sent.form.get("note").to_owned(),
                second: sent.form.get("url").to_owned(),
                ..Typed::default()
            };
            refused(&desk, &request, error, typed).await
        }
    }
}

/// The page again, with what was typed and why it was not taken.
async fn refused<R: Right>(
    desk: &Desk<R>,
    request: &HttpRequest,
    error: AttachError,
    typed: Typed,
) -> Answer {
    let t = &desk.t().payment;
    let wrong = match error {
        AttachError::NoOrder(order_no) => fill1(t.no_order, order_no),
        AttachError::UnderWay(order_no) => fill1(t.under_way, order_no),
        // Somebody else settled it: the form is not there any more.
        AttachError::Gone => return Ok(desk.told(HERE, Tone::Warn, t.gone)),
        AttachError::Note => t.dismiss_wrong.to_owned(),
        AttachError::Url => t.dismiss_url_wrong.to_owned(),
        AttachError::Store(error) => return Err(error.into()),
    };
    let page = page(desk, request, &Asked::default(), Typed { wrong, ..typed }).await?;
    Ok(desk.wrong(&page))
}

/// Width of the paper.
#[derive(Deserialize)]
pub(super) struct Paper {
    width: Option<u32>,
}

/// An order's lines with what each comes to, as the invoice will say it; where today's codes no longer compute it, the
/// lines without amounts.
async fn printed_lines(
    desk: &Frame,
    order: &Order,
) -> Result<Vec<(String, String, String)>, StoreError> {
    let computed = order_lines(desk, order).await?.rows;
    let mut sold = order.lines.iter();
    let mut printed = Vec::with_capacity(computed.len());
    for row in &computed {
        let amount = row.gross.display_yuan();
        if row.discount {
            let discount = Texts::of(Lang::Zh).line.discount.to_owned();
            printed.push((discount, String::new(), amount));
        } else if let Some(line) = sold.next() {
            let quantity = format!("{} {}", line.quantity.normalize(), line.unit);
            let mut quantity = quantity.trim_end().to_owned();
            // A price without tax does not lead to the amount beside it.
            if line.tax_included {
                quantity.push_str(&format!(" × {}", price(line.unit_price)));
            }
            printed.push((line.name.clone(), quantity, amount));
        }
    }
    if computed.is_empty() {
        printed.extend(sold.map(|line| {
            let quantity = format!("{} {}", line.quantity.normalize(), line.unit);
            (line.name.clone(), quantity, String::new())
        }));
    }
    Ok(printed)
}

/// `GET /admin/orders/{id}/receipt?width=58`.
pub(super) async fn receipt(
    desk: Signed,
    id: web::Path<String>,
    paper: web::Query<Paper>,
) -> Answer {
    let whole = Whole::load(&desk, &OrderId::parse(&id)?).await?;
    let order = &whole.order;
    let store = desk.ports().store.store(&order.store).await?;
    let seller = desk.ports().store.seller(&order.seller).await?;
    let open = whole
        .deliveries
        .iter()
        .rev()
        .find(|it| it.state.awaits_buyer() && it.expires_at > desk.now());
    let base = &desk.ports().public_base;
    let code = open.and_then(|delivery| {
        let code = &delivery.short_code;
        let (one, other) = code.split_at(code.len() / 2);
        Some(ReceiptCode {
            qr: qr_svg(&format!("{base}/o/{code}"))?,
            code: format!("{one} {other}"),
            page: format!("{base}/o"),
            until: calendar::minute(delivery.expires_at),
        })
    });
    let page = ReceiptPage {
        // The buyer reads it, whatever language the clerk works in.
        lang: Lang::Zh,
        t: Texts::of(Lang::Zh),
        width: paper.width.filter(|it| *it == 80).unwrap_or(58),
        sandbox: desk.ports().tax.is_sandbox(),
        store: store.map_or_else(String::new, |it| it.name),
        seller: seller.map_or_else(String::new, |it| it.party.name),
        order_no: order.order_no.clone(),
        sold: calendar::minute(order.sold_at),
        lines: printed_lines(&desk, order).await?,
        total: order.totals.total.display_yuan().to_string(),
        code,
    };
    Ok(desk.page(&page))
}
