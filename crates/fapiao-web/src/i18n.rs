//! The words of the product in its two languages.
//!
//! A text is a field: a name that does not exist, or a language that lacks it, does not compile.
//! Templates write `t.order.title`. Places for values are `{0}`, `{1}`, filled in by [`fill`]; a
//! test sees to it that both languages have the same ones.

mod access;
mod acts;
mod archive;
mod back_office;
mod bill_payer;
mod books;
mod closing;
mod code_rates;
mod console;
pub mod documents;
mod findings;
mod fiscal;
mod gateway;
mod outside;
mod page_refusals;
mod paper;
mod parts;
mod payments;
pub mod policies;
mod quota;
mod red;
mod red_buyer;
mod red_correct;
mod red_forms;
mod red_plan;
mod red_use;
mod refunds;
mod refusals;
mod rules;
mod set_up;
mod special;
pub mod states;
mod taxes;
mod unified;
mod watch;

pub use access::Access;
pub use acts::{Act, Column, JobKind, Stand, Steps, Told};
pub use archive::{Matching, Paper, Proof, Report};
pub use back_office::{
    Common, Delivery, Form, Home, Import, Invoice, Job, Line, Nav, Order, Time, Title,
};
pub use bill_payer::BillPayer;
pub use books::Books;
pub use closing::Closing;
pub use code_rates::CodeRates;
pub use console::{BuyerForm, CardLook, Credential};
pub use documents::DocumentWords;
pub use findings::FindingWords;
pub use fiscal::{FiscalActs, FiscalStand, FiscalUnitWords, FiscalWords};
pub use gateway::Gateway;
pub use outside::{Buyer, Fault, KeptWords, Mail, SignIn};
pub use page_refusals::PageRefusal;
pub use paper::Signing;
pub use parts::Parts;
pub use payments::Payment;
pub use policies::Policies;
pub use quota::QuotaWords;
pub use red::Red;
pub use red_buyer::RedBuyer;
pub use red_correct::RedCorrect;
pub use red_forms::{RedActs, RedFormWords};
pub use red_plan::RedPlan;
pub use red_use::RedUse;
pub use refunds::RefundWords;
pub use refusals::Refusals;
pub use rules::{Outlook, Rounding, TaxCodes, TaxNotes, TitleNotes};
pub use set_up::{
    Account, Audit, Inbox, Key, Ledger, Onboarding, Product, Seller, Staff, Stock, Store,
};
pub use special::Special;
pub use states::State;
pub use taxes::{Attach, Month, TaxSide, Window};
pub use unified::Unified;
pub use watch::{Checks, Push, Reconciliation, SelfTest};

use std::fmt::Display;

/// A language of the product.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Lang {
    /// 简体中文, the first language.
    #[default]
    Zh,
    /// English.
    En,
}

impl Lang {
    /// Both.
    pub const ALL: [Lang; 2] = [Lang::Zh, Lang::En];

    /// For `lang` attributes, the cookie `lang` and the switch.
    pub const fn tag(self) -> &'static str {
        match self {
            Lang::Zh => "zh-CN",
            Lang::En => "en",
        }
    }

    /// What it calls itself.
    pub const fn name(self) -> &'static str {
        match self {
            Lang::Zh => "中文",
            Lang::En => "English",
        }
    }

    /// The one to switch to.
    pub const fn other(self) -> Lang {
        match self {
            Lang::Zh => Lang::En,
            Lang::En => Lang::Zh,
        }
    }

    /// Reads a tag; only the language counts, so `zh-Hans-CN` and `en-GB` are read too.
    pub fn parse(tag: &str) -> Option<Lang> {
        match tag.trim().split(['-', '_']).next() {
            Some(it) if it.eq_ignore_ascii_case("zh") => Some(Lang::Zh),
            Some(it) if it.eq_ignore_ascii_case("en") => Some(Lang::En),
            _ => None,
        }
    }

    /// The first language of an `Accept-Language` header that we have; Chinese when there is none.
    pub fn accept(header: &str) -> Lang {
        let tags = header.split(',').filter_map(|it| it.split(';').next());
        tags.filter_map(Lang::parse).next().unwrap_or_default()
    }
}

/// Puts values into the places `{0}`, `{1}` … of a text.
pub fn fill(text: &str, values: &[&dyn Display]) -> String {
    let mut out = text.to_owned();
    for (index, value) in values.iter().enumerate() {
        out = out.replace(&format!("{{{index}}}"), &value.to_string());
    }
    out
}

/// [`fill`] with one value, for templates.
pub fn fill1(text: &str, value: impl Display) -> String {
    fill(text, &[&value])
}

/// [`fill`] with two values, for templates.
pub fn fill2(text: &str, first: impl Display, second: impl Display) -> String {
    fill(text, &[&first, &second])
}

