//! WeChat's unified calls (legacy), through the SDK.

use super::wechat_errors::{credentials, outside};
use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use fapiao_domain::{
    line::{InvoiceLine, LineKind},
    preference::DeviceFlags,
    rate::Rate,
};
use fapiao_usecases::{
    errors::{Advice, OutsideError},
    ports::{Sealer, UnifiedClear, UnifiedIssued, UnifiedOrder, WechatUnified},
    records::Account,
};
use rust_decimal::Decimal;
use std::{sync::Arc, time::Duration};
use wechat_invoice::{
    MerchantClient, TokenKeeper,
    merchant::{ClearOutInvoice, MakeOutInvoice, MakeOutLine},
};

/// Longest PDF, bytes.
const PDF_MAX: usize = 10 * 1024 * 1024;
/// A fetch takes no longer.
const PATIENCE: Duration = Duration::from_secs(20);
/// China's clock.
const CHINA: TimeDelta = TimeDelta::hours(8);

/// The calls of the account whose page the buyer saw.
pub struct Unified {
    keeper: TokenKeeper,
    sealer: Arc<dyn Sealer>,
    papers: reqwest::Client,
    plain_http: bool,
}

impl Unified {
    /// With the shared token keeper. Papers come over https only; `plain_http` is for sandboxes.
    ///
    /// # Errors
    /// Why the client cannot be made.
    pub fn new(
        keeper: TokenKeeper,
        sealer: Arc<dyn Sealer>,
        plain_http: bool,
    ) -> Result<Unified, String> {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let papers = reqwest::Client::builder()
            .timeout(PATIENCE)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|error| error.to_string())?;
        Ok(Unified {
            keeper,
            sealer,
            papers,
            plain_http,
        })
    }

    fn client(&self, account: &Account) -> Result<MerchantClient, OutsideError> {
        Ok(MerchantClient::new(
            &self.keeper,
            credentials(&self.sealer, account)?,
        ))
    }
}

#[async_trait]
impl WechatUnified for Unified {
    async fn make_out(&self, account: &Account, order: &UnifiedOrder) -> Result<(), OutsideError> {
        let invoice = &order.invoice;
        let (seller, buyer) = (&invoice.seller_party, &invoice.title);
        let [drawer, payee, reviewer] = invoice.clerks.clone();
        let some = |text: &str| Some(text.to_owned()).filter(|it| !it.is_empty());
        let body = MakeOutInvoice {
            wxopenid: order.openid.clone(),
            ddh: order.order_id.clone(),
            fpqqlsh: order.serial.clone(),
            nsrsbh: seller.tax_number.clone(),
            nsrmc: seller.name.clone(),
            nsrdz: seller.address.clone(),
            nsrdh: seller.phone.clone(),
            nsrbank: seller.bank.clone(),
            nsrbankid: seller.bank_account.clone(),
            ghfmc: buyer.name.clone(),
            ghfnsrsbh: some(&buyer.tax_number),
            ghfdz: some(&buyer.address),
            ghfdh: some(&buyer.phone),
            ghfbank: some(&buyer.bank),
            ghfbankid: some(&buyer.bank_account),
            kpr: drawer,
            skr: some(&payee),
            fhr: some(&reviewer),
            jshj: invoice.totals.total.to_string(),
            hjje: invoice.totals.amount.to_string(),
            hjse: invoice.totals.tax.to_string(),
            bz: some(&invoice.remark),
            hylx: order.trade.clone(),
            invoicedetail_list: invoice.lines.iter().map(line).collect(),
        };
        self.client(account)?
            .make_out_invoice(&body)
            .await
            .map_err(outside)
    }

    async fn clear_out(&self, account: &Account, clear: &UnifiedClear) -> Result<(), OutsideError> {
        let body = ClearOutInvoice {
            wxopenid: clear.openid.clone(),
            fpqqlsh: clear.serial.clone(),
            nsrsbh: clear.tax_number.clone(),
            nsrmc: clear.name.clone(),
            yfpdm: clear.code.clone(),
            yfphm: clear.number.clone(),
        };
        self.client(account)?
            .clear_out_invoice(&body)
            .await
            .map_err(outside)
    }

