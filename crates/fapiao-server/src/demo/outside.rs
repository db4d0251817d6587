//! The second installation: the platform of another company, which issues for the demo's third seller. It has data,
//! keys and a WeChat account of its own; the two know each other only by the platform gateway.

use super::{
    DemoOptions, DemoSecrets, Failure,
    company::{OUTSIDE, add_staff, demo_account, fixed, seller},
    secrets::{kept, random},
    stack,
};
use crate::{
    adapters::clock::SystemClock,
    node::{Node, Parts},
    telemetry, wiring,
};
use fapiao_domain::ids::{AccountId, Id, PartnerId, SellerId, StoreId};
use fapiao_usecases::{
    actor::Actor,
    errors::StoreError,
    gateway::key_purpose,
    idempotency::fingerprint,
    ids::fresh,
    ports::{Clock, Ports},
    records::{Account, ApiKey, Gateway, IssuingMode, Partner, PartnerKey, SealedText, Store},
};
use serde::{Deserialize, Serialize};
use std::{
    net::{SocketAddr, TcpListener},
    sync::Arc,
};

/// Where it listens when nobody says otherwise.
const USUAL: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 8082);
/// The third seller on the merchant's side.
const SELLER: usize = 3;
/// Its store.
const STORE: usize = 4;

/// What the two installations share, and the key of the store they share it for.
#[derive(Clone, Serialize, Deserialize)]
pub struct OutsideSecrets {
    /// Names the merchant's key at the platform.
    pub key_id: String,
    /// That key.
    pub key: String,
    /// Key of the merchant's REST API for the store S004.
    pub api_key: String,
}

impl OutsideSecrets {
    fn make() -> OutsideSecrets {
        OutsideSecrets {
            key_id: format!("gk_{}", hex::encode(random::<8>())),
            key: hex::encode(random::<32>()),
            api_key: format!("fp_{}", hex::encode(random::<32>())),
        }
    }
}

/// What is known of it before anything is started.
pub(super) struct Plan {
    listener: TcpListener,
    pub(super) web: SocketAddr,
    pub(super) secrets: DemoSecrets,
    outside: OutsideSecrets,
    options: DemoOptions,
}

/// The running platform.
pub struct PlatformSide {
    /// Where it listens.
    pub web: SocketAddr,
    /// Its keys and passwords.
    pub secrets: DemoSecrets,
    /// What it shares with the merchant.
    pub outside: OutsideSecrets,
    /// Its ports.
    pub ports: Ports,
    node: Node,
}

impl Plan {
    pub(super) fn make(options: &DemoOptions) -> Result<Plan, Failure> {
        let data = options.data.join("platform");
        std::fs::create_dir_all(&data).map_err(|error| format!("{}: {error}", data.display()))?;
        let secrets = DemoSecrets::load_or_make(&data)?;
        let outside = kept(&data.join("merchant.toml"), OutsideSecrets::make)?;
        let listener = match options.platform {
            Some(wanted) => stack::bind(wanted)?,
            None => match TcpListener::bind(USUAL) {
                Ok(listener) => listener,
                Err(_) => stack::bind(SocketAddr::new(USUAL.ip(), 0))?,
            },
        };
        let web = listener.local_addr()?;
        let options = DemoOptions {
            data,
            database: options.platform_database.clone(),
            ..options.clone()
        };
        // Another company is another party at the tax authority.
        let secrets = DemoSecrets {
            tax_party: "LQ0000000002".to_owned(),
            tax_user: "SY0000000002".to_owned(),
            ..secrets
        };
        Ok(Plan {
            listener,
            web,
            secrets,
            outside,
            options,
        })
    }

    pub(super) async fn start(
        self,
        merchant: SocketAddr,
        wechat: SocketAddr,
        tax: SocketAddr,
        merchant_apps: &[String],
    ) -> Result<PlatformSide, Failure> {
        let Plan {
            listener,
            web,
            secrets,
            outside,
            options,
        } = self;
        let config = stack::settings(&options, &secrets, web, wechat, tax)?;
        telemetry::start_logging(&config.log);
        stack::write_settings(&options, &secrets, web, wechat, tax)?;
        let store = wiring::open_store(&config).await?;
        store.migrate().await?;
        let ports = wiring::wire(&config, store, Arc::new(SystemClock))?;
        ensure_platform(&ports, &secrets, &outside, merchant, merchant_apps).await?;
        stack::prepare(&ports).await?;
        let node = Node::start(&config, ports.clone(), Parts::All, Some(listener))?;
        Ok(PlatformSide {
            web,
            secrets,
            outside,
            ports,
            node,
        })
    }
}

impl PlatformSide {
    /// Stops it.
    pub(super) async fn stop(self) {
        self.node.stop().await;
    }
}

