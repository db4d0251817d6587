//! Documents of natural persons (自然人证件): what a buyer may tell so that the invoice appears in their own folder at the
//! tax authority.

use crate::title::TitleError;
use chrono::NaiveDate;
use std::fmt;

/// A type of document (证件类型, `zrrzjlxDm`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DocumentKind {
    /// `201` 居民身份证.
    IdentityCard,
    /// `208` 外国护照.
    ForeignPassport,
    /// `210` 港澳居民来往内地通行证.
    HongKongMacaoPermit,
    /// `213` 台湾居民来往大陆通行证.
    TaiwanPermit,
    /// `227` 中国护照.
    Passport,
    /// `233` 外国人永久居留身份证.
    ForeignResidence,
    /// `237` 港澳居民居住证.
    HongKongMacaoResidence,
    /// `238` 台湾居民居住证.
    TaiwanResidence,
}

/// Most characters of a number.
const NUMBER_MAX: usize = 30;
/// Characters from which on a number does not stand in a text by chance.
const DISTINCT: usize = 6;
/// China, as documents state nationality.
const CHINA: &str = "156";
/// Hong Kong.
const HONG_KONG: &str = "344";
/// Macao.
const MACAO: &str = "446";
/// Taiwan.
const TAIWAN: &str = "158";

impl DocumentKind {
    /// All of them, by code.
    pub const ALL: [DocumentKind; 8] = [
        Self::IdentityCard,
        Self::ForeignPassport,
        Self::HongKongMacaoPermit,
        Self::TaiwanPermit,
        Self::Passport,
        Self::ForeignResidence,
        Self::HongKongMacaoResidence,
        Self::TaiwanResidence,
    ];

    /// The code of the tax interface, which is also what is stored and written in the API.
    pub const fn code(self) -> &'static str {
        match self {
            Self::IdentityCard => "201",
            Self::ForeignPassport => "208",
            Self::HongKongMacaoPermit => "210",
            Self::TaiwanPermit => "213",
            Self::Passport => "227",
            Self::ForeignResidence => "233",
            Self::HongKongMacaoResidence => "237",
            Self::TaiwanResidence => "238",
        }
    }

    /// Reads the code.
    pub fn parse(code: &str) -> Option<DocumentKind> {
        Self::ALL.into_iter().find(|it| it.code() == code)
    }

    /// The nationality that follows from the type and the number; `None` where it has to be told.
    pub fn nationality(self, number: &str) -> Option<&'static str> {
        match self {
            Self::IdentityCard | Self::Passport => Some(CHINA),
            Self::TaiwanPermit | Self::TaiwanResidence => Some(TAIWAN),
            Self::HongKongMacaoPermit if number.starts_with('H') => Some(HONG_KONG),
            Self::HongKongMacaoPermit if number.starts_with('M') => Some(MACAO),
            Self::HongKongMacaoPermit
            | Self::HongKongMacaoResidence
            | Self::ForeignPassport
            | Self::ForeignResidence => None,
        }
    }

    /// What is wrong with a number of this type, in English.
    fn fault(self, number: &str) -> Option<&'static str> {
        let starts = |any: [&str; 2]| any.iter().any(|it| number.starts_with(it));
        match self {
            Self::IdentityCard if !is_identity_number(number) => Some(
                "not the number of an identity card: 18 characters, of which date and check character must fit",
            ),
            Self::HongKongMacaoPermit if !starts(["H", "M"]) => {
                Some("the number of this permit begins with H (Hong Kong) or M (Macao)")
            }
            Self::HongKongMacaoResidence if !starts(["810000", "820000"]) => {
                Some("the number of this permit begins with 810000 (Hong Kong) or 820000 (Macao)")
            }
            _ => None,
        }
    }
}

