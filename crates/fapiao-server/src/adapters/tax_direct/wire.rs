//! One call over HTTP: encrypt, sign, send, decrypt, judge.

use super::{
    DirectTaxConfig,
    cipher::Keys,
    errors::{Call, TAX},
};
use crate::adapters::exchanges::{Recorder, Said};
use chrono::{DateTime, FixedOffset, Utc};
use fapiao_usecases::errors::{Advice, OutsideError};
use serde::Deserialize;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// The base issuing capability (基础版开票).
const CAPABILITY: &str = "202007";
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// The connection of one party.
pub(super) struct Wire {
    http: reqwest::Client,
    config: DirectTaxConfig,
    /// None while no connection is set up: sellers may issue over a tax gateway or another company's platform.
    keys: Option<Keys>,
    pub(super) recorder: Option<Recorder>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Envelope {
    response: Response,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Response {
    #[serde(default)]
    request_id: String,
    data: Option<String>,
    error: Option<AccessError>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct AccessError {
    code: String,
    #[serde(default)]
    message: String,
}

/// The wall clock in Asia/Shanghai: signatures are about real time, whatever a test's clock says.
#[expect(
    clippy::disallowed_methods,
    reason = "an adapter signs with the wall clock"
)]
pub(super) fn now() -> DateTime<FixedOffset> {
    const SHANGHAI: i32 = 8 * 3600;
    let now = Utc::now();
    FixedOffset::east_opt(SHANGHAI)
        .map_or_else(|| now.fixed_offset(), |zone| now.with_timezone(&zone))
}

impl Wire {
    pub(super) fn new(config: DirectTaxConfig, answer: Duration) -> Result<Wire, String> {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let keys = if config.is_absent() {
            None
        } else {
            Some(keys_of(&config)?)
        };
        let http = reqwest::Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(answer)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|error| format!("the HTTP client cannot be made: {error}"))?;
        Ok(Wire {
            http,
            config,
            keys,
            recorder: None,
        })
    }

    pub(super) fn party_id(&self) -> &str {
        &self.config.party_id
    }

    pub(super) fn user_id(&self) -> &str {
        &self.config.user_id
    }

    /// Calls a service and returns its data when `returncode` is `00`; what was said is kept as evidence.
    pub(super) async fn call(&self, call: Call<'_>, body: &Value) -> Result<Value, OutsideError> {
        let Some(keys) = &self.keys else {
            return Err(not_set_up());
        };
        let began = Instant::now();
        let answer = self.exchange(keys, call, body).await;
        if let Some(recorder) = &self.recorder {
            let (said, outcome) = match &answer {
                Ok(data) => (data.clone(), "answered"),
                Err(error) => (
                    json!({ "code": error.code, "error": error.message }),
                    match error.advice {
                        Advice::Retry { .. } | Advice::OutcomeUnknown => "unanswered",
                        Advice::AlreadyDone => "answered",
                        Advice::NeedsPerson | Advice::Never => "refused",
                    },
                ),
            };
            for (request, answer, number) in one_by_one(body, &said) {
                recorder.note(Said {
                    system: "tax",
                    operation: call.service.to_owned(),
                    request,
                    answer,
                    outcome,
                    took: began.elapsed(),
                    subjects: number.into_iter().collect(),
                });
            }
        }
        answer
    }

