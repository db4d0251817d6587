//! `fapiao demo`: the product with a demo company, beside two sandboxes and a sample shop. The product's part is the
//! production code; only its settings are the demo's.

mod catalogue;
mod company;
pub mod crash;
mod secrets;

use crate::{
    adapters::clock::SystemClock,
    config::{Config, ConfigError},
    housekeeping,
    node::{Node, Parts, stop_signal},
    telemetry, wiring,
};
use clap::{Args, ValueEnum};
use demo_shop::{DemoShop, DemoShopConfig};
use fapiao_usecases::ports::Ports;
use secrets::DemoSecrets;
use std::{
    net::{SocketAddr, TcpListener},
    path::{Path, PathBuf},
    sync::Arc,
};
use tax_sandbox::{Party, TaxSandbox, TaxSandboxConfig, Taxpayer};
use wechat_sandbox::{AccountConfig, PushConfig, PushFormat, PushMode, Sandbox, SandboxConfig};

type Failure = Box<dyn std::error::Error>;

/// Where the demo listens and keeps its data.
#[derive(Args)]
pub struct DemoArgs {
    /// The product; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// The WeChat sandbox.
    #[arg(long, default_value = "127.0.0.1:8090")]
    sandbox: SocketAddr,
    /// The tax sandbox.
    #[arg(long, default_value = "127.0.0.1:8091")]
    tax: SocketAddr,
    /// The sample shop; without it 127.0.0.1:8092, or a free port when that is taken.
    #[arg(long)]
    shop: Option<SocketAddr>,
    /// Folder of the data.
    #[arg(long, default_value = "data/demo")]
    data: PathBuf,
    /// Forgets the data of earlier runs first.
    #[arg(long)]
    fresh: bool,
    /// One JSON line instead of words.
    #[arg(long)]
    print_json: bool,
    /// Only one side, for tests and benchmarks: the other runs in a process of its own at the given addresses.
    #[arg(long)]
    only: Option<Side>,
    /// Another database than SQLite in the data folder.
    #[arg(long, value_name = "URL")]
    database: Option<String>,
}

/// The two sides of the demo.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Side {
    /// The product alone.
    Product,
    /// The two sandboxes alone.
    Sandboxes,
}

struct Neighbours {
    wechat: wechat_sandbox::Running,
    tax: tax_sandbox::Running,
}

/// Runs the demo until Ctrl-C.
///
/// # Errors
/// What could not be started, and why.
pub async fn run(args: DemoArgs) -> Result<(), Failure> {
    if args.fresh && args.data.exists() {
        std::fs::remove_dir_all(&args.data).map_err(|error| format!("{}: {error}", args.data.display()))?;
    }
    std::fs::create_dir_all(&args.data).map_err(|error| format!("{}: {error}", args.data.display()))?;
    let secrets = DemoSecrets::load_or_make(&args.data)?;
    let listener = match args.only {
        Some(Side::Sandboxes) => None,
        _ => Some(bind(args.listen)?),
    };
    let web = listener.as_ref().map_or(Ok(args.listen), TcpListener::local_addr)?;
    let neighbours = match args.only {
        Some(Side::Product) => None,
        _ => Some(start_sandboxes(&args, &secrets, web).await?),
    };
    let wechat_at = neighbours.as_ref().map_or(args.sandbox, |it| it.wechat.addr());
    let tax_at = neighbours.as_ref().map_or(args.tax, |it| it.tax.addr());
    let mut node = None;
    let mut shop = None;
    if let Some(listener) = listener {
        let config = settings(&args, &secrets, web, wechat_at, tax_at)?;
        telemetry::start_logging(&config.log);
        let store = wiring::open_store(&config).await?;
        store.migrate().await?;
        let ports = wiring::wire(&config, store, Arc::new(SystemClock))?;
        company::ensure(&ports, &secrets, web).await?;
        prepare(&ports).await?;
        node = Some(Node::start(&config, ports, Parts::All, Some(listener))?);
        if args.only.is_none() {
            shop = Some(start_shop(args.shop, web, &secrets.api_key).await?);
        }
    }
    announce(&args, &secrets, web, wechat_at, tax_at, shop.as_ref().map(demo_shop::Running::address));
    stop_signal().await;
    if let Some(shop) = shop {
        shop.stop().await;
    }
    if let Some(node) = node {
        node.stop().await;
    }
    if let Some(neighbours) = neighbours {
        neighbours.wechat.stop().await;
        neighbours.tax.stop().await;
    }
    Ok(())
}

