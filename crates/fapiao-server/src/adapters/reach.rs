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
        let failed =
            |message: &str| OutsideError::new("reach", "", message, Advice::Retry { after: None });
        let client = self
            .client
            .as_ref()
            .ok_or_else(|| failed("no HTTP client could be made on this machine"))?;
        match client.get(url).send().await {
            Ok(answer) => Ok(answer.status().as_u16()),
            Err(_) => Err(failed(
                "the address is not reached; is the node running, and is the public address right?",
            )),
        }
    }
}
