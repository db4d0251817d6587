//! The comparison with WeChat: past runs, their differences, one safe fix each; and the list of all deliveries.

use super::{
    Answer,
    desk::{Directs, Overseer, Oversees, Signed},
    failure::Failure,
    forms::Sent,
    job_words,
    listing::{Listing, ROWS, counted},
    timeline::Names,
};
use crate::{
    i18n::{Texts, fill1, fill2, states},
    pages::{
        parts::{Action, Choice, Link, Standing, Tone},
        reconciliation::{
            DeliveryListPage, DeliveryListRow, DifferenceRow, ReconciliationPage, RunRow,
        },
        shell::Section,
    },
};
use actix_web::{HttpRequest, web};
use chrono::TimeDelta;
use fapiao_domain::{
    card::CardState,
    delivery::{Channel, DeliveryState},
    ids::{BillDeliveryId, ClaimId, Id, OrderId, ReconciliationId},
    order::OrderState,
};
use fapiao_usecases::{
    actor::Actor,
    backoffice::reconciliation::{begin, fix},
    ports::DeliveryFilter,
    records::{ClaimState, Difference, DifferenceKind, ReconciliationRun},
};

/// Differences of a run that are listed, open ones first.
const DIFFERENCES: u32 = 200;

/// `GET /admin/reconciliation`: the newest run, or `?run=`.
pub(super) async fn show(desk: Overseer, request: HttpRequest) -> Answer {
    let store = &desk.ports().store;
    let runs = store.reconciliations(None, 20).await?.rows;
    let query = url::form_urlencoded::parse(request.query_string().as_bytes());
    let wanted = query.into_iter().find(|(name, _)| name == "run");
    let current = match &wanted {
        Some((_, id)) => {
            let id = ReconciliationId::parse(id)?;
            Some(store.reconciliation(&id).await?.ok_or(Failure::NotFound)?)
        }
        None => runs.first().cloned(),
    };
    let differences = match &current {
        Some(run) => store.differences(&run.id, DIFFERENCES).await?,
        None => Vec::new(),
    };
    let shell = desk.shell(Section::Reconciliation).await?;
    let t = shell.t;
    let r = &t.reconciliation;
    let names = Names::load(&desk).await?;
    let (tone, sentence, detail) = match &current {
        // What it is stands above already.
        None => (Tone::Plain, r.none.to_owned(), String::new()),
        Some(run) if !run.done => (
            Tone::Wait,
            fill1(r.running, run.asked),
            job_words::in_language(desk.lang(), &run.trouble),
        ),
        Some(run) if run.open > 0 => (Tone::Warn, fill1(r.differ, run.open), told(t, run)),
        Some(run) => (Tone::Ok, r.agree.to_owned(), told(t, run)),
    };
    let running = current.as_ref().is_some_and(|it| !it.done);
    let page = ReconciliationPage {
        standing: Standing {
            tone,
            sentence,
            detail,
            primary: (!running).then(|| Action::send(r.start, "/admin/reconciliation")),
            ..Standing::default()
        },
        refresh: running.then_some(2),
        more: match current.as_ref().map_or(0, |it| it.found) - differences.len() as i64 {
            more @ 1.. => fill1(r.more, shell.number(more)),
            _ => String::new(),
        },
        rows: differences
            .iter()
            .map(|it| row(&desk, &names, current.as_ref(), it))
            .collect(),
        runs: runs
            .iter()
            .map(|run| RunRow {
                href: format!("/admin/reconciliation?run={}", run.id),
                current: current.as_ref().is_some_and(|it| it.id == run.id),
                at: shell.when(run.started_at),
                cause: match run.cause.as_str() {
                    "nightly" => r.nightly,
                    "cli" => r.by_cli,
                    _ => r.by_staff,
                },
                asked: run.asked,
                found: run.found,
                open: run.open,
            })
            .collect(),
        shell,
    };
    Ok(desk.page(&page))
}

fn told(t: &Texts, run: &ReconciliationRun) -> String {
    let r = &t.reconciliation;
    if run.unanswered > 0 {
        fill2(r.asked_unanswered, run.asked, run.unanswered)
    } else {
        fill1(r.asked, run.asked)
    }
}

