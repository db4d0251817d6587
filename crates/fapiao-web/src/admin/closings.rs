//! Closed months of a seller's books: closing, opening again, and what changed since.

use super::{
    Answer,
    books::load,
    desk::{BookReader, Directs},
    failure::Failure,
    forms::{Form, Sent},
    frame::{Frame, go},
    reports::failed,
    timeline::Names,
};
use crate::{
    i18n::{Texts, fill, fill1, fill2},
    pages::{
        closing::{ChangeLine, ClosingPage, KeptFile, SumLine},
        parts::{Badge, Moment, Tone, local_minute},
        reports::ClosingPart,
        shell::{Section, Shell, encode},
    },
};
use actix_web::web;
use chrono::DateTime;
use fapiao_archive::{
    closing::{self, Change, Comparison, Difference, MOST_LISTED, Outcome},
    reports::{self, Report},
    tables::Format,
};
use fapiao_domain::{ids::Id, invoice::InvoiceState, money::Fen};
use fapiao_usecases::{
    errors::StoreError,
    ports::{ClosedInvoice, Closing, Period, Scope},
    records::Seller,
};

/// A month of a form.
fn month_of(form: &Form) -> Result<String, Failure> {
    let month = form.get("month");
    reports::month(month).ok_or(Failure::NotFound)?;
    Ok(month.to_owned())
}

/// `?month=…&seller=…`
fn query(month: &str, seller: &Seller) -> String {
    format!(
        "?month={}&seller={}",
        encode(month),
        encode(seller.id.as_str())
    )
}

fn ledger_of(month: &str, seller: &Seller) -> String {
    format!("/admin/reports/ledger{}", query(month, seller))
}

fn here(month: &str, seller: &Seller) -> String {
    format!("/admin/sellers/{}/closings/{month}", seller.id)
}

/// `POST /admin/sellers/{id}/closings`.
pub(super) async fn close(sent: Sent<Directs>, id: web::Path<String>) -> Answer {
    let (desk, form) = (sent.desk, sent.form);
    let seller = load(&desk, &id).await?;
    let month = month_of(&form)?;
    let ports = desk.ports().clone();
    let (actor, by, of) = (desk.actor(), desk.staff.name.clone(), seller.id.clone());
    let asked = month.clone();
    // A large month takes its time: it is closed even where the browser gives up waiting.
    let closing =
        tokio::spawn(async move { closing::close(&ports, (&of, &asked), &actor, &by).await });
    let outcome = closing
        .await
        .map_err(|error| StoreError::Corrupt(format!("closing was ended: {error}")))?
        .map_err(failed)?;
    let t = &desk.t().closing;
    let ledger = ledger_of(&month, &seller);
    Ok(match outcome {
        Outcome::Done => desk.done(&here(&month, &seller), &fill1(t.now_closed, &month)),
        Outcome::Known => {
            let words = fill1(t.known_closed, &month);
            desk.told(&here(&month, &seller), Tone::Warn, &words)
        }
        Outcome::NotOver => desk.told(&ledger, Tone::Warn, t.not_over),
        Outcome::Changed => desk.told(&ledger, Tone::Warn, t.while_changing),
    })
}

/// `POST /admin/sellers/{id}/openings`.
pub(super) async fn open(sent: Sent<Directs>, id: web::Path<String>) -> Answer {
    let (desk, form) = (sent.desk, sent.form);
    let seller = load(&desk, &id).await?;
    let month = month_of(&form)?;
    let store = &desk.ports().store;
    store.open_month(&seller.id, &month, &desk.actor()).await?;
    let words = fill1(desk.t().closing.now_open, &month);
    Ok(desk.done(&ledger_of(&month, &seller), &words))
}

async fn who_and_when(frame: &Frame, known: &Closing) -> Result<String, Failure> {
    let names = Names::load(frame).await?;
    let (by, at) = (names.of(&known.closed_by), local_minute(known.closed_at));
    Ok(fill2(frame.t().closing.by, by, at))
}

