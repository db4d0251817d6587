//! How a seller's bookkeeping program wants its vouchers: accounts, the voucher's word, columns. A TOML file that staff
//! edit on a page or hand in; without one the defaults hold, with which Kingdee (金蝶) and UFIDA (用友) begin.

use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, fmt::Write as _};

/// Most columns of a sheet.
const MOST_COLUMNS: usize = 60;
/// Most characters of an account's code, and of a name or heading.
const LONGEST_CODE: usize = 40;
const LONGEST_NAME: usize = 60;

/// An account of the books (会计科目).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// Its code, such as `2221.01`.
    pub code: String,
    /// Its name.
    pub name: String,
}

/// What an account is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Cash (库存现金).
    Cash,
    /// Bank cards and transfers (银行存款).
    Bank,
    /// WeChat Pay, Alipay, UnionPay (其他货币资金).
    Wallet,
    /// Not paid yet (应收账款).
    Receivable,
    /// Prepaid cards, and what was paid before it was invoiced (预收账款).
    Prepaid,
    /// Output tax of general taxpayers (销项税额).
    OutputTax,
    /// Tax levied without input tax (应交增值税): small-scale taxpayers.
    LevyTax,
    /// Tax that a general taxpayer owes by the simplified method (简易计税).
    SimplifiedTax,
    /// Revenue (主营业务收入).
    Revenue,
    /// What payment services keep (手续费).
    Fee,
}

impl Role {
    /// All of them, as they stand in the file.
    pub const ALL: [Role; 10] = [
        Role::Cash,
        Role::Bank,
        Role::Wallet,
        Role::Receivable,
        Role::Prepaid,
        Role::OutputTax,
        Role::LevyTax,
        Role::SimplifiedTax,
        Role::Revenue,
        Role::Fee,
    ];

    /// The name in the file and in forms.
    pub const fn as_str(self) -> &'static str {
        match self {
            Role::Cash => "cash",
            Role::Bank => "bank",
            Role::Wallet => "wallet",
            Role::Receivable => "receivable",
            Role::Prepaid => "prepaid",
            Role::OutputTax => "output_tax",
            Role::LevyTax => "levy_tax",
            Role::SimplifiedTax => "simplified_tax",
            Role::Revenue => "revenue",
            Role::Fee => "fee",
        }
    }

    /// What it is for, in Chinese and English.
    pub const fn words(self) -> [&'static str; 2] {
        match self {
            Role::Cash => ["现金收款", "Paid in cash"],
            Role::Bank => ["银行卡、转账收款", "Paid by card or transfer"],
            Role::Wallet => ["微信、支付宝、银联收款", "Paid by WeChat, Alipay, UnionPay"],
            Role::Receivable => ["尚未收款", "Not paid yet"],
            Role::Prepaid => [
                "预收（预付卡、先收款后开票）",
                "Prepaid: cards, paid before invoicing",
            ],
            Role::OutputTax => ["销项税额（一般计税）", "Output tax, general method"],
            Role::LevyTax => ["应交增值税（征收率）", "Tax at levy rates"],
            Role::SimplifiedTax => [
                "简易计税（一般纳税人）",
                "Simplified method of a general taxpayer",
            ],
            Role::Revenue => ["收入", "Revenue"],
            Role::Fee => ["支付平台手续费", "Fees of payment services"],
        }
    }
}

/// One account for each role.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Accounts {
    /// [`Role::Cash`].
    pub cash: Account,
    /// [`Role::Bank`].
    pub bank: Account,
    /// [`Role::Wallet`].
    pub wallet: Account,
    /// [`Role::Receivable`].
    pub receivable: Account,
    /// [`Role::Prepaid`].
    pub prepaid: Account,
    /// [`Role::OutputTax`].
    pub output_tax: Account,
    /// [`Role::LevyTax`].
    pub levy_tax: Account,
    /// [`Role::SimplifiedTax`].
    pub simplified_tax: Account,
    /// [`Role::Revenue`].
    pub revenue: Account,
    /// [`Role::Fee`].
    pub fee: Account,
}

