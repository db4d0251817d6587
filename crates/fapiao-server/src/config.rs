//! Settings: the embedded defaults, then a file, then the environment. An unknown key is an error.

mod keys;
mod layers;
mod rules;
mod words;

use secrecy::SecretString;
use serde::Deserialize;
use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
};
use thiserror::Error;
use toml::{Table, Value};

/// The commented example, which is also what the binary falls back to.
pub const DEFAULTS: &str = include_str!("../../../deploy/fapiao.example.toml");

/// Whether real invoices are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Against sandboxes; every document carries the sample mark.
    Sandbox,
    /// Against WeChat and the tax authority only.
    Production,
}

impl Mode {
    /// As in the settings.
    pub const fn as_str(self) -> &'static str {
        match self {
            Mode::Sandbox => "sandbox",
            Mode::Production => "production",
        }
    }
}

/// All settings, checked.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Sandbox or production.
    pub mode: Mode,
    /// Where we listen and are reached.
    pub server: Server,
    /// The ledger.
    pub database: Database,
    /// The documents.
    pub storage: Storage,
    /// Proof and archive.
    pub archive: Archive,
    /// WeChat.
    pub wechat: Wechat,
    /// The tax side.
    pub tax: Tax,
    /// Outgoing mail.
    pub mail: Mail,
    /// Keys.
    pub secrets: Secrets,
    /// Jobs.
    pub worker: Worker,
    /// Limits.
    pub limits: Limits,
    /// Logs.
    pub log: Log,
}

/// `[server]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    /// Address and port, plain HTTP.
    pub listen: SocketAddr,
    /// Where buyers and WeChat reach us, without a slash at the end.
    pub public_base_url: String,
    /// Proxies whose forwarded headers are believed.
    pub trusted_proxies: Vec<String>,
}

/// `[database]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Database {
    /// `sqlite://…` or `postgres://…`; secret because of the password.
    pub url: SecretString,
    /// Readers on SQLite, all connections on PostgreSQL.
    pub max_connections: u32,
}

/// `[storage]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Storage {
    /// `file://folder`, or `s3://bucket/prefix`.
    pub url: String,
    /// Address of an S3-compatible server; empty for Amazon's own.
    pub endpoint: String,
    /// Region the requests are signed for.
    pub region: String,
    /// Name of the access key.
    pub access_key: SecretString,
    /// The access key.
    pub secret_key: SecretString,
    /// The bucket stands in the path instead of in the host name.
    pub path_style: bool,
    /// Lets `endpoint` be http, for a server on this machine.
    pub allow_http: bool,
    /// Seconds after which a request to the bucket is given up; the job behind it tries again later.
    pub timeout_secs: u32,
}

/// `[archive]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Archive {
    /// Whether the ledger is proved every night.
    pub nightly: bool,
    /// Who is told when an invariant does not hold.
    pub alarm_mails: Vec<String>,
    /// File that anchors are appended to; empty for none.
    pub anchor_file: String,
    /// Who gets anchors by mail.
    pub anchor_mails: Vec<String>,
    /// Whether anchors go to the document store.
    pub anchor_storage: bool,
    /// Minutes between two anchors.
    pub anchor_minutes: u32,
    /// Days that exchanges with the outside are kept; 0 for ever.
    pub exchange_days: u32,
}

/// `[wechat]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wechat {
    /// The API host.
    pub api_base: String,
    /// Allows another host than WeChat's.
    pub allow_host_override: bool,
    /// Largest push.
    pub push_max_body_bytes: usize,
    /// Which of an older invoice's code and number goes first.
    pub classic_order: ClassicOrder,
    /// How a digital invoice says that it has no code.
    pub digital_code: DigitalCode,
}

/// Where WeChat takes the code and the number of an invoice of the older form: its own pages say both.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClassicOrder {
    /// The code in the member that is named after the number: what traffic shows.
    CodeFirst,
    /// As the members are named.
    NumberFirst,
}

/// How the members are sent that a digital invoice does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DigitalCode {
    /// As empty texts.
    Empty,
    /// Not at all.
    LeftOut,
}