    async fn exchange(
        &self,
        keys: &Keys,
        call: Call<'_>,
        body: &Value,
    ) -> Result<Value, OutsideError> {
        let body = keys.seal(body.to_string().as_bytes());
        let timestamp = now().timestamp().to_string();
        let answer = self
            .http
            .post(format!(
                "{}/access/v2/invoke/{CAPABILITY}/{}/",
                self.config.base_url, call.service
            ))
            .header("fwbm", call.service)
            .header("nlbm", CAPABILITY)
            .header("jrdwptbh", self.party_id())
            .header("sydwptbh", self.user_id())
            .header("sxcsbz", if self.config.sandbox { "Y" } else { "N" })
            .header(
                "access_signature",
                keys.sign(call.service, &timestamp, &body),
            )
            .header("access_timestamp", timestamp)
            .header(reqwest::header::CONTENT_TYPE, "text/plain")
            .body(body)
            .send()
            .await
            .map_err(|error| call.unanswered(error))?;
        let status = answer.status();
        let text = answer
            .bytes()
            .await
            .map_err(|error| call.unanswered(error))?;
        let Ok(Envelope { response }) = serde_json::from_slice::<Envelope>(&text) else {
            return Err(if status.is_success() {
                call.garbage()
            } else {
                call.status(status.as_u16())
            });
        };
        tracing::debug!(service = call.service, request = %response.request_id, "The tax authority answered");
        if let Some(error) = response.error {
            return Err(call.access(&error.code, &error.message));
        }
        let plain = response
            .data
            .and_then(|data| keys.open(&data))
            .ok_or_else(|| call.garbage())?;
        let data: Value = serde_json::from_slice(&plain).map_err(|_| call.garbage())?;
        match data.get("returncode").and_then(Value::as_str) {
            Some("00") => Ok(data),
            Some(code) => Err(call.service(code, super::answers::text(&data, "returnmsg"))),
            None => Err(call.garbage()),
        }
    }
}

/// The keys of a connection that is set up.
fn keys_of(config: &DirectTaxConfig) -> Result<Keys, String> {
    // All at once: who sets it up reads the list one time and not once for each setting.
    let mut wrong = Vec::new();
    if url::Url::parse(&config.base_url).is_err() || config.base_url.ends_with('/') {
        wrong.push("tax.base_url (like https://host:8443, without a slash at the end)");
    }
    if config.party_id.is_empty() {
        wrong.push("tax.party_id (the bureau assigned it)");
    }
    if config.user_id.is_empty() {
        wrong.push("tax.user_id (the bureau assigned it)");
    }
    let keys = Keys::new(&config.sm4_key, config.secret.clone());
    if keys.is_none() {
        wrong.push("tax.sm4_key (32 hexadecimal digits)");
    }
    keys.filter(|_| wrong.is_empty()).ok_or_else(|| {
        format!(
            "missing or wrong: {}. Leave all of [tax] empty as long as there is no direct connection; `fapiao demo` \
             brings a tax authority to try with",
            wrong.join(", ")
        )
    })
}

fn not_set_up() -> OutsideError {
    OutsideError::new(
        TAX,
        "not_set_up",
        "尚未设置税务直连：请填写设置文件的 [tax] 并重启，或为开票主体选择税务网关，然后重试 / no direct connection to the tax \
         authority is set up: fill in [tax] of the settings and restart, or give the seller a tax gateway on its page; \
         then retry",
        Advice::NeedsPerson,
    )
}

/// What was said of each invoice, for itself: a call carries up to a hundred, and the evidence of one must not show the
/// buyers of the others. Request, answer, and the number.
fn one_by_one(request: &Value, answer: &Value) -> Vec<(Value, Value, Option<String>)> {
    let number = |value: &Value| value.get("fphm")?.as_str().map(str::to_owned);
    if let Value::Array(items) = request {
        return items
            .iter()
            .map(|item| {
                (
                    Value::Array(vec![item.clone()]),
                    answer.clone(),
                    number(item),
                )
            })
            .collect();
    }
    if let Value::Object(members) = answer
        && let Some((name, items)) = members.iter().find_map(|(name, value)| {
            let items = value.as_array()?;
            items
                .iter()
                .any(|it| number(it).is_some())
                .then_some((name, items))
        })
    {
        return items
            .iter()
            .map(|item| {
                let mut own = members.clone();
                own.insert(name.clone(), Value::Array(vec![item.clone()]));
                (request.clone(), Value::Object(own), number(item))
            })
            .collect();
    }
    vec![(request.clone(), answer.clone(), number(request))]
}
