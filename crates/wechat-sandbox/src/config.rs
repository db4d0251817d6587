//! What a sandbox is started with: addresses, files, accounts, and the points on which the public
//! sources about WeChat disagree.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// Everything [`crate::Sandbox::start`] needs. Every member has a default, so that
/// `SandboxConfig::default()` is a sandbox on a free port, in memory, without accounts.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SandboxConfig {
    /// Where to listen. Port 0 takes a free one; [`crate::Running::addr`] tells which.
    pub listen: SocketAddr,
    /// The address of this sandbox as others see it, e.g. `http://127.0.0.1:8090`. It begins every
    /// URL handed out. Default: `http://` and the address listened on.
    pub public_base: Option<String>,
    /// Where orders, cards, tokens and pushes are kept over restarts. PDF files go to a folder
    /// beside it, named `<state_file>.media`. Without it everything is gone at the end.
    pub state_file: Option<PathBuf>,
    /// Accounts that exist from the start. An account already known from the state file keeps
    /// what was set through the API; the members of [`AccountConfig`] are taken from here.
    pub accounts: Vec<AccountConfig>,
    /// How this WeChat behaves where WeChat itself is ambiguous, and its limits.
    pub settings: Settings,
    /// Merchant numbers of the pay side (`/pay/unifiedorder`), with their V2 keys.
    pub pay_merchants: Vec<PayMerchantConfig>,
    /// Where a bare short code typed into the phone's scanner leads: the code is appended.
    pub short_links: Option<String>,
    /// HTTP worker threads.
    pub workers: usize,
}

impl Default for SandboxConfig {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            public_base: None,
            state_file: None,
            accounts: Vec::new(),
            settings: Settings::default(),
            pay_merchants: Vec::new(),
            short_links: None,
            workers: 2,
        }
    }
}

/// A merchant number of the pay side.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PayMerchantConfig {
    /// The merchant number (商户号).
    pub mchid: String,
    /// Its V2 key; signs orders and notifications.
    pub key: String,
}

impl std::fmt::Debug for PayMerchantConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PayMerchantConfig")
            .field("mchid", &self.mchid)
            .finish_non_exhaustive()
    }
}

/// A configuration file that could not be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file could not be read.
    #[error("the configuration file {path} could not be read")]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is not what a configuration looks like. Unknown members are errors.
    #[error("the configuration file {path} is not understood: {why}")]
    Parse {
        /// The file.
        path: PathBuf,
        /// The parser's words, with line and column.
        why: String,
    },
}

impl SandboxConfig {
    /// Reads a TOML file, or a JSON file when its name ends in `.json`.
    ///
    /// # Errors
    /// [`ConfigError`] when the file cannot be read, or has unknown or ill-typed members.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path).map_err(|source| ConfigError::Read {
            path: path.to_path_buf(),
            source,
        })?;
        let is_json = path
            .extension()
            .is_some_and(|ext| ext.eq_ignore_ascii_case("json"));
        let parsed = if is_json {
            serde_json::from_str(&text).map_err(|error| error.to_string())
        } else {
            toml::from_str(&text).map_err(|error| error.to_string())
        };
        parsed.map_err(|why| ConfigError::Parse {
            path: path.to_path_buf(),
            why,
        })
    }
}

/// The three kinds of WeChat account (公众号 / 开放平台 / 小程序) that take part.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountKind {
    /// A service account: can receive pushes, may be an invoicing platform.
    #[default]
    Service,
    /// An app of the open platform: cannot receive pushes.
    Open,
    /// A mini program.
    Mini,
}

/// How the body of a push travels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PushMode {
    /// In clear, signed only over token, time and nonce.
    Plain,
    /// In clear and encrypted side by side.
    Compatible,
    /// Encrypted only.
    #[default]
    Safe,
}

/// The notation of a push.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PushFormat {
    /// XML, WeChat's default.
    #[default]
    Xml,
    /// JSON, offered by the newer console.
    Json,
}

/// Where and how an account receives pushes: the console's "server configuration".
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PushConfig {
    /// `http://` or `https://` address that takes the POST.
    pub url: String,
    /// The token both sides sign with.
    pub token: String,
    /// EncodingAESKey, 43 characters. Needed unless the mode is plain.
    #[serde(default)]
    pub aes_key: String,
    /// Plain, compatible or safe.
    #[serde(default)]
    pub mode: PushMode,
    /// XML or JSON.
    #[serde(default)]
    pub format: PushFormat,
}

