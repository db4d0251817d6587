//! The platform gateway (`deploy/contracts/platform-gateway.openapi.json`): what both ends say to each other, and how
//! each knows that it was the other who said it.

mod apply;
mod ask;
mod notices;
mod offset_ask;
mod offset_serve;
mod offset_wire;
mod registration;
mod report;
mod serve;
mod signature;
mod wire;
mod wire_lines;

pub use ask::{follow_request, request_body, send_request};
pub use notices::{NoticeError, handle_notice, receive_notice};
pub use offset_ask::follow_offset;
pub use offset_serve::{offset_of, offset_pdf_of, offset_result_of, report_offset, take_offset};
pub use offset_wire::{
    OffsetCard, OffsetLine, OffsetRequest, OffsetResult, OffsetState, WireConfirmation,
};
pub use registration::{probe_platform, registration_of, sync_registration};
pub use report::{report_result, result_of};
pub use serve::{Denied, Refusal, authenticate, pdf_of, request_of, take_request};
pub use signature::{
    HEADER_KEY, HEADER_NONCE, HEADER_SIGNATURE, HEADER_TIMESTAMP, SignatureError, Signed,
    WINDOW_SECS, sign, verify,
};
pub use wire::{
    InvoiceRequest, Registration, RequestResult, WireCard, WireClassCode, WireInvoice, WireLine,
    WirePdf, WireRate, WireState, WireTitle, WireTotals,
};

/// What a gateway key is sealed for.
pub fn key_purpose(key_id: &str) -> String {
    format!("gateway.key:{key_id}")
}
