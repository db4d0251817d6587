//! The documents of the contract. Amounts are decimal strings; members this version does not know are passed over.

use crate::{merchant::drafts::LineDraft, records::RawTitleRecord};
use fapiao_domain::{
    line::OrderLine,
    money::Fen,
    party::{Title, TitleKind},
    totals::Totals,
};
use serde::{Deserialize, Serialize};

/// `POST /v1/requests`: an invoice for an authorised order. Sent again with the same `order_id` and the same content it
/// has no further effect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvoiceRequest {
    /// What WeChat knows as the order id; at most 32 characters.
    pub order_id: String,
    /// App id of the account whose authorisation page the buyer saw.
    pub app_id: String,
    /// Who issues.
    pub seller_tax_number: String,
    /// The shop's own number, for people.
    pub order_no: String,
    /// Who the buyer is on paper.
    pub title: WireTitle,
    /// What was sold.
    pub lines: Vec<WireLine>,
    /// What the lines add up to by the merchant's reckoning; the platform's must be the same.
    pub totals: WireTotals,
    /// Printed remark, may be empty.
    #[serde(default)]
    pub remark: String,
    /// Telephone of the merchant for questions about this request, may be empty.
    #[serde(default)]
    pub contact: String,
}

/// A title.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WireTitle {
    /// `person`, `organisation` or `no_number`.
    pub kind: String,
    /// Name.
    pub name: String,
    /// Tax number; empty for persons.
    #[serde(default)]
    pub tax_number: String,
    /// Address.
    #[serde(default)]
    pub address: String,
    /// Telephone.
    #[serde(default)]
    pub phone: String,
    /// Bank.
    #[serde(default)]
    pub bank: String,
    /// Account number.
    #[serde(default)]
    pub bank_account: String,
}

/// A line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WireLine {
    /// What was sold, without the short name of its class.
    pub name: String,
    /// Class code, 19 digits.
    pub tax_code: String,
    /// Specification.
    #[serde(default)]
    pub spec: String,
    /// Unit.
    #[serde(default)]
    pub unit: String,
    /// Decimal text.
    pub quantity: String,
    /// Decimal text, yuan.
    pub unit_price: String,
    /// Whether price and discount include tax.
    pub tax_included: bool,
    /// `0.13`, `exempt`, `not_taxed`.
    pub rate: String,
    /// Decimal text, yuan.
    #[serde(default)]
    pub discount: String,
    /// The preferential policy, `01` to `18`; empty for what follows from the rate.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub preference: String,
}

/// Sums, decimal strings in yuan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WireTotals {
    /// Net.
    pub amount: String,
    /// Tax.
    pub tax: String,
    /// Gross.
    pub total: String,
}

/// Where a request stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WireState {
    /// Taken on; nothing is issued yet.
    Accepted,
    /// At the tax authority.
    Issuing,
    /// The invoice exists; its card is on the way.
    Issued,
    /// The card is in the wallet: the end.
    Delivered,
    /// The platform says no, and why: the end.
    Refused,
    /// It could not be issued, or with `invoice` its card could not be inserted.
    Failed,
}

impl WireState {
    /// The word of the contract.
    pub const fn as_str(self) -> &'static str {
        match self {
            WireState::Accepted => "accepted",
            WireState::Issuing => "issuing",
            WireState::Issued => "issued",
            WireState::Delivered => "delivered",
            WireState::Refused => "refused",
            WireState::Failed => "failed",
        }
    }

    /// Reads the word.
    pub fn parse(text: &str) -> Option<WireState> {
        [
            Self::Accepted,
            Self::Issuing,
            Self::Issued,
            Self::Delivered,
            Self::Refused,
            Self::Failed,
        ]
        .into_iter()
        .find(|it| it.as_str() == text)
    }
}

/// The answer to a request, and the body of a callback.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestResult {
    /// The platform's id of it.
    pub id: String,
    /// The merchant's.
    pub order_id: String,
    /// Where it stands.
    pub state: WireState,
    /// Why it was refused or failed; shown to staff and buyer.
    #[serde(default)]
    pub reason: String,
    /// Rises with every change: a smaller one than seen before is old news.
    pub version: i64,
    /// The invoice, once issued.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invoice: Option<WireInvoice>,
    /// The card, once inserted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub card: Option<WireCard>,
}

/// An issued invoice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WireInvoice {
    /// 20 digits.
    pub number: String,
    /// RFC 3339.
    pub issued_at: String,
    /// Sums.
    pub totals: WireTotals,
    /// Its PDF, once made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pdf: Option<WirePdf>,
}

/// A PDF to be fetched with a signed GET.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WirePdf {
    /// Relative to the gateway's base address: `/v1/requests/…/file.pdf`.
    pub url: String,
    /// SHA-256, hex.
    pub sha256: String,
    /// Bytes.
    pub size: i64,
}

/// An inserted card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WireCard {
    /// Template.
    pub card_id: String,
    /// Its code; empty when WeChat's answer was lost.
    #[serde(default)]
    pub code: String,
    /// Whose wallet, may be empty.
    #[serde(default)]
    pub openid: String,
}

/// `GET /v1/registration`: what a merchant needs to know of the platform.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registration {
    /// The platform's name, for people.
    pub platform: String,
    /// The platform's id at WeChat: goes into the merchant's authorisation pages.
    pub platform_id: String,
    /// The merchant's own tax number as registered.
    pub seller_tax_number: String,
    /// App ids whose pages are permitted.
    pub app_ids: Vec<String>,
    /// Where results are sent; may be empty.
    pub callback_url: String,
    /// Rates this seller may use.
    pub rates: Vec<WireRate>,
    /// Class codes.
    pub class_codes: Vec<WireClassCode>,
}

