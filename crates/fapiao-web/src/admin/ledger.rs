//! The proof that the books are right: asked for here, carried out in the background, kept.

use super::{
    Answer,
    desk::{Overseer, Oversees},
    forms::Sent,
    frame::Frame,
};
use crate::{
    i18n::Lang,
    pages::{
        ledger::{AnchorRow, EarlierRun, LedgerPage, RuleRow, Run},
        parts::{Badge, Tone},
        shell::{Section, Shell},
    },
};
use fapiao_domain::ids::{Id, PushId};
use fapiao_usecases::{
    ids::fresh,
    ports::{CheckResult, ProofRun},
    proof_words::{in_chinese, next_step},
};

/// Runs that are listed.
const RUNS: u32 = 15;
/// Anchors that are listed.
const ANCHORS: u32 = 6;

/// `GET /admin/ledger`.
pub(super) async fn show(desk: Overseer) -> Answer {
    let shell = desk.shell(Section::Ledger).await?;
    let runs = desk.ports().store.proof_runs(RUNS).await?;
    let under_way = runs.iter().find(|it| it.state != "done");
    let newest = runs.iter().find(|it| it.state == "done");
    let page = LedgerPage {
        under_way: under_way.map(|it| match it.state.as_str() {
            "running" => shell.t.proof.running,
            _ => shell.t.proof.waiting,
        }),
        run: newest.and_then(|it| run(&shell, it)),
        rules: newest
            .map(|it| it.results.iter().map(|one| rule(&shell, one)).collect())
            .unwrap_or_default(),
        earlier: runs
            .iter()
            .filter(|it| it.state == "done")
            .filter_map(|it| earlier(&shell, it))
            .collect(),
        anchors: anchors(&desk, &shell).await?,
        shell,
    };
    Ok(desk.page(&page))
}

async fn anchors(
    frame: &Frame,
    shell: &Shell,
) -> Result<Vec<AnchorRow>, fapiao_usecases::errors::StoreError> {
    let found = frame.ports().store.anchors(ANCHORS).await?;
    Ok(found
        .into_iter()
        .map(|it| AnchorRow {
            seq: it.seq,
            at: shell.when(it.at),
            digest: it.digest,
        })
        .collect())
}

fn took(millis: i64) -> String {
    format!("{}.{:03} s", millis / 1000, millis % 1000)
}

fn run(shell: &Shell, run: &ProofRun) -> Option<Run> {
    Some(Run {
        at: shell.when(run.ended_at?),
        took: took(run.took_millis),
        looked_at: run.results.iter().map(|it| it.looked_at).sum(),
        found: run.results.iter().map(|it| it.found.len()).sum(),
    })
}

fn earlier(shell: &Shell, run: &ProofRun) -> Option<EarlierRun> {
    Some(EarlierRun {
        cause: if run.cause.starts_with("night:") {
            shell.t.proof.by_night
        } else {
            shell.t.proof.by_hand
        },
        ended: shell.when(run.ended_at?),
        took: took(run.took_millis),
        state: if run.holds {
            Badge::new(Tone::Ok, shell.t.proof.holds)
        } else {
            Badge::new(Tone::Bad, shell.t.state.violated)
        },
    })
}

fn rule(shell: &Shell, result: &CheckResult) -> RuleRow {
    let s = &shell.t.state;
    RuleRow {
        title: match shell.lang {
            Lang::Zh => result.title_zh.clone(),
            Lang::En => result.title_en.clone(),
        },
        state: if result.found.is_empty() {
            Badge::new(Tone::Ok, s.holds)
        } else {
            Badge::new(Tone::Bad, s.violated)
        },
        checked: result.looked_at,
        found: result.found.iter().map(|it| said(shell.lang, it)).collect(),
        next: match shell.lang {
            Lang::Zh => next_step(&result.id).zh,
            Lang::En => next_step(&result.id).en,
        },
        code: result.id.clone(),
        query: result.query.clone(),
    }
}

/// A finding in the reader's language; as it was said, where this version knows no other words for it.
fn said(lang: Lang, found: &str) -> String {
    let chinese = match lang {
        Lang::Zh => in_chinese(found),
        Lang::En => None,
    };
    chinese.unwrap_or_else(|| found.to_owned())
}

/// `POST /admin/ledger/check`: asks for a run, unless one is under way.
pub(super) async fn check(sent: Sent<Oversees>) -> Answer {
    let store = &sent.desk.ports().store;
    let runs = store.proof_runs(RUNS).await?;
    if runs.iter().all(|it| it.state == "done") {
        let id: PushId = fresh(sent.desk.now());
        let id = id.to_string().replacen(PushId::PREFIX, "run_", 1);
        store.ask_proof(&id, &id).await?;
    }
    let text = sent.desk.t().proof.waiting;
    Ok(sent.desk.done("/admin/ledger", text))
}
