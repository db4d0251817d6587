use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use reqwest::Method;

use crate::answer::{RawAnswer, unusable};
use crate::endpoints::{Endpoints, Timeouts};
use crate::error::Error;

/// No documented answer comes near this; more is a fault or an attack.
const ANSWER_BYTES_MAX: usize = 1024 * 1024;
/// What a lost answer means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Reads, overwrites with the same, or leaves something harmless behind: just repeat.
    Repeatable,
    /// Does something that must not happen twice: the outcome is unknown.
    Once,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Patience {
    Token,
    Read,
    Upload,
    Insert,
}

/// One interface.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spec {
    /// Begins with `/`.
    pub(crate) path: &'static str,
    pub(crate) effect: Effect,
    pub(crate) patience: Patience,
    /// Members that prove success where `errcode` is left out; empty where it never is.
    pub(crate) proof: &'static [&'static str],
}

impl Spec {
    pub(crate) const fn read(path: &'static str) -> Spec {
        Spec {
            path,
            effect: Effect::Repeatable,
            patience: Patience::Read,
            proof: &[],
        }
    }

    pub(crate) const fn once(path: &'static str) -> Spec {
        Spec {
            path,
            effect: Effect::Once,
            patience: Patience::Insert,
            proof: &[],
        }
    }

    pub(crate) const fn upload(path: &'static str, proof: &'static [&'static str]) -> Spec {
        Spec {
            path,
            effect: Effect::Repeatable,
            patience: Patience::Upload,
            proof,
        }
    }

    pub(crate) const fn credential(path: &'static str, proof: &'static [&'static str]) -> Spec {
        Spec {
            path,
            effect: Effect::Repeatable,
            patience: Patience::Token,
            proof,
        }
    }

    /// The path without its slash: how errors name the interface.
    pub(crate) fn name(&self) -> &'static str {
        self.path.trim_start_matches('/')
    }
}

/// What goes into the body.
#[derive(Clone)]
pub(crate) enum Body {
    None,
    /// Raw UTF-8 JSON, no `\u` escapes, no `null`.
    Json(Bytes),
    File {
        part: &'static str,
        file_name: String,
        mime: &'static str,
        bytes: Bytes,
    },
}

/// The one way to WeChat: base address, time limits, size limits, no redirects.
///
/// Cheap to clone; all clients of a process should share one.
#[derive(Clone)]
pub struct Transport {
    http: reqwest::Client,
    endpoints: Arc<Endpoints>,
    timeouts: Timeouts,
    observer: Option<Observer>,
}

/// A call that is over, as an observer sees it: without the query, which holds the token. Calls for credentials are not
/// shown at all.
#[derive(Clone, Copy)]
pub struct Observed<'a> {
    /// The interface, such as `card/invoice/insert`.
    pub call: &'static str,
    /// Whose token it carried; `None` where the credentials are in the body.
    pub app_id: Option<&'a str>,
    /// The JSON that was sent.
    pub body: Option<&'a [u8]>,
    /// Name and bytes of the file that was sent.
    pub file: Option<(&'a str, &'a [u8])>,
    /// HTTP status and body of the answer, or why there is none.
    pub outcome: Result<(u16, &'a [u8]), &'a str>,
    /// How long it took.
    pub took: Duration,
}

/// Shows the interface and no content.
impl fmt::Debug for Observed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Observed({})", self.call)
    }
}

