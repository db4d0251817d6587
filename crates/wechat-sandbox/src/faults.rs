//! Faults on request: an error code, slowness, a lost question or a lost answer, garbage; and for
//! pushes: lost, doubled, late.

use serde::{Deserialize, Serialize};

use crate::world::World;

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FaultKind {
    /// Answers `value` as errcode and does nothing.
    Errcode,
    /// Waits `value` milliseconds, or until the fault is deleted, then works as ever.
    Delay,
    /// Closes the connection and does nothing.
    DropBefore,
    /// Does the work and closes the connection without an answer.
    WorkThenDrop,
    /// Does the work and answers something unreadable.
    Garbage,
    /// Answers HTTP status `value` and does nothing.
    HttpStatus,
    /// A push that is never sent.
    Lost,
    /// A push that is sent twice.
    Doubled,
    /// A push that is sent `value` milliseconds late.
    Late,
}

impl FaultKind {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Errcode => "errcode",
            Self::Delay => "delay",
            Self::DropBefore => "drop_before",
            Self::WorkThenDrop => "work_then_drop",
            Self::Garbage => "garbage",
            Self::HttpStatus => "http_status",
            Self::Lost => "lost",
            Self::Doubled => "doubled",
            Self::Late => "late",
        }
    }

    fn of_push(self) -> bool {
        matches!(self, Self::Lost | Self::Doubled | Self::Late)
    }

    fn needs_value(self) -> bool {
        matches!(
            self,
            Self::Errcode | Self::Delay | Self::HttpStatus | Self::Late
        )
    }
}

/// A fault as ordered through the control API.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FaultOrder {
    /// API path this concerns; a final `*` takes every path that begins so. Default: all.
    #[serde(default)]
    pub(crate) path: Option<String>,
    /// For push faults: the event this concerns. Default: all.
    #[serde(default)]
    pub(crate) event: Option<String>,
    pub(crate) kind: FaultKind,
    /// errcode, milliseconds or HTTP status.
    #[serde(default)]
    pub(crate) value: Option<i64>,
    /// How often; absent: until deleted.
    #[serde(default)]
    pub(crate) count: Option<u64>,
    /// How many of a hundred are hit, by chance. Default: all.
    #[serde(default)]
    pub(crate) percent: Option<u8>,
}

impl FaultOrder {
    /// What is wrong with the order, naming the member.
    pub(crate) fn problem(&self) -> Option<String> {
        if self.kind.needs_value() && self.value.is_none() {
            return Some(format!("kind {} needs a value", self.kind.word()));
        }
        if self.kind.of_push() && self.path.is_some() {
            return Some("a push fault is matched by event, not by path".to_owned());
        }
        if !self.kind.of_push() && self.event.is_some() {
            return Some("a call fault is matched by path, not by event".to_owned());
        }
        if self.kind == FaultKind::HttpStatus
            && !self
                .value
                .is_some_and(|status| (100..1000).contains(&status))
        {
            return Some("value must be an HTTP status".to_owned());
        }
        if matches!(self.kind, FaultKind::Delay | FaultKind::Late)
            && !self.value.is_some_and(|ms| (0..=600_000).contains(&ms))
        {
            return Some("value must be 0 to 600000 milliseconds".to_owned());
        }
        if self
            .percent
            .is_some_and(|percent| !(1..=100).contains(&percent))
        {
            return Some("percent must be 1 to 100".to_owned());
        }
        (self.count == Some(0)).then(|| "count must be at least 1".to_owned())
    }
}

/// An ordered fault and how often it struck.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Fault {
    pub(crate) id: u64,
    #[serde(flatten)]
    pub(crate) order: FaultOrder,
    pub(crate) struck: u64,
}

impl Fault {
    fn strikes(&mut self) -> bool {
        if self.order.count.is_some_and(|count| count <= self.struck) {
            return false;
        }
        let percent = self.order.percent.unwrap_or(100);
        if rand::random_range(0..100_u8) >= percent {
            return false;
        }
        self.struck += 1;
        true
    }

    fn value(&self) -> i64 {
        self.order.value.unwrap_or(0)
    }
}

/// What is to happen to one call.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct CallFault {
    pub(crate) delay_ms: u64,
    pub(crate) kind: Option<FaultKind>,
    pub(crate) value: i64,
}

/// What is to happen to one push.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct PushFault {
    pub(crate) lost: bool,
    pub(crate) doubled: bool,
    pub(crate) late_ms: u64,
}

impl World {
    /// Takes the faults that strike this call: all delays and the first of another kind.
    pub(crate) fn fault_for_call(&mut self, path: &str) -> CallFault {
        let mut found = CallFault::default();
        for fault in &mut self.faults {
            if fault.order.kind.of_push() || !matches(fault.order.path.as_deref(), path) {
                continue;
            }
            let delays = fault.order.kind == FaultKind::Delay;
            if (!delays && found.kind.is_some()) || !fault.strikes() {
                continue;
            }
            if delays {
                found.delay_ms += u64::try_from(fault.value()).unwrap_or(0);
            } else {
                (found.kind, found.value) = (Some(fault.order.kind), fault.value());
            }
        }
        found
    }

    /// Whether a delay is ordered for this path, used up or not.
    pub(crate) fn delays(&self, path: &str) -> bool {
        self.faults.iter().any(|fault| {
            fault.order.kind == FaultKind::Delay && matches(fault.order.path.as_deref(), path)
        })
    }

    /// Takes the faults that strike a push of this event.
    pub(crate) fn fault_for_push(&mut self, event: &str) -> PushFault {
        let mut found = PushFault::default();
        for fault in &mut self.faults {
            if !fault.order.kind.of_push() || !matches(fault.order.event.as_deref(), event) {
                continue;
            }
            if !fault.strikes() {
                continue;
            }
            match fault.order.kind {
                FaultKind::Lost => found.lost = true,
                FaultKind::Doubled => found.doubled = true,
                _ => found.late_ms += u64::try_from(fault.value()).unwrap_or(0),
            }
        }
        found
    }
}

fn matches(pattern: Option<&str>, name: &str) -> bool {
    match pattern {
        None => true,
        Some(pattern) => match pattern.strip_suffix('*') {
            Some(start) => name.starts_with(start),
            None => pattern == name,
        },
    }
}
