//! Sellers: who issues.

use super::{
    field::Errors,
    parts::{Badge, Choice, Empty, Gauge, Link},
    shell::Shell,
};
use askama::Template;
use fapiao_domain::money::Fen;
use serde::Deserialize;

/// `/admin/sellers`.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/seller_list.html")]
pub struct SellerListPage {
    /// The frame.
    pub shell: Shell,
    /// All of them.
    pub rows: Vec<SellerRow>,
    /// Whether this person may change them.
    pub can_edit: bool,
}

/// One seller.
#[derive(Clone, Debug)]
pub struct SellerRow {
    /// Its page.
    pub href: String,
    /// Its legal name.
    pub name: String,
    /// Its tax number.
    pub tax_number: String,
    /// The issuing mode, in words.
    pub mode: &'static str,
    /// How many stores it has.
    pub stores: u64,
    /// Numbers left.
    pub numbers_left: i64,
    /// Numbers in the running segments.
    pub numbers_whole: i64,
    /// Quota left this month.
    pub quota_left: Fen,
    /// Whether everything an invoice needs is there.
    pub state: Badge,
}

impl SellerRow {
    fn gauge(&self) -> Gauge {
        Gauge::left(self.numbers_left, self.numbers_whole)
    }
}

impl SellerListPage {
    fn empty(&self) -> Empty {
        let t = &self.shell.t.seller;
        let action = self
            .can_edit
            .then(|| Link::new(t.new, "/admin/sellers/new"));
        Empty::new(t.none, t.none_why, action)
    }
}

/// `/admin/sellers/new` and `/admin/sellers/{id}`.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/seller_edit.html")]
pub struct SellerEditPage {
    /// The frame.
    pub shell: Shell,
    /// The address of the form: the thing's own, or the list's for a new one.
    pub action: String,
    /// Whether it is a new one.
    pub is_new: bool,
    /// What was typed or stands.
    pub form: SellerForm,
    /// What is wrong with it.
    pub errors: Errors,
    /// Issuing modes.
    pub modes: Vec<Choice>,
    /// WeChat accounts, the first with an empty value for none.
    pub accounts: Vec<Choice>,
    /// Open-platform apps to choose from.
    pub apps: Vec<Choice>,
    /// Mini programs to choose from.
    pub mini_programs: Vec<Choice>,
}

/// A seller as typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct SellerForm {
    /// The row version that was read; empty for a new seller.
    pub version: String,
    /// Full legal name.
    pub name: String,
    /// Name on cards, at most 9 characters.
    pub short_name: String,
    /// Tax number.
    pub tax_number: String,
    /// Two digits of the province.
    pub province: String,
    /// Registered address.
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
    /// Issuing mode, stored name.
    pub mode: String,
    /// The account that inserts, its id.
    pub platform_account: String,
    /// The account whose pages buyers see, its id.
    pub channel_account: String,
    /// The app its buyers come from, its id.
    pub app_account: String,
    /// The mini program its buyers come from, its id.
    pub mini_program_account: String,
    /// Numbers are fetched when fewer than this are left.
    pub numbers_low: String,
    /// How many numbers are fetched at once.
    pub numbers_fetch: String,
    /// Quota is fetched when less than this is left, in yuan.
    pub quota_low: String,
    /// How much quota is fetched at once, in yuan.
    pub quota_fetch: String,
    /// Most net amount of one invoice, in yuan; empty for no limit.
    pub invoice_limit: String,
    /// Most lines of one invoice.
    pub invoice_lines: String,
    /// `yes` when the banks of both sides are printed.
    pub shows_banks: String,
}
