//! `FPZTXXCX`: how one invoice stands and what its buyer did with it.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{Caller, read};
use crate::clock::{self, Millis};
use crate::invoice::Invoice;
use crate::refusal::{Refusal, code, success};
use crate::state::State;
use crate::state::numbers::number_key;
use crate::wire::wire_struct;
use crate::world::Authority;

/// The kind (`fplx`) of an ordinary electronic invoice of a tax device.
const DEVICE_ORDINARY: &str = "10";

wire_struct! {
    Query { text: [fplx, fpdm, fphm, kprq], num: [], list: [] }
}

pub(super) fn query(
    authority: &Arc<Authority>,
    caller: &Caller,
    body: &[u8],
) -> Result<Value, Refusal> {
    let request: Query = read(body)?;
    let world = authority.world();
    if request.fplx == DEVICE_ORDINARY {
        return of_device(&world.state, caller, &request);
    }
    let unknown = || {
        Refusal::service(
            code::UNKNOWN,
            format!("没有 {1} 开具的发票“{0}”", request.fphm, request.kprq),
        )
    };
    let record = number_key(&request.fphm)
        .and_then(|key| world.state.numbers.get(&key))
        .ok_or_else(unknown)?;
    let accepted = record.accepted.as_ref().ok_or_else(unknown)?;
    super::taxpayer(&world.state, caller, &record.taxpayer).map_err(|_| unknown())?;
    let day = clock::local(accepted.issued_at)
        .format("%Y%m%d")
        .to_string();
    if request.kprq.replace('-', "").get(..8) != Some(day.as_str()) {
        return Err(unknown());
    }
    let invoice: Invoice = serde_json::from_str(&accepted.content).unwrap_or_default();
    let kind = if invoice.fppz == "01" { "81" } else { "82" };
    if request.fplx != kind {
        return Err(Refusal::service(
            code::PARAMETER,
            format!("该发票的 fplx 为 {kind}"),
        ));
    }
    Ok(success(json!({
        "fpdm": "",
        "fphm": request.fphm,
        "kprq": clock::stamp(accepted.issued_at),
        "fpzt": standing(&world.state, &invoice),
        "ycpzzt": record.abnormal,
        "hzsdbs": if locked(&world.state, &request.fphm, caller.now) { "Y" } else { "N" },
        "fpyt": record.deduction,
        "rzzt": record.posting,
        "zzsyhyt": "0",
        "xfsyt": "00",
    })))
}

/// An invoice of a tax device: nothing is known of its buyer's use, which nobody could tell the authority.
fn of_device(state: &State, caller: &Caller, request: &Query) -> Result<Value, Refusal> {
    let name = format!("{}{}", request.fpdm, request.fphm);
    let unknown = || Refusal::service(code::UNKNOWN, format!("没有发票“{name}”"));
    let found = state
        .device_blue(&request.fpdm, &request.fphm)
        .ok_or_else(unknown)?;
    super::taxpayer(state, caller, &found.taxpayer).map_err(|_| unknown())?;
    let mut invoice = found.content().ok_or_else(unknown)?;
    invoice.fphm.clone_from(&name);
    Ok(success(json!({
        "fpdm": request.fpdm,
        "fphm": request.fphm,
        "kprq": clock::stamp(found.issued_at),
        "fpzt": standing(state, &invoice),
        "ycpzzt": "01",
        "hzsdbs": if locked(state, &name, caller.now) { "Y" } else { "N" },
        "fpyt": "0",
        "rzzt": "01",
        "zzsyhyt": "0",
        "xfsyt": "00",
    })))
}

/// `fpzt`: 0 normal, 7 partly red, 8 fully red.
fn standing(state: &State, invoice: &Invoice) -> &'static str {
    if invoice.is_red() {
        return "0";
    }
    let rows = state.remaining(invoice);
    if rows.iter().all(|row| row.net == 0 && row.tax == 0) {
        "8"
    } else if rows
        .iter()
        .any(|row| row.net != row.full_net || row.tax != row.full_tax)
    {
        "7"
    } else {
        "0"
    }
}

/// An open form locks its blue invoice.
pub(super) fn locked(state: &State, blue: &str, now: Millis) -> bool {
    state
        .forms
        .values()
        .any(|form| form.application.blue() == blue && form.open(now))
}
