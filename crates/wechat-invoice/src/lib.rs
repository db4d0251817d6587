#![doc = include_str!("../README.md")]

mod account;
mod answer;
mod card;
mod chosen;
mod debug;
mod endpoints;
mod error;
mod fiscal;
mod flex;
mod http;
mod session;

pub mod callback;
pub mod codes;
pub mod merchant;
pub mod pay;
pub mod platform;
pub mod quota;
pub mod reimburser;
pub mod title;
pub mod token;

pub use account::Account;
pub use card::{ChooseInvoiceSignature, TestWhiteList, WhiteListAnswer, choose_invoice_signature};
pub use chosen::{ChosenInvoice, ChosenTitle, chosen_invoices, chosen_title};
pub use codes::{Advice, CodeInfo, Text, Who, code_info};
pub use endpoints::{Endpoints, Timeouts};
pub use error::{Error, StoreError};
pub use fiscal::{
    BillAuthPage, BillAuthPageRequest, BillSource, BillTemplate, FiscalBill, FiscalClient,
    InsertBill, InsertedBill,
};
pub use http::{Observed, Observer, Transport};
pub use merchant::MerchantClient;
pub use platform::PlatformClient;
pub use quota::QuotaClient;
pub use reimburser::ReimburserClient;
pub use secrecy::{ExposeSecret, SecretString};
pub use title::TitleClient;
pub use token::{
    CredentialKind, MemoryTokenStore, NewToken, RenewalCause, StoredToken, SystemClock,
    TokenKeeper, TokenStore, UnixClock,
};