/// Whether a text is the number of an identity card (GB 11643): 17 digits with a date in them, and a check character.
pub fn is_identity_number(text: &str) -> bool {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    const CHECKS: &[u8; 11] = b"10X98765432";
    let bytes = text.as_bytes();
    let [digits @ .., check] = bytes else {
        return false;
    };
    if digits.len() != WEIGHTS.len() || !digits.iter().all(u8::is_ascii_digit) {
        return false;
    }
    let sum: u32 = digits
        .iter()
        .zip(WEIGHTS)
        .map(|(digit, weight)| u32::from(digit - b'0') * weight)
        .sum();
    let born = NaiveDate::parse_from_str(&text[6..14], "%Y%m%d");
    born.is_ok() && CHECKS[(sum % 11) as usize] == *check
}

/// A checked document of a natural person. `Debug` shows no number.
#[derive(Clone, PartialEq, Eq)]
pub struct PersonDocument {
    /// Its type.
    pub kind: DocumentKind,
    /// Three digits, such as `156`.
    pub nationality: String,
    /// Its number.
    pub number: String,
}

impl fmt::Debug for PersonDocument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PersonDocument")
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

impl PersonDocument {
    /// Cleans and checks a document: type, nationality and number belong together; a nationality that follows from the
    /// type may be left out.
    ///
    /// # Errors
    /// Every fault found, at `type`, `nationality` or `number`.
    pub fn check(
        kind: &str,
        nationality: &str,
        number: &str,
    ) -> Result<PersonDocument, Vec<TitleError>> {
        let mut errors = Vec::new();
        let mut wrong = |field, code, message: &str| {
            errors.push(TitleError {
                field,
                code,
                message: message.to_owned(),
                suggestion: None,
                chinese: None,
            });
        };
        let number = normalised(number);
        let nationality = normalised(nationality);
        let found = DocumentKind::parse(kind.trim());
        if found.is_none() {
            let message = "a document is of the type 201, 208, 210, 213, 227, 233, 237 or 238";
            wrong("type", "E_DOCUMENT_TYPE", message);
        }
        let well_formed = !number.is_empty()
            && number.len() <= NUMBER_MAX
            && number.bytes().all(|it| it.is_ascii_alphanumeric());
        if !well_formed {
            let message = "the number has 1 to 30 letters and digits";
            wrong("number", "E_DOCUMENT_NUMBER", message);
        } else if let Some(fault) = found.and_then(|it| it.fault(&number)) {
            wrong("number", "E_DOCUMENT_NUMBER", fault);
        }
        let follows = found.and_then(|it| it.nationality(&number));
        let is_code = nationality.len() == 3 && nationality.bytes().all(|it| it.is_ascii_digit());
        match follows {
            Some(its) if !nationality.is_empty() && nationality != its => {
                let message = format!("a document of this type goes with the nationality {its}");
                wrong("nationality", "E_DOCUMENT_NATIONALITY", &message);
            }
            None if found.is_some() && well_formed && !is_code => {
                let message = "three digits, such as 840: it does not follow from this type";
                wrong("nationality", "E_DOCUMENT_NATIONALITY", message);
            }
            _ => {}
        }
        match found {
            Some(kind) if errors.is_empty() => Ok(PersonDocument {
                kind,
                nationality: follows.map_or(nationality, str::to_owned),
                number,
            }),
            _ => Err(errors),
        }
    }

    /// The number as lists and pages show it: its last characters only.
    pub fn masked(&self) -> String {
        masked(&self.number)
    }

    /// A text of the far side in which this number, and that of every identity card, is masked.
    pub fn hidden_in(&self, text: &str) -> String {
        let text = without_identity_numbers(text);
        // A shorter one would be found in other numbers, too.
        if self.number.len() < DISTINCT {
            return text;
        }
        text.replace(&self.number, &self.masked())
    }
}

fn masked(number: &str) -> String {
    let shown = match number.len() {
        ..6 => 0,
        6..12 => 2,
        _ => 4,
    };
    let hidden = number.len().saturating_sub(shown);
    format!("{}{}", "*".repeat(hidden), &number[hidden..])
}

/// Upper-case ASCII without blanks, from what keyboards produce.
fn normalised(text: &str) -> String {
    text.chars()
        .filter(|it| !it.is_whitespace())
        .map(|it| match it {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(it) - 0xfee0).unwrap_or(it),
            other => other,
        })
        .map(|it| it.to_ascii_uppercase())
        .collect()
}

