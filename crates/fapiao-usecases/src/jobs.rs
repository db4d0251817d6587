//! What is left to do: the queue's vocabulary.

use crate::ports::card_subject;
use chrono::{DateTime, Utc};
use fapiao_domain::ids::{
    AccountId, BillDeliveryId, ClaimId, DeliveryId, FiscalUnitId, InvoiceId, JobId, NoticeId,
    OffsetId, OrderId, PushId, ReconciliationId, RedFormId, RefundId, RequestId, SellerId, StaffId,
};
use fapiao_domain::{ids::Id, invoice::InvoiceKind};
use serde_json::{Value, json};

/// One thing to do later. Safe to repeat: every handler looks at the state first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Job {
    /// Read a stored push and do what it hints at.
    HandlePush(PushId),
    /// Ask WeChat whether the buyer agreed.
    ConfirmAuthorisation(DeliveryId),
    /// Check the title, compute, and draft the invoice of an authorised delivery.
    DraftInvoice(DeliveryId),
    /// Take number and quota, and upload; done in batches per seller.
    IssueInvoice(InvoiceId),
    /// Ask the tax authority what became of an upload.
    PollReceipt {
        /// Whose upload.
        seller: SellerId,
        /// The authority's receipt.
        receipt: String,
    },
    /// Make the documents of an issued invoice.
    RenderInvoice(InvoiceId),
    /// Bring the card into the wallet.
    DeliverCard(DeliveryId),
    /// Mail the documents.
    MailInvoice(InvoiceId),
    /// Tell WeChat that the shop refuses.
    RejectAuthorisation(DeliveryId),
    /// Fill number stock and quota up.
    RefillStock(SellerId),
    /// Fetch rates and class codes.
    SyncTaxData(SellerId),
    /// Give unused quota back to the tax authority.
    ReturnQuota(SellerId),
    /// Keep quota valid beyond the filing deadline.
    ExtendQuota(SellerId),
    /// Read the platform id, set the contact: what an account needs before its first call.
    PrepareAccount(AccountId),
    /// Look for red confirmations that buyers began.
    FindRedForms(SellerId),
    /// Bring a red confirmation one step on: apply, follow, draft its red invoice.
    FollowRedForm(RedFormId),
    /// Ask the buyer anew for what is left of an order after a red letter.
    ReissueOrder(RefundId),
    /// Strike the card of a delivery out after its invoice was offset in full.
    CancelCard(DeliveryId),
    /// Compare with WeChat.
    Reconcile(ReconciliationId),
    /// Bring the request for an invoice to the external platform.
    SendRequest(DeliveryId),
    /// Have WeChat make an invoice out, by the legacy unified calls.
    MakeOut(DeliveryId),
    /// Ask the external platform what became of a request.
    FollowRequest(DeliveryId),
    /// Read what the external platform told us.
    HandleNotice(NoticeId),
    /// Tell a partner merchant where its request stands.
    ReportResult(RequestId),
    /// Tell a partner merchant where its offset stands.
    ReportOffset(OffsetId),
    /// Look for invoice requests from receipts of this order's payment.
    MatchPayment(OrderId),
    /// Ask WeChat whether this order's payer asked for an invoice on the receipt.
    AskPayment(OrderId),
    /// Tell WeChat that a request from a payment receipt gets no invoice.
    RejectClaim {
        /// Which request.
        claim: ClaimId,
        /// Where its buyer reads on; empty for our own page.
        url: String,
    },
    /// Make the card template of a seller's kind of invoice, once.
    EnsureTemplate {
        /// Whose cards.
        seller: SellerId,
        /// Which cards.
        kind: InvoiceKind,
    },
    /// Set what an account's page asks buyers for, and read it back.
    PushBuyerForm(AccountId),
    /// Compare a month's totals with the tax side's.
    CheckMonth {
        /// Whose month.
        seller: SellerId,
        /// `yyyy-mm`.
        month: String,
    },
    /// Compare the running month's quota with the tax side's word.
    CheckQuota(SellerId),
    /// Mail one person about windows that close.
    MailWindow {
        /// Which marks.
        batch: String,
        /// To whom.
        staff: StaffId,
    },
    /// Mail one person how the audit chain stood.
    MailAnchor {
        /// The anchor's line.
        seq: i64,
        /// To whom.
        to: String,
    },
    /// Mail one person that the ledger does not hold.
    MailAlarm {
        /// Which check.
        run: String,
        /// To whom.
        to: String,
    },
    /// Make the card template of a collecting unit of fiscal bills, once.
    EnsureBillTemplate(FiscalUnitId),
    /// Ask WeChat whether the payer of a fiscal bill agreed.
    ConfirmBill(BillDeliveryId),
    /// Bring the card of a fiscal bill into the wallet.
    InsertBill(BillDeliveryId),
    /// Tell WeChat that a fiscal bill does not come.
    RejectBill(BillDeliveryId),
    /// Strike the card of a fiscal bill out after its bureau declared it void.
    CancelBill(BillDeliveryId),
}