/// The platform's company: one seller it issues for, one merchant that asks.
async fn ensure_platform(
    ports: &Ports,
    secrets: &DemoSecrets,
    outside: &OutsideSecrets,
    merchant: SocketAddr,
    merchant_apps: &[String],
) -> Result<(), StoreError> {
    let by = Actor::CommandLine;
    let now = SystemClock.now();
    let store = &ports.store;
    let account: AccountId = fixed(1);
    if store.account(&account).await?.is_none() {
        let made = Account {
            // The payment merchant number is the merchant's: WeChat's receipts must not lead here.
            pay_merchant: String::new(),
            pay_seller: None,
            ..demo_account(ports, secrets, account.clone(), "示例开票平台")
        };
        store.save_account(&made, &by).await?;
    }
    let issuer: SellerId = fixed(1);
    if store.seller(&issuer).await?.is_none() {
        store
            .save_seller(&seller(&OUTSIDE, issuer.clone(), &account), &by)
            .await?;
    }
    let shop: StoreId = fixed(1);
    if store.store(&shop).await?.is_none() {
        let made = Store {
            id: shop.clone(),
            seller: issuer.clone(),
            code: "P001".to_owned(),
            name: "合作商户：示例文具".to_owned(),
            version: 1,
        };
        store.save_store(&made, &by).await?;
    }
    if store.staff().await?.is_empty() {
        add_staff(ports, secrets, &by).await?;
    }
    let id: PartnerId = fixed(1);
    let before = store.partner(&id).await?;
    let callback_url = format!(
        "http://{merchant}/platform/callback/{}",
        fixed::<SellerId>(SELLER).as_str()
    );
    // A restart may bring other ports, and an older demo knew the service account only.
    if before
        .as_ref()
        .is_none_or(|it| it.callback_url != callback_url || it.app_ids != merchant_apps)
    {
        let partner = Partner {
            id: id.clone(),
            name: OUTSIDE.name.to_owned(),
            seller: issuer,
            store: shop,
            app_ids: merchant_apps.to_vec(),
            callback_url,
            active: true,
            created_at: before.as_ref().map_or(now, |it| it.created_at),
            version: before.map_or(1, |it| it.version),
        };
        store.save_partner(&partner, &by).await?;
    }
    if store.partner_key(&outside.key_id).await?.is_none() {
        let key = PartnerKey {
            id: outside.key_id.clone(),
            partner: id,
            secret: sealed(ports, outside),
            created_at: now,
            last_used_at: None,
            revoked_at: None,
        };
        store.add_partner_key(&key, &by).await?;
    }
    Ok(())
}

/// The merchant's third seller with its store, its platform and a till's key.
pub(super) async fn ensure_merchant(
    ports: &Ports,
    platform: &PlatformSide,
) -> Result<(), StoreError> {
    let by = Actor::CommandLine;
    let now = SystemClock.now();
    let store = &ports.store;
    let outside = &platform.outside;
    let id: SellerId = fixed(SELLER);
    if store.seller(&id).await?.is_none() {
        let mut made = seller(&OUTSIDE, id.clone(), &fixed(1));
        made.mode = IssuingMode::ExternalPlatform;
        made.platform_account = None;
        store.save_seller(&made, &by).await?;
    }
    let shop: StoreId = fixed(STORE);
    for (code, name) in OUTSIDE.stores {
        if store.store_by_code(code).await?.is_none() {
            let made = Store {
                id: shop.clone(),
                seller: id.clone(),
                code: (*code).to_owned(),
                name: (*name).to_owned(),
                version: 1,
            };
            store.save_store(&made, &by).await?;
        }
    }
    let before = store.gateway(&id).await?;
    let base_url = format!("http://{}/platform", platform.web);
    if before.as_ref().is_none_or(|it| it.base_url != base_url) {
        let gateway = Gateway {
            seller: id,
            base_url,
            key_id: outside.key_id.clone(),
            secret: sealed(ports, outside),
            platform_id: before
                .as_ref()
                .map_or_else(String::new, |it| it.platform_id.clone()),
            platform_name: String::new(),
            checked_at: None,
            version: before.map_or(1, |it| it.version),
        };
        store.save_gateway(&gateway, &by).await?;
    }
    let hash = fingerprint(outside.api_key.as_bytes());
    if store.api_key_by_hash(&hash).await?.is_none() {
        let key = ApiKey {
            id: fresh(now),
            name: "示例文具收银台".to_owned(),
            prefix: outside.api_key.chars().take(9).collect(),
            hash,
            store: Some(shop),
            may_write: true,
            created_at: now,
            last_used_at: None,
            revoked_at: None,
        };
        store.add_api_key(&key, &by).await?;
    }
    Ok(())
}

fn sealed(ports: &Ports, outside: &OutsideSecrets) -> SealedText {
    ports
        .sealer
        .seal(&key_purpose(&outside.key_id), &outside.key)
}
