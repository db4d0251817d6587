//! `fapiao demo`: the product with a demo company, beside two sandboxes and a sample shop. The product's part is the
//! production code; only its settings are the demo's.

mod catalogue;
mod company;
pub mod crash;
mod fiscal;
mod outside;
mod secrets;
mod stack;

pub use outside::{OutsideSecrets, PlatformSide};
pub use secrets::DemoSecrets;
pub use stack::{Demo, DemoOptions, GATEWAY_KEY, Side};

use crate::node::stop_signal;
use clap::Args;
use std::{net::SocketAddr, path::PathBuf};

type Failure = Box<dyn std::error::Error + Send + Sync>;

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
    /// The second installation: the platform of another company, which issues for the store S004; without it
    /// 127.0.0.1:8082, or a free port when that is taken.
    #[arg(long)]
    platform: Option<SocketAddr>,
    /// Leaves the second installation out.
    #[arg(long, conflicts_with = "platform")]
    without_platform: bool,
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

/// Runs the demo until Ctrl-C.
///
/// # Errors
/// What could not be started, and why.
pub async fn run(args: DemoArgs) -> Result<(), Failure> {
    if args.fresh && args.data.exists() {
        std::fs::remove_dir_all(&args.data)
            .map_err(|error| format!("{}: {error}", args.data.display()))?;
    }
    let options = DemoOptions {
        listen: args.listen,
        sandbox: args.sandbox,
        tax: args.tax,
        shop: args.shop,
        with_shop: true,
        platform: args.platform,
        with_platform: !args.without_platform,
        platform_database: None,
        with_bills: true,
        data: args.data.clone(),
        only: args.only,
        database: args.database.clone(),
        settings: Vec::new(),
    };
    let demo = Box::pin(Demo::start(options)).await?;
    announce(&args, &demo);
    stop_signal().await;
    demo.stop().await;
    Ok(())
}

#[expect(
    clippy::print_stdout,
    reason = "the addresses are the command's result"
)]
fn announce(args: &DemoArgs, demo: &Demo) {
    use std::io::Write;
    let (web, sandbox, tax) = (demo.web, demo.sandbox, demo.tax);
    let secrets = &demo.secrets;
    let shop = demo.shop();
    let platform = demo.platform();
    if args.print_json {
        let line = serde_json::json!({
            "ready": true,
            "web": format!("http://{web}"),
            "sandbox": format!("http://{sandbox}"),
            "tax": format!("http://{tax}"),
            "shop": shop.map(|shop| format!("http://{shop}")),
            "admin": { "user": secrets.admin_user, "password": secrets.admin_password },
            "api_key": secrets.api_key,
            "bills_key": secrets.bills_key,
            "platform": platform.map(|it| serde_json::json!({
                "web": format!("http://{}", it.web),
                "admin": { "user": it.secrets.admin_user, "password": it.secrets.admin_password },
                "store": "S004",
                "api_key": it.outside.api_key,
                "shop": demo.outside_shop().map(|shop| format!("http://{shop}")),
            })),
        });
        println!("{line}");
    } else {
        println!("back-office     http://{web}/admin");
        println!(
            "  sign in as    {}  {}",
            secrets.admin_user, secrets.admin_password
        );
        println!("  also          manager, finance, clerk, auditor (the same password)");
        println!("REST API        http://{web}/api/v1   (documentation: http://{web}/api/docs)");
        println!("  key           {}", secrets.api_key);
        println!(
            "  fiscal bills  {}   (collecting unit U001)",
            secrets.bills_key
        );
        println!("pretend phone   http://{sandbox}/phone");
        println!("WeChat sandbox  http://{sandbox}/");
        println!("tax sandbox     http://{tax}/");
        if let Some(shop) = shop {
            println!("sample shop     http://{shop}/");
        }
        if let Some(platform) = platform {
            println!(
                "platform        http://{}/admin   (another company, issues for store S004)",
                platform.web
            );
            println!(
                "  sign in as    {}  {}",
                platform.secrets.admin_user, platform.secrets.admin_password
            );
            println!(
                "  key of S004   {}   (for the REST API above)",
                platform.outside.api_key
            );
            if let Some(shop) = demo.outside_shop() {
                println!(
                    "  shop of S004  http://{shop}/   (for payment receipts choose its seller at http://{web}/admin/payments)"
                );
            }
        }
        println!(
            "data            {}   (Ctrl-C stops, --fresh begins anew)",
            args.data.display()
        );
        println!("ready: http://{web}");
    }
    let _ = std::io::stdout().flush();
}
