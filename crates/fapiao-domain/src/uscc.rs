//! Tax numbers of buyers and sellers: the unified social credit code (统一社会信用代码, GB 32100) and its forerunners.

use chrono::NaiveDate;
use thiserror::Error;

/// The 31 characters of a unified code; the index is the value. I, O, S, V and Z are left out.
const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

/// Weights of the first 17 characters: powers of 3 modulo 31.
const WEIGHTS: [usize; 17] = [
    1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28,
];

/// Weights of the organisation code (GB 11714) inside a unified code.
const ORGANISATION_WEIGHTS: [usize; 8] = [3, 7, 9, 10, 5, 8, 4, 2];

/// Weights of the identity card number (GB 11643).
const IDENTITY_WEIGHTS: [usize; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

/// What a well-formed tax number is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TaxNumberKind {
    /// 18 characters with a right check character.
    UnifiedCode,
    /// 15 characters: area and organisation code, from before the unified code.
    OldFifteen,
    /// 17 digits: an old identity card number and two digits (individual business).
    OldSeventeen,
    /// 18 characters: an identity card number with a right check digit (individual business).
    IdentityCard,
    /// 20 characters: an identity card number and two more (individual business).
    IdentityCardPlus,
}

impl TaxNumberKind {
    /// Whether it should have been replaced by a unified code: accepted, but worth a question.
    pub const fn is_outdated(self) -> bool {
        !matches!(self, Self::UnifiedCode)
    }
}

/// Why a text is not a tax number.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{message}")]
pub struct TaxNumberError {
    /// Stable code: `E_TAX_NUMBER_EMPTY`, `…_CHARACTERS`, `…_LENGTH`, `…_LETTER` or `…_CHECK`.
    pub code: &'static str,
    /// What is wrong, in English.
    pub message: String,
    /// A code that is right and one slip away from what was typed, when exactly one was found.
    pub suggestion: Option<String>,
}

/// Where a number differs from what was probably meant, place by place from 1: `17 L→7, 18 7→L`; empty when one is longer.
pub fn slips(typed: &str, meant: &str) -> String {
    let typed = normalise_tax_number(typed);
    if typed.chars().count() != meant.chars().count() {
        return String::new();
    }
    let places: Vec<String> = typed
        .chars()
        .zip(meant.chars())
        .enumerate()
        .filter(|(_, (was, is))| was != is)
        .map(|(place, (was, is))| format!("{} {was}→{is}", place + 1))
        .collect();
    places.join(", ")
}

/// Upper-cases, takes out blanks and invisible characters, and turns full-width and Cyrillic look-alikes into the
/// letters and digits they look like.
pub fn normalise_tax_number(text: &str) -> String {
    text.chars()
        .filter(|it| !it.is_whitespace() && !it.is_control() && !crate::text::is_invisible(*it))
        .map(crate::title::half_width)
        .flat_map(char::to_uppercase)
        .map(|it| match it {
            'А' => 'A',
            'В' => 'B',
            'С' => 'C',
            'Е' => 'E',
            'Н' => 'H',
            'К' => 'K',
            'М' => 'M',
            'Р' => 'P',
            'Т' => 'T',
            'У' => 'Y',
            'Х' => 'X',
            'О' => 'O',
            it => it,
        })
        .collect()
}

/// Checks a tax number, normalised first with [`normalise_tax_number`].
///
/// # Errors
/// [`TaxNumberError`] naming the rule, with a suggestion where one slip explains the fault.
pub fn check_tax_number(text: &str) -> Result<TaxNumberKind, TaxNumberError> {
    let number = normalise_tax_number(text);
    if number.is_empty() {
        return Err(error("EMPTY", "the tax number is missing".to_owned(), None));
    }
    if !number
        .bytes()
        .all(|it| it.is_ascii_digit() || it.is_ascii_uppercase())
    {
        let kept: String = number.chars().filter(char::is_ascii_alphanumeric).collect();
        let suggestion = is_unified_code(&kept).then_some(kept);
        let message = "a tax number has only digits and Latin letters".to_owned();
        return Err(error("CHARACTERS", message, suggestion));
    }
    let digits = |text: &str| text.bytes().all(|it| it.is_ascii_digit());
    match number.len() {
        18 if is_unified_code(&number) => Ok(TaxNumberKind::UnifiedCode),
        18 if is_identity_card(&number) => Ok(TaxNumberKind::IdentityCard),
        18 => Err(wrong_code(&number)),
        15 if digits(&number[..6]) => Ok(TaxNumberKind::OldFifteen),
        17 if digits(&number) => Ok(TaxNumberKind::OldSeventeen),
        20 if is_identity_card(&number[..18]) => Ok(TaxNumberKind::IdentityCardPlus),
        length => {
            let message = format!(
                "a tax number has 18 characters (older ones 15, 17 or 20 of their own shape); this one has {length}"
            );
            Err(error("LENGTH", message, None))
        }
    }
}

