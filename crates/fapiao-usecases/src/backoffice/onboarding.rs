//! The check-list that checks itself: what a company needs before its first invoice.

use crate::{
    calendar,
    errors::{OutsideError, StoreError},
    ports::{InvoiceFilter, Ports, Scope},
    records::{Account, Seller},
};
use chrono::{DateTime, Utc};
use fapiao_domain::{
    invoice::{InvoiceKind, InvoiceState},
    money::Fen,
};
use std::{future::Future, time::Duration};
use tokio::task::JoinSet;

/// A neighbour that takes longer counts as silent.
const ANSWER_WITHIN: Duration = Duration::from_secs(6);
/// Without a signature the right answer of our own push address is a refusal.
const REFUSED: u16 = 403;

/// What is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Check {
    /// The seller's name, number and clerk are there, and accounts are chosen.
    SellerComplete,
    /// It has a store.
    SellerHasStore,
    /// The tax authority answers for it.
    TaxAnswers,
    /// Rates and class codes are fetched.
    TaxData,
    /// Numbers and quota are in stock.
    Stock,
    /// Its card template is made.
    Template,
    /// The account's credentials give a token.
    Credentials,
    /// The push address is reached from outside.
    PushAddress,
    /// A push arrived.
    PushSeen,
    /// The contact is set at WeChat.
    Contact,
    /// The platform's id is known.
    PlatformId,
    /// Mail can be sent.
    Mail,
    /// Documents can be stored.
    Files,
    /// The first invoice is issued.
    FirstInvoice,
}

/// How it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Done.
    Done,
    /// Will come by itself, or through somebody else.
    Waiting,
    /// Somebody has to mend it.
    Wrong,
    /// Switched off on purpose, or not needed.
    Off,
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// Nothing to add.
    Nothing,
    /// These fields are missing.
    Missing(Vec<&'static str>),
    /// A neighbour's own words.
    Said(String),
    /// An HTTP status.
    Status(u16),
    /// A moment.
    At(DateTime<Utc>),
    /// A text to show as it is: an id, an address.
    Text(String),
    /// How many.
    Count(i64),
    /// Numbers and quota left.
    Left(i64, Fen),
}

/// One checked thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What.
    pub check: Check,
    /// How it stands.
    pub outcome: Outcome,
    /// What was found.
    pub found: Found,
}

/// What a group of steps belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// One seller.
    Seller(Box<Seller>),
    /// One account.
    Account(Box<Account>),
    /// The company as a whole.
    Company,
}

/// Steps that belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Whose.
    pub subject: Subject,
    /// In order.
    pub steps: Vec<Step>,
}

/// Whether neighbours are asked, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// Only what our own database knows: cheap.
    Known,
    /// Also the tax authority, WeChat, mail and our own address.
    Live,
}

/// Checks everything; neighbours side by side.
///
/// # Errors
/// [`StoreError`]; a neighbour that does not answer is a step that failed.
pub async fn check_everything(ports: &Ports, depth: Depth) -> Result<Vec<Group>, StoreError> {
    let sellers = ports.store.sellers().await?;
    let accounts = ports.store.accounts().await?;
    let mut tasks: JoinSet<Result<(usize, Group), StoreError>> = JoinSet::new();
    for (place, seller) in sellers.iter().cloned().enumerate() {
        let ports = ports.clone();
        tasks.spawn(async move { Ok((place, seller_group(&ports, seller, depth).await?)) });
    }
    for (place, account) in accounts.into_iter().enumerate() {
        let ports = ports.clone();
        let plays_platform = sellers
            .iter()
            .any(|it| it.platform_account.as_ref() == Some(&account.id));
        let place = 10_000 + place;
        tasks.spawn(async move {
            let steps = check_account(&ports, &account, plays_platform, depth).await;
            let subject = Subject::Account(Box::new(account));
            Ok((place, Group { subject, steps }))
        });
    }
    {
        let ports = ports.clone();
        tasks.spawn(async move { Ok((usize::MAX, company_group(&ports, depth).await?)) });
    }
    let mut groups = Vec::new();
    while let Some(done) = tasks.join_next().await {
        let group = done.map_err(|_| StoreError::Corrupt("a check stopped unexpectedly".into()))?;
        groups.push(group?);
    }
    groups.sort_by_key(|(place, _)| *place);
    Ok(groups.into_iter().map(|(_, group)| group).collect())
}

async fn seller_group(ports: &Ports, seller: Seller, depth: Depth) -> Result<Group, StoreError> {
    let now = ports.clock.now();
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
    if depth == Depth::Live {
        steps.push(told(
            Check::TaxAnswers,
            in_time(ports.tax.probe(&seller)).await,
        ));
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
    let numbers = ports
        .store
        .numbers_left(&seller.id, calendar::year2(now))
        .await?;
    let quota = ports
        .store
        .quota_left(&seller.id, &calendar::month(now))
        .await?;
    steps.push(Step {
        check: Check::Stock,
        outcome: if numbers > 0 && quota > Fen::ZERO {
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
                    InvoiceKind::DigitalOrdinary,
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
    if seller.platform_account.is_none() {
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
    let mut steps = Vec::new();
    if depth == Depth::Live {
        let address = push_address(ports, &account.app_id);
        let (credentials, reached) = tokio::join!(
            in_time(ports.merchant.probe(account)),
            in_time(ports.reach.status_of(&address)),
        );
        steps.push(told(Check::Credentials, credentials));
        steps.push(reached_step(reached, address));
    }
    steps.push(Step {
        check: Check::PushSeen,
        outcome: if account.last_push_at.is_some() {
            Outcome::Done
        } else {
            Outcome::Waiting
        },
        found: account.last_push_at.map_or(Found::Nothing, Found::At),
    });
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

fn reached_step(reached: Result<u16, OutsideError>, address: String) -> Step {
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

async fn company_group(ports: &Ports, depth: Depth) -> Result<Group, StoreError> {
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
    match tokio::time::timeout(ANSWER_WITHIN, asking).await {
        Ok(answer) => answer,
        Err(_) => Err(OutsideError::new(
            "outside",
            "",
            format!("no answer within {} seconds", ANSWER_WITHIN.as_secs()),
            crate::errors::Advice::Retry { after: None },
        )),
    }
}

/// How many steps are done, and how many there are; what is switched off counts as done.
pub fn progress(groups: &[Group]) -> (usize, usize) {
    let steps = groups.iter().flat_map(|it| &it.steps);
    let done = |it: &&Step| matches!(it.outcome, Outcome::Done | Outcome::Off);
    (steps.clone().filter(done).count(), steps.count())
}

#[cfg(test)]
mod tests;
