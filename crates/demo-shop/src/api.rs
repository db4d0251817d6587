//! fapiao's REST API, as much of it as a shop needs.

use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use reqwest::{Client, RequestBuilder, Response, StatusCode};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// A client with its key.
pub(crate) struct Api {
    base: String,
    client: Client,
}

/// What was sold. Numbers are decimal strings, so that nothing on the way rounds them.
#[derive(Debug, Serialize)]
pub(crate) struct NewOrder<'a> {
    pub(crate) order_no: &'a str,
    pub(crate) lines: &'a [Line],
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) delivery: Option<NewDelivery>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) payment: Option<NewPayment>,
}

/// How the invoice should reach the customer: by a page on which they fill in their title.
#[derive(Debug, Serialize)]
pub(crate) struct NewDelivery {
    pub(crate) channel: &'static str,
    pub(crate) page: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) return_url: Option<String>,
}

/// How it was paid: finds the order when the customer asks for the invoice on the payment's receipt.
#[derive(Debug, Serialize)]
pub(crate) struct NewPayment {
    pub(crate) channel: &'static str,
    pub(crate) transaction_no: String,
    pub(crate) trade_no: String,
}

/// One line of an order.
#[derive(Clone, Debug, Serialize, PartialEq)]
pub(crate) struct Line {
    pub(crate) name: &'static str,
    pub(crate) tax_code: &'static str,
    pub(crate) quantity: String,
    pub(crate) unit: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) spec: Option<&'static str>,
    pub(crate) unit_price: &'static str,
    pub(crate) tax_included: bool,
    pub(crate) rate: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) discount: Option<&'static str>,
}

/// The order as fapiao took it.
#[derive(Debug, Deserialize)]
pub(crate) struct Order {
    pub(crate) id: String,
    pub(crate) totals: Totals,
    #[serde(default)]
    pub(crate) delivery: Option<OrderedDelivery>,
}

/// Sums in yuan; `amount` is without tax.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Totals {
    pub(crate) amount: String,
    pub(crate) tax: String,
    pub(crate) total: String,
}

/// The delivery that was asked for along with the order.
#[derive(Debug, Deserialize)]
pub(crate) struct OrderedDelivery {
    pub(crate) id: String,
    /// Our button leads there.
    pub(crate) page_url: String,
    pub(crate) state: String,
    #[serde(default)]
    pub(crate) invoice: Option<Invoice>,
}

/// WeChat's page for an app or a mini program.
#[derive(Debug, Deserialize)]
pub(crate) struct WechatPage {
    pub(crate) auth_url: String,
    #[serde(default)]
    pub(crate) appid: Option<String>,
}

/// The invoice, once there is one.
#[derive(Debug, Deserialize)]
pub(crate) struct Invoice {
    pub(crate) id: String,
    pub(crate) number: String,
}

/// Why fapiao did not do what was asked (RFC 9457).
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Problem {
    pub(crate) title: String,
    pub(crate) detail: String,
    pub(crate) request_id: String,
}

/// An answer that is none.
#[derive(Debug)]
pub(crate) enum ApiError {
    /// fapiao said no, and why.
    Refused(StatusCode, Problem),
    /// No answer, or none that can be read. An order may have arrived all the same: sending it
    /// again with the same key is safe.
    Unreachable,
}

impl Api {
    /// A client for the fapiao at `base`.
    pub(crate) fn new(base: &str, key: &str) -> Result<Api, String> {
        // Only the first call in a process installs it; later ones find it in place.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let base = base.trim_end_matches('/').to_owned();
        reqwest::Url::parse(&base).map_err(|error| format!("api_base `{base}`: {error}"))?;
        let mut authorization = HeaderValue::from_str(&format!("Bearer {key}"))
            .map_err(|_| "the API key has characters that no key has".to_owned())?;
        authorization.set_sensitive(true);
        let client = Client::builder()
            .default_headers(HeaderMap::from_iter([(AUTHORIZATION, authorization)]))
            .timeout(Duration::from_secs(15))
            .build()
            .map_err(|error| format!("the HTTP client: {error}"))?;
        Ok(Api { base, client })
    }

    /// Places an order. `key` makes it safe to send again after a lost answer.
    pub(crate) async fn place_order(
        &self,
        key: &str,
        order: &NewOrder<'_>,
    ) -> Result<Order, ApiError> {
        let request = self.client.post(format!("{}/api/v1/orders", self.base));
        let answer = send(request.header("Idempotency-Key", key).json(order)).await?;
        answer.json().await.map_err(|_| ApiError::Unreachable)
    }

    /// Asks how an order stands, with its newest delivery.
    pub(crate) async fn order(&self, id: &str) -> Result<Order, ApiError> {
        let request = self.client.get(format!("{}/api/v1/orders/{id}", self.base));
        let answer = send(request).await?;
        answer.json().await.map_err(|_| ApiError::Unreachable)
    }

    /// A fresh page at WeChat, at each tap: its address goes stale.
    pub(crate) async fn wechat_page(&self, delivery: &str) -> Result<WechatPage, ApiError> {
        let request = self
            .client
            .post(format!(
                "{}/api/v1/deliveries/{delivery}/wechat-page",
                self.base
            ))
            .header("Idempotency-Key", crate::basket::new_key())
            .json(&serde_json::json!({}));
        let answer = send(request).await?;
        answer.json().await.map_err(|_| ApiError::Unreachable)
    }

    /// The QR code for the receipt, and the short code beside it.
    pub(crate) async fn receipt_qr(&self, order: &str) -> Result<(Vec<u8>, String), ApiError> {
        let request = self.client.get(format!(
            "{}/api/v1/orders/{order}/receipt-qr.svg",
            self.base
        ));
        let answer = send(request).await?;
        let code = answer
            .headers()
            .get("short-code")
            .and_then(|it| it.to_str().ok())
            .unwrap_or_default()
            .to_owned();
        let bytes = answer.bytes().await.map_err(|_| ApiError::Unreachable)?;
        Ok((bytes.to_vec(), code))
    }

    /// The PDF of an invoice.
    pub(crate) async fn invoice_pdf(&self, id: &str) -> Result<Vec<u8>, ApiError> {
        let request = self
            .client
            .get(format!("{}/api/v1/invoices/{id}/file.pdf", self.base));
        let bytes = send(request)
            .await?
            .bytes()
            .await
            .map_err(|_| ApiError::Unreachable)?;
        Ok(bytes.to_vec())
    }
}

async fn send(request: RequestBuilder) -> Result<Response, ApiError> {
    let answer = request.send().await.map_err(|_| ApiError::Unreachable)?;
    let status = answer.status();
    if status.is_success() {
        return Ok(answer);
    }
    // A proxy's error page is no problem document: then the status has to do.
    Err(ApiError::Refused(
        status,
        answer.json().await.unwrap_or_default(),
    ))
}
