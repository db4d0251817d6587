//! What a check of the ledger found, for people: in Chinese too, and what to do next.
//!
//! Findings are kept as they were said, in English, so that a run of years ago reads the same. The Chinese of a finding is
//! looked up by its pattern.

mod found;
mod next;

pub use next::{NextStep, next_step};

use found::WORDS;

/// A finding in Chinese; `None` when it has a form that this version does not know.
pub fn in_chinese(found: &str) -> Option<String> {
    WORDS.iter().find_map(|(pattern, chinese)| {
        let values = values(pattern, found)?;
        let mut said = (*chinese).to_owned();
        for (place, value) in values.iter().enumerate() {
            said = said.replace(&format!("{{{place}}}"), value);
        }
        Some(said)
    })
}

/// What stands in the places of a pattern; `None` when the text is another.
fn values<'a>(pattern: &str, text: &'a str) -> Option<Vec<&'a str>> {
    let mut pieces = pattern.split("{}");
    let mut left = text.strip_prefix(pieces.next()?)?;
    let mut values = Vec::new();
    let mut pieces = pieces.peekable();
    while let Some(piece) = pieces.next() {
        let value = if pieces.peek().is_none() {
            left.strip_suffix(piece)?
        } else {
            left.split_once(piece)?.0
        };
        values.push(value);
        left = &left[value.len() + piece.len()..];
    }
    left.is_empty().then_some(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_is_told_in_chinese_with_its_values() {
        let said = in_chinese("number 26310000000000001000 is used 2 times");
        assert_eq!(
            said.as_deref(),
            Some("号码 26310000000000001000 被使用了 2 次")
        );
        let said = in_chinese("segment seg_1: 1 to 9 are not 8 numbers");
        assert_eq!(said.as_deref(), Some("号段 seg_1：1 至 9 不是 8 个号码"));
        assert_eq!(in_chinese("something new"), None);
        assert_eq!(in_chinese(""), None);
    }

    #[test]
    fn every_pattern_finds_itself_and_every_place_is_used() {
        for (pattern, chinese) in WORDS {
            let places = pattern.matches("{}").count();
            let mut text = (*pattern).to_owned();
            for place in 0..places {
                text = text.replacen("{}", &format!("V{place}V"), 1);
            }
            let said = in_chinese(&text).unwrap();
            for place in 0..places {
                let value = format!("V{place}V");
                assert!(said.contains(&value), "{pattern}: {said}");
                assert!(chinese.contains(&format!("{{{place}}}")), "{chinese}");
            }
            assert!(!said.contains('{') && !said.is_ascii(), "{said}");
        }
    }
}
