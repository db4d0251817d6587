//! Month totals: both sides, each difference, the confirmation.

use super::{
    Answer,
    desk::{Directs, Overseer},
    failure::Failure,
    forms::Sent,
    frame::Frame,
    timeline::Names,
};
use crate::{
    i18n::{Texts, fill1, fill2},
    pages::{
        parts::{Badge, Choice, Link, Tone},
        shell::{Section, Shell},
        tax_side::{DifferenceRow, FigureRow, MonthView, MonthsPage},
    },
};
use actix_web::{HttpRequest, web};
use chrono::{DateTime, Utc};
use fapiao_domain::{
    ids::{Id, SellerId},
    money::Fen,
};
use fapiao_usecases::{
    backoffice::months::{self, ConfirmError, bounds, closes_at, month_before},
    calendar,
    errors::StoreError,
    ports::{DifferenceKind, MonthCheck, MonthDifference, MonthFigures, MonthState},
    records::{IssuingMode, Seller},
};

/// Months shown beside those that were compared.
const RECENT: usize = 12;

/// `GET /admin/months`.
pub(super) async fn show(desk: Overseer, request: HttpRequest) -> Answer {
    let query = request.query_string();
    let wanted = url::form_urlencoded::parse(query.as_bytes())
        .find(|(name, _)| name == "seller")
        .and_then(|(_, value)| SellerId::parse(&value).ok());
    let sellers: Vec<Seller> = desk
        .ports()
        .store
        .sellers()
        .await?
        .into_iter()
        .filter(|it| it.mode == IssuingMode::SelfBuilt)
        .collect();
    let chosen = match wanted {
        Some(id) => Some(
            sellers
                .iter()
                .find(|it| it.id == id)
                .ok_or(Failure::NotFound)?,
        ),
        None => sellers.first(),
    };
    let href = |it: &Seller| format!("/admin/months?seller={}", it.id);
    let shell = desk.shell(Section::Stock).await?;
    let months = match chosen {
        Some(seller) => views(&desk, &shell, seller).await?,
        None => Vec::new(),
    };
    let page = MonthsPage {
        sellers: sellers
            .iter()
            .map(|it| Choice::new(href(it), it.party.name.as_str()))
            .collect(),
        seller: chosen.map(href).unwrap_or_default(),
        seller_id: chosen.map_or_else(String::new, |it| it.id.to_string()),
        months,
        can_decide: desk.may_decide(),
        shell,
    };
    Ok(desk.page(&page))
}

/// The running month, the months with invoices before it, and what was compared.
async fn views(
    frame: &Frame,
    shell: &Shell,
    seller: &Seller,
) -> Result<Vec<MonthView>, StoreError> {
    let store = &frame.ports().store;
    let known = store.months(&seller.id).await?;
    let names = Names::load(frame).await?;
    let Some(first) = store.first_issue(&seller.id).await? else {
        return Ok(Vec::new());
    };
    let (first, now) = (calendar::month(first), frame.now());
    let mut month = calendar::month(now);
    let mut out = Vec::new();
    while month >= first && out.len() < RECENT {
        let Some((from, until)) = bounds(&month) else {
            break;
        };
        let check = known.iter().find(|it| it.month == month);
        // Of a compared month its comparison tells; only the others are summed.
        let figures = match check {
            Some(check) => check.ours,
            None => store.month_figures(&seller.id, from, until).await?,
        };
        if check.is_some() || figures != MonthFigures::default() {
            out.push(view(frame, shell, &names, &month, figures, check, now));
        }
        month = month_before(from);
    }
    Ok(out)
}

