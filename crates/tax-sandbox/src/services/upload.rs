//! `QDFPSC`: invoices are brought.

use std::sync::Arc;

use rust_decimal::Decimal;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::{Caller, read};
use crate::amount::{Amount, decimal, yuan};
use crate::checks::{self, Findings, Rules};
use crate::clock;
use crate::invoice::{Invoice, hash_of};
use crate::refusal::{Refusal, code, success};
use crate::state::numbers::{Accepted, Verdict, number_key};
use crate::state::red::RedForm;
use crate::state::{Fact, State, Upload};
use crate::world::{Authority, World};

/// The most invoices of one call.
const MOST: usize = 100;

#[derive(Deserialize)]
struct NumberOnly {
    fphm: String,
    #[serde(default)]
    xsfnsrsbh: String,
}

/// One element of the request: read whole, or at least its number and why it could not be read.
struct Brought {
    fphm: String,
    seller: String,
    invoice: Result<(Invoice, String, String), String>,
}

pub(super) fn upload(
    authority: &Arc<Authority>,
    caller: &Caller,
    body: &[u8],
) -> Result<Value, Refusal> {
    let raw: Vec<Box<RawValue>> = read(body)?;
    if raw.is_empty() || MOST < raw.len() {
        return Err(Refusal::service(
            code::LIMIT,
            format!("一次上传 {} 张，允许 1 至 {MOST} 张", raw.len()),
        ));
    }
    // Reading and hashing happen outside the lock.
    let brought = raw
        .iter()
        .map(|text| bring(text.get()))
        .collect::<Result<Vec<_>, _>>()?;
    let mut world = authority.world();
    let seller = &brought[0].seller;
    if brought.iter().any(|one| one.seller != *seller) {
        return Err(Refusal::service(
            code::PARAMETER,
            "一次上传的发票须为同一销售方",
        ));
    }
    let taxpayer = super::taxpayer(&world.state, caller, seller)?
        .tax_number
        .clone();
    let mut verdicts = Vec::with_capacity(brought.len());
    for one in brought {
        let verdict = judge(&mut world, caller, &taxpayer, one);
        // Settled at once: the next of the same call sees the quota and the number as used.
        world.state.settle(&taxpayer, caller.now, verdict.clone());
        verdicts.push(verdict);
    }
    let latency = i64::try_from(authority.latency.as_millis()).unwrap_or(i64::MAX);
    let upload = Upload {
        receipt: hex::encode(rand::random::<[u8; 16]>()),
        taxpayer,
        at: caller.now,
        ready_at: caller.now.saturating_add(latency),
        hold: world.faults.hold(),
        verdicts,
    };
    world.state.receive(&upload);
    let receipt = upload.receipt.clone();
    world.journal(&[Fact::Upload(upload)])?;
    Ok(success(json!({"sllsh": receipt})))
}

fn bring(text: &str) -> Result<Brought, Refusal> {
    let head: NumberOnly = serde_json::from_str(text)
        .map_err(|why| Refusal::service(code::PARAMETER, why.to_string()))?;
    let invoice = serde_json::from_str::<Invoice>(text)
        .map_err(|why| format!("E_FIELD: {why}"))
        .map(|invoice| {
            let canonical = invoice.canonical();
            let hash = hash_of(&canonical);
            (invoice, canonical, hash)
        });
    Ok(Brought {
        fphm: head.fphm,
        seller: head.xsfnsrsbh,
        invoice,
    })
}

