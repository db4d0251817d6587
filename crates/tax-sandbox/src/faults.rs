//! Trouble to order: what the next calls go through instead of working.

use serde::{Deserialize, Serialize};

/// One fault, as set through the control API.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Fault {
    /// A service code such as `QDFPSC`, or `*`.
    #[serde(default = "all")]
    pub(crate) service: String,
    /// How many calls (for `refuse_invoices`: invoices) it meets; absent means until cleared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) times: Option<u32>,
    #[serde(flatten)]
    pub(crate) kind: FaultKind,
}

fn all() -> String {
    "*".into()
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum FaultKind {
    /// `Response.Error`; nothing is done.
    Error { code: String, message: String },
    /// `returncode` other than `00`; nothing is done.
    Refuse { code: String, message: String },
    /// An HTTP status without an envelope; nothing is done.
    Http { status: u16 },
    /// Waits first.
    Delay { ms: u64 },
    /// Closes the connection; nothing is done.
    DropBefore,
    /// Does the work and closes the connection.
    WorkThenDrop,
    /// Does the work and answers with something that is no envelope.
    Garbage,
    /// Results of the upload stay "in progress" for so many polls.
    Hold { polls: u32 },
    /// Refuses uploaded invoices with this message.
    RefuseInvoices { message: String },
}

#[derive(Debug, Default)]
pub(crate) struct Faults {
    pub(crate) list: Vec<Fault>,
}

/// What one call has to go through.
#[derive(Debug, Default)]
pub(crate) struct Ordeal {
    pub(crate) delay_ms: u64,
    pub(crate) instead: Option<FaultKind>,
    pub(crate) afterwards: Option<FaultKind>,
}

impl Faults {
    /// Takes what meets this call.
    pub(crate) fn meet(&mut self, service: &str) -> Ordeal {
        let mut ordeal = Ordeal::default();
        for fault in &mut self.list {
            if fault.service != "*" && fault.service != service {
                continue;
            }
            match &fault.kind {
                FaultKind::Hold { .. } | FaultKind::RefuseInvoices { .. } => continue,
                FaultKind::Delay { ms } => ordeal.delay_ms += ms,
                kind @ (FaultKind::WorkThenDrop | FaultKind::Garbage) => {
                    ordeal.afterwards = Some(kind.clone())
                }
                kind => ordeal.instead = Some(kind.clone()),
            }
            fault.used();
        }
        self.forget_spent();
        ordeal
    }

    /// How many polls the results of this upload are held back.
    pub(crate) fn hold(&mut self) -> u32 {
        let mut held = 0;
        for fault in &mut self.list {
            if let FaultKind::Hold { polls } = fault.kind {
                held = held.max(polls);
                fault.used();
            }
        }
        self.forget_spent();
        held
    }

    /// The message with which the next invoice is refused, if one is to be.
    pub(crate) fn refuse_invoice(&mut self) -> Option<String> {
        let fault = self
            .list
            .iter_mut()
            .find(|f| matches!(f.kind, FaultKind::RefuseInvoices { .. }))?;
        let FaultKind::RefuseInvoices { message } = &fault.kind else {
            return None;
        };
        let message = message.clone();
        fault.used();
        self.forget_spent();
        Some(message)
    }

    fn forget_spent(&mut self) {
        self.list.retain(|fault| fault.times != Some(0));
    }
}

impl Fault {
    fn used(&mut self) {
        if let Some(times) = &mut self.times {
            *times = times.saturating_sub(1);
        }
    }
}
