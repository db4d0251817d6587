//! Month totals (汇总确认): ours beside the tax side's, each difference explained, confirmed by the 13th.

use crate::{
    actor::Actor,
    calendar,
    errors::{Advice, OutsideError, StoreError},
    jobs::{Job, QueuedJob},
    ports::{
        DifferenceKind, IssuedThere, MonthCheck, MonthDifference, MonthFigures, MonthRow,
        MonthStands, MonthState, MonthTold, Ports, StandsThere,
    },
    records::{IssuingMode, Seller},
    step::StepError,
};
use chrono::{DateTime, Datelike, Months, NaiveDate, TimeDelta, Utc};
use fapiao_domain::{
    ids::{InvoiceId, SellerId},
    invoice::InvoiceState,
};
use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};
use tokio::time::{Instant, timeout};

/// The month before has to be confirmed before this day begins.
pub const CLOSES_ON: u32 = 13;
/// From this day on staff are reminded by mail.
pub const DUE_ON: u32 = 10;
/// The last day.
pub const LAST_ON: u32 = 12;
/// The code of an answer that has no sums of a month.
pub const NOT_SUMMED: &str = "month_not_summed";
/// Invoices that are looked at one by one; beyond them only the sums are compared.
const ROWS_MAX: u32 = 200_000;
/// Of these, so many are asked about where the tax side has no list.
const ASKED_MAX: usize = 500;
/// Differences that are kept and shown.
pub const LISTED_MAX: usize = 500;
/// So many at a time.
const ASKED_AT_ONCE: usize = 40;
/// After this time no more are asked about.
const ASKED_FOR: Duration = Duration::from_secs(15);
/// The longest explanation: with the question for the sums within the usual lease of a job, and while somebody looks at
/// the page.
const EXPLAINED_WITHIN: Duration = Duration::from_secs(30);
const TOO_SLOW: &str = "[] 税局逐张应答太慢，只比对了合计 / the tax side answers too slowly about single invoices; only the sums \
                        were compared";

/// The first and the last moment of a month (`yyyy-mm`) in Shanghai; `None` for what is no month.
pub fn bounds(month: &str) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
    let first = NaiveDate::parse_from_str(&format!("{month}-01"), "%Y-%m-%d").ok()?;
    let next = first.checked_add_months(Months::new(1))?;
    Some((calendar::midnight(first), calendar::midnight(next)))
}

/// The month before a moment, `yyyy-mm`.
pub fn month_before(now: DateTime<Utc>) -> String {
    let today = calendar::in_shanghai(now).date();
    let first = today.with_day(1).unwrap_or(today);
    calendar::month(calendar::midnight(first) - TimeDelta::days(1))
}

/// When the tax side sums a month by itself.
pub fn closes_at(month: &str) -> Option<DateTime<Utc>> {
    let (_, next) = bounds(month)?;
    let day = calendar::in_shanghai(next).date().with_day(CLOSES_ON)?;
    Some(calendar::midnight(day))
}

/// Whether the month before is still to be confirmed: nothing was issued in it, or it is settled, and there is no need.
///
/// # Errors
/// [`StoreError`].
pub async fn is_open(ports: &Ports, seller: &Seller, month: &str) -> Result<bool, StoreError> {
    let Some((from, until)) = bounds(month) else {
        return Ok(false);
    };
    if seller.mode != IssuingMode::SelfBuilt {
        return Ok(false);
    }
    match ports.store.month_standing(&seller.id, month).await? {
        Some((state, _)) if state.is_settled() => return Ok(false),
        Some((MonthState::Differs, _)) => return Ok(true),
        // Compared, also where there was nothing to compare: by what it found, or what was issued since.
        Some(_) => {
            let check = ports.store.month(&seller.id, month).await?;
            if check.is_some_and(|it| it.ours != MonthFigures::default()) {
                return Ok(true);
            }
        }
        None => {}
    }
    let figures = ports.store.month_figures(&seller.id, from, until).await?;
    Ok(figures != MonthFigures::default())
}

