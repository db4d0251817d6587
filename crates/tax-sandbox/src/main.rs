//! `tax-sandbox`: the authority as a program of its own.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;
use serde::Deserialize;
use tax_sandbox::{GatewayKey, Party, TaxSandbox, TaxSandboxConfig, Taxpayer};

/// A tax authority that runs on your machine.
#[derive(Parser)]
#[command(version, about)]
struct Arguments {
    /// Where to listen; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:8091")]
    listen: SocketAddr,
    /// Remember everything in this file.
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
    /// Parties, taxpayers and gateway keys, as JSON: {"parties": […], "taxpayers": […], "gateway_keys": […]}.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// How long results stay "in progress", in milliseconds.
    #[arg(long, default_value_t = 50)]
    latency: u64,
    /// Threads that serve.
    #[arg(long, default_value_t = 2)]
    workers: usize,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Participants {
    parties: Vec<Party>,
    taxpayers: Vec<Taxpayer>,
    /// Keys of the tax gateway.
    #[serde(default)]
    gateway_keys: Vec<GatewayKey>,
}

/// Without a file: one party with keys everybody knows, and two taxpayers.
fn sample() -> Participants {
    let party = Party {
        id: "LQ0000000001".into(),
        sm4_key: "0123456789abcdeffedcba9876543210".into(),
        secret: "tax-sandbox".into(),
    };
    let taxpayers = vec![
        Taxpayer::general(
            "91330100MA00000072",
            "样例零售有限公司",
            &party.id,
            "SY0000000001",
        ),
        Taxpayer::general(
            "92330106MA9XX0003C",
            "样例小吃店",
            &party.id,
            "SY0000000002",
        )
        .small_scale(),
    ];
    Participants {
        gateway_keys: vec![GatewayKey {
            id: "gateway-1".into(),
            secret: "tax-sandbox".into(),
            party: party.id.clone(),
            makes_files: true,
        }],
        parties: vec![party],
        taxpayers,
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .init();
    let arguments = Arguments::parse();
    let participants = match &arguments.config {
        Some(path) => serde_json::from_slice(&std::fs::read(path)?)?,
        None => sample(),
    };
    let mut running = TaxSandbox::start(TaxSandboxConfig {
        listen: arguments.listen,
        parties: participants.parties,
        taxpayers: participants.taxpayers,
        gateway_keys: participants.gateway_keys,
        state_file: arguments.state,
        latency: Duration::from_millis(arguments.latency),
        workers: arguments.workers,
    })
    .await?;
    tell(&running.url(), arguments.config.is_none());
    tokio::select! {
        ended = running.wait() => return Ok(ended?),
        interrupt = tokio::signal::ctrl_c() => interrupt?,
    }
    running.stop().await?;
    Ok(())
}

#[expect(clippy::print_stdout, reason = "a program tells where it listens")]
fn tell(url: &str, sample: bool) {
    println!("税局沙箱 Tax sandbox: {url}");
    if sample {
        println!(
            "sample party LQ0000000001, SM4 key 0123456789abcdeffedcba9876543210, secret tax-sandbox"
        );
        println!("tax gateway {url}/gateway, key gateway-1, secret tax-sandbox");
        println!(
            "taxpayers 91330100MA00000072 (using party SY0000000001), 92330106MA9XX0003C (SY0000000002)"
        );
    }
    println!("ready: {url}");
}
