//! One push: raw and decrypted, its verdict, a trial; and the self-test of an account's push address.

use super::{
    Answer,
    desk::{Configures, Directs, Overseer},
    failure::Failure,
    forms::Sent,
    inbox::{about, badge},
    job_words, masking,
    push_words::{self, outcome},
    timeline, value_words,
};
use crate::{
    i18n::{Texts, fill1},
    pages::{
        onboarding::CheckRow,
        parts::{Action, Badge, Event, Raw, Standing, Tone},
        pushes::{PushShowPage, ReplayBlock, SelfTestPage},
        shell::Section,
    },
};
use actix_web::{HttpRequest, web};
use fapiao_domain::ids::{AccountId, Id, PushId};
use fapiao_usecases::{
    backoffice::{
        replay::{Replay, Verdict, replay_push},
        self_test::{Trial, Tried, self_test},
    },
    records::{AuditEntry, Push, PushMode},
};

/// `GET /admin/inbox/{id}`; with `?replay=1` it is tried, which changes nothing.
pub(super) async fn show(desk: Overseer, request: HttpRequest, id: web::Path<String>) -> Answer {
    let id = PushId::parse(&id)?;
    let store = &desk.ports().store;
    let push = store.push(&id).await?.ok_or(Failure::NotFound)?;
    let replay = if request.query_string().split('&').any(|it| it == "replay=1") {
        Some(replay_push(desk.ports(), &id).await?)
    } else {
        None
    };
    let account = match &push.account {
        Some(account) => store.account(account).await?.map(|it| it.name),
        None => None,
    };
    let shell = desk.shell(Section::Inbox).await?;
    let t = shell.t;
    let is_refused = push.state == "refused";
    let may_again = matches!(push.state.as_str(), "parked" | "ignored") && desk.may_decide();
    let trial = Action::open(t.push.replay, format!("/admin/inbox/{id}?replay=1#replay"));
    let again = Action::send(t.push.handle_again, format!("/admin/inbox/{id}/handling"))
        .asking(t.push.handle_again_ask);
    let verdict = badge(t, &push.state);
    let page = PushShowPage {
        standing: Standing {
            tone: verdict.tone,
            sentence: if is_refused {
                push_words::verdict(t, &push.verdict)
            } else if push.outcome.is_empty() {
                verdict.word.to_owned()
            } else {
                outcome(shell.lang, &push.outcome)
            },
            detail: t.push.replay_means.to_owned(),
            checks: Vec::new(),
            others: if push.state == "ignored" && may_again {
                vec![again.clone()]
            } else {
                Vec::new()
            },
            primary: Some(if push.state == "parked" && may_again && replay.is_some() {
                again
            } else {
                trial
            }),
        },
        refresh: None,
        id: id.to_string(),
        event: push.event.clone(),
        verdict,
        at: shell.when(push.received_at),
        account: account.unwrap_or_else(|| "—".to_owned()),
        seen: push.seen,
        why: push_words::verdict(t, &push.verdict),
        outcome: outcome(shell.lang, &push.outcome),
        about: about(&push),
        wire_note: if push.raw_cut {
            t.push.raw_cut
        } else if push.raw_query.is_empty() && push.raw_body.is_empty() {
            t.push.not_kept
        } else {
            ""
        },
        wire: wire(t, &push),
        replay: replay.map(|it| block(&desk, t, it)),
        shell,
    };
    Ok(desk.page(&page))
}

fn wire(t: &Texts, push: &Push) -> Vec<Raw> {
    let decrypted =
        (push.plain != push.raw_body).then(|| (t.inbox.decrypted, masking::message(&push.plain)));
    [
        Some((t.push.raw_query, masking::query(&push.raw_query))),
        Some((t.push.raw_body, masking::message(&push.raw_body))),
        decrypted,
    ]
    .into_iter()
    .flatten()
    .filter(|(_, body)| !body.is_empty())
    .map(|(label, body)| Raw {
        label: label.to_owned(),
        body,
    })
    .collect()
}

