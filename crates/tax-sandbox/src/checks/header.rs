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
            format_args!(
                "{field} is \"{value}\", expected one of {}",
                allowed.join(", ")
            ),
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
        findings.add(
            "E_CAPABILITY",
            "tdys: special elements have a capability of their own",
        );
    }
    if invoice.ptbh != rules.party {
        findings.add(
            "E_FIELD",
            format_args!(
                "ptbh is \"{}\", the connected party is {}",
                invoice.ptbh, rules.party
            ),
        );
    }
    for (field, value) in [
        ("kpr", &invoice.kpr),
        ("ip", &invoice.ip),
        ("macdz", &invoice.macdz),
        ("qyDm", &invoice.qy_dm),
    ] {
        if value.is_empty() {
            findings.add("E_FIELD", format_args!("{field} is missing"));
        }
    }
}

fn dates(invoice: &Invoice, rules: &Rules<'_>, findings: &mut Findings) {
    let Some(issued) = issued_at(invoice) else {
        findings.add(
            "E_FIELD",
            format_args!("kprq is \"{}\", expected yyyy-MM-dd HH:mm:ss", invoice.kprq),
        );
        return;
    };
    if !invoice.fphm.starts_with(&issued.format("%y").to_string()) {
        findings.add(
            "E_YEAR",
            format_args!(
                "number {} does not belong to the year of {}",
                invoice.fphm, invoice.kprq
            ),
        );
    }
    let age = rules.now - clock::instant(issued);
    if UPLOAD_LIMIT <= age {
        findings.add(
            "E_LATE",
            format_args!(
                "issued {} hours ago; the limit is 48, issue it anew",
                age / HOUR
            ),
        );
    }
    if age < -CLOCK_SLACK {
        findings.add(
            "E_FUTURE",
            format_args!("kprq {} lies in the future", invoice.kprq),
        );
    }
}

fn seller(invoice: &Invoice, rules: &Rules<'_>, findings: &mut Findings) {
    if invoice.xsfnsrsbh != rules.taxpayer.tax_number {
        findings.add(
            "E_SELLER",
            format_args!(
                "seller {} is not the using party's taxpayer",
                invoice.xsfnsrsbh
            ),
        );
    } else if invoice.xsfmc != rules.taxpayer.name {
        findings.add(
            "E_SELLER",
            format_args!(
                "seller is registered as {}, not {}",
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
        findings.add("E_BUYER", "gmfmc is missing");
    }
    let well_formed = (15..=20).contains(&number.len())
        && number
            .bytes()
            .all(|b| b.is_ascii_digit() || b.is_ascii_uppercase());
    if invoice.gmfzrrbz == "Y" {
        match invoice.gmfmc.strip_suffix("（个人）") {
            Some(name) if 2 <= name.chars().count() => {}
            Some(_) => findings.add("E_BUYER", "a natural person's name needs two characters"),
            None => findings.add("E_BUYER", "a natural person's name must end with （个人）"),
        }
        if invoice.fppz == "01" {
            findings.add(
                "E_BUYER",
                "a natural person cannot receive a special invoice",
            );
        }
        let identity = invoice.zrrzjlx_dm == "201" && *number == invoice.zrrzjhm;
        if !number.is_empty() && !identity {
            findings.add(
                "E_BUYER",
                "a natural person has no tax number unless it is the identity number",
            );
        }
    } else if !number.is_empty() && !well_formed {
        findings.add(
            "E_BUYER",
            format_args!("gmfnsrsbh \"{number}\" is not 15 to 20 digits and capitals"),
        );
    } else if number.is_empty() && invoice.fppz == "01" {
        findings.add("E_BUYER", "a special invoice needs the buyer's tax number");
    }
    let papers = [&invoice.zrrgj_dm, &invoice.zrrzjlx_dm, &invoice.zrrzjhm];
    if papers.iter().any(|p| p.is_empty()) && papers.iter().any(|p| !p.is_empty()) {
        findings.add("E_BUYER", "zrrgjDm, zrrzjlxDm and zrrzjhm: all or none");
    }
    documents(invoice, findings);
    if invoice.jbrsfzjzl_dm.is_empty() != invoice.jbrsfzjhm.is_empty() {
        findings.add("E_BUYER", "jbrsfzjzlDm and jbrsfzjhm: both or neither");
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
            findings.add("E_PAYMENT", "zfqdDm and jydh: both or neither");
        } else if !CHANNELS.contains(&paid.zfqd_dm.as_str()) {
            findings.add(
                "E_PAYMENT",
                format_args!("zfqdDm \"{}\" is no payment channel", paid.zfqd_dm),
            );
        }
        if 40 < paid.jydh.chars().count() {
            findings.add("E_SIZE", "jydh is longer than 40");
        }
    }
    if !invoice.zfxx_list.is_empty() && !["01", "02"].contains(&invoice.lqkpms_dm.as_str()) {
        findings.add(
            "E_PAYMENT",
            "with payments lqkpmsDm must be 01 (own use) or 02 (joint use)",
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
                format_args!("{field} has {length} characters, at most {limit}"),
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
            findings.add(
                "E_BUYER",
                format_args!("the number does not fit zrrzjlxDm {kind}"),
            );
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
            format_args!("a document of type {kind} goes with nationality {wanted}"),
        );
    }
}