/// `GET /admin/sellers/{id}/closings/{month}`.
pub(super) async fn show(desk: BookReader, path: web::Path<(String, String)>) -> Answer {
    let (id, month) = path.into_inner();
    let seller = load(&desk, &id).await?;
    reports::month(&month).ok_or(Failure::NotFound)?;
    let store = &desk.ports().store;
    let Some(known) = store.closing(&seller.id, &month).await? else {
        return Ok(go(&ledger_of(&month, &seller)));
    };
    let found = closing::compare(desk.ports(), &seller.id, &month)
        .await
        .map_err(failed)?;
    let (t, shell) = (desk.t(), desk.shell(Section::Reports).await?);
    let said = who_and_when(&desk, &known).await?;
    let pieces = store.kept_pieces(&seller.id, &month).await?;
    let mut files = Vec::new();
    for report in Report::ALL {
        for format in [Format::Xlsx, Format::Csv] {
            let name = format!("{}.{}", report.as_str(), format.ending());
            let own = pieces.iter().filter(|it| it.name == name);
            let bytes: i64 = own.map(|it| it.size).sum();
            files.push(KeptFile {
                href: format!("/admin/reports/{name}{}", query(&month, &seller)),
                label: super::reports::label(t, report),
                size: size_words(bytes),
                name,
            });
        }
    }
    let may_open = desk.may_decide() && desk.may_oversee();
    let page = ClosingPage {
        ledger_href: ledger_of(&month, &seller),
        said,
        rows: sums(t, &shell, &known, &found),
        changes: found
            .listed
            .iter()
            .filter_map(|it| change_line(t, &shell, it))
            .collect(),
        most: (found.count > MOST_LISTED as u64).then(|| {
            let listed = shell.number(MOST_LISTED as i64);
            fill2(t.closing.most, shell.number(found.count as i64), listed)
        }),
        files,
        open_action: may_open.then(|| format!("/admin/sellers/{}/openings", seller.id)),
        snapshot: known.snapshot,
        seller: seller.party.name,
        month,
        shell,
    };
    Ok(desk.page(&page))
}

fn size_words(bytes: i64) -> String {
    if bytes < 1024 * 1024 {
        format!("{} KB", (bytes + 1023) / 1024)
    } else {
        let tenths = bytes * 10 / (1024 * 1024);
        format!("{}.{} MB", tenths / 10, tenths % 10)
    }
}

fn sums(t: &Texts, shell: &Shell, known: &Closing, found: &Comparison) -> Vec<SumLine> {
    let then = [known.amount, known.tax, known.total];
    let mut apart = found.sums;
    for (now, then) in apart.iter_mut().zip(then) {
        *now -= then;
    }
    [
        (t.closing.then, known.invoices, then),
        (t.closing.now, found.invoices, found.sums),
        (t.closing.apart, found.invoices - known.invoices, apart),
    ]
    .into_iter()
    .map(|(label, invoices, sums)| SumLine {
        label,
        invoices: shell.number(invoices),
        sums,
    })
    .collect()
}

fn change_line(t: &Texts, shell: &Shell, it: &Difference) -> Option<ChangeLine> {
    let any = it.now.as_ref().or(it.then.as_ref())?;
    let state = |one: &ClosedInvoice| -> Option<(Badge, Fen)> {
        Some((shell.invoice(InvoiceState::parse(&one.state)?), one.total))
    };
    let (tone, word) = match it.change {
        Change::Added => (Tone::Bad, t.closing.added),
        Change::Gone => (Tone::Bad, t.closing.gone),
        Change::Amounts => (Tone::Bad, t.closing.amounts),
        Change::State => (Tone::Warn, t.closing.state),
    };
    Some(ChangeLine {
        href: format!("/admin/invoices/{}", any.id),
        number: any.number.clone(),
        at: Moment(DateTime::from_timestamp_millis(any.at)?),
        change: Badge::new(tone, word),
        then: it.then.as_ref().and_then(state),
        now: it.now.as_ref().and_then(state),
    })
}

/// How a seller's month stands, for the reports' pages; `None` for who sees one store only, and before the month is over.
pub(super) async fn part(
    frame: &Frame,
    seller: &Seller,
    month: &str,
    period: &Period,
) -> Result<Option<ClosingPart>, Failure> {
    if frame.view() != Scope::All {
        return Ok(None);
    }
    let (store, t) = (&frame.ports().store, &frame.t().closing);
    let Some(known) = store.closing(&seller.id, month).await? else {
        let may_close = frame.may_decide() && frame.may_oversee() && period.until <= frame.now();
        return Ok(may_close.then(|| ClosingPart {
            href: format!("/admin/sellers/{}/closings", seller.id),
            closed: None,
        }));
    };
    let period = Period {
        seller: Some(seller.id.clone()),
        ..period.clone()
    };
    let (invoices, sums) = store.ledger_sums(&Scope::All, &period).await?;
    let then = [known.amount, known.tax, known.total].map(Fen::get);
    let state = if (invoices, sums) == (known.invoices, then) {
        Badge::new(Tone::Ok, t.same_sums)
    } else {
        Badge::new(Tone::Bad, t.other_sums)
    };
    let short = known.snapshot.get(..12).unwrap_or_default();
    let said = who_and_when(frame, &known).await?;
    let words = fill("{0} · {1} {2}", &[&said, &t.snapshot, &short]);
    Ok(Some(ClosingPart {
        href: here(month, seller),
        closed: Some((words, state)),
    }))
}
