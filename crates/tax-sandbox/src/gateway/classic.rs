//! The older form (税控电子普通发票): a tax device with volumes, check codes and a cipher area.

use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use super::Problem;
use super::digital::{body, fen};
use super::invoices::refused;
use super::wire::Issue;
use crate::catalogue::policy_name;
use crate::checks::{self, Findings, Rules};
use crate::clock;
use crate::invoice::Invoice;
use crate::services::Caller;
use crate::state::gateway::{GatewayInvoice, Stands, VOLUME_SIZE, Volume};
use crate::state::numbers::Accepted;
use crate::state::{Fact, State};
use crate::world::Authority;

/// The tax device of the sandbox.
const MACHINE: &str = "999900000001";
/// Characters of a row of the cipher area, and rows.
const CIPHER: (usize, usize) = (28, 4);
/// What a tax device writes there.
const CIPHER_SIGNS: &[u8] = b"0123456789+-*/<>";

pub(super) fn issue(
    authority: &Arc<Authority>,
    caller: &Caller,
    wanted: &Issue,
) -> Result<GatewayInvoice, Problem> {
    let year = clock::local(caller.now).format("%y").to_string();
    // Only for the checks: the device numbers by volume.
    let placeholder = format!("{year}999{:015}", 1);
    let stamp = clock::stamp(caller.now);
    let content = body(authority, caller, wanted, &placeholder, stamp);
    let text = content.to_string();
    let mut world = authority.world();
    if let Some(message) = world.faults.refuse_invoice() {
        return Ok(refused(caller, wanted, String::new(), message));
    }
    let invoice: Invoice = match serde_json::from_value(content) {
        Ok(invoice) => invoice,
        Err(why) => return Ok(refused(caller, wanted, String::new(), why.to_string())),
    };
    let state = &world.state;
    let mut findings = checks::check(
        &invoice,
        &Rules {
            taxpayer: &state.taxpayers[&wanted.seller],
            codes: &state.codes,
            party: &caller.party,
            now: caller.now,
        },
    );
    let month = clock::month_of(clock::local(caller.now).date());
    let net = fen(wanted.totals.amount);
    let tax = fen(wanted.totals.tax);
    device_words(wanted, &mut findings);
    if state.taxpayers[&wanted.seller].device_handed_back {
        findings.add("E_DEVICE", "税控设备已缴销，不能再开具");
    }
    if let Some(why) = red_trouble(state, wanted, net, tax) {
        findings.add("E_RED", why);
    }
    if !findings.is_empty() {
        return Ok(refused(caller, wanted, String::new(), findings.message()));
    }
    let mut volume = open_volume(state, &wanted.seller, &year);
    let number = format!("{:08}", volume.next);
    volume.next += 1;
    let accepted = Accepted {
        red: wanted.red.is_some(),
        issued_at: caller.now,
        month,
        net,
        tax,
        quota: 0,
        form: String::new(),
        content: text,
    };
    let blue = wanted
        .red
        .as_ref()
        .map(|it| (it.blue.code.clone(), it.blue.number.clone()));
    let made = GatewayInvoice {
        stands: Stands::Issued,
        code: volume.code.clone(),
        check_code: check_code(&volume.code, &number),
        machine: MACHINE.into(),
        cipher: cipher(&volume.code, &number),
        net,
        tax,
        classic: Some(Box::new(accepted)),
        blue: blue.unwrap_or_default(),
        ..refused(caller, wanted, number, String::new())
    };
    world.record(vec![Fact::Volume(volume)])?;
    Ok(made)
}