/// A usable rate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WireRate {
    /// `0.13`.
    pub rate: String,
    /// A levy rather than a rate.
    pub levy: bool,
    /// First day, `yyyy-mm-dd`.
    pub from: String,
    /// Last day, or empty.
    pub until: String,
}

/// A class code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WireClassCode {
    /// 19 digits.
    pub code: String,
    /// Name.
    pub name: String,
    /// Printed between asterisks.
    pub short_name: String,
    /// As in `0.13`.
    pub usual_rate: String,
    /// Cannot be used on lines.
    pub summary: bool,
    /// The preferential policies it permits, in Chinese with 、 between them; empty where nothing is known.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub policies: String,
    /// The rates it permits, such as `13%、9%`; empty where nothing is known.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub tax_rates: String,
    /// The levies it permits, written likewise.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub levy_rates: String,
}

impl WireTotals {
    /// From exact sums.
    pub fn of(totals: &Totals) -> WireTotals {
        WireTotals {
            amount: totals.amount.to_string(),
            tax: totals.tax.to_string(),
            total: totals.total.to_string(),
        }
    }

    /// Which sums are not these, with both values; `None` when all are the same.
    pub fn unlike(&self, totals: &Totals) -> Option<String> {
        let pairs = [
            ("net (amount)", &self.amount, totals.amount),
            ("tax", &self.tax, totals.tax),
            ("gross (total)", &self.total, totals.total),
        ];
        let told: Vec<String> = pairs
            .into_iter()
            .filter(|(_, sent, ours)| Fen::parse_yuan(sent).ok() != Some(*ours))
            .map(|(name, sent, ours)| {
                let sent: String = sent
                    .chars()
                    .take(30)
                    .filter(|it| !it.is_control())
                    .collect();
                format!("{name} is {ours}, not {sent}")
            })
            .collect();
        (!told.is_empty()).then(|| format!("by this platform's reckoning {}", told.join("; ")))
    }

    /// Whether these are the same sums.
    pub fn same_as(&self, totals: &Totals) -> bool {
        self.unlike(totals).is_none()
    }
}

impl WireLine {
    /// From an order's line.
    pub fn of(line: &OrderLine) -> WireLine {
        WireLine {
            name: line.name.clone(),
            tax_code: line.tax_code.clone(),
            spec: line.spec.clone(),
            unit: line.unit.clone(),
            quantity: line.quantity.to_string(),
            unit_price: line.unit_price.to_string(),
            tax_included: line.tax_included,
            rate: line.rate.to_string(),
            discount: line.discount.to_string(),
            preference: line
                .preference
                .map_or_else(String::new, |it| it.to_string()),
        }
    }

    /// As the intake reads it.
    pub fn draft(&self) -> LineDraft {
        LineDraft {
            amount: String::new(),
            name: self.name.clone(),
            tax_code: self.tax_code.clone(),
            spec: self.spec.clone(),
            unit: self.unit.clone(),
            quantity: self.quantity.clone(),
            unit_price: self.unit_price.clone(),
            tax_included: self.tax_included,
            rate: self.rate.clone(),
            discount: self.discount.clone(),
            preference: self.preference.clone(),
        }
    }
}

impl WireTitle {
    /// From a checked title. The mail address stays with the merchant, who mails.
    pub fn of(title: &Title) -> WireTitle {
        WireTitle {
            kind: match title.kind {
                TitleKind::Person => "person",
                TitleKind::Organisation => "organisation",
                TitleKind::NoNumber => "no_number",
            }
            .to_owned(),
            name: title.name.clone(),
            tax_number: title.tax_number.clone(),
            address: title.address.clone(),
            phone: title.phone.clone(),
            bank: title.bank.clone(),
            bank_account: title.bank_account.clone(),
        }
    }

    /// As a title that WeChat handed over.
    pub fn record(&self) -> RawTitleRecord {
        RawTitleRecord {
            organisation: self.kind != "person",
            name: self.name.clone(),
            tax_number: self.tax_number.clone(),
            address: self.address.clone(),
            phone: self.phone.clone(),
            bank: self.bank.clone(),
            bank_account: self.bank_account.clone(),
            ..RawTitleRecord::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_read_back_as_serde_writes_them() {
        for word in [
            "accepted",
            "issuing",
            "issued",
            "delivered",
            "refused",
            "failed",
        ] {
            let state = WireState::parse(word).unwrap();
            assert_eq!(serde_json::to_value(state).unwrap(), word);
        }
    }

    #[test]
    fn sums_are_compared_as_numbers() {
        let fen = |it| Fen::new(it).unwrap();
        let totals = Totals {
            amount: fen(10_000),
            tax: fen(1_300),
            total: fen(11_300),
        };
        assert!(WireTotals::of(&totals).same_as(&totals));
        let shorter = WireTotals {
            amount: "100".to_owned(),
            tax: "13.0".to_owned(),
            total: "113.00".to_owned(),
        };
        assert!(shorter.same_as(&totals));
        let other = WireTotals {
            total: "113.01".to_owned(),
            ..shorter
        };
        assert!(!other.same_as(&totals));
    }
}
