//! Rules that settings keep beyond their types: what would stop everything, or mean something else than was meant.

use super::{Config, ConfigError, Mode, words};
use secrecy::ExposeSecret;

impl Config {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
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
}