fn block(desk: &Overseer, t: &'static Texts, replay: Replay) -> ReplayBlock {
    let (verdict, why) = match &replay.verdict {
        Verdict::Accepted => (Badge::new(Tone::Ok, t.push.now_accepted), String::new()),
        Verdict::Refused(why) => (
            Badge::new(Tone::Bad, t.push.now_refused),
            push_words::verdict(t, why),
        ),
        Verdict::NotKept => (Badge::new(Tone::Plain, t.push.now_not_kept), String::new()),
        Verdict::Cut => (Badge::new(Tone::Warn, t.push.now_cut), String::new()),
    };
    let ends = match &replay.end {
        None => String::new(),
        Some((state, words)) => {
            let state = match state.as_str() {
                "waits" => t.push.waits,
                other => badge(t, other).word,
            };
            format!("{state} · {}", outcome(desk.lang(), words))
        }
    };
    let changes = replay.would.changes.into_iter();
    ReplayBlock {
        verdict,
        why,
        ends,
        changes: changes
            .map(|change| {
                let entry = AuditEntry {
                    seq: 0,
                    at: desk.now(),
                    actor: desk.actor(),
                    action: change.action,
                    subject: change.subject,
                    order: None,
                    data: change.data,
                    hash: String::new(),
                };
                let said = timeline::said(desk.lang(), &entry);
                Event {
                    at: desk.when(desk.now()),
                    who: entry.subject,
                    what: said.what,
                    tone: said.tone,
                    why: said.why,
                    link: None,
                    raw: Vec::new(),
                }
            })
            .collect(),
        jobs: replay
            .would
            .jobs
            .iter()
            .map(|(kind, subject)| format!("{} · {subject}", job_words::kind(t, kind)))
            .collect(),
        values: replay
            .would
            .values
            .iter()
            .map(|it| value_words::row(desk.lang(), it))
            .collect(),
    }
}

/// `POST /admin/inbox/{id}/handling`.
pub(super) async fn handle_again(sent: Sent<Directs>, id: web::Path<String>) -> Answer {
    let (desk, id) = (sent.desk, PushId::parse(&id)?);
    let t = desk.t();
    let went = desk.ports().store.handle_again(&id, &desk.actor()).await?;
    let to = format!("/admin/inbox/{id}");
    Ok(if went {
        desk.done(&to, t.push.handled_again)
    } else {
        desk.told(&to, Tone::Warn, t.push.not_handled_again)
    })
}

/// `POST /admin/accounts/{id}/self-test`: shows its result at once; reloading it tests again.
pub(super) async fn test(sent: Sent<Configures>, id: web::Path<String>) -> Answer {
    let (desk, id) = (sent.desk, AccountId::parse(&id)?);
    let result = self_test(desk.ports(), &id).await?;
    let shell = desk.shell(Section::Inbox).await?;
    let t = shell.t;
    let wrong = result.tried.iter().filter(|it| !it.right).count();
    let page = SelfTestPage {
        standing: Standing {
            tone: if result.passed() { Tone::Ok } else { Tone::Bad },
            sentence: if result.passed() {
                t.self_test.passed.to_owned()
            } else {
                fill1(t.self_test.failed, wrong)
            },
            detail: t.push.self_test_means.to_owned(),
            primary: Some(Action::send(
                t.self_test.again,
                format!("/admin/accounts/{id}/self-test"),
            )),
            ..Standing::default()
        },
        refresh: None,
        account: result.account.name.clone(),
        address: result.address.clone(),
        rows: result.tried.iter().map(|it| tried(t, it)).collect(),
        shell,
    };
    Ok(desk.page(&page))
}

fn tried(t: &'static Texts, it: &Tried) -> CheckRow {
    let s = &t.self_test;
    let title = match it.trial {
        Trial::AddressCheck => s.address_check,
        Trial::Push(PushMode::Safe) => s.push_safe,
        Trial::Push(PushMode::Compatible) => s.push_compatible,
        Trial::Push(PushMode::Plain) => s.push_plain,
        Trial::Forged => s.forged,
        Trial::Stored => s.stored,
    };
    let mend = match (it.right, it.expected, it.status) {
        (true, ..) => "",
        (false, true, None) => s.mend_reach,
        (false, true, Some(_)) => s.mend_settings,
        (false, false, _) => s.mend_open,
    };
    CheckRow {
        tone: if it.right { Tone::Ok } else { Tone::Bad },
        title: title.to_owned(),
        found: match (it.right, it.expected, it.trial) {
            (false, ..) => it.trouble.clone(),
            (true, _, Trial::Stored) => s.found.to_owned(),
            (true, true, _) => s.let_in.to_owned(),
            (true, false, _) => s.kept_out.to_owned(),
        },
        mend: mend.to_owned(),
        link: None,
    }
}
