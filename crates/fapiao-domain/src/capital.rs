//! Amounts in capital numerals (价税合计大写).

use crate::money::Fen;
use thiserror::Error;

const DIGITS: [char; 10] = ['零', '壹', '贰', '叁', '肆', '伍', '陆', '柒', '捌', '玖'];

/// Prefix of amounts below zero.
const NEGATIVE: &str = "（负数）";

/// A text is not an amount in capital numerals.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("`{0}` is not an amount in capital numerals such as 壹佰壹拾叁圆整")]
pub struct CapitalError(pub String);

/// Writes an amount in capital numerals as invoices print it: `壹佰壹拾叁圆整`, `壹圆零伍分`, `（负数）玖拾圆整`.
pub fn capital(amount: Fen) -> String {
    let mut text = String::new();
    if amount.is_negative() {
        text.push_str(NEGATIVE);
    }
    let fen = amount.get().unsigned_abs();
    let (yuan, tenths, hundredths) = (fen / 100, fen / 10 % 10, fen % 10);
    if yuan > 0 {
        push_whole(yuan, &mut text);
        text.push('圆');
    }
    match (tenths, hundredths) {
        (0, 0) if yuan == 0 => text.push_str("零圆整"),
        (0, 0) => text.push('整'),
        (0, _) => {
            if yuan > 0 {
                text.push('零');
            }
            push_digit(hundredths, "分", &mut text);
        }
        (_, 0) => push_digit(tenths, "角整", &mut text),
        (_, _) => {
            push_digit(tenths, "角", &mut text);
            push_digit(hundredths, "分", &mut text);
        }
    }
    text
}

/// Reads capital numerals back. Also understood: 元 for 圆, 正 for 整, no 整 at the end, ASCII brackets round 负数, and
/// an extra 零 where a group of four digits ends in zero, as banks write it.
///
/// # Errors
/// [`CapitalError`] for anything else: the text must be what [`capital`] writes, but for these liberties.
pub fn parse_capital(text: &str) -> Result<Fen, CapitalError> {
    let refuse = || CapitalError(text.chars().take(64).collect());
    let plain: String = text
        .chars()
        .map(|it| match it {
            '元' => '圆',
            '正' => '整',
            '(' => '（',
            ')' => '）',
            it => it,
        })
        .collect();
    let (negative, body) = match plain.strip_prefix(NEGATIVE) {
        Some(rest) => (true, rest),
        None => (false, plain.as_str()),
    };
    let fen = read(body).ok_or_else(refuse)?;
    let amount = Fen::new(if negative { -fen } else { fen }).map_err(|_| refuse())?;
    if is_variant(&plain, &capital(amount)) {
        Ok(amount)
    } else {
        Err(refuse())
    }
}

fn push_digit(digit: u64, unit: &str, text: &mut String) {
    text.push(DIGITS[digit as usize]);
    text.push_str(unit);
}

/// Writes whole yuan, group by group of four digits, without 圆.
fn push_whole(yuan: u64, text: &mut String) {
    let groups = [
        (yuan / 100_000_000, "亿"),
        (yuan / 10_000 % 10_000, "万"),
        (yuan % 10_000, ""),
    ];
    let (mut begun, mut skipped) = (false, false);
    for (group, name) in groups {
        if group == 0 {
            skipped = begun;
            continue;
        }
        if begun && (skipped || group < 1000) {
            text.push('零');
        }
        push_group(group, text);
        text.push_str(name);
        (begun, skipped) = (true, false);
    }
}

/// Writes 1 to 9999: inner zeros become one 零, outer zeros nothing.
fn push_group(group: u64, text: &mut String) {
    let (mut begun, mut skipped) = (false, false);
    for (unit, name) in [(1000, "仟"), (100, "佰"), (10, "拾"), (1, "")] {
        let digit = group / unit % 10;
        if digit == 0 {
            skipped = begun;
            continue;
        }
        if skipped {
            text.push('零');
        }
        push_digit(digit, name, text);
        (begun, skipped) = (true, false);
    }
}

/// The value in fen, without judging the grammar.
fn read(text: &str) -> Option<i64> {
    let (mut fen, mut yuan, mut group, mut digit) = (0_i64, 0_i64, 0_i64, 0_i64);
    for it in text.chars() {
        if let Some(value) = DIGITS.iter().position(|&known| known == it) {
            digit = value as i64;
            continue;
        }
        let value = std::mem::take(&mut digit);
        match it {
            '仟' => group += value * 1000,
            '佰' => group += value * 100,
            '拾' => group += value * 10,
            '万' => yuan += (std::mem::take(&mut group) + value) * 10_000,
            '亿' => yuan = (yuan + std::mem::take(&mut group) + value).checked_mul(100_000_000)?,
            '圆' => fen = (yuan + std::mem::take(&mut group) + value).checked_mul(100)?,
            '角' => fen += value * 10,
            '分' => fen += value,
            '整' => {}
            _ => return None,
        }
        if yuan > Fen::MAX.get() {
            return None;
        }
    }
    Some(fen)
}

