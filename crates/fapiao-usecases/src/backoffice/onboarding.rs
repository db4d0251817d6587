//! The check-list that checks itself: what a company needs before its first invoice.

mod checks;

use crate::{
    errors::StoreError,
    ports::Ports,
    records::{Account, Seller},
};
use checks::{company_group, seller_group};
use chrono::{DateTime, Utc};
use fapiao_domain::money::Fen;
use tokio::task::JoinSet;

pub use checks::{check_account, push_address, what_is_missing};
pub(super) use checks::{in_time_of as in_time, reached_step as reached};

/// What is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Check {
    /// The seller's name, number and clerk are there, and accounts are chosen.
    SellerComplete,
    /// It has a store.
    SellerHasStore,
    /// Its external platform answers to its key.
    ForeignPlatform,
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

/// How many steps are done, and how many there are; what is switched off counts as done.
pub fn progress(groups: &[Group]) -> (usize, usize) {
    let steps = groups.iter().flat_map(|it| &it.steps);
    let done = |it: &&Step| matches!(it.outcome, Outcome::Done | Outcome::Off);
    (steps.clone().filter(done).count(), steps.count())
}

#[cfg(test)]
mod tests;
