//! How a company comes to WeChat invoices (接入模式): what it has decides the mode, and the mode decides what is needed.

mod compared;

use super::onboarding::{Found, Outcome, push_address};
use crate::{
    actor::Actor,
    errors::{OutsideError, StoreError},
    fiscal::what_is_missing,
    gateway::probe_platform,
    ports::{ACCESS, NewDesign, Ports},
    records::{Account, AccountKind, FiscalUnit, IssuingMode, Seller},
};
use fapiao_domain::ids::Id;
use serde_json::{Value, json};
use std::{collections::BTreeSet, future::Future, time::Duration};

/// A neighbour that takes longer counts as silent.
const ANSWER_WITHIN: Duration = Duration::from_secs(6);
/// WeChat: this account has no right to call the interface.
const NOT_GRANTED: [&str; 4] = ["48001", "72015", "61007", "50002"];
/// WeChat: the caller's address is not on the account's list.
const NOT_LISTED: [&str; 3] = ["40164", "61004", "89503"];

/// Where buyers of a company meet it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Way {
    /// A page inside WeChat (公众号).
    OfficialAccount,
    /// A code on the receipt (小票二维码).
    Receipt,
    /// The company's own app.
    App,
    /// Its mini program.
    MiniProgram,
    /// The payment's own page (支付后开票).
    AfterPayment,
}

impl Way {
    /// All of them, in the order of the form.
    pub const ALL: [Way; 5] = [
        Way::OfficialAccount,
        Way::Receipt,
        Way::App,
        Way::MiniProgram,
        Way::AfterPayment,
    ];

    /// The stored name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Way::OfficialAccount => "official_account",
            Way::Receipt => "receipt",
            Way::App => "app",
            Way::MiniProgram => "mini_program",
            Way::AfterPayment => "after_payment",
        }
    }

    /// Reads the stored name.
    pub fn parse(text: &str) -> Option<Way> {
        Way::ALL.into_iter().find(|it| it.as_str() == text)
    }
}

/// What a company says about itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answers {
    /// Whether it issues electronic invoices today, through whatever system.
    pub issues: bool,
    /// Whether its own platform issues (this installation), and not a third party's.
    pub own_platform: bool,
    /// Where buyers meet it.
    pub ways: BTreeSet<Way>,
    /// Whether it also gives out fiscal bills (财政电子票据).
    pub fiscal: bool,
}

impl Default for Answers {
    fn default() -> Self {
        Answers {
            issues: true,
            own_platform: true,
            ways: BTreeSet::from([Way::OfficialAccount, Way::Receipt]),
            fiscal: false,
        }
    }
}

/// What the answers come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccessMode {
    /// First the tax office: no electronic invoices yet (未开通).
    TaxOfficeFirst,
    /// 自建平台模式.
    SelfBuilt,
    /// 商户 + 开票平台模式.
    ExternalPlatform,
}

impl Answers {
    /// The leaf of the decision tree.
    pub fn mode(&self) -> AccessMode {
        match (self.issues, self.own_platform) {
            (false, _) => AccessMode::TaxOfficeFirst,
            (true, true) => AccessMode::SelfBuilt,
            (true, false) => AccessMode::ExternalPlatform,
        }
    }

    /// The stored form.
    pub fn to_json(&self) -> Value {
        let ways: Vec<_> = self.ways.iter().map(|it| it.as_str()).collect();
        json!({
            "issues": self.issues,
            "own_platform": self.own_platform,
            "ways": ways,
            "fiscal": self.fiscal,
        })
    }

    /// Reads the stored form.
    pub fn from_json(value: &Value) -> Answers {
        let yes = |name: &str| value[name].as_bool().unwrap_or_default();
        let ways = value["ways"].as_array().map(Vec::as_slice);
        Answers {
            issues: yes("issues"),
            own_platform: yes("own_platform"),
            ways: ways
                .unwrap_or_default()
                .iter()
                .filter_map(|it| Way::parse(it.as_str()?))
                .collect(),
            fiscal: yes("fiscal"),
        }
    }
}

