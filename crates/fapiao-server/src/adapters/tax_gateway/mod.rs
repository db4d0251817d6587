//! A tax gateway (`deploy/contracts/tax-gateway.openapi.json`): a vendor or a tax-control server that gives numbers, and
//! often files, on our behalf.
//!
//! The same invoice is asked for under the same serial, its id, however often; a call without an answer leaves the outcome
//! unknown, and the gateway is asked what it has before anything is sent again.

mod answers;
mod link;
mod wire;

pub use link::Link;

use answers::{form, issued, month, rates_and_codes, stock, verdict};
use async_trait::async_trait;
use fapiao_domain::{confirmation::FormState, invoice::Identity, money::Fen};
use fapiao_usecases::{
    errors::{Advice, OutsideError},
    idempotency::fingerprint,
    ports::{
        FormAnswer, FormStatus, GatewayDocument, GatewayIssue, GatewayVerdict, IssueFace,
        IssuedThere, MonthFigures, MonthTold, QuotaGrant, QuotaTold, RedApplication, TaxAuthority,
        TaxResult, TaxpayerGate,
    },
    records::{AnnouncedFile, Invoice, Seller, StockTold, TaxCode, TaxRoute, UsableRate},
};
use serde_json::{Value, json};
use std::time::Duration;

/// The name of this neighbour in errors.
const TAX: &str = "tax";
/// Invoices of a month in one answer.
const PAGE: usize = 500;
/// Pages of a month that are read: half a million invoices.
const PAGES_MAX: usize = 1000;
/// A gateway that is out of numbers or closed is asked again after this long.
const LATER: Duration = Duration::from_secs(60);

/// One seller's gateway.
pub struct TaxGateway {
    link: Link,
    sandbox: bool,
}

impl TaxGateway {
    /// Over an open link.
    pub fn new(link: Link, sandbox: bool) -> TaxGateway {
        TaxGateway { link, sandbox }
    }

    async fn get(&self, path: &str) -> Result<(u16, Value), OutsideError> {
        self.link.json("GET", path, String::new()).await
    }

    async fn ask(&self, path: &str) -> Result<Value, OutsideError> {
        match self.get(path).await? {
            (200, answer) => Ok(answer),
            (status, answer) => Err(refused(status, &answer)),
        }
    }

    async fn send(&self, path: &str, body: &Value) -> Result<(u16, Value), OutsideError> {
        self.link.json("POST", path, body.to_string()).await
    }
}

/// An answer that is none of those the contract has for a success.
fn refused(status: u16, answer: &Value) -> OutsideError {
    let code = answers::text(answer, "code");
    let detail = answers::text(answer, "detail");
    let told = if matches!(status, 401 | 403) {
        // One answer for every reason: its own words say no more.
        format!(
            "税务网关不接受这把密钥（HTTP {status}），请核对密钥编号、密钥和本机时间 / the tax gateway does not accept the key, \
             HTTP {status}: check key id, secret and this machine's clock"
        )
    } else if detail.is_empty() {
        format!("the tax gateway answered {status}")
    } else {
        format!("the tax gateway answered {status}: {detail}")
    };
    let advice = match status {
        401 | 403 => Advice::NeedsPerson,
        // Nothing was done: numbers, quota or gate are the matter, or the gateway is being repaired.
        429 | 503 => Advice::Retry { after: Some(LATER) },
        408 | 500 | 502 | 504 => Advice::OutcomeUnknown,
        _ => Advice::NeedsPerson,
    };
    let code = if code.is_empty() {
        format!("http_{status}")
    } else {
        code.to_owned()
    };
    OutsideError::new(TAX, code, told, advice)
}

/// Answered, but not as the contract says.
fn unreadable(what: &str, advice: Advice) -> OutsideError {
    let message = format!("the tax gateway's answer about {what} is not what its contract says");
    OutsideError::new(TAX, "unreadable", message, advice)
}

/// What is done over the direct connection only.
fn unfit(seller: &Seller, what: &str) -> OutsideError {
    let message = format!("seller {} is behind a tax gateway: {what}", seller.id);
    OutsideError::new(TAX, "unfit", message, Advice::Never)
}

fn retry(mut error: OutsideError) -> OutsideError {
    if error.advice == Advice::OutcomeUnknown {
        error.advice = Advice::Retry { after: None };
    }
    error
}

fn of_seller(path: &str, seller: &Seller) -> String {
    let joint = if path.contains('?') { '&' } else { '?' };
    let number: String =
        url::form_urlencoded::byte_serialize(seller.party.tax_number.as_bytes()).collect();
    format!("{path}{joint}seller={number}")
}

#[async_trait]
impl TaxAuthority for TaxGateway {
    fn is_sandbox(&self) -> bool {
        self.sandbox
    }

