//! The audit chain, line by line: in ranges side by side, each beginning from the stored hash of the line before it.
//!
//! A range proves its own lines given that hash; the range before proves the line it belongs to. Put together they prove
//! what one walk from the first line would.

use super::{Check, NAMED, RANGES, millis, packed};
use crate::{
    audit::{Linker, NEW_KEY, Parts},
    keys::{AuditKeys, FIRST_KEY},
    sql::{self, Cells, Sql},
};
use fapiao_usecases::{errors::StoreError, ports::CheckResult};
use sea_orm::DatabaseTransaction;
use std::{collections::VecDeque, sync::Arc, time::Duration};

/// Lines of a range of a long chain, were there no gaps.
const RANGE: i64 = 100_000;
/// Most ranges, whatever number the last line claims to have.
const MOST_RANGES: i64 = 4096;
/// Lines of one value.
const PACK: i64 = 1000;

/// The lines after one, up to and including another.
pub(super) struct Range {
    after: i64,
    to: i64,
    /// Lines read at once.
    pack: i64,
}

/// The keys of the settings, and where lines of the chain say that they begin.
#[derive(Clone)]
pub(super) struct Keys {
    known: Arc<[(String, Linker)]>,
    begin: Arc<[(i64, String)]>,
}

impl Keys {
    async fn read(db: &DatabaseTransaction, keys: &AuditKeys) -> Result<Keys, StoreError> {
        let mut known = Vec::new();
        for key in keys.all() {
            known.push((key.id.clone(), Linker::new(&key.bytes)?));
        }
        // By subject: there is an index for it, and none for actions.
        let sql = Sql::new("SELECT seq, subject FROM audit_entries WHERE action = ")
            .bind(NEW_KEY)
            .add(" AND subject IN ")
            .list(known.iter().map(|(id, _)| id.as_str()))
            .add(" ORDER BY seq");
        let mut begin = Vec::new();
        for row in sql::rows(db, sql).await? {
            begin.push((row.cell(0)?, row.cell(1)?));
        }
        Ok(Keys {
            known: known.into(),
            begin: begin.into(),
        })
    }

    fn find(&self, id: &str) -> Option<Linker> {
        let found = self.known.iter().find(|(known, _)| known == id);
        found.map(|(_, linker)| linker.clone())
    }

    /// The key in use after a line, as far as known keys tell.
    fn after(&self, seq: i64) -> Option<Linker> {
        let begun = self.begin.iter().rev().find(|(at, _)| *at <= seq);
        self.find(begun.map_or(FIRST_KEY, |(_, id)| id))
    }
}

/// What a range's lines are.
#[derive(Default)]
pub(super) struct Walked {
    after: i64,
    looked_at: i64,
    /// Lines whose hash does not follow from the line before, and what they say was done.
    changed: Vec<(i64, String)>,
    /// Numbers without a line, from and to.
    missing: Vec<(i64, i64)>,
    /// Lines that begin a key, and whether it is known.
    begin: Vec<(i64, String, bool)>,
    /// The last line and its hash.
    last: Option<(i64, String)>,
    /// So much was found that the rest was not looked at.
    cut_short: bool,
}

