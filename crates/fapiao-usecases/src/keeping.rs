//! Documents of invoices, kept once by their content.

use crate::{errors::OutsideError, ports::Ports, records::Document};
use bytes::Bytes;
use fapiao_domain::ids::InvoiceId;
use sm3::{Digest as _, Sm3};

/// SM3 (GB/T 32905) of some bytes, hex: the sum that Chinese auditors and archives ask for.
pub fn sm3(bytes: &[u8]) -> String {
    hex::encode(Sm3::digest(bytes))
}

/// Puts a document into the file store under its SHA-256, and tells what is to be recorded of it.
pub(crate) async fn keep(
    ports: &Ports,
    invoice: &InvoiceId,
    format: &str,
    origin: &str,
    bytes: Bytes,
) -> Result<Document, OutsideError> {
    Ok(Document {
        invoice: invoice.clone(),
        format: format.to_owned(),
        size: i64::try_from(bytes.len()).unwrap_or(i64::MAX),
        sm3: sm3(&bytes),
        sha256: ports.files.put(bytes).await?,
        origin: origin.to_owned(),
        created_at: ports.clock.now(),
    })
}

#[cfg(test)]
mod tests {
    use super::sm3;

    #[test]
    fn the_sums_are_those_of_the_standard() {
        // GB/T 32905-2016, appendix A.
        assert_eq!(
            sm3(b"abc"),
            "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
        );
        assert_eq!(
            sm3("abcd".repeat(16).as_bytes()),
            "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"
        );
    }
}
