//! Lists: the address is the filter. Pages are turned by key; the way back travels in the address, too.

use super::pieces::kind_short;
use crate::{
    i18n::{Texts, fill1},
    pages::{
        orders::ListFilter,
        parts::{Chip, Choice, Pager},
        shell::encode,
    },
};
use actix_web::HttpRequest;
use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, Utc};
use fapiao_domain::{
    ids::{Id, SellerId, StoreId},
    invoice::{InvoiceKind, InvoiceState},
    order::OrderState,
};
use fapiao_usecases::ports::{InvoiceFilter, OrderFilter};

/// The list of invoices.
pub(super) const INVOICES: &str = "/admin/invoices";
/// The list of fiscal bills.
pub(super) const BILLS: &str = "/admin/bills";
/// Rows of a page.
pub(super) const ROWS: u32 = 50;
/// Rows of a file at most; the reports hold whole years.
pub(super) const ROWS_OF_A_FILE: usize = 20_000;
/// More pages back than this are not kept in an address.
const TRAIL_MAX: usize = 40;
/// The store counts up to here.
const COUNTED: u32 = 10_000;

/// A list's address, read.
#[derive(Clone, Debug, Default)]
pub(super) struct Listing {
    path: &'static str,
    pub(super) filter: ListFilter,
    /// The member that holds `filter.store`: `store` or `seller`.
    place: &'static str,
    pub(super) after: Option<String>,
    trail: Vec<String>,
}

impl Listing {
    /// Reads an address.
    pub(super) fn of(request: &HttpRequest, path: &'static str, place: &'static str) -> Listing {
        Listing::read(request.query_string(), path, place)
    }

    fn read(query: &str, path: &'static str, place: &'static str) -> Listing {
        let mut it = Listing {
            path,
            place,
            ..Listing::default()
        };
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            let value: String = value.trim().chars().take(200).collect();
            match &*name {
                "q" => it.filter.q = value,
                "state" => it.filter.state = value,
                // Only invoices are of a kind.
                "kind" if path == INVOICES && InvoiceKind::parse(&value).is_some() => {
                    it.filter.kind = value;
                }
                // Only fiscal bills are void.
                "void" if path == BILLS && matches!(value.as_str(), "yes" | "no") => {
                    it.filter.void = value;
                }
                "from" if date(&value).is_some() => it.filter.from = value,
                "to" if date(&value).is_some() => it.filter.to = value,
                "after" if !value.is_empty() => it.after = Some(value),
                name if name == place => it.filter.store = value,
                _ => {}
            }
        }
        // The trail may be long: it is read whole.
        let trail = url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "trail");
        if let Some((_, trail)) = trail {
            it.trail = trail
                .split('.')
                .map(str::to_owned)
                .take(TRAIL_MAX)
                .collect();
        }
        it
    }

    /// The first moment of the filter.
    pub(super) fn from(&self) -> Option<DateTime<Utc>> {
        date(&self.filter.from).map(midnight)
    }

    /// The moment after its last day.
    pub(super) fn until(&self) -> Option<DateTime<Utc>> {
        let next = date(&self.filter.to)?.checked_add_days(Days::new(1))?;
        Some(midnight(next))
    }

    /// The list at its first page.
    pub(super) fn here(&self) -> String {
        self.address(&self.filter)
    }

    /// What the list of orders asks the ledger for.
    pub(super) fn orders(&self) -> OrderFilter {
        OrderFilter {
            text: self.filter.q.clone(),
            state: OrderState::parse(&self.filter.state),
            delivery_state: None,
            store: StoreId::parse(&self.filter.store).ok(),
            from: self.from(),
            until: self.until(),
            after: self.after.clone(),
            limit: ROWS,
        }
    }

    /// What the list of invoices asks the ledger for.
    pub(super) fn invoices(&self) -> InvoiceFilter {
        InvoiceFilter {
            text: self.filter.q.clone(),
            state: InvoiceState::parse(&self.filter.state),
            kind: InvoiceKind::parse(&self.filter.kind),
            seller: SellerId::parse(&self.filter.store).ok(),
            store: None,
            from: self.from(),
            until: self.until(),
            after: self.after.clone(),
            limit: ROWS,
        }
    }

    /// The list's address with this filter, at its first page.
    fn address(&self, filter: &ListFilter) -> String {
        let members = [
            ("q", &filter.q),
            ("state", &filter.state),
            ("kind", &filter.kind),
            (self.place, &filter.store),
            ("from", &filter.from),
            ("to", &filter.to),
            ("void", &filter.void),
        ];
        let mut out = self.path.to_owned();
        for (name, value) in members {
            if !value.is_empty() && !name.is_empty() {
                push(&mut out, name, value);
            }
        }
        out
    }

    /// The ways to the pages before and after.
    pub(super) fn pager(&self, next: Option<String>, shown: usize) -> Pager {
        let address = |after: Option<&str>, trail: &[String]| {
            let mut out = self.address(&self.filter);
            if let Some(after) = after.filter(|it| !it.is_empty()) {
                push(&mut out, "after", after);
                if !trail.is_empty() {
                    push(&mut out, "trail", &trail.join("."));
                }
            }
            out
        };
        let previous = self.after.as_ref().map(|_| match self.trail.split_last() {
            Some((last, rest)) => address(Some(last), rest),
            None => address(None, &[]),
        });
        let next = next.map(|next| {
            let mut trail = self.trail.clone();
            trail.extend(self.after.clone());
            let start = trail.len().saturating_sub(TRAIL_MAX);
            address(Some(&next), &trail[start..])
        });
        Pager {
            previous,
            next,
            shown,
        }
    }

    /// The filters that are set, each with the list without it. `state` and `store` are named by their choices.
    pub(super) fn chips(&self, t: &Texts, states: &[Choice], stores: &[Choice]) -> Vec<Chip> {
        // What is none of the choices does not filter, and is not said to.
        let name = |choices: &[Choice], value: &str| {
            let found = choices
                .iter()
                .find(|it| it.value == value && !value.is_empty());
            found.map(|it| it.label.clone())
        };
        let mut chips = Vec::new();
        let mut chip = |label: String, clear: fn(&mut ListFilter) -> &mut String| {
            let mut without = self.filter.clone();
            if clear(&mut without).is_empty() {
                return;
            }
            clear(&mut without).clear();
            chips.push(Chip {
                label,
                without: self.address(&without),
            });
        };
        let filter = &self.filter;
        chip(format!("“{}”", filter.q), |it| &mut it.q);
        if let Some(state) = name(states, &filter.state) {
            chip(state, |it| &mut it.state);
        }
        let kind = InvoiceKind::parse(&filter.kind).map_or("", |it| kind_short(t, it));
        chip(kind.to_owned(), |it| &mut it.kind);
        if let Some(store) = name(stores, &filter.store) {
            chip(store, |it| &mut it.store);
        }
        chip(format!("{} {}", t.common.from, filter.from), |it| {
            &mut it.from
        });
        chip(format!("{} {}", t.common.to, filter.to), |it| &mut it.to);
        let void = if filter.void == "yes" {
            t.fiscal.void_only
        } else {
            t.fiscal.void_none
        };
        chip(void.to_owned(), |it| &mut it.void);
        chips
    }
}

