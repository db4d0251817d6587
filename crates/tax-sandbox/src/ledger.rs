//! What the authority knows, told for tests and for people.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::amount::yuan;
use crate::clock;
use crate::services::form_told;
use crate::state::State;
use crate::state::gateway::GatewayInvoice;
use crate::state::numbers::{NumberRecord, number_text};
use crate::world::Authority;

/// Narrows the ledger.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Filter {
    /// Only this tax number.
    #[serde(default)]
    pub(crate) taxpayer: String,
}

impl Filter {
    fn fits(&self, taxpayer: &str) -> bool {
        self.taxpayer.is_empty() || self.taxpayer == taxpayer
    }
}

pub(crate) fn ledger(authority: &Authority, filter: &Filter) -> Value {
    let now = authority.clock.now();
    let world = authority.world();
    let state = &world.state;
    let segments: Vec<Value> = state
        .segments
        .values()
        .filter(|segment| filter.fits(&segment.taxpayer))
        .map(|segment| {
            json!({
                "taxpayer": segment.taxpayer,
                "first": number_text(segment.first),
                "last": number_text(segment.last()),
                "count": segment.count,
                "ywlsh": segment.ywlsh,
                "at": clock::stamp(segment.at),
            })
        })
        .collect();
    let numbers: Vec<Value> = state
        .numbers
        .iter()
        .filter(|(_, record)| filter.fits(&record.taxpayer))
        .map(|(key, record)| number(&number_text(*key), record, false))
        .collect();
    let forms: Vec<Value> = state
        .forms
        .values()
        .filter(|form| filter.fits(&form.taxpayer))
        .map(|form| form_told(form, now))
        .collect();
    let gateway: Vec<Value> = state
        .serials
        .values()
        .filter(|it| filter.fits(&it.taxpayer))
        .map(serial)
        .collect();
    json!({
        "now": clock::stamp(now),
        "gateway": gateway,
        "segments": segments,
        "numbers": numbers,
        "quota": quota(state, filter),
        "months": months(state, filter),
        "red_forms": forms,
    })
}

/// A serial of the tax gateway.
fn serial(it: &GatewayInvoice) -> Value {
    json!({
        "serial": it.serial,
        "taxpayer": it.taxpayer,
        "state": it.stands,
        "reason": it.reason,
        "code": it.code,
        "number": it.number,
        "check_code": it.check_code,
        "kind": if it.code.is_empty() { "digital" } else { "classic" },
        "red": it.net < 0,
        "net": yuan(it.net),
        "tax": yuan(it.tax),
        "issued_at": clock::stamp(it.issued_at),
    })
}

/// One number; with its content when `whole`.
pub(crate) fn number(text: &str, record: &NumberRecord, whole: bool) -> Value {
    let mut row = json!({
        "number": text,
        "taxpayer": record.taxpayer,
        "state": if record.accepted.is_some() { "accepted" } else { "failed" },
        "hash": record.hash,
        "message": record.message,
        "uploads": record.uploads,
        "uploaded_at": clock::stamp(record.uploaded_at),
    });
    if let Some(accepted) = &record.accepted {
        row["kind"] = json!(if accepted.red { "red" } else { "blue" });
        row["issued_at"] = json!(clock::stamp(accepted.issued_at));
        row["net"] = json!(yuan(accepted.net));
        row["tax"] = json!(yuan(accepted.tax));
        row["gross"] = json!(yuan(accepted.net + accepted.tax));
        row["quota"] = json!(yuan(accepted.quota));
        row["usage"] = json!({"deduction": record.deduction, "posting": record.posting, "abnormal": record.abnormal});
        if whole {
            row["content"] = serde_json::from_str(&accepted.content).unwrap_or_default();
        }
    }
    row
}

fn quota(state: &State, filter: &Filter) -> Vec<Value> {
    let of = |taxpayer: &str, month: &str| -> Vec<Value> {
        state
            .movements
            .iter()
            .filter(|m| m.taxpayer == taxpayer && m.month == month)
            .map(|m| {
                json!({
                    "kind": if m.fen < 0 { "return" } else { "download" },
                    "amount": yuan(m.fen.abs()),
                    "ywlsh": m.ywlsh,
                    "at": clock::stamp(m.at),
                })
            })
            .collect()
    };
    state
        .quota
        .iter()
        .filter(|((taxpayer, _), _)| filter.fits(taxpayer))
        .map(|((taxpayer, month), account)| {
            json!({
                "taxpayer": taxpayer,
                "month": month,
                "downloaded": yuan(account.downloaded),
                "spent": yuan(account.spent),
                "unused": yuan(account.unused()),
                "valid_to": account.valid_to,
                "movements": of(taxpayer, month),
            })
        })
        .collect()
}

fn months(state: &State, filter: &Filter) -> Vec<Value> {
    state
        .months
        .iter()
        .filter(|((taxpayer, _), _)| filter.fits(taxpayer))
        .map(|((taxpayer, month), totals)| {
            json!({
                "taxpayer": taxpayer,
                "month": month,
                "blue": {"count": totals.blue_count, "net": yuan(totals.blue_net), "tax": yuan(totals.blue_tax)},
                "red": {"count": totals.red_count, "net": yuan(totals.red_net), "tax": yuan(totals.red_tax)},
                "confirmed": totals.confirmed,
            })
        })
        .collect()
}

/// Counts and the gate, cheap enough to poll.
pub(crate) fn summary(authority: &Authority) -> Value {
    let now = authority.clock.now();
    let world = authority.world();
    let state = &world.state;
    let accepted = state
        .numbers
        .values()
        .filter(|record| record.accepted.is_some())
        .count();
    let handed_out: u64 = state.segments.values().map(|segment| segment.count).sum();
    let taxpayers: Vec<Value> = state
        .taxpayers
        .values()
        .map(|t| json!({"tax_number": t.tax_number, "name": t.name, "gate": t.closed_gate().unwrap_or_else(|| "open".into())}))
        .collect();
    json!({
        "now": clock::stamp(now),
        "taxpayers": taxpayers,
        "numbers": {"handed_out": handed_out, "accepted": accepted, "failed": state.numbers.len() - accepted},
        "uploads": state.receipts.len(),
        "red_forms": state.forms.len(),
        "faults": world.faults.list,
    })
}
