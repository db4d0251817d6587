//! Number segments, and what became of each number.

use serde::{Deserialize, Serialize};

use super::{State, Used};
use crate::clock::Millis;

/// Year (two digits) and serial of a sandbox number in one integer.
pub(crate) type NumberKey = u64;

const SERIALS: u64 = 1_000_000_000_000_000;
/// After the year: province 99 and channel 9, which no authority uses.
const IMPOSSIBLE: &str = "999";

/// A number as text: `YY` + `99` + `9` + 15 digits.
pub(crate) fn number_text(key: NumberKey) -> String {
    format!("{:02}{IMPOSSIBLE}{:015}", key / SERIALS, key % SERIALS)
}

/// The key of a sandbox number; `None` for anything else.
pub(crate) fn number_key(text: &str) -> Option<NumberKey> {
    let well_formed = text.len() == 20 && text.bytes().all(|b| b.is_ascii_digit());
    if !well_formed || &text[2..5] != IMPOSSIBLE {
        return None;
    }
    let year: u64 = text[..2].parse().ok()?;
    let serial: u64 = text[5..].parse().ok()?;
    Some(year * SERIALS + serial)
}

/// A run of numbers handed to one taxpayer.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Segment {
    pub(crate) taxpayer: String,
    pub(crate) ywlsh: String,
    pub(crate) first: NumberKey,
    pub(crate) count: u64,
    pub(crate) at: Millis,
}

impl Segment {
    pub(crate) fn last(&self) -> NumberKey {
        self.first + self.count - 1
    }
}

/// The outcome of one uploaded invoice, as journalled.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Verdict {
    pub(crate) fphm: String,
    /// `00` accepted, `02` failed, `03` the same invoice again.
    pub(crate) status: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) message: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) hash: String,
    /// Present when accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) accepted: Option<Box<Accepted>>,
}

/// What is kept of an accepted invoice.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Accepted {
    pub(crate) red: bool,
    /// Issue time.
    pub(crate) issued_at: Millis,
    /// `2026-03`, the month of issue.
    pub(crate) month: String,
    pub(crate) net: i64,
    pub(crate) tax: i64,
    /// Net amount taken from the quota; negative when a red invoice gives it back.
    pub(crate) quota: i64,
    /// Of a red invoice: the form it carries out.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) form: String,
    /// Canonical JSON.
    pub(crate) content: String,
}

/// One number in the ledger.
#[derive(Clone, Debug)]
pub(crate) struct NumberRecord {
    pub(crate) taxpayer: String,
    /// Set once, by the first accepted upload.
    pub(crate) accepted: Option<Box<Accepted>>,
    /// SHA-256 of the content accepted, or of the last one refused.
    pub(crate) hash: String,
    /// Why the last upload failed.
    pub(crate) message: String,
    pub(crate) uploaded_at: Millis,
    pub(crate) uploads: u32,
    /// `fpyt`: 0 unused, 1 deducted, …
    pub(crate) deduction: String,
    /// `rzzt`: 01 not posted, 02 posted, 03 posting withdrawn.
    pub(crate) posting: String,
    /// `ycpzzt`: 01 normal, 02 abnormal voucher, 03 suspected.
    pub(crate) abnormal: String,
}

impl State {
    /// The segment that `key` belongs to.
    pub(crate) fn segment_of(&self, key: NumberKey) -> Option<&Segment> {
        self.segments
            .range(..=key)
            .next_back()
            .map(|(_, s)| s)
            .filter(|s| key <= s.last())
    }

    /// The first key not handed out in a year (two digits).
    pub(crate) fn next_key(&self, year: u64) -> NumberKey {
        year * SERIALS + self.next_serial.get(&year).copied().unwrap_or(1)
    }

    pub(super) fn hand_out(&mut self, segment: Segment) {
        let end = segment.last() + 1;
        self.next_serial.insert(end / SERIALS, end % SERIALS);
        self.requests.insert(
            (segment.taxpayer.clone(), segment.ywlsh.clone()),
            Used::Segment(segment.first),
        );
        self.segments.insert(segment.first, segment);
    }

    /// Writes one verdict into the ledgers: number, quota, month, red form.
    pub(crate) fn settle(&mut self, taxpayer: &str, at: Millis, verdict: Verdict) {
        let Some(key) = number_key(&verdict.fphm) else {
            return;
        };
        if let Some(accepted) = &verdict.accepted {
            self.spend(taxpayer, &accepted.month, accepted.quota);
            self.count(taxpayer, accepted);
            if let Some(form) = self.forms.get_mut(&accepted.form) {
                form.red_number = verdict.fphm.clone();
                form.red_at = accepted.issued_at;
            }
        }
        let record = self.numbers.entry(key).or_insert_with(|| NumberRecord {
            taxpayer: taxpayer.to_owned(),
            accepted: None,
            hash: String::new(),
            message: String::new(),
            uploaded_at: at,
            uploads: 0,
            deduction: "0".into(),
            posting: "01".into(),
            abnormal: "01".into(),
        });
        record.uploads += 1;
        if record.accepted.is_some() {
            return; // A repeat or a refused second content changes nothing.
        }
        record.uploaded_at = at;
        record.hash = verdict.hash;
        record.message = verdict.message;
        record.accepted = verdict.accepted;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_of_the_range_that_can_never_be_real() {
        let key = number_key("26999000000000000001").unwrap();
        assert_eq!(number_text(key), "26999000000000000001");
        for foreign in [
            "26330000009990000001",
            "2699900000000000001",
            "26999-00000000000001",
        ] {
            assert_eq!(number_key(foreign), None, "{foreign}");
        }
    }

    #[test]
    fn a_number_belongs_to_the_segment_that_covers_it() {
        let mut state = State::empty();
        let segment = |first, count, ywlsh: &str| Segment {
            taxpayer: "T".into(),
            ywlsh: ywlsh.into(),
            first,
            count,
            at: 0,
        };
        let first = state.next_key(26);
        state.hand_out(segment(first, 10, "a"));
        assert_eq!(state.next_key(26), first + 10);
        assert_eq!(
            state.next_key(27),
            number_key("27999000000000000001").unwrap()
        );
        assert!(state.segment_of(first + 9).is_some());
        assert!(state.segment_of(first + 10).is_none());
        assert!(state.segment_of(first - 1).is_none());
    }
}
