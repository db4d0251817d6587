//! Every push that arrived, also the refused ones.

use super::{Answer, desk::Overseer, listing::Listing};
use crate::{
    i18n::{
        Lang, Texts,
        states::{self, Verdict},
    },
    pages::{
        inbox::{InboxPage, PushRow},
        parts::{Badge, Raw, Tone},
        shell::{Section, Shell},
    },
};
use actix_web::HttpRequest;
use fapiao_domain::delivery::DeliveryState;
use fapiao_usecases::records::{Account, Push};

const ROWS: u32 = 50;
/// Members of a push that name a person; staff need to compare them, not to have them.
const PERSONAL: [&str; 2] = ["FromUserName", "ToUserName"];

/// `GET /admin/inbox`.
pub(super) async fn index(desk: Overseer, request: HttpRequest) -> Answer {
    let listing = Listing::of(&request, "/admin/inbox", "");
    let store = &desk.ports().store;
    let accounts = store.accounts().await?;
    let found = store.pushes(listing.after.as_deref(), ROWS).await?;
    let shell = desk.shell(Section::Inbox).await?;
    let rows: Vec<PushRow> = found
        .rows
        .iter()
        .map(|it| row(&shell, &accounts, it))
        .collect();
    let page = InboxPage {
        pager: listing.pager(found.next, rows.len()),
        rows,
        shell,
    };
    Ok(desk.page(&page))
}

fn row(shell: &Shell, accounts: &[Account], push: &Push) -> PushRow {
    let t = shell.t;
    let account = push.account.as_ref().map(|id| {
        let account = accounts.iter().find(|it| it.id == *id);
        account.map_or_else(|| id.to_string(), |it| it.name.clone())
    });
    let is_refused = push.state == "refused";
    let verdict = match push.state.as_str() {
        "refused" => states::verdict(t, Verdict::Refused),
        "handled" => Badge::new(Tone::Ok, t.state.handled),
        "ignored" => Badge::new(Tone::Plain, t.state.ignored),
        "parked" => Badge::new(Tone::Bad, t.state.needs_person),
        _ => Badge::new(Tone::Wait, t.state.pending),
    };
    PushRow {
        at: shell.when(push.received_at),
        account: account.unwrap_or_else(|| "—".to_owned()),
        event: push.event.clone(),
        about: None,
        verdict,
        why: if is_refused {
            push.verdict.clone()
        } else {
            outcome(shell.lang, &push.outcome)
        },
        seen: push.seen,
        raw: (!push.plain.is_empty())
            .then(|| Raw {
                label: t.inbox.decrypted.to_owned(),
                body: masked(&push.plain),
            })
            .into_iter()
            .collect(),
    }
}

/// What came of a push. The outcomes come in English; the usual ones have Chinese words.
fn outcome(lang: Lang, text: &str) -> String {
    let word = match (lang, text) {
        (Lang::En, _) => text,
        (Lang::Zh, "confirmed by WeChat") => "微信已确认，开始开票",
        (Lang::Zh, "the buyer declined") => "买家取消了开票",
        (Lang::Zh, "WeChat does not confirm it (yet)") => "微信尚未确认，稍后再查",
        (Lang::Zh, "no card of ours has this code") => "卡券不是本系统开出的",
        (Lang::Zh, other) => {
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

/// The text with the middle of personal ids left out.
fn masked(plain: &str) -> String {
    let mut out = plain.to_owned();
    for name in PERSONAL {
        let (open, close) = (format!("<{name}>"), format!("</{name}>"));
        let Some(start) = out.find(&open).map(|at| at + open.len()) else {
            continue;
        };
        let Some(end) = out[start..].find(&close).map(|at| start + at) else {
            continue;
        };
        let inner = &out[start..end];
        let bare = inner
            .strip_prefix("<![CDATA[")
            .and_then(|it| it.strip_suffix("]]>"))
            .unwrap_or(inner);
        let kept: String = bare.chars().take(6).collect();
        out.replace_range(start..end, &format!("{kept}…"));
    }
    out
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

    #[test]
    fn personal_ids_are_masked() {
        let text =
            "<xml><FromUserName><![CDATA[oGlVo5sVwNbRoZl8]]></FromUserName><Event>e</Event></xml>";
        assert_eq!(
            masked(text),
            "<xml><FromUserName>oGlVo5…</FromUserName><Event>e</Event></xml>"
        );
        assert_eq!(masked("no xml"), "no xml");
    }
}
