//! Head fields: who, when, how, and how long.

use super::{Findings, Rules, issued_at};
use crate::clock::{self, HOUR};
use crate::invoice::Invoice;

/// An invoice must be uploaded less than this long after it was issued.
const UPLOAD_LIMIT: i64 = 48 * HOUR;
/// Clocks may differ by this much.
const CLOCK_SLACK: i64 = 5 * 60_000;

pub(super) fn check(invoice: &Invoice, rules: &Rules<'_>, findings: &mut Findings) {
    kinds(invoice, rules, findings);
    dates(invoice, rules, findings);
    seller(invoice, rules, findings);
    buyer(invoice, findings);
    payment(invoice, findings);
    sizes(invoice, findings);
}

fn one_of(findings: &mut Findings, field: &str, value: &str, allowed: &[&str]) {
    if !allowed.contains(&value) {
        findings.add(
            "E_FIELD",
            format_args!("{field} 为“{value}”，应为其中之一：{}", allowed.join(", ")),
        );
    }
}

fn kinds(invoice: &Invoice, rules: &Rules<'_>, findings: &mut Findings) {
    one_of(findings, "lzfpbz", &invoice.lzfpbz, &["0", "1"]);
    one_of(findings, "fppz", &invoice.fppz, &["01", "02"]);
    one_of(findings, "gmfzrrbz", &invoice.gmfzrrbz, &["Y", "N"]);
    one_of(findings, "fpkjfsDm", &invoice.fpkjfs_dm, &["5"]);
    one_of(findings, "cezslxDm", &invoice.cezslx_dm, &["", "01", "02"]);
    if !invoice.tdys.is_empty() {
        findings.add("E_CAPABILITY", "tdys：特定要素须使用其专门的能力");
    }
    if invoice.ptbh != rules.party {
        findings.add(
            "E_FIELD",
            format_args!("ptbh 为“{}”，直连单位是 {}", invoice.ptbh, rules.party),
        );
    }
    for (field, value) in [
        ("kpr", &invoice.kpr),
        ("ip", &invoice.ip),
        ("macdz", &invoice.macdz),
        ("qyDm", &invoice.qy_dm),
    ] {
        if value.is_empty() {
            findings.add("E_FIELD", format_args!("{field} 不能为空"));
        }
    }
}

fn dates(invoice: &Invoice, rules: &Rules<'_>, findings: &mut Findings) {
    let Some(issued) = issued_at(invoice) else {
        findings.add(
            "E_FIELD",
            format_args!("kprq 为“{}”，格式应为 yyyy-MM-dd HH:mm:ss", invoice.kprq),
        );
        return;
    };
    if !invoice.fphm.starts_with(&issued.format("%y").to_string()) {
        findings.add(
            "E_YEAR",
            format_args!("发票号码 {} 不属于 {} 所在年度", invoice.fphm, invoice.kprq),
        );
    }
    let age = rules.now - clock::instant(issued);
    if UPLOAD_LIMIT <= age {
        findings.add(
            "E_LATE",
            format_args!("开具已 {} 小时，超过 48 小时，须重新开具", age / HOUR),
        );
    }
    if age < -CLOCK_SLACK {
        findings.add(
            "E_FUTURE",
            format_args!("kprq {} 晚于当前时间", invoice.kprq),
        );
    }
}

fn seller(invoice: &Invoice, rules: &Rules<'_>, findings: &mut Findings) {
    if invoice.xsfnsrsbh != rules.taxpayer.tax_number {
        findings.add(
            "E_SELLER",
            format_args!("销售方 {} 不是该使用单位的纳税人", invoice.xsfnsrsbh),
        );
    } else if invoice.xsfmc != rules.taxpayer.name {
        findings.add(
            "E_SELLER",
            format_args!(
                "销售方登记名称为 {}，不是 {}",
                rules.taxpayer.name, invoice.xsfmc
            ),
        );
    }
    if let Some(reason) = rules.taxpayer.closed_gate() {
        findings.add("E_GATE", reason);
    }
}

fn buyer(invoice: &Invoice, findings: &mut Findings) {
    let number = &invoice.gmfnsrsbh;
    if invoice.gmfmc.trim().is_empty() {
        findings.add("E_BUYER", "gmfmc（购买方名称）不能为空");
    }
    let well_formed = (15..=20).contains(&number.len())
        && number
            .bytes()
            .all(|b| b.is_ascii_digit() || b.is_ascii_uppercase());
    if invoice.gmfzrrbz == "Y" {
        match invoice.gmfmc.strip_suffix("（个人）") {
            Some(name) if 2 <= name.chars().count() => {}
            Some(_) => findings.add("E_BUYER", "自然人名称至少两个字"),
            None => findings.add("E_BUYER", "自然人名称须以（个人）结尾"),
        }
        if invoice.fppz == "01" {
            findings.add("E_BUYER", "不能向自然人开具增值税专用发票");
        }
        let identity = invoice.zrrzjlx_dm == "201" && *number == invoice.zrrzjhm;
        if !number.is_empty() && !identity {
            findings.add("E_BUYER", "自然人不填税号，身份证号除外");
        }
    } else if !number.is_empty() && !well_formed {
        findings.add(
            "E_BUYER",
            format_args!("gmfnsrsbh“{number}”须为 15 至 20 位数字和大写字母"),
        );
    } else if number.is_empty() && invoice.fppz == "01" {
        findings.add("E_BUYER", "增值税专用发票须填写购买方税号");
    }
    let papers = [&invoice.zrrgj_dm, &invoice.zrrzjlx_dm, &invoice.zrrzjhm];
    if papers.iter().any(|p| p.is_empty()) && papers.iter().any(|p| !p.is_empty()) {
        findings.add(
            "E_BUYER",
            "zrrgjDm、zrrzjlxDm、zrrzjhm 须同时填写或同时为空",
        );
    }
    documents(invoice, findings);
    if invoice.jbrsfzjzl_dm.is_empty() != invoice.jbrsfzjhm.is_empty() {
        findings.add("E_BUYER", "jbrsfzjzlDm 与 jbrsfzjhm 须同时填写或同时为空");
    }
}

