#![doc = include_str!("../README.md")]

mod access;
mod amount;
mod catalogue;
mod checks;
mod cipher;
mod clock;
mod control;
mod faults;
mod gateway;
mod invoice;
mod journal;
mod ledger;
mod page;
mod party;
mod refusal;
mod server;
mod services;
mod state;
mod wire;
mod world;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

pub use amount::Amount;
pub use party::{GatewayKey, Party, Taxpayer};
pub use server::{Running, TaxSandbox};

/// How an authority is set up.
#[derive(Clone, Debug)]
pub struct TaxSandboxConfig {
    /// Where to listen; port 0 takes a free one, see [`Running::addr`].
    pub listen: SocketAddr,
    /// Connected parties. On a restart these keys replace those of the state file.
    pub parties: Vec<Party>,
    /// Taxpayers. On a restart those of the state file win, with the gate as it was last set.
    pub taxpayers: Vec<Taxpayer>,
    /// Keys of the tax gateway under `/gateway`. On a restart they replace those of the state file.
    pub gateway_keys: Vec<GatewayKey>,
    /// Where everything is remembered; without it a stop forgets.
    pub state_file: Option<PathBuf>,
    /// How long results of an upload are "in progress". Zero is allowed.
    pub latency: Duration,
    /// Threads that serve.
    pub workers: usize,
}

impl Default for TaxSandboxConfig {
    fn default() -> Self {
        TaxSandboxConfig {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            parties: Vec::new(),
            taxpayers: Vec::new(),
            gateway_keys: Vec::new(),
            state_file: None,
            latency: Duration::from_millis(50),
            workers: 2,
        }
    }
}

/// Why an authority did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address is taken or not ours.
    #[error("cannot listen on {addr}")]
    Listen {
        /// The address asked for.
        addr: SocketAddr,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The state file cannot be read or written.
    #[error("cannot use the state file")]
    State(#[source] std::io::Error),
    /// A party's key is not 32 hexadecimal digits.
    #[error("the sm4_key of party {0} is not 32 hexadecimal digits")]
    Key(String),
}
