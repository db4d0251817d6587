//! Signatures of PDF files: PAdES baseline B, a detached CMS over everything but the signature itself.
//!
//! RSA (PKCS #1 v1.5) and ECDSA on P-256 with the nonce of RFC 6979, both with SHA-256: signing the same bytes gives the
//! same signature. The time in the file is the invoice's issue time.

mod certificate;
mod cms;
mod der;
mod place;

pub(crate) use place::{fill, prepare};

use base64::{Engine, engine::general_purpose::STANDARD};
use certificate::Certificate;
use chrono::NaiveDateTime;
use p256::ecdsa::signature::Signer as _;
use p256::pkcs8::DecodePrivateKey;
use ring::{rand::SystemRandom, signature};
use std::fmt;
use thiserror::Error;

/// Why a key or certificate cannot be used.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum SignerError {
    /// Nothing between BEGIN and END lines.
    #[error("there is no {what} in the text: paste the PEM blocks with their BEGIN and END lines")]
    Missing {
        /// `certificate` or `private key`.
        what: &'static str,
    },
    /// A block that cannot be read.
    #[error("the block {label} cannot be read: copy it again, whole")]
    Broken {
        /// What the BEGIN line says.
        label: String,
    },
    /// A key under a password.
    #[error(
        "the private key is encrypted: decrypt it first with `openssl pkcs8 -in key.pem -out plain.pem`"
    )]
    Encrypted,
    /// A kind of key that we do not sign with.
    #[error("the private key is neither RSA of 2048 to 4096 bits nor ECDSA on P-256")]
    KeyKind,
    /// None of the certificates belongs to the key.
    #[error("no certificate in the text belongs to the private key")]
    Mismatch,
}

/// A signing key with its certificate.
pub struct Signer {
    key: Key,
    own: Certificate,
    chain: Vec<Vec<u8>>,
}

enum Key {
    Rsa(Box<signature::RsaKeyPair>),
    P256(p256::ecdsa::SigningKey),
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signer({})", self.own.subject)
    }
}

impl Signer {
    /// Reads PEM blocks in any order: one private key (PKCS #8 or PKCS #1, without a password), its certificate, and
    /// the certificates above it if they are to go into the file.
    ///
    /// # Errors
    /// [`SignerError`].
    pub fn from_pem(text: &str) -> Result<Signer, SignerError> {
        let mut certificates = Vec::new();
        let mut key = None;
        for (label, der) in blocks(text)? {
            let broken = || SignerError::Broken {
                label: label.clone(),
            };
            match label.as_str() {
                "CERTIFICATE" => {
                    certificates.push(Certificate::parse(&der).ok_or_else(broken)?);
                }
                "PRIVATE KEY" => key = Some(pkcs8(&der)?),
                "RSA PRIVATE KEY" => {
                    let pair = signature::RsaKeyPair::from_der(&der);
                    key = Some(Key::Rsa(Box::new(pair.map_err(|_| SignerError::KeyKind)?)));
                }
                "ENCRYPTED PRIVATE KEY" => return Err(SignerError::Encrypted),
                _ => {}
            }
        }
        let key = key.ok_or(SignerError::Missing {
            what: "private key",
        })?;
        if certificates.is_empty() {
            return Err(SignerError::Missing {
                what: "certificate",
            });
        }
        let public = key.public();
        let place = certificates
            .iter()
            .position(|it| it.public_key == public)
            .ok_or(SignerError::Mismatch)?;
        let own = certificates.swap_remove(place);
        Ok(Signer {
            key,
            own,
            chain: certificates.into_iter().map(|it| it.der).collect(),
        })
    }

    /// Whom the certificate names.
    pub fn subject(&self) -> &str {
        &self.own.subject
    }

    /// From when until when the certificate holds, UTC.
    pub fn validity(&self) -> (NaiveDateTime, NaiveDateTime) {
        (self.own.not_before, self.own.not_after)
    }

    /// Which algorithm signs: `RSA` or `ECDSA P-256`.
    pub fn algorithm(&self) -> &'static str {
        match self.key {
            Key::Rsa(_) => "RSA",
            Key::P256(_) => "ECDSA P-256",
        }
    }

    /// Bytes that a signature takes at most.
    pub(crate) fn room(&self) -> usize {
        let certificates = self.chain.iter().map(Vec::len).sum::<usize>();
        self.own.der.len() + certificates + self.own.issuer.len() + 1024
    }

    /// The detached CMS over content with this SHA-256.
    ///
    /// # Errors
    /// When the key refuses to sign, which a key that could be read does not.
    pub(crate) fn sign(&self, sha256: &[u8; 32]) -> Result<Vec<u8>, String> {
        let attributes = cms::attributes(sha256, &self.own);
        let signature = self.key.sign(&attributes)?;
        Ok(cms::signed_data(
            &self.own,
            &self.chain,
            &attributes,
            self.key.algorithm(),
            &signature,
        ))
    }
}

impl Key {
    /// The public key as the certificate holds it.
    fn public(&self) -> Vec<u8> {
        match self {
            Key::Rsa(pair) => pair.public().as_ref().to_vec(),
            Key::P256(key) => key.verifying_key().to_sec1_point(false).as_bytes().to_vec(),
        }
    }

    fn algorithm(&self) -> &'static [u8] {
        match self {
            Key::Rsa(_) => cms::SHA256_WITH_RSA,
            Key::P256(_) => cms::ECDSA_WITH_SHA256,
        }
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, String> {
        match self {
            Key::Rsa(pair) => {
                let mut signature = vec![0; pair.public().modulus_len()];
                // PKCS #1 v1.5 takes nothing from the random source.
                pair.sign(
                    &signature::RSA_PKCS1_SHA256,
                    &SystemRandom::new(),
                    message,
                    &mut signature,
                )
                .map_err(|_| "the RSA key refused to sign".to_owned())?;
                Ok(signature)
            }
            Key::P256(key) => {
                let signature: p256::ecdsa::DerSignature = key.sign(message);
                Ok(signature.as_bytes().to_vec())
            }
        }
    }
}

fn pkcs8(der: &[u8]) -> Result<Key, SignerError> {
    if let Ok(key) = p256::ecdsa::SigningKey::from_pkcs8_der(der) {
        return Ok(Key::P256(key));
    }
    let pair = signature::RsaKeyPair::from_pkcs8(der).map_err(|_| SignerError::KeyKind)?;
    Ok(Key::Rsa(Box::new(pair)))
}

/// The PEM blocks of a text: what the BEGIN line says, and the bytes.
fn blocks(text: &str) -> Result<Vec<(String, Vec<u8>)>, SignerError> {
    let mut blocks = Vec::new();
    let mut open: Option<(String, String)> = None;
    for line in text.lines().map(str::trim) {
        let named = |start: &str| {
            let label = line.strip_prefix(start)?.strip_suffix("-----")?;
            Some(label.to_owned())
        };
        if let Some(label) = named("-----BEGIN ") {
            open = Some((label, String::new()));
        } else if named("-----END ").is_some() {
            if let Some((label, body)) = open.take() {
                let bytes = STANDARD.decode(&body).map_err(|_| SignerError::Broken {
                    label: label.clone(),
                })?;
                blocks.push((label, bytes));
            }
        } else if let Some((_, body)) = &mut open
            && !line.contains(':')
        {
            body.push_str(line);
        }
    }
    match open {
        Some((label, _)) => Err(SignerError::Broken { label }),
        None => Ok(blocks),
    }
}