impl Job {
    /// The stored kind.
    pub fn kind(&self) -> &'static str {
        match self {
            Job::HandlePush(_) => "handle_push",
            Job::ConfirmAuthorisation(_) => "confirm_authorisation",
            Job::DraftInvoice(_) => "draft_invoice",
            Job::IssueInvoice(_) => "issue_invoice",
            Job::PollReceipt { .. } => "poll_receipt",
            Job::RenderInvoice(_) => "render_invoice",
            Job::DeliverCard(_) => "deliver_card",
            Job::MailInvoice(_) => "mail_invoice",
            Job::RejectAuthorisation(_) => "reject_authorisation",
            Job::RefillStock(_) => "refill_stock",
            Job::SyncTaxData(_) => "sync_tax_data",
            Job::ReturnQuota(_) => "return_quota",
            Job::ExtendQuota(_) => "extend_quota",
            Job::PrepareAccount(_) => "prepare_account",
            Job::FindRedForms(_) => "find_red_forms",
            Job::FollowRedForm(_) => "follow_red_form",
            Job::ReissueOrder(_) => "reissue_order",
            Job::CancelCard(_) => "cancel_card",
            Job::Reconcile(_) => "reconcile",
            Job::SendRequest(_) => "send_request",
            Job::FollowRequest(_) => "follow_request",
            Job::MakeOut(_) => "make_out",
            Job::HandleNotice(_) => "handle_notice",
            Job::ReportResult(_) => "report_result",
            Job::ReportOffset(_) => "report_offset",
            Job::MatchPayment(_) => "match_payment",
            Job::AskPayment(_) => "ask_payment",
            Job::RejectClaim { .. } => "reject_claim",
            Job::EnsureTemplate { .. } => "ensure_template",
            Job::PushBuyerForm(_) => "push_buyer_form",
            Job::CheckMonth { .. } => "check_month",
            Job::CheckQuota(_) => "check_quota",
            Job::MailWindow { .. } => "mail_window",
            Job::MailAnchor { .. } => "mail_anchor",
            Job::MailAlarm { .. } => "mail_alarm",
            Job::EnsureBillTemplate(_) => "ensure_bill_template",
            Job::ConfirmBill(_) => "confirm_bill",
            Job::InsertBill(_) => "insert_bill",
            Job::RejectBill(_) => "reject_bill",
            Job::CancelBill(_) => "cancel_bill",
        }
    }

    /// All kinds, for settings, metrics and pages.
    pub const KINDS: [&'static str; 40] = [
        "handle_push",
        "confirm_authorisation",
        "draft_invoice",
        "issue_invoice",
        "poll_receipt",
        "render_invoice",
        "deliver_card",
        "mail_invoice",
        "reject_authorisation",
        "refill_stock",
        "sync_tax_data",
        "return_quota",
        "extend_quota",
        "prepare_account",
        "ensure_template",
        "find_red_forms",
        "follow_red_form",
        "reissue_order",
        "cancel_card",
        "reconcile",
        "send_request",
        "follow_request",
        "make_out",
        "handle_notice",
        "report_result",
        "report_offset",
        "match_payment",
        "ask_payment",
        "reject_claim",
        "push_buyer_form",
        "check_month",
        "check_quota",
        "mail_window",
        "mail_anchor",
        "mail_alarm",
        "ensure_bill_template",
        "confirm_bill",
        "insert_bill",
        "reject_bill",
        "cancel_bill",
    ];

    /// Whether jobs of a kind are queued by the clock as long as something lacks: a later one that gets through settles
    /// one that was stopped.
    pub fn comes_again(kind: &str) -> bool {
        matches!(
            kind,
            "refill_stock"
                | "sync_tax_data"
                | "return_quota"
                | "extend_quota"
                | "prepare_account"
                | "find_red_forms"
                | "check_month"
                | "check_quota"
        )
    }

    /// What the job is about: the id, or the receipt.
    pub fn subject(&self) -> String {
        match self {
            Job::HandlePush(id) => id.to_string(),
            Job::ConfirmAuthorisation(id)
            | Job::DraftInvoice(id)
            | Job::DeliverCard(id)
            | Job::CancelCard(id)
            | Job::SendRequest(id)
            | Job::FollowRequest(id)
            | Job::MakeOut(id)
            | Job::RejectAuthorisation(id) => id.to_string(),
            Job::HandleNotice(id) => id.to_string(),
            Job::ReportResult(id) => id.to_string(),
            Job::ReportOffset(id) => id.to_string(),
            Job::IssueInvoice(id) | Job::RenderInvoice(id) | Job::MailInvoice(id) => id.to_string(),
            Job::PollReceipt { receipt, .. } => receipt.clone(),
            Job::RefillStock(id)
            | Job::SyncTaxData(id)
            | Job::ReturnQuota(id)
            | Job::ExtendQuota(id)
            | Job::FindRedForms(id)
            | Job::CheckQuota(id) => id.to_string(),
            Job::EnsureTemplate { seller, kind } => card_subject(seller, *kind),
            Job::CheckMonth { seller, month } => format!("{seller}:{month}"),
            Job::MailWindow { batch, staff } => format!("{batch}:{staff}"),
            Job::MailAnchor { seq, to } => format!("anchor-{seq}:{to}"),
            Job::MailAlarm { run, to } => format!("{run}:{to}"),
            Job::PrepareAccount(id) | Job::PushBuyerForm(id) => id.to_string(),
            Job::Reconcile(id) => id.to_string(),
            Job::MatchPayment(id) | Job::AskPayment(id) => id.to_string(),
            Job::RejectClaim { claim, .. } => claim.to_string(),
            Job::FollowRedForm(id) => id.to_string(),
            Job::ReissueOrder(id) => id.to_string(),
            Job::EnsureBillTemplate(id) => id.to_string(),
            Job::ConfirmBill(id)
            | Job::InsertBill(id)
            | Job::RejectBill(id)
            | Job::CancelBill(id) => id.to_string(),
        }
    }

    /// At most one waiting job per key: the kind and what it is about. Queueing it again only moves an already waiting
    /// one forward.
    pub fn unique_key(&self) -> String {
        format!("{}:{}", self.kind(), self.subject())
    }

    /// The stored form.
    pub fn payload(&self) -> Value {
        match self {
            Job::PollReceipt { seller, receipt } => {
                json!({ "seller": seller.as_str(), "receipt": receipt })
            }
            Job::EnsureTemplate { seller, kind } => {
                json!({ "seller": seller.as_str(), "kind": kind.as_str() })
            }
            Job::CheckMonth { seller, month } => {
                json!({ "seller": seller.as_str(), "month": month })
            }
            Job::MailWindow { batch, staff } => {
                json!({ "batch": batch, "staff": staff.as_str() })
            }
            Job::MailAnchor { seq, to } => json!({ "seq": seq, "to": to }),
            Job::MailAlarm { run, to } => json!({ "run": run, "to": to }),
            Job::RejectClaim { claim, url } => {
                json!({ "claim": claim.as_str(), "url": url })
            }
            other => json!({ "id": other.subject() }),
        }
    }

    /// Reads the stored form; `None` when a row was written by a newer version or is damaged.
    pub fn read(kind: &str, payload: &Value) -> Option<Job> {
        fn id<I: Id>(payload: &Value) -> Option<I> {
            I::parse(payload.get("id")?.as_str()?).ok()
        }
        Some(match kind {
            "handle_push" => Job::HandlePush(id(payload)?),
            "confirm_authorisation" => Job::ConfirmAuthorisation(id(payload)?),
            "draft_invoice" => Job::DraftInvoice(id(payload)?),
            "issue_invoice" => Job::IssueInvoice(id(payload)?),
            "poll_receipt" => Job::PollReceipt {
                seller: SellerId::parse(payload.get("seller")?.as_str()?).ok()?,
                receipt: payload.get("receipt")?.as_str()?.to_owned(),
            },
            "render_invoice" => Job::RenderInvoice(id(payload)?),
            "deliver_card" => Job::DeliverCard(id(payload)?),
            "mail_invoice" => Job::MailInvoice(id(payload)?),
            "reject_authorisation" => Job::RejectAuthorisation(id(payload)?),
            "refill_stock" => Job::RefillStock(id(payload)?),
            "sync_tax_data" => Job::SyncTaxData(id(payload)?),
            "return_quota" => Job::ReturnQuota(id(payload)?),
            "extend_quota" => Job::ExtendQuota(id(payload)?),
            "prepare_account" => Job::PrepareAccount(id(payload)?),
            "find_red_forms" => Job::FindRedForms(id(payload)?),
            "follow_red_form" => Job::FollowRedForm(id(payload)?),
            "reissue_order" => Job::ReissueOrder(id(payload)?),
            "cancel_card" => Job::CancelCard(id(payload)?),
            "reconcile" => Job::Reconcile(id(payload)?),
            "send_request" => Job::SendRequest(id(payload)?),
            "follow_request" => Job::FollowRequest(id(payload)?),
            "make_out" => Job::MakeOut(id(payload)?),
            "handle_notice" => Job::HandleNotice(id(payload)?),
            "report_result" => Job::ReportResult(id(payload)?),
            "report_offset" => Job::ReportOffset(id(payload)?),
            "match_payment" => Job::MatchPayment(id(payload)?),
            "ask_payment" => Job::AskPayment(id(payload)?),
            "reject_claim" => Job::RejectClaim {
                claim: ClaimId::parse(payload.get("claim")?.as_str()?).ok()?,
                url: payload.get("url")?.as_str()?.to_owned(),
            },
            // The version before knew one kind, and wrote only the seller.
            "ensure_template" => match payload.get("seller") {
                None => Job::EnsureTemplate {
                    seller: id(payload)?,
                    kind: InvoiceKind::DigitalOrdinary,
                },
                Some(seller) => Job::EnsureTemplate {
                    seller: SellerId::parse(seller.as_str()?).ok()?,
                    kind: InvoiceKind::parse(payload.get("kind")?.as_str()?)?,
                },
            },
            "push_buyer_form" => Job::PushBuyerForm(id(payload)?),
            "check_month" => Job::CheckMonth {
                seller: SellerId::parse(payload.get("seller")?.as_str()?).ok()?,
                month: payload.get("month")?.as_str()?.to_owned(),
            },
            "check_quota" => Job::CheckQuota(id(payload)?),
            "mail_window" => Job::MailWindow {
                batch: payload.get("batch")?.as_str()?.to_owned(),
                staff: StaffId::parse(payload.get("staff")?.as_str()?).ok()?,
            },
            "mail_anchor" => Job::MailAnchor {
                seq: payload.get("seq")?.as_i64()?,
                to: payload.get("to")?.as_str()?.to_owned(),
            },
            "mail_alarm" => Job::MailAlarm {
                run: payload.get("run")?.as_str()?.to_owned(),
                to: payload.get("to")?.as_str()?.to_owned(),
            },
            "ensure_bill_template" => Job::EnsureBillTemplate(id(payload)?),
            "confirm_bill" => Job::ConfirmBill(id(payload)?),
            "insert_bill" => Job::InsertBill(id(payload)?),
            "reject_bill" => Job::RejectBill(id(payload)?),
            "cancel_bill" => Job::CancelBill(id(payload)?),
            _ => return None,
        })
    }
}

