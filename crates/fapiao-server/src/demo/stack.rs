//! The parts of a demo, started and stopped together.

use super::{
    DemoSecrets, Failure, PlatformSide, company, fiscal,
    outside::{self, Plan},
    secrets::write_private,
};
use crate::{
    adapters::clock::SystemClock,
    config::{Config, ConfigError},
    housekeeping,
    node::{Node, Parts},
    telemetry, wiring,
};
use clap::ValueEnum;
use demo_shop::{DemoShop, DemoShopConfig, PayConfig};
use fapiao_domain::invoice::InvoiceKind;
use fapiao_usecases::ports::Ports;
use std::{
    net::{SocketAddr, TcpListener},
    path::{Path, PathBuf},
    sync::Arc,
};
use tax_sandbox::{GatewayKey, Party, TaxSandbox, TaxSandboxConfig, Taxpayer};
use wechat_sandbox::{
    AccountConfig, AccountKind, PayMerchantConfig, PushConfig, PushFormat, PushMode, Sandbox,
    SandboxConfig,
};

/// Names the demo's key at the tax gateway; its secret is that of the direct connection.
pub const GATEWAY_KEY: &str = "TG0000000001";
/// What a demo seller may issue in a month, net: enough for a benchmark.
const MONTH_QUOTA_YUAN: i64 = 900_000_000;

/// The two sides of the demo.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Side {
    /// The product alone.
    Product,
    /// The two sandboxes alone.
    Sandboxes,
}

/// How a demo is started.
#[derive(Clone, Debug)]
pub struct DemoOptions {
    /// The product.
    pub listen: SocketAddr,
    /// The WeChat sandbox.
    pub sandbox: SocketAddr,
    /// The tax sandbox.
    pub tax: SocketAddr,
    /// The sample shop; `None` for its usual address, or a free port when that is taken.
    pub shop: Option<SocketAddr>,
    /// Whether the sample shop is started at all.
    pub with_shop: bool,
    /// The second installation; `None` for its usual address, or a free port when that is taken.
    pub platform: Option<SocketAddr>,
    /// Whether the second installation is started at all. It needs both sandboxes in this process.
    pub with_platform: bool,
    /// Another database for it than SQLite in the data folder.
    pub platform_database: Option<String>,
    /// Whether a collecting unit with sample fiscal bills is made.
    pub with_bills: bool,
    /// Folder of the data; made if it is not there.
    pub data: PathBuf,
    /// One side only.
    pub only: Option<Side>,
    /// Another database than SQLite in the data folder.
    pub database: Option<String>,
    /// Further settings, as environment variables name them.
    pub settings: Vec<(String, String)>,
}

impl DemoOptions {
    /// Everything but the shop, on free ports.
    pub fn on_free_ports(data: PathBuf) -> DemoOptions {
        let free = SocketAddr::from(([127, 0, 0, 1], 0));
        DemoOptions {
            listen: free,
            sandbox: free,
            tax: free,
            shop: Some(free),
            with_shop: false,
            platform: Some(free),
            with_platform: false,
            platform_database: None,
            with_bills: false,
            data,
            only: None,
            database: None,
            settings: Vec::new(),
        }
    }
}

/// A running demo.
pub struct Demo {
    /// Where the product listens.
    pub web: SocketAddr,
    /// Where the WeChat sandbox listens.
    pub sandbox: SocketAddr,
    /// Where the tax sandbox listens.
    pub tax: SocketAddr,
    /// Keys and passwords.
    pub secrets: DemoSecrets,
    /// The product's ports, when it runs here.
    pub ports: Option<Ports>,
    node: Option<Node>,
    shop: Option<demo_shop::Running>,
    /// The shop whose invoices the other company's platform issues.
    outside_shop: Option<demo_shop::Running>,
    platform: Option<PlatformSide>,
    neighbours: Option<Neighbours>,
}

struct Neighbours {
    wechat: wechat_sandbox::Running,
    tax: tax_sandbox::Running,
}

