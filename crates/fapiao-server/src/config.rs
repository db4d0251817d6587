//! Settings: the embedded defaults, then a file, then the environment. An unknown key is an error.

mod words;

use base64::{Engine, engine::general_purpose::STANDARD};
use fapiao_store::{AuditKey, AuditKeys};
use secrecy::{ExposeSecret, SecretString};
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
            overlay(&mut settings, own);
        }
        for (name, value) in environment {
            from_environment(&mut settings, name, value)?;
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

    fn check(&self) -> Result<(), ConfigError> {
        let rule = |key, message: &str| {
            Err(ConfigError::Rule {
                key,
                message: message.to_owned(),
            })
        };
        let base = self.server.public_base_url.as_str();
        if !words::is_web_address(base) {
            return rule(
                "server.public_base_url",
                "an address like https://fapiao.example.com, without a slash at the end",
            );
        }
        if !matches!(self.tax.adapter.as_str(), "direct") {
            return rule("tax.adapter", "this version knows `direct`");
        }
        if !matches!(self.log.format.as_str(), "text" | "json") {
            return rule("log.format", "text or json");
        }
        self.check_numbers()?;
        self.check_lists()?;
        if self.mail.enabled && !self.mail.from.contains('@') {
            return rule("mail.from", "an address, since mail.enabled is true");
        }
        let official = url::Url::parse(&self.wechat.api_base).is_ok_and(|url| {
            url.scheme() == "https"
                && url.host_str().is_some_and(|host| {
                    host.ends_with("api.weixin.qq.com") || host == "api2.weixin.qq.com"
                })
        });
        match self.mode {
            Mode::Production => {
                if !official || self.wechat.allow_host_override {
                    return rule(
                        "wechat.api_base",
                        "production mode talks to WeChat's own hosts only; remove api_base and allow_host_override, or set mode = \"sandbox\"",
                    );
                }
                if !base.starts_with("https://") {
                    return rule("server.public_base_url", "production mode needs https");
                }
                let tax = self.tax.base_url.as_str();
                let local = ["127.", "localhost", "[::1]"]
                    .iter()
                    .any(|host| tax.contains(host));
                // Empty: all sellers issue over gateways or other platforms, or nothing is set up yet.
                if !tax.is_empty() && (!tax.starts_with("https://") || local) {
                    return rule(
                        "tax.base_url",
                        "production mode needs the tax authority's own https address, never a sandbox",
                    );
                }
                if !tax.is_empty() && self.tax.seal_folder.is_empty() {
                    return rule(
                        "tax.seal_folder",
                        "the folder with the supervisory seals that the tax bureau gave you (31.png …): whoever issues over the direct connection draws them",
                    );
                }
            }
            Mode::Sandbox => {
                if !official && !self.wechat.allow_host_override {
                    return rule(
                        "wechat.api_base",
                        "another host than WeChat's needs wechat.allow_host_override = true",
                    );
                }
                if !self.tax.seal_folder.is_empty() {
                    return rule(
                        "tax.seal_folder",
                        "a sandbox never carries the tax authority's seal: leave it empty, or set mode = \"production\"",
                    );
                }
            }
        }
        self.master_key()?;
        self.master_keys_before()?;
        self.audit_keys()?;
        let plain = |id: &str| !id.is_empty() && id.chars().all(|it| it.is_ascii_alphanumeric());
        if !plain(&self.secrets.audit_key_id) {
            return rule(
                "secrets.audit_key_id",
                "letters and digits, such as 1 or 2026",
            );
        }
        if self.storage.url == "s3://" {
            return rule("storage.url", "the bucket is missing: s3://bucket/prefix");
        }
        let endpoint = self.storage.endpoint.as_str();
        if !endpoint.is_empty() && !words::is_web_address(endpoint) {
            return rule(
                "storage.endpoint",
                "an address like https://oss-cn-hangzhou.aliyuncs.com, without a slash at the end, or empty for Amazon's own",
            );
        }
        if endpoint.starts_with("http://") && !self.storage.allow_http {
            return rule(
                "storage.endpoint",
                "http sends the documents in the clear; write https, or set storage.allow_http = true for a server on this machine",
            );
        }
        if self.storage.url.starts_with("s3://")
            && (self.storage.access_key.expose_secret().is_empty()
                || self.storage.secret_key.expose_secret().is_empty())
        {
            return rule(
                "storage.access_key",
                "s3:// needs access_key and secret_key; hand them over with FAPIAO_STORAGE__SECRET_KEY_FILE",
            );
        }
        Ok(())
    }

    /// Numbers that would stop everything, or mean something else than was meant.
    fn check_numbers(&self) -> Result<(), ConfigError> {
        let small = |key, least: i64| {
            Err(ConfigError::Rule {
                key,
                message: format!("a whole number of at least {least}"),
            })
        };
        let limits = &self.limits;
        let size = |bytes: usize| i64::try_from(bytes).unwrap_or(i64::MAX);
        for (key, number, least) in [
            (
                "database.max_connections",
                self.database.max_connections.into(),
                1,
            ),
            ("storage.timeout_secs", self.storage.timeout_secs.into(), 1),
            (
                "archive.anchor_minutes",
                self.archive.anchor_minutes.into(),
                1,
            ),
            (
                "wechat.push_max_body_bytes",
                size(self.wechat.push_max_body_bytes),
                1024,
            ),
            ("worker.concurrency", size(self.worker.concurrency), 1),
            ("worker.batch", self.worker.batch.into(), 1),
            ("worker.lease_secs", self.worker.lease_secs.into(), 10),
            ("limits.api_body_bytes", size(limits.api_body_bytes), 1024),
            ("limits.upload_bytes", size(limits.upload_bytes), 1024),
            (
                "limits.api_calls_per_second",
                limits.api_calls_per_second.into(),
                1,
            ),
            (
                "limits.gateway_calls_per_second",
                limits.gateway_calls_per_second.into(),
                1,
            ),
            ("limits.session_idle_hours", limits.session_idle_hours, 1),
        ] {
            if number < least {
                return small(key, least);
            }
        }
        Ok(())
    }

    /// Lists whose every entry is to be understood, and the filter of the log.
    fn check_lists(&self) -> Result<(), ConfigError> {
        let rule = |key, message: String| Err(ConfigError::Rule { key, message });
        if let Some(proxy) = self
            .server
            .trusted_proxies
            .iter()
            .find(|it| !words::is_network(it))
        {
            return rule(
                "server.trusted_proxies",
                format!("`{proxy}` is neither an address (127.0.0.1) nor a network (10.0.0.0/8)"),
            );
        }
        for (key, mails) in [
            ("archive.alarm_mails", &self.archive.alarm_mails),
            ("archive.anchor_mails", &self.archive.anchor_mails),
        ] {
            if let Some(mail) = mails.iter().find(|it| !words::is_mail_address(it)) {
                return rule(key, format!("`{mail}` is no mail address"));
            }
            if !mails.is_empty() && !self.mail.enabled {
                return rule(
                    key,
                    "nobody would get these mails: set [mail] with enabled = true, or leave the list empty".to_owned(),
                );
            }
        }
        if let Err(error) = tracing_subscriber::EnvFilter::try_new(&self.log.filter) {
            return rule("log.filter", format!("as in RUST_LOG: {error}"));
        }
        Ok(())
    }

    /// The key that seals secrets.
    ///
    /// # Errors
    /// [`ConfigError::Rule`] unless it is 32 bytes in base64.
    pub fn master_key(&self) -> Result<[u8; 32], ConfigError> {
        key_bytes("secrets.master_key", &self.secrets.master_key)
    }

    /// The keys that sealed secrets before it.
    ///
    /// # Errors
    /// As [`Config::master_key`].
    pub fn master_keys_before(&self) -> Result<Vec<[u8; 32]>, ConfigError> {
        let keys = self.secrets.master_keys_before.iter();
        keys.map(|key| key_bytes("secrets.master_keys_before", key))
            .collect()
    }

    /// The key of the audit chain.
    ///
    /// # Errors
    /// As [`Config::master_key`].
    pub fn audit_key(&self) -> Result<[u8; 32], ConfigError> {
        key_bytes("secrets.audit_key", &self.secrets.audit_key)
    }

    /// All keys of the audit chain.
    ///
    /// # Errors
    /// As [`Config::master_key`].
    pub fn audit_keys(&self) -> Result<AuditKeys, ConfigError> {
        let mut before = Vec::new();
        for entry in &self.secrets.audit_keys_before {
            let (id, key) = entry
                .expose_secret()
                .split_once(':')
                .ok_or(ConfigError::Rule {
                    key: "secrets.audit_keys_before",
                    message: "each is the key's name, a colon and the key: 1:BASE64".to_owned(),
                })?;
            before.push(AuditKey {
                id: id.trim().to_owned(),
                bytes: key_bytes(
                    "secrets.audit_keys_before",
                    &SecretString::from(key.to_owned()),
                )?,
            });
        }
        let present = AuditKey {
            id: self.secrets.audit_key_id.clone(),
            bytes: self.audit_key()?,
        };
        Ok(AuditKeys::new(present, before))
    }
}

