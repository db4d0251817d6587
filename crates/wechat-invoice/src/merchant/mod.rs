//! The merchant's role (商户): authorisation pages, what buyers filled in, refusals, settings.
//!
//! Every call carries the token of the account that owns the *channel* (service account, mini
//! program or open-platform app), also where the same company runs the invoicing platform.

mod authorisation;
mod page;
mod page_fields;
mod refusal;
mod settings;
mod unified;

pub use authorisation::{
    AuthData, AuthStatus, BuyerTitle, CustomValue, OrganisationTitle, PersonTitle,
};
pub use page::{AuthPage, AuthPageRequest, PageKind, Source};
pub use page_fields::{AuthFields, CustomField, OrganisationFields, PersonFields};
pub use refusal::Refusal;
pub use settings::{Contact, PayMerchant};
pub use unified::{ClearOutInvoice, IssuedInvoice, MakeOutInvoice, MakeOutLine};

use crate::account::Account;
use crate::session::Session;
use crate::token::TokenKeeper;

/// Calls of the merchant's role for one account. Cheap to clone.
#[derive(Clone, Debug)]
pub struct MerchantClient {
    session: Session,
}

impl MerchantClient {
    /// A client for the account that owns the channel.
    pub fn new(keeper: &TokenKeeper, account: Account) -> MerchantClient {
        MerchantClient {
            session: Session::new(keeper, account),
        }
    }

    /// The account whose token the calls carry.
    pub fn account(&self) -> &Account {
        self.session.account()
    }
}
