//! What changes in the dated class codes when the tax authority's table was fetched again.

use crate::entity::tax_code;
use fapiao_usecases::records::TaxCode;
use std::collections::BTreeMap;

/// Versions of a code, by their first day.
type Versions = BTreeMap<String, tax_code::Model>;

/// The rows to be written, so that every version that ever applied stays: a changed text begins a new version, on the day the
/// authority names or else today, and ends the one before on the eve.
pub(crate) fn revised(
    known: Vec<tax_code::Model>,
    fetched: &[TaxCode],
    today: &str,
    day_before: &dyn Fn(&str) -> String,
) -> Vec<tax_code::Model> {
    let mut book: BTreeMap<String, Versions> = BTreeMap::new();
    for it in known {
        book.entry(it.code.clone())
            .or_default()
            .insert(it.valid_from.clone(), it);
    }
    // The last row wins where a table names a version twice; later versions come after earlier ones.
    let rows: BTreeMap<(&str, &str), &TaxCode> = fetched
        .iter()
        .map(|it| ((it.code.as_str(), it.from.as_str()), it))
        .collect();
    let mut changed: BTreeMap<(String, String), tax_code::Model> = BTreeMap::new();
    for row in rows.into_values() {
        let versions = book.entry(row.code.clone()).or_default();
        for it in revise(versions, row, today, day_before) {
            changed.insert((it.code.clone(), it.valid_from.clone()), it.clone());
            versions.insert(it.valid_from.clone(), it);
        }
    }
    changed.into_values().collect()
}

/// Whether difference tax may be used with a code, as it is stored: empty where nothing was told.
pub(crate) const fn difference_word(told: Option<bool>) -> &'static str {
    match told {
        Some(true) => "yes",
        Some(false) => "no",
        None => "",
    }
}

fn revise(
    versions: &Versions,
    row: &TaxCode,
    today: &str,
    day_before: &dyn Fn(&str) -> String,
) -> Vec<tax_code::Model> {
    let last = versions.last_key_value().map(|(_, last)| last);
    // A source that tells no rates takes none away, nor whether difference tax may be used: another may have told them.
    let kept = |told: &str, before: fn(&tax_code::Model) -> &String| {
        let known = last.map(before).filter(|_| told.is_empty());
        known.cloned().unwrap_or_else(|| told.to_owned())
    };
    let (tax_rates, levy_rates) = (
        kept(&row.tax_rates, |it| &it.tax_rates),
        kept(&row.levy_rates, |it| &it.levy_rates),
    );
    let difference = match row.difference {
        None => last.map_or("", |it| it.difference_tax.as_str()),
        told => difference_word(told),
    };
    let new = |from: &str| tax_code::Model {
        code: row.code.clone(),
        valid_from: from.to_owned(),
        valid_until: row.until.clone(),
        name: row.name.clone(),
        short_name: row.short_name.clone(),
        usual_rate: row.usual_rate.clone(),
        summary: row.summary,
        policies: row.policies.clone(),
        tax_rates: tax_rates.clone(),
        levy_rates: levy_rates.clone(),
        difference_tax: difference.to_owned(),
    };
    let Some(last) = last else {
        return vec![new(&row.from)];
    };
    let same = last.name == row.name
        && last.short_name == row.short_name
        && last.usual_rate == row.usual_rate
        && last.summary == row.summary
        && unchanged(&last.tax_rates, &tax_rates)
        && unchanged(&last.levy_rates, &levy_rates);
    if row.from < last.valid_from
        && versions.contains_key(&row.from)
        && versions.len() > 1
        && !row.until.is_empty()
        && row.until < last.valid_from
    {
        // An earlier version in a table that carries several: its dates are known.
        return Vec::new();
    }
    if same && row.from <= last.valid_from {
        // What a code permits is no text of the paper: it changes in place.
        let moved = last.valid_until != row.until
            || last.policies != row.policies
            || last.tax_rates != tax_rates
            || last.levy_rates != levy_rates
            || last.difference_tax != difference_word(row.difference);
        return if moved {
            vec![new(&last.valid_from)]
        } else {
            Vec::new()
        };
    }
    // A later first day is the authority's word; a text changed under an old date counts from today.
    let from = if row.from > last.valid_from {
        row.from.as_str()
    } else {
        today
    };
    if from <= last.valid_from.as_str() {
        return vec![new(&last.valid_from)];
    }
    let mut ended = last.clone();
    let eve = day_before(from);
    if ended.valid_until.is_empty() || ended.valid_until > eve {
        ended.valid_until = eve;
    }
    vec![ended, new(from)]
}

