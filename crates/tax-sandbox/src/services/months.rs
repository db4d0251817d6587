//! `SCFPHZQRXX`, `CXFPHZQRXX`: month totals are confirmed, cancelled and read.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{Caller, money, read, taxpayer, whole};
use crate::amount::yuan;
use crate::clock;
use crate::refusal::{Refusal, code, success};
use crate::state::Fact;
use crate::state::months::MonthTotals;
use crate::wire::wire_struct;
use crate::world::Authority;

wire_struct! {
    Sent {
        text: [xsfnsrsbh, xsfsjswjgdm, ptbh, yf, ywlx],
        num: [lzfpsl, lzfpje, lzfpse, hzfpsl, hzfpje, hzfpse],
        list: [],
    }
}
wire_struct! {
    Query { text: [xsfnsrsbh, ptbh, yf], num: [], list: [] }
}

pub(super) fn send(
    authority: &Arc<Authority>,
    caller: &Caller,
    body: &[u8],
) -> Result<Value, Refusal> {
    let request: Sent = read(body)?;
    let mut world = authority.world();
    taxpayer(&world.state, caller, &request.xsfnsrsbh)?;
    if request.ptbh != caller.party {
        return Err(Refusal::service(
            code::PARAMETER,
            format!("ptbh 不是直连单位 {}", caller.party),
        ));
    }
    let this_month = clock::month_of(clock::local(caller.now).date());
    if clock::first_day(&request.yf).is_none() || this_month <= request.yf {
        return Err(Refusal::service(
            code::PARAMETER,
            format!("yf 为“{}”，应为已过去的月份 yyyy-MM", request.yf),
        ));
    }
    if clock::closing(&request.yf).is_none_or(|closing| closing <= caller.now) {
        return Err(Refusal::service(
            code::WINDOW,
            format!("{} 已于 13 日由税务机关自动汇总", request.yf),
        ));
    }
    let ours = world.state.month(&request.xsfnsrsbh, &request.yf);
    let confirmed = match request.ywlx.as_str() {
        "0" => {
            compare(&request, &ours)?;
            true
        }
        "1" if ours.confirmed => false,
        "1" => {
            return Err(Refusal::service(
                code::STATE,
                format!("{} 尚未汇总确认", request.yf),
            ));
        }
        other => {
            return Err(Refusal::service(
                code::PARAMETER,
                format!("ywlx 为“{other}”，应为 0 或 1"),
            ));
        }
    };
    world.record(vec![Fact::Month {
        taxpayer: request.xsfnsrsbh,
        month: request.yf,
        confirmed,
    }])?;
    Ok(success(json!({})))
}

fn compare(sent: &Sent, ours: &MonthTotals) -> Result<(), Refusal> {
    let figures = [
        (
            "lzfpsl",
            whole("lzfpsl", sent.lzfpsl)? * 100,
            ours.blue_count * 100,
        ),
        ("lzfpje", money("lzfpje", sent.lzfpje)?, ours.blue_net),
        ("lzfpse", money("lzfpse", sent.lzfpse)?, ours.blue_tax),
        (
            "hzfpsl",
            whole("hzfpsl", sent.hzfpsl)? * 100,
            ours.red_count * 100,
        ),
        ("hzfpje", money("hzfpje", sent.hzfpje)?, ours.red_net),
        ("hzfpse", money("hzfpse", sent.hzfpse)?, ours.red_tax),
    ];
    let wrong: Vec<String> = figures
        .iter()
        .filter(|(_, theirs, ours)| theirs != ours)
        .map(|(name, theirs, ours)| {
            format!("{name} 应为 {}，上传的是 {}", yuan(*ours), yuan(*theirs))
        })
        .collect();
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(Refusal::service(code::TOTALS, wrong.join("; ")))
    }
}

fn told(month: &str, party: &str, totals: &MonthTotals, closed: bool) -> Value {
    json!({
        "ptbh": party,
        "yf": month,
        "lzfpsl": totals.blue_count.to_string(),
        "lzfpje": yuan(totals.blue_net),
        "lzfpse": yuan(totals.blue_tax),
        "hzfpsl": totals.red_count.to_string(),
        "hzfpje": yuan(totals.red_net),
        "hzfpse": yuan(totals.red_tax),
        // Y confirmed by the taxpayer, A summed by the authority on the 13th, N open.
        "qrzt": if totals.confirmed { "Y" } else if closed { "A" } else { "N" },
    })
}

pub(super) fn totals(
    authority: &Arc<Authority>,
    caller: &Caller,
    body: &[u8],
) -> Result<Value, Refusal> {
    let request: Query = read(body)?;
    let world = authority.world();
    taxpayer(&world.state, caller, &request.xsfnsrsbh)?;
    if clock::first_day(&request.yf).is_none() {
        return Err(Refusal::service(
            code::PARAMETER,
            format!("yf 为“{}”，格式应为 yyyy-MM", request.yf),
        ));
    }
    let closed = clock::closing(&request.yf).is_some_and(|closing| closing <= caller.now);
    let totals = world.state.month(&request.xsfnsrsbh, &request.yf);
    let row = told(&request.yf, &caller.party, &totals, closed);
    Ok(success(
        json!({"xsfnsrsbh": request.xsfnsrsbh, "fphzqrxxList": [row]}),
    ))
}
