//! What the tax gateway remembers: its keys, the volumes of its tax device, and every serial.

use serde::{Deserialize, Serialize};

use super::State;
use super::numbers::Accepted;
use crate::amount::Amount;
use crate::clock::Millis;
use crate::invoice::Invoice;
use crate::party::GatewayKey;

/// Numbers of one volume (发票卷) of the older form.
pub(crate) const VOLUME_SIZE: u64 = 1000;

/// A volume of the older form.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Volume {
    pub(crate) taxpayer: String,
    /// 12 digits: `0`, `9999`, year, batch, `11`.
    pub(crate) code: String,
    pub(crate) first: u64,
    pub(crate) last: u64,
    /// The next number to be given.
    pub(crate) next: u64,
}

impl Volume {
    pub(crate) fn left(&self) -> u64 {
        (self.last + 1).saturating_sub(self.next)
    }
}

/// Where a serial stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Stands {
    Issued,
    Refused,
}

/// One serial.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct GatewayInvoice {
    pub(crate) serial: String,
    pub(crate) taxpayer: String,
    /// SHA-256 of the request.
    pub(crate) hash: String,
    pub(crate) stands: Stands,
    #[serde(default)]
    pub(crate) reason: String,
    /// Empty for digital invoices.
    #[serde(default)]
    pub(crate) code: String,
    #[serde(default)]
    pub(crate) number: String,
    #[serde(default)]
    pub(crate) check_code: String,
    #[serde(default)]
    pub(crate) machine: String,
    #[serde(default)]
    pub(crate) cipher: Vec<String>,
    pub(crate) issued_at: Millis,
    pub(crate) buyer: String,
    pub(crate) net: i64,
    pub(crate) tax: i64,
    /// Of the older form: what counts in the month. Digital ones are in the authority's own ledger.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) classic: Option<Box<Accepted>>,
    /// Of a red one of the older form: code and number of the blue one.
    #[serde(default)]
    pub(crate) blue: (String, String),
    /// From when it is told as issued; "accepted" before.
    pub(crate) ready_at: Millis,
    /// This many questions are told "accepted" whatever the time.
    #[serde(default)]
    pub(crate) hold: u32,
}

impl GatewayInvoice {
    /// Its content, of the older form.
    pub(crate) fn content(&self) -> Option<Invoice> {
        serde_json::from_str(&self.classic.as_ref()?.content).ok()
    }
}

impl State {
    /// A blue invoice that a tax device issued.
    pub(crate) fn device_blue(&self, code: &str, number: &str) -> Option<&GatewayInvoice> {
        let mut issued = self.serials.values().filter(|it| {
            it.stands == Stands::Issued && it.classic.as_ref().is_some_and(|it| !it.red)
        });
        issued.find(|it| (it.code.as_str(), it.number.as_str()) == (code, number))
    }

    /// The red invoices with which a device itself took back a blue one, named by code and number in one.
    pub(crate) fn device_reds(&self, blue: &str) -> Vec<Invoice> {
        let of_this = |it: &&GatewayInvoice| {
            let (code, number) = &it.blue;
            it.stands == Stands::Issued && !code.is_empty() && format!("{code}{number}") == blue
        };
        let reds = self.serials.values().filter(of_this);
        reds.filter_map(GatewayInvoice::content).collect()
    }

    /// Net and tax that digital red letters took back from an invoice of a device; below zero.
    pub(crate) fn taken_by_forms(&self, code: &str, number: &str) -> (i64, i64) {
        let fen = |amount: Option<Amount>| amount.and_then(Amount::fen).unwrap_or_default();
        let done = self.forms.values().filter(|it| !it.red_number.is_empty());
        done.map(|it| &it.application)
            .filter(|it| (it.lzfpdm.as_str(), it.lzfphm.as_str()) == (code, number))
            .fold((0, 0), |sum, it| {
                (sum.0 + fen(it.hzcxje), sum.1 + fen(it.hzcxse))
            })
    }

    pub(super) fn add_gateway_key(&mut self, key: GatewayKey) {
        self.gateway_keys.insert(key.id.clone(), key);
    }

    /// Puts a volume in the place of the same one before.
    pub(super) fn put_volume(&mut self, volume: Volume) {
        let same = |it: &&mut Volume| it.code == volume.code && it.first == volume.first;
        match self.volumes.iter_mut().find(same) {
            Some(known) => *known = volume,
            None => self.volumes.push(volume),
        }
    }

    pub(super) fn put_serial(&mut self, invoice: GatewayInvoice) {
        if let Some(accepted) = &invoice.classic {
            let before = self.serials.get(&invoice.serial);
            if before.is_none_or(|it| it.classic.is_none()) {
                self.count(&invoice.taxpayer, accepted);
            }
        }
        self.serials.insert(invoice.serial.clone(), invoice);
    }

    /// The volumes of a taxpayer in a year (two digits).
    pub(crate) fn volumes_of(&self, taxpayer: &str, year: &str) -> Vec<&Volume> {
        self.volumes
            .iter()
            .filter(|it| it.taxpayer == taxpayer && it.code.get(5..7) == Some(year))
            .collect()
    }
}
