//! Closed months (锁账): the reports as they were then are kept and handed out from then on; what changed since is told
//! invoice by invoice.

use crate::{ArchiveError, Pieces, reports, reports::Report, send, tables::Format, vouchers};
use bytes::Bytes;
use fapiao_domain::{ids::SellerId, money::Fen};
use fapiao_usecases::{
    actor::Actor,
    calendar,
    errors::StoreError,
    ports::{After, ClosedInvoice, Closing, KeptPiece, Period, Ports, Scope},
};
use sha2::{Digest as _, Sha256};
use std::{cmp::Ordering, collections::VecDeque};
use tokio::sync::mpsc;

/// Invoices read at once.
const PAGE: u32 = 5000;
/// Files are kept in pieces of this size, so that neither making nor reading them needs more memory.
const PIECE: usize = 4 * 1024 * 1024;
/// Name of the kept list of invoices.
const ROWS: &str = "rows";
/// Most differences that are listed; all are counted.
pub const MOST_LISTED: usize = 200;

/// What became of closing a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is closed.
    Done,
    /// It was closed before, and stays as it was.
    Known,
    /// It is not over.
    NotOver,
    /// An invoice of it was added or changed, or a sale of it came, while it was being closed: nothing is closed.
    Changed,
}

fn period_of(seller: &SellerId, month: &str) -> Result<Period, ArchiveError> {
    let (from, until) =
        reports::month(month).ok_or_else(|| ArchiveError::NotFound(format!("month {month}")))?;
    Ok(Period {
        seller: Some(seller.clone()),
        from,
        until,
    })
}

/// Name of a kept report.
fn name_of((report, format): (Report, Format)) -> String {
    format!("{}.{}", report.as_str(), format.ending())
}

/// Closes a seller's month: makes every report in every form, keeps them, and notes what its invoices are.
///
/// # Errors
/// [`ArchiveError`]; nothing is closed then.
pub async fn close(
    ports: &Ports,
    (seller, month): (&SellerId, &str),
    actor: &Actor,
    by: &str,
) -> Result<Outcome, ArchiveError> {
    let period = period_of(seller, month)?;
    if period.until > ports.clock.now() {
        return Ok(Outcome::NotOver);
    }
    if ports.store.closing(seller, month).await?.is_some() {
        return Ok(Outcome::Known);
    }
    let sales = ports.store.sales_of(&period).await?;
    let (taken, mut pieces) = keep_rows(ports, &period).await?;
    for report in Report::ALL {
        for format in [Format::Csv, Format::Xlsx] {
            let what = (report, format);
            let name = name_of(what);
            let (out, made) = mpsc::channel(4);
            let making = async {
                let done = reports::live(ports, &Scope::All, &period, what, by, &out).await;
                drop(out);
                done
            };
            let (done, kept) = tokio::join!(making, keep(ports, &name, made));
            // Where keeping fails, making only saw that nobody reads any more.
            pieces.extend(kept?);
            done?;
        }
    }
    // The reports are of the invoices that were noted, or of none.
    let again = take(ports, &period).await?;
    let came = ports.store.sales_of(&period).await? - sales;
    if again.snapshot() != taken.snapshot() || came != 0 {
        return Ok(Outcome::Changed);
    }
    let [amount, tax, total] = taken.sums.map(Fen::of_sum);
    let closing = Closing {
        seller: seller.clone(),
        month: month.to_owned(),
        snapshot: taken.snapshot(),
        invoices: taken.count,
        amount,
        tax,
        total,
        closed_by: actor.to_string(),
        closed_at: ports.clock.now(),
    };
    let is_new = ports.store.close_month(&closing, pieces, actor).await?;
    Ok(if is_new {
        Outcome::Done
    } else {
        Outcome::Known
    })
}

/// What a month's invoices come to.
#[derive(Clone, Default)]
struct Taken {
    hash: Sha256,
    count: i64,
    sums: [i64; 3],
}

impl Taken {
    fn add(&mut self, row: &ClosedInvoice, line: &str) {
        self.hash.update(line);
        self.count += 1;
        for (sum, more) in self.sums.iter_mut().zip([row.amount, row.tax, row.total]) {
            *sum += more.get();
        }
    }

    fn snapshot(&self) -> String {
        hex::encode(self.hash.clone().finalize())
    }
}

async fn take(ports: &Ports, period: &Period) -> Result<Taken, ArchiveError> {
    let mut taken = Taken::default();
    let mut rows = LiveRows::of(period);
    while let Some(row) = rows.next(ports).await? {
        taken.add(&row, &line_of(&row));
    }
    Ok(taken)
}

