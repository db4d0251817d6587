//! From what a buyer typed, or WeChat handed over, to a title that may be printed (抬头).

use crate::{
    party::{Title, TitleKind},
    text::is_invisible,
    uscc::{
        TaxNumberKind, check_tax_number, is_unified_code, normalise_tax_number,
        organisation_code_fits,
    },
};
use thiserror::Error;
use unicode_normalization::UnicodeNormalization;

/// A title as it came: any member may be missing or dirty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RawTitle {
    /// Person or organisation, where the sender knows; otherwise it is guessed and the guess is told.
    pub kind: Option<TitleKind>,
    /// Name.
    pub name: String,
    /// Tax number.
    pub tax_number: String,
    /// Address.
    pub address: String,
    /// Telephone.
    pub phone: String,
    /// Bank.
    pub bank: String,
    /// Account number.
    pub bank_account: String,
    /// Where the document is mailed to.
    pub email: String,
}

/// A title that may be printed, and what is worth asking about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckedTitle {
    /// The checked title.
    pub title: Title,
    /// What a person should look at; nothing here stops the invoice.
    pub warnings: Vec<TitleNote>,
}

/// Something worth asking about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TitleNote {
    /// The member of [`RawTitle`].
    pub field: &'static str,
    /// Stable code, such as `W_SHORT_NAME`.
    pub code: &'static str,
    /// What is odd, in English.
    pub message: String,
}

/// Something that stops the invoice.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{message}")]
pub struct TitleError {
    /// The member of [`RawTitle`].
    pub field: &'static str,
    /// Stable code, such as `E_TAX_NUMBER_CHECK`.
    pub code: &'static str,
    /// What is wrong and what is allowed, in English.
    pub message: String,
    /// What was probably meant, where that is known.
    pub suggestion: Option<String>,
    /// The same in Chinese, where there is more to say than the code does.
    pub chinese: Option<String>,
}

/// Cleans and checks a title.
///
/// # Errors
/// Every fault found: name missing, too long or with a line break, organisation without a number, number that is
/// none, members beyond their sizes or with characters they cannot have.
pub fn check_title(raw: &RawTitle) -> Result<CheckedTitle, Vec<TitleError>> {
    checked(raw, Check::default())
}

/// As [`check_title`], where a person answers for the tax number with a reason that is kept: a number whose check
/// character or kind does not fit is told as a warning, as long as the tax interface takes it at all (15 to 20 digits
/// and capital letters), and an organisation without a number is one that has none. Everything else is checked as ever.
///
/// # Errors
/// As [`check_title`].
pub fn check_vouched_title(raw: &RawTitle) -> Result<CheckedTitle, Vec<TitleError>> {
    let vouched = true;
    checked(
        raw,
        Check {
            vouched,
            ..Check::default()
        },
    )
}

fn checked(raw: &RawTitle, mut check: Check) -> Result<CheckedTitle, Vec<TitleError>> {
    let typed = check.text("name", "E_NAME", &raw.name, 300);
    let (name, has_suffix) = without_person_suffix(&typed);
    let number = normalise_tax_number(&raw.tax_number);
    let kind = raw
        .kind
        .unwrap_or_else(|| check.guess_kind(&name, has_suffix, &number));
    let kind = match kind {
        TitleKind::Organisation if check.vouched && number.is_empty() => TitleKind::NoNumber,
        kind => kind,
    };
    let title = Title {
        kind,
        tax_number: check.tax_number(kind, number),
        name: check.name(kind, name),
        address: check.text("address", "E_ADDRESS", &raw.address, 300),
        phone: check.phone(&raw.phone),
        bank: check.text("bank", "E_BANK", &raw.bank, 120),
        bank_account: check.bank_account(&raw.bank_account),
        email: check.email(&raw.email),
    };
    if title.bank.is_empty() != title.bank_account.is_empty() {
        check.note(
            "bank_account",
            "W_BANK_PAIR",
            "bank and account are usually given together",
        );
    }
    if check.errors.is_empty() {
        Ok(CheckedTitle {
            title,
            warnings: check.warnings,
        })
    } else {
        Err(check.errors)
    }
}

