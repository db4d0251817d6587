//! The sandbox as a program of its own.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use wechat_sandbox::{AccountConfig, PushConfig, PushMode, Sandbox, SandboxConfig};

/// A WeChat for electronic invoices that runs on your machine.
///
/// Without a configuration it has one account: appid wxsandbox000000001, secret
/// sandbox-secret-000000000000000000, a service account that is its own invoicing platform.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// Address to listen on; port 0 takes a free one.
    #[arg(long)]
    listen: Option<SocketAddr>,
    /// TOML or JSON file with the members of `SandboxConfig`.
    #[arg(long)]
    config: Option<PathBuf>,
    /// File that keeps orders, cards and tokens over restarts.
    #[arg(long)]
    state: Option<PathBuf>,
    /// Address of this sandbox as browsers see it, if it is not the one listened on.
    #[arg(long)]
    public_base: Option<String>,
    /// Push address of the account that exists without a configuration.
    #[arg(long, requires = "push_token")]
    push_url: Option<String>,
    /// Token of that push address.
    #[arg(long)]
    push_token: Option<String>,
    /// EncodingAESKey of that push address; without it pushes go in clear.
    #[arg(long)]
    push_aes_key: Option<String>,
}

#[tokio::main]
async fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_default_env()
                .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info")),
        )
        .with_writer(std::io::stderr)
        .init();
    match run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            let mut text = why.to_string();
            let mut source = why.source();
            while let Some(inner) = source {
                text.push_str(&format!(": {inner}"));
                source = inner.source();
            }
            tracing::error!("{text}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Result<(), Box<dyn std::error::Error>> {
    let mut config = match &arguments.config {
        Some(path) => SandboxConfig::read(path)?,
        None => SandboxConfig {
            listen: SocketAddr::from(([127, 0, 0, 1], 8090)),
            accounts: vec![default_account(&arguments)],
            ..SandboxConfig::default()
        },
    };
    if let Some(listen) = arguments.listen {
        config.listen = listen;
    }
    config.state_file = arguments.state.or(config.state_file);
    config.public_base = arguments.public_base.or(config.public_base);
    let mut running = Sandbox::start(config).await?;
    announce(&format!("ready: {}", running.base_url()));
    tokio::select! {
        ended = running.wait() => return Ok(ended?),
        signal = ended_by_signal() => signal?,
    }
    running.stop().await;
    Ok(())
}

/// Ctrl-C, or the polite end that a service manager asks for.
async fn ended_by_signal() -> std::io::Result<()> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = signal(SignalKind::terminate())?;
        tokio::select! {
            pressed = tokio::signal::ctrl_c() => pressed,
            _ = terminate.recv() => Ok(()),
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await
}

#[expect(clippy::print_stdout, reason = "the line other programs wait for")]
fn announce(line: &str) {
    println!("{line}");
}

fn default_account(arguments: &Arguments) -> AccountConfig {
    let account =
        AccountConfig::self_built("wxsandbox000000001", "sandbox-secret-000000000000000000");
    let account = AccountConfig {
        name: "示例商户".to_owned(),
        ..account
    };
    match (&arguments.push_url, &arguments.push_token) {
        (Some(url), Some(token)) => account.with_push(PushConfig {
            url: url.clone(),
            token: token.clone(),
            aes_key: arguments.push_aes_key.clone().unwrap_or_default(),
            mode: match arguments.push_aes_key {
                Some(_) => PushMode::Safe,
                None => PushMode::Plain,
            },
            format: wechat_sandbox::PushFormat::Xml,
        }),
        _ => account,
    }
}
