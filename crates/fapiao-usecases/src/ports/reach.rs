//! Whether an address of ours is reached from outside the process.

use crate::errors::OutsideError;
use async_trait::async_trait;

/// Looks at addresses the way a neighbour would. Only ever asked about addresses made from our own settings.
#[async_trait]
pub trait Reach: Send + Sync {
    /// The HTTP status of a GET, without following redirects.
    async fn status_of(&self, url: &str) -> Result<u16, OutsideError>;
    /// Status and the beginning of the body of a GET.
    async fn get(&self, url: &str) -> Result<(u16, String), OutsideError>;
    /// Status and the beginning of the body of a POST.
    async fn post(&self, url: &str, body: String) -> Result<(u16, String), OutsideError>;
}
