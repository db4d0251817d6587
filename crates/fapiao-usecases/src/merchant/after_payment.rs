//! Invoices asked for on the receipt of a payment (支付后开票): WeChat brings an order id of its own, and it has to be
//! found out which order was paid.

use crate::{
    actor::Actor,
    errors::StoreError,
    ids::{fresh, short_code},
    jobs::{Job, QueuedJob},
    merchant::{
        orders::PAGE_LIFE_HOURS,
        pages::{PageError, platform_id_of},
        refusal::REASON_MAX,
    },
    parts::{PartsError, Superseded, parts_left},
    ports::{Attachment, AuthStatus, NewDelivery, Ports, Scope, agreed_at},
    records::{Account, ClaimState, Order, OrderPart, PaymentClaim, Seller},
    step::StepError,
};
use chrono::TimeDelta;
use fapiao_domain::{
    delivery::{Channel, PageType},
    ids::{AccountId, ClaimId, OrderId, SellerId},
};
use thiserror::Error;

/// What became of a push with a foreign order id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claimed {
    /// Its order was found; the invoice is on its way.
    Matched(OrderId),
    /// No order has this payment (yet), or more than one; a person looks.
    Parked,
    /// It names no platform id of ours.
    NotOurs,
    /// WeChat does not confirm that the buyer agreed.
    NotConfirmed,
    /// The request was rejected at WeChat since.
    Rejected,
}

/// Takes up a push whose order id is not ours: asks WeChat with both ids, stores the proof, and looks for the order.
///
/// # Errors
/// [`StepError`].
pub async fn take_up(
    ports: &Ports,
    account: &AccountId,
    order_id: &str,
    platform_id: Option<&str>,
) -> Result<Claimed, StepError> {
    let Some(account) = ports.store.account(account).await? else {
        return Ok(Claimed::NotOurs);
    };
    let Some(platform_id) = ours(ports, &account, platform_id).await? else {
        return Ok(Claimed::NotOurs);
    };
    let status = ports
        .merchant
        .auth_status(&account, &platform_id, order_id)
        .await?;
    let (at, title) = match status {
        AuthStatus::Authorised { at, title } => (at, title),
        AuthStatus::Rejected => return Ok(Claimed::Rejected),
        AuthStatus::NotYet | AuthStatus::Other(_) => return Ok(Claimed::NotConfirmed),
    };
    let now = ports.clock.now();
    let claim = PaymentClaim {
        id: fresh(now),
        account: account.id,
        platform_id,
        wechat_order_id: order_id.to_owned(),
        raw_title: title.map(|it| *it),
        authorised_at: agreed_at(at, now),
        state: ClaimState::Open,
        note: String::new(),
        order: None,
        delivery: None,
        created_at: now,
        version: 1,
    };
    let claim = ports.store.add_claim(&claim).await?;
    if claim.state != ClaimState::Open {
        return Ok(claim.order.map_or(Claimed::Parked, Claimed::Matched));
    }
    find_order(ports, &claim).await
}

/// The platform id to ask with: the one WeChat named if one of our sellers uses it, else that of the account's seller.
async fn ours(
    ports: &Ports,
    account: &Account,
    named: Option<&str>,
) -> Result<Option<String>, StepError> {
    for seller in ports.store.sellers().await? {
        let is_his = seller.channel_account.as_ref() == Some(&account.id)
            || seller.platform_account.as_ref() == Some(&account.id);
        match (named, platform_id_of(ports, &seller).await) {
            (Some(named), Ok(known)) if known == named => return Ok(Some(known)),
            (None, Ok(known)) if is_his => return Ok(Some(known)),
            (_, Ok(_) | Err(PageError::NotReady(_))) => {}
            (_, Err(PageError::Store(error))) => return Err(error.into()),
            (_, Err(other)) => {
                return Err(StepError::parked("account_not_ready", other.to_string()));
            }
        }
    }
    Ok(None)
}

async fn sellers_of(ports: &Ports, platform_id: &str) -> Result<Vec<Seller>, StoreError> {
    let mut found = Vec::new();
    for seller in ports.store.sellers().await? {
        if platform_id_of(ports, &seller)
            .await
            .is_ok_and(|it| it == platform_id)
        {
            found.push(seller);
        }
    }
    Ok(found)
}