impl Default for Accounts {
    fn default() -> Accounts {
        let account = |code: &str, name: &str| Account {
            code: code.to_owned(),
            name: name.to_owned(),
        };
        Accounts {
            cash: account("1001", "库存现金"),
            bank: account("1002", "银行存款"),
            wallet: account("1012", "其他货币资金"),
            receivable: account("1122", "应收账款"),
            prepaid: account("2203", "预收账款"),
            output_tax: account("2221.01", "应交增值税（销项税额）"),
            levy_tax: account("2221", "应交增值税"),
            // The eighth account under 应交税费 in 财会〔2016〕22号.
            simplified_tax: account("2221.08", "应交税费（简易计税）"),
            revenue: account("6001", "主营业务收入"),
            fee: account("6603", "财务费用（手续费）"),
        }
    }
}

impl Accounts {
    /// The account of a role.
    pub const fn of(&self, role: Role) -> &Account {
        match role {
            Role::Cash => &self.cash,
            Role::Bank => &self.bank,
            Role::Wallet => &self.wallet,
            Role::Receivable => &self.receivable,
            Role::Prepaid => &self.prepaid,
            Role::OutputTax => &self.output_tax,
            Role::LevyTax => &self.levy_tax,
            Role::SimplifiedTax => &self.simplified_tax,
            Role::Revenue => &self.revenue,
            Role::Fee => &self.fee,
        }
    }

    /// The account of a role, to be changed.
    pub const fn of_mut(&mut self, role: Role) -> &mut Account {
        match role {
            Role::Cash => &mut self.cash,
            Role::Bank => &mut self.bank,
            Role::Wallet => &mut self.wallet,
            Role::Receivable => &mut self.receivable,
            Role::Prepaid => &mut self.prepaid,
            Role::OutputTax => &mut self.output_tax,
            Role::LevyTax => &mut self.levy_tax,
            Role::SimplifiedTax => &mut self.simplified_tax,
            Role::Revenue => &mut self.revenue,
            Role::Fee => &mut self.fee,
        }
    }
}

/// A column: what stands in it, under which heading. One with a `value` says the same in every row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// The heading.
    pub heading: String,
    /// A fact of the row; empty for a fixed value.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub field: String,
    /// What stands in every row; may be empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

/// The facts of vouchers and their usual headings.
pub const VOUCHER_FIELDS: [(&str, &str); 18] = [
    ("date", "日期"),
    ("word", "凭证字"),
    ("no", "凭证号"),
    ("attachments", "附单据数"),
    ("summary", "摘要"),
    ("account_code", "科目代码"),
    ("account_name", "科目名称"),
    ("debit", "借方金额"),
    ("credit", "贷方金额"),
    ("currency", "币别"),
    ("exchange_rate", "汇率"),
    ("amount", "原币金额"),
    ("quantity", "数量"),
    ("price", "单价"),
    ("customer", "核算项目/客户"),
    ("maker", "制单人"),
    ("reviewer", "审核人"),
    ("poster", "过账人"),
];

/// The facts of sales invoices and their usual headings.
pub const SALES_FIELDS: [(&str, &str); 18] = [
    ("date", "单据日期"),
    ("number", "发票号码"),
    ("customer_code", "客户编码"),
    ("customer_name", "客户名称"),
    ("item_code", "物料/存货编码"),
    ("item_name", "名称"),
    ("spec", "规格"),
    ("unit", "单位"),
    ("quantity", "数量"),
    ("price", "不含税单价"),
    ("price_with_tax", "含税单价"),
    ("rate", "税率"),
    ("net", "不含税金额"),
    ("tax", "税额"),
    ("gross", "价税合计"),
    ("clerk", "业务员"),
    ("department", "部门"),
    ("remark", "备注"),
];

