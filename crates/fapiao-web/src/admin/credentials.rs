//! `/admin/tokens`: the shared tokens, who renewed them, what is left of each interface.

use super::{
    Answer,
    desk::{Configures, Overseer},
    failure::Failure,
    forms::Sent,
    frame::Frame,
    job_words::in_language,
};
use crate::{
    i18n::{Texts, fill1},
    pages::{
        credentials::{AppBlock, CredentialRow, CredentialsPage, NoteRow, QuotaRow},
        parts::{Badge, Tone},
        shell::{Section, Shell},
    },
};
use actix_web::HttpRequest;
use chrono::DateTime;
use fapiao_domain::ids::{AccountId, Id};
use fapiao_usecases::{
    errors::{OutsideError, StoreError},
    ports::{CallsLeft, TokenNote},
    records::Account,
};
use futures_util::future::join_all;
use std::{future::Future, time::Duration};

/// Renewals shown of each app.
const SHOWN: u32 = 12;
/// A neighbour that takes longer counts as silent.
const ANSWER_WITHIN: Duration = Duration::from_secs(8);

/// `GET /admin/tokens`; `?quota={account}` asks WeChat for that account's counters.
pub(super) async fn show(desk: Overseer, request: HttpRequest) -> Answer {
    let query = request.query_string();
    let asked = url::form_urlencoded::parse(query.as_bytes())
        .find(|(name, _)| name == "quota")
        .and_then(|(_, value)| AccountId::parse(&value).ok())
        .filter(|_| desk.may_configure());
    let store = &desk.ports().store;
    let sellers = store.sellers().await?;
    let shell = desk.shell(Section::Credentials).await?;
    let mut apps = Vec::new();
    for account in store.accounts().await? {
        let quota = if asked.as_ref() == Some(&account.id) {
            let plays_platform = sellers
                .iter()
                .any(|it| it.platform_account.as_ref() == Some(&account.id));
            Some(counters(&desk, &shell, &account, plays_platform).await)
        } else {
            None
        };
        apps.push(block(&desk, &shell, &account, quota).await?);
    }
    let page = CredentialsPage {
        can_act: desk.may_configure(),
        apps,
        shell,
    };
    Ok(desk.page(&page))
}

async fn block(
    frame: &Frame,
    shell: &Shell,
    account: &Account,
    quota: Option<Vec<QuotaRow>>,
) -> Result<AppBlock, StoreError> {
    let store = &frame.ports().store;
    let mut credentials = Vec::new();
    for kind in ["access_token", "ticket"] {
        let row = store.token(&account.app_id, kind).await?;
        let until = row
            .as_ref()
            .and_then(|it| DateTime::from_timestamp(it.expires_at, 0));
        let c = &shell.t.credential;
        credentials.push(CredentialRow {
            kind: word(shell.t, kind),
            state: match until {
                None => Badge::new(Tone::Plain, c.absent),
                Some(until) if until > frame.now() => Badge::new(Tone::Ok, c.valid),
                Some(_) => Badge::new(Tone::Warn, c.expired),
            },
            until: until.map(|it| shell.when(it)),
            generation: row.map_or(0, |it| it.generation),
        });
    }
    let notes = store.token_notes(&account.app_id, SHOWN).await?;
    // A failure counts until the same credential was renewed.
    let trouble = notes.iter().enumerate().find(|(place, note)| {
        note.generation == 0
            && !notes[..*place]
                .iter()
                .any(|later| later.kind == note.kind && later.generation > 0)
    });
    let row = |note: &TokenNote| note_row(frame, shell, note);
    Ok(AppBlock {
        id: account.id.to_string(),
        name: account.name.clone(),
        app_id: account.app_id.clone(),
        credentials,
        trouble: trouble.map(|(_, note)| row(note)),
        history: notes.iter().map(row).collect(),
        quota,
    })
}

