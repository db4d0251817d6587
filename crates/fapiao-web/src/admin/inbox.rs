//! Every push that arrived, also the refused ones.

use super::{Answer, desk::Overseer, listing::Listing, masking, push_words};
use crate::{
    i18n::{
        Texts, fill1,
        states::{self, Verdict},
    },
    pages::{
        inbox::{InboxPage, PushRow},
        parts::{Action, Badge, Link, Raw, Tab, Tone},
        shell::{Section, Shell},
    },
};
use actix_web::HttpRequest;
use fapiao_domain::ids::{DeliveryId, Id};
use fapiao_usecases::{
    errors::StoreError,
    records::{Account, Push},
};

const ROWS: u32 = 50;
/// The tabs and the stored states they show.
const TABS: [&str; 5] = ["refused", "parked", "stored", "handled", "ignored"];

/// `GET /admin/inbox`.
pub(super) async fn index(desk: Overseer, request: HttpRequest) -> Answer {
    let listing = Listing::of(&request, "/admin/inbox", "");
    let query = request.query_string();
    let tab = url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "tab");
    let tab = tab.and_then(|(_, value)| TABS.into_iter().find(|it| *it == value));
    let store = &desk.ports().store;
    let accounts = store.accounts().await?;
    let found = store.pushes(tab, listing.after.as_deref(), ROWS).await?;
    let shell = desk.shell(Section::Inbox).await?;
    let rows: Vec<PushRow> = found
        .rows
        .iter()
        .map(|it| row(&shell, &accounts, it))
        .collect();
    let mut pager = listing.pager(found.next, rows.len());
    if let Some(tab) = tab {
        for href in [&mut pager.previous, &mut pager.next].into_iter().flatten() {
            let joint = if href.contains('?') { '&' } else { '?' };
            href.push_str(&format!("{joint}tab={tab}"));
        }
    }
    let page = InboxPage {
        tabs: tabs(&desk, tab).await?,
        tests: tests(&desk, &accounts),
        pager,
        rows,
        shell,
    };
    Ok(desk.page(&page))
}

async fn tabs(desk: &Overseer, current: Option<&str>) -> Result<Vec<Tab>, StoreError> {
    let t = desk.t();
    let mut tabs = Vec::new();
    for name in std::iter::once(None).chain(TABS.map(Some)) {
        let count = desk.ports().store.pushes(name, None, 1).await?.count;
        tabs.push(Tab {
            label: match name {
                None => t.push.all.to_owned(),
                Some(state) => badge(t, state).word.to_owned(),
            },
            href: name.map_or_else(
                || "/admin/inbox".to_owned(),
                |it| format!("/admin/inbox?tab={it}"),
            ),
            count: u64::from(count),
            current: name == current,
        });
    }
    Ok(tabs)
}

/// One button per account that has a push address.
fn tests(desk: &Overseer, accounts: &[Account]) -> Vec<Action> {
    if !desk.may_configure() {
        return Vec::new();
    }
    let t = desk.t();
    accounts
        .iter()
        .filter(|it| !it.push_token.is_empty())
        .map(|it| {
            let to = format!("/admin/accounts/{}/self-test", it.id);
            Action::send(fill1(t.push.self_test_go, &it.name), to)
        })
        .collect()
}

/// How a push stands.
pub(super) fn badge(t: &'static Texts, state: &str) -> Badge {
    match state {
        "refused" => states::verdict(t, Verdict::Refused),
        "handled" => Badge::new(Tone::Ok, t.state.handled),
        "ignored" => Badge::new(Tone::Plain, t.state.ignored),
        "parked" => Badge::new(Tone::Bad, t.state.needs_person),
        _ => Badge::new(Tone::Wait, t.state.pending),
    }
}

fn row(shell: &Shell, accounts: &[Account], push: &Push) -> PushRow {
    let t = shell.t;
    let account = push.account.as_ref().map(|id| {
        let account = accounts.iter().find(|it| it.id == *id);
        account.map_or_else(|| id.to_string(), |it| it.name.clone())
    });
    let is_refused = push.state == "refused";
    PushRow {
        href: format!("/admin/inbox/{}", push.id),
        at: shell.when(push.received_at),
        account: account.unwrap_or_else(|| "—".to_owned()),
        event: push.event.clone(),
        about: about(push),
        verdict: badge(t, &push.state),
        why: if is_refused {
            push_words::verdict(t, &push.verdict)
        } else {
            push_words::outcome(shell.lang, &push.outcome)
        },
        seen: push.seen,
        raw: (!push.plain.is_empty())
            .then(|| Raw {
                label: t.inbox.decrypted.to_owned(),
                body: masking::message(&push.plain),
            })
            .into_iter()
            .collect(),
    }
}

/// The delivery a push names.
pub(super) fn about(push: &Push) -> Option<Link> {
    let at = push.plain.find(DeliveryId::PREFIX)?;
    let id = push.plain.get(at..at + DeliveryId::PREFIX.len() + 26)?;
    let id = DeliveryId::parse(id).ok()?;
    Some(Link::new(id.as_str(), format!("/admin/deliveries/{id}")))
}
