//! The rows of a red confirmation against what is left of the blue invoice.

use rust_decimal::Decimal;

use super::{BuyerRow, totals};
use crate::amount::{Amount, decimal, yuan};
use crate::invoice::Invoice;
use crate::refusal::{Refusal, code};
use crate::services::{money, whole};
use crate::state::State;
use crate::state::red::{RedApplication, RedRow, Remaining};

pub(super) fn check(state: &State, blue: &Invoice, form: &RedApplication) -> Result<(), Refusal> {
    let left = state.remaining(blue);
    let (net, tax) = totals(form)?;
    let mut sums = (0, 0);
    let mut seen = Vec::new();
    if form.hzqrdmx_list.is_empty() {
        return Err(wrong("hzqrdmxList 不能为空"));
    }
    check_reason(&left, &form.chyy_dm)?;
    for (index, row) in form.hzqrdmx_list.iter().enumerate() {
        let number = index + 1;
        if whole("xh", row.xh)? != number as i64 {
            return Err(wrong(format!("第 {number} 行：xh 须从 1 起连续编号")));
        }
        let of = whole("lzmxxh", row.lzmxxh)?;
        let remaining = left.iter().find(|line| line.line == of).ok_or_else(|| {
            wrong(format!(
                "第 {number} 行：{of} 不是发票 {} 的明细行",
                blue.fphm
            ))
        })?;
        if seen.contains(&of) {
            return Err(wrong(format!("第 {number} 行：蓝字明细行 {of} 重复")));
        }
        seen.push(of);
        same_goods(row, remaining, number)?;
        amounts(form, row, remaining, number)?;
        sums.0 += money("je", row.je)?;
        sums.1 += money("se", row.se)?;
    }
    if sums != (net, tax) {
        return Err(wrong(format!(
            "明细合计 {} 和 {} 与 hzcxje、hzcxse 不一致",
            yuan(sums.0),
            yuan(sums.1)
        )));
    }
    let everything = left.iter().all(|line| {
        let row = form
            .hzqrdmx_list
            .iter()
            .find(|row| row.lzmxxh == Some(Amount(Decimal::from(line.line))));
        row.is_some_and(|row| {
            row.je.and_then(Amount::fen) == Some(-line.full_net)
                && row.se.and_then(Amount::fen) == Some(-line.full_tax)
        })
    });
    if !everything && form.chyy_dm == "01" {
        return Err(wrong("原因 01（开票有误）须全额红冲"));
    }
    if !everything && !blue.cezslx_dm.is_empty() {
        return Err(wrong("差额征税发票只能全额红冲"));
    }
    Ok(())
}

/// What a buyer would send: the blue invoice's head, and of each wanted line what is left, or so many of it.
pub(super) fn for_buyer(
    state: &State,
    blue: &Invoice,
    reason: &str,
    wanted: &[BuyerRow],
) -> Result<RedApplication, Refusal> {
    let mut form = RedApplication {
        lrfsf: "1".into(),
        xsfnsrsbh: blue.xsfnsrsbh.clone(),
        xsfmc: blue.xsfmc.clone(),
        gmfnsrsbh: blue.gmfnsrsbh.clone(),
        gmfmc: blue.gmfmc.clone(),
        lzfphm: blue.fphm.clone(),
        sfzzfpbz: "N".into(),
        lzkprq: blue.kprq.clone(),
        lzhjje: blue.hjje,
        lzhjse: blue.hjse,
        lzfppz_dm: blue.fppz.clone(),
        chyy_dm: reason.into(),
        ..RedApplication::default()
    };
    let mut sums = (0, 0);
    for left in state.remaining(blue) {
        let asked = wanted.iter().find(|row| row.line == left.line);
        if left.net == 0 || (asked.is_none() && !wanted.is_empty()) {
            continue;
        }
        let (net, tax, quantity) = share(&left, asked.and_then(|row| row.quantity.as_deref()))?;
        sums = (sums.0 - net, sums.1 - tax);
        let priced = quantity.zip(left.price).filter(|_| reason != "04");
        let number = |value: i64| Some(Amount(Decimal::from(value)));
        let line = &left.row;
        form.hzqrdmx_list.push(RedRow {
            lzmxxh: number(left.line),
            xh: number(form.hzqrdmx_list.len() as i64 + 1),
            sphfwssflhbbm: line.sphfwssflhbbm.clone(),
            hwhyslwfwmc: line.hwhyslwfwmc.clone(),
            spfwjc: line.spfwjc.clone(),
            xmmc: line.xmmc.clone(),
            ggxh: line.ggxh.clone(),
            dw: line.dw.clone(),
            fpspsl: priced.map_or_else(String::new, |(quantity, _)| {
                (-quantity).normalize().to_string()
            }),
            fpspdj: priced.map_or_else(String::new, |(_, price)| price.0.normalize().to_string()),
            je: Some(Amount(decimal(-net))),
            sl1: line.slv,
            se: Some(Amount(decimal(-tax))),
        });
    }
    form.hzcxje = Some(Amount(decimal(sums.0)));
    form.hzcxse = Some(Amount(decimal(sums.1)));
    Ok(form)
}