/// A job to be queued with the fact that caused it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueuedJob {
    /// What to do.
    pub job: Job,
    /// For fairness between sellers.
    pub seller: Option<SellerId>,
    /// Seconds from now; 0 for at once.
    pub delay_secs: u32,
}

impl QueuedJob {
    /// To be done at once.
    pub fn now(job: Job, seller: Option<SellerId>) -> QueuedJob {
        QueuedJob {
            job,
            seller,
            delay_secs: 0,
        }
    }

    /// To be done later.
    pub fn after(job: Job, seller: Option<SellerId>, delay_secs: u32) -> QueuedJob {
        QueuedJob {
            job,
            seller,
            delay_secs,
        }
    }
}

/// A job that this worker holds until its lease ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimedJob {
    /// The row.
    pub id: JobId,
    /// Rises with every claim; a write with an old fence changes nothing.
    pub fence: i64,
    /// What to do.
    pub job: Job,
    /// 1 on the first try.
    pub attempt: u32,
    /// When it was queued, or last brought forward.
    pub queued_at: DateTime<Utc>,
}

/// How a claimed job ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JobEnd {
    /// Done; the row goes.
    Done,
    /// Try again later.
    Retry {
        /// Seconds from now, already with back-off and jitter.
        delay_secs: u32,
        /// Why, for staff.
        reason: String,
        /// Whether this counts as a failed attempt (a poll that found nothing does not).
        counts: bool,
    },
    /// A person has to look.
    Parked {
        /// A stable word for what kind of trouble, such as `title_invalid` or `wechat_72040`.
        code: String,
        /// Why, for staff.
        reason: String,
    },
}