/// Rates that are told for the first time are no change.
fn unchanged(before: &str, now: &str) -> bool {
    before.is_empty() || before == now
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(short_name: &str, from: &str, until: &str) -> TaxCode {
        TaxCode {
            code: "1".repeat(19),
            name: "茶".to_owned(),
            short_name: short_name.to_owned(),
            usual_rate: "0.13".to_owned(),
            summary: false,
            policies: String::new(),
            tax_rates: String::new(),
            levy_rates: String::new(),
            difference: None,
            from: from.to_owned(),
            until: until.to_owned(),
        }
    }

    /// Fetches one table after the other, each on its day, and gives what is then known.
    fn after(fetches: &[(&str, Vec<TaxCode>)]) -> Vec<(String, String, String)> {
        let eve = |day: &str| {
            let day: chrono::NaiveDate = day.parse().unwrap();
            day.pred_opt().unwrap().to_string()
        };
        let mut known: BTreeMap<String, tax_code::Model> = BTreeMap::new();
        for (today, rows) in fetches {
            for it in revised(known.values().cloned().collect(), rows, today, &eve) {
                known.insert(it.valid_from.clone(), it);
            }
        }
        known
            .into_values()
            .map(|it| (it.short_name, it.valid_from, it.valid_until))
            .collect()
    }

    fn told(rows: &[(&str, &str, &str)]) -> Vec<(String, String, String)> {
        rows.iter()
            .map(|(a, b, c)| ((*a).to_owned(), (*b).to_owned(), (*c).to_owned()))
            .collect()
    }

    #[test]
    fn a_changed_text_begins_a_version_and_nothing_is_lost() {
        let old = || vec![code("茶叶", "2016-05-01", "")];
        assert_eq!(
            after(&[("2026-01-02", old()), ("2026-01-03", old())]),
            told(&[("茶叶", "2016-05-01", "")])
        );
        // Changed under its old date: from the day it was seen.
        let changed = || vec![code("茶及饮料", "2016-05-01", "")];
        let versions = told(&[
            ("茶叶", "2016-05-01", "2026-02-09"),
            ("茶及饮料", "2026-02-10", ""),
        ]);
        assert_eq!(
            after(&[("2026-01-02", old()), ("2026-02-10", changed())]),
            versions
        );
        assert_eq!(
            after(&[
                ("2026-01-02", old()),
                ("2026-02-10", changed()),
                ("2026-02-11", changed())
            ]),
            versions
        );
        // Announced with a day of its own, before that day.
        let announced = vec![code("茶", "2026-03-01", "")];
        assert_eq!(
            after(&[("2026-01-02", old()), ("2026-02-10", announced)]),
            told(&[
                ("茶叶", "2016-05-01", "2026-02-28"),
                ("茶", "2026-03-01", "")
            ])
        );
        // Taken out of use, and put right on the same day.
        let ended = vec![code("茶叶", "2016-05-01", "2026-06-30")];
        assert_eq!(
            after(&[("2026-01-02", old()), ("2026-06-01", ended)]),
            told(&[("茶叶", "2016-05-01", "2026-06-30")])
        );
        let twice = [
            ("2026-01-02", vec![code("甲", "2026-01-02", "")]),
            ("2026-01-02", vec![code("乙", "2026-01-02", "")]),
        ];
        assert_eq!(after(&twice), told(&[("乙", "2026-01-02", "")]));
    }

    #[test]
    fn rates_are_dated_like_names_and_silence_takes_none_away() {
        let with = |tax_rates: &str| {
            let mut it = code("茶叶", "2016-05-01", "");
            it.tax_rates = tax_rates.to_owned();
            vec![it]
        };
        let mut known: BTreeMap<String, tax_code::Model> = BTreeMap::new();
        for (today, rows) in [
            ("2026-01-02", with("")),
            ("2026-01-03", with("9%")),
            ("2026-01-04", with("")),
            ("2026-02-10", with("13%、9%")),
        ] {
            for it in revised(known.values().cloned().collect(), &rows, today, &|_| {
                "2026-02-09".to_owned()
            }) {
                known.insert(it.valid_from.clone(), it);
            }
        }
        let versions: Vec<_> = known
            .values()
            .map(|it| {
                (
                    it.tax_rates.as_str(),
                    it.valid_from.as_str(),
                    it.valid_until.as_str(),
                )
            })
            .collect();
        assert_eq!(
            versions,
            [
                ("9%", "2016-05-01", "2026-02-09"),
                ("13%、9%", "2026-02-10", "")
            ]
        );
    }

    #[test]
    fn what_one_source_told_of_difference_tax_outlives_the_silence_of_another() {
        let mut known: BTreeMap<String, tax_code::Model> = BTreeMap::new();
        let mut last = String::new();
        for told in [None, Some(false), None] {
            let mut row = code("茶叶", "2016-05-01", "");
            row.difference = told;
            let rows = known.values().cloned().collect();
            for it in revised(rows, &[row], "2026-01-02", &|_| "2026-01-01".to_owned()) {
                known.insert(it.valid_from.clone(), it);
            }
            last = known["2016-05-01"].difference_tax.clone();
        }
        assert_eq!((known.len(), last.as_str()), (1, "no"));
    }

    #[test]
    fn a_table_may_carry_several_versions() {
        let both = || {
            vec![
                code("茶叶", "2016-05-01", "2026-02-28"),
                code("茶", "2026-03-01", ""),
            ]
        };
        let versions = told(&[
            ("茶叶", "2016-05-01", "2026-02-28"),
            ("茶", "2026-03-01", ""),
        ]);
        assert_eq!(after(&[("2026-01-02", both())]), versions);
        assert_eq!(
            after(&[("2026-01-02", both()), ("2026-04-01", both())]),
            versions
        );
    }
}
