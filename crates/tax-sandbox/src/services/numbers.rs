//! `QDFPPLFM`: number segments.

use std::sync::Arc;

use chrono::Datelike as _;
use serde_json::{Value, json};

use super::{Caller, open_gate, read, request_key, taxpayer, whole};
use crate::clock;
use crate::refusal::{Refusal, code, success};
use crate::state::numbers::{Segment, number_text};
use crate::state::{Fact, Used};
use crate::wire::wire_struct;
use crate::world::Authority;

/// The largest segment of one request.
const MOST: i64 = 5000;

wire_struct! {
    Request { text: [nsrsbh, ywlsh], num: [lysl], list: [] }
}

pub(super) fn fetch(
    authority: &Arc<Authority>,
    caller: &Caller,
    body: &[u8],
) -> Result<Value, Refusal> {
    let request: Request = read(body)?;
    let count = whole("lysl", request.lysl)?;
    let mut world = authority.world();
    let taxpayer = taxpayer(&world.state, caller, &request.nsrsbh)?.clone();
    request_key(caller, &request.ywlsh)?;
    // A repeat is answered before the gate: what was handed out stays handed out.
    if let Some(used) = world
        .state
        .requests
        .get(&(request.nsrsbh.clone(), request.ywlsh.clone()))
    {
        return match used {
            Used::Segment(first) if world.state.segments[first].count == count.unsigned_abs() => {
                Ok(told(&world.state.segments[first]))
            }
            _ => Err(Refusal::service(
                code::REUSED,
                "ywlsh 已用于其他请求或其他数量",
            )),
        };
    }
    open_gate(&taxpayer)?;
    if !(1..=MOST).contains(&count) {
        return Err(Refusal::service(
            code::LIMIT,
            format!("lysl 为 {count}，允许 1 至 {MOST}"),
        ));
    }
    let year = u64::from(clock::local(caller.now).year().unsigned_abs() % 100);
    let segment = Segment {
        taxpayer: request.nsrsbh,
        ywlsh: request.ywlsh,
        first: world.state.next_key(year),
        count: count.unsigned_abs(),
        at: caller.now,
    };
    let answer = told(&segment);
    world.record(vec![Fact::Segment(segment)])?;
    Ok(answer)
}

fn told(segment: &Segment) -> Value {
    success(json!({
        "fpqshm": number_text(segment.first),
        "fpzzhm": number_text(segment.last()),
        "lysl": segment.count.to_string(),
    }))
}
