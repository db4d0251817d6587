//! Red confirmations: applied for, answered, listed, read.

mod device;
mod rows;

use std::sync::Arc;

use serde_json::{Value, json};

use super::{Caller, money, open_gate, read};
use crate::amount::{Amount, yuan};
use crate::clock::{self, Millis};
use crate::invoice::Invoice;
use crate::refusal::{Refusal, code, success};
use crate::state::numbers::{NumberRecord, number_key};
use crate::state::red::{RedApplication, RedForm, Side};
use crate::state::{Fact, State};
use crate::wire::wire_struct;
use crate::world::Authority;

/// Uses of an invoice (`fpyt`) that touch a refund and so forbid a red letter.
const REFUND_USES: [&str; 6] = ["2", "3", "5", "7", "9", "10"];

wire_struct! {
    Answer { text: [xsfnsrsbh, uuid, hzqrdbh, qrlx], num: [], list: [] }
}
wire_struct! {
    ListQuery {
        text: [
            yhjslx, xsfnsrsbh, xsfmc, gmfnsrsbh, gmfmc, lrfsf, lrrqq, lrrqz, lzfpdm, lzfphm,
            hzfpxxqrdbh, hzqrxxzt_dm as "hzqrxxztDm",
        ],
        num: [page_number as "pageNumber", page_size as "pageSize"],
        list: [],
    }
}
wire_struct! {
    DetailQuery { text: [uuid, xsfnsrsbh], num: [], list: [] }
}

pub(super) fn apply(
    authority: &Arc<Authority>,
    caller: &Caller,
    body: &[u8],
) -> Result<Value, Refusal> {
    let form: RedApplication = read(body)?;
    let mut world = authority.world();
    let side = match form.lrfsf.as_str() {
        "0" => Side::Seller,
        "1" => Side::Buyer,
        other => {
            return Err(Refusal::service(
                code::PARAMETER,
                format!("lrfsf 为“{other}”，应为 0 或 1"),
            ));
        }
    };
    let applicant = if side == Side::Seller {
        &form.xsfnsrsbh
    } else {
        &form.gmfnsrsbh
    };
    open_gate(super::taxpayer(&world.state, caller, applicant)?)?;
    let red = entered(&world.state, form, side, caller.now)?;
    let answer =
        success(json!({"hzfpxxqrdbh": red.number, "uuid": red.uuid, "hzqrxxztDm": red.state}));
    world.record(vec![Fact::RedForm(Box::new(red))])?;
    Ok(answer)
}

/// The form that an application becomes, if it may.
fn entered(
    state: &State,
    form: RedApplication,
    side: Side,
    now: Millis,
) -> Result<RedForm, Refusal> {
    let (record, blue) = blue_of(state, &form)?;
    let first = first_state(state, &record, &blue, &form, side, now)?;
    rows::check(state, &blue, &form)?;
    let serial = state.forms.len() as u64 + 1;
    Ok(RedForm {
        uuid: hex::encode(rand::random::<[u8; 16]>()),
        number: format!("{}999{serial:015}", clock::local(now).format("%y")),
        taxpayer: record.taxpayer.clone(),
        state: first.into(),
        entered_at: now,
        answered_at: 0,
        red_number: String::new(),
        red_at: 0,
        application: form,
    })
}

/// Part of a blue line that a buyer wants taken back.
#[derive(Clone, Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BuyerRow {
    /// `mxxh` of the blue line.
    line: i64,
    /// How many; all that is left when absent.
    quantity: Option<String>,
}

/// The control API's way to begin a form for a buyer who is not connected.
pub(crate) fn begin(
    authority: &Arc<Authority>,
    number: &str,
    reason: &str,
    wanted: &[BuyerRow],
) -> Result<Value, Refusal> {
    let now = authority.clock.now();
    let mut world = authority.world();
    let unknown = || Refusal::service(code::UNKNOWN, format!("没有蓝字发票“{number}”"));
    let accepted = number_key(number)
        .and_then(|key| world.state.numbers.get(&key))
        .and_then(|record| record.accepted.as_ref())
        .ok_or_else(unknown)?;
    let blue: Invoice = serde_json::from_str(&accepted.content).map_err(|_| unknown())?;
    let form = rows::for_buyer(&world.state, &blue, reason, wanted)?;
    let red = entered(&world.state, form, Side::Buyer, now)?;
    let answer = json!({"uuid": red.uuid, "number": red.number, "state": red.state});
    world.record(vec![Fact::RedForm(Box::new(red))])?;
    Ok(answer)
}

