//! Each check of the list: what our own rows say, and what neighbours answer.

use super::{Check, Depth, Found, Group, Outcome, Step, Subject};
use crate::{
    backoffice::outlook::outlook,
    errors::{Advice, OutsideError, StoreError},
    gateway::probe_platform,
    platform::template::usual_kind,
    ports::{InvoiceFilter, Ports, Scope},
    records::{Account, AccountKind, IssuingMode, Seller},
};
use fapiao_domain::{invoice::InvoiceState, money::Fen};
use std::{future::Future, time::Duration};

/// A neighbour that takes longer counts as silent.
const ANSWER_WITHIN: Duration = Duration::from_secs(6);
/// Without a signature the right answer of our own push address is a refusal.
const REFUSED: u16 = 403;

pub(super) async fn seller_group(
    ports: &Ports,
    seller: Seller,
    depth: Depth,
) -> Result<Group, StoreError> {
    let missing = what_is_missing(&seller);
    let mut steps = vec![Step {
        check: Check::SellerComplete,
        outcome: done_if(missing.is_empty()),
        found: if missing.is_empty() {
            Found::Text(seller.party.tax_number.clone())
        } else {
            Found::Missing(missing)
        },
    }];
    let stores = ports.store.stores().await?;
    let stores = stores.iter().filter(|it| it.seller == seller.id).count();
    steps.push(Step {
        check: Check::SellerHasStore,
        outcome: done_if(stores > 0),
        found: Found::Count(i64::try_from(stores).unwrap_or(i64::MAX)),
    });
    let is_ours = seller.mode == IssuingMode::SelfBuilt;
    if depth == Depth::Live && is_ours {
        steps.push(told(
            Check::TaxAnswers,
            in_time(ports.tax.probe(&seller)).await,
        ));
    }
    if seller.mode == IssuingMode::ExternalPlatform {
        steps.push(platform_step(ports, &seller, depth).await?);
    }
    let fetched = ports.store.tax_data_at(&seller.id).await?;
    steps.push(Step {
        check: Check::TaxData,
        outcome: if fetched.is_some() {
            Outcome::Done
        } else {
            Outcome::Waiting
        },
        found: fetched.map_or(Found::Nothing, Found::At),
    });
    // Numbers, quota and card templates of the others are their platform's.
    if !is_ours {
        return Ok(Group {
            subject: Subject::Seller(Box::new(seller)),
            steps,
        });
    }
    let stock = outlook(ports, &seller).await?;
    let (numbers, quota) = (stock.numbers_left, stock.quota_left);
    steps.push(Step {
        check: Check::Stock,
        outcome: if !stock.counted || numbers > 0 && quota > Fen::ZERO {
            Outcome::Done
        } else {
            Outcome::Waiting
        },
        found: Found::Left(numbers, quota),
    });
    let template = match &seller.platform_account {
        None => None,
        Some(account) => {
            ports
                .store
                .template(
                    account,
                    &seller.id,
                    usual_kind(ports, &seller.id).await?,
                    &seller.party.name,
                )
                .await?
        }
    };
    steps.push(Step {
        check: Check::Template,
        outcome: if template.is_some() {
            Outcome::Done
        } else {
            Outcome::Waiting
        },
        found: template.map_or(Found::Nothing, |it| Found::Text(it.card_id)),
    });
    Ok(Group {
        subject: Subject::Seller(Box::new(seller)),
        steps,
    })
}

/// Whether the external platform answers to the seller's key.
async fn platform_step(ports: &Ports, seller: &Seller, depth: Depth) -> Result<Step, StoreError> {
    let step = |outcome, found| Step {
        check: Check::ForeignPlatform,
        outcome,
        found,
    };
    if depth == Depth::Known {
        let gateway = ports.store.gateway(&seller.id).await?;
        return Ok(match gateway.and_then(|it| it.checked_at) {
            Some(at) => step(Outcome::Done, Found::At(at)),
            None => step(Outcome::Waiting, Found::Nothing),
        });
    }
    let channel = match &seller.channel_account {
        Some(id) => ports.store.account(id).await?,
        None => None,
    };
    let app_ids: Vec<String> = channel.into_iter().map(|it| it.app_id).collect();
    let probing = async { Ok(probe_platform(ports, seller, &app_ids).await) };
    Ok(match in_time(probing).await {
        Ok(answer) => match answer? {
            Ok(name) => step(Outcome::Done, Found::Text(name)),
            Err(why) => step(Outcome::Wrong, Found::Said(why)),
        },
        Err(silent) => step(Outcome::Wrong, Found::Said(silent.message)),
    })
}