/// Full-width digits, letters and signs as their ASCII forms, and the ideographic blank as a blank.
pub(crate) fn half_width(it: char) -> char {
    match it {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(it as u32 - 0xfee0).unwrap_or(it),
        '\u{3000}' => ' ',
        it => it,
    }
}

/// A Chinese character.
fn is_han(it: char) -> bool {
    matches!(it, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{20000}'..='\u{3134f}')
}

/// The name without the suffix that is printed after a person's name, and whether it had one.
fn without_person_suffix(name: &str) -> (String, bool) {
    let inside = name
        .strip_suffix(['）', ')'])
        .and_then(|it| it.trim_end().strip_suffix("个人"));
    match inside.and_then(|it| it.trim_end().strip_suffix(['（', '('])) {
        Some(front) => (front.trim_end().to_owned(), true),
        None => (name.to_owned(), false),
    }
}

/// What a member of a title is called in Chinese.
fn in_chinese(field: &str) -> &'static str {
    match field {
        "name" => "名称",
        "address" => "地址",
        "phone" => "电话",
        "bank" => "开户行",
        "bank_account" => "银行账号",
        "email" => "邮箱",
        _ => "内容",
    }
}

#[derive(Default)]
struct Check {
    /// Whether a person answers for the tax number.
    vouched: bool,
    errors: Vec<TitleError>,
    warnings: Vec<TitleNote>,
}

impl Check {
    fn error(&mut self, field: &'static str, code: &'static str, message: impl Into<String>) {
        self.errors.push(TitleError {
            field,
            code,
            message: message.into(),
            suggestion: None,
            chinese: None,
        });
    }

    /// With what the Chinese words of the code leave open.
    fn error_with(
        &mut self,
        field: &'static str,
        code: &'static str,
        message: impl Into<String>,
        chinese: impl Into<String>,
    ) {
        self.error(field, code, message);
        if let Some(error) = self.errors.last_mut() {
            error.chinese = Some(chinese.into());
        }
    }

    fn note(&mut self, field: &'static str, code: &'static str, message: impl Into<String>) {
        self.warnings.push(TitleNote {
            field,
            code,
            message: message.into(),
        });
    }

    /// Trims, composes (NFC) and takes out what cannot be seen; any run of blanks, tabs and no-break or ideographic blanks
    /// is one blank; a line break inside is an error.
    fn text(&mut self, field: &'static str, code: &'static str, text: &str, most: usize) -> String {
        let is_edge = |it: char| it.is_whitespace() || it.is_control() || is_invisible(it);
        let text = text.trim_matches(is_edge);
        if text.contains(['\n', '\r', '\u{2028}', '\u{2029}']) {
            let message = format!("{field} must be one line");
            self.error_with(
                field,
                code,
                message,
                format!("{}须为一行", in_chinese(field)),
            );
            return String::new();
        }
        let seen = text
            .nfc()
            .map(|it| if it.is_whitespace() { ' ' } else { it })
            .filter(|it| !it.is_control() && !is_invisible(*it));
        let mut clean = String::with_capacity(text.len());
        for it in seen {
            if it != ' ' || !clean.ends_with(' ') {
                clean.push(it);
            }
        }
        let length = clean.chars().count();
        if length > most {
            self.error_with(
                field,
                code,
                format!("{field} may have at most {most} characters, not {length}"),
                format!("{}最多 {most} 字，现有 {length} 字", in_chinese(field)),
            );
        }
        clean
    }

    fn guess_kind(&mut self, name: &str, has_suffix: bool, number: &str) -> TitleKind {
        if !number.is_empty() {
            return TitleKind::Organisation;
        }
        if has_suffix {
            return TitleKind::Person;
        }
        if name.chars().count() <= 4 {
            self.note(
                "kind",
                "W_KIND_GUESSED",
                "taken for a person: a short name without a tax number",
            );
            return TitleKind::Person;
        }
        TitleKind::Organisation
    }