    async fn gate(&self, seller: &Seller) -> Result<TaxpayerGate, OutsideError> {
        let path = of_seller("/v1/taxpayer", seller);
        let answer = self.ask(&path).await.map_err(retry)?;
        match answer.get("open").and_then(Value::as_bool) {
            Some(true) => Ok(TaxpayerGate::Open),
            Some(false) => Ok(TaxpayerGate::Closed(
                answers::text(&answer, "reason").to_owned(),
            )),
            None => Err(unreadable("the taxpayer", Advice::Retry { after: None })),
        }
    }

    async fn fetch_segment(
        &self,
        seller: &Seller,
        _request: &str,
        _size: u32,
    ) -> Result<(String, String, u32), OutsideError> {
        Err(unfit(seller, "it gives numbers one by one"))
    }

    async fn fetch_quota(
        &self,
        seller: &Seller,
        _request: &str,
        _amount: Fen,
    ) -> Result<QuotaGrant, OutsideError> {
        Err(unfit(seller, "it keeps the quota itself"))
    }

    async fn quota(&self, seller: &Seller) -> Result<QuotaTold, OutsideError> {
        let path = of_seller("/v1/stock", seller);
        let answer = self.ask(&path).await.map_err(retry)?;
        answers::quota(&answer)
            .ok_or_else(|| unreadable("the quota", Advice::Retry { after: None }))
    }

    async fn rates(&self, seller: &Seller) -> Result<Vec<UsableRate>, OutsideError> {
        let path = of_seller("/v1/tax-data", seller);
        let answer = self.ask(&path).await.map_err(retry)?;
        rates_and_codes(&answer)
            .map(|(rates, _)| rates)
            .ok_or_else(|| unreadable("rates", Advice::NeedsPerson))
    }

    async fn class_codes(&self, seller: &Seller) -> Result<Vec<TaxCode>, OutsideError> {
        let path = of_seller("/v1/tax-data", seller);
        let answer = self.ask(&path).await.map_err(retry)?;
        rates_and_codes(&answer)
            .map(|(_, codes)| codes)
            .ok_or_else(|| unreadable("class codes", Advice::NeedsPerson))
    }

    async fn upload(
        &self,
        seller: &Seller,
        _invoices: &[IssueFace],
    ) -> Result<String, OutsideError> {
        Err(unfit(
            seller,
            "an invoice that took its number from a segment goes over the direct connection; \
             set the seller back to it until such invoices are uploaded",
        ))
    }

    async fn results(
        &self,
        seller: &Seller,
        _receipt: &str,
    ) -> Result<Vec<TaxResult>, OutsideError> {
        Err(unfit(
            seller,
            "the results of an upload are asked for over the direct connection",
        ))
    }

    async fn route(&self, _seller: &Seller) -> Result<TaxRoute, OutsideError> {
        Ok(TaxRoute::Gateway)
    }

    async fn issue_there(
        &self,
        _seller: &Seller,
        issue: &GatewayIssue<'_>,
    ) -> Result<GatewayVerdict, OutsideError> {
        let body = wire::issue(issue);
        match self.send("/v1/invoices", &body).await? {
            (200 | 202, answer) => {
                verdict(&answer).ok_or_else(|| unreadable("the invoice", Advice::OutcomeUnknown))
            }
            (status, answer) => Err(refused(status, &answer)),
        }
    }

    async fn issued_there(
        &self,
        _seller: &Seller,
        serial: &str,
    ) -> Result<Option<GatewayVerdict>, OutsideError> {
        let found = self.get(&format!("/v1/invoices/{serial}")).await;
        match found.map_err(retry)? {
            (404, _) => Ok(None),
            (200, answer) => verdict(&answer)
                .map(Some)
                .ok_or_else(|| unreadable("the invoice", Advice::Retry { after: None })),
            (status, answer) => Err(retry(refused(status, &answer))),
        }
    }

    async fn document(
        &self,
        _seller: &Seller,
        serial: &str,
        format: &str,
    ) -> Result<GatewayDocument, OutsideError> {
        let path = format!("/v1/invoices/{serial}/files/{format}");
        let answer = self
            .link
            .call("GET", &path, String::new())
            .await
            .map_err(retry)?;
        if answer.status != 200 {
            let told = serde_json::from_slice(&answer.body).unwrap_or(Value::Null);
            return Err(retry(refused(answer.status, &told)));
        }
        Ok(GatewayDocument {
            announced: AnnouncedFile {
                format: format.to_owned(),
                sha256: fingerprint(&answer.body),
            },
            bytes: answer.body,
        })
    }

    async fn stock_left(&self, seller: &Seller) -> Result<StockTold, OutsideError> {
        let path = of_seller("/v1/stock", seller);
        let answer = self.ask(&path).await.map_err(retry)?;
        stock(&answer, self.link.now())
            .ok_or_else(|| unreadable("the stock", Advice::Retry { after: None }))
    }

