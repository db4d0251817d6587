//! Asking the buyer anew for what is left of an order.

use crate::{
    actor::Actor,
    errors::StoreError,
    merchant::{
        drafts::DeliveryDraft,
        intake::{AccountTrouble, KnownTitle, account_for, new_deliveries},
    },
    parts::{PartsError, Superseded, parts_left},
    ports::{Ports, Scope},
    step::StepError,
};
use fapiao_domain::{
    delivery::{Channel, PageType},
    ids::RefundId,
};

/// Makes the new delivery of a refund, with a new order id at WeChat, once its red letters are issued.
///
/// # Errors
/// [`StepError`].
pub async fn reissue_order(ports: &Ports, id: &RefundId) -> Result<(), StepError> {
    let Some(refund) = ports.store.refund(&Scope::All, id).await? else {
        return Ok(());
    };
    if !refund.may_reissue() {
        return Ok(());
    }
    let Some(seller) = ports.store.seller(&refund.seller).await? else {
        return Ok(());
    };
    let last = ports.store.deliveries_of(&refund.order).await?.pop();
    let draft = DeliveryDraft {
        channel: last.as_ref().map_or(Channel::Web, |it| it.channel),
        page: PageType::Title,
        return_url: last.map(|it| it.return_url).unwrap_or_default(),
        title: None,
        document: None,
        invoice: None,
    };
    let account = match account_for(ports, &seller, draft.channel).await {
        Ok(account) => account,
        Err(AccountTrouble::Missing(error)) => {
            return Err(StepError::parked("account_missing", error.message));
        }
        Err(AccountTrouble::Store(error)) => return Err(error.into()),
    };
    let order = ports.store.order(&Scope::All, &refund.order).await?;
    let Some(order) = order else { return Ok(()) };
    let parts = match parts_left(ports, &seller, &order, Superseded::None).await {
        Ok(parts) => parts,
        Err(PartsError::Store(error)) => return Err(error.into()),
        Err(PartsError::Books(text) | PartsError::Limits(text)) => {
            return Err(StepError::parked("invoice_limits", text));
        }
    };
    let now = ports.clock.now();
    let deliveries = new_deliveries(&account, &draft, &KnownTitle::Asked, parts, now);
    match ports.store.reissue(id, deliveries, &Actor::System).await {
        Ok(()) => Ok(()),
        Err(StoreError::Exists { what }) => Err(StepError::parked(
            "reissue_in_the_way",
            format!(
                "订单已有其他发票或尚未结束的开票链接，剩余部分无法重新开票 / the rest cannot be invoiced anew: {what} is in the way"
            ),
        )),
        Err(error) => Err(error.into()),
    }
}