/// A text of the far side, in which every number of an identity card is masked.
pub fn without_identity_numbers(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(from) = rest.find(|it: char| it.is_ascii_alphanumeric()) {
        out.push_str(&rest[..from]);
        rest = &rest[from..];
        let end = rest
            .find(|it: char| !it.is_ascii_alphanumeric())
            .unwrap_or(rest.len());
        let word = &rest[..end];
        if is_identity_number(word) {
            out.push_str(&masked(word));
        } else {
            out.push_str(word);
        }
        rest = &rest[end..];
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The sample of the standard.
    const SAMPLE: &str = "11010519491231002X";

    fn faults(kind: &str, nationality: &str, number: &str) -> Vec<&'static str> {
        match PersonDocument::check(kind, nationality, number) {
            Ok(_) => Vec::new(),
            Err(errors) => errors.into_iter().map(|it| it.field).collect(),
        }
    }

    #[test]
    fn the_check_character_of_an_identity_card() {
        assert!(is_identity_number(SAMPLE));
        for wrong in [
            "110105194912310021",
            "11010519491231002x",
            "110105194913310028",
            "11010519491231002",
            "1101051949123100２X",
            "",
        ] {
            assert!(!is_identity_number(wrong), "{wrong}");
        }
        // Every slip of one digit is noticed.
        for place in 0..17 {
            for digit in '0'..='9' {
                let mut slipped: Vec<char> = SAMPLE.chars().collect();
                if slipped[place] != digit {
                    slipped[place] = digit;
                    assert!(!is_identity_number(&slipped.iter().collect::<String>()));
                }
            }
        }
    }

    #[test]
    fn nationality_follows_from_the_type_or_is_told() {
        for (kind, told, number, nationality) in [
            ("201", "", "１１０１０５ 19491231002x", "156"),
            ("201", "156", SAMPLE, "156"),
            ("208", "840", "C01234567", "840"),
            ("210", "", "h12345678", "344"),
            ("210", "446", "M12345678", "446"),
            ("213", "", "12345678", "158"),
            ("227", "", "E12345678", "156"),
            ("233", "276", "DEU110080010101", "276"),
            ("237", "344", "810000199001010011", "344"),
            ("238", "", "830000199001010011", "158"),
        ] {
            let document = PersonDocument::check(kind, told, number).unwrap();
            assert_eq!(document.nationality, nationality, "{kind}");
            assert_eq!(document.kind.code(), kind);
        }
        assert_eq!(faults("201", "840", SAMPLE), ["nationality"]);
        assert_eq!(faults("210", "446", "H12345678"), ["nationality"]);
        assert_eq!(faults("208", "", "C01234567"), ["nationality"]);
        assert_eq!(faults("210", "344", "X12345678"), ["number"]);
        assert_eq!(faults("237", "344", "830000199001010011"), ["number"]);
        assert_eq!(faults("201", "", "110105194912310021"), ["number"]);
        assert_eq!(faults("999", "", ""), ["type", "number"]);
        assert_eq!(faults("208", "840", &"9".repeat(31)), ["number"]);
    }

    #[test]
    fn numbers_are_shown_masked_and_never_in_a_log() {
        let document = PersonDocument::check("201", "", SAMPLE).unwrap();
        assert_eq!(document.masked(), "**************002X");
        assert!(!format!("{document:?}").contains("1101"));
        let passport = PersonDocument::check("227", "", "E12345678").unwrap();
        assert_eq!(passport.masked(), "*******78");
        let said = format!("证件号 {SAMPLE}，invoice 26999000000000000001 refused");
        let shown = without_identity_numbers(&said);
        assert_eq!(
            shown,
            "证件号 **************002X，invoice 26999000000000000001 refused"
        );
        let short = PersonDocument::check("208", "840", "E1").unwrap();
        assert_eq!(short.masked(), "**", "a short number is not shown at all");
        assert_eq!(
            passport.hidden_in("zrrzjhm E12345678 is unknown; see E1"),
            "zrrzjhm *******78 is unknown; see E1"
        );
        assert_eq!(short.hidden_in("code E1"), "code E1");
    }
}
