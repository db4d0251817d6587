use std::fmt;

use secrecy::SecretString;

/// A WeChat account that calls the interfaces: service account (服务号), mini program (小程序) or
/// open-platform app (开放平台应用), with the secret of its console.
#[derive(Clone)]
pub struct Account {
    app_id: String,
    secret: SecretString,
}

impl Account {
    /// `app_id` is the public id (`wx…`), `secret` the AppSecret of the console.
    pub fn new(app_id: impl Into<String>, secret: SecretString) -> Account {
        Account {
            app_id: app_id.into(),
            secret,
        }
    }

    /// The public id of the account (`wx…`).
    pub fn app_id(&self) -> &str {
        &self.app_id
    }

    pub(crate) fn secret(&self) -> &SecretString {
        &self.secret
    }
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account")
            .field("app_id", &self.app_id)
            .finish_non_exhaustive()
    }
}