/// Queues the comparison of a month for sellers, or for the one asked for: what staff began by hand. How many sellers.
///
/// # Errors
/// [`StoreError`].
pub async fn compare_now(
    ports: &Ports,
    only: Option<&SellerId>,
    month: &str,
) -> Result<usize, StoreError> {
    if bounds(month).is_none_or(|(from, _)| from > ports.clock.now()) {
        return Ok(0);
    }
    let sellers: Vec<SellerId> = ports
        .store
        .sellers()
        .await?
        .into_iter()
        .filter(|it| it.mode == IssuingMode::SelfBuilt && only.is_none_or(|id| it.id == *id))
        .map(|it| it.id)
        .collect();
    let mut jobs: Vec<QueuedJob> = sellers
        .iter()
        .map(|it| check_of(it.clone(), month))
        .collect();
    if month == calendar::month(ports.clock.now()) {
        // Jobs of their own: what is the matter with quota does not repeat the comparison of the month.
        let quota = |it: &SellerId| QueuedJob::now(Job::CheckQuota(it.clone()), Some(it.clone()));
        jobs.extend(sellers.iter().map(quota));
    }
    if !jobs.is_empty() {
        ports.store.enqueue(jobs).await?;
    }
    Ok(sellers.len())
}

fn check_of(seller: SellerId, month: &str) -> QueuedJob {
    let job = Job::CheckMonth {
        seller: seller.clone(),
        month: month.to_owned(),
    };
    QueuedJob::now(job, Some(seller))
}

/// Queues the nightly comparison of the running month with the tax side: totals, invoices, quota.
///
/// # Errors
/// [`StoreError`].
pub async fn queue_nightly(ports: &Ports) -> Result<usize, StoreError> {
    compare_now(ports, None, &calendar::month(ports.clock.now())).await
}

/// Queues the comparison of last month for every seller that has one to confirm.
///
/// # Errors
/// [`StoreError`].
pub async fn queue_checks(ports: &Ports) -> Result<(), StoreError> {
    let now = ports.clock.now();
    if calendar::in_shanghai(now).day() > CLOSES_ON {
        return Ok(());
    }
    let month = month_before(now);
    let mut jobs = Vec::new();
    for seller in ports.store.sellers().await? {
        if !is_open(ports, &seller, &month).await? {
            continue;
        }
        let known = ports.store.month_standing(&seller.id, &month).await?;
        let checked = known.and_then(|(_, checked_at)| checked_at);
        if checked.is_some_and(|at| now - at < TimeDelta::hours(12)) {
            continue;
        }
        jobs.push(check_of(seller.id, &month));
    }
    if jobs.is_empty() {
        return Ok(());
    }
    ports.store.enqueue(jobs).await
}

/// Compares a month with the tax side and stores what was found.
///
/// # Errors
/// [`StepError`]; what the tax side cannot tell now is tried again and stands on the page meanwhile.
pub async fn check_month(ports: &Ports, id: &SellerId, month: &str) -> Result<(), StepError> {
    let (Some(seller), Some((from, until))) = (ports.store.seller(id).await?, bounds(month)) else {
        return Ok(());
    };
    // Read before anything is looked at: a confirmation in the meantime makes what follows worthless.
    let before = ports.store.month(id, month).await?;
    let ours = ports.store.month_figures(id, from, until).await?;
    let mut check = MonthCheck {
        seller: id.clone(),
        month: month.to_owned(),
        state: MonthState::Unasked,
        ours,
        theirs: None,
        differences: Vec::new(),
        trouble: String::new(),
        checked_at: Some(ports.clock.now()),
        confirmed_at: None,
        confirmed_by: String::new(),
        more: 0,
        more_of: Vec::new(),
        version: before.map_or(0, |it| it.version),
    };
    let told = match ports.tax.month_totals(&seller, month).await {
        Ok(told) => told,
        // The tax side has begun no sums: right for a month without invoices, and otherwise they come later.
        Err(error) if error.code == NOT_SUMMED && ours == MonthFigures::default() => MonthTold {
            figures: ours,
            stands: MonthStands::Open,
        },
        Err(error) => {
            // What is settled stays so, whatever the tax side cannot tell now.
            let known = ports.store.month(id, month).await?;
            if let Some(known) = known.filter(|it| it.state.is_settled()) {
                check = known;
            }
            check.trouble = coded(&error);
            ports.store.save_month(&check).await?;
            if error.code == NOT_SUMMED {
                return Ok(());
            }
            return Err(error.into());
        }
    };
    check.theirs = Some(told.figures);
    let rows = ports.store.month_rows(id, from, until, ROWS_MAX).await?;
    let open = rows.iter().any(|it| !it.state.is_issued());
    if told.figures != ours || open {
        let explained = explain(ports, &seller, month, &rows, ours, told.figures);
        match timeout(EXPLAINED_WITHIN, explained).await {
            Ok(Ok(found)) => {
                (check.differences, check.more_of) = listed(found);
                check.more = check.more_of.iter().map(|(_, count)| count).sum();
            }
            Ok(Err(StepError::Outside(error))) => check.trouble = coded(&error),
            Ok(Err(error)) => return Err(error),
            // The sums are told all the same.
            Err(_) => TOO_SLOW.clone_into(&mut check.trouble),
        }
    }
    check.state = match told.stands {
        MonthStands::Confirmed => MonthState::Confirmed,
        MonthStands::Closed => MonthState::Closed,
        MonthStands::Open if told.figures == ours => MonthState::Matches,
        MonthStands::Open => MonthState::Differs,
    };
    ports.store.save_month(&check).await?;
    Ok(())
}

