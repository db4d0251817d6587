//! Signatures of PDF files: PAdES baseline B, a detached CMS over everything but the signature itself.
//!
//! RSA (PKCS #1 v1.5) and ECDSA on P-256 with SHA-256, and the national algorithm SM2 with SM3 (国密, GB/T 32918, under
//! the usual identity 1234567812345678). Nonces come from the key and the message (RFC 6979): signing the same bytes
//! gives the same signature. The time in the file is the invoice's issue time.

mod certificate;
mod cms;
mod der;
mod keystore;
mod place;

pub use keystore::pem_from_pkcs12;
pub(crate) use place::{fill, prepare};

use base64::{Engine, engine::general_purpose::STANDARD};
use certificate::Certificate;
use chrono::NaiveDateTime;
use p256::ecdsa::signature::Signer as _;
use p256::pkcs8::DecodePrivateKey;
use ring::{rand::SystemRandom, signature};
use sha2::{Digest, Sha256};
use sm2::elliptic_curve::sec1::ToSec1Point;
use sm3::Sm3;
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
    #[error("the private key is neither RSA of 2048 to 4096 bits, nor ECDSA on P-256, nor SM2")]
    KeyKind,
    /// A key store that cannot be opened.
    #[error(
        "the PKCS#12 file cannot be opened: check its password, and that it is a .p12 or .pfx file"
    )]
    Keystore,
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
    Sm2(Box<sm2::dsa::SigningKey>),
}

/// Whom SM2 binds a signature to where nothing else was agreed (GM/T 0009).
const SM2_IDENTITY: &str = "1234567812345678";

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

    /// Which algorithm signs: `RSA`, `ECDSA P-256` or `SM2`.
    pub fn algorithm(&self) -> &'static str {
        match self.key {
            Key::Rsa(_) => "RSA",
            Key::P256(_) => "ECDSA P-256",
            Key::Sm2(_) => "SM2",
        }
    }

    /// Bytes that a signature takes at most.
    pub(crate) fn room(&self) -> usize {
        let certificates = self.chain.iter().map(Vec::len).sum::<usize>();
        self.own.der.len() + certificates + self.own.issuer.len() + 1024
    }

    /// The detached CMS over content in parts.
    ///
    /// # Errors
    /// When the key refuses to sign, which a key that could be read does not.
    pub(crate) fn sign(&self, content: [&[u8]; 2]) -> Result<Vec<u8>, String> {
        let attributes = cms::attributes(&self.key.digest(content), &self.own);
        let signature = self.key.sign(&attributes)?;
        Ok(cms::signed_data(
            &self.own,
            &self.chain,
            &attributes,
            self.key.algorithms(),
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
            Key::Sm2(key) => key.verifying_key().to_sec1_point(false).as_bytes().to_vec(),
        }
    }

    fn digest(&self, content: [&[u8]; 2]) -> [u8; 32] {
        match self {
            Key::Rsa(_) | Key::P256(_) => {
                let mut digest = Sha256::new();
                content.into_iter().for_each(|part| digest.update(part));
                digest.finalize().into()
            }
            Key::Sm2(_) => {
                let mut digest = Sm3::new();
                content.into_iter().for_each(|part| digest.update(part));
                digest.finalize().into()
            }
        }
    }

    fn algorithms(&self) -> cms::Algorithms {
        match self {
            Key::Rsa(_) => cms::SHA256_WITH_RSA,
            Key::P256(_) => cms::ECDSA_WITH_SHA256,
            Key::Sm2(_) => cms::SM2_WITH_SM3,
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
            Key::Sm2(key) => {
                let signature = key
                    .try_sign(message)
                    .map_err(|_| "the SM2 key refused to sign".to_owned())?;
                let bytes = signature.to_bytes();
                let (r, s) = bytes.split_at(bytes.len() / 2);
                Ok(der::constructed(
                    der::SEQUENCE,
                    &[&der::unsigned(r), &der::unsigned(s)],
                ))
            }
        }
    }
}

fn pkcs8(der: &[u8]) -> Result<Key, SignerError> {
    if let Ok(key) = p256::ecdsa::SigningKey::from_pkcs8_der(der) {
        return Ok(Key::P256(key));
    }
    if let Ok(secret) = sm2::SecretKey::from_pkcs8_der(der) {
        let key = sm2::dsa::SigningKey::new(SM2_IDENTITY, &secret);
        return key
            .map(|key| Key::Sm2(Box::new(key)))
            .map_err(|_| SignerError::KeyKind);
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
