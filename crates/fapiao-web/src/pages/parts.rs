//! The small parts that many pages are made of. Each prints itself as finished HTML.

use super::icon::Icon;
use crate::i18n::{Lang, Texts, fill};
use askama::{Template, filters::HtmlSafe};
use chrono::{DateTime, FixedOffset, SecondsFormat, Utc};

/// How a state or a message is coloured. A word always stands beside it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// Neither good nor bad.
    #[default]
    Plain,
    /// Done well.
    Ok,
    /// Under way, waits for somebody or something.
    Wait,
    /// A person should look.
    Warn,
    /// Failed or refused.
    Bad,
}

impl Tone {
    /// The class of the style sheet.
    pub const fn class(self) -> &'static str {
        match self {
            Tone::Plain => "plain",
            Tone::Ok => "ok",
            Tone::Wait => "wait",
            Tone::Warn => "warn",
            Tone::Bad => "bad",
        }
    }
}

/// A state as a word with a mark.
#[derive(Clone, Copy, Debug, Template)]
#[template(
    ext = "html",
    source = r#"<span class="badge {{ tone.class() }}">{{ word }}</span>"#
)]
pub struct Badge {
    /// The colour.
    pub tone: Tone,
    /// The word, already in the reader's language.
    pub word: &'static str,
}

impl Badge {
    /// A badge from its two halves.
    pub const fn new(tone: Tone, word: &'static str) -> Badge {
        Badge { tone, word }
    }
}

/// An instant in a list: prints "5 minutes ago" with the exact time on hover.
#[derive(Clone, Copy, Debug, Template)]
#[template(
    ext = "html",
    source = r#"<time datetime="{{ iso() }}" title="{{ local() }}" data-relative>{{ relative() }}</time>"#
)]
pub struct When {
    /// The instant.
    pub at: DateTime<Utc>,
    /// What the clock says now.
    pub now: DateTime<Utc>,
    /// The reader's language.
    pub lang: Lang,
}

/// Whatever happens on paper happens in this zone; China has one, without summer time.
fn shanghai(at: DateTime<Utc>) -> DateTime<FixedOffset> {
    let zone = FixedOffset::east_opt(8 * 3600).expect("eight hours east is a zone");
    at.with_timezone(&zone)
}

/// `2026-03-05 14:07`, Asia/Shanghai.
pub fn local_minute(at: DateTime<Utc>) -> String {
    shanghai(at).format("%Y-%m-%d %H:%M").to_string()
}

impl When {
    /// The same instant, printed exactly.
    pub const fn exact(self) -> Moment {
        Moment(self.at)
    }

    /// For machines: RFC 3339 in UTC.
    pub fn iso(&self) -> String {
        self.at.to_rfc3339_opts(SecondsFormat::Secs, true)
    }

    /// `2026-03-05 14:07:09`, Asia/Shanghai.
    pub fn local(&self) -> String {
        shanghai(self.at).format("%Y-%m-%d %H:%M:%S").to_string()
    }

    /// "5 minutes ago"; a date when it is a week or more away.
    pub fn relative(&self) -> String {
        let t = &Texts::of(self.lang).time;
        let seconds = (self.now - self.at).num_seconds();
        let (count, one, past, future) = match seconds.unsigned_abs() {
            0..60 if seconds < 0 => return t.in_a_minute.to_owned(),
            0..60 => return t.now.to_owned(),
            s @ 60..3600 => (s / 60, None, t.minutes_ago, t.in_minutes),
            s @ 3600..86_400 => (s / 3600, None, t.hours_ago, t.in_hours),
            s @ 86_400..604_800 => {
                let one = if seconds > 0 {
                    t.one_day_ago
                } else {
                    t.in_one_day
                };
                (s / 86_400, Some(one), t.days_ago, t.in_days)
            }
            _ => return shanghai(self.at).format("%Y-%m-%d").to_string(),
        };
        match one {
            Some(one) if count == 1 => one.to_owned(),
            _ => fill(if seconds > 0 { past } else { future }, &[&count]),
        }
    }
}

/// An instant printed exactly, with UTC on hover.
#[derive(Clone, Copy, Debug, Template)]
#[template(
    ext = "html",
    source = r#"<time class="nowrap" datetime="{{ utc() }}" title="{{ utc() }}">{{ minute() }}</time>"#
)]
pub struct Moment(pub DateTime<Utc>);

impl Moment {
    fn utc(&self) -> String {
        self.0.to_rfc3339_opts(SecondsFormat::Secs, true)
    }