/// What is kept of the differences: enough to work on. Every view of the month carries them, and a gateway that lists only
/// some of its invoices makes a difference of each of the others. What remains beyond all of them is always told; of the
/// others, how many of each kind.
fn listed(mut found: Vec<MonthDifference>) -> (Vec<MonthDifference>, Vec<(DifferenceKind, i64)>) {
    if found.len() <= LISTED_MAX {
        return (found, Vec::new());
    }
    let is_remainder = |it: &MonthDifference| it.kind == DifferenceKind::Remainder;
    let remainder = found.pop_if(|it| is_remainder(it));
    let beyond = found.split_off(LISTED_MAX - usize::from(remainder.is_some()));
    let mut more: Vec<(DifferenceKind, i64)> = Vec::new();
    for it in beyond {
        match more.iter_mut().find(|(kind, _)| *kind == it.kind) {
            Some((_, count)) => *count += 1,
            None => more.push((it.kind, 1)),
        }
    }
    found.extend(remainder);
    (found, more)
}

/// Invoice by invoice.
async fn explain(
    ports: &Ports,
    seller: &Seller,
    month: &str,
    rows: &[MonthRow],
    ours: MonthFigures,
    theirs: MonthFigures,
) -> Result<Vec<MonthDifference>, StepError> {
    // Undecided ones come first: they are the likeliest.
    let ids: Vec<InvoiceId> = rows
        .iter()
        .take(ASKED_MAX)
        .map(|it| it.id.clone())
        .collect();
    let until = Instant::now() + ASKED_FOR;
    let mut there: Vec<IssuedThere> = Vec::new();
    let mut asked = 0;
    loop {
        let some = &ids[asked..ids.len().min(asked + ASKED_AT_ONCE)];
        let invoices = ports.store.invoices_by_id(some).await?;
        there.extend(ports.tax.month_invoices(seller, month, &invoices).await?);
        asked += some.len();
        let is_list = there.iter().any(|it| it.totals.is_some());
        if is_list || asked == ids.len() || Instant::now() >= until {
            break;
        }
    }
    if rows.len() >= ROWS_MAX as usize {
        // What is not among these rows may well be among the others.
        only_known(rows, &mut there);
    }
    let has_list = there.iter().any(|it| it.totals.is_some());
    let looked_at = if has_list { rows.len() } else { asked };
    Ok(differences(
        &rows[..looked_at.min(rows.len())],
        &there,
        ours,
        theirs,
    ))
}

/// Leaves what is among the rows.
fn only_known(rows: &[MonthRow], there: &mut Vec<IssuedThere>) {
    let known: HashSet<(&str, &str)> = rows
        .iter()
        .map(|it| (it.code.as_str(), it.number.as_str()))
        .collect();
    there.retain(|it| known.contains(&(it.identity.code(), it.identity.number())));
}