/// Walks a range.
pub(super) async fn walk(
    db: &DatabaseTransaction,
    keys: &Keys,
    range: &Range,
) -> Result<Walked, StoreError> {
    let mut walked = Walked {
        after: range.after,
        ..Walked::default()
    };
    let mut key = keys.after(range.after);
    // `None` behind a gap: the line after it begins anew.
    let mut before = hash_of(db, range.after).await?;
    let mut expected = range.after + 1;
    // Lines before the first are strangers, and read too.
    let mut seen = if range.after == 0 {
        i64::MIN
    } else {
        range.after
    };
    loop {
        let inner = Sql::new(
            "SELECT seq, at, actor, action, subject, order_id, data, hash FROM audit_entries WHERE seq > ",
        )
        .bind(seen)
        .add(" AND seq <= ")
        .bind(range.to)
        .add(" ORDER BY seq LIMIT ")
        .bind(range.pack);
        let texts = ["actor", "action", "subject", "order_id", "data", "hash"];
        let page = packed::read(db, packed::query(&["seq", "at"], &texts, inner)).await?;
        let mut lines =
            packed::Rows::<2, 6>::of(&page, "the audit chain").collect::<Result<Vec<_>, _>>()?;
        // As read already; a database may put together in another order.
        lines.sort_unstable_by_key(|(numbers, _)| numbers[0]);
        let read = lines.len() as i64;
        for ([seq, at], [actor, action, subject, order, data, hash]) in lines {
            walked.looked_at += 1;
            seen = seq;
            if seq < 1 {
                walked.changed.push((seq, action.to_owned()));
                continue;
            }
            if action == NEW_KEY {
                key = keys.find(subject);
                walked.begin.push((seq, subject.to_owned(), key.is_some()));
            }
            if seq != expected {
                walked.missing.push((expected, seq - 1));
            } else if let (Some(key), Some(before)) = (&mut key, &before) {
                let line = Parts {
                    seq,
                    at,
                    actor,
                    action,
                    subject,
                    order,
                    data,
                };
                if key.hash(before, &line) != hash.as_bytes() {
                    walked.changed.push((seq, action.to_owned()));
                }
            }
            expected = seq.saturating_add(1);
            match &mut before {
                Some(before) => hash.clone_into(before),
                None => before = Some(hash.to_owned()),
            }
        }
        if walked.changed.len() + walked.missing.len() >= NAMED {
            walked.cut_short = true;
            break;
        }
        if read < range.pack {
            break;
        }
    }
    if expected > range.after + 1 {
        walked.last = before.map(|hash| (expected - 1, hash));
    }
    if !walked.cut_short && range.to != i64::MAX && expected <= range.to {
        walked.missing.push((expected, range.to));
    }
    Ok(walked)
}

/// What the line after `seq` is hashed with; `None` when there is no such line.
async fn hash_of(db: &DatabaseTransaction, seq: i64) -> Result<Option<String>, StoreError> {
    if seq == 0 {
        return Ok(Some(String::new()));
    }
    let sql = Sql::new("SELECT hash FROM audit_entries WHERE seq = ").bind(seq);
    match sql::row(db, sql).await? {
        Some(row) => Ok(Some(row.cell(0)?)),
        None => Ok(None),
    }
}

/// The whole chain, put together.
pub(super) struct Total {
    keys: Keys,
    /// Number of the last line; 0 when there is none.
    last: i64,
    /// Where the chain was left.
    head: Option<(i64, String)>,
    walked: Vec<Walked>,
    took: Duration,
}

impl Total {
    /// Reads what the ranges begin with.
    pub(super) async fn read(
        db: &DatabaseTransaction,
        keys: &AuditKeys,
    ) -> Result<Total, StoreError> {
        let last = sql::number(db, Sql::new("SELECT max(seq) FROM audit_entries")).await?;
        let head = Sql::new("SELECT seq, hash FROM audit_head WHERE id = 1");
        let head = match sql::row(db, head).await? {
            Some(row) => Some((row.cell(0)?, row.cell(1)?)),
            None => None,
        };
        Ok(Total {
            keys: Keys::read(db, keys).await?,
            last: last.max(0),
            head,
            walked: Vec::new(),
            took: Duration::ZERO,
        })
    }

    pub(super) fn keys(&self) -> &Keys {
        &self.keys
    }

    /// About how many lines there are.
    pub(super) fn lines(&self) -> i64 {
        self.last
    }

    /// The chain in ranges without a gap between them; the last one has no end.
    pub(super) fn ranges(&self) -> VecDeque<Range> {
        let count = (self.last / RANGE).clamp(RANGES, MOST_RANGES);
        let length = (self.last / count).max(1);
        let pack = (length / 2).clamp(1, PACK);
        let mut ranges: VecDeque<Range> = (0..count)
            .map(|no| Range {
                after: no * length,
                to: (no + 1) * length,
                pack,
            })
            .filter(|range| range.after == 0 || range.after < self.last)
            .collect();
        if let Some(last) = ranges.back_mut() {
            last.to = i64::MAX;
        }
        ranges
    }

