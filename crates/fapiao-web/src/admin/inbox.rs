//! Every push that arrived, also the refused ones.

use super::{Answer, desk::Overseer, listing::Listing, masking, push_words};
use crate::{
    i18n::{
        Lang, Texts, fill1,
        states::{self, Verdict},
    },
    pages::{
        inbox::{InboxPage, PushRow},
        parts::{Action, Badge, Link, Raw, Tab, Tone},
        shell::{Section, Shell},
    },
};
use actix_web::HttpRequest;
use fapiao_domain::{
    delivery::DeliveryState,
    ids::{DeliveryId, Id},
};
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
            outcome(shell.lang, &push.outcome)
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

/// What came of a push. The outcomes come in English; the usual ones have Chinese words.
pub(super) fn outcome(lang: Lang, text: &str) -> String {
    let word = match (lang, text) {
        (Lang::En, _) => text,
        (Lang::Zh, "confirmed by WeChat") => "微信已确认，开始开票",
        (Lang::Zh, "the buyer declined") => "买家取消了开票",
        (Lang::Zh, "WeChat does not confirm it (yet)") => "微信尚未确认，稍后再查",
        (Lang::Zh, "no card of ours has this code") => "卡券不是本系统开出的",
        (Lang::Zh, "the card stands there already") => "卡券已是该状态",
        (Lang::Zh, other) => {
            if other.starts_with("older than what is known") {
                return "早于已知的状态，不采用".to_owned();
            }
            if other.starts_with("the lost card code of ") {
                return "找回了丢失的卡券编号".to_owned();
            }
            if other.starts_with("the card code is one of those lost") {
                return format!(
                    "卡券编号属于其中一个丢失编号的授权，请核对：{}",
                    other.rsplit_once(" by ").map_or("", |it| it.1)
                );
            }
            if let Some(event) = other.strip_prefix("event ") {
                let event = event.trim_end_matches(" needs no action");
                return format!("事件 {event} 无需处理");
            }
            if let Some(state) = other.strip_prefix("the delivery is ") {
                let state = DeliveryState::parse(state);
                let word = state.map(|it| states::delivery(Texts::of(lang), it).word);
                return format!("投递{}，无需再处理", word.unwrap_or_default());
            }
            other
        }
    };
    word.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_outcomes_are_told_in_chinese() {
        assert_eq!(
            outcome(Lang::Zh, "the delivery is carded"),
            "投递已入卡包，无需再处理"
        );
        assert_eq!(
            outcome(Lang::Zh, "event subscribe needs no action"),
            "事件 subscribe 无需处理"
        );
        assert_eq!(
            outcome(Lang::En, "the buyer declined"),
            "the buyer declined"
        );
    }
}