/// Net, tax and quantity of a part of a line, all above 0.
fn share(left: &Remaining, asked: Option<&str>) -> Result<(i64, i64, Option<Decimal>), Refusal> {
    let all = left.quantity.map(|quantity| quantity.0);
    let (Some(asked), Some(all)) = (asked, all.filter(|all| !all.is_zero())) else {
        return Ok((left.net, left.tax, all));
    };
    let quantity = Amount::parse(asked).map_err(wrong)?.0;
    if quantity <= Decimal::ZERO || all < quantity {
        return Err(wrong(format!(
            "第 {} 行：剩余 {all}，申请 {quantity}",
            left.line
        )));
    }
    let part = |fen: i64| {
        let share = Decimal::from(fen).checked_mul(quantity)?.checked_div(all)?;
        i64::try_from(share.round().mantissa()).ok()
    };
    part(left.net)
        .zip(part(left.tax))
        .map(|(net, tax)| (net, tax, Some(quantity)))
        .ok_or_else(|| wrong(format!("第 {} 行：红冲部分过大", left.line)))
}

fn wrong(message: impl Into<String>) -> Refusal {
    Refusal::service(code::PARAMETER, message)
}

/// Services alone are not returned, goods and labour alone do not end; an invoice of both may be taken back for either.
fn check_reason(blue: &[Remaining], reason: &str) -> Result<(), Refusal> {
    let all_begin = |digits: &[char]| {
        let mut codes = blue.iter().map(|line| line.row.sphfwssflhbbm.as_str());
        codes.all(|code| code.starts_with(digits))
    };
    let class = match reason {
        "02" if all_begin(&['3']) => "只有服务（编码 3）",
        "03" if all_begin(&['1', '2']) => "只有货物和劳务（编码 1、2）",
        _ => return Ok(()),
    };
    Err(wrong(format!("原因 {reason} 不适用于{class}的发票")))
}

fn same_goods(row: &RedRow, of: &Remaining, number: usize) -> Result<(), Refusal> {
    let line = &of.row;
    let facts = [
        ("sphfwssflhbbm", row.sphfwssflhbbm == line.sphfwssflhbbm),
        ("hwhyslwfwmc", row.hwhyslwfwmc == line.hwhyslwfwmc),
        ("spfwjc", row.spfwjc == line.spfwjc),
        ("xmmc", row.xmmc == line.xmmc),
        ("ggxh", row.ggxh == line.ggxh),
        ("dw", row.dw == line.dw),
        ("sl1", row.sl1 == line.slv),
    ];
    match facts.iter().find(|(_, same)| !same) {
        Some((field, _)) => Err(wrong(format!("第 {number} 行：{field} 与蓝字明细不一致"))),
        None => Ok(()),
    }
}

fn amounts(
    form: &RedApplication,
    row: &RedRow,
    left: &Remaining,
    number: usize,
) -> Result<(), Refusal> {
    let (net, tax) = (money("je", row.je)?, money("se", row.se)?);
    if 0 <= net || 0 < tax {
        return Err(wrong(format!(
            "第 {number} 行：须 je 小于 0 且 se 不大于 0"
        )));
    }
    if left.net < -net || left.tax < -tax {
        return Err(wrong(format!(
            "第 {number} 行：剩余金额 {} 税额 {}，申请 {} 和 {}",
            yuan(left.net),
            yuan(left.tax),
            yuan(-net),
            yuan(-tax)
        )));
    }
    if row.fpspsl.is_empty() != row.fpspdj.is_empty() {
        return Err(wrong(format!(
            "第 {number} 行：fpspsl 与 fpspdj 须同时填写或同时为空"
        )));
    }
    if form.chyy_dm == "04" {
        if !row.fpspsl.is_empty() {
            return Err(wrong(format!("第 {number} 行：销售折让不填数量和单价")));
        }
        return Ok(());
    }
    let (Some(remaining), Some(price)) = (left.quantity, left.price) else {
        return Ok(());
    };
    let quantity = Amount::parse(&row.fpspsl).map_err(wrong)?.0;
    let asked = Amount::parse(&row.fpspdj).map_err(wrong)?.0;
    if Decimal::ZERO <= quantity || remaining.0 < -quantity {
        return Err(wrong(format!(
            "第 {number} 行：剩余数量 {}，申请 {}",
            remaining.0, -quantity
        )));
    }
    // Services may end with another amount; goods come back at their price.
    let tolerance = Decimal::new(1, 2);
    if form.chyy_dm != "03" && tolerance < (asked - price.0).abs() {
        return Err(wrong(format!(
            "第 {number} 行：单价应为 {}，不是 {asked}",
            price.0
        )));
    }
    let product = asked
        .checked_mul(quantity)
        .ok_or_else(|| wrong(format!("第 {number} 行：无法计算单价 × 数量")))?;
    if tolerance < (product - decimal(net)).abs() {
        return Err(wrong(format!(
            "第 {number} 行：单价 × 数量与 je 相差超过 0.01"
        )));
    }
    Ok(())
}
