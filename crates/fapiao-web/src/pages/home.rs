//! The first page: what needs a person now, then how the day goes.

use super::{
    parts::{Event, Gauge, Tone, When},
    shell::Shell,
};
use crate::i18n::fill1;
use askama::{Template, filters::HtmlSafe};
use fapiao_domain::money::Fen;
use fapiao_usecases::ports::{IssuedCount, IssuedOfDay};

/// `/admin`.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/home.html")]
pub struct HomePage {
    /// The frame.
    pub shell: Shell,
    /// What needs a person, the worst first; empty is good news. `None` for who may not see it.
    pub attention: Option<Vec<Attention>>,
    /// Today's figures (Asia/Shanghai).
    pub today: Today,
    /// Numbers and quota of each seller; empty for who may not see them.
    pub stock: Vec<SellerStock>,
    /// The last things that happened, newest first.
    pub recent: Vec<Event>,
    /// Invoices of the last 30 days.
    pub days: DayChart,
    /// Steps of the check-list done and in all, until all are done.
    pub set_up: Option<(usize, usize)>,
    /// Whether this person may make orders.
    pub can_create: bool,
}

/// A heap of things that wait for a person.
#[derive(Clone, Debug)]
pub struct Attention {
    /// How bad.
    pub tone: Tone,
    /// How many.
    pub count: u64,
    /// What they are: "发票被税局拒绝".
    pub what: String,
    /// What to do or what happens otherwise.
    pub why: String,
    /// The list of them.
    pub href: String,
    /// The oldest one.
    pub since: Option<When>,
}

/// Today's counts and amounts.
#[derive(Clone, Copy, Debug, Default)]
pub struct Today {
    /// Orders that came in.
    pub orders: i64,
    /// Invoices issued.
    pub issued: IssuedCount,
    /// Issued this month.
    pub month: IssuedCount,
    /// Deliveries that still wait for their buyer, whenever made.
    pub awaiting: i64,
    /// Invoices on their way to or at the tax authority.
    pub in_progress: i64,
}

/// A count per day as bars; the figures are read on hover, and by screen readers.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "shared/days.html")]
pub struct DayChart {
    /// The oldest first.
    pub days: Vec<IssuedOfDay>,
    /// How a bar says how many are red, `{0}` standing for the count.
    pub red_words: &'static str,
}

impl HtmlSafe for DayChart {}

/// A bar: its place and size in a field of 100 units height.
struct Bar<'a> {
    day: &'a str,
    count: i64,
    /// ` · 2 red`; empty where none is.
    red: String,
    x: usize,
    y: i64,
    height: i64,
}

impl DayChart {
    /// Whether there is nothing to draw.
    pub fn is_empty(&self) -> bool {
        self.days.iter().all(|it| it.all == 0)
    }

    fn width(&self) -> usize {
        self.days.len() * 10
    }

    /// The most of any day.
    pub fn most(&self) -> i64 {
        self.days.iter().map(|it| it.all).max().unwrap_or(0)
    }

    fn first(&self) -> &str {
        self.days.first().map_or("", |it| it.day.as_str())
    }

    fn last(&self) -> &str {
        self.days.last().map_or("", |it| it.day.as_str())
    }

    fn bars(&self) -> Vec<Bar<'_>> {
        let most = self.most().max(1);
        let mut bars = Vec::with_capacity(self.days.len());
        for (place, it) in self.days.iter().enumerate() {
            // A day with few is still seen beside a day with many.
            let height = if it.all > 0 {
                (it.all * 100 / most).max(2)
            } else {
                0
            };
            bars.push(Bar {
                day: &it.day,
                count: it.all,
                red: match it.red {
                    0 => String::new(),
                    red => format!(" · {}", fill1(self.red_words, red)),
                },
                x: place * 10,
                y: 100 - height,
                height,
            });
        }
        bars
    }
}

/// How many numbers and how much quota a seller has left.
#[derive(Clone, Debug)]
pub struct SellerStock {
    /// How long numbers and quota last, in words.
    pub until: [String; 2],
    /// The seller's name.
    pub seller: String,
    /// The stock page of this seller.
    pub href: String,
    /// Numbers not yet used.
    pub numbers_left: i64,
    /// Numbers fetched in the running segments.
    pub numbers_whole: i64,
    /// Net amount that may still be invoiced this month.
    pub quota_left: Fen,
    /// What one fetch of quota brings.
    pub quota_fetch: Fen,
}

impl SellerStock {
    fn numbers_gauge(&self) -> Gauge {
        Gauge::left(self.numbers_left, self.numbers_whole)
    }

    fn quota_gauge(&self) -> Gauge {
        Gauge::left(self.quota_left.get(), self.quota_fetch.get())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_keep_their_proportion_and_small_days_are_seen() {
        let day = |all, red| IssuedOfDay {
            day: "2026-11-21".to_owned(),
            all,
            red,
        };
        let chart = DayChart {
            days: vec![day(0, 0), day(1, 0), day(1000, 3)],
            red_words: "{0} red",
        };
        let reds: Vec<String> = chart.bars().into_iter().map(|it| it.red).collect();
        assert_eq!(reds, ["", "", " · 3 red"]);
        let heights: Vec<i64> = chart.bars().iter().map(|it| it.height).collect();
        assert_eq!(heights, [0, 2, 100]);
        assert!(!chart.is_empty() && DayChart::default().is_empty());
    }
}