/// Names of the seller's members that an invoice needs and that are not there.
pub fn what_is_missing(seller: &Seller) -> Vec<&'static str> {
    let mut missing = Vec::new();
    for (name, text) in [
        ("name", &seller.party.name),
        ("tax_number", &seller.party.tax_number),
        ("province", &seller.province),
        ("short_name", &seller.short_name),
        ("drawer", &seller.drawer),
    ] {
        if text.trim().is_empty() {
            missing.push(name);
        }
    }
    // In the other two modes somebody else's account carries the cards.
    if seller.platform_account.is_none() && seller.mode == IssuingMode::SelfBuilt {
        missing.push("platform_account");
    }
    if seller.channel_account.is_none() {
        missing.push("channel_account");
    }
    missing
}

/// The steps of one account.
pub async fn check_account(
    ports: &Ports,
    account: &Account,
    plays_platform: bool,
    depth: Depth,
) -> Vec<Step> {
    // What buyers do in an app is pushed to the service account.
    let has_pushes = account.kind != AccountKind::OpenPlatformApp;
    let mut steps = Vec::new();
    if depth == Depth::Live {
        let address = push_address(ports, &account.app_id);
        let (credentials, reached) = tokio::join!(
            in_time(ports.merchant.probe(account)),
            in_time(ports.reach.status_of(&address)),
        );
        steps.push(told(Check::Credentials, credentials));
        if has_pushes {
            steps.push(reached_step(reached, address));
        }
    }
    if has_pushes {
        steps.push(Step {
            check: Check::PushSeen,
            outcome: if account.last_push_at.is_some() {
                Outcome::Done
            } else {
                Outcome::Waiting
            },
            found: account.last_push_at.map_or(Found::Nothing, Found::At),
        });
    }
    steps.push(Step {
        check: Check::Contact,
        outcome: match (account.contact_set_at, account.contact_phone.is_empty()) {
            (Some(_), _) => Outcome::Done,
            (None, false) => Outcome::Waiting,
            (None, true) => Outcome::Wrong,
        },
        found: account.contact_set_at.map_or(Found::Nothing, Found::At),
    });
    if plays_platform {
        let known = account.platform_id.as_ref();
        steps.push(Step {
            check: Check::PlatformId,
            outcome: if known.is_some() {
                Outcome::Done
            } else {
                Outcome::Waiting
            },
            found: known.map_or(Found::Nothing, |it| Found::Text(it.clone())),
        });
    }
    steps
}

/// Where WeChat sends an account's pushes.
pub fn push_address(ports: &Ports, app_id: &str) -> String {
    format!("{}/wechat/callback/{app_id}", ports.public_base)
}

pub(in crate::backoffice) fn reached_step(
    reached: Result<u16, OutsideError>,
    address: String,
) -> Step {
    let (outcome, found) = match reached {
        Ok(REFUSED) => (Outcome::Done, Found::Text(address)),
        Ok(other) => (Outcome::Wrong, Found::Status(other)),
        Err(error) => (Outcome::Wrong, Found::Said(error.message)),
    };
    Step {
        check: Check::PushAddress,
        outcome,
        found,
    }
}

pub(super) async fn company_group(ports: &Ports, depth: Depth) -> Result<Group, StoreError> {
    let mut steps = Vec::new();
    if depth == Depth::Live {
        steps.push(told(Check::Files, in_time(ports.files.probe()).await));
        steps.push(if ports.mailer.is_enabled() {
            told(Check::Mail, in_time(ports.mailer.probe()).await)
        } else {
            Step {
                check: Check::Mail,
                outcome: Outcome::Off,
                found: Found::Nothing,
            }
        });
    }
    let filter = InvoiceFilter {
        state: Some(InvoiceState::Issued),
        limit: 1,
        ..InvoiceFilter::default()
    };
    let issued = ports.store.invoices(&Scope::All, &filter).await?;
    steps.push(Step {
        check: Check::FirstInvoice,
        outcome: if issued.count > 0 {
            Outcome::Done
        } else {
            Outcome::Waiting
        },
        found: Found::Count(i64::from(issued.count)),
    });
    Ok(Group {
        subject: Subject::Company,
        steps,
    })
}

const fn done_if(holds: bool) -> Outcome {
    if holds { Outcome::Done } else { Outcome::Wrong }
}

fn told(check: Check, answer: Result<(), OutsideError>) -> Step {
    let (outcome, found) = match answer {
        Ok(()) => (Outcome::Done, Found::Nothing),
        Err(error) => (Outcome::Wrong, Found::Said(error.message)),
    };
    Step {
        check,
        outcome,
        found,
    }
}

async fn in_time<T>(
    asking: impl Future<Output = Result<T, OutsideError>>,
) -> Result<T, OutsideError> {
    in_time_of(ANSWER_WITHIN, asking).await
}

/// A neighbour's answer, or that it took longer than it may.
pub(in crate::backoffice) async fn in_time_of<T>(
    limit: Duration,
    asking: impl Future<Output = Result<T, OutsideError>>,
) -> Result<T, OutsideError> {
    match tokio::time::timeout(limit, asking).await {
        Ok(answer) => answer,
        Err(_) => Err(OutsideError::new(
            "outside",
            "",
            format!("no answer within {} seconds", limit.as_secs()),
            Advice::Retry { after: None },
        )),
    }
}