fn columns(fields: &[(&str, &str)]) -> Vec<Column> {
    fields
        .iter()
        .map(|(field, heading)| Column {
            heading: (*heading).to_owned(),
            field: (*field).to_owned(),
            value: None,
        })
        .collect()
}

/// A mapping.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Mapping {
    /// The voucher's word (凭证字).
    pub voucher_word: String,
    /// The currency's name (币别).
    pub currency: String,
    /// Whether what was paid in an earlier month than it was invoiced goes through the prepaid account.
    pub prepaid_before_invoice: bool,
    /// Accounts by what they are for.
    pub accounts: Accounts,
    /// Columns of vouchers, in their order.
    pub vouchers: Vec<Column>,
    /// Columns of sales invoices, in their order.
    pub sales: Vec<Column>,
}

impl Default for Mapping {
    fn default() -> Mapping {
        Mapping {
            voucher_word: "记".to_owned(),
            currency: "人民币".to_owned(),
            prepaid_before_invoice: false,
            accounts: Accounts::default(),
            vouchers: columns(&VOUCHER_FIELDS),
            sales: columns(&SALES_FIELDS),
        }
    }
}

/// One thing that is wrong with a mapping.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MappingError {
    /// Line of the file, from 1; 0 when it came from a form, or the whole is meant.
    pub line: usize,
    /// Which member: `accounts.revenue.code`, `vouchers.3`; empty for what cannot be read at all.
    pub field: String,
    /// What is wrong, in Chinese and English.
    pub said: [String; 2],
}

impl Mapping {
    /// Reads a file and checks it.
    ///
    /// # Errors
    /// Everything that is wrong, with its line and member.
    pub fn read(text: &str) -> Result<Mapping, Vec<MappingError>> {
        let mut mapping: Mapping = toml::from_str(text).map_err(|error| {
            let before = error
                .span()
                .map_or("", |span| &text[..span.start.min(text.len())]);
            vec![MappingError {
                line: before.matches('\n').count() + 1,
                field: String::new(),
                said: [
                    in_chinese(error.message()),
                    format!("the file cannot be read: {}", error.message()),
                ],
            }]
        })?;
        // A file of before there were two: what is levied goes where it went.
        if !text.contains(Role::SimplifiedTax.as_str())
            && mapping.accounts.levy_tax != Accounts::default().levy_tax
        {
            mapping.accounts.simplified_tax = mapping.accounts.levy_tax.clone();
        }
        let mut errors = mapping.errors();
        for error in &mut errors {
            error.line = line_of(text, &error.field);
        }
        if errors.is_empty() {
            Ok(mapping)
        } else {
            Err(errors)
        }
    }

