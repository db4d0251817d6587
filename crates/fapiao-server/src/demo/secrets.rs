//! The demo's keys: made once, kept in its data folder.

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use serde::{Deserialize, Serialize};
use std::{io::Write, path::Path};

/// Everything secret of a demo, and the names that go with it.
#[derive(Clone, Serialize, Deserialize)]
pub struct DemoSecrets {
    /// Seals stored secrets.
    pub master_key: String,
    /// Signs the audit chain.
    pub audit_key: String,
    /// Sign-in name of the owner.
    pub admin_user: String,
    /// Password of everybody in the demo company.
    pub admin_password: String,
    /// Key of the REST API.
    pub api_key: String,
    /// Key of whoever hands fiscal bills in; of no store.
    #[serde(default = "api_key")]
    pub bills_key: String,
    /// The service account.
    pub app_id: String,
    /// Its secret.
    pub app_secret: String,
    /// Token of its pushes.
    pub push_token: String,
    /// EncodingAESKey of its pushes.
    pub push_key: String,
    /// The open-platform app; its events arrive at the service account's address.
    #[serde(default = "DemoApp::make")]
    pub app: DemoApp,
    /// The mini program, with an address of its own.
    #[serde(default = "DemoApp::make")]
    pub mini_program: DemoApp,
    /// Key of the payment merchant number (商户号) whose receipts offer our invoices.
    #[serde(default = "pay_key")]
    pub pay_key: String,
    /// Connecting party at the tax sandbox.
    pub tax_party: String,
    /// Using party.
    pub tax_user: String,
    /// SM4 key, hex.
    pub tax_key: String,
    /// Key of the signatures.
    pub tax_secret: String,
}

/// A WeChat app beside the service account.
#[derive(Clone, Serialize, Deserialize)]
pub struct DemoApp {
    /// Its app id.
    pub app_id: String,
    /// Its secret.
    pub secret: String,
    /// Token of its pushes.
    pub push_token: String,
    /// EncodingAESKey of its pushes.
    pub push_key: String,
}

impl DemoApp {
    fn make() -> DemoApp {
        DemoApp {
            app_id: format!("wx{}", hex::encode(random::<8>())),
            secret: hex::encode(random::<16>()),
            push_token: hex::encode(random::<12>()),
            push_key: aes_key(),
        }
    }
}

fn api_key() -> String {
    format!("fp_{}", URL_SAFE_NO_PAD.encode(random::<32>()))
}

fn pay_key() -> String {
    hex::encode(random::<16>())
}

pub(super) fn random<const N: usize>() -> [u8; N] {
    rand::random::<[u8; 32]>()
        .iter()
        .copied()
        .chain(rand::random::<[u8; 32]>())
        .take(N)
        .collect::<Vec<u8>>()
        .try_into()
        .unwrap_or([0; N])
}

impl DemoSecrets {
    fn make() -> DemoSecrets {
        DemoSecrets {
            master_key: STANDARD.encode(random::<32>()),
            audit_key: STANDARD.encode(random::<32>()),
            admin_user: "admin".to_owned(),
            admin_password: format!("demo-{}", hex::encode(random::<5>())),
            api_key: api_key(),
            bills_key: api_key(),
            app_id: format!("wx{}", hex::encode(random::<8>())),
            app_secret: hex::encode(random::<16>()),
            push_token: hex::encode(random::<12>()),
            push_key: aes_key(),
            app: DemoApp::make(),
            mini_program: DemoApp::make(),
            pay_key: pay_key(),
            tax_party: "LQ0000000001".to_owned(),
            tax_user: "SY0000000001".to_owned(),
            tax_key: hex::encode(random::<16>()),
            tax_secret: hex::encode(random::<32>()),
        }
    }

    /// Reads the keys of an earlier run, or makes them.
    pub(super) fn load_or_make(data: &Path) -> Result<DemoSecrets, super::Failure> {
        kept(&data.join("demo.toml"), DemoSecrets::make)
    }
}

/// Reads what an earlier run kept, or makes and keeps it.
pub(super) fn kept<T>(path: &Path, make: impl Fn() -> T) -> Result<T, super::Failure>
where
    T: Serialize + serde::de::DeserializeOwned,
{
    match std::fs::read_to_string(path) {
        Ok(text) => {
            let kept: T =
                toml::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?;
            // Keys of an older demo lack what came later: it is made now, and kept.
            let complete = toml::to_string(&kept)?;
            if complete != text {
                write_private(path, &complete)?;
            }
            Ok(kept)
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let made = make();
            write_private(path, &toml::to_string(&made)?)?;
            Ok(made)
        }
        Err(error) => Err(format!("{}: {error}", path.display()).into()),
    }
}

/// 43 letters and digits, as the console makes them.
fn aes_key() -> String {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    random::<43>()
        .iter()
        .map(|byte| char::from(LETTERS[usize::from(*byte) % LETTERS.len()]))
        .collect()
}

/// Readable by its owner only, and whole or not there at all.
pub(super) fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    let part = path.with_extension("part");
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    let mut file = options.open(&part)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    std::fs::rename(part, path)
}
