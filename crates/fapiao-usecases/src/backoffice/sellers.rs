//! Sellers as they are typed.

use super::{SettingError, texts::Reading};
use crate::{
    actor::Actor,
    ids::fresh,
    jobs::{Job, QueuedJob},
    platform::template::templates_to_make,
    ports::Ports,
    records::{AccountKind, InvoiceRules, IssuingMode, Seller},
    typed::plain_number,
};
use fapiao_domain::{
    ids::{AccountId, Id, SellerId},
    money::Fen,
    party::SellerParty,
    uscc::{check_tax_number, normalise_tax_number},
};
use std::collections::BTreeSet;

/// Most numbers of one fetch.
const FETCH_MAX: i64 = 5000;
/// Below this limit an order would become a heap of invoices: ¥100.00, in fen.
const LIMIT_MIN: i64 = 10_000;
/// Longest short name: what fits on a card.
const SHORT_NAME_MAX: usize = 9;

/// A seller as typed.
#[derive(Clone, Debug, Default)]
pub struct SellerDraft {
    /// Full legal name.
    pub name: String,
    /// Name on cards.
    pub short_name: String,
    /// Tax number.
    pub tax_number: String,
    /// Two digits of the province.
    pub province: String,
    /// Address.
    pub address: String,
    /// Telephone.
    pub phone: String,
    /// Bank.
    pub bank: String,
    /// Account number.
    pub bank_account: String,
    /// Issuing clerk.
    pub drawer: String,
    /// Payee clerk.
    pub payee: String,
    /// Reviewer.
    pub reviewer: String,
    /// A mode's stored name.
    pub mode: String,
    /// An account id, or empty.
    pub platform_account: String,
    /// An account id, or empty.
    pub channel_account: String,
    /// An open-platform app's id, or empty.
    pub app_account: String,
    /// A mini program's id, or empty.
    pub mini_program_account: String,
    /// Numbers are fetched below this.
    pub numbers_low: String,
    /// How many at once.
    pub numbers_fetch: String,
    /// Quota is fetched below this, yuan.
    pub quota_low: String,
    /// How much at once, yuan.
    pub quota_fetch: String,
    /// Most net amount of one invoice, yuan; empty for no limit.
    pub invoice_limit: String,
    /// Most lines of one invoice; empty for what the tax side advises.
    pub invoice_lines: String,
    /// Whether the banks of both sides are printed.
    pub shows_banks: bool,
}

/// Saves a seller; `before` is `None` for a new one, and carries the version that was read otherwise. Queues what a
/// changed seller needs: its accounts, its card templates (of the new payee after a change of name), tax data and stock.
///
/// # Errors
/// [`SettingError`].
pub async fn save_seller(
    ports: &Ports,
    actor: &Actor,
    before: Option<&Seller>,
    draft: &SellerDraft,
) -> Result<Seller, SettingError> {
    let accounts: Vec<(AccountId, AccountKind)> = ports
        .store
        .accounts()
        .await?
        .into_iter()
        .map(|it| (it.id, it.kind))
        .collect();
    let mut seller = read(draft, &accounts)?;
    let same_number = |it: &Seller| it.party.tax_number == seller.party.tax_number;
    let others = ports.store.sellers().await?;
    if others
        .iter()
        .any(|it| same_number(it) && before.is_none_or(|before| before.id != it.id))
    {
        return Err(super::texts::one(
            "tax_number",
            "E_SELLER_TAKEN",
            "another seller has this tax number",
        ));
    }
    match before {
        Some(before) => {
            seller.id = before.id.clone();
            seller.version = before.version;
        }
        None => seller.id = fresh(ports.clock.now()),
    }
    let mut then = what_follows(&seller);
    then.extend(templates_to_make(ports, &seller).await?);
    ports.store.save_seller_then(&seller, then, actor).await?;
    Ok(seller)
}