/// One thing to have, to permit or to set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Task {
    /// Electronic invoices are applied for at the tax office, or through a service provider.
    TaxOffice,
    /// The seller's own data is entered.
    Seller,
    /// A verified service account is entered.
    ServiceAccount,
    /// Its secret is entered and WeChat takes it.
    Credentials,
    /// Our address is on the account's list.
    AddressList,
    /// The invoicing plug-in is open: the merchant's interfaces answer.
    MerchantPermission,
    /// The account may act as a platform.
    PlatformPermission,
    /// The push address answers.
    PushAddress,
    /// A push arrived.
    PushSeen,
    /// The contact is set.
    Contact,
    /// The fields of the buyer's page are set.
    Fields,
    /// An open-platform app is entered and WeChat takes its secret.
    OpenPlatformApp,
    /// The app calls in its own name: its permission, contact and fields.
    AppSettings,
    /// A mini program is entered and WeChat takes its secret.
    MiniProgram,
    /// So does the mini program.
    MiniProgramSettings,
    /// The mini program's push address answers.
    MiniProgramPush,
    /// The payment merchant number is linked.
    PayMerchant,
    /// The third party's platform id is entered, and the mode chosen.
    ForeignPlatform,
    /// The tax authority answers for the seller.
    TaxConnection,
    /// The card template is there.
    Template,
    /// Fiscal bills have an access of their own.
    Fiscal,
}

/// What is needed, in the order in which it is done.
pub fn tasks(answers: &Answers) -> Vec<Task> {
    let mut tasks = Vec::new();
    if answers.mode() == AccessMode::TaxOfficeFirst {
        tasks.push(Task::TaxOffice);
    }
    tasks.extend([
        Task::Seller,
        Task::ServiceAccount,
        Task::Credentials,
        Task::AddressList,
        Task::MerchantPermission,
    ]);
    if answers.own_platform {
        tasks.push(Task::PlatformPermission);
    }
    tasks.extend([Task::PushAddress, Task::Contact, Task::Fields]);
    if answers.ways.contains(&Way::App) {
        tasks.extend([Task::OpenPlatformApp, Task::AppSettings]);
    }
    if answers.ways.contains(&Way::MiniProgram) {
        tasks.extend([
            Task::MiniProgram,
            Task::MiniProgramSettings,
            Task::MiniProgramPush,
        ]);
    }
    if answers.ways.contains(&Way::AfterPayment) {
        tasks.push(Task::PayMerchant);
    }
    if answers.own_platform {
        tasks.extend([Task::TaxConnection, Task::Template]);
    } else {
        tasks.push(Task::ForeignPlatform);
    }
    tasks.push(Task::PushSeen);
    if answers.fiscal {
        tasks.push(Task::Fiscal);
    }
    tasks
}

/// One task and how it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// What.
    pub task: Task,
    /// How it stands; `Off` where no call can tell and a person has to know.
    pub outcome: Outcome,
    /// What was found.
    pub found: Found,
    /// The account it is about, for a link.
    pub account: Option<Account>,
}

/// The stored answers of a seller; those given before there was one otherwise.
///
/// # Errors
/// [`StoreError`].
pub async fn answers_of(
    ports: &Ports,
    seller: Option<&Seller>,
) -> Result<Option<(Answers, i64)>, StoreError> {
    let subject = seller.map_or("", |it| it.id.as_str());
    if let Some(found) = ports.store.design(ACCESS, subject).await? {
        return Ok(Some((Answers::from_json(&found.value), found.version)));
    }
    if subject.is_empty() {
        return Ok(None);
    }
    let early = ports.store.design(ACCESS, "").await?;
    // Who issues is known by now: the seller's own setting.
    let own_platform = seller.is_none_or(|it| it.mode != IssuingMode::ExternalPlatform);
    Ok(match early {
        Some(it) => {
            let answers = Answers {
                own_platform,
                ..Answers::from_json(&it.value)
            };
            Some((answers, 0))
        }
        None if !own_platform => {
            let answers = Answers {
                own_platform,
                ..Answers::default()
            };
            Some((answers, 0))
        }
        None => None,
    })
}