    fn name(&mut self, kind: TitleKind, name: String) -> String {
        let length = name.chars().count();
        let refused = self.errors.iter().any(|error| error.field == "name");
        match kind {
            _ if refused => {}
            _ if length == 0 => {
                self.error_with("name", "E_NAME", "the name is missing", "名称不能为空");
            }
            TitleKind::Person if length < 2 => {
                self.error_with(
                    "name",
                    "E_NAME",
                    "a person's name has at least 2 characters, such as 张先生",
                    "个人姓名至少 2 个字，例如“张先生”",
                );
            }
            TitleKind::Person if length > 296 => {
                self.error_with(
                    "name",
                    "E_NAME",
                    "a person's name may have at most 296 characters",
                    "个人姓名最多 296 个字",
                );
            }
            TitleKind::Organisation | TitleKind::NoNumber if length <= 4 => {
                let message =
                    "a name this short is usually a person's: is it really an organisation?";
                self.note("name", "W_SHORT_NAME", message);
            }
            _ => {}
        }
        if kind != TitleKind::Person && !refused {
            self.odd_name(&name);
        }
        name
    }

    /// What comes of copying from a sheet or another paper; the name stays as typed.
    fn odd_name(&mut self, name: &str) {
        let letters: Vec<char> = name.chars().collect();
        let pairs = || letters.iter().zip(letters.iter().skip(1));
        let half = |it: &char| matches!(it, '(' | ')');
        if pairs().any(|(a, b)| half(a) && is_han(*b) || is_han(*a) && half(b)) {
            let message =
                "registered Chinese names have full-width brackets （）: compare with the licence";
            self.note("name", "W_BRACKETS", message);
        }
        let count = |signs: [char; 2]| letters.iter().filter(|it| signs.contains(it)).count();
        if count(['(', '（']) != count([')', '）']) {
            self.note(
                "name",
                "W_BRACKETS_OPEN",
                "a bracket is not closed, or closed twice: is the name complete?",
            );
        }
        if letters
            .windows(3)
            .any(|it| is_han(it[0]) && it[1] == ' ' && is_han(it[2]))
        {
            let message = "there is a blank between Chinese characters: registered names have none";
            self.note("name", "W_NAME_BLANK", message);
        }
        let number = name
            .split(|it: char| !it.is_ascii_alphanumeric())
            .any(is_unified_code);
        if number {
            let message = "the name contains a tax number: were two cells copied into one?";
            self.note("name", "W_NUMBER_IN_NAME", message);
        }
    }

    fn tax_number(&mut self, kind: TitleKind, number: String) -> String {
        match kind {
            TitleKind::Person if check_tax_number(&number) == Ok(TaxNumberKind::UnifiedCode) => {
                let message =
                    "a person has no tax number: choose organisation, or leave the number empty";
                self.error("tax_number", "E_PERSON_WITH_NUMBER", message);
            }
            TitleKind::Person if !number.is_empty() => {
                let message = "the number was left out: a person's invoice carries none";
                self.note("tax_number", "W_NUMBER_DROPPED", message);
            }
            TitleKind::NoNumber if !number.is_empty() => {
                let message = "a body without a tax number was chosen, but a number is given: choose organisation";
                self.error("tax_number", "E_NUMBER_UNEXPECTED", message);
            }
            TitleKind::Person | TitleKind::NoNumber => {}
            TitleKind::Organisation if number.is_empty() => {
                let message =
                    "an organisation needs its tax number; bodies that have none say so explicitly";
                self.error("tax_number", "E_TAX_NUMBER_EMPTY", message);
            }
            TitleKind::Organisation => return self.organisation_number(number),
        }
        String::new()
    }

