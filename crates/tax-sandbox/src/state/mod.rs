//! Everything the authority remembers. Every change is a [`Fact`]; applying the journal's facts
//! again gives the same state.

pub(crate) mod gateway;
pub(crate) mod months;
pub(crate) mod numbers;
pub(crate) mod quota;
pub(crate) mod red;

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

use crate::catalogue::{self, ClassCode};
use crate::clock::Millis;
use crate::party::{GatewayKey, Party, Taxpayer};
use gateway::{GatewayInvoice, Volume};
use months::MonthTotals;
use numbers::{NumberKey, NumberRecord, Segment, Verdict};
use quota::{Movement, QuotaAccount};
use red::RedForm;

/// Something that happened and must survive a restart.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Fact {
    Party(Party),
    Taxpayer(Taxpayer),
    ClassCode(ClassCode),
    Clock {
        offset: Millis,
    },
    Segment(Segment),
    Quota(Movement),
    Extended {
        taxpayer: String,
        month: String,
        valid_to: String,
    },
    Upload(Upload),
    Month {
        taxpayer: String,
        month: String,
        confirmed: bool,
    },
    RedForm(Box<RedForm>),
    Usage {
        number: NumberKey,
        deduction: String,
        posting: String,
        abnormal: String,
    },
    GatewayKey(GatewayKey),
    Volume(Volume),
    Serial(Box<GatewayInvoice>),
    /// Which form an application's serial became.
    RedSerial {
        serial: String,
        uuid: String,
    },
}

/// One answered upload: its receipt and what became of each invoice.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Upload {
    pub(crate) receipt: String,
    pub(crate) taxpayer: String,
    pub(crate) at: Millis,
    /// From when on results are no longer "in progress".
    pub(crate) ready_at: Millis,
    /// This many polls are told "in progress" whatever the time.
    pub(crate) hold: u32,
    pub(crate) verdicts: Vec<Verdict>,
}

/// What an idempotency key (`ywlsh`) was used for.
#[derive(Clone, Debug)]
pub(crate) enum Used {
    Segment(NumberKey),
    Quota(Movement),
}

/// Results of one upload as a poll sees them.
#[derive(Clone, Debug)]
pub(crate) struct Receipt {
    pub(crate) taxpayer: String,
    pub(crate) at: Millis,
    pub(crate) ready_at: Millis,
    pub(crate) hold: u32,
    /// Number, status, message.
    pub(crate) results: Vec<(String, String, String)>,
}

#[derive(Debug)]
pub(crate) struct State {
    pub(crate) parties: BTreeMap<String, Party>,
    pub(crate) taxpayers: BTreeMap<String, Taxpayer>,
    pub(crate) codes: BTreeMap<String, ClassCode>,
    pub(crate) next_serial: BTreeMap<u64, u64>,
    pub(crate) segments: BTreeMap<NumberKey, Segment>,
    pub(crate) numbers: BTreeMap<NumberKey, NumberRecord>,
    pub(crate) receipts: HashMap<String, Receipt>,
    /// By taxpayer and `ywlsh`.
    pub(crate) requests: HashMap<(String, String), Used>,
    /// By taxpayer and month.
    pub(crate) quota: BTreeMap<(String, String), QuotaAccount>,
    pub(crate) movements: Vec<Movement>,
    pub(crate) months: BTreeMap<(String, String), MonthTotals>,
    pub(crate) forms: BTreeMap<String, RedForm>,
    pub(crate) gateway_keys: BTreeMap<String, GatewayKey>,
    pub(crate) volumes: Vec<Volume>,
    pub(crate) serials: BTreeMap<String, GatewayInvoice>,
    pub(crate) red_serials: BTreeMap<String, String>,
}

impl State {
    pub(crate) fn empty() -> State {
        State {
            parties: BTreeMap::new(),
            taxpayers: BTreeMap::new(),
            codes: catalogue::shipped(),
            next_serial: BTreeMap::new(),
            segments: BTreeMap::new(),
            numbers: BTreeMap::new(),
            receipts: HashMap::new(),
            requests: HashMap::new(),
            quota: BTreeMap::new(),
            movements: Vec::new(),
            months: BTreeMap::new(),
            forms: BTreeMap::new(),
            gateway_keys: BTreeMap::new(),
            volumes: Vec::new(),
            serials: BTreeMap::new(),
            red_serials: BTreeMap::new(),
        }
    }

    pub(crate) fn apply(&mut self, fact: Fact) {
        match fact {
            Fact::Party(party) => {
                self.parties.insert(party.id.clone(), party);
            }
            Fact::Taxpayer(taxpayer) => {
                self.taxpayers.insert(taxpayer.tax_number.clone(), taxpayer);
            }
            Fact::ClassCode(code) => {
                self.codes.insert(code.code.clone(), code);
            }
            Fact::Clock { .. } => {} // The clock lives outside; the journal's reader sets it.
            Fact::Segment(segment) => self.hand_out(segment),
            Fact::Quota(movement) => self.move_quota(movement),
            Fact::Extended {
                taxpayer,
                month,
                valid_to,
            } => {
                self.quota.entry((taxpayer, month)).or_default().valid_to = valid_to;
            }
            Fact::Upload(upload) => {
                self.receive(&upload);
                for verdict in upload.verdicts {
                    self.settle(&upload.taxpayer, upload.at, verdict);
                }
            }
            Fact::Month {
                taxpayer,
                month,
                confirmed,
            } => {
                self.months.entry((taxpayer, month)).or_default().confirmed = confirmed;
            }
            Fact::GatewayKey(key) => self.add_gateway_key(key),
            Fact::Volume(volume) => self.put_volume(volume),
            Fact::Serial(invoice) => self.put_serial(*invoice),
            Fact::RedSerial { serial, uuid } => {
                self.red_serials.insert(serial, uuid);
            }
            Fact::RedForm(form) => {
                self.forms.insert(form.uuid.clone(), *form);
            }
            Fact::Usage {
                number,
                deduction,
                posting,
                abnormal,
            } => {
                if let Some(record) = self.numbers.get_mut(&number) {
                    record.deduction = deduction;
                    record.posting = posting;
                    record.abnormal = abnormal;
                }
            }
        }
    }

    /// Keeps the receipt of an upload.
    pub(crate) fn receive(&mut self, upload: &Upload) {
        let results = upload
            .verdicts
            .iter()
            .map(|v| (v.fphm.clone(), v.status.clone(), v.message.clone()))
            .collect();
        let receipt = Receipt {
            taxpayer: upload.taxpayer.clone(),
            at: upload.at,
            ready_at: upload.ready_at,
            hold: upload.hold,
            results,
        };
        self.receipts.insert(upload.receipt.clone(), receipt);
    }
}