fn bind(address: SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(address)
        .map_err(|error| format!("cannot listen on {address}: {error}; choose another with --listen").into())
}

async fn start_sandboxes(args: &DemoArgs, secrets: &DemoSecrets, web: SocketAddr) -> Result<Neighbours, Failure> {
    let push = PushConfig {
        url: format!("http://{web}/wechat/callback/{}", secrets.app_id),
        token: secrets.push_token.clone(),
        aes_key: secrets.push_key.clone(),
        mode: PushMode::Safe,
        format: PushFormat::Xml,
    };
    let mut account = AccountConfig::self_built(&secrets.app_id, &secrets.app_secret).with_push(push);
    account.name = "示例商贸".to_owned();
    let wechat = Sandbox::start(SandboxConfig {
        listen: args.sandbox,
        state_file: Some(args.data.join("wechat-sandbox").join("state.jsonl")),
        accounts: vec![account],
        ..SandboxConfig::default()
    })
    .await
    .map_err(|error| format!("the WeChat sandbox did not start: {error}; choose another address with --sandbox"))?;
    let party = Party {
        id: secrets.tax_party.clone(),
        sm4_key: secrets.tax_key.clone(),
        secret: secrets.tax_secret.clone(),
    };
    let taxpayers = company::SELLERS
        .iter()
        .map(|seller| {
            let mut taxpayer =
                Taxpayer::general(seller.tax_number, seller.name, &secrets.tax_party, &secrets.tax_user);
            taxpayer.province = seller.province.to_owned();
            taxpayer.on_demand = false;
            if seller.small_scale { taxpayer.small_scale() } else { taxpayer }
        })
        .collect();
    let tax = TaxSandbox::start(TaxSandboxConfig {
        listen: args.tax,
        parties: vec![party],
        taxpayers,
        state_file: Some(args.data.join("tax-sandbox").join("state.jsonl")),
        ..TaxSandboxConfig::default()
    })
    .await
    .map_err(|error| format!("the tax sandbox did not start: {error}; choose another address with --tax"))?;
    Ok(Neighbours { wechat, tax })
}

fn settings(
    args: &DemoArgs,
    secrets: &DemoSecrets,
    web: SocketAddr,
    wechat: SocketAddr,
    tax: SocketAddr,
) -> Result<Config, ConfigError> {
    let data = absolute(&args.data);
    let database = args.database.clone().unwrap_or_else(|| format!("sqlite://{}/fapiao.db", data.display()));
    let mut environment: Vec<(String, String)> = [
        ("FAPIAO_MODE", "sandbox".to_owned()),
        ("FAPIAO_SERVER__LISTEN", web.to_string()),
        ("FAPIAO_SERVER__PUBLIC_BASE_URL", format!("http://{web}")),
        ("FAPIAO_DATABASE__URL", database),
        ("FAPIAO_STORAGE__URL", format!("file://{}/documents", data.display())),
        ("FAPIAO_WECHAT__API_BASE", format!("http://{wechat}")),
        ("FAPIAO_WECHAT__ALLOW_HOST_OVERRIDE", "true".to_owned()),
        ("FAPIAO_TAX__BASE_URL", format!("http://{tax}")),
        ("FAPIAO_TAX__PARTY_ID", secrets.tax_party.clone()),
        ("FAPIAO_TAX__USER_ID", secrets.tax_user.clone()),
        ("FAPIAO_TAX__SM4_KEY", secrets.tax_key.clone()),
        ("FAPIAO_TAX__SECRET", secrets.tax_secret.clone()),
        ("FAPIAO_SECRETS__MASTER_KEY", secrets.master_key.clone()),
        ("FAPIAO_SECRETS__AUDIT_KEY", secrets.audit_key.clone()),
        ("FAPIAO_LOG__FILTER", "warn,fapiao_server=info".to_owned()),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value))
    .collect();
    // What is set on purpose (mail, worker, log) still counts.
    environment.extend(
        std::env::vars()
            .filter(|(name, _)| ["FAPIAO_MAIL__", "FAPIAO_WORKER__", "FAPIAO_LOG__"].iter().any(|it| name.starts_with(it))),
    );
    Config::load(None, &environment)
}

fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

/// Everything the first order needs is fetched before `ready:`; what fails (a sandbox that is down) is left to jobs.
async fn prepare(ports: &Ports) -> Result<(), Failure> {
    use fapiao_usecases::{merchant::prepare::prepare_account, platform::{stock, template}};
    housekeeping::queue_set_up(ports).await?;
    for seller in ports.store.sellers().await? {
        let synced = ports.store.tax_data_at(&seller.id).await?.is_some();
        if !synced {
            let _ = stock::sync_tax_data(ports, &seller.id).await;
        }
        let _ = stock::refill_stock(ports, &seller.id).await;
        if let Some(account) = &seller.platform_account {
            let _ = prepare_account(ports, account).await;
        }
        let _ = template::ensure_template(ports, &seller.id).await;
    }
    Ok(())
}

async fn start_shop(wanted: Option<SocketAddr>, web: SocketAddr, api_key: &str) -> Result<demo_shop::Running, Failure> {
    let config = |listen| DemoShopConfig { listen, api_base: format!("http://{web}"), api_key: api_key.to_owned() };
    if let Some(listen) = wanted {
        return DemoShop::start(config(listen))
            .await
            .map_err(|error| format!("the sample shop did not start on {listen}: {error}; choose another with --shop").into());
    }
    match DemoShop::start(config(SocketAddr::from(([127, 0, 0, 1], 8092)))).await {
        Ok(shop) => Ok(shop),
        Err(_) => Ok(DemoShop::start(config(SocketAddr::from(([127, 0, 0, 1], 0)))).await?),
    }
}

#[expect(clippy::print_stdout, reason = "the addresses are the command's result")]
fn announce(
    args: &DemoArgs,
    secrets: &DemoSecrets,
    web: SocketAddr,
    sandbox: SocketAddr,
    tax: SocketAddr,
    shop: Option<SocketAddr>,
) {
    use std::io::Write;
    if args.print_json {
        let line = serde_json::json!({
            "ready": true,
            "web": format!("http://{web}"),
            "sandbox": format!("http://{sandbox}"),
            "tax": format!("http://{tax}"),
            "shop": shop.map(|shop| format!("http://{shop}")),
            "admin": { "user": secrets.admin_user, "password": secrets.admin_password },
            "api_key": secrets.api_key,
        });
        println!("{line}");
    } else {
        println!("back-office     http://{web}/admin");
        println!("  sign in as    {}  {}", secrets.admin_user, secrets.admin_password);
        println!("  also          finance, clerk, auditor (the same password)");
        println!("REST API        http://{web}/api/v1   (documentation: http://{web}/api/docs)");
        println!("  key           {}", secrets.api_key);
        println!("pretend phone   http://{sandbox}/phone");
        println!("WeChat sandbox  http://{sandbox}/");
        println!("tax sandbox     http://{tax}/");
        if let Some(shop) = shop {
            println!("sample shop     http://{shop}/");
        }
        println!("data            {}   (Ctrl-C stops, --fresh begins anew)", args.data.display());
        println!("ready: http://{web}");
    }
    let _ = std::io::stdout().flush();
}
