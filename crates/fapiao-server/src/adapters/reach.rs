//! Looks at our own addresses from outside.

use async_trait::async_trait;
use fapiao_usecases::{
    errors::{Advice, OutsideError},
    ports::Reach,
};
use std::time::Duration;

/// Asks over HTTP, without redirects.
pub struct HttpReach {
    client: Option<reqwest::Client>,
}

impl HttpReach {
    /// With a client of its own.
    pub fn new() -> HttpReach {
        let _ = rustls::crypto::ring::default_provider().install_default();
        HttpReach {
            client: reqwest::Client::builder()
                .timeout(Duration::from_secs(10))
                .redirect(reqwest::redirect::Policy::none())
                .build()
                .ok(),
        }
    }
}

impl Default for HttpReach {
    fn default() -> Self {
        HttpReach::new()
    }
}

#[async_trait]
impl Reach for HttpReach {
    async fn status_of(&self, url: &str) -> Result<u16, OutsideError> {
        Ok(answered(self.client()?.get(url)).await?.status().as_u16())
    }

    async fn get(&self, url: &str) -> Result<(u16, String), OutsideError> {
        beginning(answered(self.client()?.get(url)).await?).await
    }

    async fn post(&self, url: &str, body: String) -> Result<(u16, String), OutsideError> {
        let request = self
            .client()?
            .post(url)
            .header("Content-Type", "text/xml")
            .body(body);
        beginning(answered(request).await?).await
    }
}

impl HttpReach {
    fn client(&self) -> Result<&reqwest::Client, OutsideError> {
        self.client
            .as_ref()
            .ok_or_else(|| failed("no HTTP client could be made on this machine"))
    }
}

fn failed(message: &str) -> OutsideError {
    OutsideError::new("reach", "", message, Advice::Retry { after: None })
}

async fn answered(request: reqwest::RequestBuilder) -> Result<reqwest::Response, OutsideError> {
    request.send().await.map_err(|_| {
        failed("the address is not reached; is the node running, and is the public address right?")
    })
}

/// Status and at most so much of the body as is worth comparing.
async fn beginning(mut answer: reqwest::Response) -> Result<(u16, String), OutsideError> {
    const ENOUGH: usize = 1024;
    let status = answer.status().as_u16();
    let mut bytes = Vec::new();
    while bytes.len() < ENOUGH {
        match answer.chunk().await {
            Ok(Some(chunk)) => bytes.extend_from_slice(&chunk),
            Ok(None) => break,
            Err(_) => return Err(failed("the answer broke off")),
        }
    }
    bytes.truncate(ENOUGH);
    Ok((status, String::from_utf8_lossy(&bytes).into_owned()))
}