fn view(
    frame: &Frame,
    shell: &Shell,
    names: &Names,
    month: &str,
    figures: MonthFigures,
    check: Option<&MonthCheck>,
    now: DateTime<Utc>,
) -> MonthView {
    let t = frame.t();
    let is_over = bounds(month).is_some_and(|(_, until)| until <= now);
    let closing = closes_at(month);
    let is_closed = closing.is_some_and(|at| at <= now);
    let settled = check.is_some_and(|it| it.state.is_settled());
    let state = match check.map(|it| it.state) {
        _ if !is_over => Badge::new(Tone::Wait, t.month.running),
        None => Badge::new(Tone::Warn, t.month.not_yet),
        Some(MonthState::Matches) => Badge::new(Tone::Warn, t.month.matches),
        Some(MonthState::Differs) => Badge::new(Tone::Bad, t.month.differs),
        Some(MonthState::Confirmed) => Badge::new(Tone::Ok, t.month.confirmed),
        Some(MonthState::Closed) => Badge::new(Tone::Plain, t.month.closed),
        Some(MonthState::Unasked) => Badge::new(Tone::Bad, t.month.unasked),
    };
    let theirs = check.and_then(|it| it.theirs);
    let closes = match closing.filter(|_| is_over && !settled) {
        Some(at) => fill1(t.month.closes, calendar::day(at)),
        None => String::new(),
    };
    MonthView {
        month: month.to_owned(),
        state,
        closes,
        checked: check.and_then(|it| it.checked_at).map(|at| shell.when(at)),
        by: check
            .filter(|it| !it.confirmed_by.is_empty())
            .map_or_else(String::new, |it| names.of(&it.confirmed_by)),
        confirmed: check
            .and_then(|it| it.confirmed_at)
            .map(|at| shell.when(at)),
        trouble: check
            .filter(|it| !it.trouble.is_empty())
            .map(|it| trouble(t, &it.trouble)),
        // What both sides said when they were compared; what stands now where they were not.
        rows: rows(t, figures, theirs),
        differences: check
            .map(|it| it.differences.iter().map(|it| difference(t, it)).collect())
            .unwrap_or_default(),
        more: match check.map_or(0, |it| it.more) {
            more @ 1.. => fill1(t.month.more, shell.number(more)),
            _ => String::new(),
        },
        can_compare: true,
        can_confirm: is_over
            && !is_closed
            && check.is_some_and(|it| it.state == MonthState::Matches),
        can_withdraw: is_over
            && !is_closed
            && check.is_some_and(|it| it.state == MonthState::Confirmed),
    }
}

fn yuan(fen: i64) -> String {
    Fen::of_sum(fen).display_yuan()
}

fn rows(t: &Texts, ours: MonthFigures, theirs: Option<MonthFigures>) -> Vec<FigureRow> {
    let m = &t.month;
    let row = |side: &str, what: &str, here: i64, there: Option<i64>, money: bool| {
        let text = |it: i64| if money { yuan(it) } else { it.to_string() };
        FigureRow {
            label: format!("{side} · {what}"),
            here: text(here),
            there: there.map_or_else(|| "—".to_owned(), text),
            difference: match there {
                None => String::new(),
                Some(it) if it == here => m.same.to_owned(),
                Some(it) => text(it - here),
            },
            differs: there.is_some_and(|it| it != here),
        }
    };
    let of = |get: fn(&MonthFigures) -> i64| theirs.as_ref().map(get);
    vec![
        row(
            m.blue,
            m.count,
            ours.blue_count,
            of(|it| it.blue_count),
            false,
        ),
        row(
            m.blue,
            m.amount,
            ours.blue_amount,
            of(|it| it.blue_amount),
            true,
        ),
        row(m.blue, m.tax, ours.blue_tax, of(|it| it.blue_tax), true),
        row(m.red, m.count, ours.red_count, of(|it| it.red_count), false),
        row(
            m.red,
            m.amount,
            ours.red_amount,
            of(|it| it.red_amount),
            true,
        ),
        row(m.red, m.tax, ours.red_tax, of(|it| it.red_tax), true),
    ]
}

fn difference(t: &Texts, it: &MonthDifference) -> DifferenceRow {
    let m = &t.month;
    let (what, todo) = match it.kind {
        DifferenceKind::MissingThere => (m.missing_there.to_owned(), m.missing_there_do),
        DifferenceKind::UnsettledHere => (m.unsettled_here.to_owned(), m.unsettled_here_do),
        DifferenceKind::OpenHere => (m.open_here.to_owned(), m.open_here_do),
        DifferenceKind::MissingHere => (m.missing_here.to_owned(), m.missing_here_do),
        DifferenceKind::AmountDiffers => (m.amount_differs.to_owned(), m.amount_differs_do),
        DifferenceKind::StateDiffers => (m.state_differs.to_owned(), m.state_differs_do),
        DifferenceKind::Remainder => (fill1(m.remainder, &it.code), m.remainder_do),
    };
    let is_remainder = it.kind == DifferenceKind::Remainder;
    let number = if is_remainder {
        String::new()
    } else {
        format!("{}{}", it.code, it.number)
    };
    let sums = |pair: Option<(i64, i64)>| {
        pair.map_or_else(String::new, |(net, tax)| {
            format!("{} + {}", yuan(net), yuan(tax))
        })
    };
    DifferenceRow {
        what,
        todo,
        link: (!it.invoice.is_empty())
            .then(|| Link::new(number.as_str(), format!("/admin/invoices/{}", it.invoice))),
        number,
        day: DateTime::from_timestamp_millis(it.issued_at)
            .filter(|_| it.issued_at != 0)
            .map(calendar::day)
            .unwrap_or_default(),
        here: sums(it.here),
        there: sums(it.there),
    }
}