async fn keep_rows(
    ports: &Ports,
    period: &Period,
) -> Result<(Taken, Vec<KeptPiece>), ArchiveError> {
    let (mut taken, mut pieces, mut waiting) = (Taken::default(), Vec::new(), String::new());
    let mut rows = LiveRows::of(period);
    while let Some(row) = rows.next(ports).await? {
        let line = line_of(&row);
        taken.add(&row, &line);
        waiting.push_str(&line);
        // A line is never cut.
        if waiting.len() >= PIECE {
            let bytes = std::mem::take(&mut waiting).into_bytes();
            pieces.push(put(ports, ROWS, pieces.len(), bytes).await?);
        }
    }
    if !waiting.is_empty() {
        pieces.push(put(ports, ROWS, pieces.len(), waiting.into_bytes()).await?);
    }
    Ok((taken, pieces))
}

async fn keep(
    ports: &Ports,
    name: &str,
    mut made: mpsc::Receiver<Result<Bytes, ArchiveError>>,
) -> Result<Vec<KeptPiece>, ArchiveError> {
    let (mut pieces, mut waiting) = (Vec::new(), Vec::new());
    while let Some(bytes) = made.recv().await {
        waiting.extend_from_slice(&bytes?);
        if waiting.len() >= PIECE {
            let bytes = std::mem::take(&mut waiting);
            pieces.push(put(ports, name, pieces.len(), bytes).await?);
        }
    }
    if !waiting.is_empty() {
        pieces.push(put(ports, name, pieces.len(), waiting).await?);
    }
    Ok(pieces)
}

async fn put(
    ports: &Ports,
    name: &str,
    no: usize,
    bytes: Vec<u8>,
) -> Result<KeptPiece, ArchiveError> {
    let size = bytes.len() as i64;
    Ok(KeptPiece {
        name: name.to_owned(),
        no: no as i64,
        sha256: ports.files.put(Bytes::from(bytes)).await?,
        size,
    })
}

/// The pieces of a report that was kept, where the period is a closed month of one seller and the whole of it is seen.
pub(crate) async fn kept(
    ports: &Ports,
    scope: &Scope,
    period: &Period,
    what: (Report, Format),
) -> Result<Option<Vec<KeptPiece>>, StoreError> {
    let month = calendar::month(period.from);
    if *scope != Scope::All || reports::month(&month) != Some((period.from, period.until)) {
        return Ok(None);
    }
    let Some(seller) = vouchers::seller_of(ports, scope, period).await? else {
        return Ok(None);
    };
    let name = name_of(what);
    let mut pieces = ports.store.kept_pieces(&seller, &month).await?;
    pieces.retain(|it| it.name == name);
    Ok(Some(pieces).filter(|it| !it.is_empty()))
}

/// Sends a kept file, byte for byte as it was.
pub(crate) async fn send_kept(
    ports: &Ports,
    pieces: &[KeptPiece],
    out: &Pieces,
) -> Result<(), ArchiveError> {
    for piece in pieces {
        send(out, read(ports, piece).await?.into()).await?;
    }
    Ok(())
}

async fn read(ports: &Ports, piece: &KeptPiece) -> Result<Bytes, ArchiveError> {
    let bytes = ports.files.get(&piece.sha256).await?;
    bytes.ok_or_else(|| {
        ArchiveError::NotFound(format!(
            "document {} of the closed month ({} {})",
            piece.sha256, piece.name, piece.no
        ))
    })
}

/// In what an invoice differs from what it was when its month was closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// It came later.
    Added,
    /// It is no longer there.
    Gone,
    /// Its amounts or its kind.
    Amounts,
    /// Its state: it was taken back since.
    State,
}

/// An invoice that is not as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// In what.
    pub change: Change,
    /// As it was when the month was closed.
    pub then: Option<ClosedInvoice>,
    /// As it is.
    pub now: Option<ClosedInvoice>,
}

/// A closed month beside what it is now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// Invoices now.
    pub invoices: i64,
    /// Net, tax and gross now.
    pub sums: [Fen; 3],
    /// How many differ.
    pub count: u64,
    /// Those that differ, at most [`MOST_LISTED`].
    pub listed: Vec<Difference>,
}

/// Compares a closed month with what it is now, page by page.
///
/// # Errors
/// [`ArchiveError`].
pub async fn compare(
    ports: &Ports,
    seller: &SellerId,
    month: &str,
) -> Result<Comparison, ArchiveError> {
    let mut pieces = ports.store.kept_pieces(seller, month).await?;
    pieces.retain(|it| it.name == ROWS);
    let mut kept = KeptRows {
        pieces: pieces.into(),
        rows: VecDeque::new(),
    };
    let mut live = LiveRows::of(&period_of(seller, month)?);
    let mut found = Comparison::default();
    let mut sums = [0_i64; 3];
    let (mut then, mut now) = (kept.next(ports).await?, live.next(ports).await?);
    loop {
        let order = match (&then, &now) {
            (None, None) => break,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(then), Some(now)) => (then.at, &then.id).cmp(&(now.at, &now.id)),
        };
        let pair = (
            then.take_if(|_| order != Ordering::Greater),
            now.take_if(|_| order != Ordering::Less),
        );
        if pair.0.is_some() {
            then = kept.next(ports).await?;
        }
        if let Some(row) = &pair.1 {
            found.invoices += 1;
            for (sum, more) in sums.iter_mut().zip([row.amount, row.tax, row.total]) {
                *sum += more.get();
            }
            now = live.next(ports).await?;
        }
        if let Some(change) = change_of(pair.0.as_ref(), pair.1.as_ref()) {
            found.count += 1;
            if found.listed.len() < MOST_LISTED {
                found.listed.push(Difference {
                    change,
                    then: pair.0,
                    now: pair.1,
                });
            }
        }
    }
    found.sums = sums.map(Fen::of_sum);
    Ok(found)
}