/// The blue invoice a form names; its head must agree.
fn blue_of(state: &State, form: &RedApplication) -> Result<(NumberRecord, Invoice), Refusal> {
    let (record, blue) = if form.lzfpdm.is_empty() {
        digital_blue(state, form)?
    } else {
        device::blue(state, form)?
    };
    same_head(form, &blue)?;
    Ok((record, blue))
}

fn digital_blue(state: &State, form: &RedApplication) -> Result<(NumberRecord, Invoice), Refusal> {
    let unknown = || Refusal::service(code::UNKNOWN, format!("没有蓝字发票“{}”", form.lzfphm));
    let record = number_key(&form.lzfphm)
        .and_then(|key| state.numbers.get(&key))
        .ok_or_else(unknown)?;
    let accepted = record
        .accepted
        .as_ref()
        .filter(|accepted| !accepted.red)
        .ok_or_else(unknown)?;
    let blue: Invoice = serde_json::from_str(&accepted.content).map_err(|_| unknown())?;
    Ok((record.clone(), blue))
}

fn same_head(form: &RedApplication, blue: &Invoice) -> Result<(), Refusal> {
    let facts = [
        ("xsfnsrsbh", form.xsfnsrsbh == blue.xsfnsrsbh),
        ("xsfmc", form.xsfmc == blue.xsfmc),
        // A natural person has no tax number: that of their card may be left out.
        (
            "gmfnsrsbh",
            form.gmfnsrsbh == blue.gmfnsrsbh || (form.gmfnsrsbh.is_empty() && blue.gmfzrrbz == "Y"),
        ),
        ("gmfmc", form.gmfmc == blue.gmfmc),
        ("lzkprq", form.lzkprq == blue.kprq),
        ("lzhjje", form.lzhjje == blue.hjje),
        ("lzhjse", form.lzhjse == blue.hjse),
        ("lzfppzDm", form.lzfppz_dm == blue.fppz),
        ("sfzzfpbz", form.sfzzfpbz == "N"),
    ];
    match facts.iter().find(|(_, same)| !same) {
        Some((field, _)) => Err(Refusal::service(
            code::PARAMETER,
            format!("{field} 与蓝字发票 {} 不一致", form.lzfphm),
        )),
        None => Ok(()),
    }
}

/// Who has to agree, and so where a new form begins.
fn first_state(
    state: &State,
    record: &NumberRecord,
    blue: &Invoice,
    form: &RedApplication,
    side: Side,
    now: Millis,
) -> Result<&'static str, Refusal> {
    if super::usage::locked(state, &blue.fphm, now) {
        return Err(Refusal::service(
            code::STATE,
            format!("发票 {} 已被另一张未结束的确认单锁定", blue.fphm),
        ));
    }
    if record.abnormal == "02" {
        return Err(Refusal::service(
            code::STATE,
            format!("发票 {} 为异常凭证", blue.fphm),
        ));
    }
    if REFUND_USES.contains(&record.deduction.as_str()) {
        return Err(Refusal::service(
            code::STATE,
            format!("发票 {} 已用于退税（fpyt {}）", blue.fphm, record.deduction),
        ));
    }
    if !matches!(form.chyy_dm.as_str(), "01" | "02" | "03" | "04") {
        return Err(Refusal::service(
            code::PARAMETER,
            format!("chyyDm 为“{}”，应为 01 至 04", form.chyy_dm),
        ));
    }
    let used = record.deduction != "0" || record.posting == "02";
    match (used, side) {
        (false, Side::Seller) => Ok("01"),
        (false, Side::Buyer) => Err(Refusal::service(
            code::STATE,
            "购买方未使用该发票，只能由销售方发起",
        )),
        (true, Side::Seller) => Ok("02"),
        (true, Side::Buyer) => Ok("03"),
    }
}

