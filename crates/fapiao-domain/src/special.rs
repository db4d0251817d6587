//! Special invoices (增值税专用发票): who may receive one, what may stand on it, and where its buyer cannot deduct the tax.

use crate::{
    line::InvoiceLine,
    party::{Title, TitleKind},
    rate::Rate,
    title::TitleError,
};

/// What an order asks for (票种); the profile of its seller makes it a kind of invoice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum AskedKind {
    /// 普通发票: what nobody needs to ask for.
    #[default]
    Ordinary,
    /// 增值税专用发票: its buyer deducts the tax.
    Special,
}

impl AskedKind {
    /// Both.
    pub const ALL: [AskedKind; 2] = [Self::Ordinary, Self::Special];

    /// The name that is stored and written in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ordinary => "ordinary",
            Self::Special => "special",
        }
    }

    /// Reads the stored name.
    pub fn parse(text: &str) -> Option<AskedKind> {
        Self::ALL.into_iter().find(|it| it.as_str() == text)
    }

    /// Whether a special invoice is asked for.
    pub const fn is_special(self) -> bool {
        matches!(self, Self::Special)
    }
}

/// Why a line of this rate cannot stand on a special invoice, in English: what was not taxed is not deducted.
pub fn unfit_rate(rate: Rate) -> Option<&'static str> {
    match rate {
        Rate::Percent(_) => None,
        Rate::Zero => {
            Some("a zero-rated line cannot be on a special invoice; ask for an ordinary one")
        }
        Rate::Exempt => {
            Some("an exempt line cannot be on a special invoice; ask for an ordinary one")
        }
        Rate::NotTaxed => {
            Some("a line that is not taxed cannot be on a special invoice; ask for an ordinary one")
        }
    }
}

/// Whether a checked title may receive a special invoice: an organisation with its tax number.
///
/// # Errors
/// `E_SPECIAL_TITLE` at `kind` for a person, at `tax_number` for an organisation without a number.
pub fn check_special_title(title: &Title) -> Result<(), TitleError> {
    let (field, message) = match title.kind {
        TitleKind::Organisation if !title.tax_number.is_empty() => return Ok(()),
        TitleKind::Organisation | TitleKind::NoNumber => (
            "tax_number",
            "a special invoice needs the tax number of the organisation that buys",
        ),
        TitleKind::Person => (
            "kind",
            "a special invoice goes to an organisation with a tax number, never to a person",
        ),
    };
    Err(TitleError {
        field,
        code: "E_SPECIAL_TITLE",
        message: message.to_owned(),
        suggestion: None,
        chinese: None,
    })
}

/// Classes of services whose tax a buyer cannot deduct: loans, catering, daily services of residents, entertainment.
const NOT_DEDUCTIBLE: [&str; 4] = ["30601", "3070401", "30705", "3070302"];

/// Whether the tax authority warns that the buyer of this class code cannot deduct the tax of a special invoice.
pub fn is_not_deductible(tax_code: &str) -> bool {
    NOT_DEDUCTIBLE.iter().any(|it| tax_code.starts_with(it))
}

/// What to tell about the lines of a special invoice, in English; nothing here stops it.
pub fn deduction_notice(lines: &[InvoiceLine]) -> Option<String> {
    let named: Vec<String> = lines
        .iter()
        .filter(|it| is_not_deductible(&it.tax_code))
        .map(|it| it.no.to_string())
        .collect();
    (!named.is_empty()).then(|| {
        format!(
            "the buyer cannot deduct the tax of line {} (loans, catering, daily services, entertainment)",
            named.join(", ")
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn title(kind: TitleKind, tax_number: &str) -> Title {
        Title {
            kind,
            name: "北京喆堃龘贸易有限公司".to_owned(),
            tax_number: tax_number.to_owned(),
            address: String::new(),
            phone: String::new(),
            bank: String::new(),
            bank_account: String::new(),
            email: String::new(),
        }
    }

    #[test]
    fn only_an_organisation_with_a_number_receives_one() {
        let fault = |kind, number| check_special_title(&title(kind, number)).map_err(|it| it.field);
        assert_eq!(fault(TitleKind::Organisation, "91110105MA0000007L"), Ok(()));
        assert_eq!(fault(TitleKind::Organisation, ""), Err("tax_number"));
        assert_eq!(fault(TitleKind::NoNumber, ""), Err("tax_number"));
        assert_eq!(fault(TitleKind::Person, ""), Err("kind"));
    }

    #[test]
    fn only_taxed_lines_stand_on_one() {
        let fits = |text| unfit_rate(Rate::parse(text).unwrap()).is_none();
        assert!(fits("0.13") && fits("0.01") && fits("0.015"));
        assert!(!fits("0") && !fits("exempt") && !fits("not_taxed"));
    }

    #[test]
    fn the_classes_that_are_warned_of_are_known_by_their_beginning() {
        for code in [
            "3060102000000000000",
            "3070401000000000000",
            "3070501000000000000",
            "3070302000000000000",
        ] {
            assert!(is_not_deductible(code), "{code}");
        }
        for code in [
            "1080121010000000000",
            "3070301000000000000",
            "3070402000000000000",
            "3060200000000000000",
            "",
        ] {
            assert!(!is_not_deductible(code), "{code}");
        }
    }

    #[test]
    fn the_names_are_read_back() {
        for it in AskedKind::ALL {
            assert_eq!(AskedKind::parse(it.as_str()), Some(it));
        }
        assert_eq!(AskedKind::parse("专票"), None);
        assert!(!AskedKind::default().is_special());
    }
}