impl Demo {
    /// Starts a demo; returns when all of it is ready.
    ///
    /// # Errors
    /// What could not be started, and why.
    pub async fn start(options: DemoOptions) -> Result<Demo, Failure> {
        let data = &options.data;
        std::fs::create_dir_all(data).map_err(|error| format!("{}: {error}", data.display()))?;
        let secrets = DemoSecrets::load_or_make(data)?;
        let listener = match options.only {
            Some(Side::Sandboxes) => None,
            _ => Some(bind(options.listen)?),
        };
        let web = listener
            .as_ref()
            .map_or(Ok(options.listen), TcpListener::local_addr)?;
        let plan = if options.with_platform && options.only.is_none() {
            Some(Plan::make(&options)?)
        } else {
            None
        };
        let neighbours = match options.only {
            Some(Side::Product) => None,
            _ => Some(start_sandboxes(&options, &secrets, web, plan.as_ref()).await?),
        };
        let sandbox = neighbours
            .as_ref()
            .map_or(options.sandbox, |it| it.wechat.addr());
        let tax = neighbours.as_ref().map_or(options.tax, |it| it.tax.addr());
        let mut demo = Demo {
            web,
            sandbox,
            tax,
            secrets,
            ports: None,
            node: None,
            shop: None,
            outside_shop: None,
            platform: None,
            neighbours,
        };
        if let Some(plan) = plan {
            // Buyers agree on pages of the service account, of the app and of the mini program.
            let secrets = &demo.secrets;
            let apps = [
                &secrets.app_id,
                &secrets.app.app_id,
                &secrets.mini_program.app_id,
            ];
            let apps: Vec<String> = apps.into_iter().cloned().collect();
            let started = plan.start(web, sandbox, tax, &apps).await?;
            demo.platform = Some(started);
        }
        if let Some(listener) = listener {
            demo.start_product(&options, listener).await?;
        }
        Ok(demo)
    }

    async fn start_product(
        &mut self,
        options: &DemoOptions,
        listener: TcpListener,
    ) -> Result<(), Failure> {
        let config = settings(options, &self.secrets, self.web, self.sandbox, self.tax)?;
        telemetry::start_logging(&config.log);
        write_settings(options, &self.secrets, self.web, self.sandbox, self.tax)?;
        let store = wiring::open_store(&config).await?;
        store.migrate().await?;
        let ports = wiring::wire(&config, store, Arc::new(SystemClock))?;
        company::ensure(&ports, &self.secrets).await?;
        if let Some(platform) = &self.platform {
            outside::ensure_merchant(&ports, platform).await?;
        }
        prepare(&ports).await?;
        if options.with_bills {
            fiscal::ensure(&ports, &self.secrets).await?;
        }
        self.node = Some(Node::start(
            &config,
            ports.clone(),
            Parts::All,
            Some(listener),
        )?);
        self.ports = Some(ports);
        if options.with_shop && options.only.is_none() {
            self.shop = Some(start_shop(options.shop, &self.shop_settings(), SHOP).await?);
            if let Some(settings) = self.outside_shop_settings() {
                // Where one address was chosen, this one takes a free port.
                let beside = options.shop.map(|it| SocketAddr::new(it.ip(), 0));
                self.outside_shop = Some(start_shop(beside, &settings, OUTSIDE_SHOP).await?);
            }
        }
        Ok(())
    }

    /// How the sample shop reaches us, the phone and the pay side.
    pub fn shop_settings(&self) -> DemoShopConfig {
        DemoShopConfig {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            api_base: format!("http://{}", self.web),
            api_key: self.secrets.api_key.clone(),
            phone: Some(format!("http://{}", self.sandbox)),
            pay: Some(PayConfig {
                base: format!("http://{}", self.sandbox),
                app_id: self.secrets.app_id.clone(),
                merchant: company::PAY_MERCHANT.to_owned(),
                key: self.secrets.pay_key.clone(),
            }),
        }
    }

    /// The same for the shop of the seller whose platform is the second installation.
    pub fn outside_shop_settings(&self) -> Option<DemoShopConfig> {
        let platform = self.platform.as_ref()?;
        Some(DemoShopConfig {
            api_key: platform.outside.api_key.clone(),
            ..self.shop_settings()
        })
    }

    /// Where the shop listens whose invoices the second installation issues.
    pub fn outside_shop(&self) -> Option<SocketAddr> {
        self.outside_shop.as_ref().map(demo_shop::Running::address)
    }

    /// Where the sample shop listens.
    pub fn shop(&self) -> Option<SocketAddr> {
        self.shop.as_ref().map(demo_shop::Running::address)
    }

    /// The second installation, where it was started.
    pub fn platform(&self) -> Option<&PlatformSide> {
        self.platform.as_ref()
    }

    /// Stops everything, shop first, sandboxes last.
    pub async fn stop(self) {
        for shop in [self.shop, self.outside_shop].into_iter().flatten() {
            shop.stop().await;
        }
        if let Some(node) = self.node {
            node.stop().await;
        }
        if let Some(platform) = self.platform {
            platform.stop().await;
        }
        if let Some(neighbours) = self.neighbours {
            neighbours.wechat.stop().await;
            if let Err(error) = neighbours.tax.stop().await {
                tracing::warn!("The tax sandbox did not stop well: {error}");
            }
        }
    }
}

pub(super) fn bind(address: SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).map_err(|error| {
        format!("cannot listen on {address}: {error}; choose another with --listen").into()
    })
}