fn judge(world: &mut World, caller: &Caller, taxpayer: &str, one: Brought) -> Verdict {
    let verdict = |status: &str, message: String, hash: String| Verdict {
        fphm: one.fphm.clone(),
        status: status.into(),
        message,
        hash,
        accepted: None,
    };
    let (invoice, canonical, hash) = match one.invoice {
        Ok(read) => read,
        Err(why) => return verdict("02", why, String::new()),
    };
    let owned = number_key(&invoice.fphm).filter(|key| {
        world
            .state
            .segment_of(*key)
            .is_some_and(|segment| segment.taxpayer == taxpayer)
    });
    let Some(key) = owned else {
        let message = format!("E_NUMBER: 号码 {} 未发放给纳税人 {taxpayer}", invoice.fphm);
        return verdict("02", message, hash);
    };
    if let Some(record) = world
        .state
        .numbers
        .get(&key)
        .filter(|record| record.accepted.is_some())
    {
        if record.hash == hash {
            return verdict("03", "该发票已经上传成功".into(), hash);
        }
        return verdict(
            "02",
            format!("E_REUSED: 号码 {} 已用于另一张发票", invoice.fphm),
            hash,
        );
    }
    if let Some(message) = world.faults.refuse_invoice() {
        return verdict("02", message, hash);
    }
    match accept(&world.state, caller, taxpayer, &invoice, canonical) {
        Ok(accepted) => {
            let mut passed = verdict("00", String::new(), hash);
            passed.accepted = Some(Box::new(accepted));
            passed
        }
        Err(findings) => verdict("02", findings.message(), hash),
    }
}

fn accept(
    state: &State,
    caller: &Caller,
    number: &str,
    invoice: &Invoice,
    canonical: String,
) -> Result<Accepted, Findings> {
    let taxpayer = &state.taxpayers[number];
    let rules = Rules {
        taxpayer,
        codes: &state.codes,
        party: &caller.party,
        now: caller.now,
    };
    let mut findings = checks::check(invoice, &rules);
    let issued = checks::issued_at(invoice).unwrap_or_default();
    let month = clock::month_of(issued.date());
    if state.month(number, &month).confirmed {
        findings.add("E_MONTH", format_args!("{month} 已汇总确认，请先撤销确认"));
    } else if clock::closing(&month).is_some_and(|closing| closing <= caller.now) {
        findings.add(
            "E_MONTH",
            format_args!("{month} 已于 13 日关闭，须重新开具"),
        );
    }
    let form = if invoice.is_red() {
        red_form(state, caller, number, invoice, &mut findings)
    } else {
        None
    };
    let quota = match form {
        Some(form) => -given_back(state, form, &month, invoice),
        None => counted_net(invoice),
    };
    if !invoice.is_red() && !taxpayer.on_demand {
        let account = state.quota_of(number, &month);
        if account.unused() < quota {
            let left = yuan(account.unused());
            findings.add(
                "E_QUOTA",
                format_args!("需要额度 {}，{month} 只剩 {left}", yuan(quota)),
            );
        } else if 0 < quota && account.valid_to < issued.format("%Y%m%d").to_string() {
            findings.add(
                "E_QUOTA",
                format_args!("额度的有效期至 {}", account.valid_to),
            );
        }
    }
    if !findings.is_empty() {
        return Err(findings);
    }
    Ok(Accepted {
        red: invoice.is_red(),
        issued_at: clock::instant(issued),
        month,
        net: invoice.hjje.and_then(Amount::fen).unwrap_or_default(),
        tax: invoice.hjse.and_then(Amount::fen).unwrap_or_default(),
        quota,
        form: form.map(|form| form.uuid.clone()).unwrap_or_default(),
        content: canonical,
    })
}

/// What counts against the quota: not-taxed lines only with the codes that begin with 6.
fn counted_net(invoice: &Invoice) -> i64 {
    let counted =
        |line: &&crate::invoice::Line| line.yhzcbs != "04" || line.sphfwssflhbbm.starts_with('6');
    invoice
        .fpmx_list
        .iter()
        .filter(counted)
        .filter_map(|line| line.je.and_then(Amount::fen))
        .sum()
}

/// A red invoice gives quota back in the blue one's month only, and never for an allowance.
fn given_back(state: &State, form: &RedForm, month: &str, red: &Invoice) -> i64 {
    let blue_month = number_key(&form.application.lzfphm)
        .and_then(|key| state.numbers.get(&key))
        .and_then(|record| record.accepted.as_ref())
        .map(|accepted| accepted.month.as_str());
    if form.application.chyy_dm == "04" || blue_month != Some(month) {
        return 0;
    }
    -counted_net(red)
}

