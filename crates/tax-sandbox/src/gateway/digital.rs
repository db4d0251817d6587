//! Digital invoices: the gateway takes number and quota and uploads, as any connected party does.

use std::sync::Arc;

use chrono::Datelike as _;
use serde_json::{Value, json};

use super::Problem;
use super::invoices::refused;
use super::wire::{Issue, row};
use crate::amount::Amount;
use crate::clock;
use crate::refusal::{Refusal, code};
use crate::services::{self, Caller};
use crate::state::gateway::{GatewayInvoice, Stands};
use crate::state::numbers::{Segment, number_key, number_text};
use crate::state::{Fact, quota::Movement};
use crate::world::Authority;

/// Lines of the remark that are made from fields with a place of their own.
const DERIVED: [&str; 8] = [
    "被红冲蓝字数电票号码：",
    "被红冲蓝字税控发票代码：",
    "差额征税：",
    "购方开户银行:",
    "销方开户银行:",
    "收款人:",
    "复核人:",
    "支付渠道:",
];

pub(super) fn issue(
    authority: &Arc<Authority>,
    caller: &Caller,
    wanted: &Issue,
    before: Option<&GatewayInvoice>,
) -> Result<GatewayInvoice, Problem> {
    let number = match before.filter(|it| it.code.is_empty() && !it.number.is_empty()) {
        // Of a refused try: a number that carries nothing is used again.
        Some(before) => before.number.clone(),
        None => take_number(authority, caller, wanted)?,
    };
    let upload = body(authority, caller, wanted, &number, clock::stamp(caller.now));
    cover(authority, caller, wanted)?;
    let answer = services::answer(
        authority,
        caller,
        "QDFPSC",
        Value::Array(vec![upload]).to_string().as_bytes(),
    );
    match answer {
        Ok(_) => {}
        Err(Refusal::Service { code, message }) if code == code::PARAMETER => {
            return Ok(refused(caller, wanted, number, message));
        }
        Err(refusal) => return Err(refusal.into()),
    }
    let world = authority.world();
    let record = number_key(&number).and_then(|key| world.state.numbers.get(&key));
    let Some(record) = record else {
        return Err(Problem::new(
            500,
            "number",
            format!("number {number} vanished"),
        ));
    };
    let Some(accepted) = &record.accepted else {
        return Ok(refused(caller, wanted, number, record.message.clone()));
    };
    Ok(GatewayInvoice {
        stands: Stands::Issued,
        issued_at: accepted.issued_at,
        net: accepted.net,
        tax: accepted.tax,
        ..refused(caller, wanted, number, String::new())
    })
}

fn take_number(
    authority: &Arc<Authority>,
    caller: &Caller,
    wanted: &Issue,
) -> Result<String, Problem> {
    let mut world = authority.world();
    let year = u64::from(clock::local(caller.now).year().unsigned_abs() % 100);
    let segment = Segment {
        taxpayer: wanted.seller.clone(),
        ywlsh: format!("gateway-{}", wanted.serial),
        first: world.state.next_key(year),
        count: 1,
        at: caller.now,
    };
    let number = number_text(segment.first);
    world.record(vec![Fact::Segment(segment)])?;
    Ok(number)
}

/// Downloads as much quota as this invoice lacks.
fn cover(authority: &Arc<Authority>, caller: &Caller, wanted: &Issue) -> Result<(), Problem> {
    let mut world = authority.world();
    let taxpayer = &world.state.taxpayers[&wanted.seller];
    let net = wanted.totals.amount.fen().unwrap_or_default();
    if wanted.red.is_some() || taxpayer.on_demand || net <= 0 {
        return Ok(());
    }
    let today = clock::local(caller.now).date();
    let month = clock::month_of(today);
    let account = world.state.quota_of(&wanted.seller, &month);
    let lacking = net - account.unused();
    if lacking <= 0 {
        return Ok(());
    }
    let whole = taxpayer.month_quota.fen().unwrap_or_default();
    if whole - account.downloaded < lacking {
        return Err(Problem::new(
            503,
            "no_quota",
            format!("{month} 的发票额度已用完，请向税务机关申请调整"),
        ));
    }
    let movement = Movement {
        taxpayer: wanted.seller.clone(),
        month,
        fen: lacking,
        ywlsh: format!("gateway-{}-{}", wanted.serial, caller.now),
        valid_from: today
            .with_day(1)
            .unwrap_or(today)
            .format("%Y%m%d")
            .to_string(),
        valid_to: clock::last_day(today).format("%Y%m%d").to_string(),
        at: caller.now,
    };
    world.record(vec![Fact::Quota(movement)])?;
    Ok(())
}