    async fn look_up(
        &self,
        account: &Account,
        serial: &str,
        tax_number: &str,
    ) -> Result<UnifiedIssued, OutsideError> {
        let found = self
            .client(account)?
            .query_invoice(serial, tax_number)
            .await
            .map_err(outside)?;
        Ok(UnifiedIssued {
            code: found.fpdm.unwrap_or_default(),
            number: found.fphm.unwrap_or_default(),
            check_code: found.jym.unwrap_or_default(),
            issued_at: found.kprq.as_deref().and_then(moment),
            pdf_url: found.pdfurl.unwrap_or_default(),
        })
    }

    async fn fetch_pdf(&self, url: &str) -> Result<Bytes, OutsideError> {
        let address = url::Url::parse(url)
            .ok()
            .filter(|it| it.scheme() == "https" || (self.plain_http && it.scheme() == "http"))
            .ok_or_else(|| {
                trouble(
                    "address",
                    "the PDF's address is not https",
                    Advice::NeedsPerson,
                )
            })?;
        let again = Advice::Retry { after: None };
        let unreached = |_| trouble("", "the PDF cannot be fetched at the moment", again);
        let mut answer = self.papers.get(address).send().await.map_err(unreached)?;
        let status = answer.status();
        if !status.is_success() {
            let what = format!("the PDF's address answers HTTP {}", status.as_u16());
            return Err(trouble("", what, again));
        }
        let mut body = BytesMut::new();
        while let Some(chunk) = answer.chunk().await.map_err(unreached)? {
            if body.len() + chunk.len() > PDF_MAX {
                let what = format!("the PDF is larger than {PDF_MAX} bytes");
                return Err(trouble("too_large", what, Advice::NeedsPerson));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body.freeze())
    }
}

fn trouble(code: &str, what: impl Into<String>, advice: Advice) -> OutsideError {
    OutsideError::new("wechat", code, what, advice)
}

fn line(it: &InvoiceLine) -> MakeOutLine {
    let some = |text: &str| Some(text.to_owned()).filter(|it| !it.is_empty());
    let quantity = it.quantity.unwrap_or(Decimal::ONE);
    let flags = DeviceFlags::of(it.rate, it.preference);
    MakeOutLine {
        fphxz: match it.kind {
            LineKind::Normal => "0",
            LineKind::Discount => "1",
            LineKind::Discounted => "2",
        }
        .to_owned(),
        spbm: it.tax_code.clone(),
        xmmc: it.name.clone(),
        dw: some(&it.unit),
        ggxh: some(&it.spec),
        xmsl: quantity.normalize().to_string(),
        xmdj: it
            .unit_price
            .map_or_else(|| it.amount.to_string(), |it| it.normalize().to_string()),
        xmje: it.amount.to_string(),
        sl: match it.rate {
            Rate::Exempt | Rate::NotTaxed => "0.00".to_owned(),
            other => other.to_string(),
        },
        se: it.tax.to_string(),
        // The published call has none of these: they are told where there is something to tell.
        yhzcbs: some(flags.favoured).filter(|it| it == "1"),
        lslbs: some(flags.zero_rate),
        zzstsgl: some(flags.policy),
    }
}

/// `yyyyMMddHHmmss` in China.
fn moment(text: &str) -> Option<DateTime<Utc>> {
    let local = NaiveDateTime::parse_from_str(text, "%Y%m%d%H%M%S").ok()?;
    Some((local - CHINA).and_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issue_time_is_chinas() {
        let at = moment("20260101080000").unwrap();
        assert_eq!(at.to_rfc3339(), "2026-01-01T00:00:00+00:00");
        assert_eq!(moment("2026-01-01"), None);
    }
}