/// The policy of a line of an invoice that was accepted here.
fn blue_policy(state: &State, number: &str, line: Option<Amount>) -> Option<String> {
    let record = state.numbers.get(&number_key(number)?)?;
    let blue: Invoice = serde_json::from_str(&record.accepted.as_ref()?.content).ok()?;
    let its = blue.fpmx_list.into_iter().find(|it| it.mxxh == line)?;
    Some(its.yhzcbs)
}

/// The form a red invoice carries out; it must equal the form to the cent.
fn red_form<'a>(
    state: &'a State,
    caller: &Caller,
    taxpayer: &str,
    red: &Invoice,
    findings: &mut Findings,
) -> Option<&'a RedForm> {
    let form = state
        .forms
        .get(&red.hzqrduuid)
        .filter(|form| form.number == red.hzqrxxdbh && form.taxpayer == taxpayer);
    let Some(form) = form else {
        findings.add(
            "E_RED_FORM",
            format_args!("没有红字确认单 {}（{}）", red.hzqrxxdbh, red.hzqrduuid),
        );
        return None;
    };
    if !form.usable(caller.now) {
        let why = if form.red_number.is_empty() {
            format!("的状态为 {}", form.state_at(caller.now))
        } else {
            format!("已由 {} 开具", form.red_number)
        };
        findings.add(
            "E_RED_FORM",
            format_args!("红字确认单 {} {why}", form.number),
        );
    }
    let asked = &form.application;
    if red.dylzfphm != asked.lzfphm {
        findings.add(
            "E_RED_FORM",
            format_args!("dylzfphm 为 {}，确认单为 {}", red.dylzfphm, asked.lzfphm),
        );
    }
    if red.fppz != asked.lzfppz_dm || red.gmfmc != asked.gmfmc || red.gmfnsrsbh != asked.gmfnsrsbh {
        findings.add("E_RED_FORM", "票种和购买方须与确认单一致");
    }
    if red.hjje != asked.hzcxje || red.hjse != asked.hzcxse {
        findings.add("E_RED_FORM", "hjje、hjse 须与确认单的 hzcxje、hzcxse 一致");
    }
    if red.fpmx_list.len() != asked.hzqrdmx_list.len() {
        findings.add("E_RED_FORM", "明细须与确认单一致");
        return Some(form);
    }
    let number = |text: &str| Amount::parse(text).map_or(Decimal::ZERO, |a| a.0.normalize());
    for (index, (line, row)) in red.fpmx_list.iter().zip(&asked.hzqrdmx_list).enumerate() {
        let same = line.dylzfpmxxh == row.lzmxxh
            && line.sphfwssflhbbm == row.sphfwssflhbbm
            && line.xmmc == row.xmmc
            && line.spfwjc == row.spfwjc
            && line.dw == row.dw
            && line.ggxh == row.ggxh
            && number(&line.sl) == number(&row.fpspsl)
            && number(&line.dj) == number(&row.fpspdj)
            && line.je == row.je
            && line.se == row.se
            && line.slv == row.sl1;
        if !same {
            findings.line(
                "E_RED_FORM",
                index + 1,
                format_args!("该行与确认单 {} 不一致", form.number),
            );
        }
        if blue_policy(state, &asked.lzfphm, line.dylzfpmxxh).is_some_and(|it| it != line.yhzcbs) {
            findings.line("E_RED_FORM", index + 1, "yhzcbs 须与蓝字发票的对应行一致");
        }
        if line.fphxz != "00" {
            findings.line("E_RED_FORM", index + 1, "红字发票的明细 fphxz 须为 00");
        }
    }
    let sum: i64 = red
        .fpmx_list
        .iter()
        .filter_map(|line| line.je.and_then(Amount::fen))
        .sum();
    if red.hjje.map(|a| a.0) != Some(decimal(sum)) {
        findings.add("E_RED_FORM", "hjje 须等于明细合计");
    }
    Some(form)
}
