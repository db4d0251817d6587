//! What the use-cases need from the world: storage by noun, and the neighbours.

mod after_payment;
mod asked_platforms;
mod bookkeeping;
mod buyers_use;
mod cards;
mod console;
mod designs;
mod documents;
mod exchanges;
mod files;
mod findings;
mod fiscal;
mod gateway;
mod issuing;
mod ledger;
mod mail;
mod matching;
mod months;
mod naming;
mod offsets;
mod outlook;
mod papers;
mod proofs;
mod queue;
mod quota;
mod reach;
mod reconciliation;
mod red;
mod rehearsal;
mod reports;
mod rights;
mod sales;
mod sealed;
mod security;
mod setup;
mod signing;
mod statements;
mod tax;
mod tax_gateway;
mod tax_routes;
mod unified;
mod upkeep;
mod wechat;

pub use after_payment::{Attachment, Claims};
pub use asked_platforms::{AccountUse, AskedPlatform, AskedPlatforms};
pub use bookkeeping::{Bookkeeping, ClosedInvoice, Closing, KeptPiece, StoredMapping};
pub use buyers_use::{BuyersUse, UseTold};
pub use cards::{Announced, CardReport, CardStore, Followed};
pub use console::{CallsLeft, WechatConsole};
pub use designs::{
    ACCESS, BUYER_FORM, BUYER_FORM_READ, CARD, Design, Designs, NewDesign, TemplateTry, TokenNote,
    TokenTrouble, TryState, card_subject,
};
pub use documents::BuyerDocuments;
pub use exchanges::{Exchange, Exchanges};
pub use files::{FileStore, PdfLook, Rendered, Renderer};
pub use findings::{Area, Finding, FindingCount, FindingRow, Findings};
pub use fiscal::{BillFilter, BillInsert, BillPage, BillRow, BillWrite, FiscalBills, WechatFiscal};
pub use gateway::{
    AcceptedRequest, GatewayAnswer, GatewayCall, GatewayStore, Gateways, NewNotice,
    NewPartnerRequest, Received, RequestSent,
};
pub use issuing::{InvoiceFilter, InvoiceRow, Issuing, NewInvoice, Reservation, UploadOutcome};
pub use ledger::{
    AuditFilter, CheckResult, Dashboard, IssuedCount, IssuedOfDay, Ledger, QuotaLine,
};
pub use mail::{
    InvoiceMailFacts, Mail, MailAttachment, MailText, MailTexts, Mailer, NoticeMailFacts,
    RedMailFacts,
};
pub use matching::{Matching, PaymentBucket, PaymentFault, PaymentRow, TaxBucket, TaxRow};
pub use months::{
    DifferenceKind, MonthBooks, MonthCheck, MonthDifference, MonthRow, MonthState,
    UndecidedInvoice, WindowMark,
};
pub use naming::Naming;
pub use offsets::{
    AcceptedOffset, NewPartnerOffset, OffsetSaid, OffsetSent, OffsetStore, ReceivedRed,
};
pub use outlook::{HourOfUse, StockOutlook};
pub use papers::{FactRead, PaperFact, PaperRead, PaperReader, PaperTrouble, PaperWanted};
pub use proofs::{Anchor, AnchorPlace, ChainLine, ProofRun, Proofs, Stated, StatedContent};
pub use queue::{Inbox, JobQueue, NewPush, PushEnd, QueueStats, Recorded, Unproved};
pub use quota::{OpenReturn, QuotaGrant, QuotaReturned, QuotaTerm, QuotaTerms};
pub use reach::Reach;
pub use reconciliation::{DeliveryFilter, DeliveryRow, Reconciliations};
pub use red::{NewRefund, RedFormChange, RedFormFilter, RedFormRow, RedLetters, RefundBasis};
pub use rehearsal::{PlannedChange, PlannedValue, RehearsalLog, Rehearse, Rehearsed};
pub use reports::{
    After, Bucket, InvoicedSums, Issued, LedgerLine, LedgerRow, Match, MatchRow, Moved, Period,
    Reports, SaleBalance, SaleMove, SegmentMatch, Summed, VatRow,
};
pub use rights::{RefusedRight, Rights};
pub use sales::{
    Accepted, Authorisation, DeliveryChange, NewDelivery, NewOrder, OrderFilter, OrderRow, Page,
    Sales, Scope,
};
pub use sealed::{SealedPlace, SealedSecret, SealedSecrets};
pub use security::{Access, Clock, Passwords, Sealer, StaffSaved};
pub use setup::{CardTemplate, Setup, TokenRow, Tokens};
pub use signing::{SigningFacts, SigningKey, SigningKeys, signing_purpose};
pub use statements::{FeeOfDay, QuotaCheck, StatementFile, StatementLine, Statements};
pub use tax::{
    BuyerForm, FormAnswer, FormRow, FormStatus, IssueFace, RedApplication, RedUpload, TaxAuthority,
    TaxResult, TaxVerdict, TaxpayerGate,
};
pub use tax_gateway::{
    GatewayDocument, GatewayIssue, GatewayVerdict, IssuedThere, MonthFigures, MonthStands,
    MonthTold, QuotaTold, StandsThere,
};
pub use tax_routes::{Asked, Assigned, AttachedFile, TaxRoutes};
pub use unified::{
    UnifiedClear, UnifiedIssued, UnifiedOrder, UnifiedSent, UnifiedStore, WechatUnified,
};
pub use upkeep::{Ages, KeptText, LedgerDigest, TableDigest, Upkeep};
pub use wechat::{
    AGREED_SOME_TIME, AuthAnswer, AuthPage, AuthStatus, CardRequest, InsertedCard, OpenedPush,
    PushGate, PushMeaning, TemplateOrder, WechatMerchant, WechatPlatform, agreed_at,
};

