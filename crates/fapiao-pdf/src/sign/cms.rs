//! The signature as CMS (RFC 5652) with the attributes that PAdES baseline B asks for.

use super::{
    certificate::Certificate,
    der::{CONTEXT_0, INTEGER, OCTET_STRING, OID, SEQUENCE, SET, constructed, set, value},
};
use sha2::{Digest, Sha256};

/// 1.2.840.113549.1.7.1 and .2.
const DATA: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x01];
const SIGNED_DATA: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x02];
/// 1.2.840.113549.1.9.3, .4 and .16.2.47.
const CONTENT_TYPE: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x03];
const MESSAGE_DIGEST: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x04];
const SIGNING_CERTIFICATE_V2: &[u8] = &[
    0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x10, 0x02, 0x2F,
];
/// 2.16.840.1.101.3.4.2.1.
const SHA256: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01];
/// 1.2.156.10197.1.401.
const SM3: &[u8] = &[0x2A, 0x81, 0x1C, 0xCF, 0x55, 0x01, 0x83, 0x11];

/// How the content is digested (an object identifier) and the attributes are signed (a whole algorithm identifier).
#[derive(Clone, Copy)]
pub(super) struct Algorithms {
    digest: &'static [u8],
    signature: &'static [u8],
}

/// sha256WithRSAEncryption with its NULL.
pub(super) const SHA256_WITH_RSA: Algorithms = Algorithms {
    digest: SHA256,
    signature: &[
        0x30, 0x0D, 0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x0B, 0x05, 0x00,
    ],
};
/// ecdsa-with-SHA256, without parameters.
pub(super) const ECDSA_WITH_SHA256: Algorithms = Algorithms {
    digest: SHA256,
    signature: &[
        0x30, 0x0A, 0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x02,
    ],
};
/// SM2 with SM3 (1.2.156.10197.1.501), without parameters.
pub(super) const SM2_WITH_SM3: Algorithms = Algorithms {
    digest: SM3,
    signature: &[
        0x30, 0x0A, 0x06, 0x08, 0x2A, 0x81, 0x1C, 0xCF, 0x55, 0x01, 0x83, 0x75,
    ],
};

/// The signed attributes as a SET: type of the content, its digest, which certificate signs. There is no signing time:
/// PAdES takes it from the file.
pub(super) fn attributes(content: &[u8; 32], own: &Certificate) -> Vec<u8> {
    let attribute = |kind: &[u8], content: &[u8]| {
        constructed(SEQUENCE, &[&value(OID, kind), &value(SET, content)])
    };
    // The hash that names the certificate is SHA-256 where nothing else is said, whatever signs.
    let hash = value(OCTET_STRING, &Sha256::digest(&own.der));
    let certificates = value(SEQUENCE, &value(SEQUENCE, &value(SEQUENCE, &hash)));
    set(vec![
        attribute(CONTENT_TYPE, &value(OID, DATA)),
        attribute(MESSAGE_DIGEST, &value(OCTET_STRING, content)),
        attribute(SIGNING_CERTIFICATE_V2, &certificates),
    ])
}

/// The finished SignedData around a signature.
pub(super) fn signed_data(
    own: &Certificate,
    chain: &[Vec<u8>],
    attributes: &[u8],
    algorithms: Algorithms,
    signature: &[u8],
) -> Vec<u8> {
    let version = value(INTEGER, &[1]);
    let digest = value(SEQUENCE, &value(OID, algorithms.digest));
    // Inside the SignerInfo the attributes carry a tag of their place instead of SET.
    let mut tagged = attributes.to_vec();
    tagged[0] = CONTEXT_0;
    let signer = constructed(
        SEQUENCE,
        &[
            &version,
            &constructed(SEQUENCE, &[&own.issuer, &own.serial]),
            &digest,
            &tagged,
            algorithms.signature,
            &value(OCTET_STRING, signature),
        ],
    );
    let mut certificates = vec![own.der.clone()];
    certificates.extend_from_slice(chain);
    certificates.sort();
    let data = constructed(
        SEQUENCE,
        &[
            &version,
            &value(SET, &digest),
            &value(SEQUENCE, &value(OID, DATA)),
            &value(CONTEXT_0, &certificates.concat()),
            &value(SET, &signer),
        ],
    );
    constructed(
        SEQUENCE,
        &[&value(OID, SIGNED_DATA), &value(CONTEXT_0, &data)],
    )
}