/// What follows from the two lists.
pub fn differences(
    rows: &[MonthRow],
    there: &[IssuedThere],
    ours: MonthFigures,
    theirs: MonthFigures,
) -> Vec<MonthDifference> {
    let by_number: HashMap<(&str, &str), &IssuedThere> = there
        .iter()
        .map(|it| ((it.identity.code(), it.identity.number()), it))
        .collect();
    let mut found = Vec::new();
    // What is explained so far, theirs less ours: count, net, tax.
    let mut explained = (0_i64, 0_i64, 0_i64);
    let has_list = there.iter().any(|it| it.totals.is_some());
    let mut untold = Vec::new();
    for row in rows {
        let key = (row.code.as_str(), row.number.as_str());
        let other = by_number.get(&key).copied();
        let here = (row.amount.get(), row.tax.get());
        let (kind, known) = match (row.state.is_issued(), other) {
            (true, None) if is_untold(row, has_list) => {
                untold.push(missing_there(row));
                continue;
            }
            (true, None) => {
                explained = add(explained, (-1, -here.0, -here.1));
                (DifferenceKind::MissingThere, None)
            }
            (true, Some(other)) => match other.totals {
                Some(totals) if (totals.amount.get(), totals.tax.get()) != here => {
                    let there = (totals.amount.get(), totals.tax.get());
                    explained = add(explained, (0, there.0 - here.0, there.1 - here.1));
                    (DifferenceKind::AmountDiffers, Some(there))
                }
                _ if stands_apart(row, other.stands) => (DifferenceKind::StateDiffers, Some(here)),
                _ => continue,
            },
            (false, Some(other)) => {
                let there = other
                    .totals
                    .map_or(here, |it| (it.amount.get(), it.tax.get()));
                explained = add(explained, (1, there.0, there.1));
                (DifferenceKind::UnsettledHere, Some(there))
            }
            // A refused number carries nothing on either side.
            (false, None) if row.state == InvoiceState::Refused => continue,
            (false, None) => (DifferenceKind::OpenHere, None),
        };
        found.push(MonthDifference {
            kind,
            invoice: row.id.to_string(),
            code: row.code.clone(),
            number: row.number.clone(),
            issued_at: row.issued_at.timestamp_millis(),
            here: Some(here),
            there: known,
            said: match other.and_then(|it| it.stands) {
                Some(stands) if kind == DifferenceKind::StateDiffers => stands.as_str().to_owned(),
                _ => String::new(),
            },
        });
    }
    if has_list {
        let known: HashSet<(&str, &str)> = rows
            .iter()
            .map(|it| (it.code.as_str(), it.number.as_str()))
            .collect();
        for other in there {
            let key = (other.identity.code(), other.identity.number());
            let Some(totals) = other.totals.filter(|_| !known.contains(&key)) else {
                continue;
            };
            let there = (totals.amount.get(), totals.tax.get());
            explained = add(explained, (1, there.0, there.1));
            found.push(MonthDifference {
                kind: DifferenceKind::MissingHere,
                invoice: String::new(),
                code: key.0.to_owned(),
                number: key.1.to_owned(),
                issued_at: other.issued_at.timestamp_millis(),
                here: None,
                there: Some(there),
                said: String::new(),
            });
        }
    }
    let whole = (
        theirs.blue_count + theirs.red_count - ours.blue_count - ours.red_count,
        theirs.blue_amount + theirs.red_amount - ours.blue_amount - ours.red_amount,
        theirs.blue_tax + theirs.red_tax - ours.blue_tax - ours.red_tax,
    );
    let mut left = add(whole, (-explained.0, -explained.1, -explained.2));
    // Only the sums tell of these: they are missing where that, and nothing less, makes the sums agree.
    let all_missing = untold.iter().fold(left, |left, it| {
        let (net, tax) = it.here.unwrap_or_default();
        add(left, (1, net, tax))
    });
    if !untold.is_empty() && all_missing == (0, 0, 0) {
        left = all_missing;
        found.append(&mut untold);
    }
    if left != (0, 0, 0) {
        found.push(MonthDifference {
            kind: DifferenceKind::Remainder,
            invoice: String::new(),
            code: left.0.to_string(),
            number: String::new(),
            issued_at: 0,
            here: None,
            there: Some((left.1, left.2)),
            said: String::new(),
        });
    }
    found
}

/// Whether the tax side cannot be asked about an invoice: the direct connection knows none of the older form, which an
/// earlier route of the seller issued, though its totals may count them.
fn is_untold(row: &MonthRow, has_list: bool) -> bool {
    !has_list && !row.code.is_empty()
}