fn key_bytes(key: &'static str, text: &SecretString) -> Result<[u8; 32], ConfigError> {
    STANDARD
        .decode(text.expose_secret().trim())
        .ok()
        .and_then(|bytes| <[u8; 32]>::try_from(bytes).ok())
        .ok_or_else(|| ConfigError::Rule {
            key,
            message:
                "32 random bytes in base64 are needed; make them with `openssl rand -base64 32`"
                    .to_owned(),
        })
}

fn overlay(base: &mut Table, own: Table) {
    for (key, value) in own {
        match (base.get_mut(&key), value) {
            (Some(Value::Table(inner)), Value::Table(value)) => overlay(inner, value),
            (_, value) => {
                base.insert(key, value);
            }
        }
    }
}

/// `FAPIAO_SECTION__KEY=value` and, for secrets, `FAPIAO_SECTION__KEY_FILE=path`.
fn from_environment(settings: &mut Table, name: &str, value: &str) -> Result<(), ConfigError> {
    let Some(path) = name.strip_prefix("FAPIAO_") else {
        return Ok(());
    };
    // For the tests and the file name of the settings themselves.
    if path.starts_with("TEST_") || path == "CONFIG" || words::is_of_others(path, value) {
        return Ok(());
    }
    let wrong = |message: String| ConfigError::Content {
        origin: name.to_owned(),
        message,
    };
    let mut parts: Vec<String> = path.split("__").map(str::to_lowercase).collect();
    let mut text = value.to_owned();
    let known = |settings: &Table, parts: &[String]| look_up(settings, parts).is_some();
    if !known(settings, &parts)
        && let Some(last) = parts.last_mut()
        && let Some(plain) = last.strip_suffix("_file").map(str::to_owned)
    {
        *last = plain;
        text = std::fs::read_to_string(value)
            .map_err(|source| ConfigError::File {
                origin: name.to_owned(),
                path: PathBuf::from(value),
                source,
            })?
            .trim_end_matches(['\n', '\r'])
            .to_owned();
    }
    let Some(default) = look_up(settings, &parts).cloned() else {
        return Err(wrong("there is no such setting".to_owned()));
    };
    let parsed = match default {
        Value::String(_) => Value::String(text),
        Value::Integer(_) => Value::Integer(
            text.trim()
                .parse()
                .map_err(|_| wrong("a whole number is wanted".into()))?,
        ),
        Value::Boolean(_) => Value::Boolean(
            text.trim()
                .parse()
                .map_err(|_| wrong("true or false is wanted".into()))?,
        ),
        Value::Array(_) => Value::Array(
            text.split(',')
                .map(str::trim)
                .filter(|it| !it.is_empty())
                .map(|it| Value::String(it.to_owned()))
                .collect(),
        ),
        _ => {
            return Err(wrong(
                "this names a section; name a setting in it".to_owned(),
            ));
        }
    };
    if let Some(slot) = look_up_mut(settings, &parts) {
        *slot = parsed;
    }
    Ok(())
}