/// What a saved seller needs beside its card templates; each is harmless to repeat.
fn what_follows(seller: &Seller) -> Vec<QueuedJob> {
    let mut jobs = Vec::new();
    let mut push = |job| jobs.push(QueuedJob::now(job, Some(seller.id.clone())));
    let accounts: BTreeSet<&AccountId> = [
        &seller.platform_account,
        &seller.channel_account,
        &seller.app_account,
        &seller.mini_program_account,
    ]
    .into_iter()
    .flatten()
    .collect();
    for account in accounts {
        push(Job::PrepareAccount(account.clone()));
    }
    push(Job::SyncTaxData(seller.id.clone()));
    push(Job::RefillStock(seller.id.clone()));
    jobs
}

fn read(
    draft: &SellerDraft,
    accounts: &[(AccountId, AccountKind)],
) -> Result<Seller, SettingError> {
    let mut reading = Reading::default();
    let party = SellerParty {
        name: reading.required("name", &draft.name, 100),
        tax_number: normalise_tax_number(&draft.tax_number),
        address: reading.optional("address", &draft.address, 100),
        phone: reading.optional("phone", &draft.phone, 40),
        bank: reading.optional("bank", &draft.bank, 80),
        bank_account: reading.optional("bank_account", &draft.bank_account, 40),
        taxpayer: None,
    };
    if let Err(error) = check_tax_number(&party.tax_number) {
        let message = match &error.suggestion {
            Some(suggestion) => format!("{} (perhaps {suggestion})", error.message),
            None => error.message.clone(),
        };
        reading.wrong("tax_number", error.code, message);
    }
    let short_name = reading.required("short_name", &draft.short_name, SHORT_NAME_MAX);
    let province = draft.province.trim().to_owned();
    if province.len() != 2 || !province.bytes().all(|it| it.is_ascii_digit()) {
        reading.wrong("province", "E_PROVINCE", "two digits, such as 33");
    }
    let drawer = reading.required("drawer", &draft.drawer, 16);
    let payee = reading.optional("payee", &draft.payee, 16);
    let reviewer = reading.optional("reviewer", &draft.reviewer, 16);
    let mode = IssuingMode::parse(&draft.mode);
    if mode.is_none() {
        reading.wrong("mode", "E_CHOICE", "choose one from the list");
    }
    let mut account = |field: &str, text: &str, kind: Option<AccountKind>| {
        account(&mut reading, field, text, kind, accounts)
    };
    let platform_account = account("platform_account", &draft.platform_account, None);
    let channel_account = account("channel_account", &draft.channel_account, None);
    let kind = Some(AccountKind::OpenPlatformApp);
    let app_account = account("app_account", &draft.app_account, kind);
    let kind = Some(AccountKind::MiniProgram);
    let mini_program_account = account("mini_program_account", &draft.mini_program_account, kind);
    let numbers_low = reading.whole("numbers_low", &draft.numbers_low, 1, 1_000_000);
    let numbers_fetch = reading.whole("numbers_fetch", &draft.numbers_fetch, 1, FETCH_MAX);
    let quota_low = amount(&mut reading, "quota_low", &draft.quota_low);
    let quota_fetch = amount(&mut reading, "quota_fetch", &draft.quota_fetch);
    if quota_fetch <= Fen::ZERO {
        reading.wrong("quota_fetch", "E_AMOUNT", "an amount above zero");
    }
    let rules = rules(&mut reading, draft);
    let seller = mode.map(|mode| Seller {
        id: SellerId::from_ulid("00000000000000000000000000"),
        party,
        short_name,
        province,
        drawer,
        payee,
        reviewer,
        mode,
        platform_account,
        channel_account,
        app_account,
        mini_program_account,
        numbers_low: u32::try_from(numbers_low).unwrap_or(u32::MAX),
        numbers_fetch: u32::try_from(numbers_fetch).unwrap_or(u32::MAX),
        quota_low,
        quota_fetch,
        rules,
        version: 1,
    });
    reading.end(seller)
}

