//! Signed calls to other installations over the platform gateway.

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use fapiao_usecases::{
    errors::{Advice, OutsideError},
    gateway::{HEADER_KEY, HEADER_NONCE, HEADER_SIGNATURE, HEADER_TIMESTAMP, Signed, sign},
    ports::{Clock, GatewayAnswer, GatewayCall, Gateways},
};
use std::{sync::Arc, time::Duration};

/// The name of this neighbour in errors.
const SYSTEM: &str = "platform";
/// Longest answer, bytes: room for a PDF.
const ANSWER_MAX: usize = 16 * 1024 * 1024;
/// A call takes no longer.
const PATIENCE: Duration = Duration::from_secs(15);

/// Calls over HTTP, without redirects: a signature is for one address.
pub struct HttpGateways {
    client: reqwest::Client,
    clock: Arc<dyn Clock>,
}

impl HttpGateways {
    /// With a client of its own.
    ///
    /// # Errors
    /// Why the client cannot be made.
    pub fn new(clock: Arc<dyn Clock>) -> Result<HttpGateways, String> {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder()
            .timeout(PATIENCE)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|error| error.to_string())?;
        Ok(HttpGateways { client, clock })
    }
}

#[async_trait]
impl Gateways for HttpGateways {
    async fn call(&self, call: GatewayCall) -> Result<GatewayAnswer, OutsideError> {
        let url = url::Url::parse(&call.url).map_err(|error| {
            let message = format!("the address of the other installation is none: {error}");
            OutsideError::new(SYSTEM, "address", message, Advice::NeedsPerson)
        })?;
        let path = match url.query() {
            Some(query) => format!("{}?{query}", url.path()),
            None => url.path().to_owned(),
        };
        let nonce = hex::encode(rand::random::<[u8; 16]>());
        let timestamp = self.clock.now().timestamp();
        let signature = sign(
            &call.secret,
            &Signed {
                method: call.method,
                path: &path,
                timestamp,
                nonce: &nonce,
                body: call.body.as_bytes(),
            },
        );
        let request = match call.method {
            "GET" => self.client.get(url),
            _ => self
                .client
                .post(url)
                .header("content-type", "application/json")
                .body(call.body),
        };
        let answer = request
            .header(HEADER_KEY, call.key_id)
            .header(HEADER_TIMESTAMP, timestamp.to_string())
            .header(HEADER_NONCE, nonce)
            .header(HEADER_SIGNATURE, signature)
            .send()
            .await
            .map_err(unanswered)?;
        let status = answer.status().as_u16();
        let body = read(answer).await?;
        Ok(GatewayAnswer { status, body })
    }
}

async fn read(mut answer: reqwest::Response) -> Result<Bytes, OutsideError> {
    let mut body = BytesMut::new();
    while let Some(chunk) = answer.chunk().await.map_err(unanswered)? {
        if body.len() + chunk.len() > ANSWER_MAX {
            let message =
                format!("the other installation's answer is larger than {ANSWER_MAX} bytes");
            return Err(OutsideError::new(
                SYSTEM,
                "too_large",
                message,
                Advice::NeedsPerson,
            ));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

/// No connection, or none that carried an answer back.
fn unanswered(error: reqwest::Error) -> OutsideError {
    let error = error.without_url();
    let (advice, what) = if error.is_connect() {
        (Advice::Retry { after: None }, "cannot be reached")
    } else if error.is_timeout() {
        (Advice::OutcomeUnknown, "did not answer in time")
    } else {
        (Advice::OutcomeUnknown, "broke the connection")
    };
    OutsideError {
        system: SYSTEM,
        code: String::new(),
        message: format!("the other installation {what}"),
        advice,
        source: Some(Box::new(error)),
    }
}