fn missing_there(row: &MonthRow) -> MonthDifference {
    MonthDifference {
        kind: DifferenceKind::MissingThere,
        invoice: row.id.to_string(),
        code: row.code.clone(),
        number: row.number.clone(),
        issued_at: row.issued_at.timestamp_millis(),
        here: Some((row.amount.get(), row.tax.get())),
        there: None,
        said: String::new(),
    }
}

/// Whether the tax side has an invoice in another state. A red one is never taken back itself.
fn stands_apart(row: &MonthRow, there: Option<StandsThere>) -> bool {
    let here = match row.state {
        InvoiceState::PartlyRed => StandsThere::PartlyRed,
        InvoiceState::FullyRed => StandsThere::FullyRed,
        _ => StandsThere::Normal,
    };
    there.is_some_and(|it| it != here)
}

fn add(a: (i64, i64, i64), b: (i64, i64, i64)) -> (i64, i64, i64) {
    (a.0 + b.0, a.1 + b.1, a.2 + b.2)
}

/// What the tax side said, after the code it said it with: pages put it in words of their own by the code.
pub(crate) fn coded(error: &OutsideError) -> String {
    format!("[{}] {}", error.code, error.message)
}

/// Code and message of what was kept of the tax side's answer; without a code where none was kept.
pub fn trouble_parts(text: &str) -> (&str, &str) {
    text.strip_prefix('[')
        .and_then(|rest| rest.split_once("] "))
        .unwrap_or(("", text))
}

