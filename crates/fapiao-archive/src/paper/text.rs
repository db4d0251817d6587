//! What can be told from running text without white space.

use super::{Field, Said, squeezed};
use chrono::NaiveDate;
use fapiao_domain::money::Fen;

/// Most numbers tried.
const NUMBERS_MAX: usize = 20;

/// Reads running text.
pub(super) fn read(text: &str) -> Said {
    // Before the white space goes: a number and a date side by side must not become one.
    let mut runs = digit_runs(text);
    let text = squeezed(text);
    runs.extend(digit_runs(&text));
    let digital = |number: &str| (String::new(), number.to_owned());
    let mut numbers: Vec<(String, String)> = runs
        .iter()
        .filter(|it| it.len() == 20)
        .map(|it| digital(it))
        .collect();
    // Drawn without a gap: the number stands first or last.
    for run in runs.iter().filter(|it| it.len() > 20) {
        numbers.push(digital(&run[..20]));
        numbers.push(digital(&run[run.len() - 20..]));
    }
    // The older form: a code of 12 digits and a number of 8.
    for code in runs.iter().filter(|it| it.len() == 12) {
        for number in runs.iter().filter(|it| it.len() == 8) {
            numbers.push(((*code).to_owned(), (*number).to_owned()));
        }
    }
    let mut seen = std::collections::HashSet::new();
    numbers.retain(|it| seen.insert(it.clone()));
    numbers.truncate(NUMBERS_MAX);
    Said {
        date: date(&text),
        amounts: amounts(&text),
        numbers,
        text,
        ..Said::default()
    }
}

/// Runs of digits.
fn digit_runs(text: &str) -> Vec<&str> {
    text.split(|it: char| !it.is_ascii_digit())
        .filter(|it| !it.is_empty())
        .collect()
}

/// The first date like 2026年03月05日.
pub(super) fn date(text: &str) -> Option<NaiveDate> {
    text.match_indices('年').find_map(|(at, _)| {
        let year: i32 = text.get(at.checked_sub(4)?..at)?.parse().ok()?;
        let rest = text.get(at + '年'.len_utf8()..)?;
        let (month, rest) = rest.split_once('月')?;
        let (day, _) = rest.split_once('日')?;
        NaiveDate::from_ymd_opt(year, month.parse().ok()?, day.parse().ok()?)
    })
}

/// Amounts that follow a yuan sign.
fn amounts(text: &str) -> Vec<Fen> {
    let mut found = Vec::new();
    for (at, sign) in text.match_indices('¥') {
        if let Some(amount) = amount_at(&text[at + sign.len()..])
            && !found.contains(&amount)
        {
            found.push(amount);
        }
    }
    found
}

/// An amount with two decimals at the beginning of a text.
fn amount_at(text: &str) -> Option<Fen> {
    let point = text.find('.')?;
    let whole: String = text.get(..point + 3)?.replace(',', "");
    let (sign, digits) = match whole.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, whole.as_str()),
    };
    if !digits.bytes().all(|it| it.is_ascii_digit() || it == b'.') {
        return None;
    }
    let amount = Fen::parse_yuan(digits).ok()?;
    Fen::new(amount.get() * sign).ok()
}

/// A text that is one amount with two decimals and nothing else.
pub(super) fn whole_amount(text: &str) -> Option<Fen> {
    let text = text.trim().trim_start_matches(['¥', '￥']);
    let (_, decimals) = text.split_once('.')?;
    if decimals.len() != 2 {
        return None;
    }
    amount_at(text)
}

/// The amount behind the label of the gross amount in figures.
pub(super) fn total(text: &str) -> Option<String> {
    ["(小写)¥", "(小写)"].into_iter().find_map(|label| {
        let at = text.find(label)? + label.len();
        amount_at(&text[at..]).map(|it| it.to_string())
    })
}

/// The one amount that two others add up to: net and tax are printed beside it.
pub(super) fn sum(amounts: &[Fen]) -> Option<Fen> {
    let is_sum = |whole: &Fen| {
        amounts.iter().any(|part| {
            let rest = whole.get() - part.get();
            rest != 0 && part.get() != 0 && amounts.iter().any(|it| it.get() == rest && it != part)
        })
    };
    let mut sums = amounts.iter().filter(|it| is_sum(it));
    let first = sums.next()?;
    sums.next().is_none().then_some(*first)
}

/// A named value, when a structured file has it.
pub(super) fn value(said: &mut Said, field: Field, text: &str) {
    let text = text.trim();
    if !text.is_empty() && said.value(field).is_none() {
        said.values.push((field, text.to_owned()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gross_amount_is_what_the_others_add_up_to() {
        let fen =
            |all: &[i64]| -> Vec<Fen> { all.iter().map(|it| Fen::new(*it).unwrap()).collect() };
        let sum_of = |all: &[i64]| sum(&fen(all)).map(Fen::get);
        assert_eq!(sum_of(&[10_000, 1_400, 11_400]), Some(11_400));
        assert_eq!(sum_of(&[-11_400, -10_000, -1_400]), Some(-11_400));
        // Without a tax, or with more than one way to read it, nothing is told.
        assert_eq!(sum_of(&[10_000]), None);
        assert_eq!(sum_of(&[10_000, 0]), None);
        assert_eq!(sum_of(&[1, 2, 3, 4, 5]), None);
    }

    #[test]
    fn a_number_beside_a_date_is_still_found() {
        let said = read("269990000000000000012026年11月21日");
        assert!(said.numbers.iter().any(|it| it.1 == "26999000000000000001"));
        assert_eq!(said.date.unwrap().to_string(), "2026-11-21");
    }

    #[test]
    fn a_paper_s_text_tells_number_date_and_amounts() {
        let said = read(
            "发票号码：26999000000000000001 开票日期：2026年03月 05日 ¥100.00 ¥13.00 价税合计 （小写） ￥ 113.00",
        );
        assert_eq!(
            said.numbers,
            [(String::new(), "26999000000000000001".to_owned())]
        );
        assert_eq!(said.date.unwrap().to_string(), "2026-03-05");
        let amounts: Vec<i64> = said.amounts.iter().map(|it| it.get()).collect();
        assert_eq!(amounts, [10_000, 1_300, 11_300]);
        assert_eq!(total(&said.text).as_deref(), Some("113.00"));
        let none = read("年年月月日日 ¥ ¥1 ¥. 2026年13月45日");
        assert!(none.date.is_none() && none.amounts.is_empty() && none.numbers.is_empty());
    }
}