/// The invoice as uploads carry it.
pub(super) fn body(
    authority: &Arc<Authority>,
    caller: &Caller,
    wanted: &Issue,
    number: &str,
    issued: String,
) -> Value {
    let world = authority.world();
    let taxpayer = &world.state.taxpayers[&wanted.seller];
    let small = taxpayer.kind == "2";
    let buyer = &wanted.buyer;
    let person = buyer.kind == "person";
    let blue_line = |place: usize| {
        let red = wanted.red.as_ref()?;
        red.blue_lines.get(place).copied()
    };
    let free: Vec<&str> = wanted
        .remark
        .lines()
        .filter(|line| !DERIVED.iter().any(|start| line.starts_with(start)))
        .collect();
    let mut upload = json!({
        "fphm": number,
        "lzfpbz": if wanted.red.is_some() { "1" } else { "0" },
        "ptbh": caller.party,
        "fppz": if wanted.kind == "digital_special" { "01" } else { "02" },
        "gmfzrrbz": if person { "Y" } else { "N" },
        "qyDm": format!("1{}00", taxpayer.province),
        "xsfnsrsbh": taxpayer.tax_number,
        "xsfmc": taxpayer.name,
        "gmfnsrsbh": if person { "" } else { buyer.tax_number.as_str() },
        "gmfmc": buyer.name,
        "gmfdz": buyer.address,
        "gmfdh": buyer.phone,
        "gmfkhh": buyer.bank,
        "gmfzh": buyer.bank_account,
        "hjje": wanted.totals.amount,
        "hjse": wanted.totals.tax,
        "jshj": wanted.totals.total,
        "kpr": wanted.drawer,
        "skrxm": wanted.payee,
        "fhrxm": wanted.reviewer,
        "bz": free.join("\n"),
        "ip": "127.0.0.1",
        "macdz": "00-00-00-00-00-00",
        "kprq": issued,
        "fpkjfsDm": "5",
        "fpmxList": wanted
            .lines
            .iter()
            .enumerate()
            .map(|(place, line)| row(line, blue_line(place), small))
            .collect::<Vec<_>>(),
    });
    if let Some(document) = &buyer.document {
        upload["zrrzjlxDm"] = json!(document.kind);
        upload["zrrzjhm"] = json!(document.document_number);
        upload["zrrgjDm"] = json!(document.nationality);
        if document.kind == "201" {
            upload["gmfnsrsbh"] = json!(document.document_number);
        }
    }
    if let Some(red) = &wanted.red {
        upload["dylzfphm"] = json!(red.blue.number);
        upload["hzqrxxdbh"] = json!(red.form_number);
        upload["hzqrduuid"] = json!(red.form_key);
    }
    if let Some(difference) = &wanted.difference_tax {
        upload["cezslxDm"] = json!(match difference.mode.as_str() {
            "whole" => "01",
            "reduced" => "02",
            other => other,
        });
        let deduction = if wanted.red.is_some() {
            -difference.deduction.0
        } else {
            difference.deduction.0
        };
        upload["fpmxList"][0]["kce"] = json!(deduction.to_string());
    }
    if let Some(payment) = &wanted.payment {
        upload["lqkpmsDm"] = json!("01");
        upload["zfxxList"] = json!([{ "zfqdDm": payment.channel, "jydh": payment.number }]);
    }
    upload
}

/// Fen of an amount that was checked.
pub(super) fn fen(amount: Amount) -> i64 {
    amount.fen().unwrap_or_default()
}