/// Saves the answers of a seller, or of the company before there is one.
///
/// # Errors
/// [`StoreError`].
pub async fn save_answers(
    ports: &Ports,
    actor: &Actor,
    seller: Option<&Seller>,
    answers: &Answers,
) -> Result<(), StoreError> {
    let new = NewDesign {
        kind: ACCESS,
        subject: seller.map_or_else(String::new, |it| it.id.to_string()),
        expected_version: None,
        value: answers.to_json(),
        then: Vec::new(),
    };
    ports.store.save_design(new, actor).await?;
    Ok(())
}

/// Looks at every task now, where a call can tell.
///
/// # Errors
/// [`StoreError`]; a neighbour that does not answer is a task that is wrong.
pub async fn check_tasks(
    ports: &Ports,
    seller: Option<&Seller>,
    answers: &Answers,
) -> Result<Vec<Checked>, StoreError> {
    let known = Known::load(ports, seller, &answers.ways).await?;
    let looking = tasks(answers)
        .into_iter()
        .map(|task| known.look(ports, task));
    let mut checked = Vec::new();
    for one in futures_of(looking).await {
        checked.push(one?);
    }
    Ok(checked)
}

/// Side by side, in order.
async fn futures_of<T>(all: impl Iterator<Item = impl Future<Output = T>>) -> Vec<T> {
    let mut pending: Vec<_> = all.map(Box::pin).collect();
    let mut done: Vec<Option<T>> = pending.iter().map(|_| None).collect();
    std::future::poll_fn(|context| {
        let mut waiting = false;
        for (place, future) in pending.iter_mut().enumerate() {
            if done[place].is_some() {
                continue;
            }
            match future.as_mut().poll(context) {
                std::task::Poll::Ready(value) => done[place] = Some(value),
                std::task::Poll::Pending => waiting = true,
            }
        }
        if waiting {
            std::task::Poll::Pending
        } else {
            std::task::Poll::Ready(())
        }
    })
    .await;
    done.into_iter().flatten().collect()
}

struct Known {
    seller: Option<Seller>,
    /// The account whose pages buyers see, or any service account.
    service: Option<Account>,
    platform: Option<Account>,
    app: Option<Account>,
    mini_program: Option<Account>,
    /// The two, where buyers come that way.
    asked_app: Option<Account>,
    asked_mini_program: Option<Account>,
}

impl Known {
    async fn load(
        ports: &Ports,
        seller: Option<&Seller>,
        ways: &BTreeSet<Way>,
    ) -> Result<Known, StoreError> {
        let accounts = ports.store.accounts().await?;
        let by_id = |id: Option<&fapiao_domain::ids::AccountId>| {
            accounts.iter().find(|it| Some(&it.id) == id).cloned()
        };
        let of_kind = |kind: AccountKind| accounts.iter().find(|it| it.kind == kind).cloned();
        // As orders are taken in: of several, one is chosen in the seller's settings and none is guessed.
        let only = |kind: AccountKind| {
            let mut fitting = accounts.iter().filter(|it| it.kind == kind);
            fitting.next().filter(|_| fitting.next().is_none()).cloned()
        };
        let app = by_id(seller.and_then(|it| it.app_account.as_ref()))
            .or_else(|| only(AccountKind::OpenPlatformApp));
        let mini_program = by_id(seller.and_then(|it| it.mini_program_account.as_ref()))
            .or_else(|| only(AccountKind::MiniProgram));
        let channel = by_id(seller.and_then(|it| it.channel_account.as_ref()));
        let platform = by_id(seller.and_then(|it| it.platform_account.as_ref()));
        let is_service = |it: &Account| it.kind == AccountKind::ServiceAccount;
        let service = channel
            .filter(is_service)
            .or_else(|| platform.clone().filter(is_service))
            .or_else(|| of_kind(AccountKind::ServiceAccount));
        Ok(Known {
            seller: seller.cloned(),
            platform: platform.or_else(|| service.clone()),
            service,
            asked_app: app.clone().filter(|_| ways.contains(&Way::App)),
            asked_mini_program: mini_program
                .clone()
                .filter(|_| ways.contains(&Way::MiniProgram)),
            app,
            mini_program,
        })
    }

