//! `CXKYSL`, `CXSSFLBM`, `CXCEZSBM`: rates and class codes.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{Caller, read, taxpayer};
use crate::clock;
use crate::refusal::{Refusal, success};
use crate::wire::wire_struct;
use crate::world::Authority;

wire_struct! {
    Query { text: [nsrsbh], num: [], list: [] }
}
wire_struct! {
    CodeQuery { text: [nsrsbh, sjc], num: [], list: [] }
}

pub(super) fn rates(
    authority: &Arc<Authority>,
    caller: &Caller,
    body: &[u8],
) -> Result<Value, Refusal> {
    let request: Query = read(body)?;
    let world = authority.world();
    let taxpayer = taxpayer(&world.state, caller, &request.nsrsbh)?;
    let today = clock::local(caller.now).date();
    let rows: Vec<Value> = taxpayer
        .rates()
        .iter()
        .map(|rate| {
            let stopped = rate.stopped(today);
            let end = rate.to().map(|date| date.to_string()).unwrap_or_default();
            json!({
                "csxz": if rate.levy { "2" } else { "1" },
                "slzsl": rate.value().to_string(),
                "yslbz": "Y",
                "cszt": if stopped { "1" } else { "0" },
                "yxqq": rate.from().to_string(),
                "yxqz": end,
                "tyrq": if stopped { end.clone() } else { String::new() },
            })
        })
        .collect();
    Ok(success(
        json!({"count": rows.len().to_string(), "kyslList": rows}),
    ))
}

pub(super) fn codes(
    authority: &Arc<Authority>,
    caller: &Caller,
    body: &[u8],
) -> Result<Value, Refusal> {
    let request: CodeQuery = read(body)?;
    let world = authority.world();
    taxpayer(&world.state, caller, &request.nsrsbh)?;
    let newest = world
        .state
        .codes
        .values()
        .map(|row| row.stamp.as_str())
        .max()
        .unwrap_or_default();
    let rows: Vec<Value> = world
        .state
        .codes
        .values()
        .filter(|row| request.sjc < row.stamp)
        .map(|row| {
            json!({
                "sphfwssflhbbm": row.code,
                "fjbm": row.parent(),
                "sphfwmc": row.name,
                "sphfwfljc": row.short_name,
                "zzssl": row.tax_rates,
                "zsl": row.levy_rates,
                "zzstsgl": row.policies,
                "sfhzx": yes_no(row.summary),
                "cezs": yes_no(row.difference_tax),
                "bzs": yes_no(row.not_taxed()),
                "tdyslxdm": row.special,
                "qyrq": row.starts,
                "tyrq": row.ends,
            })
        })
        .collect();
    Ok(success(
        json!({"sjc": newest, "count": rows.len().to_string(), "ssflbmList": rows}),
    ))
}

pub(super) fn difference_codes(
    authority: &Arc<Authority>,
    caller: &Caller,
    body: &[u8],
) -> Result<Value, Refusal> {
    let request: Query = read(body)?;
    let world = authority.world();
    if !request.nsrsbh.is_empty() {
        taxpayer(&world.state, caller, &request.nsrsbh)?;
    }
    let rows: Vec<Value> = world
        .state
        .codes
        .values()
        .filter(|row| row.difference_tax)
        .map(|row| {
            json!({
                "sphfwssflhbbm": row.code,
                "sphfwmc": row.name,
                "sphfwfljc": row.short_name,
                "zzssl": row.tax_rates,
                "zsl": row.levy_rates,
                "sfkycekp": "Y",
                "cekpsfkykzp": "Y",
                "qekpsfkykzp": "Y",
            })
        })
        .collect();
    Ok(success(
        json!({"count": rows.len().to_string(), "cezzbmList": rows}),
    ))
}

fn yes_no(value: bool) -> &'static str {
    if value { "Y" } else { "N" }
}