fn look_up<'a>(settings: &'a Table, parts: &[String]) -> Option<&'a Value> {
    match parts {
        [key] => settings.get(key),
        [section, key] => settings.get(section)?.as_table()?.get(key),
        _ => None,
    }
}

fn look_up_mut<'a>(settings: &'a mut Table, parts: &[String]) -> Option<&'a mut Value> {
    match parts {
        [key] => settings.get_mut(key),
        [section, key] => settings.get_mut(section)?.as_table_mut()?.get_mut(key),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

    fn environment(more: &[(&str, &str)]) -> Vec<(String, String)> {
        [
            ("FAPIAO_SECRETS__MASTER_KEY", KEY),
            ("FAPIAO_SECRETS__AUDIT_KEY", KEY),
        ]
        .iter()
        .chain(more)
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
    }

    #[test]
    fn the_defaults_only_lack_the_keys() {
        let error = Config::load(None, &[]).unwrap_err();
        assert!(error.to_string().contains("secrets.master_key"), "{error}");
        let config = Config::load(None, &environment(&[])).unwrap();
        assert_eq!(config.mode, Mode::Sandbox);
        assert!(!format!("{config:?}").contains(KEY));
    }

    /// The proxy is seen as the gateway of the containers' network: unless it is believed, all clients have one address.
    #[test]
    fn the_compose_file_believes_the_gateway_of_its_own_network() {
        let file = include_str!("../../../deploy/compose.yaml");
        let value = |name: &str| {
            let mut values = file.lines().filter_map(|it| it.trim().strip_prefix(name));
            values.next().unwrap().trim().to_owned()
        };
        let believed = value("FAPIAO_SERVER__TRUSTED_PROXIES:");
        assert_eq!(believed, value("gateway:"));
        let network = value("- subnet:");
        let start = network.strip_suffix(".0/24").unwrap();
        assert!(believed.starts_with(start), "{believed} in {network}");
        let set = environment(&[("FAPIAO_SERVER__TRUSTED_PROXIES", &believed)]);
        let config = Config::load(None, &set).unwrap();
        assert_eq!(config.server.trusted_proxies, [believed]);
    }

    #[test]
    fn the_environment_wins_and_is_typed() {
        let config = Config::load(
            None,
            &environment(&[
                ("FAPIAO_WORKER__CONCURRENCY", "3"),
                ("FAPIAO_SERVER__TRUSTED_PROXIES", "10.0.0.1, 10.0.0.2"),
            ]),
        )
        .unwrap();
        assert_eq!(config.worker.concurrency, 3);
        assert_eq!(config.server.trusted_proxies, ["10.0.0.1", "10.0.0.2"]);
        for (name, value) in [
            ("FAPIAO_WORKER__CONCURENCY", "3"),
            ("FAPIAO_WORKER__BATCH", "many"),
            ("FAPIAO_WORKER", "x"),
        ] {
            let error = Config::load(None, &environment(&[(name, value)])).unwrap_err();
            assert!(error.to_string().contains(name), "{error}");
        }
    }

    #[test]
    fn production_refuses_other_wechat_hosts_and_sandboxes() {
        let production = [
            ("FAPIAO_MODE", "production"),
            (
                "FAPIAO_SERVER__PUBLIC_BASE_URL",
                "https://fapiao.example.com",
            ),
            ("FAPIAO_TAX__BASE_URL", "https://lqpt.chinatax.gov.cn:8443"),
            ("FAPIAO_TAX__SEAL_FOLDER", "/etc/fapiao/seals"),
        ];
        assert!(Config::load(None, &environment(&production)).is_ok());
        for wrong in [
            ("FAPIAO_WECHAT__API_BASE", "http://127.0.0.1:8090"),
            (
                "FAPIAO_WECHAT__API_BASE",
                "https://api.weixin.qq.com.example.com",
            ),
            ("FAPIAO_WECHAT__ALLOW_HOST_OVERRIDE", "true"),
            ("FAPIAO_TAX__BASE_URL", "http://127.0.0.1:8091"),
            ("FAPIAO_TAX__SEAL_FOLDER", ""),
            (
                "FAPIAO_SERVER__PUBLIC_BASE_URL",
                "http://fapiao.example.com",
            ),
        ] {
            let mut settings = production.to_vec();
            settings.push(wrong);
            assert!(
                Config::load(None, &environment(&settings)).is_err(),
                "{wrong:?}"
            );
        }
        let seal = ("FAPIAO_TAX__SEAL_FOLDER", "/etc/fapiao/seals");
        let error = Config::load(None, &environment(&[seal])).unwrap_err();
        assert!(error.to_string().contains("sandbox"), "{error}");
    }

    #[test]
    fn every_wrong_value_is_named_with_its_key_and_never_shown_when_it_may_be_secret() {
        for (name, value, words) in [
            ("FAPIAO_MODE", "Prod", &["mode", "production"][..]),
            (
                "FAPIAO_SERVER__LISTEN",
                "8080",
                &["server.listen", "127.0.0.1:8080"],
            ),
            (
                "FAPIAO_SERVER__PUBLIC_BASE_URL",
                "https://a b",
                &["server.public_base_url"],
            ),
            (
                "FAPIAO_SERVER__TRUSTED_PROXIES",
                "10.0.0.0/40",
                &["server.trusted_proxies", "10.0.0.0/40"],
            ),
            (
                "FAPIAO_DATABASE__MAX_CONNECTIONS",
                "-1",
                &["database.max_connections", "whole number"],
            ),
            (
                "FAPIAO_DATABASE__MAX_CONNECTIONS",
                "0",
                &["database.max_connections", "at least 1"],
            ),
            ("FAPIAO_STORAGE__URL", "s3://", &["storage.url", "bucket"]),
            ("FAPIAO_STORAGE__ENDPOINT", "minio", &["storage.endpoint"]),
            (
                "FAPIAO_STORAGE__ENDPOINT",
                "http://minio:9000",
                &["storage.endpoint", "allow_http"],
            ),
            (
                "FAPIAO_ARCHIVE__ALARM_MAILS",
                "boss",
                &["archive.alarm_mails", "boss"],
            ),
            (
                "FAPIAO_ARCHIVE__ALARM_MAILS",
                "boss@example.com",
                &["archive.alarm_mails", "mail"],
            ),
            (
                "FAPIAO_LIMITS__SESSION_IDLE_HOURS",
                "0",
                &["limits.session_idle_hours"],
            ),
            (
                "FAPIAO_LIMITS__API_BODY_BYTES",
                "0",
                &["limits.api_body_bytes"],
            ),
            (
                "FAPIAO_LIMITS__GATEWAY_CALLS_PER_SECOND",
                "0",
                &["limits.gateway_calls_per_second"],
            ),
            (
                "FAPIAO_WORKER__LEASE_SECS",
                "5",
                &["worker.lease_secs", "10"],
            ),
            ("FAPIAO_LOG__FILTER", "a=b=c", &["log.filter"]),
            (
                "FAPIAO_SECRETS__MASTER_KEY_FILE",
                "/nowhere",
                &["FAPIAO_SECRETS__MASTER_KEY_FILE", "/nowhere"],
            ),
        ] {
            let error = Config::load(None, &environment(&[(name, value)])).unwrap_err();
            for word in words {
                assert!(error.to_string().contains(word), "{name}={value}: {error}");
            }
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("fapiao.toml");
        for (text, words) in [
            ("[server]\nport = 1\n", &["server", "port"][..]),
            ("[sever]\n", &["sever"]),
            (
                "[limits]\napi_body_bytes = \"1MB\"\n",
                &["limits.api_body_bytes"],
            ),
            (
                "[mail]\nenabled = \"true\"\n",
                &["mail.enabled", "true or false"],
            ),
            (
                "mode = \"sandbox\"\n[tax]\nsecret = hush\n",
                &["fapiao.toml", "line 3"],
            ),
            (
                "[secrets]\naudit_keys_before = \"1:hush\"\n",
                &["secrets.audit_keys_before", "list"],
            ),
        ] {
            std::fs::write(&path, text).unwrap();
            let error = Config::load(Some(&path), &environment(&[])).unwrap_err();
            for word in words {
                assert!(error.to_string().contains(word), "{text}: {error}");
            }
            assert!(!error.to_string().contains("hush"), "{error}");
        }
    }

    #[test]
    fn variables_of_others_are_left_alone() {
        for name in [
            "FAPIAO_KEY",
            "FAPIAO_BASE",
            "FAPIAO_SERVICE_HOST",
            "FAPIAO_PORT",
            "FAPIAO_PORT_8080_TCP_ADDR",
            "FAPIAO_WEB_SERVICE_PORT_HTTP",
        ] {
            let value = "tcp://10.0.0.1:8080";
            let config = Config::load(None, &environment(&[(name, value)]));
            assert!(config.is_ok(), "{name}: {config:?}");
        }
        for name in [
            "FAPIAO_SERVER_LISTEN",
            "FAPIAO_SERVER_PORT",
            "FAPIAO_MAIL_PORT",
            "FAPIAO_KEYS",
            "FAPIAO_SERVER__PORT",
        ] {
            let error = Config::load(None, &environment(&[(name, "1")])).unwrap_err();
            assert!(error.to_string().contains(name), "{error}");
        }
    }

    #[test]
    fn production_needs_no_direct_connection() {
        let settings = [
            ("FAPIAO_MODE", "production"),
            (
                "FAPIAO_SERVER__PUBLIC_BASE_URL",
                "https://fapiao.example.com",
            ),
        ];
        assert!(Config::load(None, &environment(&settings)).is_ok());
    }

    #[test]
    fn a_secret_can_come_from_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        std::fs::write(&path, format!("{KEY}\n")).unwrap();
        let path = path.display().to_string();
        let settings = [
            ("FAPIAO_SECRETS__MASTER_KEY_FILE".to_owned(), path),
            ("FAPIAO_SECRETS__AUDIT_KEY".to_owned(), KEY.to_owned()),
        ];
        assert!(Config::load(None, &settings).is_ok());
    }
}