async fn find_order(ports: &Ports, claim: &PaymentClaim) -> Result<Claimed, StepError> {
    let sellers: Vec<_> = sellers_of(ports, &claim.platform_id)
        .await?
        .into_iter()
        .map(|seller| seller.id)
        .collect();
    let paid = ports
        .store
        .orders_paid_by(&sellers, &claim.wechat_order_id)
        .await?;
    let note = match paid.as_slice() {
        [order] => match attach(ports, claim, order, &Actor::System).await {
            Ok(()) => return Ok(Claimed::Matched(order.id.clone())),
            Err(AttachError::UnderWay(_)) => format!(
                "order {} has an invoice or is being invoiced already",
                order.order_no
            ),
            Err(AttachError::Gone) => return Ok(Claimed::Parked),
            Err(AttachError::Store(error)) => return Err(error.into()),
            Err(other @ (AttachError::NoOrder(_) | AttachError::Note | AttachError::Url)) => {
                other.to_string()
            }
        },
        [] => "no order has this transaction or trade number".to_owned(),
        _ => "several orders have this transaction or trade number".to_owned(),
    };
    match ports
        .store
        .note_claim(claim, ClaimState::Open, &note, &Actor::System, Vec::new())
        .await
    {
        // Somebody was quicker.
        Ok(()) | Err(StoreError::Stale { .. }) => Ok(Claimed::Parked),
        Err(error) => Err(error.into()),
    }
}

/// An order arrived with its payment: requests from its receipt may have come before it.
///
/// # Errors
/// [`StepError`].
pub async fn match_order(ports: &Ports, id: &OrderId) -> Result<(), StepError> {
    let Some(order) = ports.store.order(&Scope::All, id).await? else {
        return Ok(());
    };
    for claim in ports.store.claims_for(&numbers_of(&order)).await? {
        find_order(ports, &claim).await?;
    }
    Ok(())
}

/// Which accounts' receipts lead to which sellers: those whose merchant number is linked.
pub(crate) struct Receipts(Vec<(SellerId, Account, String)>);

impl Receipts {
    /// Reads them from the settings.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) async fn load(ports: &Ports) -> Result<Receipts, StoreError> {
        let mut all = Vec::new();
        let linked: Vec<Account> = ports
            .store
            .accounts()
            .await?
            .into_iter()
            .filter(|it| it.pay_linked_at.is_some())
            .collect();
        if linked.is_empty() {
            return Ok(Receipts(all));
        }
        for seller in ports.store.sellers().await? {
            let Ok(platform_id) = platform_id_of(ports, &seller).await else {
                continue;
            };
            for account in &linked {
                if is_for(account, &seller) {
                    let of = (seller.id.clone(), account.clone(), platform_id.clone());
                    all.push(of);
                }
            }
        }
        Ok(Receipts(all))
    }

    /// The sellers, and the accounts.
    pub(crate) fn parties(&self) -> (Vec<SellerId>, Vec<AccountId>) {
        let pairs = self.0.iter();
        pairs
            .map(|(seller, account, _)| (seller.clone(), account.id.clone()))
            .unzip()
    }
}

/// Whether the receipts of an account's merchant number lead to a seller.
pub(crate) fn is_for(account: &Account, seller: &Seller) -> bool {
    match &account.pay_seller {
        Some(id) => seller.id == *id,
        None => seller.uses(&account.id),
    }
}

/// WeChat's codes for an order id that no buyer agreed to.
const NOBODY_ASKED: [&str; 2] = ["72038", "72049"];

/// A request that WeChat holds for a payment.
pub(crate) struct ReceiptRequest {
    account: AccountId,
    platform_id: String,
    number: String,
    /// WeChat's answer: somebody agreed.
    pub(crate) status: AuthStatus,
}

/// Asks WeChat under both numbers of a payment whether its payer asked for an invoice. Changes nothing.
///
/// # Errors
/// [`StepError`].
pub(crate) async fn asked_on_receipt(
    ports: &Ports,
    receipts: &Receipts,
    order: &Order,
) -> Result<Option<ReceiptRequest>, StepError> {
    let its = receipts.0.iter().filter(|(id, ..)| *id == order.seller);
    for (_, account, platform_id) in its {
        for number in numbers_of(order) {
            let asked = ports
                .merchant
                .auth_status(account, platform_id, number)
                .await;
            let status = match asked {
                // WeChat knows a request by one number of the payment, and nothing by the other.
                Err(error) if NOBODY_ASKED.contains(&error.code.as_str()) => continue,
                other => other?,
            };
            if matches!(status, AuthStatus::Authorised { .. }) {
                return Ok(Some(ReceiptRequest {
                    account: account.id.clone(),
                    platform_id: platform_id.clone(),
                    number: number.to_owned(),
                    status,
                }));
            }
        }
    }
    Ok(None)
}