fn change_of(then: Option<&ClosedInvoice>, now: Option<&ClosedInvoice>) -> Option<Change> {
    match (then, now) {
        (None, None) => None,
        (None, Some(_)) => Some(Change::Added),
        (Some(_), None) => Some(Change::Gone),
        (Some(then), Some(now)) if then == now => None,
        (Some(then), Some(now)) => Some(if then.state == now.state {
            Change::Amounts
        } else {
            Change::State
        }),
    }
}

/// An invoice as a line of the kept list; nothing in it can hold a tab.
fn line_of(it: &ClosedInvoice) -> String {
    let [net, tax, total] = [it.amount, it.tax, it.total].map(Fen::get);
    format!(
        "{}\t{}\t{}\t{}\t{}\t{net}\t{tax}\t{total}\n",
        it.at, it.id, it.number, it.kind, it.state
    )
}

fn read_line(line: &str) -> Option<ClosedInvoice> {
    let mut cells = line.split('\t');
    let mut text = || cells.next().map(str::to_owned);
    let (at, id, number, kind, state) = (text()?, text()?, text()?, text()?, text()?);
    let mut fen = || cells.next()?.parse().ok().map(Fen::of_sum);
    Some(ClosedInvoice {
        at: at.parse().ok()?,
        id,
        number,
        kind,
        state,
        amount: fen()?,
        tax: fen()?,
        total: fen()?,
    })
}

/// The invoices as they were.
struct KeptRows {
    pieces: VecDeque<KeptPiece>,
    rows: VecDeque<ClosedInvoice>,
}

impl KeptRows {
    async fn next(&mut self, ports: &Ports) -> Result<Option<ClosedInvoice>, ArchiveError> {
        while self.rows.is_empty() {
            let Some(piece) = self.pieces.pop_front() else {
                return Ok(None);
            };
            let bytes = read(ports, &piece).await?;
            let rows = std::str::from_utf8(&bytes).ok();
            let rows = rows.and_then(|it| it.lines().map(read_line).collect::<Option<_>>());
            self.rows = rows.ok_or_else(|| {
                StoreError::Corrupt(format!("the list of a closed month, {}", piece.sha256))
            })?;
        }
        Ok(self.rows.pop_front())
    }
}

/// The invoices as they are.
struct LiveRows {
    period: Period,
    rows: VecDeque<ClosedInvoice>,
    after: Option<After>,
    ended: bool,
}

impl LiveRows {
    fn of(period: &Period) -> LiveRows {
        LiveRows {
            period: period.clone(),
            rows: VecDeque::new(),
            after: None,
            ended: false,
        }
    }

    async fn next(&mut self, ports: &Ports) -> Result<Option<ClosedInvoice>, ArchiveError> {
        if self.rows.is_empty() && !self.ended {
            let rows = ports
                .store
                .closing_rows(&self.period, self.after.as_ref(), PAGE)
                .await?;
            self.ended = rows.len() < PAGE as usize;
            self.after = rows.last().map(|it| (it.at, it.id.clone()));
            self.rows = rows.into();
        }
        Ok(self.rows.pop_front())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn invoice(state: &str, total: i64) -> ClosedInvoice {
        ClosedInvoice {
            at: 1,
            id: "01J00000000000000000000001".to_owned(),
            number: "26999000000000000001".to_owned(),
            kind: "digital_ordinary".to_owned(),
            state: state.to_owned(),
            amount: Fen::of_sum(total - 13),
            tax: Fen::of_sum(13),
            total: Fen::of_sum(total),
        }
    }

    #[test]
    fn a_kept_line_is_read_back_as_it_was() {
        for one in [invoice("issued", 113), invoice("fully_red", -113)] {
            let line = line_of(&one);
            assert_eq!(read_line(line.trim_end_matches('\n')), Some(one));
        }
        assert_eq!(read_line("1\t2\t3"), None);
    }

    #[test]
    fn what_changed_is_named() {
        let (then, red, other) = (
            invoice("issued", 113),
            invoice("fully_red", 113),
            invoice("issued", 114),
        );
        assert_eq!(change_of(Some(&then), Some(&then)), None);
        assert_eq!(change_of(Some(&then), Some(&red)), Some(Change::State));
        assert_eq!(change_of(Some(&then), Some(&other)), Some(Change::Amounts));
        assert_eq!(change_of(None, Some(&then)), Some(Change::Added));
        assert_eq!(change_of(Some(&then), None), Some(Change::Gone));
    }
}