fn payment(invoice: &Invoice, findings: &mut Findings) {
    const CHANNELS: [&str; 14] = [
        "001", "002", "003", "004", "005", "006", "007", "008", "009", "010", "011", "012", "013",
        "099",
    ];
    if !invoice.jsfs.is_empty() {
        one_of(
            findings,
            "jsfs",
            &invoice.jsfs,
            &["01", "02", "03", "04", "05", "99"],
        );
    }
    for paid in &invoice.zfxx_list {
        if paid.zfqd_dm.is_empty() != paid.jydh.is_empty() {
            findings.add("E_PAYMENT", "zfqdDm 与 jydh 须同时填写或同时为空");
        } else if !CHANNELS.contains(&paid.zfqd_dm.as_str()) {
            findings.add(
                "E_PAYMENT",
                format_args!("zfqdDm“{}”不是支付渠道代码", paid.zfqd_dm),
            );
        }
        if 40 < paid.jydh.chars().count() {
            findings.add("E_SIZE", "jydh 超过 40 个字符");
        }
    }
    if !invoice.zfxx_list.is_empty() && !["01", "02"].contains(&invoice.lqkpms_dm.as_str()) {
        findings.add(
            "E_PAYMENT",
            "有支付信息时 lqkpmsDm 须为 01（自用）或 02（联用）",
        );
    }
}

fn sizes(invoice: &Invoice, findings: &mut Findings) {
    let remark = if invoice.is_red() { 382 } else { 450 };
    let limits: [(&str, &str, usize); 18] = [
        ("gmfmc", &invoice.gmfmc, 300),
        ("gmfdz", &invoice.gmfdz, 300),
        ("gmfdh", &invoice.gmfdh, 60),
        ("gmfkhh", &invoice.gmfkhh, 120),
        ("gmfzh", &invoice.gmfzh, 50),
        ("gmfjbr", &invoice.gmfjbr, 150),
        ("jbrsfzjhm", &invoice.jbrsfzjhm, 30),
        ("gmfjbrlxdh", &invoice.gmfjbrlxdh, 60),
        ("xsfdz", &invoice.xsfdz, 300),
        ("xsfdh", &invoice.xsfdh, 60),
        ("xsfkhh", &invoice.xsfkhh, 120),
        ("xsfzh", &invoice.xsfzh, 50),
        ("kpr", &invoice.kpr, 300),
        ("skrxm", &invoice.skrxm, 150),
        ("fhrxm", &invoice.fhrxm, 75),
        ("bz", &invoice.bz, remark),
        ("ip", &invoice.ip, 20),
        ("macdz", &invoice.macdz, 20),
    ];
    for (field, value, limit) in limits {
        let length = value.chars().count();
        if limit < length {
            findings.add(
                "E_SIZE",
                format_args!("{field} 有 {length} 个字符，最多 {limit} 个"),
            );
        }
    }
}

/// Types of a natural person's document, and the nationality that goes with each.
fn documents(invoice: &Invoice, findings: &mut Findings) {
    let (kind, number) = (invoice.zrrzjlx_dm.as_str(), invoice.zrrzjhm.as_str());
    if kind.is_empty() {
        return;
    }
    if invoice.gmfzrrbz != "Y" {
        findings.add("E_BUYER", "zrrzjlxDm is of natural persons only");
    }
    let starts = |prefix: &str| number.starts_with(prefix);
    let nationality = match kind {
        "201" | "227" => Some("156"),
        "213" | "238" => Some("158"),
        "210" if starts("H") => Some("344"),
        "210" if starts("M") => Some("446"),
        "237" if starts("810000") || starts("820000") => None,
        "210" | "237" => {
            findings.add("E_BUYER", format_args!("证件号码与 zrrzjlxDm {kind} 不符"));
            None
        }
        "208" | "233" => None,
        other => {
            findings.add("E_BUYER", format_args!("zrrzjlxDm is \"{other}\""));
            None
        }
    };
    if let Some(wanted) = nationality
        && invoice.zrrgj_dm != wanted
    {
        findings.add(
            "E_BUYER",
            format_args!("证件类型 {kind} 的国籍（地区）须为 {wanted}"),
        );
    }
}