use std::sync::Arc;

/// All storage ports together; one store implements them all.
pub trait Storage:
    Sales
    + Claims
    + Issuing
    + RedLetters
    + CardStore
    + Inbox
    + JobQueue
    + Ledger
    + Access
    + Setup
    + AskedPlatforms
    + Designs
    + Tokens
    + GatewayStore
    + OffsetStore
    + UnifiedStore
    + Reports
    + Matching
    + Findings
    + Statements
    + Bookkeeping
    + Exchanges
    + Proofs
    + Upkeep
    + Rehearse
    + SigningKeys
    + SealedSecrets
    + Naming
    + StockOutlook
    + QuotaTerms
    + BuyerDocuments
    + TaxRoutes
    + Reconciliations
    + MonthBooks
    + FiscalBills
    + Rights
    + Send
    + Sync
{
}
impl<T> Storage for T where
    T: Sales
        + Claims
        + Issuing
        + RedLetters
        + CardStore
        + Inbox
        + JobQueue
        + Ledger
        + Access
        + Setup
        + AskedPlatforms
        + Designs
        + Tokens
        + GatewayStore
        + OffsetStore
        + UnifiedStore
        + Reports
        + Matching
        + Findings
        + Statements
        + Bookkeeping
        + Exchanges
        + Proofs
        + Upkeep
        + Rehearse
        + SigningKeys
        + SealedSecrets
        + Naming
        + StockOutlook
        + QuotaTerms
        + BuyerDocuments
        + TaxRoutes
        + Reconciliations
        + MonthBooks
        + FiscalBills
        + Rights
        + Send
        + Sync
{
}

/// Everything an act may need.
#[derive(Clone)]
pub struct Ports {
    /// The database.
    pub store: Arc<dyn Storage>,
    /// The bytes of documents.
    pub files: Arc<dyn FileStore>,
    /// Reads papers that others made.
    pub papers: Arc<dyn PaperReader>,
    /// Paper and structured files.
    pub renderer: Arc<dyn Renderer>,
    /// The tax side.
    pub tax: Arc<dyn TaxAuthority>,
    /// WeChat, as a merchant.
    pub merchant: Arc<dyn WechatMerchant>,
    /// WeChat, as a platform.
    pub platform: Arc<dyn WechatPlatform>,
    /// WeChat's own calls about fiscal bills.
    pub fiscal: Arc<dyn WechatFiscal>,
    /// WeChat's unified calls, legacy.
    pub unified: Arc<dyn WechatUnified>,
    /// Calls to other installations over the platform gateway.
    pub gateways: Arc<dyn Gateways>,
    /// Settings and counters on WeChat's side.
    pub console: Arc<dyn WechatConsole>,
    /// Verifies and opens pushes.
    pub pushes: Arc<dyn PushGate>,
    /// Looks at our own addresses from outside.
    pub reach: Arc<dyn Reach>,
    /// Outgoing mail.
    pub mailer: Arc<dyn Mailer>,
    /// The words of mails.
    pub mail_texts: Arc<dyn MailTexts>,
    /// Opens and closes stored secrets.
    pub sealer: Arc<dyn Sealer>,
    /// Hashes passwords, a few at a time.
    pub passwords: Arc<dyn Passwords>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Where buyers and WeChat reach us, without a slash at the end: `https://fapiao.example.com`.
    pub public_base: Arc<str>,
}