    pub(super) fn add(&mut self, walked: Walked, took: Duration) {
        self.walked.push(walked);
        self.took += took;
    }

    /// No line was changed, removed, put in or moved, and the end is where it was left.
    pub(super) fn result(mut self) -> CheckResult {
        let mut check = Check::new(
            "I8",
            "The audit chain is unbroken",
            "审计链完整，未被改动",
            "hash = HMAC-SHA256(key, hash before | seq | at | actor | action | subject | order | data), line by line",
        );
        check.0.took_millis = millis(self.took);
        self.walked.sort_by_key(|it| it.after);
        let first_known = self.keys.find(FIRST_KEY).is_some();
        let mut known = first_known;
        let mut found: Vec<(i64, String)> = Vec::new();
        let mut gap: Option<(i64, i64)> = None;
        let mut end = (0, String::new());
        let mut cut_short = false;
        for walked in self.walked {
            check.0.looked_at += walked.looked_at;
            for (seq, id, known) in &walked.begin {
                if !known {
                    let text = format!(
                        "from line {seq} on the chain was made with key {id}, which is not among the settings"
                    );
                    found.push((*seq, text));
                }
            }
            let mut begin = walked.begin.into_iter().peekable();
            for (seq, action) in walked.changed {
                while let Some((_, _, now)) = begin.next_if(|(at, ..)| *at <= seq) {
                    known = now;
                }
                // Whether a line fits a key that is not there cannot be told.
                if known || seq < 1 {
                    found.push((seq, format!("line {seq} ({action}) was changed")));
                }
            }
            if let Some((_, _, now)) = begin.last() {
                known = now;
            }
            for (from, to) in walked.missing {
                match &mut gap {
                    Some((_, end)) if *end + 1 == from => *end = to,
                    _ => found.extend(gap.replace((from, to)).map(missing)),
                }
            }
            end = walked.last.unwrap_or(end);
            cut_short |= walked.cut_short;
        }
        found.extend(gap.map(missing));
        found.sort();
        for (_, what) in found {
            check.found(what);
        }
        if self.last > 0 && !first_known && check.0.found.is_empty() {
            check.found(format!(
                "the chain begins with key {FIRST_KEY}, which is not among the settings"
            ));
        }
        match self.head {
            Some(head) if head != end && !cut_short => check.found(format!(
                "the chain ends at line {}, but its end was left at line {}",
                end.0, head.0
            )),
            Some(_) => {}
            None => check.found("the end of the chain is missing".to_owned()),
        }
        check.0
    }
}

fn missing((from, to): (i64, i64)) -> (i64, String) {
    (from, format!("lines {from} to {to} are missing"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn total(last: i64) -> Total {
        let (known, begin) = (Arc::from([]), Arc::from([]));
        Total {
            keys: Keys { known, begin },
            last,
            head: None,
            walked: Vec::new(),
            took: Duration::ZERO,
        }
    }

    #[test]
    fn ranges_touch_and_the_last_one_is_open() {
        for last in [0, 1, 2, 3, 4, 5, 7, 1000, 399_999, 12_000_000, i64::MAX] {
            let ranges = total(last).ranges();
            assert!(ranges.len() as i64 <= MOST_RANGES, "{last}");
            assert!(last < 4 || ranges.len() as i64 >= RANGES, "{last}");
            assert_eq!(ranges[0].after, 0);
            assert_eq!(ranges[ranges.len() - 1].to, i64::MAX);
            for (one, next) in ranges.iter().zip(ranges.iter().skip(1)) {
                assert!(one.to == next.after && one.after < one.to, "{last}");
            }
            assert!(ranges.iter().all(|it| (1..=PACK).contains(&it.pack)));
        }
    }
}