    /// What is wrong with it, member by member.
    pub fn errors(&self) -> Vec<MappingError> {
        let mut errors = Vec::new();
        let mut wrong = |field: String, chinese: String, english: String| {
            errors.push(MappingError {
                line: 0,
                field,
                said: [chinese, english],
            });
        };
        for (field, text, most) in [
            ("voucher_word", &self.voucher_word, 8),
            ("currency", &self.currency, 16),
        ] {
            if !is_text(text, most) {
                wrong(
                    field.to_owned(),
                    format!("须为 1 到 {most} 个字"),
                    format!("must have 1 to {most} characters"),
                );
            }
        }
        for role in Role::ALL {
            let account = self.accounts.of(role);
            let is_code = |it: char| it.is_ascii_alphanumeric() || matches!(it, '.' | '-' | '_');
            if !is_text(&account.code, LONGEST_CODE) || !account.code.chars().all(is_code) {
                wrong(
                    format!("accounts.{}.code", role.as_str()),
                    format!("科目代码“{}”须为数字、字母和 . - _", account.code),
                    format!(
                        "account code `{}` must be digits, letters and . - _",
                        account.code
                    ),
                );
            }
            if !is_text(&account.name, LONGEST_NAME) {
                wrong(
                    format!("accounts.{}.name", role.as_str()),
                    format!("科目名称须为 1 到 {LONGEST_NAME} 个字"),
                    format!("an account's name has 1 to {LONGEST_NAME} characters"),
                );
            }
        }
        for (sheet, columns, known) in [
            ("vouchers", &self.vouchers, &VOUCHER_FIELDS),
            ("sales", &self.sales, &SALES_FIELDS),
        ] {
            if columns.is_empty() || columns.len() > MOST_COLUMNS {
                wrong(
                    sheet.to_owned(),
                    format!("须有 1 到 {MOST_COLUMNS} 列"),
                    format!("must have 1 to {MOST_COLUMNS} columns"),
                );
            }
            let mut seen = BTreeSet::new();
            for (place, column) in columns.iter().enumerate() {
                let field = format!("{sheet}.{}", place + 1);
                if !is_text(&column.heading, LONGEST_NAME) {
                    wrong(
                        field,
                        "列名不能为空".to_owned(),
                        "a column needs a heading".to_owned(),
                    );
                } else if !seen.insert(column.heading.as_str()) {
                    wrong(
                        field,
                        format!("列名“{}”重复", column.heading),
                        format!("the heading `{}` stands twice", column.heading),
                    );
                } else if column.field.is_empty() == column.value.is_none() {
                    wrong(
                        field,
                        format!("列“{}”须有 field 或 value 之一", column.heading),
                        format!("column `{}` needs either field or value", column.heading),
                    );
                } else if column.value.as_ref().is_some_and(|it| !may_stand(it)) {
                    wrong(
                        field,
                        format!(
                            "列“{}”的固定内容最多 {LONGEST_NAME} 个字，不能换行",
                            column.heading
                        ),
                        format!(
                            "the fixed value of column `{}` has at most {LONGEST_NAME} characters in one line",
                            column.heading
                        ),
                    );
                } else if !column.field.is_empty()
                    && !known.iter().any(|(name, _)| *name == column.field)
                {
                    let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
                    let names = names.join(", ");
                    wrong(
                        field,
                        format!("没有“{}”这个字段，可用：{names}", column.field),
                        format!("there is no field `{}`; there are {names}", column.field),
                    );
                }
            }
        }
        errors
    }

    /// The file of it, with what may stand in it as comments.
    pub fn file(&self) -> String {
        let mut text = String::from(
            "# 凭证导出映射：科目、凭证字、列名与顺序。修改后上传。\n\
             # Mapping of vouchers: accounts, the voucher's word, columns and their order. Upload it after changing.\n\n",
        );
        let quoted = |it: &str| toml::Value::String(it.to_owned()).to_string();
        let _ = writeln!(text, "voucher_word = {}", quoted(&self.voucher_word));
        let _ = writeln!(text, "currency = {}", quoted(&self.currency));
        let _ = writeln!(
            text,
            "# 先收款、以后月份开票的，经预收账款。Paid in an earlier month than invoiced: through the prepaid account.\n\
             prepaid_before_invoice = {}",
            self.prepaid_before_invoice
        );
        for (sheet, columns, known) in [
            ("vouchers", &self.vouchers, &VOUCHER_FIELDS),
            ("sales", &self.sales, &SALES_FIELDS),
        ] {
            let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
            let _ = writeln!(text, "\n# field: {}\n{sheet} = [", names.join(", "));
            for it in columns {
                let what = match &it.value {
                    Some(value) => format!("value = {}", quoted(value)),
                    None => format!("field = {}", quoted(&it.field)),
                };
                let _ = writeln!(text, "  {{ heading = {}, {what} }},", quoted(&it.heading));
            }
            text.push_str("]\n");
        }
        for role in Role::ALL {
            let account = self.accounts.of(role);
            let [chinese, english] = role.words();
            let _ = writeln!(
                text,
                "\n# {chinese} / {english}\n[accounts.{}]\ncode = {}\nname = {}",
                role.as_str(),
                quoted(&account.code),
                quoted(&account.name)
            );
        }
        text
    }
}