/// The end of one claimed job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FinishedJob {
    /// The row.
    pub id: JobId,
    /// The fence it was claimed with.
    pub fence: i64,
    /// How it ended.
    pub end: JobEnd,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::fresh;

    #[test]
    fn jobs_survive_the_database() {
        let now = DateTime::UNIX_EPOCH;
        let jobs = [
            Job::HandlePush(fresh(now)),
            Job::ConfirmAuthorisation(fresh(now)),
            Job::DraftInvoice(fresh(now)),
            Job::IssueInvoice(fresh(now)),
            Job::PollReceipt {
                seller: fresh(now),
                receipt: "r-1".to_owned(),
            },
            Job::RenderInvoice(fresh(now)),
            Job::DeliverCard(fresh(now)),
            Job::MailInvoice(fresh(now)),
            Job::RejectAuthorisation(fresh(now)),
            Job::RefillStock(fresh(now)),
            Job::SyncTaxData(fresh(now)),
            Job::PrepareAccount(fresh(now)),
            Job::FollowRedForm(fresh(now)),
            Job::ReissueOrder(fresh(now)),
            Job::CancelCard(fresh(now)),
            Job::Reconcile(fresh(now)),
            Job::SendRequest(fresh(now)),
            Job::FollowRequest(fresh(now)),
            Job::MakeOut(fresh(now)),
            Job::HandleNotice(fresh(now)),
            Job::ReportResult(fresh(now)),
            Job::ReportOffset(fresh(now)),
            Job::MatchPayment(fresh(now)),
            Job::AskPayment(fresh(now)),
            Job::RejectClaim {
                claim: fresh(now),
                url: "https://shop.example/help".to_owned(),
            },
            Job::EnsureTemplate {
                seller: fresh(now),
                kind: InvoiceKind::DigitalSpecial,
            },
            Job::PushBuyerForm(fresh(now)),
            Job::FindRedForms(fresh(now)),
            Job::CheckMonth {
                seller: fresh(now),
                month: "2026-11".to_owned(),
            },
            Job::CheckQuota(fresh(now)),
            Job::ReturnQuota(fresh(now)),
            Job::ExtendQuota(fresh(now)),
            Job::MailWindow {
                batch: "b-1".to_owned(),
                staff: fresh(now),
            },
            Job::MailAnchor {
                seq: 7,
                to: "auditor@example.com".to_owned(),
            },
            Job::MailAlarm {
                run: "run_1".to_owned(),
                to: "boss@example.com".to_owned(),
            },
            Job::EnsureBillTemplate(fresh(now)),
            Job::ConfirmBill(fresh(now)),
            Job::InsertBill(fresh(now)),
            Job::RejectBill(fresh(now)),
            Job::CancelBill(fresh(now)),
        ];
        assert_eq!(jobs.len(), Job::KINDS.len());
        for job in jobs {
            assert!(Job::KINDS.contains(&job.kind()));
            assert_eq!(Job::read(job.kind(), &job.payload()), Some(job));
        }
        assert_eq!(Job::read("handle_push", &json!({ "id": "nonsense" })), None);
    }
}
