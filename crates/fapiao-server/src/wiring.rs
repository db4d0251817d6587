//! From settings to ports.

use crate::{
    adapters::{
        clock::SystemClock,
        exchanges::{RecordedMailer, Recorder},
        files::{Documents, FilesError},
        gateways::HttpGateways,
        mail::SmtpMailer,
        mail_texts::TemplateMailTexts,
        papers::PdfPapers,
        passwords::Argon2Passwords,
        reach::HttpReach,
        renderer::PdfRenderer,
        rights::RightsKeeper,
        sealer::MasterKeySealer,
        seals::Seals,
        tax_direct::{DirectTax, DirectTaxConfig},
        tax_sides::TaxSides,
        tokens::{CallObserver, token_keeper},
        wechat_console::Console,
        wechat_fiscal::Fiscal,
        wechat_merchant::Merchant,
        wechat_platform::Platform,
        wechat_pushes::Pushes,
        wechat_unified::Unified,
    },
    config::{Config, ConfigError, Mode},
};
use fapiao_store::{Store, StoreConfig, StoreOpenError};
use fapiao_usecases::ports::{Clock, Gateways, Ports, Sealer, Storage};
use secrecy::ExposeSecret;
use std::{path::Path, sync::Arc};
use thiserror::Error;

/// Why the parts do not fit together.
#[derive(Debug, Error)]
pub enum WiringError {
    /// A setting.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreOpenError),
    /// The documents.
    #[error(transparent)]
    Files(#[from] FilesError),
    /// The WeChat client.
    #[error("the WeChat client cannot be set up: {0}")]
    Wechat(String),
    /// The tax client.
    #[error("the tax client cannot be set up: {0}")]
    Tax(String),
    /// The client of the platform gateway.
    #[error("the gateway client cannot be set up: {0}")]
    Gateway(String),
    /// Mail.
    #[error("{0}")]
    Mail(String),
}

/// Opens the database alone.
///
/// # Errors
/// [`WiringError`].
pub async fn open_store(config: &Config) -> Result<Store, WiringError> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let settings = StoreConfig {
        url: config.database.url.expose_secret().to_owned(),
        max_connections: config.database.max_connections,
        audit_key: config.audit_key()?,
        clock,
    };
    Ok(Store::open_with_keys(settings, config.audit_keys()?).await?)
}

/// Wires everything to an open database.
///
/// # Errors
/// [`WiringError`].
pub fn wire(config: &Config, store: Store, clock: Arc<dyn Clock>) -> Result<Ports, WiringError> {
    let store: Arc<dyn Storage> = Arc::new(store);
    let sealer: Arc<dyn Sealer> = Arc::new(sealer(config)?);
    let recorder = Recorder::start(Arc::clone(&store), Arc::clone(&clock));
    let observer: CallObserver = {
        let (recorder, rights) = (recorder.clone(), RightsKeeper::start(Arc::clone(&store)));
        Arc::new(move |call| {
            recorder.wechat(call);
            rights.note(call);
        })
    };
    let keeper = token_keeper(
        &config.wechat.api_base,
        Arc::clone(&store),
        node_name(config),
        Some(observer),
    )
    .map_err(WiringError::Wechat)?;
    let mailer = if config.mail.enabled {
        SmtpMailer::new(&config.mail.smtp_url, &config.mail.from).map_err(WiringError::Mail)?
    } else {
        SmtpMailer::disabled()
    };
    let sandbox = config.mode == Mode::Sandbox;
    let tax = DirectTax::new(DirectTaxConfig {
        base_url: config.tax.base_url.clone(),
        party_id: config.tax.party_id.clone(),
        user_id: config.tax.user_id.clone(),
        sm4_key: config.tax.sm4_key.clone(),
        secret: config.tax.secret.clone(),
        sandbox,
    })
    .map_err(WiringError::Tax)?
    .sealed(match config.tax.seal_folder.as_str() {
        "" => Seals::default(),
        folder => Seals::read(Path::new(folder)).map_err(WiringError::Tax)?,
    })
    .recorded(recorder.clone());
    let gateways: Arc<dyn Gateways> =
        Arc::new(HttpGateways::new(Arc::clone(&clock)).map_err(WiringError::Gateway)?);
    let tax = TaxSides {
        direct: tax,
        store: Arc::clone(&store),
        sealer: Arc::clone(&sealer),
        gateways: Arc::clone(&gateways),
        recorder: recorder.clone(),
        clock: Arc::clone(&clock),
    };
    Ok(Ports {
        store,
        files: Arc::new(Documents::open(&config.storage)?),
        renderer: Arc::new(PdfRenderer::new()),
        tax: Arc::new(tax),
        merchant: Arc::new(Merchant::new(keeper.clone(), Arc::clone(&sealer))),
        platform: Arc::new(Platform::new(
            keeper.clone(),
            Arc::clone(&sealer),
            &config.wechat,
        )),
        fiscal: Arc::new(Fiscal::new(keeper.clone(), Arc::clone(&sealer))),
        unified: Arc::new(
            Unified::new(keeper.clone(), Arc::clone(&sealer), sandbox)
                .map_err(WiringError::Wechat)?,
        ),
        console: Arc::new(Console::new(keeper, Arc::clone(&sealer))),
        gateways,
        papers: Arc::new(PdfPapers),
        pushes: Arc::new(Pushes::new(Arc::clone(&sealer), sandbox)),
        reach: Arc::new(HttpReach::new()),
        mailer: Arc::new(RecordedMailer {
            inner: mailer,
            recorder,
        }),
        mail_texts: Arc::new(TemplateMailTexts),
        sealer,
        passwords: Arc::new(Argon2Passwords::new()),
        clock,
        public_base: config.server.public_base_url.as_str().into(),
    })
}

/// What seals the secrets in the database.
///
/// # Errors
/// [`WiringError`] when a key is none.
pub fn sealer(config: &Config) -> Result<MasterKeySealer, WiringError> {
    let before = config.master_keys_before()?;
    Ok(MasterKeySealer::new(&config.master_key()?, &before))
}

/// The same after a restart, different from other nodes: host and port.
pub fn node_name(config: &Config) -> String {
    let host = std::fs::read_to_string("/etc/hostname").unwrap_or_default();
    format!("{}:{}", host.trim(), config.server.listen)
}