    async fn month_totals(&self, seller: &Seller, of: &str) -> Result<MonthTold, OutsideError> {
        let path = of_seller(&format!("/v1/months/{of}"), seller);
        let answer = self.ask(&path).await.map_err(retry)?;
        month(&answer).ok_or_else(|| unreadable("the month", Advice::Retry { after: None }))
    }

    async fn month_invoices(
        &self,
        seller: &Seller,
        of: &str,
        _asked: &[Invoice],
    ) -> Result<Vec<IssuedThere>, OutsideError> {
        let bad = || unreadable("the month's invoices", Advice::Retry { after: None });
        let mut found: Vec<IssuedThere> = Vec::new();
        for page in 0..PAGES_MAX {
            let from = page * PAGE;
            let path = format!("/v1/months/{of}/invoices?from={from}&limit={PAGE}");
            let answer = self.ask(&of_seller(&path, seller)).await.map_err(retry)?;
            let rows = answer
                .get("data")
                .and_then(Value::as_array)
                .ok_or_else(bad)?;
            for row in rows {
                found.push(issued(row).ok_or_else(bad)?);
            }
            if rows.len() < PAGE {
                break;
            }
        }
        Ok(found)
    }

    async fn confirm_month(
        &self,
        seller: &Seller,
        of: &str,
        figures: &MonthFigures,
    ) -> Result<(), OutsideError> {
        let body = wire::figures(seller, figures);
        let path = format!("/v1/months/{of}/confirmation");
        match self.send(&path, &body).await.map_err(retry)? {
            (200, _) => Ok(()),
            (status, answer) => Err(retry(refused(status, &answer))),
        }
    }

    async fn withdraw_month(
        &self,
        seller: &Seller,
        of: &str,
        figures: &MonthFigures,
    ) -> Result<(), OutsideError> {
        let body = wire::figures(seller, figures);
        let path = format!("/v1/months/{of}/withdrawal");
        match self.send(&path, &body).await.map_err(retry)? {
            (200, _) => Ok(()),
            (status, answer) => Err(retry(refused(status, &answer))),
        }
    }

    async fn apply_red(
        &self,
        seller: &Seller,
        application: &RedApplication,
    ) -> Result<FormStatus, OutsideError> {
        let body = wire::red_letter(seller, application)
            .ok_or_else(|| unfit(seller, "the blue invoice has no number"))?;
        match self.send("/v1/red-letters", &body).await? {
            (200 | 201, answer) => {
                form(&answer).ok_or_else(|| unreadable("the red letter", Advice::OutcomeUnknown))
            }
            (422, answer) => {
                let detail = answers::text(&answer, "detail").to_owned();
                Err(OutsideError::new(TAX, "unfit", detail, Advice::Never))
            }
            (status, answer) => Err(refused(status, &answer)),
        }
    }

    async fn red_forms(
        &self,
        seller: &Seller,
        blue: &Identity,
    ) -> Result<Vec<FormStatus>, OutsideError> {
        let path = format!("/v1/red-letters?blue={}{}", blue.code(), blue.number());
        let answer = self.ask(&of_seller(&path, seller)).await.map_err(retry)?;
        let rows = answer.get("data").and_then(Value::as_array);
        rows.and_then(|rows| rows.iter().map(form).collect())
            .ok_or_else(|| unreadable("red letters", Advice::Retry { after: None }))
    }

    async fn red_form(&self, seller: &Seller, key: &str) -> Result<FormStatus, OutsideError> {
        let path = of_seller(&format!("/v1/red-letters/{key}"), seller);
        let answer = self.ask(&path).await.map_err(retry)?;
        form(&answer).ok_or_else(|| unreadable("the red letter", Advice::Retry { after: None }))
    }

    async fn answer_red(
        &self,
        seller: &Seller,
        _number: &str,
        key: &str,
        answer: FormAnswer,
    ) -> Result<FormState, OutsideError> {
        let word = match answer {
            FormAnswer::Agree => "agree",
            FormAnswer::Refuse => "refuse",
            FormAnswer::Withdraw => "withdraw",
        };
        let body = json!({ "seller": seller.party.tax_number, "answer": word });
        let path = format!("/v1/red-letters/{key}/answer");
        match self.send(&path, &body).await? {
            (200, answer) => form(&answer)
                .map(|it| it.state)
                .ok_or_else(|| unreadable("the red letter", Advice::OutcomeUnknown)),
            (status, answer) => Err(refused(status, &answer)),
        }
    }

    async fn probe(&self, seller: &Seller) -> Result<(), OutsideError> {
        let path = of_seller("/v1/taxpayer", seller);
        let answer = self.ask(&path).await.map_err(retry)?;
        let number = answers::text(&answer, "tax_number");
        if number == seller.party.tax_number {
            Ok(())
        } else {
            let message = format!(
                "the tax gateway answers for taxpayer `{number}`, not for {}",
                seller.party.tax_number
            );
            Err(OutsideError::new(
                TAX,
                "taxpayer",
                message,
                Advice::NeedsPerson,
            ))
        }
    }
}
