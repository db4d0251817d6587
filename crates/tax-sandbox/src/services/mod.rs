//! The services of the base capability.

mod gate;
mod months;
mod numbers;
mod quota;
mod red;
mod reference;
mod results;
mod upload;
mod usage;

use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::amount::Amount;
use crate::clock::Millis;
use crate::party::Taxpayer;
use crate::refusal::{Refusal, code};
use crate::state::State;
use crate::world::Authority;

pub(crate) use red::{
    BuyerRow, act as act_on_form, begin as begin_form_for_buyer, told as form_told,
};

/// The base issuing capability (基础版开票).
pub(crate) const CAPABILITY: &str = "202007";
/// Calls of the tax gateway, as faults name them.
pub(crate) const GATEWAY_CALLS: [&str; 8] = [
    "gateway.taxpayer",
    "gateway.tax_data",
    "gateway.stock",
    "gateway.issue",
    "gateway.query",
    "gateway.file",
    "gateway.red",
    "gateway.month",
];
/// Every service, in the order of the reference.
pub(crate) const SERVICES: [&str; 18] = [
    "QDFPPLFM",
    "CXSXED",
    "XZTHSXED",
    "TZSXEDYXQ",
    "CXNSRFXXX",
    "CXNSRJBXX",
    "CXKYSL",
    "CXSSFLBM",
    "CXCEZSBM",
    "QDFPSC",
    "CXQDFPSCJG",
    "QDHZQRDSQ",
    "QDHZQRDQR",
    "CXQDHZQRDLB",
    "CXQDHZQRDMX",
    "SCFPHZQRXX",
    "CXFPHZQRXX",
    "FPZTXXCX",
];

/// Who calls, and when.
pub(crate) struct Caller {
    /// The connected party.
    pub(crate) party: String,
    /// The using party.
    pub(crate) using: String,
    pub(crate) now: Millis,
}

/// Answers one call with the members of `Response.Data`.
pub(crate) fn answer(
    authority: &Arc<Authority>,
    caller: &Caller,
    service: &str,
    body: &[u8],
) -> Result<Value, Refusal> {
    match service {
        "QDFPPLFM" => numbers::fetch(authority, caller, body),
        "CXSXED" => quota::query(authority, caller, body),
        "XZTHSXED" => quota::request(authority, caller, body),
        "TZSXEDYXQ" => quota::extend(authority, caller, body),
        "CXNSRFXXX" => gate::risk(authority, caller, body),
        "CXNSRJBXX" => gate::basics(authority, caller, body),
        "CXKYSL" => reference::rates(authority, caller, body),
        "CXSSFLBM" => reference::codes(authority, caller, body),
        "CXCEZSBM" => reference::difference_codes(authority, caller, body),
        "QDFPSC" => upload::upload(authority, caller, body),
        "CXQDFPSCJG" => results::poll(authority, caller, body),
        "QDHZQRDSQ" => red::apply(authority, caller, body),
        "QDHZQRDQR" => red::answer(authority, caller, body),
        "CXQDHZQRDLB" => red::list(authority, caller, body),
        "CXQDHZQRDMX" => red::detail(authority, caller, body),
        "SCFPHZQRXX" => months::send(authority, caller, body),
        "CXFPHZQRXX" => months::totals(authority, caller, body),
        "FPZTXXCX" => usage::query(authority, caller, body),
        _ => Err(Refusal::access(
            "ServiceNotFound",
            format!("服务 {service} 不存在"),
        )),
    }
}

/// Reads a request, naming the member that does not fit.
fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    serde_json::from_slice(body).map_err(|why| Refusal::service(code::PARAMETER, why.to_string()))
}

/// The taxpayer, when it is one of this caller's.
fn taxpayer<'a>(state: &'a State, caller: &Caller, number: &str) -> Result<&'a Taxpayer, Refusal> {
    state
        .taxpayers
        .get(number)
        .filter(|taxpayer| taxpayer.party == caller.party && taxpayer.using_party == caller.using)
        .ok_or_else(|| {
            Refusal::service(
                code::UNKNOWN,
                format!(
                    "纳税人“{number}”未通过 {} 为 {} 接入",
                    caller.party, caller.using
                ),
            )
        })
}

fn open_gate(taxpayer: &Taxpayer) -> Result<(), Refusal> {
    taxpayer
        .closed_gate()
        .map_or(Ok(()), |reason| Err(Refusal::service(code::GATE, reason)))
}

/// `ywlsh` = using party + connected party + 32 random characters.
fn request_key(caller: &Caller, ywlsh: &str) -> Result<(), Refusal> {
    let head = format!("{}{}", caller.using, caller.party);
    let random = ywlsh.strip_prefix(&head).unwrap_or_default();
    if random.len() == 32 && random.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return Ok(());
    }
    Err(Refusal::service(
        code::PARAMETER,
        format!("ywlsh 须为 {head} 加 32 位字母和数字"),
    ))
}

/// A whole number in a request.
fn whole(field: &str, value: Option<Amount>) -> Result<i64, Refusal> {
    let fen = value.and_then(Amount::fen).filter(|fen| fen % 100 == 0);
    fen.map(|fen| fen / 100)
        .ok_or_else(|| Refusal::service(code::PARAMETER, format!("{field} 须为整数")))
}

/// An amount of money in a request, in fen.
fn money(field: &str, value: Option<Amount>) -> Result<i64, Refusal> {
    value
        .and_then(Amount::fen)
        .ok_or_else(|| Refusal::service(code::PARAMETER, format!("{field} 须为两位小数的金额")))
}