/// Whether `text` is `canonical` with single extra 零 in it, or without the 整 at its end.
fn is_variant(text: &str, canonical: &str) -> bool {
    let mut expected = canonical.chars().peekable();
    let mut before = ' ';
    for it in text.chars() {
        if it == '零' && before == '零' {
            return false;
        }
        before = it;
        if expected.peek() == Some(&it) {
            expected.next();
        } else if it != '零' {
            return false;
        }
    }
    let rest: String = expected.collect();
    before != '零' && (rest.is_empty() || rest == "整")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table of the reference: yuan, text.
    const TABLE: [(&str, &str); 32] = [
        ("0.00", "零圆整"),
        ("0.01", "壹分"),
        ("0.10", "壹角整"),
        ("0.56", "伍角陆分"),
        ("1.00", "壹圆整"),
        ("1.05", "壹圆零伍分"),
        ("10.00", "壹拾圆整"),
        ("16.90", "壹拾陆圆玖角整"),
        ("36.90", "叁拾陆圆玖角整"),
        ("100.05", "壹佰圆零伍分"),
        ("101.00", "壹佰零壹圆整"),
        ("1000.00", "壹仟圆整"),
        ("1010.10", "壹仟零壹拾圆壹角整"),
        ("1409.50", "壹仟肆佰零玖圆伍角整"),
        ("2099.00", "贰仟零玖拾玖圆整"),
        ("6007.14", "陆仟零柒圆壹角肆分"),
        ("10005.00", "壹万零伍圆整"),
        ("10600.00", "壹万零陆佰圆整"),
        ("16409.02", "壹万陆仟肆佰零玖圆零贰分"),
        ("20000.30", "贰万圆叁角整"),
        ("100000.00", "壹拾万圆整"),
        ("100010.00", "壹拾万零壹拾圆整"),
        ("107000.53", "壹拾万柒仟圆伍角叁分"),
        ("1000000.01", "壹佰万圆零壹分"),
        ("1000100.00", "壹佰万零壹佰圆整"),
        ("10001000.00", "壹仟万壹仟圆整"),
        ("100000000.00", "壹亿圆整"),
        ("100000001.00", "壹亿零壹圆整"),
        ("100010000.00", "壹亿零壹万圆整"),
        (
            "123456789.12",
            "壹亿贰仟叁佰肆拾伍万陆仟柒佰捌拾玖圆壹角贰分",
        ),
        ("-130.00", "（负数）壹佰叁拾圆整"),
        ("-99.99", "（负数）玖拾玖圆玖角玖分"),
    ];

    #[test]
    fn the_table_is_written_and_read_back() {
        for (yuan, text) in TABLE {
            let amount = Fen::parse_yuan(yuan).unwrap();
            assert_eq!(capital(amount), text, "{yuan}");
            assert_eq!(parse_capital(text), Ok(amount), "{text}");
        }
        assert_eq!(capital(Fen::MAX), "壹拾亿圆整");
        assert_eq!(capital(Fen::new(10_000_100_000).unwrap()), "壹亿零壹仟圆整");
    }

    #[test]
    fn banks_habits_are_understood() {
        for (text, fen) in [
            ("壹拾万零柒仟圆伍角叁分", 10_700_053),
            ("壹仟万零壹仟圆整", 1_000_100_000),
            ("壹佰叁拾元正", 13_000),
            ("叁拾陆元玖角", 3_690),
            ("壹圆", 100),
            ("(负数)壹佰叁拾圆整", -13_000),
        ] {
            assert_eq!(parse_capital(text).map(Fen::get), Ok(fen), "{text}");
        }
    }

    #[test]
    fn other_texts_are_refused() {
        for text in [
            "",
            "零",
            "圆整",
            "拾圆整",
            "壹",
            "壹仟壹圆整",
            "壹万零零伍圆整",
            "壹圆整整",
            "壹分整",
            "伍圆壹仟",
            "13",
            "壹佰圆整零",
            "（负数）",
            "（负数）零圆整",
            "壹拾壹亿圆整",
            "玖仟玖佰玖拾玖亿亿亿圆整",
            "壹拾壹拾圆整",
        ] {
            assert!(parse_capital(text).is_err(), "{text}");
        }
    }

    #[test]
    fn every_amount_reads_back() {
        // Every amount to 100 yuan, then steps that touch every place.
        let sweep = (0..10_000).chain((0..100_000_000_000).step_by(1_009_000_919));
        for fen in sweep.chain((0..1_000_000_000).step_by(9_999_901)) {
            for fen in [fen, -fen] {
                let amount = Fen::new(fen).unwrap();
                assert_eq!(parse_capital(&capital(amount)), Ok(amount), "{amount}");
            }
        }
    }

    proptest::proptest! {
        #[test]
        fn any_amount_reads_back(fen in -100_000_000_000_i64..=100_000_000_000) {
            let amount = Fen::new(fen).unwrap();
            proptest::prop_assert_eq!(parse_capital(&capital(amount)), Ok(amount));
        }
    }
}
