//! What the page asks buyers for: drawn here, set at WeChat, read back.

use crate::{
    actor::Actor,
    errors::{Advice, OutsideError},
    ports::{BUYER_FORM, BUYER_FORM_READ, NewDesign, Ports},
    records::BuyerForm,
    step::StepError,
};
use fapiao_domain::ids::{AccountId, Id};

/// Sets the drawn form at WeChat and keeps what WeChat then says it is; safe to repeat. When another one was drawn
/// meanwhile, that one is set once more: of two calls under way the earlier may have arrived last.
///
/// # Errors
/// [`StepError`]; parked when WeChat shows something else than was set.
pub async fn push_buyer_form(ports: &Ports, id: &AccountId) -> Result<(), StepError> {
    let Some(account) = ports.store.account(id).await? else {
        return Ok(());
    };
    let Some(drawn) = ports.store.design(BUYER_FORM, id.as_str()).await? else {
        return Ok(());
    };
    let form = BuyerForm::from_json(&drawn.value);
    ports.console.set_buyer_form(&account, &form).await?;
    let shown = ports.console.buyer_form(&account).await?.ok_or_else(|| {
        StepError::Outside(OutsideError::new(
            "wechat",
            "",
            "WeChat took the fields and then said that none were ever set",
            Advice::Retry { after: None },
        ))
    })?;
    let now = ports.store.design(BUYER_FORM, id.as_str()).await?;
    if now.is_none_or(|it| it.version != drawn.version) {
        return Err(StepError::not_yet(
            1,
            "买家填写项刚刚又有修改，正在重新设置 / the fields were changed again meanwhile; they are set once more",
        ));
    }
    let mut value = shown.to_json();
    value["of_version"] = drawn.version.into();
    let read = NewDesign {
        kind: BUYER_FORM_READ,
        subject: id.to_string(),
        expected_version: None,
        value,
        then: Vec::new(),
    };
    ports.store.save_design(read, &Actor::System).await?;
    if !shown.shows_the_same(&form) {
        return Err(StepError::parked(
            "buyer_form_differs",
            "微信显示的授权页字段与设置的不同：请在账号页核对后重新保存字段，仍不一致的到微信后台查看 / WeChat's page asks for other fields than were set; compare both on the account's page, save the fields \
             again, and look into WeChat's console if it happens again",
        ));
    }
    Ok(())
}
