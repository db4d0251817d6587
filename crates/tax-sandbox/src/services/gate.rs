//! `CXNSRFXXX`, `CXNSRJBXX`: may this taxpayer issue, and who is it.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{Caller, read, taxpayer};
use crate::party::province_name;
use crate::refusal::{Refusal, success};
use crate::wire::wire_struct;
use crate::world::Authority;

wire_struct! {
    Query { text: [nsrsbh], num: [], list: [] }
}

pub(super) fn risk(
    authority: &Arc<Authority>,
    caller: &Caller,
    body: &[u8],
) -> Result<Value, Refusal> {
    let request: Query = read(body)?;
    let world = authority.world();
    let taxpayer = taxpayer(&world.state, caller, &request.nsrsbh)?;
    Ok(success(json!({
        "nsrsbh": taxpayer.tax_number,
        "fxnsrlx": taxpayer.risk_class,
        "nsrxydj": taxpayer.credit,
        "nsryjjb": taxpayer.warning_level,
        "fxnsrbz": if taxpayer.risk_flag { "Y" } else { "N" },
    })))
}

pub(super) fn basics(
    authority: &Arc<Authority>,
    caller: &Caller,
    body: &[u8],
) -> Result<Value, Refusal> {
    let request: Query = read(body)?;
    let world = authority.world();
    let taxpayer = taxpayer(&world.state, caller, &request.nsrsbh)?;
    let bureau = format!("1{}00000000", taxpayer.province);
    Ok(success(json!({
        "nsrsbh": taxpayer.tax_number,
        "nsrmc": taxpayer.name,
        "nsrlx": taxpayer.kind,
        "nsrztdm": taxpayer.state,
        "zgswskfjdm": bureau,
        "zgswskfjmc": format!("国家税务总局{}税务局", province_name(&taxpayer.province)),
        "qxjswjgdm": bureau,
        "xdpsdqybz": "Y",
        "zfjglxdm": "0",
    })))
}
