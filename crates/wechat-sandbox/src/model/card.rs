//! Cards, and what is printed on them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Row;

/// Reimbursement state of a card, by WeChat's own names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum CardStatus {
    #[serde(rename = "INVOICE_REIMBURSE_INIT")]
    Init,
    #[serde(rename = "INVOICE_REIMBURSE_LOCK")]
    Lock,
    #[serde(rename = "INVOICE_REIMBURSE_CLOSURE")]
    Closure,
    #[serde(rename = "INVOICE_REIMBURSE_CANCEL")]
    Cancel,
}

impl CardStatus {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "INVOICE_REIMBURSE_INIT" => Self::Init,
            "INVOICE_REIMBURSE_LOCK" => Self::Lock,
            "INVOICE_REIMBURSE_CLOSURE" => Self::Closure,
            "INVOICE_REIMBURSE_CANCEL" => Self::Cancel,
            _ => return None,
        })
    }

    pub(crate) fn wire(self) -> &'static str {
        match self {
            Self::Init => "INVOICE_REIMBURSE_INIT",
            Self::Lock => "INVOICE_REIMBURSE_LOCK",
            Self::Closure => "INVOICE_REIMBURSE_CLOSURE",
            Self::Cancel => "INVOICE_REIMBURSE_CANCEL",
        }
    }
}

/// A line on a card.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct CardLine {
    pub(crate) name: String,
    pub(crate) num: Option<i64>,
    pub(crate) unit: Option<String>,
    pub(crate) price: i64,
}

/// `invoice_user_data` of an accepted insert.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct InvoiceData {
    pub(crate) fee: i64,
    pub(crate) fee_without_tax: i64,
    pub(crate) tax: i64,
    pub(crate) title: String,
    pub(crate) billing_time: i64,
    pub(crate) billing_no: String,
    pub(crate) billing_code: String,
    pub(crate) check_code: String,
    pub(crate) info: Vec<CardLine>,
    pub(crate) pdf: String,
    pub(crate) trip_pdf: Option<String>,
    /// The optional texts by member name: `buyer_number`, `remarks`, `maker` …
    pub(crate) texts: BTreeMap<String, String>,
}

/// A delivered invoice in a wallet.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Card {
    pub(crate) code: String,
    pub(crate) card_id: String,
    pub(crate) platform_appid: String,
    pub(crate) appid: String,
    pub(crate) order_id: String,
    pub(crate) buyer: String,
    pub(crate) openid: String,
    pub(crate) unionid: Option<String>,
    pub(crate) status: CardStatus,
    pub(crate) locked_by: Option<String>,
    pub(crate) inserted_at: i64,
    pub(crate) pdf_sha256: String,
    pub(crate) data: InvoiceData,
    #[serde(default)]
    pub(crate) fiscal: bool,
}

impl Row for Card {
    const KIND: &'static str = "card";
    fn key(&self) -> String {
        self.code.clone()
    }
}
