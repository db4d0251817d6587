//! The list of documented codes (`tests/fixtures/codes.tsv`) against the explanations.

use std::collections::{BTreeMap, BTreeSet};

use wechat_invoice::codes::all_codes;
use wechat_invoice::{Advice, code_info};

fn documented() -> BTreeMap<i64, &'static str> {
    include_str!("../fixtures/codes.tsv")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| {
            let (code, class) = line.split_once('\t').unwrap();
            (code.parse().unwrap(), class)
        })
        .collect()
}

#[test]
fn every_documented_code_has_its_class_and_no_other_is_explained() {
    let documented = documented();
    assert!(150 < documented.len());
    for (code, class) in &documented {
        let info = code_info(*code).unwrap_or_else(|| panic!("{code} is not explained"));
        let fits = match *class {
            "retry" => matches!(info.advice, Advice::Retryable { .. }),
            "done" => info.advice == Advice::Done,
            "no" => matches!(info.advice, Advice::NeedsPerson | Advice::Never),
            other => panic!("{other} is no class"),
        };
        // Somebody else's lock, a card being handed on, an address to be confirmed: a person is told, the program asks again.
        assert!(
            fits,
            "{code}: {class} is documented, {:?} is advised",
            info.advice
        );
    }
    let mut seen = BTreeSet::new();
    for info in all_codes() {
        assert!(seen.insert(info.code), "{} is explained twice", info.code);
        assert!(
            documented.contains_key(&info.code),
            "{} is on no list",
            info.code
        );
    }
    assert!(code_info(0).is_none());
}

#[test]
fn every_explanation_has_a_cause_and_a_next_step_in_both_languages() {
    for info in all_codes() {
        for text in [info.cause, info.next_step] {
            let chinese = text.zh.chars().filter(|it| !it.is_ascii()).count();
            assert!(
                3 <= chinese && text.zh.ends_with('。'),
                "{}: {}",
                info.code,
                text.zh
            );
            let english = text.en.is_ascii() && text.en.split(' ').count() >= 3;
            assert!(
                english && text.en.ends_with('.'),
                "{}: {}",
                info.code,
                text.en
            );
        }
        assert_ne!(info.cause.zh, info.next_step.zh, "{}", info.code);
    }
}

#[test]
fn repeats_have_a_pace_and_an_end() {
    for info in all_codes() {
        if let Advice::Retryable {
            after_secs,
            attempts,
        } = info.advice
        {
            assert!(
                (1..=86_400).contains(&after_secs) && (1..=30).contains(&attempts),
                "{}",
                info.code
            );
        }
    }
}
