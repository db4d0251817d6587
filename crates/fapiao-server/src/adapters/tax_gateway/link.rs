//! Signed calls to one gateway, each kept as evidence.

use crate::adapters::exchanges::{Recorder, Said};
use chrono::{DateTime, Utc};
use fapiao_usecases::{
    errors::{Advice, OutsideError},
    idempotency::fingerprint,
    ports::{Clock, GatewayAnswer, GatewayCall, Gateways},
};
use serde_json::{Value, json};
use std::{sync::Arc, time::Instant};

/// How a gateway is reached, and with which key.
#[derive(Clone)]
pub struct Link {
    /// Signs and sends.
    pub gateways: Arc<dyn Gateways>,
    /// Keeps what was said; `None` keeps nothing.
    pub recorder: Option<Recorder>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// What precedes `/v1`.
    pub base_url: String,
    /// Names the key.
    pub key_id: String,
    /// The key.
    pub secret: String,
}

impl Link {
    /// The time.
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// A call whose answer is JSON.
    pub(super) async fn json(
        &self,
        method: &'static str,
        path: &str,
        body: String,
    ) -> Result<(u16, Value), OutsideError> {
        let answer = self.call(method, path, body).await?;
        match serde_json::from_slice(&answer.body) {
            Ok(value) => Ok((answer.status, value)),
            // A proxy's page in place of the answer: what the call did is not known.
            Err(_) if answer.status == 200 || answer.status >= 500 => Err(OutsideError::new(
                super::TAX,
                format!("http_{}", answer.status),
                format!(
                    "the tax gateway answered {} with something that is not JSON",
                    answer.status
                ),
                Advice::OutcomeUnknown,
            )),
            Err(_) => Ok((answer.status, Value::Null)),
        }
    }

    /// Any call.
    pub(super) async fn call(
        &self,
        method: &'static str,
        path: &str,
        body: String,
    ) -> Result<GatewayAnswer, OutsideError> {
        let began = Instant::now();
        let request = serde_json::from_str(&body).unwrap_or(Value::Null);
        let call = GatewayCall {
            method,
            url: format!("{}{path}", self.base_url),
            key_id: self.key_id.clone(),
            secret: self.secret.clone(),
            body,
        };
        let answer = self.gateways.call(call).await.map_err(|mut error| {
            error.system = super::TAX;
            error.message = error
                .message
                .replace("the other installation", "the tax gateway");
            error
        });
        if let Some(recorder) = &self.recorder {
            let (said, outcome) = match &answer {
                Ok(answer) => (
                    readable(answer),
                    if answer.status < 400 {
                        "answered"
                    } else {
                        "refused"
                    },
                ),
                Err(error) => (json!({ "error": error.message }), "unanswered"),
            };
            recorder.note(Said {
                system: super::TAX,
                operation: format!("{method} {}", path.split('?').next().unwrap_or(path)),
                request,
                answer: said,
                outcome,
                took: began.elapsed(),
                subjects: Vec::new(),
            });
        }
        answer
    }
}

/// A file is told by its hash.
fn readable(answer: &GatewayAnswer) -> Value {
    serde_json::from_slice(&answer.body).unwrap_or_else(
        |_| json!({ "size": answer.body.len(), "sha256": fingerprint(&answer.body) }),
    )
}