/// `[tax]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tax {
    /// `direct`.
    pub adapter: String,
    /// Address of the service.
    pub base_url: String,
    /// Connecting party.
    pub party_id: String,
    /// Using party.
    pub user_id: String,
    /// Key of the bodies, 32 hex digits.
    pub sm4_key: SecretString,
    /// Key of the signatures.
    pub secret: SecretString,
    /// Folder of the supervisory seals, a PNG for each province; empty in the sandbox.
    pub seal_folder: String,
}

/// `[mail]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mail {
    /// Off: the mail step is skipped.
    pub enabled: bool,
    /// `smtps://user:password@host:465`.
    pub smtp_url: SecretString,
    /// Sender.
    pub from: String,
}

/// `[secrets]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Secrets {
    /// 32 bytes in base64.
    pub master_key: SecretString,
    /// Keys it replaced, until every secret is sealed with the present one.
    pub master_keys_before: Vec<SecretString>,
    /// 32 bytes in base64.
    pub audit_key: SecretString,
    /// Name of that key.
    pub audit_key_id: String,
    /// Keys it replaced, each `name:base64`.
    pub audit_keys_before: Vec<SecretString>,
}

/// `[worker]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Worker {
    /// Jobs at the same time.
    pub concurrency: usize,
    /// Jobs per claim.
    pub batch: u32,
    /// Seconds after which an unreported job is given to another worker.
    pub lease_secs: u32,
    /// Whether WeChat and the tax side are compared with the ledger every night.
    pub nightly_comparison: bool,
}

/// `[limits]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Largest body of an API call.
    pub api_body_bytes: usize,
    /// Largest uploaded file.
    pub upload_bytes: usize,
    /// API calls per second and key.
    pub api_calls_per_second: u32,
    /// Calls over the platform gateway per second and merchant, whichever key it uses.
    pub gateway_calls_per_second: u32,
    /// Hours without use after which a session ends.
    pub session_idle_hours: i64,
}

/// `[log]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Log {
    /// `text` or `json`.
    pub format: String,
    /// As in `RUST_LOG`.
    pub filter: String,
}

/// What is wrong with the settings.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// A file cannot be read.
    #[error("{origin}: {}: {source}", path.display())]
    File {
        /// `--config`, or the variable's name.
        origin: String,
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Not TOML, an unknown key or a wrong type.
    #[error("{origin}: {message}")]
    Content {
        /// The file, or the variable's name.
        origin: String,
        /// What is wrong.
        message: String,
    },
    /// A value breaks a rule.
    #[error("setting {key}: {message}")]
    Rule {
        /// `section.key`.
        key: &'static str,
        /// The rule, and how to keep it.
        message: String,
    },
}

impl Config {
    /// Reads the settings.
    ///
    /// # Errors
    /// [`ConfigError`], naming file, key and rule.
    pub fn load(
        file: Option<&Path>,
        environment: &[(String, String)],
    ) -> Result<Config, ConfigError> {
        let mut settings: Table =
            DEFAULTS
                .parse()
                .map_err(|error: toml::de::Error| ConfigError::Content {
                    origin: "defaults".to_owned(),
                    message: error.to_string(),
                })?;
        if let Some(path) = file {
            let text = std::fs::read_to_string(path).map_err(|source| ConfigError::File {
                origin: "--config".to_owned(),
                path: path.to_owned(),
                source,
            })?;
            let own: Table =
                text.parse()
                    .map_err(|error: toml::de::Error| ConfigError::Content {
                        origin: path.display().to_string(),
                        message: words::unreadable(&text, &error),
                    })?;
            layers::overlay(&mut settings, own);
        }
        for (name, value) in environment {
            layers::from_environment(&mut settings, name, value)?;
        }
        let config: Config =
            Value::Table(settings)
                .try_into()
                .map_err(|error: toml::de::Error| ConfigError::Content {
                    origin: words::key_of(&error),
                    message: words::wrong_value(error.message()),
                })?;
        config.check()?;
        Ok(config)
    }
}

#[cfg(test)]
mod tests;
