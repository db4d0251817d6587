//! Preferential policies held against what the tax authority tells of class codes and of the seller's rates.

use crate::{
    fields::FieldError,
    records::{CodeBook, TaxCode, UsableRate},
};
use fapiao_domain::{line::OrderLine, preference::Preference};

/// Names every policy that the line's class code or rate does not take. Whether policy and rate fit each other by
/// themselves is a rule of the line.
pub(super) fn check_policies(
    lines: &[(usize, OrderLine)],
    rates: &[UsableRate],
    codes: &CodeBook,
    today: &str,
    errors: &mut Vec<FieldError>,
) {
    for (index, line) in lines {
        let Some(policy) = line.preference else {
            continue;
        };
        let pointer = format!("/lines/{index}/preference");
        if let Some(code) = codes.usable(&line.tax_code, today)
            && !code.permits(policy)
        {
            let message = not_permitted(code, policy);
            errors.push(FieldError::new(pointer, "E_PREFERENCE_CLASS", message));
        } else if policy.goes_with(line.rate)
            && is_levied(line, rates, today)
            && !states_levy(policy)
        {
            let message = format!(
                "{} is a levy (征收率) of this seller: the line is under the simplified method, which {policy} ({}) does \
                 not say; leave the policy out, or use a rate of the general method",
                line.rate.printed(),
                policy.printed()
            );
            errors.push(FieldError::new(pointer, "E_PREFERENCE_LEVY", message));
        }
    }
}

/// Whether a general taxpayer uses a levy on the line. Small-scale sellers, who have nothing else, do not count.
fn is_levied(line: &OrderLine, rates: &[UsableRate], today: &str) -> bool {
    let mut running = rates.iter().filter(|it| it.runs_on(today));
    let is_general = running
        .clone()
        .any(|it| !it.levy && !it.rate.fraction().is_zero());
    let mut its = running
        .by_ref()
        .filter(|it| it.rate == line.rate)
        .peekable();
    is_general && its.peek().is_some() && its.all(|it| it.levy)
}

fn states_levy(policy: Preference) -> bool {
    policy.is_simplified() || policy == Preference::Relief
}

/// What to tell of a policy that a class code does not permit, in English.
pub(crate) fn not_permitted(code: &TaxCode, policy: Preference) -> String {
    format!(
        "the class code {} permits {}, not {policy} ({})",
        code.code,
        code.policies,
        policy.printed()
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use fapiao_domain::{money::Fen, rate::Rate};
    use rust_decimal::Decimal;

    fn line(rate: &str, policy: &str) -> (usize, OrderLine) {
        let line = OrderLine {
            name: "售电".to_owned(),
            tax_code: "1100101020200000000".to_owned(),
            spec: String::new(),
            unit: String::new(),
            quantity: Decimal::ONE,
            unit_price: Decimal::ONE,
            tax_included: true,
            rate: Rate::parse(rate).unwrap(),
            preference: Preference::parse(policy).unwrap(),
            discount: Fen::ZERO,
        };
        (4, line)
    }

    fn usable(rate: &str, levy: bool) -> UsableRate {
        UsableRate {
            rate: Rate::parse(rate).unwrap(),
            levy,
            from: "2020-01-01".to_owned(),
            until: String::new(),
        }
    }

    fn codes(policies: &str) -> CodeBook {
        CodeBook::new(vec![TaxCode {
            code: "1100101020200000000".to_owned(),
            name: "售电".to_owned(),
            short_name: "供电".to_owned(),
            usual_rate: "0.13".to_owned(),
            summary: false,
            policies: policies.to_owned(),
            tax_rates: String::new(),
            levy_rates: String::new(),
            from: String::new(),
            until: String::new(),
        }])
    }

    fn told(line: (usize, OrderLine), rates: &[UsableRate], book: &CodeBook) -> Vec<String> {
        let mut errors = Vec::new();
        check_policies(&[line], rates, book, "2026-11-21", &mut errors);
        errors
            .into_iter()
            .map(|it| {
                assert_eq!(it.pointer, "/lines/4/preference");
                it.code
            })
            .collect()
    }

    #[test]
    fn the_class_code_tells_what_it_permits() {
        let rates = [usable("0.13", false)];
        let power = codes("免税、即征即退50%");
        assert!(told(line("0.13", "12"), &rates, &power).is_empty());
        // Part of a name is not the name.
        assert_eq!(
            told(line("0.13", "14"), &rates, &power),
            ["E_PREFERENCE_CLASS"]
        );
        assert!(told(line("0.13", "14"), &rates, &codes("")).is_empty());
        assert!(told(line("0.13", ""), &rates, &power).is_empty());
    }

    #[test]
    fn a_general_taxpayer_states_the_simplified_method_with_a_levy() {
        let general = [usable("0.13", false), usable("0.03", true)];
        let small = [usable("0.03", true), usable("0.01", true)];
        let any = codes("");
        assert_eq!(
            told(line("0.03", "12"), &general, &any),
            ["E_PREFERENCE_LEVY"]
        );
        assert!(told(line("0.03", "08"), &general, &any).is_empty());
        assert!(told(line("0.03", "01"), &general, &any).is_empty());
        assert!(told(line("0.03", "12"), &small, &any).is_empty());
        // Listed both ways: the general method may be meant.
        let both = [
            usable("0.13", false),
            usable("0.03", true),
            usable("0.03", false),
        ];
        assert!(told(line("0.03", "12"), &both, &any).is_empty());
    }
}