/// Columns as a form has them: one a line, `heading = field`, or `heading = "fixed value"`.
pub fn columns_text(columns: &[Column]) -> String {
    let line = |it: &Column| match &it.value {
        Some(value) => format!("{} = \"{value}\"\n", it.heading),
        None => format!("{} = {}\n", it.heading, it.field),
    };
    columns.iter().map(line).collect()
}

/// Reads [`columns_text`]; lines that say nothing are passed over.
pub fn columns_of(text: &str) -> Vec<Column> {
    let column = |line: &str| {
        if let Some((heading, value)) = fixed(line) {
            return Column {
                heading: heading.trim().to_owned(),
                field: String::new(),
                value: Some(value.to_owned()),
            };
        }
        let (heading, what) = line.rsplit_once('=').unwrap_or((line, ""));
        Column {
            heading: heading.trim().to_owned(),
            field: what.trim().to_owned(),
            value: None,
        }
    };
    text.lines()
        .filter(|line| !line.trim().is_empty())
        .map(column)
        .collect()
}

/// Heading and value of `heading = "fixed value"`; the value may hold quotes and equals signs.
fn fixed(line: &str) -> Option<(&str, &str)> {
    let begun = line.trim_end().strip_suffix('"')?;
    begun.match_indices('=').find_map(|(at, _)| {
        let value = begun[at + 1..].trim_start().strip_prefix('"')?;
        Some((&begun[..at], value))
    })
}

fn is_text(text: &str, most: usize) -> bool {
    !text.trim().is_empty() && text.chars().count() <= most && !text.contains(char::is_control)
}

fn may_stand(value: &str) -> bool {
    value.chars().count() <= LONGEST_NAME && !value.contains(char::is_control)
}

/// What the reader of TOML found, for Chinese pages.
fn in_chinese(message: &str) -> String {
    let named = |begins: &str| {
        let rest = message.strip_prefix(begins)?;
        rest.split_once('`').map(|(name, _)| name)
    };
    if let Some(name) = named("unknown field `") {
        return format!("没有“{name}”这一项");
    }
    if let Some(name) = named("missing field `") {
        return format!("缺少“{name}”");
    }
    if message.starts_with("invalid type") {
        return "内容的类型不对：文字须加引号，开关写 true 或 false".to_owned();
    }
    if message.starts_with("duplicate key") {
        return "同一项写了两次".to_owned();
    }
    "不符合 TOML 格式".to_owned()
}

