//! The rows of the ledger, as use-cases see them. Times are UTC.

mod account;
mod after_payment;
mod buyer_form;
mod card_design;
mod catalogue;
mod company;
mod document;
mod fiscal;
mod gateway;
mod invoice;
mod people;
mod queue;
mod reconciliation;
mod red;
mod sale;
mod tax_route;
mod unified;

pub use account::{Account, AccountKind, PushMode, SealedText};
pub use after_payment::{ClaimState, PaymentClaim};
pub use buyer_form::{Ask, BuyerForm, OrganisationForm, OwnField, PersonForm};
pub use card_design::{CardDesign, CardEntry, Logo};
pub use catalogue::{CodeBook, Product, TaxCode, UsableRate};
pub use company::{InvoiceRules, IssuingMode, Seller, Store};
pub use document::{SealedDocument, document_purpose};
pub use fiscal::{
    Bill, BillCard, BillDelivery, BillFile, BillItem, BillSource, BillVoid, FiscalRole, FiscalUnit,
    TemplateStand, UnitTemplate,
};
pub use gateway::{
    Gateway, Partner, PartnerKey, PartnerOffset, PartnerRequest, PlatformNotice, PlatformOffset,
    PlatformRequest,
};
pub use invoice::{Card, Document, Invoice, Segment};
pub use people::{ApiKey, Role, Session, Staff};
pub use queue::{AuditEntry, JobRow, Push};
pub use reconciliation::{Difference, DifferenceKind, ReconciliationRun};
pub use red::{RedForm, RedOf, Refund, RefundKind, RefundStage, TakenLine};
pub use sale::{Delivery, Order, OrderPart, PartLine, Payment, RawTitleRecord};
pub use tax_route::{
    AnnouncedFile, GatewayAnswerRecord, Papers, StockTold, TaxConnection, TaxProfile, TaxRoute,
    Volume, gateway_purpose,
};
pub use unified::{UnifiedCall, UnifiedSettings};