    fn organisation_number(&mut self, number: String) -> String {
        match check_tax_number(&number) {
            Ok(TaxNumberKind::UnifiedCode) => {
                if !organisation_code_fits(&number) {
                    let message =
                        "the organisation code inside the number has an unusual check digit";
                    self.note("tax_number", "W_ORGANISATION_CODE", message);
                }
            }
            Ok(_) => {
                let message = "this is an old kind of tax number: nearly everybody has an 18-character code by now";
                self.note("tax_number", "W_OLD_NUMBER", message);
            }
            Err(error) if self.vouched && is_taken_by_the_interface(&number) => {
                self.note("tax_number", error.code, error.message);
            }
            Err(error) => self.errors.push(TitleError {
                field: "tax_number",
                code: error.code,
                message: error.message,
                suggestion: error.suggestion,
                chinese: None,
            }),
        }
        number
    }

    fn phone(&mut self, raw: &str) -> String {
        let phone: String = self
            .text("phone", "E_PHONE", raw, 60)
            .chars()
            .map(half_width)
            .collect();
        let allowed = |it: char| it.is_ascii_digit() || "+()-—转 ext.#".contains(it);
        if phone.is_empty() {
            return phone;
        }
        if phone.chars().count() < 5 || !phone.chars().all(allowed) {
            let message = "a telephone number has 5 to 60 digits, blanks, + ( ) - # and 转 or ext.";
            self.error("phone", "E_PHONE", message);
        } else if !is_usual_phone(&phone) {
            self.note(
                "phone",
                "W_PHONE",
                "this is neither a mobile, a landline nor a 400 or 800 number",
            );
        }
        phone
    }

    fn bank_account(&mut self, raw: &str) -> String {
        let account: String = self
            .text("bank_account", "E_BANK_ACCOUNT", raw, 100)
            .chars()
            .map(half_width)
            .filter(|it| !it.is_whitespace() && !matches!(it, '-' | '—' | '–'))
            .collect();
        if account.is_empty() {
            return account;
        }
        if account.len() > 50 || !account.bytes().all(|it| it.is_ascii_digit()) {
            let message = "a bank account has at most 50 digits";
            self.error("bank_account", "E_BANK_ACCOUNT", message);
        } else if !(8..=30).contains(&account.len()) {
            self.note(
                "bank_account",
                "W_BANK_ACCOUNT",
                "a bank account usually has 8 to 30 digits",
            );
        }
        account
    }

    fn email(&mut self, raw: &str) -> String {
        let email: String = self
            .text("email", "E_EMAIL", raw, 254)
            .chars()
            .map(half_width)
            .collect();
        if !email.is_empty() && !is_email(&email) {
            self.error(
                "email",
                "E_EMAIL",
                "an e-mail address looks like name@example.com",
            );
        }
        email
    }
}

/// The only hard rule of the tax interface.
fn is_taken_by_the_interface(number: &str) -> bool {
    (15..=20).contains(&number.len())
        && number
            .bytes()
            .all(|it| it.is_ascii_digit() || it.is_ascii_uppercase())
}

/// Mobile `1[3-9]` and 9 more digits, landline with area code, 400 and 800 numbers; an extension may follow.
fn is_usual_phone(phone: &str) -> bool {
    let main = phone.split(['转', '#', 'e']).next().unwrap_or_default();
    let main = main.trim_start_matches("+86");
    let digits: String = main.chars().filter(char::is_ascii_digit).collect();
    match digits.as_bytes() {
        [b'1', b'3'..=b'9', ..] => digits.len() == 11,
        [b'0', ..] => (10..=18).contains(&digits.len()),
        [b'4' | b'8', b'0', b'0', ..] => digits.len() == 10,
        // A landline without its area code.
        [b'2'..=b'9', ..] => (7..=8).contains(&digits.len()),
        _ => false,
    }
}

fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else {
        return false;
    };
    let local_fits = (1..=64).contains(&local.len())
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !local.contains("..")
        && local
            .bytes()
            .all(|it| it.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~.".contains(&it));
    let labels: Vec<&str> = domain.split('.').collect();
    let label_fits = |label: &&str| {
        (1..=63).contains(&label.len())
            && label
                .bytes()
                .all(|it| it.is_ascii_alphanumeric() || it == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    local_fits && labels.len() >= 2 && labels.iter().all(label_fits)
}

#[cfg(test)]
mod tests;