/// Whether this is a unified social credit code with a right check character. Case and blanks count.
pub fn is_unified_code(code: &str) -> bool {
    code.len() == 18
        && check_character(&code[..code.len().min(17)]).is_some_and(|it| code.as_bytes()[17] == it)
}

/// Whether the organisation code inside a unified code has a right check digit. A warning at most: registers hold
/// exceptions.
pub fn organisation_code_fits(code: &str) -> bool {
    let Some(part) = code.get(8..17) else {
        return false;
    };
    let value = |it: u8| (it as char).to_digit(36).map(|it| it as usize);
    let sum: Option<usize> = part
        .bytes()
        .zip(ORGANISATION_WEIGHTS)
        .map(|(it, weight)| Some(value(it)? * weight))
        .sum();
    let expected = sum.map(|sum| match 11 - sum % 11 {
        11 => b'0',
        10 => b'X',
        digit => b'0' + digit as u8,
    });
    expected.is_some_and(|it| part.as_bytes()[8] == it)
}

/// The check character of the first 17 characters; `None` when one of them is not allowed.
fn check_character(front: &str) -> Option<u8> {
    let sum: usize = front
        .bytes()
        .zip(WEIGHTS)
        .map(|(it, weight)| Some(value(it)? * weight))
        .sum::<Option<usize>>()?;
    Some(ALPHABET[(31 - sum % 31) % 31])
}

fn value(it: u8) -> Option<usize> {
    ALPHABET.iter().position(|&known| known == it)
}

/// Identity card number: area, date of birth, serial, check digit.
fn is_identity_card(number: &str) -> bool {
    let bytes = number.as_bytes();
    if bytes.len() != 18 || !bytes[..17].iter().all(u8::is_ascii_digit) {
        return false;
    }
    let sum: usize = bytes
        .iter()
        .zip(IDENTITY_WEIGHTS)
        .map(|(it, weight)| usize::from(it - b'0') * weight)
        .sum();
    b"10X98765432"[sum % 11] == bytes[17]
        && NaiveDate::parse_from_str(&number[6..14], "%Y%m%d").is_ok()
}

fn wrong_code(number: &str) -> TaxNumberError {
    let suggestion = suggest(number);
    match number.chars().find(|it| !ALPHABET.contains(&(*it as u8))) {
        Some(letter) => {
            let message = format!(
                "a unified code never contains the letter {letter}: I, O, S, V and Z are left out because they look \
                 like 1, 0, 5, U and 2"
            );
            error("LETTER", message, suggestion)
        }
        None => {
            let message =
                "the last character does not fit the others: one of them is mistyped".to_owned();
            error("CHECK", message, suggestion)
        }
    }
}

/// The one right code that is a slip away: a look-alike, two neighbours in the wrong order, or another check character.
/// A check character lets one in 31 pass by chance, and a suggestion is somebody's tax number: so the organisation code
/// inside must fit as well, and several candidates mean no suggestion.
fn suggest(number: &str) -> Option<String> {
    let mut candidates = look_alikes(number);
    if number.bytes().all(|it| ALPHABET.contains(&it)) {
        let swapped = (0..17).map(|place| {
            let mut bytes = number.as_bytes().to_vec();
            bytes.swap(place, place + 1);
            bytes.into_iter().map(char::from).collect::<String>()
        });
        candidates.extend(swapped);
        let last = check_character(&number[..17]).map(char::from);
        candidates.extend(last.map(|it| format!("{}{it}", &number[..17])));
    }
    candidates.retain(|code| is_plausible(code) && organisation_code_fits(code));
    candidates.sort();
    candidates.dedup();
    match candidates.as_slice() {
        [only] => Some(only.clone()),
        _ => None,
    }
}

/// Every code without the forbidden letters that looks like this one; and, when there are none of those, the codes
/// with one character taken for another.
fn look_alikes(number: &str) -> Vec<String> {
    let mut made = vec![String::with_capacity(18)];
    for it in number.chars() {
        let reading: &[char] = match it {
            'I' => &['1'],
            'O' => &['0'],
            'S' => &['5'],
            'V' => &['U', 'Y'],
            'Z' => &['2'],
            _ => &[],
        };
        if reading.is_empty() {
            made.iter_mut().for_each(|text| text.push(it));
            continue;
        }
        made = made
            .iter()
            .flat_map(|text| reading.iter().map(move |it| format!("{text}{it}")))
            .take(64)
            .collect();
    }
    if made.first().is_some_and(|text| text != number) {
        return made;
    }
    const PAIRS: [(u8, u8); 7] = [
        (b'8', b'B'),
        (b'0', b'D'),
        (b'0', b'Q'),
        (b'6', b'G'),
        (b'1', b'L'),
        (b'1', b'7'),
        (b'U', b'Y'),
    ];
    let bytes = number.as_bytes();
    (0..18)
        .flat_map(|place| {
            PAIRS.iter().filter_map(move |&(a, b)| {
                let other = match bytes[place] {
                    it if it == a => b,
                    it if it == b => a,
                    _ => return None,
                };
                let mut read = bytes.to_vec();
                read[place] = other;
                Some(read.into_iter().map(char::from).collect())
            })
        })
        .collect()
}