/// What a device is told of policies: their names, and why a rate is zero.
fn device_words(wanted: &Issue, findings: &mut Findings) {
    for (place, line) in wanted.lines.iter().enumerate() {
        let stated = policy_name(&line.preference).unwrap_or_default();
        let (policy, zero_rate) = match line.rate.as_str() {
            "exempt" => ("免税", "1"),
            "not_taxed" => ("不征税", "2"),
            "0" => (stated, "3"),
            // The relief is a policy by itself.
            "0.015" if stated.is_empty() => (line.policy.as_str(), ""),
            _ => (stated, ""),
        };
        if (line.policy.as_str(), line.zero_rate.as_str()) != (policy, zero_rate) {
            findings.line(
                "E_POLICY",
                place + 1,
                format_args!("zzstsgl 与 lslbs 应为“{policy}”和“{zero_rate}”"),
            );
        }
    }
}

/// A direct red invoice (负数发票) takes back one blue of the same buyer, and never more than is left of it.
fn red_trouble(state: &State, wanted: &Issue, net: i64, tax: i64) -> Option<String> {
    let red = wanted.red.as_ref()?;
    let is_blue = |it: &&GatewayInvoice| {
        it.stands == Stands::Issued
            && it.taxpayer == wanted.seller
            && (&it.code, &it.number) == (&red.blue.code, &red.blue.number)
            && it.classic.as_ref().is_some_and(|it| !it.red)
    };
    let named = format!("{} {}", red.blue.code, red.blue.number);
    let by_forms = state.taken_by_forms(&red.blue.code, &red.blue.number);
    let Some(blue) = state.serials.values().find(is_blue) else {
        return Some(format!("没有蓝字发票 {named}"));
    };
    if blue.buyer != wanted.buyer.name {
        return Some(format!("发票 {named} 的购买方不同"));
    }
    let taken = state
        .serials
        .values()
        .filter(|it| it.blue == (red.blue.code.clone(), red.blue.number.clone()))
        .filter(|it| it.stands == Stands::Issued)
        .fold(by_forms, |sum, it| (sum.0 + it.net, sum.1 + it.tax));
    let left = (blue.net + taken.0 + net, blue.tax + taken.1 + tax);
    (left.0 < 0 || left.1 < 0 || 0 <= net).then(|| format!("红冲金额超过发票 {named} 的余额"))
}

/// The volume in use, or a fresh one: this device's drawer is never empty.
fn open_volume(state: &State, taxpayer: &str, year: &str) -> Volume {
    let known = state.volumes_of(taxpayer, year);
    if let Some(volume) = known.iter().find(|it| 0 < it.left()) {
        return (*volume).clone();
    }
    let code = format!("09999{year}00111");
    // Volumes of all taxpayers share the code; each has numbers of its own.
    let used = state.volumes.iter().filter(|it| it.code == code);
    let first = used.map(|it| it.last).max().unwrap_or_default() + 1;
    Volume {
        taxpayer: taxpayer.to_owned(),
        code,
        first,
        last: first + VOLUME_SIZE - 1,
        next: first,
    }
}

fn digest(code: &str, number: &str, what: &str) -> [u8; 32] {
    Sha256::digest(format!("{what}|{code}|{number}")).into()
}

/// 20 digits that only the device could make.
fn check_code(code: &str, number: &str) -> String {
    let bytes = digest(code, number, "check");
    bytes
        .iter()
        .take(20)
        .map(|byte| char::from(b'0' + byte % 10))
        .collect()
}

fn cipher(code: &str, number: &str) -> Vec<String> {
    (0..CIPHER.1)
        .map(|line| {
            let bytes = digest(code, number, &format!("cipher {line}"));
            let signs = bytes.iter().take(CIPHER.0);
            signs
                .map(|byte| char::from(CIPHER_SIGNS[usize::from(byte % 16)]))
                .collect()
        })
        .collect()
}

/// What is left of the volumes of a year; none before the first one was opened.
pub(super) fn stock(state: &State, taxpayer: &str, year: &str) -> Vec<Volume> {
    let mut volumes: Vec<Volume> = state
        .volumes_of(taxpayer, year)
        .into_iter()
        .cloned()
        .collect();
    if !volumes.is_empty() && volumes.iter().all(|it| it.left() == 0) {
        volumes.push(open_volume(state, taxpayer, year));
    }
    volumes
}