/// Declares a group of texts: one field each, with the Chinese and the English words.
macro_rules! texts {
    ($(#[$doc:meta])* $name:ident { $($key:ident: $zh:literal, $en:literal;)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub struct $name {
            $(#[doc = concat!("`", $zh, "`")] pub $key: &'static str,)*
        }

        impl $name {
            pub(crate) const ZH: $name = $name { $($key: $zh,)* };
            pub(crate) const EN: $name = $name { $($key: $en,)* };
            #[cfg(test)]
            pub(crate) const PAIRS: &'static [(&'static str, &'static str, &'static str)] =
                &[$((concat!(stringify!($name), ".", stringify!($key)), $zh, $en),)*];
        }
    };
}
pub(crate) use texts;

macro_rules! catalogue {
    ($($field:ident: $group:ident,)*) => {
        /// All words of one language.
        #[derive(Clone, Copy, Debug)]
        pub struct Texts {
            $(#[doc = concat!("See [`", stringify!($group), "`].")] pub $field: $group,)*
        }

        static ZH: Texts = Texts { $($field: $group::ZH,)* };
        static EN: Texts = Texts { $($field: $group::EN,)* };

        impl Texts {
            /// The words of a language.
            pub fn of(lang: Lang) -> &'static Texts {
                match lang {
                    Lang::Zh => &ZH,
                    Lang::En => &EN,
                }
            }

            #[cfg(test)]
            fn pairs() -> impl Iterator<Item = &'static (&'static str, &'static str, &'static str)> {
                [$($group::PAIRS,)*].into_iter().flatten()
            }
        }
    };
}

catalogue! {
    common: Common,
    nav: Nav,
    form: Form,
    time: Time,
    state: State,
    home: Home,
    order: Order,
    line: Line,
    title: Title,
    delivery: Delivery,
    invoice: Invoice,
    job: Job,
    import: Import,
    seller: Seller,
    store: Store,
    account: Account,
    onboarding: Onboarding,
    access: Access,
    buyer_form: BuyerForm,
    card_look: CardLook,
    credential: Credential,
    product: Product,
    staff: Staff,
    key: Key,
    stock: Stock,
    ledger: Ledger,
    report: Report,
    matching: Matching,
    finding: FindingWords,
    books: Books,
    closing: Closing,
    paper: Paper,
    proof: Proof,
    inbox: Inbox,
    payment: Payment,
    page_refusal: PageRefusal,
    audit: Audit,
    sign_in: SignIn,
    fault: Fault,
    buyer: Buyer,
    bill_payer: BillPayer,
    mail: Mail,
    act: Act,
    job_kind: JobKind,
    stand: Stand,
    told: Told,
    steps: Steps,
    column: Column,
    rounding: Rounding,
    parts: Parts,
    policies: Policies,
    code_rates: CodeRates,
    special: Special,
    outlook: Outlook,
    signing: Signing,
    red: Red,
    red_form: RedFormWords,
    red_acts: RedActs,
    refund_words: RefundWords,
    red_buyer: RedBuyer,
    red_correct: RedCorrect,
    red_use: RedUse,
    red_plan: RedPlan,
    gateway: Gateway,
    unified: Unified,
    push: Push,
    refusals: Refusals,
    self_test: SelfTest,
    tax_codes: TaxCodes,
    title_notes: TitleNotes,
    tax_notes: TaxNotes,
    reconciliation: Reconciliation,
    checks: Checks,
    tax_side: TaxSide,
    quota: QuotaWords,
    document: DocumentWords,
    month: Month,
    attach: Attach,
    window: Window,
    fiscal: FiscalWords,
    kept: KeptWords,
    fiscal_stand: FiscalStand,
    fiscal_unit: FiscalUnitWords,
    fiscal_acts: FiscalActs,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(text: &str) -> Vec<&str> {
        let mut found: Vec<&str> = text
            .match_indices('{')
            .filter_map(|(at, _)| text[at..].split_inclusive('}').next())
            .collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    #[test]
    fn both_languages_say_something_with_the_same_places() {
        let mut count = 0;
        for (key, zh, en) in Texts::pairs() {
            assert!(
                !zh.trim().is_empty() && !en.trim().is_empty(),
                "{key} is empty"
            );
            assert_eq!(places(zh), places(en), "{key}");
            let chinese = |it: &str| it.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
            assert!(!chinese(en), "{key}: the English text holds Chinese: {en}");
            count += 1;
        }
        assert!(count > 300, "{count}");
    }

    #[test]
    fn a_reader_gets_the_first_language_we_have() {
        assert_eq!(Lang::accept("fr-CH, en;q=0.8, zh;q=0.5"), Lang::En);
        assert_eq!(Lang::accept("zh-Hans-CN,zh;q=0.9"), Lang::Zh);
        assert_eq!(Lang::accept(""), Lang::Zh);
        for lang in Lang::ALL {
            assert_eq!(Lang::parse(lang.tag()), Some(lang));
        }
    }

    #[test]
    fn values_go_where_the_text_wants_them() {
        assert_eq!(fill("{1} of {0}", &[&7, &"three"]), "three of 7");
    }
}
