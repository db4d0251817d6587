//! `CXQDFPSCJG`: what became of an upload.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{Caller, read};
use crate::clock::HOUR;
use crate::refusal::{Refusal, code, success};
use crate::wire::wire_struct;
use crate::world::Authority;

/// Results can be asked for this long after the upload.
const WINDOW: i64 = 12 * HOUR;

wire_struct! {
    Query { text: [sllsh], num: [], list: [] }
}

pub(super) fn poll(
    authority: &Arc<Authority>,
    caller: &Caller,
    body: &[u8],
) -> Result<Value, Refusal> {
    let request: Query = read(body)?;
    let mut world = authority.world();
    let unknown = || Refusal::service(code::UNKNOWN, format!("没有受理流水号“{}”", request.sllsh));
    let receipt = world
        .state
        .receipts
        .get(&request.sllsh)
        .ok_or_else(unknown)?;
    super::taxpayer(&world.state, caller, &receipt.taxpayer).map_err(|_| unknown())?;
    if WINDOW <= caller.now - receipt.at {
        return Err(Refusal::service(
            code::WINDOW,
            "上传结果只能在 12 小时内查询，请重新上传",
        ));
    }
    let receipt = world
        .state
        .receipts
        .get_mut(&request.sllsh)
        .ok_or_else(unknown)?;
    let held = 0 < receipt.hold;
    receipt.hold = receipt.hold.saturating_sub(1);
    let working = held || caller.now < receipt.ready_at;
    let rows: Vec<Value> = receipt
        .results
        .iter()
        .map(|(number, status, message)| {
            if working {
                json!({"fphm": number, "status": "01", "message": "处理中"})
            } else {
                json!({"fphm": number, "status": status, "message": message})
            }
        })
        .collect();
    Ok(success(json!({"resultList": rows})))
}
