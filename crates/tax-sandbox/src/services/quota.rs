//! `CXSXED`, `XZTHSXED`, `TZSXEDYXQ`: the month's quota.

use std::sync::Arc;

use chrono::{Datelike as _, NaiveDate};
use serde_json::{Value, json};

use super::{Caller, money, open_gate, read, request_key, taxpayer};
use crate::amount::yuan;
use crate::clock;
use crate::party::Taxpayer;
use crate::refusal::{Refusal, code, success};
use crate::state::quota::Movement;
use crate::state::{Fact, Used};
use crate::wire::wire_struct;
use crate::world::Authority;

/// What a taxpayer who issues as needed is shown, in fen.
const UNLIMITED: i64 = 999_999_999_999_999_900;

wire_struct! {
    Query { text: [nsrsbh], num: [], list: [] }
}
wire_struct! {
    Request { text: [nsrsbh, ptbh, sqlx, ywlsh], num: [sqed], list: [] }
}
wire_struct! {
    Extension { text: [xsfnsrsbh, sxedsq], num: [], list: [] }
}

fn month_quota(taxpayer: &Taxpayer) -> i64 {
    if taxpayer.on_demand {
        UNLIMITED
    } else {
        taxpayer.month_quota.fen().unwrap_or_default()
    }
}

pub(super) fn query(
    authority: &Arc<Authority>,
    caller: &Caller,
    body: &[u8],
) -> Result<Value, Refusal> {
    let request: Query = read(body)?;
    let world = authority.world();
    let taxpayer = taxpayer(&world.state, caller, &request.nsrsbh)?;
    let today = clock::local(caller.now).date();
    let account = world
        .state
        .quota_of(&request.nsrsbh, &clock::month_of(today));
    let whole = month_quota(taxpayer);
    Ok(success(json!({
        "ztsxbz": if taxpayer.closed_gate().is_some() { "Y" } else { "N" },
        "bysxed": quota_text(whole),
        "kysyed": quota_text(if taxpayer.on_demand { UNLIMITED } else { whole - account.downloaded }),
        "yxzed": yuan(account.downloaded),
        "yxzwsyed": yuan(account.unused()),
        "sq": today.format("%Y%m").to_string(),
    })))
}

fn quota_text(fen: i64) -> String {
    if fen == UNLIMITED {
        "9999999999999999".into()
    } else {
        yuan(fen)
    }
}

pub(super) fn request(
    authority: &Arc<Authority>,
    caller: &Caller,
    body: &[u8],
) -> Result<Value, Refusal> {
    let request: Request = read(body)?;
    let asked = money("sqed", request.sqed)?;
    let fen = match request.sqlx.as_str() {
        "0" => asked,
        "1" => -asked,
        other => {
            return Err(Refusal::service(
                code::PARAMETER,
                format!("sqlx 为“{other}”，应为 0 或 1"),
            ));
        }
    };
    let mut world = authority.world();
    let taxpayer = taxpayer(&world.state, caller, &request.nsrsbh)?.clone();
    request_key(caller, &request.ywlsh)?;
    if let Some(used) = world
        .state
        .requests
        .get(&(request.nsrsbh.clone(), request.ywlsh.clone()))
    {
        return match used {
            Used::Quota(before) if before.fen == fen => Ok(told(before)),
            _ => Err(Refusal::service(
                code::REUSED,
                "ywlsh 已用于其他请求或其他金额",
            )),
        };
    }
    if asked <= 0 {
        return Err(Refusal::service(code::PARAMETER, "sqed 须大于 0"));
    }
    if request.ptbh != caller.party {
        return Err(Refusal::service(
            code::PARAMETER,
            format!("ptbh 不是直连单位 {}", caller.party),
        ));
    }
    let today = clock::local(caller.now).date();
    let month = clock::month_of(today);
    let account = world.state.quota_of(&request.nsrsbh, &month);
    if 0 < fen {
        open_gate(&taxpayer)?;
        let left = month_quota(&taxpayer) - account.downloaded;
        if left < fen {
            return Err(Refusal::service(
                code::QUOTA,
                format!("本月可下载额度只剩 {}", yuan(left)),
            ));
        }
    } else if account.unused() < asked {
        let unused = yuan(account.unused());
        return Err(Refusal::service(
            code::QUOTA,
            format!("{month} 已下载未使用的额度只有 {unused}"),
        ));
    }
    let last = if taxpayer.return_filed {
        clock::last_day(today)
    } else {
        deadline(today)
    };
    let movement = Movement {
        taxpayer: request.nsrsbh,
        month,
        fen,
        ywlsh: request.ywlsh,
        valid_from: today
            .with_day(1)
            .unwrap_or(today)
            .format("%Y%m%d")
            .to_string(),
        valid_to: last.format("%Y%m%d").to_string(),
        at: caller.now,
    };
    let answer = told(&movement);
    world.record(vec![Fact::Quota(movement)])?;
    Ok(answer)
}

/// The filing deadline; after it an unfiled taxpayer has nothing to extend to.
fn deadline(today: NaiveDate) -> NaiveDate {
    today.with_day(15).unwrap_or(today)
}

fn told(movement: &Movement) -> Value {
    if movement.fen < 0 {
        return success(json!({}));
    }
    success(json!({"syqjq": movement.valid_from, "syqjz": movement.valid_to}))
}

pub(super) fn extend(
    authority: &Arc<Authority>,
    caller: &Caller,
    body: &[u8],
) -> Result<Value, Refusal> {
    let request: Extension = read(body)?;
    let mut world = authority.world();
    let filed = taxpayer(&world.state, caller, &request.xsfnsrsbh)?.return_filed;
    let today = clock::local(caller.now).date();
    if request.sxedsq != clock::month_of(today) {
        return Err(Refusal::service(
            code::PARAMETER,
            format!("sxedsq 为“{}”，不是本月", request.sxedsq),
        ));
    }
    if !filed {
        return Err(Refusal::service(code::STATE, "上月尚未申报"));
    }
    let valid_to = clock::last_day(today).format("%Y%m%d").to_string();
    let answer = success(json!({
        "syqjq": today.with_day(1).unwrap_or(today).format("%Y%m%d").to_string(),
        "syqjz": valid_to,
    }));
    world.record(vec![Fact::Extended {
        taxpayer: request.xsfnsrsbh,
        month: request.sxedsq,
        valid_to,
    }])?;
    Ok(answer)
}