/// An account as chosen, of a kind where only one will do.
fn account(
    reading: &mut Reading,
    field: &str,
    text: &str,
    kind: Option<AccountKind>,
    known: &[(AccountId, AccountKind)],
) -> Option<AccountId> {
    if text.is_empty() {
        return None;
    }
    let fits = |id: &AccountId| {
        let mut all = known.iter();
        all.any(|(known, is)| known == id && kind.is_none_or(|kind| kind == *is))
    };
    let id = AccountId::parse(text).ok().filter(fits);
    if id.is_none() {
        reading.wrong(field, "E_CHOICE", "choose one from the list");
    }
    id
}

/// What one invoice may hold, and what its remark shows.
fn rules(reading: &mut Reading, draft: &SellerDraft) -> InvoiceRules {
    let usual = InvoiceRules::default();
    let limit = match draft.invoice_limit.trim() {
        "" => None,
        text => Some(amount(reading, "invoice_limit", text)),
    };
    if limit.is_some_and(|it| it.get() < LIMIT_MIN) {
        let message = "at least 100.00, or empty for no limit of one invoice";
        reading.wrong("invoice_limit", "E_INVOICE_LIMIT", message);
    }
    let lines = match draft.invoice_lines.trim() {
        "" => i64::from(usual.lines),
        text => reading.whole("invoice_lines", text, 2, i64::from(usual.lines)),
    };
    InvoiceRules {
        limit,
        lines: u32::try_from(lines).unwrap_or(usual.lines),
        shows_banks: draft.shows_banks,
    }
}

fn amount(reading: &mut Reading, field: &str, text: &str) -> Fen {
    match Fen::parse_yuan(&plain_number(text)) {
        Ok(amount) if amount >= Fen::ZERO => amount,
        Ok(_) | Err(_) => {
            reading.wrong(
                field,
                "E_AMOUNT",
                "an amount like 50000 or 50000.00, not negative",
            );
            Fen::ZERO
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft() -> SellerDraft {
        SellerDraft {
            name: "上海示例商贸有限公司".to_owned(),
            short_name: "示例商贸".to_owned(),
            tax_number: "91310000ma1fl0007c".to_owned(),
            province: "31".to_owned(),
            drawer: "王会计".to_owned(),
            mode: "self_built".to_owned(),
            numbers_low: "1,000".to_owned(),
            numbers_fetch: "5000".to_owned(),
            quota_low: "5,000,000".to_owned(),
            quota_fetch: "20000000.00".to_owned(),
            ..SellerDraft::default()
        }
    }

    #[test]
    fn a_seller_is_read_with_its_number_in_capitals() {
        let seller = read(&draft(), &[]).unwrap();
        assert_eq!(seller.party.tax_number, "91310000MA1FL0007C");
        assert_eq!((seller.numbers_low, seller.numbers_fetch), (1000, 5000));
        assert_eq!(seller.quota_fetch.to_string(), "20000000.00");
        let kinds: Vec<_> = what_follows(&seller)
            .iter()
            .map(|it| it.job.kind())
            .collect();
        assert_eq!(kinds, ["sync_tax_data", "refill_stock"]);
    }

    #[test]
    fn every_wrong_field_is_named() {
        let wrong = SellerDraft {
            tax_number: "91310000MA1FL0007D".to_owned(),
            province: "Shanghai".to_owned(),
            short_name: "一二三四五六七八九十".to_owned(),
            platform_account: "acc_none".to_owned(),
            numbers_fetch: "5001".to_owned(),
            quota_low: "-1".to_owned(),
            ..draft()
        };
        let Err(SettingError::Invalid(errors)) = read(&wrong, &[]) else {
            panic!("accepted")
        };
        let fields: Vec<_> = errors.iter().map(|it| it.pointer.as_str()).collect();
        assert_eq!(
            fields,
            [
                "/tax_number",
                "/short_name",
                "/province",
                "/platform_account",
                "/numbers_fetch",
                "/quota_low"
            ]
        );
    }
}