    fn minute(&self) -> String {
        local_minute(self.0)
    }
}

/// A link that is not a button; without an address only its words.
#[derive(Clone, Debug, Template)]
#[template(
    ext = "html",
    source = r#"{% if href.is_empty() %}{{ label }}{% else %}<a href="{{ href }}">{{ label }}</a>{% endif %}"#
)]
pub struct Link {
    /// What it leads to, in words.
    pub label: String,
    /// Where.
    pub href: String,
}

impl Link {
    /// A link from its two halves.
    pub fn new(label: impl Into<String>, href: impl Into<String>) -> Link {
        Link {
            label: label.into(),
            href: href.into(),
        }
    }
}

/// One entry of a select box or a group of boxes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What is sent.
    pub value: String,
    /// What is read.
    pub label: String,
}

impl Choice {
    /// A choice from its two halves.
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Choice {
        Choice {
            value: value.into(),
            label: label.into(),
        }
    }
}

/// Why a list is empty, and the next step.
#[derive(Clone, Debug, Template)]
#[template(path = "shared/empty.html")]
pub struct Empty {
    /// What there is none of.
    pub title: String,
    /// Why, or what will fill it.
    pub why: String,
    /// The next step, as a button.
    pub action: Option<Link>,
}

impl Empty {
    /// An empty list that offers a step.
    pub fn new(title: &str, why: &str, action: Option<Link>) -> Empty {
        Empty {
            title: title.to_owned(),
            why: why.to_owned(),
            action,
        }
    }
}

/// Turns pages by key, not by number: the links carry the cursor.
#[derive(Clone, Debug, Default)]
pub struct Pager {
    /// The page before; `None` on the first.
    pub previous: Option<String>,
    /// The page after; `None` on the last.
    pub next: Option<String>,
    /// How many rows this page shows.
    pub shown: usize,
}

impl Pager {
    /// Whether there is anything to turn.
    pub const fn turns(&self) -> bool {
        self.previous.is_some() || self.next.is_some()
    }
}

/// A filter that is set, with the address of the list without it.
#[derive(Clone, Debug)]
pub struct Chip {
    /// The filter and its value, "状态：待授权".
    pub label: String,
    /// The list without it.
    pub without: String,
}

/// A list's tab: a fixed filter with its count.
#[derive(Clone, Debug)]
pub struct Tab {
    /// The word.
    pub label: String,
    /// The list with this filter.
    pub href: String,
    /// How many there are.
    pub count: u64,
    /// Whether it is the open one.
    pub current: bool,
}

/// What was said to or by another machine, kept word for word with secrets masked.
#[derive(Clone, Debug)]
pub struct Raw {
    /// "Request", "Answer", "Push decrypted".
    pub label: String,
    /// The text.
    pub body: String,
}

/// One entry of a timeline: time, who, what.
#[derive(Clone, Debug)]
pub struct Event {
    /// When.
    pub at: When,
    /// A person, a machine, the buyer.
    pub who: String,
    /// What happened, a short sentence.
    pub what: String,
    /// Colour of its mark.
    pub tone: Tone,
    /// Why or further words; may be empty.
    pub why: String,
    /// Where to read on.
    pub link: Option<Link>,
    /// What went over the wire, behind a fold.
    pub raw: Vec<Raw>,
}

/// A timeline, newest first: `id` names it on the page.
#[derive(Debug, Template)]
#[template(path = "shared/timeline.html")]
pub struct Timeline<'a> {
    /// The words of the reader's language.
    pub t: &'static Texts,
    /// Newest first.
    pub events: &'a [Event],
}

/// What a button does.
#[derive(Clone, Debug)]
pub enum Act {
    /// Opens a page.
    Open(String),
    /// Sends a form with the CSRF token and these further members.
    Send {
        /// The address of the form.
        to: String,
        /// Further members: name and value.
        with: Vec<(String, String)>,
        /// A question asked before, where there is script; the server asks too where it matters.
        ask: Option<String>,
    },
}

/// A button: a verb with its object.
#[derive(Clone, Debug)]
pub struct Action {
    /// "重新上传 PDF".
    pub label: String,
    /// What it does.
    pub act: Act,
    /// Whether it destroys something.
    pub danger: bool,
}

impl Action {
    /// A button that opens a page.
    pub fn open(label: impl Into<String>, href: impl Into<String>) -> Action {
        Action {
            label: label.into(),
            act: Act::Open(href.into()),
            danger: false,
        }
    }

