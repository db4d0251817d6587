//! Key stores (PKCS #12, `.p12` or `.pfx`), as certificate issuers hand them out.

use super::{SignerError, certificate::Certificate, pkcs8};
use base64::{Engine, engine::general_purpose::STANDARD};
use p12_keystore::Pkcs12Archive;
use std::fmt::Write;

/// The signing key of a store and its certificates as PEM blocks, for [`super::Signer::from_pem`]. Of several keys the first that
/// a certificate of the store belongs to.
///
/// # Errors
/// [`SignerError::Keystore`] for a wrong password or a file that is no key store; the others as for PEM.
pub fn pem_from_pkcs12(file: &[u8], password: &str) -> Result<String, SignerError> {
    let store = Pkcs12Archive::from_pkcs12(file, password).map_err(|_| SignerError::Keystore)?;
    let certificates: Vec<&[u8]> = store.certs.iter().map(|it| it.cert.as_der()).collect();
    if store.keys.is_empty() {
        return Err(SignerError::Missing {
            what: "private key",
        });
    }
    if certificates.is_empty() {
        return Err(SignerError::Missing {
            what: "certificate",
        });
    }
    let known: Vec<Vec<u8>> = certificates
        .iter()
        .filter_map(|der| Certificate::parse(der))
        .map(|it| it.public_key)
        .collect();
    let mut refusal = SignerError::Mismatch;
    for bag in &store.keys {
        match pkcs8(bag.key.as_der()) {
            Ok(key) if known.contains(&key.public()) => {
                let mut pem = block("PRIVATE KEY", bag.key.as_der());
                for der in certificates {
                    pem.push_str(&block("CERTIFICATE", der));
                }
                return Ok(pem);
            }
            Ok(_) => {}
            Err(error) => refusal = error,
        }
    }
    Err(refusal)
}

fn block(label: &str, der: &[u8]) -> String {
    let body = STANDARD.encode(der);
    let mut pem = format!("-----BEGIN {label}-----\n");
    for line in body.as_bytes().chunks(64) {
        // Base64 is ASCII.
        let _ = writeln!(pem, "{}", String::from_utf8_lossy(line));
    }
    let _ = writeln!(pem, "-----END {label}-----");
    pem
}
