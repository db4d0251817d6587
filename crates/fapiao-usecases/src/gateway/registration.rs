//! What a merchant needs to know of its platform, told and asked.

use super::{
    Registration, WireClassCode, WireRate,
    ask::{gateway_of, question, unexpected},
};
use crate::{
    calendar,
    errors::{Advice, OutsideError, StoreError},
    ports::Ports,
    records::{Gateway, Partner, Seller, TaxCode, UsableRate},
    step::StepError,
};
use fapiao_domain::{ids::Id, rate::Rate};

/// Asks the external platform for its id, the usable rates and the class codes, and stores them.
///
/// # Errors
/// [`StepError`].
pub async fn sync_registration(ports: &Ports, seller: &Seller) -> Result<(), StepError> {
    let gateway = gateway_of(ports, &seller.id).await?;
    let answer = question(ports, &gateway, "/v1/registration").await?;
    if answer.status != 200 {
        return Err(unexpected(&answer));
    }
    let told: Registration = serde_json::from_slice(&answer.body).map_err(|error| {
        OutsideError::new(
            "platform",
            "unreadable",
            format!("the platform's registration cannot be read: {error}"),
            Advice::NeedsPerson,
        )
    })?;
    if told.seller_tax_number != seller.party.tax_number {
        return Err(StepError::parked(
            "platform_differs",
            "第三方平台返回的内容与请求不一致：该密钥登记在另一个税号名下，请与平台核对后重试 / the platform registered this key for another tax number; clear it up with the platform, then retry",
        ));
    }
    if !gateway.platform_id.is_empty() && gateway.platform_id != told.platform_id {
        return Err(StepError::parked(
            "platform_id_changed",
            "微信报告的开票平台识别码与此前不同：请向第三方平台确认，在开票主体设置中填写新的识别码后重试 / the platform reports another id at WeChat than before; ask it, then enter the new one in the seller's \
             settings and retry",
        ));
    }
    let mut rates = Vec::with_capacity(told.rates.len());
    for rate in told.rates {
        let Ok(parsed) = Rate::parse(&rate.rate) else {
            continue;
        };
        rates.push(UsableRate {
            rate: parsed,
            levy: rate.levy,
            from: rate.from,
            until: rate.until,
        });
    }
    let mut codes: Vec<TaxCode> = told
        .class_codes
        .into_iter()
        .map(|it| TaxCode {
            code: it.code,
            name: it.name,
            short_name: it.short_name,
            usual_rate: it.usual_rate,
            summary: it.summary,
            policies: it.policies,
            tax_rates: it.tax_rates,
            levy_rates: it.levy_rates,
            // Difference tax is not asked of another platform.
            difference: None,
            // The platform tells what applies today; from when, the changes show.
            from: String::new(),
            until: String::new(),
        })
        .collect();
    codes.sort_by(|a, b| a.code.cmp(&b.code));
    let now = ports.clock.now();
    ports
        .store
        .save_tax_data(&seller.id, &codes, &rates, now)
        .await?;
    ports
        .store
        .note_registration(&seller.id, &told.platform_id, &told.platform, now)
        .await?;
    Ok(())
}

