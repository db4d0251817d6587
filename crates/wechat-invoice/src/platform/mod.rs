//! The invoicing platform's role (开票平台): its id, card templates, PDFs, cards and their state.
//!
//! Every call carries the token of the account that owns the `s_pappid`, whichever channel the
//! authorisation came through.

mod identity;
mod insert;
mod pdf;
mod s_pappid;
mod status;
mod template;

pub use identity::{ClassicMapping, DigitalMapping, IdentityMapping, InvoiceIdentity};
pub use insert::{InsertInvoice, InsertedCard, InvoiceLine, InvoiceUserData};
pub use pdf::PdfUrl;
pub use s_pappid::platform_app_id;
pub use status::ReimburseStatus;
pub(crate) use template::CardIdAnswer;
pub use template::{CardLink, CardTemplate, LogoFormat, PermanentPicture};

use crate::account::Account;
use crate::session::Session;
use crate::token::TokenKeeper;

/// WeChat documents no limit; invoices are well below this.
const PDF_BYTES_MAX: usize = 2 * 1024 * 1024;

/// Calls of the platform's role for one account. Cheap to clone.
#[derive(Clone, Debug)]
pub struct PlatformClient {
    session: Session,
    mapping: IdentityMapping,
    pdf_bytes_max: usize,
}

impl PlatformClient {
    /// A client for the account that owns the `s_pappid`.
    pub fn new(keeper: &TokenKeeper, account: Account) -> PlatformClient {
        let session = Session::new(keeper, account);
        let mapping = IdentityMapping::default();
        PlatformClient {
            session,
            mapping,
            pdf_bytes_max: PDF_BYTES_MAX,
        }
    }

    /// With another mapping of code and number; see [`IdentityMapping`].
    #[must_use]
    pub fn with_identity_mapping(mut self, mapping: IdentityMapping) -> PlatformClient {
        self.mapping = mapping;
        self
    }

    /// With another cap on uploaded PDFs, in bytes (2 MiB unless told).
    #[must_use]
    pub fn with_pdf_bytes_max(mut self, bytes: usize) -> PlatformClient {
        self.pdf_bytes_max = bytes;
        self
    }

    /// The account whose token the calls carry.
    pub fn account(&self) -> &Account {
        self.session.account()
    }

    pub(crate) fn session(&self) -> &Session {
        &self.session
    }
}
