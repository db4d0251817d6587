//! Fiscal bills and their collecting units, as the API answers them.

use super::{
    answers::time,
    stopped::{StoppedJobs, StoppedOut},
};
use crate::{app::App, i18n::Lang, problem::Problem};
use fapiao_domain::{
    delivery::DeliveryState,
    ids::{FiscalUnitId, Id},
};
use fapiao_usecases::{
    errors::StoreError,
    fiscal::bill_link,
    ports::{BillRow, Ports},
    records::{BillCard, BillDelivery, BillItem, BillSource, FiscalRole, FiscalUnit},
};
use serde::Serialize;
use std::collections::HashMap;

/// The collecting units, which are few.
pub(crate) struct Units(HashMap<FiscalUnitId, FiscalUnit>);

impl Units {
    /// All of them.
    ///
    /// # Errors
    /// 503 when the database doesn't answer.
    pub(crate) async fn all(ports: &Ports) -> Result<Units, Problem> {
        let all = ports.store.fiscal_units().await?;
        Ok(Units(
            all.into_iter().map(|it| (it.id.clone(), it)).collect(),
        ))
    }

    fn code(&self, id: &FiscalUnitId) -> String {
        let unit = self.0.get(id);
        unit.map_or_else(|| id.to_string(), |it| it.code.clone())
    }

    fn role(&self, id: &FiscalUnitId) -> Option<FiscalRole> {
        self.0.get(id).map(|it| it.role)
    }
}

/// A bill.
#[derive(Debug, Serialize)]
pub(crate) struct BillOut {
    id: String,
    unit: String,
    code: String,
    number: String,
    check_code: Option<String>,
    payer: String,
    currency: &'static str,
    amount: String,
    items: Vec<BillItemOut>,
    remark: String,
    issued_at: String,
    file: Option<BillFileOut>,
    void: Option<BillVoidOut>,
    delivery: BillDeliveryOut,
    created_at: String,
}

#[derive(Debug, Serialize)]
struct BillItemOut {
    name: String,
    quantity: String,
    unit: String,
    standard: String,
    amount: String,
}

impl From<&BillItem> for BillItemOut {
    fn from(item: &BillItem) -> BillItemOut {
        BillItemOut {
            name: item.name.clone(),
            quantity: item.quantity.clone(),
            unit: item.unit.clone(),
            standard: item.standard.clone(),
            amount: item.amount.to_string(),
        }
    }
}

#[derive(Debug, Serialize)]
struct BillFileOut {
    sha256: String,
    size: i64,
    url: String,
}

#[derive(Debug, Serialize)]
struct BillVoidOut {
    at: String,
    reason: String,
}

#[derive(Debug, Serialize)]
struct BillDeliveryOut {
    id: String,
    source: &'static str,
    state: &'static str,
    #[serde(rename = "final")]
    is_final: bool,
    waits_for: &'static str,
    stopped: Option<StoppedOut>,
    reason: Option<String>,
    page_url: String,
    wechat: AtWechatOut,
    authorised_at: Option<String>,
    expires_at: String,
    card: Option<BillCardOut>,
    created_at: String,
}

/// What WeChat knows a delivery by: the bureau elsewhere needs both.
#[derive(Debug, Serialize)]
struct AtWechatOut {
    order_id: String,
    app_id: String,
}

impl AtWechatOut {
    fn of(delivery: &BillDelivery) -> AtWechatOut {
        AtWechatOut {
            order_id: delivery.wechat_order_id.clone(),
            app_id: delivery.app_id.clone(),
        }
    }
}

#[derive(Debug, Serialize)]
struct BillCardOut {
    state: &'static str,
    card_id: String,
    code: Option<String>,
}

impl From<&BillCard> for BillCardOut {
    fn from(card: &BillCard) -> BillCardOut {
        BillCardOut {
            state: card.state.as_str(),
            card_id: card.template.clone(),
            code: Some(card.code.clone()).filter(|code| !code.is_empty()),
        }
    }
}

/// What answers about bills are made with.
pub(crate) struct Bills<'a> {
    app: &'a App,
    units: Units,
    stopped: StoppedJobs,
    lang: Lang,
}