const fn word(t: &'static Texts, kind: &str) -> &'static str {
    // The two kinds begin with different letters; a match on texts is not constant.
    match kind.as_bytes().first() {
        Some(b'a') => t.credential.access_token,
        _ => t.credential.ticket,
    }
}

fn note_row(frame: &Frame, shell: &Shell, note: &TokenNote) -> NoteRow {
    let c = &shell.t.credential;
    NoteRow {
        at: shell.when(note.at),
        kind: word(shell.t, &note.kind),
        node: note.node.clone(),
        state: if note.generation > 0 {
            Badge::new(Tone::Ok, c.renewed)
        } else {
            Badge::new(Tone::Bad, c.failed)
        },
        generation: note.generation,
        code: note.code.clone(),
        cause: match note.cause.as_str() {
            "first" => c.cause_first,
            "ending" => c.cause_ending,
            "refused" => c.cause_refused,
            "forced" => c.cause_forced,
            _ => "",
        },
        trouble: in_language(frame.lang(), &note.trouble),
    }
}

async fn counters(
    frame: &Frame,
    shell: &Shell,
    account: &Account,
    plays_platform: bool,
) -> Vec<QuotaRow> {
    let console = &frame.ports().console;
    let asking = console
        .counted_calls(plays_platform)
        .iter()
        .map(|path| async move {
            let left = in_time(console.calls_left(account, path)).await;
            quota_row(frame, shell, path, left)
        });
    join_all(asking).await
}

fn quota_row(
    frame: &Frame,
    shell: &Shell,
    path: &'static str,
    left: Result<CallsLeft, OutsideError>,
) -> QuotaRow {
    let text = |it: Option<i64>| it.map_or_else(String::new, |it| shell.number(it));
    match left {
        Ok(it) => QuotaRow {
            path,
            counts: [text(it.limit), text(it.used), text(it.left)],
            trouble: String::new(),
            can_reset: frame.may_configure(),
        },
        Err(error) => QuotaRow {
            path,
            counts: [const { String::new() }; 3],
            trouble: in_language(frame.lang(), &error.message),
            can_reset: false,
        },
    }
}

async fn in_time<T>(
    asking: impl Future<Output = Result<T, OutsideError>>,
) -> Result<T, OutsideError> {
    match tokio::time::timeout(ANSWER_WITHIN, asking).await {
        Ok(answer) => answer,
        Err(_) => Err(OutsideError::new(
            "wechat",
            "",
            format!("no answer within {} seconds", ANSWER_WITHIN.as_secs()),
            fapiao_usecases::errors::Advice::Retry { after: None },
        )),
    }
}

async fn account_of(frame: &Frame, id: &str) -> Result<Account, Failure> {
    super::accounts::load(frame, id).await
}

/// `POST /admin/tokens/test`: the running token stays as it is.
pub(super) async fn test(sent: Sent<Configures>) -> Answer {
    let (desk, form) = (sent.desk, sent.form);
    let account = account_of(&desk, form.get("account")).await?;
    let c = &desk.t().credential;
    let here = format!("/admin/tokens#{}", account.id);
    Ok(
        match in_time(desk.ports().console.test_credential(&account)).await {
            Ok(()) => desk.done(&here, &fill1(c.test_good, &account.app_id)),
            Err(error) => {
                let said = in_language(desk.lang(), &error.message);
                desk.told(&here, Tone::Bad, &fill1(c.refused, said))
            }
        },
    )
}

/// `POST /admin/tokens/reset`: one interface, or all; the app id is typed to confirm.
pub(super) async fn reset(sent: Sent<Configures>) -> Answer {
    let (desk, form) = (sent.desk, sent.form);
    let account = account_of(&desk, form.get("account")).await?;
    let c = &desk.t().credential;
    let here = format!("/admin/tokens?quota={id}#{id}", id = account.id);
    if form.get("word").trim() != account.app_id {
        return Ok(desk.told(&here, Tone::Bad, c.reset_wrong));
    }
    let path = Some(form.get("path")).filter(|it| !it.is_empty());
    let console = &desk.ports().console;
    if let Some(path) = path
        && !console.counted_calls(true).contains(&path)
    {
        return Err(Failure::NotFound);
    }
    Ok(match in_time(console.reset_calls(&account, path)).await {
        Ok(()) => desk.done(&here, &fill1(c.reset_done, path.unwrap_or(c.everything))),
        Err(error) => {
            let said = in_language(desk.lang(), &error.message);
            desk.told(&here, Tone::Bad, &fill1(c.refused, said))
        }
    })
}