pub(super) fn answer(
    authority: &Arc<Authority>,
    caller: &Caller,
    body: &[u8],
) -> Result<Value, Refusal> {
    let request: Answer = read(body)?;
    let mut world = authority.world();
    let form = known(&world.state, &request.uuid)?;
    if form.number != request.hzqrdbh || form.application.xsfnsrsbh != request.xsfnsrsbh {
        return Err(Refusal::service(
            code::PARAMETER,
            "hzqrdbh、xsfnsrsbh 与 uuid 不符",
        ));
    }
    let ours = |number: &str| super::taxpayer(&world.state, caller, number).is_ok();
    let (seller, buyer) = (
        ours(&form.application.xsfnsrsbh),
        ours(&form.application.gmfnsrsbh),
    );
    let side = match (seller, buyer) {
        // One caller for both: whoever is asked.
        (true, true)
            if form
                .answered(Side::Buyer, &request.qrlx, caller.now)
                .is_ok() =>
        {
            Side::Buyer
        }
        (true, _) => Side::Seller,
        (false, true) => Side::Buyer,
        (false, false) => {
            return Err(Refusal::service(
                code::UNKNOWN,
                "该确认单与调用方的纳税人无关",
            ));
        }
    };
    let next = decided(form, side, &request.qrlx, caller.now)?;
    let state = next.state.clone();
    world.record(vec![Fact::RedForm(Box::new(next))])?;
    Ok(success(json!({"uuid": request.uuid, "hzqrxxztDm": state})))
}

/// The control API's way to answer for a buyer who is not connected, or to void a form.
pub(crate) fn act(authority: &Arc<Authority>, uuid: &str, answer: &str) -> Result<String, Refusal> {
    let now = authority.clock.now();
    let mut world = authority.world();
    let form = known(&world.state, uuid)?;
    let next = match answer {
        "10" | "11" | "12" | "13" if form.open(now) => RedForm {
            state: answer.into(),
            answered_at: now,
            ..form.clone()
        },
        "10" | "11" | "12" | "13" => {
            return Err(Refusal::service(code::STATE, "该确认单已结束"));
        }
        _ => decided(form, Side::Buyer, answer, now)?,
    };
    let state = next.state.clone();
    world.record(vec![Fact::RedForm(Box::new(next))])?;
    Ok(state)
}

fn decided(form: &RedForm, side: Side, answer: &str, now: Millis) -> Result<RedForm, Refusal> {
    let state = form
        .answered(side, answer, now)
        .map_err(|why| Refusal::service(code::STATE, why))?;
    Ok(RedForm {
        state: state.into(),
        answered_at: now,
        ..form.clone()
    })
}

fn known<'a>(state: &'a State, uuid: &str) -> Result<&'a RedForm, Refusal> {
    state
        .forms
        .get(uuid)
        .ok_or_else(|| Refusal::service(code::UNKNOWN, format!("没有确认单“{uuid}”")))
}