/// Why a month was not confirmed.
#[derive(Debug, thiserror::Error)]
pub enum ConfirmError {
    /// There is no such month to confirm.
    #[error("month {0} cannot be confirmed: it is not over, or closed on the 13th")]
    NotNow(String),
    /// It does not match the tax side's.
    #[error("the totals differ from the tax side's; each difference is on the page")]
    Differs,
    /// The tax side said no, or did not answer.
    #[error("{0}")]
    Refused(String),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Compares once more and confirms a month at the tax side, with exactly the figures that were compared.
///
/// # Errors
/// [`ConfirmError`].
pub async fn confirm_month(
    ports: &Ports,
    actor: &Actor,
    seller: &Seller,
    month: &str,
) -> Result<(), ConfirmError> {
    let now = ports.clock.now();
    let not_now = || ConfirmError::NotNow(month.to_owned());
    let (_, until) = bounds(month).ok_or_else(not_now)?;
    if now < until || closes_at(month).is_none_or(|at| at <= now) {
        return Err(not_now());
    }
    let check = compared(ports, seller, month).await?;
    match check.state {
        MonthState::Confirmed => return Ok(()),
        MonthState::Matches => {}
        MonthState::Closed => return Err(not_now()),
        MonthState::Differs => return Err(ConfirmError::Differs),
        MonthState::Unasked => return Err(ConfirmError::Refused(check.trouble)),
    }
    ports
        .tax
        .confirm_month(seller, month, &check.ours)
        .await
        .map_err(|error| ConfirmError::Refused(coded(&error)))?;
    ports
        .store
        .note_confirmation(&seller.id, month, true, actor)
        .await?;
    Ok(())
}

/// Takes a confirmation back, so that what was missing can still be issued before the 13th.
///
/// # Errors
/// [`ConfirmError`].
pub async fn withdraw_month(
    ports: &Ports,
    actor: &Actor,
    seller: &Seller,
    month: &str,
) -> Result<(), ConfirmError> {
    if closes_at(month).is_none_or(|at| at <= ports.clock.now()) {
        return Err(ConfirmError::NotNow(month.to_owned()));
    }
    let check = compared(ports, seller, month).await?;
    if check.state == MonthState::Confirmed {
        ports
            .tax
            .withdraw_month(seller, month, &check.ours)
            .await
            .map_err(|error| ConfirmError::Refused(coded(&error)))?;
    }
    ports
        .store
        .note_confirmation(&seller.id, month, false, actor)
        .await?;
    compared(ports, seller, month).await.map(drop)
}

/// Compares now: the stored comparison.
///
/// # Errors
/// [`ConfirmError`].
pub async fn compared(
    ports: &Ports,
    seller: &Seller,
    month: &str,
) -> Result<MonthCheck, ConfirmError> {
    match check_month(ports, &seller.id, month).await {
        Ok(()) => {}
        Err(StepError::Store(error)) => return Err(error.into()),
        Err(StepError::Outside(error)) if error.advice == Advice::AlreadyDone => {}
        Err(StepError::Outside(error)) => return Err(ConfirmError::Refused(coded(&error))),
        Err(StepError::Parked { reason, .. } | StepError::NotYet { reason, .. }) => {
            return Err(ConfirmError::Refused(format!("[not_yet] {reason}")));
        }
    }
    let known = ports.store.month(&seller.id, month).await?;
    known.ok_or_else(|| ConfirmError::NotNow(month.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ids::fresh, records::Papers};
    use fapiao_domain::{invoice::Identity, money::Fen, totals::Totals};

    fn fen(it: i64) -> Fen {
        Fen::new(it).unwrap()
    }

    fn row(number: &str, state: InvoiceState, amount: i64) -> MonthRow {
        MonthRow {
            id: fresh(DateTime::UNIX_EPOCH),
            code: String::new(),
            number: number.to_owned(),
            state,
            amount: fen(amount),
            tax: fen(amount / 10),
            red: amount < 0,
            issued_at: DateTime::UNIX_EPOCH,
        }
    }

    fn there(number: &str, amount: i64) -> IssuedThere {
        IssuedThere {
            serial: String::new(),
            identity: Identity::Digital {
                number: number.to_owned(),
            },
            issued_at: DateTime::UNIX_EPOCH,
            totals: Some(Totals {
                amount: fen(amount),
                tax: fen(amount / 10),
                total: fen(amount + amount / 10),
            }),
            cipher: Vec::new(),
            papers: Papers::Ours,
            stands: None,
        }
    }

    fn figures(amounts: &[i64]) -> MonthFigures {
        let mut figures = MonthFigures::default();
        for amount in amounts {
            figures.count(fen(*amount), fen(amount / 10), *amount < 0);
        }
        figures
    }

    #[test]
    fn another_state_there_is_a_difference_and_changes_no_sum() {
        let rows = [
            row("1", InvoiceState::Issued, 1000),
            row("2", InvoiceState::FullyRed, 2000),
            row("3", InvoiceState::Issued, -2000),
        ];
        let stands = |number: &str, amount, stands| IssuedThere {
            stands: Some(stands),
            ..there(number, amount)
        };
        let list = [
            stands("1", 1000, StandsThere::FullyRed),
            stands("2", 2000, StandsThere::FullyRed),
            stands("3", -2000, StandsThere::Normal),
        ];
        let sums = figures(&[1000, 2000, -2000]);
        let found = differences(&rows, &list, sums, sums);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(
            (
                found[0].kind,
                found[0].number.as_str(),
                found[0].said.as_str()
            ),
            (DifferenceKind::StateDiffers, "1", "fully_red")
        );
    }

    #[test]
    fn what_the_tax_side_said_keeps_its_code() {
        let error = OutsideError::new("tax", "30", "summed on the 13th", Advice::NeedsPerson);
        assert_eq!(trouble_parts(&coded(&error)), ("30", "summed on the 13th"));
        assert_eq!(
            trouble_parts("as it was kept before"),
            ("", "as it was kept before")
        );
    }

    #[test]
    fn of_a_month_too_long_to_list_nothing_is_called_missing_here() {
        let rows = [row("1", InvoiceState::Issued, 1000)];
        let mut list = vec![there("1", 1000), there("2", 2000)];
        only_known(&rows, &mut list);
        let found = differences(&rows, &list, figures(&[1000]), figures(&[1000, 2000]));
        let kinds: Vec<_> = found.iter().map(|it| it.kind).collect();
        assert_eq!(kinds, [DifferenceKind::Remainder]);
    }

    #[test]
    fn a_month_that_differs_everywhere_keeps_what_can_be_worked_on() {
        let rows: Vec<MonthRow> = (0..2000)
            .map(|it| row(&it.to_string(), InvoiceState::Issued, 1000))
            .collect();
        let ours = figures(&[1000; 2000]);
        let found = differences(&rows, &[there("0", 1000)], ours, figures(&[1000, 77]));
        assert_eq!(found.len(), 2000);
        let (kept, more) = listed(found);
        assert_eq!(kept.len(), LISTED_MAX);
        assert_eq!(more, [(DifferenceKind::MissingThere, 1500)]);
        assert_eq!(kept[LISTED_MAX - 1].kind, DifferenceKind::Remainder);
        assert_eq!(kept[0].number, "1");
    }

    #[test]
    fn every_difference_is_named_and_nothing_is_left_over() {
        let rows = [
            row("1", InvoiceState::Issued, 1000),
            row("2", InvoiceState::Issued, 2000),
            row("3", InvoiceState::OutcomeUnknown, 3000),
            row("4", InvoiceState::Uploading, 4000),
            row("5", InvoiceState::Issued, 500),
            row("6", InvoiceState::Refused, 900),
        ];
        let list = [
            there("1", 1000),
            there("3", 3000),
            there("5", 600),
            there("9", -700),
        ];
        let found = differences(
            &rows,
            &list,
            figures(&[1000, 2000, 500]),
            figures(&[1000, 3000, 600, -700]),
        );
        let kinds: Vec<_> = found
            .iter()
            .map(|it| (it.kind, it.number.as_str()))
            .collect();
        assert_eq!(
            kinds,
            [
                (DifferenceKind::MissingThere, "2"),
                (DifferenceKind::UnsettledHere, "3"),
                (DifferenceKind::OpenHere, "4"),
                (DifferenceKind::AmountDiffers, "5"),
                (DifferenceKind::MissingHere, "9"),
            ]
        );
    }

    #[test]
    fn the_older_form_of_an_earlier_route_is_missing_only_where_the_sums_say_so() {
        let older = |number: &str, amount| MonthRow {
            code: "031001900104".to_owned(),
            ..row(number, InvoiceState::Issued, amount)
        };
        let rows = [
            older("1", 1000),
            row("2", InvoiceState::Issued, 2000),
            row("3", InvoiceState::Uploading, 3000),
        ];
        let mut told = there("2", 2000);
        told.totals = None;
        let kinds = |theirs: &[i64], rows: &[MonthRow]| -> Vec<_> {
            let told = std::slice::from_ref(&told);
            let found = differences(rows, told, figures(&[1000, 2000]), figures(theirs));
            found.into_iter().map(|it| (it.kind, it.number)).collect()
        };
        let open = (DifferenceKind::OpenHere, "3".to_owned());
        let remainder = (DifferenceKind::Remainder, String::new());
        // The sums agree: only what is open is named.
        assert_eq!(kinds(&[1000, 2000], &rows), std::slice::from_ref(&open));
        // The tax side counts only what came over its connection.
        let missing = (DifferenceKind::MissingThere, "1".to_owned());
        assert_eq!(kinds(&[2000], &rows), [open.clone(), missing]);
        // Another one was issued elsewhere: no reason to call the older one missing.
        assert_eq!(kinds(&[1000, 2000, 500], &rows), [open, remainder]);
        // A list leaves nothing untold.
        let listed = [there("2", 2000)];
        let sums = figures(&[1000, 2000]);
        let found = differences(&rows[..2], &listed, sums, figures(&[2000]));
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].kind, DifferenceKind::MissingThere);
    }

    #[test]
    fn without_a_list_what_is_not_ours_is_a_remainder() {
        let rows = [row("1", InvoiceState::Issued, 1000)];
        let mut asked = there("1", 1000);
        asked.totals = None;
        let found = differences(&rows, &[asked], figures(&[1000]), figures(&[1000, 2500]));
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].kind, DifferenceKind::Remainder);
        assert_eq!(
            (found[0].code.as_str(), found[0].there),
            ("1", Some((2500, 250)))
        );
    }

    #[test]
    fn a_month_closes_on_the_thirteenth_at_midnight_in_shanghai() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        assert_eq!(closes_at("2026-12"), Some(at("2027-01-12T16:00:00Z")));
        assert_eq!(
            bounds("2026-11"),
            Some((at("2026-10-31T16:00:00Z"), at("2026-11-30T16:00:00Z")))
        );
        assert_eq!(month_before(at("2026-11-30T16:00:00Z")), "2026-11");
        assert_eq!(month_before(at("2026-11-30T15:59:59Z")), "2026-10");
        assert_eq!(bounds("2026-13"), None);
    }
}