/// How many a filter finds, in words: beyond the counted ones there are more.
pub(super) fn counted(count: u32) -> String {
    if count >= COUNTED {
        "10,000+".to_owned()
    } else {
        let text = count.to_string();
        match text.len() {
            4 => format!("{},{}", &text[..1], &text[1..]),
            _ => text,
        }
    }
}

/// A duration as people say it: the largest unit that fits.
pub(super) fn lasting(t: &Texts, span: TimeDelta) -> String {
    let minutes = span.num_minutes().max(0);
    match minutes {
        0..60 => fill1(t.stand.minutes, minutes),
        60..5760 => fill1(t.stand.hours, minutes / 60),
        _ => fill1(t.stand.days, minutes / 1440),
    }
}

fn push(address: &mut String, name: &str, value: &str) {
    address.push(if address.contains('?') { '&' } else { '?' });
    address.push_str(name);
    address.push('=');
    address.push_str(&encode(value));
}

fn date(text: &str) -> Option<NaiveDate> {
    NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()
}

/// The first moment of a day in China, which has one zone and no summer time.
fn midnight(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(NaiveTime::MIN).and_utc() - TimeDelta::hours(8)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(query: &str) -> Listing {
        Listing::read(query, "/admin/orders", "store")
    }

    #[test]
    fn a_day_of_the_filter_is_a_day_in_china() {
        let it = of("from=2026-11-20&to=2026-11-20&state=open");
        assert_eq!(it.from(), Some("2026-11-19T16:00:00Z".parse().unwrap()));
        assert_eq!(it.until(), Some("2026-11-20T16:00:00Z".parse().unwrap()));
        assert!(of("from=yesterday").from().is_none());
    }

    #[test]
    fn pages_are_turned_forth_and_back() {
        let first = of("q=a+b").pager(Some("c1".to_owned()), 50);
        assert_eq!(first.previous, None);
        assert_eq!(first.next.as_deref(), Some("/admin/orders?q=a+b&after=c1"));
        let second = of("q=a+b&after=c1").pager(Some("c2".to_owned()), 50);
        assert_eq!(second.previous.as_deref(), Some("/admin/orders?q=a+b"));
        assert_eq!(
            second.next.as_deref(),
            Some("/admin/orders?q=a+b&after=c2&trail=c1")
        );
        let third = of("q=a+b&after=c2&trail=c1").pager(None, 3);
        assert_eq!(
            third.previous.as_deref(),
            Some("/admin/orders?q=a+b&after=c1")
        );
        assert_eq!(third.next, None);
    }

    #[test]
    fn each_set_filter_can_be_taken_away() {
        let t = Texts::of(crate::i18n::Lang::Zh);
        let states = [Choice::new("open", "待开票")];
        let chips = of("q=x&state=open").chips(t, &states, &[]);
        let labels: Vec<_> = chips.iter().map(|it| it.label.as_str()).collect();
        assert_eq!(labels, ["“x”", "待开票"]);
        assert_eq!(chips[0].without, "/admin/orders?state=open");
        assert!(
            of("state=bogus&store=sto_1")
                .chips(t, &states, &[])
                .is_empty()
        );
    }

    #[test]
    fn counts_and_durations_are_said_shortly() {
        assert_eq!(
            (counted(999).as_str(), counted(1234).as_str()),
            ("999", "1,234")
        );
        assert_eq!(counted(10_000), "10,000+");
        let t = Texts::of(crate::i18n::Lang::En);
        assert_eq!(lasting(t, TimeDelta::minutes(59)), "59 min.");
        assert_eq!(lasting(t, TimeDelta::hours(47)), "47 hr.");
        assert_eq!(lasting(t, TimeDelta::hours(72)), "72 hr.");
        assert_eq!(lasting(t, TimeDelta::hours(100)), "4 days");
    }
}