    async fn look(&self, ports: &Ports, task: Task) -> Result<Checked, StoreError> {
        let (outcome, found, account) = match task {
            Task::TaxOffice => (Outcome::Off, Found::Nothing, None),
            Task::Fiscal => fiscal(ports).await?,
            Task::Seller => match &self.seller {
                None => (Outcome::Wrong, Found::Nothing, None),
                Some(seller) => {
                    let mut missing = super::onboarding::what_is_missing(seller);
                    // The accounts are tasks of their own.
                    missing.retain(|it| !it.ends_with("_account"));
                    let text = Found::Text(seller.party.name.clone());
                    if missing.is_empty() {
                        (Outcome::Done, text, None)
                    } else {
                        (Outcome::Wrong, Found::Missing(missing), None)
                    }
                }
            },
            Task::Template => self.template(ports).await?,
            Task::TaxConnection => match &self.seller {
                None => (Outcome::Waiting, Found::Nothing, None),
                Some(seller) => {
                    let (outcome, found) = told(in_time(ports.tax.probe(seller)).await);
                    (outcome, found, None)
                }
            },
            Task::ForeignPlatform => self.foreign(ports).await?,
            Task::OpenPlatformApp => credentials(ports, self.app.as_ref()).await,
            Task::MiniProgram => credentials(ports, self.mini_program.as_ref()).await,
            Task::AppSettings => settings(ports, self.app.as_ref()).await?,
            Task::MiniProgramSettings => settings(ports, self.mini_program.as_ref()).await?,
            Task::MiniProgramPush => reached(ports, self.mini_program.as_ref()).await,
            Task::PlatformPermission => platform(ports, self.platform.as_ref()).await,
            Task::ServiceAccount
            | Task::Credentials
            | Task::AddressList
            | Task::MerchantPermission
            | Task::PushAddress
            | Task::PushSeen
            | Task::Contact
            | Task::Fields
            | Task::PayMerchant => match &self.service {
                None => (
                    if task == Task::ServiceAccount {
                        Outcome::Wrong
                    } else {
                        Outcome::Waiting
                    },
                    Found::Nothing,
                    None,
                ),
                Some(account) => {
                    let (outcome, found) = match task {
                        Task::Contact => compared::contact(ports, account).await?,
                        Task::Fields => compared::fields(ports, account).await?,
                        Task::PayMerchant => {
                            compared::payments(ports, account, self.seller.as_ref()).await?
                        }
                        _ => service(ports, account, task).await,
                    };
                    (outcome, found, Some(account.clone()))
                }
            },
        };
        Ok(Checked {
            task,
            outcome,
            found,
            account,
        })
    }

    async fn template(
        &self,
        ports: &Ports,
    ) -> Result<(Outcome, Found, Option<Account>), StoreError> {
        let (Some(seller), Some(account)) = (&self.seller, &self.platform) else {
            return Ok((Outcome::Waiting, Found::Nothing, None));
        };
        let (outcome, found) = compared::template(ports, account, seller).await?;
        Ok((outcome, found, None))
    }

    /// Whether the seller hands its requests to somebody else's platform, and whether that platform answers to its key.
    async fn foreign(
        &self,
        ports: &Ports,
    ) -> Result<(Outcome, Found, Option<Account>), StoreError> {
        let Some(seller) = &self.seller else {
            return Ok((Outcome::Waiting, Found::Nothing, None));
        };
        if seller.mode != IssuingMode::ExternalPlatform {
            return Ok((Outcome::Wrong, Found::Nothing, None));
        }
        let accounts = [&self.service, &self.asked_app, &self.asked_mini_program];
        let app_ids: Vec<String> = accounts
            .into_iter()
            .flatten()
            .map(|it| it.app_id.clone())
            .collect();
        let probing = async { Ok(probe_platform(ports, seller, &app_ids).await) };
        Ok(match in_time(probing).await {
            Ok(answer) => match answer? {
                Ok(name) => (Outcome::Done, Found::Text(name), None),
                Err(why) => (Outcome::Wrong, Found::Said(why), None),
            },
            Err(silent) => (Outcome::Wrong, Found::Said(silent.message), None),
        })
    }
}