/// One WeChat account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountConfig {
    /// `wx` and 16 hexadecimal digits, as a rule.
    pub appid: String,
    /// The app secret.
    pub secret: String,
    /// A name for people.
    #[serde(default)]
    pub name: String,
    /// `gh_…`, the `ToUserName` of pushes. Made from the appid when empty.
    #[serde(default)]
    pub original_id: String,
    /// Service account, open-platform app or mini program.
    #[serde(default)]
    pub kind: AccountKind,
    /// Approved as an invoicing platform (开票平台): owns an `s_pappid`, may create templates and
    /// insert cards.
    #[serde(default)]
    pub platform: bool,
    /// A given `s_pappid`; made from the appid when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub s_pappid: Option<String>,
    /// Where its pushes go. Without it they are logged as undeliverable.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub push: Option<PushConfig>,
    /// The appid that receives this account's events instead: how an open-platform app, which
    /// cannot receive any, is bound to a service account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub events_to: Option<String>,
    /// Caller addresses that may fetch tokens. Empty: any (else 40164).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ip_whitelist: Vec<String>,
    /// Caller addresses that the administrator has yet to confirm on the phone (89503).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ip_unconfirmed: Vec<String>,
    /// The secret was frozen in the console (40243).
    #[serde(default)]
    pub frozen: bool,
    /// Merchant numbers (商户号) bound to the account. Empty: any well-formed one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mch_ids: Vec<String>,
    /// Not yet approved for the public: cards only reach the test white-list (else 72022).
    #[serde(default)]
    pub restricted: bool,
    /// What the legacy unified calls know of the account. Absent: any tax number and serial is good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commercial: Option<CommercialConfig>,
}

/// How a merchant is registered for the legacy unified calls (`makeoutinvoice` …).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CommercialConfig {
    /// The registered tax number; another `nsrsbh` is refused (73101).
    pub nsrsbh: String,
    /// The merchant's id, six characters, with which every `fpqqlsh` begins (else 73110).
    pub serial_prefix: String,
}

impl AccountConfig {
    /// A service account that is its own invoicing platform: the self-built mode.
    pub fn self_built(appid: &str, secret: &str) -> Self {
        Self {
            platform: true,
            ..Self::merchant(appid, secret)
        }
    }

    /// A service account without the platform permission.
    pub fn merchant(appid: &str, secret: &str) -> Self {
        Self {
            appid: appid.to_owned(),
            secret: secret.to_owned(),
            name: String::new(),
            original_id: String::new(),
            kind: AccountKind::Service,
            platform: false,
            s_pappid: None,
            push: None,
            events_to: None,
            ip_whitelist: Vec::new(),
            ip_unconfirmed: Vec::new(),
            frozen: false,
            mch_ids: Vec::new(),
            restricted: false,
            commercial: None,
        }
    }

    /// The same account with pushes to `push`.
    #[must_use]
    pub fn with_push(mut self, push: PushConfig) -> Self {
        self.push = Some(push);
        self
    }

    /// Checks what a person may have mistyped. The text names the member and the rule.
    pub(crate) fn problem(&self) -> Option<String> {
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        if self.appid.is_empty() || self.appid.len() > 64 || !self.appid.chars().all(plain) {
            return Some("appid must be 1 to 64 letters, digits, '_' or '-'".to_owned());
        }
        if self.secret.is_empty() {
            return Some(format!("account {}: secret is empty", self.appid));
        }
        let push = self.push.as_ref()?;
        if url::Url::parse(&push.url).is_err() {
            return Some(format!(
                "account {}: push.url {} is no URL",
                self.appid, push.url
            ));
        }
        if push.mode != PushMode::Plain && crate::crypto::MessageKey::parse(&push.aes_key).is_none()
        {
            return Some(format!(
                "account {}: push.aes_key must be 43 letters or digits unless push.mode is plain",
                self.appid
            ));
        }
        (self.kind == AccountKind::Open).then(|| {
            format!(
                "account {}: an open-platform app has no push URL, set events_to",
                self.appid
            )
        })
    }
}