/// Right check character and an area of digits.
fn is_plausible(code: &str) -> bool {
    is_unified_code(code) && code[2..8].bytes().all(|it| it.is_ascii_digit())
}

fn error(rule: &'static str, message: String, suggestion: Option<String>) -> TaxNumberError {
    let code = match rule {
        "EMPTY" => "E_TAX_NUMBER_EMPTY",
        "CHARACTERS" => "E_TAX_NUMBER_CHARACTERS",
        "LENGTH" => "E_TAX_NUMBER_LENGTH",
        "LETTER" => "E_TAX_NUMBER_LETTER",
        _ => "E_TAX_NUMBER_CHECK",
    };
    TaxNumberError {
        code,
        message,
        suggestion,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_of_the_reference_is_judged_right() {
        for code in [
            "91350100M000100Y43",
            "91110105MA0000007L",
            "92330106MA9XX0003C",
            "12440300K00000006X",
            "51310000MJ000000XD",
            "91500103MAAA0A0A3C",
            "91310000MA1FL0007C",
            "91330100MA00000072",
        ] {
            assert_eq!(
                check_tax_number(code),
                Ok(TaxNumberKind::UnifiedCode),
                "{code}"
            );
            assert!(organisation_code_fits(code), "{code}");
        }
        for (code, fault) in [
            ("91350100M000100Y42", "E_TAX_NUMBER_CHECK"),
            ("91350100M000100I43", "E_TAX_NUMBER_LETTER"),
            ("91110105MA0000000T", "E_TAX_NUMBER_CHECK"),
            ("91110105MA000000L7", "E_TAX_NUMBER_CHECK"),
            ("91330100MA0000007", "E_TAX_NUMBER_LENGTH"),
            ("", "E_TAX_NUMBER_EMPTY"),
            ("91330100-MA00000072", "E_TAX_NUMBER_CHARACTERS"),
        ] {
            assert_eq!(check_tax_number(code).unwrap_err().code, fault, "{code}");
        }
    }

    #[test]
    fn one_slip_is_recognised() {
        for (typed, meant) in [
            ("91110105MA000000L7", "91110105MA0000007L"),
            ("9I350100M000100Y43", "91350100M000100Y43"),
            ("9135O1OOMOOO1OOY43", "91350100M000100Y43"),
            ("91350100M000100V43", "91350100M000100Y43"),
            ("91330100-MA00000072", "91330100MA00000072"),
        ] {
            let error = check_tax_number(typed).unwrap_err();
            assert_eq!(error.suggestion.as_deref(), Some(meant), "{typed}");
        }
        for unclear in [
            // No right code looks like this one.
            "91350100M000100I43",
            // Another area, or another check character: both would be right, and one is somebody else's.
            "91350100M000100Y42",
        ] {
            let error = check_tax_number(unclear).unwrap_err();
            assert_eq!(error.suggestion, None, "{unclear}");
        }
    }

    #[test]
    fn a_suggestion_is_never_a_code_whose_organisation_does_not_fit() {
        let right = b"91110105MA0000007L";
        let mut suggested = 0;
        for place in 0..18 {
            for typed in ALPHABET.iter().filter(|it| **it != right[place]) {
                let mut number = right.to_vec();
                number[place] = *typed;
                let number = String::from_utf8(number).unwrap();
                let suggestion = check_tax_number(&number).unwrap_err().suggestion;
                let fits = suggestion.as_deref().is_none_or(organisation_code_fits);
                assert!(fits, "{number}: {suggestion:?}");
                suggested += usize::from(suggestion.is_some());
            }
        }
        assert!(suggested > 0, "some slips are recognised");
    }

    #[test]
    fn the_wrong_characters_are_named() {
        assert_eq!(
            slips("91110105ma000000L7", "91110105MA0000007L"),
            "17 L→7, 18 7→L"
        );
        assert_eq!(slips("9I350100M000100Y43", "91350100M000100Y43"), "2 I→1");
        assert_eq!(slips("91330100-MA00000072", "91330100MA00000072"), "");
    }

    #[test]
    fn old_numbers_are_known_for_what_they_are() {
        for (number, kind) in [
            ("110105123456789", TaxNumberKind::OldFifteen),
            ("11010549123100212", TaxNumberKind::OldSeventeen),
            ("11010519491231002X", TaxNumberKind::IdentityCard),
            ("11010519491231002X01", TaxNumberKind::IdentityCardPlus),
        ] {
            assert_eq!(check_tax_number(number), Ok(kind), "{number}");
            assert!(kind.is_outdated());
        }
        assert!(check_tax_number("110105194912310021").is_err());
        assert!(check_tax_number("11010519491331003X").is_err(), "month 13");
    }

    #[test]
    fn dirty_input_is_read_as_it_looks() {
        assert_eq!(
            normalise_tax_number(" ９1350100\u{200b}m000100у43\u{feff}\n"),
            "91350100M000100Y43"
        );
    }
}