/// Takes up what a payer asked for on the receipt of an order, whose push never came.
///
/// # Errors
/// [`StepError`].
pub async fn ask_payment(ports: &Ports, id: &OrderId) -> Result<(), StepError> {
    let Some(order) = ports.store.order(&Scope::All, id).await? else {
        return Ok(());
    };
    let receipts = Receipts::load(ports).await?;
    if let Some(it) = asked_on_receipt(ports, &receipts, &order).await? {
        take_up(ports, &it.account, &it.number, Some(&it.platform_id)).await?;
    }
    Ok(())
}

fn numbers_of(order: &Order) -> Vec<&str> {
    let payment = order.payment.iter();
    payment
        .flat_map(|it| [it.transaction_no.as_str(), it.trade_no.as_str()])
        .filter(|it| !it.is_empty())
        .collect()
}

/// Why a request is not attached to an order, or not dismissed.
#[derive(Debug, Error)]
pub enum AttachError {
    /// No such order.
    #[error("there is no order {0}")]
    NoOrder(String),
    /// The request was matched or dismissed meanwhile.
    #[error("the request is settled already")]
    Gone,
    /// The order is invoiced, or being invoiced.
    #[error("order {0} is invoiced or being invoiced already")]
    UnderWay(String),
    /// The note is missing or too long.
    #[error("the buyer reads the reason: 1 to {REASON_MAX} characters on one line")]
    Note,
    /// The link for the buyer is no web address.
    #[error("a whole https address of at most 512 characters")]
    Url,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A person says which order was paid, by the shop's own number.
///
/// # Errors
/// [`AttachError`].
pub async fn attach_by_number(
    ports: &Ports,
    id: &ClaimId,
    order_no: &str,
    actor: &Actor,
) -> Result<Order, AttachError> {
    let claim = ports
        .store
        .payment_claim(id)
        .await?
        .ok_or(AttachError::Gone)?;
    let order_no = order_no.trim();
    for seller in sellers_of(ports, &claim.platform_id).await? {
        let found = ports
            .store
            .order_by_no(&Scope::All, &seller.id, order_no)
            .await?;
        if let Some(order) = found {
            attach(ports, &claim, &order, actor).await?;
            return Ok(order);
        }
    }
    Err(AttachError::NoOrder(order_no.to_owned()))
}

/// The invoices an order becomes, when what awaits a buyer ends.
async fn parts_of(ports: &Ports, order: &Order) -> Result<Vec<OrderPart>, AttachError> {
    let Some(seller) = ports.store.seller(&order.seller).await? else {
        return Ok(Vec::new());
    };
    match parts_left(ports, &seller, order, Superseded::Waiting).await {
        Ok(parts) => Ok(parts),
        Err(PartsError::Store(error)) => Err(error.into()),
        // The draft stops for a person and tells why.
        Err(PartsError::Books(_) | PartsError::Limits(_)) => Ok(Vec::new()),
    }
}

async fn attach(
    ports: &Ports,
    claim: &PaymentClaim,
    order: &Order,
    actor: &Actor,
) -> Result<(), AttachError> {
    if claim.state != ClaimState::Open {
        return Err(AttachError::Gone);
    }
    let now = ports.clock.now();
    let promise = ports
        .store
        .account(&claim.account)
        .await?
        .map_or(0, |account| account.contact_timeout_secs);
    let make = |page: PageType, part: Option<OrderPart>| NewDelivery {
        id: fresh(now),
        account: claim.account.clone(),
        channel: Channel::Web,
        page,
        short_code: short_code(),
        return_url: String::new(),
        expires_at: now + TimeDelta::hours(PAGE_LIFE_HOURS),
        raw_title: claim.raw_title.clone(),
        invoice: None,
        part,
    };
    let mut parts = parts_of(ports, order).await?.into_iter();
    let delivery = make(PageType::Title, parts.next());
    // The receipt carries one order id of WeChat's: further invoices need an agreement each, to the title it told.
    let page = match &claim.raw_title {
        Some(_) => PageType::Confirm,
        None => PageType::Title,
    };
    let others = parts.map(|part| make(page, Some(part))).collect();
    let attachment = Attachment {
        then: vec![QueuedJob::now(
            Job::DraftInvoice(delivery.id.clone()),
            Some(order.seller.clone()),
        )],
        claim: claim.clone(),
        order: order.id.clone(),
        due_at: claim.authorised_at + TimeDelta::seconds(promise),
        delivery,
        others,
        actor: actor.clone(),
    };
    match ports.store.attach_claim(&attachment).await {
        Ok(()) => Ok(()),
        Err(StoreError::Stale { .. }) => Err(AttachError::Gone),
        Err(StoreError::Exists { .. }) => Err(AttachError::UnderWay(order.order_no.clone())),
        Err(error) => Err(error.into()),
    }
}