/// What the tax side said: in our words by its code, and as it said it.
pub(super) fn trouble(t: &'static Texts, kept: &str) -> (&'static str, String) {
    let (code, raw) = months::trouble_parts(kept);
    let m = &t.month;
    let words = match code {
        "not_yet" => m.why_moving,
        "not_set_up" => m.why_not_set_up,
        months::NOT_SUMMED => m.why_not_summed,
        "unreadable" => m.why_unreadable,
        "11" => m.why_unknown,
        "10" | "12" | "13" | "unfit" => m.why_content,
        "20" => m.why_gate,
        "30" => m.why_window,
        "31" => m.why_state,
        "40" => m.why_totals,
        "" if raw == kept => m.why_other,
        "" => m.why_silent,
        "signature" | "http_401" | "http_403" => m.why_access,
        code if code.starts_with("http_") => m.why_http,
        "PartyUnknown" | "UsingPartyUnknown" | "SignatureInvalid" | "TimestampInvalid"
        | "TimestampExpired" | "SandboxFlag" | "CapabilityUnknown" | "ServiceNotFound"
        | "BodyUnreadable" | "sealed" | "taxpayer" => m.why_access,
        "InternalError" | "Throttled" => m.why_http,
        _ => m.why_other,
    };
    (words, raw.to_owned())
}

async fn load(frame: &Frame, id: &str) -> Result<Seller, Failure> {
    let id = SellerId::parse(id)?;
    let seller = frame.ports().store.seller(&id).await?;
    seller.ok_or(Failure::NotFound)
}

/// What an act came to, in words on the page.
fn answer(
    frame: &Frame,
    seller: &Seller,
    month: &str,
    done: &str,
    ended: Result<(), ConfirmError>,
) -> Answer {
    let here = format!("/admin/months?seller={}", seller.id);
    let m = &frame.t().month;
    match ended {
        Ok(()) => Ok(frame.done(&here, &fill1(done, month))),
        Err(ConfirmError::NotNow(_)) => Ok(frame.told(&here, Tone::Warn, &fill1(m.not_now, month))),
        Err(ConfirmError::Differs) => Ok(frame.told(&here, Tone::Bad, m.still_differs)),
        Err(ConfirmError::Refused(why)) => {
            let (words, raw) = trouble(frame.t(), &why);
            let told = if raw.is_empty() {
                fill1(m.refused, words)
            } else {
                fill2(m.refused_raw, words, raw)
            };
            Ok(frame.told(&here, Tone::Bad, &told))
        }
        Err(ConfirmError::Store(error)) => Err(error.into()),
    }
}

/// `POST /admin/months/{month}/comparison`.
pub(super) async fn compare(sent: Sent<Directs>, month: web::Path<String>) -> Answer {
    let (desk, form) = (sent.desk, sent.form);
    let seller = load(&desk, form.get("seller")).await?;
    let ended = months::compared(desk.ports(), &seller, &month).await;
    let words = desk.t().month.asked;
    answer(&desk, &seller, &month, words, ended.map(drop))
}

/// `POST /admin/months/{month}/confirmation`.
pub(super) async fn confirm(sent: Sent<Directs>, month: web::Path<String>) -> Answer {
    let (desk, form) = (sent.desk, sent.form);
    let seller = load(&desk, form.get("seller")).await?;
    let ended = months::confirm_month(desk.ports(), &desk.actor(), &seller, &month).await;
    answer(&desk, &seller, &month, desk.t().month.done, ended)
}

/// `POST /admin/months/{month}/withdrawal`.
pub(super) async fn withdraw(sent: Sent<Directs>, month: web::Path<String>) -> Answer {
    let (desk, form) = (sent.desk, sent.form);
    let seller = load(&desk, form.get("seller")).await?;
    let ended = months::withdraw_month(desk.ports(), &desk.actor(), &seller, &month).await;
    answer(&desk, &seller, &month, desk.t().month.withdrawn, ended)
}
