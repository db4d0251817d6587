//! The key with which a seller's papers are signed.

use super::{field::Errors, parts::When, shell::Shell};
use askama::Template;
use serde::Deserialize;

/// `/admin/sellers/{id}/signing`.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/seller_signing.html")]
pub struct SigningPage {
    /// The frame.
    pub shell: Shell,
    /// The seller's legal name.
    pub seller: String,
    /// The seller's page.
    pub back: String,
    /// The address of the form.
    pub action: String,
    /// The key there is.
    pub key: Option<KeyFacts>,
    /// What is wrong with the new one.
    pub errors: Errors,
}

/// What is told of a key.
#[derive(Clone, Debug)]
pub struct KeyFacts {
    /// Whom the certificate names.
    pub subject: String,
    /// How it signs.
    pub algorithm: String,
    /// From and until when it holds, as days.
    pub validity: String,
    /// When it was put in.
    pub added: When,
}

/// A key as typed. Holds a secret: no `Debug`.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct SigningForm {
    /// Key and certificates.
    pub pem: String,
}
