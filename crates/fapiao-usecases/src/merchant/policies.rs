//! Preferential policies held against what the tax authority tells of class codes and of the seller's rates.

use crate::{
    fields::FieldError,
    records::{CodeBook, TaxCode, UsableRate},
};
use fapiao_domain::{
    line::OrderLine,
    preference::{Preference, PreferenceError},
    rate::Rate,
};

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
            errors.push(not_permitted(&pointer, code, policy));
        } else if policy.goes_with(line.rate)
            && is_levied(line, rates, today)
            && !states_levy(policy)
        {
            let message = format!(
                "{} is a levy of this seller: the line is under the simplified method, which the policy {policy} does \
                 not say; leave the policy out, or use a rate of the general method",
                line.rate.printed()
            );
            errors.push(FieldError::new(pointer, "E_PREFERENCE_LEVY", message));
        }
    }
}

/// Whether a general taxpayer uses a levy on the line. Small-scale sellers, who have nothing else, do not count.
fn is_levied(line: &OrderLine, rates: &[UsableRate], today: &str) -> bool {
    let running = rates.iter().filter(|it| it.runs_on(today));
    let mut its = running.filter(|it| it.rate == line.rate).peekable();
    UsableRate::are_general(rates, today) && its.peek().is_some() && its.all(|it| it.levy)
}

fn states_levy(policy: Preference) -> bool {
    policy.is_simplified() || policy == Preference::Relief
}

/// What to tell of a policy that a class code does not permit: English names policies by their codes, which is what the
/// API and the forms show, Chinese by the tax authority's words.
pub(crate) fn not_permitted(pointer: &str, code: &TaxCode, policy: Preference) -> FieldError {
    let permitted: Vec<Preference> = Preference::ALL
        .into_iter()
        .filter(|it| code.permits(*it))
        .collect();
    let list = |name: &dyn Fn(&Preference) -> String, between: &str| {
        let names: Vec<String> = permitted.iter().map(name).collect();
        names.join(between)
    };
    let (permits, permits_zh) = if permitted.is_empty() {
        ("no policy".to_owned(), "不允许使用任何优惠政策".to_owned())
    } else {
        let named = list(&|it| format!("{it} {}", it.printed()), "、");
        (
            format!("the policies {}", list(&Preference::to_string, ", ")),
            format!("允许的优惠政策为：{named}"),
        )
    };
    FieldError::new(
        pointer,
        "E_PREFERENCE_CLASS",
        format!(
            "the class code {} permits {permits}, not {policy}",
            code.code
        ),
    )
    .in_chinese(format!(
        "税收分类编码 {} 不允许使用“{policy} {}”；{permits_zh}",
        code.code,
        policy.printed()
    ))
}

/// What to tell of a policy that does not go with a rate.
pub(crate) fn unfit_rate(pointer: &str, policy: Preference, rate: Rate) -> FieldError {
    FieldError::new(
        pointer,
        "E_PREFERENCE",
        format!(
            "the policy {policy} goes with {}, not with {rate}",
            policy.rates()
        ),
    )
    .in_chinese(format!(
        "优惠政策“{policy} {}”适用于{}，不适用于 {}",
        policy.printed(),
        policy.rates_in_chinese(),
        rate.printed()
    ))
}

/// What to tell of a text that names no policy.
pub(crate) fn no_policy(pointer: &str, error: &PreferenceError) -> FieldError {
    FieldError::new(pointer, "E_PREFERENCE", error.to_string()).in_chinese(format!(
        "“{}”不是优惠政策代码：请填写 01 至 18，或留空",
        error.0
    ))
}

/// A rule of the domain that a line broke, with the Chinese words that name the particulars.
pub(super) fn in_readers_words(error: FieldError, line: Option<&OrderLine>) -> FieldError {
    match line.and_then(|it| Some((it.preference?, it.rate))) {
        Some((policy, rate)) if error.code == "E_PREFERENCE" => {
            unfit_rate(&error.pointer, policy, rate)
        }
        _ => error,
    }
}

/// Names the line whose class code takes no difference tax (差额征税). Codes of which nothing was told are let through: the
/// tax side has the last word.
pub(super) fn check_difference_class(
    lines: &[(usize, OrderLine)],
    codes: &CodeBook,
    today: &str,
    errors: &mut Vec<FieldError>,
) {
    for (index, line) in lines {
        let Some(code) = codes.usable(&line.tax_code, today) else {
            continue;
        };
        if code.difference != Some(false) {
            continue;
        }
        let no = index + 1;
        let wrong = FieldError::new(
            format!("/lines/{index}/tax_code"),
            "E_DIFFERENCE_CLASS",
            format!(
                "line {no}: difference tax cannot be used with the class code {}; choose another code, or leave the \
                 difference tax out",
                code.code
            ),
        );
        errors.push(wrong.in_chinese(format!(
            "第 {no} 行：税收分类编码 {}（{}）不适用差额征税，请改用其他编码，或不选差额征税",
            code.code, code.name
        )));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use fapiao_domain::money::Fen;
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
            difference: None,
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
    fn what_the_class_code_permits_is_told_in_each_language() {
        let book = codes("免税、即征即退50%");
        let code = &book.all()[0];
        let error = not_permitted("/preference", code, Preference::Refund100);
        assert!(error.message.is_ascii(), "{error}");
        assert!(
            error
                .message
                .ends_with("permits the policies 03, 12, not 14")
        );
        let told = error.chinese.unwrap();
        assert!(
            told.contains("不允许使用“14 即征即退100%”")
                && told.ends_with("03 免税、12 即征即退50%"),
            "{told}"
        );
        let error = unfit_rate("/preference", Preference::Refund100, Rate::Exempt);
        assert!(error.message.is_ascii(), "{error}");
        let told = error.chinese.unwrap();
        assert!(
            told.contains("适用于大于 0 且不是 1.5% 的税率，不适用于 免税"),
            "{told}"
        );
    }

    #[test]
    fn difference_tax_needs_a_class_code_that_takes_it() {
        let told = |difference: Option<bool>| {
            let mut code = codes("").all()[0].clone();
            code.difference = difference;
            let mut errors = Vec::new();
            let book = CodeBook::new(vec![code]);
            check_difference_class(&[line("0.13", "")], &book, "2026-11-21", &mut errors);
            errors
        };
        assert!(told(None).is_empty() && told(Some(true)).is_empty());
        let wrong = told(Some(false));
        assert_eq!(wrong[0].pointer, "/lines/4/tax_code");
        assert!(wrong[0].message.starts_with("line 5: "), "{}", wrong[0]);
        assert!(wrong[0].chinese.as_ref().unwrap().starts_with("第 5 行："));
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
