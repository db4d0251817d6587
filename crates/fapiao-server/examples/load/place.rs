//! Where everything is, and the keys to it.

use crate::{Failure, usage::Watched, wire::Server};
use clap::Args;
use fapiao_server::demo::DemoSecrets;
use std::path::PathBuf;

/// A running demo in two processes.
#[derive(Args)]
pub(crate) struct Place {
    /// Address of the product.
    #[arg(long)]
    web: String,
    /// Address of the WeChat sandbox.
    #[arg(long)]
    wechat: String,
    /// Address of the tax sandbox.
    #[arg(long)]
    tax: String,
    /// The demo's data folder: its keys are there.
    #[arg(long)]
    data: PathBuf,
    /// Process id of the product.
    #[arg(long)]
    product_pid: u32,
    /// Process id of the sandboxes.
    #[arg(long)]
    sandboxes_pid: u32,
}

impl Place {
    pub(crate) fn product(&self) -> Result<Server, Failure> {
        Server::new(&self.web)
    }

    pub(crate) fn wechat(&self) -> Result<Server, Failure> {
        Server::new(&self.wechat)
    }

    pub(crate) fn tax(&self) -> Result<Server, Failure> {
        Server::new(&self.tax)
    }

    /// The path of an address of the product's.
    pub(crate) fn path_of<'a>(&self, address: &'a str) -> &'a str {
        address.strip_prefix(&self.web).unwrap_or(address)
    }

    pub(crate) fn watched(&self) -> Watched {
        Watched {
            product: self.product_pid,
            sandboxes: self.sandboxes_pid,
        }
    }

    pub(crate) fn secrets(&self) -> Result<DemoSecrets, Failure> {
        let path = self.data.join("demo.toml");
        let failed = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
        let text = std::fs::read_to_string(&path).map_err(|error| failed(&error))?;
        toml::from_str(&text).map_err(|error| failed(&error))
    }
}
