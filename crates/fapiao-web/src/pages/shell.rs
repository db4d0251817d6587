//! What every page of the back-office has around it, and the barer frame of pages before sign-in.

use super::parts::{Badge, Choice, Copy, Event, Moment, Timeline, Tone, When};
use crate::i18n::{Lang, Texts, states};
use chrono::{DateTime, Utc};
use fapiao_domain::{
    card::CardState, delivery::DeliveryState, invoice::InvoiceState, order::OrderState,
};
use std::fmt::Display;

/// Light, dark, or as the system says; kept in the cookie `theme`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// As the system says.
    #[default]
    System,
    /// Always light.
    Light,
    /// Always dark.
    Dark,
}

impl Theme {
    /// The cookie's value, also `data-theme`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Theme::System => "system",
            Theme::Light => "light",
            Theme::Dark => "dark",
        }
    }

    /// `light` or `dark` when it does not follow the system.
    pub const fn fixed(self) -> Option<&'static str> {
        match self {
            Theme::System => None,
            Theme::Light | Theme::Dark => Some(self.as_str()),
        }
    }

    /// Whether it is that one.
    pub fn is(self, other: &Theme) -> bool {
        self == *other
    }

    /// Reads the cookie; anything else is the system's choice.
    pub fn parse(text: &str) -> Theme {
        match text {
            "light" => Theme::Light,
            "dark" => Theme::Dark,
            _ => Theme::System,
        }
    }
}

/// A place of the navigation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Section {
    /// What needs a person now, and today's figures.
    Home,
    /// Orders.
    Orders,
    /// Deliveries of all orders.
    Deliveries,
    /// Invoices.
    Invoices,
    /// Red confirmations.
    RedLetters,
    /// Jobs that need a person.
    Jobs,
    /// Import of a till's day.
    Import,
    /// Requests from payment receipts.
    Payments,
    /// Fiscal bills.
    Bills,
    /// Numbers and quota.
    Stock,
    /// Reports for finance.
    Reports,
    /// Papers compared with the ledger.
    Papers,
    /// The check-list.
    Onboarding,
    /// Legal entities.
    Sellers,
    /// Shops.
    Stores,
    /// What is sold.
    Products,
    /// Class codes and rates.
    TaxCodes,
    /// WeChat accounts.
    Accounts,
    /// Looks of cards.
    Cards,
    /// Collecting units of fiscal bills.
    FiscalUnits,
    /// Tokens and counters.
    Credentials,
    /// Merchants that we are the platform of.
    Partners,
    /// Keys of the REST API.
    ApiKeys,
    /// Received pushes.
    Inbox,
    /// People.
    Staff,
    /// The audit log.
    Audit,
    /// The proof of the ledger.
    Ledger,
    /// The comparison with WeChat.
    Reconciliation,
}

impl Section {
    /// All of them, in order of the navigation.
    pub const ALL: [Section; 28] = [
        Self::Home,
        Self::Orders,
        Self::Deliveries,
        Self::Invoices,
        Self::RedLetters,
        Self::Jobs,
        Self::Import,
        Self::Payments,
        Self::Bills,
        Self::Stock,
        Self::Reports,
        Self::Papers,
        Self::Onboarding,
        Self::Sellers,
        Self::Stores,
        Self::Products,
        Self::TaxCodes,
        Self::Accounts,
        Self::Cards,
        Self::FiscalUnits,
        Self::Credentials,
        Self::Partners,
        Self::ApiKeys,
        Self::Inbox,
        Self::Staff,
        Self::Audit,
        Self::Ledger,
        Self::Reconciliation,
    ];