/// Looks at a seller's platform as it stands now, without changing anything: the platform's name, or in both languages
/// what stands in the way.
///
/// # Errors
/// [`StoreError`].
pub async fn probe_platform(
    ports: &Ports,
    seller: &Seller,
    app_ids: &[String],
) -> Result<Result<String, String>, StoreError> {
    let Some(gateway) = ports.store.gateway(&seller.id).await? else {
        return Ok(Err(
            "还没有填写平台的网关地址和密钥 / the platform's gateway address and key are not entered yet"
                .to_owned(),
        ));
    };
    let answer = match question(ports, &gateway, "/v1/registration").await {
        Ok(answer) => answer,
        Err(error) => {
            let told = &error.message;
            return Ok(Err(format!(
                "平台网关没有应答 / the platform's gateway does not answer: {told}"
            )));
        }
    };
    let told: Registration = match answer.status {
        200 => match serde_json::from_slice(&answer.body) {
            Ok(told) => told,
            Err(_) => {
                return Ok(Err(
                    "该地址应答的不是平台网关 / what answers at this address is no platform gateway"
                        .to_owned(),
                ));
            }
        },
        401 | 403 => {
            return Ok(Err(format!(
                "平台不接受这把密钥（HTTP {0}），请核对密钥编号、密钥和本机时间 / the platform does not accept the key \
                 (HTTP {0}): check key id, secret and this machine's clock",
                answer.status
            )));
        }
        status => {
            return Ok(Err(format!(
                "平台网关返回 HTTP {status} / the platform's gateway answers HTTP {status}"
            )));
        }
    };
    Ok(fits(ports, seller, &gateway, told, app_ids))
}

/// Whether the registration is that of this seller.
fn fits(
    ports: &Ports,
    seller: &Seller,
    gateway: &Gateway,
    told: Registration,
    app_ids: &[String],
) -> Result<String, String> {
    if told.seller_tax_number != seller.party.tax_number {
        return Err(format!(
            "平台为税号 {0} 登记了这把密钥 / the platform registered this key for the tax number {0}",
            told.seller_tax_number
        ));
    }
    if !gateway.platform_id.is_empty() && gateway.platform_id != told.platform_id {
        return Err(
            "平台报告的识别码与本系统保存的不同 / the platform reports another platform id than the one \
             stored here"
                .to_owned(),
        );
    }
    if let Some(unknown) = app_ids.iter().find(|it| !told.app_ids.contains(it)) {
        return Err(format!(
            "平台尚未登记 AppID {unknown}，请平台方加入 / the platform does not permit the app id {unknown} yet: ask it to \
             add it"
        ));
    }
    let own = format!("{}/platform/callback/{}", ports.public_base, seller.id);
    if !told.callback_url.is_empty() && told.callback_url != own {
        return Err(format!(
            "平台的回调地址是 {0}，应为 {own} / the platform calls back at {0}; it should be {own}",
            told.callback_url
        ));
    }
    Ok(told.platform)
}

/// The answer to a partner.
///
/// # Errors
/// [`StoreError`]; `None` while the seller has no platform account with an id at WeChat.
pub async fn registration_of(
    ports: &Ports,
    partner: &Partner,
) -> Result<Option<Registration>, StoreError> {
    let seller = ports.store.seller(&partner.seller).await?;
    let seller = seller.ok_or_else(|| StoreError::NotFound {
        what: format!("seller {}", partner.seller.as_str()),
    })?;
    let account = match &seller.platform_account {
        Some(account) => ports.store.account(account).await?,
        None => None,
    };
    let Some((name, platform_id)) = account.and_then(|it| Some((it.name, it.platform_id?))) else {
        return Ok(None);
    };
    let rates = ports.store.usable_rates(&seller.id).await?;
    let codes = ports.store.tax_codes().await?;
    Ok(Some(Registration {
        platform: name,
        platform_id,
        seller_tax_number: seller.party.tax_number,
        app_ids: partner.app_ids.clone(),
        callback_url: partner.callback_url.clone(),
        rates: rates
            .into_iter()
            .map(|it| WireRate {
                rate: it.rate.to_string(),
                levy: it.levy,
                from: it.from,
                until: it.until,
            })
            .collect(),
        class_codes: codes
            .of_day(&calendar::day(ports.clock.now()))
            .map(|it| WireClassCode {
                code: it.code.clone(),
                name: it.name.clone(),
                short_name: it.short_name.clone(),
                usual_rate: it.usual_rate.clone(),
                summary: it.summary,
                policies: it.policies.clone(),
                tax_rates: it.tax_rates.clone(),
                levy_rates: it.levy_rates.clone(),
            })
            .collect(),
    }))
}