async fn start_sandboxes(
    options: &DemoOptions,
    secrets: &DemoSecrets,
    web: SocketAddr,
    plan: Option<&Plan>,
) -> Result<Neighbours, Failure> {
    let mut accounts = vec![account_at_wechat(secrets, web, "示例商贸")];
    accounts.extend(apps_at_wechat(secrets, web));
    accounts.extend(plan.map(|it| account_at_wechat(&it.secrets, it.web, "示例开票平台")));
    let wechat = Sandbox::start(SandboxConfig {
        listen: options.sandbox,
        state_file: Some(options.data.join("wechat-sandbox").join("state.jsonl")),
        pay_merchants: vec![PayMerchantConfig {
            mchid: company::PAY_MERCHANT.to_owned(),
            key: secrets.pay_key.clone(),
        }],
        short_links: Some(format!("http://{web}/o/")),
        accounts,
        ..SandboxConfig::default()
    })
    .await
    .map_err(|error| {
        format!("the WeChat sandbox did not start: {error}; choose another address with --sandbox")
    })?;
    let mut parties = vec![party(secrets)];
    let mut taxpayers: Vec<Taxpayer> = company::SELLERS
        .iter()
        .map(|seller| taxpayer(seller, secrets))
        .collect();
    // The platform's company is connected itself, and issues for its merchant.
    if let Some(plan) = plan {
        parties.push(party(&plan.secrets));
        taxpayers.push(taxpayer(&company::OUTSIDE, &plan.secrets));
    }
    let tax = TaxSandbox::start(TaxSandboxConfig {
        listen: options.tax,
        parties,
        taxpayers,
        // Behind it are the same taxpayers: any seller can be set to it.
        gateway_keys: vec![GatewayKey {
            id: GATEWAY_KEY.to_owned(),
            secret: secrets.tax_secret.clone(),
            party: secrets.tax_party.clone(),
            makes_files: true,
        }],
        state_file: Some(options.data.join("tax-sandbox").join("state.jsonl")),
        ..TaxSandboxConfig::default()
    })
    .await
    .map_err(|error| {
        format!("the tax sandbox did not start: {error}; choose another address with --tax")
    })?;
    Ok(Neighbours { wechat, tax })
}

fn account_at_wechat(secrets: &DemoSecrets, web: SocketAddr, name: &str) -> AccountConfig {
    let push = PushConfig {
        url: format!("http://{web}/wechat/callback/{}", secrets.app_id),
        token: secrets.push_token.clone(),
        aes_key: secrets.push_key.clone(),
        mode: PushMode::Safe,
        format: PushFormat::Xml,
    };
    let mut account =
        AccountConfig::self_built(&secrets.app_id, &secrets.app_secret).with_push(push);
    name.clone_into(&mut account.name);
    account
}

/// The app, whose events the service account receives, and the mini program with an address of its own.
fn apps_at_wechat(secrets: &DemoSecrets, web: SocketAddr) -> [AccountConfig; 2] {
    let mut app = AccountConfig::merchant(&secrets.app.app_id, &secrets.app.secret);
    app.name = "示例商贸 App".to_owned();
    app.kind = AccountKind::Open;
    app.events_to = Some(secrets.app_id.clone());
    let mini = &secrets.mini_program;
    let push = PushConfig {
        url: format!("http://{web}/wechat/callback/{}", mini.app_id),
        token: mini.push_token.clone(),
        aes_key: mini.push_key.clone(),
        mode: PushMode::Safe,
        format: PushFormat::Json,
    };
    let mut mini_program = AccountConfig::merchant(&mini.app_id, &mini.secret).with_push(push);
    mini_program.name = "示例商贸小程序".to_owned();
    mini_program.kind = AccountKind::Mini;
    [app, mini_program]
}

fn party(secrets: &DemoSecrets) -> Party {
    Party {
        id: secrets.tax_party.clone(),
        sm4_key: secrets.tax_key.clone(),
        secret: secrets.tax_secret.clone(),
    }
}

fn taxpayer(seller: &company::DemoSeller, secrets: &DemoSecrets) -> Taxpayer {
    let mut taxpayer = Taxpayer::general(
        seller.tax_number,
        seller.name,
        &secrets.tax_party,
        &secrets.tax_user,
    );
    taxpayer.province = seller.province.to_owned();
    taxpayer.month_quota = tax_sandbox::Amount(rust_decimal::Decimal::from(MONTH_QUOTA_YUAN));
    if seller.small_scale {
        taxpayer.small_scale()
    } else {
        taxpayer
    }
}

