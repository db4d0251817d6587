//! What WeChat says is set, held against what was set here: set is not enough, it has to be the same.

use super::in_time;
use crate::{
    backoffice::{
        buyer_forms::FormStanding,
        onboarding::{Found, Outcome},
    },
    errors::StoreError,
    merchant::pages::{PageError, platform_id_of},
    platform::template::usual_kind,
    ports::{CardTemplate, Ports, TryState},
    records::{Account, BuyerForm, Seller},
};

type Look = Result<(Outcome, Found), StoreError>;

/// Both languages; the page shows its own.
pub(super) fn said(outcome: Outcome, zh: &str, en: &str) -> Look {
    Ok((outcome, Found::Said(format!("{zh} / {en}"))))
}

/// Telephone and promised time.
pub(super) async fn contact(ports: &Ports, account: &Account) -> Look {
    let there = match in_time(ports.console.contact(account)).await {
        Ok(there) => there,
        Err(error) => return Ok((Outcome::Wrong, Found::Said(error.message))),
    };
    let Some((phone, secs)) = there else {
        return Ok((Outcome::Wrong, Found::Nothing));
    };
    let here = (account.contact_phone.as_str(), account.contact_timeout_secs);
    if here == (phone.as_str(), secs) {
        let text = format!("{phone} · {}", hours(secs));
        return Ok((Outcome::Done, Found::Text(text)));
    }
    // A job that has not run yet brings it over.
    let outcome = if account.contact_set_at.is_none() {
        Outcome::Waiting
    } else {
        Outcome::Wrong
    };
    let (there, here) = (
        format!("{phone} · {}", hours(secs)),
        format!("{} · {}", here.0, hours(here.1)),
    );
    said(
        outcome,
        &format!("微信上是 {there}，这里是 {here}：请在账号页重新保存"),
        &format!("WeChat has {there}, here it is {here}: save it again on the account's page"),
    )
}

/// Whole hours as such, anything else in seconds.
fn hours(secs: i64) -> String {
    if secs % 3600 == 0 {
        format!("{} h", secs / 3600)
    } else {
        format!("{secs} s")
    }
}

/// What the page asks buyers for.
pub(super) async fn fields(ports: &Ports, account: &Account) -> Look {
    let there = match in_time(ports.console.buyer_form(account)).await {
        Ok(there) => there,
        Err(error) => return Ok((Outcome::Wrong, Found::Said(error.message))),
    };
    let Some(there) = there else {
        return Ok((Outcome::Wrong, Found::Nothing));
    };
    let standing = FormStanding::of(ports, account).await?;
    let here = standing.form();
    if standing.drawn.is_none() || there.shows_the_same(&here) {
        return Ok((Outcome::Done, Found::Count(shown(&there))));
    }
    let drawn = standing.drawn.as_ref().map(|it| it.version);
    let brought = standing
        .shown
        .as_ref()
        .and_then(|it| it.value["of_version"].as_i64());
    let outcome = if brought == drawn {
        Outcome::Wrong
    } else {
        Outcome::Waiting
    };
    let (there, here) = (shown(&there), shown(&here));
    said(
        outcome,
        &format!(
            "微信页面上的字段（{there} 项）与这里设计的（{here} 项）不同：请在授权页字段页重新保存"
        ),
        &format!(
            "WeChat's page asks for {there} inputs, which are not the {here} drawn here: save the fields again"
        ),
    )
}

/// How many inputs the two pages have, the names included.
fn shown(form: &BuyerForm) -> i64 {
    let (person, body) = (&form.person, &form.organisation);
    let usual = [
        person.phone,
        person.email,
        body.tax_number,
        body.address,
        body.phone,
        body.bank,
        body.bank_account,
    ];
    let usual = usual.iter().filter(|it| it.is_shown()).count();
    i64::try_from(usual + 2 + person.own.len() + body.own.len()).unwrap_or(i64::MAX)
}

/// The merchant number whose payment receipts offer the invoice, and whose platform they lead to.
pub(super) async fn payments(ports: &Ports, account: &Account, seller: Option<&Seller>) -> Look {
    let there = match in_time(ports.console.pay_merchant(account)).await {
        Ok(there) => there,
        Err(error) => return Ok((Outcome::Wrong, Found::Said(error.message))),
    };
    let Some((number, platform)) = there else {
        return Ok((Outcome::Wrong, Found::Nothing));
    };
    let here = account.pay_merchant.as_str();
    if here != number {
        let outcome = if account.pay_linked_at.is_none() && !here.is_empty() {
            Outcome::Waiting
        } else {
            Outcome::Wrong
        };
        let here_zh = if here.is_empty() { "空" } else { here };
        let here_en = if here.is_empty() { "nothing" } else { here };
        return said(
            outcome,
            &format!("微信上关联的是 {number}，这里填写的是 {here_zh}：请在支付后开票页重新关联"),
            &format!(
                "WeChat has {number}, here it is {here_en}: link it again on the page of payment receipts"
            ),
        );
    }
    let own = match seller {
        None => None,
        Some(seller) => match platform_id_of(ports, seller).await {
            Ok(id) => Some(id),
            Err(PageError::Store(error)) => return Err(error),
            // The platform is a task of its own.
            Err(_) => None,
        },
    };
    if own.is_some_and(|own| own != platform) {
        return said(
            Outcome::Wrong,
            &format!("{number} 的支付凭证通向另一个开票平台：请在支付后开票页选择这个开票主体"),
            &format!(
                "the receipts of {number} lead to another platform: choose this seller on the page of payment receipts"
            ),
        );
    }
    Ok((Outcome::Done, Found::Text(number)))
}

/// The template of a seller's ordinary invoices, and why there is none.
pub(super) async fn template(ports: &Ports, account: &Account, seller: &Seller) -> Look {
    let kind = usual_kind(ports, &seller.id).await?;
    let payee = &seller.party.name;
    let made: Option<CardTemplate> = ports
        .store
        .template(&account.id, &seller.id, kind, payee)
        .await?;
    if let Some(made) = made {
        return Ok((Outcome::Done, Found::Text(made.card_id)));
    }
    let tries = ports.store.tries_of(&seller.id, 20).await?;
    let last = tries
        .into_iter()
        .find(|it| it.account == account.id && it.kind == kind && it.payee == *payee);
    match last {
        Some(it) if it.state == TryState::Unknown => said(
            Outcome::Wrong,
            "不知道模板是否已创建：请到公众平台查看后在卡券模板页登记",
            "nobody knows whether the template was made: look into WeChat's console, then settle it on the page of the \
             cards",
        ),
        Some(it) if it.state == TryState::Refused => Ok((Outcome::Wrong, Found::Said(it.reason))),
        _ => Ok((Outcome::Waiting, Found::Nothing)),
    }
}