    /// Its address.
    pub const fn href(self) -> &'static str {
        match self {
            Self::Home => "/admin",
            Self::Orders => "/admin/orders",
            Self::Deliveries => "/admin/deliveries",
            Self::Invoices => "/admin/invoices",
            Self::RedLetters => "/admin/red-letters",
            Self::Jobs => "/admin/jobs",
            Self::Import => "/admin/import",
            Self::Payments => "/admin/payments",
            Self::Bills => "/admin/bills",
            Self::Stock => "/admin/stock",
            Self::Reports => "/admin/reports",
            Self::Papers => "/admin/papers",
            Self::Onboarding => "/admin/onboarding",
            Self::Sellers => "/admin/sellers",
            Self::Stores => "/admin/stores",
            Self::Products => "/admin/products",
            Self::TaxCodes => "/admin/tax-codes",
            Self::Accounts => "/admin/accounts",
            Self::Cards => "/admin/cards",
            Self::FiscalUnits => "/admin/fiscal-units",
            Self::Credentials => "/admin/tokens",
            Self::Partners => "/admin/partners",
            Self::ApiKeys => "/admin/keys",
            Self::Inbox => "/admin/inbox",
            Self::Staff => "/admin/staff",
            Self::Audit => "/admin/audit",
            Self::Ledger => "/admin/ledger",
            Self::Reconciliation => "/admin/reconciliation",
        }
    }

    const fn label(self, t: &'static Texts) -> &'static str {
        match self {
            Self::Home => t.nav.home,
            Self::Orders => t.nav.orders,
            Self::Deliveries => t.reconciliation.nav_deliveries,
            Self::Invoices => t.nav.invoices,
            Self::RedLetters => t.red.list,
            Self::Jobs => t.nav.jobs,
            Self::Import => t.nav.import,
            Self::Payments => t.payment.nav,
            Self::Bills => t.fiscal.title,
            Self::Stock => t.nav.stock,
            Self::Reports => t.nav.reports,
            Self::Papers => t.nav.papers,
            Self::Onboarding => t.nav.onboarding,
            Self::Sellers => t.nav.sellers,
            Self::Stores => t.nav.stores,
            Self::Products => t.nav.products,
            Self::TaxCodes => t.tax_codes.title,
            Self::Accounts => t.nav.accounts,
            Self::Cards => t.nav.cards,
            Self::FiscalUnits => t.fiscal_unit.title,
            Self::Credentials => t.nav.credentials,
            Self::Partners => t.gateway.partners,
            Self::ApiKeys => t.nav.api_keys,
            Self::Inbox => t.nav.inbox,
            Self::Staff => t.nav.staff,
            Self::Audit => t.nav.audit,
            Self::Ledger => t.nav.ledger,
            Self::Reconciliation => t.reconciliation.title,
        }
    }

    /// What people do there: work, money, set up, build, keep.
    const fn group(self, t: &'static Texts) -> &'static str {
        match self {
            Self::Home
            | Self::Orders
            | Self::Deliveries
            | Self::Invoices
            | Self::RedLetters
            | Self::Jobs
            | Self::Import
            | Self::Payments
            | Self::Bills => t.nav.work,
            Self::Stock | Self::Reports | Self::Papers => t.nav.money,
            Self::Onboarding
            | Self::Sellers
            | Self::Stores
            | Self::Products
            | Self::TaxCodes
            | Self::Accounts
            | Self::Cards
            | Self::FiscalUnits => t.nav.set_up,
            Self::Credentials | Self::Partners | Self::ApiKeys | Self::Inbox => t.nav.build,
            Self::Staff | Self::Audit | Self::Ledger | Self::Reconciliation => t.nav.keep,
        }
    }
}

/// A message about what was just done, shown once after a redirect.
#[derive(Clone, Debug)]
pub struct Flash {
    /// The colour of its edge.
    pub tone: Tone,
    /// What happened, to which thing.
    pub text: String,
}

/// Who is signed in.
#[derive(Clone, Debug)]
pub struct Person {
    /// The name.
    pub name: String,
    /// The role, in words.
    pub role: String,
}

/// The frame of a back-office page.
#[derive(Clone, Debug)]
pub struct Shell {
    /// The reader's language.
    pub lang: Lang,
    /// Its words.
    pub t: &'static Texts,
    /// Light or dark.
    pub theme: Theme,
    /// Where this page is in the navigation; `None` on pages outside it.
    pub section: Option<Section>,
    /// What this person may open.
    pub sections: Vec<Section>,
    /// Jobs that need a person, shown in the navigation.
    pub needs_person: u64,
    /// Whether this installation works against sandboxes: the strip says so on every page.
    pub sandbox: bool,
    /// Who is signed in.
    pub person: Person,
    /// Stores to switch between (value is the store id, empty for all); empty hides the switch.
    pub stores: Vec<Choice>,
    /// The chosen store's value.
    pub store: String,
    /// What was searched for.
    pub search: String,
    /// What was just done.
    pub flash: Option<Flash>,
    /// The session's token, hidden in every form as `csrf`.
    pub csrf: String,
    /// This page's path and query: where the switches come back to.
    pub here: String,
    /// What the clock says now.
    pub now: DateTime<Utc>,
}

/// A group of the navigation with its entries.
#[derive(Debug)]
pub struct NavGroup {
    /// "Work", "Money", "Set-up", "Build", "Keep".
    pub label: &'static str,
    /// Address, word, whether open, count (0 shows none).
    pub entries: Vec<NavEntry>,
}

/// One entry of the navigation.
#[derive(Debug)]
pub struct NavEntry {
    /// Its address.
    pub href: &'static str,
    /// Its word.
    pub label: &'static str,
    /// Whether it is the open one.
    pub current: bool,
    /// Shown beside it when above 0.
    pub count: u64,
}

impl Shell {
    /// The navigation, in groups, only what this person may open.
    pub fn nav(&self) -> Vec<NavGroup> {
        let mut groups: Vec<NavGroup> = Vec::new();
        for section in Section::ALL {
            if !self.sections.contains(&section) {
                continue;
            }
            let label = section.group(self.t);
            let entry = NavEntry {
                href: section.href(),
                label: section.label(self.t),
                current: self.section == Some(section),
                count: if section == Section::Jobs {
                    self.needs_person
                } else {
                    0
                },
            };
            match groups.last_mut() {
                Some(group) if group.label == label => group.entries.push(entry),
                _ => groups.push(NavGroup {
                    label,
                    entries: vec![entry],
                }),
            }
        }
        groups
    }

    /// An instant as this reader sees it.
    pub const fn when(&self, at: DateTime<Utc>) -> When {
        When {
            at,
            now: self.now,
            lang: self.lang,
        }
    }

    /// A delivery's state as a badge.
    pub const fn delivery(&self, state: DeliveryState) -> Badge {
        states::delivery(self.t, state)
    }

    /// An invoice's state as a badge.
    pub const fn invoice(&self, state: InvoiceState) -> Badge {
        states::invoice(self.t, state)
    }

    /// A card's state as a badge.
    pub const fn card(&self, state: CardState) -> Badge {
        states::card(self.t, state)
    }

    /// An order's state as a badge.
    pub const fn order(&self, state: OrderState) -> Badge {
        states::order(self.t, state)
    }

    /// The choices of light and dark, with their words.
    pub const fn themes(&self) -> [(Theme, &'static str); 3] {
        let t = &self.t.common;
        [
            (Theme::System, t.theme_system),
            (Theme::Light, t.theme_light),
            (Theme::Dark, t.theme_dark),
        ]
    }

    /// A count with its thousands apart: `18,342`.
    pub fn number(&self, count: impl Display) -> String {
        thousands(&count.to_string())
    }

    /// Now, printed exactly.
    pub const fn today(&self) -> Moment {
        Moment(self.now)
    }

    /// A timeline, newest first.
    pub const fn timeline<'a>(&self, events: &'a [Event]) -> Timeline<'a> {
        Timeline { t: self.t, events }
    }

    /// A text with a copy button; `id` names it on the page.
    pub const fn copy<'a>(&self, id: &'a str, text: &'a str) -> Copy<'a> {
        Copy {
            t: self.t,
            id,
            text,
        }
    }

    /// The chosen store's name, for the switch.
    pub fn store_label(&self) -> &str {
        let chosen = self.stores.iter().find(|it| it.value == self.store);
        chosen.map_or(self.t.nav.all_stores, |it| it.label.as_str())
    }

    /// This page's address, ready for a query.
    pub fn here_encoded(&self) -> String {
        encode(&self.here)
    }
}

/// The frame of pages outside the back-office: sign-in, failures before it.
#[derive(Clone, Debug)]
pub struct Bare {
    /// The reader's language.
    pub lang: Lang,
    /// Its words.
    pub t: &'static Texts,
    /// Light or dark.
    pub theme: Theme,
    /// Whether this installation works against sandboxes.
    pub sandbox: bool,
    /// This page's path and query: where the language switch comes back to.
    pub here: String,
}

impl Bare {
    /// This page's address, ready for a query.
    pub fn here_encoded(&self) -> String {
        encode(&self.here)
    }
}

/// Sets the thousands of a whole number apart.
pub(super) fn thousands(number: &str) -> String {
    let (sign, digits) = match number.strip_prefix('-') {
        Some(digits) => ("\u{2212}", digits),
        None => ("", number),
    };
    let mut out = sign.to_owned();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Percent-encodes a value of a query.
pub fn encode(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_stand_apart() {
        for (number, shown) in [
            ("0", "0"),
            ("999", "999"),
            ("18342", "18,342"),
            ("-1000", "\u{2212}1,000"),
        ] {
            assert_eq!(thousands(number), shown);
        }
    }
}