/// The line on which a member stands: where its last name is set, in its table or list.
fn line_of(text: &str, field: &str) -> usize {
    let lines: Vec<&str> = text.lines().map(str::trim_start).collect();
    let find = |from: usize, begins: &dyn Fn(&str) -> bool| {
        let found = lines.iter().skip(from).position(|line| begins(line));
        found.map(|it| it + from)
    };
    let sets = |name: &str, line: &str| {
        let rest = line.strip_prefix(name);
        rest.is_some_and(|rest| rest.trim_start().starts_with('='))
    };
    let parts: Vec<&str> = field.split('.').collect();
    let found = match parts.as_slice() {
        ["accounts", role, member] => {
            let table = format!("[accounts.{role}]");
            find(0, &|line| line.starts_with(&table))
                .and_then(|from| find(from, &|line| sets(member, line)).or(Some(from)))
        }
        [sheet, place] => find(0, &|line| sets(sheet, line)).and_then(|from| {
            let place: usize = place.parse().ok()?;
            let columns = lines.iter().enumerate().skip(from);
            let mut columns = columns.filter(|(_, line)| line.contains("heading"));
            columns.nth(place.saturating_sub(1)).map(|(at, _)| at)
        }),
        [name] => find(0, &|line| sets(name, line)),
        _ => None,
    };
    found.map_or(0, |it| it + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_of_a_mapping_is_read_back_as_it_was() {
        let mut mapping = Mapping::default();
        assert!(mapping.errors().is_empty());
        assert_eq!(Mapping::read(&mapping.file()), Ok(mapping.clone()));
        mapping.accounts.revenue.code = "5001.01".to_owned();
        mapping.vouchers.push(Column {
            heading: "部门".to_owned(),
            field: String::new(),
            value: Some("01 \"总部\"".to_owned()),
        });
        assert_eq!(Mapping::read(&mapping.file()), Ok(mapping.clone()));
        let typed = columns_of(&columns_text(&mapping.sales));
        assert_eq!(typed, mapping.sales);
        let mut odd = columns_of("甲 = \"a=b \"c\"\"\n乙=debit\n丙 = \"\n");
        assert_eq!(odd[0].value.as_deref(), Some("a=b \"c\""));
        assert_eq!(columns_of(&columns_text(&odd[..1])), odd[..1]);
        assert_eq!(
            (odd[1].heading.as_str(), odd[1].field.as_str()),
            ("乙", "debit")
        );
        assert_eq!(odd[2].field, "\"", "named as no field");
        odd[0].value = Some("两\n行".to_owned());
        mapping.vouchers = odd[..2].to_vec();
        assert_eq!(mapping.errors()[0].field, "vouchers.1");
        // What a file leaves out is as by default.
        let short = Mapping::read("voucher_word = \"转\"\n").unwrap();
        assert_eq!(short.voucher_word, "转");
        assert_eq!(short.accounts, Accounts::default());
        // Whoever books all that is levied on an account of their own goes on doing so.
        let own = "[accounts.levy_tax]\ncode = \"2221.06\"\nname = \"简易计税\"\n";
        let accounts = Mapping::read(own).unwrap().accounts;
        assert_eq!(accounts.simplified_tax.code, "2221.06");
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line_and_member() {
        let whole = Mapping::default().file();
        let at = |text: &str, part: &str| {
            let place = text.lines().position(|line| line.contains(part));
            place.unwrap() + 1
        };
        for (from, to, field) in [
            (
                "code = \"6001\"",
                "code = \"60 01\"",
                "accounts.revenue.code",
            ),
            ("field = \"summary\"", "field = \"sumary\"", "vouchers.5"),
            ("heading = \"规格\"", "heading = \"单位\"", "sales.8"),
            (
                "voucher_word = \"记\"",
                "voucher_word = \"\"",
                "voucher_word",
            ),
        ] {
            let text = whole.replacen(from, to, 1);
            assert_ne!(text, whole, "{from}");
            let errors = Mapping::read(&text).unwrap_err();
            assert_eq!(errors.len(), 1, "{errors:?}");
            assert_eq!(errors[0].field, field);
            let wanted = if field == "sales.8" {
                at(&text, "field = \"unit\"")
            } else {
                at(&text, to)
            };
            assert_eq!(errors[0].line, wanted, "{field}: {errors:?}");
        }
        let unknown = whole.replace("currency =", "curency =");
        let errors = Mapping::read(&unknown).unwrap_err();
        assert_eq!(errors[0].line, at(&unknown, "curency"));
        assert!(errors[0].said[1].contains("curency"), "{errors:?}");
        assert_eq!(errors[0].said[0], "没有“curency”这一项");
        let flag = whole.replace(
            "prepaid_before_invoice = false",
            "prepaid_before_invoice = 1",
        );
        let errors = Mapping::read(&flag).unwrap_err();
        assert_eq!(errors[0].line, at(&flag, "prepaid_before_invoice = 1"));
        assert!(errors[0].said[0].contains("类型"), "{errors:?}");
        let broken = whole.replace("sales = [", "sales = [[");
        let errors = Mapping::read(&broken).unwrap_err();
        assert_eq!(errors[0].said[0], "不符合 TOML 格式", "{errors:?}");
    }
}
