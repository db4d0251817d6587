//! `demo-shop`: the sample shop as a program of its own.

use clap::Parser;
use demo_shop::{DemoShop, DemoShopConfig, PayConfig};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// A small sample shop in front of fapiao's REST API.
#[derive(Parser)]
struct Arguments {
    /// Address to listen on; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:8092")]
    listen: SocketAddr,
    /// Where fapiao answers.
    #[arg(long, default_value = "http://127.0.0.1:8080")]
    api: String,
    /// The pretend phone of a WeChat sandbox.
    #[arg(long)]
    phone: Option<String>,
    /// File with an API key. On the command line others could read it.
    #[arg(long)]
    api_key_file: PathBuf,
    /// Merchant number of WeChat Pay: offers purchases whose payment receipt has an invoice entry.
    #[arg(long, requires_all = ["pay_app_id", "pay_key_file"])]
    pay_merchant: Option<String>,
    /// The account bound to the merchant number.
    #[arg(long, requires = "pay_merchant")]
    pay_app_id: Option<String>,
    /// File with the merchant number's V2 key.
    #[arg(long, requires = "pay_merchant")]
    pay_key_file: Option<PathBuf>,
    /// Where payments are placed; a sandbox takes WeChat Pay's place.
    #[arg(long, default_value = "https://api.mch.weixin.qq.com")]
    pay_base: String,
}

impl Arguments {
    fn pay(&self) -> Result<Option<PayConfig>, String> {
        let (Some(merchant), Some(app_id), Some(file)) =
            (&self.pay_merchant, &self.pay_app_id, &self.pay_key_file)
        else {
            return Ok(None);
        };
        Ok(Some(PayConfig {
            base: self.pay_base.trim_end_matches('/').to_owned(),
            app_id: app_id.clone(),
            merchant: merchant.clone(),
            key: key_in(file)?,
        }))
    }
}

fn key_in(file: &Path) -> Result<String, String> {
    let key = std::fs::read_to_string(file).map_err(|e| format!("{}: {e}", file.display()))?;
    Ok(key.trim().to_owned())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments = Arguments::parse();
    let (api_key, pay) = (key_in(&arguments.api_key_file)?, arguments.pay()?);
    let running = DemoShop::start(DemoShopConfig {
        listen: arguments.listen,
        api_base: arguments.api,
        api_key,
        phone: arguments.phone,
        pay,
    })
    .await?;
    #[expect(
        clippy::print_stdout,
        reason = "tells the person who started it where to look"
    )]
    {
        println!("demo-shop: {}", running.url());
    }
    tokio::signal::ctrl_c().await?;
    running.stop().await;
    Ok(())
}