async fn service(ports: &Ports, account: &Account, task: Task) -> (Outcome, Found) {
    let console = &ports.console;
    match task {
        Task::ServiceAccount => (Outcome::Done, Found::Text(account.app_id.clone())),
        Task::Credentials => told(in_time(console.test_credential(account)).await),
        Task::AddressList => match in_time(console.test_credential(account)).await {
            Ok(()) => (Outcome::Done, Found::Nothing),
            Err(error) if NOT_LISTED.contains(&error.code.as_str()) => {
                (Outcome::Wrong, Found::Said(error.message))
            }
            // Something else is wrong; the list cannot be told.
            Err(_) => (Outcome::Waiting, Found::Nothing),
        },
        Task::MerchantPermission => permission(ports, account).await,
        Task::PushAddress => reached_at(ports, account).await,
        // PushSeen: what arrived is in our own row.
        _ => match account.last_push_at {
            Some(at) => (Outcome::Done, Found::At(at)),
            None => (Outcome::Waiting, Found::Nothing),
        },
    }
}

/// Whether the merchant's interfaces answer to this account.
async fn permission(ports: &Ports, account: &Account) -> (Outcome, Found) {
    match in_time(ports.console.contact(account)).await {
        Ok(_) => (Outcome::Done, Found::Nothing),
        Err(error) if NOT_GRANTED.contains(&error.code.as_str()) => {
            (Outcome::Wrong, Found::Said(error.message))
        }
        Err(error) => (Outcome::Waiting, Found::Said(error.message)),
    }
}

/// What the account of an app or a mini program needs of its own: WeChat keeps permission, contact and fields for each
/// app id that calls. The first that is missing is told.
async fn settings(
    ports: &Ports,
    account: Option<&Account>,
) -> Result<(Outcome, Found, Option<Account>), StoreError> {
    let Some(account) = account else {
        return Ok((Outcome::Waiting, Found::Nothing, None));
    };
    let mut told = permission(ports, account).await;
    if told.0 == Outcome::Done {
        told = match compared::contact(ports, account).await? {
            (Outcome::Wrong, Found::Nothing) => compared::said(
                Outcome::Wrong,
                "微信上还没有这个账号的联系方式：请在账号页填写电话和开票时限",
                "WeChat has no contact of this account: enter telephone and time-out on its page",
            )?,
            other => other,
        };
    }
    if told.0 == Outcome::Done {
        told = match compared::fields(ports, account).await? {
            (Outcome::Wrong, Found::Nothing) => compared::said(
                Outcome::Wrong,
                "微信上还没有这个账号的授权页字段：请在授权页字段页设计并保存",
                "WeChat has no authorisation fields of this account: draw and save them",
            )?,
            other => other,
        };
    }
    let (outcome, found) = told;
    Ok((outcome, found, Some(account.clone())))
}

async fn credentials(
    ports: &Ports,
    account: Option<&Account>,
) -> (Outcome, Found, Option<Account>) {
    let Some(account) = account else {
        return (Outcome::Wrong, Found::Nothing, None);
    };
    let (outcome, found) = match in_time(ports.console.test_credential(account)).await {
        Ok(()) => (Outcome::Done, Found::Text(account.app_id.clone())),
        Err(error) => (Outcome::Wrong, Found::Said(error.message)),
    };
    (outcome, found, Some(account.clone()))
}

async fn reached(ports: &Ports, account: Option<&Account>) -> (Outcome, Found, Option<Account>) {
    match account {
        None => (Outcome::Waiting, Found::Nothing, None),
        Some(account) => {
            let (outcome, found) = reached_at(ports, account).await;
            (outcome, found, Some(account.clone()))
        }
    }
}

