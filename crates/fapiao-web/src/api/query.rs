//! Reads the query of an address: every parameter known, once, and of the right sort.

use crate::problem::{Kind, Problem, Said, Wrong};
use chrono::{DateTime, Utc};
use std::{borrow::Cow, str::FromStr};

/// Rows of a page when nothing is asked for.
const LIMIT_DEFAULT: u32 = 50;
/// Most rows of a page.
pub(crate) const LIMIT_MAX: u32 = 200;

/// A query being read; it collects what is wrong.
#[derive(Debug)]
pub(crate) struct Query {
    pairs: Vec<(String, String)>,
    wrong: Vec<Wrong>,
}

impl Query {
    /// Takes a raw query apart; parameters that aren't `known`, and doubled ones, are wrong.
    pub(crate) fn read(raw: &str, known: &[&str]) -> Query {
        let owned =
            |(name, value): (Cow<'_, str>, Cow<'_, str>)| (name.into_owned(), value.into_owned());
        let pairs: Vec<_> = url::form_urlencoded::parse(raw.as_bytes())
            .map(owned)
            .collect();
        let mut wrong = Vec::new();
        for (at, (name, _)) in pairs.iter().enumerate() {
            if !known.contains(&name.as_str()) {
                let known_here = if known.is_empty() {
                    "none".to_owned()
                } else {
                    known.join(", ")
                };
                let said = Said::new(
                    format!("there is no such parameter here; known are: {known_here}"),
                    format!("此处没有这个参数；可用参数：{known_here}"),
                );
                let shown: String = name.chars().take(64).collect();
                wrong.push(Wrong::parameter(&shown, "E_UNKNOWN_MEMBER", said));
            } else if pairs[..at].iter().any(|(before, _)| before == name) {
                let said = Said::new("the parameter is given twice", "同一参数出现了两次");
                wrong.push(Wrong::parameter(name, "E_DUPLICATE", said));
            }
        }
        Query { pairs, wrong }
    }

    /// A parameter's text, if it is given and not empty.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        let found = self.pairs.iter().find(|(known, _)| known == name);
        found
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    }

    /// A parameter that one of our types reads; `wanted` says in both languages what is allowed.
    pub(crate) fn parsed<T>(
        &mut self,
        name: &str,
        parse: impl Fn(&str) -> Option<T>,
        wanted: Said,
    ) -> Option<T> {
        let parsed = parse(self.text(name)?);
        if parsed.is_none() {
            self.wrong.push(Wrong::parameter(name, "E_TYPE", wanted));
        }
        parsed
    }

    /// A whole number from `least` to `most`.
    pub(crate) fn whole(&mut self, name: &str, least: u32, most: u32) -> Option<u32> {
        let fits = |text: &str| {
            let number = u32::from_str(text).ok()?;
            (least..=most).contains(&number).then_some(number)
        };
        let said = Said::new(
            format!("a whole number from {least} to {most}"),
            format!("{least} 到 {most} 的整数"),
        );
        self.parsed(name, fits, said)
    }

    /// A moment.
    pub(crate) fn time(&mut self, name: &str) -> Option<DateTime<Utc>> {
        // A plus that was not encoded arrives as a blank.
        let read = |text: &str| {
            let at = DateTime::parse_from_rfc3339(&text.replace(' ', "+")).ok()?;
            Some(at.with_timezone(&Utc))
        };
        let said = Said::new(
            "a time is written like 2026-03-05T14:07:00+08:00",
            "时间须写成 2026-03-05T14:07:00+08:00 的形式",
        );
        self.parsed(name, read, said)
    }

    /// Where the page before ended.
    pub(crate) fn cursor(&mut self, is_ours: impl Fn(&str) -> bool) -> Option<String> {
        let said = Said::new(
            "not a cursor of an answer before; leave it out to begin anew",
            "不是之前应答给出的 cursor；去掉它即从头开始",
        );
        self.parsed(
            "cursor",
            |text| is_ours(text).then(|| text.to_owned()),
            said,
        )
    }

    /// The page size.
    pub(crate) fn limit(&mut self) -> u32 {
        self.whole("limit", 1, LIMIT_MAX).unwrap_or(LIMIT_DEFAULT)
    }

    /// Ends the reading.
    ///
    /// # Errors
    /// 400 with everything that was wrong.
    pub(crate) fn finish(&mut self) -> Result<(), Problem> {
        if self.wrong.is_empty() {
            return Ok(());
        }
        let wrong = std::mem::take(&mut self.wrong);
        Err(Problem::wrong(Kind::InvalidQuery, wrong))
    }

    /// The same query with another cursor: the address of the next page.
    pub(crate) fn with_cursor(&self, cursor: &str) -> String {
        let mut next = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in &self.pairs {
            if name != "cursor" {
                next.append_pair(name, value);
            }
        }
        next.append_pair("cursor", cursor);
        next.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_wrong_parameter_is_named_at_once() {
        let mut query = Query::read(
            "limit=0&state=x&colour=red&from=yesterday&state=y",
            &["limit", "state", "from"],
        );
        query.limit();
        query.time("from");
        let problem = query.finish().unwrap_err();
        assert_eq!(problem.kind, Kind::InvalidQuery);
        let document = problem.document(crate::i18n::Lang::En, "", "");
        let document: serde_json::Value = serde_json::from_str(&document).unwrap();
        let errors = document["errors"].as_array().unwrap();
        let names: Vec<_> = errors
            .iter()
            .map(|it| it["parameter"].as_str().unwrap())
            .collect();
        assert_eq!(names, ["colour", "state", "limit", "from"]);
    }

    #[test]
    fn the_next_page_keeps_the_filter() {
        let mut query = Query::read(
            "order_no=A%20%26&cursor=old&limit=2",
            &["order_no", "cursor", "limit"],
        );
        assert_eq!(query.limit(), 2);
        assert!(query.finish().is_ok());
        assert_eq!(
            query.with_cursor("new="),
            "order_no=A+%26&limit=2&cursor=new%3D"
        );
        let mut query = Query::read("from=2026-03-05T14:07:00+08:00", &["from"]);
        assert_eq!(
            query.time("from").unwrap().to_rfc3339(),
            "2026-03-05T06:07:00+00:00"
        );
    }
}