    /// A button that sends a form.
    pub fn send(label: impl Into<String>, to: impl Into<String>) -> Action {
        let act = Act::Send {
            to: to.into(),
            with: Vec::new(),
            ask: None,
        };
        Action {
            label: label.into(),
            act,
            danger: false,
        }
    }

    /// The same, asking before.
    pub fn asking(mut self, question: impl Into<String>) -> Action {
        if let Act::Send { ask, .. } = &mut self.act {
            *ask = Some(question.into());
        }
        self
    }

    /// The same with one more member.
    pub fn with(mut self, name: impl Into<String>, value: impl Into<String>) -> Action {
        if let Act::Send { with, .. } = &mut self.act {
            with.push((name.into(), value.into()));
        }
        self
    }
}

/// One sentence on where a thing stands and why, one primary action, the rest in a menu.
#[derive(Clone, Debug, Default)]
pub struct Standing {
    /// The colour of its edge.
    pub tone: Tone,
    /// "等待买家授权，已过 2 小时，尚余 70 小时".
    pub sentence: String,
    /// A second sentence: why, or what happens next; may be empty.
    pub detail: String,
    /// The one thing to do now.
    pub primary: Option<Action>,
    /// What else can be done.
    pub others: Vec<Action>,
    /// What WeChat would refuse of it, where something went wrong.
    pub checks: Vec<super::onboarding::CheckRow>,
}

/// A level from 0 to 100 as a thin bar.
#[derive(Clone, Copy, Debug, Template)]
#[template(
    ext = "html",
    source = r#"<svg class="gauge {{ tone.class() }}" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true"><rect width="{{ percent }}" height="4"/></svg>"#
)]
pub struct Gauge {
    /// 0 to 100.
    pub percent: u8,
    /// The colour.
    pub tone: Tone,
}

impl Gauge {
    /// How much of `whole` is left: red under 5 %, amber under 20 %. A `whole` of zero is empty.
    pub fn left(left: i64, whole: i64) -> Gauge {
        let percent = if whole <= 0 {
            0
        } else {
            (left.max(0) * 100 / whole).clamp(0, 100)
        };
        let tone = match percent {
            0..5 => Tone::Bad,
            5..20 => Tone::Warn,
            _ => Tone::Plain,
        };
        Gauge {
            percent: u8::try_from(percent).unwrap_or(100),
            tone,
        }
    }
}

impl Gauge {
    /// How much of `whole` is used, without judgement. A `whole` of zero is empty.
    pub fn used(used: i64, whole: i64) -> Gauge {
        Gauge {
            tone: Tone::Plain,
            ..Gauge::left(used, whole)
        }
    }
}

/// A text that is often copied: monospaced, with a copy button.
#[derive(Debug, Template)]
#[template(path = "shared/copy.html")]
pub struct Copy<'a> {
    /// The words of the reader's language.
    pub t: &'static Texts,
    /// Its id on the page.
    pub id: &'a str,
    /// The text.
    pub text: &'a str,
}

/// The mark of a step or a check.
pub(crate) const fn mark(tone: Tone) -> Option<Icon> {
    match tone {
        Tone::Ok => Some(Icon::Check),
        Tone::Bad => Some(Icon::Cross),
        Tone::Warn => Some(Icon::Alert),
        Tone::Wait => Some(Icon::Clock),
        Tone::Plain => None,
    }
}

impl HtmlSafe for Badge {}
impl HtmlSafe for When {}
impl HtmlSafe for Moment {}
impl HtmlSafe for Link {}
impl HtmlSafe for Empty {}
impl HtmlSafe for Timeline<'_> {}
impl HtmlSafe for Gauge {}
impl HtmlSafe for Copy<'_> {}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;

    #[test]
    fn what_is_to_come_is_told_as_to_come() {
        let now = "2026-11-21T02:00:00Z".parse().unwrap();
        let said = |secs: i64, lang| {
            let at = now + TimeDelta::seconds(secs);
            When { at, now, lang }.relative()
        };
        for (secs, zh, en) in [
            (0, "刚刚", "just now"),
            (-59, "刚刚", "just now"),
            (1, "1分钟内", "within a minute"),
            (59, "1分钟内", "within a minute"),
            (180, "3分钟后", "in 3 min."),
            (-180, "3分钟前", "3 min. ago"),
            (86_400, "1天后", "in 1 day"),
        ] {
            assert_eq!(said(secs, Lang::Zh), zh, "{secs}");
            assert_eq!(said(secs, Lang::En), en, "{secs}");
        }
    }
}
