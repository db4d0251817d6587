//! Class codes found by code, name, short name or the initials of their pinyin.

use crate::records::{CodeBook, TaxCode};
use pinyin::ToPinyinMulti;

/// Finds what applies on a day and may stand on a line: by the first digits of the code, by a part of name or short name, or
/// by the initials of its pinyin (`pg` finds 苹果). Exact and early hits come first; at most `limit`.
pub fn search<'a>(book: &'a CodeBook, text: &str, day: &str, limit: usize) -> Vec<&'a TaxCode> {
    let wanted = Wanted::new(text);
    let mut hits: Vec<(u32, &TaxCode)> = book
        .all()
        .iter()
        .filter(|it| !it.summary && it.runs_on(day))
        .filter_map(|it| Some((wanted.rank(it)?, it)))
        .collect();
    // Who searches by name wants the shortest; who browses, or types digits, reads down the codes.
    let by_code = wanted.text.bytes().all(|it| it.is_ascii_digit());
    let length = |it: &TaxCode| if by_code { 0 } else { it.name.chars().count() };
    hits.sort_by_key(|(rank, it)| (*rank, length(it), &it.code));
    hits.into_iter().take(limit).map(|(_, it)| it).collect()
}

struct Wanted {
    text: String,
    /// Only Latin letters: may be initials.
    initials: Option<Vec<char>>,
}

impl Wanted {
    fn new(text: &str) -> Wanted {
        let text: String = text.trim().trim_matches('*').to_lowercase();
        let letters: Vec<char> = text.chars().filter(|it| !it.is_whitespace()).collect();
        let is_latin = !letters.is_empty() && letters.iter().all(char::is_ascii_lowercase);
        Wanted {
            initials: is_latin.then_some(letters),
            text,
        }
    }

    /// The lower the better; `None` when it does not fit.
    fn rank(&self, code: &TaxCode) -> Option<u32> {
        let text = self.text.as_str();
        if text.is_empty() {
            return Some(9);
        }
        if !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit()) {
            return code.code.starts_with(text).then_some(0);
        }
        let (name, short_name) = (code.name.to_lowercase(), code.short_name.to_lowercase());
        if name == text || short_name == text {
            return Some(0);
        }
        if name.starts_with(text) {
            return Some(1);
        }
        if name.contains(text) || short_name.contains(text) {
            return Some(2);
        }
        let initials = self.initials.as_ref()?;
        match [place(&name, initials), place(&short_name, initials)] {
            [Some(0), _] => Some(3),
            [_, Some(0)] => Some(4),
            [Some(_), _] | [_, Some(_)] => Some(5),
            [None, None] => None,
        }
    }
}

/// Where a text has these initials in a row, counted in characters; a character with several readings has several.
fn place(text: &str, initials: &[char]) -> Option<usize> {
    let readings: Vec<Vec<char>> = text.chars().map(letters_of).collect();
    let fits = |part: &[Vec<char>]| {
        part.iter()
            .zip(initials)
            .all(|(known, it)| known.contains(it))
    };
    readings.windows(initials.len()).position(fits)
}

fn letters_of(character: char) -> Vec<char> {
    if character.is_ascii_alphanumeric() {
        return vec![character.to_ascii_lowercase()];
    }
    let Some(readings) = character.to_pinyin_multi() else {
        return Vec::new();
    };
    readings
        .into_iter()
        .filter_map(|it| it.plain().chars().next())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn book() -> CodeBook {
        let code = |code: &str, name: &str, short_name: &str, summary: bool| TaxCode {
            policies: String::new(),
            tax_rates: String::new(),
            levy_rates: String::new(),
            difference: None,
            code: format!("{code:0<19}"),
            name: name.to_owned(),
            short_name: short_name.to_owned(),
            usual_rate: "0.09".to_owned(),
            summary,
            from: "2016-05-01".to_owned(),
            until: String::new(),
        };
        let mut ended = code("103", "苹果干", "果干", false);
        ended.until = "2025-12-31".to_owned();
        CodeBook::new(vec![
            code("1010115010100", "苹果", "水果", false),
            code("1010115", "水果", "水果", true),
            code("101011", "带壳坚果", "坚果", false),
            code("1010115010500", "香蕉", "水果", false),
            code("109", "银行设备", "金融机具", false),
            ended,
        ])
    }

    #[test]
    fn codes_names_and_initials_are_found() {
        let book = book();
        let found = |text: &str| -> Vec<&str> {
            search(&book, text, "2026-11-21", 10)
                .iter()
                .map(|it| it.name.as_str())
                .collect()
        };
        assert_eq!(found("1010115"), ["苹果", "香蕉"]);
        assert_eq!(found(""), ["带壳坚果", "苹果", "香蕉", "银行设备"]);
        assert_eq!(found("苹果"), ["苹果"], "what ended is not offered");
        assert_eq!(found("*水果*"), ["苹果", "香蕉"], "and headings are not");
        assert_eq!(found("pg"), ["苹果"]);
        assert_eq!(found("SG"), ["苹果", "香蕉"]);
        // 行 is read háng or xíng.
        assert_eq!(
            (found("yh"), found("yx")),
            (vec!["银行设备"], vec!["银行设备"])
        );
        assert_eq!(found("zz"), Vec::<&str>::new());
        assert_eq!(search(&book, "", "2026-11-21", 2).len(), 2);
    }
}