fn row(
    desk: &Overseer,
    names: &Names,
    run: Option<&ReconciliationRun>,
    it: &Difference,
) -> DifferenceRow {
    let t = desk.t();
    let r = &t.reconciliation;
    let (what, button) = match it.kind {
        DifferenceKind::AuthorisedThere => (r.authorised_there, r.fix_authorised_there),
        DifferenceKind::RefusedHere => (r.refused_here, r.fix_refused_here),
        DifferenceKind::RejectedThere => (r.rejected_there, r.fix_close),
        DifferenceKind::NotAuthorisedThere => (r.not_authorised_there, r.fix_close),
        DifferenceKind::UnknownHere => (r.unknown_here, r.fix_unknown_here),
        DifferenceKind::NoCard => (r.no_card, r.fix_no_card),
        DifferenceKind::CodeUnknown => (r.code_unknown, r.fix_code_unknown),
        DifferenceKind::CardOnlyHere => (r.card_only_here, r.fix_card_only_here),
    };
    let about = if it.kind == DifferenceKind::UnknownHere {
        format!("/admin/inbox/{}", it.subject)
    } else if ClaimId::parse(&it.subject).is_ok() {
        format!("/admin/payments?state={}", it.here)
    } else if OrderId::parse(&it.subject).is_ok() {
        format!("/admin/orders/{}", it.subject)
    } else if BillDeliveryId::parse(&it.subject).is_ok() {
        format!("/admin/bill-deliveries/{}", it.subject)
    } else {
        format!("/admin/deliveries/{}", it.subject)
    };
    let open = it.fixed_at.is_none() && desk.may_decide();
    let of_order = OrderId::parse(&it.subject).is_ok();
    let here = OrderState::parse(&it.here)
        .filter(|_| of_order)
        .map(|state| states::order(t, state).word)
        .or_else(|| DeliveryState::parse(&it.here).map(|state| states::delivery(t, state).word))
        .or_else(|| CardState::parse(&it.here).map(|state| states::card(t, state).word))
        .or_else(|| match ClaimState::parse(&it.here)? {
            ClaimState::Open => Some(t.payment.open),
            ClaimState::Matched => Some(t.payment.matched),
            ClaimState::Dismissed => Some(t.payment.dismissed),
        })
        .unwrap_or("—");
    DifferenceRow {
        what,
        about: Link::new(it.subject.as_str(), about.as_str()),
        here,
        there: match it.there.as_str() {
            "authorised" => r.there_authorised,
            "rejected" => r.there_rejected,
            "not_yet" => r.there_not_yet,
            _ => "—",
        },
        action: match (open, run, it.kind) {
            (false, ..) | (_, None, _) => None,
            (_, _, DifferenceKind::CardOnlyHere) => Some(Action::open(button, about.as_str())),
            (_, _, DifferenceKind::CodeUnknown) => {
                Some(Action::open(button, format!("{about}#card")))
            }
            (_, Some(run), kind) => Some(
                Action::send(button, format!("/admin/reconciliation/{}/fix", run.id))
                    .with("subject", it.subject.as_str())
                    .with("kind", kind.as_str()),
            ),
        },
        fixed: it.fixed_at.map(|at| {
            let who = Actor::parse(&it.fixed_by).map_or_else(String::new, |it| names.who(t, &it));
            (desk.when(at), who)
        }),
    }
}

/// `POST /admin/reconciliation`: begins a run.
pub(super) async fn start(sent: Sent<Oversees>) -> Answer {
    let desk = sent.desk;
    let run = begin(desk.ports(), "staff", &desk.actor()).await?;
    Ok(desk.done(
        &format!("/admin/reconciliation?run={run}"),
        desk.t().reconciliation.started,
    ))
}

/// `POST /admin/reconciliation/{run}/fix`.
pub(super) async fn mend(sent: Sent<Directs>, run: web::Path<String>) -> Answer {
    let (desk, form, run) = (sent.desk, sent.form, ReconciliationId::parse(&run)?);
    let kind = DifferenceKind::parse(form.get("kind")).ok_or(Failure::NotFound)?;
    let went = fix(desk.ports(), &run, form.get("subject"), kind, &desk.actor()).await?;
    let to = format!("/admin/reconciliation?run={run}");
    let r = &desk.t().reconciliation;
    Ok(if went {
        desk.done(&to, r.fixed)
    } else {
        desk.told(&to, Tone::Warn, r.fixed_before)
    })
}

/// `GET /admin/deliveries`: all of them, by state, channel and deadline.
pub(super) async fn deliveries(desk: Signed, request: HttpRequest) -> Answer {
    let listing = Listing::of(&request, "/admin/deliveries", "channel");
    let query = url::form_urlencoded::parse(request.query_string().as_bytes());
    let ends = query
        .into_iter()
        .find(|(name, _)| name == "ends")
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default();
    let ends_before = match ends.as_str() {
        "day" => Some(desk.now() + TimeDelta::days(1)),
        "three_days" => Some(desk.now() + TimeDelta::days(3)),
        _ => None,
    };
    let filter = DeliveryFilter {
        state: DeliveryState::parse(&listing.filter.state),
        channel: Channel::parse(&listing.filter.store),
        ends_before,
        after: listing.after.clone(),
        limit: ROWS,
    };
    let found = desk
        .ports()
        .store
        .deliveries_page(&desk.view(), &filter)
        .await?;
    let shell = desk.shell(Section::Deliveries).await?;
    let t = shell.t;
    let all = || std::iter::once(Choice::new("", t.common.all));
    let of_state = |it: DeliveryState| Choice::new(it.as_str(), states::delivery(t, it).word);
    let channels = [
        Channel::Web,
        Channel::App,
        Channel::MiniProgram,
        Channel::Wap,
    ];
    let of_channel = |it: Channel| Choice::new(it.as_str(), states::channel(t, it));
    let mut pager = listing.pager(found.next, found.rows.len());
    if ends_before.is_some() {
        for href in [&mut pager.previous, &mut pager.next].into_iter().flatten() {
            let joint = if href.contains('?') { '&' } else { '?' };
            href.push_str(&format!("{joint}ends={ends}"));
        }
    }
    let page = DeliveryListPage {
        states: all()
            .chain(DeliveryState::ALL.into_iter().map(of_state))
            .collect(),
        channels: all().chain(channels.into_iter().map(of_channel)).collect(),
        deadlines: all()
            .chain([
                Choice::new("day", t.reconciliation.ends_day),
                Choice::new("three_days", t.reconciliation.ends_three_days),
            ])
            .collect(),
        state: listing.filter.state.clone(),
        channel: listing.filter.store.clone(),
        ends,
        count: counted(found.count),
        rows: found
            .rows
            .into_iter()
            .map(|row| {
                let it = row.delivery;
                DeliveryListRow {
                    href: format!("/admin/deliveries/{}", it.id),
                    id: it.id.to_string(),
                    order_no: row.order_no,
                    total: row.total,
                    channel: states::channel(t, it.channel),
                    state: states::delivery(t, it.state),
                    expires: it.state.awaits_buyer().then(|| shell.when(it.expires_at)),
                    reason: job_words::in_language(shell.lang, &it.reason),
                    created: shell.when(it.created_at),
                }
            })
            .collect(),
        pager,
        shell,
    };
    Ok(desk.page(&page))
}