impl<'a> Bills<'a> {
    /// For these bills; the queue is only asked where something is under way.
    ///
    /// # Errors
    /// 503 when the database doesn't answer.
    pub(crate) async fn about(
        app: &'a App,
        rows: &[BillRow],
        lang: Lang,
    ) -> Result<Bills<'a>, Problem> {
        let units = Units::all(&app.ports).await?;
        let stopped = stopped_about(app, rows, lang).await?;
        Ok(Bills {
            app,
            units,
            stopped,
            lang,
        })
    }

    /// One of them.
    pub(crate) fn out(&self, row: &BillRow) -> BillOut {
        let bill = &row.bill;
        let base = &self.app.ports.public_base;
        BillOut {
            id: bill.id.to_string(),
            unit: self.units.code(&bill.unit),
            code: bill.identity.code.clone(),
            number: bill.identity.number.clone(),
            check_code: Some(bill.identity.check_code.clone()).filter(|it| !it.is_empty()),
            payer: bill.payer.clone(),
            currency: "CNY",
            amount: bill.amount.to_string(),
            items: bill.items.iter().map(BillItemOut::from).collect(),
            remark: bill.remark.clone(),
            issued_at: time(bill.issued_at),
            file: bill.file.as_ref().map(|it| BillFileOut {
                sha256: it.sha256.clone(),
                size: it.size,
                url: format!("{base}/api/v1/bills/{}/file.pdf", bill.id),
            }),
            void: bill.void.as_ref().map(|it| BillVoidOut {
                at: time(it.at),
                reason: it.reason.clone(),
            }),
            delivery: self.delivery(row),
            created_at: time(bill.created_at),
        }
    }

    fn delivery(&self, row: &BillRow) -> BillDeliveryOut {
        let it = &row.delivery;
        let subjects = [it.id.as_str(), row.bill.unit.as_str()];
        let stopped = is_under_way(row)
            .then(|| self.stopped.on(&subjects))
            .flatten();
        BillDeliveryOut {
            id: it.id.to_string(),
            source: it.source.as_str(),
            state: it.state.as_str(),
            is_final: it.state.is_final(),
            waits_for: waits_for(row, self.units.role(&row.bill.unit), stopped.is_some()),
            stopped,
            reason: reason(&it.reason, self.lang),
            page_url: bill_link(&self.app.ports, it),
            wechat: AtWechatOut::of(it),
            authorised_at: it.authorised_at.map(time),
            expires_at: time(it.expires_at),
            card: it.card.as_ref().map(BillCardOut::from),
            created_at: time(it.created_at),
        }
    }
}

/// Who has to do something next: `nobody`, `payer`, `file` (whoever has the PDF), `bureau`, `us`, `staff`.
fn waits_for(row: &BillRow, role: Option<FiscalRole>, stopped: bool) -> &'static str {
    let it = &row.delivery;
    if it.state.is_final() {
        "nobody"
    } else if it.state.awaits_buyer() && it.source != BillSource::Elsewhere {
        "payer"
    } else if stopped {
        "staff"
    } else if role == Some(FiscalRole::Unit) {
        "bureau"
    } else if row.bill.file.is_none() && it.state == DeliveryState::Authorised {
        "file"
    } else {
        "us"
    }
}

/// Whether a job of ours may stop about it.
pub(crate) fn is_under_way(row: &BillRow) -> bool {
    let it = &row.delivery;
    !it.state.is_final() && (!it.state.awaits_buyer() || it.source == BillSource::Elsewhere)
}

/// What stopped about these bills.
///
/// # Errors
/// When the database doesn't answer.
pub(crate) async fn stopped_about(
    app: &App,
    rows: &[BillRow],
    lang: Lang,
) -> Result<StoppedJobs, StoreError> {
    let under_way = rows.iter().filter(|row| is_under_way(row));
    let subjects: Vec<&str> = under_way
        .flat_map(|row| [row.delivery.id.as_str(), row.bill.unit.as_str()])
        .collect();
    StoppedJobs::on_subjects(app, &subjects, lang).await
}

/// A reason in the reader's language: our own are written in both.
fn reason(text: &str, lang: Lang) -> Option<String> {
    let told = crate::reasons::in_language(lang, text);
    (!told.is_empty()).then_some(told)
}

/// A fresh page at WeChat, and how it is opened.
#[derive(Debug, Serialize)]
pub(crate) struct BillPageOut {
    bill: String,
    delivery: String,
    source: &'static str,
    open_with: &'static str,
    url: String,
    wechat: AtWechatOut,
    expires_at: String,
}

impl BillPageOut {
    pub(crate) fn new(row: &BillRow, url: String) -> BillPageOut {
        let it = &row.delivery;
        BillPageOut {
            bill: row.bill.id.to_string(),
            delivery: it.id.to_string(),
            source: it.source.as_str(),
            open_with: match it.source {
                BillSource::App => "wechat_sdk",
                BillSource::Web | BillSource::Elsewhere => "redirect",
            },
            url,
            wechat: AtWechatOut::of(it),
            expires_at: time(it.expires_at),
        }
    }
}