/// Which member carries the code of a classic invoice (one with code and number).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClassicMapping {
    /// `billing_no` = code (10 or 12 digits), `billing_code` = number (8 digits).
    CodeInBillingNo,
    /// `billing_no` = number (8 digits), `billing_code` = code (10 or 12 digits).
    NumberInBillingNo,
    /// Both are taken.
    #[default]
    Either,
}

/// How `billing_code` has to look for a digital invoice (数电票), which has none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DigitalBillingCode {
    /// Must be sent as `""`.
    Empty,
    /// Must be left out.
    Omitted,
    /// Both are taken.
    #[default]
    Either,
}

/// Behaviour and limits. All of it can be changed while running: `PATCH /sandbox/settings`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Which member carries the code of a classic invoice.
    pub classic_mapping: ClassicMapping,
    /// How a digital invoice says that it has no code.
    pub digital_billing_code: DigitalBillingCode,
    /// Look into the PDF at insert (72040, 72047). Off: only the `%PDF-` head is checked.
    pub check_pdf: bool,
    /// Seconds after `createcard` during which insert answers 40078. Default 0.
    pub template_ready_after_secs: i64,
    /// Seconds an authorisation is good for (then 72050). 0: for ever.
    pub authorisation_lifetime_secs: i64,
    /// Whether `getauthurl` gives a page again for an order that is authorised already (else 72074).
    pub page_after_authorisation: bool,
    /// Seconds an authorisation page can be opened.
    pub auth_url_lifetime_secs: i64,
    /// Seconds an uploaded file lives unless a card uses it: 3 days.
    pub media_lifetime_secs: i64,
    /// Seconds a token or ticket lives.
    pub token_lifetime_secs: i64,
    /// Longest file `setpdf` takes, bytes. WeChat documents no limit.
    pub max_pdf_bytes: usize,
    /// Milliseconds an insert takes, to give a parallel one the chance to meet it (72054).
    pub insert_takes_ms: u64,
    /// Cards a platform may insert in a day (72057). 0: as many as come.
    pub daily_inserts: u64,
    /// Titles that insert refuses (72017): those that contain one of these texts.
    pub refused_titles: Vec<String>,
    /// Whether templates may link to web pages (else 73211).
    pub web_links: bool,
    /// Insert speaks as older texts do: 72018 for 72056, 72013 for 72050, 72082 for 72040.
    pub older_codes: bool,
    /// Calls a day and path (45009).
    pub daily_limit: u64,
    /// Calls a minute and path (45011). 0: as many as come.
    pub minute_limit: u64,
    /// Classic tokens a day (45009).
    pub token_daily_limit: u64,
    /// Milliseconds a push may take before it counts as unanswered.
    pub push_timeout_ms: u64,
    /// Milliseconds between a failed push and its repeat.
    pub push_repeat_after_ms: u64,
    /// Repeats of a push that was not answered.
    pub push_repeats: u32,
    /// Whether the legacy unified calls (`makeoutinvoice` …) answer at all (else 48001).
    pub unified_calls: bool,
    /// Milliseconds the platform behind the unified calls takes; meanwhile a repeat is answered 73105 and a query 73107.
    pub unified_takes_ms: u64,
    /// While not empty, the platform behind the unified calls fails every request, for this reason.
    pub unified_fails: String,
    /// Bytes of PDF files kept in memory when there is a state file to read them back from.
    pub media_memory_bytes: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            classic_mapping: ClassicMapping::default(),
            digital_billing_code: DigitalBillingCode::default(),
            check_pdf: true,
            template_ready_after_secs: 0,
            authorisation_lifetime_secs: 0,
            page_after_authorisation: true,
            auth_url_lifetime_secs: 7200,
            media_lifetime_secs: 3 * 24 * 3600,
            token_lifetime_secs: 7200,
            max_pdf_bytes: 10 * 1024 * 1024,
            insert_takes_ms: 0,
            daily_inserts: 0,
            refused_titles: Vec::new(),
            web_links: true,
            older_codes: false,
            daily_limit: 10_000_000,
            minute_limit: 0,
            token_daily_limit: 2_000,
            push_timeout_ms: 5_000,
            push_repeat_after_ms: 1_000,
            push_repeats: 3,
            unified_calls: true,
            unified_takes_ms: 0,
            unified_fails: String::new(),
            media_memory_bytes: 256 * 1024 * 1024,
        }
    }
}
