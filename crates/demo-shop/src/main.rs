//! `demo-shop`: the sample shop as a program of its own.

use clap::Parser;
use demo_shop::{DemoShop, DemoShopConfig};
use std::net::SocketAddr;
use std::path::PathBuf;

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
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments = Arguments::parse();
    let file = &arguments.api_key_file;
    let key = std::fs::read_to_string(file).map_err(|e| format!("{}: {e}", file.display()))?;
    let running = DemoShop::start(DemoShopConfig {
        listen: arguments.listen,
        api_base: arguments.api,
        api_key: key.trim().to_owned(),
        phone: arguments.phone,
        pay: None,
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