pub(super) fn list(
    authority: &Arc<Authority>,
    caller: &Caller,
    body: &[u8],
) -> Result<Value, Refusal> {
    let request: ListQuery = read(body)?;
    let world = authority.world();
    let as_seller = request.yhjslx != "1";
    super::taxpayer(
        &world.state,
        caller,
        if as_seller {
            &request.xsfnsrsbh
        } else {
            &request.gmfnsrsbh
        },
    )?;
    let fits = |wanted: &str, value: &str| wanted.is_empty() || wanted == value;
    let mut forms: Vec<&RedForm> = world
        .state
        .forms
        .values()
        .filter(|form| {
            let asked = &form.application;
            let entered = clock::stamp(form.entered_at);
            let entered = entered.get(..10).unwrap_or_default();
            fits(&request.xsfnsrsbh, &asked.xsfnsrsbh)
                && fits(&request.gmfnsrsbh, &asked.gmfnsrsbh)
                && fits(&request.lrfsf, &asked.lrfsf)
                && fits(&request.lzfpdm, &asked.lzfpdm)
                && fits(&request.lzfphm, &asked.lzfphm)
                && fits(&request.hzfpxxqrdbh, &form.number)
                && fits(&request.hzqrxxzt_dm, form.state_at(caller.now))
                && (request.lrrqq.is_empty() || request.lrrqq.as_str() <= entered)
                && (request.lrrqz.is_empty() || entered <= request.lrrqz.as_str())
        })
        .collect();
    forms.sort_by_key(|form| (form.entered_at, form.number.clone()));
    let total = forms.len();
    let size = request
        .page_size
        .map_or(Ok(100), |n| super::whole("pageSize", Some(n)))?
        .clamp(1, 1000);
    let page = request
        .page_number
        .map_or(Ok(1), |n| super::whole("pageNumber", Some(n)))?
        .max(1);
    let skip = usize::try_from((page - 1) * size).unwrap_or(usize::MAX);
    let rows: Vec<Value> = forms
        .into_iter()
        .skip(skip)
        .take(size.unsigned_abs() as usize)
        .map(|form| told(form, caller.now))
        .collect();
    Ok(success(
        json!({"total": total.to_string(), "hzqrdList": rows}),
    ))
}

pub(super) fn detail(
    authority: &Arc<Authority>,
    caller: &Caller,
    body: &[u8],
) -> Result<Value, Refusal> {
    let request: DetailQuery = read(body)?;
    let world = authority.world();
    let form = known(&world.state, &request.uuid)?;
    let ours = |number: &str| super::taxpayer(&world.state, caller, number).is_ok();
    if !ours(&form.application.xsfnsrsbh) && !ours(&form.application.gmfnsrsbh) {
        return Err(Refusal::service(
            code::UNKNOWN,
            format!("没有确认单“{}”", request.uuid),
        ));
    }
    let mut data = told(form, caller.now);
    data["hzqrdmxList"] = serde_json::to_value(&form.application.hzqrdmx_list).unwrap_or_default();
    Ok(success(data))
}

/// A form as lists and details tell it.
pub(crate) fn told(form: &RedForm, now: Millis) -> Value {
    let asked = &form.application;
    let text = |amount: Option<Amount>| yuan(amount.and_then(Amount::fen).unwrap_or_default());
    let when = |at: Millis| {
        if at == 0 {
            String::new()
        } else {
            clock::stamp(at)
        }
    };
    json!({
        "uuid": form.uuid,
        "hzfpxxqrdbh": form.number,
        "lrfsf": asked.lrfsf,
        "xsfnsrsbh": asked.xsfnsrsbh,
        "xsfmc": asked.xsfmc,
        "gmfnsrsbh": asked.gmfnsrsbh,
        "gmfmc": asked.gmfmc,
        "lzfpdm": asked.lzfpdm,
        "lzfphm": asked.lzfphm,
        "sfzzfpbz": asked.sfzzfpbz,
        "lzkprq": asked.lzkprq,
        "lzhjje": text(asked.lzhjje),
        "lzhjse": text(asked.lzhjse),
        "lzfppzDm": asked.lzfppz_dm,
        "hzcxje": text(asked.hzcxje),
        "hzcxse": text(asked.hzcxse),
        "chyyDm": asked.chyy_dm,
        "hzqrxxztDm": form.state_at(now),
        "lrrq": clock::stamp(form.entered_at),
        "qrrq": when(form.answered_at),
        "ykjhzfpbz": if form.red_number.is_empty() { "N" } else { "Y" },
        "hzfphm": form.red_number,
        "hzkprq": when(form.red_at),
        "yxbz": if form.open(now) || !form.red_number.is_empty() { "Y" } else { "N" },
    })
}

/// Totals of a form, in fen.
fn totals(form: &RedApplication) -> Result<(i64, i64), Refusal> {
    Ok((money("hzcxje", form.hzcxje)?, money("hzcxse", form.hzcxse)?))
}