async fn reached_at(ports: &Ports, account: &Account) -> (Outcome, Found) {
    let address = push_address(ports, &account.app_id);
    let reached = in_time(ports.reach.status_of(&address)).await;
    let step = super::onboarding::reached(reached, address);
    (step.outcome, step.found)
}

async fn platform(ports: &Ports, account: Option<&Account>) -> (Outcome, Found, Option<Account>) {
    let Some(account) = account else {
        return (Outcome::Waiting, Found::Nothing, None);
    };
    let (outcome, found) = match in_time(ports.platform.platform_id(account)).await {
        Ok(id) => (Outcome::Done, Found::Text(id)),
        Err(error) if NOT_GRANTED.contains(&error.code.as_str()) => {
            (Outcome::Wrong, Found::Said(error.message))
        }
        Err(error) => (Outcome::Waiting, Found::Said(error.message)),
    };
    (outcome, found, Some(account.clone()))
}

/// The collecting units of fiscal bills: the first that lacks something is told.
async fn fiscal(ports: &Ports) -> Result<(Outcome, Found, Option<Account>), StoreError> {
    let units = ports.store.fiscal_units().await?;
    let mut open: Vec<FiscalUnit> = units.into_iter().filter(|it| !it.closed).collect();
    open.sort_by(|a, b| a.code.cmp(&b.code));
    for unit in &open {
        let missing = what_is_missing(ports, unit).await?;
        if !missing.is_empty() {
            let text = format!("{}：{}", unit.code, missing.join("、"));
            return Ok((Outcome::Wrong, Found::Text(text), None));
        }
    }
    let names: Vec<&str> = open.iter().map(|it| it.name.as_str()).collect();
    Ok(if names.is_empty() {
        (Outcome::Wrong, Found::Nothing, None)
    } else {
        (Outcome::Done, Found::Text(names.join("、")), None)
    })
}

fn told(answer: Result<(), OutsideError>) -> (Outcome, Found) {
    match answer {
        Ok(()) => (Outcome::Done, Found::Nothing),
        Err(error) => (Outcome::Wrong, Found::Said(error.message)),
    }
}

async fn in_time<T>(
    asking: impl Future<Output = Result<T, OutsideError>>,
) -> Result<T, OutsideError> {
    super::onboarding::in_time(ANSWER_WITHIN, asking).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tree_has_three_leaves() {
        let mut answers = Answers::default();
        assert_eq!(answers.mode(), AccessMode::SelfBuilt);
        answers.own_platform = false;
        assert_eq!(answers.mode(), AccessMode::ExternalPlatform);
        assert!(tasks(&answers).contains(&Task::ForeignPlatform));
        assert!(!tasks(&answers).contains(&Task::Template));
        answers.issues = false;
        assert_eq!(answers.mode(), AccessMode::TaxOfficeFirst);
        assert_eq!(tasks(&answers)[0], Task::TaxOffice);
    }

    #[test]
    fn every_way_asks_for_what_it_needs_and_no_more() {
        let with = |way: Way| {
            let answers = Answers {
                ways: BTreeSet::from([way]),
                ..Answers::default()
            };
            assert_eq!(Answers::from_json(&answers.to_json()), answers);
            tasks(&answers)
        };
        assert!(with(Way::App).contains(&Task::OpenPlatformApp));
        assert!(with(Way::App).contains(&Task::AppSettings));
        assert!(with(Way::MiniProgram).contains(&Task::MiniProgramSettings));
        assert!(with(Way::MiniProgram).contains(&Task::MiniProgramPush));
        assert!(with(Way::AfterPayment).contains(&Task::PayMerchant));
        let plain = with(Way::OfficialAccount);
        assert_eq!(plain.len(), 12);
        assert_eq!(plain[0], Task::Seller);
        for way in Way::ALL {
            assert_eq!(Way::parse(way.as_str()), Some(way));
        }
    }
}