/// Is told of every call that is over. It should return at once.
pub type Observer = Arc<dyn Fn(&Observed<'_>) + Send + Sync>;

impl Transport {
    /// A transport to `endpoints` with the default [`Timeouts`].
    ///
    /// # Errors
    /// [`Error::Setup`] if the TLS roots of the machine cannot be loaded.
    pub fn new(endpoints: Endpoints) -> Result<Transport, Error> {
        Transport::with_timeouts(endpoints, Timeouts::default())
    }

    /// As [`Transport::new`], with other time limits.
    ///
    /// # Errors
    /// [`Error::Setup`] if the TLS roots of the machine cannot be loaded.
    pub fn with_timeouts(endpoints: Endpoints, timeouts: Timeouts) -> Result<Transport, Error> {
        // An error means that the host has already chosen a provider: fine.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut builder = reqwest::Client::builder();
        if endpoints.is_loopback() {
            builder = builder.no_proxy(); // A stand-in on this machine is not behind the proxy.
        }
        let http = builder
            .connect_timeout(timeouts.connect)
            .redirect(reqwest::redirect::Policy::none()) // The query holds the token.
            .referer(false)
            // A connection that WeChat closes while we write would leave an insert's outcome unknown.
            .pool_idle_timeout(Duration::from_secs(15))
            .retry(reqwest::retry::never())
            .user_agent(concat!("wechat-invoice/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| Error::Setup {
                reason: told(error),
            })?;
        Ok(Transport {
            http,
            endpoints: Arc::new(endpoints),
            timeouts,
            observer: None,
        })
    }

    /// The same transport, watched: for records of what was said to WeChat.
    #[must_use]
    pub fn observed(mut self, observer: Observer) -> Transport {
        self.observer = Some(observer);
        self
    }

    /// Where this transport goes.
    pub fn endpoints(&self) -> &Endpoints {
        &self.endpoints
    }

    pub(crate) async fn send(
        &self,
        app_id: Option<&str>,
        spec: &Spec,
        method: Method,
        query: &[(&str, &str)],
        body: &Body,
    ) -> Result<RawAnswer, Error> {
        let started = Instant::now();
        let outcome = self.exchange(spec, method, query, body).await;
        if let Some(observer) = &self.observer
            && spec.patience != Patience::Token
        {
            let reason = outcome.as_ref().err().map(ToString::to_string);
            observer(&Observed {
                call: spec.name(),
                app_id,
                body: match body {
                    Body::Json(json) => Some(json),
                    Body::None | Body::File { .. } => None,
                },
                file: match body {
                    Body::File {
                        file_name, bytes, ..
                    } => Some((file_name, bytes)),
                    Body::None | Body::Json(_) => None,
                },
                outcome: match &outcome {
                    Ok(raw) => Ok((raw.status, &raw.body)),
                    Err(_) => Err(reason.as_deref().unwrap_or_default()),
                },
                took: started.elapsed(),
            });
        }
        let elapsed_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        match &outcome {
            Ok(raw) => {
                let (call, status) = (spec.name(), raw.status);
                tracing::debug!(
                    call,
                    status,
                    elapsed_ms,
                    "WeChat answered {call} with {status}"
                );
            }
            Err(error) => {
                tracing::debug!(call = spec.name(), elapsed_ms, %error, "WeChat did not answer");
            }
        }
        outcome
    }

    async fn exchange(
        &self,
        spec: &Spec,
        method: Method,
        query: &[(&str, &str)],
        body: &Body,
    ) -> Result<RawAnswer, Error> {
        let url = self.endpoints.url(spec.path, query);
        let limit = match spec.patience {
            Patience::Token => self.timeouts.token,
            Patience::Read => self.timeouts.read,
            Patience::Upload => self.timeouts.upload,
            Patience::Insert => self.timeouts.insert,
        };
        let mut request = self.http.request(method, url).timeout(limit);
        request = match body {
            Body::None => request,
            Body::Json(json) => request
                .header("content-type", "application/json; charset=utf-8")
                .body(json.clone()),
            Body::File {
                part,
                file_name,
                mime,
                bytes,
            } => {
                let length = bytes.len() as u64;
                let file = reqwest::multipart::Part::stream_with_length(bytes.clone(), length)
                    .file_name(file_name.clone())
                    .mime_str(mime)
                    .map_err(|error| Error::Setup {
                        reason: told(error),
                    })?;
                request.multipart(reqwest::multipart::Form::new().part(*part, file))
            }
        };
        let mut response = request.send().await.map_err(|error| lost(spec, error))?;
        let status = response.status().as_u16();
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| lost(spec, error))? {
            if ANSWER_BYTES_MAX < bytes.len() + chunk.len() {
                return Err(unusable(
                    spec,
                    status,
                    "the answer is longer than 1 MiB".into(),
                ));
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(RawAnswer {
            status,
            body: bytes,
        })
    }
}

impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let base = self.endpoints.api_base().as_str();
        f.debug_struct("Transport")
            .field("api_base", &base)
            .finish_non_exhaustive()
    }
}

/// An exchange that broke off. Only a connection that never stood is certainly without effect.
fn lost(spec: &Spec, error: reqwest::Error) -> Error {
    let never_sent = error.is_connect() || error.is_builder();
    let reason = told(error);
    match spec.effect {
        Effect::Once if !never_sent => Error::OutcomeUnknown {
            call: spec.name(),
            reason,
        },
        _ => Error::Transport {
            call: spec.name(),
            reason,
        },
    }
}

/// The whole chain of causes in one line, the address left out: its query holds the token.
fn told(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        cause = inner.source();
    }
    text
}