/// The demo's settings as environment variables name them.
fn overrides(
    options: &DemoOptions,
    secrets: &DemoSecrets,
    web: SocketAddr,
    wechat: SocketAddr,
    tax: SocketAddr,
) -> Vec<(&'static str, String)> {
    let data = absolute(&options.data);
    let database = options
        .database
        .clone()
        .unwrap_or_else(|| format!("sqlite://{}/fapiao.db", data.display()));
    vec![
        ("FAPIAO_MODE", "sandbox".to_owned()),
        ("FAPIAO_SERVER__LISTEN", web.to_string()),
        ("FAPIAO_SERVER__PUBLIC_BASE_URL", format!("http://{web}")),
        ("FAPIAO_DATABASE__URL", database),
        (
            "FAPIAO_STORAGE__URL",
            format!("file://{}/documents", data.display()),
        ),
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
}

pub(super) fn settings(
    options: &DemoOptions,
    secrets: &DemoSecrets,
    web: SocketAddr,
    wechat: SocketAddr,
    tax: SocketAddr,
) -> Result<Config, ConfigError> {
    let mut environment: Vec<(String, String)> = overrides(options, secrets, web, wechat, tax)
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect();
    environment.extend(options.settings.iter().cloned());
    // What is set on purpose still counts.
    let own = [
        "FAPIAO_MAIL__",
        "FAPIAO_WORKER__",
        "FAPIAO_LOG__",
        "FAPIAO_LIMITS__",
    ];
    environment
        .extend(std::env::vars().filter(|(name, _)| own.iter().any(|it| name.starts_with(it))));
    Config::load(None, &environment)
}

/// The same settings as a file, so that every other command works on the demo:
/// `fapiao --config data/demo/fapiao.toml verify`.
pub(super) fn write_settings(
    options: &DemoOptions,
    secrets: &DemoSecrets,
    web: SocketAddr,
    wechat: SocketAddr,
    tax: SocketAddr,
) -> Result<(), Failure> {
    let mut settings = toml::Table::new();
    for (name, value) in overrides(options, secrets, web, wechat, tax) {
        let path = name.trim_start_matches("FAPIAO_").to_lowercase();
        let value = if value == "true" {
            toml::Value::Boolean(true)
        } else {
            toml::Value::String(value)
        };
        match path.split_once("__") {
            None => {
                settings.insert(path, value);
            }
            Some((section, key)) => {
                let section = settings
                    .entry(section)
                    .or_insert_with(|| toml::Value::Table(toml::Table::new()));
                if let Some(section) = section.as_table_mut() {
                    section.insert(key.to_owned(), value);
                }
            }
        }
    }
    let path = options.data.join("fapiao.toml");
    write_private(&path, &toml::to_string(&settings)?)
        .map_err(|error| format!("{}: {error}", path.display()).into())
}

fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

/// Everything the first order needs is fetched before `ready:`; what fails (a sandbox that is down) is left to jobs.
pub(super) async fn prepare(ports: &Ports) -> Result<(), Failure> {
    use fapiao_usecases::{
        merchant::{buyer_form::push_buyer_form, prepare::prepare_account},
        platform::{stock, template},
    };
    housekeeping::queue_set_up(ports).await?;
    for account in ports.store.accounts().await? {
        let is_ready = account.contact_set_at.is_some()
            && (account.pay_merchant.is_empty() || account.pay_linked_at.is_some());
        if !is_ready {
            let _ = prepare_account(ports, &account.id).await;
            let _ = push_buyer_form(ports, &account.id).await;
        }
    }
    for seller in ports.store.sellers().await? {
        let synced = ports.store.tax_data_at(&seller.id).await?.is_some();
        if !synced {
            let _ = stock::sync_tax_data(ports, &seller.id).await;
        }
        let _ = stock::refill_stock(ports, &seller.id).await;
        let _ = template::ensure_template(ports, &seller.id, InvoiceKind::DigitalOrdinary).await;
    }
    Ok(())
}

/// Where the sample shop is looked for.
const SHOP: u16 = 8092;
/// And the one of the seller on another platform.
const OUTSIDE_SHOP: u16 = 8093;

async fn start_shop(
    wanted: Option<SocketAddr>,
    settings: &DemoShopConfig,
    usual_port: u16,
) -> Result<demo_shop::Running, Failure> {
    let config = |listen| DemoShopConfig {
        listen,
        ..settings.clone()
    };
    if let Some(listen) = wanted {
        return DemoShop::start(config(listen)).await.map_err(|error| {
            format!(
                "the sample shop did not start on {listen}: {error}; choose another with --shop"
            )
            .into()
        });
    }
    match DemoShop::start(config(SocketAddr::from(([127, 0, 0, 1], usual_port)))).await {
        Ok(shop) => Ok(shop),
        Err(_) => Ok(DemoShop::start(config(SocketAddr::from(([127, 0, 0, 1], 0)))).await?),
    }
}
