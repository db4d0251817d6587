//! What a signature needs to know of an X.509 certificate.

use super::der::{BIT_STRING, CONTEXT_0, INTEGER, OID, Reader, SEQUENCE, Value};
use chrono::NaiveDateTime;

/// A certificate, taken apart.
pub(super) struct Certificate {
    pub(super) der: Vec<u8>,
    /// Issuer's name and serial number, as they are encoded.
    pub(super) issuer: Vec<u8>,
    pub(super) serial: Vec<u8>,
    /// Common name, else organisation, of the subject.
    pub(super) subject: String,
    /// UTC.
    pub(super) not_before: NaiveDateTime,
    pub(super) not_after: NaiveDateTime,
    /// The public key without its wrapping.
    pub(super) public_key: Vec<u8>,
}

/// 2.5.4.3 and 2.5.4.10.
const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];
const ORGANISATION: &[u8] = &[0x55, 0x04, 0x0A];

impl Certificate {
    /// `None` when the bytes are not a certificate.
    pub(super) fn parse(der: &[u8]) -> Option<Certificate> {
        let mut outer = Reader(Reader(der).expect(SEQUENCE)?.content);
        let mut tbs = Reader(outer.expect(SEQUENCE)?.content);
        let mut first = tbs.next()?;
        if first.tag == CONTEXT_0 {
            first = tbs.next()?;
        }
        let serial = Some(first).filter(|it| it.tag == INTEGER)?;
        tbs.expect(SEQUENCE)?;
        let issuer = tbs.expect(SEQUENCE)?;
        let mut validity = Reader(tbs.expect(SEQUENCE)?.content);
        let (not_before, not_after) = (time(validity.next()?)?, time(validity.next()?)?);
        let subject = tbs.expect(SEQUENCE)?;
        let mut key = Reader(tbs.expect(SEQUENCE)?.content);
        key.expect(SEQUENCE)?;
        // A bit string begins with the number of unused bits: none.
        let public_key = key.expect(BIT_STRING)?.content.get(1..)?;
        Some(Certificate {
            der: der.to_vec(),
            issuer: issuer.whole.to_vec(),
            serial: serial.whole.to_vec(),
            subject: name(subject.content, COMMON_NAME)
                .or_else(|| name(subject.content, ORGANISATION))
                .unwrap_or_default(),
            not_before,
            not_after,
            public_key: public_key.to_vec(),
        })
    }
}

/// The last value of a kind in a name.
fn name(content: &[u8], kind: &[u8]) -> Option<String> {
    let mut found = None;
    let mut sets = Reader(content);
    while let Some(set) = sets.next() {
        let mut pairs = Reader(set.content);
        while let Some(pair) = pairs.next() {
            let mut pair = Reader(pair.content);
            let (oid, text) = (pair.expect(OID)?, pair.next()?);
            if oid.content == kind {
                found = Some(match text.tag {
                    // BMPString
                    0x1E => {
                        let units = text.content.chunks_exact(2);
                        let units: Vec<u16> = units
                            .map(|unit| u16::from_be_bytes([unit[0], unit[1]]))
                            .collect();
                        String::from_utf16_lossy(&units)
                    }
                    _ => String::from_utf8_lossy(text.content).into_owned(),
                });
            }
        }
    }
    found
}

/// UTCTime or GeneralizedTime.
fn time(value: Value<'_>) -> Option<NaiveDateTime> {
    let text = std::str::from_utf8(value.content).ok()?;
    match value.tag {
        0x17 => {
            // Two digits of the year: 50 to 99 are of the last century.
            let year: i32 = text.get(..2)?.parse().ok()?;
            let century = if year >= 50 { "19" } else { "20" };
            NaiveDateTime::parse_from_str(&format!("{century}{text}"), "%Y%m%d%H%M%SZ").ok()
        }
        0x18 => NaiveDateTime::parse_from_str(text, "%Y%m%d%H%M%SZ").ok(),
        _ => None,
    }
}
