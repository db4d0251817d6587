//! The proof that the books are right, on demand.

use super::{
    Answer,
    desk::{Overseer, Oversees},
    forms::Sent,
    frame::go,
};
use crate::{
    i18n::Lang,
    pages::{
        ledger::{LedgerPage, RuleRow, Run},
        parts::{Badge, Tone},
        shell::{Section, Shell},
    },
};
use actix_web::HttpRequest;
use fapiao_usecases::ports::CheckResult;
use std::time::Instant;

/// `GET /admin/ledger`; `?run=1` checks now.
pub(super) async fn show(desk: Overseer, request: HttpRequest) -> Answer {
    let shell = desk.shell(Section::Ledger).await?;
    if !request.query_string().split('&').any(|it| it == "run=1") {
        let page = LedgerPage {
            shell,
            run: None,
            rules: Vec::new(),
        };
        return Ok(desk.page(&page));
    }
    let started = Instant::now();
    let results = desk.ports().store.verify().await?;
    let took = started.elapsed();
    let page = LedgerPage {
        run: Some(Run {
            at: shell.when(desk.now()),
            took: format!("{}.{:03} s", took.as_secs(), took.subsec_millis()),
            looked_at: results.iter().map(|it| it.looked_at).sum(),
            found: results.iter().map(|it| it.found.len()).sum(),
        }),
        rules: results.into_iter().map(|it| rule(&shell, it)).collect(),
        shell,
    };
    Ok(desk.page(&page))
}

fn rule(shell: &Shell, result: CheckResult) -> RuleRow {
    let s = &shell.t.state;
    RuleRow {
        title: match shell.lang {
            Lang::Zh => result.title_zh,
            Lang::En => result.title_en,
        },
        state: if result.found.is_empty() {
            Badge::new(Tone::Ok, s.holds)
        } else {
            Badge::new(Tone::Bad, s.violated)
        },
        checked: result.looked_at,
        found: result.found,
        code: result.id,
        query: result.query,
    }
}

/// `POST /admin/ledger/check`.
pub(super) async fn check(_: Sent<Oversees>) -> Answer {
    Ok(go("/admin/ledger?run=1"))
}
